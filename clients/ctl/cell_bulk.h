/* cell_bulk.h - many records at once: read, or entered anew, some hundreds on the way at a time.
 *
 * Result: what was entered is in the log like everything else. A record that is there already, by then, is left as it is.
 * Bounds: BULK_READS and BULK_COMMITS commands on the way; STORE_PUTS_MAX records a commit.
 */
#ifndef CTL_CELL_BULK_H
#define CTL_CELL_BULK_H

#include "cell.h"
#include "core/device_life.h"

#define BULK_READS 512
#define BULK_COMMITS 64

struct bulk_put {
	char key[STORE_KEY_MAX];
	uint8_t *body; /* owned by whoever asks */
	size_t len;
	const struct device_event *events; /* what the log says of it */
	uint32_t event_count;
	bool stored; /* out: it was entered now; false: it was there */
};

/* Shows each record of the keys, in their order; rev 0 = there is none. False with one line on standard error. */
bool cell_get_many(struct cell *cell, char *const *keys, size_t count,
                   void (*each)(void *ctx, size_t n, const struct store_record *rec), void *ctx) MUST_USE;

/* Enters records that are new. progress() is told how many are through. False with one line on standard error: those with
 * `stored` are entered, and asking for the others again enters them. */
bool cell_put_many(struct cell *cell, struct bulk_put *puts, size_t count,
                   void (*progress)(size_t done, size_t of)) MUST_USE;

#endif
