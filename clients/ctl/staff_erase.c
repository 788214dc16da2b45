#include "staff_erase.h"

#include <stdio.h>
#include <stdlib.h>

#include "act.h"
#include "cell_bulk.h"
#include "app/app.h"
#include "erase_proof.h"
#include "io/audit_chain.h"
#include "mention.h"
#include "notes.h"
#include "pingan/v1/audit.pb-c.h"
#include "roster_cell.h"
#include "session.h"
#include "streams.h"
#include "user.h"
#include "wire/record.h"

#define STONE_MAX 512
#define TRIES 5 /* a daemon may write about their duty at this moment */

/* Records of one person beside person:<id>. */
static const char *const BESIDE[] = {"caregiver", "operator", "absence", "reminder"};

static int complain(const char *id, const char *what)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

static Pingan__V1__Person *person_get(struct cell *cell, const char *id, char key[STORE_KEY_MAX], uint64_t *ret_newest)
{
	struct cell_record *rec = malloc(sizeof *rec);
	Pingan__V1__Person *p = NULL;

	ENSURE(rec != NULL);
	if (user_key(id, key) && cell_get(cell, key, rec)) {
		p = rec->rev == 0 ? NULL : pingan__v1__person__unpack(NULL, rec->len, rec->body);
		*ret_newest = rec->newest;
		if (p == NULL)
			(void)complain(id, rec->rev == 0 ? "there is no such account" : "its record is unreadable");
	}
	explicit_bzero(rec, sizeof *rec);
	free(rec);
	return p;
}

/* ------------------------------------------------------------ what must not be found any more */

static void words_of(struct trace *t, const Pingan__V1__Person *p)
{
	trace_word(t, p->name);
	trace_word(t, p->phone);
	trace_word(t, p->password_hash);
	trace_bytes(t, p->totp_key.data, p->totp_key.len);
	for (size_t i = 0; i < p->n_recovery; i++)
		trace_bytes(t, p->recovery[i].data, p->recovery[i].len);
	/* The account is the id, and stays. */
	if (strcmp(p->account, p->id) != 0)
		trace_word(t, p->account);
}

/* ------------------------------------------------------------ may it be now? */

struct calls {
	const char *id;
	bool open;      /* one that is open is theirs */
	uint64_t named; /* calls that name them */
};

static bool has_in_hand(const Pingan__V1__Incident *inc, const char *id)
{
	if (inc->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED)
		return false;
	if (strcmp(inc->owner, id) == 0)
		return true;
	for (size_t i = 0; i < inc->n_jobs; i++)
		if (inc->jobs[i]->ended_ms == 0 && strcmp(inc->jobs[i]->caregiver, id) == 0)
			return true;
	return false;
}

static void see_call(void *ctx, size_t n, const struct store_record *rec)
{
	struct calls *c = ctx;
	Pingan__V1__Incident *inc = rec->rev == 0 ? NULL : pingan__v1__incident__unpack(NULL, rec->body.len, rec->body.at);

	(void)n;
	if (inc == NULL)
		return;
	c->open = c->open || has_in_hand(inc, c->id);
	c->named += mention_any(&inc->base, c->id);
	pingan__v1__incident__free_unpacked(inc, NULL);
}

static bool calls_look(struct cell *cell, struct calls *c)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "incident:", &count);
	bool ok = keys != NULL && cell_get_many(cell, keys, count, see_call, c);

	if (keys != NULL)
		cell_keys_free(keys, count);
	return ok;
}

/* What stands beside the record, to go in the same step. False with one line on standard error: at work, or not to be read. */
static bool beside_take(struct cell *cell, const char *id, struct store_commit *c)
{
	struct cell_record *rec = malloc(sizeof *rec);
	bool ok = true;

	ENSURE(rec != NULL);
	for (size_t i = 0; ok && i < COUNT_OF(BESIDE); i++) {
		struct store_put *put = &c->puts[c->put_count];
		bool busy = false;

		snprintf(put->key, sizeof put->key, "%s:%s", BESIDE[i], id);
		ok = cell_get(cell, put->key, rec);
		if (!ok || rec->rev == 0)
			continue;
		put->expect = rec->newest;
		put->remove = true;
		c->put_count++;
		if (strcmp(BESIDE[i], "caregiver") == 0) {
			Pingan__V1__Caregiver *m = pingan__v1__caregiver__unpack(NULL, rec->len, rec->body);

			busy = m != NULL && m->incident != 0;
			if (m != NULL)
				pingan__v1__caregiver__free_unpacked(m, NULL);
		} else if (strcmp(BESIDE[i], "operator") == 0) {
			Pingan__V1__Operator *m = pingan__v1__operator__unpack(NULL, rec->len, rec->body);

			busy = m != NULL && m->link == PINGAN__V1__LINK__LINK_UP;
			if (m != NULL)
				pingan__v1__operator__free_unpacked(m, NULL);
		}
		if (busy)
			ok = complain(id, "is at work: a job is in hand, or a console is open; nothing was erased") == 0;
	}
	free(rec);
	return ok;
}

