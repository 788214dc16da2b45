/* fuzz_authd.c - any bytes on the socket between a daemon and its password helper, in both directions.
 * Oracles: a frame cut short is waited for, whatever its beginning; what is taken lies within it and in its bounds, and put
 * again it is the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "io/authd_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static void inside(struct slice part, struct slice whole)
{
	MUST(part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len));
}

static long question(struct slice in)
{
	static uint8_t bytes[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(bytes, sizeof bytes);
	struct authd_question q;
	long n = authd_take_question(in, &q);

	MUST(n <= (long)in.len);
	if (n <= 0)
		return n;
	inside(q.password, slice_of(in.at, (size_t)n));
	inside(q.hash, slice_of(in.at, (size_t)n));
	MUST((q.op == AUTHD_VERIFY || q.op == AUTHD_HASH) && q.password.len <= AUTHD_PASSWORD_MAX &&
	     q.hash.len < AUTHD_HASH_MAX);
	authd_put_question(&out, &q);
	MUST(!out.overflow && out.len == (size_t)n && memcmp(bytes, in.at, out.len) == 0);
	for (size_t cut = 0; cut < (size_t)n; cut++)
		MUST(authd_take_question(slice_of(in.at, cut), &q) == 0);
	return n;
}

static long answer(struct slice in)
{
	static uint8_t bytes[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(bytes, sizeof bytes);
	struct authd_answer a;
	long n = authd_take_answer(in, &a);

	MUST(n <= (long)in.len);
	if (n <= 0)
		return n;
	inside(a.hash, slice_of(in.at, (size_t)n));
	MUST(a.status <= AUTHD_FAILED && a.hash.len < AUTHD_HASH_MAX);
	authd_put_answer(&out, &a);
	MUST(!out.overflow && out.len == (size_t)n && memcmp(bytes, in.at, out.len) == 0);
	for (size_t cut = 0; cut < (size_t)n; cut++)
		MUST(authd_take_answer(slice_of(in.at, cut), &a) == 0);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);
	long n;

	while ((n = question(rest)) > 0)
		rest = slice_of(rest.at + n, rest.len - (size_t)n);
	rest = slice_of(data, size);
	while ((n = answer(rest)) > 0)
		rest = slice_of(rest.at + n, rest.len - (size_t)n);
	return 0;
}
