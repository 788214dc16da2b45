/* redis_store_internal.h - what the files of the store on Redis share.
 *
 *   redis_store.c   life of the connections: connect, set up, fall, try again; commits and their answers; the clock
 *   redis_setup.c   what is asked of a fresh connection: is it the primary, is it durable, has it our function
 *   redis_seen.c    when units were last heard, beside the log
 *   redis_tail.c    is my last entry there; reading all records; following the log; the gate
 *   redis_apart.c   records that stand beside the log, fetched when their entry comes
 */
#ifndef IO_REDIS_STORE_INTERNAL_H
#define IO_REDIS_STORE_INTERNAL_H

#include "io/redis_commit.h"
#include "io/redis_link.h"
#include "io/redis_store.h"

/* A read of the log waits so long for something new; also how often we notice that nothing comes. */
#define READ_BLOCK_MS 1000
/* The gate asks again after this when a replica is late. */
#define GATE_WAIT_MS 500
#define RETRY_FIRST_MS 100
#define RETRY_MOST_MS 1000
/* How often the watchdog looks, and how often TIME and ROLE are asked. */
#define TICK_MS 250
#define REFRESH_MS 2000
/* A reading of TIME that took longer says too little about the clock. */
#define TIME_TRIP_MAX_MS 100
/* Keys asked for at once while loading, and keys a SCAN brings about. */
#define LOAD_WAITS_MAX 1024
#define SCAN_COUNT 512
/* Commits that come while nothing may be sent are answered STORE_FAILED in the next turn. */
#define REFUSALS_MAX (2 * COMMITS_IN_FLIGHT_MAX)

/* Redis reads about 32 KB from a connection, some 20 commits, then syncs before it reads on. Commits go over four
 * connections, so that one sync covers more of them when many wait. */
#define COMMIT_LINKS_MORE 3
#define COMMITS_A_FLUSH 80

enum redis_role {
	LINK_COMMITS,
	LINK_LOG,
	LINK_GATE,
	LINK_COMMITS_MORE,
	LINK_COUNT = LINK_COMMITS_MORE + COMMIT_LINKS_MORE
};

enum store_state {
	STORE_DOWN,       /* waits for the retry timer */
	STORE_CONNECTING, /* links come up and are asked what they are */
	STORE_READY       /* all stand; the app may attach */
};

/* What the log link is doing. */
enum follow_state {
	FOLLOW_NONE,     /* the app has not asked yet */
	FOLLOW_CHECK,    /* is its last entry there? */
	FOLLOW_LOADABLE, /* told EMPTY or CUT: waits for store_load() */
	FOLLOW_LOAD,
	FOLLOW_TAIL
};

struct load_keys {
	char (*at)[STORE_KEY_MAX]; /* owned */
	size_t size, len, sent, answered;
};

/* Records kept apart from the log, as fetched. Nothing fetched before an entry was there counts for it. */
#define APART_ASKS_MAX 512
struct apart_record {
	struct store_record record;
	uint8_t *body; /* owned */
};
struct apart {
	struct apart_record *at; /* owned; APART_ASKS_MAX */
	size_t len, answered;
	size_t hint;       /* where the last one was found: they are asked for in the order of their entries */
	uint64_t known_id; /* newest entry that was in the log when they were asked for */
};

/* Last seen: one put and one question on the way at a time. */
struct seen_calls {
	bool put_refused, ask_refused; /* answered so in the next turn */
	bool put_ok;
	bool vitals; /* asked for; they come after the times */
	size_t asked;
	struct store_seen list[STORE_SEEN_MAX]; /* what was asked */
	const char *argv[3 + 2 * STORE_SEEN_MAX];
	size_t argvlen[3 + 2 * STORE_SEEN_MAX];
	char numbers[STORE_SEEN_MAX][24];
};

struct redis_store {
	struct event_base *base;
	struct redis_store_config config;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store_sink sink;
	struct redis_link *links[LINK_COUNT];
	struct event *retry;
	struct event *tick;
	struct event *work; /* what a port asked for, done from the loop */

	enum store_state state;
	bool started;
	bool falling;
	bool app_up; /* attached was told and down was not: the app counts on us */
	uint32_t retry_ms;
	uint32_t setup_left; /* replies of the set-up still to come */
	bool loaded_library; /* FUNCTION LOAD was tried on this connection */
	int64_t last_tick_ms;
	int64_t last_refresh_ms;
	char last_why[128];

	/* what the app asked */
	bool attach_wanted;
	bool attach_looks; /* only asks whether it is there */
	uint64_t attach_id, attach_commit;
	bool load_wanted;
	uint64_t refusals[REFUSALS_MAX];
	size_t refusal_count;

	/* commits */
	struct commit_call call;
	uint32_t in_flight;
	uint32_t unflushed; /* sent, not yet in a socket */

	/* log */
	enum follow_state follow;
	uint64_t turn; /* what was asked before the last change of `follow` is not listened to any more */
	struct store_entry entry;
	uint64_t last_id, last_commit; /* read up to here */
	bool check_fits;

	struct apart apart;

	/* load */
	struct load_keys keys;
	uint64_t load_id,
		load_commit;     /* where the log stood before the first record was read; then caught up to load_until */
	uint64_t load_until; /* where it stood after the last one */
	bool scan_asked, scan_done;
	char cursor[24];

	struct seen_calls seen;

	/* gate */
	uint64_t gate_wanted, gate_asked;
	bool gate_busy;
	uint32_t replicas, wait_for;

	struct redis_store_stats stats;
	int64_t test_advance_ms;
	bool test_fail_next, test_lose_next;
	uint64_t test_lost_commit;
};

/* This machine's own clock: not moved by tests, for time-outs. */
int64_t store_real_ms(const struct redis_store *s);
/* All connections go, from the loop, a moment later. Safe from anywhere. */
void store_fall(struct redis_store *s, const char *code, const char *why);
/* Sends; a full or dead link makes everything fall. `extra_ms` is added to the configured time-out. */
void store_ask(struct redis_store *s, enum redis_role role, redis_link_reply *fn, uint64_t tag, int64_t extra_ms,
               int argc, const char **argv, const size_t *argvlen);
/* The same from words without NUL, ended by NULL. */
void store_ask_words(struct redis_store *s, enum redis_role role, redis_link_reply *fn, uint64_t tag, int64_t extra_ms,
                     ...) __attribute__((sentinel));
/* Counts and logs an answer that we do not understand, then falls. */
void store_bad_reply(struct redis_store *s, const char *what, const redisReply *reply);
void store_metric(struct redis_store *s, enum metric which, uint64_t n);

/* redis_setup.c */
void setup_link(struct redis_store *s, enum redis_role role);
void setup_refresh(struct redis_store *s);
void setup_done(struct redis_store *s); /* in redis_store.c: the last answer was right */

/* redis_tail.c */
void tail_check(struct redis_store *s, uint64_t id, uint64_t commit);
void tail_load(struct redis_store *s);
void tail_reset(struct redis_store *s);
void gate_want(struct redis_store *s, uint64_t id);

/* redis_apart.c. fill: completes the records of an entry; false = to be fetched first. ask: fetches those of the entries
 * from `first` on; the answers come before that of whatever is asked next. */
bool apart_fill(struct redis_store *s, struct store_entry *e);
void apart_ask(struct redis_store *s, const redisReply *entries, size_t first);
void apart_forget(struct redis_store *s);

/* redis_seen.c: what could not be sent is answered so. */
void seen_refuse(struct redis_store *s);

#endif
