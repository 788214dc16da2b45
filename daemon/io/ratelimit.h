/* ratelimit.h - a delay that grows with failed log-ins, and can't be used to lock a centre out.
 *
 * Owns:   counts of failures for a pair (account at an address), an account, an address, and an open session.
 * Knows:  no passwords, no sockets, no store; names are keyed hashes. What the other daemons of the cell counted is told
 *         (app/guesses.h), and what is to be told them comes out.
 * Result: seconds to wait, or 0. Every try counts as failed until it is told good, so that tries side by side count too.
 * Bounds: ENTRIES entries; the least telling one makes room. A failure is forgotten after GUESS_FORGET_MS, and delays end at
 *         60 s for a pair and 30 s for the rest.
 *
 * Who floods an account from elsewhere delays only those who have not logged in to it from where they are for
 * GUESS_KNOWN_MS: a pair that was good, and whoever shows a session that is open, passes the limits of account and address.
 * A session has a count of its own, or a screen found open would be a place to guess its password at leisure.
 *
 * An account that is none is counted as one of STRANGERS, so that it is as slow as any other, on every daemon, and nobody's
 * password, typed into the wrong field, is kept as a name.
 */
#ifndef IO_RATELIMIT_H
#define IO_RATELIMIT_H

#include <stdbool.h>

#include "app/app.h"

struct ratelimit;

/* Who tries. */
struct guesser {
	const char *address;
	const char *account; /* id of a person, or what was typed */
	bool known;          /* the first of these */
	const char *session; /* name of an open session of this person that is shown, or NULL */
};

/* `key`: random; who does not know it can't aim at an entry. */
struct ratelimit *ratelimit_new(const uint64_t key[2]) MUST_USE;
void ratelimit_free(struct ratelimit *rl);
/* That of the cell: what was counted under another is found no more. */
void ratelimit_key(struct ratelimit *rl, const uint64_t key[2]);

/* 0: go ahead, and it is counted. Else seconds until it makes sense again. The same guesser again to the others. */
uint32_t ratelimit_try(struct ratelimit *rl, mono_t now, const struct guesser *g) MUST_USE;
/* This pair was right within GUESS_KNOWN_MS, or a session is shown: whoever it is worked here before. */
bool ratelimit_known(struct ratelimit *rl, mono_t now, const struct guesser *g);
/* The password was right: this pair is known from now on. True: that is news for the others. */
bool ratelimit_good(struct ratelimit *rl, mono_t now, const struct guesser *g);
/* Nobody looked at the password: the try does not count. */
void ratelimit_undo(struct ratelimit *rl, mono_t now, const struct guesser *g);

/* How often log-ins of this person (id) failed that are not forgotten, from wherever; `ret_ago_ms`: the last, -1 = none. */
void ratelimit_account(const struct ratelimit *rl, mono_t now, const char *person, uint32_t *ret_fails,
                       int64_t *ret_ago_ms, uint32_t *ret_wait_s);

/* What the others are to count, or to forget. */
void ratelimit_names(const struct ratelimit *rl, const struct guesser *g, bool good, struct guess_ask *ret);
/* What all have counted together. */
void ratelimit_learn(struct ratelimit *rl, mono_t now, const struct guess_count *c);

#endif
