/* bind.c - one click gives the call of an unknown device its home: unit, call, and the home's open call if there is one, in
 * one commit.
 *
 * What people wrote about the call was sealed with the key of all unknown homes; on its way into a home it is sealed anew
 * with that home's key. What the log keeps of it stays sealed as it was.
 */
#include "app/bind.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/commission.h"
#include "app/screens.h"
#include "base/hash.h"

#define MEMORY_MS SECONDS(86400)

static enum verdict refuse(struct change *ch, enum refusal why)
{
	ch->answer = why;
	return REFUSE;
}

/* ------------------------------------------------------------ the unit */

static enum verdict unit_step(struct app *app, const struct change *ch, const char *device, struct device_life *life,
                              struct device_outcome *out)
{
	struct device_ask ask = {.act = DEVICE_ACT_BIND};

	memcpy(ask.who, ch->ev.who, sizeof ask.who);
	memcpy(ask.household, ch->device.household, sizeof ask.household);
	(void)device_life_find(app, device, life);
	return device_life_step(life, &ask, app->now.store_ms, out);
}

/* OK when the unit may go to this home. One that stands in another home by now stays there: who asks has an old picture. */
static enum refusal unit_may(struct app *app, const struct change *ch, const char *device)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct device_life life, before;
	struct device_outcome out;

	(void)device_life_find(app, device, &before);
	if (before.state != DEVICE_RETIRED && strcmp(before.household, ch->device.household) != 0 &&
	    household_find(app, before.household) != NULL)
		return REFUSAL_WRONG_STATE;
	switch (unit_step(app, ch, device, &life, &out)) {
	case MOVE:
		return device_body(app, device, &life, &bytes) ? REFUSAL_OK : REFUSAL_LIMIT;
	case STAY:
		return REFUSAL_OK;
	case REFUSE:
	case UNDECIDED:
		break;
	}
	return out.refusal;
}

bool bound_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct change *ch, const char *device)
{
	struct device_life life;
	struct device_outcome out;
	struct store_put *p = &c->puts[c->put_count];
	const struct record *rec;
	size_t from = bytes->len;

	if (unit_step(app, ch, device, &life, &out) != MOVE)
		return true; /* it stands there already */
	if (!device_body(app, device, &life, bytes))
		return false;
	c->put_count++;
	ENSURE(c->put_count <= STORE_PUTS_MAX);
	record_key(p->key, "device", device);
	rec = record_find(app, p->key);
	p->expect = rec == NULL || rec->rev == 0 ? 0 : rec->commits[0];
	p->remove = false;
	p->body = slice_of(bytes->at + from, bytes->len - from);
	return true;
}

void bound_events(struct app *app, struct buf *event, const struct change *ch, const char *device)
{
	struct device_life life;
	struct device_outcome out;

	if (unit_step(app, ch, device, &life, &out) != MOVE)
		return;
	for (uint32_t i = 0; i < out.event_count; i++)
		snprintf(out.events[i].device, sizeof out.events[i].device, "%s", device);
	device_events_encode(out.events, out.event_count, event);
}

/* ------------------------------------------------------------ its texts */

static void reseal_line(struct app *app, struct incident *inc, const struct line *line, const uint8_t from[32],
                        const uint8_t to[32])
{
	uint8_t text[NOTE_SEALED_MAX], sealed[NOTE_SEALED_MAX];
	size_t len;

	if (line->text_len == 0 || line->text_len > sizeof sealed)
		return;
	len =
		app->ports.unseal(app->ports.ctx, from, slice_of(inc->text + line->text_at, line->text_len), text, sizeof text);
	if (len == 0)
		return; /* nobody can read it: so it stays */
	len = app->ports.seal(app->ports.ctx, to, slice_of(text, len), sealed, sizeof sealed);
	if (len == line->text_len)
		memcpy(inc->text + line->text_at, sealed, len);
}

