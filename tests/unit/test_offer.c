/* A job held out to caregivers: one taker, waves that widen, and what comes too late. */
#include "support/unit.h"

#include <stdio.h>

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;

static void dispatched(void)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
}

static enum offer_state offer_of(const char *caregiver)
{
	return job_offer(&k.inc.jobs[0], caregiver)->state;
}

static void refused(enum verdict verdict, enum refusal why, const char *who)
{
	assert_int_equal(verdict, REFUSE);
	assert_int_equal(k.out.refusal, why);
	assert_string_equal(k.out.who, who);
}

static void test_receipts_only_go_forward(void **state)
{
	(void)state;
	dispatched();
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), MOVE);
	assert_string_equal(k.said, "offer_delivered");
	assert_int_equal(offer_of("cg1"), OFFER_DELIVERED);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), STAY);
	assert_int_equal(kit_job(&k, EVENT_OFFER_SEEN, "cg1", 1), MOVE);
	assert_int_equal(offer_of("cg1"), OFFER_SEEN);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), STAY); /* receipts may overtake one another */
	assert_int_equal(kit_job(&k, EVENT_OFFER_SEEN, "cg2", 1), MOVE);
	assert_int_equal(offer_of("cg2"), OFFER_SEEN);
	refused(kit_job(&k, EVENT_OFFER_SEEN, "cg7", 1), REFUSAL_NOT_FOUND, "");
	refused(kit_job(&k, EVENT_OFFER_SEEN, "cg1", 2), REFUSAL_NOT_FOUND, "");
}

/* Two who say yes at the same instant: one job, one yes, one no with the name. */
static void test_one_taker(void **state)
{
	(void)state;
	dispatched();
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), MOVE);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_WITHDRAWN, "cg2");
	assert_int_equal(k.out.at_ms, KIT_START);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg1", 1), STAY);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DELIVERED, "cg1", 1), STAY);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg7", 1), REFUSAL_NOT_FOUND, "");
	/* A late no does not undo the yes. */
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg2", 1), STAY);
	assert_int_equal(k.inc.jobs[0].state, JOB_ACCEPTED);
}

static void test_a_yes_after_the_time_is_late_even_before_the_clock_rang(void **state)
{
	(void)state;
	dispatched();
	kit_wait_s(&k, 30);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_EXPIRED, "");
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(offer_of("cg1"), OFFER_EXPIRED);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_EXPIRED, "");
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg1", 1), STAY);
}

static void test_nobody_has_two_jobs(void **state)
{
	struct event ev = {.type = EVENT_DISPATCH, .who = "op1", .chosen_count = 1};

	(void)state;
	dispatched();
	k.world.actor_busy = true;
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_BUSY, "");
	k.world.actor_busy = false;
	/* Nor two of the same call, though another daemon's roster may not know it yet. */
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	memcpy(ev.chosen[0], "cg1", 4);
	refused(kit_step(&k, &ev), REFUSAL_BUSY, "cg1");
}

static void test_two_offers_of_one_call_and_one_yes(void **state)
{
	(void)state;
	dispatched();
	kit_wait_s(&k, 30);
	assert_int_equal(kit_ring(&k), MOVE); /* cg1 and cg2 let it pass; cg3 to cg6 are asked */
	{
		struct event ev = {.type = EVENT_DISPATCH, .who = "op1", .chosen_count = 1, .chosen = {"cg1"}};

		assert_int_equal(kit_step(&k, &ev), MOVE); /* by name once more */
	}
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 2), MOVE);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_EXPIRED, "");
}

static void test_waves_widen_and_then_people_above_are_called(void **state)
{
	const struct job *job = &k.inc.jobs[0];

	(void)state;
	dispatched();
	k.world.candidate_count = KIT_CANDIDATES;
	kit_wait_s(&k, 30);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "offer_expired offer_expired next_wave offered offered offered offered");
	assert_int_equal(kit_line(&k, LINE_NEXT_WAVE)->number, 2);
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 4);
	kit_wait_s(&k, 30);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(job->wave, 3);
	assert_int_equal(job->offer_count, 8);
	kit_wait_s(&k, 30);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "offer_expired offer_expired job_failed rung_supervisor");
	assert_int_equal(job->state, JOB_FAILED);
	assert_int_equal(job->offer_count, OFFERS_KEPT);
	assert_int_equal(job->deadline_ms, 0);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(kit_outbox(&k, OUTBOX_DUTY_PHONE), 1);
	assert_true(k.inc.ring_supervisor);
	assert_int_equal(k.inc.attention_due_ms, k.world.now_ms + SECONDS(300));
	assert_true(k.inc.reminded);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_WITHDRAWN, ""); /* its offer is no longer kept */
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg1", 1), STAY);
}

