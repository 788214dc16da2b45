/* views.c - counts and ringing, once for all screens with equal rights: a change is counted when it is released, and no
 * list of incidents is walked for each screen. A walk over all is made only where a minimum or a full list has lost what
 * stood next.
 */
#include <stdlib.h>

#include "app/duty_groups.h"
#include "app/screens.h"

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
	struct day_count day;
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

void day_sum(struct day_count *to, const struct day_count *more)
{
	to->opened += more->opened;
	to->answered += more->answered;
	to->in_10s += more->in_10s;
	to->in_60s += more->in_60s;
}

void views_day_add(struct app *app, const char *area, const struct day_count *one)
{
	struct view *v;

	TAILQ_FOREACH (v, &app->screens->views, link)
		if (rights_covers(&v->rights, area))
			day_sum(&v->day, one);
}

void views_day_clear(struct app *app)
{
	struct view *v;

	TAILQ_FOREACH (v, &app->screens->views, link)
		v->day = (struct day_count){0};
}

void views_change(struct app *app, struct shown *sh, const struct incident_slot *before)
{
	struct view *v;

	day_count(app, sh);
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
	day_turn(app);
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
	ret->answered_today = v->day.answered;
	ret->answered_10s_pct_x10 = share_x10(v->day.in_10s, v->day.answered);
	ret->answered_60s_pct_x10 = share_x10(v->day.in_60s, v->day.answered);
	ret->shelved = v->aside[ASIDE_SHELVED];
	ret->held_back = v->aside[ASIDE_STORM];
	ret->drills = v->drills;
}

/* The number says how many could go to somebody who calls for help. */
static void people_read(struct app *app, struct view *v)
{
	const struct table *groups = roster_groups(app);

	v->on_duty = v->free = 0;
	for (size_t i = 0; i < table_places(groups); i++) {
		const struct duty_group *g = table_at(groups, i)->key == NULL ? NULL : table_at(groups, i)->value;

		if (g == NULL || !rights_meet(&v->rights, &g->rights))
			continue;
		v->on_duty += g->on_duty;
		v->free += g->free;
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
	day_turn(app);
	v->day = (struct day_count){0};
	for (size_t i = 0; i < table_places(&sc->day_areas); i++) {
		const struct day_area *a = table_at(&sc->day_areas, i)->key == NULL ? NULL : table_at(&sc->day_areas, i)->value;

		if (a != NULL && rights_covers(&v->rights, a->area))
			day_sum(&v->day, &a->count);
	}
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
	day_free(app);
}
