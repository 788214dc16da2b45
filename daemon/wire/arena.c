#include "wire/arena.h"

#include <stdalign.h>

#include "base/ensure.h"

static void *take(void *data, size_t len)
{
	return arena_take(data, len);
}

static void give(void *data, void *piece)
{
	(void)data;
	(void)piece; /* arena_reset() takes back all at once */
}

void arena_init(struct arena *a, void *memory, size_t size)
{
	ENSURE((uintptr_t)memory % alignof(max_align_t) == 0);
	*a = (struct arena){
		.at = memory,
		.size = size,
		.allocator = {.alloc = take, .free = give, .allocator_data = a},
	};
}

void arena_reset(struct arena *a)
{
	a->len = 0;
}

void *arena_take(struct arena *a, size_t len)
{
	const size_t grain = alignof(max_align_t);
	void *piece;

	/* Rounding up must not wrap: the length may be a peer's word. */
	if (len > a->size - a->len) {
		a->misses++;
		return NULL;
	}
	len = (len + grain - 1) & ~(grain - 1);
	if (len > a->size - a->len) {
		a->misses++;
		return NULL;
	}
	piece = a->at + a->len;
	a->len += len;
	return piece;
}
