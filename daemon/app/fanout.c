/* fanout.c - what goes out to whom, and when: snapshots, what was missed, and changes. Gathered for COALESCE_MS, class 1 at
 * once; FANOUT_SLICE screens a turn. Every change has a number; a screen that has been told up to n is sent, whenever its
 * turn comes, the newest state of all that changed after n. So nothing queues up for a slow one.
 */
#include <stdlib.h>

#include "app/commission.h"
#include "app/screens.h"
#include "base/hash.h"

#define CHUNK_BYTES (192 * 1024) /* a chunk also ends here; OUT_MAX has room for the rest of the frame */

uint64_t tail_commit(const struct app *app, uint64_t id)
{
	uint64_t back = app->newest - id;
	const struct tail_entry *t;

	if (id == 0 || id > app->newest)
		return 0;
	if (back == 0)
		return app->newest_commit;
	if (back >= app->tail_len)
		return 0;
	t = &app->tail[(app->tail_at + TAIL_MAX - 1 - back) % TAIL_MAX];
	return t->id == id ? t->commit : 0;
}

/* The place in history that a screen may resume from. With marked rows on it there is none: what they say may never come
 * true, and the log alone would not take it back. */
static uint64_t resume_commit(const struct app *app, uint64_t id)
{
	return app->screens->marked_count != 0 ? 0 : tail_commit(app, id);
}

static bool sees(struct app *app, const struct session *s, const struct shown *sh)
{
	return shown_open(sh) && rights_shows(app, &s->rights, &sh->face);
}

/* May have been on this screen at some time, as far as rights go. */
static bool may_have_seen(struct app *app, const struct session *s, const struct shown *sh)
{
	struct incident_slot face = sh->face;

	face.ring_neighbours = true;
	return rights_shows(app, &s->rights, &face);
}

static struct slice row_for(struct app *app, const struct session *s, struct shown *sh)
{
	return session_audience(s) == AUDIENCE_WALL ? shown_masked(app, sh) : shown_row(app, sh);
}

/* ------------------------------------------------------------ what belongs to every picture */

/* Ids that ring here now; returns how many. */
static size_t ringing(struct app *app, const struct session *s, uint64_t *ret)
{
	const struct operator* op = operator_find(app, s->rights.person);
	uint64_t around[CONSOLE_RINGING_MAX];
	size_t n = 0, around_count;
	const struct shown *sh;

	/* Own calls ring again whether one is ready or not. */
	TAILQ_FOREACH (sh, &app->screens->rerung, rerung_link)
		if (n < CONSOLE_RINGING_MAX && strcmp(sh->face.owner, s->rights.person) == 0)
			ret[n++] = sh->id;
	if (op != NULL && !op->ready)
		return n;
	around_count = view_ringing(app, s->view, around);
	for (size_t i = 0; i < around_count && n < CONSOLE_RINGING_MAX; i++) {
		bool there = false;

		for (size_t k = 0; k < n; k++)
			there = there || ret[k] == around[i];
		if (!there)
			ret[n++] = around[i];
	}
	return n;
}

static void counts(struct app *app, const struct session *s, Pingan__V1__Counts *ret)
{
	view_counts(app, s->view, ret);
	ret->mine = s->mine;
}

static uint64_t ring_hash(const uint64_t *ids, size_t n)
{
	return hash_bytes(0x72696e67, n, slice_of(ids, n * sizeof *ids));
}

static bool counts_same(const Pingan__V1__Counts *a, const Pingan__V1__Counts *b)
{
	const size_t from = offsetof(Pingan__V1__Counts, life);
	const size_t to = offsetof(Pingan__V1__Counts, drills) + sizeof a->drills;

	return memcmp((const char *)a + from, (const char *)b + from, to - from) == 0;
}

/* ------------------------------------------------------------ snapshot */

