/* store_state.h - the state of the simulated store: what commit.lua does, in C, with a way back.
 *
 * Owns:   records, log, names, sets, messages, outbox, and how to take back the last commits.
 * Knows:  no time but what it is given, no daemon, no delay.
 * Bounds: the last `undo_max` commits can be taken back.
 */
#ifndef SIM_STORE_STATE_H
#define SIM_STORE_STATE_H

#include "app/store.h"

/* Bytes shared between record, log and way back; counted. */
struct blob {
	size_t refs;
	size_t len;
	uint8_t at[];
};
struct blob *blob_new(struct slice bytes) MUST_USE;
struct blob *blob_keep(struct blob *b); /* accepts NULL */
void blob_drop(struct blob *b);         /* accepts NULL */

/* A commit that owns its bytes. */
struct owned_commit {
	struct store_commit commit;
	uint8_t *bytes;
};
struct owned_commit *owned_commit_copy(const struct store_commit *from) MUST_USE;
void owned_commit_free(struct owned_commit *c); /* accepts NULL */

struct store_state;

struct store_state *state_new(size_t undo_max) MUST_USE;
void state_free(struct store_state *s); /* accepts NULL */
/* The same, from here on a history of its own; what happened so far can't be taken back in it. */
struct store_state *state_clone(const struct store_state *from) MUST_USE;

/* Decides and applies; `time_ms` is TIME. *ret_body: counted for the caller; ret->body points into it. */
void state_commit(struct store_state *s, const struct store_commit *c, ms_t time_ms, struct store_answer *ret,
                  struct blob **ret_body);
/* The store's clock: never before the last entry. */
ms_t state_at_ms(const struct store_state *s, ms_t time_ms);
/* Takes back the newest `count` commits. */
void state_forget(struct store_state *s, size_t count);
/* Holds `body` (NULL: nothing) until the next call; takes over the caller's count. */
void state_lend(struct store_state *s, struct blob *body);

bool state_record(const struct store_state *s, const char *key, struct store_record *ret);
bool state_entry(const struct store_state *s, uint64_t id, struct store_entry *ret);
/* The entry of the audit chain that came with log entry `id`, if one did. */
bool state_audit(const struct store_state *s, uint64_t id, struct store_audit *ret);
/* SHA-1 of "<before> <id> <at_ms> <body>". */
void audit_sim_hash(const char *before, uint64_t id, ms_t at_ms, struct slice body, char ret[STORE_HASH_SIZE]);
void state_records(const struct store_state *s, void (*each)(void *ctx, const struct store_record *), void *ctx);
uint64_t state_newest(const struct store_state *s);
const char *state_link(const struct store_state *s, const char *name);
bool state_in_set(const struct store_state *s, const char *name, const char *value);
bool state_outbox(const struct store_state *s, size_t n, char ret_key[STORE_KEY_MAX], struct slice *ret_body);

#endif
