#include "homes.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "core/installed.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"

struct home {
	char area[16];
	struct home_units units;
};

struct count {
	struct cell *cell;
	struct table homes;  /* household -> struct home */
	struct table silent; /* device -> itself; of those listed as silent */
	struct home_rows rows;
	size_t unread;
	bool failed;
};

/* Every record that begins so, one after the other. */
static bool each(struct count *c, const char *type, void (*take)(struct count *c, const char *id, struct slice body))
{
	struct cell_record *rec = malloc(sizeof *rec);
	size_t count = 0;
	char **keys = rec == NULL ? NULL : cell_keys(c->cell, type, &count);

	for (size_t i = 0; keys != NULL && i < count; i++) {
		if (!cell_get(c->cell, keys[i], rec))
			c->unread++;
		else if (rec->rev != 0) /* gone since the keys were read */
			take(c, keys[i] + strlen(type), slice_of(rec->body, rec->len));
	}
	if (keys != NULL)
		cell_keys_free(keys, count);
	free(rec);
	return keys != NULL;
}

static void take_area(struct count *c, const char *id, struct slice body)
{
	Pingan__V1__Area *a = pingan__v1__area__unpack(NULL, body.len, body.at);
	struct home_row *r;

	if (a == NULL) {
		c->unread++;
		return;
	}
	/* The keys come in order: the shortest code begins all others. */
	if (c->rows.count == 0)
		home_rows_init(&c->rows, strlen(id) < sizeof c->rows.rows[0].area ? id : "");
	r = home_rows_want(&c->rows, id);
	if (r != NULL)
		r->count.target = a->target_homes;
	pingan__v1__area__free_unpacked(a, NULL);
}

static void take_home(struct count *c, const char *id, struct slice body)
{
	Pingan__V1__Household *h = pingan__v1__household__unpack(NULL, body.len, body.at);
	struct home *home = calloc(1, sizeof *home);
	char *name = strdup(id); /* the table keeps no names */

	ENSURE(home != NULL && name != NULL);
	if (h == NULL) {
		c->unread++;
		free(home);
		free(name);
		return;
	}
	home_count_area(h->area, home->area);
	ENSURE(table_put(&c->homes, name, home));
	pingan__v1__household__free_unpacked(h, NULL);
}

static void take_out(struct count *c, const char *id, struct slice body)
{
	Pingan__V1__Out *m = pingan__v1__out__unpack(NULL, body.len, body.at);
	char *name;

	(void)id;
	if (m == NULL) {
		c->unread++;
		return;
	}
	if (m->found && m->kind == PINGAN__V1__KIND__KIND_LINK) {
		name = strdup(m->device);
		ENSURE(name != NULL && table_put(&c->silent, name, name));
	}
	pingan__v1__out__free_unpacked(m, NULL);
}

static void take_device(struct count *c, const char *id, struct slice body)
{
	Pingan__V1__Device *d = pingan__v1__device__unpack(NULL, body.len, body.at);
	struct home *home;

	if (d == NULL) {
		c->unread++;
		return;
	}
	home = table_get(&c->homes, d->household);
	if (home != NULL) {
		enum device_state state = (unsigned)d->state < DEVICE_STATE_COUNT ? (enum device_state)d->state : DEVICE_NONE;

		home->units.of[state]++;
		home->units.silent += state == DEVICE_IN_SERVICE && table_get(&c->silent, id) != NULL;
	}
	pingan__v1__device__free_unpacked(d, NULL);
}

static bool count_all(struct count *c)
{
	if (!each(c, "area:", take_area) || !each(c, "household:", take_home) || !each(c, "out:", take_out) ||
	    !each(c, "device:", take_device))
		return false;
	if (c->rows.count == 0)
		home_rows_init(&c->rows, "");
	for (size_t i = 0; i < table_places(&c->homes); i++)
		if (table_at(&c->homes, i)->key != NULL) {
			const struct home *home = table_at(&c->homes, i)->value;
			struct home_count one = {0};

			one.of[home_stands(&home->units)] = 1;
			home_rows_add(&c->rows, home->area, &one);
		}
	home_rows_targets(&c->rows);
	return true;
}

