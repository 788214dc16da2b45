/* test_review.c - ten scenarios that a review of the design found to break an earlier draft of it. Each must hold. */
#include <string.h>

#include "sim/scenes.h"
#include "sim/seen.h"

static const struct sim_setup TWO = {.daemons = 2};
static const struct sim_setup REPLICATED = {.daemons = 2, .replicated = true};
static const struct sim_setup LOSSY = {.replicated = true, .lossy = true};

/* op0 at daemon 0, op1 at daemon 1; homes 0 and 2 at daemon 0, home 1 at daemon 1. */
static struct sim *apart(const struct sim_setup *setup)
{
	struct sim *sim = scene_ready(setup);

	sim_desk_only(sim, 0, 0);
	sim_desk_only(sim, 1, 1);
	sim_home_only(sim, 0, 0);
	sim_home_only(sim, 1, 1);
	sim_run(sim, 15000);
	until_live(sim, 20000);
	return sim;
}

static bool owner_is(struct sim *sim, uint64_t desk)
{
	const struct Pingan__V1__IncidentRow *a = sim_desk_row(sim, 0, 0), *b = sim_desk_row(sim, 1, 0);
	const char *who = sim_desk_person((unsigned)desk);

	return a != NULL && b != NULL && strcmp(a->owner, who) == 0 && strcmp(b->owner, who) == 0 &&
	       strcmp(sim_incident(sim, 0)->owner, who) == 0;
}

static bool restored(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_incident(sim, 0) != NULL && lines_of(sim_incident(sim, 0), LINE_RESTORED) != 0;
}

/* The device was told *answered*; the alarm and the answer are gone with one fault. The call comes back by itself,
 * marked, and everybody sees it. */
static void test_told_answered_and_both_are_lost(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before = sim_log_newest(sim);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	until_heard(sim, 0, STEP_ANSWERED, 2000);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_int_equal(sim_incident_count(sim), 0);
	assert_true(sim_until(sim, restored, 0, 90000));
	assert_int_equal(sim_incident_count(sim), 1);
	assert_true(sim_incident(sim, 0)->restored);
	until_row(sim, 0, 0, 3000);
	until_row(sim, 1, 0, 3000);
	assert_int_equal(sim_held(sim, 0), 1); /* the device keeps it */
	sim_free(sim);
}

/* The same revision of the same call in two histories: op0's take on the old primary, op1's on the new one. Identity
 * decides, not the number. */
static void test_two_histories_with_the_same_revision(void **state)
{
	struct sim *sim = apart(&REPLICATED);
	uint64_t a, b;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 1, 0, 2000);
	sim_failover_without(sim, 0, 0);
	a = sim_desk_claim(sim, 0, 0); /* stored there, never safe */
	sim_run(sim, 1500);
	b = sim_desk_claim(sim, 1, 0);
	assert_int_equal(desk_result(sim, 1, b), RESULT_OK);
	assert_int_equal(sim_desk_result(sim, 0, a, NULL), 0);
	sim_old_primary_ends(sim, 0);
	assert_int_equal(desk_result(sim, 0, a), RESULT_LOST_RACE);
	assert_true(sim_until(sim, owner_is, 1, 5000));
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_CLAIMED), 1);
	sim_free(sim);
}

/* Two faults cut a yes that was given. Whoever is there says so on coming back, and has the call again. */
static void test_a_yes_that_was_cut_is_held(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 1, 0, 2000);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	assert_string_equal(sim_state(sim, 0), "waiting");
	assert_true(sim_until(sim, owner_is, 0, 5000));
	sim_free(sim);
}

/* Who was away when it was cut, and has lost the call to a colleague meanwhile, is told within 5 s who has it. */
static void test_a_yes_that_was_cut_and_lost_is_told(void **state)
{
	struct sim *sim = scene_ready(&LOSSY);
	uint64_t before, told = sim_seen_table[SEEN_LOST_CALL];

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 1, 0, 2000);
	before = sim_log_newest(sim);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_desk_sleep(sim, 0, true);
	sim_failover(sim, (unsigned)(sim_log_newest(sim) - before));
	sim_run(sim, 1500);
	assert_int_equal(desk_result(sim, 1, sim_desk_claim(sim, 1, 0)), RESULT_OK);
	sim_desk_sleep(sim, 0, false);
	assert_true(sim_until(sim, owner_is, 1, 5000));
	assert_true(sim_seen_table[SEEN_LOST_CALL] > told);
	sim_free(sim);
}

