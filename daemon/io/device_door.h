/* device_door.h - who of the units' connections comes in, whose handshake is worked on next, and who has to go.
 *
 * Owns:   the addresses that connections come from, the connections that have not yet shown whose they are ("strangers"),
 *         the line of handshakes that wait for our work, the sum of bytes kept for all.
 * Knows:  no protocol: the app says when a unit has shown whose it is (app_device_proved()).
 * Result: a unit that is known is never closed for a stranger's sake. A stranger that must go is one whose address has most
 *         of them, else one that had DOOR_GRACE_MS for its first words. Where nobody can be sent away the listener waits,
 *         unless it is one address that fills it: then that address is refused.
 * Bounds: `strangers_max` strangers and `max` connections a listener, `per_address_max` of one address, DOOR_LOOK strangers
 *         looked at to find who goes; DOOR_HANDSHAKES steps of handshakes a turn, taken from the addresses in rounds, so that
 *         a press waits behind about 3 ms of them; DOOR_HANDSHAKES_WAITING of them, then nobody is let in until they are
 *         fewer. An IPv6 address counts as its /64, because one home has all of it.
 */
#ifndef IO_DEVICE_DOOR_H
#define IO_DEVICE_DOOR_H

#include <sys/socket.h>

#include "io/device_conn.h"

#define DOOR_GRACE_MS 2000
#define DOOR_LOOK 16
#define DOOR_HANDSHAKES 16
#define DOOR_HANDSHAKES_WAITING 256

enum door { DOOR_IN, DOOR_REFUSED };

/* The address that `from` belongs to, counted once more. NULL without memory. */
struct peer *door_peer(struct device_server *s, const struct sockaddr_storage *from) MUST_USE;
void door_peer_leave(struct device_server *s, struct peer *p); /* accepts NULL */

/* Makes room for one more of `p`, or says why not. May free another connection: not to be called from inside the app. */
enum door door_ask(struct listener *l, struct peer *p, const char **ret_why) MUST_USE;

/* It is in, and a stranger. */
void door_enter(struct conn *c);
/* It has shown whose it is. */
void door_known(struct conn *c);
/* It goes: out of every list of this module. */
void door_leave(struct conn *c);

/* This listener should not accept now. */
bool door_shut(const struct listener *l);

/* A handshake has something to do: its turn will come. */
void door_handshake(struct conn *c);
/* The event that works on handshakes; returns how many are left. */
size_t door_handshakes(struct device_server *s);

/* Room for `more` bytes kept for a connection? Counted as taken when true. */
bool door_keep(struct device_server *s, size_t more) MUST_USE;
void door_kept_less(struct device_server *s, size_t less);

#endif
