/* Jobs by what they need: who is asked for what, several at once, and by which way they are reached. */
#include "support/unit.h"

#include "core/people.h"
#include "support/incident_kit.h"

static struct kit k;

static void answered(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
}

static struct candidate *someone(const char *id)
{
	for (uint32_t i = 0; i < KIT_CANDIDATES; i++)
		if (strcmp(k.candidates[i].caregiver, id) == 0)
			return &k.candidates[i];
	fail();
	return NULL;
}

static enum verdict dispatch(enum skill skill, const char *chosen)
{
	struct event ev = {.type = EVENT_DISPATCH, .who = "op1", .skill = skill, .chosen_count = chosen != NULL};

	if (chosen != NULL)
		assert_true(text_copy(ev.chosen[0], ID_MAX, slice_str(chosen)));
	return kit_step(&k, &ev);
}

static const struct offer *offer(uint32_t job, const char *caregiver)
{
	return job_offer(incident_job(&k.inc, job), caregiver);
}

/* ---- what a job needs ---- */

static void test_device_work_goes_to_a_technician_and_all_else_to_who_cares(void **state)
{
	(void)state;
	answered(KIND_BATTERY);
	someone("cg6")->skills = BIT(SKILL_TECHNICIAN);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(k.inc.jobs[0].skill, SKILL_TECHNICIAN);
	assert_int_equal(k.inc.jobs[0].offer_count, 1);
	assert_non_null(offer(1, "cg6"));
	answered(KIND_SOS);
	someone("cg1")->skills = BIT(SKILL_TECHNICIAN);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(k.inc.jobs[0].skill, SKILL_CARE);
	assert_null(offer(1, "cg1"));
	assert_non_null(offer(1, "cg2"));
	answered(KIND_INACTIVITY);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(k.inc.jobs[0].skill, SKILL_CARE);
}

/* By nobody: not in a later wave, not by name, and with no technician there the job fails at once to people above. */
static void test_a_technicians_job_is_never_offered_to_somebody_else(void **state)
{
	(void)state;
	answered(KIND_BATTERY);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_string_equal(k.said, "job job_failed rung_supervisor");
	assert_int_equal(k.inc.jobs[0].offer_count, 0);
	assert_int_equal(dispatch(SKILL_NONE, "cg2"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NOT_FOUND);
	assert_string_equal(k.out.who, "cg2");
	someone("cg4")->skills |= BIT(SKILL_TECHNICIAN);
	assert_int_equal(dispatch(SKILL_NONE, "cg4"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg4", 2), MOVE);
	assert_int_equal(k.inc.jobs[1].state, JOB_FAILED);
	/* A job of care may be given by name to whomever a person trusts with it. */
	answered(KIND_SOS);
	someone("cg4")->skills = BIT(SKILL_TECHNICIAN);
	assert_int_equal(dispatch(SKILL_CARE, "cg4"), MOVE);
}

static void test_a_nurse_is_asked_first_and_whoever_cares_when_no_nurse_is_left(void **state)
{
	(void)state;
	answered(KIND_SOS);
	someone("cg7")->skills = BIT(SKILL_NURSE);
	assert_int_equal(dispatch(SKILL_NURSE, NULL), MOVE);
	assert_string_equal(k.said, "job offered");
	assert_non_null(offer(1, "cg7"));
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg7", 1), MOVE);
	assert_string_equal(k.said, "offer_declined next_wave offered offered offered offered");
	assert_non_null(offer(1, "cg1"));
	/* No nurse at all: nobody waits for one. */
	answered(KIND_SOS);
	assert_int_equal(dispatch(SKILL_NURSE, NULL), MOVE);
	assert_string_equal(k.said, "job offered offered");
}

static void test_several_jobs_of_several_skills_at_once(void **state)
{
	(void)state;
	answered(KIND_SOS);
	someone("cg1")->skills = BIT(SKILL_NURSE);
	someone("cg5")->skills = BIT(SKILL_TECHNICIAN);
	assert_int_equal(dispatch(SKILL_NURSE, NULL), MOVE);
	assert_int_equal(dispatch(SKILL_TECHNICIAN, NULL), MOVE);
	assert_int_equal(dispatch(SKILL_CARE, NULL), MOVE);
	assert_non_null(offer(1, "cg1"));
	assert_int_equal(k.inc.jobs[0].offer_count, 1);
	assert_non_null(offer(2, "cg5"));
	assert_int_equal(k.inc.jobs[1].offer_count, 1);
	assert_non_null(offer(3, "cg2"));
	assert_non_null(offer(3, "cg3"));
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg5", 2), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg3", 3), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg3", 3), MOVE);
	/* Each has a life of its own. */
	assert_int_equal(incident_job(&k.inc, 1)->state, JOB_ACCEPTED);
	assert_int_equal(incident_job(&k.inc, 2)->state, JOB_ACCEPTED);
	assert_int_equal(incident_progress(&k.inc), JOB_ARRIVED);
	assert_int_equal(kit_job(&k, EVENT_JOB_GIVE_BACK, "cg5", 2), MOVE);
	assert_int_equal(incident_job(&k.inc, 2)->state, JOB_FAILED); /* nobody else mends */
	assert_int_equal(dispatch((enum skill)SKILL_COUNT, NULL), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_BAD_REQUEST);
}

/* Somebody comes for the unit, and she calls for help: caregivers are sent all the same. */
static void test_a_technician_on_the_way_is_no_help_in_a_call_for_help(void **state)
{
	struct alarm press = kit_alarm("unit1", 8, KIND_SOS);
	uint32_t eta;

	(void)state;
	answered(KIND_BATTERY);
	someone("cg6")->skills = BIT(SKILL_TECHNICIAN);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg6", 1), MOVE);
	assert_int_equal(kit_press(&k, &press), MOVE);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	/* Nobody has heard her yet, and nobody is told otherwise. */
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_STORED);
	assert_int_equal(incident_progress(&k.inc), JOB_NONE);
	kit_run_s(&k, 30);
	assert_int_equal(k.inc.job_count, 2);
	assert_int_equal(k.inc.jobs[1].skill, SKILL_CARE);
	assert_true(k.inc.jobs[1].unattended);
}

static void test_who_came_and_left_is_no_arrival_for_the_next_call(void **state)
{
	struct alarm press = kit_alarm("unit1", 8, KIND_SOS);
	uint32_t eta;

	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(dispatch(SKILL_NONE, "cg1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_job(&k, EVENT_JOB_DONE, "cg1", 1), MOVE);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ARRIVED);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_press(&k, &press), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_STORED);
	kit_run_s(&k, 30);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 2), MOVE);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ANSWERED);
}

