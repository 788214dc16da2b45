/* upkeep.c - what a unit's heartbeats say of its battery and mains, and tests that are missing: work items by rule.
 *
 * Each has an id made from the unit and the day, or from the test that is missing, so that however many daemons find it, and
 * however often, it is one. A unit that reports such a thing itself has said it already: joined, not doubled.
 */
#include "app/outages.h"
#include "app/watched.h"
#include "base/hash.h"

#define DAY_MS ((ms_t)86400000)
/* A home that calls for help is not asked about its tests; looked at again after this. */
#define LATER_MS MINUTES(30)
/* Of this daemon: after a long stop thousands may be due, and are made one after the other, 40 a second. */
#define TESTS_AT_ONCE 4
#define TESTS_EVERY_MS 100
/* A unit that tests itself does so once a day. */
#define GRACE_MS SECONDS(90000)

static const struct record *home_open(struct app *app, const struct unit *u)
{
	const Pingan__V1__Device *d = device_find(app, unit_id(u));

	return d == NULL ? NULL : incident_of_household(app, d->household);
}

static uint64_t day_id(const struct app *app, const struct unit *u, const char *what, bool restore)
{
	return hash_bytes((uint64_t)(app->now.store_ms / DAY_MS), restore, slice_str(unit_id(u))) ^
	       hash_bytes(1, 2, slice_str(what));
}

/* Said once a day while it is low: whoever closed it and went has not changed the battery. */
static void battery(struct app *app, struct unit *u, uint8_t pct)
{
	const struct policy *policy = &app->config.policy;
	int32_t day = (int32_t)(app->now.store_ms / DAY_MS);

	if (pct < policy->battery_low_pct) {
		if (u->low_day == day || (u->low_day != 0 && home_open(app, u) != NULL))
			return;
		if (unit_signal(app, u, KIND_BATTERY, GROUP_HOME, false, day_id(app, u, "battery", false)))
			u->low_day = day;
	} else if (pct >= policy->battery_ok_pct && u->low_day != 0) {
		if (unit_signal(app, u, KIND_BATTERY, GROUP_HOME, true, day_id(app, u, "battery", true)))
			u->low_day = 0;
	}
}

static void mains_on(struct app *app, struct unit *u)
{
	const struct out *out = u->dark ? outage_member(app, unit_id(u), KIND_POWER) : NULL;

	u->dark_ms = 0;
	u->dark = false;
	/* What the unit said itself it takes back itself. */
	if (out != NULL && out->found && incident_is_open(app, out->incident)) {
		u->dark = true; /* until the log says that it is listed no more */
		(void)unit_signal(app, u, KIND_POWER, GROUP_AREA, true,
		                  hash_bytes(out->incident, (uint64_t)out->since_ms, slice_str(unit_id(u))));
	}
}

static void mains_off(struct app *app, struct unit *u)
{
	if (u->dark)
		return;
	if (u->dark_ms == 0)
		u->dark_ms = app->now.store_ms;
	if (app->now.store_ms - u->dark_ms >= SECONDS(app->config.policy.mains_s))
		u->dark = outage_member(app, unit_id(u), KIND_POWER) != NULL ||
		          unit_signal(app, u, KIND_POWER, GROUP_AREA, false,
		                      hash_bytes((uint64_t)u->dark_ms, 2, slice_str(unit_id(u))));
}

void upkeep_vitals(struct app *app, struct unit *u, const struct vitals *v)
{
	if (!u->in_service)
		return;
	if (v->battery_pct <= 100)
		battery(app, u, v->battery_pct);
	if (v->mains == MAINS_ON)
		mains_on(app, u);
	else if (v->mains == MAINS_OFF)
		mains_off(app, u);
}

/* ------------------------------------------------------------ tests that are missing */

static int64_t period_ms(const struct app *app, const struct unit *u)
{
	return SECONDS(u->test_s != 0 ? u->test_s : app->config.policy.test_every_s);
}

