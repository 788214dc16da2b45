/* Which plan is whose: by kind, class, area and hour; and what a plan that changes midway does to a call that waits. */
#include "support/unit.h"

#include <stdio.h>

#include "core/incident.h"
#include "support/incident_kit.h"

#define KIND(kind) (UINT32_C(1) << KIND_##kind)
#define CLASS(class) (UINT32_C(1) << CLASS_##class)
#define HOUR(h) ((h)*60)
/* 1970-01-02 at this minute in China. */
#define AT(minute) (MINUTES(1440 - 480) + MINUTES(minute))

static struct kit k;
static struct policy p;

static struct policy_rule *rule(uint32_t kinds, uint32_t classes, const char *area)
{
	struct policy_rule *r = &p.rules[p.rule_count++];

	r->kinds = kinds;
	r->classes = classes;
	snprintf(r->area, sizeof r->area, "%s", area);
	return r;
}

static void change_offer(struct policy_rule *r, uint32_t offer_s)
{
	r->changes = PLAN_CHANGE(offer_s);
	r->change.offer_s = offer_s;
}

static uint32_t offer_s(enum incident_class class, enum kind kind, const char *area, uint32_t minute)
{
	return policy_plan(&p, class, kind, area, AT(minute))->offer_s;
}

static void test_without_rules_the_class_decides(void **state)
{
	(void)state;
	p = POLICY_DEFAULT;
	for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++)
		for (unsigned kind = 0; kind < KIND_COUNT; kind++)
			assert_ptr_equal(policy_plan(&p, (enum incident_class) class, (enum kind)kind, "440106", AT(0)),
			                 &p.plans[class]);
	/* What no table knows is never less than class 2. */
	assert_ptr_equal(policy_plan(&p, CLASS_NONE, KIND_SOS, "", AT(0)), &p.plans[CLASS_WELFARE]);
	assert_ptr_equal(policy_plan(&p, (enum incident_class)99, (enum kind)99, "", AT(0)), &p.plans[CLASS_WELFARE]);
}

static void test_the_first_rule_that_fits_decides(void **state)
{
	(void)state;
	p = POLICY_DEFAULT;
	change_offer(rule(KIND(SOS) | KIND(FALL), 0, "440106"), 11);
	change_offer(rule(KIND(SOS), 0, ""), 12);
	change_offer(rule(0, CLASS(LIFE), "4401"), 13);
	change_offer(rule(0, 0, "440106003"), 14);
	policy_settle(&p);
	assert_null(policy_check(&p));
	assert_int_equal(offer_s(CLASS_LIFE, KIND_SOS, "440106003001", 0), 11);
	assert_int_equal(offer_s(CLASS_LIFE, KIND_FALL, "440106", 0), 11);
	assert_int_equal(offer_s(CLASS_LIFE, KIND_SOS, "440103001", 0), 12);
	assert_int_equal(offer_s(CLASS_LIFE, KIND_GAS, "440106003001", 0), 13);
	assert_int_equal(offer_s(CLASS_LIFE, KIND_FALL, "440103001", 0), 13);
	assert_int_equal(offer_s(CLASS_LIFE, KIND_GAS, "4501", 0), 30);
	assert_int_equal(offer_s(CLASS_DEVICE, KIND_LINK, "440106003001", 0), 14);
	/* A home above the area of a rule is not in it, and one without an area is in none. */
	assert_int_equal(offer_s(CLASS_DEVICE, KIND_LINK, "440106", 0), 60);
	assert_int_equal(offer_s(CLASS_DEVICE, KIND_LINK, "", 0), 60);
}

