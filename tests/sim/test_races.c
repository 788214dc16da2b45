/* test_races.c - two act at the same instant: one yes, one clear no with the winner's name. On one daemon and on two. */
#include <string.h>

#include "sim/scenes.h"

static void two_operators(unsigned daemons)
{
	const struct sim_setup setup = {.daemons = daemons, .desks = 4}; /* 0 and 2 cover the home */
	struct sim *sim = scene_ready(&setup);
	uint64_t a, b;
	char who_a[ID_MAX], who_b[ID_MAX];
	uint32_t result_a, result_b;

	sim_desk_only(sim, 0, 0);
	sim_desk_only(sim, 2, daemons - 1);
	sim_run(sim, 15000);
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 15000);
	until_row(sim, 2, 0, 15000);
	a = sim_desk_claim(sim, 0, 0);
	b = sim_desk_claim(sim, 2, 0);
	result_a = desk_result(sim, 0, a);
	result_b = desk_result(sim, 2, b);
	sim_desk_result(sim, 0, a, who_a);
	sim_desk_result(sim, 2, b, who_b);
	assert_true((result_a == RESULT_OK) != (result_b == RESULT_OK));
	if (result_a == RESULT_OK) {
		assert_int_equal(result_b, RESULT_LOST_RACE);
		assert_string_equal(who_b, sim_desk_person(0));
		assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(0));
	} else {
		assert_int_equal(result_a, RESULT_LOST_RACE);
		assert_string_equal(who_a, sim_desk_person(2));
		assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(2));
	}
	sim_free(sim);
}

static void test_two_operators_one_daemon(void **state)
{
	(void)state;
	two_operators(1);
}

static void test_two_operators_two_daemons(void **state)
{
	(void)state;
	two_operators(2);
}

/* A supervisor may take a call over, but not by accident: on the screen it was still waiting. */
static void test_operator_and_supervisor(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t a, b;
	uint32_t result_a, result_b;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	until_row(sim, 1, 0, 2000);
	a = sim_desk_claim(sim, 0, 0);
	b = sim_desk_claim(sim, 1, 0);
	result_a = desk_result(sim, 0, a);
	result_b = desk_result(sim, 1, b);
	assert_true((result_a == RESULT_OK) != (result_b == RESULT_OK));
	assert_int_equal(result_a == RESULT_OK ? result_b : result_a, RESULT_LOST_RACE);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_CLAIMED), 1);
	sim_run(sim, 1000);
	/* Now it is meant: the screen shows who has it. */
	assert_int_equal(desk_result(sim, 1, sim_desk_claim(sim, 1, 0)), RESULT_OK);
	assert_string_equal(sim_incident(sim, 0)->owner, sim_desk_person(1));
	assert_string_equal(sim_incident(sim, 0)->former_owner, result_a == RESULT_OK ? sim_desk_person(0) : "");
	sim_free(sim);
}

static void test_double_click_is_one_yes(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t cmd, other;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	cmd = sim_desk_claim(sim, 0, 0);
	sim_desk_again(sim, 0, cmd);
	other = sim_desk_claim(sim, 0, 0);
	assert_int_equal(desk_result(sim, 0, cmd), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, other), RESULT_OK);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_CLAIMED), 1);
	sim_free(sim);
}

static void test_the_same_note_sent_again_is_one(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t cmd;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	cmd = sim_desk_say(sim, 0, 0, "kitchen");
	assert_int_equal(desk_result(sim, 0, cmd), RESULT_OK);
	sim_desk_again(sim, 0, cmd);
	assert_int_equal(desk_result(sim, 0, cmd), RESULT_OK);
	assert_int_equal(lines_of(sim_incident(sim, 0), LINE_NOTE), 1);
	sim_free(sim);
}

