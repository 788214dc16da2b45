#include "app/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/change.h"
#include "app/screens.h"
#include "app/shifts.h"
#include "wire/record_device.h"

#define MEMORY_MS SECONDS(86400)
#define HANDS_MAX 4096 /* corrections of some days; who they were is in the log for ever */

/* ------------------------------------------------------------ taking in */

struct change *record_submit(struct app *app, const char *key, const struct record_ask *ask, const ProtobufCMessage *m,
                             struct waiter waiter)
{
	size_t len = m == NULL ? 0 : protobuf_c_message_get_packed_size(m);
	struct record_ask *own = len > STORE_BODY_MAX ? NULL : malloc(sizeof *own + len);
	struct change *ch;

	if (own == NULL)
		return NULL;
	*own = *ask;
	own->len = (uint32_t)len;
	if (m != NULL)
		protobuf_c_message_pack(m, own->body);
	ch = change_submit(app, CHANGE_RECORD, key, NULL, NULL, waiter);
	if (ch == NULL)
		free(own);
	else
		ch->edit = own;
	return ch;
}

/* ------------------------------------------------------------ deciding */

static bool record_there(void *ctx, const char *key)
{
	const struct record *rec = record_find(ctx, key);
	const Pingan__V1__Household *h;

	if (rec == NULL || rec->rev == 0)
		return false;
	if (rec->type != RECORD_HOUSEHOLD)
		return true;
	/* An erased one is no home any more; nor is that of units that nobody knows. */
	h = household_find(ctx, strchr(key, ':') + 1);
	return h != NULL && h->erased_ms == 0 && strcmp(h->id, QUARANTINE) != 0;
}

static enum verdict refuse(struct change *ch, enum refusal why)
{
	ch->answer = why;
	return REFUSE;
}

/* In the arena; NULL when the body can't be read. */
static ProtobufCMessage *unpacked(struct app *app, const ProtobufCMessageDescriptor *type, const uint8_t *body,
                                  size_t len)
{
	return protobuf_c_message_unpack(type, &app->arena.allocator, len, body);
}

static void entry_put(struct app *app, const struct change *ch, Pingan__V1__RecordEdit__What what,
                      const struct registry_diff *diff, const struct record_units *units, struct store_commit *c,
                      struct buf *bytes)
{
	const struct record_ask *ask = ch->edit;
	size_t from = bytes->len;

	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", bytes);
	registry_event_encode(what, ch->record->key, ask->who, app->now.store_ms, diff, bytes);
	if (units != NULL)
		device_events_encode(units->events, units->count, bytes);
	c->event = slice_of(bytes->at + from, bytes->len - from);
	if (ask->cmd != 0) {
		snprintf(c->message, sizeof c->message, "record.%016" PRIx64, ask->cmd);
		snprintf(c->message_value, sizeof c->message_value, "%s", ch->record->key);
		c->message_ms = MEMORY_MS;
	}
	ENSURE(!bytes->overflow);
}

static enum verdict looked(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct registry_diff shown = {.count = ch->edit->health};
	struct store_commit c;

	if (ch->record->rev == 0)
		return refuse(ch, REFUSAL_NOT_FOUND);
	snprintf(shown.fields[0], sizeof shown.fields[0], "health");
	commit_begin(&c);
	entry_put(app, ch, PINGAN__V1__RECORD_EDIT__WHAT__EDIT_SEEN, &shown, NULL, &c, &bytes);
	change_fly(app, ch, &c);
	return MOVE;
}

/* Where a record lies, and where it is to lie: both have to be theirs. Stations and areas lie where they say, a unit where its home
 * does. */
static const char *lies_in(struct app *app, const ProtobufCMessage *m)
{
	if (m->descriptor == &pingan__v1__device__descriptor)
		return device_home_area(app, (const Pingan__V1__Device *)(const void *)m);
	if (m->descriptor == &pingan__v1__person__descriptor)
		return "";
	if (m->descriptor == &pingan__v1__household__descriptor)
		return ((const Pingan__V1__Household *)(const void *)m)->area;
	if (m->descriptor == &pingan__v1__station__descriptor)
		return ((const Pingan__V1__Station *)(const void *)m)->area;
	return ((const Pingan__V1__Area *)(const void *)m)->code;
}

/* A home gets a key of its own when it is made: what is written of it is sealed with that. */
static void key_make(struct app *app, Pingan__V1__Household *h)
{
	uint64_t *key = arena_take(&app->arena, 32);

	for (size_t i = 0; key != NULL && i < 4; i++)
		key[i] = app->ports.random(app->ports.ctx);
	h->key = (ProtobufCBinaryData){.len = key == NULL ? 0 : 32, .data = (uint8_t *)key};
}

