/* redis_link.h - one connection to Redis: hiredis' asynchronous context on libevent, and the clock that hiredis lacks.
 *
 * Owns:   the context, its events, and what was asked and is not answered yet.
 * Knows:  no command.
 * Result: every command is answered once by its callback, in order, or the link is lost: `lost` is called once, later, from
 *         the loop, never from inside another call, and callbacks of unanswered commands are never called.
 * Bounds: `waits_max` commands unanswered; sending one more is refused.
 *
 * Why not hiredis' own libevent adapter: it asks the kernel for writability at every command. Here what one turn has
 * queued leaves in one write at the end of the turn, and EV_WRITE is watched only while a write is partial.
 * hiredis 0.14 has no timeouts (redis_link_overdue() is ours), resolves names blocking (numeric addresses only), frees the
 * context by itself in the disconnect callback and after a failed connect.
 */
#ifndef IO_REDIS_LINK_H
#define IO_REDIS_LINK_H

#include <event2/event.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/ensure.h"

struct redis_link;

/* `reply` is borrowed for the call. */
typedef void redis_link_reply(void *ctx, uint64_t tag, const redisReply *reply);

struct redis_link_owner {
	void *ctx;
	void (*up)(void *ctx, struct redis_link *link);
	void (*lost)(void *ctx, struct redis_link *link, const char *why);
};

struct redis_link *redis_link_new(struct event_base *base, const struct redis_link_owner *owner,
                                  size_t waits_max) MUST_USE;
void redis_link_free(struct redis_link *link); /* accepts NULL */

/* `unix_path` or a numeric address; `up` or `lost` follows. The link must be down. */
void redis_link_connect(struct redis_link *link, const char *unix_path, const char *host, uint16_t port);
/* Closes; `lost` is not called. Not from inside a reply or `up`. */
void redis_link_close(struct redis_link *link);
bool redis_link_is_up(const struct redis_link *link);

/* False: the link is not up, or waits_max are unanswered. `due_ms`: when it is overdue, on the caller's clock. */
bool redis_link_send(struct redis_link *link, int argc, const char **argv, const size_t *argvlen, redis_link_reply *fn,
                     void *ctx, uint64_t tag, int64_t due_ms) MUST_USE;

/* True when the oldest unanswered command is due. */
bool redis_link_overdue(const struct redis_link *link, int64_t now_ms);
size_t redis_link_waits(const struct redis_link *link);

/* Writes what is queued, now. Not from inside a reply. */
void redis_link_flush(struct redis_link *link);
/* Stops or resumes reading (tests). */
void redis_link_hold(struct redis_link *link, bool hold);

#endif
