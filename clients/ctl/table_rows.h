/* table_rows.h - the rows of a table in memory, and what is wrong with them.
 *
 * Owns:   copies of the cells, and the faults in the order of their lines.
 * Knows:  no store.
 */
#ifndef CTL_TABLE_ROWS_H
#define CTL_TABLE_ROWS_H

#include "table_import.h"
#include "table_words.h"

struct table_row {
	uint64_t line;
	const char *cells; /* one behind the other, each with its NUL, in the order of the columns */
	bool bad;
};

struct table_fault {
	uint64_t line;
	char column[64];
	bool note; /* a doubt: the row is good all the same */
	char *why;
};

struct table_rows {
	const struct table_kind *kind;
	enum table_lang lang;            /* in which faults are told */
	bool present[TABLE_COLUMNS_MAX]; /* the heading has this column */
	bool folds[TABLE_COLUMNS_MAX];   /* numbers, ids, words: full width is plain there */
	struct table_row *rows;
	size_t count, size;
	struct table_fault *faults;
	size_t fault_count, fault_size, faults_unlisted;
	size_t note_count; /* of the faults */
	char **blocks;     /* of cells */
	size_t block_count, block_used;
};

/* Reads the table. False when its heading can't be used. */
bool table_rows_read(struct table_rows *r, enum csv_encoding encoding, struct slice text) MUST_USE;
void table_rows_free(struct table_rows *r);

void table_row_cells(const struct table_rows *r, const struct table_row *row, const char *ret[TABLE_COLUMNS_MAX]);

/* The row is bad. */
void table_row_bad(struct table_rows *r, struct table_row *row, size_t column, const char *why);

/* The row is good, and somebody ought to look at this cell: NOTES_MAX of them. */
#define NOTES_MAX 1000
void table_row_note(struct table_rows *r, const struct table_row *row, size_t column, const char *why);
/* How many cells are bad. */
size_t table_faults(const struct table_rows *r);

/* Faults by line on standard error as "path:line: column: why", and into a table of their own. False with one line on standard
 * error. */
bool table_faults_tell(struct table_rows *r, const char *path, const char *report_path) MUST_USE;
/* Of rows, not of cells. */
size_t table_rows_bad(const struct table_rows *r);

#endif
