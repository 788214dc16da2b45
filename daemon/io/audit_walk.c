#include "io/audit_walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/audit_chain.h"
#include "io/redis_commit.h"
#include "io/redis_link.h"

#define WAITS_MAX 4
#define SEEKS_MAX 64 /* halvings of 64 bits */

enum walk_phase { WALK_NEWEST, WALK_SEEK, WALK_READ };

struct audit_walk {
	const struct config *config;
	struct clock *clock;
	struct redis_link *link;
	char key[PREFIX_MAX + 8];
	bool connecting, lost, end;
	size_t waits;
	enum walk_phase phase;
	ms_t since_ms;
	uint64_t low, high, middle; /* where the first one not older is looked for */
	int seeks;
	uint64_t from; /* next to be asked for */
	size_t count, at;
	struct {
		bool good;
		struct store_audit entry;
		uint8_t body[STORE_AUDIT_MAX];
	} batch[AUDIT_WALK_BATCH];
};

static size_t under_way; /* one loop, one thread */

/* ------------------------------------------------------------ the connection */

static bool ask(struct audit_walk *w, redis_link_reply *fn, ...)
{
	const char *argv[8], *word;
	size_t lens[8];
	int argc = 0;
	va_list words;

	va_start(words, fn);
	while ((word = va_arg(words, const char *)) != NULL) {
		ENSURE(argc < (int)COUNT_OF(argv));
		argv[argc] = word;
		lens[argc++] = strlen(word);
	}
	va_end(words);
	if (!redis_link_send(w->link, argc, argv, lens, fn, w, 0, clock_mono(w->clock).ms + AUDIT_WALK_WAIT_MS)) {
		w->lost = true;
		return false;
	}
	w->waits++;
	return true;
}

/* False: there is nothing in it to be read. */
static bool answered(struct audit_walk *w, const redisReply *reply)
{
	w->waits--;
	if (reply->type == REDIS_REPLY_ERROR)
		w->lost = true;
	return !w->lost;
}

static void on_auth(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)tag;
	(void)answered(ctx, reply);
}

static void on_up(void *ctx, struct redis_link *link)
{
	struct audit_walk *w = ctx;
	const char *user = w->config->redis.user[0] == '\0' ? "default" : w->config->redis.user;

	(void)link;
	w->connecting = false;
	if (w->config->redis.password[0] != '\0')
		(void)ask(w, on_auth, "AUTH", user, w->config->redis.password, (char *)NULL);
}

static void on_lost(void *ctx, struct redis_link *link, const char *why)
{
	struct audit_walk *w = ctx;

	(void)link;
	(void)why;
	w->connecting = false;
	w->lost = true;
}

/* ------------------------------------------------------------ where it begins */

/* [entry]: the first, or the newest, there is. False: none. */
static bool first_of(struct audit_walk *w, const redisReply *reply, uint64_t *ret_id, ms_t *ret_at_ms)
{
	struct store_audit e;

	if (reply->type != REDIS_REPLY_ARRAY) {
		w->lost = true;
		return false;
	}
	if (reply->elements == 0)
		return false;
	*ret_id = commit_entry_number(reply->element[0]);
	/* What can't be read has no time: it counts as too old, and what stands behind it is looked at. */
	*ret_at_ms = audit_entry_read(reply->element[0], &e) ? e.at_ms : 0;
	return *ret_id != 0;
}

static void on_newest(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct audit_walk *w = ctx;
	uint64_t id;
	ms_t at_ms;

	(void)tag;
	if (!answered(w, reply))
		return;
	if (!first_of(w, reply, &id, &at_ms)) {
		w->end = true;
		return;
	}
	w->low = w->from;
	w->high = id + 1;
	w->phase = WALK_SEEK;
}

static void on_seek(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct audit_walk *w = ctx;
	uint64_t id;
	ms_t at_ms;

	(void)tag;
	if (!answered(w, reply))
		return;
	if (!first_of(w, reply, &id, &at_ms) || at_ms >= w->since_ms)
		w->high = w->middle;
	else
		w->low = id + 1;
}

/* ------------------------------------------------------------ its entries */

