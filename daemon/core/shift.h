/* shift.h - the roster of one area: weeks that come again, what differs from them on a day, and who is away.
 *
 * Owns:   which shifts there are at any time, who has them, where too few people stand, and every lawful way to change it.
 * Knows:  no store and no clock. Who may do what, and who is away, is asked of whoever calls.
 * Result: shifts are worked out, never stored: a plan for a year is as long as a plan for a week.
 * Bounds: SHIFT_SLOTS_MAX shifts of the week, SHIFT_PEOPLE_MAX people each, SHIFT_CREW_MAX with those who join on the day;
 *         SHIFT_CHANGES_MAX dated changes; ABSENCES_MAX absences a person.
 *
 * Duty is another thing: a person says it on the phone (duty.h). The roster says who ought to be there.
 */
#ifndef CORE_SHIFT_H
#define CORE_SHIFT_H

#include "core/incident.h"

#define SHIFT_SLOTS_MAX 48
#define SHIFT_PEOPLE_MAX 12
#define SHIFT_CREW_MAX 16
#define SHIFT_CHANGES_MAX 48
#define SHIFT_MINUTES_MIN 15
#define SHIFT_MINUTES_MAX 1440
#define SHIFT_WEEKS_MAX 8
#define SHIFT_NEED_MAX 99
#define SHIFT_TIME_MAX (INT64_C(1) << 47)       /* no time of a plan is later: sums of them never overflow */
#define SHIFT_AHEAD_MS (INT64_C(92) * 86400000) /* nothing is changed on a day farther off */
#define ABSENCES_MAX 16
#define ABSENCE_MS_MAX (INT64_C(400) * 86400000)

/* Values equal ShiftPost, SwapState, AbsenceReason and RosterChange of common.proto. */
enum shift_post { POST_NONE, POST_FIELD, POST_DESK, POST_SUPERVISOR, POST_DUTY_PHONE, POST_SECOND_PHONE, POST_COUNT };
enum swap_state { SWAP_NONE, SWAP_ASKED, SWAP_AGREED, SWAP_APPROVED, SWAP_REFUSED, SWAP_WITHDRAWN, SWAP_STATE_COUNT };
enum absence_reason {
	ABSENCE_NONE,
	ABSENCE_SICK,
	ABSENCE_HOLIDAY,
	ABSENCE_TRAINING,
	ABSENCE_OTHER,
	ABSENCE_REASON_COUNT
};
enum roster_change {
	ROSTER_CHANGE_NONE,
	ROSTER_SLOT_SET,
	ROSTER_SLOT_ENDED,
	ROSTER_SHIFT_SET,
	ROSTER_SWAP_ASKED,
	ROSTER_SWAP_AGREED,
	ROSTER_SWAP_APPROVED,
	ROSTER_SWAP_REFUSED,
	ROSTER_SWAP_WITHDRAWN,
	ROSTER_ABSENCE_SET,
	ROSTER_ABSENCE_ENDED,
	ROSTER_REMINDED,
	ROSTER_DUTY_ON,
	ROSTER_DUTY_OFF,
	ROSTER_CHECK_MADE,
	ROSTER_CHECK_PASSED,
	ROSTER_DUTY_ENDS,
	ROSTER_CHANGE_COUNT
};

/* What is done to a swap; by whom is looked at by shift_swap_step(). */
enum swap_event { SWAP_AGREE, SWAP_DECLINE, SWAP_WITHDRAW, SWAP_APPROVE, SWAP_REJECT, SWAP_EVENT_COUNT };

struct shift_slot {
	uint32_t id;
	uint32_t days; /* bits: 1 << 0 = Monday; the local day it begins on */
	uint32_t from_min, minutes;
	enum shift_post post;
	enum skill skill; /* of POST_FIELD */
	uint32_t need;
	uint32_t weeks, week; /* every so many weeks, in this one of them */
	ms_t from_ms, until_ms;
	uint32_t people_count;
	char people[SHIFT_PEOPLE_MAX][ID_MAX];
};

struct shift_change {
	uint32_t id;
	uint32_t slot; /* 0 = a shift beside the plan */
	ms_t from_ms, until_ms;
	enum shift_post post;
	enum skill skill;
	char person[ID_MAX]; /* no longer; empty: somebody joins */
	char takes[ID_MAX];  /* instead; empty: nobody */
	uint32_t return_slot;
	ms_t return_from_ms, return_until_ms;
	enum swap_state state;
	char by[ID_MAX], decided_by[ID_MAX];
	ms_t asked_ms, changed_ms;
};

/* Record roster:<area>. Whoever changes one has it in a room; else the lists are as long as they must be. */
struct shift_plan {
	char area[16];
	uint32_t last_id;
	uint32_t slot_count, change_count;
	struct shift_slot *slots;
	struct shift_change *changes;
};

