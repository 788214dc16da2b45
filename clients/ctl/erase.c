#include "erase.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "act.h"
#include "core/alarm.h"
#include "device.h"
#include "log_redact.h"
#include "pingan/v1/record.pb-c.h"
#include "table_kind.h"
#include "trace.h"
#include "wire/record.h"

#define REWRITE_WAIT_S 600
#define SNAPSHOT_WAIT_S 30
#define PRINT_LEN 32
#define DEAD_MS 5000 /* a daemon writes every second that it is there */
#define CALL_OPEN "a call of this home is open: close it first; nothing was erased"

static const char *const REASONS[] = {
	[PINGAN__V1__ERASURE__ERASURE_ASKED] = "asked",
	[PINGAN__V1__ERASURE__ERASURE_LEFT] = "left",
	[PINGAN__V1__ERASURE__ERASURE_DIED] = "died",
	[PINGAN__V1__ERASURE__ERASURE_NEVER_MEANT] = "never_meant",
};

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

	if (devices_out(cell, id, true, &left) && left == 0)
		return true;
	(void)complain(id, "is erased, but not all of its devices are out of service: see pinganctl device retire");
	return false;
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
static void tombstone(Pingan__V1__Household *ret, const Pingan__V1__Household *from, char *by, uint8_t print[PRINT_LEN],
                      int why, ms_t now_ms)
{
	pingan__v1__household__init(ret);
	ret->id = from->id;
	ret->area = from->area;
	ret->erased_ms = now_ms;
	ret->erased_by = by;
	ret->erased_why = (Pingan__V1__Erasure)why;
	if (from->key.len != 0) {
		crypto_generichash(print, PRINT_LEN, from->key.data, from->key.len, NULL, 0);
		ret->erased_key.data = print;
		ret->erased_key.len = PRINT_LEN;
	}
}

