/* api_incidents.c - calls by ids, codes and times. What anybody said or wrote is sealed with the home's key and no part of it. */
#include "io/api.h"

#include "base/hex.h"

static void offer_write(struct jot *j, const Pingan__V1__Offer *o)
{
	jot_open(j, NULL, '{');
	jot_text(j, "caregiver", o->caregiver);
	jot_enum(j, "state", &pingan__v1__offer_state__descriptor, "OFFER_", (int)o->state);
	jot_number(j, "wave", o->wave);
	jot_time_if(j, "made", o->made_ms);
	jot_time_if(j, "changed", o->changed_ms);
	jot_enum(j, "reason", &pingan__v1__decline_reason__descriptor, "DECLINE_", (int)o->reason);
	jot_number_if(j, "distance_m", o->distance_m);
	jot_close(j, '}');
}

static void job_write(struct jot *j, const Pingan__V1__Job *job)
{
	jot_open(j, NULL, '{');
	jot_number(j, "number", job->number);
	jot_enum(j, "state", &pingan__v1__job_state__descriptor, "JOB_", (int)job->state);
	jot_enum(j, "skill", &pingan__v1__skill__descriptor, "SKILL_", (int)job->skill);
	jot_text_if(j, "caregiver", job->caregiver);
	jot_text_if(j, "by", job->by);
	jot_true_if(j, "unattended", job->unattended);
	jot_time_if(j, "made", job->made_ms);
	jot_time_if(j, "accepted", job->accepted_ms);
	jot_time_if(j, "departed", job->departed_ms);
	jot_time_if(j, "arrived", job->arrived_ms);
	jot_time_if(j, "arrival_due", job->arrival_due_ms);
	jot_time_if(j, "ended", job->ended_ms);
	jot_enum(j, "result", &pingan__v1__job_result__descriptor, "JOB_RESULT_", (int)job->result);
	jot_open(j, "offers", '[');
	for (size_t i = 0; i < job->n_offers; i++)
		offer_write(j, job->offers[i]);
	jot_close(j, ']');
	jot_close(j, '}');
}

static void handover_write(struct jot *j, const Pingan__V1__Handover *h)
{
	jot_open(j, NULL, '{');
	jot_number(j, "number", h->number);
	jot_enum(j, "service", &pingan__v1__service__descriptor, "SERVICE_", (int)h->service);
	jot_enum(j, "state", &pingan__v1__handover_state__descriptor, "HANDOVER_", (int)h->state);
	jot_time_if(j, "opened", h->opened_ms);
	jot_number(j, "tries", h->tries);
	jot_time_if(j, "ended", h->ended_ms);
	jot_close(j, '}');
}

static void tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Incident *i = (const Pingan__V1__Incident *)one->body;
	struct jot *j = &c->out;

	jot_hex16(j, "id", i->id);
	jot_text_if(j, "household", i->household);
	jot_text_if(j, "device", i->device);
	jot_text(j, "area", i->area);
	jot_enum(j, "kind", &pingan__v1__kind__descriptor, "KIND_", (int)i->kind);
	jot_enum(j, "class", &pingan__v1__incident_class__descriptor, "CLASS_", (int)i->class_);
	jot_enum(j, "state", &pingan__v1__incident_state__descriptor, "INCIDENT_", (int)i->state);
	jot_time_if(j, "opened", i->opened_ms);
	jot_time_if(j, "waiting_since", i->waiting_since_ms);
	jot_time_if(j, "answered", i->answered_ms);
	jot_text_if(j, "owner", i->owner);
	jot_number(j, "repeats", i->repeats);
	jot_time_if(j, "last_alarm", i->last_alarm_ms);
	jot_bool(j, "spoke", i->spoke);
	jot_true_if(j, "no_voice", i->no_voice);
	jot_true_if(j, "quarantine", i->quarantine);
	jot_true_if(j, "drill", i->drill);
	jot_true_if(j, "unattended", i->unattended);
	jot_true_if(j, "area_wide", i->area_wide);
	jot_number_if(j, "out_now", i->out_now);
	jot_enum(j, "aside", &pingan__v1__aside__descriptor, "ASIDE_", (int)i->aside);
	if (i->follow_up_of != 0)
		jot_hex16(j, "follow_up_of", i->follow_up_of);
	jot_open(j, "jobs", '[');
	for (size_t n = 0; n < i->n_jobs; n++)
		job_write(j, i->jobs[n]);
	jot_close(j, ']');
	jot_open(j, "handovers", '[');
	for (size_t n = 0; n < i->n_handovers; n++)
		handover_write(j, i->handovers[n]);
	jot_close(j, ']');
	jot_time_if(j, "closed", i->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED ? i->closed_ms : 0);
	jot_text_if(j, "closed_by", i->closed_by);
	jot_enum(j, "outcome", &pingan__v1__outcome__descriptor, "OUTCOME_", (int)i->outcome);
}

enum { OF_STATE, OF_KIND, OF_CLASS };

static bool params(struct api_call *c)
{
	char area[16] = "";

	api_param_area(c, "area", area);
	api_param_time(c, "since", &c->list.since_ms);
	api_param_time(c, "until", &c->list.until_ms);
	api_param_enum(c, "state", &pingan__v1__incident_state__descriptor, "INCIDENT_", &c->list.number[OF_STATE]);
	api_param_enum(c, "kind", &pingan__v1__kind__descriptor, "KIND_", &c->list.number[OF_KIND]);
	api_param_enum(c, "class", &pingan__v1__incident_class__descriptor, "CLASS_", &c->list.number[OF_CLASS]);
	/* They stand by the time when they were opened, the newest first: the first one is that before `until`. */
	if (c->list.until_ms != 0 && c->list.after[0] == '\0') {
		hex16(~(uint64_t)(c->list.until_ms - 1), c->list.after);
		c->list.after[15]--; /* behind this text stand those with that very millisecond */
	}
	return true;
}

static bool match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Incident *i = (const Pingan__V1__Incident *)one->body;
	const char *area = api_param(c, "area"), *home = api_param(c, "household");

	if (area != NULL && strncmp(i->area, area, strlen(area)) != 0)
		return false;
	if (home != NULL && strcmp(i->household, home) != 0)
		return false;
	if (c->list.until_ms != 0 && i->opened_ms >= c->list.until_ms)
		return false;
	if (c->list.since_ms != 0 && i->opened_ms < c->list.since_ms) {
		c->list.end = true; /* all that follow are older */
		return false;
	}
	return (c->list.number[OF_STATE] == 0 || (int)i->state == c->list.number[OF_STATE]) &&
	       (c->list.number[OF_KIND] == 0 || (int)i->kind == c->list.number[OF_KIND]) &&
	       (c->list.number[OF_CLASS] == 0 || (int)i->class_ == c->list.number[OF_CLASS]);
}

const struct api_list API_INCIDENTS = {
	.which = LISTING_INCIDENTS, .personal = true, .placed = true, .params = params, .match = match, .tell = tell};

void api_incidents_get(struct api_call *c)
{
	api_list_begin(c, &API_INCIDENTS);
}

void api_incident_get(struct api_call *c)
{
	api_one_begin(c, &API_INCIDENTS);
}
