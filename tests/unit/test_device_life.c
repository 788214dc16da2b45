/* How a unit comes into service and leaves it. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/device_life.h"

#define NOW INT64_C(1760000000000)

static struct device_life d;
static struct device_outcome out;
static ms_t now_ms;

static int setup(void **state)
{
	(void)state;
	memset(&d, 0, sizeof d);
	now_ms = NOW;
	return 0;
}

static enum verdict ask(struct device_ask a)
{
	struct device_life before = d;
	enum verdict verdict = device_life_step(&d, &a, now_ms, &out);

	assert_true(device_life_valid(&d));
	if (verdict != MOVE) {
		assert_memory_equal(&before, &d, sizeof d);
		assert_int_equal(out.event_count, 0);
	} else {
		assert_int_equal(out.refusal, REFUSAL_NONE);
	}
	return verdict;
}

static enum verdict act(enum device_act what, const char *who)
{
	struct device_ask a = {.act = what};

	snprintf(a.who, sizeof a.who, "%s", who);
	return ask(a);
}

static enum verdict bind(const char *household)
{
	struct device_ask a = {.act = DEVICE_ACT_BIND, .who = "tech"};

	snprintf(a.household, sizeof a.household, "%s", household);
	return ask(a);
}

static struct alarm a_press(ms_t raised_ms)
{
	return (struct alarm){
		.device = "u1", .kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .id = 7, .raised_ms = raised_ms};
}

static enum verdict press(ms_t raised_ms)
{
	struct alarm a = a_press(raised_ms);

	return ask((struct device_ask){.act = DEVICE_ACT_PRESS, .alarm = &a, .received_ms = now_ms});
}

static enum verdict confirm(const char *who)
{
	struct device_ask a = {.act = DEVICE_ACT_CONFIRM, .took_ms = 400};

	snprintf(a.who, sizeof a.who, "%s", who);
	return ask(a);
}

static void refused(enum verdict verdict, enum refusal why)
{
	assert_int_equal(verdict, REFUSE);
	assert_int_equal(out.refusal, why);
}

static void in_service(void)
{
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	now_ms += 5000;
	assert_int_equal(press(now_ms - 400), MOVE);
	assert_int_equal(confirm("tech"), MOVE);
}

static bool said(enum device_change what, int64_t number)
{
	for (uint32_t i = 0; i < out.event_count; i++)
		if (out.events[i].what == what && out.events[i].number == number && out.events[i].at_ms == now_ms)
			return true;
	return false;
}

static void every_act_is_decided_in_every_state(void **state)
{
	(void)state;
	for (unsigned s = 0; s < DEVICE_STATE_COUNT; s++)
		for (unsigned a = 0; a < DEVICE_ACT_COUNT; a++)
			assert_int_not_equal(device_life_verdict(s, a), UNDECIDED);
}

static void a_unit_is_in_service_only_after_a_press_that_was_confirmed(void **state)
{
	(void)state;
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(d.state, DEVICE_COMMISSIONING);
	assert_true(said(DEVICE_ENTERED, 0) && said(DEVICE_BOUND, 0) && said(DEVICE_STATE_SET, DEVICE_COMMISSIONING));
	refused(act(DEVICE_ACT_BACK, "sup"), REFUSAL_WRONG_STATE);
	refused(act(DEVICE_ACT_AWAY, "sup"), REFUSAL_WRONG_STATE);
	refused(confirm("tech"), REFUSAL_WRONG_STATE);
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	assert_int_equal(out.number, 120);
	refused(confirm("tech"), REFUSAL_WRONG_STATE);
	now_ms += 5000;
	assert_int_equal(press(now_ms - 400), MOVE);
	assert_true(said(DEVICE_PROOF_PRESSED, 400));
	assert_int_equal(d.state, DEVICE_COMMISSIONING);
	refused(confirm("other"), REFUSAL_NOT_OWNER);
	assert_string_equal(out.who, "tech");
	assert_int_equal(confirm("tech"), MOVE);
	assert_true(said(DEVICE_PROVED, 400) && said(DEVICE_STATE_SET, DEVICE_IN_SERVICE));
	assert_int_equal(d.state, DEVICE_IN_SERVICE);
	assert_int_equal(d.proved_ms, now_ms);
	assert_string_equal(d.proved_by, "tech");
	assert_int_equal(d.tested_ms, now_ms);
	assert_int_equal(confirm("tech"), STAY); /* the same answer twice */
}

