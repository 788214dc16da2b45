/* runner.h - plays many seeded histories, spread over the cores, and says what came of it.
 *
 * Owns:   the worker processes: one a core, each plays one seed after the other. A worker that dies has broken a promise.
 * Result: progress as it goes; for the first broken promise its seed, the end of the history, the promise, and the one
 *         command that plays it again; then what happened in the run (seen.h).
 * Bounds: RUNNER_JOBS_MAX workers; a history that takes longer than RUNNER_SEED_S is taken for endless.
 */
#ifndef SIM_RUNNER_H
#define SIM_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

#define RUNNER_JOBS_MAX 64
#define RUNNER_SEED_S 300
/* A run of so many histories must show every fault and path of seen.c. */
#define RUNNER_WHOLE 2000

struct runner {
	uint64_t from, seeds;
	unsigned jobs;   /* 0: as many as there are cores */
	bool keep_going; /* plays on after a broken promise and lists every seed that broke one */
};

/* True when every promise was kept, and nothing missing of a whole run. */
bool runner_play(const struct runner *r, uint64_t (*play)(uint64_t seed));

#endif
