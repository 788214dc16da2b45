/* alarms.h - every alarm that was received, from the log, with its raw bytes. For whoever finds out what a unit sent. */
#ifndef CTL_ALARMS_H
#define CTL_ALARMS_H

#include "cell.h"

/* A time: "2026-11-22", "2026-11-22 08:30", "2026-11-22T08:30:05" (of this machine, with Z behind it UTC), "90s", "30m", "2h",
 * "7d" (ago), or milliseconds since 1970. False: none of these. */
bool alarms_time(const char *text, int64_t now_ms, int64_t *ret_ms);

/* Alarms stored from the time `since` on (NULL: all that the log has), and from log entry number `from` on; `count` at most,
 * 0 = all. 0, or 1 with one line on standard error. */
int alarms_show(struct cell *cell, const char *since, uint64_t from, uint32_t count, bool json);

#endif
