#include "table_import.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit_part.h"
#include "cell_bulk.h"
#include "table_check.h"
#include "table_rows.h"
#include "table_settle.h"
#include "wire/record.h"

#define BATCH 512                      /* records looked at together */
#define ROWS_OF_ONE_MAX 64             /* rows about one record */
#define SCRATCH_LEN ((size_t)48 << 20) /* for one record and so many rows, each several times over */

/* The rows that are about one record. */
struct group {
	struct table_row **rows;
	size_t count;
};

struct import {
	struct cell *cell;
	const struct import_options *o;
	const char *path;
	struct table_rows rows;
	struct table_row **order; /* by record, then by line */
	int64_t now_ms;
	bool write; /* the second time */
	size_t entered, changed, there, late;
	size_t done;
	int keys_fd; /* -1 = none yet */
	struct arena arena;
	uint8_t *scratch;
	/* of the batch */
	struct group groups[BATCH];
	struct bulk_put puts[BATCH];
	struct put_of {
		size_t entered, changed; /* rows, once it is stored */
	} of[BATCH];
	size_t put_count;
	struct buf keys; /* new keys, as a table */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* ------------------------------------------------------------ one record */

/* What a record or item says, in bytes; NULL with none. */
static struct slice packed(struct import *im, const ProtobufCMessage *m)
{
	size_t len = m == NULL ? 0 : protobuf_c_message_get_packed_size(m);
	uint8_t *at = arena_take(&im->arena, len + 1);

