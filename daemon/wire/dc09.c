#include "wire/dc09.h"

#include <stdio.h>

#include "base/digit.h"
#include "base/utc.h"

#define LF '\n'
#define CR '\r'
#define HEAD_TEXT 8 /* crc 0LLL */
#define HEAD_RAW 6  /* two bytes 0LLL */
#define STAMP_LEN DC09_STAMP_LEN
#define MARK_MAX 12 /* "+1" behind the raw bytes of a second event */

/* ------------------------------------------------------------ numbers */

static unsigned hex(const uint8_t *at, size_t digits)
{
	unsigned value = 0;

	for (size_t i = 0; i < digits; i++)
		value = value << 4 | (unsigned)hex_digit(at[i]);
	return value;
}

static bool is_capital(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_small(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static struct slice from(struct slice s, size_t at)
{
	return slice_of(s.at + at, s.len - at);
}

static struct slice head_of(struct slice s, size_t len)
{
	return slice_of(s.at, len);
}

uint16_t dc09_crc(struct slice bytes)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= bytes.at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
	}
	return crc;
}

/* ------------------------------------------------------------ time stamps */

static bool number(struct slice s, size_t at, size_t digits, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < digits; i++) {
		if (!is_digit(s.at[at + i]))
			return false;
		*ret = *ret * 10 + (unsigned)(s.at[at + i] - '0');
	}
	return true;
}

/* _HH:MM:SS,MM-DD-YYYY; 0 when it is anything else. */
int64_t dc09_stamp(struct slice s)
{
	unsigned hour, minute, second, month, day, year;

	if (s.len != STAMP_LEN || s.at[0] != '_' || s.at[3] != ':' || s.at[6] != ':' || s.at[9] != ',' || s.at[12] != '-' ||
	    s.at[15] != '-')
		return 0;
	if (!number(s, 1, 2, &hour) || !number(s, 4, 2, &minute) || !number(s, 7, 2, &second) ||
	    !number(s, 10, 2, &month) || !number(s, 13, 2, &day) || !number(s, 16, 4, &year))
		return 0;
	return utc_ms_of(year, month, day, hour, minute, second);
}

void dc09_stamp_write(ms_t utc_ms, char ret[DC09_STAMP_LEN + 1])
{
	int64_t seconds = utc_ms < 0 ? 0 : utc_ms / 1000;
	int64_t days = seconds / 86400;
	int64_t year = 1970 + days / 366; /* never too late; at most a few years too early */
	unsigned month = 12, of_day = (unsigned)(seconds % 86400);

	while (year < 9999 && utc_days(year + 1, 1, 1) <= days)
		year++;
	while (month > 1 && utc_days(year, month, 1) > days)
		month--;
	(void)snprintf(ret, STAMP_LEN + 1, "_%02u:%02u:%02u,%02u-%02u-%04u", of_day / 3600, of_day / 60 % 60, of_day % 60,
	               month, (unsigned)(days - utc_days(year, month, 1) + 1) % 100, (unsigned)year % 10000);
}

/* ------------------------------------------------------------ framing */

enum head { HEAD_NO, HEAD_MORE, HEAD_YES };

struct head_parts {
	bool raw;
	unsigned crc;
	size_t len;  /* as the frame says */
	size_t size; /* bytes before the body */
};

/* True if what is there of `in` may be a header whose CRC takes `crc_len` bytes. */
static bool head_like(struct slice in, size_t crc_len)
{
	size_t len = in.len < crc_len + 5 ? in.len : crc_len + 5;

	for (size_t i = 0; i < len; i++) {
		if (i < crc_len) {
			if (crc_len == 4 && hex_digit(in.at[i]) < 0)
				return false;
		} else if (i == crc_len) {
			if (in.at[i] != '0')
				return false;
		} else if (i < crc_len + 4) {
			if (hex_digit(in.at[i]) < 0)
				return false;
		} else if (in.at[i] != '"') {
			return false;
		}
	}
	return true;
}

/* What stands behind an LF. The 0 before the length and the quote behind it tell the two forms apart. */
static enum head head_read(struct slice in, struct head_parts *ret)
{
	bool text = head_like(in, 4), raw = head_like(in, 2);