static void reseal(struct app *app, struct incident *inc, const char *household)
{
	uint8_t from[32], to[32];
	const uint8_t *key = seal_key(app, "");

	if (key == NULL)
		return;
	memcpy(from, key, sizeof from);
	key = seal_key(app, household);
	if (key == NULL)
		return;
	memcpy(to, key, sizeof to);
	for (uint32_t i = 0; i < inc->line_count; i++)
		reseal_line(app, inc, &inc->lines[i], from, to);
}

/* ------------------------------------------------------------ into the home's open call */

/* Its most urgent press, as a person enters it there: it is known by what it was. */
static struct alarm press_of(const struct incident *inc, const struct change *ch)
{
	const struct alarm_ref *best = &inc->alarms[inc->alarm_count - 1];
	struct alarm a = {.protocol = PROTOCOL_MANUAL, .battery_pct = 255};

	for (uint32_t i = inc->alarm_count; i-- > 0;)
		if (class_above(kind_class(inc->alarms[i].kind), kind_class(best->kind)))
			best = &inc->alarms[i];
	memcpy(a.device, best->device, sizeof a.device);
	memcpy(a.by, ch->ev.who, sizeof a.by);
	memcpy(a.household, ch->device.household, sizeof a.household);
	a.kind = best->kind;
	a.zone = best->zone;
	a.raised_ms = best->raised_ms;
	a.id = hash_bytes(inc->id, best->alarm, slice_of("bound", 5));
	a.id += a.id == 0;
	return a;
}

static void step_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct outcome_of_step *out)
{
	ENSURE(out->taken[0] == '\0'); /* no alarm takes anybody */
	for (uint32_t i = 0; i < out->freed_count; i++)
		caregiver_put(app, c, bytes, out->freed[i], 0, 0);
	for (uint32_t i = 0; i < out->outbox_count; i++)
		outbox_put(app, c, bytes, &out->outbox[i]);
}

void bind_message(struct store_commit *c, const struct change *ch, const struct record *stands)
{
	if (ch->ev.cmd == 0)
		return;
	snprintf(c->message, sizeof c->message, "bind.%016" PRIx64, ch->ev.cmd);
	snprintf(c->message_value, sizeof c->message_value, "%s", stands->key);
	c->message_ms = MEMORY_MS;
}

static bool helped(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->job_count; i++)
		if (inc->jobs[i].state >= JOB_OFFERING && inc->jobs[i].state <= JOB_ARRIVED)
			return true;
	return false;
}

/* The unknown device's call, read into app->before, ends. MOVE: its record and what happened stand in `c`. */
static enum verdict join_end(struct app *app, struct change *ch, uint64_t into, struct store_commit *c,
                             struct buf *bytes)
{
	struct outcome_of_step out;
	struct world world;
	char name[STORE_KEY_MAX];
	size_t from;

	ch->ev.type = EVENT_JOINED;
	ch->ev.joined = into;
	world_fill(app, &app->before, &ch->ev, &world);
	incident_step(&app->before, &ch->ev, &world, &app->after, &out);
	memcpy(ch->who, out.who, sizeof ch->who);
	ch->at_ms = out.at_ms;
	if (out.verdict != MOVE)
		return out.verdict == STAY ? STAY : refuse(ch, out.refusal);
	ENSURE(out.freed_count == 0); /* helped() is false */
	incident_encode(&app->after, bytes);
	commit_put(c, ch->record, bytes, 0);
	step_put(app, c, bytes, &out);
	incident_open_name(&app->before, name);
	commit_link(c, LINK_FREE, name, ch->record->key);
	commit_link(c, LINK_DROP, "incidents:open", ch->record->key);
	from = bytes->len;
	log_event_encode(app->config.daemon, ch->record->key, &app->after.lines[app->after.line_count - out.added],
	                 out.added, app->after.text, slice_of(NULL, 0), "", bytes);
	bound_events(app, bytes, ch, app->before.device);
	c->event = slice_of(bytes->at + from, bytes->len - from);
	return MOVE;
}

