/* pinganctl - the administrators' command line. */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "alarms.h"
#include "audit.h"
#include "demo.h"
#include "device.h"
#include "erase.h"
#include "find.h"
#include "homes.h"
#include "log_redact.h"
#include "roster.h"
#include "paper.h"
#include "record.h"
#include "person_export.h"
#include "retention_show.h"
#include "session.h"
#include "show.h"
#include "table_export.h"
#include "table_import.h"
#include "token.h"
#include "user.h"

enum exit_code { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

#define LOG_COUNT 50 /* entries that `log` shows when nobody says how many */

struct options {
	const char *config, *redis, *cell;
	struct demo_options demo;
	struct device_options device;
	struct import_options import;
	struct export_options export;
	struct user_options user;
	struct token_options token;
	struct erase_options erase;
	struct audit_options audit;
	const char *since;
	uint64_t from;
	uint32_t count; /* 0 = not said */
	uint32_t target, minutes;
	bool json;
	const char *command; /* its words */
	char *const *args;   /* behind the command's words */
	int arg_count;
};

static bool number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end;

	*ret = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *ret >= min && *ret <= max;
}

static int do_demo(struct cell *cell, const struct options *o)
{
	return demo_load(cell, &o->demo);
}

static int do_status(struct cell *cell, const struct options *o)
{
	(void)o;
	return show_status(cell);
}

static int do_incidents(struct cell *cell, const struct options *o)
{
	(void)o;
	return show_incidents(cell);
}

static int do_log(struct cell *cell, const struct options *o)
{
	uint64_t first = o->from;

	if (o->since != NULL && !number(o->since, 0, UINT64_MAX, &first)) {
		fprintf(stderr, "pinganctl: --since takes the number of a log entry: %s\n", o->since);
		return 1;
	}
	return show_log(cell, first, o->count == 0 ? LOG_COUNT : o->count);
}

static int do_alarms(struct cell *cell, const struct options *o)
{
	return alarms_show(cell, o->since, o->from, o->count, o->json);
}

static int do_device_add(struct cell *cell, const struct options *o)
{
	return device_add(cell, o->args[0], &o->device);
}

static int do_device_key(struct cell *cell, const struct options *o)
{
	return device_key(cell, o->args[0], &o->device);
}

static int do_device_token(struct cell *cell, const struct options *o)
{
	return device_token(cell, o->args[0], &o->device);
}

static int do_device_list(struct cell *cell, const struct options *o)
{
	return device_list(cell, o->device.household, o->json);
}

static int do_device_show(struct cell *cell, const struct options *o)
{
	return device_show(cell, o->args[0], o->count == 0 ? 20 : o->count, o->json);
}

static int do_device_import(struct cell *cell, const struct options *o)
{
	return table_import(cell, "devices", o->args[0], &o->import);
}

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
	return table_export(cell, o->args[0], o->args[1], &o->export);
}

static int do_device_test(struct cell *cell, const struct options *o)
{
	return device_test(cell, o->args[0], o->minutes);
}

static int do_device_retire(struct cell *cell, const struct options *o)
{
	return device_retire(cell, o->args[0]);
}

static int do_homes_installed(struct cell *cell, const struct options *o)
{
	return homes_installed_show(cell, o->json);
}

static int do_homes_target(struct cell *cell, const struct options *o)
{
	return homes_target(cell, o->args[0], o->target);
}

static int do_init(struct cell *cell, const struct options *o)
{
	/* The key first: from the first administrator on everything can be sealed. */
	if (o->config != NULL && audit_key_wanted(o->config) && audit_key_ensure(o->config) != 0)
		return 1;
	return user_init(cell, o->args[0], &o->user);
}

static int do_user_add(struct cell *cell, const struct options *o)
{
	return user_add(cell, o->args[0], &o->user);
}

static int do_user_set(struct cell *cell, const struct options *o)
{
	return user_set(cell, o->args[0], &o->user);
}

static int do_user_password(struct cell *cell, const struct options *o)
{
	return user_password(cell, o->args[0], &o->user);
}

