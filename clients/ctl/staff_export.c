#include "staff_export.h"

#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "cell_bulk.h"
#include "copy.h"
#include "io/audit_chain.h"
#include "mention.h"
#include "pingan/v1/audit.pb-c.h"
#include "pingan/v1/record.pb-c.h"
#include "record_json.h"
#include "streams.h"
#include "user.h"

/* What opens something: not personal data, and not to be printed. */
static const char *const SECRETS[] = {"password_hash", "totp_key", "totp_step", "recovery", NULL};

struct export
{
	struct cell *cell;
	const char *id;
	char **keys;   /* being read */
	json_t *staff; /* account, duty, console, ... by the type of the record */
	json_t *sessions, *rosters, *calls, *named_in, *outbox, *log, *acts, *looks;
};

static int complain(const char *id, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

/* ------------------------------------------------------------ records */

static void own(struct export *e, const char *key, const ProtobufCMessage *m)
{
	char type[16];

	snprintf(type, sizeof type, "%.*s", (int)strcspn(key, ":"), key);
	json_object_set_new(e->staff, type, record_json(m, SECRETS));
}

static void others(struct export *e, const char *key, const ProtobufCMessage *m)
{
	json_t *list = m->descriptor == &pingan__v1__incident__descriptor ? e->calls
	               : m->descriptor == &pingan__v1__roster__descriptor ? e->rosters
	                                                                  : NULL;
	json_t *part = list == NULL ? NULL : mention_part(m, e->id);

	if (part != NULL) {
		/* As what: the fields of the call itself, and of its jobs and lines. */
		json_object_set_new(part, "named_as", mention_fields(m, e->id));
		json_array_append_new(list, part);
	} else if (list == NULL && mention_any(m, e->id)) {
		json_array_append_new(e->named_in, json_pack("{s:s, s:o}", "record", key, "fields", mention_fields(m, e->id)));
	}
}

static void see_record(void *ctx, size_t n, const struct store_record *rec)
{
	struct export *e = ctx;
	const char *key = e->keys[n];
	ProtobufCMessage *m =
		rec->rev == 0 ? NULL : protobuf_c_message_unpack(mention_type(key), NULL, rec->body.len, rec->body.at);

	if (m == NULL)
		return;
	if (mention_own(key, e->id))
		own(e, key, m);
	else if (m->descriptor == &pingan__v1__login__descriptor) {
		if (mention_any(m, e->id))
			json_array_append_new(e->sessions, record_json(m, SECRETS));
	} else
		others(e, key, m);
	protobuf_c_message_free_unpacked(m, NULL);
}

static bool records(struct export *e)
{
	size_t count = 0, known = 0;
	char **all = cell_keys(e->cell, "", &count);
	bool ok;

	if (all == NULL)
		return false;
	e->keys = malloc((count + 1) * sizeof *e->keys);
	ENSURE(e->keys != NULL);
	for (size_t i = 0; i < count; i++)
		if (mention_type(all[i]) != NULL)
			e->keys[known++] = all[i];
	ok = cell_get_many(e->cell, e->keys, known, see_record, e);
	free(e->keys);
	e->keys = NULL;
	cell_keys_free(all, count);
	return ok;
}

/* ------------------------------------------------------------ streams */

static void see_outbox(void *ctx, const redisReply *r)
{
	struct export *e = ctx;
	const redisReply *f = r->elements == 2 ? r->element[1] : NULL;

	for (size_t i = 0; f != NULL && i + 1 < f->elements; i += 2) {
		const redisReply *body = f->element[i + 1];
		Pingan__V1__Outbox *m = strcmp(f->element[i]->str, "body") != 0
		                            ? NULL
		                            : pingan__v1__outbox__unpack(NULL, body->len, (const uint8_t *)body->str);

		if (m != NULL && mention_any(&m->base, e->id))
			json_array_append_new(e->outbox, mention_part(&m->base, e->id));
		if (m != NULL)
			pingan__v1__outbox__free_unpacked(m, NULL);
	}
}

/* What the entry left of a record of theirs, where the log has it. */
static json_t *states(const struct export *e, const struct store_entry *entry)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < entry->record_count; i++) {
		const struct store_record *rec = &entry->records[i];
		const ProtobufCMessageDescriptor *type = mention_type(rec->key);
		bool login = type == &pingan__v1__login__descriptor;
		ProtobufCMessage *m = NULL;

		if (type == NULL || (!login && !mention_own(rec->key, e->id)))
			continue;
		if (!rec->absent && rec->rev != 0)
			m = protobuf_c_message_unpack(type, NULL, rec->body.len, rec->body.at);
		if (m != NULL && (!login || mention_any(m, e->id)))
			json_array_append_new(
				list, json_pack("{s:s, s:o}", "record", login ? "login" : rec->key, "was", record_json(m, SECRETS)));
		else if (!login)
			json_array_append_new(list, json_pack("{s:s}", "record", rec->key));
		if (m != NULL)
			protobuf_c_message_free_unpacked(m, NULL);
	}
	return list;
}

