/* incident_desk.c - whose a call is, beside working on it: taking, hold, transfer, escalate.
 *
 * What ends a hold: whatever is done with the call by its owner or a supervisor (a call, "spoken with", sending or calling
 * back a caregiver, a hand-over, taking it again), another owner, no voice in time, and its own clock. A note, a look and
 * asking the supervisor in do not: they say something about a call that lies aside. The clocks of a held call run on:
 * laying it aside is no attention paid to it.
 */
#include "core/incident_internal.h"

bool incident_desk_event_valid(const struct event *ev)
{
	if (!alarm_id_valid(ev->who))
		return false;
	return ev->type != EVENT_TRANSFER || (ev->chosen_count == 1 && alarm_id_valid(ev->chosen[0]));
}

/* ---- taking ---- */

/* In the first seconds colleagues sort it out among themselves; later a supervisor says why. */
static enum verdict may_take_over(struct step_now *s)
{
	const struct incident *inc = s->inc;

	/* Taking over is meant for the owner that the screen showed. Two who take a waiting call at the same instant get one
	 * yes, whatever their rank. */
	if (!id_is(s->ev->from, inc->owner))
		return step_refuse_held(s, REFUSAL_LOST_RACE, inc->owner, inc->answered_ms);
	if (inc->rerung_all || s->now_ms - inc->answered_ms <= SECONDS(s->policy->takeover_s))
		return MOVE;
	if (!s->world->actor_supervisor)
		return step_refuse_held(s, REFUSAL_LOST_RACE, inc->owner, inc->answered_ms);
	if (s->ev->text_len == 0)
		return step_refuse_held(s, REFUSAL_NEEDS_REASON, inc->owner, inc->answered_ms);
	return MOVE;
}

enum verdict incident_on_claim(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct event *ev = s->ev;
	enum verdict verdict;
	struct line *line;

	if (inc->state == INCIDENT_WAITING) {
		line_add(s, LINE_CLAIMED, ev->who);
		id_set(inc->former_owner, "");
	} else if (id_is(inc->owner, ev->who)) {
		if (inc->hold_until_ms == 0)
			return incident_on_seen_repeat(s); /* whoever takes it again has seen that it rings again */
		incident_hold_end(s, ev->who);
		(void)incident_on_seen_repeat(s);
		incident_attended(s);
		return MOVE;
	} else {
		verdict = may_take_over(s);
		if (verdict != MOVE)
			return verdict;
		line = line_add(s, LINE_CLAIMED, ev->who);
		id_set(line->subject, inc->owner);
		line_text(s, line, ev->text, ev->text_len);
		id_set(inc->former_owner, inc->owner);
		s->enter_again = true;
	}
	if (s->world->actor_supervisor)
		inc->escalated = false; /* whoever was asked in has come */
	id_set(inc->owner, ev->who);
	return MOVE;
}

/* ---- hold ---- */

void incident_hold_end(struct step_now *s, const char *who)
{
	struct line *line;

	s->inc->hold_until_ms = 0;
	line = line_add(s, LINE_HOLD_OVER, who);
	id_set(line->subject, s->inc->owner);
}

void incident_hold_over(struct step_now *s)
{
	if (s->inc->hold_until_ms == 0)
		return;
	incident_hold_end(s, "");
	incident_ring_owner(s);
}

static enum verdict on_hold(struct step_now *s)
{
	struct incident *inc = s->inc;
	uint32_t seconds = s->ev->seconds == 0 ? s->policy->hold_s : s->ev->seconds;
	struct line *line;

	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	/* Interrupted: every daemon that serves the console may say so, and what its owner has laid aside himself stays so. */
	if (s->ev->count != 0 && inc->hold_until_ms != 0)
		return STAY;
	if (seconds > s->policy->hold_max_s)
		seconds = s->policy->hold_max_s;
	inc->hold_until_ms = s->now_ms + SECONDS(seconds);
	line = line_add(s, LINE_HELD, s->ev->who);
	line->number = seconds;
	line->count = s->ev->count != 0;
	return MOVE;
}

static enum verdict on_unhold(struct step_now *s)
{
	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (s->inc->hold_until_ms == 0)
		return STAY;
	incident_hold_end(s, s->ev->who);
	incident_attended(s);
	return MOVE;
}

/* ---- transfer, escalate: both carry what was heard ---- */

static enum verdict on_transfer(struct step_now *s)
{
	struct incident *inc = s->inc;
	const char *to = s->ev->chosen[0];
	struct line *line;

	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (id_is(inc->owner, to))
		return STAY;
	if (s->ev->text_len == 0)
		return step_refuse(s, REFUSAL_NEEDS_REASON);
	if (!s->world->target_ready)
		return step_refuse_held(s, REFUSAL_BUSY, to, 0);
	line = line_add(s, LINE_TRANSFERRED, s->ev->who);
	id_set(line->subject, to);
	line_text(s, line, s->ev->text, s->ev->text_len);
	id_set(inc->former_owner, inc->owner);
	id_set(inc->owner, to);
	s->enter_again = true;
	/* He has not asked for it: until he has seen it, it rings; unseen it rings everybody. */
	s->ring_owner = !id_is(to, s->ev->who);
	return MOVE;
}

static enum verdict on_escalate(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line;

	/* Of a call that nobody has, anybody may say that it is too much for one person. */
	if (inc->state == INCIDENT_ANSWERED && !incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (s->ev->text_len == 0)
		return step_refuse(s, REFUSAL_NEEDS_REASON);
	line = line_add(s, LINE_ESCALATED, s->ev->who);
	line_text(s, line, s->ev->text, s->ev->text_len);
	inc->escalated = true;
	incident_attended(s);
	if (!incident_ring_supervisor(s))
		incident_call_above(s);
	return MOVE;
}

enum verdict incident_on_desk(struct step_now *s)
{
	if (s->ev->type == EVENT_HOLD)
		return on_hold(s);
	if (s->ev->type == EVENT_UNHOLD)
		return on_unhold(s);
	return s->ev->type == EVENT_TRANSFER ? on_transfer(s) : on_escalate(s);
}

/* ---- after any step ---- */

static bool works_on_it(enum event_type type)
{
	return type == EVENT_CALL || type == EVENT_SPOKE || type == EVENT_DISPATCH || type == EVENT_JOB_CANCEL ||
	       type == EVENT_CLOSE || type == EVENT_SUBSTITUTE ||
	       (type >= EVENT_HANDOVER_OPEN && type <= EVENT_HANDOVER_CANCEL);
}

void incident_desk_after(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct event *ev = s->ev;

	if (inc->hold_until_ms != 0 && s->to == INCIDENT_ANSWERED && !s->enter_again && works_on_it(ev->type))
		incident_hold_end(s, ev->who);
	/* A supervisor who looks has come: it need not ring at him any more. The owner's clocks run on. */
	if (inc->state == INCIDENT_ANSWERED && s->world->actor_supervisor && !id_is(ev->who, inc->owner) &&
	    ev->type != EVENT_ESCALATE && ev->who[0] != '\0') {
		inc->escalated = false;
		inc->ring_supervisor = false;
	}
}
