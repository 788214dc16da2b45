/* incident_desk.c - hold, transfer, escalate: what an owner does with a call beside working on it. */
#include "core/incident_internal.h"

bool incident_desk_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who);
}

enum verdict incident_on_desk(struct step_now *s)
{
	return step_refuse(s, REFUSAL_WRONG_STATE);
}
