/* screens.c - a session for each screen: from the upgrade to the last frame. */
#include "app/accounts.h"
#include "app/commission.h"
#include "app/refused.h"
#include "app/screens.h"
#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOK_MS 250 /* how often dead and slow screens are looked for */
#define RETRY_AWAY_MS 1000
#define HELLO_COSTS 10

void hex_key(char ret[17], uint64_t n)
{
	hex16(n, ret);
}

bool screens_new(struct app *app)
{
	struct screens *sc = calloc(1, sizeof *sc);

	if (sc == NULL)
		return false;
	TAILQ_INIT(&sc->all);
	TAILQ_INIT(&sc->due);
	TAILQ_INIT(&sc->changed);
	TAILQ_INIT(&sc->pending);
	TAILQ_INIT(&sc->rerung);
	TAILQ_INIT(&sc->presses);
	TAILQ_INIT(&sc->gone);
	TAILQ_INIT(&sc->views);
	TAILQ_INIT(&sc->choosy);
	sc->store_rev = 1;
	sc->presence_rev = 1;
	sc->storms_rev = 1;
	sc->roster_rev = 1;
	app->screens = sc;
	return true;
}

struct session *session_find(const struct app *app, link_t link)
{
	char key[17];

	hex_key(key, link);
	return table_get(&app->screens->by_link, key);
}

static bool is_console(const struct session *s)
{
	return s->page == PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE;
}

static bool is_phone(const struct session *s)
{
	return s->page == PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER;
}

static bool is_wall(const struct session *s)
{
	return s->page == PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_WALLBOARD;
}

enum audience session_audience(const struct session *s)
{
	return is_console(s) ? AUDIENCE_DESK : is_phone(s) ? AUDIENCE_FIELD : AUDIENCE_WALL;
}

struct session *session_console(const struct app *app, const char *person)
{
	return table_get(&app->screens->consoles, person);
}

struct session *session_phone(const struct app *app, const char *person)
{
	return table_get(&app->screens->phones, person);
}

bool screens_reachable(const struct app *app, const char *person)
{
	return session_console(app, person) != NULL || session_phone(app, person) != NULL;
}

bool screens_console_here(const struct app *app, const char *person)
{
	return app->screens != NULL && session_console(app, person) != NULL;
}

bool screens_console_heard(const struct app *app, const char *person, mono_t since, bool *ret_ready)
{
	const struct session *s = session_console(app, person);

	if (s == NULL || s->heard.ms < since.ms)
		return false;
	*ret_ready = s->ready;
	return true;
}

size_t screens_operators(const struct app *app, char (*ret)[ID_MAX], size_t max)
{
	struct session *s;
	size_t n = 0;

	TAILQ_FOREACH (s, &app->screens->all, link_all)
		if (is_console(s) && n < max)
			memcpy(ret[n++], s->rights.person, ID_MAX);
	return n;
}

bool store_usable(const struct app *app)
{
	return app->store_up && app->fresh;
}

/* ------------------------------------------------------------ sending */

void session_due(struct app *app, struct session *s)
{
	if (s->due || s->blocked || s->page == 0)
		return;
	s->due = true;
	TAILQ_INSERT_TAIL(&app->screens->due, s, link_due);
}

bool session_send_bytes(struct app *app, struct session *s, struct slice bytes)
{
	if (s->blocked)
		return false;
	switch (app->ports.link_send(app->ports.ctx, s->link, bytes)) {
	case SEND_OK:
		return true;
	case SEND_FULL:
		count(app, C_SCREEN_SLOW);
		s->blocked = true;
		s->blocked_since = app->now.mono;
		/* A snapshot on its way goes on where it stopped; a delta that was not taken is a hole. */
		if (s->snapshot == NULL)
			s->streaming = false;
		return false;
	case SEND_GONE:
		return false;
	}
	return false;
}

/* The body of a message is one of its pointers, at the same place whichever it is. */
static ProtobufCMessage *body_of(const Pingan__V1__ToScreen *m)
{
	return (ProtobufCMessage *)m->welcome;
}

