/* spread.h - how long something took, of many: how many within a bound, and the quantiles.
 *
 * Owns:   what "within 10 s" means: 10.000 s is, 10.001 s is not. The one judge of it, for the city as for its districts.
 * Knows:  no record and no clock.
 * Bounds: SPREAD_BUCKETS buckets of `bucket_ms`; what took longer than all of them is counted in the last.
 */
#ifndef CORE_SPREAD_H
#define CORE_SPREAD_H

#include "core/incident.h"

#define SPREAD_BUCKETS 3600

struct spread {
	int64_t bucket_ms;
	uint64_t count;
	uint64_t buckets[SPREAD_BUCKETS]; /* [n]: longer than n of them, and no longer than n + 1 */
};

/* How fast calls were answered. */
struct answered {
	uint64_t count, in_10s, in_60s, in_180s;
};

/* What took less than nothing, by two clocks, took nothing. */
void spread_add(struct spread *s, int64_t took_ms);
/* How many took so long or less; a whole number of buckets. */
uint64_t spread_within(const struct spread *s, int64_t ms);
/* So long or less took this share of them; 0 of none. */
int64_t spread_quantile_ms(const struct spread *s, unsigned percent);

void answered_add(struct answered *a, int64_t took_ms);

#endif
