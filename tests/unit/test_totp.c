/* Codes beside the password: as the standard has them, once each, and not for longer than a minute and a half. */
#include "support/unit.h"

#include "io/totp.h"

static const char KEY[] = "12345678901234567890"; /* RFC 6238, appendix B */

static struct slice key(void)
{
	return slice_of(KEY, 20);
}

static void test_codes_of_the_standard(void **state)
{
	static const struct {
		int64_t at_s;
		const char *code;
	} TABLE[] = {
		{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {INT64_C(20000000000), "353130"},
	};
	char code[TOTP_DIGITS + 1];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
		totp_code(key(), TABLE[i].at_s / TOTP_STEP_S, code);
		assert_string_equal(code, TABLE[i].code);
		assert_true(totp_check(key(), slice_str(code), TABLE[i].at_s * 1000, 0) == TABLE[i].at_s / TOTP_STEP_S);
	}
}

static void test_a_code_opens_once(void **state)
{
	const ms_t now = INT64_C(1234567890) * 1000;
	const int64_t step = now / 30000;
	char code[TOTP_DIGITS + 1], before[TOTP_DIGITS + 1];

	(void)state;
	totp_code(key(), step, code);
	totp_code(key(), step - 1, before);
	assert_true(totp_check(key(), slice_str(code), now, 0) == step);
	assert_true(totp_check(key(), slice_str(code), now, step) == 0);   /* used */
	assert_true(totp_check(key(), slice_str(before), now, step) == 0); /* older than what was used */
	assert_true(totp_check(key(), slice_str(before), now, 0) == step - 1);
	assert_true(totp_check(key(), slice_str(code), now - 30000, 0) == step); /* a phone that goes ahead */
	assert_true(totp_check(key(), slice_str(code), now + 60000, 0) == 0);
	assert_true(totp_check(key(), slice_str(code), now - 60000, 0) == 0);
}

static void test_what_is_no_code(void **state)
{
	char code[TOTP_DIGITS + 2];

	(void)state;
	totp_code(key(), 1, code);
	assert_true(totp_check(key(), slice_of(code, 5), 30000, 0) == 0);
	code[6] = '0';
	assert_true(totp_check(key(), slice_of(code, 7), 30000, 0) == 0);
	assert_true(totp_check(key(), slice_str(""), 30000, 0) == 0);
	code[0] = (char)(code[0] == '9' ? '0' : code[0] + 1);
	assert_true(totp_check(key(), slice_of(code, 6), 30000, 0) == 0);
	totp_code(slice_of("", 0), 1, code);
	assert_true(totp_check(slice_of("", 0), slice_of(code, 6), 30000, 0) == 0); /* no key: no code is right */
}

static void test_the_uri_of_an_app(void **state)
{
	char uri[TOTP_URI_MAX], text[32];

	(void)state;
	totp_uri(key(), "pa", "root.admin", uri);
	assert_string_equal(uri, "otpauth://totp/PingAnTong%20pa:root.admin?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	                         "&issuer=PingAnTong%20pa");
	/* RFC 4648, 10, without the padding. */
	totp_base32(slice_str("f"), text, sizeof text);
	assert_string_equal(text, "MY");
	totp_base32(slice_str("foob"), text, sizeof text);
	assert_string_equal(text, "MZXW6YQ");
	totp_base32(slice_str("foobar"), text, sizeof text);
	assert_string_equal(text, "MZXW6YTBOI");
	totp_base32(slice_str(""), text, sizeof text);
	assert_string_equal(text, "");
}

static void test_codes_on_paper(void **state)
{
	char text[RECOVERY_TEXT], other[RECOVERY_TEXT], typed[64];
	uint8_t hash[32], again[32];

	(void)state;
	recovery_make(text, hash);
	recovery_make(other, again);
	assert_string_not_equal(text, other);
	assert_int_equal(strlen(text), RECOVERY_TEXT - 1);
	assert_true(recovery_read(slice_str(text), again));
	assert_memory_equal(hash, again, 32);
	/* As people type it. */
	for (size_t i = 0; i <= strlen(text); i++)
		typed[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i] == '-' ? ' ' : text[i]);
	assert_true(recovery_read(slice_str(typed), again));
	assert_memory_equal(hash, again, 32);
	assert_true(recovery_read(slice_str(other), again));
	assert_memory_not_equal(hash, again, 32);
	assert_false(recovery_read(slice_of(text, strlen(text) - 1), again));
	assert_false(recovery_read(slice_str("abcd-efgh-jkmn-pqrsx"), again));
	assert_false(recovery_read(slice_str("abcd-efgh-jkmn-pqr0"), again));
	assert_false(recovery_read(slice_str("287082"), again));
	assert_false(recovery_read(slice_str(""), again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes_of_the_standard), cmocka_unit_test(test_a_code_opens_once),
		cmocka_unit_test(test_what_is_no_code),       cmocka_unit_test(test_the_uri_of_an_app),
		cmocka_unit_test(test_codes_on_paper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
