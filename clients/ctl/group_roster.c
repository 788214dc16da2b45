#include "command.h"

static int do_roster(struct cell *cell, const struct options *o)
{
	struct roster_options roster = o->roster;

	roster.config = o->config;
	roster.json = o->json;
	return roster_run(cell, o->command, o->args, &roster);
}

static const struct command COMMANDS[] = {
	{"roster now", "", "who is on call now", "area json", do_roster, "roster now --area 440103001", NEEDS_CELL},
	{"roster next", "", "what begins within a day", "area json", do_roster, "roster next", NEEDS_CELL},
	{"roster gaps", "", "where people are missing, days ahead", "area days json", do_roster,
     "roster gaps --days 14 --json", NEEDS_CELL},
	{"roster show", "AREA", "the shifts of an area, day by day", "days from json", do_roster,
     "roster show 440103001 --from 2026-11-24 --days 7", NEEDS_CELL},
	{"roster template list", "AREA", "the shifts of its week", "json", do_roster, "roster template list 440103001",
     NEEDS_CELL},
	{"roster template add", "AREA", "another shift of the week", "on from to post skill need people weeks week",
     do_roster,
     "roster template add 440103001 --on daily --from 20:00 --to 08:00 --skill care --need 2 --people li.na,wang.fang\n"
     "roster template add 4401 --on weekdays --from 08:00 --to 20:00 --post supervisor --people chen.jie",
     NEEDS_CELL},
	{"roster template set", "AREA SLOT", "its people, or how many it needs", "people need on from to post skill",
     do_roster, "roster template set 440103001 1 --need 3 --people li.na,wang.fang,zhao.min", NEEDS_CELL},
	{"roster template end", "AREA SLOT", "no shift of it from now, or from a day on", "from", do_roster,
     "roster template end 440103001 1 --from 2026-12-01", NEEDS_CELL},
	{"roster shift", "AREA SLOT DAY", "who has it on that day: --person no longer, --takes instead", "person takes",
     do_roster, "roster shift 440103001 1 2026-11-24 --person li.na --takes zhao.min", NEEDS_CELL},
	{"roster absence list", "", "who is away, or will be", "json", do_roster, "roster absence list", NEEDS_CELL},
	{"roster absence add", "PERSON", "somebody is away", "from to reason", do_roster,
     "roster absence add li.na --from 2026-11-24 --to \"2026-11-26 08:00\" --reason sick", NEEDS_CELL},
	{"roster absence end", "PERSON ID", "and is back", "", do_roster, "roster absence end li.na 3", NEEDS_CELL},
	{"roster swap list", "", "swaps that wait for an answer", "area json", do_roster, "roster swap list", NEEDS_CELL},
	{"roster swap approve", "AREA ID", "one that both have agreed to", "", do_roster,
     "roster swap approve 440103001 12", NEEDS_CELL},
	{"roster swap refuse", "AREA ID", "one of them", "", do_roster, "roster swap refuse 440103001 12", NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"area", "CODE", NULL, TEXT(roster.area), "only there"},
	{"days", "N", NULL, U32(roster.days, 1, 31), "so many days ahead, 1 to 31 (7)"},
	{"on", "DAYS", "daily weekdays weekend mon tue wed thu fri sat sun", TEXT(roster.on),
     "mon,tue,... or daily, weekdays, weekend: the day it begins on"},
	{"from", "TIME", NULL, TEXT(roster.from),
     "template add: its hour, HH:MM; show, template end: a day; absence: a day or \"DAY HH:MM\""},
	{"to", "TIME", NULL, TEXT(roster.to),
     "template add: its end, HH:MM, past midnight when it is the smaller; absence: as --from"},
	{"post", "NAME", "field desk supervisor duty_phone second_phone", TEXT(roster.post),
     "field (default), desk, supervisor, duty_phone, second_phone"},
	{"skill", "NAME", "care nurse technician", TEXT(roster.skill), "of field: care (default), nurse, technician"},
	{"need", "N", NULL, U32(roster.need, 0, SHIFT_NEED_MAX), "so many people (1)"},
	{"people", "NAMES", NULL, TEXT(roster.people), "accounts, parted by commas; 12 at most"},
	{"weeks", "N", NULL, U32(roster.weeks, 1, SHIFT_WEEKS_MAX), "every N weeks only (1)"},
	{"week", "K", NULL, U32(roster.week, 0, SHIFT_WEEKS_MAX - 1),
     "in week K of them, 0 to N-1; week 0 began on Monday, 1970-01-05"},
	{"person", "NAME", NULL, TEXT(roster.person), "who no longer has it"},
	{"takes", "NAME", NULL, TEXT(roster.takes), "who has it instead"},
	{"reason", "WHY", "sick holiday training other", TEXT(roster.reason), "sick, holiday, training or other"},
	JSON_ROW,
};

const struct group GROUP_ROSTER = {"Rosters", "Times are local, by the policy's utc_offset_min. DAY is 2026-11-24.",
                                   COMMANDS,  COUNT_OF(COMMANDS),
                                   OPTIONS,   COUNT_OF(OPTIONS)};
