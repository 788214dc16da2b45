/* record_read.c - reading: protobuf to core structs, believing nothing. */
#include "wire/record.h"

#include "pingan/v1/record.pb-c.h"

const char *record_bad_name(int code)
{
	switch (code) {
	case RECORD_BAD_SIZE:
		return "bad_size";
	case RECORD_BAD_BYTES:
		return "bad_bytes";
	case RECORD_BAD_UNKNOWN:
		return "bad_unknown";
	case RECORD_BAD_ENUM:
		return "bad_enum";
	case RECORD_BAD_TEXT:
		return "bad_text";
	case RECORD_BAD_RANGE:
		return "bad_range";
	case RECORD_BAD_COUNT:
		return "bad_count";
	case RECORD_BAD_STATE:
		return "bad_state";
	default:
		return "bad_other";
	}
}

/* The first thing found wrong; readers go on with harmless values, and the message is refused at the end. */
struct reader {
	int bad;
};

static void wrong(struct reader *r, enum record_bad code)
{
	if (r->bad == 0)
		r->bad = code;
}

static void read_known(struct reader *r, const ProtobufCMessage *message)
{
	if (message->n_unknown_fields != 0)
		wrong(r, RECORD_BAD_UNKNOWN);
}

static unsigned read_enum(struct reader *r, int value, unsigned count)
{
	if (value >= 0 && (unsigned)value < count)
		return (unsigned)value;
	wrong(r, RECORD_BAD_ENUM);
	return 0;
}

/* Half of what core allows: a step on what was read adds hours to times and ones to counts, and must stay lawful. */
static ms_t read_ms(struct reader *r, int64_t ms)
{
	if (ms >= 0 && ms < INT64_C(1) << 47)
		return ms;
	wrong(r, RECORD_BAD_RANGE);
	return 0;
}

static uint64_t read_below(struct reader *r, uint64_t value, uint64_t end)
{
	if (value < end)
		return value;
	wrong(r, RECORD_BAD_RANGE);
	return 0;
}

/* An id or none. protobuf-c hands over a C string: bytes after a NUL were never part of it. */
static void read_text(struct reader *r, const char *from, char *ret, size_t size)
{
	size_t len = strlen(from);

	for (size_t i = 0; i < len; i++) {
		if (from[i] <= ' ' || from[i] > '~') {
			wrong(r, RECORD_BAD_TEXT);
			len = 0;
		}
	}
	if (!text_copy(ret, size, slice_of(from, len)))
		wrong(r, RECORD_BAD_TEXT);
}

static bool read_count(struct reader *r, size_t count, size_t max)
{
	if (count <= max)
		return true;
	wrong(r, RECORD_BAD_COUNT);
	return false;
}

static void read_line(struct reader *r, const Pingan__V1__Line *m, struct incident *inc)
{
	struct line *line = &inc->lines[inc->line_count++];

	memset(line, 0, sizeof *line); /* equal records are equal bytes */
	read_known(r, &m->base);
	line->code = (enum line_code)read_enum(r, (int)m->code, LINE_CODE_COUNT);
	line->at_ms = read_ms(r, m->at_ms);
	line->stored_ms = read_ms(r, m->stored_ms);
	read_text(r, m->who, line->who, sizeof line->who);
	read_text(r, m->subject, line->subject, sizeof line->subject);
	line->job = m->job;
	line->number = m->number;
	line->kind = (enum kind)read_enum(r, (int)m->kind, KIND_COUNT);
	line->protocol = (enum protocol)read_enum(r, (int)m->protocol, PROTOCOL_COUNT);
	line->call = read_enum(r, (int)m->call, CALL_COUNT);
	line->cmd = m->cmd;
	line->count = m->count;
	line->channel = (enum channel)read_enum(r, (int)m->channel, CHANNEL_COUNT);
	if (m->text.len == 0)
		return;
	if (m->text.len > NOTE_SEALED_MAX || m->text.len > TEXT_MAX - inc->text_len) {
		wrong(r, RECORD_BAD_COUNT);
		return;
	}
	line->text_at = (uint16_t)inc->text_len;
	line->text_len = (uint16_t)m->text.len;
	memcpy(inc->text + inc->text_len, m->text.data, m->text.len);
	inc->text_len += (uint32_t)m->text.len;
}

