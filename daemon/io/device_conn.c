/* device_conn.c - one connection of a home device: handshake, bytes in, bytes out, and its end. */
#include "io/device_door.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "io/device_tls.h"

#define READS_A_TURN 4

static void on_writable(evutil_socket_t fd, short what, void *arg);

/* ------------------------------------------------------------ the end of a connection */

static void keep_none(struct conn *c)
{
	if (c->in_len != 0) {
		TAILQ_REMOVE(&c->listener->server->kept, c, list);
		door_kept_less(c->listener->server, c->in_len);
	}
	free(c->in);
	c->in = NULL;
	c->in_len = 0;
}

static void out_free(struct conn *c)
{
	if (c->out == NULL)
		return;
	event_free(c->out->write);
	free(c->out);
	c->out = NULL;
	door_kept_less(c->listener->server, sizeof *c->out);
}

void conn_kill(struct conn *c)
{
	struct device_server *s = c->listener->server;

	if (c->state == CONN_DYING)
		return;
	keep_none(c);
	door_leave(c);
	c->state = CONN_DYING;
	if (c->read != NULL)
		(void)event_del(c->read);
	out_free(c);
	door_peer_leave(s, c->peer);
	c->peer = NULL;
	c->listener->count--;
	s->count--;
	/* Whom the app has yet to be told of comes first: there may be many. */
	if (c->link != 0)
		TAILQ_INSERT_HEAD(&s->dying, c, list);
	else
		TAILQ_INSERT_TAIL(&s->dying, c, list);
	event_active(s->sweep, EV_TIMEOUT, 0);
}

void conn_gone(struct conn *c)
{
	link_t link = c->link;

	c->link = 0;
	conn_kill(c);
	if (link != 0) {
		app_link_down(c->listener->server->app, link);
		links_drop(c->listener->server->links, link);
	}
}

/* Everything is out: says so to the peer, and lets it read the rest before the socket goes. */
static void conn_linger(struct conn *c)
{
	c->state = CONN_LINGERING;
	c->since = clock_mono(c->listener->server->clock);
	if (c->ssl != NULL) {
		ERR_clear_error();
		(void)SSL_shutdown(c->ssl);
	}
	if (shutdown(c->fd, SHUT_WR) < 0) {
		conn_kill(c);
		return;
	}
	(void)event_add(c->read, NULL);
}

void conn_close(void *conn)
{
	struct conn *c = conn;

	c->link = 0; /* the handle is dead already */
	if (c->state != CONN_OPEN)
		return;
	keep_none(c);
	if (c->out == NULL) {
		conn_linger(c);
		return;
	}
	c->state = CONN_FLUSHING;
	c->since = clock_mono(c->listener->server->clock);
	(void)event_del(c->read);
}

/* ------------------------------------------------------------ writing */

