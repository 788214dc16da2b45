/* api_installed.c - GET /api/v1/homes/installed: homes by how they stand, of the city, its districts and sub-districts. Numbers of
 * nobody in particular, made in slices: areas with their targets, then the figures as they stand in one turn, then names. */
#include "io/api.h"

#include <stdlib.h>

#define WALK 16

struct installed {
	char after[LISTING_KEY_MAX];
	bool areas_end, counted;
	size_t told;
	struct home_rows rows;
};

static bool on_area(void *ctx, const struct listed *one)
{
	struct home_row *r = home_rows_want(&((struct installed *)ctx)->rows, one->id);

	if (r != NULL)
		r->count.target = ((const Pingan__V1__Area *)one->body)->target_homes;
	return true;
}

static void row_tell(struct api_call *c, const struct home_row *r, bool city)
{
	const struct home_count *n = &r->count;
	struct jot *j = &c->out;
	char name[64];

	if (!app_area_name(api_app(c), r->area, name, sizeof name))
		name[0] = '\0';
	jot_open(j, NULL, '{');
	jot_text(j, "area", r->area);
	jot_text(j, "name", name);
	jot_text(j, "level", city ? "city" : strlen(r->area) == AREA_DISTRICT ? "district" : "subdistrict");
	jot_number(j, "installed", homes_installed(n));
	jot_number(j, "commissioning", n->of[HOME_COMMISSIONING]);
	jot_number(j, "in_service", homes_in_service(n));
	jot_number(j, "silent", n->of[HOME_SILENT]);
	jot_number(j, "away", n->of[HOME_AWAY]);
	jot_number(j, "retired", n->of[HOME_RETIRED]);
	jot_number(j, "target", n->target);
	jot_close(j, '}');
}

static bool step(struct api_call *c)
{
	struct installed *i = c->own.at;
	char place[LISTING_KEY_MAX];

	if (!app_listing_ready(api_app(c), LISTING_AREAS))
		return false;
	while (!i->areas_end) {
		i->areas_end = app_listing_walk(api_app(c), LISTING_AREAS, i->after, WALK, on_area, i, place);
		if (place[0] != '\0')
			memcpy(i->after, place, sizeof place);
		if (api_slice_over(c))
			return false;
	}
	if (!i->counted) {
		app_installed_counts(api_app(c), &i->rows);
		i->counted = true;
		if (api_slice_over(c))
			return false;
	}
	for (; i->told < i->rows.count; i->told++) {
		const struct home_row *r = &i->rows.rows[i->told];

		/* The city's own row is every asker's: what stands around them says nothing of anybody's home. */
		if (i->told == 0 || who_near(&c->who, r->area))
			row_tell(c, r, i->told == 0);
		if (i->told % WALK == 0 && api_slice_over(c)) {
			i->told++;
			return false;
		}
	}
	jot_close(&c->out, ']');
	jot_close(&c->out, '}');
	api_work(c, api_send);
	return false;
}

void api_homes_installed(struct api_call *c)
{
	struct installed *i = calloc(1, sizeof *i);

	c->own.at = i;
	if (i == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	app_installed_begin(api_app(c), &i->rows);
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_open(&c->out, "homes", '[');
	api_work(c, step);
}
