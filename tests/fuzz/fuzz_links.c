/* fuzz_links.c - a daemon's app with four links of units, and any bytes on them, cut anywhere, while its store comes and goes.
 *
 * Input: steps, one byte each with what they need behind it (see the table in step()). What a link did not use is shown again
 * with what follows, as io does.
 * Oracles: every acknowledgement is of an alarm that had been stored, or of a link test; none leaves while entries do not
 * come or are not safe; what is sent is a whole frame of the link's own protocol; accounts that nobody knows hear nothing but
 * DUH; nothing is sent on a link that was closed; all is given back in the end (the sanitizer looks). */
#include "unit/app_rig_city.h"

#include "app/change.h"
#include "app/devices.h"

#define KEPT_MAX 16384
#define STORED_MAX 4096
#define FED_MAX 65536
#define LINKS 4
#define FIRST ((link_t)900)

struct side {
	enum protocol protocol;
	bool up;
	uint8_t kept[KEPT_MAX];
	size_t kept_len;
	uint8_t fed[FED_MAX]; /* all that this link ever said: link tests are looked for in it */
	size_t fed_len;
	size_t seen; /* frames looked at */
};

struct stored {
	char device[ID_MAX];
	uint16_t len;
	uint8_t raw[ALARM_RAW_MAX];
};

static struct side sides[LINKS];
static struct stored stored[STORED_MAX];
static size_t stored_count;
static const enum protocol PROTOCOLS[LINKS] = {PROTOCOL_NATIVE, PROTOCOL_NATIVE, PROTOCOL_DC09, PROTOCOL_WATCH};

static void must(bool cond)
{
	if (!cond)
		abort();
}

static void on_stored(struct rig *g, const struct store_commit *c)
{
	Pingan__V1__LogEvent *e = pingan__v1__log_event__unpack(NULL, c->event.len, c->event.at);

	if (e == NULL)
		return;
	if ((e->raw.len != 0 || e->raw_sealed.len != 0) && stored_count < STORED_MAX) {
		struct stored *s = &stored[stored_count++];

		app_begin(g->app);
		snprintf(s->device, sizeof s->device, "%s", e->alarm_device);
		s->len = (uint16_t)raw_open(g->app, e, s->raw);
		must(s->len != 0);
	}
	pingan__v1__log_event__free_unpacked(e, NULL);
}

static bool holds(const uint8_t *in, size_t in_len, const char *a, struct slice b)
{
	uint8_t what[128];
	size_t a_len = strlen(a);

	must(a_len + b.len <= sizeof what);
	memcpy(what, a, a_len);
	memcpy(what + a_len, b.at, b.len);
	return memmem(in, in_len, what, a_len + b.len) != NULL;
}

/* Some alarm that stands in the log has `a` and `b` in its bytes. */
static bool in_the_log(const char *a, struct slice b)
{
	for (size_t i = 0; i < stored_count; i++)
		if (holds(stored[i].raw, stored[i].len, a, b))
			return true;
	return stored_count == STORED_MAX;
}

static bool press_in_the_log(uint64_t id)
{
	for (size_t i = 0; i < stored_count; i++) {
		Pingan__V1__Alarm *a = pingan__v1__alarm__unpack(NULL, stored[i].len, stored[i].raw);
		bool it = a != NULL && a->id == id;

		if (a != NULL)
			pingan__v1__alarm__free_unpacked(a, NULL);
		if (it)
			return true;
	}
	return stored_count == STORED_MAX;
}

