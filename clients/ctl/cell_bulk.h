/* cell_bulk.h - many records at once: read, or written, some hundreds on the way at a time.
 *
 * Result: what was written is in the log like everything else, one entry a record. A record that is not any more as it was
 *         read is left as it is.
 * Bounds: BULK_READS and BULK_COMMITS commands on the way.
 */
#ifndef CTL_CELL_BULK_H
#define CTL_CELL_BULK_H

#include "cell.h"

#define BULK_READS 512
#define BULK_COMMITS 512

struct bulk_put {
	char key[STORE_KEY_MAX];
	uint64_t expect; /* newest commit that was read; 0 = there was none */
	struct slice body, event;
	bool stored; /* out: it was written now; false: somebody else was faster */
};

/* Shows each record of the keys, in their order; rev 0 = there is none. False with one line on standard error. */
bool cell_get_many(struct cell *cell, char *const *keys, size_t count,
                   void (*each)(void *ctx, size_t n, const struct store_record *rec), void *ctx) MUST_USE;

/* Writes records. False with one line on standard error: those with `stored` are written, and asking for the others again
 * writes them. */
bool cell_put_many(struct cell *cell, struct bulk_put *puts, size_t count) MUST_USE;

#endif
