/* SIA DC-09: every worked example and field quirk of tests/data/dc09 says what it says and gets the reply that stands there;
 * and the stream is cut in the same places however it arrives. */
#include "support/unit.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/dc09.h"

#define EXAMPLES_MAX 128
#define EVENTS_MAX 9
#define NOW_MS INT64_C(1795336201000) /* 08:30:01,11-22-2026: the time in the replies of the examples */

struct example {
	char name[64];
	uint8_t frame[1024];
	size_t frame_len;
	uint8_t reply[128];
	size_t reply_len;
	char cut[16];
	char keys[16][32], values[16][128];
	size_t key_count;
	char events[EVENTS_MAX][64];
	size_t event_count;
};

static struct example examples[EXAMPLES_MAX];
static size_t example_count;

/* C escapes, as the examples write them. */
static size_t unescape(const char *text, uint8_t *ret, size_t size)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		unsigned value = (unsigned char)*text;

		assert_true(len < size);
		if (*text == '\\') {
			text++;
			if (*text == 'x') {
				assert_int_equal(sscanf(text + 1, "%2x", &value), 1);
				text += 2;
			} else {
				value = *text == 'n' ? '\n' : *text == 'r' ? '\r' : (unsigned char)*text;
			}
		}
		ret[len++] = (uint8_t)value;
	}
	return len;
}

static void example_read(const char *path, struct example *e)
{
	static char line[4096];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		char *value = strstr(line, ": ");

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		assert_non_null(value);
		*value = '\0';
		value += 2;
		if (strcmp(line, "frame") == 0) {
			e->frame_len = unescape(value, e->frame, sizeof e->frame);
		} else if (strcmp(line, "reply") == 0) {
			e->reply_len = strcmp(value, "none") == 0 ? 0 : unescape(value, e->reply, sizeof e->reply);
		} else if (strcmp(line, "cut") == 0) {
			snprintf(e->cut, sizeof e->cut, "%.15s", value);
		} else if (strcmp(line, "event") == 0) {
			assert_true(e->event_count < EVENTS_MAX);
			snprintf(e->events[e->event_count++], sizeof e->events[0], "%.63s", value);
		} else {
			assert_true(e->key_count < COUNT_OF(e->keys));
			snprintf(e->keys[e->key_count], sizeof e->keys[0], "%.31s", line);
			snprintf(e->values[e->key_count++], sizeof e->values[0], "%.127s", value);
		}
	}
	fclose(f);
}

static int examples_load(void **state)
{
	struct dirent **entries;
	int n = scandir(TEST_DATA_DIR "/dc09", &entries, NULL, alphasort);

	(void)state;
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char path[512];

		snprintf(path, sizeof path, TEST_DATA_DIR "/dc09/%s", entries[i]->d_name);
		if (strstr(path, ".txt") != NULL) {
			assert_true(example_count < EXAMPLES_MAX);
			snprintf(examples[example_count].name, sizeof examples[0].name, "%.60s", entries[i]->d_name);
			example_read(path, &examples[example_count++]);
		}
		free(entries[i]);
	}
	free(entries);
	assert_true(example_count >= 60);
	return 0;
}

static const char *cut_name(enum dc09_cut cut)
{
	static const char *const NAMES[] = {"frame", "more", "bad_crc", "bad"};

	return NAMES[cut];
}

static void slice_text(struct slice s, char *ret, size_t size)
{
	assert_true(s.len < size);
	if (s.len != 0)
		memcpy(ret, s.at, s.len);
	ret[s.len] = '\0';
}

/* One field of a frame as the examples write it. */
static void field(const struct dc09 *f, const char *key, char *ret, size_t size)
{
	char device[ID_MAX];

	if (strcmp(key, "token") == 0)
		slice_text(f->token_text, ret, size);
	else if (strcmp(key, "account") == 0)
		slice_text(f->account, ret, size);
	else if (strcmp(key, "data_account") == 0)
		slice_text(f->data_account, ret, size);
	else if (strcmp(key, "data") == 0)
		slice_text(f->data, ret, size);
	else if (strcmp(key, "seq") == 0)
		snprintf(ret, size, "%u", f->seq);
	else if (strcmp(key, "stamp") == 0)
		snprintf(ret, size, "%" PRId64, f->stamp_ms);
	else if (strcmp(key, "encrypted") == 0)
		snprintf(ret, size, "%d", f->encrypted);
	else if (strcmp(key, "crc_raw") == 0)
		snprintf(ret, size, "%d", f->crc_raw);
	else if (strcmp(key, "device") == 0) {
		dc09_device_id(f->account, device);
		snprintf(ret, size, "%s", device);
	} else {
		fail_msg("no such field: %s", key);
	}
}

