#include "erase_proof.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "log_redact.h"
#include "snapshot_save.h"
#include "wire/record.h"

#define REWRITE_WAIT_S 600
#define PATIENCE_S 30 /* with the local snapshots */
#define PRINT_MAX 32
#define DEAD_MS 5000 /* a daemon writes every second that it is there */
#define LEFT_MAX 10

static const char *const REASONS[] = {
	[PINGAN__V1__ERASURE__ERASURE_ASKED] = "asked",
	[PINGAN__V1__ERASURE__ERASURE_LEFT] = "left",
	[PINGAN__V1__ERASURE__ERASURE_DIED] = "died",
	[PINGAN__V1__ERASURE__ERASURE_NEVER_MEANT] = "never_meant",
};

const char *erase_reason(int why)
{
	return why > 0 && why < (int)COUNT_OF(REASONS) ? REASONS[why] : NULL;
}

int erase_reason_by_name(const char *name)
{
	for (int why = 1; name != NULL && erase_reason(why) != NULL; why++)
		if (strcmp(name, erase_reason(why)) == 0)
			return why;
	return 0;
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
	uint64_t entry;         /* the newest that tells of the record: snapshots as of it have forgotten */
	bool searched;          /* to the end */
	bool stone;             /* the record is read, and says no more than that it was erased */
	bool snapshots;         /* are known */
	bool log;               /* no entry of it carries the record */
	uint32_t daemons, keep; /* alive; of them, with a local snapshot */
	uint32_t dead;          /* not heard of late: their copies are written anew when they start again */
	uint32_t behind;        /* of those, not as new as the erasure */
	char late[256];         /* their names */
	bool file_rewritten;
};

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
	return erase_reason(why) == NULL ? "-" : erase_reason(why);
}

static void time_text(ms_t ms, char ret[32])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL || strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(ret, 32, "-");
}

/* What is to be done still, as words for programs; *ret_text for people. */
static size_t left_of(const struct trace *t, const struct proof *p, const struct erase_left *left, const char *ret[],
                      const char *ret_text[])
{
	const struct {
		bool left;
		const char *word, *text;
	} STEPS[LEFT_MAX] = {
		{!p->stone, "record", "the record could not be read, or has more than a tombstone says"},
		{!p->searched, "search", "Redis was not searched to the end"},
		{p->searched && !p->log, "log", "entries of the log carry the record still: pinganctl log redact"},
		{p->searched && p->log && (t->found != 0 || t->left_out != 0), "found",
	     "words of it stand elsewhere, or were too many to look for"},
		{!p->file_rewritten, "file", "Redis' append-only file was not written anew"},
		{!p->snapshots || p->behind != 0, "snapshots", "local snapshots of daemons are not known to have forgotten"},
		{left->devices, "devices", "devices of it are still in service: pinganctl device retire"},
		{left->sessions, "sessions", "sessions are open still, or could not be looked up: pinganctl user sessions"},
		{left->rosters, "rosters", "rosters have a place for them still: pinganctl roster template set"},
		{left->texts, "texts", "other texts of the home say the same (above): pinganctl home set"},
	};
	size_t n = 0;

	for (size_t i = 0; i < LEFT_MAX; i++)
		if (STEPS[i].left) {
			ret[n] = STEPS[i].word;
			ret_text[n++] = STEPS[i].text;
		}
	return n;
}

static json_t *places_json(const struct trace *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->place_count; i++)
		json_array_append_new(list, json_string(t->places[i]));
	return list;
}