bool session_send(struct app *app, struct session *s, Pingan__V1__ToScreen *m)
{
	struct buf out = buf_of(app->screens->out, sizeof app->screens->out);
	uint32_t may = disclose_body(session_audience(s), (int)m->body_case);

	if (s->blocked)
		return false;
	if (may == 0) {
		APP_LOG(app, "SCREEN_NOT_TOLD", "person=%s what=%d", s->rights.person, (int)m->body_case);
		return false;
	}
	disclose_mask(body_of(m), may);
	console_pack(&m->base, &out);
	if (out.overflow) {
		APP_LOG(app, "SCREEN_FRAME_TOO_BIG", "person=%s what=%d", s->rights.person, (int)m->body_case);
		return false;
	}
	return session_send_bytes(app, s, slice_of(out.at, out.len));
}

void session_say(struct app *app, struct session *s, Pingan__V1__ToScreen *m)
{
	if (!console_clean(&m->base, &app->arena) || !session_send(app, s, m))
		s->unsaid = true;
}

void session_store(struct app *app, struct session *s)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__StoreState store = PINGAN__V1__STORE_STATE__INIT;

	store.up = store_usable(app);
	store.one_copy = app->one_copy;
	store.since_ms = app->store_since_ms;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_STORE;
	m.store = &store;
	if (session_send(app, s, &m))
		s->store_rev = app->screens->store_rev;
}

/* ------------------------------------------------------------ the end */

static void details_drop(struct app *app, struct session *s)
{
	for (size_t i = 0; i < s->detail_count; i++) {
		struct shown *sh = shown_find(app, s->details[i].incident);

		if (sh != NULL && sh->watchers > 0)
			sh->watchers--;
	}
	s->detail_count = 0;
}

static void session_free(struct app *app, struct session *s)
{
	struct screens *sc = app->screens;

	details_drop(app, s);
	if (is_console(s) && session_console(app, s->rights.person) == s)
		table_remove(&sc->consoles, s->rights.person);
	if (is_phone(s) && session_phone(app, s->rights.person) == s)
		table_remove(&sc->phones, s->rights.person);
	if (is_console(s))
		sc->console_count--;
	if (s->due)
		TAILQ_REMOVE(&sc->due, s, link_due);
	TAILQ_REMOVE(&sc->all, s, link_all);
	table_remove(&sc->by_link, s->key);
	sc->count--;
	view_leave(app, s->view);
	free(s->snapshot);
	free(s);
}

/* `lost`: nobody else speaks for this person here. */
static void session_end(struct app *app, struct session *s, bool lost)
{
	char person[ID_MAX];
	bool console = is_console(s) && session_console(app, s->rights.person) == s;

	memcpy(person, s->rights.person, sizeof person);
	card_close(app, s, false);
	session_free(app, s);
	if (lost && console)
		operator_left(app, person);
	screens_presence(app);
}

static void away_for(struct app *app, struct session *s, Pingan__V1__GoAway__Why why, uint32_t retry_ms, bool lost)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__GoAway away = PINGAN__V1__GO_AWAY__INIT;

	away.why = why;
	away.retry_ms = retry_ms;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_GO_AWAY;
	m.go_away = &away;
	(void)session_send(app, s, &m);
	app->ports.link_close(app->ports.ctx, s->link);
	session_end(app, s, lost);
}

void session_away(struct app *app, struct session *s, Pingan__V1__GoAway__Why why, bool lost)
{
	away_for(app, s, why, RETRY_AWAY_MS, lost);
}

void session_elsewhere(struct app *app, struct session *s)
{
	away_for(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART, 0, true);
}

void screens_down(struct app *app, link_t link)
{
	struct session *s = session_find(app, link);

	if (s != NULL)
		session_end(app, s, true);
}

void screens_login_gone(struct app *app, const char *login)
{
	struct session *s, *next;

	for (s = TAILQ_FIRST(&app->screens->all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link_all);
		if (strcmp(s->login, login) == 0)
			session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_LOGGED_OUT, true);
	}
}

void screens_person(struct app *app, const char *person)
{
	struct session *s, *next;

	for (s = TAILQ_FIRST(&app->screens->all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link_all);
		if (strcmp(s->rights.person, person) == 0 && login_person(app, s->login) == NULL)
			session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_LOGGED_OUT, true);
	}
}