/* Inactivity that nobody answers becomes class 1: then it has the plan of class 1, not the slow one of its kind. */
static void test_a_rule_for_kinds_does_not_follow_a_raised_incident(void **state)
{
	(void)state;
	p = POLICY_DEFAULT;
	change_offer(rule(KIND(INACTIVITY), 0, ""), 600);
	change_offer(rule(KIND(INACTIVITY), CLASS(LIFE), ""), 20);
	policy_settle(&p);
	assert_int_equal(p.rules[0].classes, CLASS(WELFARE));
	assert_int_equal(offer_s(CLASS_WELFARE, KIND_INACTIVITY, "4401", 0), 600);
	assert_int_equal(offer_s(CLASS_LIFE, KIND_INACTIVITY, "4401", 0), 20);
	p.rule_count = 1;
	assert_int_equal(offer_s(CLASS_LIFE, KIND_INACTIVITY, "4401", 0), 30);
}

static void test_a_rule_changes_only_what_it_names(void **state)
{
	struct policy_rule *r;
	struct plan expected;

	(void)state;
	p = POLICY_DEFAULT;
	r = rule(0, CLASS(WELFARE), "");
	r->changes = PLAN_CHANGE(contacts_s) | PLAN_CHANGE(tell);
	r->change = (struct plan){.contacts_s = 90, .tell = TELL_CLOSED, .waves = 77};
	p.plans[CLASS_WELFARE].ring_wider_s = 33;
	policy_settle(&p);
	expected = p.plans[CLASS_WELFARE];
	expected.contacts_s = 90;
	expected.tell = TELL_CLOSED;
	assert_memory_equal(policy_plan(&p, CLASS_WELFARE, KIND_WATER, "4401", AT(0)), &expected, sizeof expected);
	/* An exception from what comes below it: nothing is changed here. */
	p.rule_count = 0;
	memset(p.rules, 0, sizeof p.rules);
	rule(KIND(WATER), 0, "");
	change_offer(rule(0, CLASS(WELFARE), ""), 15);
	policy_settle(&p);
	assert_null(policy_check(&p));
	assert_int_equal(offer_s(CLASS_WELFARE, KIND_WATER, "4401", 0), 60);
	assert_int_equal(offer_s(CLASS_WELFARE, KIND_WANDER, "4401", 0), 15);
}

static void test_a_rule_may_pass_midnight(void **state)
{
	struct policy_rule *r;

	(void)state;
	p = POLICY_DEFAULT;
	r = rule(0, CLASS(LIFE), "");
	change_offer(r, 45);
	r->from_min = HOUR(22);
	r->to_min = HOUR(6);
	policy_settle(&p);
	assert_null(policy_check(&p));
	for (uint32_t minute = 0; minute < 1440; minute++)
		assert_int_equal(offer_s(CLASS_LIFE, KIND_SOS, "", minute), minute >= HOUR(22) || minute < HOUR(6) ? 45 : 30);
	r->from_min = HOUR(9);
	r->to_min = HOUR(17) + 30;
	for (uint32_t minute = 0; minute < 1440; minute++)
		assert_int_equal(offer_s(CLASS_LIFE, KIND_SOS, "", minute),
		                 minute >= HOUR(9) && minute < HOUR(17) + 30 ? 45 : 30);
	r->to_min = r->from_min;
	for (uint32_t minute = 0; minute < 1440; minute++)
		assert_int_equal(offer_s(CLASS_LIFE, KIND_SOS, "", minute), 45);
}

static void test_the_hour_is_the_local_one(void **state)
{
	(void)state;
	p = POLICY_DEFAULT;
	assert_int_equal(policy_minute(&p, 0), 480);
	assert_int_equal(policy_minute(&p, AT(0)), 0);
	assert_int_equal(policy_minute(&p, AT(0) - 1), 1439);
	assert_int_equal(policy_minute(&p, AT(1439) + 59999), 1439);
	assert_int_equal(policy_minute(&p, KIT_START), HOUR(16) + 53);
	p.utc_offset_min = 0;
	assert_int_equal(policy_minute(&p, KIT_START), HOUR(8) + 53);
	assert_int_equal(policy_minute(&p, MINUTES(-1)), 1439);
}

/* ---- what a rule may not say ---- */

