#include "core/installed.h"

#include <stdio.h>

enum home_stand home_stands(const struct home_units *h)
{
	if (h->of[DEVICE_IN_SERVICE] != 0)
		return h->silent >= h->of[DEVICE_IN_SERVICE] ? HOME_SILENT : HOME_IN_SERVICE;
	if (h->of[DEVICE_AWAY] != 0)
		return HOME_AWAY;
	/* What an older version entered without a state has been proved by nobody. */
	if (h->of[DEVICE_COMMISSIONING] != 0 || h->of[DEVICE_NONE] != 0)
		return HOME_COMMISSIONING;
	return h->of[DEVICE_RETIRED] != 0 ? HOME_RETIRED : HOME_NONE;
}

void home_count_add(struct home_count *to, const struct home_count *from)
{
	for (int i = 0; i < HOME_STAND_COUNT; i++)
		to->of[i] += from->of[i];
}

uint32_t homes_installed(const struct home_count *c)
{
	return c->of[HOME_COMMISSIONING] + homes_in_service(c) + c->of[HOME_AWAY];
}

uint32_t homes_in_service(const struct home_count *c)
{
	return c->of[HOME_IN_SERVICE] + c->of[HOME_SILENT];
}

void home_count_area(const char *area, char ret[16])
{
	snprintf(ret, 16, "%.*s", AREA_SUBDISTRICT, area);
}

void home_rows_init(struct home_rows *rows, const char *city)
{
	memset(rows, 0, sizeof *rows);
	snprintf(rows->rows[0].area, sizeof rows->rows[0].area, "%s", city);
	rows->count = 1;
}

struct home_row *home_rows_want(struct home_rows *rows, const char *area)
{
	size_t at = 1, end = rows->count;

	if (strcmp(area, rows->rows[0].area) == 0)
		return &rows->rows[0];
	if (strlen(area) != AREA_DISTRICT && strlen(area) != AREA_SUBDISTRICT)
		return NULL;
	while (at < end) {
		size_t middle = at + (end - at) / 2;

		if (strcmp(rows->rows[middle].area, area) < 0)
			at = middle + 1;
		else
			end = middle;
	}
	if (at < rows->count && strcmp(rows->rows[at].area, area) == 0)
		return &rows->rows[at];
	if (rows->count == HOME_ROWS_MAX)
		return NULL;
	memmove(&rows->rows[at + 1], &rows->rows[at], (rows->count - at) * sizeof rows->rows[0]);
	rows->count++;
	memset(&rows->rows[at], 0, sizeof rows->rows[at]);
	snprintf(rows->rows[at].area, sizeof rows->rows[at].area, "%s", area);
	return &rows->rows[at];
}

void home_rows_add(struct home_rows *rows, const char *area, const struct home_count *homes)
{
	static const size_t LEVELS[] = {AREA_DISTRICT, AREA_SUBDISTRICT};
	size_t len = strlen(area);
	char code[16];

	home_count_add(&rows->rows[0].count, homes);
	for (size_t i = 0; i < COUNT_OF(LEVELS) && LEVELS[i] <= len; i++) {
		struct home_row *r;

		snprintf(code, sizeof code, "%.*s", (int)LEVELS[i], area);
		r = home_rows_want(rows, code);
		if (r != NULL && r != &rows->rows[0])
			home_count_add(&r->count, homes);
	}
}

static bool covers(const struct home_row *r, const struct home_row *below)
{
	return strncmp(below->area, r->area, strlen(r->area)) == 0;
}

void home_rows_targets(struct home_rows *rows)
{
	uint32_t city = 0;

	for (size_t i = 1; i < rows->count; i++) {
		struct home_row *r = &rows->rows[i];
		bool district = strlen(r->area) == AREA_DISTRICT;

		/* By area: what lies below a district stands behind it. */
		if (district && r->count.target == 0)
			for (size_t k = i + 1; k < rows->count && covers(r, &rows->rows[k]); k++)
				r->count.target += rows->rows[k].count.target;
		if (district || strlen(rows->rows[0].area) >= AREA_DISTRICT)
			city += r->count.target;
	}
	if (rows->rows[0].count.target == 0)
		rows->rows[0].count.target = city;
}
