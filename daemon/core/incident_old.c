/* incident_old.c - a record that an older version has written, read by this one.
 *
 * It lacks the clocks that have been added since, and was weighed by fewer fields. To refuse it would hide a call for help
 * on the day of an upgrade. So each clock begins where its matter began, which is mostly due now, and the oldest lines go
 * until it fits: all of them are in the log. What an older version could not have written either is refused as ever.
 */
#include "core/incident_internal.h"

static ms_t earliest(ms_t a, ms_t b)
{
	return a == 0 || b < a ? b : a;
}

static void catch_up_job(const struct incident *inc, struct job *job)
{
	if (job->state != JOB_OFFERING || job->receipt_due_ms != 0)
		return;
	for (uint32_t i = 0; i < job->offer_count; i++)
		if (offer_uncalled(inc, &job->offers[i]))
			job->receipt_due_ms = earliest(job->receipt_due_ms, job->offers[i].made_ms);
}

void incident_catch_up(struct incident *inc)
{
	for (uint32_t i = 0; i < inc->job_count; i++)
		catch_up_job(inc, &inc->jobs[i]);
	if (incident_wants_recall(inc) && inc->recall_due_ms == 0)
		for (uint32_t i = 0; i < inc->job_count; i++)
			if (inc->jobs[i].accepted_ms != 0)
				inc->recall_due_ms = earliest(inc->recall_due_ms, inc->jobs[i].accepted_ms);
	line_fit(inc, 1);
}
