#include "cell_bulk.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/record.h"
#include "wire/record_device.h"

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

/* ------------------------------------------------------------ entering */

static size_t commit_begin(struct store_commit *c, const struct bulk_put *puts, size_t count, struct buf *event)
{
	memset(c, 0, sizeof *c);
	do
		randombytes_buf(&c->id, sizeof c->id);
	while (c->id == 0);
	while (c->put_count < count && c->put_count < STORE_PUTS_MAX) {
		const struct bulk_put *p = &puts[c->put_count];
		struct store_put *to = &c->puts[c->put_count++];

		memcpy(to->key, p->key, sizeof to->key);
		to->body = slice_of(p->body, p->len);
	}
	log_event_encode("pinganctl", puts[0].key, NULL, 0, NULL, slice_of(NULL, 0), "", event);
	for (uint32_t i = 0; i < c->put_count; i++)
		if (puts[i].event_count != 0)
			device_events_encode(puts[i].events, puts[i].event_count, event);
	c->event = slice_of(event->at, event->len);
	return c->put_count;
}

/* Sends one commit; the answer is read later. */
static bool commit_append(struct cell *cell, const struct bulk_put *puts, size_t count, size_t *ret_took)
{
	struct store_commit c;
	struct commit_call call;
	uint8_t event[LOG_EVENT_MAX];
	struct buf b = buf_of(event, sizeof event);

	*ret_took = commit_begin(&c, puts, count, &b);
	commit_call_make(&call, cell->prefix, &c, 0);
	return redisAppendCommandArgv(cell->redis, call.argc, call.argv, call.argvlen) == REDIS_OK;
}

static bool commit_answer(struct cell *cell, const char *key, enum store_result *ret)
{
	struct store_answer answer;
	void *reply = NULL;
	bool ok;

	if (redisGetReply(cell->redis, &reply) != REDIS_OK || reply == NULL)
		return broken(cell);
	ok = commit_answer_read(reply, &answer) && (answer.result == STORE_STORED || answer.result == STORE_STALE);
	if (!ok)
		fprintf(stderr, "pinganctl: %s could not be stored: %s\n", key,
		        ((redisReply *)reply)->type == REDIS_REPLY_ERROR ? ((redisReply *)reply)->str : "refused");
	*ret = answer.result;
	freeReplyObject(reply);
	return ok;
}

/* One of these is there already: the others are entered one by one. */
static bool put_singly(struct cell *cell, struct bulk_put *puts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t before = cell->stored;

		cell->events = puts[i].events;
		cell->event_count = puts[i].event_count;
		if (!cell_put_new(cell, puts[i].key, slice_of(puts[i].body, puts[i].len)))
			return false;
		puts[i].stored = cell->stored != before;
	}
	return true;
}

bool cell_put_many(struct cell *cell, struct bulk_put *puts, size_t count, void (*progress)(size_t done, size_t of))
{
	for (size_t at = 0; at < count;) {
		size_t took[BULK_COMMITS], commits = 0, sent = 0;
		bool singly[BULK_COMMITS];
		bool ok = true;

		while (commits < BULK_COMMITS && at + sent < count) {
			if (!commit_append(cell, puts + at + sent, count - at - sent, &took[commits]))
				return broken(cell);
			sent += took[commits++];
		}
		for (size_t i = 0, first = at; i < commits; first += took[i++]) {
			enum store_result result = STORE_FAILED;

			if (!commit_answer(cell, puts[first].key, &result))
				ok = false;
			singly[i] = result == STORE_STALE;
			for (size_t k = 0; result == STORE_STORED && k < took[i]; k++) {
				puts[first + k].stored = true;
				cell->stored++;
			}
			if (cell->redis->err != 0)
				return false;
		}
		for (size_t i = 0, first = at; ok && i < commits; first += took[i++])
			if (singly[i])
				ok = put_singly(cell, puts + first, took[i]);
		if (!ok)
			return false;
		at += sent;
		progress(at, count);
	}
	return true;
}
