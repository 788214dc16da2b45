/* alive.c - proof of life: once a second each daemon writes {daemon, operators} through the gate, and so knows that its
 * Redis is the one that counts; and every daemon sees which others are there. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/internal.h"

bool daemon_alive(const struct app *app, const struct record *rec)
{
	/* Measured from when its proof came here: no clock of another machine is trusted. */
	return rec->rev != 0 && app->now.mono.ms - rec->since.ms < ALIVE_STALE_MS;
}

static uint8_t *body_make(struct app *app, uint32_t *ret_len)
{
	char(*ids)[ID_MAX] = arena_take(&app->arena, OPERATORS_MAX * sizeof *ids);
	char **list = arena_take(&app->arena, OPERATORS_MAX * sizeof *list);
	Pingan__V1__Daemon d = PINGAN__V1__DAEMON__INIT;
	struct app_leaving left;
	uint8_t *body;

	d.id = app->config.daemon;
	d.started_ms = app->started_ms;
	d.alive_ms = app->now.store_ms;
	d.keeps_snapshot = app->keeps_snapshot;
	d.snapshot_entry = app->snapshot_entry;
	app_leaving(app, &left);
	d.host = app->config.host;
	d.pid = app->config.pid;
	d.version = app->config.build;
	d.serves_devices = app->config.serve_devices && !app->drain.deaf;
	d.serves_screens = app->config.serve_screens;
	d.leaving = (Pingan__V1__Daemon__Leaving)app->drain.state;
	d.order = app->drain.order;
	d.units = left.units;
	d.datagrams = left.datagrams;
	d.screens = left.screens;
	d.in_hand = left.in_hand == 0 ? 0 : left.in_hand - 1; /* this very proof is one */
	if (ids == NULL || list == NULL)
		return NULL;
	d.n_operators = screens_operators(app, ids, OPERATORS_MAX);
	for (size_t i = 0; i < d.n_operators; i++)
		list[i] = ids[i];
	d.operators = list;
	*ret_len = (uint32_t)pingan__v1__daemon__get_packed_size(&d);
	body = malloc(*ret_len + 1);
	if (body != NULL)
		pingan__v1__daemon__pack(&d, body);
	return body;
}

static void prove(struct app *app)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	record_key(key, "daemon", app->config.daemon);
	arena_reset(&app->arena);
	ch = change_submit(app, CHANGE_DAEMON, key, NULL, NULL, (struct waiter){0});
	if (ch == NULL)
		return;
	ch->body = body_make(app, &ch->body_len);
	if (ch->body == NULL)
		ch->body_len = 0; /* an empty record proves life as well */
	app->alive_pending = true;
	app->alive_sent = app->now.mono;
}

void alive_back(struct app *app)
{
	app->alive_pending = false;
	app->alive_back = app->now.mono;
}

/* Removes the record of a daemon long gone; whoever is first. */
static void bury(struct app *app, struct record *rec)
{
	struct change *ch;

	if (app->now.mono.ms - rec->since.ms < ALIVE_FORGET_MS || rec->busy != NULL || rec->waiting_count != 0)
		return;
	ch = change_submit(app, CHANGE_DAEMON, rec->key, NULL, NULL, (struct waiter){0});
	if (ch != NULL)
		ch->remove = true;
}

void alive_turn(struct app *app)
{
	bool fresh = app->store_up && app->now.mono.ms - app->alive_back.ms < ALIVE_STALE_MS;
	struct record *rec, *next;

	if (app->fresh != fresh) {
		app->fresh = fresh;
		APP_LOG(app, fresh ? "FRESH" : "NOT_FRESH", "newest=%" PRIu64 " store_up=%d", app->newest, app->store_up);
		screens_store_state(app);
		/* With Redis plainly gone every daemon of the cell is as we are; with a Redis that takes no writes
		 * another daemon may be better placed. */
		if (!fresh && app->store_up)
			devices_not_fresh(app);
	}
	if (!app->store_up || app->now.mono.ms - app->alive_sent.ms < ALIVE_EVERY_MS)
		return;
	if (!app->alive_pending)
		prove(app);
	for (rec = TAILQ_FIRST(&app->of_type[RECORD_DAEMON]); rec != NULL; rec = next) {
		next = TAILQ_NEXT(rec, of_type);
		if (rec->rev != 0)
			bury(app, rec);
	}
	drain_bury(app);
}
