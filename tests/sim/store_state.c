#include "sim/store_state.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/store_state_internal.h"

/* ------------------------------------------------------------ bytes */

struct blob *blob_new(struct slice bytes)
{
	struct blob *b = malloc(sizeof *b + bytes.len);

	ENSURE(b != NULL);
	b->refs = 1;
	b->len = bytes.len;
	if (bytes.len != 0)
		memcpy(b->at, bytes.at, bytes.len);
	return b;
}

struct blob *blob_keep(struct blob *b)
{
	if (b != NULL)
		b->refs++;
	return b;
}

void blob_drop(struct blob *b)
{
	if (b != NULL && --b->refs == 0)
		free(b);
}

static struct slice into(uint8_t *bytes, size_t *at, struct slice from)
{
	struct slice to = slice_of(bytes + *at, from.len);

	if (from.len != 0)
		memcpy(bytes + *at, from.at, from.len);
	*at += from.len;
	return to;
}

struct owned_commit *owned_commit_copy(const struct store_commit *from)
{
	struct owned_commit *c = malloc(sizeof *c);
	size_t len = from->event.len + from->audit.len, at = 0;

	ENSURE(c != NULL);
	c->commit = *from;
	for (uint32_t i = 0; i < from->put_count; i++)
		len += from->puts[i].body.len;
	for (uint32_t i = 0; i < from->outbox_count; i++)
		len += from->outbox[i].body.len;
	c->bytes = malloc(len + 1);
	ENSURE(c->bytes != NULL);
	c->commit.event = into(c->bytes, &at, from->event);
	c->commit.audit = into(c->bytes, &at, from->audit);
	for (uint32_t i = 0; i < from->put_count; i++)
		c->commit.puts[i].body = into(c->bytes, &at, from->puts[i].body);
	for (uint32_t i = 0; i < from->outbox_count; i++)
		c->commit.outbox[i].body = into(c->bytes, &at, from->outbox[i].body);
	return c;
}

void owned_commit_free(struct owned_commit *c)
{
	if (c == NULL)
		return;
	free(c->bytes);
	free(c);
}

/* ------------------------------------------------------------ cells and the way back */

static void cell_key(char ret[CELL_KEY_MAX], char kind, const char *name, const char *member)
{
	int n = snprintf(ret, CELL_KEY_MAX, "%c%s%s%s", kind, name, member[0] == '\0' ? "" : "\x01", member);

	ENSURE(n > 1 && n < CELL_KEY_MAX);
}

struct cell *state_cell(const struct store_state *s, char kind, const char *name, const char *member)
{
	char key[CELL_KEY_MAX];

	cell_key(key, kind, name, member);
	return table_get(&s->cells, key);
}

static void cell_drop(struct store_state *s, struct cell *c)
{
	table_remove(&s->cells, c->key);
	blob_drop(c->body);
	free(c);
}

/* Notes what stands there, then gives the cell to change. */
static struct cell *cell_change(struct store_state *s, struct undo *u, char kind, const char *name, const char *member)
{
	struct cell *c = state_cell(s, kind, name, member);
	size_t i = u->count++;

	ENSURE(i < CHANGES_MAX);
	u->before[i].there = c != NULL;
	if (c != NULL) {
		u->before[i].cell = *c;
		blob_keep(c->body);
		return c;
	}
	c = calloc(1, sizeof *c);
	ENSURE(c != NULL);
	cell_key(c->key, kind, name, member);
	memcpy(u->before[i].cell.key, c->key, sizeof c->key);
	u->before[i].cell.body = NULL;
	ENSURE(table_put(&s->cells, c->key, c));
	return c;
}

static void cell_remove(struct store_state *s, struct undo *u, char kind, const char *name, const char *member)
{
	cell_drop(s, cell_change(s, u, kind, name, member));
}

void state_undo_free(struct undo *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->count; i++)
		if (u->before[i].there)
			blob_drop(u->before[i].cell.body);
	free(u);
}