static void test_when_all_have_said_no_the_next_wave_goes_at_once(void **state)
{
	struct event ev = {.type = EVENT_OFFER_DECLINE, .who = "cg1", .job = 1, .reason = DECLINE_TOO_FAR};

	(void)state;
	dispatched();
	kit_wait_s(&k, 5);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "offer_declined");
	assert_int_equal(kit_line(&k, LINE_OFFER_DECLINED)->number, DECLINE_TOO_FAR);
	assert_int_equal(job_offer(&k.inc.jobs[0], "cg1")->reason, DECLINE_TOO_FAR);
	assert_int_equal(k.inc.jobs[0].wave, 1);
	assert_int_equal(kit_step(&k, &ev), STAY);
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), REFUSAL_WRONG_STATE, "");
	memcpy(ev.who, "cg2", 4);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "offer_declined next_wave offered offered offered offered");
	assert_int_equal(k.inc.jobs[0].deadline_ms, KIT_START + SECONDS(35));
	ev.reason = DECLINE_COUNT;
	refused(kit_step(&k, &ev), REFUSAL_BAD_REQUEST, "");
}

static void test_nobody_to_ask_fails_at_once(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	kit_init(&k);
	k.world.candidate_count = 0;
	k.world.supervisor_ready = false;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_string_equal(k.said, "job job_failed");
	assert_int_equal(k.inc.jobs[0].state, JOB_FAILED);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
}

static void test_a_caregiver_is_asked_once_while_a_job_looks(void **state)
{
	(void)state;
	dispatched();
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(k.inc.jobs[1].offer_count, 2);
	assert_null(job_offer(&k.inc.jobs[1], "cg1"));
	assert_null(job_offer(&k.inc.jobs[1], "cg2"));
}

/* A job whose every place is taken still fails over to people, instead of asking without end. */
static void test_a_job_has_sixteen_offers_at_most(void **state)
{
	(void)state;
	dispatched();
	for (int round = 0; round < 40 && k.inc.jobs[0].state == JOB_OFFERING; round++) {
		const struct job *job = &k.inc.jobs[0];
		char who[ID_MAX] = "";

		for (uint32_t i = 0; i < KIT_CANDIDATES; i++)
			snprintf(k.candidates[i].caregiver, ID_MAX, "r%dc%u", round, (unsigned)i);
		for (uint32_t i = 0; i < job->offer_count; i++)
			if (job->offers[i].state == OFFER_MADE)
				memcpy(who, job->offers[i].caregiver, ID_MAX);
		assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, who, 1), MOVE);
		assert_int_equal(kit_job(&k, EVENT_JOB_GIVE_BACK, who, 1), MOVE);
		assert_true(job->offer_count <= OFFERS_MAX);
	}
	assert_int_equal(k.inc.jobs[0].state, JOB_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipts_only_go_forward),
		cmocka_unit_test(test_one_taker),
		cmocka_unit_test(test_a_yes_after_the_time_is_late_even_before_the_clock_rang),
		cmocka_unit_test(test_nobody_has_two_jobs),
		cmocka_unit_test(test_two_offers_of_one_call_and_one_yes),
		cmocka_unit_test(test_waves_widen_and_then_people_above_are_called),
		cmocka_unit_test(test_when_all_have_said_no_the_next_wave_goes_at_once),
		cmocka_unit_test(test_nobody_to_ask_fails_at_once),
		cmocka_unit_test(test_a_caregiver_is_asked_once_while_a_job_looks),
		cmocka_unit_test(test_a_job_has_sixteen_offers_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
