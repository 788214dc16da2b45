/* How often home units beat: longer while a storm lasts, never so long that a unit would count as silent, and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/beats.h"

static const struct beats_config CONFIG = {
	.every_s = 60, .longest_s = 600, .frames_a_s = 1000, .links_a_s = 100, .lag_ms = 250, .calm_s = 60};

static struct beats b;
static mono_t now;

static int setup(void **state)
{
	(void)state;
	now.ms = 1000000;
	beats_init(&b, now);
	return 0;
}

/* So many seconds with this load in each. */
static void pass(uint32_t seconds, struct beats_load load)
{
	for (uint32_t i = 0; i < seconds; i++) {
		now.ms += 1000;
		(void)beats_look(&b, &CONFIG, &load, now);
	}
}

static const struct beats_load CALM = {.frames = 499, .links = 49, .lag_ms = 124};

static void test_one_busy_second_is_no_storm(void **state)
{
	(void)state;
	pass(100, CALM);
	pass(2, (struct beats_load){.frames = 100000});
	pass(1, CALM);
	pass(2, (struct beats_load){.links = 100000});
	assert_int_equal(b.slowed, 1);
}

static void test_frames_links_or_lag_make_a_storm(void **state)
{
	static const struct beats_load STORMS[] = {{.frames = 1000}, {.links = 100}, {.lag_ms = 250}};

	for (size_t i = 0; i < 3; i++) {
		(void)setup(state);
		pass(2, STORMS[i]);
		assert_int_equal(b.slowed, 1);
		pass(1, STORMS[i]);
		assert_int_equal(b.slowed, 2);
		pass(9, STORMS[i]);
		assert_int_equal(b.slowed, 2); /* it must be seen to help before it is done again */
		pass(1, STORMS[i]);
		assert_int_equal(b.slowed, 4);
		pass(1000, STORMS[i]);
		assert_int_equal(b.slowed, BEATS_SLOWED_MAX);
	}
}

static void test_it_goes_back_step_by_step_once_all_is_calm(void **state)
{
	(void)state;
	pass(20, (struct beats_load){.frames = 5000});
	assert_int_equal(b.slowed, 4);
	/* Neither a storm nor calm: as it is. */
	pass(1000, (struct beats_load){.frames = 700});
	assert_int_equal(b.slowed, 4);
	pass(59, CALM);
	assert_int_equal(b.slowed, 4);
	pass(1, CALM);
	assert_int_equal(b.slowed, 2);
	pass(59, CALM);
	assert_int_equal(b.slowed, 2);
	pass(1, CALM);
	assert_int_equal(b.slowed, 1);
	pass(1000, CALM);
	assert_int_equal(b.slowed, 1);
}

/* A look that comes late counts what happened in all that time. */
static void test_rates_are_by_time_not_by_look(void **state)
{
	const struct beats_load load = {.frames = 5000};

	(void)state;
	for (int i = 0; i < 10; i++) {
		now.ms += 10000;
		(void)beats_look(&b, &CONFIG, &load, now);
	}
	assert_int_equal(b.slowed, 1);
	assert_false(beats_look(&b, &CONFIG, &load, now)); /* twice at the same moment */
}

static void test_a_limit_of_nothing_is_not_looked_at(void **state)
{
	const struct beats_config none = {.every_s = 60, .longest_s = 600, .calm_s = 60};
	const struct beats_load load = {.frames = 1000000, .links = 1000000, .lag_ms = 1000000};

	(void)state;
	for (int i = 0; i < 100; i++) {
		now.ms += 1000;
		assert_false(beats_look(&b, &none, &load, now));
	}
}

static void test_no_unit_becomes_silent_by_what_it_is_told(void **state)
{
	static const uint32_t REPORTS[] = {20, 30, 180, 300, 18000, 90000, 15, 1};

	(void)state;
	for (b.slowed = 1; b.slowed <= BEATS_SLOWED_MAX; b.slowed *= 2)
		for (size_t i = 0; i < sizeof REPORTS / sizeof *REPORTS; i++) {
			uint32_t s = beats_interval_s(&b, &CONFIG, REPORTS[i], "d1");

			assert_true(s <= REPORTS[i] / (b.slowed == 1 ? 3 : 2) || s == BEATS_MIN_S);
			assert_true(s >= BEATS_MIN_S && s <= CONFIG.longest_s);
			if (b.slowed == 1)
				assert_int_equal(s, REPORTS[i] / 3 < 60 ? (REPORTS[i] / 3 < 5 ? 5 : REPORTS[i] / 3) : 60);
			else if (REPORTS[i] >= 1800)
				assert_true(s > CONFIG.every_s);
		}
	/* Nobody said how often it reports: three beats as usual make it silent. */
	for (b.slowed = 2; b.slowed <= BEATS_SLOWED_MAX; b.slowed *= 2) {
		uint32_t s = beats_interval_s(&b, &CONFIG, 0, "d1");

		assert_true(s > 60 && s <= 90);
	}
	b.slowed = 1;
	assert_int_equal(beats_interval_s(&b, &CONFIG, 0, "d1"), 60);
}

/* A city that slows down together must not beat together. */
static void test_units_are_spread(void **state)
{
	uint32_t least = UINT32_MAX, most = 0, seen[601] = {0}, different = 0;

	(void)state;
	b.slowed = 8;
	for (int i = 0; i < 1000; i++) {
		char device[16];
		uint32_t s;

		(void)snprintf(device, sizeof device, "d%d", i);
		s = beats_interval_s(&b, &CONFIG, 18000, device);
		assert_int_equal(s, beats_interval_s(&b, &CONFIG, 18000, device));
		least = s < least ? s : least;
		most = s > most ? s : most;
		different += seen[s]++ == 0;
	}
	assert_true(most <= 480 && most >= 470 && least >= 420 && least <= 430);
	assert_true(different > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_busy_second_is_no_storm, setup),
		cmocka_unit_test_setup(test_frames_links_or_lag_make_a_storm, setup),
		cmocka_unit_test_setup(test_it_goes_back_step_by_step_once_all_is_calm, setup),
		cmocka_unit_test_setup(test_rates_are_by_time_not_by_look, setup),
		cmocka_unit_test_setup(test_a_limit_of_nothing_is_not_looked_at, setup),
		cmocka_unit_test_setup(test_no_unit_becomes_silent_by_what_it_is_told, setup),
		cmocka_unit_test_setup(test_units_are_spread, setup),
	};

	return cmocka_run_group_tests_name("beats", tests, NULL, NULL);
}
