/* homes.c - pingan-sim homes: the homes of a device list, each with its own link, until told to end. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim.h"

#define REPORT_S 60

static const char USAGE[] =
	"usage: pingan-sim homes --devices CSV (--port N | --connect A:P[,A:P]) [OPTION]...\n"
	"\n"
	"Homes that connect, beat, keep an alarm until it is closed, and press when asked over --control.\n"
	"\n"
	"  --devices CSV   device,key_hex,household (pinganctl demo load --devices)\n"
	"  --count N       only the first N\n"
	"  --psk           each device's own key (default)\n"
	"  --ca FILE       the server's certificate is checked against this CA; devices show their token:\n"
	"  --tokens CSV    device,token_hex\n"
	"  --plain         no TLS: a listener with tls: off\n"
	"  --spread S      first connections spread over so many seconds (2)\n"
	"  --control SOCK  Unix socket for `pingan-sim press`\n"
	"  --json          lines of JSON instead of words\n"
	"  --quiet         only the summary\n"
	"\n"
	"With --scenario, so many homes over several processes, each from an address of its own, and one line of JSON:\n"
	"\n"
	"  --scenario NAME connect, beat, reconnect-storm, power-cut, earthquake, daily-test, press-all, press-loop, "
    "beat-loop\n"
	"  --seed N        the same homes do the same things at the same times (1)\n"
	"  --processes P   at most 19900 homes each (15000)\n"
	"  --seconds S     what the scenario takes; a longer thing goes faster\n"
	"  --presses N     reconnect-storm, power-cut: homes that press meanwhile (one of 150)\n"
	"  --area CODE     power-cut: homes whose area begins so (all)\n"
	"  --share PCT     earthquake: homes that press (20)\n"
	"  --beats N       beat: of each home (2)\n"
	"  --in-flight N   press-loop, beat-loop: on their way at once (1)\n"
	"  --total N       press-loop, beat-loop: all in all (one a home)\n"
	"  --timeout S     patience with the links, and again with the scenario (60)\n"
	"  --stay S        the links are kept so long after the result\n";

struct homes {
	struct event_base *base;
	struct home **at;
	size_t count;
	size_t up;
	bool *welcome; /* by home, as last heard */
	uint64_t beats, refused;
	uint64_t resumed;          /* TLS sessions that went on where an earlier one had been */
	uint64_t configured, keys; /* Configure heard; keys given, or found to open */
	struct control *control;
	bool json, quiet;
	bool all_up_said;
};

static void report(struct homes *hs, const char *what)
{
	if (hs->json)
		printf("{\"event\":\"%s\",\"homes\":%zu,\"linked\":%zu,\"beats\":%" PRIu64 ",\"refused\":%" PRIu64
		       ",\"resumed\":%" PRIu64 ",\"configured\":%" PRIu64 ",\"keys\":%" PRIu64 "}\n",
		       what, hs->count, hs->up, hs->beats, hs->refused, hs->resumed, hs->configured, hs->keys);
	else
		printf("%s: %zu of %zu homes are linked, %" PRIu64 " heartbeats answered, %" PRIu64 " refusals, %" PRIu64
		       " sessions resumed\n",
		       what, hs->up, hs->count, hs->beats, hs->refused, hs->resumed);
}

static size_t index_of(const struct homes *hs, const struct home *h)
{
	for (size_t i = 0; i < hs->count; i++)
		if (hs->at[i] == h)
			return i;
	return 0;
}

static void link_is(struct homes *hs, struct home *h, bool welcome)
{
	size_t i = index_of(hs, h);

	if (hs->welcome[i] == welcome)
		return;
	hs->welcome[i] = welcome;
	hs->up = welcome ? hs->up + 1 : hs->up - 1;
	if (hs->up == hs->count && !hs->all_up_said) {
		hs->all_up_said = true;
		report(hs, "all linked");
	}
}

