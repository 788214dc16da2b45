/* device_link.c - the native link: Hello, heartbeats, alarms, and each step told back.
 *
 * Steps are told by level, not by edge: whatever the incident's record says now goes out when it is not what the device was
 * told last. So a lost message, a new link or a restart needs no memory: the device says what it holds, and is told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/supervision.h"
#include "app/units.h"
#include "base/hex.h"
#include "wire/vitals.h"

bool device_say(struct app *app, struct device_link *l, const struct down *down)
{
	uint8_t bytes[DEVICE_DOWN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	bool sent;

	device_down_encode(down, &b);
	ENSURE(!b.overflow);
	sent = device_send(app, l, slice_of(b.at, b.len));
	if (down->type == DOWN_NEW_KEY)
		explicit_bzero(bytes, sizeof bytes);
	return sent;
}

/* False: the link has gone. */
static bool tell(struct app *app, struct device_link *l, struct down down)
{
	return device_say(app, l, &down);
}

void native_refuse(struct app *app, struct device_link *l, enum device_refusal reason, uint32_t retry_s)
{
	struct down down = {.type = DOWN_REFUSE, .reason = reason, .retry_s = retry_s};
	uint8_t bytes[DEVICE_DOWN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);

	count(app, reason == DEVICE_REFUSAL_REPLACED ? C_DEVICES_REPLACED : C_DEVICES_REFUSED);
	APP_LOG(app, reason == DEVICE_REFUSAL_REPLACED ? "DEVICE_REPLACED" : "DEVICE_REFUSED",
	        "device=%s peer=%s reason=%s", l->device, l->peer, device_refusal_name(reason));
	device_down_encode(&down, &b);
	ENSURE(!b.overflow);
	(void)app->ports.link_send(app->ports.ctx, l->link, slice_of(b.at, b.len));
	device_close(app, l);
}

void native_elsewhere(struct app *app, struct device_link *l)
{
	struct down down = {.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_GO_ELSEWHERE};
	uint8_t bytes[DEVICE_DOWN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);

	device_down_encode(&down, &b);
	ENSURE(!b.overflow);
	(void)app->ports.link_send(app->ports.ctx, l->link, slice_of(b.at, b.len));
	device_close(app, l);
}

/* ------------------------------------------------------------ alarms in hand */

void held_free(struct app *app, struct held *h)
{
	struct watch *w = h->watch;

	if (w != NULL) {
		TAILQ_REMOVE(&w->held, h, of_watch);
		if (TAILQ_EMPTY(&w->held)) {
			table_remove(&app->devices->watches, w->key);
			free(w);
		}
	}
	memset(h, 0, sizeof *h);
}

static struct held *held_find(struct device_link *l, uint64_t alarm)
{
	for (size_t i = 0; l->held != NULL && i < HELD_MAX; i++)
		if (l->held[i].alarm == alarm)
			return &l->held[i];
	return NULL;
}

/* What may be forgotten first: what is stored, then what is least urgent, each the oldest. */
static bool gives_way(const struct held *h, const struct held *before)
{
	if ((h->told >= STEP_STORED) != (before->told >= STEP_STORED))
		return h->told >= STEP_STORED;
	if (h->told < STEP_STORED && h->class != before->class)
		return class_above(before->class, h->class);
	return h->order < before->order;
}

/* The place of an alarm, new or known. When all are taken the oldest that is stored gives way: it is told its steps again
 * when the device next says that it holds it. None is stored: a more urgent one has the place of a less urgent one, which is
 * on its way to the store and shown all the same. NULL: the device holds more than it may; eight calls no less urgent are
 * shown, and it repeats. */
static struct held *held_take(struct app *app, struct device_link *l, uint64_t alarm, enum incident_class class)
{
	struct held *h = held_find(l, alarm), *oldest = NULL;

	if (h != NULL)
		return h;
	if (l->held == NULL) {
		l->held = calloc(HELD_MAX, sizeof *l->held);
		if (l->held == NULL)
			return NULL;
	}
	h = held_find(l, 0);
	for (size_t i = 0; h == NULL && i < HELD_MAX; i++)
		if (oldest == NULL || gives_way(&l->held[i], oldest))
			oldest = &l->held[i];
	if (h == NULL && oldest->told < STEP_STORED && !class_above(class, oldest->class))
		return NULL;
	if (h == NULL) {
		held_free(app, oldest);
		h = oldest;
	}
	h->alarm = alarm;
	h->owner = l;
	h->order = ++app->devices->order;
	return h;
}

