#include "io/retention.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "io/crypto.h"
#include "io/redis_commit.h"
#include "io/redis_link.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/audit.h"
#include "wire/record.h"

#define DAY_MS ((int64_t)86400000)
#define SLICE_KEYS 32
#define SLICE_ENTRIES 256
#define SLICE_MS 20
#define LOOK_MS 1000
/* After all rules have been looked at, and after a connection that failed. */
#define REST_MS 60000
#define FIRST_MS 600000 /* after a start there is other work */
#define ANSWER_MS 5000
#define KEYS_MAX 512 /* a SCAN may bring more than it was asked for; the rest is met at the next run */

enum phase { PHASE_REST, PHASE_ASK, PHASE_WORK, PHASE_SAY };

struct retention {
	struct event_base *base;
	const struct config *config;
	struct app *app;
	struct clock *clock;
	struct log *log;
	struct redis_link *link;
	struct event *timer;
	char prefix[PREFIX_MAX + 1];
	bool connecting;
	int64_t rest_until_ms; /* monotonic */

	enum phase phase;
	enum retention_rule rule;
	uint64_t run; /* answers to an earlier one are not listened to */
	size_t waits; /* answers still to come */
	ms_t now_ms, before_ms;
	bool done; /* the last slice has been asked for */
	char cursor[24];
	char keys[KEYS_MAX][STORE_KEY_MAX];
	size_t key_count;
	uint64_t archived; /* no entry beyond this is trimmed; UINT64_MAX = there is no archive */
	uint64_t looked, taken, failed;
	uint64_t newest; /* commit id of retention:<rule>; 0 = there is none */
	uint64_t runs, taken_ever;

	struct arena arena;
	uint8_t *memory; /* owned; the arena's */
	struct commit_call call;
	uint8_t body[STORE_BODY_MAX], event[LOG_EVENT_MAX], audit[AUDIT_MAX];
};

static void rest(struct retention *r, int64_t for_ms)
{
	r->phase = PHASE_REST;
	r->rule = 0;
	r->run++;
	r->waits = 0;
	r->rest_until_ms = clock_mono(r->clock).ms + for_ms;
}

/* ------------------------------------------------------------ asking */

static bool send_words(struct retention *r, redis_link_reply *fn, uint64_t tag, int argc, const char **argv,
                       const size_t *lens)
{
	if (!redis_link_send(r->link, argc, argv, lens, fn, r, tag, clock_mono(r->clock).ms + ANSWER_MS))
		return false;
	r->waits++;
	return true;
}

#define WORDS_MAX 10
static bool ask(struct retention *r, redis_link_reply *fn, uint64_t tag, ...)
{
	const char *argv[WORDS_MAX], *word;
	size_t lens[WORDS_MAX];
	int argc = 0;
	va_list words;

	va_start(words, tag);
	while ((word = va_arg(words, const char *)) != NULL) {
		ENSURE(argc < WORDS_MAX);
		argv[argc] = word;
		lens[argc++] = strlen(word);
	}
	va_end(words);
	return send_words(r, fn, tag, argc, argv, lens);
}

/* Low 16 bits: which key; above: which run. */
static uint64_t tag_of(const struct retention *r, size_t key)
{
	return r->run << 16 | key;
}

static bool wanted(struct retention *r, uint64_t tag, const redisReply *reply)
{
	if (tag >> 16 != r->run)
		return false;
	ENSURE(r->waits > 0);
	r->waits--;
	if (reply->type != REDIS_REPLY_ERROR)
		return true;
	log_line(r->log, "RETENTION_STOPPED", "rule=%s error=\"%.64s\"", retention_name(r->rule), reply->str);
	rest(r, REST_MS);
	return false;
}

static void on_answer(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)wanted(ctx, tag, reply);
}

static void on_up(void *ctx, struct redis_link *link)
{
	struct retention *r = ctx;

	const char *user = r->config->redis.user[0] == '\0' ? "default" : r->config->redis.user;

	(void)link;
	r->connecting = false;
	if (r->config->redis.password[0] != '\0' &&
	    !ask(r, on_answer, tag_of(r, 0), "AUTH", user, r->config->redis.password, (char *)NULL))
		rest(r, REST_MS);
}

static void on_lost(void *ctx, struct redis_link *link, const char *why)
{
	struct retention *r = ctx;

	(void)link;
	(void)why;
	r->connecting = false;
	rest(r, REST_MS);
}

/* ------------------------------------------------------------ a commit */

