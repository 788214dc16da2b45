#include "io/webhook.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <jansson.h>
#include <sodium.h>

#include "base/hash.h"
#include "io/vendor_map.h"
#include "io/vendor_sign.h"

#define PATH "/api/v1/alarms"
/* Said with 503: the vendor's next attempt. The alarm itself is on the screens already. */
#define RETRY_S 2
/* From so many requests in a row with a good signature and a wrong time on people see what they say: a clock is wrong. */
#define LATE_MAX 3
/* A message about a unit that is older than this does not say that the unit lives. */
#define HEARD_MAX_MS (5 * 60000)

/* What the answer says of one event. */
struct hook_event {
	char device[ID_MAX];
	enum kind kind;
	bool passed, known;
};

/* One request, from its head to its answer. */
struct hook {
	TAILQ_ENTRY(hook) link; /* in hooks->waiting while tag != 0 */
	struct request *rq;
	uint64_t tag;
	char vendor[VENDOR_NAME_MAX]; /* empty: nobody we know */
	char signature[VENDOR_SIGNATURE_MAX + 32];
	char timestamp[32];
	char key[160];
	uint8_t name[VENDOR_MAC_LEN]; /* of this very request */
	struct replay_key used;       /* what its key stands for */
	bool stale;
	bool reused; /* and has stood for something else */
	enum vendor_verdict verdict;
	const char *problem;
	char pointer[sizeof((struct vendor_body *)NULL)->pointer];
	size_t offset;
	uint32_t count;
	struct hook_event events[POST_ALARMS_MAX];
};

/* What a vendor has used up of its rate, in thousandths of a request; below zero is the reserve of calls for help. */
struct bucket {
	char vendor[VENDOR_NAME_MAX];
	int64_t left;
	mono_t at;
	uint32_t late; /* requests in a row with a wrong time */
	bool limited;  /* said so already */
};

struct peer {
	struct lws *wsi; /* NULL = free */
	char address[48];
};

struct hooks {
	struct web *web;
	struct vendors *vendors;
	struct vendor nobody;
	struct replays *replays;
	struct bucket buckets[VENDORS_MAX];
	uint64_t tag;
	TAILQ_HEAD(, hook) waiting;
	struct vendor_body body; /* scratch of one request */
	struct alarm alarms[POST_ALARMS_MAX];
	uint32_t per_address;
	uint32_t peer_count, peers_max;
	struct peer peers[];
};

/* ------------------------------------------------------------ connections */

struct hooks *hooks_new(struct web *web, struct vendors *vendors, uint32_t max, uint32_t per_address)
{
	struct hooks *h = calloc(1, sizeof *h + max * sizeof h->peers[0]);
	struct replays *replays = replays_new();

	if (h == NULL || replays == NULL) {
		vendors_free(vendors);
		replays_free(replays);
		free(h);
		return NULL;
	}
	h->web = web;
	h->vendors = vendors;
	h->replays = replays;
	vendor_nobody(&h->nobody);
	h->peers_max = max;
	h->per_address = per_address;
	TAILQ_INIT(&h->waiting);
	return h;
}

void hooks_free(struct hooks *h)
{
	if (h == NULL)
		return;
	vendors_free(h->vendors);
	replays_free(h->replays);
	free(h);
}

void hooks_vendors(struct hooks *h, struct vendors *vendors)
{
	vendors_free(h->vendors);
	h->vendors = vendors;
}

static bool local(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 || address[0] == '\0' ||
	       strncmp(address, "::ffff:127.", 11) == 0;
}

static void peer_text(int fd, char ret[48])
{
	struct sockaddr_storage from;
	socklen_t len = sizeof from;

	if (getpeername(fd, (struct sockaddr *)&from, &len) != 0 || from.ss_family == AF_UNIX ||
	    getnameinfo((struct sockaddr *)&from, len, ret, 48, NULL, 0, NI_NUMERICHOST) != 0)
		ret[0] = '\0';
}

bool hooks_admit(struct hooks *h, int fd)
{
	char address[48];
	uint32_t same = 0;

	if (h->peer_count >= h->peers_max)
		return false;
	peer_text(fd, address);
	if (local(address))
		return true;
	for (uint32_t i = 0; i < h->peers_max; i++)
		same += h->peers[i].wsi != NULL && strcmp(h->peers[i].address, address) == 0;
	return same < h->per_address;
}

