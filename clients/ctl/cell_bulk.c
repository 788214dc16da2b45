#include "cell_bulk.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static bool broken(const struct cell *cell)
{
	fprintf(stderr, "pinganctl: Redis does not answer: %s\n", cell->redis->errstr);
	return false;
}

bool cell_get_many(struct cell *cell, char *const *keys, size_t count,
                   void (*each)(void *ctx, size_t n, const struct store_record *rec), void *ctx)
{
	for (size_t at = 0; at < count;) {
		size_t n = count - at < BULK_READS ? count - at : BULK_READS;
		const char *unreadable = NULL;

		for (size_t i = 0; i < n; i++)
			if (redisAppendCommand(cell->redis, "HMGET %s%s rev commits body", cell->prefix, keys[at + i]) != REDIS_OK)
				return broken(cell);
		for (size_t i = 0; i < n; i++) {
			struct store_record rec;
			void *reply = NULL;

			if (redisGetReply(cell->redis, &reply) != REDIS_OK || reply == NULL)
				return broken(cell);
			if (!commit_record_read(slice_str(keys[at + i]), reply, &rec))
				unreadable = keys[at + i];
			else if (unreadable == NULL)
				each(ctx, at + i, &rec);
			freeReplyObject(reply);
		}
		if (unreadable != NULL) {
			fprintf(stderr, "pinganctl: %s is unreadable\n", unreadable);
			return false;
		}
		at += n;
	}
	return true;
}

/* ------------------------------------------------------------ writing */

/* Sends one commit; the answer is read later. */
static bool commit_append(struct cell *cell, const struct bulk_put *put)
{
	struct store_commit c = {.put_count = 1, .event = put->event};
	struct commit_call call;

	do
		randombytes_buf(&c.id, sizeof c.id);
	while (c.id == 0);
	memcpy(c.puts[0].key, put->key, sizeof c.puts[0].key);
	c.puts[0].expect = put->expect;
	c.puts[0].body = put->body;
	commit_call_make(&call, cell->prefix, &c, 0);
	return redisAppendCommandArgv(cell->redis, call.argc, call.argv, call.argvlen) == REDIS_OK;
}

static bool commit_answer(struct cell *cell, struct bulk_put *put)
{
	struct store_answer answer;
	void *reply = NULL;
	bool ok;

	if (redisGetReply(cell->redis, &reply) != REDIS_OK || reply == NULL)
		return broken(cell);
	ok = commit_answer_read(reply, &answer) && (answer.result == STORE_STORED || answer.result == STORE_STALE);
	if (!ok)
		fprintf(stderr, "pinganctl: %s could not be stored: %s\n", put->key,
		        ((redisReply *)reply)->type == REDIS_REPLY_ERROR ? ((redisReply *)reply)->str : "refused");
	put->stored = ok && answer.result == STORE_STORED;
	cell->stored += put->stored;
	freeReplyObject(reply);
	return ok;
}

bool cell_put_many(struct cell *cell, struct bulk_put *puts, size_t count)
{
	for (size_t at = 0; at < count;) {
		size_t n = count - at < BULK_COMMITS ? count - at : BULK_COMMITS;
		bool ok = true;

		for (size_t i = 0; i < n; i++)
			if (!commit_append(cell, &puts[at + i]))
				return broken(cell);
		for (size_t i = 0; i < n; i++) {
			ok = commit_answer(cell, &puts[at + i]) && ok;
			if (cell->redis->err != 0)
				return false;
		}
		if (!ok)
			return false;
		at += n;
	}
	return true;
}
