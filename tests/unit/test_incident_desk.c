/* Whose a call is: taking over, laying aside, passing on, asking the supervisor in, calling back. */
#include "support/unit.h"

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

static struct event said(enum event_type type, const char *who, const char *text)
{
	struct event ev = {.type = type, .text_len = (uint16_t)strlen(text)};

	memcpy(ev.who, who, strlen(who));
	memcpy(ev.from, k.inc.owner, sizeof ev.from);
	memcpy(ev.text, text, strlen(text));
	return ev;
}

static enum verdict transfer(const char *who, const char *to, const char *text)
{
	struct event ev = said(EVENT_TRANSFER, who, text);

	ev.chosen_count = 1;
	memcpy(ev.chosen[0], to, strlen(to));
	return kit_step(&k, &ev);
}

static enum verdict hold(const char *who, uint32_t seconds, uint32_t interrupted)
{
	struct event ev = said(EVENT_HOLD, who, "");

	ev.seconds = seconds;
	ev.count = interrupted;
	return kit_step(&k, &ev);
}

static enum verdict call(const char *who, uint32_t contact, uint32_t result)
{
	struct event ev = {.type = EVENT_CALL, .contact = contact, .call = result};

	memcpy(ev.who, who, strlen(who));
	return kit_step(&k, &ev);
}

/* ---- taking over ---- */

static void test_a_colleague_may_take_over_for_twenty_seconds(void **state)
{
	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 20);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_string_equal(k.inc.owner, "op2");
	assert_string_equal(k.inc.former_owner, "op1");
	assert_string_equal(kit_line(&k, LINE_CLAIMED)->subject, "op1");
	/* The resident has waited for a voice since the first answer, not since this one. */
	assert_int_equal(k.inc.voice_due_ms, KIT_START + SECONDS(124));
}

static void test_later_a_colleague_is_told_who_has_it(void **state)
{
	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 21);
	refused(kit_do(&k, EVENT_CLAIM, "op2"), REFUSAL_LOST_RACE, "op1");
	assert_string_equal(k.inc.owner, "op1");
}

static void test_a_supervisor_takes_over_later_with_a_reason(void **state)
{
	struct event ev;

	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 60);
	k.world.actor_supervisor = true;
	refused(kit_do(&k, EVENT_CLAIM, "sv1"), REFUSAL_NEEDS_REASON, "op1");
	ev = said(EVENT_CLAIM, "sv1", "op1 is not well");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.inc.owner, "sv1");
	assert_string_equal(k.inc.former_owner, "op1");
	assert_string_equal(kit_line(&k, LINE_CLAIMED)->subject, "op1");
	assert_int_equal(kit_line(&k, LINE_CLAIMED)->text_len, strlen("op1 is not well"));
	assert_int_equal(k.inc.voice_due_ms, KIT_START + SECONDS(124));
}

static void test_a_supervisor_takes_over_at_once_without_one(void **state)
{
	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 5);
	k.world.actor_supervisor = true;
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "sv1"), MOVE);
	assert_string_equal(k.inc.owner, "sv1");
}

/* Two who take over from the same owner at the same instant: one yes, one no with the name of who was faster. */
static void test_two_who_take_over_get_one_yes(void **state)
{
	struct event second = {.type = EVENT_CLAIM, .who = "op3", .from = "op1"};

	(void)state;
	answered(KIND_SOS);
	kit_wait_s(&k, 2);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	refused(kit_step(&k, &second), REFUSAL_LOST_RACE, "op2");
	assert_string_equal(k.inc.owner, "op2");
}

/* ---- hold ---- */

static void test_a_held_call_comes_back_by_itself(void **state)
{
	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(hold("op1", 0, 0), MOVE);
	assert_string_equal(k.said, "held");
	assert_int_equal(kit_line(&k, LINE_HELD)->number, 180);
	assert_int_equal(k.inc.hold_until_ms, k.world.now_ms + SECONDS(180));
	assert_int_equal(incident_next_due(&k.inc), k.inc.hold_until_ms);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "hold_over");
	assert_string_equal(kit_line(&k, LINE_HOLD_OVER)->subject, "op1");
	assert_string_equal(kit_line(&k, LINE_HOLD_OVER)->who, "");
	assert_int_equal(k.inc.hold_until_ms, 0);
	assert_int_equal(k.inc.rerung_ms, k.world.now_ms); /* it rings at its owner */
	assert_string_equal(k.inc.owner, "op1");
	/* Unseen it rings everybody, and anybody may have it. */
	kit_run_s(&k, 10);
	assert_true(k.inc.rerung_all);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_string_equal(k.inc.owner, "op2");
	assert_int_equal(k.inc.rerung_ms, 0);
}

