/* One power cut is one incident, however many homes it darkens; and nobody's battery ends unseen. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "support/incident_kit.h"

static struct kit k;
static uint64_t ids;

static enum verdict signal_of(const char *device, bool restore, bool out)
{
	struct alarm a = kit_alarm(device, ++ids, KIND_POWER);

	a.restore = restore;
	k.world.device_out = out;
	return kit_press(&k, &a);
}

static void dark(uint32_t homes)
{
	char device[ID_MAX];

	kit_init(&k);
	k.world.area_wide = true;
	k.world.household[0] = '\0';
	k.world.battery_due_ms = KIT_START + SECONDS(70000);
	for (uint32_t i = 1; i <= homes; i++) {
		snprintf(device, sizeof device, "unit%u", (unsigned)i);
		assert_int_equal(signal_of(device, false, false), MOVE);
	}
}

static void test_a_power_cut_is_one_incident_of_class_4_without_a_household(void **state)
{
	(void)state;
	dark(1);
	assert_string_equal(k.said, "alarm area_joined rung_operators");
	dark(3);
	assert_string_equal(k.said, "area_joined");
	assert_int_equal(k.inc.class, CLASS_DEVICE);
	assert_true(k.inc.area_wide && !k.inc.quarantine);
	assert_string_equal(k.inc.household, "");
	assert_int_equal(k.inc.out_now, 3);
	assert_int_equal(k.inc.out_total, 3);
	assert_int_equal(kit_line(&k, LINE_AREA_JOINED)->number, 3);
	assert_string_equal(kit_line(&k, LINE_AREA_JOINED)->subject, "unit3");
}

static void test_a_device_that_says_it_twice_counts_once(void **state)
{
	(void)state;
	dark(2);
	assert_int_equal(signal_of("unit1", false, true), MOVE);
	assert_string_equal(k.said, "repeat");
	assert_int_equal(k.inc.out_now, 2);
	assert_int_equal(k.inc.out_total, 2);
}

static void test_a_restore_closes_its_own_line_and_no_more(void **state)
{
	(void)state;
	dark(2);
	assert_int_equal(signal_of("unit1", true, true), MOVE);
	assert_string_equal(k.said, "area_left");
	assert_int_equal(k.inc.out_now, 1);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(signal_of("unit1", true, false), STAY); /* it was back already */
	assert_int_equal(k.inc.out_now, 1);
}

static void test_all_back_closes_nothing_and_sinks(void **state)
{
	uint8_t dark_order[ORDER_LEN], over[ORDER_LEN];

	(void)state;
	dark(2);
	incident_order(&k.inc, dark_order);
	assert_int_equal(signal_of("unit1", true, true), MOVE);
	assert_int_equal(signal_of("unit2", true, true), MOVE);
	assert_string_equal(k.said, "area_left area_over");
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.battery_due_ms, 0);
	incident_order(&k.inc, over);
	assert_true(memcmp(dark_order, over, ORDER_LEN) < 0);
	/* And dark again: the same incident, as long as nobody has closed it. */
	k.world.battery_due_ms = KIT_START + SECONDS(70000);
	assert_int_equal(signal_of("unit1", false, false), MOVE);
	assert_int_equal(k.inc.out_now, 1);
	assert_int_equal(k.inc.out_total, 3);
}

static void test_a_thousand_homes_leave_room_for_what_people_wrote(void **state)
{
	struct event note = {.type = EVENT_NOTE, .who = "op1", .text_len = 3};

	(void)state;
	dark(5);
	assert_int_equal(kit_step(&k, &note), MOVE);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(signal_of("unit6", i % 2 != 0, i % 2 != 0), MOVE);
	assert_int_equal(kit_line(&k, LINE_NOTE)->text_len, 3);
	assert_true(k.inc.line_count <= AREA_LINES_MAX + 8);
	assert_int_equal(k.inc.out_total, 505);
	assert_true(k.inc.lines_total > 1005);
}

