/* job.c - what a caregiver is sent to do: the table of a job, and what people do with it. */
#include "core/incident_internal.h"

/* clang-format off */
#define TO(state) {MOVE, JOB_##state}
#define KEEP {STAY, 0}
#define NO {REFUSE, 0}

/* Asked after job_settled(): whose job it is, and what came late, is decided by then. */
static const struct rule RULES[EVENT_COUNT][JOB_STATE_COUNT] = {
	/*                         NONE  OFFERING       ACCEPTED       EN_ROUTE       ARRIVED        DONE  FAILED CANCELLED */
	[EVENT_NONE]            = {NO,   NO,            NO,            NO,            NO,            NO,   NO,    NO},
	[EVENT_ALARM]           = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_CANCEL]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_DEADLINE]        = {KEEP, TO(OFFERING),  TO(ACCEPTED),  TO(EN_ROUTE),  TO(ARRIVED),   KEEP, KEEP,  KEEP},
	[EVENT_CLAIM]           = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_RETURN]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_NOTE]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_CALL]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_SPOKE]           = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_SEEN_REPEAT]     = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_OPENED]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_DISPATCH]        = {TO(OFFERING), KEEP,  KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_CLOSE]           = {KEEP, TO(CANCELLED), TO(CANCELLED), TO(CANCELLED), TO(CANCELLED), KEEP, KEEP,  KEEP},
	[EVENT_REOPEN]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_OFFER_DELIVERED] = {NO,   TO(OFFERING),  KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_OFFER_SEEN]      = {NO,   TO(OFFERING),  KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_OFFER_ACCEPT]    = {NO,   TO(ACCEPTED),  NO,            NO,            NO,            NO,   NO,    NO},
	[EVENT_OFFER_DECLINE]   = {NO,   TO(OFFERING),  KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_JOB_DEPART]      = {NO,   NO,            TO(EN_ROUTE),  KEEP,          KEEP,          KEEP, NO,    NO},
	[EVENT_JOB_ARRIVE]      = {NO,   NO,            TO(ARRIVED),   TO(ARRIVED),   KEEP,          KEEP, NO,    NO},
	[EVENT_JOB_DONE]        = {NO,   NO,            NO,            NO,            TO(DONE),      KEEP, NO,    NO},
	[EVENT_JOB_GIVE_BACK]   = {NO,   KEEP,          TO(OFFERING),  TO(OFFERING),  TO(OFFERING),  NO,   KEEP,  KEEP},
	[EVENT_JOB_CANCEL]      = {NO,   TO(CANCELLED), TO(CANCELLED), TO(CANCELLED), TO(CANCELLED), NO,   KEEP,  KEEP},
	[EVENT_HOLD]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_UNHOLD]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_TRANSFER]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_ESCALATE]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_HANDOVER_OPEN]   = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_HANDOVER_TRY]    = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_HANDOVER_TELL]   = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_HANDOVER_CONFIRM]= {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_HANDOVER_CANCEL] = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_CONTACT_ANSWER]  = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_SHELVE]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_UNSHELVE]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_STORM_ASIDE]     = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_STORM_RETURN]    = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_SUBSTITUTE]      = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_CUT]             = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_FOLLOW_UP_MADE]  = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_BIND]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
	[EVENT_JOINED]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP, KEEP,  KEEP},
};
/* clang-format on */

enum verdict job_verdict(unsigned state, unsigned event)
{
	ENSURE(state < JOB_STATE_COUNT && event < EVENT_COUNT);
	return RULES[event][state].verdict;
}

bool job_lives(const struct job *job)
{
	return job->state >= JOB_OFFERING && job->state <= JOB_ARRIVED;
}

uint32_t job_live_count(const struct incident *inc)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < inc->job_count; i++)
		count += job_lives(&inc->jobs[i]);
	return count;
}

const struct job *job_first_live(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->job_count; i++)
		if (job_lives(&inc->jobs[i]))
			return &inc->jobs[i];
	return NULL;
}

const struct job *job_first_help(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->job_count; i++)
		if (job_lives(&inc->jobs[i]) && (inc->class == CLASS_DEVICE || inc->jobs[i].skill != SKILL_TECHNICIAN))
			return &inc->jobs[i];
	return NULL;
}

/* ---- entering a state ---- */

