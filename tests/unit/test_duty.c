/* Duty: on and off as the person says, proved when a test offer was answered. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/duty.h"

#define NOW INT64_C(1760000000000)

static struct caregiver me;

static int begin(void **state)
{
	(void)state;
	memset(&me, 0, sizeof me);
	snprintf(me.id, sizeof me.id, "cg");
	return 0;
}

static enum verdict step(enum duty_event ev, ms_t made_ms, ms_t now_ms, enum refusal *why)
{
	struct caregiver next;
	enum verdict v = duty_step(&me, ev, made_ms, now_ms, &next, why);

	if (v == MOVE)
		me = next;
	return v;
}

static void test_duty_is_proved_only_when_the_test_offer_was_answered(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	assert_int_equal(step(DUTY_ON_CHECK, 0, NOW, &why), MOVE);
	assert_true(me.on_duty);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW + 1), DUTY_CHECK_RINGS);
	assert_int_equal(step(DUTY_ON_CHECK, 0, NOW + 1, &why), STAY); /* it rings: once */
	/* Not that one. */
	assert_int_equal(step(DUTY_ANSWER, NOW - 5, NOW + 10, &why), REFUSE);
	assert_int_equal(why, REFUSAL_WRONG_STATE);
	assert_int_equal(step(DUTY_ANSWER, NOW, NOW + 4200, &why), MOVE);
	assert_int_equal(me.proof_took_ms, 4200);
	assert_int_equal(me.proved_ms, NOW + 4200);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW + DUTY_CHECK_MS), DUTY_CHECK_PASSED);
	assert_int_equal(step(DUTY_ANSWER, NOW, NOW + 5000, &why), STAY); /* said twice */
	assert_int_equal(me.proof_took_ms, 4200);
}

/* The daemon that takes the answer may be behind the one that rang. */
static void test_an_answer_by_a_clock_that_is_behind_proves_the_duty(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	assert_int_equal(step(DUTY_ON_CHECK, 0, NOW, &why), MOVE);
	assert_int_equal(step(DUTY_ANSWER, NOW, NOW - 150, &why), MOVE);
	assert_int_equal(me.proof_took_ms, 0);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW + DUTY_CHECK_MS), DUTY_CHECK_PASSED);
}

static void test_a_test_offer_that_nobody_answers_has_failed(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	assert_int_equal(step(DUTY_ON_CHECK, 0, NOW, &why), MOVE);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW + DUTY_CHECK_MS), DUTY_CHECK_FAILED);
	assert_int_equal(step(DUTY_ANSWER, NOW, NOW + DUTY_CHECK_MS, &why), REFUSE);
	assert_int_equal(why, REFUSAL_EXPIRED);
	assert_int_equal(step(DUTY_CHECK, 0, NOW + 2 * DUTY_CHECK_MS, &why), MOVE); /* another one */
	assert_int_equal(step(DUTY_ANSWER, me.check_ms, me.check_ms + 1, &why), MOVE);
	/* And the next that fails tells more than the last that did not. */
	assert_int_equal(step(DUTY_CHECK, 0, NOW + 3 * DUTY_CHECK_MS, &why), MOVE);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW + 5 * DUTY_CHECK_MS), DUTY_CHECK_FAILED);
}

/* A record from before may still say of somebody off duty that a test offer was answered: it is no proof of the next duty. */
static void test_a_duty_begins_unproved(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	me.check_ms = NOW - 90000;
	me.proved_ms = NOW - 80000;
	me.proof_took_ms = 10000;
	assert_int_equal(step(DUTY_ON, 0, NOW, &why), MOVE);
	assert_true(me.on_duty);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW), DUTY_CHECK_NONE);
	assert_int_equal(me.proved_ms, 0);
	assert_int_equal(me.proof_took_ms, 0);
}

static void test_nobody_off_duty_is_tested(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	assert_int_equal(step(DUTY_CHECK, 0, NOW, &why), REFUSE);
	assert_int_equal(why, REFUSAL_WRONG_STATE);
	assert_int_equal(step(DUTY_ON_CHECK, 0, NOW, &why), MOVE);
	assert_int_equal(step(DUTY_OFF, 0, NOW + 1, &why), MOVE);
	assert_int_equal(step(DUTY_ANSWER, NOW, NOW + 2, &why), REFUSE);
	assert_int_equal(duty_check(me.check_ms, me.proved_ms, NOW + 2), DUTY_CHECK_NONE);
}

static void test_the_job_in_hand_is_finished_first(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	assert_int_equal(step(DUTY_ON, 0, NOW, &why), MOVE);
	me.incident = 7;
	me.job = 1;
	assert_int_equal(step(DUTY_OFF, 0, NOW + 1, &why), REFUSE);
	assert_int_equal(why, REFUSAL_BUSY);
	assert_int_equal(step(DUTY_OFF_AFTER, 0, NOW + 2, &why), MOVE);
	assert_true(me.on_duty && me.off_after_job && me.incident == 7);
	assert_int_equal(step(DUTY_OFF_AFTER, 0, NOW + 3, &why), STAY);
	duty_freed(&me, NOW + 4);
	assert_true(me.on_duty); /* it has not ended */
	me.incident = me.job = 0;
	duty_freed(&me, NOW + 4);
	assert_false(me.on_duty || me.off_after_job);
	assert_int_equal(me.duty_since_ms, NOW + 4);
}

static void test_whoever_stays_after_all_stays(void **state)
{
	enum refusal why = REFUSAL_NONE;

	(void)state;
	assert_int_equal(step(DUTY_ON, 0, NOW, &why), MOVE);
	me.incident = 7;
	me.job = 1;
	me.jobs_taken = 3;
	assert_int_equal(step(DUTY_OFF_AFTER, 0, NOW + 2, &why), MOVE);
	assert_int_equal(step(DUTY_ON, 0, NOW + 3, &why), MOVE);
	assert_int_equal(me.jobs_taken, 3); /* the same duty */
	assert_int_equal(me.duty_since_ms, NOW);
	me.incident = me.job = 0;
	duty_freed(&me, NOW + 4);
	assert_true(me.on_duty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_duty_is_proved_only_when_the_test_offer_was_answered, begin),
		cmocka_unit_test_setup(test_an_answer_by_a_clock_that_is_behind_proves_the_duty, begin),
		cmocka_unit_test_setup(test_a_test_offer_that_nobody_answers_has_failed, begin),
		cmocka_unit_test_setup(test_a_duty_begins_unproved, begin),
		cmocka_unit_test_setup(test_nobody_off_duty_is_tested, begin),
		cmocka_unit_test_setup(test_the_job_in_hand_is_finished_first, begin),
		cmocka_unit_test_setup(test_whoever_stays_after_all_stays, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
