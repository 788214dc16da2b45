#include "wire/registry_edit.h"

#include <stdio.h>

/* ------------------------------------------------------------ what differs */

static void name_add(struct registry_diff *d, const char *path)
{
	if (d->count == REGISTRY_FIELDS_MAX) {
		d->more = true;
		return;
	}
	snprintf(d->fields[d->count++], REGISTRY_PATH_MAX, "%s", path);
}

/* Names in these records are short; one that is not is cut, and still says where. */
static void path_put(char ret[REGISTRY_PATH_MAX], const char *at, const char *name, size_t number, const char *tail)
{
	int len = number == 0 ? snprintf(ret, REGISTRY_PATH_MAX, "%s%s%s", at, name, tail)
	                      : snprintf(ret, REGISTRY_PATH_MAX, "%s%s[%zu]%s", at, name, number, tail);

	ENSURE(len > 0);
}

static size_t list_count(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	return *(const size_t *)(const void *)((const uint8_t *)m + f->quantifier_offset);
}

static const void *member(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	return (const uint8_t *)m + f->offset;
}

/* Records have these; others would be a new kind of field, and are compared when it comes. */
static size_t scalar_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	default:
		return 4;
	}
}

static void differ(const ProtobufCMessage *before, const ProtobufCMessage *after, const char *at,
                   struct registry_diff *d);

static const char *text_of(const void *at)
{
	const char *text = *(const char *const *)at;

	return text == NULL ? "" : text;
}

static bool bytes_equal(const void *a, const void *b)
{
	const ProtobufCBinaryData *x = a, *y = b;

	return slice_equal(slice_of(x->data, x->len), slice_of(y->data, y->len));
}

static void differ_list(const ProtobufCMessage *before, const ProtobufCMessage *after,
                        const ProtobufCFieldDescriptor *f, const char *path, struct registry_diff *d)
{
	size_t was = before == NULL ? 0 : list_count(before, f), is = list_count(after, f);
	const char *const *was_at = before == NULL ? NULL : *(const char *const *const *)member(before, f);
	const char *const *is_at = *(const char *const *const *)member(after, f);
	char each[REGISTRY_PATH_MAX];

	if (f->type == PROTOBUF_C_TYPE_STRING) {
		bool same = was == is;

		for (size_t i = 0; same && i < is; i++)
			same = strcmp(was_at[i], is_at[i]) == 0;
		if (!same)
			name_add(d, path);
		return;
	}
	for (size_t i = 0; i < was || i < is; i++) {
		path_put(each, "", path, i + 1, "");
		if (i >= was || i >= is) {
			name_add(d, each);
			continue;
		}
		path_put(each, "", path, i + 1, ".");
		differ((const ProtobufCMessage *)(const void *)was_at[i], (const ProtobufCMessage *)(const void *)is_at[i],
		       each, d);
	}
}

static void differ_field(const ProtobufCMessage *before, const ProtobufCMessage *after,
                         const ProtobufCFieldDescriptor *f, const char *path, struct registry_diff *d)
{
	static const uint8_t NOTHING[16] = {0};
	const void *was = before == NULL ? NOTHING : member(before, f), *is = member(after, f);
	char deeper[REGISTRY_PATH_MAX];

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		if (strcmp(text_of(was), text_of(is)) != 0)
			name_add(d, path);
		return;
	case PROTOBUF_C_TYPE_BYTES:
		if (!bytes_equal(was, is))
			name_add(d, path);
		return;
	case PROTOBUF_C_TYPE_MESSAGE:
		if (*(void *const *)was == NULL && *(void *const *)is == NULL)
			return;
		if (*(void *const *)is == NULL) {
			name_add(d, path);
			return;
		}
		path_put(deeper, "", path, 0, ".");
		differ(*(const ProtobufCMessage *const *)was, *(const ProtobufCMessage *const *)is, deeper, d);
		return;
	default:
		if (memcmp(was, is, scalar_size(f->type)) != 0)
			name_add(d, path);
		return;
	}
}

static void differ(const ProtobufCMessage *before, const ProtobufCMessage *after, const char *at,
                   struct registry_diff *d)
{
	const ProtobufCMessageDescriptor *type = after->descriptor;
	char path[REGISTRY_PATH_MAX];

	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &type->fields[i];

		path_put(path, at, f->name, 0, "");
		if (f->label == PROTOBUF_C_LABEL_REPEATED)
			differ_list(before, after, f, path, d);
		else
			differ_field(before, after, f, path, d);
	}
}

void registry_diff(const ProtobufCMessage *before, const ProtobufCMessage *after, struct registry_diff *ret)
{
	ret->count = 0;
	ret->more = false;
	differ(before, after, "", ret);
}

/* ------------------------------------------------------------ what belongs to others */

/* Fields that are edited here; every other one, also one that is added later, belongs to somebody else: the home's key and tests, what
 * opens a person's log-in, how far a unit's proof is. Areas and stations are edited as a whole. */
static const struct {
	const ProtobufCMessageDescriptor *type;
	unsigned fields[24];
} EDITED[] = {
	{&pingan__v1__household__descriptor, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19, 20, 21}},
	{&pingan__v1__person__descriptor, {1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 17}},
	{&pingan__v1__device__descriptor, {1, 2, 3, 4, 6, 10, 11, 14, 15, 16, 17, 18}},
};

static const unsigned *edited_fields(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < sizeof EDITED / sizeof EDITED[0]; i++)
		if (EDITED[i].type == type)
			return EDITED[i].fields;
	return NULL;
}