static struct offer *accepted_offer(struct job *job)
{
	for (uint32_t i = 0; i < job->offer_count; i++)
		if (job->offers[i].state == OFFER_ACCEPTED)
			return &job->offers[i];
	return NULL;
}

/* Whoever had it is free for another. */
static void let_go(struct step_now *s, struct job *job)
{
	if (job->caregiver[0] == '\0')
		return;
	ENSURE(s->out->freed_count < JOBS_LIVE_MAX);
	id_set(s->out->freed[s->out->freed_count++], job->caregiver);
	if (job->state != JOB_DONE)
		id_set(job->caregiver, "");
}

/* Beside job_new() the only place that assigns the state; does what entering it means. */
static void enter(struct step_now *s, struct job *job, enum job_state to, ms_t at_ms)
{
	uint32_t due_min = s->world->arrival_due_min != 0 ? s->world->arrival_due_min : s->policy->arrival_due_min;
	struct offer *yes;

	job->state = to;
	job->receipt_due_ms = 0; /* the next wave sets its own */
	switch (to) {
	case JOB_OFFERING: /* given back: as if nobody had had it */
		let_go(s, job);
		job->accepted_ms = 0;
		job->departed_ms = 0;
		job->arrived_ms = 0;
		job->arrival_due_ms = 0;
		job->depart_overdue = false;
		job->arrive_overdue = false;
		break;
	case JOB_ACCEPTED:
		job->accepted_ms = at_ms;
		job->arrival_due_ms = at_ms + MINUTES(due_min);
		job->deadline_ms = at_ms + SECONDS(s->policy->depart_s);
		break;
	case JOB_EN_ROUTE:
		job->departed_ms = at_ms;
		job->deadline_ms = job->arrival_due_ms;
		break;
	case JOB_ARRIVED:
		if (job->departed_ms == 0)
			job->departed_ms = at_ms;
		job->arrived_ms = at_ms;
		job->deadline_ms = s->now_ms + SECONDS(s->policy->on_scene_s);
		break;
	case JOB_DONE:
	case JOB_FAILED:
	case JOB_CANCELLED:
		job->ended_ms = at_ms;
		job->deadline_ms = 0;
		offer_withdraw_others(s, job, NULL);
		offer_keep_last(job);
		let_go(s, job);
		yes = accepted_offer(job);
		if (to != JOB_DONE && yes != NULL)
			(void)offer_apply(s, yes, EVENT_JOB_CANCEL);
		break;
	case JOB_NONE:
	case JOB_STATE_COUNT:
		ENSURE(to == JOB_OFFERING); /* a job never ceases to be */
	}
}

/* ---- making one ---- */

/* All of it is in the log; what goes first is what led to nothing. */
static void drop_oldest_ended(struct incident *inc)
{
	uint32_t at = inc->job_count;

	for (uint32_t i = inc->job_count; i-- > 0;)
		if (inc->jobs[i].state == JOB_DONE)
			at = i;
	for (uint32_t i = inc->job_count; i-- > 0;)
		if (inc->jobs[i].state == JOB_FAILED || inc->jobs[i].state == JOB_CANCELLED)
			at = i;
	ENSURE(at < inc->job_count); /* fewer live than there is room for */
	inc->job_count--;
	memmove(&inc->jobs[at], &inc->jobs[at + 1], (inc->job_count - at) * sizeof inc->jobs[0]);
}

static struct job *job_new(struct step_now *s, const char *by, enum skill skill)
{
	struct incident *inc = s->inc;
	uint32_t number = inc->job_count == 0 ? 1 : inc->jobs[inc->job_count - 1].number + 1;
	struct job *job;

	ENSURE(job_live_count(inc) < JOBS_LIVE_MAX);
	if (inc->job_count == JOBS_MAX)
		drop_oldest_ended(inc);
	job = &inc->jobs[inc->job_count++];
	memset(job, 0, sizeof *job);
	job->number = number;
	job->state = JOB_OFFERING;
	job->made_ms = s->now_ms;
	job->unattended = by[0] == '\0';
	job->skill = skill;
	id_set(job->by, by);
	line_add(s, job->unattended ? LINE_DISPATCHED_UNATTENDED : LINE_JOB, by)->job = number;
	return job;
}

