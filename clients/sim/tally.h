/* tally.h - how long things took, in a fixed amount of memory, so that several processes can be added up.
 *
 * Owns:   a histogram of nanoseconds: 64 steps to each doubling, so a percentile is at most 1.6 % from the truth.
 * Result: count, percentiles, and the longest exactly.
 */
#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include <stdint.h>

#define TALLY_STEPS 64
#define TALLY_SLOTS (TALLY_STEPS * 36) /* up to 2^41 ns, 36 minutes; what took longer counts as that */

struct tally {
	uint64_t count;
	int64_t max_ns;
	uint32_t slots[TALLY_SLOTS];
};

void tally_add(struct tally *t, int64_t ns);
void tally_merge(struct tally *t, const struct tally *more);
/* The time within which `share` (0 to 1) of them came; 0 when there are none. */
int64_t tally_at(const struct tally *t, double share);

#endif
