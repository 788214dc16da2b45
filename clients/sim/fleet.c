/* fleet.c - pingan-sim homes --scenario: so many homes over several processes, one scenario, one result. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fleet.h"

#define GO_AFTER_MS 300 /* every process has heard of it by then */
#define END_MS 10000    /* a process that was told to end has so long */

struct worker {
	pid_t pid;
	int fd; /* -1: it has closed */
	bool linked, over;
};

struct parent {
	struct fleet_options *options;
	struct worker workers[FLEET_PROCESSES_MAX + 1];
	struct fleet_result sum; /* of those that are over, or linked */
	bool broken;             /* a process ended by itself, or we were told to end */
	bool failed;             /* not all linked or stored */
};

static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
	(void)number;
	told_to_end = 1;
}

static void add(struct fleet_result *to, const struct fleet_result *from)
{
	uint64_t *a = (uint64_t *)to;
	const uint64_t *b = (const uint64_t *)from;

	_Static_assert(offsetof(struct fleet_result, linked_ns) % sizeof(uint64_t) == 0, "counters come first, all alike");
	for (size_t i = 0; i < offsetof(struct fleet_result, linked_ns) / sizeof(uint64_t); i++)
		a[i] += b[i];
	to->linked_ns = from->linked_ns > to->linked_ns ? from->linked_ns : to->linked_ns;
	to->done_ns = from->done_ns > to->done_ns ? from->done_ns : to->done_ns;
	tally_merge(&to->link, &from->link);
	tally_merge(&to->back, &from->back);
	tally_merge(&to->press, &from->press);
	tally_merge(&to->technical, &from->technical);
	tally_merge(&to->test, &from->test);
	tally_merge(&to->beat, &from->beat);
}

/* ------------------------------------------------------------ the result */

static json_t *times(const struct tally *t)
{
	return json_pack("{s:I, s:f, s:f, s:f}", "count", (json_int_t)t->count, "p50_ms", (double)tally_at(t, 0.5) / 1e6,
	                 "p99_ms", (double)tally_at(t, 0.99) / 1e6, "max_ms", (double)t->max_ns / 1e6);
}

#define COUNT(name) #name, (json_int_t)r->name

/* One line of JSON. True: every home linked, every alarm stored. */
static bool print(const struct parent *p, const char *mode)
{
	const struct fleet_options *o = p->options;
	const struct fleet_result *r = &p->sum;
	bool ok = !p->broken && r->linked == o->plan.homes && r->unstored == 0 && r->declined == 0;
	json_t *out =
		json_pack("{s:s, s:I, s:I, s:i, s:s, s:b, s:I, s:f, s:f, s:I, s:I, s:I, s:I, s:I, s:I}", //
	              "scenario", scenario_name(o->plan.scenario), "seed", (json_int_t)o->plan.seed, //
	              "homes", (json_int_t)o->plan.homes, "processes", (int)fleet_workers(o), "link", mode, "ok", ok,
	              COUNT(linked), "linked_s", (double)r->linked_ns / 1e9, "took_s", (double)r->done_ns / 1e9,
	              COUNT(connects), COUNT(failures), COUNT(refused), COUNT(lost), COUNT(dropped), COUNT(bad));

	if (out == NULL)
		return false;
	json_object_set_new(out, "alarms",
	                    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", COUNT(raised), COUNT(stored), COUNT(unstored),
	                              COUNT(first_try), COUNT(repeats), COUNT(declined), COUNT(closed)));
	json_object_set_new(
		out, "beats", json_pack("{s:I, s:I}", "sent", (json_int_t)r->beats, "answered", (json_int_t)r->beats_answered));
	json_object_set_new(out, "connect", times(&r->link));
	json_object_set_new(out, "back", times(&r->back));
	json_object_set_new(out, "press", times(&r->press));
	json_object_set_new(out, "technical", times(&r->technical));
	json_object_set_new(out, "test", times(&r->test));
	json_object_set_new(out, "beat", times(&r->beat));
	(void)json_dumpf(out, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	(void)fflush(stdout);
	json_decref(out);
	return ok;
}

