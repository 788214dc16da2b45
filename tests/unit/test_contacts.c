/* Family and neighbours: told at four moments, asked to go, and what they answer. */
#include "support/unit.h"

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;
static uint32_t keys[64], key_count; /* numbers under which something was told */

static enum verdict did(enum verdict verdict)
{
	for (uint32_t i = 0; verdict == MOVE && i < k.out.outbox_count; i++) {
		if (k.out.outbox[i].what != OUTBOX_CONTACT_TOLD)
			continue;
		/* The key incident:what:target:number is never given to two messages. */
		for (uint32_t j = 0; j < key_count; j++)
			assert_int_not_equal(keys[j], k.out.outbox[i].number);
		keys[key_count++] = k.out.outbox[i].number;
	}
	return verdict;
}

static uint32_t told(void)
{
	for (uint32_t i = 0; i < k.out.outbox_count; i++)
		if (k.out.outbox[i].what == OUTBOX_CONTACT_TOLD) {
			assert_non_null(strstr(k.said, "contact_told"));
			assert_int_equal(kit_line(&k, LINE_CONTACT_TOLD)->count, k.out.outbox[i].tell);
			assert_string_equal(k.out.outbox[i].target, "");
			return k.out.outbox[i].tell;
		}
	assert_null(strstr(k.said, "contact_told"));
	return 0;
}

static void begin(void)
{
	kit_init(&k);
	key_count = 0;
}

static void press(enum kind kind, uint64_t id)
{
	struct alarm a = kit_alarm("unit1", id, kind);

	assert_int_equal(did(kit_press(&k, &a)), MOVE);
}

static void job(enum event_type type, const char *who, uint32_t number)
{
	assert_int_equal(did(kit_job(&k, type, who, number)), MOVE);
}

static void answer_call(void)
{
	job(EVENT_CLAIM, "op1", 0);
	job(EVENT_SPOKE, "op1", 0);
}

static void test_contacts_hear_of_opening_dispatch_arrival_and_closure_each_once(void **state)
{
	(void)state;
	begin();
	press(KIND_SOS, 7);
	assert_int_equal(told(), TELL_OPENED);
	press(KIND_SOS, 8);
	assert_int_equal(told(), 0);
	answer_call();
	job(EVENT_DISPATCH, "op1", 0);
	assert_int_equal(told(), 0); /* asked is not sent */
	job(EVENT_OFFER_ACCEPT, "cg1", 1);
	assert_int_equal(told(), TELL_DISPATCHED);
	job(EVENT_JOB_GIVE_BACK, "cg1", 1);
	job(EVENT_OFFER_ACCEPT, "cg2", 1);
	assert_int_equal(told(), 0); /* they know that help comes */
	job(EVENT_JOB_DEPART, "cg2", 1);
	assert_int_equal(told(), 0);
	job(EVENT_JOB_ARRIVE, "cg2", 1);
	assert_int_equal(told(), TELL_ARRIVED);
	job(EVENT_JOB_DONE, "cg2", 1);
	assert_int_equal(did(kit_close(&k, "op1", OUTCOME_HELPED_AT_HOME)), MOVE);
	assert_int_equal(told(), TELL_CLOSED);
	assert_int_equal(k.inc.told, TELL_ALL);
	assert_int_equal(key_count, 4);
}

static void test_only_the_moments_of_the_plan_are_told(void **state)
{
	(void)state;
	begin();
	k.policy.plans[CLASS_LIFE].tell = TELL_DISPATCHED | TELL_CLOSED;
	press(KIND_SOS, 7);
	assert_int_equal(told(), 0);
	answer_call();
	job(EVENT_DISPATCH, "op1", 0);
	job(EVENT_OFFER_ACCEPT, "cg1", 1);
	assert_int_equal(told(), TELL_DISPATCHED);
	job(EVENT_JOB_ARRIVE, "cg1", 1);
	assert_int_equal(told(), 0);
	assert_int_equal(did(kit_close(&k, "op1", OUTCOME_ADVICE)), MOVE);
	assert_int_equal(told(), TELL_CLOSED);
	begin();
	press(KIND_SERVICE, 7); /* class 3: nothing */
	assert_int_equal(told(), 0);
	begin();
	press(KIND_INACTIVITY, 7); /* class 2: as class 1 */
	assert_int_equal(told(), TELL_OPENED);
}

