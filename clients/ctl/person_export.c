#include "person_export.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "act.h"
#include "cell_bulk.h"
#include "copy.h"
#include "core/alarm.h"
#include "io/audit_chain.h"
#include "pingan/v1/audit.pb-c.h"
#include "pingan/v1/record.pb-c.h"
#include "record_json.h"
#include "streams.h"

#define PLAIN_MAX 1024

/* Keys and what opens something: not personal data, and not to be printed. */
static const char *const SECRETS[] = {"key", "psk", "dc09_key", "token_hash", "next_psk", "erased_key", "cmd", NULL};

struct export
{
	struct cell *cell;
	const char *id;
	Pingan__V1__Household *home; /* owned */
	size_t resident;             /* which of its residents */
	char **keys;                 /* being read */
	struct table about; /* keys of records and ids of devices that concern the home -> themselves; owned names */
	json_t *devices, *calls, *log, *looks;
	bool failed;
};

static int complain(const char *id, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

static void concerns(struct export *e, const char *name)
{
	char *copy;

	if (table_get(&e->about, name) != NULL)
		return;
	copy = strdup(name);
	ENSURE(copy != NULL && table_put(&e->about, copy, copy));
}

/* ------------------------------------------------------------ the home */

static void see_home(void *ctx, size_t n, const struct store_record *rec)
{
	struct export *e = ctx;
	Pingan__V1__Household *h;
	bool whole;

	(void)n;
	if (e->home != NULL || rec->rev == 0)
		return;
	h = pingan__v1__household__unpack(NULL, rec->body.len, rec->body.at);
	if (h == NULL)
		return;
	whole = strcmp(h->id, e->id) == 0;
	for (size_t i = 0; i < h->n_residents; i++)
		if (strcmp(h->residents[i]->id, e->id) == 0 || (whole && h->n_residents == 1)) {
			e->home = h;
			e->resident = i;
			return;
		}
	if (whole) {
		fprintf(stderr, "pinganctl: %s: %s\n", e->id,
		        h->erased_ms != 0 ? "was erased: nothing personal is held"
		                          : "several residents live there, or none: name one of them");
		e->failed = true;
	}
	pingan__v1__household__free_unpacked(h, NULL);
}

static bool each(struct export *e, const char *type, void (*see)(void *ctx, size_t n, const struct store_record *rec))
{
	size_t count = 0;
	bool ok;

	e->keys = cell_keys(e->cell, type, &count);
	ok = e->keys != NULL && cell_get_many(e->cell, e->keys, count, see, e);
	cell_keys_free(e->keys, count);
	e->keys = NULL;
	return ok;
}

/* Other residents of the home are other people; that there are some is said. */
static json_t *home_json(const struct export *e)
{
	Pingan__V1__Household copy = *e->home;
	json_t *o;

	copy.n_residents = 0;
	o = record_json(&copy.base, SECRETS);
	if (e->home->n_residents > 1)
		json_object_set_new(o, "others_in_the_home", json_integer((json_int_t)e->home->n_residents - 1));
	return o;
}

/* ------------------------------------------------------------ devices */

static void see_device(void *ctx, size_t n, const struct store_record *rec)
{
	struct export *e = ctx;
	Pingan__V1__Device *d = rec->rev == 0 ? NULL : pingan__v1__device__unpack(NULL, rec->body.len, rec->body.at);

	(void)n;
	if (d == NULL)
		return;
	if (strcmp(d->household, e->home->id) == 0) {
		json_array_append_new(e->devices, record_json(&d->base, SECRETS));
		concerns(e, d->id);
	}
	pingan__v1__device__free_unpacked(d, NULL);
}

/* What each last said of itself, and when it was heard. */
static bool vitals_add(struct export *e)
{
	json_t *device;
	size_t i;

	json_array_foreach(e->devices, i, device)
	{
		const char *id = json_string_value(json_object_get(device, "id"));
		redisReply *r = cell_ask(e->cell, "HGET %svitals %s", e->cell->prefix, id), *seen;
		Pingan__V1__Vitals *v;

		if (r == NULL)
			return false;
		v = r->type != REDIS_REPLY_STRING ? NULL : pingan__v1__vitals__unpack(NULL, r->len, (const uint8_t *)r->str);
		if (v != NULL) {
			json_object_set_new(device, "vitals", record_json(&v->base, NULL));
			pingan__v1__vitals__free_unpacked(v, NULL);
		}
		freeReplyObject(r);
		seen = cell_ask(e->cell, "ZSCORE %sseen %s", e->cell->prefix, id);
		if (seen == NULL)
			return false;
		if (seen->type == REDIS_REPLY_STRING)
			json_object_set_new(device, "last_heard_ms", json_integer(strtoll(seen->str, NULL, 10)));
		freeReplyObject(seen);
	}
	return true;
}

/* ------------------------------------------------------------ calls, and what was written about them */

/* In place of the sealed bytes. What can't be opened stays as it is: sealed with another key, before the unit had its home. */
static json_t *line_json(const struct export *e, const Pingan__V1__Line *line)
{
	json_t *o = record_json(&line->base, SECRETS);
	char plain[PLAIN_MAX + 1];
	size_t len = sealed_open(&e->home->key, &line->text, (uint8_t *)plain, PLAIN_MAX);

	if (len != 0) {
		plain[len] = '\0';
		json_object_set_new(o, "text", json_string(plain));
		sodium_memzero(plain, sizeof plain);
	}
	return o;
}

static json_t *lines_json(const struct export *e, Pingan__V1__Line *const *lines, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, line_json(e, lines[i]));
	return list;
}