/* ---- by which way ---- */

static void test_a_life_rings_page_and_telephone_at_once(void **state)
{
	(void)state;
	answered(KIND_SOS);
	someone("cg2")->reachable = false;
	someone("cg1")->travel_s = 2000; /* so that cg2 is among the best two */
	for (uint32_t i = 2; i < KIT_CANDIDATES; i++)
		k.candidates[i].busy = true;
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_string_equal(k.said, "job offered offered");
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 2);
	assert_int_equal(offer(1, "cg1")->channels, BIT(CHANNEL_APP) | BIT(CHANNEL_VOICE));
	assert_int_equal(offer(1, "cg2")->channels, BIT(CHANNEL_VOICE));
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, 0);
}

static void test_an_offer_without_a_receipt_in_five_seconds_goes_to_the_telephone(void **state)
{
	(void)state;
	answered(KIND_SERVICE);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 0);
	assert_int_equal(offer(1, "cg1")->channels, BIT(CHANNEL_APP));
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, KIT_START + SECONDS(5));
	assert_int_equal(incident_next_due(&k.inc), KIT_START + SECONDS(5));
	kit_wait_s(&k, 1);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), MOVE);
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, KIT_START + SECONDS(5)); /* cg2's phone is still silent */
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(5));
	assert_string_equal(k.said, "offer_called");
	assert_string_equal(kit_line(&k, LINE_OFFER_CALLED)->subject, "cg2");
	assert_int_equal(kit_line(&k, LINE_OFFER_CALLED)->channel, CHANNEL_VOICE);
	assert_int_equal(kit_line(&k, LINE_OFFER_CALLED)->job, 1);
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 1);
	assert_string_equal(k.out.outbox[0].target, "cg2");
	assert_int_equal(offer(1, "cg2")->channels, BIT(CHANNEL_APP) | BIT(CHANNEL_VOICE));
	assert_int_equal(offer(1, "cg2")->state, OFFER_MADE); /* and the offer stands as it stood */
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, 0);
	assert_int_equal(k.inc.jobs[0].deadline_ms, KIT_START + SECONDS(60));
}

static void test_receipts_stop_the_telephone(void **state)
{
	(void)state;
	answered(KIND_SERVICE);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_SEEN, "cg2", 1), MOVE);
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, 0);
	/* So does a no of the only one whose phone was silent, and somebody else's yes. */
	answered(KIND_SERVICE);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_SEEN, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg2", 1), MOVE);
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, 0);
	answered(KIND_SERVICE);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, 0);
}

/* Each wave has a clock of its own, also when the offers of the one before ran out sooner than its receipts. */
static void test_each_wave_waits_for_its_own_receipts(void **state)
{
	(void)state;
	answered(KIND_SERVICE);
	k.policy.plans[CLASS_GENERAL].offer_s = 3;
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "offer_expired offer_expired next_wave offered offered offered offered");
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, KIT_START + SECONDS(8));
}

