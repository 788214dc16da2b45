/* shown.c - the gate before the screens: which state of which incident is out, and which rows are marked.
 *
 *   record changes ─> touch ─> pending ─(entry safe, or older than UNSAFE_SHOWN_MS: marked)─> release ─> changed
 *
 * A closing is never shown before it is safe: a row that is gone can't be marked.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/briefs.h"
#include "app/change.h"
#include "app/screens.h"

/* More than this at once is a load: rows are made when somebody asks for them. */
#define EAGER_MAX 2000
/* And so many are let out in one turn: the others a turn later, oldest first. */
#define RELEASE_SLICE 1024

struct shown *shown_find(const struct app *app, uint64_t id)
{
	char key[17];

	hex_key(key, id);
	return table_get(&app->screens->shown, key);
}

struct shown *shown_want(struct app *app, uint64_t id)
{
	struct shown *sh = shown_find(app, id);

	if (sh != NULL)
		return sh;
	sh = calloc(1, sizeof *sh);
	if (sh == NULL) {
		projection_incomplete(app, "shown");
		return NULL;
	}
	sh->id = id;
	hex_key(sh->key, id);
	if (!table_put(&app->screens->shown, sh->key, sh)) {
		free(sh);
		projection_incomplete(app, "shown");
		return NULL;
	}
	return sh;
}

static void note_clear(struct screens *sc, struct shown *sh)
{
	if (sh->note_owner[0] != '\0')
		sc->note_count--;
	sh->note_owner[0] = '\0';
}

static void pend(struct screens *sc, struct shown *sh)
{
	if (sh->pending)
		return;
	sh->pending = true;
	sc->pending_count++;
	TAILQ_INSERT_TAIL(&sc->pending, sh, pending_link);
}

static void unpend(struct screens *sc, struct shown *sh)
{
	if (!sh->pending)
		return;
	sh->pending = false;
	sc->pending_count--;
	TAILQ_REMOVE(&sc->pending, sh, pending_link);
}

static void press_drop(struct screens *sc, struct shown *sh)
{
	if (sh->press == NULL)
		return;
	TAILQ_REMOVE(&sc->presses, sh, press_link);
	free(sh->press);
	sh->press = NULL;
}

static void shown_drop(struct screens *sc, struct shown *sh)
{
	note_clear(sc, sh);
	unpend(sc, sh);
	press_drop(sc, sh);
	if (sh->seq != 0)
		TAILQ_REMOVE(&sc->changed, sh, changed_link);
	if (sh->rerung)
		TAILQ_REMOVE(&sc->rerung, sh, rerung_link);
	if (sh->gone)
		TAILQ_REMOVE(&sc->gone, sh, gone_link);
	speakers_forget(sc, sh);
	if (sh->marked)
		sc->marked_count--;
	table_remove(&sc->shown, sh->key);
	free(sh->row);
	free(sh->masked);
	free(sh->raw);
	free(sh);
}

void shown_free(struct app *app)
{
	struct screens *sc = app->screens;

	for (size_t i = 0; i < table_places(&sc->shown); i++) {
		struct shown *sh = table_at(&sc->shown, i)->key == NULL ? NULL : table_at(&sc->shown, i)->value;

		if (sh == NULL)
			continue;
		free(sh->row);
		free(sh->masked);
		free(sh->press);
		free(sh->raw);
		free(sh);
	}
	table_free(&sc->shown);
}

bool record_safe(const struct app *app, const struct record *rec)
{
	return rec->log_id <= app->safe;
}

/* ------------------------------------------------------------ touched */

void screens_touch(struct app *app, struct incident_slot *slot)
{
	struct shown *sh = shown_find(app, slot->id);

	/* What was closed before we came concerns nobody but phones that have not heard it. */
	if (sh == NULL && slot->state != INCIDENT_WAITING && slot->state != INCIDENT_ANSWERED && !slot->has_jobs)
		return;
	if (sh == NULL)
		sh = shown_want(app, slot->id);
	if (sh == NULL)
		return;
	sh->slot = slot;
	pend(app->screens, sh);
}

void shown_again(struct app *app, struct shown *sh)
{
	pend(app->screens, sh);
}

