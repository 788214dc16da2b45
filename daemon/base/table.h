/* table.h - a hash table from short text to a pointer. Grows by itself; never shrinks.
 *
 * Owns:   its slots; neither the text (borrowed from the value, must live and stay unchanged while in the table) nor the value.
 * Bounds: what memory gives; table_put() says when that is nothing.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/slice.h"

struct table_slot {
	const char *key; /* NULL = free */
	void *value;
	uint64_t hash;
};

struct table {
	struct table_slot *slots;
	size_t size; /* power of two, or 0 */
	size_t used;
};

void table_free(struct table *t);
void *table_get(const struct table *t, const char *key);
/* Replaces what stands there. False without memory. */
bool table_put(struct table *t, const char *key, void *value) MUST_USE;
void *table_remove(struct table *t, const char *key);

#endif