size_t hooks_connections(const struct hooks *h)
{
	return h->peer_count;
}

void hooks_up(struct hooks *h, struct lws *wsi)
{
	for (uint32_t i = 0; i < h->peers_max; i++) {
		if (h->peers[i].wsi != NULL)
			continue;
		h->peers[i].wsi = wsi;
		peer_text(lws_get_socket_fd(wsi), h->peers[i].address);
		h->peer_count++;
		return;
	}
}

void hooks_down(struct hooks *h, struct lws *wsi)
{
	for (uint32_t i = 0; i < h->peers_max; i++) {
		if (h->peers[i].wsi != wsi)
			continue;
		h->peers[i].wsi = NULL;
		h->peer_count--;
		return;
	}
}

/* ------------------------------------------------------------ answers */

static const char *peer_of(struct request *rq, char ret[64])
{
	lws_get_peer_simple(rq->wsi, ret, 64);
	return ret;
}

static void answer_object(struct request *rq, unsigned status, const char *type, json_t *object)
{
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

	json_decref(object);
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, text == NULL ? 500 : status, type, slice_str(text == NULL ? "{}" : text));
	free(text);
}

static json_t *problem_object(unsigned status, const char *code, const char *title, const char *detail)
{
	char type[64];

	snprintf(type, sizeof type, "urn:pingan:alarms:%s", code);
	return json_pack("{s:s, s:s, s:i, s:s*}", "type", type, "title", title, "status", (int)status, "detail", detail);
}

/* RFC 9457. `code` is the last part of its type; the words are ours, never the peer's. */
static void answer_problem(struct request *rq, unsigned status, const char *code, const char *title, const char *detail)
{
	if (rq->phase == REQUEST_BODY && rq->api == NULL)
		rq->close = true; /* its body has not been read */
	if (status >= 400 && status < 500 && status != 429)
		metric_add(rq->port->web->metrics, METRIC_VENDOR_REFUSED, 1);
	if (status == 401)
		answer_header(rq, "www-authenticate", "HMAC-SHA256");
	answer_object(rq, status, "application/problem+json", problem_object(status, code, title, detail));
}

static void answer_away(struct request *rq)
{
	answer_header(rq, "retry-after", "%d", RETRY_S);
	answer_problem(rq, 503, "not-stored", "Not stored yet",
	               "What was sent is shown to people, and is not safe yet. Send it again, with the same key.");
}

