#include "app/shifts.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/roster.h"
#include "base/hash.h"
#include "wire/record_roster.h"

#define SCAN_EVERY_MS 60000 /* what was far is near, and what was to come has begun */
#define SCAN_SOON_MS 500    /* after a change */
#define REMIND_EVERY_MS 5000
#define REMINDS_A_TURN 64

/* record->live of RECORD_ROSTER */
struct plan_live {
	uint64_t scanned; /* number of the look that has seen it */
	ms_t reminded_ms; /* shifts that begin up to then have been said */
	struct shift_plan plan;
	struct shift_slot *slots;
	struct shift_change changes[];
};

/* In which rosters somebody stands. May name one that no longer has them: whoever asks looks there. */
struct rosters_of {
	char person[ID_MAX];
	uint32_t count;
	char areas[ROSTERS_OF_ONE][16];
};

struct shifts {
	struct table of;        /* person -> struct rosters_of */
	struct shift_room room; /* of use until the next record is read */
	bool dirty;
	uint64_t look; /* grows with each look at all rosters */
	bool looking;
	mono_t looked_at, reminded_at;
	ms_t from_ms; /* of the look under way */
	uint32_t found, late_found;
	uint64_t total;
	struct gap_at next[GAPS_MAX];
	struct late_at next_late[LATE_MAX];
	/* What the last one found. */
	uint32_t count, late_count, total_known;
	ms_t until_ms;
	struct gap_at gaps[GAPS_MAX];
	struct late_at late[LATE_MAX];
};

bool shifts_new(struct app *app)
{
	app->shifts = calloc(1, sizeof *app->shifts);
	return app->shifts != NULL;
}

void shifts_free(struct app *app)
{
	struct table *of = app->shifts == NULL ? NULL : &app->shifts->of;

	for (size_t i = 0; of != NULL && i < table_places(of); i++)
		if (table_at(of, i)->key != NULL)
			free(table_at(of, i)->value);
	if (of != NULL)
		table_free(of);
	free(app->shifts);
	app->shifts = NULL;
}

/* ------------------------------------------------------------ records */

static void unreadable(struct app *app, struct record *rec, int bad)
{
	count(app, C_RECORDS_UNREADABLE);
	APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=%s", rec->key, record_bad_name(bad));
	free(rec->live); /* nobody is on call by what can't be read; whoever is on duty stays so */
	rec->live = NULL;
}

static bool names(const struct shift_plan *plan, const char *person)
{
	for (uint32_t i = 0; i < plan->slot_count; i++)
		for (uint32_t k = 0; k < plan->slots[i].people_count; k++)
			if (strcmp(plan->slots[i].people[k], person) == 0)
				return true;
	for (uint32_t i = 0; i < plan->change_count; i++)
		if (strcmp(plan->changes[i].takes, person) == 0 || strcmp(plan->changes[i].person, person) == 0)
			return true;
	return false;
}

static void stands_in(struct app *app, const char *person, const char *area)
{
	struct rosters_of *of;
	uint32_t at = 0;

	if (person[0] == '\0')
		return;
	phones_touch(app, person);
	of = table_get(&app->shifts->of, person);
	if (of == NULL) {
		of = calloc(1, sizeof *of);
		if (of != NULL)
			(void)text_copy(of->person, sizeof of->person, slice_str(person));
		if (of == NULL || !table_put(&app->shifts->of, of->person, of)) {
			free(of);
			projection_incomplete(app, "roster");
			return;
		}
	}
	while (at < of->count && strcmp(of->areas[at], area) != 0) {
		const struct shift_plan *plan = of->count < ROSTERS_OF_ONE ? NULL : shift_plan_find(app, of->areas[at]);

		if (of->count == ROSTERS_OF_ONE && (plan == NULL || !names(plan, person)))
			break; /* no longer: its place is free */
		at++;
	}
	if (at == ROSTERS_OF_ONE)
		return; /* what the phone shows is not all; the roster stands all the same */
	if (at == of->count)
		of->count++;
	(void)text_copy(of->areas[at], sizeof of->areas[at], slice_str(area));
}

static void stand_in(struct app *app, const struct shift_plan *plan)
{
	for (uint32_t i = 0; i < plan->slot_count; i++)
		for (uint32_t k = 0; k < plan->slots[i].people_count; k++)
			stands_in(app, plan->slots[i].people[k], plan->area);
	for (uint32_t i = 0; i < plan->change_count; i++) {
		stands_in(app, plan->changes[i].person, plan->area);
		stands_in(app, plan->changes[i].takes, plan->area);
	}
}

