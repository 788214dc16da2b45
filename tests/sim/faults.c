/* faults.c - the weather: what goes wrong and when, from the seed; and healing. */
#include <stdarg.h>
#include <stdio.h>

#include "sim/kit.h"

const struct sim_weather SIM_FAIR = {0};

const struct sim_weather SIM_USUAL = {
	.press = 30,
	.panel = 8,
	.desk_reload = 2,
	.desk_sleep = 4,
	.phone_walks = 4,
	.cut = 5,
};

const struct sim_weather SIM_BAD_DAY = {
	.daemon_crash = 5,
	.daemon_stall = 5,
	.daemon_frozen = 1,
	.crash_in_commit = 2,
	.store_away = 4,
	.store_crash = 3,
	.store_crash_in_commit = 1,
	.store_full = 2,
	.store_cut_off = 4,
	.store_failover = 3,
	.old_primary = 400,
	.failover_told = 8,
	.store_call_lost = 10,
	.store_answer_lost = 20,
	.store_answer_late = 20,
	.store_answer_twice = 10,
	.store_lag = 6,
	.partition = 15,
	.half_open = 8,
	.cut = 10,
	.clock_jump = 3,
	.clock_drift = 500,
	.slow_screen = 6,
	.device_reboot = 8,
	.press = 40,
	.panel = 10,
	.panel_replaced = 2,
	.desk_sleep = 8,
	.desk_reload = 6,
	.phone_walks = 8,
	.one_copy = 3,
};

static void store_back(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	if (!store_sim_is_there(sim->store))
		sim_store_away(sim, false);
}

static void has_room(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	sim_store_full(sim, false);
}

static void finds_primary(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	sim_old_primary_ends(sim, (unsigned)arg);
}

/* The replica is promoted: one daemon may not hear of it, and its machine's clock may be another. */
static void failover(struct sim *sim, unsigned lose)
{
	const struct sim_weather *w = &sim->weather;
	struct prng *p = &sim->prng;
	unsigned d = (unsigned)prng_below(p, sim->setup.daemons);

	if (prng_chance(p, w->old_primary)) {
		sim_failover_without(sim, d, lose);
		sim_after(sim, prng_between(p, 500, 40000), finds_primary, NULL, d);
	} else {
		sim_failover(sim, lose);
	}
	if (w->clock_jump != 0 && prng_chance(p, 500)) {
		sim_saw(SEEN_FAILOVER_CLOCK);
		sim_store_clock(sim, prng_between(p, -3000, 3000));
	}
}

static void reach_store(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	if (sim->daemons[arg].cut_off)
		sim_store_cut_off(sim, (unsigned)arg, false);
}

static void start_again(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	sim_daemon_start(sim, (unsigned)arg);
}

static void lag_ends(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	if (sim->daemons[arg].store != NULL)
		store_sim_tail_lag(sim->daemons[arg].store, 0);
}

static void replica_back(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	sim_replica(sim, true);
}

static void promoted(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	if (store_sim_is_there(sim->store) && !sim->healed)
		failover(sim, 0);
}

static void in_coverage(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	if (!sim->phones[arg].covered)
		sim_phone_coverage(sim, (unsigned)arg, true);
}

static struct node *any_node(struct sim *sim)
{
	unsigned all = sim->setup.homes + sim->setup.desks + sim->setup.phones + sim->setup.panels;
	unsigned n = (unsigned)prng_below(&sim->prng, all);

	if (n < sim->setup.homes)
		return sim_home_node(sim, n);
	n -= sim->setup.homes;
	if (n < sim->setup.desks)
		return &sim->desks[n].screen.node;
	n -= sim->setup.desks;
	if (n < sim->setup.phones)
		return &sim->phones[n].screen.node;
	return sim_panel_node(sim, n - sim->setup.phones);
}

static const char *node_name(const struct node *node)
{
	static char text[32];
	static const char *const kinds[] = {"home", "panel", "console", "phone"};

	snprintf(text, sizeof text, "%s %u", kinds[node->kind], node->index);
	return text;
}

