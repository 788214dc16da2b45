/* Whoever was in danger yesterday is called today. */
#include "support/unit.h"

#include "core/incident.h"
#include "support/incident_kit.h"

#define DAY_MS INT64_C(86400000)

static struct kit k;

static void opened(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
}

static void closed(enum kind kind, enum outcome outcome)
{
	opened(kind);
	assert_int_equal(kit_close(&k, "op1", outcome), MOVE);
}

static ms_t local_ms(ms_t at_ms)
{
	return at_ms + MINUTES(k.policy.utc_offset_min);
}

static void test_a_closed_call_for_life_is_followed_on_the_next_local_day(void **state)
{
	static const int64_t CLOCKS[] = {0, 1, DAY_MS / 2, DAY_MS - 1, DAY_MS - MINUTES(480), DAY_MS - MINUTES(480) - 1};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CLOCKS); i++)
		for (uint32_t minute = 0; minute < 1440; minute += 479) {
			ms_t midnight = KIT_START - KIT_START % DAY_MS, due_ms;

			opened(KIND_SOS);
			k.policy.follow_up_min = minute;
			k.world.now_ms = midnight + DAY_MS + CLOCKS[i]; /* any moment of a day */
			assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
			due_ms = k.inc.follow_up_due_ms;
			assert_true(due_ms > k.world.now_ms);
			assert_int_equal(local_ms(due_ms) / DAY_MS, local_ms(k.world.now_ms) / DAY_MS + 1);
			assert_int_equal(local_ms(due_ms) % DAY_MS, MINUTES(minute));
			assert_int_equal(incident_next_due(&k.inc), due_ms);
		}
}

static void test_nobody_is_called_for_a_test_or_to_ask_after_the_dead_or_for_a_battery(void **state)
{
	(void)state;
	closed(KIND_SOS, OUTCOME_FALSE_ALARM);
	assert_int_not_equal(k.inc.follow_up_due_ms, 0);
	closed(KIND_SOS, OUTCOME_TEST);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
	closed(KIND_SOS, OUTCOME_DIED);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
	closed(KIND_WATER, OUTCOME_HELPED_AT_HOME);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
	closed(KIND_SERVICE, OUTCOME_ADVICE);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
	closed(KIND_BATTERY, OUTCOME_TECHNICAL);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
	opened(KIND_SOS);
	k.inc.drill = true;
	assert_int_equal(kit_close(&k, "op1", OUTCOME_DRILL), MOVE);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
}

/* Whoever rings at that home may ring at the person she is afraid of: by rule nobody does. */
static void test_a_silent_call_is_not_called_back_by_rule(void **state)
{
	(void)state;
	closed(KIND_DURESS, OUTCOME_HELPED_AT_HOME);
	assert_int_equal(k.inc.state, INCIDENT_CLOSED);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
}

static void test_it_comes_again_every_minute_until_it_stands(void **state)
{
	(void)state;
	closed(KIND_SOS, OUTCOME_ADVICE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(kit_ring(&k), MOVE);
		assert_string_equal(k.said, "follow_up_due");
		assert_int_equal(k.inc.state, INCIDENT_CLOSED);
		assert_int_equal(k.inc.follow_up_due_ms, k.world.now_ms + MINUTES(1));
		assert_int_equal(k.out.outbox_count, 0);
	}
	assert_int_equal(kit_step(&k, &(struct event){.type = EVENT_FOLLOW_UP_MADE}), MOVE);
	assert_string_equal(k.said, "follow_up_made");
	assert_int_equal(incident_next_due(&k.inc), 0);
	assert_int_equal(kit_step(&k, &(struct event){.type = EVENT_FOLLOW_UP_MADE}), STAY);
}

static void test_reopened_there_is_nothing_to_follow_yet(void **state)
{
	ms_t due_ms;

	(void)state;
	closed(KIND_SOS, OUTCOME_ADVICE);
	due_ms = k.inc.follow_up_due_ms;
	assert_int_equal(kit_do(&k, EVENT_REOPEN, "op1"), MOVE);
	assert_int_equal(k.inc.follow_up_due_ms, 0);
	assert_int_equal(kit_step(&k, &(struct event){.type = EVENT_FOLLOW_UP_MADE}), STAY);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	assert_int_equal(k.inc.follow_up_due_ms, due_ms);
}