static bool store_down(struct sim *sim, uint64_t desk)
{
	return !sim_desk_store_up(sim, (unsigned)desk);
}

/* A daemon that stays on the cut-off primary looks well to itself: its own proof of life tells it otherwise. Its screens
 * say so, its devices are not acknowledged there and go to another. */
static void test_a_daemon_on_the_cut_off_primary(void **state)
{
	struct sim *sim = apart(&REPLICATED);

	(void)state;
	sim_failover_without(sim, 0, 0);
	assert_true(sim_until(sim, store_down, 0, 5000));
	assert_true(sim_desk_store_up(sim, 1));
	sim_home_only(sim, 0, SIM_DAEMONS_MAX); /* it knows both addresses, as all do */
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 20000);
	assert_int_equal(sim_home_daemon(sim, 0), 1);
	assert_int_equal(sim_incident_count(sim), 1);
	sim_old_primary_ends(sim, 0);
	until_row(sim, 0, 0, 5000);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_incident(sim, 0)->repeats, 0);
	sim_free(sim);
}

/* The number of an entry that was lost is given to another entry. Whoever read the first one under that number notices. */
static void test_a_lost_log_id_is_given_out_again(void **state)
{
	struct sim *sim = apart(&REPLICATED);
	uint64_t newest;

	(void)state;
	sim_replica(sim, false);
	newest = sim_log_newest(sim);
	sim_press(sim, 0, KIND_SOS);
	sim_run(sim, 300);
	assert_true(sim_log_newest(sim) > newest);
	assert_int_equal(sim_incident_count(sim), 1);
	sim_store_cut_off(sim, 0, true); /* it knows the first history and no other */
	sim_home_dark(sim, 0, true);
	sim_failover(sim, 0);
	sim_replica(sim, true);
	assert_int_equal(sim_incident_count(sim), 0);
	sim_press(sim, 1, KIND_FALL);
	until_heard(sim, 1, STEP_STORED, 20000);
	sim_run(sim, 10000); /* beyond the numbers that daemon 0 has read */
	assert_true(sim_log_newest(sim) > newest + 4);
	sim_store_cut_off(sim, 0, false);
	sim_run(sim, 3000);
	assert_true(sim_logged(sim, "HISTORY_CUT") >= 2);
	until_row(sim, 0, 1, 5000);
	sim_home_dark(sim, 0, false);
	until_heard(sim, 0, STEP_STORED, 90000);
	assert_int_equal(sim_incident_count(sim), 2);
	sim_free(sim);
}

/* A take is stored, its answer is lost, and others have written to the same call since: it was mine all the same. */
static void test_an_answer_lost_after_others_have_committed(void **state)
{
	struct sim *sim = apart(&TWO);
	uint64_t cmd;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 1, 0, 2000);
	sim_daemon_lag(sim, 0, 2500);
	sim_store_lose_answer(sim, 0);
	cmd = sim_desk_claim(sim, 0, 0);
	until_state(sim, 0, "answered", 1000);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(desk_result(sim, 1, sim_desk_say(sim, 1, 0, "she is known here")), RESULT_OK);
	assert_int_equal(sim_desk_result(sim, 0, cmd, NULL), 0);
	sim_daemon_lag(sim, 0, 0);
	assert_int_equal(desk_result(sim, 0, cmd), RESULT_OK);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_CLAIMED), 1);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
	sim_free(sim);
}

