/* What a token looks like, and what only looks like one. */
#include "support/unit.h"

#include "io/who.h"

#define ID "0123456789abcdef"
#define SECRET "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void test_tokens(void **state)
{
	static const char *const BAD[] = {
		"",
		"pat_",
		ID "_" SECRET,
		"pat_" ID "_" SECRET "0",
		"pat_" ID "-" SECRET,
		"PAT_" ID "_" SECRET,
		"pat_0123456789ABCDEF_" SECRET,
		"pat_0123456789abcde:_" SECRET,
		"pat_" ID "_00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
		"pat_" ID "_0011223344556677889 aabbccddeeff00112233445566778899aabbccddeeff",
		" pat_" ID "_00112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
	};
	char id[TOKEN_ID_LEN + 1];
	uint8_t secret[TOKEN_SECRET_LEN / 2];

	(void)state;
	assert_true(token_read(slice_str("pat_" ID "_" SECRET), id, secret));
	assert_string_equal(id, ID);
	assert_int_equal(secret[1], 0x11);
	assert_int_equal(secret[31], 0xff);
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_false(token_read(slice_str(BAD[i]), id, secret));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokens)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
