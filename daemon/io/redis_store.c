#include "io/redis_store_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/hash.h"

static void on_retry(evutil_socket_t fd, short what, void *arg);
static void on_tick(evutil_socket_t fd, short what, void *arg);
static void on_work(evutil_socket_t fd, short what, void *arg);
static void link_up(void *ctx, struct redis_link *link);
static void link_lost(void *ctx, struct redis_link *link, const char *why);

int64_t store_real_ms(const struct redis_store *s)
{
	return clock_mono(s->clock).ms - s->test_advance_ms;
}

void store_metric(struct redis_store *s, enum metric which, uint64_t n)
{
	if (s->metrics != NULL)
		metric_add(s->metrics, which, n);
}

/* ------------------------------------------------------------ life */

struct redis_store *redis_store_new(struct event_base *base, const struct redis_store_config *config,
                                    struct clock *clock, struct log *log, struct metrics *metrics)
{
	/* Beside commits: TIME, ROLE and the set-up; XREAD, or SCAN and what it brought; PING and WAIT. */
	static const size_t waits[LINK_COMMITS_MORE] = {COMMITS_IN_FLIGHT_MAX + 64, LOAD_WAITS_MAX + 64, 64};
	struct redis_store *s = calloc(1, sizeof *s);

	ENSURE(commit_prefix_valid(config->prefix) && config->timeout_ms > 0);
	if (s == NULL)
		return NULL;
	s->base = base;
	s->config = *config;
	s->clock = clock;
	s->log = log;
	s->metrics = metrics;
	s->retry_ms = RETRY_FIRST_MS;
	s->retry = event_new(base, -1, 0, on_retry, s);
	s->tick = event_new(base, -1, EV_PERSIST, on_tick, s);
	s->work = event_new(base, -1, 0, on_work, s);
	if (s->retry == NULL || s->tick == NULL || s->work == NULL)
		goto fail;
	for (size_t i = 0; i < LINK_COUNT; i++) {
		struct redis_link_owner owner = {.ctx = s, .up = link_up, .lost = link_lost};

		s->links[i] = redis_link_new(base, &owner, waits[i < LINK_COMMITS_MORE ? i : LINK_COMMITS]);
		if (s->links[i] == NULL)
			goto fail;
	}
	return s;
fail:
	redis_store_free(s);
	return NULL;
}

void redis_store_free(struct redis_store *s)
{
	if (s == NULL)
		return;
	s->falling = true;
	for (size_t i = 0; i < LINK_COUNT; i++)
		redis_link_free(s->links[i]);
	if (s->retry != NULL)
		event_free(s->retry);
	if (s->tick != NULL)
		event_free(s->tick);
	if (s->work != NULL)
		event_free(s->work);
	free(s->keys.at);
	apart_forget(s);
	free(s->apart.at);
	free(s);
}

void redis_store_set_sink(struct redis_store *s, const struct store_sink *sink)
{
	s->sink = *sink;
}

static void connect_all(struct redis_store *s)
{
	s->state = STORE_CONNECTING;
	s->falling = false;
	s->loaded_library = false;
	s->stats.attempts++;
	s->setup_left = LINK_COUNT;
	s->last_refresh_ms = store_real_ms(s);
	for (size_t i = 0; i < LINK_COUNT; i++)
		redis_link_connect(s->links[i], s->config.unix_path, s->config.host, s->config.port);
}

void redis_store_start(struct redis_store *s)
{
	struct timeval tick = {.tv_usec = TICK_MS * 1000};

	ENSURE(s->sink.attached != NULL && !s->started);
	s->started = true;
	s->last_tick_ms = store_real_ms(s);
	event_add(s->tick, &tick);
	event_active(s->retry, EV_TIMEOUT, 1);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct redis_store *s = arg;

	(void)fd;
	(void)what;
	if (s->state == STORE_DOWN)
		connect_all(s);
}

