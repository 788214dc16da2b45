#include "contact_erase.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "contact_find.h"
#include "erase_proof.h"
#include "io/audit_chain.h"
#include "notes.h"
#include "pingan/v1/audit.pb-c.h"
#include "streams.h"
#include "table_kind.h"
#include "wire/record.h"
#include "wire/registry_edit.h"

#define HOLDER_NUMBER (-1) /* in the audit chain, where a contact's is its number in order */

struct work {
	struct cell *cell;
	const char *id; /* of the home */
	char key[STORE_KEY_MAX];
	char word[16]; /* "2", "key_holder" */
	int64_t number;
	struct cell_record rec;
	Pingan__V1__Household *home; /* owned */
	char by[AUDIT_WHO_MAX];
	ms_t at_ms;
	int why;
};

static int complain(const char *id, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

static void home_free(Pingan__V1__Household *h)
{
	if (h == NULL)
		return;
	if (h->key.len != 0)
		sodium_memzero(h->key.data, h->key.len);
	pingan__v1__household__free_unpacked(h, NULL);
}

static Pingan__V1__Household *home_read(struct cell *cell, const char *key, struct cell_record *rec)
{
	return cell_get(cell, key, rec) && rec->rev != 0 ? pingan__v1__household__unpack(NULL, rec->len, rec->body) : NULL;
}

static bool take(struct work *w)
{
	if (strlen(w->id) >= ID_MAX || table_reserved(table_kind_of("homes"), w->id)) {
		complain(w->id, "no such household");
		return false;
	}
	snprintf(w->key, sizeof w->key, "household:%s", w->id);
	w->home = home_read(w->cell, w->key, &w->rec);
	if (w->home == NULL || w->home->erased_ms != 0) {
		complain(w->id, w->home == NULL ? "no such household, or its record is unreadable"
		                                : "was erased: nothing personal is held");
		return false;
	}
	return true;
}

/* ------------------------------------------------------------ what must not be found any more */

/* By which they would be known again. */
static void words_of(struct trace *t, const Pingan__V1__Household *h, const Pingan__V1__Contact *c)
{
	trace_word(t, c == NULL ? h->key_holder : c->name);
	if (c == NULL)
		return;
	trace_word(t, c->phone);
	trace_word(t, c->phone2);
}

/* Another text of the home says it too: "her daughter 139... has the key". Who lives there is another person, and has a right to
 * the same number. */
static bool says(const struct trace *t, const char *text)
{
	return text != NULL && trace_in(t, text, strlen(text));
}

static bool health_says(const struct trace *t, const Pingan__V1__Health *h)
{
	return h != NULL && (says(t, h->notes) || says(t, h->medicines) || says(t, h->allergies) || says(t, h->hospital));
}

static bool texts_say(const Pingan__V1__Household *h, const struct trace *t)
{
	const struct {
		const char *name, *text;
	} TEXTS[] = {{"access", h->access},
	             {"key_safe", h->key_safe},
	             {"key_holder", h->key_holder},
	             {"note", h->note},
	             {"care_plan.note", h->care_plan == NULL ? NULL : h->care_plan->note}};
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
		if (says(t, TEXTS[i].text)) {
			fprintf(stderr, "pinganctl: %s: its field %s says the same words\n", h->id, TEXTS[i].name);
			any = true;
		}
	for (size_t i = 0; i < h->n_contacts; i++)
		if (says(t, h->contacts[i]->note)) {
			fprintf(stderr, "pinganctl: %s: the note of contact %" PRIu32 " says the same words\n", h->id,
			        h->contacts[i]->order);
			any = true;
		}
	if (health_says(t, h->health)) {
		fprintf(stderr, "pinganctl: %s: its health notes say the same words\n", h->id);
		any = true;
	}
	return any;
}

/* ------------------------------------------------------------ the commit */

/* A copy without it, in `ret`; it borrows everything. */
static void without(const Pingan__V1__Household *h, size_t at, Pingan__V1__Contact **room, Pingan__V1__Household *ret)
{
	*ret = *h;
	if (at == h->n_contacts) {
		ret->key_holder = (char *)(uintptr_t) "";
		return;
	}
	ret->contacts = room;
	ret->n_contacts = 0;
	for (size_t i = 0; i < h->n_contacts; i++)
		if (i != at)
			room[ret->n_contacts++] = h->contacts[i];
}

static int erase_commit(struct work *w, size_t at)
{
	static struct registry_diff diff;
	static uint8_t body[STORE_BODY_MAX], event[LOG_EVENT_MAX];
	const struct act act = {AUDIT_ERASED, w->key, NULL, erase_reason(w->why), w->number};
	Pingan__V1__Contact *room[CONTACT_PLACES_MAX];
	struct store_commit c = {.put_count = 1, .link_count = 2};
	struct buf b = buf_of(event, sizeof event);
	Pingan__V1__Household after;
	struct store_answer answer;
	uint8_t audit[AUDIT_MAX];

	w->at_ms = cell_now_ms(w->cell);
	if (w->at_ms == 0)
		return 1;
	if (w->home->n_contacts > COUNT_OF(room))
		return complain(w->id, "its record is none of ours");
	without(w->home, at, room, &after);
	registry_diff(&w->home->base, &after.base, &diff);
	act_who(w->by, sizeof w->by);
	memcpy(c.puts[0].key, w->key, sizeof c.puts[0].key);
	c.puts[0].expect = w->rec.newest;
	c.puts[0].body = slice_of(body, pingan__v1__household__pack(&after, body));
	/* Not while somebody calls for help and may be reached by this number: the name of its open call is taken and freed again. */
	for (size_t i = 0; i < 2; i++) {
		c.links[i].op = i == 0 ? LINK_UNIQUE : LINK_FREE;
		snprintf(c.links[i].name, sizeof c.links[i].name, "open:%s", w->id);
		memcpy(c.links[i].value, w->key, sizeof c.links[i].value);
	}
	log_event_encode("pinganctl", w->key, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	registry_event_encode(PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED, w->key, w->by, w->at_ms, &diff, &b);
	ENSURE(!b.overflow);
	c.event = slice_of(b.at, b.len);
	c.audit = act_audit(&act, audit);
	if (!act_send(w->cell, &c, &answer))
		return 1;
	if (answer.result == STORE_STORED)
		return 0;
	return complain(w->id, answer.result == STORE_TAKEN
	                           ? "a call of this home is open: close it first; nothing was erased"
	                       : answer.result == STORE_STALE
	                           ? "was changed by somebody else at this moment; nothing was erased, try again"
	                           : "could not be stored: refused; nothing was erased");
}

/* ------------------------------------------------------------ the proof */

static bool gone(struct cell *cell, const struct erased *e)
{
	struct cell_record *rec = malloc(sizeof *rec);
	Pingan__V1__Household *h;
	bool good = true;

	ENSURE(rec != NULL);
	h = home_read(cell, e->key, rec);
	explicit_bzero(rec, sizeof *rec);
	free(rec);
	if (h == NULL)
		return false;
	if (strcmp(e->id, CONTACT_HOLDER) == 0)
		good = h->key_holder[0] == '\0';
	for (size_t i = 0; i < h->n_contacts; i++) {
		char order[16];

		snprintf(order, sizeof order, "%" PRIu32, h->contacts[i]->order);
		good = good && strcmp(order, e->id) != 0;
	}
	home_free(h);
	return good;
}

static int prove(struct work *w, struct trace *t, bool words, bool texts, uint64_t elsewhere, bool json)
{
	const struct erase_left left = {.texts = texts};
	struct erased e = {.what = "contact",
	                   .id = w->word,
	                   .where = "household",
	                   .place = w->id,
	                   .key = w->key,
	                   .at_ms = w->at_ms,
	                   .by = w->by,
	                   .why = w->why,
	                   .kept = "that a contact of this number was called, told or asked; the audit chain",
	                   .stands = gone};
	uint64_t notes = 0;

	if (words && notes_count(w->cell, w->id, t, &notes)) {
		e.rows[e.row_count].name = "notes";
		e.rows[e.row_count].text =
			"sealed texts about calls of this home have words of theirs: they go with the home, or "
			"by retention";
		e.rows[e.row_count++].count = notes;
	}
	if (words) {
		e.rows[e.row_count].name = "elsewhere";
		e.rows[e.row_count].text = "other places have the same telephone (above): each is erased for itself";
		e.rows[e.row_count++].count = elsewhere;
	}
	return erase_prove(w->cell, &e, t, words, &left, json);
}

static int erase_now(struct work *w, size_t at, bool json)
{
	const struct contact_place place = {w->home, at};
	const Pingan__V1__Contact *c = contact_of(&place);
	struct trace t = {0}, names = {0};
	Pingan__V1__Household *after;
	uint64_t elsewhere;
	bool texts;
	int bad;

	contact_word(&place, w->word);
	w->number = c == NULL ? HOLDER_NUMBER : (int64_t)c->order;
	words_of(&names, w->home, c);
	words_of(&t, w->home, c);
	if (c != NULL)
		trace_word(&t, c->note);
	bad = erase_commit(w, at);
	if (bad == 0) {
		after = home_read(w->cell, w->key, &w->rec);
		texts = after == NULL || texts_say(after, &names);
		if (after != NULL && after->n_contacts == 0)
			fprintf(stderr, "pinganctl: %s: nobody is left there whom to call\n", w->id);
		home_free(after);
		elsewhere = c == NULL ? 0 : phone_elsewhere(w->cell, c->phone, "");
		bad = prove(w, &t, t.count != 0, texts, elsewhere, json);
	}
	trace_free(&names);
	trace_free(&t);
	return bad;
}

/* ------------------------------------------------------------ made again */

struct before {
	const char *id;
	int64_t number;
	ms_t at_ms; /* 0 = it never was */
	char by[AUDIT_WHO_MAX];
	int why;
};

static void see_audit(void *ctx, const redisReply *r)
{
	struct before *b = ctx;
	struct store_audit entry;
	Pingan__V1__AuditEntry *a;

	if (!audit_entry_read(r, &entry))
		return;
	a = pingan__v1__audit_entry__unpack(NULL, entry.body.len, entry.body.at);
	if (a == NULL)
		return;
	if (a->what == PINGAN__V1__AUDIT_WHAT__AUDIT_ERASED && strcmp(a->household, b->id) == 0 && a->number == b->number &&
	    b->number != 0) {
		b->at_ms = entry.at_ms;
		snprintf(b->by, sizeof b->by, "%s", a->who);
		b->why = erase_reason_by_name(a->note);
	}
	pingan__v1__audit_entry__free_unpacked(a, NULL);
}

/* It is not there. The chain knows whether it was erased: then what comes behind the commit is done once more. */
static int go_on(struct work *w, const char *who, bool json)
{
	struct before b = {.id = w->id};
	struct trace none = {0};

	b.number = strcmp(who, CONTACT_HOLDER) == 0 ? HOLDER_NUMBER : strtoll(who, NULL, 10);
	if (!stream_each(w->cell, "audit", see_audit, &b))
		return 1;
	if (b.at_ms == 0)
		return complain(w->id, "has no such contact, or two of that name: say its number in order, or key_holder");
	fprintf(stderr, "pinganctl: %s: was erased before: what comes behind it is done once more\n", w->id);
	snprintf(w->word, sizeof w->word, "%s", who);
	memcpy(w->by, b.by, sizeof w->by);
	w->at_ms = b.at_ms;
	w->why = b.why;
	return prove(w, &none, false, false, 0, json);
}

int contact_erase(struct cell *cell, const char *home, const char *who, const struct erase_options *o)
{
	struct work *w = calloc(1, sizeof *w);
	size_t at;
	int bad;

	ENSURE(w != NULL);
	w->cell = cell;
	w->id = home;
	w->why = erase_reason_by_name(o->reason);
	if (w->why == 0)
		bad = complain(home, ERASE_REASONS);
	else if (!take(w))
		bad = 1;
	else if (contact_in_home(w->home, who, &at))
		bad = erase_now(w, at, o->json);
	else
		bad = go_on(w, who, o->json);
	home_free(w->home);
	sodium_memzero(w, sizeof *w);
	free(w);
	return bad;
}
