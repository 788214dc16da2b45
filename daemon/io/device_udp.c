#include "io/device_udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/app.h"
#include "base/table.h"
#include "wire/dc09.h"

#define TICK_MS 5000
#define DATAGRAM_MAX (4 * DC09_FRAME_MAX) /* several frames in one occur */

struct peer {
	TAILQ_ENTRY(peer) lru; /* heard longest ago first */
	bool known;            /* which of the two lists it is in */
	struct device_udp *server;
	link_t link;
	char key[INET6_ADDRSTRLEN + 8]; /* "192.0.2.1/4711" */
	struct sockaddr_storage at;
	socklen_t at_len;
	mono_t heard;
};

struct device_udp {
	struct app *app;
	struct links *links;
	struct metrics *metrics;
	struct clock *clock;
	int fd;
	struct event *read, *tick;
	struct table peers; /* key -> struct peer */
	TAILQ_HEAD(peer_list, peer) known, strangers;
	size_t count, max;
	uint8_t in[DATAGRAM_MAX];
};

/* ------------------------------------------------------------ peers */

static struct peer_list *list_of(struct peer *p)
{
	return p->known ? &p->server->known : &p->server->strangers;
}

static void peer_free(struct peer *p)
{
	TAILQ_REMOVE(list_of(p), p, lru);
	table_remove(&p->server->peers, p->key);
	p->server->count--;
	free(p);
}

static void peer_gone(struct peer *p)
{
	link_t link = p->link;
	struct device_udp *u = p->server;

	peer_free(p);
	app_link_down(u->app, link);
	links_drop(u->links, link);
}

/* What the socket won't take is lost like any datagram: the unit repeats. */
static enum send_result send_to(void *conn, struct slice bytes)
{
	struct peer *p = conn;

	if (sendto(p->server->fd, bytes.at, bytes.len, MSG_NOSIGNAL, (const struct sockaddr *)&p->at, p->at_len) < 0)
		metric_add(p->server->metrics, METRIC_DC09_DATAGRAMS_DROPPED, 1);
	return SEND_OK;
}

static void close_peer(void *conn)
{
	peer_free(conn); /* the handle is dead already */
}

static void resume(void *conn)
{
	(void)conn; /* nothing is kept for it: datagrams that came meanwhile were dropped */
}

static const struct link_ops OPS = {.send = send_to, .close = close_peer, .resume = resume};

static bool key_of(const struct sockaddr_storage *from, char ret[INET6_ADDRSTRLEN + 8], char address[INET6_ADDRSTRLEN])
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	bool v6 = from->ss_family == AF_INET6;

	memcpy(&in, from, sizeof in);
	memcpy(&in6, from, sizeof in6);
	if (inet_ntop(from->ss_family, v6 ? (const void *)&in6.sin6_addr : &in.sin_addr, address, INET6_ADDRSTRLEN) == NULL)
		return false;
	(void)snprintf(ret, INET6_ADDRSTRLEN + 8, "%s/%u", address, (unsigned)ntohs(v6 ? in6.sin6_port : in.sin_port));
	return true;
}

static struct peer *peer_new(struct device_udp *u, const char *key, const char *address)
{
	struct peer *p;

	/* Anybody can send from any number of addresses: a panel that we know makes room only for another. */
	if (u->count >= u->max) {
		metric_add(u->metrics, METRIC_DC09_PEERS_SHED, 1);
		peer_gone(TAILQ_EMPTY(&u->strangers) ? TAILQ_FIRST(&u->known) : TAILQ_FIRST(&u->strangers));
	}
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	p->server = u;
	(void)snprintf(p->key, sizeof p->key, "%s", key);
	TAILQ_INSERT_TAIL(&u->strangers, p, lru);
	u->count++;
	if (!table_put(&u->peers, p->key, p) || (p->link = links_add(u->links, &OPS, p)) == 0) {
		peer_free(p);
		return NULL;
	}
	app_device_up(u->app, p->link, PROTOCOL_DC09, NULL, address);
	app_device_datagrams(u->app, p->link);
	/* The app may have closed it at once: then it is gone. */
	return table_get(&u->peers, key);
}

/* ------------------------------------------------------------ datagrams */