static void on_commit(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct retention *r = ctx;
	struct store_answer answer;

	if (!wanted(r, tag, reply))
		return;
	/* Somebody was at it this moment: the next run looks again. */
	if (commit_answer_read(reply, &answer) && answer.result == STORE_STORED)
		r->taken += tag & 1;
	else
		r->failed++;
}

/* `body` empty: the record goes. `counts`: something is taken out by it. */
static void commit(struct retention *r, const char *key, uint64_t expect, struct slice body, bool counts)
{
	struct store_commit c = {.put_count = 1};
	struct buf b = buf_of(r->event, sizeof r->event);

	c.id = crypto_random(NULL);
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "%s", key);
	c.puts[0].expect = expect;
	c.puts[0].body = body;
	c.puts[0].remove = body.len == 0;
	log_event_encode(app_daemon(r->app), key, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	c.event = slice_of(b.at, b.len);
	/* What somebody was called goes by rule: on record like every change of a person. */
	if (strncmp(key, "person:", strlen("person:")) == 0) {
		struct buf part = buf_of(r->audit, sizeof r->audit);
		struct audit a = {.what = AUDIT_CHANGED, .note = "retention"};

		snprintf(a.daemon, sizeof a.daemon, "%s", app_daemon(r->app));
		audit_about(&a, key);
		audit_encode(&a, &part);
		ENSURE(!part.overflow);
		c.audit = slice_of(part.at, part.len);
	}
	commit_call_make(&r->call, r->prefix, &c, 0);
	if (!send_words(r, on_commit, tag_of(r, counts), r->call.argc, r->call.argv, r->call.argvlen))
		r->failed++;
}

/* ------------------------------------------------------------ which rule is due */

static void begin(struct retention *r)
{
	r->phase = PHASE_WORK;
	r->done = false;
	r->looked = r->taken = r->failed = 0;
	r->key_count = 0;
	snprintf(r->cursor, sizeof r->cursor, "0");
	log_line(r->log, "RETENTION_BEGINS", "rule=%s days=%" PRIu32, retention_name(r->rule),
	         retention_days_of(&r->config->retention, r->rule));
}

static void next_rule(struct retention *r)
{
	if (++r->rule < RETENTION_COUNT)
		r->phase = PHASE_ASK;
	else
		rest(r, REST_MS);
}

static void on_archived(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct retention *r = ctx;

	if (wanted(r, tag, reply))
		r->archived = reply->type == REDIS_REPLY_STRING ? strtoull(reply->str, NULL, 10) : UINT64_MAX;
}

static void on_last(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct retention *r = ctx;
	Pingan__V1__Retention *m = NULL;
	struct store_record rec = {0};

	if (!wanted(r, tag, reply))
		return;
	if (!commit_record_read(slice_str("retention"), reply, &rec)) {
		next_rule(r);
		return;
	}
	if (rec.rev != 0)
		m = pingan__v1__retention__unpack(NULL, rec.body.len, rec.body.at);
	r->newest = rec.rev == 0 ? 0 : rec.commits[0];
	r->runs = m == NULL ? 0 : m->runs;
	r->taken_ever = m == NULL ? 0 : m->taken_ever;
	if (m != NULL && r->now_ms - m->at_ms < DAY_MS)
		next_rule(r);
	else
		begin(r);
	if (m != NULL)
		pingan__v1__retention__free_unpacked(m, NULL);
}

static void look(struct retention *r)
{
	uint32_t days = retention_days_of(&r->config->retention, r->rule);
	char key[STORE_KEY_MAX + PREFIX_MAX], archived[PREFIX_MAX + 16];

	if (days == 0) {
		next_rule(r);
		return;
	}
	r->now_ms = clock_now(r->clock)->store_ms;
	r->before_ms = r->now_ms - (int64_t)days * DAY_MS;
	snprintf(key, sizeof key, "%sretention:%s", r->prefix, retention_name(r->rule));
	snprintf(archived, sizeof archived, "%sarchived", r->prefix);
	if (!ask(r, on_archived, tag_of(r, 0), "GET", archived, (char *)NULL) ||
	    !ask(r, on_last, tag_of(r, 0), "HMGET", key, "rev", "commits", "body", (char *)NULL))
		rest(r, REST_MS);
}

/* ------------------------------------------------------------ the log */

