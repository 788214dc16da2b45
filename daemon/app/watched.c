/* watched.c - the units of the registry as supervision looks at them: they come and go with their records. */
#include <stdio.h>
#include <stdlib.h>

#include "app/outages.h"
#include "app/watched.h"
#include "base/hash.h"

bool watched_new(struct app *app)
{
	struct units *us = calloc(1, sizeof *us);

	if (us == NULL)
		return false;
	TAILQ_INIT(&us->dirty);
	TAILQ_INIT(&us->flying);
	TAILQ_INIT(&us->back);
	us->turned_at = app->now.mono;
	app->units = us;
	return true;
}

void watched_free(struct app *app)
{
	struct units *us = app->units;

	if (us == NULL)
		return;
	for (size_t i = 0; i < table_places(&us->carriers); i++)
		if (table_at(&us->carriers, i)->key != NULL)
			free(table_at(&us->carriers, i)->value);
	table_free(&us->carriers);
	heap_free(&us->due);
	heap_free(&us->test_due);
	free(us);
	app->units = NULL;
}

/* ------------------------------------------------------------ carriers */

static struct carrier *carrier_want(struct app *app, const char *code)
{
	struct units *us = app->units;
	struct carrier *c = table_get(&us->carriers, code);
	char id[ID_MAX];

	if (c != NULL || code[0] == '\0' || !text_copy(id, sizeof id, slice_str(code)) || !alarm_id_valid(id))
		return c;
	if (us->carrier_count >= CARRIERS_MAX)
		return NULL;
	c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL; /* its units are judged one by one */
	memcpy(c->code, id, sizeof id);
	if (!table_put(&us->carriers, c->code, c)) {
		free(c);
		return NULL;
	}
	us->carrier_count++;
	return c;
}

static uint64_t beats_a_day(const struct app *app, const struct unit *u)
{
	return (uint64_t)(86400000 / unit_report_ms(app, u));
}

/* Counted among those in service, or not any more. */
static void enlist(struct app *app, struct unit *u, int by)
{
	if (!u->in_service)
		return;
	app->units->in_service += by > 0 ? 1 : (size_t)-1;
	if (u->carrier == NULL)
		return;
	if (by > 0)
		u->beats_a_day = beats_a_day(app, u);
	u->carrier->units += by > 0 ? 1 : UINT32_MAX;
	u->carrier->per_day += by > 0 ? u->beats_a_day : 0 - u->beats_a_day;
}

/* ------------------------------------------------------------ records */

static void forget_queues(struct app *app, struct unit *u)
{
	struct units *us = app->units;

	heap_remove(&us->due, &u->due);
	heap_remove(&us->test_due, &u->test_due);
	if (u->queue == UNIT_DIRTY)
		TAILQ_REMOVE(&us->dirty, u, link);
	else if (u->queue == UNIT_FLYING)
		TAILQ_REMOVE(&us->flying, u, link);
	if (u->in_back)
		TAILQ_REMOVE(&us->back, u, back_link);
}

void unit_forget(struct app *app, struct record *rec)
{
	struct unit *u = rec->live;

	if (u == NULL)
		return;
	enlist(app, u, -1);
	unit_silent(app, u, false);
	installed_set(app, &u->counted, "", DEVICE_NONE, false);
	forget_queues(app, u);
	free(u->vitals);
	free(u);
	rec->live = NULL;
}

static ms_t time_of(int64_t ms)
{
	return ms > 0 && ms < INT64_C(1) << 48 ? ms : 0;
}

