/* table.h - a hash table from short text to a pointer. Grows by itself, in steps; never shrinks.
 *
 * Owns:   its slots; neither the text (borrowed from the value, must live and stay unchanged while in the table) nor the value.
 * Bounds: what memory gives; table_put() says when that is nothing. No put moves more than a few entries and a run of neighbours:
 *         when three quarters are full, a second array of twice the size is begun, and each put takes some places over.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/slice.h"

struct table_slot {
	const char *key; /* NULL = free */
	void *value;
	uint64_t hash;
};

struct table_slots {
	struct table_slot *slots;
	size_t size; /* power of two, or 0 */
	size_t left; /* places of them that are not cleared */
	size_t used;
};

struct table {
	size_t used;            /* all that are in */
	struct table_slots now; /* where new ones go */
	struct table_slots old; /* outgrown, and on its way into `now`; none: size 0 */
};

void table_free(struct table *t);
void *table_get(const struct table *t, const char *key);
/* Replaces what stands there. False without memory. */
bool table_put(struct table *t, const char *key, void *value) MUST_USE;
void *table_remove(struct table *t, const char *key);

/* To walk it: every place below table_places(), of which those with a key hold something. Not over a table_put(). */
size_t table_places(const struct table *t);
const struct table_slot *table_at(const struct table *t, size_t i);

#endif