static void see_entry(void *ctx, const redisReply *r)
{
	static struct store_entry entry; /* large; one thread */
	struct export *e = ctx;
	Pingan__V1__LogEvent *ev;
	json_t *part, *list;

	if (!commit_entry_read(r, &entry))
		return;
	ev = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at);
	part = ev == NULL ? NULL : mention_part(&ev->base, e->id);
	list = states(e, &entry);
	if (part != NULL || json_array_size(list) != 0) {
		if (part == NULL)
			part = json_object();
		json_object_set_new(part, "entry", json_integer((json_int_t)entry.id));
		json_object_set_new(part, "at_ms", json_integer(entry.at_ms));
		if (json_array_size(list) != 0)
			json_object_set(part, "records", list);
		json_array_append_new(e->log, part);
	}
	json_decref(list);
	if (ev != NULL)
		pingan__v1__log_event__free_unpacked(ev, NULL);
}

/* About a member of staff, and not about a resident who has the same number. */
static bool about(const Pingan__V1__AuditEntry *a, const char *id)
{
	return mention_own(a->record, id) ||
	       (strcmp(a->subject, id) == 0 && strncmp(a->record, "household:", strlen("household:")) != 0);
}

static void see_audit(void *ctx, const redisReply *r)
{
	static const char *const LEFT_OUT[] = {"words", "seal", "records", NULL};
	struct export *e = ctx;
	struct store_audit entry;
	Pingan__V1__AuditEntry *a;
	bool did, seen;

	if (!audit_entry_read(r, &entry))
		return;
	a = pingan__v1__audit_entry__unpack(NULL, entry.body.len, entry.body.at);
	if (a == NULL)
		return;
	did = strcmp(a->who, e->id) == 0;
	seen = !did && about(a, e->id);
	if (did || seen) {
		json_t *o = record_json(&a->base, LEFT_OUT);

		json_object_set_new(o, "entry", json_integer((json_int_t)entry.id));
		json_object_set_new(o, "at_ms", json_integer(entry.at_ms));
		json_array_append_new(did ? e->acts : e->looks, o);
	}
	pingan__v1__audit_entry__free_unpacked(a, NULL);
}

/* ------------------------------------------------------------ together */

static int export_run(struct export *e, const char *key, bool json)
{
	json_t *all;

	if (!records(e) || !stream_each(e->cell, "outbox", see_outbox, e) || !stream_each(e->cell, "log", see_entry, e) ||
	    !stream_each(e->cell, "audit", see_audit, e))
		return 1;
	if (json_object_get(e->staff, "person") == NULL)
		return complain(e->id, "there is no such account");
	if (!act_commit(e->cell, AUDIT_EXPORTED, key, e->id, "user"))
		return 1;
	all = json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "staff", e->staff, "sessions", e->sessions,
	                "rosters", e->rosters, "calls", e->calls, "named_in", e->named_in, "outbox", e->outbox, "log",
	                e->log, "acts", e->acts, "looks", e->looks);
	ENSURE(all != NULL);
	copy_tell(all, json);
	return 0;
}

int staff_export(struct cell *cell, const char *account, bool json)
{
	struct export e = {.cell = cell, .id = account, .staff = json_object()};
	json_t **lists[] = {&e.sessions, &e.rosters, &e.calls, &e.named_in, &e.outbox, &e.log, &e.acts, &e.looks};
	char key[STORE_KEY_MAX];
	int bad;

	if (!user_key(account, key)) {
		json_decref(e.staff);
		return 1;
	}
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		*lists[i] = json_array();
	bad = export_run(&e, key, json);
	json_decref(e.staff);
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		json_decref(*lists[i]);
	return bad;
}
