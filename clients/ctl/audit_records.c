#include "audit_records.h"

#include <dirent.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_file.h"

#define SCAN_COUNT 1000
#define ENTRIES_A_TIME 512
#define MEMORY 65536
#define UNSEEN_MAX 1000
#define OPEN_MAX 1000000

bool audit_records_begin(struct audit_records *r, struct cell *cell, struct audit_check *check)
{
	redisReply *size = cell_ask(cell, "DBSIZE");

	*r = (struct audit_records){.cell = cell, .check = check};
	if (size == NULL)
		return false;
	r->rc.check = check;
	r->rc.parts = (uint32_t)((uint64_t)size->integer / RECORD_CHECK_MAX) + 1;
	freeReplyObject(size);
	randombytes_buf(r->rc.secret, sizeof r->rc.secret);
	record_check_begin(&r->rc);
	r->memory = malloc(MEMORY);
	ENSURE(r->memory != NULL);
	arena_init(&r->scratch, r->memory, MEMORY);
	return true;
}

void audit_records_free(struct audit_records *r)
{
	record_check_free(&r->rc);
	free(r->memory);
	free(r->open);
}

/* Who waits sees that it goes on. */
static void progress(struct audit_records *r, const char *what, uint64_t n)
{
	time_t now = time(NULL);

	if (now == r->told || isatty(STDERR_FILENO) == 0)
		return;
	if (r->told != 0)
		fprintf(stderr, "\r%s %" PRIu64 "          ", what, n);
	r->told = now;
}

void audit_records_chain(void *records, uint64_t entry, const struct audit *a)
{
	struct audit_records *r = records;

	progress(r, "chain: entry", entry);
	record_check_chain(&r->rc, entry, a);
	if (entry > r->chain_at)
		r->chain_at = entry;
	if (a->what == AUDIT_EXPORTED && strcmp(a->note, "records") == 0 && a->number > (int64_t)r->said) {
		r->said = (uint64_t)a->number;
		r->said_by = entry;
	}
}

void audit_records_log(struct audit_records *r, const struct store_entry *e)
{
	progress(r, "log: entry", e->id);
	record_check_log(&r->rc, e);
	if (r->log_first == 0)
		r->log_first = e->id;
	if (e->id > r->log_at)
		r->log_at = e->id;
}

/* ------------------------------------------------------------ what came since, up to the entry that a record was read with */

struct since {
	struct audit_records *r;
	uint64_t upto;
};

static bool since_entry(void *ctx, const struct store_audit *e)
{
	struct since *s = ctx;
	static struct audit a;

	if (e->id > s->upto)
		return false;
	arena_reset(&s->r->scratch);
	if (audit_decode(e->body, &s->r->scratch, &a))
		audit_records_chain(s->r, e->id, &a);
	return true;
}

static void since_unreadable(void *ctx, uint64_t entry)
{
	(void)ctx;
	(void)entry;
}

static bool chain_read(struct audit_records *r, uint64_t upto)
{
	struct since s = {r, upto};
	const struct audit_reader reader = {&s, since_entry, since_unreadable};

	return audit_read_redis(r->cell, r->chain_at + 1, &reader);
}

static bool log_read(struct audit_records *r, uint64_t upto)
{
	uint64_t from = r->log_at + 1;

	for (size_t n = ENTRIES_A_TIME; n == ENTRIES_A_TIME && from <= upto;) {
		redisReply *reply = cell_ask(r->cell, "XRANGE %slog %llu %llu COUNT %d", r->cell->prefix,
		                             (unsigned long long)from, (unsigned long long)upto, ENTRIES_A_TIME);
		static struct store_entry e;

		if (reply == NULL)
			return false;
		n = reply->elements;
		for (size_t i = 0; i < n; i++) {
			from = commit_entry_number(reply->element[i]) + 1;
			if (commit_entry_read(reply->element[i], &e))
				audit_records_log(r, &e);
		}
		freeReplyObject(reply);
	}
	return true;
}

static bool catch_up(struct audit_records *r, uint64_t upto)
{
	/* The log was read after the chain: what came in between, the chain tells only now. */
	if (upto <= r->heard)
		return true;
	if (!chain_read(r, upto) || !log_read(r, upto))
		return false;
	r->heard = upto;
	r->log_at = upto > r->log_at ? upto : r->log_at;
	return true;
}

