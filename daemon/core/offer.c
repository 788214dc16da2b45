/* offer.c - a job held out to caregivers: the table of one offer, and the waves. */
#include "core/incident_internal.h"

/* clang-format off */
#define TO(state) {MOVE, OFFER_##state}
#define KEEP {STAY, 0}
#define NO {REFUSE, 0}

/* A late no is STAY, a late yes is REFUSE. Giving back is another event than declining, or a late "no" would undo a
 * later "yes". */
static const struct rule RULES[EVENT_COUNT][OFFER_STATE_COUNT] = {
	/*                         NONE  MADE           DELIVERED      SEEN           ACCEPTED       DECLINED EXPIRED WITHDRAWN */
	[EVENT_NONE]            = {NO,   NO,            NO,            NO,            NO,            NO,      NO,     NO},
	[EVENT_ALARM]           = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_CANCEL]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_DEADLINE]        = {KEEP, TO(EXPIRED),   TO(EXPIRED),   TO(EXPIRED),   KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_CLAIM]           = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_RETURN]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_NOTE]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_CALL]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_SPOKE]           = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_SEEN_REPEAT]     = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_OPENED]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_DISPATCH]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_CLOSE]           = {KEEP, TO(WITHDRAWN), TO(WITHDRAWN), TO(WITHDRAWN), TO(WITHDRAWN), KEEP,    KEEP,   KEEP},
	[EVENT_REOPEN]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_OFFER_DELIVERED] = {NO,   TO(DELIVERED), KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_OFFER_SEEN]      = {NO,   TO(SEEN),      TO(SEEN),      KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_OFFER_ACCEPT]    = {NO,   TO(ACCEPTED),  TO(ACCEPTED),  TO(ACCEPTED),  KEEP,          NO,      NO,     NO},
	[EVENT_OFFER_DECLINE]   = {NO,   TO(DECLINED),  TO(DECLINED),  TO(DECLINED),  KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_JOB_DEPART]      = {NO,   KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_JOB_ARRIVE]      = {NO,   KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_JOB_DONE]        = {NO,   KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_JOB_GIVE_BACK]   = {NO,   KEEP,          KEEP,          KEEP,          TO(DECLINED),  KEEP,    KEEP,   KEEP},
	[EVENT_JOB_CANCEL]      = {KEEP, TO(WITHDRAWN), TO(WITHDRAWN), TO(WITHDRAWN), TO(WITHDRAWN), KEEP,    KEEP,   KEEP},
	[EVENT_HOLD]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_UNHOLD]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_TRANSFER]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_ESCALATE]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_HANDOVER_OPEN]   = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_HANDOVER_TRY]    = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_HANDOVER_TELL]   = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_HANDOVER_CONFIRM]= {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_HANDOVER_CANCEL] = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_CONTACT_ANSWER]  = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_SHELVE]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_UNSHELVE]        = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_STORM_ASIDE]     = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_STORM_RETURN]    = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_SUBSTITUTE]      = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_CUT]             = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_FOLLOW_UP_MADE]  = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_BIND]            = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
	[EVENT_JOINED]          = {KEEP, KEEP,          KEEP,          KEEP,          KEEP,          KEEP,    KEEP,   KEEP},
};
/* clang-format on */

enum verdict offer_verdict(unsigned state, unsigned event)
{
	ENSURE(state < OFFER_STATE_COUNT && event < EVENT_COUNT);
	return RULES[event][state].verdict;
}

bool offer_open(const struct offer *offer)
{
	return offer->state == OFFER_MADE || offer->state == OFFER_DELIVERED || offer->state == OFFER_SEEN;
}

uint32_t offer_open_count(const struct job *job)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < job->offer_count; i++)
		count += offer_open(&job->offers[i]);
	return count;
}

/* Beside offer_make() the only place that assigns the state. */
static void enter(struct step_now *s, struct offer *offer, enum offer_state to)
{
	offer->state = to;
	offer->changed_ms = s->now_ms;
}

enum verdict offer_apply(struct step_now *s, struct offer *offer, enum event_type event)
{
	const struct rule *rule = &RULES[event][offer->state];

	if (rule->verdict == MOVE)
		enter(s, offer, (enum offer_state)rule->to);
	return rule->verdict;
}

static bool has_room(const struct job *job, const char *caregiver)
{
	return job->offer_count < OFFERS_MAX || job_offer(job, caregiver) != NULL;
}

/* One offer a caregiver: one that was taken back is made again in its place. */
static struct offer *slot_for(struct job *job, const char *caregiver)
{
	for (uint32_t i = 0; i < job->offer_count; i++)
		if (id_is(job->offers[i].caregiver, caregiver))
			return &job->offers[i];
	ENSURE(job->offer_count < OFFERS_MAX);
	return &job->offers[job->offer_count++];
}

