/* incident_valid.c - what must hold of every record: the promises of this module as an invariant. */
#include "core/incident_internal.h"

/* A time of this or the next seven thousand years; 0 = not set. Also what incident_weight() counts on. */
static bool time_valid(int64_t ms)
{
	return ms >= 0 && ms < INT64_C(1) << 48;
}

static bool set(ms_t ms)
{
	return ms != 0;
}

/* An id, or none. */
static bool id_or_none(const char *id, size_t size)
{
	size_t len = 0;

	for (; len < size && id[len] != '\0'; len++)
		if (id[len] <= ' ' || id[len] > '~')
			return false;
	return len < size;
}

static bool strings_valid(const struct incident *inc)
{
	return id_or_none(inc->household, ID_MAX) && id_or_none(inc->device, ID_MAX) &&
	       id_or_none(inc->area, sizeof inc->area) && id_or_none(inc->owner, ID_MAX) &&
	       id_or_none(inc->former_owner, ID_MAX) && id_or_none(inc->closed_by, ID_MAX) &&
	       id_or_none(inc->asked_by, ID_MAX) && id_or_none(inc->protocol_code, sizeof inc->protocol_code) &&
	       id_or_none(inc->aside_by, ID_MAX) && id_or_none(inc->carrier, ID_MAX);
}

static bool times_valid(const struct incident *inc)
{
	return time_valid(inc->opened_ms) && time_valid(inc->waiting_since_ms) && time_valid(inc->answered_ms) &&
	       time_valid(inc->last_alarm_ms) && time_valid(inc->plan_due_ms) && time_valid(inc->voice_due_ms) &&
	       time_valid(inc->attention_due_ms) && time_valid(inc->rerung_ms) && time_valid(inc->rerung_due_ms) &&
	       time_valid(inc->closed_ms) && time_valid(inc->hold_until_ms) && time_valid(inc->recall_due_ms) &&
	       time_valid(inc->aside_until_ms) && time_valid(inc->repair_due_ms) && time_valid(inc->battery_due_ms) &&
	       time_valid(inc->follow_up_due_ms);
}

static bool enums_valid(const struct incident *inc)
{
	return inc->kind > KIND_NONE && (unsigned)inc->kind < KIND_COUNT && inc->class > CLASS_NONE &&
	       (unsigned)inc->class < CLASS_COUNT && inc->state > INCIDENT_NONE &&
	       (unsigned)inc->state < INCIDENT_STATE_COUNT && (unsigned)inc->plan_step < PLAN_STEP_COUNT &&
	       (unsigned)inc->outcome < OUTCOME_COUNT && (unsigned)inc->asked_outcome < OUTCOME_COUNT &&
	       (unsigned)inc->reached < STEP_COUNT && inc->reached > STEP_NONE && (unsigned)inc->aside < ASIDE_COUNT &&
	       (unsigned)inc->spoke_to < SPOKE_TO_COUNT && (unsigned)inc->contact_answer < CONTACT_ANSWER_COUNT;
}

static bool counts_valid(const struct incident *inc)
{
	return inc->alarm_count > 0 && inc->alarm_count <= ALARMS_MAX && inc->job_count <= JOBS_MAX &&
	       inc->line_count > 0 && inc->line_count <= LINES_MAX && inc->text_len <= TEXT_MAX &&
	       inc->lines_total >= inc->line_count;
}

static bool alarms_valid(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->alarm_count; i++) {
		const struct alarm_ref *ref = &inc->alarms[i];

		if (!id_or_none(ref->device, ID_MAX) || ref->device[0] == '\0' || ref->alarm == 0)
			return false;
		if (ref->kind <= KIND_NONE || (unsigned)ref->kind >= KIND_COUNT || ref->protocol <= PROTOCOL_NONE ||
		    (unsigned)ref->protocol >= PROTOCOL_COUNT)
			return false;
		if (ref->zone > UINT16_MAX || ref->raised_ms < 0 || !time_valid(ref->received_ms) || !set(ref->received_ms))
			return false;
	}
	return true;
}

