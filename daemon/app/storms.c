/* storms.c - storm mode: who begins and ends it, what it holds back, and what came of it.
 *
 * A storm is a record. Whatever it covers is put aside by the core, one incident at a time, and returns the same way: by
 * the daemon ranked first for that incident, and by the others when it does not. An incident that nobody returns comes
 * back by its own clock. So a crash at any point leaves calls in the queue, never out of it.
 *
 * Bounds: SLICE changes asked for in one pass; WATCHES_MAX areas and kinds whose signals are counted.
 */
#include "app/storms.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"

#define SLICE 128
#define PASS_MS 50
#define IDLE_MS 1000
#define WATCH_MS 200
#define HOLD_FOR_MS 3000 /* after it began: each daemon of the cell has had its turn at every incident */
/* Its own clock is the second way back. The record's end is the first, and counts what returned. */
#define GRACE_MS 2000
#define WATCHES_MAX 4096
#define BUCKETS 10

/* record->live of RECORD_STORM */
struct storm_live {
	struct storm storm;
	mono_t hold_until;   /* incidents that wait are put aside until then */
	mono_t asked_at;     /* its end was asked for */
	uint32_t held, left; /* incidents put aside under it; of them, those that left while it ran */
};

/* Signals of one kind in one sub-district within policy.storm_window_s. */
struct storm_watch {
	char key[32];
	char area[16];
	enum storm_kind kind;
	int64_t bucket; /* number of the newest */
	uint32_t counts[BUCKETS];
	mono_t asked_at;
};

static struct storm_live *live_of(const struct record *rec)
{
	return rec->rev == 0 ? NULL : rec->live;
}

const struct storm *storm_find(const struct record *rec)
{
	const struct storm_live *live = live_of(rec);

	return live == NULL ? NULL : &live->storm;
}

uint32_t storm_held(const struct record *rec)
{
	const struct storm_live *live = live_of(rec);

	return live == NULL ? 0 : live->held;
}

/* The one that goes on the longest. */
static const struct storm *covering(struct app *app, enum kind kind, const char *area)
{
	const struct storm *longest = NULL;
	enum storm_kind named;
	struct record *rec;

	if (!storm_kind_of(kind, &named))
		return NULL;
	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type) {
		const struct storm *s = storm_find(rec);

		if (s != NULL && storm_covers(s, named, area, app->now.store_ms) &&
		    (longest == NULL || s->until_ms > longest->until_ms))
			longest = s;
	}
	return longest;
}

ms_t storm_until_ms(struct app *app, enum kind kind, const char *area)
{
	const struct storm *s = covering(app, kind, area);

	return s == NULL ? 0 : s->until_ms + GRACE_MS;
}

/* ------------------------------------------------------------ counting */

static int64_t bucket_of(const struct app *app)
{
	return app->now.store_ms / (SECONDS(app->config.policy.storm_window_s) / BUCKETS);
}

static void watch_turn(struct storm_watch *w, int64_t bucket)
{
	if (bucket - w->bucket >= BUCKETS || bucket < w->bucket)
		memset(w->counts, 0, sizeof w->counts);
	else
		while (w->bucket < bucket)
			w->counts[++w->bucket % BUCKETS] = 0;
	w->bucket = bucket;
}

static uint32_t watch_sum(const struct storm_watch *w)
{
	uint32_t sum = 0;

	for (int i = 0; i < BUCKETS; i++)
		sum += w->counts[i];
	return sum;
}

/* The quiet ones go, when there are too many. */
static void watches_trim(struct app *app)
{
	struct table *all = &app->storm_watches;

	if (app->storm_watch_count < WATCHES_MAX)
		return;
	for (size_t i = 0; i < table_places(all); i++)
		if (table_at(all, i)->key != NULL)
			free(table_at(all, i)->value);
	table_free(all);
	memset(all, 0, sizeof *all);
	app->storm_watch_count = 0;
}