bool offer_uncalled(const struct incident *inc, const struct offer *offer)
{
	if ((offer->channels & BIT(CHANNEL_VOICE)) != 0 || !offer_open(offer))
		return false;
	return offer->state == OFFER_MADE || inc->class == CLASS_LIFE;
}

void offer_clock(struct step_now *s, struct job *job)
{
	bool waits = false;

	for (uint32_t i = 0; i < job->offer_count; i++)
		waits = waits || offer_uncalled(s->inc, &job->offers[i]);
	if (!waits)
		job->receipt_due_ms = 0;
	else if (job->receipt_due_ms == 0)
		job->receipt_due_ms = s->now_ms + SECONDS(s->policy->receipt_s);
}

static void call(struct step_now *s, const struct job *job, struct offer *offer)
{
	offer->channels |= BIT(CHANNEL_VOICE);
	step_outbox(s, OUTBOX_CAREGIVER_CALL, offer->caregiver, (uint32_t)s->inc->lines_total, job->number);
}

/* The page did not do: said, so that everybody sees by which way it went then. */
static void call_after(struct step_now *s, const struct job *job, struct offer *offer)
{
	struct line *line = line_add(s, LINE_OFFER_CALLED, "");

	line->job = job->number;
	line->channel = CHANNEL_VOICE;
	id_set(line->subject, offer->caregiver);
	call(s, job, offer);
}

void offer_call_all(struct step_now *s, struct job *job)
{
	for (uint32_t i = 0; i < job->offer_count; i++)
		if (offer_uncalled(s->inc, &job->offers[i]))
			call_after(s, job, &job->offers[i]);
	job->receipt_due_ms = 0;
}

void offer_life(struct step_now *s)
{
	for (uint32_t i = 0; i < s->inc->job_count; i++) {
		struct job *job = &s->inc->jobs[i];

		/* One step may not call them all: it is due now, and rings job by job. */
		job->receipt_due_ms = 0;
		offer_clock(s, job);
		if (job->receipt_due_ms != 0)
			job->receipt_due_ms = s->now_ms;
	}
}

void offer_make(struct step_now *s, struct job *job, const struct candidate *c)
{
	ms_t until_ms = s->now_ms + SECONDS(step_plan(s)->offer_s);
	struct offer *offer = slot_for(job, c->caregiver);
	struct line *line;

	memset(offer, 0, sizeof *offer);
	id_set(offer->caregiver, c->caregiver);
	offer->wave = job->wave;
	offer->made_ms = s->now_ms;
	offer->until_ms = until_ms;
	offer->distance_m = c->distance_m;
	offer->travel_s = c->travel_s;
	enter(s, offer, OFFER_MADE);
	job->deadline_ms = until_ms;
	line = line_add(s, LINE_OFFERED, "");
	line->job = job->number;
	line->number = job->wave;
	id_set(line->subject, c->caregiver);
	/* The page on a phone is never the only bell: with a life at stake the telephone rings at the same moment, else when the
	 * page gives no receipt; and at once where there is no page. */
	if (c->reachable)
		offer->channels = BIT(CHANNEL_APP);
	if (s->inc->class == CLASS_LIFE)
		call(s, job, offer);
	else if (!c->reachable)
		call_after(s, job, offer);
	offer_clock(s, job);
}

uint32_t offer_wave(struct step_now *s, struct job *job, uint32_t want)
{
	struct world *world = s->world;
	const struct candidate *first = NULL;
	uint32_t asked = 0;

	for (uint32_t i = 0; i < world->candidate_count && asked < want; i++) {
		const struct candidate *c = &world->candidates[i];

		if (!dispatch_may_ask(c) || !has_room(job, c->caregiver))
			continue;
		if (first == NULL)
			first = c;
		if (c->skilled != first->skilled)
			break;
		if (asked == 0 && job->wave > 1) {
			struct line *line = line_add(s, LINE_NEXT_WAVE, "");

			line->job = job->number;
			line->number = job->wave;
		}
		offer_make(s, job, c);
		asked++;
	}
	return asked;
}

void offer_withdraw_others(struct step_now *s, struct job *job, const struct offer *keep)
{
	for (uint32_t i = 0; i < job->offer_count; i++) {
		struct offer *offer = &job->offers[i];
		struct line *line;

		if (offer == keep || !offer_open(offer))
			continue;
		enter(s, offer, OFFER_WITHDRAWN);
		line = line_add(s, LINE_OFFER_WITHDRAWN, "");
		line->job = job->number;
		id_set(line->subject, offer->caregiver);
	}
}

void offer_keep_last(struct job *job)
{
	for (uint32_t i = 0; job->offer_count > OFFERS_KEPT;) {
		if (job->offers[i].state == OFFER_ACCEPTED) {
			i++;
			continue;
		}
		job->offer_count--;
		memmove(&job->offers[i], &job->offers[i + 1], (job->offer_count - i) * sizeof job->offers[0]);
	}
}
