#include "io/vendor_map.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/hash.h"
#include "base/utc.h"

/* Fixed for ever, like those of core/alarm.c: ids rest on them. */
#define KEY0 UINT64_C(0x70696e67616e2d76)
#define KEY1 UINT64_C(0x656e646f722d6964)

#define TEXT_MAX_OURS 256 /* of a value that is looked at; longer ones are no code, time or number */
#define NOTE_MAX 320

struct mapping {
	const struct vendor *vendor;
	const struct vendor_say *say;
	struct slice body, key;
	json_t *root;
	struct vendor_body *ret;
	char where[VENDOR_POINTER_MAX + 24]; /* pointer of the event at hand */
};

static void problem(struct mapping *m, enum vendor_verdict verdict, const char *pointer, const char *what)
{
	if (m->ret->problem != NULL)
		return; /* the first is told */
	m->ret->verdict = verdict;
	m->ret->problem = what;
	snprintf(m->ret->pointer, sizeof m->ret->pointer, "%s", pointer);
}

/* ------------------------------------------------------------ JSON pointers */

/* One token, unescaped; false when it is longer than any we look for. */
static bool token_next(const char **at, char *ret, size_t size)
{
	size_t len = 0;

	for (++*at; **at != '\0' && **at != '/'; ++*at) {
		char c = **at;

		if (c == '~')
			c = *++*at == '0' ? '~' : '/';
		if (len + 1 >= size)
			return false;
		ret[len++] = c;
	}
	ret[len] = '\0';
	return true;
}

static json_t *pointer_get(json_t *from, const char *pointer)
{
	char token[VENDOR_POINTER_MAX];

	while (from != NULL && *pointer != '\0') {
		if (!token_next(&pointer, token, sizeof token))
			return NULL;
		if (json_is_object(from)) {
			from = json_object_get(from, token);
		} else if (json_is_array(from) && token[0] != '\0' && strspn(token, "0123456789") == strlen(token) &&
		           strlen(token) < 6 && (token[0] != '0' || token[1] == '\0')) {
			from = json_array_get(from, (size_t)atoi(token));
		} else {
			return NULL;
		}
	}
	return from;
}

/* Takes what the pointer names out of an object; what is not there is fine. */
static void pointer_drop(json_t *from, const char *pointer)
{
	char parent[VENDOR_POINTER_MAX], token[VENDOR_POINTER_MAX];
	const char *last = strrchr(pointer, '/');
	json_t *in;

	snprintf(parent, sizeof parent, "%.*s", (int)(last - pointer), pointer);
	in = pointer_get(from, parent);
	if (json_is_object(in) && token_next(&last, token, sizeof token))
		json_object_del(in, token);
}

/* ------------------------------------------------------------ values */

/* A value as text: what stands in the code table, what a number is read from. False for lists, objects, null, a NUL inside
 * and what is too long. */
