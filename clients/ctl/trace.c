#include "trace.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define ENTRIES_A_TIME 512
#define MEMBERS_A_TIME 1000

static void word_add(struct trace *t, const void *at, size_t len, bool secret)
{
	uint8_t *copy;

	if (at == NULL || len < TRACE_WORD_MIN)
		return;
	for (size_t i = 0; i < t->count; i++)
		if (slice_equal(t->words[i], slice_of(at, len)))
			return;
	if (t->count == TRACE_WORDS_MAX) {
		t->left_out++;
		return;
	}
	copy = malloc(len);
	ENSURE(copy != NULL);
	memcpy(copy, at, len);
	t->secret[t->count] = secret;
	t->words[t->count++] = slice_of(copy, len);
}

void trace_bytes(struct trace *t, const void *at, size_t len)
{
	word_add(t, at, len, true);
}

void trace_word(struct trace *t, const char *word)
{
	if (word != NULL)
		word_add(t, word, strlen(word), false);
}

void trace_free(struct trace *t)
{
	for (size_t i = 0; i < t->count; i++) {
		sodium_memzero((void *)(uintptr_t)t->words[i].at, t->words[i].len);
		free((void *)(uintptr_t)t->words[i].at);
	}
	memset(t, 0, sizeof *t);
}

/* ------------------------------------------------------------ one value */

bool trace_in(const struct trace *t, const void *at, size_t len)
{
	for (size_t i = 0; i < t->count; i++)
		if (memmem(at, len, t->words[i].at, t->words[i].len) != NULL)
			return true;
	return false;
}

/* `others`: what stands there is about others, who may have the same words, but for secrets. */
static bool has_word(const struct trace *t, const redisReply *r, bool others)
{
	if (r->type == REDIS_REPLY_ARRAY) {
		for (size_t i = 0; i < r->elements; i++)
			if (has_word(t, r->element[i], others))
				return true;
		return false;
	}
	if (r->type != REDIS_REPLY_STRING)
		return false;
	for (size_t i = 0; i < t->count; i++)
		if ((!others || t->secret[i]) && memmem(r->str, r->len, t->words[i].at, t->words[i].len) != NULL)
			return true;
	return false;
}

static void found(struct trace *t, const char *key, const char *id)
{
	t->found++;
	if (t->place_count < TRACE_PLACES)
		snprintf(t->places[t->place_count++], sizeof t->places[0], "%s%s%s", key, id[0] == '\0' ? "" : " ", id);
}

/* A stream, page by page. */
static bool look_stream(struct cell *cell, struct trace *t, const char *key)
{
	bool log = strcmp(key, "log") == 0;
	char from[48] = "-";

	for (;;) {
		redisReply *r = cell_ask(cell, "XRANGE %s%s %s + COUNT %d", cell->prefix, key, from, ENTRIES_A_TIME);
		size_t n = r == NULL ? 0 : r->elements;

		if (r == NULL)
			return false;
		for (size_t i = 0; i < n; i++) {
			const redisReply *e = r->element[i];

			t->entries++;
			if (!has_word(t, e, false))
				continue;
			t->found_log += log;
			found(t, key, e->elements == 0 ? "" : e->element[0]->str);
		}
		if (n != 0)
			snprintf(from, sizeof from, "(%s", r->element[n - 1]->element[0]->str);
		freeReplyObject(r);
		if (n < ENTRIES_A_TIME)
			return true;
	}
}

/* A set, a sorted set or a large hash, in slices. */
static bool look_members(struct cell *cell, struct trace *t, const char *key, const char *command)
{
	char cursor[32] = "0";
	bool hit = false;

	do {
		redisReply *r = cell_ask(cell, "%s %s%s %s COUNT %d", command, cell->prefix, key, cursor, MEMBERS_A_TIME);

		if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 2) {
			if (r != NULL)
				freeReplyObject(r);
			return false;
		}
		hit = hit || has_word(t, r->element[1], false);
		snprintf(cursor, sizeof cursor, "%s", r->element[0]->str);
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	t->values++;
	if (hit)
		found(t, key, "");
	return true;
}

static bool of_others(const char *key)
{
	static const char *const TYPES[] = {"household:", "person:", "area:", "station:"};

	for (size_t i = 0; i < COUNT_OF(TYPES); i++)
		if (strncmp(key, TYPES[i], strlen(TYPES[i])) == 0)
			return true;
	return false;
}

static bool look_value(struct cell *cell, struct trace *t, const char *key, const char *command)
{
	redisReply *r = cell_ask(cell, "%s %s%s", command, cell->prefix, key);

	if (r == NULL)
		return false;
	t->values++;
	if (has_word(t, r, of_others(key)))
		found(t, key, "");
	freeReplyObject(r);
	return true;
}

/* What stands under a key is known by its name, but for a few (docs/STORE.md). */
static bool look(struct cell *cell, struct trace *t, const char *key)
{
	char type[16] = "hash";
	redisReply *r;

	if (strncmp(key, "msg:", 4) == 0 || strncmp(key, "gone:", 5) == 0 || strncmp(key, "link:", 5) == 0)
		return look_value(cell, t, key, "GET");
	if (strncmp(key, "set:", 4) == 0)
		return look_members(cell, t, key, "SSCAN");
	if (strchr(key, ':') != NULL)
		return look_value(cell, t, key, "HGETALL");
	r = cell_ask(cell, "TYPE %s%s", cell->prefix, key);
	if (r == NULL)
		return false;
	snprintf(type, sizeof type, "%s", r->str);
	freeReplyObject(r);
	if (strcmp(type, "stream") == 0)
		return look_stream(cell, t, key);
	if (strcmp(type, "hash") == 0)
		return look_members(cell, t, key, "HSCAN");
	if (strcmp(type, "set") == 0)
		return look_members(cell, t, key, "SSCAN");
	if (strcmp(type, "zset") == 0)
		return look_members(cell, t, key, "ZSCAN");
	return strcmp(type, "string") != 0 || look_value(cell, t, key, "GET");
}

bool trace_run(struct cell *cell, struct trace *t)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "", &count);
	bool ok = keys != NULL;

	t->values = t->entries = t->found = t->found_log = 0;
	t->place_count = 0;
	for (size_t i = 0; ok && i < count; i++)
		ok = look(cell, t, keys[i]);
	cell_keys_free(keys, count);
	return ok;
}
