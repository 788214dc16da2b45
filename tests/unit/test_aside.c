/* Shelving: class 3 and 4 only, with a reason and a time, once, and undone by whatever happens. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "support/incident_kit.h"

static struct kit k;

static void waits(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
}

static enum verdict shelve(const char *who, uint32_t seconds, const char *why)
{
	struct event ev = {.type = EVENT_SHELVE, .seconds = seconds, .text_len = (uint16_t)strlen(why)};

	snprintf(ev.who, sizeof ev.who, "%s", who);
	memcpy(ev.text, why, ev.text_len);
	return kit_step(&k, &ev);
}

static void shelved(enum kind kind)
{
	waits(kind);
	assert_int_equal(shelve("op1", 900, "the shop opens at nine"), MOVE);
	assert_int_equal(k.inc.aside, ASIDE_SHELVED);
}

static void test_a_call_for_help_cannot_be_shelved(void **state)
{
	(void)state;
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		if (kind_class((enum kind)kind) == CLASS_NONE)
			continue;
		waits((enum kind)kind);
		if (k.inc.class > CLASS_WELFARE) {
			assert_int_equal(shelve("op1", 900, "later"), MOVE);
			continue;
		}
		k.world.actor_supervisor = true;
		assert_int_equal(shelve("sup1", 900, "later"), REFUSE);
		assert_int_equal(k.out.refusal, REFUSAL_CALL_FOR_HELP);
	}
	/* An unknown device is a matter for a person, whatever it sent. */
	kit_init(&k);
	k.world.household[0] = '\0';
	struct alarm a = kit_alarm("unit9", 7, KIND_BATTERY);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(shelve("op1", 900, "later"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_CALL_FOR_HELP);
}

