/* shift_whole.h - a whole week, or all absences of a person, as somebody else keeps them: what has to be done to what stands
 * so that it says the same.
 *
 * Owns:   the difference, as steps of the rules in shift.h: nothing is lawful here that is not lawful there.
 * Knows:  no store and no clock. Who can stand where is asked of whoever calls.
 * Result: what is said again changes nothing, with its id or without: whoever keeps no ids of ours may send all of theirs every
 *         night. On a refusal the plan may be half changed: whoever asks works on a copy.
 * Bounds: WHOLE_STEPS_MAX steps: all that may stand, gone, and as many new.
 */
#ifndef CORE_SHIFT_WHOLE_H
#define CORE_SHIFT_WHOLE_H

#include "core/shift.h"

#define WHOLE_STEPS_MAX (2 * SHIFT_SLOTS_MAX)

/* What is wrong, and with which member of which item. */
enum whole_fault {
	WHOLE_OK,
	WHOLE_ID,     /* id: there is none of this number, or it stands there twice */
	WHOLE_OVER,   /* until: over already */
	WHOLE_SPAN,   /* until: not after `from`, or too long */
	WHOLE_FIXED,  /* id: hours and post of a shift of the week do not change */
	WHOLE_PERSON, /* people: nobody of this name works there and can do it */
	WHOLE_BOUNDS, /* the item: some number out of its bounds */
	WHOLE_MANY,   /* the list */
	WHOLE_FAULT_COUNT
};

struct whole_step {
	enum roster_change what;
	uint32_t id;
	ms_t from_ms;
};

struct whole {
	uint32_t step_count; /* 0 = it stands so */
	struct whole_step steps[WHOLE_STEPS_MAX];
	uint32_t item, part; /* of a fault: which of the list, which person of it; counted from 1, 0 = none in particular */
};

/* Of each: id (0 = new, or one that stands there without a change), from_ms, until_ms, reason. `a` loses what is not in the list
 * at `now_ms`; what is over is let go. `by` enters and changes. */
enum whole_fault absences_replace(struct absences *a, const struct absence *list, uint32_t count, const char *by,
                                  ms_t now_ms, struct whole *ret);

/* `plan` must be that of a room. Of one that stands only need, people and end change. What is not in the list ends at `now_ms`,
 * and goes once none of it runs. */
enum whole_fault plan_replace(struct shift_plan *plan, const struct shift_slot *list, uint32_t count,
                              const struct shift_world *w, ms_t now_ms, struct whole *ret);

#endif
