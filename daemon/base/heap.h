/* heap.h - a binary heap of deadlines. Each item knows its place, so that it can be moved or taken out.
 *
 * Owns:   its array, not the items.
 * Result: heap_top() is the item with the smallest `at`.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"

struct heap_item {
	int64_t at;
	size_t place; /* 1-based; 0 = not in a heap */
};

struct heap {
	struct heap_item **items;
	size_t len, size;
};

void heap_free(struct heap *h);
/* Puts an item in, or moves it if it is in. False without memory. */
bool heap_set(struct heap *h, struct heap_item *item, int64_t at) MUST_USE;
void heap_remove(struct heap *h, struct heap_item *item);
struct heap_item *heap_top(const struct heap *h);

#endif
