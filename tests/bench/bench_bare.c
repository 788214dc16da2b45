/* bench_bare - the floor under a daemon's device links: the same sockets and the same TLS, and nothing behind them.
 *
 * Accepts, shakes hands with each device's own key (or is plain), answers the first bytes with a Welcome and whatever follows
 * with a HeartbeatAck of the same length as the daemon's. No table, no limit, no log: a struct event and an SSL a connection.
 * Prints "port=N" when it listens; ends at SIGTERM. What it costs is read from outside, as of the daemon.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/table.h"
#include "io/device_tls.h"
#include "wire/device.h"

#define ACCEPTS_A_TURN 64

struct conn {
	struct event event;
	SSL *ssl;
	int fd;
	bool shaken, greeted;
};

struct key {
	char device[ID_MAX];
	uint8_t key[32];
};

struct bare {
	struct event_base *base;
	SSL_CTX *tls;
	struct table keys;
	uint8_t welcome[DEVICE_DOWN_MAX], ack[DEVICE_DOWN_MAX];
	size_t welcome_len, ack_len;
};

static struct bare bare;

static _Noreturn void stop(const char *why)
{
	fprintf(stderr, "bench_bare: %s\n", why);
	exit(1);
}

static void drop(struct conn *c)
{
	event_del(&c->event);
	SSL_free(c->ssl);
	close(c->fd);
	free(c);
}

/* -1 = gone, 0 = none now. */
static ssize_t take(struct conn *c, uint8_t *at, size_t size)
{
	ssize_t n;

	if (c->ssl == NULL) {
		n = recv(c->fd, at, size, 0);
		return n > 0 ? n : n < 0 && errno == EAGAIN ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_read(c->ssl, at, (int)size);
	if (n > 0)
		return n;
	n = SSL_get_error(c->ssl, (int)n);
	return n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static bool answer(struct conn *c)
{
	const uint8_t *at = c->greeted ? bare.ack : bare.welcome;
	size_t len = c->greeted ? bare.ack_len : bare.welcome_len;

	c->greeted = true;
	if (c->ssl == NULL)
		return send(c->fd, at, len, MSG_NOSIGNAL) == (ssize_t)len;
	ERR_clear_error();
	return SSL_write(c->ssl, at, (int)len) == (int)len;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t bytes[16384];
	struct conn *c = arg;
	ssize_t n;
	int r;

	(void)fd, (void)what;
	if (c->ssl != NULL && !c->shaken) {
		ERR_clear_error();
		r = SSL_accept(c->ssl);
		if (r != 1) {
			r = SSL_get_error(c->ssl, r);
			if (r != SSL_ERROR_WANT_READ)
				drop(c);
			return;
		}
		c->shaken = true;
	}
	n = take(c, bytes, sizeof bytes);
	if (n < 0 || (n > 0 && !answer(c)))
		drop(c);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	const int on = 1;

	(void)what, (void)arg;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c;

		if (peer < 0)
			return;
		setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		c = calloc(1, sizeof *c);
		if (c == NULL)
			stop("no memory");
		c->fd = peer;
		if (bare.tls != NULL) {
			c->ssl = SSL_new(bare.tls);
			if (c->ssl == NULL || !SSL_set_fd(c->ssl, peer))
				stop("no memory");
			SSL_set_app_data(c->ssl, c);
		}
		if (event_assign(&c->event, bare.base, peer, EV_READ | EV_PERSIST, on_readable, c) < 0 ||
		    event_add(&c->event, NULL) < 0)
			stop("no event");
	}
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number, (void)what;
	event_base_loopbreak(arg);
}

static bool find_key(void *conn, const char *identity, uint8_t ret_key[32])
{
	const struct key *k = table_get(&bare.keys, identity);

	(void)conn;
	if (k == NULL)
		return false;
	memcpy(ret_key, k->key, sizeof k->key);
	return true;
}

static void keys_load(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];

	if (f == NULL)
		stop("cannot read --devices");
	while (fgets(line, sizeof line, f) != NULL) {
		struct key *k = calloc(1, sizeof *k);
		char *hex = strchr(line, ',');
		size_t len = 0;

		if (k == NULL || hex == NULL)
			stop("--devices: not device,key_hex");
		*hex++ = '\0';
		if (strcmp(line, "device") == 0) {
			free(k);
			continue;
		}
		if (!text_copy(k->device, sizeof k->device, slice_str(line)) ||
		    sodium_hex2bin(k->key, sizeof k->key, hex, strcspn(hex, ","), NULL, &len, NULL) != 0 || len != 32 ||
		    !table_put(&bare.keys, k->device, k))
			stop("--devices: not device,key_hex");
	}
	fclose(f);
}

static int listen_on(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		stop("cannot listen");
	printf("port=%u\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char **argv)
{
	static const struct device_tls TLS = {.find = find_key};
	const struct down welcome = {.type = DOWN_WELCOME, .server_ms = INT64_C(1795336201000), .heartbeat_s = 3600};
	const struct down ack = {.type = DOWN_HEARTBEAT_ACK, .server_ms = INT64_C(1795336201000)};
	struct buf out;
	struct rlimit files;
	struct event *accept_event, *end;
	char error[256];

	if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
		stop("usage: bench_bare [DEVICES.csv]   with a device list: TLS with their keys");
	out = buf_of(bare.welcome, sizeof bare.welcome);
	device_down_encode(&welcome, &out);
	bare.welcome_len = out.len;
	out = buf_of(bare.ack, sizeof bare.ack);
	device_down_encode(&ack, &out);
	bare.ack_len = out.len;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	signal(SIGPIPE, SIG_IGN);
	if (argc == 2) {
		keys_load(argv[1]);
		bare.tls = device_tls_new(NULL, NULL, &TLS, error);
		if (bare.tls == NULL)
			stop(error);
	}
	bare.base = event_base_new();
	accept_event = bare.base == NULL ? NULL : event_new(bare.base, listen_on(), EV_READ | EV_PERSIST, on_accept, NULL);
	end = bare.base == NULL ? NULL : evsignal_new(bare.base, SIGTERM, on_signal, bare.base);
	if (accept_event == NULL || end == NULL || event_add(accept_event, NULL) < 0 || event_add(end, NULL) < 0)
		stop("no memory");
	event_base_dispatch(bare.base);
	return 0;
}