	if (text && in.len > HEAD_TEXT) {
		*ret = (struct head_parts){.crc = hex(in.at, 4), .len = hex(in.at + 5, 3), .size = HEAD_TEXT};
		return HEAD_YES;
	}
	if (raw && in.len > HEAD_RAW) {
		*ret = (struct head_parts){
			.raw = true, .crc = (unsigned)in.at[0] << 8 | in.at[1], .len = hex(in.at + 3, 3), .size = HEAD_RAW};
		return HEAD_YES;
	}
	return text || raw ? HEAD_MORE : HEAD_NO;
}

enum end { END_FOUND, END_FOUND_CR_COUNTED, END_MORE, END_BAD };

/* Looks for the CR of a body that begins at `in` and says it is `len` long. The length goes before the first CR: extended
 * data of some units is binary. *ret: place of the CR, or with END_BAD the bytes to pass over. */
static enum end end_find(struct slice in, size_t len, size_t *ret)
{
	for (size_t i = 0; i < in.len; i++) {
		if (i == len) {
			*ret = in.at[i] == CR ? i : 0;
			return in.at[i] == CR ? END_FOUND : END_BAD;
		}
		if (in.at[i] == CR) {
			size_t next = i + 1;

			*ret = i;
			if (next == len)
				return END_FOUND_CR_COUNTED;
			while (next < in.len && in.at[next] == 0)
				next++;
			if (next == in.len)
				return END_MORE;
			/* Only a frame that begins here says that this one has ended too early: in binary data CR may stand before
			 * anything. */
			if (in.at[next] == LF) {
				struct head_parts other;
				enum head begins = head_read(from(in, next + 1), &other);

				*ret = next;
				if (begins != HEAD_NO)
					return begins == HEAD_YES ? END_BAD : END_MORE;
			}
		}
		/* The unit gave up in the middle and began again; or may have, as far as can be seen: it must not matter where the
		 * line cuts the stream. No CR is among these bytes, so nothing whole waits for the rest. */
		if (in.at[i] == LF && head_like(from(in, i + 1), 4)) {
			*ret = i;
			return in.len - (i + 1) > HEAD_TEXT ? END_BAD : END_MORE;
		}
	}
	return END_MORE;
}

static enum dc09_token token_of(struct slice text)
{
	static const struct {
		const char *name;
		enum dc09_token token;
	} TOKENS[] = {
		{"NULL", DC09_NULL},       {"ADM-CID", DC09_ADM_CID}, {"HENG-BO", DC09_ADM_CID}, /* one maker's own name for the same form */
		{"SIA-DCS", DC09_SIA_DCS}, {"ACK", DC09_REPLY},       {"NAK", DC09_REPLY},       {"DUH", DC09_REPLY},
		{"RSP", DC09_REPLY},
	};

	for (size_t i = 0; i < COUNT_OF(TOKENS); i++)
		if (slice_equal(text, slice_str(TOKENS[i].name)))
			return TOKENS[i].token;
	return DC09_UNKNOWN;
}

/* One letter and what belongs to it: R1, L, #2468. Returns its length, 0 where it is missing; -1 when too long. */
static int part_len(struct slice s, char letter, size_t max, bool any_letter)
{
	size_t len = 1;

	if (s.len == 0 || s.at[0] != (uint8_t)letter)
		return 0;
	while (len < s.len && (hex_digit(s.at[len]) >= 0 || (any_letter && (is_capital(s.at[len]) || is_small(s.at[len])))))
		len++;
	return len - 1 > max ? -1 : (int)len;
}

/* Account and content: "#2468|1120 01 007", "|1120 01 007", "1120 01 007". */
void dc09_data(struct slice data, struct dc09 *ret)
{
	const uint8_t *bar = data.len == 0 ? NULL : memchr(data.at, '|', data.len);
	size_t at;

	ret->data = data;
	if (bar == NULL || (data.at[0] != '#' && data.at[0] != '|'))
		return;
	at = (size_t)(bar - data.at);
	if (at > 1) {
		for (size_t i = 1; i < at; i++)
			if (hex_digit(data.at[i]) < 0 && !is_capital(data.at[i]) && !is_small(data.at[i]))
				return; /* not an account: all of it is content */
		if (at - 1 > DC09_ACCOUNT_MAX)
			return;
		ret->data_account = slice_of(data.at + 1, at - 1);
	}
	ret->data = from(data, at + 1);
}

