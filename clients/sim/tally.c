#include "tally.h"

#include "base/ensure.h"

/* Below TALLY_STEPS each value has a slot of its own; above, the top seven bits say which. */
static uint32_t slot_of(int64_t ns)
{
	uint64_t v = ns < 0 ? 0 : (uint64_t)ns;
	uint32_t shift = 0;

	while (v >> shift >= 2 * TALLY_STEPS)
		shift++;
	v = shift * TALLY_STEPS + (v >> shift);
	return v < TALLY_SLOTS ? (uint32_t)v : TALLY_SLOTS - 1;
}

/* The middle of what falls into a slot. */
static int64_t slot_ns(uint32_t slot)
{
	uint32_t shift = slot < 2 * TALLY_STEPS ? 0 : slot / TALLY_STEPS - 1;
	int64_t from = (int64_t)(slot - shift * TALLY_STEPS) << shift;

	return from + ((INT64_C(1) << shift) - 1) / 2;
}

void tally_add(struct tally *t, int64_t ns)
{
	t->count++;
	t->slots[slot_of(ns)]++;
	if (ns > t->max_ns)
		t->max_ns = ns;
}

void tally_merge(struct tally *t, const struct tally *more)
{
	t->count += more->count;
	if (more->max_ns > t->max_ns)
		t->max_ns = more->max_ns;
	for (uint32_t i = 0; i < TALLY_SLOTS; i++)
		t->slots[i] += more->slots[i];
}

int64_t tally_at(const struct tally *t, double share)
{
	uint64_t wanted = (uint64_t)((double)t->count * share), seen = 0;

	if (t->count == 0)
		return 0;
	if (wanted >= t->count)
		return t->max_ns;
	for (uint32_t i = 0; i < TALLY_SLOTS; i++) {
		seen += t->slots[i];
		if (seen > wanted)
			return slot_ns(i) < t->max_ns ? slot_ns(i) : t->max_ns;
	}
	return t->max_ns;
}
