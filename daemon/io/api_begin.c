/* api_begin.c - from a request's head to a call: which path, who, how often, may they. */
#include <stdio.h>
#include <stdlib.h>

#include "io/api_internal.h"

struct api *api_new(struct web *web)
{
	struct api *api = calloc(1, sizeof *api);

	if (api == NULL)
		return NULL;
	api->web = web;
	TAILQ_INIT(&api->calls);
	TAILQ_INIT(&api->work);
	api->turn = event_new(web->base, -1, 0, api_on_turn, api);
	if (api->turn == NULL) {
		free(api);
		return NULL;
	}
	return api;
}

void api_free(struct api *api)
{
	if (api == NULL)
		return;
	ENSURE(TAILQ_EMPTY(&api->calls));
	event_free(api->turn);
	free(api);
}

void api_forget(struct request *rq)
{
	struct api_call *c = rq->call;

	if (c == NULL)
		return;
	rq->call = NULL;
	if (c->working)
		TAILQ_REMOVE(&c->api->work, c, work_link);
	TAILQ_REMOVE(&c->api->calls, c, link);
	c->api->call_count--;
	jot_free(&c->out);
	jot_free(&c->gone);
	free(c->pick);
	if (c->route->drop != NULL)
		c->route->drop(c->own.at);
	explicit_bzero(c->edit.key, sizeof c->edit.key);
	free(c);
}

bool api_path(struct slice path)
{
	const size_t len = sizeof API_PREFIX - 1;

	return path.len >= len && memcmp(path.at, API_PREFIX, len) == 0;
}

/* ------------------------------------------------------------ which path */

/* The path fits; what stands for {id} goes to ret_id. */
static bool fits(const char *pattern, struct slice path, char ret_id[64])
{
	size_t at = 0;

	ret_id[0] = '\0';
	while (*pattern != '\0') {
		size_t from = at;

		if (*pattern != '{') {
			if (at == path.len || (char)path.at[at] != *pattern)
				return false;
			pattern++;
			at++;
			continue;
		}
		while (at < path.len && path.at[at] != '/')
			at++;
		if (at == from || !text_copy(ret_id, 64, slice_of(path.at + from, at - from)))
			return false;
		pattern += strcspn(pattern, "}") + 1;
	}
	return at == path.len;
}

