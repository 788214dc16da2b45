#include "core/policy.h"

#include <stddef.h>
#include <string.h>

#include "core/incident.h"

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
	.test_max_s = 3600,
	.utc_offset_min = 480,
};
/* clang-format on */

static bool interval(uint32_t s)
{
	return s >= 1 && s <= 86400;
}

static bool interval_or_none(uint32_t s)
{
	return s == 0 || interval(s);
}

static const char *plan_check(const struct plan *plan)
{
	uint32_t last = 0;
	const uint32_t steps[] = {plan->ring_wider_s, plan->dispatch_s, plan->contacts_s, plan->duty_phones_s};

	if (!interval(plan->ring_wider_s))
		return "ring_wider_s must be 1 to 86400";
	if (!interval_or_none(plan->dispatch_s))
		return "dispatch_s must be 0 (never) or 1 to 86400";
	if (!interval_or_none(plan->contacts_s))
		return "contacts_s must be 0 (never) or 1 to 86400";
	if (!interval_or_none(plan->duty_phones_s))
		return "duty_phones_s must be 0 (never) or 1 to 86400";
	if (!interval(plan->duty_turn_s))
		return "duty_turn_s must be 1 to 86400: the last step of a plan comes again for as long as nobody answers";
	if (!interval(plan->offer_s))
		return "offer_s must be 1 to 86400";
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		if (steps[i] == 0)
			continue;
		if (steps[i] < last)
			return "the steps of a plan must come in order: ring_wider_s, dispatch_s, contacts_s, duty_phones_s";
		last = steps[i];
	}
	if (plan->waves < 1 || plan->waves > OFFERS_MAX)
		return "waves must be 1 to 16";
	if (plan->wave_size < 1 || plan->wave_size > WAVE_MAX)
		return "wave_size must be 1 to 6";
	if (plan->wave_widen > WAVE_MAX || plan->wave_size + (plan->waves - 1) * plan->wave_widen > WAVE_MAX)
		return "the last wave, wave_size + (waves - 1) * wave_widen, may ask 6 caregivers at most";
	if ((plan->tell & ~(uint32_t)TELL_ALL) != 0)
		return "tell must be a list of: opened, dispatched, arrived, closed";
	return NULL;
}

/* Every number of the policy that stands for itself, and where it may be. */
static const struct {
	size_t offset;
	uint32_t min, max;
	const char *wrong;
} NUMBERS[] = {
#define NUMBER(field, min_, max_)                                                         \
	{                                                                                     \
		offsetof(struct policy, field), min_, max_, #field " must be " #min_ " to " #max_ \
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
#undef NUMBER
};

/* What one number alone can't tell. */
static const char *pairs_check(const struct policy *policy)
{
	if (policy->hold_s > policy->hold_max_s)
		return "hold_s must not be more than hold_max_s";
	if (policy->flood_leave >= policy->flood_count)
		return "flood_leave must be less than flood_count";
	if (policy->storm_s > policy->storm_max_s)
		return "storm_s must not be more than storm_max_s";
	if (policy->battery_lead_s >= policy->battery_s)
		return "battery_lead_s must be less than battery_s";
	if (memchr(policy->emergency_gateway, '\0', sizeof policy->emergency_gateway) == NULL)
		return "emergency.gateway is too long";
	if (memchr(policy->emergency_text, '\0', sizeof policy->emergency_text) == NULL)
		return "emergency.text is too long";
	if (policy->auto_call && policy->emergency_gateway[0] == '\0')
		return "emergency.auto_call needs emergency.gateway: by which gateway the machine calls";
	if (policy->auto_call && policy->emergency_text[0] == '\0')
		return "emergency.auto_call needs emergency.text: what the machine says";
	return NULL;
}

const char *policy_check(const struct policy *policy)
{
	const char *wrong;

	for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++) {
		wrong = plan_check(&policy->plans[class]);
		if (wrong != NULL)
			return wrong;
	}
	if (policy->plans[CLASS_LIFE].dispatch_s == 0)
		return "class 1 must be dispatched without an operator: dispatch_s must not be 0";
	if (policy->plans[CLASS_LIFE].duty_phones_s == 0)
		return "class 1 must end with the duty phones: duty_phones_s must not be 0";
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		uint32_t n;

		memcpy(&n, (const char *)policy + NUMBERS[i].offset, sizeof n);
		if (n < NUMBERS[i].min || n > NUMBERS[i].max)
			return NUMBERS[i].wrong;
	}
	return pairs_check(policy);
}