void screens_forget(struct app *app, struct incident_slot *slot)
{
	struct shown *sh = app->screens == NULL ? NULL : shown_find(app, slot->id);

	if (sh == NULL || sh->slot != slot)
		return;
	sh->slot = NULL;
	pend(app->screens, sh);
}

void shown_note(struct app *app, struct shown *sh, const char *person)
{
	if (sh->note_owner[0] != '\0')
		return;
	snprintf(sh->note_owner, sizeof sh->note_owner, "%s", person);
	sh->note_ms = app->now.store_ms;
	app->screens->note_count++;
	pend(app->screens, sh);
}

/* What an unknown device sent stands in the log only. */
void screens_entry(struct app *app, const struct store_entry *e)
{
	struct record *rec = e->record_count == 0 ? NULL : record_find(app, e->records[0].key);
	struct shown *sh =
		rec == NULL || rec->slot == NULL || !rec->slot->quarantine ? NULL : shown_find(app, rec->slot->id);
	const Pingan__V1__LogEvent *ev;
	uint8_t raw[ALARM_RAW_MAX];
	size_t len;

	if (sh == NULL)
		return;
	ev = pingan__v1__log_event__unpack(&app->arena.allocator, e->event.len, e->event.at);
	len = ev == NULL ? 0 : raw_open(app, ev, raw);
	if (len == 0)
		return;
	free(sh->raw);
	sh->raw = malloc(len);
	sh->raw_len = sh->raw == NULL ? 0 : (uint16_t)len;
	if (sh->raw != NULL)
		memcpy(sh->raw, raw, len);
}

/* ------------------------------------------------------------ presses that are not stored */

void screens_unstored(struct app *app)
{
	app->screens->unstored_dirty = true;
}

static void press_fill(struct app *app, struct press *p, const struct change *ch, const char *household,
                       const char *area)
{
	const struct alarm *a = ch->alarm;
	ms_t at_ms = app->now.store_ms - (app->now.mono.ms - ch->since.ms);

	if (p->count++ == 0) {
		p->first_ms = at_ms;
		p->kind = a->kind;
		snprintf(p->device, sizeof p->device, "%s", a->device);
		snprintf(p->household, sizeof p->household, "%s", household);
		snprintf(p->area, sizeof p->area, "%s", area);
		snprintf(p->code, sizeof p->code, "%s", a->code);
		p->raw_len = a->raw_len;
		memcpy(p->raw, a->raw, a->raw_len);
	}
	if (class_above(kind_class(a->kind), kind_class(p->kind)))
		p->kind = a->kind;
	p->silent = p->silent || kind_silent(a->kind);
	p->last_ms = at_ms;
}

/* The incident that a press will be, or join: its household's open one; else the one that another press of the same home
 * is going to make; else its own. */
static struct shown *press_home(struct app *app, const char *open_key, const struct change *ch, struct table *homes)
{
	struct record *open = incident_of_household(app, open_key);
	struct shown *sh = open == NULL ? table_get(homes, open_key) : shown_want(app, open->slot->id);

	if (sh != NULL || open != NULL)
		return sh;
	if (ch->kind == CHANGE_SIGNAL)
		return shown_want(app, intake_incident(app, ch->alarm, ch->salt));
	return shown_want(app, strtoull(ch->record->key + strlen("incident:"), NULL, 16));
}

/* What a person must see while it is not stored: what makes or joins a call; and, with the store away, the trial of a button
 * too, because nobody counts then how often she presses. */
static bool press_seen(const struct app *app, const struct change *ch)
{
	if (!ch->shown_unstored)
		return false;
	if (ch->kind == CHANGE_SIGNAL)
		return !app->store_up && ch->alarm->kind == KIND_SOS && !ch->alarm->restore;
	return ch->kind == CHANGE_INCIDENT && strncmp(ch->record->key, "incident:", strlen("incident:")) == 0;
}

