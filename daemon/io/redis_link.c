#include "io/redis_link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct wait {
	redis_link_reply *fn;
	void *ctx;
	uint64_t tag;
	int64_t due_ms;
};

struct redis_link {
	struct event_base *base;
	struct redis_link_owner owner;
	redisAsyncContext *ac;  /* hiredis frees it; NULL when down. Owned while not NULL */
	struct event *readable; /* owned; NULL while down */
	struct event *writable;
	struct event *flush;  /* at the end of this turn */
	struct event *failed; /* tells `lost` from the loop */
	bool up;
	bool closing; /* redis_link_close() is at work: replies are not for the callers any more */
	bool held;
	bool in_write;
	bool tcp;
	char why[128];      /* set once per connection: what `lost` will say */
	struct wait *waits; /* ring */
	size_t waits_max, waits_at, waits_len;
};

static void on_flush(evutil_socket_t fd, short what, void *arg);
static void on_failed(evutil_socket_t fd, short what, void *arg);

struct redis_link *redis_link_new(struct event_base *base, const struct redis_link_owner *owner, size_t waits_max)
{
	struct redis_link *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->base = base;
	l->owner = *owner;
	l->waits_max = waits_max;
	l->waits = calloc(waits_max, sizeof *l->waits);
	l->flush = event_new(base, -1, 0, on_flush, l);
	l->failed = event_new(base, -1, 0, on_failed, l);
	if (l->waits == NULL || l->flush == NULL || l->failed == NULL) {
		redis_link_free(l);
		return NULL;
	}
	return l;
}

void redis_link_free(struct redis_link *l)
{
	if (l == NULL)
		return;
	redis_link_close(l);
	if (l->flush != NULL)
		event_free(l->flush);
	if (l->failed != NULL)
		event_free(l->failed);
	free(l->waits);
	free(l);
}

/* ------------------------------------------------------------ hiredis' hooks */

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *l = arg;

	(void)fd;
	(void)what;
	if (l->ac != NULL)
		redisAsyncHandleRead(l->ac);
}

static void write_now(struct redis_link *l)
{
	if (l->ac == NULL || l->in_write)
		return;
	l->in_write = true;
	redisAsyncHandleWrite(l->ac); /* may end the connection: l->ac is NULL then */
	l->in_write = false;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	write_now(arg);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *l = arg;

	(void)fd;
	(void)what;
	if (l->up)
		write_now(l);
}

static void hook_add_read(void *arg)
{
	struct redis_link *l = arg;

	if (!l->held)
		event_add(l->readable, NULL);
}

static void hook_del_read(void *arg)
{
	event_del(((struct redis_link *)arg)->readable);
}

static void hook_add_write(void *arg)
{
	struct redis_link *l = arg;

	/* While connecting, and after a partial write, the kernel says when. Else this turn's end is soon enough. */
	if (!l->up || l->in_write)
		event_add(l->writable, NULL);
	else
		event_active(l->flush, EV_WRITE, 1);
}

static void hook_del_write(void *arg)
{
	event_del(((struct redis_link *)arg)->writable);
}

static void hook_cleanup(void *arg)
{
	struct redis_link *l = arg;

	event_free(l->readable);
	event_free(l->writable);
	l->readable = NULL;
	l->writable = NULL;
	event_del(l->flush);
}

static void fail(struct redis_link *l, const char *why)
{
	if (l->why[0] == '\0')
		snprintf(l->why, sizeof l->why, "%s", why != NULL && why[0] != '\0' ? why : "closed");
	l->up = false;
	event_active(l->failed, EV_TIMEOUT, 1);
}

static void on_failed(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *l = arg;

	(void)fd;
	(void)what;
	l->owner.lost(l->owner.ctx, l, l->why);
}

