#include "app/installed.h"

#include <stdio.h>

struct home {
	char household[ID_MAX];
	char area[16]; /* in whose figures it is counted; meaningless unless `known` */
	bool known;    /* the registry has it */
	enum home_stand stand;
	struct home_units units;
	uint32_t unit_count;
};

struct area_count {
	char area[16];
	struct home_count count;
};

static struct area_count *area_want(struct app *app, const char *area)
{
	struct area_count *a = table_get(&app->installed_areas, area);

	if (a != NULL)
		return a;
	a = calloc(1, sizeof *a);
	if (a != NULL)
		snprintf(a->area, sizeof a->area, "%s", area);
	if (a == NULL || !table_put(&app->installed_areas, a->area, a)) {
		free(a);
		projection_incomplete(app, "installed_area");
		return NULL;
	}
	return a;
}

/* In the figures, or out of them. */
static void tally(struct app *app, const struct home *h, int by)
{
	struct area_count *a = h->known ? area_want(app, h->area) : NULL;

	if (a != NULL)
		a->count.of[h->stand] += by > 0 ? 1 : UINT32_MAX;
}

static void place(struct app *app, struct home *h)
{
	const Pingan__V1__Household *m = household_find(app, h->household);
	char area[16];

	h->known = m != NULL;
	if (m == NULL || !text_copy(area, sizeof area, slice_str(m->area)))
		area[0] = '\0';
	home_count_area(area, h->area);
}

static void home_drop(struct app *app, struct home *h)
{
	table_remove(&app->installed_homes, h->household);
	free(h);
}

static struct home *home_want(struct app *app, const char *household)
{
	struct home *h = table_get(&app->installed_homes, household);

	if (h != NULL)
		return h;
	h = calloc(1, sizeof *h);
	if (h != NULL)
		snprintf(h->household, sizeof h->household, "%s", household);
	if (h == NULL || !table_put(&app->installed_homes, h->household, h)) {
		free(h);
		projection_incomplete(app, "installed_home");
		return NULL;
	}
	place(app, h);
	tally(app, h, 1); /* as a home without a unit */
	return h;
}

static void unit_count(struct app *app, const struct installed_unit *u, int by)
{
	struct home *h = u->household[0] == '\0' ? NULL
	                 : by > 0                ? home_want(app, u->household)
	                                         : table_get(&app->installed_homes, u->household);
	uint32_t one = by > 0 ? 1 : UINT32_MAX;

	if (h == NULL)
		return;
	tally(app, h, -1);
	h->units.of[u->state] += one;
	if (u->silent && u->state == DEVICE_IN_SERVICE)
		h->units.silent += one;
	h->unit_count += one;
	h->stand = home_stands(&h->units);
	if (h->unit_count == 0) {
		home_drop(app, h);
		return;
	}
	tally(app, h, 1);
}

void installed_set(struct app *app, struct installed_unit *as, const char *household, enum device_state state,
                   bool silent)
{
	struct installed_unit next = {.state = (unsigned)state < DEVICE_STATE_COUNT ? state : DEVICE_NONE,
	                              .silent = silent};

	if (!text_copy(next.household, sizeof next.household, slice_str(household)))
		next.household[0] = '\0'; /* no id of ours */
	if (strcmp(as->household, next.household) == 0 && as->state == next.state && as->silent == next.silent)
		return;
	/* In this order the home of a unit that only changes its state is never dropped in between. */
	unit_count(app, &next, 1);
	unit_count(app, as, -1);
	*as = next;
}

void installed_home(struct app *app, const struct record *rec)
{
	struct home *h = table_get(&app->installed_homes, rec->key + strlen("household:"));

	if (h == NULL)
		return;
	tally(app, h, -1);
	place(app, h);
	tally(app, h, 1);
}

void installed_free(struct app *app)
{
	struct table *const all[] = {&app->installed_homes, &app->installed_areas};

	for (size_t t = 0; t < COUNT_OF(all); t++) {
		for (size_t i = 0; i < table_places(all[t]); i++)
			if (table_at(all[t], i)->key != NULL)
				free(table_at(all[t], i)->value);
		table_free(all[t]);
	}
}

/* ------------------------------------------------------------ telling */

void app_installed_begin(struct app *app, struct home_rows *ret)
{
	home_rows_init(ret, app->config.root_area);
}

void app_installed_counts(struct app *app, struct home_rows *rows)
{
	const struct table *areas = &app->installed_areas;

	for (size_t i = 0; i < table_places(areas); i++)
		if (table_at(areas, i)->key != NULL) {
			const struct area_count *a = table_at(areas, i)->value;

			home_rows_add(rows, a->area, &a->count);
		}
	home_rows_targets(rows);
}

bool app_area_name(struct app *app, const char *area, char *ret, size_t size)
{
	const Pingan__V1__Area *a;

	arena_reset(&app->arena);
	a = area_find(app, area);
	return a != NULL && text_copy(ret, size, slice_str(a->name));
}
