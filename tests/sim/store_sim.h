/* store_sim.h - the store of a cell in memory, on a virtual clock, for several daemons at once: the same contract as
 * Redis (app/store.h), and every way in which it may fail, on request or by chance from a seed.
 *
 * Owns:   records, log, indexes, message memory, outbox; what is on its way between daemons and store.
 * Knows:  no wall clock, no thread. Nothing happens but inside store_sim_run(), which calls the sinks.
 * Result: same seed, same calls at the same virtual times: same history.
 * Bounds: STORE_SIM_DAEMONS daemons; the last STORE_SIM_UNDO commits can be forgotten by a failover.
 *
 * A commit's way, all times drawn from the seed within the config's bounds:
 *   store_sim_commit() --reach--> applied (decided, in order) --sync--> durable --back--> answer
 *                                                                          \---tail--> entry at every attached daemon
 *                                                                          \---replica_ms--> on the replica
 * Calls of one daemon arrive in order, its answers come in order, entries come in order without gap; answers and entries
 * are two connections and overtake each other. Entries are told safe at once without a replica, else `gate` after the
 * replica has them.
 *
 * What a real store does, and so does this one:
 *   crash     what is applied and not durable is lost, or not, by chance; nobody had heard of it.
 *   failover  what the replica lacks is lost, though daemons may have read it: history is cut.
 *   any lost link  app_store_down() for that daemon; calls that had left may still arrive (a dead daemon's last words).
 */
#ifndef SIM_STORE_SIM_H
#define SIM_STORE_SIM_H

#include "io/store_sink.h"

#define STORE_SIM_DAEMONS 16
#define STORE_SIM_UNDO 4096

struct store_sim;
struct store_sim_daemon;

struct store_sim_config {
	uint64_t seed;
	ms_t start_ms; /* store's clock at virtual time 0 */
	bool replicated;
	uint32_t reach_ms; /* bounds of the random delays above; 0 = at once */
	uint32_t sync_ms;
	uint32_t back_ms;
	uint32_t tail_ms;
	uint32_t replica_ms;
	uint32_t gate_ms;
	uint32_t timeout_ms;   /* an answer that never comes shows as STORE_FAILED or a dropped link after this */
	uint32_t reconnect_ms; /* a dropped link stands again after this at most, if the store is there */
	/* By chance, of 10,000 commits: */
	uint32_t lose_call;     /* never arrives */
	uint32_t lose_answer;   /* applied, the answer never comes */
	uint32_t repeat_answer; /* the answer comes twice */
	uint32_t drop_link;     /* the daemon's link falls when the call is on its way */
};

/* A calm store: 1 ms each way, no faults, no replica. */
extern const struct store_sim_config STORE_SIM_CALM;

struct store_sim *store_sim_new(const struct store_sim_config *config) MUST_USE;
void store_sim_free(struct store_sim *sim);

/* ------------------------------------------------------------ time */

/* Everything that is due up to the virtual instant `to` happens, in order; sinks are called. Time never goes back. */
void store_sim_run(struct store_sim *sim, mono_t to);
/* When the next thing is due; INT64_MAX when nothing is on its way. */
int64_t store_sim_next_ms(const struct store_sim *sim);
/* The store's clock at the virtual instant of the last store_sim_run(). */
ms_t store_sim_now_ms(const struct store_sim *sim);

/* ------------------------------------------------------------ daemons */

/* A daemon's connections. The link stands at once if the store is there. */
struct store_sim_daemon *store_sim_join(struct store_sim *sim, const struct store_sink *sink) MUST_USE;
/* The daemon is killed: nothing more is told to it. What it had sent may still arrive. The handle is gone. */
void store_sim_leave(struct store_sim_daemon *daemon);

/* The ports, with the daemon as ctx. */
void store_sim_commit(void *daemon, const struct store_commit *commit);
void store_sim_attach(void *daemon, uint64_t id, uint64_t commit);
void store_sim_look(void *daemon, uint64_t id, uint64_t commit);
void store_sim_load(void *daemon);
void store_sim_seen_put(void *daemon, const struct store_seen *list, size_t count);
void store_sim_seen_ask(void *daemon, const struct store_seen *list, size_t count, bool vitals);

/* ------------------------------------------------------------ faults */

