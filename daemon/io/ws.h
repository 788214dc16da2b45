/* ws.h - one WebSocket: whole messages in, whole messages out, both bounded.
 *
 * Owns:   reassembly of fragments, the check of text as UTF-8, the output queue, how a WebSocket is closed.
 * Knows:  no screens and no app: a sink is told. /ws (screens.c) and the conformance echo (echo.c) run through here alike.
 * Result: sink->message() with one whole message; what is sent goes out at once where the socket has room, else waits.
 * Bounds: by struct ws_limits: a message in, the queue out. A peer that does not answer our Close is dropped after
 *         CLOSE_WAIT_S. Where libwebsockets is laxer than RFC 6455, the checks here are made good where its API allows
 *         (docs/decisions/0004 names the rest).
 */
#ifndef IO_WS_H
#define IO_WS_H

#include <libwebsockets.h>
#include <sys/queue.h>

#include "app/ports.h"
#include "io/lwsev.h"
#include "io/metrics.h"
#include "io/utf8.h"

#define CLOSE_WAIT_S 5

struct ws;

struct ws_limits {
	size_t message_max; /* one message of the peer */
	size_t queue_max;   /* bytes waiting for it; a single message may be larger when nothing else waits */
	bool text;          /* text messages are taken too */
};

struct ws_sink {
	/* False: not now (the inbox is full): nothing more is read until ws_resume(). Asked before each read. */
	bool (*may_read)(void *owner);
	void (*message)(void *owner, bool text, struct slice message);
	void (*drained)(void *owner); /* after SEND_FULL: the queue is empty again */
	void (*gone)(void *owner);    /* the last call */
};

struct ws_out {
	TAILQ_ENTRY(ws_out) link;
	size_t len;
	bool text;
	uint8_t bytes[]; /* LWS_PRE in front of the message */
};

/* Lives in the memory that lws keeps for the connection. */
struct ws {
	struct lws *wsi;
	struct lwsev *ev;
	struct metrics *metrics;
	const struct ws_limits *limits;
	const struct ws_sink *sink; /* NULL once gone() was called or the owner let go */
	void *owner;
	/* in */
	uint8_t *in; /* owned; grows to what a message needs */
	size_t in_len, in_size;
	bool in_message;
	bool in_text;
	bool paused;
	struct utf8 utf8;
	bool receiving; /* inside the sink's message(): what is sent goes after a pong that lws owes */
	/* out */
	TAILQ_HEAD(, ws_out) out;
	size_t queued;    /* bytes of messages in `out` */
	bool blocked;     /* lws holds part of the last message: wait for WRITEABLE */
	bool full;        /* SEND_FULL was answered: drained() is owed */
	bool closing;     /* close when `out` is empty */
	bool close_sent;  /* our Close has gone: the answer to it is waited for */
	bool peer_closed; /* its Close has come: what it sends after that is not for us */
	uint16_t close_code;
};

void ws_open(struct ws *ws, struct lws *wsi, struct lwsev *ev, struct metrics *metrics, const struct ws_limits *limits,
             const struct ws_sink *sink, void *owner);

/* The callback of lws for everything after the handshake; returns what lws is to be told. */
int ws_callback(struct ws *ws, enum lws_callback_reasons reason, void *in, size_t len);

enum send_result ws_send(struct ws *ws, bool text, struct slice message);
/* Sends what is queued, then closes with `code`. The sink hears no more. */
void ws_close(struct ws *ws, uint16_t code);
void ws_resume(struct ws *ws);

#endif
