/* test_failover.c - history is cut: what a single fault can take had been told to nobody and is done again; what two
 * faults took, devices and operators put back. */
#include <stdio.h>

#include "sim/scenes.h"

static const struct sim_setup REPLICATED = {.replicated = true, .daemons = 2};
static const struct sim_setup LOSSY = {.replicated = true, .lossy = true, .panels = 1};

#define REGISTRY_ENTRIES 5 /* of the log, before anybody comes */

static bool one_incident(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_incident_count(sim) == 1;
}

static bool marked(struct sim *sim, uint64_t desk)
{
	const struct Pingan__V1__IncidentRow *row = sim_desk_row(sim, (unsigned)desk, 0);

	return row != NULL && row->not_safe;
}

static bool unmarked(struct sim *sim, uint64_t desk)
{
	const struct Pingan__V1__IncidentRow *row = sim_desk_row(sim, (unsigned)desk, 0);

	return row != NULL && !row->not_safe && !row->not_stored;
}

static bool no_row(struct sim *sim, uint64_t desk)
{
	return sim_desk_row(sim, (unsigned)desk, 0) == NULL;
}

/* Stored, not on the replica: shown with a mark, told to nobody; cut away, and stored again. */
static void test_a_press_that_was_cut(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);

	(void)state;
	sim_replica(sim, false);
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, marked, 0, 2000));
	sim_run(sim, 1000);
	assert_false(sim_acked(sim, 0));
	assert_int_equal(sim_incident_count(sim), 1);
	sim_failover(sim, 0);
	sim_run(sim, 500);
	sim_replica(sim, true);
	until_heard(sim, 0, STEP_STORED, 15000);
	assert_true(sim_until(sim, unmarked, 0, 2000));
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

/* Stored, not on the replica, and the daemon starts again: what it reads is no safer for having been read twice. */
static void test_a_restart_makes_nothing_safe(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);

	(void)state;
	sim_replica(sim, false);
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, marked, 0, 2000));
	for (unsigned d = 0; d < 2; d++)
		sim_daemon_crash(sim, d);
	for (unsigned d = 0; d < 2; d++)
		sim_daemon_start(sim, d);
	sim_run(sim, 8000); /* the device has come back and repeats */
	assert_false(sim_acked(sim, 0));
	assert_int_equal(sim_incident_count(sim), 1);
	sim_replica(sim, true);
	until_heard(sim, 0, STEP_STORED, 15000);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

/* The device is out of reach when its unsafe press is cut away: no row stays behind of what is not there. */
static void test_no_ghost_after_a_cut(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);

	(void)state;
	sim_replica(sim, false);
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, marked, 0, 2000));
	sim_home_dark(sim, 0, true);
	for (unsigned d = 0; d < 2; d++)
		sim_daemon_crash(sim, 1 - d); /* whoever had it in memory is gone */
	sim_failover(sim, 0);
	for (unsigned d = 0; d < 2; d++)
		sim_daemon_start(sim, d);
	sim_replica(sim, true);
	assert_true(sim_until(sim, no_row, 0, 30000));
	sim_run(sim, 20000);
	assert_true(no_row(sim, 0) && no_row(sim, 1));
	assert_int_equal(sim_open_count(sim), 0);
	sim_home_dark(sim, 0, false);
	until_heard(sim, 0, STEP_STORED, 90000);
	sim_free(sim);
}

/* An operator's yes waits for the gate; the entry is cut away; the yes that comes is true. */
static void test_a_claim_that_was_cut(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);
	uint64_t cmd;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 2000);
	until_row(sim, 0, 0, 2000);
	sim_replica(sim, false);
	cmd = sim_desk_claim(sim, 0, 0);
	until_state(sim, 0, "answered", 2000);
	sim_run(sim, 1000);
	assert_int_equal(sim_desk_result(sim, 0, cmd, NULL), 0);
	sim_failover(sim, 0);
	assert_string_equal(sim_state(sim, 0), "waiting");
	sim_run(sim, 100);
	sim_replica(sim, true);
	assert_int_equal(desk_result(sim, 0, cmd), RESULT_OK);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
	until_heard(sim, 0, STEP_ANSWERED, 15000);
	sim_free(sim);
}

static void test_an_acceptance_that_was_cut(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);
	uint64_t cmd;
	uint32_t result;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, 1)), RESULT_OK);
	until_offered(sim, 1, 0, 2000);
	sim_replica(sim, false);
	cmd = sim_phone_answer(sim, 1, 0, true);
	until_state(sim, 0, "answered/accepted", 2000);
	sim_run(sim, 500);
	assert_int_equal(sim_phone_result(sim, 1, cmd, NULL), 0);
	assert_int_equal(sim_phone_job(sim, 1), 0); /* no address before the gate */
	sim_failover(sim, 0);
	sim_run(sim, 100);
	sim_replica(sim, true);
	result = phone_result(sim, 1, cmd);
	assert_int_equal(result, RESULT_OK);
	until_job(sim, 1, 5000);
	sim_free(sim);
}

