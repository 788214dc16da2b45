/* What only a real Redis can do wrong: calls that are no calls, a library that is not ours, a server that stands
 * still. */
#include "contract/store_harness.h"

#include <unistd.h>

#include "io/redis_commit.h"

static int real(void **state)
{
	*state = stage_new(true, NULL, NULL);
	return 0;
}

static int gone(void **state)
{
	stage_free(*state);
	return 0;
}

static long long ask_number(struct stage *w, const char *command)
{
	redisReply *reply = stage_ask(w, command);
	long long n = reply->integer;

	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	freeReplyObject(reply);
	return n;
}

static void tell(struct stage *w, const char *command)
{
	redisReply *reply = stage_ask(w, command);

	assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
	freeReplyObject(reply);
}

/* ------------------------------------------------------------ calls that are none */

/* Words of a call after FCALL commit: % is our three keys, @ a commit id, _ nothing. */
struct broken {
	const char *why, *words;
};

#define ID "00000000000000aa"

static const struct broken BROKEN[] = {
	{"nothing at all", "0"},
	{"keys only", "4 % pa:incident:1"},
	{"another form", "4 % pa:incident:1 3 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"id too short", "4 % pa:incident:1 1 aa 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"id not hex", "4 % pa:incident:1 1 000000000000zzzz 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"seven records", "4 % pa:incident:1 1 @ 7 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"records as text", "4 % pa:incident:1 1 @ one 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"half a record", "4 % pa:incident:1 1 @ 0.5 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"not a number", "4 % pa:incident:1 1 @ nan 0 0 0 _ _ 0 0 ev nan _ w b"},
	{"a clock without end", "4 % pa:incident:1 1 @ 1 0 0 0 _ _ 0 0 ev inf _ w b"},
	{"body is missing", "4 % pa:incident:1 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ w"},
	{"a word too many", "4 % pa:incident:1 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b c"},
	{"audit part is missing", "4 % pa:incident:1 2 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"audit part of no bytes", "4 % pa:incident:1 2 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b _"},
	{"a word after the audit part", "4 % pa:incident:1 2 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b au dit"},
	{"a key too many", "5 % pa:incident:1 pa:incident:2 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"message without memory", "5 % pa:incident:1 pa:msg:m 1 @ 1 0 0 0 m v 0 0 ev 0 _ w b"},
	{"message of another kind", "5 % pa:incident:1 pa:msg:m 1 @ 1 0 0 0 x v 9 0 ev 0 _ w b"},
	{"neither write nor remove", "4 % pa:incident:1 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ x b"},
	{"expects no id", "4 % pa:incident:1 1 @ 1 0 0 0 _ _ 0 0 ev 0 5 w b"},
	{"one record twice", "5 % pa:incident:1 pa:incident:1 1 @ 2 0 0 0 _ _ 0 0 ev 0 _ w b _ w b"},
	{"check expects no id", "5 % pa:incident:1 pa:incident:2 1 @ 1 1 0 0 _ _ 0 0 ev 0 _ w b x"},
	{"unknown kind of link", "5 % pa:incident:1 pa:link:a 1 @ 1 0 1 0 _ _ 0 0 ev 0 _ w b z v"},
	{"record that is a text", "4 % pa:text 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"record that is another hash", "4 % pa:hash 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"check of a text", "5 % pa:incident:1 pa:text 1 @ 1 1 0 0 _ _ 0 0 ev 0 _ w b _"},
	{"set that is a text", "5 % pa:incident:1 pa:text 1 @ 1 0 1 0 _ _ 0 0 ev 0 _ w b a v"},
	{"log that is a text", "4 pa:text pa:nohead pa:outbox pa:incident:1 1 @ 1 0 0 0 _ _ 0 0 ev 0 _ w b"},
	{"outbox that is a text", "4 pa:log pa:head pa:text pa:incident:1 1 @ 1 0 0 1 _ _ 0 0 ev 0 _ w b k o"},
	{"log that is a text, with an outbox entry",
     "4 pa:text pa:head pa:outbox pa:incident:1 1 @ 1 0 0 1 _ _ 0 0 ev 0 _ w b k o"},
	{"log that is a text, with a set",
     "5 pa:text pa:head pa:outbox pa:incident:1 pa:set:s 1 @ 1 0 1 0 _ _ 0 0 ev 0 _ w b a v"},
	{"second set is a text", "6 % pa:incident:1 pa:set:s pa:text 1 @ 1 0 2 0 _ _ 0 0 ev 0 _ w b a v a v"},
	{"leaves a set, then a text", "6 % pa:incident:1 pa:members pa:text 1 @ 1 0 2 0 _ _ 0 0 ev 0 _ w b d m a v"},
	{"outbox without a record", "4 % pa:msg:m 1 @ 0 0 0 1 m v 9 0 ev 0 k o"},
	{"nothing to tell it by", "3 % 1 @ 0 0 0 0 _ _ 0 0 ev 0"},
};

struct words {
	int argc;
	const char *argv[48];
	size_t lens[48];
	char text[512];
};

static void word(struct words *w, const char *text)
{
	assert_true(w->argc < (int)COUNT_OF(w->argv));
	w->argv[w->argc] = text;
	w->lens[w->argc++] = strlen(text);
}

static void words_of(struct words *w, const char *text)
{
	w->argc = 0;
	snprintf(w->text, sizeof w->text, "%s", text);
	word(w, "FCALL");
	word(w, "commit");
	for (char *at = strtok(w->text, " "); at != NULL; at = strtok(NULL, " ")) {
		if (strcmp(at, "%") == 0) {
			word(w, "pa:log");
			word(w, "pa:head");
			word(w, "pa:outbox");
		} else {
			word(w, strcmp(at, "@") == 0 ? ID : strcmp(at, "_") == 0 ? "" : at);
		}
	}
}

/* Every broken call is refused in words: an error would lose the answer, a half-done write the truth. */
static void test_malformed_is_refused(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:9", 0, "x");
	redisContext *r = redisConnectUnix(w->server.socket);
	long long keys;
	size_t big_len = STORE_BODY_MAX + 1;
	char *big = calloc(1, big_len);

	assert_non_null(big);
	stored(a, &c);
	tell(w, "SET pa:text hello");
	tell(w, "HSET pa:hash rev 5");
	tell(w, "SADD pa:members m n");
	keys = ask_number(w, "DBSIZE");
	for (size_t i = 0; i < COUNT_OF(BROKEN) + 2; i++) {
		struct words call;
		redisReply *reply;
		struct store_answer answer;
		/* The last two: body and event over the bound. */
		const struct broken *b = &BROKEN[i < COUNT_OF(BROKEN) ? i : 2];

		words_of(&call, b->words);
		if (i >= COUNT_OF(BROKEN)) {
			int where = i == COUNT_OF(BROKEN) ? call.argc - 1 : call.argc - 5;

			call.argv[7] = "1"; /* the form put right */
			call.argv[where] = big;
			call.lens[where] = big_len;
		}
		reply = redisCommandArgv(r, call.argc, call.argv, call.lens);
		assert_non_null(reply);
		if (!commit_answer_read(reply, &answer) || answer.result != STORE_REFUSED)
			fail_msg("%s: type %d result %d", i < COUNT_OF(BROKEN) ? b->why : "too big", reply->type,
			         (int)answer.result);
		freeReplyObject(reply);
	}
	assert_int_equal(ask_number(w, "DBSIZE") - ask_number(w, "EXISTS pa:outbox"), keys);
	assert_int_equal(ask_number(w, "XLEN pa:outbox"), 0);
	assert_int_equal(ask_number(w, "SCARD pa:members"), 2);
	assert_int_equal(ask_number(w, "XLEN pa:log"), 1);
	/* Put right, the same call works: it was not refused for a reason of the test's. */
	{
		redisReply *reply =
			stage_ask(w, "FCALL commit 4 pa:log pa:head pa:outbox pa:incident:1 1 %s 1 0 0 0 %b %b 0 0 ev 0 %b w b", ID,
		              "", (size_t)0, "", (size_t)0, "", (size_t)0);
		struct store_answer answer;

		assert_true(commit_answer_read(reply, &answer));
		assert_int_equal(answer.result, STORE_STORED);
		freeReplyObject(reply);
	}
	client_entry(a, 2);
	redisFree(r);
	free(big);
}

/* Random words in a call that is right: never an error, never more than one entry a call. */
static void test_random_calls(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	redisContext *r = redisConnectUnix(w->server.socket);
	uint64_t seed = 42;
	static const char *const words[] = {"",     "0",  "1",      "2",       "-1",      "1e3",
	                                    "w",    "r",  "u",      "a",       "m",       "f",
	                                    ID,     "x",  "pa:log", "pa:head", "pa:text", "99999999999999999999",
	                                    "0x10", "inf"};

	(void)a;
	tell(w, "SET pa:text hello");
	for (int i = 0; i < 3000; i++) {
		struct store_commit c = commit_of(w, "incident:1", 0, "body");
		struct commit_call call;
		struct store_answer answer;
		redisReply *reply;
		int changes;

		commit_put(&c, "incident:2", 0, "body");
		commit_link(&c, LINK_UNIQUE, "open:h1", "incident:1");
		commit_link(&c, LINK_ADD, "set", "incident:1");
		commit_message(&c, "m", "incident:1", 60000);
		commit_outbox(&c, "o", "body");
		commit_call_make(&call, "pa:", &c, 0);
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		changes = 1 + (int)((seed >> 33) % 3);
		while (changes-- > 0) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			/* Not the log's own key and not the number of keys: those are Redis' to judge. */
			size_t which = 4 + (seed >> 33) % ((size_t)call.argc - 4);
			const char *word = words[(seed >> 48) % COUNT_OF(words)];

			call.argv[which] = word;
			call.argvlen[which] = strlen(word);
		}
		reply = redisCommandArgv(r, call.argc, call.argv, call.argvlen);
		assert_non_null(reply);
		if (!commit_answer_read(reply, &answer))
			fail_msg("call %d: %s", i, reply->type == REDIS_REPLY_ERROR ? reply->str : "unreadable");
		freeReplyObject(reply);
	}
	redisFree(r);
}

/* ------------------------------------------------------------ the library */

static void test_function_survives_restart(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	redisReply *reply;

	client_leave(a);
	stage_kill(w);
	stage_back(w);
	reply = stage_ask(w, "FCALL_RO commit_version 0");
	assert_true(commit_version_fits(reply));
	freeReplyObject(reply);
}

static void load_library(struct stage *w, int version, const char *sum)
{
	char code[512];
	redisReply *reply;

	snprintf(code, sizeof code,
	         "#!lua name=pingan\n"
	         "redis.register_function('commit', function() return {7, 0, 0, 0, 'an older one'} end)\n"
	         "redis.register_function{function_name = 'commit_version', callback = function() return {%d, '%s'} end,\n"
	         "flags = {'no-writes'}}\n",
	         version, sum);
	reply = stage_ask(w, "FUNCTION LOAD REPLACE %s", code);
	assert_int_equal(reply->type, REDIS_REPLY_STRING);
	freeReplyObject(reply);
}

/* An older library is replaced at the start of a daemon, one of the same version that is not ours too; a newer one stays. */
static void test_upgrade(void **state)
{
	struct stage *w = *state;
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	struct client *a;

	load_library(w, COMMIT_LUA_VERSION - 1, "old");
	a = client_new(w);
	assert_int_equal(stored(a, &c), 1);
	client_leave(a);
	load_library(w, COMMIT_LUA_VERSION, "of somebody else");
	a = client_new(w);
	c = commit_of(w, "incident:02", 0, "x");
	assert_int_equal(stored(a, &c), 2);
	client_leave(a);
	load_library(w, COMMIT_LUA_VERSION + 1, "newer");
	a = client_new(w);
	c = commit_of(w, "incident:03", 0, "x");
	assert_int_equal(client_commit(a, &c)->result, STORE_REFUSED);
	assert_string_equal(client_answer(a, c.id, 0)->value, "an older one");
}

/* Functions flushed under our feet: links fall, the library is loaded again, the commit is sent again. */
static void test_functions_flushed(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");

	tell(w, "FUNCTION FLUSH");
	client_send(a, &c);
	await(w, a->downs == 1, "down");
	assert_int_equal(client_again(a), ATTACH_EMPTY);
	assert_int_equal(stored(a, &c), 1);
}

/* ------------------------------------------------------------ what a Redis must be */

/* Three times it tries, and does not attach. */
static void refused_for_now(struct client *c)
{
	struct redis_store_stats stats;

	await(c->stage, (redis_store_stats(c->redis, &stats), stats.attempts >= 4), "tries again");
	assert_int_equal(stats.connects, 0);
	assert_int_equal(c->attached, 0);
}

/* Promise 1: a Redis that does not sync every write is not used. */
static void test_not_durable_is_not_used(void **state)
{
	struct stage *w = *state;
	struct client *a;

	tell(w, "CONFIG SET appendfsync everysec");
	a = client_join(w);
	client_ask_attach(a);
	/* Until it is put right nobody attaches; then somebody does, without being told. */
	refused_for_now(a);
	tell(w, "CONFIG SET appendfsync always");
	await(w, a->attached == 1, "attached");
}

static void test_replica_is_not_used(void **state)
{
	struct stage *w = *state;
	struct client *a;

	client_leave(client_new(w)); /* it has our function: nothing but its role is wrong */
	tell(w, "REPLICAOF 127.0.0.1 1");
	a = client_join(w);
	client_ask_attach(a);
	refused_for_now(a);
	tell(w, "REPLICAOF NO ONE");
	await(w, a->attached == 1, "attached");
	client_load(a);
	/* Demoted while we are connected: found at the next look, or at the next commit. */
	tell(w, "REPLICAOF 127.0.0.1 1");
	await(w, a->downs == 1, "down");
}

static void test_password(void **state)
{
	struct stage *w = *state;
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	struct client *a;

	tell(w, "CONFIG SET requirepass secret");
	a = client_join(w);
	client_ask_attach(a);
	refused_for_now(a);
	client_leave(a);
	snprintf(w->config.password, sizeof w->config.password, "secret");
	client_leave(client_new(w));
	snprintf(w->config.user, sizeof w->config.user, "default");
	a = client_new(w);
	assert_int_equal(stored(a, &c), 1);
}

static void test_tcp(void **state)
{
	char port[8];
	const char *args[] = {"--port", port, "--bind", "127.0.0.1", NULL};
	struct stage *w;
	struct client *a;
	struct store_commit c;

	(void)state;
	snprintf(port, sizeof port, "%u", stage_free_port());
	w = stage_new(true, args, NULL);
	w->config.unix_path[0] = '\0';
	snprintf(w->config.host, sizeof w->config.host, "127.0.0.1");
	w->config.port = (uint16_t)atoi(port);
	a = client_new(w);
	c = commit_of(w, "incident:01", 0, "x");
	assert_int_equal(stored(a, &c), 1);
	client_entry(a, 1);
	redis_server_kill(&w->server);
	await(w, a->downs == 1, "down");
	redis_server_restart(&w->server);
	assert_int_equal(client_again(a), ATTACH_TAIL);
	stage_free(w);
}

/* A Redis that stands still is a dead one: hiredis alone would wait for ever. */
static void test_frozen_redis_times_out(void **state)
{
	struct stage *w = *state;
	struct client *a;
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	struct redis_store_stats stats;

	w->config.timeout_ms = 1500;
	a = client_new(w);
	redis_server_freeze(&w->server, true);
	client_send(a, &c);
	await(w, a->downs == 1, "down");
	redis_store_stats(a->redis, &stats);
	assert_int_equal(stats.timeouts, 1);
	redis_server_freeze(&w->server, false);
	client_again(a);
	/* The commit lay in the socket: it may have been carried out meanwhile, but once. */
	client_commit(a, &c);
	assert_true(client_answer(a, c.id, 0)->result == STORE_STORED || client_answer(a, c.id, 0)->result == STORE_MINE);
	client_entry(a, 1);
	assert_int_equal(ask_number(w, "XLEN pa:log"), 1);
	/* Idle and frozen is noticed too. */
	redis_server_freeze(&w->server, true);
	await(w, a->downs == 2, "down again");
	redis_server_freeze(&w->server, false);
	assert_int_equal(client_again(a), ATTACH_TAIL);
}

/* Redis is not there yet when the daemon starts. */
static void test_redis_comes_later(void **state)
{
	struct stage *w = *state;
	struct client *a;

	redis_server_kill(&w->server);
	a = client_join(w);
	client_ask_attach(a);
	refused_for_now(a);
	redis_server_restart(&w->server);
	await(w, a->attached == 1, "attached");
	assert_int_equal(a->downs, 0);
}

/* ------------------------------------------------------------ what a foreign hand does to the data */

static void test_unreadable_records_are_left_out(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	struct redis_store_stats stats;

	stored(a, &c);
	tell(w, "HSET pa:incident:02 rev 1 commits garbage body x");
	tell(w, "HSET pa:incident:03 body x");
	tell(w, "HSET pa:incident:04 rev -1 commits 00000000000000aa body x");
	tell(w, "HSET pa:nocolon rev 1 commits 00000000000000aa body x");
	tell(w, "HSET pa:incident:0123456789012345678901234567890123456789012345678901234567890123456789 rev 1");
	tell(w, "HSET other:incident:05 rev 1 commits 00000000000000aa body x");
	tell(w, "SADD pa:incident:06 x");
	b = client_new(w);
	assert_int_equal(b->view_count, 1);
	redis_store_stats(b->redis, &stats);
	assert_int_equal(stats.bad_replies, 3);
}

/* An entry that is gone, or is not ours: the gap is found, and everything is read again. */
static void test_gap_is_found(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	uint64_t last = 0;

	for (int i = 0; i < 5; i++) {
		struct store_commit c = commit_of(w, "incident:01", last, "x");

		last = c.id;
		stored(a, &c);
		if (i == 1) {
			client_entry(b, 2);
			redis_store_test_fail(b->redis, STORE_FAIL_DROP);
			await(w, b->downs == 1, "down");
		}
	}
	tell(w, "XDEL pa:log 3-0");
	assert_int_equal(client_attach(b), ATTACH_CUT);
	client_load(b);
	assert_int_equal(b->newest, 5);
	/* Written by hand behind our back: unreadable. The one who follows loads again and goes on behind it. */
	tell(w, "XADD pa:log 6-0 what ever");
	await(w, a->downs == 1 && b->downs == 2, "down");
	assert_int_equal(client_attach(a), ATTACH_CUT);
	client_load(a);
	assert_int_equal(a->newest, 6);
	assert_int_equal(a->newest_commit, 0);
	{
		struct store_commit c = commit_of(w, "incident:01", last, "goes on");

		assert_int_equal(stored(a, &c), 7);
		client_entry(a, 7);
	}
}

/* `head` lost or behind: the stream itself says where it stands. */
static void test_head_is_healed(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	uint64_t last = c.id;

	stored(a, &c);
	tell(w, "DEL pa:head");
	c = commit_of(w, "incident:01", last, "y");
	last = c.id;
	assert_int_equal(stored(a, &c), 2);
	tell(w, "SET pa:head 00000000000000aa0000000000000000");
	c = commit_of(w, "incident:01", last, "z");
	last = c.id;
	assert_int_equal(stored(a, &c), 3);
	freeReplyObject(stage_ask(w, "SET pa:head %s", "00000000000000aa 1790000000000 1"));
	c = commit_of(w, "incident:01", last, "z");
	assert_int_equal(stored(a, &c), 4);
	client_entry(a, 4);
	tell(w, "DEL pa:head");
	b = client_new(w);
	assert_int_equal(b->newest, 4);
	assert_int_equal(b->newest_commit, c.id);
}

/* 20,000 records come in one load, all of them, and the loop goes on meanwhile. */
static void test_large_load(void **state)
{
	struct stage *w = *state;
	const struct view *v;
	struct client *a;
	redisReply *reply = stage_ask(w, "%s %s 0", "EVAL",
	                              "for i = 1, 20000 do redis.call('HSET', 'pa:household:' .. i, 'rev', 1, 'commits', "
	                              "'00000000000000aa', 'body', string.rep('x', i % 700)) end return 1");

	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	freeReplyObject(reply);
	a = client_join(w);
	assert_int_equal(client_attach(a), ATTACH_EMPTY);
	client_load(a);
	assert_int_equal(a->view_count, 20000);
	for (size_t i = 0; (v = view_next(a, &i)) != NULL;)
		assert_int_equal(v->body_len, (size_t)atoi(strchr(v->key, ':') + 1) % 700);
}

/* Answers held back: nothing is told; released: all of it, once. */
static void test_hold(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");

	redis_store_test_fail(a->redis, STORE_FAIL_HOLD);
	client_send(a, &c);
	await(w, ask_number(w, "XLEN pa:log") == 1, "carried out");
	assert_int_equal(a->answer_count, 0);
	assert_int_equal(a->newest, 0);
	redis_store_test_fail(a->redis, STORE_FAIL_RELEASE);
	await(w, a->answer_count == 1 && a->newest == 1 && a->safe == 1, "told");
}

#define CASE(test)                    \
	{                                 \
#test, test, real, gone, NULL \
	}

/* ------------------------------------------------------------ what the log keeps */

/* The stream itself, as whoever opens Redis reads it. */
static void test_log_keeps_no_personal_record(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "household:h1", 0, "NAME-OF-SOMEBODY"), next;
	redisReply *log;

	commit_put(&c, "person:p1", 0, "PHONE-OF-SOMEBODY");
	commit_put(&c, "incident:01", 0, "ids only");
	stored(a, &c);
	next = commit_of(w, "household:h1", c.id, "NAME-OF-ANOTHER");
	stored(a, &next);
	log = stage_ask(w, "XRANGE pa:log - +");
	assert_int_equal(log->elements, 2);
	for (size_t i = 0; i < log->elements; i++) {
		const redisReply *fields = log->element[i]->element[1];

		for (size_t k = 0; k < fields->elements; k++)
			assert_null(strstr(fields->element[k]->str, "-OF-"));
	}
	freeReplyObject(log);
}

