/* who.h - who is this request: a person by the cookie of a page, or another system by its token.
 *
 * Owns:   what a token looks like, and how cookie and token are read from a request.
 * Knows:  no path: whoever answers one asks here first, then who_may() and who_covers() (app/app.h).
 * Result: a request that names a token is that token's or nobody's: its cookie is not looked at. What a cookie changes must
 *         come from a page of ours (WHO_ORIGIN), or any page in the world could do it in a logged-in browser. A token no
 *         browser sends by itself.
 */
#ifndef IO_WHO_H
#define IO_WHO_H

#include "io/web_internal.h"

/* "pat_<16 hex>_<64 hex>": id and secret. Hashed is the secret as bytes. */
#define TOKEN_PREFIX "pat_"
#define TOKEN_ID_LEN 16
#define TOKEN_SECRET_LEN 64
#define TOKEN_LEN (sizeof TOKEN_PREFIX - 1 + TOKEN_ID_LEN + 1 + TOKEN_SECRET_LEN)

enum who_result {
	WHO_OK,
	WHO_NONE,   /* 401: nothing that says who it is, or a session that is over */
	WHO_TOKEN,  /* 401: a token that is none, has expired or was revoked */
	WHO_ORIGIN, /* 403: a change with a cookie, and not from a page of ours */
	WHO_LATER   /* 503: sessions and tokens are not read yet */
};

/* `change`: it changes something (any method but GET and HEAD). Counts refusals; answers nothing. */
enum who_result who_asks(struct web_port *port, struct lws *wsi, bool change, struct who *ret);

/* A person with a log-in of their own: no token, and no wall, which is nobody's. */
bool who_is_person(const struct who *who);

/* Takes "pat_..." apart; false when it is none. */
bool token_read(struct slice text, char ret_id[TOKEN_ID_LEN + 1], uint8_t ret_secret[TOKEN_SECRET_LEN / 2]);

#endif