/* Calls were on their way when history was cut: each is done once. */
static void test_flights_across_a_cut(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);
	uint64_t cmd;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_replica(sim, false);
	sim_press(sim, 1, KIND_FALL); /* something that is cut */
	sim_run(sim, 100);
	sim_store_fail_commits(sim, 2);
	cmd = sim_desk_say(sim, 0, 0, "kitchen");
	sim_run(sim, 50);
	sim_failover(sim, 0);
	sim_run(sim, 100);
	sim_replica(sim, true);
	assert_int_equal(desk_result(sim, 0, cmd), RESULT_OK);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_NOTE), 1);
	until_heard(sim, 1, STEP_STORED, 15000);
	assert_int_equal(sim_incident_count(sim), 2);
	sim_free(sim);
}

/* Two faults: the store has forgotten that the call was answered, the device has heard it. The call is put back. */
static void test_the_device_knows_more_than_the_store(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before;

	(void)state;
	sim_desk_down(sim, 1);
	sim_run(sim, 12000);
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	until_heard(sim, 0, STEP_ANSWERED, 2000);
	sim_desk_down(sim, 0); /* nobody at a desk who would say that the call is theirs */
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_string_equal(sim_state(sim, 0), "waiting");
	sim_run(sim, 90000); /* a heartbeat later */
	assert_true(lines_of(sim_incident(sim, 0), LINE_RESTORED) == 1);
	assert_true(sim_incident(sim, 0)->restored);
	sim_free(sim);
}

/* The store has forgotten the press altogether. */
static void test_the_press_itself_is_forgotten(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before = sim_log_newest(sim);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 2000);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_int_equal(sim_incident_count(sim), 0);
	until_state(sim, 0, "waiting", 90000);
	until_row(sim, 0, 0, 5000);
	sim_free(sim);
}

/* It was stored, and a home that nobody could hear did not know; then two faults took it. The daemon that stays behind them
 * tells it what was true. It is said of nothing that one fault could take. (Seed 889) */
static void test_told_behind_a_cut_what_was_stored(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before;

	(void)state;
	sim_home_only(sim, 0, 0);
	sim_store_away(sim, true);
	sim_run(sim, 2000);
	sim_press(sim, 0, KIND_SERVICE);
	sim_run(sim, 1000);
	sim_home_dark(sim, 0, true);
	sim_home_only(sim, 0, 0); /* its link breaks, and it can make no other */
	before = sim_log_newest(sim);
	sim_store_away(sim, false);
	assert_true(sim_until(sim, one_incident, 0, 10000));
	sim_run(sim, 1000);
	assert_false(sim_acked(sim, 0));
	sim_home_dark(sim, 0, false);
	sim_failover_without(sim, 0, (unsigned)(sim_log_newest(sim) - before));
	assert_int_equal(sim_incident_count(sim), 0);
	until_heard(sim, 0, STEP_STORED, 3000);
	sim_old_primary_ends(sim, 0);
	sim_run(sim, 10000);
	sim_free(sim);
}

static bool all_written(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_cuts_are_written(sim);
}

/* Two faults took what an operator had done, and that she came to the desk: both daemons had read it. It is written down
 * once, on the call's timeline and in the log. */
static void test_what_was_cut_is_written_down(void **state)
{
	const struct sim_setup setup = {.daemons = 2, .replicated = true, .lossy = true};
	struct sim *sim = scene_ready(&setup);
	const struct line *line = NULL;
	uint64_t before;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	until_heard(sim, 0, STEP_ANSWERED, 2000);
	sim_desk_ready(sim, 1, false);
	sim_run(sim, 500);
	sim_desk_down(sim, 0);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_CLAIMED), 0);
	sim_run(sim, 1000);
	assert_true(sim_until(sim, all_written, 0, 10000));
	assert_int_equal(sim_logged(sim, "CUT_SEEN"), 2);
	for (uint32_t i = 0; i < sim_incident(sim, 0)->line_count; i++) {
		if (sim_incident(sim, 0)->lines[i].code != LINE_SEEN_NOT_IN_FORCE)
			continue;
		assert_null(line);
		line = &sim_incident(sim, 0)->lines[i];
	}
	assert_non_null(line);
	assert_int_equal(line->count, LINE_CLAIMED);
	assert_string_equal(line->who, sim_desk_person(0));
	assert_true(line->number > (int64_t)before);
	assert_true(line->stored_ms > line->at_ms);
	assert_string_equal(sim_state(sim, 0), "waiting");
	sim_free(sim);
}

/* A panel forgets at our ACK: then the daemon that acknowledged remembers. */
static void test_a_panel_s_alarm_is_committed_again(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before = sim_log_newest(sim);

	(void)state;
	sim_panel_event(sim, 0, 1, "1101 01 007", true);
	sim_run(sim, 2000);
	assert_int_equal(sim_panel_answers(sim, 0, NULL), 1);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_int_equal(sim_incident_count(sim), 0);
	sim_run(sim, 5000);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_panel_incident(sim, 0)->state, INCIDENT_WAITING);
	sim_free(sim);
}

