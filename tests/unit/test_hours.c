/* When a person may be called, a station is open: times of the week. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/hours.h"

#define LOCAL 480                          /* minutes ahead of UTC */
#define MONDAY_0H (INT64_C(1767542400000)) /* 2026-01-05 00:00 in Guangzhou = 2026-01-04 16:00 UTC */

static bool at(const Pingan__V1__Hours *one, unsigned day, unsigned hour, unsigned minute)
{
	Pingan__V1__Hours copy = *one, *list[] = {&copy};

	return hours_open(list, 1, MONDAY_0H + ((day * 24 + hour) * 60 + minute) * MINUTES(1), LOCAL);
}

static void test_no_hours_at_all_are_always(void **state)
{
	(void)state;
	assert_true(hours_open(NULL, 0, MONDAY_0H, LOCAL));
}

static void test_hours_begin_and_end_to_the_minute_in_local_time(void **state)
{
	Pingan__V1__Hours h = PINGAN__V1__HOURS__INIT;

	(void)state;
	h.from_min = 8 * 60;
	h.until_min = 18 * 60;
	for (unsigned day = 0; day < 7; day++) {
		assert_false(at(&h, day, 7, 59));
		assert_true(at(&h, day, 8, 0));
		assert_true(at(&h, day, 17, 59));
		assert_false(at(&h, day, 18, 0));
	}
}

static void test_hours_of_some_days_hold_on_those(void **state)
{
	Pingan__V1__Hours h = PINGAN__V1__HOURS__INIT;

	(void)state;
	h.days = 1u << 0 | 1u << 6; /* Monday and Sunday */
	h.until_min = 1440;
	assert_true(at(&h, 0, 0, 0));
	assert_true(at(&h, 0, 23, 59));
	assert_false(at(&h, 1, 0, 0));
	assert_false(at(&h, 5, 12, 0));
	assert_true(at(&h, 6, 12, 0));
}

static void test_a_night_belongs_to_the_day_on_which_it_began(void **state)
{
	Pingan__V1__Hours h = PINGAN__V1__HOURS__INIT;

	(void)state;
	h.days = 1u << 4; /* Friday */
	h.from_min = 22 * 60;
	h.until_min = 6 * 60;
	assert_false(at(&h, 4, 5, 0));
	assert_true(at(&h, 4, 22, 0));
	assert_true(at(&h, 5, 5, 59));
	assert_false(at(&h, 5, 6, 0));
	assert_false(at(&h, 5, 22, 0));
	h.days = 1u << 6; /* Sunday night ends on Monday */
	assert_true(at(&h, 0, 3, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_hours_at_all_are_always),
		cmocka_unit_test(test_hours_begin_and_end_to_the_minute_in_local_time),
		cmocka_unit_test(test_hours_of_some_days_hold_on_those),
		cmocka_unit_test(test_a_night_belongs_to_the_day_on_which_it_began),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
