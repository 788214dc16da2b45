/* find.h - which home is meant, from the command line: by everything by which a console finds it.
 *
 * Knows:  Redis, and no daemon: it reads every home, which takes a second for 105,000. A console asks its daemon's memory.
 * Result: the best, best first; who looked is on record with how many were found, not what for.
 */
#ifndef CTL_FIND_H
#define CTL_FIND_H

#include "cell.h"

#define FIND_COUNT_MAX 200

/* 0; 1 when there is none, or with one line on standard error. */
int find_homes(struct cell *cell, const char *typed, uint32_t count, bool json);

#endif