/* A note on a closed record does not put the date off. */
static void test_what_is_written_on_the_closed_record_leaves_the_date_alone(void **state)
{
	ms_t due_ms;

	(void)state;
	closed(KIND_SOS, OUTCOME_ADVICE);
	due_ms = k.inc.follow_up_due_ms;
	kit_wait_s(&k, 3600);
	assert_int_equal(kit_step(&k, &(struct event){.type = EVENT_NOTE, .who = "op1", .text_len = 2, .text = "hi"}),
	                 MOVE);
	assert_int_equal(kit_do(&k, EVENT_OPENED, "op2"), MOVE);
	assert_int_equal(k.inc.follow_up_due_ms, due_ms);
}

/* ---- the call-back itself ---- */

static struct alarm signal_of(uint64_t of)
{
	struct alarm a = kit_alarm("unit1", 99, KIND_FOLLOW_UP);

	a.protocol = PROTOCOL_MANUAL;
	a.raised_ms = 0;
	a.zone = 0;
	a.follow_up_of = of;
	return a;
}

static void test_it_is_work_of_class_3_and_made_once(void **state)
{
	struct alarm a = signal_of(42);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.class, CLASS_GENERAL);
	assert_int_equal(k.inc.kind, KIND_FOLLOW_UP);
	assert_int_equal(k.inc.follow_up_of, 42);
	assert_int_equal(kit_press(&k, &a), STAY);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	assert_int_equal(kit_press(&k, &a), STAY); /* sent again after the end it is still the same */
	assert_int_equal(k.inc.follow_up_due_ms, 0);
}

/* She calls herself before anybody has called her: this is what it is about now. */
static void test_a_press_in_an_open_call_back_rings_everybody_in_class_1(void **state)
{
	struct alarm a = signal_of(42), press = kit_alarm("unit1", 100, KIND_SOS);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_press(&k, &press), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.kind, KIND_SOS);
	assert_string_equal(k.inc.former_owner, "op1");
	assert_int_equal(k.inc.plan_due_ms, k.world.now_ms + SECONDS(10));
	assert_int_equal(k.inc.follow_up_of, 42);
}

/* Yesterday's call-back finds her calling: it is written down there, and is no press of hers. */
static void test_a_call_back_that_joins_an_open_call_is_no_press(void **state)
{
	struct alarm a = signal_of(42), press = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &press), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_NO_CONTACT), MOVE); /* asked for: waits for the second */
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	assert_int_equal(k.inc.repeats, 0);
	assert_int_equal(k.inc.rerung_ms, 0);
	assert_int_equal(k.inc.asked_outcome, OUTCOME_NO_CONTACT);
	assert_int_equal(k.inc.follow_up_of, 42);
}

static void test_only_a_rule_of_ours_follows_anything(void **state)
{
	struct alarm a = signal_of(42);

	(void)state;
	assert_true(alarm_valid(&a));
	a.kind = KIND_SOS;
	assert_false(alarm_valid(&a));
	a = signal_of(42);
	a.protocol = PROTOCOL_NATIVE;
	assert_false(alarm_valid(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_closed_call_for_life_is_followed_on_the_next_local_day),
		cmocka_unit_test(test_nobody_is_called_for_a_test_or_to_ask_after_the_dead_or_for_a_battery),
		cmocka_unit_test(test_a_silent_call_is_not_called_back_by_rule),
		cmocka_unit_test(test_it_comes_again_every_minute_until_it_stands),
		cmocka_unit_test(test_reopened_there_is_nothing_to_follow_yet),
		cmocka_unit_test(test_what_is_written_on_the_closed_record_leaves_the_date_alone),
		cmocka_unit_test(test_it_is_work_of_class_3_and_made_once),
		cmocka_unit_test(test_a_press_in_an_open_call_back_rings_everybody_in_class_1),
		cmocka_unit_test(test_a_call_back_that_joins_an_open_call_is_no_press),
		cmocka_unit_test(test_only_a_rule_of_ours_follows_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
