/* docs/DEVICE-LINK.md is what firmware is written from: each of its examples is held against the codec, byte for byte and
 * field for field, and its tables against ours. PINGAN_PAGE=write prints what the examples should be. */
#include "support/unit.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "clients/sim/say.h"
#include "clients/sim/unit.h"
#include "wire/device.h"

#define PAGE_MAX (256 * 1024)
#define TEXT_MAX 4096

static char page[PAGE_MAX];
static uint8_t memory[DEVICE_SCRATCH];
static struct arena arena;

static int setup(void **state)
{
	FILE *f = fopen(PINGAN_SOURCE_DIR "/docs/DEVICE-LINK.md", "re");
	size_t len;

	(void)state;
	if (f == NULL)
		return -1;
	len = fread(page, 1, sizeof page - 1, f);
	fclose(f);
	page[len] = '\0';
	arena_init(&arena, memory, sizeof memory);
	return 0;
}

/* ------------------------------------------------------------ a frame in words */

struct words {
	char text[TEXT_MAX];
	size_t len;
};

static void say(struct words *w, const char *form, ...) __attribute__((format(printf, 2, 3)));
static void say(struct words *w, const char *form, ...)
{
	va_list args;
	int n;

	va_start(args, form);
	n = vsnprintf(w->text + w->len, sizeof w->text - w->len, form, args);
	va_end(args);
	assert_true(n >= 0 && (size_t)n < sizeof w->text - w->len);
	w->len += (size_t)n;
}

static void number(struct words *w, const char *name, int64_t value)
{
	if (value != 0)
		say(w, " %s=%" PRId64, name, value);
}

static void text(struct words *w, const char *name, const char *value)
{
	if (value[0] != '\0')
		say(w, " %s=%s", name, value);
}

static void bytes(struct words *w, const char *name, const uint8_t *at, size_t len)
{
	if (len != 0)
		say(w, " %s=", name);
	for (size_t i = 0; i < len; i++)
		say(w, "%02x", at[i]);
}

static const char *step_word(enum step step)
{
	static const char *const STEPS[STEP_COUNT] = {"", "stored", "answered", "help_on_the_way", "arrived", "closed"};

	return STEPS[step];
}

static void alarm_words(struct words *w, const struct alarm *a)
{
	say(w, " id=%016" PRIx64 " kind=%s", a->id, kind_name(a->kind));
	number(w, "zone", a->zone);
	number(w, "raised_ms", a->raised_ms);
	number(w, "battery_pct", a->battery_pct);
	number(w, "mains", a->mains);
	number(w, "signal_dbm", a->signal_dbm);
	number(w, "restore", a->restore);
	text(w, "heard", step_word(a->heard));
	number(w, "tries", a->tries);
}

static void up_words(struct words *w, const struct up *up)
{
	static const char *const TYPES[] = {"", "Hello", "Heartbeat", "Alarm", "Cancel"};

	say(w, "Up %s", TYPES[up->type]);
	switch (up->type) {
	case UP_HELLO:
		number(w, "version", up->version);
		text(w, "device", up->device);
		bytes(w, "token", up->token.at, up->token.len);
		text(w, "model", up->model);
		text(w, "firmware", up->firmware);
		number(w, "boot", up->boot);
		number(w, "config", up->config);
		number(w, "seq", up->seq);
		number(w, "lost", up->lost);
		number(w, "failed", up->failed);
		break;
	case UP_HEARTBEAT:
		number(w, "seq", up->seq);
		number(w, "battery_pct", up->battery_pct);
		number(w, "mains", up->mains);
		number(w, "signal_dbm", up->signal_dbm);
		break;
	case UP_ALARM:
		alarm_words(w, &up->alarms[0]);
		return;
	case UP_CANCEL:
		say(w, " id=%016" PRIx64, up->cancel);
		return;
	case UP_NONE:
		return;
	}
	for (uint32_t i = 0; i < up->alarm_count; i++) {
		say(w, "\n  held");
		alarm_words(w, &up->alarms[i]);
	}
}

static void down_words(struct words *w, const struct down *down)
{
	static const char *const TYPES[] = {"",       "Welcome",   "HeartbeatAck", "Ack",
	                                    "Status", "Configure", "Refuse",       "NewKey"};

	say(w, "Down %s", TYPES[down->type]);
	if (down->alarm != 0)
		say(w, " alarm=%016" PRIx64, down->alarm);
	if (down->incident != 0)
		say(w, " incident=%016" PRIx64, down->incident);
	number(w, "silent", down->silent);
	text(w, "step", step_word(down->step));
	number(w, "eta_min", down->eta_min);
	if (down->type == DOWN_ACK || down->type == DOWN_STATUS)
		text(w, "say", device_say_name(down->say));
	if (down->type == DOWN_REFUSE)
		text(w, "reason", device_refusal_name(down->reason));
	number(w, "retry_s", down->retry_s);
	number(w, "server_ms", down->server_ms);
	number(w, "heartbeat_s", down->heartbeat_s);
	number(w, "revision", down->revision);
	text(w, "language", down->language);
	number(w, "prompts", down->prompts);
	for (uint32_t i = 0; i < down->number_count; i++)
		text(w, "number", down->numbers[i]);
	if (down->type == DOWN_NEW_KEY)
		bytes(w, "key", down->key, sizeof down->key);
	text(w, "identity", down->identity);
}

