/* presence.c - people of people: who is at the consoles, who is on duty. Whole each time, gathered for PRESENCE_MS. */
#include "app/duty_groups.h"
#include "app/screens.h"

#define PEOPLE_MAX 500

static Pingan__V1__Presence__Someone *someone(struct app *app, const char *person, enum role role)
{
	Pingan__V1__Presence__Someone *p = arena_take(&app->arena, sizeof *p);

	if (p == NULL)
		return NULL;
	pingan__v1__presence__someone__init(p);
	p->id = text_cut(app, person, ID_MAX);
	p->name = text_cut(app, person_name(app, person), 64);
	p->role = (Pingan__V1__Role)role;
	p->reachable = screens_reachable(app, person);
	return p;
}

static size_t desk_fill(struct app *app, const struct session *s, Pingan__V1__Presence__Someone **list)
{
	struct record *rec;
	size_t n = 0;
	bool flood;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_OPERATOR], of_type) {
		const struct operator* op = rec->live;
		const struct member *m = rec->rev == 0 || op == NULL ? NULL : roster_member(app, op->id);
		bool me = m != NULL && strcmp(m->id, s->rights.person) == 0;

		if (m == NULL || !m->known || n == PEOPLE_MAX ||
		    (!me && (op->link == LINK_NONE || !rights_meet(&s->rights, &m->rights))))
			continue;
		list[n] = someone(app, m->id, m->rights.role);
		if (list[n] == NULL)
			break;
		list[n]->ready = op->ready;
		list[n]->gone = op->link != LINK_UP;
		list[n]->me = me;
		flood = false;
		list[n]->load = desk_load(app, m->id, &flood);
		list[n]->flood = flood;
		n++;
	}
	return n;
}

static bool duty_put(struct app *app, const struct member *m, Pingan__V1__Presence__Someone **ret)
{
	Pingan__V1__Presence__Someone *p = someone(app, m->id, m->rights.role);
	enum duty_check check = duty_check(m->check_ms, m->proved_ms, app->now.store_ms);

	if (p == NULL)
		return false;
	p->on_duty = true;
	p->busy = m->incident != 0;
	p->proved = check == DUTY_CHECK_PASSED;
	p->check_failed = check == DUTY_CHECK_FAILED;
	*ret = p;
	return true;
}

static size_t duty_fill(struct app *app, const struct session *s, Pingan__V1__Presence__Someone **list, size_t n)
{
	const struct table *groups = roster_groups(app);

	for (size_t i = 0; i < table_places(groups); i++) {
		const struct duty_group *g = table_at(groups, i)->key == NULL ? NULL : table_at(groups, i)->value;
		const struct member *m;

		if (g == NULL || !rights_meet(&s->rights, &g->rights))
			continue;
		TAILQ_FOREACH (m, &g->members, group_link) {
			if (n == PEOPLE_MAX || !duty_put(app, m, &list[n]))
				return n;
			n++;
		}
	}
	return n;
}

bool presence_send(struct app *app, struct session *s)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__Presence p = PINGAN__V1__PRESENCE__INIT;
	Pingan__V1__Presence__Someone **list;

	arena_reset(&app->arena);
	list = pointers_take(app, PEOPLE_MAX);
	if (list == NULL)
		return false;
	p.people = list;
	p.n_people = duty_fill(app, s, list, desk_fill(app, s, list));
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_PRESENCE;
	m.presence = &p;
	if (!console_clean(&m.base, &app->arena) || !session_send(app, s, &m))
		return false;
	s->presence_rev = app->screens->presence_rev;
	return true;
}

void presence_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s, *next;

	if (!sc->presence_dirty || app->now.mono.ms - sc->presence_at.ms < PRESENCE_MS)
		return;
	sc->presence_dirty = false;
	sc->presence_at = app->now.mono;
	sc->presence_rev++;
	views_people(app);
	for (s = TAILQ_FIRST(&sc->all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link_all);
		arena_reset(&app->arena);
		if (session_rights(app, s) && s->view != NULL)
			session_due(app, s);
	}
}
