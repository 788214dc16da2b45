/* table_cell.c - one field of a message as text, and back. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/utc.h"
#include "table_hours.h"
#include "table_kind.h"

#define LIST_MAX 32
#define MICRO 1000000

/* ------------------------------------------------------------ which field */

/* A field, and the message in which it stands; NULL while a sub-message is not there. */
struct place {
	const ProtobufCFieldDescriptor *field;
	uint8_t *message;
};

static void *member(void *message, unsigned offset)
{
	return (uint8_t *)message + offset;
}

static struct place find(const struct table_kind *kind, size_t column, ProtobufCMessage *message, struct arena *make)
{
	const char *path = kind->columns[column].path, *dot = strchr(path, '.');
	const ProtobufCMessageDescriptor *in = kind->item;
	struct place p = {.message = (uint8_t *)message};
	char head[64];

	if (dot != NULL) {
		const ProtobufCFieldDescriptor *sub;
		ProtobufCMessage **at;

		snprintf(head, sizeof head, "%.*s", (int)(dot - path), path);
		sub = protobuf_c_message_descriptor_get_field_by_name(in, head);
		ENSURE(sub != NULL && sub->type == PROTOBUF_C_TYPE_MESSAGE && sub->label != PROTOBUF_C_LABEL_REPEATED);
		at = member(message, sub->offset);
		in = sub->descriptor;
		if (*at == NULL && make != NULL) {
			*at = arena_take(make, in->sizeof_message);
			if (*at != NULL)
				protobuf_c_message_init(in, *at);
		}
		p.message = (uint8_t *)*at;
		path = dot + 1;
	}
	p.field = protobuf_c_message_descriptor_get_field_by_name(in, path);
	ENSURE(p.field != NULL);
	return p;
}

void table_tidy(const struct table_kind *kind, ProtobufCMessage *message)
{
	for (unsigned i = 0; i < kind->item->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &kind->item->fields[i];
		ProtobufCMessage **at = member(message, f->offset);

		if (f->type == PROTOBUF_C_TYPE_MESSAGE && f->label != PROTOBUF_C_LABEL_REPEATED && *at != NULL &&
		    protobuf_c_message_get_packed_size(*at) == 0)
			*at = NULL;
	}
}

bool table_folds(const struct table_kind *kind, size_t column)
{
	const char *path = kind->columns[column].path, *dot = strchr(path, '.');
	const ProtobufCMessageDescriptor *in = kind->item;
	char head[64];

	if (kind->columns[column].how != AS_TYPE)
		return true;
	if (dot != NULL) {
		snprintf(head, sizeof head, "%.*s", (int)(dot - path), path);
		in = protobuf_c_message_descriptor_get_field_by_name(in, head)->descriptor;
		path = dot + 1;
	}
	return protobuf_c_message_descriptor_get_field_by_name(in, path)->type != PROTOBUF_C_TYPE_STRING;
}

/* ------------------------------------------------------------ words */

/* What all names of an enum begin with: "DEVICE_". */
static size_t prefix_len(const ProtobufCEnumDescriptor *e)
{
	size_t len = strlen(e->values[0].name);

	for (unsigned i = 1; i < e->n_values; i++)
		while (strncmp(e->values[0].name, e->values[i].name, len) != 0)
			len--;
	while (len > 0 && e->values[0].name[len - 1] != '_')
		len--;
	return len;
}

static void word_of(const ProtobufCEnumDescriptor *e, const ProtobufCEnumValue *v, char ret[64])
{
	size_t n = 0;

	for (const char *at = v->name + prefix_len(e); *at != '\0' && n < 63; at++)
		ret[n++] = (char)tolower((unsigned char)*at);
	ret[n] = '\0';
}

static bool word_write(const ProtobufCEnumDescriptor *e, int value, char *ret)
{
	const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(e, value);

	ret[0] = '\0';
	if (v != NULL && value != 0)
		word_of(e, v, ret);
	return v != NULL;
}

