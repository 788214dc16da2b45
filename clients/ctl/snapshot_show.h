/* snapshot_show.h - `pinganctl snapshot check`: is this machine's local snapshot whole, how old is it, what does it hold.
 *
 * Knows:  the file and its key, by the configuration or as named; no Redis. Names and bodies of records are not shown.
 */
#ifndef CTL_SNAPSHOT_SHOW_H
#define CTL_SNAPSHOT_SHOW_H

#include <stdbool.h>

#include "io/snapshot_file.h"

struct snapshot_held {
	uint64_t all, of[6]; /* of each type that is shown */
};

/* Reads all of it. NULL, or what is wrong with it. */
const char *snapshot_look(const char *path, const uint8_t key[SNAPSHOT_KEY_LEN], const char *cell,
                          struct snapshot_held *held, ms_t *ret_saved_ms);

/* `path`, `key_file` NULL: the configuration's. 0 whole; 1 not, with one line on standard error. */
int snapshot_check(const char *config_path, const char *cell, const char *path, const char *key_file, bool json);

#endif
