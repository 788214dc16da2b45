/* fleet.h - many homes for load: what fleet.c (the processes), fleet_worker.c (one process) and fleet_home.c (one home) share.
 *
 * Owns:   links, alarms and timers of up to FLEET_HOMES_MAX homes a process, each from a source address of its own.
 * Knows:  a home as unit.h describes it, in 300 bytes: one link, two alarms, the same repeats, patience and jitter.
 * Result: counts and times in struct fleet_result, which add up over processes.
 * Bounds: PLAN_ACTS_MAX acts and FLEET_HELD_MAX alarms a home; the phases end by themselves (struct fleet_options).
 */
#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include "base/heap.h"
#include "fleet_plan.h"
#include "sim.h"
#include "tally.h"

#define FLEET_HOMES_MAX 19900 /* of one process: 20,000 descriptors is what many machines give */
#define FLEET_HOMES_DEFAULT 15000
#define FLEET_PROCESSES_MAX 64
#define FLEET_HELD_MAX 2

struct fleet_options {
	struct plan plan;
	struct target *target;
	const struct device_list *devices;
	uint32_t processes; /* for all homes but those that plan_apart() picks: they have one more */
	int64_t spread_ms;  /* first connections */
	int64_t link_ms;    /* patience with them */
	int64_t settle_ms;  /* patience after the scenario's window */
	uint32_t stay_s;    /* links are kept so long after the result */
};

/* What one process counted. Sums but for the times of the last one. */
struct fleet_result {
	uint64_t homes, linked;
	uint64_t connects, failures, refused, lost, dropped, bad;
	/* Alarms: raised = stored + unstored; stored = first_try + those that were repeated. */
	uint64_t raised, stored, unstored, first_try, repeats, declined, closed;
	uint64_t beats, beats_answered;
	int64_t linked_ns; /* from the first connection to the last Welcome */
	int64_t done_ns;   /* from the scenario's begin to the last thing that it waited for */
	struct tally link, back, press, technical, test, beat;
};

enum fleet_state { FLEET_WAITING, FLEET_CONNECTING, FLEET_TLS, FLEET_GREETING, FLEET_WELCOME };

struct fleet_alarm {
	uint64_t id;
	int64_t raised_ms; /* UTC */
	int64_t pressed_ns;
	int64_t next_ns; /* when it is sent again; 0 = only in Hello and heartbeats */
	uint8_t kind, heard, tries, tries_here;
};

struct fleet_home {
	struct heap_item timer;
	const struct device_row *row;
	SSL *ssl;
	uint8_t *in; /* a frame that is still partial; owned */
	uint64_t random;
	int64_t retry_ns, answer_by_ns, beat_at_ns;
	int64_t connect_ns, up_ns, dropped_ns, beat_sent_ns;
	int64_t heartbeat_ns;
	struct act acts[PLAN_ACTS_MAX];
	struct fleet_alarm alarms[FLEET_HELD_MAX];
	uint32_t index;
	int fd;
	uint32_t beats, beats_left;
	uint32_t config; /* Configure.revision that it lives by */
	uint16_t in_len;
	uint8_t state, path, failures, alarm_count, act_count, act_at;
};

struct fleet {
	const struct fleet_options *options;
	struct fleet_home *homes;
	uint32_t count;
	struct heap timers;
	int epoll;
	int64_t now_ns;
	int64_t began_ns;
	int64_t go_ns; /* 0 = not yet */
	/* Still to come: the scenario is over when none of these is left. */
	uint64_t acts_left, beats_left, loop_left, waits;
	uint32_t next; /* LOOP: the home whose turn it is */
	struct fleet_result result;
};

/* ---- fleet_home.c ---- */

void fleet_home_init(struct fleet *f, struct fleet_home *h, uint32_t index, int64_t spread_ns);
void fleet_home_free(struct fleet_home *h);
/* The scenario begins: its acts and beats get their times. */
void fleet_home_go(struct fleet *f, struct fleet_home *h);
/* What epoll said. */
void fleet_home_event(struct fleet *f, struct fleet_home *h);
/* What is due. */
void fleet_home_tick(struct fleet *f, struct fleet_home *h);
/* False: not linked, or one is on its way. */
bool fleet_home_press(struct fleet *f, struct fleet_home *h, enum kind kind);
bool fleet_home_beat(struct fleet *f, struct fleet_home *h);

/* ---- fleet_worker.c ---- */

/* What a worker tells its parent by `fd`: twice at most. */
struct fleet_note {
	bool over; /* false: all homes are linked, or patience is at its end */
	struct fleet_result result;
};

/* How many processes that makes. */
uint32_t fleet_workers(const struct fleet_options *o);
/* Homes worker, worker + processes, ..., or those apart in the last one, until the scenario is over and the parent closes its
 * end. Returns an exit code. */
int fleet_worker(const struct fleet_options *o, uint32_t worker, int fd);
/* Keeps a loop's number in flight. */
void fleet_loop_next(struct fleet *f);

#endif
