#include "command.h"

static int do_record(struct cell *cell, const struct options *o)
{
	struct record_options record = o->record;

	record.json = o->json;
	return record_run(cell, o->command, o->args, o->arg_count, &record);
}

static const struct command COMMANDS[] = {
	{"home list", "", "homes, or those of --area: where, how many live there", "area json", do_record,
     "home list --area 440103001", NEEDS_CELL},
	{"home show", "ID", "one of them; on record who looks (--with-private: access, health)", "with-private json",
     do_record,
     "home show h0042\n"
     "home show h0042 --with-private --json",
     NEEDS_CELL},
	{"home add", "ID FIELD=VALUE...", "a new one, with a key of its own", "json", do_record,
     "home add h0042 area=440103001001 street=光复中路 address=光复中路12号 phone=02088880000", NEEDS_CELL},
	{"home set", "ID FIELD=VALUE...", "corrects it", "json", do_record,
     "home set h0042 phone=02088880000 door_code=2351#\n"
     "home set h0042 key_holder=楼下王姐\n"
     "home set h0042 care_plan.ability=2",
     NEEDS_CELL},
	{"resident show", "HOME", "who lives there", "with-private json", do_record, "resident show h0042", NEEDS_CELL},
	{"resident add", "HOME RESIDENT FIELD=VALUE...", "somebody moves in", "json", do_record,
     "resident add h0042 r1 name=陈秀英 birth_year=1938", NEEDS_CELL},
	{"resident set", "HOME RESIDENT FIELD=VALUE...", "corrects what is said of them", "json", do_record,
     "resident set h0042 r1 dialect=yue", NEEDS_CELL},
	{"resident remove", "HOME RESIDENT", "lives there no more", "json", do_record, "resident remove h0042 r1",
     NEEDS_CELL},
	{"contact show", "HOME", "whom to call, in order", "with-private json", do_record, "contact show h0042",
     NEEDS_CELL},
	{"contact add", "HOME ORDER FIELD=VALUE...", "one more", "json", do_record,
     "contact add h0042 3 name=李明 phone=13800000000 tell=yes", NEEDS_CELL},
	{"contact set", "HOME ORDER FIELD=VALUE...", "corrects it", "json", do_record,
     "contact set h0042 3 phone=13900000000", NEEDS_CELL},
	{"contact remove", "HOME ORDER", "is called no more", "json", do_record, "contact remove h0042 3", NEEDS_CELL},
	{"area list", "", "areas, or those of --area: minutes to arrive, target, station, name", "area json", do_record,
     "area list --area 440103", NEEDS_CELL},
	{"area show", "CODE", "one of them", "json", do_record, "area show 440103001", NEEDS_CELL},
	{"area add", "CODE FIELD=VALUE...", "a new one, below one that is there", "json", do_record,
     "area add 4401 name=广州市\n"
     "area add 440103 name=荔湾区\n"
     "area add 440103001 name=沙面街道 arrival_due_min=15\n"
     "area add 440103001001 name=翠洲社区",
     NEEDS_CELL},
	{"area set", "CODE FIELD=VALUE...", "corrects it", "json", do_record, "area set 440103001 station=s01", NEEDS_CELL},
	{"area remove", "CODE", "where no home, area or station lies", "json", do_record, "area remove 440103001",
     NEEDS_CELL},
	{"station list", "", "care centres and other stations", "area json", do_record, "station list", NEEDS_CELL},
	{"station show", "ID", "one of them", "json", do_record, "station show s01", NEEDS_CELL},
	{"station add", "ID FIELD=VALUE...", "a new one", "json", do_record,
     "station add s01 name=沙面颐康中心 area=440103001", NEEDS_CELL},
	{"station set", "ID FIELD=VALUE...", "corrects it; closed=yes: nobody is sent from there", "json", do_record,
     "station set s01 closed=yes", NEEDS_CELL},
	{"station remove", "ID", "that no home, care plan, area or person names", "json", do_record, "station remove s01",
     NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"area", "CODES", NULL, TEXT(record.areas), "only there; division codes, parted by commas"},
	{"with-private", NULL, NULL, FLAG(record.with_private), "also access and health; who looks stands on record"},
	JSON_ROW,
};

const struct group GROUP_RECORD = {"Homes, residents, contacts, areas, stations",
                                   "FIELD is a column of the table (an export shows them), or its path: phone, "
                                   "care_plan.ability. FIELD= empties it; words of a list are parted by ;",
                                   COMMANDS,
                                   COUNT_OF(COMMANDS),
                                   OPTIONS,
                                   COUNT_OF(OPTIONS)};