/* ------------------------------------------------------------ processes */

static bool start_workers(struct parent *p)
{
	for (uint32_t i = 0; i < fleet_workers(p->options); i++)
		p->workers[i] = (struct worker){.fd = -1, .pid = -1};
	for (uint32_t i = 0; i < fleet_workers(p->options); i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
			return false;
		p->workers[i].pid = fork();
		if (p->workers[i].pid == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)signal(SIGINT, SIG_IGN); /* the parent says when it is over */
			(void)signal(SIGTERM, SIG_IGN);
			for (uint32_t k = 0; k < i; k++)
				(void)close(p->workers[k].fd);
			(void)close(pair[0]);
			_exit(fleet_worker(p->options, i, pair[1]));
		}
		(void)close(pair[1]);
		p->workers[i].fd = pair[0];
		if (p->workers[i].pid < 0)
			return false;
	}
	return true;
}

static bool note_read(int fd, struct fleet_note *ret)
{
	uint8_t *at = (uint8_t *)ret;
	size_t left = sizeof *ret;

	while (left != 0) {
		ssize_t n = recv(fd, at, left, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		left -= (size_t)n;
	}
	return true;
}

static bool reached(const struct worker *w, bool is_over)
{
	return is_over ? w->over : w->linked;
}

/* Waits until every process is so far, or gone. The sum is of what they say then. */
static void wait_for(struct parent *p, bool is_over)
{
	static struct fleet_note note;

	memset(&p->sum, 0, sizeof p->sum);
	for (;;) {
		struct pollfd fds[FLEET_PROCESSES_MAX + 1];
		bool all = true;

		for (uint32_t i = 0; i < fleet_workers(p->options); i++) {
			bool waits = p->workers[i].fd >= 0 && !reached(&p->workers[i], is_over);

			fds[i] = (struct pollfd){.fd = waits ? p->workers[i].fd : -1, .events = POLLIN};
			all = all && !waits;
		}
		if (all || told_to_end)
			return;
		if (poll(fds, fleet_workers(p->options), 1000) <= 0)
			continue;
		for (uint32_t i = 0; i < fleet_workers(p->options); i++) {
			struct worker *w = &p->workers[i];

			if (fds[i].fd < 0 || fds[i].revents == 0)
				continue;
			if (!note_read(w->fd, &note)) {
				(void)close(w->fd);
				w->fd = -1;
				p->broken = true;
				continue;
			}
			w->linked = true;
			w->over = note.over;
			add(&p->sum, &note.result);
		}
	}
}

static void say_go(struct parent *p)
{
	int64_t go_ns = mono_now_ns() + INT64_C(1000000) * GO_AFTER_MS;

	for (uint32_t i = 0; i < fleet_workers(p->options); i++)
		if (p->workers[i].fd >= 0)
			(void)!send(p->workers[i].fd, &go_ns, sizeof go_ns, MSG_NOSIGNAL);
}

/* Ends what it started, by its number and nothing else. */
static void end_workers(struct parent *p)
{
	int64_t until_ms = mono_now_ms() + END_MS;

	for (uint32_t i = 0; i < fleet_workers(p->options); i++)
		if (p->workers[i].fd >= 0)
			(void)close(p->workers[i].fd);
	for (uint32_t i = 0; i < fleet_workers(p->options); i++) {
		int status = 0;
		pid_t ended = 0;

		if (p->workers[i].pid <= 0)
			continue;
		while ((ended = waitpid(p->workers[i].pid, &status, WNOHANG)) == 0 && mono_now_ms() < until_ms)
			(void)poll(NULL, 0, 5);
		if (ended == 0) {
			(void)kill(p->workers[i].pid, SIGKILL);
			(void)waitpid(p->workers[i].pid, &status, 0);
		}
		p->broken = p->broken || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	}
}

static void stay(uint32_t seconds)
{
	int64_t until_ms = mono_now_ms() + (int64_t)seconds * 1000;

	while (!told_to_end && mono_now_ms() < until_ms)
		(void)poll(NULL, 0, 100);
}

static void wish(uint32_t wished, uint32_t *ret)
{
	if (wished != NOT_SAID)
		*ret = wished;
}

int fleet_homes(struct options *o, const struct device_list *list)
{
	const struct fleet_wishes *w = &o->fleet;
	struct fleet_options f = {.target = &o->target,
	                          .devices = list,
	                          .spread_ms = (int64_t)o->spread_s * 1000,
	                          .link_ms = (int64_t)(o->spread_s + o->timeout_s) * 1000,
	                          .settle_ms = (int64_t)o->timeout_s * 1000,
	                          .stay_s = w->stay_s};
	size_t homes = o->count != 0 && o->count < list->count ? o->count : list->count;
	enum scenario scenario;

	if (!scenario_by_name(w->scenario, &scenario)) {
		fprintf(stderr, "pingan-sim: --scenario is one of %s\n", scenario_names());
		return 2;
	}
	if (homes == 0 || homes > (size_t)FLEET_HOMES_MAX * FLEET_PROCESSES_MAX) {
		fprintf(stderr, "pingan-sim: 1 to %d homes\n", FLEET_HOMES_MAX * FLEET_PROCESSES_MAX);
		return 2;
	}
	plan_defaults(scenario, (uint32_t)homes, &f.plan);
	f.plan.seed = w->seed;
	wish(w->share_pct, &f.plan.share_pct);
	wish(w->presses, &f.plan.presses);
	wish(w->beats, &f.plan.beats);
	wish(w->in_flight, &f.plan.in_flight);
	wish(w->total, &f.plan.total);
	if (w->seconds != NOT_SAID)
		f.plan.window_ms = (int64_t)w->seconds * 1000;
	if (w->area != NULL && !text_copy(f.plan.area, sizeof f.plan.area, slice_str(w->area))) {
		fprintf(stderr, "pingan-sim: no area's code is that long: %s\n", w->area);
		return 2;
	}
	f.processes =
		w->processes != NOT_SAID ? w->processes : (uint32_t)((homes + FLEET_HOMES_DEFAULT - 1) / FLEET_HOMES_DEFAULT);
	if ((homes + f.processes - 1) / f.processes > FLEET_HOMES_MAX || f.processes > homes) {
		fprintf(stderr, "pingan-sim: %zu homes over %" PRIu32 " processes: 1 to %d each\n", homes, f.processes,
		        FLEET_HOMES_MAX);
		return 2;
	}
	return fleet_run(&f);
}

int fleet_run(struct fleet_options *o)
{
	static const char *const MODES[] = {[MODE_PSK] = "psk", [MODE_PLAIN] = "plain", [MODE_CERTIFICATE] = "certificate"};
	static struct parent p;
	struct sigaction end = {.sa_handler = on_signal};

	p.options = o;
	(void)sigaction(SIGINT, &end, NULL);
	(void)sigaction(SIGTERM, &end, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (start_workers(&p)) {
		wait_for(&p, false);
		fprintf(stderr, "linked: %" PRIu64 " of %" PRIu32 " homes in %.2f s\n", p.sum.linked, o->plan.homes,
		        (double)p.sum.linked_ns / 1e9);
		if (!told_to_end) {
			say_go(&p);
			wait_for(&p, true);
		}
		if (told_to_end)
			p.broken = true;
		else if (print(&p, MODES[o->target->mode]))
			stay(o->stay_s);
		else
			p.failed = true;
	} else {
		fprintf(stderr, "pingan-sim: cannot start %" PRIu32 " processes: %s\n", o->processes, strerror(errno));
		p.broken = true;
	}
	end_workers(&p);
	p.options = NULL; /* theirs; we stay */
	return p.broken || p.failed ? 1 : 0;
}
