#include "command.h"

/* Words of a list parted by blanks. */
static void choices_of(FILE *to, const char *arg, const char *choices)
{
	if (choices != NULL)
		fprintf(to, "COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))", choices);
	else if (strcmp(arg, "FILE") == 0 || strcmp(arg, "SOCKET") == 0)
		fputs("COMPREPLY=($(compgen -f -- \"$cur\"))", to);
	else
		fputs(":", to);
}

static const char *argument_choices(const char *arg)
{
	if (strncmp(arg, "TABLE", 5) == 0)
		return "areas stations people homes residents contacts devices";
	if (strncmp(arg, "SHELL", 5) == 0)
		return "bash zsh";
	return NULL;
}

typedef void (*option_fn)(FILE *to, const struct option_row *row);

static bool said_before(const char *name, size_t group, size_t at)
{
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		if (strcmp(WHERE_OPTIONS[i].name, name) == 0)
			return true;
	for (size_t g = 0; g <= group; g++)
		for (size_t i = 0; i < (g == group ? at : COMMAND_GROUPS[g]->option_count); i++)
			if (strcmp(COMMAND_GROUPS[g]->options[i].name, name) == 0)
				return true;
	return false;
}

/* Each name once. */
static void each_option(FILE *to, option_fn fn)
{
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		fn(to, &WHERE_OPTIONS[i]);
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->option_count; i++)
			if (!said_before(COMMAND_GROUPS[g]->options[i].name, g, i))
				fn(to, &COMMAND_GROUPS[g]->options[i]);
}

static void with_argument(FILE *to, const struct option_row *row)
{
	if (row->arg != NULL)
		fprintf(to, "|--%s", row->name);
}

/* A pattern of every option that takes an argument; the first branch matches nothing. */
static void options_with_arguments(FILE *to)
{
	fputs("--//", to);
	each_option(to, with_argument);
}

/* True if no command before this one begins with the same words; `longer`: and goes on behind them. */
static bool first_of_its_kind(size_t group, size_t at, size_t len, bool longer)
{
	const char *name = COMMAND_GROUPS[group]->commands[at].name;

	for (size_t g = 0; g <= group; g++)
		for (size_t i = 0; i < (g == group ? at : COMMAND_GROUPS[g]->command_count); i++) {
			const char *other = COMMAND_GROUPS[g]->commands[i].name;

			if (strncmp(other, name, len) == 0 && ((other[len] == '\0' && !longer) || other[len] == ' '))
				return false;
		}
	return true;
}

/* What may follow these words. */
static void next_words(FILE *to, const char *prefix, size_t len)
{
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++) {
			const char *name = COMMAND_GROUPS[g]->commands[i].name;
			size_t word;

			if (strncmp(name, prefix, len) != 0 || (len != 0 && name[len] != ' '))
				continue;
			word = len == 0 ? 0 : len + 1;
			word += strcspn(name + word, " ");
			if (first_of_its_kind(g, i, word, false))
				fprintf(to, " %.*s", (int)(word - (len == 0 ? 0 : len + 1)), name + (len == 0 ? 0 : len + 1));
		}
}

/* One branch for every beginning of a command's name. */
static void branches_of_words(FILE *to)
{
	fputs("\t\"\") COMPREPLY=($(compgen -W \"", to);
	next_words(to, "", 0);
	fputs("\" -- \"$cur\")) ;;\n", to);
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++) {
			const char *name = COMMAND_GROUPS[g]->commands[i].name;

			for (size_t len = strcspn(name, " "); name[len] != '\0'; len += 1 + strcspn(name + len + 1, " ")) {
				if (!first_of_its_kind(g, i, len, true))
					continue;
				fprintf(to, "\t\" %.*s\") COMPREPLY=($(compgen -W \"", (int)len, name);
				next_words(to, name, len);
				fputs("\" -- \"$cur\")) ;;\n", to);
			}
		}
}

/* What its arguments may be: a table, a file. */
static void branches_of_arguments(FILE *to, const struct command *c)
{
	const char *arg = c->args;

	for (int nth = 0; *arg != '\0'; nth++) {
		size_t len = strcspn(arg, " ");
		const char *choices = argument_choices(arg);

		if (choices != NULL || strncmp(arg, "FILE", len) == 0) {
			fprintf(to, "\t\" %s%s) ", c->name, nth == 0 ? "\"" : " \"*");
			choices_of(to, "FILE", choices);
			fputs(" ;;\n", to);
		}
		arg += len + (arg[len] == ' ');
	}
}

static void options_of(FILE *to, const struct command *c)
{
	fputs(c->options, to);
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		fprintf(to, " %s", WHERE_OPTIONS[i].name);
}

static void branch_of_options(FILE *to, const struct command *c)
{
	fprintf(to, "\t\" %s\"|\" %s \"*) options=\"", c->name, c->name);
	options_of(to, c);
	fputs("\" ;;\n", to);
}

static void each_command(FILE *to, void (*fn)(FILE *to, const struct command *c))
{
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++)
			fn(to, &COMMAND_GROUPS[g]->commands[i]);
}

static void branch_of_value(FILE *to, const struct option_row *row)
{
	if (row->arg == NULL)
		return;
	fprintf(to, "\t--%s) ", row->name);
	choices_of(to, row->arg, row->choices);
	fputs("; return ;;\n", to);
}

void completion_bash(FILE *to)
{
	fputs("# Completion of pinganctl for bash; made by: pinganctl completion bash\n"
	      "_pinganctl_words()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= options= i\n"
	      "\tCOMPREPLY=()\n"
	      "\tcase $prev in\n",
	      to);
	each_option(to, branch_of_value);
	fputs("\tesac\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n\t\t",
	      to);
	options_with_arguments(to);
	fputs(") ((i++)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) words+=\" ${COMP_WORDS[i]}\" ;;\n"
	      "\t\tesac\n\tdone\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tcase $words in\n",
	      to);
	each_command(to, branch_of_options);
	fputs("\t\t*) options=\"", to);
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		fprintf(to, "%s%s", i == 0 ? "" : " ", WHERE_OPTIONS[i].name);
	fputs("\" ;;\n\t\tesac\n"
	      "\t\tCOMPREPLY=($(compgen -P -- -W \"$options\" -- \"${cur#--}\"))\n"
	      "\t\treturn\n\tfi\n"
	      "\tcase $words in\n",
	      to);
	branches_of_words(to);
	each_command(to, branches_of_arguments);
	fputs("\tesac\n}\ncomplete -F _pinganctl_words pinganctl\n", to);
}

void completion_zsh(FILE *to)
{
	/* zsh runs the completions of bash; so both can only say the same. */
	fputs("#compdef pinganctl\n"
	      "# Completion of pinganctl for zsh; made by: pinganctl completion zsh\n"
	      "autoload -U +X bashcompinit && bashcompinit\n",
	      to);
	completion_bash(to);
	fputs("_bash_complete -F _pinganctl_words\n", to);
}
