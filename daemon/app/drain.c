#include "app/drain.h"

#include <inttypes.h>

#include "app/devices.h"
#include "app/screens.h"

/* ------------------------------------------------------------ what is known of daemons */

static void peer_read(struct app *app, struct record *rec)
{
	struct peer_daemon *p = rec->live == NULL ? malloc(sizeof *p) : rec->live;
	const Pingan__V1__Daemon *d;

	arena_reset(&app->scratch);
	d = pingan__v1__daemon__unpack(&app->scratch.allocator, rec->body_len, rec->body);
	rec->live = p;
	if (p == NULL) {
		projection_incomplete(app, "daemon");
		return;
	}
	*p = (struct peer_daemon){.serves_devices = true, .serves_screens = true};
	if (d == NULL || d->version[0] == '\0')
		return; /* from before daemons said so */
	p->leaving = (enum leaving)d->leaving;
	p->serves_devices = d->serves_devices;
	p->serves_screens = d->serves_screens;
}

static void order_read(struct app *app, struct record *rec)
{
	bool *force = rec->live == NULL ? malloc(sizeof *force) : rec->live;
	const Pingan__V1__Drain *d;

	arena_reset(&app->scratch);
	d = pingan__v1__drain__unpack(&app->scratch.allocator, rec->body_len, rec->body);
	rec->live = force;
	if (force == NULL)
		projection_incomplete(app, "drain");
	else
		*force = d != NULL && d->force;
}

void drain_read(struct app *app, struct record *rec)
{
	if (rec->type == RECORD_DAEMON)
		peer_read(app, rec);
	else
		order_read(app, rec);
}

static const struct record *order_of(struct app *app, const char *daemon)
{
	char key[STORE_KEY_MAX];
	const struct record *rec;

	record_key(key, "drain", daemon);
	rec = record_find(app, key);
	return rec != NULL && rec->rev != 0 ? rec : NULL;
}

static const char *daemon_of(const struct record *rec)
{
	return strchr(rec->key, ':') + 1;
}

bool drain_peer_leaves(const struct app *app, const struct record *rec)
{
	const struct peer_daemon *p = rec->live;

	if (strcmp(daemon_of(rec), app->config.daemon) == 0)
		return drain_leaves(app);
	return p != NULL && (p->leaving == LEAVING_DRAINS || p->leaving == LEAVING_STOPS);
}

/* Somebody who stays serves what we serve. */
static bool others_serve(struct app *app)
{
	bool devices = !app->config.serve_devices, screens = !app->config.serve_screens;
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_DAEMON], of_type) {
		const struct peer_daemon *p = rec->live;

		if (strcmp(daemon_of(rec), app->config.daemon) == 0 || !daemon_alive(app, rec) || p == NULL ||
		    p->leaving != LEAVING_NOT || order_of(app, daemon_of(rec)) != NULL)
			continue;
		devices = devices || p->serves_devices;
		screens = screens || p->serves_screens;
	}
	return devices && screens;
}

void drain_bury(struct app *app)
{
	struct record *rec, *next;

	for (rec = TAILQ_FIRST(&app->of_type[RECORD_DRAIN]); rec != NULL; rec = next) {
		char key[STORE_KEY_MAX];
		const struct record *d;
		struct change *ch;

		next = TAILQ_NEXT(rec, of_type);
		record_key(key, "daemon", daemon_of(rec));
		d = record_find(app, key);
		/* One that was just told to, and whose first proof of life is on its way, has its time too. */
		if (rec->rev == 0 || rec->busy != NULL || rec->waiting_count != 0 || (d != NULL && d->rev != 0) ||
		    app->now.mono.ms - rec->since.ms < ALIVE_FORGET_MS)
			continue;
		ch = change_submit(app, CHANGE_DAEMON, rec->key, NULL, NULL, (struct waiter){0});
		if (ch != NULL)
			ch->remove = true;
	}
}

/* ------------------------------------------------------------ our own state */

