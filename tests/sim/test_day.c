/* test_day.c - a day of one sub-district: 600 homes, presses as often as the field reports them (seven a home and year, two
 * thirds of them tests), heartbeats, device faults, three shifts. Every promise is checked all day; the figures are printed,
 * and how long the day took. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/scenes.h"

#define HOMES 600
#define PRESSES 60 /* a day: 12 by the people (7 * 600 / 365), the rest sensors and device faults */
#define DAY_MS (24 * MINUTES(60))

struct figures {
	unsigned calls, tests, technical;
	unsigned in_10_s, in_30_s, in_60_s; /* calls for help answered so fast */
	int64_t slowest_ms, slowest_ack_ms;
};

/* Hours of the day by how many presses they see; 96 in all. */
static const unsigned HOURS[24] = {2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 7, 6, 5, 4, 4, 5, 5, 5, 5, 5, 4, 4, 2, 2};

static uint64_t chance(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t some_time(uint64_t *random)
{
	unsigned at = (unsigned)(chance(random) % 96), hour = 0;

	while (at >= HOURS[hour])
		at -= HOURS[hour++];
	return (int64_t)hour * MINUTES(60) + (int64_t)(chance(random) % MINUTES(60));
}

static enum kind some_kind(uint64_t *random)
{
	uint64_t n = chance(random) % 100;

	return n < 14   ? KIND_TEST
	       : n < 20 ? KIND_SOS
	       : n < 21 ? KIND_FALL
	       : n < 24 ? KIND_SERVICE
	       : n < 60 ? KIND_BATTERY
	       : n < 70 ? KIND_TAMPER
	       : n < 80 ? KIND_INACTIVITY
	       : n < 82 ? KIND_SMOKE
	                : KIND_LINK;
}

/* Day: op0 and op1, night: op2; op3 supervises. Six caregivers by day, two by night. */
static void shift(struct sim *sim, bool day)
{
	if (day) {
		sim_desk_up(sim, 0);
		sim_desk_up(sim, 1);
		sim_run(sim, MINUTES(2)); /* hand-over */
		sim_desk_down(sim, 2);
	} else {
		sim_desk_up(sim, 2);
		sim_run(sim, MINUTES(2));
		sim_desk_down(sim, 0);
		sim_desk_down(sim, 1);
	}
	for (unsigned i = 2; i < 6; i++) {
		if (day)
			sim_phone_up(sim, i);
		else if (sim_phone_job(sim, i) == 0)
			sim_phone_down(sim, i);
	}
}

static void count(struct sim *sim, struct figures *f)
{
	for (unsigned i = 0; i < HOMES; i++) {
		const struct incident *inc = sim_incident(sim, i);
		int64_t took;

		if (inc == NULL)
			continue;
		if (inc->class > CLASS_WELFARE) {
			f->technical++;
			continue;
		}
		f->calls++;
		took = inc->answered_ms - inc->opened_ms;
		f->in_10_s += took <= 10000;
		f->in_30_s += took <= 30000;
		f->in_60_s += took <= 60000;
		if (took > f->slowest_ms)
			f->slowest_ms = took;
	}
}

static bool acked(struct sim *sim, uint64_t home)
{
	return sim_acked(sim, (unsigned)home);
}

static bool all_closed(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_open_count(sim) == 0;
}

static void test_a_day_of_a_sub_district(void **state)
{
	const struct sim_setup setup = {
		.daemons = 1, .homes = HOMES, .desks = 4, .phones = 6, .replicated = true, .orderly = true, .heartbeat_s = 390};
	struct sim *sim = sim_new(20261122, &setup);
	struct figures f = {0};
	uint64_t random = 7;
	int64_t times[PRESSES];
	bool day = false;
	clock_t began = clock();

	(void)state;
	sim_desk_down(sim, 0);
	sim_desk_down(sim, 1);
	for (size_t i = 0; i < PRESSES; i++)
		times[i] = some_time(&random);
	qsort(times, PRESSES, sizeof times[0], by_time);
	sim_run(sim, MINUTES(1));
	for (size_t i = 0; i < PRESSES; i++) {
		unsigned home = (unsigned)(chance(&random) % HOMES);
		enum kind kind = some_kind(&random);
		int64_t before;

		while (sim_now(sim) < times[i]) {
			int64_t turn = day ? 22 * MINUTES(60) : sim_now(sim) < 6 * MINUTES(60) ? 6 * MINUTES(60) : DAY_MS;

			if (sim_now(sim) >= turn) {
				day = !day;
				shift(sim, day);
				continue;
			}
			sim_run(sim, (times[i] < turn ? times[i] : turn) - sim_now(sim));
		}
		before = sim_now(sim);
		if (sim_press(sim, home, kind) == 0)
			continue;
		f.tests += kind == KIND_TEST;
		assert_true(sim_until(sim, acked, home, 5000));
		if (sim_now(sim) - before > f.slowest_ack_ms)
			f.slowest_ack_ms = sim_now(sim) - before;
	}
	if (sim_now(sim) < DAY_MS)
		sim_run(sim, DAY_MS - sim_now(sim));
	assert_true(sim_until(sim, all_closed, 0, MINUTES(90)));
	count(sim, &f);
	printf("a day of %u homes in %.2f s: %u calls for help, %u technical, %u tests, %llu log entries\n", HOMES,
	       (double)(clock() - began) / CLOCKS_PER_SEC, f.calls, f.technical, f.tests,
	       (unsigned long long)sim_log_newest(sim));
	printf("answered within 10 s %u, 30 s %u, 60 s %u of %u; slowest %.1f s; slowest acknowledgement %lld ms\n",
	       f.in_10_s, f.in_30_s, f.in_60_s, f.calls, (double)f.slowest_ms / 1000, (long long)f.slowest_ack_ms);
	assert_true(f.calls != 0 && f.technical != 0 && f.tests != 0);
	/* 97.5 of 100 within 60 s is what the industry promises; here people do as they should. */
	assert_int_equal(f.in_60_s, f.calls);
	assert_in_range(f.slowest_ack_ms, 1, 2500);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_day_of_a_sub_district)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
