/* shift_screens.c - rosters on the screens: gaps and swaps for supervisors, the week of one area, one's own shifts on the
 * phone. Whole each time. */
#include <stdio.h>

#include "app/roster.h"
#include "app/screens.h"
#include "app/shifts.h"
#include "core/duty.h"

#define GAPS_SHOWN 50
#define SWAPS_SHOWN 50
#define LATE_SHOWN 50
#define AREAS_SHOWN 256
#define SHIFTS_SHOWN 200
#define PEOPLE_SHOWN 200
#define AWAY_SHOWN 100
#define MINE_SHOWN 8
#define MINE_AWAY 4
#define NAME_MAX_BYTES 64
#define ROSTER_MS 500 /* told no more often */
#define AHEAD_MS (INT64_C(14) * 86400000)
#define PUT(list, n, item)        \
	do {                          \
		(list)[n] = (item);       \
		(n) += (list)[n] != NULL; \
	} while (0)

static char *area_of(struct app *app, const char *area)
{
	return text_cut(app, area, 15);
}

static char *named(struct app *app, const char *area)
{
	return text_cut(app, area_name(app, area, 15), NAME_MAX_BYTES);
}

static char *who(struct app *app, const char *person)
{
	return text_cut(app, person_name(app, person), NAME_MAX_BYTES);
}

/* ------------------------------------------------------------ gaps and swaps */

static Pingan__V1__RosterState__Gap *gap_fill(struct app *app, const struct gap_at *at)
{
	Pingan__V1__RosterState__Gap *g = arena_take(&app->arena, sizeof *g);

	if (g == NULL)
		return NULL;
	pingan__v1__roster_state__gap__init(g);
	g->area = area_of(app, at->area);
	g->area_name = named(app, at->area);
	g->slot = at->gap.slot;
	g->post = (Pingan__V1__ShiftPost)at->gap.post;
	g->skill = (Pingan__V1__Skill)at->gap.skill;
	g->from_ms = at->gap.from_ms;
	g->until_ms = at->gap.until_ms;
	g->need = at->gap.need;
	g->have = at->gap.have;
	g->shift_ms = at->gap.shift_ms;
	return g;
}

static Pingan__V1__RosterState__Swap *swap_fill(struct app *app, const char *area, const struct shift_change *c)
{
	Pingan__V1__RosterState__Swap *w = arena_take(&app->arena, sizeof *w);

	if (w == NULL)
		return NULL;
	pingan__v1__roster_state__swap__init(w);
	w->area = area_of(app, area);
	w->area_name = named(app, area);
	w->change = c->id;
	w->post = (Pingan__V1__ShiftPost)c->post;
	w->skill = (Pingan__V1__Skill)c->skill;
	w->from_ms = c->from_ms;
	w->until_ms = c->until_ms;
	w->person_name = who(app, c->person);
	w->takes_name = who(app, c->takes);
	w->return_from_ms = c->return_from_ms;
	w->return_until_ms = c->return_until_ms;
	w->state = (Pingan__V1__SwapState)c->state;
	w->asked_ms = c->asked_ms;
	return w;
}

static Pingan__V1__RosterState__Late *late_fill(struct app *app, const struct late_at *at)
{
	Pingan__V1__RosterState__Late *l = arena_take(&app->arena, sizeof *l);
	const Pingan__V1__Person *p;

	if (l == NULL)
		return NULL;
	pingan__v1__roster_state__late__init(l);
	p = person_find(app, at->person);
	l->area = area_of(app, at->area);
	l->area_name = named(app, at->area);
	l->person = text_cut(app, at->person, ID_MAX);
	l->name = who(app, at->person);
	l->phone = p == NULL ? (char *)"" : p->phone;
	l->from_ms = at->from_ms;
	return l;
}

static void rosters_fill(struct app *app, const struct session *s, enum swap_state state, Pingan__V1__RosterState *ret)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_ROSTER], of_type) {
		const struct shift_plan *plan = shift_plan_of(rec);

		if (plan == NULL || !rights_covers(&s->rights, plan->area))
			continue;
		if (state == SWAP_AGREED && ret->n_areas < AREAS_SHOWN) {
			Pingan__V1__AreaChoice *a = arena_take(&app->arena, sizeof *a);

			if (a != NULL) {
				pingan__v1__area_choice__init(a);
				a->area = area_of(app, plan->area);
				a->name = named(app, plan->area);
			}
			PUT(ret->areas, ret->n_areas, a);
		}
		for (uint32_t i = 0; i < plan->change_count && ret->n_swaps < SWAPS_SHOWN; i++)
			if (plan->changes[i].state == state && plan->changes[i].from_ms > app->now.store_ms)
				PUT(ret->swaps, ret->n_swaps, swap_fill(app, plan->area, &plan->changes[i]));
	}
}

