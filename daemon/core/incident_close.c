/* incident_close.c - how an incident ends, and comes back. Never by a rule: only persons close. */
#include "core/incident_internal.h"

enum verdict incident_on_close(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct event *ev = s->ev;
	/* The second person confirms what the first has asked for; any other outcome is a closing of his own. */
	bool second = inc->asked_outcome == ev->outcome && !id_is(inc->asked_by, ev->who);
	bool contact = inc->spoke || inc->seen;
	struct line *line;

	if (!second && !incident_acts_for(s))
		return incident_refuse_stranger(s);
	/* "No answer" is an emergency until proved otherwise: nobody can know that it was a mistake. */
	if ((ev->outcome == OUTCOME_FALSE_ALARM || ev->outcome == OUTCOME_TEST) && !contact)
		return step_refuse(s, REFUSAL_NEEDS_CONTACT);
	if (inc->class == CLASS_LIFE && !contact && !second) {
		s->out->refusal = REFUSAL_NEEDS_SECOND;
		if (inc->asked_outcome == ev->outcome)
			return STAY;
		inc->asked_outcome = ev->outcome;
		id_set(inc->asked_by, ev->who);
		line = line_add(s, LINE_CLOSE_ASKED, ev->who);
		line->number = ev->outcome;
		line_text(s, line, ev->text, ev->text_len);
		incident_attended(s);
		s->to = inc->state; /* it stays open until then, with its clocks running */
		return MOVE;
	}
	job_cancel_all(s);
	inc->outcome = ev->outcome;
	inc->closed_ms = s->now_ms;
	id_set(inc->closed_by, ev->who);
	line = line_add(s, LINE_CLOSED, ev->who);
	line->number = ev->outcome;
	line_text(s, line, ev->text, ev->text_len);
	return MOVE;
}

enum verdict incident_on_reopen(struct step_now *s)
{
	struct incident *inc = s->inc;

	line_add(s, LINE_REOPENED, s->ev->who);
	inc->outcome = OUTCOME_NONE;
	inc->closed_ms = 0;
	id_set(inc->closed_by, "");
	/* What was known when it was closed has turned out wrong: contact must be made again. */
	inc->spoke = false;
	inc->seen = false;
	inc->no_voice = false;
	inc->resident_cancelled = false;
	return MOVE;
}