/* A daemon stands still for 30 s with all its timers due. The other has done what was due; nothing is done twice. */
static void test_frozen_for_30_s_with_timers_due(void **state)
{
	struct sim *sim = apart(&TWO);

	(void)state;
	sim_press(sim, 1, KIND_SOS);
	until_heard(sim, 1, STEP_STORED, 2000);
	sim_daemon_stall(sim, 0, 30000);
	sim_run(sim, 29000);
	assert_int_equal(lines_of(sim_incident(sim, 1), LINE_RUNG_SUPERVISOR), 1);
	sim_run(sim, 10000);
	assert_int_equal(lines_of(sim_incident(sim, 1), LINE_RUNG_SUPERVISOR), 1);
	assert_int_equal(lines_of(sim_incident(sim, 1), LINE_DISPATCHED_UNATTENDED), 1);
	assert_int_equal(sim_incident(sim, 1)->job_count, 1);
	until_live(sim, 20000);
	sim_free(sim);
}

/* Alone, it does all that is due when it wakes, each once, and promises nothing before it has caught up. */
static void test_frozen_for_30_s_and_alone(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_heard(sim, 0, STEP_STORED, 2000);
	sim_run(sim, 5000);
	sim_daemon_stall(sim, 0, 30000);
	sim_run(sim, 34000);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_RUNG_SUPERVISOR), 1);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_DISPATCHED_UNATTENDED), 1);
	until_live(sim, 20000);
	sim_free(sim);
}

static bool sent_by_rule(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return lines_of(sim_incident(sim, 0), LINE_DISPATCHED_UNATTENDED) != 0;
}

/* The promoted machine's clock is seconds before or behind. No timer fires early by the store's clock (a promise that is
 * checked at each entry), none is swallowed. */
static void test_a_clock_step_at_promotion(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		static const int64_t steps[] = {-20000, -5000, 5000, 20000};
		struct sim *sim = scene_ready(&REPLICATED);
		int64_t pressed_at = sim_now(sim);

		sim_press(sim, 0, KIND_SOS);
		until_heard(sim, 0, STEP_STORED, 2000);
		sim_run(sim, 8000);
		sim_failover(sim, 0);
		sim_store_clock(sim, steps[i]);
		assert_true(sim_until(sim, sent_by_rule, 0, 60000));
		/* The store's clock never steps back: one that is behind waits until it has caught up. */
		assert_in_range(sim_now(sim) - pressed_at, 8000, 32000 + (steps[i] < 0 ? -steps[i] : 0));
		sim_free(sim);
	}
}

/* A replaced panel counts from 0001 again. After the closing its first alarm is a new call, though its bytes are those of
 * a few minutes ago; while the call is open another alarm is one more press. */
static void test_a_replaced_device_counts_again(void **state)
{
	const struct sim_setup setup = {.panels = 1};
	struct sim *sim = scene_ready(&setup);
	uint64_t first;

	(void)state;
	sim_panel_event(sim, 0, 1, "1101 01 007", true);
	sim_run(sim, 2000);
	first = sim_panel_incident(sim, 0)->id;
	sim_panel_replaced(sim, 0);
	sim_panel_event(sim, 0, 1, "1100 01 001", true);
	sim_run(sim, 2000);
	assert_int_equal(sim_panel_incident(sim, 0)->repeats, 1);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim_id(sim, 0, first)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke_id(sim, 0, first)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close_id(sim, 0, first, OUTCOME_ADVICE)), RESULT_OK);
	sim_panel_replaced(sim, 0);
	sim_panel_event(sim, 0, 1, "1101 01 007", true);
	sim_run(sim, 2000);
	assert_true(sim_panel_incident(sim, 0)->id != first);
	assert_int_equal(sim_panel_incident(sim, 0)->state, INCIDENT_WAITING);
	sim_free(sim);
}

/* The console has moved to another daemon over a link that the old one still believes in, then counts as lost: its 30 s
 * end at the log-in elsewhere, the operator keeps her call. */
static void test_a_session_that_moved_while_30_s_run(void **state)
{
	struct sim *sim = apart(&TWO);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_desk_half_open(sim, 0);
	sim_desk_only(sim, 0, 1);
	sim_run(sim, 90000);
	assert_string_equal(sim_state(sim, 0), "answered");
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_RETURNED), 0);
	sim_free(sim);
}

