/* press.c - pingan-sim press: on the home's own link where `homes` runs, else on one made for it. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim.h"

static const char USAGE[] =
	"usage: pingan-sim press (DEVICE | --household ID | --random) [OPTION]...\n"
	"\n"
	"Presses, and prints each step that the home hears.\n"
	"\n"
	"  --kind KIND     sos (default), panic, fall, duress, fire, smoke, heat, gas, co, water, inactivity, missed_ok,\n"
	"                  wander, service, power, battery, tamper, link, pendant_lost, test\n"
	"  --zone N        which button or sensor\n"
	"  --restore       the cause is gone (sensors)\n"
	"  --until STEP    stored, answered (default), help_on_the_way, arrived, closed\n"
	"  --timeout S     gives up after so long (default: never)\n"
	"  --json          lines of JSON instead of words\n"
	"  --control SOCK  asks the running `pingan-sim homes`; without them it connects by itself:\n"
	"  --devices CSV   its key; --port N or --connect A:P; --psk, --plain, or --ca FILE with --tokens CSV\n"
	"\n"
	"Exit: 0 the step was heard; 1 not; 2 wrong option; 3 no such home, or nobody to ask.\n";

/* What has been heard and printed so far. */
struct watch {
	enum step until;
	enum step heard;
	bool json;
	bool silent;  /* nothing but stored and closed will come */
	bool refused; /* {"error": ...} */
	bool done;
	bool helped; /* the step was heard */
};

static void line_seen(struct watch *w, json_t *line)
{
	const char *event = json_string_value(json_object_get(line, "event"));
	enum step step = event == NULL ? STEP_NONE : step_by_name(event);

	if (json_object_get(line, "error") != NULL) {
		w->refused = w->done = true;
		news_print(line, stderr);
		return;
	}
	if (step != STEP_NONE && step == w->heard)
		return; /* a copy was acknowledged */
	if (w->json) {
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		news_print(line, stdout);
	}
	if (json_is_true(json_object_get(line, "silent")))
		w->silent = true;
	if (step != STEP_NONE)
		w->heard = step;
	/* A silent alarm is told stored, and then nothing until it is closed. */
	if (step >= w->until || (w->silent && step >= STEP_STORED && w->until < STEP_CLOSED))
		w->done = w->helped = true;
	if (event != NULL && strcmp(event, "let_go") == 0)
		w->done = true;
}

/* ------------------------------------------------------------ over the control socket */