static void press_show(struct app *app, const struct change *ch, struct table *homes)
{
	struct screens *sc = app->screens;
	struct place p;
	struct shown *sh;

	arena_reset(&app->arena);
	intake_place(app, ch->alarm, &p);
	sh = press_home(app, p.open_key, ch, homes);
	if (sh == NULL) {
		sc->unstored_dirty = true; /* no memory: again next turn */
		return;
	}
	if (sh->press == NULL) {
		sh->press = calloc(1, sizeof *sh->press);
		if (sh->press == NULL) {
			sc->unstored_dirty = true; /* again next turn */
			return;
		}
		TAILQ_INSERT_TAIL(&sc->presses, sh, press_link);
	}
	if (sh->press->round != sc->unstored_round) {
		memset(sh->press, 0, sizeof *sh->press);
		sh->press->round = sc->unstored_round;
		memcpy(sh->press->open_key, p.open_key, sizeof p.open_key);
		if (!table_put(homes, sh->press->open_key, sh))
			APP_LOG(app, "NO_MEMORY", "what=presses");
	}
	press_fill(app, sh->press, ch, p.household, p.area);
	pend(sc, sh);
}

/* All that wait are looked at: where thousands do, not at each turn but twice a second. */
static bool presses_due(const struct app *app)
{
	return app->now.mono.ms - app->screens->presses_at.ms >= (int64_t)(app->change_count / (CHANGES_MAX / 500));
}

static void presses_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct table homes = {0};
	struct change *ch;
	struct shown *sh, *next;

	sc->unstored_dirty = false;
	sc->presses_at = app->now.mono;
	sc->unstored_round++;
	TAILQ_FOREACH (ch, &app->alarms, unstored_link)
		if (press_seen(app, ch))
			press_show(app, ch, &homes);
	table_free(&homes);
	for (sh = TAILQ_FIRST(&sc->presses); sh != NULL; sh = next) {
		next = TAILQ_NEXT(sh, press_link);
		if (sh->press->round == sc->unstored_round)
			continue;
		press_drop(sc, sh);
		pend(sc, sh);
	}
}

/* ------------------------------------------------------------ release */

static bool slot_stored(const struct incident_slot *slot)
{
	return slot != NULL && slot->record->rev != 0;
}

void press_incident(struct app *app, const struct press *p, uint64_t id, struct incident *ret)
{
	const struct home_brief *home = p->household[0] == '\0' ? NULL : home_brief(app, p->household);

	incident_clear(ret);
	ret->id = id;
	ret->kind = p->kind;
	/* An unknown home is a matter for a person, whatever it sends: as it will be once it is stored. */
	ret->class = p->household[0] == '\0' ? CLASS_WELFARE : kind_class(p->kind);
	if (ret->class == CLASS_NONE)
		ret->class = CLASS_WELFARE;
	ret->state = INCIDENT_WAITING;
	ret->quarantine = p->household[0] == '\0';
	ret->opened_ms = p->first_ms;
	ret->repeats = p->count - 1;
	ret->risk = home == NULL ? 0 : home->risk;
}

/* Where nothing is stored yet, the press itself is the incident. */
static void face_of_press(struct app *app, const struct shown *sh, struct incident_slot *face)
{
	const struct press *p = sh->press;
	struct incident *inc = &app->screens->inc;

	press_incident(app, p, sh->id, inc);
	face->id = sh->id;
	face->kind = p->kind;
	face->class = inc->class;
	face->state = inc->state;
	memcpy(face->household, p->household, sizeof face->household);
	memcpy(face->area, p->area, sizeof face->area);
	face->quarantine = inc->quarantine;
	face->opened_ms = p->first_ms;
	face->waiting_since_ms = p->first_ms;
	incident_order(inc, face->order);
}

/* What waits as less, or out of sight, is a call for help now, although that can't be stored yet. */
static void face_raise(struct app *app, const struct press *p, struct incident_slot *face)
{
	struct incident *inc = &app->screens->inc;
	bool was_aside = face->aside != ASIDE_NONE;

	face->aside = ASIDE_NONE;
	if (class_above(kind_class(p->kind), face->class)) {
		face->kind = p->kind;
		face->class = kind_class(p->kind);
		face->order[0] = (uint8_t)face->class;
	}
	if (!was_aside)
		return;
	/* Its place was below all that rings: it stands where one stands that was opened when it was. */
	press_incident(app, p, face->id, inc);
	inc->class = face->class;
	inc->opened_ms = face->opened_ms;
	incident_order(inc, face->order);
}

