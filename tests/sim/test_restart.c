/* test_restart.c - kill -9 in every state of incident, job and offer: after the restart all of it is there, deadlines
 * fire, console and phone go on by themselves, the device repeats and the same incident answers. */
#include <stdio.h>

#include "sim/scenes.h"

/* The stages of the story; each is reached from the one before. */
enum stage {
	PRESSED, /* on its way, nothing stored for sure */
	WAITING,
	ANSWERED,
	OFFER_IS_MADE,
	OFFER_IS_SEEN,
	JOB_IS_ACCEPTED,
	JOB_IS_EN_ROUTE,
	JOB_IS_ARRIVED,
	JOB_IS_DONE,
	IS_CLOSED,
	STAGE_COUNT
};

static bool offer_is(struct sim *sim, uint64_t offer_state)
{
	const struct incident *inc = sim_incident(sim, 0);

	return inc != NULL && inc->job_count != 0 && inc->jobs[0].offer_count != 0 &&
	       (uint64_t)inc->jobs[0].offers[0].state >= offer_state;
}

static void go_to(struct sim *sim, enum stage stage)
{
	switch (stage) {
	case PRESSED:
		sim_press(sim, 0, KIND_SOS);
		sim_run(sim, 11);
		break;
	case WAITING:
		until_heard(sim, 0, STEP_STORED, 30000);
		until_row(sim, 0, 0, 30000);
		break;
	case ANSWERED:
		assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
		until_heard(sim, 0, STEP_ANSWERED, 30000);
		break;
	case OFFER_IS_MADE:
		assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
		assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, 1)), RESULT_OK);
		until_offered(sim, 1, 0, 30000);
		break;
	case OFFER_IS_SEEN:
		assert_true(sim_until(sim, offer_is, OFFER_MADE, 30000));
		break;
	case JOB_IS_ACCEPTED:
		assert_int_equal(phone_result(sim, 1, sim_phone_answer(sim, 1, 0, true)), RESULT_OK);
		until_job(sim, 1, 30000);
		break;
	case JOB_IS_EN_ROUTE:
		assert_int_equal(phone_result(sim, 1, sim_phone_progress(sim, 1, JOB_EN_ROUTE)), RESULT_OK);
		until_heard(sim, 0, STEP_HELP_ON_THE_WAY, 30000);
		break;
	case JOB_IS_ARRIVED:
		assert_int_equal(phone_result(sim, 1, sim_phone_progress(sim, 1, JOB_ARRIVED)), RESULT_OK);
		until_heard(sim, 0, STEP_ARRIVED, 30000);
		break;
	case JOB_IS_DONE:
		assert_int_equal(phone_result(sim, 1, sim_phone_progress(sim, 1, JOB_DONE)), RESULT_OK);
		until_state(sim, 0, "answered/done", 30000);
		break;
	case IS_CLOSED:
		assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_HELPED_AT_HOME)), RESULT_OK);
		until_heard(sim, 0, STEP_CLOSED, 30000);
		break;
	case STAGE_COUNT:
		break;
	}
}

static void crash_in(enum stage stage, unsigned daemons, bool store_too)
{
	const struct sim_setup setup = {.daemons = daemons};
	struct sim *sim = scene_ready(&setup);
	char before[64];
	uint64_t id;

	sim_desk_only(sim, 0, 0);
	sim_home_only(sim, 0, 0);
	sim_run(sim, 15000);
	for (enum stage s = PRESSED; s <= stage; s++)
		go_to(sim, s);
	snprintf(before, sizeof before, "%s", sim_state(sim, 0));
	id = stage == PRESSED ? 0 : sim_incident(sim, 0)->id;
	for (unsigned d = 0; d < daemons; d++)
		sim_daemon_crash(sim, d);
	if (store_too) {
		sim_store_crash(sim);
		sim_run(sim, 500);
		sim_store_away(sim, false);
	}
	sim_run(sim, 1500);
	for (unsigned d = 0; d < daemons; d++)
		sim_daemon_start(sim, d);
	until_live(sim, 30000);
	sim_run(sim, 1000);
	if (stage == PRESSED) {
		until_heard(sim, 0, STEP_STORED, 30000); /* the device repeats */
	} else {
		assert_true(sim_incident(sim, 0)->id == id);
		assert_string_equal(sim_state(sim, 0), before);
	}
	if (stage == OFFER_IS_MADE || stage == OFFER_IS_SEEN)
		until_offered(sim, 1, 0, 2000);
	if (stage >= JOB_IS_ACCEPTED && stage <= JOB_IS_ARRIVED)
		assert_true(sim_phone_job(sim, 1) == id);
	if (stage < IS_CLOSED)
		until_row(sim, 0, 0, 2000);
	for (enum stage s = stage + 1; s < STAGE_COUNT; s++)
		go_to(sim, s);
	sim_run(sim, 3000);
	assert_int_equal(sim_incident_count(sim), 1);
	assert_int_equal(sim_held(sim, 0), 0);
	assert_int_equal(sim_desk_row_count(sim, 0), 0);
	sim_free(sim);
}

