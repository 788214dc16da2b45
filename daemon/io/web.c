/* web.c - context, listeners, life. */
#include "io/api.h"
#include "io/webhook.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/ssl.h>

static const struct lws_protocols WEB_PROTOCOLS_HTTP = {
	.name = "http/only", /* not a token: no browser can ask for it as a subprotocol */
	.callback = http_callback,
	.per_session_data_size = sizeof(struct request),
	.rx_buffer_size = BODY_MAX,
};

/* lws keeps the pointers, so they stand for the life of the process. The second is filled in at the start. */
static struct lws_protocols WEB_PROTOCOLS[3];
static struct lws_protocols ADMIN_PROTOCOLS[2];
static struct lws_protocols HOOK_PROTOCOLS[2];

static const lws_retry_bo_t ALIVE = {
	/* A peer that lost its network says nothing for ever: asked after 20 s of silence, dropped 10 s later. */
	.secs_since_valid_ping = 20,
	.secs_since_valid_hangup = 30,
};

#define HEADER(next_one, header, text)                        \
	{                                                         \
		.next = (next_one), .name = (header), .value = (text) \
	}

/* On every answer, also those that lws gives by itself. The first gets its value at the start; the last is for TLS only. */
static struct lws_protocol_vhost_options HEADERS[] = {
	HEADER(&HEADERS[1], "content-security-policy:", NULL),
	HEADER(&HEADERS[2], "x-content-type-options:", "nosniff"),
	HEADER(&HEADERS[3], "x-frame-options:", "DENY"),
	HEADER(&HEADERS[4], "referrer-policy:", "no-referrer"),
	HEADER(&HEADERS[5], "cross-origin-opener-policy:", "same-origin"),
	HEADER(&HEADERS[6], "cross-origin-resource-policy:", "same-origin"),
	HEADER(NULL, "permissions-policy:", "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()"),
	HEADER(&HEADERS[0], "strict-transport-security:", "max-age=31536000"),
};
#define HEADERS_TLS (&HEADERS[COUNT_OF(HEADERS) - 1])

static void policy_write(char *ret, size_t size, const struct text_list *images)
{
	size_t len = (size_t)snprintf(ret, size,
	                              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
	                              "img-src 'self' blob: data:");

	for (uint32_t i = 0; i < images->count && len < size; i++)
		len += (size_t)snprintf(ret + len, size - len, " %s", images->at[i]);
	ENSURE(len < size);
	len += (size_t)snprintf(ret + len, size - len,
	                        "; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
	                        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
	                        "trusted-types svelte-trusted-html app-sw");
	ENSURE(len < size);
}

/* ------------------------------------------------------------ lws's own log */

static struct log *lws_log;

static void lws_says(int level, const char *line)
{
	char text[200];

	snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
	for (char *at = text; *at != '\0'; at++)
		if (*at == '"')
			*at = '\'';
	log_line(lws_log, level == LLL_ERR ? "WEB_LIBRARY_ERROR" : "WEB_LIBRARY_WARNING", "text=\"%s\"", text);
}

/* ------------------------------------------------------------ listeners */

/* libwebsockets says little about why it can't listen; the system says it to us. */
static bool can_listen(const struct address *a, char why[256])
{
	struct sockaddr_storage to = {0};
	socklen_t len;
	int fd, on = 1;
	bool good;

	if (a->kind == ADDRESS_UNIX || a->port == 0)
		return true;
	if (a->v6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(a->port);
		inet_pton(AF_INET6, a->host, &in6->sin6_addr);
		len = sizeof *in6;
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)&to;

		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		inet_pton(AF_INET, a->host, &in->sin_addr);
		len = sizeof *in;
	}
	fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	good = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	       bind(fd, (struct sockaddr *)&to, len) == 0;
	if (!good)
		snprintf(why, 256, "can't listen on %s:%u: %s", a->host, a->port, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

/* A socket that an earlier run left behind is in the way; one that answers is not ours to remove. */
static bool clear_unix(const char *path, char why[256])
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	ENSURE(text_copy(to.sun_path, sizeof to.sun_path, slice_str(path)));
	alive = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
	if (!alive && errno == ECONNREFUSED)
		unlink(path);
	if (fd >= 0)
		close(fd);
	if (alive)
		snprintf(why, 256, "can't listen on %s: somebody else does", path);
	return !alive;
}

