/* fleet_home.c - one of many homes: its link, its alarms, when it tries again. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fleet.h"
#include "io/address.h"

#define NEVER INT64_MAX
#define MS INT64_C(1000000)
#define GOOD_MS 5000 /* a link that lived so long was a good one (unit.c) */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t jitter(struct fleet_home *h, int64_t most_ns)
{
	return most_ns <= 0 ? 0 : (int64_t)(plan_chance(&h->random) % (uint64_t)(most_ns + 1));
}

/* A call for help is kept until it is closed, anything else until it is stored. */
static bool kept(const struct fleet_alarm *a)
{
	return kind_class((enum kind)a->kind) == CLASS_LIFE || kind_class((enum kind)a->kind) == CLASS_WELFARE;
}

static int64_t due(const struct fleet *f, const struct fleet_home *h)
{
	int64_t at = NEVER;

	if (h->act_at < h->act_count && f->go_ns != 0)
		at = f->go_ns + h->acts[h->act_at].at_ms * MS;
	if (h->state == FLEET_WAITING)
		return least(at, h->retry_ns);
	if (h->answer_by_ns != 0)
		at = least(at, h->answer_by_ns);
	if (h->state != FLEET_WELCOME)
		return at;
	at = least(at, h->beat_at_ns);
	for (uint8_t i = 0; i < h->alarm_count; i++)
		if (h->alarms[i].next_ns != 0)
			at = least(at, h->alarms[i].next_ns);
	return at;
}

static void timer(struct fleet *f, struct fleet_home *h)
{
	int64_t at = due(f, h);

	if (at == NEVER)
		heap_remove(&f->timers, &h->timer);
	else
		ENSURE(heap_set(&f->timers, &h->timer, at));
}

/* ------------------------------------------------------------ the link's end */

static void hang_up(struct fleet *f, struct fleet_home *h, int64_t wait_ns)
{
	if (h->state == FLEET_WELCOME)
		f->result.linked--;
	if (h->beat_sent_ns != 0) {
		h->beat_sent_ns = 0;
		f->waits--;
	}
	SSL_free(h->ssl);
	h->ssl = NULL;
	if (h->fd >= 0)
		(void)close(h->fd);
	h->fd = -1;
	free(h->in);
	h->in = NULL;
	h->in_len = 0;
	h->answer_by_ns = 0;
	h->state = FLEET_WAITING;
	h->retry_ns = f->now_ns + wait_ns;
}

static bool any_unstored(const struct fleet_home *h)
{
	for (uint8_t i = 0; i < h->alarm_count; i++)
		if (h->alarms[i].heard < STEP_STORED)
			return true;
	return false;
}

static int64_t backoff(struct fleet_home *h)
{
	int64_t most = any_unstored(h) ? UNIT_BACKOFF_ALARM_MS : UNIT_BACKOFF_MAX_MS;
	int64_t ms = least((int64_t)UNIT_BACKOFF_MIN_MS << (h->failures > 6 ? 6 : h->failures), most);

	return (ms / 2) * MS + jitter(h, (ms / 2) * MS);
}

/* It came to nothing, or has gone without our doing. */
static void fail(struct fleet *f, struct fleet_home *h)
{
	bool was_up = h->state == FLEET_WELCOME;

	if (was_up)
		f->result.lost++;
	else
		f->result.failures++;
	if (!was_up)
		h->path = (uint8_t)((h->path + 1) % f->options->target->count);
	hang_up(f, h, was_up && h->failures == 0 ? jitter(h, UNIT_BACKOFF_MIN_MS * MS) : backoff(h));
	if (h->failures < UINT8_MAX)
		h->failures++;
}

/* ------------------------------------------------------------ sending */

static void say(struct fleet *f, struct fleet_home *h, const struct up *up)
{
	uint8_t bytes[1024];
	struct buf b = buf_of(bytes, sizeof bytes);
	ssize_t n;

	device_up_encode(up, &b);
	ENSURE(!b.overflow);
	if (h->ssl != NULL) {
		ERR_clear_error();
		n = SSL_write(h->ssl, b.at, (int)b.len);
	} else {
		n = send(h->fd, b.at, b.len, MSG_NOSIGNAL);
	}
	/* A socket that takes none of a hundred bytes belongs to a server that does not read. */
	if (n != (ssize_t)b.len)
		fail(f, h);
}

/* A message is large; only what counts is cleared. */
static struct up *message(enum up_type type)
{
	static struct up up;

	memset(&up, 0, offsetof(struct up, alarms));
	up.type = type;
	return &up;
}