uint32_t shift_areas_of(struct app *app, const char *person, char ret[ROSTERS_OF_ONE][16])
{
	const struct rosters_of *of = table_get(&app->shifts->of, person);

	if (of == NULL)
		return 0;
	memcpy(ret, of->areas, sizeof of->areas);
	return of->count;
}

static void plan_read(struct app *app, struct record *rec)
{
	struct shift_room *room = &app->shifts->room;
	int bad = roster_decode(slice_of(rec->body, rec->body_len), room, &app->scratch);
	const struct plan_live *was = rec->live;
	const struct shift_plan *plan = &room->plan;
	size_t changes_size = plan->change_count * sizeof plan->changes[0];
	struct plan_live *live;

	if (bad == 0 && strcmp(plan->area, rec->key + strlen("roster:")) != 0)
		bad = RECORD_BAD_STATE;
	if (bad != 0) {
		unreadable(app, rec, bad);
		return;
	}
	live = malloc(sizeof *live + changes_size + plan->slot_count * sizeof plan->slots[0]);
	if (live == NULL) {
		projection_incomplete(app, "roster");
		return;
	}
	live->scanned = 0;
	live->reminded_ms = was == NULL ? 0 : was->reminded_ms;
	live->plan = *plan;
	live->plan.changes = live->changes;
	live->plan.slots = live->slots = (struct shift_slot *)(void *)((char *)live->changes + changes_size);
	for (uint32_t i = 0; i < plan->change_count; i++)
		live->changes[i] = plan->changes[i];
	for (uint32_t i = 0; i < plan->slot_count; i++)
		live->slots[i] = plan->slots[i];
	if (was != NULL)
		stand_in(app, &was->plan); /* whoever stands there no longer is told so */
	free(rec->live);
	rec->live = live;
	stand_in(app, &live->plan);
}

static void absence_read(struct app *app, struct record *rec)
{
	struct absences *a = malloc(sizeof *a);
	int bad;

	if (a == NULL) {
		projection_incomplete(app, "absence");
		return;
	}
	bad = absences_decode(slice_of(rec->body, rec->body_len), a, &app->scratch);
	if (bad == 0 && strcmp(a->person, rec->key + strlen("absence:")) != 0)
		bad = RECORD_BAD_STATE;
	if (bad != 0) {
		free(a);
		unreadable(app, rec, bad);
		return;
	}
	free(rec->live);
	rec->live = a;
	phones_touch(app, a->person);
}

void shifts_read(struct app *app, struct record *rec)
{
	if (rec->rev != 0 && rec->type == RECORD_ROSTER)
		plan_read(app, rec);
	else if (rec->rev != 0)
		absence_read(app, rec);
	shifts_people(app);
}

void shifts_people(struct app *app)
{
	if (app->shifts != NULL)
		app->shifts->dirty = true;
}

const struct shift_plan *shift_plan_of(const struct record *rec)
{
	const struct plan_live *live = rec == NULL || rec->rev == 0 ? NULL : rec->live;

	return live == NULL ? NULL : &live->plan;
}

const struct shift_plan *shift_plan_find(struct app *app, const char *area)
{
	char key[STORE_KEY_MAX];

	record_key(key, "roster", area);
	return shift_plan_of(record_find(app, key));
}

const struct absences *absences_find(struct app *app, const char *person)
{
	char key[STORE_KEY_MAX];
	const struct record *rec;

	record_key(key, "absence", person);
	rec = record_find(app, key);
	return rec == NULL || rec->rev == 0 ? NULL : rec->live;
}

/* ------------------------------------------------------------ people */

int64_t shift_offset_ms(const struct app *app)
{
	return MINUTES(app->config.policy.utc_offset_min);
}

static bool fits(void *ctx, const char *person, const char *area, enum shift_post post, enum skill skill)
{
	const struct member *m = roster_member(ctx, person);

	return m != NULL && m->known && rights_post(&m->rights, post) && rights_covers(&m->rights, area) &&
	       (post != POST_FIELD || (m->skills & BIT(skill)) != 0 ||
	        (skill == SKILL_CARE && (m->skills & BIT(SKILL_NURSE)) != 0));
}

