/* proofs.c - the proofs that run: when a press of one became durable, and what happens when its time is up.
 *
 *   time is up ─┬─ no press ─> EXPIRE
 *               └─ a press that nobody confirmed ─> the same press as a call, through intake like any other
 *                                                       │ back from the log and safe
 *                                                       └─> EXPIRE, with the incident it has become
 *
 * The call's id comes from the press, so that however often it is sent, and by whichever daemon, it is one. A crash anywhere
 * leaves the proof running, and its time up.
 */
#include <inttypes.h>
#include <stdio.h>

#include "app/commission.h"
#include "base/hash.h"

#define LOOK_MS 100
#define AGAIN_MS SECONDS(2) /* asked for, and nothing came of it */

struct proof {
	char device[ID_MAX];
	struct device_life life;
	uint64_t log_id; /* entry that brought the press */
	ms_t durable_ms; /* when that was safe; 0 = not yet */
	mono_t again_at;
};

static const char *device_of(const struct record *rec)
{
	return rec->key + strlen("device:");
}

static void drop(struct app *app, struct proof *p)
{
	table_remove(&app->proofs, p->device);
	free(p);
}

void proof_record(struct app *app, const struct record *rec, const Pingan__V1__Device *d, bool loaded)
{
	struct proof *p = table_get(&app->proofs, device_of(rec));
	struct device_life life = {0};

	if (d != NULL && rec->rev != 0)
		device_life_read(d, &life);
	if (life.proof_by[0] == '\0') {
		if (p != NULL)
			drop(app, p);
		return;
	}
	if (p == NULL) {
		p = calloc(1, sizeof *p);
		if (p == NULL || !text_copy(p->device, sizeof p->device, slice_str(device_of(rec))) ||
		    !table_put(&app->proofs, p->device, p)) {
			free(p);
			projection_incomplete(app, "proof");
			return;
		}
	}
	/* Read back after a start, nobody knows any more when it was durable: then it is as old as it came in. */
	if (life.proof_press != p->life.proof_press || life.proof_from_ms != p->life.proof_from_ms) {
		p->log_id = rec->log_id;
		p->durable_ms = loaded ? life.proof_ms : 0;
	} else if (loaded) {
		p->log_id = 0; /* the entries of another history say nothing */
	}
	p->life = life;
	p->again_at = (mono_t){0};
}

ms_t proof_durable_ms(struct app *app, const char *device, const struct device_life *d)
{
	const struct proof *p = table_get(&app->proofs, device);

	return p == NULL || d->proof_ms == 0 || p->life.proof_press != d->proof_press ? 0 : p->durable_ms;
}

uint32_t proof_took_ms(struct app *app, const char *device, const struct device_life *d, bool *ret_by_unit)
{
	ms_t durable_ms = proof_durable_ms(app, device, d);
	ms_t from_ms = d->proof_raised_ms != 0 ? d->proof_raised_ms : d->proof_ms;

	*ret_by_unit = d->proof_raised_ms != 0;
	if (durable_ms == 0)
		return 0;
	/* At least a millisecond: 0 says that it is not known. */
	return durable_ms <= from_ms               ? 1
	       : durable_ms - from_ms < UINT32_MAX ? (uint32_t)(durable_ms - from_ms)
	                                           : UINT32_MAX;
}

/* ------------------------------------------------------------ time is up */

static uint64_t call_id(const struct device_life *d)
{
	uint64_t id = hash_bytes(d->proof_press, (uint64_t)d->proof_from_ms, slice_of("proof", 5));

	return id == 0 ? 1 : id;
}

static void over(struct app *app, const struct proof *p, uint64_t rang)
{
	const struct device_ask ask = {.act = DEVICE_ACT_EXPIRE, .rang = rang};

	(void)device_submit(app, p->device, &ask, NULL, (struct waiter){0});
}

/* The press that nobody says was a trial. Entered in the name of whoever began the proof; it came to the home it was bound to. */
static void ring(struct app *app, const struct proof *p)
{
	struct alarm a = {.kind = KIND_SOS, .protocol = PROTOCOL_MANUAL, .battery_pct = 255, .id = call_id(&p->life)};

	memcpy(a.device, p->device, sizeof a.device);
	memcpy(a.by, p->life.proof_by, sizeof a.by);
	memcpy(a.household, p->life.household, sizeof a.household);
	(void)intake_alarm(app, &a, (struct waiter){0}); /* refused for a bound: its time is up again in a moment */
}

void proofs_settled(struct app *app, const struct change *ch)
{
	const struct proof *p;

	if (ch->answer != REFUSAL_OK || ch->alarm == NULL || ch->alarm->protocol != PROTOCOL_MANUAL)
		return;
	p = table_get(&app->proofs, ch->alarm->device);
	if (p != NULL && p->life.proof_ms != 0 && ch->alarm->id == call_id(&p->life) && change_incident(ch) != 0)
		over(app, p, change_incident(ch));
}

static void look(struct app *app, struct proof *p)
{
	ms_t late_ms = app->now.store_ms - p->life.proof_until_ms;

	if (p->life.proof_ms != 0 && p->durable_ms == 0 && p->log_id <= app->safe)
		p->durable_ms = app->now.store_ms;
	if (late_ms < 0 || app->now.mono.ms < p->again_at.ms ||
	    !deadline_mine(app, hash_bytes(0, 0, slice_str(p->device)), late_ms))
		return;
	p->again_at.ms = app->now.mono.ms + AGAIN_MS;
	arena_reset(&app->arena);
	if (p->life.proof_ms != 0)
		ring(app, p);
	else
		over(app, p, 0);
}

void proofs_turn(struct app *app)
{
	if (app->proofs.used == 0 || !app->store_up || app->loading)
		return;
	for (size_t i = 0; i < table_places(&app->proofs); i++)
		if (table_at(&app->proofs, i)->key != NULL)
			look(app, table_at(&app->proofs, i)->value);
}

ms_t proofs_wait(const struct app *app)
{
	return app->proofs.used == 0 ? ALIVE_EVERY_MS : LOOK_MS;
}

bool proof_copy(struct app *app, const struct change *ch)
{
	const struct proof *p = ch->alarm == NULL ? NULL : table_get(&app->proofs, ch->alarm->device);

	/* Its number says that these bytes are one frame, sent again. */
	return p != NULL && ch->alarm->protocol == PROTOCOL_DC09 && p->life.proof_ms != 0 &&
	       p->life.proof_press == alarm_hash(ch->alarm);
}

void proofs_free(struct app *app)
{
	for (size_t i = 0; i < table_places(&app->proofs); i++)
		if (table_at(&app->proofs, i)->key != NULL)
			free(table_at(&app->proofs, i)->value);
	table_free(&app->proofs);
}