static void rank(struct step_now *s, enum skill skill)
{
	dispatch_rank(s->inc, skill, s->world->candidates, s->world->candidate_count);
}

/* Every wave ran out: people above are called, and whoever has the incident is looked at. */
static void fail(struct step_now *s, struct job *job)
{
	struct incident *inc = s->inc;

	enter(s, job, JOB_FAILED, s->now_ms);
	line_add(s, LINE_JOB_FAILED, "")->job = job->number;
	(void)incident_ring_supervisor(s);
	incident_call_above(s);
	if (inc->state == INCIDENT_ANSWERED) {
		incident_watch(s);
		inc->reminded = true; /* this was the reminder */
	}
}

void job_next_wave(struct step_now *s, struct job *job)
{
	const struct plan *plan = step_plan(s);

	rank(s, job->skill);
	job->receipt_due_ms = 0;
	if (job->wave < plan->waves) {
		job->wave++;
		if (offer_wave(s, job, plan->wave_size + (job->wave - 1) * plan->wave_widen) > 0)
			return;
		/* A wave that would ask nobody is skipped at once, and so are those after it: nobody is left. */
	}
	fail(s, job);
}

static bool dispatch_by_rule(struct step_now *s, enum skill skill)
{
	bool anybody = false;

	if (job_live_count(s->inc) >= JOBS_LIVE_MAX)
		return false;
	rank(s, skill);
	for (uint32_t i = 0; i < s->world->candidate_count; i++)
		anybody = anybody || dispatch_may_ask(&s->world->candidates[i]);
	if (!anybody)
		return false;
	s->inc->unattended = true;
	job_next_wave(s, job_new(s, "", skill));
	return true;
}

bool job_dispatch_unattended(struct step_now *s)
{
	return dispatch_by_rule(s, dispatch_skill(s->inc->class));
}

/* A person may name somebody who has let an earlier offer pass, but not one who is asked just now or has a job. */
static bool engaged(const struct incident *inc, const char *caregiver)
{
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct offer *offer = job_offer(&inc->jobs[i], caregiver);

		if (offer != NULL && job_lives(&inc->jobs[i]) && (offer_open(offer) || offer->state == OFFER_ACCEPTED))
			return true;
	}
	return false;
}

static const struct candidate *candidate(const struct world *world, const char *caregiver)
{
	for (uint32_t i = 0; i < world->candidate_count; i++)
		if (id_is(world->candidates[i].caregiver, caregiver))
			return &world->candidates[i];
	return NULL;
}

enum verdict incident_on_dispatch(struct step_now *s)
{
	struct incident *inc = s->inc;
	const struct event *ev = s->ev;
	enum skill skill = ev->skill != SKILL_NONE ? ev->skill : dispatch_skill(inc->class);
	struct job *job;

	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (job_live_count(inc) >= JOBS_LIVE_MAX) {
		s->out->number = JOBS_LIVE_MAX;
		return step_refuse(s, REFUSAL_LIMIT);
	}
	rank(s, skill);
	for (uint32_t i = 0; i < ev->chosen_count; i++) {
		const struct candidate *c = candidate(s->world, ev->chosen[i]);

		/* A person may know better who can care; nobody but a technician opens a unit. */
		if (c == NULL || (skill == SKILL_TECHNICIAN && !c->able))
			return step_refuse_held(s, REFUSAL_NOT_FOUND, ev->chosen[i], 0);
		if (c->busy || engaged(inc, c->caregiver))
			return step_refuse_held(s, REFUSAL_BUSY, ev->chosen[i], 0);
	}
	incident_attended(s); /* before the job: where it fails at once, that is what counts */
	job = job_new(s, ev->who, skill);
	if (ev->chosen_count == 0) {
		job_next_wave(s, job);
		return MOVE;
	}
	job->wave = 1;
	for (uint32_t i = 0; i < ev->chosen_count; i++)
		offer_make(s, job, candidate(s->world, ev->chosen[i]));
	return MOVE;
}

/* ---- what caregivers do ---- */

static bool is_answer(enum event_type type)
{
	return type == EVENT_OFFER_DELIVERED || type == EVENT_OFFER_SEEN || type == EVENT_OFFER_ACCEPT ||
	       type == EVENT_OFFER_DECLINE;
}

