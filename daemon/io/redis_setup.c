#include "io/redis_store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static void one_done(struct redis_store *s)
{
	ENSURE(s->setup_left > 0);
	if (--s->setup_left == 0)
		setup_done(s);
}

static bool is_error(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ERROR;
}

static void on_auth(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;

	(void)tag;
	if (is_error(reply)) {
		store_fall(s, "STORE_AUTH_REFUSED", "AUTH refused");
		return;
	}
	one_done(s);
}

/* ["master", offset, [replicas...]] */
static bool read_role(struct redis_store *s, const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 1 || reply->element[0]->type != REDIS_REPLY_STRING) {
		store_bad_reply(s, "ROLE", reply);
		return false;
	}
	if (strcmp(reply->element[0]->str, "master") != 0) {
		store_fall(s, "STORE_NOT_PRIMARY", reply->element[0]->str);
		return false;
	}
	if (reply->elements == 3 && reply->element[2]->type == REDIS_REPLY_ARRAY)
		s->replicas = (uint32_t)reply->element[2]->elements;
	/* WAIT cannot say which replica answered: with one more than asked for, a yes could rest on the wrong one. */
	s->wait_for = s->config.replicas == 0 || s->config.replicas > s->replicas ? s->config.replicas : s->replicas;
	return true;
}

static void on_role(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)tag;
	if (read_role(ctx, reply))
		one_done(ctx);
}

/* ["appendfsync", "always", "appendonly", "yes"], in any order. */
static void on_config(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	bool always = false, appends = false;

	(void)tag;
	if (is_error(reply) && strncmp(reply->str, "NOPERM", 6) == 0) {
		/* An account that may not look: its administrator answers for it. */
		log_line(s->log, "STORE_DURABILITY_UNKNOWN", "reason=config_get_refused");
		one_done(s);
		return;
	}
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements % 2 != 0) {
		store_bad_reply(s, "CONFIG", reply);
		return;
	}
	for (size_t i = 0; i < reply->elements; i += 2) {
		const redisReply *name = reply->element[i], *value = reply->element[i + 1];

		if (name->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING)
			continue;
		always |= strcasecmp(name->str, "appendfsync") == 0 && strcasecmp(value->str, "always") == 0;
		appends |= strcasecmp(name->str, "appendonly") == 0 && strcasecmp(value->str, "yes") == 0;
	}
	if ((!always || !appends) && !s->config.may_lose) {
		/* Promise 1: what this Redis acknowledges would not be on disk. */
		store_fall(s, "STORE_NOT_DURABLE", "needs appendonly yes and appendfsync always");
		return;
	}
	one_done(s);
}

/* ------------------------------------------------------------ the function */

static void ask_version(struct redis_store *s);

static void on_library(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;

	(void)tag;
	if (is_error(reply)) {
		store_fall(s, "STORE_FUNCTION_REFUSED", reply->str);
		return;
	}
	log_line(s->log, "STORE_FUNCTION_LOADED", "version=%d sum=%s", COMMIT_LUA_VERSION, COMMIT_LUA_SUM);
	ask_version(s);
}

static void on_version(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	const char *argv[] = {"FUNCTION", "LOAD", "REPLACE", (const char *)COMMIT_LUA};
	const size_t lens[] = {8, 4, 7, COMMIT_LUA_LEN};

	(void)tag;
	if (commit_version_fits(reply)) {
		one_done(s);
		return;
	}
	if (s->loaded_library) {
		store_fall(s, "STORE_FUNCTION_REFUSED", is_error(reply) ? reply->str : "another library under our name");
		return;
	}
	/* An upgrade, a fresh Redis, or one whose functions were flushed. */
	s->loaded_library = true;
	store_ask(s, LINK_COMMITS, on_library, 0, 0, (int)COUNT_OF(argv), argv, lens);
}

static void ask_version(struct redis_store *s)
{
	store_ask_words(s, LINK_COMMITS, on_version, 0, 0, "FCALL_RO", "commit_version", "0", (char *)NULL);
}

/* ------------------------------------------------------------ the store's clock */

/* [seconds, microseconds]; `tag` is our clock when we asked. */
static bool read_time(struct redis_store *s, uint64_t tag, const redisReply *reply)
{
	mono_t now = clock_mono(s->clock);
	int64_t trip_ms = now.ms - (int64_t)tag;
	char *end_s, *end_us;
	long long seconds, us;
	int64_t jump_ms;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
	    reply->element[1]->type != REDIS_REPLY_STRING)
		goto bad;
	seconds = strtoll(reply->element[0]->str, &end_s, 10);
	us = strtoll(reply->element[1]->str, &end_us, 10);
	if (*end_s != '\0' || *end_us != '\0' || seconds < 0 || seconds > 99999999999 || us < 0 || us > 999999)
		goto bad;
	if (trip_ms < 0 || trip_ms > TIME_TRIP_MAX_MS)
		return true;
	jump_ms =
		clock_store_seen(s->clock, seconds * 1000 + us / 1000 + s->test_advance_ms, (mono_t){now.ms - trip_ms / 2});
	if (jump_ms != 0) {
		s->stats.jumps++;
		store_metric(s, METRIC_STORE_JUMPS, 1);
		log_line(s->log, "STORE_CLOCK_JUMP", "ms=%lld", (long long)jump_ms);
	}
	return true;
bad:
	store_bad_reply(s, "TIME", reply);
	return false;
}

static void on_time(void *ctx, uint64_t tag, const redisReply *reply)
{
	if (read_time(ctx, tag, reply))
		one_done(ctx);
}

static void on_time_again(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)read_time(ctx, tag, reply);
}

static void on_role_again(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)tag;
	(void)read_role(ctx, reply);
}

static void on_ping(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)tag;
	if (is_error(reply))
		store_bad_reply(ctx, "PING", reply);
}

/* ------------------------------------------------------------ what is asked, and when */

void setup_link(struct redis_store *s, enum redis_role role)
{
	if (s->config.password[0] != '\0') {
		s->setup_left++;
		if (s->config.user[0] != '\0')
			store_ask_words(s, role, on_auth, 0, 0, "AUTH", s->config.user, s->config.password, (char *)NULL);
		else
			store_ask_words(s, role, on_auth, 0, 0, "AUTH", s->config.password, (char *)NULL);
	}
	s->setup_left++;
	store_ask_words(s, role, on_role, 0, 0, "ROLE", (char *)NULL);
	if (role == LINK_COMMITS) {
		s->setup_left += 3;
		store_ask_words(s, role, on_config, 0, 0, "CONFIG", "GET", "append*", (char *)NULL);
		ask_version(s);
		store_ask_words(s, role, on_time, (uint64_t)clock_mono(s->clock).ms, 0, "TIME", (char *)NULL);
	}
	one_done(s); /* the link itself was counted when it was begun */
}

void setup_refresh(struct redis_store *s)
{
	store_ask_words(s, LINK_COMMITS, on_time_again, (uint64_t)clock_mono(s->clock).ms, 0, "TIME", (char *)NULL);
	store_ask_words(s, LINK_COMMITS, on_role_again, 0, 0, "ROLE", (char *)NULL);
	/* WAIT blocks its connection; while it runs, it is itself the sign of life. */
	for (enum redis_role role = LINK_GATE; role < LINK_COUNT; role++)
		if (redis_link_waits(s->links[role]) == 0)
			store_ask_words(s, role, on_ping, 0, 0, "PING", (char *)NULL);
}
