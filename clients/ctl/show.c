#include "show.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/record.h"

static const char *const CLASSES[] = {"-", "life", "welfare", "general", "device"};
static const char *const STATES[] = {"-", "waiting", "answered", "closed"};
static const char *const JOBS[] = {"-", "offering", "accepted", "en_route", "arrived", "done", "failed", "cancelled"};

/* One object a line. Takes `line`; NULL: no memory. False, with one line on standard error. */
static bool print_line(json_t *line)
{
	bool ok = line != NULL && json_dumpf(line, stdout, JSON_COMPACT) == 0;

	if (ok)
		putchar('\n');
	else
		fprintf(stderr, "pinganctl: no memory for a line of it\n");
	json_decref(line);
	return ok;
}

/* False with one line on standard error. */
static bool number(struct cell *cell, const char *fmt, const char *key, long long *ret)
{
	redisReply *r = cell_ask(cell, fmt, cell->prefix, key);

	if (r == NULL)
		return false;
	*ret = r->integer;
	freeReplyObject(r);
	return true;
}

int show_status(struct cell *cell, bool json)
{
	long long kept, open, outbox;
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
	if (!number(cell, "XLEN %s%s", "log", &kept) || !number(cell, "SCARD %sset:%s", "incidents:open", &open) ||
	    !number(cell, "XLEN %s%s", "outbox", &outbox))
		return 1;
	if (json)
		return !print_line(json_pack("{s:I, s:I, s:I, s:I, s:I}", "newest", (json_int_t)id, "newest_ms",
		                             (json_int_t)at_ms, "log_entries", (json_int_t)kept, "incidents_open",
		                             (json_int_t)open, "outbox", (json_int_t)outbox));
	printf("%-24s %" PRIu64 "\n", "newest log entry", id);
	printf("%-24s %" PRId64 "\n", "its time, ms UTC", at_ms);
	printf("%-24s %lld\n", "log entries kept", kept);
	printf("%-24s %lld\n", "open incidents", open);
	printf("%-24s %lld\n", "outbox entries", outbox);
	return 0;
}

static bool incident_line(const struct incident *inc, const char *caregiver)
{
	char id[17];

	snprintf(id, sizeof id, "%016" PRIx64, inc->id);
	return print_line(json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s}", "incident", id, "class",
	                            CLASSES[inc->class], "kind", kind_name(inc->kind), "state", STATES[inc->state],
	                            "progress", JOBS[incident_progress(inc)], "opened_ms", (json_int_t)inc->opened_ms,
	                            "operator", inc->owner, "caregiver", caregiver, "area", inc->area, "household",
	                            inc->quarantine ? "" : inc->household, "device", inc->device));
}

static int show_incident(struct cell *cell, const char *key, struct incident *inc, struct arena *arena, bool json)
{
	redisReply *r = cell_ask(cell, "HMGET %s%s rev commits body", cell->prefix, key);
	struct store_record rec;
	const struct job *lead;
	int bad;

	if (r == NULL)
		return 1;
	if (!commit_record_read(slice_str(key), r, &rec) || rec.rev == 0 ||
	    (bad = incident_decode(rec.body, arena, inc)) != 0) {
		fprintf(stderr, "pinganctl: %s can't be read\n", key);
		freeReplyObject(r);
		return 1;
	}
	lead = incident_lead_job(inc);
	if (json) {
		bad = !incident_line(inc, lead == NULL ? "" : lead->caregiver);
		freeReplyObject(r);
		return bad;
	}
	printf("%016" PRIx64 "  %-8s %-13s %-9s %-9s %-12s %-16s %-10s %s\n", inc->id, CLASSES[inc->class],
	       kind_name(inc->kind), STATES[inc->state], JOBS[incident_progress(inc)],
	       inc->owner[0] == '\0' ? "-" : inc->owner, lead == NULL || lead->caregiver[0] == '\0' ? "-" : lead->caregiver,
	       inc->area, inc->quarantine ? inc->device : inc->household);
	freeReplyObject(r);
	return 0;
}

int show_incidents(struct cell *cell, bool json)
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
		if (!json)
			printf("%-16s  %-8s %-13s %-9s %-9s %-12s %-16s %-10s %s\n", "incident", "class", "kind", "state",
			       "progress", "operator", "caregiver", "area", "household");
		for (size_t i = 0; i < r->elements; i++)
			bad |= show_incident(cell, r->element[i]->str, inc, &arena, json);
		if (!json)
			printf("%zu open\n", r->elements);
	}
	if (r != NULL)
		freeReplyObject(r);
	free(inc);
	free(memory);
	return bad;
}

static bool entry_line(const struct store_entry *e)
{
	json_t *records = json_array();
	char commit[17];

	snprintf(commit, sizeof commit, "%016" PRIx64, e->commit);
	for (uint32_t k = 0; k < e->record_count; k++)
		(void)json_array_append_new(
			records, json_pack("{s:s, s:I}", "key", e->records[k].key, "rev", (json_int_t)e->records[k].rev));
	return print_line(json_pack("{s:I, s:I, s:s, s:o}", "entry", (json_int_t)e->id, "at_ms", (json_int_t)e->at_ms,
	                            "commit", commit, "records", records));
}

int show_log(struct cell *cell, uint64_t since, uint32_t count, bool json)
{
	redisReply *r = cell_ask(cell, "XRANGE %slog %" PRIu64 " + COUNT %" PRIu32, cell->prefix, since, count);
	int bad = 0;

	if (r == NULL)
		return 1;
	for (size_t i = 0; i < r->elements; i++) {
		struct store_entry e;

		if (!commit_entry_read(r->element[i], &e)) {
			fprintf(stderr, "pinganctl: entry %" PRIu64 " of the log can't be read\n",
			        commit_entry_number(r->element[i]));
			bad = 1;
			continue;
		}
		if (json) {
			bad |= !entry_line(&e);
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
