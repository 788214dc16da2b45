/* feed.c - what the store brings: attach, load, log entries, the gate. The one path from a commit to a screen. */
#include <inttypes.h>
#include <stdio.h>

#include "app/registry.h"
#include "app/audit.h"
#include "app/change.h"
#include "app/cut.h"
#include "app/supervision.h"

static void tail_push(struct app *app, const struct store_entry *e)
{
	struct tail_entry *t = &app->tail[app->tail_at];

	memset(t, 0, sizeof *t);
	t->id = e->id;
	t->commit = e->commit;
	for (uint32_t i = 0; i < e->record_count && t->key_count < COUNT_OF(t->incidents); i++)
		if (strncmp(e->records[i].key, "incident:", 9) == 0)
			t->incidents[t->key_count++] = strtoull(e->records[i].key + 9, NULL, 16);
	cut_keep(app, t, e);
	app->tail_at = (app->tail_at + 1) % TAIL_MAX;
	if (app->tail_len < TAIL_MAX)
		app->tail_len++;
}

static void store_state(struct app *app, bool up)
{
	if (app->store_up == up)
		return;
	app->store_up = up;
	app->store_since_ms = app->now.store_ms;
	app->awaiting_since = app->now.mono;
	screens_store_state(app);
}

static void load(struct app *app)
{
	store_state(app, false);
	app->attach_wanted = false;
	app->loading = true;
	app->ports.store_load(app->ports.ctx);
}

/* A store that we follow gives a load only after a check that finds nothing of ours: app_store_attached() goes on. */
void feed_reload(struct app *app)
{
	store_state(app, false);
	app->attach_wanted = false;
	app->loading = true;
	app->ports.store_attach(app->ports.ctx, 0, 0);
}

void feed_turn(struct app *app)
{
	if (app->incomplete && app->store_up && app->now.mono.ms - app->reloaded_at.ms >= SECONDS(1)) {
		app->incomplete = false;
		app->reloaded_at = app->now.mono;
		feed_reload(app);
	}
	if (!app->attach_wanted)
		return;
	app->attach_wanted = false;
	app->ports.store_attach(app->ports.ctx, app->stale_ms != 0 ? 0 : app->newest,
	                        app->stale_ms != 0 ? 0 : app->newest_commit);
}

void app_store_attached(struct app *app, enum attach_result result, bool replicated)
{
	app_begin(app);
	app->replicated = replicated;
	if (cut_looking(app)) {
		if (!cut_answered(app, result))
			load(app);
		return;
	}
	switch (result) {
	case ATTACH_TAIL:
		APP_LOG(app, "STORE_ATTACHED", "newest=%" PRIu64, app->newest);
		/* History is whole: what was read is still so, and as safe as the store says next. */
		if (!replicated)
			app->safe = app->newest;
		store_state(app, true);
		changes_resend(app);
		return;
	case ATTACH_CUT:
		count(app, C_HISTORY_CUT);
		APP_LOG(app, "HISTORY_CUT", "newest=%" PRIu64, app->newest);
		app->cut = true;
		watched_cut(app);
		store_state(app, false);
		if (!cut_look(app))
			load(app);
		return;
	case ATTACH_EMPTY:
	case ATTACH_THERE: /* nobody looks: nothing is lost by reading all */
		load(app);
		return;
	}
}

void app_store_down(struct app *app)
{
	app_begin(app);
	if (app->store_up)
		APP_LOG(app, "STORE_DOWN", "newest=%" PRIu64 " flights=%zu", app->newest, app->flight_count);
	store_state(app, false);
	watched_down(app);
	cut_stop(app);
	app->loading = false;
	app->attach_wanted = true;
}

void app_store_one_copy(struct app *app, bool one_copy)
{
	app_begin(app);
	if (app->one_copy == one_copy)
		return;
	app->one_copy = one_copy;
	APP_LOG(app, one_copy ? "ONE_COPY" : "TWO_COPIES", "newest=%" PRIu64, app->newest);
	screens_store_state(app);
}

