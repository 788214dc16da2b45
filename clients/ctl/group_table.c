#include "command.h"
#include "find.h"

static int do_find(struct cell *cell, const struct options *o)
{
	return find_homes(cell, o->args[0], o->count == 0 ? 20 : o->count, o->json);
}

static int do_import(struct cell *cell, const struct options *o)
{
	return table_import(cell, o->args[0], o->args[1], &o->import);
}

static int do_export(struct cell *cell, const struct options *o)
{
	struct export_options export = o->export;

	export.encoding = o->import.encoding;
	return table_export(cell, o->args[0], o->args[1], &export);
}

static int do_device_import(struct cell *cell, const struct options *o)
{
	return table_import(cell, "devices", o->args[0], &o->import);
}

static const struct command COMMANDS[] = {
	{"find", "TEXT", "homes by number, name, pinyin or its initials, address, device, resident, id", "count json",
     do_find,
     "find 13800000000\n"
     "find 陈秀英\n"
     "find \"cxy 天河\"",
     NEEDS_CELL},
	{"import", "TABLE FILE", "from a table (CSV) into the cell", "encoding dry-run skip-bad update report keys lang",
     do_import,
     "import homes homes.csv --dry-run --report bad.csv\n"
     "import homes homes.csv --skip-bad\n"
     "import people people.csv --encoding gb18030 --update",
     NEEDS_CELL},
	{"export", "TABLE FILE", "from the cell into a table (CSV)", "encoding with-private", do_export,
     "export homes homes.csv\n"
     "export contacts - --encoding gb18030 > contacts.csv",
     NEEDS_CELL},
	{"device import", "FILE", "the same as import devices FILE", "encoding dry-run skip-bad update report keys lang",
     do_device_import, "device import devices.csv --keys keys.csv", NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"encoding", "NAME", "utf-8 gb18030", TEXT(import.encoding), "utf-8 (default) or gb18030"},
	{"dry-run", NULL, NULL, FLAG(import.dry_run), "only lists what is wrong, by line, column and reason"},
	{"skip-bad", NULL, NULL, FLAG(import.skip_bad), "enters the good rows all the same"},
	{"update", NULL, NULL, FLAG(import.update),
     "changes what is there already and otherwise; columns that the table lacks stay"},
	{"report", "FILE", NULL, TEXT(import.report_path), "what is wrong as a table of its own"},
	{"lang", "LANGUAGE", "zh en", TEXT(import.lang), "what is told: zh or en (as LANG says)"},
	{"keys", "FILE", NULL, TEXT(import.keys_path),
     "devices: makes keys for native ones without one, and writes them there"},
	{"with-private", NULL, NULL, FLAG(export.with_private), "also access, health, keys, password hashes"},
	{"count", "N", NULL, U32(count, 1, 1000000), "at most so many (20)"},
	JSON_ROW,
};

const struct group GROUP_TABLE = {
	"Finding, and whole tables",
	"TABLE is areas, stations, people, homes, residents, contacts or devices (in this order into a new cell); an "
	"export shows the columns of each. FILE may be - for standard input or output.",
	COMMANDS,
	COUNT_OF(COMMANDS),
	OPTIONS,
	COUNT_OF(OPTIONS)};
