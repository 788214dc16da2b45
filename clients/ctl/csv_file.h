/* csv_file.h - what kind of file somebody took for a table, and how spreadsheets write the same sign differently.
 *
 * Owns:   nothing.
 * Knows:  how the files begin that are saved or renamed by mistake; not what the columns mean.
 * Result: a file that is no table is named as what it is, with what to do, before its bytes are read as rows.
 * Bounds: looks at the whole text once at most.
 */
#ifndef CTL_CSV_FILE_H
#define CTL_CSV_FILE_H

#include "csv_table.h"

/* Why this file is no table in that encoding; NULL: it may be one. */
const char *csv_file_wrong(struct slice text, enum csv_encoding encoding) MUST_USE;

/* What parts the cells: a comma, or the tab or semicolon that the first line has and no comma. Takes off a first line "sep=;",
 * and tells in *ret_lines how many lines that were. */
char csv_separator(struct slice *text, uint64_t *ret_lines) MUST_USE;

/* Signs in full width in plain form, in place: １ａ：－ become 1a:-, blanks of any kind at the ends and marks that nobody sees go.
 * For numbers, ids and words of ours; never for names. */
void csv_fold(char *text);

#endif
