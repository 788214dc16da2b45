/* show.h - what a cell holds, for people at a terminal. Ids, codes and numbers only: no personal data. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include "cell.h"

/* Each 0, or 1 with one line on standard error. json: one object a line. */
int show_status(struct cell *cell, bool json);
int show_incidents(struct cell *cell, bool json);
int show_log(struct cell *cell, uint64_t since, uint32_t count, bool json);

#endif
