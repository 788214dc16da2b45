/* bench_commit - bare `commit` calls to a Redis: the floor under every number that the daemon shows.
 *
 * One connection, or several in turns, as the daemon has them for commits: Redis reads some 20 of them from a connection and
 * then syncs, so that several let one sync cover more. Closed loop: N calls are kept in flight. Open loop: R calls a second,
 * evenly, whatever comes back. Each call is a new press as the daemon would commit it: a new incident record, the name of
 * its household's open incident, the memory of its message, one outbox entry and the log entry.
 * Prints one line of JSON; exits 1 when any call was not stored.
 */
#include <event2/event.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/redis_commit.h"
#include "io/redis_link.h"

#define SAMPLES_MAX 2000000u
#define IN_FLIGHT_MAX 8192u
#define LINKS_MAX 16u
#define CALLS_A_LINK 20 /* before the next one's turn */

struct bench {
	const char *unix_path, *host, *prefix;
	uint16_t port;
	uint32_t in_flight_max;
	double rate;
	uint64_t count;
	double seconds;
	size_t body_len, event_len, outbox_len;
	uint32_t outbox;
	bool member; /* also into the set of open incidents */
	bool plain;  /* one record and its log entry, nothing else */

	struct event_base *base;
	struct redis_link *links[LINKS_MAX];
	uint32_t link_count, up;
	struct event *pace;
	struct commit_call call;
	uint8_t body[STORE_BODY_MAX];
	int64_t sent_ns[IN_FLIGHT_MAX];
	uint64_t sent, answered, refused;
	int64_t begun_ns, ended_ns;
	uint32_t *samples_ns;
	uint64_t run_id;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void finish(struct bench *b)
{
	b->ended_ns = now_ns();
	event_base_loopbreak(b->base);
}

static bool may_send(const struct bench *b)
{
	if (b->count != 0)
		return b->sent < b->count;
	return b->sent < SAMPLES_MAX && (double)(now_ns() - b->begun_ns) < b->seconds * 1e9;
}

static void on_answer(void *ctx, uint64_t tag, const redisReply *reply);

static void send_one(struct bench *b)
{
	struct store_commit c = {.id = b->run_id + b->sent + 1, .event = slice_of(b->body, b->event_len)};
	struct store_put *p = &c.puts[c.put_count++];

	snprintf(p->key, sizeof p->key, "incident:%016" PRIx64, b->run_id + b->sent);
	p->body = slice_of(b->body, b->body_len);
	if (!b->plain) {
		c.link_count = 1;
		c.links[0].op = LINK_UNIQUE;
		snprintf(c.links[0].name, sizeof c.links[0].name, "open:bench-%016" PRIx64, b->run_id + b->sent);
		memcpy(c.links[0].value, p->key, sizeof p->key);
		snprintf(c.message, sizeof c.message, "bench/%016" PRIx64, b->run_id + b->sent);
		memcpy(c.message_value, p->key, sizeof p->key);
		c.message_ms = 600000;
		if (b->member) {
			c.link_count = 2;
			c.links[1].op = LINK_ADD;
			snprintf(c.links[1].name, sizeof c.links[1].name, "incidents:open");
			memcpy(c.links[1].value, p->key, sizeof p->key);
		}
		c.outbox_count = b->outbox;
		for (uint32_t i = 0; i < b->outbox; i++) {
			snprintf(c.outbox[i].key, sizeof c.outbox[i].key, "%016" PRIx64 ":1:%u:0.0", b->run_id + b->sent, i);
			c.outbox[i].body = slice_of(b->body, b->outbox_len);
		}
	}
	commit_call_make(&b->call, b->prefix, &c, 0);
	b->sent_ns[b->sent % IN_FLIGHT_MAX] = now_ns();
	if (!redis_link_send(b->links[b->sent / CALLS_A_LINK % b->link_count], b->call.argc, b->call.argv, b->call.argvlen,
	                     on_answer, b, b->sent, INT64_MAX)) {
		fprintf(stderr, "bench_commit: cannot send\n");
		exit(1);
	}
	b->sent++;
}

static void on_answer(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct bench *b = ctx;
	struct store_answer answer;
	int64_t took_ns = now_ns() - b->sent_ns[tag % IN_FLIGHT_MAX];

	if (!commit_answer_read(reply, &answer) || answer.result != STORE_STORED) {
		if (b->refused++ == 0)
			fprintf(stderr, "bench_commit: not stored: %s\n",
			        reply->type == REDIS_REPLY_ERROR ? reply->str : answer.value);
	}
	b->samples_ns[b->answered++] = took_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)took_ns;
	if (b->rate == 0 && may_send(b))
		send_one(b);
	else if (b->answered == b->sent && !may_send(b))
		finish(b);
}

