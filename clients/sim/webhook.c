/* webhook.c - pingan-sim webhook: messages of a vendor's cloud, made and signed as its vendors.yaml says, and the answers. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <openssl/err.h>

#include "io/address.h"
#include "io/vendor_map.h"
#include "io/vendor_sign.h"
#include "sim.h"

#define ANSWER_MAX 32768
#define PATH "/api/v1/alarms"

static const char USAGE[] =
	"usage: pingan-sim webhook VENDOR [DEVICE] --vendors FILE (--port N | --connect A:P) [OPTION]...\n"
	"\n"
	"Sends messages as the cloud of VENDOR does, one behind the other on one connection, and prints the answers.\n"
	"\n"
	"  --vendors FILE  vendors.yaml; its first secret signs\n"
	"  --kind KIND     the first code that means this (sos)\n"
	"  --code CODE     this code instead\n"
	"  --zone N        which button or sensor\n"
	"  --body JSON     the whole body instead\n"
	"  --key KEY       the idempotency key, for all of them; else each has its own\n"
	"  --count N       so many messages (1)\n"
	"  --ca FILE       TLS, the server's certificate is checked against this\n"
	"  --timeout S     waits so long for each answer (10)\n"
	"  --json\n"
	"\n"
	"Exit: 0 all answered 2xx; 1 one refused, or no answer; 2 wrong option; 3 can't connect.\n";

struct line {
	int fd;
	SSL *ssl; /* NULL = plain */
};

/* ------------------------------------------------------------ the body */

/* Puts a value where a JSON pointer of the mapping says, making objects on the way. Takes `value` over. */
static bool pointer_set(json_t *root, const char *pointer, json_t *value)
{
	char token[VENDOR_POINTER_MAX];

	while (root != NULL && *pointer == '/') {
		size_t len = 0;
		json_t *next;

		for (pointer++; *pointer != '\0' && *pointer != '/'; pointer++) {
			char c = *pointer;

			if (c == '~')
				c = *++pointer == '0' ? '~' : '/';
			if (len + 1 < sizeof token)
				token[len++] = c;
		}
		token[len] = '\0';
		if (*pointer == '\0')
			return json_object_set_new(root, token, value) == 0;
		next = json_object_get(root, token);
		if (next == NULL && json_object_set_new(root, token, json_object()) == 0)
			next = json_object_get(root, token);
		root = next;
	}
	json_decref(value);
	return false;
}

static bool field_set(json_t *root, json_t *event, const struct vendor_source *s, json_t *value)
{
	if (s->from == SOURCE_EVENT || s->from == SOURCE_BODY)
		return pointer_set(s->from == SOURCE_EVENT ? event : root, s->pointer, value);
	json_decref(value);
	return true;
}

static json_t *time_now(const struct vendor *v)
{
	int64_t now_ms = utc_now_ms();
	time_t now_s = (time_t)(now_ms / 1000);
	char text[40];
	struct tm tm;

	if (v->map.time_form == TIME_MS)
		return json_integer(now_ms);
	if (v->map.time_form == TIME_S)
		return json_integer(now_s);
	(void)gmtime_r(&now_s, &tm);
	(void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	               tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(now_ms % 1000));
	return json_string(text);
}

/* NULL when the mapping can't be filled in. The caller frees it. */
static char *body_make(const struct vendor *v, const struct options *o, const char *code, const char *key)
{
	json_t *root = json_object(), *event = v->map.list ? json_object() : json_incref(root);
	bool good = field_set(root, event, &v->map.device, json_string(o->device)) &&
	            field_set(root, event, &v->map.code, json_string(code)) &&
	            field_set(root, event, &v->map.time, time_now(v)) &&
	            (o->zone == 0 || field_set(root, event, &v->map.zone, json_integer(o->zone))) &&
	            field_set(root, event, &v->key.at, json_string(key)) &&
	            (!v->map.list || pointer_set(root, v->map.events, json_pack("[O]", event)));
	char *ret = good ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(event);
	json_decref(root);
	return ret;
}

/* The vendor's word for a kind; NULL when it has none. */
static const char *code_of(const struct vendor *v, const char *kind)
{
	for (uint32_t i = 0; i < v->code_count; i++)
		if (v->codes[i].kind != KIND_NONE && !v->codes[i].restore && strcmp(kind_name(v->codes[i].kind), kind) == 0)
			return v->codes[i].code;
	return NULL;
}

/* ------------------------------------------------------------ the connection */