static void event_text(const struct alarm *a, char *ret, size_t size)
{
	snprintf(ret, size, "%s zone=%" PRIu32 " code=%s%s%s", kind_name(a->kind), a->zone, a->code,
	         a->restore ? " restore" : "", a->code_unknown ? " unknown" : "");
}

/* What the receiver answers when the account is known (app/dc09_link.c decides the rest). */
static void reply_of(const struct dc09 *f, struct buf *ret)
{
	if (f->encrypted || f->token == DC09_REPLY)
		return;
	dc09_reply(f->token == DC09_UNKNOWN ? "DUH" : "ACK", f->echo, f->crc_raw, NOW_MS, ret);
}

static void test_every_example_says_what_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		const struct example *e = &examples[i];
		struct alarm alarms[DC09_EVENTS_MAX];
		uint8_t bytes[DC09_REPLY_MAX];
		struct buf reply = buf_of(bytes, sizeof bytes);
		struct dc09 f;
		size_t used;
		uint32_t n;

		print_message("%s\n", e->name);
		assert_string_equal(cut_name(dc09_cut(slice_of(e->frame, e->frame_len), &used, &f)), e->cut);
		if (strcmp(e->cut, "frame") != 0) {
			assert_int_equal(e->reply_len, 0);
			continue;
		}
		assert_int_equal(used, e->frame_len);
		assert_true(slice_equal(f.raw, slice_of(e->frame, e->frame_len)));
		for (size_t k = 0; k < e->key_count; k++) {
			char value[512];

			field(&f, e->keys[k], value, sizeof value);
			assert_string_equal(value, e->values[k]);
		}
		n = dc09_alarms(&f, &CODES_PRESET, 0, alarms);
		assert_int_equal(n, e->event_count);
		for (uint32_t k = 0; k < n; k++) {
			char text[64];

			event_text(&alarms[k], text, sizeof text);
			assert_string_equal(text, e->events[k]);
			memcpy(alarms[k].device, "dc09.1", 7);
			assert_true(alarm_valid(&alarms[k]));
		}
		reply_of(&f, &reply);
		assert_false(reply.overflow);
		assert_int_equal(reply.len, e->reply_len);
		if (reply.len != 0)
			assert_memory_equal(reply.at, e->reply, reply.len);
	}
}

/* Follows a stream as app does, and notes every verdict. */
struct reader {
	uint8_t bytes[65536];
	size_t len;
	char seen[16384];
};

static void reader_add(struct reader *r, const uint8_t *at, size_t len)
{
	struct slice rest;

	assert_true(r->len + len <= sizeof r->bytes);
	memcpy(r->bytes + r->len, at, len);
	r->len += len;
	rest = slice_of(r->bytes, r->len);
	for (;;) {
		size_t used = 0, end = strlen(r->seen);
		struct dc09 f;
		enum dc09_cut cut = dc09_cut(rest, &used, &f);

		assert_true(used <= rest.len);
		rest = slice_of(rest.at + used, rest.len - used);
		if (cut == DC09_CUT_MORE)
			break;
		assert_true(used > 0);
		snprintf(r->seen + end, sizeof r->seen - end, "%s %04u\n", cut_name(cut), cut == DC09_CUT_FRAME ? f.seq : 0);
	}
	/* Never keeps more than one frame that may still come. */
	assert_true(rest.len <= DC09_FRAME_MAX);
	memmove(r->bytes, rest.at, rest.len);
	r->len = rest.len;
}

static struct reader whole, pieces;

static void same_however_split(const uint8_t *stream, size_t len, size_t step)
{
	memset(&whole, 0, sizeof whole);
	reader_add(&whole, stream, len);
	memset(&pieces, 0, sizeof pieces);
	for (size_t at = 0; at < len; at += step)
		reader_add(&pieces, stream + at, len - at < step ? len - at : step);
	assert_string_equal(pieces.seen, whole.seen);
	assert_int_equal(pieces.len, whole.len);
}

