#include "table_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit_part.h"
#include "base/table.h"
#include "cell_bulk.h"
#include "wire/record.h"
#include "wire/record_device.h"
#include "wire/registry_edit.h"

/* ------------------------------------------------------------ twice */

/* What a row is the only one of: its record; of contacts home and order; of residents the resident, wherever. */
struct named {
	struct table_row *row;
	const char *name, *second;
};

static const char *second_cell(const char *cells)
{
	return cells + strlen(cells) + 1;
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order == 0)
		order = strcmp(x->second, y->second);
	return order != 0 ? order : x->row->line < y->row->line ? -1 : 1;
}

void table_twice(struct table_rows *r)
{
	struct named *all = calloc(r->count + 1, sizeof *all);
	char why[96];

	ENSURE(all != NULL);
	for (size_t i = 0; i < r->count; i++) {
		const char *first = r->rows[i].cells, *second = second_cell(first);

		all[i] = (struct named){.row = &r->rows[i], .name = first, .second = ""};
		if (r->kind->item == &pingan__v1__resident__descriptor)
			all[i].name = second;
		else if (r->kind->list != NULL)
			all[i].second = second + strspn(second, "0");
	}
	if (r->count != 0)
		qsort(all, r->count, sizeof *all, by_name);
	for (size_t i = 1; i < r->count; i++)
		if (strcmp(all[i].name, all[i - 1].name) == 0 && strcmp(all[i].second, all[i - 1].second) == 0) {
			snprintf(why, sizeof why, "stands in line %" PRIu64 " already", all[i - 1].row->line);
			table_row_bad(r, all[i].row, r->kind->list != NULL, why);
		}
	free(all);
}

/* ------------------------------------------------------------ what is named */

struct refs {
	struct table_rows *r;
	size_t column;
	char **keys;
	struct table missing;
};

static void see_ref(void *ctx, size_t n, const struct store_record *rec)
{
	struct refs *refs = ctx;

	if (rec->rev == 0)
		ENSURE(table_put(&refs->missing, refs->keys[n], refs->keys[n]));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t keys_once(char **keys, size_t count)
{
	size_t kept = 0;

	if (count != 0)
		qsort(keys, count, sizeof *keys, by_text);
	for (size_t i = 0; i < count; i++) {
		if (kept != 0 && strcmp(keys[kept - 1], keys[i]) == 0)
			free(keys[i]);
		else
			keys[kept++] = keys[i];
	}
	return kept;
}

/* "" when the cell names nothing that could be a key: that is said where the cell is read. */
static void ref_key(const struct refs *refs, const struct table_row *row, char ret[STORE_KEY_MAX])
{
	const char *cells[TABLE_COLUMNS_MAX];

	ret[0] = '\0';
	table_row_cells(refs->r, row, cells);
	if (cells[refs->column][0] != '\0' && strlen(cells[refs->column]) < ID_MAX &&
	    table_text_wrong(refs->r->kind->columns[refs->column].how, cells[refs->column]) == NULL)
		snprintf(ret, STORE_KEY_MAX, "%s:%s", refs->r->kind->columns[refs->column].ref, cells[refs->column]);
}

static bool column_refs(struct cell *cell, struct table_rows *r, size_t column)
{
	struct refs refs = {.r = r, .column = column, .keys = calloc(r->count + 1, sizeof(char *))};
	char key[STORE_KEY_MAX], why[96];
	size_t n = 0;
	bool ok;

	ENSURE(refs.keys != NULL);
	for (size_t i = 0; i < r->count; i++) {
		ref_key(&refs, &r->rows[i], key);
		if (key[0] == '\0')
			continue;
		refs.keys[n] = strdup(key);
		ENSURE(refs.keys[n] != NULL);
		n++;
	}
	n = keys_once(refs.keys, n);
	ok = cell_get_many(cell, refs.keys, n, see_ref, &refs);
	snprintf(why, sizeof why, "there is no such %s", r->kind->columns[column].ref);
	for (size_t i = 0; ok && refs.missing.used != 0 && i < r->count; i++) {
		ref_key(&refs, &r->rows[i], key);
		if (key[0] != '\0' && table_get(&refs.missing, key) != NULL)
			table_row_bad(r, &r->rows[i], column, why);
	}
	table_free(&refs.missing);
	cell_keys_free(refs.keys, n);
	return ok;
}

/* ------------------------------------------------------------ residents that live elsewhere */

struct lives {
	struct table_rows *r;
	struct table rows; /* resident -> struct table_row */
	char **keys;
};

static void see_home(void *ctx, size_t n, const struct store_record *rec)
{
	struct lives *lives = ctx;
	const char *home = strchr(lives->keys[n], ':') + 1;
	Pingan__V1__Household *h = rec->rev == 0 ? NULL : pingan__v1__household__unpack(NULL, rec->body.len, rec->body.at);
	char why[96];

	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n_residents; i++) {
		struct table_row *row = table_get(&lives->rows, h->residents[i]->id);

		if (row == NULL || strcmp(row->cells, home) == 0)
			continue;
		snprintf(why, sizeof why, "lives in household %.31s", home);
		table_row_bad(lives->r, row, 1, why);
	}
	pingan__v1__household__free_unpacked(h, NULL);
}

