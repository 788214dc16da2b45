/* change.c - store before promise. One change at a time for a record: decide, commit, wait for the log, then answer.
 *
 *   submit ─> record->waiting ─> decide ─┬─ STAY, REFUSE ─────────────────> settle
 *                  ^                     └─ MOVE ─> flight ─> store ─> log ─> settled ─(safe)─> settle
 *                  └────────── stale: somebody else was first ──┘
 *
 * The answer of the store only refuses; a yes is the entry that comes back from the log, once it is safe.
 */
#include "app/audit.h"
#include "app/change.h"
#include "app/registry.h"
#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------ taking in */

/* Telemetry stops first, people last: a full inbox stops reading all sockets, so that TCP pushes back. */
static void reading(struct app *app)
{
	bool stop = app->reading_stopped ? app->change_count > CHANGES_MAX / 2 : app->change_count > CHANGES_MAX * 7 / 8;

	if (stop == app->reading_stopped)
		return;
	app->reading_stopped = stop;
	APP_LOG(app, stop ? "INBOX_FULL" : "INBOX_FREE", "changes=%zu", app->change_count);
	app->ports.links_read(app->ports.ctx, !stop);
}

/* An alarm is back from the log, or given up: screens show the record, not our memory of it. */
static void unpend(struct app *app, struct change *ch)
{
	if (!ch->pending)
		return;
	ch->pending = false;
	if (app->unshown == ch)
		app->unshown = TAILQ_NEXT(ch, unstored_link);
	TAILQ_REMOVE(&app->alarms, ch, unstored_link);
	table_remove(&app->pending, ch->press);
	if (ch->shown_unstored)
		screens_unstored(app);
	ch->shown_unstored = false;
}

static void change_free(struct app *app, struct change *ch)
{
	unpend(app, ch);
	if (ch->kind == CHANGE_INCIDENT && ch->ev.type == EVENT_DEADLINE)
		app->deadlines_taken--;
	free(ch->alarm);
	free(ch->body);
	free(ch->storm);
	free(ch->login);
	free(ch->edit);
	free(ch->shift);
	free(ch->audit);
	free(ch->guess);
	free(ch);
	app->change_count--;
	reading(app);
}

struct change *change_submit(struct app *app, enum change_kind kind, const char *key, const struct event *ev,
                             const struct alarm *alarm, struct waiter waiter)
{
	struct record *rec = record_want(app, key);
	struct change *ch = rec == NULL ? NULL : calloc(1, sizeof *ch);

	if (ch == NULL)
		goto refuse;
	ch->kind = kind;
	ch->record = rec;
	ch->waiter = waiter;
	ch->since = app->now.mono;
	ch->answer = REFUSAL_OK;
	if (ev != NULL)
		ch->ev = *ev;
	if (alarm != NULL) {
		ch->alarm = malloc(sizeof *alarm);
		if (ch->alarm == NULL)
			goto refuse;
		*ch->alarm = *alarm;
	}
	ch->ev.alarm = ch->alarm;
	if (change_line_full(rec, ch) ||
	    app->change_count >= (size_t)(change_urgent(ch) ? CHANGES_MAX : CHANGES_MAX - CHANGES_RESERVED))
		goto refuse;
	app->change_count++;
	if (kind == CHANGE_INCIDENT && ch->ev.type == EVENT_DEADLINE)
		app->deadlines_taken++;
	reading(app);
	change_line_up(rec, ch);
	rec->waiting_count++;
	record_ready(app, rec);
	return ch;
refuse:
	count(app, C_CHANGES_OVERLOAD);
	if (ch != NULL)
		free(ch->alarm);
	free(ch);
	if (rec != NULL)
		record_release(app, rec);
	return NULL;
}

/* ------------------------------------------------------------ answering */

