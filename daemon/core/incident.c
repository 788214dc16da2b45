/* incident.c - the table, entering a state, and what people at consoles do. */
#include "core/incident_internal.h"

/* clang-format off */
#define TO(state) {MOVE, INCIDENT_##state}
#define KEEP {STAY, 0}   /* lawful and already true: a repeat, a late timer */
#define NO {REFUSE, 0}   /* a peer may not ask for this now */

/* A cell says what is lawful and where it leads. Who may do it stands in the handlers; copies, late answers and whose job
 * it is are settled before the table is asked. */
static const struct rule RULES[EVENT_COUNT][INCIDENT_STATE_COUNT] = {
	/*                         NONE         WAITING       ANSWERED      CLOSED */
	[EVENT_NONE]            = {NO,          NO,           NO,           NO},
	[EVENT_ALARM]           = {TO(WAITING), TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_CANCEL]          = {NO,          TO(WAITING),  TO(ANSWERED), KEEP},
	[EVENT_DEADLINE]        = {KEEP,        TO(WAITING),  TO(ANSWERED), TO(CLOSED)}, /* the next day's call-back */
	[EVENT_CLAIM]           = {NO,          TO(ANSWERED), TO(ANSWERED), NO},
	[EVENT_RETURN]          = {NO,          KEEP,         TO(WAITING),  KEEP},
	[EVENT_NOTE]            = {NO,          TO(WAITING),  TO(ANSWERED), TO(CLOSED)},
	[EVENT_CALL]            = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_SPOKE]           = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_SEEN_REPEAT]     = {NO,          KEEP,         TO(ANSWERED), KEEP},
	[EVENT_OPENED]          = {NO,          TO(WAITING),  TO(ANSWERED), TO(CLOSED)},
	[EVENT_DISPATCH]        = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_CLOSE]           = {NO,          TO(CLOSED),   TO(CLOSED),   NO},
	[EVENT_REOPEN]          = {NO,          KEEP,         KEEP,         TO(WAITING)},
	/* Those of a job: its own table has the word, and no job lives in a closed incident. */
	[EVENT_OFFER_DELIVERED] = {NO,          TO(WAITING),  TO(ANSWERED), KEEP},
	[EVENT_OFFER_SEEN]      = {NO,          TO(WAITING),  TO(ANSWERED), KEEP},
	[EVENT_OFFER_ACCEPT]    = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_OFFER_DECLINE]   = {NO,          TO(WAITING),  TO(ANSWERED), KEEP},
	[EVENT_JOB_DEPART]      = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_JOB_ARRIVE]      = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_JOB_DONE]        = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_JOB_GIVE_BACK]   = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_JOB_CANCEL]      = {NO,          TO(WAITING),  TO(ANSWERED), KEEP},
	/* Shelved, held back: only what waits or is answered can be put aside, and it waits then. */
	[EVENT_HOLD]            = {NO,          NO,           TO(ANSWERED), NO},
	[EVENT_UNHOLD]          = {NO,          KEEP,         TO(ANSWERED), KEEP},
	[EVENT_TRANSFER]        = {NO,          NO,           TO(ANSWERED), NO},
	[EVENT_ESCALATE]        = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_HANDOVER_OPEN]   = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_HANDOVER_TRY]    = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_HANDOVER_TELL]   = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_HANDOVER_CONFIRM]= {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_HANDOVER_CANCEL] = {NO,          TO(WAITING),  TO(ANSWERED), KEEP},
	[EVENT_CONTACT_ANSWER]  = {NO,          TO(WAITING),  TO(ANSWERED), TO(CLOSED)},
	[EVENT_SHELVE]          = {NO,          TO(WAITING),  TO(WAITING),  NO},
	[EVENT_UNSHELVE]        = {NO,          TO(WAITING),  KEEP,         KEEP},
	[EVENT_STORM_ASIDE]     = {NO,          TO(WAITING),  KEEP,         KEEP},
	[EVENT_STORM_RETURN]    = {NO,          TO(WAITING),  KEEP,         KEEP},
	[EVENT_SUBSTITUTE]      = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_CUT]             = {NO,          TO(WAITING),  TO(ANSWERED), TO(CLOSED)},
	[EVENT_FOLLOW_UP_MADE]  = {NO,          KEEP,         KEEP,         TO(CLOSED)},
	[EVENT_BIND]            = {NO,          TO(WAITING),  TO(ANSWERED), NO},
	[EVENT_JOINED]          = {NO,          TO(CLOSED),   TO(CLOSED),   NO},
};
/* clang-format on */

