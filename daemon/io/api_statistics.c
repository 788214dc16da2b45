/* api_statistics.c - the service's figures over a time: how many calls of what sort, how fast they were answered, how fast
 * somebody was there. Numbers of nobody in particular, of the areas of whoever asks; told apart by district. */
#include "core/spread.h"
#include "io/api.h"

#include <stdio.h>
#include <stdlib.h>

#define WALK 16
#define DISTRICTS_MAX 64
#define KINDS 32
#define OUTCOMES 32

struct district {
	char area[8];
	uint64_t opened;
	struct answered answered;
};

struct figures {
	char area[16];
	ms_t since_ms, until_ms;
	char after[LISTING_KEY_MAX];
	bool end;
	uint64_t opened, drills, open, unanswered, repeats;
	uint64_t classes[8], kinds[KINDS], outcomes[OUTCOMES];
	uint64_t jobs, unattended, handovers, in_time, late;
	struct answered answered;
	struct spread answer, arrival;
	size_t district_count;
	struct district districts[DISTRICTS_MAX];
};

static struct district *district_of(struct figures *f, const char *area)
{
	char code[8];

	snprintf(code, sizeof code, "%.6s", area);
	for (size_t i = 0; i < f->district_count; i++)
		if (strcmp(f->districts[i].area, code) == 0)
			return &f->districts[i];
	if (f->district_count == DISTRICTS_MAX)
		return NULL;
	memcpy(f->districts[f->district_count].area, code, sizeof code);
	return &f->districts[f->district_count++];
}

/* The first time that somebody took it. A record keeps its last 64 lines: of longer ones the last taking is what is known. */
static ms_t first_answer(const Pingan__V1__Incident *i)
{
	for (size_t n = 0; n < i->n_lines; n++)
		if (i->lines[n]->code == PINGAN__V1__LINE_CODE__LINE_CLAIMED)
			return i->lines[n]->at_ms;
	return i->answered_ms;
}

static void jobs_count(struct figures *f, const Pingan__V1__Incident *i)
{
	ms_t first = 0;

	for (size_t n = 0; n < i->n_jobs; n++) {
		const Pingan__V1__Job *job = i->jobs[n];

		f->jobs++;
		f->unattended += job->unattended;
		if (job->arrived_ms == 0)
			continue;
		if (first == 0 || job->arrived_ms < first)
			first = job->arrived_ms;
		if (job->arrival_due_ms != 0 && job->arrived_ms > job->arrival_due_ms)
			f->late++;
		else
			f->in_time++;
	}
	if (first != 0)
		spread_add(&f->arrival, first - i->opened_ms);
	f->handovers += i->n_handovers;
}

static void count_one(struct figures *f, const Pingan__V1__Incident *i)
{
	bool call =
		i->class_ == PINGAN__V1__INCIDENT_CLASS__CLASS_LIFE || i->class_ == PINGAN__V1__INCIDENT_CLASS__CLASS_WELFARE;
	struct district *d = district_of(f, i->area);
	ms_t answered;

	f->opened++;
	f->open += i->state != PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED;
	f->repeats += i->repeats;
	f->classes[(unsigned)i->class_ < COUNT_OF(f->classes) ? i->class_ : 0]++;
	f->kinds[(unsigned)i->kind < KINDS ? i->kind : 0]++;
	if (i->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED)
		f->outcomes[(unsigned)i->outcome < OUTCOMES ? i->outcome : 0]++;
	if (d != NULL)
		d->opened++;
	jobs_count(f, i);
	/* Answered within so many seconds is said of calls for help: devices and follow-ups wait for their turn. */
	if (!call)
		return;
	answered = first_answer(i);
	if (answered == 0) {
		f->unanswered++;
		return;
	}
	spread_add(&f->answer, answered - i->opened_ms);
	answered_add(&f->answered, answered - i->opened_ms);
	if (d != NULL)
		answered_add(&d->answered, answered - i->opened_ms);
}

static bool on_record(void *ctx, const struct listed *one)
{
	const Pingan__V1__Incident *i = (const Pingan__V1__Incident *)one->body;
	struct api_call *c = ctx;
	struct figures *f = c->own.at;

	if (f->since_ms != 0 && i->opened_ms < f->since_ms) {
		f->end = true;
		return false;
	}
	if ((f->until_ms != 0 && i->opened_ms >= f->until_ms) || strncmp(i->area, f->area, strlen(f->area)) != 0 ||
	    !who_covers(&c->who, i->area))
		return true;
	if (one->log_id > c->needs)
		c->needs = one->log_id;
	if (i->drill)
		f->drills++;
	else
		count_one(f, i);
	return true;
}

/* ------------------------------------------------------------ telling */

static void share(struct jot *j, const char *key, uint64_t part, uint64_t whole)
{
	if (whole != 0)
		jot_decimal(j, key, (int64_t)(part * 10000 / whole), 4);
}