static json_t *events_object(const struct hook *hk, const struct post_answer *answer)
{
	json_t *list = json_array();
	uint32_t at = 0;

	for (uint32_t i = 0; list != NULL && i < hk->count; i++) {
		const struct hook_event *e = &hk->events[i];
		json_t *one = json_pack("{s:s, s:s}", "device", e->device, "kind", e->passed ? "nothing" : kind_name(e->kind));

		if (one != NULL && e->passed)
			json_object_set_new(one, "known", json_boolean(e->known));
		if (one != NULL && !e->passed) {
			char incident[17];

			snprintf(incident, sizeof incident, "%016" PRIx64, answer->at[at].incident);
			json_object_set_new(one, "known", json_boolean(answer->at[at].known));
			if (answer->at[at].incident != 0)
				json_object_set_new(one, "incident", json_string(incident));
			at++;
		}
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *refusal_object(const struct hook *hk)
{
	json_t *ret;

	if (hk->stale)
		return problem_object(401, "timestamp", "Time stamp too far off",
		                      "The signature is good, its time is not. Set the clock.");
	if (hk->verdict == VENDOR_UNREADABLE) {
		ret = problem_object(400, "body", "The body cannot be read", hk->problem);
		json_object_set_new(ret, "offset", json_integer((json_int_t)hk->offset));
		return ret;
	}
	if (hk->reused)
		return problem_object(422, "key-reused", "The idempotency key was used for other content",
		                      "What was sent now is stored as a message of its own. Give every message its own key.");
	ret = problem_object(422, "mapping", "The body does not fit the mapping", hk->problem);
	json_object_set_new(ret, "pointer", json_string(hk->pointer));
	return ret;
}

/* All that the request reports is durable. */
static void answer_stored(struct hooks *h, struct hook *hk, const struct post_answer *answer)
{
	const struct vendor *v = vendors_find(h->vendors, slice_str(hk->vendor));
	bool good = !hk->stale && !hk->reused && hk->verdict == VENDOR_GOOD, known = true;
	json_t *object = good ? json_object() : refusal_object(hk);
	unsigned status = hk->stale ? 401 : hk->verdict == VENDOR_UNREADABLE ? 400 : 422;
	const char *type = good ? "application/json" : "application/problem+json";
	struct request *rq = hk->rq;
	char *text;

	for (uint32_t i = 0; i < answer->count; i++)
		known = known && answer->at[i].known;
	if (good)
		status = known ? 200 : 202;
	else
		metric_add(h->web->metrics, METRIC_VENDOR_REFUSED, 1);
	if (object != NULL)
		json_object_set_new(object, "events", events_object(hk, answer));
	text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (text == NULL) {
		answer_away(rq);
		return;
	}
	if (v != NULL && !hk->stale)
		replays_keep(h->replays, v, hk->name, &hk->used, clock_now(h->web->clock)->utc_ms, status, slice_str(text));
	if (status == 401)
		answer_header(rq, "www-authenticate", "HMAC-SHA256");
	answer_header(rq, "cache-control", "no-store");
	answer_text(rq, status, type, slice_str(text));
	free(text);
}

void hooks_done(struct hooks *h, uint64_t tag, const struct post_answer *answer)
{
	struct hook *hk;

	TAILQ_FOREACH (hk, &h->waiting, link)
		if (hk->tag == tag)
			break;
	if (hk == NULL)
		return;
	TAILQ_REMOVE(&h->waiting, hk, link);
	hk->tag = 0;
	if (answer->stored)
		answer_stored(h, hk, answer);
	else
		answer_away(hk->rq);
}

/* ------------------------------------------------------------ how much */

static struct bucket *bucket_of(struct hooks *h, const struct vendor *v, mono_t now)
{
	struct bucket *b = NULL;

	for (size_t i = 0; i < VENDORS_MAX && b == NULL; i++)
		if (strcmp(h->buckets[i].vendor, v->name) == 0)
			b = &h->buckets[i];
	/* A reload may have brought more names than there are places: the one that was heard longest ago gives way. */
	for (size_t i = 0; i < VENDORS_MAX && (b == NULL || b->vendor[0] == '\0' || strcmp(b->vendor, v->name) != 0); i++)
		if (b == NULL || h->buckets[i].at.ms < b->at.ms)
			b = &h->buckets[i];
	if (strcmp(b->vendor, v->name) != 0) {
		memset(b, 0, sizeof *b);
		snprintf(b->vendor, sizeof b->vendor, "%s", v->name);
		b->left = (int64_t)v->burst * 1000;
		b->at = now;
	}
	return b;
}

/* Seconds to wait; 0 = it may. Calls for help have a reserve as large as the burst that nothing else can use up. */
static unsigned rate_take(struct bucket *b, const struct vendor *v, bool help, mono_t now)
{
	int64_t full = (int64_t)v->burst * 1000, floor = help ? -full : 0;

	b->left += (now.ms - b->at.ms) * v->rate_per_min / 60;
	if (b->left > full)
		b->left = full;
	b->at = now;
	if (b->left - 1000 < floor)
		return (unsigned)((60000 / v->rate_per_min + 999) / 1000);
	b->left -= 1000;
	return 0;
}

/* ------------------------------------------------------------ one request */

static bool calls_for_help(const struct vendor_body *body)
{
	for (uint32_t i = 0; i < body->count; i++) {
		enum incident_class class = kind_class(body->at[i].alarm.kind);

		if (!body->at[i].passed && !body->at[i].alarm.restore && (class == CLASS_LIFE || class == CLASS_WELFARE))
			return true;
	}
	return false;
}

/* What the key of the request stands for: all that it reports, in its order. */
static struct replay_key key_used(const struct hook *hk, const struct vendor_body *body)
{
	struct replay_key ret = {0};

	if (hk->key[0] == '\0')
		return ret;
	ret.key = hash_bytes(0, 0, slice_str(hk->key)) | 1;
	for (uint32_t i = 0; i < body->count; i++)
		ret.content = ret.content * UINT64_C(0x9e3779b97f4a7c15) + body->at[i].alarm.id;
	return ret;
}

/* Units that the vendor has heard of lately. That it lost one is no word of the unit, and old news is none of today. */
static void heard(struct hooks *h, struct hook *hk, int64_t utc_ms)
{
	for (uint32_t i = 0; i < hk->count; i++) {
		const struct alarm *a = &h->body.at[i].alarm;

		hk->events[i].known = app_post_known(h->web->app, a->device);
		if ((a->kind == KIND_LINK && !a->restore) || (a->raised_ms != 0 && utc_ms - a->raised_ms > HEARD_MAX_MS))
			continue;
		app_post_heard(h->web->app, a->device, a->battery_pct, a->signal_dbm);
	}
}

/* Alarms of the body that somebody must see; what the answer will say of all of them is kept. */
static uint32_t body_take(struct hooks *h, struct hook *hk)
{
	const struct vendor_body *body = &h->body;
	uint32_t n = 0;

	hk->verdict = body->verdict;
	hk->problem = body->problem;
	hk->offset = body->offset;
	hk->count = body->count;
	memcpy(hk->pointer, body->pointer, sizeof hk->pointer);
	for (uint32_t i = 0; i < body->count; i++) {
		const struct alarm *a = &body->at[i].alarm;

		memcpy(hk->events[i].device, a->device, sizeof a->device);
		hk->events[i].kind = a->kind;
		hk->events[i].passed = body->at[i].passed;
		if (!body->at[i].passed)
			h->alarms[n++] = *a;
	}
	return n;
}

/* Good signature, wrong time: told ours. Somebody has recorded it, or a clock is wrong; the third time people see it. */
static bool late(struct hooks *h, struct hook *hk, struct bucket *b)
{
	struct request *rq = hk->rq;
	json_t *object;

	hk->stale = true;
	if (++b->late == 1 || b->late == LATE_MAX) {
		char peer[64];

		log_line(h->web->log, "VENDOR_LATE", "vendor=%s peer=%s shown=%d", hk->vendor, peer_of(rq, peer),
		         b->late >= LATE_MAX);
	}
	if (b->late >= LATE_MAX)
		return false;
	metric_add(h->web->metrics, METRIC_VENDOR_REFUSED, 1);
	answer_header(rq, "www-authenticate", "HMAC-SHA256");
	object = refusal_object(hk);
	json_object_set_new(object, "now_ms", json_integer(clock_now(h->web->clock)->utc_ms));
	answer_object(rq, 401, "application/problem+json", object);
	return true;
}

static void limited(struct hooks *h, struct hook *hk, struct bucket *b, unsigned wait_s)
{
	metric_add(h->web->metrics, METRIC_VENDOR_LIMITED, 1);
	if (!b->limited)
		log_line(h->web->log, "VENDOR_LIMITED", "vendor=%s", hk->vendor);
	b->limited = true;
	answer_header(hk->rq, "retry-after", "%u", wait_s);
	answer_problem(hk->rq, 429, "rate", "Too many requests", NULL);
}

/* Nothing in it needs to be stored. */
static void nothing_to_see(struct hooks *h, struct hook *hk)
{
	static const struct post_answer NONE = {.stored = true};
	struct app_health health;

	app_health(h->web->app, &health);
	/* Heartbeats are answered only while an alarm could be kept: its other address may serve the vendor better. */
	if (hk->verdict == VENDOR_GOOD && !(health.store_up && health.alive))
		answer_away(hk->rq);
	else
		answer_stored(h, hk, &NONE);
}

/* The request by its signature and its key, which need not be signed. */
static void name_of(struct hook *hk, const uint8_t mac[VENDOR_MAC_LEN])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof hk->name);
	crypto_generichash_update(&state, mac, VENDOR_MAC_LEN);
	crypto_generichash_update(&state, (const uint8_t *)hk->key, strlen(hk->key));
	crypto_generichash_final(&state, hk->name, sizeof hk->name);
}