/* It said with this id that something is over, and that stands in the log already: true, and nothing to write. */
static bool over_already(const struct side *s, uint64_t id)
{
	uint8_t what[9] = {0x09}; /* Alarm.id */
	const uint8_t *at = s->fed, *end = s->fed + s->fed_len;
	bool said = false;

	for (size_t i = 0; i < 8; i++)
		what[1 + i] = (uint8_t)(id >> (8 * i));
	for (; (at = memmem(at, (size_t)(end - at), what, sizeof what)) != NULL; at++)
		said = said || memmem(at, end - at < 40 ? (size_t)(end - at) : 40, "\x40\x01", 2) != NULL; /* Alarm.restore */
	for (size_t i = 0; said && i < stored_count; i++) {
		Pingan__V1__Alarm *a = pingan__v1__alarm__unpack(NULL, stored[i].len, stored[i].raw);
		bool it = a != NULL && a->restore;

		if (a != NULL)
			pingan__v1__alarm__free_unpacked(a, NULL);
		if (it)
			return true;
	}
	return false;
}

static void heard_native(const struct side *s, struct slice frame)
{
	static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
	struct arena arena;
	struct slice body;
	struct down down;
	size_t used;

	arena_init(&arena, memory, sizeof memory);
	must(device_cut(frame, &body, &used) == DEVICE_CUT_FRAME && used == frame.len);
	must(device_down_decode(body, &arena, &down) == 0);
	/* That it could not be stored yet is no step. */
	if (down.type == DOWN_STATUS && down.step == STEP_NONE) {
		must(down.say == SAY_NOT_STORED);
		return;
	}
	/* Closed is told of presses that the store forgot long ago, too; stored never. */
	if (down.type == DOWN_ACK || (down.type == DOWN_STATUS && down.step != STEP_CLOSED))
		must(press_in_the_log(down.alarm) || over_already(s, down.alarm));
}

static void heard_dc09(const struct side *s, struct slice frame)
{
	struct dc09 f;
	struct slice echo;
	size_t used;

	must(dc09_cut(frame, &used, &f) == DC09_CUT_FRAME && used == frame.len && f.token == DC09_REPLY);
	if (slice_equal(f.token_text, slice_str("NAK")))
		return; /* says our time, and nothing else */
	echo = f.echo;
	if (slice_equal(f.token_text, slice_str("DUH"))) {
		must(in_the_log("\"", echo));
		return;
	}
	must(holds(s->fed, s->fed_len, "NULL\"", echo) || in_the_log("\"", echo));
	/* Somebody whom the registry has: the account in the header, or the one in the data. */
	must(memmem(s->fed, s->fed_len, "2468", 4) != NULL || memmem(s->fed, s->fed_len, "1001", 4) != NULL);
}

static void heard_watch(struct slice frame)
{
	struct watch_frame f;
	bool passing = false;
	size_t used;

	must(watch_cut(frame, &passing, &used, &f) == WATCH_CUT_FRAME && used == frame.len && !f.length_wrong);
	must(slice_equal(f.id, slice_str("1234567890")));
	if (f.word == WATCH_ALARM)
		must(in_the_log("[", f.head));
}

static void listen_all(struct rig *g, bool quiet)
{
	for (size_t i = 0; i < LINKS; i++) {
		struct rig_link *l = &g->links[FIRST + i];

		for (; sides[i].seen < l->count; sides[i].seen++) {
			struct rig_frame *at = &l->frames[sides[i].seen];
			struct slice frame = slice_of(at->at, at->len);

			if (sides[i].protocol == PROTOCOL_NATIVE)
				heard_native(&sides[i], frame);
			else if (sides[i].protocol == PROTOCOL_DC09)
				heard_dc09(&sides[i], frame);
			else
				heard_watch(frame);
		}
		if (l->closed)
			sides[i].up = false;
	}
	(void)quiet;
}

static void feed(struct rig *g, size_t i, const uint8_t *at, size_t len, bool datagram)
{
	struct side *s = &sides[i];
	size_t used;

	if (!s->up)
		return;
	if (datagram)
		s->kept_len = 0;
	if (len > sizeof s->kept - s->kept_len)
		len = sizeof s->kept - s->kept_len;
	memcpy(s->kept + s->kept_len, at, len);
	s->kept_len += len;
	if (len <= sizeof s->fed - s->fed_len) {
		memcpy(s->fed + s->fed_len, at, len);
		s->fed_len += len;
	}
	used = app_device_bytes(g->app, FIRST + i, slice_of(s->kept, s->kept_len));
	must(used <= s->kept_len);
	memmove(s->kept, s->kept + used, s->kept_len - used);
	s->kept_len = datagram ? 0 : s->kept_len - used;
	listen_all(g, true);
}