void app_store_entry(struct app *app, const struct store_entry *e)
{
	app_begin(app);
	if (e->id <= app->newest || app->loading)
		return;
	if (e->id != app->newest + 1 || e->prev != app->newest_commit) {
		count(app, C_LOG_GAPS);
		APP_LOG(app, "LOG_GAP", "newest=%" PRIu64 " came=%" PRIu64, app->newest, e->id);
		store_state(app, false);
		app->attach_wanted = true;
		return;
	}
	count(app, C_LOG_ENTRIES);
	app->newest = e->id;
	app->newest_commit = e->commit;
	tail_push(app, e);
	for (uint32_t i = 0; i < e->record_count; i++)
		(void)projection_apply(app, &e->records[i], e->id);
	on_test_entry(app, e);
	record_hand_entry(app, e);
	audit_entry(app, e);
	screens_entry(app, e);
	changes_entry(app, e->commit, e->id);
}

void app_store_safe(struct app *app, uint64_t id)
{
	if (id > app->safe)
		app->safe = id < app->newest ? id : app->newest;
}

/* ------------------------------------------------------------ load */

void app_load_begin(struct app *app)
{
	app_begin(app);
	app->loading = true;
	projection_load_begin(app);
}

void app_load_record(struct app *app, const struct store_record *record)
{
	app_begin(app);
	(void)projection_apply(app, record, 0);
}

void app_load_end(struct app *app, uint64_t id, uint64_t commit, int64_t stale_ms)
{
	bool cut = app->cut;

	app_begin(app);
	projection_load_end(app, stale_ms != 0 ? 0 : id);
	app->loading = false;
	app->loaded = true;
	app->stale_ms = stale_ms;
	/* Nothing before this is known by number: screens that resume from earlier get a snapshot. */
	app->tail_len = 0;
	app->tail_at = 0;
	APP_LOG(app, "LOADED", "newest=%" PRIu64 " incidents=%zu households=%zu devices=%zu people=%zu stale_ms=%" PRId64,
	        id, app->count_of_type[RECORD_INCIDENT], app->count_of_type[RECORD_HOUSEHOLD],
	        app->count_of_type[RECORD_DEVICE], app->count_of_type[RECORD_PERSON], stale_ms);
	if (stale_ms != 0) {
		/* A local snapshot: enough to receive and to show, never to promise. */
		app->newest = 0;
		app->newest_commit = 0;
		screens_reload(app);
		app->cut = false;
		return;
	}
	app->newest = id;
	app->newest_commit = commit;
	app->safe = app->replicated ? 0 : id;
	audit_loaded(app);
	store_state(app, true);
	if (cut)
		changes_cut(app);
	changes_resend(app);
	if (cut)
		intake_recommit(app);
	screens_reload(app);
	app->cut = false;
}

uint64_t app_snapshot(struct app *app, bool keeps, uint64_t entry)
{
	app->keeps_snapshot = keeps;
	app->snapshot_entry = entry;
	return app->snapshot_wishes;
}

/* What a local snapshot keeps: everything but proofs of life and closed incidents. */
void app_records(struct app *app, void (*each)(void *ctx, const struct store_record *record), void *ctx)
{
	static const enum record_type KEPT[] = {RECORD_AREA,  RECORD_PERSON,    RECORD_HOUSEHOLD, RECORD_DEVICE,
	                                        RECORD_LOGIN, RECORD_CAREGIVER, RECORD_OPERATOR,  RECORD_INCIDENT,
	                                        RECORD_TOKEN, RECORD_STATION,   RECORD_ROSTER,    RECORD_ABSENCE};
	struct record *rec;

	for (size_t i = 0; i < COUNT_OF(KEPT); i++)
		TAILQ_FOREACH (rec, &app->of_type[KEPT[i]], of_type) {
			struct store_record out = {.rev = rec->rev, .body = slice_of(rec->body, rec->body_len)};

			if (rec->rev == 0 || (rec->slot != NULL && rec->slot->state == INCIDENT_CLOSED))
				continue;
			memcpy(out.key, rec->key, sizeof out.key);
			memcpy(out.commits, rec->commits, sizeof out.commits);
			each(ctx, &out);
		}
}