static void store_faults(struct sim *sim)
{
	const struct sim_weather *w = &sim->weather;
	struct prng *p = &sim->prng;
	unsigned d = (unsigned)prng_below(p, sim->setup.daemons);

	if (store_sim_is_there(sim->store) && prng_chance(p, w->store_away)) {
		sim_store_away(sim, true);
		sim_after(sim, prng_between(p, 1000, 40000), store_back, NULL, 0);
	} else if (store_sim_is_there(sim->store) && prng_chance(p, w->store_crash)) {
		sim_store_crash(sim);
		sim_after(sim, prng_between(p, 500, 15000), store_back, NULL, 0);
	} else if (store_sim_is_there(sim->store) && sim->setup.replicated && prng_chance(p, w->store_failover)) {
		failover(sim, 0);
	} else if (store_sim_is_there(sim->store) && sim->setup.lossy && prng_chance(p, w->failover_told)) {
		failover(sim, sim_entries_since(sim, prng_between(p, 100, 1500)));
	} else if (prng_chance(p, w->store_full)) {
		sim_store_full(sim, true);
		sim_after(sim, prng_between(p, 1000, 20000), has_room, NULL, 0);
	}
	if (!sim->daemons[d].cut_off && prng_chance(p, w->store_cut_off)) {
		sim_store_cut_off(sim, d, true);
		sim_after(sim, prng_between(p, 1000, 60000), reach_store, NULL, d);
	}
	if (sim->daemons[d].store != NULL && prng_chance(p, w->store_lag)) {
		int64_t ms = prng_between(p, 20, 2500);

		sim_note(sim, "the log reaches daemon %u %lld ms late", d, (long long)ms);
		sim_saw(SEEN_TAIL_LAG);
		store_sim_tail_lag(sim->daemons[d].store, ms);
		sim_daemon_disturbed(sim, d);
		sim_after(sim, prng_between(p, 1000, 10000), lag_ends, NULL, d);
	}
	if (sim->setup.replicated && prng_chance(p, w->one_copy)) {
		sim_replica(sim, false);
		sim_after(sim, prng_between(p, 500, 20000), replica_back, NULL, 0);
		if (w->store_failover != 0 && prng_chance(p, 300)) /* and then the primary dies */
			sim_after(sim, prng_between(p, 100, 5000), promoted, NULL, 0);
	}
}

static void daemon_faults(struct sim *sim)
{
	const struct sim_weather *w = &sim->weather;
	struct prng *p = &sim->prng;
	unsigned d = (unsigned)prng_below(p, sim->setup.daemons);

	if (sim->daemons[d].up && prng_chance(p, w->daemon_crash)) {
		sim_daemon_crash(sim, d);
		sim_after(sim, prng_between(p, 1000, 20000), start_again, NULL, d);
	} else if (sim->daemons[d].up && prng_chance(p, w->daemon_stall)) {
		sim_daemon_stall(sim, d, prng_between(p, 100, 3000));
	} else if (sim->daemons[d].up && prng_chance(p, w->daemon_frozen)) {
		sim_daemon_stall(sim, d, prng_between(p, 4000, 40000));
	}
	if (prng_chance(p, w->clock_jump)) {
		if (prng_chance(p, 500)) {
			sim_saw(SEEN_CLOCK_JUMP_DAEMON);
			sim->daemons[d].utc_error = prng_between(p, -100000, 100000);
			sim_note(sim, "the clock of daemon %u errs by %lld ms", d, (long long)sim->daemons[d].utc_error);
		} else {
			sim_saw(SEEN_CLOCK_JUMP_STORE);
			sim_store_clock(sim, prng_between(p, -5000, 5000));
		}
	}
}

static void daemon_dies(struct sim *sim, void *who, uint64_t arg)
{
	struct daemon *d = who;

	if (!d->up || d->boot != arg || sim->healed)
		return;
	sim_daemon_crash(sim, d->index);
	sim_after(sim, prng_between(&sim->prng, 1000, 20000), start_again, NULL, d->index);
}

