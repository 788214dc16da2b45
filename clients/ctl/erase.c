#include "erase.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "core/alarm.h"
#include "device.h"
#include "erase_proof.h"
#include "table_kind.h"
#include "wire/record.h"

#define PRINT_LEN 32
#define CALL_OPEN "a call of this home is open: close it first; nothing was erased"

static int complain(const char *id, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

static bool home_key(const char *id, char ret[STORE_KEY_MAX])
{
	char copy[ID_MAX];

	if (!text_copy(copy, sizeof copy, slice_str(id)) || !alarm_id_valid(copy)) {
		(void)complain(id, "an id has 1 to 31 letters, digits or signs");
		return false;
	}
	/* Calls of unknown units are written about with its key: without it, nothing could be. */
	if (table_reserved(table_kind_of("homes"), id)) {
		(void)complain(id, "is kept for units that nobody knows, and no home");
		return false;
	}
	snprintf(ret, STORE_KEY_MAX, "household:%s", id);
	return true;
}

static Pingan__V1__Household *home_get(struct cell *cell, const char *id, struct cell_record *rec)
{
	Pingan__V1__Household *h;
	char key[STORE_KEY_MAX];

	if (!home_key(id, key) || !cell_get(cell, key, rec))
		return NULL;
	if (rec->rev == 0) {
		(void)complain(id, "no such household");
		return NULL;
	}
	h = pingan__v1__household__unpack(NULL, rec->len, rec->body);
	sodium_memzero(rec->body, sizeof rec->body);
	if (h == NULL)
		(void)complain(id, "its record is unreadable");
	return h;
}

/* ------------------------------------------------------------ what must not be found any more */

static void health_words(struct trace *t, const Pingan__V1__Health *h)
{
	if (h == NULL)
		return;
	trace_word(t, h->notes);
	trace_word(t, h->medicines);
	trace_word(t, h->allergies);
	trace_word(t, h->hospital);
}

static void words_of(struct trace *t, const Pingan__V1__Household *h)
{
	trace_bytes(t, h->key.data, h->key.len);
	trace_word(t, h->address);
	trace_word(t, h->access);
	trace_word(t, h->phone);
	trace_word(t, h->door_code);
	trace_word(t, h->key_safe);
	trace_word(t, h->key_holder);
	trace_word(t, h->note);
	if (h->care_plan != NULL)
		trace_word(t, h->care_plan->note);
	health_words(t, h->health);
	for (size_t i = 0; i < h->n_residents; i++) {
		trace_word(t, h->residents[i]->name);
		trace_word(t, h->residents[i]->phone);
		trace_word(t, h->residents[i]->spelling);
		trace_word(t, h->residents[i]->known_as);
		health_words(t, h->residents[i]->health);
	}
	for (size_t i = 0; i < h->n_contacts; i++) {
		trace_word(t, h->contacts[i]->name);
		trace_word(t, h->contacts[i]->phone);
		trace_word(t, h->contacts[i]->phone2);
		trace_word(t, h->contacts[i]->note);
	}
}

/* ------------------------------------------------------------ its devices */

/* Those that still stand in this home and are in service: their presses would come from an unknown home. Told, or taken out of
 * service; *ret_stand = how many there are, or are left. */
static bool devices_out(struct cell *cell, const char *id, bool retire, size_t *ret_stand)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "device:", &count);
	struct cell_record *rec = malloc(sizeof *rec);
	bool ok = keys != NULL && rec != NULL;

	*ret_stand = 0;
	for (size_t i = 0; ok && i < count; i++) {
		Pingan__V1__Device *d;

		ok = cell_get(cell, keys[i], rec);
		d = ok && rec->rev != 0 ? pingan__v1__device__unpack(NULL, rec->len, rec->body) : NULL;
		if (d != NULL && strcmp(d->household, id) == 0 && d->state != PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED) {
			bool out = retire && device_take_out(cell, d->id) == 0;

			/* Standard output has the certificate, and nothing else. */
			fprintf(stderr, "pinganctl: %s: device %s is %s\n", id, d->id,
			        out ? "out of service" : "still in service there");
			*ret_stand += !out;
		}
		if (d != NULL)
			pingan__v1__device__free_unpacked(d, NULL);
	}
	cell_keys_free(keys, count);
	free(rec);
	return ok;
}

