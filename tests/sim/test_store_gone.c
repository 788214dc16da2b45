/* test_store_gone.c - Redis gone: the press shows on the connected consoles, marked not yet stored, and is not
 * acknowledged; when Redis is back it is stored and acknowledged once. Nobody reloads. */
#include <string.h>

#include "sim/scenes.h"

static bool shown_unstored(struct sim *sim, uint64_t desk)
{
	const struct Pingan__V1__IncidentRow *row = sim_desk_row(sim, (unsigned)desk, 0);

	return row != NULL && row->not_stored;
}

static bool shown_stored(struct sim *sim, uint64_t desk)
{
	const struct Pingan__V1__IncidentRow *row = sim_desk_row(sim, (unsigned)desk, 0);

	return row != NULL && !row->not_stored;
}

static bool store_down_is_known(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return !sim_desk_store_up(sim, 0) && !sim_desk_store_up(sim, 1);
}

static bool store_up_is_known(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_desk_store_up(sim, 0) && sim_desk_store_up(sim, 1);
}

static bool rings_for_life(struct sim *sim, uint64_t desk)
{
	const struct Pingan__V1__IncidentRow *row = sim_desk_row(sim, (unsigned)desk, 0);

	return row != NULL && (int)row->class_ == CLASS_LIFE && sim_desk_rings(sim, (unsigned)desk, 0);
}

/* While the store is away a unit reports as much as may be held for it, none of it stored; then she presses. (Seed
 * 40012: what came last was refused until the store was back.) */
static void test_the_ninth_is_the_call_for_help(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_away(sim, true);
	assert_true(sim_until(sim, store_down_is_known, 0, 5000));
	for (unsigned i = 0; i < 8; i++) {
		sim_press(sim, 0, KIND_BATTERY);
		sim_run(sim, 200);
	}
	assert_true(sim_until(sim, shown_unstored, 0, 1000));
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, rings_for_life, 0, 1000));
	sim_store_away(sim, false);
	until_heard(sim, 0, STEP_STORED, 10000);
	assert_int_equal(sim_incident(sim, 0)->class, CLASS_LIFE);
	sim_free(sim);
}

static void test_pressed_is_shown_without_a_store(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_away(sim, true);
	assert_true(sim_until(sim, store_down_is_known, 0, 5000));
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, shown_unstored, 0, 1000));
	assert_true(sim_until(sim, shown_unstored, 1, 1000));
	assert_string_not_equal(sim_desk_row(sim, 0, 0)->resident, ""); /* the card is there from memory */
	assert_true(sim_desk_rings(sim, 0, 0));
	sim_run(sim, 60000);
	assert_false(sim_acked(sim, 0));
	assert_true(shown_unstored(sim, 0));
	assert_int_equal(sim_incident_count(sim), 0);
	sim_store_away(sim, false);
	until_heard(sim, 0, STEP_STORED, 10000);
	assert_true(sim_until(sim, shown_stored, 0, 2000));
	assert_true(sim_until(sim, shown_stored, 1, 2000));
	assert_true(sim_until(sim, store_up_is_known, 0, 5000));
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0); /* its repeats were copies */
	assert_int_equal(sim_desk_row_count(sim, 0), 1);
	sim_free(sim);
}

static void test_i_am_calling_becomes_a_claim(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_away(sim, true);
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, shown_unstored, 0, 5000));
	assert_true(sim_until(sim, shown_unstored, 1, 5000));
	sim_desk_calling(sim, 1, 0);
	sim_run(sim, 500);
	sim_desk_calling(sim, 0, 0);
	sim_run(sim, 500);
	assert_string_equal(sim_desk_row(sim, 0, 0)->note_owner, sim_desk_person(1)); /* the first mark */
	sim_store_away(sim, false);
	until_state(sim, 0, "answered", 15000);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(1));
	sim_free(sim);
}

static void test_a_claim_without_a_store_is_a_clear_no(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	sim_store_away(sim, true);
	assert_true(sim_until(sim, store_down_is_known, 0, 5000));
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), PINGAN__V1__RESULT__RESULT_NO_STORE);
	assert_string_equal(sim_state(sim, 0), "waiting");
	sim_free(sim);
}

static void test_store_killed_after_the_acknowledgement(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 2000);
	sim_store_crash(sim);
	sim_run(sim, 2000);
	sim_store_away(sim, false);
	sim_run(sim, 5000);
	assert_string_equal(sim_state(sim, 0), "waiting");
	assert_int_equal(sim_incident_count(sim), 1);
	sim_free(sim);
}

/* Answers held back: no acknowledgement without an answer from the log. */
static void test_no_answer_no_acknowledgement(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_cut_off(sim, 0, true);
	sim_press(sim, 0, KIND_FALL);
	sim_run(sim, 30000);
	assert_false(sim_acked(sim, 0));
	sim_store_cut_off(sim, 0, false);
	until_heard(sim, 0, STEP_STORED, 10000);
	assert_int_equal(sim_incident_count(sim), 1);
	sim_free(sim);
}

static void test_lost_calls_are_sent_again(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_fail_commits(sim, 3);
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 20000);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

/* One of two daemons is cut off: its consoles say so, its devices with open alarms go to the other. */
static void test_cut_off_daemon_sends_its_devices_away(void **state)
{
	const struct sim_setup setup = {.daemons = 2};
	struct sim *sim = scene_ready(&setup);

	(void)state;
	sim_desk_only(sim, 0, 0);
	sim_run(sim, 15000);
	sim_store_cut_off(sim, 0, true);
	sim_run(sim, 6000);
	assert_false(sim_desk_store_up(sim, 0));
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 25000);
	assert_int_equal(sim_incident_count(sim), 1);
	sim_free(sim);
}

/* Its own proof of life does not come back: another daemon may be better placed, so whoever holds an alarm is sent there. */
static void test_not_fresh_sends_its_devices_away(void **state)
{
	const struct sim_setup setup = {.daemons = 2};
	struct sim *sim = scene_ready(&setup);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 5000);
	assert_int_equal(sim_home_daemon(sim, 0), 0);
	sim_daemon_lag(sim, 0, 60000);
	sim_run(sim, 8000);
	assert_int_equal(sim_home_daemon(sim, 0), 1);
	sim_free(sim);
}

/* A daemon started without a store runs on its snapshot: it receives, shows, and does not acknowledge. */
static void test_started_without_a_store(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_run(sim, 61000); /* a snapshot is written */
	sim_store_away(sim, true);
	sim_daemon_crash(sim, 0);
	sim_run(sim, 1000);
	sim_daemon_start(sim, 0);
	until_live(sim, 30000);
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, shown_unstored, 0, 10000));
	sim_run(sim, 10000);
	assert_false(sim_acked(sim, 0));
	sim_store_away(sim, false);
	until_heard(sim, 0, STEP_STORED, 15000);
	assert_true(sim_until(sim, shown_stored, 0, 5000));
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pressed_is_shown_without_a_store),
		cmocka_unit_test(test_the_ninth_is_the_call_for_help),
		cmocka_unit_test(test_i_am_calling_becomes_a_claim),
		cmocka_unit_test(test_a_claim_without_a_store_is_a_clear_no),
		cmocka_unit_test(test_store_killed_after_the_acknowledgement),
		cmocka_unit_test(test_no_answer_no_acknowledgement),
		cmocka_unit_test(test_lost_calls_are_sent_again),
		cmocka_unit_test(test_cut_off_daemon_sends_its_devices_away),
		cmocka_unit_test(test_not_fresh_sends_its_devices_away),
		cmocka_unit_test(test_started_without_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