/* And its press joins the call of its home: that rings. */
static enum verdict join(struct app *app, struct change *ch, struct record *open)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct alarm press = press_of(&app->before, ch);
	struct event ring = {.type = EVENT_ALARM, .alarm = &press};
	struct outcome_of_step out;
	struct store_commit c;
	struct world world;
	char device[ID_MAX];
	enum verdict verdict;
	size_t from;

	memcpy(device, app->before.device, sizeof device);
	if (helped(&app->before))
		return refuse(ch, REFUSAL_BUSY); /* somebody is on the way: that is brought to an end first */
	commit_begin(&c);
	verdict = join_end(app, ch, open->slot->id, &c, &bytes);
	if (verdict != MOVE)
		return verdict;
	if (!incident_read(app, open, &app->before))
		return refuse(ch, REFUSAL_WRONG_STATE);
	world_fill(app, &app->before, &ring, &world);
	incident_step(&app->before, &ring, &world, &app->after, &out);
	/* A drill that ends by it may free more people, and tell more, than one commit holds. */
	if (out.verdict != MOVE || out.freed_count > STORE_PUTS_MAX - 3 ||
	    c.outbox_count + out.outbox_count > STORE_OUTBOX_MAX)
		return refuse(ch, REFUSAL_BUSY);
	from = bytes.len;
	incident_encode(&app->after, &bytes);
	commit_put(&c, open, &bytes, from);
	step_put(app, &c, &bytes, &out);
	if (!bound_put(app, &c, &bytes, ch, device))
		return refuse(ch, REFUSAL_LIMIT);
	bind_message(&c, ch, open);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

/* ------------------------------------------------------------ deciding */

static void bind_world(struct app *app, const Pingan__V1__Household *h, struct world *w)
{
	(void)text_copy(w->household, sizeof w->household, slice_str(h->id));
	if (h->area[0] == '\0' || !text_copy(w->area, sizeof w->area, slice_str(h->area)))
		snprintf(w->area, sizeof w->area, "%s", app->config.root_area);
	w->risk = home_risk(h);
	for (size_t i = 0; i < h->n_contacts; i++)
		w->has_contacts = w->has_contacts || h->contacts[i]->tell;
}

/* Asked again, and done already: the call that it belongs to now. */
static bool done(struct app *app, struct change *ch)
{
	const struct incident *inc = &app->before;
	char key[STORE_KEY_MAX];

	for (uint32_t i = inc->line_count; i-- > 0;)
		if (inc->lines[i].code == LINE_BOUND && inc->lines[i].cmd == ch->ev.cmd && ch->ev.cmd != 0) {
			incident_key(key, inc->lines[i].number != 0 ? (uint64_t)inc->lines[i].number : inc->id);
			ch->duplicate = true;
			snprintf(ch->duplicate_of, sizeof ch->duplicate_of, "%s", key);
			return true;
		}
	return false;
}

enum verdict bind_decide(struct app *app, struct change *ch)
{
	const Pingan__V1__Household *h;
	struct outcome_of_step out;
	struct record *open;
	struct world world;
	enum refusal why;

	if (ch->record->rev == 0)
		return refuse(ch, REFUSAL_NOT_FOUND);
	if (!incident_read(app, ch->record, &app->before))
		return refuse(ch, REFUSAL_WRONG_STATE);
	if (done(app, ch))
		return STAY;
	h = household_find(app, ch->device.household);
	if (h == NULL)
		return refuse(ch, REFUSAL_NOT_FOUND);
	if (!app->before.quarantine)
		return refuse(ch, REFUSAL_WRONG_STATE);
	why = unit_may(app, ch, app->before.device);
	if (why != REFUSAL_OK)
		return refuse(ch, why);
	open = incident_of_household(app, ch->device.household);
	if (open != NULL)
		return join(app, ch, open);
	ch->ev.type = EVENT_BIND;
	ch->ev.joined = 0;
	reseal(app, &app->before, ch->device.household);
	world_fill(app, &app->before, &ch->ev, &world);
	bind_world(app, h, &world);
	incident_step(&app->before, &ch->ev, &world, &app->after, &out);
	memcpy(ch->who, out.who, sizeof ch->who);
	ch->at_ms = out.at_ms;
	if (out.verdict != MOVE)
		return out.verdict == STAY ? STAY : refuse(ch, out.refusal);
	incident_fly(app, ch, &out);
	return MOVE;
}
