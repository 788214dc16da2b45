/* supervision.c - no unit falls silent unnoticed, whichever daemon it used; and none is called silent that was heard.
 *
 *   a unit comes due by what we know ─> the store is asked ─┬─ heard meanwhile: due later
 *                                                           ├─ a live daemon has not yet told all it heard: asked again
 *                                                           └─ silent ─> LINK, by rule: one incident with a list, by area,
 *                                                                        by carrier, or of those we could not hear
 *   listed as silent and heard by anybody ─> its restore
 *
 * Every daemon asks about every unit once in its reporting time; the one ranked first half a second before the next. What
 * is found has an id made from what was found, so that two who find it find one thing.
 *
 * We are judged too. Times at which nobody heard anything (all daemons or the store away, one daemon gone, a clock that
 * jumped) are told to all through the store: a unit that comes due because of them has some time to come back, and is then
 * one line of one list: it may have pressed while we were away.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/outages.h"
#include "app/watched.h"
#include "base/hash.h"

/* Heard by another daemon, and told to the store by now: FLUSH_MS and the way. */
#define SLACK_MS 500
#define RANK_MS 500
#define NOT_TOLD_MS 50       /* asked again: a daemon has not told yet */
#define SAFETY_MS 2000       /* asked, and nothing came of it */
#define SILENT_LOOK_MS 60000 /* listed as silent: has anybody heard it? */
#define RAISED_MS 5000       /* said, and its record has not come back */
#define BREAK_MS 3000        /* nobody heard anything for so long: as ALIVE_STALE_MS */
#define STALL_MS 2000        /* we stood still: what units sent lies in our sockets */
#define JUMP_MS 1000         /* of the store's clock */
#define LATEST_MS SECONDS(3600)
#define POPS_A_TURN 1024
#define ASK_UNITS (STORE_SEEN_MAX - CARRIERS_MAX - DAEMONS_ASKED_MAX - 2)
/* Quiet for as long as it takes all units of a carrier to owe so many beats between them: that is no chance. */
#define QUIET_BEATS 8
#define DAY_MS ((uint64_t)86400000)

static ms_t max_ms(ms_t a, ms_t b)
{
	return a > b ? a : b;
}

int64_t unit_report_ms(const struct app *app, const struct unit *u)
{
	const struct policy *policy = &app->config.policy;

	if (u->report_s != 0)
		return SECONDS(u->report_s);
	switch (u->protocol) {
	case PROTOCOL_NATIVE:
		/* As often as it is told to speak. */
		return SECONDS(policy->silent_native_s > 3 * app->config.heartbeat_s ? policy->silent_native_s
		                                                                     : 3 * app->config.heartbeat_s);
	case PROTOCOL_WATCH:
		return SECONDS(policy->silent_watch_s);
	case PROTOCOL_WEBHOOK:
		return SECONDS(policy->silent_webhook_s);
	case PROTOCOL_NONE:
	case PROTOCOL_DC09:
	case PROTOCOL_MANUAL:
	case PROTOCOL_COUNT:
		break;
	}
	return SECONDS(policy->silent_dc09_s);
}

/* From when it is counted: what came in service just now has had no time to speak. */
static ms_t base_ms(const struct unit *u)
{
	return max_ms(u->heard_ms, u->state_ms);
}

/* How long a unit has to come back after we could not hear. Whoever speaks seldom does not wait a day when nobody answers:
 * units try again within minutes. */
static int64_t grace_ms(const struct app *app, const struct unit *u)
{
	int64_t report = unit_report_ms(app, u), most = LATEST_MS + app->units->since_ms - app->units->gone_ms;

	return report < most ? report : most;
}

ms_t unit_due_ms(const struct app *app, const struct unit *u)
{
	const struct units *us = app->units;
	ms_t base = base_ms(u), due = base + unit_report_ms(app, u);

	if (base < us->since_ms)
		due = max_ms(due, us->since_ms + grace_ms(app, u));
	return max_ms(due, u->again_ms);
}

/* It was well when we stopped hearing, and would be due because of that. */
static bool due_to_us(const struct app *app, const struct unit *u)
{
	const struct units *us = app->units;
	ms_t base = base_ms(u), due = base + unit_report_ms(app, u);

	return base < us->since_ms && due > us->gone_ms && due <= us->since_ms + grace_ms(app, u);
}

