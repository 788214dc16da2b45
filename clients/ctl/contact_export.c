#include "contact_export.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "cell_bulk.h"
#include "contact_find.h"
#include "copy.h"
#include "io/audit_chain.h"
#include "pingan/v1/audit.pb-c.h"
#include "record_json.h"
#include "streams.h"

/* Of a line: what was written, and other people. Of an entry of the chain: what it says of the home beside this person. */
static const char *const LINE_OUT[] = {"text", "cmd", "subject", "job", NULL};
static const char *const LOOK_OUT[] = {"words",         "seal",   "incident", "device",  "subject",
                                       "cmd",           "line",   "job",      "request", "record",
                                       "device_change", "fields", "number",   "records", NULL};

struct place {
	const struct contact_place *at;
	char key[STORE_KEY_MAX];
	char word[16];
	ms_t since_ms; /* somebody else stood there before */
	json_t *calls, *log, *looks, *outbox;
};

struct export
{
	struct cell *cell;
	struct place places[CONTACT_PLACES_MAX];
	size_t count;
	struct table calls; /* key of an incident -> struct call */
	char **keys;        /* being read */
	bool first;         /* only since when */
};

struct call {
	char key[STORE_KEY_MAX];
	char home[ID_MAX];
};

static int complain(const char *id, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

/* ------------------------------------------------------------ since when it is about them */

static bool any_path(const struct place *p, char *const *fields, size_t count,
                     bool (*is)(const struct contact_place *p, const char *path))
{
	for (size_t i = 0; i < count; i++)
		if (is(p->at, fields[i]))
			return true;
	return false;
}

static void later(struct place *p, ms_t at_ms)
{
	if (at_ms > p->since_ms)
		p->since_ms = at_ms;
}

/* ------------------------------------------------------------ calls */

static bool line_of(const struct place *p, const Pingan__V1__Line *line)
{
	const Pingan__V1__Contact *c = contact_of(p->at);

	if (c == NULL || line->at_ms < p->since_ms)
		return false;
	switch ((int)line->code) {
	case PINGAN__V1__LINE_CODE__LINE_CALLED:
	case PINGAN__V1__LINE_CODE__LINE_CONTACT_ANSWERED:
		return line->number == (int64_t)c->order;
	case PINGAN__V1__LINE_CODE__LINE_CONTACT_TOLD:
		return c->tell;
	case PINGAN__V1__LINE_CODE__LINE_CONTACTS_ASKED:
		return true;
	default:
		return false;
	}
}

static json_t *lines_of(const struct place *p, Pingan__V1__Line *const *lines, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (line_of(p, lines[i]))
			json_array_append_new(list, record_json(&lines[i]->base, LINE_OUT));
	return list;
}

static void call_remember(struct export *e, const char *key, const char *home)
{
	struct call *c = table_get(&e->calls, key);

	if (c != NULL)
		return;
	c = calloc(1, sizeof *c);
	ENSURE(c != NULL);
	snprintf(c->key, sizeof c->key, "%s", key);
	snprintf(c->home, sizeof c->home, "%s", home);
	ENSURE(table_put(&e->calls, c->key, c));
}

static void see_incident(void *ctx, size_t n, const struct store_record *rec)
{
	struct export *e = ctx;
	Pingan__V1__Incident *inc = rec->rev == 0 ? NULL : pingan__v1__incident__unpack(NULL, rec->body.len, rec->body.at);

	for (size_t i = 0; inc != NULL && i < e->count; i++) {
		struct place *p = &e->places[i];
		json_t *lines;

		if (strcmp(inc->household, p->at->home->id) != 0)
			continue;
		call_remember(e, e->keys[n], inc->household);
		lines = lines_of(p, inc->lines, inc->n_lines);
		if (json_array_size(lines) != 0) {
			char id[24];

			snprintf(id, sizeof id, "%016" PRIx64, inc->id);
			json_array_append_new(p->calls,
			                      json_pack("{s:s, s:I, s:I, s:O}", "id", id, "opened_ms", (json_int_t)inc->opened_ms,
			                                "closed_ms", (json_int_t)inc->closed_ms, "lines", lines));
		}
		json_decref(lines);
	}
	if (inc != NULL)
		pingan__v1__incident__free_unpacked(inc, NULL);
}

/* ------------------------------------------------------------ streams */

/* An entry wrote this home without saying which fields: an import, or a home that was made. */
static bool wrote_all(const struct store_entry *entry, const Pingan__V1__LogEvent *ev, const struct place *p)
{
	if (ev->edit != NULL || ev->n_lines != 0 || ev->n_devices != 0 || ev->n_rosters != 0)
		return ev->edit != NULL && ev->edit->what == PINGAN__V1__RECORD_EDIT__WHAT__EDIT_MADE &&
		       strcmp(ev->edit->record, p->key) == 0;
	for (uint32_t i = 0; i < entry->record_count; i++)
		if (strcmp(entry->records[i].key, p->key) == 0)
			return true;
	return false;
}

static void entry_take(struct place *p, const struct store_entry *entry, const Pingan__V1__LogEvent *ev, bool call)
{
	const Pingan__V1__RecordEdit *edit =
		ev->edit != NULL && strcmp(ev->edit->record, p->key) == 0 && entry->at_ms >= p->since_ms ? ev->edit : NULL;
	json_t *lines = call ? lines_of(p, ev->lines, ev->n_lines) : json_array(), *fields = json_array(), *o;

	for (size_t i = 0; edit != NULL && i < edit->n_fields; i++)
		if (contact_path_is(p->at, edit->fields[i]))
			json_array_append_new(fields, json_string(edit->fields[i]));
	if (json_array_size(lines) != 0 || json_array_size(fields) != 0) {
		o = json_pack("{s:I, s:I}", "entry", (json_int_t)entry->id, "at_ms", (json_int_t)entry->at_ms);
		if (json_array_size(lines) != 0)
			json_object_set(o, "lines", lines);
		if (json_array_size(fields) != 0) {
			json_object_set(o, "fields", fields);
			json_object_set_new(o, "who", json_string(edit->who));
		}
		json_array_append_new(p->log, o);
	}
	json_decref(lines);
	json_decref(fields);
}

static void see_entry(void *ctx, const redisReply *r)
{
	static struct store_entry entry; /* large; one thread */
	struct export *e = ctx;
	Pingan__V1__LogEvent *ev;
	const struct call *call;

	if (!commit_entry_read(r, &entry))
		return;
	ev = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at);
	if (ev == NULL)
		return;
	call = table_get(&e->calls, ev->record);
	for (size_t i = 0; i < e->count; i++) {
		struct place *p = &e->places[i];

		if (!e->first)
			entry_take(p, &entry, ev, call != NULL && strcmp(call->home, p->at->home->id) == 0);
		else if (wrote_all(&entry, ev, p) ||
		         (ev->edit != NULL && strcmp(ev->edit->record, p->key) == 0 &&
		          (ev->edit->more || any_path(p, ev->edit->fields, ev->edit->n_fields, contact_path_another))))
			later(p, entry.at_ms);
	}
	pingan__v1__log_event__free_unpacked(ev, NULL);
}

