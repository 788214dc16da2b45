/* follow_up.c - the next day's call-back. */
#include "core/incident_internal.h"

enum verdict incident_on_follow_up(struct step_now *s)
{
	return step_refuse(s, REFUSAL_WRONG_STATE);
}
