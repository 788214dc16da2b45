/* http.c - one request and its answer. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "io/api.h"
#include "io/webhook.h"

#define CHUNK 16384

/* ------------------------------------------------------------ what a request says */

void header_copy(struct lws *wsi, enum lws_token_indexes which, char *ret, size_t size)
{
	if (lws_hdr_copy(wsi, ret, (int)size, which) < 0)
		ret[0] = '\0';
}

bool origin_good(const struct web_port *port, struct lws *wsi)
{
	const struct web *web = port->web;
	char origin[SETTING_TEXT_MAX], host[SETTING_TEXT_MAX], ours[SETTING_TEXT_MAX + 16];

	header_copy(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
	header_copy(wsi, WSI_TOKEN_HOST, host, sizeof host);
	if (origin[0] == '\0')
		return false;
	snprintf(ours, sizeof ours, "%s://%s", port->tls ? "https" : "http", host);
	if (host[0] != '\0' && strcasecmp(origin, ours) == 0)
		return true;
	for (uint32_t i = 0; i < web->origins.count; i++)
		if (strcasecmp(origin, web->origins.at[i]) == 0)
			return true;
	return false;
}

unsigned upgrade_check(struct lws *wsi)
{
	char text[128], raw[32];

	header_copy(wsi, WSI_TOKEN_CONNECTION, text, sizeof text);
	if (strcasestr(text, "upgrade") == NULL || lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) == 0)
		return 400;
	header_copy(wsi, WSI_TOKEN_VERSION, text, sizeof text);
	if (strcmp(text, "13") != 0)
		return 426;
	header_copy(wsi, WSI_TOKEN_KEY, text, sizeof text);
	if (strlen(text) != 24 || lws_b64_decode_string(text, raw, sizeof raw) != 16)
		return 400;
	return lws_hdr_total_length(wsi, WSI_TOKEN_HOST) == 0 ? 400 : 0;
}

/* ------------------------------------------------------------ answers */

static void answer_ready(struct request *rq, unsigned status, const char *type)
{
	ENSURE(rq->phase == REQUEST_BODY || rq->phase == REQUEST_WAITS);
	rq->phase = REQUEST_HEAD;
	rq->status = status;
	rq->type = type;
	lws_rx_flow_control(rq->wsi, 1);
	lws_callback_on_writable(rq->wsi);
	lwsev_kick(rq->port->web->ev);
}

void answer_header(struct request *rq, const char *name, const char *fmt, ...)
{
	size_t len = strlen(rq->headers);
	va_list args;
	int n;

	len += (size_t)snprintf(rq->headers + len, sizeof rq->headers - len, "%s: ", name);
	ENSURE(len < sizeof rq->headers);
	va_start(args, fmt);
	n = vsnprintf(rq->headers + len, sizeof rq->headers - len, fmt, args);
	va_end(args);
	ENSURE(n >= 0 && len + (size_t)n + 3 <= sizeof rq->headers);
	memcpy(rq->headers + len + (size_t)n, "\r\n", sizeof "\r\n");
}

void answer_text(struct request *rq, unsigned status, const char *type, struct slice body)
{
	rq->own = malloc(body.len + 1);
	if (rq->own != NULL && body.len != 0)
		memcpy(rq->own, body.at, body.len);
	rq->rest = slice_of(rq->own, rq->own == NULL ? 0 : body.len);
	answer_ready(rq, rq->own == NULL ? 500 : status, type);
}

void answer_own(struct request *rq, unsigned status, const char *type, char *body, size_t len)
{
	rq->own = body;
	rq->rest = slice_of(body, len);
	answer_ready(rq, status, type);
}

void answer_json(struct request *rq, unsigned status, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	ENSURE(n >= 0 && (size_t)n < sizeof text);
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, status, "application/json", slice_of(text, (size_t)n));
}

void answer_error(struct request *rq, unsigned status, const char *code)
{
	struct metrics *m = rq->port->web->metrics;

	if (status == 404)
		metric_add(m, METRIC_WEB_NOT_FOUND, 1);
	else if (status >= 400 && status < 500 && status != 401 && status != 429)
		metric_add(m, METRIC_WEB_BAD_REQUESTS, 1);
	if (rq->problems)
		answer_problem(rq, status, code, NULL, NULL, 0);
	else
		answer_json(rq, status, "{\"error\":\"%s\"}\n", code);
}

