/* What a press does: it opens, joins, is known again, or puts back what the store forgot. */
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
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
}

/* ---- opening ---- */

static void test_a_press_opens_and_rings_and_tells_the_contact(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	pressed(KIND_SOS);
	assert_string_equal(k.said, "alarm contact_told rung_operators");
	assert_int_equal(k.inc.id, alarm_hash(&a));
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.kind, KIND_SOS);
	assert_string_equal(k.inc.household, "hh1");
	assert_string_equal(k.inc.area, "440106001");
	assert_string_equal(k.inc.device, "unit1");
	assert_int_equal(k.inc.opened_ms, KIT_START);
	assert_int_equal(k.inc.plan_step, PLAN_RING_WIDER);
	assert_int_equal(incident_next_due(&k.inc), KIT_START + SECONDS(10));
	assert_int_equal(kit_outbox(&k, OUTBOX_CONTACT_TOLD), 1);
	assert_int_equal(k.out.outbox_count, 1);
	assert_false(k.inc.restored);
	assert_int_equal(kit_line(&k, LINE_ALARM)->kind, KIND_SOS);
	assert_int_equal(kit_line(&k, LINE_ALARM)->protocol, PROTOCOL_NATIVE);
	assert_string_equal(kit_line(&k, LINE_ALARM)->subject, "unit1");
}

static void test_no_contact_is_told_where_none_is_named_or_the_plan_says_no(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	kit_init(&k);
	k.world.has_contacts = false;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.out.outbox_count, 0);
	pressed(KIND_SERVICE);
	assert_int_equal(k.inc.class, CLASS_GENERAL);
	assert_int_equal(k.out.outbox_count, 0);
}

static void test_duress_is_silent(void **state)
{
	(void)state;
	pressed(KIND_DURESS);
	assert_true(k.inc.silent);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.out.outbox_count, 0); /* contacts are told only by a person */
	kit_run_s(&k, 60);
	assert_null(kit_line(&k, LINE_CONTACTS_ASKED));
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(k.inc.voice_due_ms, 0); /* and nobody is made to call back */
}

/* An unknown device is a matter for a person: class 2, whatever it sends. */
static void test_an_unknown_device_is_quarantined(void **state)
{
	static const enum kind KINDS[] = {KIND_SOS, KIND_BATTERY, KIND_UNKNOWN};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		struct alarm a = kit_alarm("dc09.9999", 7, KINDS[i]);

		kit_init(&k);
		k.world.household[0] = '\0';
		assert_int_equal(kit_press(&k, &a), MOVE);
		assert_string_equal(k.said, "alarm quarantined rung_operators");
		assert_true(k.inc.quarantine);
		assert_int_equal(k.inc.class, CLASS_WELFARE);
		assert_int_equal(k.inc.kind, KINDS[i]);
		assert_int_equal(k.out.outbox_count, 0);
		/* Nobody is sent by rule to an address that nobody knows. */
		kit_run_s(&k, 3600);
		assert_int_equal(k.inc.job_count, 0);
		assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
		assert_int_equal(k.inc.voice_due_ms, 0);
	}
}

static void test_a_code_that_no_table_explains_is_shown(void **state)
{
	struct alarm a = kit_alarm("dc09.1234", 0, KIND_UNKNOWN);

	(void)state;
	a.protocol = PROTOCOL_DC09;
	a.code_unknown = true;
	a.raw_len = 3;
	memcpy(a.raw, "raw", 3);
	assert_true(text_copy(a.code, sizeof a.code, slice_str("E999")));
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "alarm unknown_code contact_told rung_operators");
	assert_int_equal(k.inc.class, CLASS_WELFARE);
	assert_string_equal(k.inc.protocol_code, "E999");
	assert_int_equal(k.inc.alarms[0].alarm, alarm_hash(&a));
}