bool roster_send(struct app *app, struct session *s)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__RosterState state = PINGAN__V1__ROSTER_STATE__INIT;
	uint32_t n, total, late_count;
	const struct gap_at *gaps = shift_gaps_known(app, &n, &total, &state.until_ms);
	const struct late_at *late = shift_late_known(app, &late_count);

	s->roster_rev = app->screens->roster_rev;
	if (s->rights.role != ROLE_SUPERVISOR)
		return false;
	arena_reset(&app->arena);
	state.gaps = pointers_take(app, GAPS_SHOWN);
	state.swaps = pointers_take(app, SWAPS_SHOWN);
	state.areas = pointers_take(app, AREAS_SHOWN);
	state.late = pointers_take(app, LATE_SHOWN);
	if (state.gaps == NULL || state.swaps == NULL || state.areas == NULL || state.late == NULL) {
		s->roster_rev--;
		return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (!rights_covers(&s->rights, gaps[i].area))
			continue;
		state.gap_count++;
		if (state.n_gaps < GAPS_SHOWN)
			PUT(state.gaps, state.n_gaps, gap_fill(app, &gaps[i]));
	}
	for (uint32_t i = 0; i < late_count && state.n_late < LATE_SHOWN; i++)
		if (rights_covers(&s->rights, late[i].area))
			PUT(state.late, state.n_late, late_fill(app, &late[i]));
	rosters_fill(app, s, SWAP_AGREED, &state);
	rosters_fill(app, s, SWAP_ASKED, &state);
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_ROSTER;
	m.roster = &state;
	if (console_clean(&m.base, &app->arena) && session_send(app, s, &m))
		return true;
	s->roster_rev--;
	return false;
}

void screens_roster(struct app *app)
{
	if (app->screens != NULL)
		app->screens->roster_dirty = true;
}

void roster_screens_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s;

	if (!sc->roster_dirty || app->now.mono.ms - sc->roster_sent_at.ms < ROSTER_MS)
		return;
	sc->roster_dirty = false;
	sc->roster_sent_at = app->now.mono;
	sc->roster_rev++;
	TAILQ_FOREACH (s, &sc->all, link_all)
		if (s->view != NULL && s->rights.role == ROLE_SUPERVISOR)
			session_due(app, s);
}

/* ------------------------------------------------------------ the week of one area */

struct page {
	struct app *app;
	const struct shift_plan *plan;
	const struct shift_world *w;
	struct shift list[SHIFTS_SHOWN];
	uint32_t count;
};

static bool page_each(void *ctx, const struct shift *s)
{
	struct page *p = ctx;

	if (p->count < SHIFTS_SHOWN)
		p->list[p->count++] = *s;
	return p->count < SHIFTS_SHOWN;
}