uint64_t change_incident(const struct change *ch)
{
	const char *key = ch->duplicate ? ch->duplicate_of : ch->record->key;

	return strncmp(key, "incident:", 9) == 0 ? strtoull(key + 9, NULL, 16) : 0;
}

/* The last thing that happens to a change: whoever waits is told. */
static void settle(struct app *app, struct change *ch)
{
	struct record *rec = ch->record;

	switch (ch->waiter.type) {
	case WAITER_ALARM:
		devices_alarm_stored(app, ch, change_incident(ch));
		break;
	case WAITER_REQUEST:
		screens_answer(app, ch);
		break;
	case WAITER_LOGIN:
		app->ports.login_done(app->ports.ctx, ch->waiter.tag, ch->answer == REFUSAL_OK);
		break;
	case WAITER_POST:
		posts_stored(app, ch);
		break;
	case WAITER_RECORD:
		record_settled(app, ch);
		break;
	case WAITER_NONE:
		break;
	}
	if ((ch->waiter.type == WAITER_ALARM || ch->waiter.type == WAITER_POST) && ch->answer == REFUSAL_OK &&
	    ch->alarm->protocol != PROTOCOL_NATIVE && ch->kind != CHANGE_PROOF)
		intake_remember(app, ch->alarm);
	if (ch->kind == CHANGE_DAEMON && !ch->remove)
		alive_back(app);
	follow_up_settled(app, ch);
	proofs_settled(app, ch);
	change_free(app, ch);
	record_release(app, rec);
}

/* Answered when entry `id` is safe. */
static void settle_at(struct app *app, struct change *ch, uint64_t id)
{
	ch->settle_id = id;
	ch->record->settling++;
	TAILQ_INSERT_TAIL(&app->settled, ch, link);
}

void changes_settle(struct app *app)
{
	struct change *ch = TAILQ_FIRST(&app->settled), *next;

	for (; ch != NULL; ch = next) {
		next = TAILQ_NEXT(ch, link);
		if (ch->settle_id > app->safe || ch->settle_id > app->newest)
			continue;
		TAILQ_REMOVE(&app->settled, ch, link);
		ch->record->settling--;
		/* A copy without an id of its own is a copy only while its incident is open (core/alarm.h). What opened none, and
		 * still opens none, is on record as it was. */
		if (ch->duplicate && ch->alarm != NULL && !alarm_has_id(ch->alarm) && !ch->message_anew &&
		    (ch->kind != CHANGE_SIGNAL || change_incident(ch) != 0) && !proof_copy(app, ch)) {
			struct record *of = record_find(app, ch->duplicate_of);

			if (of == NULL || of->slot == NULL || of->slot->state == INCIDENT_NONE ||
			    of->slot->state == INCIDENT_CLOSED) {
				ch->duplicate = false;
				ch->message_anew = true;
				intake_route(app, ch);
				continue;
			}
		}
		settle(app, ch);
	}
}

/* ------------------------------------------------------------ flights */

static void flight_free(struct app *app, struct flight *f)
{
	table_remove(&app->flights, f->hex);
	app->flight_count--;
	f->change->flight = NULL;
	free(f);
}

/* The change has its answer, or is to be decided again; its record is free. */
static void land(struct app *app, struct change *ch)
{
	struct record *rec = ch->record;

	if (ch->flight != NULL)
		flight_free(app, ch->flight);
	ENSURE(rec->busy == ch);
	rec->busy = NULL;
}

static void decide_again(struct app *app, struct change *ch, bool await)
{
	struct record *rec = ch->record;

	land(app, ch);
	TAILQ_INSERT_HEAD(&rec->waiting, ch, link);
	rec->waiting_count++;
	if (await) {
		/* The log brings what was decided meanwhile; it may be on its way already. */
		rec->await_log = app->newest + 1;
		if (TAILQ_EMPTY(&app->awaiting))
			app->awaiting_since = app->now.mono;
		TAILQ_INSERT_TAIL(&app->awaiting, rec, ready_link);
	} else {
		record_ready(app, rec);
	}
}

