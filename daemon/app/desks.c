/* desks.c - what lies on each operator's desk: which calls came to them lately, which they have in hand.
 *
 * Owns:   one desk for each person who ever took a call; the lists of their incidents, taken from the records' own lines, so
 *         that every daemon counts the same, and a restart forgets nothing that the records still say.
 * Result: load and flood for the screens. A call taken while a less urgent one is in hand lays that one aside: the daemon
 *         that serves the console says so, once, when the claim has come back from the log.
 * Bounds: a desk holds what its person owns, and what came within the policy's window.
 */
#include <stdio.h>

#include "app/internal.h"

#define LOAD_SHOWN_MS SECONDS(5) /* a new figure goes to the screens no more often; a flood at once */

struct desk {
	char person[ID_MAX];
	struct slot_list slots;
	uint32_t load, shown;
	bool flood;
};

struct desks {
	struct table of; /* person -> struct desk */
	mono_t looked_at, shown_at;
};

struct desks *desks_new(void)
{
	return calloc(1, sizeof(struct desks));
}

void desks_free(struct desks *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < table_places(&d->of); i++)
		if (table_at(&d->of, i)->key != NULL)
			free(table_at(&d->of, i)->value);
	table_free(&d->of);
	free(d);
}

static struct desk *desk_want(struct app *app, const char *person)
{
	struct desk *desk = table_get(&app->desks->of, person);

	if (desk != NULL)
		return desk;
	desk = calloc(1, sizeof *desk);
	if (desk != NULL) {
		snprintf(desk->person, sizeof desk->person, "%s", person);
		TAILQ_INIT(&desk->slots);
		if (table_put(&app->desks->of, desk->person, desk))
			return desk;
	}
	free(desk);
	projection_incomplete(app, "desk");
	return NULL;
}

void desk_leave(struct incident_slot *slot)
{
	if (slot->desk == NULL)
		return;
	TAILQ_REMOVE(&slot->desk->slots, slot, desk_link);
	slot->desk = NULL;
}

/* Who took it last, or was given it, and when; NULL when nobody has. */
static const char *taker(const struct incident *inc, ms_t *ret_ms, bool *ret_given)
{
	for (uint32_t i = inc->line_count; i-- > 0;) {
		const struct line *line = &inc->lines[i];

		*ret_ms = line->at_ms;
		*ret_given = line->code == LINE_TRANSFERRED;
		if (line->code == LINE_CLAIMED)
			return line->who;
		if (line->code == LINE_TRANSFERRED)
			return line->subject;
	}
	*ret_ms = inc->answered_ms; /* the line has been let go: long ago */
	return inc->owner[0] == '\0' ? NULL : inc->owner;
}

void desk_enter(struct app *app, struct incident_slot *slot, const struct incident *inc)
{
	ms_t at_ms = 0;
	bool given = false;
	const char *person = taker(inc, &at_ms, &given);
	bool has = inc->state == INCIDENT_ANSWERED;

	if (person == NULL || person[0] == '\0')
		return;
	slot->taken_ms = at_ms;
	slot->given = given;
	if (!has && app->now.store_ms - at_ms >= SECONDS(app->config.policy.flood_window_s))
		return;
	slot->desk = desk_want(app, person);
	if (slot->desk != NULL)
		TAILQ_INSERT_TAIL(&slot->desk->slots, slot, desk_link);
}

void desk_interrupt(struct app *app, const struct incident_slot *taken)
{
	struct event ev = {.type = EVENT_HOLD, .count = 1};
	struct desk *desk = taken->desk;
	struct incident_slot *slot;

	/* What one is given rings; only what one takes is in hand at once. */
	if (desk == NULL || taken->given || taken->state != INCIDENT_ANSWERED || !screens_console_here(app, taken->owner))
		return;
	memcpy(ev.who, taken->owner, sizeof ev.who);
	TAILQ_FOREACH (slot, &desk->slots, desk_link)
		if (slot->state == INCIDENT_ANSWERED && !slot->held && strcmp(slot->owner, taken->owner) == 0 &&
		    class_above(taken->class, slot->class))
			(void)change_submit(app, CHANGE_INCIDENT, slot->record->key, &ev, NULL, (struct waiter){0});
}

/* In flood from so many new calls on, out of it below fewer: it does not flicker. */
static void look(struct app *app, struct desk *desk, bool *ret_changed)
{
	const struct policy *policy = &app->config.policy;
	struct incident_slot *slot, *next;
	bool flood;

	desk->load = 0;
	for (slot = TAILQ_FIRST(&desk->slots); slot != NULL; slot = next) {
		bool lately = app->now.store_ms - slot->taken_ms < SECONDS(policy->flood_window_s);

		next = TAILQ_NEXT(slot, desk_link);
		desk->load += lately;
		if (!lately && slot->state != INCIDENT_ANSWERED)
			desk_leave(slot);
	}
	flood = desk->load >= (desk->flood ? policy->flood_leave : policy->flood_count);
	*ret_changed = *ret_changed || flood != desk->flood;
	desk->flood = flood;
}

void desks_turn(struct app *app)
{
	struct desks *d = app->desks;
	bool flooded = false, moved = false;

	if (app->loading || app->now.mono.ms - d->looked_at.ms < ALIVE_EVERY_MS)
		return;
	d->looked_at = app->now.mono;
	for (size_t i = 0; i < table_places(&d->of); i++) {
		struct desk *desk = table_at(&d->of, i)->key == NULL ? NULL : table_at(&d->of, i)->value;

		if (desk == NULL)
			continue;
		look(app, desk, &flooded);
		moved = moved || desk->load != desk->shown;
	}
	if (!flooded && (!moved || app->now.mono.ms - d->shown_at.ms < LOAD_SHOWN_MS))
		return;
	d->shown_at = app->now.mono;
	for (size_t i = 0; i < table_places(&d->of); i++)
		if (table_at(&d->of, i)->key != NULL)
			((struct desk *)table_at(&d->of, i)->value)->shown = ((struct desk *)table_at(&d->of, i)->value)->load;
	screens_presence(app);
}

uint32_t desk_load(struct app *app, const char *person, bool *ret_flood)
{
	const struct desk *desk = table_get(&app->desks->of, person);

	*ret_flood = desk != NULL && desk->flood;
	return desk == NULL ? 0 : desk->load;
}