static bool body_read(struct slice body, struct dc09 *ret)
{
	struct slice rest, data;
	const uint8_t *quote, *bracket;
	unsigned seq;
	int len;

	if (body.len < 2 || body.at[0] != '"')
		return false;
	quote = memchr(body.at + 1, '"', body.len - 1);
	if (quote == NULL)
		return false;
	ret->token_text = slice_of(body.at + 1, (size_t)(quote - body.at) - 1);
	if (ret->token_text.len == 0 || ret->token_text.len > DC09_TOKEN_MAX)
		return false;
	for (size_t i = 0; i < ret->token_text.len; i++)
		if (ret->token_text.at[i] <= ' ' || ret->token_text.at[i] > '~')
			return false;
	ret->encrypted = ret->token_text.at[0] == '*';
	ret->token = token_of(from(ret->token_text, ret->encrypted));

	rest = from(body, (size_t)(quote - body.at) + 1);
	ret->echo = rest;
	if (rest.len < 4 || !number(rest, 0, 4, &seq))
		return false;
	ret->seq = (uint16_t)seq;
	rest = from(rest, 4);
	if ((len = part_len(rest, 'R', 6, false)) < 0)
		return false;
	rest = from(rest, (size_t)len);
	if ((len = part_len(rest, 'L', 6, false)) < 0)
		return false;
	rest = from(rest, (size_t)len);
	if ((len = part_len(rest, '#', DC09_ACCOUNT_MAX, true)) < 0)
		return false;
	if (len > 1)
		ret->account = slice_of(rest.at + 1, (size_t)len - 1);
	rest = from(rest, (size_t)len);
	/* A NAK names its account so: A0. */
	if (ret->token == DC09_REPLY && (len = part_len(rest, 'A', DC09_ACCOUNT_MAX, false)) > 0)
		rest = from(rest, (size_t)len);
	ret->echo.len = (size_t)(rest.at - ret->echo.at);
	ENSURE(ret->echo.len <= DC09_ECHO_MAX);

	if (rest.len >= STAMP_LEN)
		ret->stamp_ms = dc09_stamp(from(rest, rest.len - STAMP_LEN));
	if (rest.len == 0)
		return true;
	if (rest.at[0] != '[')
		return false;
	data = from(rest, 1);
	bracket = ret->encrypted || data.len == 0 ? NULL : memchr(data.at, ']', data.len);
	if (bracket != NULL) {
		data.len = (size_t)(bracket - data.at);
		ret->extended = from(rest, data.len + 2);
		if (ret->stamp_ms != 0)
			ret->extended.len -= STAMP_LEN;
	}
	if (ret->encrypted)
		ret->data = data;
	else
		dc09_data(data, ret);
	return true;
}

enum dc09_cut dc09_cut(struct slice in, size_t *used, struct dc09 *ret)
{
	for (size_t at = 0;; at++) {
		const uint8_t *lf = at == in.len ? NULL : memchr(in.at + at, LF, in.len - at);
		struct head_parts head;
		struct slice body;
		size_t end = 0;
		enum end found;

		if (lf == NULL) {
			*used = in.len; /* junk */
			return DC09_CUT_MORE;
		}
		at = (size_t)(lf - in.at);
		switch (head_read(from(in, at + 1), &head)) {
		case HEAD_NO:
			continue;
		case HEAD_MORE:
			*used = at;
			return DC09_CUT_MORE;
		case HEAD_YES:
			break;
		}
		body = from(in, at + 1 + head.size);
		found = end_find(body, head.len, &end);
		if (found == END_MORE) {
			*used = at;
			return DC09_CUT_MORE;
		}
		if (found == END_BAD) {
			*used = at + 1 + head.size + end;
			return DC09_CUT_BAD;
		}
		*used = at + 1 + head.size + end + 1;
		if (dc09_crc(head_of(body, end + (found == END_FOUND_CR_COUNTED))) != head.crc)
			return DC09_CUT_BAD_CRC;
		*ret = (struct dc09){.raw = slice_of(in.at + at, *used - at), .body = head_of(body, end), .crc_raw = head.raw};
		return body_read(ret->body, ret) ? DC09_CUT_FRAME : DC09_CUT_BAD;
	}
}