static void read_offer(struct reader *r, const Pingan__V1__Offer *m, struct offer *offer)
{
	read_known(r, &m->base);
	read_text(r, m->caregiver, offer->caregiver, sizeof offer->caregiver);
	offer->state = (enum offer_state)read_enum(r, (int)m->state, OFFER_STATE_COUNT);
	offer->wave = m->wave;
	offer->made_ms = read_ms(r, m->made_ms);
	offer->until_ms = read_ms(r, m->until_ms);
	offer->changed_ms = read_ms(r, m->changed_ms);
	offer->reason = read_enum(r, (int)m->reason, DECLINE_COUNT);
	offer->distance_m = m->distance_m;
	offer->travel_s = m->travel_s;
	offer->channels = m->channels;
}

static void read_job(struct reader *r, const Pingan__V1__Job *m, struct job *job)
{
	memset(job, 0, sizeof *job);
	read_known(r, &m->base);
	job->number = (uint32_t)read_below(r, m->number, UINT32_C(1) << 31);
	job->state = (enum job_state)read_enum(r, (int)m->state, JOB_STATE_COUNT);
	read_text(r, m->caregiver, job->caregiver, sizeof job->caregiver);
	job->made_ms = read_ms(r, m->made_ms);
	job->accepted_ms = read_ms(r, m->accepted_ms);
	job->departed_ms = read_ms(r, m->departed_ms);
	job->arrived_ms = read_ms(r, m->arrived_ms);
	job->ended_ms = read_ms(r, m->ended_ms);
	job->arrival_due_ms = read_ms(r, m->arrival_due_ms);
	job->deadline_ms = read_ms(r, m->deadline_ms);
	job->wave = m->wave;
	job->unattended = m->unattended;
	read_text(r, m->by, job->by, sizeof job->by);
	job->result = read_enum(r, (int)m->result, JOB_RESULT_COUNT);
	job->depart_overdue = m->depart_overdue;
	job->arrive_overdue = m->arrive_overdue;
	job->skill = (enum skill)read_enum(r, (int)m->skill, SKILL_COUNT);
	job->receipt_due_ms = read_ms(r, m->receipt_due_ms);
	if (!read_count(r, m->n_offers, OFFERS_MAX))
		return;
	job->offer_count = (uint32_t)m->n_offers;
	for (size_t i = 0; i < m->n_offers; i++)
		read_offer(r, m->offers[i], &job->offers[i]);
}

static void read_handover(struct reader *r, const Pingan__V1__Handover *m, struct handover *h)
{
	read_known(r, &m->base);
	h->number = (uint32_t)read_below(r, m->number, UINT32_C(1) << 31);
	h->service = (enum service)read_enum(r, (int)m->service, SERVICE_COUNT);
	h->state = (enum handover_state)read_enum(r, (int)m->state, HANDOVER_STATE_COUNT);
	h->opened_ms = read_ms(r, m->opened_ms);
	h->due_ms = read_ms(r, m->due_ms);
	h->tries = (uint32_t)read_below(r, m->tries, UINT32_C(1) << 31);
	h->channel = (enum channel)read_enum(r, (int)m->channel, CHANNEL_COUNT);
	h->told = (uint32_t)read_below(r, m->told, BIT(CARD_LINE_COUNT));
	read_text(r, m->by, h->by, sizeof h->by);
	h->ended_ms = read_ms(r, m->ended_ms);
}

static void read_alarm(struct reader *r, const Pingan__V1__AlarmRef *m, struct alarm_ref *ref)
{
	memset(ref, 0, sizeof *ref);
	read_known(r, &m->base);
	read_text(r, m->device, ref->device, sizeof ref->device);
	ref->alarm = m->alarm;
	ref->kind = (enum kind)read_enum(r, (int)m->kind, KIND_COUNT);
	ref->zone = m->zone;
	ref->raised_ms = m->raised_ms; /* the device's clock: any value is its own affair; core refuses negative ones */
	ref->protocol = (enum protocol)read_enum(r, (int)m->protocol, PROTOCOL_COUNT);
	ref->received_ms = read_ms(r, m->received_ms);
}

