#include "io/authd_wire.h"

static void put_number(struct buf *b, uint64_t n, int bytes)
{
	uint8_t *at = buf_room(b, (size_t)bytes);

	for (int i = 0; at != NULL && i < bytes; i++)
		at[i] = (uint8_t)(n >> 8 * (bytes - 1 - i));
}

static void put_bytes(struct buf *b, struct slice bytes)
{
	put_number(b, bytes.len, 2);
	buf_put(b, bytes.at, bytes.len);
}

static bool take_number(struct slice *in, int bytes, uint64_t *ret)
{
	if (in->len < (size_t)bytes)
		return false;
	*ret = 0;
	for (int i = 0; i < bytes; i++)
		*ret = *ret << 8 | in->at[i];
	*in = slice_of(in->at + bytes, in->len - (size_t)bytes);
	return true;
}

static bool take_bytes(struct slice *in, size_t max, struct slice *ret)
{
	uint64_t len;

	if (!take_number(in, 2, &len) || len > max || len > in->len)
		return false;
	*ret = slice_of(in->at, (size_t)len);
	*in = slice_of(in->at + len, in->len - (size_t)len);
	return true;
}

void authd_put_question(struct buf *ret, const struct authd_question *q)
{
	put_number(ret, 1 + 8 + 2 + q->password.len + 2 + q->hash.len, 2);
	put_number(ret, q->op, 1);
	put_number(ret, q->id, 8);
	put_bytes(ret, q->password);
	put_bytes(ret, q->hash);
}

void authd_put_answer(struct buf *ret, const struct authd_answer *a)
{
	put_number(ret, 8 + 1 + 2 + a->hash.len, 2);
	put_number(ret, a->id, 8);
	put_number(ret, a->status, 1);
	put_bytes(ret, a->hash);
}

/* The frame at the front, without its length: like authd_take_question(). */
static long frame(struct slice in, struct slice *ret)
{
	uint64_t len;

	if (!take_number(&in, 2, &len))
		return 0;
	if (len > AUTHD_FRAME_MAX)
		return -1;
	if (in.len < len)
		return 0;
	*ret = slice_of(in.at, (size_t)len);
	return (long)len + 2;
}

long authd_take_question(struct slice in, struct authd_question *ret)
{
	struct authd_question q = {0};
	struct slice body;
	uint64_t op;
	long whole = frame(in, &body);

	if (whole <= 0)
		return whole;
	if (!take_number(&body, 1, &op) || !take_number(&body, 8, &q.id) ||
	    !take_bytes(&body, AUTHD_PASSWORD_MAX, &q.password) || !take_bytes(&body, AUTHD_HASH_MAX - 1, &q.hash) ||
	    body.len != 0 || (op != AUTHD_VERIFY && op != AUTHD_HASH))
		return -1;
	q.op = (enum authd_op)op;
	*ret = q;
	return whole;
}

long authd_take_answer(struct slice in, struct authd_answer *ret)
{
	struct authd_answer a = {0};
	struct slice body;
	uint64_t status;
	long whole = frame(in, &body);

	if (whole <= 0)
		return whole;
	if (!take_number(&body, 8, &a.id) || !take_number(&body, 1, &status) ||
	    !take_bytes(&body, AUTHD_HASH_MAX - 1, &a.hash) || body.len != 0 || status > AUTHD_FAILED)
		return -1;
	a.status = (enum authd_status)status;
	*ret = a;
	return whole;
}
