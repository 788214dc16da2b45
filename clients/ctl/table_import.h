/* table_import.h - a table of a clerk becomes records of the registry.
 *
 * Result: every row is looked at before anything is written, and every bad cell is named by line, column and reason. What is
 *         there already as the row says is left alone, so that an import that broke off is simply made again. Nothing is
 *         removed by a table.
 * Bounds: IMPORT_ROWS_MAX rows; faults beyond IMPORT_FAULTS_MAX are counted and not listed.
 */
#ifndef CTL_TABLE_IMPORT_H
#define CTL_TABLE_IMPORT_H

#include "cell.h"
#include "table_kind.h"

#define IMPORT_ROWS_MAX 2000000
#define IMPORT_FAULTS_MAX 200000

struct import_options {
	const char *encoding;    /* NULL = utf-8 */
	const char *keys_path;   /* new keys of native devices go there; NULL = none are made */
	const char *report_path; /* the faults as a table: line, column, reason; NULL = none */
	const char *lang;        /* "zh", "en": in which it is told; NULL = as LANG says */
	bool dry_run;            /* only look */
	bool skip_bad;           /* enter the good rows all the same */
	bool update;             /* what is there already and otherwise is changed, instead of bad */
};

/* 0, or 1: bad rows, each named on standard error, or it could not be done. */
int table_import(struct cell *cell, const char *kind, const char *path, const struct import_options *o);

#endif
