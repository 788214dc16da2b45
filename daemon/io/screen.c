/* screen.c - the WebSocket of consoles and phones: between io/ws.h and the links of the app. */
#include "io/web_internal.h"
#include "wire/audit.h"

struct screen {
	struct ws ws;
	struct web *web;
	TAILQ_ENTRY(screen) link_all;
	link_t link;
	char login[LOGIN_NAME_LEN + 1];
};

size_t screen_size(void)
{
	return sizeof(struct screen);
}

/* ------------------------------------------------------------ handshake */

static bool offers_subprotocol(struct lws *wsi)
{
	char offered[128];
	char *at = offered, *word;

	header_copy(wsi, WSI_TOKEN_PROTOCOL, offered, sizeof offered);
	while ((word = strsep(&at, ", \t")) != NULL)
		if (strcmp(word, SUBPROTOCOL) == 0)
			return true;
	return false;
}

unsigned screen_check(struct web_port *port, struct lws *wsi, struct slice path)
{
	char session[LOGIN_NAME_LEN + 1];
	struct web *web = port->web;
	struct account account;
	unsigned status;

	if (!slice_equal(path, slice_str("/ws")))
		return 404;
	status = upgrade_check(wsi);
	if (status != 0)
		return status;
	if (!origin_good(port, wsi))
		return 403;
	if (!offers_subprotocol(wsi))
		return 400;
	if (!session_open(web, wsi, session, &account))
		return session_none(web, wsi);
	return web->leaving || web->stopping || web->screens >= web->screens_max ? 503 : 0;
}

/* ------------------------------------------------------------ between app and socket */

static enum send_result link_send(void *conn, struct slice bytes)
{
	struct screen *s = conn;

	return ws_send(&s->ws, false, bytes);
}

static void forget(struct screen *s)
{
	if (s->web == NULL)
		return;
	TAILQ_REMOVE(&s->web->all_screens, s, link_all);
	s->web->screens--;
	metric_set(s->web->metrics, METRIC_WS_SCREENS, s->web->screens);
	s->web = NULL;
	s->link = 0;
}

static void link_close(void *conn)
{
	struct screen *s = conn;

	ws_close(&s->ws, s->web != NULL && s->web->leaving ? LWS_CLOSE_STATUS_GOINGAWAY : LWS_CLOSE_STATUS_NORMAL);
	forget(s);
}

static void link_resume(void *conn)
{
	struct screen *s = conn;

	ws_resume(&s->ws);
}

static const struct link_ops OPS = {.send = link_send, .close = link_close, .resume = link_resume};

static bool on_may_read(void *owner)
{
	struct screen *s = owner;

	return links_may_read(s->web->links, s->link);
}

static void on_message(void *owner, bool text, struct slice message)
{
	struct screen *s = owner;

	ENSURE(!text);
	app_screen_message(s->web->app, s->link, message);
}

static void on_drained(void *owner)
{
	struct screen *s = owner;

	app_link_drained(s->web->app, s->link);
}

static void on_gone(void *owner)
{
	struct screen *s = owner;
	struct web *web = s->web;
	link_t link = s->link;

	forget(s);
	app_link_down(web->app, link);
	links_drop(web->links, link);
}

static const struct ws_sink SINK = {
	.may_read = on_may_read, .message = on_message, .drained = on_drained, .gone = on_gone};

void screens_stop(struct web *web)
{
	struct screen *s, *next;

	for (s = TAILQ_FIRST(&web->all_screens); s != NULL; s = next) {
		link_t link = s->link;

		next = TAILQ_NEXT(s, link_all);
		ws_close(&s->ws, LWS_CLOSE_STATUS_GOINGAWAY);
		forget(s);
		app_link_down(web->app, link);
		links_drop(web->links, link);
	}
}

static int established(struct screen *s, struct web *web, struct lws *wsi)
{
	link_t link = links_add(web->links, &OPS, s);
	char address[64] = "";

	if (link == 0) {
		metric_add(web->metrics, METRIC_WS_REFUSED, 1);
		return -1;
	}
	ws_open(&s->ws, wsi, web->ev, web->metrics, &web->screen_limits, &SINK, s);
	s->web = web;
	s->link = link;
	TAILQ_INSERT_TAIL(&web->all_screens, s, link_all);
	web->screens++;
	web_door_screen(lws_get_opaque_user_data(wsi));
	metric_set(web->metrics, METRIC_WS_SCREENS, web->screens);
	lws_get_peer_simple(wsi, address, sizeof address);
	app_screen_up(web->app, link, s->login);
	app_screen_from(web->app, link, audit_from_address(address));
	return 0;
}

int screen_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct lws_vhost *vhost = lws_get_vhost(wsi);
	struct web_port *port = vhost == NULL ? NULL : lws_get_vhost_user(vhost);
	struct screen *s = user;
	struct account account;

	if (port == NULL || s == NULL)
		return 0;
	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
		return session_open(port->web, wsi, s->login, &account) ? 0 : -1;
	if (reason == LWS_CALLBACK_ESTABLISHED)
		return established(s, port->web, wsi);
	return ws_callback(&s->ws, reason, in, len);
}