static void read_head(struct reader *r, const Pingan__V1__Incident *m, struct incident *inc)
{
	read_known(r, &m->base);
	inc->id = m->id;
	read_text(r, m->household, inc->household, sizeof inc->household);
	read_text(r, m->device, inc->device, sizeof inc->device);
	read_text(r, m->area, inc->area, sizeof inc->area);
	inc->kind = (enum kind)read_enum(r, (int)m->kind, KIND_COUNT);
	inc->class = (enum incident_class)read_enum(r, (int)m->class_, CLASS_COUNT);
	inc->state = (enum incident_state)read_enum(r, (int)m->state, INCIDENT_STATE_COUNT);
	inc->opened_ms = read_ms(r, m->opened_ms);
	inc->waiting_since_ms = read_ms(r, m->waiting_since_ms);
	inc->answered_ms = read_ms(r, m->answered_ms);
	read_text(r, m->owner, inc->owner, sizeof inc->owner);
	read_text(r, m->former_owner, inc->former_owner, sizeof inc->former_owner);
	inc->repeats = m->repeats;
	inc->last_alarm_ms = read_ms(r, m->last_alarm_ms);
	inc->lines_total = read_below(r, m->lines_total, UINT64_C(1) << 63);
	inc->ring_neighbours = m->ring_neighbours;
	inc->ring_supervisor = m->ring_supervisor;
	inc->plan_step = (enum plan_step)read_enum(r, (int)m->plan_step, PLAN_STEP_COUNT);
	inc->plan_due_ms = read_ms(r, m->plan_due_ms);
	inc->voice_due_ms = read_ms(r, m->voice_due_ms);
	inc->attention_due_ms = read_ms(r, m->attention_due_ms);
	inc->spoke = m->spoke;
	inc->no_voice = m->no_voice;
	inc->silent = m->silent;
	inc->quarantine = m->quarantine;
	inc->restored = m->restored;
	inc->outcome = (enum outcome)read_enum(r, (int)m->outcome, OUTCOME_COUNT);
	inc->closed_ms = read_ms(r, m->closed_ms);
	read_text(r, m->closed_by, inc->closed_by, sizeof inc->closed_by);
	inc->asked_outcome = (enum outcome)read_enum(r, (int)m->asked_outcome, OUTCOME_COUNT);
	read_text(r, m->asked_by, inc->asked_by, sizeof inc->asked_by);
	inc->duty_turn = m->duty_turn;
	inc->rerung_ms = read_ms(r, m->rerung_ms);
	inc->resident_cancelled = m->resident_cancelled;
	inc->unattended = m->unattended;
	read_text(r, m->protocol_code, inc->protocol_code, sizeof inc->protocol_code);
	inc->rerung_all = m->rerung_all;
	inc->rerung_due_ms = read_ms(r, m->rerung_due_ms);
	inc->seen = m->seen;
	inc->reminded = m->reminded;
	inc->reached = (enum step)read_enum(r, (int)m->reached, STEP_COUNT);
}

/* What is beside the course of the call: held, aside, handed over, device work, family. */
static void read_beside(struct reader *r, const Pingan__V1__Incident *m, struct incident *inc)
{
	inc->risk = (uint32_t)read_below(r, m->risk, UINT8_MAX + 1);
	inc->hold_until_ms = read_ms(r, m->hold_until_ms);
	inc->escalated = m->escalated;
	inc->calls = (uint32_t)read_below(r, m->calls, UINT32_C(1) << 31);
	inc->recall_due_ms = read_ms(r, m->recall_due_ms);
	inc->recall = m->recall;
	inc->aside = (enum aside)read_enum(r, (int)m->aside, ASIDE_COUNT);
	inc->aside_until_ms = read_ms(r, m->aside_until_ms);
	read_text(r, m->aside_by, inc->aside_by, sizeof inc->aside_by);
	inc->drill = m->drill;
	inc->repair_due_ms = read_ms(r, m->repair_due_ms);
	inc->repair_overdue = m->repair_overdue;
	inc->area_wide = m->area_wide;
	inc->out_now = (uint32_t)read_below(r, m->out_now, UINT32_C(1) << 31);
	inc->out_total = (uint32_t)read_below(r, m->out_total, UINT32_C(1) << 31);
	inc->battery_due_ms = read_ms(r, m->battery_due_ms);
	inc->follow_up_due_ms = read_ms(r, m->follow_up_due_ms);
	inc->follow_up_of = m->follow_up_of;
	inc->spoke_to = (enum spoke_to)read_enum(r, (int)m->spoke_to, SPOKE_TO_COUNT);
	inc->contact_answer = (enum contact_answer)read_enum(r, (int)m->contact_answer, CONTACT_ANSWER_COUNT);
	inc->contact_answer_by = (uint32_t)read_below(r, m->contact_answer_by, UINT8_MAX + 1);
	inc->told = m->told;
	read_text(r, m->carrier, inc->carrier, sizeof inc->carrier);
	inc->away = m->away;
	inc->untested = m->untested;
}