/* ------------------------------------------------------------ the examples of the page */

struct example {
	char words[TEXT_MAX];
	uint8_t bytes[DEVICE_FRAME_MAX];
	size_t len;
};

/* The next block ```frame: what it says in words, an empty line, its bytes; what stands behind two blanks explains them.
 * Returns where to go on, or NULL. */
static const char *example_next(const char *at, struct example *ret)
{
	bool in_words = true;
	const char *line;

	at = strstr(at, "```frame\n");
	if (at == NULL)
		return NULL;
	memset(ret, 0, sizeof *ret);
	for (line = strchr(at, '\n') + 1; strncmp(line, "```", 3) != 0; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n");

		assert_true(line[len] == '\n');
		if (len == 0) {
			in_words = false;
		} else if (in_words) {
			assert_true(strlen(ret->words) + len + 2 < sizeof ret->words);
			if (ret->words[0] != '\0')
				strcat(ret->words, "\n");
			strncat(ret->words, line, len);
		} else {
			for (const char *c = line; c < line + len && !(c[0] == ' ' && (c == line || c[1] == ' ')); c += 2) {
				unsigned value;

				if (*c == ' ')
					c++;
				if (!isxdigit((unsigned char)c[0]) || !isxdigit((unsigned char)c[1]))
					fail_msg("no bytes: %.*s", (int)len, line);
				assert_int_equal(sscanf(c, "%2x", &value), 1);
				assert_true(ret->len < sizeof ret->bytes);
				ret->bytes[ret->len++] = (uint8_t)value;
			}
		}
	}
	return line;
}

static void hex(struct words *w, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		say(w, "%02x%s", at[i], i + 1 == len ? "" : " ");
}

static void example_check(const struct example *e)
{
	static struct up up;
	static struct words said, wanted, found;
	struct down down;
	uint8_t bytes_again[DEVICE_FRAME_MAX + 8];
	struct buf b = buf_of(bytes_again, sizeof bytes_again);
	struct slice body;
	size_t used;

	said.len = wanted.len = found.len = 0;
	if (device_cut(slice_of(e->bytes, e->len), &body, &used) != DEVICE_CUT_FRAME || used != e->len)
		fail_msg("%s: its length is not what it says (%zu bytes)", e->words, e->len);
	if (strncmp(e->words, "Up ", 3) == 0) {
		if (device_up_decode(body, &arena, &up) != 0)
			fail_msg("%s: can't be read", e->words);
		up_words(&said, &up);
		device_up_encode(&up, &b);
	} else {
		if (device_down_decode(body, &arena, &down) != 0)
			fail_msg("%s: can't be read", e->words);
		down_words(&said, &down);
		device_down_encode(&down, &b);
	}
	assert_string_equal(said.text, e->words);
	hex(&wanted, b.at, b.len);
	hex(&found, e->bytes, e->len);
	assert_string_equal(found.text, wanted.text);
}

static void test_every_example_is_what_it_says(void **state)
{
	static struct example e;
	unsigned count = 0;

	(void)state;
	for (const char *at = page; (at = example_next(at, &e)) != NULL; count++)
		example_check(&e);
	assert_true(count >= 16);
}

/* Whatever a unit sends or hears is shown once at least. */
static void test_every_message_has_an_example(void **state)
{
	static const char *const MESSAGES[] = {
		"Up Hello", "Up Heartbeat", "Up Alarm",       "Up Cancel",   "Down Welcome", "Down HeartbeatAck",
		"Down Ack", "Down Status",  "Down Configure", "Down Refuse", "Down NewKey",
	};
	static struct example e;

	(void)state;
	for (size_t i = 0; i < sizeof MESSAGES / sizeof *MESSAGES; i++) {
		bool there = false;

		for (const char *at = page; (at = example_next(at, &e)) != NULL;)
			there = there || strncmp(e.words, MESSAGES[i], strlen(MESSAGES[i])) == 0;
		if (!there)
			fail_msg("no example of %s", MESSAGES[i]);
	}
}

static void has(const char *form, ...) __attribute__((format(printf, 1, 2)));
static void has(const char *form, ...)
{
	char line[512];
	va_list args;

	va_start(args, form);
	(void)vsnprintf(line, sizeof line, form, args);
	va_end(args);
	if (strstr(page, line) == NULL)
		fail_msg("the page has no \"%s\"", line);
}

