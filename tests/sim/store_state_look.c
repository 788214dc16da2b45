/* store_state_look.c - life of the simulated store's state, a second history that starts from it, and looking in. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/store_state_internal.h"

/* ------------------------------------------------------------ life */

struct store_state *state_new(size_t undo_max)
{
	struct store_state *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->undo_max = undo_max;
	s->undos = calloc(undo_max, sizeof(struct undo *));
	if (s->undos == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void state_free(struct store_state *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->undo_max; i++)
		state_undo_free(s->undos[i]);
	free(s->undos);
	for (size_t i = 0; i < s->log_len; i++)
		state_entry_free(&s->log[i]);
	free(s->log);
	for (size_t i = 0; i < s->outbox_len; i++)
		blob_drop(s->outbox[i].body);
	free(s->outbox);
	for (size_t i = 0; i < table_places(&s->cells); i++) {
		struct cell *c = table_at(&s->cells, i)->key == NULL ? NULL : table_at(&s->cells, i)->value;

		if (c != NULL) {
			blob_drop(c->body);
			free(c);
		}
	}
	table_free(&s->cells);
	blob_drop(s->lent);
	free(s);
}

/* ------------------------------------------------------------ a second history */

static void cells_clone(struct store_state *to, const struct store_state *from)
{
	for (size_t i = 0; i < table_places(&from->cells); i++) {
		const struct cell *c = table_at(&from->cells, i)->key == NULL ? NULL : table_at(&from->cells, i)->value;
		struct cell *copy;

		if (c == NULL)
			continue;
		copy = malloc(sizeof *copy);
		ENSURE(copy != NULL);
		*copy = *c;
		blob_keep(copy->body);
		ENSURE(table_put(&to->cells, copy->key, copy));
	}
}

static void log_clone(struct store_state *to, const struct store_state *from)
{
	to->log = calloc(from->log_len + 1, sizeof *to->log);
	ENSURE(to->log != NULL);
	to->log_len = to->log_size = from->log_len;
	for (size_t i = 0; i < from->log_len; i++) {
		const struct log_entry *e = &from->log[i];
		struct log_entry *copy = &to->log[i];

		*copy = *e;
		blob_keep(copy->event);
		blob_keep(copy->audit);
		copy->records = calloc(e->record_count + 1, sizeof *copy->records);
		ENSURE(copy->records != NULL);
		for (uint32_t n = 0; n < e->record_count; n++) {
			copy->records[n] = e->records[n];
			blob_keep(copy->records[n].body);
		}
	}
}

struct store_state *state_clone(const struct store_state *from)
{
	struct store_state *s = state_new(from->undo_max);

	if (s == NULL)
		return NULL;
	cells_clone(s, from);
	log_clone(s, from);
	s->outbox = calloc(from->outbox_len + 1, sizeof *s->outbox);
	ENSURE(s->outbox != NULL);
	s->outbox_len = s->outbox_size = from->outbox_len;
	for (size_t i = 0; i < from->outbox_len; i++) {
		s->outbox[i] = from->outbox[i];
		blob_keep(s->outbox[i].body);
	}
	return s;
}

/* ------------------------------------------------------------ looking in */

void state_lend(struct store_state *s, struct blob *body)
{
	blob_drop(s->lent);
	s->lent = body;
}

static void record_of(const struct cell *c, struct store_record *ret)
{
	snprintf(ret->key, sizeof ret->key, "%s", c->key + 1);
	ret->rev = c->rev;
	ret->absent = false;
	memcpy(ret->commits, c->commits, sizeof ret->commits);
	ret->body = blob_bytes(c->body);
}

bool state_record(const struct store_state *s, const char *key, struct store_record *ret)
{
	const struct cell *c = state_cell(s, 'r', key, "");

	if (c != NULL)
		record_of(c, ret);
	return c != NULL;
}

bool state_entry(const struct store_state *s, uint64_t id, struct store_entry *ret)
{
	const struct log_entry *e;

	if (id == 0 || id > s->log_len)
		return false;
	e = &s->log[id - 1];
	*ret = (struct store_entry){.id = id,
	                            .commit = e->commit,
	                            .prev = e->prev,
	                            .at_ms = e->at_ms,
	                            .event = blob_bytes(e->event),
	                            .record_count = e->record_count};
	if (e->audit != NULL)
		memcpy(ret->audit, e->head, sizeof ret->audit);
	for (uint32_t i = 0; i < e->record_count; i++) {
		const struct log_record *r = &e->records[i];
		const struct cell *now = r->rev != 0 && store_apart(r->key) ? state_cell(s, 'r', r->key, "") : NULL;

		memcpy(ret->records[i].key, r->key, sizeof r->key);
		ret->records[i].rev = r->rev;
		memcpy(ret->records[i].commits, r->commits, sizeof r->commits);
		ret->records[i].body = blob_bytes(r->body);
		if (r->rev == 0 || !store_apart(r->key))
			continue;
		/* Not in the log: as it stands, if that is still what this entry wrote. */
		ret->records[i].absent = now == NULL || now->commits[0] != r->commits[0];
		if (!ret->records[i].absent)
			ret->records[i].body = blob_bytes(now->body);
	}
	return true;
}

bool state_audit(const struct store_state *s, uint64_t id, struct store_audit *ret)
{
	const struct log_entry *e = id == 0 || id > s->log_len ? NULL : &s->log[id - 1];

	if (e == NULL || e->audit == NULL)
		return false;
	*ret = (struct store_audit){.id = id, .at_ms = e->at_ms, .body = blob_bytes(e->audit)};
	memcpy(ret->prev, id == 1 ? STORE_HASH_NONE : s->log[id - 2].head, sizeof ret->prev);
	memcpy(ret->hash, e->head, sizeof ret->hash);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct cell *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

void state_records(const struct store_state *s, void (*each)(void *ctx, const struct store_record *), void *ctx)
{
	struct cell **records = calloc(s->cells.used + 1, sizeof(struct cell *));
	struct store_record r;
	size_t n = 0;

	ENSURE(records != NULL);
	for (size_t i = 0; i < table_places(&s->cells); i++)
		if (table_at(&s->cells, i)->key != NULL && table_at(&s->cells, i)->key[0] == 'r')
			records[n++] = table_at(&s->cells, i)->value;
	qsort(records, n, sizeof(struct cell *), by_key);
	for (size_t i = 0; i < n; i++) {
		record_of(records[i], &r);
		each(ctx, &r);
	}
	free(records);
}

uint64_t state_newest(const struct store_state *s)
{
	return s->log_len;
}

const char *state_link(const struct store_state *s, const char *name)
{
	const struct cell *c = state_cell(s, 'l', name, "");

	return c == NULL ? NULL : c->value;
}

bool state_in_set(const struct store_state *s, const char *name, const char *value)
{
	return state_cell(s, 's', name, value) != NULL;
}

bool state_outbox(const struct store_state *s, size_t n, char ret_key[STORE_KEY_MAX], struct slice *ret_body)
{
	if (n >= s->outbox_len)
		return false;
	memcpy(ret_key, s->outbox[n].key, STORE_KEY_MAX);
	*ret_body = blob_bytes(s->outbox[n].body);
	return true;
}
