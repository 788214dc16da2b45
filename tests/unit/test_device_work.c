/* A home whose unit does not work cannot call: mended in time, or something is put in its place. */
#include "support/unit.h"

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;

static void opened(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
}

static enum verdict substitute(const char *who, const char *text)
{
	struct event ev = {.type = EVENT_SUBSTITUTE, .text_len = (uint16_t)strlen(text)};

	memcpy(ev.text, text, strlen(text));
	assert_true(text_copy(ev.who, sizeof ev.who, slice_str(who)));
	return kit_step(&k, &ev);
}

static void test_what_needs_a_technician_has_two_hours_and_what_ends_by_itself_has_not(void **state)
{
	static const enum kind WORK[] = {KIND_BATTERY, KIND_TAMPER,     KIND_PENDANT_LOST,
	                                 KIND_REPAIR,  KIND_COMMISSION, KIND_MISSED_TEST};
	static const enum kind NONE[] = {KIND_POWER, KIND_LINK, KIND_SERVICE, KIND_WATER, KIND_SOS};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WORK); i++) {
		opened(WORK[i]);
		assert_int_equal(k.inc.class, CLASS_DEVICE);
		assert_int_equal(k.inc.repair_due_ms, KIT_START + MINUTES(120));
	}
	for (size_t i = 0; i < COUNT_OF(NONE); i++) {
		opened(NONE[i]);
		assert_int_equal(k.inc.repair_due_ms, 0);
	}
}

static void test_not_mended_in_time_the_supervisor_rings_until_something_is_done(void **state)
{
	(void)state;
	opened(KIND_BATTERY);
	kit_run_s(&k, 7199);
	assert_false(k.inc.repair_overdue || k.inc.ring_supervisor);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "repair_overdue rung_supervisor");
	assert_true(k.inc.repair_overdue && k.inc.ring_supervisor);
	assert_int_equal(k.inc.repair_due_ms, k.world.now_ms + MINUTES(120));
	kit_run_s(&k, 7200);
	assert_int_equal(kit_line(&k, LINE_REPAIR_OVERDUE)->at_ms, k.world.now_ms);
	/* Somebody works on it: the clock is about the home, and runs on. */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_true(k.inc.repair_overdue);
	kit_run_s(&k, 7200);
	assert_true(k.inc.ring_supervisor);
}

static void test_a_substitute_stops_the_clock_and_needs_a_word(void **state)
{
	(void)state;
	opened(KIND_REPAIR);
	kit_run_s(&k, 7200);
	assert_int_equal(substitute("op1", ""), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_REASON);
	assert_int_equal(substitute("op1", "lent"), MOVE);
	assert_string_equal(k.said, "substitute");
	assert_string_equal(kit_line(&k, LINE_SUBSTITUTE)->who, "op1");
	assert_int_equal(kit_line(&k, LINE_SUBSTITUTE)->text_len, 4);
	assert_int_equal(k.inc.repair_due_ms, 0);
	assert_false(k.inc.repair_overdue || k.inc.ring_supervisor);
	assert_int_not_equal(k.inc.state, INCIDENT_CLOSED); /* it is still to be mended */
	{
		struct alarm again = kit_alarm("unit1", 8, KIND_BATTERY);

		assert_int_equal(kit_press(&k, &again), MOVE); /* the same unit, and there is a substitute */
		assert_int_equal(k.inc.repair_due_ms, 0);
	}
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_TECHNICAL), MOVE);
	assert_int_equal(incident_next_due(&k.inc), 0);
}

static void test_an_owner_is_asked_before_a_stranger_says_it_is_done(void **state)
{
	(void)state;
	opened(KIND_REPAIR);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(substitute("op2", "lent"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NOT_OWNER);
	k.world.actor_supervisor = true;
	assert_int_equal(substitute("op2", "lent"), MOVE);
}

static void test_a_call_for_help_has_no_such_clock(void **state)
{
	struct alarm press = kit_alarm("unit1", 8, KIND_SOS);

	(void)state;
	opened(KIND_BATTERY);
	kit_run_s(&k, 7200);
	assert_true(k.inc.repair_overdue);
	assert_int_equal(kit_press(&k, &press), MOVE);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.repair_due_ms, 0);
	assert_false(k.inc.repair_overdue);
	assert_int_equal(substitute("op1", "lent"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_WRONG_STATE);
}

/* The mains fail first, then the battery: from then on somebody must come. */
static void test_a_fault_that_joins_starts_the_clock_from_when_it_came(void **state)
{
	struct alarm battery = kit_alarm("unit1", 8, KIND_BATTERY), tamper = kit_alarm("unit1", 9, KIND_TAMPER);

	(void)state;
	opened(KIND_POWER);
	kit_wait_s(&k, 600);
	assert_int_equal(kit_press(&k, &battery), MOVE);
	assert_int_equal(k.inc.repair_due_ms, KIT_START + MINUTES(130));
	kit_wait_s(&k, 600);
	assert_int_equal(kit_press(&k, &tamper), MOVE);
	assert_int_equal(k.inc.repair_due_ms, KIT_START + MINUTES(130)); /* the first fault's time stands */
}

static void test_shelved_it_comes_back_when_its_time_is_over_and_rings(void **state)
{
	struct event ev = {.type = EVENT_SHELVE, .who = "op1", .seconds = 28800, .text = "x", .text_len = 1};

	(void)state;
	opened(KIND_BATTERY);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.aside, ASIDE_SHELVED);
	kit_run_s(&k, 7200);
	assert_true(k.inc.repair_overdue);
	assert_int_equal(k.inc.aside, ASIDE_NONE);
	assert_true(k.inc.ring_supervisor); /* as the timeline says */
}

static void test_reopened_it_has_its_time_again(void **state)
{
	(void)state;
	opened(KIND_REPAIR);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_TECHNICAL), MOVE);
	assert_int_equal(k.inc.repair_due_ms, 0);
	kit_wait_s(&k, 3600);
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op1"), MOVE);
	assert_int_equal(k.inc.repair_due_ms, k.world.now_ms + MINUTES(120));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_needs_a_technician_has_two_hours_and_what_ends_by_itself_has_not),
		cmocka_unit_test(test_not_mended_in_time_the_supervisor_rings_until_something_is_done),
		cmocka_unit_test(test_a_substitute_stops_the_clock_and_needs_a_word),
		cmocka_unit_test(test_an_owner_is_asked_before_a_stranger_says_it_is_done),
		cmocka_unit_test(test_a_call_for_help_has_no_such_clock),
		cmocka_unit_test(test_a_fault_that_joins_starts_the_clock_from_when_it_came),
		cmocka_unit_test(test_shelved_it_comes_back_when_its_time_is_over_and_rings),
		cmocka_unit_test(test_reopened_it_has_its_time_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
