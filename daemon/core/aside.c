/* aside.c - what waits out of sight for a while: shelved by a person, or held back by a storm. Class 3 and 4 only. */
#include "core/incident_internal.h"

bool incident_aside_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who);
}

enum verdict incident_on_aside(struct step_now *s)
{
	return step_refuse(s, REFUSAL_WRONG_STATE);
}
