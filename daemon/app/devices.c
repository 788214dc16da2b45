/* devices.c - links of home devices, whatever they speak: who is there, who is told, who has been silent for too long. */
#include "app/units.h"
#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>

bool devices_new(struct app *app)
{
	struct devices *d = calloc(1, sizeof *d);

	if (d == NULL)
		return false;
	TAILQ_INIT(&d->all);
	arena_init(&d->arena, d->arena_memory, sizeof d->arena_memory);
	d->swept = d->turn_due = app->now.mono;
	beats_init(&d->beats, app->now.mono);
	app->devices = d;
	return true;
}

void devices_free(struct app *app)
{
	struct device_link *l;

	if (app->devices == NULL)
		return;
	while ((l = TAILQ_FIRST(&app->devices->all)) != NULL)
		device_forget(app, l);
	unit_tallies_free(app);
	table_free(&app->devices->links);
	table_free(&app->devices->by_device);
	table_free(&app->devices->watches);
	free(app->devices);
	app->devices = NULL;
}

static struct device_link *link_find(struct app *app, link_t link)
{
	char key[17];

	hex16(link, key);
	return table_get(&app->devices->links, key);
}

void device_forget(struct app *app, struct device_link *l)
{
	struct devices *d = app->devices;

	if (l->protocol == PROTOCOL_NATIVE) {
		for (size_t i = 0; l->held != NULL && i < HELD_MAX; i++)
			held_free(app, &l->held[i]);
		free(l->held);
	} else {
		replies_free(l);
	}
	if (d->sweep == l)
		d->sweep = TAILQ_NEXT(l, all);
	if (d->leave == l)
		d->leave = TAILQ_NEXT(l, all);
	d->datagrams -= l->datagrams;
	if (table_get(&d->by_device, l->device) == l)
		table_remove(&d->by_device, l->device);
	table_remove(&d->links, l->key);
	TAILQ_REMOVE(&d->all, l, all);
	d->count--;
	free(l);
}

void device_close(struct app *app, struct device_link *l)
{
	link_t link = l->link;

	device_forget(app, l);
	app->ports.link_close(app->ports.ctx, link);
}

bool device_send(struct app *app, struct device_link *l, struct slice bytes)
{
	switch (app->ports.link_send(app->ports.ctx, l->link, bytes)) {
	case SEND_OK:
		return true;
	case SEND_FULL:
		APP_LOG(app, "DEVICE_SLOW", "device=%s peer=%s", l->device, l->peer);
		break;
	case SEND_GONE:
		break; /* app_link_down() is on its way, or nobody will miss it */
	}
	device_close(app, l);
	return false;
}

/* What one frame costs. A receiver that passes on for many panels may say as much as they. */
static int64_t frame_us(const struct device_link *l)
{
	int units = l->protocol == PROTOCOL_DC09 ? __builtin_popcountll(l->accounts) : 1;

	if (units < 1)
		units = 1;
	return 1000000 / DEVICE_FRAMES_A_S / (units > DEVICE_UNITS_MAX ? DEVICE_UNITS_MAX : units);
}

bool device_paced(struct app *app, struct device_link *l)
{
	int64_t now_ms = app->now.mono.ms;

	if (l->pace_us < now_ms * 1000)
		l->pace_us = now_ms * 1000;
	if (l->pace_us - now_ms * 1000 >= DEVICE_BURST_MS * 1000) {
		if (l->restless.ms == 0 || now_ms - l->restless.ms >= DEVICE_RESTLESS_MS) {
			l->restless.ms = now_ms;
			count(app, C_DEVICES_RESTLESS);
			APP_LOG(app, "DEVICE_RESTLESS", "device=%s peer=%s", l->device, l->peer);
		}
		return false;
	}
	l->pace_us += frame_us(l);
	return true;
}

void device_pace_alarms(struct device_link *l, uint32_t alarms)
{
	if (alarms > 1)
		l->pace_us += (int64_t)(alarms - 1) * frame_us(l);
}

bool device_serves(const Pingan__V1__Device *d)
{
	return d->state != PINGAN__V1__DEVICE_STATE__DEVICE_NONE && d->state != PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED;
}

/* ------------------------------------------------------------ what io calls */

bool app_device_key(struct app *app, const char *identity, uint8_t ret_key[32])
{
	char id[ID_MAX];
	uint32_t name;

	app_begin(app);
	return unit_key_find(app, identity, id, &name, ret_key);
}

void app_device_up(struct app *app, link_t link, enum protocol protocol, const char *device, const char *peer)
{
	struct devices *d = app->devices;
	struct device_link *l;

	app_begin(app);
	l = d->count < LINKS_MAX ? calloc(1, sizeof *l) : NULL;
	if (l == NULL)
		goto refuse;
	l->link = link;
	hex16(link, l->key);
	l->protocol = protocol;
	l->since = l->heard = app->now.mono;
	snprintf(l->peer, sizeof l->peer, "%s", peer);
	if (protocol != PROTOCOL_NATIVE) {
		TAILQ_INIT(&l->replies);
	} else if (device != NULL) {
		uint8_t key[DEVICE_KEY_LEN];

		/* An identity that is no longer known is nobody's id either: Hello is refused. */
		l->proved = unit_key_find(app, device, l->device, &l->opened_by, key) ||
		            text_copy(l->device, sizeof l->device, slice_str(device));
		explicit_bzero(key, sizeof key);
	}
	d->load.links++;
	if (!table_put(&d->links, l->key, l))
		goto refuse;
	TAILQ_INSERT_TAIL(&d->all, l, all);
	d->count++;
	return;
refuse:
	free(l);
	count(app, C_DEVICES_REFUSED);
	APP_LOG(app, "DEVICE_REFUSED", "peer=%s reason=overload links=%zu", peer, d->count);
	app->ports.link_close(app->ports.ctx, link);
}