static void watch_at(struct app *app, struct unit *u, ms_t at_ms)
{
	if (!heap_set(&app->units->due, &u->due, at_ms))
		projection_incomplete(app, "unit");
}

/* After those who know more about it: the store makes two of them one, and this saves the second. */
static int64_t rank_ms(struct app *app, const struct unit *u)
{
	uint64_t id = hash_bytes(0x73696c65, 0x6e74, slice_str(unit_id(u)));
	int64_t late_ms = 0;

	while (late_ms < 4 * RANK_MS && !deadline_mine(app, id, late_ms))
		late_ms += RANK_MS;
	return late_ms;
}

void unit_watch(struct app *app, struct unit *u)
{
	if (!u->in_service)
		heap_remove(&app->units->due, &u->due);
	else if (u->silent)
		watch_at(app, u, app->now.store_ms + SILENT_LOOK_MS);
	else
		watch_at(app, u, unit_due_ms(app, u) + SLACK_MS);
}

/* ------------------------------------------------------------ carriers */

static bool beats_missing(const struct app *app, const struct carrier *c, ms_t heard_ms)
{
	uint64_t quiet_ms = app->now.store_ms > heard_ms ? (uint64_t)(app->now.store_ms - heard_ms) : 0;

	return quiet_ms * c->per_day >= QUIET_BEATS * DAY_MS;
}

/* It is the carrier that fell silent, not this unit: nothing has come from any of its units for longer than chance allows;
 * or too many have fallen silent in too many places. */
static bool carrier_is_out(const struct app *app, const struct unit *u)
{
	const struct policy *policy = &app->config.policy;
	const struct carrier *c = u->carrier;

	if (c == NULL || c->units < policy->mass_signals)
		return false;
	if (beats_missing(app, c, max_ms(c->heard_ms, app->units->since_ms)))
		return true;
	return app->now.store_ms - c->window_ms < SECONDS(policy->mass_window_s) && c->fell >= policy->mass_signals &&
	       c->area_count == COUNT_OF(c->areas);
}

/* One of its units has been listed as silent. */
static void carrier_fell(const struct app *app, struct carrier *c, const struct out *out)
{
	char area[16];
	uint32_t i = 0;

	if (out->since_ms - c->window_ms >= SECONDS(app->config.policy.mass_window_s)) {
		c->window_ms = out->since_ms;
		c->fell = c->area_count = 0;
	}
	c->fell++;
	if (!outage_area(out->area, area))
		return;
	while (i < c->area_count && strcmp(c->areas[i], area) != 0)
		i++;
	if (i == c->area_count && i < COUNT_OF(c->areas))
		memcpy(c->areas[c->area_count++], area, sizeof area);
}

/* ------------------------------------------------------------ what the log says */

void unit_out(struct app *app, const struct out *out, bool is_out)
{
	struct unit *u = out->found ? unit_find(app, out->device) : NULL;

	if (u == NULL)
		return;
	if (out->kind == KIND_POWER)
		u->dark = is_out;
	if (out->kind != KIND_LINK || u->silent == is_out)
		return;
	unit_silent(app, u, is_out);
	u->again_ms = 0;
	if (is_out && u->carrier != NULL)
		carrier_fell(app, u->carrier, out);
	/* Off an open list only who was heard: if not here, by the daemon that wrote it. */
	if (!is_out && incident_is_open(app, out->incident))
		u->heard_ms = max_ms(u->heard_ms, app->now.store_ms);
	else if (!is_out && u->heard_ms <= out->since_ms && incident_find(app, out->incident) != NULL)
		u->again_ms = app->now.store_ms + SECONDS(app->config.policy.silent_again_s);
	unit_watch(app, u);
	/* Heard in the meantime, or not missed any more. */
	if (is_out && (u->heard_ms > out->since_ms || !u->in_service))
		unit_back(app, u);
}

void unit_back(struct app *app, struct unit *u)
{
	if (u->in_back || app->now.mono.ms - u->back_at.ms < SAFETY_MS)
		return;
	u->in_back = true;
	TAILQ_INSERT_TAIL(&app->units->back, u, back_link);
}