/* Texts lie in the arena in the order of their lines, without holes. */
static bool lines_valid(const struct incident *inc)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < inc->line_count; i++) {
		const struct line *line = &inc->lines[i];

		if (line->code <= LINE_NONE || (unsigned)line->code >= LINE_CODE_COUNT)
			return false;
		if (!id_or_none(line->who, ID_MAX) || !id_or_none(line->subject, ID_MAX))
			return false;
		if (!time_valid(line->at_ms) || !set(line->at_ms) || !time_valid(line->stored_ms))
			return false;
		if ((unsigned)line->kind >= KIND_COUNT || (unsigned)line->protocol >= PROTOCOL_COUNT ||
		    line->call >= CALL_COUNT || (unsigned)line->channel >= CHANNEL_COUNT)
			return false;
		if (line->text_len > NOTE_SEALED_MAX || (line->text_len != 0 && line->text_at != at))
			return false;
		at += line->text_len;
	}
	return at == inc->text_len;
}

static bool offers_valid(const struct incident *inc, const struct job *job)
{
	uint32_t accepted = 0;
	bool uncalled = false;

	if (job->offer_count > (job_lives(job) ? OFFERS_MAX : OFFERS_KEPT) || offer_open_count(job) > WAVE_MAX)
		return false;
	for (uint32_t i = 0; i < job->offer_count; i++) {
		const struct offer *offer = &job->offers[i];

		if (!id_or_none(offer->caregiver, ID_MAX) || offer->caregiver[0] == '\0')
			return false;
		if (offer->state <= OFFER_NONE || (unsigned)offer->state >= OFFER_STATE_COUNT ||
		    offer->reason >= DECLINE_COUNT || offer->channels >= BIT(CHANNEL_COUNT))
			return false;
		uncalled = uncalled || offer_uncalled(inc, offer);
		if (!set(offer->made_ms) || !set(offer->until_ms) || !set(offer->changed_ms) || !time_valid(offer->made_ms) ||
		    !time_valid(offer->until_ms) || !time_valid(offer->changed_ms))
			return false;
		if (offer->state == OFFER_ACCEPTED) {
			accepted++;
			if (!id_is(offer->caregiver, job->caregiver))
				return false;
		}
		if (offer_open(offer) && (job->state != JOB_OFFERING || offer->until_ms != job->deadline_ms))
			return false;
		if (job_offer(job, offer->caregiver) != offer)
			return false; /* one offer a caregiver */
	}
	/* One taker: the job is his, and nobody else's. */
	if (accepted != (job->caregiver[0] != '\0'))
		return false;
	/* A page that says nothing is not waited for in silence. */
	if (uncalled != set(job->receipt_due_ms))
		return false;
	return (job->state == JOB_OFFERING) == (offer_open_count(job) > 0);
}

static bool job_times_valid(const struct job *job)
{
	bool held = job->caregiver[0] != '\0';

	if (!time_valid(job->made_ms) || !time_valid(job->accepted_ms) || !time_valid(job->departed_ms) ||
	    !time_valid(job->arrived_ms) || !time_valid(job->ended_ms) || !time_valid(job->arrival_due_ms) ||
	    !time_valid(job->deadline_ms) || !set(job->made_ms) || !time_valid(job->receipt_due_ms))
		return false;
	if ((unsigned)job->skill >= SKILL_COUNT || (set(job->receipt_due_ms) && job->state != JOB_OFFERING))
		return false;
	if (held && (!set(job->accepted_ms) || !set(job->arrival_due_ms)))
		return false;
	if (job->state == JOB_OFFERING && (set(job->accepted_ms) || set(job->departed_ms) || set(job->arrived_ms)))
		return false;
	if (job->state == JOB_ACCEPTED && set(job->departed_ms))
		return false;
	if (job->state == JOB_EN_ROUTE && (!set(job->departed_ms) || set(job->arrived_ms)))
		return false;
	if ((job->state == JOB_ARRIVED || job->state == JOB_DONE) && (!set(job->departed_ms) || !set(job->arrived_ms)))
		return false;
	if (set(job->departed_ms) && job->departed_ms < job->accepted_ms)
		return false;
	return !set(job->arrived_ms) || job->arrived_ms >= job->departed_ms;
}

