/* A job on its way: from the person who sends to the person who comes, and every way it can go wrong. */
#include "support/unit.h"

#include "core/incident.h"
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

static void dispatched(enum kind kind)
{
	answered(kind);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
}

static void accepted(void)
{
	dispatched(KIND_SOS);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), MOVE);
}

static void refused(enum verdict verdict, enum refusal why, const char *who)
{
	assert_int_equal(verdict, REFUSE);
	assert_int_equal(k.out.refusal, why);
	assert_string_equal(k.out.who, who);
}

static enum verdict choose(const char *first, const char *second)
{
	struct event ev = {.type = EVENT_DISPATCH, .who = "op1", .chosen_count = second == NULL ? 1 : 2};

	assert_true(text_copy(ev.chosen[0], ID_MAX, slice_str(first)));
	if (second != NULL)
		assert_true(text_copy(ev.chosen[1], ID_MAX, slice_str(second)));
	return kit_step(&k, &ev);
}

/* ---- sending ---- */

static void test_the_best_two_are_asked_for_thirty_seconds(void **state)
{
	const struct job *job = &k.inc.jobs[0];
	const struct offer *offer;

	(void)state;
	dispatched(KIND_SOS);
	assert_string_equal(k.said, "job offered offered");
	assert_int_equal(job->state, JOB_OFFERING);
	assert_int_equal(job->number, 1);
	assert_string_equal(job->by, "op1");
	assert_false(job->unattended);
	assert_int_equal(job->offer_count, 2);
	offer = job_offer(job, "cg1");
	assert_int_equal(offer->state, OFFER_MADE);
	assert_int_equal(offer->wave, 1);
	assert_int_equal(offer->until_ms, KIT_START + SECONDS(30));
	assert_int_equal(offer->distance_m, 400);
	assert_non_null(job_offer(job, "cg2"));
	assert_int_equal(job->deadline_ms, offer->until_ms);
	/* The page on a phone is never the only bell. */
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 2);
	assert_string_equal(k.out.outbox[0].target, "cg1");
	assert_int_equal(k.out.outbox[0].job, 1);
	assert_int_equal(incident_progress(&k.inc), JOB_OFFERING);
}

static void test_less_urgent_offers_last_longer_and_ring_no_telephone(void **state)
{
	(void)state;
	dispatched(KIND_SERVICE);
	assert_int_equal(k.inc.jobs[0].deadline_ms, KIT_START + SECONDS(60));
	assert_int_equal(k.out.outbox_count, 0);
}

static void test_the_operator_may_name_whom(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(choose("cg5", "cg3"), MOVE);
	assert_int_equal(k.inc.jobs[0].offer_count, 2);
	assert_non_null(job_offer(&k.inc.jobs[0], "cg5"));
	refused(choose("cg5", NULL), REFUSAL_BUSY, "cg5"); /* is asked just now */
	refused(choose("cg99", NULL), REFUSAL_NOT_FOUND, "cg99");
	k.candidates[0].busy = true;
	for (uint32_t i = 0; i < KIT_CANDIDATES; i++)
		if (strcmp(k.candidates[i].caregiver, "cg7") == 0)
			k.candidates[i].busy = true;
	refused(choose("cg7", NULL), REFUSAL_BUSY, "cg7");
	/* The next wave asks the best who were not asked. */
	kit_wait_s(&k, 30);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.inc.jobs[0].wave, 2);
	assert_non_null(job_offer(&k.inc.jobs[0], "cg2"));
}

static void test_no_more_than_four_jobs_at_once(void **state)
{
	(void)state;
	answered(KIND_SOS);
	for (int i = 0; i < JOBS_LIVE_MAX; i++)
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	refused(kit_do(&k, EVENT_DISPATCH, "op1"), REFUSAL_LIMIT, "");
	assert_int_equal(k.out.number, JOBS_LIVE_MAX);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 2), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
}