static bool free_to_go(struct cell *cell, const Pingan__V1__Person *p)
{
	struct calls calls = {.id = p->id};

	if (!p->disabled)
		return complain(p->id, "may log in still: pinganctl user disable first; nothing was erased") == 0;
	if (!calls_look(cell, &calls))
		return false;
	if (calls.open)
		return complain(p->id, "has a call that is open: hand it over or close it first; nothing was erased") == 0;
	return true;
}

/* ------------------------------------------------------------ the commit */

static int erase_commit(struct cell *cell, const Pingan__V1__Person *p, const char *key, uint64_t expect, int why,
                        Pingan__V1__Person *stone, char by[AUDIT_WHO_MAX], bool *ret_again)
{
	const struct act act = {AUDIT_ERASED, key, p->id, erase_reason(why), 0};
	struct store_commit c = {.put_count = 1};
	uint8_t body[STONE_MAX], event[LOG_EVENT_MAX], audit[AUDIT_MAX];
	struct buf b = buf_of(event, sizeof event);
	struct store_answer answer;
	ms_t now_ms = cell_now_ms(cell);

	if (now_ms == 0 || !beside_take(cell, p->id, &c)) {
		*ret_again = false;
		return 1;
	}
	act_who(by, AUDIT_WHO_MAX);
	stone->id = stone->account = p->id;
	stone->role = p->role;
	stone->disabled = true;
	stone->disabled_ms = p->disabled_ms;
	stone->sessions_from_ms = now_ms;
	stone->erased_ms = now_ms;
	stone->erased_by = by;
	stone->erased_why = (Pingan__V1__Erasure)why;
	ENSURE(pingan__v1__person__get_packed_size(stone) <= sizeof body);
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "%s", key);
	c.puts[0].expect = expect;
	c.puts[0].body = slice_of(body, pingan__v1__person__pack(stone, body));
	log_event_encode("pinganctl", key, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	c.event = slice_of(b.at, b.len);
	c.audit = act_audit(&act, audit);
	if (!act_send(cell, &c, &answer)) {
		*ret_again = false;
		return 1;
	}
	if (answer.result == STORE_STORED)
		return 0;
	/* What stands beside the record has moved on: it is looked at anew. */
	if (*ret_again && answer.result == STORE_STALE && answer.index != 0)
		return 1;
	*ret_again = false;
	return complain(p->id, answer.result == STORE_STALE
	                           ? "was changed by somebody else at this moment; nothing was erased, try again"
	                           : "could not be stored: refused; nothing was erased");
}

/* ------------------------------------------------------------ rosters */

struct places {
	const char *id;
	char areas[64][16]; /* that have a place for them */
	size_t count;
};

static bool has_place(const struct shift_plan *plan, const char *id)
{
	for (uint32_t i = 0; i < plan->slot_count; i++)
		for (uint32_t k = 0; k < plan->slots[i].people_count; k++)
			if (strcmp(plan->slots[i].people[k], id) == 0)
				return true;
	return false;
}

static bool see_plan(void *ctx, struct roster_cell *r, const struct shift_plan *plan)
{
	struct places *p = ctx;

	(void)r;
	if (p->count < COUNT_OF(p->areas) && has_place(plan, p->id))
		snprintf(p->areas[p->count++], sizeof p->areas[0], "%s", plan->area);
	return true;
}

/* Out of the week of one area; the place stays, and is shown as a gap. */
static bool place_leave(struct roster_cell *r, const char *area, const char *id)
{
	struct roster_record *rec = malloc(sizeof *rec);
	bool ok;

	ENSURE(rec != NULL);
	ok = roster_get(r, area, rec);
	for (uint32_t i = 0; ok && i < rec->room.plan.slot_count; i++) {
		struct shift_slot *s = &rec->room.slots[i];
		uint32_t kept = 0;

		for (uint32_t k = 0; k < s->people_count; k++)
			if (strcmp(s->people[k], id) != 0) {
				if (kept != k)
					memcpy(s->people[kept], s->people[k], ID_MAX);
				kept++;
			}
		memset(s->people[kept], 0, (s->people_count - kept) * (size_t)ID_MAX);
		s->people_count = kept;
	}
	ok = ok && roster_put(r, rec, ROSTER_SLOT_SET, 0, id, 0);
	free(rec);
	return ok;
}

