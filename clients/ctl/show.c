#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/record.h"

static const char *const CLASSES[] = {"-", "life", "welfare", "general", "device"};
static const char *const STATES[] = {"-", "waiting", "answered", "closed"};
static const char *const JOBS[] = {"-", "offering", "accepted", "en_route", "arrived", "done", "failed", "cancelled"};

static void number(struct cell *cell, const char *name, const char *fmt, const char *key)
{
	redisReply *r = cell_ask(cell, fmt, cell->prefix, key);

	if (r == NULL)
		return;
	printf("%-24s %lld\n", name, r->integer);
	freeReplyObject(r);
}

int show_status(struct cell *cell)
{
	redisReply *r = cell_ask(cell, "GET %shead", cell->prefix);
	uint64_t id = 0, commit = 0;
	ms_t at_ms = 0;

	if (r == NULL)
		return 1;
	if (r->type == REDIS_REPLY_STRING && !commit_head_read(r, &id, &commit, &at_ms)) {
		fprintf(stderr, "pinganctl: the head of the log can't be read\n");
		freeReplyObject(r);
		return 1;
	}
	freeReplyObject(r);
	printf("%-24s %" PRIu64 "\n", "newest log entry", id);
	printf("%-24s %" PRId64 "\n", "its time, ms UTC", at_ms);
	number(cell, "log entries kept", "XLEN %s%s", "log");
	number(cell, "open incidents", "SCARD %sset:%s", "incidents:open");
	number(cell, "outbox entries", "XLEN %s%s", "outbox");
	return 0;
}

static int show_incident(struct cell *cell, const char *key, struct incident *inc, struct arena *arena)
{
	redisReply *r = cell_ask(cell, "HMGET %s%s rev commits body", cell->prefix, key);
	struct store_record rec;
	const struct job *lead;
	int bad;

	if (r == NULL)
		return 1;
	if (!commit_record_read(slice_str(key), r, &rec) || rec.rev == 0 ||
	    (bad = incident_decode(rec.body, arena, inc)) != 0) {
		printf("%-26s unreadable\n", key);
		freeReplyObject(r);
		return 1;
	}
	lead = incident_lead_job(inc);
	printf("%016" PRIx64 "  %-8s %-13s %-9s %-9s %-12s %-16s %-10s %s\n", inc->id, CLASSES[inc->class],
	       kind_name(inc->kind), STATES[inc->state], JOBS[incident_progress(inc)],
	       inc->owner[0] == '\0' ? "-" : inc->owner, lead == NULL || lead->caregiver[0] == '\0' ? "-" : lead->caregiver,
	       inc->area, inc->quarantine ? inc->device : inc->household);
	freeReplyObject(r);
	return 0;
}

int show_incidents(struct cell *cell)
{
	redisReply *r = cell_ask(cell, "SMEMBERS %sset:incidents:open", cell->prefix);
	struct incident *inc = malloc(sizeof *inc);
	uint8_t *memory = malloc(RECORD_SCRATCH);
	struct arena arena;
	int bad = 0;

	if (r == NULL || inc == NULL || memory == NULL) {
		bad = 1;
	} else {
		arena_init(&arena, memory, RECORD_SCRATCH);
		printf("%-16s  %-8s %-13s %-9s %-9s %-12s %-16s %-10s %s\n", "incident", "class", "kind", "state", "progress",
		       "operator", "caregiver", "area", "household");
		for (size_t i = 0; i < r->elements; i++)
			bad |= show_incident(cell, r->element[i]->str, inc, &arena);
		printf("%zu open\n", r->elements);
	}
	if (r != NULL)
		freeReplyObject(r);
	free(inc);
	free(memory);
	return bad;
}

int show_log(struct cell *cell, uint64_t since, uint32_t count)
{
	redisReply *r = cell_ask(cell, "XRANGE %slog %" PRIu64 " + COUNT %" PRIu32, cell->prefix, since, count);
	int bad = 0;

	if (r == NULL)
		return 1;
	for (size_t i = 0; i < r->elements; i++) {
		struct store_entry e;

		if (!commit_entry_read(r->element[i], &e)) {
			printf("unreadable entry\n");
			bad = 1;
			continue;
		}
		printf("%" PRIu64 " %" PRId64 " %016" PRIx64, e.id, e.at_ms, e.commit);
		for (uint32_t k = 0; k < e.record_count; k++)
			printf(" %s@%" PRIu64, e.records[k].key, e.records[k].rev);
		printf("\n");
	}
	freeReplyObject(r);
	return bad;
}