static void test_nobody_holds_longer_than_the_policy_allows(void **state)
{
	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(hold("op1", 100000, 0), MOVE);
	assert_int_equal(k.inc.hold_until_ms, k.world.now_ms + SECONDS(600));
	assert_int_equal(kit_line(&k, LINE_HELD)->number, 600);
}

static void test_only_the_owner_or_a_supervisor_holds(void **state)
{
	(void)state;
	pressed(KIND_INACTIVITY);
	refused(hold("op1", 0, 0), REFUSAL_WRONG_STATE, "");
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	refused(hold("op2", 0, 0), REFUSAL_NOT_OWNER, "op1");
	assert_int_equal(kit_do(&k, EVENT_UNHOLD, "op1"), STAY);
	k.world.actor_supervisor = true;
	assert_int_equal(hold("sv1", 60, 0), MOVE);
	k.world.actor_supervisor = false;
	refused(kit_do(&k, EVENT_UNHOLD, "op2"), REFUSAL_NOT_OWNER, "op1");
	assert_int_equal(kit_do(&k, EVENT_UNHOLD, "op1"), MOVE);
	assert_string_equal(k.said, "hold_over");
	assert_string_equal(kit_line(&k, LINE_HOLD_OVER)->who, "op1");
	assert_int_equal(k.inc.rerung_ms, 0); /* whoever ended it is there */
}

/* Laid aside is not attended to: its clocks run on. */
static void test_the_clocks_of_a_held_call_run_on(void **state)
{
	ms_t attention_ms;

	(void)state;
	answered(KIND_INACTIVITY);
	attention_ms = k.inc.attention_due_ms;
	kit_wait_s(&k, 30);
	assert_int_equal(hold("op1", 600, 0), MOVE);
	assert_int_equal(k.inc.attention_due_ms, attention_ms);
	assert_int_equal(k.inc.voice_due_ms, KIT_START + SECONDS(124));
	/* No voice in time is an emergency, wherever the call lies. */
	kit_run_s(&k, 95);
	assert_true(k.inc.no_voice);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.hold_until_ms, 0);
	assert_non_null(kit_line(&k, LINE_HOLD_OVER));
	assert_int_not_equal(k.inc.rerung_ms, 0);
}

static void test_whoever_works_on_a_held_call_has_it_in_hand_again(void **state)
{
	static const enum event_type WORK[] = {EVENT_SPOKE, EVENT_DISPATCH, EVENT_CLAIM, EVENT_CALL};
	static const enum event_type TALK[] = {EVENT_NOTE, EVENT_OPENED, EVENT_ESCALATE};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WORK); i++) {
		struct event ev;

		answered(KIND_INACTIVITY);
		assert_int_equal(hold("op1", 0, 0), MOVE);
		ev = said(WORK[i], "op1", "");
		ev.call = CALL_BUSY;
		assert_int_equal(kit_step(&k, &ev), MOVE);
		assert_int_equal(k.inc.hold_until_ms, 0);
		assert_string_equal(kit_line(&k, LINE_HOLD_OVER)->who, "op1");
	}
	for (size_t i = 0; i < COUNT_OF(TALK); i++) {
		struct event ev;

		answered(KIND_INACTIVITY);
		assert_int_equal(hold("op1", 0, 0), MOVE);
		ev = said(TALK[i], "op1", "word");
		assert_int_equal(kit_step(&k, &ev), MOVE);
		assert_int_not_equal(k.inc.hold_until_ms, 0);
	}
}

