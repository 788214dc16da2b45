/* decide.c - what a change becomes: asks the core, and writes down the commit that would make it true. */
#include <inttypes.h>
#include <stdio.h>

#include "app/audit.h"
#include "app/bind.h"
#include "app/change.h"
#include "app/cut.h"
#include "app/guesses.h"
#include "app/outages.h"
#include "app/refused.h"
#include "app/registry.h"
#include "app/shifts.h"
#include "app/storms.h"
#include "app/supervision.h"
#include "core/duty.h"

static void put(struct store_commit *c, const struct record *rec, struct buf *bytes, size_t from)
{
	struct store_put *p = &c->puts[c->put_count++];

	ENSURE(c->put_count <= STORE_PUTS_MAX);
	snprintf(p->key, sizeof p->key, "%s", rec->key);
	p->expect = rec->rev == 0 ? 0 : rec->commits[0];
	p->remove = false;
	p->body = slice_of(bytes->at + from, bytes->len - from);
}

void commit_link(struct store_commit *c, enum store_link_op op, const char *name, const char *value)
{
	struct store_link *l = &c->links[c->link_count++];

	ENSURE(c->link_count <= STORE_LINKS_MAX);
	l->op = op;
	snprintf(l->name, sizeof l->name, "%s", name);
	snprintf(l->value, sizeof l->value, "%s", value);
}

/* A commit is large; only its counts need clearing. */
static void commit_clear(struct store_commit *c)
{
	c->put_count = c->check_count = c->link_count = c->outbox_count = 0;
	c->message[0] = c->message_value[0] = '\0';
	c->message_ms = 0;
	c->message_anew = false;
	c->not_before_ms = 0;
	c->event = slice_of(NULL, 0);
	c->audit = slice_of(NULL, 0);
}

void commit_begin(struct store_commit *c)
{
	commit_clear(c);
}

void commit_put(struct store_commit *c, const struct record *rec, struct buf *bytes, size_t from)
{
	put(c, rec, bytes, from);
}

static void message_set(struct store_commit *c, const struct change *ch)
{
	alarm_key(ch->alarm, c->message);
	snprintf(c->message_value, sizeof c->message_value, "%s", ch->record->key);
	c->message_ms = alarm_memory_ms(ch->alarm);
	c->message_anew = ch->message_anew;
}

/* ------------------------------------------------------------ incidents */

void incident_open_name(const struct incident *inc, char ret[STORE_KEY_MAX])
{
	char key[STORE_KEY_MAX];

	incident_open_key(inc, key);
	snprintf(ret, STORE_KEY_MAX, "open:%.58s", key);
}

static bool is_open(const struct incident *inc)
{
	return inc->state == INCIDENT_WAITING || inc->state == INCIDENT_ANSWERED;
}

void caregiver_put(struct app *app, struct store_commit *c, struct buf *bytes, const char *person, uint64_t incident,
                   uint32_t job)
{
	const struct caregiver *now = caregiver_find(app, person);
	struct caregiver next = {0};
	char key[STORE_KEY_MAX];
	struct record *rec;
	size_t from = bytes->len;

	record_key(key, "caregiver", person);
	rec = record_find(app, key);
	if (rec == NULL || now == NULL)
		return; /* a person without a live record can't be offered anything: nothing to free */
	next = *now;
	if (incident == 0 && next.incident != 0 && next.incident != app->after.id)
		return; /* busy with another call meanwhile: not ours to free */
	next.incident = incident;
	next.job = job;
	if (incident != 0 && next.jobs_taken < UINT32_MAX)
		next.jobs_taken++;
	duty_freed(&next, app->now.store_ms);
	caregiver_encode(&next, bytes);
	put(c, rec, bytes, from);
}

