/* homes.h - homes of the registry: how many stand how, against the year's target.
 *
 * Result: the same figures as GET /api/v1/homes/installed, read from the store, with or without a daemon.
 */
#ifndef CTL_HOMES_H
#define CTL_HOMES_H

#include "cell.h"

/* Each 0, or 1 with one line on standard error. */
int homes_installed_show(struct cell *cell, bool json);
/* Homes to be in service in this area by the end of the year; 0 = no target. */
int homes_target(struct cell *cell, const char *area, uint32_t target);

#endif