static bool edited(const unsigned *fields, unsigned field)
{
	for (size_t i = 0; fields[i] != 0; i++)
		if (fields[i] == field)
			return true;
	return false;
}

#define HEALTH_FIELD 10

static size_t field_size(const ProtobufCFieldDescriptor *f)
{
	if (f->label == PROTOBUF_C_LABEL_REPEATED || f->type == PROTOBUF_C_TYPE_STRING ||
	    f->type == PROTOBUF_C_TYPE_MESSAGE)
		return sizeof(void *);
	return f->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : scalar_size(f->type);
}

/* `to` gets the field of `from`; NULL: as a message that says nothing has it. */
static void field_copy(ProtobufCMessage *to, const ProtobufCMessage *from, const ProtobufCFieldDescriptor *f)
{
	static char empty[] = "";
	uint8_t *at = (uint8_t *)to + f->offset;
	bool list = f->label == PROTOBUF_C_LABEL_REPEATED;

	if (from != NULL) {
		memcpy(at, (const uint8_t *)from + f->offset, field_size(f));
		if (list)
			memcpy((uint8_t *)to + f->quantifier_offset, (const uint8_t *)from + f->quantifier_offset, sizeof(size_t));
		return;
	}
	memset(at, 0, field_size(f));
	if (list)
		memset((uint8_t *)to + f->quantifier_offset, 0, sizeof(size_t));
	else if (f->type == PROTOBUF_C_TYPE_STRING)
		*(char **)(void *)at = empty;
}

bool registry_edits(const ProtobufCMessageDescriptor *type, const char *field)
{
	const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(type, field);
	const unsigned *fields = edited_fields(type);

	return f != NULL && (fields == NULL || edited(fields, f->id));
}

static void others_take(ProtobufCMessage *to, const ProtobufCMessage *from, bool health)
{
	const ProtobufCMessageDescriptor *type = to->descriptor;
	const unsigned *fields = edited_fields(type);
	bool home = type == &pingan__v1__household__descriptor;

	if (fields == NULL)
		return;
	for (unsigned i = 0; i < type->n_fields; i++)
		if (!edited(fields, type->fields[i].id) || (home && !health && type->fields[i].id == HEALTH_FIELD))
			field_copy(to, from, &type->fields[i]);
	/* What a newer version has written and this one does not know stays as it is, and is not shown. */
	to->n_unknown_fields = from == NULL ? 0 : from->n_unknown_fields;
	to->unknown_fields = from == NULL ? NULL : from->unknown_fields;
}

void registry_show(ProtobufCMessage *m, bool health)
{
	others_take(m, NULL, health);
	if (m->descriptor != &pingan__v1__household__descriptor || health)
		return;
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;

	for (size_t i = 0; i < h->n_residents; i++)
		h->residents[i]->health = NULL;
}

/* An edit without a key leaves the unit the one that it has; with another one, the one that waits to be taken up goes. */
static void keys_keep(Pingan__V1__Device *d, const Pingan__V1__Device *before)
{
	bool given = d->psk.len != 0 || d->dc09_key.len != 0;

	if (given && (!bytes_equal(&d->psk, &before->psk) || !bytes_equal(&d->dc09_key, &before->dc09_key))) {
		d->next_psk = (ProtobufCBinaryData){0};
		return;
	}
	d->psk = before->psk;
	d->dc09_key = before->dc09_key;
}

void registry_keep(ProtobufCMessage *m, const ProtobufCMessage *before, bool health)
{
	others_take(m, before, health);
	if (m->descriptor == &pingan__v1__device__descriptor && before != NULL)
		keys_keep((Pingan__V1__Device *)(void *)m, (const Pingan__V1__Device *)(const void *)before);
	if (m->descriptor != &pingan__v1__household__descriptor || health)
		return;
	const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;
	const Pingan__V1__Household *was = (const Pingan__V1__Household *)(const void *)before;

	/* A resident is known by their number, wherever they stand now. */
	for (size_t i = 0; i < h->n_residents; i++) {
		h->residents[i]->health = NULL;
		for (size_t k = 0; was != NULL && k < was->n_residents; k++)
			if (strcmp(h->residents[i]->id, was->residents[k]->id) == 0)
				h->residents[i]->health = was->residents[k]->health;
	}
}

/* ------------------------------------------------------------ in the log */

void registry_event_encode(Pingan__V1__RecordEdit__What what, const char *key, const char *who, int64_t at_ms,
                           const struct registry_diff *diff, struct buf *ret)
{
	Pingan__V1__LogEvent m = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__RecordEdit e = PINGAN__V1__RECORD_EDIT__INIT;
	char *fields[REGISTRY_FIELDS_MAX];
	size_t len;
	uint8_t *room;

	e.what = what;
	e.record = (char *)(uintptr_t)key;
	e.who = (char *)(uintptr_t)who;
	e.at_ms = at_ms;
	for (size_t i = 0; diff != NULL && i < diff->count; i++)
		fields[i] = (char *)(uintptr_t)diff->fields[i];
	e.fields = fields;
	e.n_fields = diff == NULL ? 0 : diff->count;
	e.more = diff != NULL && diff->more;
	m.edit = &e;
	len = pingan__v1__log_event__get_packed_size(&m);
	room = buf_room(ret, len);
	if (room != NULL)
		pingan__v1__log_event__pack(&m, room);
}