static void test_a_held_call_ends_its_hold_with_its_owner(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(hold("op1", 0, 0), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_int_equal(k.inc.hold_until_ms, 0);
	assert_int_equal(hold("op2", 0, 0), MOVE);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op2"), MOVE);
	assert_int_equal(k.inc.hold_until_ms, 0);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
}

/* A more urgent call was taken meanwhile: every daemon may say so, and it is said once. */
static void test_an_interrupted_call_waits_with_its_clock_running(void **state)
{
	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(hold("op1", 0, 1), MOVE);
	assert_int_equal(kit_line(&k, LINE_HELD)->count, 1);
	assert_int_equal(hold("op1", 0, 1), STAY);
	assert_int_equal(k.inc.hold_until_ms, k.world.now_ms + SECONDS(180));
	assert_int_not_equal(k.inc.attention_due_ms, 0);
	/* What its owner laid aside by hand stays as long as he said. */
	answered(KIND_INACTIVITY);
	assert_int_equal(hold("op1", 400, 0), MOVE);
	assert_int_equal(hold("op1", 0, 1), STAY);
	assert_int_equal(k.inc.hold_until_ms, k.world.now_ms + SECONDS(400));
}

static void test_a_class_1_press_takes_a_held_call_out_of_its_hold(void **state)
{
	struct alarm a = kit_alarm("pendant1", 8, KIND_SOS);

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(hold("op1", 600, 0), MOVE);
	kit_wait_s(&k, 30);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.hold_until_ms, 0);
	assert_string_equal(k.inc.former_owner, "op1");
	assert_string_equal(kit_line(&k, LINE_HOLD_OVER)->subject, "op1");
	assert_non_null(kit_line(&k, LINE_RUNG_OPERATORS));
	assert_false(k.inc.spoke); /* she called again: nobody has spoken to her since */
	/* In hand it only rings at its owner. */
	answered(KIND_SOS);
	a = kit_alarm("pendant1", 9, KIND_SOS);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
}

/* ---- transfer ---- */

static void test_a_transfer_carries_what_was_heard(void **state)
{
	(void)state;
	answered(KIND_SOS);
	k.world.target_ready = true;
	refused(transfer("op1", "op2", ""), REFUSAL_NEEDS_REASON, "");
	refused(transfer("op3", "op2", "moans"), REFUSAL_NOT_OWNER, "op1");
	assert_int_equal(transfer("op1", "op1", "moans"), STAY);
	assert_int_equal(transfer("op1", "op2", "moans"), MOVE);
	assert_string_equal(k.said, "transferred");
	assert_string_equal(k.inc.owner, "op2");
	assert_string_equal(k.inc.former_owner, "op1");
	assert_string_equal(kit_line(&k, LINE_TRANSFERRED)->who, "op1");
	assert_string_equal(kit_line(&k, LINE_TRANSFERRED)->subject, "op2");
	assert_int_equal(kit_line(&k, LINE_TRANSFERRED)->text_len, 5);
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	assert_int_equal(k.inc.voice_due_ms, KIT_START + SECONDS(124)); /* inherited */
	/* The former owner has it no more, from this instant. */
	refused(kit_do(&k, EVENT_SPOKE, "op1"), REFUSAL_NOT_OWNER, "op2");
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op2"), MOVE);
}

static void test_a_transfer_unseen_rings_everybody(void **state)
{
	(void)state;
	answered(KIND_SOS);
	k.world.target_ready = true;
	assert_int_equal(transfer("op1", "op2", "moans"), MOVE);
	assert_int_equal(k.inc.rerung_ms, k.world.now_ms);
	assert_int_equal(k.inc.rerung_due_ms, k.world.now_ms + SECONDS(10));
	assert_int_equal(kit_ring(&k), MOVE);
	assert_true(k.inc.rerung_all);
	assert_string_equal(k.inc.owner, "op2"); /* one owner at all times */
	/* Seen in time it does not. */
	answered(KIND_SOS);
	k.world.target_ready = true;
	assert_int_equal(transfer("op1", "op2", "moans"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SEEN_REPEAT, "op2"), MOVE);
	assert_int_equal(k.inc.rerung_due_ms, 0);
}

static void test_nobody_is_given_a_call_who_cannot_have_it(void **state)
{
	(void)state;
	answered(KIND_SOS);
	k.world.target_ready = false;
	refused(transfer("op1", "op2", "moans"), REFUSAL_BUSY, "op2");
	assert_string_equal(k.inc.owner, "op1");
	/* A waiting call is taken, not passed on. */
	pressed(KIND_SOS);
	k.world.target_ready = true;
	refused(transfer("op1", "op2", "moans"), REFUSAL_WRONG_STATE, "");
}

/* ---- escalate ---- */

static void test_asking_the_supervisor_in_needs_a_line(void **state)
{
	struct event ev;

	(void)state;
	answered(KIND_SOS);
	ev = said(EVENT_ESCALATE, "op1", "");
	refused(kit_step(&k, &ev), REFUSAL_NEEDS_REASON, "");
	ev = said(EVENT_ESCALATE, "op2", "two at once");
	refused(kit_step(&k, &ev), REFUSAL_NOT_OWNER, "op1");
	ev = said(EVENT_ESCALATE, "op1", "two at once");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "escalated rung_supervisor");
	assert_true(k.inc.escalated && k.inc.ring_supervisor);
	assert_string_equal(k.inc.owner, "op1"); /* it stays his */
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 0);
}

