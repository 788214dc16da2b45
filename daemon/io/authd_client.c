#include "io/authd_client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#define LOOK_MS 100      /* how often time limits are looked at, while somebody waits */
#define UNSENT_MAX 32768 /* a helper that stands still does not read */

struct question {
	uint64_t id; /* 0 = free */
	uint64_t tag;
	mono_t until;
};

struct authd_client {
	struct event_base *base;
	struct sockaddr_un address;
	uint32_t timeout_ms;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	authd_done *done;
	void *ctx;
	struct bufferevent *link; /* NULL = not connected */
	struct event *look;
	uint64_t newest_id;
	struct question questions[AUTHD_QUEUE_MAX];
};

static void on_look(evutil_socket_t fd, short what, void *arg);

struct authd_client *authd_client_new(struct event_base *base, const char *path, uint32_t timeout_ms,
                                      struct clock *clock, struct log *log, struct metrics *metrics, authd_done *done,
                                      void *ctx)
{
	struct authd_client *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->base = base;
	c->address.sun_family = AF_UNIX;
	if (!text_copy(c->address.sun_path, sizeof c->address.sun_path, slice_str(path))) {
		free(c);
		return NULL;
	}
	c->timeout_ms = timeout_ms;
	c->clock = clock;
	c->log = log;
	c->metrics = metrics;
	c->done = done;
	c->ctx = ctx;
	c->look = event_new(base, -1, EV_PERSIST, on_look, c);
	ENSURE(c->look != NULL);
	return c;
}

void authd_client_free(struct authd_client *c)
{
	if (c == NULL)
		return;
	if (c->link != NULL)
		bufferevent_free(c->link);
	event_free(c->look);
	free(c);
}

static void answer(struct authd_client *c, struct question *q, enum authd_result result, struct slice hash)
{
	uint64_t tag = q->tag;

	q->id = 0;
	c->done(c->ctx, tag, result, hash);
}

/* The connection has gone, and with it all answers. */
static void lost(struct authd_client *c, const char *why)
{
	uint64_t newest_id = c->newest_id; /* done() may ask anew */

	bufferevent_free(c->link);
	c->link = NULL;
	log_line(c->log, "AUTHD_LOST", "why=%s", why);
	for (size_t i = 0; i < AUTHD_QUEUE_MAX; i++)
		if (c->questions[i].id != 0 && c->questions[i].id <= newest_id)
			answer(c, &c->questions[i], AUTHD_AWAY, slice_of(NULL, 0));
}

static void on_read(struct bufferevent *link, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(link);
	struct authd_client *c = arg;

	for (;;) {
		size_t len = evbuffer_get_length(in);
		char hash[AUTHD_HASH_MAX];
		struct authd_answer a;
		enum authd_status status;
		uint64_t id;
		long n;

		if (len > AUTHD_FRAME_MAX + 2)
			len = AUTHD_FRAME_MAX + 2;
		n = authd_take_answer(slice_of(evbuffer_pullup(in, (ssize_t)len), len), &a);
		if (n < 0) {
			lost(c, "broken_answer");
			return;
		}
		if (n == 0)
			return;
		id = a.id;
		status = a.status;
		if (!text_copy(hash, sizeof hash, a.hash))
			status = AUTHD_FAILED;
		evbuffer_drain(in, (size_t)n);
		for (size_t i = 0; i < AUTHD_QUEUE_MAX; i++) {
			if (c->questions[i].id != id || id == 0)
				continue;
			if (status == AUTHD_BUSY)
				metric_add(c->metrics, METRIC_AUTHD_BUSY, 1);
			answer(c, &c->questions[i],
			       status == AUTHD_YES    ? AUTHD_RIGHT
			       : status == AUTHD_NO   ? AUTHD_WRONG
			       : status == AUTHD_BUSY ? AUTHD_LATER
			                              : AUTHD_AWAY,
			       slice_str(hash));
			break;
		}
	}
}

static void on_end(struct bufferevent *link, short what, void *arg)
{
	(void)link;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		lost(arg, what & BEV_EVENT_EOF ? "closed" : "error");
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	struct authd_client *c = arg;
	mono_t now = clock_mono(c->clock);
	bool waits = false;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < AUTHD_QUEUE_MAX; i++) {
		struct question *q = &c->questions[i];

		if (q->id == 0)
			continue;
		if (q->until.ms > now.ms) {
			waits = true;
			continue;
		}
		metric_add(c->metrics, METRIC_AUTHD_TIMEOUTS, 1);
		log_line(c->log, "AUTHD_TIMEOUT", "after_ms=%u", c->timeout_ms);
		answer(c, q, AUTHD_AWAY, slice_of(NULL, 0));
	}
	if (!waits)
		event_del(c->look);
}

static bool connect_now(struct authd_client *c)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* On a Unix socket this is done or refused at once; a full backlog is a helper that stands still. */
	if (fd < 0 || connect(fd, (struct sockaddr *)&c->address, sizeof c->address) != 0) {
		log_line(c->log, "AUTHD_AWAY", "errno=%d", errno);
		if (fd >= 0)
			close(fd);
		return false;
	}
	c->link = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	ENSURE(c->link != NULL);
	bufferevent_setcb(c->link, on_read, NULL, on_end, c);
	bufferevent_enable(c->link, EV_READ | EV_WRITE);
	return true;
}

static enum authd_result ask(struct authd_client *c, uint64_t tag, enum authd_op op, struct slice password,
                             struct slice hash)
{
	const struct timeval look = {.tv_usec = LOOK_MS * 1000};
	uint8_t frame[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(frame, sizeof frame);
	struct question *q = NULL;

	for (size_t i = 0; i < AUTHD_QUEUE_MAX && q == NULL; i++)
		if (c->questions[i].id == 0)
			q = &c->questions[i];
	if (q == NULL) {
		metric_add(c->metrics, METRIC_AUTHD_BUSY, 1);
		return AUTHD_LATER;
	}
	if (c->link == NULL && !connect_now(c))
		return AUTHD_AWAY;
	if (evbuffer_get_length(bufferevent_get_output(c->link)) > UNSENT_MAX) {
		metric_add(c->metrics, METRIC_AUTHD_BUSY, 1);
		return AUTHD_LATER;
	}
	authd_put_question(&out,
	                   &(struct authd_question){.op = op, .id = c->newest_id + 1, .password = password, .hash = hash});
	if (out.overflow || bufferevent_write(c->link, frame, out.len) != 0)
		return AUTHD_AWAY;
	explicit_bzero(frame, sizeof frame);
	q->id = ++c->newest_id;
	q->tag = tag;
	q->until.ms = clock_mono(c->clock).ms + c->timeout_ms;
	if (!event_pending(c->look, EV_TIMEOUT, NULL))
		event_add(c->look, &look);
	return AUTHD_RIGHT;
}

enum authd_result authd_ask(struct authd_client *c, uint64_t tag, struct slice password, struct slice hash)
{
	return ask(c, tag, AUTHD_VERIFY, password, hash);
}

enum authd_result authd_hash(struct authd_client *c, uint64_t tag, struct slice password)
{
	return ask(c, tag, AUTHD_HASH, password, slice_of(NULL, 0));
}

void authd_forget(struct authd_client *c, uint64_t tag)
{
	for (size_t i = 0; i < AUTHD_QUEUE_MAX; i++)
		if (c->questions[i].id != 0 && c->questions[i].tag == tag)
			c->questions[i].id = 0;
}