enum verdict incident_verdict(unsigned state, unsigned event)
{
	ENSURE(state < INCIDENT_STATE_COUNT && event < EVENT_COUNT);
	return RULES[event][state].verdict;
}

/* ---- small tools of all files ---- */

void id_set(char to[ID_MAX], const char *from)
{
	size_t len = strnlen(from, ID_MAX);

	ENSURE(len < ID_MAX);
	memset(to, 0, ID_MAX); /* equal records are equal bytes */
	memcpy(to, from, len);
}

bool id_is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

enum verdict step_refuse(struct step_now *s, enum refusal why)
{
	s->out->refusal = why;
	return REFUSE;
}

enum verdict step_refuse_held(struct step_now *s, enum refusal why, const char *who, ms_t since_ms)
{
	id_set(s->out->who, who);
	s->out->at_ms = since_ms;
	return step_refuse(s, why);
}

void step_outbox(struct step_now *s, enum outbox_what what, const char *target, uint32_t number, uint32_t job)
{
	struct outbox_item *item;

	ENSURE(s->out->outbox_count < OUTBOX_MAX);
	item = &s->out->outbox[s->out->outbox_count++];
	item->what = what;
	id_set(item->target, target);
	item->number = number;
	item->job = job;
}

bool incident_acts_for(const struct step_now *s)
{
	return s->world->actor_supervisor || id_is(s->inc->owner, s->ev->who);
}

enum verdict incident_refuse_stranger(struct step_now *s)
{
	bool held = s->inc->state == INCIDENT_ANSWERED;

	return step_refuse_held(s, REFUSAL_NOT_OWNER, s->inc->owner, held ? s->inc->answered_ms : 0);
}

bool incident_ring_supervisor(struct step_now *s)
{
	if (!s->world->supervisor_ready)
		return false;
	if (!s->inc->ring_supervisor) {
		s->inc->ring_supervisor = true;
		line_add(s, LINE_RUNG_SUPERVISOR, "");
	}
	return true;
}

void incident_call_above(struct step_now *s)
{
	s->inc->duty_turn++;
	step_outbox(s, OUTBOX_SUPERVISOR_CALL, "", s->inc->duty_turn, 0);
	step_outbox(s, OUTBOX_DUTY_PHONE, "centre", s->inc->duty_turn, 0);
}

void incident_set_class(struct step_now *s, enum incident_class class)
{
	struct incident *inc = s->inc;

	inc->class = class;
	if (class == CLASS_LIFE)
		offer_life(s);
	incident_contacts_opened(s); /* the city's rule asks for real time */
}

bool incident_wants_voice(const struct incident *inc)
{
	/* Nobody calls back on duress; an unknown home has no number; a flat battery says nothing. */
	return inc->class <= CLASS_WELFARE && !inc->silent && !inc->quarantine && !inc->spoke && !inc->seen &&
	       !inc->no_voice;
}

void incident_contact(struct step_now *s, bool spoke)
{
	if (spoke)
		s->inc->spoke = true;
	else
		s->inc->seen = true;
	s->inc->no_voice = false;
	s->inc->voice_due_ms = 0;
}

void incident_forget_asked(struct step_now *s)
{
	s->inc->asked_outcome = OUTCOME_NONE;
	id_set(s->inc->asked_by, "");
}

static void rerung_end(struct incident *inc)
{
	inc->rerung_ms = 0;
	inc->rerung_due_ms = 0;
	inc->rerung_all = false;
}

