/* One owner: who may do what, who is told no, and with whose name; and how a call ends. */
#include "support/unit.h"

#include <stdio.h>

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;

static void pressed(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
}

static void answered(enum kind kind)
{
	pressed(kind);
	kit_wait_s(&k, 4);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
}

static void refused(enum verdict verdict, enum refusal why, const char *who)
{
	assert_int_equal(verdict, REFUSE);
	assert_int_equal(k.out.refusal, why);
	assert_string_equal(k.out.who, who);
}

/* ---- claiming and returning ---- */

static void test_taking_a_call(void **state)
{
	uint32_t eta;

	(void)state;
	pressed(KIND_SOS);
	kit_run_s(&k, 12);
	assert_true(k.inc.ring_neighbours && k.inc.ring_supervisor);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_string_equal(k.said, "claimed");
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	assert_string_equal(k.inc.owner, "op1");
	assert_int_equal(k.inc.answered_ms, k.world.now_ms);
	assert_int_equal(k.inc.waiting_since_ms, KIT_START);
	assert_int_equal(k.inc.plan_due_ms, 0);
	assert_int_equal(k.inc.voice_due_ms, k.world.now_ms + SECONDS(120));
	assert_int_equal(k.inc.attention_due_ms, k.world.now_ms + SECONDS(300));
	assert_false(k.inc.ring_neighbours || k.inc.ring_supervisor); /* it stops everywhere */
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_ANSWERED);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), STAY);
}

/* Two who press at the same instant: one yes, one clear no, with the name. */
static void test_the_second_to_take_is_told_who_was_first(void **state)
{
	struct event ev = {.type = EVENT_CLAIM, .who = "op2"}; /* it waited on this screen */

	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 1);
	refused(kit_step(&k, &ev), REFUSAL_LOST_RACE, "op1");
	assert_int_equal(k.out.at_ms, KIT_START + SECONDS(4));
}

/* A supervisor too: who took a call that waited on her screen meant to answer it, not to take it from somebody. */
static void test_a_supervisor_at_the_same_instant_is_told_as_well(void **state)
{
	struct event ev = {.type = EVENT_CLAIM, .who = "sv1"};

	(void)state;
	answered(KIND_SOS);
	k.world.actor_supervisor = true;
	refused(kit_step(&k, &ev), REFUSAL_LOST_RACE, "op1");
	assert_string_equal(k.inc.owner, "op1");
}

static void test_a_lost_console_gives_the_call_back(void **state)
{
	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 40);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	assert_string_equal(k.said, "returned rung_operators");
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_string_equal(k.inc.owner, "");
	assert_string_equal(k.inc.former_owner, "op1");
	assert_string_equal(kit_line(&k, LINE_RETURNED)->subject, "op1");
	assert_int_equal(k.inc.waiting_since_ms, k.world.now_ms);
	assert_int_equal(k.inc.plan_due_ms, k.world.now_ms + SECONDS(10)); /* the plan starts anew */
	assert_int_equal(k.inc.voice_due_ms, 0);
	/* Back before anyone took it: one key. */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_string_equal(k.inc.owner, "op1");
	assert_string_equal(k.inc.former_owner, "");
}

static void test_only_the_owner_of_now_can_be_lost(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op2"), STAY);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), STAY);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), STAY); /* a late word about an old owner */
	assert_string_equal(k.inc.owner, "op2");
}

/* ---- who may do what ---- */

static void test_only_the_owner_acts(void **state)
{
	struct event call = {.type = EVENT_CALL, .who = "op2", .contact = 1, .call = CALL_NO_ANSWER};

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	refused(kit_do(&k, EVENT_DISPATCH, "op2"), REFUSAL_NOT_OWNER, "op1");
	refused(kit_do(&k, EVENT_SPOKE, "op2"), REFUSAL_NOT_OWNER, "op1");
	refused(kit_step(&k, &call), REFUSAL_NOT_OWNER, "op1");
	refused(kit_close(&k, "op2", OUTCOME_ADVICE), REFUSAL_NOT_OWNER, "op1");
	refused(kit_job(&k, EVENT_JOB_CANCEL, "op2", 1), REFUSAL_NOT_OWNER, "op1");
	k.world.actor_supervisor = true;
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "sv1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "sv1", 1), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "sv1"), MOVE);
}

