/* shifts.h - rosters as the daemon holds them: who is on call, where people will be missing, whose shift begins soon.
 *
 * Owns:   what is read out of the records roster:<area> and absence:<person>; the gaps of the days to come; reminders.
 * Knows:  records, through the projection. What is lawful is core/shift.h's.
 * Result: a rule changes no roster and puts nobody off duty: it shows, and reminds.
 * Bounds: a look at all rosters takes ROSTERS_A_TURN of them a turn, and stops early behind SHIFTS_A_TURN shifts; GAPS_MAX
 *         gaps are kept, the soonest; the others are counted.
 *
 * Not to be confused with roster.h: that is who works now, in the form decisions ask for.
 */
#ifndef APP_SHIFTS_H
#define APP_SHIFTS_H

#include "app/internal.h"
#include "core/shift.h"
#include "wire/record_roster.h"
#include "wire/registry.h"

#define ROSTERS_A_TURN 16
#define SHIFTS_A_TURN 128
#define GAPS_MAX 512
#define LATE_MAX 128
#define SHIFTS_AHEAD_MS (INT64_C(7) * 86400000) /* gaps are shown so far ahead */
#define SHIFT_REMIND_MS MINUTES(30)             /* a shift is said to whoever has it so long before */
#define SHIFT_LATE_MS MINUTES(10)               /* it has begun so long ago, and they are not on duty */
#define ON_CALL_MAX 8

struct gap_at {
	char area[16];
	struct shift_gap gap;
};

/* Has a shift that runs, and has not gone on duty. */
struct late_at {
	char area[16];
	char person[ID_MAX];
	ms_t from_ms;
};

bool shifts_new(struct app *app) MUST_USE;
void shifts_free(struct app *app);
/* A roster or absence was read anew, or is gone. */
void shifts_read(struct app *app, struct record *rec);
/* Who people are, or where they may work, has changed. */
void shifts_people(struct app *app);
void shifts_turn(struct app *app);
/* A look at all rosters is under way: the loop turns again soon. */
bool shifts_behind(const struct app *app);

/* NULL when there is none. They hold until the next entry of the log. */
const struct shift_plan *shift_plan_find(struct app *app, const char *area);
const struct shift_plan *shift_plan_of(const struct record *rec);
const struct absences *absences_find(struct app *app, const char *person);
/* Areas of the rosters that name this person. */
#define ROSTERS_OF_ONE 8
uint32_t shift_areas_of(struct app *app, const char *person, char ret[ROSTERS_OF_ONE][16]);
int64_t shift_offset_ms(const struct app *app);
void shift_world(struct app *app, struct shift_world *ret);

/* Who has this post now: by the roster of the area, else by that of the nearest area above that has somebody. Returns how
 * many. `skill` of POST_FIELD; NONE = any. */
uint32_t shift_on_call(struct app *app, const char *area, enum shift_post post, enum skill skill, ms_t at_ms,
                       char ret[ON_CALL_MAX][ID_MAX]);

/* What the last look found, soonest first; *ret_total counts those too that found no room. */
const struct gap_at *shift_gaps_known(const struct app *app, uint32_t *ret_count, uint32_t *ret_total,
                                      ms_t *ret_until_ms);
/* Whose shift begins soon and has been said so: when it begins; 0 = nothing was said. */
ms_t reminder_ms(struct app *app, const struct record *rec);
const struct late_at *shift_late_known(const struct app *app, uint32_t *ret_count);

/* ---- shift_decide.c ---- */

enum shift_act {
	SHIFT_SET,
	SHIFT_SWAP_ASK,
	SHIFT_SWAP_STEP,
	SHIFT_ABSENCE_SET,
	SHIFT_ABSENCE_END,
	SHIFT_REMIND,
	SHIFT_REMIND_OVER,
	SHIFT_PLAN_WHOLE,
	SHIFT_ABSENCES_WHOLE
};

/* What is asked of a roster or an absence. */
struct shift_ask {
	enum shift_act act;
	uint64_t cmd; /* 0 = by rule */
	char who[ID_MAX];
	bool supervisor;            /* may decide a swap for both */
	char key[ID_MAX];           /* area; of absences and reminders the person */
	char area[16];              /* REMIND */
	struct shift_change change; /* SET, SWAP_ASK; REMIND: slot, from_ms */
	struct absence absence;     /* ABSENCE_SET */
	uint32_t id;                /* SWAP_STEP: change; ABSENCE_END: absence */
	bool yes;
	struct shift_list *list; /* ..._WHOLE; stands behind this */
};

/* A whole week, or all absences of a person, as somebody else keeps them (core/shift_whole.h). */
struct shift_list {
	uint64_t expected; /* commit it was made on; 0 = there is none yet */
	uint32_t count;
	union {
		struct shift_slot slots[SHIFT_SLOTS_MAX];
		struct absence absences[ABSENCES_MAX];
	};
	/* What came of it. */
	uint64_t commit; /* of the record then */
	bool unchanged;  /* it stood so already */
	struct registry_fault fault;
	bool faulty;
};

/* False: refused for a bound. */
bool shift_ask(struct app *app, const struct shift_ask *ask, struct waiter waiter);
enum verdict shift_decide(struct app *app, struct change *ch);
/* For shift_whole.c. The record's body stands in `bytes`; what happened comes behind it. */
enum verdict shift_fly(struct app *app, struct change *ch, struct buf *bytes, const struct roster_event *events,
                       uint32_t count);

/* ---- shift_whole.c ---- */

enum verdict shift_whole_decide(struct app *app, struct change *ch);

/* ---- duty.c ---- */

enum verdict duty_decide(struct app *app, struct change *ch);
/* Checks that nobody answered in time are told. */
void duty_turn(struct app *app);

#endif
