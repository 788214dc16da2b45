/* A hand-over to 120, 119, 110 is a person's act, and is tracked until a human there confirms. */
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
	if (kind != KIND_DURESS)
		assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
}

static void refused(enum verdict verdict, enum refusal why)
{
	assert_int_equal(verdict, REFUSE);
	assert_int_equal(k.out.refusal, why);
}

static enum verdict opened(const char *who, enum service service)
{
	struct event ev = {.type = EVENT_HANDOVER_OPEN, .service = service};

	memcpy(ev.who, who, strlen(who));
	return kit_step(&k, &ev);
}

static enum verdict tried(uint32_t number, enum channel channel, uint32_t call)
{
	struct event ev = {.type = EVENT_HANDOVER_TRY, .who = "op1", .handover = number, .channel = channel, .call = call};

	return kit_step(&k, &ev);
}

static enum verdict told(uint32_t number, uint32_t bits)
{
	struct event ev = {.type = EVENT_HANDOVER_TELL, .who = "op1", .handover = number, .told = bits};

	return kit_step(&k, &ev);
}

static enum verdict confirmed(uint32_t number, uint16_t text_len)
{
	struct event ev = {.type = EVENT_HANDOVER_CONFIRM, .who = "op1", .handover = number, .text_len = text_len};

	memset(ev.text, 7, text_len);
	return kit_step(&k, &ev);
}

static enum verdict cancelled(uint32_t number)
{
	struct event ev = {.type = EVENT_HANDOVER_CANCEL, .who = "op1", .handover = number};

	return kit_step(&k, &ev);
}

static const struct handover *card(uint32_t number)
{
	for (uint32_t i = 0; i < k.inc.handover_count; i++)
		if (k.inc.handovers[i].number == number)
			return &k.inc.handovers[i];
	return NULL;
}

static void test_a_card_is_opened_by_whoever_has_the_call(void **state)
{
	(void)state;
	answered(KIND_SOS);
	refused(opened("op2", SERVICE_120), REFUSAL_NOT_OWNER);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_string_equal(k.said, "handover_opened");
	assert_int_equal(kit_line(&k, LINE_HANDOVER_OPENED)->number, SERVICE_120);
	assert_int_equal(kit_line(&k, LINE_HANDOVER_OPENED)->count, 1);
	assert_int_equal(card(1)->due_ms, k.world.now_ms + SECONDS(60));
	assert_int_equal(card(1)->channel, CHANNEL_VOICE);
	assert_ptr_equal(incident_handover_open(&k.inc), card(1));
	assert_int_equal(opened("op1", SERVICE_120), STAY); /* one card a service */
	assert_int_equal(opened("op1", SERVICE_119), MOVE);
	k.world.actor_supervisor = true;
	assert_int_equal(opened("sv1", SERVICE_110), MOVE);
	refused(opened("op1", SERVICE_NONE), REFUSAL_BAD_REQUEST);
	refused(opened("op1", SERVICE_COUNT), REFUSAL_BAD_REQUEST);
}

static void test_a_try_that_did_not_reach_them_goes_on_by_another_way(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	kit_wait_s(&k, 20);
	assert_int_equal(tried(1, CHANNEL_VOICE, CALL_BUSY), MOVE);
	assert_int_equal(card(1)->channel, CHANNEL_SECOND_LINE);
	assert_int_equal(card(1)->due_ms, k.world.now_ms + SECONDS(60));
	assert_int_equal(kit_outbox(&k, OUTBOX_EMERGENCY_MESSAGE), 0);
	assert_int_equal(tried(1, CHANNEL_SECOND_LINE, CALL_NO_ANSWER), MOVE);
	assert_int_equal(card(1)->channel, CHANNEL_MESSAGE);
	assert_int_equal(tried(1, CHANNEL_MESSAGE, CALL_NONE), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_EMERGENCY_MESSAGE), 1);
	assert_string_equal(k.out.outbox[0].target, "120");
	assert_int_equal(card(1)->channel, CHANNEL_VOICE);
	assert_int_equal(card(1)->tries, 3);
	assert_int_equal(kit_line(&k, LINE_HANDOVER_TRIED)->channel, CHANNEL_MESSAGE);
	refused(tried(1, CHANNEL_APP, CALL_BUSY), REFUSAL_BAD_REQUEST);
	refused(tried(1, CHANNEL_VOICE, CALL_NONE), REFUSAL_BAD_REQUEST); /* a call has a result */
	refused(tried(1, CHANNEL_MESSAGE, CALL_SPOKE), REFUSAL_BAD_REQUEST);
	refused(tried(2, CHANNEL_VOICE, CALL_BUSY), REFUSAL_NOT_FOUND);
}

static void test_each_message_is_an_entry_of_its_own(void **state)
{
	uint32_t first;

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(tried(1, CHANNEL_MESSAGE, CALL_NONE), MOVE);
	first = k.out.outbox[0].number;
	assert_int_equal(tried(1, CHANNEL_MESSAGE, CALL_NONE), MOVE);
	assert_int_not_equal(k.out.outbox[0].number, first);
}

