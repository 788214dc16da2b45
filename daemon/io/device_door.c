#include "io/device_door.h"

#include <netinet/in.h>
#include <stdlib.h>

/* ------------------------------------------------------------ addresses */

struct peer *door_peer(struct device_server *s, const struct sockaddr_storage *from)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct peer *p;

	if (from->ss_family == AF_INET) {
		(void)inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr, text, sizeof text);
	} else {
		struct in6_addr net = ((const struct sockaddr_in6 *)from)->sin6_addr;

		memset(net.s6_addr + 8, 0, 8);
		(void)inet_ntop(AF_INET6, &net, text, sizeof text);
	}
	p = table_get(&s->peers, text);
	if (p == NULL) {
		p = calloc(1, sizeof *p);
		if (p == NULL)
			return NULL;
		memcpy(p->text, text, sizeof p->text);
		TAILQ_INIT(&p->handshakes);
		if (!table_put(&s->peers, p->text, p)) {
			free(p);
			return NULL;
		}
	}
	p->count++;
	return p;
}

void door_peer_leave(struct device_server *s, struct peer *p)
{
	if (p == NULL || --p->count != 0)
		return;
	ENSURE(p->strangers == 0 && TAILQ_EMPTY(&p->handshakes));
	table_remove(&s->peers, p->text);
	free(p);
}

/* ------------------------------------------------------------ strangers */

void door_enter(struct conn *c)
{
	TAILQ_INSERT_TAIL(&c->listener->strangers, c, strange);
	c->listener->stranger_count++;
	c->stranger = true;
	if (c->peer != NULL)
		c->peer->strangers++;
}

void door_known(struct conn *c)
{
	if (!c->stranger)
		return;
	TAILQ_REMOVE(&c->listener->strangers, c, strange);
	c->listener->stranger_count--;
	c->stranger = false;
	if (c->peer != NULL)
		c->peer->strangers--;
	if (c->listener->waiting)
		event_active(c->listener->server->accept_again, EV_TIMEOUT, 0);
}

static void send_away(struct conn *c, const char *why)
{
	struct device_server *s = c->listener->server;

	metric_add(s->metrics, METRIC_DEVICE_SHED, 1);
	log_line(s->log, "DEVICE_SHED", "peer=%s reason=%s", peer_text(c), why);
	conn_gone(c);
	conn_free(c); /* its place and its descriptor are wanted now */
}

static bool had_its_time(const struct conn *c, mono_t now)
{
	return now.ms - c->since.ms > DOOR_GRACE_MS;
}

/* One of the strangers that came first: whose address has most of them. Its time may not have been enough; but if its
 * address has not more than that of the newcomer, it must have been. NULL: nobody goes. */
static struct conn *who_goes(const struct listener *l, const struct peer *newcomer)
{
	mono_t now = clock_mono(l->server->clock);
	struct conn *c, *worst = NULL;
	int n = 0;

	TAILQ_FOREACH (c, &l->strangers, strange) {
		if (n++ == DOOR_LOOK)
			break;
		if (c->peer != NULL && (worst == NULL || c->peer->strangers > worst->peer->strangers))
			worst = c;
	}
	if (worst != NULL && worst->peer != newcomer &&
	    (newcomer == NULL || worst->peer->strangers > newcomer->strangers + 1))
		return worst;
	c = TAILQ_FIRST(&l->strangers);
	return c != NULL && had_its_time(c, now) ? c : NULL;
}

/* The oldest stranger of this very address among the first ones, if it had its time. */
static struct conn *who_goes_of(const struct listener *l, const struct peer *p)
{
	mono_t now = clock_mono(l->server->clock);
	struct conn *c;
	int n = 0;

	TAILQ_FOREACH (c, &l->strangers, strange) {
		if (n++ == DOOR_LOOK || !had_its_time(c, now))
			break;
		if (c->peer == p)
			return c;
	}
	return NULL;
}