/* Answered, and she presses again: whoever has her call should hear it although it can't be stored. What would put it back
 * into the queue rings at everybody. */
static void face_again(struct app *app, const struct press *p, bool drill, struct incident_slot *face)
{
	enum incident_class class = kind_class(p->kind);

	if (class_above(CLASS_WELFARE, class))
		return;
	face->rerung = true;
	if (face->quarantine || !(drill || class_above(class, face->class) || (face->held && class == CLASS_LIFE)))
		return;
	face_raise(app, p, face);
	face->rerung_all = true;
}

static void face_fill(struct app *app, struct shown *sh)
{
	struct incident_slot *face = &sh->face;
	bool open = false, drill;

	/* Neither stored nor pressed any more: it is taken off the screens that its area says had it. */
	if (!slot_stored(sh->slot) && sh->press == NULL) {
		face->state = INCIDENT_NONE;
		return;
	}
	memset(face, 0, sizeof *face);
	if (slot_stored(sh->slot)) {
		*face = *sh->slot;
		open = face->state == INCIDENT_WAITING || face->state == INCIDENT_ANSWERED;
	}
	if (sh->press == NULL)
		return;
	if (!open) {
		face_of_press(app, sh, face);
		return;
	}
	/* A unit knows of no exercise. */
	drill = face->drill;
	face->drill = drill && class_above(CLASS_WELFARE, kind_class(sh->press->kind));
	if (face->state == INCIDENT_WAITING)
		face_raise(app, sh->press, face);
	else
		face_again(app, sh->press, drill, face);
}

static void masked_forget(struct shown *sh)
{
	free(sh->masked);
	sh->masked = NULL;
	sh->masked_len = 0;
}

static void row_forget(struct shown *sh)
{
	free(sh->row);
	sh->row = NULL;
	sh->row_len = 0;
	masked_forget(sh);
}

static bool pack_row(struct app *app, struct shown *sh, const struct record *rec, const struct incident *inc)
{
	Pingan__V1__IncidentRow m = PINGAN__V1__INCIDENT_ROW__INIT;
	struct buf buf = buf_of(app->screens->row, sizeof app->screens->row);
	uint64_t rev = rec == NULL ? 0 : rec->rev;
	uint8_t *copy;

	if (rec != NULL)
		row_fill(app, sh, rec, inc, &m);
	else
		row_fill_press(app, sh, &m);
	disclose_mask(&m.base, disclose_row(AUDIENCE_DESK));
	if (!console_clean(&m.base, &app->arena)) {
		row_forget(sh);
		return true;
	}
	/* Only looked at, say: then there is nothing to tell anybody. */
	m.rev = sh->row == NULL ? rev : sh->row_rev;
	console_pack(&m.base, &buf);
	ENSURE(!buf.overflow); /* rows.c cuts every text */
	if (sh->row != NULL && slice_equal(slice_of(sh->row, sh->row_len), slice_of(buf.at, buf.len)))
		return false;
	m.rev = rev;
	buf = buf_of(app->screens->row, sizeof app->screens->row);
	console_pack(&m.base, &buf);
	copy = realloc(sh->row, buf.len);
	if (copy == NULL) {
		projection_incomplete(app, "row");
		row_forget(sh); /* the old one would be a lie; it is made again when it is sent */
		return true;
	}
	memcpy(copy, buf.at, buf.len);
	masked_forget(sh);
	sh->row = copy;
	sh->row_len = (uint32_t)buf.len;
	sh->row_rev = rev;
	return true;
}

struct slice shown_row(struct app *app, struct shown *sh)
{
	const struct record *rec =
		slot_stored(sh->slot) && (sh->press == NULL || sh->slot->state != INCIDENT_CLOSED) ? sh->slot->record : NULL;

	if (sh->row == NULL) {
		arena_reset(&app->arena);
		if (rec == NULL && sh->press == NULL)
			return slice_of(NULL, 0);
		if (rec != NULL && !incident_read(app, rec, &app->screens->inc))
			return slice_of(NULL, 0);
		(void)pack_row(app, sh, rec, &app->screens->inc);
		sh->row_ahead = sh->pending;
	}
	return slice_of(sh->row, sh->row_len);
}

