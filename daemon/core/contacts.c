/* contacts.c - family and neighbours: told, asked to go, and what they answer.
 *
 * The contacts who have consented hear of a call four times: when it is opened, when somebody has said yes, when somebody
 * stands at the door, and when it is closed, as far as the plan says so. Each moment is told once in the life of a call.
 * That life begins anew when the call becomes more urgent (what they heard was about a smaller matter), when it is
 * reopened (they have heard "closed", and it was not so), and when a drill turns real.
 * Never by rule: of a silent call, of an unknown home, of what belongs to an area, in a drill; and that somebody has died is
 * said by a person.
 * What they answer is written down and shown. It closes nothing and stops no clock: "I am going" is not an arrival.
 */
#include "core/incident_internal.h"

static bool may_hear(const struct step_now *s)
{
	const struct incident *inc = s->inc;

	return s->world->has_contacts && !inc->silent && !inc->quarantine && !inc->area_wide && !inc->drill;
}

static void tell(struct step_now *s, enum tell_when when)
{
	struct incident *inc = s->inc;
	uint32_t age_s = (uint32_t)((s->now_ms - inc->opened_ms) / 1000);
	uint32_t number;

	if ((step_plan(s)->tell & when) == 0 || (inc->told & when) != 0 || !may_hear(s))
		return;
	inc->told |= when;
	line_add(s, LINE_CONTACT_TOLD, "")->count = when;
	/* Told once in a life, and each life has begun in a class or at a second of its own. The opening is told under the same
	 * number by whoever opens it again after a failover. */
	number = age_s << 7 | (uint32_t)inc->class << 4 | when;
	step_outbox(s, OUTBOX_CONTACT_TOLD, "", number, 0);
	s->out->outbox[s->out->outbox_count - 1].tell = when;
}

void incident_contacts_opened(struct step_now *s)
{
	s->inc->told = 0;
	tell(s, TELL_OPENED);
}

/* Of whoever comes for the unit only they need not hear. */
static bool is_help(const struct incident *inc, uint32_t number)
{
	const struct job *job = incident_job(inc, number);

	return job != NULL && job->skill != SKILL_TECHNICIAN;
}

void incident_contacts_after(struct step_now *s, const struct incident *before)
{
	const struct incident *inc = s->inc;

	if ((before->state == INCIDENT_CLOSED && inc->state != INCIDENT_CLOSED) || (before->drill && !inc->drill))
		incident_contacts_opened(s);
	if (s->ev->type == EVENT_OFFER_ACCEPT && is_help(inc, s->ev->job))
		tell(s, TELL_DISPATCHED);
	if (s->ev->type == EVENT_JOB_ARRIVE && is_help(inc, s->ev->job))
		tell(s, TELL_ARRIVED);
	if (inc->state == INCIDENT_CLOSED && before->state != INCIDENT_CLOSED && inc->outcome != OUTCOME_DIED)
		tell(s, TELL_CLOSED);
}

bool incident_contacts_ask(struct step_now *s)
{
	struct incident *inc = s->inc;

	if (!may_hear(s))
		return false;
	line_add(s, LINE_CONTACTS_ASKED, "");
	/* Asked once each time that it waits: the number tells one waiting from the next. */
	step_outbox(s, OUTBOX_CONTACT_ASKED, "", (uint32_t)((inc->waiting_since_ms - inc->opened_ms) / 1000), 0);
	return true;
}

bool incident_contact_event_valid(const struct event *ev)
{
	return (ev->who[0] == '\0' || alarm_id_valid(ev->who)) && ev->contact >= 1 && ev->contact <= UINT8_MAX &&
	       ev->answer > CONTACT_ANSWER_NONE && (unsigned)ev->answer < CONTACT_ANSWER_COUNT;
}

enum verdict incident_on_contact_answer(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line;

	if (inc->contact_answer == s->ev->answer && inc->contact_answer_by == s->ev->contact)
		return STAY;
	inc->contact_answer = s->ev->answer;
	inc->contact_answer_by = s->ev->contact;
	line = line_add(s, LINE_CONTACT_ANSWERED, s->ev->who);
	line->number = s->ev->contact;
	line->count = s->ev->answer;
	return MOVE;
}
