/* ratelimit.h - a delay that grows with failed log-ins, and can't be used to lock a centre out.
 *
 * Owns:   counts of failures for a pair (account at an address), an account, an address, and an open session.
 * Knows:  no passwords and no sockets; names are kept as keyed hashes only.
 * Result: seconds to wait, or 0. Every try counts as failed until it is told good, so that tries side by side count too.
 * Bounds: ENTRIES entries; the least telling one makes room. A failure is forgotten a minute later, and delays end at
 *         60 s for a pair and 30 s for the rest.
 *
 * Who floods an account from elsewhere delays only those who have never logged in to it from where they are: a pair that
 * was good before, and whoever shows a session that is open, passes the limits of account and address. A session has a count
 * of its own, or a screen found open would be a place to guess its password at leisure.
 */
#ifndef IO_RATELIMIT_H
#define IO_RATELIMIT_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/time.h"

struct ratelimit;

/* `key`: random; who does not know it can't aim at an entry. */
struct ratelimit *ratelimit_new(const uint64_t key[2]) MUST_USE;
void ratelimit_free(struct ratelimit *rl);

/* 0: go ahead, and it is counted. Else seconds until it makes sense again. `session`: name of an open session of this person
 * that is shown, or NULL; the same again to the others. */
uint32_t ratelimit_try(struct ratelimit *rl, mono_t now, const char *address, const char *account,
                       const char *session) MUST_USE;
/* The password was right: this pair is known from now on. */
void ratelimit_good(struct ratelimit *rl, mono_t now, const char *address, const char *account, const char *session);
/* Nobody looked at the password: the try does not count. */
void ratelimit_undo(struct ratelimit *rl, mono_t now, const char *address, const char *account, const char *session);

#endif
