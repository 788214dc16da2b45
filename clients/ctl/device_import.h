/* device_import.h - accounts and keys of many devices from a table.
 *
 * Result: every row is looked at before anything is written. A device that is there already as the row says is left alone, so
 *         that an import that broke off is simply made again. New ones are commissioning: a press in the home puts them into
 *         service.
 * Bounds: IMPORT_ROWS_MAX rows.
 */
#ifndef CTL_DEVICE_IMPORT_H
#define CTL_DEVICE_IMPORT_H

#include "cell.h"

#define IMPORT_ROWS_MAX 2000000

struct import_options {
	const char *encoding;  /* NULL = utf-8 */
	const char *keys_path; /* new keys of native devices go there; NULL = none are made */
	bool dry_run;          /* only look */
	bool skip_bad;         /* enter the good rows all the same */
};

/* 0, or 1: bad rows, each named on standard error, or it could not be done. */
int device_import(struct cell *cell, const char *path, const struct import_options *o);

#endif