/* Behind the commit, never before it: a commit that is refused must not leave somebody at home with a button out of service. */
static bool retired(struct cell *cell, const char *id)
{
	size_t left;

	return devices_out(cell, id, true, &left) && left == 0;
}

/* Asked before its devices are looked at, of which there are many; the commit asks once more. */
static bool call_open(struct cell *cell, const char *id, bool *ret)
{
	redisReply *r = cell_ask(cell, "EXISTS %slink:open:%s", cell->prefix, id);

	if (r == NULL)
		return false;
	*ret = r->integer != 0;
	freeReplyObject(r);
	return true;
}

/* ------------------------------------------------------------ the commit */

/* What is left: that there was a home, where, and what became of it. */
struct tombstone {
	Pingan__V1__Household h; /* id and area are those of what it was made from */
	char by[AUDIT_WHO_MAX];
	uint8_t print[PRINT_LEN];
};

static void tombstone(struct tombstone *ret, const Pingan__V1__Household *from, int why, ms_t now_ms)
{
	pingan__v1__household__init(&ret->h);
	act_who(ret->by, sizeof ret->by);
	ret->h.id = from->id;
	ret->h.area = from->area;
	ret->h.erased_ms = now_ms;
	ret->h.erased_by = ret->by;
	ret->h.erased_why = (Pingan__V1__Erasure)why;
	if (from->key.len != 0) {
		crypto_generichash(ret->print, PRINT_LEN, from->key.data, from->key.len, NULL, 0);
		ret->h.erased_key.data = ret->print;
		ret->h.erased_key.len = PRINT_LEN;
	}
}

/* In one step with the proof that no call of the home is open: the name of its open call is taken and freed again. */
static int erase_commit(struct cell *cell, const char *id, const Pingan__V1__Household *h, uint64_t expect, int why,
                        struct tombstone *stone)
{
	struct store_commit c = {.put_count = 1, .link_count = 2};
	struct store_answer answer;
	uint8_t body[1024], event[LOG_EVENT_MAX];
	struct buf b = buf_of(event, sizeof event);
	uint8_t audit[AUDIT_MAX];
	ms_t now_ms = cell_now_ms(cell);

	if (now_ms == 0)
		return 1;
	tombstone(stone, h, why, now_ms);
	if (pingan__v1__household__get_packed_size(&stone->h) > sizeof body)
		return complain(id, "its record is none of ours");
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "household:%s", id);
	c.puts[0].expect = expect;
	c.puts[0].body = slice_of(body, pingan__v1__household__pack(&stone->h, body));
	for (size_t i = 0; i < 2; i++) {
		c.links[i].op = i == 0 ? LINK_UNIQUE : LINK_FREE;
		snprintf(c.links[i].name, sizeof c.links[i].name, "open:%s", id);
		snprintf(c.links[i].value, sizeof c.links[i].value, "household:%s", id);
	}
	log_event_encode("pinganctl", c.puts[0].key, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	c.event = slice_of(b.at, b.len);
	c.audit = act_audit(&(struct act){.what = AUDIT_ERASED, .record = c.puts[0].key, .note = erase_reason(why)}, audit);
	if (!act_send(cell, &c, &answer))
		return 1;
	switch (answer.result) {
	case STORE_STORED:
		return 0;
	case STORE_TAKEN:
		return complain(id, CALL_OPEN);
	case STORE_STALE:
		return complain(id, "was changed by somebody else at this moment; nothing was erased, try again");
	case STORE_FAILED:
	case STORE_MINE:
	case STORE_DUPLICATE:
	case STORE_EARLY:
	case STORE_REFUSED:
		break;
	}
	return complain(id, "could not be stored: refused; nothing was erased");
}

/* ------------------------------------------------------------ the whole of it */

/* Nothing stands there but what a tombstone says, whatever fields a home has by then. */
static bool only_a_stone(const Pingan__V1__Household *h)
{
	Pingan__V1__Household stone = PINGAN__V1__HOUSEHOLD__INIT;

	stone.id = h->id;
	stone.area = h->area;
	stone.erased_ms = h->erased_ms;
	stone.erased_by = h->erased_by;
	stone.erased_why = h->erased_why;
	stone.erased_key = h->erased_key;
	return pingan__v1__household__get_packed_size(&stone) == pingan__v1__household__get_packed_size(h);
}