static void watch_ask(struct app *app, struct storm_watch *w)
{
	const struct policy *policy = &app->config.policy;
	struct storm_ask ask = {.act = STORM_BEGIN, .seconds = policy->storm_s, .storm.kinds = BIT(w->kind)};
	struct record *rec;

	watch_turn(w, bucket_of(app));
	if (policy->storm_signals == 0 || watch_sum(w) < policy->storm_signals ||
	    (w->asked_at.ms != 0 && app->now.mono.ms - w->asked_at.ms < IDLE_MS))
		return;
	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type)
		if (storm_find(rec) != NULL && storm_covers(storm_find(rec), w->kind, w->area, app->now.store_ms))
			return;
	/* Whoever is ranked first; the others a second later, should nothing have come of it. */
	if (w->asked_at.ms == 0 && !deadline_mine(app, hash_bytes(1, 2, slice_str(w->key)), 0)) {
		w->asked_at = app->now.mono;
		return;
	}
	w->asked_at = app->now.mono;
	memcpy(ask.storm.area, w->area, sizeof ask.storm.area);
	(void)storm_ask(app, &ask, (struct waiter){0});
}

static void signals(struct app *app, const struct incident_slot *slot, uint32_t fresh)
{
	struct storm_watch *w;
	enum storm_kind kind;
	char area[16], key[32];

	if (fresh == 0 || !storm_kind_of(slot->last_kind, &kind) || !outage_area(slot->area, area))
		return;
	snprintf(key, sizeof key, "%s/%d", area, (int)kind);
	w = table_get(&app->storm_watches, key);
	if (w == NULL) {
		watches_trim(app);
		w = calloc(1, sizeof *w);
		if (w == NULL)
			return; /* counted from the next on */
		memcpy(w->key, key, sizeof key);
		memcpy(w->area, area, sizeof area);
		w->kind = kind;
		w->bucket = bucket_of(app);
		if (!table_put(&app->storm_watches, w->key, w)) {
			free(w);
			return;
		}
		app->storm_watch_count++;
	}
	watch_turn(w, bucket_of(app));
	w->counts[w->bucket % BUCKETS] += fresh;
}

/* Ended by a person in spite of it all: what was counted until then is known. */
static void watches_forget(struct app *app, const struct storm *s)
{
	for (size_t i = 0; i < table_places(&app->storm_watches); i++) {
		struct storm_watch *w =
			table_at(&app->storm_watches, i)->key == NULL ? NULL : table_at(&app->storm_watches, i)->value;

		if (w != NULL && area_covers(s->area, w->area) && (s->kinds & BIT(w->kind)) != 0)
			memset(w->counts, 0, sizeof w->counts);
	}
}

/* One more, or one fewer, of what every storm over it has put aside. */
static void tally(struct app *app, enum kind kind, const char *area, bool entered)
{
	enum storm_kind named;
	struct record *rec;

	if (!storm_kind_of(kind, &named))
		return;
	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type) {
		struct storm_live *live = live_of(rec);

		if (live == NULL || !storm_covers(&live->storm, named, area, app->now.store_ms))
			continue;
		live->held += entered;
		live->left += !entered;
		screens_storms(app);
	}
}

void storms_slot(struct app *app, struct incident_slot *slot, const struct slot_before *before)
{
	bool is = slot->aside == ASIDE_STORM && slot->state == INCIDENT_WAITING;

	if (slot->record->log_id != 0 && slot->signals > before->signals)
		signals(app, slot, slot->signals - before->signals);
	if (is == before->held_back)
		return;
	app->held_back += is ? 1 : -1;
	if (is) {
		slot->held_at = app->now.store_ms;
		tally(app, slot->kind, slot->area, true);
	} else {
		tally(app, before->kind, before->area, false);
	}
}

/* ------------------------------------------------------------ the record */

static void recount(struct app *app, struct storm_live *live)
{
	struct record *rec;
	enum storm_kind named;

	live->held = live->left = 0;
	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type)
		live->held += rec->rev != 0 && rec->slot->state == INCIDENT_WAITING && rec->slot->aside == ASIDE_STORM &&
		              storm_kind_of(rec->slot->kind, &named) &&
		              storm_covers(&live->storm, named, rec->slot->area, app->now.store_ms);
}

