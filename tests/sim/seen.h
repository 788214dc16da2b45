/* seen.h - what really happened in a run of histories, counted over all of them. A fault that never struck and a path that
 * was never walked prove nothing: a whole run without one of them is a failure of the run (runner.c).
 *
 * Owns:   one table of counters; the runner points it to memory that it shares with its workers.
 * Bounds: SEEN_MAX counters.
 */
#ifndef SIM_SEEN_H
#define SIM_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_seen {
	/* faults */
	SEEN_DAEMON_CRASH,
	SEEN_CRASH_BEFORE_ANSWER, /* the daemon dies with a commit on its way */
	SEEN_DAEMON_STALL,
	SEEN_DAEMON_FROZEN, /* longer than its proof of life lasts */
	SEEN_DAEMON_FROM_SNAPSHOT,
	SEEN_STORE_AWAY,
	SEEN_STORE_CRASH,
	SEEN_STORE_CRASH_LOSES, /* what nobody had heard of */
	SEEN_STORE_CRASH_IN_COMMIT,
	SEEN_STORE_CUT_OFF,
	SEEN_FAILOVER,
	SEEN_FAILOVER_LOSES,
	SEEN_FAILOVER_LOSES_TOLD, /* two faults: what had been told is gone */
	SEEN_FAILOVER_CLOCK,      /* the new primary's clock differs */
	SEEN_OLD_PRIMARY,         /* a daemon stays on it */
	SEEN_OLD_PRIMARY_COMMIT,  /* and writes there */
	SEEN_ONE_COPY,
	SEEN_STORE_FULL,
	SEEN_ANSWER_LOST,
	SEEN_ANSWER_LATE,
	SEEN_ANSWER_TWICE,
	SEEN_CALL_LOST,
	SEEN_TAIL_LAG,
	SEEN_PARTITION_HOME,
	SEEN_PARTITION_PANEL,
	SEEN_PARTITION_DESK,
	SEEN_PARTITION_PHONE,
	SEEN_HALF_OPEN,
	SEEN_LINK_CUT,
	SEEN_CLOCK_JUMP_DAEMON,
	SEEN_CLOCK_JUMP_STORE,
	SEEN_CLOCK_DRIFT_DAEMON,
	SEEN_CLOCK_DRIFT_STORE,
	SEEN_SLOW_SCREEN,
	/* homes and people */
	SEEN_DEVICE_REBOOT,
	SEEN_DEVICE_ELSEWHERE, /* pressed at one daemon, acknowledged by another */
	SEEN_PANEL_ELSEWHERE,
	SEEN_PANEL_REPLACED, /* its counter starts again */
	SEEN_RESIDENT_CANCELS,
	SEEN_SENSOR_RESTORES,
	SEEN_OPERATOR_SLEEPS,
	SEEN_OPERATOR_RELOADS,
	SEEN_OPERATOR_ELSEWHERE, /* the console comes back at another daemon */
	SEEN_OPERATOR_NOT_READY,
	SEEN_DOUBLE_CLICK,
	SEEN_SAME_REQUEST_AGAIN,
	SEEN_CALLING_WITHOUT_STORE,
	SEEN_CAREGIVER_WALKS,
	SEEN_CAREGIVER_OFFLINE_PROGRESS,
	SEEN_CAREGIVER_IGNORES,
	SEEN_DUTY_OFF,
	SEEN_DUTY_PROVED, /* a test offer is answered */
	SEEN_ABSENCE,
	SEEN_EDIT_MADE,
	SEEN_EDIT_CONFLICT, /* two at one home at once */
	SEEN_ERASED,
	SEEN_NOT_ERASED, /* a call of it is open */
	SEEN_AREA_EDITED,
	SEEN_SESSION_ENDED,
	SEEN_SHUT_OUT,
	SEEN_AREA_CHANGED, /* of a person at work */
	SEEN_TABLE,
	SEEN_RETENTION,
	SEEN_DRAIN, /* a daemon is taken out of service */
	SEEN_RESUMED,    /* a console went on from where it was */
	SEEN_LOST_CALL,  /* told at once on coming back who has it now */
	SEEN_COUNT
};

#define SEEN_LINES 128
#define SEEN_RESULTS 64
#define SEEN_MAX (SEEN_COUNT + SEEN_LINES + SEEN_RESULTS)

/* Points to a table of our own until the runner gives another. */
extern uint64_t *sim_seen_table;

void sim_saw(enum sim_seen what);
/* A line of an incident's timeline, by LineCode; a reply to a screen, by Result. */
void sim_saw_line(uint32_t code);
void sim_saw_result(uint32_t result);

/* Prints what was seen, most seldom first, and names what a whole run must show and did not. Returns how many. */
unsigned sim_seen_report(const uint64_t table[SEEN_MAX], bool whole);

#endif