/* Residents that were just added have no number yet: the next one that is free in this home. */
static void residents_number(struct app *app, Pingan__V1__Household *h)
{
	for (size_t i = 0; i < h->n_residents && h->n_residents <= RESIDENTS_MAX; i++) {
		char *id = h->residents[i]->id[0] != '\0' ? NULL : arena_take(&app->arena, ID_MAX);
		bool taken = id != NULL;

		for (uint32_t n = 1; taken; n++) {
			taken = false;
			if (snprintf(id, ID_MAX, "%.26s-r%" PRIu32, h->id, n) >= ID_MAX)
				break;
			for (size_t k = 0; k < h->n_residents; k++)
				taken = taken || strcmp(h->residents[k]->id, id) == 0;
		}
		if (id != NULL)
			h->residents[i]->id = id;
	}
}

static bool checked(struct app *app, struct change *ch, const ProtobufCMessage *m)
{
	struct record_ask *ask = ch->edit;
	struct registry_faults f = {.list = ask->faults, .max = RECORD_FAULTS_MAX, .exists = record_there, .ctx = app};
	bool ok = registry_check(ch->record->key, m, &f);

	ask->fault_count = f.count;
	return ok;
}

/* What an edit of a person or a unit sets besides. */
static enum refusal settled(struct app *app, const struct record_ask *ask, ProtobufCMessage *after,
                            const ProtobufCMessage *before, struct record_units *units)
{
	if (after->descriptor == &pingan__v1__person__descriptor)
		person_settle(app, (Pingan__V1__Person *)(void *)after, (const Pingan__V1__Person *)(const void *)before);
	if (after->descriptor != &pingan__v1__device__descriptor)
		return REFUSAL_OK;
	return device_settle(app, (Pingan__V1__Device *)(void *)after, (const Pingan__V1__Device *)(const void *)before,
	                     ask, ask->commit != ask->expected, units);
}

enum verdict record_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct record_ask *ask = ch->edit;
	struct record *rec = ch->record;
	const ProtobufCMessageDescriptor *type = registry_type(rec->key);
	ProtobufCMessage *before = NULL, *after;
	struct record_units units = {.count = 0};
	struct registry_diff diff;
	struct store_commit c;
	enum refusal why;
	uint8_t *room;
	size_t len;

	if (type == NULL)
		return refuse(ch, REFUSAL_BAD_REQUEST);
	if (ask->look)
		return looked(app, ch);
	if (rec->rev != 0 && (before = unpacked(app, type, rec->body, rec->body_len)) == NULL)
		return refuse(ch, REFUSAL_WRONG_STATE);
	after = unpacked(app, type, ask->body, ask->len);
	if (after == NULL)
		return refuse(ch, REFUSAL_BAD_REQUEST);
	/* A unit lies where its home does: that may have moved while this waited, and another may have to be asked. */
	if (ask->judged && (strcmp(ask->area, before == NULL ? "" : lies_in(app, before)) != 0 ||
	                    strcmp(ask->home_area, lies_in(app, after)) != 0))
		return refuse(ch, REFUSAL_CONFLICT);
	if (before != NULL && type == &pingan__v1__household__descriptor &&
	    ((Pingan__V1__Household *)(void *)before)->erased_ms != 0)
		return refuse(ch, REFUSAL_NOT_FOUND); /* no home any more, and none again */
	if (before != NULL && type == &pingan__v1__person__descriptor &&
	    ((Pingan__V1__Person *)(void *)before)->erased_ms != 0)
		return refuse(ch, REFUSAL_NOT_FOUND); /* likewise */
	if (type == &pingan__v1__household__descriptor)
		residents_number(app, (Pingan__V1__Household *)(void *)after);
	registry_keep(after, before, ask->health);
	ask->commit = rec->rev == 0 ? 0 : rec->commits[0];
	why = settled(app, ask, after, before, &units);
	registry_diff(before, after, &diff);
	/* The same request from the next life of its page, or two who wrote the same: it is as they want it. */
	if (rec->rev != 0 && diff.count == 0 && why == REFUSAL_OK) {
		ask->unchanged = true;
		return STAY;
	}
	if (rec->rev == 0 && ask->expected != 0)
		return refuse(ch, REFUSAL_NOT_FOUND);
	if (ask->commit != ask->expected)
		return refuse(ch, REFUSAL_CONFLICT);
	if (!checked(app, ch, after))
		return refuse(ch, REFUSAL_INVALID);
	if (why == REFUSAL_BUSY)
		return refuse(ch, why);
	if (why != REFUSAL_OK) {
		ask->faults[0] = (struct registry_fault){"state", "bad_state"};
		ask->fault_count = 1;
		return refuse(ch, REFUSAL_INVALID);
	}
	if (before == NULL && type == &pingan__v1__household__descriptor)
		key_make(app, (Pingan__V1__Household *)(void *)after);
	len = protobuf_c_message_get_packed_size(after);
	room = len > STORE_BODY_MAX ? NULL : buf_room(&bytes, len);
	if (room == NULL)
		return refuse(ch, REFUSAL_LIMIT);
	protobuf_c_message_pack(after, room);
	commit_begin(&c);
	commit_put(&c, rec, &bytes, 0);
	entry_put(app, ch,
	          before == NULL ? PINGAN__V1__RECORD_EDIT__WHAT__EDIT_MADE : PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED,
	          &diff, &units, &c, &bytes);
	change_fly(app, ch, &c);
	ask->commit = ch->flight == NULL ? 0 : ch->flight->commit.id;
	return MOVE;
}