static int by_begin(const void *a, const void *b)
{
	const struct shift *x = a, *y = b;

	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	if (x->post != y->post)
		return x->post < y->post ? -1 : 1;
	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static bool planned(const struct shift_plan *plan, uint32_t slot, const char *person)
{
	for (uint32_t i = 0; i < plan->slot_count; i++)
		for (uint32_t k = 0; plan->slots[i].id == slot && k < plan->slots[i].people_count; k++)
			if (strcmp(plan->slots[i].people[k], person) == 0)
				return true;
	return false;
}

static Pingan__V1__RosterPage__Person *page_person(const struct page *p, const struct shift *s, const char *person)
{
	struct app *app = p->app;
	Pingan__V1__RosterPage__Person *to = arena_take(&app->arena, sizeof *to);
	const Pingan__V1__Person *of = person_find(app, person);
	const struct member *m = roster_member(app, person);
	const struct operator* op = operator_find(app, person);
	bool runs = s->from_ms <= app->now.store_ms && app->now.store_ms < s->until_ms;

	if (to == NULL)
		return NULL;
	pingan__v1__roster_page__person__init(to);
	to->id = text_cut(app, person, ID_MAX);
	to->name = of == NULL ? to->id : text_cut(app, of->name, NAME_MAX_BYTES);
	to->phone = of == NULL ? (char *)"" : of->phone;
	to->absent = shift_away(s, p->w, person);
	to->joins = !planned(p->plan, s->slot, person);
	to->on_duty = runs && m != NULL && m->on_duty;
	to->ready = runs && op != NULL && op->ready && op->link == LINK_UP;
	return to;
}

static Pingan__V1__RosterPage__Shift *page_shift(const struct page *p, const struct shift *s)
{
	struct app *app = p->app;
	Pingan__V1__RosterPage__Shift *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__roster_page__shift__init(to);
	to->slot = s->slot;
	to->post = (Pingan__V1__ShiftPost)s->post;
	to->skill = (Pingan__V1__Skill)s->skill;
	to->from_ms = s->from_ms;
	to->until_ms = s->until_ms;
	to->need = s->need;
	to->have = shift_fewest(s, p->plan->area, p->w);
	to->people = pointers_take(app, SHIFT_CREW_MAX);
	for (uint32_t i = 0; to->people != NULL && i < s->count; i++)
		PUT(to->people, to->n_people, page_person(p, s, s->people[i]));
	return to;
}

static Pingan__V1__RosterPage__Someone *page_someone(struct app *app, const struct member *m)
{
	Pingan__V1__RosterPage__Someone *to = arena_take(&app->arena, sizeof *to);

	if (to == NULL)
		return NULL;
	pingan__v1__roster_page__someone__init(to);
	to->id = text_cut(app, m->id, ID_MAX);
	to->name = who(app, m->id);
	to->role = (Pingan__V1__Role)m->rights.role;
	to->skills = arena_take(&app->arena, SKILL_COUNT * sizeof *to->skills);
	for (unsigned k = 1; to->skills != NULL && k < SKILL_COUNT; k++)
		if ((m->skills & BIT(k)) != 0)
			to->skills[to->n_skills++] = (Pingan__V1__Skill)k;
	return to;
}

static void page_away(struct app *app, const char *person, ms_t until_ms, Pingan__V1__RosterPage *ret)
{
	const struct absences *a = absences_find(app, person);

	for (uint32_t i = 0; a != NULL && i < a->count && ret->n_away < AWAY_SHOWN; i++) {
		Pingan__V1__RosterPage__Away *to;

		if (a->list[i].until_ms <= app->now.store_ms || a->list[i].from_ms >= until_ms)
			continue;
		to = arena_take(&app->arena, sizeof *to);
		if (to != NULL) {
			pingan__v1__roster_page__away__init(to);
			to->person = text_cut(app, person, ID_MAX);
			to->name = who(app, person);
			to->absence = a->list[i].id;
			to->from_ms = a->list[i].from_ms;
			to->until_ms = a->list[i].until_ms;
			to->reason = (Pingan__V1__AbsenceReason)a->list[i].reason;
		}
		PUT(ret->away, ret->n_away, to);
	}
}

/* Who works here, and could be asked: in the order of the registry. */
static void page_people(struct app *app, const char *area, ms_t until_ms, Pingan__V1__RosterPage *ret)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_PERSON], of_type) {
		const struct member *m = rec->rev == 0 ? NULL : roster_member(app, rec->key + strlen("person:"));

		if (m == NULL || !m->known || !rights_post(&m->rights, POST_DUTY_PHONE) || !rights_covers(&m->rights, area))
			continue;
		if (ret->n_people < PEOPLE_SHOWN)
			PUT(ret->people, ret->n_people, page_someone(app, m));
		page_away(app, m->id, until_ms, ret);
	}
}