static void refused(const char *key, const char *word)
{
	struct policy_place place;
	const char *what;

	policy_settle(&p);
	what = policy_check_at(&p, &place);
	assert_non_null(what);
	assert_non_null(strstr(what, word));
	assert_int_equal(place.rule, 2);
	assert_string_equal(place.key, key);
	assert_non_null(policy_check(&p));
}

#define RULE_REFUSED(kinds, classes, area, change_, key, word) \
	do {                                                       \
		struct policy_rule *r;                                 \
		p = POLICY_DEFAULT;                                    \
		change_offer(rule(KIND(LINK), 0, ""), 90);             \
		r = rule(kinds, classes, area);                        \
		change_;                                               \
		refused(key, word);                                    \
	} while (0)
#define SETS(member, value) (r->changes |= PLAN_CHANGE(member), r->change.member = (value))

/* Neither for everybody, nor for a kind, an area or an hour. */
static void test_no_rule_takes_the_last_step_of_a_class_1_plan(void **state)
{
	(void)state;
	RULE_REFUSED(0, 0, "", SETS(duty_phones_s, 0), "duty_phones_s", "class 1 must end with the duty phones");
	RULE_REFUSED(0, CLASS(LIFE), "", SETS(duty_phones_s, 0), "duty_phones_s", "class 1");
	RULE_REFUSED(KIND(SOS), 0, "", SETS(duty_phones_s, 0), "duty_phones_s", "class 1");
	RULE_REFUSED(KIND(WATER), CLASS(LIFE), "", SETS(duty_phones_s, 0), "duty_phones_s", "class 1");
	RULE_REFUSED(KIND(WATER) | KIND(GAS), 0, "", SETS(duty_phones_s, 0), "duty_phones_s", "class 1");
	RULE_REFUSED(0, 0, "440106", SETS(duty_phones_s, 0), "duty_phones_s", "class 1");
	RULE_REFUSED(0, 0, "", (SETS(duty_phones_s, 0), r->from_min = 1), "duty_phones_s", "class 1");
	RULE_REFUSED(0, 0, "", SETS(duty_turn_s, 0), "duty_turn_s", "comes again");
}

static void test_no_rule_takes_the_unattended_dispatch_of_class_1(void **state)
{
	(void)state;
	RULE_REFUSED(0, 0, "", SETS(dispatch_s, 0), "dispatch_s", "class 1 must be dispatched without an operator");
	RULE_REFUSED(KIND(FALL), 0, "440106", (SETS(dispatch_s, 0), r->from_min = HOUR(22)), "dispatch_s", "class 1");
	/* For the other classes both may go. */
	p = POLICY_DEFAULT;
	{
		struct policy_rule *r = rule(KIND(WATER), 0, "");

		SETS(duty_phones_s, 0);
		SETS(dispatch_s, 0);
	}
	policy_settle(&p);
	assert_null(policy_check(&p));
}

