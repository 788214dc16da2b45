#include "device_import.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cell_bulk.h"
#include "core/alarm.h"
#include "csv_table.h"
#include "device.h"

#define REPORT_MIN_S 10
#define REPORT_MAX_S 2592000
#define WHY_MAX 192

enum column { C_DEVICE, C_HOUSEHOLD, C_PROTOCOL, C_KEY, C_MODEL, C_CODES, C_REPORT, C_CARRIER, C_COUNT };

static const struct csv_column COLUMNS[C_COUNT] = {
	[C_DEVICE] = {"device", "设备编号", true, ID_MAX - 1},  [C_HOUSEHOLD] = {"household", "住户编号", true, ID_MAX - 1},
	[C_PROTOCOL] = {"protocol", "协议", true, 15},          [C_KEY] = {"key", "密钥", false, 2 * DEVICE_KEY_LEN},
	[C_MODEL] = {"model", "型号", false, DEVICE_MODEL_MAX}, [C_CODES] = {"codes", "代码表", false, 31},
	[C_REPORT] = {"report_s", "上报周期秒", false, 7},      [C_CARRIER] = {"carrier", "运营商", false, 31},
};

/* One row. What can be wrong of it in the store is looked up for all rows at once. */
struct row {
	uint64_t line;
	char device[STORE_KEY_MAX], household[STORE_KEY_MAX]; /* keys of their records; household "" = no home yet */
	bool has_key, made_key;
	bool bad, unchanged;
	struct device_event events[2]; /* entered; bound, where it has a home */
	uint32_t event_count;
	uint8_t *body;
	size_t len;
};

struct import {
	const struct import_options *o;
	const char *path;
	struct row *rows;
	size_t count, size;
	size_t bad, unchanged;
	int64_t now_ms;
};

static void bad_row(void *ctx, uint64_t line, const char *column, const char *why)
{
	struct import *im = ctx;

	im->bad++;
	fprintf(stderr, "%s:%" PRIu64 ":%s%s%s %s\n", im->path, line, column[0] == '\0' ? "" : " ", column,
	        column[0] == '\0' ? "" : ":", why);
}

static void bad_cell(struct import *im, struct row *row, enum column column, const char *why)
{
	if (!row->bad)
		bad_row(im, row->line, COLUMNS[column].name, why);
	row->bad = true;
}

/* ------------------------------------------------------------ one row by itself */

static enum column column_of(const char *field)
{
	for (size_t c = 0; c < C_COUNT; c++)
		if (strcmp(COLUMNS[c].name, field) == 0)
			return (enum column)c;
	return C_DEVICE;
}

static bool report_read(const char *text, uint32_t *ret)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*ret = (uint32_t)n;
	return text[0] == '\0' ||
	       (text[0] >= '0' && text[0] <= '9' && *end == '\0' && n >= REPORT_MIN_S && n <= REPORT_MAX_S);
}

