/* policy.h - the numbers of the plan: who is rung when, how offers go out, when people are reminded.
 *
 * Owns:  the defaults of the city's rules, and which plan is whose: by class, kind, area and time of day. Read from
 *        config/policy.yaml by io; core only reads the struct.
 * Bounds: every interval is 1 s to 24 h (a unit's battery: 7 days); POLICY_RULES_MAX rules; no class 1 plan, and no rule
 *         for one, is without its unattended dispatch and its last step.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
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

/* Moments at which the contacts who have consented are told; bits of plan.tell. */
enum tell_when { TELL_OPENED = 1, TELL_DISPATCHED = 2, TELL_ARRIVED = 4, TELL_CLOSED = 8, TELL_ALL = 15 };

#define GATEWAY_MAX 64         /* name of a gateway, with its end */
#define EMERGENCY_TEXT_MAX 256 /* what a gateway reads out, with its end */

#define POLICY_RULES_MAX 64

/* One class's plan. Seconds count from when the incident began to wait. Every member is a uint32_t (see PLAN_CHANGE). */
struct plan {
	uint32_t ring_wider_s;  /* class 1: 10 */
	uint32_t dispatch_s;    /* class 1: 30; 0 = this class is not dispatched without an operator */
	uint32_t contacts_s;    /* class 1: 60; 0 = not asked */
	uint32_t duty_phones_s; /* class 1: 90, then every duty_turn_s */
	uint32_t duty_turn_s;
	uint32_t offer_s;    /* class 1: 30; else 60 */
	uint32_t wave_size;  /* 2 */
	uint32_t wave_widen; /* each wave asks this many more: 2 */
	uint32_t waves;      /* 3 */
	uint32_t tell;       /* enum tell_when; classes 1 and 2: all, else none */
};

/* The bit of policy_rule.changes that stands for this member of struct plan. */
#define PLAN_CHANGE(member) (UINT32_C(1) << (offsetof(struct plan, member) / sizeof(uint32_t)))

/* Another plan for some incidents at some hours: that of the class, with some numbers changed. */
struct policy_rule {
	uint32_t kinds;    /* bit n: for kind n; 0 = for every kind */
	uint32_t classes;  /* bit n: for class n; 0 = for the classes of its kinds (policy_settle() fills them in) */
	char area[16];     /* covers the home; empty = everywhere */
	uint32_t from_min; /* minutes of the local day: from this one ... */
	uint32_t to_min;   /* ... to before this one, past midnight if it is the smaller; both equal = all day */
	uint32_t
		changes; /* PLAN_CHANGE() of what it changes; may be 0: these stay as the class has it, whatever comes below */
	struct plan change;
	struct plan plans[CLASS_COUNT]; /* worked out by policy_settle() */
};

struct policy {
	struct plan plans[CLASS_COUNT]; /* [0] is not used */
	uint32_t no_voice_s;            /* 120: no voice after answering is an emergency by itself */
	uint32_t depart_s;              /* 120: accepted, but not on the way */
	uint32_t attention_s;           /* 300: answered, and nobody does anything */
	uint32_t rerung_s;              /* 10: an unseen repeat press rings everybody */
	uint32_t owner_gone_s;          /* 30: then the incident returns */
	uint32_t arrival_due_min;       /* 15 in the city centre; an area's record may say otherwise */
	uint32_t on_scene_s;            /* 1800: arrived, and no word since */
	uint32_t takeover_s;            /* 20: after a claim, for so long a colleague takes over without a reason */
	uint32_t hold_s;                /* 180: an incident laid aside comes back after so long */
	uint32_t hold_max_s;            /* 600: and an operator may say no more than this */
	uint32_t receipt_s;             /* 5: an offer without the phone's receipt goes to the next channel */
	uint32_t recall_s;              /* 300: help is on its way: the resident is called back so often */
	uint32_t handover_retry_s;      /* 60: 120/119/110 has not confirmed: again, by another channel */
	uint32_t repair_due_s;          /* 7200: a device that is not mended by then: a substitute is offered */
	uint32_t follow_up_min;         /* 600: minute of the next local day at which the call-back falls due */
	uint32_t flood_count;           /* 10: so many new alarms for one operator ... */
	uint32_t flood_window_s;        /* 600: ... within so long are a flood */
	uint32_t flood_leave;           /* 5: which is over below so many */
	uint32_t shelve_max_s;          /* 28800: nothing stays shelved longer */
	uint32_t
		storm_signals; /* 20: so many technical signals of one kind in one sub-district; 0 = no storm by itself ... */
	uint32_t storm_window_s; /* 300: ... within so long start a storm ... */
	uint32_t storm_s;        /* 3600: ... for so long */
	uint32_t storm_max_s;    /* 86400: and a supervisor may say no more than this */
	uint32_t battery_s;      /* 86400: a unit lives so long on its battery */
	uint32_t battery_lead_s; /* 14400: a visit is due so long before its battery ends */
	/* Supervision of units. For the four: what a unit's own record does not say. */
	uint32_t silent_native_s;  /* 180: three missed heartbeats */
	uint32_t silent_dc09_s;    /* 90000: its daily test is an hour late */
	uint32_t silent_watch_s;   /* 1800: three missed keep-alives of 8 minutes, and some */
	uint32_t silent_webhook_s; /* 90000 */
	uint32_t silent_again_s;   /* 14400: a person closed it and the unit is silent still: said again */
	uint32_t mass_signals;     /* 20: so many units of one carrier in several sub-districts ... */
	uint32_t mass_window_s;    /* 300: ... within so long: it is the carrier */
	uint32_t test_every_s;     /* 2678400: a button is tried end to end at least so often: 31 days */
	uint32_t battery_low_pct;  /* 20: a battery is a work item below this ... */
	uint32_t battery_ok_pct;   /* 30: ... until it is here again */
	uint32_t mains_s;          /* 600: without mains for so long, by its heartbeats, and it has said nothing */
	uint32_t test_max_s;     /* 3600: longest time on test */
	uint32_t utc_offset_min; /* 480: minutes that the local clock is ahead of UTC */
	bool auto_call;          /* the machine calls 120/119/110 itself; only with the two below */
	char emergency_gateway[GATEWAY_MAX];
	char emergency_text[EMERGENCY_TEXT_MAX];
	uint32_t rule_count;
	struct policy_rule rules[POLICY_RULES_MAX]; /* the first that fits decides */
};

/* What runs when no file says otherwise. */
extern const struct policy POLICY_DEFAULT;

/* Where in the policy something is wrong. */
struct policy_place {
	uint32_t rule;             /* 1, 2, ...; 0 = not in a rule */
	enum incident_class class; /* whose plan; CLASS_NONE = not in a plan of a class */
	const char *key;           /* "dispatch_s", "emergency.text"; empty for the whole rule */
};

/* Works out the plans of the rules from those of the classes: to be called whenever either has changed. */
void policy_settle(struct policy *policy);

/* NULL when lawful; else one line in English that says what is wrong. */
const char *policy_check(const struct policy *policy);

/* The same, and where. */
const char *policy_check_at(const struct policy *policy, struct policy_place *ret);

/* The one function that picks a plan: the first rule that fits the incident now, else the class's plan. An incident's plan
 * changes with the hour and with a reload; what that means for steps under way is incident_plan.c's. */
const struct plan *policy_plan(const struct policy *policy, enum incident_class class, enum kind kind, const char *area,
                               ms_t now_ms);

/* Minute of the local day, 0 to 1439. */
uint32_t policy_minute(const struct policy *policy, ms_t now_ms);

#endif
