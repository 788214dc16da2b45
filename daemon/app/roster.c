#include "app/roster.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/duty_groups.h"
#include "base/hash.h"

struct list {
	struct member **at;
	size_t len, size;
};

struct roster {
	struct table members; /* id -> struct member; never shrinks: people of the registry */
	struct list duty;
	struct table groups; /* duty_groups.h */
	struct list desk;    /* everybody who may sit at a console */
	struct list ready;
	bool desk_stale, ready_stale;
	struct table scopes; /* area -> struct scope */
	uint64_t generation;
	struct scope none;       /* when there is no memory: no neighbours */
	uint64_t seen[SEEN_MAX]; /* hash of (household, caregiver) at its own place; a newer one takes it over */
};

struct roster *roster_new(void)
{
	return calloc(1, sizeof(struct roster));
}

static void scopes_forget(struct roster *r)
{
	r->generation++;
	for (size_t i = 0; i < table_places(&r->scopes); i++)
		if (table_at(&r->scopes, i)->key != NULL)
			free(table_at(&r->scopes, i)->value);
	table_free(&r->scopes);
	memset(&r->scopes, 0, sizeof r->scopes);
}

void roster_free(struct roster *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < table_places(&r->members); i++)
		if (table_at(&r->members, i)->key != NULL)
			free(table_at(&r->members, i)->value);
	table_free(&r->members);
	scopes_forget(r);
	duty_groups_free(&r->groups);
	free(r->duty.at);
	free(r->desk.at);
	free(r->ready.at);
	free(r);
}

static bool list_add(struct list *l, struct member *m)
{
	if (l->len == l->size) {
		size_t size = l->size == 0 ? 64 : 2 * l->size;
		struct member **at = realloc(l->at, size * sizeof(struct member *));

		if (at == NULL)
			return false;
		l->at = at;
		l->size = size;
	}
	l->at[l->len++] = m;
	return true;
}

static struct member *member_want(struct app *app, const char *id)
{
	struct roster *r = app->roster;
	struct member *m = table_get(&r->members, id);

	if (m != NULL || id[0] == '\0' || strlen(id) >= ID_MAX)
		return m;
	m = calloc(1, sizeof *m);
	if (m == NULL) {
		projection_incomplete(app, "member");
		return NULL;
	}
	snprintf(m->id, sizeof m->id, "%s", id);
	if (!table_put(&r->members, m->id, m)) {
		free(m);
		projection_incomplete(app, "member");
		return NULL;
	}
	return m;
}

/* On the list of those on duty exactly when known and on duty. */
static void duty_list(struct app *app, struct member *m)
{
	struct roster *r = app->roster;
	bool on = m->known && m->on_duty && rights_fields(m->rights.role);

	if (on == (m->duty_place != 0))
		return;
	if (on) {
		if (list_add(&r->duty, m))
			m->duty_place = r->duty.len;
		else
			projection_incomplete(app, "duty");
		return;
	}
	r->duty.at[m->duty_place - 1] = r->duty.at[--r->duty.len];
	r->duty.at[m->duty_place - 1]->duty_place = m->duty_place;
	m->duty_place = 0;
}

static void duty_place(struct app *app, struct member *m)
{
	duty_list(app, m);
	if (!duty_group_place(&app->roster->groups, m))
		projection_incomplete(app, "duty");
}

static void skills_read(const Pingan__V1__Person *p, struct member *m)
{
	static const struct {
		const char *name;
		enum skill skill;
	} SKILLS[] = {{"care", SKILL_CARE}, {"nurse", SKILL_NURSE}, {"technician", SKILL_TECHNICIAN}};

	m->skills = 0;
	for (size_t i = 0; i < p->n_skills; i++)
		for (size_t k = 0; k < COUNT_OF(SKILLS); k++)
			if (strcmp(p->skills[i], SKILLS[k].name) == 0)
				m->skills |= BIT(SKILLS[k].skill);
	/* A technician is one by name; and a caregiver of whom nothing is written down cares. */
	if (m->rights.role == ROLE_TECHNICIAN)
		m->skills |= BIT(SKILL_TECHNICIAN);
	else if (m->skills == 0)
		m->skills = BIT(SKILL_CARE);
}

/* Somebody at a closed station, or at one of which nobody knows where it is, is nowhere in particular. */
static void station_read(const Pingan__V1__Station *s, struct member *m)
{
	const Pingan__V1__Place *at = s == NULL || s->closed ? NULL : s->place;

	m->stationed = at != NULL && (at->lat_e6 != 0 || at->lon_e6 != 0);
	m->station_lat_e6 = m->stationed ? at->lat_e6 : 0;
	m->station_lon_e6 = m->stationed ? at->lon_e6 : 0;
}