static void undo_apply(struct store_state *s, struct undo *u)
{
	while (u->count > 0) {
		size_t i = --u->count;
		const struct cell *was = &u->before[i].cell;
		struct cell *c = table_get(&s->cells, was->key);

		if (c != NULL)
			cell_drop(s, c);
		if (!u->before[i].there)
			continue;
		c = malloc(sizeof *c);
		ENSURE(c != NULL);
		*c = *was; /* with the count that the note held */
		ENSURE(table_put(&s->cells, c->key, c));
	}
	while (s->outbox_len > u->outbox_len)
		blob_drop(s->outbox[--s->outbox_len].body);
	free(u);
}

void state_entry_free(struct log_entry *e)
{
	blob_drop(e->event);
	blob_drop(e->audit);
	for (uint32_t i = 0; i < e->record_count; i++)
		blob_drop(e->records[i].body);
	free(e->records);
}

void state_forget(struct store_state *s, size_t count)
{
	ENSURE(count <= s->undo_count);
	for (; count > 0; count--, s->undo_count--) {
		size_t n = s->log_len;

		undo_apply(s, s->undos[(n - 1) % s->undo_max]);
		s->undos[(n - 1) % s->undo_max] = NULL;
		state_entry_free(&s->log[--s->log_len]);
	}
}

/* ------------------------------------------------------------ the decision, step for step as in commit.lua */

static bool malformed(const struct store_commit *c)
{
	if (c->id == 0 || (c->put_count == 0 && (c->message[0] == '\0' || c->outbox_count > 0)) ||
	    c->put_count > STORE_PUTS_MAX || c->check_count > STORE_CHECKS_MAX || c->link_count > STORE_LINKS_MAX ||
	    c->outbox_count > STORE_OUTBOX_MAX || c->event.len > STORE_BODY_MAX || c->audit.len > STORE_AUDIT_PART_MAX ||
	    (c->message[0] != '\0' && c->message_ms <= 0) || c->not_before_ms < 0)
		return true;
	for (uint32_t i = 0; i < c->put_count; i++) {
		if (c->puts[i].key[0] == '\0' || c->puts[i].body.len > STORE_BODY_MAX)
			return true;
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(c->puts[i].key, c->puts[j].key) == 0)
				return true;
	}
	return false;
}

static bool is_mine(const struct store_state *s, const struct store_commit *c, ms_t at_ms)
{
	for (uint32_t i = 0; i < c->put_count; i++) {
		const struct cell *r = state_cell(s, 'r', c->puts[i].key, "");
		const struct cell *gone;

		for (size_t k = 0; r != NULL && k < STORE_COMMITS_KEPT; k++)
			if (r->commits[k] == c->id)
				return true;
		if (r != NULL || !c->puts[i].remove)
			continue;
		gone = state_cell(s, 'g', c->puts[i].key, "");
		if (gone != NULL && gone->commits[0] == c->id && gone->until_ms > at_ms)
			return true;
	}
	return false;
}

static int64_t slack_ms(int64_t memory_ms)
{
	return memory_ms / 64 < 60000 ? memory_ms / 64 : 60000;
}

static void stale(const struct cell *r, uint32_t index, struct store_answer *ret, struct blob **ret_body)
{
	ret->result = STORE_STALE;
	ret->index = index;
	if (r == NULL)
		return;
	ret->rev = r->rev;
	ret->newest = r->commits[0];
	*ret_body = blob_keep(r->body);
	ret->body = blob_bytes(r->body);
}

static bool all_stands(const struct store_state *s, const struct store_commit *c, struct store_answer *ret,
                       struct blob **ret_body)
{
	for (uint32_t i = 0; i < c->put_count + c->check_count; i++) {
		bool put = i < c->put_count;
		const char *key = put ? c->puts[i].key : c->checks[i - c->put_count].key;
		uint64_t expect = put ? c->puts[i].expect : c->checks[i - c->put_count].expect;
		const struct cell *r = state_cell(s, 'r', key, "");

		if ((r == NULL ? 0 : r->commits[0]) != expect) {
			stale(r, i, ret, ret_body);
			return false;
		}
	}
	return true;
}