static void take(struct device_udp *u, const struct sockaddr_storage *from, socklen_t from_len, size_t len)
{
	char key[INET6_ADDRSTRLEN + 8], address[INET6_ADDRSTRLEN];
	struct peer *p;
	link_t link;

	metric_add(u->metrics, METRIC_DC09_DATAGRAMS, 1);
	if (!key_of(from, key, address))
		return;
	p = table_get(&u->peers, key);
	if (p == NULL)
		p = peer_new(u, key, address);
	if (p == NULL || !links_may_read(u->links, p->link)) {
		metric_add(u->metrics, METRIC_DC09_DATAGRAMS_DROPPED, 1);
		return;
	}
	p->at = *from;
	p->at_len = from_len;
	p->heard = clock_mono(u->clock);
	TAILQ_REMOVE(list_of(p), p, lru);
	TAILQ_INSERT_TAIL(list_of(p), p, lru);
	link = p->link;
	/* A datagram is whole or it is nothing: half a frame is not kept. */
	if (app_device_bytes(u->app, link, slice_of(u->in, len)) < len)
		metric_add(u->metrics, METRIC_DC09_DATAGRAMS_DROPPED, 1);
	/* The app may have closed it; then its handle is dead. */
	if (links_conn(u->links, link) != NULL && !p->known && app_device_proved(u->app, link)) {
		TAILQ_REMOVE(&u->strangers, p, lru);
		p->known = true;
		TAILQ_INSERT_TAIL(&u->known, p, lru);
	}
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
	struct device_udp *u = arg;

	(void)what;
	for (int n = 0; n < UDP_DATAGRAMS_MAX; n++) {
		struct sockaddr_storage from = {0};
		socklen_t from_len = sizeof from;
		ssize_t len = recvfrom(fd, u->in, sizeof u->in, MSG_TRUNC, (struct sockaddr *)&from, &from_len);

		if (len < 0) {
			if (errno == EINTR || errno == ECONNREFUSED)
				continue; /* an answer that nobody took: not about us */
			return;
		}
		if ((size_t)len > sizeof u->in) {
			metric_add(u->metrics, METRIC_DC09_DATAGRAMS_DROPPED, 1);
			continue;
		}
		take(u, &from, from_len, (size_t)len);
	}
}

static void forget_old(struct peer_list *list, mono_t now)
{
	struct peer *p;

	while ((p = TAILQ_FIRST(list)) != NULL && now.ms - p->heard.ms > UDP_IDLE_MS)
		peer_gone(p);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct device_udp *u = arg;
	mono_t now = clock_mono(u->clock);

	(void)fd, (void)what;
	forget_old(&u->known, now);
	forget_old(&u->strangers, now);
}

/* ------------------------------------------------------------ start and stop */

static int bind_udp(const struct address *a, uint16_t port, char error[256])
{
	struct sockaddr_storage to = {0};
	struct sockaddr_in *in = (struct sockaddr_in *)&to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to;
	const int on = 1;
	int fd;

	to.ss_family = a->v6 ? AF_INET6 : AF_INET;
	in->sin_port = htons(port); /* the same place in both */
	if (inet_pton(to.ss_family, a->host, a->v6 ? (void *)&in6->sin6_addr : &in->sin_addr) != 1) {
		(void)snprintf(error, 256, "%s: not an address to listen on", a->host);
		return -1;
	}
	fd = socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || (a->v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) ||
	    bind(fd, (struct sockaddr *)&to, a->v6 ? sizeof *in6 : sizeof *in) < 0) {
		(void)snprintf(error, 256, "%s:%u over UDP: %s", a->host, port, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return fd;
}

struct device_udp *device_udp_new(struct event_base *base, const struct address *address, uint16_t port,
                                  size_t peers_max, struct app *app, struct links *links, struct metrics *metrics,
                                  struct clock *clock, char error[256])
{
	struct timeval tick = {.tv_sec = TICK_MS / 1000};
	struct device_udp *u = calloc(1, sizeof *u);

	ENSURE(peers_max > 0);
	if (u == NULL) {
		(void)snprintf(error, 256, "no memory");
		return NULL;
	}
	u->app = app;
	u->links = links;
	u->metrics = metrics;
	u->clock = clock;
	u->max = peers_max;
	TAILQ_INIT(&u->known);
	TAILQ_INIT(&u->strangers);
	u->fd = bind_udp(address, port, error);
	if (u->fd < 0) {
		free(u);
		return NULL;
	}
	u->read = event_new(base, u->fd, EV_READ | EV_PERSIST, on_read, u);
	u->tick = event_new(base, -1, EV_PERSIST, on_tick, u);
	if (u->read == NULL || u->tick == NULL || event_add(u->read, NULL) < 0 || event_add(u->tick, &tick) < 0) {
		(void)snprintf(error, 256, "no memory");
		device_udp_free(u);
		return NULL;
	}
	return u;
}

void device_udp_stop(struct device_udp *u)
{
	(void)event_del(u->read);
	while (!TAILQ_EMPTY(&u->known))
		peer_gone(TAILQ_FIRST(&u->known));
	while (!TAILQ_EMPTY(&u->strangers))
		peer_gone(TAILQ_FIRST(&u->strangers));
}

void device_udp_free(struct device_udp *u)
{
	struct peer *p;

	if (u == NULL)
		return;
	while ((p = TAILQ_FIRST(&u->known)) != NULL || (p = TAILQ_FIRST(&u->strangers)) != NULL) {
		links_drop(u->links, p->link);
		peer_free(p);
	}
	table_free(&u->peers);
	if (u->read != NULL)
		event_free(u->read);
	if (u->tick != NULL)
		event_free(u->tick);
	(void)close(u->fd);
	free(u);
}