static void signature_bad(struct hooks *h, struct hook *hk)
{
	char peer[64];

	metric_add(h->web->metrics, METRIC_VENDOR_BAD_SIGNATURE, 1);
	log_line(h->web->log, "VENDOR_BAD_SIGNATURE", "vendor=%s peer=%s", hk->vendor[0] == '\0' ? "?" : hk->vendor,
	         peer_of(hk->rq, peer));
	answer_problem(hk->rq, 401, "signature", "Not signed by a vendor we know", NULL);
}

static void hook_body(struct request *rq, struct slice bytes)
{
	struct web *web = rq->port->web;
	struct hooks *h = web->hooks;
	struct hook *hk = rq->hook;
	const struct vendor *v = hk->vendor[0] == '\0' ? NULL : vendors_find(h->vendors, slice_str(hk->vendor));
	const struct signed_request signed_rq = {slice_str(hk->signature), slice_str(hk->timestamp), slice_str(hk->key),
	                                         bytes};
	mono_t now = clock_mono(web->clock);
	int64_t utc_ms = clock_now(web->clock)->utc_ms;
	uint8_t mac[VENDOR_MAC_LEN];
	enum sign_verdict verdict;
	struct slice again;
	struct bucket *b;
	unsigned status, wait_s;
	uint32_t n;

	rq->phase = REQUEST_WAITS;
	lws_set_timer_usecs(rq->wsi, REQUEST_MAX_S * LWS_USEC_PER_SEC);
	verdict = vendor_check_sign(v == NULL ? &h->nobody : v, &signed_rq, utc_ms, mac);
	if (v == NULL || verdict == SIGN_BAD) {
		signature_bad(h, hk);
		return;
	}
	hk->stale = verdict == SIGN_STALE;
	name_of(hk, mac);
	status = hk->stale ? 0 : replays_find(h->replays, v->name, hk->name, utc_ms, &again);
	if (status != 0) {
		metric_add(web->metrics, METRIC_VENDOR_REPLAYS, 1);
		answer_header(rq, "cache-control", "no-store");
		answer_text(rq, status, status < 300 ? "application/json" : "application/problem+json", again);
		return;
	}
	vendor_map(v, bytes, v->key.header[0] == '\0' ? slice_of("", 0) : slice_str(hk->key), NULL, &h->body);
	b = bucket_of(h, v, now);
	wait_s = rate_take(b, v, calls_for_help(&h->body), now);
	if (wait_s != 0) {
		limited(h, hk, b, wait_s);
		return;
	}
	b->limited = false;
	if (hk->stale) {
		if (late(h, hk, b))
			return;
	} else {
		b->late = 0;
	}
	n = body_take(h, hk);
	if (!hk->stale)
		heard(h, hk, utc_ms);
	hk->used = key_used(hk, &h->body);
	hk->reused = !hk->stale && hk->verdict == VENDOR_GOOD && replays_other(h->replays, v->name, &hk->used, utc_ms);
	if (hk->reused)
		log_line(web->log, "VENDOR_KEY_REUSED", "vendor=%s", hk->vendor);
	if (hk->problem != NULL)
		log_line(web->log, "VENDOR_BODY_WRONG", "vendor=%s readable=%d", hk->vendor, hk->verdict != VENDOR_UNREADABLE);
	if (n == 0) {
		nothing_to_see(h, hk);
		return;
	}
	hk->tag = ++h->tag;
	TAILQ_INSERT_TAIL(&h->waiting, hk, link);
	app_post(web->app, hk->tag, h->alarms, n);
}

