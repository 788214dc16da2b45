#include "support/redis_server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"

#define READY_TRIES 12000 /* 10 ms apart: a test that hangs ends, one on a slow disk goes on */

/* Where the sources are: as ctest says, else where this file was built from. */
static void source_dir(char *ret, size_t size)
{
	const char *told = getenv("PINGAN_SOURCE_DIR");
	const char *here = strstr(__FILE__, "/tests/support/");

	if (told != NULL)
		snprintf(ret, size, "%s", told);
	else
		snprintf(ret, size, "%.*s", here != NULL ? (int)(here - __FILE__) : 1, here != NULL ? __FILE__ : ".");
}

static void run(const char *const *argv)
{
	pid_t pid = fork();
	int status;

	ENSURE(pid >= 0);
	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	ENSURE(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool answers(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = 2};
	char reply[8] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	ENSURE(fd >= 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	/* An error that AUTH is wanted is an answer too; one that it is still loading is not. */
	ok = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && write(fd, "PING\r\n", 6) == 6 &&
	     read(fd, reply, sizeof reply - 1) > 0 &&
	     (strncmp(reply, "+PONG", 5) == 0 || strncmp(reply, "-NOAUTH", 7) == 0);
	close(fd);
	return ok;
}

static void wait_ready(struct redis_server *s)
{
	for (int i = 0; i < READY_TRIES; i++) {
		struct timespec pause = {.tv_nsec = 10000000};

		if (answers(s->socket))
			return;
		ENSURE(waitpid(s->pid, NULL, WNOHANG) == 0); /* it has not died meanwhile */
		nanosleep(&pause, NULL);
	}
	fprintf(stderr, "redis-server in %s does not answer\n", s->dir);
	abort();
}

void redis_server_restart(struct redis_server *s)
{
	char source[400], config[512], log[96];
	const char *argv[24] = {"redis-server", config, "--dir", s->dir, "--unixsocket", s->socket, "--logfile", log};
	size_t argc = 8;
	pid_t parent = getpid();

	ENSURE(s->pid == 0);
	source_dir(source, sizeof source);
	snprintf(config, sizeof config, "%s/config/redis.conf", source);
	snprintf(log, sizeof log, "%s/redis.log", s->dir);
	for (size_t i = 0; i < s->arg_count; i++)
		argv[argc++] = s->args[i];
	s->pid = fork();
	ENSURE(s->pid >= 0);
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	wait_ready(s);
}

void redis_server_start(struct redis_server *s, const char *const *args)
{
	memset(s, 0, sizeof *s);
	snprintf(s->dir, sizeof s->dir, "/tmp/pingan-test-XXXXXX");
	ENSURE(mkdtemp(s->dir) != NULL);
	snprintf(s->socket, sizeof s->socket, "%s/redis.sock", s->dir);
	for (; args != NULL && args[s->arg_count] != NULL; s->arg_count++) {
		ENSURE(s->arg_count < sizeof s->args / sizeof s->args[0]);
		snprintf(s->args[s->arg_count], sizeof s->args[0], "%s", args[s->arg_count]);
	}
	redis_server_restart(s);
}

void redis_server_kill(struct redis_server *s)
{
	if (s->pid == 0)
		return;
	ENSURE(kill(s->pid, SIGKILL) == 0);
	ENSURE(waitpid(s->pid, NULL, 0) == s->pid);
	s->pid = 0;
}

void redis_server_freeze(struct redis_server *s, bool frozen)
{
	ENSURE(kill(s->pid, frozen ? SIGSTOP : SIGCONT) == 0);
}

static void copy(const char *from, const char *to)
{
	run((const char *const[]){"rm", "-rf", to, NULL});
	run((const char *const[]){"cp", "-a", from, to, NULL});
}

void redis_server_keep(struct redis_server *s)
{
	char data[96], kept[96];

	snprintf(data, sizeof data, "%s/appendonlydir", s->dir);
	snprintf(kept, sizeof kept, "%s/kept", s->dir);
	copy(data, kept);
}

void redis_server_go_back(struct redis_server *s)
{
	char data[96], kept[96];

	redis_server_kill(s);
	snprintf(data, sizeof data, "%s/appendonlydir", s->dir);
	snprintf(kept, sizeof kept, "%s/kept", s->dir);
	copy(kept, data);
	redis_server_restart(s);
}

void redis_server_end(struct redis_server *s)
{
	redis_server_kill(s);
	if (s->dir[0] != '\0')
		run((const char *const[]){"rm", "-rf", s->dir, NULL});
	s->dir[0] = '\0';
}
