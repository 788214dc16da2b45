/* test_nobody_reacts.c - if a person does not react, the system does: wider ring, dispatch without an operator, next
 * wave, next turn of telephones, without end. All on virtual time. */
#include "sim/scenes.h"

static int64_t waited(struct sim *sim, unsigned home)
{
	return sim_store_now(sim) - sim_incident(sim, home)->waiting_since_ms;
}

static bool line_there(struct sim *sim, uint64_t code)
{
	return sim_incident(sim, 0) != NULL && lines_of(sim_incident(sim, 0), (enum line_code)code) != 0;
}

/* The line comes when the policy says, not before and not much later. */
static void comes_after(struct sim *sim, enum line_code code, int64_t ms)
{
	if (!sim_until(sim, line_there, code, ms + MINUTES(1)))
		sim_broken(sim, "expected here", "line %d", (int)code);
	if (waited(sim, 0) < ms || waited(sim, 0) > ms + 1500)
		sim_broken(sim, "expected here", "line %d after %lld ms, it came after %lld ms", (int)code, (long long)ms,
		           (long long)waited(sim, 0));
}

static void test_the_plan_runs_by_itself(void **state)
{
	const struct sim_setup setup = {.desks = 4, .phones = 4};
	struct sim *sim = scene_ready(&setup);
	const struct incident *inc;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 2000); /* op0 covers it */
	until_rings(sim, 2, 0, true, 2000);
	assert_false(sim_desk_rings(sim, 1, 0)); /* a neighbour, not yet */
	assert_int_equal(sim_outbox_count(sim, sim_incident(sim, 0)->id, OUTBOX_CONTACT_TOLD), 1);
	comes_after(sim, LINE_RUNG_NEIGHBOURS, POLICY_DEFAULT.plans[CLASS_LIFE].ring_wider_s * 1000);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_RUNG_SUPERVISOR), 1);
	until_rings(sim, 1, 0, true, 2000);
	until_rings(sim, 3, 0, true, 2000);
	comes_after(sim, LINE_DISPATCHED_UNATTENDED, POLICY_DEFAULT.plans[CLASS_LIFE].dispatch_s * 1000);
	inc = sim_incident(sim, 0);
	assert_int_equal(inc->state, INCIDENT_WAITING); /* a job runs while it still waits for an operator */
	assert_int_equal(inc->job_count, 1);
	assert_true(inc->unattended);
	assert_int_equal(inc->jobs[0].offer_count, POLICY_DEFAULT.plans[CLASS_LIFE].wave_size);
	comes_after(sim, LINE_CONTACTS_ASKED, POLICY_DEFAULT.plans[CLASS_LIFE].contacts_s * 1000);
	assert_int_equal(sim_outbox_count(sim, inc->id, OUTBOX_CONTACT_ASKED), 1);
	comes_after(sim, LINE_NEXT_WAVE, 60000);
	inc = sim_incident(sim, 0);
	assert_int_equal(inc->jobs[0].offers[0].state, OFFER_EXPIRED);
	sim_free(sim);
}

/* The station is next door, the home of whoever is on duty there is not. */
static void test_who_is_at_the_station_next_door_is_asked_first(void **state)
{
	(void)state;
	for (unsigned who = 1; who <= 4; who++) {
		const struct sim_setup setup = {.phones = 4, .stationed = who};
		struct sim *sim = scene_ready(&setup);

		sim_press(sim, 0, KIND_SOS);
		until_state(sim, 0, "waiting/offering", 60000);
		assert_string_equal(sim_incident(sim, 0)->jobs[0].offers[0].caregiver, sim_phone_person(who - 1));
		sim_free(sim);
	}
}

static bool turns(struct sim *sim, uint64_t n)
{
	return sim_incident(sim, 0)->duty_turn >= n;
}

static void test_telephones_without_end(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t id;

	(void)state;
	sim_press(sim, 0, KIND_FALL);
	until_state(sim, 0, "waiting/offering", 60000);
	for (unsigned turn = 1; turn <= 30; turn++)
		assert_true(sim_until(sim, turns, turn, MINUTES(4)));
	id = sim_incident(sim, 0)->id;
	assert_true(sim_outbox_count(sim, id, OUTBOX_SUPERVISOR_CALL) >= 10);
	assert_true(sim_outbox_count(sim, id, OUTBOX_DUTY_PHONE) >= 20);
	assert_int_equal(sim_incident(sim, 0)->state, INCIDENT_WAITING);
	sim_free(sim);
}

static void test_job_failed_calls_above(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, SIM_PHONES_MAX)), RESULT_OK);
	assert_true(sim_until(sim, line_there, LINE_JOB_FAILED, MINUTES(3)));
	assert_true(sim_incident(sim, 0)->ring_supervisor);
	sim_free(sim);
}

static void test_no_operator_means_dispatch_at_once(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_desk_down(sim, 0);
	sim_desk_down(sim, 1);
	sim_run(sim, 60000); /* both are known to be gone */
	sim_press(sim, 0, KIND_SOS);
	until_state(sim, 0, "waiting/offering", 2000);
	until_offered(sim, 0, 0, 2000);
	assert_int_equal(phone_result(sim, 0, sim_phone_answer(sim, 0, 0, true)), RESULT_OK);
	until_heard(sim, 0, STEP_ANSWERED, 2000);
	assert_int_equal(sim_incident(sim, 0)->state, INCIDENT_WAITING);
	sim_free(sim);
}