static void held_watch(struct app *app, struct held *h, uint64_t incident)
{
	struct watch *w;
	char key[17];

	hex16(incident, key);
	if (h->watch != NULL) {
		if (strcmp(h->watch->key, key) == 0)
			return;
		TAILQ_REMOVE(&h->watch->held, h, of_watch);
		if (TAILQ_EMPTY(&h->watch->held)) {
			table_remove(&app->devices->watches, h->watch->key);
			free(h->watch);
		}
		h->watch = NULL;
	}
	w = table_get(&app->devices->watches, key);
	if (w == NULL) {
		w = calloc(1, sizeof *w);
		if (w == NULL)
			return; /* steps are told when the device next says that it holds the alarm */
		snprintf(w->key, sizeof w->key, "%s", key);
		TAILQ_INIT(&w->held);
		if (!table_put(&app->devices->watches, w->key, w)) {
			free(w);
			return;
		}
	}
	TAILQ_INSERT_TAIL(&w->held, h, of_watch);
	h->watch = w;
}

/* Duress, wherever it came from in this home: nothing that anybody could hear or see. */
static bool must_be_silent(const struct incident *inc, const struct held *h)
{
	return h->silent || inc->silent;
}

/* What a unit may speak of a step. */
static enum say say_of(enum step step)
{
	switch (step) {
	case STEP_STORED:
		return SAY_HEARD;
	case STEP_ANSWERED:
		return SAY_TALKING;
	case STEP_HELP_ON_THE_WAY:
		return SAY_ON_THE_WAY;
	case STEP_ARRIVED:
		return SAY_ARRIVED;
	case STEP_CLOSED:
		return SAY_CLOSED;
	case STEP_NONE:
	case STEP_COUNT:
		break;
	}
	return SAY_NOTHING;
}

/* Nobody wants to be told in the night that the mains are back. */
static bool speaks_of(const struct alarm *a)
{
	return !a->restore && kind_class(a->kind) != CLASS_DEVICE && kind_class(a->kind) != CLASS_NONE &&
	       !kind_silent(a->kind);
}

/* Tells one device where its call stands, if it does not know. The link, and `h`, may be gone after. */
static void step_tell(struct app *app, struct held *h, const struct incident *inc)
{
	uint32_t eta_min = 0;
	enum step step = incident_device_step(inc, app->now.store_ms, &eta_min);
	struct device_link *l = h->owner;
	uint64_t alarm = h->alarm;
	enum say say = h->mute || must_be_silent(inc, h) || inc->area_wide ? SAY_NOTHING : say_of(step);

	if (step == STEP_CLOSED) {
		held_free(app, h);
		(void)tell(app, l, (struct down){.type = DOWN_STATUS, .alarm = alarm, .step = STEP_CLOSED, .say = say});
		return;
	}
	/* One of many homes without mains: it was told that it is stored, and will be told the end. */
	if (inc->area_wide || must_be_silent(inc, h) || step == h->told || step == STEP_NONE)
		return;
	/* Steps only grow, except where a restored store knows less than the device has heard. */
	if (step < h->told && !inc->restored)
		return;
	h->told = step;
	(void)tell(app, l,
	           (struct down){.type = DOWN_STATUS, .alarm = alarm, .step = step, .eta_min = eta_min, .say = say});
}

/* The store is away, and the press stands on the screens from our memory: said once a link, to who may hear it. The unit
 * goes on repeating, here and elsewhere. */
void devices_not_stored(struct app *app, const struct change *ch)
{
	struct device_link *l = ch->alarm == NULL || ch->waiter.type != WAITER_ALARM ||
	                                ch->alarm->protocol != PROTOCOL_NATIVE || !speaks_of(ch->alarm)
	                            ? NULL
	                            : table_get(&app->devices->by_device, ch->alarm->device);
	struct held *h = l == NULL ? NULL : held_find(l, ch->alarm->id);
	struct incident *inc = &app->devices->reading;
	const struct record *rec;
	struct place p;

	if (h == NULL || h->told >= STEP_STORED || h->not_stored || h->silent)
		return;
	intake_place(app, ch->alarm, &p);
	rec = incident_of_household(app, p.open_key);
	if (rec != NULL && (!incident_read(app, rec, inc) || inc->silent))
		return;
	h->not_stored = true;
	(void)tell(app, l, (struct down){.type = DOWN_STATUS, .alarm = h->alarm, .say = SAY_NOT_STORED});
}