static bool listen_on(struct web *web, int kind, const struct listen_config *l, const struct lws_protocols *protocols,
                      char why[256])
{
	static const char *const NAMES[PORT_COUNT] = {"web", "admin", "webhook", "echo"};
	struct web_port *port = &web->ports[kind];
	struct lws_context_creation_info info = {0};

	if (l->address.kind == ADDRESS_NONE)
		return true;
	if (!can_listen(&l->address, why) || (l->address.kind == ADDRESS_UNIX && !clear_unix(l->address.path, why)))
		return false;
	port->web = web;
	port->tls = l->tls;
	info.vhost_name = NAMES[kind];
	info.user = port;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
	info.keepalive_timeout = IDLE_MAX_S;
	info.timeout_secs_ah_idle = HEADERS_MAX_S;
	info.retry_and_idle_policy = &ALIVE;
	info.headers = l->tls ? HEADERS_TLS : HEADERS;
	info.alpn = "http/1.1"; /* one connection, one WebSocket: nothing to gain from HTTP/2 */
	if (l->address.kind == ADDRESS_UNIX) {
		info.iface = l->address.path;
		info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
	} else {
		info.port = l->address.port;
		info.iface = l->address.host;
		if (!l->address.v6)
			info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	}
	if (l->tls) {
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.ssl_cert_filepath = l->cert;
		info.ssl_private_key_filepath = l->key;
		info.ssl_options_set = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION;
	}
	port->vhost = lws_create_vhost(web->context, &info);
	if (port->vhost == NULL) {
		snprintf(why, 256, "can't listen on %.100s%s", l->text, l->tls ? " (address, certificate and key?)" : "");
		return false;
	}
	return true;
}

/* ------------------------------------------------------------ life */

static void take_config(struct web *web, const struct config *c)
{
	web->origins = c->web.origins;
	snprintf(web->cell, sizeof web->cell, "%s", c->cell);
	web->session_s = (int64_t)c->sessions.length_min * 60;
	web->screen_limits.message_max = SCREEN_MESSAGE_MAX;
	web->screen_limits.queue_max = (size_t)c->limits.screen_queue_kib * 1024;
	web->once_h = c->sessions.once_hours;
	logins_length(web->logins, web->session_s * 1000, MINUTES(60) * c->sessions.once_hours);
}

struct web *web_new(const struct web_parts *parts, char why[256])
{
	const struct config *c = parts->config;
	struct lws_context_creation_info info = {0};
	struct web *web = calloc(1, sizeof *web);

	if (web == NULL) {
		vendors_free(parts->vendors);
		snprintf(why, 256, "no memory");
		return NULL;
	}
	web->hooks = hooks_new(web, parts->vendors, c->limits.webhook, c->limits.webhook_per_address);
	if (web->hooks == NULL) {
		snprintf(why, 256, "no memory");
		goto fail;
	}
	web->base = parts->base;
	web->config = c;
	web->links = parts->links;
	web->clock = parts->clock;
	web->log = parts->log;
	web->metrics = parts->metrics;
	web->door = web_door_new(c->limits.web);
	web->screens_max = c->limits.screens;
	web->echo_limits = (struct ws_limits){.message_max = ECHO_MESSAGE_MAX, .queue_max = ECHO_QUEUE_MAX, .text = true};
	TAILQ_INIT(&web->all_screens);
	for (int i = 0; i < PORT_COUNT; i++)
		web->ports[i].kind = i;
	web->site = site_load(c->serve_screens ? c->web.root : "", why, 200);
	if (web->site == NULL) {
		char what[200];

		snprintf(what, sizeof what, "%s", why);
		snprintf(why, 256, "web.root: %s", what);
		goto fail;
	}
	web->logins =
		logins_new(parts->base, c->authd.socket, c->authd.timeout_ms, parts->clock, parts->log, parts->metrics);
	web->api = api_new(web);
	if (web->logins == NULL || web->door == NULL || web->api == NULL) {
		snprintf(why, 256, "no memory");
		goto fail;
	}
	take_config(web, c);
	policy_write(web->policy, sizeof web->policy, &c->web.image_origins);
	HEADERS[0].value = web->policy;
	WEB_PROTOCOLS[0] = ADMIN_PROTOCOLS[0] = HOOK_PROTOCOLS[0] = WEB_PROTOCOLS_HTTP;
	WEB_PROTOCOLS[1] = (struct lws_protocols){.name = SUBPROTOCOL,
	                                          .callback = screen_callback,
	                                          .per_session_data_size = screen_size(),
	                                          .rx_buffer_size = 4096};

