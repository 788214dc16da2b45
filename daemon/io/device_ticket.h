/* device_ticket.h - tickets of TLS 1.3: a device with a certificate behind it connects anew without looking at it again.
 *
 * Owns:   the keys that tickets are sealed with. They are made from the listener's private key and the date, so every daemon
 *         with the same certificate opens every other's tickets, before and after a restart, and none has to be handed out.
 * Knows:  no device: a ticket says nothing of who it is. Whoever resumes shows its token in Hello as ever, so a retired device
 *         gets no further with one. Devices with a key of their own get no tickets: their key costs less than one does.
 * Result: no early data is ever taken, so there is nothing that could be played back.
 * Bounds: a key seals for TICKET_KEY_S and opens for as long again; a ticket lives no longer than that together.
 */
#ifndef IO_DEVICE_TICKET_H
#define IO_DEVICE_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ensure.h"

typedef struct ssl_ctx_st SSL_CTX;

#define TICKET_KEY_S (84 * 3600) /* two make a week, the longest that TLS 1.3 allows (RFC 8446, 4.6.1) */

/* Tickets for a context that has its private key; `utc_s` is asked with the connection's SSL app data. False without memory. */
bool device_ticket_use(SSL_CTX *ctx, int64_t (*utc_s)(void *conn)) MUST_USE;

#endif