static void add_alarm(struct up *up, const struct fleet_alarm *a)
{
	struct alarm *to = &up->alarms[up->alarm_count++];

	memset(to, 0, offsetof(struct alarm, raw));
	to->id = a->id;
	to->kind = (enum kind)a->kind;
	to->zone = 1;
	to->raised_ms = a->raised_ms;
	to->protocol = PROTOCOL_NATIVE;
	to->mains = a->kind != KIND_POWER;
	to->battery_pct = 90;
	to->signal_dbm = -71;
	to->heard = (enum step)a->heard;
	to->tries = a->tries;
}

static void add_held(struct up *up, const struct fleet_home *h)
{
	for (uint8_t i = 0; i < h->alarm_count; i++)
		if (kept(&h->alarms[i]) || h->alarms[i].heard < STEP_STORED)
			add_alarm(up, &h->alarms[i]);
}

static void plan_repeat(const struct fleet *f, struct fleet_alarm *a)
{
	if (a->heard < STEP_STORED)
		a->next_ns = f->now_ns + UNIT_STORED_EVERY_MS * MS;
	else
		a->next_ns = a->heard < STEP_ANSWERED ? f->now_ns + UNIT_ANSWERED_EVERY_MS * MS : 0;
}

static void sent(struct fleet *f, struct fleet_alarm *a)
{
	if (a->tries != 0)
		f->result.repeats++;
	if (a->tries < UINT8_MAX)
		a->tries++;
	a->tries_here++;
	plan_repeat(f, a);
}

static void say_alarm(struct fleet *f, struct fleet_home *h, struct fleet_alarm *a)
{
	struct up *up = message(UP_ALARM);

	add_alarm(up, a);
	sent(f, a);
	say(f, h, up);
}

static void say_beat(struct fleet *f, struct fleet_home *h)
{
	struct up *up = message(UP_HEARTBEAT);

	up->seq = ++h->beats;
	up->battery_pct = 90;
	up->mains = true;
	up->signal_dbm = -71;
	add_held(up, h);
	h->answer_by_ns = f->now_ns + UNIT_ANSWER_MS * MS;
	h->beat_sent_ns = f->now_ns;
	f->waits++;
	f->result.beats++;
	say(f, h, up);
}

static void say_hello(struct fleet *f, struct fleet_home *h)
{
	struct up *up = message(UP_HELLO);

	h->state = FLEET_GREETING;
	up->version = DEVICE_VERSION;
	up->boot = 1;
	up->config = h->config;
	memcpy(up->device, h->row->device, sizeof up->device);
	memcpy(up->model, "sim", 4);
	if (f->options->target->mode != MODE_PSK)
		up->token = slice_of(h->row->token, h->row->token_len);
	add_held(up, h);
	for (uint8_t i = 0; i < h->alarm_count; i++) {
		h->alarms[i].tries_here = 0;
		if (kept(&h->alarms[i]) || h->alarms[i].heard < STEP_STORED)
			sent(f, &h->alarms[i]);
	}
	say(f, h, up);
}

/* ------------------------------------------------------------ connecting */

/* Each home has an address of its own in 127.0.0.0/8: as far as the server can tell they are so many. */
static uint32_t source_of(uint32_t index)
{
	return htonl(INADDR_LOOPBACK + UINT32_C(0x10000) + index);
}

static bool local(const struct address *a)
{
	return !a->v6 && strncmp(a->host, "127.", 4) == 0;
}