/* That a cause is gone is said once. Said again after a cut it would be about a call of another day. */
static void test_a_restore_is_not_committed_again(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t id;

	(void)state;
	sim_panel_event(sim, 0, 1, "1302 00 003", true);
	sim_run(sim, 2000);
	sim_panel_event(sim, 0, 2, "3302 00 003", true);
	sim_run(sim, 2000);
	id = sim_panel_incident(sim, 0)->id;
	assert_int_equal(lines_of(sim_panel_incident(sim, 0), LINE_RESTORE), 1);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim_id(sim, 0, id)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close_id(sim, 0, id, OUTCOME_TECHNICAL)), RESULT_OK);
	sim_panel_event(sim, 0, 3, "1302 00 003", true); /* out again */
	sim_run(sim, 2000);
	assert_true(sim_panel_incident(sim, 0)->id != id);
	sim_failover(sim, 1);
	sim_run(sim, 5000);
	assert_int_equal(lines_of(sim_panel_incident(sim, 0), LINE_RESTORE), 0);
	sim_free(sim);
}

/* A console slept through it: its place in history is another history's. It is given the whole picture. */
static void test_a_console_of_another_history(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before;
	unsigned snapshots;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_ADVICE)), RESULT_OK);
	assert_true(sim_until(sim, no_row, 0, 2000));
	sim_run(sim, 5000);
	snapshots = sim_desk_snapshots(sim, 0);
	sim_desk_sleep(sim, 0, true);
	sim_run(sim, 500);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	sim_run(sim, 15000); /* as many entries again, and more */
	assert_true(sim_log_newest(sim) > before + 8);
	sim_desk_sleep(sim, 0, false);
	until_live(sim, 10000);
	sim_run(sim, 1000);
	assert_int_equal(sim_desk_snapshots(sim, 0), snapshots + 1);
	assert_non_null(sim_desk_row(sim, 0, 0));
	sim_free(sim);
}

/* An operator has the call open; that she looks is cut away. It is written again, and health waits for it. */
static void test_who_looks_is_on_record_after_a_cut(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_open(sim, 0, 0)), RESULT_OK);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_OPENED), 1);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_OPENED), 0);
	sim_run(sim, 5000);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_OPENED), 1);
	sim_free(sim);
}

/* Two faults took that she is ready again, and her console greets nobody anew: it rings all the same. */
static void test_that_she_is_ready_was_cut(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before;

	(void)state;
	assert_int_equal(desk_result(sim, 0, sim_desk_ready(sim, 0, false)), RESULT_OK);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_ready(sim, 0, true)), RESULT_OK);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	sim_run(sim, 5000);
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 2000);
	sim_free(sim);
}

/* They took even that she came: what she takes stays hers, and nobody takes her for gone. */
static void test_that_she_came_was_cut(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);

	(void)state;
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - REGISTRY_ENTRIES));
	sim_run(sim, 5000);
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	until_row(sim, 1, 0, 2000);
	sim_run(sim, 3000);
	assert_false(sim_desk_row(sim, 1, 0)->owner_gone);
	sim_run(sim, 60000);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
	sim_free(sim);
}

/* One copy counts: every screen is told, and told when there are two again. */
static void test_one_copy_is_told(void **state)
{
	struct sim *sim = scene_ready(&REPLICATED);

	(void)state;
	for (unsigned d = 0; d < 2; d++)
		app_store_one_copy(sim_app(sim, d), true);
	sim_run(sim, 2000);
	assert_true(sim_desk_one_copy(sim, 0) && sim_desk_one_copy(sim, 1));
	for (unsigned d = 0; d < 2; d++)
		app_store_one_copy(sim_app(sim, d), false);
	sim_run(sim, 2000);
	assert_false(sim_desk_one_copy(sim, 0) || sim_desk_one_copy(sim, 1));
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_press_that_was_cut),
		cmocka_unit_test(test_a_restart_makes_nothing_safe),
		cmocka_unit_test(test_no_ghost_after_a_cut),
		cmocka_unit_test(test_a_claim_that_was_cut),
		cmocka_unit_test(test_an_acceptance_that_was_cut),
		cmocka_unit_test(test_flights_across_a_cut),
		cmocka_unit_test(test_the_device_knows_more_than_the_store),
		cmocka_unit_test(test_the_press_itself_is_forgotten),
		cmocka_unit_test(test_told_behind_a_cut_what_was_stored),
		cmocka_unit_test(test_what_was_cut_is_written_down),
		cmocka_unit_test(test_a_panel_s_alarm_is_committed_again),
		cmocka_unit_test(test_a_restore_is_not_committed_again),
		cmocka_unit_test(test_a_console_of_another_history),
		cmocka_unit_test(test_who_looks_is_on_record_after_a_cut),
		cmocka_unit_test(test_that_she_is_ready_was_cut),
		cmocka_unit_test(test_that_she_came_was_cut),
		cmocka_unit_test(test_one_copy_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