/* The record, and the number of the newest entry as of which it stands so. The caller frees. */
static redisReply *read_at_once(struct audit_records *r, const char *key, uint64_t *ret_upto)
{
	struct cell *cell = r->cell;
	redisReply *reply = NULL;
	uint64_t commit;
	ms_t at_ms;
	void *got = NULL;

	*ret_upto = r->log_at;
	if (redisAppendCommand(cell->redis, "MULTI") != REDIS_OK ||
	    redisAppendCommand(cell->redis, "HMGET %s%s rev commits body", cell->prefix, key) != REDIS_OK ||
	    redisAppendCommand(cell->redis, "GET %shead", cell->prefix) != REDIS_OK ||
	    redisAppendCommand(cell->redis, "EXEC") != REDIS_OK)
		return NULL;
	for (int i = 0; i < 4; i++) {
		if (redisGetReply(cell->redis, &got) != REDIS_OK || got == NULL) {
			fprintf(stderr, "pinganctl: Redis at %s does not answer\n", cell_where(cell));
			return NULL;
		}
		if (i < 3)
			freeReplyObject(got);
	}
	reply = got;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
		fprintf(stderr, "pinganctl: Redis at %s does not tell how %s stands\n", cell_where(cell), key);
		freeReplyObject(reply);
		return NULL;
	}
	(void)commit_head_read(reply->element[1], ret_upto, &commit, &at_ms);
	return reply;
}

/* Once more, with all that was said up to that moment: now it is sure. */
static bool settle(struct audit_records *r, const char *key, uint64_t entry)
{
	uint64_t upto;
	redisReply *reply = read_at_once(r, key, &upto);
	struct store_record rec;
	bool ok = reply != NULL && catch_up(r, upto);

	if (ok && !commit_record_read(slice_str(key), reply->element[0], &rec))
		audit_find(r->check, entry, "%s is unreadable: written by hand", key);
	else if (ok && rec.rev == 0 && record_check_last(&r->rc, key) != 0)
		audit_find(r->check, record_check_last(&r->rc, key),
		           "%s was written by this entry, and is gone: removed by hand", key);
	else if (ok && rec.rev != 0 && record_check_stands(&r->rc, &rec, true) != RECORD_WRONG && r->out != NULL)
		audit_point_line(r->out, &rec);
	if (reply != NULL)
		freeReplyObject(reply);
	return ok;
}

/* ------------------------------------------------------------ what stands there */

