/* web.h - what browsers see of the daemon: pages, log-in, the WebSocket of screens; and the admin port beside it.
 *
 * Owns:   the libwebsockets context with its listeners, the pages in memory, every browser's connection.
 * Knows:  no meaning of a message: the app reads and writes them.
 * Result: one origin: /console/, /caregiver/, /assets/, /api/v1/, /ws, /healthz, /readyz. Admin: /metrics, /healthz, /readyz.
 * Bounds: limits.web connections (no one address has them all: web_door.h), limits.screens WebSockets; a request of
 *         REQUEST_MAX_S seconds with a body of BODY_MAX bytes; a message of a screen SCREEN_MESSAGE_MAX bytes; a queue of
 *         limits.screen_queue_kib.
 *
 *   web_door.c    who comes in
 *   web.c         context, listeners, life
 *   http.c        one request and its answer
 *   api.c         log-in, log-out, who am I; health
 *   webhook.c     alarms of vendors' clouds, on a listener of their own
 *   screen.c      the WebSocket of consoles and phones: io/ws.h to the app's links
 *   echo.c        the conformance echo of test builds, through the same io/ws.h
 */
#ifndef IO_WEB_H
#define IO_WEB_H

#include <event2/event.h>

#include "app/app.h"
#include "io/clock.h"
#include "io/config.h"
#include "io/links.h"
#include "io/log.h"
#include "io/metrics.h"

struct web;
struct vendors;

struct web_parts {
	struct event_base *base;
	const struct config *config; /* read now; borrowed for as long as the web lives */
	struct links *links;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct vendors *vendors; /* taken over, also when web_new() fails */
	bool echo;               /* test builds: the echo on 127.0.0.1:echo_port; port 0 = any */
	uint16_t echo_port;
};

/* Listens, or fails with one line in `why`. */
struct web *web_new(const struct web_parts *parts, char why[256]) MUST_USE;
/* Before the first turn of the loop. Borrowed. */
void web_set_app(struct web *web, struct app *app);

/* Called before a page of metrics is written: gauges of other modules. */
void web_before_metrics(struct web *web, void (*before)(void *ctx), void *ctx);

/* Takes over pages, origins, lengths, vendors. False: the pages can't be read, and everything stays as it was; the vendors are
 * freed. */
bool web_reload(struct web *web, const struct config *config, struct vendors *vendors, char why[256]) MUST_USE;

/* The app leaves: no new screens; whoever asks for something is answered, and then hung up on. false: as ever again. */
void web_leave(struct web *web, bool on);
/* Graceful: no new connections; screens are told to come back elsewhere. */
void web_stop(struct web *web);
/* Open connections, for a drain. */
size_t web_connections(const struct web *web);
size_t web_hook_connections(const struct web *web); /* of vendors' clouds */
void web_free(struct web *web);                     /* accepts NULL */

/* The port of the app. */
void web_login_done(struct web *web, uint64_t tag, bool ok);
void web_guess_key(struct web *web, const uint64_t key[2]);
void web_guess_known(struct web *web, const struct guess_count *list, size_t count);
void web_record_done(struct web *web, uint64_t tag, const struct record_done *done);
void web_post_done(struct web *web, uint64_t tag, const struct post_answer *answer);

/* TCP port that a listener got; 0 when there is none. */
uint16_t web_port(const struct web *web);
uint16_t web_admin_port(const struct web *web);
uint16_t web_hook_port(const struct web *web);
uint16_t web_echo_port(const struct web *web);

#endif