static void test_nobody_acts_on_a_waiting_call_without_taking_it(void **state)
{
	(void)state;
	pressed(KIND_SOS);
	refused(kit_do(&k, EVENT_DISPATCH, "op1"), REFUSAL_NOT_OWNER, "");
	refused(kit_do(&k, EVENT_SPOKE, "op1"), REFUSAL_NOT_OWNER, "");
	refused(kit_close(&k, "op1", OUTCOME_ADVICE), REFUSAL_NOT_OWNER, "");
	assert_int_equal(kit_do(&k, EVENT_SEEN_REPEAT, "op1"), STAY);
	k.world.actor_supervisor = true;
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "sv1"), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
}

static void test_anyone_may_write_a_note(void **state)
{
	struct event note = {.type = EVENT_NOTE, .who = "cg5", .job = 1, .text_len = 5, .text = "\x01sea\xff"};
	const struct line *line;

	(void)state;
	pressed(KIND_SOS);
	assert_int_equal(kit_step(&k, &note), MOVE);
	line = kit_line(&k, LINE_NOTE);
	assert_string_equal(line->who, "cg5");
	assert_int_equal(line->job, 1);
	assert_int_equal(line->text_len, 5);
	assert_memory_equal(k.inc.text + line->text_at, note.text, 5);
	note.text_len = 0;
	refused(kit_step(&k, &note), REFUSAL_BAD_REQUEST, "");
	note.text_len = NOTE_SEALED_MAX + 1;
	refused(kit_step(&k, &note), REFUSAL_BAD_REQUEST, "");
}

static void test_a_call_is_on_record(void **state)
{
	struct event call = {.type = EVENT_CALL, .who = "op1", .contact = 2, .call = CALL_BUSY};

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_step(&k, &call), MOVE);
	assert_int_equal(kit_line(&k, LINE_CALLED)->number, 2);
	assert_int_equal(kit_line(&k, LINE_CALLED)->call, CALL_BUSY);
	assert_false(k.inc.spoke);
}

static void test_what_no_peer_may_say(void **state)
{
	struct event ev = {.type = EVENT_CALL, .who = "op1"};

	(void)state;
	answered(KIND_SOS);
	refused(kit_step(&k, &ev), REFUSAL_BAD_REQUEST, ""); /* no result */
	ev.call = CALL_COUNT;
	refused(kit_step(&k, &ev), REFUSAL_BAD_REQUEST, "");
	refused(kit_close(&k, "op1", OUTCOME_NONE), REFUSAL_BAD_REQUEST, "");
	refused(kit_close(&k, "op1", OUTCOME_COUNT), REFUSAL_BAD_REQUEST, "");
	refused(kit_do(&k, EVENT_CLAIM, ""), REFUSAL_BAD_REQUEST, "");
	refused(kit_do(&k, EVENT_CLAIM, "op 1"), REFUSAL_BAD_REQUEST, "");
	refused(kit_do(&k, EVENT_NONE, "op1"), REFUSAL_BAD_REQUEST, "");
	refused(kit_do(&k, EVENT_COUNT, "op1"), REFUSAL_BAD_REQUEST, "");
	ev = (struct event){.type = EVENT_DISPATCH, .who = "op1", .chosen_count = CHOSEN_MAX + 1};
	refused(kit_step(&k, &ev), REFUSAL_BAD_REQUEST, "");
	ev.chosen_count = 2;
	memcpy(ev.chosen[0], "cg1", 4);
	memcpy(ev.chosen[1], "cg1", 4);
	refused(kit_step(&k, &ev), REFUSAL_BAD_REQUEST, "");
	ev = (struct event){.type = EVENT_CLAIM, .who = "op1", .at_ms = -1};
	refused(kit_step(&k, &ev), REFUSAL_BAD_REQUEST, "");
	memset(&k.inc, 0, sizeof k.inc);
	refused(kit_do(&k, EVENT_CLAIM, "op1"), REFUSAL_NOT_FOUND, "");
}

/* The same request sent again, its answer lost: done already. */
static void test_a_request_sent_twice_is_done_once(void **state)
{
	struct event claim = {.type = EVENT_CLAIM, .who = "op1", .cmd = 77};
	struct event dispatch = {.type = EVENT_DISPATCH, .who = "op1", .cmd = 78};

	(void)state;
	pressed(KIND_SOS);
	assert_int_equal(kit_step(&k, &claim), MOVE);
	assert_int_equal(kit_step(&k, &dispatch), MOVE);
	assert_int_equal(kit_step(&k, &dispatch), STAY);
	assert_int_equal(k.inc.job_count, 1);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	assert_int_equal(kit_step(&k, &claim), STAY); /* a late copy does not take it a second time */
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
}

/* ---- closing ---- */

static void contacted(enum kind kind)
{
	answered(kind);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
}

