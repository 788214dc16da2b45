#include "mention.h"

#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "pingan/v1/record.pb-c.h"
#include "record_json.h"

#define PATH_SIZE 160

static const struct {
	const char *type;
	const ProtobufCMessageDescriptor *message;
} TYPES[] = {
	{"absence:", &pingan__v1__absences__descriptor},
	{"area:", &pingan__v1__area__descriptor},
	{"caregiver:", &pingan__v1__caregiver__descriptor},
	{"daemon:", &pingan__v1__daemon__descriptor},
	{"device:", &pingan__v1__device__descriptor},
	{"drain:", &pingan__v1__drain__descriptor},
	{"household:", &pingan__v1__household__descriptor},
	{"incident:", &pingan__v1__incident__descriptor},
	{"login:", &pingan__v1__login__descriptor},
	{"operator:", &pingan__v1__operator__descriptor},
	{"out:", &pingan__v1__out__descriptor},
	{"person:", &pingan__v1__person__descriptor},
	{"reminder:", &pingan__v1__reminder__descriptor},
	{"retention:", &pingan__v1__retention__descriptor},
	{"roster:", &pingan__v1__roster__descriptor},
	{"snapshot:", &pingan__v1__snapshot_wish__descriptor},
	{"station:", &pingan__v1__station__descriptor},
	{"storm:", &pingan__v1__storm__descriptor},
	{"token:", &pingan__v1__token__descriptor},
};

/* Records that are about one person, by their id. */
static const char *const OWN[] = {"absence:", "caregiver:", "operator:", "person:", "reminder:"};

static const char *const PEOPLE[] = {
	"aside_by",     "asked_by",     "by",       "caregiver", "closed_by", "decided_by", "ended_by", "erased_by",
	"former_owner", "installed_by", "made_by",  "manager",   "operators", "owner",      "people",   "person",
	"proof_by",     "proved_by",    "state_by", "subject",   "takes",     "target",     "test_by",  "who",
};

/* Ids of something else, codes, and texts: what is written about a home, and what stands in a person's own record. */
static const char *const OTHERS[] = {
	"access",    "account",    "address",       "alarm_device", "allergies",  "area",     "areas",    "assessed_on",
	"carrier",   "code",       "code_table",    "consent_on",   "covers",     "daemon",   "device",   "dialect",
	"door_code", "duty_phone", "fields",        "firmware",     "from",       "hash",     "hospital", "host",
	"household", "id",         "key",           "key_holder",   "key_safe",   "known_as", "language", "languages",
	"medicines", "model",      "name",          "name_en",      "neighbours", "note",     "notes",    "password_hash",
	"phone",     "phone2",     "protocol_code", "provider",     "reason",     "record",   "relation", "risks",
	"rule",      "scopes",     "sealed_for",    "served_from",  "services",   "skills",   "spelling", "station",
	"street",    "until",      "vendor",        "version",
};

/* What says which record it is, and when. */
static const char *const WHICH[] = {"area",      "class", "closed_ms", "code",      "device", "drill",   "from_ms",
                                    "household", "id",    "kind",      "opened_ms", "record", "until_ms"};

