#include "base/sorted.h"

#include <stdlib.h>

#define FIRST_BLOCKS 16

void sorted_free(struct sorted *s)
{
	for (size_t i = 0; i < s->block_count; i++)
		free(s->blocks[i]);
	free(s->blocks);
	*s = (struct sorted){0};
}

/* The last block that begins at or before the key; the first one for a key before all. */
static size_t block_of(const struct sorted *s, const char *key)
{
	size_t low = 0, high = s->block_count;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(s->blocks[mid]->items[0].key, key) <= 0)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* How many items of the block stand before the key. */
static size_t place_of(const struct sorted_block *b, const char *key, bool *ret_there)
{
	size_t low = 0, high = b->count;

	*ret_there = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(b->items[mid].key, key);

		if (order == 0) {
			*ret_there = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A fresh block before the one at `at`. */
static struct sorted_block *block_add(struct sorted *s, size_t at)
{
	struct sorted_block *b;

	if (s->block_count == s->block_size) {
		size_t size = s->block_size == 0 ? FIRST_BLOCKS : s->block_size * 2;
		struct sorted_block **more = realloc(s->blocks, size * sizeof(struct sorted_block *));

		if (more == NULL)
			return NULL;
		s->blocks = more;
		s->block_size = size;
	}
	b = malloc(sizeof *b);
	if (b == NULL)
		return NULL;
	b->count = 0;
	memmove(&s->blocks[at + 1], &s->blocks[at], (s->block_count - at) * sizeof(struct sorted_block *));
	s->blocks[at] = b;
	s->block_count++;
	return b;
}

bool sorted_put(struct sorted *s, const char *key, void *value)
{
	struct sorted_block *b, *half;
	size_t at, place;
	bool there;

	if (s->block_count == 0) {
		b = block_add(s, 0);
		if (b == NULL)
			return false;
		b->items[0] = (struct sorted_item){key, value};
		b->count = 1;
		s->count = 1;
		return true;
	}
	at = block_of(s, key);
	b = s->blocks[at];
	place = place_of(b, key, &there);
	if (there) {
		b->items[place] = (struct sorted_item){key, value};
		return true;
	}
	if (b->count == SORTED_BLOCK) {
		half = block_add(s, at + 1);
		if (half == NULL)
			return false;
		half->count = SORTED_BLOCK / 2;
		b->count = SORTED_BLOCK - SORTED_BLOCK / 2;
		memcpy(half->items, &b->items[b->count], half->count * sizeof half->items[0]);
		if (place > b->count) {
			place -= b->count;
			b = half;
		}
	}
	memmove(&b->items[place + 1], &b->items[place], (b->count - place) * sizeof b->items[0]);
	b->items[place] = (struct sorted_item){key, value};
	b->count++;
	s->count++;
	return true;
}

void *sorted_remove(struct sorted *s, const char *key)
{
	struct sorted_block *b;
	size_t at, place;
	void *value;
	bool there;

	if (s->block_count == 0)
		return NULL;
	at = block_of(s, key);
	b = s->blocks[at];
	place = place_of(b, key, &there);
	if (!there)
		return NULL;
	value = b->items[place].value;
	b->count--;
	memmove(&b->items[place], &b->items[place + 1], (b->count - place) * sizeof b->items[0]);
	s->count--;
	if (b->count == 0) {
		free(b);
		s->block_count--;
		memmove(&s->blocks[at], &s->blocks[at + 1], (s->block_count - at) * sizeof(struct sorted_block *));
	}
	return value;
}

static const struct sorted_item *item_at(const struct sorted *s, struct sorted_place *place)
{
	if (place->block < s->block_count && place->item >= s->blocks[place->block]->count)
		*place = (struct sorted_place){.block = place->block + 1};
	return place->block < s->block_count ? &s->blocks[place->block]->items[place->item] : NULL;
}

const struct sorted_item *sorted_seek(const struct sorted *s, const char *key, struct sorted_place *ret)
{
	bool there;

	*ret = (struct sorted_place){0};
	if (s->block_count == 0)
		return NULL;
	ret->block = block_of(s, key);
	ret->item = place_of(s->blocks[ret->block], key, &there);
	ret->item += there;
	return item_at(s, ret);
}

const struct sorted_item *sorted_step(const struct sorted *s, struct sorted_place *place)
{
	place->item++;
	return item_at(s, place);
}

const struct sorted_item *sorted_next(const struct sorted *s, const char *key)
{
	struct sorted_place place;

	return sorted_seek(s, key, &place);
}
