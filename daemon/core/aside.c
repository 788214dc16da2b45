/* aside.c - what waits out of sight for a while: shelved by a person, or held back by a storm. Class 3 and 4 only.
 *
 * One way in, and every way out: the time runs out, a person says so, the storm is over, or something happens. Out of sight
 * the plan rests and nobody is rung; the clock of the way back runs in the record.
 */
#include "core/incident_internal.h"

bool incident_aside_event_valid(const struct event *ev)
{
	switch (ev->type) {
	case EVENT_SHELVE:
	case EVENT_UNSHELVE:
		return alarm_id_valid(ev->who);
	default:
		/* By rule, or by the supervisor who ended the storm. */
		return ev->who[0] == '\0' || alarm_id_valid(ev->who);
	}
}

static void aside_set(struct step_now *s, enum aside aside, ms_t until_ms, const char *by)
{
	s->inc->aside = aside;
	s->inc->aside_until_ms = until_ms;
	id_set(s->inc->aside_by, by);
	s->enter_again = true; /* the plan rests, and nobody owns it */
}

static enum verdict on_shelve(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line;

	if (inc->class <= CLASS_WELFARE)
		return step_refuse(s, REFUSAL_CALL_FOR_HELP);
	if (inc->state == INCIDENT_ANSWERED && !incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (s->ev->text_len == 0)
		return step_refuse(s, REFUSAL_NEEDS_REASON);
	if (s->ev->seconds == 0)
		return step_refuse(s, REFUSAL_BAD_REQUEST);
	if (s->ev->seconds > s->policy->shelve_max_s) {
		s->out->number = s->policy->shelve_max_s;
		return step_refuse(s, REFUSAL_LIMIT);
	}
	line = line_add(s, LINE_SHELVED, s->ev->who);
	line->number = s->ev->seconds;
	line_text(s, line, s->ev->text, s->ev->text_len);
	id_set(inc->former_owner, "");
	aside_set(s, ASIDE_SHELVED, s->now_ms + SECONDS(s->ev->seconds), s->ev->who);
	return MOVE;
}

void incident_hold_back(struct step_now *s)
{
	line_add(s, LINE_HELD_BACK, "");
	aside_set(s, ASIDE_STORM, s->world->storm_until_ms, "");
}

static enum verdict on_storm_aside(struct step_now *s)
{
	struct incident *inc = s->inc;

	/* What a person shelved comes back at the hour that the person said; where somebody is on the way, it goes on. */
	if (inc->class <= CLASS_WELFARE || inc->aside == ASIDE_SHELVED || job_first_live(inc) != NULL)
		return STAY;
	if (s->world->storm_until_ms <= s->now_ms || inc->aside_until_ms == s->world->storm_until_ms)
		return STAY;
	incident_hold_back(s);
	return MOVE;
}

static void back(struct step_now *s, const char *who)
{
	struct incident *inc = s->inc;

	line_add(s, LINE_BACK_IN_QUEUE, who)->number = inc->aside;
	inc->aside = ASIDE_NONE;
	inc->aside_until_ms = 0;
	id_set(inc->aside_by, "");
	if (s->to == INCIDENT_WAITING)
		s->enter_again = true; /* its plan begins anew, and it rings */
}

enum verdict incident_on_aside_over(struct step_now *s)
{
	back(s, "");
	return MOVE;
}

enum verdict incident_on_aside(struct step_now *s)
{
	switch (s->ev->type) {
	case EVENT_SHELVE:
		return on_shelve(s);
	case EVENT_STORM_ASIDE:
		return on_storm_aside(s);
	case EVENT_UNSHELVE:
		if (s->inc->aside == ASIDE_NONE)
			return STAY;
		back(s, s->ev->who);
		return MOVE;
	case EVENT_STORM_RETURN:
		if (s->inc->aside != ASIDE_STORM)
			return STAY;
		back(s, s->ev->who);
		return MOVE;
	default:
		return step_refuse(s, REFUSAL_WRONG_STATE);
	}
}

/* More of what the storm holds back, and no more urgent: it stays where it is. */
static bool more_of_the_storm(const struct step_now *s, const struct incident *before)
{
	return before->aside == ASIDE_STORM && s->ev->type == EVENT_ALARM && s->inc->class == before->class &&
	       kind_class(s->ev->alarm->kind) >= CLASS_GENERAL &&
	       (s->ev->alarm->restore || s->world->storm_until_ms > s->now_ms);
}

void incident_aside_after(struct step_now *s, const struct incident *before)
{
	/* Looking and writing down are no change of the matter. */
	if (before->aside == ASIDE_NONE || s->ev->type == EVENT_SHELVE || s->ev->type == EVENT_STORM_ASIDE ||
	    s->ev->type == EVENT_OPENED || s->ev->type == EVENT_NOTE || s->ev->type == EVENT_CUT ||
	    more_of_the_storm(s, before))
		return;
	if (s->inc->aside != ASIDE_NONE)
		back(s, "");
}
