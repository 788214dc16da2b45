/* A drill goes the same way as a call, and ends the moment somebody really calls. What a person enters is a call too. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "support/incident_kit.h"

static struct kit k;
static uint64_t ids;

static struct alarm entered(enum kind kind, bool drill)
{
	struct alarm a = {.id = ++ids,
	                  .kind = kind,
	                  .protocol = PROTOCOL_MANUAL,
	                  .battery_pct = 255,
	                  .drill = drill,
	                  .by = "sup1",
	                  .household = "hh1",
	                  .device = ALARM_NO_DEVICE};

	return a;
}

static void drilled(enum kind kind)
{
	struct alarm a = entered(kind, true);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_true(k.inc.drill);
}

static void test_a_drill_goes_the_same_way_and_tells_nobody_outside(void **state)
{
	(void)state;
	drilled(KIND_SOS);
	assert_string_equal(k.said, "alarm drill rung_operators");
	assert_string_equal(kit_line(&k, LINE_DRILL)->who, "sup1");
	assert_string_equal(kit_line(&k, LINE_ALARM)->who, "sup1");
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "rung_neighbours rung_supervisor");
	assert_int_equal(kit_ring(&k), MOVE);
	assert_non_null(strstr(k.said, "dispatched_unattended"));
	kit_run_s(&k, 120);
	assert_null(kit_line(&k, LINE_CONTACT_TOLD));
	assert_null(kit_line(&k, LINE_CONTACTS_ASKED));
}

static void test_a_real_alarm_ends_the_drill_at_once_and_rings_everybody(void **state)
{
	struct alarm real = kit_alarm("unit1", 5, KIND_FALL);

	(void)state;
	drilled(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_press(&k, &real), MOVE);
	assert_false(k.inc.drill);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(k.inc.kind, KIND_FALL);
	assert_false(k.inc.spoke); /* it was said in an exercise */
	assert_string_equal(k.inc.former_owner, "op1");
	assert_non_null(strstr(k.said, "drill_ended"));
	assert_non_null(strstr(k.said, "rung_operators"));
	assert_non_null(strstr(k.said, "contact_told"));
	assert_string_equal(kit_line(&k, LINE_DRILL_ENDED)->subject, "unit1");
}

/* Somebody "has arrived" in the exercise, 120 "has it", and a daughter "is going": of the real call nobody has heard yet. */
static void test_what_was_done_in_a_drill_is_no_help_in_the_real_call(void **state)
{
	struct alarm real = kit_alarm("unit1", 5, KIND_SOS);
	struct event card = {.type = EVENT_HANDOVER_OPEN, .who = "op1", .service = SERVICE_120};
	struct event answer = {.type = EVENT_CONTACT_ANSWER, .who = "op1", .contact = 1, .answer = CONTACT_ANSWER_GOING};
	uint32_t eta;

	(void)state;
	drilled(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_step(&k, &answer), MOVE);
	assert_int_equal(kit_step(&k, &card), MOVE);
	card.type = EVENT_HANDOVER_CONFIRM;
	card.handover = 1;
	card.text_len = 1;
	assert_int_equal(kit_step(&k, &card), MOVE);
	card.type = EVENT_HANDOVER_OPEN;
	card.service = SERVICE_119;
	assert_int_equal(kit_step(&k, &card), MOVE);

	assert_int_equal(kit_press(&k, &real), MOVE);
	assert_int_equal(incident_device_step(&k.inc, k.world.now_ms, &eta), STEP_STORED);
	assert_int_equal(k.inc.jobs[0].state, JOB_CANCELLED);
	assert_int_equal(k.out.freed_count, 1);
	assert_int_equal(k.inc.jobs[1].state, JOB_OFFERING); /* goes on, as real as the call */
	assert_null(incident_handover_open(&k.inc));
	assert_int_equal(k.inc.contact_answer, CONTACT_ANSWER_NONE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_HANDED_OVER), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_NEEDS_CONFIRMATION);
}

