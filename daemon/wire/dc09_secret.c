/* dc09_secret.c - encrypted DC-09 frames: what stands before and after the cipher. The cipher itself is a port of the app. */
#include "base/digit.h"
#include "base/utc.h"
#include "wire/dc09.h"

#include <stdio.h>

#define STAMP_LEN DC09_STAMP_LEN
#define PAD_MAX 16 /* 1 to 16 bytes of any value but | [ ] */

size_t dc09_cipher(const struct dc09 *frame, uint8_t *ret, size_t size)
{
	size_t len = frame->data.len / 2;

	if (!frame->encrypted || frame->data.len % 2 != 0 || len == 0 || len % DC09_BLOCK != 0 || len > size)
		return 0;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(frame->data.at[2 * i]), low = hex_digit(frame->data.at[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return len;
}

/* What a wrong key gives has neither a time stamp at its end nor a bar behind a short pad. */
bool dc09_unlock(const struct dc09 *frame, struct slice plain, struct dc09 *ret)
{
	size_t bar = 0, end;

	if (plain.len < STAMP_LEN + 2)
		return false;
	*ret = *frame;
	ret->encrypted = false;
	ret->unlocked = true;
	ret->stamp_ms = dc09_stamp(slice_of(plain.at + plain.len - STAMP_LEN, STAMP_LEN));
	if (ret->stamp_ms == 0)
		return false;
	plain.len -= STAMP_LEN;
	/* The pad is binary: the first bar ends it. Two senders leave the bar out of a link test. */
	while (bar < plain.len && plain.at[bar] != '|' && plain.at[bar] != ']' && plain.at[bar] != '[')
		bar++;
	if (bar == plain.len || bar > PAD_MAX || plain.at[bar] == '[')
		return false;
	if (plain.at[bar] == ']')
		return frame->token == DC09_NULL;
	for (end = bar + 1; end < plain.len && plain.at[end] != ']';)
		end++;
	if (end == plain.len)
		return false;
	dc09_data(slice_of(plain.at + bar + 1, end - bar - 1), ret);
	ret->extended = slice_of(plain.at + end + 1, plain.len - end - 1);
	return true;
}

void dc09_lock_plain(ms_t utc_ms, const uint8_t pad[DC09_LOCK_PAD], uint8_t ret[DC09_LOCK_LEN])
{
	char tail[2 + STAMP_LEN + 1];

	_Static_assert(DC09_LOCK_PAD + 2 + STAMP_LEN == DC09_LOCK_LEN && DC09_LOCK_LEN % DC09_BLOCK == 0, "whole blocks");
	for (size_t i = 0; i < DC09_LOCK_PAD; i++)
		ret[i] = pad[i] == '|' || pad[i] == '[' || pad[i] == ']' ? 'p' : pad[i];
	tail[0] = '|';
	tail[1] = ']';
	dc09_stamp_write(utc_ms, tail + 2);
	memcpy(ret + DC09_LOCK_PAD, tail, 2 + STAMP_LEN);
}

void dc09_reply_locked(const char *word, struct slice echo, bool crc_raw, const uint8_t cipher[DC09_LOCK_LEN],
                       struct buf *ret)
{
	static const char DIGITS[] = "0123456789ABCDEF";
	uint8_t bytes[DC09_REPLY_MAX];
	struct buf body = buf_of(bytes, sizeof bytes);

	ENSURE(strlen(word) <= 4 && echo.len <= DC09_ECHO_MAX);
	buf_put(&body, "\"*", 2);
	buf_put(&body, word, strlen(word));
	buf_put(&body, "\"", 1);
	buf_put(&body, echo.at, echo.len);
	buf_put(&body, "[", 1);
	for (size_t i = 0; i < DC09_LOCK_LEN; i++) {
		buf_put(&body, &DIGITS[cipher[i] >> 4], 1);
		buf_put(&body, &DIGITS[cipher[i] & 15], 1);
	}
	ENSURE(!body.overflow);
	dc09_frame(slice_of(bytes, body.len), crc_raw, ret);
}
