/* swarm.c - one random history: which parts there are and which faults may happen comes from the seed, so that each seed
 * looks into another corner (swarm testing, Groce et al. 2012). */
#include "sim/kit.h"

uint64_t sim_play(uint64_t seed)
{
	struct prng p = {seed * UINT64_C(0xD1342543DE82EF95) + 7};
	struct sim_weather weather = SIM_BAD_DAY;
	uint32_t *of[] = {&weather.daemon_crash,
	                  &weather.daemon_stall,
	                  &weather.daemon_frozen,
	                  &weather.crash_in_commit,
	                  &weather.store_crash_in_commit,
	                  &weather.store_full,
	                  &weather.old_primary,
	                  &weather.store_call_lost,
	                  &weather.clock_drift,
	                  &weather.panel_replaced,
	                  &weather.store_away,
	                  &weather.store_crash,
	                  &weather.store_cut_off,
	                  &weather.store_failover,
	                  &weather.store_answer_lost,
	                  &weather.store_answer_late,
	                  &weather.store_answer_twice,
	                  &weather.store_lag,
	                  &weather.partition,
	                  &weather.half_open,
	                  &weather.cut,
	                  &weather.clock_jump,
	                  &weather.slow_screen,
	                  &weather.device_reboot,
	                  &weather.desk_sleep,
	                  &weather.desk_reload,
	                  &weather.phone_walks,
	                  &weather.one_copy};
	/* Not drawn: what a seed was looked at for stays what it is. */
	struct sim_setup setup = {.weather = &weather, .commissioning = seed % 2 == 1, .changes = seed % 4 >= 2, .office = seed % 3 == 0};
	struct sim *sim;
	uint64_t hash;

	setup.daemons = 1 + (unsigned)prng_below(&p, SIM_DAEMONS_MAX);
	setup.homes = 2 + (unsigned)prng_below(&p, 10);
	setup.panels = (unsigned)prng_below(&p, 3);
	setup.desks = 2 + (unsigned)prng_below(&p, 3); /* closing without contact takes two */
	setup.phones = 1 + (unsigned)prng_below(&p, 4);
	setup.replicated = prng_chance(&p, 600);
	setup.lossy = setup.replicated && prng_chance(&p, 300);
	for (size_t i = 0; i < COUNT_OF(of); i++) {
		if (prng_chance(&p, 500))
			*of[i] = 0;
	}
	if (prng_chance(&p, 150))
		weather.press *= 6; /* a busy day */
	sim = sim_new(seed, &setup);
	sim_note(sim, "%u daemons, %u homes, %u panels, %u consoles, %u phones%s%s%s", setup.daemons, setup.homes,
	         setup.panels, setup.desks, setup.phones, setup.replicated ? ", a replica" : "",
	         setup.lossy ? ", two faults at once" : "", setup.commissioning ? ", units that nobody has proved" : "");
	if (setup.changes)
		sim_note(sim, "duties, rosters and homes change");
	if (setup.office)
		sim_note(sim, "log-ins, areas and tables of homes change");
	sim_run(sim, prng_between(&p, MINUTES(1), MINUTES(prng_chance(&p, 250) ? 25 : 8)));
	sim_heal(sim);
	sim_settle(sim);
	hash = sim_history_hash(sim);
	sim_free(sim);
	return hash;
}
