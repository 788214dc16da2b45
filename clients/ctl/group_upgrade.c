#include "command.h"

static int do_drain(struct cell *cell, const struct options *o)
{
	if (o->arg_count == 0 && (o->drain.off || o->drain.force || o->drain.no_wait || o->drain.wait_s != 0)) {
		fprintf(stderr, "pinganctl: drain: say which daemon (pinganctl drain lists them)\n");
		return EXIT_FAILED;
	}
	return drain_run(cell, o->arg_count == 0 ? NULL : o->args[0], &o->drain, o->json);
}

static int do_save(struct cell *cell, const struct options *o)
{
	struct snapshot_options snapshot = o->snapshot;

	snapshot.config = o->config;
	snapshot.cell = o->cell;
	snapshot.json = o->json;
	snapshot.wait_s = o->drain.wait_s;
	return snapshot_save_run(cell, o->arg_count == 0 ? NULL : o->args[0], &snapshot);
}

static const struct command COMMANDS[] = {
	{"drain", "[DAEMON]", "take a daemon out of service, and wait until it is empty; or list them",
     "off force wait no-wait json", do_drain,
     "drain\n"
     "drain d3f2a91c07be4\n"
     "drain gz-disp-2 --wait 120\n"
     "drain gz-disp-2/4711 --off",
     NEEDS_CELL},
	{"snapshot save", "[FILE]", "every daemon's local snapshot written now; or the cell into FILE",
     "key-file wait json", do_save,
     "snapshot save\n"
     "snapshot save /var/lib/pingan/before-2-1.snapshot",
     NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"off", NULL, NULL, FLAG(drain.off), "it takes everybody in again"},
	{"force", NULL, NULL, FLAG(drain.force), "also when no other daemon could serve"},
	{"wait", "SECONDS", NULL, U32(drain.wait_s, 1, 86400), "how long to wait: drain 300, snapshot save 60"},
	{"no-wait", NULL, NULL, FLAG(drain.no_wait), "give the order, and wait for nothing"},
	{"key-file", "FILE", NULL, TEXT(snapshot.key_file),
     "the snapshot's key: 64 hex digits, made when it is not there (snapshot.key_file)"},
	JSON_ROW,
};

const struct group GROUP_UPGRADE = {
	"Before an upgrade",
	"A daemon that drains lets nobody new in and sends units and screens to the others, a few hundred a second; what "
    "it "
	"received is stored and answered first. Its next start ends that. DAEMON: its id, the beginning of it, the name of "
	"its machine, or MACHINE/PROCESS. drain: 0 when it is empty, 1 when it is not within the time, or was refused as "
	"the last one that serves.",
	COMMANDS,
	COUNT_OF(COMMANDS),
	OPTIONS,
	COUNT_OF(OPTIONS)};
