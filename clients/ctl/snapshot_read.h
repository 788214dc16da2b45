/* snapshot_read.h - everything that a snapshot keeps, read out of Redis as of one entry of the log while the cell goes on.
 *
 * Owns:   the records in memory.
 * Result: records are read, then those again that entries of the log have changed meanwhile, until no entry has: so all of
 *         them stand as of one entry, although nobody was stopped.
 * Bounds: ROUNDS_MAX of that.
 */
#ifndef CTL_SNAPSHOT_READ_H
#define CTL_SNAPSHOT_READ_H

#include "cell.h"

struct snapshot_copy {
	struct table records;
	uint64_t entry; /* as of which they stand */
	ms_t at_ms;
};

/* False with one line on standard error; snapshot_copy_free() either way. */
bool snapshot_copy_read(struct cell *cell, struct snapshot_copy *ret) MUST_USE;
void snapshot_copy_free(struct snapshot_copy *copy);
/* Each record that a daemon's snapshot would have: no call that has ended. */
void snapshot_copy_each(const struct snapshot_copy *copy, void (*each)(void *ctx, const struct store_record *record),
                        void *ctx);

#endif
