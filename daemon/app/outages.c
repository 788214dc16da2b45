/* outages.c - which devices are out: members of the area-wide incidents, each a small record of its own.
 *
 * A member is written in the commit that counts it, and removed in the one that counts it off; so the log brings both, and
 * a load brings who is out now. When a person closes the incident whoever is left is swept away, some at a time.
 *
 * Bounds: SWEEP_MAX records removed a second. A list is in the order of `since`; nearly always the newest comes last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/outages.h"
#include "app/supervision.h"

#define SWEEP_MAX 256
#define SWEEP_LATE_MS 5000 /* whoever should have swept has not: the others do */

/* record->live of RECORD_OUT */
struct member_out {
	TAILQ_ENTRY(member_out) link; /* outage->members */
	struct outage *outage;
	struct record *record;
	struct out out;
};

/* Everybody who is out of one incident. */
struct outage {
	char key[17];
	TAILQ_HEAD(member_list, member_out) members; /* longest out first */
	mono_t over_at;                              /* first seen without an open incident; 0 = it has one */
};

void outage_key(char ret[STORE_KEY_MAX], const char *device, enum kind kind)
{
	snprintf(ret, STORE_KEY_MAX, "out:%s.%s", device, kind_name(kind));
}

static struct outage *outage_find(struct app *app, uint64_t incident)
{
	char key[17];

	snprintf(key, sizeof key, "%016" PRIx64, incident);
	return table_get(&app->outages, key);
}

static struct outage *outage_want(struct app *app, uint64_t incident)
{
	struct outage *o = outage_find(app, incident);

	if (o != NULL)
		return o;
	o = calloc(1, sizeof *o);
	if (o == NULL)
		return NULL;
	snprintf(o->key, sizeof o->key, "%016" PRIx64, incident);
	TAILQ_INIT(&o->members);
	if (table_put(&app->outages, o->key, o))
		return o;
	free(o);
	return NULL;
}

static void insert(struct outage *o, struct member_out *m)
{
	struct member_out *before = TAILQ_LAST(&o->members, member_list);

	while (before != NULL && before->out.since_ms > m->out.since_ms)
		before = TAILQ_PREV(before, member_list, link);
	m->outage = o;
	if (before == NULL)
		TAILQ_INSERT_HEAD(&o->members, m, link);
	else
		TAILQ_INSERT_AFTER(&o->members, before, m, link);
}

static void drop(struct app *app, struct record *rec)
{
	struct member_out *m = rec->live;

	if (m == NULL)
		return;
	TAILQ_REMOVE(&m->outage->members, m, link);
	if (TAILQ_EMPTY(&m->outage->members)) {
		table_remove(&app->outages, m->outage->key);
		free(m->outage);
	}
	free(m);
	rec->live = NULL;
}

void outage_forget(struct app *app, struct record *rec)
{
	const struct member_out *m = rec->live;

	if (m != NULL)
		unit_out(app, &m->out, false);
	drop(app, rec);
}

void outage_read(struct app *app, struct record *rec)
{
	struct member_out *m;
	struct outage *o;
	struct out out;
	int bad = out_decode(slice_of(rec->body, rec->body_len), &out, &app->scratch);

	drop(app, rec);
	if (bad != 0) {
		count(app, C_RECORDS_UNREADABLE);
		APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=%s", rec->key, record_bad_name(bad));
		return;
	}
	o = outage_want(app, out.incident);
	m = o == NULL ? NULL : calloc(1, sizeof *m);
	if (m == NULL) {
		if (o != NULL && TAILQ_EMPTY(&o->members)) {
			table_remove(&app->outages, o->key);
			free(o);
		}
		projection_incomplete(app, "out");
		return;
	}
	m->out = out;
	m->record = rec;
	insert(o, m);
	rec->live = m;
	unit_out(app, &m->out, true);
}

void outages_free(struct app *app)
{
	table_free(&app->outages); /* each went with its last member */
}

static struct record *incident_open(struct app *app, uint64_t id)
{
	struct record *rec = incident_find(app, id);

	return rec == NULL || rec->rev == 0 || rec->slot->state == INCIDENT_NONE || rec->slot->state == INCIDENT_CLOSED
	           ? NULL
	           : rec;
}

bool incident_is_open(struct app *app, uint64_t id)
{
	return incident_open(app, id) != NULL;
}

const struct out *outage_out(const struct record *rec)
{
	const struct member_out *m = rec->rev == 0 ? NULL : rec->live;

	return m == NULL ? NULL : &m->out;
}