/* Tests are recorded elsewhere; a cause that is gone is nothing to open a call for. */
static void test_what_opens_nothing(void **state)
{
	struct alarm test = kit_alarm("unit1", 7, KIND_TEST);
	struct alarm restore = kit_alarm("unit1", 8, KIND_SMOKE);

	(void)state;
	restore.restore = true;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &test), STAY);
	assert_int_equal(kit_press(&k, &restore), STAY);
	pressed(KIND_SOS);
	assert_int_equal(kit_press(&k, &test), STAY);
}

static void test_a_malformed_alarm_is_refused(void **state)
{
	struct alarm a = kit_alarm("unit1", 0, KIND_SOS);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_BAD_REQUEST);
}

/* What the registry says is not ours to trust: an id that no record can hold is as good as none. */
static void test_an_unfit_household_is_quarantine_not_a_crash(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	kit_init(&k);
	strcpy(k.world.household, "hh 1");
	strcpy(k.world.area, "44x");
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_true(k.inc.quarantine);
	assert_string_equal(k.inc.area, "44");
}

/* ---- copies ---- */

static void test_a_copy_rings_nobody_twice(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	pressed(KIND_SOS);
	a.tries = 3;
	a.battery_pct = 12;
	assert_int_equal(kit_press(&k, &a), STAY);
	a.heard = STEP_STORED;
	assert_int_equal(kit_press(&k, &a), STAY);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	a.heard = STEP_ANSWERED;
	assert_int_equal(kit_press(&k, &a), STAY);
	/* The record may know less of the journey than the device; somebody has it all the same. */
	a.heard = STEP_ARRIVED;
	assert_int_equal(kit_press(&k, &a), STAY);
	assert_int_equal(k.inc.repeats, 0);
}

static void test_each_part_of_the_identity_counts(void **state)
{
	struct alarm a[5];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(a); i++)
		a[i] = kit_alarm("unit1", 7, KIND_SOS);
	a[0].id = 8;
	a[1].kind = KIND_PANIC;
	a[2].zone = 2;
	a[3].raised_ms++;
	a[4] = kit_alarm("pendant1", 7, KIND_SOS);
	for (size_t i = 0; i < COUNT_OF(a); i++) {
		pressed(KIND_SOS);
		assert_int_equal(kit_press(&k, &a[i]), MOVE);
		assert_int_equal(k.inc.repeats, 1);
		assert_int_equal(kit_press(&k, &a[i]), STAY);
	}
}

/* Without an id the record knows no copy: the store does, from the last one on, and lets only new presses come here. */
static void test_a_message_without_an_id_is_a_press(void **state)
{
	struct alarm a = kit_alarm("dc09.1234", 0, KIND_SOS);

	(void)state;
	a.protocol = PROTOCOL_DC09;
	a.raw_len = 5;
	memcpy(a.raw, "bytes", 5);
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.repeats, 1);
	assert_int_equal(k.inc.alarm_count, 1);
}

static void test_the_last_alarms_are_kept(void **state)
{
	(void)state;
	pressed(KIND_SOS);
	for (uint64_t id = 100; id < 100 + ALARMS_MAX; id++) {
		struct alarm a = kit_alarm("unit1", id, KIND_SOS);

		assert_int_equal(kit_press(&k, &a), MOVE);
	}
	assert_int_equal(k.inc.alarm_count, ALARMS_MAX);
	assert_int_equal(k.inc.alarms[0].alarm, 100);
	assert_int_equal(k.inc.repeats, ALARMS_MAX);
}

/* ---- what the store forgot ---- */

static void test_a_store_that_had_forgotten_says_so(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	a.heard = STEP_STORED;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_true(k.inc.restored);
	assert_string_equal(k.said, "alarm restored contact_told rung_operators");
	assert_int_equal(kit_line(&k, LINE_RESTORED)->number, STEP_STORED);
	assert_int_equal(kit_press(&k, &a), STAY);
}

