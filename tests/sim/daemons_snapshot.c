/* daemons_snapshot.c - the local snapshot of a simulated daemon. */
#include <stdlib.h>

#include "sim/kit.h"

#define SNAPSHOT_EVERY_MS 60000

void sim_snapshot_forget(struct daemon *d)
{
	for (size_t i = 0; i < d->snapshot_count; i++)
		free(d->snapshot[i].body);
	d->snapshot_count = 0;
}

static void snapshot_record(void *ctx, const struct store_record *record)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;
	struct kept_record *k;

	sim_inside_app = false;
	if (d->snapshot_count == d->snapshot_size) {
		d->snapshot_size = d->snapshot_size == 0 ? 64 : 2 * d->snapshot_size;
		d->snapshot = realloc(d->snapshot, d->snapshot_size * sizeof *d->snapshot);
		ENSURE(d->snapshot != NULL);
	}
	k = &d->snapshot[d->snapshot_count++];
	k->record = *record;
	k->body = sim_copy(record->body.at, record->body.len);
	k->record.body.at = k->body;
	sim_inside_app = inside;
}

static void snapshot_take(struct sim *sim, void *who, uint64_t arg)
{
	struct daemon *d = who;
	struct app_health health;

	if (!d->up || d->boot != arg)
		return;
	app_health(d->app, &health);
	if (health.store_up && health.loaded) {
		sim_snapshot_forget(d);
		sim_enter(d);
		app_records(d->app, snapshot_record, d);
		sim_leave(d);
		d->snapshot_at = sim->now;
	}
	sim_after(sim, SNAPSHOT_EVERY_MS, snapshot_take, d, d->boot);
}

static void snapshot_load(struct sim *sim, void *who, uint64_t arg)
{
	struct daemon *d = who;
	struct app_health health;

	if (!d->up || d->boot != arg || d->snapshot_count == 0)
		return;
	app_health(d->app, &health);
	if (health.loaded || health.store_up)
		return;
	sim_note(sim, "daemon %u starts from its snapshot of %zu records", d->index, d->snapshot_count);
	sim_saw(SEEN_DAEMON_FROM_SNAPSHOT);
	sim_enter(d);
	app_load_begin(d->app);
	for (size_t i = 0; i < d->snapshot_count; i++)
		app_load_record(d->app, &d->snapshot[i].record);
	app_load_end(d->app, 0, 0, sim->now - d->snapshot_at + 1);
	sim_leave(d);
}

void sim_snapshot_begin(struct daemon *d)
{
	sim_after(d->sim, SNAPSHOT_EVERY_MS, snapshot_take, d, d->boot);
	sim_after(d->sim, 1000, snapshot_load, d, d->boot);
}