/* ------------------------------------------------------------ over HTTP */

static void done_say(struct app *app, uint64_t tag, const struct record_done *done)
{
	if (app->ports.record_done != NULL)
		app->ports.record_done(app->ports.ctx, tag, done);
}

static enum record_end end_of(const struct change *ch)
{
	switch (ch->answer) {
	case REFUSAL_OK:
		return ch->edit != NULL && ch->edit->unchanged ? RECORD_SAME : RECORD_SAVED;
	case REFUSAL_CONFLICT:
		return RECORD_CONFLICT;
	case REFUSAL_INVALID:
	case REFUSAL_BAD_REQUEST:
	case REFUSAL_LIMIT:
		return RECORD_INVALID;
	case REFUSAL_NOT_FOUND:
		return RECORD_GONE;
	case REFUSAL_BUSY:
	case REFUSAL_WRONG_STATE:
	case REFUSAL_EXPIRED:
		return RECORD_BUSY;
	case REFUSAL_FORBIDDEN:
		return RECORD_FORBIDDEN;
	default:
		return RECORD_AWAY;
	}
}

void record_settled(struct app *app, const struct change *ch)
{
	const struct record_ask *ask = ch->edit;
	struct record_done done = {.end = end_of(ch)};

	/* Of a roster more is said only when it was put as a whole. */
	if (ask == NULL) {
		const struct shift_list *list = ch->shift == NULL ? NULL : ch->shift->list;

		if (list != NULL) {
			if (done.end == RECORD_SAVED && list->unchanged)
				done.end = RECORD_SAME;
			done.commit = list->commit;
			done.faults = &list->fault;
			done.fault_count = list->faulty;
		}
		done_say(app, ch->waiter.tag, &done);
		return;
	}
	done = (struct record_done){
		.end = done.end, .commit = ask->commit, .fault_count = ask->fault_count, .faults = ask->faults};

	done_say(app, ch->waiter.tag, &done);
}

const char *record_area(struct app *app, const struct record *rec)
{
	const ProtobufCMessageDescriptor *type = registry_type(rec->key);
	const ProtobufCMessage *m = rec->rev == 0 || type == NULL ? NULL : unpacked(app, type, rec->body, rec->body_len);

	return m == NULL ? "" : lies_in(app, m);
}

const char *record_area_of(struct app *app, const ProtobufCMessage *m)
{
	return lies_in(app, m);
}

static enum record_end may_edit_one(struct app *app, const struct record_edit *e, const ProtobufCMessage *m)
{
	const Pingan__V1__Person *p = (const Pingan__V1__Person *)(const void *)m;

	if (m->descriptor != &pingan__v1__person__descriptor)
		return who_covers(e->who, lies_in(app, m)) ? RECORD_SAVED : RECORD_FORBIDDEN;
	if (!person_may_edit(e->who, p))
		return RECORD_FORBIDDEN;
	return person_is_kept(p) ? RECORD_ROLE : RECORD_SAVED;
}

/* Of this record as it stands; and as it shall be. */
static enum record_end may_edit(struct app *app, const struct record_edit *e, const ProtobufCMessage *m)
{
	const struct record *rec = record_find(app, e->key);
	enum record_end end = RECORD_SAVED;