/* Whose telephone rings when the centre's duty phone does: who is on call by the roster. */
static size_t on_call(struct app *app, const struct outbox_item *item, char ids[ON_CALL_MAX][ID_MAX],
                      char *ret[ON_CALL_MAX])
{
	enum shift_post post = item->what == OUTBOX_SUPERVISOR_CALL  ? POST_SUPERVISOR
	                       : item->what != OUTBOX_DUTY_PHONE     ? POST_NONE
	                       : strcmp(item->target, "second") == 0 ? POST_SECOND_PHONE
	                                                             : POST_DUTY_PHONE;
	uint32_t n = post == POST_NONE ? 0 : shift_on_call(app, app->after.area, post, SKILL_NONE, app->now.store_ms, ids);

	for (uint32_t i = 0; i < n; i++)
		ret[i] = ids[i];
	return n;
}

void outbox_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct outbox_item *item)
{
	struct store_outbox *o = &c->outbox[c->outbox_count++];
	Pingan__V1__Outbox m = PINGAN__V1__OUTBOX__INIT;
	char on_call_ids[ON_CALL_MAX][ID_MAX], *people[ON_CALL_MAX];
	size_t from = bytes->len, len;
	uint8_t *room;
	int key_len;

	ENSURE(c->outbox_count <= STORE_OUTBOX_MAX);
	m.what = (Pingan__V1__Outbox__What)item->what;
	m.incident = app->after.id;
	m.household = app->after.household;
	m.target = (char *)item->target;
	m.number = item->number;
	m.job = item->job;
	m.drill = app->after.drill;
	m.tell = (Pingan__V1__TellWhen)item->tell;
	m.n_people = on_call(app, item, on_call_ids, people);
	m.people = people;
	len = pingan__v1__outbox__get_packed_size(&m);
	room = buf_room(bytes, len);
	if (room != NULL)
		pingan__v1__outbox__pack(&m, room);
	o->body = slice_of(bytes->at + from, len);
	key_len = snprintf(o->key, sizeof o->key, "%016" PRIx64 ":%d:%s:%" PRIu32 ".%" PRIu32, app->after.id,
	                   (int)item->what, item->target, item->job, item->number);
	ENSURE(key_len > 0 && (size_t)key_len < sizeof o->key); /* cut short, two messages would be one */
}

/* Who is out is written with what counts it: a member joins, or leaves. */
static void out_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct change *ch)
{
	const struct incident *before = &app->before, *after = &app->after;
	struct out out = {.kind = after->kind, .incident = after->id, .since_ms = app->now.store_ms};
	struct device_seen seen;
	struct store_put *p;
	struct record *rec;
	size_t from = bytes->len;

	if (!after->area_wide || ch->ev.type != EVENT_ALARM ||
	    (after->out_now == before->out_now && after->out_total == before->out_total))
		return;
	memcpy(out.device, ch->alarm->device, sizeof out.device);
	out.found = alarm_by_rule(ch->alarm);
	home_area(app, out.device, out.area);
	if (device_seen(app, out.device, &seen))
		out.heard_ms = seen.heard_ms;
	p = &c->puts[c->put_count++];
	ENSURE(c->put_count <= STORE_PUTS_MAX);
	outage_key(p->key, out.device, out.kind);
	rec = record_find(app, p->key);
	p->expect = rec == NULL || rec->rev == 0 ? 0 : rec->commits[0];
	p->remove = after->out_total == before->out_total;
	if (!p->remove)
		out_encode(&out, bytes);
	p->body = slice_of(bytes->at + from, bytes->len - from);
}

static enum verdict refuse(struct change *ch, enum refusal why)
{
	ch->answer = why;
	return REFUSE;
}

/* True if this incident has this very press already. */
static bool swallowed(const struct incident *inc, const struct alarm *a)
{
	for (uint32_t i = 0; i < inc->alarm_count; i++)
		if (inc->alarms[i].alarm == a->id && strcmp(inc->alarms[i].device, a->device) == 0)
			return true;
	return inc->id == alarm_hash(a);
}

