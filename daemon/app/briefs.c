#include "app/briefs.h"

#include <stdlib.h>

static struct record *brief_record(struct app *app, const char *type, const char *id)
{
	char key[STORE_KEY_MAX];
	struct record *rec;

	record_key(key, type, id);
	rec = record_find(app, key);
	return rec != NULL && rec->rev != 0 ? rec : NULL;
}

static void brief_text(char *ret, size_t size, const char *from)
{
	if (!text_copy(ret, size, slice_str(from)))
		ret[0] = '\0';
}

static void home_read(const Pingan__V1__Household *h, struct home_brief *b)
{
	brief_text(b->id, sizeof b->id, h->id);
	if (!alarm_id_valid(b->id))
		b->id[0] = '\0';
	brief_text(b->area, sizeof b->area, h->area);
	b->test_until_ms = h->test_until_ms;
	b->risk = home_risk(h);
	for (size_t i = 0; i < h->n_contacts; i++)
		b->tells = b->tells || h->contacts[i]->tell;
}

/* Without memory it is made anew each time. */
static void *brief_room(struct app *app, struct record *rec, size_t size)
{
	void *room = rec->brief = calloc(1, size);

	if (room == NULL && (room = arena_take(&app->arena, size)) != NULL)
		memset(room, 0, size);
	return room;
}

const struct home_brief *home_brief(struct app *app, const char *id)
{
	struct record *rec = brief_record(app, "household", id);
	const Pingan__V1__Household *h;
	struct home_brief *b;

	if (rec == NULL || rec->brief != NULL)
		return rec == NULL ? NULL : rec->brief;
	h = household_find(app, id);
	b = h == NULL ? NULL : brief_room(app, rec, sizeof *b);
	if (b != NULL)
		home_read(h, b);
	return b;
}

const struct device_brief *device_brief(struct app *app, const char *id)
{
	struct record *rec = brief_record(app, "device", id);
	const Pingan__V1__Device *d;
	struct device_brief *b;

	if (rec == NULL || rec->brief != NULL)
		return rec == NULL ? NULL : rec->brief;
	d = device_find(app, id);
	b = d == NULL ? NULL : brief_room(app, rec, sizeof *b);
	if (b == NULL)
		return NULL;
	brief_text(b->household, sizeof b->household, d->household);
	brief_text(b->carrier, sizeof b->carrier, d->carrier);
	if (!alarm_id_valid(b->carrier))
		b->carrier[0] = '\0';
	b->test_until_ms = d->test_until_ms;
	return b;
}

const struct area_brief *area_brief(struct app *app, const char *code)
{
	struct record *rec = brief_record(app, "area", code);
	const Pingan__V1__Area *a;
	struct area_brief *b;

	if (rec == NULL || rec->brief != NULL)
		return rec == NULL ? NULL : rec->brief;
	a = area_find(app, code);
	b = a == NULL ? NULL : brief_room(app, rec, sizeof *b);
	if (b != NULL)
		b->arrival_due_min = a->arrival_due_min;
	return b;
}
