/* web_internal.h - what the files of the web server share. */
#ifndef IO_WEB_INTERNAL_H
#define IO_WEB_INTERNAL_H

#include "io/login.h"
#include "io/site.h"
#include "io/web.h"
#include "io/web_door.h"
#include "io/ws.h"

#define BODY_MAX 4096
#define REQUEST_MAX_S 15  /* from a request's head to the first byte of its answer */
#define PROGRESS_MAX_S 30 /* between two pieces of an answer that the browser takes */
#define HEADERS_MAX_S 10  /* connected, and no whole head */
#define IDLE_MAX_S 30     /* between two requests on one connection */
#define MORE_MAX 1000     /* turns with bytes behind a body and an answer that nobody takes */
#define SCREEN_MESSAGE_MAX 16384
#define ECHO_MESSAGE_MAX ((size_t)16 << 20)
#define ECHO_QUEUE_MAX ((size_t)32 << 20)
#define SUBPROTOCOL "pingan.v1"
#define COOKIE "pingan_session"
#define COOKIE_TLS "__Host-" COOKIE /* no other host, no other path, never without TLS (RFC 6265bis, 4.1.3) */

/* One listener. */
struct web_port {
	struct web *web;
	enum { PORT_WEB, PORT_ADMIN, PORT_HOOK, PORT_ECHO, PORT_COUNT } kind;
	bool tls;
	struct lws_vhost *vhost; /* NULL = none */
};

struct web {
	struct event_base *base;
	const struct config *config; /* borrowed: where Redis is, for the audit chain */
	struct app *app;
	struct links *links;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct lwsev *ev;
	struct lws_context *context;
	uint32_t once_h; /* how long a password that somebody else made is good */
	struct logins *logins;
	struct site *site;
	struct api *api;
	struct hooks *hooks; /* NULL: no vendor's cloud is listened to */
	struct web_port ports[PORT_COUNT];
	struct text_list origins;
	struct ws_limits screen_limits;
	struct ws_limits echo_limits;
	struct web_door *door; /* every connection's opaque user data is its guest */
	uint32_t screens, screens_max;
	TAILQ_HEAD(, screen) all_screens;
	bool stopping, leaving;
	char cell[32];
	int64_t session_s; /* how long a log-in lasts */
	void (*before_metrics)(void *ctx);
	void *before_metrics_ctx;
	char policy[1024]; /* Content-Security-Policy */
};

/* ------------------------------------------------------------ http.c */

enum request_phase {
	REQUEST_NONE,   /* between requests */
	REQUEST_BODY,   /* its body comes in */
	REQUEST_WAITS,  /* for the password helper or the store */
	REQUEST_HEAD,   /* answer is ready */
	REQUEST_SENDING /* head of the answer has gone */
};

enum http_method {
	HTTP_OTHER,
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_METHOD_COUNT
};

/* In the memory that lws keeps for the connection; zeroed at its first request. */
struct request {
	struct web_port *port;
	struct lws *wsi;
	enum request_phase phase;
	enum http_method method;
	bool head;                                          /* HEAD: an answer without its body */
	bool problems;                                      /* of the API: errors are problem details (RFC 9457) */
	bool close;                                         /* hang up after the answer */
	void (*api)(struct request *rq, struct slice body); /* gets the body */
	uint64_t ticket;                                    /* of a log-in under way */
	struct hook *hook;                                  /* owned; of a vendor's request */
	struct api_call *call;                              /* of the API, under way (api.h) */
	char *body;                                         /* owned */
	size_t body_len, body_max;
	bool whole;    /* it was handed over */
	uint32_t more; /* how often something stood behind it */
	/* the answer */
	unsigned status;
	const char *type;
	char headers[512]; /* further ones, "name: value\r\n" */
	struct site *site; /* kept while a file of it is sent */
	char *own;         /* owned; NULL when a file is sent */
	struct slice rest; /* not sent yet */
};

int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* Answers, from inside or outside a callback. The body is copied. */
void answer_text(struct request *rq, unsigned status, const char *type, struct slice body);
void answer_json(struct request *rq, unsigned status, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The body is taken over. */
void answer_own(struct request *rq, unsigned status, const char *type, char *body, size_t len);
/* {"error": "code"}; for a path of the API as problem details, with the same member. */
void answer_error(struct request *rq, unsigned status, const char *code);
/* Adds a header; call before answer_*(). */
void answer_header(struct request *rq, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Copies a header's value; empty when it is missing or too long. */
void header_copy(struct lws *wsi, enum lws_token_indexes which, char *ret, size_t size);
/* A request that changes something, or opens a WebSocket, must come from a page of ours. */
bool origin_good(const struct web_port *port, struct lws *wsi);

/* ------------------------------------------------------------ api.c */

/* True when the path is one of ours: answered, or a body is awaited. */
bool api_request(struct request *rq, struct slice path, bool post);
/* Name of the record of the session that this browser shows; false when it shows none. */
bool session_shown(struct lws *wsi, char ret[LOGIN_NAME_LEN + 1]);
/* The same, and it is open. */
bool session_open(struct web *web, struct lws *wsi, char ret[LOGIN_NAME_LEN + 1], struct account *account);
/* What to answer when that found none: 401, or 503 while a session may only be not read yet. Screens log out at a 401. */
unsigned session_none(struct web *web, struct lws *wsi);

/* api_login.c */
void api_login(struct request *rq, struct slice body);
void api_logout(struct request *rq, struct slice body);
void api_password(struct request *rq, struct slice body);
void api_me(struct request *rq);

/* ------------------------------------------------------------ screen.c, echo.c */

/* Before the handshake: 0 = go on, else answered with that status by the caller. */
unsigned screen_check(struct web_port *port, struct lws *wsi, struct slice path);
int screen_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
void screens_stop(struct web *web);
size_t screen_size(void);

#ifdef PINGAN_TEST_BUILD
unsigned echo_check(struct web_port *port, struct lws *wsi, struct slice path);
int echo_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
size_t echo_size(void);
extern struct lws_protocols ECHO_PROTOCOLS[];
#endif

/* Version 13, a key of 16 bytes, "Connection: upgrade"; 0 or the status to refuse with. */
unsigned upgrade_check(struct lws *wsi);

#endif
