/* table_export.h - records of the registry as a table for a spreadsheet, or for another cell.
 *
 * Result: importing it gives the same records, and exporting those the same file, byte for byte. What opens a door, a body or
 *         an account is in it only when asked for. The file appears whole or not at all, and is its owner's alone.
 * Bounds: one record in memory at a time, and the names of all.
 */
#ifndef CTL_TABLE_EXPORT_H
#define CTL_TABLE_EXPORT_H

#include "cell.h"

struct export_options {
	const char *encoding; /* NULL = utf-8 */
	bool with_private;
};

/* 0, or 1 with one line on standard error. "-" is standard output. */
int table_export(struct cell *cell, const char *kind, const char *path, const struct export_options *o);

#endif
