/* audit_walk.h - the audit chain as it stands in Redis, read entry by entry without ever waiting for it.
 *
 * Owns:   a connection of its own for as long as one walk takes: no commit ever waits behind a reply of it.
 * Knows:  no right and no meaning of an entry.
 * Result: the caller asks in each turn of the loop whether there is something; entries come in their order.
 * Bounds: AUDIT_WALKS_MAX at once; AUDIT_WALK_BATCH entries a reply, one reply at a time; a Redis that says nothing for
 *         AUDIT_WALK_WAIT_MS is lost.
 */
#ifndef IO_AUDIT_WALK_H
#define IO_AUDIT_WALK_H

#include <event2/event.h>

#include "app/store.h"
#include "io/clock.h"
#include "io/config.h"

#define AUDIT_WALKS_MAX 4
#define AUDIT_WALK_BATCH 64
#define AUDIT_WALK_WAIT_MS 3000

struct audit_walk;

enum audit_walk_state {
	AUDIT_WALK_WAITS,      /* ask again in a later turn */
	AUDIT_WALK_ENTRY,      /* *ret_entry is the next one; it lives until the next question */
	AUDIT_WALK_UNREADABLE, /* something stands there that is no entry: only its number is known */
	AUDIT_WALK_END,        /* there are no more */
	AUDIT_WALK_LOST        /* Redis is away, or says what it should not */
};

/* From entry `from` on; `since_ms` not 0: from the first one that is not older. `config` is borrowed for as long as it lives.
 * NULL: without memory, or AUDIT_WALKS_MAX are under way. */
struct audit_walk *audit_walk_new(struct event_base *base, const struct config *config, struct clock *clock,
                                  uint64_t from, ms_t since_ms) MUST_USE;
enum audit_walk_state audit_walk_next(struct audit_walk *w, struct store_audit *ret_entry) MUST_USE;
void audit_walk_free(struct audit_walk *w); /* accepts NULL */

#endif