/* Accept-Encoding: is gzip welcome? "gzip", "br, gzip;q=0.5", "*"; not "gzip;q=0". */
static bool takes_gzip(char *list)
{
	char *item;

	while ((item = strsep(&list, ",")) != NULL) {
		char *weight = strchr(item, ';');
		size_t len;

		item += strspn(item, " \t");
		len = strcspn(item, " \t;");
		if (!(len == 4 && strncasecmp(item, "gzip", 4) == 0) && !(len == 1 && item[0] == '*'))
			continue;
		weight = weight == NULL ? NULL : strcasestr(weight, "q=");
		return weight == NULL || strtod(weight + 2, NULL) > 0;
	}
	return false;
}

static void answer_file(struct request *rq, const struct site_file *f)
{
	char text[256];
	bool gzip;

	answer_header(rq, "etag", "%s", f->tag);
	answer_header(rq, "cache-control", "%s", f->immutable ? "public, max-age=31536000, immutable" : "no-cache");
	if (f->gzip.at != NULL)
		answer_header(rq, "vary", "accept-encoding");
	header_copy(rq->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, text, sizeof text);
	if (strstr(text, f->tag) != NULL || strcmp(text, "*") == 0) {
		answer_ready(rq, 304, f->type);
		return;
	}
	header_copy(rq->wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, text, sizeof text);
	gzip = f->gzip.at != NULL && takes_gzip(text);
	if (gzip)
		answer_header(rq, "content-encoding", "gzip");
	rq->site = site_keep(rq->port->web->site);
	rq->rest = gzip ? f->gzip : f->plain;
	answer_ready(rq, 200, f->type);
}

/* ------------------------------------------------------------ from request to answer */

static void request_reset(struct request *rq)
{
	struct web_port *port = rq->port;
	struct lws *wsi = rq->wsi;

	if (rq->ticket != 0)
		login_forget(port->web->logins, rq->ticket);
	api_forget(rq);
	hook_forget(rq);
	if (rq->body != NULL)
		explicit_bzero(rq->body, rq->body_len);
	free(rq->body);
	free(rq->own);
	site_drop(rq->site);
	memset(rq, 0, sizeof *rq);
	rq->port = port;
	rq->wsi = wsi;
}

static void page_request(struct request *rq, struct slice path, bool read)
{
	const struct site_file *f;

	if (rq->port->kind == PORT_WEB && path.len == 1) {
		answer_header(rq, "location", "/console/");
		answer_text(rq, read ? 302 : 405, "text/plain", slice_of(NULL, 0));
		return;
	}
	f = rq->port->kind == PORT_WEB ? site_find(rq->port->web->site, (const char *)path.at, path.len) : NULL;
	if (f == NULL) {
		answer_error(rq, 404, "not_found");
	} else if (!read) {
		answer_header(rq, "allow", "GET, HEAD");
		answer_error(rq, 405, "method");
	} else {
		answer_file(rq, f);
	}
}

/* lws 4.1 reads the body of a request that stood behind another one from the wrong place: it takes head for body, and never
 * comes to an end with what is left. Whoever sends so hears nothing of it, and sends it again on another connection. */
static bool body_lost(const struct request *rq)
{
	return lwsev_reads_on(rq->port->web->ev) && (lws_hdr_total_length(rq->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) != 0 ||
	                                             lws_hdr_total_length(rq->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) != 0);
}

/* lws takes a line feed that is written %0A in a path for the end of the line, and what follows for headers: such a request has no
 * version where one has to stand. */
static bool line_whole(struct lws *wsi)
{
	char version[16];

	header_copy(wsi, WSI_TOKEN_HTTP, version, sizeof version);
	return strcmp(version, "HTTP/1.1") == 0 || strcmp(version, "HTTP/1.0") == 0;
}

