/* office.h - what the office does at its command line while calls run: ends log-ins, shuts accounts out and lets them in again,
 * moves operators to other areas, enters tables of homes, corrects areas, takes out what was kept too long, and daemons out of
 * service for a while.
 *
 * Owns:   who is logged in as what; one seat for each console and each telephone.
 * Result: a session that was ended is told nothing by a daemon that has heard of it; who is shut out is offered nothing; a
 *         call that is over says the same after what was written about it was taken out.
 * Bounds: one account at a time is shut out, and never the supervisor's: somebody has to be there in the end.
 */
#ifndef SIM_OFFICE_H
#define SIM_OFFICE_H

#include "sim/chance.h"
#include "sim/sim.h"

struct node;
struct sim_link;

struct seat {
	unsigned logins;      /* so many since the beginning: the number of the present one */
	unsigned ended;       /* this one, and all before it, have been ended */
	uint64_t ended_entry; /* by this entry */
	int64_t ended_at, back_at;
	int64_t known_at[SIM_DAEMONS_MAX]; /* when this daemon was first seen to know it; SIM_NEVER */
	bool shut;
	int64_t shut_at;
};

struct office {
	struct prng prng;
	struct seat seats[SIM_DESKS_MAX + SIM_PHONES_MAX];
	int64_t leaves_since[SIM_DAEMONS_MAX]; /* so long has it had no unit, and let go whoever is there */
	unsigned table_left, table_made;       /* homes of a table that is being entered; homes that tables have made */
};

void sim_office_start(struct sim *sim);
/* Which log-in a connection is opened with. */
unsigned sim_office_session(const struct sim *sim, const struct node *node);
/* A daemon says something on this connection. False: it is of an earlier log-in, and nobody reads it. */
bool sim_office_told(struct sim *sim, unsigned daemon, const struct sim_link *l);
/* How long this caregiver has been shut out; 0 = is not. */
int64_t sim_office_shut_ms(struct sim *sim, unsigned phone);
/* What retention has left of a call. */
void sim_office_kept(struct sim *sim, const struct incident *before, const struct incident *after);

#endif
