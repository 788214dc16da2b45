/* drain.h - `pinganctl drain`: takes one daemon of the cell out of service, or back; and which daemons there are.
 *
 * Owns:   the record drain:<daemon>, the order. The daemon carries it out (daemon/app/drain.h), and says in its proof of
 *         life, once a second, how far it is.
 * Result: refused for the last one that serves, unless it is forced: checked here for a clear word, and held to by the daemon
 *         itself, which goes on serving while nobody else could.
 */
#ifndef CTL_DRAIN_H
#define CTL_DRAIN_H

#include "cell.h"
#include "pingan/v1/record.pb-c.h"

#define DRAIN_WAIT_S 300

struct drain_options {
	bool off, force, no_wait;
	uint32_t wait_s; /* 0 = DRAIN_WAIT_S */
};

/* Every daemon that has a record. */
struct daemon_seen {
	Pingan__V1__Daemon *m; /* owned */
	bool alive, ordered, forced;
	uint64_t order; /* commit of the order; 0 = there is none */
};
struct daemon_list {
	struct daemon_seen *at; /* owned */
	size_t count;
};
/* False with one line on standard error. */
bool daemons_read(struct cell *cell, struct daemon_list *ret) MUST_USE;
void daemons_free(struct daemon_list *list);

/* Without a daemon: lists them. */
int drain_run(struct cell *cell, const char *daemon, const struct drain_options *o, bool json);

/* Until what is asked about has moved on. */
void drain_pause(void);

#endif
