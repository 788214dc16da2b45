#include "core/policy.h"

#include <string.h>

#include "core/people.h"

/* clang-format off */
const struct policy POLICY_DEFAULT = {
	.plans = {
		/*                  ring_wider dispatch contacts duty_phones duty_turn offer  wave size, widen, waves, tell */
		[CLASS_LIFE]    = {        10,      30,      60,         90,       60,    30,         2,     2,     3, TELL_ALL},
		[CLASS_WELFARE] = {        60,       0,       0,        600,      300,    60,         2,     2,     3, TELL_ALL},
		[CLASS_GENERAL] = {      1800,       0,       0,          0,     3600,    60,         2,     2,     3, 0},
		[CLASS_DEVICE]  = {     14400,       0,       0,          0,    14400,    60,         2,     2,     3, 0},
	},
	.no_voice_s = 120,
	.depart_s = 120,
	.attention_s = 300,
	.rerung_s = 10,
	.owner_gone_s = 30,
	.arrival_due_min = 15,
	.on_scene_s = 1800,
	.takeover_s = 20,
	.hold_s = 180,
	.hold_max_s = 600,
	.receipt_s = 5,
	.recall_s = 300,
	.handover_retry_s = 60,
	.repair_due_s = 7200,
	.follow_up_min = 600,
	.flood_count = 10,
	.flood_window_s = 600,
	.flood_leave = 5,
	.shelve_max_s = 28800,
	.storm_signals = 20,
	.storm_window_s = 300,
	.storm_s = 3600,
	.storm_max_s = 86400,
	.battery_s = 86400,
	.battery_lead_s = 14400,
	.silent_native_s = 180,
	.silent_dc09_s = 90000,
	.silent_watch_s = 1800,
	.silent_webhook_s = 90000,
	.silent_again_s = 14400,
	.mass_signals = 20,
	.mass_window_s = 300,
	.test_every_s = 2678400,
	.battery_low_pct = 20,
	.battery_ok_pct = 30,
	.mains_s = 600,
	.test_max_s = 3600,
	.utc_offset_min = 480,
};
/* clang-format on */

/* Members of struct plan, bit by bit of policy_rule.changes. */
#define PLAN_MEMBERS (sizeof(struct plan) / sizeof(uint32_t))
_Static_assert(sizeof(struct plan) % sizeof(uint32_t) == 0 && PLAN_MEMBERS < 32,
               "a plan is numbers, with a bit for each");
_Static_assert(KIND_COUNT <= 32 && CLASS_COUNT <= 32, "a rule names kinds and classes by bits");

#define CLASSES_ALL (((UINT32_C(1) << CLASS_COUNT) - 1) & ~(UINT32_C(1) << CLASS_NONE))
#define KINDS_ALL ((UINT32_C(1) << (KIND_COUNT - 1) << 1) - 1)
#define DAY_MIN 1440

static bool interval(uint32_t s)
{
	return s >= 1 && s <= 86400;
}

static bool interval_or_none(uint32_t s)
{
	return s == 0 || interval(s);
}

/* ------------------------------------------------------------ what is lawful */

static const char *wrong(struct policy_place *place, const char *key, const char *what)
{
	place->key = key;
	return what;
}

static const char *steps_check(const struct plan *plan, struct policy_place *place)
{
	const struct {
		const char *key;
		uint32_t at_s;
	} steps[] = {
		{"ring_wider_s", plan->ring_wider_s},
		{"dispatch_s", plan->dispatch_s},
		{"contacts_s", plan->contacts_s},
		{"duty_phones_s", plan->duty_phones_s},
	};
	uint32_t last_s = 0;

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		if (steps[i].at_s == 0)
			continue;
		if (steps[i].at_s < last_s)
			return wrong(place, steps[i].key,
			             "the steps of a plan must come in order: ring_wider_s, dispatch_s, contacts_s, duty_phones_s");
		last_s = steps[i].at_s;
	}
	return NULL;
}

static const char *plan_check(const struct plan *plan, enum incident_class class, struct policy_place *place)
{
	const char *what;

	if (!interval(plan->ring_wider_s))
		return wrong(place, "ring_wider_s", "ring_wider_s must be 1 to 86400");
	if (!interval_or_none(plan->dispatch_s))
		return wrong(place, "dispatch_s", "dispatch_s must be 0 (never) or 1 to 86400");
	if (!interval_or_none(plan->contacts_s))
		return wrong(place, "contacts_s", "contacts_s must be 0 (never) or 1 to 86400");
	if (!interval_or_none(plan->duty_phones_s))
		return wrong(place, "duty_phones_s", "duty_phones_s must be 0 (never) or 1 to 86400");
	if (!interval(plan->duty_turn_s))
		return wrong(
			place, "duty_turn_s",
			"duty_turn_s must be 1 to 86400: the last step of a plan comes again for as long as nobody answers");
	if (!interval(plan->offer_s))
		return wrong(place, "offer_s", "offer_s must be 1 to 86400");
	what = steps_check(plan, place);
	if (what != NULL)
		return what;
	if (plan->waves < 1 || plan->waves > OFFERS_MAX)
		return wrong(place, "waves", "waves must be 1 to 16");
	if (plan->wave_size < 1 || plan->wave_size > WAVE_MAX)
		return wrong(place, "wave_size", "wave_size must be 1 to 6");
	if (plan->wave_widen > WAVE_MAX || plan->wave_size + (plan->waves - 1) * plan->wave_widen > WAVE_MAX)
		return wrong(place, "wave_widen",
		             "the last wave, wave_size + (waves - 1) * wave_widen, may ask 6 caregivers at most");
	if ((plan->tell & ~(uint32_t)TELL_ALL) != 0)
		return wrong(place, "tell", "tell must be a list of: opened, dispatched, arrived, closed");
	if (class == CLASS_LIFE && plan->dispatch_s == 0)
		return wrong(place, "dispatch_s", "class 1 must be dispatched without an operator: dispatch_s must not be 0");
	if (class == CLASS_LIFE && plan->duty_phones_s == 0)
		return wrong(place, "duty_phones_s", "class 1 must end with the duty phones: duty_phones_s must not be 0");
	return NULL;
}

