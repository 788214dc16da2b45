/* Nobody reacts: what the plan does, second by second; and every other clock of an incident. */
#include "support/unit.h"

#include <stdio.h>

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;
static char story[8192];

/* Lets everything ring until then and writes it down, "  10 rung_neighbours rung_supervisor". */
static void tell(uint32_t until_s)
{
	size_t len = 0;
	ms_t due_ms;

	story[0] = '\0';
	while (due_ms = incident_next_due(&k.inc), due_ms <= KIT_START + SECONDS(until_s)) {
		assert_int_equal(kit_ring(&k), MOVE);
		len += (size_t)snprintf(story + len, sizeof story - len, "%4d %s\n", (int)((k.world.now_ms - KIT_START) / 1000),
		                        k.said);
		assert_true(len < sizeof story);
	}
}

static void pressed(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	assert_int_equal(kit_press(&k, &a), MOVE);
}

static void test_a_press_that_nobody_answers(void **state)
{
	(void)state;
	kit_init(&k);
	pressed(KIND_SOS);
	tell(260);
	assert_string_equal(story,
	                    "  10 rung_neighbours rung_supervisor\n"
	                    "  30 dispatched_unattended offered offered\n"
	                    "  60 contacts_asked\n"
	                    "  60 offer_expired offer_expired next_wave offered offered offered offered\n"
	                    "  90 duty_phones\n"
	                    "  90 offer_expired offer_expired offer_expired offer_expired next_wave offered offered\n"
	                    " 120 offer_expired offer_expired job_failed\n"
	                    " 150 duty_phones dispatched_unattended offered offered\n"
	                    " 180 offer_expired offer_expired next_wave offered offered offered offered\n"
	                    " 210 duty_phones\n"
	                    " 210 offer_expired offer_expired offer_expired offer_expired next_wave offered offered\n"
	                    " 240 offer_expired offer_expired job_failed\n");
	assert_true(k.inc.ring_neighbours && k.inc.ring_supervisor && k.inc.unattended);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
}

static void test_whom_the_duty_turns_call(void **state)
{
	static const struct {
		enum outbox_what what;
		const char *target;
	} TURNS[] = {
		{OUTBOX_SUPERVISOR_CALL, ""}, {OUTBOX_DUTY_PHONE, "centre"}, {OUTBOX_DUTY_PHONE, "second"},
		{OUTBOX_SUPERVISOR_CALL, ""}, {OUTBOX_DUTY_PHONE, "centre"}, {OUTBOX_DUTY_PHONE, "second"},
	};

	(void)state;
	kit_init(&k);
	k.world.candidate_count = 0;
	pressed(KIND_SOS);
	kit_run_s(&k, 89);
	for (uint32_t turn = 0; turn < COUNT_OF(TURNS); turn++) {
		assert_int_equal(kit_ring(&k), MOVE);
		assert_string_equal(k.said, "duty_phones");
		assert_int_equal(k.world.now_ms, KIT_START + SECONDS(90 + 60 * turn));
		assert_int_equal(k.out.outbox_count, 1);
		assert_int_equal(k.out.outbox[0].what, TURNS[turn].what);
		assert_string_equal(k.out.outbox[0].target, TURNS[turn].target);
		assert_int_equal(k.out.outbox[0].number, turn + 1);
	}
}

/* Class 1 with no operator there: caregivers are sent at once, and whoever else there is rings at once. */
static void test_nobody_on_duty_means_dispatched_at_once(void **state)
{
	(void)state;
	kit_init(&k);
	k.world.operators_ready = false;
	pressed(KIND_SOS);
	assert_string_equal(k.said, "alarm contact_told step_skipped rung_neighbours rung_supervisor dispatched_unattended "
	                            "offered offered");
	assert_int_equal(kit_line(&k, LINE_STEP_SKIPPED)->number, PLAN_RING_OPERATORS);
	assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 2);
	/* Later steps keep their times. */
	assert_int_equal(k.inc.plan_step, PLAN_CONTACTS);
	assert_int_equal(k.inc.plan_due_ms, KIT_START + SECONDS(60));
	assert_true(k.inc.unattended);
}

