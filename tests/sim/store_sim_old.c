/* store_sim_old.c - a primary that was cut off with one daemon on its side: two histories with the same numbers. */
#include <stdlib.h>

#include "sim/store_sim_internal.h"

/* What belongs to this daemon's connection goes with it. */
static void move_things(struct store_sim *from, struct store_sim *to, const struct store_sim_daemon *was,
                        const struct store_sim_daemon *is)
{
	size_t kept = 0;

	for (size_t i = 0; i < from->thing_count; i++) {
		struct thing t = from->things[i];
		bool synced = t.type == THING_SYNCED;
		struct thing *copy;

		if (t.type == THING_REPLICA || synced || t.daemon != was->index || t.line != was->line) {
			if (!synced || t.line != from->epoch) {
				from->things[kept++] = t;
				continue;
			}
			from->things[kept++] = t; /* durable here and there */
		}
		copy = ss_send(to, t.type, t.at_ms);
		t.order = copy->order;
		t.daemon = is->index;
		t.line = synced ? to->epoch : is->line;
		*copy = t;
	}
	from->thing_count = kept;
}

/* After some were taken out of a heap, in any order: puts the rest in order again. */
static int by_time(const void *a, const void *b)
{
	const struct thing *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

struct store_sim *store_sim_old_primary(struct store_sim_daemon **daemon)
{
	struct store_sim_daemon *was = *daemon, *is;
	struct store_sim *s = was->sim, *old = store_sim_new(&s->config);

	ENSURE(old != NULL);
	state_free(old->state);
	old->state = state_clone(s->state);
	ENSURE(old->state != NULL);
	old->prng = s->prng ^ 0x01DF;
	ss_seen_copy(old, s);
	old->now_ms = s->now_ms;
	old->skew_ms = s->skew_ms;
	old->drift_ppm = s->drift_ppm;
	old->drift_since_ms = s->drift_since_ms;
	old->epoch = s->epoch;
	old->sync_at = s->sync_at;
	old->durable = s->durable;
	old->replica_has = s->replica_has;
	old->config.replicated = true;
	old->replica_runs = false;
	old->order = s->order;
	is = &old->daemons[0];
	*is = *was;
	is->sim = old;
	is->index = 0;
	/* Things of one instant keep their order: they are moved in order. */
	qsort(s->things, s->thing_count, sizeof *s->things, by_time);
	move_things(s, old, was, is);
	store_sim_leave(was);
	*daemon = is;
	return old;
}
