/* store_harness.h - one set of hands for two stores: what the contract tests do to the simulated store and to Redis alike.
 *
 * A stage is a store. A client is a daemon at it, which notes everything that it is told. Nothing sleeps: await() runs the
 * stage (virtual time, or the loop) until what is waited for is true, and fails the test when it never comes.
 */
#ifndef CONTRACT_STORE_HARNESS_H
#define CONTRACT_STORE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/table.h"
#include "io/redis_store.h"
#include "sim/store_sim.h"
#include "support/redis_server.h"

#ifndef PINGAN_TEST_BUILD
#error the contract tests move the clock: configure with PINGAN_TEST_BUILD=ON
#endif

#define AWAIT_S 120 /* a test that hangs ends; a machine whose disk takes 20 s for a sync is only slow */
#define START_MS 1790000000000

struct stage;

struct heard_answer {
	uint64_t commit;
	struct store_answer answer;
	uint8_t *body;
};

struct heard_entry {
	struct store_entry entry;
	uint8_t *bytes; /* what its slices point to */
};

/* What a client believes of a record: from loads and entries, the newest revision of its history. */
struct view {
	char key[STORE_KEY_MAX];
	uint64_t rev;
	uint64_t commits[STORE_COMMITS_KEPT];
	uint8_t *body;
	size_t body_len;
};

struct client {
	struct stage *stage;
	bool in_port; /* nothing may be told from inside a port call */
	void *handle;
	struct redis_store *redis;
	struct clock *clock; /* Redis only, as log */
	struct log *log;
	struct store_sim_daemon *sim;
	int64_t advance_ms;

	uint32_t attached, downs, load_begins, load_ends;
	enum attach_result attach_result;
	bool replicated, loading;
	uint64_t load_id, load_commit, load_sum; /* sum: of all that stood when the load ended */
	uint64_t safe;
	struct heard_answer *answers;
	size_t answer_count;
	struct heard_entry *entries;
	size_t entry_count;
	struct table views;                 /* key -> struct view */
	size_t view_count;                  /* records that stand, as the client believes */
	uint64_t newest, newest_commit;     /* position in the log */
	uint32_t puts, puts_refused, seens; /* answers about last seen */
	struct store_seen *seen;            /* the last of them */
	size_t seen_count;
	uint8_t *seen_bytes;
};

struct stage {
	const char *name;
	bool is_redis;
	struct redis_server server;
	struct event_base *base;
	struct store_sim *sim;
	struct redis_store_config config;
	uint64_t ids;  /* commit ids given so far */
	uint64_t kept; /* stage_keep() */
	struct client *clients[8];
	size_t client_count;
};

/* ------------------------------------------------------------ what is heard */

static inline void *grown(void *at, size_t count, size_t size)
{
	void *more = realloc(at, (count + 1) * size);

	assert_non_null(more);
	return more;
}

static inline struct slice taken(uint8_t **at, struct slice from)
{
	struct slice to = slice_of(*at, from.len);

	if (from.len != 0)
		memcpy(*at, from.at, from.len);
	*at += from.len;
	return to;
}

static inline struct view *view_find(struct client *c, const char *key)
{
	struct view *v = table_get(&c->views, key);

	return v == NULL || v->rev == 0 ? NULL : v;
}

/* As the app does: what is older than what stands there changes nothing. */
static inline void view_apply(struct client *c, const struct store_record *r)
{
	struct view *v = table_get(&c->views, r->key);

	if (r->absent)
		return;
	if (v == NULL) {
		v = calloc(1, sizeof *v);
		assert_non_null(v);
		snprintf(v->key, sizeof v->key, "%s", r->key);
		assert_true(table_put(&c->views, v->key, v));
	}
	if (r->rev != 0 && r->rev < v->rev && !c->loading)
		return;
	c->view_count += (r->rev != 0) - (v->rev != 0);
	v->rev = r->rev;
	memcpy(v->commits, r->commits, sizeof v->commits);
	free(v->body);
	v->body = malloc(r->body.len + 1);
	assert_non_null(v->body);
	if (r->body.len != 0)
		memcpy(v->body, r->body.at, r->body.len);
	v->body_len = r->body.len;
}

