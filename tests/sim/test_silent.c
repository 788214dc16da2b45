/* test_silent.c - several daemons, any seed: a unit that falls silent is found within its reporting time and a second; none is
 * called silent that speaks; whoever may have pressed while nobody heard is on one list; and of many that fall silent at once
 * none is lost, whoever dies meanwhile.
 */
#include <stdio.h>

#include "app/supervision.h"
#include "sim/kit.h"
#include "sim/scenes.h"

#define CLASS_MS SECONDS(180) /* native: the policy's default */
#define SEEDS 12
#define HOMES 40

static struct sim *town(uint64_t seed, unsigned daemons, unsigned homes)
{
	const struct sim_setup setup = {
		.daemons = daemons, .homes = homes, .desks = 1, .by_hand = true, .supervised = true, .weather = &SIM_FAIR};

	return sim_new(seed, &setup);
}

/* Listed as silent, as this daemon knows it. */
static bool listed_by(struct sim *sim, unsigned daemon, unsigned home)
{
	struct device_seen seen;
	char device[ID_MAX];

	sim_home_device(device, home);
	return sim_daemon_up(sim, daemon) && device_seen(sim_app(sim, daemon), device, &seen) && seen.silent;
}

static bool listed(struct sim *sim, uint64_t home)
{
	for (unsigned d = 0; d < sim->setup.daemons; d++)
		if (listed_by(sim, d, (unsigned)home))
			return true;
	return false;
}

static unsigned listed_count(struct sim *sim)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim->setup.homes; i++)
		n += listed(sim, i);
	return n;
}

/* Over all open incidents with a list of lost links: how many there are, and how many units stand in them. */
static unsigned lists(struct sim *sim, bool away, uint32_t *ret_now)
{
	unsigned n = 0;

	*ret_now = 0;
	for (size_t i = 0; i < sim->truth.count; i++) {
		const struct incident *inc = &sim->truth.incidents[i]->inc;

		if (!inc->area_wide || inc->kind != KIND_LINK || inc->state == INCIDENT_CLOSED || inc->away != away)
			continue;
		n++;
		*ret_now += inc->out_now;
	}
	return n;
}

static ms_t last_heard(struct sim *sim, unsigned home)
{
	char device[ID_MAX];

	sim_home_device(device, home);
	return store_sim_seen(sim->store, device);
}

static void test_a_silent_unit_is_found_within_its_class_and_a_second(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sim *sim = town(seed, 1 + (unsigned)(seed % 3), 12);
		unsigned home = (unsigned)(seed % 12);
		ms_t heard_ms;

		sim_run(sim, 200000 + (int64_t)(seed * 7919 % 60000));
		SIM_MUST(sim, listed_count(sim) == 0);
		sim_home_dark(sim, home, true);
		sim_run(sim, 5000); /* what was heard last has been told */
		heard_ms = last_heard(sim, home);
		SIM_MUST(sim, heard_ms != 0);
		sim_run(sim, heard_ms + CLASS_MS - 500 - sim_store_now(sim));
		SIM_MUST(sim, !listed(sim, home));
		SIM_MUST(sim, sim_until(sim, listed, home, 10000));
		SIM_MUST(sim, sim_store_now(sim) <= heard_ms + CLASS_MS + 1000);
		SIM_MUST(sim, listed_count(sim) == 1);
		/* And is off the list once it is heard, by whomever. */
		sim_home_dark(sim, home, false);
		sim_run(sim, 90000);
		SIM_MUST(sim, listed_count(sim) == 0);
		sim_free(sim);
	}
}

/* All daemons and the store were away for a while; all units come back. Nobody is called silent. */
static void test_no_unit_is_called_silent_because_we_were_away(void **state)
{
	static const int64_t AWAY_MS[] = {4000, 30000, 170000, 185000, 600000, 3600000};
	uint32_t now;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sim *sim = town(seed, 2, 12);

		sim_run(sim, 200000);
		for (unsigned d = 0; d < 2; d++)
			sim_daemon_crash(sim, d);
		if (seed % 2 == 0)
			sim_store_crash(sim);
		sim_run(sim, AWAY_MS[seed % 6]);
		if (seed % 2 == 0)
			sim_store_away(sim, false);
		for (unsigned d = 0; d < 2; d++) {
			sim_daemon_start(sim, d);
			sim_run(sim, (int64_t)(seed * 1000));
		}
		sim_run(sim, 3 * CLASS_MS);
		SIM_MUST(sim, listed_count(sim) == 0);
		SIM_MUST(sim, lists(sim, false, &now) == 0 && lists(sim, true, &now) == 0);
		sim_free(sim);
	}
}