static void on_news(struct home *h, const struct unit_news *n, void *ctx)
{
	struct homes *hs = ctx;
	json_t *line;

	switch (n->type) {
	case NEWS_WELCOME:
		link_is(hs, h, true);
		if (home_resumed(h))
			hs->resumed++;
		break;
	case NEWS_LOST:
		link_is(hs, h, false);
		break;
	case NEWS_REFUSED:
		link_is(hs, h, false);
		hs->refused++;
		if (!hs->quiet)
			fprintf(stderr, "%s: refused: %s\n", home_row(h)->device, device_refusal_name(n->reason));
		break;
	case NEWS_BEAT:
		hs->beats++;
		break;
	case NEWS_ACK:
	case NEWS_STATUS:
	case NEWS_LET_GO:
	case NEWS_NONE:
		break;
	case NEWS_SETUP:
		hs->configured++;
		break;
	case NEWS_KEY:
		hs->keys++;
		break;
	}
	if (hs->control != NULL)
		control_news(hs->control, h, n);
	if (hs->quiet || n->type == NEWS_ACK || (line = news_line(home_row(h), n)) == NULL)
		return; /* copies are acknowledged every few seconds: too much to print */
	if (hs->json) {
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (n->type == NEWS_STATUS) {
		printf("%s ", home_row(h)->device);
		news_print(line, stdout);
	}
	json_decref(line);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number, (void)what;
	(void)event_base_loopbreak(arg);
}

static void on_report(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	report(arg, "running");
}

/* A descriptor for each home. */
static void raise_files(size_t homes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < homes + 64) {
		limit.rlim_cur = homes + 64 > limit.rlim_max ? limit.rlim_max : homes + 64;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int run(struct homes *hs, const struct options *o, const struct device_list *list)
{
	struct event *ends[2], *every;
	struct timeval minute = {.tv_sec = REPORT_S};

	for (size_t i = 0; i < hs->count; i++) {
		hs->at[i] =
			home_new(hs->base, &o->target, &list->rows[i], random_id(), (int64_t)o->spread_s * 1000, on_news, hs);
		if (hs->at[i] == NULL) {
			fprintf(stderr, "pingan-sim: no memory for home %zu\n", i);
			return 1;
		}
	}
	if (o->control != NULL) {
		hs->control = control_new(hs->base, o->control, hs->at, hs->count);
		if (hs->control == NULL)
			return 1;
	}
	ends[0] = evsignal_new(hs->base, SIGINT, on_signal, hs->base);
	ends[1] = evsignal_new(hs->base, SIGTERM, on_signal, hs->base);
	every = event_new(hs->base, -1, EV_PERSIST, on_report, hs);
	(void)evsignal_add(ends[0], NULL);
	(void)evsignal_add(ends[1], NULL);
	(void)event_add(every, &minute);
	report(hs, "starting");
	(void)event_base_dispatch(hs->base);
	report(hs, "ending");
	event_free(ends[0]);
	event_free(ends[1]);
	event_free(every);
	return 0;
}

int cmd_homes(int argc, char **argv)
{
	struct options o = {.spread_s = 2,
	                    .timeout_s = 60,
	                    .fleet = {.seed = 1,
	                              .processes = NOT_SAID,
	                              .seconds = NOT_SAID,
	                              .share_pct = NOT_SAID,
	                              .presses = NOT_SAID,
	                              .beats = NOT_SAID,
	                              .in_flight = NOT_SAID,
	                              .total = NOT_SAID}};
	struct device_list list = {0};
	struct homes hs = {0};
	int status = options_read(argc, argv, USAGE, &o);

	if (status != 0)
		return status;
	if (optind != argc || o.devices_path == NULL || o.target.count == 0) {
		fputs(USAGE, stderr);
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (!devices_load(o.devices_path, o.tokens_path, &list) || !target_tls(&o.target))
		return 1;
	if (o.fleet.scenario != NULL) {
		status = fleet_homes(&o, &list);
		SSL_CTX_free(o.target.tls);
		devices_release(&list);
		return status;
	}
	hs.count = o.count != 0 && o.count < list.count ? o.count : list.count;
	hs.json = o.json;
	hs.quiet = o.quiet;
	raise_files(hs.count);
	hs.base = event_base_new();
	hs.at = calloc(hs.count + 1, sizeof(struct home *));
	hs.welcome = calloc(hs.count + 1, sizeof *hs.welcome);
	status = hs.base == NULL || hs.at == NULL || hs.welcome == NULL ? 1 : run(&hs, &o, &list);
	control_free(hs.control);
	for (size_t i = 0; hs.at != NULL && i < hs.count; i++)
		home_free(hs.at[i]);
	free(hs.at);
	free(hs.welcome);
	if (hs.base != NULL)
		event_base_free(hs.base);
	SSL_CTX_free(o.target.tls);
	devices_release(&list);
	return status;
}