	if (at == NULL)
		return slice_of(NULL, 0);
	if (m != NULL)
		protobuf_c_message_pack(m, at);
	return slice_of(at, len);
}

/* Where the item stands, or would: contacts by their order, residents behind those that are there. */
static size_t item_place(const struct table_kind *kind, ProtobufCMessage *record, const char *id, bool *ret_there)
{
	bool numbered = kind->item == &pingan__v1__contact__descriptor;
	uint64_t order = numbered ? strtoull(id, NULL, 10) : 0;
	ProtobufCMessage **items;
	size_t count = table_items(kind, record, &items), place = count;

	*ret_there = false;
	for (size_t i = count; i-- > 0;) {
		if (numbered ? ((Pingan__V1__Contact *)items[i])->order == order
		             : strcmp(((Pingan__V1__Resident *)items[i])->id, id) == 0) {
			*ret_there = true;
			return i;
		}
		if (numbered && ((Pingan__V1__Contact *)items[i])->order > order)
			place = i;
	}
	return place;
}

/* The cells of one row into its message. */
static void cells_set(struct import *im, struct table_row *row, const char *const *cells, ProtobufCMessage *message)
{
	const struct table_kind *kind = im->rows.kind;

	for (size_t c = 0; c < kind->column_count; c++) {
		const char *why;

		if (!im->rows.present[c] || kind->columns[c].path[0] == '\0')
			continue;
		why = table_cell_set(kind, c, message, cells[c], &im->arena);
		if (why != NULL)
			table_row_bad(&im->rows, row, c, why);
	}
}

/* Each column in which the row differs from what stands there is bad. */
static void differences_bad(struct import *im, struct table_row *row, const ProtobufCMessage *before,
                            const ProtobufCMessage *now)
{
	static const char WHY[] = "stands in the registry otherwise; --update changes it to what the table says";
	const struct table_kind *kind = im->rows.kind;
	char was[TABLE_CELL_MAX], is[TABLE_CELL_MAX];

	for (size_t c = 0; c < kind->column_count; c++)
		if (im->rows.present[c] && kind->columns[c].path[0] != '\0' && table_cell(kind, c, before, was) &&
		    table_cell(kind, c, now, is) && strcmp(was, is) != 0)
			table_row_bad(&im->rows, row, c, WHY);
	if (!row->bad)
		table_row_bad(&im->rows, row, 0, WHY);
}

enum row_outcome { ROW_BAD, ROW_SAME, ROW_NEW, ROW_CHANGED };

/* One row into the record; a bad one leaves it as it stood. */
static enum row_outcome row_apply(struct import *im, struct table_row *row, ProtobufCMessage *record, bool made,
                                  const ProtobufCMessage *before, struct table_settle *settle)
{
	const struct table_kind *kind = im->rows.kind;
	const char *cells[TABLE_COLUMNS_MAX], *why;
	ProtobufCMessage *message = record;
	struct slice was, is;
	size_t at = 0, column;
	bool there = !made;

	table_row_cells(&im->rows, row, cells);
	if (kind->list != NULL) {
		ProtobufCMessage **items;

		at = item_place(kind, record, cells[1], &there);
		if (there) {
			(void)table_items(kind, record, &items);
			message = items[at];
		} else {
			message = arena_take(&im->arena, kind->item->sizeof_message);
			ENSURE(message != NULL);
			protobuf_c_message_init(kind->item, message);
		}
	}
	table_tidy(kind, message);
	was = packed(im, message);
	cells_set(im, row, cells, message);
	table_tidy(kind, message);
	settle->cells = cells;
	settle->present = im->rows.present;
	settle->before = made ? NULL : before;
	settle->now_ms = im->now_ms;
	why = row->bad ? NULL : table_settle(kind, record, settle, &im->arena, &column);
	settle->cells = NULL; /* they end with this row */
	if (why != NULL)
		table_row_bad(&im->rows, row, column, why);
	if (settle->made_key && im->o->keys_path == NULL && !im->o->dry_run && !row->bad)
		table_row_bad(&im->rows, row, table_column_of(kind, "key"),
		              "a native device needs a key: enter it here, or have new ones written by --keys FILE");
	is = packed(im, message);
	/* What stands there already is not judged anew. */
	if (!row->bad && (!there || !slice_equal(was, is))) {
		table_row_check(&im->rows, row, message);
		if (!im->write && !row->bad)
			table_phones_doubt(&im->rows, row);
	}
	if (there && (row->bad || !slice_equal(was, is))) {
		ProtobufCMessage *old = protobuf_c_message_unpack(kind->item, &im->arena.allocator, was.len, was.at), **items;

		ENSURE(old != NULL);
		if (!row->bad && !im->o->update)
			differences_bad(im, row, old, message);
		if (row->bad && kind->list != NULL) {
			/* Others of this home may be good: this one stands as it stood. */
			(void)table_items(kind, record, &items);
			items[at] = old;
		}
	}
	if (row->bad)
		return ROW_BAD;
	if (there)
		return slice_equal(was, is) ? ROW_SAME : ROW_CHANGED;
	if (kind->list != NULL) {
		ProtobufCMessage **items, *put = table_item_new(kind, record, at, &im->arena);

		ENSURE(put != NULL);
		(void)table_items(kind, record, &items);
		items[at] = message;
	}
	return ROW_NEW;
}

static void all_bad(struct import *im, const struct group *g, size_t column, const char *why)
{
	for (size_t i = 0; i < g->count; i++)
		if (!g->rows[i]->bad)
			table_row_bad(&im->rows, g->rows[i], column, why);
}

/* Keys that were made for new units, on disk before they are in force: they can't be asked for again. */
static void key_note(struct import *im, const Pingan__V1__Device *d)
{
	char hex[2 * 32 + 1];

	sodium_bin2hex(hex, sizeof hex, d->psk.data, d->psk.len);
	buf_put(&im->keys, d->id, strlen(d->id));
	buf_put(&im->keys, ",", 1);
	buf_put(&im->keys, hex, strlen(hex));
	buf_put(&im->keys, ",", 1);
	buf_put(&im->keys, d->household, strlen(d->household));
	buf_put(&im->keys, "\n", 1);
	ENSURE(!im->keys.overflow);
	sodium_memzero(hex, sizeof hex);
}

static void put_make(struct import *im, const char *key, const struct store_record *rec, const ProtobufCMessage *before,
                     const ProtobufCMessage *record)
{
	struct bulk_put *p = &im->puts[im->put_count++];
	size_t len = protobuf_c_message_get_packed_size(record);
	uint8_t *body = malloc(len + LOG_EVENT_MAX);
	struct buf event = buf_of(body + len, LOG_EVENT_MAX);

	ENSURE(body != NULL);
	memset(p, 0, sizeof *p);
	snprintf(p->key, sizeof p->key, "%s", key);
	p->expect = rec->rev == 0 ? 0 : rec->commits[0];
	protobuf_c_message_pack(record, body);
	p->body = slice_of(body, len);
	table_event(im->rows.kind, key, before, record, im->now_ms, &event);
	ENSURE(!event.overflow);
	p->event = slice_of(event.at, event.len);
}

static void see(void *ctx, size_t n, const struct store_record *rec)
{
	struct import *im = ctx;
	const struct table_kind *kind = im->rows.kind;
	const struct group *g = &im->groups[n];
	struct table_settle settle = {0};
	ProtobufCMessage *record = NULL, *before = NULL;
	struct put_of of = {0};
	const char *why;

	arena_reset(&im->arena);
	if (g->count > ROWS_OF_ONE_MAX) {
		all_bad(im, g, 0, "more than 64 rows are about this one");
		return;
	}
	if (rec->rev != 0) {
		record = protobuf_c_message_unpack(kind->message, &im->arena.allocator, rec->body.len, rec->body.at);
		before = protobuf_c_message_unpack(kind->message, &im->arena.allocator, rec->body.len, rec->body.at);
		if (record == NULL || before == NULL) {
			all_bad(im, g, 0, "its record in the registry is unreadable");
			return;
		}
		if (table_erased(kind, record)) {
			all_bad(im, g, 0,
			        kind->message == &pingan__v1__household__descriptor
			            ? "this home was erased; its number is not used again"
			            : "this person was erased; the account is not used again");
			return;
		}
	} else if (kind->list != NULL) {
		all_bad(im, g, 0, "there is no such household; import homes first");
		return;
	} else {
		record = arena_take(&im->arena, kind->message->sizeof_message);
		ENSURE(record != NULL);
		protobuf_c_message_init(kind->message, record);
	}
	for (size_t i = 0; i < g->count; i++) {
		enum row_outcome outcome =
			g->rows[i]->bad ? ROW_BAD : row_apply(im, g->rows[i], record, rec->rev == 0, before, &settle);

		im->there += outcome == ROW_SAME;
		of.entered += outcome == ROW_NEW;
		of.changed += outcome == ROW_CHANGED;
	}
	if (of.entered + of.changed == 0)
		return;
	why = table_whole_wrong(kind, record);
	if (why != NULL) {
		all_bad(im, g, 0, why);
		return;
	}
	if (!im->write) {
		im->entered += of.entered;
		im->changed += of.changed;
		return;
	}
	if (settle.made_key)
		key_note(im, (const Pingan__V1__Device *)record);
	im->of[im->put_count] = of;
	put_make(im, rec->key, rec, before, record);
}

/* ------------------------------------------------------------ batches */

static bool keys_write(struct import *im)
{
	static const char HEAD[] = "device,key_hex,household\n";

	if (im->keys.len == 0)
		return true;
	if (im->keys_fd < 0) {
		im->keys_fd = open(im->o->keys_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (im->keys_fd < 0 || write(im->keys_fd, HEAD, sizeof HEAD - 1) != (ssize_t)sizeof HEAD - 1) {
			fprintf(stderr, "pinganctl: --keys %s: %s\n", im->o->keys_path, strerror(errno));
			return false;
		}
	}
	if (write(im->keys_fd, im->keys.at, im->keys.len) != (ssize_t)im->keys.len || fsync(im->keys_fd) != 0) {
		fprintf(stderr, "pinganctl: --keys %s: %s\n", im->o->keys_path, strerror(errno));
		return false;
	}
	sodium_memzero(im->keys.at, im->keys.len);
	im->keys.len = 0;
	return true;
}

static bool batch_write(struct import *im)
{
	bool ok = keys_write(im) && cell_put_many(im->cell, im->puts, im->put_count);

	for (size_t i = 0; i < im->put_count; i++) {
		if (im->puts[i].stored) {
			im->entered += im->of[i].entered;
			im->changed += im->of[i].changed;
		} else if (ok) {
			im->late += im->of[i].entered + im->of[i].changed;
		}
		sodium_memzero((uint8_t *)(uintptr_t)im->puts[i].body.at, im->puts[i].body.len);
		free((uint8_t *)(uintptr_t)im->puts[i].body.at);
	}
	im->put_count = 0;
	return ok;
}

/* A sentence of the catalogue, in the clerk's language. */
__attribute__((format(printf, 3, 4))) static void say(const struct import *im, FILE *to, const char *english, ...)
{
	char text[TABLE_SAY_MAX], room[TABLE_SAY_MAX];
	va_list args;

	va_start(args, english);
	(void)vsnprintf(text, sizeof text, english, args);
	va_end(args);
	fputs(table_say(im->rows.lang, text, room), to);
}

static void progress(const struct import *im, bool last)
{
	if (!isatty(STDERR_FILENO))
		return;
	fputc('\r', stderr);
	if (im->write)
		say(im, stderr, "entered %zu of %zu", im->done, im->rows.count);
	else
		say(im, stderr, "looked at %zu of %zu", im->done, im->rows.count);
	if (last)
		fputc('\n', stderr);
}

static const char *record_of(const struct table_row *row)
{
	return row->cells;
}

/* Looks at every record once, and writes what is to be written. */
static bool pass(struct import *im, bool write)
{
	char(*names)[STORE_KEY_MAX] = malloc(BATCH * sizeof *names);
	char *keys[BATCH];
	size_t at = 0;
	bool ok = true;

	ENSURE(names != NULL);
	im->write = write;
	im->entered = im->changed = im->there = im->done = 0;
	while (at < im->rows.count && ok && !interrupted) {
		size_t n = 0;

		while (n < BATCH && at < im->rows.count) {
			struct group *g = &im->groups[n];

			g->rows = &im->order[at];
			for (g->count = 1; at + g->count < im->rows.count &&
			                   strcmp(record_of(g->rows[0]), record_of(im->order[at + g->count])) == 0;)
				g->count++;
			at += g->count;
			/* A name that can't be a key is said where its cell is read. */
			if (strlen(record_of(g->rows[0])) >= ID_MAX) {
				all_bad(im, g, 0, "an id has 1 to 31 letters, digits or signs");
				continue;
			}
			if (record_of(g->rows[0])[0] == '\0') {
				all_bad(im, g, 0, "must not be empty");
				continue;
			}
			if (table_reserved(im->rows.kind, record_of(g->rows[0]))) {
				all_bad(im, g, 0, "this name is the system's own");
				continue;
			}
			snprintf(names[n], sizeof names[n], "%s:%s", im->rows.kind->type, record_of(g->rows[0]));
			keys[n] = names[n];
			n++;
		}
		ok = cell_get_many(im->cell, keys, n, see, im) && batch_write(im);
		im->done = at;
		progress(im, at == im->rows.count || !ok || interrupted);
	}
	free(names);
	return ok && !interrupted;
}

/* ------------------------------------------------------------ the whole */

static int by_record(const void *a, const void *b)
{
	const struct table_row *x = *(const struct table_row *const *)a, *y = *(const struct table_row *const *)b;
	int order = strcmp(record_of(x), record_of(y));

	return order != 0 ? order : x->line < y->line ? -1 : 1;
}

/* Each record's change is on record with its commit; this says that they were one table. */
static bool noted(struct import *im)
{
	struct audit a = {.what = AUDIT_IMPORTED, .count = (uint32_t)(im->entered + im->changed)};

	snprintf(a.note, sizeof a.note, "%s", im->rows.kind->name);
	return a.count == 0 || audit_note(im->cell, &a);
}

static int finish(struct import *im)
{
	size_t bad;
	bool ok;

	if (!pass(im, false)) {
		fputs("pinganctl: ", stderr);
		say(im, stderr, "it broke off while it was looked at: nothing was entered");
		fputc('\n', stderr);
		return 1;
	}
	bad = table_faults(&im->rows);
	if (im->o->dry_run || (bad != 0 && !im->o->skip_bad)) {
		bool told = table_faults_tell(&im->rows, im->path, im->o->report_path);

		bad = table_rows_bad(&im->rows);
		if (im->o->dry_run) {
			say(im, stdout, "%zu to be entered, %zu to be changed, %zu there already, %zu bad; nothing was written",
			    im->entered, im->changed, im->there, bad);
			fputc('\n', stdout);
		} else {
			fputs("pinganctl: ", stderr);
			say(im, stderr, "%zu bad: nothing was entered; mend them, or say --skip-bad", bad);
			fputc('\n', stderr);
		}
		return bad != 0 || !told;
	}
	ok = pass(im, true);
	if (ok || interrupted)
		ok = noted(im) && ok;
	ok = table_faults_tell(&im->rows, im->path, im->o->report_path) && ok;
	bad = table_rows_bad(&im->rows);
	say(im, stdout, "%zu entered, %zu changed, %zu there already, %zu bad", im->entered, im->changed, im->there, bad);
	if (im->late != 0)
		say(im, stdout, ", %zu changed by somebody else at this moment: make it again", im->late);
	if (!ok)
		say(im, stdout, "; it broke off: make it again, and what is missing is entered");
	fputc('\n', stdout);
	return !ok || bad != 0 || im->late != 0;
}

static bool prepare(struct import *im)
{
	struct sigaction on = {.sa_handler = on_interrupt};

	im->order = calloc(im->rows.count + 1, sizeof(struct table_row *));
	im->scratch = malloc(SCRATCH_LEN);
	im->keys = buf_of(malloc(BATCH * 160), BATCH * 160);
	ENSURE(im->order != NULL && im->scratch != NULL && im->keys.at != NULL);
	arena_init(&im->arena, im->scratch, SCRATCH_LEN);
	for (size_t i = 0; i < im->rows.count; i++)
		im->order[i] = &im->rows.rows[i];
	if (im->rows.count != 0)
		qsort(im->order, im->rows.count, sizeof(struct table_row *), by_record);
	table_twice(&im->rows);
	/* One batch is finished; what is missing is entered when it is made again. */
	(void)sigaction(SIGINT, &on, NULL);
	(void)sigaction(SIGTERM, &on, NULL);
	return table_refs(im->cell, &im->rows);
}

int table_import(struct cell *cell, const char *name, const char *path, const struct import_options *o)
{
	struct import *im = calloc(1, sizeof *im);
	enum csv_encoding encoding = CSV_UTF8;
	uint8_t *text = NULL;
	size_t len = 0;
	int failed = 1;

	ENSURE(im != NULL);
	im->cell = cell;
	im->o = o;
	im->path = path;
	im->keys_fd = -1;
	im->rows.kind = table_kind_of(name);
	if (im->rows.kind == NULL)
		fprintf(stderr, "pinganctl: %s: tables are areas, stations, people, homes, residents, contacts and devices\n",
		        name);
	else if (!table_lang_of(o->lang, &im->rows.lang))
		fprintf(stderr, "pinganctl: --lang is zh or en\n");
	else if (o->encoding != NULL && !csv_encoding_of(o->encoding, &encoding))
		fprintf(stderr, "pinganctl: --encoding is utf-8 or gb18030\n");
	else if ((im->now_ms = cell_now_ms(cell)) != 0)
		text = csv_load(path, &len);
	if (text != NULL && table_rows_read(&im->rows, encoding, slice_of(text, len))) {
		failed = prepare(im) ? finish(im) : 1;
	} else if (text != NULL) {
		if (table_faults_tell(&im->rows, path, o->report_path)) {
			fputs("pinganctl: ", stderr);
			say(im, stderr, "the table can't be read: nothing was entered");
			fputc('\n', stderr);
		}
	}
	if (im->keys_fd >= 0)
		(void)close(im->keys_fd);
	if (im->scratch != NULL) {
		sodium_memzero(im->scratch, SCRATCH_LEN);
		sodium_memzero(im->keys.at, im->keys.size);
	}
	if (text != NULL)
		sodium_memzero(text, len);
	table_rows_free(&im->rows);
	free(im->keys.at);
	free(im->scratch);
	free(im->order);
	free(text);
	free(im);
	return failed;
}