static bool carrier_fits(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static const char *given(const char *cell)
{
	return cell[0] == '\0' ? NULL : cell;
}

/* The record as the row wants it, packed into the row. */
static void row_fill(struct import *im, struct row *row, const char *const *cells)
{
	const struct device_options o = {.household = cells[C_HOUSEHOLD],
	                                 .protocol = cells[C_PROTOCOL],
	                                 .model = given(cells[C_MODEL]),
	                                 .key = given(cells[C_KEY]),
	                                 .codes = given(cells[C_CODES])};
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	uint8_t secret[DEVICE_KEY_LEN];
	const char *field, *why = device_entry(cells[C_DEVICE], &o, &d, secret, &field);

	if (why != NULL) {
		bad_cell(im, row, column_of(field), why);
		return;
	}
	row->has_key = o.key != NULL;
	row->made_key = !row->has_key && d.psk.len != 0;
	if (row->made_key && im->o->keys_path == NULL && !im->o->dry_run)
		bad_cell(im, row, C_KEY, "a native device needs a key: enter it here, or have new ones written by --keys FILE");
	if (!report_read(cells[C_REPORT], &d.report_s))
		bad_cell(im, row, C_REPORT, "seconds without a word after which it is silent: 10 to 2592000, or empty");
	if (!carrier_fits(cells[C_CARRIER]))
		bad_cell(im, row, C_CARRIER, "a short code without blanks, letters and digits");
	d.carrier = (char *)(uintptr_t)cells[C_CARRIER];
	d.entered_ms = d.state_ms = im->now_ms;
	d.bound_ms = d.household[0] == '\0' ? 0 : im->now_ms;
	row->len = pingan__v1__device__get_packed_size(&d);
	row->body = malloc(row->len + 1);
	ENSURE(row->body != NULL);
	(void)pingan__v1__device__pack(&d, row->body);
	row->events[0].what = DEVICE_ENTERED;
	row->events[1].what = DEVICE_BOUND;
	row->event_count = d.bound_ms == 0 ? 1 : 2;
	for (size_t i = 0; i < COUNT_OF(row->events); i++) {
		row->events[i].at_ms = im->now_ms;
		snprintf(row->events[i].device, sizeof row->events[i].device, "%s", d.id);
	}
	sodium_memzero(secret, sizeof secret);
}

static bool id_fits(const char *id)
{
	char copy[ID_MAX];

	return text_copy(copy, sizeof copy, slice_str(id)) && alarm_id_valid(copy);
}

static bool take_row(void *ctx, uint64_t line, const char *const *cells)
{
	struct import *im = ctx;
	struct row *row;

	if (im->count == IMPORT_ROWS_MAX) {
		bad_row(im, line, "", "a table has at most 2,000,000 rows");
		return false;
	}
	if (im->count == im->size) {
		im->size = im->size * 2 + 1024;
		im->rows = realloc(im->rows, im->size * sizeof *im->rows);
		ENSURE(im->rows != NULL);
	}
	row = &im->rows[im->count++];
	memset(row, 0, sizeof *row);
	row->line = line;
	if (!id_fits(cells[C_DEVICE]))
		bad_cell(im, row, C_DEVICE, "an id has 1 to 31 letters, digits or signs");
	else if (cells[C_HOUSEHOLD][0] != '\0' && !id_fits(cells[C_HOUSEHOLD]))
		bad_cell(im, row, C_HOUSEHOLD, "an id has 1 to 31 letters, digits or signs");
	if (row->bad)
		return true;
	snprintf(row->device, sizeof row->device, "device:%s", cells[C_DEVICE]);
	if (cells[C_HOUSEHOLD][0] != '\0')
		snprintf(row->household, sizeof row->household, "household:%s", cells[C_HOUSEHOLD]);
	row_fill(im, row, cells);
	return true;
}

/* ------------------------------------------------------------ all rows against each other and the store */

static int by_device(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
	int order = strcmp(x->device, y->device);

	return order != 0 ? order : x->line < y->line ? -1 : 1;
}

static void find_twice(struct import *im)
{
	struct row **sorted = calloc(im->count + 1, sizeof(struct row *));
	char why[WHY_MAX];
	size_t n = 0;

	ENSURE(sorted != NULL);
	for (size_t i = 0; i < im->count; i++)
		if (im->rows[i].device[0] != '\0')
			sorted[n++] = &im->rows[i];
	qsort(sorted, n, sizeof(struct row *), by_device);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i]->device, sorted[i - 1]->device) == 0) {
			snprintf(why, sizeof why, "stands in line %" PRIu64 " already", sorted[i - 1]->line);
			bad_cell(im, sorted[i], C_DEVICE, why);
		}
	free(sorted);
}

struct look {
	struct import *im;
	struct row **rows; /* of each key that is asked for */
};

