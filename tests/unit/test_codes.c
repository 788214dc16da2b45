/* Tables of event codes: what each maker means by a code, and that the file in config/ is whole. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "wire/dc09.h"

static uint32_t table(const char *name)
{
	uint32_t at = codes_table(&CODES_PRESET, name);

	if (at == CODE_TABLES_MAX)
		fail_msg("there is no table %s", name);
	return at;
}

static enum kind meaning(const char *of, bool contact_id, const char *name, uint32_t zone)
{
	const struct code *code = codes_find(&CODES_PRESET, table(of), contact_id, slice_str(name), zone);

	return code == NULL ? KIND_NONE : code->kind;
}

/* The point of the tables: 100, 101 and 120 are not the same button everywhere. */
static void test_100_101_and_120_mean_what_the_maker_means(void **state)
{
	(void)state;
	assert_int_equal(meaning("standard", true, "100", 0), KIND_SOS);
	assert_int_equal(meaning("standard", true, "101", 0), KIND_SOS);
	assert_int_equal(meaning("standard", true, "120", 0), KIND_PANIC);
	assert_int_equal(meaning("climax", true, "100", 0), KIND_SOS);
	assert_int_equal(meaning("climax", true, "101", 0), KIND_SOS);
	assert_int_equal(meaning("climax", true, "120", 0), KIND_FALL);
	assert_int_equal(meaning("climax", true, "102", 0), KIND_INACTIVITY);
	assert_int_equal(meaning("ademco_hb", true, "120", 0), KIND_PANIC);
	assert_int_equal(meaning("ademco_hb", true, "393", 0), KIND_PENDANT_LOST);
	assert_string_equal(codes_find(&CODES_PRESET, table("climax"), true, slice_str("100"), 0)->zh, "主机红色按钮");
}

/* What its own table does not say is said by the one that it goes on in; what nobody says is unknown. */
static void test_a_table_goes_on_in_another(void **state)
{
	(void)state;
	assert_int_equal(meaning("climax", true, "110", 0), KIND_FIRE);
	assert_int_equal(meaning("climax", false, "QA", 0), KIND_SOS);
	assert_int_equal(meaning("ademco_hb", true, "709", 0), KIND_SOS);
	assert_int_equal(meaning("standard", true, "709", 0), KIND_NONE);
	assert_int_equal(meaning("climax", true, "709", 0), KIND_NONE);
	assert_int_equal(meaning("standard", true, "QA", 0), KIND_NONE);
	assert_int_equal(meaning("standard", false, "100", 0), KIND_NONE);
	assert_int_equal(codes_table(&CODES_PRESET, ""), 0);
	assert_int_equal(codes_table(&CODES_PRESET, "Climax"), CODE_TABLES_MAX);
	/* One that is not there counts as the standard one, and an empty set of tables knows nothing. */
	assert_non_null(codes_find(&CODES_PRESET, CODE_TABLES_MAX, true, slice_str("101"), 0));
	static const struct codes NONE;
	assert_null(codes_find(&NONE, 0, true, slice_str("101"), 0));
}

static void test_an_entry_for_a_zone_goes_before_one_for_all(void **state)
{
	static const struct codes ZONED = {
		.table_count = 2,
		.count = 4,
		.tables = {{.name = "standard", .first = 0, .count = 1, .like = 0},
	               {.name = "maker", .first = 1, .count = 3, .like = 0}},
		.at = {{.name = "101", .contact_id = true, .zoned = true, .zone_from = 1, .zone_to = 9, .kind = KIND_FIRE},
	           {.name = "101", .contact_id = true, .kind = KIND_SOS},
	           {.name = "101", .contact_id = true, .zoned = true, .zone_from = 5, .zone_to = 6, .kind = KIND_FALL},
	           {.name = "102", .contact_id = true, .zoned = true, .zone_from = 1, .zone_to = 1, .kind = KIND_GAS}},
	};
	static const struct {
		uint32_t table;
		uint32_t zone;
		enum kind kind;
	} CASES[] = {
		{1, 4, KIND_SOS},  {1, 5, KIND_FALL}, {1, 6, KIND_FALL},  {1, 7, KIND_SOS},     {0, 1, KIND_FIRE},
		{0, 9, KIND_FIRE}, {0, 0, KIND_NONE}, {0, 10, KIND_NONE}, {1, 70000, KIND_SOS},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		const struct code *code = codes_find(&ZONED, CASES[i].table, true, slice_str("101"), CASES[i].zone);

		assert_int_equal(code == NULL ? KIND_NONE : code->kind, CASES[i].kind);
	}
	assert_null(codes_find(&ZONED, 1, true, slice_str("102"), 2));
}

