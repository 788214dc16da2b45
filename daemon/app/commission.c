/* commission.c - what an act on a unit becomes: asks the core, and writes down the commit that would make it true. */
#include "app/commission.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/change.h"

#define MEMORY_MS SECONDS(86400)

static const char *device_of(const struct change *ch)
{
	return ch->record->key + strlen("device:");
}

bool device_life_find(struct app *app, const char *device, struct device_life *ret)
{
	const Pingan__V1__Device *d = device_find(app, device);

	if (d == NULL) {
		memset(ret, 0, sizeof *ret);
		return false;
	}
	device_life_read(d, ret);
	return true;
}

static void area_of(struct app *app, const char *household, char ret[16])
{
	const Pingan__V1__Household *h = household[0] == '\0' ? NULL : household_find(app, household);

	if (h == NULL || !text_copy(ret, 16, slice_str(h->area)))
		ret[0] = '\0';
}

void device_areas(struct app *app, const char *device, const char *household, char ret_area[16], char ret_home[16])
{
	struct device_life life;

	(void)device_life_find(app, device, &life);
	area_of(app, life.household, ret_area);
	area_of(app, household, ret_home);
}

struct change *device_submit(struct app *app, const char *device, const struct device_ask *ask, const struct event *ev,
                             struct waiter waiter)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	record_key(key, "device", device);
	ch = change_submit(app, CHANGE_DEVICE, key, ev, NULL, waiter);
	if (ch != NULL)
		ch->device = *ask;
	return ch;
}

bool device_body(struct app *app, const char *device, const struct device_life *d, struct buf *bytes)
{
	Pingan__V1__Device fresh = PINGAN__V1__DEVICE__INIT;
	/* What was unpacked lives in the arena, and is ours to change. */
	Pingan__V1__Device *m = (Pingan__V1__Device *)(uintptr_t)device_find(app, device);
	size_t len;
	uint8_t *room;

	if (m == NULL) {
		m = &fresh;
		m->id = (char *)(uintptr_t)device;
		m->protocol = (Pingan__V1__Protocol)device_protocol(device);
	}
	device_life_write(d, m);
	len = pingan__v1__device__get_packed_size(m);
	room = len > STORE_BODY_MAX ? NULL : buf_room(bytes, len);
	if (room == NULL)
		return false;
	pingan__v1__device__pack(m, room);
	return true;
}

static bool body_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct change *ch,
                     const struct device_life *d)
{
	if (!device_body(app, device_of(ch), d, bytes))
		return false;
	commit_put(c, ch->record, bytes, 0);
	return true;
}

/* What happened, and why, in the log. */
static void event_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct change *ch,
                      const struct line *line, struct device_outcome *out)
{
	size_t from = bytes->len;

	for (uint32_t i = 0; i < out->event_count; i++)
		snprintf(out->events[i].device, sizeof out->events[i].device, "%s", device_of(ch));
	log_event_encode(app->config.daemon, ch->record->key, line, line != NULL, ch->ev.text, slice_of(NULL, 0),
	                 ch->alarm == NULL ? "" : ch->alarm->device, bytes);
	change_alarm_put(app, ch, bytes);
	device_events_encode(out->events, out->event_count, bytes);
	c->event = slice_of(bytes->at + from, bytes->len - from);
	ENSURE(!bytes->overflow);
}

/* The same request again changes nothing twice. */
static void request_remember(struct store_commit *c, const struct change *ch)
{
	if (ch->device.cmd == 0)
		return;
	snprintf(c->message, sizeof c->message, "device.%016" PRIx64, ch->device.cmd);
	snprintf(c->message_value, sizeof c->message_value, "%s", ch->record->key);
	c->message_ms = MEMORY_MS;
}

static enum verdict looked(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct device_outcome out = {.event_count = 1};
	struct store_commit c;

	out.events[0] = (struct device_event){.what = DEVICE_LOOKED, .at_ms = app->now.store_ms};
	memcpy(out.events[0].who, ch->device.who, sizeof out.events[0].who);
	commit_begin(&c);
	event_put(app, &c, &bytes, ch, NULL, &out);
	request_remember(&c, ch);
	change_fly(app, ch, &c);
	return MOVE;
}

