/* intake.c - where an alarm belongs: the open incident of its household, a new one, or the log alone. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/briefs.h"
#include "app/change.h"
#include "app/outages.h"
#include "app/screens.h"
#include "base/hash.h"
#include "base/hex.h"

/* A household that calls for help has its technical alarms with it; else they are its area's. */
static bool by_area(struct app *app, const struct alarm *a, const struct place *p, char ret[16])
{
	const struct record *open;

	if (!outage_kind(a->kind) || a->protocol == PROTOCOL_MANUAL || !outage_area(p->area, ret))
		return false;
	open = incident_of_household(app, p->household);
	return open == NULL || open->slot->drill || open->slot->class == CLASS_DEVICE;
}

void group_key(enum collect group, const char *area, const char *carrier, enum kind kind, char ret[STORE_KEY_MAX])
{
	if (group == GROUP_CARRIER)
		snprintf(ret, STORE_KEY_MAX, "carrier/%s/%s", carrier, kind_name(kind));
	else
		snprintf(ret, STORE_KEY_MAX, "%s/%s/%s", group == GROUP_AWAY ? "away" : "area", area, kind_name(kind));
}

/* Collected by a rule of ours, whatever else its home has open: a list of units is shown to a person. */
static void place_group(struct app *app, const struct alarm *a, const struct device_brief *d, struct place *ret)
{
	enum collect group = a->group;
	char area[16];

	if (group == GROUP_CARRIER && (d == NULL || d->carrier[0] == '\0'))
		group = GROUP_AREA;
	if (group == GROUP_CARRIER)
		memcpy(ret->carrier, d->carrier, sizeof ret->carrier);
	/* Of the whole cell, unless it is of one sub-district; of what can't be told, too. */
	if (group == GROUP_AREA && outage_area(ret->area, area))
		memcpy(ret->area, area, sizeof area);
	else
		snprintf(ret->area, sizeof ret->area, "%s", app->config.root_area);
	ret->known = ret->area_wide = true;
	ret->away = group == GROUP_AWAY;
	group_key(group, ret->area, ret->carrier, a->kind, ret->open_key);
}

void intake_place(struct app *app, const struct alarm *a, struct place *ret)
{
	const struct device_brief *d = device_brief(app, a->device);
	const char *of = a->household[0] != '\0' ? a->household : follow_up_household(app, a);
	const struct home_brief *h = of != NULL ? home_brief(app, of) : d != NULL ? home_brief(app, d->household) : NULL;
	char area[16];

	memset(ret, 0, sizeof *ret);
	/* What the registry says is theirs, not ours: an id unfit for a record is as good as none. */
	ret->known = h != NULL && h->id[0] != '\0';
	if (ret->known)
		memcpy(ret->household, h->id, sizeof ret->household);
	if (h == NULL || h->area[0] == '\0')
		memcpy(ret->area, app->config.root_area, sizeof ret->area);
	else
		memcpy(ret->area, h->area, sizeof ret->area);
	if (a->group != GROUP_HOME) {
		place_group(app, a, d, ret);
		return;
	}
	ret->area_wide = ret->known && by_area(app, a, ret, area);
	if (ret->area_wide) {
		memcpy(ret->area, area, sizeof area);
		group_key(GROUP_AREA, ret->area, "", a->kind, ret->open_key);
	} else {
		snprintf(ret->open_key, sizeof ret->open_key, "%s%s", ret->known ? "" : "quarantine/",
		         ret->known ? ret->household : a->device);
	}
}

void home_area(struct app *app, const char *device, char ret[16])
{
	const Pingan__V1__Device *d = device_find(app, device);
	const Pingan__V1__Household *h = d == NULL ? NULL : household_find(app, d->household);

	memset(ret, 0, 16);
	if (h == NULL || !text_copy(ret, 16, slice_str(h->area)))
		ret[0] = '\0';
}

/* Kinds that open nothing are recorded all the same. */
static bool opens_nothing(const struct alarm *a)
{
	return a->restore || kind_class(a->kind) == CLASS_NONE;
}

/* The record of a new incident. Its id is the hash of its first press. A message without an id of its own can come again,
 * byte for byte, long after its incident has closed: then the hash goes on from the commit that stands there. */
uint64_t intake_incident(struct app *app, const struct alarm *a, uint64_t salt)
{
	uint64_t id = alarm_hash(a);

	if (salt != 0)
		id = hash_bytes(id, salt, slice_of("again", 5));
	for (;;) {
		struct record *rec = incident_find(app, id);

		if (rec == NULL || rec->rev == 0 || rec->slot->state != INCIDENT_CLOSED || alarm_has_id(a))
			return id;
		id = hash_bytes(id, rec->commits[0], slice_of("again", 5));
	}
}

static struct record *route(struct app *app, const struct alarm *a, uint64_t salt, enum change_kind *ret_kind)
{
	struct record *rec;
	struct place p;
	char key[STORE_KEY_MAX];

	intake_place(app, a, &p);
	/* What is over there is over where it was counted. */
	rec = a->restore ? outage_of(app, a->device, a->kind) : NULL;
	if (rec == NULL)
		rec = incident_of_household(app, p.open_key);
	*ret_kind = CHANGE_INCIDENT;
	if (rec != NULL && (a->restore || !opens_nothing(a)))
		return rec;
	if (opens_nothing(a) || proof_press(app, a, &p) || on_test(app, a, &p)) {
		*ret_kind = proof_press(app, a, &p) ? CHANGE_PROOF : CHANGE_SIGNAL;
		record_key(key, "device", a->device);
		return record_want(app, key);
	}
	incident_key(key, intake_incident(app, a, salt));
	return record_want(app, key);
}

