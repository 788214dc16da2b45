/* test_story.c - the main story, as a nurse could read it: press, take, send, accept, go, arrive, done, close. */
#include "sim/scenes.h"

static void test_the_main_story(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_expect(sim, "[       0] daemon 0 starts\n"
	                "[     522] cg0 hears ok\n" /* on duty */
	                "[     541] cg1 hears ok\n");
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 1000);
	sim_run(sim, 2000);
	sim_desk_claim(sim, 0, 0);
	until_heard(sim, 0, STEP_ANSWERED, 1000);
	sim_desk_open(sim, 0, 0);
	sim_run(sim, 8000);
	sim_desk_spoke(sim, 0, 0);
	sim_run(sim, 2000);
	sim_desk_dispatch(sim, 0, 0, 1);
	until_offered(sim, 1, 0, 1000);
	sim_run(sim, 3000);
	sim_phone_answer(sim, 1, 0, true);
	until_job(sim, 1, 1000);
	sim_run(sim, 30000);
	sim_phone_progress(sim, 1, JOB_EN_ROUTE);
	until_heard(sim, 0, STEP_HELP_ON_THE_WAY, 1000);
	sim_run(sim, MINUTES(6));
	sim_phone_progress(sim, 1, JOB_ARRIVED);
	until_heard(sim, 0, STEP_ARRIVED, 1000);
	sim_run(sim, MINUTES(10));
	sim_phone_progress(sim, 1, JOB_DONE);
	until_state(sim, 0, "answered/done", 1000);
	sim_run(sim, 5000);
	sim_desk_close(sim, 0, 0, OUTCOME_HELPED_AT_HOME);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	sim_run(sim, 1000);
	sim_expect(sim, "[     541] home 0 presses sos\n"
	                "[     552] store home 0 waiting: alarm, contact told, rung operators\n"
	                "[     563] home 0 hears stored\n"
	                "[    2563] op0 takes\n"
	                "[    2574] store home 0 answered: claimed by op0\n"
	                "[    2585] op0 hears ok\n"
	                "[    2585] home 0 hears answered\n"
	                "[    2585] op0 looks\n"
	                "[    2595] store home 0 answered: opened by op0\n"
	                "[    2607] op0 hears ok\n"
	                "[   10585] op0 has spoken\n"
	                "[   10596] store home 0 answered: spoke resident by op0\n"
	                "[   10608] op0 hears ok\n"
	                "[   12585] op0 sends cg1\n"
	                "[   12596] store home 0 answered/offering: job by op0, offered cg1\n"
	                "[   12607] op0 hears ok\n"
	                "[   15607] cg1 says yes\n"
	                "[   15617] store home 0 answered/accepted: offer accepted cg1, contact told\n"
	                "[   15629] cg1 hears ok\n"
	                "[   15629] cg1 has a job\n"
	                "[   45629] cg1 is on the way\n"
	                "[   45639] store home 0 answered/en_route: departed by cg1\n"
	                "[   45650] cg1 hears ok\n"
	                "[   45650] home 0 hears help on the way\n"
	                "[  315617] store home 0 answered/en_route: recall due\n"
	                "[  405650] cg1 has arrived\n"
	                "[  405661] store home 0 answered/arrived: arrived by cg1, contact told\n"
	                "[  405673] cg1 hears ok\n"
	                "[  405673] home 0 hears arrived\n"
	                "[ 1005673] cg1 is done\n"
	                "[ 1005684] store home 0 answered/done: done by cg1\n"
	                "[ 1005696] cg1 hears ok\n"
	                "[ 1005696] cg1 has no job any more\n"
	                "[ 1010684] op0 closes: helped at home\n"
	                "[ 1010694] store home 0 closed/done: closed by op0, contact told\n"
	                "[ 1010705] op0 hears ok\n"
	                "[ 1010705] home 0 hears closed\n");
	assert_int_equal(sim_held(sim, 0), 0);
	assert_int_equal(sim_open_count(sim), 0);
	assert_int_equal(sim_desk_row_count(sim, 0), 0);
	assert_int_equal(sim_phone_job(sim, 1), 0);
	sim_free(sim);
}

