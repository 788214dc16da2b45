/* snapshot_show.h - `pinganctl snapshot check`: is this machine's local snapshot whole, how old is it, what does it hold.
 *
 * Knows:  the file and its key, by the configuration; no Redis. Names and bodies of records are not shown.
 */
#ifndef CTL_SNAPSHOT_SHOW_H
#define CTL_SNAPSHOT_SHOW_H

#include <stdbool.h>

/* 0 whole; 1 not, with one line on standard error. */
int snapshot_check(const char *config_path, const char *cell, bool json);

#endif