static bool job_valid(const struct incident *inc, const struct job *job)
{
	bool held =
		job->state == JOB_ACCEPTED || job->state == JOB_EN_ROUTE || job->state == JOB_ARRIVED || job->state == JOB_DONE;

	if (job->state <= JOB_NONE || (unsigned)job->state >= JOB_STATE_COUNT || job->result >= JOB_RESULT_COUNT)
		return false;
	if (!id_or_none(job->caregiver, ID_MAX) || !id_or_none(job->by, ID_MAX))
		return false;
	if (held != (job->caregiver[0] != '\0') || job->unattended != (job->by[0] == '\0'))
		return false;
	/* Nobody waits without a clock running. */
	if (job_lives(job) != set(job->deadline_ms) || job_lives(job) == set(job->ended_ms))
		return false;
	return job_times_valid(job) && offers_valid(inc, job);
}

static bool jobs_valid(const struct incident *inc)
{
	uint32_t last = 0;

	if (job_live_count(inc) > JOBS_LIVE_MAX)
		return false;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];

		if (job->number <= last || !job_valid(inc, job))
			return false;
		last = job->number;
		/* A caregiver has one job in hand. */
		for (uint32_t j = 0; j < i; j++)
			if (job_lives(job) && job_lives(&inc->jobs[j]) && job->caregiver[0] != '\0' &&
			    id_is(job->caregiver, inc->jobs[j].caregiver))
				return false;
	}
	return true;
}

static bool handovers_valid(const struct incident *inc)
{
	uint32_t last = 0;

	if (inc->handover_count > HANDOVERS_MAX)
		return false;
	for (uint32_t i = 0; i < inc->handover_count; i++) {
		const struct handover *h = &inc->handovers[i];

		if (h->number <= last || h->service <= SERVICE_NONE || (unsigned)h->service >= SERVICE_COUNT ||
		    h->state <= HANDOVER_NONE || (unsigned)h->state >= HANDOVER_STATE_COUNT ||
		    (unsigned)h->channel >= CHANNEL_COUNT || h->told >= BIT(CARD_LINE_COUNT))
			return false;
		if (!id_or_none(h->by, ID_MAX) || !time_valid(h->opened_ms) || !set(h->opened_ms) || !time_valid(h->due_ms) ||
		    !time_valid(h->ended_ms))
			return false;
		/* Tracked until a human there confirms: an open one has a clock. */
		if ((h->state == HANDOVER_OPEN) != set(h->due_ms) || (h->state == HANDOVER_OPEN) == set(h->ended_ms))
			return false;
		if (h->channel < CHANNEL_VOICE)
			return false;
		for (uint32_t j = 0; j < i; j++) /* one card a service */
			if (h->state == HANDOVER_OPEN && inc->handovers[j].state == HANDOVER_OPEN &&
			    inc->handovers[j].service == h->service)
				return false;
		last = h->number;
	}
	return inc->state != INCIDENT_CLOSED || incident_handover_open(inc) == NULL;
}

/* A call for help is never out of sight. */
static bool aside_valid(const struct incident *inc)
{
	if ((inc->aside != ASIDE_NONE) != set(inc->aside_until_ms))
		return false;
	if ((inc->aside == ASIDE_SHELVED) != (inc->aside_by[0] != '\0'))
		return false;
	return inc->aside == ASIDE_NONE || (inc->state == INCIDENT_WAITING && inc->class >= CLASS_GENERAL);
}

static bool waiting_valid(const struct incident *inc)
{
	/* Aside the plan rests; the way back has a clock of its own. */
	bool runs = inc->aside == ASIDE_NONE;

	return inc->owner[0] == '\0' && (inc->plan_step != PLAN_NONE) == runs && set(inc->plan_due_ms) == runs &&
	       !set(inc->attention_due_ms) && !set(inc->voice_due_ms) && !set(inc->rerung_ms) && !inc->reminded &&
	       !set(inc->hold_until_ms) && !set(inc->recall_due_ms) && !inc->recall;
}

static bool answered_valid(const struct incident *inc)
{
	if (inc->owner[0] == '\0' || inc->plan_step != PLAN_NONE || set(inc->plan_due_ms) || !set(inc->attention_due_ms) ||
	    !set(inc->answered_ms) || inc->ring_neighbours)
		return false;
	/* From answering on somebody must hear a voice, or it is an emergency by itself. */
	return incident_wants_voice(inc) == set(inc->voice_due_ms);
}

