/* test_utc.c - a time as text, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utc.h"

static void every_time_written_is_read_again(void **state)
{
	char text[UTC_TEXT_LEN + 1];
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t ms;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		ms = (int64_t)(seed >> 8) % INT64_C(253402300800000);
		if (ms == 0)
			continue;
		utc_text(ms, text);
		assert_int_equal(utc_of_text(slice_str(text)), ms);
	}
}

static void dates_that_everybody_knows(void **state)
{
	char text[UTC_TEXT_LEN + 1];

	(void)state;
	utc_text(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	utc_text(INT64_C(951782399999), text);
	assert_string_equal(text, "2000-02-28T23:59:59.999Z");
	utc_text(INT64_C(951782400000), text);
	assert_string_equal(text, "2000-02-29T00:00:00.000Z");
	utc_text(INT64_C(1767225599000), text);
	assert_string_equal(text, "2025-12-31T23:59:59.000Z");
	utc_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999Z");
	utc_text(-1, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
}

static void zones_and_fractions_are_understood(void **state)
{
	static const char *const SAME[] = {
		"2026-03-01T08:30:00Z",     "2026-03-01T16:30:00+08:00", "2026-03-01T16:30:00.0+08:00",
		"2026-03-01t08:30:00.000z", "2026-03-01T08:30:00.0004Z", "2026-02-28T20:30:00-12:00",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SAME); i++)
		assert_int_equal(utc_of_text(slice_str(SAME[i])), INT64_C(1772353800000));
	assert_int_equal(utc_of_text(slice_str("2026-03-01T08:30:00.25Z")), INT64_C(1772353800250));
}

static void what_is_no_time_is_none(void **state)
{
	static const char *const NONE[] = {
		"",
		"2026-03-01",
		"2026-03-01T08:30:00",
		"2026-03-01 08:30:00Z",
		"2026-02-29T08:30:00Z",
		"2026-04-31T08:30:00Z",
		"2026-13-01T08:30:00Z",
		"2026-03-01T24:30:00Z",
		"2026-03-01T08:30:00.Z",
		"2026-03-01T08:30:00ZZ",
		"2026-03-01T08:30:00+8:00",
		"2026-03-01T08:30:00+24:00",
		"1772353800",
		"-026-03-01T08:30:00Z",
		"1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+08:00",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NONE); i++)
		assert_int_equal(utc_of_text(slice_str(NONE[i])), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_time_written_is_read_again),
		cmocka_unit_test(dates_that_everybody_knows),
		cmocka_unit_test(zones_and_fractions_are_understood),
		cmocka_unit_test(what_is_no_time_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