void roster_station(struct app *app, const char *station)
{
	const struct table *members = &app->roster->members;
	const Pingan__V1__Station *s = station_find(app, station);

	for (size_t i = 0; i < table_places(members); i++) {
		struct member *m = table_at(members, i)->key == NULL ? NULL : table_at(members, i)->value;

		if (m != NULL && strcmp(m->station, station) == 0)
			station_read(s, m);
	}
}

void roster_person(struct app *app, const char *person)
{
	const Pingan__V1__Person *p = person_find(app, person);
	struct member *m = member_want(app, person);

	if (m == NULL)
		return;
	app->roster->desk_stale = true;
	app->roster->ready_stale = true;
	screens_ready_changed(app);
	scopes_forget(app->roster);
	m->known = p != NULL && !p->disabled;
	if (p != NULL) {
		rights_of(p, &m->rights);
		skills_read(p, m);
		m->base_lat_e6 = p->base_place == NULL ? 0 : p->base_place->lat_e6;
		m->base_lon_e6 = p->base_place == NULL ? 0 : p->base_place->lon_e6;
		if (!text_copy(m->station, sizeof m->station, slice_str(p->station)))
			m->station[0] = '\0';
		station_read(m->station[0] == '\0' ? NULL : station_find(app, m->station), m);
		if (p->n_areas > RIGHTS_AREAS_MAX)
			APP_LOG(app, "PERSON_AREAS", "person=%s areas=%zu max=%d", m->id, p->n_areas, RIGHTS_AREAS_MAX);
	}
	duty_place(app, m);
}

void roster_caregiver(struct app *app, const char *person)
{
	const struct caregiver *c = caregiver_find(app, person);
	struct member *m = member_want(app, person);

	if (m == NULL)
		return;
	m->on_duty = c != NULL && c->on_duty;
	m->incident = c == NULL ? 0 : c->incident;
	m->jobs_taken = c == NULL ? 0 : c->jobs_taken;
	m->check_ms = c == NULL ? 0 : c->check_ms;
	m->proved_ms = c == NULL ? 0 : c->proved_ms;
	/* Never off duty, never after the job: where somebody is, is kept no longer than it is needed. */
	if (!m->on_duty)
		m->positioned = false;
	duty_place(app, m);
}

void roster_operators(struct app *app)
{
	app->roster->ready_stale = true;
	screens_ready_changed(app);
}

void roster_area(struct app *app)
{
	scopes_forget(app->roster);
}

const struct member *roster_member(struct app *app, const char *person)
{
	return table_get(&app->roster->members, person);
}

uint64_t roster_generation(const struct app *app)
{
	return app->roster->generation;
}

struct member *const *roster_duty(const struct app *app, size_t *ret_count)
{
	*ret_count = app->roster->duty.len;
	return app->roster->duty.at;
}

const struct table *roster_groups(const struct app *app)
{
	return &app->roster->groups;
}

static void desk_read(struct roster *r)
{
	if (!r->desk_stale)
		return;
	r->desk_stale = false;
	r->desk.len = 0;
	for (size_t i = 0; i < table_places(&r->members); i++) {
		struct member *m = table_at(&r->members, i)->key == NULL ? NULL : table_at(&r->members, i)->value;

		if (m == NULL || !m->known || (m->rights.role != ROLE_OPERATOR && m->rights.role != ROLE_SUPERVISOR))
			continue;
		if (!list_add(&r->desk, m))
			r->desk_stale = true; /* no memory now: again next time */
	}
}

struct member *const *roster_ready(struct app *app, size_t *ret_count)
{
	struct roster *r = app->roster;

	if (r->ready_stale) {
		desk_read(r);
		r->ready_stale = r->desk_stale;
		r->ready.len = 0;
		for (size_t i = 0; i < r->desk.len; i++) {
			const struct operator* op = operator_find(app, r->desk.at[i]->id);

			if (op == NULL || !op->ready || op->link != LINK_UP)
				continue;
			if (!list_add(&r->ready, r->desk.at[i]))
				r->ready_stale = true;
		}
	}
	*ret_count = r->ready.len;
	return r->ready.at;
}

/* The console is there as far as anybody can know: its daemon gives signs of life. */
static bool console_lives(struct app *app, const struct operator* op)
{
	char key[STORE_KEY_MAX];
	const struct record *d;

	if (op == NULL || !op->ready || op->link != LINK_UP)
		return false;
	if (strcmp(op->daemon, app->config.daemon) == 0)
		return screens_console_here(app, op->id);
	record_key(key, "daemon", op->daemon);
	d = record_find(app, key);
	return d != NULL && daemon_alive(app, d);
}