static void on_batch(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct audit_walk *w = ctx;

	(void)tag;
	if (!answered(w, reply))
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements > AUDIT_WALK_BATCH) {
		w->lost = true;
		return;
	}
	w->at = 0;
	w->count = reply->elements;
	w->end = reply->elements < AUDIT_WALK_BATCH;
	for (size_t i = 0; i < reply->elements; i++) {
		uint64_t number = commit_entry_number(reply->element[i]);

		w->batch[i].good = audit_entry_read(reply->element[i], &w->batch[i].entry);
		w->batch[i].entry.id = number;
		if (w->batch[i].good) {
			struct slice body = w->batch[i].entry.body;

			memcpy(w->batch[i].body, body.at, body.len);
			w->batch[i].entry.body = slice_of(w->batch[i].body, body.len);
		}
		/* Numbers only ever rise. */
		w->lost = w->lost || number < w->from;
		w->from = number + 1;
	}
}

static void go_on(struct audit_walk *w)
{
	char from[24], count[12];

	if (w->phase == WALK_SEEK && (w->low >= w->high || w->seeks++ == SEEKS_MAX)) {
		w->from = w->low;
		w->phase = WALK_READ;
	}
	switch (w->phase) {
	case WALK_NEWEST:
		(void)ask(w, on_newest, "XREVRANGE", w->key, "+", "-", "COUNT", "1", (char *)NULL);
		break;
	case WALK_SEEK:
		w->middle = w->low + (w->high - w->low) / 2;
		snprintf(from, sizeof from, "%" PRIu64 "-0", w->middle);
		(void)ask(w, on_seek, "XRANGE", w->key, from, "+", "COUNT", "1", (char *)NULL);
		break;
	case WALK_READ:
		snprintf(from, sizeof from, "%" PRIu64 "-0", w->from);
		snprintf(count, sizeof count, "%d", AUDIT_WALK_BATCH);
		(void)ask(w, on_batch, "XRANGE", w->key, from, "+", "COUNT", count, (char *)NULL);
		break;
	}
}

enum audit_walk_state audit_walk_next(struct audit_walk *w, struct store_audit *ret_entry)
{
	const struct config *c = w->config;
	bool local = c->redis.address.kind == ADDRESS_UNIX;

	if (w->lost || redis_link_overdue(w->link, clock_mono(w->clock).ms))
		return AUDIT_WALK_LOST;
	if (w->at < w->count) {
		*ret_entry = w->batch[w->at].entry;
		return w->batch[w->at++].good ? AUDIT_WALK_ENTRY : AUDIT_WALK_UNREADABLE;
	}
	if (w->end)
		return AUDIT_WALK_END;
	if (!redis_link_is_up(w->link)) {
		if (!w->connecting) {
			w->connecting = true;
			redis_link_connect(w->link, local ? c->redis.address.path : "", c->redis.address.host,
			                   c->redis.address.port);
		}
	} else if (w->waits == 0) {
		go_on(w);
	}
	return w->lost ? AUDIT_WALK_LOST : AUDIT_WALK_WAITS;
}

/* ------------------------------------------------------------ life */

struct audit_walk *audit_walk_new(struct event_base *base, const struct config *config, struct clock *clock,
                                  uint64_t from, ms_t since_ms)
{
	struct audit_walk *w = under_way == AUDIT_WALKS_MAX ? NULL : calloc(1, sizeof *w);
	struct redis_link_owner owner = {w, on_up, on_lost};

	if (w == NULL)
		return NULL;
	w->link = redis_link_new(base, &owner, WAITS_MAX);
	if (w->link == NULL) {
		free(w);
		return NULL;
	}
	under_way++;
	w->config = config;
	w->clock = clock;
	w->from = from == 0 ? 1 : from;
	w->since_ms = since_ms;
	w->phase = since_ms == 0 ? WALK_READ : WALK_NEWEST;
	snprintf(w->key, sizeof w->key, "%.*s:audit", PREFIX_MAX - 1, config->cell);
	return w;
}

void audit_walk_free(struct audit_walk *w)
{
	if (w == NULL)
		return;
	redis_link_free(w->link);
	under_way--;
	free(w);
}