/* Open loop: sends what is due by now, then sleeps until the next is. */
static void on_pace(evutil_socket_t fd, short what, void *arg)
{
	struct bench *b = arg;
	int64_t next_ns;
	struct timeval wait;

	(void)fd;
	(void)what;
	while (may_send(b) && (double)b->sent / b->rate * 1e9 <= (double)(now_ns() - b->begun_ns)) {
		if (b->sent - b->answered == IN_FLIGHT_MAX) {
			fprintf(stderr, "bench_commit: Redis cannot keep up with this rate\n");
			exit(1);
		}
		send_one(b);
	}
	if (!may_send(b)) {
		if (b->answered == b->sent)
			finish(b);
		return;
	}
	next_ns = (int64_t)((double)b->sent / b->rate * 1e9) - (now_ns() - b->begun_ns);
	if (next_ns < 0)
		next_ns = 0;
	wait = (struct timeval){.tv_sec = next_ns / 1000000000, .tv_usec = next_ns % 1000000000 / 1000};
	event_add(b->pace, &wait);
}

static void begin(struct bench *b)
{
	b->begun_ns = now_ns();
	if (b->rate != 0) {
		event_active(b->pace, EV_TIMEOUT, 1);
		return;
	}
	for (uint32_t i = 0; i < b->in_flight_max && may_send(b); i++)
		send_one(b);
}

static void on_library(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)tag;
	if (reply->type == REDIS_REPLY_ERROR) {
		fprintf(stderr, "bench_commit: %s\n", reply->str);
		exit(1);
	}
	begin(ctx);
}

static void on_version(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct bench *b = ctx;
	const char *argv[] = {"FUNCTION", "LOAD", "REPLACE", (const char *)COMMIT_LUA};
	const size_t lens[] = {8, 4, 7, COMMIT_LUA_LEN};

	(void)tag;
	if (commit_version_fits(reply))
		begin(b);
	else if (!redis_link_send(b->links[0], 4, argv, lens, on_library, b, 0, INT64_MAX))
		exit(1);
}

static void link_up(void *ctx, struct redis_link *link)
{
	const char *argv[] = {"FCALL_RO", "commit_version", "0"};
	const size_t lens[] = {8, 14, 1};
	struct bench *b = ctx;

	(void)link;
	if (++b->up == b->link_count && !redis_link_send(b->links[0], 3, argv, lens, on_version, b, 0, INT64_MAX))
		exit(1);
}

static void link_lost(void *ctx, struct redis_link *link, const char *why)
{
	(void)ctx;
	(void)link;
	fprintf(stderr, "bench_commit: %s\n", why);
	exit(1);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double at_share(const struct bench *b, double share)
{
	size_t i = (size_t)((double)b->answered * share);

	return (double)b->samples_ns[i < b->answered ? i : b->answered - 1] / 1000;
}

static void report(struct bench *b)
{
	double took_s = (double)(b->ended_ns - b->begun_ns) / 1e9;

	qsort(b->samples_ns, b->answered, sizeof *b->samples_ns, by_size);
	printf("{\"bench\":\"commit\",\"in_flight\":%u,\"links\":%u,\"rate\":%g,\"body\":%zu,\"kind\":\"%s\",\"commits\":"
	       "%" PRIu64 ",\"refused\":%" PRIu64
	       ",\"seconds\":%.3f,\"per_second\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}\n",
	       b->rate != 0 ? 0 : b->in_flight_max, b->link_count, b->rate, b->body_len, b->plain ? "put" : "press",
	       b->answered, b->refused, took_s, (double)b->answered / took_s, at_share(b, 0.5), at_share(b, 0.99),
	       at_share(b, 1));
}

static const char USAGE[] = "usage: bench_commit --redis SOCKET | --tcp ADDRESS:PORT  [options]\n"
							"  --in-flight N   closed loop with N calls in flight (default 1, at most 8192)\n"
							"  --links N       connections (default 1, at most 16)\n"
							"  --rate R        open loop: R calls a second\n"
							"  --count N       so many calls; or\n"
							"  --seconds S     for so long (default 5)\n"
							"  --body BYTES    body of the incident record (default 300)\n"
							"  --event BYTES   event of the log entry (default 120)\n"
							"  --outbox N      entries of the outbox (default 1), of --outbox-body BYTES (default 40)\n"
							"  --member        adds it to the set of open incidents too\n"
							"  --plain         only a record and its log entry\n"
							"  --prefix P      of all keys (default pabench:)\n"
							"Records stay behind under the prefix: use a Redis of your own.\n";

static uint64_t number_arg(const char *text, uint64_t max)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n > max) {
		fprintf(stderr, "bench_commit: bad number: %s\n", text);
		exit(2);
	}
	return n;
}

