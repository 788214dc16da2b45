/* Elder watches: where frames end, every bit of the status, what is answered. Frames in the form that real units send. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "wire/watch.h"

static bool passing;

static enum watch_cut cut(const char *text, size_t *used, struct watch_frame *ret)
{
	passing = false;
	return watch_cut(slice_str(text), &passing, used, ret);
}

static struct watch_frame whole(const char *text)
{
	struct watch_frame f;
	size_t used;

	assert_int_equal(cut(text, &used, &f), WATCH_CUT_FRAME);
	assert_int_equal(used, strlen(text));
	return f;
}

static bool says(struct slice s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static void answers(const char *frame, const char *reply)
{
	uint8_t bytes[WATCH_REPLY_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);
	struct watch_frame f = whole(frame);
	const char *content = watch_answer(&f);

	if (reply == NULL) {
		assert_null(content);
		return;
	}
	assert_non_null(content);
	watch_reply(f.head, content, &b);
	assert_false(b.overflow);
	assert_true(says(slice_of(b.at, b.len), reply));
}

static void test_frames_with_and_without_index(void **state)
{
	struct watch_frame f = whole("[3G*8800000015*0002*LK]");
	char id[ID_MAX];

	(void)state;
	assert_true(f.word == WATCH_LK && says(f.id, "8800000015") && says(f.head, "3G*8800000015*") && !f.length_wrong);
	assert_int_equal(f.fields.len, 0);
	watch_device_id(f.id, id);
	assert_string_equal(id, "watch.8800000015");
	f = whole("[ZJ*014111001332708*0075*000c*LK,1200,0,100]");
	assert_true(f.word == WATCH_LK && says(f.head, "ZJ*014111001332708*0075*") && says(f.fields, "1200,0,100"));
	assert_true(f.length_wrong); /* 12 said, 13 sent: taken all the same */
	f = whole("[ZJ*014111001332708*0075*000d*LK,1200,0,100]");
	assert_false(f.length_wrong);
	f = whole("[SG*352661090143150*0012*UD_LTE,x,y,z,a,b,c]");
	assert_true(f.word == WATCH_POSITION && says(f.name, "UD_LTE"));
}

static void test_what_is_no_frame(void **state)
{
	static const char *const BAD[] = {
		"[]",
		"[3G]",
		"[3G*8800000015]",
		"[3G*8800000015*0002]",
		"[3G*88000000x5*0002*LK]",
		"[3*8800000015*0002*LK]",
		"[3G*1234*0002*LK]",
		"[3G*123456789012345678901*0002*LK]",
		"[3G*8800000015*00g2*LK]",
		"[3G*8800000015*002*LK]",
		"[3 *8800000015*0002*LK]",
		"[3G**0002*LK]",
	};
	struct watch_frame f;
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		assert_int_equal(cut(BAD[i], &used, &f), WATCH_CUT_BAD);
		assert_int_equal(used, strlen(BAD[i]));
	}
}

static void test_a_stream_in_any_pieces(void **state)
{
	static const char STREAM[] = "\r\n[3G*8800000015*0002*LK]xx[3G*8800000015*0002*LK][3G*88000";
	struct watch_frame f;
	size_t used;

	(void)state;
	assert_int_equal(cut(STREAM, &used, &f), WATCH_CUT_FRAME);
	assert_int_equal(used, 25);
	assert_int_equal(cut(STREAM + 25, &used, &f), WATCH_CUT_FRAME);
	assert_int_equal(used, 25);
	assert_int_equal(cut(STREAM + 50, &used, &f), WATCH_CUT_MORE);
	assert_int_equal(used, 0);
	for (size_t len = 0; len < 25; len++) {
		passing = false;
		assert_int_equal(watch_cut(slice_of(STREAM, len), &passing, &used, &f), WATCH_CUT_MORE);
		assert_true(used <= len && used <= 2);
	}
	assert_int_equal(cut("", &used, &f), WATCH_CUT_MORE);
}

