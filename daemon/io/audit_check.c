#include "io/audit_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/audit_chain.h"

#define MEMORY 65536

void audit_find(struct audit_check *c, uint64_t entry, const char *fmt, ...)
{
	char text[256];
	va_list args;

	if (++c->findings > AUDIT_FINDINGS_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	c->found(c->ctx, entry, text);
}

bool audit_check_begin(struct audit_check *c)
{
	c->back = calloc(AUDIT_BACK, sizeof *c->back);
	c->memory = malloc(MEMORY);
	if (c->back == NULL || c->memory == NULL) {
		audit_check_free(c);
		return false;
	}
	arena_init(&c->scratch, c->memory, MEMORY);
	return true;
}

void audit_check_free(struct audit_check *c)
{
	free(c->back);
	free(c->memory);
	c->back = NULL;
	c->memory = NULL;
}

static bool trusted(const struct audit_check *c, const struct audit_seal *seal)
{
	for (size_t i = 0; i < c->key_count; i++)
		if (memcmp(c->keys[i], seal->key, AUDIT_KEY_LEN) == 0)
			return true;
	return false;
}

/* The signature, and that we trust its key. */
static bool sealed_well(struct audit_check *c, uint64_t entry, const struct audit_seal *seal, bool trim)
{
	if (c->key_count == 0)
		return false; /* not looked at */
	if (!audit_seal_good(c->cell, trim, seal))
		audit_find(c, entry, "forged: its signature is not good");
	else if (!trusted(c, seal))
		audit_find(c, entry, "forged: it is signed with a key that is not ours");
	else
		return true;
	return false;
}

static void seal_look(struct audit_check *c, const struct store_audit *e, const struct audit_seal *seal)
{
	const struct audit_seal none = {0};

	c->seals++;
	if (seal->entry == none.entry) {
		audit_find(c, e->id, "forged: a seal that seals nothing");
		return;
	}
	if (!sealed_well(c, e->id, seal, false))
		return;
	for (size_t i = 0; i < AUDIT_BACK; i++) {
		if (c->back[i].id != seal->entry)
			continue;
		if (strcmp(c->back[i].hash, seal->hash) != 0) {
			audit_find(c, e->id,
			           "this seal vouches for another entry %" PRIu64 " than stands there: the chain was rewritten",
			           seal->entry);
			return;
		}
		/* One that stood there before, put in once more, vouches for nothing new. */
		if (seal->entry <= c->sealed)
			return;
		c->sealed = seal->entry;
		c->unsealed = c->acts - c->back[i].acts;
		c->act_ms = 0;
		c->active_ms = 0;
		c->late = false;
		return;
	}
	/* What it vouches for went with what was trimmed. */
	if (c->first == 0 || seal->entry >= c->first)
		audit_find(c, e->id, "this seal vouches for entry %" PRIu64 ", which is not there", seal->entry);
}

static void trim_look(struct audit_check *c, const struct store_audit *e, const struct audit_seal *seal)
{
	if (c->key_count != 0 && !sealed_well(c, e->id, seal, true))
		return;
	c->trimmed = seal->entry;
	memcpy(c->trimmed_hash, seal->hash, sizeof c->trimmed_hash);
	if (c->first != 0 && seal->entry < c->first && strcmp(c->trimmed_hash, c->before) == 0)
		memcpy(c->before, STORE_HASH_NONE, sizeof c->before); /* so that is why it begins there */
}

static void anchors_look(struct audit_check *c, const struct store_audit *e)
{
	for (; c->anchor_at < c->anchor_count && c->anchors[c->anchor_at].entry <= e->id; c->anchor_at++) {
		const struct audit_seal *a = &c->anchors[c->anchor_at];

		if (a->entry == e->id && strcmp(a->hash, e->hash) != 0)
			audit_find(c, e->id,
			           "a seal kept outside vouches for another entry than stands here: the chain was rewritten");
		else if (a->entry < e->id && c->first != e->id)
			audit_find(c, a->entry, "is not there, but a seal kept outside vouches for it");
	}
}

static void follows(struct audit_check *c, const struct store_audit *e)
{
	char hash[STORE_HASH_SIZE];

	if (c->first == 0) {
		c->first = e->id;
		c->first_ms = e->at_ms;
		memcpy(c->before, e->prev, sizeof c->before);
	} else if (e->id <= c->last) {
		audit_find(c, e->id, "stands after entry %" PRIu64 ": moved", c->last);
	} else if (strcmp(e->prev, c->hash) != 0) {
		audit_find(c, e->id, "does not follow entry %" PRIu64 ": something between them was taken out, put in or moved",
		           c->last);
	}
	if (e->at_ms < c->last_ms)
		audit_find(c, e->id, "is earlier than the one before it");
	audit_hash(e->prev, e->id, e->at_ms, e->body, hash);
	if (strcmp(hash, e->hash) != 0)
		audit_find(c, e->id, "was altered: its hash is another");
}

/* A daemon that works has a seal follow what it writes. */
static void late_look(struct audit_check *c, const struct store_audit *e, bool started)
{
	if (started)
		c->active_ms = 0; /* whoever wrote before it may have ended before the seal */
	else if (c->act_ms != 0 && e->at_ms - c->act_ms <= AUDIT_QUIET_MS)
		c->active_ms += e->at_ms - c->act_ms;
	c->act_ms = e->at_ms;
	if (c->active_ms <= AUDIT_LATE_MS || c->late)
		return;
	audit_find(c, e->id,
	           "no seal for half an hour of work before it: no daemon has the audit key, or seals were taken out");
	c->late = true;
}

void audit_check_unreadable(struct audit_check *c, uint64_t entry)
{
	audit_find(c, entry, "is no entry of ours");
}

void audit_check_entry(struct audit_check *c, const struct store_audit *e, struct audit *ret_body)
{
	struct audit body;
	bool readable, seal;
	size_t at;

	follows(c, e);
	arena_reset(&c->scratch);
	readable = audit_decode(e->body, &c->scratch, &body);
	if (!readable)
		audit_find(c, e->id, "can't be read");
	seal = readable && body.what == AUDIT_SEALED;
	c->entries++;
	c->acts += !seal;
	c->unsealed += !seal;
	at = (size_t)(c->entries % AUDIT_BACK);
	c->back[at].id = e->id;
	c->back[at].acts = c->acts;
	c->back[at].at_ms = e->at_ms;
	memcpy(c->back[at].hash, e->hash, sizeof c->back[at].hash);
	c->last = e->id;
	c->last_ms = e->at_ms;
	memcpy(c->hash, e->hash, sizeof c->hash);
	anchors_look(c, e);
	if (seal)
		seal_look(c, e, &body.seal);
	else if (readable && body.what == AUDIT_TRIMMED)
		trim_look(c, e, &body.seal);
	if (c->key_count != 0 && !seal && readable && body.daemon[0] != '\0')
		late_look(c, e, body.what == AUDIT_STARTED);
	if (c->read != NULL && readable)
		c->read(c->read_ctx, e->id, &body);
	if (ret_body != NULL) {
		*ret_body = body;
		if (!readable)
			ret_body->what = AUDIT_NONE;
	}
}

void audit_check_end(struct audit_check *c, const char *head, uint64_t head_id)
{
	if (c->first != 0 && strcmp(c->before, STORE_HASH_NONE) != 0)
		audit_find(c, c->first,
		           "is the first, but not the beginning: what was before it is gone, and nothing signed says why");
	for (; c->anchor_at < c->anchor_count; c->anchor_at++)
		if (c->anchors[c->anchor_at].entry > c->trimmed)
			audit_find(c, c->anchors[c->anchor_at].entry,
			           "is not there, but a seal kept outside vouches for it: the end of the chain was cut off");
	if (head != NULL && c->entries != 0 && (head_id != c->last || strcmp(head, c->hash) != 0))
		audit_find(c, c->last, "is the last, but the store's head of the chain is another");
	if (head != NULL && c->entries == 0 && head[0] != '\0')
		audit_find(c, head_id, "and all before it are gone, but the store's head of the chain names it");
	c->unsealed_ms = 0;
	for (size_t i = 0; c->unsealed != 0 && i < AUDIT_BACK; i++)
		if (c->back[i].id > c->sealed && (c->unsealed_ms == 0 || c->back[i].at_ms < c->unsealed_ms))
			c->unsealed_ms = c->back[i].at_ms;
}