/* In one step with the proof that no call of the home is open: the name of its open call is taken and freed again. */
static int erase_commit(struct cell *cell, const char *id, const Pingan__V1__Household *h, uint64_t expect, int why)
{
	struct store_commit c = {.put_count = 1, .link_count = 2};
	struct store_answer answer;
	Pingan__V1__Household stone;
	uint8_t body[1024], event[LOG_EVENT_MAX], print[PRINT_LEN];
	struct buf b = buf_of(event, sizeof event);
	uint8_t audit[AUDIT_MAX];
	char by[AUDIT_WHO_MAX];
	ms_t now_ms = cell_now_ms(cell);

	if (now_ms == 0)
		return 1;
	act_who(by, sizeof by);
	tombstone(&stone, h, by, print, why, now_ms);
	if (pingan__v1__household__get_packed_size(&stone) > sizeof body)
		return complain(id, "its record is none of ours");
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "household:%s", id);
	c.puts[0].expect = expect;
	c.puts[0].body = slice_of(body, pingan__v1__household__pack(&stone, body));
	for (size_t i = 0; i < 2; i++) {
		c.links[i].op = i == 0 ? LINK_UNIQUE : LINK_FREE;
		snprintf(c.links[i].name, sizeof c.links[i].name, "open:%s", id);
		snprintf(c.links[i].value, sizeof c.links[i].value, "household:%s", id);
	}
	log_event_encode("pinganctl", c.puts[0].key, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	c.event = slice_of(b.at, b.len);
	c.audit = act_audit(&(struct act){.what = AUDIT_ERASED, .record = c.puts[0].key, .note = REASONS[why]}, audit);
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

/* ------------------------------------------------------------ the files */

static bool info_is(const char *info, const char *line)
{
	const char *at = strstr(info, line);

	return at != NULL && (at == info || at[-1] == '\n');
}

/* The append-only file still has the old record in it, until it is written anew. */
static bool rewrite_file(struct cell *cell)
{
	redisReply *r = redisCommand(cell->redis, "BGREWRITEAOF");

	/* An error: one runs, or waits for something else that runs. It may have begun before us: asked again behind it. */
	bool again = r != NULL && r->type == REDIS_REPLY_ERROR;

	if (r != NULL)
		freeReplyObject(r);
	for (int i = 0; i < 10 * REWRITE_WAIT_S; i++) {
		bool ready, good;

		r = cell_ask(cell, "INFO persistence");
		if (r == NULL)
			return false;
		ready = info_is(r->str, "aof_rewrite_in_progress:0") && info_is(r->str, "aof_rewrite_scheduled:0");
		good = info_is(r->str, "aof_last_bgrewrite_status:ok");
		freeReplyObject(r);
		if (ready && !again)
			return good;
		if (ready) {
			r = redisCommand(cell->redis, "BGREWRITEAOF");
			again = r != NULL && r->type == REDIS_REPLY_ERROR;
			if (r != NULL)
				freeReplyObject(r);
		}
		(void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	return false;
}

struct proof {
	uint64_t entry;         /* the log's newest when we looked: snapshots as of it have forgotten */
	uint32_t daemons, keep; /* alive; of them, with a local snapshot */
	uint32_t dead;          /* not heard of late: their copies are written anew when they start again */
	uint32_t behind;        /* of those, not as new as the erasure */
	char late[256];         /* their names */
	bool file_rewritten;
};

/* Number of the newest entry of the log. */
static bool newest_entry(struct cell *cell, uint64_t *ret)
{
	redisReply *r = cell_ask(cell, "GET %shead", cell->prefix);
	uint64_t commit;
	ms_t at_ms;
	bool ok = r != NULL && commit_head_read(r, ret, &commit, &at_ms);

	if (r != NULL)
		freeReplyObject(r);
	return ok;
}

/* Which daemons' local snapshots are older than this entry. */
static bool snapshots_look(struct cell *cell, uint64_t entry, struct proof *p)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "daemon:", &count);
	struct cell_record *rec = malloc(sizeof *rec);
	bool ok = keys != NULL && rec != NULL;

	ms_t now_ms = cell_now_ms(cell);

	p->daemons = p->keep = p->behind = p->dead = 0;
	p->late[0] = '\0';
	for (size_t i = 0; ok && i < count; i++) {
		Pingan__V1__Daemon *d;

		ok = cell_get(cell, keys[i], rec);
		d = ok && rec->rev != 0 ? pingan__v1__daemon__unpack(NULL, rec->len, rec->body) : NULL;
		if (d == NULL)
			continue;
		if (now_ms - d->alive_ms > DEAD_MS)
			p->dead++;
		else
			p->daemons++;
		p->keep += now_ms - d->alive_ms <= DEAD_MS && d->keeps_snapshot;
		if (now_ms - d->alive_ms <= DEAD_MS && d->keeps_snapshot && d->snapshot_entry < entry) {
			size_t len = strlen(p->late);

			p->behind++;
			snprintf(p->late + len, sizeof p->late - len, "%s%s", len == 0 ? "" : " ", d->id);
		}
		pingan__v1__daemon__free_unpacked(d, NULL);
	}
	cell_keys_free(keys, count);
	free(rec);
	return ok;
}

/* ------------------------------------------------------------ telling */

static void hex_of(char *ret, size_t size, const ProtobufCBinaryData *data)
{
	ret[0] = '\0';
	if (2 * data->len < size)
		sodium_bin2hex(ret, size, data->data, data->len);
}

static const char *reason_name(int why)
{
	return why > 0 && why < (int)COUNT_OF(REASONS) ? REASONS[why] : "-";
}

static void time_text(ms_t ms, char ret[32])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL || strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(ret, 32, "-");
}

static json_t *places_json(const struct trace *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->place_count; i++)
		json_array_append_new(list, json_string(t->places[i]));
	return list;
}

