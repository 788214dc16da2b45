#include "table_check.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/table.h"
#include "cell_bulk.h"
#include "wire/record.h"
#include "wire/record_device.h"

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

/* ------------------------------------------------------------ as a whole */

const char *table_check(const struct table_kind *kind, const ProtobufCMessage *record, size_t *ret_column)
{
	(void)record;
	*ret_column = kind->column_count;
	return NULL;
}

/* ------------------------------------------------------------ what the log is told */

static const char *who(void)
{
	static char name[40];
	const struct passwd *p;

	if (name[0] == '\0') {
		p = getpwuid(getuid());
		snprintf(name, sizeof name, "ctl:%.27s", p == NULL ? "unknown" : p->pw_name);
	}
	return name;
}

static void edit_encode(const char *key, const struct table_edit *edit, struct buf *ret)
{
	Pingan__V1__LogEvent event = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__RecordEdit m = PINGAN__V1__RECORD_EDIT__INIT;
	char *fields[TABLE_FIELDS_MAX];
	uint8_t *room;

	for (size_t i = 0; i < edit->field_count; i++)
		fields[i] = (char *)(uintptr_t)edit->fields[i];
	m.what = edit->made ? PINGAN__V1__RECORD_EDIT__WHAT__EDIT_MADE : PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED;
	m.record = (char *)(uintptr_t)key;
	m.who = (char *)(uintptr_t)who();
	m.at_ms = edit->at_ms;
	m.fields = fields;
	m.n_fields = edit->field_count;
	m.more = edit->more;
	event.edit = &m;
	/* Fields of one message may stand in pieces. */
	room = buf_room(ret, pingan__v1__log_event__get_packed_size(&event));
	if (room != NULL)
		(void)pingan__v1__log_event__pack(&event, room);
}

void table_event(const struct table_kind *kind, const char *key, const ProtobufCMessage *record,
                 const struct table_edit *edit, struct buf *ret)
{
	log_event_encode("pinganctl", key, NULL, 0, NULL, slice_of(NULL, 0), "", ret);
	if (kind->message == &pingan__v1__device__descriptor && edit->made) {
		const Pingan__V1__Device *d = (const Pingan__V1__Device *)record;
		struct device_event events[] = {{.what = DEVICE_ENTERED, .at_ms = edit->at_ms},
		                                {.what = DEVICE_BOUND, .at_ms = edit->at_ms}};

		for (size_t i = 0; i < COUNT_OF(events); i++)
			snprintf(events[i].device, sizeof events[i].device, "%s", d->id);
		device_events_encode(events, d->household[0] == '\0' ? 1 : 2, ret);
	}
	edit_encode(key, edit, ret);
}