/* One of them does not come back: it may have pressed, and stands in the one list of those. */
static void test_who_does_not_come_back_after_our_absence_stands_in_one_list(void **state)
{
	uint32_t now, ours;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sim *sim = town(seed, 2, 12);

		sim_run(sim, 200000);
		sim_store_away(sim, true);
		sim_run(sim, 1000 * (int64_t)seed);
		sim_home_dark(sim, 3, true);
		sim_home_dark(sim, 7, true);
		sim_run(sim, 240000);
		sim_store_away(sim, false);
		sim_run(sim, CLASS_MS - 2000);
		SIM_MUST(sim, listed_count(sim) == 0);
		sim_run(sim, 15000);
		SIM_MUST(sim, listed(sim, 3) && listed(sim, 7) && listed_count(sim) == 2);
		SIM_MUST(sim, lists(sim, true, &ours) == 1 && ours == 2);
		SIM_MUST(sim, lists(sim, false, &now) == 0);
		sim_free(sim);
	}
}

static unsigned areas(unsigned first)
{
	char seen[HOMES][16], area[16];
	unsigned n = 0;

	for (unsigned i = first; i < HOMES; i++) {
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

static bool all_listed(struct sim *sim, uint64_t from)
{
	for (unsigned i = (unsigned)from; i < HOMES; i++)
		if (!listed(sim, i))
			return false;
	return true;
}

/* Half the town falls silent at once, and one of the daemons dies while they are being found. */
static void test_of_many_that_fall_silent_none_is_lost(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sim *sim = town(seed, 3, HOMES);
		uint32_t now, ours;
		unsigned n;

		sim_run(sim, 200000);
		for (unsigned i = 10; i < HOMES; i++)
			sim_home_dark(sim, i, true);
		sim_run(sim, CLASS_MS - 70000 + (int64_t)(seed * 12000));
		sim_daemon_crash(sim, (unsigned)(seed % 3));
		if (seed % 2 == 0) {
			sim_run(sim, 20000);
			sim_daemon_start(sim, (unsigned)(seed % 3));
		}
		SIM_MUST(sim, sim_until(sim, all_listed, 10, 2 * CLASS_MS + 10000));
		sim_run(sim, 30000); /* copies, if there are any */
		SIM_MUST(sim, listed_count(sim) == HOMES - 10);
		n = lists(sim, true, &ours);
		SIM_MUST(sim, n <= 1);
		SIM_MUST(sim, lists(sim, false, &now) <= areas(10));
		SIM_MUST(sim, now + ours == HOMES - 10);
		for (unsigned i = 10; i < HOMES; i++)
			sim_home_dark(sim, i, false);
		sim_run(sim, 120000);
		SIM_MUST(sim, listed_count(sim) == 0);
		(void)lists(sim, true, &ours);
		(void)lists(sim, false, &now);
		SIM_MUST(sim, now + ours == 0);
		sim_free(sim);
	}
}

/* Daemons die and come back, links break, clocks jump: no unit that is there is called silent. */
static void test_faults_of_ours_call_nobody_silent(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct sim *sim = town(seed, 3, 12);

		sim_run(sim, 100000);
		for (unsigned i = 0; i < 8; i++) {
			unsigned d = (unsigned)((seed + i) % 3);

			switch ((seed * 5 + i) % 5) {
			case 0:
				sim_daemon_crash(sim, d);
				sim_run(sim, 40000);
				sim_daemon_start(sim, d);
				break;
			case 1:
				sim_daemon_stall(sim, d, 8000);
				break;
			case 2:
				sim_store_clock(sim, seed % 2 == 0 ? 400000 : -400000);
				break;
			case 3:
				sim_failover(sim, 0);
				break;
			case 4:
				sim_store_full(sim, true);
				sim_run(sim, 200000);
				sim_store_full(sim, false);
				break;
			}
			sim_run(sim, 60000);
			SIM_MUST(sim, listed_count(sim) == 0);
		}
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_silent_unit_is_found_within_its_class_and_a_second),
		cmocka_unit_test(test_no_unit_is_called_silent_because_we_were_away),
		cmocka_unit_test(test_who_does_not_come_back_after_our_absence_stands_in_one_list),
		cmocka_unit_test(test_of_many_that_fall_silent_none_is_lost),
		cmocka_unit_test(test_faults_of_ours_call_nobody_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
