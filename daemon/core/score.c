#include "core/score.h"

#include <string.h>

#define KIND_MAX_S 120
#define RISK_MAX_S 120
#define REPEAT_S 30
#define REPEATS_MAX_S 120
#define SILENCE_S 150
#define SENSOR_S 45
#define SENSORS_MAX_S 90

_Static_assert(KIND_MAX_S + RISK_MAX_S + REPEATS_MAX_S + SILENCE_S + SENSORS_MAX_S == SCORE_MAX_S,
               "the reasons together are the bound");

/* Seconds among the other kinds of its class; 0: like most of them. */
static const uint32_t KIND_S[KIND_COUNT] = {
	/* Class 1. What spreads, or where a second person is the danger, before what can be asked about. */
	[KIND_FIRE] = 120,
	[KIND_SMOKE] = 120,
	[KIND_GAS] = 120,
	[KIND_CO] = 120,
	[KIND_DURESS] = 120,
	[KIND_HEAT] = 90,
	[KIND_FALL] = 60, /* somebody may lie there who could not press */
	[KIND_SOS] = 0,
	[KIND_PANIC] = 0,
	/* Class 2. A lost person gets further away; nobody knows what the unknown is. */
	[KIND_WANDER] = 120,
	[KIND_UNKNOWN] = 120,
	[KIND_INACTIVITY] = 90,
	[KIND_MISSED_OK] = 60,
	[KIND_WATER] = 0,
	/* Class 3. */
	[KIND_FOLLOW_UP] = 60, /* promised for a time */
	[KIND_SERVICE] = 0,
	/* Class 4. Who can't call for help now, before who may not be able to soon. */
	[KIND_PENDANT_LOST] = 120,
	[KIND_LINK] = 120,
	[KIND_REPAIR] = 90,
	[KIND_MISSED_TEST] = 60,
	[KIND_POWER] = 60,
	[KIND_BATTERY] = 60,
	[KIND_TAMPER] = 0,
	[KIND_COMMISSION] = 0,
};

static uint32_t kind_s(const struct incident *inc)
{
	enum incident_class own = kind_class(inc->kind);

	/* A press from an unknown home is class 2: among those it is the first. */
	if (class_above(own, inc->class))
		return KIND_MAX_S;
	/* One that was raised since is compared with its new class by what raised it. */
	if (own != inc->class)
		return 0;
	return KIND_S[(unsigned)inc->kind < KIND_COUNT ? inc->kind : KIND_UNKNOWN];
}

static uint32_t risk_s(const struct incident *inc)
{
	uint32_t risk = inc->risk < RISK_MAX ? inc->risk : RISK_MAX;

	return (risk * RISK_MAX_S + RISK_MAX - 1) / RISK_MAX; /* rounded up: a point is never nothing */
}

static uint32_t repeats_s(const struct incident *inc)
{
	return inc->repeats >= REPEATS_MAX_S / REPEAT_S ? REPEATS_MAX_S : inc->repeats * REPEAT_S;
}

static bool same_sensor(const struct alarm_ref *a, const struct alarm_ref *b)
{
	return a->zone == b->zone && strncmp(a->device, b->device, sizeof a->device) == 0;
}

/* Sensors among the alarms that are kept, beyond the first. */
static uint32_t sensors_s(const struct incident *inc)
{
	uint32_t more = 0;

	for (uint32_t i = 1; i < inc->alarm_count && i < ALARMS_MAX && more < SENSORS_MAX_S / SENSOR_S; i++) {
		bool known = false;

		for (uint32_t j = 0; j < i; j++)
			known = known || same_sensor(&inc->alarms[i], &inc->alarms[j]);
		more += !known;
	}
	return more * SENSOR_S;
}

uint32_t incident_score_s(const struct incident *inc, uint32_t *ret_why)
{
	const uint32_t parts[SCORE_WHY_COUNT] = {
		[SCORE_WHY_KIND] = kind_s(inc),       [SCORE_WHY_RISK] = risk_s(inc),
		[SCORE_WHY_REPEATS] = repeats_s(inc), [SCORE_WHY_SILENCE] = inc->no_voice ? SILENCE_S : 0,
		[SCORE_WHY_SENSORS] = sensors_s(inc),
	};
	uint32_t score_s = 0, why = 0;

	for (unsigned i = SCORE_WHY_NONE + 1; i < SCORE_WHY_COUNT; i++) {
		score_s += parts[i];
		why |= parts[i] == 0 ? 0 : UINT32_C(1) << i;
	}
	ENSURE(score_s <= SCORE_MAX_S);
	if (ret_why != NULL)
		*ret_why = why;
	return score_s;
}

uint32_t score_risk(char *const *flags, size_t count)
{
	static const struct {
		const char *flag;
		uint32_t points;
	} RISKS[] = {
		{"oxygen", 80},   {"heart", 60},    {"stroke", 60},      {"bedridden", 60}, {"alone", 40},
		{"very_old", 40}, {"disabled", 40}, {"dementia", 40},    {"fall", 30},      {"diabetes", 30},
		{"deaf", 30},     {"blind", 30},    {"no_children", 20}, {"hearing", 15},
	};
	uint32_t points = 0;

	for (size_t i = 0; i < count && points < RISK_MAX; i++) {
		uint32_t of_flag = 20;

		for (size_t k = 0; k < COUNT_OF(RISKS); k++)
			if (strcmp(flags[i], RISKS[k].flag) == 0)
				of_flag = RISKS[k].points;
		points += of_flag;
	}
	return points < RISK_MAX ? points : RISK_MAX;
}