/* Whatever is asked, in whatever order: nothing but a confirmed press leads into service for the first time. */
static void no_other_way_leads_into_service(void **state)
{
	static const char *const PEOPLE[] = {"", "tech", "sup"};
	static const char *const HOMES[] = {"h1", "h2"};
	uint64_t seed = 88172645463325252u;
	uint64_t served = 0;

	(void)state;
	for (int walk = 0; walk < 2000; walk++) {
		bool proved = false;

		setup(NULL);
		for (int i = 0; i < 120; i++) {
			struct device_ask a = {0};
			struct alarm p;
			struct device_life before = d;
			enum verdict verdict;

			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			a.act = (enum device_act)(seed % DEVICE_ACT_COUNT);
			snprintf(a.who, sizeof a.who, "%s", PEOPLE[seed / 32 % 3]);
			snprintf(a.household, sizeof a.household, "%s", HOMES[seed / 128 % 2]);
			a.took_ms = (uint32_t)(seed / 1024 % 500);
			a.rang = seed / 4096 % 2;
			if (a.act == DEVICE_ACT_PROVE && a.who[0] == '\0')
				snprintf(a.who, sizeof a.who, "tech");
			p = a_press(now_ms - (ms_t)(seed / 8192 % 8000));
			a.alarm = &p;
			a.received_ms = now_ms;
			verdict = ask(a);
			if (verdict == MOVE && a.act == DEVICE_ACT_BIND)
				proved = false;
			if (verdict == MOVE && a.act == DEVICE_ACT_CONFIRM) {
				assert_int_not_equal(before.proof_ms, 0);
				assert_string_equal(before.proof_by, a.who);
				proved = true;
			}
			if (d.state == DEVICE_IN_SERVICE || d.state == DEVICE_AWAY) {
				assert_true(proved);
				served++;
			}
			/* A press that was taken for a trial has an end: confirmed, or a call. */
			if (before.proof_ms != 0 && d.proof_ms == 0 && verdict == MOVE)
				assert_true(d.proof_end == PROOF_END_CONFIRMED || d.proof_end == PROOF_END_RANG);
			now_ms += (ms_t)(seed / 65536 % 16 == 0 ? 70000 : seed / 1048576 % 3000);
		}
	}
	assert_true(served > 1000);
}

static void only_the_first_press_within_the_window_is_a_trial(void **state)
{
	struct alarm a;

	(void)state;
	assert_int_equal(bind("h1"), MOVE);
	a = a_press(now_ms);
	assert_false(device_life_is_proof(&d, &a, now_ms, now_ms)); /* commissioning alone hides nothing */
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	now_ms += 1000;
	a = a_press(now_ms);
	assert_true(device_life_is_proof(&d, &a, now_ms, now_ms));
	/* Pressed before, or heard before; by another button; said to be answered already; of no known meaning. */
	a.raised_ms = NOW - PROOF_CLOCK_MS - 1;
	assert_false(device_life_is_proof(&d, &a, now_ms, now_ms));
	a.raised_ms = now_ms;
	assert_false(device_life_is_proof(&d, &a, NOW - 1, now_ms));
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		a.kind = (enum kind)kind;
		assert_int_equal(device_life_is_proof(&d, &a, now_ms, now_ms), kind == KIND_SOS);
	}
	a.kind = KIND_SOS;
	a.heard = STEP_ANSWERED;
	assert_false(device_life_is_proof(&d, &a, now_ms, now_ms));
	a.heard = STEP_NONE;
	a.code_unknown = true;
	assert_false(device_life_is_proof(&d, &a, now_ms, now_ms));
	a.code_unknown = false;
	assert_int_equal(press(now_ms), MOVE);
	assert_false(device_life_is_proof(&d, &a, now_ms, now_ms)); /* a second one */
	/* And when the window is shut. */
	setup(NULL);
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	now_ms += PROOF_WINDOW_MS - 1;
	a = a_press(now_ms);
	assert_true(device_life_is_proof(&d, &a, now_ms, now_ms));
	now_ms++;
	assert_false(device_life_is_proof(&d, &a, now_ms, now_ms));
}