void screens_free(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s;

	if (sc == NULL)
		return;
	while ((s = TAILQ_FIRST(&sc->all)) != NULL)
		session_free(app, s);
	shown_free(app);
	views_free(app);
	phones_free(app);
	table_free(&sc->by_link);
	table_free(&sc->consoles);
	table_free(&sc->phones);
	free(sc);
	app->screens = NULL;
}

/* ------------------------------------------------------------ the beginning */

/* What a log-in says stands for the length of the connection; the Person record is looked at whenever it changes. */
bool session_rights(struct app *app, struct session *s)
{
	const Pingan__V1__Person *p;
	struct rights rights;
	char key[STORE_KEY_MAX];
	const struct record *rec;

	record_key(key, "person", s->rights.person);
	rec = record_find(app, key);
	if (rec != NULL && rec->rev != 0 && rec->commits[0] == s->person_commit)
		return true;
	p = person_find(app, s->rights.person);
	if (p == NULL || p->disabled) {
		session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_LOGGED_OUT, true);
		return false;
	}
	s->person_commit = rec->commits[0];
	(void)text_copy(s->name, sizeof s->name, slice_str(p->name));
	rights_of(p, &rights);
	if (s->page != 0 && !rights_page(rights.role, s->page)) {
		session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_FORBIDDEN, true);
		return false;
	}
	if (memcmp(&rights, &s->rights, sizeof rights) == 0)
		return true;
	s->rights = rights;
	if (s->view != NULL) {
		view_leave(app, s->view);
		s->view = view_join(app, &s->rights);
		if (s->view == NULL) {
			session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART, true);
			return false;
		}
		snapshot_begin(app, s);
	}
	return true;
}

static void refuse_link(struct app *app, link_t link, Pingan__V1__GoAway__Why why)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__GoAway away = PINGAN__V1__GO_AWAY__INIT;
	struct buf out = buf_of(app->screens->out, sizeof app->screens->out);

	away.why = why;
	away.retry_ms = RETRY_AWAY_MS;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_GO_AWAY;
	m.go_away = &away;
	console_pack(&m.base, &out);
	(void)app->ports.link_send(app->ports.ctx, link, slice_of(out.at, out.len));
	app->ports.link_close(app->ports.ctx, link);
}

void app_screen_from(struct app *app, link_t link, uint32_t from)
{
	struct session *s = session_find(app, link);

	if (s != NULL)
		s->from = (enum audit_from)from;
}

void app_screen_up(struct app *app, link_t link, const char *login)
{
	struct screens *sc = app->screens;
	struct account account;
	bool in;
	struct session *s;

	app_begin(app);
	in = app_login_find(app, login, &account);
	if (!in || login_must(login_person(app, login)) != 0) {
		/* Who is in, but with a password that somebody else made, first takes one of their own. */
		refuse_link(app, link, in ? PINGAN__V1__GO_AWAY__WHY__WHY_FORBIDDEN : PINGAN__V1__GO_AWAY__WHY__WHY_LOGGED_OUT);
		return;
	}
	s = sc->count >= LINKS_MAX || drain_leaves(app) ? NULL : calloc(1, sizeof *s);
	if (s == NULL) {
		refuse_link(app, link, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART);
		return;
	}
	s->link = link;
	hex_key(s->key, link);
	s->heard = app->now.mono;
	s->tokens_at = app->now.mono;
	s->tokens_x1000 = RATE_BURST * 1000;
	snprintf(s->login, sizeof s->login, "%s", login);
	memcpy(s->rights.person, account.person, sizeof s->rights.person);
	if (!table_put(&sc->by_link, s->key, s)) {
		free(s);
		refuse_link(app, link, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART);
		return;
	}
	TAILQ_INSERT_TAIL(&sc->all, s, link_all);
	sc->count++;
	(void)session_rights(app, s);
}

static uint32_t owned(const struct app *app, const char *person)
{
	const struct table *all = &app->screens->shown;
	uint32_t n = 0;

	for (size_t i = 0; i < table_places(all); i++) {
		const struct shown *sh = table_at(all, i)->key == NULL ? NULL : table_at(all, i)->value;

		n += sh != NULL && sh->face.state == INCIDENT_ANSWERED && strcmp(sh->face.owner, person) == 0;
	}
	return n;
}

