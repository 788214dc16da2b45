#include "core/beats.h"

#include "base/hash.h"

void beats_init(struct beats *b, mono_t now)
{
	*b = (struct beats){.slowed = 1, .looked = now, .stepped = now, .busy_at = now};
}

/* `part` 1: over the limit; 2: over half of it. */
static bool over(const struct beats_config *c, const struct beats_load *load, int64_t ms, uint32_t part)
{
	return (c->frames_a_s != 0 && load->frames * part * 1000 >= (uint64_t)c->frames_a_s * (uint64_t)ms) ||
	       (c->links_a_s != 0 && load->links * part * 1000 >= (uint64_t)c->links_a_s * (uint64_t)ms) ||
	       (c->lag_ms != 0 && load->lag_ms * part >= c->lag_ms);
}

bool beats_look(struct beats *b, const struct beats_config *config, const struct beats_load *load, mono_t now)
{
	int64_t ms = now.ms - b->looked.ms;

	if (ms <= 0)
		return false;
	b->looked = now;
	if (over(config, load, ms, 2))
		b->busy_at = now;
	b->over = over(config, load, ms, 1) ? b->over + 1 : 0;
	if (b->over >= BEATS_OVER_LOOKS && b->slowed < BEATS_SLOWED_MAX &&
	    (b->slowed == 1 || now.ms - b->stepped.ms >= BEATS_STEP_MS)) {
		b->slowed *= 2;
		b->stepped = now;
		return true;
	}
	if (b->slowed > 1 && now.ms - b->busy_at.ms >= SECONDS(config->calm_s) &&
	    now.ms - b->stepped.ms >= SECONDS(config->calm_s)) {
		b->slowed /= 2;
		b->stepped = now;
		return true;
	}
	return false;
}

uint32_t beats_interval_s(const struct beats *b, const struct beats_config *config, uint32_t report_s,
                          const char *device)
{
	uint32_t silent_s = report_s == 0 ? BEATS_LOST_TO_BE_SILENT * config->every_s : report_s;
	uint32_t most_s = silent_s / (b->slowed > 1 ? BEATS_IN_A_STORM : BEATS_LOST_TO_BE_SILENT);
	uint64_t s = config->every_s;

	if (b->slowed > 1) {
		s *= b->slowed;
		if (s > config->longest_s)
			s = config->longest_s > config->every_s ? config->longest_s : config->every_s;
	}
	if (s > most_s)
		s = most_s;
	/* A city that was told the same minute would beat in the same second: each has its own. */
	if (b->slowed > 1 && s > config->every_s) {
		s -= hash_bytes(0, 0, slice_str(device)) % (s / 8 + 1);
		if (s < config->every_s)
			s = config->every_s;
	}
	return s < BEATS_MIN_S ? BEATS_MIN_S : (uint32_t)s;
}