static bool residents_elsewhere(struct cell *cell, struct table_rows *r)
{
	struct lives lives = {.r = r};
	size_t count = 0;
	bool ok;

	for (size_t i = 0; i < r->count; i++)
		if (!r->rows[i].bad && second_cell(r->rows[i].cells)[0] != '\0')
			ENSURE(table_put(&lives.rows, second_cell(r->rows[i].cells), &r->rows[i]));
	lives.keys = cell_keys(cell, "household:", &count);
	ok = lives.keys != NULL && cell_get_many(cell, lives.keys, count, see_home, &lives);
	cell_keys_free(lives.keys, count);
	table_free(&lives.rows);
	return ok;
}

bool table_refs(struct cell *cell, struct table_rows *r)
{
	for (size_t c = 0; c < r->kind->column_count; c++)
		if (r->kind->columns[c].ref != NULL && r->present[c] && r->kind->columns[c].path[0] != '\0' &&
		    !column_refs(cell, r, c))
			return false;
	return r->kind->item != &pingan__v1__resident__descriptor || residents_elsewhere(cell, r);
}

/* ------------------------------------------------------------ as the registry judges */

#define FAULTS_MAX 16

static const char *why_text(const char *code)
{
	static const struct {
		const char *code, *text;
	} WHYS[] = {
		{"missing", "must not be empty"},
		{"too_long", "is too long"},
		{"bad_text", "has blanks around it, or a line break or sign that does not belong there"},
		{"bad_id", "an id has 1 to 31 letters, digits or signs"},
		{"bad_phone", "is no telephone number: 3 to 20 digits"},
		{"bad_date", "is no such day, or lies before the one that it follows"},
		{"bad_code", "a word has small letters, digits and _ only"},
		{"bad_area", "is not a division code"},
		{"bad_number", "is outside its bounds"},
		{"bad_value", "is none of the values that there are"},
		{"bad_place", "is no place: half of it is missing, or it lies outside"},
		{"bad_hours", "are no times of the week"},
		{"too_many", "are more than there may be"},
		{"twice", "is the same as another one"},
		{"no_such", "names what is not there"},
		{"too_big", "is more than a record holds"},
	};

	for (size_t i = 0; i < COUNT_OF(WHYS); i++)
		if (strcmp(WHYS[i].code, code) == 0)
			return WHYS[i].text;
	return "is not as the registry wants it";
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

void table_row_check(struct table_rows *r, struct table_row *row, const ProtobufCMessage *message)
{
	struct registry_fault list[FAULTS_MAX];
	struct registry_faults f = {.list = list, .max = FAULTS_MAX};
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "%s:%.40s", r->kind->type, row->cells);
	if (r->kind->item == &pingan__v1__resident__descriptor)
		(void)resident_check((const Pingan__V1__Resident *)message, &f);
	else if (r->kind->item == &pingan__v1__contact__descriptor)
		(void)contact_check((const Pingan__V1__Contact *)message, &f);
	else if (r->kind->message != &pingan__v1__person__descriptor &&
	         r->kind->message != &pingan__v1__device__descriptor && registry_type(key) != NULL)
		(void)registry_check(key, message, &f); /* people and units: once they are settled (table_settle.c) */
	for (size_t i = 0; i < f.count && i < FAULTS_MAX; i++) {
		char path[REGISTRY_PATH_MAX];
		size_t column;

		/* Other tables have these. */
		if (begins(list[i].field, "residents") || begins(list[i].field, "contacts"))
			continue;
		snprintf(path, sizeof path, "%s", list[i].field);
		path[strcspn(path, "[")] = '\0'; /* "neighbours[2]" */
		column = table_column_of(r->kind, path);
		if (column == r->kind->column_count && (strcmp(path, "place") == 0 || strcmp(path, "centre") == 0))
			column = table_column_of(r->kind, "latitude");
		table_row_bad(r, row, column, why_text(list[i].why));
	}
}