static void read_incident(struct reader *r, const Pingan__V1__Incident *m, struct incident *inc)
{
	read_head(r, m, inc);
	read_beside(r, m, inc);
	if (!read_count(r, m->n_handovers, HANDOVERS_MAX) || !read_count(r, m->n_alarms, ALARMS_MAX) ||
	    !read_count(r, m->n_jobs, JOBS_MAX) || !read_count(r, m->n_lines, LINES_MAX))
		return;
	inc->alarm_count = (uint32_t)m->n_alarms;
	for (size_t i = 0; i < m->n_alarms; i++)
		read_alarm(r, m->alarms[i], &inc->alarms[i]);
	inc->handover_count = (uint32_t)m->n_handovers;
	for (size_t i = 0; i < m->n_handovers; i++)
		read_handover(r, m->handovers[i], &inc->handovers[i]);
	inc->job_count = (uint32_t)m->n_jobs;
	for (size_t i = 0; i < m->n_jobs; i++)
		read_job(r, m->jobs[i], &inc->jobs[i]);
	for (size_t i = 0; i < m->n_lines; i++)
		read_line(r, m->lines[i], inc);
}

int incident_decode(struct slice body, struct arena *scratch, struct incident *ret)
{
	struct reader r = {0};
	const Pingan__V1__Incident *m;

	if (body.len > RECORD_MAX)
		return RECORD_BAD_SIZE;
	arena_reset(scratch);
	m = pingan__v1__incident__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return RECORD_BAD_BYTES;
	incident_clear(ret);
	read_incident(&r, m, ret);
	if (r.bad != 0)
		return r.bad;
	incident_catch_up(ret);
	return incident_valid(ret) ? 0 : RECORD_BAD_STATE;
}

int caregiver_decode(struct slice body, struct caregiver *ret, struct arena *scratch)
{
	struct reader r = {0};
	const Pingan__V1__Caregiver *m;

	if (body.len > RECORD_MAX)
		return RECORD_BAD_SIZE;
	arena_reset(scratch);
	m = pingan__v1__caregiver__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return RECORD_BAD_BYTES;
	memset(ret, 0, sizeof *ret);
	read_known(&r, &m->base);
	read_text(&r, m->id, ret->id, sizeof ret->id);
	ret->on_duty = m->on_duty;
	ret->duty_since_ms = read_ms(&r, m->duty_since_ms);
	ret->incident = m->incident;
	ret->job = m->job;
	ret->jobs_taken = m->jobs_taken;
	ret->check_ms = read_ms(&r, m->check_ms);
	ret->proved_ms = read_ms(&r, m->proved_ms);
	ret->proof_took_ms = m->proof_took_ms;
	ret->off_after_job = m->off_after_job;
	/* A job in hand is one of an incident, and an incident in hand is one by a job. */
	if (r.bad == 0 && (!alarm_id_valid(ret->id) || (ret->incident == 0) != (ret->job == 0)))
		r.bad = RECORD_BAD_STATE;
	return r.bad;
}

int operator_decode(struct slice body, struct operator* ret, struct arena *scratch)
{
	struct reader r = {0};
	const Pingan__V1__Operator *m;

	if (body.len > RECORD_MAX)
		return RECORD_BAD_SIZE;
	arena_reset(scratch);
	m = pingan__v1__operator__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return RECORD_BAD_BYTES;
	memset(ret, 0, sizeof *ret);
	read_known(&r, &m->base);
	read_text(&r, m->id, ret->id, sizeof ret->id);
	ret->link = (enum link_state)read_enum(&r, (int)m->link, LINK_LOST + 1);
	ret->changed_ms = read_ms(&r, m->changed_ms);
	ret->ready = m->ready;
	ret->session = m->session;
	read_text(&r, m->daemon, ret->daemon, sizeof ret->daemon);
	if (r.bad == 0 && !alarm_id_valid(ret->id))
		r.bad = RECORD_BAD_STATE;
	return r.bad;
}