void snapshot_begin(struct app *app, struct session *s)
{
	struct screens *sc = app->screens;
	uint64_t *ids = malloc((sc->shown.used + 1) * sizeof *ids);

	free(s->snapshot);
	s->snapshot = ids;
	s->snapshot_len = s->snapshot_at = 0;
	s->streaming = false;
	if (ids == NULL) {
		/* A console without a picture is never taken for served. */
		s->unsaid = true;
		APP_LOG(app, "NO_MEMORY", "what=snapshot");
		return;
	}
	for (size_t i = 0; i < table_places(&sc->shown); i++) {
		const struct shown *sh = table_at(&sc->shown, i)->key == NULL ? NULL : table_at(&sc->shown, i)->value;

		if (sh != NULL && sees(app, s, sh))
			ids[s->snapshot_len++] = sh->id;
	}
	s->seq = sc->seq;
	s->snapshot_id = app->safe;
	s->snapshot_commit = resume_commit(app, app->safe);
	session_due(app, s);
}

static bool chunk_send(struct app *app, struct session *s)
{
	struct screens *sc = app->screens;
	Pingan__V1__Snapshot m = PINGAN__V1__SNAPSHOT__INIT;
	Pingan__V1__Counts c;
	struct buf out = buf_of(sc->out, sizeof sc->out);
	size_t at = s->snapshot_at, rows = 0, bytes = 0;

	for (; at < s->snapshot_len && rows < CONSOLE_ROWS_MAX && bytes < CHUNK_BYTES; at++) {
		struct shown *sh = shown_find(app, s->snapshot[at]);
		struct slice row;

		if (sh == NULL || !sees(app, s, sh))
			continue; /* ended meanwhile: the delta that follows says so */
		row = row_for(app, s, sh);
		if (row.len == 0)
			continue;
		sc->rows[rows++] = row;
		bytes += row.len;
	}
	m.id = s->snapshot_id;
	m.commit = s->snapshot_commit;
	m.last = at == s->snapshot_len;
	if (m.last) {
		counts(app, s, &c);
		m.counts = &c;
		m.n_ringing = ringing(app, s, sc->ringing);
		m.ringing = sc->ringing;
	}
	console_pack_snapshot(&m, sc->rows, rows, &out);
	ENSURE(!out.overflow);
	if (!session_send_bytes(app, s, slice_of(out.at, out.len)))
		return false;
	s->snapshot_at = at;
	if (!m.last)
		return true;
	free(s->snapshot);
	s->snapshot = NULL;
	s->streaming = true;
	s->sent_id = s->snapshot_id;
	s->counts = c;
	s->ring_hash = ring_hash(m.ringing, m.n_ringing);
	count(app, C_SNAPSHOTS);
	return true;
}

/* ------------------------------------------------------------ delta */

/* All of it in one or more frames. Before the last one the place in history stays where it was: a screen that is cut off
 * in between gets the whole again. */
static bool delta_send(struct app *app, struct session *s, size_t rows, size_t removed, const Pingan__V1__Counts *c,
                       size_t ring)
{
	struct screens *sc = app->screens;
	uint64_t id = app->safe > s->sent_id ? app->safe : s->sent_id;
	size_t at = 0;

	do {
		Pingan__V1__Delta m = PINGAN__V1__DELTA__INIT;
		struct buf out = buf_of(sc->out, sizeof sc->out);
		size_t n = 0, bytes = 0;
		bool last;

		while (at + n < rows && n < CONSOLE_ROWS_MAX && bytes < CHUNK_BYTES)
			bytes += sc->rows[at + n++].len;
		last = at + n == rows;
		m.prev = s->sent_id;
		m.id = last ? id : s->sent_id;
		m.commit = last ? resume_commit(app, id) : 0;
		m.removed = sc->removed;
		m.n_removed = last ? removed : 0;
		m.ringing = sc->ringing;
		m.n_ringing = ring;
		m.counts = (Pingan__V1__Counts *)c;
		console_pack_delta(&m, sc->rows + at, n, &out);
		ENSURE(!out.overflow);
		if (!session_send_bytes(app, s, slice_of(out.at, out.len)))
			return false;
		at += n;
	} while (at < rows);
	s->sent_id = id;
	s->counts = *c;
	s->ring_hash = ring_hash(sc->ringing, ring);
	return true;
}

