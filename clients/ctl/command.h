/* command.h - the commands of pinganctl as tables: what is typed, what it does, its options, examples.
 *
 * Owns:   the list of groups; each stands in a file of its own (group_*.c) with its commands, options and examples.
 * Result: the parser, `help`, the completions and the man page are made from these tables and cannot say anything else.
 * Bounds: COMMAND_WORDS_MAX words of a command's name, OPTIONS_TYPED_MAX options in one line.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdio.h>

#include "options.h"

enum exit_code { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { COMMAND_WORDS_MAX = 3, OPTIONS_TYPED_MAX = 64, OPTIONS_MAX = 128 };

#define EXAMPLE_WHERE "pinganctl --config /etc/pingan/pingand.yaml "

enum option_kind { OPTION_TEXT, OPTION_FLAG, OPTION_U32, OPTION_U64 };

struct option_row {
	const char *name;    /* without its dashes */
	const char *arg;     /* NULL = it takes none; FILE, SOCKET: a path */
	const char *choices; /* what it may be, parted by blanks, for the completions; NULL = anything */
	enum option_kind kind;
	size_t offset; /* in struct options */
	uint64_t min, max;
	const char *help;
};

#define TEXT(field) OPTION_TEXT, offsetof(struct options, field), 0, 0
#define FLAG(field) OPTION_FLAG, offsetof(struct options, field), 0, 0
#define U32(field, min, max) OPTION_U32, offsetof(struct options, field), min, max
#define U64(field, min, max) OPTION_U64, offsetof(struct options, field), min, max

#define JSON_ROW                                                          \
	{                                                                     \
		"json", NULL, NULL, FLAG(json), "one object a line, for programs" \
	}

enum needs {
	NEEDS_CELL,   /* Redis, opened before it runs */
	NEEDS_CONFIG, /* --config or --redis; it opens what it needs itself, `cell` is NULL */
	NEEDS_NOTHING,
};

struct command {
	const char *name;
	const char *args; /* "" = none; the last ends with "..." when more may follow; [all of them]: or none */
	const char *help;
	const char *options; /* of its group's table, parted by blanks */
	int (*run)(struct cell *cell, const struct options *o);
	const char *examples; /* lines, each what follows EXAMPLE_WHERE */
	enum needs needs;
};

struct group {
	const char *title;
	const char *about; /* a paragraph; NULL = nothing to say that holds for all of them */
	const struct command *commands;
	size_t command_count;
	const struct option_row *options;
	size_t option_count;
};

extern const struct group GROUP_CELL, GROUP_DEVICE, GROUP_USER, GROUP_TOKEN, GROUP_TABLE, GROUP_RECORD, GROUP_PRIVACY,
	GROUP_AUDIT, GROUP_ROSTER, GROUP_PAPER, GROUP_DOCTOR, GROUP_UPGRADE, GROUP_SELF;
extern const struct group *const COMMAND_GROUPS[];
extern const size_t COMMAND_GROUP_COUNT;
/* --config, --redis, --cell, --help: of every command. */
extern const struct option_row WHERE_OPTIONS[];
extern const size_t WHERE_OPTION_COUNT;

/* How many arguments its `args` names; `ret_more`: others may follow. */
int command_args(const struct command *c, bool *ret_more);
/* True if the list of names parted by blanks has it. */
bool names_have(const char *names, const char *name);
/* The command that these words begin with; NULL = none. */
const struct command *command_by_words(int words, char *const *word, const struct group **ret_group);
const struct option_row *command_option(const struct group *g, const struct command *c, const char *name);

/* Reads the command line. NULL, with one line on standard error, when it was not understood, or with o->help when help was
 * all that was asked, and given. */
const struct command *command_read(int argc, char **argv, struct options *o, const struct group **ret_group) MUST_USE;

/* Says on standard error that it was not said where the cell is. */
void command_where(void);

/* ---- help.c ---- */
void help_all(FILE *to);
void help_command(FILE *to, const struct group *g, const struct command *c);
/* Of a word, two words or nothing: one command, those that begin so, or all. False if there is none. */
bool help_words(FILE *to, int words, char *const *word);

/* ---- completion.c, man.c ---- */
void completion_bash(FILE *to);
void completion_zsh(FILE *to);
void man_write(FILE *to);

#endif