static void test_a_code_as_it_stands_in_an_alarm(void **state)
{
	static const struct {
		const char *code, *en;
	} CASES[] = {
		{"E301", "mains lost"}, {"R301", "mains lost"},       {"QA7", "emergency"},
		{"QA", "emergency"},    {"ER301", "module restored"},
	};
	static const char *const NONE[] = {"", "E", "E3011", "hello", "E777", "*ADM-CID", "more", "qa"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		const struct code *code = codes_explain(&CODES_PRESET, 0, CASES[i].code, 0);

		assert_non_null(code);
		assert_string_equal(code->en, CASES[i].en);
	}
	for (size_t i = 0; i < COUNT_OF(NONE); i++)
		assert_null(codes_explain(&CODES_PRESET, 0, NONE[i], 0));
}

/* The list of what matters here, in Contact ID and SIA: none of it is unknown, in any table. */
static void test_every_code_of_the_field_is_known(void **state)
{
	static const char *const CID[] = {"100", "101", "102", "110", "111", "113", "114", "120", "121", "122",
	                                  "123", "130", "137", "144", "147", "150", "151", "154", "158", "159",
	                                  "162", "301", "302", "305", "309", "311", "338", "344", "350", "351",
	                                  "352", "353", "354", "355", "356", "380", "381", "383", "384", "393",
	                                  "400", "401", "406", "570", "601", "602", "606", "608", "654", "900"};
	static const char *const SIA_LIST[] = {"QA", "QH", "QR", "MA", "MH", "MR", "PA", "PH", "PR", "HA", "HH", "HR",
	                                       "FA", "FH", "FR", "GA", "GH", "GR", "WA", "WH", "WR", "KA", "KH", "KR",
	                                       "AT", "AR", "YT", "YR", "YM", "XT", "XR", "ET", "ER", "YC", "YK", "LT",
	                                       "LR", "RP", "RX", "TA", "TR", "TX", "YW", "RR", "NA", "OC"};

	(void)state;
	for (uint32_t t = 0; t < CODES_PRESET.table_count; t++) {
		for (size_t i = 0; i < COUNT_OF(CID); i++)
			if (meaning(CODES_PRESET.tables[t].name, true, CID[i], 0) == KIND_NONE)
				fail_msg("%s does not know %s", CODES_PRESET.tables[t].name, CID[i]);
		for (size_t i = 0; i < COUNT_OF(SIA_LIST); i++)
			if (meaning(CODES_PRESET.tables[t].name, false, SIA_LIST[i], 0) == KIND_NONE)
				fail_msg("%s does not know %s", CODES_PRESET.tables[t].name, SIA_LIST[i]);
	}
}

/* A code with words and no kind of ours is shown to a person like an unknown one, but not as unknown; it is over by nothing. */
static void test_a_code_without_a_kind_of_ours_is_shown_with_its_words(void **state)
{
	static const struct {
		const char *body, *code;
		bool restore, unknown;
		enum kind kind;
	} CASES[] = {
		{"\"ADM-CID\"0001L0#1[#1|1130 01 002]", "E130", false, false, KIND_UNKNOWN},
		{"\"ADM-CID\"0001L0#1[#1|3130 01 002]", "R130", false, false, KIND_UNKNOWN},
		{"\"ADM-CID\"0001L0#1[#1|1777 01 002]", "E777", false, true, KIND_UNKNOWN},
		{"\"ADM-CID\"0001L0#1[#1|3400 01 002]", "R400", false, false, KIND_TEST},
		{"\"SIA-DCS\"0001L0#1[#1|NQR2]", "QR2", true, false, KIND_SOS},
		{"\"SIA-DCS\"0001L0#1[#1|NNF129]", "NF129", false, true, KIND_UNKNOWN},
		{"\"SIA-DCS\"0001L0#1[#1|NPC1]", "PC1", false, true, KIND_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct alarm a[DC09_EVENTS_MAX];
		uint8_t bytes[128];
		struct buf b = buf_of(bytes, sizeof bytes);
		struct dc09 f;
		size_t used;

		dc09_frame(slice_str(CASES[i].body), false, &b);
		assert_int_equal(dc09_cut(slice_of(bytes, b.len), &used, &f), DC09_CUT_FRAME);
		assert_int_equal(dc09_alarms(&f, &CODES_PRESET, 0, a), 1);
		assert_int_equal(a[0].kind, CASES[i].kind);
		assert_int_equal(a[0].code_unknown, CASES[i].unknown);
		assert_int_equal(a[0].restore, CASES[i].restore);
		assert_string_equal(a[0].code, CASES[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_100_101_and_120_mean_what_the_maker_means),
		cmocka_unit_test(test_a_table_goes_on_in_another),
		cmocka_unit_test(test_an_entry_for_a_zone_goes_before_one_for_all),
		cmocka_unit_test(test_a_code_as_it_stands_in_an_alarm),
		cmocka_unit_test(test_every_code_of_the_field_is_known),
		cmocka_unit_test(test_a_code_without_a_kind_of_ours_is_shown_with_its_words),
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