static enum http_method method_of(int lws)
{
	static const struct {
		int lws;
		enum http_method method;
	} METHODS[] = {
		{LWSHUMETH_GET, HTTP_GET},         {LWSHUMETH_HEAD, HTTP_HEAD},   {LWSHUMETH_POST, HTTP_POST},
		{LWSHUMETH_PUT, HTTP_PUT},         {LWSHUMETH_PATCH, HTTP_PATCH}, {LWSHUMETH_DELETE, HTTP_DELETE},
		{LWSHUMETH_OPTIONS, HTTP_OPTIONS},
	};

	for (size_t i = 0; i < COUNT_OF(METHODS); i++)
		if (METHODS[i].lws == lws)
			return METHODS[i].method;
	return HTTP_OTHER;
}

static int request_begin(struct request *rq, struct slice path)
{
	struct lws *wsi = rq->wsi;
	char *uri;
	int uri_len, method = lws_http_get_uri_and_method(wsi, &uri, &uri_len);
	bool get = method == LWSHUMETH_GET, post = method == LWSHUMETH_POST, writes;
	char length[24];
	long long body_len;

	request_reset(rq);
	metric_add(rq->port->web->metrics, METRIC_WEB_REQUESTS, 1);
	if (body_lost(rq)) {
		metric_add(rq->port->web->metrics, METRIC_WEB_BAD_REQUESTS, 1);
		return -1;
	}
	rq->phase = REQUEST_BODY;
	rq->head = method == LWSHUMETH_HEAD;
	rq->method = method_of(method);
	rq->problems = rq->port->kind == PORT_WEB && api_path(path);
	writes = post || (rq->problems && (rq->method == HTTP_PUT || rq->method == HTTP_PATCH));
	rq->body_max = post ? BODY_MAX : API_BODY_MAX;
	lws_set_timer_usecs(wsi, REQUEST_MAX_S * LWS_USEC_PER_SEC);
	/* Answered, and then elsewhere: a vendor's alarm is never turned away, and the next one finds another daemon. */
	rq->close = rq->port->web->leaving && rq->port->kind != PORT_ADMIN;
	if (rq->port->kind == PORT_HOOK) {
		hook_begin(rq, path, post);
		if (rq->phase == REQUEST_BODY && rq->body_max == 0)
			rq->api(rq, slice_of("", 0));
		return 0;
	}

	if (!line_whole(wsi)) {
		rq->close = true;
		answer_error(rq, 400, "request");
		return 0;
	}
	/* libwebsockets reads no chunked bodies; taken for the next request they would be smuggled past us. */
	header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, sizeof length);
	body_len = length[0] == '\0' ? 0 : strspn(length, "0123456789") == strlen(length) ? atoll(length) : -1;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) != 0 || body_len < 0 ||
	    (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) != 0 && length[0] == '\0') ||
	    (!writes && body_len > 0)) {
		rq->close = true;
		answer_error(rq, 400, "body");
	} else if (writes && length[0] == '\0') {
		rq->close = true;
		answer_error(rq, 411, "length");
	} else if (body_len > (long long)rq->body_max) {
		rq->close = true;
		answer_error(rq, 413, "too_large");
	} else if (!((get || rq->head || post) && api_request(rq, path, post)) && !api_begin(rq, path)) {
		if (body_len > 0)
			rq->close = true;
		page_request(rq, path, get || rq->head);
	} else if (rq->phase == REQUEST_BODY && body_len == 0) {
		rq->api(rq, slice_of("", 0));
	}
	return 0;
}

static int body_part(struct request *rq, struct slice part)
{
	if (rq->phase != REQUEST_BODY || rq->api == NULL)
		return 0; /* answered already: the rest is dropped */
	if (rq->body == NULL)
		rq->body = malloc(rq->body_max);
	if (rq->body == NULL || part.len > rq->body_max - rq->body_len)
		return -1;
	memcpy(rq->body + rq->body_len, part.at, part.len);
	rq->body_len += part.len;
	return 0;
}

/* lws says again that the body is there for whatever stands behind it, until the answer has gone. That the connection ends
 * with this answer is the one way out; while the answer is awaited, nothing is read. */
static int body_complete(struct request *rq)
{
	if (rq->phase == REQUEST_BODY && rq->api != NULL && !rq->whole) {
		rq->whole = true;
		rq->api(rq, slice_of(rq->body == NULL ? "" : rq->body, rq->body_len));
		return 0;
	}
	rq->close = true;
	if (rq->phase == REQUEST_WAITS)
		lws_rx_flow_control(rq->wsi, 0);
	return ++rq->more > MORE_MAX ? -1 : 0;
}

