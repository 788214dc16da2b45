/* redis_store.h - the store of the cell on Redis: commits, the log, the load, the gate.
 *
 * Owns:   the connections to one primary (commits, log, gate) that are made together and fall together; the function
 *         library in Redis (commit.lua); the store's clock as clock.h keeps it.
 * Knows:  no meaning of a record. Bodies pass through as bytes.
 * Result: what app/store.h promises. Every answer comes from the loop, never from inside a port call. A command that is
 *         not answered within timeout_ms drops all connections: app_store_down(), and a new attempt after 100 ms,
 *         doubling to 1 s.
 * Bounds: COMMITS_IN_FLIGHT_MAX commits unanswered, the next is answered STORE_FAILED; ENTRIES_A_READ entries a read.
 * Use:    redis_store_new(), redis_store_set_app(), redis_store_start(). The app asks by store_attach(); the answer comes
 *         when a connection stands. After app_store_down() the app asks again by store_attach(): nothing is told, and
 *         nothing is committed, before. store_load() after app_store_attached(EMPTY or CUT).
 *         Commits of one turn leave in one write: redis_store_flush() at the end of the turn saves a wake-up, leaving it
 *         out costs nothing but that.
 */
#ifndef IO_REDIS_STORE_H
#define IO_REDIS_STORE_H

#include <event2/event.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"
#include "io/store_sink.h"

/* About 90 ms of Redis at its ceiling of 45,000 commits a second; the app stops far below. */
#define COMMITS_IN_FLIGHT_MAX 4096
/* All of a read are taken up in one turn of the loop, at 10 to 50 microseconds each. */
#define ENTRIES_A_READ 128
#define STORE_PREFIX_MAX 24

struct redis_store;

struct redis_store_config {
	char unix_path[108]; /* Redis' Unix socket; empty: TCP */
	char host[64];       /* numeric address: hiredis would look a name up on the loop */
	uint16_t port;
	char user[64];                 /* Redis ACL user; empty with a password = the default user */
	char password[128];            /* empty = no AUTH */
	char prefix[STORE_PREFIX_MAX]; /* of every key of this cell; "pa:" */
	uint32_t timeout_ms;           /* 1,500: a command unanswered for so long is a dead Redis */
	uint32_t replicas;             /* 0 = one copy counts; N = every entry waits for at least N replicas */
	bool may_lose;                 /* benches only: accept a Redis without appendonly yes, appendfsync always */
};

/* clock, log and metrics are borrowed and outlive the store; log and metrics may be NULL. NULL without memory. */
struct redis_store *redis_store_new(struct event_base *base, const struct redis_store_config *config,
                                    struct clock *clock, struct log *log, struct metrics *metrics) MUST_USE;
/* Accepts NULL. Tells the app nothing. */
void redis_store_free(struct redis_store *store);

/* Who hears it; before redis_store_start(). */
void redis_store_set_sink(struct redis_store *store, const struct store_sink *sink);
static inline void redis_store_set_app(struct redis_store *store, struct app *app)
{
	struct store_sink sink = store_sink_app(app);

	redis_store_set_sink(store, &sink);
}
/* Begins to connect, and from then on keeps trying. */
void redis_store_start(struct redis_store *store);

/* The ports, with the store as ctx. A caller whose ctx is something else calls these from its own. */
void redis_store_commit(void *store, const struct store_commit *commit);
void redis_store_attach(void *store, uint64_t id, uint64_t commit);
void redis_store_look(void *store, uint64_t id, uint64_t commit);
void redis_store_load(void *store);
void redis_store_seen_put(void *store, const struct store_seen *list, size_t count);
void redis_store_seen_ask(void *store, const struct store_seen *list, size_t count, bool vitals);
/* Fills in the store's ports; leaves ctx and all others alone. */
void redis_store_ports(struct redis_store *store, struct ports *ports);

/* At the end of a turn: writes what is queued. Not from inside a port call. */
void redis_store_flush(struct redis_store *store);

struct redis_store_stats {
	bool connected; /* all stand, to a primary */
	bool attached;  /* and the app follows the log */
	bool loading;
	uint32_t in_flight; /* commits without an answer */
	uint32_t replicas;  /* replicas connected to the primary */
	uint32_t wait_for;  /* replicas that the gate waits for */
	uint64_t read_id;   /* newest entry read */
	uint64_t safe_id;   /* newest entry told safe */
	uint64_t answers;   /* of commits */
	uint64_t attempts;  /* to connect */
	uint64_t connects;  /* that came to stand */
	uint64_t losses;
	uint64_t timeouts;
	uint64_t bad_replies;
	uint64_t entries;
	uint64_t jumps; /* of the store's clock, over CLOCK_STEP_MS */
};
void redis_store_stats(const struct redis_store *store, struct redis_store_stats *ret);

#ifdef PINGAN_TEST_BUILD
/* Adds to the store's clock: the function counts with TIME + all advances of this daemon. Call clock_test_advance() with
 * the same number. */
void redis_store_test_advance(struct redis_store *store, int64_t ms);

enum store_fail {
	STORE_FAIL_NEXT,    /* the next commit is answered STORE_FAILED and never sent */
	STORE_FAIL_LOSE,    /* the next commit is sent; its answer is lost: STORE_FAILED */
	STORE_FAIL_HOLD,    /* answers, entries and the gate are held back (32,768 bytes of sockets fill up behind) */
	STORE_FAIL_RELEASE, /* ends HOLD */
	STORE_FAIL_DROP     /* all connections fall, now */
};
void redis_store_test_fail(struct redis_store *store, enum store_fail kind);
/* By name as `inject` of the test control gives it: next lose hold release drop. False when unknown. */
bool redis_store_test_fail_named(struct redis_store *store, const char *name);
#endif

#endif
