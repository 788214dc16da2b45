/* device_work.c - device faults: mended in time, or a substitute is offered. */
#include "core/incident_internal.h"

bool incident_device_work_event_valid(const struct event *ev)
{
	return alarm_id_valid(ev->who);
}

enum verdict incident_on_device_work(struct step_now *s)
{
	return step_refuse(s, REFUSAL_WRONG_STATE);
}