/* From its oldest end: as many as are too old, and one slice at a time. The newest entry always stays. */
static void on_entries(void *ctx, uint64_t tag, const redisReply *reply)
{
	static struct store_entry e; /* large; one loop, one thread */
	struct retention *r = ctx;
	char key[PREFIX_MAX + 8], from[24];
	uint64_t upto = 0;
	size_t n = 0;

	if (!wanted(r, tag, reply))
		return;
	for (; reply->type == REDIS_REPLY_ARRAY && n + 1 < reply->elements; n++) {
		/* One that is not ours has no time that could be believed: it goes with those behind it. */
		if (commit_entry_read(reply->element[n], &e) && e.at_ms >= r->before_ms)
			break;
		if (commit_entry_number(reply->element[n]) > r->archived)
			break;
		upto = commit_entry_number(reply->element[n]);
	}
	r->looked += n + 1;
	r->taken += n;
	r->done = n + 1 < SLICE_ENTRIES;
	if (upto == 0)
		return;
	snprintf(key, sizeof key, "%slog", r->prefix);
	snprintf(from, sizeof from, "%" PRIu64 "-0", upto + 1);
	if (!ask(r, on_answer, tag_of(r, 0), "XTRIM", key, "MINID", from, (char *)NULL))
		rest(r, REST_MS);
}

static void work_log(struct retention *r)
{
	char key[PREFIX_MAX + 8], count[12];

	snprintf(key, sizeof key, "%slog", r->prefix);
	snprintf(count, sizeof count, "%d", SLICE_ENTRIES);
	if (!ask(r, on_entries, tag_of(r, 0), "XRANGE", key, "-", "+", "COUNT", count, (char *)NULL))
		rest(r, REST_MS);
}

/* ------------------------------------------------------------ records */

static void on_record(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct retention *r = ctx;
	struct buf b = buf_of(r->body, sizeof r->body);
	const char *key;
	struct store_record rec = {0};
	bool taken = false;

	if (!wanted(r, tag, reply))
		return;
	key = r->keys[tag & 0xffff];
	r->looked++;
	if (!commit_record_read(slice_str(key), reply, &rec)) {
		r->failed++;
		return;
	}
	if (rec.rev == 0)
		return;
	switch (retention_judge(r->rule, rec.body, r->before_ms, r->now_ms, &r->arena, &b, &taken)) {
	case RETENTION_KEEP:
		return;
	case RETENTION_GARBLED:
		r->failed++;
		return;
	case RETENTION_REMOVE:
		commit(r, key, rec.commits[0], slice_of(NULL, 0), taken);
		return;
	case RETENTION_WRITE:
		commit(r, key, rec.commits[0], slice_of(b.at, b.len), taken);
		return;
	}
}

/* [cursor, [key, ...]] */
static void on_scan(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct retention *r = ctx;
	const redisReply *found;
	size_t prefix_len = strlen(r->prefix);

	if (!wanted(r, tag, reply))
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
	    reply->element[1]->type != REDIS_REPLY_ARRAY ||
	    !text_copy(r->cursor, sizeof r->cursor, slice_of(reply->element[0]->str, reply->element[0]->len))) {
		rest(r, REST_MS);
		return;
	}
	found = reply->element[1];
	r->done = strcmp(r->cursor, "0") == 0;
	r->key_count = 0;
	for (size_t i = 0; i < found->elements && r->key_count < KEYS_MAX; i++) {
		const redisReply *k = found->element[i];

		if (k->type != REDIS_REPLY_STRING || k->len <= prefix_len ||
		    !text_copy(r->keys[r->key_count], STORE_KEY_MAX, slice_of(k->str + prefix_len, k->len - prefix_len)))
			continue;
		if (!ask(r, on_record, tag_of(r, r->key_count), "HMGET", k->str, "rev", "commits", "body", (char *)NULL)) {
			rest(r, REST_MS);
			return;
		}
		r->key_count++;
	}
}

static void work_records(struct retention *r)
{
	char pattern[PREFIX_MAX + 24], count[12];

	snprintf(pattern, sizeof pattern, "%s%s*", r->prefix, retention_type(r->rule));
	snprintf(count, sizeof count, "%d", SLICE_KEYS);
	if (!ask(r, on_scan, tag_of(r, 0), "SCAN", r->cursor, "MATCH", pattern, "COUNT", count, (char *)NULL))
		rest(r, REST_MS);
}

/* ------------------------------------------------------------ its end */

