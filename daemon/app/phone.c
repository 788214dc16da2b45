/* phone.c - everything a caregiver's phone shows, whole each time it changes. Only from safe entries: an offer that a
 * failover may take back must not send anybody out of the door.
 *
 * Before the yes: where roughly, how far, what kind, what to bring. Between yes and done: the whole card. After: nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/commission.h"
#include "app/screens.h"

#define REFS_MAX 32 /* incidents of one caregiver at a time, with those just ended */
#define OFFERS_SHOWN 8
#define ENDED_SHOWN 4
#define NOTES_SHOWN 8
#define LOOK_MS 1000

/* One incident that concerns one caregiver. */
struct ref {
	uint64_t incident;
	uint32_t job; /* of the last offer that was shown */
	bool live;    /* an offer was shown, or a job */
	ms_t gone_ms; /* since when the record no longer knows of it; 0 = it does */
	bool taken;   /* somebody else has it, as far as was known then */
};

struct phone {
	char person[ID_MAX];
	struct ref refs[REFS_MAX];
	size_t count;
	ms_t ended_until_ms; /* the first of the notices lapses then; 0 = none */
};

/* ------------------------------------------------------------ whom it concerns */

static struct phone *phone_want(struct app *app, const char *person)
{
	struct phone *p = table_get(&app->screens->phone_of, person);

	if (p != NULL)
		return p;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	snprintf(p->person, sizeof p->person, "%s", person);
	if (!table_put(&app->screens->phone_of, p->person, p)) {
		free(p);
		return NULL;
	}
	return p;
}

static struct ref *ref_find(struct phone *p, uint64_t incident)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->refs[i].incident == incident)
			return &p->refs[i];
	return NULL;
}

static void ref_drop(struct phone *p, size_t at)
{
	memmove(&p->refs[at], &p->refs[at + 1], (p->count - at - 1) * sizeof p->refs[0]);
	p->count--;
}

static void ref_add(struct phone *p, uint64_t incident)
{
	size_t oldest = 0;

	if (ref_find(p, incident) != NULL)
		return;
	if (p->count == REFS_MAX) {
		while (oldest + 1 < p->count && p->refs[oldest].live)
			oldest++;
		ref_drop(p, oldest);
	}
	p->refs[p->count++] = (struct ref){.incident = incident};
}

void phones_touch(struct app *app, const char *person)
{
	struct session *s;

	if (app->screens == NULL)
		return;
	if (person != NULL) {
		s = session_phone(app, person);
		if (s != NULL) {
			s->phone_dirty = true;
			session_due(app, s);
		}
		return;
	}
	TAILQ_FOREACH (s, &app->screens->all, link_all)
		if (s->page != 0 && s->view == NULL) {
			s->phone_dirty = true;
			session_due(app, s);
		}
}

/* An ended job keeps its last offers only: then somebody may have had one that the record no longer names. */
static bool may_have_forgotten(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->job_count; i++)
		if (inc->jobs[i].ended_ms != 0 && inc->jobs[i].offer_count == OFFERS_KEPT)
			return true;
	return false;
}

void phones_index(struct app *app, const struct incident *inc)
{
	struct screens *sc = app->screens;

	for (uint32_t i = 0; i < inc->job_count; i++) {
		const struct job *job = &inc->jobs[i];

		if (job->arrived_ms != 0 && job->caregiver[0] != '\0')
			roster_seen(app, inc->household, job->caregiver);
		for (uint32_t k = 0; k < job->offer_count; k++) {
			struct phone *p = phone_want(app, job->offers[k].caregiver);

			if (p == NULL)
				projection_incomplete(app, "phone");
			else
				ref_add(p, inc->id);
			phones_touch(app, job->offers[k].caregiver);
		}
	}
	for (size_t i = 0; may_have_forgotten(inc) && i < table_places(&sc->phone_of); i++) {
		struct phone *p = table_at(&sc->phone_of, i)->key == NULL ? NULL : table_at(&sc->phone_of, i)->value;

		if (p != NULL && ref_find(p, inc->id) != NULL)
			phones_touch(app, p->person);
	}
}

void phones_free(struct app *app)
{
	struct table *t = &app->screens->phone_of;

	for (size_t i = 0; i < table_places(t); i++)
		if (table_at(t, i)->key != NULL)
			free(table_at(t, i)->value);
	table_free(t);
}

