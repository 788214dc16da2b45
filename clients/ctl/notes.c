#include "notes.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "cell_bulk.h"
#include "copy.h"
#include "pingan/v1/record.pb-c.h"
#include "streams.h"

#define PLAIN_MAX 1024

struct notes {
	const char *home;
	const struct trace *words;
	char **keys;        /* being read */
	struct table homes; /* id -> struct home_key */
	struct table calls; /* key of an incident -> struct call_home */
	uint64_t count;
};

struct home_key {
	char id[STORE_KEY_MAX];
	uint8_t key[crypto_secretbox_KEYBYTES];
};

struct call_home {
	char key[STORE_KEY_MAX];
	const struct home_key *home;
};

static void see_home(void *ctx, size_t n, const struct store_record *rec)
{
	struct notes *x = ctx;
	Pingan__V1__Household *h = rec->rev == 0 ? NULL : pingan__v1__household__unpack(NULL, rec->body.len, rec->body.at);
	struct home_key *k;

	(void)n;
	if (h == NULL)
		return;
	if (h->key.len == sizeof k->key && strlen(h->id) < sizeof k->id &&
	    (x->home == NULL || strcmp(x->home, h->id) == 0)) {
		k = calloc(1, sizeof *k);
		ENSURE(k != NULL);
		snprintf(k->id, sizeof k->id, "%s", h->id);
		memcpy(k->key, h->key.data, sizeof k->key);
		ENSURE(table_put(&x->homes, k->id, k));
	}
	if (h->key.len != 0)
		sodium_memzero(h->key.data, h->key.len);
	pingan__v1__household__free_unpacked(h, NULL);
}

static void look(struct notes *x, const struct home_key *home, Pingan__V1__Line *const *lines, size_t count)
{
	const ProtobufCBinaryData key = {sizeof home->key, (uint8_t *)(uintptr_t)home->key};
	uint8_t plain[PLAIN_MAX];

	for (size_t i = 0; i < count; i++) {
		size_t len = sealed_open(&key, &lines[i]->text, plain, sizeof plain);

		x->count += len != 0 && trace_in(x->words, plain, len);
		sodium_memzero(plain, len);
	}
}

static void see_call(void *ctx, size_t n, const struct store_record *rec)
{
	struct notes *x = ctx;
	Pingan__V1__Incident *inc = rec->rev == 0 ? NULL : pingan__v1__incident__unpack(NULL, rec->body.len, rec->body.at);
	const struct home_key *home = inc == NULL ? NULL : table_get(&x->homes, inc->household);
	struct call_home *c;

	if (home != NULL) {
		look(x, home, inc->lines, inc->n_lines);
		c = calloc(1, sizeof *c);
		ENSURE(c != NULL);
		snprintf(c->key, sizeof c->key, "%s", x->keys[n]);
		c->home = home;
		ENSURE(table_put(&x->calls, c->key, c));
	}
	if (inc != NULL)
		pingan__v1__incident__free_unpacked(inc, NULL);
}

static void see_entry(void *ctx, const redisReply *r)
{
	static struct store_entry entry; /* large; one thread */
	struct notes *x = ctx;
	Pingan__V1__LogEvent *ev;
	const struct call_home *c;

	if (!commit_entry_read(r, &entry))
		return;
	ev = pingan__v1__log_event__unpack(NULL, entry.event.len, entry.event.at);
	if (ev == NULL)
		return;
	c = table_get(&x->calls, ev->record);
	if (c != NULL)
		look(x, c->home, ev->lines, ev->n_lines);
	pingan__v1__log_event__free_unpacked(ev, NULL);
}

static bool each(struct notes *x, struct cell *cell, const char *type,
                 void (*see)(void *ctx, size_t n, const struct store_record *rec))
{
	size_t count = 0;
	bool ok;

	x->keys = cell_keys(cell, type, &count);
	ok = x->keys != NULL && cell_get_many(cell, x->keys, count, see, x);
	if (x->keys != NULL)
		cell_keys_free(x->keys, count);
	x->keys = NULL;
	return ok;
}

static void table_forget(struct table *t, size_t size)
{
	for (size_t i = 0; i < table_places(t); i++)
		if (table_at(t, i)->key != NULL) {
			sodium_memzero(table_at(t, i)->value, size);
			free(table_at(t, i)->value);
		}
	table_free(t);
}

bool notes_count(struct cell *cell, const char *home, const struct trace *words, uint64_t *ret)
{
	struct notes x = {.home = home, .words = words};
	bool ok = each(&x, cell, "household:", see_home) && each(&x, cell, "incident:", see_call) &&
	          stream_each(cell, "log", see_entry, &x);

	table_forget(&x.calls, sizeof(struct call_home));
	table_forget(&x.homes, sizeof(struct home_key));
	*ret = x.count;
	return ok;
}
