#include "table_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "csv_file.h"

#define BLOCK_LEN (1u << 20) /* more than a row can have */

_Static_assert(BLOCK_LEN > CSV_ROW_MAX + CSV_COLUMNS_MAX, "a row fits into a block");

/* ------------------------------------------------------------ faults */

static void fault(struct table_rows *r, uint64_t line, const char *column, const char *why)
{
	struct table_fault *f;

	if (r->fault_count == IMPORT_FAULTS_MAX) {
		r->faults_unlisted++;
		return;
	}
	if (r->fault_count == r->fault_size) {
		r->fault_size = r->fault_size * 2 + 64;
		r->faults = realloc(r->faults, r->fault_size * sizeof *r->faults);
		ENSURE(r->faults != NULL);
	}
	f = &r->faults[r->fault_count++];
	f->line = line;
	f->note = false;
	snprintf(f->column, sizeof f->column, "%s", column);
	f->why = strdup(why);
	ENSURE(f->why != NULL);
}

void table_row_bad(struct table_rows *r, struct table_row *row, size_t column, const char *why)
{
	fault(r, row->line, column < r->kind->column_count ? r->kind->columns[column].name : "", why);
	row->bad = true;
}

void table_row_note(struct table_rows *r, const struct table_row *row, size_t column, const char *why)
{
	if (r->note_count == NOTES_MAX || r->fault_count == IMPORT_FAULTS_MAX)
		return;
	fault(r, row->line, r->kind->columns[column].name, why);
	r->faults[r->fault_count - 1].note = true;
	r->note_count++;
}

size_t table_faults(const struct table_rows *r)
{
	return r->fault_count - r->note_count + r->faults_unlisted;
}

static void bad_line(void *ctx, uint64_t line, const char *column, const char *why)
{
	fault(ctx, line, column, why);
}

static int by_line(const void *a, const void *b)
{
	const struct table_fault *x = a, *y = b;

	return x->line != y->line ? (x->line < y->line ? -1 : 1) : strcmp(x->column, y->column);
}

/* As the clerk's own table may call it. */
static const char *column_said(const struct table_rows *r, const char *name)
{
	for (size_t c = 0; r->lang == TABLE_ZH && c < r->kind->column_count; c++)
		if (strcmp(r->kind->columns[c].name, name) == 0)
			return r->kind->columns[c].name_zh;
	return name;
}

static bool report_write(const struct table_rows *r, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
	char line[24], room[TABLE_SAY_MAX], heads[3][TABLE_SAY_MAX];
	bool ok = to != NULL && fprintf(to, CSV_MARK "%s,%s,%s\n", table_say(r->lang, "line", heads[0]),
	                                table_say(r->lang, "column", heads[1]), table_say(r->lang, "reason", heads[2])) > 0;

	for (size_t i = 0; ok && i < r->fault_count; i++) {
		snprintf(line, sizeof line, "%" PRIu64, r->faults[i].line);
		ok = csv_put(to, line, ',') && csv_put(to, column_said(r, r->faults[i].column), ',') &&
		     csv_put(to, table_say(r->lang, r->faults[i].why, room), '\n');
	}
	if (to != NULL)
		ok = fclose(to) == 0 && ok;
	else if (fd >= 0)
		(void)close(fd);
	if (!ok)
		fprintf(stderr, "pinganctl: --report %s: %s\n", path, strerror(errno));
	return ok;
}

bool table_faults_tell(struct table_rows *r, const char *path, const char *report_path)
{
	if (r->fault_count != 0)
		qsort(r->faults, r->fault_count, sizeof *r->faults, by_line);
	for (size_t i = 0; i < r->fault_count; i++) {
		const struct table_fault *f = &r->faults[i];
		const char *column = column_said(r, f->column);
		char room[TABLE_SAY_MAX];

		fprintf(stderr, "%s:%" PRIu64 ":%s%s%s %s\n", path, f->line, column[0] == '\0' ? "" : " ", column,
		        column[0] == '\0' ? "" : ":", table_say(r->lang, f->why, room));
	}
	if (r->faults_unlisted != 0) {
		char text[TABLE_SAY_MAX], room[TABLE_SAY_MAX];

		snprintf(text, sizeof text, "and %zu more", r->faults_unlisted);
		fprintf(stderr, "pinganctl: %s\n", table_say(r->lang, text, room));
	}
	return report_path == NULL || report_write(r, report_path);
}

