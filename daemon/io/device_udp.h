/* device_udp.h - alarm panels over UDP: SIA DC-09 on the same port as its TCP listener.
 *
 * Owns:   one socket, and for each address and port that was heard lately a link of the app.
 * Knows:  of the protocol only that the app says how many bytes it has used up.
 * Result: each datagram goes to app_device_bytes() at once; answers leave from the port that was sent to. What the app can't
 *         take now is dropped and counted: the unit repeats it.
 * Bounds: UDP_DATAGRAMS_MAX datagrams a turn; `peers_max` peers: one that never said anything that we know makes room,
 *         heard longest ago first, and a known panel for another only when there are no others. A peer is forgotten
 *         UDP_IDLE_MS after its last word, which is longer than any answer may wait.
 */
#ifndef IO_DEVICE_UDP_H
#define IO_DEVICE_UDP_H

#include <event2/event.h>

#include "io/address.h"
#include "io/clock.h"
#include "io/links.h"
#include "io/metrics.h"

#define UDP_DATAGRAMS_MAX 64
#define UDP_IDLE_MS 60000

struct device_udp;

/* `address` with `port` in place of its own: where the TCP listener stands. NULL with one line in `error`. Pointers are
 * borrowed and outlive it. */
struct device_udp *device_udp_new(struct event_base *base, const struct address *address, uint16_t port,
                                  size_t peers_max, struct app *app, struct links *links, struct metrics *metrics,
                                  struct clock *clock, char error[256]) MUST_USE;
/* No more datagrams; the app is told that every peer has gone. */
void device_udp_stop(struct device_udp *u);
void device_udp_free(struct device_udp *u); /* accepts NULL */

#endif
