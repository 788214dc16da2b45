/* store.h - what the app asks of the store, and what it hears from it. The one contract that Redis and the simulated
 * store both keep; tests/contract proves it on both.
 *
 * Owns:   the shape of a commit, of its answer, and of a log entry.
 * Knows:  no Redis.
 * Result: one commit is atomic: all its records, index changes, outbox entries and its log entry, or nothing.
 * Bounds: STORE_PUTS_MAX records, STORE_LINKS_MAX index changes, STORE_OUTBOX_MAX outbox entries a commit;
 *         a body is STORE_BODY_MAX bytes at most, an audit part STORE_AUDIT_PART_MAX.
 *
 * A record is {rev, commits, body}. `commits` are the ids of the last 8 commits that touched it, newest first. A commit
 * names, for every record it puts, the newest commit id it was decided on (identity, not a number); the store refuses it
 * if another stands there now and hands back what does. A commit found among the record's own ids was mine: its answer
 * had been lost. Log entries are numbered 1, 2, 3, ... without gap; each carries the commit id of the one before it.
 * Every daemon, the committing one included, learns of a change from the log and from nowhere else; the answer to a
 * commit only refuses.
 *
 * A commit behind which a person stands has an audit part: who did, or looked at, what. It goes into a chain of its own, in
 * the same step: entry `id` has the number of its log entry, the hash of the one before, and
 *   hash = SHA-1 of "<hash before> <id> <at_ms> <audit part>", as 40 hex digits; STORE_HASH_NONE stands before the first.
 * A store that others can write to puts the hashes of the written records behind that part before it chains it.
 * The log entry names that hash, so whoever follows the log holds the head of the chain in memory.
 */
#ifndef APP_STORE_H
#define APP_STORE_H

#include "base/slice.h"
#include "base/time.h"

#define STORE_KEY_MAX 64
#define STORE_BODY_MAX 16384
#define STORE_COMMITS_KEPT 8
#define STORE_PUTS_MAX 6
#define STORE_CHECKS_MAX 2
#define STORE_LINKS_MAX 6
#define STORE_OUTBOX_MAX 8
#define STORE_AUDIT_MAX 2048
#define STORE_AUDIT_PART_MAX 1024 /* as a commit brings it; the store may put behind it how the records stand */
#define STORE_HASH_SIZE 41        /* 40 hex digits and a zero */
#define STORE_HASH_NONE "0000000000000000000000000000000000000000"

/* One record to write. */
struct store_put {
	char key[STORE_KEY_MAX]; /* without the cell's prefix: "incident:00ab..." */
	uint64_t expect;         /* newest commit id decided on; 0 = must not exist */
	bool remove;             /* the record goes (log-ins); body is empty */
	struct slice body;       /* borrowed until store_commit() returns */
};

/* A record that must still stand as it was read, but is not written. */
struct store_check {
	char key[STORE_KEY_MAX];
	uint64_t expect;
};

/* Index changes. UNIQUE is a precondition too: refused with TAKEN when the name has another value. */
enum store_link_op {
	LINK_UNIQUE, /* name -> value, if free or the same */
	LINK_FREE,   /* name goes, if it has this value */
	LINK_ADD,    /* value joins the set `name` */
	LINK_DROP    /* value leaves it */
};

struct store_link {
	enum store_link_op op;
	char name[STORE_KEY_MAX]; /* "open:<household>", "incidents:open" */
	char value[STORE_KEY_MAX];
};

struct store_outbox {
	char key[STORE_KEY_MAX]; /* incident:what:target:number; the same key is written once */
	struct slice body;
};

