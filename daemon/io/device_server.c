#include "io/device_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/device_door.h"

#define TICK_MS 1000
#define ACCEPT_PAUSE_MS 100 /* no descriptor left */
#define AGAIN_A_TURN 64
#define SWEEP_A_TURN DEVICE_ACCEPTS_MAX /* as many as come in: what is dying never grows by those that come back */

static struct timeval after(int ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* ------------------------------------------------------------ freeing */

void conn_free(struct conn *c)
{
	struct device_server *s = c->listener->server;

	TAILQ_REMOVE(&s->dying, c, list);
	TAILQ_REMOVE(&s->all, c, all);
	SSL_free(c->ssl);
	if (c->read != NULL)
		event_free(c->read);
	(void)close(c->fd);
	free(c->identity);
	free(c);
}

static void sweep(struct device_server *s)
{
	struct conn *c;

	for (int n = 0; n < SWEEP_A_TURN && (c = TAILQ_FIRST(&s->dying)) != NULL; n++) {
		/* Broken while the app was speaking to it: now it can be told. */
		if (c->link != 0) {
			link_t link = c->link;

			c->link = 0;
			app_link_down(s->app, link);
			links_drop(s->links, link);
		}
		conn_free(c);
	}
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval NEXT_TURN = {0};
	struct device_server *s = arg;

	(void)fd, (void)what;
	sweep(s);
	/* When a carrier loses all its links at once, a press by another waits for a few of them, not for all. */
	if (!TAILQ_EMPTY(&s->dying))
		(void)event_add(s->sweep, &NEXT_TURN);
}

/* ------------------------------------------------------------ accepting */

static void refuse(struct listener *l, int fd, const char *peer, const char *reason)
{
	metric_add(l->server->metrics, METRIC_DEVICE_REFUSED, 1);
	log_line(l->server->log, "DEVICE_REFUSED", "peer=%s reason=%s", peer, reason);
	(void)close(fd);
}

/* A peer that vanished without a word is noticed within about three minutes, whatever its protocol says. But a watch is never
 * asked: each question wakes its radio and drains its battery, and it speaks every few minutes by itself. */
static void socket_setup(int fd, enum protocol protocol)
{
	const int on = 1, idle_s = 60, every_s = 30, probes = 4;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (protocol == PROTOCOL_WATCH)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

static void conn_new(struct listener *l, int fd, const struct sockaddr_storage *from)
{
	struct device_server *s = l->server;
	struct conn *c;
	struct peer *peer = NULL;
	const char *why = "no_memory";

	if (from->ss_family == AF_INET || from->ss_family == AF_INET6) {
		peer = door_peer(s, from);
		socket_setup(fd, l->protocol);
	}
	c = door_ask(l, peer, &why) == DOOR_IN ? calloc(1, sizeof *c) : NULL;
	if (c == NULL) {
		refuse(l, fd, peer == NULL ? "unix" : peer->text, why);
		door_peer_leave(s, peer);
		return;
	}
	c->listener = l;
	c->peer = peer;
	c->fd = fd;
	c->since = c->heard = clock_mono(s->clock);
	TAILQ_INSERT_TAIL(&s->all, c, all);
	s->count++;
	l->count++;
	door_enter(c);
	metric_add(s->metrics,
	           l->protocol == PROTOCOL_NATIVE  ? METRIC_DEVICE_ACCEPTED
	           : l->protocol == PROTOCOL_WATCH ? METRIC_WATCH_ACCEPTED
	                                           : METRIC_DC09_ACCEPTED,
	           1);
	if (!conn_assign(c)) {
		conn_kill(c);
		return;
	}
	if (l->tls != NULL) {
		c->ssl = SSL_new(l->tls);
		if (c->ssl == NULL || !SSL_set_fd(c->ssl, fd)) {
			conn_kill(c);
			return;
		}
		SSL_set_app_data(c->ssl, c);
	} else {
		conn_opened(c);
	}
	if ((c->state == CONN_HANDSHAKE || c->state == CONN_OPEN) && event_add(c->read, NULL) < 0)
		conn_gone(c);
}

/* What the app did not use is shown again: it was held back, or the frame was only half there. */
static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct device_server *s = arg;
	struct timeval tv = after(DEVICE_AGAIN_MS);
	struct conn *c;

	(void)fd, (void)what;
	for (int n = 0; n < AGAIN_A_TURN && (c = TAILQ_FIRST(&s->kept)) != NULL; n++) {
		TAILQ_REMOVE(&s->kept, c, list);
		TAILQ_INSERT_TAIL(&s->kept, c, list);
		conn_again(c);
	}
	if (!TAILQ_EMPTY(&s->kept))
		(void)event_add(s->again, &tv);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;
	struct timeval tv = after(ACCEPT_PAUSE_MS);

	(void)what;
	for (int n = 0; n < DEVICE_ACCEPTS_MAX; n++) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof from;
		int conn_fd;

		if (door_shut(l)) {
			(void)event_del(l->accept);
			l->waiting = true;
			return;
		}
		conn_fd = accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (conn_fd >= 0) {
			conn_new(l, conn_fd, &from);
			continue;
		}
		if (errno == EMFILE && !TAILQ_EMPTY(&l->server->dying)) {
			sweep(l->server);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_line(l->server->log, "NO_DESCRIPTORS", "what=accept error=%d", errno);
			for (size_t i = 0; i < l->server->listener_count; i++)
				if (l->server->listeners[i].accept != NULL)
					(void)event_del(l->server->listeners[i].accept);
			(void)event_add(l->server->accept_again, &tv);
			return;
		}
		if (errno == EAGAIN)
			return;
		/* ECONNABORTED and the like are about the one that left: on to the next. */
	}
}