/* What the step did becomes one commit. */
void incident_fly(struct app *app, struct change *ch, const struct outcome_of_step *out)
{
	struct incident *after = &app->after;
	struct store_commit c;
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	char name[STORE_KEY_MAX], was_name[STORE_KEY_MAX];
	bool was = is_open(&app->before), is = is_open(after);
	size_t from;

	commit_clear(&c);
	incident_encode(after, &bytes);
	put(&c, ch->record, &bytes, 0);
	if (out->taken[0] != '\0')
		caregiver_put(app, &c, &bytes, out->taken, after->id, out->taken_job);
	for (uint32_t i = 0; i < out->freed_count; i++)
		caregiver_put(app, &c, &bytes, out->freed[i], 0, 0);
	out_put(app, &c, &bytes, ch);
	incident_open_name(after, name);
	incident_open_name(&app->before, was_name);
	if (is && was && strcmp(name, was_name) != 0) { /* bound to its home */
		commit_link(&c, LINK_UNIQUE, name, ch->record->key);
		commit_link(&c, LINK_FREE, was_name, ch->record->key);
	} else if (is && !was) {
		commit_link(&c, LINK_UNIQUE, name, ch->record->key);
		commit_link(&c, LINK_ADD, "incidents:open", ch->record->key);
	} else if (was && !is) {
		commit_link(&c, LINK_FREE, name, ch->record->key);
		commit_link(&c, LINK_DROP, "incidents:open", ch->record->key);
	}
	for (uint32_t i = 0; i < out->outbox_count; i++)
		outbox_put(app, &c, &bytes, &out->outbox[i]);
	if (ch->alarm != NULL && ch->ev.type == EVENT_ALARM) {
		message_set(&c, ch);
		/* Put back: the store knows the message well, and has forgotten what came of it. */
		if (ch->alarm->protocol == PROTOCOL_NATIVE && swallowed(&app->before, ch->alarm))
			c.message_anew = true;
	}
	if (ch->ev.type == EVENT_DEADLINE)
		c.not_before_ms = ch->ev.due_ms;
	if (ch->check_key[0] != '\0') {
		snprintf(c.checks[0].key, sizeof c.checks[0].key, "%s", ch->check_key);
		c.checks[0].expect = ch->check_expect;
		c.check_count = 1;
	}
	if (ch->kind == CHANGE_BIND) {
		ENSURE(bound_put(app, &c, &bytes, ch, after->device)); /* bind.c has looked whether it fits */
		bind_message(&c, ch, ch->record);
	}
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, &after->lines[after->line_count - out->added], out->added,
	                 after->text, slice_of(NULL, 0), ch->alarm == NULL ? "" : ch->alarm->device, &bytes);
	if (ch->kind == CHANGE_BIND)
		bound_events(app, &bytes, ch, after->device);
	change_alarm_put(app, ch, &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	/* The core keeps every record below its bound; a test fills one to the brim. */
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
}

/* Another call of its home is open by now: she is helped there, and there is one. The store would say the same for ever. */
static bool home_has_another(struct app *app, const struct record *rec)
{
	char name[STORE_KEY_MAX];
	const struct record *open;

	incident_open_name(&app->before, name);
	open = incident_of_household(app, name + strlen("open:"));
	return open != NULL && open != rec;
}

/* Less than this is no wait. */
#define WAITED_MS 500

static enum verdict decide_incident(struct app *app, struct change *ch)
{
	struct record *rec = ch->record;
	struct outcome_of_step out;
	struct world world;