/* The device heard "answered", and here nobody has it: the claim was cut away. It rings anew, once. */
static void test_a_forgotten_claim_is_put_back(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	pressed(KIND_SOS);
	kit_run_s(&k, 20);
	a.heard = STEP_ANSWERED;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "restored rung_operators");
	assert_true(k.inc.restored);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.waiting_since_ms, k.world.now_ms);
	assert_int_equal(k.inc.plan_step, PLAN_RING_WIDER);
	assert_int_equal(kit_press(&k, &a), STAY);
	/* Once it has heard more, it is told less; until then its copies change nothing. */
	a.heard = STEP_ARRIVED;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_press(&k, &a), STAY);
}

/* An owner lost in good order is not forgotten: the device has heard no more than what was true. */
static void test_a_returned_call_is_not_put_back_with_every_copy(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	a.heard = STEP_ANSWERED;
	assert_int_equal(kit_press(&k, &a), STAY);
	assert_false(k.inc.restored);
}

/* ---- joining ---- */

static void test_another_press_joins_and_is_counted(void **state)
{
	struct alarm a = kit_alarm("unit1", 8, KIND_SOS);

	(void)state;
	pressed(KIND_SOS);
	kit_wait_s(&k, 3);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "repeat");
	assert_int_equal(k.inc.repeats, 1);
	assert_int_equal(kit_line(&k, LINE_REPEAT)->number, 1);
	assert_int_equal(k.inc.last_alarm_ms, KIT_START + SECONDS(3));
	assert_int_equal(incident_next_due(&k.inc), KIT_START + SECONDS(10)); /* it delays nothing */
	a.id = 9;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_line(&k, LINE_REPEAT)->number, 2);
}

static void test_a_less_urgent_alarm_joins_quietly(void **state)
{
	struct alarm a = kit_alarm("unit1", 8, KIND_BATTERY);

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "repeat");
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.kind, KIND_SOS);
	assert_int_equal(k.inc.rerung_ms, 0);
}

static void test_a_more_urgent_alarm_raises_a_waiting_call(void **state)
{
	struct alarm a = kit_alarm("pendant1", 8, KIND_SOS);

	(void)state;
	pressed(KIND_BATTERY);
	kit_wait_s(&k, 7000);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "repeat raised contact_told rung_operators");
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.kind, KIND_SOS);
	assert_int_equal(kit_line(&k, LINE_RAISED)->number, CLASS_LIFE);
	/* Its plan starts now; not with everything that a class 1 call of two hours ago would be due for. */
	assert_int_equal(incident_next_due(&k.inc), k.world.now_ms + SECONDS(10));
	assert_int_equal(k.inc.opened_ms, KIT_START);
	assert_string_equal(k.inc.former_owner, "");
}

static void test_a_more_urgent_alarm_takes_an_answered_call_back(void **state)
{
	struct alarm a = kit_alarm("smoke1", 8, KIND_SMOKE);

	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_string_equal(k.inc.owner, "");
	assert_string_equal(k.inc.former_owner, "op1");
	assert_false(k.inc.spoke); /* that was about something else */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(k.inc.voice_due_ms, k.world.now_ms + SECONDS(120));
}

static void test_duress_makes_an_open_call_silent(void **state)
{
	struct alarm a = kit_alarm("unit1", 8, KIND_DURESS);

	(void)state;
	answered(KIND_SOS);
	assert_int_not_equal(k.inc.voice_due_ms, 0);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_true(k.inc.silent);
	assert_int_equal(k.inc.voice_due_ms, 0);
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
}

/* ---- pressing again while somebody has it ---- */

static void pressed_again(void)
{
	struct alarm a = kit_alarm("unit1", 8, KIND_SOS);

	answered(KIND_SOS);
	kit_wait_s(&k, 5);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "repeat");
}

static void test_pressing_again_rings_at_its_owner(void **state)
{
	(void)state;
	pressed_again();
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	assert_string_equal(k.inc.owner, "op1");
	assert_int_equal(k.inc.rerung_ms, KIT_START + SECONDS(5));
	assert_int_equal(incident_next_due(&k.inc), KIT_START + SECONDS(15));
	assert_int_equal(kit_do(&k, EVENT_SEEN_REPEAT, "op2"), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NOT_OWNER);
	assert_string_equal(k.out.who, "op1");
	assert_int_equal(kit_do(&k, EVENT_SEEN_REPEAT, "op1"), MOVE);
	assert_int_equal(k.inc.rerung_ms, 0);
	assert_int_equal(k.inc.rerung_due_ms, 0);
	assert_int_equal(kit_do(&k, EVENT_SEEN_REPEAT, "op1"), STAY);
}

