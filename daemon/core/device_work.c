/* device_work.c - device faults: mended in time, or a substitute is offered.
 *
 * A home whose unit does not work cannot call. What a person must do at the unit (battery, tamper, lost pendant, repair,
 * commissioning) has a clock of its own, beside that of the queue: not mended by then, the supervisor rings until something
 * is put in its place or it is closed. Mains and link faults have none: they end by themselves, and belong to an area.
 * Only in class 4: a call for help has sharper clocks.
 */
#include "core/incident_internal.h"

static bool is_work(enum kind kind)
{
	return kind == KIND_BATTERY || kind == KIND_TAMPER || kind == KIND_PENDANT_LOST || kind == KIND_REPAIR ||
	       kind == KIND_COMMISSION || kind == KIND_MISSED_TEST;
}

/* It, or one of the signals that have joined it, asks for somebody with tools. */
static bool has_work(const struct incident *inc)
{
	bool work = is_work(inc->kind);

	for (uint32_t i = 0; i < inc->alarm_count; i++)
		work = work || is_work(inc->alarms[i].kind);
	return work;
}

bool incident_may_be_device_work(const struct incident *inc)
{
	return inc->class == CLASS_DEVICE && !inc->area_wide && inc->state != INCIDENT_CLOSED;
}

static void stop(struct incident *inc)
{
	inc->repair_due_ms = 0;
	inc->repair_overdue = false;
}

void incident_device_work_after(struct step_now *s, const struct incident *before)
{
	struct incident *inc = s->inc;
	bool was_open = before->state == INCIDENT_WAITING || before->state == INCIDENT_ANSWERED;

	if (!incident_may_be_device_work(inc))
		stop(inc);
	else if (has_work(inc) && !(was_open && has_work(before)))
		inc->repair_due_ms = s->now_ms + SECONDS(s->policy->repair_due_s);
}

void incident_on_repair_due(struct step_now *s)
{
	struct incident *inc = s->inc;

	line_add(s, LINE_REPAIR_OVERDUE, "");
	inc->repair_overdue = true;
	inc->repair_due_ms = s->now_ms + SECONDS(s->policy->repair_due_s); /* said again until something is done */
	(void)incident_ring_supervisor(s);
}

bool incident_device_work_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who);
}

enum verdict incident_on_device_work(struct step_now *s)
{
	struct incident *inc = s->inc;

	if (!incident_may_be_device_work(inc))
		return step_refuse(s, REFUSAL_WRONG_STATE);
	if (inc->state == INCIDENT_ANSWERED && !incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (s->ev->text_len == 0)
		return step_refuse(s, REFUSAL_NEEDS_REASON);
	stop(inc);
	line_text(s, line_add(s, LINE_SUBSTITUTE, s->ev->who), s->ev->text, s->ev->text_len);
	inc->ring_supervisor = false; /* this was what it rang for; the plan may ring again in its time */
	incident_attended(s);
	return MOVE;
}