	if (rec->rev != 0) {
		if (!incident_read(app, rec, &app->before))
			return refuse(ch, REFUSAL_WRONG_STATE);
		if (ch->ev.type == EVENT_REOPEN && home_has_another(app, rec))
			return refuse(ch, REFUSAL_WRONG_STATE);
	} else {
		incident_clear(&app->before);
		if (ch->ev.type != EVENT_ALARM)
			return refuse(ch, REFUSAL_NOT_FOUND);
	}
	memset(&world, 0, sizeof world);
	world_fill(app, &app->before, &ch->ev, &world);
	if (rec->rev == 0) {
		struct record *open;
		struct place p;

		/* Somebody opened this household's call while we waited: join that one. */
		intake_place(app, ch->alarm, &p);
		open = incident_of_household(app, p.open_key);
		/* And a press that waited for a call which a failover has cut away opens its own: another press has the name of
		 * this one. */
		if ((open != NULL && open != rec) || intake_incident(app, ch->alarm, ch->salt) != rec->slot->id) {
			ch->rerouted = true;
			return REFUSE;
		}
		if (app->count_of_type[RECORD_INCIDENT] >= INCIDENTS_MAX && kind_class(ch->alarm->kind) != CLASS_LIFE &&
		    kind_class(ch->alarm->kind) != CLASS_WELFARE)
			return refuse(ch, REFUSAL_OVERLOAD);
	}
	/* A press that waited for the store has waited all the same: its plan is as far as it would be. */
	if (ch->ev.type == EVENT_ALARM) {
		int64_t waited_ms = app->now.mono.ms - ch->since.ms;

		ch->ev.at_ms = waited_ms >= WAITED_MS ? app->now.store_ms - waited_ms : 0;
	}
	incident_step(&app->before, &ch->ev, &world, &app->after, &out);
	ch->follow_up_due = ch->ev.type == EVENT_DEADLINE && out.verdict == MOVE && app->before.state == INCIDENT_CLOSED;
	memcpy(ch->who, out.who, sizeof ch->who);
	ch->at_ms = out.at_ms;
	ch->number = out.number;
	if (out.verdict == REFUSE) {
		if (ch->ev.type == EVENT_ALARM && out.refusal == REFUSAL_WRONG_STATE) {
			ch->rerouted = true; /* closed meanwhile: a new press opens a new call */
			return REFUSE;
		}
		return refuse(ch, out.refusal);
	}
	ch->answer = out.refusal == REFUSAL_NONE ? REFUSAL_OK : out.refusal;
	if (out.verdict == STAY)
		return STAY;
	if (app->before.id == 0)
		app->after.id = rec->slot->id;
	incident_fly(app, ch, &out);
	return MOVE;
}

bool incident_still_open(struct app *app, const struct store_answer *a)
{
	if (incident_decode(a->body, &app->scratch, &app->reading) != 0)
		return true; /* unreadable: never taken for closed */
	return is_open(&app->reading);
}

/* ------------------------------------------------------------ the small ones */

static enum verdict fly_small(struct app *app, struct change *ch, struct buf *bytes, bool remove)
{
	struct store_commit c;
	size_t from = bytes->len;