void phones_turn(struct app *app)
{
	struct screens *sc = app->screens;
	bool look = app->now.mono.ms - sc->phones_looked_at.ms >= LOOK_MS;
	struct session *s;

	if (!look && (!sc->phones_wait || sc->phones_safe == app->safe))
		return;
	if (look)
		sc->phones_looked_at = app->now.mono;
	sc->phones_safe = app->safe;
	sc->phones_wait = false;
	TAILQ_FOREACH (s, &sc->all, link_all) {
		const struct phone *p = s->page == 0 || s->view != NULL ? NULL : table_get(&sc->phone_of, s->rights.person);

		if (p != NULL && p->ended_until_ms != 0 && p->ended_until_ms <= app->now.store_ms)
			s->phone_dirty = true;
		if (s->phone_dirty)
			session_due(app, s);
	}
}

/* ------------------------------------------------------------ what it is told */

struct state {
	Pingan__V1__PhoneState m;
	Pingan__V1__PhoneOffer *offers[OFFERS_SHOWN];
	Pingan__V1__PhoneEnded *ended[ENDED_SHOWN];
};

/* What goes into the bag, by kind only: a list by person would say how she is. */
static size_t bring(enum kind kind, char **ret)
{
	size_t n = 0;

	switch (kind) {
	case KIND_FALL:
		ret[n++] = (char *)"first_aid";
		ret[n++] = (char *)"lift";
		break;
	case KIND_FIRE:
	case KIND_SMOKE:
	case KIND_HEAT:
		ret[n++] = (char *)"first_aid";
		ret[n++] = (char *)"torch";
		break;
	case KIND_GAS:
	case KIND_CO:
		ret[n++] = (char *)"gas_meter";
		ret[n++] = (char *)"oxygen";
		break;
	case KIND_POWER:
		ret[n++] = (char *)"torch";
		ret[n++] = (char *)"battery";
		break;
	case KIND_BATTERY:
	case KIND_TAMPER:
	case KIND_LINK:
	case KIND_PENDANT_LOST:
	case KIND_REPAIR:
	case KIND_COMMISSION:
	case KIND_MISSED_TEST:
		ret[n++] = (char *)"battery";
		break;
	case KIND_WATER:
		ret[n++] = (char *)"torch";
		break;
	case KIND_SOS:
	case KIND_PANIC:
	case KIND_DURESS:
	case KIND_INACTIVITY:
	case KIND_MISSED_OK:
	case KIND_WANDER:
	case KIND_UNKNOWN:
		ret[n++] = (char *)"first_aid";
		ret[n++] = (char *)"bp_meter";
		break;
	case KIND_SERVICE:
	case KIND_FOLLOW_UP:
	case KIND_TEST:
	case KIND_NONE:
	case KIND_COUNT:
		break;
	}
	return n;
}

static void offer_add(struct app *app, struct state *st, const struct incident *inc, const struct job *job,
                      const struct offer *o)
{
	const Pingan__V1__Household *h = inc->household[0] == '\0' ? NULL : household_find(app, inc->household);
	Pingan__V1__PhoneOffer *to;

	if (st->m.n_offers == OFFERS_SHOWN)
		return;
	to = arena_take(&app->arena, sizeof *to);
	if (to == NULL)
		return;
	pingan__v1__phone_offer__init(to);
	to->incident = inc->id;
	to->job = job->number;
	to->class_ = (Pingan__V1__IncidentClass)inc->class;
	to->kind = (Pingan__V1__Kind)inc->kind;
	to->community = text_cut(app, area_name(app, inc->area, 12), 64);
	to->street = h == NULL ? (char *)"" : text_cut(app, h->street, 120);
	to->distance_m = o->distance_m;
	to->travel_s = o->travel_s;
	to->made_ms = o->made_ms;
	to->until_ms = o->until_ms;
	to->state = (Pingan__V1__OfferState)o->state;
	to->bring = pointers_take(app, 4);
	to->n_bring = to->bring == NULL ? 0 : bring(inc->kind, to->bring);
	to->drill = inc->drill;
	to->skill = (Pingan__V1__Skill)job->skill;
	disclose_mask(&to->base, disclose_offer());
	st->offers[st->m.n_offers++] = to;
}

