/* api.c - JSON over HTTP: which path is whose; homes by how they stand; and whether this process is well. Log-in and
 * sessions: api_login.c.
 *
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

#include "io/web_internal.h"

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

static bool from_our_page(struct request *rq)
{
	if (origin_good(rq->port, rq->wsi))
		return true;
	metric_add(rq->port->web->metrics, METRIC_WEB_WRONG_ORIGIN, 1);
	rq->close = true;
	answer_error(rq, 403, "origin");
	return false;
}

bool api_request(struct request *rq, struct slice path, bool post)
{
	static const struct {
		const char *path;
		bool post;
		bool admin, web;
		void (*get)(struct request *rq);
		void (*body)(struct request *rq, struct slice body);
	} PATHS[] = {
		{"/api/v1/login", true, false, true, NULL, api_login},
		{"/api/v1/logout", true, false, true, NULL, api_logout},
		{"/api/v1/password", true, false, true, NULL, api_password},
		{"/api/v1/me", false, false, true, api_me, NULL},
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
