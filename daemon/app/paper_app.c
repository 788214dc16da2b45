/* paper_app.c - the sheet out of this daemon's memory. With the store away it is what the daemon knew, and what was pressed
 * since then. */
#include <stdlib.h>

#include "app/paper.h"
#include "app/roster.h"
#include "app/screens.h"
#include "app/shifts.h"

struct entry {
	uint8_t order[ORDER_LEN];
	uint64_t id;
};

struct app_paper {
	struct app *app;
	struct rights rights;
	struct paper_world world;
	struct paper paper;
	struct entry *calls;
	size_t count, at;
	char *text;
	size_t len;
	bool done;
};

static const Pingan__V1__Household *home_of(void *ctx, const char *id)
{
	return household_find(ctx, id);
}

static const Pingan__V1__Person *person_of(void *ctx, const char *id)
{
	return person_find(ctx, id);
}

static const char *area_of(void *ctx, const char *code)
{
	return area_name(ctx, code, 9);
}

static int by_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return memcmp(x->order, y->order, ORDER_LEN);
}

/* As their screen has it, so that the sheet says the same; another system has no screen, and sees what its token covers. */
static bool sees(struct app_paper *a, const struct incident_slot *face)
{
	return a->rights.role == ROLE_MACHINE ? rights_covers(&a->rights, face->area)
	                                      : rights_sees(a->app, &a->rights, face);
}

static void rights_write(struct rights *to, const struct who *who)
{
	(void)text_copy(to->person, sizeof to->person, slice_str(who->id));
	to->role = who->role;
	for (uint32_t i = 0; i < who->area_count && to->area_count < RIGHTS_AREAS_MAX; i++)
		if (text_copy(to->areas[to->area_count], sizeof to->areas[0], slice_str(who->areas[i])))
			to->area_count++;
}

static bool calls_gather(struct app_paper *a)
{
	struct screens *sc = a->app->screens;

	a->calls = calloc(sc->shown.used + 1, sizeof(struct entry));
	if (a->calls == NULL)
		return false;
	for (size_t i = 0; i < table_places(&sc->shown); i++) {
		const struct shown *sh = table_at(&sc->shown, i)->key == NULL ? NULL : table_at(&sc->shown, i)->value;

		if (sh == NULL || !shown_open(sh) || !sees(a, &sh->face))
			continue;
		memcpy(a->calls[a->count].order, sh->face.order, ORDER_LEN);
		a->calls[a->count++].id = sh->id;
	}
	if (a->count != 0)
		qsort(a->calls, a->count, sizeof(struct entry), by_order);
	return true;
}

struct app_paper *app_paper_new(struct app *app, const struct who *who, enum paper_lang lang, const char *cell,
                                const char *style)
{
	struct app_paper *a = calloc(1, sizeof *a);
	struct paper_head head = {.form = PAPER_HTML,
	                          .lang = lang,
	                          .cell = cell,
	                          .by = who->name,
	                          .now_ms = app->now.store_ms,
	                          .asof_ms = app->now.store_ms,
	                          .offset_ms = shift_offset_ms(app),
	                          .from = app->store_up ? PAPER_FROM_STORE : PAPER_FROM_MEMORY,
	                          .style = style};

	if (a == NULL)
		return NULL;
	a->app = app;
	rights_write(&a->rights, who);
	a->world = (struct paper_world){.ctx = app, .household = home_of, .person = person_of, .area = area_of};
	shift_world(app, &a->world.shifts);
	if (!calls_gather(a) || !paper_begin(&a->paper, &head, &a->world)) {
		app_paper_free(a);
		return NULL;
	}
	paper_calls(&a->paper, a->count);
	return a;
}

static void call_step(struct app_paper *a, uint64_t id)
{
	struct app *app = a->app;
	struct incident *inc = &app->screens->inc;
	const struct shown *sh = shown_find(app, id);
	const struct record *rec = incident_find(app, id);
	enum paper_mark mark = PAPER_MARK_NONE;

	arena_reset(&app->arena);
	/* It may have been closed between two steps. */
	if (sh == NULL || !shown_open(sh))
		return;
	if (rec != NULL && rec->rev != 0) {
		if (!incident_read(app, rec, inc))
			return;
		mark = record_safe(app, rec) ? PAPER_MARK_NONE : PAPER_NOT_SAFE;
	} else if (sh->press != NULL) {
		press_incident(app, sh->press, id, inc);
	} else {
		return;
	}
	paper_call(&a->paper, inc, sh->press != NULL ? PAPER_NOT_STORED : mark);
}

static bool mine(const struct app_paper *a, const struct member *m)
{
	for (uint32_t i = 0; i < m->rights.area_count; i++)
		if (rights_covers(&a->rights, m->rights.areas[i]))
			return true;
	return false;
}

static void people_write(struct app_paper *a)
{
	struct app *app = a->app;
	struct member *const *duty;
	const struct record *rec;
	size_t count;

	paper_roster(&a->paper);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_ROSTER], of_type) {
		const struct shift_plan *plan = rec->rev == 0 ? NULL : shift_plan_of(rec);

		arena_reset(&app->arena);
		if (plan != NULL && rights_covers(&a->rights, plan->area))
			paper_plan(&a->paper, plan, PAPER_AHEAD_MS);
	}
	paper_duty(&a->paper);
	duty = roster_duty(app, &count);
	for (size_t i = 0; i < count; i++) {
		arena_reset(&app->arena);
		if (mine(a, duty[i]))
			paper_on_duty(&a->paper, duty[i]->id, duty[i]->incident != 0);
	}
	paper_stations(&a->paper);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_STATION], of_type) {
		const Pingan__V1__Station *s;

		arena_reset(&app->arena);
		s = rec->rev == 0 ? NULL : station_find(app, rec->key + strlen("station:"));
		if (s != NULL && rights_covers(&a->rights, s->area))
			paper_station(&a->paper, s);
	}
}

bool app_paper_step(struct app_paper *a)
{
	for (size_t n = 0; n < PAPER_STEP && a->at < a->count; n++)
		call_step(a, a->calls[a->at++].id);
	if (a->at < a->count && a->at < PAPER_CALLS_MAX)
		return false;
	people_write(a);
	a->text = paper_end(&a->paper, &a->len);
	a->done = true;
	return true;
}

size_t app_paper_calls(const struct app_paper *a)
{
	return a->count < PAPER_CALLS_MAX ? a->count : PAPER_CALLS_MAX;
}

char *app_paper_take(struct app_paper *a, size_t *ret_len)
{
	char *text = a->text;

	a->text = NULL;
	*ret_len = a->len;
	return text;
}

void app_paper_free(struct app_paper *a)
{
	if (a == NULL)
		return;
	paper_drop(&a->paper);
	free(a->text);
	free(a->calls);
	free(a);
}