/* One job held out to two phones, both say yes at once. */
static void two_caregivers(unsigned daemons)
{
	const struct sim_setup setup = {.daemons = daemons};
	struct sim *sim = scene_ready(&setup);
	uint64_t a, b;
	char who[ID_MAX];
	uint32_t result_a, result_b;
	unsigned winner;

	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 15000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, SIM_PHONES_MAX)), RESULT_OK);
	until_offered(sim, 0, 0, 2000);
	until_offered(sim, 1, 0, 2000);
	a = sim_phone_answer(sim, 0, 0, true);
	b = sim_phone_answer(sim, 1, 0, true);
	result_a = phone_result(sim, 0, a);
	result_b = phone_result(sim, 1, b);
	assert_true((result_a == RESULT_OK) != (result_b == RESULT_OK));
	winner = result_a == RESULT_OK ? 0 : 1;
	sim_phone_result(sim, 1 - winner, winner == 0 ? b : a, who);
	assert_string_equal(who, sim_phone_person(winner));
	until_job(sim, winner, 2000);
	sim_run(sim, 5000);
	assert_int_equal(sim_phone_job(sim, 1 - winner), 0);
	assert_false(sim_phone_offered(sim, 1 - winner, 0));
	sim_free(sim);
}

static void test_two_caregivers_one_daemon(void **state)
{
	(void)state;
	two_caregivers(1);
}

static void test_two_caregivers_two_daemons(void **state)
{
	(void)state;
	two_caregivers(2);
}

/* One caregiver, two offers of two calls, both accepted at once: one job in hand. */
static void test_one_caregiver_two_jobs(void **state)
{
	const struct sim_setup setup = {.phones = 1};
	struct sim *sim = scene_ready(&setup);
	uint64_t a, b;
	uint32_t result_a, result_b;

	(void)state;
	for (unsigned home = 0; home < 2; home++) {
		sim_press(sim, home, KIND_SOS);
		until_row(sim, 0, home, 2000);
		assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, home)), RESULT_OK);
	}
	for (unsigned home = 0; home < 2; home++)
		assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, home, 0)), RESULT_OK);
	until_offered(sim, 0, 0, 2000);
	until_offered(sim, 0, 1, 2000);
	a = sim_phone_answer(sim, 0, 0, true);
	b = sim_phone_answer(sim, 0, 1, true);
	result_a = phone_result(sim, 0, a);
	result_b = phone_result(sim, 0, b);
	assert_true((result_a == RESULT_OK) != (result_b == RESULT_OK));
	assert_int_equal(result_a == RESULT_OK ? result_b : result_a, PINGAN__V1__RESULT__RESULT_BUSY);
	sim_free(sim);
}

/* The owner closes while the caregiver says yes; whoever is first, both are told the truth. */
static void test_close_against_accept(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t yes, end;
	uint32_t result;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, 0)), RESULT_OK);
	until_offered(sim, 0, 0, 2000);
	yes = sim_phone_answer(sim, 0, 0, true);
	end = sim_desk_close(sim, 0, 0, OUTCOME_ADVICE);
	result = phone_result(sim, 0, yes);
	assert_int_equal(desk_result(sim, 0, end), RESULT_OK);
	sim_run(sim, 3000);
	assert_string_equal(sim_state(sim, 0), "closed");
	assert_true(result == RESULT_OK || result == PINGAN__V1__RESULT__RESULT_WITHDRAWN ||
	            result == PINGAN__V1__RESULT__RESULT_WRONG_STATE);
	assert_int_equal(sim_phone_job(sim, 0), 0);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_operators_one_daemon),
		cmocka_unit_test(test_two_operators_two_daemons),
		cmocka_unit_test(test_operator_and_supervisor),
		cmocka_unit_test(test_double_click_is_one_yes),
		cmocka_unit_test(test_the_same_note_sent_again_is_one),
		cmocka_unit_test(test_two_caregivers_one_daemon),
		cmocka_unit_test(test_two_caregivers_two_daemons),
		cmocka_unit_test(test_one_caregiver_two_jobs),
		cmocka_unit_test(test_close_against_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
