/* vitals.h - what a unit last said of itself, as bytes for the store and back.
 *
 * Owns:   the shape of it (message Vitals).
 * Knows:  no store.
 * Result: equal structs give equal bytes; what can't be one of ours is refused, never asserted.
 * Bounds: VITALS_MAX bytes.
 */
#ifndef WIRE_VITALS_H
#define WIRE_VITALS_H

#include "base/slice.h"
#include "base/time.h"
#include "wire/arena.h"

#define VITALS_MAX 128
#define VITALS_TEXT_MAX 32

enum mains { MAINS_UNKNOWN, MAINS_ON, MAINS_OFF };

struct vitals {
	ms_t at_ms;
	uint8_t battery_pct; /* 255 = not known */
	enum mains mains;
	int32_t signal_dbm; /* 0 = not known */
	char firmware[VITALS_TEXT_MAX];
	char model[VITALS_TEXT_MAX];
	uint32_t boot;
	uint32_t lost;
	uint32_t tries;
};

/* Nothing known. */
static inline struct vitals vitals_none(void)
{
	return (struct vitals){.battery_pct = 255};
}

/* Takes over what `from` knows. True when that is news worth writing: not the time alone, nor a signal a little stronger. */
bool vitals_merge(struct vitals *to, const struct vitals *from);

size_t vitals_encode(const struct vitals *v, uint8_t ret[VITALS_MAX]);
bool vitals_decode(struct slice bytes, struct arena *scratch, struct vitals *ret);

#endif