static enum verdict refuse(struct change *ch, const struct device_outcome *out)
{
	ch->answer = out->refusal;
	memcpy(ch->who, out->who, sizeof ch->who);
	return REFUSE;
}

enum verdict device_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct line line = {
		.code = LINE_NOTE, .at_ms = app->now.store_ms, .cmd = ch->device.cmd, .text_len = ch->ev.text_len};
	struct device_life life;
	struct device_outcome out;
	struct store_commit c;
	enum verdict verdict;
	char area[16], home_area[16];

	/* It waited for another change, or the store had another record: whose unit it is may have changed with that. */
	device_areas(app, device_of(ch), ch->device.household, area, home_area);
	if (!device_ask_stands(&ch->device, area, home_area)) {
		ch->answer = REFUSAL_WRONG_STATE;
		return REFUSE;
	}
	if (ch->device.act == DEVICE_ACT_LOOK)
		return looked(app, ch);
	(void)device_life_find(app, device_of(ch), &life);
	if (ch->record->rev == 0 && device_protocol(device_of(ch)) == PROTOCOL_NONE) {
		ch->answer = REFUSAL_NOT_FOUND; /* without an entry there is no key to know it by */
		return REFUSE;
	}
	verdict = device_life_step(&life, &ch->device, app->now.store_ms, &out);
	if (verdict == REFUSE)
		return refuse(ch, &out);
	if (verdict == STAY)
		return STAY;
	ch->number = out.number;
	commit_begin(&c);
	memcpy(line.who, ch->device.who, sizeof line.who);
	if (!body_put(app, &c, &bytes, ch, &life)) {
		ch->answer = REFUSAL_LIMIT;
		return REFUSE;
	}
	event_put(app, &c, &bytes, ch, ch->ev.text_len != 0 ? &line : NULL, &out);
	request_remember(&c, ch);
	change_fly(app, ch, &c);
	return MOVE;
}

/* ------------------------------------------------------------ the press */

bool proof_press(struct app *app, const struct alarm *a, const struct place *p)
{
	struct device_life life;

	/* Most of all that comes: no look at the registry. */
	if (a->kind != KIND_SOS || app->proofs.used == 0 || table_get(&app->proofs, a->device) == NULL)
		return false;
	/* Its home calls: whatever is pressed there belongs to that call. And while nothing can be stored all is shown. */
	if (!p->known || !app->store_up || incident_of_household(app, p->open_key) != NULL)
		return false;
	return device_life_find(app, a->device, &life) && strcmp(life.household, p->household) == 0 &&
	       device_life_is_proof(&life, a, app->now.store_ms, app->now.store_ms);
}

enum verdict proof_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct device_ask ask = {.act = DEVICE_ACT_PRESS, .alarm = ch->alarm, .received_ms = change_received_ms(app, ch)};
	struct line line = {
		.code = LINE_TEST_PRESS, .at_ms = app->now.store_ms, .kind = ch->alarm->kind, .protocol = ch->alarm->protocol};
	struct device_life life;
	struct device_outcome out;
	struct store_commit c;
	struct place p;

	/* Another press was the proof, its time is up, or somebody in that home has called meanwhile. */
	intake_place(app, ch->alarm, &p);
	if (!proof_press(app, ch->alarm, &p) || !device_life_find(app, device_of(ch), &life) ||
	    device_life_step(&life, &ask, app->now.store_ms, &out) != MOVE) {
		ch->rerouted = true;
		return REFUSE;
	}
	commit_begin(&c);
	snprintf(line.subject, sizeof line.subject, "%s", ch->alarm->device);
	if (!body_put(app, &c, &bytes, ch, &life)) {
		ch->rerouted = true;
		return REFUSE;
	}
	event_put(app, &c, &bytes, ch, &line, &out);
	alarm_key(ch->alarm, c.message);
	snprintf(c.message_value, sizeof c.message_value, "%s", ch->record->key);
	c.message_ms = alarm_memory_ms(ch->alarm);
	c.message_anew = ch->message_anew;
	change_fly(app, ch, &c);
	return MOVE;
}