/* This page, for this person, is here from now on; an older one elsewhere says so and stops. False: no memory. */
static bool take_place(struct app *app, struct session *s, int page)
{
	struct screens *sc = app->screens;
	bool console = page == PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE;
	struct table *places = console ? &sc->consoles : &sc->phones;
	struct session *old = table_get(places, s->rights.person);

	/* A hall has many walls, and none of them takes the place of another. */
	if (page == PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_WALLBOARD) {
		s->view = view_join(app, &s->rights);
		s->page = page;
		return s->view != NULL;
	}
	if (old != NULL)
		session_away(app, old, PINGAN__V1__GO_AWAY__WHY__WHY_REPLACED, false);
	if (console) {
		s->view = view_join(app, &s->rights);
		if (s->view == NULL)
			return false;
		s->mine = owned(app, s->rights.person);
	}
	if (!table_put(places, s->rights.person, s))
		return false;
	s->page = page;
	sc->console_count += console;
	return true;
}

static void hello(struct app *app, struct session *s, const Pingan__V1__ScreenHello *h)
{
	if (!rights_page(s->rights.role, h->page) || (s->page != 0 && s->page != (int)h->page)) {
		refused_page(app, s->rights.person, h->page);
		session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_FORBIDDEN, true);
		return;
	}
	if (s->page == 0) {
		if (!take_place(app, s, h->page)) {
			session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART, true);
			return;
		}
		if (is_console(s))
			operator_up(app, s->rights.person, h->ready);
		screens_presence(app);
	}
	s->ready = h->ready;
	hold_hello(app, s, h);
	session_store(app, s);
	s->wall_hash = 0; /* it may have lost what it was told */
	s->wall_dirty = is_wall(s);
	if (is_console(s) || is_wall(s))
		stream_begin(app, s, h->resume_id, h->resume_commit);
	else
		s->phone_dirty = true;
	session_due(app, s);
}

static void heartbeat(struct app *app, struct session *s, const Pingan__V1__ScreenHeartbeat *h)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__ScreenHeartbeatAck ack = PINGAN__V1__SCREEN_HEARTBEAT_ACK__INIT;

	ack.screen_ms = h->screen_ms;
	ack.server_ms = app->now.store_ms;
	ack.newest = app->safe;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_HEARTBEAT;
	m.heartbeat = &ack;
	(void)session_send(app, s, &m);
}

/* One more message within what a person can do; a machine that goes on and on is cut off. */
static bool within_rate(struct app *app, struct session *s)
{
	int64_t more = (app->now.mono.ms - s->tokens_at.ms) * RATE_PER_S;

	s->tokens_at = app->now.mono;
	s->tokens_x1000 = s->tokens_x1000 + more > RATE_BURST * 1000 ? RATE_BURST * 1000 : s->tokens_x1000 + more;
	if (s->tokens_x1000 < 1000) {
		s->abuse++;
		return false;
	}
	s->tokens_x1000 -= 1000;
	s->abuse = 0;
	return true;
}

static void bad(struct app *app, struct session *s, const char *why)
{
	count(app, C_SCREEN_BAD);
	APP_LOG(app, "SCREEN_BAD", "person=%s reason=%s", s->rights.person, why);
	session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART, true);
}

static void message(struct app *app, struct session *s, struct slice frame)
{
	const Pingan__V1__ToDaemon *m = NULL;
	int r = console_decode(frame, &app->arena, &m);

	if (r != 0 && r != CONSOLE_BAD_REQUEST) {
		bad(app, s, console_bad_name(r));
		return;
	}
	s->heard = app->now.mono;
	if (!within_rate(app, s)) {
		if (s->abuse > RATE_ABUSE)
			bad(app, s, "flood");
		else if (m->body_case == PINGAN__V1__TO_DAEMON__BODY_REQUEST)
			request_take(app, s, NULL, false, m->request->cmd);
		return;
	}
	if (m->body_case == PINGAN__V1__TO_DAEMON__BODY_HEARTBEAT)
		heartbeat(app, s, m->heartbeat);
	else if (m->body_case == PINGAN__V1__TO_DAEMON__BODY_HELLO) {
		s->tokens_x1000 -= HELLO_COSTS * 1000; /* a snapshot is a great deal of work for one word */
		hello(app, s, m->hello);
	} else if (s->page == 0)
		bad(app, s, "request_before_hello");
	else
		request_take(app, s, m->request, r == 0, m->request->cmd);
}

