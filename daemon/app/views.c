/* views.c - counts and ringing, once for all screens with equal rights: a change is counted when it is released, and no
 * list of incidents is walked for each screen. A walk over all is made only where a minimum or a full list has lost what
 * stood next.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/screens.h"

#define DAY_OFFSET_MS \
	(8 * 3600 * INT64_C(1000)) /* China Standard Time: the day of the figures begins at midnight there */

#define RING_KEPT (4 * CONSOLE_RINGING_MAX) /* so that a walk over all is due once in that many answers, not at each */

struct view {
	TAILQ_ENTRY(view) link;
	struct rights rights; /* person is empty: what belongs to one person is the session's */
	size_t refs;
	uint32_t count[CLASS_COUNT]; /* without what is set aside */
	uint32_t aside[ASIDE_COUNT], drills;
	uint32_t waiting;
	ms_t longest_ms; /* since when the longest waits; 0 = nobody */
	bool longest_stale;
	struct shown *ring[RING_KEPT]; /* by order */
	size_t ring_len;
	bool ring_more; /* others ring that had no room */
	uint32_t on_duty, free;
	uint32_t answered, answered_10s, answered_60s;
};

/* The day's answers in one area. */
struct answer_day {
	char area[16];
	uint32_t answered, in_10s, in_60s;
};

/* ------------------------------------------------------------ ringing */

static bool above(const struct shown *a, const struct shown *b)
{
	return memcmp(a->face.order, b->face.order, ORDER_LEN) < 0;
}

static void ring_add(struct view *v, struct shown *sh)
{
	size_t at = v->ring_len;

	if (v->ring_len == RING_KEPT) {
		v->ring_more = true;
		if (!above(sh, v->ring[--at]))
			return;
	} else {
		v->ring_len++;
	}
	for (; at > 0 && above(sh, v->ring[at - 1]); at--)
		v->ring[at] = v->ring[at - 1];
	v->ring[at] = sh;
}

static void ring_remove(struct view *v, const struct shown *sh)
{
	for (size_t i = 0; i < v->ring_len; i++)
		if (v->ring[i] == sh) {
			memmove(&v->ring[i], &v->ring[i + 1], (v->ring_len - i - 1) * sizeof(struct shown *));
			v->ring_len--;
			return;
		}
}

static void ring_read(struct app *app, struct view *v)
{
	const struct table *all = &app->screens->shown;

	v->ring_len = 0;
	v->ring_more = false;
	for (size_t i = 0; i < table_places(all); i++) {
		struct shown *sh = table_at(all, i)->key == NULL ? NULL : table_at(all, i)->value;

		if (sh != NULL && rights_rings(app, &v->rights, &sh->face))
			ring_add(v, sh);
	}
}

size_t view_ringing(struct app *app, struct view *v, uint64_t ret[CONSOLE_RINGING_MAX])
{
	size_t count;

	if (v->ring_more && v->ring_len < CONSOLE_RINGING_MAX)
		ring_read(app, v);
	count = v->ring_len < CONSOLE_RINGING_MAX ? v->ring_len : CONSOLE_RINGING_MAX;
	for (size_t i = 0; i < count; i++)
		ret[i] = v->ring[i]->id;
	return count;
}

/* ------------------------------------------------------------ counts */

static bool open(const struct incident_slot *face)
{
	return face->state == INCIDENT_WAITING || face->state == INCIDENT_ANSWERED;
}

static void tally_out(struct view *v, const struct incident_slot *face)
{
	v->drills -= face->drill;
	v->aside[face->aside]--;
	if (face->aside != ASIDE_NONE)
		return; /* out of sight: counted apart, and its waiting is nobody's */
	v->count[face->class]--;
	if (face->state != INCIDENT_WAITING)
		return;
	v->waiting--;
	if (face->waiting_since_ms <= v->longest_ms)
		v->longest_stale = true;
}

static void tally_in(struct view *v, const struct incident_slot *face)
{
	v->drills += face->drill;
	v->aside[face->aside]++;
	if (face->aside != ASIDE_NONE)
		return;
	v->count[face->class]++;
	if (face->state != INCIDENT_WAITING)
		return;
	v->waiting++;
	if (v->longest_ms == 0 || face->waiting_since_ms < v->longest_ms)
		v->longest_ms = face->waiting_since_ms;
}