static void test_every_sentence_stands_there(void **state)
{
	char sentence[SAY_TEXT_MAX];

	(void)state;
	for (unsigned n = 0; say_language(n) != NULL; n++) {
		for (unsigned s = SAY_HEARD; s < SAY_COUNT; s++) {
			say_text((enum say)s, say_language(n), 0, sentence);
			has("%s", sentence);
		}
		say_text(SAY_ON_THE_WAY, say_language(n), 8, sentence);
		has("%s", sentence);
	}
	for (unsigned s = SAY_HEARD; s < SAY_COUNT; s++)
		has("| %u | `%s` |", s, device_say_name((enum say)s));
}

/* Kinds that a unit sends, how long it keeps each, and that it is silent where it must be. */
static void test_every_kind_stands_there(void **state)
{
	(void)state;
	for (unsigned k = KIND_SOS; k <= KIND_TEST; k++) {
		enum incident_class class = kind_class((enum kind)k);
		bool kept = class == CLASS_LIFE || class == CLASS_WELFARE;

		if (k == KIND_FOLLOW_UP || k == KIND_UNKNOWN)
			continue; /* made by people, or by us */
		has("| %u | `%s` | %s%s |", k, kind_name((enum kind)k), kept ? "closed" : "stored",
		    kind_silent((enum kind)k) ? ", silently" : "");
	}
}

static void test_steps_and_reasons_stand_there(void **state)
{
	(void)state;
	for (unsigned s = STEP_STORED; s < STEP_COUNT; s++)
		has("| %u | `%s` |", s, step_word((enum step)s));
	for (unsigned r = DEVICE_REFUSAL_BAD_FRAME; r < DEVICE_REFUSAL_COUNT; r++)
		has("| %u | `%s` |", r, device_refusal_name((enum device_refusal)r));
}

/* The unit that we test with lives by the times that the page tells others to live by. */
static void test_times_are_those_of_our_own_unit(void **state)
{
	(void)state;
	has("| an alarm that is not *stored* | every %d s", UNIT_STORED_EVERY_MS / 1000);
	has("| an alarm that is *stored*, not *answered* | every %d s", UNIT_ANSWERED_EVERY_MS / 1000);
	has("| no `Welcome`, no `HeartbeatAck` | %d s", UNIT_ANSWER_MS / 1000);
	has("| between attempts to connect | %d s, doubled up to %d s", UNIT_BACKOFF_MIN_MS / 1000,
	    UNIT_BACKOFF_MAX_MS / 1000);
	has("| … with an alarm that is not *stored* | %d s at most", UNIT_BACKOFF_ALARM_MS / 1000);
	has("| bytes of a frame behind its length | %d", DEVICE_FRAME_MAX);
	has("| bytes of a frame to a unit, its length included | %d", DEVICE_DOWN_MAX);
	has("| alarms that a unit holds | %d", DEVICE_HELD_MAX);
	has("| bytes of a token | %d to %d", DEVICE_TOKEN_MIN, DEVICE_TOKEN_MAX);
	has("| bytes of `model`, of `firmware` | %d", DEVICE_TEXT_MAX - 1);
	has("| bytes of a PSK identity | %d", DEVICE_IDENTITY_MAX - 1);
	has("| `heartbeat_s` | %d to %d", DEVICE_HEARTBEAT_MIN_S, DEVICE_HEARTBEAT_MAX_S);
	assert_int_equal(UNIT_TRIES_A_LINK, 2); /* "two attempts" */
	has("two attempts on one link");
}

/* ------------------------------------------------------------ for whoever writes the page */

static void print_up(struct up *up)
{
	static struct words w;
	uint8_t out[DEVICE_FRAME_MAX + 8];
	struct buf b = buf_of(out, sizeof out);

	w.len = 0;
	device_up_encode(up, &b);
	up_words(&w, up);
	say(&w, "\n\n");
	hex(&w, b.at, b.len);
	puts(w.text);
	puts("");
}

static void print_down(const struct down *down)
{
	static struct words w;
	uint8_t out[DEVICE_DOWN_MAX];
	struct buf b = buf_of(out, sizeof out);

	w.len = 0;
	device_down_encode(down, &b);
	down_words(&w, down);
	say(&w, "\n\n");
	hex(&w, b.at, b.len);
	puts(w.text);
	puts("");
}

