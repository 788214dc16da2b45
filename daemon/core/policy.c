#include "core/policy.h"

#include <stddef.h>

#include "core/incident.h"

/* clang-format off */
const struct policy POLICY_DEFAULT = {
	.plans = {
		/*                  ring_wider dispatch contacts duty_phones duty_turn offer  wave size, widen, waves */
		[CLASS_LIFE]    = {        10,      30,      60,         90,       60,    30,         2,     2,     3},
		[CLASS_WELFARE] = {        60,       0,       0,        600,      300,    60,         2,     2,     3},
		[CLASS_GENERAL] = {      1800,       0,       0,          0,     3600,    60,         2,     2,     3},
		[CLASS_DEVICE]  = {     14400,       0,       0,          0,    14400,    60,         2,     2,     3},
	},
	.no_voice_s = 120,
	.depart_s = 120,
	.attention_s = 300,
	.rerung_s = 10,
	.owner_gone_s = 30,
	.arrival_due_min = 15,
	.on_scene_s = 1800,
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
	if (!interval(policy->no_voice_s))
		return "no_voice_s must be 1 to 86400";
	if (!interval(policy->depart_s))
		return "depart_s must be 1 to 86400";
	if (!interval(policy->attention_s))
		return "attention_s must be 1 to 86400";
	if (!interval(policy->rerung_s))
		return "rerung_s must be 1 to 86400";
	if (!interval(policy->owner_gone_s))
		return "owner_gone_s must be 1 to 86400";
	if (policy->arrival_due_min < 1 || policy->arrival_due_min > 1440)
		return "arrival_due_min must be 1 to 1440";
	if (!interval(policy->on_scene_s))
		return "on_scene_s must be 1 to 86400";
	return NULL;
}