static void test_with_no_supervisor_at_a_screen_those_above_are_called(void **state)
{
	struct event ev;

	(void)state;
	answered(KIND_SOS);
	k.world.supervisor_ready = false;
	ev = said(EVENT_ESCALATE, "op1", "two at once");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(kit_outbox(&k, OUTBOX_DUTY_PHONE), 1);
}

/* Whatever the owner does meanwhile: asked in and not come is called by telephone, again and again. */
static void test_a_supervisor_who_does_not_come_is_called(void **state)
{
	struct event ev;
	ms_t due_ms;

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	ev = said(EVENT_ESCALATE, "op1", "two at once");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	due_ms = k.inc.attention_due_ms;
	assert_int_equal(due_ms, k.world.now_ms + SECONDS(60));
	kit_wait_s(&k, 50);
	ev = said(EVENT_NOTE, "op1", "still alone");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.attention_due_ms, due_ms);
	for (int turn = 0; turn < 3; turn++) {
		assert_int_equal(kit_ring(&k), MOVE);
		assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
		assert_int_equal(k.inc.attention_due_ms, k.world.now_ms + SECONDS(60));
	}
}

static void test_a_supervisor_who_looks_has_come(void **state)
{
	struct event ev;

	(void)state;
	answered(KIND_SOS);
	ev = said(EVENT_ESCALATE, "op1", "two at once");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(kit_do(&k, EVENT_OPENED, "op2"), MOVE); /* a colleague is none */
	assert_true(k.inc.escalated);
	k.world.actor_supervisor = true;
	assert_int_equal(kit_do(&k, EVENT_OPENED, "sv1"), MOVE);
	assert_false(k.inc.escalated || k.inc.ring_supervisor);
	assert_string_equal(k.inc.owner, "op1");
}

static void test_a_call_that_waits_can_be_escalated_by_anybody(void **state)
{
	struct event ev;

	(void)state;
	pressed(KIND_SOS);
	ev = said(EVENT_ESCALATE, "op2", "a crowd of them");
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_true(k.inc.escalated);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	/* An operator who takes it does not make up for the supervisor; a supervisor does. */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_true(k.inc.escalated);
	k.world.actor_supervisor = true;
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "sv1"), MOVE);
	assert_false(k.inc.escalated);
}

/* ---- calling back ---- */

static void test_every_attempt_has_its_number_order_and_result(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(call("op1", 0, CALL_NO_ANSWER), MOVE);
	assert_int_equal(call("op1", 2, CALL_BUSY), MOVE);
	assert_int_equal(call("op1", 0, CALL_NO_ANSWER), MOVE);
	assert_int_equal(kit_line(&k, LINE_CALLED)->count, 2);
	assert_int_equal(kit_line(&k, LINE_CALLED)->number, 0);
	assert_int_equal(kit_line(&k, LINE_CALLED)->call, CALL_NO_ANSWER);
	assert_int_equal(k.inc.calls, 2); /* of the resident; a contact has numbers of its own */
	assert_int_equal(call("op1", 2, CALL_SPOKE), MOVE);
	assert_int_equal(kit_line(&k, LINE_CALLED)->count, 2);
	assert_int_equal(call("op1", 1, CALL_SPOKE), MOVE);
	assert_int_equal(kit_line(&k, LINE_CALLED)->count, 1);
	assert_int_equal(k.inc.calls, 2);
}

static void test_a_call_without_answer_is_never_closed_as_nuisance(void **state)
{
	static const enum outcome NUISANCE[] = {OUTCOME_FALSE_ALARM, OUTCOME_TEST};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NUISANCE); i++) {
		answered(KIND_SOS);
		for (int attempt = 0; attempt < 5; attempt++)
			assert_int_equal(call("op1", 0, CALL_NO_ANSWER), MOVE);
		refused(kit_close(&k, "op1", NUISANCE[i]), REFUSAL_NEEDS_CONTACT, "");
		k.world.actor_supervisor = true; /* whoever asks, and whoever agrees */
		refused(kit_close(&k, "sv1", NUISANCE[i]), REFUSAL_NEEDS_CONTACT, "");
		assert_int_equal(kit_close(&k, "op1", OUTCOME_NO_CONTACT), MOVE);
		refused(kit_close(&k, "sv1", NUISANCE[i]), REFUSAL_NEEDS_CONTACT, "");
		assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	}
}

/* ---- with whom there was contact ---- */