/* What changed since this screen was last served. False: too much, a snapshot is shorter. */
static bool collect(struct app *app, const struct session *s, size_t *ret_rows, size_t *ret_removed)
{
	struct screens *sc = app->screens;
	struct shown *sh;

	TAILQ_FOREACH_REVERSE(sh, &sc->changed, shown_list, changed_link)
	{
		if (sh->seq <= s->seq)
			return true;
		if (sees(app, s, sh)) {
			if (*ret_rows == DELTA_ROWS_MAX)
				return false;
			sc->rows[*ret_rows] = row_for(app, s, sh);
			*ret_rows += sc->rows[*ret_rows].len != 0;
		} else if (may_have_seen(app, s, sh)) {
			if (*ret_removed == DELTA_REMOVED_MAX)
				return false;
			sc->removed[(*ret_removed)++] = sh->id;
		}
	}
	return true;
}

/* True if something was sent. */
static bool stream(struct app *app, struct session *s)
{
	struct screens *sc = app->screens;
	Pingan__V1__Counts c;
	size_t rows = 0, removed = 0, ring;

	if (s->snapshot != NULL) {
		for (int i = 0; i < SNAPSHOT_CHUNKS && s->snapshot != NULL; i++)
			if (!chunk_send(app, s))
				break;
		if (!s->blocked)
			session_due(app, s); /* the next chunks, or what changed meanwhile */
		return true;
	}
	if (!s->streaming) {
		snapshot_begin(app, s);
		return false;
	}
	if (!collect(app, s, &rows, &removed)) {
		snapshot_begin(app, s);
		return false;
	}
	counts(app, s, &c);
	ring = ringing(app, s, sc->ringing);
	s->seq = sc->seq;
	if (rows == 0 && removed == 0 && counts_same(&c, &s->counts) && ring_hash(sc->ringing, ring) == s->ring_hash)
		return false;
	(void)delta_send(app, s, rows, removed, &c, ring);
	return true;
}

/* ------------------------------------------------------------ resume */

/* True if history up to (id, commit) is the screen's history too, and all that came after is still known here. */
static bool resumable(const struct app *app, uint64_t id, uint64_t commit)
{
	return id != 0 && commit != 0 && app->loaded && app->stale_ms == 0 && tail_commit(app, id) == commit;
}

/* Adds one incident as it stands; false when there is no more room. */
static bool missed(struct app *app, const struct session *s, uint64_t id, size_t *rows, size_t *removed)
{
	struct screens *sc = app->screens;
	struct shown *sh = shown_find(app, id);

	if (sh != NULL && sh->mark == sc->mark)
		return true;
	if (sh != NULL)
		sh->mark = sc->mark;
	if (sh != NULL && sees(app, s, sh)) {
		if (*rows == DELTA_ROWS_MAX)
			return false;
		sc->rows[*rows] = row_for(app, s, sh);
		*rows += sc->rows[*rows].len != 0;
		return true;
	}
	if (sh != NULL && !may_have_seen(app, s, sh))
		return true;
	if (*removed == DELTA_REMOVED_MAX)
		return false;
	sc->removed[(*removed)++] = id;
	return true;
}

/* Whose console is there stands in other records than the incident: rows with an owner are sent in any case. So are those
 * that no log entry will ever name. */
static bool missed_beside(struct app *app, const struct session *s, size_t *rows, size_t *removed)
{
	struct screens *sc = app->screens;

	for (size_t i = 0; i < table_places(&sc->shown); i++) {
		const struct shown *sh = table_at(&sc->shown, i)->key == NULL ? NULL : table_at(&sc->shown, i)->value;

		if (sh != NULL && (sh->face.state == INCIDENT_ANSWERED || sh->marked) && sees(app, s, sh) &&
		    !missed(app, s, sh->id, rows, removed))
			return false;
	}
	return true;
}

