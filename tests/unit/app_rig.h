/* app_rig.h - one daemon's app on a table: a small store that does what it is told, a clock that is moved by hand, and
 * links whose frames are kept. For tests that must hold a single step of the stream still.
 *
 * Owns:   the app, the records of its store, every frame it sent.
 * Result: rig_turn() lets the store answer and the app turn until nothing moves any more. With `held` the store takes
 *         commits and stays silent; with `unsafe` entries come and the replica never confirms.
 * Bounds: one daemon; LINKS_RIG screens, RECORDS_RIG records.
 */
#ifndef TESTS_APP_RIG_H
#define TESTS_APP_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/internal.h"

#define RECORDS_RIG 4096
#define LINKS_RIG 1024
#define SEEN_RIG 256
#define VITALS_RIG 128
#define EPOCH INT64_C(1760000000000)

struct rig_record {
	char key[STORE_KEY_MAX];
	uint64_t rev, commits[STORE_COMMITS_KEPT];
	uint8_t *body;
	size_t len;
};

struct rig_commit {
	TAILQ_ENTRY(rig_commit) link;
	struct store_commit c;
	uint8_t bytes[];
};

struct rig_frame {
	uint8_t *at;
	size_t len;
};

struct rig_link {
	bool full, closed;
	struct rig_frame *frames;
	size_t count, size, read;
};

struct rig {
	struct app *app;
	int64_t mono;
	ms_t store_ms;
	bool down;   /* the store does not answer at all */
	bool held;   /* it takes commits, and their entries do not come yet */
	bool unsafe; /* entries come, the replica does not confirm */
	bool attach, look, load, replicated;
	uint64_t attach_id;
	uint64_t came_again; /* of these the one that was sent again, and stands under its old number; 0 = none */
	uint64_t cut;        /* entries of the app's history that are there no more: from this one on; 0 = all are */
	bool slow_load;      /* a turn between any two records of a load */
	uint64_t log_id, log_commit, random;
	TAILQ_HEAD(, rig_commit) commits;
	struct { /* LINK_UNIQUE names */
		char name[STORE_KEY_MAX], value[STORE_KEY_MAX];
	} names[RECORDS_RIG];
	size_t name_count;
	struct rig_record records[RECORDS_RIG];
	size_t record_count;
	struct rig_link links[LINKS_RIG];
	size_t sends;
	void (*stored)(struct rig *g, const struct store_commit *c); /* NULL, or told of each commit that stands */
	/* Last seen: what was put, and what is on its way. */
	struct store_seen seen[SEEN_RIG];
	uint8_t vitals[SEEN_RIG][VITALS_RIG];
	size_t seen_count;
	bool seen_put;
	int login_done[8]; /* by tag: 1 yes, -1 no */
	struct store_seen asked[STORE_SEEN_MAX];
	size_t asked_count;
};

/* ---- ports ---- */

static void rig_now(void *ctx, struct now *ret)
{
	struct rig *g = ctx;

	ret->store_ms = g->store_ms;
	ret->utc_ms = g->store_ms;
	ret->mono.ms = g->mono;
}

static void rig_commit(void *ctx, const struct store_commit *c)
{
	struct rig *g = ctx;
	size_t len = c->event.len + c->audit.len;
	struct rig_commit *k;
	uint8_t *at;

	if (g->down)
		return;
	for (uint32_t i = 0; i < c->put_count; i++)
		len += c->puts[i].body.len;
	k = malloc(sizeof *k + len);
	assert_non_null(k);
	k->c = *c;
	at = k->bytes;
	if (c->event.len != 0)
		memcpy(at, c->event.at, c->event.len);
	k->c.event.at = at;
	at += c->event.len;
	if (c->audit.len != 0)
		memcpy(at, c->audit.at, c->audit.len);
	k->c.audit.at = at;
	at += c->audit.len;
	for (uint32_t i = 0; i < c->put_count; i++) {
		if (c->puts[i].body.len != 0)
			memcpy(at, c->puts[i].body.at, c->puts[i].body.len);
		k->c.puts[i].body.at = at;
		at += c->puts[i].body.len;
	}
	TAILQ_INSERT_TAIL(&g->commits, k, link);
}

static void rig_attach(void *ctx, uint64_t id, uint64_t commit)
{
	struct rig *g = ctx;

	(void)commit;
	g->attach = true;
	g->look = false;
	g->attach_id = id;
}

static void rig_look(void *ctx, uint64_t id, uint64_t commit)
{
	rig_attach(ctx, id, commit);
	((struct rig *)ctx)->look = true;
}