static void test_nobody_at_all_ends_at_the_duty_phones_at_once(void **state)
{
	(void)state;
	kit_init(&k);
	k.world.operators_ready = false;
	k.world.neighbours_ready = false;
	k.world.supervisor_ready = false;
	k.world.has_contacts = false;
	k.world.candidate_count = 0;
	pressed(KIND_SOS);
	assert_string_equal(k.said, "alarm step_skipped step_skipped step_skipped step_skipped duty_phones");
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(k.inc.plan_due_ms, KIT_START + SECONDS(60));
	assert_int_equal(k.inc.job_count, 0);
}

/* A step that would ring nobody is skipped at once: the next one comes in its place. */
static void test_a_step_that_rings_nobody_gives_its_time_to_the_next(void **state)
{
	(void)state;
	kit_init(&k);
	k.world.neighbours_ready = false;
	k.world.supervisor_ready = false;
	pressed(KIND_SOS);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(10));
	assert_string_equal(k.said, "step_skipped dispatched_unattended offered offered");
	/* Who becomes ready a moment later is rung all the same. */
	assert_true(k.inc.ring_neighbours);
	assert_true(k.inc.ring_supervisor);
}

static void test_somebody_on_the_way_is_not_sent_twice(void **state)
{
	(void)state;
	kit_init(&k);
	pressed(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	tell(100);
	assert_string_equal(story, "  10 rung_neighbours rung_supervisor\n"
	                           "  30 step_skipped\n"
	                           "  60 contacts_asked\n"
	                           "  90 duty_phones\n");
	assert_int_equal(k.inc.job_count, 1);
}

static void test_less_urgent_plans(void **state)
{
	(void)state;
	kit_init(&k);
	pressed(KIND_INACTIVITY);
	tell(1300);
	assert_string_equal(story, "  60 rung_neighbours rung_supervisor\n"
	                           " 600 duty_phones\n"
	                           " 900 duty_phones\n"
	                           "1200 duty_phones\n");
	kit_init(&k);
	pressed(KIND_SERVICE);
	tell(9100);
	assert_string_equal(story, "1800 rung_neighbours rung_supervisor\n"
	                           "5400 rung_neighbours rung_supervisor\n"
	                           "9000 rung_neighbours rung_supervisor\n");
	kit_init(&k);
	k.world.neighbours_ready = false;
	k.world.supervisor_ready = false;
	pressed(KIND_BATTERY);
	tell(30000);
	assert_string_equal(story, "7200 repair_overdue\n14400 step_skipped\n14400 repair_overdue\n21600 repair_overdue\n"
	                           "28800 step_skipped\n28800 repair_overdue\n");
}

/* The daemon was away for an hour: what was due comes, one after the other, and nothing is left out. */
static void test_what_came_due_in_an_outage_is_made_up_for(void **state)
{
	(void)state;
	kit_init(&k);
	pressed(KIND_SOS);
	k.world.now_ms = KIT_START + SECONDS(3600);
	tell(3600);
	assert_string_equal(story, "3600 rung_neighbours rung_supervisor\n"
	                           "3600 dispatched_unattended offered offered\n"
	                           "3600 contacts_asked\n"
	                           "3600 duty_phones\n");
}

static void test_a_deadline_that_is_early_late_or_unknown_changes_nothing(void **state)
{
	struct event ev = {.type = EVENT_DEADLINE, .due_ms = KIT_START + SECONDS(10)};

	(void)state;
	kit_init(&k);
	pressed(KIND_SOS);
	kit_wait_s(&k, 9);
	assert_int_equal(kit_step(&k, &ev), STAY); /* early */
	kit_wait_s(&k, 1);
	ev.due_ms--;
	assert_int_equal(kit_step(&k, &ev), STAY); /* not one of ours */
	ev.due_ms++;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(kit_step(&k, &ev), STAY); /* twice: another daemon was first */
	ev.due_ms = 0;
	assert_int_equal(kit_step(&k, &ev), STAY);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	ev.due_ms = KIT_START + SECONDS(30);
	kit_wait_s(&k, 60);
	assert_int_equal(kit_step(&k, &ev), STAY); /* what it was for has happened */
}

static void test_one_deadline_a_step(void **state)
{
	struct event ev = {.type = EVENT_DEADLINE, .due_ms = KIT_START + SECONDS(60)};

	(void)state;
	kit_init(&k);
	pressed(KIND_SOS);
	kit_run_s(&k, 59);
	kit_wait_s(&k, 1);
	assert_int_equal(kit_step(&k, &ev), MOVE); /* contacts */
	assert_int_equal(incident_next_due(&k.inc), ev.due_ms);
	assert_int_equal(kit_step(&k, &ev), MOVE); /* the offers that ran out at the same moment */
	assert_int_equal(kit_step(&k, &ev), STAY);
}

/* ---- answered ---- */

static void answered(enum kind kind)
{
	kit_init(&k);
	pressed(kind);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
}

/* No voice within two minutes of answering counts as an emergency. */
static void test_no_voice_is_an_emergency_by_itself(void **state)
{
	(void)state;
	answered(KIND_INACTIVITY);
	assert_int_equal(k.inc.voice_due_ms, KIT_START + SECONDS(120));
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "no_voice contact_told rung_supervisor dispatched_unattended offered offered");
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(120));
	assert_true(k.inc.no_voice);
	assert_int_equal(k.inc.class, CLASS_LIFE);
	assert_int_equal(kit_line(&k, LINE_NO_VOICE)->number, CLASS_LIFE);
	assert_string_equal(k.inc.owner, "op1");
	assert_true(k.inc.ring_supervisor);
	assert_int_equal(k.inc.attention_due_ms, k.world.now_ms + SECONDS(300));
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_false(k.inc.no_voice);
	assert_false(k.inc.ring_supervisor);
}