/* Nobody knows what an unknown signal means: who has her call hears of it, also of one laid aside. */
static void test_a_lesser_call_for_help_rings_at_its_owner_too(void **state)
{
	struct alarm more = kit_alarm("unit2", 8, KIND_UNKNOWN), power = kit_alarm("unit3", 9, KIND_POWER);

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_press(&k, &power), MOVE);
	assert_int_equal(k.inc.rerung_ms, 0);
	assert_int_equal(kit_do(&k, EVENT_HOLD, "op1"), MOVE);
	assert_int_equal(kit_press(&k, &more), MOVE);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.state, INCIDENT_ANSWERED);
	assert_int_equal(k.inc.rerung_due_ms, k.world.now_ms + SECONDS(10));
}

static void test_unseen_for_ten_seconds_it_rings_everybody(void **state)
{
	(void)state;
	pressed_again();
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(15));
	assert_string_equal(k.said, "rung_operators rung_supervisor");
	assert_true(k.inc.rerung_all);
	assert_string_equal(k.inc.owner, "op1"); /* it is still his until somebody takes it */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_string_equal(k.inc.owner, "op2");
	assert_string_equal(k.inc.former_owner, "op1");
	assert_string_equal(kit_line(&k, LINE_CLAIMED)->subject, "op1");
	assert_false(k.inc.rerung_all);
	assert_int_equal(k.inc.rerung_ms, 0);
}

static void test_a_third_press_does_not_stretch_the_ten_seconds(void **state)
{
	struct alarm a = kit_alarm("unit1", 9, KIND_SOS);

	(void)state;
	pressed_again();
	kit_wait_s(&k, 9);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.rerung_due_ms, KIT_START + SECONDS(15));
}

static void test_taking_it_again_is_seeing_it(void **state)
{
	(void)state;
	pressed_again();
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(k.inc.rerung_ms, 0);
	assert_string_equal(k.inc.owner, "op1");
}

static void test_nobody_there_for_an_unseen_press_calls_above(void **state)
{
	(void)state;
	pressed_again();
	k.world.operators_ready = false;
	k.world.supervisor_ready = false;
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(kit_outbox(&k, OUTBOX_DUTY_PHONE), 1);
}

/* ---- restore, cancel ---- */

static void test_a_cause_that_is_gone_is_noted_once_and_ends_nothing(void **state)
{
	struct alarm a = kit_alarm("smoke1", 9, KIND_SMOKE);

	(void)state;
	pressed(KIND_SMOKE);
	a.restore = true;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_string_equal(k.said, "restore");
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.repeats, 0);
	assert_int_equal(kit_press(&k, &a), STAY);
	/* The same sensor's restore under the id of its own alarm is no copy of that alarm. */
	a = kit_alarm("unit1", 7, KIND_SMOKE);
	a.restore = true;
	assert_int_equal(kit_press(&k, &a), MOVE);
}

static void test_the_resident_cannot_cancel_a_call_away(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS), other = kit_alarm("unit9", 7, KIND_SOS);
	struct event ev = {.type = EVENT_CANCEL, .alarm = &a};
	ms_t due_ms;

	(void)state;
	pressed(KIND_SOS);
	due_ms = incident_next_due(&k.inc);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "resident_cancel");
	assert_true(k.inc.resident_cancelled);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(incident_next_due(&k.inc), due_ms);
	assert_int_equal(kit_step(&k, &ev), STAY);
	ev.alarm = &other;
	assert_int_equal(kit_step(&k, &ev), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NOT_FOUND);
	/* Pressing again says that it was meant. */
	a.id = 8;
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_false(k.inc.resident_cancelled);
}

/* ---- after the end ---- */

