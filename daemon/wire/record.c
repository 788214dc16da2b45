/* record.c - writing: core structs to protobuf. Nothing is allocated; what protobuf-c packs lies on the stack and points
 * into the struct that is encoded. */
#include "wire/record.h"

#include "pingan/v1/record.pb-c.h"

/* protobuf-c's structs have no const; packing only reads. */
static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static ProtobufCBinaryData bytes_of(const uint8_t *at, size_t len)
{
	return (ProtobufCBinaryData){.len = len, .data = (uint8_t *)(uintptr_t)at};
}

static void pack(const ProtobufCMessage *message, size_t max, struct buf *ret)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *room;

	if (len > max) {
		ret->overflow = true;
		return;
	}
	room = buf_room(ret, len);
	if (room != NULL)
		(void)protobuf_c_message_pack(message, room);
}

static void line_out(const struct line *line, const uint8_t *text, Pingan__V1__Line *ret)
{
	pingan__v1__line__init(ret);
	ret->code = (Pingan__V1__LineCode)line->code;
	ret->at_ms = line->at_ms;
	ret->who = text_of(line->who);
	ret->subject = text_of(line->subject);
	ret->job = line->job;
	ret->number = line->number;
	ret->kind = (Pingan__V1__Kind)line->kind;
	ret->protocol = (Pingan__V1__Protocol)line->protocol;
	ret->call = (Pingan__V1__CallResult)line->call;
	if (line->text_len != 0)
		ret->text = bytes_of(text + line->text_at, line->text_len);
	ret->cmd = line->cmd;
	ret->stored_ms = line->stored_ms;
	ret->count = line->count;
	ret->channel = (Pingan__V1__Channel)line->channel;
}

static void offer_out(const struct offer *offer, Pingan__V1__Offer *ret)
{
	pingan__v1__offer__init(ret);
	ret->caregiver = text_of(offer->caregiver);
	ret->state = (Pingan__V1__OfferState)offer->state;
	ret->wave = offer->wave;
	ret->made_ms = offer->made_ms;
	ret->until_ms = offer->until_ms;
	ret->changed_ms = offer->changed_ms;
	ret->reason = (Pingan__V1__DeclineReason)offer->reason;
	ret->distance_m = offer->distance_m;
	ret->travel_s = offer->travel_s;
	ret->channels = offer->channels;
}

static void alarm_out(const struct alarm_ref *ref, Pingan__V1__AlarmRef *ret)
{
	pingan__v1__alarm_ref__init(ret);
	ret->device = text_of(ref->device);
	ret->alarm = ref->alarm;
	ret->kind = (Pingan__V1__Kind)ref->kind;
	ret->zone = ref->zone;
	ret->raised_ms = ref->raised_ms;
	ret->protocol = (Pingan__V1__Protocol)ref->protocol;
	ret->received_ms = ref->received_ms;
}

static void job_out(const struct job *job, Pingan__V1__Job *ret)
{
	pingan__v1__job__init(ret);
	ret->number = job->number;
	ret->state = (Pingan__V1__JobState)job->state;
	ret->caregiver = text_of(job->caregiver);
	ret->made_ms = job->made_ms;
	ret->accepted_ms = job->accepted_ms;
	ret->departed_ms = job->departed_ms;
	ret->arrived_ms = job->arrived_ms;
	ret->ended_ms = job->ended_ms;
	ret->arrival_due_ms = job->arrival_due_ms;
	ret->deadline_ms = job->deadline_ms;
	ret->wave = job->wave;
	ret->unattended = job->unattended;
	ret->by = text_of(job->by);
	ret->result = (Pingan__V1__JobResult)job->result;
	ret->depart_overdue = job->depart_overdue;
	ret->arrive_overdue = job->arrive_overdue;
	ret->skill = (Pingan__V1__Skill)job->skill;
	ret->receipt_due_ms = job->receipt_due_ms;
}

static void handover_out(const struct handover *h, Pingan__V1__Handover *ret)
{
	pingan__v1__handover__init(ret);
	ret->number = h->number;
	ret->service = (Pingan__V1__Service)h->service;
	ret->state = (Pingan__V1__HandoverState)h->state;
	ret->opened_ms = h->opened_ms;
	ret->due_ms = h->due_ms;
	ret->tries = h->tries;
	ret->channel = (Pingan__V1__Channel)h->channel;
	ret->told = h->told;
	ret->by = text_of(h->by);
	ret->ended_ms = h->ended_ms;
}

