/* incident_alarm.c - what a signal from a device does: it opens, joins, puts back, or is a copy. */
#include "core/incident_internal.h"

static bool same(const struct alarm_ref *ref, const struct alarm *a, uint64_t id)
{
	return ref->alarm == id && ref->kind == a->kind && ref->zone == a->zone && ref->raised_ms == a->raised_ms &&
	       id_is(ref->device, a->device);
}

/* Only a message with an id of its own is known by the record. Of one without, the store remembers the bytes for a while
 * after their last copy (app/store.h): what comes here is a new press. */
static bool copy(const struct incident *inc, const struct alarm *a)
{
	uint64_t id = alarm_ref_id(a);

	if (!alarm_has_id(a))
		return false;
	/* Its first press gave it its id; of the later ones only the last are kept. */
	if (inc->id == alarm_hash(a))
		return true;
	for (uint32_t i = 0; i < inc->alarm_count; i++)
		if (same(&inc->alarms[i], a, id))
			return true;
	return false;
}

/* The device was told more than this record ever reached: a failover cut the step away. An owner who was lost in good
 * order (EVENT_RETURN) is no such case, and must not ring again with every copy. */
static bool forgotten(const struct incident *inc, const struct alarm *a)
{
	return inc->state == INCIDENT_WAITING && a->heard >= STEP_ANSWERED && a->heard > inc->reached;
}

/* The message that says "over" of its cause is known by its hash, as the request that made its line. */
static bool restore_known(const struct incident *inc, const struct alarm *a)
{
	return line_has_cmd(inc, alarm_hash(a));
}

bool incident_alarm_settled(const struct incident *before, const struct alarm *a, enum verdict *ret)
{
	bool open = before->state == INCIDENT_WAITING || before->state == INCIDENT_ANSWERED;

	*ret = STAY;
	if (kind_class(a->kind) == CLASS_NONE)
		return true;
	if (a->restore)
		return !open || restore_known(before, a);
	return copy(before, a) && (before->area_wide || !forgotten(before, a));
}

void incident_remember(struct step_now *s, const struct alarm *a)
{
	struct incident *inc = s->inc;
	struct alarm_ref *ref;
	uint32_t drop = inc->alarm_count < ALARMS_MAX ? inc->alarm_count : 0;

	for (uint32_t i = 0; i < inc->alarm_count; i++)
		if (same(&inc->alarms[i], a, alarm_ref_id(a)))
			drop = i; /* its former copy */
	if (drop < inc->alarm_count) {
		inc->alarm_count--;
		memmove(&inc->alarms[drop], &inc->alarms[drop + 1], (inc->alarm_count - drop) * sizeof inc->alarms[0]);
	}
	ref = &inc->alarms[inc->alarm_count++];
	memset(ref, 0, sizeof *ref);
	id_set(ref->device, a->device);
	ref->alarm = alarm_ref_id(a);
	ref->kind = a->kind;
	ref->zone = a->zone;
	ref->raised_ms = a->raised_ms;
	ref->protocol = a->protocol;
	ref->received_ms = s->now_ms;
	inc->last_alarm_ms = s->now_ms;
}

static void say(struct step_now *s, enum line_code code, const struct alarm *a, int64_t number)
{
	struct line *line = line_add(s, code, a->by); /* empty, unless a person entered it */

	id_set(line->subject, a->device);
	line->number = number;
	line->kind = a->kind;
	line->protocol = a->protocol;
}

static void put_back(struct step_now *s, const struct alarm *a)
{
	s->inc->restored = true;
	s->inc->reached = a->heard;
	say(s, LINE_RESTORED, a, a->heard);
}

/* A home that the registry does not know is a matter for a person, whatever it sends: class 2, no more and no less. There
 * is no address to send anybody to by rule. */
static enum incident_class class_of(const struct incident *inc, const struct alarm *a)
{
	return inc->quarantine ? CLASS_WELFARE : kind_class(a->kind);
}

struct slice incident_area_digits(const char area[16])
{
	size_t len = 0;