static bool look_of(const struct place *p, const Pingan__V1__AuditEntry *a, ms_t at_ms)
{
	if (at_ms < p->since_ms)
		return false;
	switch ((int)a->what) {
	case AUDIT_LOOKED:
	case AUDIT_EXPORTED:
	case AUDIT_PRINTED:
	case AUDIT_IMPORTED:
		return true;
	case AUDIT_CHANGED:
		return any_path(p, a->fields, a->n_fields, contact_path_is);
	default:
		return false;
	}
}

static void see_audit(void *ctx, const redisReply *r)
{
	struct export *e = ctx;
	struct store_audit entry;
	Pingan__V1__AuditEntry *a;

	if (!audit_entry_read(r, &entry))
		return;
	a = pingan__v1__audit_entry__unpack(NULL, entry.body.len, entry.body.at);
	for (size_t i = 0; a != NULL && i < e->count; i++) {
		struct place *p = &e->places[i];
		json_t *o;

		if (strcmp(a->household, p->at->home->id) != 0)
			continue;
		if (e->first && a->what == PINGAN__V1__AUDIT_WHAT__AUDIT_CHANGED &&
		    any_path(p, a->fields, a->n_fields, contact_path_another))
			later(p, entry.at_ms);
		if (e->first || !look_of(p, a, entry.at_ms))
			continue;
		o = record_json(&a->base, LOOK_OUT);
		json_object_set_new(o, "entry", json_integer((json_int_t)entry.id));
		json_object_set_new(o, "at_ms", json_integer(entry.at_ms));
		json_array_append_new(p->looks, o);
	}
	if (a != NULL)
		pingan__v1__audit_entry__free_unpacked(a, NULL);
}

