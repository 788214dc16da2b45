/* on_call.h - rosters for whoever asks from outside the app: who is on call, and where people are missing.
 *
 * Knows:  nothing of its own: shifts.h and core/shift.h.
 * Bounds: ON_CALL_PEOPLE people at a post; of gaps, as many as are known (app/shifts.h).
 */
#ifndef APP_ON_CALL_H
#define APP_ON_CALL_H

#include "app/app.h"
#include "core/shift.h"

#define ON_CALL_PEOPLE 8

/* Who has this post at that time, for a home of this area; `skill` of POST_FIELD. Returns how many. */
uint32_t app_on_call(struct app *app, const char *area, enum shift_post post, enum skill skill, ms_t at_ms,
                     char ret[ON_CALL_PEOPLE][ID_MAX]);
/* The store's clock. */
ms_t app_now_ms(struct app *app);
/* Local time is so much ahead of UTC. */
int64_t app_offset_ms(const struct app *app);

/* The last look at all rosters, within a second of a change and once a minute. */
struct roster_look {
	ms_t as_of_ms; /* when it began, store clock; 0 = none has ended yet, and nothing is known */
	ms_t until_ms;
	uint32_t left_out; /* gaps beyond those kept, the farthest */
};
void app_roster_look(struct app *app, struct roster_look *ret);

struct roster_gap {
	char area[16];
	struct shift_gap gap;
};

/* The n-th of those known, soonest first; false past the end. */
bool app_roster_gap(struct app *app, uint32_t n, struct roster_gap *ret);

/* What another system asks of the roster of an area: who has a shift, or its word on a swap. */
struct roster_ask {
	const char *area;
	const struct who *who; /* their areas have been looked at */
	bool swap;             /* `change` and `yes`; else the others */
	uint32_t change;
	bool yes;
	uint32_t slot; /* 0 = a shift beside the plan */
	ms_t from_ms, until_ms;
	enum shift_post post;
	enum skill skill;
	const char *person, *takes; /* "" = nobody */
};

/* Port record_done(tag) follows, here or in a later app_turn(). */
void app_roster_ask(struct app *app, uint64_t tag, const struct roster_ask *ask);

/* All absences of a person, or the week of an area, as another system keeps them: each with its id, or without one when it is new.
 * Port record_done(tag) follows as above, with the fault as a code of absences_why_english(). */
struct roster_whole {
	const char *id; /* of the person; the area. It has been looked at that they are those of `who` */
	const struct who *who;
	uint64_t expected;              /* commit it was made on; 0 = there is none yet */
	uint32_t count;                 /* bounds are looked at by whoever reads them */
	const struct absence *absences; /* NULL: slots */
	const struct shift_slot *slots;
};

void app_roster_whole(struct app *app, uint64_t tag, const struct roster_whole *whole);
/* Absences are entered by whoever covers one of the person's areas; the week by whoever covers the whole of its own. */
bool app_absent_person(struct app *app, const char *person, const struct who *who);

#endif