/* A frame cut anywhere, several in one segment, junk between them. */
static void test_the_stream_is_cut_in_the_same_places(void **state)
{
	static uint8_t stream[65536];
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		static const char *const BETWEEN[] = {"", "\0", "\r\n", "junk", "\n\n", "\nFFFF", "AT+CSQ\r"};
		const char *b = BETWEEN[i % COUNT_OF(BETWEEN)];
		size_t b_len = b[0] == '\0' && i % COUNT_OF(BETWEEN) == 1 ? 1 : strlen(b);

		memcpy(stream + len, examples[i].frame, examples[i].frame_len);
		len += examples[i].frame_len;
		memcpy(stream + len, b, b_len);
		len += b_len;
	}
	for (size_t step = 1; step <= 64; step++)
		same_however_split(stream, len, step);
	same_however_split(stream, len, 1460);
	/* None was lost: as many good ones as the examples hold. */
	size_t good = 0, found = 0;
	for (size_t i = 0; i < example_count; i++)
		good += strcmp(examples[i].cut, "frame") == 0;
	for (const char *at = whole.seen; (at = strstr(at, "frame ")) != NULL; at++)
		found++;
	assert_int_equal(found, good);
}

static void test_a_frame_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		const struct example *e = &examples[i];

		for (size_t at = 1; at < e->frame_len; at++) {
			size_t used;
			struct dc09 f;

			memset(&pieces, 0, sizeof pieces);
			reader_add(&pieces, e->frame, at);
			/* Half a frame is never taken for a whole one. */
			if (strcmp(e->cut, "frame") == 0)
				assert_string_equal(pieces.seen, "");
			reader_add(&pieces, e->frame + at, e->frame_len - at);
			assert_int_equal(strncmp(pieces.seen, e->cut, strlen(e->cut)), 0);
			(void)dc09_cut(slice_of(e->frame, e->frame_len), &used, &f);
		}
	}
}

/* The unit gives up in the middle of a frame and begins again on the same connection. */
static void test_resynchronises(void **state)
{
	static const struct {
		const char *stream, *seen;
	} CASES[] = {
		{"\n2F15003B\"ADM-CI\nE2BA0013\"NULL\"0000L0#2468[]\r", "bad 0000\nframe 0000\n"},
		{"\n2F15003B\"ADM-CI\r\nE2BA0013\"NULL\"0000L0#2468[]\r", "bad 0000\nframe 0000\n"},
		{"\nE2BA0FFF\"NULL\"0000L0#2468[]\r\nE2BA0013\"NULL\"0000L0#2468[]\r", "bad 0000\nframe 0000\n"},
		{"\nE2BA0001\"NULL\"0000L0#2468[]\r\nE2BA0013\"NULL\"0000L0#2468[]\r", "bad 0000\nframe 0000\n"},
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n\nE2BA0013\"NULL\"0000L0#2468[]\r", "frame 0000\n"},
		/* Nothing says yet that it has ended: in binary data CR LF may stand. */
		{"\nE2BA0FFF\"NULL\"0000L0#2468[]\r\n", ""},
		/* Given up three times, the second time by a unit whose CRC is two bytes. */
		{"\nE2BA0010\"NU\nEC0021\"x\nE2BA0013\"NULL\"0000L0#2468[]\r", "bad 0000\nframe 0000\n"},
		{"\n\n\n\n\nE2BA0013\"NULL\"0000L0#2468[]\r\r\r", "frame 0000\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		size_t len = strlen(CASES[i].stream);

		for (size_t step = 1; step <= len; step++)
			same_however_split((const uint8_t *)CASES[i].stream, len, step);
		assert_string_equal(whole.seen, CASES[i].seen);
	}
}

/* Four kilobytes that promise a frame and never end it cost one frame, not the next ones. */
static void test_too_long_is_passed_over(void **state)
{
	static uint8_t stream[16384];
	size_t len = 0;

	(void)state;
	memcpy(stream, "\n12340FFF\"", 10);
	memset(stream + 10, 'x', 8000);
	len = 8010;
	memcpy(stream + len, "\nE2BA0013\"NULL\"0000L0#2468[]\r", 29);
	len += 29;
	same_however_split(stream, len, 1);
	same_however_split(stream, len, 1000);
	assert_string_equal(whole.seen, "bad 0000\nframe 0000\n");
}