static void test_no_voice_sends_nobody_where_somebody_is_sent(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg2", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg2", 1), MOVE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "no_voice rung_supervisor");
	assert_int_equal(kit_line(&k, LINE_NO_VOICE)->number, 0);
	assert_int_equal(k.inc.job_count, 1);
}

static void test_no_voice_and_nobody_to_send_calls_above(void **state)
{
	(void)state;
	answered(KIND_SOS);
	k.world.candidate_count = 0;
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "no_voice rung_supervisor step_skipped");
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(kit_outbox(&k, OUTBOX_DUTY_PHONE), 1);
}

static void test_a_voice_or_an_arrival_stops_the_clock(void **state)
{
	struct event ev = {.type = EVENT_CALL, .who = "op1", .contact = 0, .call = CALL_SPOKE};
	struct event arrive = {.type = EVENT_JOB_ARRIVE, .who = "cg1", .job = 1, .saw_resident = true};

	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(k.inc.voice_due_ms, 0);
	answered(KIND_SOS);
	assert_int_equal(kit_step(&k, &ev), MOVE); /* a call to the resident that was answered is the same */
	assert_string_equal(k.said, "called spoke_resident");
	assert_int_equal(k.inc.voice_due_ms, 0);
	answered(KIND_SOS);
	ev.contact = 1;
	assert_int_equal(kit_step(&k, &ev), MOVE); /* the daughter's voice is not hers */
	assert_int_not_equal(k.inc.voice_due_ms, 0);
	ev.contact = 0;
	ev.call = CALL_NO_ANSWER;
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_not_equal(k.inc.voice_due_ms, 0);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_step(&k, &arrive), MOVE);
	assert_int_equal(k.inc.voice_due_ms, 0);
	assert_true(k.inc.seen);
}

static void test_who_has_no_voice_clock(void **state)
{
	(void)state;
	answered(KIND_BATTERY);
	assert_int_equal(k.inc.voice_due_ms, 0);
	answered(KIND_SERVICE);
	assert_int_equal(k.inc.voice_due_ms, 0);
	answered(KIND_WATER);
	assert_int_not_equal(k.inc.voice_due_ms, 0);
}