static int do_user_disable(struct cell *cell, const struct options *o)
{
	return user_disable(cell, o->args[0]);
}

static int do_user_enable(struct cell *cell, const struct options *o)
{
	return user_enable(cell, o->args[0]);
}

static int do_user_list(struct cell *cell, const struct options *o)
{
	return user_list(cell, o->json);
}

static int do_user_show(struct cell *cell, const struct options *o)
{
	return user_show(cell, o->args[0], o->json);
}

static int do_user_sessions(struct cell *cell, const struct options *o)
{
	return user_sessions(cell, o->args[0], o->json);
}

static int do_user_logout(struct cell *cell, const struct options *o)
{
	return user_logout(cell, o->args[0]);
}

static int do_user_totp(struct cell *cell, const struct options *o)
{
	return user_second(cell, o->args[0], false, o->json);
}

static int do_user_totp_off(struct cell *cell, const struct options *o)
{
	return user_second(cell, o->args[0], true, o->json);
}

static int do_session_list(struct cell *cell, const struct options *o)
{
	return session_list(cell, NULL, o->json);
}

static int do_session_end(struct cell *cell, const struct options *o)
{
	return session_end(cell, o->args[0]);
}

static int do_token_add(struct cell *cell, const struct options *o)
{
	struct token_options token = o->token;

	token.areas = o->user.areas;
	return token_add(cell, o->args[0], &token, o->json);
}

static int do_token_list(struct cell *cell, const struct options *o)
{
	return token_list(cell, o->json);
}

static int do_token_revoke(struct cell *cell, const struct options *o)
{
	return token_revoke(cell, o->args[0]);
}

static int do_role_list(struct cell *cell, const struct options *o)
{
	(void)cell;
	return role_list(o->json);
}

static int do_home_erase(struct cell *cell, const struct options *o)
{
	struct erase_options e = o->erase;

	e.json = o->json;
	return home_erase(cell, o->args[0], &e);
}

static int do_person_export(struct cell *cell, const struct options *o)
{
	return person_export(cell, o->args[0], o->json);
}

static int do_retention_show(struct cell *cell, const struct options *o)
{
	return retention_show(cell, o->json);
}

static int do_erase_verify(struct cell *cell, const struct options *o)
{
	return erase_verify(cell, o->args[0], o->json);
}

static int do_log_redact(struct cell *cell, const struct options *o)
{
	return log_redact_show(cell, o->json);
}

static int do_record(struct cell *cell, const struct options *o)
{
	const struct record_options record = {
		.json = o->json, .with_private = o->export.with_private, .areas = o->user.areas};

	return record_run(cell, o->command, o->args, o->arg_count, &record);
}

#define MORE 16
static struct audit_options audit_options_of(const struct options *o)
{
	struct audit_options audit = o->audit;

	audit.config = o->config;
	audit.since = o->since;
	audit.count = o->count;
	audit.json = o->json;
	return audit;
}

static int do_audit_verify(struct cell *cell, const struct options *o)
{
	struct audit_options audit = audit_options_of(o);

	return audit_verify(cell, &audit);
}

static int do_audit_key(struct cell *cell, const struct options *o)
{
	(void)cell;
	return audit_key_ensure(o->config);
}

static int do_audit_query(struct cell *cell, const struct options *o)
{
	struct audit_options audit = audit_options_of(o);

	return audit_query(cell, &audit);
}

static int do_audit_export(struct cell *cell, const struct options *o)
{
	struct audit_options audit = audit_options_of(o);

	return audit_export(cell, o->args[0], &audit);
}

static int do_audit_trim(struct cell *cell, const struct options *o)
{
	struct audit_options audit = audit_options_of(o);

	return audit_trim(cell, o->args[0], &audit);
}