void incident_watch(struct step_now *s)
{
	uint32_t wait_s = s->policy->attention_s;

	/* Somebody stands at her side: the clock of that job is the one that counts. */
	for (uint32_t i = 0; i < s->inc->job_count; i++)
		if (s->inc->jobs[i].state == JOB_ARRIVED && s->policy->on_scene_s > wait_s)
			wait_s = s->policy->on_scene_s;
	if (s->inc->escalated && step_plan(s)->duty_turn_s < wait_s)
		wait_s = step_plan(s)->duty_turn_s;
	/* The supervisor has been asked in: what the owner does meanwhile does not put that off. */
	if (s->inc->escalated && s->inc->attention_due_ms > s->now_ms &&
	    s->inc->attention_due_ms < s->now_ms + SECONDS(wait_s))
		return;
	s->inc->attention_due_ms = s->now_ms + SECONDS(wait_s);
}

void incident_attended(struct step_now *s)
{
	struct incident *inc = s->inc;

	if (inc->state != INCIDENT_ANSWERED)
		return; /* the plan runs on: something happens, but nobody has it */
	incident_watch(s);
	inc->reminded = false;
	inc->ring_supervisor = false;
}

void incident_ring_owner(struct step_now *s)
{
	struct incident *inc = s->inc;

	if (inc->rerung_ms != 0)
		return; /* the clock of the first unseen ring runs on */
	inc->rerung_ms = s->now_ms;
	inc->rerung_due_ms = s->now_ms + SECONDS(s->policy->rerung_s);
}

/* ---- entering a state ---- */

static void quiet(struct incident *inc)
{
	inc->plan_step = PLAN_NONE;
	inc->plan_due_ms = 0;
	inc->attention_due_ms = 0;
	inc->reminded = false;
	inc->ring_neighbours = false;
	inc->ring_supervisor = false;
	inc->hold_until_ms = 0;
	rerung_end(inc);
}

/* The only place that assigns the state; does what entering it means. */
static void incident_enter(struct step_now *s, enum incident_state to)
{
	struct incident *inc = s->inc;

	quiet(inc);
	incident_forget_asked(s);
	inc->state = to;
	switch (to) {
	case INCIDENT_WAITING:
		id_set(inc->owner, "");
		inc->voice_due_ms = 0;
		inc->waiting_since_ms = s->opens ? inc->opened_ms : s->now_ms;
		if (inc->aside == ASIDE_NONE)
			plan_start(s); /* aside it rests; see aside.c */
		break;
	case INCIDENT_ANSWERED:
		inc->answered_ms = s->now_ms;
		incident_attended(s);
		/* Another owner inherits the running clock: the resident has waited for a voice all along. */
		if (incident_wants_voice(inc) && inc->voice_due_ms == 0)
			inc->voice_due_ms = s->now_ms + SECONDS(s->policy->no_voice_s);
		break;
	case INCIDENT_CLOSED:
		id_set(inc->owner, "");
		id_set(inc->former_owner, "");
		inc->voice_due_ms = 0;
		inc->escalated = false;
		inc->battery_due_ms = 0;
		break;
	case INCIDENT_NONE:
	case INCIDENT_STATE_COUNT:
		ENSURE(to == INCIDENT_WAITING); /* an incident never ceases to be */
	}
}

/* ---- what people at consoles do ---- */

enum verdict incident_on_seen_repeat(struct step_now *s)
{
	if (!id_is(s->inc->owner, s->ev->who))
		return incident_refuse_stranger(s);
	if (s->inc->rerung_ms == 0)
		return STAY;
	rerung_end(s->inc);
	incident_attended(s);
	line_add(s, LINE_OPENED, s->ev->who);
	return MOVE;
}

static enum verdict on_return(struct step_now *s)
{
	struct incident *inc = s->inc;
	struct line *line;

	if (!id_is(inc->owner, s->ev->who))
		return STAY; /* somebody else has it by now */
	line = line_add(s, LINE_RETURNED, "");
	id_set(line->subject, inc->owner);
	id_set(inc->former_owner, inc->owner);
	return MOVE;
}

static enum verdict on_note(struct step_now *s)
{
	struct line *line = line_add(s, LINE_NOTE, s->ev->who);

	line->job = s->ev->job;
	line_text(s, line, s->ev->text, s->ev->text_len);
	if (id_is(s->inc->owner, s->ev->who))
		incident_attended(s);
	return MOVE;
}