/* ------------------------------------------------------------ what it reports */

/* Alarms of one frame as they are found. */
struct found {
	const struct dc09 *frame;
	const struct codes *codes;
	uint32_t table;
	int64_t raised_ms;
	struct alarm *at;
	uint32_t count;
	bool more; /* some did not fit */
};

static void code_write(struct alarm *a, struct slice code)
{
	size_t len = 0;

	for (size_t i = 0; i < code.len && len + 1 < sizeof a->code; i++)
		a->code[len++] = code.at[i] > ' ' && code.at[i] <= '~' ? (char)code.at[i] : '?';
	a->code[len] = '\0';
}

static void alarm_make(const struct found *f, enum kind kind, uint32_t zone, bool restore, struct slice code,
                       struct alarm *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->protocol = PROTOCOL_DC09;
	ret->battery_pct = 255;
	ret->raised_ms = f->raised_ms;
	ret->kind = kind == KIND_NONE ? KIND_UNKNOWN : kind;
	ret->code_unknown = kind == KIND_NONE;
	/* A restore that nobody understands is shown all the same; armed and disarmed are two of a kind, nothing is over. */
	ret->restore = restore && kind != KIND_NONE && kind != KIND_UNKNOWN && kind != KIND_TEST;
	ret->zone = zone > UINT16_MAX ? UINT16_MAX : zone;
	code_write(ret, code);
}

/* When all places are taken the least urgent gives way, and the last one says that there was more. */
static struct alarm *found_add(struct found *f, enum kind kind, uint32_t zone, bool restore, struct slice code)
{
	uint32_t at = f->count;

	if (f->count == DC09_EVENTS_MAX) {
		f->more = true;
		at = 0;
		for (uint32_t i = 1; i + 1 < DC09_EVENTS_MAX; i++)
			if (class_above(kind_class(f->at[at].kind), kind_class(f->at[i].kind)))
				at = i;
		if (restore || !class_above(kind_class(kind == KIND_NONE ? KIND_UNKNOWN : kind), kind_class(f->at[at].kind)))
			return NULL;
	} else {
		f->count++;
	}
	alarm_make(f, kind, zone, restore, code, &f->at[at]);
	return &f->at[at];
}

/* What the tables of this unit's type say. KIND_NONE: nothing. */
static enum kind meaning(const struct found *f, bool contact_id, struct slice code, uint32_t zone, bool *restore)
{
	const struct code *found = codes_find(f->codes, f->table, contact_id, code, zone);

	*restore = found != NULL && found->restore;
	return found == NULL ? KIND_NONE : found->kind;
}

static uint32_t decimal(struct slice s, size_t *at)
{
	uint32_t value = 0;

	for (; *at < s.len && is_digit(s.at[*at]); (*at)++)
		if (value <= UINT16_MAX)
			value = value * 10 + (uint32_t)(s.at[*at] - '0');
	return value;
}

/* QEEE GG ZZZ */
static void contact_id(struct found *f, struct slice data)
{
	uint8_t code[4];
	bool restore, by_code = false;
	uint32_t zone = 0;
	size_t at = 4;
	enum kind kind;

	if (data.len < 4 || strchr("136ER", data.at[0]) == NULL || data.at[0] == 0 || hex_digit(data.at[1]) < 0 ||
	    hex_digit(data.at[2]) < 0 || hex_digit(data.at[3]) < 0)
		return;
	restore = data.at[0] == '3' || data.at[0] == 'R';
	code[0] = restore ? 'R' : 'E';
	memcpy(code + 1, data.at + 1, 3);
	while (at < data.len && data.at[at] == ' ')
		at++;
	(void)decimal(data, &at); /* partition */
	while (at < data.len && data.at[at] == ' ')
		at++;
	zone = decimal(data, &at);
	kind = meaning(f, true, slice_of(code + 1, 3), zone, &by_code);
	(void)found_add(f, kind, zone, restore || by_code, slice_of(code, 4));
}