static int send_head(struct request *rq)
{
	uint8_t room[LWS_PRE + 3072], *start = room + LWS_PRE, *at = start, *end = room + sizeof room - 1;
	struct lws *wsi = rq->wsi;
	size_t len = strlen(rq->headers);
	bool body = rq->status != 304 && rq->status != 204;

	if (lws_add_http_header_status(wsi, rq->status, &at, end) != 0)
		return -1;
	if (body && (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const uint8_t *)rq->type,
	                                          (int)strlen(rq->type), &at, end) != 0 ||
	             lws_add_http_header_content_length(wsi, rq->rest.len, &at, end) != 0))
		return -1;
	if (len > (size_t)(end - at))
		return -1;
	memcpy(at, rq->headers, len);
	at += len;
	if (rq->close &&
	    lws_add_http_header_by_token(wsi, WSI_TOKEN_CONNECTION, (const uint8_t *)"close", 5, &at, end) != 0)
		return -1;
	if (lws_finalize_http_header(wsi, &at, end) != 0 ||
	    lws_write(wsi, start, (size_t)(at - start), LWS_WRITE_HTTP_HEADERS) < 0)
		return -1;
	if (!body || rq->head)
		rq->rest.len = 0;
	rq->phase = REQUEST_SENDING;
	return 0;
}

static int request_done(struct request *rq)
{
	bool close = rq->close;

	lws_set_timer_usecs(rq->wsi, LWS_SET_TIMER_USEC_CANCEL);
	request_reset(rq);
	return close || lws_http_transaction_completed(rq->wsi) ? -1 : 0;
}

static int writeable(struct request *rq)
{
	uint8_t chunk[LWS_PRE + CHUNK];
	size_t len = rq->rest.len < CHUNK ? rq->rest.len : CHUNK;

	if (rq->phase == REQUEST_HEAD) {
		if (send_head(rq) != 0)
			return -1;
		if (rq->rest.len == 0)
			return request_done(rq);
		lws_callback_on_writable(rq->wsi);
		return 0;
	}
	if (rq->phase != REQUEST_SENDING)
		return 0;
	lws_set_timer_usecs(rq->wsi, PROGRESS_MAX_S * LWS_USEC_PER_SEC);
	memcpy(chunk + LWS_PRE, rq->rest.at, len);
	if (lws_write(rq->wsi, chunk + LWS_PRE, len, len == rq->rest.len ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) <
	    (int)len)
		return -1;
	rq->rest = slice_of(rq->rest.at + len, rq->rest.len - len);
	if (rq->rest.len == 0)
		return request_done(rq);
	lws_callback_on_writable(rq->wsi);
	return 0;
}

/* The answer to an upgrade that is refused. lws has no request for us at this point: written at once, and closed. */
static int upgrade_refuse(struct lws *wsi, unsigned status, bool leaves)
{
	static const char AGAIN[] = "{\"error\":\"draining\"}\n";
	uint8_t room[LWS_PRE + 3072], *start = room + LWS_PRE, *at = start, *end = room + sizeof room - sizeof AGAIN;
	size_t body_len = leaves ? sizeof AGAIN - 1 : 0;

	if (lws_add_http_header_status(wsi, status, &at, end) != 0 ||
	    (leaves &&
	     (lws_add_http_header_by_name(wsi, (const uint8_t *)"retry-after:", (const uint8_t *)"1", 1, &at, end) != 0 ||
	      lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const uint8_t *)"application/json", 16, &at,
	                                   end) != 0)) ||
	    (status == 426 && lws_add_http_header_by_name(wsi, (const uint8_t *)"sec-websocket-version:",
	                                                  (const uint8_t *)"13", 2, &at, end) != 0) ||
	    lws_add_http_header_content_length(wsi, body_len, &at, end) != 0 ||
	    lws_add_http_header_by_token(wsi, WSI_TOKEN_CONNECTION, (const uint8_t *)"close", 5, &at, end) != 0 ||
	    lws_finalize_http_header(wsi, &at, end) != 0)
		return -1;
	memcpy(at, AGAIN, body_len);
	(void)lws_write(wsi, start, (size_t)(at - start) + body_len, LWS_WRITE_HTTP_HEADERS);
	return -1;
}