bool unit_signal(struct app *app, const struct unit *u, enum kind kind, enum collect group, bool restore, uint64_t id)
{
	struct alarm *a = arena_take(&app->arena, sizeof *a);

	if (a == NULL)
		return false;
	memset(a, 0, sizeof *a);
	a->id = id == 0 ? 1 : id;
	a->kind = kind;
	a->protocol = PROTOCOL_MANUAL;
	a->battery_pct = 255;
	a->group = group;
	a->restore = restore;
	snprintf(a->device, sizeof a->device, "%s", unit_id(u));
	return intake_alarm(app, a, (struct waiter){0});
}

static void back_turn(struct app *app)
{
	struct units *us = app->units;
	struct unit *u;

	for (int n = 0; n < TURN_BATCH && (u = TAILQ_FIRST(&us->back)) != NULL; n++) {
		const struct out *out = outage_member(app, unit_id(u), KIND_LINK);

		arena_reset(&app->arena);
		if (u->silent && out != NULL && incident_is_open(app, out->incident)) {
			uint64_t id = hash_bytes(out->incident, (uint64_t)out->since_ms, slice_str(unit_id(u)));

			if (!unit_signal(app, u, KIND_LINK, GROUP_AREA, true, id))
				return;
		}
		TAILQ_REMOVE(&us->back, u, back_link);
		u->in_back = false;
		u->back_at = app->now.mono;
	}
}

/* ------------------------------------------------------------ since when the cell hears */

/* One that follows upon another before all had time to come back makes the first one longer. */
static void break_add(struct units *us, ms_t since_ms, ms_t gone_ms)
{
	if (gone_ms > since_ms)
		gone_ms = since_ms; /* 0: nobody ever heard before */
	if (gone_ms < us->gone_ms || gone_ms - us->since_ms >= LATEST_MS)
		us->gone_ms = gone_ms;
	us->since_ms = since_ms;
}

/* Nobody heard, from `gone_ms` to now. Told to all with the next put. */
static void broken(struct app *app, ms_t gone_ms, const char *why)
{
	struct units *us = app->units;

	break_add(us, max_ms(us->since_ms, app->now.store_ms), gone_ms);
	us->tell_break = true;
	count(app, C_HEARING_BREAKS);
	APP_LOG(app, "HEARING_BROKEN", "reason=%s gone_ms=%" PRId64, why, us->since_ms - us->gone_ms);
}

static void believe_break(struct units *us, ms_t since_ms, ms_t gone_ms)
{
	if (since_ms <= us->since_ms)
		return;
	break_add(us, since_ms, gone_ms);
}

static void forget_daemon(struct app *app, const char *id)
{
	char name[STORE_SEEN_NAME_MAX];

	snprintf(name, sizeof name, "@%s", id);
	seen_forget(app, name);
}

/* Another daemon that was there is not: what its units send now, they send to nobody for a while. */
static void look_at_daemons(struct app *app)
{
	struct units *us = app->units;
	struct record *rec;
	size_t n = 0;

	if (app->now.mono.ms - us->looked_at.ms < 500)
		return;
	us->looked_at = app->now.mono;
	for (size_t i = 0; i < us->daemon_count; i++) {
		rec = record_find(app, us->daemons[i]);
		if (rec != NULL && rec->rev != 0 && daemon_alive(app, rec))
			continue;
		broken(app, app->now.store_ms - ALIVE_STALE_MS, "daemon_gone");
		if (rec == NULL || rec->rev == 0)
			forget_daemon(app, us->daemons[i] + strlen("daemon:"));
	}
	TAILQ_FOREACH (rec, &app->of_type[RECORD_DAEMON], of_type)
		if (rec->rev != 0 && daemon_alive(app, rec) && n < DAEMONS_ASKED_MAX &&
		    strcmp(rec->key + strlen("daemon:"), app->config.daemon) != 0)
			memcpy(us->daemons[n++], rec->key, STORE_KEY_MAX);
	us->daemon_count = n;
}

