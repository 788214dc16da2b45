/* limits.h - every bound of the app, with its reason. Each has a gauge or counter, and a test that reaches it. */
#ifndef APP_LIMITS_H
#define APP_LIMITS_H

/* Decisions waiting or in flight. 4,096 in flight is about 90 ms of Redis at its ceiling of 45,000 commits a second. */
#define CHANGES_MAX 8192
#define FLIGHTS_MAX 4096
/* And as many as the store answers within this: with seven daemons at their most, a slow disk would have everybody's next
 * word stand behind four seconds of commits. Never fewer than one sync takes from each connection. */
#define FLIGHT_LONG_MS 250
#define FLIGHTS_MIN 128
#define FLIGHTS_FIRST 512
/* The last changes that only calls for help (class 1 and 2) may take. */
#define CHANGES_RESERVED 2048
/* Deadlines among the changes: when thousands are due at the same moment the others keep their place in the heap, so that a
 * press or a person finds an inbox with room, and waits behind 25 ms of Redis at most. */
#define DEADLINES_TAKEN_MAX 1024
/* Changes that may wait for one record: a household that presses madly, a hostile phone. */
#define CHANGES_PER_RECORD 64
/* Beyond these only calls for help: whatever a home's other devices send. */
#define CHANGES_PER_RECORD_RESERVED 32
/* Technical alarms that may wait for their area's incident; a sub-district has some 600 homes. */
#define CHANGES_PER_AREA 1024
/* The share of commits in flight that telemetry leaves free: an eighth. */
#define FLIGHTS_RESERVED(may) ((may) / 8)
/* Decisions taken in one turn, so that the loop never stands for more than a few milliseconds. */
#define TURN_BATCH 256
/* Log entries remembered for resuming screens and for finding the cut after a failover. */
#define TAIL_MAX 4096
/* Open incidents: 100,000 pressing homes fit; beyond it the oldest class 4 is refused first, calls for help never. */
#define INCIDENTS_MAX 200000
/* Incidents of unknown devices at once: a person can look at 32; more is an attack or a fault, counted and logged. */
#define QUARANTINE_MAX 32
/* The last places are for addresses that have sent few unknown devices of late: one that makes up accounts, or a receiver whose
 * list was not imported, leaves a lone device somewhere else its place in sight. */
#define QUARANTINE_RESERVED 8
#define QUARANTINE_FEW 8
#define QUARANTINE_WINDOW_MS MINUTES(10)
/* Closed incidents kept in memory for devices that have not heard it and for reopening. */
#define CLOSED_KEPT 2048
/* Devices and screens; one process has 20,000 descriptors at most. */
#define LINKS_MAX 20000
/* Alarms that a device may hold at once. */
#define HELD_MAX 8
/* Retry of a commit that the store could not answer, ms. */
#define RETRY_MS 100
/* Proof of life: written every second, stale after three. */
#define ALIVE_EVERY_MS 1000
#define ALIVE_STALE_MS 3000
/* A daemon unheard for so long has its record removed. */
#define ALIVE_FORGET_MS SECONDS(60)
/* Screens: heartbeat unheard for so long is a dead link, whatever the socket says. */
#define SCREEN_DEAD_MS 9000
/* Consoles that one daemon names in its proof of life. */
#define OPERATORS_MAX 512
/* Entries not yet safe for so long are shown marked. */
#define UNSAFE_SHOWN_MS 100
/* Changes of class 2 to 4 are gathered for so long before they go to the screens. */
#define COALESCE_MS 50
/* Screens served per turn in a broadcast. */
#define FANOUT_SLICE 256
/* Requests of vendors' clouds that wait at once; one more is told to come again, its alarms are taken all the same. */
#define POSTS_MAX 256
/* A vendor's cloud gives up after 5 s or more: it must hear from us before. */
#define POST_WAIT_MS 4000
/* Acknowledged alarms of devices that can't say what they hold, committed again after a failover. */
#define RECENT_ALARMS 1024
#define RECENT_MS 600000

#endif
