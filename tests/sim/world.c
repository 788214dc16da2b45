/* world.c - virtual time, chance, and the order in which things happen. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

bool sim_inside_app;

uint64_t prng_next(struct prng *p)
{
	/* SplitMix64 (Steele, Lea, Flood 2014). */
	uint64_t z = p->s += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

uint64_t prng_below(struct prng *p, uint64_t n)
{
	return n == 0 ? 0 : prng_next(p) % n;
}

int64_t prng_between(struct prng *p, int64_t lo, int64_t hi)
{
	return lo + (int64_t)prng_below(p, (uint64_t)(hi - lo + 1));
}

bool prng_chance(struct prng *p, uint32_t of_1000)
{
	return of_1000 != 0 && prng_below(p, 1000) < of_1000;
}

void *sim_memory(size_t size)
{
	bool inside = sim_inside_app;
	void *at;

	sim_inside_app = false;
	at = calloc(1, size);
	ENSURE(at != NULL);
	sim_inside_app = inside;
	return at;
}

void *sim_copy(const void *at, size_t len)
{
	void *copy = sim_memory(len + 1);

	if (len != 0)
		memcpy(copy, at, len);
	return copy;
}

void sim_at(struct sim *sim, int64_t at, void (*run)(struct sim *, void *, uint64_t), void *who, uint64_t arg)
{
	struct event_item *e;
	bool inside = sim_inside_app;

	if (at < sim->now)
		at = sim->now;
	e = sim_memory(sizeof *e);
	*e = (struct event_item){.run = run, .who = who, .arg = arg};
	sim_inside_app = false;
	/* What is due at the same instant happens in the order in which it was planned. */
	ENSURE(heap_set(&sim->events, &e->item, at << 24 | (int64_t)(sim->sequence++ & 0xFFFFFF)));
	sim_inside_app = inside;
}

static int64_t next_at(const struct sim *sim)
{
	const struct heap_item *top = heap_top(&sim->events);
	int64_t at = top == NULL ? SIM_NEVER : top->at >> 24;
	int64_t store = store_sim_next_ms(sim->store);

	at = store < at ? store : at;
	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		store = sim->daemons[i].old == NULL ? SIM_NEVER : store_sim_next_ms(sim->daemons[i].old);
		at = store < at ? store : at;
	}
	return at;
}

/* The next thing happens, or time reaches `limit`. */
static bool step(struct sim *sim, int64_t limit)
{
	int64_t at = next_at(sim);
	struct heap_item *top;
	struct event_item *e;

	if (at > limit) {
		if (sim->now < limit)
			sim->now = limit;
		return false;
	}
	if (at > sim->now)
		sim->now = at;
	store_sim_run(sim->store, (mono_t){sim->now});
	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		if (sim->daemons[i].old != NULL)
			store_sim_run(sim->daemons[i].old, (mono_t){sim->now});
	}
	sim_truth_follow(sim);
	top = heap_top(&sim->events);
	if (top != NULL && top->at >> 24 <= sim->now) {
		e = (struct event_item *)top;
		heap_remove(&sim->events, top);
		e->run(sim, e->who, e->arg);
		free(e);
	}
	sim_promises_step(sim);
	return true;
}

void sim_run(struct sim *sim, int64_t ms)
{
	int64_t limit = sim->now + ms;

	while (step(sim, limit)) {
	}
}

bool sim_until(struct sim *sim, bool (*done)(struct sim *, uint64_t), uint64_t arg, int64_t max_ms)
{
	int64_t limit = sim->now + max_ms;

	while (!done(sim, arg)) {
		if (!step(sim, limit))
			return done(sim, arg);
	}
	return true;
}