static void see_outbox(void *ctx, const redisReply *r)
{
	struct export *e = ctx;
	const redisReply *f = r->elements == 2 ? r->element[1] : NULL;

	for (size_t i = 0; f != NULL && i + 1 < f->elements; i += 2) {
		const redisReply *body = f->element[i + 1];
		Pingan__V1__Outbox *m = strcmp(f->element[i]->str, "body") != 0
		                            ? NULL
		                            : pingan__v1__outbox__unpack(NULL, body->len, (const uint8_t *)body->str);

		for (size_t k = 0; m != NULL && k < e->count; k++)
			if (strcmp(m->household, e->places[k].at->home->id) == 0 && strcmp(m->target, e->places[k].word) == 0)
				json_array_append_new(e->places[k].outbox, record_json(&m->base, NULL));
		if (m != NULL)
			pingan__v1__outbox__free_unpacked(m, NULL);
	}
}

/* ------------------------------------------------------------ together */

static bool incidents(struct export *e)
{
	size_t count = 0;
	bool ok;

	e->keys = cell_keys(e->cell, "incident:", &count);
	ok = e->keys != NULL && cell_get_many(e->cell, e->keys, count, see_incident, e);
	if (e->keys != NULL)
		cell_keys_free(e->keys, count);
	e->keys = NULL;
	return ok;
}

static json_t *place_json(const struct place *p)
{
	const Pingan__V1__Contact *c = contact_of(p->at);
	json_t *o = json_pack("{s:s, s:s}", "home", p->at->home->id, "area", p->at->home->area);

	if (c != NULL)
		json_object_set_new(o, "contact", record_json(&c->base, NULL));
	else
		json_object_set_new(o, "key_holder", json_string(p->at->home->key_holder));
	if (p->since_ms != 0)
		json_object_set_new(o, "stands_there_since_ms", json_integer(p->since_ms));
	json_object_set(o, "calls", p->calls);
	json_object_set(o, "log", p->log);
	json_object_set(o, "looks", p->looks);
	json_object_set(o, "outbox", p->outbox);
	return o;
}

static void places_set(struct export *e, const struct contact_places *found)
{
	for (size_t i = 0; i < found->count; i++) {
		struct place *p = &e->places[e->count++];

		p->at = &found->list[i];
		snprintf(p->key, sizeof p->key, "household:%.48s", p->at->home->id);
		contact_word(p->at, p->word);
		p->calls = json_array();
		p->log = json_array();
		p->looks = json_array();
		p->outbox = json_array();
	}
}

static void export_free(struct export *e)
{
	for (size_t i = 0; i < e->count; i++) {
		json_decref(e->places[i].calls);
		json_decref(e->places[i].log);
		json_decref(e->places[i].looks);
		json_decref(e->places[i].outbox);
	}
	for (size_t i = 0; i < table_places(&e->calls); i++)
		if (table_at(&e->calls, i)->key != NULL)
			free(table_at(&e->calls, i)->value);
	table_free(&e->calls);
	free(e);
}

/* On record for each home, before the first word of it is printed. */
static bool on_record(const struct export *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (!act_commit(e->cell, AUDIT_EXPORTED, e->places[i].key, NULL, "contact"))
			return false;
	return true;
}

