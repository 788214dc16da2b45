#include "command.h"

static int do_help(struct cell *cell, const struct options *o)
{
	(void)cell;
	if (help_words(stdout, o->arg_count, o->args))
		return EXIT_FINE;
	fprintf(stderr, "pinganctl: no such command: %s\n", o->args[0]);
	return EXIT_USAGE;
}

static int do_completion(struct cell *cell, const struct options *o)
{
	(void)cell;
	if (strcmp(o->args[0], "bash") == 0)
		completion_bash(stdout);
	else if (strcmp(o->args[0], "zsh") == 0)
		completion_zsh(stdout);
	else {
		fprintf(stderr, "pinganctl: completion is there for bash and zsh, not for %s\n", o->args[0]);
		return EXIT_USAGE;
	}
	return EXIT_FINE;
}

static int do_man(struct cell *cell, const struct options *o)
{
	(void)cell;
	(void)o;
	man_write(stdout);
	return EXIT_FINE;
}

static const struct command COMMANDS[] = {
	{"help", "[COMMAND...]", "what a command does, its options, examples", "", do_help,
     "help\n"
     "help user\n"
     "help import",
     NEEDS_NOTHING},
	{"completion", "SHELL", "what bash or zsh needs to complete commands and options", "", do_completion,
     "completion bash > /etc/bash_completion.d/pinganctl\n"
     "completion zsh > /usr/share/zsh/site-functions/_pinganctl",
     NEEDS_NOTHING},
	{"man", "", "this as a manual page", "", do_man, "man > pinganctl.1", NEEDS_NOTHING},
};

const struct group GROUP_SELF = {"Of pinganctl itself", NULL, COMMANDS, COUNT_OF(COMMANDS), NULL, 0};