static void a_trial_that_nobody_confirms_becomes_a_call(void **state)
{
	struct device_ask over = {.act = DEVICE_ACT_EXPIRE};

	(void)state;
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	assert_int_equal(press(now_ms), MOVE);
	refused(ask(over), REFUSAL_WRONG_STATE);
	now_ms += PROOF_CONFIRM_MS;
	refused(confirm("tech"), REFUSAL_EXPIRED);
	refused(ask(over), REFUSAL_WRONG_STATE); /* it ends as a call and in no other way */
	refused(act(DEVICE_ACT_RETIRE, "tech"), REFUSAL_BUSY);
	refused(bind("h2"), REFUSAL_BUSY);
	refused(act(DEVICE_ACT_PROVE, "tech"), REFUSAL_BUSY);
	over.rang = 99;
	assert_int_equal(ask(over), MOVE);
	assert_int_equal(d.proof_end, PROOF_END_RANG);
	assert_int_equal(d.proof_rang, 99);
	assert_int_equal(d.state, DEVICE_COMMISSIONING);
	refused(confirm("tech"), REFUSAL_EXPIRED);
}

/* Whoever leaves has not said that the press was theirs: nobody waits for the end of the minute. */
static void a_trial_that_its_technician_leaves_is_up_at_once(void **state)
{
	struct device_ask over = {.act = DEVICE_ACT_EXPIRE, .rang = 5};

	(void)state;
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	assert_int_equal(press(now_ms), MOVE);
	refused(act(DEVICE_ACT_STOP, "other"), REFUSAL_NOT_OWNER);
	assert_int_equal(act(DEVICE_ACT_STOP, "tech"), MOVE);
	assert_int_equal(d.proof_until_ms, now_ms);
	assert_int_equal(act(DEVICE_ACT_STOP, "tech"), STAY);
	assert_int_equal(ask(over), MOVE);
}

static void a_proof_without_a_press_ends_quietly(void **state)
{
	struct device_ask over = {.act = DEVICE_ACT_EXPIRE};

	(void)state;
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	refused(act(DEVICE_ACT_PROVE, "other"), REFUSAL_BUSY);
	now_ms += PROOF_WINDOW_MS;
	assert_int_equal(ask(over), MOVE);
	assert_int_equal(d.proof_end, PROOF_END_EXPIRED);
	assert_int_equal(ask(over), STAY);
}

static void another_home_asks_for_another_proof(void **state)
{
	(void)state;
	in_service();
	assert_int_equal(bind("h1"), STAY);
	assert_int_equal(bind("h2"), MOVE);
	assert_int_equal(d.state, DEVICE_COMMISSIONING);
	assert_int_equal(d.proved_ms, 0);
	assert_int_equal(d.tested_ms, 0);
	refused(act(DEVICE_ACT_BACK, "sup"), REFUSAL_WRONG_STATE);
}