/* False: something is left. */
static bool certificate(const struct erased *e, const struct trace *t, const struct proof *p,
                        const struct erase_left *left, bool did, bool json)
{
	const char *words[LEFT_MAX], *texts[LEFT_MAX];
	char print[2 * PRINT_MAX + 1] = "", at[32];
	size_t n = left_of(t, p, left, words, texts);
	json_t *o, *list;

	if (e->print != NULL)
		hex_of(print, sizeof print, e->print);
	time_text(e->at_ms, at);
	if (json) {
		list = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(list, json_string(words[i]));
		o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:o, s:i, s:i, s:i, s:s, s:o, s:b}", e->what,
		              e->id, e->where, e->place, "erased_at", at, "by", e->by, "reason", reason_name(e->why),
		              "key_hash", print, "file_rewritten", did && p->file_rewritten, "log_entries_and_values",
		              (json_int_t)t->entries + (json_int_t)t->values, "words", (json_int_t)t->count, "found",
		              (json_int_t)t->found, "places", places_json(t), "daemons", p->daemons, "daemons_gone", p->dead,
		              "snapshots_behind", p->behind, "behind", p->late, "left", list, "good", n == 0);
		ENSURE(o != NULL);
		for (size_t i = 0; i < e->row_count; i++)
			json_object_set_new(o, e->rows[i].name, json_integer((json_int_t)e->rows[i].count));
		(void)json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
		return n == 0;
	}
	printf("Certificate of erasure\n\n");
	printf("%-28s %s\n%-28s %s\n", e->what, e->id, e->where, e->place);
	printf("%-28s %s\n%-28s %s\n%-28s %s\n", "erased", at, "by", e->by, "reason", reason_name(e->why));
	if (e->print != NULL)
		printf("%-28s %s\n", "BLAKE2b-256 of its key", print[0] == '\0' ? "it had none" : print);
	if (t->count != 0)
		printf("%-28s %zu words, %" PRIu64 " values and entries: %" PRIu64 " found\n", "searched in Redis", t->count,
		       t->values + t->entries, t->found);
	else
		printf("%-28s %" PRIu64 " entries of the log: %" PRIu64 " carry the record\n", "looked at", t->entries,
		       t->found);
	for (size_t i = 0; i < t->place_count; i++)
		printf("%-28s %s\n", "  found in", t->places[i]);
	if (t->left_out != 0)
		printf("%-28s %zu words did not fit and were not looked for\n", "", t->left_out);
	if (did)
		printf("%-28s %s\n", "append-only file", p->file_rewritten ? "written anew" : "NOT written anew");
	if (p->snapshots)
		printf("%-28s %u daemons, %u with a local snapshot, %u behind%s%s\n", "snapshots", p->daemons, p->keep,
		       p->behind, p->behind == 0 ? "" : ": ", p->late);
	if (p->dead != 0)
		printf("%-28s %u daemons are gone: their copies are written anew when they start again\n", "", p->dead);
	printf("%-28s %s\n", "what is kept", e->kept);
	for (size_t i = 0; i < e->row_count; i++)
		printf("%-28s %" PRIu64 " %s\n", "", e->rows[i].count, e->rows[i].text);
	for (size_t i = 0; i < n; i++)
		printf("%-28s %s\n", i == 0 ? "LEFT TO DO" : "", texts[i]);
	printf("\n%s\n", n == 0 ? "Erased."
	                        : "NOT wholly erased: see above. What stood in the record is gone; the same command, made "
	                          "again, goes on from here.");
	return n == 0;
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
	for (int i = 0; i < 10 * PATIENCE_S; i++) {
		if (!snapshots_look(cell, p->entry, p))
			return false;
		if (p->behind == 0)
			return true;
		(void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	return true;
}

/* What was personal is not known any more, so it can't be searched for. What can be seen: the record has none of it, no
 * entry of the log carries a body of it, and every daemon's snapshot is newer than the record. False without the store. */
static bool log_clean(struct cell *cell, const char *key, struct trace *t, uint64_t *ret_entry)
{
	char from[48] = "-";

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
				t->found++;
				if (t->place_count < TRACE_PLACES)
					snprintf(t->places[t->place_count++], sizeof t->places[0], "log %" PRIu64, e.id);
			}
		}
		if (n != 0)
			snprintf(from, sizeof from, "(%s", r->element[n - 1]->element[0]->str);
		freeReplyObject(r);
		if (n < 512)
			return true;
	}
}

/* Searched to the end. t->found_log: entries of the log have to be written anew. */
static bool search(struct cell *cell, const char *key, struct trace *t, bool words)
{
	uint64_t entry;

	if (words)
		return trace_run(cell, t);
	t->entries = t->found = t->found_log = 0;
	t->place_count = 0;
	if (!log_clean(cell, key, t, &entry))
		return false;
	t->found_log = t->found;
	return true;
}

/* Each step is done, whatever has become of those before it. */
int erase_prove(struct cell *cell, const struct erased *e, struct trace *t, bool words, const struct erase_left *left,
                bool json)
{
	/* Local snapshots are written anew at once, as of this entry or a later one, and forget. What is committed after it has
	 * nothing to do with it, and no snapshot is written for that. */
	struct proof p = {.entry = snapshot_wish(cell)};
	uint64_t taken;

	if (p.entry == 0) /* somebody else has just asked for one */
		p.entry = snapshot_wish(cell);
	p.searched = search(cell, e->key, t, words);
	if (p.searched && t->found_log != 0 && log_redact(cell, &taken))
		p.searched = search(cell, e->key, t, words);
	p.log = t->found_log == 0;
	p.file_rewritten = rewrite_file(cell);
	p.snapshots = p.entry != 0 && snapshots_wait(cell, &p);
	p.stone = e->stands(cell, e);
	replicas_hint(cell);
	return !certificate(e, t, &p, left, true, json);
}

int erase_look(struct cell *cell, const struct erased *e, const struct erase_left *left, bool json)
{
	struct proof p = {.file_rewritten = true}; /* not looked at */
	struct trace t = {0};

	p.stone = e->stands(cell, e);
	/* An entry that the log has lost meanwhile (retention) was before whatever a snapshot written since knows. */
	p.searched = log_clean(cell, e->key, &t, &p.entry);
	p.log = t.found == 0;
	p.snapshots = snapshots_look(cell, p.entry, &p);
	return !certificate(e, &t, &p, left, false, json);
}
