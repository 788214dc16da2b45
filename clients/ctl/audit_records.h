/* audit_records.h - every record of the cell beside what chain, log and checkpoint say of it.
 *
 * Owns:   the walk over Redis while the cell works: what looks wrong is read once more together with the log's newest entry, and
 *         told only when it is wrong as of that.
 * Result: findings of audit verify; how many records stand as who says.
 * Bounds: RECORD_CHECK_MAX records at a time; SCAN_COUNT of them on the way.
 */
#ifndef CTL_AUDIT_RECORDS_H
#define CTL_AUDIT_RECORDS_H

#include <time.h>

#include "audit_point.h"
#include "cell.h"
#include "io/record_check.h"

struct audit_records {
	struct cell *cell;
	struct audit_check *check;
	struct record_check rc;
	struct audit_point point; /* the newest good checkpoint; entry 0 = there is none */
	const char *dir;          /* segments of the chain; NULL = Redis alone */
	const char *points;       /* where checkpoints are, of this cell; NULL = nowhere */
	const char *cell_name;
	uint64_t said, said_by;    /* entry of the newest checkpoint that the chain tells of, and which entry does */
	uint64_t chain_at, log_at; /* so far they were read */
	uint64_t heard;            /* up to here both were, the chain after the log */
	uint64_t log_first;        /* first entry of the log that is left; 0 = it is empty */
	uint64_t names;            /* names of open calls that were looked at */
	bool looked;
	const struct audit_keys *keys; /* a new checkpoint is made with these, in: */
	const char *point_dir;         /* NULL = none is */
	struct audit_point_out *out;   /* it, while it is written */
	struct arena scratch;          /* its own from here */
	uint8_t *memory;
	char (*open)[STORE_KEY_MAX]; /* calls that are open */
	size_t open_count, open_size;
	time_t told;
};

/* False with one line on standard error. */
bool audit_records_begin(struct audit_records *r, struct cell *cell, struct audit_check *check) MUST_USE;
/* What is read of chain and log anyway is given on. */
void audit_records_chain(void *records, uint64_t entry, const struct audit *a);
void audit_records_log(struct audit_records *r, const struct store_entry *e);
/* Chain and log have been read: now what stands there. */
bool audit_records_look(struct audit_records *r) MUST_USE;
void audit_records_free(struct audit_records *r);

/* audit_names.c: the names and the set of open calls against the calls themselves (r->open, as they were read). What does not fit
 * is read again. */
bool audit_names_look(struct audit_records *r) MUST_USE;
/* The record is a call that is open; *ret_name: under which name it stands. */
bool audit_names_open(struct audit_records *r, const struct store_record *rec, char ret_name[STORE_KEY_MAX]);

#endif