bool drain_leaves(const struct app *app)
{
	return app->drain.state >= LEAVING_DRAINS;
}

void app_leaving(const struct app *app, struct app_leaving *ret)
{
	/* A proof of life is no work, and is never at an end. */
	size_t in_hand = app->change_count - (app->alive_pending && app->change_count != 0 ? 1 : 0);

	*ret = (struct app_leaving){
		.leaves = drain_leaves(app),
		.units = (uint32_t)(app->devices->count - app->devices->datagrams),
		.datagrams = (uint32_t)app->devices->datagrams,
		.screens = (uint32_t)app->screens->count,
		.in_hand = (uint32_t)(in_hand + posts_waiting(app)),
	};
	ret->empty = ret->units == 0 && ret->screens == 0 && ret->in_hand == 0;
}

/* By the other daemons, and by whoever waits for it: not only with the next proof of life. */
static void heard_at_once(struct app *app)
{
	app->alive_sent.ms = app->now.mono.ms - ALIVE_EVERY_MS;
}

static void become(struct app *app, enum leaving state)
{
	static const char *const SAYS[] = {"DRAIN_TAKEN_BACK", "DRAIN_ALONE", "DRAIN_BEGUN", "DRAIN_BEGUN"};
	struct drain *d = &app->drain;
	struct app_leaving left;

	app_leaving(app, &left);
	if (state >= LEAVING_DRAINS && d->state < LEAVING_DRAINS)
		d->since = d->paid = app->now.mono;
	d->state = state;
	d->screens_at = (mono_t){0};
	d->units_x1000 = d->screens_x1000 = 0;
	d->units_a_s = DRAIN_UNITS_A_S;
	d->screens_a_s = DRAIN_SCREENS_A_S;
	d->said_empty = false;
	if (state == LEAVING_STOPS) {
		int64_t half_ms = (d->until.ms - app->now.mono.ms) / 2;

		/* Each half of the time is enough for all of one sort. */
		if (half_ms < 1)
			half_ms = 1;
		d->screens_from.ms = app->now.mono.ms + half_ms;
		if (left.units * INT64_C(1500) / half_ms > d->units_a_s)
			d->units_a_s = left.units * INT64_C(1500) / half_ms;
		if (left.screens * INT64_C(1500) / half_ms > d->screens_a_s)
			d->screens_a_s = left.screens * INT64_C(1500) / half_ms;
	}
	heard_at_once(app);
	APP_LOG(app, SAYS[state], "units=%" PRIu32 " datagrams=%" PRIu32 " screens=%" PRIu32 " in_hand=%" PRIu32,
	        left.units, left.datagrams, left.screens, left.in_hand);
}

static void state_look(struct app *app)
{
	const struct record *order = app->drain.stops ? NULL : order_of(app, app->config.daemon);
	const bool *force = order == NULL ? NULL : order->live;
	uint64_t order_id = order == NULL ? 0 : order->commits[0];
	enum leaving state = LEAVING_NOT;

	if (app->drain.stops)
		state = LEAVING_STOPS;
	else if (order != NULL)
		state = (force != NULL && *force) || others_serve(app) ? LEAVING_DRAINS : LEAVING_ALONE;
	if (state != app->drain.state)
		become(app, state);
	/* Taken back and given again before we heard of either: whoever waits must not take what was said of the first one. */
	if (order_id != app->drain.order)
		heard_at_once(app);
	app->drain.order = order_id;
}

void app_leave(struct app *app, int64_t within_ms)
{
	app_begin(app);
	app->drain.stops = true;
	app->drain.until.ms = app->now.mono.ms + within_ms;
	state_look(app);
}

void app_listens(struct app *app, bool on)
{
	if (app->drain.deaf == !on)
		return;
	app->drain.deaf = !on;
	heard_at_once(app);
}

/* ------------------------------------------------------------ sending away */

