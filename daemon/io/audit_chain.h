/* audit_chain.h - the audit chain as it stands in Redis: one entry read, and its hash made again.
 *
 * Owns:   the form of an entry, and what is hashed (app/store.h says the same of every store).
 * Knows:  no connection, no meaning of the body, no seal.
 * Result: what Redis says is theirs: checked, and refused with false.
 */
#ifndef IO_AUDIT_CHAIN_H
#define IO_AUDIT_CHAIN_H

#include <hiredis/hiredis.h>

#include "app/store.h"

/* SHA-1 of "<before> <id> <at_ms> <body>". */
void audit_hash(const char *before, uint64_t id, ms_t at_ms, struct slice body, char ret[STORE_HASH_SIZE]);

/* One element of XRANGE or XREVRANGE of the stream `audit`. Slices point into the reply. */
bool audit_entry_read(const redisReply *reply, struct store_audit *ret);

/* Value of the key `audit_head`: the newest hash, and the number of its entry. */
bool audit_head_read(const redisReply *reply, char ret_hash[STORE_HASH_SIZE], uint64_t *ret_id);

#endif