static const struct command {
	const char *name, *help;
	int (*run)(struct cell *cell, const struct options *o);
	int args; /* that follow its words; MORE + n: n at least, and any number behind them */
} COMMANDS[] = {
	{"demo load", "load two invented sub-districts (a second run changes nothing)", do_demo, 0},
	{"status", "the cell in a few numbers", do_status, 0},
	{"incidents", "open incidents: ids and codes only", do_incidents, 0},
	{"log", "log entries: number, time, commit, records", do_log, 0},
	{"alarms", "alarms received: device, kind, times, raw bytes", do_alarms, 0},
	{"device list", "devices of the cell, or of one household", do_device_list, 0},
	{"device show", "ID: one device: how it is, where it stands, what happened to it", do_device_show, 1},
	{"device add", "ID: a new device; prints its new key, this once", do_device_add, 1},
	{"device key", "ID: a new key for it, printed this once; or --over-link", do_device_key, 1},
	{"device token", "ID: a new token for a unit that looks at our certificate, printed this once", do_device_token, 1},
	{"homes installed", "homes of each area by how they stand, against the year's target", do_homes_installed, 0},
	{"homes target", "AREA: with --target, how many are to be in service by the end of the year", do_homes_target, 1},
	{"init", "ACCOUNT: the first administrator of a new cell; prints the password, this once", do_init, 1},
	{"user list", "people who may log in", do_user_list, 0},
	{"user show", "ACCOUNT: one of them", do_user_show, 1},
	{"user add", "ACCOUNT: a new one; prints the password, this once", do_user_add, 1},
	{"user set", "ACCOUNT: another name, role, area, phone, language or skill", do_user_set, 1},
	{"user password", "ACCOUNT: a new password, printed this once; ends every session", do_user_password, 1},
	{"user disable", "ACCOUNT: may not log in any more; ends every session", do_user_disable, 1},
	{"user enable", "ACCOUNT: may log in again", do_user_enable, 1},
	{"user sessions", "ACCOUNT: sessions that are open", do_user_sessions, 1},
	{"user logout", "ACCOUNT: ends every session, everywhere", do_user_logout, 1},
	{"find", "TEXT: homes by number, name, pinyin or its initials, address, device, resident, id", do_find, 1},
	{"import", "TABLE FILE: from a table (CSV), - is standard input; see below", do_import, 2},
	{"export", "TABLE FILE: into one, - is standard output", do_export, 2},
	{"device import", "FILE: the same as import devices FILE", do_device_import, 1},
	{"user totp", "ACCOUNT: log-in asks for a code of an app; prints its QR code, this once", do_user_totp, 1},
	{"user totp-off", "ACCOUNT: log-in asks for no code any more", do_user_totp_off, 1},
	{"role list", "roles, and what each may ask the API for", do_role_list, 0},
	{"session list", "everybody who is logged in: since when, from where", do_session_list, 0},
	{"session end", "ID: ends that session, everywhere", do_session_end, 1},
	{"token add", "NAME: another system may use the API; prints its token, this once", do_token_add, 1},
	{"token list", "tokens: what they may, until when, when last used", do_token_list, 0},
	{"token revoke", "ID: opens nothing any more, everywhere", do_token_revoke, 1},
	{"person export", "RESIDENT: all that is held on one resident, for the resident", do_person_export, 1},
	{"home erase", "ID: all that is personal of a home goes, for ever; prints the certificate", do_home_erase, 1},
	{"erase verify", "ID: looks again whether an erased home is gone from everywhere", do_erase_verify, 1},
	{"retention show", "what the rules of retention have taken out, and when", do_retention_show, 0},
	{"log redact", "takes personal records out of entries of daemons of before", do_log_redact, 0},
	{"audit verify", "is the record of who did what whole? Names every entry that is not", do_audit_verify, 0},
	{"audit key", "makes the key that seals it, where audit.key_file says; prints its public half", do_audit_key, 0},
	{"audit query", "who did, or looked at, what: --person, --by, --what, --since, --until", do_audit_query, 0},
	{"audit export", "FILE: all of it, sealed; audit verify --file FILE looks at it", do_audit_export, 1},
	{"audit trim", "FILE: what it holds and is older than audit.keep_days leaves Redis", do_audit_trim, 1},
	{"device test", "ID: its button is tried, and rings nobody", do_device_test, 1},
	{"device retire", "ID: out of service; its alarms are still shown", do_device_retire, 1},
	RECORD_COMMANDS(do_record, MORE),
};

