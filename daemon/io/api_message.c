#include "io/api_message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------ words of an enum */

/* How much all names of the enum begin alike, up to an underscore: "MOBILITY_". */
static size_t prefix_len(const ProtobufCEnumDescriptor *what)
{
	const char *first = what->values[0].name;
	size_t len = strlen(first);

	for (unsigned i = 1; i < what->n_values; i++) {
		size_t same = 0;

		while (same < len && what->values[i].name[same] == first[same])
			same++;
		len = same;
	}
	while (len > 0 && first[len - 1] != '_')
		len--;
	return len;
}

static void word_of(const ProtobufCEnumDescriptor *what, const ProtobufCEnumValue *v, char ret[64])
{
	(void)text_copy(ret, 64, slice_str(v->name + prefix_len(what)));
	for (char *at = ret; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
}

/* ------------------------------------------------------------ telling */

static bool is_place(const ProtobufCMessageDescriptor *what)
{
	return what == &pingan__v1__place__descriptor;
}

static void message_write(struct jot *j, const char *key, const ProtobufCMessage *m, api_hidden *hidden, void *ctx)
{
	if (is_place(m->descriptor)) {
		jot_place(j, key, (const Pingan__V1__Place *)m);
		return;
	}
	jot_open(j, key, '{');
	api_message_write(j, m, hidden, ctx);
	jot_close(j, '}');
}

/* One value; `list`: also when it says nothing. Types that no registry record has are left out. */
static void value_write(struct jot *j, const char *key, const ProtobufCFieldDescriptor *f, const void *at, bool list,
                        api_hidden *hidden, void *ctx)
{
	const ProtobufCEnumValue *v;
	const ProtobufCMessage *m;
	char word[64];
	int64_t n;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		if (list || **(char *const *)at != '\0')
			jot_text(j, key, *(char *const *)at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		jot_bool(j, key, *(const protobuf_c_boolean *)at);
		break;
	case PROTOBUF_C_TYPE_UINT32:
		n = *(const uint32_t *)at;
		if (list || n != 0)
			jot_number(j, key, n);
		break;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
		n = *(const int32_t *)at;
		if (list || n != 0)
			jot_number(j, key, n);
		break;
	case PROTOBUF_C_TYPE_INT64:
		n = *(const int64_t *)at;
		if (list || n != 0)
			jot_number(j, key, n);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		v = protobuf_c_enum_descriptor_get_value(f->descriptor, *(const int *)at);
		if (v == NULL)
			break;
		word_of(f->descriptor, v, word);
		if (list || v->value != 0 || (strcmp(word, "none") != 0 && strcmp(word, "not_known") != 0))
			jot_text(j, key, word);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		m = *(ProtobufCMessage *const *)at;
		if (m != NULL)
			message_write(j, key, m, hidden, ctx);
		break;
	default:
		break;
	}
}

static size_t item_size(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_INT64:
		return sizeof(int64_t);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	default:
		return sizeof(int32_t);
	}
}

static void *member(const ProtobufCMessage *m, unsigned offset)
{
	return (uint8_t *)(uintptr_t)m + offset;
}

void api_message_write(struct jot *j, const ProtobufCMessage *m, api_hidden *hidden, void *ctx)
{
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];

		if (hidden(ctx, m->descriptor, f->name))
			continue;
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t count = *(const size_t *)member(m, f->quantifier_offset);
			const uint8_t *items = *(uint8_t *const *)member(m, f->offset);

			jot_open(j, f->name, '[');
			for (size_t n = 0; n < count; n++)
				value_write(j, NULL, f, items + n * item_size(f), true, hidden, ctx);
			jot_close(j, ']');
		} else {
			value_write(j, f->name, f, member(m, f->offset), false, hidden, ctx);
		}
	}
}

/* ------------------------------------------------------------ reading */

struct reading {
	struct api_call *call;
	api_hidden *hidden;
	void *ctx;
	char path[64];
	bool failed;
};

static void fault(struct reading *r, const char *why)
{
	r->failed = true;
	api_fault(r->call, r->path, why);
}

/* The path with one more name at its end; back to ret_len when that has been read. */
static size_t path_add(struct reading *r, const char *name, size_t item)
{
	size_t len = strlen(r->path);

	if (item != 0)
		snprintf(r->path + len, sizeof r->path - len, "[%zu]", item);
	else
		snprintf(r->path + len, sizeof r->path - len, "%s%.40s", len == 0 ? "" : ".", name);
	return len;
}

static ProtobufCMessage *message_read(struct reading *r, const json_t *json, const ProtobufCMessageDescriptor *what,
                                      unsigned depth);

static bool number_read(struct reading *r, const json_t *json, int64_t min, int64_t max, int64_t *ret)
{
	char why[96];

	*ret = json_is_integer(json) ? json_integer_value(json) : INT64_MIN;
	if (json_is_integer(json) && *ret >= min && *ret <= max)
		return true;
	snprintf(why, sizeof why, "a whole number from %lld to %lld", (long long)min, (long long)max);
	fault(r, why);
	return false;
}

static bool enum_read(struct reading *r, const json_t *json, const ProtobufCEnumDescriptor *what, int *ret)
{
	char word[64];

	for (unsigned i = 0; json_is_string(json) && i < what->n_values; i++) {
		word_of(what, &what->values[i], word);
		if (strcmp(word, json_string_value(json)) == 0) {
			*ret = what->values[i].value;
			return true;
		}
	}
	fault(r, "no such value");
	return false;
}

