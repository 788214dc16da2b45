/* loop.h - the daemon as a whole: builds its parts from a configuration, and turns them until it is told to end.
 *
 * Owns:   the event loop, signals, the watchdog, and every part: config, log, clock, store, app, devices, web.
 * Result: after each round of events one app_turn(); systemd hears READY when the projection is loaded (from the store or
 *         from the snapshot) and is petted only after a full turn: a loop that stands still is a dead daemon.
 * Bounds: at SIGTERM LEAVE_MAX_MS until everybody has gone elsewhere and all is answered, then DRAIN_MAX_MS for the last bytes.
 *
 *   SIGTERM, SIGINT   the same leaving as `pinganctl drain` (app/drain.h), in a hurry, and then the end; exit 0
 *   SIGHUP            a whole new configuration is read and checked, and taken over or refused
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ensure.h"

#define LOOP_WHY_MAX 800
#define LEAVE_MAX_MS 4000 /* with DRAIN_MAX_MS well within TimeoutStopSec of the units */
#define DRAIN_MAX_MS 2000

struct loop;

struct loop_options {
	const char *config_path;  /* NULL = the defaults */
	const char *test_control; /* test builds: path of the Unix socket; NULL = none */
	bool echo;                /* test builds: on 127.0.0.1:echo_port; port 0 = any */
	uint16_t echo_port;
};

/* NULL with one line in `why`. */
struct loop *loop_new(const struct loop_options *options, char why[LOOP_WHY_MAX]) MUST_USE;
/* Until it is told to end. Returns the exit status. */
int loop_run(struct loop *loop);
void loop_free(struct loop *loop);

#endif
