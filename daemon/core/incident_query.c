/* incident_query.c - what is derived from a record and never stored. */
#include "core/incident_internal.h"

static ms_t earlier(ms_t a, ms_t b)
{
	if (a == 0)
		return b;
	return b == 0 || a < b ? a : b;
}

ms_t incident_next_due(const struct incident *inc)
{
	ms_t due = inc->plan_due_ms;

	due = earlier(due, inc->voice_due_ms);
	due = earlier(due, inc->attention_due_ms);
	due = earlier(due, inc->rerung_due_ms);
	due = earlier(due, inc->hold_until_ms);
	due = earlier(due, inc->recall_due_ms);
	due = earlier(due, inc->aside_until_ms);
	due = earlier(due, inc->repair_due_ms);
	due = earlier(due, inc->battery_due_ms);
	due = earlier(due, inc->follow_up_due_ms);
	for (uint32_t i = 0; i < inc->handover_count; i++)
		due = earlier(due, inc->handovers[i].due_ms);
	for (uint32_t i = 0; i < inc->job_count; i++) {
		due = earlier(due, inc->jobs[i].deadline_ms);
		due = earlier(due, inc->jobs[i].receipt_due_ms);
	}
	return due;
}

bool incident_is_aside(const struct incident *inc)
{
	return inc->aside != ASIDE_NONE;
}

const struct handover *incident_handover_open(const struct incident *inc)
{
	const struct handover *oldest = NULL;

	for (uint32_t i = 0; i < inc->handover_count; i++)
		if (inc->handovers[i].state == HANDOVER_OPEN &&
		    (oldest == NULL || inc->handovers[i].opened_ms < oldest->opened_ms))
			oldest = &inc->handovers[i];
	return oldest;
}

enum service incident_service_hint(const struct incident *inc)
{
	if (inc->silent)
		return SERVICE_110;
	if (inc->kind == KIND_FIRE || inc->kind == KIND_SMOKE || inc->kind == KIND_HEAT || inc->kind == KIND_GAS ||
	    inc->kind == KIND_CO)
		return SERVICE_119;
	return SERVICE_120; /* a human being in need, or nobody knows */
}

/* How far a job has come; the one table behind every progress shown. */
static unsigned progress_rank(enum job_state state)
{
	switch (state) {
	case JOB_OFFERING:
		return 1;
	case JOB_ACCEPTED:
		return 2;
	case JOB_EN_ROUTE:
		return 3;
	case JOB_ARRIVED:
		return 4;
	case JOB_DONE:
		return 5;
	case JOB_NONE:
	case JOB_FAILED:
	case JOB_CANCELLED:
	case JOB_STATE_COUNT:
		break;
	}
	return 0;
}

/* Of those that were not over before `since_ms`. When she calls for help, a technician who comes for the unit is no
 * progress. */
static const struct job *lead_since(const struct incident *inc, ms_t since_ms)
{
	const struct job *lead = NULL;
	unsigned furthest = 0;

	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];
		unsigned rank = progress_rank(job->state);

		if (inc->class <= CLASS_WELFARE && job->skill == SKILL_TECHNICIAN)
			continue;
		if (rank > furthest && (job->state != JOB_DONE || job->ended_ms >= since_ms)) {
			furthest = rank;
			lead = job;
		}
	}
	return lead;
}

const struct job *incident_lead_job(const struct incident *inc)
{
	return lead_since(inc, 0);
}

enum job_state incident_progress(const struct incident *inc)
{
	const struct job *lead = incident_lead_job(inc);

	return lead == NULL ? JOB_NONE : lead->state;
}

static uint32_t eta_min(const struct job *job, ms_t now_ms)
{
	const struct offer *offer = job_offer(job, job->caregiver);
	ms_t left_ms;

	if (offer == NULL || offer->travel_s == 0)
		return 0;
	left_ms = job->departed_ms + SECONDS(offer->travel_s) - now_ms;
	if (left_ms <= 0)
		return 0; /* late: nobody knows any more, and the unit must not promise */
	return (uint32_t)((left_ms + 59999) / 60000);
}

enum step incident_device_step(const struct incident *inc, ms_t now_ms, uint32_t *ret_eta_min)
{
	/* Whoever was there and left, before it was raised or came back, is no arrival for this call. */
	const struct job *lead = lead_since(inc, inc->waiting_since_ms);

	*ret_eta_min = 0;
	switch (inc->state) {
	case INCIDENT_NONE:
	case INCIDENT_STATE_COUNT:
		return STEP_NONE;
	case INCIDENT_CLOSED:
		return STEP_CLOSED;
	case INCIDENT_WAITING:
	case INCIDENT_ANSWERED:
		break;
	}
	switch (lead == NULL ? JOB_NONE : lead->state) {
	case JOB_ARRIVED:
	case JOB_DONE:
		return STEP_ARRIVED;
	case JOB_EN_ROUTE:
		*ret_eta_min = eta_min(lead, now_ms);
		return STEP_HELP_ON_THE_WAY;
	case JOB_ACCEPTED:
		return STEP_ANSWERED;
	case JOB_NONE:
	case JOB_OFFERING:
	case JOB_FAILED:
	case JOB_CANCELLED:
	case JOB_STATE_COUNT:
		break;
	}
	return inc->state == INCIDENT_ANSWERED ? STEP_ANSWERED : STEP_STORED;
}

const struct job *incident_job(const struct incident *inc, uint32_t number)
{
	for (uint32_t i = 0; i < inc->job_count; i++)
		if (inc->jobs[i].number == number)
			return &inc->jobs[i];
	return NULL;
}

const struct offer *job_offer(const struct job *job, const char *caregiver)
{
	for (uint32_t i = 0; i < job->offer_count; i++)
		if (id_is(job->offers[i].caregiver, caregiver))
			return &job->offers[i];
	return NULL;
}