static void certificate(const Pingan__V1__Household *h, const struct trace *t, const struct proof *p, bool searched,
                        bool good, bool json)
{
	char print[2 * PRINT_LEN + 1], at[32];
	json_t *o;

	hex_of(print, sizeof print, &h->erased_key);
	time_text(h->erased_ms, at);
	if (json) {
		o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:o, s:i, s:i, s:i, s:s, s:b}", "household",
		              h->id, "area", h->area, "erased_at", at, "by", h->erased_by, "reason",
		              reason_name((int)h->erased_why), "key_hash", print, "file_rewritten", p->file_rewritten,
		              "log_entries_and_values", (json_int_t)t->entries + (json_int_t)t->values, "words",
		              (json_int_t)t->count, "found", (json_int_t)t->found, "places", places_json(t), "daemons",
		              p->daemons, "daemons_gone", p->dead, "snapshots_behind", p->behind, "behind", p->late, "good",
		              good);
		ENSURE(o != NULL);
		(void)json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
		return;
	}
	printf("Certificate of erasure\n\n");
	printf("%-28s %s\n%-28s %s\n", "household", h->id, "area", h->area);
	printf("%-28s %s\n%-28s %s\n%-28s %s\n", "erased", at, "by", h->erased_by, "reason",
	       reason_name((int)h->erased_why));
	printf("%-28s %s\n", "BLAKE2b-256 of its key", print[0] == '\0' ? "it had none" : print);
	if (searched)
		printf("%-28s %zu words, %" PRIu64 " values and entries: %" PRIu64 " found\n", "searched in Redis", t->count,
		       t->values + t->entries, t->found);
	for (size_t i = 0; i < t->place_count; i++)
		printf("%-28s %s\n", "  found in", t->places[i]);
	if (t->left_out != 0)
		printf("%-28s %zu words did not fit and were not looked for\n", "", t->left_out);
	if (searched)
		printf("%-28s %s\n", "append-only file", p->file_rewritten ? "written anew" : "NOT written anew");
	printf("%-28s %u daemons, %u with a local snapshot, %u behind%s%s\n", "snapshots", p->daemons, p->keep, p->behind,
	       p->behind == 0 ? "" : ": ", p->late);
	if (p->dead != 0)
		printf("%-28s %u daemons are gone: their copies are written anew when they start again\n", "", p->dead);
	printf("%-28s %s\n", "what is kept",
	       "numbers, times and codes of its calls; the audit chain; this record (docs/PRIVACY.md)");
	printf("\n%s\n", good ? "Erased." : "NOT wholly erased: see above.");
}

/* Replicas and backups have files of their own: nobody but their administrator reaches them. */
static void replicas_hint(struct cell *cell)
{
	redisReply *r = cell_ask(cell, "ROLE");

	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 3 && r->element[2]->type == REDIS_REPLY_ARRAY)
		for (size_t i = 0; i < r->element[2]->elements; i++) {
			const redisReply *x = r->element[2]->element[i];

			if (x->type == REDIS_REPLY_ARRAY && x->elements >= 2)
				fprintf(stderr, "pinganctl: the replica %s port %s writes its file anew by: redis-cli BGREWRITEAOF\n",
				        x->element[0]->str, x->element[1]->str);
		}
	if (r != NULL)
		freeReplyObject(r);
}

/* ------------------------------------------------------------ the whole of it */

