/* echo.c - ws://127.0.0.1:PORT/echo of test builds: sends every message back, through the same io/ws.h as /ws, so that a
 * conformance suite can be pointed at it. Any subprotocol is fine, or none.
 */
#include "io/web_internal.h"

#ifdef PINGAN_TEST_BUILD

struct echo {
	struct ws ws;
};

/* lws answers with the name of the protocol that it found in its list: for any name to be fine, the second of the list is
 * named after what the client offers, just before lws looks. */
static char offered[128] = "echo";

struct lws_protocols ECHO_PROTOCOLS[] = {
	{.name = "echo/none",
     .callback = echo_callback,
     .per_session_data_size = sizeof(struct echo),
     .rx_buffer_size = 65536},
	{.name = offered, .callback = echo_callback, .per_session_data_size = sizeof(struct echo), .rx_buffer_size = 65536},
	{.name = NULL},
};

size_t echo_size(void)
{
	return sizeof(struct echo);
}

unsigned echo_check(struct web_port *port, struct lws *wsi, struct slice path)
{
	char list[sizeof offered];
	char *at = list, *word;

	(void)port;
	if (!slice_equal(path, slice_str("/echo")))
		return 404;
	header_copy(wsi, WSI_TOKEN_PROTOCOL, list, sizeof list);
	while ((word = strsep(&at, ", \t")) != NULL) {
		if (word[0] != '\0') {
			ENSURE(text_copy(offered, sizeof offered, slice_str(word)));
			break;
		}
	}
	return upgrade_check(wsi);
}

static bool on_may_read(void *owner)
{
	struct echo *e = owner;

	return !e->ws.full;
}

static void on_message(void *owner, bool text, struct slice message)
{
	struct echo *e = owner;

	/* Reading stops while a queue this long has not gone out, so nothing is ever left out. */
	ENSURE(ws_send(&e->ws, text, message) != SEND_FULL);
	if (e->ws.queued > ECHO_QUEUE_MAX / 2)
		e->ws.full = true;
}

static void on_drained(void *owner)
{
	struct echo *e = owner;

	ws_resume(&e->ws);
}

static void on_gone(void *owner)
{
	(void)owner;
}

static const struct ws_sink SINK = {
	.may_read = on_may_read, .message = on_message, .drained = on_drained, .gone = on_gone};

int echo_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_vhost *vhost = lws_get_vhost(wsi);
	struct web_port *port = vhost == NULL ? NULL : lws_get_vhost_user(vhost);
	struct echo *e = user;

	if (port == NULL)
		return 0;
	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
		return 0;
	if (reason == LWS_CALLBACK_HTTP)
		return -1; /* nothing but WebSockets here */
	if (reason == LWS_CALLBACK_ESTABLISHED) {
		ws_open(&e->ws, wsi, port->web->ev, port->web->metrics, &port->web->echo_limits, &SINK, e);
		return 0;
	}
	if (e != NULL && e->ws.wsi == wsi)
		return ws_callback(&e->ws, reason, in, len);
	return http_callback(wsi, reason, NULL, in, len);
}

#endif
