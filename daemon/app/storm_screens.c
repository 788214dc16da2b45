/* storm_screens.c - storms on the consoles: what is held back now, since when and until when; and today's reports. */
#include "app/screens.h"
#include "app/storms.h"

#define STORMS_SHOWN 50

static int64_t day_of(const struct app *app, ms_t ms)
{
	return (ms + MINUTES(app->config.policy.utc_offset_min)) / SECONDS(86400);
}

static bool running(const struct app *app, const struct storm *s)
{
	return storm_runs(s, app->now.store_ms);
}

/* An end is shown until the day is over. */
static bool shown_today(const struct app *app, const struct storm *s)
{
	return running(app, s) ||
	       day_of(app, s->ended_ms == 0 ? s->until_ms : s->ended_ms) == day_of(app, app->now.store_ms);
}

static Pingan__V1__StormState__Row *storm_fill(struct app *app, const struct storm *s)
{
	Pingan__V1__StormState__Row *row = arena_take(&app->arena, sizeof *row);

	if (row == NULL)
		return NULL;
	pingan__v1__storm_state__row__init(row);
	row->area = text_cut(app, s->area, sizeof s->area);
	row->area_name = text_cut(app, area_name(app, s->area, sizeof s->area), 64);
	row->kinds = arena_take(&app->arena, STORM_KIND_COUNT * sizeof *row->kinds);
	for (unsigned kind = STORM_KIND_NONE + 1; row->kinds != NULL && kind < STORM_KIND_COUNT; kind++)
		if ((s->kinds & BIT(kind)) != 0)
			row->kinds[row->n_kinds++] = (Pingan__V1__StormKind)kind;
	row->from_ms = s->from_ms;
	row->until_ms = s->until_ms;
	row->by_name = text_cut(app, person_name(app, s->by), 64);
	row->reason = text_cut(app, s->reason, STORM_REASON_MAX);
	row->held_back = s->held_back;
	row->ended_ms = s->ended_ms;
	row->ended_by_name = text_cut(app, person_name(app, s->ended_by), 64);
	row->returned = s->returned;
	return row;
}

static void rows_fill(struct app *app, const struct session *s, bool run, Pingan__V1__StormState *ret)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type) {
		struct storm now;

		if (storm_find(rec) == NULL || ret->n_storms == STORMS_SHOWN)
			continue;
		now = *storm_find(rec);
		if (running(app, &now) != run || !shown_today(app, &now) || !rights_covers(&s->rights, now.area))
			continue;
		if (run)
			now.held_back = storm_held(rec);
		ret->storms[ret->n_storms] = storm_fill(app, &now);
		ret->n_storms += ret->storms[ret->n_storms] != NULL;
	}
}

bool storms_send(struct app *app, struct session *s)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__StormState state = PINGAN__V1__STORM_STATE__INIT;

	arena_reset(&app->arena);
	state.storms = pointers_take(app, STORMS_SHOWN);
	if (state.storms == NULL)
		return false;
	rows_fill(app, s, true, &state);
	rows_fill(app, s, false, &state);
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_STORMS;
	m.storms = &state;
	if (!console_clean(&m.base, &app->arena) || !session_send(app, s, &m))
		return false;
	s->storms_rev = app->screens->storms_rev;
	return true;
}

void screens_storms(struct app *app)
{
	if (app->screens != NULL)
		app->screens->storms_dirty = true;
}

void storm_screens_turn(struct app *app)
{
	struct screens *sc = app->screens;
	int64_t day = day_of(app, app->now.store_ms);
	struct session *s;

	if (day != sc->storms_day) {
		sc->storms_dirty = sc->storms_dirty || sc->storms_day != 0;
		sc->storms_day = day;
	}
	if (!sc->storms_dirty || app->now.mono.ms - sc->storms_sent_at.ms < 500)
		return;
	sc->storms_dirty = false;
	sc->storms_sent_at = app->now.mono;
	sc->storms_rev++;
	TAILQ_FOREACH (s, &sc->all, link_all)
		if (s->view != NULL)
			session_due(app, s);
}