static void watchers_tell(struct app *app, const struct shown *sh)
{
	struct session *s;

	if (sh->watchers == 0)
		return;
	TAILQ_FOREACH (s, &app->screens->all, link_all)
		for (size_t i = 0; i < s->detail_count; i++)
			if (s->details[i].incident == sh->id) {
				s->details[i].dirty = true;
				session_due(app, s);
			}
}

/* Lists that follow from the face. */
static void relist(struct screens *sc, struct shown *sh)
{
	bool rerung = sh->face.state == INCIDENT_ANSWERED && sh->face.rerung;
	bool gone = !shown_open(sh);

	if (rerung && !sh->rerung)
		TAILQ_INSERT_TAIL(&sc->rerung, sh, rerung_link);
	if (!rerung && sh->rerung)
		TAILQ_REMOVE(&sc->rerung, sh, rerung_link);
	sh->rerung = rerung;
	if (sh->gone)
		TAILQ_REMOVE(&sc->gone, sh, gone_link);
	if (gone)
		TAILQ_INSERT_TAIL(&sc->gone, sh, gone_link);
	sh->gone = gone;
}

static void owner_count(struct app *app, const char *owner, int by)
{
	struct session *s = owner[0] == '\0' ? NULL : session_console(app, owner);

	if (s != NULL && (by > 0 || s->mine > 0))
		s->mine += (uint32_t)by;
}

static void release(struct app *app, struct shown *sh, bool safe, bool eager)
{
	struct screens *sc = app->screens;
	const struct incident_slot before = sh->face;
	bool was_open = shown_open(sh), marked, news = true, read = false;
	const struct record *rec = slot_stored(sh->slot) ? sh->slot->record : NULL;

	face_fill(app, sh);
	sh->released = rec == NULL ? 0 : rec->log_id;
	speakers_face(app, sh, &before);
	marked = shown_open(sh) && (!safe || sh->press != NULL);
	sc->marked_count += (size_t)marked - (size_t)sh->marked;
	sh->marked = marked;
	arena_reset(&app->arena);
	if (rec != NULL && ((shown_open(sh) && eager) || (safe && sh->slot->has_jobs)))
		read = incident_read(app, rec, &sc->inc);
	if (read && safe && sh->slot->has_jobs)
		phones_index(app, &sc->inc);
	if (!shown_open(sh))
		row_forget(sh);
	else if (!eager)
		row_forget(sh);
	else if (sh->slot == NULL || rec == NULL || sh->slot->state == INCIDENT_CLOSED)
		news = sh->press == NULL || pack_row(app, sh, NULL, NULL);
	else if (read)
		news = pack_row(app, sh, rec, &sc->inc);
	news = news || sh->row_ahead;
	sh->row_ahead = false;
	watchers_tell(app, sh);
	if (was_open && shown_open(sh) && !news && before.rerung_all == sh->face.rerung_all &&
	    strcmp(before.first, sh->face.first) == 0)
		return;
	if (!was_open && !shown_open(sh) && sh->seq != 0)
		return;
	if (was_open && before.state == INCIDENT_ANSWERED)
		owner_count(app, before.owner, -1);
	if (sh->face.state == INCIDENT_ANSWERED)
		owner_count(app, sh->face.owner, 1);
	if (sh->seq != 0)
		TAILQ_REMOVE(&sc->changed, sh, changed_link);
	sh->seq = ++sc->seq;
	TAILQ_INSERT_TAIL(&sc->changed, sh, changed_link);
	relist(sc, sh);
	views_change(app, sh, &before);
	if (!sc->flush_due) {
		sc->flush_due = true;
		sc->flush_at.ms = app->now.mono.ms + COALESCE_MS;
	}
	if (before.class == CLASS_LIFE || sh->face.class == CLASS_LIFE)
		sc->flush_urgent = true;
}

