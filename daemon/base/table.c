#include "base/table.h"

#include <stdlib.h>

#include "base/hash.h"

#define FIRST_SIZE 64u

static uint64_t hash_of(const char *key)
{
	/* Keys are ids of our own registry: a fixed hash key is enough. */
	return hash_bytes(0x7461626c65206b65u, 0x79206f66206f7572u, slice_str(key));
}

void table_free(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}

/* The slot that holds the key, or the free one where it would go. */
static size_t probe(const struct table *t, const char *key, uint64_t hash)
{
	size_t i = hash & (t->size - 1);

	while (t->slots[i].key != NULL && (t->slots[i].hash != hash || strcmp(t->slots[i].key, key) != 0))
		i = (i + 1) & (t->size - 1);
	return i;
}

void *table_get(const struct table *t, const char *key)
{
	size_t i;

	if (t->size == 0)
		return NULL;
	i = probe(t, key, hash_of(key));
	return t->slots[i].key != NULL ? t->slots[i].value : NULL;
}

static bool grow(struct table *t)
{
	size_t size = t->size == 0 ? FIRST_SIZE : t->size * 2;
	struct table next = {.slots = calloc(size, sizeof *next.slots), .size = size, .used = t->used};

	if (next.slots == NULL)
		return false;
	for (size_t i = 0; i < t->size; i++)
		if (t->slots[i].key != NULL)
			next.slots[probe(&next, t->slots[i].key, t->slots[i].hash)] = t->slots[i];
	free(t->slots);
	*t = next;
	return true;
}

bool table_put(struct table *t, const char *key, void *value)
{
	uint64_t hash = hash_of(key);
	size_t i;

	if ((t->size == 0 || t->used * 4 >= t->size * 3) && !grow(t))
		return false;
	i = probe(t, key, hash);
	if (t->slots[i].key == NULL)
		t->used++;
	t->slots[i] = (struct table_slot){.key = key, .value = value, .hash = hash};
	return true;
}

void *table_remove(struct table *t, const char *key)
{
	size_t hole, i;
	void *value;

	if (t->size == 0)
		return NULL;
	hole = probe(t, key, hash_of(key));
	if (t->slots[hole].key == NULL)
		return NULL;
	value = t->slots[hole].value;
	t->used--;
	/* Close the hole, so that no later key is cut off from its place. */
	for (i = (hole + 1) & (t->size - 1); t->slots[i].key != NULL; i = (i + 1) & (t->size - 1)) {
		size_t home = t->slots[i].hash & (t->size - 1);

		if (((i - home) & (t->size - 1)) >= ((i - hole) & (t->size - 1))) {
			t->slots[hole] = t->slots[i];
			hole = i;
		}
	}
	t->slots[hole] = (struct table_slot){0};
	return value;
}
