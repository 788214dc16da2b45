/* snapshot_save.h - `pinganctl snapshot save`: the local snapshots written now by the daemons that keep one, or the cell read
 * out of Redis into a file of the same form.
 *
 * Result: confirmed: as of which entry of the log each stands, and that it is whole. On record before any of it is in a file.
 */
#ifndef CTL_SNAPSHOT_SAVE_H
#define CTL_SNAPSHOT_SAVE_H

#include "cell.h"

#define SNAPSHOT_WAIT_S 60

struct snapshot_options {
	const char *config, *cell; /* as they were typed */
	const char *key_file;      /* NULL = the configuration's */
	uint32_t wait_s;           /* 0 = SNAPSHOT_WAIT_S */
	bool json;
};

/* Has every daemon that keeps a snapshot write it now. The entry of the log that tells them; 0 with one line on standard error. */
uint64_t snapshot_wish(struct cell *cell);

/* `path` NULL: by the daemons. */
int snapshot_save_run(struct cell *cell, const char *path, const struct snapshot_options *o);

#endif
