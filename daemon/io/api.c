/* api.c - JSON over HTTP: the doors that a page of ours goes in by (api_login.c), and whether this process is well. All other
 * paths of the API: api_paths.c.
 *
 *   GET  /healthz        200 while this process turns its loop
 *   GET  /readyz         200 while it can do its job and does not leave; else 503. {"store_up", "draining", ...}
 *   GET  /metrics        admin port only
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/api.h"

/* ------------------------------------------------------------ health */

static void ready(struct request *rq)
{
	struct app_health h;
	struct app_leaving left;
	bool good;

	app_health(rq->port->web->app, &h);
	app_leaving(rq->port->web->app, &left);
	good = !left.leaves && h.store_up && h.loaded && h.alive && !rq->port->web->stopping;
	answer_json(rq, good ? 200 : 503,
	            "{\"ready\":%s,\"store_up\":%s,\"alive\":%s,\"loaded\":%s,\"draining\":%s,\"stale_ms\":%" PRId64
	            ",\"newest\":%" PRIu64 ",\"safe\":%" PRIu64 "}\n",
	            good ? "true" : "false", h.store_up ? "true" : "false", h.alive ? "true" : "false",
	            h.loaded ? "true" : "false", left.leaves ? "true" : "false", h.stale_ms, h.newest, h.safe);
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

const struct api_door API_DOORS[] = {
	{"/api/v1/login", true, false, true, NULL, api_login},
	{"/api/v1/logout", true, false, true, NULL, api_logout},
	{"/api/v1/password", true, false, true, NULL, api_password},
	{"/api/v1/me", false, false, true, api_me, NULL},
	{"/readyz", false, true, true, ready, NULL},
	{"/metrics", false, true, false, metrics, NULL},
	{"/healthz", false, true, true, NULL, NULL},
};

const size_t API_DOOR_COUNT = COUNT_OF(API_DOORS);

bool api_request(struct request *rq, struct slice path, bool post)
{
	for (size_t i = 0; i < API_DOOR_COUNT; i++) {
		if (!slice_equal(path, slice_str(API_DOORS[i].path)) ||
		    !(rq->port->kind == PORT_WEB ? API_DOORS[i].web : rq->port->kind == PORT_ADMIN && API_DOORS[i].admin))
			continue;
		if (API_DOORS[i].post != post) {
			rq->close = post;
			answer_header(rq, "allow", "%s", API_DOORS[i].post ? "POST" : "GET, HEAD");
			answer_error(rq, 405, "method");
		} else if (post) {
			if (from_our_page(rq))
				rq->api = API_DOORS[i].body;
		} else if (API_DOORS[i].get != NULL) {
			API_DOORS[i].get(rq);
		} else {
			answer_json(rq, 200, "{\"ok\":true}\n");
		}
		return true;
	}
	return false;
}