static void a_retired_unit_comes_back_only_by_being_bound(void **state)
{
	(void)state;
	in_service();
	assert_int_equal(act(DEVICE_ACT_AWAY, "sup"), MOVE);
	assert_int_equal(act(DEVICE_ACT_AWAY, "sup"), STAY);
	assert_int_equal(act(DEVICE_ACT_BACK, "sup"), MOVE);
	assert_int_equal(act(DEVICE_ACT_RETIRE, "sup"), MOVE);
	assert_int_equal(act(DEVICE_ACT_RETIRE, "sup"), STAY);
	refused(act(DEVICE_ACT_PROVE, "tech"), REFUSAL_WRONG_STATE);
	refused(act(DEVICE_ACT_BACK, "sup"), REFUSAL_WRONG_STATE);
	assert_int_equal(bind("h1"), MOVE);
	assert_int_equal(d.state, DEVICE_COMMISSIONING);
}

static void the_yearly_proof_keeps_a_unit_in_service_and_dates_it(void **state)
{
	(void)state;
	in_service();
	now_ms += INT64_C(86400000) * 30;
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech2"), MOVE);
	assert_int_equal(d.state, DEVICE_IN_SERVICE);
	assert_int_equal(press(0), MOVE); /* a unit without a clock */
	assert_int_equal(confirm("tech2"), MOVE);
	assert_int_equal(d.state, DEVICE_IN_SERVICE);
	assert_int_equal(d.proved_ms, now_ms);
	assert_string_equal(d.proved_by, "tech2");
}

static void nothing_is_proved_of_a_unit_without_a_home(void **state)
{
	(void)state;
	refused(act(DEVICE_ACT_PROVE, "tech"), REFUSAL_NOT_FOUND);
	d.state = DEVICE_COMMISSIONING; /* entered, and in no home yet */
	refused(act(DEVICE_ACT_PROVE, "tech"), REFUSAL_WRONG_STATE);
	refused(bind(""), REFUSAL_NOT_FOUND);
	assert_int_equal(bind("h1"), MOVE);
}

static void the_buttons_of_the_card_say_what_the_rules_say(void **state)
{
	(void)state;
	assert_true(device_life_may(&d, DEVICE_ACT_BIND, "tech", now_ms));
	assert_false(device_life_may(&d, DEVICE_ACT_PROVE, "tech", now_ms));
	assert_int_equal(bind("h1"), MOVE);
	assert_true(device_life_may(&d, DEVICE_ACT_PROVE, "tech", now_ms));
	assert_true(device_life_may(&d, DEVICE_ACT_BIND, "tech", now_ms));
	assert_int_equal(act(DEVICE_ACT_PROVE, "tech"), MOVE);
	assert_true(device_life_may(&d, DEVICE_ACT_STOP, "tech", now_ms));
	assert_false(device_life_may(&d, DEVICE_ACT_STOP, "other", now_ms));
	assert_false(device_life_may(&d, DEVICE_ACT_PROVE, "other", now_ms));
	assert_int_equal(press(now_ms), MOVE);
	assert_true(device_life_may(&d, DEVICE_ACT_CONFIRM, "tech", now_ms));
	assert_false(device_life_may(&d, DEVICE_ACT_CONFIRM, "other", now_ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_act_is_decided_in_every_state, setup),
		cmocka_unit_test_setup(a_unit_is_in_service_only_after_a_press_that_was_confirmed, setup),
		cmocka_unit_test_setup(no_other_way_leads_into_service, setup),
		cmocka_unit_test_setup(only_the_first_press_within_the_window_is_a_trial, setup),
		cmocka_unit_test_setup(a_trial_that_nobody_confirms_becomes_a_call, setup),
		cmocka_unit_test_setup(a_trial_that_its_technician_leaves_is_up_at_once, setup),
		cmocka_unit_test_setup(a_proof_without_a_press_ends_quietly, setup),
		cmocka_unit_test_setup(another_home_asks_for_another_proof, setup),
		cmocka_unit_test_setup(a_retired_unit_comes_back_only_by_being_bound, setup),
		cmocka_unit_test_setup(the_yearly_proof_keeps_a_unit_in_service_and_dates_it, setup),
		cmocka_unit_test_setup(nothing_is_proved_of_a_unit_without_a_home, setup),
		cmocka_unit_test_setup(the_buttons_of_the_card_say_what_the_rules_say, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
