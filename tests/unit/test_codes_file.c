/* codes.yaml: what it may say, and that every complaint names line, place and reason. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/config.h"

static struct codes codes;
static char why[CODES_WHY_MAX];

#define ROW "- {cid: \"101\", kind: sos, zh: 按钮, en: button}"

static void test_tables_are_read(void **state)
{
	static const char TEXT[] = "tables:\n"
							   "  - name: standard\n"
							   "    codes:\n"
							   "      " ROW "\n"
							   "      - {sia: QR, kind: sos, restore: on, zh: 恢复, en: \"restored, she is well\"}\n"
							   "  - name: maker-2\n"
							   "    like: standard\n"
							   "    codes:\n"
							   "      - {cid: \"101\", zones: 3, kind: fall, zh: 跌倒, en: fall}\n"
							   "      - {cid: \"101\", zones: 4-65535, kind: unknown, zh: 其他, en: other}\n"
							   "      - {cid: 1AF, kind: test, restore: no, zh: 测试, en: test}\n"
							   "  - {name: alone, codes: []}\n";

	(void)state;
	if (!codes_parse(slice_str(TEXT), &codes, why))
		fail_msg("%s", why);
	assert_int_equal(codes.table_count, 3);
	assert_int_equal(codes.count, 5);
	assert_string_equal(codes.at[0].zh, "按钮");
	assert_true(codes.at[0].contact_id && !codes.at[0].zoned && !codes.at[0].restore);
	assert_true(codes.at[1].restore && !codes.at[1].contact_id);
	assert_string_equal(codes.at[1].en, "restored, she is well");
	assert_true(codes.at[2].zoned && codes.at[2].zone_from == 3 && codes.at[2].zone_to == 3);
	assert_true(codes.at[3].zone_from == 4 && codes.at[3].zone_to == 65535);
	assert_string_equal(codes.at[4].name, "1AF");
	assert_int_equal(codes.tables[1].like, 0);
	assert_int_equal(codes.tables[2].like, 2);
	assert_int_equal(codes_find(&codes, 1, true, slice_str("101"), 3)->kind, KIND_FALL);
	assert_int_equal(codes_find(&codes, 1, true, slice_str("101"), 0)->kind, KIND_SOS);
	assert_null(codes_find(&codes, 2, true, slice_str("101"), 0));
}

static void test_what_is_wrong_is_named(void **state)
{
#define IN_TABLE(row) "tables:\n- name: standard\n  codes:\n  " ROW "\n  " row "\n"
	static const struct {
		const char *text, *why;
	} CASES[] = {
		{"", "line 1: tables: must be a list of tables"},
		{"tables: []\n", "line 1: tables: must be a list of tables"},
		{"tables:\n  name: standard\n", "line 2: tables: must be a list of tables"},
		{"colour: red\n", "line 1: colour: there is no such key"},
		{"\"colour\\n\\x7f\": red\n", "line 1: colour??: there is no such key"},
		{"- 1\n", "line 1: : must be a mapping"},
		{"tables:\n- 7\n", "line 2: tables.1: must be a mapping"},
		{"tables:\n- codes: []\n", "line 2: tables.1.name: must be said"},
		{"tables:\n- name: climax\n  codes: []\n", "line 2: tables.1.name: the first table is that of all"},
		{"tables:\n- name: standard\n", "line 2: tables.1.codes: must be a list"},
		{"tables:\n- name: standard\n  codes: []\n- name: Two\n  codes: []\n",
	     "line 4: tables.2.name: must be small letters"},
		{"tables:\n- name: standard\n  codes: []\n- name: standard\n  codes: []\n",
	     "line 4: tables.2.name: there is such a table already"},
		{"tables:\n- name: standard\n  codes: []\n- name: two\n  like: three\n  codes: []\n",
	     "line 5: tables.2.like: no table of this name stands above"},
		{"tables:\n- name: standard\n  codes: []\n- name: two\n  like: two\n  codes: []\n",
	     "line 5: tables.2.like: no table of this name stands above"},
		{"tables:\n- name: standard\n  codes: []\n  colour: red\n", "line 4: tables.1.colour: there is no such key"},
		{"tables:\n- name: standard\n  name: standard\n  codes: []\n", "line 3: tables.1.name: said twice"},
		{IN_TABLE("- {kind: sos, zh: a, en: b}"), "line 5: tables.1.codes.2: needs cid or sia"},
		{IN_TABLE("- {cid: \"100\", sia: QA, kind: sos, zh: a, en: b}"), "line 5: tables.1.codes.2: needs cid or sia"},
		{IN_TABLE("- {cid: \"10\", kind: sos, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.cid: must be three hex digits"},
		{IN_TABLE("- {cid: 1010, kind: sos, zh: a, en: b}"), "line 5: tables.1.codes.2.cid: must be three hex digits"},
		{IN_TABLE("- {sia: qa, kind: sos, zh: a, en: b}"), "line 5: tables.1.codes.2.sia: must be two capitals"},
		{IN_TABLE("- {cid: \"100\", zh: a, en: b}"), "line 5: tables.1.codes.2.kind: must be said"},
		{IN_TABLE("- {cid: \"100\", kind: help, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.kind: there is no kind \"help\""},
		{IN_TABLE("- {cid: \"100\", kind: none, zh: a, en: b}"), "line 5: tables.1.codes.2.kind: there is no kind"},
		{IN_TABLE("- {cid: \"100\", kind: [sos], zh: a, en: b}"), "line 5: tables.1.codes.2.kind: there is no kind"},
		{IN_TABLE("- {cid: \"100\", kind: follow_up, zh: a, en: b}"), "line 5: tables.1.codes.2.kind: no unit reports"},
		{IN_TABLE("- {cid: \"100\", kind: missed_test, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.kind: no unit reports"},
		{IN_TABLE("- {cid: \"100\", kind: sos, zh: a}"), "line 5: tables.1.codes.2.en: must be said"},
		{IN_TABLE("- {cid: \"100\", kind: sos, zh: \"\", en: b}"), "line 5: tables.1.codes.2.zh: must have 1 to 63"},
		{IN_TABLE("- {cid: \"100\", kind: sos, zh: \"a\\nb\", en: b}"),
	     "line 5: tables.1.codes.2.zh: must be one line"},
		{IN_TABLE("- {cid: \"100\", kind: sos, zh: "
	              "a123456789a123456789a123456789a123456789a123456789a123456789a123, en: b}"),
	     "line 5: tables.1.codes.2.zh: must have 1 to 63"},
		{IN_TABLE("- {cid: \"100\", kind: sos, restore: maybe, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.restore: must be on or off"},
		{IN_TABLE("- {cid: \"100\", kind: unknown, restore: on, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.restore: unknown can't be over"},
		{IN_TABLE("- {cid: \"100\", kind: test, restore: on, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.restore: test can't be over"},
		{IN_TABLE("- {cid: \"100\", zones: 5-, kind: sos, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.zones: must go from"},
		{IN_TABLE("- {cid: \"100\", zones: 5-3, kind: sos, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.zones: must go from"},
		{IN_TABLE("- {cid: \"100\", zones: all, kind: sos, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.zones: must be a"},
		{IN_TABLE("- {cid: \"100\", zones: 65536, kind: sos, zh: a, en: b}"),
	     "line 5: tables.1.codes.2.zones: must be a"},
		{IN_TABLE(ROW), "line 5: tables.1.codes.2: 101 stands in this table already"},
		{"tables:\n- name: standard\n  codes:\n"
	     "  - {cid: \"101\", zones: 1-5, kind: sos, zh: a, en: b}\n"
	     "  - {cid: \"101\", zones: 5-9, kind: fall, zh: a, en: b}\n",
	     "line 5: tables.1.codes.2: 101 stands in this table already"},
		{"tables:\n- name: standard\n  codes: []\n---\ntables: []\n", "a second document"},
		{"tables: [\n", "line 2: "},
		{"\t\n", "line 1: "},
		{"tables: \"\xff\"\n", "line 1: "},
	};
	char start[32];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		memset(&codes, 0x5a, sizeof codes);
		why[0] = '\0';
		if (codes_parse(slice_str(CASES[i].text), &codes, why))
			fail_msg("taken: %s", CASES[i].text);
		if (strstr(why, CASES[i].why) == NULL)
			fail_msg("%s\nsays: %s\nnot:  %s", CASES[i].text, why, CASES[i].why);
		assert_null(strchr(why, '\n'));
		/* What stood there is not touched. */
		memset(start, 0x5a, sizeof start);
		assert_memory_equal(&codes, start, sizeof start);
	}
}

