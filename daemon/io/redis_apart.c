/* redis_apart.c - bodies of personal records do not stand in the log (app/store.h): they are fetched by key when their
 * entry comes, over the connection that brings the log. A record that was fetched after its entry had been read stands as
 * of that entry or as of a later one: either it is what this entry wrote, or the entry that made it so is still to come. */
#include <stdlib.h>

#include "io/redis_store_internal.h"

void apart_forget(struct redis_store *s)
{
	struct apart *a = &s->apart;

	for (size_t i = 0; i < a->len; i++) {
		/* Names and telephone numbers: not left lying about in freed memory. */
		if (a->at[i].body != NULL)
			explicit_bzero(a->at[i].body, a->at[i].record.body.len);
		free(a->at[i].body);
	}
	a->len = a->answered = a->hint = 0;
	a->known_id = 0;
}

static struct apart_record *find(struct apart *a, const char *key)
{
	for (size_t i = 0; i < a->len; i++) {
		size_t at = (a->hint + i) % a->len;

		if (strcmp(a->at[at].record.key, key) == 0) {
			a->hint = at;
			return &a->at[at];
		}
	}
	return NULL;
}

bool apart_fill(struct redis_store *s, struct store_entry *e)
{
	for (uint32_t i = 0; i < e->record_count; i++) {
		struct store_record *r = &e->records[i];
		const struct apart_record *got;

		if (!r->absent)
			continue;
		if (e->id > s->apart.known_id)
			return false;
		got = find(&s->apart, r->key);
		if (got == NULL || got->record.commits[0] != r->commits[0])
			continue; /* changed again since, or gone */
		r->body = got->record.body;
		r->absent = false;
	}
	return true;
}

static void on_record(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	struct apart *a = &s->apart;
	struct apart_record *to;
	struct store_record got;

	if (s->falling || tag != s->turn)
		return;
	ENSURE(a->answered < a->len);
	to = &a->at[a->answered++];
	if (!commit_record_read(slice_str(to->record.key), reply, &got)) {
		s->stats.bad_replies++;
		store_metric(s, METRIC_STORE_BAD_REPLIES, 1);
		log_line(s->log, "STORE_RECORD_UNREADABLE", "record=%s", to->record.key);
		return;
	}
	to->record = got;
	to->body = malloc(got.body.len + 1);
	ENSURE(to->body != NULL);
	if (got.body.len != 0)
		memcpy(to->body, got.body.at, got.body.len);
	to->record.body = slice_of(to->body, got.body.len);
}

static void ask(struct redis_store *s, const char *record)
{
	char key[STORE_PREFIX_MAX + STORE_KEY_MAX];
	size_t prefix_len = strlen(s->config.prefix), len = strlen(record);
	struct apart_record *to = &s->apart.at[s->apart.len++];

	*to = (struct apart_record){0};
	memcpy(to->record.key, record, len + 1);
	memcpy(key, s->config.prefix, prefix_len);
	memcpy(key + prefix_len, record, len + 1);
	store_ask_words(s, LINK_LOG, on_record, s->turn, 0, "HMGET", key, "rev", "commits", "body", (char *)NULL);
}

void apart_ask(struct redis_store *s, const redisReply *entries, size_t first)
{
	static struct store_entry e; /* large; one loop, one thread */
	struct apart *a = &s->apart;

	apart_forget(s);
	if (a->at == NULL) {
		a->at = calloc(APART_ASKS_MAX, sizeof *a->at);
		ENSURE(a->at != NULL);
	}
	for (size_t i = first; i < entries->elements && !s->falling; i++) {
		if (!commit_entry_read(entries->element[i], &e) || a->len + e.record_count > APART_ASKS_MAX)
			return;
		for (uint32_t k = 0; k < e.record_count; k++)
			if (e.records[k].absent) /* one that changes twice here is fetched twice: either answer is right for both */
				ask(s, e.records[k].key);
		a->known_id = e.id;
	}
}
