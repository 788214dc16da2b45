/* redis_seen.c - when units were last heard, and what they last said of themselves: one sorted set and one hash beside the
 * log. A put is at most three commands; the times go last, so whoever sees the time of a daemon sees all that it says up to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/redis_store_internal.h"

/* One of the connections for commits: many can wait there, and nothing on it blocks. The clock is asked on another. */
#define LINK_SEEN LINK_COMMITS_MORE
#define SEEN_KEY "seen"
#define VITALS_KEY "vitals"

static bool may_send(const struct redis_store *s)
{
	return s->app_up && !s->falling && s->follow == FOLLOW_TAIL;
}

static void word(struct redis_store *s, int *argc, const char *at, size_t len)
{
	ENSURE(*argc < (int)COUNT_OF(s->seen.argv));
	s->seen.argv[*argc] = at;
	s->seen.argvlen[(*argc)++] = len;
}

static void begin(struct redis_store *s, int *argc, const char *verb, const char *name, char key[STORE_PREFIX_MAX + 16])
{
	*argc = 0;
	snprintf(key, STORE_PREFIX_MAX + 16, "%s%s", s->config.prefix, name);
	word(s, argc, verb, strlen(verb));
	word(s, argc, key, strlen(key));
}

static void ask(struct redis_store *s, redis_link_reply *fn, uint64_t tag, int argc)
{
	store_ask(s, LINK_SEEN, fn, tag, 0, argc, s->seen.argv, s->seen.argvlen);
}

/* ------------------------------------------------------------ put */

static void on_put(void *ctx, uint64_t last, const redisReply *reply)
{
	struct redis_store *s = ctx;

	if (s->falling)
		return;
	if (reply->type != REDIS_REPLY_INTEGER) {
		/* No room, or a key of another type: what is not taken is said again later. */
		s->seen.put_ok = false;
		s->stats.bad_replies++;
		store_metric(s, METRIC_STORE_BAD_REPLIES, 1);
		log_line(s->log, "STORE_COMMIT_FAILED", "error=\"%.64s\"", reply->type == REDIS_REPLY_ERROR ? reply->str : "");
	}
	if (last)
		s->sink.seen_put(s->sink.ctx, s->seen.put_ok);
}

static int put_vitals(struct redis_store *s, const struct store_seen *list, size_t count, char key[])
{
	int argc;

	begin(s, &argc, "HSET", VITALS_KEY, key);
	for (size_t i = 0; i < count; i++)
		if (!list[i].forget && list[i].vitals.len != 0) {
			word(s, &argc, list[i].name, strlen(list[i].name));
			word(s, &argc, (const char *)list[i].vitals.at, list[i].vitals.len);
		}
	return argc;
}

static int put_times(struct redis_store *s, const struct store_seen *list, size_t count, char key[])
{
	int argc;

	begin(s, &argc, "ZADD", SEEN_KEY, key);
	word(s, &argc, "GT", 2);
	for (size_t i = 0; i < count; i++)
		if (!list[i].forget && list[i].heard_ms > 0) {
			int len = snprintf(s->seen.numbers[i], sizeof s->seen.numbers[i], "%" PRId64, list[i].heard_ms);

			word(s, &argc, s->seen.numbers[i], (size_t)len);
			word(s, &argc, list[i].name, strlen(list[i].name));
		}
	return argc;
}

static int put_forgotten(struct redis_store *s, const struct store_seen *list, size_t count, const char *verb,
                         const char *name, char key[])
{
	int argc;

	begin(s, &argc, verb, name, key);
	for (size_t i = 0; i < count; i++)
		if (list[i].forget)
			word(s, &argc, list[i].name, strlen(list[i].name));
	return argc;
}

void redis_store_seen_put(void *store, const struct store_seen *list, size_t count)
{
	struct redis_store *s = store;
	char key[STORE_PREFIX_MAX + 16];
	int argc;

	ENSURE(count <= STORE_SEEN_MAX);
	if (!may_send(s)) {
		s->seen.put_refused = true;
		event_active(s->work, EV_TIMEOUT, 1);
		return;
	}
	s->seen.put_ok = true;
	argc = put_forgotten(s, list, count, "HDEL", VITALS_KEY, key);
	if (argc > 2)
		ask(s, on_put, 0, argc);
	argc = put_forgotten(s, list, count, "ZREM", SEEN_KEY, key);
	if (argc > 2)
		ask(s, on_put, 0, argc);
	argc = put_vitals(s, list, count, key);
	if (argc > 2)
		ask(s, on_put, 0, argc);
	argc = put_times(s, list, count, key);
	if (argc > 3) {
		ask(s, on_put, 1, argc);
		return;
	}
	/* No times among them: something must answer last all the same. */
	begin(s, &argc, "ZCARD", SEEN_KEY, key);
	ask(s, on_put, 1, argc);
}

/* ------------------------------------------------------------ ask */

static void answer(struct redis_store *s, size_t count)
{
	s->sink.seen(s->sink.ctx, s->seen.list, count);
}

static void on_times(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;

	(void)tag;
	if (s->falling)
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != s->seen.asked) {
		store_bad_reply(s, "ZMSCORE", reply);
		return;
	}
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *score = reply->element[i];
		double at_ms = score->type == REDIS_REPLY_STRING ? strtod(score->str, NULL) : 0;

		/* What a hand wrote there may be anything. */
		s->seen.list[i].heard_ms = at_ms >= 1 && at_ms < (double)(INT64_C(1) << 48) ? (ms_t)at_ms : 0;
		s->seen.list[i].vitals = slice_of(NULL, 0);
	}
	if (!s->seen.vitals)
		answer(s, s->seen.asked);
}

static void on_vitals(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;

	(void)tag;
	if (s->falling)
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != s->seen.asked) {
		store_bad_reply(s, "HMGET", reply);
		return;
	}
	for (size_t i = 0; i < reply->elements; i++)
		if (reply->element[i]->type == REDIS_REPLY_STRING)
			s->seen.list[i].vitals = slice_of(reply->element[i]->str, reply->element[i]->len);
	answer(s, s->seen.asked);
}

void redis_store_seen_ask(void *store, const struct store_seen *list, size_t count, bool vitals)
{
	struct redis_store *s = store;
	char key[STORE_PREFIX_MAX + 16];
	int argc;

	ENSURE(count > 0 && count <= STORE_SEEN_MAX);
	if (!may_send(s)) {
		s->seen.ask_refused = true;
		event_active(s->work, EV_TIMEOUT, 1);
		return;
	}
	memcpy(s->seen.list, list, count * sizeof *list);
	s->seen.asked = count;
	s->seen.vitals = vitals;
	begin(s, &argc, "ZMSCORE", SEEN_KEY, key);
	for (size_t i = 0; i < count; i++)
		word(s, &argc, list[i].name, strlen(list[i].name));
	ask(s, on_times, 0, argc);
	if (!vitals)
		return;
	begin(s, &argc, "HMGET", VITALS_KEY, key);
	for (size_t i = 0; i < count; i++)
		word(s, &argc, list[i].name, strlen(list[i].name));
	ask(s, on_vitals, 0, argc);
}

void seen_refuse(struct redis_store *s)
{
	bool put = s->seen.put_refused, question = s->seen.ask_refused;

	s->seen.put_refused = s->seen.ask_refused = false;
	if (put)
		s->sink.seen_put(s->sink.ctx, false);
	if (question)
		answer(s, 0);
}
