/* clock.h - the one place that reads clocks.
 *
 * Owns:   the offset from our monotonic clock to the store's clock.
 * Knows:  no Redis: the store module says what its clock showed.
 * Result: one reading of all clocks a turn, in two types that do not mix (base/time.h).
 * Bounds: the store's clock as read here never steps back by CLOCK_STEP_MS or less (it stands still until it has caught
 *         up); a larger step is a jump, is applied at once, and is told.
 */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdbool.h>

#include "base/ensure.h"
#include "base/time.h"

#define CLOCK_STEP_MS 250 /* more than this is an event for the supervisor */

struct clock;

struct clock *clock_new(void) MUST_USE;
void clock_free(struct clock *clock);

/* A fresh reading; once a turn of the loop. Until the store has been heard, its clock is this machine's. */
void clock_read(struct clock *clock, struct now *ret);
/* The last reading, without a system call. */
const struct now *clock_now(const struct clock *clock);
/* A fresh monotonic reading, for intervals that begin or end inside a turn. */
mono_t clock_mono(const struct clock *clock);
/* Nanoseconds on the monotonic clock, for latencies. */
int64_t clock_precise_ns(const struct clock *clock);
/* Nanoseconds of processor time that this thread has had. */
int64_t clock_cpu_ns(void);

/* The store's clock showed store_ms at the monotonic instant `at`. Returns the jump in milliseconds when it is larger than
 * CLOCK_STEP_MS, else 0. The first time is never a jump. */
int64_t clock_store_seen(struct clock *clock, ms_t store_ms, mono_t at);

#ifdef PINGAN_TEST_BUILD
/* Moves the monotonic clock, the store's and the wall clock on together. */
void clock_test_advance(struct clock *clock, int64_t ms);
/* Sets the wall clock only, as an administrator would. */
void clock_test_set_utc(struct clock *clock, ms_t utc_ms);
#endif

#endif