/* Everything goes at once, from the loop: half a store would tell half a truth. */
static void fall_now(struct redis_store *s)
{
	bool told = s->app_up, counted = s->state == STORE_READY;
	struct timeval wait = {.tv_sec = s->retry_ms / 1000, .tv_usec = s->retry_ms % 1000 * 1000};

	for (size_t i = 0; i < LINK_COUNT; i++)
		redis_link_close(s->links[i]);
	s->falling = false;
	s->state = STORE_DOWN;
	s->app_up = false;
	/* Whoever was told that we stand is told that we fell, and asks again. Who still waits for a word goes on waiting. */
	s->attach_wanted = !told && (s->attach_wanted || s->follow == FOLLOW_CHECK);
	s->load_wanted = false;
	s->in_flight = 0;
	s->unflushed = 0;
	s->gate_busy = false;
	s->seen.put_refused = s->seen.ask_refused = false;
	s->replicas = 0;
	s->wait_for = 0;
	tail_reset(s);
	if (counted) {
		s->stats.losses++;
		store_metric(s, METRIC_STORE_LOST, 1);
	}
	event_add(s->retry, &wait);
	s->retry_ms = s->retry_ms * 2 > RETRY_MOST_MS ? RETRY_MOST_MS : s->retry_ms * 2;
	if (told)
		s->sink.down(s->sink.ctx);
}

void store_fall(struct redis_store *s, const char *code, const char *why)
{
	if (s->falling || s->state == STORE_DOWN)
		return;
	s->falling = true;
	/* One line for the reason, not one for every try that ends the same. */
	if (s->state == STORE_READY || strcmp(s->last_why, why) != 0)
		log_line(s->log, code, "reason=\"%.96s\"", why);
	snprintf(s->last_why, sizeof s->last_why, "%s", why);
	event_active(s->work, EV_TIMEOUT, 1);
}

static void link_lost(void *ctx, struct redis_link *link, const char *why)
{
	(void)link;
	store_fall(ctx, ((struct redis_store *)ctx)->state == STORE_READY ? "STORE_LOST" : "STORE_UNREACHABLE", why);
}

static void link_up(void *ctx, struct redis_link *link)
{
	struct redis_store *s = ctx;

	for (size_t i = 0; i < LINK_COUNT; i++)
		if (s->links[i] == link && !s->falling)
			setup_link(s, (enum redis_role)i);
}

void setup_done(struct redis_store *s)
{
	if (s->falling)
		return;
	s->state = STORE_READY;
	s->retry_ms = RETRY_FIRST_MS;
	s->last_refresh_ms = store_real_ms(s);
	s->last_why[0] = '\0';
	s->stats.connects++;
	store_metric(s, METRIC_STORE_CONNECTS, 1);
	log_line(s->log, "STORE_CONNECTED", "replicas=%u wait_for=%u", s->replicas, s->wait_for);
	event_active(s->work, EV_TIMEOUT, 1);
}

/* hiredis has no time-outs of its own: a stopped Redis would hang us for ever. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct redis_store *s = arg;
	int64_t now_ms = store_real_ms(s);
	bool late = now_ms - s->last_tick_ms > 2 * TICK_MS;

	(void)fd;
	(void)what;
	s->last_tick_ms = now_ms;
	/* If it was we who stood still, the answers may lie in the sockets: read them first. */
	if (late || s->falling || s->state == STORE_DOWN)
		return;
	for (size_t i = 0; i < LINK_COUNT; i++) {
		if (!redis_link_overdue(s->links[i], now_ms))
			continue;
		s->stats.timeouts++;
		store_metric(s, METRIC_STORE_TIMEOUTS, 1);
		store_fall(s, "STORE_TIMEOUT", "no answer in time");
		return;
	}
	if (s->state == STORE_CONNECTING) {
		if (now_ms - s->last_refresh_ms > (int64_t)s->config.timeout_ms)
			store_fall(s, "STORE_UNREACHABLE", "no connection in time");
		return;
	}
	if (now_ms - s->last_refresh_ms >= REFRESH_MS) {
		s->last_refresh_ms = now_ms;
		setup_refresh(s);
	}
}

/* ------------------------------------------------------------ asking */

void store_ask(struct redis_store *s, enum redis_role role, redis_link_reply *fn, uint64_t tag, int64_t extra_ms,
               int argc, const char **argv, const size_t *argvlen)
{
	int64_t due_ms = store_real_ms(s) + (int64_t)s->config.timeout_ms + extra_ms;

	if (s->falling)
		return;
	if (!redis_link_send(s->links[role], argc, argv, argvlen, fn, s, tag, due_ms))
		store_fall(s, "STORE_LOST", "cannot send");
}

void store_ask_words(struct redis_store *s, enum redis_role role, redis_link_reply *fn, uint64_t tag, int64_t extra_ms,
                     ...)
{
	const char *argv[12], *word;
	size_t lens[12];
	int argc = 0;
	va_list words;

	va_start(words, extra_ms);
	while ((word = va_arg(words, const char *)) != NULL) {
		ENSURE(argc < (int)COUNT_OF(argv));
		argv[argc] = word;
		lens[argc++] = strlen(word);
	}
	va_end(words);
	store_ask(s, role, fn, tag, extra_ms, argc, argv, lens);
}

