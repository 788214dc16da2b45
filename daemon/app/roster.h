/* roster.h - everybody who works, in the form that decisions ask for: areas, skills, place, duty, readiness.
 *
 * Owns:   one member for each person of the registry; the lists of ready operators and of caregivers on duty; last known
 *         positions; which operators are whose neighbours.
 * Knows:  records, through the projection, and nothing else. Kept by roster_*() calls when a record changes.
 * Bounds: SCOPES_MAX remembered neighbourhoods; SEEN_MAX homes of which it is known who has been there.
 */
#ifndef APP_ROSTER_H
#define APP_ROSTER_H

#include "app/internal.h"

#define POSITION_MS MINUTES(5)
#define SCOPE_CODES_MAX 32
#define SCOPES_MAX 4096
#define SEEN_MAX 4096

struct member {
	char id[ID_MAX];
	struct rights rights;
	bool known; /* the registry has this person, not disabled */
	int32_t base_lat_e6, base_lon_e6;
	char station[ID_MAX]; /* where they are while on duty; empty = at no station */
	int32_t station_lat_e6, station_lon_e6;
	bool stationed;  /* it is there, open, and known where */
	uint32_t skills; /* bits of enum skill */
	bool on_duty;
	uint32_t jobs_taken;      /* since the duty began */
	ms_t check_ms, proved_ms; /* of the last test offer (core/duty.h) */
	uint64_t incident;        /* job in hand; 0 = free */
	int32_t lat_e6, lon_e6;   /* last known position */
	mono_t position_at;
	bool positioned;
	size_t duty_place;        /* 1-based in roster->duty; 0 = not in it */
	struct duty_group *group; /* of those on duty with the same areas; NULL = not on duty */
	TAILQ_ENTRY(member) group_link;
	bool group_counted, group_free; /* as one who could go to somebody that calls for help */
};

/* Area codes whose operators are the neighbours of one area. */
struct scope {
	char area[16];
	uint32_t count;
	char codes[SCOPE_CODES_MAX][16];
};

/* NULL when nobody has this id. */
const struct member *roster_member(struct app *app, const char *person);
/* Caregivers and technicians on duty, in no order. */
struct member *const *roster_duty(const struct app *app, size_t *ret_count);
/* Key -> struct duty_group (duty_groups.h). */
const struct table *roster_groups(const struct app *app);
/* Operators and supervisors whose console is there and who are ready. */
struct member *const *roster_ready(struct app *app, size_t *ret_count);
/* This person could have a call of this area now: at a console that is there and ready, and responsible for it. */
bool roster_may_take(struct app *app, const char *person, const char *area);
/* Some operator of the area is ready, at a console of a daemon that lives, and is known to speak this. */
bool roster_speaker(struct app *app, const char *area, const char *language);
/* Never NULL; holds until the next call. */
const struct scope *roster_scope(struct app *app, const char *area);
/* The code above: 12 digits, 9, 6, 4, 2; false at the top. */
bool area_up(char code[16]);

/* Grows whenever who is whose neighbour may have changed. */
uint64_t roster_generation(const struct app *app);

/* This caregiver has been in this home. Kept in memory only: it ranks, it decides nothing. */
void roster_seen(struct app *app, const char *household, const char *caregiver);
bool roster_knows(const struct app *app, const char *household, const char *caregiver);

#endif