enum store_sim_fate {
	FATE_LOSE_CALL,     /* never arrives: STORE_FAILED after timeout_ms */
	FATE_LOSE_ANSWER,   /* applied; STORE_FAILED after timeout_ms */
	FATE_LATE_ANSWER,   /* applied; the answer comes `ms` later, all behind it too */
	FATE_REPEAT_ANSWER, /* twice */
	FATE_DROP_BEFORE,   /* the link falls before the call arrives */
	FATE_DROP_AFTER     /* the link falls after it was applied, before the answer */
};
/* What becomes of this daemon's next commit. */
void store_sim_fate(struct store_sim_daemon *daemon, enum store_sim_fate fate, int64_t ms);
/* Entries reach this daemon so much later from now on (0 = as configured). */
void store_sim_tail_lag(struct store_sim_daemon *daemon, int64_t ms);
/* This daemon's link falls; the others' stand. It stands again after reconnect_ms, or with `stay` after
 * store_sim_link_heal(). */
void store_sim_link_drop(struct store_sim_daemon *daemon, bool stay);
void store_sim_link_heal(struct store_sim_daemon *daemon);

/* The store goes away (stopped, unreachable): links fall, nothing is lost. */
void store_sim_gone(struct store_sim *sim);
/* Killed: goes away, and what was not durable is lost by chance from its end on. Returns how many commits were. */
size_t store_sim_crash(struct store_sim *sim);
void store_sim_back(struct store_sim *sim);
bool store_sim_is_there(const struct store_sim *sim);

/* The newest `lose` entries never happened; all links fall. STORE_SIM_LAWFUL: exactly what the replica lacks, all that a
 * single fault can cut. Returns how many were lost. Without a replica nothing is lawful to lose. */
#define STORE_SIM_LAWFUL UINT64_MAX
size_t store_sim_failover(struct store_sim *sim, uint64_t lose);
/* Stops or resumes the replica: stopped, the gate is shut. */
void store_sim_replica(struct store_sim *sim, bool runs);
/* TIME of the store's machine jumps; the store's clock never steps back all the same. */
void store_sim_clock_step(struct store_sim *sim, int64_t ms);
/* It runs so much too fast from now on, in millionths; negative: too slow. */
void store_sim_clock_drift(struct store_sim *sim, int64_t ppm);
/* No room: every commit is answered STORE_FAILED and changes nothing. Reading goes on. */
void store_sim_full(struct store_sim *sim, bool full);

/* Before a failover: this daemon will stay on the primary that is cut off, a store of its own from here on, with the same
 * history, whose replica never hears of anything again. What is on its way between the two goes there. Returns the old
 * store; `*daemon` becomes the handle there. */
struct store_sim *store_sim_old_primary(struct store_sim_daemon **daemon) MUST_USE;

/* ------------------------------------------------------------ looking in, and preparing */

/* At once, durable, without fault or delay: registry before the start, a foreign hand in between. */
void store_sim_commit_now(struct store_sim *sim, const struct store_commit *commit, struct store_answer *ret);

/* As applied, durable or not. Slices stand until the next run. False: no such record / entry. */
bool store_sim_record(const struct store_sim *sim, const char *key, struct store_record *ret);
bool store_sim_entry(const struct store_sim *sim, uint64_t id, struct store_entry *ret);
bool store_sim_audit(const struct store_sim *sim, uint64_t id, struct store_audit *ret);
/* Walks all records in order of their keys. */
void store_sim_records(const struct store_sim *sim, void (*each)(void *ctx, const struct store_record *), void *ctx);
uint64_t store_sim_newest(const struct store_sim *sim);
uint64_t store_sim_durable(const struct store_sim *sim);
/* What the replica has; newest without one. */
uint64_t store_sim_replica_has(const struct store_sim *sim);
/* Value of a UNIQUE name, or NULL. */
const char *store_sim_link(const struct store_sim *sim, const char *name);
bool store_sim_in_set(const struct store_sim *sim, const char *name, const char *value);
/* When it was last heard, as the store has it; 0 = never. */
ms_t store_sim_seen(const struct store_sim *sim, const char *name);
/* The n-th outbox entry that is in force. */
bool store_sim_outbox(const struct store_sim *sim, size_t n, char ret_key[STORE_KEY_MAX], struct slice *ret_body);

#endif
