/* handover.c - hand-over to a public service, tracked until a human there confirms. */
#include "core/incident_internal.h"

bool incident_handover_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who);
}

enum verdict incident_on_handover(struct step_now *s)
{
	return step_refuse(s, REFUSAL_WRONG_STATE);
}
