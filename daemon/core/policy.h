/* policy.h - the numbers of the plan: who is rung when, how offers go out, when people are reminded.
 *
 * Owns:  the defaults of the city's rules. Read from config/policy.yaml by io; core only reads the struct.
 * Bounds: every interval is 1 s to 24 h; the last step of a class 1 plan can't be removed.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kind.h"

/* Values equal PlanStep of common.proto. */
enum plan_step {
	PLAN_NONE,
	PLAN_RING_OPERATORS,
	PLAN_RING_WIDER,
	PLAN_DISPATCH,
	PLAN_CONTACTS,
	PLAN_DUTY_PHONES,
	PLAN_STEP_COUNT
};

/* One class's plan. Seconds count from when the incident began to wait. */
struct plan {
	uint32_t ring_wider_s;    /* class 1: 10 */
	uint32_t dispatch_s;      /* class 1: 30; 0 = this class is not dispatched without an operator */
	uint32_t contacts_s;      /* class 1: 60; 0 = not asked */
	uint32_t duty_phones_s;   /* class 1: 90, then every duty_turn_s */
	uint32_t duty_turn_s;
	uint32_t offer_s;         /* class 1: 30; else 60 */
	uint32_t wave_size;       /* 2 */
	uint32_t wave_widen;      /* each wave asks this many more: 2 */
	uint32_t waves;           /* 3 */
};

struct policy {
	struct plan plans[CLASS_COUNT]; /* [0] is not used */
	uint32_t no_voice_s;      /* 120: no voice after answering is an emergency by itself */
	uint32_t depart_s;        /* 120: accepted, but not on the way */
	uint32_t attention_s;     /* 300: answered, and nobody does anything */
	uint32_t rerung_s;        /* 10: an unseen repeat press rings everybody */
	uint32_t owner_gone_s;    /* 30: then the incident returns */
	uint32_t arrival_due_min; /* 15 in the city centre; an area's record may say otherwise */
	uint32_t on_scene_s;      /* 1800: arrived, and no word since */
};

/* What runs when no file says otherwise. */
extern const struct policy POLICY_DEFAULT;

/* NULL when lawful; else one line in English that says what is wrong. */
const char *policy_check(const struct policy *policy);

#endif
