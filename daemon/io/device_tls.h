/* device_tls.h - TLS of the native link.
 *
 * Owns:   suites, groups, what a connection may keep in memory; who gets a ticket.
 * Knows:  no device: whoever asks for a context says how a key is found.
 */
#ifndef IO_DEVICE_TLS_H
#define IO_DEVICE_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ensure.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

struct device_tls {
	/* Key of a device; `conn` is the connection's SSL app data. */
	bool (*find)(void *conn, const char *identity, uint8_t ret_key[32]);
	/* The date, for the keys of tickets; NULL: no tickets (device_ticket.h). */
	int64_t (*utc_s)(void *conn);
};

/* TLS 1.3 with external pre-shared keys; a certificate too when given. `tls` outlives it. NULL with a line in `error`. */
SSL_CTX *device_tls_new(const char *certificate, const char *key, const struct device_tls *tls,
                        char error[256]) MUST_USE;

/* True if the handshake was one with a device's own key: that, and not a ticket, says who it is. */
bool device_tls_keyed(SSL *ssl) MUST_USE;

#endif
