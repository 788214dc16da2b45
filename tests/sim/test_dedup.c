/* test_dedup.c - a copy of one message rings nobody twice; the same need, said again, is never taken for a copy. */
#include <stdio.h>
#include <string.h>

#include "sim/scenes.h"

#define EVENT "1101 01 007"

static const struct sim_setup WITH_PANELS = {.panels = 2, .daemons = 2};

static bool answers(struct sim *sim, uint64_t n)
{
	return sim_panel_answers(sim, 0, NULL) >= n;
}

static void until_answers(struct sim *sim, unsigned n)
{
	char last[16];

	if (!sim_until(sim, answers, n, 60000))
		sim_broken(sim, "expected here", "panel 0 has %u answers", n);
	sim_panel_answers(sim, 0, last);
	assert_string_equal(last, "ACK");
}

/* The panel sends, and hears ACK; how often its incident was pressed is counted. */
static void send_event(struct sim *sim, unsigned number, unsigned answer)
{
	sim_panel_event(sim, 0, number, EVENT, true);
	until_answers(sim, answer);
}

static void close_panel(struct sim *sim)
{
	/* Desks name incidents by home; a panel's is closed through its row. */
	const struct incident *inc = sim_panel_incident(sim, 0);
	uint64_t id = inc->id;

	sim_desk_claim_id(sim, 0, id);
	sim_run(sim, 1000);
	sim_desk_spoke_id(sim, 0, id);
	sim_run(sim, 1000);
	sim_desk_close_id(sim, 0, id, OUTCOME_ADVICE);
	sim_run(sim, 1000);
	assert_int_equal(sim_incident_by_id(sim, id)->state, INCIDENT_CLOSED);
}

static void test_a_copy_joins_and_is_not_counted(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	send_event(sim, 1, 1);
	send_event(sim, 1, 2);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

/* So does a test of the line, which opens nothing: its copy makes no entry. (Seed 43432) */
static void test_a_copy_of_what_opens_nothing_makes_no_entry(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);
	uint64_t stored;

	(void)state;
	sim_panel_only(sim, 0, 0);
	sim_panel_event(sim, 0, 1, "1602 00 000", true);
	until_answers(sim, 1);
	stored = sim_metric(sim, 0, "pingan_alarms_stored_total");
	assert_int_equal(stored, 1);
	sim_panel_event(sim, 0, 1, "1602 00 000", true);
	until_answers(sim, 2);
	sim_run(sim, 2000);
	assert_int_equal(sim_metric(sim, 0, "pingan_alarms_stored_total"), stored);
	sim_panel_event(sim, 0, 2, "1602 00 000", true);
	until_answers(sim, 3);
	assert_int_equal(sim_metric(sim, 0, "pingan_alarms_stored_total"), stored + 1);
	sim_free(sim);
}

/* The copy arrives at the other daemon. */
static void test_a_copy_on_a_second_path(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	sim_panel_only(sim, 0, 0);
	send_event(sim, 7, 1);
	sim_panel_only(sim, 0, 1);
	send_event(sim, 7, 2);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

/* After a reboot the numbers begin at 0001 again: another press, whatever it looks like, counts when its bytes differ. */
static void test_numbers_after_a_reboot(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	send_event(sim, 41, 1);
	send_event(sim, 42, 2);
	sim_run(sim, 60000);
	send_event(sim, 1, 3);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 2);
	sim_free(sim);
}

static void test_numbers_wrap(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	send_event(sim, 9998, 1);
	send_event(sim, 9999, 2);
	send_event(sim, 1, 3);
	send_event(sim, 9998, 4); /* out of order, and a copy */
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 2);
	sim_free(sim);
}

/* The same bytes, eleven minutes after the last copy, while the incident is open: a press again. */
static void test_the_same_bytes_later_is_a_press(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	send_event(sim, 5, 1);
	sim_run(sim, MINUTES(9));
	send_event(sim, 5, 2);
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 0);
	sim_run(sim, MINUTES(9));
	send_event(sim, 5, 3); /* the memory runs from the last copy */
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 0);
	sim_run(sim, MINUTES(11));
	send_event(sim, 5, 4);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 1);
	sim_free(sim);
}

/* Never across the closing of its incident: the same bytes a minute later are a new call. */
static void test_the_same_bytes_after_closing_is_a_new_call(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	send_event(sim, 5, 1);
	close_panel(sim);
	send_event(sim, 5, 2);
	assert_int_equal(sim_incident_count(sim), 2);
	assert_int_equal(sim_panel_incident(sim, 0)->state, INCIDENT_WAITING);
	sim_free(sim);
}

static void test_the_same_press_a_month_later(void **state)
{
	struct sim *sim = scene_ready(&WITH_PANELS);

	(void)state;
	send_event(sim, 5, 1);
	close_panel(sim);
	sim_skip(sim, INT64_C(30) * 24 * 3600 * 1000);
	until_live(sim, 60000);
	send_event(sim, 5, 2);
	assert_int_equal(sim_incident_count(sim), 2);
	assert_int_equal(sim_panel_incident(sim, 0)->state, INCIDENT_WAITING);
	sim_free(sim);
}

/* Native: the id tells. The same alarm by two paths is one; two presses are two. */
static void test_native_by_two_paths(void **state)
{
	const struct sim_setup setup = {.daemons = 2};
	struct sim *sim = scene_ready(&setup);

	(void)state;
	sim_store_cut_off(sim, 0, true);
	sim_home_only(sim, 0, 0);
	sim_run(sim, 5000);
	sim_press(sim, 0, KIND_SOS);
	sim_run(sim, 2000); /* daemon 0 has it and can't store it */
	sim_home_only(sim, 0, 1);
	until_heard(sim, 0, STEP_STORED, 20000);
	sim_store_cut_off(sim, 0, false); /* and now it stores what it had */
	sim_run(sim, 10000);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0);
	sim_press(sim, 0, KIND_SOS);
	sim_run(sim, 3000);
	assert_int_equal(sim_incident(sim, 0)->repeats, 1);
	sim_free(sim);
}

/* A device that restarts keeps its alarm and says it again: the same incident answers, nobody rings twice. */
static void test_native_after_a_reboot(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 2000);
	sim_home_reboot(sim, 0);
	sim_run(sim, 20000);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_copy_joins_and_is_not_counted),
		cmocka_unit_test(test_a_copy_of_what_opens_nothing_makes_no_entry),
		cmocka_unit_test(test_a_copy_on_a_second_path),
		cmocka_unit_test(test_numbers_after_a_reboot),
		cmocka_unit_test(test_numbers_wrap),
		cmocka_unit_test(test_the_same_bytes_later_is_a_press),
		cmocka_unit_test(test_the_same_bytes_after_closing_is_a_new_call),
		cmocka_unit_test(test_the_same_press_a_month_later),
		cmocka_unit_test(test_native_by_two_paths),
		cmocka_unit_test(test_native_after_a_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
