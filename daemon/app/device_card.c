/* device_card.c - one unit, opened on a screen: where it stands, how it is, what this person may do with it. Whole each time
 * something of it is another, and only as far as it is safe.
 */
#include <stdio.h>

#include "app/commission.h"
#include "app/devices.h"
#include "app/screens.h"
#include "app/supervision.h"
#include "base/hash.h"
#include "wire/vitals.h"

#define LOOK_MS 1000 /* its home, its link: what changes beside its record */
#define NAME_BYTES_MAX 64
#define STREET_BYTES_MAX 120
#define ACTS_MAX 8

void card_touch(struct app *app, struct session *s)
{
	if (s->device[0] == '\0')
		return;
	s->device_dirty = true;
	session_due(app, s);
}

/* A proof that this person began on this page ends with it; but a press that has come waits for its technician to be back,
 * as long as its clock runs. Who says that they leave has not confirmed it: then its time is up. */
static void proof_leave(struct app *app, const struct session *s, bool said)
{
	struct device_ask ask = {.act = DEVICE_ACT_STOP};
	struct device_life life;

	if (!device_life_find(app, s->device, &life) || strcmp(life.proof_by, s->rights.person) != 0 ||
	    (device_life_pressed(&life) && !said))
		return;
	memcpy(ask.who, s->rights.person, sizeof ask.who);
	(void)device_submit(app, s->device, &ask, NULL, (struct waiter){0});
}

void card_close(struct app *app, struct session *s, bool said)
{
	if (s->device[0] == '\0')
		return;
	proof_leave(app, s, said);
	s->device[0] = '\0';
	s->device_dirty = s->device_audited = false;
	app->screens->card_count--;
}

void card_open(struct app *app, struct session *s, const char *device, uint64_t cmd)
{
	if (strcmp(s->device, device) != 0)
		card_close(app, s, true);
	if (s->device[0] == '\0')
		app->screens->card_count++;
	(void)text_copy(s->device, sizeof s->device, slice_str(device));
	s->device_cmd = cmd;
	s->card_hash = 0;
	/* Shown when the entry stands that says who looks. Another daemon may have heard it last. */
	device_seen_ask(app, device);
}

void card_answered(struct app *app, struct session *s, const struct change *ch)
{
	if (ch->device.act == DEVICE_ACT_LOOK && ch->answer == REFUSAL_OK && s->device_cmd == ch->waiter.tag)
		s->device_audited = true;
	card_touch(app, s);
}

void cards_touch(struct app *app, const char *device)
{
	struct session *s;

	if (app->screens == NULL || app->screens->card_count == 0)
		return;
	TAILQ_FOREACH (s, &app->screens->all, link_all)
		if (strcmp(s->device, device) == 0)
			card_touch(app, s);
}

void cards_turn(struct app *app)
{
	struct screens *sc = app->screens;
	bool look = app->now.mono.ms - sc->cards_looked_at.ms >= LOOK_MS;
	struct session *s;

	if (sc->card_count == 0 || (!look && (!sc->cards_wait || sc->cards_safe == app->safe)))
		return;
	if (look)
		sc->cards_looked_at = app->now.mono;
	sc->cards_safe = app->safe;
	sc->cards_wait = false;
	TAILQ_FOREACH (s, &sc->all, link_all)
		if (s->device[0] != '\0' && (look || s->device_dirty))
			card_touch(app, s);
}

/* ------------------------------------------------------------ what it says */

static char *name_of(struct app *app, const char *person)
{
	return text_cut(app, person_name(app, person), NAME_BYTES_MAX);
}

static void home_fill(struct app *app, const struct session *s, const Pingan__V1__Device *d, Pingan__V1__DeviceCard *to)
{
	const Pingan__V1__Household *h = household_find(app, d->household);
	const struct record *open;
	ms_t until_ms = d->test_until_ms;

	if (h == NULL)
		return;
	to->household = text_cut(app, h->id, ID_MAX);
	to->residents = (uint32_t)h->n_residents;
	if (h->n_residents != 0)
		to->resident = text_cut(app, h->residents[0]->name, NAME_BYTES_MAX);
	to->area = text_cut(app, area_name(app, h->area, 12), NAME_BYTES_MAX);
	to->street = text_cut(app, h->street, STREET_BYTES_MAX);
	if (s->device_audited) {
		to->address = h->address;
		to->access = h->access;
		to->door_code = h->door_code;
		to->key_safe = h->key_safe;
		to->key_holder = h->key_holder;
	}
	if (h->test_until_ms > until_ms)
		until_ms = h->test_until_ms;
	if (until_ms > app->now.store_ms)
		to->on_test_until_ms = until_ms;
	open = incident_of_household(app, h->id);
	if (open != NULL && record_safe(app, open))
		to->incident = open->slot->id;
}