static void look_at_clocks(struct app *app)
{
	struct units *us = app->units;
	int64_t ahead_ms = app->now.store_ms - app->now.mono.ms, stood_ms = app->now.mono.ms - us->turned_at.ms;

	us->turned_at = app->now.mono;
	if (stood_ms > STALL_MS)
		us->judge_at.ms = app->now.mono.ms + STALL_MS;
	if (us->hears && llabs(ahead_ms - us->clock_ahead_ms) > JUMP_MS)
		broken(app, app->now.store_ms - llabs(ahead_ms - us->clock_ahead_ms), "clock");
	us->clock_ahead_ms = ahead_ms;
}

/* ------------------------------------------------------------ asking */

static struct store_seen *ask_for(struct units *us, const char *prefix, const char *id)
{
	struct store_seen *s = &us->asked[us->asked_count++];
	char name
		[STORE_SEEN_NAME_MAX]; /* `id` stands in `us` too: a compiler that optimises can't know that it is elsewhere */

	snprintf(name, sizeof name, "%s%s", prefix, id);
	memset(s, 0, sizeof *s);
	memcpy(s->name, name, sizeof s->name);
	return s;
}

static void send(struct app *app, enum asking what)
{
	struct units *us = app->units;

	us->asking = what;
	app->ports.store_seen_ask(app->ports.ctx, us->asked, us->asked_count, what == ASK_LOOK);
}

static void ask_cell(struct app *app)
{
	struct units *us = app->units;

	us->asked_count = 0;
	ask_for(us, "!", "heard");
	ask_for(us, "!", "since");
	ask_for(us, "!", "gone");
	send(app, ASK_CELL);
}

static bool ask_look(struct app *app)
{
	struct units *us = app->units;

	if (us->look_count == 0)
		return false;
	us->asked_count = 0;
	while (us->look_count != 0)
		ask_for(us, "", us->look[--us->look_count]);
	send(app, ASK_LOOK);
	return true;
}

static void ask_carrier(struct units *us, const struct carrier *c, size_t from)
{
	for (size_t i = from; i < us->asked_count; i++)
		if (strcmp(us->asked[i].name + 1, c->code) == 0)
			return;
	ask_for(us, "#", c->code);
}

static void ask_due(struct app *app)
{
	struct units *us = app->units;
	struct heap_item *top;
	size_t units = 0, carriers;

	us->asked_count = 0;
	for (int n = 0;
	     n < POPS_A_TURN && units < ASK_UNITS && (top = heap_top(&us->due)) != NULL && top->at <= app->now.store_ms;
	     n++) {
		struct unit *u = (struct unit *)((char *)top - offsetof(struct unit, due));
		ms_t at_ms = u->silent ? top->at : unit_due_ms(app, u) + SLACK_MS;

		if (at_ms <= app->now.store_ms && !u->silent)
			at_ms += rank_ms(app, u);
		if (at_ms > app->now.store_ms) {
			watch_at(app, u, at_ms);
			continue;
		}
		watch_at(app, u, app->now.store_ms + SAFETY_MS);
		ask_for(us, "", unit_id(u));
		units++;
	}
	if (units == 0)
		return;
	us->asked_units = units;
	carriers = us->asked_count;
	for (size_t i = 0; i < units; i++) {
		const struct unit *u = unit_find(app, us->asked[i].name);

		if (u != NULL && u->carrier != NULL)
			ask_carrier(us, u->carrier, carriers);
	}
	for (size_t i = 0; i < us->daemon_count; i++)
		ask_for(us, "@", us->daemons[i] + strlen("daemon:"));
	ask_for(us, "!", "since");
	ask_for(us, "!", "gone");
	send(app, ASK_DUE);
}

/* ------------------------------------------------------------ judging */

static bool raise(struct app *app, const struct unit *u, ms_t due_ms)
{
	uint64_t id = hash_bytes((uint64_t)base_ms(u), (uint64_t)due_ms, slice_str(unit_id(u)));
	enum collect group = due_to_us(app, u) ? GROUP_AWAY : carrier_is_out(app, u) ? GROUP_CARRIER : GROUP_AREA;
	char device[ID_MAX];

	memcpy(device, unit_id(u), strlen(unit_id(u)) + 1);
	if (!unit_signal(app, u, KIND_LINK, group, false, id))
		return false;
	count(app, C_UNITS_SILENT);
	APP_LOG(app, "UNIT_SILENT", "device=%s heard_ms_ago=%" PRId64 " group=%d", device,
	        u->heard_ms == 0 ? -1 : app->now.store_ms - u->heard_ms, (int)group);
	return true;
}

