/* api_statistics.c - the service's figures over a time: how many calls of what sort, how fast they were answered, how fast
 * somebody was there. Numbers of nobody in particular, of the areas of whoever asks; told apart by district. */
#include "app/on_call.h"
#include "base/utc.h"
#include "core/spread.h"
#include "io/api.h"

#include <stdio.h>
#include <stdlib.h>

#define WALK 16
#define PARTS_MAX 92 /* districts; days, of longer times the newest */
#define KINDS 32
#define OUTCOMES 32

/* A district; a day. */
struct part {
	char name[12];
	uint64_t opened, unanswered, false_alarms, arrived, in_time, late;
	struct answered answered;
};

struct parts {
	size_t count;
	struct part list[PARTS_MAX];
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
	int64_t offset_ms; /* of local time */
	struct parts districts, days;
};

/* NULL when there is no room. */
static struct part *part_of(struct parts *parts, const char *name, int len)
{
	char text[sizeof parts->list[0].name];

	snprintf(text, sizeof text, "%.*s", len, name);
	for (size_t i = 0; i < parts->count; i++)
		if (strcmp(parts->list[i].name, text) == 0)
			return &parts->list[i];
	if (parts->count == PARTS_MAX)
		return NULL;
	memcpy(parts->list[parts->count].name, text, sizeof text);
	return &parts->list[parts->count++];
}

static struct part *day_of(struct figures *f, ms_t at_ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_text(at_ms + f->offset_ms, text);
	return part_of(&f->days, text, (int)strlen("2026-03-01"));
}

/* The first time that somebody took it. A record keeps its last 64 lines: of longer ones the last taking is what is known. */
static ms_t first_answer(const Pingan__V1__Incident *i)
{
	for (size_t n = 0; n < i->n_lines; n++)
		if (i->lines[n]->code == PINGAN__V1__LINE_CODE__LINE_CLAIMED)
			return i->lines[n]->at_ms;
	return i->answered_ms;
}

/* As the whole is counted; `answered_ms` 0 = nobody has taken it. */
static void part_count(struct part *p, const Pingan__V1__Incident *i, bool call, ms_t answered_ms)
{
	bool arrived = false;

	if (p == NULL)
		return;
	p->opened++;
	p->false_alarms += i->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED &&
	                   i->outcome == PINGAN__V1__OUTCOME__OUTCOME_FALSE_ALARM;
	p->unanswered += call && answered_ms == 0;
	if (call && answered_ms != 0)
		answered_add(&p->answered, answered_ms - i->opened_ms);
	for (size_t n = 0; n < i->n_jobs; n++) {
		const Pingan__V1__Job *job = i->jobs[n];

		if (job->arrived_ms == 0)
			continue;
		arrived = true;
		if (job->arrival_due_ms != 0 && job->arrived_ms > job->arrival_due_ms)
			p->late++;
		else
			p->in_time++;
	}
	p->arrived += arrived;
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
	ms_t answered = first_answer(i);

	f->opened++;
	f->open += i->state != PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED;
	f->repeats += i->repeats;
	f->classes[(unsigned)i->class_ < COUNT_OF(f->classes) ? i->class_ : 0]++;
	f->kinds[(unsigned)i->kind < KINDS ? i->kind : 0]++;
	if (i->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED)
		f->outcomes[(unsigned)i->outcome < OUTCOMES ? i->outcome : 0]++;
	part_count(part_of(&f->districts, i->area, 6), i, call, answered);
	part_count(day_of(f, i->opened_ms), i, call, answered);
	jobs_count(f, i);
	/* Answered within so many seconds is said of calls for help: devices and follow-ups wait for their turn. */
	if (!call)
		return;
	if (answered == 0) {
		f->unanswered++;
		return;
	}
	spread_add(&f->answer, answered - i->opened_ms);
	answered_add(&f->answered, answered - i->opened_ms);
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

static void parts_write(struct jot *j, const char *key, const char *name, const struct parts *parts)
{
	jot_open(j, key, '[');
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *p = &parts->list[i];

		jot_open(j, NULL, '{');
		jot_text(j, name, p->name);
		jot_number(j, "opened", (int64_t)p->opened);
		jot_number(j, "answered", (int64_t)p->answered.count);
		jot_number(j, "unanswered", (int64_t)p->unanswered);
		share(j, "within_10s", p->answered.in_10s, p->answered.count);
		share(j, "within_60s", p->answered.in_60s, p->answered.count);
		share(j, "within_180s", p->answered.in_180s, p->answered.count);
		jot_number(j, "false_alarms", (int64_t)p->false_alarms);
		jot_number(j, "arrived", (int64_t)p->arrived);
		share(j, "in_time", p->in_time, p->in_time + p->late);
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
		jot_number(j, "p99_s", spread_quantile_ms(&f->answer, 99) / 1000);
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
	parts_write(j, "districts", "area", &f->districts);
	parts_write(j, "days", "day", &f->days);
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
	f->offset_ms = app_offset_ms(api_app(c));
	f->answer.bucket_ms = SECONDS(1);
	f->arrival.bucket_ms = SECONDS(4);
	if (c->fault_count != 0)
		api_refuse(c, 400, "parameters", NULL);
	else if (f->area[0] != '\0' && !who_near(&c->who, f->area))
		api_refuse(c, 404, "not_found", NULL);
	else
		api_work(c, step);
}