/* Answered, and nobody does anything: a reminder, then the supervisor, then people by telephone. */
static void test_answering_is_not_helping(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(300));
	assert_string_equal(k.said, "reminder");
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "reminder rung_supervisor");
	k.world.supervisor_ready = false;
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "reminder");
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	/* An act of the owner starts it over. */
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_false(k.inc.ring_supervisor);
	k.world.supervisor_ready = true;
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "reminder");
}

/* The owner does nothing, and it rings at a supervisor who is not there either: then people by telephone. */
static void test_a_ring_at_a_supervisor_that_nobody_hears_ends_at_the_telephones(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	kit_run_s(&k, 600);
	assert_true(k.inc.ring_supervisor);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 0);
	kit_run_s(&k, 300);
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
	assert_int_equal(kit_outbox(&k, OUTBOX_DUTY_PHONE), 1);
	kit_run_s(&k, 300); /* and again */
	assert_int_equal(kit_outbox(&k, OUTBOX_SUPERVISOR_CALL), 1);
}

static void test_while_somebody_is_on_the_way_only_the_owner_is_reminded(void **state)
{
	(void)state;
	answered(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg1", 1), MOVE);
	tell(899);
	assert_string_equal(story, " 300 recall_due\n 600 recall_due\n");
	assert_false(k.inc.ring_supervisor);
}

static void test_looking_is_not_doing(void **state)
{
	ms_t due_ms;

	(void)state;
	answered(KIND_SOS);
	due_ms = k.inc.attention_due_ms;
	kit_wait_s(&k, 30);
	assert_int_equal(kit_do(&k, EVENT_OPENED, "op1"), MOVE);
	assert_int_equal(k.inc.attention_due_ms, due_ms);
	assert_string_equal(k.said, "opened");
}

/* ---- what a policy may say ---- */

static void test_the_default_policy_is_lawful(void **state)
{
	(void)state;
	assert_null(policy_check(&POLICY_DEFAULT));
	assert_int_equal(POLICY_DEFAULT.plans[CLASS_LIFE].ring_wider_s, 10);
	assert_int_equal(POLICY_DEFAULT.plans[CLASS_LIFE].dispatch_s, 30);
	assert_int_equal(POLICY_DEFAULT.plans[CLASS_LIFE].contacts_s, 60);
	assert_int_equal(POLICY_DEFAULT.plans[CLASS_LIFE].offer_s, 30);
	assert_int_equal(POLICY_DEFAULT.plans[CLASS_LIFE].wave_size, 2);
	assert_int_equal(POLICY_DEFAULT.plans[CLASS_LIFE].waves, 3);
	assert_int_equal(POLICY_DEFAULT.no_voice_s, 120);
	assert_int_equal(POLICY_DEFAULT.owner_gone_s, 30);
}

#define REFUSED(change, word)                                                    \
	do {                                                                         \
		struct policy p = POLICY_DEFAULT;                                        \
		struct plan *one = &p.plans[CLASS_LIFE], *four = &p.plans[CLASS_DEVICE]; \
		(void)one;                                                               \
		(void)four;                                                              \
		change;                                                                  \
		assert_non_null(policy_check(&p));                                       \
		assert_non_null(strstr(policy_check(&p), word));                         \
	} while (0)

static void test_a_policy_that_could_let_somebody_wait_is_refused(void **state)
{
	(void)state;
	REFUSED(one->dispatch_s = 0, "dispatch_s");
	REFUSED(one->duty_phones_s = 0, "duty_phones_s");
	REFUSED(one->duty_turn_s = 0, "duty_turn_s");
	REFUSED(one->ring_wider_s = 0, "ring_wider_s");
	REFUSED(one->ring_wider_s = 86401, "ring_wider_s");
	REFUSED(one->dispatch_s = 5, "order");
	REFUSED(one->contacts_s = 100, "order");
	REFUSED(one->contacts_s = 86401, "contacts_s");
	REFUSED(one->duty_phones_s = 86401, "duty_phones_s");
	REFUSED(four->dispatch_s = 86401, "dispatch_s");
	REFUSED(four->offer_s = 0, "offer_s");
	REFUSED(four->waves = 0, "waves");
	REFUSED(four->waves = 17, "waves");
	REFUSED(one->wave_size = 0, "wave_size");
	REFUSED(one->wave_size = 7, "wave_size");
	REFUSED(one->wave_widen = 3, "wave");
	REFUSED(one->wave_widen = UINT32_MAX, "wave");
	REFUSED(p.no_voice_s = 0, "no_voice_s");
	REFUSED(p.depart_s = 0, "depart_s");
	REFUSED(p.attention_s = 0, "attention_s");
	REFUSED(p.rerung_s = 86401, "rerung_s");
	REFUSED(p.owner_gone_s = 0, "owner_gone_s");
	REFUSED(p.arrival_due_min = 0, "arrival_due_min");
	REFUSED(p.on_scene_s = 0, "on_scene_s");
}

/* Whatever policy passes the check keeps every bound of a step. */
static void test_the_widest_policy_keeps_every_bound(void **state)
{
	(void)state;
	kit_init(&k);
	k.policy.plans[CLASS_LIFE].wave_size = WAVE_MAX;
	k.policy.plans[CLASS_LIFE].wave_widen = 0;
	k.policy.plans[CLASS_LIFE].waves = OFFERS_MAX;
	assert_null(policy_check(&k.policy));
	k.world.operators_ready = false;
	pressed(KIND_SOS);
	assert_int_equal(k.out.outbox_count, 1 + WAVE_MAX);
	kit_run_s(&k, 3600);
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
}

/* A caregiver sent by rule has stood before her, and nobody has closed it: people above are called in turns, and no second
 * caregiver is sent by rule. */
static void test_who_has_been_seen_is_not_sent_another_by_rule(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	struct event done = {
		.type = EVENT_JOB_DONE, .who = "cg1", .job = 1, .result = JOB_RESULT_HELPED, .saw_resident = true};

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	kit_run_s(&k, 31);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	assert_int_equal(kit_step(&k, &done), MOVE);
	kit_run_s(&k, 600);
	assert_true(k.inc.duty_turn > 3);
	assert_int_equal(k.inc.job_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_has_been_seen_is_not_sent_another_by_rule),
		cmocka_unit_test(test_a_press_that_nobody_answers),
		cmocka_unit_test(test_whom_the_duty_turns_call),
		cmocka_unit_test(test_nobody_on_duty_means_dispatched_at_once),
		cmocka_unit_test(test_nobody_at_all_ends_at_the_duty_phones_at_once),
		cmocka_unit_test(test_a_step_that_rings_nobody_gives_its_time_to_the_next),
		cmocka_unit_test(test_somebody_on_the_way_is_not_sent_twice),
		cmocka_unit_test(test_less_urgent_plans),
		cmocka_unit_test(test_what_came_due_in_an_outage_is_made_up_for),
		cmocka_unit_test(test_a_deadline_that_is_early_late_or_unknown_changes_nothing),
		cmocka_unit_test(test_one_deadline_a_step),
		cmocka_unit_test(test_no_voice_is_an_emergency_by_itself),
		cmocka_unit_test(test_no_voice_sends_nobody_where_somebody_is_sent),
		cmocka_unit_test(test_no_voice_and_nobody_to_send_calls_above),
		cmocka_unit_test(test_a_voice_or_an_arrival_stops_the_clock),
		cmocka_unit_test(test_who_has_no_voice_clock),
		cmocka_unit_test(test_answering_is_not_helping),
		cmocka_unit_test(test_a_ring_at_a_supervisor_that_nobody_hears_ends_at_the_telephones),
		cmocka_unit_test(test_while_somebody_is_on_the_way_only_the_owner_is_reminded),
		cmocka_unit_test(test_looking_is_not_doing),
		cmocka_unit_test(test_the_default_policy_is_lawful),
		cmocka_unit_test(test_a_policy_that_could_let_somebody_wait_is_refused),
		cmocka_unit_test(test_the_widest_policy_keeps_every_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