static void test_whoever_has_no_page_open_is_called_at_once(void **state)
{
	(void)state;
	answered(KIND_SERVICE);
	for (uint32_t i = 0; i < KIT_CANDIDATES; i++)
		k.candidates[i].reachable = i != 1;
	k.candidates[1].travel_s = 0; /* near enough to be asked all the same */
	k.candidates[0].travel_s = 5000;
	for (uint32_t i = 2; i < KIT_CANDIDATES; i++)
		k.candidates[i].busy = true;
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_string_equal(k.said, "job offered offer_called offered");
	assert_string_equal(kit_line(&k, LINE_OFFER_CALLED)->subject, "cg2");
	assert_int_equal(offer(1, "cg2")->channels, BIT(CHANNEL_VOICE));
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 1);
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, KIT_START + SECONDS(5)); /* for cg1 */
}

/* It becomes a matter of life while a job is held out by page only: the telephone rings at once. */
static void test_a_raise_to_life_calls_those_who_are_asked_already(void **state)
{
	struct alarm press = kit_alarm("unit1", 8, KIND_SOS);

	(void)state;
	answered(KIND_SERVICE);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), MOVE);
	kit_wait_s(&k, 2);
	assert_int_equal(kit_press(&k, &press), MOVE);
	assert_int_equal(k.inc.jobs[0].receipt_due_ms, k.world.now_ms);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(2));
	assert_string_equal(k.said, "offer_called offer_called"); /* the receipt of cg1's page counts no longer */
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 2);
}

/* ---- accepting is not arriving ---- */

static void late(enum kind kind)
{
	answered(kind);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), MOVE);
	kit_run_s(&k, 15 * 60 - 1);
	assert_false(k.inc.jobs[0].arrive_overdue);
	k.world.now_ms = k.inc.jobs[0].deadline_ms;
	assert_int_equal(kit_step(&k, &(struct event){.type = EVENT_DEADLINE, .due_ms = k.inc.jobs[0].deadline_ms}), MOVE);
}

static void test_an_overdue_arrival_sends_a_second_beside_the_first_once(void **state)
{
	(void)state;
	late(KIND_SOS);
	assert_non_null(strstr(k.said, "overdue_arrival"));
	assert_non_null(strstr(k.said, "dispatched_unattended offered offered"));
	assert_int_equal(k.inc.job_count, 2);
	assert_int_equal(k.inc.jobs[0].state, JOB_EN_ROUTE); /* the first is not given up */
	assert_true(k.inc.ring_supervisor);
	assert_int_equal(k.inc.jobs[1].skill, SKILL_CARE);
	/* The second is late too: said, and no third. */
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, k.inc.jobs[1].offers[0].caregiver, 2), MOVE);
	kit_run_s(&k, 60 * 60);
	assert_true(k.inc.jobs[1].arrive_overdue);
	assert_int_equal(k.inc.job_count, 2);
}

static void test_no_second_is_sent_where_none_is_needed_or_none_is_left(void **state)
{
	(void)state;
	late(KIND_INACTIVITY); /* no matter of life: people are told, and decide */
	assert_non_null(strstr(k.said, "overdue_arrival"));
	assert_int_equal(k.inc.job_count, 1);
	answered(KIND_SOS);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), MOVE);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE); /* the owner has sent another already */
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg3", 2), MOVE);
	kit_run_s(&k, 20 * 60);
	assert_true(k.inc.jobs[0].arrive_overdue);
	assert_int_equal(k.inc.job_count, 2);
	answered(KIND_SOS);
	assert_int_equal(dispatch(SKILL_NONE, NULL), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), MOVE);
	k.world.candidate_count = 0;
	kit_run_s(&k, 20 * 60);
	assert_true(k.inc.jobs[0].arrive_overdue);
	assert_int_equal(k.inc.job_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_work_goes_to_a_technician_and_all_else_to_who_cares),
		cmocka_unit_test(test_a_technicians_job_is_never_offered_to_somebody_else),
		cmocka_unit_test(test_a_nurse_is_asked_first_and_whoever_cares_when_no_nurse_is_left),
		cmocka_unit_test(test_several_jobs_of_several_skills_at_once),
		cmocka_unit_test(test_a_technician_on_the_way_is_no_help_in_a_call_for_help),
		cmocka_unit_test(test_who_came_and_left_is_no_arrival_for_the_next_call),
		cmocka_unit_test(test_a_life_rings_page_and_telephone_at_once),
		cmocka_unit_test(test_an_offer_without_a_receipt_in_five_seconds_goes_to_the_telephone),
		cmocka_unit_test(test_receipts_stop_the_telephone),
		cmocka_unit_test(test_each_wave_waits_for_its_own_receipts),
		cmocka_unit_test(test_whoever_has_no_page_open_is_called_at_once),
		cmocka_unit_test(test_a_raise_to_life_calls_those_who_are_asked_already),
		cmocka_unit_test(test_an_overdue_arrival_sends_a_second_beside_the_first_once),
		cmocka_unit_test(test_no_second_is_sent_where_none_is_needed_or_none_is_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
