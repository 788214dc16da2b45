#include "command.h"
#include "log_redact.h"
#include "person_export.h"
#include "retention_show.h"

static int do_erase(struct cell *cell, const struct options *o)
{
	struct erase_options e = o->erase;

	e.json = o->json;
	return home_erase(cell, o->args[0], &e);
}

static int do_export(struct cell *cell, const struct options *o)
{
	return person_export(cell, o->args[0], o->json);
}

static int do_verify(struct cell *cell, const struct options *o)
{
	return erase_verify(cell, o->args[0], o->json);
}

static int do_retention(struct cell *cell, const struct options *o)
{
	return retention_show(cell, o->json);
}

static int do_redact(struct cell *cell, const struct options *o)
{
	return log_redact_show(cell, o->json);
}

static const struct command COMMANDS[] = {
	{"person export", "RESIDENT", "all that is held on one resident, for the resident", "json", do_export,
     "person export r1 > r1.txt\n"
     "person export r1 --json > r1.json",
     NEEDS_CELL},
	{"home erase", "ID", "all that is personal of a home goes, for ever; prints the certificate", "reason retire json",
     do_erase, "home erase h0042 --reason left --retire", NEEDS_CELL},
	{"erase verify", "ID", "looks again whether an erased home is gone from everywhere", "json", do_verify,
     "erase verify h0042", NEEDS_CELL},
	{"retention show", "", "what the rules of retention have taken out, and when", "json", do_retention,
     "retention show", NEEDS_CELL},
	{"log redact", "", "takes personal records out of entries of daemons of before", "json", do_redact, "log redact",
     NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"reason", "WHY", "asked left died never_meant", TEXT(erase.reason), "asked, left, died or never_meant"},
	{"retire", NULL, NULL, FLAG(erase.retire), "its devices go out of service first"},
	JSON_ROW,
};

const struct group GROUP_PRIVACY = {"Rights of the residents", NULL,    COMMANDS,
                                    COUNT_OF(COMMANDS),        OPTIONS, COUNT_OF(OPTIONS)};
