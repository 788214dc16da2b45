/* main.c - pingan-sim: simulated homes, panels, watches and vendors' clouds. */
#include <string.h>

#include "sim.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} COMMANDS[] = {
	{"homes", cmd_homes, "simulated homes that connect, beat, and press when asked"},
	{"press", cmd_press, "presses the button of a home and prints each step that the home hears"},
	{"dc09", cmd_dc09, "sends one SIA DC-09 message and prints the reply"},
	{"watch", cmd_watch, "sends one message of an elder watch and prints the reply"},
	{"webhook", cmd_webhook, "sends messages of a vendor's cloud over HTTP and prints the answers"},
};

static int usage(FILE *to)
{
	fputs("usage: pingan-sim COMMAND [OPTION]...\n\n", to);
	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
		fprintf(to, "  %-8s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	fputs("\npingan-sim COMMAND --help says more. Everything it plays is invented; never point it at a real centre.\n",
	      to);
	return to == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "--version") == 0) {
		puts("pingan-sim " PINGAN_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(argc - 1, argv + 1);
	fprintf(stderr, "pingan-sim: no such command: %s\n\n", argv[1]);
	return usage(stderr);
}
