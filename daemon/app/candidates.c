/* candidates.c - what an incident may know of the world outside: who would be rung, who could go, how far they are.
 *
 * Candidates are all caregivers on duty whose areas cover the home; when those are few, also others not too far away.
 * Their places are taken once for a decision; the core ranks them.
 */
#include <stdio.h>

#include "app/internal.h"
#include "app/roster.h"

/* With fewer of the area's own, others are asked too. */
#define OWN_ENOUGH 32
#define ELSEWHERE_M 15000

struct home {
	const Pingan__V1__Household *card; /* NULL in quarantine */
	char household[ID_MAX];
	char area[16];
	enum incident_class class;
	int32_t lat_e6, lon_e6;
	bool placed;
	bool others; /* other daemons serve phones too: who is not connected here may be there */
};

static void place_of(struct app *app, struct home *h)
{
	char code[16];

	if (h->card != NULL && h->card->place != NULL && (h->card->place->lat_e6 != 0 || h->card->place->lon_e6 != 0)) {
		h->lat_e6 = h->card->place->lat_e6;
		h->lon_e6 = h->card->place->lon_e6;
		h->placed = true;
		return;
	}
	memcpy(code, h->area, sizeof code);
	do {
		const Pingan__V1__Area *a = area_find(app, code);

		if (a == NULL || a->centre == NULL || (a->centre->lat_e6 == 0 && a->centre->lon_e6 == 0))
			continue;
		h->lat_e6 = a->centre->lat_e6;
		h->lon_e6 = a->centre->lon_e6;
		h->placed = true;
		return;
	} while (area_up(code));
}

static bool others_alive(struct app *app)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_DAEMON], of_type)
		if (strcmp(rec->key + strlen("daemon:"), app->config.daemon) != 0 && daemon_alive(app, rec))
			return true;
	return false;
}

/* No place is known of one of the two: the areas say roughly how far it is. */
static uint32_t guess_m(const struct member *m, const char *area)
{
	char code[16];
	uint32_t guess = 1000;

	snprintf(code, sizeof code, "%s", area);
	do {
		for (uint32_t i = 0; i < m->rights.area_count; i++)
			if (area_covers(code, m->rights.areas[i]))
				return guess;
		guess = guess * 5 / 2;
	} while (area_up(code));
	return guess;
}

static bool speaks(const struct member *m, const Pingan__V1__Household *card)
{
	for (size_t i = 0; card != NULL && i < card->n_residents; i++)
		for (int k = 0; card->residents[i]->language[0] != '\0' && k < LANGUAGES_MAX; k++)
			if (strcmp(m->languages[k], card->residents[i]->language) == 0)
				return true;
	return false;
}

static void judge(struct app *app, const struct home *h, const struct member *m, struct candidate *ret)
{
	int64_t age_ms = app->now.mono.ms - m->position_at.ms;
	bool fresh = m->positioned && age_ms < POSITION_MS;
	bool based = m->base_lat_e6 != 0 || m->base_lon_e6 != 0;

	memset(ret, 0, sizeof *ret);
	memcpy(ret->caregiver, m->id, sizeof ret->caregiver);
	if (!h->placed || (!fresh && !based))
		ret->distance_m = guess_m(m, h->area);
	else
		ret->distance_m = place_distance_m(h->lat_e6, h->lon_e6, fresh ? m->lat_e6 : m->base_lat_e6,
		                                   fresh ? m->lon_e6 : m->base_lon_e6);
	ret->travel_s = travel_s(ret->distance_m);
	ret->position_age_s = fresh ? 1 + (uint32_t)(age_ms / 1000) : 0;
	ret->reachable = h->others || screens_reachable(app, m->id);
	ret->busy = m->incident != 0;
	ret->speaks = speaks(m, h->card);
	ret->skilled = h->class == CLASS_DEVICE ? m->technician : m->care;
	ret->knows = roster_knows(app, h->household, m->id);
}

static bool listed(const struct world *w, const char *person)
{
	for (uint32_t i = 0; i < w->candidate_count; i++)
		if (strcmp(w->candidates[i].caregiver, person) == 0)
			return true;
	return false;
}

/* Puts a candidate in; a full list lets its farthest go. `kept` at the front are never let go. */
static void add(struct app *app, struct world *w, uint32_t kept, const struct candidate *c)
{
	uint32_t farthest = kept;

	if (w->candidate_count < COUNT_OF(app->candidates)) {
		w->candidates[w->candidate_count++] = *c;
		return;
	}
	for (uint32_t i = kept; i < w->candidate_count; i++)
		if (w->candidates[i].distance_m > w->candidates[farthest].distance_m)
			farthest = i;
	if (c->distance_m < w->candidates[farthest].distance_m)
		w->candidates[farthest] = *c;
}

