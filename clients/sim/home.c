/* home.c - one unit behind a socket: does what unit.h asks of its owner. */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/address.h"
#include "sim.h"

struct home {
	struct unit unit;
	const struct device_row *row;
	const struct target *target;
	struct tls_peer peer;
	bool resumed;
	struct event_base *base;
	struct bufferevent *link;
	struct event *timer;
	void (*news)(struct home *h, const struct unit_news *n, void *ctx);
	void *ctx;
};

int64_t mono_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t mono_now_ms(void)
{
	return mono_now_ns() / 1000000;
}

int64_t utc_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t random_id(void)
{
	uint64_t id = 0;

	while (id == 0)
		randombytes_buf(&id, sizeof id);
	return id;
}

static void serve(struct home *h);

static void on_read(struct bufferevent *link, void *arg)
{
	struct home *h = arg;
	struct evbuffer *in = bufferevent_get_input(link);
	size_t len;

	while (h->link == link && (len = evbuffer_get_contiguous_space(in)) != 0) {
		unit_bytes(&h->unit, slice_of(evbuffer_pullup(in, (ssize_t)len), len), mono_now_ms());
		(void)evbuffer_drain(in, len);
	}
	serve(h);
}

static void hang_up(struct home *h)
{
	if (h->link != NULL)
		bufferevent_free(h->link);
	h->link = NULL;
}

static void on_event(struct bufferevent *link, short what, void *arg)
{
	struct home *h = arg;
	int on = 1;

	if (what & BEV_EVENT_CONNECTED) {
		(void)setsockopt(bufferevent_getfd(link), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		h->resumed = h->target->mode == MODE_CERTIFICATE && SSL_session_reused(bufferevent_openssl_get_ssl(link));
		unit_up(&h->unit, mono_now_ms());
	} else if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
		bool refused = h->target->mode == MODE_PSK && bufferevent_get_openssl_error(link) != 0;

		hang_up(h);
		if (refused)
			unit_key_wrong(&h->unit, mono_now_ms());
		else
			unit_down(&h->unit, mono_now_ms());
	}
	serve(h);
}

static bool link_up(struct home *h)
{
	uint8_t path = unit_path(&h->unit);
	struct sockaddr_storage to = {0};
	struct address a;
	SSL *ssl = NULL;
	int len;

	if (!address_parse(h->target->addresses[path], &a))
		return false;
	if (a.v6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(a.port);
		(void)inet_pton(AF_INET6, a.host, &in6->sin6_addr);
		len = sizeof *in6;
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)&to;

		in->sin_family = AF_INET;
		in->sin_port = htons(a.port);
		(void)inet_pton(AF_INET, a.host, &in->sin_addr);
		len = sizeof *in;
	}
	if (h->target->mode == MODE_PLAIN) {
		h->link = bufferevent_socket_new(h->base, -1, BEV_OPT_CLOSE_ON_FREE);
	} else {
		h->peer.key = unit_key(&h->unit);
		ssl = target_ssl_of(h->target, path, &h->peer);
		if (ssl == NULL)
			return false;
		h->link = bufferevent_openssl_socket_new(h->base, -1, ssl, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
		if (h->link != NULL)
			bufferevent_openssl_set_allow_dirty_shutdown(h->link, 1);
	}
	if (h->link == NULL) {
		SSL_free(ssl);
		return false;
	}
	bufferevent_setcb(h->link, on_read, NULL, on_event, h);
	(void)bufferevent_enable(h->link, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(h->link, (struct sockaddr *)&to, len) == 0)
		return true;
	hang_up(h);
	return false;
}

static void serve(struct home *h)
{
	struct unit_news n;
	struct slice out;
	struct timeval tv;
	int64_t wait_ms;

	for (;;) {
		enum unit_wish wish = unit_wish(&h->unit);

		if (wish == WISH_NOTHING)
			break;
		hang_up(h);
		if (wish == WISH_CONNECT && !link_up(h))
			unit_down(&h->unit, mono_now_ms());
	}
	out = unit_output(&h->unit);
	if (h->link != NULL && out.len != 0 && bufferevent_write(h->link, out.at, out.len) == 0)
		unit_sent(&h->unit, out.len);
	while (unit_news(&h->unit, &n)) {
		if (n.type == NEWS_KEY && h->target->keys_of != NULL)
			(void)devices_key_keep(h->target->keys_of, h->row->device, unit_key(&h->unit));
		if (h->news != NULL)
			h->news(h, &n, h->ctx);
	}
	wait_ms = unit_due(&h->unit) - mono_now_ms();
	if (wait_ms < 0)
		wait_ms = 0;
	tv = (struct timeval){.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
	(void)evtimer_add(h->timer, &tv);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct home *h = arg;

	(void)fd, (void)what;
	unit_tick(&h->unit, mono_now_ms());
	serve(h);
}

struct home *home_new(struct event_base *base, const struct target *target, const struct device_row *row, uint64_t seed,
                      int64_t spread_ms, void (*news)(struct home *h, const struct unit_news *n, void *ctx), void *ctx)
{
	struct home *h = calloc(1, sizeof *h);
	struct unit_config config = {.paths = target->count, .seed = seed};

	if (h == NULL)
		return NULL;
	h->base = base;
	h->target = target;
	h->row = row;
	h->news = news;
	h->ctx = ctx;
	h->timer = evtimer_new(base, on_timer, h);
	if (h->timer == NULL) {
		free(h);
		return NULL;
	}
	memcpy(config.device, row->device, sizeof config.device);
	memcpy(config.model, "sim", 4);
	config.keyed = target->mode == MODE_PSK;
	if (config.keyed && row->keys != NULL) {
		memcpy(config.keys, row->keys, sizeof config.keys);
	} else if (config.keyed) {
		memcpy(config.keys[0].key, row->key, sizeof config.keys[0].key);
		memcpy(config.keys[0].identity, row->device, sizeof row->device);
	}
	if (target->mode != MODE_PSK) {
		memcpy(config.token, row->token, sizeof config.token);
		config.token_len = row->token_len;
	}
	unit_init(&h->unit, &config, mono_now_ms(), spread_ms);
	serve(h);
	return h;
}

void home_free(struct home *h)
{
	if (h == NULL)
		return;
	hang_up(h);
	SSL_SESSION_free(h->peer.ticket);
	event_free(h->timer);
	free(h);
}

bool home_resumed(const struct home *h)
{
	return h->resumed;
}

struct unit *home_unit(struct home *h)
{
	return &h->unit;
}

const struct device_row *home_row(const struct home *h)
{
	return h->row;
}

uint64_t home_press(struct home *h, enum kind kind, uint32_t zone, bool restore)
{
	uint64_t id = random_id();
	bool taken = restore ? unit_restore(&h->unit, kind, zone, id, utc_now_ms(), mono_now_ms())
	                     : unit_press(&h->unit, kind, zone, id, utc_now_ms(), mono_now_ms());

	serve(h);
	return taken ? id : 0;
}

bool home_cancel(struct home *h, uint64_t alarm)
{
	bool taken = unit_cancel(&h->unit, alarm, mono_now_ms());

	serve(h);
	return taken;
}