static void test_no_voice_is_an_emergency(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_INACTIVITY);
	until_rings(sim, 0, 0, true, 2000);
	assert_int_equal(sim_incident(sim, 0)->class, CLASS_WELFARE);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_true(sim_until(sim, line_there, LINE_NO_VOICE, MINUTES(3)));
	assert_int_equal(sim_incident(sim, 0)->class, CLASS_LIFE);
	until_state(sim, 0, "answered/offering", 2000);
	sim_free(sim);
}

static void test_owner_gone_rings_again(void **state)
{
	struct sim *sim = scene_ready(NULL);
	int64_t dead_at;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 1, 0, true, 30000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	until_rings(sim, 1, 0, false, 2000);
	sim_desk_half_open(sim, 0);
	sim_desk_only(sim, 0, 0);
	dead_at = sim_now(sim);
	sim_desk_down(sim, 0); /* and the page is shut: it does not come back */
	until_rings(sim, 1, 0, true, 60000);
	assert_true(sim_now(sim) - dead_at > 30000);
	assert_true(sim_now(sim) - dead_at < 45000);
	assert_string_equal(sim_incident(sim, 0)->former_owner, sim_desk_person(0));
	assert_string_equal(sim_desk_row(sim, 1, 0)->returned_from, sim_desk_person(0));
	sim_free(sim);
}

static void test_owner_back_in_time_keeps_it(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_desk_half_open(sim, 0); /* the page notices after 9 s and connects again */
	sim_run(sim, 60000);
	assert_true(sim_desk_live(sim, 0));
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_RETURNED), 0);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
	sim_free(sim);
}

/* The other daemon is about to give the call back and does not know yet that its owner is there again: the owner keeps it. */
static void test_return_against_coming_back(void **state)
{
	const struct sim_setup setup = {.daemons = 2};

	(void)state;
	for (int64_t back_ms = 36000; back_ms <= 42000; back_ms += 200) {
		struct sim *sim = scene_ready(&setup);

		sim_desk_only(sim, 0, 1);
		sim_desk_only(sim, 1, 0);
		sim_run(sim, 15000);
		sim_press(sim, 0, KIND_SOS);
		until_row(sim, 0, 0, 2000);
		assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
		sim_desk_sleep(sim, 0, true);
		sim_run(sim, back_ms - 1000);
		sim_daemon_lag(sim, 0, 1500);
		sim_run(sim, 1000);
		sim_desk_sleep(sim, 0, false);
		sim_run(sim, 12000);
		/* It rang again before the owner was back, or never: promises.c looks at the order. */
		if (lines_of(sim_incident(sim, 0), LINE_RETURNED) == 0)
			assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
		sim_free(sim);
	}
}

/* A console that slept while another's owner was lost is told so when it wakes. */
static void test_amber_is_told_to_those_who_slept(void **state)
{
	const struct sim_setup setup = {.desks = 4};
	struct sim *sim = scene_ready(&setup);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 2, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_run(sim, 500);
	assert_false(sim_desk_row(sim, 2, 0)->owner_gone);
	sim_desk_sleep(sim, 2, true);
	sim_desk_sleep(sim, 0, true);
	sim_run(sim, 15000);
	sim_desk_sleep(sim, 2, false);
	sim_run(sim, 2000);
	assert_true(sim_desk_live(sim, 2));
	assert_true(sim_desk_row(sim, 2, 0)->owner_gone);
	sim_free(sim);
}

/* The daemon of a console dies and its operator finds no other: the call rings again. */
static void test_daemon_and_owner_gone(void **state)
{
	const struct sim_setup setup = {.daemons = 2};
	struct sim *sim = scene_ready(&setup);

	(void)state;
	sim_desk_only(sim, 0, 0);
	sim_desk_only(sim, 1, 1);
	sim_run(sim, 15000);
	sim_press(sim, 1, KIND_SOS);
	until_row(sim, 0, 1, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 1)), RESULT_OK);
	sim_daemon_crash(sim, 0);
	until_rings(sim, 1, 1, true, 60000);
	assert_string_equal(sim_incident(sim, 1)->former_owner, sim_desk_person(0));
	sim_free(sim);
}

static void test_unseen_repeat_rings_everybody(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	until_rings(sim, 0, 0, false, 2000);
	sim_press(sim, 0, KIND_SOS);
	until_rings(sim, 0, 0, true, 2000); /* at its owner first */
	assert_false(sim_desk_rings(sim, 1, 0));
	until_rings(sim, 1, 0, true, 15000); /* unseen for 10 s */
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_plan_runs_by_itself),
		cmocka_unit_test(test_who_is_at_the_station_next_door_is_asked_first),
		cmocka_unit_test(test_telephones_without_end),
		cmocka_unit_test(test_job_failed_calls_above),
		cmocka_unit_test(test_no_operator_means_dispatch_at_once),
		cmocka_unit_test(test_no_voice_is_an_emergency),
		cmocka_unit_test(test_owner_gone_rings_again),
		cmocka_unit_test(test_owner_back_in_time_keeps_it),
		cmocka_unit_test(test_return_against_coming_back),
		cmocka_unit_test(test_amber_is_told_to_those_who_slept),
		cmocka_unit_test(test_daemon_and_owner_gone),
		cmocka_unit_test(test_unseen_repeat_rings_everybody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