static void candidates_fill(struct app *app, const struct home *h, const struct event *ev, struct world *w)
{
	size_t count;
	struct member *const *duty = roster_duty(app, &count);
	struct candidate c;
	uint32_t kept;

	w->candidates = app->candidates;
	/* Whom a person named is always among them. */
	for (uint32_t i = 0; ev->type == EVENT_DISPATCH && i < ev->chosen_count; i++) {
		const struct member *m = roster_member(app, ev->chosen[i]);

		if (m == NULL || m->duty_place == 0 || listed(w, m->id))
			continue;
		judge(app, h, m, &w->candidates[w->candidate_count++]);
	}
	kept = w->candidate_count;
	for (size_t i = 0; i < count; i++) {
		if (!rights_covers(&duty[i]->rights, h->area))
			continue;
		judge(app, h, duty[i], &c);
		if (kept == 0 || !listed(w, c.caregiver))
			add(app, w, kept, &c);
	}
	if (w->candidate_count - kept >= OWN_ENOUGH)
		return;
	for (size_t i = 0; i < count; i++) {
		if (rights_covers(&duty[i]->rights, h->area))
			continue;
		judge(app, h, duty[i], &c);
		if (c.distance_m <= ELSEWHERE_M && (kept == 0 || !listed(w, c.caregiver)))
			add(app, w, kept, &c);
	}
}

static void ready_fill(struct app *app, const char *area, struct world *w)
{
	size_t count;
	struct member *const *ready = roster_ready(app, &count);

	for (size_t i = 0; i < count; i++) {
		const struct rights *r = &ready[i]->rights;
		bool covers = rights_covers(r, area);

		if (r->role == ROLE_SUPERVISOR)
			w->supervisor_ready = w->supervisor_ready || covers;
		else if (covers)
			w->operators_ready = true;
		else if (!w->neighbours_ready)
			w->neighbours_ready = rights_neighbour(app, r, area);
	}
}

static uint32_t arrival_due_min(struct app *app, const char *area)
{
	char code[16];

	snprintf(code, sizeof code, "%s", area);
	do {
		const Pingan__V1__Area *a = area_find(app, code);

		if (a != NULL && a->arrival_due_min != 0)
			return a->arrival_due_min;
	} while (area_up(code));
	return app->config.policy.arrival_due_min;
}

/* Steps that send caregivers, or may: the plan sends at once where no operator would be rung. */
static bool sends(enum event_type type, const struct world *w)
{
	return type == EVENT_DEADLINE || type == EVENT_DISPATCH || type == EVENT_OFFER_DECLINE ||
	       type == EVENT_JOB_GIVE_BACK || !w->operators_ready;
}

/* Where an alarm comes from, as the registry knows its device. An unknown one belongs to the whole cell. */
static void opening_fill(struct app *app, const struct alarm *a, struct world *w)
{
	const Pingan__V1__Device *d = a == NULL ? NULL : device_find(app, a->device);
	const Pingan__V1__Household *h = d == NULL ? NULL : household_find(app, d->household);

	if (h != NULL && !text_copy(w->household, sizeof w->household, slice_str(h->id)))
		h = NULL;
	if (h == NULL || h->area[0] == '\0' || !text_copy(w->area, sizeof w->area, slice_str(h->area)))
		snprintf(w->area, sizeof w->area, "%s", app->config.root_area);
}

static void actor_fill(struct app *app, const struct incident *inc, const struct event *ev, struct world *w)
{
	const struct member *m = ev->who[0] == '\0' ? NULL : roster_member(app, ev->who);
	const struct caregiver *c = ev->who[0] == '\0' ? NULL : caregiver_find(app, ev->who);

	w->actor_supervisor = m != NULL && m->known && m->rights.role == ROLE_SUPERVISOR;
	w->actor_busy = c != NULL && c->incident != 0 && (c->incident != inc->id || c->job != ev->job);
}

void world_fill(struct app *app, const struct incident *inc, const struct event *ev, struct world *w)
{
	bool opens = inc->state == INCIDENT_NONE;
	struct home h = {0};

	memset(w, 0, sizeof *w);
	w->now_ms = app->now.store_ms;
	w->policy = &app->config.policy;
	if (opens)
		opening_fill(app, ev->alarm, w);
	snprintf(h.area, sizeof h.area, "%s", opens ? w->area : inc->area);
	snprintf(h.household, sizeof h.household, "%s", opens ? w->household : inc->household);
	h.class = !opens ? inc->class : ev->alarm == NULL ? CLASS_NONE : kind_class(ev->alarm->kind);
	h.card = household_find(app, h.household);
	for (size_t i = 0; h.card != NULL && i < h.card->n_contacts; i++)
		w->has_contacts = w->has_contacts || h.card->contacts[i]->tell;
	w->arrival_due_min = arrival_due_min(app, h.area);
	actor_fill(app, inc, ev, w);
	ready_fill(app, h.area, w);
	if (!sends(ev->type, w))
		return;
	place_of(app, &h);
	h.others = others_alive(app);
	candidates_fill(app, &h, ev, w);
}
