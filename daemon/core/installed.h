/* installed.h - how a home stands, by its units: what a city counts.
 *
 * Owns:   what makes a home installed, in service, silent, away, retired; and the year's target of an area.
 * Knows:  no record, store or clock.
 * Result: each home stands in one way only. A home in service is silent when none of the units that serve it is heard.
 */
#ifndef CORE_INSTALLED_H
#define CORE_INSTALLED_H

#include "core/device_life.h"

enum home_stand {
	HOME_NONE,          /* no unit */
	HOME_COMMISSIONING, /* entered; no unit of it has been proved yet */
	HOME_IN_SERVICE,
	HOME_SILENT, /* in service, and not heard */
	HOME_AWAY,
	HOME_RETIRED, /* every unit of it is */
	HOME_STAND_COUNT
};

/* The units of one home. */
struct home_units {
	uint32_t of[DEVICE_STATE_COUNT];
	uint32_t silent; /* of those in service */
};

enum home_stand home_stands(const struct home_units *h);

/* Homes of one area by how they stand. */
struct home_count {
	uint32_t of[HOME_STAND_COUNT];
	uint32_t target; /* in service by the end of the year; 0 = none set */
};

void home_count_add(struct home_count *to, const struct home_count *from);
/* All but the retired; in service, heard or not. */
uint32_t homes_installed(const struct home_count *c);
uint32_t homes_in_service(const struct home_count *c);

/* Figures are told of the city, its districts and sub-districts. */
#define AREA_DISTRICT 6
#define AREA_SUBDISTRICT 9
#define HOME_ROWS_MAX 1024

/* The area in whose figures a home of `area` is counted: its sub-district, or what is known of it. */
void home_count_area(const char *area, char ret[16]);

struct home_row {
	char area[16];
	struct home_count count;
};

/* rows[0] is the city; the others stand behind it, by area. */
struct home_rows {
	size_t count;
	struct home_row rows[HOME_ROWS_MAX];
};

void home_rows_init(struct home_rows *rows, const char *city);
/* The row of this area, made if it is one that figures are told of; NULL if not, or when there is no room. */
struct home_row *home_rows_want(struct home_rows *rows, const char *area);
/* Homes of a home_count_area() go into its row and those above it. */
void home_rows_add(struct home_rows *rows, const char *area, const struct home_count *homes);
/* Where nobody has set a target, it is that of all that lies below, together. Once all is added. */
void home_rows_targets(struct home_rows *rows);

#endif