void sim_skip(struct sim *sim, int64_t ms)
{
	sim_note(sim, "everybody is away for %lld days", (long long)(ms / (24 * 3600 * 1000)));
	for (unsigned i = 0; i < sim->setup.desks; i++)
		sim_desk_down(sim, i);
	for (unsigned i = 0; i < sim->setup.phones; i++)
		sim_phone_down(sim, i);
	sim_homes_off(sim, true);
	sim_run(sim, 1000);
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_crash(sim, i);
	sim_run(sim, ms);
	for (unsigned i = 0; i < sim->setup.daemons; i++)
		sim_daemon_start(sim, i);
	sim_homes_off(sim, false);
	for (unsigned i = 0; i < sim->setup.desks; i++)
		sim_desk_up(sim, i);
	for (unsigned i = 0; i < sim->setup.phones; i++)
		sim_phone_up(sim, i);
}

int64_t sim_now(const struct sim *sim)
{
	return sim->now;
}

ms_t sim_store_now(const struct sim *sim)
{
	return store_sim_now_ms(sim->store);
}

uint64_t sim_seed(const struct sim *sim)
{
	return sim->seed;
}

struct sim *sim_new(uint64_t seed, const struct sim_setup *setup)
{
	struct sim *sim = sim_memory(sizeof *sim);
	struct store_sim_config config = STORE_SIM_CALM;

	ENSURE(setup->daemons >= 1 && setup->daemons <= SIM_DAEMONS_MAX && setup->homes <= SIM_HOMES_MAX &&
	       setup->panels <= SIM_PANELS_MAX && setup->desks <= SIM_DESKS_MAX && setup->phones <= SIM_PHONES_MAX);
	sim->seed = seed;
	sim->setup = *setup;
	sim->weather = setup->weather == NULL ? SIM_FAIR : *setup->weather;
	sim->prng.s = seed * UINT64_C(0x2545F4914F6CDD1D) + 1;
	sim->trace = getenv("PINGAN_SIM_TRACE") != NULL;
	sim->store_back_at = sim->replica_back_at = SIM_NEVER;
	sim->last_cut = -MINUTES(10);
	sim->arena_memory = sim_memory(1 << 20);
	arena_init(&sim->arena, sim->arena_memory, 1 << 20);

	config.seed = prng_next(&sim->prng);
	config.start_ms = EPOCH_MS;
	config.replicated = setup->replicated;
	if (!setup->exact) {
		config.reach_ms = 1;
		config.sync_ms = 3;
		config.back_ms = 2;
		config.tail_ms = 3;
		config.replica_ms = 4;
		config.gate_ms = 2;
	}
	config.timeout_ms = 1500;
	config.reconnect_ms = 400;
	sim->store = store_sim_new(&config);
	ENSURE(sim->store != NULL);
	sim_registry(sim);
	sim_truth_follow(sim);
	for (unsigned i = 0; i < setup->daemons; i++)
		sim_daemon_init(sim, i);
	for (unsigned i = 0; i < setup->daemons; i++)
		sim_daemon_start(sim, i);
	sim_homes_init(sim);
	sim_panels_init(sim);
	sim_desks_init(sim);
	sim_phones_init(sim);
	sim_homes_start(sim);
	for (unsigned i = 0; i < setup->desks; i++)
		sim_desk_up(sim, i);
	for (unsigned i = 0; i < setup->phones; i++)
		sim_phone_up(sim, i);
	sim_faults_start(sim);
	sim_office_start(sim);
	return sim;
}

void sim_free(struct sim *sim)
{
	struct heap_item *top;

	if (sim == NULL)
		return;
	sim->ending = true;
	sim_daemons_free(sim);
	while ((top = heap_top(&sim->events)) != NULL) {
		heap_remove(&sim->events, top);
		free(top);
	}
	heap_free(&sim->events);
	for (unsigned i = 0; i < sim->setup.desks; i++)
		sim_screen_free(&sim->desks[i].screen);
	for (unsigned i = 0; i < sim->setup.phones; i++)
		sim_screen_free(&sim->phones[i].screen);
	sim_people_free(sim);
	sim_homes_free(sim);
	sim_panels_free(sim);
	sim_net_free(sim);
	store_sim_free(sim->store);
	sim_truth_free(sim);
	sim_history_free(sim);
	free(sim->cuts);
	free(sim->arena_memory);
	free(sim);
}
