/* incident_close.c - how an incident ends, and comes back. Never by a rule: only persons close. */
#include "core/incident_internal.h"

/* "I spoke with her" is a statement about the world: it counts as contact when the record shows that she was called, and is
 * refused when nobody ever tried. What else is said is kept as it was said. */
static bool says_spoke(struct step_now *s)
{
	if (s->ev->spoke_to != SPOKE_TO_RESIDENT || s->inc->spoke || s->inc->calls == 0)
		return false;
	line_add(s, LINE_SPOKE_RESIDENT, s->ev->who);
	incident_contact(s, true);
	return true;
}

enum verdict incident_on_close(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct event *ev = s->ev;
	/* The second person confirms what the first has asked for; any other outcome is a closing of his own. */
	bool second = inc->asked_outcome == ev->outcome && !id_is(inc->asked_by, ev->who);
	bool contact;
	struct line *line;

	if (!second && !incident_acts_for(s))
		return incident_refuse_stranger(s);
	/* A real call has a real end; and that it is part of another, only its binding can say. */
	if ((ev->outcome == OUTCOME_DRILL && !inc->drill) || ev->outcome == OUTCOME_JOINED)
		return step_refuse(s, REFUSAL_BAD_REQUEST);
	if (ev->outcome == OUTCOME_HANDED_OVER && !incident_handed_over(inc))
		return step_refuse(s, REFUSAL_NEEDS_CONFIRMATION);
	contact = says_spoke(s) || inc->spoke || inc->seen;
	if (ev->spoke_to == SPOKE_TO_RESIDENT && !contact)
		return step_refuse(s, REFUSAL_NEEDS_CONTACT);
	/* "No answer" is an emergency until proved otherwise: nobody can know that it was a mistake. */
	if ((ev->outcome == OUTCOME_FALSE_ALARM || ev->outcome == OUTCOME_TEST) && !contact)
		return step_refuse(s, REFUSAL_NEEDS_CONTACT);
	/* "Cause unknown" is how homes were forgotten: whoever closes it has spoken with her, or somebody stood before her; or the
	 * test has come. */
	if (inc->untested && !contact && inc->class != CLASS_LIFE)
		return step_refuse(s, REFUSAL_NEEDS_CONTACT);
	if (inc->class == CLASS_LIFE && !contact && !second) {
		s->out->refusal = REFUSAL_NEEDS_SECOND;
		if (inc->asked_outcome == ev->outcome)
			return STAY;
		inc->asked_outcome = ev->outcome;
		id_set(inc->asked_by, ev->who);
		line = line_add(s, LINE_CLOSE_ASKED, ev->who);
		line->number = ev->outcome;
		line->count = ev->spoke_to;
		line_text(s, line, ev->text, ev->text_len);
		incident_attended(s);
		s->to = inc->state; /* it stays open until then, with its clocks running */
		return MOVE;
	}
	job_cancel_all(s);
	incident_handovers_cancel(s);
	inc->outcome = ev->outcome;
	inc->spoke_to = ev->spoke_to;
	inc->closed_ms = s->now_ms;
	id_set(inc->closed_by, ev->who);
	line = line_add(s, LINE_CLOSED, ev->who);
	line->number = ev->outcome;
	line->count = ev->spoke_to;
	line_text(s, line, ev->text, ev->text_len);
	return MOVE;
}

enum verdict incident_on_reopen(struct step_now *s)
{
	struct incident *inc = s->inc;

	line_add(s, LINE_REOPENED, s->ev->who);
	inc->outcome = OUTCOME_NONE;
	inc->spoke_to = SPOKE_TO_NONE;
	inc->closed_ms = 0;
	id_set(inc->closed_by, "");
	/* What was known when it was closed has turned out wrong: contact must be made again. */
	inc->spoke = false;
	inc->seen = false;
	inc->no_voice = false;
	inc->resident_cancelled = false;
	incident_handovers_reopened(inc);
	return MOVE;
}
