/* seen.c - when each unit was last heard: in memory at once, in the store some moments later; and what it said of itself.
 *
 * What is put at one moment is told as one: the time of this daemon goes with the last of it, so that whoever reads that
 * time has read all that was heard here up to then.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/watched.h"

/* Kept free in a put: for carriers, daemons that are forgotten, and the two times of our own. */
#define PUT_UNITS (STORE_SEEN_MAX - CARRIERS_MAX - 16 - 4)

struct unit *unit_find(struct app *app, const char *device)
{
	char key[STORE_KEY_MAX];
	struct record *rec;

	record_key(key, "device", device);
	rec = key[0] == '\0' ? NULL : record_find(app, key);
	return rec == NULL || rec->rev == 0 ? NULL : rec->live;
}

static void soil(struct app *app, struct unit *u)
{
	if (u->queue == UNIT_FLYING) {
		u->heard_again = true;
	} else if (u->queue == UNIT_CLEAN) {
		u->queue = UNIT_DIRTY;
		TAILQ_INSERT_TAIL(&app->units->dirty, u, link);
	}
}

void device_heard(struct app *app, const char *device)
{
	struct unit *u = unit_find(app, device);

	if (u == NULL)
		return;
	/* Its clock may have stood still or stepped back: what was heard stays heard. */
	if (app->now.store_ms > u->heard_ms)
		u->heard_ms = app->now.store_ms;
	if (u->carrier != NULL && app->now.store_ms > u->carrier->heard_ms) {
		u->carrier->heard_ms = app->now.store_ms;
		u->carrier->dirty = true;
	}
	soil(app, u);
	if (u->silent)
		unit_back(app, u);
}

void device_vitals(struct app *app, const char *device, const struct vitals *v)
{
	struct unit *u = unit_find(app, device);

	if (u == NULL)
		return;
	if (u->vitals == NULL) {
		u->vitals = malloc(sizeof *u->vitals);
		if (u->vitals == NULL)
			return; /* said again with its next frame */
		*u->vitals = vitals_none();
	}
	upkeep_vitals(app, u, v);
	if (vitals_merge(u->vitals, v)) {
		u->vitals_dirty = true;
		soil(app, u);
	}
}

void seen_believe(struct app *app, struct unit *u, const struct store_seen *s)
{
	struct vitals v;

	if (s->heard_ms > u->heard_ms)
		u->heard_ms = s->heard_ms;
	if (s->vitals.len == 0 || !vitals_decode(s->vitals, &app->scratch, &v) ||
	    (u->vitals != NULL && u->vitals->at_ms >= v.at_ms))
		return;
	if (u->vitals == NULL)
		u->vitals = malloc(sizeof *u->vitals);
	if (u->vitals != NULL)
		*u->vitals = v;
}

/* ------------------------------------------------------------ putting */

static void name(struct store_seen *s, const char *prefix, const char *id)
{
	memset(s, 0, sizeof *s);
	snprintf(s->name, sizeof s->name, "%s%s", prefix, id);
}

static size_t put_units(struct app *app, size_t n)
{
	struct units *us = app->units;
	struct unit *u;

	while (n < PUT_UNITS && (u = TAILQ_FIRST(&us->dirty)) != NULL) {
		struct store_seen *s = &us->put[n];

		TAILQ_REMOVE(&us->dirty, u, link);
		TAILQ_INSERT_TAIL(&us->flying, u, link);
		u->queue = UNIT_FLYING;
		u->heard_again = false;
		name(s, "", unit_id(u));
		s->heard_ms = u->heard_ms;
		if (u->vitals_dirty)
			s->vitals = slice_of(us->put_vitals[n], vitals_encode(u->vitals, us->put_vitals[n]));
		u->vitals_dirty = false;
		n++;
	}
	return n;
}

static size_t put_carriers(struct app *app, size_t n)
{
	struct units *us = app->units;

	for (size_t i = 0; i < table_places(&us->carriers); i++) {
		struct carrier *c = table_at(&us->carriers, i)->key == NULL ? NULL : table_at(&us->carriers, i)->value;

		if (c == NULL || !c->dirty)
			continue;
		c->dirty = false;
		name(&us->put[n], "#", c->code);
		us->put[n++].heard_ms = c->heard_ms;
	}
	return n;
}

