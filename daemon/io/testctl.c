#include "io/testctl.h"

#ifdef PINGAN_TEST_BUILD

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#define CLIENTS_MAX 8
#define LINE_MAX_LEN 256
/* More at once, and a daemon would think that it had stood still. */
#define STEP_MS 500
/* A store that is held does not answer: time goes on all the same after so many looks, one a millisecond. */
#define LOOKS_MAX 400

struct client {
	struct bufferevent *link; /* NULL = free */
	struct testctl *t;
	bool advancing;
	int64_t left_ms;
	uint64_t next_turn; /* the turn under way has read the clock already; the one after it has not */
	unsigned looks;
};

struct testctl {
	struct event_base *base;
	struct evconnlistener *listener;
	struct clock *clock;
	struct app *app;
	struct redis_store *store;
	struct event *look; /* while somebody advances */
	uint64_t turns;
	char path[108];
	struct client clients[CLIENTS_MAX];
};

static void say(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct client *c, const char *fmt, ...)
{
	struct evbuffer *out = bufferevent_get_output(c->link);
	va_list args;

	va_start(args, fmt);
	evbuffer_add_vprintf(out, fmt, args);
	va_end(args);
	evbuffer_add(out, "\n", 1);
}

static void health(struct client *c)
{
	struct app_health h;

	app_health(c->t->app, &h);
	say(c, "ok store_up=%d alive=%d loaded=%d stale_ms=%" PRId64 " newest=%" PRIu64 " safe=%" PRIu64 " turns=%" PRIu64,
	    h.store_up, h.alive, h.loaded, h.stale_ms, h.newest, h.safe, c->t->turns);
}

static void step(struct client *c)
{
	const struct timeval look = {.tv_usec = 1000};
	struct testctl *t = c->t;
	int64_t ms = c->left_ms < STEP_MS ? c->left_ms : STEP_MS;

	clock_test_advance(t->clock, ms);
	redis_store_test_advance(t->store, ms);
	c->left_ms -= ms;
	c->next_turn = t->turns + 2;
	c->looks = 0;
	event_add(t->look, &look);
}

/* What the last step set going has come back, or will not. */
static bool settled(struct client *c)
{
	struct redis_store_stats store;
	struct app_health h;

	if (c->next_turn > c->t->turns)
		return false;
	redis_store_stats(c->t->store, &store);
	app_health(c->t->app, &h);
	return !store.attached || (store.in_flight == 0 && h.newest == h.safe) || ++c->looks >= LOOKS_MAX;
}

static void command(struct client *c, char *line)
{
	struct testctl *t = c->t;
	char *rest = line;
	const char *word = strsep(&rest, " ");
	long long n = rest == NULL ? -1 : atoll(rest);

	if (strcmp(word, "advance") == 0 && n > 0) {
		c->advancing = true;
		c->left_ms = n;
		step(c);
	} else if (strcmp(word, "set") == 0 && n > 0) {
		clock_test_set_utc(t->clock, n);
		say(c, "ok");
	} else if (strcmp(word, "inject") == 0 && rest != NULL && redis_store_test_fail_named(t->store, rest)) {
		say(c, "ok");
	} else if (strcmp(word, "health") == 0) {
		health(c);
	} else {
		say(c, "error unknown command; there are: advance MS, set UTC_MS, inject WHAT, health");
	}
}

/* Wakes the loop, so that it turns. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct testctl *t = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (t->clients[i].link != NULL && t->clients[i].advancing)
			return;
	event_del(t->look);
}

static void drop(struct client *c)
{
	bufferevent_free(c->link);
	c->link = NULL;
	c->advancing = false;
}

static void on_read(struct bufferevent *link, void *arg)
{
	struct client *c = arg;
	char *line;

	while (!c->advancing && (line = evbuffer_readln(bufferevent_get_input(link), NULL, EVBUFFER_EOL_LF)) != NULL) {
		command(c, line);
		free(line);
	}
	if (evbuffer_get_length(bufferevent_get_input(link)) > LINE_MAX_LEN && !c->advancing)
		drop(c);
}

static void on_end(struct bufferevent *link, short what, void *arg)
{
	(void)link;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		drop(arg);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *arg)
{
	struct testctl *t = arg;

	(void)listener;
	(void)address;
	(void)len;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &t->clients[i];

		if (c->link != NULL)
			continue;
		c->t = t;
		c->link = bufferevent_socket_new(t->base, fd, BEV_OPT_CLOSE_ON_FREE);
		ENSURE(c->link != NULL);
		bufferevent_setcb(c->link, on_read, NULL, on_end, c);
		bufferevent_enable(c->link, EV_READ | EV_WRITE);
		return;
	}
	close(fd);
}

struct testctl *testctl_new(struct event_base *base, const char *path, struct clock *clock, struct app *app,
                            struct redis_store *store, char why[256])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct testctl *t = calloc(1, sizeof *t);

	ENSURE(t != NULL);
	t->base = base;
	t->clock = clock;
	t->app = app;
	t->store = store;
	if (!text_copy(address.sun_path, sizeof address.sun_path, slice_str(path)) ||
	    !text_copy(t->path, sizeof t->path, slice_str(path))) {
		snprintf(why, 256, "--test-control: path too long");
		free(t);
		return NULL;
	}
	unlink(path);
	t->look = event_new(base, -1, EV_PERSIST, on_look, t);
	ENSURE(t->look != NULL);
	t->listener = evconnlistener_new_bind(base, on_accept, t, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
	                                      CLIENTS_MAX, (struct sockaddr *)&address, sizeof address);
	if (t->listener == NULL) {
		snprintf(why, 256, "--test-control %.150s: %s", path, strerror(errno));
		event_free(t->look);
		free(t);
		return NULL;
	}
	return t;
}

void testctl_free(struct testctl *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (t->clients[i].link != NULL)
			drop(&t->clients[i]);
	event_free(t->look);
	evconnlistener_free(t->listener);
	unlink(t->path);
	free(t);
}

void testctl_turned(struct testctl *t, uint64_t turns)
{
	t->turns = turns;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &t->clients[i];

		if (c->link == NULL || !c->advancing || !settled(c))
			continue;
		if (c->left_ms > 0) {
			step(c);
			continue;
		}
		c->advancing = false;
		say(c, "ok");
		bufferevent_trigger(c->link, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
	}
}

#endif
