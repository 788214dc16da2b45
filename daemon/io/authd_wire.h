/* authd_wire.h - how pingand asks pingan-authd about passwords, over a Unix socket.
 *
 * A frame is its length in two bytes, then that many bytes; numbers have the most significant byte first.
 *
 *   question   op 1 byte, id 8 bytes, password (length 2 bytes, bytes), hash (length 2 bytes, bytes)
 *   answer     id 8 bytes, status 1 byte, hash (length 2 bytes, bytes; only of AUTHD_HASH)
 *
 * Answers may come in another order than their questions; the id says which is which. Verifying against an empty hash
 * takes as long as against a real one and is never right: so nobody learns by the time it takes which accounts exist.
 */
#ifndef IO_AUTHD_WIRE_H
#define IO_AUTHD_WIRE_H

#include "base/slice.h"

#define AUTHD_FRAME_MAX 1024
#define AUTHD_PASSWORD_MAX 256
#define AUTHD_HASH_MAX 128
#define AUTHD_QUEUE_MAX 64

enum authd_op { AUTHD_VERIFY = 1, AUTHD_HASH = 2 };

enum authd_status {
	AUTHD_YES = 0,   /* right; or hashed */
	AUTHD_NO = 1,    /* wrong */
	AUTHD_BUSY = 2,  /* the queue is full: ask again later */
	AUTHD_FAILED = 3 /* no memory, or a hash that is none */
};

struct authd_question {
	enum authd_op op;
	uint64_t id;
	struct slice password;
	struct slice hash;
};

struct authd_answer {
	uint64_t id;
	enum authd_status status;
	struct slice hash;
};

/* Appends a frame. */
void authd_put_question(struct buf *ret, const struct authd_question *q);
void authd_put_answer(struct buf *ret, const struct authd_answer *a);

/* Looks at the front of a stream. Returns the frame's whole length with *ret pointing into `in`; 0: more bytes are needed;
 * -1: broken, hang up. */
long authd_take_question(struct slice in, struct authd_question *ret) MUST_USE;
long authd_take_answer(struct slice in, struct authd_answer *ret) MUST_USE;

#endif
