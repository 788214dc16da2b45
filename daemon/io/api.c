/* api.c - JSON over HTTP: log-in, log-out, who am I; and whether this process is well.
 *
 *   POST /api/v1/login   {"account": "...", "password": "..."}
 *                        200 {"person", "name", "role"} and the cookie; 401 wrong; 429 limited or 503 unavailable with
 *                        {"error", "retry_after_s"}
 *   POST /api/v1/logout  200; the cookie goes
 *   GET  /api/v1/me      200 {"person", "name", "role"}; 401; 503 while sessions are not read yet
 *   GET  /api/v1/homes/installed
 *                        200: homes of the city, its districts and sub-districts, by how they stand; for operators,
 *                        supervisors, administrators and auditors. 401; 403; 503 while the registry is not read yet
 *   GET  /healthz        200 while this process turns its loop
 *   GET  /readyz         200 while it can do its job; else 503. {"store_up", "alive", "loaded", "stale_ms", "newest", "safe"}
 *   GET  /metrics        admin port only
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>
#include <sodium.h>

#include "io/web_internal.h"

/* ------------------------------------------------------------ sessions */

bool session_shown(struct lws *wsi, char ret[LOGIN_NAME_LEN + 1])
{
	char cookies[2048];
	const char *at = cookies;
	size_t len = strlen(COOKIE);

	header_copy(wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof cookies);
	while (*at != '\0') {
		size_t end;

		at += strspn(at, "; \t");
		end = strcspn(at, ";");
		if (end > len && strncmp(at, COOKIE, len) == 0 && at[len] == '=')
			return login_name(slice_of(at + len + 1, end - len - 1), ret);
		at += end;
	}
	return false;
}

bool session_open(struct web *web, struct lws *wsi, char ret[LOGIN_NAME_LEN + 1], struct account *account)
{
	return session_shown(wsi, ret) && app_login_find(web->app, ret, account);
}

unsigned session_none(struct web *web, struct lws *wsi)
{
	char session[LOGIN_NAME_LEN + 1];
	struct app_health h;

	app_health(web->app, &h);
	return h.store_up || !session_shown(wsi, session) ? 401 : 503;
}

static void cookie_set(struct request *rq, const char *token, int64_t age_s)
{
	answer_header(rq, "set-cookie", COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" PRId64 "%s", token,
	              age_s, rq->port->tls ? "; Secure" : "");
}

static void answer_account(struct request *rq, const struct account *account)
{
	json_t *me =
		json_pack("{s:s, s:s, s:s}", "person", account->person, "name", account->name, "role", role_name(account->role));
	char *text = me == NULL ? NULL : json_dumps(me, JSON_COMPACT);

	json_decref(me);
	if (text == NULL) {
		answer_error(rq, 500, "account");
		return;
	}
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, 200, "application/json", slice_str(text));
	free(text);
}

/* ------------------------------------------------------------ log-in, log-out */

static void answer_login(struct request *rq, const struct login_answer *a)
{
	static const struct {
		unsigned status;
		const char *code;
	} REFUSALS[] = {
		[LOGIN_WRONG] = {401, "wrong"},      [LOGIN_LIMITED] = {429, "limited"},   [LOGIN_BUSY] = {503, "busy"},
		[LOGIN_AWAY] = {503, "unavailable"}, [LOGIN_NO_STORE] = {503, "no_store"},
	};

	if (a->outcome == LOGIN_OK) {
		cookie_set(rq, a->token, rq->port->web->session_s);
		answer_account(rq, &a->account);
		return;
	}
	if (a->retry_s != 0)
		answer_header(rq, "retry-after", "%u", a->retry_s);
	answer_json(rq, REFUSALS[a->outcome].status, "{\"error\":\"%s\",\"retry_after_s\":%u}\n", REFUSALS[a->outcome].code,
	            a->retry_s);
}

static void on_login(void *ctx, const struct login_answer *answer)
{
	struct request *rq = ctx;

	rq->ticket = 0;
	answer_login(rq, answer);
}

