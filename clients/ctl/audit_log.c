#include "audit_log.h"

#include <inttypes.h>
#include <stdio.h>

#define ENTRIES_A_TIME 512

/* Sessions and tokens end by themselves, and a token notes when it was used. */
static bool needs_somebody(const struct store_record *r)
{
	static const char *const BEGIN[] = {"login:", "token:"};

	if (record_by_people_alone(r->key))
		return true;
	for (size_t i = 0; i < COUNT_OF(BEGIN); i++)
		if (strncmp(r->key, BEGIN[i], strlen(BEGIN[i])) == 0)
			return r->rev == 1;
	return false;
}

static void look(struct audit_check *c, const struct store_entry *e, uint64_t last, uint64_t last_commit)
{
	if (last != 0 && e->id != last + 1)
		audit_find(c, e->id,
		           "stands in the log behind entry %" PRIu64 ": what was between them is gone, or it was put in", last);
	else if (last != 0 && e->prev != last_commit)
		audit_find(c, e->id, "of the log does not follow the one before it: it was altered or put in");
	if (e->audit[0] != '\0' || c->first == 0 || e->id < c->first)
		return;
	for (uint32_t i = 0; i < e->record_count; i++)
		if (needs_somebody(&e->records[i]))
			audit_find(c, e->id, "of the log changes %s, and nobody stands behind it: it was not written by ours",
			           e->records[i].key);
}

/* All up to `last` has left the log: retention trims it while we read. */
static bool trimmed_meanwhile(struct cell *cell, uint64_t last)
{
	redisReply *r = cell_ask(cell, "XRANGE %slog - + COUNT 1", cell->prefix);
	bool is =
		r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 1 && commit_entry_number(r->element[0]) > last;

	if (r != NULL)
		freeReplyObject(r);
	return is;
}

bool audit_log_look(struct cell *cell, struct audit_check *c, struct audit_records *records)
{
	uint64_t from = 1, last = 0, last_commit = 0;

	for (size_t n = ENTRIES_A_TIME; n == ENTRIES_A_TIME;) {
		redisReply *r =
			cell_ask(cell, "XRANGE %slog %llu + COUNT %d", cell->prefix, (unsigned long long)from, ENTRIES_A_TIME);
		static struct store_entry e;

		if (r == NULL)
			return false;
		n = r->elements;
		for (size_t i = 0; i < n; i++) {
			uint64_t number = commit_entry_number(r->element[i]);

			from = number + 1;
			if (!commit_entry_read(r->element[i], &e)) {
				audit_find(c, number, "of the log can't be read: it is none of ours");
				last = 0;
				continue;
			}
			if (last != 0 && e.id > last + 1 && trimmed_meanwhile(cell, last)) {
				last = 0;
				records->log_first = 0; /* what was between them nobody tells any more */
			}
			look(c, &e, last, last_commit);
			audit_records_log(records, &e);
			last = e.id;
			last_commit = e.commit;
		}
		freeReplyObject(r);
	}
	return true;
}