/* From when it is counted: its last test, or when it came into service. Of a registry that knows neither not all homes are
 * asked about on one day: each has its own within the first period. */
static ms_t from_ms(const struct app *app, const struct unit *u)
{
	ms_t from = u->tested_ms > u->state_ms ? u->tested_ms : u->state_ms;

	return from != 0
	           ? from
	           : app->units->since_ms + (ms_t)(hash_bytes(1, 3, slice_str(unit_id(u))) % (uint64_t)period_ms(app, u));
}

/* A test that came while nobody heard was no miss: the next one counts. */
static ms_t test_due_ms(const struct app *app, const struct unit *u)
{
	const struct units *us = app->units;
	int64_t period = period_ms(app, u), grace = period < GRACE_MS ? period : GRACE_MS;
	ms_t from = from_ms(app, u), due = from + period;

	return from < us->since_ms && due > us->gone_ms && due <= us->since_ms + grace ? us->since_ms + grace : due;
}

static void due_at(struct app *app, struct unit *u, ms_t at_ms)
{
	if (!heap_set(&app->units->test_due, &u->test_due, at_ms))
		projection_incomplete(app, "unit");
}

void upkeep_watch(struct app *app, struct unit *u)
{
	if (!u->in_service)
		heap_remove(&app->units->test_due, &u->test_due);
	else
		due_at(app, u, test_due_ms(app, u));
}

/* The test has come: a work item that waits for it may be closed. */
void upkeep_tested(struct app *app, struct unit *u)
{
	const struct record *rec = home_open(app, u);

	if (rec != NULL && rec->slot->untested)
		(void)unit_signal(app, u, KIND_MISSED_TEST, GROUP_HOME, true,
		                  hash_bytes((uint64_t)u->tested_ms, 3, slice_str(unit_id(u))));
}

/* False: not now. A home that calls for something else is asked later; one that is silent is followed as such. */
static bool miss(struct app *app, struct unit *u, uint64_t periods)
{
	const Pingan__V1__Device *d = device_find(app, unit_id(u));
	const Pingan__V1__Household *h = d == NULL ? NULL : household_find(app, d->household);
	const struct record *rec = h == NULL ? NULL : incident_of_household(app, h->id);

	if (h == NULL || u->silent || (rec != NULL && (rec->slot->class != CLASS_DEVICE || rec->slot->untested)))
		return false;
	return unit_signal(app, u, KIND_MISSED_TEST, GROUP_HOME, false,
	                   hash_bytes((uint64_t)from_ms(app, u), periods, slice_str(unit_id(u))));
}

static void test_turn(struct app *app, struct unit *u)
{
	int64_t period = period_ms(app, u), late_ms = app->now.store_ms - test_due_ms(app, u);
	uint64_t id = hash_bytes(0x74657374, 1, slice_str(unit_id(u)));

	if (late_ms < 0)
		upkeep_watch(app, u);
	else if (deadline_mine(app, id, late_ms) && !miss(app, u, (uint64_t)(late_ms / period)))
		due_at(app, u, app->now.store_ms + LATER_MS);
	else
		/* Made, or for another daemon to make. Missing still when this time has gone by once more: said again. */
		due_at(app, u, app->now.store_ms - late_ms % period + period);
}

void upkeep_turn(struct app *app)
{
	struct units *us = app->units;
	struct heap_item *top;

	if (!app->fresh || us->since_ms == 0 || app->now.mono.ms - us->tests_at.ms < TESTS_EVERY_MS)
		return;
	us->tests_at = app->now.mono;
	for (int n = 0; n < TESTS_AT_ONCE && (top = heap_top(&us->test_due)) != NULL && top->at <= app->now.store_ms; n++) {
		arena_reset(&app->arena);
		test_turn(app, (struct unit *)((char *)top - offsetof(struct unit, test_due)));
	}
}