bool roster_may_take(struct app *app, const char *person, const char *area)
{
	const struct member *m = roster_member(app, person);

	if (m == NULL || !m->known || !console_lives(app, operator_find(app, person)))
		return false;
	return m->rights.role == ROLE_SUPERVISOR || (m->rights.role == ROLE_OPERATOR && rights_covers(&m->rights, area));
}

bool roster_speaker(struct app *app, const char *area, const char *language)
{
	size_t count;
	struct member *const *ready = roster_ready(app, &count);

	for (size_t i = 0; i < count; i++)
		if (ready[i]->rights.role == ROLE_OPERATOR && ready[i]->rights.languages[0][0] != '\0' &&
		    rights_speaks(&ready[i]->rights, language) && rights_covers(&ready[i]->rights, area) &&
		    console_lives(app, operator_find(app, ready[i]->id)))
			return true;
	return false;
}

/* ------------------------------------------------------------ neighbours */

bool area_up(char code[16])
{
	static const size_t LEVELS[] = {12, 9, 6, 4, 2};
	size_t len = strlen(code);

	for (size_t i = 0; i < COUNT_OF(LEVELS); i++)
		if (len > LEVELS[i]) {
			code[LEVELS[i]] = '\0';
			return true;
		}
	return false;
}

static bool scope_listed(struct app *app, const char *area, struct scope *s)
{
	char code[16];

	snprintf(code, sizeof code, "%s", area);
	do {
		const Pingan__V1__Area *a = area_find(app, code);

		for (size_t i = 0; a != NULL && i < a->n_neighbours && s->count < SCOPE_CODES_MAX; i++)
			if (text_copy(s->codes[s->count], sizeof s->codes[0], slice_str(a->neighbours[i])) &&
			    s->codes[s->count][0] != '\0')
				s->count++;
		if (s->count != 0)
			return true;
	} while (area_up(code));
	return false;
}

/* Below `parent`, but not of the home's own area. */
static bool sibling_here(const struct member *m, const char *parent, const char *area)
{
	if (m->rights.role != ROLE_OPERATOR || rights_covers(&m->rights, area))
		return false;
	for (uint32_t i = 0; i < m->rights.area_count; i++)
		if (area_covers(parent, m->rights.areas[i]))
			return true;
	return false;
}

static void scope_read(struct app *app, const char *area, struct scope *s)
{
	struct roster *r = app->roster;
	char parent[16];

	memset(s, 0, sizeof *s);
	snprintf(s->area, sizeof s->area, "%s", area);
	if (scope_listed(app, area, s))
		return;
	/* The nearest parent with operators other than our own: everybody below it is a neighbour. Those who cover the
	 * parent itself cover the home too and are rung already. */
	desk_read(r);
	snprintf(parent, sizeof parent, "%s", area);
	while (area_up(parent))
		for (size_t i = 0; i < r->desk.len; i++)
			if (sibling_here(r->desk.at[i], parent, area)) {
				memcpy(s->codes[0], parent, sizeof parent);
				s->count = 1;
				return;
			}
}

const struct scope *roster_scope(struct app *app, const char *area)
{
	struct roster *r = app->roster;
	struct scope *s = table_get(&r->scopes, area);

	if (s != NULL)
		return s;
	if (r->scopes.used >= SCOPES_MAX) {
		scopes_forget(r);
		r->generation--; /* nothing has changed */
	}
	s = malloc(sizeof *s);
	if (s == NULL)
		return &r->none;
	scope_read(app, area, s);
	if (!table_put(&r->scopes, s->area, s)) {
		free(s);
		return &r->none;
	}
	return s;
}

/* ------------------------------------------------------------ positions, and who has been where */

void position_set(struct app *app, const char *person, int32_t lat_e6, int32_t lon_e6)
{
	struct member *m = table_get(&app->roster->members, person);

	if (m == NULL || !m->on_duty)
		return;
	m->lat_e6 = lat_e6;
	m->lon_e6 = lon_e6;
	m->position_at = app->now.mono;
	m->positioned = true;
}

static uint64_t seen_hash(const char *household, const char *caregiver)
{
	uint64_t h = hash_bytes(0x686f6d65, 0x7365656e, slice_str(household));

	return hash_bytes(h, 1, slice_str(caregiver));
}

bool roster_knows(const struct app *app, const char *household, const char *caregiver)
{
	uint64_t h = seen_hash(household, caregiver);

	return household[0] != '\0' && app->roster->seen[h % SEEN_MAX] == h;
}

void roster_seen(struct app *app, const char *household, const char *caregiver)
{
	uint64_t h = seen_hash(household, caregiver);

	if (household[0] != '\0')
		app->roster->seen[h % SEEN_MAX] = h;
}