/* Nobody found: one person can't end a call for her life; another agrees. */
static void test_a_second_person_agrees(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 1000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_FALSE_ALARM)),
	                 PINGAN__V1__RESULT__RESULT_NEEDS_CONTACT);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_NO_CONTACT)),
	                 PINGAN__V1__RESULT__RESULT_NEEDS_SECOND);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_NO_CONTACT)),
	                 PINGAN__V1__RESULT__RESULT_NEEDS_SECOND);
	sim_run(sim, 500);
	assert_true(sim_desk_row(sim, 1, 0)->close_asked);
	assert_int_equal(desk_result(sim, 1, sim_desk_close(sim, 1, 0, OUTCOME_NO_CONTACT)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	assert_string_equal(sim_incident(sim, 0)->closed_by, sim_desk_person(1));
	sim_free(sim);
}

/* Closed too early: it rings again, as a call of its own right. */
static void test_reopened(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t id;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 1000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_FALSE_ALARM)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	id = sim_incident(sim, 0)->id;
	assert_int_equal(desk_result(sim, 1, sim_desk_reopen(sim, 1, id)), RESULT_OK);
	until_state(sim, 0, "waiting", 1000);
	assert_true(sim_incident(sim, 0)->id == id);
	until_rings(sim, 0, 0, true, 1000);
	assert_false(sim_incident(sim, 0)->spoke); /* what was believed has turned out wrong */
	sim_press(sim, 0, KIND_SOS);
	sim_run(sim, 1000);
	assert_int_equal(sim_incident_count(sim), 1);
	sim_free(sim);
}

/* Under duress: nothing in the home speaks or lights up; she is told only that it is over. */
static void test_duress_is_silent(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_DURESS);
	until_row(sim, 0, 0, 1000);
	assert_true(sim_desk_row(sim, 0, 0)->silent);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, 0)), RESULT_OK);
	until_offered(sim, 0, 0, 1000);
	assert_int_equal(phone_result(sim, 0, sim_phone_answer(sim, 0, 0, true)), RESULT_OK);
	until_job(sim, 0, 1000);
	assert_int_equal(phone_result(sim, 0, sim_phone_progress(sim, 0, JOB_EN_ROUTE)), RESULT_OK);
	sim_run(sim, 90000);
	assert_int_equal(sim_heard(sim, 0), STEP_STORED);
	assert_int_equal(sim_outbox_count(sim, sim_incident(sim, 0)->id, OUTBOX_CONTACT_TOLD), 0);
	assert_int_equal(phone_result(sim, 0, sim_phone_progress(sim, 0, JOB_ARRIVED)), RESULT_OK);
	assert_int_equal(phone_result(sim, 0, sim_phone_progress(sim, 0, JOB_DONE)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_HELPED_AT_HOME)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	sim_free(sim);
}

/* In a stairwell without signal: what she did there is told later, with the time at which it happened. */
static void test_arrived_without_coverage(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t arrived, done;
	ms_t arrived_ms;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 1000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, 0)), RESULT_OK);
	until_offered(sim, 0, 0, 1000);
	assert_int_equal(phone_result(sim, 0, sim_phone_answer(sim, 0, 0, true)), RESULT_OK);
	until_job(sim, 0, 1000);
	assert_int_equal(phone_result(sim, 0, sim_phone_progress(sim, 0, JOB_EN_ROUTE)), RESULT_OK);
	sim_phone_coverage(sim, 0, false);
	sim_run(sim, 60000);
	arrived_ms = sim_store_now(sim);
	arrived = sim_phone_progress(sim, 0, JOB_ARRIVED);
	sim_run(sim, 60000);
	done = sim_phone_progress(sim, 0, JOB_DONE);
	sim_run(sim, 60000);
	assert_string_equal(sim_state(sim, 0), "answered/en_route");
	sim_phone_coverage(sim, 0, true);
	assert_int_equal(phone_result(sim, 0, arrived), RESULT_OK);
	assert_int_equal(phone_result(sim, 0, done), RESULT_OK);
	assert_string_equal(sim_state(sim, 0), "answered/done");
	assert_in_range(sim_incident(sim, 0)->jobs[0].arrived_ms, arrived_ms - 2, arrived_ms);
	sim_free(sim);
}

/* She presses again and again: it is one call, it is counted, and it goes up when it gets worse. */
static void test_repeats_are_counted_and_raise(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_BATTERY);
	until_row(sim, 0, 0, 1000);
	assert_int_equal(sim_incident(sim, 0)->class, CLASS_DEVICE);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_press(sim, 0, KIND_SOS); /* a life now: back to waiting, everybody rings */
	until_state(sim, 0, "waiting", 1000);
	assert_int_equal(sim_incident(sim, 0)->class, CLASS_LIFE);
	until_rings(sim, 0, 0, true, 1000);
	sim_press(sim, 0, KIND_BATTERY);
	sim_run(sim, 1000);
	assert_int_equal(sim_incident(sim, 0)->class, CLASS_LIFE);
	assert_int_equal(sim_incident(sim, 0)->repeats, 2);
	assert_int_equal(sim_incident_count(sim), 1);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_main_story),
		cmocka_unit_test(test_a_second_person_agrees),
		cmocka_unit_test(test_reopened),
		cmocka_unit_test(test_duress_is_silent),
		cmocka_unit_test(test_arrived_without_coverage),
		cmocka_unit_test(test_repeats_are_counted_and_raise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