/* What the name has by now, links of this commit before `index` included; NULL = free. */
static const char *name_now(const struct store_state *s, const struct store_commit *c, uint32_t index)
{
	const struct cell *cell = state_cell(s, 'l', c->links[index].name, "");
	const char *now = cell == NULL ? NULL : cell->value;

	for (uint32_t i = 0; i < index; i++) {
		const struct store_link *l = &c->links[i];

		if (strcmp(l->name, c->links[index].name) != 0)
			continue;
		if (l->op == LINK_UNIQUE)
			now = l->value;
		else if (l->op == LINK_FREE && now != NULL && strcmp(now, l->value) == 0)
			now = NULL;
	}
	return now;
}

static bool names_free(const struct store_state *s, const struct store_commit *c, struct store_answer *ret)
{
	for (uint32_t i = 0; i < c->link_count; i++) {
		const char *now;

		if (c->links[i].op != LINK_UNIQUE)
			continue;
		now = name_now(s, c, i);
		if (now != NULL && strcmp(now, c->links[i].value) != 0) {
			ret->result = STORE_TAKEN;
			ret->index = i;
			snprintf(ret->value, sizeof ret->value, "%s", now);
			return false;
		}
	}
	return true;
}

static struct log_entry *entry_add(struct store_state *s)
{
	if (s->log_len == s->log_size) {
		s->log_size = s->log_size == 0 ? 256 : s->log_size * 2;
		s->log = realloc(s->log, s->log_size * sizeof *s->log);
		ENSURE(s->log != NULL);
	}
	s->log[s->log_len] = (struct log_entry){0};
	return &s->log[s->log_len++];
}

static void write_record(struct store_state *s, struct undo *u, const struct store_commit *c, uint32_t i, ms_t at_ms,
                         struct log_record *ret)
{
	const struct store_put *p = &c->puts[i];
	struct cell *cell;

	snprintf(ret->key, sizeof ret->key, "%s", p->key);
	if (p->remove) {
		if (state_cell(s, 'r', p->key, "") != NULL)
			cell_remove(s, u, 'r', p->key, "");
		cell = cell_change(s, u, 'g', p->key, "");
		cell->commits[0] = c->id;
		cell->until_ms = at_ms + GONE_MS;
		return;
	}
	cell = cell_change(s, u, 'r', p->key, "");
	cell->rev++;
	memmove(cell->commits + 1, cell->commits, (STORE_COMMITS_KEPT - 1) * sizeof *cell->commits);
	cell->commits[0] = c->id;
	blob_drop(cell->body);
	cell->body = blob_new(p->body);
	ret->rev = cell->rev;
	memcpy(ret->commits, cell->commits, sizeof ret->commits);
	ret->body = store_apart(p->key) ? NULL : blob_keep(cell->body);
}

static void write_link(struct store_state *s, struct undo *u, const struct store_link *l)
{
	struct cell *cell;

	switch (l->op) {
	case LINK_UNIQUE:
		cell = cell_change(s, u, 'l', l->name, "");
		snprintf(cell->value, sizeof cell->value, "%s", l->value);
		break;
	case LINK_FREE:
		cell = state_cell(s, 'l', l->name, "");
		if (cell != NULL && strcmp(cell->value, l->value) == 0)
			cell_remove(s, u, 'l', l->name, "");
		break;
	case LINK_ADD:
		cell_change(s, u, 's', l->name, l->value);
		break;
	case LINK_DROP:
		if (state_cell(s, 's', l->name, l->value) != NULL)
			cell_remove(s, u, 's', l->name, l->value);
		break;
	}
}

static void write_outbox(struct store_state *s, struct undo *u, const struct store_outbox *o)
{
	if (state_cell(s, 'o', o->key, "") != NULL)
		return;
	cell_change(s, u, 'o', o->key, "");
	if (s->outbox_len == s->outbox_size) {
		s->outbox_size = s->outbox_size == 0 ? 64 : s->outbox_size * 2;
		s->outbox = realloc(s->outbox, s->outbox_size * sizeof *s->outbox);
		ENSURE(s->outbox != NULL);
	}
	snprintf(s->outbox[s->outbox_len].key, STORE_KEY_MAX, "%s", o->key);
	s->outbox[s->outbox_len++].body = blob_new(o->body);
}

