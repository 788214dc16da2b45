/* drain.h - a daemon leaves: an administrator takes it out of service (`pinganctl drain`), or it was told to end (SIGTERM).
 *
 * Owns:   what this daemon knows of the others' leaving, and how far its own has come.
 * Knows:  the order is a record, `drain:<daemon>`, and comes by the log like everything else. No sockets: io asks
 *         app_leaving() and shuts its listeners.
 * Result: nobody new is taken in. Units go first, each told to use its next address once its alarms are acknowledged and not
 *         before; screens follow when no unit is left, so that a press always has a screen at its own daemon to be shown on,
 *         even if the store goes away meanwhile. What has no link (UDP, requests over HTTP) is answered to the last. Deadlines
 *         that are ours are others' at once: who leaves is ranked behind everybody who stays.
 *         While nobody else could serve what we serve (they died, they drain as well, we hear of nobody because the store is
 *         away) the order waits and everybody is taken in again; unless it was forced. To end waits for nothing.
 * Bounds: DRAIN_UNITS_A_S and DRAIN_SCREENS_A_S, so that the others meet no storm; when the process ends, as many more as
 *         its time needs. DRAIN_LOOK links looked at in a turn. A unit whose alarm is not acknowledged after
 *         DRAIN_HELD_MS goes all the same: it keeps the alarm and says it elsewhere.
 */
#ifndef APP_DRAIN_H
#define APP_DRAIN_H

#include <stdbool.h>

#include "base/time.h"

/* A unit that comes costs the other daemon some 0.5 ms of handshake, a screen its snapshot. 20,000 are gone in 40 s. */
#define DRAIN_UNITS_A_S 500
#define DRAIN_SCREENS_A_S 100
#define DRAIN_LOOK 1024
#define DRAIN_HELD_MS 30000
/* A request that was made here is answered here, if it takes no longer. */
#define DRAIN_ASKED_MS 5000
#define DRAIN_GREET_MS 2000 /* a link without a word for so long is closed */

struct app;
struct record;

/* Numbers are those of Daemon.Leaving in record.proto. */
enum leaving { LEAVING_NOT, LEAVING_ALONE, LEAVING_DRAINS, LEAVING_STOPS };

struct drain {
	enum leaving state;
	uint64_t order; /* commit of the order that we have heard of; 0 = none stands */
	mono_t since;                       /* it leaves */
	mono_t screens_from;                /* STOPS: screens go from then on, though units may be left */
	mono_t screens_at;                  /* screens have been leaving since; 0 = not yet */
	mono_t until;                       /* STOPS: everybody is to be gone by then */
	mono_t paid;                        /* the allowances are up to then */
	int64_t units_x1000, screens_x1000; /* may still go in this slice */
	int64_t units_a_s, screens_a_s;
	bool stops;
	bool said_empty;
	bool deaf; /* it takes units in again, and not all of its ports are open */
};

/* What another daemon says of itself in its proof of life: in record->live. */
struct peer_daemon {
	enum leaving leaving;
	bool serves_devices, serves_screens;
};

/* alive.c. */
void alive_turn(struct app *app);
/* True if the proof of life of this daemon record came within ALIVE_STALE_MS. */
bool daemon_alive(const struct app *app, const struct record *rec);

/* A record of a daemon, or of an order to drain, was read. */
void drain_read(struct app *app, struct record *rec);
void drain_turn(struct app *app);
/* Somebody is to be sent away soon: in how many ms; 1,000 = nobody. */
int64_t drain_wait(const struct app *app);
/* Nobody new comes in. */
bool drain_leaves(const struct app *app);
/* This daemon is ranked behind all who stay. */
bool drain_peer_leaves(const struct app *app, const struct record *rec);
/* posts.c: requests of vendors' clouds that wait for their answer. */
uint32_t posts_waiting(const struct app *app);
/* The order outlives its daemon no longer than the daemon's own record. */
void drain_bury(struct app *app);

#endif
