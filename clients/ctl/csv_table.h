/* csv_table.h - the tables of clerks: comma-separated values (RFC 4180) in UTF-8 or GB18030, row by row.
 *
 * Owns:   one file in memory, its encoding, and where in it each row begins.
 * Knows:  the names of the columns; not what they mean.
 * Result: every row that cannot be read is named by its line, its column and what is wrong, and the rows behind it are read
 *         all the same. A cell comes as UTF-8 without control characters, an absent column as "".
 * Bounds: CSV_FILE_MAX bytes, CSV_LINE_MAX bytes a line, CSV_ROW_MAX bytes a row, CSV_COLUMNS_MAX columns.
 *
 * Spreadsheets run cells that begin with = + - @ as formulas, also in full width. csv_put() writes a ' before such a cell
 * and the reader takes it off again, so that a table that was written and read is the same.
 */
#ifndef CTL_CSV_TABLE_H
#define CTL_CSV_TABLE_H

#include <stdio.h>

#include "base/slice.h"

#define CSV_COLUMNS_MAX 48
#define CSV_LINE_MAX 65536
#define CSV_ROW_MAX 65536
#define CSV_FILE_MAX ((size_t)1 << 30)

enum csv_encoding { CSV_UTF8, CSV_GB18030 };

struct csv_column {
	const char *name;    /* as in the heading: "household" */
	const char *name_zh; /* or so: "户编号" */
	bool required;       /* the heading must have it */
	size_t len_max;      /* bytes of UTF-8 */
};

struct csv_reader {
	const struct csv_column *columns;
	size_t column_count;
	bool *present; /* NULL, or out: which columns the heading has */
	enum csv_encoding encoding;
	/* One row, its cells in the order of `columns`; they stand until it returns. False ends the reading. */
	bool (*row)(void *ctx, uint64_t line, const char *const *cells);
	/* What is wrong; `column` as in the heading, "" = the row as a whole. */
	void (*bad)(void *ctx, uint64_t line, const char *column, const char *why);
	void *ctx;
};

/* The name of an encoding as it is typed: "utf-8", "gb18030". */
bool csv_encoding_of(const char *name, enum csv_encoding *ret);

/* Reads a whole table. False when its heading cannot be used, or row() said so: the rest was not read. */
bool csv_read(const struct csv_reader *r, struct slice text);

/* The file in memory, to be freed by the caller; "-" = standard input. NULL with one line on standard error. */
uint8_t *csv_load(const char *path, size_t *ret_len);

/* What begins a file in UTF-8 so that spreadsheets read it as such; the reader takes it off. */
#define CSV_MARK "\xef\xbb\xbf"

/* One cell, and what comes behind it: ',' or '\n'. False when the file cannot take it. */
bool csv_put(FILE *to, const char *cell, char behind) MUST_USE;

#endif
