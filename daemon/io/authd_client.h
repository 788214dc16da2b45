/* authd_client.h - pingand's side of the password helper: questions out, answers in, nothing ever waits.
 *
 * Owns:   one connection to its socket, made again when it falls; the questions that wait for an answer.
 * Result: done() exactly once for each question that was taken, never from inside authd_ask().
 * Bounds: AUTHD_QUEUE_MAX questions; each is answered AUTHD_AWAY after `timeout_ms`, whatever the helper does.
 */
#ifndef IO_AUTHD_CLIENT_H
#define IO_AUTHD_CLIENT_H

#include <event2/event.h>

#include "io/authd_wire.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/metrics.h"

enum authd_result { AUTHD_RIGHT, AUTHD_WRONG, AUTHD_LATER, AUTHD_AWAY }; /* LATER: too busy now */

struct authd_client;

/* `hash`: of a password that was to be hashed, AUTHD_RIGHT; else empty. */
typedef void authd_done(void *ctx, uint64_t tag, enum authd_result result, struct slice hash);

struct authd_client *authd_client_new(struct event_base *base, const char *path, uint32_t timeout_ms,
                                      struct clock *clock, struct log *log, struct metrics *metrics, authd_done *done,
                                      void *ctx) MUST_USE;
void authd_client_free(struct authd_client *c);

/* Is this the password behind this hash (empty: an account that does not exist)? AUTHD_RIGHT: taken, done() follows;
 * else why not. */
enum authd_result authd_ask(struct authd_client *c, uint64_t tag, struct slice password, struct slice hash) MUST_USE;
/* The hash of a new password. Likewise. */
enum authd_result authd_hash(struct authd_client *c, uint64_t tag, struct slice password) MUST_USE;
/* Nobody waits for this answer any more. */
void authd_forget(struct authd_client *c, uint64_t tag);

#endif
