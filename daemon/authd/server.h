/* server.h - the password helper: questions from daemons, answers by argon2id, a few at a time.
 *
 * Owns:   its listening socket, the connections of daemons, a queue, and WORKERS threads that only hash.
 * Knows:  no accounts and no names: a password and a hash come in, yes or no goes out. Passwords are wiped from memory
 *         as soon as they have been looked at.
 * Bounds: AUTHD_QUEUE_MAX questions wait, the next is answered AUTHD_BUSY at once; CLIENTS_MAX connections; a frame of
 *         AUTHD_FRAME_MAX bytes. An answer that a daemon does not read for long drops its connection.
 */
#ifndef AUTHD_SERVER_H
#define AUTHD_SERVER_H

#include <event2/event.h>

#include "io/authd_wire.h"

#define CLIENTS_MAX 32
#define WORKERS 2 /* 64 MiB each while they hash */

struct authd;

struct authd_config {
	const char *path;
	/* argon2id: libsodium's INTERACTIVE unless a test wants it cheap. 0 = the default. */
	unsigned long long ops;
	size_t memory;
};

/* Listens, or says why not in `why`. A dead socket of an earlier run is replaced; a live one is not. */
struct authd *authd_new(struct event_base *base, const struct authd_config *config, char why[256]) MUST_USE;
void authd_free(struct authd *a);

#endif