/* Who waits before the door may come in as soon as there is room. */
static void door_open(struct device_server *s)
{
	for (size_t i = 0; i < s->listener_count && !s->stopping; i++) {
		struct listener *l = &s->listeners[i];

		if (!l->waiting || l->accept == NULL || door_shut(l))
			continue;
		l->waiting = false;
		(void)event_add(l->accept, NULL);
	}
}

static void on_handshake(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval NEXT_TURN = {0};
	struct device_server *s = arg;

	(void)fd, (void)what;
	/* By a timer, not by event_active(): presses and the store have their turn in between. */
	if (door_handshakes(s) != 0)
		(void)event_add(s->handshake, &NEXT_TURN);
	door_open(s);
}

static void on_accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct device_server *s = arg;

	(void)fd, (void)what;
	door_open(s);
	for (size_t i = 0; i < s->listener_count && !s->stopping; i++)
		if (!s->listeners[i].waiting && s->listeners[i].accept != NULL)
			(void)event_add(s->listeners[i].accept, NULL);
}

/* ------------------------------------------------------------ time limits */

static const char *overdue(const struct conn *c, mono_t now, bool reading)
{
	int64_t age_ms = now.ms - c->since.ms;

	switch (c->state) {
	case CONN_HANDSHAKE:
		return age_ms > DEVICE_GREET_MS ? "handshake" : NULL;
	case CONN_FLUSHING:
	case CONN_LINGERING:
		return age_ms > DEVICE_LINGER_MS ? "linger" : NULL;
	case CONN_OPEN:
		/* A native one has DEVICE_GREET_S of the app. */
		if (c->stranger && c->listener->protocol != PROTOCOL_NATIVE && age_ms > DEVICE_STRANGER_MS)
			return "stranger";
		/* While the app takes everything in, what it leaves is half a frame. */
		if (reading && c->in_len != 0 && now.ms - c->begun.ms > DEVICE_FRAME_MS)
			return "half_a_frame";
		if (c->listener->protocol == PROTOCOL_DC09)
			return now.ms - c->heard.ms > DEVICE_PANEL_IDLE_MS ? "idle" : NULL;
		if (c->listener->protocol == PROTOCOL_WATCH)
			return now.ms - c->heard.ms > DEVICE_WATCH_IDLE_MS ? "idle" : NULL;
		return NULL;
	case CONN_DYING:
		return NULL;
	}
	return NULL;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct device_server *s = arg;
	mono_t now = clock_mono(s->clock);
	struct conn *c, *next;
	size_t native = 0, dc09 = 0, watch = 0, strangers = 0;
	struct links_stats links;

	(void)fd, (void)what;
	links_stats(s->links, &links);
	for (c = TAILQ_FIRST(&s->all); c != NULL; c = next) {
		const char *why = overdue(c, now, links.reading);

		next = TAILQ_NEXT(c, all);
		if (c->state == CONN_DYING)
			continue;
		if (c->listener->protocol == PROTOCOL_NATIVE)
			native++;
		else if (c->listener->protocol == PROTOCOL_WATCH)
			watch++;
		else
			dc09++;
		if (why == NULL)
			continue;
		if (c->state == CONN_HANDSHAKE || c->state == CONN_OPEN) {
			metric_add(s->metrics, METRIC_DEVICE_TIMEOUTS, 1);
			log_line(s->log, "DEVICE_SILENT", "peer=%s reason=%s", peer_text(c), why);
		}
		conn_gone(c);
	}
	metric_set(s->metrics, METRIC_DEVICE_LINKS, native);
	metric_set(s->metrics, METRIC_DC09_LINKS, dc09);
	metric_set(s->metrics, METRIC_WATCH_LINKS, watch);
	for (size_t i = 0; i < s->listener_count; i++)
		strangers += s->listeners[i].stranger_count;
	metric_set(s->metrics, METRIC_DEVICE_STRANGERS, strangers);
	metric_set(s->metrics, METRIC_DEVICE_KEPT, s->kept_bytes);
	door_open(s);
}