static void parse(struct bench *b, int argc, char **argv)
{
	static const struct option options[] = {{"redis", required_argument, NULL, 'r'},
	                                        {"tcp", required_argument, NULL, 't'},
	                                        {"in-flight", required_argument, NULL, 'i'},
	                                        {"links", required_argument, NULL, 'l'},
	                                        {"rate", required_argument, NULL, 'R'},
	                                        {"count", required_argument, NULL, 'c'},
	                                        {"seconds", required_argument, NULL, 's'},
	                                        {"body", required_argument, NULL, 'b'},
	                                        {"plain", no_argument, NULL, 'p'},
	                                        {"event", required_argument, NULL, 'e'},
	                                        {"outbox", required_argument, NULL, 'o'},
	                                        {"outbox-body", required_argument, NULL, 'O'},
	                                        {"member", no_argument, NULL, 'm'},
	                                        {"prefix", required_argument, NULL, 'P'},
	                                        {"help", no_argument, NULL, 'h'},
	                                        {0}};
	char *colon;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'r':
			b->unix_path = optarg;
			break;
		case 't':
			colon = strrchr(optarg, ':');
			if (colon == NULL) {
				fputs(USAGE, stderr);
				exit(2);
			}
			*colon = '\0';
			b->host = optarg;
			b->port = (uint16_t)number_arg(colon + 1, UINT16_MAX);
			break;
		case 'i':
			b->in_flight_max = (uint32_t)number_arg(optarg, IN_FLIGHT_MAX);
			break;
		case 'l':
			b->link_count = (uint32_t)number_arg(optarg, LINKS_MAX);
			break;
		case 'R':
			b->rate = (double)number_arg(optarg, 1000000);
			break;
		case 'c':
			b->count = number_arg(optarg, SAMPLES_MAX);
			break;
		case 's':
			b->seconds = (double)number_arg(optarg, 3600);
			break;
		case 'b':
			b->body_len = number_arg(optarg, STORE_BODY_MAX);
			break;
		case 'e':
			b->event_len = number_arg(optarg, STORE_BODY_MAX);
			break;
		case 'o':
			b->outbox = (uint32_t)number_arg(optarg, STORE_OUTBOX_MAX);
			break;
		case 'O':
			b->outbox_len = number_arg(optarg, STORE_BODY_MAX);
			break;
		case 'm':
			b->member = true;
			break;
		case 'p':
			b->plain = true;
			break;
		case 'P':
			b->prefix = optarg;
			break;
		case 'h':
			fputs(USAGE, stdout);
			exit(0);
		default:
			fputs(USAGE, stderr);
			exit(2);
		}
	}
	if ((b->unix_path == NULL) == (b->host == NULL) || b->in_flight_max == 0 || b->link_count == 0 ||
	    !commit_prefix_valid(b->prefix)) {
		fputs(USAGE, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct bench b = {.prefix = "pabench:",
	                         .in_flight_max = 1,
	                         .link_count = 1,
	                         .seconds = 5,
	                         .body_len = 300,
	                         .event_len = 120,
	                         .outbox = 1,
	                         .outbox_len = 40};
	struct redis_link_owner owner = {.ctx = &b, .up = link_up, .lost = link_lost};
	struct timespec ts;

	parse(&b, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	clock_gettime(CLOCK_REALTIME, &ts);
	/* Ids and keys of their own for every run. */
	b.run_id = ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000) << 22;
	for (size_t i = 0; i < sizeof b.body; i++)
		b.body[i] = (uint8_t)(i * 131 + i / 251);
	b.samples_ns = calloc(SAMPLES_MAX, sizeof *b.samples_ns);
	b.base = event_base_new();
	for (uint32_t i = 0; b.base != NULL && i < b.link_count; i++)
		b.links[i] = redis_link_new(b.base, &owner, IN_FLIGHT_MAX + 4);
	b.pace = b.base == NULL ? NULL : evtimer_new(b.base, on_pace, &b);
	if (b.samples_ns == NULL || b.links[b.link_count - 1] == NULL || b.pace == NULL) {
		fprintf(stderr, "bench_commit: no memory\n");
		return 1;
	}
	for (uint32_t i = 0; i < b.link_count; i++)
		redis_link_connect(b.links[i], b.unix_path, b.host, b.port);
	event_base_dispatch(b.base);
	if (b.answered > 0)
		report(&b);
	event_free(b.pace);
	for (uint32_t i = 0; i < b.link_count; i++)
		redis_link_free(b.links[i]);
	event_base_free(b.base);
	free(b.samples_ns);
	return b.refused == 0 && b.answered > 0 ? 0 : 1;
}
