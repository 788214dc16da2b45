/* duty.h - a caregiver's duty: on and off, as the person says on the phone, and the test offer that proves the phone rings.
 *
 * Owns:   every lawful change of a caregiver's duty.
 * Knows:  no store and no clock; not the roster: who is on duty is who said so.
 * Result: a rule takes nobody off duty. A check that nobody answered is known by its time alone: no clock runs for it.
 */
#ifndef CORE_DUTY_H
#define CORE_DUTY_H

#include "core/people.h"

#define DUTY_CHECK_MS 60000 /* the test offer rings for so long */

enum duty_event {
	DUTY_ON,
	DUTY_ON_CHECK,  /* with a test offer, unless one of this duty was answered or rings still */
	DUTY_OFF,       /* refused with a job in hand */
	DUTY_OFF_AFTER, /* at once, or when the job in hand ends */
	DUTY_CHECK,     /* another test offer */
	DUTY_ANSWER     /* it rang, and was heard */
};

enum duty_check { DUTY_CHECK_NONE, DUTY_CHECK_RINGS, DUTY_CHECK_PASSED, DUTY_CHECK_FAILED };

/* MOVE: *next is the new record. REFUSE: *why says it. `made_ms`: which test offer is answered. */
enum verdict duty_step(const struct caregiver *now, enum duty_event ev, ms_t made_ms, ms_t now_ms,
                       struct caregiver *next, enum refusal *why);

/* The job in hand has ended: whoever wanted to go off duty then is. */
void duty_freed(struct caregiver *c, ms_t now_ms);

/* How the last test offer of this duty stands. */
enum duty_check duty_check(ms_t check_ms, ms_t proved_ms, ms_t now_ms);

#endif
