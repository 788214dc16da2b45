/* bench_press - presses at a given rate over the plain device link; how long until the acknowledgement, and until the call
 * stands in a frame at a console's socket.
 *
 * Open loop: R presses a second, evenly, whatever comes back. Each press comes from a home of its own, on a link of its own
 * that is up and greeted before the clock starts: each opens an incident, as the bare commits of bench_commit do.
 * A console is a WebSocket of its own in this process, so that both ends are read by one clock.
 * Prints one line of JSON; exits 1 when any press was not acknowledged.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "pingan/v1/console.pb-c.h"
#include "wire/device.h"

#define HOMES_MAX 100000u
#define SEEN_SIZE (1u << 18) /* power of two, well over HOMES_MAX */
#define PATIENCE_S 20        /* after the last press */

struct home {
	struct bench *bench;
	struct bufferevent *link;
	char device[ID_MAX];
	uint8_t token[DEVICE_TOKEN_MAX];
	size_t token_len;
	bool welcome;
	int64_t pressed_ns, acked_ns;
	uint64_t incident;
};

struct seen {
	uint64_t incident;
	int64_t at_ns;
};

struct bench {
	struct event_base *base;
	uint16_t port, web_port;
	const char *cookie, *tokens_path;
	double rate, seconds;
	struct home *homes;
	size_t count, up, pressed, acked;
	struct event *pace;
	int64_t begun_ns, last_ns;
	struct bufferevent *console;
	bool console_up, console_live;
	struct event *console_beat;
	struct seen *seen;
	size_t seen_count;
	_Alignas(max_align_t) uint8_t arena_memory[DEVICE_SCRATCH];
	struct arena arena;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void stop(const char *why)
{
	fprintf(stderr, "bench_press: %s\n", why);
	exit(1);
}

static struct bufferevent *connect_to(struct bench *b, uint16_t port, bufferevent_data_cb on_read,
                                      bufferevent_event_cb on_event, void *ctx)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct bufferevent *link = bufferevent_socket_new(b->base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (link == NULL)
		stop("no memory");
	bufferevent_setcb(link, on_read, NULL, on_event, ctx);
	bufferevent_enable(link, EV_READ | EV_WRITE);
	if (bufferevent_socket_connect(link, (struct sockaddr *)&to, sizeof to) < 0)
		stop("cannot connect");
	return link;
}

/* ------------------------------------------------------------ homes */

static struct seen *seen_slot(struct bench *b, uint64_t incident)
{
	size_t at = (size_t)(incident * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (SEEN_SIZE - 1);

	while (b->seen[at].incident != 0 && b->seen[at].incident != incident)
		at = (at + 1) & (SEEN_SIZE - 1);
	return &b->seen[at];
}

static void say(struct home *h, const struct up *up)
{
	uint8_t bytes[1024];
	struct buf out = buf_of(bytes, sizeof bytes);

	device_up_encode(up, &out);
	if (out.overflow || bufferevent_write(h->link, bytes, out.len) < 0)
		stop("cannot write");
}

static void maybe_done(struct bench *b)
{
	if (b->pressed == b->count && b->acked == b->count && (!b->console_up || b->seen_count >= b->count))
		event_base_loopbreak(b->base);
}

static void press(struct home *h)
{
	static struct up up;

	memset(&up, 0, offsetof(struct up, alarms));
	up.type = UP_ALARM;
	up.alarm_count = 1;
	memset(&up.alarms[0], 0, sizeof up.alarms[0]);
	randombytes_buf(&up.alarms[0].id, sizeof up.alarms[0].id);
	up.alarms[0].id |= 1;
	up.alarms[0].kind = KIND_SOS;
	up.alarms[0].zone = 1;
	up.alarms[0].raised_ms = (int64_t)time(NULL) * 1000;
	up.alarms[0].battery_pct = 90;
	h->pressed_ns = now_ns();
	say(h, &up);
}

static void on_down(struct home *h, const struct down *down)
{
	struct bench *b = h->bench;

	switch (down->type) {
	case DOWN_WELCOME:
		if (!h->welcome)
			b->up++;
		h->welcome = true;
		if (b->up == b->count && b->console_live == b->console_up)
			event_active(b->pace, EV_TIMEOUT, 0);
		break;
	case DOWN_ACK:
		if (h->acked_ns != 0)
			break;
		h->acked_ns = now_ns();
		h->incident = down->incident;
		b->acked++;
		maybe_done(b);
		break;
	case DOWN_REFUSE:
		fprintf(stderr, "bench_press: %s: refused: %s\n", h->device, device_refusal_name(down->reason));
		exit(1);
	case DOWN_HEARTBEAT_ACK:
	case DOWN_STATUS:
	case DOWN_CONFIGURE:
	case DOWN_NEW_KEY:
	case DOWN_NONE:
		break;
	}
}

static void on_home_read(struct bufferevent *link, void *arg)
{
	struct home *h = arg;
	struct evbuffer *in = bufferevent_get_input(link);

	for (;;) {
		size_t len = evbuffer_get_length(in), used;
		struct slice body;
		struct down down;

		if (device_cut(slice_of(evbuffer_pullup(in, -1), len), &body, &used) != DEVICE_CUT_FRAME)
			return;
		if (device_down_decode(body, &h->bench->arena, &down) != 0)
			stop("a frame that is none");
		evbuffer_drain(in, used);
		on_down(h, &down);
	}
}

static void on_home_event(struct bufferevent *link, short what, void *arg)
{
	static struct up up;
	struct home *h = arg;
	int on = 1;

	if (!(what & BEV_EVENT_CONNECTED))
		stop("a device's link was closed");
	setsockopt(bufferevent_getfd(link), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	memset(&up, 0, offsetof(struct up, alarms));
	up.type = UP_HELLO;
	up.version = DEVICE_VERSION;
	memcpy(up.device, h->device, sizeof up.device);
	up.token = slice_of(h->token, h->token_len);
	say(h, &up);
}

/* Whatever is due by now is pressed: an open loop does not wait for answers. */
static void on_pace(evutil_socket_t fd, short what, void *arg)
{
	struct bench *b = arg;
	const struct timeval every = {.tv_usec = 200};
	int64_t now = now_ns();

	(void)fd, (void)what;
	if (b->begun_ns == 0)
		b->begun_ns = now;
	while (b->pressed < b->count && (double)b->pressed <= (double)(now - b->begun_ns) / 1e9 * b->rate)
		press(&b->homes[b->pressed++]);
	if (b->pressed == b->count && b->last_ns == 0)
		b->last_ns = now;
	if (b->last_ns != 0 && now - b->last_ns > (int64_t)PATIENCE_S * 1000000000)
		event_base_loopbreak(b->base);
	event_add(b->pace, &every);
}

/* ------------------------------------------------------------ the console */

/* One masked binary frame of less than 126 bytes. */
static void console_say(struct bench *b, const Pingan__V1__ToDaemon *m)
{
	uint8_t bytes[256] = {0x82, 0, 1, 2, 3, 4};
	size_t len = pingan__v1__to_daemon__get_packed_size(m);

	ENSURE(len < 126);
	bytes[1] = (uint8_t)(0x80 | len);
	pingan__v1__to_daemon__pack(m, bytes + 6);
	for (size_t i = 0; i < len; i++)
		bytes[6 + i] ^= bytes[2 + i % 4];
	bufferevent_write(b->console, bytes, 6 + len);
}

static void on_console_beat(evutil_socket_t fd, short what, void *arg)
{
	Pingan__V1__ScreenHeartbeat beat = PINGAN__V1__SCREEN_HEARTBEAT__INIT;
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;

	(void)fd, (void)what;
	beat.screen_ms = 1;
	beat.visible = true;
	m.body_case = PINGAN__V1__TO_DAEMON__BODY_HEARTBEAT;
	m.heartbeat = &beat;
	console_say(arg, &m);
}

static void rows_seen(struct bench *b, Pingan__V1__IncidentRow *const *rows, size_t count, int64_t at_ns)
{
	for (size_t i = 0; i < count; i++) {
		struct seen *s = rows[i]->not_stored ? NULL : seen_slot(b, rows[i]->id);

		if (s == NULL || s->incident != 0)
			continue;
		s->incident = rows[i]->id;
		s->at_ns = at_ns;
		b->seen_count++;
	}
	maybe_done(b);
}

static void on_message(struct bench *b, const uint8_t *at, size_t len)
{
	int64_t at_ns = now_ns();
	Pingan__V1__ToScreen *m = pingan__v1__to_screen__unpack(NULL, len, at);

	if (m == NULL)
		stop("a console message that is none");
	if (m->body_case == PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT && m->snapshot->last && !b->console_live) {
		b->console_live = true;
		if (b->up == b->count)
			event_active(b->pace, EV_TIMEOUT, 0);
	}
	if (m->body_case == PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT)
		rows_seen(b, m->snapshot->rows, m->snapshot->n_rows, at_ns);
	else if (m->body_case == PINGAN__V1__TO_SCREEN__BODY_DELTA)
		rows_seen(b, m->delta->upserts, m->delta->n_upserts, at_ns);
	else if (m->body_case == PINGAN__V1__TO_SCREEN__BODY_GO_AWAY)
		stop("the console was sent away");
	pingan__v1__to_screen__free_unpacked(m, NULL);
}

static void console_frames(struct bench *b, struct evbuffer *in)
{
	for (;;) {
		size_t have = evbuffer_get_length(in), head = 2, len;
		const uint8_t *at = evbuffer_pullup(in, -1);

		if (have < 2)
			return;
		len = at[1] & 0x7f;
		if (len == 126)
			head = 4;
		else if (len == 127)
			head = 10;
		if (have < head)
			return;
		if (head > 2) {
			len = 0;
			for (size_t i = 2; i < head; i++)
				len = len << 8 | at[i];
		}
		if (have - head < len)
			return;
		if ((at[0] & 0x8f) == 0x82)
			on_message(b, at + head, len);
		else if ((at[0] & 0x0f) == 8)
			stop("the console was closed");
		else if ((at[0] & 0x0f) < 8)
			stop("a fragment: not expected here");
		evbuffer_drain(in, head + len);
	}
}

static void on_console_read(struct bufferevent *link, void *arg)
{
	struct bench *b = arg;
	struct evbuffer *in = bufferevent_get_input(link);
	struct evbuffer_ptr end;

	if (!event_pending(b->console_beat, EV_TIMEOUT, NULL)) {
		const struct timeval every = {.tv_sec = 2};
		Pingan__V1__ScreenHello hello = PINGAN__V1__SCREEN_HELLO__INIT;
		Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;

		end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
		if (end.pos < 0)
			return;
		if (evbuffer_get_length(in) < 12 || memcmp(evbuffer_pullup(in, 12), "HTTP/1.1 101", 12) != 0)
			stop("the console's upgrade was refused");
		evbuffer_drain(in, (size_t)end.pos + 4);
		hello.page = PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE;
		m.body_case = PINGAN__V1__TO_DAEMON__BODY_HELLO;
		m.hello = &hello;
		console_say(b, &m);
		event_add(b->console_beat, &every);
	}
	console_frames(b, in);
}

static void on_console_event(struct bufferevent *link, short what, void *arg)
{
	struct bench *b = arg;
	int on = 1;

	if (!(what & BEV_EVENT_CONNECTED))
		stop("the console's link was closed");
	setsockopt(bufferevent_getfd(link), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	evbuffer_add_printf(
		bufferevent_get_output(link),
		"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		"Origin: http://127.0.0.1:%u\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: pingan.v1\r\nCookie: %s\r\n\r\n",
		b->web_port, b->web_port, b->cookie);
}

/* ------------------------------------------------------------ numbers */

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print_times(const char *name, int64_t *ns, size_t n)
{
	qsort(ns, n, sizeof *ns, by_size);
	printf(",\"%s\":{\"count\":%zu", name, n);
	if (n != 0)
		printf(",\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f", (double)ns[(n - 1) / 2] / 1e3,
		       (double)ns[(n - 1) * 99 / 100] / 1e3, (double)ns[n - 1] / 1e3);
	printf("}");
}

static int report(const struct bench *b)
{
	int64_t *ack = calloc(b->count, sizeof *ack), *shown = calloc(b->count, sizeof *shown);
	size_t acks = 0, showns = 0;

	if (ack == NULL || shown == NULL)
		stop("no memory");
	for (size_t i = 0; i < b->count; i++) {
		const struct home *h = &b->homes[i];
		const struct seen *s;

		if (h->acked_ns == 0)
			continue;
		ack[acks++] = h->acked_ns - h->pressed_ns;
		s = b->seen == NULL ? NULL : seen_slot((struct bench *)b, h->incident);
		if (s != NULL && s->incident == h->incident && s->at_ns > h->pressed_ns)
			shown[showns++] = s->at_ns - h->pressed_ns;
	}
	printf("{\"bench\":\"press\",\"rate\":%g,\"pressed\":%zu", b->rate, b->pressed);
	print_times("ack", ack, acks);
	if (b->console_up)
		print_times("console", shown, showns);
	printf("}\n");
	free(ack);
	free(shown);
	return acks == b->count && (!b->console_up || showns == b->count) ? 0 : 1;
}

/* ------------------------------------------------------------ start */

static void homes_load(struct bench *b)
{
	FILE *f = fopen(b->tokens_path, "re");
	char line[256];
	size_t n = 0;

	if (f == NULL)
		stop("cannot read --tokens");
	while (n < b->count && fgets(line, sizeof line, f) != NULL) {
		struct home *h = &b->homes[n];
		char *comma = strchr(line, ',');

		if (comma == NULL || strncmp(line, "device,", 7) == 0)
			continue;
		*comma = '\0';
		if (!text_copy(h->device, sizeof h->device, slice_str(line)) ||
		    sodium_hex2bin(h->token, sizeof h->token, comma + 1, strcspn(comma + 1, "\r\n"), NULL, &h->token_len,
		                   NULL) != 0)
			stop("--tokens: not device,token_hex");
		h->bench = b;
		n++;
	}
	fclose(f);
	if (n < b->count)
		stop("--tokens has fewer homes than there are presses");
}

static void parse(struct bench *b, int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"port", required_argument, NULL, 'p'},
		{"web-port", required_argument, NULL, 'w'},
		{"cookie", required_argument, NULL, 'c'},
		{"tokens", required_argument, NULL, 't'},
		{"rate", required_argument, NULL, 'r'},
		{"seconds", required_argument, NULL, 's'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 'p':
			b->port = (uint16_t)atoi(optarg);
			break;
		case 'w':
			b->web_port = (uint16_t)atoi(optarg);
			break;
		case 'c':
			b->cookie = optarg;
			break;
		case 't':
			b->tokens_path = optarg;
			break;
		case 'r':
			b->rate = atof(optarg);
			break;
		case 's':
			b->seconds = atof(optarg);
			break;
		default:
			exit(2);
		}
	}
	if (b->port == 0 || b->tokens_path == NULL || !(b->rate > 0) || !(b->seconds > 0)) {
		fputs("usage: bench_press --port P --tokens CSV --rate R --seconds S [--web-port W --cookie C]\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct bench b = {.rate = 100, .seconds = 3};
	struct rlimit files;
	double wanted;
	int status;

	parse(&b, argc, argv);
	wanted = b.rate * b.seconds;
	b.count = wanted < 1 ? 1 : wanted > HOMES_MAX ? HOMES_MAX : (size_t)wanted;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	arena_init(&b.arena, b.arena_memory, sizeof b.arena_memory);
	b.base = event_base_new();
	b.homes = calloc(b.count, sizeof *b.homes);
	b.console_up = b.web_port != 0 && b.cookie != NULL;
	b.seen = b.console_up ? calloc(SEEN_SIZE, sizeof *b.seen) : NULL;
	if (b.base == NULL || b.homes == NULL || (b.console_up && b.seen == NULL))
		stop("no memory");
	homes_load(&b);
	b.pace = event_new(b.base, -1, 0, on_pace, &b);
	b.console_beat = event_new(b.base, -1, EV_PERSIST, on_console_beat, &b);
	if (b.pace == NULL || b.console_beat == NULL)
		stop("no memory");
	if (b.console_up)
		b.console = connect_to(&b, b.web_port, on_console_read, on_console_event, &b);
	for (size_t i = 0; i < b.count; i++)
		b.homes[i].link = connect_to(&b, b.port, on_home_read, on_home_event, &b.homes[i]);
	event_base_dispatch(b.base);
	status = report(&b);
	for (size_t i = 0; i < b.count; i++)
		bufferevent_free(b.homes[i].link);
	if (b.console != NULL)
		bufferevent_free(b.console);
	event_free(b.pace);
	event_free(b.console_beat);
	event_base_free(b.base);
	free(b.homes);
	free(b.seen);
	return status;
}