	commit_clear(&c);
	put(&c, ch->record, bytes, 0);
	c.puts[0].remove = remove;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", bytes);
	c.event = slice_of(bytes->at + from, bytes->len - from);
	ENSURE(!bytes->overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

static enum verdict decide_operator(struct app *app, struct change *ch)
{
	const struct operator* now = ch->record->rev == 0 ? NULL : ch->record->live;
	struct operator* op = & ch->op;
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	const mono_t alive = {app->now.mono.ms - SCREEN_DEAD_MS};
	bool ready;

	/* Waited for the store, or we stood still, and the console has gone elsewhere meanwhile: whoever serves it has said so.
	 * A link that is only not known to be dead would take it from there. */
	if (op->link == LINK_UP && !screens_console_heard(app, op->id, alive, &ready))
		return STAY;
	if (now != NULL) {
		if (ch->keep_ready)
			op->ready = now->ready;
		if (now->link == op->link && now->ready == op->ready && strcmp(now->daemon, op->daemon) == 0 &&
		    !ch->new_session)
			return STAY;
		/* A link is lost for the session that was read; a newer one stands elsewhere. */
		if (op->link == LINK_LOST && (now->link != LINK_UP || now->session != op->session))
			return STAY;
		op->session = now->session + (op->link == LINK_UP && ch->new_session ? 1 : 0);
	} else if (op->link == LINK_UP) {
		op->session = 1;
	}
	op->changed_ms = now != NULL && now->link == op->link && !ch->new_session ? now->changed_ms : app->now.store_ms;
	operator_encode(op, &bytes);
	return fly_small(app, ch, &bytes, false);
}

/* Proofs of life: the body was made by whoever submitted it. */
static enum verdict decide_body(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);

	if ((ch->remove && ch->record->rev == 0) || (ch->kind == CHANGE_NEW && ch->record->rev != 0))
		return STAY;
	buf_put(&bytes, ch->body, ch->body_len);
	return fly_small(app, ch, &bytes, ch->remove);
}

/* A test of the whole chain is worth a line of the unit's record once in so long. */
#define TESTED_AGAIN_MS MINUTES(20 * 60)

/* It came through from the unit to the log: its record says so, at most once a day. */
static void tested_put(struct app *app, struct store_commit *c, struct buf *bytes, const struct change *ch)
{
	const char *id = ch->record->key + strlen("device:");
	Pingan__V1__Device *d;
	size_t from = bytes->len, len;
	uint8_t *room;

	if (ch->record->rev == 0 || ch->record->type != RECORD_DEVICE || ch->alarm->restore || alarm_by_rule(ch->alarm) ||
	    (ch->alarm->kind != KIND_TEST && ch->alarm->kind != KIND_SOS))
		return;
	/* What was unpacked lives in the arena, and is ours to change. */
	d = (Pingan__V1__Device *)(uintptr_t)device_find(app, id);
	if (d == NULL || app->now.store_ms - d->tested_ms < TESTED_AGAIN_MS)
		return;
	d->tested_ms = app->now.store_ms;
	len = pingan__v1__device__get_packed_size(d);
	room = len > STORE_BODY_MAX ? NULL : buf_room(bytes, len);
	if (room == NULL)
		return;
	pingan__v1__device__pack(d, room);
	put(c, ch->record, bytes, from);
}

/* Appended to a log entry: fields of one message may stand in two pieces. */
static void tested_event(struct app *app, const struct change *ch, struct buf *bytes)
{
	Pingan__V1__LogEvent m = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__DeviceEvent e = PINGAN__V1__DEVICE_EVENT__INIT, *list[] = {&e};
	uint8_t *room;

	e.what = PINGAN__V1__DEVICE_CHANGE__DEVICE_TESTED;
	e.device = ch->alarm->device;
	e.at_ms = app->now.store_ms;
	m.n_devices = 1;
	m.devices = list;
	room = buf_room(bytes, pingan__v1__log_event__get_packed_size(&m));
	if (room != NULL)
		pingan__v1__log_event__pack(&m, room);
}

/* An alarm that opens nothing: on record, and remembered, all the same. */
static enum verdict decide_signal(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	bool trial = ch->alarm->kind == KIND_SOS && !ch->alarm->restore;
	struct line line = {.code = trial                ? LINE_TEST_PRESS
	                            : ch->alarm->restore ? LINE_RESTORE
	                                                 : LINE_ALARM,
	                    .at_ms = app->now.store_ms,
	                    .kind = ch->alarm->kind,
	                    .protocol = ch->alarm->protocol};
	struct store_commit c;
	struct place p;
	size_t from;

	/* Others came before it while it waited: now it may be a call. */
	intake_place(app, ch->alarm, &p);
	if (trial && !on_test(app, ch->alarm, &p)) {
		ch->rerouted = true;
		return REFUSE;
	}
	commit_clear(&c);
	snprintf(line.subject, sizeof line.subject, "%s", ch->alarm->device);
	message_set(&c, ch);
	tested_put(app, &c, &bytes, ch);
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, &line, 1, NULL, slice_of(NULL, 0), ch->alarm->device, &bytes);
	change_alarm_put(app, ch, &bytes);
	if (c.put_count != 0)
		tested_event(app, ch, &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

static enum verdict decide_out_gone(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);

	return outage_gone(app, ch) == MOVE ? fly_small(app, ch, &bytes, true) : STAY;
}

/* Who tries the buttons of which home, for how long, and why: in the log. */
static enum verdict decide_on_test(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct line line = {.code = LINE_NOTE,
	                    .at_ms = app->now.store_ms,
	                    .number = ch->ev.seconds,
	                    .cmd = ch->ev.cmd,
	                    .text_len = ch->ev.text_len};
	enum verdict verdict = on_test_decide(app, ch, &bytes);
	struct store_commit c;
	size_t from;

	if (verdict != MOVE)
		return verdict;
	commit_clear(&c);
	put(&c, ch->record, &bytes, 0);
	memcpy(line.who, ch->ev.who, sizeof line.who);
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, &line, 1, ch->ev.text, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	/* The same request again does not begin the hour anew. */
	snprintf(c.message, sizeof c.message, "test.%016" PRIx64, ch->ev.cmd);
	snprintf(c.message_value, sizeof c.message_value, "%s", ch->record->key);
	c.message_ms = SECONDS(86400);
	change_fly(app, ch, &c);
	return MOVE;
}

/* A unit has proved its new key: the old one goes in the commit that says so. */
static enum verdict decide_key(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, STORE_BODY_MAX);
	struct buf event = buf_of(app->encode + STORE_BODY_MAX, LOG_EVENT_MAX);
	enum verdict verdict = unit_key_decide(app, ch, &bytes, &event);
	struct store_commit c;