/* ------------------------------------------------------------ start and stop */

static bool find_key(void *conn, const char *identity, uint8_t ret_key[32])
{
	struct conn *c = conn;

	if (!app_device_key(c->listener->server->app, identity, ret_key))
		return false;
	free(c->identity);
	c->identity = strdup(identity);
	return c->identity != NULL;
}

static int64_t utc_s(void *conn)
{
	return clock_now(((struct conn *)conn)->listener->server->clock)->utc_ms / 1000;
}

static const struct device_tls TLS = {.find = find_key, .utc_s = utc_s};

/* Accepted sockets have it from their listener: what a peer sends while nobody reads it, and what it does not read, is the
 * kernel's memory, for every home. A unit's frames are small. */
static void buffers_small(int fd)
{
	const int bytes = DEVICE_SOCKET_BYTES;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static int listen_tcp(const struct address *a, char error[256])
{
	struct sockaddr_storage to = {0};
	socklen_t len;
	const int on = 1;
	int fd;

	if (a->v6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(a->port);
		len = sizeof *in6;
		if (inet_pton(AF_INET6, a->host, &in6->sin6_addr) != 1)
			goto bad;
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)&to;

		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		len = sizeof *in;
		if (inet_pton(AF_INET, a->host, &in->sin_addr) != 1)
			goto bad;
	}
	fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		goto bad;
	/* Several processes may serve one port (DESIGN: SO_REUSEPORT). */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	buffers_small(fd);
	if (a->v6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 && bind(fd, (struct sockaddr *)&to, len) == 0 &&
	    listen(fd, DEVICE_BACKLOG) == 0)
		return fd;
	(void)snprintf(error, 256, "%s:%u: %s", a->host, a->port, strerror(errno));
	(void)close(fd);
	return -1;
bad:
	(void)snprintf(error, 256, "%s:%u: not an address to listen on", a->host, a->port);
	return -1;
}

static int listen_unix(const struct address *a, char error[256])
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(a->path) >= sizeof to.sun_path)
		goto bad;
	memcpy(to.sun_path, a->path, strlen(a->path) + 1);
	(void)unlink(a->path);
	if (bind(fd, (struct sockaddr *)&to, sizeof to) == 0 && listen(fd, DEVICE_BACKLOG) == 0)
		return fd;
bad:
	(void)snprintf(error, 256, "unix:%s: %s", a->path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* At its address; a port that was "any" is the one it got. */
static bool listener_open(struct listener *l, char error[256])
{
	struct sockaddr_storage at;
	socklen_t len = sizeof at;

	l->fd = l->address.kind == ADDRESS_UNIX ? listen_unix(&l->address, error) : listen_tcp(&l->address, error);
	if (l->fd < 0)
		return false;
	if (l->address.kind == ADDRESS_UNIX)
		memcpy(l->path, l->address.path, sizeof l->path);
	else if (getsockname(l->fd, (struct sockaddr *)&at, &len) == 0)
		l->port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
		                                         : ((struct sockaddr_in *)&at)->sin_port);
	l->address.port = l->port;
	l->waiting = false;
	l->accept = event_new(l->server->base, l->fd, EV_READ | EV_PERSIST, on_accept, l);
	if (l->accept == NULL || event_add(l->accept, NULL) < 0) {
		(void)snprintf(error, 256, "no memory");
		return false;
	}
	return true;
}

static bool listener_start(struct device_server *s, struct listener *l, const struct device_listen *from,
                           char error[256])
{
	l->server = s;
	l->fd = -1;
	TAILQ_INIT(&l->strangers);
	l->protocol = from->protocol;
	l->max = from->connections_max;
	if (from->protocol == PROTOCOL_NATIVE && !from->tls && !from->address.local) {
		(void)snprintf(error, 256, "%s:%u: tls may be off on a local address only", from->address.host,
		               from->address.port);
		return false;
	}
	if (from->tls) {
		l->tls = device_tls_new(from->certificate, from->key, &TLS, error);
		if (l->tls == NULL)
			return false;
	}
	l->address = from->address;
	return listener_open(l, error);
}

