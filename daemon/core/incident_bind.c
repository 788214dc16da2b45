/* incident_bind.c - the call of an unknown device gets its home: by a person's word, never by a rule.
 *
 *   BIND    no call of that home is open: this one is its call from now on, in the class that its kinds have.
 *   JOINED  the home calls already: that call has taken its press in, and rings; this one ends.
 *
 * Until then it stood in class 2, whatever it sent. It may become more urgent by being bound, never less.
 */
#include "core/incident_internal.h"

bool incident_bind_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who) && (ev->type != EVENT_JOINED || ev->joined != 0);
}

/* Whoever has it, a supervisor, or anybody while it waits. */
static bool may_bind(const struct step_now *s)
{
	return s->inc->state == INCIDENT_WAITING || incident_acts_for(s);
}

static void say_bound(struct step_now *s)
{
	struct line *line = line_add(s, LINE_BOUND, s->ev->who);

	id_set(line->subject, s->inc->device);
	line->kind = s->inc->kind;
	line->number = (int64_t)s->ev->joined;
}

static enum incident_class class_now(const struct incident *inc)
{
	enum incident_class class = kind_class(inc->kind);

	for (uint32_t i = 0; i < inc->alarm_count; i++)
		if (class_above(kind_class(inc->alarms[i].kind), class))
			class = kind_class(inc->alarms[i].kind);
	/* Its silent press may be older than what is kept of its presses. */
	return inc->silent ? CLASS_LIFE : class;
}

static enum verdict on_bind(struct step_now *s)
{
	struct incident *inc = s->inc;
	enum incident_class class;

	if (!alarm_id_valid(s->world->household))
		return step_refuse(s, REFUSAL_NOT_FOUND);
	id_set(inc->household, s->world->household);
	(void)text_copy(inc->area, sizeof inc->area, incident_area_digits(s->world->area));
	inc->risk = s->world->risk < UINT8_MAX ? s->world->risk : UINT8_MAX;
	inc->quarantine = false;
	say_bound(s);
	class = class_now(inc);
	if (class_above(class, inc->class)) {
		struct line *line = line_add(s, LINE_RAISED, s->ev->who);

		id_set(line->subject, inc->device);
		line->kind = inc->kind;
		line->number = class;
		/* Nobody has it: everybody of its own area rings, from the beginning. */
		s->enter_again = inc->state == INCIDENT_WAITING;
	} else {
		class = inc->class;
	}
	incident_set_class(s, class);
	if (inc->state != INCIDENT_ANSWERED)
		return MOVE;
	/* Now there is somebody to call back. */
	if (incident_wants_voice(inc) && inc->voice_due_ms == 0)
		inc->voice_due_ms = s->now_ms + SECONDS(s->policy->no_voice_s);
	incident_attended(s);
	return MOVE;
}

static enum verdict on_joined(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line;

	say_bound(s);
	job_cancel_all(s);
	incident_handovers_cancel(s);
	inc->outcome = OUTCOME_JOINED;
	inc->spoke_to = SPOKE_TO_NONE;
	inc->closed_ms = s->now_ms;
	id_set(inc->closed_by, s->ev->who);
	line = line_add(s, LINE_CLOSED, s->ev->who);
	line->number = OUTCOME_JOINED;
	return MOVE;
}

enum verdict incident_on_bound(struct step_now *s)
{
	if (!s->inc->quarantine)
		return step_refuse(s, REFUSAL_WRONG_STATE);
	if (!may_bind(s))
		return incident_refuse_stranger(s);
	return s->ev->type == EVENT_BIND ? on_bind(s) : on_joined(s);
}
