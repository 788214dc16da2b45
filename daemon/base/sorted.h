/* sorted.h - short texts in their order, each with a pointer: "what comes next behind this one", among a million, in a microsecond.
 *
 * Owns:   its blocks; neither the text (borrowed, must live and stay unchanged while it is in) nor the value.
 * Result: by strcmp(). To walk all of it, ask for what comes behind "" and then behind each: whatever comes or goes
 *         meanwhile, what stays is met once.
 * Bounds: what memory gives; sorted_put() says when that is nothing. A step moves SORTED_BLOCK pointers at most, and, when
 *         a block is full or empty, one pointer for each block.
 */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include "base/slice.h"

#define SORTED_BLOCK 256

struct sorted_item {
	const char *key;
	void *value;
};

struct sorted_block {
	size_t count; /* 1 at least */
	struct sorted_item items[SORTED_BLOCK];
};

struct sorted {
	struct sorted_block **blocks;
	size_t block_count, block_size;
	size_t count;
};

void sorted_free(struct sorted *s);
/* Replaces what stands there. False without memory. */
bool sorted_put(struct sorted *s, const char *key, void *value) MUST_USE;
/* NULL when it is not in. */
void *sorted_remove(struct sorted *s, const char *key);
/* The first behind `key`, which need not be in; NULL when nothing is. */
const struct sorted_item *sorted_next(const struct sorted *s, const char *key);

/* Where an item stands, for whoever goes on from one to the next while nothing comes or goes: no search for each. */
struct sorted_place {
	size_t block, item;
};
const struct sorted_item *sorted_seek(const struct sorted *s, const char *key, struct sorted_place *ret);
const struct sorted_item *sorted_step(const struct sorted *s, struct sorted_place *place);

#endif