static bool line_open(struct line *l, struct target *t, uint32_t timeout_s)
{
	struct timeval wait = {.tv_sec = timeout_s};
	struct address a;

	l->ssl = NULL;
	l->fd = plain_connect(t->addresses[0]);
	if (l->fd < 0) {
		fprintf(stderr, "pingan-sim: %s: %s\n", t->addresses[0], strerror(errno));
		return false;
	}
	(void)setsockopt(l->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	if (t->mode != MODE_CERTIFICATE)
		return true;
	if (!address_parse(t->addresses[0], &a) || !target_tls(t) || (l->ssl = SSL_new(t->tls)) == NULL)
		return false;
	(void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(l->ssl), a.host);
	if (SSL_set_fd(l->ssl, l->fd) == 1 && SSL_connect(l->ssl) == 1)
		return true;
	fprintf(stderr, "pingan-sim: %s: %s\n", t->addresses[0], ERR_reason_error_string(ERR_get_error()));
	return false;
}

static void line_close(struct line *l, struct target *t)
{
	SSL_free(l->ssl);
	if (l->fd >= 0)
		(void)close(l->fd);
	SSL_CTX_free(t->tls);
	t->tls = NULL;
}

static bool line_send(struct line *l, const char *at, size_t len)
{
	if (l->ssl == NULL)
		return plain_send(l->fd, (const uint8_t *)at, len);
	return SSL_write(l->ssl, at, (int)len) == (int)len;
}

static ssize_t line_read(struct line *l, char *at, size_t size)
{
	return l->ssl == NULL ? recv(l->fd, at, size, 0) : SSL_read(l->ssl, at, (int)size);
}

/* One answer, its body as text in *ret_body. Its status; 0 when none came. */
static unsigned answer_read(struct line *l, char *in, char **ret_body)
{
	size_t have = 0, whole = 0;
	unsigned status = 0;
	char *end = NULL;

	while (have < ANSWER_MAX && (whole == 0 || have < whole)) {
		ssize_t n = line_read(l, in + have, ANSWER_MAX - have);
		const char *length;

		if (n <= 0)
			return 0;
		have += (size_t)n;
		in[have] = '\0';
		if (whole != 0 || (end = strstr(in, "\r\n\r\n")) == NULL)
			continue;
		length = strcasestr(in, "\r\ncontent-length:");
		if (sscanf(in, "HTTP/1.%*c %3u", &status) != 1 || length == NULL || length > end)
			return 0;
		whole = (size_t)(end + 4 - in) + strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
	}
	if (whole == 0 || have < whole)
		return 0;
	in[whole] = '\0';
	*ret_body = end + 4;
	return status;
}

/* ------------------------------------------------------------ one message */

static bool message_send(struct line *l, const struct vendor *v, const char *key, const char *body)
{
	char stamp[24], signature[VENDOR_SIGNATURE_MAX], head[1024];
	int64_t now_ms = utc_now_ms();
	struct signed_request rq = {.key = slice_str(key), .body = slice_str(body)};
	int len;

	(void)snprintf(stamp, sizeof stamp, "%" PRId64, v->sign.timestamp_unit == TIME_MS ? now_ms : now_ms / 1000);
	rq.timestamp = slice_str(stamp);
	vendor_sign(v, 0, &rq, signature);
	len = snprintf(head, sizeof head,
	               "POST " PATH "/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	               "Content-Length: %zu\r\n%s: %s\r\n%s: %s\r\n",
	               v->name, strlen(body), v->sign.timestamp_header, stamp, v->sign.header, signature);
	if (v->key.header[0] != '\0')
		len += snprintf(head + len, sizeof head - (size_t)len, "%s: %s\r\n", v->key.header, key);
	len += snprintf(head + len, sizeof head - (size_t)len, "\r\n");
	return (size_t)len < sizeof head && line_send(l, head, (size_t)len) && line_send(l, body, strlen(body));
}

static void answer_print(const struct options *o, unsigned status, const char *body, const char *key, double after_ms)
{
	json_t *line, *value;

	if (!o->json) {
		if (status == 0)
			printf("no answer\n");
		else
			printf("%u after %.1f ms: %s\n", status, after_ms, body);
		return;
	}
	value = status == 0 ? NULL : json_loads(body, 0, NULL);
	line = json_pack("{s:i, s:s, s:o*, s:f}", "status", (int)status, "key", key, "answer", value, "after_ms", after_ms);
	(void)json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

/* True when it was answered 2xx. */
static bool message(struct line *l, const struct vendor *v, const struct options *o, const char *code)
{
	static char in[ANSWER_MAX + 1];
	char own[17], *body, *answer = in;
	const char *key = o->key != NULL ? o->key : own;
	int64_t begun_ns;
	unsigned status = 0;

	(void)snprintf(own, sizeof own, "%016" PRIx64, random_id());
	body = o->body != NULL ? strdup(o->body) : body_make(v, o, code, key);
	begun_ns = mono_now_ns();
	if (body != NULL && message_send(l, v, key, body))
		status = answer_read(l, in, &answer);
	free(body);
	answer_print(o, status, answer, key, (double)(mono_now_ns() - begun_ns) / 1e6);
	return status / 100 == 2;
}

static int send_all(const struct vendor *v, struct options *o)
{
	const char *code = o->code != NULL ? o->code : code_of(v, o->kind);
	struct line l;
	int status = 0;

	if (code == NULL && o->body == NULL) {
		fprintf(stderr, "pingan-sim: %s has no code for %s\n", v->name, o->kind);
		return 2;
	}
	if (!line_open(&l, &o->target, o->timeout_s))
		status = 3;
	for (uint32_t i = 0; i < o->count && status == 0; i++)
		status = message(&l, v, o, code) ? 0 : 1;
	line_close(&l, &o->target);
	return status;
}

int cmd_webhook(int argc, char **argv)
{
	struct options o = {.kind = "sos", .timeout_s = 10, .count = 1, .target.mode = MODE_PLAIN};
	int status = options_read(argc, argv, USAGE, &o);
	char why[VENDORS_WHY_MAX];
	const char *name = NULL;
	const struct vendor *v;
	struct vendors *all;

	if (status != 0)
		return status;
	if (optind < argc)
		name = argv[optind++];
	if (optind < argc && o.device == NULL)
		o.device = argv[optind++];
	if (optind != argc || name == NULL || (o.device == NULL && o.body == NULL) || o.vendors == NULL ||
	    o.target.count == 0) {
		fputs(USAGE, stderr);
		return 2;
	}
	all = vendors_load(o.vendors, true, why);
	v = all == NULL ? NULL : vendors_find(all, slice_str(name));
	if (v == NULL)
		fprintf(stderr, "pingan-sim: %s: %s\n", all == NULL ? "vendors" : name, all == NULL ? why : "no such vendor");
	status = v == NULL ? 2 : send_all(v, &o);
	vendors_free(all);
	return status;
}
