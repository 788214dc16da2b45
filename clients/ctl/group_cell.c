#include <stdlib.h>

#include "command.h"
#include "alarms.h"
#include "show.h"

#define LOG_COUNT 50 /* entries that `log` shows when nobody says how many */

static int do_demo(struct cell *cell, const struct options *o)
{
	return demo_load(cell, &o->demo);
}

static int do_status(struct cell *cell, const struct options *o)
{
	return show_status(cell, o->json);
}

static int do_incidents(struct cell *cell, const struct options *o)
{
	return show_incidents(cell, o->json);
}

static int do_log(struct cell *cell, const struct options *o)
{
	uint64_t first = o->from;
	char *end = NULL;

	if (o->since != NULL) {
		first = strtoull(o->since, &end, 10);
		if (o->since[0] < '0' || o->since[0] > '9' || *end != '\0') {
			fprintf(stderr, "pinganctl: --since takes the number of a log entry: %s\n", o->since);
			return 1;
		}
	}
	return show_log(cell, first, o->count == 0 ? LOG_COUNT : o->count, o->json);
}

static int do_alarms(struct cell *cell, const struct options *o)
{
	return alarms_show(cell, o->since, o->from, o->count, o->json);
}

static const struct command COMMANDS[] = {
	{"status", "", "the cell in a few numbers", "json", do_status, "status", NEEDS_CELL},
	{"incidents", "", "open incidents: ids and codes only", "json", do_incidents,
     "incidents\n"
     "incidents --json",
     NEEDS_CELL},
	{"log", "", "log entries: number, time, commit, records", "since count json", do_log, "log --since 1200 --count 20",
     NEEDS_CELL},
	{"alarms", "", "alarms received: device, kind, times, raw bytes", "since from count json", do_alarms,
     "alarms --since 2h\n"
     "alarms --since \"2026-11-22 08:30\" --json\n"
     "alarms --from 48211 --count 100",
     NEEDS_CELL},
	{"demo load", "", "load two invented sub-districts (a second run changes nothing)",
     "homes on-duty roster devices tokens", do_demo, "demo load --homes 500 --on-duty 6 --roster --devices devices.csv",
     NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"since", "T|N", NULL, TEXT(since),
     "alarms: from then on: \"2026-11-22 08:30\" (Z behind it: UTC), 30m, 2h, 7d; log: number of its first entry (1)"},
	{"from", "N", NULL, U64(from, 0, UINT64_MAX), "alarms: from log entry N on"},
	{"count", "N", NULL, U32(count, 1, 1000000), "at most so many (log: 50; alarms: all)"},
	{"homes", "N", NULL, U32(demo.homes, 1, 1000000), "how many homes (200)"},
	{"on-duty", "N", NULL, U32(demo.on_duty, 0, 12), "caregivers who begin on duty (0)"},
	{"roster", NULL, NULL, FLAG(demo.roster), "also a week of shifts, with two gaps"},
	{"devices", "FILE", NULL, TEXT(demo.devices_path), "writes device,key_hex,household for pingan-sim"},
	{"tokens", "FILE", NULL, TEXT(demo.tokens_path), "writes device,token_hex"},
	JSON_ROW,
};

const struct group GROUP_CELL = {"The cell", NULL, COMMANDS, COUNT_OF(COMMANDS), OPTIONS, COUNT_OF(OPTIONS)};