/* Voice and pictures: their bytes go by, and the alarm behind them is seen. */
static void test_a_frame_too_long_is_passed_over(void **state)
{
	static char stream[3 * WATCH_FRAME_MAX];
	struct watch_frame f;
	size_t used, half = WATCH_FRAME_MAX + 100;

	(void)state;
	memset(stream, 'a', sizeof stream - 1);
	memcpy(stream, "[3G*8800000015*FFFF*TK,", 23);
	memcpy(stream + half + 500, "][3G*8800000015*0002*LK]", 24);
	passing = false;
	assert_int_equal(watch_cut(slice_of(stream, half), &passing, &used, &f), WATCH_CUT_LONG);
	assert_true(passing && used == half);
	assert_int_equal(watch_cut(slice_of(stream + half, 500), &passing, &used, &f), WATCH_CUT_MORE);
	assert_true(passing && used == 500);
	assert_int_equal(watch_cut(slice_of(stream + half + 500, 24), &passing, &used, &f), WATCH_CUT_FRAME);
	assert_true(!passing && used == 24 && f.word == WATCH_LK);
	/* The end comes alone. */
	passing = true;
	assert_int_equal(watch_cut(slice_of("]", 1), &passing, &used, &f), WATCH_CUT_MORE);
	assert_true(!passing && used == 1);
	/* All of it at once. */
	assert_int_equal(cut(stream, &used, &f), WATCH_CUT_LONG);
	assert_true(!passing && used == half + 501);
}

static uint32_t alarms_of(const char *word, const char *status, struct alarm ret[WATCH_EVENTS_MAX])
{
	char frame[256];
	struct watch_frame f;

	snprintf(frame, sizeof frame,
	         "[3G*8800000015*0060*%s,040418,052156,A,22.536207,N,113.938673,E,0,0,0,5,100,82,1000,50,%s,1,255,460,0]",
	         word, status);
	f = whole(frame);
	return watch_alarms(&f, ret);
}

static void test_every_bit_means_what_it_means(void **state)
{
	static const struct {
		const char *status;
		uint32_t count;
		enum kind kinds[4];
		bool restore;
	} TABLE[] = {
		{"00010000", 1, {KIND_SOS}, false},
		{"00200000", 1, {KIND_FALL}, false},
		{"00400000", 1, {KIND_FALL}, false},
		{"00600000", 1, {KIND_FALL}, false}, /* both bits: one fall */
		{"00100000", 1, {KIND_PENDANT_LOST}, false},
		{"00040000", 1, {KIND_WANDER}, false},
		{"00000002", 1, {KIND_WANDER}, false},
		{"00080000", 1, {KIND_WANDER}, true},
		{"00000004", 1, {KIND_WANDER}, true},
		{"00020000", 1, {KIND_BATTERY}, false},
		{"00000001", 1, {KIND_BATTERY}, false},
		{"00004000", 1, {KIND_LINK}, false},
		/* An SOS with a low battery is an SOS, and stands first. */
		{"00010001", 2, {KIND_SOS, KIND_BATTERY}, false},
		{"00030001", 2, {KIND_SOS, KIND_BATTERY}, false},
		{"00210000", 2, {KIND_SOS, KIND_FALL}, false},
		{"00100008", 1, {KIND_PENDANT_LOST}, false}, /* bits without a meaning change nothing */
		{"10000", 1, {KIND_SOS}, false},             /* shorter forms occur */
		/* Nothing that explains it: a person must see it. */
		{"00000000", 1, {KIND_UNKNOWN}, false},
		{"00000010", 1, {KIND_UNKNOWN}, false},
		{"", 1, {KIND_UNKNOWN}, false},
		{"0001000x", 1, {KIND_UNKNOWN}, false},
	};
	struct alarm a[WATCH_EVENTS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
		uint32_t n = alarms_of("AL", TABLE[i].status, a);

		assert_int_equal(n, TABLE[i].count);
		for (uint32_t k = 0; k < n; k++) {
			assert_int_equal(a[k].kind, TABLE[i].kinds[k]);
			snprintf(a[k].device, sizeof a[k].device, "watch.8800000015");
			assert_true(alarm_valid(&a[k]));
			assert_int_equal(a[k].code_unknown, a[k].kind == KIND_UNKNOWN);
			assert_int_equal(a[k].restore, TABLE[i].restore);
			for (uint32_t other = 0; other < k; other++)
				assert_true(alarm_hash(&a[k]) != alarm_hash(&a[other]));
		}
	}
}

