/* recall.c - while help is on its way the resident is called back, again and again.
 *
 * She may be worse than when she called, and whoever is on the way can't know. The clock runs while somebody has said yes and
 * nobody stands before her; each call to her, whatever came of it, sets it anew.
 */
#include "core/incident_internal.h"

bool incident_wants_recall(const struct incident *inc)
{
	bool coming = false;

	if (inc->state != INCIDENT_ANSWERED || inc->class > CLASS_WELFARE || inc->silent || inc->quarantine)
		return false;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];

		if (job->skill == SKILL_TECHNICIAN)
			continue; /* comes for the unit */
		if (job->state == JOB_ARRIVED)
			return false;
		coming = coming || job->state == JOB_ACCEPTED || job->state == JOB_EN_ROUTE;
	}
	return coming;
}

void incident_on_recall_due(struct step_now *s)
{
	s->inc->recall = true;
	s->inc->recall_due_ms = s->now_ms + SECONDS(s->policy->recall_s); /* said again for as long as nobody calls */
	line_add(s, LINE_RECALL_DUE, "");
	incident_watch(s); /* this was the owner's reminder */
}

void incident_recall_after(struct step_now *s)
{
	struct incident *inc = s->inc;
	bool called = s->ev->type == EVENT_SPOKE || (s->ev->type == EVENT_CALL && s->ev->contact == 0);

	if (!incident_wants_recall(inc) || called) {
		inc->recall = false;
		inc->recall_due_ms = 0;
	}
	if (incident_wants_recall(inc) && inc->recall_due_ms == 0)
		inc->recall_due_ms = s->now_ms + SECONDS(s->policy->recall_s);
}