static void vitals_fill(struct app *app, const struct vitals *v, Pingan__V1__DeviceCard *to)
{
	if (v == NULL)
		return;
	to->battery_pct = v->battery_pct;
	to->mains = (uint32_t)v->mains;
	to->signal_dbm = v->signal_dbm;
	to->firmware = text_cut(app, v->firmware, VITALS_TEXT_MAX);
	if (to->model[0] == '\0')
		to->model = text_cut(app, v->model, VITALS_TEXT_MAX);
}

static void health_fill(struct app *app, const char *device, Pingan__V1__DeviceCard *to)
{
	const struct device_link *l = table_get(&app->devices->by_device, device);
	struct device_seen seen;
	struct device_tally tally;

	to->battery_pct = 255;
	if (app_device_tally(app, device, &tally)) {
		to->acks_first_try = tally.acks_first_try;
		to->acks_later_try = tally.acks_later_try;
		to->frames_lost = tally.frames_lost;
		to->connects_failed = tally.connects_failed;
	}
	if (device_seen(app, device, &seen)) {
		to->last_seen_ms = seen.heard_ms;
		to->silent = seen.silent;
		vitals_fill(app, seen.vitals, to);
	}
	if (l == NULL)
		return;
	to->connected = true;
	to->last_seen_ms = app->now.store_ms - (app->now.mono.ms - l->heard.ms);
}

static Pingan__V1__DeviceCard__Proof proof_of(const struct device_life *life, ms_t durable_ms)
{
	if (life->proof_by[0] != '\0')
		return life->proof_ms != 0 && durable_ms != 0 ? PINGAN__V1__DEVICE_CARD__PROOF__PROOF_RECEIVED
		                                              : PINGAN__V1__DEVICE_CARD__PROOF__PROOF_OPEN;
	return (Pingan__V1__DeviceCard__Proof)life->proof_end;
}

static void proof_fill(struct app *app, const struct session *s, const struct device_life *life,
                       Pingan__V1__DeviceCard *to)
{
	ms_t durable_ms = proof_durable_ms(app, s->device, life);
	bool by_unit = false;

	to->proof = proof_of(life, durable_ms);
	to->rang = life->proof_rang;
	if (life->proof_by[0] == '\0')
		return;
	to->proof_from_ms = life->proof_from_ms;
	to->proof_by_name = name_of(app, life->proof_by);
	to->proof_mine = strcmp(life->proof_by, s->rights.person) == 0;
	if (to->proof == PINGAN__V1__DEVICE_CARD__PROOF__PROOF_OPEN) {
		to->proof_until_ms = life->proof_until_ms;
		return;
	}
	to->received_ms = durable_ms;
	to->took_ms = proof_took_ms(app, s->device, life, &by_unit);
	to->took_by_unit = by_unit;
	to->confirm_until_ms = life->proof_until_ms;
}

static void life_fill(struct app *app, const struct session *s, const struct device_life *life,
                      Pingan__V1__DeviceCard *to)
{
	to->state = (Pingan__V1__DeviceState)life->state;
	to->state_ms = life->state_ms;
	to->state_by_name = name_of(app, life->state_by);
	to->entered_ms = life->entered_ms;
	to->bound_ms = life->bound_ms;
	to->bound_by_name = name_of(app, life->installed_by);
	to->proved_ms = life->proved_ms;
	to->proved_by_name = name_of(app, life->proved_by);
	to->proved_took_ms = life->proof_took_ms;
	to->tested_ms = life->tested_ms;
	proof_fill(app, s, life, to);
}

