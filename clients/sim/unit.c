#include "unit.h"

#include <stdalign.h>
#include <stddef.h>

#define NEVER INT64_MAX
#define UNIT_GOOD_MS 5000 /* a link that lived so long was a good one */

/* SplitMix64, Steele, Lea and Flood 2014. */
static uint64_t chance(struct unit *u)
{
	uint64_t z = (u->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int64_t spread(struct unit *u, int64_t max_ms)
{
	return max_ms <= 0 ? 0 : (int64_t)(chance(u) % (uint64_t)(max_ms + 1));
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ------------------------------------------------------------ news */

static void tell(struct unit *u, struct unit_news news)
{
	if (u->news_count == UNIT_NEWS_MAX) {
		u->news_at = (u->news_at + 1) % UNIT_NEWS_MAX;
		u->news_count--;
	}
	u->news[(u->news_at + u->news_count++) % UNIT_NEWS_MAX] = news;
}

bool unit_news(struct unit *u, struct unit_news *ret)
{
	if (u->news_count == 0)
		return false;
	*ret = u->news[u->news_at];
	u->news_at = (u->news_at + 1) % UNIT_NEWS_MAX;
	u->news_count--;
	return true;
}

/* ------------------------------------------------------------ alarms */

static struct unit_alarm *find(struct unit *u, uint64_t id)
{
	for (uint32_t i = 0; i < u->alarm_count; i++)
		if (u->alarms[i].alarm.id == id)
			return &u->alarms[i];
	return NULL;
}

const struct unit_alarm *unit_holds(const struct unit *u, uint64_t id)
{
	return find((struct unit *)u, id);
}

/* A call for help lives here until it is closed, anything else until it is stored. */
static bool keeps(const struct alarm *a)
{
	enum incident_class class = kind_class(a->kind);

	return !a->restore && (class == CLASS_LIFE || class == CLASS_WELFARE) && a->heard < STEP_CLOSED;
}

static void let_go(struct unit *u, struct unit_alarm *a, int64_t now_ms)
{
	uint32_t at = (uint32_t)(a - u->alarms);

	tell(u, (struct unit_news){.type = NEWS_LET_GO,
	                           .alarm = a->alarm.id,
	                           .incident = a->incident,
	                           .step = a->alarm.heard,
	                           .after_ms = now_ms - a->pressed_ms});
	u->alarm_count--;
	memmove(a, a + 1, (u->alarm_count - at) * sizeof *a);
}

static bool any_unstored(const struct unit *u)
{
	for (uint32_t i = 0; i < u->alarm_count; i++)
		if (u->alarms[i].alarm.heard < STEP_STORED)
			return true;
	return false;
}

/* The next repeat, by how far the alarm has come. */
static void plan(struct unit_alarm *a, int64_t now_ms)
{
	if (a->alarm.heard < STEP_STORED)
		a->next_ms = now_ms + UNIT_STORED_EVERY_MS;
	else if (a->alarm.heard < STEP_ANSWERED)
		a->next_ms = now_ms + UNIT_ANSWERED_EVERY_MS;
	else
		a->next_ms = 0;
}

/* ------------------------------------------------------------ sending */

static void put(struct unit *u, const struct up *up)
{
	struct buf b = buf_of(u->out, sizeof u->out);

	b.len = u->out_len;
	u->frames++;
	u->unheard++;
	device_up_encode(up, &b);
	/* The link does not take any more: what is lost here is sent again. */
	if (!b.overflow)
		u->out_len = b.len;
}

static void held(const struct unit *u, struct up *up)
{
	up->alarm_count = u->alarm_count;
	for (uint32_t i = 0; i < u->alarm_count; i++)
		up->alarms[i] = u->alarms[i].alarm;
}

/* A little early and never together: 105,000 of us beat. */
static void beat_later(struct unit *u, int64_t now_ms)
{
	u->beat_at_ms = now_ms + (int64_t)u->heartbeat_s * 900 + spread(u, (int64_t)u->heartbeat_s * 90);
}

static void beat(struct unit *u, int64_t now_ms)
{
	struct up up = {.type = UP_HEARTBEAT,
	                .seq = u->frames + 1,
	                .battery_pct = u->battery_pct,
	                .mains = u->mains,
	                .signal_dbm = -71};

	held(u, &up);
	put(u, &up);
	for (uint32_t i = 0; i < u->alarm_count; i++)
		u->alarms[i].alarm.tries++;
	if (u->answer_by_ms == 0)
		u->answer_by_ms = now_ms + UNIT_ANSWER_MS;
	beat_later(u, now_ms);
}

static void send_alarm(struct unit *u, struct unit_alarm *a, int64_t now_ms)
{
	struct up up = {.type = UP_ALARM, .alarm_count = 1};

	up.alarms[0] = a->alarm;
	put(u, &up);
	a->alarm.tries++;
	a->tries_here++;
	plan(a, now_ms);
}

/* ------------------------------------------------------------ link */

static void wait_for(struct unit *u, int64_t ms, int64_t now_ms)
{
	/* What nothing answered, and attempts that came to nothing, are told with the next Hello. */
	if (u->state == UNIT_CONNECTING || u->state == UNIT_GREETING)
		u->failed++;
	u->lost += u->unheard;
	u->unheard = 0;
	u->state = UNIT_WAITING;
	u->connect_wanted = false;
	u->answer_by_ms = 0;
	u->out_len = 0;
	u->in_len = 0;
	u->retry_at_ms = now_ms + ms;
}

static int64_t backoff(struct unit *u)
{
	int64_t most = any_unstored(u) ? UNIT_BACKOFF_ALARM_MS : UNIT_BACKOFF_MAX_MS;
	int64_t ms = UNIT_BACKOFF_MIN_MS << (u->failures > 6 ? 6 : u->failures);

	ms = least(ms, most);
	return ms / 2 + spread(u, ms / 2);
}

static void next_path(struct unit *u)
{
	u->path = (uint8_t)((u->path + 1) % (u->config.paths == 0 ? 1 : u->config.paths));
}

/* Gives the link up by itself. */
static void hang_up(struct unit *u, int64_t wait_ms, int64_t now_ms)
{
	if (u->state != UNIT_WAITING)
		u->close_wanted = true;
	tell(u, (struct unit_news){.type = NEWS_LOST});
	wait_for(u, wait_ms, now_ms);
}

void unit_init(struct unit *u, const struct unit_config *config, int64_t now_ms, int64_t spread_ms)
{
	memset(u, 0, sizeof *u);
	u->config = *config;
	u->random = config->seed;
	u->battery_pct = 100;
	u->mains = true;
	u->heartbeat_s = 60;
	u->boot = 1;
	u->setup = (struct unit_setup){.language = "cmn", .prompts = UINT32_MAX};
	memcpy(u->keys, config->keys, sizeof u->keys);
	wait_for(u, spread(u, spread_ms), now_ms);
}

void unit_reboot(struct unit *u, int64_t now_ms)
{
	u->boot++;
	u->frames = 0;
	u->unheard = 0; /* whoever lost its power lost count */
	u->failures = 0;
	u->close_wanted = false;
	u->path = 0;
	wait_for(u, 500 + spread(u, 1000), now_ms);
}

void unit_up(struct unit *u, int64_t now_ms)
{
	struct up up = {.type = UP_HELLO,
	                .version = DEVICE_VERSION,
	                .boot = u->boot,
	                .config = u->setup.revision,
	                .seq = u->frames + 1,
	                .lost = u->lost,
	                .failed = u->failed};

	if (u->state != UNIT_CONNECTING)
		return;
	u->state = UNIT_GREETING;
	u->out_len = 0;
	u->in_len = 0;
	u->up_ms = now_ms;
	u->answer_by_ms = now_ms + UNIT_ANSWER_MS;
	memcpy(up.device, u->config.device, sizeof up.device);
	memcpy(up.model, u->config.model, sizeof up.model);
	up.token = slice_of(u->config.token, u->config.token_len);
	held(u, &up);
	put(u, &up);
	/* Hello carries them: the first try on this link. */
	for (uint32_t i = 0; i < u->alarm_count; i++) {
		u->alarms[i].alarm.tries++;
		u->alarms[i].tries_here = 1;
		plan(&u->alarms[i], now_ms);
	}
}

void unit_down(struct unit *u, int64_t now_ms)
{
	bool was_up = u->state == UNIT_WELCOME;

	if (u->state == UNIT_WAITING)
		return;
	/* A link that was good is made again at once, on the same address; one that never was, or not for long, counts as a
	 * failure. */
	if (was_up)
		tell(u, (struct unit_news){.type = NEWS_LOST});
	else
		next_path(u);
	wait_for(u, was_up && u->failures == 0 ? spread(u, UNIT_BACKOFF_MIN_MS) : backoff(u), now_ms);
	u->failures++;
}

/* ------------------------------------------------------------ keys */

const struct unit_key *unit_key(const struct unit *u)
{
	return u->config.keyed ? &u->keys[u->key_at] : NULL;
}

static uint8_t other_key(const struct unit *u)
{
	return (uint8_t)(1 - u->key_at);
}

void unit_key_wrong(struct unit *u, int64_t now_ms)
{
	if (u->config.keyed && u->state == UNIT_CONNECTING && u->keys[other_key(u)].identity[0] != '\0') {
		u->key_at = other_key(u);
		u->key_new = true;
	}
	unit_down(u, now_ms);
}

/* Beside the key of this link, never over it: whatever happens now, one of the two opens. */
static void key_given(struct unit *u, const struct down *down)
{
	struct unit_key *k = &u->keys[other_key(u)];

	if (!u->config.keyed)
		return;
	memcpy(k->key, down->key, sizeof k->key);
	memcpy(k->identity, down->identity, sizeof k->identity);
	u->key_at = other_key(u);
	u->key_new = true;
	u->links_anew = true;
	tell(u, (struct unit_news){.type = NEWS_KEY});
}

/* ------------------------------------------------------------ what the server says */

/* What it speaks of what it was told. */
static enum say speaks(const struct unit *u, const struct down *down, bool silent)
{
	return !silent && (u->setup.prompts & UINT32_C(1) << down->say) != 0 ? down->say : SAY_NOTHING;
}

static void step_heard(struct unit *u, uint64_t id, enum step step, const struct down *down, int64_t now_ms)
{
	struct unit_alarm *a = find(u, id);
	struct unit_news news = {.type = down->type == DOWN_ACK ? NEWS_ACK : NEWS_STATUS,
	                         .alarm = id,
	                         .incident = down->incident,
	                         .step = step,
	                         .eta_min = down->eta_min,
	                         .silent = down->silent};

	if (a == NULL) {
		tell(u, news);
		return; /* let go before */
	}
	news.after_ms = now_ms - a->pressed_ms;
	news.say = speaks(u, down, a->silent || down->silent || kind_silent(a->alarm.kind));
	if (news.say != SAY_NOTHING)
		memcpy(news.language, u->setup.language, sizeof news.language);
	if (down->type == DOWN_STATUS && step == STEP_NONE) {
		tell(u, news); /* "we go on trying": and so do we */
		return;
	}
	if (down->type == DOWN_ACK) {
		a->incident = down->incident;
		a->silent = a->silent || down->silent;
		a->tries_here = 0;
		/* An acknowledgement of a copy takes nothing back. */
		if (a->alarm.heard < STEP_STORED)
			a->alarm.heard = STEP_STORED;
	} else {
		news.silent = a->silent;
		a->alarm.heard = step;
	}
	tell(u, news);
	if (keeps(&a->alarm))
		plan(a, now_ms);
	else
		let_go(u, a, now_ms);
}

static void refused(struct unit *u, const struct down *down, int64_t now_ms)
{
	int64_t ms = (int64_t)down->retry_s * 1000;

	tell(u, (struct unit_news){.type = NEWS_REFUSED, .reason = down->reason});
	switch (down->reason) {
	case DEVICE_REFUSAL_REPLACED:
		break; /* somebody speaks for us: as long as we are told */
	case DEVICE_REFUSAL_GO_ELSEWHERE:
		next_path(u);
		if (u->config.paths < 2 && ms < UNIT_BACKOFF_MIN_MS)
			ms = UNIT_BACKOFF_MIN_MS;
		break;
	case DEVICE_REFUSAL_BAD_FRAME:
	case DEVICE_REFUSAL_BAD_IDENTITY:
	case DEVICE_REFUSAL_BAD_VERSION:
	case DEVICE_REFUSAL_OVERLOAD:
	case DEVICE_REFUSAL_NONE:
	case DEVICE_REFUSAL_COUNT:
		next_path(u);
		ms += backoff(u);
		u->failures++;
		break;
	}
	u->close_wanted = true;
	wait_for(u, ms, now_ms);
}

static void frame(struct unit *u, struct slice body, int64_t now_ms)
{
	alignas(max_align_t) uint8_t memory[4096];
	struct arena arena;
	struct down down;

	arena_init(&arena, memory, sizeof memory);
	if (device_down_decode(body, &arena, &down) != 0) {
		u->counted_bad++;
		return;
	}
	u->heard_ms = now_ms;
	u->unheard = 0;
	if (u->state == UNIT_WELCOME) {
		u->answer_by_ms = 0; /* whatever it says, it lives */
		if (now_ms - u->up_ms >= UNIT_GOOD_MS)
			u->failures = 0;
	}
	switch (down.type) {
	case DOWN_WELCOME:
		if (u->state != UNIT_GREETING)
			return;
		u->state = UNIT_WELCOME;
		u->answer_by_ms = 0;
		u->lost = u->failed = 0;
		u->links_anew = false;
		if (u->key_new) {
			u->key_new = false;
			tell(u, (struct unit_news){.type = NEWS_KEY});
		}
		u->heartbeat_s = down.heartbeat_s;
		u->server_offset_ms = down.server_ms - now_ms;
		u->beat_at_ms = now_ms + spread(u, (int64_t)u->heartbeat_s * 900);
		tell(u, (struct unit_news){.type = NEWS_WELCOME});
		return;
	case DOWN_HEARTBEAT_ACK:
		u->server_offset_ms = down.server_ms - now_ms;
		if (down.heartbeat_s != 0) {
			u->heartbeat_s = down.heartbeat_s;
			beat_later(u, now_ms);
		}
		tell(u, (struct unit_news){.type = NEWS_BEAT});
		return;
	case DOWN_ACK:
		step_heard(u, down.alarm, STEP_STORED, &down, now_ms);
		return;
	case DOWN_STATUS:
		step_heard(u, down.alarm, down.step, &down, now_ms);
		return;
	case DOWN_CONFIGURE:
		u->heartbeat_s = down.heartbeat_s;
		u->beat_at_ms = least(u->beat_at_ms, now_ms + (int64_t)u->heartbeat_s * 1000);
		u->server_offset_ms = down.server_ms - now_ms;
		u->setup =
			(struct unit_setup){.revision = down.revision, .prompts = down.prompts, .number_count = down.number_count};
		memcpy(u->setup.language, down.language, sizeof u->setup.language);
		memcpy(u->setup.numbers, down.numbers, sizeof u->setup.numbers);
		tell(u, (struct unit_news){.type = NEWS_SETUP});
		return;
	case DOWN_NEW_KEY:
		key_given(u, &down);
		explicit_bzero(down.key, sizeof down.key);
		return;
	case DOWN_REFUSE:
		refused(u, &down, now_ms);
		return;
	case DOWN_NONE:
		return;
	}
}

void unit_bytes(struct unit *u, struct slice bytes, int64_t now_ms)
{
	while (bytes.len != 0 && (u->state == UNIT_GREETING || u->state == UNIT_WELCOME)) {
		size_t room = sizeof u->in - u->in_len, used = 0;
		size_t take = bytes.len < room ? bytes.len : room;
		struct slice body, in;

		memcpy(u->in + u->in_len, bytes.at, take);
		u->in_len += take;
		bytes = slice_of(bytes.at + take, bytes.len - take);
		in = slice_of(u->in, u->in_len);
		for (;;) {
			enum device_cut cut = device_cut(in, &body, &used);

			if (cut == DEVICE_CUT_MORE && in.len < sizeof u->in)
				break;
			if (cut != DEVICE_CUT_FRAME) {
				/* No server of ours: what follows can't be read either. */
				u->counted_bad++;
				u->failures++;
				next_path(u);
				hang_up(u, backoff(u), now_ms);
				return;
			}
			frame(u, body, now_ms);
			if (u->state == UNIT_WAITING)
				return; /* refused */
			in = slice_of(in.at + used, in.len - used);
		}
		memmove(u->in, in.at, in.len);
		u->in_len = in.len;
	}
}

/* ------------------------------------------------------------ the button */

/* Room for one more: the least urgent that is safe in the store gives way; calls for help that nobody has do not. */
static bool make_room(struct unit *u, int64_t now_ms)
{
	struct unit_alarm *go = NULL;

	if (u->alarm_count < DEVICE_HELD_MAX)
		return true;
	for (uint32_t i = 0; i < u->alarm_count; i++) {
		struct unit_alarm *a = &u->alarms[i];

		if (a->alarm.heard < STEP_STORED && keeps(&a->alarm))
			continue;
		if (go == NULL || class_above(kind_class(go->alarm.kind), kind_class(a->alarm.kind)))
			go = a;
	}
	if (go == NULL)
		return false;
	let_go(u, go, now_ms);
	return true;
}

static bool raise(struct unit *u, enum kind kind, uint32_t zone, bool restore, uint64_t id, int64_t utc_ms,
                  int64_t now_ms)
{
	struct unit_alarm *a;

	if (id == 0 || find(u, id) != NULL || !make_room(u, now_ms))
		return false;
	a = &u->alarms[u->alarm_count++];
	memset(a, 0, sizeof *a);
	a->alarm = (struct alarm){.id = id,
	                          .kind = kind,
	                          .zone = zone,
	                          .raised_ms = utc_ms,
	                          .protocol = PROTOCOL_NATIVE,
	                          .restore = restore,
	                          .mains = u->mains,
	                          .battery_pct = u->battery_pct,
	                          .signal_dbm = -71};
	a->pressed_ms = now_ms;
	if (u->state == UNIT_WELCOME) {
		send_alarm(u, a, now_ms);
	} else {
		a->next_ms = now_ms + UNIT_STORED_EVERY_MS;
		/* Whatever it waits for: not with a finger on the button. */
		if (u->state == UNIT_WAITING)
			u->retry_at_ms = least(u->retry_at_ms, now_ms);
	}
	return true;
}

bool unit_press(struct unit *u, enum kind kind, uint32_t zone, uint64_t id, int64_t utc_ms, int64_t now_ms)
{
	return raise(u, kind, zone, false, id, utc_ms, now_ms);
}

bool unit_restore(struct unit *u, enum kind kind, uint32_t zone, uint64_t id, int64_t utc_ms, int64_t now_ms)
{
	return raise(u, kind, zone, true, id, utc_ms, now_ms);
}

bool unit_cancel(struct unit *u, uint64_t id, int64_t now_ms)
{
	struct up up = {.type = UP_CANCEL, .cancel = id};

	(void)now_ms;
	if (find(u, id) == NULL || u->state != UNIT_WELCOME)
		return false;
	put(u, &up);
	return true;
}

/* ------------------------------------------------------------ time */

/* Sends again what is due. Returns true when this link has been tried often enough. */
static bool repeat(struct unit *u, int64_t now_ms)
{
	bool enough = false;

	for (uint32_t i = 0; i < u->alarm_count; i++) {
		struct unit_alarm *a = &u->alarms[i];

		if (a->next_ms == 0 || a->next_ms > now_ms)
			continue;
		if (a->alarm.heard < STEP_STORED && a->tries_here >= UNIT_TRIES_A_LINK &&
		    (u->config.paths > 1 || u->heard_ms <= now_ms - UNIT_TRIES_A_LINK * UNIT_STORED_EVERY_MS)) {
			enough = true;
			continue;
		}
		/* With one address: does this link live at all? */
		if (a->alarm.heard < STEP_STORED && a->tries_here >= 1 && u->config.paths < 2 && u->answer_by_ms == 0)
			beat(u, now_ms);
		send_alarm(u, a, now_ms);
	}
	return enough;
}

void unit_tick(struct unit *u, int64_t now_ms)
{
	switch (u->state) {
	case UNIT_WAITING:
		if (now_ms >= u->retry_at_ms) {
			u->state = UNIT_CONNECTING;
			u->connect_wanted = true;
			u->answer_by_ms = now_ms + UNIT_ANSWER_MS;
		}
		return;
	case UNIT_CONNECTING:
	case UNIT_GREETING:
		if (now_ms >= u->answer_by_ms) {
			next_path(u);
			hang_up(u, backoff(u), now_ms);
			u->failures++;
		}
		return;
	case UNIT_WELCOME:
		break;
	}
	if (u->answer_by_ms != 0 && now_ms >= u->answer_by_ms) {
		next_path(u);
		hang_up(u, 0, now_ms);
		u->failures++;
		return;
	}
	if (u->links_anew && !any_unstored(u)) {
		hang_up(u, 0, now_ms);
		return;
	}
	if (repeat(u, now_ms)) {
		next_path(u);
		hang_up(u, 0, now_ms);
		return;
	}
	if (now_ms >= u->beat_at_ms)
		beat(u, now_ms);
}

int64_t unit_due(const struct unit *u)
{
	int64_t due = NEVER;

	switch (u->state) {
	case UNIT_WAITING:
		return u->retry_at_ms;
	case UNIT_CONNECTING:
	case UNIT_GREETING:
		return u->answer_by_ms;
	case UNIT_WELCOME:
		due = u->links_anew && !any_unstored(u) ? u->up_ms : u->beat_at_ms;
		if (u->answer_by_ms != 0)
			due = least(due, u->answer_by_ms);
		for (uint32_t i = 0; i < u->alarm_count; i++)
			if (u->alarms[i].next_ms != 0)
				due = least(due, u->alarms[i].next_ms);
		break;
	}
	return due;
}

/* ------------------------------------------------------------ for the owner */

enum unit_wish unit_wish(struct unit *u)
{
	if (u->close_wanted) {
		u->close_wanted = false;
		return WISH_CLOSE;
	}
	if (u->connect_wanted) {
		u->connect_wanted = false;
		return WISH_CONNECT;
	}
	return WISH_NOTHING;
}

struct slice unit_output(const struct unit *u)
{
	return slice_of(u->out, u->out_len);
}

void unit_sent(struct unit *u, size_t len)
{
	ENSURE(len <= u->out_len);
	memmove(u->out, u->out + len, u->out_len - len);
	u->out_len -= len;
}
