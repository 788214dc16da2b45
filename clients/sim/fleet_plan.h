/* fleet_plan.h - what each of many homes does in a scenario, and when: the same for the same seed.
 *
 * Owns:   the scenarios and their defaults.
 * Knows:  no socket, no clock: times are counted from when the scenario begins.
 * Result: at most PLAN_ACTS_MAX acts a home, in the order of their times.
 */
#ifndef SIM_FLEET_PLAN_H
#define SIM_FLEET_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kind.h"

#define PLAN_ACTS_MAX 2

enum scenario {
	SCENARIO_CONNECT,    /* all homes connect */
	SCENARIO_BEAT,       /* each beats so often, evenly */
	SCENARIO_STORM,      /* all links drop at once and come back; those that kept theirs press meanwhile */
	SCENARIO_POWER_CUT,  /* the homes of an area report it, presses among them */
	SCENARIO_EARTHQUAKE, /* a share of them presses, most of these soon */
	SCENARIO_DAILY_TEST, /* each tests its button once in a day */
	SCENARIO_PRESS_ALL,  /* all press at the same moment */
	SCENARIO_PRESS_LOOP, /* so many presses are kept on their way, each from the next home */
	SCENARIO_BEAT_LOOP,  /* likewise heartbeats */
	SCENARIO_COUNT
};

struct plan {
	enum scenario scenario;
	uint64_t seed;
	uint32_t homes;
	int64_t window_ms;         /* how long the scenario takes here */
	uint32_t share_pct;        /* EARTHQUAKE: of all homes */
	uint32_t presses;          /* STORM, POWER_CUT: homes that press */
	char area[16];             /* POWER_CUT: what is dark begins with this; empty = all */
	uint32_t beats;            /* BEAT: each */
	uint32_t in_flight, total; /* the loops */
};

enum act_type { ACT_ALARM, ACT_DROP };

struct act {
	enum act_type type;
	enum kind kind;
	int64_t at_ms;
};

/* False: no such scenario. */
bool scenario_by_name(const char *name, enum scenario *ret);
const char *scenario_name(enum scenario s);
/* "connect, beat, ..." */
const char *scenario_names(void);
/* What stands when nothing is said about it. */
void plan_defaults(enum scenario s, uint32_t homes, struct plan *ret);

/* This home presses while others storm or go dark: its times count, so it lives in a process that does nothing else and is
 * never late itself. */
bool plan_apart(const struct plan *p, uint32_t index);

/* Acts of home `index` (0 to homes - 1), which lives in `area`. Returns how many. */
size_t plan_acts(const struct plan *p, uint32_t index, const char *area, struct act ret[PLAN_ACTS_MAX]);

/* SplitMix64, Steele, Lea and Flood 2014. */
uint64_t plan_chance(uint64_t *state);

#endif
