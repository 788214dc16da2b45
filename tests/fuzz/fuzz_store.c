/* fuzz_store.c - a Redis that answers anything: to a commit, to a read of a record, of the head, of the log.
 * Oracles: what is believed is in its bounds, ids and texts are what they must be, and an entry written again as Redis would
 * is read as the same.
 *
 * Of arrays only those are shown that hiredis can hold: it makes room for as many elements as one says it has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/redis_commit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static char again[STORE_PUTS_MAX * 2 * STORE_BODY_MAX];
static size_t again_len;

static void put(const void *at, size_t len)
{
	MUST(len + 32 <= sizeof again - again_len);
	again_len += (size_t)snprintf(again + again_len, sizeof again - again_len, "$%zu\r\n", len);
	if (len != 0)
		memcpy(again + again_len, at, len);
	memcpy(again + again_len + len, "\r\n", 2);
	again_len += len + 2;
}

static void put_text(const char *text)
{
	put(text, strlen(text));
}

static void put_number(uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	put_text(text);
}

static void put_id(uint64_t id)
{
	char text[17];

	commit_id_text(id, text);
	put_text(text);
}

static void record_in_bounds(const struct store_record *r)
{
	MUST(memchr(r->key, '\0', sizeof r->key) != NULL && r->key[0] != '\0');
	MUST((r->rev == 0) == (r->commits[0] == 0) && r->body.len <= STORE_BODY_MAX);
	for (size_t i = 1; i < STORE_COMMITS_KEPT; i++)
		MUST(r->commits[i] == 0 || r->commits[i - 1] != 0);
}

static void put_entry(const struct store_entry *e)
{
	char id[32];

	again_len = (size_t)snprintf(again, sizeof again, "*2\r\n");
	(void)snprintf(id, sizeof id, "%llu-0", (unsigned long long)e->id);
	put_text(id);
	again_len += (size_t)snprintf(again + again_len, sizeof again - again_len, "*%u\r\n",
	                              8 + 8 * e->record_count + (e->audit[0] != '\0' ? 2 : 0));
	put_text("commit");
	put_id(e->commit);
	put_text("prev");
	put_id(e->prev);
	put_text("at");
	put_number((uint64_t)e->at_ms);
	put_text("event");
	put(e->event.at, e->event.len);
	for (uint32_t i = 0; i < e->record_count; i++) {
		const struct store_record *r = &e->records[i];
		char commits[STORE_COMMITS_KEPT * 17 + 1] = "";

		for (size_t k = 0; k < STORE_COMMITS_KEPT && r->commits[k] != 0; k++) {
			if (k != 0)
				strcat(commits, " ");
			commit_id_text(r->commits[k], commits + strlen(commits));
		}
		put_text("key");
		put_text(r->key);
		put_text("rev");
		put_number(r->rev);
		put_text("commits");
		put_text(commits);
		put_text(r->absent ? "apart" : "body");
		put(r->body.at, r->body.len);
	}
	if (e->audit[0] != '\0') {
		put_text("audit");
		put_text(e->audit);
	}
}

static void same(const struct store_entry *a, const struct store_entry *b)
{
	MUST(a->id == b->id && a->commit == b->commit && a->prev == b->prev && a->at_ms == b->at_ms);
	MUST(strcmp(a->audit, b->audit) == 0);
	MUST(slice_equal(a->event, b->event) && a->record_count == b->record_count);
	for (uint32_t i = 0; i < a->record_count; i++) {
		MUST(strcmp(a->records[i].key, b->records[i].key) == 0 && a->records[i].rev == b->records[i].rev);
		MUST(memcmp(a->records[i].commits, b->records[i].commits, sizeof a->records[i].commits) == 0);
		MUST(slice_equal(a->records[i].body, b->records[i].body));
	}
}

static void as_entry(const redisReply *reply)
{
	static struct store_entry e, back;
	redisReader *reader;
	void *second = NULL;

	if (!commit_entry_read(reply, &e))
		return;
	MUST(e.id != 0 && e.commit != 0 && e.record_count <= STORE_PUTS_MAX && e.event.len <= STORE_BODY_MAX);
	MUST(commit_entry_number(reply) == e.id);
	for (uint32_t i = 0; i < e.record_count; i++)
		record_in_bounds(&e.records[i]);
	put_entry(&e);
	reader = redisReaderCreate();
	MUST(reader != NULL && redisReaderFeed(reader, again, again_len) == REDIS_OK);
	MUST(redisReaderGetReply(reader, &second) == REDIS_OK && second != NULL);
	MUST(commit_entry_read(second, &back));
	same(&e, &back);
	freeReplyObject(second);
	redisReaderFree(reader);
}

static void as_anything(const redisReply *reply)
{
	struct store_answer a;
	struct store_record r;
	uint64_t id, commit;
	ms_t at_ms;

	if (commit_answer_read(reply, &a)) {
		MUST(a.result != STORE_FAILED && a.index < STORE_PUTS_MAX + STORE_CHECKS_MAX);
		MUST(memchr(a.value, '\0', sizeof a.value) != NULL && a.body.len <= STORE_BODY_MAX);
		MUST((a.rev == 0) == (a.newest == 0));
	}
	if (commit_record_read(slice_str("incident:1"), reply, &r))
		record_in_bounds(&r);
	if (commit_head_read(reply, &id, &commit, &at_ms))
		MUST(id != 0 && commit != 0);
	(void)commit_version_fits(reply);
	(void)commit_entry_number(reply);
	as_entry(reply);
}

static bool holdable(const uint8_t *at, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (at[i] != '*')
			continue;
		for (digits = 0; i + 1 < len && at[i + 1] != '\r' && at[i + 1] != '\n'; i++)
			if (++digits > 3) /* 999 elements */
				return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	redisReader *reader;
	void *reply = NULL;

	if (size == 0 || !holdable(data, size))
		return 0;
	reader = redisReaderCreate();
	MUST(reader != NULL);
	if (redisReaderFeed(reader, (const char *)data, size) == REDIS_OK)
		for (int n = 0; n < 64 && redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL; n++) {
			as_anything(reply);
			freeReplyObject(reply);
			reply = NULL;
		}
	redisReaderFree(reader);
	return 0;
}
