/* api_call.c - a call under way: its slices, and its answer. */
#include "io/api.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "base/hex.h"
#include "io/api_internal.h"

struct app *api_app(const struct api_call *c)
{
	return c->api->web->app;
}

bool api_slice_over(const struct api_call *c)
{
	return clock_precise_ns(c->api->web->clock) >= c->api->slice_until_ns;
}

/* What is said must be on the list, or docs/openapi.yaml does not tell the truth. */
static bool declared(const struct api_call *c, unsigned status)
{
	char text[8];

	snprintf(text, sizeof text, "%u", status);
	return strstr(c->route->statuses, text) != NULL || (!c->route->open && strstr(API_ALWAYS, text) != NULL);
}

static void status_check(const struct api_call *c, unsigned status)
{
#ifdef PINGAN_TEST_BUILD
	ENSURE(declared(c, status));
#else
	(void)c;
	(void)status;
	(void)declared;
#endif
}

/* The request lives on until its answer has gone; the call is over. */
static void call_end(struct api_call *c)
{
	api_forget(c->rq);
}

void api_refuse(struct api_call *c, unsigned status, const char *code, const char *detail)
{
	struct metrics *m = c->api->web->metrics;

	status_check(c, status);
	if (status == 404)
		metric_add(m, METRIC_WEB_NOT_FOUND, 1);
	else if (status >= 400 && status < 500 && status != 401 && status != 429)
		metric_add(m, METRIC_WEB_BAD_REQUESTS, 1);
	if (status == 429 || status == 503)
		answer_header(c->rq, "retry-after", "1");
	if (status == 401)
		answer_header(c->rq, "www-authenticate", "Bearer realm=\"pingan\"");
	/* Its body, if one is on its way, is not waited for. */
	if (c->route->body != NULL && !c->rq->whole)
		c->rq->close = true;
	answer_problem(c->rq, status, code, detail, c->faults, c->fault_count);
	call_end(c);
}

void api_done(struct api_call *c)
{
	status_check(c, 204);
	answer_header(c->rq, "cache-control", "no-store");
	answer_text(c->rq, 204, "application/json", slice_of(NULL, 0));
	call_end(c);
}

void api_work(struct api_call *c, bool (*step)(struct api_call *c))
{
	struct api *api = c->api;
	const struct timeval now = {0};

	if (c->rq->phase == REQUEST_BODY)
		c->rq->phase = REQUEST_WAITS;
	c->step = step;
	c->until.ms = clock_mono(api->web->clock).ms + API_WAIT_MS;
	if (!c->working) {
		c->working = true;
		TAILQ_INSERT_TAIL(&api->work, c, work_link);
	}
	event_add(api->turn, &now);
}

void api_on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct api *api = arg;
	struct timeval again = {.tv_usec = 1000};
	mono_t now = clock_mono(api->web->clock);
	bool moved = false;
	size_t calls = api->call_count;
	int64_t begun_ns;
	uint64_t took_us;

	(void)fd;
	(void)what;
	begun_ns = clock_precise_ns(api->web->clock);
	api->slice_until_ns = begun_ns + API_SLICE_NS;
	/* Each gets a turn before one gets its second; whoever is not done goes to the end of the line. */
	for (size_t i = 0; i < calls && !TAILQ_EMPTY(&api->work); i++) {
		struct api_call *c = TAILQ_FIRST(&api->work);

		TAILQ_REMOVE(&api->work, c, work_link);
		TAILQ_INSERT_TAIL(&api->work, c, work_link);
		if (c->until.ms <= now.ms)
			api_refuse(c, 503, "no_store", "not safe, or not read yet, within the time of one request");
		else
			c->step(c);
		if (clock_precise_ns(api->web->clock) >= api->slice_until_ns) {
			moved = true;
			break;
		}
	}
	took_us = (uint64_t)(clock_precise_ns(api->web->clock) - begun_ns) / 1000;
	if (took_us > api->web->metrics->values[METRIC_API_SLICE_US])
		metric_set(api->web->metrics, METRIC_API_SLICE_US, took_us);
	if (moved)
		again.tv_usec = 0;
	if (!TAILQ_EMPTY(&api->work))
		event_add(api->turn, &again);
}

void api_tag(uint64_t commit, char ret[40])
{
	char hex[17];

	hex16(commit, hex);
	snprintf(ret, 40, "\"%s\"", hex);
}

/* A list of tags, or "*". Weak ones are equal to strong ones here (RFC 9110, 13.1.2). */
static bool listed_tag(const char *list, const char *tag)
{
	const char *at = list;

	if (strcmp(list, "*") == 0)
		return true;
	while (tag[0] != '\0' && (at = strstr(at, tag)) != NULL) {
		const char *behind = at + strlen(tag);
		bool from = at == list || at[-1] == ' ' || at[-1] == ',' || at[-1] == '/';

		if (from && (*behind == '\0' || *behind == ',' || *behind == ' '))
			return true;
		at = behind;
	}
	return false;
}

bool api_none_match(struct api_call *c, const char *tag)
{
	char text[512];

	header_copy(c->rq->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, text, sizeof text);
	return text[0] != '\0' && listed_tag(text, tag);
}

enum api_if api_if_match(struct api_call *c, const char *tag)
{
	char text[512];

	if (lws_hdr_total_length(c->rq->wsi, WSI_TOKEN_HTTP_IF_MATCH) == 0)
		return API_IF_NONE;
	header_copy(c->rq->wsi, WSI_TOKEN_HTTP_IF_MATCH, text, sizeof text);
	/* A weak tag never matches here (RFC 9110, 13.1.1). */
	return strstr(text, "W/") == NULL && listed_tag(text, tag) ? API_IF_MATCHES : API_IF_FAILS;
}

/* The tag goes out; true when the peer has it already, and hears no more than that. */
static bool tag_known(struct api_call *c, const char *type)
{
	struct request *rq = c->rq;

	if (c->tag[0] != '\0')
		answer_header(rq, "etag", "%s", c->tag);
	if (c->status != 200 || c->route->method != HTTP_GET || c->tag[0] == '\0' || !api_none_match(c, c->tag))
		return false;
	status_check(c, 304);
	answer_text(rq, 304, type, slice_of(NULL, 0));
	call_end(c);
	return true;
}

void api_say(struct api_call *c, const char *type, struct slice body)
{
	answer_header(c->rq, "cache-control", "no-cache");
	if (tag_known(c, type))
		return;
	status_check(c, c->status);
	answer_text(c->rq, c->status, type, body);
	call_end(c);
}

bool api_send(struct api_call *c)
{
	struct app_health h;
	struct request *rq = c->rq;
	uint8_t hash[16];
	char *body;
	size_t len;

	if (c->out.failed) {
		api_refuse(c, 500, "memory", NULL);
		return true;
	}
	app_health(api_app(c), &h);
	if (h.safe < c->needs && h.stale_ms == 0)
		return false;
	if (c->tag[0] == '\0' && c->status == 200) {
		char hex[sizeof hash * 2 + 1];

		crypto_generichash(hash, sizeof hash, (const uint8_t *)c->out.at, c->out.len, NULL, 0);
		sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
		snprintf(c->tag, sizeof c->tag, "\"%s\"", hex);
	}
	answer_header(rq, "cache-control", "private, no-cache");
	if (tag_known(c, "application/json"))
		return true;
	status_check(c, c->status);
	body = jot_take(&c->out, &len);
	answer_own(rq, c->status, "application/json", body, len);
	call_end(c);
	return true;
}
