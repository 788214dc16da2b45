/* dispatch.c - who is asked first, and why. */
#include "core/people.h"

#include <string.h>

/* Values equal CandidateList.Why of detail.proto. */
enum why {
	WHY_NEAR = 1,
	WHY_FREE = 2,
	WHY_REACHABLE = 3,
	WHY_LANGUAGE = 4,
	WHY_SKILL = 5,
	WHY_KNOWS = 6,
	WHY_FAR = 7,
	WHY_BUSY = 8,
	WHY_UNREACHABLE = 9,
	WHY_DECLINED = 10,
	WHY_OLD_POSITION = 11,
	WHY_LOADED = 12
};

#define NEAR_M 1500
#define FAR_M 5000
#define POSITION_OLD_S 300
#define TRAVEL_MAX_S 14400

/* The score is in seconds: what a merit is worth is how much further away one may be and still be the better choice. */
#define WORTH_LANGUAGE 180
#define WORTH_KNOWS 120
#define COST_UNREACHABLE 900 /* can still be called by telephone */
#define COST_OLD_POSITION 120
#define LOADED_FROM 3 /* jobs since the duty began; each from this one on ... */
#define COST_JOB 120  /* ... makes way for somebody who has had fewer */
#define JOBS_COUNTED 10

/* No merit makes up for these: each is a shelf of its own. */
#define COST_UNSKILLED 50000
#define COST_DECLINED 100000
#define COST_ASKED 200000
#define COST_BUSY 400000
#define COST_UNABLE 800000

enum skill dispatch_skill(enum incident_class class)
{
	return class == CLASS_DEVICE ? SKILL_TECHNICIAN : SKILL_CARE;
}

/* Nobody is asked for what they can't do; who is second best for it, is asked after the best. */
static void fit(struct candidate *c, enum skill skill)
{
	bool nurse = (c->skills & BIT(SKILL_NURSE)) != 0;
	bool care = nurse || (c->skills & BIT(SKILL_CARE)) != 0;

	switch (skill) {
	case SKILL_TECHNICIAN:
		c->skilled = c->able = (c->skills & BIT(SKILL_TECHNICIAN)) != 0;
		break;
	case SKILL_NURSE:
		c->skilled = nurse;
		c->able = care;
		break;
	case SKILL_CARE:
		c->skilled = c->able = care;
		break;
	case SKILL_NONE:
	case SKILL_COUNT:
		c->skilled = false;
		c->able = true;
		break;
	}
}

static bool looks(const struct job *job)
{
	return job->state == JOB_OFFERING;
}

static bool lives(const struct job *job)
{
	return job->state >= JOB_OFFERING && job->state <= JOB_ARRIVED;
}

/* What this incident has had from this caregiver already. */
static void recall(const struct incident *inc, struct candidate *c)
{
	c->asked = false;
	c->declined = false;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];
		const struct offer *offer = job_offer(job, c->caregiver);

		if (offer == NULL)
			continue;
		if (offer->state == OFFER_DECLINED)
			c->declined = true;
		/* An offer taken back was never answered: it may be made again. */
		if (offer->state != OFFER_WITHDRAWN &&
		    (looks(job) || (lives(job) && strcmp(job->caregiver, c->caregiver) == 0)))
			c->asked = true;
	}
}

static uint32_t bit(enum why why)
{
	return UINT32_C(1) << why;
}

static void judge(struct candidate *c, enum skill skill)
{
	int32_t score = -(int32_t)(c->travel_s < TRAVEL_MAX_S ? c->travel_s : TRAVEL_MAX_S);
	uint32_t why = 0;

	if (c->distance_m <= NEAR_M)
		why |= bit(WHY_NEAR);
	if (c->distance_m > FAR_M)
		why |= bit(WHY_FAR);
	if (c->reachable) {
		why |= bit(WHY_REACHABLE);
	} else {
		why |= bit(WHY_UNREACHABLE);
		score -= COST_UNREACHABLE;
	}
	if (c->speaks) {
		why |= bit(WHY_LANGUAGE);
		score += WORTH_LANGUAGE;
	}
	if (c->skilled)
		why |= bit(WHY_SKILL);
	else if (!c->able)
		score -= COST_UNABLE;
	else if (skill != SKILL_NONE)
		score -= COST_UNSKILLED;
	if (c->jobs_taken >= LOADED_FROM) {
		uint32_t over = c->jobs_taken - LOADED_FROM + 1;

		why |= bit(WHY_LOADED);
		score -= COST_JOB * (int32_t)(over < JOBS_COUNTED ? over : JOBS_COUNTED);
	}
	if (c->knows) {
		why |= bit(WHY_KNOWS);
		score += WORTH_KNOWS;
	}
	if (c->position_age_s > POSITION_OLD_S) {
		why |= bit(WHY_OLD_POSITION);
		score -= COST_OLD_POSITION;
	}
	if (c->declined) {
		why |= bit(WHY_DECLINED);
		score -= COST_DECLINED;
	}
	if (c->asked)
		score -= COST_ASKED;
	if (c->busy) {
		why |= bit(WHY_BUSY);
		score -= COST_BUSY;
	} else {
		why |= bit(WHY_FREE);
	}
	c->score = score;
	c->why = why;
}

static bool before(const struct candidate *a, const struct candidate *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	return strcmp(a->caregiver, b->caregiver) < 0;
}

void dispatch_rank(const struct incident *inc, enum skill skill, struct candidate *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct candidate moved;
		uint32_t to = i;

		recall(inc, &at[i]);
		fit(&at[i], skill);
		judge(&at[i], skill);
		/* Insertion: the list is short, and the sort must need no memory. */
		if (i == 0 || !before(&at[i], &at[i - 1]))
			continue;
		moved = at[i];
		for (; to > 0 && before(&moved, &at[to - 1]); to--)
			at[to] = at[to - 1];
		at[to] = moved;
	}
}

bool dispatch_may_ask(const struct candidate *c)
{
	return c->able && !c->busy && !c->asked && alarm_id_valid(c->caregiver);
}
