/* Extended data of DC-09, and what a unit says in words: every letter, every writing, binary blocks, nothing hidden. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "wire/dc09.h"

static uint8_t bytes[DC09_FRAME_MAX];

/* The frame of a body of `len` bytes. */
static struct dc09 frame_of(const char *body, size_t len)
{
	struct buf b = buf_of(bytes, sizeof bytes);
	struct dc09 f;
	size_t used;

	dc09_frame(slice_of(body, len), false, &b);
	assert_int_equal(dc09_cut(slice_of(bytes, b.len), &used, &f), DC09_CUT_FRAME);
	assert_int_equal(used, b.len);
	return f;
}

#define FRAME(body) frame_of(body, sizeof(body) - 1)

static const char *text_of(const struct alarm *a)
{
	static char text[ALARM_TEXT_MAX + 1];

	memcpy(text, a->text, a->text_len);
	text[a->text_len] = '\0';
	return text;
}

/* What the first alarm of an event with this extended data says. */
static const char *says(const char *extended, size_t len)
{
	static struct alarm a[DC09_EVENTS_MAX];
	char body[1024];
	size_t at = (size_t)snprintf(body, sizeof body, "\"ADM-CID\"0001L0#1[#1|1101 01 001]");
	struct dc09 f;

	memcpy(body + at, extended, len);
	f = frame_of(body, at + len);
	assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, a), 1);
	assert_int_equal(a[0].kind, KIND_SOS);
	snprintf(a[0].device, sizeof a[0].device, "dc09.1");
	assert_true(alarm_valid(&a[0]));
	return text_of(&a[0]);
}

#define SAYS(extended) says(extended, sizeof(extended) - 1)

/* One row of the list of letters each: what is shown, and what is only passed over. */
static void test_every_letter_is_read(void **state)
{
	static const char ALL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", SHOWN[] = "ITLSORVXY";

	(void)state;
	for (const char *letter = ALL; *letter != '\0'; letter++) {
		char body[64], want[16];
		struct dc09_x x[DC09_X_MAX];
		struct dc09 f;

		snprintf(body, sizeof body, "\"ADM-CID\"0001L0#1[#1|1101 01 001][%cval 9]", *letter);
		f = frame_of(body, strlen(body));
		assert_int_equal(dc09_extended(&f, x), 1);
		assert_int_equal(x[0].letter, *letter);
		assert_true(slice_equal(x[0].text, slice_str("val 9")));
		snprintf(want, sizeof want, "%c val 9", *letter);
		snprintf(body, sizeof body, "[%cval 9]", *letter);
		assert_string_equal(says(body, strlen(body)), strchr(SHOWN, *letter) != NULL ? want : "");
	}
}

static void test_several_blocks_with_and_without_a_time(void **state)
{
	(void)state;
	assert_string_equal(SAYS("[R302][VHTTP://X]_08:30:00,11-22-2026"), "R 302\nV HTTP://X");
	assert_string_equal(SAYS("[R302][VHTTP://X]"), "R 302\nV HTTP://X");
	assert_string_equal(SAYS("[R302] junk [VHTTP://X"), "R 302\nV HTTP://X");
	assert_string_equal(SAYS("[X116E23.5][Y39N54.2]"), "X 116E23.5\nY 39N54.2");
	assert_string_equal(SAYS("[R][R  ]"), "");
	assert_string_equal(SAYS("[]"), "");
	assert_string_equal(SAYS("["), "");
	assert_string_equal(SAYS("]["), "");
	assert_string_equal(SAYS(""), "");
	/* Seventeen: the last is one too many, and the alarm comes in. */
	assert_string_equal(SAYS("[A][A][A][A][A][A][A][A][A][A][A][A][A][A][A][R1][R2]"), "R 1");
}