static bool word_read(const ProtobufCEnumDescriptor *e, const char *text, int *ret)
{
	*ret = 0;
	for (unsigned i = 0; i < e->n_values; i++) {
		char word[64];

		word_of(e, &e->values[i], word);
		if (strcmp(word, text) == 0) {
			*ret = e->values[i].value;
			return true;
		}
	}
	return text[0] == '\0';
}

static bool yes_read(const char *text, protobuf_c_boolean *ret)
{
	static const char *const YES[] = {"yes", "是", "1", "true", "有", "TRUE", "Yes", "YES"};
	static const char *const NO[] = {"", "no", "否", "0", "false", "无", "FALSE", "No", "NO"};

	for (size_t i = 0; i < COUNT_OF(YES); i++)
		if (strcmp(text, YES[i]) == 0)
			return *ret = 1, true;
	for (size_t i = 0; i < COUNT_OF(NO); i++)
		if (strcmp(text, NO[i]) == 0)
			return *ret = 0, true;
	return false;
}

static const struct {
	const char *word, *zh;
} SEXES[] = {{"", "未知"}, {"male", "男"}, {"female", "女"}};

#define SEX_OTHER 9 /* ISO/IEC 5218: not applicable */

static bool sex_read(const char *text, uint32_t *ret)
{
	for (uint32_t i = 0; i < COUNT_OF(SEXES); i++)
		if (strcmp(text, SEXES[i].word) == 0 || strcmp(text, SEXES[i].zh) == 0)
			return *ret = i, true;
	*ret = SEX_OTHER;
	return strcmp(text, "other") == 0;
}

/* ------------------------------------------------------------ numbers and dates */

/* A number of digits that a spreadsheet took for an amount: "4.40106E+11". */
static bool shortened(const char *text)
{
	size_t n = strspn(text, "0123456789.");

	return n != 0 && (text[n] == 'E' || text[n] == 'e') && text[n + 1] == '+';
}

/* A number of digits with an amount's fraction: "13800138000.0". */
static bool fraction(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 3 && text[n] == '.' && text[n + 1] == '0' && text[n + 1 + strspn(text + n + 1, "0")] == '\0';
}

#define AMOUNT \
	"a spreadsheet took this number for an amount: make its column text, and enter it without what is behind the dot"
#define SHORTENED "a spreadsheet has cut this number short: make its column text, and enter it anew"

static const char *number_read(const char *text, uint64_t max, uint64_t *ret)
{
	char *end;

	*ret = 0;
	if (text[0] == '\0')
		return NULL;
	if (shortened(text))
		return SHORTENED;
	*ret = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || end - text > 18)
		return "is not a number";
	return *ret > max ? "is too large a number" : NULL;
}

static bool place_read(const char *text, int32_t max, int32_t *ret)
{
	const char *at = text;
	bool minus = *at == '-';
	int64_t value = 0;
	unsigned digits = 0, behind = 0;

	*ret = 0;
	if (text[0] == '\0')
		return true;
	at += minus;
	for (; *at >= '0' && *at <= '9' && digits < 4; at++, digits++)
		value = value * 10 + (*at - '0');
	if (digits == 0)
		return false;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++)
			if (behind < 6) {
				value = value * 10 + (*at - '0');
				behind++;
			}
	for (; behind < 6; behind++)
		value *= 10;
	if (*at != '\0' || value > (int64_t)max * MICRO)
		return false;
	*ret = (int32_t)(minus ? -value : value);
	return true;
}

/* "2026年1月5日" with the signs of the others. */
static void day_plain(const char *text, char ret[24])
{
	static const char *const SIGNS[] = {"年", "月", "日", "号"};
	size_t n = 0;

	while (*text != '\0' && n < 23) {
		size_t i = 0;

		while (i < COUNT_OF(SIGNS) && strncmp(text, SIGNS[i], strlen(SIGNS[i])) != 0)
			i++;
		if (i < 2)
			ret[n++] = '-';
		else if (i == COUNT_OF(SIGNS))
			ret[n++] = *text;
		text += i == COUNT_OF(SIGNS) ? 1 : strlen(SIGNS[i]);
	}
	ret[n] = '\0';
}