static void test_crash_in_every_state(void **state)
{
	(void)state;
	for (enum stage stage = PRESSED; stage < STAGE_COUNT; stage++)
		crash_in(stage, 1, false);
}

static void test_crash_of_all_daemons_in_every_state(void **state)
{
	(void)state;
	for (enum stage stage = PRESSED; stage < STAGE_COUNT; stage++)
		crash_in(stage, 2, false);
}

static void test_crash_of_daemon_and_store_in_every_state(void **state)
{
	(void)state;
	for (enum stage stage = PRESSED; stage < STAGE_COUNT; stage++)
		crash_in(stage, 1, true);
}

/* Ended otherwise than well: declined, expired, withdrawn, given back, cancelled, failed. */
static void test_crash_after_other_endings(void **state)
{
	(void)state;
	for (int ending = 0; ending < 5; ending++) {
		struct sim *sim = scene_ready(NULL);
		char before[64];

		for (enum stage s = PRESSED; s <= OFFER_IS_MADE; s++)
			go_to(sim, s);
		switch (ending) {
		case 0:
			assert_int_equal(phone_result(sim, 1, sim_phone_answer(sim, 1, 0, false)), RESULT_OK);
			break;
		case 1:
			sim_run(sim, 31000); /* the offer runs out, the next wave goes to the other */
			break;
		case 2:
			go_to(sim, JOB_IS_ACCEPTED);
			assert_int_equal(phone_result(sim, 1, sim_phone_give_back(sim, 1)), RESULT_OK);
			break;
		case 3:
			go_to(sim, JOB_IS_ACCEPTED);
			assert_int_equal(desk_result(sim, 0, sim_desk_cancel_job(sim, 0, 0, 1)), RESULT_OK);
			break;
		case 4:
			sim_run(sim, 200000); /* nobody says yes: the job fails */
			break;
		}
		sim_run(sim, 500);
		snprintf(before, sizeof before, "%s", sim_state(sim, 0));
		sim_daemon_crash(sim, 0);
		sim_run(sim, 500);
		sim_daemon_start(sim, 0);
		until_live(sim, 30000);
		assert_string_equal(sim_state(sim, 0), before);
		assert_int_equal(sim_phone_job(sim, 1), 0);
		assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_ADVICE)), RESULT_OK);
		until_heard(sim, 0, STEP_CLOSED, 20000);
		sim_free(sim);
	}
}

static bool rung_wider(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return lines_of(sim_incident(sim, 0), LINE_RUNG_SUPERVISOR) != 0;
}

/* A deadline that fell due while nobody ran fires after the start. */
static void test_deadlines_survive(void **state)
{
	struct sim *sim = scene_ready(NULL);
	int64_t pressed_at;

	(void)state;
	pressed_at = sim_now(sim);
	go_to(sim, PRESSED);
	go_to(sim, WAITING);
	sim_daemon_crash(sim, 0);
	sim_run(sim, 20000);
	sim_daemon_start(sim, 0);
	assert_true(sim_until(sim, rung_wider, 0, 3000));
	assert_true(sim_now(sim) - pressed_at < 25000);
	sim_free(sim);
}

/* One of two dies: its devices and screens are served by the other. */
static void test_the_other_daemon_goes_on(void **state)
{
	const struct sim_setup setup = {.daemons = 2};
	struct sim *sim = scene_ready(&setup);
	int64_t at;

	(void)state;
	go_to(sim, PRESSED);
	go_to(sim, WAITING);
	go_to(sim, ANSWERED);
	sim_daemon_crash(sim, 0);
	at = sim_now(sim);
	until_live(sim, 20000);
	assert_true(sim_now(sim) - at < 5000);
	sim_run(sim, 60000);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0)); /* it was back within 30 s */
	for (enum stage s = OFFER_IS_MADE; s < STAGE_COUNT; s++)
		go_to(sim, s);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_in_every_state),
		cmocka_unit_test(test_crash_of_all_daemons_in_every_state),
		cmocka_unit_test(test_crash_of_daemon_and_store_in_every_state),
		cmocka_unit_test(test_crash_after_other_endings),
		cmocka_unit_test(test_deadlines_survive),
		cmocka_unit_test(test_the_other_daemon_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