/* False: there is a place for them still, or nobody knows. `leave`: not after this. */
static bool rosters_clean(struct cell *cell, const char *id, bool leave, const char *config_path)
{
	struct places *p = calloc(1, sizeof *p);
	struct roster_cell *r = calloc(1, sizeof *r);
	bool ok;

	ENSURE(p != NULL && r != NULL);
	p->id = id;
	ok = roster_cell_open(r, cell, config_path);
	if (ok) {
		ok = roster_each(r, NULL, see_plan, p);
		for (size_t i = 0; ok && leave && i < p->count; i++)
			ok = place_leave(r, p->areas[i], id);
		/* More than fit are looked for once more. */
		if (ok && (!leave || p->count == COUNT_OF(p->areas)))
			ok = p->count == 0 || (leave && rosters_clean(cell, id, true, config_path));
		roster_cell_close(r);
	}
	free(r);
	free(p);
	return ok;
}

/* ------------------------------------------------------------ what stays */

struct stays {
	const char *id;
	char **keys;
	uint64_t records, log, audit;
};

static void see_other(void *ctx, size_t n, const struct store_record *rec)
{
	struct stays *s = ctx;
	const ProtobufCMessageDescriptor *type = mention_type(s->keys[n]);
	ProtobufCMessage *m = rec->rev == 0 ? NULL : protobuf_c_message_unpack(type, NULL, rec->body.len, rec->body.at);

	if (m == NULL)
		return;
	s->records += mention_any(m, s->id);
	protobuf_c_message_free_unpacked(m, NULL);
}

static void see_entry(void *ctx, const redisReply *r)
{
	static struct store_entry entry; /* large; one thread */
	struct stays *s = ctx;
	Pingan__V1__LogEvent *ev;

	if (!commit_entry_read(r, &entry))
		return;
	ev = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at);
	if (ev == NULL)
		return;
	s->log += mention_any(&ev->base, s->id);
	pingan__v1__log_event__free_unpacked(ev, NULL);
}

static void see_audit(void *ctx, const redisReply *r)
{
	struct stays *s = ctx;
	struct store_audit entry;
	Pingan__V1__AuditEntry *a;

	if (!audit_entry_read(r, &entry))
		return;
	a = pingan__v1__audit_entry__unpack(NULL, entry.body.len, entry.body.at);
	if (a == NULL)
		return;
	s->audit += mention_any(&a->base, s->id);
	pingan__v1__audit_entry__free_unpacked(a, NULL);
}

static void row(struct erased *e, const char *name, uint64_t count, const char *text)
{
	ENSURE(e->row_count < COUNT_OF(e->rows));
	e->rows[e->row_count].name = name;
	e->rows[e->row_count].text = text;
	e->rows[e->row_count++].count = count;
}

/* How often their id says who acted. What can't be counted is not on the certificate. */
static void stays_count(struct cell *cell, struct erased *e, const struct trace *words)
{
	static const char *const TYPES[] = {"device:", "household:", "storm:", "token:", "roster:", "absence:"};
	struct stays s = {.id = e->id};
	struct calls calls = {.id = e->id};
	uint64_t notes = 0;
	bool ok = calls_look(cell, &calls);

	for (size_t i = 0; ok && i < COUNT_OF(TYPES); i++) {
		size_t count = 0;

		s.keys = cell_keys(cell, TYPES[i], &count);
		ok = s.keys != NULL && cell_get_many(cell, s.keys, count, see_other, &s);
		if (s.keys != NULL)
			cell_keys_free(s.keys, count);
	}
	ok = ok && stream_each(cell, "log", see_entry, &s) && stream_each(cell, "audit", see_audit, &s);
	if (!ok)
		return;
	row(e, "calls", calls.named, "calls say by their id who acted");
	row(e, "records", s.records, "records of homes, units, rosters and systems likewise");
	row(e, "log", s.log, "entries of the log likewise; retention.log_days ends them");
	row(e, "audit", s.audit, "entries of the audit chain likewise; audit.keep_days ends them");
	if (words != NULL && words->count != 0 && notes_count(cell, NULL, words, &notes))
		row(e, "notes", notes, "sealed texts about homes have words of theirs: they go with the home, or by retention");
}

