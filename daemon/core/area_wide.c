/* area_wide.c - technical alarms of one kind in one area: one incident, and the list of devices that are out.
 *
 * Who is out stands in records of their own (app/outages.c), written with each step; here stand the numbers. A thousand
 * homes that lose the mains are a thousand lines of the log, and a few lines of the record.
 */
#include "core/incident_internal.h"

static struct line *area_line(struct step_now *s, enum line_code code)
{
	const struct alarm *a = s->ev->alarm;
	struct line *line = line_add(s, code, "");

	id_set(line->subject, a->device);
	line->kind = a->kind;
	line->protocol = a->protocol;
	line->number = s->inc->out_now;
	return line;
}

void area_wide_out(struct step_now *s)
{
	struct incident *inc = s->inc;

	inc->out_now++;
	inc->out_total++;
	inc->battery_due_ms = s->world->battery_due_ms;
	area_line(s, LINE_AREA_JOINED);
}

/* One that is out already says so again. */
static void again(struct step_now *s)
{
	if (s->inc->repeats < UINT32_MAX)
		s->inc->repeats++;
	area_line(s, LINE_REPEAT)->number = s->inc->repeats;
}

static void back(struct step_now *s)
{
	struct incident *inc = s->inc;

	inc->out_now--;
	inc->battery_due_ms = inc->out_now == 0 ? 0 : s->world->battery_due_ms;
	/* Not named after its message, whose bytes may be those of another day: who is out says whether it is news. */
	area_line(s, LINE_AREA_LEFT);
	if (inc->out_now == 0)
		line_add(s, LINE_AREA_OVER, ""); /* a person closes it, as everything */
}

enum verdict area_wide_on_alarm(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct alarm *a = s->ev->alarm;

	/* Of another cause: it belongs elsewhere. */
	if (a->kind != inc->kind || a->drill)
		return step_refuse(s, REFUSAL_WRONG_STATE);
	if (a->restore) {
		if (!s->world->device_out || inc->out_now == 0)
			return STAY; /* it was not out: nothing of ours is over */
		back(s);
		return MOVE;
	}
	incident_remember(s, a);
	incident_forget_asked(s);
	if (s->world->device_out)
		again(s);
	else
		area_wide_out(s);
	return MOVE;
}

enum verdict area_wide_battery_due(struct step_now *s)
{
	struct incident *inc = s->inc;

	inc->battery_due_ms = s->world->battery_due_ms > s->now_ms ? s->world->battery_due_ms : 0;
	line_add(s, LINE_BATTERY_DUE, "")->number = inc->out_now;
	if (inc->state == INCIDENT_ANSWERED)
		incident_ring_owner(s); /* the owner first; unseen, everybody */
	else
		s->supervisor_after = true;
	return MOVE;
}
