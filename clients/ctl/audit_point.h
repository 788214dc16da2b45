/* audit_point.h - a checkpoint: how every record stood after an entry of the log, in a signed file outside Redis. So what the log
 * said before it was trimmed is still known.
 *
 *   pingan-records 1 <cell> <entry>
 *   <key> <newest commit> <revision> <hash>       a line for each record
 *   end <records> <seal over all above, as in audit.anchor_file>
 *
 * Owns:   the file's form and name, records-CELL-ENTRY.txt in audit.archive_dir; the newest POINTS_KEPT stay.
 * Result: one that was altered, cut short, or is signed by nobody we trust, is a finding and is not believed.
 */
#ifndef CTL_AUDIT_POINT_H
#define CTL_AUDIT_POINT_H

#include <stdio.h>

#include "audit_keys.h"

#define POINTS_KEPT 3

struct audit_point {
	char path[1100];
	uint64_t entry; /* 0 = there is none */
	uint64_t count;
};

struct audit_point_reader {
	void *ctx;
	/* False: enough. */
	bool (*record)(void *ctx, const char *key, uint64_t commit, uint64_t rev, const uint8_t hash[AUDIT_RECORD_HASH]);
};

void audit_point_name(const char *dir, const char *cell, uint64_t entry, char *ret, size_t size);

/* The newest good one of the folder that is of this cell; entry 0 when there is none. What is not good is told to the check.
 * False with one line on standard error. */
bool audit_point_find(const char *dir, const struct audit_keys *k, struct audit_check *c,
                      struct audit_point *ret) MUST_USE;
/* Again, record by record. */
bool audit_point_read(const struct audit_point *p, const struct audit_point_reader *reader) MUST_USE;

/* Written line by line into a file aside; it is there when it is whole. */
struct audit_point_out;
struct audit_point_out *audit_point_begin(const char *dir, const struct audit_keys *k, uint64_t entry);
void audit_point_line(struct audit_point_out *out, const struct store_record *r);
/* 0, or 1 with one line on standard error. Frees it. `good` false: nothing stays, and 1 without a word. */
int audit_point_end(struct audit_point_out *out, const struct audit_keys *k, ms_t now_ms, bool good,
                    struct audit_point *ret);

/* One that is open. NULL: as it was written; else why not. */
const char *audit_point_judge(FILE *from, const char *cell, const struct audit_keys *k,
                              struct audit_point *ret) MUST_USE;

#endif
