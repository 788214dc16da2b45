/* test_policy_reload.c - other numbers while a call waits: by a reload of one daemon or of all, by the hour, and between
 * daemons that do not agree for a while. The call goes on, forwards, and every step is taken once. */
#include "sim/scenes.h"

#include "app/app.h"
#include "support/incident_kit.h"

static const struct sim_setup TWO = {.daemons = 2};

static void reload(struct sim *sim, unsigned daemon, const struct policy *policy)
{
	assert_null(policy_check(policy));
	app_policy(sim_app(sim, daemon), policy);
}

static bool line_there(struct sim *sim, uint64_t code)
{
	return sim_incident(sim, 0) != NULL && lines_of(sim_incident(sim, 0), (enum line_code)code) != 0;
}

static int64_t waited_s(struct sim *sim)
{
	return (sim_store_now(sim) - sim_incident(sim, 0)->waiting_since_ms) / 1000;
}

static void comes_at(struct sim *sim, enum line_code code, int64_t at_s)
{
	if (!sim_until(sim, line_there, code, MINUTES(20)) || waited_s(sim) < at_s || waited_s(sim) > at_s + 2)
		sim_broken(sim, "expected here", "line %d after %lld s, it came after %lld s", (int)code, (long long)at_s,
		           (long long)waited_s(sim));
}

/* What was due by the old numbers still comes at its time; what comes after it goes by the new ones. */
static void test_a_reload_is_for_new_steps(void **state)
{
	struct sim *sim = scene_ready(&TWO);
	struct policy p = POLICY_DEFAULT;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	comes_at(sim, LINE_RUNG_SUPERVISOR, 10);
	p.plans[CLASS_LIFE].ring_wider_s = 5;
	p.plans[CLASS_LIFE].dispatch_s = 6;
	p.plans[CLASS_LIFE].contacts_s = 0;
	p.plans[CLASS_LIFE].duty_phones_s = 200;
	reload(sim, 0, &p);
	reload(sim, 1, &p);
	comes_at(sim, LINE_DISPATCHED_UNATTENDED, 30);
	comes_at(sim, LINE_DUTY_PHONES, 200);
	SIM_MUST(sim, lines_of(sim_incident(sim, 0), LINE_CONTACTS_ASKED) == 0);
	SIM_MUST(sim, lines_of(sim_incident(sim, 0), LINE_RUNG_SUPERVISOR) == 1);
	sim_free(sim);
}

/* 22:00 passes while she waits: contacts are not asked at night, and the duty phones come earlier. */
static void test_the_hour_passes_while_a_call_waits(void **state)
{
	struct sim *sim = scene_ready(&TWO);
	struct policy p = POLICY_DEFAULT;
	struct policy_rule *night = &p.rules[p.rule_count++];

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	comes_at(sim, LINE_RUNG_SUPERVISOR, 10);
	night->classes = UINT32_C(1) << CLASS_LIFE;
	night->from_min = (policy_minute(&p, sim_store_now(sim)) + 1) % 1440;
	night->to_min = (night->from_min + 60) % 1440;
	night->changes = PLAN_CHANGE(contacts_s) | PLAN_CHANGE(duty_phones_s) | PLAN_CHANGE(duty_turn_s);
	night->change = (struct plan){.contacts_s = 0, .duty_phones_s = 75, .duty_turn_s = 20};
	policy_settle(&p);
	reload(sim, 0, &p);
	reload(sim, 1, &p);
	comes_at(sim, LINE_DISPATCHED_UNATTENDED, 30);
	sim_run(sim, MINUTES(3));
	SIM_MUST(sim, lines_of(sim_incident(sim, 0), LINE_DUTY_PHONES) >= 4);
	SIM_MUST(sim, sim_incident(sim, 0)->state == INCIDENT_WAITING);
	sim_free(sim);
}

/* One daemon has heard of the reload, the other not, and either may be the one that acts. */
static void another(uint64_t *seed, struct policy *p)
{
	struct policy_rule *rule;

	*p = POLICY_DEFAULT;
	rule = &p->rules[p->rule_count++];
	rule->kinds = UINT32_C(1) << KIND_SOS;
	rule->changes = PLAN_CHANGE(ring_wider_s) | PLAN_CHANGE(dispatch_s) | PLAN_CHANGE(contacts_s) |
	                PLAN_CHANGE(duty_phones_s) | PLAN_CHANGE(duty_turn_s);
	rule->change.ring_wider_s = 1 + (uint32_t)(kit_random(seed) % 30);
	rule->change.dispatch_s = 30 + (uint32_t)(kit_random(seed) % 30);
	rule->change.contacts_s = kit_random(seed) % 2 == 0 ? 0 : 60 + (uint32_t)(kit_random(seed) % 30);
	rule->change.duty_phones_s = 90 + (uint32_t)(kit_random(seed) % 30);
	rule->change.duty_turn_s = 20 + (uint32_t)(kit_random(seed) % 60);
	policy_settle(p);
}

static void test_daemons_that_do_not_agree_take_every_step_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct sim *sim = scene_ready(&TWO);
		enum plan_step before = PLAN_RING_OPERATORS;
		uint64_t dice = seed;
		struct policy p;

		sim_press(sim, 0, KIND_SOS);
		until_state(sim, 0, "waiting", 2000);
		for (int i = 0; i < 40; i++) {
			another(&dice, &p);
			reload(sim, (unsigned)(kit_random(&dice) % 2), &p);
			sim_run(sim, (int64_t)(kit_random(&dice) % 7000));
			SIM_MUST(sim, sim_incident(sim, 0)->plan_step >= before);
			before = sim_incident(sim, 0)->plan_step;
		}
		/* By now the slowest of all these plans has come to its end. */
		sim_run(sim, MINUTES(2));
		SIM_MUST(sim, lines_of(sim_incident(sim, 0), LINE_RUNG_SUPERVISOR) <= 1);
		SIM_MUST(sim, lines_of(sim_incident(sim, 0), LINE_CONTACTS_ASKED) <= 1);
		SIM_MUST(sim, sim_incident(sim, 0)->unattended);
		SIM_MUST(sim, sim_incident(sim, 0)->duty_turn >= 1);
		SIM_MUST(sim, sim_incident(sim, 0)->state == INCIDENT_WAITING);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reload_is_for_new_steps),
		cmocka_unit_test(test_the_hour_passes_while_a_call_waits),
		cmocka_unit_test(test_daemons_that_do_not_agree_take_every_step_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