/* What nobody can dial: a number in China begins with 0 and its district, with 1, or with 400 or 800. */
static bool zero_lost(const char *phone)
{
	size_t len = strspn(phone, "0123456789");

	if (phone[len] != '\0' || begins(phone, "400") || begins(phone, "800"))
		return false;
	return (len == 10 && (phone[0] >= '2' || begins(phone, "10"))) || (len == 11 && phone[0] >= '2');
}

void table_phones_doubt(struct table_rows *r, const struct table_row *row)
{
	const char *cells[TABLE_COLUMNS_MAX];

	table_row_cells(r, row, cells);
	for (size_t c = 0; c < r->kind->column_count; c++)
		if (r->present[c] && r->kind->columns[c].how == AS_PHONE && zero_lost(cells[c]))
			table_row_note(r, row, c, "(a doubt) has a spreadsheet dropped the 0 at its front? make its column text");
}

/* Of a home: whether all that its tables say has room in it. */
const char *table_whole_wrong(const struct table_kind *kind, const ProtobufCMessage *record)
{
	struct registry_fault list[FAULTS_MAX];
	struct registry_faults f = {.list = list, .max = FAULTS_MAX};
	size_t len = protobuf_c_message_get_packed_size(record);

	if (kind->message == &pingan__v1__household__descriptor) {
		(void)household_check((const Pingan__V1__Household *)record, &f);
		for (size_t i = 0; i < f.count && i < FAULTS_MAX; i++)
			if (strcmp(list[i].why, "too_many") == 0 && kind->list != NULL && strcmp(list[i].field, kind->list) == 0)
				return "this home would have more of them than there may be";
		if (len > REGISTRY_BODY_MAX)
			return "this home would say more than a record holds";
	}
	return len > STORE_BODY_MAX ? "this record would be larger than 16 KiB" : NULL;
}

/* ------------------------------------------------------------ what the log is told */

void table_event(const struct table_kind *kind, const char *key, const ProtobufCMessage *before,
                 const ProtobufCMessage *record, int64_t at_ms, struct buf *ret)
{
	static struct registry_diff diff; /* large, and one at a time */

	diff.count = 0;
	diff.more = false;
	log_event_encode("pinganctl", key, NULL, 0, NULL, slice_of(NULL, 0), "", ret);
	if (kind->message == &pingan__v1__device__descriptor && before == NULL) {
		const Pingan__V1__Device *d = (const Pingan__V1__Device *)record;
		struct device_event events[] = {{.what = DEVICE_ENTERED, .at_ms = at_ms},
		                                {.what = DEVICE_BOUND, .at_ms = at_ms}};

		for (size_t i = 0; i < COUNT_OF(events); i++)
			snprintf(events[i].device, sizeof events[i].device, "%s", d->id);
		device_events_encode(events, d->household[0] == '\0' ? 1 : 2, ret);
	}
	if (before != NULL)
		registry_diff(before, record, &diff);
	registry_event_encode(before == NULL ? PINGAN__V1__RECORD_EDIT__WHAT__EDIT_MADE
	                                     : PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED,
	                      key, audit_user(), at_ms, &diff, ret);
}
