/* device_tls.h - TLS of the native link.
 *
 * Owns:   suites, groups, what a connection may keep in memory.
 * Knows:  no device: whoever asks for a context says how a key is found.
 */
#ifndef IO_DEVICE_TLS_H
#define IO_DEVICE_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ensure.h"

typedef struct ssl_ctx_st SSL_CTX;

struct device_tls {
	/* Key of a device; `conn` is the connection's SSL app data. */
	bool (*find)(void *conn, const char *identity, uint8_t ret_key[32]);
};

/* TLS 1.3 with external pre-shared keys; a certificate too when given. `tls` outlives it. NULL with a line in `error`. */
SSL_CTX *device_tls_new(const char *certificate, const char *key, const struct device_tls *tls,
                        char error[256]) MUST_USE;

#endif