/* ------------------------------------------------------------ the proof */

static bool only_a_stone(const Pingan__V1__Person *p)
{
	Pingan__V1__Person stone = PINGAN__V1__PERSON__INIT;

	stone.id = p->id;
	stone.account = p->id;
	stone.role = p->role;
	stone.disabled = true;
	stone.disabled_ms = p->disabled_ms;
	stone.sessions_from_ms = p->sessions_from_ms;
	stone.erased_ms = p->erased_ms;
	stone.erased_by = p->erased_by;
	stone.erased_why = p->erased_why;
	return p->erased_ms != 0 && strcmp(p->account, p->id) == 0 &&
	       pingan__v1__person__get_packed_size(&stone) == pingan__v1__person__get_packed_size(p);
}

static bool stone_stands(struct cell *cell, const struct erased *e)
{
	char key[STORE_KEY_MAX];
	uint64_t newest;
	Pingan__V1__Person *p = person_get(cell, e->id, key, &newest);
	bool good = p != NULL && only_a_stone(p);
	uint64_t kept = cell->kept;

	for (size_t i = 0; good && i < COUNT_OF(BESIDE); i++) {
		snprintf(key, sizeof key, "%s:%s", BESIDE[i], e->id);
		good = !cell_has(cell, key);
	}
	cell->kept = kept; /* this was only a look */
	if (p != NULL)
		pingan__v1__person__free_unpacked(p, NULL);
	return good;
}

static struct erased erased_of(const Pingan__V1__Person *p, const char *key)
{
	return (struct erased){
		.what = "person",
		.id = p->id,
		.where = "role",
		.place = role_name((enum role)p->role),
		.key = key,
		.at_ms = p->erased_ms,
		.by = p->erased_by,
		.why = (int)p->erased_why,
		.kept = "the id, where it says who acted, as the law asks (docs/PRIVACY.md):",
		.stands = stone_stands,
	};
}

static int prove(struct cell *cell, const Pingan__V1__Person *stone, const char *key, struct trace *t, bool json,
                 const char *config_path)
{
	struct erased e = erased_of(stone, key);
	struct erase_left left = {.sessions = !session_forget(cell, stone->id),
	                          .rosters = !rosters_clean(cell, stone->id, true, config_path)};

	stays_count(cell, &e, t);
	return erase_prove(cell, &e, t, t->count != 0, &left, json);
}

int staff_erase(struct cell *cell, const char *account, const struct erase_options *o, const char *config_path)
{
	Pingan__V1__Person stone = PINGAN__V1__PERSON__INIT, *p;
	int why = erase_reason_by_name(o->reason), bad = 1;
	char key[STORE_KEY_MAX], by[AUDIT_WHO_MAX];
	struct trace t = {0};
	uint64_t newest = 0;

	if (why == 0)
		return complain(account, ERASE_REASONS);
	p = person_get(cell, account, key, &newest);
	if (p == NULL)
		return 1;
	if (p->erased_ms != 0) {
		fprintf(stderr, "pinganctl: %s: was erased before: what comes behind it is done once more\n", account);
		bad = prove(cell, p, key, &t, o->json, config_path);
	} else if (free_to_go(cell, p)) {
		bool again = true;

		words_of(&t, p);
		for (int i = 1; bad != 0 && again; i++) {
			again = i < TRIES;
			bad = erase_commit(cell, p, key, newest, why, &stone, by, &again);
		}
		if (bad == 0)
			bad = prove(cell, &stone, key, &t, o->json, config_path);
	}
	trace_free(&t);
	pingan__v1__person__free_unpacked(p, NULL);
	return bad;
}

int staff_erase_verify(struct cell *cell, const char *account, bool json, const char *config_path)
{
	char key[STORE_KEY_MAX];
	uint64_t newest = 0;
	Pingan__V1__Person *p = person_get(cell, account, key, &newest);
	int bad;

	if (p == NULL)
		return 1;
	if (p->erased_ms == 0) {
		bad = complain(account, "has not been erased");
	} else {
		struct erased e = erased_of(p, key);
		struct erase_left left = {.sessions = !session_none(cell, account),
		                          .rosters = !rosters_clean(cell, account, false, config_path)};

		stays_count(cell, &e, NULL);
		bad = erase_look(cell, &e, &left, json);
	}
	pingan__v1__person__free_unpacked(p, NULL);
	return bad;
}