/* ------------------------------------------------------------ heads */

static void custom_copy(struct lws *wsi, const char *name, char *ret, size_t size)
{
	char with_colon[VENDOR_HEADER_MAX + 1];
	int len = snprintf(with_colon, sizeof with_colon, "%s:", name);

	ret[0] = '\0';
	if (name[0] != '\0' && lws_hdr_custom_length(wsi, with_colon, len) < (int)size &&
	    lws_hdr_custom_copy(wsi, ret, (int)size, with_colon, len) < 0)
		ret[0] = '\0';
}

/* Bytes of the body; -1 chunked or not said, -2 malformed. */
static long long body_length(struct lws *wsi)
{
	char length[24];

	header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, sizeof length);
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) != 0 ||
	    lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) == 0)
		return -1;
	if (length[0] == '\0' || strspn(length, "0123456789") != strlen(length) || strlen(length) > 18)
		return -2;
	return atoll(length);
}

/* application/json and its kin, in UTF-8 and as they are. */
static bool type_good(struct lws *wsi)
{
	char type[96], coding[32];
	size_t len;

	header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof type);
	header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_ENCODING, coding, sizeof coding);
	if ((coding[0] != '\0' && strcasecmp(coding, "identity") != 0) ||
	    lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE) >= (int)sizeof type)
		return false;
	type[strcspn(type, "; ")] = '\0';
	len = strlen(type);
	return strcasecmp(type, "application/json") == 0 ||
	       (strncasecmp(type, "application/", 12) == 0 && len > 5 && strcasecmp(type + len - 5, "+json") == 0);
}

