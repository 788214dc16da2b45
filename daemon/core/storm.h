/* storm.h - storm mode: what is held back while a whole area sends technical signals, and what never can be.
 *
 * Owns:   the kinds that a storm may name. They are a type of their own with no value for a call for help (class 1 and 2):
 *         a storm over one can't be written down, in memory or in a record.
 * Knows:  no store, no clock.
 * Bounds: one storm an area code; STORM_REASON_MAX bytes of reason.
 */
#ifndef CORE_STORM_H
#define CORE_STORM_H

#include "base/slice.h"
#include "base/time.h"
#include "core/alarm.h"

/* Values equal StormKind of common.proto. */
enum storm_kind {
	STORM_KIND_NONE,
	STORM_KIND_POWER,
	STORM_KIND_BATTERY,
	STORM_KIND_TAMPER,
	STORM_KIND_LINK,
	STORM_KIND_PENDANT_LOST,
	STORM_KIND_REPAIR,
	STORM_KIND_COMMISSION,
	STORM_KIND_SERVICE,
	STORM_KIND_FOLLOW_UP,
	STORM_KIND_MISSED_TEST,
	STORM_KIND_COUNT
};

#define STORM_REASON_MAX 201 /* with its end */
#define STORM_KINDS_ALL ((UINT32_C(1) << STORM_KIND_COUNT) - 2)

/* Record storm:<area>. Plain data. */
struct storm {
	char area[16];  /* division code; covers what lies below */
	uint32_t kinds; /* bits 1 << enum storm_kind */
	ms_t from_ms;
	ms_t until_ms;   /* ends then by itself */
	char by[ID_MAX]; /* supervisor; empty = by threshold */
	char reason[STORM_REASON_MAX];
	ms_t ended_ms; /* 0 = nobody has written its end */
	char ended_by[ID_MAX];
	uint32_t held_back; /* the after-report */
	uint32_t returned;
};

/* What a storm calls this kind. False, and *ret untouched, for every kind of class 1 and 2, for tests, and for what is no
 * kind at all. */
bool storm_kind_of(enum kind kind, enum storm_kind *ret);

/* Somebody has begun it and nothing has ended it. */
bool storm_runs(const struct storm *storm, ms_t now_ms);

/* It runs, names this kind, and its area covers this one. */
bool storm_covers(const struct storm *storm, enum storm_kind kind, const char *area, ms_t now_ms);

/* True if every field is in its range and they agree. */
bool storm_valid(const struct storm *storm);

#endif
