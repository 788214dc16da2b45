/* candidates.c - what an incident may know of the world outside: who would be rung, who could go, how far they are.
 *
 * Candidates are all on duty whose areas cover the home and who can do what its jobs need; when those are few, also others
 * not too far away. Each skill that is needed has room of its own, so that a hundred who care do not hide the one
 * technician. Their places are taken once for a decision; the core ranks them.
 */
#include <stdio.h>

#include "app/briefs.h"
#include "app/outages.h"
#include "app/roster.h"
#include "app/storms.h"
#include "core/score.h"

/* With fewer of the area's own, others are asked too. */
#define OWN_ENOUGH 32
#define ELSEWHERE_M 15000

struct home {
	const Pingan__V1__Household *card; /* NULL in quarantine */
	char household[ID_MAX];
	char area[16];
	uint32_t needs; /* bits of enum skill that its jobs need */
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
			if (strcmp(m->rights.languages[k], card->residents[i]->language) == 0)
				return true;
	return false;
}

static void judge(struct app *app, const struct home *h, const struct member *m, struct candidate *ret)
{
	int64_t age_ms = app->now.mono.ms - m->position_at.ms;
	bool fresh = m->positioned && age_ms < POSITION_MS;
	bool based = m->base_lat_e6 != 0 || m->base_lon_e6 != 0;
	int32_t lat_e6 = fresh ? m->lat_e6 : m->stationed ? m->station_lat_e6 : m->base_lat_e6;
	int32_t lon_e6 = fresh ? m->lon_e6 : m->stationed ? m->station_lon_e6 : m->base_lon_e6;

	memset(ret, 0, sizeof *ret);
	memcpy(ret->caregiver, m->id, sizeof ret->caregiver);
	if (!h->placed || (!fresh && !m->stationed && !based))
		ret->distance_m = guess_m(m, h->area);
	else
		ret->distance_m = place_distance_m(h->lat_e6, h->lon_e6, lat_e6, lon_e6);
	ret->by_station = h->placed && !fresh && m->stationed;
	ret->travel_s = travel_s(ret->distance_m);
	ret->position_age_s = fresh ? 1 + (uint32_t)(age_ms / 1000) : 0;
	/* A phone whose test offer nobody heard is none that rings: whoever has answered theirs is asked first. */
	ret->reachable = (h->others || screens_reachable(app, m->id)) &&
	                 duty_check(m->check_ms, m->proved_ms, app->now.store_ms) != DUTY_CHECK_FAILED;
	ret->busy = m->incident != 0;
	ret->speaks = speaks(m, h->card);
	ret->skills = m->skills;
	ret->jobs_taken = m->jobs_taken;
	ret->knows = roster_knows(app, h->household, m->id);
}

/* Among the first `count`. */
static bool listed(const struct world *w, uint32_t count, const char *person)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(w->candidates[i].caregiver, person) == 0)
			return true;
	return false;
}

/* One sort of people, and where theirs begin. */
struct group {
	uint32_t skills; /* bits: having one of them */
	uint32_t from, room;
};

/* Puts a candidate in; a full group lets its farthest go. */
static void add(struct world *w, const struct group *g, const struct candidate *c)
{
	uint32_t farthest = g->from;

	if (w->candidate_count - g->from < g->room) {
		w->candidates[w->candidate_count++] = *c;
		return;
	}
	for (uint32_t i = g->from; i < w->candidate_count; i++)
		if (w->candidates[i].distance_m > w->candidates[farthest].distance_m)
			farthest = i;
	if (g->room != 0 && c->distance_m < w->candidates[farthest].distance_m)
		w->candidates[farthest] = *c;
}

/* `kept` at the front were named; `others` are the skills of groups filled before. */
static void group_fill(struct app *app, const struct home *h, const struct group *g, uint32_t kept, uint32_t others,
                       struct world *w)
{
	size_t count;
	struct member *const *duty = roster_duty(app, &count);
	struct candidate c;

	for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
		if (elsewhere && w->candidate_count - g->from >= OWN_ENOUGH)
			return;
		for (size_t i = 0; i < count; i++) {
			const struct member *m = duty[i];

			if ((m->skills & g->skills) == 0 || (m->skills & others) != 0 ||
			    rights_covers(&m->rights, h->area) == (elsewhere != 0))
				continue;
			judge(app, h, m, &c);
			if ((!elsewhere || c.distance_m <= ELSEWHERE_M) && !listed(w, kept, c.caregiver))
				add(w, g, &c);
		}
	}
}