	if (rec != NULL && rec->rev != 0) {
		const ProtobufCMessage *now = unpacked(app, m->descriptor, rec->body, rec->body_len);

		end = now == NULL ? RECORD_FORBIDDEN : may_edit_one(app, e, now);
	}
	return end == RECORD_SAVED ? may_edit_one(app, e, m) : end;
}

/* It is too long for a record, or that of the home of units that nobody knows. */
static const struct registry_fault BAD_NAME = {"id", "bad_id"};

void app_record_edit(struct app *app, uint64_t tag, const struct record_edit *e)
{
	const ProtobufCMessageDescriptor *type = registry_type(e->key);
	struct record_ask ask = {.health = e->health, .expected = e->expected, .cmd = e->cmd};
	struct record_done done = {.end = RECORD_SAVED};
	ProtobufCMessage *m;

	app_begin(app);
	arena_reset(&app->arena);
	m = type == NULL || strlen(e->key) >= STORE_KEY_MAX || strcmp(e->key, "household:" QUARANTINE) == 0
	        ? NULL
	        : unpacked(app, type, e->body.at, e->body.len);
	if (m == NULL)
		done = (struct record_done){.end = RECORD_INVALID, .faults = &BAD_NAME, .fault_count = 1};
	else if (!store_usable(app))
		done.end = RECORD_AWAY;
	else
		done.end = may_edit(app, e, m);
	snprintf(ask.who, sizeof ask.who, "%s", e->who->id);
	if (done.end == RECORD_SAVED && m->descriptor == &pingan__v1__device__descriptor) {
		const struct record *rec = record_find(app, e->key);

		ask.judged = true;
		snprintf(ask.area, sizeof ask.area, "%s", rec == NULL ? "" : record_area(app, rec));
		snprintf(ask.home_area, sizeof ask.home_area, "%s", record_area_of(app, m));
	}
	if (done.end == RECORD_SAVED &&
	    record_submit(app, e->key, &ask, m, (struct waiter){.type = WAITER_RECORD, .tag = tag}) == NULL)
		done.end = RECORD_AWAY;
	if (done.end != RECORD_SAVED)
		done_say(app, tag, &done);
}

void app_record_look(struct app *app, uint64_t tag, const struct record_edit *e)
{
	struct record_ask ask = {.look = true, .health = e->health};
	const struct record_done away = {.end = RECORD_AWAY};

	app_begin(app);
	/* A commit that changes no record is known again by its number. */
	ask.cmd = app->ports.random(app->ports.ctx) | 1;
	snprintf(ask.who, sizeof ask.who, "%s", e->who->id);
	if (!store_usable(app) ||
	    record_submit(app, e->key, &ask, NULL, (struct waiter){.type = WAITER_RECORD, .tag = tag}) == NULL)
		done_say(app, tag, &away);
}

/* ------------------------------------------------------------ whose hand was last on it */

const struct record_hand *record_hand(const struct app *app, const char *key)
{
	return table_get(&app->record_hands, key);
}

static struct record_hand *hand_want(struct app *app, const char *key)
{
	struct record_hand *h = table_get(&app->record_hands, key);

	if (h != NULL)
		return h;
	if (app->record_hand_count >= HANDS_MAX)
		record_hands_free(app); /* known from now on again */
	h = calloc(1, sizeof *h);
	if (h == NULL)
		return NULL;
	snprintf(h->key, sizeof h->key, "%s", key);
	if (!table_put(&app->record_hands, h->key, h)) {
		free(h);
		return NULL;
	}
	app->record_hand_count++;
	return h;
}

void record_hand_entry(struct app *app, const struct store_entry *e)
{
	const Pingan__V1__LogEvent *m;
	struct record_hand *h;

	if (e->record_count != 1 || registry_type(e->records[0].key) == NULL)
		return;
	arena_reset(&app->scratch);
	m = pingan__v1__log_event__unpack(&app->scratch.allocator, e->event.len, e->event.at);
	if (m == NULL || m->edit == NULL || m->edit->who[0] == '\0')
		return;
	h = hand_want(app, e->records[0].key);
	if (h == NULL)
		return;
	if (!text_copy(h->who, sizeof h->who, slice_str(m->edit->who)))
		h->who[0] = '\0';
	h->at_ms = e->at_ms;
}

void record_hands_free(struct app *app)
{
	for (size_t i = 0; i < table_places(&app->record_hands); i++)
		if (table_at(&app->record_hands, i)->key != NULL)
			free(table_at(&app->record_hands, i)->value);
	table_free(&app->record_hands);
	app->record_hand_count = 0;
}