struct store_commit {
	uint64_t id;        /* random; never 0 */
	uint32_t put_count; /* 0: a log entry only; `message` then tells the same commit sent again (DUPLICATE) */
	struct store_put puts[STORE_PUTS_MAX]; /* [0] is the main record */
	uint32_t check_count;
	struct store_check checks[STORE_CHECKS_MAX];
	uint32_t link_count;
	struct store_link links[STORE_LINKS_MAX];
	uint32_t outbox_count;
	struct store_outbox outbox[STORE_OUTBOX_MAX];
	char message[2 * STORE_KEY_MAX];   /* de-duplication: key of the device's message; empty = none */
	char message_value[STORE_KEY_MAX]; /* what a copy is told: the incident's key */
	int64_t message_ms;                /* how long it is remembered after its last copy */
	bool message_anew;                 /* forget an older memory of the key (its incident is closed) */
	ms_t not_before_ms;                /* refused while the store's clock is earlier; 0 = no condition */
	struct slice event;                /* LogEvent: what happened */
	struct slice audit;                /* AuditEntry: who did it; empty = nobody: a device or a rule */
};

enum store_result {
	STORE_FAILED,    /* no answer or a broken one: unknown outcome. Send the same commit again */
	STORE_STORED,    /* log_id, at_ms */
	STORE_MINE,      /* was stored before; log_id when the function still knows it, else 0 */
	STORE_DUPLICATE, /* message known: value = message_value of the first, log_id of the entry that made it */
	STORE_STALE,     /* a put or check was decided on something else: index, and the record as it stands */
	STORE_TAKEN,     /* a UNIQUE name has another value: index, value */
	STORE_EARLY,     /* not_before_ms is still ahead */
	STORE_REFUSED    /* the function found the call malformed: our own fault */
};

struct store_answer {
	enum store_result result;
	uint64_t log_id;
	ms_t at_ms;                /* the store's clock */
	uint32_t index;            /* STALE: puts, then checks; TAKEN: links */
	char value[STORE_KEY_MAX]; /* DUPLICATE, TAKEN */
	/* STALE: the record as it stands; rev 0 = does not exist */
	uint64_t rev;
	uint64_t newest;   /* its newest commit id */
	struct slice body; /* borrowed during the call */
};

/* When a unit was last heard, by whichever daemon, and what it last said of itself. Kept beside the records and never in
 * the log: a hundred thousand units say every minute that they are there. No promise rests on the last second of it.
 * Names: a device's id, or "@<daemon>", "#<carrier>", "!<word>" for what daemons tell each other (docs/STORE.md). */
#define STORE_SEEN_NAME_MAX 40
#define STORE_SEEN_MAX 512

struct store_seen {
	char name[STORE_SEEN_NAME_MAX];
	ms_t heard_ms;       /* put: stands if it is later than what stands; 0 = nothing said. Answer: 0 = never heard */
	struct slice vitals; /* put: replaces what stands; empty = nothing said. Borrowed during the call */
	bool forget;         /* put: all of it goes */
};

/* One record as the log or a load brings it. */
struct store_record {
	char key[STORE_KEY_MAX];
	uint64_t rev;                         /* 0 = removed */
	uint64_t commits[STORE_COMMITS_KEPT]; /* newest first, 0 = none */
	struct slice body;                    /* borrowed during the call */
	bool absent; /* of an entry: kept apart (store_apart()), and has moved on since: a later entry brings it */
};

/* Bodies of these records are not copied into the log: a log is kept for months and nothing in it can be changed, while
 * what is personal must be erasable in one place. Whoever reads the log gets them all the same, with the entry, as they
 * stood after it; or `absent`, when the record has changed again since or gone. Old entries may still carry theirs. */
static inline bool store_apart(const char *key)
{
	return strncmp(key, "household:", 10) == 0 || strncmp(key, "person:", 7) == 0;
}

/* One entry of the log. */
struct store_entry {
	uint64_t id; /* 1, 2, 3, ... */
	uint64_t commit;
	uint64_t prev;               /* commit id of entry id-1; 0 for the first */
	ms_t at_ms;                  /* never earlier than the entry before */
	struct slice event;          /* borrowed during the call */
	char audit[STORE_HASH_SIZE]; /* hash of its entry in the audit chain; empty = it has none */
	uint32_t record_count;
	struct store_record records[STORE_PUTS_MAX];
};

/* One entry of the audit chain. */
struct store_audit {
	uint64_t id; /* of its log entry */
	ms_t at_ms;
	char prev[STORE_HASH_SIZE]; /* hash of the entry before it */
	char hash[STORE_HASH_SIZE];
	struct slice body; /* AuditEntry */
};

#endif
