/* test_technical.c - a street goes dark on two daemons: one incident an area, each home counted once, whoever dies, and a
 * press among them is not made to wait.
 */
#include <stdio.h>

#include "sim/kit.h"
#include "sim/scenes.h"

#define HOMES 40

/* Over all open area-wide incidents: how many there are, and how many homes they count. */
static unsigned dark(struct sim *sim, uint32_t *ret_now, uint32_t *ret_total)
{
	unsigned n = 0;

	*ret_now = *ret_total = 0;
	for (size_t i = 0; i < sim->truth.count; i++) {
		const struct incident *inc = &sim->truth.incidents[i]->inc;

		if (!inc->area_wide || inc->state == INCIDENT_CLOSED)
			continue;
		n++;
		*ret_now += inc->out_now;
		*ret_total += inc->out_total;
	}
	return n;
}

static bool all_counted(struct sim *sim, uint64_t homes)
{
	uint32_t now, total;

	(void)dark(sim, &now, &total);
	return now >= homes;
}

static unsigned areas(void)
{
	char seen[HOMES][16], area[16];
	unsigned n = 0;

	for (unsigned i = 0; i < HOMES; i++) {
		unsigned k = 0;

		sim_home_area(area, i);
		area[9] = '\0';
		while (k < n && strcmp(seen[k], area) != 0)
			k++;
		if (k == n)
			memcpy(seen[n++], area, sizeof area);
	}
	return n;
}

static struct sim *street(void)
{
	const struct sim_setup setup = {.daemons = 2, .homes = HOMES};

	return scene_ready(&setup);
}

static void test_two_daemons_count_one_dark_street_once(void **state)
{
	struct sim *sim = street();
	uint32_t now, total;

	(void)state;
	for (unsigned i = 1; i < HOMES; i++)
		sim_press(sim, i, KIND_POWER);
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 1000);
	assert_string_equal(sim_state(sim, 0), "waiting");
	assert_true(sim_until(sim, all_counted, HOMES - 1, 20000));
	sim_run(sim, 30000); /* copies, if there are any */
	assert_int_equal(dark(sim, &now, &total), areas());
	assert_int_equal(now, HOMES - 1);
	assert_int_equal(total, HOMES - 1);
	sim_free(sim);
}

static void test_whoever_dies_in_the_dark_nobody_is_lost_or_counted_twice(void **state)
{
	(void)state;
	for (unsigned at = 0; at < 12; at++) {
		struct sim *sim = street();
		uint32_t now, total;

		for (unsigned i = 1; i < HOMES; i++)
			sim_press(sim, i, KIND_POWER);
		sim_run(sim, 7 * at);
		sim_daemon_crash(sim, at % 2);
		sim_press(sim, 0, KIND_SOS);
		sim_run(sim, 3000);
		sim_daemon_start(sim, at % 2);
		assert_true(sim_until(sim, all_counted, HOMES - 1, 60000));
		until_heard(sim, 0, STEP_STORED, 30000);
		sim_run(sim, 30000);
		assert_int_equal(dark(sim, &now, &total), areas());
		assert_int_equal(now, HOMES - 1);
		assert_int_equal(total, HOMES - 1);
		sim_free(sim);
	}
}

static unsigned held_back(struct sim *sim)
{
	unsigned n = 0;

	for (size_t i = 0; i < sim->truth.count; i++)
		n += sim->truth.incidents[i]->inc.aside == ASIDE_STORM;
	return n;
}

static bool some_held_back(struct sim *sim, uint64_t least)
{
	return held_back(sim) >= least;
}

static bool none_held_back(struct sim *sim, uint64_t unused)
{
	(void)unused;
	return held_back(sim) == 0;
}

/* Thresholds begin it, its time ends it, and at the end of it a daemon dies: all come back, and the call for help never
 * went. */
static void test_a_storm_of_two_daemons_returns_everything_though_one_dies(void **state)
{
	(void)state;
	for (unsigned at = 0; at < 3; at++) {
		const struct sim_setup setup = {.daemons = 2, .homes = HOMES + 4};
		struct sim *sim = scene_ready(&setup);

		for (unsigned i = 2; i < HOMES + 4; i++)
			sim_press(sim, i, KIND_TAMPER);
		assert_true(sim_until(sim, some_held_back, HOMES + 2, 20000));
		sim_press(sim, 0, KIND_FALL);
		sim_press(sim, 3, KIND_SOS); /* of a home that is held back */
		until_heard(sim, 0, STEP_STORED, 2000);
		until_heard(sim, 3, STEP_STORED, 2000);
		assert_int_equal(held_back(sim), HOMES + 1);
		assert_int_equal(sim_incident(sim, 0)->aside, ASIDE_NONE);
		assert_int_equal(sim_incident(sim, 3)->aside, ASIDE_NONE);
		assert_int_equal(sim_incident(sim, 3)->class, CLASS_LIFE);
		sim_run(sim, SECONDS(POLICY_DEFAULT.storm_s) - 30000);
		assert_int_equal(held_back(sim), HOMES + 1);
		sim_run(sim, 20000 + 4000 * at);
		sim_daemon_crash(sim, at % 2);
		assert_true(sim_until(sim, none_held_back, 0, 60000));
		sim_daemon_start(sim, at % 2);
		sim_run(sim, 20000);
		assert_int_equal(held_back(sim), 0);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_daemons_count_one_dark_street_once),
		cmocka_unit_test(test_whoever_dies_in_the_dark_nobody_is_lost_or_counted_twice),
		cmocka_unit_test(test_a_storm_of_two_daemons_returns_everything_though_one_dies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