static bool text_of(const json_t *value, char ret[TEXT_MAX_OURS])
{
	switch (value == NULL ? JSON_NULL : json_typeof(value)) {
	case JSON_STRING:
		return text_copy(ret, TEXT_MAX_OURS, slice_of(json_string_value(value), json_string_length(value)));
	case JSON_INTEGER:
		snprintf(ret, TEXT_MAX_OURS, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return true;
	case JSON_REAL:
		snprintf(ret, TEXT_MAX_OURS, "%.17g", json_real_value(value));
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		snprintf(ret, TEXT_MAX_OURS, "%s", json_is_true(value) ? "true" : "false");
		return true;
	case JSON_NULL:
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	ret[0] = '\0';
	return false;
}

/* What a source gives; false when nothing is there that could be read. *ret_json is NULL for constants and defaults. */
static bool source_text(const struct mapping *m, const struct vendor_source *s, json_t *event, char ret[TEXT_MAX_OURS])
{
	json_t *value = s->from == SOURCE_EVENT  ? pointer_get(event, s->pointer)
	                : s->from == SOURCE_BODY ? pointer_get(m->root, s->pointer)
	                                         : NULL;

	if (text_of(value, ret))
		return true;
	if (s->has_preset) {
		snprintf(ret, TEXT_MAX_OURS, "%s", s->preset);
		return true;
	}
	return false;
}

static void said(const struct mapping *m, const char *name, const struct vendor_source *s, const char *found,
                 const char *fmt, ...) PRINTF_LIKE(5, 6);
static void said(const struct mapping *m, const char *name, const struct vendor_source *s, const char *found,
                 const char *fmt, ...)
{
	char became[TEXT_MAX_OURS];
	va_list args;

	if (m->say == NULL || m->say->field == NULL || s->from == SOURCE_NONE)
		return;
	va_start(args, fmt);
	vsnprintf(became, sizeof became, fmt, args);
	va_end(args);
	m->say->field(m->say->ctx, name, s, found, became);
}

/* A decimal number, with digits behind the point or without, nothing else around it but a '%'. */
static bool number_of(const char *text, double *ret)
{
	char *end;

	if (text[0] == '\0' || strspn(text, "0123456789+-.eE%") != strlen(text) || strlen(text) > 40)
		return false;
	*ret = strtod(text, &end);
	if (*end == '%' && end[1] == '\0')
		end++;
	return *end == '\0' && *ret > -1e18 && *ret < 1e18;
}

/* A double holds whole milliseconds until long after the year 9999. */
static bool time_of(const struct vendor *v, const char *text, int64_t *ret_ms)
{
	double value, ms;

	if (v->map.time_form == TIME_ISO)
		return vendor_time_iso(text, v->map.utc_offset_min, ret_ms);
	if (!number_of(text, &value) || strchr(text, '%') != NULL)
		return false;
	ms = v->map.time_form == TIME_S ? value * 1000 : value;
	if (ms < 0 || ms > 253402300799999.0) /* the last of the year 9999 */
		return false;
	*ret_ms = (int64_t)(ms + 0.5);
	return true;
}

static bool digits(const char **at, size_t n, int64_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < n; i++, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		*ret = *ret * 10 + (**at - '0');
	}
	return true;
}

static bool skip(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

bool vendor_time_iso(const char *at, uint32_t utc_offset_min, int64_t *ret_ms)
{
	int64_t year, month, day, hour, minute, second, ms = 0, zone_hour, zone_minute = 0;
	int64_t offset_min = (int64_t)utc_offset_min, local_ms, utc_ms;

	if (!digits(&at, 4, &year) || !skip(&at, '-') || !digits(&at, 2, &month) || !skip(&at, '-') ||
	    !digits(&at, 2, &day) || (!skip(&at, 'T') && !skip(&at, 't') && !skip(&at, ' ')) || !digits(&at, 2, &hour) ||
	    !skip(&at, ':') || !digits(&at, 2, &minute) || !skip(&at, ':') || !digits(&at, 2, &second))
		return false;
	if (*at == '.' || *at == ',') {
		int64_t unit = 100;

		if (*++at < '0' || *at > '9')
			return false;
		for (; *at >= '0' && *at <= '9'; at++, unit /= 10)
			ms += (*at - '0') * unit;
	}
	if (*at == 'Z' || *at == 'z') {
		at++;
		offset_min = 0;
	} else if (*at == '+' || *at == '-') {
		bool west = *at++ == '-';

		if (!digits(&at, 2, &zone_hour))
			return false;
		if (skip(&at, ':') || *at != '\0')
			if (!digits(&at, 2, &zone_minute))
				return false;
		if (zone_hour > 14 || zone_minute > 59)
			return false;
		offset_min = (west ? -1 : 1) * (zone_hour * 60 + zone_minute);
	}
	if (*at != '\0')
		return false;
	local_ms =
		utc_ms_of((unsigned)year, (unsigned)month, (unsigned)day, (unsigned)hour, (unsigned)minute, (unsigned)second);
	utc_ms = local_ms - offset_min * 60000 + ms;
	if (local_ms == 0 || utc_ms <= 0)
		return false;
	*ret_ms = utc_ms;
	return true;
}

/* ------------------------------------------------------------ one event */

static bool word_good(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* "vendor.device": no vendor can speak for another's devices. An id that does not fit is kept as its hash, always the same. */
static void device_id(const struct vendor *v, const char *text, char ret[ID_MAX])
{
	size_t room = ID_MAX - 1 - strlen(v->name) - 1;

	if (word_good(text) && strlen(text) <= room && text[0] != '~' && strcmp(text, VENDOR_NO_DEVICE) != 0)
		snprintf(ret, ID_MAX, "%s.%.*s", v->name, (int)room, text);
	else
		snprintf(ret, ID_MAX, "%s.~%016" PRIx64, v->name, hash_bytes(KEY0, KEY1, slice_str(text)));
}

static void code_set(struct alarm *a, const char *text)
{
	size_t len = 0;

	/* As much of it as a log line may show; all of it is in the raw bytes. */
	for (; text[len] != '\0' && len + 1 < sizeof a->code; len++)
		a->code[len] = text[len] > ' ' && text[len] <= '~' ? text[len] : '_';
	a->code[len] = '\0';
}

static const struct vendor_code *code_find(const struct vendor *v, const char *text)
{
	for (uint32_t i = 0; i < v->code_count; i++)
		if (strcmp(v->codes[i].code, text) == 0)
			return &v->codes[i];
	return NULL;
}

static void complain(struct mapping *m, const struct vendor_source *s, const char *what)
{
	char pointer[sizeof m->where + VENDOR_POINTER_MAX];

	snprintf(pointer, sizeof pointer, "%s%s", s->from == SOURCE_EVENT ? m->where : "", s->pointer);
	problem(m, VENDOR_WRONG, pointer, what);
}

static void take_device(struct mapping *m, json_t *event, struct alarm *a)
{
	const struct vendor_source *s = &m->vendor->map.device;
	char text[TEXT_MAX_OURS];

	if (source_text(m, s, event, text) && text[0] != '\0') {
		device_id(m->vendor, text, a->device);
		said(m, "device", s, text, "%s", a->device);
		return;
	}
	snprintf(a->device, sizeof a->device, "%s." VENDOR_NO_DEVICE, m->vendor->name);
	complain(m, s, "names no device");
	said(m, "device", s, NULL, "%s, in quarantine; answered 422", a->device);
}

/* True when it is an alarm. */
static bool take_code(struct mapping *m, json_t *event, struct alarm *a)
{
	const struct vendor_source *s = &m->vendor->map.code;
	const struct vendor_code *c;
	char text[TEXT_MAX_OURS];

	a->kind = KIND_UNKNOWN;
	a->code_unknown = true;
	if (!source_text(m, s, event, text) || text[0] == '\0') {
		complain(m, s, "says no code");
		said(m, "code", s, NULL, "unknown, shown to a person; answered 422");
		return true;
	}
	code_set(a, text);
	c = code_find(m->vendor, text);
	if (c == NULL) {
		said(m, "code", s, text, "unknown, shown to a person");
		return true;
	}
	a->code_unknown = false;
	a->restore = c->restore;
	if (c->kind == KIND_NONE) {
		said(m, "code", s, text, "nothing: acknowledged and passed over");
		return false;
	}
	a->kind = c->kind;
	said(m, "code", s, text, "%s%s", kind_name(a->kind), c->restore ? ", over" : "");
	return true;
}

static void take_restore(struct mapping *m, json_t *event, struct alarm *a)
{
	const struct vendor_source *s = &m->vendor->map.restore;
	char text[TEXT_MAX_OURS];
	bool over = false;

	if (s->from == SOURCE_NONE || !source_text(m, s, event, text))
		return;
	for (uint32_t i = 0; i < m->vendor->map.restore_is.count; i++)
		over = over || strcmp(m->vendor->map.restore_is.at[i], text) == 0;
	/* Nobody knows what is over when nobody knows what it was. */
	if (over && !a->code_unknown)
		a->restore = true;
	said(m, "restore", s, text, over ? "over" : "not over");
}

static void take_time(struct mapping *m, json_t *event, struct alarm *a)
{
	const struct vendor_source *s = &m->vendor->map.time;
	char text[TEXT_MAX_OURS];
	bool there = s->from != SOURCE_NONE && source_text(m, s, event, text);

	if (there && time_of(m->vendor, text, &a->raised_ms))
		said(m, "time", s, text, "%" PRId64 " ms since 1970", a->raised_ms);
	else
		said(m, "time", s, there ? text : NULL, "none: known again for ten minutes only");
}

static void take_number(struct mapping *m, json_t *event, const char *name, const struct vendor_source *s, double min,
                        double max, double *ret)
{
	char text[TEXT_MAX_OURS];
	double value;
	bool there = s->from != SOURCE_NONE && source_text(m, s, event, text);

	if (there && number_of(text, &value) && value >= min && value <= max) {
		*ret = value;
		said(m, name, s, text, "%d", (int)value);
	} else {
		said(m, name, s, there ? text : NULL, "not known");
	}
}

static void take_numbers(struct mapping *m, json_t *event, struct alarm *a)
{
	double battery = 255, dbm = 0, zone = 0;

	take_number(m, event, "battery", &m->vendor->map.battery, 0, 100, &battery);
	take_number(m, event, "signal", &m->vendor->map.signal, -200, 0, &dbm);
	take_number(m, event, "zone", &m->vendor->map.zone, 0, UINT16_MAX, &zone);
	a->battery_pct = (uint8_t)battery;
	a->signal_dbm = (int32_t)dbm;
	a->zone = (uint32_t)zone;
}

/* ------------------------------------------------------------ identity, and what is kept */

/* The same content gives the same text in whatever order its members came. The caller frees it; NULL without memory. */
static char *content_of(const struct mapping *m, json_t *event)
{
	json_t *copy = m->vendor->key.ignore.count == 0 ? json_incref(event) : json_deep_copy(event);
	char *ret;

	for (uint32_t i = 0; copy != NULL && i < m->vendor->key.ignore.count; i++)
		pointer_drop(copy, m->vendor->key.ignore.at[i]);
	ret = copy == NULL ? NULL : json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(copy);
	return ret;
}

/* `index`: place in the body, where nothing else tells two events apart. */
static uint64_t id_of(const struct mapping *m, struct slice key, uint32_t index, struct slice content)
{
	uint64_t parts[3] = {hash_bytes(KEY0, KEY1, key), hash_bytes(KEY0, KEY1, content), index};
	uint8_t bytes[VENDOR_NAME_MAX + sizeof parts];
	struct buf b = buf_of(bytes, sizeof bytes);
	uint64_t id;

	buf_put(&b, m->vendor->name, strlen(m->vendor->name) + 1);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		for (unsigned shift = 0; shift < 64; shift += 8)
			buf_put(&b, &(uint8_t){(uint8_t)(parts[i] >> shift)}, 1);
	id = hash_bytes(KEY0, KEY1, slice_of(b.at, b.len));
	return id == 0 ? 1 : id;
}

/* The body as it came; of a longer one its head, the event itself, and what it became. */
static void keep_raw(const struct mapping *m, const char *event, struct alarm *a)
{
	char note[NOTE_MAX];
	struct buf b = buf_of(a->raw, sizeof a->raw);
	size_t note_len, event_len, head;

	if (m->body.len <= sizeof a->raw) {
		buf_put(&b, m->body.at, m->body.len);
		a->raw_len = (uint16_t)b.len;
		return;
	}
	note_len = (size_t)snprintf(
		note, sizeof note,
		"\n[%zu bytes; event \"%s\": device=%s code=%s kind=%s zone=%u raised_ms=%" PRId64 " restore=%d]", m->body.len,
		m->where, a->device, a->code, kind_name(a->kind), a->zone, a->raised_ms, a->restore ? 1 : 0);
	if (note_len >= sizeof note)
		note_len = sizeof note - 1;
	/* The event of a list may stand far behind the head. */
	event_len = event == NULL || m->where[0] == '\0' ? 0 : strlen(event);
	head = sizeof a->raw - note_len;
	if (event_len > head * 3 / 4)
		event_len = head * 3 / 4;
	head -= event_len + (event_len != 0 ? 1 : 0);
	buf_put(&b, m->body.at, head);
	if (event_len != 0) {
		buf_put(&b, "\n", 1);
		buf_put(&b, event, event_len);
	}
	buf_put(&b, note, note_len);
	ENSURE(!b.overflow);
	a->raw_len = (uint16_t)b.len;
}

static struct vendor_event *event_add(struct mapping *m)
{
	struct vendor_event *e = &m->ret->at[m->ret->count++];

	ENSURE(m->ret->count <= POST_ALARMS_MAX);
	memset(e, 0, sizeof *e);
	e->alarm.protocol = PROTOCOL_WEBHOOK;
	e->alarm.battery_pct = 255;
	return e;
}

/* What cannot be read stands as one alarm of nobody's device: a person sees the bytes. */
static void whole_as_unknown(struct mapping *m)
{
	struct vendor_event *e = event_add(m);
	struct alarm *a = &e->alarm;

	snprintf(a->device, sizeof a->device, "%s." VENDOR_NO_DEVICE, m->vendor->name);
	a->kind = KIND_UNKNOWN;
	a->code_unknown = true;
	a->id = id_of(m, m->key, UINT32_MAX, m->body);
	keep_raw(m, NULL, a);
	if (m->say != NULL && m->say->event != NULL)
		m->say->event(m->say->ctx, "");
}

static void event_take(struct mapping *m, json_t *event, uint32_t index)
{
	struct vendor_event *e = event_add(m);
	struct alarm *a = &e->alarm;
	char key[TEXT_MAX_OURS];
	bool has_key = m->key.len != 0, own_key = false;
	char *content = content_of(m, event);

	if (m->say != NULL && m->say->event != NULL)
		m->say->event(m->say->ctx, m->where);
	take_device(m, event, a);
	e->passed = !take_code(m, event, a);
	take_restore(m, event, a);
	take_time(m, event, a);
	take_numbers(m, event, a);
	if (m->vendor->key.at.from != SOURCE_NONE) {
		own_key = source_text(m, &m->vendor->key.at, event, key) && key[0] != '\0';
		has_key = own_key;
		said(m, "key", &m->vendor->key.at, own_key ? key : NULL,
		     own_key ? "with its content the message's name" : "none: known again for ten minutes only");
		own_key = own_key && m->vendor->key.at.from == SOURCE_EVENT;
	}
	a->id = id_of(m, m->vendor->key.at.from != SOURCE_NONE ? (has_key ? slice_str(key) : slice_of("", 0)) : m->key,
	              own_key ? 0 : index, content == NULL ? m->body : slice_str(content));
	a->keyed = has_key && a->raised_ms != 0;
	keep_raw(m, content, a);
	free(content);
	/* The pressed button of a device that is named, and nothing else of it, is enough. */
	ENSURE(alarm_valid(a));
}

/* ------------------------------------------------------------ bodies */

static const char *unreadable(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_invalid_utf8:
		return "is not UTF-8";
	case json_error_premature_end_of_input:
		return "ends too early";
	case json_error_end_of_input_expected:
		return "goes on behind its end";
	case json_error_duplicate_key:
		return "names a member twice";
	case json_error_numeric_overflow:
		return "holds a number that is too large";
	case json_error_stack_overflow:
		return "is nested too deeply";
	case json_error_out_of_memory:
		return "could not be read now";
	default:
		return "is not JSON";
	}
}

static json_t *body_read(struct slice body, json_error_t *error)
{
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_t *root = json_loadb((const char *)body.at, body.len, flags, error);

	/* A number of twenty digits somewhere must not hide a press: read it as well as can be. */
	if (root == NULL && json_error_code(error) == json_error_numeric_overflow)
		root = json_loadb((const char *)body.at, body.len, flags | JSON_DECODE_INT_AS_REAL, error);
	return root;
}

static void list_take(struct mapping *m)
{
	const char *pointer = m->vendor->map.events;
	json_t *list = pointer_get(m->root, pointer);
	size_t n;

	if (!json_is_array(list)) {
		problem(m, VENDOR_WRONG, pointer, "is no list of events");
		whole_as_unknown(m);
		return;
	}
	n = json_array_size(list);
	for (size_t i = 0; i < n; i++) {
		snprintf(m->where, sizeof m->where, "%s/%zu", pointer, i);
		if (i + 1 == POST_ALARMS_MAX && n > POST_ALARMS_MAX) {
			problem(m, VENDOR_WRONG, m->where, "is one event more than a request may bring");
			whole_as_unknown(m);
			return;
		}
		event_take(m, json_array_get(list, i), (uint32_t)i);
	}
}

void vendor_map(const struct vendor *v, struct slice body, struct slice key, const struct vendor_say *say,
                struct vendor_body *ret)
{
	struct mapping m = {.vendor = v, .say = say, .body = body, .key = key, .ret = ret};
	json_error_t error = {.position = 0};

	ENSURE(body.len <= VENDOR_BODY_MAX);
	ret->verdict = VENDOR_GOOD;
	ret->problem = NULL;
	ret->pointer[0] = '\0';
	ret->offset = 0;
	ret->count = 0;
	m.root = body.len == 0 ? NULL : body_read(body, &error);
	if (m.root == NULL) {
		problem(&m, VENDOR_UNREADABLE, "", body.len == 0 ? "is empty" : unreadable(&error));
		ret->offset = error.position < 0 ? 0 : (size_t)error.position;
		if (body.len != 0)
			whole_as_unknown(&m);
	} else if (v->map.list) {
		list_take(&m);
	} else {
		event_take(&m, m.root, 0);
	}
	json_decref(m.root);
}