/* Records are those of this form; ours beside them have a word of ours before the ':', or none. */
static bool record_key_is(const char *key)
{
	static const char *const others[] = {"link:", "set:", "msg:", "gone:"};

	if (strchr(key, ':') == NULL)
		return false;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (strncmp(key, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

static void open_note(struct audit_records *r, const struct store_record *rec)
{
	char name[STORE_KEY_MAX];

	if (strncmp(rec->key, "incident:", 9) != 0 || !audit_names_open(r, rec, name) || r->open_count == OPEN_MAX)
		return;
	if (r->open_count == r->open_size) {
		r->open_size = r->open_size * 2 + 256;
		r->open = realloc(r->open, r->open_size * sizeof *r->open);
		ENSURE(r->open != NULL);
	}
	memcpy(r->open[r->open_count++], rec->key, STORE_KEY_MAX);
}

/* One reply of SCAN: asked for all at once; what looks wrong is read again. */
static bool batch(struct audit_records *r, const redisReply *keys)
{
	size_t skip = strlen(r->cell->prefix), suspects = 0;
	const char **again = calloc(keys->elements + 1, sizeof *again);
	struct store_record rec;
	bool ok = true;

	ENSURE(again != NULL);
	for (size_t i = 0; i < keys->elements; i++)
		(void)redisAppendCommand(r->cell->redis, "HMGET %s rev commits body", keys->element[i]->str);
	for (size_t i = 0; i < keys->elements; i++) {
		const char *key = keys->element[i]->str + skip;
		void *reply = NULL;

		if (redisGetReply(r->cell->redis, &reply) != REDIS_OK || reply == NULL) {
			fprintf(stderr, "pinganctl: Redis at %s does not answer\n", cell_where(r->cell));
			ok = false;
			break;
		}
		if (record_key_is(key) && strlen(key) < STORE_KEY_MAX &&
		    record_check_key(&r->rc, key) % r->rc.parts == r->rc.part) {
			if (!commit_record_read(slice_str(key), reply, &rec)) {
				again[suspects++] = key;
			} else if (rec.rev != 0) {
				if (record_check_stands(&r->rc, &rec, false) == RECORD_WRONG)
					again[suspects++] = key;
				else if (r->out != NULL)
					audit_point_line(r->out, &rec);
				open_note(r, &rec);
			}
		}
		freeReplyObject(reply);
	}
	for (size_t i = 0; ok && i < suspects; i++)
		ok = settle(r, again[i], 0);
	free(again);
	return ok;
}

static bool stands_look(struct audit_records *r)
{
	char cursor[32] = "0";
	uint64_t count = 0;

	do {
		redisReply *reply =
			cell_ask(r->cell, "SCAN %s MATCH %s*:* COUNT %d TYPE hash", cursor, r->cell->prefix, SCAN_COUNT);
		bool ok = reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2;

		if (ok) {
			snprintf(cursor, sizeof cursor, "%.31s", reply->element[0]->str);
			ok = batch(r, reply->element[1]);
			count += reply->element[1]->elements;
			progress(r, "records:", count);
		}
		if (reply != NULL)
			freeReplyObject(reply);
		if (!ok)
			return false;
	} while (strcmp(cursor, "0") != 0);
	return true;
}

/* ------------------------------------------------------------ what does not stand there any more */

struct named {
	struct audit_records *r;
	uint64_t key;
	char name[STORE_KEY_MAX];
};

static void named_take(struct named *n, const char *key)
{
	if (record_check_key(&n->r->rc, key) == n->key)
		snprintf(n->name, sizeof n->name, "%s", key);
}

static bool named_chain(void *ctx, const struct store_audit *e)
{
	struct named *n = ctx;
	static struct audit a;

	arena_reset(&n->r->scratch);
	if (audit_decode(e->body, &n->r->scratch, &a))
		for (uint32_t i = 0; i < a.record_count; i++)
			named_take(n, a.records[i].key);
	return false;
}

static bool named_point(void *ctx, const char *key, uint64_t commit, uint64_t rev,
                        const uint8_t hash[AUDIT_RECORD_HASH])
{
	struct named *n = ctx;

	(void)commit;
	(void)rev;
	(void)hash;
	named_take(n, key);
	return n->name[0] == '\0';
}

/* The table knows hashes of keys alone: who wrote it tells which it was. */
static bool name_find(struct named *n, uint64_t entry)
{
	const struct audit_reader chain = {n, named_chain, since_unreadable};
	const struct audit_point_reader point = {n, named_point};
	redisReply *reply = cell_ask(n->r->cell, "XRANGE %slog %llu %llu COUNT 1", n->r->cell->prefix,
	                             (unsigned long long)entry, (unsigned long long)entry);
	static struct store_entry e;

	if (reply == NULL)
		return false;
	if (reply->elements == 1 && commit_entry_read(reply->element[0], &e))
		for (uint32_t i = 0; i < e.record_count; i++)
			named_take(n, e.records[i].key);
	freeReplyObject(reply);
	if (n->name[0] == '\0' && !audit_read_redis(n->r->cell, entry, &chain))
		return false;
	return n->name[0] != '\0' || n->r->point.entry != entry || audit_point_read(&n->r->point, &point);
}

struct unseen {
	uint64_t key, entry;
};

/* Many are new: they were written since the walk went past where they are. What comes while they are asked for is not waited for. */
static size_t unseen_take(struct audit_records *r, uint64_t upto, struct unseen list[UNSEEN_MAX])
{
	size_t count = 0, at = 0;
	uint64_t key, entry;

	while (count < UNSEEN_MAX && record_check_unseen(&r->rc, &at, &key, &entry)) {
		if (entry > upto)
			continue;
		record_check_asked(&r->rc, key);
		list[count++] = (struct unseen){key, entry};
	}
	return count;
}

static bool unseen_some(struct audit_records *r, const struct unseen *list, size_t count)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		struct named n = {.r = r, .key = list[i].key};

		ok = name_find(&n, list[i].entry);
		if (ok && n.name[0] == '\0')
			audit_find(r->check, list[i].entry, "wrote a record that is gone: removed by hand");
		else if (ok)
			ok = settle(r, n.name, list[i].entry);
	}
	return ok;
}

static bool unseen_look(struct audit_records *r, uint64_t upto)
{
	struct unseen *list = calloc(UNSEEN_MAX, sizeof *list);
	size_t count;
	bool ok = true;

	ENSURE(list != NULL);
	/* The table may move while it is caught up: first who they are. */
	while (ok && (count = unseen_take(r, upto, list)) != 0)
		ok = unseen_some(r, list, count);
	free(list);
	return ok;
}

/* ------------------------------------------------------------ all of it */

static bool point_record(void *ctx, const char *key, uint64_t commit, uint64_t rev,
                         const uint8_t hash[AUDIT_RECORD_HASH])
{
	struct audit_records *r = ctx;

	record_check_point(&r->rc, r->point.entry, key, commit, rev, hash);
	return true;
}

static int segment_is(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return strncmp(d->d_name, "audit-", 6) == 0 && len > 4 && strcmp(d->d_name + len - 4, ".txt") == 0;
}

/* The chain once more, for another part of the records. What is wrong with it has been told. */
static bool chain_again(struct audit_records *r)
{
	struct since s = {r, UINT64_MAX};
	const struct audit_reader reader = {&s, since_entry, since_unreadable};
	struct dirent **list = NULL;
	int count = r->dir == NULL ? 0 : scandir(r->dir, &list, segment_is, alphasort);
	char path[1024], cell[32];
	struct audit_seal end;
	bool ok = count >= 0;

	snprintf(cell, sizeof cell, "%.*s", (int)strlen(r->cell->prefix) - 1, r->cell->prefix);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%.500s/%.255s", r->dir, list[i]->d_name);
		ok = ok && audit_read_file(path, cell, &reader, &end);
		free(list[i]);
	}
	free(list);
	return ok && chain_read(r, UINT64_MAX);
}

