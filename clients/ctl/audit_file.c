#include "audit_file.h"

#include <inttypes.h>
#include <stdlib.h>

#include "io/audit_chain.h"

#define AT_A_TIME 1000

/* ------------------------------------------------------------ Redis */

/* One reply of XRANGE; *next = where to go on, 0 = at the end, or enough was read. */
static void batch(const redisReply *r, const struct audit_reader *reader, uint64_t *next)
{
	*next = 0;
	for (size_t i = 0; i < r->elements; i++) {
		struct store_audit e;
		uint64_t number = commit_entry_number(r->element[i]);

		if (!audit_entry_read(r->element[i], &e))
			reader->unreadable(reader->ctx, number);
		else if (!reader->entry(reader->ctx, &e))
			return;
		/* Also past what stands there by hand. */
		*next = r->elements == AT_A_TIME && i == r->elements - 1 ? number + 1 : 0;
	}
}

bool audit_read_redis(struct cell *cell, uint64_t from, const struct audit_reader *reader)
{
	for (from += from == 0; from != 0;) {
		redisReply *r =
			cell_ask(cell, "XRANGE %saudit %llu + COUNT %d", cell->prefix, (unsigned long long)from, AT_A_TIME);

		if (r == NULL)
			return false;
		if (r->type != REDIS_REPLY_ARRAY) {
			freeReplyObject(r);
			fprintf(stderr, "pinganctl: the audit stream is none\n");
			return false;
		}
		batch(r, reader, &from);
		freeReplyObject(r);
	}
	return true;
}

bool audit_read_head(struct cell *cell, char ret_hash[STORE_HASH_SIZE], uint64_t *ret_id)
{
	redisReply *r = cell_ask(cell, "MGET %saudit_head", cell->prefix);

	ret_hash[0] = '\0';
	*ret_id = 0;
	if (r == NULL)
		return false;
	if (r->type == REDIS_REPLY_ARRAY && r->elements == 1 && !audit_head_read(r->element[0], ret_hash, ret_id))
		ret_hash[0] = '\0';
	freeReplyObject(r);
	return true;
}

/* Of the first entry from `from` on; false: none, or Redis doesn't answer (*ok). */
static bool time_at(struct cell *cell, uint64_t from, const char *command, uint64_t *ret_id, ms_t *ret_ms, bool *ok)
{
	redisReply *r = strcmp(command, "XRANGE") == 0
	                    ? cell_ask(cell, "XRANGE %saudit %llu + COUNT 1", cell->prefix, (unsigned long long)from)
	                    : cell_ask(cell, "XREVRANGE %saudit + - COUNT 1", cell->prefix);
	struct store_audit e;
	bool found;

	*ok = r != NULL;
	found = r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 1 && audit_entry_read(r->element[0], &e);
	if (found) {
		*ret_id = e.id;
		*ret_ms = e.at_ms;
	}
	if (r != NULL)
		freeReplyObject(r);
	return found;
}

bool audit_entry_at(struct cell *cell, ms_t at_ms, uint64_t *ret)
{
	uint64_t low = 1, high = 0, id;
	ms_t ms;
	bool ok;

	if (!time_at(cell, 0, "XREVRANGE", &high, &ms, &ok)) {
		*ret = 1;
		return ok;
	}
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (!time_at(cell, middle, "XRANGE", &id, &ms, &ok) && !ok)
			return false;
		if (ms >= at_ms)
			high = middle;
		else
			low = id + 1;
	}
	*ret = low;
	return true;
}
