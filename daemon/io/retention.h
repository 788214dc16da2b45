/* retention.h - the rules of retention run by themselves: once a day, on the daemon ranked first, in small slices.
 *
 * Owns:   a connection to Redis of its own, closed when nothing is to be done, and where the run of a rule stands.
 * Knows:  what is due by wire/retention.h. Changes go through the same commit and log as everything else.
 * Result: each run ends with the record retention:<rule>, which anybody can read (pinganctl retention show), and a log line.
 *         A run that breaks off changes nothing but what it had taken already; the next one goes on.
 * Bounds: SLICE_KEYS records or SLICE_ENTRIES log entries a slice, one slice each SLICE_MS: a millisecond of the loop.
 */
#ifndef IO_RETENTION_H
#define IO_RETENTION_H

#include <event2/event.h>

#include "app/app.h"
#include "io/clock.h"
#include "io/config.h"
#include "io/log.h"

struct retention;

/* All borrowed; `config` is looked at anew for each run, so a reload counts. NULL without memory. */
struct retention *retention_new(struct event_base *base, const struct config *config, struct app *app,
                                struct clock *clock, struct log *log) MUST_USE;
void retention_free(struct retention *r); /* accepts NULL */

#endif