static void test_every_plan_that_a_rule_makes_is_checked(void **state)
{
	(void)state;
	RULE_REFUSED(0, 0, "", SETS(dispatch_s, 5), "dispatch_s", "in order");
	RULE_REFUSED(KIND(BATTERY), 0, "", SETS(dispatch_s, 60), "dispatch_s", "in order");
	RULE_REFUSED(KIND(BATTERY), 0, "", SETS(ring_wider_s, 0), "ring_wider_s", "1 to 86400");
	RULE_REFUSED(0, CLASS(DEVICE), "", SETS(wave_size, 7), "wave_size", "1 to 6");
	RULE_REFUSED(0, CLASS(DEVICE), "", SETS(waves, 4), "wave_widen", "last wave");
	RULE_REFUSED(0, CLASS(DEVICE), "", SETS(tell, 16), "tell", "opened");
	RULE_REFUSED(KIND(TEST), 0, "", (void)r, "kinds", "ever queued");
	RULE_REFUSED(KIND(NONE), 0, "", (void)r, "kinds", "kinds of alarm");
	RULE_REFUSED(UINT32_C(1) << KIND_COUNT, 0, "", (void)r, "kinds", "kinds of alarm");
	RULE_REFUSED(0, CLASS(NONE), "", (void)r, "kinds", "queued");
	RULE_REFUSED(0, 0, "44010", (void)r, "area", "code");
	RULE_REFUSED(0, 0, "44010a", (void)r, "area", "code");
	RULE_REFUSED(0, 0, "", memset(r->area, '4', sizeof r->area), "area", "code");
	RULE_REFUSED(0, 0, "", r->from_min = 1440, "from", "time of day");
	RULE_REFUSED(0, 0, "", r->to_min = 1440, "to", "time of day");
	RULE_REFUSED(0, 0, "", r->changes = UINT32_C(1) << 31, "", "numbers of a plan");
	p = POLICY_DEFAULT;
	p.rule_count = POLICY_RULES_MAX + 1;
	policy_settle(&p);
	assert_non_null(strstr(policy_check(&p), "64"));
	p.rule_count = POLICY_RULES_MAX;
	policy_settle(&p);
	assert_null(policy_check(&p));
}

/* Plans that nobody has worked out are no plans. */
static void test_a_rule_that_was_not_settled_is_refused(void **state)
{
	(void)state;
	p = POLICY_DEFAULT;
	p.rule_count = 1;
	p.rules[0].classes = CLASS(LIFE);
	assert_non_null(policy_check(&p));
}

/* ---- a plan that changes while a call waits ---- */

static void pressed(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	assert_int_equal(kit_press(&k, &a), MOVE);
}

static int due_s(void)
{
	return (int)((k.inc.plan_due_ms - KIT_START) / 1000);
}

/* Lets whatever comes first ring, then the plan's own clock. */
static void rings(int at_s, const char *said)
{
	assert_int_equal(due_s(), at_s);
	while (incident_next_due(&k.inc) < k.inc.plan_due_ms)
		assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, said);
}

static void start(enum kind kind)
{
	kit_init(&k);
	pressed(kind);
}

static void test_a_rule_is_the_plan_of_a_call(void **state)
{
	struct policy_rule *r;

	(void)state;
	kit_init(&k);
	p = POLICY_DEFAULT;
	r = rule(KIND(SOS), 0, "440106");
	r->from_min = HOUR(16);
	r->to_min = HOUR(17);
	SETS(ring_wider_s, 4);
	SETS(contacts_s, 70);
	SETS(offer_s, 17);
	policy_settle(&p);
	k.policy = p;
	pressed(KIND_SOS);
	rings(4, "rung_neighbours rung_supervisor");
	rings(30, "dispatched_unattended offered offered");
	assert_int_equal(k.inc.jobs[0].offers[0].until_ms, KIT_START + SECONDS(30 + 17));
	assert_int_equal(due_s(), 70);
	kit_init(&k);
	k.policy = p;
	pressed(KIND_FALL);
	assert_int_equal(due_s(), 10);
}

static void test_a_due_time_in_a_record_stands(void **state)
{
	(void)state;
	start(KIND_SOS);
	rings(10, "rung_neighbours rung_supervisor");
	k.policy.plans[CLASS_LIFE].ring_wider_s = 5;
	k.policy.plans[CLASS_LIFE].dispatch_s = 20;
	k.policy.plans[CLASS_LIFE].contacts_s = 80;
	assert_null(policy_check(&k.policy));
	/* The step itself keeps its time; the new plan counts from the one after it. */
	rings(30, "dispatched_unattended offered offered");
	rings(80, "contacts_asked");
	rings(90, "duty_phones");
}