static bool value_read(struct reading *r, const json_t *json, const ProtobufCFieldDescriptor *f, void *at,
                       unsigned depth)
{
	char *text;
	int64_t n;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		if (!json_is_string(json) || strlen(json_string_value(json)) != json_string_length(json)) {
			fault(r, "a text");
			return false;
		}
		text = strdup(json_string_value(json));
		if (text == NULL) {
			r->failed = true;
			return false;
		}
		*(char **)at = text;
		return true;
	case PROTOBUF_C_TYPE_BOOL:
		if (!json_is_boolean(json)) {
			fault(r, "true or false");
			return false;
		}
		*(protobuf_c_boolean *)at = json_is_true(json);
		return true;
	case PROTOBUF_C_TYPE_UINT32:
		if (!number_read(r, json, 0, UINT32_MAX, &n))
			return false;
		*(uint32_t *)at = (uint32_t)n;
		return true;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
		if (!number_read(r, json, INT32_MIN, INT32_MAX, &n))
			return false;
		*(int32_t *)at = (int32_t)n;
		return true;
	case PROTOBUF_C_TYPE_INT64:
		if (!number_read(r, json, INT64_MIN + 1, INT64_MAX, &n))
			return false;
		*(int64_t *)at = n;
		return true;
	case PROTOBUF_C_TYPE_ENUM:
		return enum_read(r, json, f->descriptor, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		*(ProtobufCMessage **)at = message_read(r, json, f->descriptor, depth + 1);
		return *(ProtobufCMessage **)at != NULL;
	default:
		fault(r, "no such member");
		return false;
	}
}

static void list_read(struct reading *r, const json_t *json, const ProtobufCFieldDescriptor *f, ProtobufCMessage *m,
                      unsigned depth)
{
	size_t *count = member(m, f->quantifier_offset), size = json_array_size(json);
	uint8_t *items;

	if (!json_is_array(json) || size > API_ITEMS_MAX) {
		fault(r, json_is_array(json) ? "too many" : "a list");
		return;
	}
	if (size == 0)
		return;
	items = calloc(size, item_size(f));
	*(uint8_t **)member(m, f->offset) = items;
	if (items == NULL) {
		r->failed = true;
		return;
	}
	/* What has been read so far is counted, so that it can be freed whatever follows. */
	for (size_t i = 0; i < size; i++) {
		size_t len = path_add(r, NULL, i + 1);
		bool good = value_read(r, json_array_get(json, i), f, items + *count * item_size(f), depth);

		r->path[len] = '\0';
		if (good)
			++*count;
	}
}

static bool degrees_read(struct reading *r, const json_t *json, const char *name, double max, int32_t *ret)
{
	const json_t *value = json_object_get(json, name);
	double degrees = json_is_number(value) ? json_number_value(value) : max + 1;
	size_t len = path_add(r, name, 0);
	bool good = degrees >= -max && degrees <= max;

	if (!good)
		fault(r, "degrees");
	r->path[len] = '\0';
	*ret = good ? (int32_t)(degrees * 1e6 + (degrees < 0 ? -0.5 : 0.5)) : 0;
	return good;
}

static ProtobufCMessage *place_read(struct reading *r, const json_t *json, ProtobufCMessage *m)
{
	Pingan__V1__Place *p = (Pingan__V1__Place *)m;

	if (json_object_size(json) != 2)
		fault(r, "lat and lon");
	else if (degrees_read(r, json, "lat", 90, &p->lat_e6))
		(void)degrees_read(r, json, "lon", 180, &p->lon_e6);
	return m;
}

static ProtobufCMessage *message_read(struct reading *r, const json_t *json, const ProtobufCMessageDescriptor *what,
                                      unsigned depth)
{
	ProtobufCMessage *m;
	const char *name;
	json_t *value;

	if (!json_is_object(json) || depth > API_DEPTH_MAX) {
		fault(r, "an object");
		return NULL;
	}
	m = calloc(1, what->sizeof_message);
	if (m == NULL) {
		r->failed = true;
		return NULL;
	}
	protobuf_c_message_init(what, m);
	if (is_place(what))
		return place_read(r, json, m);
	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(what, name);
		size_t len;

		/* The name is theirs: it is said back only when it is one of ours. */
		if (f == NULL || r->hidden(r->ctx, what, name)) {
			len = path_add(r, "?", 0);
			fault(r, "no such member");
		} else {
			len = path_add(r, name, 0);
			if (f->label == PROTOBUF_C_LABEL_REPEATED)
				list_read(r, value, f, m, depth);
			else
				(void)value_read(r, value, f, member(m, f->offset), depth);
		}
		r->path[len] = '\0';
	}
	return m;
}

ProtobufCMessage *api_message_read(struct api_call *c, const json_t *json, const ProtobufCMessageDescriptor *what,
                                   api_hidden *hidden, void *ctx)
{
	struct reading r = {.call = c, .hidden = hidden, .ctx = ctx};
	ProtobufCMessage *m = message_read(&r, json, what, 0);

	if (m != NULL && r.failed) {
		protobuf_c_message_free_unpacked(m, NULL);
		return NULL;
	}
	return m;
}