struct shift_room {
	struct shift_plan plan;
	struct shift_slot slots[SHIFT_SLOTS_MAX];
	struct shift_change changes[SHIFT_CHANGES_MAX];
};

struct absence {
	uint32_t id;
	ms_t from_ms, until_ms;
	enum absence_reason reason;
	char by[ID_MAX];
	ms_t entered_ms;
};

/* Record absence:<person>. */
struct absences {
	char person[ID_MAX];
	uint32_t last_id, count;
	struct absence list[ABSENCES_MAX];
};

/* One shift on one day. */
struct shift {
	uint32_t slot; /* 0 = beside the plan */
	ms_t from_ms, until_ms;
	enum shift_post post;
	enum skill skill;
	uint32_t need;
	uint32_t count;
	char people[SHIFT_CREW_MAX][ID_MAX];
};

/* Part of a shift in which fewer are there than it needs. */
struct shift_gap {
	uint32_t slot;
	enum shift_post post;
	enum skill skill;
	ms_t shift_ms; /* when the shift begins */
	ms_t from_ms, until_ms;
	uint32_t need, have;
};

/* What the roster must know of people. Neither may be NULL. */
struct shift_world {
	void *ctx;
	/* Works here, and can do it. */
	bool (*fits)(void *ctx, const char *person, const char *area, enum shift_post post, enum skill skill);
	/* NULL = never away. */
	const struct absences *(*absences)(void *ctx, const char *person);
};

/* ---- shift.c: what there is ---- */

/* An empty plan with room for all that a plan may have. */
void shift_room_init(struct shift_room *room, const char *area);
void shift_room_copy(struct shift_room *room, const struct shift_plan *from);

/* True if every field is in its range and they agree. */
bool shift_plan_valid(const struct shift_plan *plan);
bool absences_valid(const struct absences *a);

/* Calls `each` for every shift that is not over at `from_ms` and begins before `until_ms`: by local day, then as the plan
 * lists them; those beside the plan last. False as soon as `each` says so. */
bool shift_each(const struct shift_plan *plan, int64_t offset_ms, ms_t from_ms, ms_t until_ms,
                bool (*each)(void *ctx, const struct shift *s), void *ctx);

/* The shift of this slot that begins then. */
bool shift_find(const struct shift_plan *plan, int64_t offset_ms, uint32_t slot, ms_t from_ms, struct shift *ret);

bool shift_has(const struct shift *s, const char *person);

/* Who of it is there at that moment, in the order of the plan. */
uint32_t shift_there(const struct shift *s, const char *area, const struct shift_world *w, ms_t at_ms,
                     char ret[SHIFT_CREW_MAX][ID_MAX]);
/* Away for some of it. */
bool shift_away(const struct shift *s, const struct shift_world *w, const char *person);
/* Where it has too few, from `from_ms` on, in order; returns how many pieces. */
uint32_t shift_gaps(const struct shift *s, const char *area, const struct shift_world *w, ms_t from_ms,
                    struct shift_gap *ret, uint32_t max);
/* How many are there when the fewest are. */
uint32_t shift_fewest(const struct shift *s, const char *area, const struct shift_world *w);

/* ---- shift_change.c: what may be done ---- */

/* Each answers OK, or why not and `plan` as it was. `plan` must be that of a room. */

/* id 0 = a new one; else its people, need and end become those of *slot. *ret_id: which one it is. */
enum refusal shift_slot_set(struct shift_plan *plan, const struct shift_slot *slot, uint32_t *ret_id);
/* No shift of it begins from `until_ms` on; it goes altogether once none runs any more. */
enum refusal shift_slot_end(struct shift_plan *plan, uint32_t slot, ms_t until_ms);
/* A supervisor sets who has a shift (`c` names slot, from_ms, person, takes, by; beside the plan also until_ms, post, skill). */
enum refusal shift_set(struct shift_plan *plan, int64_t offset_ms, const struct shift_change *c, ms_t now_ms,
                       uint32_t *ret_id);
/* c->person asks c->takes; for c->return_slot of theirs, or for nothing. */
enum refusal shift_swap_ask(struct shift_plan *plan, int64_t offset_ms, const struct shift_change *c, ms_t now_ms,
                            uint32_t *ret_id);
/* `supervisor`: may decide for both. *ret: what was done. */
enum refusal shift_swap_step(struct shift_plan *plan, int64_t offset_ms, uint32_t change, bool yes, const char *who,
                             bool supervisor, ms_t now_ms, enum roster_change *ret);
/* The table, for the test that proves it total: the state it leads to; SWAP_NONE = refused. */
enum swap_state swap_after(unsigned state, unsigned event);
/* What is over is let go. */
void shift_tidy(struct shift_plan *plan, ms_t now_ms);

enum refusal absence_add(struct absences *a, const struct absence *absence, ms_t now_ms, uint32_t *ret_id);
enum refusal absence_end(struct absences *a, uint32_t id, ms_t now_ms);

#endif
