/* fleet_worker.c - one process full of homes: epoll, one heap of timers, and when the scenario is over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fleet.h"

#define MS INT64_C(1000000)
#define EVENTS_A_TURN 256
#define TIMERS_A_TURN 256

void fleet_loop_next(struct fleet *f)
{
	bool press = f->options->plan.scenario == SCENARIO_PRESS_LOOP;

	if (f->loop_left == 0 || f->go_ns == 0)
		return;
	/* Homes that can't are passed over, each at most once. */
	for (uint32_t n = 0; n < f->count; n++) {
		struct fleet_home *h = &f->homes[f->next];

		f->next = (f->next + 1) % f->count;
		if (h->state != FLEET_WELCOME || (press && h->alarm_count != 0 && h->alarms[0].heard < STEP_STORED))
			continue;
		if (press ? fleet_home_press(f, h, KIND_SOS) : fleet_home_beat(f, h)) {
			f->loop_left--;
			return;
		}
	}
}

static void go(struct fleet *f)
{
	const struct plan *p = &f->options->plan;
	uint32_t processes = f->options->processes;

	/* Those on their way are answered within the scenario: nothing else waits before it begins. */
	f->result.beats = f->waits;
	f->result.beats_answered = 0;
	memset(&f->result.beat, 0, sizeof f->result.beat);
	for (uint32_t i = 0; i < f->count; i++)
		fleet_home_go(f, &f->homes[i]);
	if (p->scenario != SCENARIO_PRESS_LOOP && p->scenario != SCENARIO_BEAT_LOOP)
		return;
	f->loop_left = (p->total + processes - 1) / processes;
	for (uint32_t i = 0; i < (p->in_flight + processes - 1) / processes; i++)
		fleet_loop_next(f);
}

static bool over(const struct fleet *f)
{
	const struct plan *p = &f->options->plan;

	if (f->go_ns == 0 || f->now_ns < f->go_ns || f->acts_left != 0 || f->beats_left != 0 || f->loop_left != 0)
		return false;
	if (f->now_ns - f->go_ns >= (p->window_ms + f->options->settle_ms) * MS)
		return true;
	/* Heartbeats of the ordinary kind go on; only what the scenario asked for is waited for. */
	if (p->scenario == SCENARIO_BEAT || p->scenario == SCENARIO_BEAT_LOOP)
		return f->waits == 0;
	return f->result.unstored == 0 && f->result.linked == f->count;
}

static bool tell(const struct fleet *f, int fd, bool is_over)
{
	static struct fleet_note note;
	const uint8_t *at = (const uint8_t *)&note;
	size_t left = sizeof note;

	note.over = is_over;
	note.result = f->result;
	while (left != 0) {
		ssize_t n = send(fd, at, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		left -= (size_t)n;
	}
	return true;
}

/* The parent says when it begins, or closes its end. False: closed. */
static bool parent_said(struct fleet *f, int fd)
{
	int64_t go_ns;
	ssize_t n = recv(fd, &go_ns, sizeof go_ns, MSG_DONTWAIT);

	if (n == (ssize_t)sizeof go_ns)
		f->go_ns = go_ns;
	else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return false;
	return true;
}

static int wait_ms(const struct fleet *f, bool begun)
{
	const struct heap_item *next = heap_top(&f->timers);
	int64_t at = f->now_ns + 100 * MS;

	if (next != NULL && next->at < at)
		at = next->at;
	if (f->go_ns != 0 && !begun && f->go_ns < at)
		at = f->go_ns;
	return at <= f->now_ns ? 0 : (int)((at - f->now_ns + MS - 1) / MS);
}

static void turn(struct fleet *f, int n, const struct epoll_event *events)
{
	struct heap_item *due;

	for (int i = 0; i < n; i++)
		if (events[i].data.ptr != NULL)
			fleet_home_event(f, events[i].data.ptr);
	f->now_ns = mono_now_ns();
	for (int i = 0; i < TIMERS_A_TURN && (due = heap_top(&f->timers)) != NULL && due->at <= f->now_ns; i++)
		fleet_home_tick(f, (struct fleet_home *)due); /* its first member */
}

static int run(struct fleet *f, int fd)
{
	struct epoll_event events[EVENTS_A_TURN];
	bool told_linked = false, told_over = false, begun = false;
	const struct fleet_options *o = f->options;

	for (;;) {
		int n = epoll_wait(f->epoll, events, EVENTS_A_TURN, wait_ms(f, begun));

		if (n < 0 && errno != EINTR)
			return 1;
		f->now_ns = mono_now_ns();
		for (int i = 0; i < n; i++)
			if (events[i].data.ptr == NULL && !parent_said(f, fd))
				return 0;
		turn(f, n, events);
		if (!told_linked && (f->result.linked == f->count || f->now_ns - f->began_ns > o->link_ms * MS)) {
			told_linked = true;
			if (!tell(f, fd, false))
				return 1;
		}
		if (!begun && f->go_ns != 0 && f->now_ns >= f->go_ns) {
			begun = true;
			go(f);
		}
		if (begun && !told_over && (over(f) || f->now_ns - f->go_ns >= (o->plan.window_ms + o->settle_ms) * MS)) {
			told_over = true;
			if (!tell(f, fd, true))
				return 1;
		}
	}
}

/* Not more of them than a process has descriptors. */
static bool any_apart(const struct fleet_options *o)
{
	bool scenario = o->plan.scenario == SCENARIO_STORM || o->plan.scenario == SCENARIO_POWER_CUT;

	return scenario && o->plan.presses != 0 && o->plan.presses <= FLEET_HOMES_MAX;
}

uint32_t fleet_workers(const struct fleet_options *o)
{
	return o->processes + (any_apart(o) ? 1 : 0);
}

static bool lives_here(const struct fleet_options *o, uint32_t worker, uint32_t index)
{
	return any_apart(o) && plan_apart(&o->plan, index) ? worker == o->processes : worker == index % o->processes;
}

int fleet_worker(const struct fleet_options *o, uint32_t worker, int fd)
{
	static struct fleet f;
	struct epoll_event ev = {.events = EPOLLIN};
	struct rlimit files;
	int status = 1;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	f.options = o;
	for (uint32_t i = 0; i < o->plan.homes; i++)
		f.count += lives_here(o, worker, i);
	f.homes = calloc(f.count + 1, sizeof *f.homes);
	f.epoll = epoll_create1(EPOLL_CLOEXEC);
	f.began_ns = f.now_ns = mono_now_ns();
	f.result.homes = f.count;
	if (f.homes != NULL && f.epoll >= 0 && epoll_ctl(f.epoll, EPOLL_CTL_ADD, fd, &ev) == 0) {
		uint32_t n = 0;

		for (uint32_t i = 0; i < o->plan.homes; i++)
			if (lives_here(o, worker, i))
				fleet_home_init(&f, &f.homes[n++], i, o->spread_ms * MS);
		status = run(&f, fd);
		for (uint32_t i = 0; i < f.count; i++)
			fleet_home_free(&f.homes[i]);
	}
	if (f.epoll >= 0)
		(void)close(f.epoll);
	heap_free(&f.timers);
	free(f.homes);
	return status;
}
