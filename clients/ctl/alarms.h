/* alarms.h - every alarm that was received, from the log, with its raw bytes. For whoever finds out what a unit sent. */
#ifndef CTL_ALARMS_H
#define CTL_ALARMS_H

#include "cell.h"

/* Alarms of log entries from number `since` on, `count` alarms at most. 0, or 1 with one line on standard error. */
int alarms_show(struct cell *cell, uint64_t since, uint32_t count, bool json);

#endif