static void open_link(struct rig *g, size_t i)
{
	struct side *s = &sides[i];

	if (s->up) {
		app_link_down(g->app, FIRST + i);
		rig_turn(g);
	}
	listen_all(g, false);
	rig_frames_free(&g->links[FIRST + i]);
	s->seen = 0;
	s->kept_len = 0;
	s->protocol = PROTOCOLS[i];
	s->up = true;
	app_device_up(g->app, FIRST + i, s->protocol, i == 0 ? "dev-h0" : NULL, "192.0.2.7");
	if (g->links[FIRST + i].closed)
		s->up = false;
}

static void registry(struct rig *g)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	uint8_t token[16], key[16];

	memset(token, 'T', sizeof token);
	memset(key, 0x21, sizeof key);
	d.household = (char *)"h1";
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_DC09;
	d.id = (char *)"dc09.2468";
	rig_put(g, "device", d.id, &d.base);
	d.id = (char *)"dc09.1001";
	d.dc09_key = (ProtobufCBinaryData){.len = sizeof key, .data = key};
	rig_put(g, "device", d.id, &d.base);
	d.dc09_key = (ProtobufCBinaryData){0};
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_WATCH;
	d.id = (char *)"watch.1234567890";
	d.household = (char *)"h2";
	rig_put(g, "device", d.id, &d.base);
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.id = (char *)"t1";
	d.token_hash = (ProtobufCBinaryData){.len = sizeof token, .data = token};
	rig_put(g, "device", d.id, &d.base);
}

/* What the store does from now on. While it holds entries back or they are not safe, nobody may hear of an alarm: the log of
 * the oracle stands still, and in_the_log() says so. */
static void store_does(struct rig *g, uint8_t what)
{
	if (g->down && (what & 3) != 3)
		rig_store_back(g);
	g->held = (what & 3) == 1;
	if ((what & 3) == 3 && !g->down)
		rig_store_down(g);
	rig_turn(g);
}

static const uint8_t *step(struct rig *g, const uint8_t *at, const uint8_t *end)
{
	uint8_t op = *at++, arg = at < end ? *at++ : 0;
	size_t len = (size_t)(end - at) < arg ? (size_t)(end - at) : arg;

	switch (op & 7) {
	case 0: /* bytes on a link, the app turns */
	case 1:
		feed(g, op >> 3 & 3, at, len, false);
		rig_turn(g);
		break;
	case 2: /* bytes, and more in the same turn */
		feed(g, op >> 3 & 3, at, len, false);
		break;
	case 3: /* the panel by datagram */
		feed(g, 2, at, len, true);
		rig_turn(g);
		break;
	case 4: /* time */
		rig_pass(g, (int64_t)arg * 20);
		len = 0;
		break;
	case 5:
		store_does(g, arg);
		len = 0;
		break;
	case 6:
		open_link(g, arg & 3);
		len = 0;
		break;
	case 7: /* a peer that does not read */
		g->links[FIRST + (arg & 3)].full = (arg & 4) != 0;
		len = 0;
		break;
	}
	listen_all(g, false);
	return at + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rig *g = rig_city();
	const uint8_t *at = data, *end = data + size;

	memset(sides, 0, sizeof sides);
	stored_count = 0;
	registry(g);
	g->stored = on_stored;
	rig_start(g);
	for (size_t i = 0; i < LINKS; i++)
		open_link(g, i);
	for (int n = 0; at < end && n < 256; n++)
		at = step(g, at, end);
	/* The store is back, the clock goes on: nothing stays behind. */
	store_does(g, 0);
	rig_pass(g, 1500);
	listen_all(g, false);
	rig_free(g);
	return 0;
}