static void store_dies(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	if (!store_sim_is_there(sim->store) || sim->healed)
		return;
	sim_saw(SEEN_STORE_CRASH_IN_COMMIT);
	sim_store_crash(sim);
	sim_after(sim, prng_between(&sim->prng, 500, 15000), store_back, NULL, 0);
}

void sim_faults_commit(struct daemon *d)
{
	struct sim *sim = d->sim;
	struct prng *p = &sim->prng;

	if (sim->now < 5000)
		return;
	if (prng_chance(p, sim->weather.crash_in_commit))
		sim_after(sim, prng_between(p, 0, 7), daemon_dies, d, d->boot);
	if (prng_chance(p, sim->weather.store_crash_in_commit))
		sim_after(sim, prng_between(p, 0, 4), store_dies, NULL, 0);
}

int64_t sim_faults_drift(struct sim *sim)
{
	int64_t ppm;

	if (!prng_chance(&sim->prng, sim->weather.clock_drift))
		return 0;
	/* A quartz errs by some hundred millionths at worst; a bad virtual machine by hundredths. */
	ppm = prng_chance(&sim->prng, 700) ? prng_between(&sim->prng, -300, 300) : prng_between(&sim->prng, -20000, 20000);
	sim_saw(SEEN_CLOCK_DRIFT_DAEMON);
	return ppm;
}

static void net_faults(struct sim *sim)
{
	const struct sim_weather *w = &sim->weather;
	struct prng *p = &sim->prng;
	struct node *node = any_node(sim);

	if (prng_chance(p, w->partition)) {
		static const enum sim_seen seen[] = {[NODE_HOME] = SEEN_PARTITION_HOME,
		                                     [NODE_PANEL] = SEEN_PARTITION_PANEL,
		                                     [NODE_DESK] = SEEN_PARTITION_DESK,
		                                     [NODE_PHONE] = SEEN_PARTITION_PHONE};
		unsigned d = (unsigned)prng_below(p, sim->setup.daemons);
		int64_t ms = prng_between(p, 1000, 60000);

		sim_note(sim, "%s and daemon %u can't hear each other for %lld ms", node_name(node), d, (long long)ms);
		sim_saw(seen[node->kind]);
		sim->blocked_until[node->number][d] = sim->now + ms;
	}
	node = any_node(sim);
	if (node->link != 0 && prng_chance(p, w->half_open)) {
		sim_note(sim, "the link of %s dies and nobody is told", node_name(node));
		sim_saw(SEEN_HALF_OPEN);
		sim_link_stick(sim, node->link);
	}
	node = any_node(sim);
	if (node->link != 0 && prng_chance(p, w->cut)) {
		sim_note(sim, "the link of %s breaks", node_name(node));
		sim_saw(SEEN_LINK_CUT);
		sim_link_break(sim, node->link);
	}
}

static void people_faults(struct sim *sim)
{
	const struct sim_weather *w = &sim->weather;
	struct prng *p = &sim->prng;

	if (sim->setup.desks != 0) {
		struct desk *d = &sim->desks[prng_below(p, sim->setup.desks)];

		if (prng_chance(p, w->desk_sleep)) {
			sim_saw(SEEN_OPERATOR_SLEEPS);
			d->asleep_until = sim->now + prng_between(p, 10000, 180000);
			sim_note(sim, "%s does not react", d->screen.person);
		}
		if (prng_chance(p, w->desk_reload)) {
			sim_saw(SEEN_OPERATOR_RELOADS);
			sim_desk_reloaded(d);
		}
		if (prng_chance(p, w->slow_screen)) {
			sim_saw(SEEN_SLOW_SCREEN);
			d->screen.node.slow_until = sim->now + prng_between(p, 500, 8000);
		}
	}
	if (sim->setup.phones != 0 && prng_chance(p, w->phone_walks)) {
		unsigned n = (unsigned)prng_below(p, sim->setup.phones);

		if (sim->phones[n].covered) {
			sim_saw(SEEN_CAREGIVER_WALKS);
			sim_phone_coverage(sim, n, false);
			sim_after(sim, prng_between(p, 5000, 180000), in_coverage, NULL, n);
		}
	}
}