/* A hundred jobs: numbers go on, the live ones stay, and the record keeps its size. */
static void test_old_jobs_make_room(void **state)
{
	(void)state;
	accepted();
	for (uint32_t n = 2; n < 100; n++) {
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
		assert_int_equal(k.inc.jobs[k.inc.job_count - 1].number, n);
		assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", n), MOVE);
	}
	assert_int_equal(k.inc.job_count, JOBS_MAX);
	assert_int_equal(k.inc.jobs[0].number, 1);
	assert_int_equal(k.inc.jobs[0].state, JOB_ACCEPTED);
	refused(kit_job(&k, EVENT_JOB_CANCEL, "op1", 50), REFUSAL_NOT_FOUND, "");
}

/* ---- the way ---- */

static void test_the_good_way(void **state)
{
	struct event ev = {.who = "cg2", .job = 1};
	const struct job *job = &k.inc.jobs[0];
	uint32_t eta;

	(void)state;
	accepted();
	assert_string_equal(k.said, "offer_accepted offer_withdrawn contact_told");
	assert_string_equal(k.out.taken, "cg2");
	assert_int_equal(k.out.taken_job, 1);
	assert_string_equal(job->caregiver, "cg2");
	assert_int_equal(job->accepted_ms, KIT_START);
	assert_int_equal(job->arrival_due_ms, KIT_START + MINUTES(15));
	assert_int_equal(job->deadline_ms, KIT_START + SECONDS(120));
	assert_int_equal(job_offer(job, "cg1")->state, OFFER_WITHDRAWN);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ANSWERED);
	assert_int_equal(incident_progress(&k.inc), JOB_ACCEPTED);

	kit_wait_s(&k, 60);
	ev.type = EVENT_JOB_DEPART;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(job->state, JOB_EN_ROUTE);
	assert_int_equal(job->departed_ms, k.world.now_ms);
	assert_int_equal(job->deadline_ms, job->arrival_due_ms);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_HELP_ON_THE_WAY);
	assert_int_equal(eta, 5); /* 800 m are 300 s */
	(void)incident_device_step(&k.inc, k.world.now_ms + SECONDS(299), &eta);
	assert_int_equal(eta, 1);
	(void)incident_device_step(&k.inc, k.world.now_ms + SECONDS(300), &eta);
	assert_int_equal(eta, 0); /* late: the unit must not promise */

	kit_wait_s(&k, 240);
	ev.type = EVENT_JOB_ARRIVE;
	ev.saw_resident = true;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(job->state, JOB_ARRIVED);
	assert_int_equal(kit_line(&k, LINE_ARRIVED)->number, 1);
	assert_true(k.inc.seen);
	assert_int_equal(job->deadline_ms, k.world.now_ms + SECONDS(1800));
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ARRIVED);
	assert_int_equal(k.out.freed_count, 0);

	ev.type = EVENT_JOB_DONE;
	ev.result = JOB_RESULT_HELPED;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(job->state, JOB_DONE);
	assert_int_equal(job->result, JOB_RESULT_HELPED);
	assert_int_equal(kit_line(&k, LINE_DONE)->number, JOB_RESULT_HELPED);
	assert_string_equal(job->caregiver, "cg2");
	assert_int_equal(job->deadline_ms, 0);
	assert_int_equal(k.out.freed_count, 1);
	assert_string_equal(k.out.freed[0], "cg2");
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ARRIVED);
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED); /* a job done closes nothing */
	assert_ptr_equal(incident_lead_job(&k.inc), job);
}

/* The job is over, and nobody knows how she is. */
static void test_nobody_opened_is_no_end(void **state)
{
	struct event ev = {.type = EVENT_JOB_DONE, .who = "cg1", .job = 1, .result = JOB_RESULT_NO_ENTRY};

	(void)state;
	dispatched(KIND_SOS);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "done rung_supervisor");
	assert_true(k.inc.ring_supervisor);
	assert_int_equal(k.inc.rerung_due_ms, k.world.now_ms + SECONDS(10)); /* at its owner; unseen, everybody */
	/* Nobody at a screen: people above are called. */
	dispatched(KIND_SOS);
	k.world.supervisor_ready = false;
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	/* Somebody has seen her: then the door matters no more. */
	dispatched(KIND_SOS);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	ev.saw_resident = true;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.rerung_ms, 0);
}