static const struct absences *absences(void *ctx, const char *person)
{
	return absences_find(ctx, person);
}

void shift_world(struct app *app, struct shift_world *ret)
{
	*ret = (struct shift_world){.ctx = app, .fits = fits, .absences = absences};
}

/* ------------------------------------------------------------ on call */

struct on_call {
	const struct shift_world *w;
	const char *area;
	enum shift_post post;
	enum skill skill;
	ms_t at_ms;
	uint32_t count;
	char (*ret)[ID_MAX];
};

static bool on_call_each(void *ctx, const struct shift *s)
{
	struct on_call *c = ctx;
	char there[SHIFT_CREW_MAX][ID_MAX];
	uint32_t n;

	if (s->post != c->post || s->from_ms > c->at_ms || (c->skill != SKILL_NONE && s->skill != c->skill))
		return true;
	n = shift_there(s, c->area, c->w, c->at_ms, there);
	for (uint32_t i = 0; i < n && c->count < ON_CALL_MAX; i++) {
		bool twice = false;

		for (uint32_t k = 0; k < c->count; k++)
			twice = twice || strcmp(c->ret[k], there[i]) == 0;
		if (!twice)
			memcpy(c->ret[c->count++], there[i], ID_MAX);
	}
	return c->count < ON_CALL_MAX;
}

uint32_t shift_on_call(struct app *app, const char *area, enum shift_post post, enum skill skill, ms_t at_ms,
                       char ret[ON_CALL_MAX][ID_MAX])
{
	struct shift_world w;
	struct on_call c = {.w = &w, .post = post, .skill = skill, .at_ms = at_ms, .ret = ret};
	char code[16];

	shift_world(app, &w);
	snprintf(code, sizeof code, "%s", area);
	do {
		const struct shift_plan *plan = shift_plan_find(app, code);

		c.area = code;
		if (plan != NULL)
			(void)shift_each(plan, shift_offset_ms(app), at_ms, at_ms + 1, on_call_each, &c);
	} while (c.count == 0 && area_up(code));
	return c.count;
}

/* ------------------------------------------------------------ gaps */

struct look {
	struct app *app;
	const struct shift_world *w;
	const struct shift_plan *plan;
	uint32_t shifts; /* looked at in this turn */
};

/* Full: the farthest gives way. */
static void gap_keep(struct shifts *sh, const char *area, const struct shift_gap *gap)
{
	struct gap_at *at = NULL;

	sh->total++;
	if (sh->found < GAPS_MAX) {
		at = &sh->next[sh->found++];
	} else {
		for (uint32_t i = 0; i < GAPS_MAX; i++)
			if (at == NULL || sh->next[i].gap.from_ms > at->gap.from_ms)
				at = &sh->next[i];
		if (at->gap.from_ms <= gap->from_ms)
			return;
	}
	memset(at, 0, sizeof *at);
	(void)text_copy(at->area, sizeof at->area, slice_str(area));
	at->gap = *gap;
}

static void late_keep(struct app *app, const struct look *l, const struct shift *s)
{
	struct shifts *sh = app->shifts;
	char there[SHIFT_CREW_MAX][ID_MAX];
	uint32_t n;

	if (s->post != POST_FIELD || s->from_ms + SHIFT_LATE_MS > sh->from_ms || s->until_ms <= sh->from_ms)
		return;
	n = shift_there(s, l->plan->area, l->w, sh->from_ms, there);
	for (uint32_t i = 0; i < n && sh->late_found < LATE_MAX; i++) {
		const struct member *m = roster_member(app, there[i]);
		struct late_at *at;

		if (m == NULL || m->on_duty)
			continue;
		at = &sh->next_late[sh->late_found++];
		memset(at, 0, sizeof *at);
		memcpy(at->area, l->plan->area, sizeof at->area);
		memcpy(at->person, there[i], sizeof at->person);
		at->from_ms = s->from_ms;
	}
}

static bool look_each(void *ctx, const struct shift *s)
{
	struct look *l = ctx;
	struct shifts *sh = l->app->shifts;
	struct shift_gap gaps[2 * ABSENCES_MAX];
	uint32_t n = shift_gaps(s, l->plan->area, l->w, sh->from_ms, gaps, COUNT_OF(gaps));

	for (uint32_t i = 0; i < n; i++)
		gap_keep(sh, l->plan->area, &gaps[i]);
	l->shifts++;
	late_keep(l->app, l, s);
	return true;
}