/* The command whose words, and as many arguments as it takes, are exactly what was typed. */
static const struct command *command_of(int words, char **word, int args)
{
	char typed[64] = "";

	for (int i = 0; i < words - args; i++) {
		size_t len = strlen(typed);

		snprintf(typed + len, sizeof typed - len, "%s%s", i == 0 ? "" : " ", word[i]);
	}
	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
		if (COMMANDS[i].args == args && strcmp(typed, COMMANDS[i].name) == 0)
			return &COMMANDS[i];
	return NULL;
}

/* One that takes any number of arguments: two words and the least it needs. */
static const struct command *command_more(int words, char **word)
{
	char typed[64];

	for (size_t i = 0; words >= 2 && i < COUNT_OF(COMMANDS); i++) {
		snprintf(typed, sizeof typed, "%s %s", word[0], word[1]);
		if (COMMANDS[i].args >= MORE && words > 2 + COMMANDS[i].args - MORE && strcmp(typed, COMMANDS[i].name) == 0)
			return &COMMANDS[i];
	}
	return NULL;
}

static const struct command *command_find(int words, char **word)
{
	const struct command *command = command_more(words, word);

	for (int args = 0; command == NULL && args < words && args <= 2; args++)
		command = command_of(words, word, args);
	return command;
}

static void usage(FILE *to)
{
	fputs("pinganctl [OPTION]... COMMAND [OPTION]...\n\nCommands:\n", to);
	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
		fprintf(to, "  %-15s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	fputs("  roster ...      rosters, absences, swaps: pinganctl roster --help\n"
	      "  paper           the open calls and the roster for a printer, also without Redis: pinganctl paper --help\n"
	      "\n"
	      "Where the cell is:\n"
	      "  --config FILE     the daemon's configuration\n"
	      "  --redis SOCKET    Redis' Unix socket\n"
	      "  --cell NAME       name of the cell (pa)\n"
	      "demo load:\n"
	      "  --homes N         how many homes (200)\n"
	      "  --on-duty N       caregivers who begin on duty (0)\n"
	      "  --devices FILE    writes device,key_hex,household for pingan-sim\n"
	      "  --tokens FILE     writes device,token_hex\n"
	      "log:\n"
	      "  --since N         first log entry (1)\n"
	      "  --count N         at most so many (50)\n"
	      "alarms:\n"
	      "  --since T         from then on: \"2026-11-22 08:30\" (Z behind it: UTC), 30m, 2h, 7d\n"
	      "  --from N          from log entry N on\n"
	      "  --count N         at most so many (all)\n"
	      "device:\n"
	      "  --household ID    whose it is\n"
	      "  --protocol NAME   native, dc09 (ID is dc09.ACCOUNT), watch (ID is watch.NUMBER),\n"
	      "                    webhook (ID is VENDOR.DEVICE)\n"
	      "  --model NAME      what it is\n"
	      "  --codes NAME      dc09: its table of event codes in codes.yaml, else the standard one\n"
	      "  --key HEX         this key instead of a new one; dc09: 32, 48 or 64 digits, else it speaks in plain\n"
	      "  --over-link       the new key is given to a native unit over its link, without a visit\n"
	      "device test:\n"
	      "  --minutes N       for so long, 60 at most; 0 = not any more (30)\n"
	      "homes target:\n"
	      "  --target N        homes; 0 = no target (0)\n"
	      "import, export:\n"
	      "  TABLE             areas, stations, people, homes, residents, contacts, devices (in this order into a new "
	      "cell);\n"
	      "                    an export shows the columns of each\n"
	      "  --encoding NAME   utf-8 (default) or gb18030\n"
	      "  --dry-run         only lists what is wrong, by line, column and reason\n"
	      "  --skip-bad        enters the good rows all the same\n"
	      "  --update          changes what is there already and otherwise; columns that the table lacks stay\n"
	      "  --report FILE     what is wrong as a table of its own\n"
	      "  --keys FILE       devices: makes keys for native ones without one, and writes them there\n"
	      "  --with-private    export: also access, health, keys, password hashes\n"
	      "home erase:\n"
	      "  --reason WHY      asked, left, died or never_meant\n"
	      "  --retire          its devices go out of service first\n"
	      "audit:\n"
	      "  --person ID       about this home, resident, member of staff, unit or call\n"
	      "  --by WHO          done by this person id, token.ID or ctl:ACCOUNT\n"
	      "  --what NAME       changed, looked, found, logged_in, login_failed, refused, exported, ...; claimed, note, "
	      "...\n"
	      "  --since T, --until T  times as for alarms\n"
	      "  --words           also what was searched for; needs the audit key\n"
	      "  --key-file FILE   the audit key, instead of audit.key_file of --config\n"
	      "  --public-key FILE its public half is enough to verify\n"
	      "  --anchors FILE    seals kept outside Redis, instead of audit.anchor_file\n"
	      "  --file FILE       verify: an exported file\n"
	      "init, user:\n"
	      "  --name NAME       as screens show it\n"
	      "  --role ROLE       operator, supervisor, caregiver, technician, administrator, auditor, wallboard\n"
	      "  --area CODES      division codes, parted by commas; each covers what lies below it\n"
	      "  --phone NUMBER    where they are called\n"
	      "  --language CODES  cmn, yue, ...: what they speak\n"
	      "  --skill NAMES     care, nurse, technician\n"
	      "  --password-file F its first line, instead of a new password\n"
	      "token add:\n"
	      "  --scope NAMES     what it may: homes:read, statistics:read, ... (role list names them)\n"
	      "  --area CODES      where; each covers what lies below it\n"
	      "  --days N          good for so long, 366 at most (90)\n"
	      "alarms, homes installed, device, user, session, token and role, list and show:\n"
	      "  --json            one object a line, for programs\n"
	      "\n"
	      "home, resident, contact, area, station:\n"
	      "  FIELD             a column of the table (an export shows them), or its path: phone, care_plan.ability;\n"
	      "                    FIELD= empties it; words of a list are parted by ;\n"
	      "\n"
	      "Examples:\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml status\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml log --since 1200 --count 20\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml device add d4711 --household h0042 --protocol native\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml alarms --json --since 2h\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml init admin --name 陈管理 --area 4401\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml user add li.na --name 李娜 --role operator --area 440106\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml home set h0042 phone=02088880000 door_code=2351#\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml contact add h0042 3 name=李明 phone=13800000000 tell=yes\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml import homes homes.csv --dry-run --report bad.csv\n"
	      "  pinganctl --config /etc/pingan/pingand.yaml audit query --person h0042 --since 7d\n"
	      "\n"
	      "Exit: 0 done, 1 failed, 2 not understood.\n",
	      to);
}

