/* notify.c - plays systemd's part for one service: a notification socket and a watchdog.
 *
 * usage: notify WATCHDOG_USEC COMMAND [ARG]...
 *
 * Owns:   the socket, and the child: our end is the child's end, a SIGTERM to us is passed on.
 * Result: each notification as lines on standard output, behind "notify "; at the end
 *         "exit N" or "signal N". Exits 0 when the child exited 0.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/notify.XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void remove_socket(void)
{
	(void)unlink(address.sun_path);
	(void)rmdir(folder);
}

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || mkdtemp(folder) == NULL)
		fail("socket");
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		fail("bind");
	(void)atexit(remove_socket);
	return fd;
}

static pid_t start(const char *watchdog_usec, char **command, const sigset_t *before)
{
	pid_t pid = fork();
	char self[32];

	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigprocmask(SIG_SETMASK, before, NULL);
	(void)snprintf(self, sizeof self, "%ld", (long)getpid());
	(void)setenv("NOTIFY_SOCKET", address.sun_path, 1);
	(void)setenv("WATCHDOG_USEC", watchdog_usec, 1);
	(void)setenv("WATCHDOG_PID", self, 1);
	(void)execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

static void print_notifications(int fd)
{
	char text[4096];
	ssize_t n;

	while ((n = recv(fd, text, sizeof text - 1, 0)) > 0) {
		text[n] = '\0';
		for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
			printf("notify %s\n", line);
	}
	if (n < 0 && errno != EAGAIN)
		fail("recv");
}

/* True once the child has ended; *status is then its exit status. */
static bool ended(pid_t pid, int *status)
{
	pid_t got = waitpid(pid, status, WNOHANG);

	if (got < 0)
		fail("waitpid");
	return got == pid;
}

int main(int argc, char **argv)
{
	struct signalfd_siginfo info;
	sigset_t signals, before;
	struct pollfd fds[2];
	int status = 0;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: notify WATCHDOG_USEC COMMAND [ARG]...\n");
		return 2;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGCHLD);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	fds[0] = (struct pollfd){.fd = open_socket(), .events = POLLIN};
	fds[1] = (struct pollfd){.fd = signalfd(-1, &signals, SFD_CLOEXEC), .events = POLLIN};
	if (fds[1].fd < 0)
		fail("signalfd");

	pid = start(argv[1], argv + 2, &before);
	while (!ended(pid, &status)) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			fail("poll");
		if (fds[0].revents != 0)
			print_notifications(fds[0].fd);
		if (fds[1].revents != 0 && read(fds[1].fd, &info, sizeof info) == (ssize_t)sizeof info &&
		    info.ssi_signo != SIGCHLD)
			(void)kill(pid, (int)info.ssi_signo);
	}
	print_notifications(fds[0].fd);
	if (WIFEXITED(status))
		printf("exit %d\n", WEXITSTATUS(status));
	else
		printf("signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