static bool day_read(const char *said, struct arena *arena, char **ret)
{
	char text[24];
	unsigned y, m, d;
	char *day, rest;
	struct tm tm = {0}, back;
	time_t at;

	*ret = (char *)(uintptr_t)protobuf_c_empty_string;
	if (said[0] == '\0')
		return true;
	if (strlen(said) >= sizeof text)
		return false;
	day_plain(said, text);
	/* The sign before a year is no part of it. */
	if (text[0] < '0' || text[0] > '9' || strspn(text, "0123456789-/.") != strlen(text) ||
	    sscanf(text, "%4u%*[-/.]%2u%*[-/.]%2u%c", &y, &m, &d, &rest) != 3)
		return false;
	tm.tm_year = (int)y - 1900;
	tm.tm_mon = (int)m - 1;
	tm.tm_mday = (int)d;
	at = timegm(&tm);
	if (y < 1900 || m < 1 || gmtime_r(&at, &back) == NULL || back.tm_mday != (int)d || back.tm_mon != (int)m - 1)
		return false;
	day = arena_take(arena, 16);
	ENSURE(day != NULL);
	snprintf(day, 16, "%04u-%02u-%02u", y % 10000, m % 100, d % 100);
	*ret = day;
	return true;
}

/* Spreadsheets keep a day as how many it is since 1900: "46348". */
static const char *day_wrong(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n == 5 && (text[n] == '\0' || text[n] == '.')
	           ? "a spreadsheet shows this day as a number: give its column the form of a date, 2026-11-22"
	           : "a day looks so: 2026-11-22";
}

static bool time_write(int64_t ms, char *ret, size_t size)
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;

	ret[0] = '\0';
	if (ms == 0)
		return true;
	if (ms < 0 || gmtime_r(&s, &tm) == NULL)
		return false;
	n = strftime(ret, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret + n, size - n, ".%03dZ", (int)(ms % 1000));
	return n != 0;
}

/* As time_write() has it, and in no other form. */
static bool time_read(const char *text, int64_t *ret)
{
	*ret = 0;
	if (text[0] == '\0')
		return true;
	if (strlen(text) == UTC_TEXT_LEN && text[19] == '.' && text[UTC_TEXT_LEN - 1] == 'Z')
		*ret = utc_of_text(slice_str(text));
	return *ret != 0;
}

/* ------------------------------------------------------------ texts */

const char *table_text_wrong(enum table_how how, const char *text)
{
	size_t len = strlen(text);

	if (len == 0)
		return NULL;
	if ((how == AS_CODE || how == AS_ID || how == AS_PHONE) && shortened(text))
		return SHORTENED;
	if ((how == AS_CODE || how == AS_PHONE) && fraction(text))
		return AMOUNT;
	switch (how) {
	case AS_CODE:
		return strspn(text, "0123456789") == len && (len == 4 || len == 6 || len == 9 || len == 12)
		           ? NULL
		           : "a division code has 4, 6, 9 or 12 digits";
	case AS_ID:
		for (size_t i = 0; i < len; i++)
			if (text[i] <= ' ' || text[i] > '~')
				return "an id has 1 to 31 letters, digits or signs";
		return NULL;
	case AS_PHONE:
		return strspn(text, "+0123456789 -()") == len && strpbrk(text, "0123456789") != NULL ? NULL
		                                                                                     : "is no telephone number";
	case AS_TYPE:
	case AS_PLACE:
	case AS_HOURS:
	case AS_DAY:
	case AS_TIME:
	case AS_SEX:
	case AS_HEX:
		return NULL;
	}
	return NULL;
}

