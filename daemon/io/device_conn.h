/* device_conn.h - what device_server.c (listeners, time limits) and device_conn.c (one connection) share. */
#ifndef IO_DEVICE_CONN_H
#define IO_DEVICE_CONN_H

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

#include "base/table.h"
#include "io/device_server.h"

enum conn_state {
	CONN_HANDSHAKE,
	CONN_OPEN,
	CONN_FLUSHING,  /* closed by the app: what is queued goes out */
	CONN_LINGERING, /* our side is shut; the peer's last bytes are thrown away, so that it reads ours */
	CONN_DYING      /* no longer counted; freed in a sweep */
};

struct conn;
TAILQ_HEAD(conn_list, conn);

/* Connections of one address. */
struct peer {
	char text[INET6_ADDRSTRLEN];
	uint32_t count, strangers;
	struct conn_list handshakes; /* wait for our work */
	TAILQ_ENTRY(peer) ring;      /* while there are any */
};

/* Bytes that the socket did not take. */
struct out {
	struct event *write; /* owned */
	size_t at, len;
	uint8_t bytes[DEVICE_OUT_MAX];
};

/* Lean: one of these for every home. */
struct conn {
	TAILQ_ENTRY(conn) all;
	TAILQ_ENTRY(conn) list;    /* of its peer's handshakes, of `kept` while in_len != 0, of `dying` */
	TAILQ_ENTRY(conn) strange; /* of the listener's strangers */
	struct event *read;        /* owned; made by libevent, whose struct event is not core's */
	struct listener *listener;
	link_t link;
	SSL *ssl;
	struct out *out; /* NULL when nothing is queued */
	uint8_t *in;     /* bytes that the app has not used */
	char *identity;  /* looked up in the handshake */
	struct peer *peer;
	mono_t since; /* of this state */
	mono_t heard;
	mono_t begun; /* since when what is in `in` waits for the rest of its frame */
	uint32_t in_len;
	int fd;
	enum conn_state state;
	bool full;     /* not read: the app uses nothing */
	bool stranger; /* has not shown whose it is */
	bool waits;    /* in the line of handshakes */
};

struct listener {
	struct device_server *server;
	struct event *accept;
	SSL_CTX *tls;
	enum protocol protocol;
	int fd;
	uint16_t port;
	char path[108];
	struct address address;
	bool waiting; /* not accepting until there is room for strangers */
	size_t count, max;
	struct conn_list strangers; /* who came first stands first */
	size_t stranger_count;
};

struct device_server {
	struct event_base *base;
	struct app *app;
	struct links *links;
	struct log *log;
	struct metrics *metrics;
	struct clock *clock;
	uint32_t per_address_max, strangers_max;
	bool stopping; /* or its listeners are shut for a while */
	struct listener *listeners;
	size_t listener_count;
	struct table peers;
	struct conn_list all, kept, dying;
	size_t count;
	struct event *tick, *again, *sweep, *accept_again, *handshake;
	TAILQ_HEAD(, peer) ring; /* addresses with handshakes to work on */
	struct peer local;       /* whoever comes by a Unix socket */
	size_t handshakes_waiting;
	size_t kept_bytes;
	uint8_t scratch[DEVICE_IN_MAX];
};

static inline const char *peer_text(const struct conn *c)
{
	return c->peer == NULL ? "unix" : c->peer->text;
}

/* Makes the event of a connection whose listener and fd are set. False without memory. */
bool conn_assign(struct conn *c) MUST_USE;
/* TLS is done, or there is none: the app is told. */
void conn_opened(struct conn *c);
/* Out of every list and callback at once; freed in the sweep, because a callback of ours may be running on it. */
void conn_kill(struct conn *c);
/* The peer has gone, or can't be spoken to any more. Not to be called from inside the app. */
void conn_gone(struct conn *c);
/* What the app does to a link (io/links.h). */
void conn_close(void *conn);
/* Shows the app again what it did not use. */
void conn_again(struct conn *c);
/* One step of a handshake. */
void conn_handshake(struct conn *c);
/* In device_server.c: frees a dying connection. */
void conn_free(struct conn *c);

#endif