static void spoke(struct step_now *s)
{
	line_add(s, LINE_SPOKE_RESIDENT, s->ev->who);
	incident_contact(s, true);
}

/* Which attempt this is: of the resident since it was opened, of a contact as far as the record remembers. */
static uint32_t attempt_number(struct step_now *s)
{
	struct incident *inc = s->inc;

	if (s->ev->contact == 0) {
		if (inc->calls < UINT32_MAX)
			inc->calls++;
		return inc->calls;
	}
	for (uint32_t i = inc->line_count; i-- > 0;)
		if (inc->lines[i].code == LINE_CALLED && inc->lines[i].number == s->ev->contact)
			return inc->lines[i].count + 1;
	return 1;
}

static enum verdict on_call(struct step_now *s)
{
	struct line *line;
	uint32_t attempt;

	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	attempt = attempt_number(s);
	line = line_add(s, LINE_CALLED, s->ev->who);
	line->number = s->ev->contact;
	line->call = s->ev->call;
	line->count = attempt;
	if (s->ev->contact == 0 && s->ev->call == CALL_SPOKE)
		spoke(s);
	incident_attended(s);
	return MOVE;
}

static enum verdict on_spoke(struct step_now *s)
{
	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	spoke(s);
	incident_attended(s);
	return MOVE;
}

static enum verdict on_opened(struct step_now *s)
{
	line_add(s, LINE_OPENED, s->ev->who); /* looking is not doing: no clock is touched */
	return MOVE;
}

/* It was read, and a failover cut it: that is on record, and nothing of it is in force. */
static enum verdict on_cut(struct step_now *s)
{
	const struct event *ev = s->ev;
	struct line *line = line_add(s, LINE_SEEN_NOT_IN_FORCE, ev->who);

	id_set(line->subject, ev->from);
	line->number = (int64_t)ev->entry;
	line->count = ev->count;
	if (ev->at_ms != 0 && ev->at_ms < s->now_ms) {
		line->at_ms = ev->at_ms;
		line->stored_ms = s->now_ms;
	}
	line_text(s, line, ev->text, ev->text_len);
	return MOVE;
}

/* ---- the step ---- */