void app_screen_message(struct app *app, link_t link, struct slice frame)
{
	struct session *s;

	app_begin(app);
	s = session_find(app, link);
	if (s == NULL)
		return;
	count(app, C_SCREEN_MESSAGES);
	message(app, s, frame);
}

void app_link_drained(struct app *app, link_t link)
{
	struct session *s;

	app_begin(app);
	s = session_find(app, link);
	if (s == NULL || !s->blocked)
		return;
	s->blocked = false;
	if (s->view != NULL && !s->streaming && s->snapshot == NULL)
		snapshot_begin(app, s);
	for (size_t i = 0; i < s->detail_count; i++)
		s->details[i].dirty = true;
	s->phone_dirty = is_phone(s);
	s->device_dirty = s->device[0] != '\0';
	s->store_rev = 0;
	s->presence_rev = 0;
	s->storms_rev = 0;
	s->roster_rev = 0;
	s->wall_hash = 0;
	s->wall_dirty = is_wall(s);
	session_due(app, s);
}

/* ------------------------------------------------------------ what concerns all */

static void all_due(struct app *app)
{
	struct session *s;

	TAILQ_FOREACH (s, &app->screens->all, link_all)
		session_due(app, s);
}

void screens_store_state(struct app *app)
{
	struct session *s;

	if (app->screens == NULL)
		return;
	app->screens->store_rev++;
	TAILQ_FOREACH (s, &app->screens->all, link_all) {
		s->phone_dirty = is_phone(s);
		requests_store_changed(app, s);
	}
	all_due(app);
}

void screens_reload(struct app *app)
{
	struct session *s;

	day_read(app);
	views_reload(app);
	phones_touch(app, NULL);
	TAILQ_FOREACH (s, &app->screens->all, link_all) {
		for (size_t i = 0; i < s->detail_count; i++) {
			s->details[i].dirty = true;
			s->details[i].audited = s->details[i].audited && !app->cut;
			/* The line that said who looks may have been cut away: it is written anew, health waits for it. */
			s->details[i].anew = s->details[i].anew || app->cut;
		}
		hold_reload(app, s);
	}
	app->screens->reloaded = true; /* snapshots begin in the turn, when what was loaded has been let out */
	screens_presence(app);
	all_due(app);
}

void screens_presence(struct app *app)
{
	if (app->screens != NULL)
		app->screens->presence_dirty = true;
}

static void look(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s, *next;

	if (app->now.mono.ms - sc->looked_at.ms < LOOK_MS)
		return;
	sc->looked_at = app->now.mono;
	for (s = TAILQ_FIRST(&sc->all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link_all);
		if (app->now.mono.ms - s->heard.ms >= SCREEN_DEAD_MS) {
			count(app, C_SCREEN_DEAD);
			session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_RESTART, true);
		} else if (s->blocked ? app->now.mono.ms - s->blocked_since.ms >= BLOCKED_MS : s->unsaid) {
			session_away(app, s, PINGAN__V1__GO_AWAY__WHY__WHY_SLOW, true);
		}
	}
	shown_sweep(app);
}

void screens_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s;

	look(app);
	if (sc->views_generation != roster_generation(app)) {
		sc->views_generation = roster_generation(app);
		views_reload(app);
	}
	speakers_turn(app);
	shown_turn(app);
	if (sc->reloaded) {
		sc->reloaded = false;
		TAILQ_FOREACH (s, &sc->all, link_all)
			if (s->view != NULL && !s->blocked)
				snapshot_begin(app, s);
	}
	presence_turn(app);
	storm_screens_turn(app);
	roster_screens_turn(app);
	cards_turn(app);
	walls_turn(app);
	phones_turn(app);
	fanout_turn(app);
}

size_t screens_count(const struct app *app)
{
	return app->screens->count;
}

bool screens_behind(const struct app *app)
{
	return !TAILQ_EMPTY(&app->screens->due) || app->screens->release_behind;
}

bool screens_pending(const struct app *app)
{
	const struct screens *sc = app->screens;

	return !TAILQ_EMPTY(&sc->due) || sc->flush_due || sc->pending_count != 0 || sc->presence_dirty ||
	       sc->storms_dirty || sc->unstored_dirty || sc->note_count != 0;
}