bool native_watched(struct app *app, uint64_t incident)
{
	char key[17];

	hex16(incident, key);
	return table_get(&app->devices->watches, key) != NULL;
}

void native_touch(struct app *app, const struct incident *inc)
{
	struct held *next[64];
	struct watch *w;
	struct held *h;
	size_t n;
	char key[17];

	hex16(inc->id, key);
	w = table_get(&app->devices->watches, key);
	if (w == NULL)
		return;
	if (inc->area_wide && inc->state != INCIDENT_CLOSED)
		return;
	/* Nobody who is told the end is watched after it. */
	while (inc->state == INCIDENT_CLOSED && w != NULL) {
		step_tell(app, TAILQ_FIRST(&w->held), inc);
		w = table_get(&app->devices->watches, key);
	}
	if (w == NULL)
		return;
	/* Telling one may close its link, and with it others of the same home: so each is looked up again. */
	n = 0;
	TAILQ_FOREACH (h, &w->held, of_watch)
		if (n < COUNT_OF(next))
			next[n++] = h;
	for (size_t i = 0; i < n; i++) {
		w = table_get(&app->devices->watches, key);
		if (w == NULL)
			return;
		TAILQ_FOREACH (h, &w->held, of_watch)
			if (h == next[i])
				break;
		if (h != NULL)
			step_tell(app, h, inc);
	}
}

/* The mains are back: what this device said of it is done with. */
static void native_over(struct app *app, struct device_link *l, struct down ack, uint64_t incident)
{
	char key[17];

	hex16(incident, key);
	if (!tell(app, l, ack))
		return;
	for (size_t i = 0; l->held != NULL && i < HELD_MAX; i++) {
		struct held *h = &l->held[i];
		uint64_t alarm = h->alarm;

		if (alarm == 0 || (alarm != ack.alarm && (h->watch == NULL || strcmp(h->watch->key, key) != 0)))
			continue;
		held_free(app, h);
		/* Nothing is spoken: it was never a call of a person. */
		if (!tell(app, l, (struct down){.type = DOWN_STATUS, .alarm = alarm, .step = STEP_CLOSED}))
			return;
	}
}

/* "We have heard you"; the trial of a button hears that it works. Of a signal of the unit's own nothing is said. */
static enum say say_of_ack(const struct alarm *a, uint64_t incident, bool silent)
{
	if (a->kind == KIND_TEST || (incident == 0 && a->kind == KIND_SOS && !a->restore))
		return SAY_TRIAL;
	return silent || !speaks_of(a) ? SAY_NOTHING : SAY_HEARD;
}

void native_stored(struct app *app, struct device_link *l, const struct change *ch, uint64_t incident)
{
	struct held *h = held_find(l, ch->waiter.tag);
	struct incident *inc = &app->devices->reading;
	const struct record *rec;
	bool silent = kind_silent(ch->alarm->kind), readable = false;
	struct down ack = {.type = DOWN_ACK, .alarm = ch->waiter.tag, .incident = incident};

	if (ch->answer != REFUSAL_OK || !l->greeted)
		return; /* not stored: it repeats */
	rec = incident == 0 ? NULL : incident_find(app, incident);
	if (rec != NULL && rec->rev != 0 && incident_read(app, rec, inc)) {
		readable = true;
		silent = silent || inc->silent;
	}
	ack.silent = silent;
	ack.say = say_of_ack(ch->alarm, incident, silent);
	if (readable && inc->area_wide && ch->alarm->restore) {
		native_over(app, l, ack, incident);
		return;
	}
	/* A copy of what was heard long ago is not news. */
	if (h != NULL && h->told >= STEP_STORED && ack.say == SAY_HEARD)
		ack.say = SAY_NOTHING;
	if (!tell(app, l, ack))
		return;
	if (h == NULL || h->alarm == 0)
		return;
	if (h->told < STEP_STORED)
		h->told = STEP_STORED;
	if (!h->tallied)
		unit_tally_ack(app, l, ch->alarm);
	h->tallied = true;
	h->silent = h->silent || silent;
	if (incident == 0) {
		held_free(app, h); /* opens nothing, is done with */
		/* A trial of the button: the unit keeps a press until it hears the end. */
		if (kind_class(ch->alarm->kind) == CLASS_LIFE)
			(void)tell(app, l, (struct down){.type = DOWN_STATUS, .alarm = ch->waiter.tag, .step = STEP_CLOSED});
		return;
	}
	if (readable) {
		held_watch(app, h, incident);
		/* What has happened since is told when it is safe (devices_touch). */
		if (rec->log_id <= app->safe) {
			if (h->watch != NULL && TAILQ_FIRST(&h->watch->held) == h && TAILQ_NEXT(h, of_watch) == NULL)
				rec->slot->told = rec->commits[0];
			step_tell(app, h, inc);
		}
	} else if (rec == NULL || rec->rev == 0) {
		/* The store knows it, we do not hold it any more: closed long ago, and nothing to be spoken. */
		held_free(app, h);
		(void)tell(app, l, (struct down){.type = DOWN_STATUS, .alarm = ch->waiter.tag, .step = STEP_CLOSED});
	}
}

