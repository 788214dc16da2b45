/* store_sim_seen.c - when units were last heard, beside the log. Takes as long as a commit may; draws nothing, so that a
 * history is the same with and without it. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/store_sim_internal.h"

#define CUT_MS 1000

struct seen_entry {
	char name[STORE_SEEN_NAME_MAX];
	ms_t heard_ms, before_ms; /* before: as it was CUT_MS ago, or longer */
	int64_t put_at;
	uint8_t *vitals;
	size_t vitals_len;
};

struct seen_call {
	bool put, ok, vitals;
	size_t count;
	uint8_t *bytes; /* what the vitals point to */
	struct store_seen list[];
};

void ss_seen_call_free(struct seen_call *c)
{
	if (c == NULL)
		return;
	free(c->bytes);
	free(c);
}

static struct seen_call *call_new(const struct store_seen *list, size_t count)
{
	struct seen_call *c = calloc(1, sizeof *c + count * sizeof c->list[0]);
	size_t len = 0;
	uint8_t *at;

	ENSURE(c != NULL && count <= STORE_SEEN_MAX);
	for (size_t i = 0; i < count; i++)
		len += list[i].vitals.len;
	c->bytes = at = malloc(len + 1);
	ENSURE(at != NULL);
	c->count = count;
	for (size_t i = 0; i < count; i++) {
		c->list[i] = list[i];
		if (list[i].vitals.len != 0)
			memcpy(at, list[i].vitals.at, list[i].vitals.len);
		c->list[i].vitals = slice_of(at, list[i].vitals.len);
		at += list[i].vitals.len;
	}
	return c;
}

static void answer(struct store_sim_daemon *d, const struct thing *t, struct seen_call *c, int64_t after_ms)
{
	struct thing *a = ss_send(d->sim, THING_SEEN_ANSWER, d->sim->now_ms + after_ms);

	a->daemon = t->daemon;
	a->line = t->line;
	a->seen = c;
}

static void send_call(struct store_sim_daemon *d, struct seen_call *c)
{
	struct store_sim *s = d->sim;
	bool sent = d->up && d->tailing;
	struct thing *t =
		ss_send(s, sent ? THING_SEEN_CALL : THING_SEEN_ANSWER, s->now_ms + (sent ? s->config.reach_ms : 0));

	c->ok = false;
	if (!sent && !c->put)
		c->count = 0;
	t->daemon = d->index;
	t->line = d->line;
	t->seen = c;
}

void store_sim_seen_put(void *daemon, const struct store_seen *list, size_t count)
{
	struct seen_call *c = call_new(list, count);

	c->put = true;
	send_call(daemon, c);
}

void store_sim_seen_ask(void *daemon, const struct store_seen *list, size_t count, bool vitals)
{
	struct seen_call *c = call_new(list, count);

	ENSURE(count > 0);
	c->vitals = vitals;
	send_call(daemon, c);
}

static void forget(struct store_sim *s, const char *name)
{
	struct seen_entry *e = table_remove(&s->seen, name);

	if (e != NULL)
		free(e->vitals);
	free(e);
}

static void put_one(struct store_sim *s, const struct store_seen *from)
{
	struct seen_entry *e = table_get(&s->seen, from->name);

	if (from->forget) {
		forget(s, from->name);
		return;
	}
	if (e == NULL) {
		e = calloc(1, sizeof *e);
		ENSURE(e != NULL);
		memcpy(e->name, from->name, sizeof e->name);
		ENSURE(table_put(&s->seen, e->name, e));
	}
	if (from->heard_ms > e->heard_ms) {
		if (s->now_ms - e->put_at > CUT_MS)
			e->before_ms = e->heard_ms;
		e->put_at = s->now_ms;
		e->heard_ms = from->heard_ms;
	}
	if (from->vitals.len == 0)
		return;
	free(e->vitals);
	e->vitals_len = from->vitals.len;
	e->vitals = malloc(e->vitals_len);
	ENSURE(e->vitals != NULL);
	memcpy(e->vitals, from->vitals.at, e->vitals_len);
}

void ss_seen_call(struct store_sim *s, struct thing *t)
{
	struct store_sim_daemon *d = &s->daemons[t->daemon];
	struct seen_call *c = t->seen, *back;

	if (!s->there)
		return;
	if (c->put) {
		c->ok = !s->full;
		for (size_t i = 0; c->ok && i < c->count; i++)
			put_one(s, &c->list[i]);
	} else {
		for (size_t i = 0; i < c->count; i++) {
			const struct seen_entry *e = table_get(&s->seen, c->list[i].name);

			c->list[i].heard_ms = e == NULL ? 0 : e->heard_ms;
			c->list[i].vitals = e == NULL || !c->vitals ? slice_of(NULL, 0) : slice_of(e->vitals, e->vitals_len);
		}
	}
	if (!d->used || d->line != t->line)
		return;
	back = call_new(c->list, c->count);
	back->put = c->put;
	back->ok = c->ok;
	answer(d, t, back, s->config.back_ms);
}

void ss_seen_answer(struct store_sim_daemon *d, const struct thing *t)
{
	if (t->seen->put)
		d->sink.seen_put(d->sink.ctx, t->seen->ok);
	else
		d->sink.seen(d->sink.ctx, t->seen->list, t->seen->count);
}

void ss_seen_cut(struct store_sim *s)
{
	for (size_t i = 0; i < table_places(&s->seen); i++) {
		struct seen_entry *e = table_at(&s->seen, i)->key == NULL ? NULL : table_at(&s->seen, i)->value;

		if (e != NULL && s->now_ms - e->put_at <= CUT_MS)
			e->heard_ms = e->before_ms;
	}
}

void ss_seen_copy(struct store_sim *to, const struct store_sim *from)
{
	for (size_t i = 0; i < table_places(&from->seen); i++) {
		const struct seen_entry *e = table_at(&from->seen, i)->key == NULL ? NULL : table_at(&from->seen, i)->value;
		struct store_seen seen = {0};

		if (e == NULL)
			continue;
		memcpy(seen.name, e->name, sizeof seen.name);
		seen.heard_ms = e->heard_ms;
		seen.vitals = slice_of(e->vitals, e->vitals_len);
		put_one(to, &seen);
	}
}

void ss_seen_free(struct store_sim *s)
{
	for (size_t i = 0; i < table_places(&s->seen); i++) {
		struct seen_entry *e = table_at(&s->seen, i)->key == NULL ? NULL : table_at(&s->seen, i)->value;

		if (e != NULL)
			free(e->vitals);
		free(e);
	}
	table_free(&s->seen);
}

ms_t store_sim_seen(const struct store_sim *s, const char *name)
{
	const struct seen_entry *e = table_get(&s->seen, name);

	return e == NULL ? 0 : e->heard_ms;
}