struct device_server *device_server_new(struct event_base *base, const struct device_server_config *config,
                                        struct app *app, struct links *links, struct log *log, struct metrics *metrics,
                                        struct clock *clock, char error[256])
{
	struct device_server *s = calloc(1, sizeof *s);
	struct timeval tick = after(TICK_MS);

	if (s == NULL) {
		(void)snprintf(error, 256, "no memory");
		return NULL;
	}
	s->base = base;
	s->app = app;
	s->links = links;
	s->log = log;
	s->metrics = metrics;
	s->clock = clock;
	s->per_address_max = config->per_address_max;
	s->strangers_max = config->strangers_max;
	TAILQ_INIT(&s->ring);
	TAILQ_INIT(&s->local.handshakes);
	TAILQ_INIT(&s->all);
	TAILQ_INIT(&s->kept);
	TAILQ_INIT(&s->dying);
	/* OpenSSL writes by write(2), which knows no MSG_NOSIGNAL. */
	(void)signal(SIGPIPE, SIG_IGN);
	s->tick = event_new(base, -1, EV_PERSIST, on_tick, s);
	s->again = event_new(base, -1, 0, on_again, s);
	s->sweep = event_new(base, -1, 0, on_sweep, s);
	s->accept_again = event_new(base, -1, 0, on_accept_again, s);
	s->handshake = event_new(base, -1, 0, on_handshake, s);
	s->listeners = calloc(config->listen_count == 0 ? 1 : config->listen_count, sizeof *s->listeners);
	if (s->tick == NULL || s->again == NULL || s->sweep == NULL || s->accept_again == NULL || s->handshake == NULL ||
	    s->listeners == NULL || event_add(s->tick, &tick) < 0) {
		(void)snprintf(error, 256, "no memory");
		device_server_free(s);
		return NULL;
	}
	for (size_t i = 0; i < config->listen_count; i++) {
		s->listener_count++;
		if (!listener_start(s, &s->listeners[i], &config->listens[i], error)) {
			device_server_free(s);
			return NULL;
		}
	}
	return s;
}

static void listener_stop(struct listener *l)
{
	if (l->accept != NULL)
		event_free(l->accept);
	l->accept = NULL;
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
	if (l->path[0] != '\0')
		(void)unlink(l->path);
	l->path[0] = '\0';
}

bool device_server_listen(struct device_server *s, bool on)
{
	char error[256] = "";
	bool all = true;

	for (size_t i = 0; i < s->listener_count; i++) {
		struct listener *l = &s->listeners[i];

		if (!on && l->fd >= 0) {
			/* They have a connection, by what the kernel told them: cut now they would wait for an answer. */
			on_accept(l->fd, EV_READ, l);
			listener_stop(l);
		} else if (on && l->fd < 0 && !listener_open(l, error)) {
			log_line(s->log, "LISTEN_AGAIN_FAILED", "error=\"%s\"", error);
			listener_stop(l);
			all = false;
		}
	}
	s->stopping = !on;
	return all;
}

void device_server_stop(struct device_server *s)
{
	struct conn *c, *next;

	s->stopping = true;
	(void)event_del(s->accept_again);
	(void)event_del(s->handshake);
	for (size_t i = 0; i < s->listener_count; i++)
		listener_stop(&s->listeners[i]);
	for (c = TAILQ_FIRST(&s->all); c != NULL; c = next) {
		link_t link = c->link;

		next = TAILQ_NEXT(c, all);
		if (c->state == CONN_HANDSHAKE) {
			conn_kill(c);
		} else if (c->state == CONN_OPEN) {
			app_link_down(s->app, link);
			links_drop(s->links, link);
			conn_close(c);
		}
	}
}

void device_server_free(struct device_server *s)
{
	struct conn *c;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->listener_count; i++)
		listener_stop(&s->listeners[i]);
	while ((c = TAILQ_FIRST(&s->all)) != NULL) {
		conn_gone(c);
		conn_free(c);
	}
	for (size_t i = 0; i < s->listener_count; i++)
		SSL_CTX_free(s->listeners[i].tls);
	free(s->listeners);
	table_free(&s->peers);
	if (s->tick != NULL)
		event_free(s->tick);
	if (s->again != NULL)
		event_free(s->again);
	if (s->sweep != NULL)
		event_free(s->sweep);
	if (s->accept_again != NULL)
		event_free(s->accept_again);
	if (s->handshake != NULL)
		event_free(s->handshake);
	free(s);
}

uint16_t device_server_port(const struct device_server *s, size_t listen_)
{
	return listen_ < s->listener_count ? s->listeners[listen_].port : 0;
}

size_t device_server_connections(const struct device_server *s)
{
	return s->count;
}