static const char *const SEPARATORS[] = {";", "；", "、", ",", "，"};

/* "a; b" taken apart. */
static const char *list_read(const struct table_column *c, const char *text, struct arena *arena, char ***ret,
                             size_t *ret_count)
{
	size_t len = strlen(text);
	char *copy = arena_take(arena, len + 1), **items = arena_take(arena, LIST_MAX * sizeof *items), *at = copy;
	size_t n = 0;

	ENSURE(copy != NULL && items != NULL);
	memcpy(copy, text, len + 1);
	while (at != NULL) {
		char *next = NULL, *end, *item = at;
		const char *why;

		for (size_t i = 0; i < COUNT_OF(SEPARATORS); i++) {
			char *found = strstr(at, SEPARATORS[i]);

			if (found != NULL && (next == NULL || found < next))
				next = found;
		}
		if (next != NULL) {
			size_t sign = (unsigned char)*next < 0x80 ? 1 : 3;

			*next = '\0';
			next += sign;
		}
		item += strspn(item, " \t\r\n");
		end = item + strlen(item);
		while (end > item && strchr(" \t\r\n", end[-1]) != NULL)
			*--end = '\0';
		at = next;
		if (*item == '\0')
			continue;
		if (n == LIST_MAX)
			return "has more than 32 entries";
		if (strlen(item) > c->len_max)
			return "one of its entries is too long";
		why = table_text_wrong(c->how, item);
		if (why != NULL)
			return why;
		items[n++] = item;
	}
	*ret = items;
	*ret_count = n;
	return NULL;
}

static bool list_write(char *const *items, size_t count, char ret[TABLE_CELL_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (n + strlen(items[i]) + 2 > TABLE_CELL_MAX)
			return false;
		for (size_t s = 0; s < COUNT_OF(SEPARATORS); s++)
			if (strstr(items[i], SEPARATORS[s]) != NULL)
				return false;
		n += (size_t)snprintf(ret + n, TABLE_CELL_MAX - n, "%s%s", i == 0 ? "" : ";", items[i]);
	}
	return true;
}

/* ------------------------------------------------------------ cells */

static bool repeated_write(const ProtobufCFieldDescriptor *f, void *message, char ret[TABLE_CELL_MAX])
{
	size_t count = *(size_t *)member(message, f->quantifier_offset);
	void *items = *(void **)member(message, f->offset);

	if (f->type == PROTOBUF_C_TYPE_STRING)
		return list_write(items, count, ret);
	ENSURE(f->descriptor == &pingan__v1__hours__descriptor);
	return table_hours_write(items, count, ret, TABLE_CELL_MAX);
}

static bool hex_write(const ProtobufCBinaryData *data, char ret[TABLE_CELL_MAX])
{
	if (2 * data->len >= TABLE_CELL_MAX)
		return false;
	for (size_t i = 0; i < data->len; i++)
		snprintf(ret + 2 * i, 3, "%02x", data->data[i]);
	return true;
}