static void head_out(const struct incident *inc, Pingan__V1__Incident *ret)
{
	ret->id = inc->id;
	ret->household = text_of(inc->household);
	ret->device = text_of(inc->device);
	ret->area = text_of(inc->area);
	ret->kind = (Pingan__V1__Kind)inc->kind;
	ret->class_ = (Pingan__V1__IncidentClass)inc->class;
	ret->state = (Pingan__V1__IncidentState)inc->state;
	ret->opened_ms = inc->opened_ms;
	ret->waiting_since_ms = inc->waiting_since_ms;
	ret->answered_ms = inc->answered_ms;
	ret->owner = text_of(inc->owner);
	ret->former_owner = text_of(inc->former_owner);
	ret->repeats = inc->repeats;
	ret->last_alarm_ms = inc->last_alarm_ms;
	ret->lines_total = inc->lines_total;
	ret->ring_neighbours = inc->ring_neighbours;
	ret->ring_supervisor = inc->ring_supervisor;
	ret->plan_step = (Pingan__V1__PlanStep)inc->plan_step;
	ret->plan_due_ms = inc->plan_due_ms;
	ret->voice_due_ms = inc->voice_due_ms;
	ret->attention_due_ms = inc->attention_due_ms;
	ret->spoke = inc->spoke;
	ret->no_voice = inc->no_voice;
	ret->silent = inc->silent;
	ret->quarantine = inc->quarantine;
	ret->restored = inc->restored;
	ret->outcome = (Pingan__V1__Outcome)inc->outcome;
	ret->closed_ms = inc->closed_ms;
	ret->closed_by = text_of(inc->closed_by);
	ret->asked_outcome = (Pingan__V1__Outcome)inc->asked_outcome;
	ret->asked_by = text_of(inc->asked_by);
	ret->duty_turn = inc->duty_turn;
	ret->rerung_ms = inc->rerung_ms;
	ret->resident_cancelled = inc->resident_cancelled;
	ret->unattended = inc->unattended;
	ret->protocol_code = text_of(inc->protocol_code);
	ret->rerung_all = inc->rerung_all;
	ret->rerung_due_ms = inc->rerung_due_ms;
	ret->seen = inc->seen;
	ret->reminded = inc->reminded;
	ret->reached = (Pingan__V1__Step)inc->reached;
	ret->risk = inc->risk;
	ret->hold_until_ms = inc->hold_until_ms;
	ret->escalated = inc->escalated;
	ret->calls = inc->calls;
	ret->recall_due_ms = inc->recall_due_ms;
	ret->recall = inc->recall;
	ret->aside = (Pingan__V1__Aside)inc->aside;
	ret->aside_until_ms = inc->aside_until_ms;
	ret->aside_by = text_of(inc->aside_by);
	ret->drill = inc->drill;
	ret->repair_due_ms = inc->repair_due_ms;
	ret->repair_overdue = inc->repair_overdue;
	ret->area_wide = inc->area_wide;
	ret->out_now = inc->out_now;
	ret->out_total = inc->out_total;
	ret->battery_due_ms = inc->battery_due_ms;
	ret->follow_up_due_ms = inc->follow_up_due_ms;
	ret->follow_up_of = inc->follow_up_of;
	ret->spoke_to = (Pingan__V1__SpokeTo)inc->spoke_to;
	ret->contact_answer = (Pingan__V1__ContactAnswer)inc->contact_answer;
	ret->contact_answer_by = inc->contact_answer_by;
	ret->told = inc->told;
	ret->carrier = text_of(inc->carrier);
	ret->away = inc->away;
	ret->untested = inc->untested;
}

