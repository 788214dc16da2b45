#include "fleet_plan.h"

#include <string.h>

#include "base/ensure.h"

static const struct {
	const char *name;
	int64_t window_ms;
} SCENARIOS[SCENARIO_COUNT] = {
	[SCENARIO_CONNECT] = {"connect", 0},           [SCENARIO_BEAT] = {"beat", 10000},
	[SCENARIO_STORM] = {"reconnect-storm", 5000},  [SCENARIO_POWER_CUT] = {"power-cut", 10000},
	[SCENARIO_EARTHQUAKE] = {"earthquake", 30000}, /* 5 minutes of the real thing, ten times as fast */
	[SCENARIO_DAILY_TEST] = {"daily-test", 30000}, /* a day, 2,880 times as fast */
	[SCENARIO_PRESS_ALL] = {"press-all", 0},       [SCENARIO_PRESS_LOOP] = {"press-loop", 0},
	[SCENARIO_BEAT_LOOP] = {"beat-loop", 0},
};

bool scenario_by_name(const char *name, enum scenario *ret)
{
	for (size_t i = 0; i < SCENARIO_COUNT; i++)
		if (strcmp(SCENARIOS[i].name, name) == 0) {
			*ret = (enum scenario)i;
			return true;
		}
	return false;
}

const char *scenario_name(enum scenario s)
{
	return SCENARIOS[s].name;
}

const char *scenario_names(void)
{
	return "connect, beat, reconnect-storm, power-cut, earthquake, daily-test, press-all, press-loop or beat-loop";
}

void plan_defaults(enum scenario s, uint32_t homes, struct plan *ret)
{
	*ret = (struct plan){.scenario = s,
	                     .seed = 1,
	                     .homes = homes,
	                     .window_ms = SCENARIOS[s].window_ms,
	                     .share_pct = 20,
	                     /* 70 a second in 105,000 homes of which the power goes within 10 s */
	                     .presses = homes < 150 ? 1 : homes / 150,
	                     .beats = 2,
	                     .in_flight = 1,
	                     .total = homes};
}

uint64_t plan_chance(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* True for exactly `wanted` of the homes, spread evenly over them; the seed says where it begins. */
static bool chosen(const struct plan *p, uint32_t index, uint32_t wanted)
{
	uint64_t state = p->seed;
	uint64_t at = (index + plan_chance(&state)) % p->homes;

	if (wanted > p->homes)
		wanted = p->homes;
	return (at + 1) * wanted / p->homes != at * wanted / p->homes;
}

bool plan_apart(const struct plan *p, uint32_t index)
{
	return (p->scenario == SCENARIO_STORM || p->scenario == SCENARIO_POWER_CUT) && chosen(p, index, p->presses);
}

size_t plan_acts(const struct plan *p, uint32_t index, const char *area, struct act ret[PLAN_ACTS_MAX])
{
	uint64_t state = p->seed * UINT64_C(0xd1342543de82ef95) + index;
	uint64_t share = UINT64_C(1) << 32, first = plan_chance(&state) % share, second = plan_chance(&state) % share;
	int64_t window = p->window_ms < 0 ? 0 : p->window_ms;
	int64_t at = window * (int64_t)first / (int64_t)share, later = window * (int64_t)second / (int64_t)share;
	size_t n = 0;

	switch (p->scenario) {
	case SCENARIO_STORM:
		ret[n++] = plan_apart(p, index) ? (struct act){ACT_ALARM, KIND_SOS, at} : (struct act){ACT_DROP, KIND_NONE, 0};
		break;
	case SCENARIO_POWER_CUT:
		if (strncmp(area, p->area, strlen(p->area)) == 0)
			ret[n++] = (struct act){ACT_ALARM, KIND_POWER, at};
		if (plan_apart(p, index))
			ret[n++] = (struct act){ACT_ALARM, KIND_SOS, later};
		break;
	case SCENARIO_EARTHQUAKE:
		/* The square of an even number: half of them press in the first quarter. */
		if (chosen(p, index, (uint32_t)((uint64_t)p->homes * p->share_pct / 100)))
			ret[n++] = (struct act){ACT_ALARM, KIND_SOS, at * (int64_t)first / (int64_t)share};
		break;
	case SCENARIO_DAILY_TEST:
		ret[n++] = (struct act){ACT_ALARM, KIND_TEST, at};
		break;
	case SCENARIO_PRESS_ALL:
		ret[n++] = (struct act){ACT_ALARM, KIND_SOS, 0};
		break;
	case SCENARIO_CONNECT:
	case SCENARIO_BEAT:
	case SCENARIO_PRESS_LOOP:
	case SCENARIO_BEAT_LOOP:
	case SCENARIO_COUNT:
		break;
	}
	if (n == 2 && ret[1].at_ms < ret[0].at_ms) {
		struct act swap = ret[0];

		ret[0] = ret[1];
		ret[1] = swap;
	}
	return n;
}
