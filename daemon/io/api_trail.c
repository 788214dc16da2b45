/* api_trail.c - GET /api/v1/audit: who did, or looked at, what, for auditors, in the order in which it was. Read from the
 * store, where the chain stands; and whoever reads stands in it too, before anything is told. */
#include "io/api_internal.h"

#include <stddef.h>
#include <stdlib.h>

#include "io/audit_walk.h"
#include "wire/audit.h"

#define LOOK_MAX 10000 /* entries looked at for one page */
#define SCRATCH 65536

struct trail {
	struct audit_walk *walk;
	uint64_t limit, after; /* after: number of the last one looked at */
	uint64_t safe;         /* nothing that might be taken back is told */
	size_t count, looked, unreadable;
	bool more;
	const char *person, *home, *by, *detail; /* filters, in the call; NULL = any */
	enum audit_what what;
	ms_t since_ms, until_ms;
	struct arena scratch;
	_Alignas(max_align_t) uint8_t memory[SCRATCH];
};

void api_trail_drop(void *at)
{
	struct trail *t = at;

	if (t != NULL)
		audit_walk_free(t->walk);
	free(t);
}

/* ------------------------------------------------------------ which */

/* Of a home, or a unit in one, that lies outside: not theirs to see. Of no home: it names ids only. */
static bool theirs(struct api_call *c, const struct audit *a)
{
	struct listed one;

	if (a->household[0] != '\0' && app_listing_find(api_app(c), LISTING_HOMES, a->household, &one))
		return who_covers(&c->who, one.area);
	if (a->device[0] != '\0' && app_listing_find(api_app(c), LISTING_DEVICES, a->device, &one))
		return one.area[0] == '\0' || who_covers(&c->who, one.area);
	return true;
}

static bool wanted(struct api_call *c, const struct trail *t, const struct audit *a)
{
	char detail[40];

	if (t->by != NULL && strcmp(a->who, t->by) != 0)
		return false;
	if (t->home != NULL && strcmp(a->household, t->home) != 0)
		return false;
	if (t->person != NULL && !audit_concerns(a, t->person))
		return false;
	if (t->what != AUDIT_NONE && a->what != t->what)
		return false;
	if (t->detail != NULL) {
		audit_detail(a, detail);
		if (strcmp(detail, t->detail) != 0)
			return false;
	}
	return theirs(c, a);
}

/* ------------------------------------------------------------ telling */

static void tell(struct api_call *c, const struct store_audit *e, const struct audit *a)
{
	static const char *const FROM[AUDIT_FROM_COUNT] = {"", "machine", "private", "public"};
	struct jot *j = &c->out;
	char detail[40];

	audit_detail(a, detail);
	jot_open(j, NULL, '{');
	jot_number(j, "entry", (int64_t)e->id);
	jot_time(j, "at", e->at_ms);
	jot_text(j, "what", audit_what_name(a->what));
	jot_text_if(j, "detail", detail);
	jot_text_if(j, "who", a->who);
	jot_enum(j, "role", &pingan__v1__role__descriptor, "ROLE_", (int)a->role);
	jot_text_if(j, "from", (size_t)a->from < COUNT_OF(FROM) ? FROM[a->from] : "");
	jot_text_if(j, "daemon", a->daemon);
	jot_text_if(j, "record", a->record);
	jot_text_if(j, "household", a->household);
	jot_text_if(j, "device", a->device);
	if (a->incident != 0)
		jot_hex16(j, "incident", a->incident);
	jot_text_if(j, "subject", a->subject);
	jot_number_if(j, "number", a->number);
	jot_number_if(j, "count", a->count);
	if (a->field_count != 0) {
		jot_open(j, "fields", '[');
		for (uint32_t i = 0; i < a->field_count; i++)
			jot_text(j, NULL, a->fields[i]);
		jot_close(j, ']');
	}
	jot_text_if(j, "note", a->note);
	jot_number_if(j, "seals", (int64_t)a->seal.entry);
	jot_text(j, "hash", e->hash);
	jot_close(j, '}');
}