static bool is_report(enum event_type type)
{
	return type == EVENT_JOB_DEPART || type == EVENT_JOB_ARRIVE || type == EVENT_JOB_DONE ||
	       type == EVENT_JOB_GIVE_BACK;
}

static enum verdict withdrawn(struct step_now *s, const struct job *job)
{
	return step_refuse_held(s, REFUSAL_WITHDRAWN, job->caregiver, job->caregiver[0] != '\0' ? job->accepted_ms : 0);
}

static bool answer_settled(struct step_now *s, const struct job *job, const struct offer *offer, enum verdict *ret)
{
	bool yes = s->ev->type == EVENT_OFFER_ACCEPT;

	if (offer == NULL && !job_lives(job)) {
		*ret = yes ? withdrawn(s, job) : STAY; /* ended long ago; this offer is no longer kept */
		return true;
	}
	if (offer == NULL) {
		*ret = step_refuse(s, REFUSAL_NOT_FOUND);
		return true;
	}
	*ret = offer_verdict(offer->state, s->ev->type);
	if (*ret == STAY)
		return true;
	if (*ret == REFUSE) {
		if (offer->state == OFFER_WITHDRAWN)
			(void)withdrawn(s, job);
		else
			(void)step_refuse(s, offer->state == OFFER_EXPIRED ? REFUSAL_EXPIRED : REFUSAL_WRONG_STATE);
		return true;
	}
	if (yes && s->now_ms >= offer->until_ms) {
		*ret = step_refuse(s, REFUSAL_EXPIRED); /* its deadline is about to be worked off */
		return true;
	}
	return false;
}

static bool report_settled(struct step_now *s, const struct job *job, const struct offer *offer, enum verdict *ret)
{
	if (job->state == JOB_FAILED || job->state == JOB_CANCELLED) {
		*ret = s->ev->type == EVENT_JOB_GIVE_BACK ? STAY : withdrawn(s, job);
		return true;
	}
	if (id_is(job->caregiver, s->ev->who))
		return false;
	if (s->ev->type == EVENT_JOB_GIVE_BACK && offer != NULL && offer->state == OFFER_DECLINED)
		*ret = STAY; /* given back already, whoever has it now */
	else if (offer != NULL && offer->state == OFFER_WITHDRAWN)
		*ret = withdrawn(s, job);
	else
		*ret = step_refuse_held(s, REFUSAL_NOT_OWNER, job->caregiver, job->accepted_ms);
	return true;
}

bool job_settled(struct step_now *s, const struct incident *before, enum verdict *ret)
{
	enum event_type type = s->ev->type;
	const struct job *job;
	const struct offer *offer;

	if (!is_answer(type) && !is_report(type) && type != EVENT_JOB_CANCEL)
		return false;
	job = incident_job(before, s->ev->job);
	if (job == NULL) {
		*ret = step_refuse(s, REFUSAL_NOT_FOUND);
		return true;
	}
	offer = job_offer(job, s->ev->who);
	if (is_answer(type) && answer_settled(s, job, offer, ret))
		return true;
	if (is_report(type) && report_settled(s, job, offer, ret))
		return true;
	*ret = RULES[type][job->state].verdict;
	if (*ret == REFUSE)
		(void)step_refuse(s, REFUSAL_WRONG_STATE);
	return *ret != MOVE;
}

/* When it happened on the phone: never later than now, and not before what must have come first. */
static ms_t happened_ms(const struct step_now *s, ms_t after_ms)
{
	ms_t at_ms = s->ev->at_ms;

	if (at_ms == 0 || at_ms > s->now_ms)
		at_ms = s->now_ms;
	return at_ms < after_ms ? after_ms : at_ms;
}

static struct line *say(struct step_now *s, enum line_code code, const struct job *job, ms_t at_ms)
{
	struct line *line = line_add(s, code, s->ev->who);

	line->job = job->number;
	if (at_ms < s->now_ms) {
		line->at_ms = at_ms;
		line->stored_ms = s->now_ms;
	}
	return line;
}

static enum verdict on_accept(struct step_now *s, struct job *job, struct offer *offer)
{
	struct line *line;

