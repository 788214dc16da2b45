/* retention.h - what of a record is older than it may be kept.
 *
 * Owns:   the rules, and what each takes out of a record.
 * Knows:  no store, no clock: the time before which all is due comes in.
 * Result: KEEP, or WRITE with the body as it is to stand, or REMOVE. A record that can't be read is kept: GARBLED.
 * Bounds: a body of STORE_BODY_MAX comes out no longer than it came in, but for 16 bytes.
 */
#ifndef WIRE_RETENTION_H
#define WIRE_RETENTION_H

#include "base/slice.h"
#include "base/time.h"
#include "wire/arena.h"

/* Settings; 0 = for ever. */
struct retention_days {
	uint32_t log_days, notes_days, calls_days, people_days;
};

enum retention_rule {
	RETENTION_LOG,    /* entries of the log */
	RETENTION_NOTES,  /* what was written about calls that have ended */
	RETENTION_CALLS,  /* their records */
	RETENTION_PEOPLE, /* people who may not log in any more */
	RETENTION_COUNT
};

enum retention_act { RETENTION_KEEP, RETENTION_WRITE, RETENTION_REMOVE, RETENTION_GARBLED };

const char *retention_name(enum retention_rule rule);
/* Type of the records that the rule looks at, "incident:"; "" for the log. */
const char *retention_type(enum retention_rule rule);
uint32_t retention_days_of(const struct retention_days *days, enum retention_rule rule);

/* `arena` is reset first and may be reset after. *ret_taken: something was taken out; a WRITE without it only notes since
 * when something is so. */
enum retention_act retention_judge(enum retention_rule rule, struct slice body, ms_t before_ms, ms_t now_ms,
                                   struct arena *arena, struct buf *ret, bool *ret_taken);

#endif