void store_bad_reply(struct redis_store *s, const char *what, const redisReply *reply)
{
	bool error = reply->type == REDIS_REPLY_ERROR;
	char why[112];

	s->stats.bad_replies++;
	store_metric(s, METRIC_STORE_BAD_REPLIES, 1);
	snprintf(why, sizeof why, "%s: %.64s", what, error ? reply->str : "not understood");
	store_fall(s, error && strncmp(reply->str, "NOAUTH", 6) == 0 ? "STORE_AUTH_REFUSED" : "STORE_BAD_REPLY", why);
}

/* ------------------------------------------------------------ commits */

static void answer_failed(struct redis_store *s, uint64_t commit)
{
	struct store_answer failed = {.result = STORE_FAILED};

	s->sink.answer(s->sink.ctx, commit, &failed);
}

/* An answer that must not come from inside the port call. */
static void refuse_later(struct redis_store *s, uint64_t commit)
{
	/* Beyond the bound the caller has gone mad; app_store_down() or its own clock will tell it. */
	if (s->refusal_count < REFUSALS_MAX)
		s->refusals[s->refusal_count++] = commit;
	event_active(s->work, EV_TIMEOUT, 1);
}

/* Errors after which this Redis is of no use to us, at least for now. */
static bool error_is_final(const char *text)
{
	static const char *const kinds[] = {"READONLY",  "LOADING", "MASTERDOWN", "NOAUTH",
	                                    "WRONGPASS", "NOPERM",  "NOSCRIPT",   "ERR Function not found"};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strncasecmp(text, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static void on_commit(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	struct store_answer answer;

	if (s->falling)
		return;
	ENSURE(s->in_flight > 0);
	s->in_flight--;
	s->stats.answers++;
	if (reply->type == REDIS_REPLY_ERROR && error_is_final(reply->str)) {
		store_fall(s, "STORE_LOST", reply->str);
		return;
	}
	if (!commit_answer_read(reply, &answer)) {
		/* OOM, a full disk, a function that is not ours: the outcome is unknown, the app sends it again. */
		s->stats.bad_replies++;
		store_metric(s, METRIC_STORE_BAD_REPLIES, 1);
		log_line(s->log, "STORE_COMMIT_FAILED", "error=\"%.64s\"", reply->type == REDIS_REPLY_ERROR ? reply->str : "");
	}
	if (answer.result == STORE_REFUSED)
		log_line(s->log, "STORE_COMMIT_REFUSED", "commit=%016llx why=\"%s\"", (unsigned long long)tag, answer.value);
	if (tag == s->test_lost_commit) {
		s->test_lost_commit = 0;
		answer_failed(s, tag);
		return;
	}
	s->sink.answer(s->sink.ctx, tag, &answer);
}

/* Commits to one record keep their order; between different records order means nothing, for the function compares what
 * each was decided on. */
static struct redis_link *commit_link(const struct redis_store *s, const struct store_commit *c)
{
	uint64_t pick = c->put_count == 0 ? 0 : hash_bytes(0x6c696e6b, 0x636f6d6d, slice_str(c->puts[0].key));

	pick %= COMMIT_LINKS_MORE + 1;
	return s->links[pick == 0 ? LINK_COMMITS : LINK_COMMITS_MORE + pick - 1];
}

void redis_store_commit(void *store, const struct store_commit *commit)
{
	struct redis_store *s = store;
	int64_t due_ms = store_real_ms(s) + (int64_t)s->config.timeout_ms;
	struct commit_call *call = &s->call;

	if (!s->app_up || s->falling || s->follow != FOLLOW_TAIL || s->in_flight == COMMITS_IN_FLIGHT_MAX ||
	    s->test_fail_next) {
		s->test_fail_next = false;
		refuse_later(s, commit->id);
		return;
	}
	commit_call_make(call, s->config.prefix, commit, s->test_advance_ms);
	if (!redis_link_send(commit_link(s, commit), call->argc, call->argv, call->argvlen, on_commit, s, commit->id,
	                     due_ms)) {
		refuse_later(s, commit->id);
		store_fall(s, "STORE_LOST", "cannot send");
		return;
	}
	if (s->test_lose_next) {
		s->test_lose_next = false;
		s->test_lost_commit = commit->id;
	}
	s->in_flight++;
	/* What one sync takes is on its way while the next are still being decided. */
	if (++s->unflushed == COMMITS_A_FLUSH)
		redis_store_flush(s);
	store_metric(s, METRIC_STORE_COMMITS, 1);
}

/* ------------------------------------------------------------ ports */

void redis_store_attach(void *store, uint64_t id, uint64_t commit)
{
	struct redis_store *s = store;

	s->attach_wanted = true;
	s->attach_looks = false;
	s->attach_id = id;
	s->attach_commit = commit;
	event_active(s->work, EV_TIMEOUT, 1);
}

void redis_store_look(void *store, uint64_t id, uint64_t commit)
{
	redis_store_attach(store, id, commit);
	((struct redis_store *)store)->attach_looks = true;
}

void redis_store_load(void *store)
{
	struct redis_store *s = store;

	s->load_wanted = true;
	event_active(s->work, EV_TIMEOUT, 1);
}

void redis_store_ports(struct redis_store *s, struct ports *ports)
{
	(void)s;
	ports->store_commit = redis_store_commit;
	ports->store_attach = redis_store_attach;
	ports->store_look = redis_store_look;
	ports->store_load = redis_store_load;
	ports->store_seen_put = redis_store_seen_put;
	ports->store_seen_ask = redis_store_seen_ask;
}

/* What was asked for by a port, or must wait until no callback of hiredis is on the stack. */
static void on_work(evutil_socket_t fd, short what, void *arg)
{
	struct redis_store *s = arg;
	size_t refused;

	(void)fd;
	(void)what;
	if (s->falling)
		fall_now(s);
	/* Only those that are there now: an answer may bring the next commit. */
	refused = s->refusal_count;
	for (size_t i = 0; i < refused; i++)
		answer_failed(s, s->refusals[i]);
	s->refusal_count -= refused;
	memmove(s->refusals, s->refusals + refused, s->refusal_count * sizeof *s->refusals);
	seen_refuse(s);
	if (s->state != STORE_READY)
		return;
	if (s->attach_wanted) {
		s->attach_wanted = false;
		s->load_wanted = false;
		tail_check(s, s->attach_id, s->attach_commit);
	}
	if (s->load_wanted && s->follow == FOLLOW_LOADABLE) {
		s->load_wanted = false;
		tail_load(s);
	}
}

void redis_store_flush(struct redis_store *s)
{
	if (s->unflushed == 0)
		return;
	s->unflushed = 0;
	redis_link_flush(s->links[LINK_COMMITS]);
	for (size_t i = LINK_COMMITS_MORE; i < LINK_COUNT; i++)
		redis_link_flush(s->links[i]);
}

void redis_store_stats(const struct redis_store *s, struct redis_store_stats *ret)
{
	*ret = s->stats;
	ret->connected = s->state == STORE_READY && !s->falling;
	ret->attached = s->follow == FOLLOW_TAIL;
	ret->loading = s->follow == FOLLOW_LOAD;
	ret->in_flight = s->in_flight;
	ret->replicas = s->replicas;
	ret->wait_for = s->wait_for;
	ret->read_id = s->last_id;
}

/* ------------------------------------------------------------ test control */

#ifdef PINGAN_TEST_BUILD
void redis_store_test_advance(struct redis_store *s, int64_t ms)
{
	s->test_advance_ms += ms;
}

void redis_store_test_fail(struct redis_store *s, enum store_fail kind)
{
	switch (kind) {
	case STORE_FAIL_NEXT:
		s->test_fail_next = true;
		break;
	case STORE_FAIL_LOSE:
		s->test_lose_next = true;
		break;
	case STORE_FAIL_HOLD:
	case STORE_FAIL_RELEASE:
		for (size_t i = 0; i < LINK_COUNT; i++)
			redis_link_hold(s->links[i], kind == STORE_FAIL_HOLD);
		break;
	case STORE_FAIL_DROP:
		store_fall(s, "STORE_LOST", "test control");
		break;
	}
}

bool redis_store_test_fail_named(struct redis_store *s, const char *name)
{
	static const char *const names[] = {
		[STORE_FAIL_NEXT] = "next",       [STORE_FAIL_LOSE] = "lose", [STORE_FAIL_HOLD] = "hold",
		[STORE_FAIL_RELEASE] = "release", [STORE_FAIL_DROP] = "drop",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			redis_store_test_fail(s, (enum store_fail)i);
			return true;
		}
	}
	return false;
}
#endif