static bool closed_valid(const struct incident *inc)
{
	return inc->owner[0] == '\0' && inc->outcome != OUTCOME_NONE && inc->closed_by[0] != '\0' && set(inc->closed_ms) &&
	       incident_next_due(inc) == inc->follow_up_due_ms && job_live_count(inc) == 0 && inc->plan_step == PLAN_NONE &&
	       !inc->reminded && !set(inc->rerung_ms) && !inc->ring_neighbours && !inc->ring_supervisor &&
	       inc->asked_outcome == OUTCOME_NONE && !inc->escalated;
}

static bool state_valid(const struct incident *inc)
{
	bool open = inc->state != INCIDENT_CLOSED;

	/* The promise of the whole product: nobody waits without a clock running. */
	if (open && incident_next_due(inc) == 0)
		return false;
	if (open && (inc->outcome != OUTCOME_NONE || set(inc->closed_ms) || inc->closed_by[0] != '\0' ||
	             set(inc->follow_up_due_ms)))
		return false;
	switch (inc->state) {
	case INCIDENT_WAITING:
		return waiting_valid(inc);
	case INCIDENT_ANSWERED:
		return answered_valid(inc);
	case INCIDENT_CLOSED:
		return closed_valid(inc);
	case INCIDENT_NONE:
	case INCIDENT_STATE_COUNT:
		break;
	}
	return false;
}

/* What is promised while help is on its way, and of a unit that cannot call. */
static bool care_valid(const struct incident *inc)
{
	if (incident_wants_recall(inc) != set(inc->recall_due_ms) || (inc->recall && !set(inc->recall_due_ms)))
		return false;
	if (set(inc->repair_due_ms) && !incident_may_be_device_work(inc))
		return false;
	if ((inc->repair_overdue && !set(inc->repair_due_ms)) || !incident_follow_up_valid(inc))
		return false;
	return inc->told <= TELL_ALL && (inc->told == 0 || !(inc->quarantine || inc->area_wide));
}

static bool flags_valid(const struct incident *inc)
{
	if ((inc->asked_outcome != OUTCOME_NONE) != (inc->asked_by[0] != '\0'))
		return false;
	if ((inc->quarantine || inc->area_wide) != (inc->household[0] == '\0') || (inc->quarantine && inc->area_wide))
		return false;
	if ((inc->quarantine && inc->class != CLASS_WELFARE) || (inc->area_wide && inc->class != CLASS_DEVICE))
		return false;
	if ((inc->carrier[0] != '\0' || inc->away) && (!inc->area_wide || (inc->carrier[0] != '\0' && inc->away)))
		return false;
	if (inc->silent && inc->class != CLASS_LIFE && !inc->quarantine)
		return false;
	if (inc->no_voice && (inc->spoke || inc->seen))
		return false;
	/* An unseen repeat press either waits to ring everybody, or does. */
	if (set(inc->rerung_ms) != (set(inc->rerung_due_ms) || inc->rerung_all))
		return false;
	if (set(inc->rerung_due_ms) && inc->rerung_all)
		return false;
	if (set(inc->battery_due_ms) && inc->out_now == 0)
		return false;
	if (inc->risk > UINT8_MAX || inc->contact_answer_by > UINT8_MAX || inc->out_now > inc->out_total)
		return false;
	return (inc->contact_answer == CONTACT_ANSWER_NONE) == (inc->contact_answer_by == 0);
}

bool incident_valid(const struct incident *inc)
{
	if (inc->id == 0 || !strings_valid(inc) || inc->device[0] == '\0' || !enums_valid(inc) || !times_valid(inc))
		return false;
	if (!set(inc->opened_ms) || !set(inc->waiting_since_ms) || !set(inc->last_alarm_ms) || !counts_valid(inc))
		return false;
	if (!alarms_valid(inc) || !lines_valid(inc) || !jobs_valid(inc))
		return false;
	if (!flags_valid(inc) || !handovers_valid(inc) || !aside_valid(inc) || !care_valid(inc) || !state_valid(inc))
		return false;
	return incident_weight(inc) <= BODY_BUDGET;
}