static bool resume(struct app *app, struct session *s, uint64_t id)
{
	size_t rows = 0, removed = 0;
	Pingan__V1__Counts c;
	size_t ring;

	app->screens->mark++;
	for (uint64_t at = id + 1; at <= app->newest; at++) {
		const struct tail_entry *t = &app->tail[(app->tail_at + TAIL_MAX - 1 - (app->newest - at)) % TAIL_MAX];

		for (uint32_t k = 0; k < t->key_count && k < COUNT_OF(t->incidents); k++)
			if (!missed(app, s, t->incidents[k], &rows, &removed))
				return false;
	}
	if (!missed_beside(app, s, &rows, &removed))
		return false;
	free(s->snapshot);
	s->snapshot = NULL;
	s->streaming = true;
	s->sent_id = id;
	s->seq = app->screens->seq;
	counts(app, s, &c);
	ring = ringing(app, s, app->screens->ringing);
	if (delta_send(app, s, rows, removed, &c, ring))
		count(app, C_RESUMES);
	return true;
}

void stream_begin(struct app *app, struct session *s, uint64_t id, uint64_t commit)
{
	if (!resumable(app, id, commit) || !resume(app, s, id))
		snapshot_begin(app, s);
}

/* ------------------------------------------------------------ turn */

/* Something was released: all consoles are to be looked at, at once or when enough has been gathered. */
static void flush(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s;

	if (!sc->flush_due || (!sc->flush_urgent && app->now.mono.ms < sc->flush_at.ms))
		return;
	sc->flush_due = false;
	sc->flush_urgent = false;
	TAILQ_FOREACH (s, &sc->all, link_all)
		if (s->view != NULL)
			session_due(app, s);
}

static bool details(struct app *app, struct session *s)
{
	bool sent = false;

	for (size_t i = 0; i < s->detail_count; i++) {
		if (!s->details[i].dirty)
			continue;
		detail_audit(app, s, &s->details[i]);
		sent = detail_send(app, s, &s->details[i]) || sent;
	}
	return sent;
}

/* True if something was sent. */
static bool serve(struct app *app, struct session *s)
{
	bool sent = false;

	if (s->store_rev != app->screens->store_rev) {
		session_store(app, s);
		sent = true;
	}
	if (s->hold_count != 0 && store_usable(app))
		hold_turn(app, s);
	if (s->view != NULL) {
		sent = stream(app, s) || sent;
		sent = details(app, s) || sent;
		if (session_audience(s) == AUDIENCE_DESK && s->presence_rev != app->screens->presence_rev)
			sent = presence_send(app, s) || sent;
		if (s->storms_rev != app->screens->storms_rev)
			sent = storms_send(app, s) || sent;
		if (s->roster_rev != app->screens->roster_rev)
			sent = roster_send(app, s) || sent;
		if (s->wall_dirty)
			sent = wall_send(app, s) || sent;
	} else if (s->phone_dirty) {
		sent = phone_send(app, s) || sent;
	}
	if (s->device_dirty)
		sent = card_send(app, s) || sent;
	return sent;
}

void fanout_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct session *s, *last;
	int sent = 0;

	flush(app);
	last = TAILQ_LAST(&sc->due, session_list);
	for (int visits = 0; last != NULL && visits < VISITS_MAX && sent < FANOUT_SLICE; visits++) {
		s = TAILQ_FIRST(&sc->due);
		TAILQ_REMOVE(&sc->due, s, link_due);
		s->due = false;
		/* Whoever is due again by being served waits for the next turn. */
		if (s == last)
			last = NULL;
		if (!s->blocked)
			sent += serve(app, s);
	}
}