/* A request to upgrade: 0 = lws shall go on with the handshake. */
static int upgrade_begin(struct web_port *port, struct lws *wsi, const char *to)
{
	unsigned status = 404;
	char path[64];

	header_copy(wsi, WSI_TOKEN_GET_URI, path, sizeof path);
	if (strcasecmp(to, "websocket") != 0)
		status = 400;
	else if (port->kind == PORT_WEB)
		status = screen_check(port, wsi, slice_str(path));
#ifdef PINGAN_TEST_BUILD
	else if (port->kind == PORT_ECHO)
		status = echo_check(port, wsi, slice_str(path));
#endif
	if (status == 0)
		return 0;
	metric_add(port->web->metrics,
	           status == 401   ? METRIC_WS_NO_SESSION
	           : status == 403 ? METRIC_WEB_WRONG_ORIGIN
	                           : METRIC_WS_REFUSED,
	           1);
	return upgrade_refuse(wsi, status, status == 503 && port->web->leaving);
}

/* ------------------------------------------------------------ the door */

static void peer_of(int fd, struct sockaddr_storage *ret)
{
	socklen_t len = sizeof *ret;

	memset(ret, 0, sizeof *ret);
	if (getpeername(fd, (struct sockaddr *)ret, &len) < 0)
		ret->ss_family = AF_UNSPEC;
}

static int may_enter(struct web_port *port, int fd)
{
	struct sockaddr_storage from;

	peer_of(fd, &from);
	/* Vendors' clouds and browsers do not take each other's places. */
	if (!port->web->stopping &&
	    (port->kind == PORT_HOOK ? hooks_admit(port->web->hooks, fd)
	                             : web_door_open(port->web->door, port->kind == PORT_ADMIN, &from)))
		return 0;
	metric_add(port->web->metrics, METRIC_WEB_REFUSED_CONNECTIONS, 1);
	return -1;
}

static int entered(struct web_port *port, struct lws *wsi)
{
	struct sockaddr_storage from;
	struct web_guest *g;

	if (port->kind == PORT_HOOK) {
		hooks_up(port->web->hooks, wsi);
		return 0;
	}
	peer_of(lws_get_socket_fd(wsi), &from);
	g = web_door_enter(port->web->door, port->kind == PORT_ADMIN, &from);
	lws_set_opaque_user_data(wsi, g);
	return g == NULL ? -1 : 0;
}

static void left(struct web_port *port, struct lws *wsi)
{
	if (port->kind == PORT_HOOK)
		hooks_down(port->web->hooks, wsi);
	web_door_leave(lws_get_opaque_user_data(wsi));
	lws_set_opaque_user_data(wsi, NULL);
}

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_vhost *vhost = wsi == NULL ? NULL : lws_get_vhost(wsi);
	struct web_port *port = vhost == NULL ? NULL : lws_get_vhost_user(vhost);
	struct request *rq = user;

	if (port == NULL)
		return 0;
	/* Callbacks of many more reasons come, and of some `user` is something else: TLS hands its context in by it. */
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return may_enter(port, (int)(intptr_t)in);
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		return entered(port, wsi);
	case LWS_CALLBACK_WSI_DESTROY:
		left(port, wsi);
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return upgrade_begin(port, wsi, in);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_ESTABLISHED:
		return -1; /* a WebSocket has no business on this protocol */
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_RX:
		return -1; /* nor has anything that is not HTTP */
	case LWS_CALLBACK_HTTP:
		rq->port = port;
		rq->wsi = wsi;
		return request_begin(rq, slice_of(in, len));
	case LWS_CALLBACK_HTTP_BODY:
		return body_part(rq, slice_of(in, len));
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return body_complete(rq);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return writeable(rq);
	case LWS_CALLBACK_TIMER:
		if (rq == NULL || rq->phase == REQUEST_NONE)
			return 0;
		metric_add(port->web->metrics, METRIC_WEB_TIMEOUTS, 1);
		return -1;
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (rq != NULL && rq->port != NULL)
			request_reset(rq);
		return 0;
	default:
		return 0;
	}
}