/* What a peer said, before anything is decided on it. */
static bool event_valid(const struct event *ev)
{
	if ((unsigned)ev->type >= EVENT_COUNT || ev->type == EVENT_NONE)
		return false;
	if (ev->at_ms < 0 || ev->text_len > NOTE_SEALED_MAX)
		return false;
	switch (ev->type) {
	case EVENT_ALARM:
		return alarm_valid(ev->alarm);
	case EVENT_CANCEL:
	case EVENT_DEADLINE:
		return true;
	case EVENT_NOTE:
		return alarm_id_valid(ev->who) && ev->text_len > 0;
	case EVENT_CALL:
		return alarm_id_valid(ev->who) && ev->call > CALL_NONE && ev->call < CALL_COUNT && ev->contact <= UINT8_MAX;
	case EVENT_DISPATCH:
		if (ev->chosen_count > CHOSEN_MAX || (unsigned)ev->skill >= SKILL_COUNT)
			return false;
		for (uint32_t i = 0; i < ev->chosen_count; i++) {
			if (!alarm_id_valid(ev->chosen[i]))
				return false;
			for (uint32_t j = 0; j < i; j++)
				if (id_is(ev->chosen[i], ev->chosen[j]))
					return false;
		}
		return alarm_id_valid(ev->who);
	case EVENT_CLOSE:
		return alarm_id_valid(ev->who) && ev->outcome > OUTCOME_NONE && (unsigned)ev->outcome < OUTCOME_COUNT &&
		       (unsigned)ev->spoke_to < SPOKE_TO_COUNT;
	case EVENT_OFFER_DECLINE:
	case EVENT_JOB_GIVE_BACK:
		return alarm_id_valid(ev->who) && ev->reason < DECLINE_COUNT;
	case EVENT_JOB_DONE:
		return alarm_id_valid(ev->who) && ev->result < JOB_RESULT_COUNT;
	case EVENT_CLAIM:
	case EVENT_RETURN:
	case EVENT_SPOKE:
	case EVENT_SEEN_REPEAT:
	case EVENT_OPENED:
	case EVENT_REOPEN:
	case EVENT_OFFER_DELIVERED:
	case EVENT_OFFER_SEEN:
	case EVENT_OFFER_ACCEPT:
	case EVENT_JOB_DEPART:
	case EVENT_JOB_ARRIVE:
	case EVENT_JOB_CANCEL:
		return alarm_id_valid(ev->who);
	case EVENT_HOLD:
	case EVENT_UNHOLD:
	case EVENT_TRANSFER:
	case EVENT_ESCALATE:
		return incident_desk_event_valid(ev);
	case EVENT_HANDOVER_OPEN:
	case EVENT_HANDOVER_TRY:
	case EVENT_HANDOVER_TELL:
	case EVENT_HANDOVER_CONFIRM:
	case EVENT_HANDOVER_CANCEL:
		return incident_handover_event_valid(ev);
	case EVENT_CONTACT_ANSWER:
		return incident_contact_event_valid(ev);
	case EVENT_SHELVE:
	case EVENT_UNSHELVE:
	case EVENT_STORM_ASIDE:
	case EVENT_STORM_RETURN:
		return incident_aside_event_valid(ev);
	case EVENT_SUBSTITUTE:
		return incident_device_work_event_valid(ev);
	case EVENT_CUT:
		return ev->cmd != 0 && ev->entry != 0 && ev->entry <= INT64_MAX && ev->count < LINE_CODE_COUNT &&
		       (ev->who[0] == '\0' || alarm_id_valid(ev->who)) && (ev->from[0] == '\0' || alarm_id_valid(ev->from));
	case EVENT_FOLLOW_UP_MADE:
		return true;
	case EVENT_BIND:
	case EVENT_JOINED:
		return incident_bind_event_valid(ev);
	case EVENT_NONE:
	case EVENT_COUNT:
		break;
	}
	return false;
}

static enum verdict handle(struct step_now *s)
{
	switch (s->ev->type) {
	case EVENT_ALARM:
		return incident_on_alarm(s);
	case EVENT_CANCEL:
		return incident_on_cancel(s);
	case EVENT_DEADLINE:
		return incident_on_deadline(s);
	case EVENT_CLAIM:
		return incident_on_claim(s);
	case EVENT_RETURN:
		return on_return(s);
	case EVENT_NOTE:
		return on_note(s);
	case EVENT_CALL:
		return on_call(s);
	case EVENT_SPOKE:
		return on_spoke(s);
	case EVENT_SEEN_REPEAT:
		return incident_on_seen_repeat(s);
	case EVENT_OPENED:
		return on_opened(s);
	case EVENT_DISPATCH:
		return incident_on_dispatch(s);
	case EVENT_CLOSE:
		return incident_on_close(s);
	case EVENT_REOPEN:
		/* Who was out has been forgotten: what goes out next opens another. */
		return s->inc->area_wide ? step_refuse(s, REFUSAL_WRONG_STATE) : incident_on_reopen(s);
	case EVENT_OFFER_DELIVERED:
	case EVENT_OFFER_SEEN:
	case EVENT_OFFER_ACCEPT:
	case EVENT_OFFER_DECLINE:
	case EVENT_JOB_DEPART:
	case EVENT_JOB_ARRIVE:
	case EVENT_JOB_DONE:
	case EVENT_JOB_GIVE_BACK:
	case EVENT_JOB_CANCEL:
		return incident_on_job(s);
	case EVENT_HOLD:
	case EVENT_UNHOLD:
	case EVENT_TRANSFER:
	case EVENT_ESCALATE:
		return incident_on_desk(s);
	case EVENT_HANDOVER_OPEN:
	case EVENT_HANDOVER_TRY:
	case EVENT_HANDOVER_TELL:
	case EVENT_HANDOVER_CONFIRM:
	case EVENT_HANDOVER_CANCEL:
		return incident_on_handover(s);
	case EVENT_CONTACT_ANSWER:
		return incident_on_contact_answer(s);
	case EVENT_SHELVE:
	case EVENT_UNSHELVE:
	case EVENT_STORM_ASIDE:
	case EVENT_STORM_RETURN:
		return incident_on_aside(s);
	case EVENT_SUBSTITUTE:
		return incident_on_device_work(s);
	case EVENT_CUT:
		return on_cut(s);
	case EVENT_FOLLOW_UP_MADE:
		return incident_on_follow_up(s);
	case EVENT_BIND:
	case EVENT_JOINED:
		return incident_on_bound(s);
	case EVENT_NONE:
	case EVENT_COUNT:
		break;
	}
	return REFUSE;
}