bool roster_page_send(struct app *app, struct session *s, const Pingan__V1__RosterLook *look)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__RosterPage page = PINGAN__V1__ROSTER_PAGE__INIT;
	struct page *p = arena_take(&app->arena, sizeof *p);
	struct shift_world w;

	page.shifts = pointers_take(app, SHIFTS_SHOWN);
	page.people = pointers_take(app, PEOPLE_SHOWN);
	page.away = pointers_take(app, AWAY_SHOWN);
	if (p == NULL || page.shifts == NULL || page.people == NULL || page.away == NULL)
		return false;
	shift_world(app, &w);
	p->app = app;
	p->w = &w;
	p->count = 0;
	p->plan = shift_plan_find(app, look->area);
	page.area = area_of(app, look->area);
	page.area_name = named(app, look->area);
	page.from_ms = look->from_ms;
	page.until_ms = look->from_ms + (int64_t)look->days * 86400000;
	if (p->plan != NULL)
		(void)shift_each(p->plan, shift_offset_ms(app), page.from_ms, page.until_ms, page_each, p);
	if (p->count != 0)
		qsort(p->list, p->count, sizeof p->list[0], by_begin);
	for (uint32_t i = 0; i < p->count; i++)
		PUT(page.shifts, page.n_shifts, page_shift(p, &p->list[i]));
	page_people(app, look->area, page.until_ms, &page);
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_ROSTER_PAGE;
	m.roster_page = &page;
	return console_clean(&m.base, &app->arena) && session_send(app, s, &m);
}

/* ------------------------------------------------------------ the phone */

struct mine {
	struct app *app;
	const char *person;
	struct shift list[MINE_SHOWN];
	char area[MINE_SHOWN][16];
	const struct shift_plan *plan;
	uint32_t count;
};

/* The next ones: a later one gives way. */
static bool mine_each(void *ctx, const struct shift *s)
{
	struct mine *m = ctx;
	uint32_t at = m->count;

	if (!shift_has(s, m->person))
		return true;
	while (at > 0 && m->list[at - 1].from_ms > s->from_ms)
		at--;
	if (at == MINE_SHOWN)
		return true;
	if (m->count < MINE_SHOWN)
		m->count++;
	memmove(&m->list[at + 1], &m->list[at], (m->count - at - 1) * sizeof m->list[0]);
	memmove(&m->area[at + 1], &m->area[at], (m->count - at - 1) * sizeof m->area[0]);
	m->list[at] = *s;
	memcpy(m->area[at], m->plan->area, sizeof m->area[at]);
	return true;
}

static uint32_t asked_for(const struct shift_plan *plan, const struct shift *s, const char *person)
{
	for (uint32_t i = 0; plan != NULL && i < plan->change_count; i++) {
		const struct shift_change *c = &plan->changes[i];

		if ((c->state == SWAP_ASKED || c->state == SWAP_AGREED) && c->slot == s->slot && c->from_ms == s->from_ms &&
		    strcmp(c->person, person) == 0)
			return c->id;
	}
	return 0;
}

/* Who is in this roster, could take the shift, and has not got it. */
static void colleagues_fill(struct app *app, const struct shift_plan *plan, const struct shift *s,
                            Pingan__V1__PhoneShift *ret)
{
	struct shift_world w;

	shift_world(app, &w);
	ret->colleagues = pointers_take(app, SHIFT_PEOPLE_MAX);
	for (uint32_t i = 0; ret->colleagues != NULL && plan != NULL && i < plan->slot_count; i++)
		for (uint32_t k = 0; k < plan->slots[i].people_count && ret->n_colleagues < SHIFT_PEOPLE_MAX; k++) {
			const char *person = plan->slots[i].people[k];
			Pingan__V1__PhoneShift__Colleague *to;
			bool twice = shift_has(s, person) || !w.fits(w.ctx, person, plan->area, s->post, s->skill);

			for (size_t j = 0; j < ret->n_colleagues; j++)
				twice = twice || strcmp(ret->colleagues[j]->id, person) == 0;
			if (twice || (to = arena_take(&app->arena, sizeof *to)) == NULL)
				continue;
			pingan__v1__phone_shift__colleague__init(to);
			to->id = text_cut(app, person, ID_MAX);
			to->name = who(app, person);
			ret->colleagues[ret->n_colleagues++] = to;
		}
}

static Pingan__V1__PhoneShift *shift_fill(struct app *app, const struct mine *m, uint32_t at)
{
	Pingan__V1__PhoneShift *to = arena_take(&app->arena, sizeof *to);
	const struct shift_plan *plan = shift_plan_find(app, m->area[at]);
	const struct shift *s = &m->list[at];

	if (to == NULL)
		return NULL;
	pingan__v1__phone_shift__init(to);
	to->area = area_of(app, m->area[at]);
	to->area_name = named(app, m->area[at]);
	to->slot = s->slot;
	to->from_ms = s->from_ms;
	to->until_ms = s->until_ms;
	to->post = (Pingan__V1__ShiftPost)s->post;
	to->skill = (Pingan__V1__Skill)s->skill;
	to->swap = asked_for(plan, s, m->person);
	if (s->slot != 0 && s->from_ms > app->now.store_ms)
		colleagues_fill(app, plan, s, to);
	return to;
}

