#include "app/refused.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/change.h"
#include "app/screens.h"
#include "wire/registry.h"
#include "base/hash.h"

#define SLOTS 256
#define BURST 8
#define EVERY_MS SECONDS(5)
#define KNOWN_MS MINUTES(10)
#define PAGE (-1)
#define API 0

struct slot {
	mono_t at;     /* when `left` was counted */
	uint32_t left; /* may be written at once */
	uint32_t unsaid;
};

struct refusals {
	struct slot slots[SLOTS];
};

struct refusals *refusals_new(void)
{
	struct refusals *r = calloc(1, sizeof *r);

	for (size_t i = 0; r != NULL && i < SLOTS; i++)
		r->slots[i].left = BURST;
	return r;
}

void refusals_free(struct refusals *r)
{
	free(r);
}

/* ------------------------------------------------------------ what it was about */

static const void *member(const ProtobufCMessage *m, const char *name, ProtobufCType type)
{
	const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(m->descriptor, name);

	return f == NULL || f->type != type || f->label == PROTOBUF_C_LABEL_REPEATED ? NULL
	                                                                             : (const uint8_t *)m + f->offset;
}

/* Requests call what they are about by the same names everywhere. */
static void about(const Pingan__V1__Request *r, char ret[STORE_KEY_MAX])
{
	static const char *const NAMES[] = {"household", "device", "person", "area"};
	const char *const *key;
	/* The body of a request is one of its pointers, at the same place whichever it is. */
	const ProtobufCMessage *what = r->what_case == 0 ? NULL : (const ProtobufCMessage *)r->open;
	const uint64_t *incident;

	ret[0] = '\0';
	if (what == NULL)
		return;
	incident = member(what, "incident", PROTOBUF_C_TYPE_FIXED64);
	if (incident != NULL && *incident != 0) {
		incident_key(ret, *incident);
		return;
	}
	key = member(what, "key", PROTOBUF_C_TYPE_STRING);
	if (key != NULL && registry_type(*key) != NULL && strlen(*key) < STORE_KEY_MAX) {
		snprintf(ret, STORE_KEY_MAX, "%s", *key);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		const char *const *id = member(what, NAMES[i], PROTOBUF_C_TYPE_STRING);

		if (id == NULL || !console_id_ok(*id))
			continue;
		record_key(ret, NAMES[i], *id);
		return;
	}
}

void refused_note(struct session *s, const Pingan__V1__Request *r)
{
	s->asked_cmd = r->cmd;
	s->asked = (int)r->what_case;
	about(r, s->asked_about);
}

/* ------------------------------------------------------------ on record */

/* True if this one is to be written down; *ret_unsaid = those before it that were not. */
static bool may_write(struct app *app, const char *person, uint32_t *ret_unsaid)
{
	struct slot *slot = &app->refusals->slots[hash_bytes(7, 11, slice_str(person)) % SLOTS];
	int64_t more = (app->now.mono.ms - slot->at.ms) / EVERY_MS;

	if (more > 0) {
		slot->left = more >= BURST || slot->left + more > BURST ? BURST : slot->left + (uint32_t)more;
		slot->at.ms = slot->left == BURST ? app->now.mono.ms : slot->at.ms + more * EVERY_MS;
	}
	if (slot->left == 0) {
		slot->unsaid += slot->unsaid < UINT32_MAX;
		return false;
	}
	slot->left--;
	*ret_unsaid = slot->unsaid;
	slot->unsaid = 0;
	return true;
}

/* `subject`: of the API, what was called. */
static void refused(struct app *app, const char *person, int what, const char *subject, const char *record)
{
	struct event ev = {.type = EVENT_NONE};
	char key[STORE_KEY_MAX];
	struct change *ch;
	uint32_t unsaid;

	count(app, C_REQUESTS_FORBIDDEN);
	if (!may_write(app, person, &unsaid))
		return;
	record_key(key, "person", person);
	APP_LOG(app, "RIGHTS_REFUSED", "person=%s what=%d about=%s unsaid=%" PRIu32, person, what,
	        record[0] == '\0' ? "-" : record, unsaid);
	(void)text_copy(ev.who, sizeof ev.who, slice_str(person));
	(void)text_copy(ev.from, sizeof ev.from, slice_str(subject));
	ev.reason = (uint32_t)what;
	ev.count = unsaid;
	/* In the line of who asks, not of whose data it is: a press must not stand behind it. */
	ch = key[0] == '\0' ? NULL : change_submit(app, CHANGE_REFUSED, key, &ev, NULL, (struct waiter){0});
	if (ch != NULL)
		snprintf(ch->check_key, sizeof ch->check_key, "%s", record[0] == '\0' ? key : record);
}

void refused_request(struct app *app, const struct session *s, uint64_t cmd)
{
	bool known = s->asked_cmd == cmd;

	refused(app, s->rights.person, known ? s->asked : API, "", known ? s->asked_about : "");
}

void refused_page(struct app *app, const char *person, int page)
{
	(void)page;
	refused(app, person, PAGE, "", "");
}

void app_refused(struct app *app, const char *person, const char *called, const char *about)
{
	char subject[ID_MAX], record[STORE_KEY_MAX];

	snprintf(subject, sizeof subject, "%s", called);
	snprintf(record, sizeof record, "%s", about); /* may live in what app_begin() empties */
	app_begin(app);
	refused(app, person, API, subject, record);
}

enum verdict refused_decide(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct line line = {
		.code = LINE_REFUSED, .at_ms = app->now.store_ms, .number = (int32_t)ch->ev.reason, .count = ch->ev.count};
	struct store_commit c;

	memcpy(line.who, ch->ev.who, sizeof line.who);
	memcpy(line.subject, ch->ev.from, sizeof line.subject);
	commit_begin(&c);
	log_event_encode(app->config.daemon, ch->check_key, &line, 1, NULL, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at, bytes.len);
	/* An entry without a record is known by its message. */
	snprintf(c.message, sizeof c.message, "refused.%016" PRIx64, app->ports.random(app->ports.ctx));
	snprintf(c.message_value, sizeof c.message_value, "%s", ch->record->key);
	c.message_ms = KNOWN_MS;
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}
