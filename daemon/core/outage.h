/* outage.h - a device that is out, as its record says; and what belongs to an area instead of a home.
 *
 * Owns:   which kinds of alarm are collected by area, and the shape of record out:<device>.<kind>.
 * Knows:  no store.
 */
#ifndef CORE_OUTAGE_H
#define CORE_OUTAGE_H

#include "base/time.h"
#include "core/alarm.h"

#define SUBDISTRICT_DIGITS 9 /* of a division code: city, district, sub-district */

struct out {
	char device[ID_MAX];
	enum kind kind;
	uint64_t incident;
	ms_t since_ms;
	bool found;    /* by a rule of ours. LINK: nothing came from it; ends when it is heard */
	char area[16]; /* of its home, when it went out; empty = not known */
	ms_t heard_ms; /* when anything last came from it, then; 0 = not known */
};

/* Power and links fail by the street, not by the home. */
bool outage_kind(enum kind kind);

/* The sub-district of a home's area code; false when the code is too short, or none. */
bool outage_area(const char *area, char ret[16]);

/* True if every field is in its range. */
bool out_valid(const struct out *out);

#endif