static enum verdict close_as(const char *who, enum outcome outcome, enum spoke_to to)
{
	struct event ev = {.type = EVENT_CLOSE, .outcome = outcome, .spoke_to = to};

	memcpy(ev.who, who, strlen(who));
	return kit_step(&k, &ev);
}

static void test_with_whom_there_was_contact_is_kept(void **state)
{
	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(close_as("op1", OUTCOME_FAMILY_HELPED, SPOKE_TO_CONTACT), MOVE);
	assert_int_equal(k.inc.spoke_to, SPOKE_TO_CONTACT);
	assert_int_equal(kit_line(&k, LINE_CLOSED)->count, SPOKE_TO_CONTACT);
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op2"), MOVE);
	assert_int_equal(k.inc.spoke_to, SPOKE_TO_NONE);
	assert_int_equal(close_as("op1", OUTCOME_ADVICE, SPOKE_TO_COUNT), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_BAD_REQUEST);
}

/* "I spoke with her" at the end counts only where the record shows that somebody tried. */
static void test_nobody_has_spoken_with_whom_nobody_called(void **state)
{
	(void)state;
	answered(KIND_SOS);
	refused(close_as("op1", OUTCOME_FALSE_ALARM, SPOKE_TO_RESIDENT), REFUSAL_NEEDS_CONTACT, "");
	refused(close_as("op1", OUTCOME_ADVICE, SPOKE_TO_RESIDENT), REFUSAL_NEEDS_CONTACT, "");
	assert_int_equal(call("op1", 0, CALL_BUSY), MOVE);
	assert_int_equal(close_as("op1", OUTCOME_FALSE_ALARM, SPOKE_TO_RESIDENT), MOVE);
	assert_string_equal(k.said, "spoke_resident closed contact_told");
	assert_string_equal(kit_line(&k, LINE_SPOKE_RESIDENT)->who, "op1");
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
}

static void test_a_real_call_never_ends_as_a_drill(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	refused(close_as("op1", OUTCOME_DRILL, SPOKE_TO_RESIDENT), REFUSAL_BAD_REQUEST, "");
	k.inc.drill = true;
	assert_int_equal(close_as("op1", OUTCOME_DRILL, SPOKE_TO_RESIDENT), MOVE);
	assert_int_equal(k.inc.outcome, OUTCOME_DRILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_colleague_may_take_over_for_twenty_seconds),
		cmocka_unit_test(test_later_a_colleague_is_told_who_has_it),
		cmocka_unit_test(test_a_supervisor_takes_over_later_with_a_reason),
		cmocka_unit_test(test_a_supervisor_takes_over_at_once_without_one),
		cmocka_unit_test(test_two_who_take_over_get_one_yes),
		cmocka_unit_test(test_a_held_call_comes_back_by_itself),
		cmocka_unit_test(test_nobody_holds_longer_than_the_policy_allows),
		cmocka_unit_test(test_only_the_owner_or_a_supervisor_holds),
		cmocka_unit_test(test_the_clocks_of_a_held_call_run_on),
		cmocka_unit_test(test_whoever_works_on_a_held_call_has_it_in_hand_again),
		cmocka_unit_test(test_a_held_call_ends_its_hold_with_its_owner),
		cmocka_unit_test(test_an_interrupted_call_waits_with_its_clock_running),
		cmocka_unit_test(test_a_class_1_press_takes_a_held_call_out_of_its_hold),
		cmocka_unit_test(test_a_transfer_carries_what_was_heard),
		cmocka_unit_test(test_a_transfer_unseen_rings_everybody),
		cmocka_unit_test(test_nobody_is_given_a_call_who_cannot_have_it),
		cmocka_unit_test(test_asking_the_supervisor_in_needs_a_line),
		cmocka_unit_test(test_with_no_supervisor_at_a_screen_those_above_are_called),
		cmocka_unit_test(test_a_supervisor_who_does_not_come_is_called),
		cmocka_unit_test(test_a_supervisor_who_looks_has_come),
		cmocka_unit_test(test_a_call_that_waits_can_be_escalated_by_anybody),
		cmocka_unit_test(test_every_attempt_has_its_number_order_and_result),
		cmocka_unit_test(test_a_call_without_answer_is_never_closed_as_nuisance),
		cmocka_unit_test(test_with_whom_there_was_contact_is_kept),
		cmocka_unit_test(test_nobody_has_spoken_with_whom_nobody_called),
		cmocka_unit_test(test_a_real_call_never_ends_as_a_drill),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