static void see_household(void *ctx, size_t n, const struct store_record *rec)
{
	struct look *look = ctx;

	if (rec->rev == 0)
		bad_cell(look->im, look->rows[n], C_HOUSEHOLD, "there is no such household");
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool same_bytes(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
	return a.len == b.len && (a.len == 0 || sodium_memcmp(a.data, b.data, a.len) == 0);
}

/* NULL, or the column in which the device that is there differs from the row. */
static const char *differs(const struct row *row, const Pingan__V1__Device *there)
{
	Pingan__V1__Device *d = pingan__v1__device__unpack(NULL, row->len, row->body);
	const char *column = NULL;

	ENSURE(d != NULL);
	if (!same_text(d->household, there->household))
		column = "household";
	else if (d->protocol != there->protocol)
		column = "protocol";
	else if (row->has_key && (!same_bytes(d->psk, there->psk) || !same_bytes(d->dc09_key, there->dc09_key)))
		column = "key";
	else if (!same_text(d->model, there->model))
		column = "model";
	else if (!same_text(d->code_table, there->code_table))
		column = "codes";
	else if (d->report_s != there->report_s)
		column = "report_s";
	else if (!same_text(d->carrier, there->carrier))
		column = "carrier";
	pingan__v1__device__free_unpacked(d, NULL);
	return column;
}

static void see_device(void *ctx, size_t n, const struct store_record *rec)
{
	struct look *look = ctx;
	struct row *row = look->rows[n];
	Pingan__V1__Device *there;
	const char *column;

	if (rec->rev == 0)
		return;
	there = pingan__v1__device__unpack(NULL, rec->body.len, rec->body.at);
	column = there == NULL ? "device" : differs(row, there);
	if (column == NULL) {
		row->unchanged = true;
		look->im->unchanged++;
	} else {
		bad_cell(look->im, row, column_of(column),
		         "this device is there already, and otherwise; see pinganctl device show");
	}
	if (there != NULL)
		pingan__v1__device__free_unpacked(there, NULL);
}

/* Asks the store for one record of every row that is good so far. */
static bool look_up(struct cell *cell, struct import *im, bool households)
{
	struct look look = {.im = im, .rows = calloc(im->count + 1, sizeof(struct row *))};
	char **keys = calloc(im->count + 1, sizeof *keys);
	size_t n = 0;
	bool ok;

	ENSURE(look.rows != NULL && keys != NULL);
	for (size_t i = 0; i < im->count; i++) {
		struct row *row = &im->rows[i];
		char *key = households ? row->household : row->device;

		if (row->bad || key[0] == '\0')
			continue;
		look.rows[n] = row;
		keys[n++] = key;
	}
	ok = cell_get_many(cell, keys, n, households ? see_household : see_device, &look);
	free(look.rows);
	free(keys);
	return ok;
}

/* ------------------------------------------------------------ writing */

/* New keys are on disk before they are in force: they cannot be asked for again. */
static bool keys_write(const struct import *im)
{
	size_t made = 0;
	bool ok = true;
	FILE *to;
	int fd;

	for (size_t i = 0; i < im->count; i++)
		made += im->rows[i].made_key && !im->rows[i].bad && !im->rows[i].unchanged;
	if (made == 0)
		return true;
	fd = open(im->o->keys_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	to = fd < 0 ? NULL : fdopen(fd, "w");
	if (to == NULL) {
		fprintf(stderr, "pinganctl: --keys %s: %m\n", im->o->keys_path);
		return false;
	}
	ok = fputs("device,key_hex,household\n", to) != EOF;
	for (size_t i = 0; i < im->count && ok; i++) {
		const struct row *row = &im->rows[i];
		char hex[2 * DEVICE_KEY_LEN + 1];
		Pingan__V1__Device *d;

		if (!row->made_key || row->bad || row->unchanged)
			continue;
		d = pingan__v1__device__unpack(NULL, row->len, row->body);
		ENSURE(d != NULL);
		sodium_bin2hex(hex, sizeof hex, d->psk.data, d->psk.len);
		ok = csv_put(to, d->id, ',') && csv_put(to, hex, ',') && csv_put(to, d->household, '\n');
		sodium_memzero(hex, sizeof hex);
		pingan__v1__device__free_unpacked(d, NULL);
	}
	ok = fflush(to) == 0 && fsync(fd) == 0 && ok;
	ok = fclose(to) == 0 && ok;
	if (!ok)
		fprintf(stderr, "pinganctl: --keys %s: %m; nothing was entered\n", im->o->keys_path);
	return ok;
}

static void show_progress(size_t done, size_t of)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%zu of %zu%s", done, of, done == of ? "\n" : "");
}

static bool enter(struct cell *cell, struct import *im, size_t *ret_entered)
{
	struct bulk_put *puts = calloc(im->count + 1, sizeof *puts);
	size_t n = 0;
	bool ok;

	ENSURE(puts != NULL);
	for (size_t i = 0; i < im->count; i++) {
		struct row *row = &im->rows[i];

		if (row->bad || row->unchanged)
			continue;
		memcpy(puts[n].key, row->device, sizeof puts[n].key);
		puts[n].body = row->body;
		puts[n].len = row->len;
		puts[n].events = row->events;
		puts[n++].event_count = row->event_count;
	}
	ok = cell_put_many(cell, puts, n, show_progress);
	*ret_entered = 0;
	for (size_t i = 0; i < n; i++)
		*ret_entered += puts[i].stored;
	free(puts);
	return ok;
}

static int finish(struct cell *cell, struct import *im)
{
	size_t good = 0, entered = 0;
	bool ok;

	for (size_t i = 0; i < im->count; i++)
		good += !im->rows[i].bad && !im->rows[i].unchanged;
	if (im->o->dry_run) {
		printf("%zu to be entered, %zu there already, %zu bad; nothing was written\n", good, im->unchanged, im->bad);
		return im->bad != 0;
	}
	if (im->bad != 0 && !im->o->skip_bad) {
		fprintf(stderr, "pinganctl: %zu bad: nothing was entered; mend them, or say --skip-bad\n", im->bad);
		return 1;
	}
	if (!keys_write(im))
		return 1;
	ok = enter(cell, im, &entered);
	printf("%zu entered, %zu there already, %zu bad%s\n", entered, im->unchanged, im->bad,
	       ok ? "" : "; it broke off: make it again");
	return !ok || im->bad != 0;
}

int device_import(struct cell *cell, const char *path, const struct import_options *o)
{
	struct import im = {.o = o, .path = path};
	struct csv_reader r = {
		.columns = COLUMNS, .column_count = C_COUNT, .encoding = CSV_UTF8, .row = take_row, .bad = bad_row, .ctx = &im};
	uint8_t *text;
	size_t len;
	int failed = 1;

	if (o->encoding != NULL && !csv_encoding_of(o->encoding, &r.encoding)) {
		fprintf(stderr, "pinganctl: --encoding is utf-8 or gb18030\n");
		return 1;
	}
	im.now_ms = cell_now_ms(cell);
	text = im.now_ms == 0 ? NULL : csv_load(path, &len);
	if (text == NULL)
		return 1;
	if (csv_read(&r, slice_of(text, len))) {
		find_twice(&im);
		if (look_up(cell, &im, true) && look_up(cell, &im, false))
			failed = finish(cell, &im);
	}
	for (size_t i = 0; i < im.count; i++) {
		if (im.rows[i].body != NULL)
			sodium_memzero(im.rows[i].body, im.rows[i].len);
		free(im.rows[i].body);
	}
	free(im.rows);
	sodium_memzero(text, len);
	free(text);
	return failed;
}
