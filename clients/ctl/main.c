/* pinganctl - the administrators' command line. */
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "command.h"
#include "out.h"

/* Homes, keys and new passwords pass through: no core of it on any disk, and nobody else's debugger in it. */
static bool keep_in_memory(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static int run(int argc, char **argv)
{
	struct options o = {.demo = {.homes = 200}, .from = 1, .minutes = 30, .roster = {.need = ROSTER_NEED_UNSAID}};
	const struct group *group = NULL;
	const struct command *command = command_read(argc, argv, &o, &group);
	struct cell cell;
	int failed;

	if (command == NULL)
		return o.help ? EXIT_FINE : EXIT_USAGE;
	if (command->needs != NEEDS_NOTHING && o.config == NULL && o.redis == NULL) {
		command_where();
		return EXIT_USAGE;
	}
	if (!keep_in_memory() || sodium_init() < 0)
		return EXIT_FAILED;
	if (command->needs != NEEDS_CELL)
		return command->run(NULL, &o);
	if (!cell_open(&cell, o.config, o.redis, o.cell))
		return EXIT_FAILED;
	failed = command->run(&cell, &o);
	cell_close(&cell);
	return failed ? EXIT_FAILED : EXIT_FINE;
}

int main(int argc, char **argv)
{
	out_begin();
	return out_end(run(argc, argv));
}