/* The log moved: whoever waited for it decides again. */
static void awaiting_wake(struct app *app)
{
	struct record *rec, *next;

	for (rec = TAILQ_FIRST(&app->awaiting); rec != NULL; rec = next) {
		next = TAILQ_NEXT(rec, ready_link);
		if (rec->await_log > app->newest)
			continue;
		TAILQ_REMOVE(&app->awaiting, rec, ready_link);
		rec->await_log = 0;
		record_ready(app, rec);
	}
	app->awaiting_since = app->now.mono;
}

void change_fly(struct app *app, struct change *ch, struct store_commit *c)
{
	uint8_t audit[AUDIT_MAX];
	struct buf part = buf_of(audit, sizeof audit);
	struct flight *f;
	size_t len;
	uint8_t *at;

	c->audit = audit_part(app, ch, c, &part);
	len = c->event.len + c->audit.len;
	for (uint32_t i = 0; i < c->put_count; i++)
		len += c->puts[i].body.len;
	for (uint32_t i = 0; i < c->outbox_count; i++)
		len += c->outbox[i].body.len;
	f = malloc(sizeof *f + len);
	if (f == NULL) {
		/* Decided again next turn; the device repeats, the timer rings again. */
		APP_LOG(app, "NO_MEMORY", "what=commit");
		count(app, C_CHANGES_OVERLOAD);
		decide_again(app, ch, false);
		return;
	}
	c->id = app->ports.random(app->ports.ctx);
	f->commit = *c;
	f->change = ch;
	f->order = ++app->flight_order;
	f->failed = false;
	f->stored = false;
	f->sent = app->now.mono;
	at = f->bytes;
#define KEEP_BYTES(slice)                        \
	do {                                         \
		if ((slice).len != 0)                    \
			memcpy(at, (slice).at, (slice).len); \
		(slice).at = at;                         \
		at += (slice).len;                       \
	} while (0)
	KEEP_BYTES(f->commit.event);
	KEEP_BYTES(f->commit.audit);
	for (uint32_t i = 0; i < c->put_count; i++)
		KEEP_BYTES(f->commit.puts[i].body);
	for (uint32_t i = 0; i < c->outbox_count; i++)
		KEEP_BYTES(f->commit.outbox[i].body);
#undef KEEP_BYTES
	hex16(c->id, f->hex);
	if (!table_put(&app->flights, f->hex, f)) {
		free(f);
		decide_again(app, ch, false);
		return;
	}
	app->flight_count++;
	ch->flight = f;
	count(app, C_COMMITS_SENT);
	app->ports.store_commit(app->ports.ctx, &f->commit);
}

/* As many on their way as the store answers soon: halved when it takes long, once for all that were on their way then; grown
 * by each that comes back soon while they are wanted. */
static void flights_pace(struct app *app, const struct flight *f)
{
	int64_t took_ms = app->now.mono.ms - f->sent.ms;

	if (took_ms >= FLIGHT_LONG_MS) {
		if (f->sent.ms < app->flights_cut.ms)
			return;
		app->flights_cut = app->now.mono;
		app->flights_may = app->flights_may / 2 > FLIGHTS_MIN ? app->flights_may / 2 : FLIGHTS_MIN;
	} else if (took_ms < FLIGHT_LONG_MS / 2 && app->flight_count >= app->flights_may / 2 &&
	           app->flights_may < FLIGHTS_MAX) {
		app->flights_may++;
	}
}

static struct flight *flight_find(struct app *app, uint64_t commit)
{
	char hex[17];

	hex16(commit, hex);
	return table_get(&app->flights, hex);
}

