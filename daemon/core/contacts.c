/* contacts.c - family and neighbours: told, asked to go, and what they answer. */
#include "core/incident_internal.h"

bool incident_contact_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who);
}

enum verdict incident_on_contact_answer(struct step_now *s)
{
	return step_refuse(s, REFUSAL_WRONG_STATE);
}