/* Two bytes of length, or four digits, before the block: whatever stands in it, the one behind it is found. */
static void test_binary_blocks_are_passed_over_whole(void **state)
{
	(void)state;
	assert_string_equal(SAYS("[\0\5\0]ab[][R302]"), "R 302");
	assert_string_equal(SAYS("[\0\0][R302]"), "R 302");
	assert_string_equal(SAYS("[\0\7[R1]abc][R302]"), "R 302");
	assert_string_equal(SAYS("[0005]]]]]][R302]"), "R 302");
	assert_string_equal(SAYS("[0007[R1]abc][R302]"), "R 302");
	/* A length that does not fit is no block: its bytes are looked through, none is read beyond. */
	assert_string_equal(SAYS("[\0\xff[R302]"), "R 302");
	assert_string_equal(SAYS("[ffff[R302]"), "R 302");
	assert_string_equal(SAYS("[\0"), "");
	assert_string_equal(SAYS("[00"), "");
}

static void test_windows_1252_and_utf_8(void **state)
{
	(void)state;
	assert_string_equal(SAYS("[Ik\xfc"
	                         "che \x80 \x93x\x94 \xd7]"),
	                    "I k\xc3\xbc"
	                    "che \xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d \xc3\x97");
	assert_string_equal(SAYS("[Ik\xc3\xbc"
	                         "che]"),
	                    "I k\xc3\xbc"
	                    "che");
	assert_string_equal(SAYS("[I\xe5\x8e\xa8\xe6\x88\xbf]"), "I \xe5\x8e\xa8\xe6\x88\xbf");
	assert_string_equal(SAYS("[I\xf0\x9f\x94\xa5]"), "I \xf0\x9f\x94\xa5");
	/* No UTF-8: too long a form, half a pair, beyond the last, cut short. */
	assert_string_equal(SAYS("[I\xc0\xaf]"), "I \xc3\x80\xc2\xaf");
	assert_string_equal(SAYS("[I\xed\xa0\xa1]"), "I \xc3\xad\xc2\xa0\xc2\xa1");
	assert_string_equal(SAYS("[I\xf5\xa1\xa1\xa1]"), "I \xc3\xb5\xc2\xa1\xc2\xa1\xc2\xa1");
	assert_string_equal(SAYS("[I\xe5\x8e]"), "I \xc3\xa5\xc5\xbd");
	assert_string_equal(SAYS("[I\x81\x8d]"), "I ??");
}

/* What stands on the screen is one line of what was sent: no control characters, no marks that turn the writing round. */
static void test_nothing_is_hidden_in_it(void **state)
{
	(void)state;
	assert_string_equal(SAYS("[Ia\tb\nc\x7f"
	                         "d\0e]"),
	                    "I a b c d e");
	assert_string_equal(SAYS("[Ia\xe2\x80\xae"
	                         "b\xe2\x80\x8b"
	                         "c\xe2\x81\xa6"
	                         "d]"),
	                    "I a b c d");
	assert_string_equal(SAYS("[I<b>&amp;</b>]"), "I <b>&amp;</b>");
	assert_string_equal(SAYS("[Iend \r\n ]"), "I end");
}

/* It is cut between two characters, never within one, and what comes after finds no more room. */
static void test_it_has_a_bound(void **state)
{
	char extended[600];
	size_t len;
	const char *text;

	(void)state;
	for (size_t n = 240; n < 270; n++) {
		memset(extended, 'a', sizeof extended);
		memcpy(extended, "[I", 2);
		len = n;
		memcpy(extended + len, "\xe5\x8e\xa8\xe5\x8e\xa8][R1]", 11);
		text = says(extended, len + 11);
		assert_true(strlen(text) <= ALARM_TEXT_MAX);
		assert_true(text[strlen(text) - 1] != '\xe5' && text[strlen(text) - 1] != '\x8e');
	}
}

/* Text within SIA data belongs to the event before it, in all three ways that units write it. */
static void test_text_of_sia_events(void **state)
{
	static const struct {
		const char *data;
		const char *texts[4];
	} CASES[] = {
		{"NFA129^KITCHEN^/TA3", {"I KITCHEN", ""}},
		{"NFA129/TA3^DOOR^", {"", "I DOOR"}},
		{"NQA1*'MRS. L'NMQA2", {"I MRS. L", ""}},
		{"NYR|ABATTERY|NQA1", {"I BATTERY", ""}},
		{"NQA1^ONE^^TWO^", {"I ONE\nI TWO"}},
		{"NQA1^never ends", {"I never ends"}},
		{"N^first^QA1", {""}},
		{"Nri1ti12:29:33QA7^BATH^", {"I BATH"}},
	};
	struct alarm a[DC09_EVENTS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		char body[128];
		struct dc09 f;
		uint32_t n;

		snprintf(body, sizeof body, "\"SIA-DCS\"0001L0#1[#1|%s]", CASES[i].data);
		f = frame_of(body, strlen(body));
		n = dc09_alarms(&f, &CODES_PRESET, 0, a);
		for (uint32_t k = 0; k < n; k++) {
			assert_non_null(CASES[i].texts[k]);
			assert_string_equal(text_of(&a[k]), CASES[i].texts[k]);
		}
	}
}