static void pay(struct app *app)
{
	struct drain *d = &app->drain;
	int64_t ms = app->now.mono.ms - d->paid.ms;

	/* No more at once than 200 ms are worth: a loop that stood still makes up for nothing. */
	if (ms > 200)
		ms = 200;
	d->paid = app->now.mono;
	d->units_x1000 += ms * d->units_a_s;
	d->screens_x1000 += ms * d->screens_a_s;
	if (d->units_x1000 > 200 * d->units_a_s)
		d->units_x1000 = 200 * d->units_a_s;
	if (d->screens_x1000 > 200 * d->screens_a_s)
		d->screens_x1000 = 200 * d->screens_a_s;
}

/* Something that it said has not been answered. */
static bool unit_waits(const struct device_link *l)
{
	if (l->protocol != PROTOCOL_NATIVE)
		return !TAILQ_EMPTY(&l->replies);
	for (size_t i = 0; l->held != NULL && i < HELD_MAX; i++)
		if (l->held[i].alarm != 0 && l->held[i].told < STEP_STORED)
			return true;
	return false;
}

static bool unit_may_go(const struct app *app, const struct device_link *l)
{
	if (l->datagrams)
		return false;
	if (unit_waits(l) && app->now.mono.ms - app->drain.since.ms < DRAIN_HELD_MS)
		return false;
	/* Its Hello is on its way, with what it holds. */
	if (l->protocol == PROTOCOL_NATIVE && !l->greeted)
		return app->now.mono.ms - l->since.ms >= DRAIN_GREET_MS;
	return true;
}

static void units_leave(struct app *app)
{
	struct devices *all = app->devices;

	for (int n = 0; n < DRAIN_LOOK && app->drain.units_x1000 >= 1000; n++) {
		struct device_link *l = n == 0 && all->leave == NULL ? TAILQ_FIRST(&all->all) : all->leave;

		if (l == NULL)
			return;
		all->leave = TAILQ_NEXT(l, all);
		if (!unit_may_go(app, l))
			continue;
		app->drain.units_x1000 -= 1000;
		count(app, C_UNITS_SENT_ELSEWHERE);
		if (l->protocol == PROTOCOL_NATIVE && l->greeted)
			native_elsewhere(app, l);
		else
			device_close(app, l);
	}
}

static bool screen_waits(const struct session *s)
{
	for (size_t i = 0; i < REPLIES_KEPT; i++)
		if (s->replies[i].cmd == s->asked_cmd)
			return false;
	return s->asked_cmd != 0;
}

static void screens_leave(struct app *app)
{
	struct drain *d = &app->drain;
	struct session *s, *next;

	if (d->screens_at.ms == 0)
		d->screens_at = app->now.mono;
	for (s = TAILQ_FIRST(&app->screens->all); s != NULL && d->screens_x1000 >= 1000; s = next) {
		next = TAILQ_NEXT(s, link_all);
		if (screen_waits(s) && app->now.mono.ms - d->screens_at.ms < DRAIN_ASKED_MS)
			continue;
		d->screens_x1000 -= 1000;
		count(app, C_SCREENS_SENT_ELSEWHERE);
		session_elsewhere(app, s);
	}
}

void drain_turn(struct app *app)
{
	struct drain *d = &app->drain;
	struct app_leaving left;

	state_look(app);
	if (!drain_leaves(app))
		return;
	pay(app);
	units_leave(app);
	app_leaving(app, &left);
	if (left.units == 0 || (d->state == LEAVING_STOPS && app->now.mono.ms >= d->screens_from.ms))
		screens_leave(app);
	app_leaving(app, &left);
	if (!left.empty || d->said_empty)
		return;
	d->said_empty = true;
	heard_at_once(app);
	APP_LOG(app, "DRAIN_EMPTY", "after_ms=%" PRId64 " datagrams=%" PRIu32, app->now.mono.ms - d->since.ms,
	        left.datagrams);
}

int64_t drain_wait(const struct app *app)
{
	return drain_leaves(app) && !app->drain.said_empty ? 20 : ALIVE_EVERY_MS;
}
