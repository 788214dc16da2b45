#include "command.h"

#include <getopt.h>
#include <stdlib.h>

const struct option_row WHERE_OPTIONS[] = {
	{"config", "FILE", NULL, TEXT(config), "the daemon's configuration"},
	{"redis", "SOCKET", NULL, TEXT(redis), "Redis' Unix socket, instead of --config"},
	{"cell", "NAME", NULL, TEXT(cell), "name of the cell (pa)"},
	{"help", NULL, NULL, FLAG(help), "what a command does, its options, examples"},
};
const size_t WHERE_OPTION_COUNT = COUNT_OF(WHERE_OPTIONS);

const struct group *const COMMAND_GROUPS[] = {
	&GROUP_CELL,    &GROUP_RECORD, &GROUP_TABLE, &GROUP_DEVICE, &GROUP_USER,    &GROUP_TOKEN, &GROUP_ROSTER,
	&GROUP_PRIVACY, &GROUP_AUDIT,  &GROUP_PAPER, &GROUP_DOCTOR, &GROUP_UPGRADE, &GROUP_SELF};
const size_t COMMAND_GROUP_COUNT = COUNT_OF(COMMAND_GROUPS);

int command_args(const struct command *c, bool *ret_more)
{
	int count = c->args[0] != '\0';

	for (const char *at = c->args; *at != '\0'; at++)
		count += *at == ' ';
	*ret_more = strstr(c->args, "...") != NULL;
	return c->args[0] == '[' ? 0 : count;
}

/* [A B]: none, or up to as many. */
static bool command_takes(const struct command *c, int count)
{
	bool more;
	int least = command_args(c, &more), most = least;

	if (c->args[0] == '[') {
		most = 1;
		for (const char *at = c->args; *at != '\0'; at++)
			most += *at == ' ';
	}
	return count >= least && (more || count <= most);
}

bool names_have(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; (at = strstr(at, name)) != NULL; at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static bool begins(const char *name, int words, char *const *word)
{
	for (int i = 0; i < words && *name != '\0'; i++) {
		size_t len = strlen(word[i]);

		if (strncmp(name, word[i], len) != 0 || (name[len] != ' ' && name[len] != '\0'))
			return false;
		name += len + (name[len] == ' ');
	}
	return *name == '\0';
}

const struct command *command_by_words(int words, char *const *word, const struct group **ret_group)
{
	const struct command *best = NULL;

	/* The longest wins: `import` and `device import` are two. */
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++) {
			const struct command *c = &COMMAND_GROUPS[g]->commands[i];

			if (begins(c->name, words, word) && (best == NULL || strlen(c->name) > strlen(best->name))) {
				best = c;
				*ret_group = COMMAND_GROUPS[g];
			}
		}
	return best;
}

const struct option_row *command_option(const struct group *g, const struct command *c, const char *name)
{
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		if (strcmp(WHERE_OPTIONS[i].name, name) == 0)
			return &WHERE_OPTIONS[i];
	for (size_t i = 0; names_have(c->options, name) && i < g->option_count; i++)
		if (strcmp(g->options[i].name, name) == 0)
			return &g->options[i];
	return NULL;
}

void command_where(void)
{
	fprintf(stderr,
	        "pinganctl: say where the cell is: --config FILE (/etc/pingan/pingand.yaml on a machine of the cell) or "
	        "--redis SOCKET\n");
}

/* ------------------------------------------------------------ the command line */

static void list_add(struct option *list, int *count, const struct option_row *row)
{
	int has = row->arg == NULL ? no_argument : required_argument;

	for (int i = 0; i < *count; i++)
		if (strcmp(list[i].name, row->name) == 0) {
			ENSURE(list[i].has_arg == has); /* an option takes an argument in all groups or in none */
			return;
		}
	ENSURE(*count < OPTIONS_MAX);
	list[*count] = (struct option){row->name, has, NULL, 256 + *count};
	++*count;
}

static bool number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end;

	*ret = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *ret >= min && *ret <= max;
}

static bool option_put(struct options *o, const struct option_row *row, const char *value)
{
	char *field = (char *)o + row->offset;
	uint64_t n = 0;
	uint32_t small;

	switch (row->kind) {
	case OPTION_TEXT:
		memcpy(field, &value, sizeof(const char *));
		return true;
	case OPTION_FLAG:
		*field = true;
		return true;
	case OPTION_U32:
	case OPTION_U64:
		break;
	}
	if (!number(value, row->min, row->max, &n)) {
		fprintf(stderr, "pinganctl: --%s: \"%s\" is not a number in range\n", row->name, value);
		return false;
	}
	small = (uint32_t)n;
	if (row->kind == OPTION_U32)
		memcpy(field, &small, sizeof small);
	else
		memcpy(field, &n, sizeof n);
	return true;
}

struct typed {
	const char *name, *value;
};

static bool typed_read(int argc, char **argv, struct typed *typed, int *ret_count)
{
	struct option list[OPTIONS_MAX + 1] = {{0}};
	int count = 0, c;

	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		list_add(list, &count, &WHERE_OPTIONS[i]);
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->option_count; i++)
			list_add(list, &count, &COMMAND_GROUPS[g]->options[i]);
	list[count] = (struct option){NULL, 0, NULL, 0};
	*ret_count = 0;
	while ((c = getopt_long(argc, argv, "h", list, NULL)) != -1) {
		if (c == '?' || *ret_count == OPTIONS_TYPED_MAX)
			return false;
		typed[(*ret_count)++] = (struct typed){c == 'h' ? "help" : list[c - 256].name, optarg};
	}
	return true;
}

static bool says_help(const struct typed *typed, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(typed[i].name, "help") == 0)
			return true;
	return false;
}

/* Options of a command that is there, and as many arguments as it takes. */
static bool command_fill(const struct group *g, const struct command *c, const struct typed *typed, int count,
                         struct options *o)
{
	for (int i = 0; i < count; i++) {
		const struct option_row *row = command_option(g, c, typed[i].name);

		if (row == NULL) {
			fprintf(stderr, "pinganctl: %s takes no --%s (pinganctl help %s)\n", c->name, typed[i].name, c->name);
			return false;
		}
		if (!option_put(o, row, typed[i].value))
			return false;
	}
	if (command_takes(c, o->arg_count))
		return true;
	fprintf(stderr, "pinganctl: usage: pinganctl %s%s%s (pinganctl help %s)\n", c->name, c->args[0] == '\0' ? "" : " ",
	        c->args, c->name);
	return false;
}

const struct command *command_read(int argc, char **argv, struct options *o, const struct group **ret_group)
{
	struct typed typed[OPTIONS_TYPED_MAX];
	const struct command *c;
	int count, words, own = 1;

	if (!typed_read(argc, argv, typed, &count)) {
		fprintf(stderr, "pinganctl: pinganctl help says what there is\n");
		return NULL;
	}
	words = argc - optind;
	if (says_help(typed, count)) {
		o->help = help_words(stdout, words, argv + optind);
		if (o->help)
			return NULL;
		fprintf(stderr, "pinganctl: no such command: %s\n", argv[optind]);
		return NULL;
	}
	c = command_by_words(words, argv + optind, ret_group);
	if (c == NULL) {
		if (words == 0 || !help_words(stderr, 1, argv + optind))
			help_all(stderr);
		return NULL;
	}
	for (const char *at = c->name; *at != '\0'; at++)
		own += *at == ' ';
	o->command = c->name;
	o->args = argv + optind + own;
	o->arg_count = words - own;
	return command_fill(*ret_group, c, typed, count, o) ? c : NULL;
}