static void test_what_an_alarm_carries(void **state)
{
	struct alarm a[WATCH_EVENTS_MAX];

	(void)state;
	assert_int_equal(alarms_of("AL", "00010001", a), 2);
	assert_int_equal(a[0].protocol, PROTOCOL_WATCH);
	assert_int_equal(a[0].raised_ms, INT64_C(1522819316000)); /* 2018-04-04 05:21:56 */
	assert_int_equal(a[0].battery_pct, 82);
	assert_int_equal(a[0].zone, 16);
	assert_string_equal(a[0].code, "AL:00010001");
	assert_true(a[0].raw_len > 60 && a[0].raw[0] == '[' && a[0].raw[a[0].raw_len - 1] == ']');
	assert_int_equal(a[1].raw_len, a[0].raw_len + 2);
}

/* The alarm frame may be lost; what a person set off shows in the next position. What only is, does not ring again. */
static void test_a_position_with_an_alarm_bit_is_an_alarm(void **state)
{
	struct alarm a[WATCH_EVENTS_MAX];

	(void)state;
	assert_int_equal(alarms_of("UD", "00010000", a), 1);
	assert_int_equal(a[0].kind, KIND_SOS);
	assert_int_equal(alarms_of("UD2", "00200001", a), 1);
	assert_int_equal(a[0].kind, KIND_FALL);
	assert_int_equal(alarms_of("UD_LTE", "00000001", a), 0);
	assert_int_equal(alarms_of("UD", "00004000", a), 0);
	assert_int_equal(alarms_of("UD", "00000000", a), 0);
	assert_int_equal(alarms_of("WT", "00000010", a), 0);
	assert_int_equal(alarms_of("UD", "", a), 0);
	assert_int_equal(alarms_of("ALCUSTOMER1", "00100008", a), 1);
	assert_int_equal(alarms_of("AL_LTE", "00010000", a), 1);
	assert_int_equal(alarms_of("CONFIG", "00010000", a), 0);
}

static void text_is(const char *word, const char *where, const char *status, const char *text)
{
	struct alarm a[WATCH_EVENTS_MAX];
	char frame[256];
	struct watch_frame f;

	snprintf(frame, sizeof frame, "[3G*8800000015*0060*%s,040418,052156,%s,0,0,0,5,100,82,1000,50,%s,1,255,460,0]",
	         word, where, status);
	f = whole(frame);
	assert_true(watch_alarms(&f, a) != 0);
	assert_int_equal(a[0].text_len, strlen(text));
	assert_memory_equal(a[0].text, text, strlen(text));
	for (uint32_t i = 1; i < watch_alarms(&f, a); i++)
		assert_int_equal(a[i].text_len, 0);
}

/* Whoever opens the call reads every bit, also one without a meaning, beside what the alarm's kind says. */
static void test_every_bit_that_is_set_is_said(void **state)
{
	static const char NOWHERE[] = "V,0.0,N,0.0,E";
	char status[16], text[16];

	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		snprintf(status, sizeof status, "%08X", (1u << bit) | 1u << 16);
		snprintf(text, sizeof text, bit == 16 ? "W 16" : bit > 16 ? "W %u 16" : "W 16 %u", bit);
		text_is("AL", NOWHERE, status, text);
	}
	text_is("AL", NOWHERE, "FFFFFFFF",
	        "W 31 30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0");
	text_is("UD", NOWHERE, "00210001", "W 21 16 0");
	text_is("AL", NOWHERE, "00000000", "");
}

