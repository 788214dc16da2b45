/* redis_server.h - a private Redis for one test, set up as in config/redis.conf: Unix socket in a directory of its own,
 * every write synced.
 *
 * Owns:   the process (it dies with the test, whatever happens) and the directory.
 * Bounds: waits at most 2 min for the server to answer; then the test fails.
 */
#ifndef SUPPORT_REDIS_SERVER_H
#define SUPPORT_REDIS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct redis_server {
	char dir[64];        /* "/tmp/pingan-test-XXXXXX" */
	char socket[96];
	pid_t pid;           /* 0 = not running */
	char args[8][96];    /* more for the command line, also after a restart */
	size_t arg_count;
};

/* Starts it on an empty directory and waits until it answers. `args`: more words for the command line, NULL at the end;
 * may itself be NULL. */
void redis_server_start(struct redis_server *s, const char *const *args);
/* SIGKILL and reaped. */
void redis_server_kill(struct redis_server *s);
/* Again, on what lies in the directory. */
void redis_server_restart(struct redis_server *s);
/* SIGSTOP, SIGCONT. */
void redis_server_freeze(struct redis_server *s, bool frozen);
/* Keeps a copy of the data as it is now; goes back to it (killing and restarting). No write may be on its way. */
void redis_server_keep(struct redis_server *s);
void redis_server_go_back(struct redis_server *s);
/* Ends it and removes the directory. */
void redis_server_end(struct redis_server *s);

#endif