static void candidates_fill(struct app *app, const struct home *h, const struct event *ev, struct world *w)
{
	struct group groups[3] = {0};
	uint32_t count = 0, kept, taken = 0;

	w->candidates = app->candidates;
	/* Whom a person named is always among them. */
	for (uint32_t i = 0; ev->type == EVENT_DISPATCH && i < ev->chosen_count; i++) {
		const struct member *m = roster_member(app, ev->chosen[i]);

		if (m == NULL || m->duty_place == 0 || listed(w, w->candidate_count, m->id))
			continue;
		judge(app, h, m, &w->candidates[w->candidate_count++]);
	}
	kept = w->candidate_count;
	if ((h->needs & BIT(SKILL_TECHNICIAN)) != 0)
		groups[count++].skills = BIT(SKILL_TECHNICIAN);
	if ((h->needs & BIT(SKILL_NURSE)) != 0)
		groups[count++].skills = BIT(SKILL_NURSE);
	if ((h->needs & (BIT(SKILL_CARE) | BIT(SKILL_NURSE))) != 0)
		groups[count++].skills = BIT(SKILL_CARE) | BIT(SKILL_NURSE);
	for (uint32_t i = 0; i < count; i++) {
		groups[i].from = w->candidate_count;
		groups[i].room = ((uint32_t)COUNT_OF(app->candidates) - w->candidate_count) / (count - i);
		group_fill(app, h, &groups[i], kept, taken, w);
		taken |= groups[i].skills;
	}
}

/* What the jobs of this incident need, and those that this step may make. */
static uint32_t needs(const struct incident *inc, const struct event *ev)
{
	uint32_t skills = 0;

	if (inc->state != INCIDENT_NONE)
		skills |= BIT(dispatch_skill(inc->class));
	if (ev->type == EVENT_ALARM && ev->alarm != NULL)
		skills |= BIT(dispatch_skill(kind_class(ev->alarm->kind)));
	for (uint32_t i = 0; i < inc->job_count; i++)
		skills |= BIT(inc->jobs[i].skill);
	if (ev->type == EVENT_DISPATCH && ev->skill != SKILL_NONE)
		skills |= BIT(ev->skill);
	return skills & ~BIT(SKILL_NONE);
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
		const struct area_brief *a = area_brief(app, code);

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

uint32_t home_risk(const Pingan__V1__Household *h)
{
	uint32_t most = 0;

	/* Who of them pressed is not known. */
	for (size_t i = 0; h != NULL && i < h->n_residents; i++) {
		uint32_t risk = score_risk(h->residents[i]->risks, h->residents[i]->n_risks);

		most = risk > most ? risk : most;
	}
	return most;
}

/* Where an alarm comes from. An unknown device belongs to the whole cell. */
static void opening_fill(struct app *app, const struct alarm *a, struct world *w)
{
	struct place p = {0};

	if (a == NULL) {
		snprintf(w->area, sizeof w->area, "%s", app->config.root_area);
		return;
	}
	intake_place(app, a, &p);
	w->area_wide = p.area_wide;
	if (!p.area_wide)
		memcpy(w->household, p.household, sizeof w->household);
	memcpy(w->area, p.area, sizeof w->area);
	memcpy(w->carrier, p.carrier, sizeof w->carrier);
	w->away = p.away;
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
	const struct home_brief *brief;
	struct home h = {0};

	memset(w, 0, sizeof *w);
	w->now_ms = app->now.store_ms;
	w->policy = &app->config.policy;
	if (opens)
		opening_fill(app, ev->alarm, w);
	snprintf(h.area, sizeof h.area, "%s", opens ? w->area : inc->area);
	snprintf(h.household, sizeof h.household, "%s", opens ? w->household : inc->household);
	h.needs = needs(inc, ev);
	brief = home_brief(app, h.household);
	w->has_contacts = brief != NULL && brief->tells;
	if (opens)
		w->risk = brief == NULL ? 0 : brief->risk;
	w->arrival_due_min = arrival_due_min(app, h.area);
	actor_fill(app, inc, ev, w);
	w->target_ready = ev->type == EVENT_TRANSFER && roster_may_take(app, ev->chosen[0], h.area);
	ready_fill(app, h.area, w);
	if (ev->alarm != NULL || !opens)
		w->storm_until_ms = storm_until_ms(app, ev->type == EVENT_ALARM ? ev->alarm->kind : inc->kind, h.area);
	if (inc->area_wide || w->area_wide)
		outage_world(app, inc, ev, w);
	if (!sends(ev->type, w))
		return;
	h.card = household_find(app, h.household);
	place_of(app, &h);
	h.others = others_alive(app);
	candidates_fill(app, &h, ev, w);
}