static void on_logout(void *ctx, const struct login_answer *answer)
{
	struct request *rq = ctx;

	rq->ticket = 0;
	/* The cookie goes in any case; that the session has not ended everywhere is said all the same. */
	cookie_set(rq, "", 0);
	if (answer->outcome == LOGIN_OK)
		answer_json(rq, 200, "{}\n");
	else
		answer_json(rq, 503, "{\"error\":\"no_store\",\"retry_after_s\":1}\n");
}

static bool from_our_page(struct request *rq)
{
	if (origin_good(rq->port, rq->wsi))
		return true;
	metric_add(rq->port->web->metrics, METRIC_WEB_WRONG_ORIGIN, 1);
	rq->close = true;
	answer_error(rq, 403, "origin");
	return false;
}

static void login(struct request *rq, struct slice body)
{
	struct web *web = rq->port->web;
	char type[64], address[64], session[LOGIN_NAME_LEN + 1];
	const char *account, *password;
	struct login_answer now;
	size_t account_len, password_len;
	json_t *json;

	header_copy(rq->wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof type);
	type[strcspn(type, "; ")] = '\0';
	if (strcasecmp(type, "application/json") != 0) {
		answer_error(rq, 415, "content_type");
		return;
	}
	json = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES, NULL);
	if (json == NULL ||
	    json_unpack(json, "{s:s%, s:s%!}", "account", &account, &account_len, "password", &password, &password_len) !=
	        0 ||
	    account_len == 0 || password_len == 0 || password_len > AUTHD_PASSWORD_MAX) {
		answer_error(rq, 400, "json");
	} else {
		lws_get_peer_simple(rq->wsi, address, sizeof address);
		rq->phase = REQUEST_WAITS;
		rq->ticket = login_begin(web->logins, account, slice_of(password, password_len), address,
		                         session_shown(rq->wsi, session) ? session : NULL, on_login, rq, &now);
		if (rq->ticket == 0)
			answer_login(rq, &now);
	}
	/* jansson keeps its own copy of what was typed. */
	if (json != NULL && json_is_string(json_object_get(json, "password")))
		sodium_memzero((void *)json_string_value(json_object_get(json, "password")),
		               json_string_length(json_object_get(json, "password")));
	json_decref(json);
}

static void logout(struct request *rq, struct slice body)
{
	char session[LOGIN_NAME_LEN + 1];
	struct login_answer now = {.outcome = LOGIN_OK};
	struct account account;

	(void)body;
	rq->phase = REQUEST_WAITS;
	if (session_open(rq->port->web, rq->wsi, session, &account))
		rq->ticket = login_end(rq->port->web->logins, session, on_logout, rq, &now);
	if (rq->ticket == 0)
		on_logout(rq, &now);
}

static void me(struct request *rq)
{
	char session[LOGIN_NAME_LEN + 1];
	struct account account;
	unsigned status;

	if (session_open(rq->port->web, rq->wsi, session, &account)) {
		answer_account(rq, &account);
		return;
	}
	status = session_none(rq->port->web, rq->wsi);
	answer_error(rq, status, status == 401 ? "no_session" : "no_store");
}

/* ------------------------------------------------------------ homes */

static json_t *row_json(struct app *app, const struct home_row *r, bool city)
{
	const struct home_count *c = &r->count;
	char name[64] = "";
	const char *level = city ? "city" : strlen(r->area) == AREA_DISTRICT ? "district" : "subdistrict";

	if (!app_area_name(app, r->area, name, sizeof name))
		name[0] = '\0';
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "area", r->area, "name", name, "level",
	                 level, "installed", (json_int_t)homes_installed(c), "commissioning",
	                 (json_int_t)c->of[HOME_COMMISSIONING], "in_service", (json_int_t)homes_in_service(c), "silent",
	                 (json_int_t)c->of[HOME_SILENT], "away", (json_int_t)c->of[HOME_AWAY], "retired",
	                 (json_int_t)c->of[HOME_RETIRED], "target", (json_int_t)c->target);
}