static inline void rig_attached(struct rig *g)
{
	g->attach = false;
	app_store_attached(g->app,
	                   g->attach_id == 0                                                        ? ATTACH_EMPTY
	                   : g->cut != 0 && g->attach_id >= g->cut && g->attach_id != g->came_again ? ATTACH_CUT
	                   : g->look                                                                ? ATTACH_THERE
	                                                                                            : ATTACH_TAIL,
	                   g->replicated);
}

static void rig_load(void *ctx)
{
	((struct rig *)ctx)->load = true;
}

static inline struct store_seen *rig_seen(struct rig *g, const char *name)
{
	for (size_t i = 0; i < g->seen_count; i++)
		if (strcmp(g->seen[i].name, name) == 0)
			return &g->seen[i];
	assert_true(g->seen_count < SEEN_RIG);
	snprintf(g->seen[g->seen_count].name, STORE_SEEN_NAME_MAX, "%s", name);
	return &g->seen[g->seen_count++];
}

static void rig_seen_put(void *ctx, const struct store_seen *list, size_t count)
{
	struct rig *g = ctx;

	assert_false(g->seen_put); /* one on its way at a time */
	for (size_t i = 0; i < count && !g->down; i++) {
		struct store_seen *s = rig_seen(g, list[i].name);

		if (list[i].forget || list[i].heard_ms > s->heard_ms)
			s->heard_ms = list[i].forget ? 0 : list[i].heard_ms;
		assert_true(list[i].vitals.len <= VITALS_RIG);
		if (list[i].vitals.len != 0) {
			memcpy(g->vitals[s - g->seen], list[i].vitals.at, list[i].vitals.len);
			s->vitals = slice_of(g->vitals[s - g->seen], list[i].vitals.len);
		}
	}
	g->seen_put = !g->down;
}

static void rig_seen_ask(void *ctx, const struct store_seen *list, size_t count, bool vitals)
{
	struct rig *g = ctx;

	assert_true(g->asked_count == 0 && count > 0 && count <= STORE_SEEN_MAX);
	for (size_t i = 0; i < count && !g->down; i++) {
		g->asked[i] = *rig_seen(g, list[i].name);
		if (!vitals)
			g->asked[i].vitals = slice_of(NULL, 0);
	}
	g->asked_count = g->down ? 0 : count;
}

static enum send_result rig_send(void *ctx, link_t link, struct slice bytes)
{
	struct rig *g = ctx;
	struct rig_link *l = &g->links[link];
	struct rig_frame *f;

	assert_true(link > 0 && link < LINKS_RIG && !l->closed);
	g->sends++;
	if (l->full)
		return SEND_FULL;
	if (l->count == l->size) {
		l->size = l->size == 0 ? 16 : 2 * l->size;
		l->frames = realloc(l->frames, l->size * sizeof *l->frames);
	}
	f = &l->frames[l->count++];
	f->at = malloc(bytes.len + 1);
	f->len = bytes.len;
	memcpy(f->at, bytes.at, bytes.len);
	return SEND_OK;
}

static void rig_close(void *ctx, link_t link)
{
	((struct rig *)ctx)->links[link].closed = true;
}

static void rig_read(void *ctx, bool on)
{
	(void)ctx;
	(void)on;
}

static void rig_login_done(void *ctx, uint64_t tag, bool ok)
{
	struct rig *g = ctx;

	g->login_done[tag % COUNT_OF(g->login_done)] = ok ? 1 : -1;
}

/* Not secret, only different: every byte is turned by the key's first. */
static size_t rig_seal(void *ctx, const uint8_t key[32], struct slice plain, uint8_t *ret, size_t size)
{
	(void)ctx;
	if (plain.len + 1 > size)
		return 0;
	ret[0] = 0x5e;
	for (size_t i = 0; i < plain.len; i++)
		ret[i + 1] = plain.at[i] ^ key[0] ^ 0xa5;
	return plain.len + 1;
}

static size_t rig_unseal(void *ctx, const uint8_t key[32], struct slice sealed, uint8_t *ret, size_t size)
{
	(void)ctx;
	if (sealed.len < 1 || sealed.at[0] != 0x5e || sealed.len - 1 > size)
		return 0;
	for (size_t i = 1; i < sealed.len; i++)
		ret[i - 1] = sealed.at[i] ^ key[0] ^ 0xa5;
	return sealed.len - 1;
}

/* Not secret either, and its own inverse. */
static bool rig_aes(void *ctx, bool encrypt, struct slice key, struct slice in, uint8_t *ret)
{
	(void)ctx;
	(void)encrypt;
	for (size_t i = 0; i < in.len; i++)
		ret[i] = in.at[i] ^ key.at[i % key.len];
	return true;
}