static void test_what_was_told_stays_told(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(told(1, BIT(CARD_LINE_WHO) | BIT(CARD_LINE_ADDRESS)), MOVE);
	assert_int_equal(told(1, BIT(CARD_LINE_WHO)), STAY);
	assert_int_equal(told(1, BIT(CARD_LINE_HEALTH)), MOVE);
	assert_int_equal(card(1)->told, BIT(CARD_LINE_WHO) | BIT(CARD_LINE_ADDRESS) | BIT(CARD_LINE_HEALTH));
	assert_int_equal(kit_line(&k, LINE_HANDOVER_TOLD)->number, card(1)->told);
	refused(told(1, 0), REFUSAL_BAD_REQUEST);
	refused(told(1, BIT(CARD_LINE_COUNT)), REFUSAL_BAD_REQUEST);
	refused(told(1, BIT(CARD_LINE_NONE)), REFUSAL_BAD_REQUEST);
	/* What was forgotten may be told after they have it; not to whom it was taken back from. */
	assert_int_equal(confirmed(1, 20), MOVE);
	assert_int_equal(told(1, BIT(CARD_LINE_MEDICINES)), MOVE);
	assert_int_equal(opened("op1", SERVICE_119), MOVE);
	assert_int_equal(cancelled(2), MOVE);
	refused(told(2, BIT(CARD_LINE_WHO)), REFUSAL_WRONG_STATE);
}

static void test_only_a_human_there_ends_the_tracking(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	refused(confirmed(1, 0), REFUSAL_NEEDS_REASON); /* who has it there */
	assert_int_equal(tried(1, CHANNEL_VOICE, CALL_SPOKE), MOVE);
	assert_int_equal(card(1)->state, HANDOVER_OPEN); /* a voice is no confirmation */
	assert_int_equal(confirmed(1, 20), MOVE);
	assert_int_equal(kit_line(&k, LINE_HANDOVER_CONFIRMED)->text_len, 20);
	assert_int_equal(card(1)->state, HANDOVER_CONFIRMED);
	assert_int_equal(card(1)->due_ms, 0);
	assert_null(incident_handover_open(&k.inc));
	assert_int_equal(confirmed(1, 20), STAY);
	refused(cancelled(1), REFUSAL_WRONG_STATE);
	refused(tried(1, CHANNEL_VOICE, CALL_SPOKE), REFUSAL_WRONG_STATE);
}

/* 227 of 369 calls went unanswered once: nobody may believe that somebody else is coming. */
static void test_an_unconfirmed_hand_over_rings_without_end(void **state)
{
	uint32_t turns = 0;

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(tried(1, CHANNEL_VOICE, CALL_NO_ANSWER), MOVE);
	for (; turns < 30; turns++) {
		kit_run_s(&k, 59);
		assert_int_equal(card(1)->due_ms, k.world.now_ms + SECONDS(1));
		kit_wait_s(&k, 1);
		assert_int_equal(kit_ring(&k), MOVE);
		assert_non_null(strstr(k.said, "handover_overdue"));
		assert_int_equal(kit_line(&k, LINE_HANDOVER_OVERDUE)->channel, CHANNEL_SECOND_LINE);
		assert_true(k.inc.reminded && k.inc.ring_supervisor);
		assert_int_equal(kit_outbox(&k, OUTBOX_EMERGENCY_CALL), 0); /* the machine calls only where it may */
		assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	}
	/* With no supervisor at a screen those above are called. */
	k.world.supervisor_ready = false;
	k.world.now_ms = card(1)->due_ms;
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(cancelled(1), MOVE);
	assert_int_equal(card(1)->due_ms, 0);
}

static void test_the_machine_calls_itself_only_where_the_policy_says_so(void **state)
{
	uint32_t first;

	(void)state;
	answered(KIND_SOS);
	k.policy.auto_call = true;
	assert_int_equal(opened("op1", SERVICE_119), MOVE);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "handover_overdue handover_tried rung_supervisor");
	assert_int_equal(kit_outbox(&k, OUTBOX_EMERGENCY_CALL), 1);
	assert_string_equal(k.out.outbox[0].target, "119");
	assert_string_equal(kit_line(&k, LINE_HANDOVER_TRIED)->who, "");
	first = k.out.outbox[0].number;
	kit_wait_s(&k, 60);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_EMERGENCY_CALL), 1);
	assert_int_not_equal(k.out.outbox[0].number, first);
}

static void test_a_drill_calls_no_service(void **state)
{
	(void)state;
	answered(KIND_SOS);
	k.inc.drill = true;
	k.policy.auto_call = true;
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(tried(1, CHANNEL_MESSAGE, CALL_NONE), MOVE);
	assert_int_equal(k.out.outbox_count, 0);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_EMERGENCY_CALL), 0);
	assert_non_null(kit_line(&k, LINE_HANDOVER_OVERDUE)); /* the same path otherwise */
}