static bool area_good(const char area[16])
{
	size_t len = strnlen(area, 16);

	return len == strspn(area, "0123456789") && (len == 0 || len == 4 || len == 6 || len == 9 || len == 12);
}

static const char *rule_check(const struct policy_rule *rule, struct policy_place *place)
{
	if ((rule->kinds & ~KINDS_ALL) != 0 || (rule->kinds & UINT32_C(1) << KIND_NONE) != 0)
		return wrong(place, "kinds", "kinds must be kinds of alarm");
	if (rule->classes == 0 || (rule->classes & ~CLASSES_ALL) != 0)
		return wrong(place, "kinds", "a rule must be for a kind or class that is ever queued");
	if (!area_good(rule->area))
		return wrong(place, "area", "area must be the code of a city, district, sub-district or community");
	if (rule->from_min >= DAY_MIN)
		return wrong(place, "from", "from must be a time of day, like \"22:00\"");
	if (rule->to_min >= DAY_MIN)
		return wrong(place, "to", "to must be a time of day, like \"06:00\"");
	if (rule->changes >> PLAN_MEMBERS != 0)
		return wrong(place, "", "a rule changes numbers of a plan");
	for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++) {
		const char *what;

		if ((rule->classes & UINT32_C(1) << class) == 0)
			continue;
		what = plan_check(&rule->plans[class], (enum incident_class) class, place);
		if (what != NULL)
			return what;
	}
	return NULL;
}

/* Every number of the policy that stands for itself, and where it may be. */
static const struct {
	size_t offset;
	uint32_t min, max;
	const char *key, *wrong;
} NUMBERS[] = {
#define NUMBER(field, min_, max_)                                                                 \
	{                                                                                             \
		offsetof(struct policy, field), min_, max_, #field, #field " must be " #min_ " to " #max_ \
	}
	NUMBER(no_voice_s, 1, 86400),       NUMBER(depart_s, 1, 86400),       NUMBER(attention_s, 1, 86400),
	NUMBER(rerung_s, 1, 86400),         NUMBER(owner_gone_s, 1, 86400),   NUMBER(arrival_due_min, 1, 1440),
	NUMBER(on_scene_s, 1, 86400),       NUMBER(takeover_s, 1, 86400),     NUMBER(hold_s, 1, 86400),
	NUMBER(hold_max_s, 1, 86400),       NUMBER(receipt_s, 1, 86400),      NUMBER(recall_s, 1, 86400),
	NUMBER(handover_retry_s, 1, 86400), NUMBER(repair_due_s, 1, 86400),   NUMBER(follow_up_min, 0, 1439),
	NUMBER(flood_count, 1, 1000),       NUMBER(flood_window_s, 1, 86400), NUMBER(flood_leave, 0, 1000),
	NUMBER(shelve_max_s, 1, 86400),     NUMBER(storm_signals, 0, 100000), NUMBER(storm_window_s, 1, 86400),
	NUMBER(storm_s, 1, 86400),          NUMBER(storm_max_s, 1, 86400),    NUMBER(battery_s, 1, 604800),
	NUMBER(battery_lead_s, 0, 604800),  NUMBER(test_max_s, 1, 86400),     NUMBER(utc_offset_min, 0, 840),
	NUMBER(silent_native_s, 20, 604800), NUMBER(silent_dc09_s, 20, 604800), NUMBER(silent_watch_s, 20, 604800),
	NUMBER(silent_webhook_s, 20, 604800), NUMBER(silent_again_s, 60, 604800), NUMBER(mass_signals, 2, 100000),
	NUMBER(mass_window_s, 1, 86400),    NUMBER(test_every_s, 3600, 31536000), NUMBER(battery_low_pct, 0, 99),
	NUMBER(battery_ok_pct, 1, 100),     NUMBER(mains_s, 1, 86400),
#undef NUMBER
};