static bool has(const char *const *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

bool mention_person_field(const char *name)
{
	return has(PEOPLE, COUNT_OF(PEOPLE), name);
}

bool mention_other_field(const char *name)
{
	return has(OTHERS, COUNT_OF(OTHERS), name);
}

const ProtobufCMessageDescriptor *mention_type(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		if (strncmp(key, TYPES[i].type, strlen(TYPES[i].type)) == 0)
			return TYPES[i].message;
	return NULL;
}

bool mention_own(const char *key, const char *id)
{
	for (size_t i = 0; i < COUNT_OF(OWN); i++) {
		size_t len = strlen(OWN[i]);

		if (strncmp(key, OWN[i], len) == 0 && strcmp(key + len, id) == 0)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------ one field */

static size_t count_of(const ProtobufCFieldDescriptor *f, const ProtobufCMessage *m)
{
	return f->label == PROTOBUF_C_LABEL_REPEATED
	           ? *(const size_t *)(const void *)((const char *)m + f->quantifier_offset)
	           : 1;
}

/* The n-th value of a field of texts or messages: both are pointers. */
static const void *pointer_at(const ProtobufCFieldDescriptor *f, const ProtobufCMessage *m, size_t n)
{
	const void *const *at = (const void *const *)(const void *)((const char *)m + f->offset);

	return f->label == PROTOBUF_C_LABEL_REPEATED ? ((const void *const *)at[0])[n] : at[0];
}

/* The text says this person: their id where a person stands, the key of a record of theirs where one does. */
static bool names(const ProtobufCFieldDescriptor *f, const char *text, const char *id)
{
	if (text == NULL)
		return false;
	if (strcmp(f->name, "record") == 0 || strcmp(f->name, "key") == 0)
		return mention_own(text, id);
	return mention_person_field(f->name) && strcmp(text, id) == 0;
}

/* ------------------------------------------------------------ where */

struct places {
	const char *id;
	json_t *list; /* NULL: it is enough to know that there is one */
	bool any;
};

static void places(const ProtobufCMessage *m, const char *path, struct places *p)
{
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		bool many = f->label == PROTOBUF_C_LABEL_REPEATED;
		size_t count = count_of(f, m);

		if (f->type != PROTOBUF_C_TYPE_STRING && f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		for (size_t n = 0; n < count; n++) {
			const void *at = pointer_at(f, m, n);
			char here[PATH_SIZE], number[24] = "";

			if (at == NULL)
				continue;
			if (many)
				snprintf(number, sizeof number, "[%zu]", n + 1);
			if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
				snprintf(here, sizeof here, "%.100s%s%s.", path, f->name, number);
				places(at, here, p);
			} else if (names(f, at, p->id)) {
				snprintf(here, sizeof here, "%.100s%s%s", path, f->name, number);
				p->any = true;
				if (p->list != NULL)
					json_array_append_new(p->list, json_string(here));
			}
		}
	}
}

bool mention_any(const ProtobufCMessage *m, const char *id)
{
	struct places p = {.id = id};

	places(m, "", &p);
	return p.any;
}

json_t *mention_fields(const ProtobufCMessage *m, const char *id)
{
	struct places p = {.id = id, .list = json_array()};

	ENSURE(p.list != NULL);
	places(m, "", &p);
	return p.list;
}

/* ------------------------------------------------------------ what */

static json_t *part(const ProtobufCMessage *m, const char *id, bool whole);

static json_t *one(const ProtobufCMessage *child, const char *id)
{
	return child != NULL && mention_any(child, id) ? part(child, id, true) : NULL;
}

static json_t *parts(const ProtobufCFieldDescriptor *f, const ProtobufCMessage *m, const char *id)
{
	json_t *list = NULL;
	size_t count = count_of(f, m);

	for (size_t n = 0; n < count; n++) {
		json_t *o = one(pointer_at(f, m, n), id);

		if (o == NULL)
			continue;
		if (list == NULL)
			list = json_array();
		json_array_append_new(list, o);
	}
	return list;
}

/* Of a list of people this one; names of fields and the like as they stand, where all of it is about them. */
static json_t *in_list(const ProtobufCFieldDescriptor *f, const ProtobufCMessage *m, const char *id, bool whole)
{
	json_t *list = NULL;

	for (size_t n = 0; n < count_of(f, m); n++) {
		const char *text = pointer_at(f, m, n);

		if (text == NULL || !(mention_person_field(f->name) ? names(f, text, id) : whole))
			continue;
		if (list == NULL)
			list = json_array();
		json_array_append_new(list, json_string(text));
	}
	return list;
}

/* `whole`: the message names them itself, as a line of a timeline does, and all of it is about them, but for what was
 * written: that is about the home, and sealed with its key. Else no more than which one it is. */
static json_t *part(const ProtobufCMessage *m, const char *id, bool whole)
{
	json_t *o = json_object();

	ENSURE(o != NULL);
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		const void *at = (const char *)m + f->offset;
		json_t *v = NULL;

		if (f->type == PROTOBUF_C_TYPE_MESSAGE && f->label == PROTOBUF_C_LABEL_REPEATED)
			v = parts(f, m, id);
		else if (f->type == PROTOBUF_C_TYPE_MESSAGE)
			v = one(pointer_at(f, m, 0), id);
		else if (f->type == PROTOBUF_C_TYPE_BYTES)
			v = whole && ((const ProtobufCBinaryData *)at)->len != 0 ? json_string("sealed") : NULL;
		else if (f->label == PROTOBUF_C_LABEL_REPEATED)
			v = f->type == PROTOBUF_C_TYPE_STRING ? in_list(f, m, id, whole) : NULL;
		else if (whole || has(WHICH, COUNT_OF(WHICH), f->name) ||
		         (f->type == PROTOBUF_C_TYPE_STRING && names(f, pointer_at(f, m, 0), id)))
			v = record_json_value(f, at, NULL);
		if (v != NULL)
			json_object_set_new(o, f->name, v);
	}
	return o;
}

json_t *mention_part(const ProtobufCMessage *m, const char *id)
{
	return mention_any(m, id) ? part(m, id, false) : NULL;
}