static void test_a_lost_step_is_passed_over(void **state)
{
	(void)state;
	start(KIND_SOS);
	rings(10, "rung_neighbours rung_supervisor");
	rings(30, "dispatched_unattended offered offered");
	assert_int_equal(k.inc.plan_step, PLAN_CONTACTS);
	k.policy.plans[CLASS_LIFE].contacts_s = 0;
	rings(60, "step_skipped"); /* contacts are no longer asked: the duty phones at their time */
	assert_int_equal(kit_line(&k, LINE_STEP_SKIPPED)->number, PLAN_CONTACTS);
	rings(90, "duty_phones");
	rings(150, "duty_phones dispatched_unattended offered offered");
}

static void test_a_step_that_the_new_plan_had_before_runs_at_once(void **state)
{
	(void)state;
	start(KIND_SOS);
	rings(10, "rung_neighbours rung_supervisor");
	rings(30, "dispatched_unattended offered offered");
	k.policy.plans[CLASS_LIFE].contacts_s = 0;
	k.policy.plans[CLASS_LIFE].duty_phones_s = 40;
	rings(60, "step_skipped duty_phones");
	rings(120, "duty_phones");
}

/* A plan without the last step it had: what it ends with comes again. When the step comes back it goes on from there. */
static void test_a_plan_that_lost_its_last_step_rings_on(void **state)
{
	(void)state;
	start(KIND_WATER);
	rings(60, "rung_neighbours rung_supervisor");
	rings(600, "duty_phones");
	k.policy.plans[CLASS_WELFARE].duty_phones_s = 0;
	rings(900, "step_skipped rung_neighbours rung_supervisor");
	assert_int_equal(k.inc.plan_step, PLAN_DUTY_PHONES);
	rings(1200, "step_skipped rung_neighbours rung_supervisor");
	k.policy.plans[CLASS_WELFARE].duty_phones_s = 600;
	rings(1500, "duty_phones");
	assert_int_equal(k.inc.duty_turn, 2);
}

/* 16:53:20 it began; from 16:55 to 17:10 nobody wants the duty phones to ring for water. */
static void test_the_hour_changes_the_plan_midway(void **state)
{
	struct policy_rule *r;

	(void)state;
	kit_init(&k);
	p = POLICY_DEFAULT;
	r = rule(KIND(WATER), 0, "");
	r->from_min = HOUR(16) + 55;
	r->to_min = HOUR(17) + 10;
	SETS(duty_phones_s, 0);
	SETS(ring_wider_s, 120);
	policy_settle(&p);
	k.policy = p;
	pressed(KIND_WATER);
	rings(60, "rung_neighbours rung_supervisor");
	rings(600, "step_skipped rung_neighbours rung_supervisor");
	rings(900, "step_skipped rung_neighbours rung_supervisor");
	rings(1200, "duty_phones"); /* 17:13:20 */
	rings(1500, "duty_phones");
}

/* A night plan that sends nobody hands over to a day plan that does: its earlier steps are made up for, in order. */
static void test_steps_that_a_plan_gains_are_made_up_for(void **state)
{
	(void)state;
	start(KIND_WATER);
	k.policy.plans[CLASS_WELFARE].duty_phones_s = 0;
	rings(60, "rung_neighbours rung_supervisor");
	rings(360, "rung_neighbours rung_supervisor");
	k.policy.plans[CLASS_WELFARE].contacts_s = 120;
	k.policy.plans[CLASS_WELFARE].duty_phones_s = 300;
	rings(660, "rung_neighbours rung_supervisor");
	rings(120, "contacts_asked");
	rings(300, "duty_phones");
	rings(960, "duty_phones");
}

/* Fewer waves than the job has had: it fails in the open, and those above are called. */
static void test_a_job_whose_plan_lost_its_waves_fails_loudly(void **state)
{
	(void)state;
	kit_init(&k);
	k.world.operators_ready = false;
	pressed(KIND_SOS);
	kit_run_s(&k, 31);
	assert_int_equal(k.inc.jobs[0].wave, 2);
	k.policy.plans[CLASS_LIFE].waves = 1;
	kit_run_s(&k, 30);
	assert_int_equal(k.inc.jobs[0].state, JOB_FAILED);
	assert_int_equal(k.inc.jobs[0].wave, 2);
	assert_non_null(kit_line(&k, LINE_JOB_FAILED));
}