static void print_all(void)
{
	static const uint8_t TOKEN[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
	                                  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	static struct up up;
	struct alarm press = {.id = UINT64_C(0x1122334455667788),
	                      .kind = KIND_SOS,
	                      .zone = 1,
	                      .raised_ms = 1795336200000,
	                      .battery_pct = 87,
	                      .mains = true,
	                      .signal_dbm = -71};
	struct down down = {.type = DOWN_WELCOME, .server_ms = 1795336201250, .heartbeat_s = 60};

	up = (struct up){.type = UP_HELLO, .version = 1, .device = "d4711", .boot = 3, .seq = 1};
	up.token = slice_of(TOKEN, sizeof TOKEN);
	strcpy(up.model, "home-2");
	strcpy(up.firmware, "1.4.0");
	print_up(&up);
	print_down(&down);
	print_down(&(struct down){.type = DOWN_CONFIGURE,
	                          .heartbeat_s = 60,
	                          .revision = 0x5a17c0de,
	                          .language = "yue",
	                          .prompts = 0xfe,
	                          .number_count = 2,
	                          .numbers = {"+862012345678", "110"},
	                          .server_ms = 1795336201250});
	up = (struct up){.type = UP_HEARTBEAT, .seq = 2, .battery_pct = 87, .mains = true, .signal_dbm = -71};
	print_up(&up);
	print_down(&(struct down){.type = DOWN_HEARTBEAT_ACK, .server_ms = 1795336260250});
	print_down(&(struct down){.type = DOWN_HEARTBEAT_ACK, .server_ms = 1795336320250, .heartbeat_s = 240});
	up = (struct up){.type = UP_ALARM, .alarm_count = 1};
	up.alarms[0] = press;
	print_up(&up);
	print_down(&(struct down){.type = DOWN_STATUS, .alarm = press.id, .say = SAY_NOT_STORED});
	up.alarms[0].tries = 1;
	print_up(&up);
	print_down(&(struct down){
		.type = DOWN_ACK, .alarm = press.id, .incident = UINT64_C(0x0102030405060708), .say = SAY_HEARD});
	print_down(&(struct down){.type = DOWN_STATUS, .alarm = press.id, .step = STEP_ANSWERED, .say = SAY_TALKING});
	print_down(&(struct down){
		.type = DOWN_STATUS, .alarm = press.id, .step = STEP_HELP_ON_THE_WAY, .eta_min = 8, .say = SAY_ON_THE_WAY});
	up = (struct up){.type = UP_HELLO,
	                 .version = 1,
	                 .device = "d4711",
	                 .boot = 4,
	                 .config = 0x5a17c0de,
	                 .seq = 1,
	                 .lost = 2,
	                 .failed = 1,
	                 .alarm_count = 1};
	strcpy(up.model, "home-2");
	strcpy(up.firmware, "1.4.0");
	up.alarms[0] = press;
	up.alarms[0].heard = STEP_HELP_ON_THE_WAY;
	up.alarms[0].tries = 2;
	print_up(&up);
	up = (struct up){.type = UP_HEARTBEAT, .seq = 5, .battery_pct = 86, .signal_dbm = -74, .alarm_count = 1};
	up.alarms[0] = press;
	up.alarms[0].heard = STEP_HELP_ON_THE_WAY;
	up.alarms[0].tries = 3;
	print_up(&up);
	up = (struct up){.type = UP_CANCEL, .cancel = press.id};
	print_up(&up);
	print_down(&(struct down){.type = DOWN_STATUS, .alarm = press.id, .step = STEP_ARRIVED, .say = SAY_ARRIVED});
	print_down(&(struct down){.type = DOWN_STATUS, .alarm = press.id, .step = STEP_CLOSED, .say = SAY_CLOSED});
	print_down(
		&(struct down){.type = DOWN_ACK, .alarm = 0x99, .incident = UINT64_C(0x0102030405060709), .silent = true});
	up = (struct up){.type = UP_ALARM, .alarm_count = 1};
	up.alarms[0] = (struct alarm){.id = UINT64_C(0xa1a2a3a4a5a6a7a8),
	                              .kind = KIND_POWER,
	                              .raised_ms = 1795336500000,
	                              .battery_pct = 85,
	                              .mains = true,
	                              .restore = true};
	print_up(&up);
	down = (struct down){.type = DOWN_NEW_KEY, .identity = "d4711+0a1b2c3d"};
	for (unsigned i = 0; i < sizeof down.key; i++)
		down.key[i] = (uint8_t)(0xe0 + i);
	print_down(&down);
	print_down(&(struct down){.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_REPLACED, .retry_s = 30});
	print_down(&(struct down){.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_GO_ELSEWHERE, .retry_s = 1});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_is_what_it_says), cmocka_unit_test(test_every_message_has_an_example),
		cmocka_unit_test(test_every_sentence_stands_there),   cmocka_unit_test(test_every_kind_stands_there),
		cmocka_unit_test(test_steps_and_reasons_stand_there), cmocka_unit_test(test_times_are_those_of_our_own_unit),
	};

	if (getenv("PINGAN_PAGE") != NULL) {
		print_all();
		return 0;
	}
	return cmocka_run_group_tests_name("device_page", tests, setup, NULL);
}
