/* address.h - where to listen or connect, as configuration writes it: "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock".
 *
 * Knows:  no names: a name would be looked up on the loop. Numeric addresses only.
 */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ensure.h"

enum address_kind { ADDRESS_NONE, ADDRESS_TCP, ADDRESS_UNIX };

struct address {
	enum address_kind kind;
	char host[64]; /* numeric, without brackets */
	bool v6;
	uint16_t port; /* 0 = the system picks one (tests) */
	char path[108];
	bool local; /* loopback or a Unix socket: never leaves the machine */
};

/* An empty text is ADDRESS_NONE. False (and *ret untouched) when it is not an address. */
bool address_parse(const char *text, struct address *ret) MUST_USE;

#endif