/* ---- any plan after any other ---- */

static uint64_t dice;

static uint32_t some_s(uint32_t least, bool may_be_none)
{
	if (may_be_none && kit_random(&dice) % 3 == 0)
		return 0;
	return least + (uint32_t)(kit_random(&dice) % 200);
}

static void another_plan(struct plan *plan, bool life)
{
	plan->ring_wider_s = some_s(1, false);
	plan->dispatch_s = some_s(plan->ring_wider_s, !life);
	plan->contacts_s = some_s(plan->ring_wider_s + 200, true);
	plan->duty_phones_s = some_s(plan->ring_wider_s + 400, !life);
	plan->duty_turn_s = some_s(1, false);
}

/* Whatever the reloads and the hours do: no step backwards, and never more than duty_turn_s or the plan's own times without
 * a step. */
static void test_no_plan_steps_backwards_or_stalls(void **state)
{
	static const enum kind KINDS[] = {KIND_SOS, KIND_WATER, KIND_SERVICE, KIND_POWER};

	(void)state;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		enum kind kind = KINDS[seed % COUNT_OF(KINDS)];
		enum incident_class class = kind_class(kind);
		uint32_t at_once = 0;

		dice = seed;
		start(kind);
		k.world.candidate_count = 0; /* only the plan's clock runs */
		k.world.has_contacts = seed % 2 == 0;
		for (int step = 0; step < 40; step++) {
			enum plan_step before = k.inc.plan_step;
			ms_t now_ms = k.world.now_ms;

			do
				another_plan(&k.policy.plans[class], class == CLASS_LIFE);
			while (policy_check(&k.policy) != NULL);
			assert_int_equal(kit_ring(&k), MOVE);
			assert_true(k.inc.plan_step >= before);
			assert_true(k.said[0] != '\0');
			assert_true(k.inc.plan_due_ms != 0 && k.inc.plan_due_ms <= k.world.now_ms + SECONDS(800));
			at_once = k.world.now_ms == now_ms ? at_once + 1 : 0;
			assert_true(at_once < PLAN_STEP_COUNT);
		}
		assert_int_equal(k.inc.state, INCIDENT_WAITING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_rules_the_class_decides),
		cmocka_unit_test(test_the_first_rule_that_fits_decides),
		cmocka_unit_test(test_a_rule_for_kinds_does_not_follow_a_raised_incident),
		cmocka_unit_test(test_a_rule_changes_only_what_it_names),
		cmocka_unit_test(test_a_rule_may_pass_midnight),
		cmocka_unit_test(test_the_hour_is_the_local_one),
		cmocka_unit_test(test_no_rule_takes_the_last_step_of_a_class_1_plan),
		cmocka_unit_test(test_no_rule_takes_the_unattended_dispatch_of_class_1),
		cmocka_unit_test(test_every_plan_that_a_rule_makes_is_checked),
		cmocka_unit_test(test_a_rule_that_was_not_settled_is_refused),
		cmocka_unit_test(test_a_rule_is_the_plan_of_a_call),
		cmocka_unit_test(test_a_due_time_in_a_record_stands),
		cmocka_unit_test(test_a_lost_step_is_passed_over),
		cmocka_unit_test(test_a_step_that_the_new_plan_had_before_runs_at_once),
		cmocka_unit_test(test_a_plan_that_lost_its_last_step_rings_on),
		cmocka_unit_test(test_the_hour_changes_the_plan_midway),
		cmocka_unit_test(test_steps_that_a_plan_gains_are_made_up_for),
		cmocka_unit_test(test_a_job_whose_plan_lost_its_waves_fails_loudly),
		cmocka_unit_test(test_no_plan_steps_backwards_or_stalls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
