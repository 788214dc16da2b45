/* fuzz_dc09_secret.c - encrypted DC-09 frames, with the real cipher: any content behind any key, and any bytes where cipher
 * text should be.
 *
 * Input: one byte for the key's length, 32 for the key, the rest is content.
 * Oracles: what is enciphered as the text says and read back has the account, content and time of the same frame sent in
 * plain; with one bit of the key turned nothing is read; cipher text comes out of its digits as a second reader has it; what
 * was read lies within the plain text; our own encrypted reply reads back; the CRC is that of a second program. */
#include <stdlib.h>

#include "io/crypto.h"
#include "wire/dc09.h"

#define NOW INT64_C(1795336201000)
#define CONTENT_MAX 1500

static void must(bool cond)
{
	if (!cond)
		abort();
}

/* Bit by bit from the definition: divide the message, reflected, by x^16 + x^15 + x^2 + 1. */
static uint16_t crc_again(struct slice s)
{
	static uint16_t table[256];

	if (table[1] == 0)
		for (unsigned i = 0; i < 256; i++) {
			unsigned c = i;

			for (int bit = 0; bit < 8; bit++)
				c = (c >> 1) ^ ((c & 1) * 0xA001u);
			table[i] = (uint16_t)c;
		}
	uint16_t crc = 0;

	for (size_t i = 0; i < s.len; i++)
		crc = (uint16_t)(crc >> 8 ^ table[(crc ^ s.at[i]) & 0xff]);
	return crc;
}

static void put_hex(struct buf *b, const uint8_t *at, size_t len, bool lower)
{
	const char *digits = lower ? "0123456789abcdef" : "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		buf_put(b, &digits[at[i] >> 4], 1);
		buf_put(b, &digits[at[i] & 15], 1);
	}
}

static bool within(struct slice inner, struct slice outer)
{
	return inner.len == 0 || (inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len);
}

static void same_events(const struct dc09 *a, const struct dc09 *b)
{
	struct alarm one[DC09_EVENTS_MAX], two[DC09_EVENTS_MAX];
	uint32_t n = dc09_alarms(a, &CODES_PRESET, 0, one);

	must(n == dc09_alarms(b, &CODES_PRESET, 0, two));
	for (uint32_t i = 0; i < n; i++)
		/* Where nothing can be read the token is the code, with its star. */
		must(one[i].kind == two[i].kind && one[i].zone == two[i].zone && one[i].restore == two[i].restore &&
		     one[i].raised_ms == two[i].raised_ms &&
		     strcmp(one[i].code + (one[i].code[0] == '*'), two[i].code + (two[i].code[0] == '*')) == 0);
}

/* `content` between the brackets, sent both ways. */
static void both_ways(struct slice key, struct slice content, const uint8_t pad_from[16])
{
	static uint8_t plain_bytes[DC09_FRAME_MAX], body_bytes[DC09_FRAME_MAX], frame_bytes[DC09_FRAME_MAX],
		region[2 * CONTENT_MAX], cipher[2 * CONTENT_MAX], back[2 * CONTENT_MAX];
	static const char STAMP[] = "_08:30:01,11-22-2026";
	struct buf body = buf_of(body_bytes, sizeof body_bytes), frame = buf_of(frame_bytes, sizeof frame_bytes);
	struct buf in = buf_of(region, sizeof region);
	struct dc09 sent, open, plain;
	size_t used, pad = DC09_BLOCK - (content.len + 2 + DC09_STAMP_LEN) % DC09_BLOCK, len;
	uint8_t wrong[32];

	for (size_t i = 0; i < content.len; i++)
		if (content.at[i] == ']' || content.at[i] == '\r' || content.at[i] == '\n')
			return; /* ends the content or the frame */
	/* In plain. */
	buf_put(&body, "\"SIA-DCS\"0007L0#12AB[", 21);
	buf_put(&body, content.at, content.len);
	buf_put(&body, "]", 1);
	buf_put(&body, STAMP, DC09_STAMP_LEN);
	dc09_frame(slice_of(body.at, body.len), false, &frame);
	must(!body.overflow && !frame.overflow);
	memcpy(plain_bytes, frame.at, frame.len);
	must(dc09_cut(slice_of(plain_bytes, frame.len), &used, &plain) == DC09_CUT_FRAME && used == frame.len);

	/* Enciphered. */
	for (size_t i = 0; i < pad; i++) {
		uint8_t c = pad_from[i];

		c = c == '|' || c == '[' || c == ']' ? 'p' : c;
		buf_put(&in, &c, 1);
	}
	buf_put(&in, "|", 1);
	buf_put(&in, content.at, content.len);
	buf_put(&in, "]", 1);
	buf_put(&in, STAMP, DC09_STAMP_LEN);
	must(!in.overflow && in.len % DC09_BLOCK == 0);
	must(crypto_aes_cbc(NULL, true, key, slice_of(region, in.len), cipher));
	body = buf_of(body_bytes, sizeof body_bytes);
	frame = buf_of(frame_bytes, sizeof frame_bytes);
	buf_put(&body, "\"*SIA-DCS\"0007L0#12AB[", 22);
	put_hex(&body, cipher, in.len, (pad_from[0] & 1) != 0);
	dc09_frame(slice_of(body.at, body.len), (pad_from[0] & 2) != 0, &frame);
	must(!body.overflow && !frame.overflow);
	must(dc09_cut(slice_of(frame_bytes, frame.len), &used, &sent) == DC09_CUT_FRAME && used == frame.len);
	must(sent.encrypted);
	len = dc09_cipher(&sent, back, sizeof back);
	must(len == in.len && memcmp(back, cipher, len) == 0);
	must(dc09_cipher(&sent, back, len - 1) == 0); /* too little room is none */

	must(crypto_aes_cbc(NULL, false, key, slice_of(cipher, len), back));
	must(memcmp(back, region, len) == 0);
	must(dc09_unlock(&sent, slice_of(back, len), &open));
	must(open.unlocked && !open.encrypted && open.stamp_ms == plain.stamp_ms);
	must(slice_equal(open.data, plain.data) && slice_equal(open.data_account, plain.data_account));
	same_events(&open, &plain);

	memcpy(wrong, key.at, key.len);
	wrong[pad_from[1] % key.len] ^= (uint8_t)(1u << (pad_from[2] & 7));
	must(crypto_aes_cbc(NULL, false, slice_of(wrong, key.len), slice_of(cipher, len), back));
	must(!dc09_unlock(&sent, slice_of(back, len), &open));
}