void changes_entry(struct app *app, uint64_t commit, uint64_t log_id)
{
	struct flight *f = flight_find(app, commit);
	struct change *ch;

	if (f != NULL) {
		ch = f->change;
		flights_pace(app, f);
		count(app, C_COMMITS_STORED);
		if (ch->alarm != NULL)
			count(app, C_ALARMS_STORED);
		unpend(app, ch);
		land(app, ch);
		settle_at(app, ch, log_id);
		record_ready(app, ch->record);
	}
	awaiting_wake(app);
}

static bool record_has(const struct record *rec, uint64_t commit)
{
	for (int i = 0; i < STORE_COMMITS_KEPT; i++)
		if (rec->commits[i] == commit)
			return true;
	return false;
}

/* Another commit stands on a record that this one was decided on. */
static void stale(struct app *app, struct change *ch, const struct store_answer *a)
{
	const struct store_commit *c = &ch->flight->commit;
	const char *key = a->index < c->put_count                    ? c->puts[a->index].key
	                  : a->index - c->put_count < c->check_count ? c->checks[a->index - c->put_count].key
	                                                             : "";
	struct record *rec = record_find(app, key);
	uint64_t known = rec == NULL || rec->rev == 0 ? 0 : rec->commits[0];

	count(app, C_COMMITS_STALE);
	/* The same bytes as an incident that closed so long ago that we do not hold it: a new press needs another id. */
	if (ch->kind == CHANGE_INCIDENT && a->index == 0 && a->rev != 0 && known == 0 && ch->ev.type == EVENT_ALARM &&
	    !incident_still_open(app, a)) {
		ch->salt = a->newest;
		land(app, ch);
		record_ready(app, ch->record);
		intake_route(app, ch);
		return;
	}
	/* What had to stand for it does not: an owner who came back keeps the call. Whoever asked looks again. */
	if (a->index >= c->put_count) {
		struct record *of = ch->record;

		land(app, ch);
		ch->answer = REFUSAL_WRONG_STATE;
		record_ready(app, of); /* before what may free it */
		settle(app, ch);
		return;
	}
	decide_again(app, ch, known != (a->rev == 0 ? 0 : a->newest));
}

void app_store_answer(struct app *app, uint64_t commit, const struct store_answer *a)
{
	struct flight *f;
	struct change *ch;

	app_begin(app);
	f = flight_find(app, commit);
	if (f == NULL)
		return; /* its entry came first, or an answer came twice */
	ch = f->change;
	switch (a->result) {
	case STORE_STORED:
		f->stored = true; /* the yes is the entry in the log */
		return;
	case STORE_MINE:
		count(app, C_COMMITS_MINE);
		f->stored = true;
		/* A load may have jumped over the entry; else it is still to come. */
		if (f->commit.put_count != 0 && record_has(ch->record, commit)) {
			land(app, ch);
			settle_at(app, ch, ch->record->log_id);
			record_ready(app, ch->record);
		}
		return;
	case STORE_DUPLICATE:
		count(app, C_ALARMS_DUPLICATE);
		ch->duplicate = true;
		snprintf(ch->duplicate_of, sizeof ch->duplicate_of, "%s", a->value);
		land(app, ch);
		settle_at(app, ch, a->log_id);
		record_ready(app, ch->record);
		return;
	case STORE_STALE:
		stale(app, ch, a);
		return;
	case STORE_TAKEN:
		/* The household's call is open already, made by another daemon: the log brings it, then this joins it. */
		count(app, C_COMMITS_TAKEN);
		decide_again(app, ch, record_find(app, a->value) == NULL);
		return;
	case STORE_EARLY: {
		struct record *rec = ch->record;

		count(app, C_COMMITS_EARLY);
		land(app, ch);
		if (rec->slot != NULL)
			deadline_again(app, rec->slot);
		ch->answer = REFUSAL_WRONG_STATE;
		record_ready(app, rec); /* before what may free it */
		settle(app, ch);
		return;
	}
	case STORE_REFUSED:
		count(app, C_COMMITS_REFUSED);
		APP_LOG(app, "COMMIT_REFUSED", "key=%s event=%d", ch->record->key, ch->ev.type);
		f->failed = true;
		f->retry_at.ms = app->now.mono.ms + 50 * RETRY_MS;
		return;
	case STORE_FAILED:
		count(app, C_COMMITS_FAILED);
		f->failed = true;
		f->retry_at.ms = app->now.mono.ms + RETRY_MS;
		return;
	}
}