/* True if the table need not be asked: the answer was settled before the event came. */
static bool settled(struct step_now *s, const struct incident *before, enum verdict *ret)
{
	const struct event *ev = s->ev;

	if (line_has_cmd(before, ev->cmd)) {
		*ret = STAY;
		return true;
	}
	if (ev->type == EVENT_ALARM)
		return incident_alarm_settled(before, ev->alarm, ret);
	if (ev->type == EVENT_CLOSE && before->state == INCIDENT_CLOSED) {
		*ret = id_is(before->closed_by, ev->who)
		           ? STAY
		           : step_refuse_held(s, REFUSAL_WRONG_STATE, before->closed_by, before->closed_ms);
		return true;
	}
	return before->state != INCIDENT_NONE && job_settled(s, before, ret);
}

static enum verdict step(struct step_now *s, const struct incident *before)
{
	const struct rule *rule;
	enum verdict verdict;
	uint32_t eta;
	enum step reached;
	bool rung;

	if (!event_valid(s->ev))
		return step_refuse(s, REFUSAL_BAD_REQUEST);
	if (settled(s, before, &verdict))
		return verdict;
	rule = &RULES[s->ev->type][before->state];
	if (rule->verdict == STAY)
		return STAY;
	if (rule->verdict != MOVE)
		return step_refuse(s, before->state == INCIDENT_NONE ? REFUSAL_NOT_FOUND : REFUSAL_WRONG_STATE);

	incident_copy(s->inc, before);
	s->opens = before->state == INCIDENT_NONE;
	s->to = (enum incident_state)rule->to;
	verdict = handle(s);
	if (verdict != MOVE)
		return verdict;
	incident_aside_after(s, before);
	incident_desk_after(s);
	rung = s->inc->ring_supervisor && !before->ring_supervisor;
	if (s->inc->state != s->to || s->enter_again)
		incident_enter(s, s->to);
	if (rung && s->to != INCIDENT_CLOSED)
		s->inc->ring_supervisor = true; /* by this very step: back in the queue it still rings there */
	incident_contacts_after(s, before);
	incident_recall_after(s);
	incident_device_work_after(s, before);
	incident_follow_up_after(s, before);
	if (s->ring_owner)
		incident_ring_owner(s);
	if (s->supervisor_after && !incident_ring_supervisor(s))
		s->inc->ring_supervisor = true; /* and whoever comes later */
	reached = incident_device_step(s->inc, s->now_ms, &eta);
	if (reached > s->inc->reached)
		s->inc->reached = reached;
	ENSURE(s->out->added > 0); /* nothing changes without a line on the timeline */
	line_trim(s);
	ENSURE(incident_valid(s->inc));
	return MOVE;
}

void incident_step(const struct incident *before, const struct event *ev, struct world *world, struct incident *after,
                   struct outcome_of_step *out)
{
	struct step_now s = {
		.ev = ev,
		.world = world,
		.policy = world->policy,
		.now_ms = world->now_ms,
		.inc = after,
		.out = out,
	};

	ENSURE(before != after && world->now_ms > 0);
	ENSURE(ev->alarm != NULL || (ev->type != EVENT_ALARM && ev->type != EVENT_CANCEL));
	memset(out, 0, sizeof *out);
	out->verdict = step(&s, before);
	/* What a handler noted before it said no must not be acted on. */
	if (out->verdict != MOVE) {
		out->added = 0;
		out->freed_count = 0;
		out->outbox_count = 0;
		out->taken[0] = '\0';
	}
}