	while (len < 15 && area[len] >= '0' && area[len] <= '9')
		len++;
	return slice_of(area, len);
}

/* She has waited since we heard her, even where the store was away for all of it. */
static ms_t pressed_ms(const struct step_now *s)
{
	return s->ev->at_ms != 0 && s->ev->at_ms < s->now_ms ? s->ev->at_ms : s->now_ms;
}

static void open_new(struct step_now *s, const struct alarm *a)
{
	struct incident *inc = s->inc;

	inc->id = alarm_hash(a);
	/* What the registry says is theirs, not ours: an id unfit for a record is as good as none. */
	id_set(inc->household, alarm_id_valid(s->world->household) ? s->world->household : "");
	id_set(inc->device, a->device);
	(void)text_copy(inc->area, sizeof inc->area, incident_area_digits(s->world->area));
	ENSURE(text_copy(inc->protocol_code, sizeof inc->protocol_code, slice_str(a->code)));
	inc->kind = a->kind;
	inc->opened_ms = pressed_ms(s);
	inc->area_wide = s->world->area_wide;
	inc->quarantine = inc->household[0] == '\0' && !inc->area_wide;
	if (inc->area_wide) {
		id_set(inc->carrier, s->world->carrier);
		inc->away = s->world->away;
	}
	inc->untested = a->kind == KIND_MISSED_TEST;
	inc->silent = kind_silent(a->kind);
	inc->follow_up_of = a->follow_up_of;
	inc->risk = s->world->risk < UINT8_MAX ? s->world->risk : UINT8_MAX;
	incident_remember(s, a);
	inc->drill = a->drill;
	say(s, LINE_ALARM, a, 0);
	if (inc->opened_ms < s->now_ms) {
		inc->lines[0].at_ms = inc->opened_ms;
		inc->lines[0].stored_ms = s->now_ms;
	}
	if (a->drill)
		line_add(s, LINE_DRILL, a->by);
	if (a->code_unknown)
		say(s, LINE_UNKNOWN_CODE, a, 0);
	if (inc->quarantine)
		say(s, LINE_QUARANTINED, a, 0);
	if (inc->area_wide)
		area_wide_out(s);
	/* The device was told "stored", and here nothing stands: the store had forgotten. */
	if (a->heard >= STEP_STORED)
		put_back(s, a);
	incident_set_class(s, class_of(inc, a));
	if (inc->class >= CLASS_GENERAL && s->world->storm_until_ms > s->now_ms)
		incident_hold_back(s);
}

/* More urgent than all before: everybody rings again, and what was said to the resident belongs to another matter. */
static void raise_class(struct step_now *s, const struct alarm *a, enum incident_class class)
{
	struct incident *inc = s->inc;

	say(s, LINE_RAISED, a, class);
	inc->kind = a->kind;
	inc->spoke = false;
	inc->seen = false;
	inc->no_voice = false;
	if (inc->state == INCIDENT_ANSWERED)
		id_set(inc->former_owner, inc->owner);
	incident_set_class(s, class);
	s->to = INCIDENT_WAITING;
	s->enter_again = true;
}

/* A class 1 press that joins what its owner has laid aside: everybody rings, and he is named. */
static void raise_held(struct step_now *s, const struct alarm *a, enum incident_class class)
{
	incident_hold_end(s, "");
	raise_class(s, a, class);
}

/* She has pressed: what was said and asked before did not know of it. */
static void pressed_again(struct step_now *s)
{
	if (s->inc->repeats < UINT32_MAX)
		s->inc->repeats++;
	s->inc->resident_cancelled = false;
	incident_forget_asked(s);
}

