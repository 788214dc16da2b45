/* How long things took: the bounds belong to what is within them, in every figure the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/spread.h"

static struct spread s;

static void begin(int64_t bucket_ms)
{
	s = (struct spread){.bucket_ms = bucket_ms};
}

static void the_bound_itself_is_within_it(void **state)
{
	static const int64_t TOOK[] = {-5, 0, 1, 999, 1000, 1001, 9999, 10000, 10001, 60000, 60001, 180000, 180001};
	struct answered a = {0};

	(void)state;
	begin(SECONDS(1));
	for (size_t i = 0; i < COUNT_OF(TOOK); i++) {
		spread_add(&s, TOOK[i]);
		answered_add(&a, TOOK[i]);
	}
	assert_int_equal(a.count, COUNT_OF(TOOK));
	assert_int_equal(a.in_10s, 8);
	assert_int_equal(a.in_60s, 10);
	assert_int_equal(a.in_180s, 12);
	/* The city's figure and its districts' are the same, millisecond by millisecond. */
	assert_int_equal(spread_within(&s, SECONDS(10)), a.in_10s);
	assert_int_equal(spread_within(&s, SECONDS(60)), a.in_60s);
	assert_int_equal(spread_within(&s, SECONDS(180)), a.in_180s);
	assert_int_equal(spread_within(&s, SECONDS(1)), 5);
}

static void a_quantile_is_what_that_share_took_at_most(void **state)
{
	(void)state;
	begin(SECONDS(1));
	assert_int_equal(spread_quantile_ms(&s, 50), 0);
	spread_add(&s, SECONDS(10));
	assert_int_equal(spread_quantile_ms(&s, 50), SECONDS(10));
	for (int i = 0; i < 18; i++)
		spread_add(&s, 1500);
	spread_add(&s, SECONDS(100000)); /* longer than all buckets */
	assert_int_equal(spread_quantile_ms(&s, 50), SECONDS(2));
	assert_int_equal(spread_quantile_ms(&s, 95), SECONDS(10));
	assert_int_equal(spread_quantile_ms(&s, 100), SECONDS(SPREAD_BUCKETS));
	begin(SECONDS(4));
	spread_add(&s, MINUTES(15));
	spread_add(&s, MINUTES(15) + 1);
	assert_int_equal(spread_within(&s, MINUTES(15)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bound_itself_is_within_it),
		cmocka_unit_test(a_quantile_is_what_that_share_took_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