enum door door_ask(struct listener *l, struct peer *p, const char **ret_why)
{
	struct device_server *s = l->server;
	struct conn *c;

	if (p != NULL && s->per_address_max != 0 && p->count > s->per_address_max) {
		c = who_goes_of(l, p);
		if (c == NULL) {
			*ret_why = "address_limit";
			return DOOR_REFUSED;
		}
		send_away(c, "address_limit");
	}
	if (l->count >= l->max) {
		c = who_goes(l, p);
		if (c == NULL) {
			*ret_why = "connections_max";
			return DOOR_REFUSED;
		}
		send_away(c, "connections_max");
	}
	if (l->stranger_count >= s->strangers_max) {
		c = who_goes(l, p);
		if (c != NULL) {
			send_away(c, "strangers_max");
		} else if (p != NULL && p->strangers >= s->strangers_max / 2) {
			*ret_why = "strangers_max";
			return DOOR_REFUSED;
		}
		/* Else this one is in, one over the bound; the others wait before the door. */
	}
	return DOOR_IN;
}

bool door_shut(const struct listener *l)
{
	const struct conn *c = TAILQ_FIRST(&l->strangers);

	if (l->server->handshakes_waiting >= DOOR_HANDSHAKES_WAITING)
		return true;
	return l->stranger_count > l->server->strangers_max && c != NULL && !had_its_time(c, clock_mono(l->server->clock));
}

/* ------------------------------------------------------------ handshakes */

static void out_of_line(struct conn *c)
{
	struct device_server *s = c->listener->server;
	struct peer *p = c->peer == NULL ? &s->local : c->peer;

	if (!c->waits)
		return;
	c->waits = false;
	s->handshakes_waiting--;
	TAILQ_REMOVE(&p->handshakes, c, list);
	if (TAILQ_EMPTY(&p->handshakes))
		TAILQ_REMOVE(&s->ring, p, ring);
}

void door_leave(struct conn *c)
{
	door_known(c);
	out_of_line(c);
}

void door_handshake(struct conn *c)
{
	struct device_server *s = c->listener->server;
	struct peer *p = c->peer == NULL ? &s->local : c->peer;

	if (c->waits) {
		(void)event_del(c->read); /* it can wait: it need not say again that it is there */
		return;
	}
	if (TAILQ_EMPTY(&p->handshakes))
		TAILQ_INSERT_TAIL(&s->ring, p, ring);
	TAILQ_INSERT_TAIL(&p->handshakes, c, list);
	c->waits = true;
	if (s->handshakes_waiting++ == 0)
		event_active(s->handshake, EV_TIMEOUT, 0);
}

size_t door_handshakes(struct device_server *s)
{
	struct peer *p;

	for (int n = 0; n < DOOR_HANDSHAKES && (p = TAILQ_FIRST(&s->ring)) != NULL; n++) {
		struct conn *c = TAILQ_FIRST(&p->handshakes);

		out_of_line(c);
		if (!TAILQ_EMPTY(&p->handshakes)) {
			TAILQ_REMOVE(&s->ring, p, ring);
			TAILQ_INSERT_TAIL(&s->ring, p, ring);
		}
		/* Before the step: after it there may be nothing to read for. */
		if (event_add(c->read, NULL) < 0)
			conn_gone(c);
		else
			conn_handshake(c);
	}
	return s->handshakes_waiting;
}

/* ------------------------------------------------------------ bytes kept */

bool door_keep(struct device_server *s, size_t more)
{
	if (more > DEVICE_KEPT_MAX - s->kept_bytes) {
		metric_add(s->metrics, METRIC_DEVICE_KEPT_FULL, 1);
		return false;
	}
	s->kept_bytes += more;
	return true;
}

void door_kept_less(struct device_server *s, size_t less)
{
	ENSURE(less <= s->kept_bytes);
	s->kept_bytes -= less;
}