static bool op0_is_amber(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_desk_row(sim, 1, 0)->owner_gone;
}

/* A console greets a daemon that then stands still, goes to another and works there. When the first one wakes, what it
 * had still to write takes neither the session nor the calls, and her console rings. (Seeds 10599, 13667.) */
static void test_a_daemon_that_stood_still_takes_no_session(void **state)
{
	struct sim *sim = apart(&TWO);

	(void)state;
	sim_store_away(sim, true);
	sim_desk_only(sim, 0, 1);
	sim_run(sim, 8000);
	until_live(sim, 10000);
	sim_daemon_stall(sim, 1, 40000);
	sim_desk_only(sim, 1, 0);
	sim_desk_only(sim, 0, 0);
	sim_store_away(sim, false);
	sim_run(sim, 20000);
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 1, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_run(sim, 13000);
	assert_false(sim_until(sim, op0_is_amber, 0, 40000));
	assert_string_equal(sim_state(sim, 0), "answered");
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_RETURNED), 0);
	sim_press(sim, 2, KIND_SOS);
	until_rings(sim, 0, 2, true, 3000);
	sim_free(sim);
}

static bool all_answered(struct sim *sim, uint64_t homes)
{
	for (unsigned i = 0; i < homes; i++) {
		if (strcmp(sim_state(sim, i), "answered") != 0 || sim_heard(sim, i) < STEP_ANSWERED)
			return false;
	}
	return true;
}

/* Everybody presses, some are answered, and the store loses its last second at failover. In the end every press that had
 * not been answered is, by a person, once each. */
static void test_the_last_second_is_lost_and_every_press_is_answered(void **state)
{
	const struct sim_setup setup = {.daemons = 2, .replicated = true, .lossy = true, .homes = 24};
	struct sim *sim = scene_ready(&setup);
	unsigned lost;

	(void)state;
	for (unsigned i = 0; i < setup.homes; i++) {
		sim_press(sim, i, i % 3 == 0 ? KIND_FALL : KIND_SOS);
		sim_run(sim, 100);
		if (i % 4 == 3 && sim_desk_row(sim, 0, i - 3) != NULL)
			sim_desk_claim(sim, 0, i - 3);
	}
	lost = sim_entries_since(sim, 1000);
	assert_true(lost > 8);
	sim_failover(sim, lost);
	assert_true(sim_incident_count(sim) < setup.homes);
	for (unsigned round = 0; round < 30 && !all_answered(sim, setup.homes); round++) {
		for (unsigned i = 0; i < setup.homes; i++) {
			if (strcmp(sim_state(sim, i), "waiting") == 0 && sim_desk_row(sim, 0, i) != NULL)
				sim_desk_claim(sim, 0, i);
		}
		sim_run(sim, 4000);
	}
	assert_true(sim_until(sim, all_answered, setup.homes, 1000));
	assert_int_equal(sim_incident_count(sim), setup.homes);
	for (unsigned i = 0; i < setup.homes; i++)
		assert_int_equal(sim_incident(sim, i)->repeats, 0);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told_answered_and_both_are_lost),
		cmocka_unit_test(test_two_histories_with_the_same_revision),
		cmocka_unit_test(test_a_yes_that_was_cut_is_held),
		cmocka_unit_test(test_a_yes_that_was_cut_and_lost_is_told),
		cmocka_unit_test(test_a_daemon_on_the_cut_off_primary),
		cmocka_unit_test(test_a_lost_log_id_is_given_out_again),
		cmocka_unit_test(test_an_answer_lost_after_others_have_committed),
		cmocka_unit_test(test_frozen_for_30_s_with_timers_due),
		cmocka_unit_test(test_frozen_for_30_s_and_alone),
		cmocka_unit_test(test_a_clock_step_at_promotion),
		cmocka_unit_test(test_a_replaced_device_counts_again),
		cmocka_unit_test(test_a_session_that_moved_while_30_s_run),
		cmocka_unit_test(test_a_daemon_that_stood_still_takes_no_session),
		cmocka_unit_test(test_the_last_second_is_lost_and_every_press_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