static void test_largest_frame(void **state)
{
	static uint8_t body[DC09_BODY_MAX], bytes[DC09_FRAME_MAX];
	struct buf frame = buf_of(bytes, sizeof bytes);
	struct alarm alarms[DC09_EVENTS_MAX];
	struct dc09 f;
	size_t used;

	(void)state;
	memset(body, 'x', sizeof body);
	memcpy(body, "\"SIA-DCS\"0001L0#2468[#2468|NQA1^", 32);
	memcpy(body + sizeof body - 2, "^]", 2);
	dc09_frame(slice_of(body, sizeof body), false, &frame);
	assert_false(frame.overflow);
	assert_int_equal(frame.len, DC09_FRAME_MAX);
	assert_int_equal(dc09_cut(slice_of(bytes, frame.len), &used, &f), DC09_CUT_FRAME);
	assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, alarms), 1);
	assert_int_equal(alarms[0].kind, KIND_SOS);
	assert_true(alarms[0].raw_len <= ALARM_RAW_MAX);
}

/* Events of one frame are no copies of each other; the same frame again is. */
static void test_events_of_a_frame_are_told_apart(void **state)
{
	const char *body = "\"SIA-DCS\"0052L0#2468[#2468|NQA1QA2QA3]";
	struct alarm alarms[DC09_EVENTS_MAX], again[DC09_EVENTS_MAX];
	uint8_t bytes[256];
	struct buf frame = buf_of(bytes, sizeof bytes);
	struct dc09 f;
	size_t used;

	(void)state;
	dc09_frame(slice_str(body), false, &frame);
	assert_int_equal(dc09_cut(slice_of(bytes, frame.len), &used, &f), DC09_CUT_FRAME);
	assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, alarms), 3);
	assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, again), 3);
	for (int i = 0; i < 3; i++) {
		assert_true(alarm_hash(&alarms[i]) == alarm_hash(&again[i]));
		for (int k = 0; k < i; k++)
			assert_true(alarm_hash(&alarms[i]) != alarm_hash(&alarms[k]));
	}
}

static void test_crc(void **state)
{
	(void)state;
	assert_int_equal(dc09_crc(slice_str("123456789")), 0xBB3D);
	assert_int_equal(dc09_crc(slice_str("")), 0);
}

static void test_nak(void **state)
{
	uint8_t bytes[DC09_REPLY_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);

	(void)state;
	dc09_nak(false, NOW_MS, &b);
	assert_true(slice_equal(slice_of(bytes, b.len), slice_str("\n01A90025\"NAK\"0000R0L0A0[]_08:30:01,11-22-2026\r")));
}

/* What is written is read back to the same second, over leap days and turns of centuries. */
static void test_time_stamps(void **state)
{
	static const int64_t TIMES_S[] = {0,          951782399,  951782400,  1709164800,  1735689599,
	                                  1735689600, 4102444800, 4107542399, 253402300799};
	uint8_t bytes[DC09_REPLY_MAX];
	struct dc09 f;
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TIMES_S); i++) {
		struct buf b = buf_of(bytes, sizeof bytes);

		dc09_reply("ACK", slice_str("0001L0#1"), false, TIMES_S[i] * 1000, &b);
		assert_int_equal(dc09_cut(slice_of(bytes, b.len), &used, &f), DC09_CUT_FRAME);
		assert_true(f.stamp_ms == TIMES_S[i] * 1000);
	}
	for (int64_t day = 0; day < 80000; day++) {
		struct buf b = buf_of(bytes, sizeof bytes);

		dc09_reply("ACK", slice_str("0001L0#1"), false, day * 86400000, &b);
		assert_int_equal(dc09_cut(slice_of(bytes, b.len), &used, &f), DC09_CUT_FRAME);
		assert_true(f.stamp_ms == day * 86400000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_says_what_it_says),
		cmocka_unit_test(test_the_stream_is_cut_in_the_same_places),
		cmocka_unit_test(test_a_frame_cut_at_every_byte),
		cmocka_unit_test(test_resynchronises),
		cmocka_unit_test(test_too_long_is_passed_over),
		cmocka_unit_test(test_largest_frame),
		cmocka_unit_test(test_events_of_a_frame_are_told_apart),
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_nak),
		cmocka_unit_test(test_time_stamps),
	};

	return cmocka_run_group_tests_name("dc09", tests, examples_load, NULL);
}