static void longest_read(struct app *app, struct view *v)
{
	const struct table *all = &app->screens->shown;

	v->longest_ms = 0;
	v->longest_stale = false;
	for (size_t i = 0; i < table_places(all) && v->waiting != 0; i++) {
		const struct shown *sh = table_at(all, i)->key == NULL ? NULL : table_at(all, i)->value;

		if (sh == NULL || sh->face.state != INCIDENT_WAITING || sh->face.aside != ASIDE_NONE ||
		    (v->longest_ms != 0 && sh->face.waiting_since_ms >= v->longest_ms))
			continue;
		if (rights_shows(app, &v->rights, &sh->face))
			v->longest_ms = sh->face.waiting_since_ms;
	}
}

static void answers_add(struct view *v, const struct answer_day *a)
{
	v->answered += a->answered;
	v->answered_10s += a->in_10s;
	v->answered_60s += a->in_60s;
}

/* A new day: the figures begin again. */
static void answers_turn(struct app *app)
{
	struct screens *sc = app->screens;
	int64_t day = (app->now.store_ms + DAY_OFFSET_MS) / (24 * 3600 * INT64_C(1000));
	struct view *v;

	if (day == sc->answers_day)
		return;
	sc->answers_day = day;
	for (size_t i = 0; i < table_places(&sc->answers); i++)
		if (table_at(&sc->answers, i)->key != NULL)
			free(table_at(&sc->answers, i)->value);
	table_free(&sc->answers);
	memset(&sc->answers, 0, sizeof sc->answers);
	TAILQ_FOREACH (v, &sc->views, link)
		v->answered = v->answered_10s = v->answered_60s = 0;
}

/* Answered for the first time: how long it had waited goes into the figures of its area. */
static void answer_count(struct app *app, struct shown *sh)
{
	struct screens *sc = app->screens;
	const struct incident_slot *face = &sh->face;
	int64_t waited_ms = face->answered_ms - face->waiting_since_ms;
	struct answer_day one = {.answered = 1, .in_10s = waited_ms <= SECONDS(10), .in_60s = waited_ms <= SECONDS(60)};
	struct answer_day *a;
	struct view *v;

	if (sh->slot == NULL || sh->slot->answer_counted || face->answered_ms == 0 || face->drill ||
	    (face->class != CLASS_LIFE && face->class != CLASS_WELFARE))
		return;
	if (waited_ms < 0)
		return; /* answered as a drill, and waiting as a call: not answered yet */
	sh->slot->answer_counted = true;
	answers_turn(app);
	if ((face->answered_ms + DAY_OFFSET_MS) / (24 * 3600 * INT64_C(1000)) != sc->answers_day)
		return;
	a = table_get(&sc->answers, face->area);
	if (a == NULL) {
		a = calloc(1, sizeof *a);
		if (a == NULL)
			return;
		memcpy(a->area, face->area, sizeof a->area);
		if (!table_put(&sc->answers, a->area, a)) {
			free(a);
			return;
		}
	}
	a->answered += one.answered;
	a->in_10s += one.in_10s;
	a->in_60s += one.in_60s;
	TAILQ_FOREACH (v, &sc->views, link)
		if (rights_covers(&v->rights, face->area))
			answers_add(v, &one);
}

void views_change(struct app *app, struct shown *sh, const struct incident_slot *before)
{
	struct view *v;

	answer_count(app, sh);
	TAILQ_FOREACH (v, &app->screens->views, link) {
		if (open(before) && rights_shows(app, &v->rights, before))
			tally_out(v, before);
		if (open(&sh->face) && rights_shows(app, &v->rights, &sh->face))
			tally_in(v, &sh->face);
		ring_remove(v, sh);
		if (rights_rings(app, &v->rights, &sh->face))
			ring_add(v, sh);
	}
}

static uint32_t share_x10(uint32_t part, uint32_t whole)
{
	return whole == 0 ? 0 : (uint32_t)((uint64_t)part * 1000 / whole);
}