static void test_when_batteries_end_the_supervisor_rings(void **state)
{
	(void)state;
	dark(3);
	k.world.battery_due_ms = 0; /* the others' fell due with it */
	kit_run_s(&k, 69999);
	assert_false(k.inc.ring_supervisor);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "battery_due rung_supervisor");
	assert_int_equal(kit_line(&k, LINE_BATTERY_DUE)->number, 3);
	assert_true(k.inc.ring_supervisor);
	assert_int_equal(k.inc.battery_due_ms, 0);
	/* Re-armed for the next. */
	dark(2);
	k.inc.battery_due_ms = KIT_START + SECONDS(10);
	k.world.battery_due_ms = KIT_START + SECONDS(20);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.inc.battery_due_ms, KIT_START + SECONDS(20));
}

static void test_when_batteries_end_what_was_set_aside_is_back_and_rings(void **state)
{
	struct event shelve = {.type = EVENT_SHELVE, .who = "op1", .seconds = 28800, .text_len = 1};

	(void)state;
	dark(2);
	k.inc.battery_due_ms = KIT_START + SECONDS(10);
	assert_int_equal(kit_step(&k, &shelve), MOVE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "battery_due back_in_queue rung_operators rung_supervisor");
	assert_true(k.inc.ring_supervisor);
	/* Where somebody has it, it rings at them first. */
	dark(2);
	k.inc.battery_due_ms = KIT_START + SECONDS(10);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.inc.rerung_ms, k.world.now_ms);
	assert_string_equal(k.inc.owner, "op1");
}

static void test_nothing_of_another_cause_joins_an_area(void **state)
{
	(void)state;
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		struct alarm a = kit_alarm("unit9", 9, (enum kind)kind);

		dark(1);
		if (kind == KIND_POWER || kind_class((enum kind)kind) == CLASS_NONE)
			continue;
		assert_int_equal(kit_press(&k, &a), REFUSE);
		assert_int_equal(k.out.refusal, REFUSAL_WRONG_STATE); /* app finds where it belongs */
	}
}

static void test_what_has_been_closed_is_over(void **state)
{
	(void)state;
	dark(2);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_TECHNICAL), MOVE);
	assert_int_equal(k.inc.battery_due_ms, 0);
	assert_int_equal(signal_of("unit1", true, true), STAY);
	assert_int_equal(signal_of("unit3", false, false), REFUSE);
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op1"), REFUSE);
}

/* A panel whose messages have no id says "over" in the same bytes every time. */
static void test_the_same_words_end_the_next_cut_too(void **state)
{
	struct alarm over = {.kind = KIND_POWER,
	                     .protocol = PROTOCOL_DC09,
	                     .battery_pct = 255,
	                     .restore = true,
	                     .device = "dc09.1",
	                     .raw_len = 3,
	                     .raw = "R00",
	                     .code = "R301"};

	(void)state;
	dark(2);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(signal_of("dc09.1", false, false), MOVE);
		k.world.device_out = true;
		assert_int_equal(kit_press(&k, &over), MOVE);
		assert_int_equal(k.inc.out_now, 2);
		k.world.device_out = false;
		assert_int_equal(kit_press(&k, &over), STAY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_power_cut_is_one_incident_of_class_4_without_a_household),
		cmocka_unit_test(test_a_device_that_says_it_twice_counts_once),
		cmocka_unit_test(test_a_restore_closes_its_own_line_and_no_more),
		cmocka_unit_test(test_all_back_closes_nothing_and_sinks),
		cmocka_unit_test(test_a_thousand_homes_leave_room_for_what_people_wrote),
		cmocka_unit_test(test_when_batteries_end_the_supervisor_rings),
		cmocka_unit_test(test_when_batteries_end_what_was_set_aside_is_back_and_rings),
		cmocka_unit_test(test_nothing_of_another_cause_joins_an_area),
		cmocka_unit_test(test_what_has_been_closed_is_over),
		cmocka_unit_test(test_the_same_words_end_the_next_cut_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