static const char *method_name(enum http_method method)
{
	static const char *const NAMES[HTTP_METHOD_COUNT] = {
		[HTTP_GET] = "GET, HEAD", [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
		[HTTP_PATCH] = "PATCH",   [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
	};

	return NAMES[method] == NULL ? "" : NAMES[method];
}

/* "GET, HEAD, PUT, OPTIONS"; false when there is no such path. */
static bool allowed(struct slice path, char *ret, size_t size)
{
	size_t len = 0;
	char id[64];

	for (size_t i = 0; i < API_ROUTE_COUNT; i++)
		if (fits(API_ROUTES[i].path, path, id))
			len += (size_t)snprintf(ret + len, size - len, "%s, ", method_name(API_ROUTES[i].method));
	if (len != 0)
		snprintf(ret + len, size - len, "OPTIONS");
	return len != 0;
}

static const struct api_route *route_find(struct slice path, enum http_method method, char ret_id[64])
{
	/* A path that is written out stands before one with a name in it. */
	for (int named = 0; named < 2; named++)
		for (size_t i = 0; i < API_ROUTE_COUNT; i++) {
			const struct api_route *r = &API_ROUTES[i];

			if ((strchr(r->path, '{') != NULL) == named && !r->elsewhere && fits(r->path, path, ret_id) &&
			    r->method == (method == HTTP_HEAD ? HTTP_GET : method))
				return r;
		}
	return NULL;
}

/* ------------------------------------------------------------ how often */

static bool rate_take(struct api *api, const char *id, mono_t now)
{
	struct api_rate *mine = NULL, *oldest = &api->rates[0];

	for (size_t i = 0; i < API_RATES; i++) {
		struct api_rate *r = &api->rates[i];

		if (strcmp(r->id, id) == 0)
			mine = r;
		if (r->at.ms < oldest->at.ms)
			oldest = r;
	}
	if (mine == NULL) {
		mine = oldest;
		*mine = (struct api_rate){.left_milli = (int64_t)API_RATE_BURST * 1000, .at = now};
		(void)text_copy(mine->id, sizeof mine->id, slice_str(id));
	}
	mine->left_milli += (now.ms - mine->at.ms) * API_RATE_PER_S;
	if (mine->left_milli > (int64_t)API_RATE_BURST * 1000)
		mine->left_milli = (int64_t)API_RATE_BURST * 1000;
	mine->at = now;
	if (mine->left_milli < 1000)
		return false;
	mine->left_milli -= 1000;
	return true;
}

static size_t calls_of(const struct api *api, const char *id)
{
	const struct api_call *c;
	size_t n = 0;

	TAILQ_FOREACH (c, &api->calls, link)
		n += strcmp(c->who.id, id) == 0;
	return n;
}

/* ------------------------------------------------------------ the call */

/* False: it has been answered. */
static bool let_in(struct api_call *c)
{
	struct web *web = c->api->web;
	struct app_health h;

	if (c->route->open)
		return true;
	switch (who_asks(c->rq->port, c->rq->wsi, c->route->method != HTTP_GET, &c->who)) {
	case WHO_OK:
		if (c->who.login[0] != '\0' && !c->route->quiet)
			app_login_used(web->app, c->who.login);
		break;
	case WHO_NONE:
		api_refuse(c, 401, "no_session", NULL);
		return false;
	case WHO_TOKEN:
		api_refuse(c, 401, "token", NULL);
		return false;
	case WHO_ORIGIN:
		c->rq->close = true;
		api_refuse(c, 403, "origin", NULL);
		return false;
	case WHO_LATER:
		api_refuse(c, 503, "no_store", NULL);
		return false;
	}
	if (!rate_take(c->api, c->who.id, clock_mono(web->clock)) || calls_of(c->api, c->who.id) > API_CALLS_EACH) {
		metric_add(web->metrics, METRIC_API_LIMITED, 1);
		api_refuse(c, 429, "limited", NULL);
		return false;
	}
	if (c->route->own ? !who_is_person(&c->who) : !who_may(&c->who, c->route->scope)) {
		metric_add(web->metrics, METRIC_API_REFUSED, 1);
		api_not_allowed(c, "");
		api_refuse(c, 403, "scope", c->route->own ? "a person" : scope_name(c->route->scope));
		return false;
	}
	app_health(web->app, &h);
	if (!h.loaded) {
		api_refuse(c, 503, "no_store", NULL);
		return false;
	}
	return true;
}

static void on_body(struct request *rq, struct slice body)
{
	struct api_call *c = rq->call;
	char type[64];
	json_t *json;

	header_copy(rq->wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof type);
	type[strcspn(type, "; ")] = '\0';
	if (strcasecmp(type, rq->method == HTTP_PATCH ? "application/merge-patch+json" : "application/json") != 0) {
		api_refuse(c, 415, "content_type", NULL);
		return;
	}
	json = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(json))
		api_refuse(c, 400, "json", "the body is no JSON object");
	else
		c->route->body(c, json);
	json_decref(json);
}

bool api_begin(struct request *rq, struct slice path)
{
	struct api *api = rq->port->web->api;
	const struct api_route *route;
	char allow[96], id[64];
	struct api_call *c;

	if (!rq->problems)
		return false;
	if (!allowed(path, allow, sizeof allow)) {
		rq->close = rq->close || rq->method == HTTP_PUT || rq->method == HTTP_PATCH || rq->method == HTTP_POST;
		answer_error(rq, 404, "not_found");
		return true;
	}
	route = route_find(path, rq->method, id);
	if (route == NULL) {
		rq->close = true;
		answer_header(rq, "allow", "%s", allow);
		if (rq->method == HTTP_OPTIONS)
			answer_text(rq, 204, "text/plain", slice_of(NULL, 0));
		else
			answer_error(rq, 405, "method");
		return true;
	}
	c = api->call_count == API_CALLS_MAX ? NULL : calloc(1, sizeof *c);
	if (c == NULL) {
		rq->close = true;
		answer_header(rq, "retry-after", "1");
		answer_error(rq, 503, "busy");
		return true;
	}
	c->api = api;
	c->rq = rq;
	c->route = route;
	c->status = 200;
	memcpy(c->id, id, sizeof c->id);
	rq->call = c;
	TAILQ_INSERT_TAIL(&api->calls, c, link);
	api->call_count++;
	metric_add(api->web->metrics, METRIC_API_REQUESTS, 1);
	if (!let_in(c) || !api_query(c))
		return true;
	if (route->body != NULL)
		rq->api = on_body;
	else
		route->begin(c);
	return true;
}
