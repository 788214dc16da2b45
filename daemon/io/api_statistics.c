/* api_statistics.c - the service's figures over a time: how many calls of what sort, how fast they were answered, how fast
 * somebody was there. Numbers of nobody in particular: by district at the smallest. */
#include "io/api.h"

#include <stdio.h>
#include <stdlib.h>

#define WALK 16
#define DISTRICTS_MAX 64
#define KINDS 32
#define OUTCOMES 32
#define BUCKETS \
	3600 /* seconds of an answer, or of a way in units of 4 s, counted one by one; longer ones are all the last */

/* How long something took, of many. */
struct spread {
	uint64_t count;
	uint64_t seconds[BUCKETS];
};

struct district {
	char area[8];
	uint64_t opened, answered, in_10s, in_60s;
};

struct figures {
	char area[16];
	ms_t since_ms, until_ms;
	char after[LISTING_KEY_MAX];
	bool end;
	uint64_t opened, drills, open, unanswered, repeats;
	uint64_t classes[8], kinds[KINDS], outcomes[OUTCOMES];
	uint64_t jobs, unattended, handovers, in_time, late;
	struct spread answer, arrival;
	size_t district_count;
	struct district districts[DISTRICTS_MAX];
};

static void spread_add(struct spread *s, int64_t took_ms, int64_t bucket_ms)
{
	int64_t at = took_ms < 0 ? 0 : took_ms / bucket_ms;

	s->count++;
	s->seconds[at >= BUCKETS ? BUCKETS - 1 : at]++;
}

/* How many took up to so many buckets. */
static uint64_t within(const struct spread *s, size_t buckets)
{
	uint64_t n = 0;

	for (size_t i = 0; i < buckets && i < BUCKETS; i++)
		n += s->seconds[i];
	return n;
}

/* In seconds: so much or less took this share of them. */
static int64_t quantile(const struct spread *s, unsigned percent, int64_t bucket_s)
{
	uint64_t wanted = (s->count * percent + 99) / 100, n = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		n += s->seconds[i];
		if (n >= wanted)
			return (int64_t)(i + 1) * bucket_s;
	}
	return BUCKETS * bucket_s;
}

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
		spread_add(&f->arrival, first - i->opened_ms, SECONDS(4));
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
	spread_add(&f->answer, answered - i->opened_ms, SECONDS(1));
	if (d != NULL) {
		d->answered++;
		d->in_10s += answered - i->opened_ms <= SECONDS(10);
		d->in_60s += answered - i->opened_ms <= SECONDS(60);
	}
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
	if ((f->until_ms != 0 && i->opened_ms >= f->until_ms) || strncmp(i->area, f->area, strlen(f->area)) != 0)
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
		jot_number(j, "answered", (int64_t)d->answered);
		share(j, "within_10s", d->in_10s, d->answered);
		share(j, "within_60s", d->in_60s, d->answered);
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
	jot_number(j, "answered", (int64_t)f->answer.count);
	jot_number(j, "unanswered", (int64_t)f->unanswered);
	share(j, "within_10s", within(&f->answer, 10), f->answer.count);
	share(j, "within_60s", within(&f->answer, 60), f->answer.count);
	share(j, "within_180s", within(&f->answer, 180), f->answer.count);
	if (f->answer.count != 0) {
		jot_number(j, "p50_s", quantile(&f->answer, 50, 1));
		jot_number(j, "p95_s", quantile(&f->answer, 95, 1));
	}
	jot_close(j, '}');
	jot_open(j, "arrival", '{');
	jot_number(j, "jobs", (int64_t)f->jobs);
	jot_number(j, "unattended", (int64_t)f->unattended);
	jot_number(j, "arrived", (int64_t)f->arrival.count);
	share(j, "in_time", f->in_time, f->in_time + f->late);
	share(j, "within_15min", within(&f->arrival, 15 * 15), f->arrival.count);
	share(j, "within_45min", within(&f->arrival, 45 * 15), f->arrival.count);
	share(j, "within_60min", within(&f->arrival, 60 * 15), f->arrival.count);
	if (f->arrival.count != 0) {
		jot_number(j, "p50_s", quantile(&f->arrival, 50, 4));
		jot_number(j, "p95_s", quantile(&f->arrival, 95, 4));
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
	if (c->fault_count != 0)
		api_refuse(c, 400, "parameters", NULL);
	else
		api_work(c, step);
}

/* ------------------------------------------------------------ homes */

static void row_tell(struct api_call *c, const struct home_row *r, bool city)
{
	const struct home_count *n = &r->count;
	struct jot *j = &c->out;
	char name[64];

	if (!app_area_name(api_app(c), r->area, name, sizeof name))
		name[0] = '\0';
	jot_open(j, NULL, '{');
	jot_text(j, "area", r->area);
	jot_text(j, "name", name);
	jot_text(j, "level", city ? "city" : strlen(r->area) == AREA_DISTRICT ? "district" : "subdistrict");
	jot_number(j, "installed", homes_installed(n));
	jot_number(j, "commissioning", n->of[HOME_COMMISSIONING]);
	jot_number(j, "in_service", homes_in_service(n));
	jot_number(j, "silent", n->of[HOME_SILENT]);
	jot_number(j, "away", n->of[HOME_AWAY]);
	jot_number(j, "retired", n->of[HOME_RETIRED]);
	jot_number(j, "target", n->target);
	jot_close(j, '}');
}

void api_homes_installed(struct api_call *c)
{
	struct home_rows *rows = malloc(sizeof *rows);

	if (rows == NULL) {
		api_refuse(c, 500, "memory", NULL);
		return;
	}
	app_installed(api_app(c), rows);
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_open(&c->out, "homes", '[');
	for (size_t i = 0; i < rows->count; i++)
		row_tell(c, &rows->rows[i], i == 0);
	jot_close(&c->out, ']');
	jot_close(&c->out, '}');
	free(rows);
	api_work(c, api_send);
}