/* True if its newest state may go out now; *ret_safe: without a mark. */
static bool may_release(const struct app *app, const struct shown *sh, bool *ret_safe)
{
	const struct record *rec = slot_stored(sh->slot) ? sh->slot->record : NULL;

	*ret_safe = rec == NULL || record_safe(app, rec);
	/* Until a load is whole, what was told stands: hold.c compares with it. */
	if (rec != NULL && app->loading)
		return false;
	if (*ret_safe)
		return true;
	if (sh->released == rec->log_id && sh->marked)
		return false; /* out already, marked */
	if (sh->slot->state != INCIDENT_WAITING && sh->slot->state != INCIDENT_ANSWERED)
		return false;
	return app->now.mono.ms - rec->since.ms >= UNSAFE_SHOWN_MS;
}

/* While everything is read nothing stored is let out, and what waits is as long as the cell has incidents: only presses that
 * are not stored are looked at. True when that was all there is to do. */
static bool loading_turn(struct app *app)
{
	struct screens *sc = app->screens;
	struct shown *sh, *next;
	bool safe;

	if (!app->loading || sc->pending_count <= EAGER_MAX)
		return false;
	for (sh = TAILQ_FIRST(&sc->presses); sh != NULL; sh = next) {
		next = TAILQ_NEXT(sh, press_link);
		if (!sh->pending || !may_release(app, sh, &safe))
			continue;
		if (safe)
			unpend(sc, sh);
		release(app, sh, safe, sc->console_count != 0);
	}
	return true;
}

void shown_turn(struct app *app)
{
	struct screens *sc = app->screens;
	bool eager = sc->console_count != 0 && sc->pending_count <= EAGER_MAX;
	struct shown *sh, *next;
	int slice = RELEASE_SLICE;

	if (sc->unstored_dirty && presses_due(app))
		presses_turn(app);
	sc->release_behind = false;
	if (loading_turn(app))
		return;
	for (sh = TAILQ_FIRST(&sc->pending); sh != NULL; sh = next) {
		bool safe;

		next = TAILQ_NEXT(sh, pending_link);
		if (!may_release(app, sh, &safe))
			continue;
		if (slice-- == 0) {
			sc->release_behind = true;
			break;
		}
		if (safe)
			unpend(sc, sh);
		release(app, sh, safe, eager);
	}
	if (sc->note_count != 0 && store_usable(app))
		shown_calling(app);
}

/* ------------------------------------------------------------ the rest */

void shown_sweep(struct app *app)
{
	struct screens *sc = app->screens;
	uint64_t served = sc->seq;
	struct shown *sh, *next;
	struct session *s;

	if (TAILQ_EMPTY(&sc->gone))
		return;
	TAILQ_FOREACH (s, &sc->all, link_all)
		if ((s->streaming || s->snapshot != NULL) && s->seq < served)
			served = s->seq;
	for (sh = TAILQ_FIRST(&sc->gone); sh != NULL && sh->seq <= served; sh = next) {
		next = TAILQ_NEXT(sh, gone_link);
		if (sh->watchers == 0 && !sh->pending && sh->press == NULL)
			shown_drop(sc, sh);
	}
}

void shown_calling(struct app *app)
{
	struct screens *sc = app->screens;

	for (size_t i = 0; i < table_places(&sc->shown) && sc->note_count != 0; i++) {
		struct shown *sh = table_at(&sc->shown, i)->key == NULL ? NULL : table_at(&sc->shown, i)->value;
		struct event ev = {.type = EVENT_CLAIM};
		struct session *s;

		if (sh == NULL || sh->note_owner[0] == '\0')
			continue;
		if (!slot_stored(sh->slot)) {
			if (sh->press != NULL)
				continue; /* it will be stored in a moment */
			note_clear(sc, sh);
			continue;
		}
		/* A page that has gone meanwhile must not own a call that nobody then sees. */
		s = session_console(app, sh->note_owner);
		memcpy(ev.who, sh->note_owner, sizeof ev.who);
		note_clear(sc, sh);
		pend(sc, sh);
		if (s != NULL && sh->slot->state != INCIDENT_CLOSED)
			(void)change_submit(app, CHANGE_INCIDENT, sh->slot->record->key, &ev, NULL,
			                    (struct waiter){WAITER_REQUEST, s->link, 0});
	}
}
