/* device_server.h - listeners and connections of home devices: native link (TLS 1.3, or plain on loopback) DC-09 and watches over TCP.
 *
 * Owns:   sockets, TLS, read and write buffers, time limits of a connection.
 * Knows:  of the protocols only that the app says how many bytes it has used up.
 * Result: bytes go to app_device_bytes(), what the app says goes out by links (io/links.h). A connection is freed in a sweep
 *         of its own, never inside a callback that touches it.
 * Bounds: DEVICE_ACCEPTS_MAX accepts a turn and listener, as many connections freed a turn; DEVICE_IN_MAX bytes unread
 *         by the app, then the socket waits; DEVICE_OUT_MAX bytes unsent, then SEND_FULL; DEVICE_KEPT_MAX of both for
 *         all connections together, then who wants more is closed. `connections_max` connections of a listener,
 *         `per_address_max` of one address, `strangers_max` of a listener that have not shown whose they are: who has
 *         to go then is in device_door.h. DEVICE_GREET_MS for the handshake, DEVICE_STRANGER_MS until a panel or watch
 *         has said something that we know, DEVICE_FRAME_MS for a frame once begun, DEVICE_LINGER_MS for the last bytes
 *         to go out. Who says nothing after that is the app's to close; panels and watches are closed here after
 *         DEVICE_PANEL_IDLE_MS, DEVICE_WATCH_IDLE_MS.
 */
#ifndef IO_DEVICE_SERVER_H
#define IO_DEVICE_SERVER_H

#include <event2/event.h>

#include "io/address.h"
#include "io/clock.h"
#include "io/device_tls.h"
#include "io/links.h"
#include "io/log.h"
#include "io/metrics.h"

#define DEVICE_ACCEPTS_MAX 64
#define DEVICE_IN_MAX 16384
#define DEVICE_OUT_MAX 16384
#define DEVICE_BACKLOG 4096
#define DEVICE_GREET_MS 10000
#define DEVICE_LINGER_MS 3000
#define DEVICE_STRANGER_MS 60000
#define DEVICE_FRAME_MS 60000     /* more than a panel's frames wait for the store (REPLY_WAITING_MS of the app) */
#define DEVICE_SOCKET_BYTES 32768 /* of the kernel's, each way */
#define DEVICE_KEPT_MAX ((size_t)64 << 20)
#define DEVICE_AGAIN_MS 50                           /* bytes that the app has not used are shown to it again */
#define DEVICE_PANEL_IDLE_MS ((2 * 60 + 15) * 60000) /* a panel's link test comes every 85 s to 2 h */
#define DEVICE_WATCH_IDLE_MS (30 * 60000)            /* a watch's comes every 1 to 8 min; nothing else is asked of it */

struct device_listen {
	enum protocol protocol;  /* PROTOCOL_NATIVE, PROTOCOL_DC09, PROTOCOL_WATCH */
	struct address address;  /* port 0 = any; device_server_port() says which */
	bool tls;                /* native only; false is refused on any address but a local one */
	const char *certificate; /* PEM files; NULL or empty: pre-shared keys only */
	const char *key;
	size_t connections_max;
};

struct device_server_config {
	const struct device_listen *listens;
	size_t listen_count;
	uint32_t per_address_max; /* 0 = no limit. Whole quarters of a city sit behind one address of their operator */
	uint32_t strangers_max;
};

struct device_server;

/* Listens on all or fails with one line in `error`. All pointers are borrowed and outlive the server. */
struct device_server *device_server_new(struct event_base *base, const struct device_server_config *config,
                                        struct app *app, struct links *links, struct log *log, struct metrics *metrics,
                                        struct clock *clock, char error[256]) MUST_USE;

/* false: the listeners are shut, whoever connects is refused and tries its next address; those that are there stay. What had
 * connected already is let in first. true: they are open again, at the same ports; false is returned when one can't be, to
 * be tried again. */
bool device_server_listen(struct device_server *s, bool on);
/* Graceful: no new connections; those that are there are closed with what is queued sent, and the app is told. */
void device_server_stop(struct device_server *s);
void device_server_free(struct device_server *s); /* accepts NULL */

uint16_t device_server_port(const struct device_server *s, size_t listen);
size_t device_server_connections(const struct device_server *s);

#endif