/* A real alarm: the incident is from now on what it says, and begins anew. */
static void drill_end(struct step_now *s, const struct alarm *a)
{
	struct incident *inc = s->inc;

	inc->drill = false;
	say(s, LINE_DRILL_ENDED, a, 0);
	if (inc->hold_until_ms != 0)
		incident_hold_end(s, "");
	inc->kind = a->kind;
	inc->silent = kind_silent(a->kind);
	inc->voice_due_ms = 0;
	inc->spoke = false;
	inc->seen = false;
	inc->no_voice = false;
	inc->contact_answer = CONTACT_ANSWER_NONE;
	inc->contact_answer_by = 0;
	/* Who "is on the way" or "has it" in an exercise is no help: they are sent and told anew. Offers that are out go on. */
	job_cancel_taken(s);
	incident_handovers_cancel(s);
	incident_handovers_reopened(inc);
	if (inc->state == INCIDENT_ANSWERED)
		id_set(inc->former_owner, inc->owner);
	incident_set_class(s, class_of(inc, a));
	s->to = INCIDENT_WAITING;
	s->enter_again = true;
}

static void join(struct step_now *s, const struct alarm *a)
{
	struct incident *inc = s->inc;
	enum incident_class class = class_of(inc, a);

	if (a->follow_up_of != 0)
		inc->follow_up_of = a->follow_up_of; /* not her doing: yesterday's call-back finds her calling today */
	else if (!alarm_by_rule(a))
		pressed_again(s); /* what we have found ourselves says nothing of her */
	inc->untested = inc->untested || a->kind == KIND_MISSED_TEST;
	incident_remember(s, a);
	say(s, LINE_REPEAT, a, inc->repeats);
	if (a->code_unknown)
		say(s, LINE_UNKNOWN_CODE, a, 0);
	if (inc->drill && !a->drill) {
		drill_end(s, a);
		return;
	}
	if (kind_silent(a->kind)) {
		inc->silent = true;
		inc->voice_due_ms = 0;
	}
	if (forgotten(inc, a)) {
		put_back(s, a);
		s->enter_again = true;
	}
	if (inc->hold_until_ms != 0 && (class == CLASS_LIFE || class_above(class, inc->class)))
		raise_held(s, a, class);
	else if (class_above(class, inc->class))
		raise_class(s, a, class);
	else if (inc->state == INCIDENT_ANSWERED && class <= CLASS_WELFARE)
		incident_ring_owner(s); /* a call for help, if a lesser one: whoever has it must hear of it */
}

enum verdict incident_on_alarm(struct step_now *s)
{
	const struct alarm *a = s->ev->alarm;

	if (s->inc->state == INCIDENT_NONE) {
		open_new(s, a);
	} else if (s->inc->area_wide) {
		return area_wide_on_alarm(s);
	} else if (a->drill && !s->inc->drill) {
		return step_refuse(s, REFUSAL_BUSY); /* no exercise over a real call */
	} else if (a->restore) {
		say(s, LINE_RESTORE, a, 0);
		s->inc->lines[s->inc->line_count - 1].cmd = alarm_hash(a);
		if (a->kind == KIND_MISSED_TEST)
			s->inc->untested = false; /* the test has come */
	} else if (copy(s->inc, a)) {
		put_back(s, a);
		s->enter_again = true;
	} else {
		join(s, a);
	}
	if (s->ev->text_len != 0) {
		struct line *line = line_add(s, a->protocol == PROTOCOL_MANUAL ? LINE_NOTE : LINE_UNIT_SAYS, a->by);

		id_set(line->subject, a->protocol == PROTOCOL_MANUAL ? "" : a->device);
		line_text(s, line, s->ev->text, s->ev->text_len);
	}
	return MOVE;
}

enum verdict incident_on_cancel(struct step_now *s)
{
	struct incident *inc = s->inc;
	bool ours = id_is(inc->device, s->ev->alarm->device);
	struct line *line;

	for (uint32_t i = 0; i < inc->alarm_count; i++)
		ours = ours || id_is(inc->alarms[i].device, s->ev->alarm->device);
	if (!ours)
		return step_refuse(s, REFUSAL_NOT_FOUND);
	if (inc->resident_cancelled)
		return STAY;
	inc->resident_cancelled = true; /* a note: it ends nothing, and nobody stops ringing */
	line = line_add(s, LINE_RESIDENT_CANCEL, "");
	id_set(line->subject, s->ev->alarm->device);
	return MOVE;
}
