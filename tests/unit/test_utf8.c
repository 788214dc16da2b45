/* UTF-8, against a decoder written another way: every code point is taken, everything else is refused. */
#include "support/unit.h"

#include "io/utf8.h"

static bool whole(const uint8_t *at, size_t len)
{
	struct utf8 u = {0};

	return utf8_take(&u, slice_of(at, len)) && utf8_whole(&u);
}

static size_t encode(uint32_t c, uint8_t *ret)
{
	if (c < 0x80) {
		ret[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		ret[0] = (uint8_t)(0xc0 | c >> 6);
		ret[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		ret[0] = (uint8_t)(0xe0 | c >> 12);
		ret[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		ret[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	ret[0] = (uint8_t)(0xf0 | c >> 18);
	ret[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	ret[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	ret[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

static void test_every_code_point(void **state)
{
	uint8_t bytes[4];

	(void)state;
	for (uint32_t c = 0; c < 0x130000; c++) {
		size_t len = encode(c, bytes);
		bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

		assert_int_equal(whole(bytes, len), good);
		for (size_t n = 1; n < len; n++)
			assert_false(whole(bytes, n)); /* cut short */
	}
}

/* All strings of one and two bytes, and of three from the interesting ones. */
static void test_short_strings(void **state)
{
	static const uint8_t EDGES[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
	                                0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
	(void)state;
	for (int a = 0; a < 256; a++) {
		uint8_t one[1] = {(uint8_t)a};

		assert_int_equal(whole(one, 1), a < 0x80);
		for (int b = 0; b < 256; b++) {
			uint8_t two[2] = {(uint8_t)a, (uint8_t)b};
			bool good = (a < 0x80 && b < 0x80) || (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);

			assert_int_equal(whole(two, 2), good);
		}
	}
	for (size_t i = 0; i < COUNT_OF(EDGES); i++)
		for (size_t k = 0; k < COUNT_OF(EDGES); k++) {
			uint8_t three[3] = {EDGES[i], EDGES[k], 0x80};
			bool lead = EDGES[i] >= 0xe0 && EDGES[i] <= 0xef;
			uint8_t low = EDGES[i] == 0xe0 ? 0xa0 : 0x80, high = EDGES[i] == 0xed ? 0x9f : 0xbf;
			bool good = (lead && EDGES[k] >= low && EDGES[k] <= high) ||
			            (EDGES[i] < 0x80 && EDGES[k] >= 0xc2 && EDGES[k] <= 0xdf);

			assert_int_equal(whole(three, 3), good);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_short_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
