/* incident_plan.c - what happens when nobody reacts: the plan of a waiting incident, and every deadline. */
#include "core/incident_internal.h"

static uint32_t offset_s(const struct plan *plan, enum plan_step step)
{
	switch (step) {
	case PLAN_RING_WIDER:
		return plan->ring_wider_s;
	case PLAN_DISPATCH:
		return plan->dispatch_s;
	case PLAN_CONTACTS:
		return plan->contacts_s;
	case PLAN_DUTY_PHONES:
		return plan->duty_phones_s;
	case PLAN_NONE:
	case PLAN_RING_OPERATORS:
	case PLAN_STEP_COUNT:
		break;
	}
	return 0;
}

static bool has_step(const struct plan *plan, enum plan_step step)
{
	return step == PLAN_RING_OPERATORS || offset_s(plan, step) != 0;
}

/* The next step that this plan has. The last one comes again and again: nobody waits without a clock running. */
static enum plan_step step_after(const struct plan *plan, enum plan_step step)
{
	if (step == PLAN_RING_OPERATORS)
		return PLAN_RING_WIDER;
	for (unsigned next = step + 1; next < PLAN_STEP_COUNT; next++)
		if (has_step(plan, (enum plan_step)next))
			return (enum plan_step)next;
	return step;
}

/* The one that this plan ends with. */
static enum plan_step last_step(const struct plan *plan)
{
	enum plan_step step = PLAN_RING_WIDER;

	for (enum plan_step next; (next = step_after(plan, step)) != step;)
		step = next;
	return step;
}

/* Turns by telephone: the supervisor, the centre, the second centre, and from the start again. */
static void call_duty_phones(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line = line_add(s, LINE_DUTY_PHONES, "");

	inc->duty_turn++;
	line->number = inc->duty_turn;
	switch (inc->duty_turn % 3) {
	case 1:
		step_outbox(s, OUTBOX_SUPERVISOR_CALL, "", inc->duty_turn, 0);
		break;
	case 2:
		step_outbox(s, OUTBOX_DUTY_PHONE, "centre", inc->duty_turn, 0);
		break;
	default:
		step_outbox(s, OUTBOX_DUTY_PHONE, "second", inc->duty_turn, 0);
		break;
	}
	/* Caregivers who had no time a minute ago may have it now. Where one has stood before her, the next is for a person to
	 * send. */
	if (step_plan(s)->dispatch_s != 0 && job_first_help(inc) == NULL && !inc->seen)
		(void)job_dispatch_unattended(s);
}

static void skipped(struct step_now *s, enum plan_step step)
{
	line_add(s, LINE_STEP_SKIPPED, "")->number = step;
}

/* False when it would ring nobody. */
static bool run_step(struct step_now *s, enum plan_step step)
{
	struct world *world = s->world;

	switch (step) {
	case PLAN_RING_OPERATORS:
		if (world->operators_ready)
			line_add(s, LINE_RUNG_OPERATORS, "");
		return world->operators_ready;
	case PLAN_RING_WIDER:
		if (s->inc->area_wide)
			return false; /* work: it rings when batteries end, and not before */
		/* Rung are also those who become ready later; said is who was there. */
		s->inc->ring_neighbours = true;
		s->inc->ring_supervisor = true;
		if (world->neighbours_ready)
			line_add(s, LINE_RUNG_NEIGHBOURS, "");
		if (world->supervisor_ready)
			line_add(s, LINE_RUNG_SUPERVISOR, "");
		return world->neighbours_ready || world->supervisor_ready;
	case PLAN_DISPATCH:
		if (job_first_help(s->inc) != NULL) {
			skipped(s, step); /* somebody is asked or on the way already; the next step keeps its time */
			return true;
		}
		return job_dispatch_unattended(s);
	case PLAN_CONTACTS:
		return incident_contacts_ask(s);
	case PLAN_DUTY_PHONES:
		call_duty_phones(s);
		return true;
	case PLAN_NONE:
	case PLAN_STEP_COUNT:
		break;
	}
	return false;
}

/* The record stands at a step that the plan no longer has: a reload or the hour has taken it away. The plan goes on with the
 * next one that it still has, at that one's time; behind its end, what it ends with comes again, and the record stays where
 * it is, so that a plan that comes back with the morning is not begun anew. True when nothing else is to be done now. */
static bool step_lost(struct step_now *s, const struct plan *plan)
{
	struct incident *inc = s->inc;
	enum plan_step next = step_after(plan, inc->plan_step);

	skipped(s, inc->plan_step);
	if (next == inc->plan_step) {
		enum plan_step last = last_step(plan);

		if (!run_step(s, last))
			skipped(s, last);
		inc->plan_due_ms = s->now_ms + SECONDS(plan->duty_turn_s);
		return true;
	}
	inc->plan_step = next;
	inc->plan_due_ms = inc->waiting_since_ms + SECONDS(offset_s(plan, next));
	return inc->plan_due_ms > s->now_ms;
}

/* Runs the step that is due, and at once every step after one that would ring nobody. With no operator at all the
 * caregivers are sent at once too, even if the supervisor rings. */