/* The log of a daemon of before: bodies stand in it. They are read as they stand. */
static void test_old_entries_with_bodies(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit c = commit_of(w, "incident:01", 0, "first");
	redisReply *r;

	stored(a, &c);
	r = stage_ask(w, "EVAL %s 0",
	              "redis.call('XADD', 'pa:log', '2-0', 'commit', '00000000000000bb', 'prev', 'c000000000000001', 'at', "
	              "'1790000000000', 'event', 'ev', 'key', 'household:h1', 'rev', '1', 'commits', '00000000000000bb', "
	              "'body', 'as it was') redis.call('HSET', 'pa:household:h1', 'rev', '1', 'commits', "
	              "'00000000000000bb', 'body', 'as it was') redis.call('SET', 'pa:head', "
	              "'00000000000000bb 1790000000000 2') return 1");
	assert_int_equal(r->type, REDIS_REPLY_INTEGER);
	freeReplyObject(r);
	assert_slice(client_entry(a, 2)->records[0].body, "as it was");
	assert_false(client_entry(a, 2)->records[0].absent);
	b = client_new(w);
	assert_memory_equal(view_find(b, "household:h1")->body, "as it was", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_malformed_is_refused),
		CASE(test_random_calls),
		CASE(test_function_survives_restart),
		CASE(test_upgrade),
		CASE(test_functions_flushed),
		CASE(test_not_durable_is_not_used),
		CASE(test_replica_is_not_used),
		CASE(test_password),
		{"test_tcp", test_tcp, NULL, NULL, NULL},
		CASE(test_frozen_redis_times_out),
		CASE(test_redis_comes_later),
		CASE(test_unreadable_records_are_left_out),
		CASE(test_gap_is_found),
		CASE(test_head_is_healed),
		CASE(test_large_load),
		CASE(test_hold),
		CASE(test_log_keeps_no_personal_record),
		CASE(test_old_entries_with_bodies),
	};

	return cmocka_run_group_tests_name("redis store", tests, NULL, NULL);
}
