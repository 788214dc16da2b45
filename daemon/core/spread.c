#include "core/spread.h"

void spread_add(struct spread *s, int64_t took_ms)
{
	int64_t at = took_ms <= 0 ? 0 : (took_ms - 1) / s->bucket_ms;

	s->count++;
	s->buckets[at >= SPREAD_BUCKETS ? SPREAD_BUCKETS - 1 : at]++;
}

uint64_t spread_within(const struct spread *s, int64_t ms)
{
	uint64_t n = 0;

	for (int64_t i = 0; i < ms / s->bucket_ms && i < SPREAD_BUCKETS; i++)
		n += s->buckets[i];
	return n;
}

int64_t spread_quantile_ms(const struct spread *s, unsigned percent)
{
	uint64_t wanted = (s->count * percent + 99) / 100, n = 0;

	if (s->count == 0)
		return 0;
	for (int64_t i = 0; i < SPREAD_BUCKETS; i++) {
		n += s->buckets[i];
		if (n >= wanted)
			return (i + 1) * s->bucket_ms;
	}
	return SPREAD_BUCKETS * s->bucket_ms;
}

void answered_add(struct answered *a, int64_t took_ms)
{
	a->count++;
	a->in_10s += took_ms <= SECONDS(10);
	a->in_60s += took_ms <= SECONDS(60);
	a->in_180s += took_ms <= SECONDS(180);
}
