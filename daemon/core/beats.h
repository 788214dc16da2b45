/* beats.h - how often home units say that they are there, and when all of them are told to do so less often.
 *
 * A reconnect storm costs a daemon a handshake, a Hello and a Welcome a home; what it can save meanwhile is heartbeats. So
 * while frames, new links or the loop's lag stand over their limits the interval is doubled, step by step, and halved again
 * once all has been calm for a while. Each unit learns it with the answer to its own heartbeat: the change is spread as
 * wide as the beats are.
 *
 * Knows:  no clock, no link: the load of the last second comes in.
 * Bounds: BEATS_SLOWED_MAX times as long, `longest_s`, and a third of the unit's own reporting time, in a storm half of it:
 *         two lost beats never make it silent, in a storm one does not.
 */
#ifndef CORE_BEATS_H
#define CORE_BEATS_H

#include "base/slice.h"
#include "base/time.h"

#define BEATS_MIN_S 5
#define BEATS_LOST_TO_BE_SILENT 3
#define BEATS_IN_A_STORM 2
#define BEATS_SLOWED_MAX 16
#define BEATS_OVER_LOOKS 3 /* so many seconds over a limit, not one */
#define BEATS_STEP_MS 10000

struct beats_config {
	uint32_t every_s;    /* in calm times */
	uint32_t longest_s;  /* in any storm */
	uint32_t frames_a_s; /* limits; 0 = not looked at */
	uint32_t links_a_s;  /* new ones */
	uint32_t lag_ms;     /* the loop came so late */
	uint32_t calm_s;
};

/* What happened since the last look. */
struct beats_load {
	uint64_t frames, links;
	int64_t lag_ms; /* the longest */
};

struct beats {
	uint32_t slowed; /* 1, 2, 4, ... times as long */
	uint32_t over;   /* looks in a row */
	mono_t looked, stepped, busy_at;
};

void beats_init(struct beats *b, mono_t now);

/* Once a second or so. True if `slowed` has changed. */
bool beats_look(struct beats *b, const struct beats_config *config, const struct beats_load *load, mono_t now);

/* What this unit is told now. `report_s`: silent when nothing came for so long; 0 = nobody said, and
 * three beats make it. */
uint32_t beats_interval_s(const struct beats *b, const struct beats_config *config, uint32_t report_s,
                          const char *device);

#endif
