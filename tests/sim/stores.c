/* stores.c - what happens to the store and to the ways to it, by hand or by the weather. */
#include "sim/kit.h"

void sim_store_away(struct sim *sim, bool away)
{
	sim_note(sim, "store %s", away ? "goes away" : "is back");
	sim->last_fault = sim->now;
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_disturbed(sim, i);
	if (away) {
		sim_saw(SEEN_STORE_AWAY);
		store_sim_gone(sim->store);
	} else {
		store_sim_back(sim->store);
	}
}

void sim_store_cut_off(struct sim *sim, unsigned daemon, bool away)
{
	struct daemon *d = &sim->daemons[daemon];

	sim_note(sim, "daemon %u %s the store", daemon, away ? "is cut off from" : "reaches");
	if (away)
		sim_saw(SEEN_STORE_CUT_OFF);
	d->cut_off = away;
	sim_daemon_disturbed(sim, daemon);
	if (d->store == NULL)
		return;
	if (away)
		store_sim_link_drop(d->store, true);
	else
		store_sim_link_heal(d->store);
}

void sim_store_crash(struct sim *sim)
{
	size_t lost;

	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_disturbed(sim, i);
	lost = store_sim_crash(sim->store);
	sim_saw(SEEN_STORE_CRASH);
	if (lost != 0)
		sim_saw(SEEN_STORE_CRASH_LOSES);
	sim_note(sim, "store dies, %zu commits that nobody heard of are gone", lost);
	sim_truth_follow(sim);
}

void sim_replica(struct sim *sim, bool runs)
{
	sim_note(sim, "the replica %s", runs ? "is back" : "stands still");
	if (!runs)
		sim_saw(SEEN_ONE_COPY);
	store_sim_replica(sim->store, runs);
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_disturbed(sim, i);
}

void sim_failover(struct sim *sim, unsigned lose)
{
	sim_note(sim, "the replica is promoted");
	sim_saw(SEEN_FAILOVER);
	if (lose != 0)
		sim_saw(SEEN_FAILOVER_LOSES_TOLD);
	sim->safe_before_cut = store_sim_durable(sim->store);
	if (store_sim_replica_has(sim->store) < sim->safe_before_cut)
		sim->safe_before_cut = store_sim_replica_has(sim->store);
	if (store_sim_failover(sim->store, lose == 0 ? STORE_SIM_LAWFUL : lose) != 0)
		sim_saw(SEEN_FAILOVER_LOSES);
	sim_truth_follow(sim);
	sim->safe_before_cut = 0;
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_disturbed(sim, i);
	if (!store_sim_is_there(sim->store))
		store_sim_back(sim->store);
}

void sim_store_fail_commits(struct sim *sim, unsigned n)
{
	sim->fail_commits = n;
}

void sim_store_full(struct sim *sim, bool full)
{
	sim_note(sim, "the store's disk %s", full ? "is full" : "has room again");
	if (full)
		sim_saw(SEEN_STORE_FULL);
	store_sim_full(sim->store, full);
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_disturbed(sim, i);
}

unsigned sim_entries_since(const struct sim *sim, int64_t ms)
{
	uint64_t newest = store_sim_newest(sim->store);
	ms_t from = store_sim_now_ms(sim->store) - ms;
	struct store_entry e;
	unsigned n = 0;

	while (n < newest && store_sim_entry(sim->store, newest - n, &e) && e.at_ms > from)
		n++;
	return n;
}

/* ------------------------------------------------------------ a daemon on a primary that was cut off */

void sim_failover_without(struct sim *sim, unsigned daemon, unsigned lose)
{
	struct daemon *d = &sim->daemons[daemon];

	if (d->up && d->old == NULL && !d->cut_off && store_sim_is_there(sim->store)) {
		sim_note(sim, "daemon %u stays on the old primary", daemon);
		sim_saw(SEEN_OLD_PRIMARY);
		d->old = store_sim_old_primary(&d->store);
		d->old_newest = store_sim_newest(d->old);
	}
	sim_failover(sim, lose);
}

void sim_old_primary_ends(struct sim *sim, unsigned daemon)
{
	struct daemon *d = &sim->daemons[daemon];

	if (d->old == NULL)
		return;
	sim_note(sim, "daemon %u finds the new primary", daemon);
	sim_old_primary_forget(d);
	sim_daemon_join(d, true);
	sim_daemon_disturbed(sim, daemon);
}

/* The daemon leaves it; nobody will ever read it again. */
void sim_old_primary_forget(struct daemon *d)
{
	if (d->old == NULL)
		return;
	if (store_sim_newest(d->old) > d->old_newest)
		sim_saw(SEEN_OLD_PRIMARY_COMMIT);
	if (d->store != NULL)
		store_sim_leave(d->store);
	d->store = NULL;
	store_sim_free(d->old);
	d->old = NULL;
}

void sim_store_clock(struct sim *sim, int64_t step_ms)
{
	sim_note(sim, "the store's clock steps by %lld ms", (long long)step_ms);
	store_sim_clock_step(sim->store, step_ms);
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_disturbed(sim, i);
}

void sim_store_lose_answer(struct sim *sim, unsigned daemon)
{
	store_sim_fate(sim->daemons[daemon].store, FATE_LOSE_ANSWER, 0);
}
