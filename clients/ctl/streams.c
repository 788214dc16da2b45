#include "streams.h"

#include <stdio.h>

#define ENTRIES_A_TIME 512

bool stream_each(struct cell *cell, const char *name, void (*see)(void *ctx, const redisReply *entry), void *ctx)
{
	char from[48] = "-";

	for (;;) {
		redisReply *r = cell_ask(cell, "XRANGE %s%s %s + COUNT %d", cell->prefix, name, from, ENTRIES_A_TIME);
		size_t n = r == NULL ? 0 : r->elements;

		if (r == NULL)
			return false;
		for (size_t i = 0; i < n; i++)
			see(ctx, r->element[i]);
		if (n != 0)
			snprintf(from, sizeof from, "(%s", r->element[n - 1]->element[0]->str);
		freeReplyObject(r);
		if (n < ENTRIES_A_TIME)
			return true;
	}
}