	if (verdict != MOVE)
		return verdict;
	commit_clear(&c);
	put(&c, ch->record, &bytes, 0);
	c.event = slice_of(event.at, event.len);
	change_fly(app, ch, &c);
	return MOVE;
}

static enum verdict decide_storm(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct store_commit c;
	struct storm next;
	enum verdict verdict = storm_decide(app, ch, &next);
	size_t from;

	if (verdict != MOVE)
		return verdict;
	if (!storm_valid(&next))
		return refuse(ch, REFUSAL_BAD_REQUEST);
	commit_clear(&c);
	storm_encode(&next, &bytes);
	put(&c, ch->record, &bytes, 0);
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	/* The same request from the next life of its page changes nothing twice. */
	if (ch->storm->cmd != 0) {
		snprintf(c.message, sizeof c.message, "storm.%016" PRIx64, ch->storm->cmd);
		snprintf(c.message_value, sizeof c.message_value, "%s", ch->record->key);
		c.message_ms = SECONDS(86400);
	}
	if (ch->storm->act == STORM_OVER)
		c.not_before_ms = next.until_ms;
	change_fly(app, ch, &c);
	return MOVE;
}

enum verdict change_decide(struct app *app, struct change *ch)
{
	switch (ch->kind) {
	case CHANGE_INCIDENT:
		return decide_incident(app, ch);
	case CHANGE_OPERATOR:
		return decide_operator(app, ch);
	case CHANGE_CAREGIVER:
		return duty_decide(app, ch);
	case CHANGE_SHIFT:
		return shift_decide(app, ch);
	case CHANGE_LOGIN:
		return login_decide(app, ch);
	case CHANGE_TOKEN:
		return token_decide(app, ch);
	case CHANGE_GUESS:
		return guesses_decide(app, ch);
	case CHANGE_DAEMON:
	case CHANGE_NEW:
		return decide_body(app, ch);
	case CHANGE_STORM:
		return decide_storm(app, ch);
	case CHANGE_ON_TEST:
		return decide_on_test(app, ch);
	case CHANGE_KEY:
		return decide_key(app, ch);
	case CHANGE_DEVICE:
		return device_decide(app, ch);
	case CHANGE_PROOF:
		return proof_decide(app, ch);
	case CHANGE_BIND:
		return bind_decide(app, ch);
	case CHANGE_CUT:
		return cut_decide(app, ch);
	case CHANGE_AUDIT:
		return audit_decide(app, ch);
	case CHANGE_OUT_GONE:
		return decide_out_gone(app, ch);
	case CHANGE_REFUSED:
		return refused_decide(app, ch);
	case CHANGE_RECORD:
		return record_decide(app, ch);
	case CHANGE_SIGNAL:
		return decide_signal(app, ch);
	}
	return UNDECIDED;
}