size_t table_rows_bad(const struct table_rows *r)
{
	size_t n = r->faults_unlisted != 0;
	uint64_t last = 0;

	/* What could not be read as a row has faults only. */
	for (size_t i = 0; i < r->fault_count; i++) {
		if (r->faults[i].note)
			continue;
		n += r->faults[i].line != last;
		last = r->faults[i].line;
	}
	return n;
}

/* ------------------------------------------------------------ rows */

static char *room(struct table_rows *r, size_t len)
{
	char *at;

	if (r->block_count == 0 || r->block_used + len > BLOCK_LEN) {
		r->blocks = realloc(r->blocks, (r->block_count + 1) * sizeof *r->blocks);
		ENSURE(r->blocks != NULL);
		r->blocks[r->block_count] = malloc(BLOCK_LEN);
		ENSURE(r->blocks[r->block_count] != NULL);
		r->block_count++;
		r->block_used = 0;
	}
	at = r->blocks[r->block_count - 1] + r->block_used;
	r->block_used += len;
	return at;
}

static bool take_row(void *ctx, uint64_t line, const char *const *cells)
{
	struct table_rows *r = ctx;
	struct table_row *row;
	size_t len = 0;
	char *to;

	if (r->count == IMPORT_ROWS_MAX) {
		fault(r, line, "", "a table has at most 2,000,000 rows");
		return false;
	}
	if (r->count == r->size) {
		r->size = r->size * 2 + 1024;
		r->rows = realloc(r->rows, r->size * sizeof *r->rows);
		ENSURE(r->rows != NULL);
	}
	for (size_t c = 0; c < r->kind->column_count; c++)
		len += strlen(cells[c]) + 1;
	to = room(r, len);
	row = &r->rows[r->count++];
	*row = (struct table_row){.line = line, .cells = to};
	for (size_t c = 0; c < r->kind->column_count; c++) {
		char *cell = to;

		to = stpcpy(to, cells[c]) + 1;
		if (r->folds[c]) {
			csv_fold(cell);
			to = cell + strlen(cell) + 1;
		}
	}
	return true;
}

void table_row_cells(const struct table_rows *r, const struct table_row *row, const char *ret[TABLE_COLUMNS_MAX])
{
	const char *at = row->cells;

	for (size_t c = 0; c < r->kind->column_count; c++) {
		ret[c] = at;
		at += strlen(at) + 1;
	}
}

bool table_rows_read(struct table_rows *r, enum csv_encoding encoding, struct slice text)
{
	struct csv_column columns[TABLE_COLUMNS_MAX];
	const struct csv_reader reader = {.columns = columns,
	                                  .column_count = r->kind->column_count,
	                                  .present = r->present,
	                                  .encoding = encoding,
	                                  .row = take_row,
	                                  .bad = bad_line,
	                                  .ctx = r};

	/* How long a cell may be is said with what else may be wrong with it. */
	for (size_t c = 0; c < r->kind->column_count; c++) {
		r->folds[c] = table_folds(r->kind, c);
		columns[c] = (struct csv_column){.name = r->kind->columns[c].name,
		                                 .name_zh = r->kind->columns[c].name_zh,
		                                 .required = r->kind->columns[c].required,
		                                 .len_max = TABLE_CELL_MAX - 1};
	}
	return csv_read(&reader, text);
}

void table_rows_free(struct table_rows *r)
{
	for (size_t i = 0; i < r->block_count; i++) {
		sodium_memzero(r->blocks[i], BLOCK_LEN);
		free(r->blocks[i]);
	}
	for (size_t i = 0; i < r->fault_count; i++)
		free(r->faults[i].why);
	free(r->blocks);
	free(r->faults);
	free(r->rows);
}
