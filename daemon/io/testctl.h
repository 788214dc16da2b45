/* testctl.h - the test control of test builds: a Unix socket that moves clocks and breaks things, one line a command, one
 * line an answer ("ok ..." or "error ...").
 *
 *   advance MS    monotonic, wall and store's clock go on together, in steps of half a second with the store's answers
 *                 between them, as time would; answered when a turn of the app has seen the last step
 *   set UTC_MS    the wall clock only
 *   inject WHAT   next, lose, hold, release, drop: see redis_store_test_fail_named()
 *   health        what /readyz says, and "turns=N"
 */
#ifndef IO_TESTCTL_H
#define IO_TESTCTL_H

#include <event2/event.h>

#include "app/app.h"
#include "io/clock.h"
#include "io/redis_store.h"

#ifdef PINGAN_TEST_BUILD

struct testctl;

struct testctl *testctl_new(struct event_base *base, const char *path, struct clock *clock, struct app *app,
                            struct redis_store *store, char why[256]) MUST_USE;
void testctl_free(struct testctl *t);
/* After each turn of the app: answers what waited for one. */
void testctl_turned(struct testctl *t, uint64_t turns);

#endif
#endif