static void test_a_more_urgent_matter_is_told_anew(void **state)
{
	(void)state;
	begin();
	press(KIND_WATER, 7);
	assert_int_equal(told(), TELL_OPENED);
	answer_call();
	job(EVENT_DISPATCH, "op1", 0);
	job(EVENT_OFFER_ACCEPT, "cg1", 1);
	assert_int_equal(told(), TELL_DISPATCHED);
	press(KIND_SOS, 8); /* in the very same second */
	assert_int_equal(told(), TELL_OPENED);
	answer_call();
	job(EVENT_DISPATCH, "op1", 0);
	job(EVENT_OFFER_ACCEPT, "cg2", 2);
	assert_int_equal(told(), TELL_DISPATCHED);
	assert_int_equal(key_count, 4);
}

static void test_reopened_is_told_because_closed_was(void **state)
{
	(void)state;
	begin();
	press(KIND_SOS, 7);
	answer_call();
	assert_int_equal(did(kit_close(&k, "op1", OUTCOME_ADVICE)), MOVE);
	kit_wait_s(&k, 60);
	job(EVENT_REOPEN, "op2", 0);
	assert_int_equal(told(), TELL_OPENED);
	answer_call();
	assert_int_equal(did(kit_close(&k, "op1", OUTCOME_ADVICE)), MOVE);
	assert_int_equal(told(), TELL_CLOSED);
	assert_int_equal(key_count, 4);
}

static void whole_life(void)
{
	const struct job *last;
	char who[ID_MAX];

	answer_call();
	job(EVENT_DISPATCH, "op1", 0);
	last = &k.inc.jobs[k.inc.job_count - 1];
	memcpy(who, last->offers[0].caregiver, ID_MAX);
	job(EVENT_OFFER_ACCEPT, who, last->number);
	job(EVENT_JOB_ARRIVE, who, last->number);
	assert_int_equal(did(kit_close(&k, "op1", k.inc.drill ? OUTCOME_DRILL : OUTCOME_ADVICE)), MOVE);
}

/* Duress: whoever holds her may hold the telephone of her son as well. */
static void test_of_a_silent_call_nobody_is_told_by_rule(void **state)
{
	(void)state;
	begin();
	press(KIND_DURESS, 7);
	kit_run_s(&k, 65);
	whole_life();
	assert_int_equal(key_count, 0);
	assert_null(kit_line(&k, LINE_CONTACTS_ASKED));
}

static void test_of_an_unknown_home_and_without_consent_nobody_is_told(void **state)
{
	(void)state;
	begin();
	k.world.household[0] = '\0';
	press(KIND_SOS, 7);
	assert_true(k.inc.quarantine);
	whole_life();
	assert_int_equal(key_count, 0);
	begin();
	k.world.has_contacts = false;
	press(KIND_SOS, 7);
	kit_run_s(&k, 65);
	whole_life();
	assert_int_equal(key_count, 0);
	assert_null(kit_line(&k, LINE_CONTACTS_ASKED));
}

static void test_in_a_drill_no_family_is_frightened(void **state)
{
	(void)state;
	begin();
	k.world.has_contacts = false;
	press(KIND_SOS, 7);
	k.world.has_contacts = true;
	k.inc.drill = true;
	kit_run_s(&k, 65);
	whole_life();
	assert_int_equal(key_count, 0);
	assert_null(kit_line(&k, LINE_CONTACTS_ASKED));
}

static void test_that_somebody_died_is_said_by_a_person(void **state)
{
	(void)state;
	begin();
	press(KIND_SOS, 7);
	answer_call();
	assert_int_equal(did(kit_close(&k, "op1", OUTCOME_DIED)), MOVE);
	assert_int_equal(told(), 0);
}

/* ---- what they answer ---- */

static enum verdict answers(uint32_t contact, enum contact_answer answer, const char *who)
{
	struct event ev = {.type = EVENT_CONTACT_ANSWER, .contact = contact, .answer = answer};

	assert_true(text_copy(ev.who, sizeof ev.who, slice_str(who)));
	return kit_step(&k, &ev);
}

