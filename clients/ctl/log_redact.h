/* log_redact.h - takes the bodies of personal records out of the entries of daemons of before (app/store.h store_apart()).
 *
 * Result: the log with the same numbers, ids and times; readers notice nothing. In slices of a few ms; while it runs the log
 *         stands in Redis twice. Ended half way it has changed nothing.
 */
#ifndef CTL_LOG_REDACT_H
#define CTL_LOG_REDACT_H

#include "cell.h"

/* How many bodies were taken out. False with one line on standard error. */
bool log_redact(struct cell *cell, uint64_t *ret) MUST_USE;
int log_redact_show(struct cell *cell, bool json);

#endif
