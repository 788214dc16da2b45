#include "wire/console.h"

#include "core/incident.h"

const char *console_bad_name(int code)
{
	switch (code) {
	case CONSOLE_BAD_SIZE:
		return "bad_size";
	case CONSOLE_BAD_BYTES:
		return "bad_bytes";
	case CONSOLE_BAD_KIND:
		return "bad_kind";
	case CONSOLE_BAD_FIELD:
		return "bad_field";
	case CONSOLE_BAD_REQUEST:
		return "bad_request";
	}
	return "unknown";
}

/* ------------------------------------------------------------ text */

/* Bytes of the character at `at`, 0 when it is not UTF-8 (RFC 3629, section 4: shortest forms, no surrogates). */
static size_t utf8_len(const uint8_t *at, size_t left)
{
	uint8_t first = at[0];
	size_t len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	if (len == 0 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if (len == 3 && ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f)))
		return 0;
	if (len == 4 && ((first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f)))
		return 0;
	return len;
}

/* C0 but for line and tab, DEL, and C1 (U+0080 to U+009F): a terminal that shows it would obey it. */
static bool control(const uint8_t *at, size_t len)
{
	return (at[0] < 0x20 && at[0] != '\n' && at[0] != '\t') || at[0] == 0x7f ||
	       (len == 2 && at[0] == 0xc2 && at[1] < 0xa0);
}

/* Length of the lawful beginning. */
static size_t text_good(struct slice text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t len = utf8_len(text.at + at, text.len - at);

		if (len == 0 || control(text.at + at, len))
			break;
		at += len;
	}
	return at;
}

bool console_text_ok(struct slice text)
{
	return text_good(text) == text.len;
}

static bool clean_text(char **text, struct arena *arena)
{
	struct slice in = *text == NULL ? slice_of("", 0) : slice_str(*text);
	size_t good = text_good(in);
	uint8_t *copy;

	if (good == in.len)
		return true;
	copy = arena_take(arena, in.len + 1);
	if (copy == NULL)
		return false;
	memcpy(copy, in.at, in.len);
	copy[in.len] = '\0';
	while (good < in.len) {
		copy[good] = '?';
		good += 1 + text_good(slice_of(copy + good + 1, in.len - good - 1));
	}
	*text = (char *)copy;
	return true;
}

static bool clean_field(const ProtobufCFieldDescriptor *f, void *member, struct arena *arena)
{
	if (f->type == PROTOBUF_C_TYPE_STRING)
		return clean_text(member, arena);
	if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
		ProtobufCMessage *m = *(ProtobufCMessage **)member;

		return m == NULL || console_clean(m, arena);
	}
	return true;
}

bool console_clean(ProtobufCMessage *message, struct arena *arena)
{
	const ProtobufCMessageDescriptor *d = message->descriptor;

	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		uint8_t *base = (uint8_t *)message;

		if (f->type != PROTOBUF_C_TYPE_STRING && f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t n = *(size_t *)(void *)(base + f->quantifier_offset);
			void **list = *(void ***)(void *)(base + f->offset);

			for (size_t k = 0; k < n; k++)
				if (!clean_field(f, &list[k], arena))
					return false;
			continue;
		}
		if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    *(uint32_t *)(void *)(base + f->quantifier_offset) != f->id)
			continue;
		if (!clean_field(f, base + f->offset, arena))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------ from a screen */

bool console_id_ok(const char *id)
{
	size_t len = strlen(id);

	if (len == 0 || len >= ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (id[i] <= ' ' || id[i] > '~')
			return false;
	return true;
}

static bool hello_ok(const Pingan__V1__ScreenHello *h)
{
	if (h->page != PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE &&
	    h->page != PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER &&
	    h->page != PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_WALLBOARD)
		return false;
	if (h->n_holds > CONSOLE_HOLDS_MAX || strlen(h->build) > CONSOLE_BUILD_MAX || !console_text_ok(slice_str(h->build)))
		return false;
	for (size_t i = 0; i < h->n_holds; i++)
		if (h->holds[i] == 0)
			return false;
	return true;
}

int console_decode(struct slice frame, struct arena *arena, const Pingan__V1__ToDaemon **ret)
{
	const Pingan__V1__ToDaemon *m;

	if (frame.len == 0 || frame.len > CONSOLE_IN_MAX)
		return CONSOLE_BAD_SIZE;
	m = pingan__v1__to_daemon__unpack(&arena->allocator, frame.len, frame.at);
	if (m == NULL)
		return CONSOLE_BAD_BYTES;
	switch (m->body_case) {
	case PINGAN__V1__TO_DAEMON__BODY_HELLO:
		if (!hello_ok(m->hello))
			return CONSOLE_BAD_FIELD;
		break;
	case PINGAN__V1__TO_DAEMON__BODY_HEARTBEAT:
		break; /* the screen's clock is its own affair: it is only echoed */
	case PINGAN__V1__TO_DAEMON__BODY_REQUEST:
		if (m->request->cmd == 0)
			return CONSOLE_BAD_KIND;
		*ret = m;
		return console_request_ok(m->request) ? 0 : CONSOLE_BAD_REQUEST;
	case PINGAN__V1__TO_DAEMON__BODY__NOT_SET:
	case _PINGAN__V1__TO_DAEMON__BODY__CASE_IS_INT_SIZE:
		return CONSOLE_BAD_KIND;
	}
	*ret = m;
	return 0;
}

/* ------------------------------------------------------------ to a screen */

void console_pack(const ProtobufCMessage *message, struct buf *ret)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *room = buf_room(ret, len);

	if (room != NULL)
		ENSURE(protobuf_c_message_pack(message, room) == len);
}

static size_t varint_len(uint64_t n)
{
	size_t len = 1;

	while (n >= 0x80) {
		n >>= 7;
		len++;
	}
	return len;
}

static void put_varint(struct buf *ret, uint64_t n)
{
	uint8_t bytes[10];
	size_t len = 0;

	while (n >= 0x80) {
		bytes[len++] = (uint8_t)(n | 0x80);
		n >>= 7;
	}
	bytes[len++] = (uint8_t)n;
	buf_put(ret, bytes, len);
}

#define TAG_BYTES(number) (uint64_t)((number) << 3 | 2) /* length-delimited */

/* ToScreen{ `field`: head + rows }. Fields may come in any order, so the rows stand behind all the others. */
static void pack_with_rows(unsigned field, const ProtobufCMessage *head, unsigned row_field, const struct slice *rows,
                           size_t row_count, struct buf *ret)
{
	size_t len = protobuf_c_message_get_packed_size(head);

	for (size_t i = 0; i < row_count; i++)
		len += 1 + varint_len(rows[i].len) + rows[i].len;
	put_varint(ret, TAG_BYTES(field));
	put_varint(ret, len);
	console_pack(head, ret);
	for (size_t i = 0; i < row_count; i++) {
		put_varint(ret, TAG_BYTES(row_field));
		put_varint(ret, rows[i].len);
		buf_put(ret, rows[i].at, rows[i].len);
	}
}

void console_pack_delta(const Pingan__V1__Delta *delta, const struct slice *rows, size_t row_count, struct buf *ret)
{
	ENSURE(delta->n_upserts == 0);
	pack_with_rows(PINGAN__V1__TO_SCREEN__BODY_DELTA, &delta->base, 4, rows, row_count, ret);
}

void console_pack_snapshot(const Pingan__V1__Snapshot *snapshot, const struct slice *rows, size_t row_count,
                           struct buf *ret)
{
	ENSURE(snapshot->n_rows == 0);
	pack_with_rows(PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT, &snapshot->base, 3, rows, row_count, ret);
}
