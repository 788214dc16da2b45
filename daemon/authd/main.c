/* main.c - pingan-authd: checks passwords for the daemons of this machine, off their loop. */
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event.h>
#include <sodium.h>
#include <systemd/sd-daemon.h>

#include "authd/server.h"

static const char USAGE[] =
	"usage: pingan-authd --socket PATH [--user NAME]\n"
	"\n"
	"Hashes and checks passwords (argon2id) for pingand over a Unix socket, mode 0660.\n"
	"\n"
	"  --socket PATH   where to listen, for example /run/pingan/authd.sock\n"
	"  --user NAME     when started as root: become this user, with its groups, before the first question\n"
	"  --version       print the version\n"
	"  --help          print this\n"
	"\n"
	"Example:\n"
	"  pingan-authd --socket /run/pingan/authd.sock --user pingan-authd\n"
	"\n"
	"Exit: 0 on SIGTERM, 1 when it can't start, 2 on a wrong option.\n";

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	event_base_loopbreak(arg);
}

/* Less than we were given: no core with passwords in it, no new rights, no other user's. */
static bool drop_rights(const char *user)
{
	const struct rlimit none = {0, 0};

	if (user != NULL) {
		const struct passwd *pw = getpwnam(user);

		if (pw == NULL || initgroups(user, pw->pw_gid) != 0 || setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0)
			return false;
		if (pw->pw_uid != 0 && setuid(0) == 0)
			return false;
	}
	/* A service manager may have taken the right to set limits from us; then it has set them. */
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		fprintf(stderr, "<5>ev=authd_core_limit_kept\n");
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

int main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"socket", required_argument, NULL, 's'},
		{"user", required_argument, NULL, 'u'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct authd_config config = {0};
	struct event_base *base;
	struct event *term, *stop;
	const char *user = NULL;
	struct authd *authd;
	char why[256];
	int option;

	while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 's':
			config.path = optarg;
			break;
		case 'u':
			user = optarg;
			break;
		case 'v':
			puts("pingan-authd " PINGAN_VERSION);
			return 0;
		case 'h':
			fputs(USAGE, stdout);
			return 0;
		default:
			fputs(USAGE, stderr);
			return 2;
		}
	}
	if (config.path == NULL || optind != argc) {
		fputs(USAGE, stderr);
		return 2;
	}
	if (sodium_init() < 0) {
		fprintf(stderr, "<3>ev=authd_start_failed why=sodium\n");
		return 1;
	}
	if (!drop_rights(user)) {
		fprintf(stderr, "<3>ev=authd_start_failed why=rights\n");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	ENSURE(base != NULL);
	authd = authd_new(base, &config, why);
	if (authd == NULL) {
		fprintf(stderr, "<3>ev=authd_start_failed why=\"%s\"\n", why);
		event_base_free(base);
		return 1;
	}
	term = evsignal_new(base, SIGTERM, on_signal, base);
	stop = evsignal_new(base, SIGINT, on_signal, base);
	ENSURE(term != NULL && stop != NULL && event_add(term, NULL) == 0 && event_add(stop, NULL) == 0);
	fprintf(stderr, "<6>ev=authd_ready\n");
	sd_notify(0, "READY=1");

	event_base_dispatch(base);

	sd_notify(0, "STOPPING=1");
	authd_free(authd);
	event_free(term);
	event_free(stop);
	event_base_free(base);
	return 0;
}
