#include "base/table.h"

#include <stdlib.h>

#include "base/hash.h"

#define FIRST_SIZE 64u
/* Places of the outgrown array that a put clears, and more only to the end of a run. It is cleared long before the next array
 * is full: 3/4 of `size` puts fill that one, size / STEP clear this one. */
#define STEP 8u
/* What has been cleared is given back in pieces of so many places: to give back a hundred megabytes at once takes ten
 * milliseconds. */
#define PIECE 8192u

static uint64_t hash_of(const char *key)
{
	/* Keys are ids of our own registry: a fixed hash key is enough. */
	return hash_bytes(0x7461626c65206b65u, 0x79206f66206f7572u, slice_str(key));
}

void table_free(struct table *t)
{
	free(t->now.slots);
	free(t->old.slots);
	*t = (struct table){0};
}

/* The slot that holds the key, or the free one where it would go. */
static size_t probe(const struct table_slots *s, const char *key, uint64_t hash)
{
	size_t i = hash & (s->size - 1);

	while (s->slots[i].key != NULL && (s->slots[i].hash != hash || strcmp(s->slots[i].key, key) != 0))
		i = (i + 1) & (s->size - 1);
	return i;
}

/* NULL when it is not there. */
static struct table_slot *find(const struct table_slots *s, const char *key, uint64_t hash)
{
	size_t i;

	/* Of what has been cleared nothing is left to look at: every run below `left` ends there. */
	if (s->used == 0 || (hash & (s->size - 1)) >= s->left)
		return NULL;
	i = probe(s, key, hash);
	return s->slots[i].key != NULL ? &s->slots[i] : NULL;
}

void *table_get(const struct table *t, const char *key)
{
	const struct table_slot *slot;
	uint64_t hash;

	if (t->used == 0)
		return NULL;
	hash = hash_of(key);
	slot = find(&t->now, key, hash);
	if (slot == NULL)
		slot = find(&t->old, key, hash);
	return slot == NULL ? NULL : slot->value;
}

static void move(struct table *t, size_t i)
{
	struct table_slot *slot = &t->old.slots[i];

	t->now.slots[probe(&t->now, slot->key, slot->hash)] = *slot;
	t->now.used++;
	*slot = (struct table_slot){0};
	t->old.used--;
}

/* Moves the last places over, whole runs of them: what is left is a table like any other, and is searched like one. */
static void move_some(struct table *t)
{
	struct table_slots *old = &t->old;

	for (size_t n = 0; old->used != 0 && (n < STEP || old->slots[old->left - 1].key != NULL); n++) {
		if (old->slots[old->left - 1].key != NULL)
			move(t, old->left - 1);
		old->left--;
		if (old->left % PIECE == 0 && old->left != 0) {
			struct table_slot *less = realloc(old->slots, old->left * sizeof *less);

			if (less != NULL)
				old->slots = less;
		}
	}
	if (old->used == 0) {
		free(old->slots);
		*old = (struct table_slots){0};
	}
}

static bool grow(struct table *t)
{
	size_t size = t->now.size == 0 ? FIRST_SIZE : t->now.size * 2;
	struct table_slots next = {.slots = calloc(size, sizeof *next.slots), .size = size, .left = size};

	if (next.slots == NULL)
		return false;
	t->old = t->now;
	t->now = next;
	/* A run that goes on round the end goes at once, so that none does. */
	if (t->old.used != 0 && t->old.slots[t->old.size - 1].key != NULL)
		for (size_t i = 0; t->old.slots[i].key != NULL; i++)
			move(t, i);
	move_some(t);
	return true;
}

bool table_put(struct table *t, const char *key, void *value)
{
	uint64_t hash = hash_of(key);
	struct table_slot *there;

	if (t->old.slots != NULL)
		move_some(t);
	if (t->old.slots == NULL && (t->now.size == 0 || t->now.used * 4 >= t->now.size * 3) && !grow(t))
		return false;
	there = find(&t->old, key, hash);
	if (there == NULL) {
		there = &t->now.slots[probe(&t->now, key, hash)];
		if (there->key == NULL) {
			t->now.used++;
			t->used++;
		}
	}
	*there = (struct table_slot){.key = key, .value = value, .hash = hash};
	return true;
}

static void *take_out(struct table_slots *s, struct table_slot *slot)
{
	size_t hole = (size_t)(slot - s->slots), i;
	void *value = slot->value;

	s->used--;
	/* Close the hole, so that no later key is cut off from its place. */
	for (i = (hole + 1) & (s->size - 1); s->slots[i].key != NULL; i = (i + 1) & (s->size - 1)) {
		size_t home = s->slots[i].hash & (s->size - 1);

		if (((i - home) & (s->size - 1)) >= ((i - hole) & (s->size - 1))) {
			s->slots[hole] = s->slots[i];
			hole = i;
		}
	}
	s->slots[hole] = (struct table_slot){0};
	return value;
}

void *table_remove(struct table *t, const char *key)
{
	struct table_slots *in = &t->now;
	struct table_slot *slot;
	uint64_t hash;

	if (t->used == 0)
		return NULL;
	hash = hash_of(key);
	slot = find(in, key, hash);
	if (slot == NULL) {
		in = &t->old;
		slot = find(in, key, hash);
	}
	if (slot == NULL)
		return NULL;
	t->used--;
	return take_out(in, slot);
}

size_t table_places(const struct table *t)
{
	return t->now.size + t->old.left;
}

const struct table_slot *table_at(const struct table *t, size_t i)
{
	return i < t->now.size ? &t->now.slots[i] : &t->old.slots[i - t->now.size];
}
