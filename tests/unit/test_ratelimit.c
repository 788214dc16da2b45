/* Guessing passwords gets slow; nobody is locked out by somebody else's guessing. */
#include "support/unit.h"

#include <stdio.h>

#include "io/ratelimit.h"

static const uint64_t KEY[2] = {1, 2};

static uint32_t try_at(struct ratelimit *rl, int64_t ms, const char *address, const char *account)
{
	return ratelimit_try(rl, (mono_t){ms}, address, account, NULL);
}

static void test_mistyping_costs_nothing(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, 1000, "a", "op"), 0);
	assert_int_equal(try_at(rl, 1000, "a", "op"), 1);
	ratelimit_free(rl);
}

static void test_delay_doubles_to_its_end(void **state)
{
	static const uint32_t WAITS[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct ratelimit *rl = ratelimit_new(KEY);
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, now, "a", "op"), 0);
	for (size_t i = 0; i < COUNT_OF(WAITS); i++) {
		assert_int_equal(try_at(rl, now, "a", "op"), WAITS[i]);
		/* Asking too early changes nothing. */
		assert_int_equal(try_at(rl, now + 500, "a", "op"), WAITS[i]);
		now += WAITS[i] * 1000;
		assert_int_equal(try_at(rl, now, "a", "op"), 0);
	}
	ratelimit_free(rl);
}

static void test_time_heals(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, 0, "a", "op"), 0);
	assert_int_not_equal(try_at(rl, 500, "a", "op"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, 3 * 60000, "a", "op"), 0);
	assert_int_not_equal(try_at(rl, 3 * 60000, "a", "op"), 0);
	ratelimit_free(rl);
}

/* Somebody far away guesses at op's password: op, who has logged in from the desk, is not made to wait. */
static void test_a_known_place_is_not_locked_out(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	char address[32];

	(void)state;
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	ratelimit_good(rl, (mono_t){0}, "desk", "op", NULL);
	for (int i = 0; i < 500; i++) {
		snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
		(void)try_at(rl, 1000, address, "op");
	}
	assert_int_not_equal(try_at(rl, 1000, "elsewhere", "op"), 0);
	assert_int_equal(try_at(rl, 1000, "desk", "op"), 0);
	ratelimit_free(rl);
}

/* One address fails with a hundred names: it waits, those who were good from there do not. */
static void test_an_address_slows_down(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	char account[32];
	int let = 0;

	(void)state;
	assert_int_equal(try_at(rl, 0, "centre", "op"), 0);
	ratelimit_good(rl, (mono_t){0}, "centre", "op", NULL);
	for (int i = 0; i < 100; i++) {
		snprintf(account, sizeof account, "name%d", i);
		let += try_at(rl, 1000, "centre", account) == 0;
	}
	assert_int_equal(let, 30);
	assert_int_equal(try_at(rl, 1000, "centre", "op"), 0);
	assert_int_equal(try_at(rl, 1000, "other", "name1"), 0);
	ratelimit_free(rl);
}

/* Who works there goes on; who found the screen open gets no further than anybody. */
static void test_an_open_session_stands_for_itself(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)try_at(rl, 0, "a", "op");
	assert_int_not_equal(try_at(rl, 0, "a", "op"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ratelimit_try(rl, (mono_t){0}, "a", "op", "session1"), 0);
	assert_int_equal(ratelimit_try(rl, (mono_t){0}, "a", "op", "session1"), 1);
	assert_int_equal(ratelimit_try(rl, (mono_t){0}, "b", "op", "session1"), 1); /* wherever it is shown */
	assert_int_equal(ratelimit_try(rl, (mono_t){0}, "a", "op", "session2"), 0);
	assert_int_equal(try_at(rl, 0, "elsewhere", "other"), 0);
	ratelimit_good(rl, (mono_t){0}, "a", "op", "session1");
	assert_int_equal(ratelimit_try(rl, (mono_t){0}, "a", "op", "session1"), 0);
	/* It was not the pair that was good. */
	assert_int_not_equal(try_at(rl, 0, "a", "op"), 0);
	ratelimit_free(rl);
}

static void test_a_try_that_nobody_judged_does_not_count(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(try_at(rl, 0, "a", "op"), 0);
		ratelimit_undo(rl, (mono_t){0}, "a", "op", NULL);
	}
	ratelimit_free(rl);
}

/* Its memory is bounded: a flood of names pushes out the least telling entries, not the known pair. */
static void test_a_flood_does_not_wash_out_who_is_known(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	char name[32];

	(void)state;
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	ratelimit_good(rl, (mono_t){0}, "desk", "op", NULL);
	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof name, "x%d", i);
		(void)try_at(rl, 1000, name, name);
	}
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "y%d", i);
		(void)try_at(rl, 1000, name, "op");
	}
	assert_int_equal(try_at(rl, 1000, "desk", "op"), 0);
	ratelimit_free(rl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistyping_costs_nothing),
		cmocka_unit_test(test_delay_doubles_to_its_end),
		cmocka_unit_test(test_time_heals),
		cmocka_unit_test(test_a_known_place_is_not_locked_out),
		cmocka_unit_test(test_an_address_slows_down),
		cmocka_unit_test(test_an_open_session_stands_for_itself),
		cmocka_unit_test(test_a_try_that_nobody_judged_does_not_count),
		cmocka_unit_test(test_a_flood_does_not_wash_out_who_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
