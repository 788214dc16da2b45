/* wall.c - numbers for the wall of a monitoring hall: who could help now, and how the day goes, by district. Nobody is in them; what
 * a wall may be told is disclose.h's, as for every screen.
 *
 * What is open stands in the rows that the wall has anyway. A wall has nobody at a keyboard: while it is on, its log-in goes on.
 */
#include <stdlib.h>

#include "app/duty_groups.h"
#include "app/screens.h"
#include "base/hash.h"
#include "core/installed.h"

#define LOOK_MS 1000
#define PROLONG_MS (60 * MINUTES(1))
#define DISTRICTS_MAX 64
#define NAME_BYTES 64

struct made {
	Pingan__V1__WallState state;
	Pingan__V1__WallDay day;
	char codes[DISTRICTS_MAX][AREA_DISTRICT + 1];
	size_t count;
	Pingan__V1__WallDistrict *list[DISTRICTS_MAX];
	Pingan__V1__WallDistrict districts[DISTRICTS_MAX];
	Pingan__V1__WallDay days[DISTRICTS_MAX];
};

static int by_code(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The district lies in the wall's areas, or one of them in it. */
static void districts_find(struct app *app, const struct rights *rights, struct made *w)
{
	const size_t head = strlen("area:");
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_AREA], of_type) {
		if (rec->rev == 0 || strlen(rec->key) != head + AREA_DISTRICT || w->count == DISTRICTS_MAX ||
		    !rights_covers(rights, rec->key + head))
			continue;
		memcpy(w->codes[w->count++], rec->key + head, AREA_DISTRICT + 1);
	}
	qsort(w->codes, w->count, sizeof w->codes[0], by_code);
	for (size_t i = 0; i < w->count; i++) {
		const Pingan__V1__Area *a = area_find(app, w->codes[i]);
		Pingan__V1__WallDistrict *d = w->list[i] = &w->districts[i];

		pingan__v1__wall_district__init(d);
		pingan__v1__wall_day__init(&w->days[i]);
		d->area = w->codes[i];
		d->day = &w->days[i];
		if (a == NULL)
			continue;
		d->name = text_cut(app, a->name, NAME_BYTES);
		d->name_en = text_cut(app, a->name_en, NAME_BYTES);
	}
	w->state.districts = w->list;
	w->state.n_districts = w->count;
}

static void operators_fill(struct app *app, const struct rights *rights, struct made *w)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_OPERATOR], of_type) {
		const struct operator* op = rec->live;
		const struct member *m = rec->rev == 0 || op == NULL ? NULL : roster_member(app, op->id);

		if (m == NULL || !m->known || m->rights.role != ROLE_OPERATOR || op->link != LINK_UP ||
		    !rights_meet(rights, &m->rights))
			continue;
		w->state.operators_here++;
		w->state.operators_ready += op->ready;
	}
}

/* As everywhere: who could go to somebody that calls for help. */
static void caregivers_fill(struct app *app, const struct rights *rights, struct made *w)
{
	const struct table *groups = roster_groups(app);

	for (size_t i = 0; i < table_places(groups); i++) {
		const struct duty_group *g = table_at(groups, i)->key == NULL ? NULL : table_at(groups, i)->value;

		if (g == NULL || !rights_meet(rights, &g->rights))
			continue;
		w->state.caregivers_on_duty += g->on_duty;
		w->state.caregivers_free += g->free;
		for (size_t k = 0; k < w->count; k++)
			if (rights_covers(&g->rights, w->codes[k])) {
				w->districts[k].caregivers_on_duty += g->on_duty;
				w->districts[k].caregivers_free += g->free;
			}
	}
}

static void day_put(Pingan__V1__WallDay *to, const struct day_count *from)
{
	to->opened += from->opened;
	to->answered += from->answered;
	to->answered_10s += from->in_10s;
	to->answered_60s += from->in_60s;
}

static void day_fill(struct app *app, const struct rights *rights, struct made *w)
{
	const struct table *all = &app->screens->day_areas;

	day_turn(app);
	pingan__v1__wall_day__init(&w->day);
	w->state.day = &w->day;
	w->state.day_since_ms = app->screens->day_since_ms;
	for (size_t i = 0; i < table_places(all); i++) {
		const struct day_area *a = table_at(all, i)->key == NULL ? NULL : table_at(all, i)->value;

		if (a == NULL || !rights_covers(rights, a->area))
			continue;
		day_put(&w->day, &a->count);
		for (size_t k = 0; k < w->count; k++)
			if (strncmp(a->area, w->codes[k], AREA_DISTRICT) == 0)
				day_put(&w->days[k], &a->count);
	}
}

/* Empty without memory. */
static uint64_t hash_of(struct app *app, const Pingan__V1__WallState *state)
{
	size_t len = pingan__v1__wall_state__get_packed_size(state);
	uint8_t *bytes = arena_take(&app->arena, len + 1);

	if (bytes == NULL)
		return 0;
	return hash_bytes(0x77616c6c, len, slice_of(bytes, pingan__v1__wall_state__pack(state, bytes)));
}

bool wall_send(struct app *app, struct session *s)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	struct made *w;
	uint64_t hash;

	s->wall_dirty = false;
	arena_reset(&app->arena);
	w = arena_take(&app->arena, sizeof *w);
	if (w == NULL)
		return false;
	memset(w, 0, sizeof *w);
	pingan__v1__wall_state__init(&w->state);
	districts_find(app, &s->rights, w);
	operators_fill(app, &s->rights, w);
	caregivers_fill(app, &s->rights, w);
	day_fill(app, &s->rights, w);
	w->state.distance_m = app->config.wall.distance_m;
	w->state.pixel_um = app->config.wall.pixel_um;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_WALL;
	m.wall = &w->state;
	if (!console_clean(&m.base, &app->arena))
		return false;
	hash = hash_of(app, &w->state);
	if (hash == s->wall_hash && hash != 0)
		return false;
	w->state.at_ms = app->now.store_ms;
	if (!session_send(app, s, &m))
		return false;
	s->wall_hash = hash;
	return true;
}

void walls_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s;

	if (app->now.mono.ms - sc->walls_at.ms < LOOK_MS)
		return;
	sc->walls_at = app->now.mono;
	TAILQ_FOREACH (s, &sc->all, link_all) {
		if (s->view == NULL || session_audience(s) != AUDIENCE_WALL)
			continue;
		s->wall_dirty = true;
		session_due(app, s);
		if (s->prolonged_at.ms != 0 && app->now.mono.ms - s->prolonged_at.ms < PROLONG_MS)
			continue;
		if (login_prolong(app, s->login))
			s->prolonged_at = app->now.mono;
	}
}

void app_wall(struct app *app, const struct wall_settings *wall)
{
	app->config.wall = *wall;
}