static void say(struct retention *r)
{
	Pingan__V1__Retention m = PINGAN__V1__RETENTION__INIT;
	char key[STORE_KEY_MAX];

	snprintf(key, sizeof key, "retention:%s", retention_name(r->rule));
	m.rule = (char *)(uintptr_t)retention_name(r->rule);
	m.at_ms = r->now_ms;
	m.before_ms = r->before_ms;
	m.looked = r->looked;
	m.taken = r->taken;
	m.taken_ever = r->taken_ever + r->taken;
	m.runs = r->runs + 1;
	m.failed = r->failed;
	m.daemon = (char *)(uintptr_t)app_daemon(r->app);
	log_line(r->log, "RETENTION_RUN", "rule=%s looked=%" PRIu64 " taken=%" PRIu64 " failed=%" PRIu64,
	         retention_name(r->rule), r->looked, r->taken, r->failed);
	ENSURE(pingan__v1__retention__get_packed_size(&m) <= sizeof r->body);
	commit(r, key, r->newest, slice_of(r->body, pingan__v1__retention__pack(&m, r->body)), false);
	next_rule(r);
}

static void step(struct retention *r)
{
	switch (r->phase) {
	case PHASE_REST:
		r->phase = PHASE_ASK;
		r->rule = 0;
		break;
	case PHASE_ASK:
		look(r);
		break;
	case PHASE_WORK:
		if (r->done)
			r->phase = PHASE_SAY;
		else if (r->rule == RETENTION_LOG)
			work_log(r);
		else
			work_records(r);
		break;
	case PHASE_SAY:
		say(r);
		break;
	}
}

/* True when there is a connection to ask on. */
static bool connected(struct retention *r)
{
	const struct config *c = r->config;
	bool local = c->redis.address.kind == ADDRESS_UNIX;

	if (redis_link_is_up(r->link))
		return true;
	if (r->connecting)
		return false;
	r->connecting = true;
	redis_link_connect(r->link, local ? c->redis.address.path : "", c->redis.address.host, c->redis.address.port);
	return false;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct retention *r = arg;
	int64_t now_ms = clock_mono(r->clock).ms;
	struct timeval again = {.tv_usec = LOOK_MS * 1000 % 1000000, .tv_sec = LOOK_MS / 1000};

	(void)fd;
	(void)what;
	if (redis_link_is_up(r->link) && redis_link_overdue(r->link, now_ms)) {
		redis_link_close(r->link);
		rest(r, REST_MS);
	}
	if (r->phase == PHASE_REST && now_ms < r->rest_until_ms) {
		/* Nothing to do: no connection is held for that. */
		if (redis_link_is_up(r->link) && redis_link_waits(r->link) == 0)
			redis_link_close(r->link);
	} else if (!app_first(r->app, hash_bytes(1, 2, slice_str("retention")))) {
		if (r->phase != PHASE_REST)
			rest(r, LOOK_MS);
	} else if (connected(r) && r->waits == 0) {
		step(r);
		again = (struct timeval){.tv_usec = SLICE_MS * 1000};
	} else {
		again = (struct timeval){.tv_usec = SLICE_MS * 1000};
	}
	event_add(r->timer, &again);
}

/* ------------------------------------------------------------ life */

struct retention *retention_new(struct event_base *base, const struct config *config, struct app *app,
                                struct clock *clock, struct log *log)
{
	struct retention *r = calloc(1, sizeof *r);
	struct redis_link_owner owner = {r, on_up, on_lost};
	struct timeval soon = {.tv_sec = LOOK_MS / 1000};

	if (r == NULL)
		return NULL;
	r->base = base;
	r->config = config;
	r->app = app;
	r->clock = clock;
	r->log = log;
	snprintf(r->prefix, sizeof r->prefix, "%.*s:", (int)sizeof r->prefix - 2, config->cell);
	r->link = redis_link_new(base, &owner, 2 * KEYS_MAX);
	r->timer = event_new(base, -1, 0, on_timer, r);
	r->memory = malloc(RECORD_SCRATCH);
	if (r->link == NULL || r->timer == NULL || r->memory == NULL) {
		retention_free(r);
		return NULL;
	}
	arena_init(&r->arena, r->memory, RECORD_SCRATCH);
	rest(r, FIRST_MS);
	event_add(r->timer, &soon);
	return r;
}

void retention_free(struct retention *r)
{
	if (r == NULL)
		return;
	redis_link_free(r->link);
	if (r->timer != NULL)
		event_free(r->timer);
	free(r->memory);
	free(r);
}