static void may_fill(struct app *app, const struct session *s, const struct device_life *life,
                     Pingan__V1__DeviceCard *to)
{
	static const struct {
		enum device_act act;
		Pingan__V1__DeviceCard__Act shown;
		int asked;
	} ACTS[] = {
		{DEVICE_ACT_BIND, PINGAN__V1__DEVICE_CARD__ACT__ACT_BIND, PINGAN__V1__REQUEST__WHAT_DEVICE_BIND},
		{DEVICE_ACT_PROVE, PINGAN__V1__DEVICE_CARD__ACT__ACT_PROVE, PINGAN__V1__REQUEST__WHAT_DEVICE_PROVE},
		{DEVICE_ACT_CONFIRM, PINGAN__V1__DEVICE_CARD__ACT__ACT_CONFIRM, PINGAN__V1__REQUEST__WHAT_DEVICE_CONFIRM},
		{DEVICE_ACT_AWAY, PINGAN__V1__DEVICE_CARD__ACT__ACT_AWAY, PINGAN__V1__REQUEST__WHAT_DEVICE_STATE},
		{DEVICE_ACT_BACK, PINGAN__V1__DEVICE_CARD__ACT__ACT_BACK, PINGAN__V1__REQUEST__WHAT_DEVICE_STATE},
		{DEVICE_ACT_RETIRE, PINGAN__V1__DEVICE_CARD__ACT__ACT_RETIRE, PINGAN__V1__REQUEST__WHAT_DEVICE_STATE},
		{DEVICE_ACT_STOP, PINGAN__V1__DEVICE_CARD__ACT__ACT_STOP, PINGAN__V1__REQUEST__WHAT_DEVICE_PROVE},
	};

	to->may = arena_take(&app->arena, ACTS_MAX * sizeof *to->may);
	for (size_t i = 0; to->may != NULL && i < COUNT_OF(ACTS); i++) {
		if (!rights_may(s->rights.role, ACTS[i].asked) ||
		    !device_life_may(life, ACTS[i].act, s->rights.person, app->now.store_ms))
			continue;
		if (ACTS[i].act == DEVICE_ACT_CONFIRM && to->proof != PINGAN__V1__DEVICE_CARD__PROOF__PROOF_RECEIVED)
			continue;
		to->may[to->n_may++] = ACTS[i].shown;
	}
}

static void fill(struct app *app, const struct session *s, Pingan__V1__DeviceCard *to)
{
	const Pingan__V1__Device *d = device_find(app, s->device);
	struct device_life life;

	to->device = text_cut(app, s->device, ID_MAX);
	if (device_visible(app, s, s->device) != REFUSAL_OK) {
		to->gone = true;
		return;
	}
	(void)device_life_find(app, s->device, &life);
	to->in_registry = d != NULL;
	to->protocol = d != NULL ? d->protocol : (Pingan__V1__Protocol)device_protocol(s->device);
	if (d != NULL) {
		to->model = text_cut(app, d->model, NAME_BYTES_MAX);
		home_fill(app, s, d, to);
	}
	health_fill(app, s->device, to);
	life_fill(app, s, &life, to);
	may_fill(app, s, &life, to);
}

bool card_send(struct app *app, struct session *s)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__DeviceCard card = PINGAN__V1__DEVICE_CARD__INIT;
	struct buf out = buf_of(app->screens->out, sizeof app->screens->out);
	char key[STORE_KEY_MAX];
	const struct record *rec;
	uint64_t hash;

	record_key(key, "device", s->device);
	rec = record_find(app, key);
	if (rec != NULL && !record_safe(app, rec)) {
		app->screens->cards_wait = true; /* it stays dirty */
		return false;
	}
	s->device_dirty = false;
	if (!s->device_audited)
		return false; /* the card follows the entry that says who looks */
	arena_reset(&app->arena);
	fill(app, s, &card);
	disclose_mask(&card.base, disclose_card(s->device_audited) &
	                              disclose_body(session_audience(s), PINGAN__V1__TO_SCREEN__BODY_DEVICE));
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_DEVICE;
	m.device = &card;
	if (!console_clean(&m.base, &app->arena))
		return false;
	console_pack(&m.base, &out);
	ENSURE(!out.overflow);
	hash = hash_bytes(1, 2, slice_of(out.at, out.len)) | 1;
	if (hash == s->card_hash)
		return false;
	if (!session_send_bytes(app, s, slice_of(out.at, out.len))) {
		s->device_dirty = true;
		return false;
	}
	s->card_hash = hash;
	return true;
}
