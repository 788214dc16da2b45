/* dc09_extended.c - extended data of DC-09 frames, and what a unit says in words.
 *
 * Its blocks are bytes: texts come as ASCII, UTF-8 or Windows-1252, some units put binary blocks between them.
 */
#include "base/digit.h"
#include "wire/dc09.h"

#define BINARY_LEN 2    /* bytes of a binary block's length, high byte first; or */
#define BINARY_DIGITS 4 /* hex digits */
#define UTF8_MAX 3

/* Windows-1252 from 0x80 to 0x9F; what it leaves free is a question mark. */
static const uint16_t WINDOWS[32] = {
	0x20AC, '?',    0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, '?',    0x017D, '?',    '?',    0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, '?',    0x017E, 0x0178,
};

static bool is_capital(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* Bytes of a binary block behind its "[", with the "]"; 0 when it is none. A capital letter can't begin one: its length would
 * be more than a frame has. */
static size_t binary_len(struct slice s)
{
	size_t len;

	if (s.len < BINARY_LEN)
		return 0;
	len = (size_t)s.at[0] << 8 | s.at[1];
	if (len < s.len - BINARY_LEN && s.at[BINARY_LEN + len] == ']')
		return BINARY_LEN + len + 1;
	len = 0;
	for (size_t i = 0; i < BINARY_DIGITS; i++) {
		if (i >= s.len || hex_digit(s.at[i]) < 0)
			return 0;
		len = len << 4 | (size_t)hex_digit(s.at[i]);
	}
	return len < s.len - BINARY_DIGITS && s.at[BINARY_DIGITS + len] == ']' ? BINARY_DIGITS + len + 1 : 0;
}

uint32_t dc09_extended(const struct dc09 *frame, struct dc09_x ret[DC09_X_MAX])
{
	struct slice s = frame->extended;
	uint32_t count = 0;

	for (size_t at = 0; at < s.len && count < DC09_X_MAX;) {
		const uint8_t *end;
		struct slice rest;

		if (s.at[at++] != '[' || at == s.len)
			continue; /* what stands between blocks is passed over */
		rest = slice_of(s.at + at, s.len - at);
		if (!is_capital(rest.at[0])) {
			at += binary_len(rest);
			continue;
		}
		end = memchr(rest.at, ']', rest.len);
		ret[count].letter = (char)rest.at[0];
		ret[count++].text = slice_of(rest.at + 1, (end == NULL ? rest.len : (size_t)(end - rest.at)) - 1);
		at += end == NULL ? rest.len : (size_t)(end - rest.at) + 1;
	}
	return count;
}

int64_t dc09_occurred(const struct dc09 *frame)
{
	struct dc09_x blocks[DC09_X_MAX];
	uint32_t count = dc09_extended(frame, blocks);
	uint8_t stamp[DC09_STAMP_LEN] = "_";

	for (uint32_t i = 0; i < count; i++) {
		struct slice text = blocks[i].text;

		if (blocks[i].letter != 'H')
			continue;
		if (text.len == DC09_STAMP_LEN && text.at[0] == '_')
			text = slice_of(text.at + 1, text.len - 1);
		if (text.len != DC09_STAMP_LEN - 1)
			return 0;
		memcpy(stamp + 1, text.at, text.len);
		return dc09_stamp(slice_of(stamp, sizeof stamp));
	}
	return 0;
}

/* ------------------------------------------------------------ words */

/* Bytes of the UTF-8 character at `at`, of more than one byte; 0 when there is none. */
static size_t utf8_len(struct slice s, size_t at)
{
	uint8_t c = s.at[at];
	size_t len = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
	uint8_t second;

	if (len == 0 || at + len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s.at[at + i] & 0xC0) != 0x80)
			return 0;
	/* Longer than need be, a half of a pair, beyond the last one; and the control characters from 0x80. */
	second = s.at[at + 1];
	if ((c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
	    (c == 0xF4 && second > 0x8F) || (c == 0xC2 && second < 0xA0))
		return 0;
	return len;
}

static bool is_utf8(struct slice s)
{
	for (size_t at = 0; at < s.len;) {
		size_t len = s.at[at] < 0x80 ? 1 : utf8_len(s, at);

		if (len == 0)
			return false;
		at += len;
	}
	return true;
}

static size_t windows(uint8_t c, uint8_t ret[UTF8_MAX])
{
	uint16_t u = c < 0xA0 ? WINDOWS[c - 0x80] : c;

	if (u < 0x80) {
		ret[0] = (uint8_t)u;
		return 1;
	}
	if (u < 0x800) {
		ret[0] = (uint8_t)(0xC0 | u >> 6);
		ret[1] = (uint8_t)(0x80 | (u & 0x3F));
		return 2;
	}
	ret[0] = (uint8_t)(0xE0 | u >> 12);
	ret[1] = (uint8_t)(0x80 | (u >> 6 & 0x3F));
	ret[2] = (uint8_t)(0x80 | (u & 0x3F));
	return 3;
}

/* Marks that turn the writing round or can't be seen: what stands on the screen must be what was sent. */
static bool hidden(const uint8_t *at, size_t len)
{
	if (len != 3 || at[0] != 0xE2)
		return false;
	return at[1] == 0x80 ? (at[2] >= 0x8B && at[2] <= 0x8F) || (at[2] >= 0xA8 && at[2] <= 0xAE)
	                     : at[1] == 0x81 && at[2] >= 0xA0 && at[2] <= 0xAF;
}

static bool put(struct alarm *a, const uint8_t *at, size_t len)
{
	if (len > sizeof a->text - a->text_len)
		return false;
	memcpy(a->text + a->text_len, at, len);
	a->text_len = (uint16_t)(a->text_len + len);
	return true;
}

void dc09_text_add(struct alarm *a, char letter, struct slice text)
{
	bool utf8 = is_utf8(text);
	uint8_t begin[3] = {'\n', (uint8_t)letter, ' '};
	uint8_t one[UTF8_MAX];
	bool fits;

	while (text.len != 0 && text.at[text.len - 1] <= ' ')
		text.len--;
	if (text.len == 0 || a->text_len + 4u > sizeof a->text)
		return;
	fits = a->text_len == 0 ? put(a, begin + 1, 2) : put(a, begin, 3);
	for (size_t at = 0, len; fits && at < text.len; at += len) {
		uint8_t c = text.at[at];

		len = c < 0x80 || !utf8 ? 1 : utf8_len(text, at);
		if (c < ' ' || c == 0x7F || (utf8 && hidden(text.at + at, len)))
			fits = put(a, (const uint8_t *)" ", 1);
		else if (c < 0x80 || utf8)
			fits = put(a, text.at + at, len);
		else
			fits = put(a, one, windows(c, one));
	}
}

void dc09_text_extended(const struct dc09 *frame, struct alarm *a)
{
	struct dc09_x blocks[DC09_X_MAX];
	uint32_t count = dc09_extended(frame, blocks);

	for (uint32_t i = 0; i < count; i++)
		if (strchr("ITLSORVXY", blocks[i].letter) != NULL)
			dc09_text_add(a, blocks[i].letter, blocks[i].text);
}