/* Long options without a letter. */
enum {
	OPT_NAME = 256,
	OPT_ROLE,
	OPT_AREA,
	OPT_PHONE,
	OPT_LANGUAGE,
	OPT_SKILL,
	OPT_PASSWORD_FILE,
	OPT_OVER_LINK,
	OPT_TARGET,
	OPT_MINUTES,
	OPT_ENCODING,
	OPT_KEYS,
	OPT_DRY_RUN,
	OPT_SKIP_BAD,
	OPT_UPDATE,
	OPT_REPORT,
	OPT_WITH_PRIVATE,
	OPT_SCOPE,
	OPT_DAYS,
	OPT_REASON,
	OPT_RETIRE,
	OPT_PERSON,
	OPT_BY,
	OPT_WHAT,
	OPT_UNTIL,
	OPT_WORDS,
	OPT_KEY_FILE,
	OPT_PUBLIC_KEY,
	OPT_ANCHORS,
	OPT_FILE
};

static bool options_read(int argc, char **argv, struct options *o)
{
	static const struct option LONG[] = {
		{"config", required_argument, NULL, 'c'},
		{"redis", required_argument, NULL, 'r'},
		{"cell", required_argument, NULL, 'n'},
		{"homes", required_argument, NULL, 'H'},
		{"on-duty", required_argument, NULL, 'd'},
		{"devices", required_argument, NULL, 'D'},
		{"tokens", required_argument, NULL, 't'},
		{"since", required_argument, NULL, 's'},
		{"from", required_argument, NULL, 'f'},
		{"count", required_argument, NULL, 'C'},
		{"help", no_argument, NULL, 'h'},
		{"household", required_argument, NULL, 'u'},
		{"protocol", required_argument, NULL, 'p'},
		{"model", required_argument, NULL, 'm'},
		{"codes", required_argument, NULL, 'T'},
		{"key", required_argument, NULL, 'k'},
		{"over-link", no_argument, NULL, OPT_OVER_LINK},
		{"name", required_argument, NULL, OPT_NAME},
		{"role", required_argument, NULL, OPT_ROLE},
		{"area", required_argument, NULL, OPT_AREA},
		{"phone", required_argument, NULL, OPT_PHONE},
		{"language", required_argument, NULL, OPT_LANGUAGE},
		{"skill", required_argument, NULL, OPT_SKILL},
		{"password-file", required_argument, NULL, OPT_PASSWORD_FILE},
		{"target", required_argument, NULL, OPT_TARGET},
		{"minutes", required_argument, NULL, OPT_MINUTES},
		{"encoding", required_argument, NULL, OPT_ENCODING},
		{"keys", required_argument, NULL, OPT_KEYS},
		{"dry-run", no_argument, NULL, OPT_DRY_RUN},
		{"skip-bad", no_argument, NULL, OPT_SKIP_BAD},
		{"update", no_argument, NULL, OPT_UPDATE},
		{"report", required_argument, NULL, OPT_REPORT},
		{"with-private", no_argument, NULL, OPT_WITH_PRIVATE},
		{"scope", required_argument, NULL, OPT_SCOPE},
		{"days", required_argument, NULL, OPT_DAYS},
		{"reason", required_argument, NULL, OPT_REASON},
		{"retire", no_argument, NULL, OPT_RETIRE},
		{"person", required_argument, NULL, OPT_PERSON},
		{"by", required_argument, NULL, OPT_BY},
		{"what", required_argument, NULL, OPT_WHAT},
		{"until", required_argument, NULL, OPT_UNTIL},
		{"words", no_argument, NULL, OPT_WORDS},
		{"key-file", required_argument, NULL, OPT_KEY_FILE},
		{"public-key", required_argument, NULL, OPT_PUBLIC_KEY},
		{"anchors", required_argument, NULL, OPT_ANCHORS},
		{"file", required_argument, NULL, OPT_FILE},
		{"json", no_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	uint64_t n;
	int c;

	while ((c = getopt_long(argc, argv, "h", LONG, NULL)) != -1) {
		bool ok = true;

		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'r':
			o->redis = optarg;
			break;
		case 'n':
			o->cell = optarg;
			break;
		case 'D':
			o->demo.devices_path = optarg;
			break;
		case 't':
			o->demo.tokens_path = optarg;
			break;
		case 'u':
			o->device.household = optarg;
			break;
		case 'p':
			o->device.protocol = optarg;
			break;
		case 'm':
			o->device.model = optarg;
			break;
		case 'T':
			o->device.codes = optarg;
			break;
		case 'k':
			o->device.key = optarg;
			break;
		case OPT_OVER_LINK:
			o->device.over_link = true;
			break;
		case OPT_NAME:
			o->user.name = optarg;
			break;
		case OPT_ROLE:
			o->user.role = optarg;
			break;
		case OPT_AREA:
			o->user.areas = optarg;
			break;
		case OPT_PHONE:
			o->user.phone = optarg;
			break;
		case OPT_LANGUAGE:
			o->user.languages = optarg;
			break;
		case OPT_SKILL:
			o->user.skills = optarg;
			break;
		case OPT_PASSWORD_FILE:
			o->user.password_file = optarg;
			break;
		case OPT_MINUTES:
			ok = number(optarg, 0, 60, &n);
			o->minutes = (uint32_t)n;
			break;
		case OPT_TARGET:
			ok = number(optarg, 0, 100000000, &n);
			o->target = (uint32_t)n;
			break;
		case OPT_ENCODING:
			o->import.encoding = o->export.encoding = optarg;
			break;
		case OPT_UPDATE:
			o->import.update = true;
			break;
		case OPT_REPORT:
			o->import.report_path = optarg;
			break;
		case OPT_WITH_PRIVATE:
			o->export.with_private = true;
			break;
		case OPT_KEYS:
			o->import.keys_path = optarg;
			break;
		case OPT_DRY_RUN:
			o->import.dry_run = true;
			break;
		case OPT_SKIP_BAD:
			o->import.skip_bad = true;
			break;
		case OPT_SCOPE:
			o->token.scopes = optarg;
			break;
		case OPT_DAYS:
			ok = number(optarg, 1, TOKEN_DAYS_MAX, &n);
			o->token.days = (uint32_t)n;
			break;
		case OPT_REASON:
			o->erase.reason = optarg;
			break;
		case OPT_RETIRE:
			o->erase.retire = true;
			break;
		case OPT_PERSON:
			o->audit.person = optarg;
			break;
		case OPT_BY:
			o->audit.by = optarg;
			break;
		case OPT_WHAT:
			o->audit.what = optarg;
			break;
		case OPT_UNTIL:
			o->audit.until = optarg;
			break;
		case OPT_KEY_FILE:
			o->audit.key_file = optarg;
			break;
		case OPT_PUBLIC_KEY:
			o->audit.public_key = optarg;
			break;
		case OPT_ANCHORS:
			o->audit.anchors = optarg;
			break;
		case OPT_FILE:
			o->audit.file = optarg;
			break;
		case OPT_WORDS:
			o->audit.words = true;
			break;
		case 'j':
			o->json = true;
			break;
		case 'H':
			ok = number(optarg, 1, 1000000, &n);
			o->demo.homes = (uint32_t)n;
			break;
		case 'd':
			ok = number(optarg, 0, 12, &n);
			o->demo.on_duty = (uint32_t)n;
			break;
		case 's':
			o->since = optarg;
			break;
		case 'f':
			ok = number(optarg, 0, UINT64_MAX, &o->from);
			break;
		case 'C':
			ok = number(optarg, 1, 1000000, &n);
			o->count = (uint32_t)n;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_FINE);
		default:
			return false;
		}
		if (!ok) {
			fprintf(stderr, "pinganctl: \"%s\" is not a number in range\n", optarg);
			return false;
		}
	}
	return true;
}