static char *homes_json(struct app *app)
{
	struct home_rows *rows = malloc(sizeof *rows);
	json_t *page = json_object(), *list = json_array();
	char *text = NULL;
	bool ok = rows != NULL && page != NULL && list != NULL;

	if (rows != NULL)
		app_installed(app, rows);
	for (size_t i = 0; ok && i < rows->count; i++)
		ok = json_array_append_new(list, row_json(app, &rows->rows[i], i == 0)) == 0;
	ok = json_object_set_new(page, "homes", list) == 0 && ok; /* takes the list, whatever comes of it */
	if (ok)
		text = json_dumps(page, JSON_COMPACT);
	json_decref(page);
	free(rows);
	return text;
}

static void homes_installed_get(struct request *rq)
{
	struct app *app = rq->port->web->app;
	char session[LOGIN_NAME_LEN + 1], *text;
	struct account account;
	struct app_health h;

	if (!session_open(rq->port->web, rq->wsi, session, &account)) {
		unsigned status = session_none(rq->port->web, rq->wsi);

		answer_error(rq, status, status == 401 ? "no_session" : "no_store");
		return;
	}
	if (account.role != ROLE_OPERATOR && account.role != ROLE_SUPERVISOR && account.role != ROLE_ADMINISTRATOR &&
	    account.role != ROLE_AUDITOR) {
		answer_error(rq, 403, "role");
		return;
	}
	app_health(app, &h);
	if (!h.loaded) {
		answer_error(rq, 503, "no_store");
		return;
	}
	text = homes_json(app);
	if (text == NULL) {
		answer_error(rq, 500, "memory");
		return;
	}
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, 200, "application/json", slice_str(text));
	free(text);
}

/* ------------------------------------------------------------ health */

static void ready(struct request *rq)
{
	struct app_health h;
	bool good;

	app_health(rq->port->web->app, &h);
	good = h.store_up && h.loaded && h.alive && !rq->port->web->stopping;
	answer_json(rq, good ? 200 : 503,
	            "{\"ready\":%s,\"store_up\":%s,\"alive\":%s,\"loaded\":%s,\"stale_ms\":%" PRId64 ",\"newest\":%" PRIu64
	            ",\"safe\":%" PRIu64 "}\n",
	            good ? "true" : "false", h.store_up ? "true" : "false", h.alive ? "true" : "false",
	            h.loaded ? "true" : "false", h.stale_ms, h.newest, h.safe);
}

static void metrics(struct request *rq)
{
	struct web *web = rq->port->web;
	char *page = malloc(METRICS_PAGE_MAX);

	if (page == NULL) {
		answer_error(rq, 500, "memory");
		return;
	}
	if (web->before_metrics != NULL)
		web->before_metrics(web->before_metrics_ctx);
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, 200, "text/plain; version=0.0.4; charset=utf-8",
	            slice_of(page, metrics_page(web->metrics, web->app, page, METRICS_PAGE_MAX)));
	free(page);
}

/* ------------------------------------------------------------ paths */

bool api_request(struct request *rq, struct slice path, bool post)
{
	static const struct {
		const char *path;
		bool post;
		bool admin, web;
		void (*get)(struct request *rq);
		void (*body)(struct request *rq, struct slice body);
	} PATHS[] = {
		{"/api/v1/login", true, false, true, NULL, login},
		{"/api/v1/logout", true, false, true, NULL, logout},
		{"/api/v1/me", false, false, true, me, NULL},
		{"/api/v1/homes/installed", false, false, true, homes_installed_get, NULL},
		{"/readyz", false, true, true, ready, NULL},
		{"/metrics", false, true, false, metrics, NULL},
		{"/healthz", false, true, true, NULL, NULL},
	};

	for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
		if (!slice_equal(path, slice_str(PATHS[i].path)) ||
		    !(rq->port->kind == PORT_WEB ? PATHS[i].web : rq->port->kind == PORT_ADMIN && PATHS[i].admin))
			continue;
		if (PATHS[i].post != post) {
			rq->close = post;
			answer_header(rq, "allow", "%s", PATHS[i].post ? "POST" : "GET, HEAD");
			answer_error(rq, 405, "method");
		} else if (post) {
			if (from_our_page(rq))
				rq->api = PATHS[i].body;
		} else if (PATHS[i].get != NULL) {
			PATHS[i].get(rq);
		} else {
			answer_json(rq, 200, "{\"ok\":true}\n");
		}
		return true;
	}
	return false;
}
