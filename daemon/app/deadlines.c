/* deadlines.c - nobody waits without a clock running. The deadlines are in the records; every daemon knows them all.
 *
 * The daemon ranked first for an incident acts at once, the next half a second later, and so on. The store's
 * compare-and-set makes a double harmless, and refuses one that its own clock finds too early.
 */
#include <inttypes.h>

#include "app/internal.h"
#include "base/hash.h"

#define RANK_MS 500
#define AGAIN_MS 20
#define SAFETY_MS 2000 /* asked for, and nothing came of it */

void deadline_set(struct app *app, struct incident_slot *slot)
{
	if (slot->next_due_ms == 0 || slot->state == INCIDENT_NONE) {
		heap_remove(&app->deadlines, &slot->due);
		return;
	}
	if (!heap_set(&app->deadlines, &slot->due, slot->next_due_ms))
		projection_incomplete(app, "deadline");
}

void deadline_again(struct app *app, struct incident_slot *slot)
{
	if (slot->next_due_ms == 0 || slot->state == INCIDENT_NONE)
		return;
	if (!heap_set(&app->deadlines, &slot->due, app->now.store_ms + AGAIN_MS))
		projection_incomplete(app, "deadline");
}

static uint64_t weight(const char *daemon, uint64_t incident)
{
	return hash_bytes(incident, 0x72616e6b, slice_str(daemon));
}

/* Who leaves comes after all who stay: what was theirs is carried on without waiting for their end. */
bool deadline_mine(struct app *app, uint64_t incident, int64_t late_ms)
{
	uint64_t mine = weight(app->config.daemon, incident);
	bool leave = drain_leaves(app);
	int64_t rank = 0;
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_DAEMON], of_type) {
		const char *id = rec->key + strlen("daemon:");

		if (!daemon_alive(app, rec) || strcmp(id, app->config.daemon) == 0)
			continue;
		if (leave != drain_peer_leaves(app, rec) ? leave : weight(id, incident) > mine)
			rank++;
	}
	return late_ms >= rank * RANK_MS;
}

const char *app_daemon(const struct app *app)
{
	return app->config.daemon;
}

bool app_first(struct app *app, uint64_t what)
{
	app_begin(app);
	return app->store_up && app->fresh && deadline_mine(app, what, 0);
}

/* One that is due rings: true when nothing more can be taken in for now. It stays due then, and keeps its place. */
static bool ring(struct app *app, struct incident_slot *slot)
{
	struct event ev = {.type = EVENT_DEADLINE, .due_ms = slot->next_due_ms};
	int64_t late_ms = app->now.store_ms - slot->next_due_ms;
	ms_t next_ms = app->now.store_ms + SAFETY_MS;

	if (late_ms < 0) {
		next_ms = slot->next_due_ms; /* moved on meanwhile */
	} else if (!deadline_mine(app, slot->id, late_ms)) {
		next_ms = app->now.store_ms + RANK_MS - late_ms % RANK_MS;
	} else {
		if (app->deadlines_taken >= DEADLINES_TAKEN_MAX)
			return true;
		if (change_submit(app, CHANGE_INCIDENT, slot->record->key, &ev, NULL, (struct waiter){0}) == NULL)
			next_ms = app->now.store_ms + RANK_MS;
		else
			count(app, C_DEADLINES);
	}
	ENSURE(heap_set(&app->deadlines, &slot->due, next_ms));
	return false;
}

void deadlines_turn(struct app *app)
{
	struct heap_item *top;

	if (!app->store_up)
		return;
	for (int n = 0; n < TURN_BATCH && (top = heap_top(&app->deadlines)) != NULL && top->at <= app->now.store_ms; n++)
		if (ring(app, (struct incident_slot *)((char *)top - offsetof(struct incident_slot, due))))
			return;
}

ms_t deadlines_wait(const struct app *app)
{
	const struct heap_item *top = heap_top(&app->deadlines);

	/* Those that find no room are rung when an entry comes back from the log. */
	if (!app->store_up || top == NULL || app->deadlines_taken >= DEADLINES_TAKEN_MAX)
		return ALIVE_EVERY_MS;
	return top->at > app->now.store_ms ? top->at - app->now.store_ms : 0;
}