/* True if the first word, behind nothing but where the cell is, is this one: a group that reads its options itself. */
static bool group_is(int argc, char **argv, const char *word)
{
	int at = 1;

	while (at < argc && (strncmp(argv[at], "--config", 8) == 0 || strncmp(argv[at], "--redis", 7) == 0 ||
	                     strncmp(argv[at], "--cell", 6) == 0))
		at += strchr(argv[at], '=') != NULL ? 1 : 2;
	return at < argc && strcmp(argv[at], word) == 0;
}

int main(int argc, char **argv)
{
	struct options o = {.demo = {.homes = 200}, .from = 1, .minutes = 30};
	const struct command *command = NULL;
	struct cell cell;
	int failed;

	if (group_is(argc, argv, "roster"))
		return roster_main(argc, argv);
	if (group_is(argc, argv, "paper"))
		return paper_main(argc, argv);
	if (!options_read(argc, argv, &o))
		return EXIT_USAGE;
	command = command_find(argc - optind, argv + optind);
	if (command != NULL) {
		o.arg_count = command->args >= MORE ? argc - optind - 2 : command->args;
		o.args = argv + argc - o.arg_count;
		o.command = command->name;
	}
	if (command == NULL) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (o.config == NULL && o.redis == NULL) {
		fprintf(stderr, "pinganctl: say where the cell is: --config FILE or --redis SOCKET\n");
		return EXIT_USAGE;
	}
	if (sodium_init() < 0 || !cell_open(&cell, o.config, o.redis, o.cell))
		return EXIT_FAILED;
	failed = command->run(&cell, &o);
	cell_close(&cell);
	return failed ? EXIT_FAILED : EXIT_FINE;
}