static int by_time(const void *a, const void *b)
{
	const struct gap_at *x = a, *y = b;

	if (x->gap.from_ms != y->gap.from_ms)
		return x->gap.from_ms < y->gap.from_ms ? -1 : 1;
	return strcmp(x->area, y->area) != 0       ? strcmp(x->area, y->area)
	       : x->gap.slot != y->gap.slot        ? (x->gap.slot < y->gap.slot ? -1 : 1)
	       : x->gap.shift_ms < y->gap.shift_ms ? -1
	                                           : x->gap.shift_ms > y->gap.shift_ms;
}

static int by_person(const void *a, const void *b)
{
	const struct late_at *x = a, *y = b;

	return strcmp(x->area, y->area) != 0 ? strcmp(x->area, y->area) : strcmp(x->person, y->person);
}

/* Gaps that run begin now, whenever that is: that alone is no news. */
static bool same(const struct shifts *sh)
{
	if (sh->count != sh->found || sh->late_count != sh->late_found || sh->total_known != sh->total)
		return false;
	for (uint32_t i = 0; i < sh->count; i++) {
		const struct gap_at *a = &sh->gaps[i], *b = &sh->next[i];

		if (strcmp(a->area, b->area) != 0 || a->gap.slot != b->gap.slot || a->gap.shift_ms != b->gap.shift_ms ||
		    a->gap.until_ms != b->gap.until_ms || a->gap.have != b->gap.have || a->gap.need != b->gap.need)
			return false;
	}
	return memcmp(sh->late, sh->next_late, sh->late_count * sizeof sh->late[0]) == 0;
}

static void look_end(struct app *app)
{
	struct shifts *sh = app->shifts;
	bool news;

	sh->looking = false;
	if (sh->found != 0)
		qsort(sh->next, sh->found, sizeof sh->next[0], by_time);
	if (sh->late_found != 0)
		qsort(sh->next_late, sh->late_found, sizeof sh->next_late[0], by_person);
	news = !same(sh);
	memcpy(sh->gaps, sh->next, sh->found * sizeof sh->gaps[0]);
	memcpy(sh->late, sh->next_late, sh->late_found * sizeof sh->late[0]);
	sh->count = sh->found;
	sh->late_count = sh->late_found;
	sh->total_known = sh->total > UINT32_MAX ? UINT32_MAX : (uint32_t)sh->total;
	sh->until_ms = sh->from_ms + SHIFTS_AHEAD_MS;
	if (news)
		screens_roster(app);
}

static void look(struct app *app)
{
	struct shifts *sh = app->shifts;
	struct shift_world w;
	struct look l = {.app = app, .w = &w};
	struct record *rec;
	int n = 0;

	if (!sh->looking) {
		ms_t pause = sh->dirty ? SCAN_SOON_MS : SCAN_EVERY_MS;

		if (!app->loaded || (sh->until_ms != 0 && app->now.mono.ms - sh->looked_at.ms < pause))
			return;
		sh->looked_at = app->now.mono;
		sh->dirty = false;
		sh->looking = true;
		sh->look++;
		sh->from_ms = app->now.store_ms;
		sh->found = sh->late_found = 0;
		sh->total = 0;
	}
	shift_world(app, &w);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_ROSTER], of_type) {
		struct plan_live *live = rec->rev == 0 ? NULL : rec->live;

		if (live == NULL || live->scanned == sh->look)
			continue;
		if (n++ == ROSTERS_A_TURN || l.shifts >= SHIFTS_A_TURN)
			return;
		live->scanned = sh->look;
		l.plan = &live->plan;
		(void)shift_each(&live->plan, shift_offset_ms(app), sh->from_ms, sh->from_ms + SHIFTS_AHEAD_MS, look_each, &l);
	}
	look_end(app);
}

const struct gap_at *shift_gaps_known(const struct app *app, uint32_t *ret_count, uint32_t *ret_total,
                                      ms_t *ret_until_ms)
{
	*ret_count = app->shifts->count;
	*ret_total = app->shifts->total_known;
	*ret_until_ms = app->shifts->until_ms;
	return app->shifts->gaps;
}