static void test_closing_with_contact_needs_one_person(void **state)
{
	struct event ev = {
		.type = EVENT_CLOSE, .who = "op1", .outcome = OUTCOME_FALSE_ALARM, .text_len = 4, .text = "seal"};

	(void)state;
	contacted(KIND_SOS);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "closed contact_told");
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
	assert_int_equal(k.inc.outcome, OUTCOME_FALSE_ALARM);
	assert_string_equal(k.inc.closed_by, "op1");
	assert_int_equal(k.inc.closed_ms, k.world.now_ms);
	assert_string_equal(k.inc.owner, "");
	assert_int_equal(incident_next_due(&k.inc), k.inc.follow_up_due_ms); /* but for tomorrow's call-back */
	assert_int_equal(kit_line(&k, LINE_CLOSED)->number, OUTCOME_FALSE_ALARM);
	assert_int_equal(kit_line(&k, LINE_CLOSED)->text_len, 4);
	assert_int_equal(kit_step(&k, &ev), STAY);
	refused(kit_close(&k, "op2", OUTCOME_ADVICE), REFUSAL_WRONG_STATE, "op1");
	refused(kit_do(&k, EVENT_CLAIM, "op1"), REFUSAL_WRONG_STATE, "");
	refused(kit_do(&k, EVENT_DISPATCH, "op1"), REFUSAL_WRONG_STATE, "");
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), STAY);
	assert_int_equal(kit_do(&k, EVENT_OPENED, "op2"), MOVE); /* looking is on record, also afterwards */
}

/* No answer cannot be a mistake of the resident: nobody has asked her. */
static void test_no_answer_is_never_a_false_alarm(void **state)
{
	(void)state;
	answered(KIND_SOS);
	refused(kit_close(&k, "op1", OUTCOME_FALSE_ALARM), REFUSAL_NEEDS_CONTACT, "");
	refused(kit_close(&k, "op1", OUTCOME_TEST), REFUSAL_NEEDS_CONTACT, "");
	answered(KIND_INACTIVITY);
	refused(kit_close(&k, "op1", OUTCOME_FALSE_ALARM), REFUSAL_NEEDS_CONTACT, "");
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_FALSE_ALARM), MOVE);
}

static void asked(void)
{
	answered(KIND_SOS);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_NO_CONTACT), MOVE);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_SECOND);
	assert_string_equal(k.said, "close_asked");
}

static void test_class_one_without_contact_needs_a_second_person(void **state)
{
	(void)state;
	asked();
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	assert_int_equal(k.inc.asked_outcome, OUTCOME_NO_CONTACT);
	assert_string_equal(k.inc.asked_by, "op1");
	assert_int_not_equal(k.inc.voice_due_ms, 0);                      /* its clocks run on */
	assert_int_equal(kit_close(&k, "op1", OUTCOME_NO_CONTACT), STAY); /* not by himself */
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_SECOND);
	assert_int_equal(kit_close(&k, "op2", OUTCOME_NO_CONTACT), MOVE);
	assert_int_equal(k.out.refusal, REFUSAL_NONE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
	assert_string_equal(k.inc.closed_by, "op2");
	assert_int_equal(k.inc.asked_outcome, OUTCOME_NONE);
	assert_string_equal(kit_line(&k, LINE_CLOSE_ASKED)->who, "op1");
}

static void test_a_supervisor_alone_is_one_person_too(void **state)
{
	(void)state;
	pressed(KIND_SOS);
	k.world.actor_supervisor = true;
	assert_int_equal(kit_close(&k, "sv1", OUTCOME_NO_CONTACT), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_SECOND);
	assert_int_equal(kit_close(&k, "sv1", OUTCOME_NO_CONTACT), STAY);
	assert_int_equal(kit_close(&k, "sv2", OUTCOME_NO_CONTACT), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
}

static void test_the_second_confirms_what_the_first_has_said(void **state)
{
	(void)state;
	asked();
	refused(kit_close(&k, "op2", OUTCOME_ADVICE), REFUSAL_NOT_OWNER, "op1");
	/* The owner may think better of it: a new question, for a second person again. */
	assert_int_equal(kit_close(&k, "op1", OUTCOME_FAMILY_HELPED), MOVE);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_SECOND);
	assert_int_equal(k.inc.asked_outcome, OUTCOME_FAMILY_HELPED);
	refused(kit_close(&k, "op2", OUTCOME_NO_CONTACT), REFUSAL_NOT_OWNER, "op1");
	assert_int_equal(kit_close(&k, "op2", OUTCOME_FAMILY_HELPED), MOVE);
	assert_int_equal(k.inc.outcome, OUTCOME_FAMILY_HELPED);
}

