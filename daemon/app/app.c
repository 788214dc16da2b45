/* app.c - the object, its turn, and what is told once an entry is safe. */
#include "app/app.h"

#include <stdlib.h>

#include "app/audit.h"
#include "app/change.h"
#include "app/cut.h"
#include "app/find.h"
#include "app/guesses.h"
#include "app/listings.h"
#include "app/outages.h"
#include "app/refused.h"
#include "app/shifts.h"
#include "app/storms.h"
#include "app/supervision.h"

void app_begin(struct app *app)
{
	app->ports.now(app->ports.ctx, &app->now);
	arena_reset(&app->arena);
}

struct app *app_new(const struct app_config *config, const struct ports *ports)
{
	struct app *app = calloc(1, sizeof *app);

	if (app == NULL)
		return NULL;
	app->config = *config;
	if (app->config.codes == NULL)
		app->config.codes = &CODES_PRESET;
	app->ports = *ports;
	arena_init(&app->arena, app->arena_memory, sizeof app->arena_memory);
	arena_init(&app->scratch, app->scratch_memory, sizeof app->scratch_memory);
	for (int i = 0; i < RECORD_TYPE_COUNT; i++)
		TAILQ_INIT(&app->of_type[i]);
	TAILQ_INIT(&app->dirty);
	TAILQ_INIT(&app->test_press_order);
	TAILQ_INIT(&app->closed);
	TAILQ_INIT(&app->ready);
	TAILQ_INIT(&app->ready_first);
	TAILQ_INIT(&app->awaiting);
	TAILQ_INIT(&app->settled);
	TAILQ_INIT(&app->alarms);
	app->recent = calloc(RECENT_ALARMS, sizeof *app->recent);
	app->recent_ms = calloc(RECENT_ALARMS, sizeof *app->recent_ms);
	app_begin(app);
	app->started_ms = app->now.store_ms;
	app->alive_sent.ms = app->now.mono.ms - ALIVE_EVERY_MS;
	app->alive_back.ms = app->now.mono.ms - ALIVE_STALE_MS;
	app->attach_wanted = true;
	app->flights_may = FLIGHTS_FIRST;
	if (app->recent == NULL || app->recent_ms == NULL || (app->roster = roster_new()) == NULL ||
	    (app->desks = desks_new()) == NULL || (app->refusals = refusals_new()) == NULL ||
	    (app->find = find_new()) == NULL || !devices_new(app) || !watched_new(app) || !posts_new(app) ||
	    !screens_new(app) || !cut_new(app) || !shifts_new(app)) {
		app_free(app);
		return NULL;
	}
	return app;
}

void app_free(struct app *app)
{
	if (app == NULL)
		return;
	changes_free(app);
	projection_free(app);
	watched_free(app);
	devices_free(app);
	posts_free(app);
	screens_free(app);
	roster_free(app->roster);
	desks_free(app->desks);
	refusals_free(app->refusals);
	listings_free(app->listings);
	cut_free(app);
	shifts_free(app);
	free(app->recent);
	free(app->recent_ms);
	free(app);
}

void app_codes(struct app *app, const struct codes *codes)
{
	app->config.codes = codes;
}

void app_policy(struct app *app, const struct policy *policy)
{
	app->config.policy = *policy;
}

/* Devices and phones hear of a change when its entry is safe, never before. They are told what is, not what happened:
 * however often a record changed, its last state is told once. */
static void tell(struct app *app)
{
	struct incident_slot *slot, *next;
	int n = 0;

	for (slot = TAILQ_FIRST(&app->dirty); slot != NULL && n < TURN_BATCH; slot = next) {
		struct incident *inc = &app->reading;

		next = TAILQ_NEXT(slot, dirty_link);
		if (slot->record->log_id > app->safe)
			continue;
		n++;
		TAILQ_REMOVE(&app->dirty, slot, dirty_link);
		slot->dirty = false;
		if (slot->record->rev == 0) {
			record_release(app, slot->record);
			continue;
		}
		/* Told with its acknowledgement; or its unit and caregivers are at other daemons. */
		if (!slot->has_jobs && (slot->told == slot->record->commits[0] || !devices_watch(app, slot->id)))
			continue;
		arena_reset(&app->arena);
		if (!incident_read(app, slot->record, inc))
			continue;
		devices_touch(app, inc);
		for (uint32_t j = 0; j < inc->job_count; j++)
			for (uint32_t o = 0; o < inc->jobs[j].offer_count; o++)
				phones_touch(app, inc->jobs[j].offers[o].caregiver);
	}
}

static int64_t turn(struct app *app)
{
	int64_t wait_ms = ALIVE_EVERY_MS / 4;

	feed_turn(app);
	alive_turn(app);
	operators_turn(app);
	desks_turn(app);
	logins_turn(app);
	guesses_turn(app);
	quarantine_turn(app);
	outages_turn(app);
	proofs_turn(app);
	watched_turn(app);
	storms_turn(app);
	shifts_turn(app);
	duty_turn(app);
	deadlines_turn(app);
	cut_turn(app);
	changes_turn(app);
	tell(app);
	screens_turn(app);
	devices_turn(app);
	posts_turn(app);
	drain_turn(app);
	find_turn(app);
	listings_turn(app);
	audit_turn(app);
	projection_trim(app);
	if (app->store_up && (changes_ready(app) || (!TAILQ_EMPTY(&app->dirty) && app->safe == app->newest)))
		return 0;
	if (screens_behind(app) || find_behind(app) || listings_behind(app))
		return 0;
	if (app->flight_count != 0 || !TAILQ_EMPTY(&app->alarms) || screens_pending(app) || cut_waits(app))
		wait_ms = COALESCE_MS / 2;
	if (shifts_behind(app))
		wait_ms = 2;
	if (deadlines_wait(app) < wait_ms)
		wait_ms = deadlines_wait(app);
	if (proofs_wait(app) < wait_ms)
		wait_ms = proofs_wait(app);
	if (drain_wait(app) < wait_ms)
		wait_ms = drain_wait(app);
	if (watched_wait(app) < wait_ms)
		wait_ms = watched_wait(app);
	return wait_ms;
}

int64_t app_turn(struct app *app)
{
	int64_t wait_ms;

	app_begin(app);
	wait_ms = turn(app);
	devices_wait(app, wait_ms);
	return wait_ms;
}

void app_link_down(struct app *app, link_t link)
{
	app_begin(app);
	devices_down(app, link);
	screens_down(app, link);
}

void app_health(const struct app *app, struct app_health *ret)
{
	*ret = (struct app_health){
		.store_up = app->store_up,
		.alive = app->fresh,
		.loaded = app->loaded,
		.stale_ms = app->stale_ms,
		.newest = app->newest,
		.safe = app->safe,
	};
}
