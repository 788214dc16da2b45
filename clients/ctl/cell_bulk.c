#include "cell_bulk.h"

#include "audit_part.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static bool broken(const struct cell *cell, const redisContext *link, const redisReply *r)
{
	char why[CELL_TROUBLE_MAX];

	(void)cell_trouble(link, r, why);
	fprintf(stderr, "pinganctl: Redis at %s: %s\n", cell_where(cell), why);
	return false;
}

bool cell_get_many(struct cell *cell, char *const *keys, size_t count,
                   void (*each)(void *ctx, size_t n, const struct store_record *rec), void *ctx)
{
	for (size_t at = 0; at < count;) {
		size_t n = count - at < BULK_READS ? count - at : BULK_READS;
		const char *unreadable = NULL;
		bool refused = false;

		for (size_t i = 0; i < n; i++)
			if (redisAppendCommand(cell->redis, "HMGET %s%s rev commits body", cell->prefix, keys[at + i]) != REDIS_OK)
				return broken(cell, cell->redis, NULL);
		for (size_t i = 0; i < n; i++) {
			struct store_record rec;
			void *reply = NULL;

			if (redisGetReply(cell->redis, &reply) != REDIS_OK || reply == NULL)
				return broken(cell, cell->redis, NULL);
			if (((redisReply *)reply)->type == REDIS_REPLY_ERROR)
				refused =
					refused || !broken(cell, cell->redis, reply); /* once; the other answers are still to be read */
			else if (!commit_record_read(slice_str(keys[at + i]), reply, &rec))
				unreadable = keys[at + i];
			else if (unreadable == NULL && !refused)
				each(ctx, at + i, &rec);
			freeReplyObject(reply);
		}
		if (refused)
			return false;
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
static bool commit_append(const struct cell *cell, redisContext *link, const struct bulk_put *put)
{
	struct store_commit c = {.put_count = 1, .event = put->event};
	uint8_t audit[AUDIT_MAX];
	struct commit_call call;

	do
		randombytes_buf(&c.id, sizeof c.id);
	while (c.id == 0);
	memcpy(c.puts[0].key, put->key, sizeof c.puts[0].key);
	c.puts[0].expect = put->expect;
	c.puts[0].body = put->body;
	c.audit = audit_of_commit(&c, AUDIT_NONE, audit);
	commit_call_make(&call, cell->prefix, &c, 0);
	return redisAppendCommandArgv(link, call.argc, call.argv, call.argvlen) == REDIS_OK;
}

/* `told`: why was said already. */
static bool commit_answer(struct cell *cell, redisContext *link, struct bulk_put *put, bool told)
{
	struct store_answer answer;
	void *reply = NULL;
	bool ok;

	if (redisGetReply(link, &reply) != REDIS_OK || reply == NULL)
		return broken(cell, link, NULL);
	ok = commit_answer_read(reply, &answer) && (answer.result == STORE_STORED || answer.result == STORE_STALE);
	if (!ok && !told && ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
		(void)broken(cell, link, reply);
	else if (!ok && !told)
		fprintf(stderr, "pinganctl: %s could not be stored: refused (%d)\n", put->key, (int)answer.result);
	put->stored = ok && answer.result == STORE_STORED;
	cell->stored += put->stored;
	freeReplyObject(reply);
	return ok;
}

/* All that was appended is on its way. */
static bool links_flush(struct cell *cell)
{
	for (size_t i = 0; i < CELL_LINKS_MAX; i++)
		for (int done = 0; done == 0;)
			if (redisBufferWrite(cell->links[i], &done) != REDIS_OK)
				return broken(cell, cell->links[i], NULL);
	return true;
}

/* Redis reads some 20 commits of a connection and then syncs its file: over several, one sync covers more. */
bool cell_put_many(struct cell *cell, struct bulk_put *puts, size_t count)
{
	if (count != 0 && !cell_links(cell))
		return false;
	for (size_t at = 0; at < count;) {
		size_t n = count - at < BULK_COMMITS ? count - at : BULK_COMMITS;
		bool ok = true;

		for (size_t i = 0; i < n; i++)
			if (!commit_append(cell, cell->links[i % CELL_LINKS_MAX], &puts[at + i]))
				return broken(cell, cell->links[i % CELL_LINKS_MAX], NULL);
		if (!links_flush(cell))
			return false;
		for (size_t i = 0; i < n; i++) {
			redisContext *link = cell->links[i % CELL_LINKS_MAX];

			ok = commit_answer(cell, link, &puts[at + i], !ok) && ok;
			if (link->err != 0)
				return false;
		}
		if (!ok)
			return false;
		at += n;
	}
	return true;
}
