/* audit_record.h - how a record stands is said in the audit chain: a hash of its key, of the commit that wrote it and of its body.
 *
 * Owns:   what is hashed, and where it stands in an entry.
 * Knows:  no Redis and no key: whoever sends a commit puts it in, whoever verifies makes it again.
 * Result: only commits behind which a person stands carry it. An alarm or a deadline costs nothing.
 */
#ifndef IO_AUDIT_RECORD_H
#define IO_AUDIT_RECORD_H

#include "app/store.h"

#define RECORD_HASH_LEN 32

/* BLAKE2b-256 of "pingan record 1", key, commit and body. */
void audit_record_hash(const char *key, uint64_t commit, struct slice body, uint8_t ret[RECORD_HASH_LEN]);

/* The commit's audit part with its records behind it; STORE_AUDIT_MAX bytes at most. Returns its length. */
size_t audit_records_add(const struct store_commit *c, uint8_t ret[STORE_AUDIT_MAX]);

#endif
