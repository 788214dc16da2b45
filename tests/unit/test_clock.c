/* Two kinds of time: what the store's clock does to ours. */
#include "support/unit.h"

#include "io/clock.h"

static void test_before_the_store_is_heard_its_clock_is_ours(void **state)
{
	struct clock *clock = clock_new();
	struct now now;

	(void)state;
	clock_read(clock, &now);
	assert_true(now.store_ms - now.utc_ms <= 1 && now.utc_ms - now.store_ms <= 1);
	clock_free(clock);
}

static void test_a_jump_is_told_a_step_is_not(void **state)
{
	struct clock *clock = clock_new();
	mono_t at = clock_mono(clock);
	struct now now;

	(void)state;
	assert_int_equal(clock_store_seen(clock, 1000000000, at), 0); /* the first is never one */
	assert_int_equal(clock_store_seen(clock, 1000000000 + CLOCK_STEP_MS, at), 0);
	assert_int_equal(clock_store_seen(clock, 1000000000 + 2 * CLOCK_STEP_MS + 1, at), CLOCK_STEP_MS + 1);
	assert_int_equal(clock_store_seen(clock, 1000000000, at), -(2 * CLOCK_STEP_MS + 1));
	clock_read(clock, &now);
	assert_true(now.store_ms >= 1000000000 && now.store_ms < 1000000000 + 60000);
	clock_free(clock);
}

static void test_a_small_step_back_is_taken_standing_still(void **state)
{
	struct clock *clock = clock_new();
	struct now before, after;
	mono_t at = clock_mono(clock);

	(void)state;
	clock_store_seen(clock, 1000000000, at);
	clock_read(clock, &before);
	clock_store_seen(clock, 1000000000 - CLOCK_STEP_MS + 1, at);
	clock_read(clock, &after);
	assert_true(after.store_ms >= before.store_ms);
	/* A larger one is a jump, and is what the store now says. */
	clock_store_seen(clock, 1000000000 - 100000, at);
	clock_read(clock, &after);
	assert_true(after.store_ms < before.store_ms);
	clock_free(clock);
}

#ifdef PINGAN_TEST_BUILD
static void test_tests_move_all_clocks_together(void **state)
{
	struct clock *clock = clock_new();
	struct now before, after;

	(void)state;
	clock_store_seen(clock, 5000000, clock_mono(clock));
	clock_read(clock, &before);
	clock_test_advance(clock, 3600000);
	clock_read(clock, &after);
	assert_true(after.mono.ms - before.mono.ms >= 3600000);
	assert_true(after.store_ms - before.store_ms >= 3600000);
	assert_true(after.utc_ms - before.utc_ms >= 3600000);
	clock_test_set_utc(clock, 86400000);
	clock_read(clock, &after);
	assert_true(after.utc_ms >= 86400000 && after.utc_ms < 86400000 + 60000);
	clock_free(clock);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_the_store_is_heard_its_clock_is_ours),
		cmocka_unit_test(test_a_jump_is_told_a_step_is_not),
		cmocka_unit_test(test_a_small_step_back_is_taken_standing_still),
#ifdef PINGAN_TEST_BUILD
		cmocka_unit_test(test_tests_move_all_clocks_together),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
