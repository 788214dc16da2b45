/* lwsev.h - libwebsockets inside libevent's loop.
 *
 * Owns:   a uv loop that lws runs on (its libuv event library), and the three libevent events that drive it: uv's backend
 *         descriptor is watched for reading, its next timer is mirrored, and a kick runs it once more this turn.
 * Knows:  no HTTP. All through public API; why this way stands in docs/decisions.
 * Result: one thread, one loop: uv is only ever entered from libevent, and never waits.
 * Bounds: TURNS_MAX turns of uv for one wake-up, then libevent's other work comes first.
 * Use:    lwsev_new() before lws_create_context(), lwsev_start() after it; lwsev_kick() after every lws call that is made
 *         from outside an lws callback: such calls only queue inside uv, and nothing would wake it.
 */
#ifndef IO_LWSEV_H
#define IO_LWSEV_H

#include <stdbool.h>

#include <event2/event.h>
#include <libwebsockets.h>

#include "base/ensure.h"

struct lwsev;

/* Fills in what `info` needs. NULL when there is no memory. */
struct lwsev *lwsev_new(struct event_base *base, struct lws_context_creation_info *info) MUST_USE;
void lwsev_start(struct lwsev *ev);
/* True inside callbacks of lws that are about bytes it has read before, false when a descriptor has called for them. */
bool lwsev_reads_on(const struct lwsev *ev);
void lwsev_kick(struct lwsev *ev);
/* Destroys the context (may be NULL: creation failed), lets uv finish, frees. Accepts NULL. */
void lwsev_free(struct lwsev *ev, struct lws_context *context);

#endif