void storm_read(struct app *app, struct record *rec)
{
	struct storm_live *live = rec->live;
	struct storm was = {0}, now;
	int bad = storm_decode(slice_of(rec->body, rec->body_len), &now, &app->scratch);

	if (bad != 0) {
		count(app, C_RECORDS_UNREADABLE);
		APP_LOG(app, "RECORD_UNREADABLE", "key=%s reason=%s", rec->key, record_bad_name(bad));
		free(live); /* nothing is held back by what can't be read */
		rec->live = NULL;
		return;
	}
	if (live == NULL)
		live = rec->live = calloc(1, sizeof *live);
	else
		was = live->storm;
	if (live == NULL) {
		projection_incomplete(app, "storm");
		return;
	}
	live->storm = now;
	app->storms_at = app->now.mono;
	if (now.ended_ms != 0) {
		watches_forget(app, &now);
		if (was.ended_ms == 0 && rec->log_id != 0)
			APP_LOG(app, "STORM_ENDED", "area=%s held_back=%" PRIu32 " returned=%" PRIu32 " by=%s", now.area,
			        now.held_back, now.returned, now.ended_by[0] == '\0' ? "time" : now.ended_by);
		return;
	}
	if (was.from_ms != now.from_ms)
		recount(app, live);
	/* A load brings what has been put aside already; who was brought back by a person since stays. */
	if (rec->log_id == 0)
		return;
	live->hold_until.ms = app->now.mono.ms + HOLD_FOR_MS;
	APP_LOG(app, "STORM_BEGUN", "area=%s kinds=%" PRIx32 " until_ms=%" PRId64 " by=%s", now.area, now.kinds,
	        (int64_t)now.until_ms, now.by[0] == '\0' ? "threshold" : now.by);
}

bool storm_ask(struct app *app, const struct storm_ask *ask, struct waiter waiter)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	record_key(key, "storm", ask->storm.area);
	ch = change_submit(app, CHANGE_STORM, key, NULL, NULL, waiter);
	if (ch == NULL)
		return false;
	ch->storm = malloc(sizeof *ask);
	if (ch->storm != NULL)
		*ch->storm = *ask;
	return true;
}

enum verdict storm_decide(struct app *app, struct change *ch, struct storm *ret)
{
	const struct storm_ask *ask = ch->storm;
	const struct storm_live *live = live_of(ch->record);
	bool runs = live != NULL && storm_runs(&live->storm, app->now.store_ms);
	ms_t until_ms;

	if (ask == NULL) {
		ch->answer = REFUSAL_OVERLOAD; /* no memory */
		return REFUSE;
	}
	if (ask->act == STORM_BEGIN) {
		until_ms = app->now.store_ms + SECONDS(ask->seconds);
		*ret = runs ? live->storm : ask->storm;
		ret->kinds |= ask->storm.kinds;
		ret->until_ms = until_ms;
		if (!runs) {
			ret->from_ms = app->now.store_ms;
		} else if (ask->storm.by[0] == '\0') {
			/* The machine adds; it changes nothing that a person said. */
			ret->until_ms = until_ms > live->storm.until_ms ? until_ms : live->storm.until_ms;
		} else {
			memcpy(ret->by, ask->storm.by, sizeof ret->by);
			memcpy(ret->reason, ask->storm.reason, sizeof ret->reason);
		}
		return MOVE;
	}
	if (live == NULL) {
		ch->answer = REFUSAL_NOT_FOUND;
		return REFUSE;
	}
	if (live->storm.ended_ms != 0 || (ask->act == STORM_OVER && live->storm.until_ms > app->now.store_ms))
		return STAY;
	*ret = live->storm;
	ret->ended_ms = ask->act == STORM_OVER ? ret->until_ms : app->now.store_ms;
	memcpy(ret->ended_by, ask->storm.by, sizeof ret->ended_by);
	ret->held_back = live->held;
	ret->returned = live->left < live->held ? live->held - live->left : 0;
	return MOVE;
}

/* ------------------------------------------------------------ putting aside, and back */

/* Who ended the storm that this waited for; empty when its time was up. */
static const char *ended_by(struct app *app, const struct incident_slot *slot)
{
	enum storm_kind named;
	struct record *rec;
	const char *by = "";
	ms_t last_ms = 0;

	if (!storm_kind_of(slot->kind, &named))
		return "";
	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type) {
		const struct storm *s = storm_find(rec);

		if (s == NULL || s->ended_ms <= last_ms || (s->kinds & BIT(named)) == 0 || !area_covers(s->area, slot->area))
			continue;
		last_ms = s->ended_ms;
		by = s->ended_by;
	}
	return by;
}