static void test_each_word_counts_once(void **state)
{
	static const enum event_type WORDS[] = {EVENT_JOB_DEPART, EVENT_JOB_ARRIVE, EVENT_JOB_DONE};

	(void)state;
	accepted();
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), STAY);
	for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
		assert_int_equal(kit_job(&k, WORDS[i], "cg2", 1), MOVE);
		for (size_t j = 0; j <= i; j++)
			assert_int_equal(kit_job(&k, WORDS[j], "cg2", 1), STAY);
		assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), STAY);
		assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg2", 1), STAY);
		assert_int_equal(kit_job(&k, EVENT_OFFER_SEEN, "cg2", 1), STAY);
	}
	refused(kit_job(&k, EVENT_JOB_GIVE_BACK, "cg2", 1), REFUSAL_WRONG_STATE, "");
	refused(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), REFUSAL_WRONG_STATE, "");
}

static void test_arriving_says_that_one_has_left(void **state)
{
	(void)state;
	accepted();
	refused(kit_job(&k, EVENT_JOB_DONE, "cg2", 1), REFUSAL_WRONG_STATE, "");
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg2", 1), MOVE);
	assert_int_equal(k.inc.jobs[0].departed_ms, k.inc.jobs[0].arrived_ms);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), STAY);
}

/* A phone in a lift: it happened when it happened, and was stored when it came. */
static void test_words_from_a_phone_without_signal(void **state)
{
	struct event ev = {.type = EVENT_JOB_DEPART, .who = "cg2", .job = 1, .at_ms = KIT_START + SECONDS(60)};
	const struct line *line;

	(void)state;
	accepted();
	kit_wait_s(&k, 100);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	line = kit_line(&k, LINE_DEPARTED);
	assert_int_equal(line->at_ms, KIT_START + SECONDS(60));
	assert_int_equal(line->stored_ms, KIT_START + SECONDS(100));
	assert_int_equal(k.inc.jobs[0].departed_ms, KIT_START + SECONDS(60));
	/* Never before what must have come first, never later than now. */
	ev.type = EVENT_JOB_ARRIVE;
	ev.at_ms = KIT_START + SECONDS(50);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.jobs[0].arrived_ms, KIT_START + SECONDS(60));
	ev.type = EVENT_JOB_DONE;
	ev.at_ms = KIT_START + SECONDS(5000);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.jobs[0].ended_ms, KIT_START + SECONDS(100));
	assert_int_equal(kit_line(&k, LINE_DONE)->stored_ms, 0);
}

static void test_only_who_has_the_job_reports_on_it(void **state)
{
	static const enum event_type WORDS[] = {EVENT_JOB_DEPART, EVENT_JOB_ARRIVE, EVENT_JOB_DONE, EVENT_JOB_GIVE_BACK};

	(void)state;
	accepted();
	for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
		refused(kit_job(&k, WORDS[i], "cg7", 1), REFUSAL_NOT_OWNER, "cg2");
		assert_int_equal(k.out.at_ms, KIT_START);
		refused(kit_job(&k, WORDS[i], "cg1", 1), REFUSAL_WITHDRAWN, "cg2"); /* was asked, and was not first */
		refused(kit_job(&k, WORDS[i], "cg2", 9), REFUSAL_NOT_FOUND, "");
	}
}

static void test_a_cancelled_job_is_told_as_withdrawn(void **state)
{
	(void)state;
	accepted();
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), MOVE);
	assert_string_equal(k.said, "job_cancelled");
	assert_string_equal(kit_line(&k, LINE_JOB_CANCELLED)->subject, "cg2");
	assert_int_equal(k.inc.jobs[0].state, JOB_CANCELLED);
	assert_string_equal(k.inc.jobs[0].caregiver, "");
	assert_int_equal(k.out.freed_count, 1);
	refused(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), REFUSAL_WITHDRAWN, "");
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), REFUSAL_WITHDRAWN, "");
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), STAY);
	assert_int_equal(incident_progress(&k.inc), JOB_NONE);
	dispatched(KIND_SOS);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), MOVE);
	assert_string_equal(k.said, "job_cancelled offer_withdrawn offer_withdrawn");
	assert_int_equal(k.out.freed_count, 0);
	assert_int_equal(kit_job(&k, EVENT_OFFER_DECLINE, "cg1", 1), STAY);
}