static void advance(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct plan *plan = step_plan(s);
	bool nobody_answers = false;

	if (!has_step(plan, inc->plan_step) && step_lost(s, plan))
		return;
	for (;;) {
		enum plan_step step = inc->plan_step;
		enum plan_step next = step_after(plan, step);
		bool rang = run_step(s, step);

		if (!rang)
			skipped(s, step);
		if (step == PLAN_RING_OPERATORS && !rang)
			nobody_answers = true;
		inc->plan_step = next;
		if (next == step) {
			inc->plan_due_ms = s->now_ms + SECONDS(plan->duty_turn_s);
			return;
		}
		inc->plan_due_ms = inc->waiting_since_ms + SECONDS(offset_s(plan, next));
		if (rang && !(nobody_answers && next == PLAN_DISPATCH))
			return;
	}
}

void plan_start(struct step_now *s)
{
	s->inc->plan_step = PLAN_RING_OPERATORS;
	advance(s);
}

/* No voice within the time: an emergency by itself, until proved otherwise. */
static void on_no_voice(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line;

	inc->voice_due_ms = 0;
	inc->no_voice = true;
	line = line_add(s, LINE_NO_VOICE, "");
	incident_hold_over(s); /* an emergency does not lie aside */
	if (inc->class != CLASS_LIFE) {
		line->number = CLASS_LIFE;
		incident_set_class(s, CLASS_LIFE);
	}
	incident_attended(s); /* the clock starts again, and it is the owner who is looked at now */
	(void)incident_ring_supervisor(s);
	if (job_first_help(inc) != NULL)
		return;
	if (!job_dispatch_unattended(s)) {
		skipped(s, PLAN_DISPATCH);
		incident_call_above(s);
	}
}

/* Answered, and nobody does anything. While somebody is on the way this reminds the owner to call the resident again;
 * otherwise the supervisor is next. */
static void on_inattention(struct step_now *s)
{
	struct incident *inc = s->inc;
	bool rings = inc->ring_supervisor; /* for as long as this already, and nobody has come */

	line_add(s, LINE_REMINDER, "");
	incident_watch(s);
	/* Asked in by name, and no supervisor has come: their telephones ring, whoever sits at a screen. */
	if (inc->escalated) {
		(void)incident_ring_supervisor(s);
		incident_call_above(s);
		return;
	}
	if (job_first_help(inc) != NULL)
		return;
	if (inc->reminded && (!incident_ring_supervisor(s) || rings) && inc->class == CLASS_LIFE)
		incident_call_above(s);
	inc->reminded = true;
}

/* The owner has not seen that she pressed again: now it rings everybody, and anybody may take it over. */
static void on_unseen_repeat(struct step_now *s)
{
	struct incident *inc = s->inc;

	inc->rerung_due_ms = 0;
	inc->rerung_all = true;
	if (s->world->operators_ready)
		line_add(s, LINE_RUNG_OPERATORS, "");
	else
		skipped(s, PLAN_RING_OPERATORS);
	if (!incident_ring_supervisor(s) && !s->world->operators_ready && inc->class == CLASS_LIFE)
		incident_call_above(s);
}

enum verdict incident_on_deadline(struct step_now *s)
{
	struct incident *inc = s->inc;
	ms_t due_ms = s->ev->due_ms;

	if (due_ms <= 0 || due_ms > s->now_ms)
		return STAY; /* rang early: it will ring again */
	/* One at a time; one that is due at the same moment is still there afterwards. */
	if (due_ms == inc->plan_due_ms) {
		advance(s);
		return MOVE;
	}
	if (due_ms == inc->voice_due_ms) {
		on_no_voice(s);
		return MOVE;
	}
	if (due_ms == inc->rerung_due_ms) {
		on_unseen_repeat(s);
		return MOVE;
	}
	if (due_ms == inc->hold_until_ms) {
		incident_hold_over(s);
		return MOVE;
	}
	for (uint32_t i = 0; i < inc->handover_count; i++) {
		if (due_ms == inc->handovers[i].due_ms) {
			incident_handover_overdue(s, &inc->handovers[i]);
			return MOVE;
		}
	}
	for (uint32_t i = 0; i < inc->job_count; i++) {
		if (due_ms == inc->jobs[i].receipt_due_ms) {
			job_on_receipt_due(s, &inc->jobs[i]);
			return MOVE;
		}
		if (due_ms == inc->jobs[i].deadline_ms) {
			job_on_deadline(s, &inc->jobs[i]);
			return MOVE;
		}
	}
	if (due_ms == inc->follow_up_due_ms) {
		incident_on_follow_up_due(s);
		return MOVE;
	}
	if (due_ms == inc->recall_due_ms) {
		incident_on_recall_due(s);
		return MOVE;
	}
	if (due_ms == inc->repair_due_ms) {
		incident_on_repair_due(s);
		return MOVE;
	}
	if (due_ms == inc->attention_due_ms) {
		on_inattention(s);
		return MOVE;
	}
	if (due_ms == inc->battery_due_ms)
		return area_wide_battery_due(s);
	if (due_ms == inc->aside_until_ms)
		return incident_on_aside_over(s);
	return STAY; /* what it was for has happened */
}
