/* main.c - pingand: options, and then io/loop.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "io/config.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/vendor_try.h"

static const char USAGE[] =
	"usage: pingand [--config FILE]\n"
	"       pingand --check-config [FILE]\n"
	"       pingand --try-vendor NAME SAMPLE.json [--config FILE | --vendors FILE]\n"
	"\n"
	"The Ping An Tong dispatch daemon: takes alarms of home devices, keeps them in Redis, serves consoles and phones.\n"
	"\n"
	"  --config FILE         configuration (YAML); without it the defaults. `--print config` shows every setting\n"
	"  --check-config        read and check the configuration (and what it names), and end: 0 good, 1 not\n"
	"  --try-vendor NAME     show what a sample of this vendor's messages becomes, field by field, and end: 0 good, 1 "
	"refused\n"
	"  --vendors FILE        for --try-vendor: vendors.yaml, instead of the one that the configuration names\n"
	"  --print config        print the commented sample of the configuration; `--print policy`, `--print codes`, "
	"`--print log-codes` likewise\n"
	"  --test-control PATH   test builds only: a Unix socket that moves clocks and breaks things\n"
	"  --test-echo PORT      test builds only: ws://127.0.0.1:PORT/echo for WebSocket conformance suites\n"
	"  --version             print the version\n"
	"  --help                print this\n"
	"\n"
	"Examples:\n"
	"  pingand --print config > pingand.yaml\n"
	"  pingand --check-config pingand.yaml\n"
	"  pingand --config /etc/pingan/pingand.yaml\n"
	"  pingand --vendors vendors.yaml --try-vendor sample press.json\n"
	"  kill -HUP $(pidof pingand)      takes a changed configuration over, or says why not\n"
	"\n"
	"Exit: 0 on SIGTERM or SIGINT, 1 when it can't start, 2 on a wrong option.\n";

enum { OPT_CONFIG = 1, OPT_CHECK, OPT_PRINT, OPT_CONTROL, OPT_ECHO, OPT_TRY, OPT_VENDORS, OPT_VERSION, OPT_HELP };

static int usage_error(const char *what, const char *about)
{
	fprintf(stderr, "pingand: %s%s\n\n%s", what, about, USAGE);
	return 2;
}

static int check_config(const char *path)
{
	char why[CONFIG_WHY_MAX];
	struct vendors *vendors = NULL;
	struct config *c;
	bool good;

	if (path == NULL)
		return usage_error("--check-config needs a file", "");
	c = calloc(1, sizeof *c);
	good = c != NULL && config_load(path, c, why) && (vendors = vendors_load(c->vendor_file, true, why)) != NULL;
	vendors_free(vendors);
	if (good)
		printf("%s: good\n", path);
	else
		fprintf(stderr, "%s\n", c == NULL ? "no memory" : why);
	free(c);
	return good ? 0 : 1;
}

static int try_vendor(const char *config_path, const char *vendors_path, const char *name, const char *sample)
{
	char why[CONFIG_WHY_MAX];
	struct config *c;
	int status = 2;

	if (sample == NULL || (vendors_path == NULL && config_path == NULL))
		return usage_error("--try-vendor needs a sample, and --vendors or --config", "");
	if (vendors_path != NULL)
		return vendor_try(vendors_path, name, sample, stdout, stderr);
	c = calloc(1, sizeof *c);
	if (c != NULL && config_load(config_path, c, why))
		status = vendor_try(c->vendor_file, name, sample, stdout, stderr);
	else
		fprintf(stderr, "%s\n", c == NULL ? "no memory" : why);
	free(c);
	return status;
}

static int print(const char *what)
{
	static char page[SETTINGS_FILE_MAX];
	size_t len = 0;

	if (strcmp(what, "codes") == 0) {
		fwrite(CODES_TEXT, 1, CODES_TEXT_LEN, stdout);
		return 0;
	}
	if (strcmp(what, "config") == 0)
		len = settings_sample(&CONFIG_SETTINGS, page, sizeof page);
	else if (strcmp(what, "policy") == 0)
		len = settings_sample(&POLICY_SETTINGS, page, sizeof page);
	else if (strcmp(what, "log-codes") == 0)
		len = log_codes_page(page, sizeof page);
	else
		return usage_error("--print knows config, policy, codes and log-codes, not ", what);
	fwrite(page, 1, len, stdout);
	return 0;
}

/* The whole city is in our memory: no core of it on any disk, and nobody else's debugger in it. */
static void keep_in_memory(void)
{
	const struct rlimit none = {0, 0};

	/* A service manager may have taken the right to set limits from us; then it has set them (LimitCORE=0). */
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		fputs("<5>ev=CORE_LIMIT_KEPT\n", stderr);
}

int main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"config", required_argument, NULL, OPT_CONFIG},
		{"check-config", no_argument, NULL, OPT_CHECK},
		{"print", required_argument, NULL, OPT_PRINT},
		{"test-control", required_argument, NULL, OPT_CONTROL},
		{"test-echo", required_argument, NULL, OPT_ECHO},
		{"try-vendor", required_argument, NULL, OPT_TRY},
		{"vendors", required_argument, NULL, OPT_VENDORS},
		{"version", no_argument, NULL, OPT_VERSION},
		{"help", no_argument, NULL, OPT_HELP},
		{NULL, 0, NULL, 0},
	};
	struct loop_options options = {0};
	char why[LOOP_WHY_MAX] = "";
	struct loop *loop;
	const char *trying = NULL, *vendors = NULL, *sample;
	bool check = false;
	long port;
	char *end;
	int option, status;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
		switch (option) {
		case OPT_CONFIG:
			options.config_path = optarg;
			break;
		case OPT_CHECK:
			check = true;
			break;
		case OPT_PRINT:
			return print(optarg);
		case OPT_CONTROL:
			options.test_control = optarg;
			break;
		case OPT_ECHO:
			port = strtol(optarg, &end, 10);
			if (end == optarg || *end != '\0' || port < 0 || port > 65535)
				return usage_error("--test-echo needs a port, not ", optarg);
			options.echo = true;
			options.echo_port = (uint16_t)port;
			break;
		case OPT_TRY:
			trying = optarg;
			break;
		case OPT_VENDORS:
			vendors = optarg;
			break;
		case OPT_VERSION:
			puts("pingand " PINGAN_VERSION);
			return 0;
		case OPT_HELP:
			fputs(USAGE, stdout);
			return 0;
		default:
			return usage_error("unknown option, or one without its value: ", argv[optind - 1]);
		}
	}
	if (check) {
		if (optind < argc)
			options.config_path = argv[optind++];
		return optind == argc ? check_config(options.config_path) : usage_error("too much: ", argv[optind]);
	}
	if (trying != NULL) {
		sample = optind < argc ? argv[optind++] : NULL;
		if (optind == argc)
			return try_vendor(options.config_path, vendors, trying, sample);
	} else if (vendors != NULL) {
		return usage_error("--vendors goes with --try-vendor", "");
	}
	if (optind != argc)
		return usage_error("what is this: ", argv[optind]);
#ifndef PINGAN_TEST_BUILD
	if (options.test_control != NULL || options.echo) {
		fprintf(stderr, "pingand: --test-control and --test-echo exist in test builds only; this is a release\n");
		return 2;
	}
#endif
	keep_in_memory();
	loop = loop_new(&options, why);
	if (loop == NULL) {
		fprintf(stderr, "<3>ev=START_FAILED why=\"%s\"\n", why);
		return 1;
	}
	status = loop_run(loop);
	loop_free(loop);
	return status;
}