static int control_connect(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (path == NULL || strlen(path) >= sizeof at.sun_path)
		return -1;
	memcpy(at.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static int press_by_control(int fd, const struct options *o, struct watch *w)
{
	json_t *ask =
		json_pack("{s:{s:s*, s:s*, s:b, s:s, s:i, s:b}}", "press", "device", o->device, "household", o->household,
	              "random", o->random, "kind", o->kind, "zone", (int)o->zone, "restore", o->restore);
	char *text = json_dumps(ask, JSON_COMPACT), line[4096];
	FILE *f = fdopen(fd, "r+");

	json_decref(ask);
	if (f == NULL || text == NULL) {
		free(text);
		return 3;
	}
	fprintf(f, "%s\n", text);
	(void)fflush(f);
	free(text);
	while (!w->done && fgets(line, sizeof line, f) != NULL) {
		json_t *heard = json_loads(line, 0, NULL);

		line_seen(w, heard);
		json_decref(heard);
	}
	fclose(f);
	if (!w->done)
		fprintf(stderr, "pingan-sim: the homes have ended\n");
	return w->refused ? 3 : w->helped ? 0 : 1;
}

/* ------------------------------------------------------------ on a link of its own */

struct own {
	struct event_base *base;
	struct watch *watch;
	const struct options *options;
	enum kind kind;
	uint64_t alarm;
};

static void on_news(struct home *h, const struct unit_news *n, void *ctx)
{
	struct own *own = ctx;
	json_t *line;

	if (n->type == NEWS_REFUSED)
		fprintf(stderr, "pingan-sim: %s is refused: %s\n", home_row(h)->device, device_refusal_name(n->reason));
	if (n->type == NEWS_REFUSED && n->reason == DEVICE_REFUSAL_BAD_IDENTITY) {
		own->watch->done = own->watch->refused = true;
		(void)event_base_loopbreak(own->base);
	}
	line = own->alarm != 0 && n->alarm == own->alarm ? news_line(home_row(h), n) : NULL;
	if (line == NULL)
		return;
	line_seen(own->watch, line);
	json_decref(line);
	if (own->watch->done)
		(void)event_base_loopbreak(own->base);
}

static int press_by_itself(const struct options *o, enum kind kind, struct watch *w)
{
	struct device_list list = {0};
	struct target target = o->target;
	struct own own = {.watch = w, .options = o, .kind = kind};
	const struct device_row *row;
	struct home *h;
	char alarm[17];

	if (!devices_load(o->devices_path, o->tokens_path, &list) || !target_tls(&target))
		return 3;
	row = o->random && list.count != 0 ? &list.rows[random_id() % list.count]
	                                   : devices_find(&list, o->device, o->household);
	if (row == NULL) {
		fprintf(stderr, "pingan-sim: %s has no such home\n", o->devices_path);
		devices_release(&list);
		return 3;
	}
	own.base = event_base_new();
	h = own.base == NULL ? NULL : home_new(own.base, &target, row, random_id(), 0, on_news, &own);
	if (h != NULL) {
		own.alarm = home_press(h, kind, o->zone, o->restore);
		(void)snprintf(alarm, sizeof alarm, "%016" PRIx64, own.alarm);
		json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", "pressed", "device", row->device, "household",
		                         row->household, "alarm", alarm, "kind", kind_name(kind));
		line_seen(w, line);
		json_decref(line);
		if (!w->done)
			(void)event_base_dispatch(own.base);
		home_free(h);
	}
	if (own.base != NULL)
		event_base_free(own.base);
	SSL_CTX_free(target.tls);
	devices_release(&list);
	return w->refused ? 3 : w->helped ? 0 : 1;
}

static void on_alarm(int number)
{
	static const char WORDS[] = "pingan-sim: gave up waiting\n";

	ssize_t n;

	(void)number;
	n = write(STDERR_FILENO, WORDS, sizeof WORDS - 1);
	(void)n; /* the exit says it too */
	_exit(1);
}

int cmd_press(int argc, char **argv)
{
	struct options o = {.kind = "sos", .until = "answered"};
	struct watch w = {0};
	int status = options_read(argc, argv, USAGE, &o), fd;
	enum kind kind;

	if (status != 0)
		return status;
	if (optind < argc && o.device == NULL)
		o.device = argv[optind++];
	kind = kind_by_name(o.kind);
	w.until = step_by_name(o.until);
	w.json = o.json;
	if (optind != argc || kind == KIND_NONE || w.until == STEP_NONE ||
	    (o.device != NULL) + (o.household != NULL) + o.random != 1) {
		if (kind == KIND_NONE || w.until == STEP_NONE)
			fprintf(stderr, "pingan-sim: no such %s: %s\n\n", kind == KIND_NONE ? "kind" : "step",
			        kind == KIND_NONE ? o.kind : o.until);
		fputs(USAGE, stderr);
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (o.timeout_s != 0) {
		(void)signal(SIGALRM, on_alarm);
		(void)alarm(o.timeout_s);
	}
	fd = control_connect(o.control);
	if (fd >= 0)
		return press_by_control(fd, &o, &w);
	if (o.devices_path == NULL || o.target.count == 0) {
		fprintf(stderr,
		        "pingan-sim: no homes are running%s%s, and without --devices and --port there is no other way\n",
		        o.control == NULL ? "" : " on ", o.control == NULL ? "" : o.control);
		return 3;
	}
	return press_by_itself(&o, kind, &w);
}