static bool finish(struct api_call *c, struct trail *t)
{
	jot_close(&c->out, ']');
	jot_number_if(&c->out, "unreadable", (int64_t)t->unreadable);
	if (t->more) {
		char text[24];

		snprintf(text, sizeof text, "%llu", (unsigned long long)t->after);
		jot_text(&c->out, "next", text);
	}
	jot_close(&c->out, '}');
	if (!api_audit_read(c, t->home != NULL ? t->home : t->person, t->count))
		return true;
	api_work(c, api_send);
	return false;
}

/* False: the page ends before this one. */
static bool one(struct api_call *c, struct trail *t, const struct store_audit *e, bool readable)
{
	struct audit a;

	if (e->id > t->safe || (readable && t->until_ms != 0 && e->at_ms >= t->until_ms))
		return false;
	t->after = e->id;
	t->looked++;
	arena_reset(&t->scratch);
	if (!readable || !audit_decode(e->body, &t->scratch, &a)) {
		t->unreadable++;
	} else if (e->at_ms >= t->since_ms && wanted(c, t, &a)) {
		tell(c, e, &a);
		t->count++;
	}
	t->more = t->count == t->limit || t->looked == LOOK_MAX || c->out.len > API_PAGE_BYTES - API_ITEM_BYTES;
	return !t->more;
}

static bool step(struct api_call *c)
{
	struct trail *t = c->own.at;
	struct store_audit e;

	do {
		enum audit_walk_state state = audit_walk_next(t->walk, &e);

		switch (state) {
		case AUDIT_WALK_WAITS:
			return false;
		case AUDIT_WALK_LOST:
			api_refuse(c, 503, "no_store", "the chain can't be read now");
			return true;
		case AUDIT_WALK_END:
			return finish(c, t);
		case AUDIT_WALK_ENTRY:
		case AUDIT_WALK_UNREADABLE:
			if (!one(c, t, &e, state == AUDIT_WALK_ENTRY))
				return finish(c, t);
			break;
		}
	} while (!api_slice_over(c));
	return false;
}

/* ------------------------------------------------------------ what was asked */

static void params(struct api_call *c, struct trail *t)
{
	const char *what = api_param(c, "what");

	t->limit = API_PAGE_DEFAULT;
	api_param_number(c, "limit", 1, API_PAGE_MAX, &t->limit);
	api_param_number(c, "cursor", 1, (uint64_t)1 << 48, &t->after);
	api_param_time(c, "since", &t->since_ms);
	api_param_time(c, "until", &t->until_ms);
	t->person = api_param(c, "person");
	t->home = api_param(c, "home");
	t->by = api_param(c, "by");
	if (what == NULL)
		return;
	t->what = audit_what_by_name(what);
	if (t->what == AUDIT_NONE && audit_detail_known(what))
		t->detail = what;
	else if (t->what == AUDIT_NONE)
		api_fault(c, "what", "no such value");
}

void api_audit_get(struct api_call *c)
{
	struct web *web = c->api->web;
	struct app_health h;
	struct trail *t = calloc(1, sizeof *t);

	c->own.at = t;
	if (t == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	arena_init(&t->scratch, t->memory, sizeof t->memory);
	params(c, t);
	if (c->fault_count != 0) {
		api_refuse(c, 400, "parameters", NULL);
		return;
	}
	app_health(api_app(c), &h);
	t->safe = h.safe;
	t->walk = audit_walk_new(web->base, web->config, web->clock, t->after + 1, t->after != 0 ? 0 : t->since_ms);
	if (t->walk == NULL) {
		api_refuse(c, 503, "busy", "others read the chain at this moment");
		return;
	}
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_open(&c->out, "items", '[');
	api_work(c, step);
}
