#include "snapshot_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/record.h"

#define BATCH 256
#define ENTRIES_A_READ 512
#define ROUNDS_MAX 1000

/* As app_records() has them. A test compares. */
static const char *const KEPT[] = {"area:",     "person:",   "household:", "device:",  "login:",  "caregiver:",
                                   "operator:", "incident:", "token:",     "station:", "roster:", "absence:"};

struct kept {
	struct store_record rec; /* its body behind it */
	uint8_t body[];
};

static bool is_kept(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(KEPT); i++)
		if (strncmp(key, KEPT[i], strlen(KEPT[i])) == 0)
			return true;
	return false;
}

void snapshot_copy_free(struct snapshot_copy *copy)
{
	for (size_t i = 0; i < table_places(&copy->records); i++)
		if (table_at(&copy->records, i)->key != NULL)
			free(table_at(&copy->records, i)->value);
	table_free(&copy->records);
}

static void take(struct snapshot_copy *copy, const struct store_record *rec)
{
	struct kept *k;

	free(table_remove(&copy->records, rec->key));
	if (rec->rev == 0)
		return;
	k = malloc(sizeof *k + rec->body.len);
	ENSURE(k != NULL);
	k->rec = *rec;
	if (rec->body.len != 0)
		memcpy(k->body, rec->body.at, rec->body.len);
	k->rec.body = slice_of(k->body, rec->body.len);
	ENSURE(table_put(&copy->records, k->rec.key, k));
}

/* Many at once: a question and its answer for each would take a minute for a city. */
static bool fetch(struct cell *cell, struct snapshot_copy *copy, char *const *keys, size_t count)
{
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		ENSURE(redisAppendCommand(cell->redis, "HMGET %s%s rev commits body", cell->prefix, keys[i]) == REDIS_OK);
	for (size_t i = 0; i < count; i++) {
		redisReply *r = NULL;
		struct store_record rec;

		if (redisGetReply(cell->redis, (void **)&r) != REDIS_OK || r == NULL) {
			fprintf(stderr, "pinganctl: Redis does not answer: %s\n", cell->redis->errstr);
			return false;
		}
		if (!commit_record_read(slice_str(keys[i]), r, &rec)) {
			fprintf(stderr, "pinganctl: %s is unreadable\n", keys[i]);
			ok = false;
		} else {
			take(copy, &rec);
		}
		freeReplyObject(r);
	}
	return ok;
}

static bool head_read(struct cell *cell, uint64_t *ret_id, ms_t *ret_at_ms)
{
	redisReply *r = cell_ask(cell, "GET %shead", cell->prefix);
	uint64_t commit;
	bool ok = r != NULL && (r->type == REDIS_REPLY_NIL || commit_head_read(r, ret_id, &commit, ret_at_ms));

	if (r != NULL && !ok)
		fprintf(stderr, "pinganctl: the head of the log can't be read\n");
	if (r != NULL)
		freeReplyObject(r);
	return ok;
}

/* What these entries changed is read again; *ret_changed: anything that is kept. */
static bool entries_take(struct cell *cell, struct snapshot_copy *copy, const redisReply *entries, bool *ret_changed)
{
	for (size_t i = 0; i < entries->elements; i++) {
		struct store_entry e;

		if (!commit_entry_read(entries->element[i], &e)) {
			fprintf(stderr, "pinganctl: an entry of the log can't be read\n");
			return false;
		}
		for (uint32_t n = 0; n < e.record_count; n++) {
			char *key = e.records[n].key;

			if (!is_kept(key))
				continue;
			*ret_changed = true;
			if (!fetch(cell, copy, &key, 1))
				return false;
		}
	}
	return true;
}

/* Entries behind `from` up to `to`. */
static bool catch_up(struct cell *cell, struct snapshot_copy *copy, uint64_t from, uint64_t to, bool *ret_changed)
{
	while (from < to) {
		redisReply *r = cell_ask(cell, "XRANGE %slog %" PRIu64 "-0 %" PRIu64 "-0 COUNT %d", cell->prefix, from + 1, to,
		                         ENTRIES_A_READ);
		uint64_t last = r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements == 0
		                    ? 0
		                    : commit_entry_number(r->element[r->elements - 1]);
		bool ok = last > from && entries_take(cell, copy, r, ret_changed);

		if (r != NULL && last <= from)
			fprintf(stderr, "pinganctl: entry %" PRIu64 " of the log is not there\n", from + 1);
		if (r != NULL)
			freeReplyObject(r);
		if (!ok)
			return false;
		from = last;
	}
	return true;
}

static bool read_all(struct cell *cell, struct snapshot_copy *copy)
{
	size_t count = 0, kept = 0;
	char **keys = cell_keys(cell, "", &count);
	bool ok = keys != NULL;

	for (size_t i = 0; ok && i < count; i++) {
		if (!is_kept(keys[i]) || strlen(keys[i]) >= STORE_KEY_MAX)
			continue;
		/* To the front; what stood there is looked at no more. */
		char *key = keys[i];

		keys[i] = keys[kept];
		keys[kept++] = key;
	}
	for (size_t at = 0; ok && at < kept; at += BATCH)
		ok = fetch(cell, copy, keys + at, kept - at < BATCH ? kept - at : BATCH);
	cell_keys_free(keys, count);
	return ok;
}

bool snapshot_copy_read(struct cell *cell, struct snapshot_copy *ret)
{
	uint64_t newest = 0;

	memset(ret, 0, sizeof *ret);
	if (!head_read(cell, &ret->entry, &ret->at_ms) || !read_all(cell, ret))
		return false;
	for (int round = 0; round < ROUNDS_MAX; round++) {
		bool changed = false;

		newest = ret->entry;
		if (!head_read(cell, &newest, &ret->at_ms) || !catch_up(cell, ret, ret->entry, newest, &changed))
			return false;
		ret->entry = newest;
		if (!changed)
			return true;
	}
	fprintf(stderr, "pinganctl: the registry changes too fast to be read as of one moment; try again\n");
	return false;
}

static bool has_ended(const struct store_record *rec, struct incident *inc, uint8_t *scratch)
{
	struct arena arena;

	if (strncmp(rec->key, "incident:", strlen("incident:")) != 0)
		return false;
	arena_init(&arena, scratch, RECORD_SCRATCH);
	/* One that can't be read is never taken for ended. */
	return incident_decode(rec->body, &arena, inc) == 0 && inc->state == INCIDENT_CLOSED;
}

void snapshot_copy_each(const struct snapshot_copy *copy, void (*each)(void *ctx, const struct store_record *record),
                        void *ctx)
{
	static _Alignas(max_align_t) uint8_t scratch[RECORD_SCRATCH];
	struct incident *inc = malloc(sizeof *inc);

	ENSURE(inc != NULL);
	for (size_t i = 0; i < table_places(&copy->records); i++) {
		const struct kept *k = table_at(&copy->records, i)->key == NULL ? NULL : table_at(&copy->records, i)->value;

		if (k != NULL && !has_ended(&k->rec, inc, scratch))
			each(ctx, &k->rec);
	}
	free(inc);
}
