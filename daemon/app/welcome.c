/* welcome.c - the first words to a screen: who you are, where you work, what you should know before the first call. */
#include <stdio.h>

#include "app/screens.h"

#define STORM_AREAS_MAX 256
#define STORM_LEVEL_MAX 9 /* down to sub-districts: a community is too small for weather */

struct choices {
	Pingan__V1__AreaChoice **list;
	size_t count;
};

static void choice_add(struct app *app, struct choices *c, const char *code)
{
	const Pingan__V1__Area *a = area_find(app, code);
	Pingan__V1__AreaChoice *to;

	if (a == NULL || c->count == STORM_AREAS_MAX)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->list[i]->area, code) == 0)
			return;
	to = arena_take(&app->arena, sizeof *to);
	if (to == NULL)
		return;
	pingan__v1__area_choice__init(to);
	to->area = text_cut(app, code, 15);
	to->name = text_cut(app, a->name, 64);
	c->list[c->count++] = to;
}

/* What lies one level below. Codes are short and dense, so asking for each is cheaper than walking the whole registry. */
static void choices_below(struct app *app, struct choices *c, const char *code)
{
	bool city = strlen(code) == 4;
	unsigned last = city ? 99 : strlen(code) == 6 ? 599 : 0;
	char below[24];

	for (unsigned i = 1; i <= last; i++) {
		snprintf(below, sizeof below, city ? "%s%02u" : "%s%03u", code, i);
		choice_add(app, c, below);
	}
}

static void storm_areas(struct app *app, const struct session *s, Pingan__V1__ScreenWelcome *w)
{
	struct choices c = {.list = pointers_take(app, STORM_AREAS_MAX)};

	if (c.list == NULL || s->rights.role != ROLE_SUPERVISOR)
		return;
	for (uint32_t i = 0; i < s->rights.area_count; i++)
		if (strlen(s->rights.areas[i]) <= STORM_LEVEL_MAX)
			choice_add(app, &c, s->rights.areas[i]);
	/* The list grows while it is walked: districts of a city, then sub-districts of each. */
	for (size_t i = 0; i < c.count; i++)
		choices_below(app, &c, c.list[i]->area);
	w->storm_areas = c.list;
	w->n_storm_areas = c.count;
}

void session_welcome(struct app *app, struct session *s, Pingan__V1__Lost **lost, size_t lost_count)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__ScreenWelcome w = PINGAN__V1__SCREEN_WELCOME__INIT;
	char *areas[RIGHTS_AREAS_MAX];

	w.person = s->rights.person;
	w.name = s->name;
	w.role = (Pingan__V1__Role)s->rights.role;
	w.server_ms = app->now.store_ms;
	w.daemon = app->config.daemon;
	w.build = app->config.build;
	for (uint32_t i = 0; i < s->rights.area_count; i++)
		areas[w.n_areas++] = (char *)area_name(app, s->rights.areas[i], sizeof s->rights.areas[0]);
	w.areas = areas;
	w.demo = app->config.demo;
	w.desk_phone = app->config.desk_phone;
	storm_areas(app, s, &w);
	w.lost = lost;
	w.n_lost = lost_count;
	/* What the dispatch panel says beforehand; the offer itself carries its own end. */
	w.offer_s = policy_plan(&app->config.policy, CLASS_LIFE, KIND_SOS,
	                        s->rights.area_count > 0 ? s->rights.areas[0] : "", app->now.store_ms)
	                ->offer_s;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_WELCOME;
	m.welcome = &w;
	session_say(app, s, &m);
}