/* Bytes taken; 0 = none now; -1 = broken. */
static ssize_t conn_write(struct conn *c, const uint8_t *at, size_t len)
{
	ssize_t n;

	if (c->ssl == NULL) {
		n = send(c->fd, at, len, MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_write(c->ssl, at, (int)len);
	if (n > 0)
		return n;
	switch (SSL_get_error(c->ssl, (int)n)) {
	case SSL_ERROR_WANT_WRITE:
	case SSL_ERROR_WANT_READ:
		return 0;
	default:
		return -1;
	}
}

static bool out_add(struct conn *c, const uint8_t *at, size_t len)
{
	struct out *o = c->out;

	if (o == NULL) {
		if (!door_keep(c->listener->server, sizeof *o))
			return false;
		o = malloc(sizeof *o);
		if (o == NULL) {
			door_kept_less(c->listener->server, sizeof *o);
			return false;
		}
		o->at = o->len = 0;
		o->write = event_new(c->listener->server->base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
		if (o->write == NULL || event_add(o->write, NULL) < 0) {
			if (o->write != NULL)
				event_free(o->write);
			free(o);
			door_kept_less(c->listener->server, sizeof *o);
			return false;
		}
		c->out = o;
	}
	if (o->len - o->at + len > sizeof o->bytes)
		return false;
	if (o->len + len > sizeof o->bytes) {
		memmove(o->bytes, o->bytes + o->at, o->len - o->at);
		o->len -= o->at;
		o->at = 0;
	}
	if (len != 0)
		memcpy(o->bytes + o->len, at, len);
	o->len += len;
	return true;
}

static enum send_result link_op_send(void *conn, struct slice bytes)
{
	struct conn *c = conn;
	ssize_t n = 0;

	if (c->state != CONN_OPEN)
		return SEND_GONE;
	if (c->out == NULL) {
		n = conn_write(c, bytes.at, bytes.len);
		if (n < 0) {
			conn_kill(c); /* the app is told in the sweep */
			return SEND_GONE;
		}
		if ((size_t)n == bytes.len)
			return SEND_OK;
	}
	if (out_add(c, bytes.at + n, bytes.len - (size_t)n))
		return SEND_OK;
	metric_add(c->listener->server->metrics, METRIC_DEVICE_SLOW, 1);
	if (n != 0)
		conn_kill(c); /* half a frame is out and the rest can't be kept */
	return n != 0 ? SEND_GONE : SEND_FULL;
}

static void conn_send_rest(struct conn *c)
{
	struct out *o = c->out;

	while (o->at < o->len) {
		ssize_t n = conn_write(c, o->bytes + o->at, o->len - o->at);

		if (n < 0) {
			conn_gone(c);
			return;
		}
		if (n == 0)
			return;
		o->at += (size_t)n;
	}
	out_free(c);
	if (c->state == CONN_FLUSHING)
		conn_linger(c);
}

/* ------------------------------------------------------------ reading */

static void link_op_resume(void *conn)
{
	struct conn *c = conn;

	if (c->state != CONN_OPEN || c->full)
		return;
	(void)event_add(c->read, NULL);
	event_active(c->read, EV_READ, 0); /* TLS may hold bytes that the socket does not show */
}

static const struct link_ops OPS = {.send = link_op_send, .close = conn_close, .resume = link_op_resume};

/* Shows the app what there is, and keeps what it does not use. */
static void conn_feed(struct conn *c, const uint8_t *at, size_t len)
{
	struct device_server *s = c->listener->server;
	size_t used = app_device_bytes(s->app, c->link, slice_of(at, len));
	size_t rest;
	uint8_t *kept;

	if (c->state != CONN_OPEN)
		return;
	ENSURE(used <= len);
	rest = len - used;
	if (used != 0)
		c->heard = clock_mono(s->clock);
	if (c->stranger && app_device_proved(s->app, c->link))
		door_known(c);
	if (rest == 0) {
		keep_none(c);
	} else if (used != 0 || rest != c->in_len) {
		if (used != 0 || c->in_len == 0)
			c->begun = clock_mono(s->clock);
		kept = malloc(rest);
		if (kept == NULL || !door_keep(s, rest)) {
			free(kept);
			conn_gone(c); /* it comes again and repeats */
			return;
		}
		memcpy(kept, at + used, rest);
		keep_none(c);
		c->in = kept;
		c->in_len = (uint32_t)rest;
		TAILQ_INSERT_TAIL(&s->kept, c, list);
		if (!event_pending(s->again, EV_TIMEOUT, NULL)) {
			struct timeval tv = {.tv_usec = DEVICE_AGAIN_MS * 1000};

			(void)event_add(s->again, &tv);
		}
	}
	if (c->in_len == DEVICE_IN_MAX && !c->full) {
		/* No frame is that long: the app is holding this peer back. */
		c->full = true;
		(void)event_del(c->read);
	} else if (c->in_len < DEVICE_IN_MAX && c->full) {
		c->full = false;
		(void)event_add(c->read, NULL);
		event_active(c->read, EV_READ, 0);
	}
}

/* Bytes read; 0 = none now; -1 = gone. */
static ssize_t conn_read(struct conn *c, uint8_t *at, size_t size)
{
	ssize_t n;

	if (c->ssl == NULL) {
		n = recv(c->fd, at, size, 0);
		if (n > 0)
			return n;
		return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_read(c->ssl, at, (int)size);
	if (n > 0)
		return n;
	switch (SSL_get_error(c->ssl, (int)n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 0;
	default:
		return -1;
	}
}

static void conn_receive(struct conn *c)
{
	struct device_server *s = c->listener->server;

	for (int round = 0; round < READS_A_TURN; round++) {
		ssize_t n;

		if (!links_may_read(s->links, c->link)) {
			(void)event_del(c->read);
			return;
		}
		if (c->in_len != 0)
			memcpy(s->scratch, c->in, c->in_len);
		n = conn_read(c, s->scratch + c->in_len, sizeof s->scratch - c->in_len);
		if (n < 0) {
			conn_gone(c);
			return;
		}
		if (n == 0)
			return;
		conn_feed(c, s->scratch, c->in_len + (size_t)n);
		if (c->state != CONN_OPEN || c->full)
			return;
		if (c->ssl == NULL)
			return; /* the event comes again when there is more */
	}
	if (SSL_has_pending(c->ssl))
		event_active(c->read, EV_READ, 0);
}

void conn_again(struct conn *c)
{
	struct device_server *s = c->listener->server;

	if (!links_may_read(s->links, c->link))
		return;
	memcpy(s->scratch, c->in, c->in_len);
	conn_feed(c, s->scratch, c->in_len);
}

void conn_opened(struct conn *c)
{
	struct device_server *s = c->listener->server;
	bool keyed = c->ssl != NULL && c->identity != NULL && device_tls_keyed(c->ssl);

	c->state = CONN_OPEN;
	c->since = c->heard = clock_mono(s->clock);
	c->link = links_add(s->links, &OPS, c);
	if (c->link == 0) {
		log_line(s->log, "DEVICE_REFUSED", "peer=%s reason=links_full", peer_text(c));
		conn_kill(c);
		return;
	}
	if (c->ssl != NULL && SSL_session_reused(c->ssl) && !keyed)
		metric_add(s->metrics, METRIC_DEVICE_RESUMED, 1);
	/* Who has a key has shown it; the others have yet to say something that we know. */
	if (keyed)
		door_known(c);
	app_device_up(s->app, c->link, c->listener->protocol, keyed ? c->identity : NULL, peer_text(c));
	free(c->identity);
	c->identity = NULL;
}

void conn_handshake(struct conn *c)
{
	struct device_server *s = c->listener->server;
	unsigned long code;
	int r;

	ERR_clear_error();
	r = SSL_accept(c->ssl);
	if (r == 1) {
		out_free(c);
		conn_opened(c);
		if (c->state == CONN_OPEN)
			conn_receive(c);
		return;
	}
	switch (SSL_get_error(c->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		out_free(c);
		return;
	case SSL_ERROR_WANT_WRITE:
		if (c->out == NULL && !out_add(c, NULL, 0))
			conn_kill(c);
		return;
	default:
		code = ERR_peek_error();
		metric_add(s->metrics, METRIC_DEVICE_HANDSHAKES_FAILED, 1);
		/* OpenSSL's words hold blanks; the number is what one looks up. */
		log_line(s->log, "DEVICE_HANDSHAKE", "peer=%s device=%s error=%08lx", peer_text(c),
		         c->identity == NULL ? "" : c->identity, code);
		conn_kill(c);
	}
}

static void conn_discard(struct conn *c)
{
	struct device_server *s = c->listener->server;

	for (int round = 0; round < READS_A_TURN; round++) {
		ssize_t n = recv(c->fd, s->scratch, sizeof s->scratch, 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			conn_kill(c);
			return;
		}
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd, (void)what;
	switch (c->state) {
	case CONN_HANDSHAKE:
		door_handshake(c);
		break;
	case CONN_OPEN:
		if (!c->full)
			conn_receive(c);
		break;
	case CONN_LINGERING:
		conn_discard(c);
		break;
	case CONN_FLUSHING:
	case CONN_DYING:
		break;
	}
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd, (void)what;
	if (c->state == CONN_HANDSHAKE)
		door_handshake(c);
	else if (c->out != NULL)
		conn_send_rest(c);
}

bool conn_assign(struct conn *c)
{
	c->read = event_new(c->listener->server->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
	return c->read != NULL;
}
