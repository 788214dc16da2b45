/* follow_up.c - the next day's call-back.
 *
 * Whoever was in danger yesterday is called today: closing a class 1 call sets a date on the closed record, the one deadline
 * that a closed record may have. When it comes the application makes an incident of its own, and tells the closed one so;
 * until it is told the deadline comes again every minute. So it is made whatever crashes in between, and made once: the
 * signal has the same id each time.
 */
#include "core/incident_internal.h"

#define DAY_MS ((ms_t)86400000)
#define AGAIN_MS MINUTES(1)

/* The minute of the policy, on the day after this one as the local calendar has it. */
static ms_t next_day_ms(const struct policy *policy, ms_t now_ms)
{
	ms_t ahead_ms = MINUTES(policy->utc_offset_min);
	ms_t day = (now_ms + ahead_ms) / DAY_MS + 1;

	return day * DAY_MS + MINUTES(policy->follow_up_min) - ahead_ms;
}

/* Nobody is called for an exercise, for a test, or to ask how the dead are. Nor by rule where somebody called in silence:
 * whoever rings there may ring at the person she is afraid of; a person decides. */
static bool wants_follow_up(const struct incident *inc)
{
	return inc->class == CLASS_LIFE && !inc->drill && !inc->silent && inc->outcome != OUTCOME_TEST && inc->outcome != OUTCOME_DRILL &&
	       inc->outcome != OUTCOME_DIED;
}

void incident_follow_up_after(struct step_now *s, const struct incident *before)
{
	struct incident *inc = s->inc;

	if (inc->state != INCIDENT_CLOSED)
		inc->follow_up_due_ms = 0;
	else if (before->state != INCIDENT_CLOSED && wants_follow_up(inc))
		inc->follow_up_due_ms = next_day_ms(s->policy, s->now_ms);
}

void incident_on_follow_up_due(struct step_now *s)
{
	line_add(s, LINE_FOLLOW_UP_DUE, "");
	s->inc->follow_up_due_ms = s->now_ms + AGAIN_MS;
}

enum verdict incident_on_follow_up(struct step_now *s)
{
	if (s->inc->follow_up_due_ms == 0)
		return STAY;
	s->inc->follow_up_due_ms = 0;
	line_add(s, LINE_FOLLOW_UP_MADE, "");
	return MOVE;
}

bool incident_follow_up_valid(const struct incident *inc)
{
	return inc->follow_up_due_ms == 0 || (inc->state == INCIDENT_CLOSED && wants_follow_up(inc));
}