static bool holding(struct app *app)
{
	struct record *rec;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type)
		if (live_of(rec) != NULL && live_of(rec)->hold_until.ms > app->now.mono.ms)
			return true;
	return false;
}

static enum event_type due(struct app *app, const struct incident_slot *slot, bool hold)
{
	const struct storm *s;

	if (slot->state != INCIDENT_WAITING || slot->class < CLASS_GENERAL || slot->quarantine ||
	    (!hold && slot->aside != ASIDE_STORM))
		return EVENT_NONE;
	s = covering(app, slot->kind, slot->area);
	if (slot->aside == ASIDE_STORM && s == NULL)
		return EVENT_STORM_RETURN;
	if (!hold || s == NULL || slot->aside == ASIDE_SHELVED || slot->aside_until_ms == s->until_ms + GRACE_MS)
		return EVENT_NONE;
	/* Whatever has come back under this storm stays, and so does what somebody is on the way for. */
	if (slot->aside == ASIDE_NONE && (slot->held_at >= s->from_ms || slot->has_jobs))
		return EVENT_NONE;
	return EVENT_STORM_ASIDE;
}

/* True if there is more to do at once. */
static bool pass(struct app *app, bool hold)
{
	int64_t late_ms = app->now.mono.ms - app->storms_at.ms;
	struct record *rec;
	int asked = 0;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type) {
		struct event ev = {.type = rec->rev == 0 ? EVENT_NONE : due(app, rec->slot, hold)};

		if (ev.type == EVENT_NONE || rec->busy != NULL || rec->waiting_count != 0 ||
		    !deadline_mine(app, rec->slot->id, late_ms))
			continue;
		if (asked++ == SLICE)
			break;
		if (ev.type == EVENT_STORM_RETURN)
			snprintf(ev.who, sizeof ev.who, "%s", ended_by(app, rec->slot));
		if (change_submit(app, CHANGE_INCIDENT, rec->key, &ev, NULL, (struct waiter){0}) == NULL)
			break;
	}
	return asked > SLICE;
}

/* Its time is up: written down, with what came of it. */
static void over(struct app *app, struct record *rec)
{
	struct storm_live *live = live_of(rec);
	struct storm_ask ask = {.act = STORM_OVER};
	int64_t late_ms;

	if (live == NULL || live->storm.ended_ms != 0 || live->storm.until_ms > app->now.store_ms ||
	    (live->asked_at.ms != 0 && app->now.mono.ms - live->asked_at.ms < IDLE_MS))
		return;
	late_ms = app->now.store_ms - live->storm.until_ms;
	if (!deadline_mine(app, hash_bytes(3, 4, slice_str(live->storm.area)), late_ms))
		return;
	live->asked_at = app->now.mono;
	memcpy(ask.storm.area, live->storm.area, sizeof ask.storm.area);
	(void)storm_ask(app, &ask, (struct waiter){0});
}

void storms_turn(struct app *app)
{
	bool hold = holding(app);
	struct record *rec;

	if (!app->store_up)
		return;
	TAILQ_FOREACH (rec, &app->of_type[RECORD_STORM], of_type)
		over(app, rec);
	if (app->now.mono.ms - app->storm_watched_at.ms >= WATCH_MS) {
		app->storm_watched_at = app->now.mono;
		for (size_t i = 0; i < table_places(&app->storm_watches); i++)
			if (table_at(&app->storm_watches, i)->key != NULL)
				watch_ask(app, table_at(&app->storm_watches, i)->value);
	}
	if (app->now.mono.ms - app->storms_pass_at.ms < (hold || app->storms_more ? PASS_MS : IDLE_MS) ||
	    (!hold && app->held_back == 0))
		return;
	app->storms_pass_at = app->now.mono;
	app->storms_more = pass(app, hold);
}

void storms_free(struct app *app)
{
	for (size_t i = 0; i < table_places(&app->storm_watches); i++)
		if (table_at(&app->storm_watches, i)->key != NULL)
			free(table_at(&app->storm_watches, i)->value);
	table_free(&app->storm_watches);
}