static void by_value(struct jot *j, const char *key, const uint64_t *counts, size_t count,
                     const ProtobufCEnumDescriptor *what, const char *prefix)
{
	jot_open(j, key, '{');
	for (size_t v = 1; v < count; v++)
		if (counts[v] != 0)
			jot_enum_number(j, what, prefix, (int)v, (int64_t)counts[v]);
	jot_close(j, '}');
}

static void districts_write(struct jot *j, const struct figures *f)
{
	jot_open(j, "districts", '[');
	for (size_t i = 0; i < f->district_count; i++) {
		const struct district *d = &f->districts[i];

		jot_open(j, NULL, '{');
		jot_text(j, "area", d->area);
		jot_number(j, "opened", (int64_t)d->opened);
		jot_number(j, "answered", (int64_t)d->answered.count);
		share(j, "within_10s", d->answered.in_10s, d->answered.count);
		share(j, "within_60s", d->answered.in_60s, d->answered.count);
		jot_close(j, '}');
	}
	jot_close(j, ']');
}

static void figures_write(struct jot *j, const struct figures *f, bool whole)
{
	jot_open(j, NULL, '{');
	jot_text_if(j, "area", f->area);
	jot_time_if(j, "since", f->since_ms);
	jot_time_if(j, "until", f->until_ms);
	jot_bool(j, "complete", whole);
	jot_number(j, "opened", (int64_t)f->opened);
	jot_number(j, "still_open", (int64_t)f->open);
	jot_number(j, "repeats", (int64_t)f->repeats);
	jot_number(j, "drills", (int64_t)f->drills);
	by_value(j, "classes", f->classes, COUNT_OF(f->classes), &pingan__v1__incident_class__descriptor, "CLASS_");
	by_value(j, "kinds", f->kinds, KINDS, &pingan__v1__kind__descriptor, "KIND_");
	by_value(j, "outcomes", f->outcomes, OUTCOMES, &pingan__v1__outcome__descriptor, "OUTCOME_");
	jot_open(j, "answer", '{');
	jot_number(j, "answered", (int64_t)f->answered.count);
	jot_number(j, "unanswered", (int64_t)f->unanswered);
	share(j, "within_10s", f->answered.in_10s, f->answered.count);
	share(j, "within_60s", f->answered.in_60s, f->answered.count);
	share(j, "within_180s", f->answered.in_180s, f->answered.count);
	if (f->answer.count != 0) {
		jot_number(j, "p50_s", spread_quantile_ms(&f->answer, 50) / 1000);
		jot_number(j, "p95_s", spread_quantile_ms(&f->answer, 95) / 1000);
	}
	jot_close(j, '}');
	jot_open(j, "arrival", '{');
	jot_number(j, "jobs", (int64_t)f->jobs);
	jot_number(j, "unattended", (int64_t)f->unattended);
	jot_number(j, "arrived", (int64_t)f->arrival.count);
	share(j, "in_time", f->in_time, f->in_time + f->late);
	share(j, "within_15min", spread_within(&f->arrival, MINUTES(15)), f->arrival.count);
	share(j, "within_45min", spread_within(&f->arrival, MINUTES(45)), f->arrival.count);
	share(j, "within_60min", spread_within(&f->arrival, MINUTES(60)), f->arrival.count);
	if (f->arrival.count != 0) {
		jot_number(j, "p50_s", spread_quantile_ms(&f->arrival, 50) / 1000);
		jot_number(j, "p95_s", spread_quantile_ms(&f->arrival, 95) / 1000);
	}
	jot_number(j, "handovers", (int64_t)f->handovers);
	jot_close(j, '}');
	districts_write(j, f);
	jot_close(j, '}');
}

static bool step(struct api_call *c)
{
	struct figures *f = c->own.at;
	char place[LISTING_KEY_MAX];

	if (!app_listing_ready(api_app(c), LISTING_INCIDENTS))
		return false;
	while (!f->end) {
		if (app_listing_walk(api_app(c), LISTING_INCIDENTS, f->after, WALK, on_record, c, place))
			f->end = true;
		if (place[0] != '\0')
			memcpy(f->after, place, sizeof place);
		if (api_slice_over(c))
			return false;
	}
	jot_begin(&c->out, API_ITEM_BYTES);
	figures_write(&c->out, f, app_listing_whole(api_app(c)));
	api_work(c, api_send);
	return false;
}

void api_statistics_incidents(struct api_call *c)
{
	struct figures *f = calloc(1, sizeof *f);

	c->own.at = f;
	if (f == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	api_param_area(c, "area", f->area);
	api_param_time(c, "since", &f->since_ms);
	api_param_time(c, "until", &f->until_ms);
	f->answer.bucket_ms = SECONDS(1);
	f->arrival.bucket_ms = SECONDS(4);
	if (c->fault_count != 0)
		api_refuse(c, 400, "parameters", NULL);
	else if (f->area[0] != '\0' && !who_near(&c->who, f->area))
		api_refuse(c, 404, "not_found", NULL);
	else
		api_work(c, step);
}