/* What was asked before she pressed again, or before somebody else took the call, is no longer what is asked. */
static void test_news_takes_the_question_back(void **state)
{
	struct alarm a = kit_alarm("unit1", 8, KIND_SOS);

	(void)state;
	asked();
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.asked_outcome, OUTCOME_NONE);
	refused(kit_close(&k, "op2", OUTCOME_NO_CONTACT), REFUSAL_NOT_OWNER, "op1");
	asked();
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	assert_int_equal(k.inc.asked_outcome, OUTCOME_NONE);
	asked();
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE); /* now he may by himself */
	assert_int_equal(kit_close(&k, "op1", OUTCOME_NO_CONTACT), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
}

static void test_an_arrival_that_saw_her_is_contact(void **state)
{
	struct event arrive = {.type = EVENT_JOB_ARRIVE, .who = "cg1", .job = 1};
	struct event done = {.type = EVENT_JOB_DONE, .who = "cg1", .job = 1, .result = JOB_RESULT_NO_ENTRY};

	(void)state;
	for (int saw = 0; saw < 3; saw++) {
		answered(KIND_SOS);
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
		assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
		arrive.saw_resident = saw == 1;
		done.saw_resident = saw == 2;
		assert_int_equal(kit_step(&k, &arrive), MOVE);
		assert_int_equal(kit_step(&k, &done), MOVE);
		assert_int_equal(kit_close(&k, "op1", OUTCOME_HELPED_AT_HOME), MOVE);
		assert_int_equal(k.inc.state == INCIDENT_CLOSED, saw != 0);
	}
}

static void test_less_urgent_calls_need_no_second_person(void **state)
{
	(void)state;
	answered(KIND_BATTERY);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_TECHNICAL), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
}

static void test_closing_ends_every_job_and_frees_the_people(void **state)
{
	(void)state;
	contacted(KIND_SOS);
	for (int i = 0; i < JOBS_LIVE_MAX; i++)
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg3", 2), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	assert_string_equal(k.said,
	                    "job_cancelled job_cancelled job_cancelled offer_withdrawn offer_withdrawn job_cancelled "
	                    "offer_withdrawn offer_withdrawn closed contact_told");
	assert_int_equal(k.out.freed_count, 2);
	assert_string_equal(k.out.freed[0], "cg1");
	assert_string_equal(k.out.freed[1], "cg3");
	for (uint32_t i = 0; i < k.inc.job_count; i++)
		assert_int_equal(k.inc.jobs[i].state, JOB_CANCELLED);
	/* The phone that was away learns it in its turn. */
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_WITHDRAWN);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg5", 3), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_WITHDRAWN);
	assert_int_equal(kit_job(&k, EVENT_OFFER_SEEN, "cg5", 3), STAY);
	assert_int_equal(kit_job(&k, EVENT_JOB_GIVE_BACK, "cg1", 1), STAY);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), STAY);
}

/* The most lines that one step can add: every job open to a full wave. */
static void test_closing_the_fullest_incident_keeps_its_bounds(void **state)
{
	(void)state;
	kit_init(&k);
	k.policy.plans[CLASS_LIFE].wave_size = WAVE_MAX;
	k.policy.plans[CLASS_LIFE].wave_widen = 0;
	k.world.candidate_count = CANDIDATES_MAX;
	for (uint32_t i = KIT_CANDIDATES; i < CANDIDATES_MAX; i++) {
		k.candidates[i] = k.candidates[0];
		snprintf(k.candidates[i].caregiver, ID_MAX, "cg%u", (unsigned)i + 1);
	}
	{
		struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

		assert_int_equal(kit_press(&k, &a), MOVE);
	}
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	for (int i = 0; i < JOBS_LIVE_MAX; i++)
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	assert_int_equal(k.out.added, 2 + JOBS_LIVE_MAX + 3 * WAVE_MAX + 2); /* 20 candidates: 6, 6, 6, 2; the contacts */
	assert_true(k.out.added <= ADDED_MAX && 1 + JOBS_LIVE_MAX * (1 + WAVE_MAX) <= ADDED_MAX);
}

/* Every way at once: four jobs with a full wave out, three hand-overs open, a voice claimed at the end, and of device work
 * also the way back from the shelf. */
