/* Encrypted DC-09 frames: the worked example of three independent programs, every size of key, binary pads, wrong keys. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "io/crypto.h"
#include "wire/dc09.h"

static const char KEY[] = "0123456789ABCDEF0123456789ABCDEF"; /* 16, 24 or 32 bytes of it */
static const char EXAMPLE[] = "\n22C60076\"*ADM-CID\"0001L0#E128["
							  "225AB76CA75B8DEE73AC3AEF04F141A36944082028F81BC28E3DE116745D32E14C3AD146A2FCF3301D0"
							  "0EF0104B4F917\r";

static uint8_t cipher_bytes[DC09_BODY_MAX / 2], plain_bytes[DC09_BODY_MAX / 2];

static struct dc09 cut_of(const void *at, size_t len)
{
	struct dc09 f;
	size_t used;

	assert_int_equal(dc09_cut(slice_of(at, len), &used, &f), DC09_CUT_FRAME);
	assert_int_equal(used, len);
	return f;
}

/* Deciphers with the first `key_len` bytes of KEY. */
static bool open_with(const struct dc09 *f, const char *key, size_t key_len, struct dc09 *ret)
{
	size_t len = dc09_cipher(f, cipher_bytes, sizeof cipher_bytes);

	assert_true(len != 0);
	assert_true(crypto_aes_cbc(NULL, false, slice_of(key, key_len), slice_of(cipher_bytes, len), plain_bytes));
	return dc09_unlock(f, slice_of(plain_bytes, len), ret);
}

/* An encrypted frame of this plain text, which is whole blocks. */
static size_t lock(const char *token, const void *plain, size_t len, size_t key_len, uint8_t ret[DC09_FRAME_MAX])
{
	char body[DC09_BODY_MAX];
	struct buf frame = buf_of(ret, DC09_FRAME_MAX);
	size_t at = (size_t)snprintf(body, sizeof body, "\"*%s\"0007L0#E128[", token);

	assert_int_equal(len % DC09_BLOCK, 0);
	assert_true(crypto_aes_cbc(NULL, true, slice_of(KEY, key_len), slice_of(plain, len), cipher_bytes));
	for (size_t i = 0; i < len; i++, at += 2)
		snprintf(body + at, sizeof body - at, "%02x", cipher_bytes[i]); /* lower case occurs */
	dc09_frame(slice_of(body, at), false, &frame);
	assert_false(frame.overflow);
	return frame.len;
}

static bool is(struct slice s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static void test_the_worked_example(void **state)
{
	struct dc09 f = cut_of(EXAMPLE, sizeof EXAMPLE - 1), open;
	struct alarm a[DC09_EVENTS_MAX];

	(void)state;
	assert_true(f.encrypted && !f.unlocked);
	assert_true(open_with(&f, KEY, 16, &open));
	assert_memory_equal(plain_bytes, "abcdefghi|#E128|1120 01 007]_08:30:00,11-22-2026", 48);
	assert_true(open.unlocked && !open.encrypted && is(open.data_account, "E128") && is(open.data, "1120 01 007"));
	assert_int_equal(open.stamp_ms, INT64_C(1795336200000));
	assert_int_equal(dc09_alarms(&open, &CODES_PRESET, 0, a), 1);
	assert_int_equal(a[0].kind, KIND_PANIC);
	assert_int_equal(a[0].zone, 7);
	assert_int_equal(a[0].raw_len, sizeof EXAMPLE - 1); /* as it came */
}

#define WHOLE "123456789|#E128|Nri1/QA7][X116E23.5][Y39N54]_08:30:00,11-22-2026"

_Static_assert(sizeof WHOLE == 64 + 1, "whole blocks");

static void test_all_three_sizes_of_key(void **state)
{
	uint8_t bytes[DC09_FRAME_MAX];
	struct dc09 f, open;

	(void)state;
	for (size_t size = 16; size <= 32; size += 8) {
		/* 9 bytes of pad, data, extended data, time stamp: 64 in all. */
		f = cut_of(bytes, lock("SIA-DCS", WHOLE, 48, size, bytes));
		assert_false(open_with(&f, KEY, size, &open)); /* cut off before its end */
		f = cut_of(bytes, lock("SIA-DCS", WHOLE, 32, size, bytes));
		assert_false(open_with(&f, KEY, size, &open));
		f = cut_of(bytes, lock("SIA-DCS", WHOLE, 64, size, bytes));
		assert_true(open_with(&f, KEY, size, &open));
		assert_true(is(open.data, "Nri1/QA7"));
	}
}

/* The pad may be any bytes: the first bar ends it, whatever they look like. */
static void test_a_binary_pad(void **state)
{
	uint8_t plain[48] = {0xff, 0x00, '\r', '\n', 0x80, '#', 0xfe, 0x01, '"'}, bytes[DC09_FRAME_MAX];
	struct dc09 f, open;

	(void)state;
	memcpy(plain + 9, "|#E128|1120 01 007]_08:30:00,11-22-2026", 39);
	f = cut_of(bytes, lock("ADM-CID", plain, sizeof plain, 16, bytes));
	assert_true(open_with(&f, KEY, 16, &open));
	assert_true(is(open.data, "1120 01 007"));
	/* Too long for a pad, or with what a pad may not have. */
	memset(plain, 'a', 17);
	memcpy(plain + 17, "|1120 01 07]_08:30:00,11-22-2026", 31);
	f = cut_of(bytes, lock("ADM-CID", plain, sizeof plain, 16, bytes));
	assert_false(open_with(&f, KEY, 16, &open));
}

static void test_link_tests_with_and_without_the_bar(void **state)
{
	uint8_t bytes[DC09_FRAME_MAX];
	struct dc09 f, open;

	(void)state;
	f = cut_of(bytes, lock("NULL", "1234567890|]_08:30:00,11-22-2026", 32, 16, bytes));
	assert_true(open_with(&f, KEY, 16, &open));
	assert_int_equal(open.token, DC09_NULL);
	assert_int_equal(open.data.len, 0);
	f = cut_of(bytes, lock("NULL", "12345678901]_08:30:00,11-22-2026", 32, 16, bytes));
	assert_true(open_with(&f, KEY, 16, &open));
	/* Only a link test may do without. */
	f = cut_of(bytes, lock("ADM-CID", "12345678901]_08:30:00,11-22-2026", 32, 16, bytes));
	assert_false(open_with(&f, KEY, 16, &open));
}

static void test_a_wrong_key_is_never_believed(void **state)
{
	struct dc09 f = cut_of(EXAMPLE, sizeof EXAMPLE - 1), open;
	char key[17] = "0000000000000000";

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(key, sizeof key, "%016u", i);
		assert_false(open_with(&f, key, 16, &open));
	}
}

