/* roster_cell.h - rosters, absences and people as the command line reads them, and how it writes them.
 *
 * Owns:   what it has read; people are read when they are first asked for.
 * Knows:  local time, by the policy of the configuration.
 */
#ifndef CTL_ROSTER_CELL_H
#define CTL_ROSTER_CELL_H

#include "base/table.h"
#include "cell.h"
#include "core/shift.h"

struct staff_person {
	char id[ID_MAX], name[64], phone[32];
	bool known, absences_read, on_duty;
	enum { FITS_NOTHING, FITS_FIELD, FITS_DESK, FITS_SUPERVISOR } role;
	uint32_t skills; /* bits of enum skill */
	uint32_t area_count;
	char areas[32][16];
	struct absences absences;
};

struct roster_cell {
	struct cell *cell;
	int64_t offset_ms;
	ms_t now_ms;
	struct table people; /* id -> struct staff_person */
	struct shift_world world;
	char who[ID_MAX]; /* who types, for the log */
};

bool roster_cell_open(struct roster_cell *r, struct cell *cell, const char *config_path) MUST_USE;
void roster_cell_close(struct roster_cell *r);

/* Never NULL; what the registry does not know is not `known`. */
const struct staff_person *staff_person(struct roster_cell *r, const char *id);

/* One roster to look at or to change; `rec` is what it was read as. An area without one gives an empty plan. False with one
 * line on standard error. */
struct roster_record {
	struct cell_record rec;
	struct shift_room room;
};
bool roster_get(struct roster_cell *r, const char *area, struct roster_record *ret) MUST_USE;
bool roster_put(struct roster_cell *r, struct roster_record *plan, enum roster_change what, int64_t number,
                const char *subject, ms_t from_ms) MUST_USE;

struct absence_record {
	struct cell_record rec;
	struct absences absences;
};
bool absences_get(struct roster_cell *r, const char *person, struct absence_record *ret) MUST_USE;
bool absences_put(struct roster_cell *r, struct absence_record *a, enum roster_change what, int64_t number,
                  ms_t from_ms) MUST_USE;

/* Every roster whose area lies in `area`, or holds it (NULL = all), in the order of the codes. False as `each` says so, or
 * with one line on standard error. */
bool roster_each(struct roster_cell *r, const char *area,
                 bool (*each)(void *ctx, struct roster_cell *r, const struct shift_plan *plan), void *ctx);

/* "2026-11-24 08:00", or the day alone; local time. */
bool roster_time_read(const struct roster_cell *r, const char *text, ms_t *ret);
void roster_time_text(const struct roster_cell *r, ms_t ms, char ret[24]);

#endif