static void test_a_closed_call_knows_its_copies_and_takes_no_new_press(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	uint32_t eta;

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	a.heard = STEP_ANSWERED;
	assert_int_equal(kit_press(&k, &a), STAY);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_CLOSED);
	a.id = 8;
	assert_int_equal(kit_press(&k, &a), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_WRONG_STATE);
	a.restore = true;
	assert_int_equal(kit_press(&k, &a), STAY);
}

/* The store was away: she has waited since we heard her, and the plan is as far as it would be. */
static void test_a_press_that_waited_for_the_store_has_waited(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	struct event ev = {.type = EVENT_ALARM, .alarm = &a};

	(void)state;
	kit_init(&k);
	ev.at_ms = k.world.now_ms - SECONDS(40);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.opened_ms, ev.at_ms);
	assert_int_equal(k.inc.waiting_since_ms, ev.at_ms);
	assert_int_equal(kit_line(&k, LINE_ALARM)->at_ms, ev.at_ms);
	assert_int_equal(kit_line(&k, LINE_ALARM)->stored_ms, k.world.now_ms);
	/* 10 s and 30 s are long past: neighbours ring and caregivers are sent at once. */
	kit_run_s(&k, 1);
	assert_true(k.inc.ring_neighbours && k.inc.unattended);
	/* What it does later counts from its own time. */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	assert_int_equal(k.inc.waiting_since_ms, k.world.now_ms);
	/* A time that is still to come is nobody's. */
	kit_init(&k);
	ev.at_ms = k.world.now_ms + 5000;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.opened_ms, k.world.now_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_press_that_waited_for_the_store_has_waited),
		cmocka_unit_test(test_a_press_opens_and_rings_and_tells_the_contact),
		cmocka_unit_test(test_no_contact_is_told_where_none_is_named_or_the_plan_says_no),
		cmocka_unit_test(test_duress_is_silent),
		cmocka_unit_test(test_an_unknown_device_is_quarantined),
		cmocka_unit_test(test_a_code_that_no_table_explains_is_shown),
		cmocka_unit_test(test_what_opens_nothing),
		cmocka_unit_test(test_a_malformed_alarm_is_refused),
		cmocka_unit_test(test_an_unfit_household_is_quarantine_not_a_crash),
		cmocka_unit_test(test_a_copy_rings_nobody_twice),
		cmocka_unit_test(test_each_part_of_the_identity_counts),
		cmocka_unit_test(test_a_message_without_an_id_is_a_press),
		cmocka_unit_test(test_the_last_alarms_are_kept),
		cmocka_unit_test(test_a_store_that_had_forgotten_says_so),
		cmocka_unit_test(test_a_forgotten_claim_is_put_back),
		cmocka_unit_test(test_a_returned_call_is_not_put_back_with_every_copy),
		cmocka_unit_test(test_another_press_joins_and_is_counted),
		cmocka_unit_test(test_a_less_urgent_alarm_joins_quietly),
		cmocka_unit_test(test_a_more_urgent_alarm_raises_a_waiting_call),
		cmocka_unit_test(test_a_more_urgent_alarm_takes_an_answered_call_back),
		cmocka_unit_test(test_duress_makes_an_open_call_silent),
		cmocka_unit_test(test_pressing_again_rings_at_its_owner),
		cmocka_unit_test(test_a_lesser_call_for_help_rings_at_its_owner_too),
		cmocka_unit_test(test_unseen_for_ten_seconds_it_rings_everybody),
		cmocka_unit_test(test_a_third_press_does_not_stretch_the_ten_seconds),
		cmocka_unit_test(test_taking_it_again_is_seeing_it),
		cmocka_unit_test(test_nobody_there_for_an_unseen_press_calls_above),
		cmocka_unit_test(test_a_cause_that_is_gone_is_noted_once_and_ends_nothing),
		cmocka_unit_test(test_the_resident_cannot_cancel_a_call_away),
		cmocka_unit_test(test_a_closed_call_knows_its_copies_and_takes_no_new_press),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