static void start(struct fleet *f, struct fleet_home *h)
{
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = source_of(h->index)};
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = h};
	const int on = 1;
	struct address a;

	f->result.connects++;
	h->connect_ns = f->now_ns;
	h->state = FLEET_CONNECTING;
	h->answer_by_ns = f->now_ns + UNIT_ANSWER_MS * MS;
	h->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (h->fd < 0 || !address_parse(f->options->target->addresses[h->path], &a) || a.v6 ||
	    inet_pton(AF_INET, a.host, &to.sin_addr) != 1) {
		fail(f, h);
		return;
	}
	to.sin_port = htons(a.port);
	(void)setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* The port is chosen when both ends are known: 28,000 for each pair of addresses. */
	(void)setsockopt(h->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if ((local(&a) && bind(h->fd, (struct sockaddr *)&from, sizeof from) < 0) ||
	    epoll_ctl(f->epoll, EPOLL_CTL_ADD, h->fd, &ev) < 0 ||
	    (connect(h->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS))
		fail(f, h);
}

static void shake(struct fleet *f, struct fleet_home *h)
{
	int r;

	ERR_clear_error();
	r = SSL_connect(h->ssl);
	if (r == 1) {
		say_hello(f, h);
		return;
	}
	r = SSL_get_error(h->ssl, r);
	if (r != SSL_ERROR_WANT_READ && r != SSL_ERROR_WANT_WRITE)
		fail(f, h);
}

static void connected(struct fleet *f, struct fleet_home *h)
{
	int error = 0;
	socklen_t len = sizeof error;
	struct sockaddr_in peer;
	socklen_t peer_len = sizeof peer;

	if (getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error != 0) {
		fail(f, h);
		return;
	}
	if (getpeername(h->fd, (struct sockaddr *)&peer, &peer_len) < 0)
		return; /* not yet */
	if (f->options->target->mode == MODE_PLAIN) {
		say_hello(f, h);
		return;
	}
	h->ssl = target_ssl(f->options->target, h->path, h->row);
	if (h->ssl == NULL || !SSL_set_fd(h->ssl, h->fd)) {
		fail(f, h);
		return;
	}
	h->state = FLEET_TLS;
	shake(f, h);
}

/* ------------------------------------------------------------ hearing */

static struct fleet_alarm *find(struct fleet_home *h, uint64_t id)
{
	for (uint8_t i = 0; i < h->alarm_count; i++)
		if (h->alarms[i].id == id)
			return &h->alarms[i];
	return NULL;
}

static void let_go(struct fleet_home *h, struct fleet_alarm *a)
{
	h->alarm_count--;
	*a = h->alarms[h->alarm_count];
}

static void done(struct fleet *f)
{
	if (f->go_ns != 0)
		f->result.done_ns = f->now_ns - f->go_ns;
}

static void stored(struct fleet *f, struct fleet_home *h, struct fleet_alarm *a)
{
	struct tally *t = kept(a) ? &f->result.press : a->kind == KIND_TEST ? &f->result.test : &f->result.technical;

	if (a->heard < STEP_STORED) {
		a->heard = STEP_STORED;
		f->result.stored++;
		f->result.unstored--;
		f->result.first_try += a->tries == 1;
		tally_add(t, f->now_ns - a->pressed_ns);
		f->waits--;
		done(f);
	}
	if (kept(a))
		plan_repeat(f, a);
	else
		let_go(h, a);
	if (f->options->plan.scenario == SCENARIO_PRESS_LOOP)
		fleet_loop_next(f);
}

static void welcome(struct fleet *f, struct fleet_home *h, const struct down *down)
{
	if (h->state != FLEET_GREETING) {
		f->result.bad++;
		return;
	}
	h->state = FLEET_WELCOME;
	h->answer_by_ns = 0;
	h->up_ns = f->now_ns;
	h->heartbeat_ns = (int64_t)down->heartbeat_s * 1000 * MS;
	h->beat_at_ns = f->now_ns + jitter(h, h->heartbeat_ns * 9 / 10);
	f->result.linked++;
	tally_add(&f->result.link, f->now_ns - h->connect_ns);
	if (f->go_ns == 0)
		f->result.linked_ns = f->now_ns - f->began_ns;
	if (h->dropped_ns != 0) {
		tally_add(&f->result.back, f->now_ns - h->dropped_ns);
		h->dropped_ns = 0;
		done(f);
	}
}

static void beaten(struct fleet *f, struct fleet_home *h)
{
	h->answer_by_ns = 0;
	if (f->now_ns - h->up_ns >= GOOD_MS * MS)
		h->failures = 0;
	if (h->beat_sent_ns == 0) {
		f->result.bad++;
		return;
	}
	f->result.beats_answered++;
	tally_add(&f->result.beat, f->now_ns - h->beat_sent_ns);
	h->beat_sent_ns = 0;
	f->waits--;
	done(f);
	if (f->options->plan.scenario == SCENARIO_BEAT_LOOP)
		fleet_loop_next(f);
}

static void refused(struct fleet *f, struct fleet_home *h, const struct down *down)
{
	f->result.refused++;
	h->path = (uint8_t)((h->path + 1) % f->options->target->count);
	hang_up(f, h, (int64_t)down->retry_s * 1000 * MS + backoff(h));
	if (h->failures < UINT8_MAX)
		h->failures++;
}

static void frame(struct fleet *f, struct fleet_home *h, struct slice body)
{
	_Alignas(max_align_t) uint8_t memory[1024];
	struct arena arena;
	struct fleet_alarm *a;
	struct down down;

	arena_init(&arena, memory, sizeof memory);
	if (device_down_decode(body, &arena, &down) != 0) {
		f->result.bad++;
		return;
	}
	switch (down.type) {
	case DOWN_WELCOME:
		welcome(f, h, &down);
		break;
	case DOWN_HEARTBEAT_ACK:
		if (down.heartbeat_s != 0)
			h->heartbeat_ns = (int64_t)down.heartbeat_s * 1000 * MS;
		beaten(f, h);
		break;
	case DOWN_ACK:
		a = find(h, down.alarm);
		if (a != NULL)
			stored(f, h, a);
		break;
	case DOWN_STATUS:
		a = find(h, down.alarm);
		/* "Not stored yet", of what another daemon has acknowledged, takes nothing back. */
		if (a == NULL || a->heard < STEP_STORED || down.step == STEP_NONE)
			break;
		a->heard = (uint8_t)down.step;
		plan_repeat(f, a);
		if (down.step == STEP_CLOSED) {
			f->result.closed++;
			let_go(h, a);
		}
		break;
	case DOWN_CONFIGURE:
		h->config = down.revision;
		h->heartbeat_ns = (int64_t)down.heartbeat_s * 1000 * MS;
		h->beat_at_ns = least(h->beat_at_ns, f->now_ns + h->heartbeat_ns);
		break;
	case DOWN_REFUSE:
		refused(f, h, &down);
		break;
	case DOWN_NEW_KEY:
	case DOWN_NONE:
		break;
	}
}

/* Bytes; 0 = none now; -1 = gone. */
static ssize_t take(struct fleet_home *h, uint8_t *at, size_t size)
{
	ssize_t n;

	if (h->ssl == NULL) {
		n = recv(h->fd, at, size, 0);
		return n > 0 ? n : n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
	}
	ERR_clear_error();
	n = SSL_read(h->ssl, at, (int)size);
	if (n > 0)
		return n;
	n = SSL_get_error(h->ssl, (int)n);
	return n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/* Cuts what has come into frames. False: the link has gone. */
static bool hear(struct fleet *f, struct fleet_home *h, uint8_t *at, size_t len)
{
	struct slice in = slice_of(at, len), body;
	size_t used;

	for (;;) {
		enum device_cut cut = device_cut(in, &body, &used);

		if (cut == DEVICE_CUT_MORE)
			break;
		if (cut != DEVICE_CUT_FRAME) {
			f->result.bad++;
			fail(f, h);
			return false;
		}
		frame(f, h, body);
		if (h->fd < 0)
			return false;
		in = slice_of(in.at + used, in.len - used);
	}
	free(h->in);
	h->in = NULL;
	h->in_len = (uint16_t)in.len;
	if (in.len != 0) {
		h->in = malloc(in.len);
		ENSURE(h->in != NULL);
		memcpy(h->in, in.at, in.len);
	}
	return true;
}

static void listen_to(struct fleet *f, struct fleet_home *h)
{
	static uint8_t bytes[2 * DEVICE_FRAME_MAX + 16];

	while (h->fd >= 0) {
		size_t room = sizeof bytes - h->in_len;
		ssize_t n;

		if (h->in_len != 0)
			memcpy(bytes, h->in, h->in_len);
		n = take(h, bytes + h->in_len, room);
		if (n < 0)
			fail(f, h);
		if (n <= 0 || !hear(f, h, bytes, h->in_len + (size_t)n))
			return;
		if (h->ssl == NULL && (size_t)n < room)
			return; /* a stream that gave less than was asked for is empty */
	}
}

void fleet_home_event(struct fleet *f, struct fleet_home *h)
{
	switch ((enum fleet_state)h->state) {
	case FLEET_CONNECTING:
		connected(f, h);
		break;
	case FLEET_TLS:
		shake(f, h);
		break;
	case FLEET_GREETING:
	case FLEET_WELCOME:
		listen_to(f, h);
		break;
	case FLEET_WAITING:
		break;
	}
	/* What came with the last bytes of the handshake makes no event of its own. */
	if (h->ssl != NULL && h->state == FLEET_GREETING)
		listen_to(f, h);
	timer(f, h);
}

/* ------------------------------------------------------------ what it does */

bool fleet_home_press(struct fleet *f, struct fleet_home *h, enum kind kind)
{
	struct fleet_alarm *a = NULL;

	if (h->alarm_count == FLEET_HELD_MAX)
		for (uint8_t i = 0; i < h->alarm_count && a == NULL; i++)
			if (h->alarms[i].heard >= STEP_STORED)
				a = &h->alarms[i];
	if (h->alarm_count < FLEET_HELD_MAX)
		a = &h->alarms[h->alarm_count++];
	if (a == NULL)
		return false;
	*a = (struct fleet_alarm){.id = plan_chance(&h->random) | 1,
	                          .kind = (uint8_t)kind,
	                          .raised_ms = utc_now_ms(),
	                          .pressed_ns = f->now_ns = mono_now_ns()};
	f->result.raised++;
	f->result.unstored++;
	f->waits++;
	if (h->state == FLEET_WELCOME)
		say_alarm(f, h, a);
	else if (h->state == FLEET_WAITING)
		h->retry_ns = f->now_ns; /* not with a finger on the button */
	timer(f, h);
	return true;
}

bool fleet_home_beat(struct fleet *f, struct fleet_home *h)
{
	if (h->state != FLEET_WELCOME || h->beat_sent_ns != 0)
		return false;
	f->now_ns = mono_now_ns();
	say_beat(f, h);
	timer(f, h);
	return true;
}

static void act(struct fleet *f, struct fleet_home *h)
{
	const struct act *a = &h->acts[h->act_at++];

	f->acts_left--;
	switch (a->type) {
	case ACT_ALARM:
		if (!fleet_home_press(f, h, a->kind))
			f->result.declined++;
		break;
	case ACT_DROP:
		if (h->state != FLEET_WELCOME)
			break;
		f->result.dropped++;
		h->dropped_ns = f->now_ns;
		hang_up(f, h, jitter(h, UNIT_BACKOFF_MIN_MS * MS));
		break;
	}
}

static void repeat(struct fleet *f, struct fleet_home *h)
{
	for (uint8_t i = 0; i < h->alarm_count && h->state == FLEET_WELCOME; i++) {
		struct fleet_alarm *a = &h->alarms[i];

		if (a->next_ns == 0 || a->next_ns > f->now_ns)
			continue;
		if (a->heard < STEP_STORED && a->tries_here >= UNIT_TRIES_A_LINK && f->options->target->count > 1) {
			h->path = (uint8_t)((h->path + 1) % f->options->target->count);
			f->result.lost++;
			hang_up(f, h, 0);
			return;
		}
		say_alarm(f, h, a);
	}
}

void fleet_home_tick(struct fleet *f, struct fleet_home *h)
{
	while (h->act_at < h->act_count && f->go_ns != 0 && f->go_ns + h->acts[h->act_at].at_ms * MS <= f->now_ns)
		act(f, h);
	if (h->state == FLEET_WAITING && h->retry_ns <= f->now_ns) {
		start(f, h);
	} else if (h->answer_by_ns != 0 && h->answer_by_ns <= f->now_ns) {
		fail(f, h);
	} else if (h->state == FLEET_WELCOME) {
		repeat(f, h);
		if (h->state == FLEET_WELCOME && h->beat_at_ns <= f->now_ns) {
			if (h->beats_left != 0) {
				h->beats_left--;
				f->beats_left--;
				h->beat_at_ns += f->options->plan.window_ms * MS / f->options->plan.beats;
			} else {
				h->beat_at_ns = f->now_ns + h->heartbeat_ns * 9 / 10 + jitter(h, h->heartbeat_ns / 10);
			}
			if (h->beat_sent_ns == 0)
				say_beat(f, h);
		}
	}
	timer(f, h);
}

void fleet_home_go(struct fleet *f, struct fleet_home *h)
{
	const struct plan *p = &f->options->plan;

	h->act_at = 0;
	h->act_count = (uint8_t)plan_acts(p, h->index, h->row->area, h->acts);
	f->acts_left += h->act_count;
	if (p->scenario == SCENARIO_BEAT) {
		h->beats_left = p->beats;
		f->beats_left += p->beats;
		h->beat_at_ns = f->go_ns + jitter(h, p->window_ms * MS / p->beats);
	}
	timer(f, h);
}

void fleet_home_init(struct fleet *f, struct fleet_home *h, uint32_t index, int64_t spread_ns)
{
	*h = (struct fleet_home){.row = &f->options->devices->rows[index],
	                         .fd = -1,
	                         .index = index,
	                         .random = f->options->plan.seed * UINT64_C(0xa0761d6478bd642f) + index,
	                         .path = (uint8_t)(index % f->options->target->count)};
	h->retry_ns = f->now_ns + jitter(h, spread_ns);
	timer(f, h);
}

void fleet_home_free(struct fleet_home *h)
{
	SSL_free(h->ssl);
	if (h->fd >= 0)
		(void)close(h->fd);
	free(h->in);
}
