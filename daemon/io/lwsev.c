#include "io/lwsev.h"

#include <stdlib.h>

#include <uv.h>

#define TURNS_MAX 8

/* Closing goes on over several turns of uv; more than this is a handle that never closes. */
#define CLOSING_TURNS_MAX 10000

struct lwsev {
	uv_loop_t uv;
	void *foreign[1];    /* lws keeps the pointer to this row */
	struct event *ready; /* uv's backend descriptor: an epoll descriptor can itself be watched */
	struct event *timer; /* uv's next timer */
	struct event *kick;
	uv_prepare_t poll; /* uv looks at descriptors behind it, and at what lws has read before in front of it */
	bool reads_on;
	bool running; /* inside uv_run(): a kick only marks */
	bool again;
};

static void run(struct lwsev *ev)
{
	int wait_ms = 0;

	if (ev->running) {
		ev->again = true;
		return;
	}
	ev->running = true;
	/* A wait of 0 means that uv has more to do at once: idle handles that lws starts for buffered input, closes. */
	for (int n = 0; n < TURNS_MAX && (n == 0 || ev->again || wait_ms == 0); n++) {
		ev->again = false;
		ev->reads_on = true;
		uv_run(&ev->uv, UV_RUN_NOWAIT);
		wait_ms = uv_backend_timeout(&ev->uv);
	}
	ev->running = false;

	/* More to do at once is done behind a look at all the other descriptors: an event that makes itself active is never left
	 * by libevent, and one connection that lws can't finish with would be the last one served. */
	if (ev->again)
		wait_ms = 0;
	if (wait_ms >= 0) {
		struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = (wait_ms % 1000) * 1000};

		evtimer_add(ev->timer, &wait);
	} else {
		evtimer_del(ev->timer);
	}
}

static void on_poll(uv_prepare_t *poll)
{
	struct lwsev *ev = poll->data;

	ev->reads_on = false;
}

bool lwsev_reads_on(const struct lwsev *ev)
{
	return ev->reads_on;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run(arg);
}

struct lwsev *lwsev_new(struct event_base *base, struct lws_context_creation_info *info)
{
	struct lwsev *ev = calloc(1, sizeof *ev);

	if (ev == NULL)
		return NULL;
	if (uv_loop_init(&ev->uv) != 0) {
		free(ev);
		return NULL;
	}
	ENSURE(uv_prepare_init(&ev->uv, &ev->poll) == 0 && uv_prepare_start(&ev->poll, on_poll) == 0);
	ev->poll.data = ev;
	uv_unref((uv_handle_t *)&ev->poll);
	ev->foreign[0] = &ev->uv;
	info->foreign_loops = ev->foreign;
	info->options |= LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN;
	ev->ready = event_new(base, uv_backend_fd(&ev->uv), EV_READ | EV_PERSIST, on_event, ev);
	ev->timer = evtimer_new(base, on_event, ev);
	ev->kick = event_new(base, -1, 0, on_event, ev);
	ENSURE(ev->ready != NULL && ev->timer != NULL && ev->kick != NULL);
	return ev;
}

void lwsev_start(struct lwsev *ev)
{
	ENSURE(event_add(ev->ready, NULL) == 0);
	lwsev_kick(ev);
}

void lwsev_kick(struct lwsev *ev)
{
	if (ev->running)
		ev->again = true;
	else
		event_active(ev->kick, EV_TIMEOUT, 1);
}

static void handle_close(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void drain(struct lwsev *ev)
{
	for (int n = 0; n < CLOSING_TURNS_MAX && uv_run(&ev->uv, UV_RUN_NOWAIT) != 0; n++)
		;
}

void lwsev_free(struct lwsev *ev, struct lws_context *context)
{
	if (ev == NULL)
		return;
	event_free(ev->ready);
	event_free(ev->timer);
	event_free(ev->kick);
	ev->running = true; /* callbacks of the last turns may still kick */
	if (context != NULL) {
		/* On a foreign loop the first call only begins: each connection is freed when uv has closed its handle. */
		lws_context_destroy(context);
		drain(ev);
		lws_context_destroy(context);
	}
	uv_walk(&ev->uv, handle_close, NULL);
	drain(ev);
	uv_loop_close(&ev->uv);
	free(ev);
}
