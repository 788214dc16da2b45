#include "command.h"

/* As troff wants it: a dash that can be copied, no line that begins with a request. */
static void plain(FILE *to, const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at == '\\')
			fputs("\\e", to);
		else if (*at == '-')
			fputs("\\-", to);
		else if (*at == '"')
			fputs("\\(dq", to);
		else if ((*at == '.' || *at == '\'') && (at == text || at[-1] == '\n'))
			fprintf(to, "\\&%c", *at);
		else
			fputc(*at, to);
}

static void option_write(FILE *to, const struct option_row *row)
{
	fputs(".TP\n\\fB\\-\\-", to);
	plain(to, row->name);
	fputs("\\fR", to);
	if (row->arg != NULL) {
		fputs(" \\fI", to);
		plain(to, row->arg);
		fputs("\\fR", to);
	}
	fputs("\n", to);
	plain(to, row->help);
	fputs("\n", to);
}

static void options_names(FILE *to, const char *names)
{
	for (const char *at = names; *at != '\0';) {
		int len = (int)strcspn(at, " ");
		char name[64];

		snprintf(name, sizeof name, " [--%.*s]", len, at);
		plain(to, name);
		at += len + (at[len] == ' ');
	}
}

static void command_write(FILE *to, const struct command *c)
{
	fputs(".TP\n\\fBpinganctl ", to);
	plain(to, c->name);
	fputs("\\fR", to);
	if (c->args[0] != '\0') {
		fputs(" \\fI", to);
		plain(to, c->args);
		fputs("\\fR", to);
	}
	options_names(to, c->options);
	fputs("\n", to);
	plain(to, c->help);
	fputs("\n.RS\n", to);
	for (const char *at = c->examples; *at != '\0';) {
		size_t len = strcspn(at, "\n");
		char line[512];

		snprintf(line, sizeof line, "$ pinganctl %.*s", (int)len, at);
		fputs(".PP\n.nf\n", to);
		plain(to, line);
		fputs("\n.fi\n", to);
		at += len + (at[len] == '\n');
	}
	fputs(".RE\n", to);
}

void man_write(FILE *to)
{
	fputs(".\\\" Made by: pinganctl man > docs/pinganctl.1\n"
	      ".TH PINGANCTL 1 \"\" \"Ping An Tong dispatch\" \"Administrators' commands\"\n"
	      ".SH NAME\npinganctl \\- looks after a cell of Ping An Tong dispatch\n"
	      ".SH SYNOPSIS\n\\fBpinganctl\\fR [\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n"
	      ".SH DESCRIPTION\n"
	      "What an administrator does with a cell: homes and people, devices, rosters, who may do what, who did what.\n"
	      "Changes go through the same commit and log as those of the screens, and stand in the audit chain under the\n"
	      "name of the system's user, \\fIctl:USER\\fR.\n"
	      "Most commands want to be told where the cell is, by \\fB\\-\\-config\\fR or \\fB\\-\\-redis\\fR;\n"
	      "the examples leave it out.\n"
	      ".SH OPTIONS OF EVERY COMMAND\n",
	      to);
	for (size_t i = 0; i < WHERE_OPTION_COUNT; i++)
		option_write(to, &WHERE_OPTIONS[i]);
	fputs(".SH COMMANDS\n", to);
	for (size_t g = 0; g < COMMAND_GROUP_COUNT; g++) {
		fputs(".SS ", to);
		plain(to, COMMAND_GROUPS[g]->title);
		fputs("\n", to);
		if (COMMAND_GROUPS[g]->about != NULL) {
			plain(to, COMMAND_GROUPS[g]->about);
			fputs("\n", to);
		}
		for (size_t i = 0; i < COMMAND_GROUPS[g]->command_count; i++)
			command_write(to, &COMMAND_GROUPS[g]->commands[i]);
		if (COMMAND_GROUPS[g]->option_count != 0)
			fputs(".PP\nTheir options:\n", to);
		for (size_t i = 0; i < COMMAND_GROUPS[g]->option_count; i++)
			option_write(to, &COMMAND_GROUPS[g]->options[i]);
	}
	fputs(".SH EXIT STATUS\n0 done, 1 failed, 2 not understood.\n"
	      ".SH SEE ALSO\n\\fBpingand\\fR(8), docs/OPERATING.md\n",
	      to);
}