void view_counts(struct app *app, struct view *v, Pingan__V1__Counts *ret)
{
	answers_turn(app);
	if (v->longest_stale)
		longest_read(app, v);
	*ret = (Pingan__V1__Counts)PINGAN__V1__COUNTS__INIT;
	ret->life = v->count[CLASS_LIFE];
	ret->welfare = v->count[CLASS_WELFARE];
	ret->general = v->count[CLASS_GENERAL];
	ret->device = v->count[CLASS_DEVICE];
	ret->waiting = v->waiting;
	ret->longest_waiting_since_ms = v->longest_ms;
	ret->caregivers_free = v->free;
	ret->caregivers_on_duty = v->on_duty;
	ret->answered_today = v->answered;
	ret->answered_10s_pct_x10 = share_x10(v->answered_10s, v->answered);
	ret->answered_60s_pct_x10 = share_x10(v->answered_60s, v->answered);
	ret->shelved = v->aside[ASIDE_SHELVED];
	ret->held_back = v->aside[ASIDE_STORM];
	ret->drills = v->drills;
}

static void people_read(struct app *app, struct view *v)
{
	size_t count;
	struct member *const *duty = roster_duty(app, &count);

	v->on_duty = v->free = 0;
	for (size_t i = 0; i < count; i++) {
		bool mine = false;

		if ((duty[i]->skills & (BIT(SKILL_CARE) | BIT(SKILL_NURSE))) == 0)
			continue; /* the number says how many could go to somebody who calls for help */
		for (uint32_t k = 0; k < duty[i]->rights.area_count; k++)
			mine = mine || rights_covers(&v->rights, duty[i]->rights.areas[k]);
		v->on_duty += mine;
		v->free += mine && duty[i]->incident == 0;
	}
}

void views_people(struct app *app)
{
	struct view *v;

	TAILQ_FOREACH (v, &app->screens->views, link)
		people_read(app, v);
}

/* ------------------------------------------------------------ their life */

static void view_read(struct app *app, struct view *v)
{
	const struct screens *sc = app->screens;

	memset(v->count, 0, sizeof v->count);
	memset(v->aside, 0, sizeof v->aside);
	v->drills = 0;
	v->waiting = 0;
	v->longest_ms = 0;
	v->longest_stale = false;
	for (size_t i = 0; i < table_places(&sc->shown); i++) {
		struct shown *sh = table_at(&sc->shown, i)->key == NULL ? NULL : table_at(&sc->shown, i)->value;

		if (sh != NULL && open(&sh->face) && rights_shows(app, &v->rights, &sh->face))
			tally_in(v, &sh->face);
	}
	ring_read(app, v);
	answers_turn(app);
	v->answered = v->answered_10s = v->answered_60s = 0;
	for (size_t i = 0; i < table_places(&sc->answers); i++)
		if (table_at(&sc->answers, i)->key != NULL && rights_covers(&v->rights, table_at(&sc->answers, i)->key))
			answers_add(v, table_at(&sc->answers, i)->value);
	people_read(app, v);
}

static bool same_rights(const struct rights *a, const struct rights *b)
{
	return a->role == b->role && a->area_count == b->area_count && memcmp(a->areas, b->areas, sizeof a->areas) == 0 &&
	       memcmp(a->languages, b->languages, sizeof a->languages) == 0;
}

struct view *view_join(struct app *app, const struct rights *rights)
{
	struct view *v;

	TAILQ_FOREACH (v, &app->screens->views, link)
		if (same_rights(&v->rights, rights)) {
			v->refs++;
			return v;
		}
	v = calloc(1, sizeof *v);
	if (v == NULL)
		return NULL;
	v->rights = *rights;
	memset(v->rights.person, 0, sizeof v->rights.person);
	v->refs = 1;
	TAILQ_INSERT_TAIL(&app->screens->views, v, link);
	view_read(app, v);
	return v;
}

void view_leave(struct app *app, struct view *v)
{
	if (v == NULL || --v->refs != 0)
		return;
	TAILQ_REMOVE(&app->screens->views, v, link);
	free(v);
}

void views_reload(struct app *app)
{
	struct view *v;

	TAILQ_FOREACH (v, &app->screens->views, link)
		view_read(app, v);
}

void views_free(struct app *app)
{
	struct screens *sc = app->screens;
	struct view *v;

	while ((v = TAILQ_FIRST(&sc->views)) != NULL) {
		TAILQ_REMOVE(&sc->views, v, link);
		free(v);
	}
	for (size_t i = 0; i < table_places(&sc->answers); i++)
		if (table_at(&sc->answers, i)->key != NULL)
			free(table_at(&sc->answers, i)->value);
	table_free(&sc->answers);
}