static void test_an_answer_is_shown_and_changes_nothing_else(void **state)
{
	static const enum contact_answer ANSWERS[] = {CONTACT_ANSWER_GOING, CONTACT_ANSWER_CANNOT,
	                                              CONTACT_ANSWER_ALL_RIGHT};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ANSWERS); i++) {
		struct incident before;

		begin();
		press(KIND_SOS, 7);
		if (i == 1)
			answer_call();
		kit_wait_s(&k, 5);
		before = k.inc;
		assert_int_equal(answers(2, ANSWERS[i], i == 0 ? "" : "op1"), MOVE);
		assert_string_equal(k.said, "contact_answered");
		assert_int_equal(kit_line(&k, LINE_CONTACT_ANSWERED)->number, 2);
		assert_int_equal(kit_line(&k, LINE_CONTACT_ANSWERED)->count, ANSWERS[i]);
		assert_string_equal(kit_line(&k, LINE_CONTACT_ANSWERED)->who, i == 0 ? "" : "op1");
		assert_int_equal(k.inc.contact_answer, ANSWERS[i]);
		assert_int_equal(k.inc.contact_answer_by, 2);
		assert_int_equal(k.inc.state, before.state);
		assert_int_equal(k.inc.plan_due_ms, before.plan_due_ms);
		assert_int_equal(k.inc.voice_due_ms, before.voice_due_ms);
		assert_int_equal(k.inc.attention_due_ms, before.attention_due_ms);
		assert_int_equal(k.inc.spoke, before.spoke);
		assert_int_equal(answers(2, ANSWERS[i], ""), STAY);
	}
	assert_int_equal(answers(1, CONTACT_ANSWER_ALL_RIGHT, ""), MOVE); /* somebody else says so too */
	assert_int_equal(k.inc.contact_answer_by, 1);
}

/* "She is all right" is what a neighbour thinks: it is not contact, and closes nothing. */
static void test_a_contacts_word_is_not_contact_with_the_resident(void **state)
{
	(void)state;
	begin();
	press(KIND_SOS, 7);
	job(EVENT_CLAIM, "op1", 0);
	assert_int_equal(answers(1, CONTACT_ANSWER_ALL_RIGHT, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_FALSE_ALARM), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_CONTACT);
	kit_run_s(&k, 120);
	assert_true(k.inc.no_voice);
}

static void test_an_answer_after_the_end_is_still_written_down(void **state)
{
	(void)state;
	begin();
	press(KIND_SOS, 7);
	answer_call();
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	assert_int_equal(answers(1, CONTACT_ANSWER_GOING, ""), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
	assert_int_equal(k.inc.contact_answer, CONTACT_ANSWER_GOING);
}

static void test_no_answer_and_no_contact_is_no_event(void **state)
{
	(void)state;
	begin();
	press(KIND_SOS, 7);
	assert_int_equal(answers(0, CONTACT_ANSWER_GOING, ""), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_BAD_REQUEST);
	assert_int_equal(answers(256, CONTACT_ANSWER_GOING, ""), REFUSE);
	assert_int_equal(answers(1, CONTACT_ANSWER_NONE, ""), REFUSE);
	assert_int_equal(answers(1, CONTACT_ANSWER_COUNT, ""), REFUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contacts_hear_of_opening_dispatch_arrival_and_closure_each_once),
		cmocka_unit_test(test_only_the_moments_of_the_plan_are_told),
		cmocka_unit_test(test_a_more_urgent_matter_is_told_anew),
		cmocka_unit_test(test_reopened_is_told_because_closed_was),
		cmocka_unit_test(test_of_a_silent_call_nobody_is_told_by_rule),
		cmocka_unit_test(test_of_an_unknown_home_and_without_consent_nobody_is_told),
		cmocka_unit_test(test_in_a_drill_no_family_is_frightened),
		cmocka_unit_test(test_that_somebody_died_is_said_by_a_person),
		cmocka_unit_test(test_an_answer_is_shown_and_changes_nothing_else),
		cmocka_unit_test(test_a_contacts_word_is_not_contact_with_the_resident),
		cmocka_unit_test(test_an_answer_after_the_end_is_still_written_down),
		cmocka_unit_test(test_no_answer_and_no_contact_is_no_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