static void test_what_is_no_cipher_text(void **state)
{
	static const char *const BODIES[] = {
		"\"*ADM-CID\"0001L0#E128[",
		"\"*ADM-CID\"0001L0#E128[22",
		"\"*ADM-CID\"0001L0#E128[225AB76CA75B8DEE73AC3AEF04F141A",
		"\"*ADM-CID\"0001L0#E128[225AB76CA75B8DEE73AC3AEF04F141A3A3",
		"\"*ADM-CID\"0001L0#E128[225AB76CA75B8DEE73AC3AEF04F141Ag",
		"\"*ADM-CID\"0001L0#E128[225AB76CA75B8DEE73AC3AEF04F141]]",
	};
	uint8_t bytes[DC09_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BODIES); i++) {
		struct buf b = buf_of(bytes, sizeof bytes);
		struct dc09 f;

		dc09_frame(slice_str(BODIES[i]), false, &b);
		f = cut_of(bytes, b.len);
		assert_true(f.encrypted);
		assert_int_equal(dc09_cipher(&f, cipher_bytes, sizeof cipher_bytes), 0);
	}
	assert_false(crypto_aes_cbc(NULL, false, slice_of(KEY, 15), slice_of(cipher_bytes, 16), plain_bytes));
	assert_false(crypto_aes_cbc(NULL, false, slice_of(KEY, 16), slice_of(cipher_bytes, 15), plain_bytes));
	assert_false(crypto_aes_cbc(NULL, false, slice_of(KEY, 16), slice_of(cipher_bytes, 0), plain_bytes));
}

/* What we answer reads back with the same key: pad, nothing, our time. */
static void test_an_encrypted_reply(void **state)
{
	uint8_t plain[DC09_LOCK_LEN], cipher[DC09_LOCK_LEN], bytes[DC09_REPLY_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	struct dc09 f, open;

	(void)state;
	dc09_lock_plain(INT64_C(1795336201000), (const uint8_t *)"[]|\0\377abcde", plain);
	for (size_t i = 0; i < DC09_LOCK_PAD; i++)
		assert_true(plain[i] != '|' && plain[i] != '[' && plain[i] != ']');
	assert_true(crypto_aes_cbc(NULL, true, slice_of(KEY, 32), slice_of(plain, sizeof plain), cipher));
	/* The longest echo there is. */
	dc09_reply_locked("ACK", slice_str("9999RABCDEFLABCDEF#0123456789ABCDEF"), false, cipher, &b);
	assert_false(b.overflow);
	f = cut_of(bytes, b.len);
	assert_true(f.encrypted && f.token == DC09_REPLY && f.seq == 9999);
	assert_true(open_with(&f, KEY, 32, &open));
	assert_int_equal(open.data.len, 0);
	assert_int_equal(open.stamp_ms, INT64_C(1795336201000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_worked_example),
		cmocka_unit_test(test_all_three_sizes_of_key),
		cmocka_unit_test(test_a_binary_pad),
		cmocka_unit_test(test_link_tests_with_and_without_the_bar),
		cmocka_unit_test(test_a_wrong_key_is_never_believed),
		cmocka_unit_test(test_what_is_no_cipher_text),
		cmocka_unit_test(test_an_encrypted_reply),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