static void machine_life(struct sim *sim)
{
	static const enum kind kinds[] = {KIND_SOS,     KIND_SOS,   KIND_FALL,    KIND_PANIC,
	                                  KIND_DURESS,  KIND_SMOKE, KIND_UNKNOWN, KIND_BATTERY,
	                                  KIND_SERVICE, KIND_TEST,  KIND_POWER,   KIND_INACTIVITY};
	const struct sim_weather *w = &sim->weather;
	struct prng *p = &sim->prng;

	if (sim->setup.homes != 0 && prng_chance(p, w->press)) {
		unsigned home = (unsigned)prng_below(p, sim->setup.homes);

		(void)sim_press(sim, home, kinds[prng_below(p, COUNT_OF(kinds))]);
		if (prng_chance(p, 100)) /* presses again at once */
			(void)sim_press(sim, home, KIND_SOS);
	}
	if (sim->setup.homes != 0 && prng_chance(p, w->press / 4))
		sim_home_fiddle(sim, (unsigned)prng_below(p, sim->setup.homes));
	if (sim->setup.homes != 0 && prng_chance(p, w->device_reboot))
		sim_home_reboot(sim, (unsigned)prng_below(p, sim->setup.homes));
	if (sim->setup.panels != 0 && prng_chance(p, w->panel_replaced))
		sim_panel_replaced(sim, (unsigned)prng_below(p, sim->setup.panels));
	if (sim->setup.panels != 0 && prng_chance(p, w->panel))
		sim_panel_random(sim, (unsigned)prng_below(p, sim->setup.panels));
}

static void weather(struct sim *sim, void *who, uint64_t arg)
{
	(void)who;
	(void)arg;
	if (sim->healed)
		return;
	sim_after(sim, 900 + (int64_t)prng_below(&sim->prng, 200), weather, NULL, 0);
	if (sim->now < 5000 || sim->paused)
		return;
	store_faults(sim);
	daemon_faults(sim);
	net_faults(sim);
	people_faults(sim);
	machine_life(sim);
}

void sim_faults_start(struct sim *sim)
{
	if (sim->setup.weather == NULL || sim->setup.exact)
		return;
	sim_after(sim, 1000, weather, NULL, 0);
	if (prng_chance(&sim->prng, sim->weather.clock_drift)) {
		sim_saw(SEEN_CLOCK_DRIFT_STORE);
		store_sim_clock_drift(sim->store, prng_between(&sim->prng, -20000, 20000));
	}
}

void sim_heal(struct sim *sim)
{
	sim_note(sim, "---- healed");
	sim->weather = SIM_FAIR;
	sim->healed = true;
	sim->healed_at = sim->now;
	if (!store_sim_is_there(sim->store))
		sim_store_away(sim, false);
	store_sim_replica(sim->store, true);
	store_sim_full(sim->store, false);
	store_sim_clock_drift(sim->store, 0);
	/* What stood between two until now ends now: it is not as if it had never been. */
	for (unsigned n = 0; n < sim->node_count; n++) {
		for (unsigned d = 0; d < SIM_DAEMONS_MAX; d++) {
			if (sim->blocked_until[n][d] > sim->now)
				sim->blocked_until[n][d] = sim->now;
		}
	}
	for (unsigned i = 0; i < sim->setup.daemons; i++) {
		struct daemon *d = &sim->daemons[i];

		sim_daemon_start(sim, i);
		if (d->cut_off)
			sim_store_cut_off(sim, i, false);
		sim_old_primary_ends(sim, i);
		if (d->store != NULL)
			store_sim_tail_lag(d->store, 0);
		d->utc_error = 0;
		if (d->stalled_until > sim->now)
			sim_daemon_stall(sim, i, 0);
	}
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		sim->desks[i].asleep_until = 0;
		if (sim->desks[i].screen.node.slow_until > sim->now)
			sim->desks[i].screen.node.slow_until = sim->now;
	}
	for (unsigned i = 0; i < sim->setup.phones; i++)
		sim->phones[i].covered = true;
}