static size_t skip_to(struct slice s, size_t at, uint8_t what)
{
	const uint8_t *end = at >= s.len ? NULL : memchr(s.at + at, what, s.len - at);

	return end == NULL ? s.len : (size_t)(end - s.at) + 1;
}

/* Two capitals and a number. */
static bool event_at(struct slice s, size_t at)
{
	return at + 2 <= s.len && is_capital(s.at[at]) && is_capital(s.at[at + 1]);
}

/* Text between the place where it begins and the mark behind it; it belongs to the event before it. */
static void sia_text(struct alarm *a, struct slice s, size_t from_, size_t end)
{
	size_t mark = end > from_ && (s.at[end - 1] == '^' || s.at[end - 1] == '\'') ? end - 1 : end;

	if (a != NULL && mark > from_)
		dc09_text_add(a, 'I', slice_of(s.at + from_, mark - from_));
}

/* N, modifiers, events: Nri1/id5/QA7, Nri1QA7, NFA129^KITCHEN^/TA3, NYR|AText. Modifiers hold for what follows. */
static void sia(struct found *f, struct slice s)
{
	struct alarm *last = NULL;
	uint32_t user = 0;
	size_t at = 0;

	/* N new, O old; but NA by itself is an event. */
	if (s.len != 0 && (s.at[0] == 'N' || s.at[0] == 'O') && (!event_at(s, 0) || event_at(s, 1)))
		at = 1;
	while (at < s.len) {
		uint8_t c = s.at[at];

		if (event_at(s, at)) {
			size_t digits = at + 2, start = at;
			bool restore = false;
			uint32_t zone = decimal(s, &digits);
			enum kind kind;

			if (digits == at + 2)
				zone = user;
			kind = meaning(f, false, slice_of(s.at + at, 2), zone, &restore);
			at = digits;
			last = found_add(f, kind, zone, restore, slice_of(s.at + start, at - start));
		} else if (is_small(c) && at + 1 < s.len && is_small(s.at[at + 1])) {
			bool id = c == 'i' && s.at[at + 1] == 'd';

			at += 2;
			if (id)
				user = decimal(s, &at);
			while (at < s.len && (is_digit(s.at[at]) || strchr(":.,-", s.at[at]) != NULL) && s.at[at] != 0)
				at++;
		} else if (c == '^') {
			size_t start = at + 1;

			at = skip_to(s, start, '^');
			sia_text(last, s, start, at);
		} else if (c == '*' && at + 1 < s.len && s.at[at + 1] == '\'') {
			size_t start = at + 2;

			at = skip_to(s, start, '\'');
			sia_text(last, s, start, at);
			if (at + 2 <= s.len && s.at[at] == 'N' && s.at[at + 1] == 'M')
				at += 2;
		} else if (c == '|' && at + 1 < s.len && s.at[at + 1] == 'A') {
			size_t start = at + 2;

			for (at++; at < s.len && s.at[at] != '|';)
				at++;
			sia_text(last, s, start, at);
		} else if (c == '|' && at + 1 < s.len && (s.at[at + 1] == 'N' || s.at[at + 1] == 'O')) {
			at += 2;
		} else {
			at++;
		}
	}
}

/* Keeps the bytes as they came, and tells the events of one frame apart. */
static void raw_keep(const struct dc09 *frame, uint32_t number_, struct alarm *ret)
{
	size_t len = frame->raw.len > ALARM_RAW_MAX - MARK_MAX ? ALARM_RAW_MAX - MARK_MAX : frame->raw.len;
	char mark[MARK_MAX];

	memcpy(ret->raw, frame->raw.at, len);
	ret->raw_len = (uint16_t)len;
	if (number_ == 0)
		return;
	(void)snprintf(mark, sizeof mark, "+%u", (unsigned)number_);
	memcpy(ret->raw + len, mark, strlen(mark));
	ret->raw_len = (uint16_t)(len + strlen(mark));
}