/* The record as it stands now. */
static bool stone_stands(struct cell *cell, const struct erased *e)
{
	struct cell_record *rec = malloc(sizeof *rec);
	Pingan__V1__Household *h = NULL;
	bool good;

	ENSURE(rec != NULL);
	if (cell_get(cell, e->key, rec) && rec->rev != 0)
		h = pingan__v1__household__unpack(NULL, rec->len, rec->body);
	free(rec);
	good = h != NULL && h->erased_ms != 0 && only_a_stone(h);
	if (h != NULL)
		pingan__v1__household__free_unpacked(h, NULL);
	return good;
}

static struct erased erased_of(const Pingan__V1__Household *h, char key[STORE_KEY_MAX])
{
	snprintf(key, STORE_KEY_MAX, "household:%s", h->id);
	return (struct erased){
		.what = "household",
		.id = h->id,
		.where = "area",
		.place = h->area,
		.key = key,
		.at_ms = h->erased_ms,
		.by = h->erased_by,
		.why = (int)h->erased_why,
		.print = &h->erased_key,
		.kept = "numbers, times and codes of its calls; the audit chain; this record (docs/PRIVACY.md)",
		.stands = stone_stands,
	};
}

static int prove(struct cell *cell, const Pingan__V1__Household *stone, struct trace *t, bool words,
                 const struct erase_left *left, bool json)
{
	char key[STORE_KEY_MAX];
	struct erased e = erased_of(stone, key);

	return erase_prove(cell, &e, t, words, left, json);
}

/* It was erased, and what comes behind the commit may not have been done to its end: that is done again. */
static int go_on(struct cell *cell, const Pingan__V1__Household *h, const struct erase_options *o)
{
	struct erase_left left = {.devices = o->retire && !retired(cell, h->id)};
	struct trace none = {0};

	fprintf(stderr, "pinganctl: %s: was erased before: what comes behind it is done once more\n", h->id);
	return prove(cell, h, &none, false, &left, o->json);
}

static int erase_now(struct cell *cell, const char *id, const Pingan__V1__Household *h, uint64_t expect, int why,
                     const struct erase_options *o)
{
	struct erase_left left = {0};
	struct tombstone stone;
	struct trace t = {0};
	int bad;

	words_of(&t, h);
	bad = erase_commit(cell, id, h, expect, why, &stone);
	if (bad == 0) {
		left.devices = o->retire && !retired(cell, id);
		bad = prove(cell, &stone.h, &t, true, &left, o->json);
	}
	trace_free(&t);
	return bad;
}

int home_erase(struct cell *cell, const char *id, const struct erase_options *o)
{
	struct cell_record *rec = malloc(sizeof *rec);
	Pingan__V1__Household *h;
	size_t stand = 0;
	bool open = false;
	int why = erase_reason_by_name(o->reason), bad;

	ENSURE(rec != NULL);
	h = why == 0 ? NULL : home_get(cell, id, rec);
	if (why == 0) {
		bad = complain(id, ERASE_REASONS);
	} else if (h == NULL) {
		bad = 1;
	} else if (h->erased_ms != 0) {
		bad = go_on(cell, h, o);
	} else if (!call_open(cell, id, &open)) {
		bad = 1;
	} else if (open) {
		bad = complain(id, CALL_OPEN);
	} else if (!o->retire && !devices_out(cell, id, false, &stand)) {
		bad = 1;
	} else if (stand != 0) {
		bad = complain(id, "take its devices out of service first, or say --retire; nothing was erased");
	} else {
		bad = erase_now(cell, id, h, rec->newest, why, o);
	}
	if (h != NULL) {
		if (h->key.len != 0)
			sodium_memzero(h->key.data, h->key.len);
		pingan__v1__household__free_unpacked(h, NULL);
	}
	free(rec);
	return bad;
}

int erase_verify(struct cell *cell, const char *id, bool json)
{
	struct cell_record *rec = malloc(sizeof *rec);
	const struct erase_left left = {0};
	Pingan__V1__Household *h;
	char key[STORE_KEY_MAX];
	struct erased e;
	int bad;

	ENSURE(rec != NULL);
	h = home_get(cell, id, rec);
	free(rec);
	if (h == NULL)
		return 1;
	e = erased_of(h, key);
	bad = h->erased_ms == 0 ? complain(id, "has not been erased") : erase_look(cell, &e, &left, json);
	pingan__v1__household__free_unpacked(h, NULL);
	return bad;
}