static void count_free(struct count *c)
{
	for (size_t i = 0; i < table_places(&c->homes); i++)
		if (table_at(&c->homes, i)->key != NULL) {
			free((char *)(uintptr_t)table_at(&c->homes, i)->key);
			free(table_at(&c->homes, i)->value);
		}
	for (size_t i = 0; i < table_places(&c->silent); i++)
		if (table_at(&c->silent, i)->key != NULL)
			free(table_at(&c->silent, i)->value);
	table_free(&c->homes);
	table_free(&c->silent);
	free(c);
}

static bool print_json(const struct home_row *r)
{
	const struct home_count *c = &r->count;
	json_t *line = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "area", r->area, "installed",
	                         (json_int_t)homes_installed(c), "commissioning", (json_int_t)c->of[HOME_COMMISSIONING],
	                         "in_service", (json_int_t)homes_in_service(c), "silent", (json_int_t)c->of[HOME_SILENT],
	                         "away", (json_int_t)c->of[HOME_AWAY], "retired", (json_int_t)c->of[HOME_RETIRED], "target",
	                         (json_int_t)c->target);

	if (line == NULL)
		return false;
	(void)json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
	return true;
}

static void print_row(const struct home_row *r)
{
	const struct home_count *c = &r->count;
	char of_target[16] = "-";

	if (c->target != 0)
		snprintf(of_target, sizeof of_target, "%.1f%%", 100.0 * homes_in_service(c) / c->target);
	printf("%-9s %9" PRIu32 " %13" PRIu32 " %10" PRIu32 " %6" PRIu32 " %5" PRIu32 " %7" PRIu32 " %7" PRIu32 " %7s\n",
	       r->area[0] == '\0' ? "all" : r->area, homes_installed(c), c->of[HOME_COMMISSIONING], homes_in_service(c),
	       c->of[HOME_SILENT], c->of[HOME_AWAY], c->of[HOME_RETIRED], c->target, of_target);
}

int homes_installed_show(struct cell *cell, bool json)
{
	struct count *c = calloc(1, sizeof *c);
	int bad = 0;

	ENSURE(c != NULL);
	c->cell = cell;
	if (!count_all(c)) {
		count_free(c);
		return 1;
	}
	if (!json)
		printf("%-9s %9s %13s %10s %6s %5s %7s %7s %7s\n", "area", "installed", "commissioning", "in service", "silent",
		       "away", "retired", "target", "reached");
	for (size_t i = 0; i < c->rows.count; i++) {
		if (!json)
			print_row(&c->rows.rows[i]);
		else if (!print_json(&c->rows.rows[i]))
			bad = 1;
	}
	if (c->unread != 0) {
		fprintf(stderr, "pinganctl: %zu records are unreadable, and in no figure\n", c->unread);
		bad = 1;
	}
	count_free(c);
	return bad;
}

int homes_target(struct cell *cell, const char *area, uint32_t target)
{
	uint8_t body[STORE_BODY_MAX];
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Area *a = NULL;
	size_t len;
	int bad = 1;

	if (strlen(area) > 15 || strspn(area, "0123456789") != strlen(area) || area[0] == '\0') {
		fprintf(stderr, "pinganctl: %s: an area is a division code\n", area);
		return 1;
	}
	snprintf(key, sizeof key, "area:%s", area);
	if (!cell_get(cell, key, &rec))
		return 1;
	if (rec.rev != 0)
		a = pingan__v1__area__unpack(NULL, rec.len, rec.body);
	if (a == NULL) {
		fprintf(stderr, "pinganctl: %s: %s\n", area,
		        rec.rev == 0 ? "there is no such area" : "its record is unreadable");
		return 1;
	}
	a->target_homes = target;
	len = pingan__v1__area__get_packed_size(a);
	if (len > sizeof body)
		fprintf(stderr, "pinganctl: %s: its record is full\n", area);
	else if (cell_put(cell, key, &rec, slice_of(body, pingan__v1__area__pack(a, body))))
		bad = printf("%s: %" PRIu32 " homes are to be in service by the end of the year\n", area, target) < 0;
	pingan__v1__area__free_unpacked(a, NULL);
	return bad;
}
