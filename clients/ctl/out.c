#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failed; /* errno of the first write that did not go out */

static ssize_t out_write(void *ctx, const char *bytes, size_t len)
{
	size_t done = 0;

	(void)ctx;
	while (done < len) {
		ssize_t n = write(STDOUT_FILENO, bytes + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) {
			(void)signal(SIGPIPE, SIG_DFL);
			(void)raise(SIGPIPE); /* nobody reads any more */
		}
		if (n < 0 && failed == 0)
			failed = errno;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

void out_begin(void)
{
	const cookie_io_functions_t how = {.write = out_write};
	FILE *to;
	int fd;

	/* Closed by whoever started us: a connection would get its number, and be printed into. Writing to these fails. */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
	/* Redis going away is an error of that command, not our end. */
	(void)signal(SIGPIPE, SIG_IGN);
	to = fopencookie(NULL, "w", how);
	if (to == NULL)
		return;
	if (isatty(STDOUT_FILENO))
		(void)setvbuf(to, NULL, _IOLBF, 0);
	stdout = to;
}

int out_end(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "pinganctl: standard output: %s: not all was printed%s\n", strerror(failed != 0 ? failed : EIO),
	        code == 0 ? ", but it was done" : "");
	return 1;
}
