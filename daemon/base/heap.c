#include "base/heap.h"

#include <stdlib.h>

void heap_free(struct heap *h)
{
	free(h->items);
	*h = (struct heap){0};
}

static void put(struct heap *h, size_t i, struct heap_item *item)
{
	h->items[i] = item;
	item->place = i + 1;
}

static void sift(struct heap *h, size_t i, struct heap_item *item)
{
	while (i > 0 && h->items[(i - 1) / 2]->at > item->at) {
		put(h, i, h->items[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->len)
			break;
		if (child + 1 < h->len && h->items[child + 1]->at < h->items[child]->at)
			child++;
		if (h->items[child]->at >= item->at)
			break;
		put(h, i, h->items[child]);
		i = child;
	}
	put(h, i, item);
}

bool heap_set(struct heap *h, struct heap_item *item, int64_t at)
{
	item->at = at;
	if (item->place == 0) {
		if (h->len == h->size) {
			size_t size = h->size == 0 ? 64 : h->size * 2;
			struct heap_item **items = realloc(h->items, size * sizeof(struct heap_item *));

			if (items == NULL)
				return false;
			h->items = items;
			h->size = size;
		}
		item->place = ++h->len;
	}
	sift(h, item->place - 1, item);
	return true;
}

void heap_remove(struct heap *h, struct heap_item *item)
{
	struct heap_item *last;
	size_t i = item->place;

	if (i == 0)
		return;
	item->place = 0;
	last = h->items[--h->len];
	if (last != item)
		sift(h, i - 1, last);
}

struct heap_item *heap_top(const struct heap *h)
{
	return h->len == 0 ? NULL : h->items[0];
}