static void on_connect(const redisAsyncContext *ac, int status)
{
	struct redis_link *l = ac->data;

	if (status != REDIS_OK) {
		l->ac = NULL; /* hiredis frees it when we return */
		fail(l, ac->c.errstr);
		return;
	}
	if (l->tcp) {
		int on = 1;
		unsigned unsent_ms = 5000; /* the watchdog is faster; this is for data the kernel still holds */

		(void)setsockopt(ac->c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		(void)setsockopt(ac->c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unsent_ms, sizeof unsent_ms);
	}
	l->up = true;
	l->owner.up(l->owner.ctx, l);
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
	struct redis_link *l = ac->data;

	(void)status;
	l->ac = NULL;
	if (!l->closing)
		fail(l, ac->errstr);
}

static void on_reply(redisAsyncContext *ac, void *reply, void *arg)
{
	struct redis_link *l = arg;
	struct wait w;

	(void)ac;
	ENSURE(l->waits_len > 0);
	w = l->waits[l->waits_at];
	l->waits_at = (l->waits_at + 1) % l->waits_max;
	l->waits_len--;
	/* NULL: the connection ends; `lost` says so for all of them. After a failure nothing more is believed. */
	if (reply != NULL && !l->closing && l->why[0] == '\0')
		w.fn(w.ctx, w.tag, reply);
}

/* ------------------------------------------------------------ what the owner calls */

void redis_link_connect(struct redis_link *l, const char *unix_path, const char *host, uint16_t port)
{
	redisAsyncContext *ac;

	ENSURE(l->ac == NULL && l->waits_len == 0);
	l->why[0] = '\0';
	l->up = false;
	l->held = false;
	l->tcp = unix_path == NULL || unix_path[0] == '\0';
	ac = l->tcp ? redisAsyncConnect(host, port) : redisAsyncConnectUnix(unix_path);
	if (ac == NULL) {
		fail(l, "no memory");
		return;
	}
	if (ac->err != 0) { /* a missing Unix socket: ours to free */
		fail(l, ac->errstr);
		redisAsyncFree(ac);
		return;
	}
	l->readable = event_new(l->base, ac->c.fd, EV_READ | EV_PERSIST, on_readable, l);
	l->writable = event_new(l->base, ac->c.fd, EV_WRITE | EV_PERSIST, on_writable, l);
	ENSURE(l->readable != NULL && l->writable != NULL);
	l->ac = ac;
	ac->data = l;
	ac->ev.data = l;
	ac->ev.addRead = hook_add_read;
	ac->ev.delRead = hook_del_read;
	ac->ev.addWrite = hook_add_write;
	ac->ev.delWrite = hook_del_write;
	ac->ev.cleanup = hook_cleanup;
	redisAsyncSetDisconnectCallback(ac, on_disconnect);
	redisAsyncSetConnectCallback(ac, on_connect); /* asks for EV_WRITE */
}

void redis_link_close(struct redis_link *l)
{
	redisAsyncContext *ac = l->ac;

	l->closing = true;
	l->ac = NULL;
	l->up = false;
	if (ac != NULL)
		redisAsyncFree(ac);
	l->closing = false;
	l->waits_len = 0;
	l->waits_at = 0;
	if (l->flush != NULL)
		event_del(l->flush);
	if (l->failed != NULL)
		event_del(l->failed);
}

bool redis_link_is_up(const struct redis_link *l)
{
	return l->up;
}

bool redis_link_send(struct redis_link *l, int argc, const char **argv, const size_t *argvlen, redis_link_reply *fn,
                     void *ctx, uint64_t tag, int64_t due_ms)
{
	if (!l->up || l->ac == NULL || l->waits_len == l->waits_max)
		return false;
	if (redisAsyncCommandArgv(l->ac, on_reply, l, argc, argv, argvlen) != REDIS_OK)
		return false;
	l->waits[(l->waits_at + l->waits_len++) % l->waits_max] =
		(struct wait){.fn = fn, .ctx = ctx, .tag = tag, .due_ms = due_ms};
	return true;
}

bool redis_link_overdue(const struct redis_link *l, int64_t now_ms)
{
	return l->waits_len != 0 && !l->held && l->waits[l->waits_at].due_ms <= now_ms;
}

size_t redis_link_waits(const struct redis_link *l)
{
	return l->waits_len;
}

void redis_link_flush(struct redis_link *l)
{
	if (!l->up)
		return;
	event_del(l->flush);
	write_now(l);
}

void redis_link_hold(struct redis_link *l, bool hold)
{
	l->held = hold;
	if (l->readable == NULL)
		return;
	if (hold)
		event_del(l->readable);
	else
		event_add(l->readable, NULL);
}