static bool snapshots_wait(struct cell *cell, struct proof *p)
{
	for (int i = 0; i < 10 * SNAPSHOT_WAIT_S; i++) {
		if (!snapshots_look(cell, p->entry, p))
			return false;
		if (p->behind == 0)
			return true;
		(void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	return true;
}

static int prove(struct cell *cell, const char *id, struct trace *t, bool json)
{
	struct cell_record *rec = malloc(sizeof *rec);
	struct proof p = {0};
	Pingan__V1__Household *h;
	uint64_t taken;
	bool good;

	ENSURE(rec != NULL);
	if (!newest_entry(cell, &p.entry) || !trace_run(cell, t) ||
	    (t->found_log != 0 && (!log_redact(cell, &taken) || !trace_run(cell, t)))) {
		free(rec);
		return 1;
	}
	p.file_rewritten = rewrite_file(cell);
	h = snapshots_wait(cell, &p) ? home_get(cell, id, rec) : NULL;
	free(rec);
	if (h == NULL)
		return 1;
	good = t->found == 0 && t->left_out == 0 && p.file_rewritten && p.behind == 0 && h->erased_ms != 0;
	certificate(h, t, &p, true, good, json);
	replicas_hint(cell);
	pingan__v1__household__free_unpacked(h, NULL);
	return !good;
}

int home_erase(struct cell *cell, const char *id, const struct erase_options *o)
{
	struct cell_record *rec = malloc(sizeof *rec);
	Pingan__V1__Household *h;
	struct trace t = {0};
	size_t stand = 0;
	bool open = false;
	int why = 0, bad;

	ENSURE(rec != NULL);
	for (size_t i = 1; i < COUNT_OF(REASONS); i++)
		if (o->reason != NULL && strcmp(o->reason, REASONS[i]) == 0)
			why = (int)i;
	h = why == 0 ? NULL : home_get(cell, id, rec);
	if (why == 0) {
		bad = complain(id, "--reason is asked, left, died or never_meant");
	} else if (h == NULL) {
		bad = 1;
	} else if (h->erased_ms != 0) {
		bad = complain(id, "was erased before: see pinganctl erase verify");
	} else if (!call_open(cell, id, &open)) {
		bad = 1;
	} else if (open) {
		bad = complain(id, CALL_OPEN);
	} else if (!o->retire && !devices_out(cell, id, false, &stand)) {
		bad = 1;
	} else if (stand != 0) {
		bad = complain(id, "take its devices out of service first, or say --retire; nothing was erased");
	} else {
		words_of(&t, h);
		bad = erase_commit(cell, id, h, rec->newest, why);
		if (bad == 0) {
			bad = o->retire && !retired(cell, id);
			bad = prove(cell, id, &t, o->json) || bad;
		}
		trace_free(&t);
	}
	if (h != NULL) {
		if (h->key.len != 0)
			sodium_memzero(h->key.data, h->key.len);
		pingan__v1__household__free_unpacked(h, NULL);
	}
	free(rec);
	return bad;
}

/* What was personal is not known any more, so it can't be searched for. What can be seen: the record has none of it, no
 * entry of the log carries a body of it, and every daemon's snapshot is newer than the record. */
static bool log_clean(struct cell *cell, const char *id, struct trace *t, uint64_t *ret_entry)
{
	char key[STORE_KEY_MAX], from[48] = "-";
	bool good = true;

	snprintf(key, sizeof key, "household:%s", id);
	*ret_entry = 0;
	for (;;) {
		redisReply *r = cell_ask(cell, "XRANGE %slog %s + COUNT 512", cell->prefix, from);
		struct store_entry e;
		size_t n;

		if (r == NULL)
			return false;
		n = r->elements;
		for (size_t i = 0; i < n; i++) {
			t->entries++;
			if (!commit_entry_read(r->element[i], &e))
				continue;
			for (uint32_t k = 0; k < e.record_count; k++) {
				if (strcmp(e.records[k].key, key) != 0)
					continue;
				*ret_entry = e.id;
				if (e.records[k].absent || e.records[k].rev == 0)
					continue;
				good = false;
				t->found++;
				if (t->place_count < TRACE_PLACES)
					snprintf(t->places[t->place_count++], sizeof t->places[0], "log %" PRIu64, e.id);
			}
		}
		if (n != 0)
			snprintf(from, sizeof from, "(%s", r->element[n - 1]->element[0]->str);
		freeReplyObject(r);
		if (n < 512)
			return good;
	}
}

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

int erase_verify(struct cell *cell, const char *id, bool json)
{
	struct cell_record *rec = malloc(sizeof *rec);
	struct trace t = {0};
	struct proof p = {0};
	Pingan__V1__Household *h;
	bool good;

	ENSURE(rec != NULL);
	h = home_get(cell, id, rec);
	free(rec);
	if (h == NULL)
		return 1;
	if (h->erased_ms == 0) {
		pingan__v1__household__free_unpacked(h, NULL);
		return complain(id, "has not been erased");
	}
	good = only_a_stone(h);
	/* An entry that the log has lost meanwhile (retention) was before whatever a snapshot written since knows. */
	good = log_clean(cell, id, &t, &p.entry) && good;
	good = snapshots_look(cell, p.entry, &p) && p.behind == 0 && good;
	certificate(h, &t, &p, false, good, json);
	pingan__v1__household__free_unpacked(h, NULL);
	return !good;
}
