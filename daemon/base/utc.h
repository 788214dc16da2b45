/* utc.h - calendar dates of messages: a date and time as a device writes it, to milliseconds.
 *
 * Owns:   the Gregorian calendar, without time zones and leap seconds.
 * Knows:  no clock.
 */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Days since 1970-01-01. month 1 to 12, day 1 to 31. */
int64_t utc_days(int64_t year, unsigned month, unsigned day);

/* Milliseconds since 1970-01-01; 0 when it is no date and time after it. A second of 60 is taken. */
int64_t utc_ms_of(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second);

/* RFC 3339 in UTC, to milliseconds: "2026-03-01T08:30:00.000Z". A time outside the years 1970 to 9999 becomes their end. */
#define UTC_TEXT_LEN 24
void utc_text(int64_t ms, char ret[UTC_TEXT_LEN + 1]);
/* The same and its kin read back: fraction and zone offset as they may be ("2026-03-01T16:30:00+08:00"). 0 when it is none. */
int64_t utc_of_text(struct slice text);

#endif
