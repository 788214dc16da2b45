/* day.c - the day's figures: calls for help that were opened, and how soon the first operator took them, by area.
 *
 * Counted when the screens hear of it, and once over everything in memory after a load. Memory does not hold every call that has
 * ended: day_since() says from when on the figures are whole, so that nobody takes a part of a day for a day.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/screens.h"

/* China Standard Time: the day begins at midnight there. */
#define DAY_OFFSET_MS (8 * 3600 * INT64_C(1000))
#define DAY_MS (24 * 3600 * INT64_C(1000))

static int64_t day_of(ms_t ms)
{
	return (ms + DAY_OFFSET_MS) / DAY_MS;
}

static void forget(struct screens *sc)
{
	for (size_t i = 0; i < table_places(&sc->day_areas); i++)
		if (table_at(&sc->day_areas, i)->key != NULL)
			free(table_at(&sc->day_areas, i)->value);
	table_free(&sc->day_areas);
	memset(&sc->day_areas, 0, sizeof sc->day_areas);
}

static void begin(struct app *app, int64_t day, ms_t since_ms)
{
	forget(app->screens);
	app->screens->day = day;
	app->screens->day_since_ms = since_ms;
	views_day_clear(app);
}

void day_turn(struct app *app)
{
	int64_t day = day_of(app->now.store_ms);

	/* Before the first load nothing is known of this one. */
	if (day != app->screens->day)
		begin(app, day, app->screens->day_since_ms == 0 ? 0 : day * DAY_MS - DAY_OFFSET_MS);
}

static void add(struct app *app, const char *area, const struct day_count *one)
{
	struct screens *sc = app->screens;
	struct day_area *a = table_get(&sc->day_areas, area);

	if (a == NULL) {
		a = calloc(1, sizeof *a);
		if (a == NULL)
			return;
		snprintf(a->area, sizeof a->area, "%s", area);
		if (!table_put(&sc->day_areas, a->area, a)) {
			free(a);
			return;
		}
	}
	day_sum(&a->count, one);
	views_day_add(app, area, one);
}

static bool of_today(const struct app *app, ms_t ms)
{
	return ms != 0 && day_of(ms) == app->screens->day;
}

/* `face`: what is out of it. */
static void count_one(struct app *app, struct incident_slot *slot, const struct incident_slot *face)
{
	int64_t waited_ms = face->answered_ms - face->waiting_since_ms;
	struct day_count one = {0};

	if (face->drill || (face->class != CLASS_LIFE && face->class != CLASS_WELFARE))
		return;
	if (!slot->opening_counted) {
		slot->opening_counted = true;
		one.opened = of_today(app, face->opened_ms);
	}
	/* Answered as a drill, and waiting as a call: not answered yet. */
	if (!slot->answer_counted && face->answered_ms != 0 && waited_ms >= 0) {
		slot->answer_counted = true;
		if (of_today(app, face->answered_ms)) {
			one.answered = 1;
			one.in_10s = waited_ms <= SECONDS(10);
			one.in_60s = waited_ms <= SECONDS(60);
		}
	}
	if (one.opened != 0 || one.answered != 0)
		add(app, face->area, &one);
}

void day_count(struct app *app, struct shown *sh)
{
	day_turn(app);
	if (sh->slot != NULL)
		count_one(app, sh->slot, &sh->face);
}

/* When what leaves memory first had ended: before it, not all is known. */
static ms_t known_from(struct app *app)
{
	const struct incident_slot *oldest = TAILQ_FIRST(&app->closed);

	if (app->closed_count < CLOSED_KEPT || oldest == NULL)
		return 0;
	arena_reset(&app->arena);
	if (!incident_read(app, oldest->record, &app->screens->inc))
		return app->now.store_ms;
	return app->screens->inc.closed_ms;
}

void day_read(struct app *app)
{
	int64_t day = day_of(app->now.store_ms);
	ms_t midnight = day * DAY_MS - DAY_OFFSET_MS, known = known_from(app);
	struct record *rec;

	begin(app, day, known > midnight ? known : midnight);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type) {
		if (rec->slot == NULL || rec->rev == 0)
			continue;
		rec->slot->opening_counted = rec->slot->answer_counted = false;
		count_one(app, rec->slot, rec->slot);
	}
}

void day_free(struct app *app)
{
	forget(app->screens);
}