	lws_log = parts->log;
	lws_set_log_level(LLL_ERR | LLL_WARN, lws_says);
	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info.timeout_secs = HEADERS_MAX_S;
	info.pt_serv_buf_size = 65536;
	info.user = web;
	web->ev = lwsev_new(parts->base, &info);
	web->context = web->ev == NULL ? NULL : lws_create_context(&info);
	if (web->context == NULL) {
		snprintf(why, 256, "libwebsockets can't start (is libwebsockets-evlib-uv installed?)");
		goto fail;
	}
	if (c->serve_screens && !listen_on(web, PORT_WEB, &c->listen.web, WEB_PROTOCOLS, why))
		goto fail;
	if (!listen_on(web, PORT_ADMIN, &c->listen.admin, ADMIN_PROTOCOLS, why))
		goto fail;
	if (c->serve_devices && !listen_on(web, PORT_HOOK, &c->listen.webhook, HOOK_PROTOCOLS, why))
		goto fail;
#ifdef PINGAN_TEST_BUILD
	if (parts->echo) {
		struct listen_config echo = {
			.address = {.kind = ADDRESS_TCP, .host = "127.0.0.1", .port = parts->echo_port, .local = true}};

		snprintf(echo.text, sizeof echo.text, "127.0.0.1:%u", parts->echo_port);
		if (!listen_on(web, PORT_ECHO, &echo, ECHO_PROTOCOLS, why))
			goto fail;
	}
#endif
	lwsev_start(web->ev);
	return web;
fail:
	web_free(web);
	return NULL;
}

void web_set_app(struct web *web, struct app *app)
{
	web->app = app;
	logins_set_app(web->logins, app);
}

void web_before_metrics(struct web *web, void (*before)(void *ctx), void *ctx)
{
	web->before_metrics = before;
	web->before_metrics_ctx = ctx;
}

bool web_reload(struct web *web, const struct config *c, struct vendors *vendors, char why[256])
{
	struct site *site = site_load(c->serve_screens ? c->web.root : "", why, 256);

	if (site == NULL) {
		vendors_free(vendors);
		return false;
	}
	site_drop(web->site);
	web->site = site;
	hooks_vendors(web->hooks, vendors);
	take_config(web, c);
	return true;
}

void web_leave(struct web *web, bool on)
{
	web->leaving = on;
}

void web_stop(struct web *web)
{
	web->stopping = true;
	screens_stop(web);
}

size_t web_connections(const struct web *web)
{
	return web_door_count(web->door);
}

size_t web_hook_connections(const struct web *web)
{
	return hooks_connections(web->hooks);
}

void web_free(struct web *web)
{
	if (web == NULL)
		return;
	lwsev_free(web->ev, web->context);
	api_free(web->api);
	web_door_free(web->door);
	logins_free(web->logins);
	hooks_free(web->hooks);
	site_drop(web->site);
	free(web);
}

void web_login_done(struct web *web, uint64_t tag, bool ok)
{
	logins_stored(web->logins, tag, ok);
}

void web_guess_key(struct web *web, const uint64_t key[2])
{
	logins_guess_key(web->logins, key);
}

void web_guess_known(struct web *web, const struct guess_count *list, size_t count)
{
	logins_guess_known(web->logins, list, count);
}

void web_record_done(struct web *web, uint64_t tag, const struct record_done *done)
{
	api_edited(web->api, tag, done);
}

void web_post_done(struct web *web, uint64_t tag, const struct post_answer *answer)
{
	hooks_done(web->hooks, tag, answer);
}

static uint16_t port_of(const struct web_port *port)
{
	int n = port->vhost == NULL ? 0 : lws_get_vhost_listen_port(port->vhost);

	return n <= 0 || n > UINT16_MAX ? 0 : (uint16_t)n;
}

uint16_t web_port(const struct web *web)
{
	return port_of(&web->ports[PORT_WEB]);
}

uint16_t web_admin_port(const struct web *web)
{
	return port_of(&web->ports[PORT_ADMIN]);
}

uint16_t web_hook_port(const struct web *web)
{
	return port_of(&web->ports[PORT_HOOK]);
}

uint16_t web_echo_port(const struct web *web)
{
	return port_of(&web->ports[PORT_ECHO]);
}