/* Whoever writes a place that is there writes its zeros too. */
bool table_cell(const struct table_kind *kind, size_t column, const ProtobufCMessage *message, char ret[TABLE_CELL_MAX])
{
	const struct table_column *c = &kind->columns[column];
	struct place p = find(kind, column, (ProtobufCMessage *)(uintptr_t)message, NULL);
	void *at;

	ret[0] = '\0';
	if (p.message == NULL)
		return true;
	if (p.field->label == PROTOBUF_C_LABEL_REPEATED)
		return repeated_write(p.field, p.message, ret);
	at = member(p.message, p.field->offset);
	switch (p.field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return snprintf(ret, TABLE_CELL_MAX, "%s", *(char **)at) < TABLE_CELL_MAX;
	case PROTOBUF_C_TYPE_UINT32:
		if (c->how == AS_SEX) {
			uint32_t sex = *(uint32_t *)at;

			snprintf(ret, TABLE_CELL_MAX, "%s", sex < COUNT_OF(SEXES) ? SEXES[sex].word : "other");
			return sex < COUNT_OF(SEXES) || sex == SEX_OTHER;
		}
		if (*(uint32_t *)at != 0)
			snprintf(ret, TABLE_CELL_MAX, "%" PRIu32, *(uint32_t *)at);
		return true;
	case PROTOBUF_C_TYPE_BOOL:
		snprintf(ret, TABLE_CELL_MAX, "%s", *(protobuf_c_boolean *)at ? "yes" : "no");
		return true;
	case PROTOBUF_C_TYPE_ENUM:
		return word_write(p.field->descriptor, *(int *)at, ret);
	case PROTOBUF_C_TYPE_SINT32:
		snprintf(ret, TABLE_CELL_MAX, "%s%d.%06d", *(int32_t *)at < 0 ? "-" : "", abs(*(int32_t *)at / MICRO),
		         abs(*(int32_t *)at % MICRO));
		return true;
	case PROTOBUF_C_TYPE_INT64:
		return time_write(*(int64_t *)at, ret, TABLE_CELL_MAX);
	case PROTOBUF_C_TYPE_BYTES:
		return hex_write(at, ret);
	default:
		ENSURE_NEVER("a column of a type that no cell has");
	}
}

static const char *repeated_set(const struct table_column *c, const ProtobufCFieldDescriptor *f, void *message,
                                const char *text, struct arena *arena)
{
	size_t *count = member(message, f->quantifier_offset), n;
	Pingan__V1__Hours *hours, **list;

	if (f->type == PROTOBUF_C_TYPE_STRING)
		return list_read(c, text, arena, member(message, f->offset), count);
	hours = arena_take(arena, TABLE_HOURS_MAX * sizeof *hours);
	list = arena_take(arena, TABLE_HOURS_MAX * sizeof(Pingan__V1__Hours *));
	ENSURE(hours != NULL && list != NULL);
	n = table_hours_read(text, hours, TABLE_HOURS_MAX);
	if (n == TABLE_HOURS_WRONG)
		return "times of the week look so: mon-fri 08:00-18:00; sat 09:00-12:00 (7 at most)";
	for (size_t i = 0; i < n; i++)
		list[i] = &hours[i];
	*count = n;
	*(Pingan__V1__Hours ***)member(message, f->offset) = list;
	return NULL;
}

static const char *hex_set(ProtobufCBinaryData *data, const char *text, size_t max, struct arena *arena)
{
	size_t len = strlen(text) / 2;
	uint8_t *to;

	if (strlen(text) % 2 != 0 || len > max || strspn(text, "0123456789abcdefABCDEF") != strlen(text))
		return "a key is hex digits: 64 for a native device; 32, 48 or 64 for a panel";
	to = arena_take(arena, len + 1);
	ENSURE(to != NULL);
	for (size_t i = 0; i < len; i++) {
		char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};

		to[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	*data = (ProtobufCBinaryData){.len = len, .data = to};
	return NULL;
}

static const char *string_set(const struct table_column *c, char **at, const char *text, struct arena *arena)
{
	const char *why;

	if (c->how == AS_DAY)
		return day_read(text, arena, at) ? NULL : day_wrong(text);
	if (strlen(text) > c->len_max)
		return "is too long";
	why = table_text_wrong(c->how, text);
	if (why == NULL)
		*at = (char *)(uintptr_t)text;
	return why;
}

/* May have changed the field when it says no. */
static const char *field_set(const struct table_column *c, const ProtobufCFieldDescriptor *f, void *at,
                             const char *text, struct arena *arena)
{
	const char *why;
	uint64_t n;

	switch (f->type) {
	case PROTOBUF_C_TYPE_STRING:
		return string_set(c, at, text, arena);
	case PROTOBUF_C_TYPE_UINT32:
		if (c->how == AS_SEX)
			return sex_read(text, at) ? NULL : "is male, female, other or empty (男, 女)";
		why = number_read(text, c->len_max, &n);
		if (why == NULL)
			*(uint32_t *)at = (uint32_t)n;
		return why;
	case PROTOBUF_C_TYPE_BOOL:
		return yes_read(text, at) ? NULL : "is yes or no (是, 否)";
	case PROTOBUF_C_TYPE_ENUM:
		return word_read(f->descriptor, text, at) ? NULL : "is none of the words for it; see docs/OPERATING.md";
	case PROTOBUF_C_TYPE_SINT32:
		return place_read(text, (int32_t)c->len_max, at) ? NULL : "degrees look so: 23.129110 (WGS-84)";
	case PROTOBUF_C_TYPE_INT64:
		return time_read(text, at) ? NULL : "a time looks so: 2026-11-22T08:30:00.000Z";
	case PROTOBUF_C_TYPE_BYTES:
		return hex_set(at, text, c->len_max, arena);
	default:
		ENSURE_NEVER("a column of a type that no cell has");
	}
}

static size_t field_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_STRING:
		return sizeof(char *);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_INT64:
		return sizeof(int64_t);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	default: /* numbers and words */
		return sizeof(int32_t);
	}
}