/* Any bytes as plain text of what a key opened: as if the key were known. */
static void any_plain(struct slice bytes)
{
	static const char FRAME[] = "\"*ADM-CID\"0001L0#1[";
	uint8_t head[64];
	struct buf b = buf_of(head, sizeof head);
	struct dc09 sent, open;
	struct alarm alarms[DC09_EVENTS_MAX];
	size_t used;
	uint32_t n;

	dc09_frame(slice_of((const uint8_t *)FRAME, sizeof FRAME - 1), false, &b);
	must(dc09_cut(slice_of(head, b.len), &used, &sent) == DC09_CUT_FRAME);
	must(dc09_cipher(&sent, head, sizeof head) == 0);
	if (!dc09_unlock(&sent, bytes, &open))
		return;
	must(within(open.data, bytes) && within(open.data_account, bytes) && open.stamp_ms != 0);
	n = dc09_alarms(&open, &CODES_PRESET, 0, alarms);
	must(n >= 1 && n <= DC09_EVENTS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		dc09_device_id(open.account, alarms[i].device);
		must(alarm_valid(&alarms[i]));
	}
}

/* Any bytes where the digits of cipher text should be. */
static void any_digits(struct slice bytes)
{
	static uint8_t got[DC09_BODY_MAX], wanted[DC09_BODY_MAX];
	struct dc09 f = {.encrypted = true, .data = bytes};
	bool good = bytes.len != 0 && bytes.len % (2 * DC09_BLOCK) == 0 && bytes.len / 2 <= sizeof got;

	for (size_t i = 0; good && i < bytes.len; i++) {
		char two[2] = {(char)bytes.at[i], '\0'}, *end;
		unsigned long digit = strtoul(two, &end, 16);

		good = end != two && *end == '\0';
		if (i % 2 == 0)
			wanted[i / 2] = (uint8_t)(digit << 4);
		else
			wanted[i / 2] |= (uint8_t)digit;
	}
	must(dc09_cipher(&f, got, sizeof got) == (good ? bytes.len / 2 : 0));
	must(!good || memcmp(got, wanted, bytes.len / 2) == 0);
}

static void own_reply(struct slice key, const uint8_t pad[16])
{
	uint8_t plain[DC09_LOCK_LEN], cipher[DC09_LOCK_LEN], back[DC09_LOCK_LEN], bytes[DC09_REPLY_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	struct dc09 f;
	size_t used;

	dc09_lock_plain(NOW, pad, plain);
	must(crypto_aes_cbc(NULL, true, key, slice_of(plain, sizeof plain), cipher));
	dc09_reply_locked("ACK", slice_of((const uint8_t *)"0007L0#12AB", 11), false, cipher, &b);
	must(!b.overflow && dc09_cut(slice_of(bytes, b.len), &used, &f) == DC09_CUT_FRAME && used == b.len);
	must(f.token == DC09_REPLY && f.encrypted && f.seq == 7);
	must(dc09_cipher(&f, back, sizeof back) == sizeof back && memcmp(back, cipher, sizeof back) == 0);
	/* A unit looks for the first bar, then for the bracket and the time behind it. */
	must(memchr(plain, '|', sizeof plain) == plain + DC09_LOCK_PAD && plain[DC09_LOCK_PAD + 1] == ']');
	must(dc09_stamp(slice_of(plain + DC09_LOCK_PAD + 2, DC09_STAMP_LEN)) == NOW);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t LENGTHS[3] = {16, 24, 32};
	uint8_t key_bytes[32] = {0}, pad[16] = {0};
	struct slice key, rest;

	any_plain(slice_of(data, size));
	any_digits(slice_of(data, size));
	must(dc09_crc(slice_of(data, size)) == crc_again(slice_of(data, size)));
	if (size < 33)
		return 0;
	memcpy(key_bytes, data + 1, 32);
	key = slice_of(key_bytes, LENGTHS[data[0] % 3]);
	rest = slice_of(data + 33, size - 33);
	memcpy(pad, rest.at, rest.len < sizeof pad ? rest.len : sizeof pad);
	own_reply(key, pad);
	if (rest.len <= CONTENT_MAX)
		both_ways(key, rest, pad);
	return 0;
}