/* The extended data is of the whole frame: it goes with its most urgent event. */
static void extended_text(struct found *f)
{
	uint32_t most = 0;

	for (uint32_t i = 1; i < f->count; i++)
		if (!f->at[i].restore &&
		    (f->at[most].restore || class_above(kind_class(f->at[i].kind), kind_class(f->at[most].kind))))
			most = i;
	dc09_text_extended(f->frame, &f->at[most]);
}

uint32_t dc09_alarms(const struct dc09 *frame, const struct codes *codes, uint32_t table,
                     struct alarm ret[DC09_EVENTS_MAX])
{
	struct found f = {.frame = frame, .codes = codes, .table = table, .at = ret};

	if (frame->token == DC09_NULL || frame->token == DC09_REPLY)
		return 0;
	f.raised_ms = dc09_occurred(frame);
	if (f.raised_ms == 0)
		f.raised_ms = frame->stamp_ms;
	if (!frame->encrypted && frame->token == DC09_ADM_CID)
		contact_id(&f, frame->data);
	else if (!frame->encrypted && frame->token == DC09_SIA_DCS)
		sia(&f, frame->data);
	if (f.more)
		alarm_make(&f, KIND_NONE, 0, false, slice_str("more"), &ret[DC09_EVENTS_MAX - 1]);
	if (f.count == 0) {
		/* Nobody can read it: the token, or what stands where the code should. */
		bool by_token = frame->encrypted || frame->token == DC09_UNKNOWN || frame->data.len == 0;

		(void)found_add(&f, KIND_NONE, 0, false, by_token ? frame->token_text : frame->data);
	}
	extended_text(&f);
	for (uint32_t i = 0; i < f.count; i++)
		raw_keep(frame, i, &ret[i]);
	return f.count;
}

void dc09_device_id(struct slice account, char ret[ID_MAX])
{
	char upper[DC09_ACCOUNT_MAX + 1] = "-";

	if (account.len != 0 && account.len <= DC09_ACCOUNT_MAX)
		for (size_t i = 0; i <= account.len; i++)
			upper[i] = (char)(i == account.len          ? 0
			                  : is_small(account.at[i]) ? account.at[i] - 'a' + 'A'
			                                            : account.at[i]);
	(void)snprintf(ret, ID_MAX, "dc09.%s", upper);
}

/* ------------------------------------------------------------ replies */

void dc09_frame(struct slice body, bool crc_raw, struct buf *ret)
{
	unsigned crc = dc09_crc(body);
	uint8_t head[1 + HEAD_TEXT + 1] = {LF, (uint8_t)(crc >> 8), (uint8_t)crc};
	char text[HEAD_TEXT + 1];

	ENSURE(body.len <= DC09_BODY_MAX);
	(void)snprintf(text, sizeof text, "%04X0%03X", crc, (unsigned)body.len);
	if (crc_raw)
		memcpy(head + 3, text + 4, 4);
	else
		memcpy(head + 1, text, HEAD_TEXT);
	buf_put(ret, head, 1 + (crc_raw ? HEAD_RAW : HEAD_TEXT));
	buf_put(ret, body.at, body.len);
	buf_put(ret, "\r", 1);
}

void dc09_reply(const char *word, struct slice echo, bool crc_raw, ms_t utc_ms, struct buf *ret)
{
	uint8_t bytes[DC09_REPLY_MAX];
	struct buf body = buf_of(bytes, sizeof bytes);
	char stamp[STAMP_LEN + 1];

	ENSURE(strlen(word) <= 4 && echo.len <= DC09_ECHO_MAX);
	dc09_stamp_write(utc_ms, stamp);
	buf_put(&body, "\"", 1);
	buf_put(&body, word, strlen(word));
	buf_put(&body, "\"", 1);
	buf_put(&body, echo.at, echo.len);
	buf_put(&body, "[]", 2);
	buf_put(&body, stamp, STAMP_LEN);
	ENSURE(!body.overflow);
	dc09_frame(slice_of(bytes, body.len), crc_raw, ret);
}

void dc09_nak(bool crc_raw, ms_t utc_ms, struct buf *ret)
{
	dc09_reply("NAK", slice_str("0000R0L0A0"), crc_raw, utc_ms, ret);
}
