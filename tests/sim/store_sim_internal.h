/* store_sim_internal.h - what the files of the simulated store share.
 *
 *   store_sim.c         what is on its way, and what happens when it arrives
 *   store_sim_faults.c  how it fails on request; looking in
 *   store_sim_seen.c    when units were last heard, beside the log
 *   store_sim_old.c     a primary that was cut off, and the daemon that stays on it
 *   store_state.c       the state itself
 */
#ifndef SIM_STORE_SIM_INTERNAL_H
#define SIM_STORE_SIM_INTERNAL_H

#include "base/table.h"
#include "sim/store_sim.h"
#include "sim/store_state.h"

/* What is on its way, in order of time; things of one instant in the order in which they were sent. */
enum thing_type {
	THING_CALL,
	THING_SYNCED,
	THING_REPLICA,
	THING_ANSWER,
	THING_TAIL,
	THING_SAFE,
	THING_LINK_UP,
	THING_ASKED,
	THING_SEEN_CALL,
	THING_SEEN_ANSWER
};

struct thing {
	int64_t at_ms;
	uint64_t order;
	enum thing_type type;
	size_t daemon;
	uint64_t line;               /* the daemon's connection that it belongs to */
	uint64_t id;                 /* SYNCED, REPLICA, TAIL, SAFE: log id; ANSWER: commit */
	struct owned_commit *commit; /* CALL; owned */
	bool silent;                 /* CALL: its answer never comes */
	bool twice, drop_after;
	int64_t late_ms;
	struct store_answer answer;
	struct blob *body; /* of the answer; counted */
	struct seen_call *seen; /* SEEN_CALL, SEEN_ANSWER; owned */
};

struct store_sim_daemon {
	struct store_sim *sim;
	size_t index;
	bool used;
	struct store_sink sink;
	bool up; /* the link stands */
	bool stay_down;
	bool app_up; /* attached was told, down was not */
	bool tailing;
	uint64_t line; /* counts connections: what belongs to an older one is dropped */
	bool attach_wanted, attach_looks, load_wanted, loadable, load_begun;
	uint64_t attach_id, attach_commit;
	uint64_t read_id, read_commit, tail_asked;
	uint64_t safe_wanted;
	int64_t call_at, answer_at, tail_at;
	int64_t tail_lag;
	bool fated;
	enum store_sim_fate fate;
	int64_t fate_ms;
};

struct store_sim {
	struct store_sim_config config;
	struct store_state *state;
	uint64_t prng;
	int64_t now_ms; /* virtual */
	int64_t skew_ms;
	int64_t drift_ppm; /* of its machine's clock, since drift_since_ms */
	int64_t drift_since_ms;
	bool full; /* refuses to write */
	bool there;
	uint64_t epoch; /* counts crashes and failovers */
	int64_t sync_at, replica_at;
	uint64_t durable, replica_has;
	bool replica_runs;
	bool running;
	struct thing *things; /* heap */
	size_t thing_count, thing_size;
	uint64_t order;
	struct table seen; /* name -> struct seen_entry */
	struct store_sim_daemon daemons[STORE_SIM_DAEMONS];
};

uint64_t ss_chance(struct store_sim *s);
int64_t ss_up_to(struct store_sim *s, uint32_t most_ms);
/* The caller fills it in at once. */
struct thing *ss_send(struct store_sim *s, enum thing_type type, int64_t at_ms);
/* What was on its way to a store that died does not arrive. */
void ss_forget_calls(struct store_sim *s);
void ss_link_falls(struct store_sim_daemon *d);
void ss_all_links_fall(struct store_sim *s);
void ss_link_stands(struct store_sim_daemon *d);
void ss_became_durable(struct store_sim *s, uint64_t id);
void ss_replicate(struct store_sim *s);
/* store_sim_seen.c */
void ss_seen_call(struct store_sim *s, struct thing *t);
void ss_seen_answer(struct store_sim_daemon *d, const struct thing *t);
void ss_seen_call_free(struct seen_call *c);
/* A failover: what was written in the last second is as it was before. */
void ss_seen_cut(struct store_sim *s);
void ss_seen_copy(struct store_sim *to, const struct store_sim *from);
void ss_seen_free(struct store_sim *s);
void ss_decide(struct store_sim *s, const struct store_commit *commit, struct store_answer *ret,
               struct blob **ret_body);

#endif