static bool part_look(struct audit_records *r)
{
	const struct audit_point_reader point = {r, point_record};
	uint64_t upto;
	redisReply *reply;

	bool follows = r->point.entry != 0 && r->log_first != 0 && r->log_first <= r->point.entry + 1;

	/* A log from its first entry on tells of all; so does a checkpoint that the log, or what is left of it, follows. Else the log has
	 * forgotten what machines wrote since the chain, or the checkpoint, last told of a record. */
	r->rc.complete = r->log_first == 1 || follows;
	r->rc.from = r->rc.complete ? 0 : r->log_first == 0 ? UINT64_MAX : r->log_first;
	if (r->point.entry != 0 && !audit_point_read(&r->point, &point))
		return false;
	if (follows)
		record_check_point_end(&r->rc, r->point.entry);
	reply = read_at_once(r, "daemon:", &upto);
	if (reply != NULL && r->point_dir != NULL && r->out == NULL) {
		/* What is changed from here on the log tells, whether it is written down as it was before or after. */
		r->out = audit_point_begin(r->point_dir, r->keys, upto);
		if (r->out == NULL)
			upto = 0;
	}
	if (reply == NULL || upto == 0 || !catch_up(r, upto) || !stands_look(r)) {
		if (reply != NULL)
			freeReplyObject(reply);
		return false;
	}
	freeReplyObject(reply);
	reply = read_at_once(r, "daemon:", &upto);
	if (reply == NULL)
		return false;
	freeReplyObject(reply);
	if (!catch_up(r, upto) || !unseen_look(r, upto))
		return false;
	if (r->rc.no_memory)
		(void)audit_complain("no memory for so many records");
	return !r->rc.no_memory;
}

/* Somebody has taken the newest checkpoint away, or put an older one in its place; or it has just been made. */
static void said_look(struct audit_records *r)
{
	struct stat there;
	char path[1100];

	if (r->point.entry == 0 || r->said <= r->point.entry)
		return;
	audit_point_name(r->points, r->cell_name, r->said, path, sizeof path);
	if (stat(path, &there) != 0)
		audit_find(r->check, r->said_by, "made a checkpoint after entry %" PRIu64 ", which is not in audit.archive_dir",
		           r->said);
}

bool audit_records_look(struct audit_records *r)
{
	if (!part_look(r))
		return false;
	while (r->rc.part + 1 < r->rc.parts) {
		record_check_next(&r->rc);
		r->chain_at = r->log_at = r->heard = 0;
		if (!chain_again(r) || !log_read(r, UINT64_MAX >> 1) || !part_look(r))
			return false;
	}
	if (r->told != 0 && isatty(STDERR_FILENO) != 0)
		fputs("\r                              \r", stderr);
	said_look(r);
	r->looked = audit_names_look(r);
	return r->looked;
}