/* ------------------------------------------------------------ frames */

static void alarm_in(struct app *app, struct device_link *l, struct alarm *a)
{
	enum incident_class class = a->restore ? CLASS_NONE : kind_class(a->kind);
	struct held *h = held_take(app, l, a->id, class);

	memcpy(a->device, l->device, sizeof a->device);
	if (h == NULL) {
		count(app, C_ALARMS_REFUSED);
		APP_LOG(app, "ALARM_REFUSED", "device=%s reason=holds_too_many", l->device);
		return;
	}
	h->class = class;
	h->told = a->heard; /* what it says it heard goes before what we believe we told */
	h->silent = h->silent || kind_silent(a->kind);
	h->mute = !speaks_of(a);
	(void)intake_alarm(app, a, (struct waiter){.type = WAITER_ALARM, .link = l->link, .tag = a->id});
}

static void alarms_in(struct app *app, struct device_link *l, struct up *up)
{
	device_pace_alarms(l, up->alarm_count);
	for (uint32_t i = 0; i < up->alarm_count; i++)
		alarm_in(app, l, &up->alarms[i]);
}

/* The same work for a device that nobody knows as for a wrong token: neither answer nor its time says which ids there are. */
static bool token_fits(struct app *app, const struct up *up, const Pingan__V1__Device *d)
{
	static const uint8_t NOBODYS[32];
	bool is = d != NULL && d->token_hash.len != 0;
	struct slice hash = is ? slice_of(d->token_hash.data, d->token_hash.len) : slice_of(NOBODYS, sizeof NOBODYS);

	return up->token.len != 0 && app->ports.token_matches(app->ports.ctx, up->token, hash) && is;
}

/* What it says of itself beside; each kind of frame says some of it. */
static void vitals_in(struct app *app, const struct device_link *l, const struct up *up)
{
	struct vitals v = vitals_none();
	const struct alarm *a = up->alarm_count == 0 ? NULL : &up->alarms[0];

	v.at_ms = app->now.store_ms;
	switch (up->type) {
	case UP_HELLO:
		memcpy(v.model, up->model, sizeof v.model);
		memcpy(v.firmware, up->firmware, sizeof v.firmware);
		v.boot = up->boot;
		break;
	case UP_HEARTBEAT:
		v.battery_pct = up->battery_pct;
		v.mains = up->mains ? MAINS_ON : MAINS_OFF;
		v.signal_dbm = up->signal_dbm;
		break;
	case UP_ALARM:
		v.battery_pct = a->battery_pct;
		v.mains = a->mains ? MAINS_ON : MAINS_OFF;
		v.signal_dbm = a->signal_dbm;
		v.tries = a->tries;
		break;
	case UP_CANCEL:
	case UP_NONE:
		return;
	}
	device_vitals(app, l->device, &v);
}

/* NONE: it is who it says. */
static enum device_refusal identity(struct app *app, const struct device_link *l, const struct up *up)
{
	const Pingan__V1__Device *d;
	bool fits;

