/* web_door.h - which browsers' connections come in: one address can't keep the screens of the others out.
 *
 * Owns:   a count for each address of its connections that are no screen ("visitors"), beside the sums of all.
 * Knows:  no HTTP: it is told when a connection comes, becomes a screen, and goes.
 * Result: below DOOR_BUSY of the limit everybody comes in. Above it, an address that has half of what the screens leave comes
 *         in no further: who floods has the places up to there, the last quarter is for the rest. The admin port has places
 *         of its own, so that a flood hides no health check.
 * Bounds: `max` connections of the web port, WEB_ADMIN_MAX of the admin port. An IPv6 address counts as its /64, because one
 *         home has all of it.
 */
#ifndef IO_WEB_DOOR_H
#define IO_WEB_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/ensure.h"

#define WEB_ADMIN_MAX 64
#define WEB_DOOR_BUSY(max) ((max) - (max) / 4)

struct web_door;
struct web_guest;

struct web_door *web_door_new(size_t max) MUST_USE; /* NULL without memory */
void web_door_free(struct web_door *d);             /* accepts NULL; all guests have left */

/* May one more come in from there? `from` may be of any family. */
bool web_door_open(const struct web_door *d, bool admin, const struct sockaddr_storage *from) MUST_USE;

/* It is in. NULL without memory: counted nowhere, and to be hung up on. */
struct web_guest *web_door_enter(struct web_door *d, bool admin, const struct sockaddr_storage *from) MUST_USE;
/* It is a screen of somebody who has logged in. */
void web_door_screen(struct web_guest *g); /* accepts NULL */
void web_door_leave(struct web_guest *g);  /* accepts NULL */

/* Connections of all ports. */
size_t web_door_count(const struct web_door *d);

#endif