void unit_read(struct app *app, struct record *rec)
{
	struct unit *u = rec->live;
	const Pingan__V1__Device *d;
	const struct out *out;
	ms_t tested_ms;

	arena_reset(&app->scratch);
	d = pingan__v1__device__unpack(&app->scratch.allocator, rec->body_len, rec->body);
	if (d == NULL) {
		/* Said by whoever needs it; here it is not watched as long as nobody can read what it is. */
		unit_forget(app, rec);
		return;
	}
	if (u == NULL) {
		u = calloc(1, sizeof *u);
		if (u == NULL) {
			projection_incomplete(app, "unit");
			return;
		}
		u->record = rec;
		u->back_at.ms = INT64_MIN / 2;
		rec->live = u;
	}
	enlist(app, u, -1);
	u->in_service = d->state == PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	u->protocol = (unsigned)d->protocol < PROTOCOL_COUNT ? (enum protocol)d->protocol : PROTOCOL_NONE;
	u->report_s = d->report_s < 7 * 86400 ? d->report_s : 7 * 86400;
	u->state_ms = time_of(d->state_ms);
	tested_ms = u->tested_ms;
	u->tested_ms = time_of(d->tested_ms > d->proved_ms ? d->tested_ms : d->proved_ms);
	u->test_s = d->test_s;
	u->carrier = carrier_want(app, d->carrier);
	enlist(app, u, 1);
	installed_set(app, &u->counted, d->household, (enum device_state)d->state, u->silent);
	if (u->silent)
		unit_silent(app, u, true); /* in its class, which may be another now */
	if ((out = outage_member(app, unit_id(u), KIND_LINK)) != NULL)
		unit_out(app, out, true);
	if ((out = outage_member(app, unit_id(u), KIND_POWER)) != NULL)
		unit_out(app, out, true);
	unit_watch(app, u);
	upkeep_watch(app, u);
	if (u->tested_ms > tested_ms && !app->loading)
		upkeep_tested(app, u);
	/* Away, retired: it is not missed any more. */
	if (u->silent && !u->in_service)
		unit_back(app, u);
}

/* ------------------------------------------------------------ turns */

void watched_turn(struct app *app)
{
	if (!app->store_up || app->stale_ms != 0)
		return;
	supervision_turn(app);
	upkeep_turn(app);
	seen_turn(app);
}

ms_t watched_wait(const struct app *app)
{
	const struct units *us = app->units;
	const struct heap_item *top = heap_top(&us->due);

	if (!app->store_up || !us->hears || us->asking != ASK_NONE || top == NULL)
		return ALIVE_EVERY_MS;
	if (app->now.mono.ms < us->judge_at.ms)
		return us->judge_at.ms - app->now.mono.ms;
	return top->at > app->now.store_ms ? top->at - app->now.store_ms : 20;
}

void watched_down(struct app *app)
{
	seen_down(app);
	supervision_down(app);
}

void watched_cut(struct app *app)
{
	app->units->cut = true;
}

/* ------------------------------------------------------------ figures */

uint32_t watched_in_service(const struct app *app)
{
	return (uint32_t)app->units->in_service;
}

uint32_t watched_silent(struct app *app, const char *area)
{
	const struct record *rec;
	uint32_t n = 0;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_OUT], of_type) {
		const struct out *out = outage_out(rec);

		n += out != NULL && out->found && out->kind == KIND_LINK && strncmp(out->area, area, strlen(area)) == 0;
	}
	return n;
}

uint32_t watched_silent_of(const struct app *app, enum report_class of)
{
	return (uint32_t)app->units->silent[of];
}

void unit_silent(struct app *app, struct unit *u, bool is_silent)
{
	struct units *us = app->units;
	int64_t report_ms = unit_report_ms(app, u);

	if (u->silent)
		us->silent[u->silent_as]--;
	u->silent = is_silent;
	installed_set(app, &u->counted, u->counted.household, u->counted.state, is_silent);
	u->silent_as = report_ms <= SECONDS(20)      ? REPORT_20S
	               : report_ms <= SECONDS(180)   ? REPORT_180S
	               : report_ms <= SECONDS(18000) ? REPORT_5H
	                                             : REPORT_25H;
	if (is_silent)
		us->silent[u->silent_as]++;
}
