/* drains.c - an administrator takes a daemon out of service while people act, and takes it back: the record that pinganctl
 * writes, and nothing else. */
#include <stdio.h>

#include "sim/kit.h"

void sim_daemon_drain(struct sim *sim, unsigned daemon, bool on)
{
	struct store_commit c = {.id = prng_next(&sim->prng) | 1, .put_count = 1};
	Pingan__V1__LogEvent e = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__Drain m = PINGAN__V1__DRAIN__INIT;
	struct daemon *d = &sim->daemons[daemon];
	struct store_answer answer;
	struct store_record now;
	uint8_t body[128], event[128];
	bool there;

	if (!d->up || !store_sim_is_there(sim->store))
		return;
	m.daemon = (char *)(uintptr_t)app_daemon(d->app);
	m.by = (char *)"ctl:admin";
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "drain:%.40s", m.daemon);
	there = store_sim_record(sim->store, c.puts[0].key, &now) && now.rev != 0;
	if (there == on)
		return;
	c.puts[0].expect = there ? now.commits[0] : 0;
	c.puts[0].remove = !on;
	c.puts[0].body = on ? slice_of(body, pingan__v1__drain__pack(&m, body)) : slice_of(NULL, 0);
	e.daemon = (char *)"pinganctl";
	e.record = c.puts[0].key;
	c.event = slice_of(event, pingan__v1__log_event__pack(&e, event));
	store_sim_commit_now(sim->store, &c, &answer);
	sim_note(sim, "daemon %u %s", daemon, on ? "is told to drain" : "is taken back");
}

bool sim_daemon_leaves(struct sim *sim, unsigned daemon)
{
	struct app_leaving left;

	if (!sim->daemons[daemon].up)
		return false;
	app_leaving(sim->daemons[daemon].app, &left);
	return left.leaves;
}