static void notes_fill(struct app *app, const struct incident *inc, Pingan__V1__PhoneJob *to)
{
	const uint8_t *key = seal_key(app, inc->household);
	uint32_t first = inc->line_count, notes = 0;

	while (first > 0 && notes < NOTES_SHOWN)
		notes += inc->lines[--first].code == LINE_NOTE;
	to->lines = pointers_take(app, NOTES_SHOWN);
	for (uint32_t i = first; to->lines != NULL && i < inc->line_count; i++) {
		if (inc->lines[i].code != LINE_NOTE)
			continue;
		to->lines[to->n_lines] = line_fill(app, inc, &inc->lines[i], key);
		to->n_lines += to->lines[to->n_lines] != NULL;
	}
}

static void job_fill(struct app *app, struct state *st, const struct incident *inc, const struct job *job)
{
	const Pingan__V1__Household *h = inc->household[0] == '\0' ? NULL : household_find(app, inc->household);
	Pingan__V1__PhoneJob *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return;
	pingan__v1__phone_job__init(to);
	to->incident = inc->id;
	to->job = job->number;
	to->state = (Pingan__V1__JobState)job->state;
	to->class_ = (Pingan__V1__IncidentClass)inc->class;
	to->kind = (Pingan__V1__Kind)inc->kind;
	to->residents = residents_fill(app, h, inc->silent, &to->n_residents);
	for (size_t i = 0; i < to->n_residents; i++)
		to->residents[i]->hospital = (char *)""; /* the desk's, as the home's is */
	to->contacts = contacts_fill(app, h, true, &to->n_contacts);
	to->accepted_ms = job->accepted_ms;
	to->arrival_due_ms = job->arrival_due_ms;
	to->departed_ms = job->departed_ms;
	to->arrived_ms = job->arrived_ms;
	to->silent = inc->silent;
	to->drill = inc->drill;
	to->skill = (Pingan__V1__Skill)job->skill;
	if (job->skill == SKILL_TECHNICIAN && !inc->area_wide && strcmp(inc->device, ALARM_NO_DEVICE) != 0)
		to->device = text_cut(app, inc->device, ID_MAX);
	notes_fill(app, inc, to);
	if (h != NULL) {
		to->address = h->address;
		to->access = h->access;
		to->door_code = h->door_code;
		to->key_safe = h->key_safe;
		to->key_holder = h->key_holder;
		if (!inc->silent)
			to->home_phone = h->phone;
		if (h->place != NULL) {
			to->lat_e6 = h->place->lat_e6;
			to->lon_e6 = h->place->lon_e6;
		}
		if (h->health != NULL) {
			to->health_notes = h->health->notes;
			to->medicines = h->health->medicines;
			to->allergies = h->health->allergies;
		}
	}
	disclose_mask(&to->base, disclose_job(job->state, job->skill));
	st->m.job = to;
}

/* Newest first, ENDED_SHOWN at most. */
static void ended_add(struct app *app, struct state *st, struct phone *p, uint64_t incident, uint32_t job,
                      enum offer_state offer, bool taken, ms_t at_ms)
{
	Pingan__V1__PhoneEnded *to;
	size_t at = st->m.n_ended;

	if (app->now.store_ms - at_ms >= ENDED_MS)
		return;
	if (p->ended_until_ms == 0 || at_ms + ENDED_MS < p->ended_until_ms)
		p->ended_until_ms = at_ms + ENDED_MS;
	while (at > 0 && st->ended[at - 1]->at_ms < at_ms)
		at--;
	if (at == ENDED_SHOWN || (to = arena_take(&app->arena, sizeof *to)) == NULL)
		return;
	pingan__v1__phone_ended__init(to);
	to->incident = incident;
	to->job = job;
	to->offer = (Pingan__V1__OfferState)offer;
	to->taken = taken;
	to->at_ms = at_ms;
	if (st->m.n_ended < ENDED_SHOWN)
		st->m.n_ended++;
	memmove(&st->ended[at + 1], &st->ended[at], (st->m.n_ended - at - 1) * sizeof(void *));
	st->ended[at] = to;
}

static bool open(const struct offer *o)
{
	return o->state == OFFER_MADE || o->state == OFFER_DELIVERED || o->state == OFFER_SEEN;
}

/* This caregiver had said yes, and the job was taken away. */
static bool was_cancelled(const struct job *job, const struct offer *o)
{
	return job->state == JOB_CANCELLED && o->state == OFFER_WITHDRAWN && job->accepted_ms != 0 &&
	       o->changed_ms >= job->ended_ms && job->ended_ms > job->accepted_ms;
}

