#include "retention_show.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pingan/v1/record.pb-c.h"
#include "wire/retention.h"

static const char *const MEANS[RETENTION_COUNT] = {
	[RETENTION_LOG] = "entries of the log, with raw alarm bytes and positions",
	[RETENTION_NOTES] = "what was written about calls that have ended",
	[RETENTION_CALLS] = "records of calls that have ended",
	[RETENTION_PEOPLE] = "people whose account is disabled",
};

static void time_text(int64_t ms, char ret[24])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (ms == 0 || localtime_r(&s, &tm) == NULL || strftime(ret, 24, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(ret, 24, "never");
}

static void print(enum retention_rule rule, const Pingan__V1__Retention *m)
{
	char at[24], before[24];

	time_text(m->at_ms, at);
	time_text(m->before_ms, before);
	printf("%-8s %-17s %-17s %10" PRIu64 " %10" PRIu64 " %8" PRIu64 " %12" PRIu64 "  %s\n", retention_name(rule), at,
	       before, m->looked, m->taken, m->failed, m->taken_ever, MEANS[rule]);
}

static void print_json(enum retention_rule rule, const Pingan__V1__Retention *m)
{
	json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "rule", retention_name(rule), "at_ms",
	                      (json_int_t)m->at_ms, "before_ms", (json_int_t)m->before_ms, "looked", (json_int_t)m->looked,
	                      "taken", (json_int_t)m->taken, "failed", (json_int_t)m->failed, "taken_ever",
	                      (json_int_t)m->taken_ever, "runs", (json_int_t)m->runs, "daemon", m->daemon);

	ENSURE(o != NULL);
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

int retention_show(struct cell *cell, bool json)
{
	struct cell_record *rec = malloc(sizeof *rec);
	int bad = 0;

	ENSURE(rec != NULL);
	if (!json)
		printf("%-8s %-17s %-17s %10s %10s %8s %12s  %s\n", "rule", "last run", "older than", "looked at", "taken out",
		       "failed", "ever", "of");
	for (int rule = 0; rule < RETENTION_COUNT; rule++) {
		Pingan__V1__Retention none = PINGAN__V1__RETENTION__INIT, *m = NULL;
		char key[STORE_KEY_MAX];

		snprintf(key, sizeof key, "retention:%s", retention_name((enum retention_rule)rule));
		if (!cell_get(cell, key, rec)) {
			bad = 1;
			break;
		}
		if (rec->rev != 0)
			m = pingan__v1__retention__unpack(NULL, rec->len, rec->body);
		(json ? print_json : print)((enum retention_rule)rule, m == NULL ? &none : m);
		if (m != NULL)
			pingan__v1__retention__free_unpacked(m, NULL);
	}
	free(rec);
	return bad;
}