ms_t state_at_ms(const struct store_state *s, ms_t time_ms)
{
	ms_t last_ms = s->log_len == 0 ? 0 : s->log[s->log_len - 1].at_ms;

	return time_ms > last_ms ? time_ms : last_ms;
}

/* The head of the chain after each entry of the log stands with it: what is taken back takes its own away. */
static void write_audit(struct store_state *s, const struct store_commit *c, struct log_entry *e)
{
	const char *before = s->log_len == 1 ? STORE_HASH_NONE : s->log[s->log_len - 2].head;

	memcpy(e->head, before, sizeof e->head);
	if (c->audit.len == 0)
		return;
	e->audit = blob_new(c->audit);
	audit_sim_hash(before, s->log_len, e->at_ms, c->audit, e->head);
}

static void write_all(struct store_state *s, const struct store_commit *c, ms_t at_ms)
{
	struct undo *u = calloc(1, sizeof *u), **place;
	uint64_t prev = s->log_len == 0 ? 0 : s->log[s->log_len - 1].commit;
	struct log_entry *e;

	ENSURE(u != NULL);
	u->outbox_len = s->outbox_len;
	e = entry_add(s);
	e->commit = c->id;
	e->prev = prev;
	e->at_ms = at_ms;
	e->event = blob_new(c->event);
	write_audit(s, c, e);
	e->record_count = c->put_count;
	e->records = calloc(c->put_count + 1, sizeof *e->records);
	ENSURE(e->records != NULL);
	for (uint32_t i = 0; i < c->put_count; i++)
		write_record(s, u, c, i, at_ms, &e->records[i]);
	for (uint32_t i = 0; i < c->link_count; i++)
		write_link(s, u, &c->links[i]);
	if (c->message[0] != '\0') {
		struct cell *cell = cell_change(s, u, 'm', c->message, "");

		snprintf(cell->value, sizeof cell->value, "%s", c->message_value);
		cell->log_id = s->log_len;
		cell->until_ms = at_ms + c->message_ms + slack_ms(c->message_ms);
	}
	for (uint32_t i = 0; i < c->outbox_count; i++)
		write_outbox(s, u, &c->outbox[i]);
	place = &s->undos[(s->log_len - 1) % s->undo_max];
	state_undo_free(*place);
	*place = u;
	if (s->undo_count < s->undo_max)
		s->undo_count++;
}

void state_commit(struct store_state *s, const struct store_commit *c, ms_t time_ms, struct store_answer *ret,
                  struct blob **ret_body)
{
	ms_t at_ms = state_at_ms(s, time_ms);
	struct cell *known;

	*ret = (struct store_answer){.at_ms = at_ms};
	*ret_body = NULL;
	if (malformed(c)) {
		*ret = (struct store_answer){.result = STORE_REFUSED};
		return;
	}
	if (is_mine(s, c, at_ms)) {
		ret->result = STORE_MINE;
		ret->log_id = s->log_len != 0 && s->log[s->log_len - 1].commit == c->id ? s->log_len : 0;
		return;
	}
	known = c->message[0] == '\0' || c->message_anew ? NULL : state_cell(s, 'm', c->message, "");
	if (known != NULL && known->until_ms > at_ms) {
		/* As in Redis a copy makes no entry; a failover may well forget that there was one. */
		if (known->until_ms < at_ms + c->message_ms)
			known->until_ms = at_ms + c->message_ms + slack_ms(c->message_ms);
		ret->result = STORE_DUPLICATE;
		ret->log_id = known->log_id;
		snprintf(ret->value, sizeof ret->value, "%s", known->value);
		return;
	}
	if (at_ms < c->not_before_ms) {
		ret->result = STORE_EARLY;
		return;
	}
	if (!all_stands(s, c, ret, ret_body) || !names_free(s, c, ret))
		return;
	write_all(s, c, at_ms);
	ret->result = STORE_STORED;
	ret->log_id = s->log_len;
}