/* Walks what stands: `i` from 0, NULL at the end. */
static inline struct view *view_next(struct client *c, size_t *i)
{
	while (*i < table_places(&c->views)) {
		const char *key = table_at(&c->views, *i)->key;
		struct view *v = key == NULL ? NULL : table_at(&c->views, *i)->value;

		(*i)++;
		if (v != NULL && v->rev != 0)
			return v;
	}
	return NULL;
}

static inline void views_clear(struct client *c)
{
	for (size_t i = 0; i < table_places(&c->views); i++) {
		struct view *v = table_at(&c->views, i)->key == NULL ? NULL : table_at(&c->views, i)->value;

		if (v != NULL)
			free(v->body);
		free(v);
	}
	table_free(&c->views);
	c->view_count = 0;
}

static inline void hear_attached(void *ctx, enum attach_result result, bool replicated)
{
	struct client *c = ctx;

	assert_false(c->in_port);
	c->attached++;
	c->attach_result = result;
	c->replicated = replicated;
}

static inline void hear_down(void *ctx)
{
	struct client *c = ctx;

	assert_false(c->in_port);
	c->downs++;
}

static inline void hear_answer(void *ctx, uint64_t commit, const struct store_answer *answer)
{
	struct client *c = ctx;
	struct heard_answer *a;
	uint8_t *at;

	assert_false(c->in_port);
	c->answers = grown(c->answers, c->answer_count, sizeof *c->answers);
	a = &c->answers[c->answer_count++];
	a->commit = commit;
	a->answer = *answer;
	a->body = at = malloc(answer->body.len + 1);
	assert_non_null(at);
	a->answer.body = taken(&at, answer->body);
}

static inline void hear_entry(void *ctx, const struct store_entry *e)
{
	struct client *c = ctx;
	struct heard_entry *h;
	size_t len = e->event.len;
	uint8_t *at;

	assert_false(c->in_port);
	/* In order, without gap, each naming the one before it. */
	assert_int_equal(e->id, c->newest + 1);
	assert_int_equal(e->prev, c->newest_commit);
	for (uint32_t i = 0; i < e->record_count; i++)
		len += e->records[i].body.len;
	c->entries = grown(c->entries, c->entry_count, sizeof *c->entries);
	h = &c->entries[c->entry_count++];
	h->entry = *e;
	h->bytes = at = malloc(len + 1);
	assert_non_null(at);
	h->entry.event = taken(&at, e->event);
	for (uint32_t i = 0; i < e->record_count; i++) {
		h->entry.records[i].body = taken(&at, e->records[i].body);
		view_apply(c, &e->records[i]);
	}
	c->newest = e->id;
	c->newest_commit = e->commit;
}

static inline void hear_safe(void *ctx, uint64_t id)
{
	struct client *c = ctx;

	assert_false(c->in_port);
	assert_true(id <= c->newest); /* nothing is safe that has not come back */
	c->safe = id;
}

static inline void hear_load_begin(void *ctx)
{
	struct client *c = ctx;

	c->load_begins++;
	views_clear(c);
}

static inline void hear_load_record(void *ctx, const struct store_record *r)
{
	struct client *c = ctx;

	assert_true(c->load_begins > c->load_ends);
	c->loading = true; /* the last word counts, older or not */
	view_apply(c, r);
	c->loading = false;
}

/* The same whatever the order. */
static inline uint64_t record_sum(const char *key, uint64_t rev, uint64_t newest)
{
	return hash_bytes(rev, newest, slice_str(key));
}