void app_device_datagrams(struct app *app, link_t link)
{
	struct device_link *l = link_find(app, link);

	if (l != NULL && !l->datagrams) {
		l->datagrams = true;
		app->devices->datagrams++;
	}
}

size_t app_device_bytes(struct app *app, link_t link, struct slice bytes)
{
	struct device_link *l;

	app_begin(app);
	l = link_find(app, link);
	if (l == NULL)
		return bytes.len; /* closed by us a moment ago */
	switch (l->protocol) {
	case PROTOCOL_NATIVE:
		return native_bytes(app, l, bytes);
	case PROTOCOL_WATCH:
		return watch_bytes(app, l, bytes);
	default:
		return dc09_bytes(app, l, bytes);
	}
}

bool app_device_proved(struct app *app, link_t link)
{
	const struct device_link *l = link_find(app, link);

	return l != NULL && (l->greeted || l->known);
}

/* ------------------------------------------------------------ what the app calls */

void devices_down(struct app *app, link_t link)
{
	struct device_link *l = link_find(app, link);

	if (l != NULL)
		device_forget(app, l);
}

const char *devices_peer(struct app *app, link_t link)
{
	const struct device_link *l = link == 0 ? NULL : link_find(app, link);

	return l == NULL ? "" : l->peer;
}

void devices_alarm_stored(struct app *app, const struct change *ch, uint64_t incident)
{
	struct device_link *l = link_find(app, ch->waiter.link);

	if (l == NULL)
		return; /* it repeats on its new link */
	if (l->protocol == PROTOCOL_NATIVE)
		native_stored(app, l, ch, incident);
	else
		replies_stored(app, l, ch);
}

bool devices_watch(struct app *app, uint64_t incident)
{
	return native_watched(app, incident);
}

void devices_touch(struct app *app, const struct incident *inc)
{
	native_touch(app, inc);
}

/* Some other daemon of the cell was alive when we last heard of any. */
static bool another_daemon(struct app *app)
{
	struct record *rec;
	int64_t newest = INT64_MIN;
	char own[STORE_KEY_MAX];

	TAILQ_FOREACH (rec, &app->of_type[RECORD_DAEMON], of_type)
		if (rec->rev != 0 && rec->since.ms > newest)
			newest = rec->since.ms;
	record_key(own, "daemon", app->config.daemon);
	TAILQ_FOREACH (rec, &app->of_type[RECORD_DAEMON], of_type)
		if (rec->rev != 0 && strcmp(rec->key, own) != 0 && newest - rec->since.ms < ALIVE_STALE_MS)
			return true;
	return false;
}

static bool holds_any(const struct device_link *l)
{
	for (size_t i = 0; l->protocol == PROTOCOL_NATIVE && l->held != NULL && i < HELD_MAX; i++)
		if (l->held[i].alarm != 0)
			return true;
	return false;
}

void devices_not_fresh(struct app *app)
{
	struct device_link *l, *next;

	/* Alone in the cell it keeps them: their alarms are on its screens, and there is nowhere else to go. */
	if (!another_daemon(app))
		return;
	for (l = TAILQ_FIRST(&app->devices->all); l != NULL; l = next) {
		next = TAILQ_NEXT(l, all);
		if (l->greeted && !l->stale_born && holds_any(l))
			native_refuse(app, l, DEVICE_REFUSAL_GO_ELSEWHERE, 0);
	}
}

static const char *silent_for_too_long(const struct app *app, const struct device_link *l)
{
	int64_t quiet_ms = app->now.mono.ms - l->heard.ms;

	if (l->protocol != PROTOCOL_NATIVE)
		return NULL; /* a panel's link test may come every two hours: io sees to dead peers */
	if (!l->greeted)
		return app->now.mono.ms - l->since.ms > SECONDS(DEVICE_GREET_S) ? "no_hello" : NULL;
	return quiet_ms > 3 * SECONDS(unit_beat_told_s(app, l)) ? "no_heartbeat" : NULL;
}

void devices_turn(struct app *app)
{
	struct device_link *l, *next;

	units_turn(app);
	if (app->now.mono.ms - app->devices->swept.ms < 1000)
		return;
	app->devices->swept = app->now.mono;
	for (l = TAILQ_FIRST(&app->devices->all); l != NULL; l = next) {
		const char *why = silent_for_too_long(app, l);

		next = TAILQ_NEXT(l, all);
		if (app->fresh)
			l->stale_born = false;
		if (l->protocol != PROTOCOL_NATIVE)
			replies_turn(app, l);
		else if (why != NULL) {
			APP_LOG(app, "DEVICE_SILENT", "device=%s peer=%s reason=%s", l->device, l->peer, why);
			device_close(app, l);
		}
	}
}