/* A frame says one thing of itself, with several events: it goes with what is most urgent, not with what stands first. */
static void test_it_goes_with_the_most_urgent_event(void **state)
{
	struct dc09 f = FRAME("\"SIA-DCS\"0001L0#1[#1|NRP/TA3/QR1/QA2^BED^/YT][R302]");
	struct alarm a[DC09_EVENTS_MAX];

	(void)state;
	assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, a), 5);
	for (uint32_t i = 0; i < 5; i++)
		assert_string_equal(text_of(&a[i]), i == 3 ? "I BED\nR 302" : "");
}

/* H: when it happened; a frame kept for hours while the line was down says both. */
static void test_time_of_occurrence(void **state)
{
	static const struct {
		const char *body;
		int64_t raised_ms;
	} CASES[] = {
		{"\"ADM-CID\"0001L0#1[#1|1101 01 001][H08:00:00,11-22-2026]_08:30:00,11-22-2026", INT64_C(1795334400000)},
		{"\"ADM-CID\"0001L0#1[#1|1101 01 001][H_08:00:00,11-22-2026]_08:30:00,11-22-2026", INT64_C(1795334400000)},
		{"\"ADM-CID\"0001L0#1[#1|1101 01 001][H08:00:00,11-22-2026]", INT64_C(1795334400000)},
		{"\"ADM-CID\"0001L0#1[#1|1101 01 001][H8 o'clock]_08:30:00,11-22-2026", INT64_C(1795336200000)},
		{"\"ADM-CID\"0001L0#1[#1|1101 01 001][H25:00:00,11-22-2026]_08:30:00,11-22-2026", INT64_C(1795336200000)},
		{"\"ADM-CID\"0001L0#1[#1|1101 01 001][H]", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct dc09 f = frame_of(CASES[i].body, strlen(CASES[i].body));
		struct alarm a[DC09_EVENTS_MAX];

		assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, a), 1);
		assert_true(a[0].raised_ms == CASES[i].raised_ms);
	}
}

/* Inside an encrypted frame the bracket, the extended data and the time are behind the data. */
static void test_extended_data_of_an_encrypted_frame(void **state)
{
	static const char PLAIN[] = "abc|#1|1101 01 001][R302][VHTTP://X]_08:30:00,11-22-2026";
	struct dc09 f = FRAME("\"*ADM-CID\"0001L0#1[00112233445566778899AABBCCDDEEFF"), open;
	struct alarm a[DC09_EVENTS_MAX];

	(void)state;
	assert_true(dc09_unlock(&f, slice_of(PLAIN, sizeof PLAIN - 1), &open));
	assert_int_equal(dc09_alarms(&open, &CODES_PRESET, 0, a), 1);
	assert_string_equal(text_of(&a[0]), "R 302\nV HTTP://X");
	/* What can't be read says nothing. */
	assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, a), 1);
	assert_int_equal(a[0].text_len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_letter_is_read),
		cmocka_unit_test(test_several_blocks_with_and_without_a_time),
		cmocka_unit_test(test_binary_blocks_are_passed_over_whole),
		cmocka_unit_test(test_windows_1252_and_utf_8),
		cmocka_unit_test(test_nothing_is_hidden_in_it),
		cmocka_unit_test(test_it_has_a_bound),
		cmocka_unit_test(test_text_of_sia_events),
		cmocka_unit_test(test_it_goes_with_the_most_urgent_event),
		cmocka_unit_test(test_time_of_occurrence),
		cmocka_unit_test(test_extended_data_of_an_encrypted_frame),
	};

	return cmocka_run_group_tests_name("dc09_extended", tests, NULL, NULL);
}