static inline void hear_load_end(void *ctx, uint64_t id, uint64_t commit, int64_t stale_ms)
{
	struct client *c = ctx;
	const struct view *v;

	assert_int_equal(stale_ms, 0);
	c->load_ends++;
	c->load_sum = 0;
	for (size_t i = 0; (v = view_next(c, &i)) != NULL;)
		c->load_sum += record_sum(v->key, v->rev, v->commits[0]);
	c->load_id = c->newest = id;
	c->load_commit = c->newest_commit = commit;
}

#include "contract/store_harness_seen.h"

static inline void on_guard(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

/* Runs the stage until `cond` is true; `what` is said when it never is. */
#define await(stage, cond, what)                                         \
	do {                                                                 \
		struct runner runner = runner_begin(stage);                      \
		while (!(cond))                                                  \
			if (!runner_step(&runner))                                   \
				fail_msg("%s: never happened: %s", (stage)->name, what); \
		runner_end(&runner);                                             \
	} while (0)

struct runner {
	struct stage *stage;
	struct event *guard;
	bool *expired;
	int64_t steps;
};

static inline struct runner runner_begin(struct stage *w)
{
	struct runner r = {.stage = w};
	struct timeval limit = {.tv_sec = AWAIT_S};

	if (w->is_redis) {
		r.expired = calloc(1, sizeof *r.expired);
		assert_non_null(r.expired);
		r.guard = evtimer_new(w->base, on_guard, r.expired);
		evtimer_add(r.guard, &limit);
	}
	return r;
}

static inline bool runner_step(struct runner *r)
{
	int64_t next;

	if (r->stage->is_redis) {
		event_base_loop(r->stage->base, EVLOOP_ONCE);
		return !*r->expired;
	}
	next = store_sim_next_ms(r->stage->sim);
	if (next == INT64_MAX || ++r->steps > 1000000)
		return false;
	store_sim_run(r->stage->sim, (mono_t){next});
	return true;
}

static inline void runner_end(struct runner *r)
{
	if (r->guard != NULL)
		event_free(r->guard);
	free(r->expired);
}

/* ------------------------------------------------------------ clients */

static inline struct client *client_join(struct stage *w)
{
	struct client *c = calloc(1, sizeof *c);
	struct store_sink sink = {c,         hear_attached,   hear_down,        hear_answer,   hear_entry,
	                          hear_safe, hear_load_begin, hear_load_record, hear_load_end, hear_seen_put,
	                          hear_seen};

	assert_non_null(c);
	c->stage = w;
	if (w->is_redis) {
		c->clock = clock_new();
		/* To look into a case that fails: PINGAN_TEST_LOG=1 */
		c->log = getenv("PINGAN_TEST_LOG") != NULL ? log_new(c->clock, 2) : NULL;
		c->redis = redis_store_new(w->base, &w->config, c->clock, c->log, NULL);
		assert_non_null(c->redis);
		redis_store_set_sink(c->redis, &sink);
		redis_store_start(c->redis);
		c->handle = c->redis;
	} else {
		c->sim = store_sim_join(w->sim, &sink);
		assert_non_null(c->sim);
		c->handle = c->sim;
	}
	assert_true(w->client_count < COUNT_OF(w->clients));
	w->clients[w->client_count++] = c;
	return c;
}

static inline void client_leave(struct client *c)
{
	struct stage *w = c->stage;

	for (size_t i = 0; i < w->client_count; i++)
		if (w->clients[i] == c)
			w->clients[i] = w->clients[--w->client_count];
	if (w->is_redis) {
		redis_store_free(c->redis);
		log_free(c->log);
		clock_free(c->clock);
	} else {
		store_sim_leave(c->sim);
	}
	for (size_t i = 0; i < c->answer_count; i++)
		free(c->answers[i].body);
	for (size_t i = 0; i < c->entry_count; i++)
		free(c->entries[i].bytes);
	views_clear(c);
	free(c->answers);
	free(c->entries);
	free(c->seen);
	free(c->seen_bytes);
	free(c);
}

static inline void client_ask_attach(struct client *c)
{
	c->in_port = true;
	(c->stage->is_redis ? redis_store_attach : store_sim_attach)(c->handle, c->newest, c->newest_commit);
	c->in_port = false;
}

static inline enum attach_result client_attach(struct client *c)
{
	uint32_t before = c->attached;

	client_ask_attach(c);
	await(c->stage, c->attached > before, "attached");
	return c->attach_result;
}

/* After CUT: is this one there? */
static inline enum attach_result client_look(struct client *c, uint64_t id, uint64_t commit)
{
	uint32_t before = c->attached;

	c->in_port = true;
	(c->stage->is_redis ? redis_store_look : store_sim_look)(c->handle, id, commit);
	c->in_port = false;
	await(c->stage, c->attached > before, "answered");
	return c->attach_result;
}

static inline void client_load(struct client *c)
{
	uint32_t before = c->load_ends;

	c->in_port = true;
	(c->stage->is_redis ? redis_store_load : store_sim_load)(c->handle);
	c->in_port = false;
	await(c->stage, c->load_ends > before, "loaded");
}

/* A daemon that has started: attached, loaded, following. */
static inline struct client *client_new(struct stage *w)
{
	struct client *c = client_join(w);

	assert_int_equal(client_attach(c), ATTACH_EMPTY);
	client_load(c);
	return c;
}

/* After down: asks again, loads again where history was cut. */
static inline enum attach_result client_again(struct client *c)
{
	enum attach_result result = client_attach(c);

	if (result != ATTACH_TAIL)
		client_load(c);
	return result;
}

static inline void client_send(struct client *c, const struct store_commit *commit)
{
	c->in_port = true;
	(c->stage->is_redis ? redis_store_commit : store_sim_commit)(c->handle, commit);
	c->in_port = false;
}

/* The newest answer to this commit, or NULL. */
static inline const struct store_answer *client_answer(const struct client *c, uint64_t commit, size_t from)
{
	for (size_t i = c->answer_count; i > from; i--)
		if (c->answers[i - 1].commit == commit)
			return &c->answers[i - 1].answer;
	return NULL;
}

/* Sends and waits for the answer. */
static inline const struct store_answer *client_commit(struct client *c, const struct store_commit *commit)
{
	size_t from = c->answer_count;

	client_send(c, commit);
	await(c->stage, client_answer(c, commit->id, from) != NULL, "answer");
	return client_answer(c, commit->id, from);
}

static inline const struct store_entry *client_entry(struct client *c, uint64_t id)
{
	await(c->stage, c->newest >= id, "entry");
	for (size_t i = c->entry_count; i > 0; i--)
		if (c->entries[i - 1].entry.id == id)
			return &c->entries[i - 1].entry;
	return NULL;
}

/* ------------------------------------------------------------ commits */

static inline uint64_t new_id(struct stage *w)
{
	return 0xc000000000000000u + ++w->ids;
}

/* One record, text as body. `expect` as in store.h. */
static inline struct store_commit commit_of(struct stage *w, const char *key, uint64_t expect, const char *body)
{
	struct store_commit c = {.id = new_id(w), .put_count = 1, .event = slice_str("what happened")};

	snprintf(c.puts[0].key, sizeof c.puts[0].key, "%s", key);
	c.puts[0].expect = expect;
	c.puts[0].body = slice_str(body);
	return c;
}

static inline void commit_put(struct store_commit *c, const char *key, uint64_t expect, const char *body)
{
	struct store_put *p = &c->puts[c->put_count++];

	snprintf(p->key, sizeof p->key, "%s", key);
	p->expect = expect;
	p->body = slice_str(body);
}

static inline void commit_link(struct store_commit *c, enum store_link_op op, const char *name, const char *value)
{
	struct store_link *l = &c->links[c->link_count++];

	l->op = op;
	snprintf(l->name, sizeof l->name, "%s", name);
	snprintf(l->value, sizeof l->value, "%s", value);
}

static inline void commit_message(struct store_commit *c, const char *key, const char *value, int64_t ms)
{
	snprintf(c->message, sizeof c->message, "%s", key);
	snprintf(c->message_value, sizeof c->message_value, "%s", value);
	c->message_ms = ms;
}

static inline void commit_outbox(struct store_commit *c, const char *key, const char *body)
{
	struct store_outbox *o = &c->outbox[c->outbox_count++];

	snprintf(o->key, sizeof o->key, "%s", key);
	o->body = slice_str(body);
}

/* Commits and expects STORED; gives the log id. */
static inline uint64_t stored(struct client *c, const struct store_commit *commit)
{
	const struct store_answer *a = client_commit(c, commit);

	assert_int_equal(a->result, STORE_STORED);
	assert_true(a->log_id != 0 && a->at_ms > 0);
	return a->log_id;
}

#define assert_slice(slice, text)                            \
	do {                                                     \
		assert_int_equal((slice).len, strlen(text));         \
		assert_memory_equal((slice).at, text, strlen(text)); \
	} while (0)

/* ------------------------------------------------------------ stages */

static inline struct stage *stage_new(bool is_redis, const char *const *redis_args, const struct store_sim_config *sim)
{
	struct stage *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->name = is_redis ? "redis" : "simulated";
	w->is_redis = is_redis;
	if (!is_redis) {
		struct store_sim_config config = sim != NULL ? *sim : STORE_SIM_CALM;

		config.start_ms = START_MS;
		w->sim = store_sim_new(&config);
		assert_non_null(w->sim);
		return w;
	}
	signal(SIGPIPE, SIG_IGN);
	w->base = event_base_new();
	assert_non_null(w->base);
	redis_server_start(&w->server, redis_args);
	w->config.timeout_ms = 60000; /* a loaded machine is no dead Redis; cases that want a time-out set their own */
	snprintf(w->config.unix_path, sizeof w->config.unix_path, "%s", w->server.socket);
	snprintf(w->config.prefix, sizeof w->config.prefix, "pa:");
	return w;
}

static inline void stage_free(struct stage *w)
{
	while (w->client_count > 0)
		client_leave(w->clients[0]);
	if (w->is_redis) {
		event_base_free(w->base);
		redis_server_end(&w->server);
	} else {
		store_sim_free(w->sim);
	}
	free(w);
}

/* SIGKILL, and back again. */
static inline void stage_kill(struct stage *w)
{
	if (w->is_redis)
		redis_server_kill(&w->server);
	else
		store_sim_crash(w->sim);
}

static inline void stage_back(struct stage *w)
{
	if (w->is_redis)
		redis_server_restart(&w->server);
	else
		store_sim_back(w->sim);
}

/* Keeps the history as it is; goes back to it, as a failover to a replica that had no more. */
static inline void stage_keep(struct stage *w, uint64_t newest)
{
	w->kept = newest;
	if (w->is_redis)
		redis_server_keep(&w->server);
}

static inline void stage_cut(struct stage *w)
{
	if (w->is_redis)
		redis_server_go_back(&w->server);
	else
		store_sim_failover(w->sim, store_sim_newest(w->sim) - w->kept);
}

/* The store's clock moves on, as this client sees it. */
static inline void stage_advance(struct client *c, int64_t ms)
{
	struct stage *w = c->stage;

	if (w->is_redis) {
		clock_test_advance(c->clock, ms);
		redis_store_test_advance(c->redis, ms);
		c->advance_ms += ms;
	} else {
		store_sim_clock_step(w->sim, ms);
	}
}

/* One command to its Redis, on a connection of its own; free the reply. */
static inline redisReply *stage_ask(struct stage *w, const char *format, ...)
{
	redisContext *r = redisConnectUnix(w->server.socket);
	redisReply *reply;
	va_list args;

	assert_true(r != NULL && r->err == 0);
	va_start(args, format);
	reply = redisvCommand(r, format, args);
	va_end(args);
	assert_non_null(reply);
	redisFree(r);
	return reply;
}

/* A TCP port on loopback that nobody had a moment ago. */
static inline unsigned stage_free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

#endif
