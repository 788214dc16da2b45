/* chance.h - chance that comes from a seed: the same one gives the same history.
 *
 * Owns:   nothing; whoever has a struct prng has a stream of their own, which nobody else's use disturbs.
 */
#ifndef SIM_CHANCE_H
#define SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct prng {
	uint64_t s;
};
uint64_t prng_next(struct prng *p);
/* 0 to n-1; 0 when n is 0. */
uint64_t prng_below(struct prng *p, uint64_t n);
/* lo to hi, both included. */
int64_t prng_between(struct prng *p, int64_t lo, int64_t hi);
/* True `of_1000` times of 1,000. */
bool prng_chance(struct prng *p, uint32_t of_1000);

#endif
