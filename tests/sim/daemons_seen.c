/* daemons_seen.c - the ports of a simulated daemon for last-seen times. */
#include "sim/kit.h"

void sim_port_seen_put(void *ctx, const struct store_seen *list, size_t count)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;

	sim_inside_app = false;
	if (!d->sim->ending && d->store != NULL)
		store_sim_seen_put(d->store, list, count);
	sim_inside_app = inside;
}

void sim_port_seen_ask(void *ctx, const struct store_seen *list, size_t count, bool vitals)
{
	struct daemon *d = ctx;
	bool inside = sim_inside_app;

	sim_inside_app = false;
	if (!d->sim->ending && d->store != NULL)
		store_sim_seen_ask(d->store, list, count, vitals);
	sim_inside_app = inside;
}
