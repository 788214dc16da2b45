/* fuzz_registry.c - two versions of a home, an area or a station as anybody may write them.
 *
 * The first byte says which, the second whether health is part of it, the next two how long the first version is; the other
 * one is behind it. Oracles: the judge says no exactly when it names a fault, each with the path of a field and a code of the
 * catalogue; what it lets through fits into a body with room; a version differs from itself in nothing and every difference has a
 * name; what belongs to others is the old one's after an edit, and is not in what is shown; and the log's words about it are read
 * by the audit chain.
 */
#include <stdio.h>
#include <stdlib.h>

#include "wire/audit.h"
#include "wire/record.h"
#include "wire/registry_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORACLE(cond)                                \
	do {                                            \
		if (!(cond)) {                              \
			fprintf(stderr, "oracle: %s\n", #cond); \
			abort();                                \
		}                                           \
	} while (0)

#define FAULTS_MAX 12

static _Alignas(16) uint8_t memory[8 * RECORD_SCRATCH];
static uint8_t first[65536], second[65536], event[65536];
static const char *const KEYS[] = {"household:h1", "area:440103001001", "station:st1"};

static bool in_catalogue(const char *why)
{
	for (size_t i = 0; registry_why(i) != NULL; i++)
		if (strcmp(registry_why(i), why) == 0)
			return registry_why_english(why)[0] != '\0';
	return false;
}

static bool exists(void *ctx, const char *key)
{
	(void)ctx;
	return strlen(key) % 2 == 0;
}

static bool judged(const char *key, const ProtobufCMessage *m)
{
	struct registry_fault list[FAULTS_MAX];
	struct registry_faults f = {.list = list, .max = FAULTS_MAX, .exists = exists}, none = {.exists = exists};
	bool ok = registry_check(key, m, &f);

	ORACLE(ok == (f.count == 0));
	ORACLE(registry_check(key, m, &none) == ok && none.count == f.count);
	for (size_t i = 0; i < f.count && i < f.max; i++)
		ORACLE(memchr(list[i].field, '\0', sizeof list[i].field) != NULL && in_catalogue(list[i].why));
	if (ok && m->n_unknown_fields == 0)
		ORACLE(protobuf_c_message_get_packed_size(m) <= RECORD_MAX);
	return ok;
}

static size_t pack(const ProtobufCMessage *m, uint8_t *ret)
{
	ORACLE(protobuf_c_message_get_packed_size(m) <= sizeof first);
	return protobuf_c_message_pack(m, ret);
}

static void named(const struct registry_diff *d)
{
	ORACLE(d->count <= REGISTRY_FIELDS_MAX && (!d->more || d->count == REGISTRY_FIELDS_MAX));
	for (size_t i = 0; i < d->count; i++)
		ORACLE(d->fields[i][0] != '\0' && memchr(d->fields[i], '\0', REGISTRY_PATH_MAX) != NULL);
}

static void differ(const ProtobufCMessage *was, const ProtobufCMessage *is)
{
	static struct registry_diff d;
	size_t a = pack(was, first), b = pack(is, second);

	registry_diff(is, is, &d);
	ORACLE(d.count == 0 && !d.more);
	registry_diff(NULL, is, &d);
	named(&d);
	registry_diff(was, is, &d);
	named(&d);
	if (a == b && memcmp(first, second, a) == 0)
		ORACLE(d.count == 0);
}

/* What of the two belongs to somebody else, or is health that was not asked for, is that of `was`. */
static void kept(const char *key, ProtobufCMessage *is, const ProtobufCMessage *was, bool health)
{
	static struct registry_diff d;
	struct buf said = buf_of(event, sizeof event);
	Pingan__V1__LogEvent *e;
	struct arena arena;
	static _Alignas(16) uint8_t room[65536];
	struct audit audit = {0};

	registry_keep(is, was, health);
	registry_diff(was, is, &d);
	named(&d);
	for (size_t i = 0; i < d.count; i++) {
		char top[REGISTRY_PATH_MAX];

		snprintf(top, sizeof top, "%.*s", (int)strcspn(d.fields[i], ".["), d.fields[i]);
		ORACLE(registry_edits(is->descriptor, top));
		ORACLE(health || is->descriptor != &pingan__v1__household__descriptor || strcmp(top, "health") != 0);
	}
	registry_event_encode(PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED, key, "op1", 5, &d, &said);
	ORACLE(!said.overflow);
	arena_init(&arena, room, sizeof room);
	e = pingan__v1__log_event__unpack(&arena.allocator, said.len, said.at);
	ORACLE(e != NULL && e->edit != NULL && e->edit->n_fields == d.count && e->edit->more == d.more);
	ORACLE(audit_of_event(e, &audit) && audit.what == AUDIT_CHANGED && strcmp(audit.who, "op1") == 0);
	ORACLE(strcmp(audit.record, key) == 0);
	said = buf_of(event, AUDIT_MAX);
	audit_encode(&audit, &said);
	ORACLE(!said.overflow);
}

static void shown(ProtobufCMessage *m, bool health)
{
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;
	size_t len, again;

	registry_show(m, health);
	len = pack(m, first);
	registry_show(m, health);
	again = pack(m, second);
	ORACLE(len == again && memcmp(first, second, len) == 0);
	if (m->descriptor != &pingan__v1__household__descriptor)
		return;
	ORACLE(h->key.len == 0 && (health || h->health == NULL) && m->n_unknown_fields == 0);
	for (size_t i = 0; !health && i < h->n_residents; i++)
		ORACLE(h->residents[i]->health == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const ProtobufCMessageDescriptor *type;
	ProtobufCMessage *was, *is;
	struct arena arena;
	const char *key;
	size_t cut;
	bool health;

	if (size < 4)
		return 0;
	key = KEYS[data[0] % COUNT_OF(KEYS)];
	type = registry_type(key);
	health = (data[1] & 1) != 0;
	cut = (size_t)(data[2] << 8 | data[3]) % (size - 3);
	ORACLE(type != NULL);
	arena_init(&arena, memory, sizeof memory);
	was = protobuf_c_message_unpack(type, &arena.allocator, cut, data + 4);
	is = protobuf_c_message_unpack(type, &arena.allocator, size - 4 - cut, data + 4 + cut);
	if (was != NULL)
		(void)judged(key, was);
	if (is == NULL)
		return 0;
	(void)judged(key, is);
	if (was != NULL) {
		differ(was, is);
		kept(key, is, was, health);
	}
	shown(is, health);
	return 0;
}