void incident_encode(const struct incident *inc, struct buf *ret)
{
	Pingan__V1__Incident message = PINGAN__V1__INCIDENT__INIT;
	Pingan__V1__Line lines[LINES_MAX], *line_at[LINES_MAX];
	Pingan__V1__AlarmRef alarms[ALARMS_MAX], *alarm_at[ALARMS_MAX];
	Pingan__V1__Job jobs[JOBS_MAX], *job_at[JOBS_MAX];
	Pingan__V1__Offer offers[JOBS_MAX * OFFERS_MAX], *offer_at[JOBS_MAX * OFFERS_MAX];
	Pingan__V1__Handover handovers[HANDOVERS_MAX], *handover_at[HANDOVERS_MAX];
	size_t offer_count = 0;

	ENSURE(inc->handover_count <= HANDOVERS_MAX);
	ENSURE(inc->line_count <= LINES_MAX && inc->alarm_count <= ALARMS_MAX && inc->job_count <= JOBS_MAX);
	head_out(inc, &message);
	for (uint32_t i = 0; i < inc->alarm_count; i++) {
		alarm_out(&inc->alarms[i], &alarms[i]);
		alarm_at[i] = &alarms[i];
	}
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];

		ENSURE(job->offer_count <= OFFERS_MAX);
		job_out(job, &jobs[i]);
		job_at[i] = &jobs[i];
		jobs[i].offers = &offer_at[offer_count];
		jobs[i].n_offers = job->offer_count;
		for (uint32_t j = 0; j < job->offer_count; j++, offer_count++) {
			offer_out(&job->offers[j], &offers[offer_count]);
			offer_at[offer_count] = &offers[offer_count];
		}
	}
	for (uint32_t i = 0; i < inc->line_count; i++) {
		line_out(&inc->lines[i], inc->text, &lines[i]);
		line_at[i] = &lines[i];
	}
	for (uint32_t i = 0; i < inc->handover_count; i++) {
		handover_out(&inc->handovers[i], &handovers[i]);
		handover_at[i] = &handovers[i];
	}
	message.handovers = handover_at;
	message.n_handovers = inc->handover_count;
	message.alarms = alarm_at;
	message.n_alarms = inc->alarm_count;
	message.jobs = job_at;
	message.n_jobs = inc->job_count;
	message.lines = line_at;
	message.n_lines = inc->line_count;
	pack(&message.base, RECORD_MAX, ret);
}

void caregiver_encode(const struct caregiver *c, struct buf *ret)
{
	Pingan__V1__Caregiver message = PINGAN__V1__CAREGIVER__INIT;

	message.id = text_of(c->id);
	message.on_duty = c->on_duty;
	message.duty_since_ms = c->duty_since_ms;
	message.incident = c->incident;
	message.job = c->job;
	message.jobs_taken = c->jobs_taken;
	message.check_ms = c->check_ms;
	message.proved_ms = c->proved_ms;
	message.proof_took_ms = c->proof_took_ms;
	message.off_after_job = c->off_after_job;
	pack(&message.base, RECORD_MAX, ret);
}

void operator_encode(const struct operator* o, struct buf *ret)
{
	Pingan__V1__Operator message = PINGAN__V1__OPERATOR__INIT;

	message.id = text_of(o->id);
	message.link = (Pingan__V1__Link)o->link;
	message.changed_ms = o->changed_ms;
	message.ready = o->ready;
	message.session = o->session;
	message.daemon = text_of(o->daemon);
	pack(&message.base, RECORD_MAX, ret);
}

void log_event_encode(const char *daemon, const char *record_key, const struct line *lines, uint32_t count,
                      const uint8_t *text, struct slice raw, const char *alarm_device, struct buf *ret)
{
	Pingan__V1__LogEvent message = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__Line line[ADDED_MAX], *line_at[ADDED_MAX];

	ENSURE(count <= ADDED_MAX && raw.len <= ALARM_RAW_MAX);
	for (uint32_t i = 0; i < count; i++) {
		line_out(&lines[i], text, &line[i]);
		line_at[i] = &line[i];
	}
	message.daemon = text_of(daemon);
	message.record = text_of(record_key);
	message.lines = line_at;
	message.n_lines = count;
	message.raw = bytes_of(raw.at, raw.len);
	message.alarm_device = text_of(alarm_device);
	pack(&message.base, LOG_EVENT_MAX, ret);
}

/* Fields of one message may stand in two pieces. */
void log_alarm_encode(const struct alarm *alarm, ms_t received_ms, struct slice raw_sealed, const char *sealed_for,
                      struct buf *ret)
{
	Pingan__V1__LogEvent message = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__LogAlarm to = PINGAN__V1__LOG_ALARM__INIT;

	to.id = alarm_ref_id(alarm);
	to.kind = (Pingan__V1__Kind)alarm->kind;
	to.protocol = (Pingan__V1__Protocol)alarm->protocol;
	to.zone = alarm->zone;
	to.restore = alarm->restore;
	to.code = text_of(alarm->code);
	to.raised_ms = alarm->raised_ms;
	to.received_ms = received_ms;
	message.alarm = &to;
	if (raw_sealed.len != 0) {
		message.raw_sealed = bytes_of(raw_sealed.at, raw_sealed.len);
		message.sealed_for = text_of(sealed_for);
	}
	pack(&message.base, LOG_EVENT_MAX, ret);
}

void log_raw_encode(struct slice raw, struct buf *ret)
{
	Pingan__V1__LogEvent message = PINGAN__V1__LOG_EVENT__INIT;

	ENSURE(raw.len <= ALARM_RAW_MAX);
	message.raw = bytes_of(raw.at, raw.len);
	pack(&message.base, LOG_EVENT_MAX, ret);
}
