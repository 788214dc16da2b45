/* The next day's call-back with two daemons: made once, whenever they die and whatever a failover cuts. */
#include "sim/scenes.h"

/* A call for life, answered and closed; then the night passes, to `before_ms` ahead of the call-back. */
static uint64_t closed_yesterday(struct sim *sim, int64_t before_ms)
{
	uint64_t id;
	ms_t due_ms;

	(void)sim_press(sim, 0, KIND_SOS);
	until_state(sim, 0, "waiting", 5000);
	until_row(sim, 0, 0, 5000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_ADVICE)), RESULT_OK);
	until_state(sim, 0, "closed", 5000);
	id = sim_incident(sim, 0)->id;
	due_ms = sim_incident(sim, 0)->follow_up_due_ms;
	assert_true(due_ms > sim_store_now(sim));
	sim_skip(sim, due_ms - sim_store_now(sim) - before_ms);
	until_live(sim, 30000);
	assert_true(sim_store_now(sim) < due_ms);
	sim_run(sim, due_ms - sim_store_now(sim));
	assert_int_equal(sim_incident_count(sim), 1);
	return id;
}

static void one_call_back(struct sim *sim, uint64_t id)
{
	const struct incident *back = sim_incident(sim, 0), *first = sim_incident_by_id(sim, id);

	SIM_MUST(sim, sim_incident_count(sim) == 2);
	SIM_MUST(sim, back->follow_up_of == id && back->kind == KIND_FOLLOW_UP);
	SIM_MUST(sim, back->class == CLASS_GENERAL && back->state == INCIDENT_WAITING);
	SIM_MUST(sim, first->state == INCIDENT_CLOSED && first->follow_up_due_ms == 0);
	SIM_MUST(sim, lines_of(first, LINE_FOLLOW_UP_MADE) == 1);
}

static void test_it_is_on_the_screens_the_next_morning(void **state)
{
	const struct sim_setup setup = {.daemons = 2};
	struct sim *sim = scene_ready(&setup);
	uint64_t id = closed_yesterday(sim, 40000);

	(void)state;
	sim_run(sim, 3000);
	one_call_back(sim, id);
	until_rings(sim, 0, 0, true, 5000);
	sim_run(sim, 200000);
	one_call_back(sim, id);
	sim_free(sim);
}

/* Both daemons die in the middle, at any moment of it, and start again. */
static void test_it_is_made_once_whenever_the_daemons_die(void **state)
{
	(void)state;
	for (int64_t ms = 0; ms <= 120; ms += 8) {
		const struct sim_setup setup = {.daemons = 2};
		struct sim *sim = scene_ready(&setup);
		uint64_t id = closed_yesterday(sim, 40000);

		sim_run(sim, ms);
		sim_daemon_crash(sim, 0);
		sim_daemon_crash(sim, 1);
		sim_run(sim, 1000);
		sim_daemon_start(sim, 0);
		sim_daemon_start(sim, 1);
		sim_run(sim, 150000);
		one_call_back(sim, id);
		sim_free(sim);
	}
}

/* A failover forgets the last entries: the call-back, that it stands, or both. They come back, once. */
static void test_it_is_made_once_whatever_a_failover_cuts(void **state)
{
	(void)state;
	for (unsigned lose = 1; lose <= 4; lose++) {
		const struct sim_setup setup = {.daemons = 2, .replicated = true, .lossy = true};
		struct sim *sim = scene_ready(&setup);
		uint64_t id = closed_yesterday(sim, 40000);

		for (int turns = 0; sim_incident_by_id(sim, id)->follow_up_due_ms != 0 && turns < 500; turns++)
			sim_run(sim, 10);
		sim_run(sim, 300); /* what was said has been heard */
		sim_failover(sim, lose);
		sim_run(sim, 200000);
		one_call_back(sim, id);
		sim_free(sim);
	}
}

/* The replica stands still from some moment on, and is then promoted: what it had not seen was promised to nobody. */
static void test_it_is_made_once_when_the_replica_had_not_seen_it(void **state)
{
	(void)state;
	for (int64_t ms = 0; ms <= 10; ms++) {
		const struct sim_setup setup = {.daemons = 2, .replicated = true};
		struct sim *sim = scene_ready(&setup);
		uint64_t id = closed_yesterday(sim, 40000);

		sim_run(sim, ms);
		sim_replica(sim, false);
		sim_run(sim, 3000);
		sim_failover(sim, 0);
		sim_replica(sim, true);
		sim_run(sim, 200000);
		one_call_back(sim, id);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_on_the_screens_the_next_morning),
		cmocka_unit_test(test_it_is_made_once_whenever_the_daemons_die),
		cmocka_unit_test(test_it_is_made_once_whatever_a_failover_cuts),
		cmocka_unit_test(test_it_is_made_once_when_the_replica_had_not_seen_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