/* ---- giving back ---- */

static void test_giving_back_is_not_declining(void **state)
{
	struct event ev = {.type = EVENT_JOB_GIVE_BACK, .who = "cg2", .job = 1, .reason = DECLINE_UNWELL};
	const struct job *job = &k.inc.jobs[0];

	(void)state;
	accepted();
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), MOVE);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	/* cg1, whom the yes had cut short, is asked again, and the next best. */
	assert_string_equal(k.said, "given_back offered offered");
	assert_int_equal(job->state, JOB_OFFERING);
	assert_string_equal(job->caregiver, "");
	assert_int_equal(job->departed_ms, 0);
	assert_int_equal(job_offer(job, "cg1")->state, OFFER_MADE);
	assert_int_equal(job_offer(job, "cg3")->state, OFFER_MADE);
	assert_int_equal(job_offer(job, "cg2")->state, OFFER_DECLINED);
	assert_int_equal(job_offer(job, "cg2")->reason, DECLINE_UNWELL);
	assert_int_equal(k.out.freed_count, 1);
	assert_string_equal(k.out.freed[0], "cg2");
	assert_int_equal(kit_line(&k, LINE_GIVEN_BACK)->number, DECLINE_UNWELL);
	assert_int_equal(kit_step(&k, &ev), STAY);
	refused(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), REFUSAL_NOT_OWNER, "");
	refused(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), REFUSAL_WRONG_STATE, "");
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_step(&k, &ev), STAY); /* a late copy does not take it from cg1 */
}

static void test_given_back_and_nobody_left_fails(void **state)
{
	(void)state;
	accepted();
	k.world.candidate_count = 0;
	assert_int_equal(kit_job(&k, EVENT_JOB_GIVE_BACK, "cg2", 1), MOVE);
	assert_string_equal(k.said, "given_back job_failed rung_supervisor");
	assert_int_equal(k.inc.jobs[0].state, JOB_FAILED);
	assert_int_equal(kit_job(&k, EVENT_JOB_GIVE_BACK, "cg2", 1), STAY);
	refused(kit_job(&k, EVENT_JOB_ARRIVE, "cg2", 1), REFUSAL_WITHDRAWN, "");
}

/* ---- clocks: accepting is not arriving ---- */

static void test_not_departed_after_two_minutes(void **state)
{
	(void)state;
	accepted();
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(120));
	assert_string_equal(k.said, "overdue_departure rung_supervisor");
	assert_string_equal(kit_line(&k, LINE_OVERDUE_DEPARTURE)->subject, "cg2");
	assert_true(k.inc.jobs[0].depart_overdue);
	assert_int_equal(k.inc.jobs[0].deadline_ms, KIT_START + MINUTES(15));
	kit_run_s(&k, 12 * 60);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), MOVE);
	assert_false(k.inc.ring_supervisor);
	kit_run_s(&k, 61);
	assert_non_null(kit_line(&k, LINE_OVERDUE_ARRIVAL));
	assert_true(k.inc.jobs[0].arrive_overdue);
	assert_true(k.inc.ring_supervisor);
}

/* Each is said once; then the clock goes on reminding, for as long as the job lives. */
static void test_a_job_never_stands_without_a_clock(void **state)
{
	uint32_t departure = 0, arrival = 0, reminders = 0;

	(void)state;
	accepted();
	k.world.candidate_count = 0; /* nobody is left who could be sent beside */
	for (int i = 0; i < 60; i++) {
		assert_int_equal(kit_ring(&k), MOVE);
		departure += strstr(k.said, "overdue_departure") != NULL;
		arrival += strstr(k.said, "overdue_arrival") != NULL;
		reminders += strstr(k.said, "reminder") != NULL || strstr(k.said, "recall_due") != NULL;
		assert_int_not_equal(k.inc.jobs[0].deadline_ms, 0);
	}
	assert_int_equal(departure, 1);
	assert_int_equal(arrival, 1);
	assert_int_equal(reminders, 58);
}