/* `told_ms`: up to then every live daemon has told all that it heard. */
static void judge(struct app *app, struct unit *u, ms_t told_ms)
{
	ms_t due_ms = unit_due_ms(app, u);
	const struct out *out = u->silent ? outage_member(app, unit_id(u), KIND_LINK) : NULL;

	if (!u->in_service || u->silent || due_ms + SLACK_MS > app->now.store_ms)
		unit_watch(app, u);
	else if (told_ms < due_ms)
		watch_at(app, u, app->now.store_ms + NOT_TOLD_MS);
	else if (raise(app, u, due_ms))
		watch_at(app, u, app->now.store_ms + RAISED_MS);
	else
		watch_at(app, u, app->now.store_ms + RANK_MS);
	/* Whoever heard it has died before it could say so. */
	if (out != NULL && u->heard_ms > out->since_ms)
		unit_back(app, u);
}

static void cell_answered(struct app *app, const struct store_seen *list)
{
	struct units *us = app->units;

	believe_break(us, list[1].heard_ms, list[2].heard_ms);
	us->hears = true;
	us->judge_at.ms = app->now.mono.ms + STALL_MS;
	us->clock_ahead_ms = app->now.store_ms - app->now.mono.ms;
	if (us->cut || app->now.store_ms - list[0].heard_ms >= BREAK_MS)
		broken(app, list[0].heard_ms, us->cut ? "history_cut" : "nobody_heard");
	us->cut = false;
}

static void due_answered(struct app *app, const struct store_seen *list, size_t n)
{
	struct units *us = app->units;
	ms_t told_ms = INT64_MAX, since_ms = 0, gone_ms = 0;

	for (size_t i = us->asked_units; i < n; i++) {
		const char *name = list[i].name;
		struct carrier *c = name[0] == '#' ? table_get(&us->carriers, name + 1) : NULL;

		if (c != NULL)
			c->heard_ms = max_ms(c->heard_ms, list[i].heard_ms);
		else if (name[0] == '@' && list[i].heard_ms < told_ms)
			told_ms = list[i].heard_ms;
		else if (strcmp(name, "!since") == 0)
			since_ms = list[i].heard_ms;
		else if (strcmp(name, "!gone") == 0)
			gone_ms = list[i].heard_ms;
	}
	believe_break(us, since_ms, gone_ms);
	for (size_t i = 0; i < us->asked_units && i < n; i++) {
		struct unit *u = unit_find(app, list[i].name);

		if (u == NULL)
			continue;
		seen_believe(app, u, &list[i]);
		arena_reset(&app->arena);
		judge(app, u, told_ms);
	}
}

void app_store_seen(struct app *app, const struct store_seen *list, size_t n)
{
	struct units *us = app->units;
	enum asking what = us->asking;

	app_begin(app);
	us->asking = ASK_NONE;
	if (n != us->asked_count)
		return; /* the store can't say: asked again */
	switch (what) {
	case ASK_NONE:
		break;
	case ASK_CELL:
		cell_answered(app, list);
		break;
	case ASK_DUE:
		if (us->hears && app->store_up && app->fresh)
			due_answered(app, list, n);
		break;
	case ASK_LOOK:
		seen_looked(app, list, n);
		break;
	}
}

void supervision_down(struct app *app)
{
	app->units->asking = ASK_NONE;
	app->units->hears = false;
}

void supervision_turn(struct app *app)
{
	struct units *us = app->units;

	look_at_clocks(app);
	if (us->asking == ASK_NONE && !us->hears) {
		ask_cell(app);
		return;
	}
	if (!us->hears || !app->fresh)
		return;
	look_at_daemons(app);
	back_turn(app);
	if (us->asking == ASK_NONE && !ask_look(app) && app->now.mono.ms >= us->judge_at.ms)
		ask_due(app);
}