	if (up->version != DEVICE_VERSION)
		return DEVICE_REFUSAL_BAD_VERSION;
	if (!app->loaded)
		return DEVICE_REFUSAL_GO_ELSEWHERE; /* nobody is known here yet */
	if (l->proved && strcmp(l->device, up->device) != 0)
		return DEVICE_REFUSAL_BAD_IDENTITY;
	d = device_find(app, up->device);
	fits = l->proved || token_fits(app, up, d);
	if (d == NULL || !device_serves(d) || d->protocol != PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE || !fits)
		return DEVICE_REFUSAL_BAD_IDENTITY;
	return DEVICE_REFUSAL_NONE;
}

/* False: the link has gone. */
static bool hello(struct app *app, struct device_link *l, struct up *up)
{
	enum device_refusal why;
	struct device_link *older;

	if (l->greeted) {
		native_refuse(app, l, DEVICE_REFUSAL_BAD_FRAME, 0);
		return false;
	}
	why = identity(app, l, up);
	if (why != DEVICE_REFUSAL_NONE) {
		if (!l->proved)
			memcpy(l->device, up->device, sizeof l->device); /* for the log line */
		native_refuse(app, l, why, why == DEVICE_REFUSAL_GO_ELSEWHERE ? LOADING_WAIT_S : 0);
		return false;
	}
	older = table_get(&app->devices->by_device, up->device);
	if (older != NULL)
		native_refuse(app, older, DEVICE_REFUSAL_REPLACED, REPLACED_WAIT_S);
	memcpy(l->device, up->device, sizeof l->device);
	if (!table_put(&app->devices->by_device, l->device, l)) {
		native_refuse(app, l, DEVICE_REFUSAL_OVERLOAD, REPLACED_WAIT_S);
		return false;
	}
	l->greeted = true;
	l->stale_born = !app->fresh;
	l->config = up->config;
	l->report_s = device_find(app, l->device)->report_s;
	unit_tally_hello(app, l, up);
	(void)unit_beat(app, l);
	if (!tell(app, l, (struct down){.type = DOWN_WELCOME, .server_ms = app->now.utc_ms, .heartbeat_s = l->beat_s}))
		return false;
	device_heard(app, l->device);
	vitals_in(app, l, up);
	/* What it holds goes before how it is to behave. */
	alarms_in(app, l, up);
	return unit_look(app, l);
}

/* False: the link has gone. */
static bool frame(struct app *app, struct device_link *l, struct slice body)
{
	struct up *up = &app->devices->up;

	if (device_up_decode(body, &app->devices->arena, up) != 0 || (up->type != UP_HELLO && !l->greeted)) {
		count(app, C_FRAMES_BAD);
		native_refuse(app, l, DEVICE_REFUSAL_BAD_FRAME, 0);
		return false;
	}
	l->heard = app->now.mono;
	app->devices->load.frames++;
	if (up->type != UP_HELLO)
		unit_tally_frame(app, l, up);
	if (l->greeted) {
		device_heard(app, l->device);
		vitals_in(app, l, up);
	}
	switch (up->type) {
	case UP_HELLO:
		return hello(app, l, up);
	case UP_HEARTBEAT:
		count(app, C_HEARTBEATS);
		if (!tell(app, l,
		          (struct down){
					  .type = DOWN_HEARTBEAT_ACK, .server_ms = app->now.utc_ms, .heartbeat_s = unit_beat(app, l)}))
			return false;
		alarms_in(app, l, up);
		return true;
	case UP_ALARM:
		alarms_in(app, l, up);
		return true;
	case UP_CANCEL:
		intake_cancel(app, l->device, up->cancel, (struct waiter){0});
		return true;
	case UP_NONE:
		break;
	}
	return true;
}

size_t native_bytes(struct app *app, struct device_link *l, struct slice bytes)
{
	struct slice rest = bytes, body;
	size_t used;

	for (;;) {
		switch (device_cut(rest, &body, &used)) {
		case DEVICE_CUT_MORE:
			return bytes.len - rest.len;
		case DEVICE_CUT_BAD:
			count(app, C_FRAMES_BAD);
			native_refuse(app, l, DEVICE_REFUSAL_BAD_FRAME, 0);
			return bytes.len;
		case DEVICE_CUT_FRAME:
			break;
		}
		if (!device_paced(app, l))
			return bytes.len - rest.len;
		if (!frame(app, l, body))
			return bytes.len;
		rest = slice_of(rest.at + used, rest.len - used);
	}
}