/* One job as it concerns this caregiver; true if it does, now. */
static bool job_add(struct app *app, struct state *st, struct phone *p, const struct incident *inc,
                    const struct job *job, const struct offer *o)
{
	bool mine = strcmp(job->caregiver, p->person) == 0;
	bool taken = job->caregiver[0] != '\0' && !mine;

	if (mine && job->state != JOB_DONE) {
		job_fill(app, st, inc, job);
		return true;
	}
	if (job->state == JOB_OFFERING && open(o)) {
		offer_add(app, st, inc, job, o);
		return true;
	}
	if (was_cancelled(job, o))
		ended_add(app, st, p, inc->id, job->number, OFFER_NONE, false, o->changed_ms);
	else if (o->state == OFFER_EXPIRED || o->state == OFFER_WITHDRAWN)
		ended_add(app, st, p, inc->id, job->number, o->state, taken, o->changed_ms);
	return false;
}

/* False: nothing of it concerns this caregiver any more. */
static bool incident_add(struct app *app, struct state *st, struct phone *p, struct ref *ref)
{
	const struct record *rec = incident_find(app, ref->incident);
	struct incident *inc = &app->screens->inc;
	bool known = false, live = false;
	size_t ended = st->m.n_ended;

	if (rec != NULL && rec->rev != 0 && incident_read(app, rec, inc))
		for (uint32_t i = 0; i < inc->job_count; i++) {
			const struct offer *o = job_offer(&inc->jobs[i], p->person);

			if (o == NULL)
				continue;
			known = true;
			ref->job = inc->jobs[i].number;
			live = job_add(app, st, p, inc, &inc->jobs[i], o) || live;
		}
	if (ref->live && !known && ref->gone_ms == 0)
		ref->gone_ms = app->now.store_ms;
	if (known)
		ref->gone_ms = 0;
	if (ref->gone_ms != 0)
		ended_add(app, st, p, ref->incident, ref->job, OFFER_WITHDRAWN, ref->taken, ref->gone_ms);
	if (known)
		ref->live = live;
	return live || st->m.n_ended != ended;
}

static bool all_safe(struct app *app, const struct phone *p, const char *person)
{
	char key[STORE_KEY_MAX];
	const struct record *rec;

	record_key(key, "caregiver", person);
	rec = record_find(app, key);
	if (rec != NULL && !record_safe(app, rec))
		return false;
	for (size_t i = 0; p != NULL && i < p->count; i++) {
		rec = incident_find(app, p->refs[i].incident);
		if (rec != NULL && !record_safe(app, rec))
			return false;
	}
	return true;
}

static void fill(struct app *app, const struct session *s, struct phone *p, struct state *st)
{
	const struct caregiver *c = caregiver_find(app, s->rights.person);

	st->m = (Pingan__V1__PhoneState)PINGAN__V1__PHONE_STATE__INIT;
	st->m.on_duty = c != NULL && c->on_duty;
	st->m.offers = st->offers;
	st->m.ended = st->ended;
	if (p != NULL)
		p->ended_until_ms = 0;
	for (size_t i = 0; p != NULL && i < p->count;) {
		if (incident_add(app, st, p, &p->refs[i]) || st->m.n_ended == ENDED_SHOWN)
			i++;
		else
			ref_drop(p, i);
	}
	st->m.newest = app->safe;
	st->m.server_ms = app->now.store_ms;
	st->m.store_up = store_usable(app);
	st->m.desk_phone = app->config.desk_phone;
	st->m.technician = technician(app, s);
	phone_duty(app, c, &st->m);
	phone_roster(app, s->rights.person, &st->m);
}

bool phone_send(struct app *app, struct session *s)
{
	struct phone *p = table_get(&app->screens->phone_of, s->rights.person);
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	struct state st;

	if (!all_safe(app, p, s->rights.person)) {
		app->screens->phones_wait = true; /* it stays dirty; phones_turn() asks again */
		return false;
	}
	arena_reset(&app->arena);
	fill(app, s, p, &st);
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_PHONE;
	m.phone = &st.m;
	s->phone_dirty = false;
	if (!console_clean(&m.base, &app->arena) || !session_send(app, s, &m)) {
		s->phone_dirty = true;
		return false;
	}
	s->phone_job = st.m.job == NULL ? 0 : st.m.job->incident;
	return true;
}
