#include "sim/store_sim_internal.h"

/* ------------------------------------------------------------ faults */

void store_sim_fate(struct store_sim_daemon *d, enum store_sim_fate fate, int64_t ms)
{
	d->fated = true;
	d->fate = fate;
	d->fate_ms = ms;
}

void store_sim_tail_lag(struct store_sim_daemon *d, int64_t ms)
{
	d->tail_lag = ms;
}

void store_sim_link_drop(struct store_sim_daemon *d, bool stay)
{
	d->stay_down = stay;
	if (d->up)
		ss_link_falls(d);
}

void store_sim_link_heal(struct store_sim_daemon *d)
{
	d->stay_down = false;
	if (!d->up && d->sim->there)
		ss_link_stands(d);
}

void store_sim_gone(struct store_sim *s)
{
	if (!s->there)
		return;
	s->there = false;
	/* Stopped in order: what it had decided is on its disk. */
	s->epoch++;
	s->durable = state_newest(s->state);
	ss_forget_calls(s);
	ss_all_links_fall(s);
}

size_t store_sim_crash(struct store_sim *s)
{
	size_t lost;

	if (!s->there)
		return 0;
	s->there = false;
	s->epoch++;
	lost = (size_t)(ss_chance(s) % (state_newest(s->state) - s->durable + 1));
	state_forget(s->state, lost);
	s->durable = state_newest(s->state);
	/* The same machine comes back, and its replica takes its history. */
	if (s->replica_has > s->durable)
		s->replica_has = s->durable;
	ss_forget_calls(s);
	ss_all_links_fall(s);
	return lost;
}

void store_sim_back(struct store_sim *s)
{
	if (s->there)
		return;
	s->there = true;
	ss_replicate(s);
	for (size_t i = 0; i < STORE_SIM_DAEMONS; i++)
		if (s->daemons[i].used && !s->daemons[i].stay_down) {
			struct thing *t = ss_send(s, THING_LINK_UP, s->now_ms + 1 + ss_up_to(s, s->config.reconnect_ms));

			t->daemon = i;
			t->line = s->daemons[i].line;
		}
}

bool store_sim_is_there(const struct store_sim *s)
{
	return s->there;
}

size_t store_sim_failover(struct store_sim *s, uint64_t lose)
{
	uint64_t newest = state_newest(s->state);
	uint64_t lawful = s->config.replicated ? newest - s->replica_has : 0;
	size_t lost = (size_t)(lose == STORE_SIM_LAWFUL ? lawful : lose < newest ? lose : newest);

	s->epoch++;
	s->there = true;
	ss_seen_cut(s);
	state_forget(s->state, lost);
	s->durable = s->replica_has = state_newest(s->state);
	s->sync_at = s->now_ms;
	ss_forget_calls(s);
	ss_all_links_fall(s);
	return lost;
}

void store_sim_replica(struct store_sim *s, bool runs)
{
	s->replica_runs = runs;
	if (runs)
		ss_replicate(s);
}

void store_sim_clock_step(struct store_sim *s, int64_t ms)
{
	s->skew_ms += ms;
}

void store_sim_clock_drift(struct store_sim *s, int64_t ppm)
{
	s->skew_ms += (s->now_ms - s->drift_since_ms) * s->drift_ppm / 1000000;
	s->drift_since_ms = s->now_ms;
	s->drift_ppm = ppm;
}

void store_sim_full(struct store_sim *s, bool full)
{
	s->full = full;
}

/* ------------------------------------------------------------ looking in */

void store_sim_commit_now(struct store_sim *s, const struct store_commit *commit, struct store_answer *ret)
{
	struct blob *body = NULL;

	ss_decide(s, commit, ret, &body);
	state_lend(s->state, body); /* ret->body stands until the next one */
	if (ret->result != STORE_STORED)
		return;
	s->replica_has = state_newest(s->state);
	ss_became_durable(s, state_newest(s->state));
}

bool store_sim_record(const struct store_sim *s, const char *key, struct store_record *ret)
{
	return state_record(s->state, key, ret);
}

bool store_sim_entry(const struct store_sim *s, uint64_t id, struct store_entry *ret)
{
	return state_entry(s->state, id, ret);
}

bool store_sim_audit(const struct store_sim *s, uint64_t id, struct store_audit *ret)
{
	return state_audit(s->state, id, ret);
}

void store_sim_records(const struct store_sim *s, void (*each)(void *ctx, const struct store_record *), void *ctx)
{
	state_records(s->state, each, ctx);
}

uint64_t store_sim_newest(const struct store_sim *s)
{
	return state_newest(s->state);
}

uint64_t store_sim_durable(const struct store_sim *s)
{
	return s->durable;
}

uint64_t store_sim_replica_has(const struct store_sim *s)
{
	return s->config.replicated ? s->replica_has : state_newest(s->state);
}

const char *store_sim_link(const struct store_sim *s, const char *name)
{
	return state_link(s->state, name);
}

bool store_sim_in_set(const struct store_sim *s, const char *name, const char *value)
{
	return state_in_set(s->state, name, value);
}

bool store_sim_outbox(const struct store_sim *s, size_t n, char ret_key[STORE_KEY_MAX], struct slice *ret_body)
{
	return state_outbox(s->state, n, ret_key, ret_body);
}
