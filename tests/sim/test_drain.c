/* test_drain.c - a daemon is drained while homes press and people act: every press is acknowledged, rings, and comes to a
 * person; the call in hand stays in its hands; and when the other daemon dies, the one that drains serves again. */
#include "sim/scenes.h"

static bool acked(struct sim *sim, uint64_t home)
{
	return sim_acked(sim, (unsigned)home);
}

static bool at_other(struct sim *sim, uint64_t home)
{
	return sim_home_daemon(sim, (unsigned)home) == 1;
}

static bool live(struct sim *sim, uint64_t desk)
{
	return sim_desk_live(sim, (unsigned)desk);
}

static void test_who_acts_while_a_daemon_drains_is_served(void **state)
{
	struct sim *sim;
	uint64_t cmd;

	(void)state;
	sim = scene_ready(&(struct sim_setup){.daemons = 2, .homes = 4, .desks = 2, .phones = 2});
	(void)sim_press(sim, 0, KIND_SOS);
	SIM_MUST(sim, sim_until(sim, acked, 0, 5000));
	SIM_MUST(sim, !at_other(sim, 0) && sim_metric(sim, 0, "pingan_screens") != 0); /* there is somebody to be moved */
	cmd = sim_desk_claim(sim, 0, 0);
	sim_run(sim, 1000);
	SIM_MUST(sim, sim_desk_result(sim, 0, cmd, (char[ID_MAX]){0}) == PINGAN__V1__RESULT__RESULT_OK);
	sim_daemon_drain(sim, 0, true);
	for (unsigned home = 1; home < 4; home++) {
		(void)sim_press(sim, home, KIND_SOS);
		sim_run(sim, 40);
	}
	for (unsigned home = 1; home < 4; home++)
		SIM_MUST(sim, sim_until(sim, acked, home, 8000));
	for (unsigned home = 0; home < 4; home++)
		SIM_MUST(sim, sim_until(sim, at_other, home, 30000));
	SIM_MUST(sim, sim_daemon_leaves(sim, 0));
	for (unsigned desk = 0; desk < 2; desk++)
		SIM_MUST(sim, sim_until(sim, live, desk, 10000));
	SIM_MUST(sim, sim_metric(sim, 0, "pingan_screens") == 0);
	for (unsigned home = 0; home < 4; home++)
		SIM_MUST(sim, sim_desk_row(sim, 0, home) != NULL || sim_desk_row(sim, 1, home) != NULL);
	/* The call in hand is still whose it was. */
	SIM_MUST(sim, strncmp(sim_state(sim, 0), "answered", 8) == 0);
	/* It may be stopped, and nothing is missed. */
	sim_daemon_crash(sim, 0);
	(void)sim_press(sim, 2, KIND_FALL);
	SIM_MUST(sim, sim_until(sim, acked, 2, 8000));
	sim_free(sim);
}

static void test_when_the_other_dies_it_serves_again(void **state)
{
	struct sim *sim;

	(void)state;
	sim = scene_ready(&(struct sim_setup){.daemons = 2, .homes = 2, .desks = 2, .phones = 1});
	sim_daemon_drain(sim, 0, true);
	for (unsigned home = 0; home < 2; home++)
		SIM_MUST(sim, sim_until(sim, at_other, home, 30000));
	sim_daemon_crash(sim, 1);
	(void)sim_press(sim, 0, KIND_SOS);
	SIM_MUST(sim, sim_until(sim, acked, 0, 20000));
	SIM_MUST(sim, !sim_daemon_leaves(sim, 0));
	SIM_MUST(sim, sim_until(sim, live, 0, 20000));
	sim_daemon_start(sim, 1);
	SIM_MUST(sim, sim_until(sim, at_other, 0, 60000));
	SIM_MUST(sim, sim_daemon_leaves(sim, 0));
	sim_daemon_drain(sim, 0, false);
	sim_run(sim, 2000);
	SIM_MUST(sim, !sim_daemon_leaves(sim, 0));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_acts_while_a_daemon_drains_is_served),
		cmocka_unit_test(test_when_the_other_dies_it_serves_again),
	};

	return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