static bool rig_token(void *ctx, struct slice token, struct slice hash)
{
	(void)ctx;
	return slice_equal(token, hash);
}

static uint64_t rig_random(void *ctx)
{
	return ++((struct rig *)ctx)->random * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

static void PRINTF_LIKE(3, 4) rig_log(void *ctx, const char *code, const char *fmt, ...)
{
	va_list args;

	(void)ctx;
	if (getenv("PINGAN_RIG_LOG") == NULL)
		return;
	va_start(args, fmt);
	fprintf(stderr, "ev=%s ", code);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}

/* ---- the store ---- */

static inline struct rig_record *rig_record(struct rig *g, const char *key)
{
	for (size_t i = 0; i < g->record_count; i++)
		if (strcmp(g->records[i].key, key) == 0)
			return &g->records[i];
	assert_true(g->record_count < RECORDS_RIG);
	snprintf(g->records[g->record_count].key, STORE_KEY_MAX, "%s", key);
	return &g->records[g->record_count++];
}

static inline void rig_record_set(struct rig_record *r, struct slice body, uint64_t commit)
{
	free(r->body);
	r->body = malloc(body.len + 1);
	if (body.len != 0)
		memcpy(r->body, body.at, body.len);
	r->len = body.len;
	r->rev++;
	memmove(&r->commits[1], &r->commits[0], (STORE_COMMITS_KEPT - 1) * sizeof r->commits[0]);
	r->commits[0] = commit;
}

static inline void rig_record_copy(const struct rig_record *r, struct store_record *ret)
{
	memset(ret, 0, sizeof *ret);
	memcpy(ret->key, r->key, sizeof ret->key);
	ret->rev = r->rev;
	memcpy(ret->commits, r->commits, sizeof ret->commits);
	ret->body = slice_of(r->body, r->len);
}

/* A registry record, as if it had always been there; before rig_start(). */
static inline void rig_put(struct rig *g, const char *type, const char *id, const ProtobufCMessage *m)
{
	static uint8_t bytes[STORE_BODY_MAX];
	char key[STORE_KEY_MAX];

	record_key(key, type, id);
	rig_record_set(rig_record(g, key), slice_of(bytes, protobuf_c_message_pack(m, bytes)), rig_random(g));
}

/* Answers no where the real store would; true when the commit is good. */
static inline bool rig_checks(struct rig *g, const struct rig_commit *k)
{
	struct store_answer a = {.result = STORE_STALE};

	for (uint32_t i = 0; i < k->c.put_count; i++) {
		struct rig_record *r = rig_record(g, k->c.puts[i].key);

		if (k->c.puts[i].expect == (r->rev == 0 ? 0 : r->commits[0]))
			continue;
		a.index = i;
		a.rev = r->rev;
		a.newest = r->rev == 0 ? 0 : r->commits[0];
		a.body = slice_of(r->body, r->len);
		app_store_answer(g->app, k->c.id, &a);
		return false;
	}
	for (uint32_t i = 0; i < k->c.check_count; i++) {
		struct rig_record *r = rig_record(g, k->c.checks[i].key);

		if (k->c.checks[i].expect == (r->rev == 0 ? 0 : r->commits[0]))
			continue;
		a.index = k->c.put_count + i;
		a.rev = r->rev;
		a.newest = r->rev == 0 ? 0 : r->commits[0];
		a.body = slice_of(r->body, r->len);
		app_store_answer(g->app, k->c.id, &a);
		return false;
	}
	for (uint32_t i = 0; i < k->c.link_count; i++)
		for (size_t n = 0; k->c.links[i].op == LINK_UNIQUE && n < g->name_count; n++)
			if (strcmp(g->names[n].name, k->c.links[i].name) == 0 &&
			    strcmp(g->names[n].value, k->c.links[i].value) != 0) {
				a.result = STORE_TAKEN;
				a.index = i;
				memcpy(a.value, g->names[n].value, sizeof a.value);
				app_store_answer(g->app, k->c.id, &a);
				return false;
			}
	for (uint32_t i = 0; i < k->c.link_count; i++) {
		if (k->c.links[i].op == LINK_UNIQUE) {
			memcpy(g->names[g->name_count].name, k->c.links[i].name, STORE_KEY_MAX);
			memcpy(g->names[g->name_count++].value, k->c.links[i].value, STORE_KEY_MAX);
		}
		for (size_t n = 0; k->c.links[i].op == LINK_FREE && n < g->name_count; n++)
			if (strcmp(g->names[n].name, k->c.links[i].name) == 0)
				g->names[n] = g->names[--g->name_count];
	}
	return true;
}

static inline void rig_entry(struct rig *g, const struct rig_commit *k)
{
	static struct store_entry e;

	if (!rig_checks(g, k))
		return;
	memset(&e, 0, sizeof e);
	e.id = ++g->log_id;
	e.commit = k->c.id;
	e.prev = g->log_commit;
	e.at_ms = g->store_ms;
	e.event = k->c.event;
	if (k->c.audit.len != 0)
		snprintf(e.audit, sizeof e.audit, "%040llx", (unsigned long long)e.id);
	for (uint32_t i = 0; i < k->c.put_count; i++) {
		struct rig_record *r = rig_record(g, k->c.puts[i].key);

		rig_record_set(r, k->c.puts[i].body, k->c.id);
		rig_record_copy(r, &e.records[e.record_count]);
		if (k->c.puts[i].remove)
			e.records[e.record_count].rev = r->rev = 0;
		e.record_count++;
	}
	g->log_commit = k->c.id;
	if (g->stored != NULL)
		g->stored(g, &k->c);
	app_store_entry(g->app, &e);
}

static inline void rig_load_now(struct rig *g)
{
	struct store_record r = {0};

	g->load = false;
	app_load_begin(g->app);
	for (size_t i = 0; i < g->record_count; i++) {
		if (g->records[i].rev == 0)
			continue;
		rig_record_copy(&g->records[i], &r);
		app_load_record(g->app, &r);
		if (g->slow_load)
			(void)app_turn(g->app);
	}
	app_load_end(g->app, g->log_id, g->log_commit, 0);
	if (!g->unsafe)
		app_store_safe(g->app, g->log_id);
}

static inline void rig_turn(struct rig *g)
{
	for (int i = 0; i < 200; i++) {
		bool moved = false;
		int64_t wait;

		if (g->attach && !g->down) {
			rig_attached(g);
			moved = true;
		}
		if (g->load && !g->down) {
			rig_load_now(g);
			moved = true;
		}
		while (!g->held && !g->down && !TAILQ_EMPTY(&g->commits)) {
			struct rig_commit *k = TAILQ_FIRST(&g->commits);

			TAILQ_REMOVE(&g->commits, k, link);
			rig_entry(g, k);
			free(k);
			moved = true;
		}
		if (g->seen_put && !g->down) {
			g->seen_put = false;
			app_store_seen_put(g->app, true);
			moved = true;
		}
		if (g->asked_count != 0 && !g->down) {
			size_t count = g->asked_count;

			g->asked_count = 0;
			app_store_seen(g->app, g->asked, count);
			moved = true;
		}
		if (!g->unsafe && !g->down)
			app_store_safe(g->app, g->log_id);
		wait = app_turn(g->app);
		assert_true(wait >= 0 && wait <= 1000);
		if (!moved && wait != 0 && (g->held || TAILQ_EMPTY(&g->commits)))
			return;
	}
	fail_msg("the app never comes to rest");
}

/* Lets time pass in steps, turning at each. */
static inline void rig_pass(struct rig *g, int64_t ms)
{
	while (ms > 0) {
		int64_t step = ms < 50 ? ms : 50;

		g->mono += step;
		g->store_ms += step;
		ms -= step;
		rig_turn(g);
	}
}

static inline void rig_store_down(struct rig *g)
{
	struct rig_commit *k;

	g->down = true;
	while ((k = TAILQ_FIRST(&g->commits)) != NULL) {
		TAILQ_REMOVE(&g->commits, k, link);
		free(k);
	}
	g->seen_put = false;
	g->asked_count = 0;
	app_store_down(g->app);
	rig_turn(g);
}

static inline void rig_store_back(struct rig *g)
{
	g->down = false;
	rig_pass(g, 200);
}

/* History was cut, from this entry on, to what the records say now: everything is read again. */
static inline void rig_cut(struct rig *g, uint64_t from)
{
	g->seen_put = false;
	g->asked_count = 0;
	app_store_down(g->app);
	g->log_commit ^= 1; /* another history */
	g->attach_id = g->app->newest;
	g->look = false;
	g->cut = from;
	for (g->attach = true; g->attach && !g->load;)
		rig_attached(g);
	g->cut = 0;
	rig_load_now(g);
	rig_turn(g);
}

/* The same, and nothing that it read is there. */
static inline void rig_reload(struct rig *g)
{
	rig_cut(g, 1);
}

#endif