static void see_incident(void *ctx, size_t n, const struct store_record *rec)
{
	struct export *e = ctx;
	Pingan__V1__Incident *inc = rec->rev == 0 ? NULL : pingan__v1__incident__unpack(NULL, rec->body.len, rec->body.at);
	size_t lines;
	json_t *o;

	if (inc == NULL)
		return;
	if (strcmp(inc->household, e->home->id) == 0) {
		concerns(e, e->keys[n]);
		lines = inc->n_lines;
		inc->n_lines = 0;
		o = record_json(&inc->base, SECRETS);
		inc->n_lines = lines;
		json_object_set_new(o, "lines", lines_json(e, inc->lines, lines));
		json_array_append_new(e->calls, o);
	}
	pingan__v1__incident__free_unpacked(inc, NULL);
}

/* ------------------------------------------------------------ the log */

static void see_entry(void *ctx, const redisReply *r)
{
	struct export *e = ctx;
	struct store_entry entry;
	Pingan__V1__LogEvent *ev;
	bool ours;
	json_t *o;

	if (!commit_entry_read(r, &entry))
		return;
	ev = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at);
	if (ev == NULL)
		return;
	ours = table_get(&e->about, ev->record) != NULL || table_get(&e->about, ev->alarm_device) != NULL;
	for (uint32_t i = 0; !ours && i < entry.record_count; i++)
		ours = table_get(&e->about, entry.records[i].key) != NULL;
	if (ours) {
		size_t lines = ev->n_lines, len;
		uint8_t raw[PLAIN_MAX];
		char hex[2 * PLAIN_MAX + 1];

		ev->n_lines = 0;
		o = record_json(&ev->base, SECRETS);
		ev->n_lines = lines;
		len = sealed_open(&e->home->key, &ev->raw_sealed, raw, sizeof raw);
		if (len != 0) {
			json_object_set_new(o, "raw", json_string(sodium_bin2hex(hex, sizeof hex, raw, len)));
			json_object_del(o, "raw_sealed");
			json_object_del(o, "sealed_for");
		}
		json_object_set_new(o, "entry", json_integer((json_int_t)entry.id));
		json_object_set_new(o, "at_ms", json_integer(entry.at_ms));
		if (lines != 0)
			json_object_set_new(o, "lines", lines_json(e, ev->lines, lines));
		json_array_append_new(e->log, o);
	}
	pingan__v1__log_event__free_unpacked(ev, NULL);
}

/* ------------------------------------------------------------ who looked */

static void see_audit(void *ctx, const redisReply *r)
{
	/* What was searched for is sealed with another key, and a seal is nobody's. */
	static const char *const LEFT_OUT[] = {"words", "seal", "records", NULL};
	struct export *e = ctx;
	struct store_audit entry;
	Pingan__V1__AuditEntry *a;
	json_t *o;

	if (!audit_entry_read(r, &entry))
		return;
	a = pingan__v1__audit_entry__unpack(NULL, entry.body.len, entry.body.at);
	if (a == NULL)
		return;
	if (strcmp(a->household, e->home->id) == 0 || strcmp(a->subject, e->home->residents[e->resident]->id) == 0 ||
	    table_get(&e->about, a->record) != NULL || table_get(&e->about, a->device) != NULL) {
		o = record_json(&a->base, LEFT_OUT);
		json_object_set_new(o, "entry", json_integer((json_int_t)entry.id));
		json_object_set_new(o, "at_ms", json_integer(entry.at_ms));
		json_array_append_new(e->looks, o);
	}
	pingan__v1__audit_entry__free_unpacked(a, NULL);
}

/* ------------------------------------------------------------ together */

static void tell(struct export *e, bool json)
{
	json_t *all = json_pack("{s:o, s:o, s:O, s:O, s:O, s:O}", "resident",
	                        record_json(&e->home->residents[e->resident]->base, SECRETS), "home", home_json(e),
	                        "devices", e->devices, "calls", e->calls, "log", e->log, "looks", e->looks);

	ENSURE(all != NULL);
	copy_tell(all, json);
}

static void export_free(struct export *e)
{
	for (size_t i = 0; i < table_places(&e->about); i++)
		if (table_at(&e->about, i)->key != NULL)
			free(table_at(&e->about, i)->value);
	table_free(&e->about);
	json_decref(e->devices);
	json_decref(e->calls);
	json_decref(e->log);
	json_decref(e->looks);
	if (e->home != NULL) {
		if (e->home->key.len != 0)
			sodium_memzero(e->home->key.data, e->home->key.len);
		pingan__v1__household__free_unpacked(e->home, NULL);
	}
}

int person_export(struct cell *cell, const char *id, bool json)
{
	struct export e = {.cell = cell,
	                   .id = id,
	                   .devices = json_array(),
	                   .calls = json_array(),
	                   .log = json_array(),
	                   .looks = json_array()};
	char key[STORE_KEY_MAX];
	int bad = 1;

	ENSURE(e.devices != NULL && e.calls != NULL && e.log != NULL);
	if (!each(&e, "household:", see_home) || e.failed) {
		export_free(&e);
		return 1;
	}
	if (e.home == NULL) {
		export_free(&e);
		return complain(id, "no such resident");
	}
	snprintf(key, sizeof key, "household:%s", e.home->id);
	concerns(&e, key);
	if (each(&e, "device:", see_device) && vitals_add(&e) && each(&e, "incident:", see_incident) &&
	    stream_each(cell, "log", see_entry, &e) && stream_each(cell, "audit", see_audit, &e) &&
	    act_commit(cell, AUDIT_EXPORTED, key, id, "person")) {
		tell(&e, json);
		bad = 0;
	}
	export_free(&e);
	return bad;
}