static const struct member_out *member_find(struct app *app, const char *device, enum kind kind)
{
	char key[STORE_KEY_MAX];
	struct record *rec;

	outage_key(key, device, kind);
	rec = record_find(app, key);
	return rec == NULL || rec->rev == 0 ? NULL : rec->live;
}

struct record *outage_of(struct app *app, const char *device, enum kind kind)
{
	const struct member_out *m = outage_kind(kind) ? member_find(app, device, kind) : NULL;

	return m == NULL ? NULL : incident_open(app, m->out.incident);
}

const struct out *outage_member(struct app *app, const char *device, enum kind kind)
{
	const struct member_out *m = member_find(app, device, kind);

	return m == NULL ? NULL : &m->out;
}

static ms_t visit_due_ms(const struct policy *policy, ms_t since_ms)
{
	return since_ms + SECONDS(policy->battery_s) - SECONDS(policy->battery_lead_s);
}

void outage_world(struct app *app, const struct incident *inc, const struct event *ev, struct world *w)
{
	const struct alarm *a = ev->type == EVENT_ALARM ? ev->alarm : NULL;
	const struct member_out *own = a == NULL ? NULL : member_find(app, a->device, a->kind), *m;
	struct outage *o = outage_find(app, inc->id);

	w->device_out = own != NULL && own->outage == o && o != NULL;
	if ((inc->area_wide ? inc->kind : a->kind) != KIND_POWER)
		return; /* a lost link empties no battery */
	if (o != NULL)
		TAILQ_FOREACH (m, &o->members, link) {
			ms_t due_ms = visit_due_ms(w->policy, m->out.since_ms);

			if ((a != NULL && a->restore && m == own) || due_ms <= w->now_ms)
				continue;
			w->battery_due_ms = due_ms;
			break;
		}
	if (a != NULL && !a->restore && !w->device_out) {
		ms_t due_ms = visit_due_ms(w->policy, w->now_ms);

		if (w->battery_due_ms == 0 || due_ms < w->battery_due_ms)
			w->battery_due_ms = due_ms;
	}
}

uint32_t outage_list(struct app *app, uint64_t incident, uint32_t from, struct out ret[OUT_PAGE], uint32_t *ret_total)
{
	struct outage *o = outage_find(app, incident);
	const struct member_out *m;
	uint32_t at = 0, listed = 0;

	if (o != NULL)
		TAILQ_FOREACH (m, &o->members, link) {
			if (at >= from && listed < OUT_PAGE)
				ret[listed++] = m->out;
			at++;
		}
	*ret_total = at;
	return listed;
}

/* ------------------------------------------------------------ after the end */

enum verdict outage_gone(struct app *app, const struct change *ch)
{
	const struct member_out *m = ch->record->rev == 0 ? NULL : ch->record->live;

	/* Out again, of another incident: that one counts it. */
	return m == NULL || incident_open(app, m->out.incident) != NULL ? STAY : MOVE;
}

/* Returns how many it asked for. */
static uint32_t sweep(struct app *app, struct outage *o, uint32_t most)
{
	uint64_t id = strtoull(o->key, NULL, 16);
	struct member_out *m;
	uint32_t asked = 0;

	if (incident_open(app, id) != NULL) {
		o->over_at.ms = 0;
		return 0;
	}
	if (o->over_at.ms == 0) {
		o->over_at = app->now.mono;
		return 0;
	}
	if (!deadline_mine(app, id, app->now.mono.ms - o->over_at.ms < SWEEP_LATE_MS ? 0 : INT32_MAX))
		return 0;
	TAILQ_FOREACH (m, &o->members, link) {
		if (asked == most)
			break;
		if (m->record->busy != NULL || m->record->waiting_count != 0)
			continue;
		if (change_submit(app, CHANGE_OUT_GONE, m->record->key, NULL, NULL, (struct waiter){0}) == NULL)
			break;
		asked++;
	}
	return asked;
}

void outages_turn(struct app *app)
{
	uint32_t left = SWEEP_MAX;

	if (!app->store_up || app->now.mono.ms - app->outages_at.ms < 1000)
		return;
	app->outages_at = app->now.mono;
	for (size_t i = 0; i < table_places(&app->outages) && left != 0; i++)
		if (table_at(&app->outages, i)->key != NULL)
			left -= sweep(app, table_at(&app->outages, i)->value, left);
}