static void test_shelving_needs_a_reason_and_a_time_within_bounds(void **state)
{
	(void)state;
	waits(KIND_BATTERY);
	assert_int_equal(shelve("op1", 900, ""), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_REASON);
	assert_int_equal(shelve("op1", 0, "later"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_BAD_REQUEST);
	assert_int_equal(shelve("op1", k.policy.shelve_max_s + 1, "later"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_LIMIT);
	assert_int_equal(k.out.number, k.policy.shelve_max_s);
	assert_int_equal(shelve("op1", k.policy.shelve_max_s, "later"), MOVE);
}

static void test_what_is_shelved_rests_and_is_on_record(void **state)
{
	(void)state;
	shelved(KIND_TAMPER);
	assert_string_equal(k.said, "shelved");
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_string_equal(k.inc.aside_by, "op1");
	assert_int_equal(k.inc.plan_step, PLAN_NONE);
	assert_int_equal(incident_next_due(&k.inc), KIT_START + SECONDS(900));
	assert_int_equal(kit_line(&k, LINE_SHELVED)->number, 900);
	assert_int_equal(kit_line(&k, LINE_SHELVED)->text_len, strlen("the shop opens at nine"));
	assert_string_equal(kit_line(&k, LINE_SHELVED)->who, "op1");
}

static void test_when_the_time_is_up_it_is_back_and_rings(void **state)
{
	(void)state;
	shelved(KIND_SERVICE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(900));
	assert_string_equal(k.said, "back_in_queue rung_operators");
	assert_int_equal(kit_line(&k, LINE_BACK_IN_QUEUE)->number, ASIDE_SHELVED);
	assert_string_equal(kit_line(&k, LINE_BACK_IN_QUEUE)->who, "");
	assert_false(incident_is_aside(&k.inc));
	assert_int_not_equal(k.inc.plan_due_ms, 0);
}

static void test_a_person_puts_it_back(void **state)
{
	(void)state;
	shelved(KIND_SERVICE);
	assert_int_equal(kit_do(&k, EVENT_UNSHELVE, "op2"), MOVE);
	assert_string_equal(k.said, "back_in_queue rung_operators");
	assert_string_equal(kit_line(&k, LINE_BACK_IN_QUEUE)->who, "op2");
	assert_int_equal(kit_do(&k, EVENT_UNSHELVE, "op2"), STAY);
}

static void test_any_change_unshelves_and_looking_does_not(void **state)
{
	struct alarm more = kit_alarm("unit2", 8, KIND_TAMPER), over = kit_alarm("unit1", 9, KIND_TAMPER);
	struct event note = {.type = EVENT_NOTE, .who = "op2", .text_len = 1};
	struct event cut = {.type = EVENT_CUT, .who = "op2", .entry = 7, .cmd = 99, .count = LINE_CLAIMED};

	(void)state;
	shelved(KIND_TAMPER);
	assert_int_equal(kit_do(&k, EVENT_OPENED, "op2"), MOVE);
	assert_int_equal(kit_step(&k, &note), MOVE);
	assert_int_equal(kit_step(&k, &cut), MOVE);
	assert_int_equal(k.inc.aside, ASIDE_SHELVED);
	assert_int_equal(kit_press(&k, &more), MOVE);
	assert_false(incident_is_aside(&k.inc));
	shelved(KIND_TAMPER);
	over.restore = true;
	assert_int_equal(kit_press(&k, &over), MOVE);
	assert_string_equal(k.said, "restore back_in_queue rung_operators");
	shelved(KIND_TAMPER);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_false(incident_is_aside(&k.inc));
	assert_string_equal(k.inc.owner, "op2");
}

static void test_a_call_for_help_joining_what_is_shelved_waits_in_its_class_and_rings(void **state)
{
	struct alarm a = kit_alarm("unit1", 8, KIND_SOS);

	(void)state;
	shelved(KIND_BATTERY);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_false(incident_is_aside(&k.inc));
	assert_string_equal(k.said, "repeat raised contact_told back_in_queue rung_operators");
	assert_int_equal(k.inc.plan_step, PLAN_RING_WIDER);
}

static void test_what_somebody_has_is_shelved_by_them_or_a_supervisor(void **state)
{
	(void)state;
	waits(KIND_SERVICE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(shelve("op2", 900, "later"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NOT_OWNER);
	assert_int_equal(shelve("op1", 900, "later"), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_string_equal(k.inc.owner, "");
}

/* Once: shelved again it has a new time, but a storm does not touch what a person said. */
static void test_a_storm_does_not_move_what_a_person_shelved(void **state)
{
	struct event ev = {.type = EVENT_STORM_ASIDE}, over = {.type = EVENT_STORM_RETURN};

	(void)state;
	shelved(KIND_SERVICE);
	k.world.storm_until_ms = KIT_START + SECONDS(7200);
	assert_int_equal(kit_step(&k, &ev), STAY);
	assert_int_equal(kit_step(&k, &over), STAY);
	assert_int_equal(shelve("op2", 60, "sooner"), MOVE);
	assert_int_equal(k.inc.aside_until_ms, KIT_START + SECONDS(60));
	assert_string_equal(k.inc.aside_by, "op2");
}

static void test_out_of_sight_stands_below_its_class(void **state)
{
	uint8_t waiting[ORDER_LEN], answered[ORDER_LEN], aside[ORDER_LEN];

	(void)state;
	waits(KIND_SERVICE);
	incident_order(&k.inc, waiting);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	incident_order(&k.inc, answered);
	assert_int_equal(shelve("op1", 900, "later"), MOVE);
	incident_order(&k.inc, aside);
	assert_true(memcmp(waiting, aside, ORDER_LEN) < 0 && memcmp(answered, aside, ORDER_LEN) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call_for_help_cannot_be_shelved),
		cmocka_unit_test(test_shelving_needs_a_reason_and_a_time_within_bounds),
		cmocka_unit_test(test_what_is_shelved_rests_and_is_on_record),
		cmocka_unit_test(test_when_the_time_is_up_it_is_back_and_rings),
		cmocka_unit_test(test_a_person_puts_it_back),
		cmocka_unit_test(test_any_change_unshelves_and_looking_does_not),
		cmocka_unit_test(test_a_call_for_help_joining_what_is_shelved_waits_in_its_class_and_rings),
		cmocka_unit_test(test_what_somebody_has_is_shelved_by_them_or_a_supervisor),
		cmocka_unit_test(test_a_storm_does_not_move_what_a_person_shelved),
		cmocka_unit_test(test_out_of_sight_stands_below_its_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
