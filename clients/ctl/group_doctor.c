#include "command.h"
#include "snapshot_show.h"

static int do_doctor(struct cell *cell, const struct options *o)
{
	struct doctor_options doctor = o->doctor;

	(void)cell;
	if (o->config == NULL && o->redis == NULL && !doctor.list) {
		command_where();
		return EXIT_USAGE;
	}
	doctor.config = o->config;
	doctor.redis = o->redis;
	doctor.cell = o->cell;
	doctor.json = o->json;
	if (doctor.days == 0)
		doctor.days = 7;
	return doctor_run(&doctor);
}

static int do_snapshot(struct cell *cell, const struct options *o)
{
	(void)cell;
	return snapshot_check(o->config, o->cell, o->arg_count > 0 ? o->args[0] : NULL, o->snapshot.key_file, o->json);
}

static const struct command COMMANDS[] = {
	{"doctor", "", "checks an installation and says what to mend", "days disk backup backup-hours root list json",
     do_doctor,
     "doctor\n"
     "doctor --json --days 14 --backup /var/backups/pingan\n"
     "doctor --list",
     NEEDS_NOTHING},
	{"snapshot check", "[FILE]", "is this machine's local snapshot whole? How old is it, what does it hold",
     "key-file json", do_snapshot,
     "snapshot check\n"
     "snapshot check /var/lib/pingan/before-2-1.snapshot",
     NEEDS_CONFIG},
};

static const struct option_row OPTIONS[] = {
	{"days", "N", NULL, U32(doctor.days, 1, 31), "rosters: so many days ahead, 1 to 31 (7)"},
	{"disk", "MIB", NULL, U32(doctor.disk_mib, 1, UINT32_MAX), "so much is free on Redis' disk at least (4096)"},
	{"backup", "DIR", NULL, TEXT(doctor.backup), "where copies of Redis' files are kept"},
	{"backup-hours", "N", NULL, U32(doctor.backup_hours, 1, 8760), "the newest of them is younger than that (26)"},
	{"root", "DIR", NULL, TEXT(doctor.root), "the machine's /proc, /etc and /var/log lie below it (in a container)"},
	{"list", NULL, NULL, FLAG(doctor.list), "says what is looked at, and looks at nothing"},
	{"key-file", "FILE", NULL, TEXT(snapshot.key_file), "the snapshot's key: 64 hex digits (snapshot.key_file)"},
	JSON_ROW,
};

const struct group GROUP_DOCTOR = {
	"Is all well",
	"doctor looks at configuration, files and their modes, certificates, keys, snapshot, password helper and "
	"descriptors of "
	"this machine; at Redis, its disk, its copies, the daemons; and at what is missing in the registry. Each line is "
	"ok, warning or wrong, with what to do. Changes nothing. 0: nothing is wrong; 1: something is.",
	COMMANDS,
	COUNT_OF(COMMANDS),
	OPTIONS,
	COUNT_OF(OPTIONS)};