static void the_most_of_closing(enum kind kind, uint32_t more)
{
	static struct candidate many[JOBS_LIVE_MAX * WAVE_MAX];
	struct alarm a = kit_alarm("unit1", 7, kind);
	struct event call = {.type = EVENT_CALL, .who = "op1", .call = CALL_NO_ANSWER};
	struct event card = {.type = EVENT_HANDOVER_OPEN, .who = "op1"};
	struct event shelf = {.type = EVENT_SHELVE, .who = "op1", .seconds = 60, .text = "x", .text_len = 1};
	struct event end = {.type = EVENT_CLOSE, .who = "op1", .outcome = OUTCOME_ADVICE, .spoke_to = SPOKE_TO_RESIDENT};

	kit_init(&k);
	memset(many, 0, sizeof many);
	for (uint32_t i = 0; i < COUNT_OF(many); i++) {
		snprintf(many[i].caregiver, ID_MAX, "caregiver_with_a_long_id_%u", (unsigned)i);
		many[i].skills = BIT(SKILL_CARE) | BIT(SKILL_TECHNICIAN);
		many[i].reachable = true;
	}
	k.world.candidates = many;
	k.world.candidate_count = COUNT_OF(many);
	for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++) {
		k.policy.plans[class].wave_size = WAVE_MAX;
		k.policy.plans[class].wave_widen = 0;
		k.policy.plans[class].tell = TELL_ALL;
	}
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_step(&k, &call), MOVE);
	for (int i = 0; i < JOBS_LIVE_MAX; i++)
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	for (card.service = SERVICE_120; card.service < SERVICE_COUNT; card.service++)
		assert_int_equal(kit_step(&k, &card), MOVE);
	if (k.inc.class > CLASS_WELFARE) {
		assert_int_equal(kit_step(&k, &shelf), MOVE);
		k.world.actor_supervisor = true;
	}
	assert_int_equal(kit_step(&k, &end), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
	assert_int_equal(k.out.added,
	                 1 + JOBS_LIVE_MAX * (1 + WAVE_MAX) + (SERVICE_COUNT - 1) + 1 + 1 + more); /* spoke, closed, told */
	assert_true(k.out.added <= ADDED_MAX);
	assert_int_equal(k.out.outbox_count, 1);
}

static void test_the_most_that_closing_can_add_is_within_the_bounds(void **state)
{
	(void)state;
	the_most_of_closing(KIND_SOS, 0);
	the_most_of_closing(KIND_REPAIR, 1);
}

static void test_reopening_starts_the_plan_anew(void **state)
{
	(void)state;
	contacted(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op2"), STAY);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	kit_wait_s(&k, 900);
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op2"), MOVE);
	assert_string_equal(k.said, "reopened rung_operators contact_told");
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.outcome, OUTCOME_NONE);
	assert_int_equal(k.inc.closed_ms, 0);
	assert_string_equal(k.inc.closed_by, "");
	assert_int_equal(k.inc.waiting_since_ms, k.world.now_ms);
	assert_int_equal(incident_next_due(&k.inc), k.world.now_ms + SECONDS(10));
	assert_int_equal(k.inc.opened_ms, KIT_START);
	assert_false(k.inc.spoke); /* to close it again somebody must speak to her again */
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op2"), STAY);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	refused(kit_close(&k, "op2", OUTCOME_FALSE_ALARM), REFUSAL_NEEDS_CONTACT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taking_a_call),
		cmocka_unit_test(test_the_second_to_take_is_told_who_was_first),
		cmocka_unit_test(test_a_supervisor_at_the_same_instant_is_told_as_well),
		cmocka_unit_test(test_a_lost_console_gives_the_call_back),
		cmocka_unit_test(test_only_the_owner_of_now_can_be_lost),
		cmocka_unit_test(test_only_the_owner_acts),
		cmocka_unit_test(test_nobody_acts_on_a_waiting_call_without_taking_it),
		cmocka_unit_test(test_anyone_may_write_a_note),
		cmocka_unit_test(test_a_call_is_on_record),
		cmocka_unit_test(test_what_no_peer_may_say),
		cmocka_unit_test(test_a_request_sent_twice_is_done_once),
		cmocka_unit_test(test_closing_with_contact_needs_one_person),
		cmocka_unit_test(test_no_answer_is_never_a_false_alarm),
		cmocka_unit_test(test_class_one_without_contact_needs_a_second_person),
		cmocka_unit_test(test_a_supervisor_alone_is_one_person_too),
		cmocka_unit_test(test_the_second_confirms_what_the_first_has_said),
		cmocka_unit_test(test_news_takes_the_question_back),
		cmocka_unit_test(test_an_arrival_that_saw_her_is_contact),
		cmocka_unit_test(test_less_urgent_calls_need_no_second_person),
		cmocka_unit_test(test_closing_ends_every_job_and_frees_the_people),
		cmocka_unit_test(test_closing_the_fullest_incident_keeps_its_bounds),
		cmocka_unit_test(test_the_most_that_closing_can_add_is_within_the_bounds),
		cmocka_unit_test(test_reopening_starts_the_plan_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