static void test_where_she_is_is_said_with_a_call_for_help_only(void **state)
{
	static const char HERE[] = "A,22.536207,N,113.938673,E";

	(void)state;
	text_is("AL", HERE, "00010000", "W 16\nX 113.938673E\nY 22.536207N");
	text_is("AL", HERE, "00200000", "W 21\nX 113.938673E\nY 22.536207N");
	text_is("AL", HERE, "00040000", "W 18\nX 113.938673E\nY 22.536207N");
	text_is("UD", HERE, "00010000", "W 16\nX 113.938673E\nY 22.536207N");
	text_is("AL", HERE, "00000000", "X 113.938673E\nY 22.536207N"); /* nobody knows why: a person looks */
	text_is("AL", "V,22.536207,N,113.938673,E", "00010000", "W 16\nx 113.938673E\ny 22.536207N");
	text_is("AL", "A,-22.5,S,-113.9,W", "00010000", "W 16\nX -113.9W\nY -22.5S");
	/* A flat battery, the watch on the table, back home: nobody needs to know where. */
	text_is("AL", HERE, "00020000", "");
	text_is("AL", HERE, "00000001", "");
	text_is("AL", HERE, "00100000", "");
	text_is("AL", HERE, "00004000", "");
	text_is("AL", HERE, "00080000", "");
	/* What is no position is none. */
	text_is("AL", "A,22.5x,N,1,2", "00010000", "W 16");
	text_is("AL", "A,1234567890123,N,\x01,E", "00010000", "W 16");
	text_is("AL", "A,,,,", "00010000", "W 16");
	text_is("AL", "Q,22.536207,N,113.938673,E", "00010000", "W 16");
}

static void test_an_alarm_without_its_fields_is_seen(void **state)
{
	struct watch_frame f = whole("[3G*8800000015*0002*AL]");
	struct alarm a[WATCH_EVENTS_MAX];

	(void)state;
	assert_int_equal(watch_alarms(&f, a), 1);
	assert_int_equal(a[0].kind, KIND_UNKNOWN);
	assert_true(a[0].code_unknown && a[0].battery_pct == 255 && a[0].raised_ms == 0);
	assert_string_equal(a[0].code, "AL");
}

static void test_what_watches_expect_to_hear(void **state)
{
	(void)state;
	answers("[3G*8800000015*0002*LK]", "[3G*8800000015*0002*LK]");
	answers("[3G*8800000015*000D*LK,50,100,100]", "[3G*8800000015*0002*LK]");
	answers("[ZJ*014111001332708*0075*0002*LK]", "[ZJ*014111001332708*0075*0002*LK]");
	answers("[SG*8800000015*0002*AL]", "[SG*8800000015*0002*AL]");
	answers("[CS*8800000015*0006*CONFIG]", "[CS*8800000015*0008*CONFIG,1]");
	answers("[CS*8800000015*0004*INIT]", "[CS*8800000015*0006*INIT,1]");
	answers("[CS*8800000015*0003*TKQ]", "[CS*8800000015*0003*TKQ]");
	answers("[CS*8800000015*0004*TKQ2]", "[CS*8800000015*0004*TKQ2]");
	answers("[CS*8800000015*0002*UD]", NULL);
	answers("[CS*8800000015*0013*bphrt,120,80,70,,,,]", "[CS*8800000015*0005*bphrt]");
	answers("[CS*8800000015*000b*oxygen,0,98]", "[CS*8800000015*0006*oxygen]");
	answers("[CS*8800000015*000e*btemp2,1,36.50]", "[CS*8800000015*0006*btemp2]");
	answers("[CS*8800000015*0008*PULSE,72]", NULL);
	answers("[CS*8800000015*0000*]", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_with_and_without_index),
		cmocka_unit_test(test_what_is_no_frame),
		cmocka_unit_test(test_a_stream_in_any_pieces),
		cmocka_unit_test(test_a_frame_too_long_is_passed_over),
		cmocka_unit_test(test_every_bit_means_what_it_means),
		cmocka_unit_test(test_what_an_alarm_carries),
		cmocka_unit_test(test_a_position_with_an_alarm_bit_is_an_alarm),
		cmocka_unit_test(test_every_bit_that_is_set_is_said),
		cmocka_unit_test(test_where_she_is_is_said_with_a_call_for_help_only),
		cmocka_unit_test(test_an_alarm_without_its_fields_is_seen),
		cmocka_unit_test(test_what_watches_expect_to_hear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
