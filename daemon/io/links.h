/* links.h - every connection of a device or a screen, in one table: a link_t is a place in it and a generation.
 *
 * Owns:   the handles. A handle dies the moment its connection is dropped or closed; using a dead one does nothing.
 * Knows:  no socket: the server that owns a connection says by link_ops how to reach it.
 * Result: what the app says to a link reaches its connection, or is answered SEND_GONE.
 * Bounds: `max` links, given at start; adding to a full table gives 0.
 *
 * How a server uses it (device_server.c, web_screen.c):
 *   a connection is there     link = links_add(); then app_device_up() or app_screen_up()
 *   the peer went away        app_link_down(link); links_drop(link)
 *   the app closes it         ops->close(conn) is called, the handle is dead already: send what is queued, close,
 *                             free the connection later (never inside the call); no app_link_down()
 *   before reading a socket   if (!links_may_read(links, link)) stop the read event; ops->resume(conn) comes when
 *                             the app's inbox has room again
 *   SEND_FULL was answered    app_link_drained() when what was queued has gone out
 * The app's port calls are made while the app runs, so no op may call back into the app.
 */
#ifndef IO_LINKS_H
#define IO_LINKS_H

#include "app/ports.h"

struct links;

struct link_ops {
	enum send_result (*send)(void *conn, struct slice bytes); /* takes all of it or nothing */
	void (*close)(void *conn);
	void (*resume)(void *conn);
};

struct links *links_new(size_t max) MUST_USE;
void links_free(struct links *links); /* accepts NULL; does not close anything */

/* 0 when the table is full: the caller sheds the connection and counts it. `ops` outlives the table. */
link_t links_add(struct links *links, const struct link_ops *ops, void *conn) MUST_USE;
/* The connection has gone. A dead handle is fine. */
void links_drop(struct links *links, link_t link);

/* False: the inbox is full; this link is remembered and its ops->resume() called once reading is allowed again. */
bool links_may_read(struct links *links, link_t link) MUST_USE;

/* The ports of the app. */
enum send_result links_send(struct links *links, link_t link, struct slice bytes);
void links_close(struct links *links, link_t link);
void links_read(struct links *links, bool on);

/* The connection behind a live handle, or NULL. */
void *links_conn(const struct links *links, link_t link);

struct links_stats {
	size_t open;
	size_t paused;    /* wait for room in the inbox */
	uint64_t refused; /* table was full */
	uint64_t stale;   /* calls for a link that had gone */
	bool reading;
};
void links_stats(const struct links *links, struct links_stats *ret);

#endif
