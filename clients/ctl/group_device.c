#include "command.h"
#include "homes.h"

static int do_add(struct cell *cell, const struct options *o)
{
	return device_add(cell, o->args[0], &o->device);
}

static int do_key(struct cell *cell, const struct options *o)
{
	return device_key(cell, o->args[0], &o->device);
}

static int do_token(struct cell *cell, const struct options *o)
{
	return device_token(cell, o->args[0], &o->device);
}

static int do_list(struct cell *cell, const struct options *o)
{
	return device_list(cell, o->device.household, o->json);
}

static int do_show(struct cell *cell, const struct options *o)
{
	return device_show(cell, o->args[0], o->count == 0 ? 20 : o->count, o->json);
}

static int do_test(struct cell *cell, const struct options *o)
{
	return device_test(cell, o->args[0], o->minutes);
}

static int do_retire(struct cell *cell, const struct options *o)
{
	return device_retire(cell, o->args[0]);
}

static int do_installed(struct cell *cell, const struct options *o)
{
	return homes_installed_show(cell, o->json);
}

static int do_target(struct cell *cell, const struct options *o)
{
	return homes_target(cell, o->args[0], o->target);
}

static const struct command COMMANDS[] = {
	{"device list", "", "devices of the cell, or of one household", "household json", do_list,
     "device list\n"
     "device list --household h0042 --json",
     NEEDS_CELL},
	{"device show", "ID", "one device: how it is, where it stands, what happened to it", "count json", do_show,
     "device show d4711", NEEDS_CELL},
	{"device add", "ID", "a new device; prints its new key, this once", "household protocol model codes key", do_add,
     "device add d4711 --household h0042 --protocol native\n"
     "device add dc09.1234 --household h0042 --protocol dc09 --codes ademco",
     NEEDS_CELL},
	{"device key", "ID", "a new key for it, printed this once; or --over-link", "key over-link", do_key,
     "device key d4711 --over-link", NEEDS_CELL},
	{"device token", "ID", "a new token for a unit that looks at our certificate, printed this once", "key", do_token,
     "device token d4711", NEEDS_CELL},
	{"device test", "ID", "its button is tried, and rings nobody", "minutes", do_test,
     "device test d4711 --minutes 10\n"
     "device test d4711 --minutes 0",
     NEEDS_CELL},
	{"device retire", "ID", "out of service; its alarms are still shown", "", do_retire, "device retire d4711",
     NEEDS_CELL},
	{"homes installed", "", "homes of each area by how they stand, against the year's target", "json", do_installed,
     "homes installed", NEEDS_CELL},
	{"homes target", "AREA", "how many are to be in service by the end of the year", "target", do_target,
     "homes target 440103 --target 12000", NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"household", "ID", NULL, TEXT(device.household), "whose it is"},
	{"protocol", "NAME", "native dc09 watch webhook", TEXT(device.protocol),
     "native, dc09 (ID is dc09.ACCOUNT), watch (ID is watch.NUMBER), webhook (ID is VENDOR.DEVICE)"},
	{"model", "NAME", NULL, TEXT(device.model), "what it is"},
	{"codes", "NAME", NULL, TEXT(device.codes), "dc09: its table of event codes in codes.yaml, else the standard one"},
	{"key", "HEX", NULL, TEXT(device.key),
     "this key instead of a new one; dc09: 32, 48 or 64 digits, else it speaks in plain"},
	{"over-link", NULL, NULL, FLAG(device.over_link),
     "the new key is given to a native unit over its link, without a visit"},
	{"minutes", "N", NULL, U32(minutes, 0, 60), "for so long, 60 at most; 0 = not any more (30)"},
	{"target", "N", NULL, U32(target, 0, 100000000), "homes; 0 = no target (0)"},
	{"count", "N", NULL, U32(count, 1, 1000000), "at most so many entries of what happened (20)"},
	JSON_ROW,
};

const struct group GROUP_DEVICE = {"Devices", NULL, COMMANDS, COUNT_OF(COMMANDS), OPTIONS, COUNT_OF(OPTIONS)};