const struct late_at *shift_late_known(const struct app *app, uint32_t *ret_count)
{
	*ret_count = app->shifts->late_count;
	return app->shifts->late;
}

/* ------------------------------------------------------------ reminders */

struct remind {
	struct app *app;
	const struct shift_world *w;
	struct plan_live *live;
	uint32_t asked;
	bool full;    /* no room: again soon. The store knows those that were said */
	ms_t wait_ms; /* not ours to say yet, from this one on; 0 = none */
};

static bool remind_each(void *ctx, const struct shift *s)
{
	struct remind *r = ctx;
	struct app *app = r->app;
	char there[SHIFT_CREW_MAX][ID_MAX];
	uint32_t n;

	if (s->from_ms <= app->now.store_ms || s->from_ms <= r->live->reminded_ms)
		return true;
	if (!deadline_mine(app, hash_bytes((uint64_t)s->from_ms, s->slot, slice_str(r->live->plan.area)),
	                   app->now.store_ms - (s->from_ms - SHIFT_REMIND_MS))) {
		if (r->wait_ms == 0 || s->from_ms < r->wait_ms)
			r->wait_ms = s->from_ms;
		return true;
	}
	n = shift_there(s, r->live->plan.area, r->w, s->from_ms, there);
	for (uint32_t i = 0; i < n && !r->full; i++) {
		struct shift_ask ask = {.act = SHIFT_REMIND};
		const struct member *m = roster_member(app, there[i]);

		if (m == NULL || m->on_duty)
			continue;
		memcpy(ask.key, there[i], sizeof ask.key);
		memcpy(ask.area, r->live->plan.area, sizeof ask.area);
		ask.change.slot = s->slot;
		ask.change.from_ms = s->from_ms;
		r->full = !shift_ask(app, &ask, (struct waiter){0});
		r->asked++;
	}
	return !r->full;
}

ms_t reminder_ms(struct app *app, const struct record *rec)
{
	const Pingan__V1__Reminder *m;

	if (rec->rev == 0)
		return 0;
	m = pingan__v1__reminder__unpack(&app->arena.allocator, rec->body_len, rec->body);
	return m == NULL || m->from_ms < 0 ? 0 : m->from_ms;
}

/* Shifts that have begun: nobody is reminded of them any more. */
static void reminders_sweep(struct app *app)
{
	struct record *rec;
	uint32_t asked = 0;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_REMINDER], of_type) {
		struct shift_ask ask = {.act = SHIFT_REMIND_OVER};
		ms_t over_ms;

		if (rec->rev == 0 || rec->busy != NULL || rec->waiting_count != 0)
			continue;
		arena_reset(&app->arena);
		over_ms = reminder_ms(app, rec) + SHIFT_REMIND_MS;
		if (over_ms > app->now.store_ms ||
		    !deadline_mine(app, hash_bytes(6, 7, slice_str(rec->key)), app->now.store_ms - over_ms))
			continue;
		if (!text_copy(ask.key, sizeof ask.key, slice_str(rec->key + strlen("reminder:"))) ||
		    !shift_ask(app, &ask, (struct waiter){0}) || ++asked == REMINDS_A_TURN)
			return;
	}
}

static void remind(struct app *app)
{
	struct shifts *sh = app->shifts;
	struct shift_world w;
	struct record *rec;
	uint32_t asked = 0;

	if (!app->store_up || !app->fresh || app->now.mono.ms - sh->reminded_at.ms < REMIND_EVERY_MS)
		return;
	sh->reminded_at = app->now.mono;
	reminders_sweep(app);
	shift_world(app, &w);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_ROSTER], of_type) {
		struct remind r = {.app = app, .w = &w, .live = rec->rev == 0 ? NULL : rec->live};
		ms_t until_ms = app->now.store_ms + SHIFT_REMIND_MS;

		if (r.live == NULL)
			continue;
		if (asked >= REMINDS_A_TURN)
			return; /* the others in a moment */
		(void)shift_each(&r.live->plan, shift_offset_ms(app), app->now.store_ms, until_ms + 1, remind_each, &r);
		asked += r.asked;
		if (!r.full)
			r.live->reminded_ms = r.wait_ms != 0 ? r.wait_ms - 1 : until_ms;
	}
}

bool shifts_behind(const struct app *app)
{
	return app->shifts->looking;
}

void shifts_turn(struct app *app)
{
	look(app);
	remind(app);
}
