#include "command.h"

static struct audit_options options_of(const struct options *o)
{
	struct audit_options audit = o->audit;

	audit.config = o->config;
	audit.since = o->since;
	audit.count = o->count;
	audit.json = o->json;
	return audit;
}

static int do_verify(struct cell *cell, const struct options *o)
{
	struct audit_options audit = options_of(o);

	return audit_verify(cell, &audit);
}

static int do_query(struct cell *cell, const struct options *o)
{
	struct audit_options audit = options_of(o);

	return audit_query(cell, &audit);
}

static int do_export(struct cell *cell, const struct options *o)
{
	struct audit_options audit = options_of(o);

	return audit_export(cell, o->args[0], &audit);
}

static int do_trim(struct cell *cell, const struct options *o)
{
	struct audit_options audit = options_of(o);

	return audit_trim(cell, o->args[0], &audit);
}

static int do_checkpoint(struct cell *cell, const struct options *o)
{
	struct audit_options audit = options_of(o);

	return audit_checkpoint(cell, &audit);
}

static int do_keep(struct cell *cell, const struct options *o)
{
	struct audit_options audit = options_of(o);

	return audit_keep(cell, &audit);
}

static int do_key(struct cell *cell, const struct options *o)
{
	(void)cell;
	return audit_key_ensure(o->config);
}

static const struct command COMMANDS[] = {
	{"audit verify", "", "is the record of who did what whole, and every record as it says? Names what is not",
     "key-file public-key anchors file json", do_verify,
     "audit verify\n"
     "audit verify --file 2026.audit --public-key audit.pub",
     NEEDS_CELL},
	{"audit query", "", "who did, or looked at, what", "person by what since until count words key-file json", do_query,
     "audit query --person h0042 --since 7d\n"
     "audit query --by ctl:root --what changed --json",
     NEEDS_CELL},
	{"audit export", "FILE", "all of it, sealed; audit verify --file FILE looks at it",
     "key-file public-key anchors json", do_export, "audit export 2026.audit", NEEDS_CELL},
	{"audit trim", "FILE", "what it holds and is older than audit.keep_days leaves Redis",
     "key-file public-key anchors json", do_trim, "audit trim 2026.audit", NEEDS_CELL},
	{"audit keep", "",
     "what is older than audit.keep_days goes into a sealed file in audit.archive_dir, then leaves Redis",
     "key-file public-key json", do_keep, "audit keep", NEEDS_CELL},
	{"audit checkpoint", "",
     "how every record stands, into a sealed file in audit.archive_dir; audit keep makes one too",
     "key-file public-key anchors json", do_checkpoint, "audit checkpoint", NEEDS_CELL},
	{"audit key", "", "makes the key that seals it, where audit.key_file says; prints its public half", "", do_key,
     "audit key > audit.pub", NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"person", "ID", NULL, TEXT(audit.person), "about this home, resident, member of staff, unit or call"},
	{"by", "WHO", NULL, TEXT(audit.by), "done by this person id, token.ID or ctl:ACCOUNT"},
	{"what", "NAME", NULL, TEXT(audit.what),
     "changed, looked, found, logged_in, login_failed, refused, exported, ...; claimed, note, ..."},
	{"since", "T", NULL, TEXT(since), "from then on: \"2026-11-22 08:30\" (Z behind it: UTC), 30m, 2h, 7d"},
	{"until", "T", NULL, TEXT(audit.until), "until then"},
	{"count", "N", NULL, U32(count, 1, 1000000), "at most so many (all)"},
	{"words", NULL, NULL, FLAG(audit.words), "also what was searched for; needs the audit key"},
	{"key-file", "FILE", NULL, TEXT(audit.key_file), "the audit key, instead of audit.key_file of --config"},
	{"public-key", "FILE", NULL, TEXT(audit.public_key), "its public half is enough to verify"},
	{"anchors", "FILE", NULL, TEXT(audit.anchors), "seals kept outside Redis, instead of audit.anchor_file"},
	{"file", "FILE", NULL, TEXT(audit.file), "an exported file instead of Redis"},
	JSON_ROW,
};

const struct group GROUP_AUDIT = {"Who did what", NULL, COMMANDS, COUNT_OF(COMMANDS), OPTIONS, COUNT_OF(OPTIONS)};