const char *table_cell_set(const struct table_kind *kind, size_t column, ProtobufCMessage *message, const char *text,
                           struct arena *arena)
{
	const struct table_column *c = &kind->columns[column];
	uint8_t was[sizeof(ProtobufCBinaryData)];
	struct place p;
	const char *why;
	void *at;

	if (text[0] == '\0') {
		if (c->required)
			return "must not be empty";
		/* What is not there need not be made to say nothing. */
		if (find(kind, column, message, NULL).message == NULL)
			return NULL;
	}
	p = find(kind, column, message, arena);
	ENSURE(p.message != NULL);
	if (p.field->label == PROTOBUF_C_LABEL_REPEATED)
		return repeated_set(c, p.field, p.message, text, arena);
	at = member(p.message, p.field->offset);
	memcpy(was, at, field_size(p.field->type));
	why = field_set(c, p.field, at, text, arena);
	if (why != NULL)
		memcpy(at, was, field_size(p.field->type));
	return why;
}

/* ------------------------------------------------------------ items */

static const ProtobufCFieldDescriptor *list_field(const struct table_kind *kind)
{
	const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(kind->message, kind->list);

	ENSURE(f != NULL && f->label == PROTOBUF_C_LABEL_REPEATED && f->descriptor == kind->item);
	return f;
}

size_t table_items(const struct table_kind *kind, ProtobufCMessage *record, ProtobufCMessage ***ret)
{
	const ProtobufCFieldDescriptor *f = list_field(kind);

	*ret = *(ProtobufCMessage ***)member(record, f->offset);
	return *(size_t *)member(record, f->quantifier_offset);
}

ProtobufCMessage *table_item_new(const struct table_kind *kind, ProtobufCMessage *record, size_t at,
                                 struct arena *arena)
{
	const ProtobufCFieldDescriptor *f = list_field(kind);
	size_t *count = member(record, f->quantifier_offset);
	ProtobufCMessage ***list = member(record, f->offset), **more, *item;

	more = arena_take(arena, (*count + 1) * sizeof(ProtobufCMessage *));
	item = arena_take(arena, kind->item->sizeof_message);
	if (more == NULL || item == NULL)
		return NULL;
	ENSURE(at <= *count);
	protobuf_c_message_init(kind->item, item);
	if (at != 0)
		memcpy(more, *list, at * sizeof(ProtobufCMessage *));
	more[at] = item;
	if (at < *count)
		memcpy(more + at + 1, *list + at, (*count - at) * sizeof(ProtobufCMessage *));
	*list = more;
	(*count)++;
	return item;
}