void seen_forget(struct app *app, const char *what)
{
	struct units *us = app->units;

	if (us->forget_count < COUNT_OF(us->forget))
		snprintf(us->forget[us->forget_count++], STORE_SEEN_NAME_MAX, "%s", what);
}

static void put(struct app *app)
{
	struct units *us = app->units;
	size_t n = put_carriers(app, put_units(app, 0));

	for (; us->forget_count != 0; us->forget_count--) {
		name(&us->put[n], "", us->forget[us->forget_count - 1]);
		us->put[n++].forget = true;
	}
	us->telling_break = us->tell_break;
	if (us->tell_break) {
		name(&us->put[n], "!", "since");
		us->put[n++].heard_ms = us->since_ms;
		name(&us->put[n], "!", "gone");
		us->put[n++].heard_ms = us->gone_ms;
		us->tell_break = false;
	}
	us->put_more = !TAILQ_EMPTY(&us->dirty);
	/* With the last of what was heard: up to now this daemon has told everything. Only one that knows since when the cell
	 * hears may say that somebody hears. */
	if (us->hears && TAILQ_EMPTY(&us->dirty)) {
		name(&us->put[n], "@", app->config.daemon);
		us->put[n++].heard_ms = app->now.store_ms;
		name(&us->put[n], "!", "heard");
		us->put[n++].heard_ms = app->now.store_ms;
	}
	if (n == 0)
		return;
	us->putting = true;
	app->ports.store_seen_put(app->ports.ctx, us->put, n);
}

void seen_turn(struct app *app)
{
	struct units *us = app->units;

	if (us->putting || app->now.mono.ms - us->put_at.ms < FLUSH_MS)
		return;
	us->put_at = app->now.mono;
	put(app);
}

/* What flew has landed, or has to fly again. */
static void landed(struct app *app, bool ok)
{
	struct units *us = app->units;
	struct unit *u;

	us->putting = false;
	us->tell_break = us->tell_break || (us->telling_break && !ok);
	us->telling_break = false;
	while ((u = TAILQ_FIRST(&us->flying)) != NULL) {
		TAILQ_REMOVE(&us->flying, u, link);
		u->queue = UNIT_CLEAN;
		if (!ok && u->vitals != NULL)
			u->vitals_dirty = true;
		if (!ok || u->heard_again)
			soil(app, u);
	}
	for (size_t i = 0; !ok && i < table_places(&us->carriers); i++)
		if (table_at(&us->carriers, i)->key != NULL)
			((struct carrier *)table_at(&us->carriers, i)->value)->dirty = true;
}

void app_store_seen_put(struct app *app, bool ok)
{
	app_begin(app);
	landed(app, ok);
	if (!ok)
		count(app, C_SEEN_FAILED);
	/* There was more than one put takes. */
	else if (app->units->put_more)
		put(app);
}

void seen_down(struct app *app)
{
	landed(app, false);
}

/* ------------------------------------------------------------ for screens */

bool device_seen(struct app *app, const char *device, struct device_seen *ret)
{
	const struct unit *u = unit_find(app, device);

	memset(ret, 0, sizeof *ret);
	if (u == NULL)
		return false;
	ret->heard_ms = u->heard_ms;
	ret->vitals = u->vitals;
	ret->silent = u->silent;
	return true;
}

void device_seen_ask(struct app *app, const char *device)
{
	struct units *us = app->units;

	for (size_t i = 0; i < us->look_count; i++)
		if (strcmp(us->look[i], device) == 0)
			return;
	if (us->look_count < COUNT_OF(us->look))
		snprintf(us->look[us->look_count++], ID_MAX, "%s", device);
}

void seen_looked(struct app *app, const struct store_seen *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct unit *u = unit_find(app, list[i].name);

		if (u == NULL)
			continue;
		seen_believe(app, u, &list[i]);
		details_home(app, u->record);
		cards_touch(app, unit_id(u));
	}
}