	if (s->world->actor_busy)
		return step_refuse(s, REFUSAL_BUSY);
	for (uint32_t i = 0; i < s->inc->job_count; i++)
		if (job_lives(&s->inc->jobs[i]) && id_is(s->inc->jobs[i].caregiver, s->ev->who))
			return step_refuse(s, REFUSAL_BUSY);
	(void)offer_apply(s, offer, s->ev->type);
	id_set(job->caregiver, s->ev->who);
	id_set(s->out->taken, s->ev->who);
	s->out->taken_job = job->number;
	line = say(s, LINE_OFFER_ACCEPTED, job, s->now_ms);
	id_set(line->subject, s->ev->who);
	offer_withdraw_others(s, job, offer);
	enter(s, job, JOB_ACCEPTED, s->now_ms);
	incident_attended(s);
	return MOVE;
}

static enum verdict on_answer(struct step_now *s, struct job *job, struct offer *offer)
{
	struct line *line;

	if (s->ev->type == EVENT_OFFER_ACCEPT)
		return on_accept(s, job, offer);
	(void)offer_apply(s, offer, s->ev->type);
	line = say(s,
	           s->ev->type == EVENT_OFFER_DELIVERED ? LINE_OFFER_DELIVERED
	           : s->ev->type == EVENT_OFFER_SEEN    ? LINE_OFFER_SEEN
	                                                : LINE_OFFER_DECLINED,
	           job, s->now_ms);
	id_set(line->subject, s->ev->who);
	offer_clock(s, job); /* a receipt, or a no: the telephone need not ring for it */
	if (s->ev->type != EVENT_OFFER_DECLINE)
		return MOVE;
	offer->reason = s->ev->reason;
	line->number = s->ev->reason;
	if (offer_open_count(job) == 0)
		job_next_wave(s, job);
	return MOVE;
}

static enum verdict on_give_back(struct step_now *s, struct job *job, struct offer *offer)
{
	say(s, LINE_GIVEN_BACK, job, s->now_ms)->number = s->ev->reason;
	(void)offer_apply(s, offer, s->ev->type);
	offer->reason = s->ev->reason;
	enter(s, job, JOB_OFFERING, s->now_ms);
	job->wave = 0; /* those who were not asked, or were cut short by the yes, get their turn from the start */
	job_next_wave(s, job);
	return MOVE;
}

/* Somebody was there, and nobody knows how she is: that is no end, and whoever has her call hears of it at once. */
static void nobody_opened(struct step_now *s)
{
	struct incident *inc = s->inc;

	if (inc->class > CLASS_WELFARE || inc->seen)
		return;
	s->ring_owner = inc->state == INCIDENT_ANSWERED;
	if (!incident_ring_supervisor(s) && inc->class == CLASS_LIFE)
		incident_call_above(s);
}

static enum verdict on_report(struct step_now *s, struct job *job)
{
	const struct event *ev = s->ev;
	ms_t at_ms;

	if (ev->type == EVENT_JOB_DEPART) {
		at_ms = happened_ms(s, job->accepted_ms);
		say(s, LINE_DEPARTED, job, at_ms);
		enter(s, job, JOB_EN_ROUTE, at_ms);
	} else if (ev->type == EVENT_JOB_ARRIVE) {
		at_ms = happened_ms(s, job->departed_ms != 0 ? job->departed_ms : job->accepted_ms);
		say(s, LINE_ARRIVED, job, at_ms)->number = ev->saw_resident ? 1 : 0;
		enter(s, job, JOB_ARRIVED, at_ms);
	} else {
		at_ms = happened_ms(s, job->arrived_ms);
		say(s, LINE_DONE, job, at_ms)->number = ev->result;
		job->result = ev->result;
		enter(s, job, JOB_DONE, at_ms);
	}
	if (ev->saw_resident && ev->type != EVENT_JOB_DEPART)
		incident_contact(s, false);
	incident_attended(s);
	if (ev->type == EVENT_JOB_DONE && ev->result == JOB_RESULT_NO_ENTRY)
		nobody_opened(s);
	return MOVE;
}

static void cancel(struct step_now *s, struct job *job)
{
	struct line *line = line_add(s, LINE_JOB_CANCELLED, s->ev->who);

	line->job = job->number;
	id_set(line->subject, job->caregiver);
	enter(s, job, JOB_CANCELLED, s->now_ms);
}

static enum verdict on_cancel(struct step_now *s, struct job *job)
{
	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	cancel(s, job);
	incident_attended(s);
	return MOVE;
}

