/* retention_show.h - what the rules of retention have done: the last run of each, and all of them together. */
#ifndef CTL_RETENTION_SHOW_H
#define CTL_RETENTION_SHOW_H

#include "cell.h"

int retention_show(struct cell *cell, bool json);

#endif