static int by_order(const void *a, const void *b)
{
	const struct flight *const *x = a, *const *y = b;

	return (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

/* Calls `each` for every flight, oldest first: what was decided first is asked first. */
static void flights_each(struct app *app, void (*each)(struct app *app, struct flight *f))
{
	struct flight **list = malloc((app->flight_count + 1) * sizeof(struct flight *));
	size_t n = 0;

	if (list == NULL) {
		APP_LOG(app, "NO_MEMORY", "what=flights"); /* asked again next turn: they stay marked */
		return;
	}
	for (size_t i = 0; i < table_places(&app->flights); i++)
		if (table_at(&app->flights, i)->key != NULL)
			list[n++] = table_at(&app->flights, i)->value;
	qsort(list, n, sizeof(struct flight *), by_order);
	for (size_t i = 0; i < n; i++)
		each(app, list[i]);
	free(list);
}

static void flight_resend(struct app *app, struct flight *f)
{
	struct change *ch = f->change;

	/* Still standing on what it was decided on? The load may show it stored already. */
	if (f->commit.put_count != 0 && record_has(ch->record, f->commit.id)) {
		land(app, ch);
		settle_at(app, ch, app->newest);
		record_ready(app, ch->record);
		return;
	}
	f->failed = false;
	f->sent = app->now.mono;
	count(app, C_COMMITS_SENT);
	app->ports.store_commit(app->ports.ctx, &f->commit);
}

void changes_resend(struct app *app)
{
	flights_each(app, flight_resend);
	awaiting_wake(app);
	for (struct record *rec = TAILQ_FIRST(&app->awaiting), *next; rec != NULL; rec = next) {
		next = TAILQ_NEXT(rec, ready_link);
		TAILQ_REMOVE(&app->awaiting, rec, ready_link);
		rec->await_log = 0;
		record_ready(app, rec);
	}
}

/* History was cut: what waited for the gate may be gone from the log. All of it is decided again; what still stands is
 * found standing. */
void changes_cut(struct app *app)
{
	struct change *ch;

	while ((ch = TAILQ_FIRST(&app->settled)) != NULL) {
		TAILQ_REMOVE(&app->settled, ch, link);
		ch->record->settling--;
		ch->duplicate = false;
		ch->answer = REFUSAL_OK;
		if (ch->ev.type == EVENT_ALARM)
			intake_route(app, ch);
		else
			change_move(app, ch, ch->record);
	}
}

static void flight_retry(struct app *app, struct flight *f)
{
	if (!f->failed || f->retry_at.ms > app->now.mono.ms)
		return;
	f->failed = false;
	f->sent = app->now.mono;
	count(app, C_COMMITS_SENT);
	app->ports.store_commit(app->ports.ctx, &f->commit);
}

/* ------------------------------------------------------------ turn */

/* Alarms that wait too long for the store are shown from memory: pressed is shown (promise 2). */
static void show_unstored(struct app *app)
{
	struct change *ch;
	bool any = false;

	while ((ch = app->unshown) != NULL) {
		if (app->store_up && app->now.mono.ms - ch->since.ms < 3 * UNSAFE_SHOWN_MS)
			break; /* oldest first: the rest came later */
		app->unshown = TAILQ_NEXT(ch, unstored_link);
		ch->shown_unstored = true;
		devices_not_stored(app, ch);
		any = true;
	}
	if (any)
		screens_unstored(app);
}

static void one(struct app *app, struct record *rec)
{
	struct change *ch = TAILQ_FIRST(&rec->waiting);

	TAILQ_REMOVE(&rec->waiting, ch, link);
	rec->waiting_count--;
	rec->busy = ch;
	ch->tries++;
	switch (change_decide(app, ch)) {
	case MOVE:
		return; /* in flight, or waiting to be decided again */
	case STAY:
		/* True already: as safe as the entry that made it so. */
		land(app, ch);
		settle_at(app, ch, rec->log_id);
		break;
	case REFUSE:
		land(app, ch);
		record_ready(app, rec); /* before what may free it */
		if (ch->rerouted) {
			ch->rerouted = false;
			intake_route(app, ch);
			return;
		}
		settle(app, ch);
		return;
	case UNDECIDED:
		ENSURE_NEVER("undecided change");
	}
	record_ready(app, rec);
}

bool changes_ready(const struct app *app)
{
	if (!TAILQ_EMPTY(&app->ready_first))
		return app->flight_count < app->flights_may;
	return !TAILQ_EMPTY(&app->ready) && app->flight_count < app->flights_may - FLIGHTS_RESERVED(app->flights_may);
}

void changes_turn(struct app *app)
{
	show_unstored(app);
	if (!app->store_up)
		return;
	if (app->flight_count != 0 && app->now.mono.ms - app->retry_at.ms >= RETRY_MS) {
		app->retry_at = app->now.mono;
		flights_each(app, flight_retry);
	}
	for (int n = 0; n < TURN_BATCH && changes_ready(app); n++) {
		struct record *rec = TAILQ_FIRST(&app->ready_first);

		if (rec != NULL) {
			TAILQ_REMOVE(&app->ready_first, rec, ready_link);
		} else {
			rec = TAILQ_FIRST(&app->ready);
			TAILQ_REMOVE(&app->ready, rec, ready_link);
		}
		rec->ready = false;
		if (rec->waiting_count == 0 || rec->busy != NULL)
			continue;
		arena_reset(&app->arena);
		one(app, rec);
	}
	changes_settle(app);
	/* Refused as stale, yet the log brings nothing: what we hold is not what the store holds. Read it all again. */
	if (!TAILQ_EMPTY(&app->awaiting) && app->now.mono.ms - app->awaiting_since.ms > SECONDS(2)) {
		APP_LOG(app, "PROJECTION_DIFFERS", "newest=%" PRIu64, app->newest);
		app->awaiting_since = app->now.mono;
		feed_reload(app);
	}
}

/* Puts a change into another record's line: its household's open incident is another than it was decided on. */
void change_move(struct app *app, struct change *ch, struct record *to)
{
	ch->record = to;
	TAILQ_INSERT_TAIL(&to->waiting, ch, link);
	to->waiting_count++;
	record_ready(app, to);
}

void changes_free(struct app *app)
{
	struct change *ch;
	struct record *rec;

	for (size_t i = 0; i < table_places(&app->flights); i++)
		if (table_at(&app->flights, i)->key != NULL)
			free(table_at(&app->flights, i)->value);
	table_free(&app->flights);
	while ((ch = TAILQ_FIRST(&app->settled)) != NULL) {
		TAILQ_REMOVE(&app->settled, ch, link);
		change_free(app, ch);
	}
	for (int type = 0; type < RECORD_TYPE_COUNT; type++)
		TAILQ_FOREACH (rec, &app->of_type[type], of_type) {
			if (rec->busy != NULL)
				change_free(app, rec->busy);
			rec->busy = NULL;
			while ((ch = TAILQ_FIRST(&rec->waiting)) != NULL) {
				TAILQ_REMOVE(&rec->waiting, ch, link);
				change_free(app, ch);
			}
			rec->waiting_count = 0;
		}
	table_free(&app->pending);
}

ms_t change_received_ms(const struct app *app, const struct change *ch)
{
	return app->now.store_ms - (app->now.mono.ms - ch->since.ms);
}