static void test_an_ended_card_makes_room_and_no_number_comes_twice(void **state)
{
	uint32_t last = 0;

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(confirmed(1, 9), MOVE);
	assert_int_equal(opened("op1", SERVICE_119), MOVE);
	assert_int_equal(opened("op1", SERVICE_110), MOVE);
	for (int i = 0; i < 20; i++) {
		uint32_t number;

		assert_int_equal(opened("op1", SERVICE_120), MOVE);
		number = kit_line(&k, LINE_HANDOVER_OPENED)->count;
		assert_true(number > last);
		last = number;
		assert_int_equal(cancelled(number), MOVE);
		assert_true(k.inc.handover_count <= HANDOVERS_MAX);
		assert_int_equal(card(1)->state, HANDOVER_CONFIRMED); /* who has the call is kept as long as there is room */
		assert_int_equal(card(2)->state, HANDOVER_OPEN);
		assert_int_equal(card(3)->state, HANDOVER_OPEN);
	}
}

static void test_handed_over_needs_a_confirmation(void **state)
{
	(void)state;
	answered(KIND_SOS);
	refused(kit_close(&k, "op1", OUTCOME_HANDED_OVER), REFUSAL_NEEDS_CONFIRMATION);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(tried(1, CHANNEL_VOICE, CALL_SPOKE), MOVE);
	refused(kit_close(&k, "op1", OUTCOME_HANDED_OVER), REFUSAL_NEEDS_CONFIRMATION);
	assert_int_equal(confirmed(1, 20), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_HANDED_OVER), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
}

static void test_closing_otherwise_takes_open_cards_back(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(opened("op1", SERVICE_119), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_FALSE_ALARM), MOVE);
	assert_string_equal(k.said, "handover_cancelled handover_cancelled closed contact_told");
	assert_null(incident_handover_open(&k.inc));
	assert_int_equal(incident_next_due(&k.inc), k.inc.follow_up_due_ms);
}

/* The owner's console is gone: the card stays open, its clock runs on, and whoever takes the call has it. */
static void test_a_returned_call_keeps_its_card(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	refused(confirmed(1, 20), REFUSAL_NOT_OWNER);
	kit_run_s(&k, 61);
	assert_non_null(kit_line(&k, LINE_HANDOVER_OVERDUE));
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(confirmed(1, 20), MOVE);
}

/* Reopened it is another matter: what 120 confirmed before does not end it again. */
static void test_a_reopened_call_is_handed_over_anew(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(confirmed(1, 20), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_HANDED_OVER), MOVE);
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	refused(kit_close(&k, "op1", OUTCOME_HANDED_OVER), REFUSAL_NEEDS_CONFIRMATION);
	assert_int_equal(opened("op1", SERVICE_120), MOVE);
	assert_int_equal(kit_line(&k, LINE_HANDOVER_OPENED)->count, 2); /* no number comes twice */
	assert_int_equal(confirmed(2, 20), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_HANDED_OVER), MOVE);
}

static void test_the_card_that_lies_open_first(void **state)
{
	static const struct {
		enum kind kind;
		enum service service;
	} HINTS[] = {{KIND_SOS, SERVICE_120},       {KIND_FALL, SERVICE_120},   {KIND_FIRE, SERVICE_119},
	             {KIND_SMOKE, SERVICE_119},     {KIND_GAS, SERVICE_119},    {KIND_CO, SERVICE_119},
	             {KIND_HEAT, SERVICE_119},      {KIND_DURESS, SERVICE_110}, {KIND_WATER, SERVICE_120},
	             {KIND_INACTIVITY, SERVICE_120}};
	struct alarm a = kit_alarm("smoke1", 8, KIND_SMOKE);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(HINTS); i++) {
		answered(HINTS[i].kind);
		assert_int_equal(incident_service_hint(&k.inc), HINTS[i].service);
	}
	/* A call that must stay silent stays with the police, whatever joins it. */
	answered(KIND_DURESS);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(incident_service_hint(&k.inc), SERVICE_110);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_card_is_opened_by_whoever_has_the_call),
		cmocka_unit_test(test_a_try_that_did_not_reach_them_goes_on_by_another_way),
		cmocka_unit_test(test_each_message_is_an_entry_of_its_own),
		cmocka_unit_test(test_what_was_told_stays_told),
		cmocka_unit_test(test_only_a_human_there_ends_the_tracking),
		cmocka_unit_test(test_an_unconfirmed_hand_over_rings_without_end),
		cmocka_unit_test(test_the_machine_calls_itself_only_where_the_policy_says_so),
		cmocka_unit_test(test_a_drill_calls_no_service),
		cmocka_unit_test(test_an_ended_card_makes_room_and_no_number_comes_twice),
		cmocka_unit_test(test_handed_over_needs_a_confirmation),
		cmocka_unit_test(test_closing_otherwise_takes_open_cards_back),
		cmocka_unit_test(test_a_returned_call_keeps_its_card),
		cmocka_unit_test(test_a_reopened_call_is_handed_over_anew),
		cmocka_unit_test(test_the_card_that_lies_open_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
