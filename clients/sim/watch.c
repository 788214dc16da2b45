/* watch.c - pingan-sim watch: one message of an elder watch, and the reply. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"
#include "wire/watch.h"

static const char USAGE[] =
	"usage: pingan-sim watch [press] NUMBER (--port N | --connect A:P) [OPTION]...\n"
	"\n"
	"Sends one message of an elder watch and prints the reply.\n"
	"\n"
	"  --code CODE     status word in hex (00010000, SOS; 00200000, fall; 00020000, battery), or LK\n"
	"  --body TEXT     the whole frame instead\n"
	"  --timeout S     waits so long for the reply (10)\n"
	"  --json\n"
	"\n"
	"Exit: 0 answered; 1 no reply; 2 wrong option; 3 can't connect.\n";

static size_t frame_make(const struct options *o, char *ret, size_t size)
{
	struct tm now;
	time_t t = time(NULL);
	char content[256], stamp[80];
	int n;

	if (o->body != NULL) {
		n = snprintf(ret, size, "%s", o->body);
		return n > 0 && (size_t)n < size ? (size_t)n : 0;
	}
	(void)gmtime_r(&t, &now);
	(void)snprintf(stamp, sizeof stamp, "%02d%02d%02d,%02d%02d%02d", now.tm_mday, now.tm_mon + 1, now.tm_year % 100,
	               now.tm_hour, now.tm_min, now.tm_sec);
	if (strcmp(o->code, "LK") == 0)
		snprintf(content, sizeof content, "LK,1200,0,80");
	else
		/* No fix, no towers: the alarm is what counts. */
		snprintf(content, sizeof content, "AL,%s,V,0.0,N,0.0,E,0,0,0,0,90,80,1200,0,%s,0,0", stamp, o->code);
	n = snprintf(ret, size, "[3G*%s*%04X*%s]", o->account, (unsigned)strlen(content), content);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* Length of the reply; 0 when none came in time. */
static size_t reply_read(int fd, int64_t until_ms, char *buf, size_t size)
{
	size_t have = 0;

	while (have + 1 < size && memchr(buf, ']', have) == NULL) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left_ms = until_ms - mono_now_ms();
		ssize_t n;

		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) <= 0)
			return 0;
		n = recv(fd, buf + have, size - 1 - have, 0);
		if (n <= 0)
			return 0;
		have += (size_t)n;
	}
	buf[have] = '\0';
	return have;
}

int cmd_watch(int argc, char **argv)
{
	struct options o = {.code = "00010000", .timeout_s = 10};
	int status = options_read(argc, argv, USAGE, &o), fd;
	char frame[WATCH_FRAME_MAX], in[256];
	int64_t begun_ns;
	double after_ms;
	size_t len;

	if (status != 0)
		return status;
	if (optind < argc && strcmp(argv[optind], "press") == 0)
		optind++;
	if (optind < argc && o.account == NULL)
		o.account = argv[optind++];
	len = o.account == NULL && o.body == NULL ? 0 : frame_make(&o, frame, sizeof frame);
	if (optind != argc || o.target.count == 0 || len == 0) {
		fputs(USAGE, stderr);
		return 2;
	}
	fd = plain_connect(o.target.addresses[0]);
	begun_ns = mono_now_ns();
	if (fd < 0 || !plain_send(fd, (const uint8_t *)frame, len)) {
		fprintf(stderr, "pingan-sim: %s: %s\n", o.target.addresses[0], strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return 3;
	}
	len = reply_read(fd, mono_now_ms() + (int64_t)o.timeout_s * 1000, in, sizeof in);
	after_ms = (double)(mono_now_ns() - begun_ns) / 1e6;
	(void)close(fd);
	if (o.json) {
		json_t *line = json_pack("{s:s*, s:f}", "reply", len == 0 ? NULL : in, "after_ms", after_ms);

		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	} else if (len == 0) {
		printf("no reply\n");
	} else {
		printf("%s after %.1f ms\n", in, after_ms);
	}
	return len == 0 ? 1 : 0;
}