/* More than there is room for is refused, and not written past. */
static void test_bounds_of_the_file(void **state)
{
	static char text[CODES_FILE_MAX + 64];
	size_t len = (size_t)snprintf(text, sizeof text, "tables:\n- {name: standard, codes: []}\n");

	(void)state;
	for (int i = 2; i <= CODE_TABLES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "- {name: t%d, codes: []}\n", i);
	if (!codes_parse(slice_of(text, len), &codes, why))
		fail_msg("%s", why);
	len += (size_t)snprintf(text + len, sizeof text - len, "- {name: more, codes: []}\n");
	assert_false(codes_parse(slice_of(text, len), &codes, why));
	assert_non_null(strstr(why, "tables.33: more than 32 tables"));

	len = (size_t)snprintf(text, sizeof text, "tables:\n- name: standard\n  codes:\n");
	for (int i = 0; i < CODES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "  - {cid: \"%03X\", kind: sos, zh: a, en: b}\n", i);
	if (!codes_parse(slice_of(text, len), &codes, why))
		fail_msg("%s", why);
	assert_int_equal(codes.count, CODES_MAX);
	len += (size_t)snprintf(text + len, sizeof text - len, "  - {cid: FFF, kind: sos, zh: a, en: b}\n");
	assert_false(codes_parse(slice_of(text, len), &codes, why));
	assert_non_null(strstr(why, "more than 1024 codes"));

	memset(text, '#', sizeof text);
	assert_false(codes_parse(slice_of(text, sizeof text), &codes, why));
	assert_non_null(strstr(why, "longer than"));
}

/* What this was built with is the file that is installed, and the daemon reads it like any other. */
static void test_the_file_of_the_repository_is_what_was_built_in(void **state)
{
	static struct codes c;
	char error[CONFIG_WHY_MAX];

	(void)state;
	if (!codes_load(PINGAN_SOURCE_DIR "/config/codes.yaml", &c, error))
		fail_msg("%s", error);
	assert_memory_equal(&c, &CODES_PRESET, sizeof c);
	if (!codes_parse(slice_of(CODES_TEXT, CODES_TEXT_LEN), &codes, why))
		fail_msg("%s", why);
	assert_memory_equal(&codes, &CODES_PRESET, sizeof codes);
	assert_false(codes_load("/nowhere/codes.yaml", &c, error));
	assert_non_null(strstr(error, "/nowhere/codes.yaml: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_are_read),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_bounds_of_the_file),
		cmocka_unit_test(test_the_file_of_the_repository_is_what_was_built_in),
	};

	return cmocka_run_group_tests_name("codes_file", tests, NULL, NULL);
}