enum verdict incident_on_job(struct step_now *s)
{
	struct job *job = NULL;
	struct offer *offer = NULL;

	for (uint32_t i = 0; i < s->inc->job_count; i++)
		if (s->inc->jobs[i].number == s->ev->job)
			job = &s->inc->jobs[i];
	ENSURE(job != NULL);
	for (uint32_t i = 0; i < job->offer_count; i++)
		if (id_is(job->offers[i].caregiver, s->ev->who))
			offer = &job->offers[i];
	if (s->ev->type == EVENT_JOB_CANCEL)
		return on_cancel(s, job);
	ENSURE(offer != NULL); /* answers need an offer, reports an accepted one */
	if (is_answer(s->ev->type))
		return on_answer(s, job, offer);
	if (s->ev->type == EVENT_JOB_GIVE_BACK)
		return on_give_back(s, job, offer);
	return on_report(s, job);
}

void job_cancel_all(struct step_now *s)
{
	for (uint32_t i = 0; i < s->inc->job_count; i++)
		if (RULES[EVENT_CLOSE][s->inc->jobs[i].state].verdict == MOVE)
			cancel(s, &s->inc->jobs[i]);
}

void job_cancel_taken(struct step_now *s)
{
	for (uint32_t i = 0; i < s->inc->job_count; i++)
		if (s->inc->jobs[i].caregiver[0] != '\0' && job_lives(&s->inc->jobs[i]))
			cancel(s, &s->inc->jobs[i]);
}

/* ---- what the clock does ---- */

static void expire(struct step_now *s, struct job *job)
{
	for (uint32_t i = 0; i < job->offer_count; i++) {
		struct offer *offer = &job->offers[i];
		struct line *line;

		if (offer_apply(s, offer, EVENT_DEADLINE) != MOVE)
			continue;
		line = line_add(s, LINE_OFFER_EXPIRED, "");
		line->job = job->number;
		id_set(line->subject, offer->caregiver);
	}
}

static void overdue(struct step_now *s, struct job *job, enum line_code code)
{
	struct line *line = line_add(s, code, "");

	line->job = job->number;
	id_set(line->subject, job->caregiver);
}

void job_on_receipt_due(struct step_now *s, struct job *job)
{
	offer_call_all(s, job);
}

/* Whoever said yes has not come: another is sent beside them, unless another is on the way already. Never a third. */
static void send_another(struct step_now *s, enum skill skill)
{
	const struct incident *inc = s->inc;
	uint32_t live = 0;

	for (uint32_t i = 0; i < inc->job_count; i++)
		live += job_lives(&inc->jobs[i]) && inc->jobs[i].skill == skill;
	if (inc->class == CLASS_LIFE && skill != SKILL_TECHNICIAN && live == 1)
		(void)dispatch_by_rule(s, skill);
}

/* Accepting is not arriving: each promise that passes is said once, to the owner and the supervisor; then people are
 * reminded for as long as the job lives. */
void job_on_deadline(struct step_now *s, struct job *job)
{
	ms_t again_ms = s->now_ms + SECONDS(s->policy->attention_s);

	ENSURE(RULES[EVENT_DEADLINE][job->state].verdict == MOVE);
	if (job->state == JOB_OFFERING) {
		expire(s, job);
		job_next_wave(s, job);
		return;
	}
	if (job->state == JOB_ARRIVED) {
		overdue(s, job, LINE_REMINDER);
		job->deadline_ms = s->now_ms + SECONDS(s->policy->on_scene_s);
		return;
	}
	if (job->state == JOB_ACCEPTED && !job->depart_overdue) {
		job->depart_overdue = true;
		overdue(s, job, LINE_OVERDUE_DEPARTURE);
		job->deadline_ms = job->arrival_due_ms > s->now_ms ? job->arrival_due_ms : again_ms;
	} else if (!job->arrive_overdue && s->now_ms >= job->arrival_due_ms) {
		job->arrive_overdue = true;
		overdue(s, job, LINE_OVERDUE_ARRIVAL);
		job->deadline_ms = again_ms;
		(void)incident_ring_supervisor(s);
		send_another(s, job->skill); /* moves the jobs: `job` holds no longer */
		return;
	} else {
		overdue(s, job, LINE_REMINDER);
		job->deadline_ms = again_ms;
	}
	(void)incident_ring_supervisor(s);
}
