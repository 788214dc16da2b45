/* audit_file.h - the audit chain entry by entry, from Redis or from an exported file, and that file's form.
 *
 *   pingan-audit 1 <cell>
 *   <number> <at_ms> <hash before> <hash> <body, base64>      a line for each entry
 *   end <entries> <seal over the last, as in audit.anchor_file>
 */
#ifndef CTL_AUDIT_FILE_H
#define CTL_AUDIT_FILE_H

#include <stdio.h>

#include "cell.h"
#include "io/audit_key.h"

struct audit_reader {
	void *ctx;
	/* False: enough. */
	bool (*entry)(void *ctx, const struct store_audit *e);
	void (*unreadable)(void *ctx, uint64_t entry);
};

/* Entries with a number from `from` on. False with one line on standard error. */
bool audit_read_redis(struct cell *cell, uint64_t from, const struct audit_reader *reader) MUST_USE;
/* The newest hash and its number as Redis has them; "" and 0 when it has none. */
bool audit_read_head(struct cell *cell, char ret_hash[STORE_HASH_SIZE], uint64_t *ret_id) MUST_USE;
/* Number of the first entry not before a time. */
bool audit_entry_at(struct cell *cell, ms_t at_ms, uint64_t *ret) MUST_USE;

/* *ret_end: the seal in its last line. False with one line on standard error: no such file, of another cell, cut short. */
bool audit_read_file(const char *path, const char *cell, const struct audit_reader *reader,
                     struct audit_seal *ret_end) MUST_USE;
void audit_file_begin(FILE *to, const char *cell);
void audit_file_entry(FILE *to, const struct store_audit *e);
void audit_file_end(FILE *to, uint64_t entries, const struct audit_seal *seal);

#endif