void intake_route(struct app *app, struct change *ch)
{
	struct record *old = ch->record;
	struct record *rec;

	arena_reset(&app->arena);
	rec = route(app, ch->alarm, ch->salt, &ch->kind);
	if (rec == NULL)
		rec = old; /* no memory: the old line is as good, it is decided again */
	if (ch->tries > 100 && ch->tries % 100 == 1)
		APP_LOG(app, "ALARM_RESTLESS", "device=%s tries=%" PRIu32, ch->alarm->device, ch->tries);
	change_move(app, ch, rec);
	if (old != rec)
		record_release(app, old);
}

/* Keeps what was acknowledged to devices that forget at our word: a failover may cut it (feed.c commits it again). Not that
 * a cause is gone: said again later it may no longer be true, and would close what is out again. */
void intake_remember(struct app *app, const struct alarm *a)
{
	if (app->recent == NULL || a->restore)
		return;
	app->recent[app->recent_at] = *a;
	app->recent_ms[app->recent_at] = app->now.store_ms;
	app->recent_at = (app->recent_at + 1) % RECENT_ALARMS;
}

void intake_recommit(struct app *app)
{
	for (size_t i = 0; i < RECENT_ALARMS; i++) {
		size_t at = (app->recent_at + i) % RECENT_ALARMS;

		if (app->recent_ms[at] != 0 && app->now.store_ms - app->recent_ms[at] < RECENT_MS)
			(void)intake_alarm(app, &app->recent[at], (struct waiter){0});
	}
}

bool intake_manual(struct app *app, const struct alarm *a, const struct event *ev, struct waiter waiter)
{
	enum change_kind kind;
	struct record *rec = route(app, a, 0, &kind);

	count(app, C_ALARMS_RECEIVED);
	return rec != NULL && change_submit(app, kind, rec->key, ev, a, waiter) != NULL;
}

/* What a unit says in words is personal: sealed before it goes anywhere, and never kept in the clear. It is in the raw bytes
 * too, as far as they are plain. The words of one home have no place in the call of an area, which others open. */
static void text_seal(struct app *app, const struct alarm *a, const struct place *p, struct event *ev)
{
	const uint8_t *key = a->text_len == 0 || p->area_wide ? NULL : seal_key(app, p->household);
	size_t len = key == NULL
	                 ? 0
	                 : app->ports.seal(app->ports.ctx, key, slice_of(a->text, a->text_len), ev->text, sizeof ev->text);

	ev->text_len = len <= sizeof ev->text ? (uint16_t)len : 0;
}

bool intake_alarm(struct app *app, const struct alarm *a, struct waiter waiter)
{
	struct event ev = {.type = EVENT_ALARM};
	enum change_kind kind;
	struct record *rec;
	struct change *ch;
	struct place p;
	char press[17];

	count(app, C_ALARMS_RECEIVED);
	if (!alarm_valid(a)) {
		count(app, C_ALARMS_REFUSED);
		APP_LOG(app, "ALARM_INVALID", "device=%s kind=%d protocol=%d", a->device, a->kind, a->protocol);
		return false;
	}
	/* The same press is on its way already: whoever asked last is told. */
	hex16(alarm_hash(a), press);
	ch = table_get(&app->pending, press);
	if (ch != NULL) {
		if (waiter.type != WAITER_NONE)
			ch->waiter = waiter;
		if (a->heard > ch->alarm->heard)
			ch->alarm->heard = a->heard;
		return true;
	}
	intake_place(app, a, &p);
	if (!p.known) {
		count(app, C_ALARMS_UNKNOWN_DEVICE);
		if (incident_of_household(app, p.open_key) == NULL && !quarantine_may(app, waiter.link)) {
			count(app, C_ALARMS_REFUSED);
			APP_LOG(app, "QUARANTINE_FULL", "device=%s open=%zu", a->device, app->quarantine_count);
			return false;
		}
	}
	if (a->code_unknown)
		count(app, C_ALARMS_UNKNOWN_CODE);
	if (a->kind == KIND_TEST)
		count(app, C_ALARMS_TEST);
	rec = route(app, a, 0, &kind);
	text_seal(app, a, &p, &ev);
	ch = rec == NULL ? NULL : change_submit(app, kind, rec->key, &ev, a, waiter);
	if (ch == NULL) {
		count(app, C_ALARMS_REFUSED);
		APP_LOG(app, "ALARM_REFUSED", "device=%s reason=overload changes=%zu", a->device, app->change_count);
		return false;
	}
	snprintf(ch->press, sizeof ch->press, "%s", press);
	if (table_put(&app->pending, ch->press, ch)) {
		ch->pending = true;
		TAILQ_INSERT_TAIL(&app->alarms, ch, unstored_link);
		if (app->unshown == NULL)
			app->unshown = ch;
	}
	return true;
}

void intake_cancel(struct app *app, const char *device, uint64_t id, struct waiter waiter)
{
	struct event ev = {.type = EVENT_CANCEL};
	struct alarm a = {.id = id, .kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .battery_pct = 255};
	struct record *rec;
	struct place p;

	snprintf(a.device, sizeof a.device, "%s", device);
	count(app, C_CANCELS);
	intake_place(app, &a, &p);
	rec = incident_of_household(app, p.open_key);
	if (rec == NULL) {
		APP_LOG(app, "CANCEL_OF_NOTHING", "device=%s", device);
		return;
	}
	if (change_submit(app, CHANGE_INCIDENT, rec->key, &ev, &a, waiter) == NULL)
		APP_LOG(app, "CANCEL_REFUSED", "device=%s reason=overload", device);
}