static void test_on_the_scene_somebody_asks_every_half_hour(void **state)
{
	(void)state;
	accepted();
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg2", 1), MOVE);
	kit_run_s(&k, 1799);
	assert_null(kit_line(&k, LINE_REMINDER)); /* nor is the owner asked in between */
	kit_wait_s(&k, 1);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_line(&k, LINE_REMINDER)->job, 1);
	assert_int_equal(k.inc.jobs[0].deadline_ms, k.world.now_ms + SECONDS(1800));
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_line(&k, LINE_REMINDER)->job, 0);
	assert_false(k.inc.ring_supervisor);
}

static void test_the_area_says_how_long_the_way_may_take(void **state)
{
	(void)state;
	dispatched(KIND_SOS);
	k.world.arrival_due_min = 25;
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(k.inc.jobs[0].arrival_due_ms, KIT_START + MINUTES(25));
}

/* ---- what is shown as progress ---- */

static void test_progress_is_the_furthest_of_its_jobs(void **state)
{
	uint32_t eta;

	(void)state;
	accepted();
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg3", 2), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg3", 2), MOVE);
	assert_int_equal(incident_progress(&k.inc), JOB_EN_ROUTE);
	assert_int_equal(incident_lead_job(&k.inc)->number, 2);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 2), MOVE);
	assert_int_equal(incident_progress(&k.inc), JOB_ACCEPTED);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ANSWERED);
	assert_int_equal(k.inc.reached, STEP_HELP_ON_THE_WAY); /* the device may have heard that */
	assert_null(incident_job(&k.inc, 9));
	assert_null(job_offer(&k.inc.jobs[0], "cg9"));
}

/* A job runs while nobody has answered: both are shown, and the device hears of the help. */
static void test_unattended_help_is_help(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	uint32_t eta;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	kit_run_s(&k, 30);
	assert_true(k.inc.jobs[0].unattended);
	assert_string_equal(k.inc.jobs[0].by, "");
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_STORED);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ANSWERED);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg1", 1), MOVE);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_HELP_ON_THE_WAY);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	/* Still nobody of the centre has it: its plan goes on. */
	assert_int_not_equal(k.inc.plan_due_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_best_two_are_asked_for_thirty_seconds),
		cmocka_unit_test(test_less_urgent_offers_last_longer_and_ring_no_telephone),
		cmocka_unit_test(test_the_operator_may_name_whom),
		cmocka_unit_test(test_no_more_than_four_jobs_at_once),
		cmocka_unit_test(test_old_jobs_make_room),
		cmocka_unit_test(test_the_good_way),
		cmocka_unit_test(test_nobody_opened_is_no_end),
		cmocka_unit_test(test_each_word_counts_once),
		cmocka_unit_test(test_arriving_says_that_one_has_left),
		cmocka_unit_test(test_words_from_a_phone_without_signal),
		cmocka_unit_test(test_only_who_has_the_job_reports_on_it),
		cmocka_unit_test(test_a_cancelled_job_is_told_as_withdrawn),
		cmocka_unit_test(test_giving_back_is_not_declining),
		cmocka_unit_test(test_given_back_and_nobody_left_fails),
		cmocka_unit_test(test_not_departed_after_two_minutes),
		cmocka_unit_test(test_a_job_never_stands_without_a_clock),
		cmocka_unit_test(test_on_the_scene_somebody_asks_every_half_hour),
		cmocka_unit_test(test_the_area_says_how_long_the_way_may_take),
		cmocka_unit_test(test_progress_is_the_furthest_of_its_jobs),
		cmocka_unit_test(test_unattended_help_is_help),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
