/* record_roster.h - rosters and absences: core types to protobuf and back, and what the log says of them.
 *
 * Owns:   how they are written, and what of them is believed when read.
 * Knows:  no store. A record is theirs: checked field by field, refused with a code (record.h), never asserted.
 * Result: what decodes is valid (shift_plan_valid, absences_valid) and encodes again.
 */
#ifndef WIRE_RECORD_ROSTER_H
#define WIRE_RECORD_ROSTER_H

#include "core/shift.h"
#include "wire/arena.h"

/* Appends; ret->overflow when over RECORD_MAX: the plan is then too large to be kept. */
void roster_encode(const struct shift_plan *plan, struct buf *ret);
/* 0 or a negative RECORD_BAD_* code; on error *ret is not to be used. `scratch` is reset first. */
int roster_decode(struct slice body, struct shift_room *ret, struct arena *scratch);

void absences_encode(const struct absences *a, struct buf *ret);
int absences_decode(struct slice body, struct absences *ret, struct arena *scratch);

/* What happened, for the log. Ids point to whoever says it. */
struct roster_event {
	enum roster_change what;
	const char *who, *subject, *area; /* "" = none */
	int64_t number;
	ms_t at_ms, from_ms;
};

/* Appends it to the LogEvent that ends `ret`: fields of one message may stand in pieces. */
void roster_event_encode(const struct roster_event *e, struct buf *ret);

/* "field", "agreed", "sick", "swap_asked"; never NULL. */
const char *shift_post_name(enum shift_post post);
const char *shift_skill_name(enum skill skill);
const char *swap_state_name(enum swap_state state);
const char *absence_reason_name(enum absence_reason reason);
const char *roster_change_name(enum roster_change change);
/* NONE when nothing has this name. */
enum shift_post shift_post_by_name(const char *name);
enum skill shift_skill_by_name(const char *name);
enum absence_reason absence_reason_by_name(const char *name);

#endif