static void swaps_fill(struct app *app, const struct mine *m, Pingan__V1__PhoneState *ret)
{
	for (uint32_t i = 0; i < m->plan->change_count && ret->n_swaps < MINE_SHOWN; i++) {
		const struct shift_change *c = &m->plan->changes[i];
		bool asks = strcmp(c->person, m->person) == 0, asked = strcmp(c->takes, m->person) == 0;
		Pingan__V1__PhoneSwap *to;

		/* What a supervisor set is no question; an answer is shown until its shift has begun. */
		if ((!asks && !asked) || c->slot == 0 || c->from_ms <= app->now.store_ms || strcmp(c->by, c->person) != 0)
			continue;
		to = arena_take(&app->arena, sizeof *to);
		if (to != NULL) {
			pingan__v1__phone_swap__init(to);
			to->area = area_of(app, m->plan->area);
			to->area_name = named(app, m->plan->area);
			to->change = c->id;
			to->from_ms = c->from_ms;
			to->until_ms = c->until_ms;
			to->return_from_ms = c->return_from_ms;
			to->return_until_ms = c->return_until_ms;
			to->other_name = who(app, asks ? c->takes : c->person);
			to->mine = asks;
			to->state = (Pingan__V1__SwapState)c->state;
		}
		PUT(ret->swaps, ret->n_swaps, to);
	}
}

static void away_fill(struct app *app, const char *person, Pingan__V1__PhoneState *ret)
{
	const struct absences *a = absences_find(app, person);

	ret->away = pointers_take(app, MINE_AWAY);
	for (uint32_t i = 0; ret->away != NULL && a != NULL && i < a->count && ret->n_away < MINE_AWAY; i++) {
		Pingan__V1__PhoneAway *to;

		if (a->list[i].until_ms <= app->now.store_ms)
			continue;
		to = arena_take(&app->arena, sizeof *to);
		if (to != NULL) {
			pingan__v1__phone_away__init(to);
			to->absence = a->list[i].id;
			to->from_ms = a->list[i].from_ms;
			to->until_ms = a->list[i].until_ms;
			to->reason = (Pingan__V1__AbsenceReason)a->list[i].reason;
		}
		PUT(ret->away, ret->n_away, to);
	}
}

void phone_roster(struct app *app, const char *person, Pingan__V1__PhoneState *ret)
{
	struct mine *m = arena_take(&app->arena, sizeof *m);
	char areas[ROSTERS_OF_ONE][16];
	uint32_t n;

	ret->shifts = pointers_take(app, MINE_SHOWN);
	ret->swaps = pointers_take(app, MINE_SHOWN);
	if (m == NULL || ret->shifts == NULL || ret->swaps == NULL)
		return;
	*m = (struct mine){.app = app, .person = person};
	n = shift_areas_of(app, person, areas);
	for (uint32_t i = 0; i < n; i++) {
		m->plan = shift_plan_find(app, areas[i]);
		if (m->plan == NULL)
			continue;
		(void)shift_each(m->plan, shift_offset_ms(app), app->now.store_ms, app->now.store_ms + AHEAD_MS, mine_each, m);
		swaps_fill(app, m, ret);
	}
	for (uint32_t i = 0; i < m->count; i++)
		PUT(ret->shifts, ret->n_shifts, shift_fill(app, m, i));
	away_fill(app, person, ret);
}

void phone_duty(struct app *app, const struct caregiver *c, Pingan__V1__PhoneState *ret)
{
	Pingan__V1__PhoneCheck *to;

	ret->off_after_job = c != NULL && c->off_after_job;
	if (c == NULL || c->check_ms == 0 || (to = arena_take(&app->arena, sizeof *to)) == NULL)
		return;
	pingan__v1__phone_check__init(to);
	to->made_ms = c->check_ms;
	to->until_ms = c->check_ms + DUTY_CHECK_MS;
	to->proved_ms = c->proved_ms >= c->check_ms ? c->proved_ms : 0;
	to->took_ms = c->proof_took_ms;
	ret->check = to;
}