static void test_after_a_drill_it_is_what_the_real_alarm_says(void **state)
{
	(void)state;
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		struct alarm real = kit_alarm("unit1", 5, (enum kind)kind);

		if (kind_class((enum kind)kind) == CLASS_NONE)
			continue;
		drilled(KIND_DURESS);
		assert_int_equal(kit_press(&k, &real), MOVE);
		assert_int_equal(k.inc.class, kind_class((enum kind)kind));
		assert_int_equal(k.inc.silent, kind_silent((enum kind)kind));
		assert_false(k.inc.drill);
	}
}

static void test_what_a_person_enters_for_real_ends_a_drill_too(void **state)
{
	struct alarm real = entered(KIND_SOS, false);

	(void)state;
	drilled(KIND_SOS);
	assert_int_equal(kit_press(&k, &real), MOVE);
	assert_false(k.inc.drill);
}

static void test_no_drill_is_laid_over_a_real_call(void **state)
{
	struct alarm real = kit_alarm("unit1", 5, KIND_BATTERY), drill = entered(KIND_SOS, true);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &real), MOVE);
	assert_int_equal(kit_press(&k, &drill), REFUSE);
	assert_int_equal(k.out.refusal, REFUSAL_BUSY);
	assert_false(k.inc.drill);
}

static void test_more_of_the_drill_stays_a_drill(void **state)
{
	struct alarm more = entered(KIND_FALL, true), over = kit_alarm("unit1", 6, KIND_POWER);

	(void)state;
	drilled(KIND_SOS);
	assert_int_equal(kit_press(&k, &more), MOVE);
	assert_true(k.inc.drill);
	over.restore = true; /* the mains are back: nobody called */
	assert_int_equal(kit_press(&k, &over), MOVE);
	assert_true(k.inc.drill);
}

static void test_only_a_person_can_say_that_it_is_a_drill(void **state)
{
	struct alarm a = kit_alarm("unit1", 5, KIND_SOS);

	(void)state;
	a.drill = true;
	assert_false(alarm_valid(&a));
	a.drill = false;
	snprintf(a.by, sizeof a.by, "op1");
	assert_false(alarm_valid(&a));
	a = entered(KIND_SOS, true);
	assert_true(alarm_valid(&a));
	snprintf(a.by, sizeof a.by, "op 1");
	assert_false(alarm_valid(&a));
}

static void test_what_was_entered_twice_is_one_and_its_text_stands_with_it(void **state)
{
	struct alarm a = entered(KIND_SERVICE, false);
	struct event ev = {.type = EVENT_ALARM, .alarm = &a, .cmd = 77, .text_len = 5, .text = "sealed"};

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "alarm note rung_operators");
	assert_string_equal(kit_line(&k, LINE_NOTE)->who, "sup1");
	assert_int_equal(kit_line(&k, LINE_NOTE)->text_len, 5);
	assert_int_equal(kit_step(&k, &ev), STAY);
	ev.cmd = 0;
	assert_int_equal(kit_step(&k, &ev), STAY); /* and by its own id */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_drill_goes_the_same_way_and_tells_nobody_outside),
		cmocka_unit_test(test_a_real_alarm_ends_the_drill_at_once_and_rings_everybody),
		cmocka_unit_test(test_what_was_done_in_a_drill_is_no_help_in_the_real_call),
		cmocka_unit_test(test_after_a_drill_it_is_what_the_real_alarm_says),
		cmocka_unit_test(test_what_a_person_enters_for_real_ends_a_drill_too),
		cmocka_unit_test(test_no_drill_is_laid_over_a_real_call),
		cmocka_unit_test(test_more_of_the_drill_stays_a_drill),
		cmocka_unit_test(test_only_a_person_can_say_that_it_is_a_drill),
		cmocka_unit_test(test_what_was_entered_twice_is_one_and_its_text_stands_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
