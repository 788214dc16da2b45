#include "command.h"

#define HELP_WIDTH 100

static void option_line(FILE *to, const struct option_row *row)
{
	char left[48];

	snprintf(left, sizeof left, "--%s%s%s", row->name, row->arg == NULL ? "" : " ", row->arg == NULL ? "" : row->arg);
	fprintf(to, "  %-18s %s\n", left, row->help);
}

/* In lines of a screen's width. */
static void paragraph(FILE *to, const char *text)
{
	size_t column = 0;

	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (column != 0 && column + 1 + len > HELP_WIDTH) {
			fputc('\n', to);
			column = 0;
		}
		column += (size_t)fprintf(to, "%s%.*s", column == 0 ? "" : " ", (int)len, at);
		at += len + (at[len] == ' ');
	}
	fputc('\n', to);
}

static void command_line(FILE *to, const struct command *c)
{
	char left[64];

	snprintf(left, sizeof left, "%s%s%s", c->name, c->args[0] == '\0' ? "" : " ", c->args);
	fprintf(to, "  %-34s %s\n", left, c->help);
}

void help_all(FILE *to)
{
	fputs("pinganctl [OPTION]... COMMAND [OPTION]...\n", to);
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++) {
		fprintf(to, "\n%s:\n", COMMAND_GROUPS[g]->title);
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++)
			command_line(to, &COMMAND_GROUPS[g]->commands[i]);
	}
	fputs("\nOf every command:\n", to);
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		option_line(to, &WHERE_OPTIONS[i]);
	fputs("\npinganctl help COMMAND shows its options, with examples.\n"
	      "Exit: 0 done, 1 failed, 2 not understood.\n",
	      to);
}

void help_command(FILE *to, const struct group *g, const struct command *c)
{
	bool any = false;

	fprintf(to, "pinganctl %s%s%s%s\n\n%s\n", c->name, c->args[0] == '\0' ? "" : " ", c->args,
	        c->options[0] == '\0' ? "" : " [OPTION]...", c->help);
	if (g->about != NULL) {
		fputc('\n', to);
		paragraph(to, g->about);
	}
	for (size_t i = 0; i < g->option_count; i++)
		if (names_have(c->options, g->options[i].name)) {
			fputs(any ? "" : "\nOptions:\n", to);
			any = true;
			option_line(to, &g->options[i]);
		}
	fputs("\nExamples:\n", to);
	for (const char *at = c->examples; *at != '\0';) {
		size_t len = strcspn(at, "\n");

		fprintf(to, "  %s%.*s\n", c->needs == NEEDS_NOTHING ? "pinganctl " : EXAMPLE_WHERE, (int)len, at);
		at += len + (at[len] == '\n');
	}
}

/* Those of a group of words: `help user`. */
static bool help_first_word(FILE *to, const char *word)
{
	size_t len = strlen(word);
	bool any = false;

	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++)
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++) {
			const struct command *c = &COMMAND_GROUPS[g]->commands[i];

			if (strncmp(c->name, word, len) != 0 || (c->name[len] != ' ' && c->name[len] != '\0'))
				continue;
			any = true;
			command_line(to, c);
		}
	if (any)
		fprintf(to, "\npinganctl help %s ... shows the options of one, with examples.\n", word);
	return any;
}

bool help_words(FILE *to, int words, char *const *word)
{
	const struct group *g = NULL;
	const struct command *c = command_by_words(words, word, &g);

	if (words == 0)
		help_all(to);
	else if (c != NULL)
		help_command(to, g, c);
	else
		return help_first_word(to, word[0]);
	return true;
}