/* Who it says it is: by path, /api/v1/alarms/NAME, else by header. False for another path. */
static bool vendor_named(struct request *rq, struct slice path, char ret[VENDOR_NAME_MAX])
{
	char header[64];

	ret[0] = '\0';
	if (path.len < strlen(PATH) || memcmp(path.at, PATH, strlen(PATH)) != 0)
		return false;
	if (path.len == strlen(PATH)) {
		custom_copy(rq->wsi, "pingan-vendor", header, sizeof header);
		(void)text_copy(ret, VENDOR_NAME_MAX, slice_str(header));
		return true;
	}
	if (path.at[strlen(PATH)] != '/')
		return false;
	(void)text_copy(ret, VENDOR_NAME_MAX, slice_of(path.at + strlen(PATH) + 1, path.len - strlen(PATH) - 1));
	return true;
}

/* Without it some senders wait a second before they send the body. */
static bool go_on(struct lws *wsi)
{
	static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uint8_t room[LWS_PRE + sizeof CONTINUE];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_EXPECT) == 0)
		return true;
	memcpy(room + LWS_PRE, CONTINUE, sizeof CONTINUE - 1);
	return lws_write(wsi, room + LWS_PRE, sizeof CONTINUE - 1, LWS_WRITE_HTTP_HEADERS) >= 0;
}

void hook_begin(struct request *rq, struct slice path, bool post)
{
	struct hooks *h = rq->port->web->hooks;
	char name[VENDOR_NAME_MAX];
	const struct vendor *v;
	long long len = body_length(rq->wsi);
	struct hook *hk;

	metric_add(rq->port->web->metrics, METRIC_VENDOR_REQUESTS, 1);
	if (!vendor_named(rq, path, name)) {
		answer_problem(rq, 404, "path", "Nothing here", "Alarms go to " PATH);
	} else if (!post) {
		answer_header(rq, "allow", "POST");
		answer_problem(rq, 405, "method", "POST only", NULL);
	} else if (len == -1) {
		answer_problem(rq, 411, "length", "Content-Length is needed", NULL);
	} else if (len < 0) {
		answer_problem(rq, 400, "length", "Content-Length is no number", NULL);
	} else if (len > VENDOR_BODY_MAX) {
		answer_problem(rq, 413, "too-large", "The body is too large", "65536 bytes at most");
	} else if (!type_good(rq->wsi)) {
		answer_problem(rq, 415, "type", "application/json is needed", NULL);
	} else if (!go_on(rq->wsi)) {
		answer_problem(rq, 503, "not-stored", "Try again", NULL);
	} else if ((hk = calloc(1, sizeof *hk)) == NULL) {
		answer_away(rq);
	} else {
		hk->rq = rq;
		rq->hook = hk;
		rq->body_max = (size_t)len;
		rq->api = hook_body;
		v = vendors_find(h->vendors, slice_str(name));
		if (v != NULL) {
			snprintf(hk->vendor, sizeof hk->vendor, "%s", name);
			custom_copy(rq->wsi, v->sign.header, hk->signature, sizeof hk->signature);
			custom_copy(rq->wsi, v->sign.timestamp_header, hk->timestamp, sizeof hk->timestamp);
			custom_copy(rq->wsi, v->key.header, hk->key, sizeof hk->key);
		}
	}
}

void hook_forget(struct request *rq)
{
	struct hooks *h = rq->port->web->hooks;
	struct hook *hk = rq->hook;

	if (hk == NULL)
		return;
	if (hk->tag != 0) {
		TAILQ_REMOVE(&h->waiting, hk, link);
		app_post_forget(h->web->app, hk->tag);
	}
	free(hk);
	rq->hook = NULL;
}