static int told(struct cell *cell, const struct contact_places *found, bool json)
{
	struct export *e = calloc(1, sizeof *e);
	int bad = 1;

	ENSURE(e != NULL);
	e->cell = cell;
	e->first = true;
	places_set(e, found);
	if (stream_each(cell, "log", see_entry, e) && stream_each(cell, "audit", see_audit, e)) {
		e->first = false;
		if (incidents(e) && stream_each(cell, "log", see_entry, e) && stream_each(cell, "audit", see_audit, e) &&
		    stream_each(cell, "outbox", see_outbox, e) && on_record(e)) {
			json_t *list = json_array();

			for (size_t i = 0; i < e->count; i++)
				json_array_append_new(list, place_json(&e->places[i]));
			copy_tell(json_pack("{s:o}", "homes", list), json);
			bad = 0;
		}
	}
	export_free(e);
	return bad;
}

/* One number, several names: which of them asks is not for us to guess. */
static bool one_person(const struct contact_places *found)
{
	const char *name = NULL;
	bool one = true;

	for (size_t i = 0; i < found->count; i++) {
		const Pingan__V1__Contact *c = contact_of(&found->list[i]);

		one = one && (c == NULL || name == NULL || strcmp(name, c->name) == 0);
		if (c != NULL)
			name = c->name;
	}
	for (size_t i = 0; !one && i < found->count; i++) {
		char word[16];

		contact_word(&found->list[i], word);
		fprintf(stderr, "pinganctl: %s, %s has this number\n", found->list[i].home->id, word);
	}
	return one;
}

static int by_phone(struct cell *cell, const char *phone, const char *name, bool json)
{
	struct contact_places *found = calloc(1, sizeof *found);
	int bad = 1;

	ENSURE(found != NULL);
	if (!contact_by_phone(cell, phone, name, found))
		bad = 1;
	else if (found->count == 0)
		bad = complain("--phone", "no home has a contact or key holder with this number");
	else if (found->more)
		bad = complain("--phone", "more than 64 homes have this number: it is not one person's");
	else if (!one_person(found))
		bad = complain("--phone", "people of different names have this number: say --name, or a home and its contact");
	else
		bad = told(cell, found, json);
	contact_places_free(found);
	free(found);
	return bad;
}

/* The same person in other homes is found by number and name. */
static int by_home(struct cell *cell, const char *id, const char *who, bool json)
{
	struct contact_places *found = calloc(1, sizeof *found);
	struct cell_record *rec = malloc(sizeof *rec);
	char key[STORE_KEY_MAX];
	int bad = 1;

	ENSURE(found != NULL && rec != NULL);
	snprintf(key, sizeof key, "household:%.48s", id);
	if (cell_get(cell, key, rec)) {
		struct contact_place *p = &found->list[0];
		const Pingan__V1__Contact *c;

		p->home = rec->rev == 0 ? NULL : pingan__v1__household__unpack(NULL, rec->len, rec->body);
		found->count = p->home != NULL;
		if (p->home == NULL || p->home->erased_ms != 0)
			bad = complain(id, p->home == NULL ? "no such household" : "was erased: nothing personal is held");
		else if (!contact_in_home(p->home, who, &p->at))
			bad = complain(id, "has no such contact, or two of that name: say its number in order, or key_holder");
		else if ((c = contact_of(p)) != NULL && c->phone[0] != '\0')
			bad = by_phone(cell, c->phone, c->name, json);
		else
			bad = told(cell, found, json);
	}
	explicit_bzero(rec, sizeof *rec);
	free(rec);
	contact_places_free(found);
	free(found);
	return bad;
}

int contact_export(struct cell *cell, const char *home, const char *who, const struct contact_options *o)
{
	if (home != NULL && who != NULL && o->phone == NULL)
		return by_home(cell, home, who, o->json);
	if (home == NULL && o->phone != NULL)
		return by_phone(cell, o->phone, o->name, o->json);
	return complain("contact export", "say HOME and CONTACT (its number, its name, or key_holder), or --phone");
}