/* What one number alone can't tell. */
static const char *pairs_check(const struct policy *policy, struct policy_place *place)
{
	if (policy->hold_s > policy->hold_max_s)
		return wrong(place, "hold_s", "hold_s must not be more than hold_max_s");
	if (policy->flood_leave >= policy->flood_count)
		return wrong(place, "flood_leave", "flood_leave must be less than flood_count");
	if (policy->storm_s > policy->storm_max_s)
		return wrong(place, "storm_s", "storm_s must not be more than storm_max_s");
	if (policy->battery_lead_s >= policy->battery_s)
		return wrong(place, "battery_lead_s", "battery_lead_s must be less than battery_s");
	if (policy->battery_low_pct >= policy->battery_ok_pct)
		return wrong(place, "battery_low_pct", "battery_low_pct must be less than battery_ok_pct");
	if (memchr(policy->emergency_gateway, '\0', sizeof policy->emergency_gateway) == NULL)
		return wrong(place, "emergency.gateway", "emergency.gateway is too long");
	if (memchr(policy->emergency_text, '\0', sizeof policy->emergency_text) == NULL)
		return wrong(place, "emergency.text", "emergency.text is too long");
	if (policy->auto_call && policy->emergency_gateway[0] == '\0')
		return wrong(place, "emergency.auto_call",
		             "emergency.auto_call needs emergency.gateway: by which gateway the machine calls");
	if (policy->auto_call && policy->emergency_text[0] == '\0')
		return wrong(place, "emergency.auto_call", "emergency.auto_call needs emergency.text: what the machine says");
	return NULL;
}

const char *policy_check_at(const struct policy *policy, struct policy_place *ret)
{
	const char *what;

	*ret = (struct policy_place){.key = ""};
	for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++) {
		ret->class = (enum incident_class) class;
		what = plan_check(&policy->plans[class], ret->class, ret);
		if (what != NULL)
			return what;
	}
	ret->class = CLASS_NONE;
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		uint32_t n;

		memcpy(&n, (const char *)policy + NUMBERS[i].offset, sizeof n);
		if (n < NUMBERS[i].min || n > NUMBERS[i].max)
			return wrong(ret, NUMBERS[i].key, NUMBERS[i].wrong);
	}
	what = pairs_check(policy, ret);
	if (what != NULL)
		return what;
	if (policy->rule_count > POLICY_RULES_MAX)
		return wrong(ret, "rules", "there may be 64 rules at most");
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		ret->rule = i + 1;
		what = rule_check(&policy->rules[i], ret);
		if (what != NULL)
			return what;
	}
	return NULL;
}

const char *policy_check(const struct policy *policy)
{
	struct policy_place place;

	return policy_check_at(policy, &place);
}

/* ------------------------------------------------------------ which plan */

/* A rule that names kinds and no class is for them in their own class: an incident that was raised since has the plan of
 * what it is now. */
static uint32_t classes_of(uint32_t kinds)
{
	uint32_t classes = 0;

	if (kinds == 0)
		return CLASSES_ALL;
	for (unsigned kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
		if ((kinds & UINT32_C(1) << kind) != 0 && kind_class((enum kind)kind) != CLASS_NONE)
			classes |= UINT32_C(1) << kind_class((enum kind)kind);
	return classes;
}

void policy_settle(struct policy *policy)
{
	for (uint32_t i = 0; i < policy->rule_count && i < POLICY_RULES_MAX; i++) {
		struct policy_rule *rule = &policy->rules[i];

		if (rule->classes == 0)
			rule->classes = classes_of(rule->kinds);
		for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++) {
			struct plan *plan = &rule->plans[class];

			*plan = policy->plans[class];
			for (size_t member = 0; member < PLAN_MEMBERS; member++)
				if ((rule->changes & UINT32_C(1) << member) != 0)
					memcpy((uint32_t *)plan + member, (const uint32_t *)&rule->change + member, sizeof(uint32_t));
		}
	}
}

uint32_t policy_minute(const struct policy *policy, ms_t now_ms)
{
	ms_t minute = (now_ms / MINUTES(1) + policy->utc_offset_min) % DAY_MIN;

	return (uint32_t)(minute < 0 ? minute + DAY_MIN : minute);
}

static bool hour_fits(const struct policy_rule *rule, uint32_t minute)
{
	if (rule->from_min <= rule->to_min)
		return rule->from_min == rule->to_min || (minute >= rule->from_min && minute < rule->to_min);
	return minute >= rule->from_min || minute < rule->to_min;
}

const struct plan *policy_plan(const struct policy *policy, enum incident_class class, enum kind kind, const char *area,
                               ms_t now_ms)
{
	uint32_t minute = policy_minute(policy, now_ms);

	/* What no table knows is shown to a person, never less than class 2. */
	if (class == CLASS_NONE || (unsigned)class >= CLASS_COUNT)
		class = CLASS_WELFARE;
	if ((unsigned)kind >= KIND_COUNT)
		kind = KIND_UNKNOWN;
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if ((rule->classes & UINT32_C(1) << class) != 0 &&
		    (rule->kinds == 0 || (rule->kinds & UINT32_C(1) << kind) != 0) &&
		    (rule->area[0] == '\0' || area_covers(rule->area, area)) && hour_fits(rule, minute))
			return &rule->plans[class];
	}
	return &policy->plans[class];
}
