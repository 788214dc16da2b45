/* policy.yaml: its rules, and that every complaint names line, key and reason. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/config.h"
#include "io/yaml_places.h"

static struct policy p;
static char why[CONFIG_WHY_MAX];

static bool parse(const char *text)
{
	why[0] = '\0';
	return policy_parse(slice_str(text), &p, why);
}

static void test_rules_are_read(void **state)
{
	const struct policy_rule *r = p.rules;

	(void)state;
	if (!parse("welfare: {contacts_s: 300}\n"
	           "rules:\n"
	           "  - kinds: [sos, pendant_lost]\n"
	           "    area: \"440106\"\n"
	           "    from: \"22:00\"\n"
	           "    to: 06:30\n"
	           "    offer_s: 45\n"
	           "    wave_widen: 1\n"
	           "    tell: []\n"
	           "  - {class: welfare, from: 09:05, to: 24:00, tell: [arrived]}\n"
	           "  - {area: 440106003001}\n"))
		fail_msg("%s", why);
	assert_int_equal(p.rule_count, 3);
	assert_int_equal(r[0].kinds, 1 << KIND_SOS | 1 << KIND_PENDANT_LOST);
	assert_int_equal(r[0].classes, 1 << CLASS_LIFE | 1 << CLASS_DEVICE);
	assert_string_equal(r[0].area, "440106");
	assert_int_equal(r[0].from_min, 22 * 60);
	assert_int_equal(r[0].to_min, 6 * 60 + 30);
	assert_int_equal(r[0].changes, PLAN_CHANGE(offer_s) | PLAN_CHANGE(wave_widen) | PLAN_CHANGE(tell));
	assert_int_equal(r[0].plans[CLASS_LIFE].offer_s, 45);
	assert_int_equal(r[0].plans[CLASS_LIFE].wave_widen, 1);
	assert_int_equal(r[0].plans[CLASS_LIFE].tell, 0);
	assert_int_equal(r[0].plans[CLASS_LIFE].dispatch_s, 30);
	assert_int_equal(r[0].plans[CLASS_DEVICE].ring_wider_s, 14400);
	assert_int_equal(r[1].classes, 1 << CLASS_WELFARE);
	assert_int_equal(r[1].kinds, 0);
	assert_int_equal(r[1].from_min, 9 * 60 + 5);
	assert_int_equal(r[1].to_min, 0);
	assert_int_equal(r[1].plans[CLASS_WELFARE].tell, TELL_ARRIVED);
	assert_int_equal(r[1].plans[CLASS_WELFARE].contacts_s, 300);
	assert_int_equal(r[2].changes, 0);
	assert_int_equal(r[2].classes, 1 << CLASS_LIFE | 1 << CLASS_WELFARE | 1 << CLASS_GENERAL | 1 << CLASS_DEVICE);
}

/* An empty list is a list: nobody is told, where without a word everybody would be. */
static void test_an_empty_list_is_not_the_default(void **state)
{
	(void)state;
	assert_true(parse("life: {tell: []}\n"));
	assert_int_equal(p.plans[CLASS_LIFE].tell, 0);
	assert_int_equal(p.plans[CLASS_WELFARE].tell, TELL_ALL);
	assert_true(parse("rules: []\n"));
	assert_int_equal(p.rule_count, 0);
	/* What the other file does with one is still a refusal. */
	{
		static struct config c;

		assert_false(config_parse(slice_str("serve: []\n"), false, &c, why));
	}
}

static void test_every_kind_has_its_word(void **state)
{
	char text[80];

	(void)state;
	for (unsigned kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		snprintf(text, sizeof text, "rules: [{kinds: [%s, sos]}]\n", kind_name((enum kind)kind));
		if (kind == KIND_SOS) {
			assert_false(parse(text));
			continue;
		}
		assert_true(parse(text));
		assert_int_equal(p.rules[0].kinds, 1U << kind | 1U << KIND_SOS);
	}
	assert_false(parse("rules: [{kinds: [none]}]\n"));
	assert_false(parse("rules: [{kinds: [\"\"]}]\n"));
}

static void test_sixty_four_rules_and_no_more(void **state)
{
	char *text = calloc(1, SETTINGS_FILE_MAX);
	size_t len = (size_t)snprintf(text, SETTINGS_FILE_MAX, "rules:\n");

	(void)state;
	/* The longest that each can be. */
	for (int i = 0; i < POLICY_RULES_MAX; i++) {
		len += (size_t)snprintf(text + len, SETTINGS_FILE_MAX - len, "- {kinds: [");
		for (unsigned kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
			len += (size_t)snprintf(text + len, SETTINGS_FILE_MAX - len, "%s, ", kind_name((enum kind)kind));
		len += (size_t)snprintf(text + len, SETTINGS_FILE_MAX - len,
		                        "], class: welfare, area: \"440106003001\", from: \"10:%02d\", to: \"09:00\", "
		                        "ring_wider_s: 5, dispatch_s: 6, contacts_s: 7, duty_phones_s: 8, duty_turn_s: %d, "
		                        "offer_s: 9, wave_size: 1, wave_widen: 1, waves: 3, tell: []}\n",
		                        i % 60, i + 1);
	}
	assert_true(len < SETTINGS_FILE_MAX / 2);
	if (!parse(text))
		fail_msg("%s", why);
	assert_int_equal(p.rule_count, POLICY_RULES_MAX);
	assert_int_equal(p.rules[POLICY_RULES_MAX - 1].plans[CLASS_WELFARE].duty_turn_s, POLICY_RULES_MAX);
	assert_int_equal(p.rules[POLICY_RULES_MAX - 1].plans[CLASS_WELFARE].tell, 0);
	snprintf(text + len, SETTINGS_FILE_MAX - len, "- {kinds: [gas]}\n");
	assert_false(parse(text));
	assert_non_null(strstr(why, "rules"));
	assert_non_null(strstr(why, "64"));
	free(text);
}

static void test_a_complaint_names_line_key_and_reason(void **state)
{
	static const char *const WRONG[][2] = {
		{"no_voice_s: 60\nlife:\n  ring_wider_s: 10\n  offer_s: 0\n",
	     "line 4: life.offer_s: must be a number from 1 to 86400, not \"0\""},
		{"\n\nhold_s: 700\n", "line 3: hold_s: hold_s must not be more than hold_max_s"},
		{"hold_max_s: 100\n", "hold_s: hold_s must not be more than hold_max_s"},
		{"life:\n  offer_s: 20\n  dispatch_s: 70\n", "line 1: life.contacts_s: the steps of a plan must come in order"},
		{"life: {duty_phones_s: 0}\n", "line 1: life.duty_phones_s: class 1 must end with the duty phones"},
		{"emergency:\n  auto_call: on\n", "line 2: emergency.auto_call: emergency.auto_call needs emergency.gateway"},
		{"emergency: {auto_call: perhaps}\n", "line 1: emergency.auto_call: must be on or off"},
		{"rules:\n  - kinds: [sos]\n  - class: life\n    dispatch_s: 0\n",
	     "line 4: rules.2.dispatch_s: class 1 must be dispatched without an operator"},
		{"rules:\n  - {kinds: [water], duty_phones_s: 0}\n  - {kinds: [sos], duty_phones_s: 0}\n",
	     "line 3: rules.2.duty_phones_s: class 1 must end with the duty phones"},
		{"rules:\n- offer_s: 9\n- offer_s: x\n",
	     "line 3: rules.2.offer_s: must be a number from 1 to 86400, not \"x\""},
		{"rules:\n- offer_s: 9\n- kinds:\n  - sos\n  - gass\n",
	     "line 3: rules.2.kinds: \"gass\" must be one of sos, panic,"},
		{"rules:\n- area: \"44\"\n", "line 2: rules.1.area: area must be the code of a city"},
		{"rules:\n- area: \"44010600300123456\"\n", "line 2: rules.1.area: longer than 15 bytes"},
		{"rules:\n- class: all\n", "line 2: rules.1.class: must be life, welfare, general or device"},
		{"rules:\n- class: life\n  from: \"22:00\"\n", "line 3: rules.1.from: from and to go together"},
		{"rules:\n- class: life\n  to: \"22:00\"\n", "line 3: rules.1.to: from and to go together"},
		{"rules:\n- {from: \"08:00\", to: \"08:00\"}\n", "line 2: rules.1.from: from and to go together, and differ"},
		{"rules:\n- {from: \"00:00\", to: \"24:00\"}\n", "line 2: rules.1.from: from and to go together, and differ"},
		{"rules:\n- {from: \"8:00\", to: \"09:00\"}\n", "line 2: rules.1.from: must be a time of day"},
		{"rules:\n- {from: \"08:60\", to: \"09:00\"}\n", "line 2: rules.1.from: must be a time of day"},
		{"rules:\n- {from: \"08:00\", to: \"24:01\"}\n", "line 2: rules.1.to: must be a time of day"},
		{"rules:\n- {from: \"08:00\", to: \"0::00\"}\n", "line 2: rules.1.to: must be a time of day"},
		{"rules:\n- kinds: [test]\n", "line 2: rules.1.kinds: a rule must be for a kind or class that is ever queued"},
		{"rules:\n- offer_s: 9\n- colour: red\n", "rules.2: near line 3: Unexpected key: colour"},
		{"rules:\n- offer_s: 9\n- offer_s: [5]\n", "rules.2.offer_s: near line 3: "},
		{"rules:\n- sos\n", "rules.1: near line 2: "},
		{"rules: yes\n", "rules: near line 1: "},
	};

	(void)state;
	p = POLICY_DEFAULT;
	for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
		if (parse(WRONG[i][0]))
			fail_msg("taken: %s", WRONG[i][0]);
		if (strncmp(why, WRONG[i][1], strlen(WRONG[i][1])) != 0)
			fail_msg("%s\"%s\" is not \"%s\"", WRONG[i][0], why, WRONG[i][1]);
		assert_null(strchr(why, '\n'));
	}
	assert_memory_equal(&p, &POLICY_DEFAULT, sizeof p);
}

/* The daemon's own file says where, too. */
static void test_the_other_file_names_its_lines(void **state)
{
	static struct config c;

	(void)state;
	assert_false(config_parse(slice_str("cell: pa\nredis:\n  timeout_ms: soon\n"), false, &c, why));
	assert_string_equal(why, "line 3: redis.timeout_ms: must be a number from 100 to 60000, not \"soon\"");
	assert_false(config_parse(slice_str("cell: pa\nlimits:\n  web: 100\n"), false, &c, why));
	assert_string_equal(why, "line 3: limits.web: must be more than limits.screens: pages need connections too");
}

static uint32_t line(const char *text, const char *path)
{
	struct yaml_places *places = yaml_places_read(slice_str(text));
	uint32_t found;

	assert_non_null(places);
	found = yaml_line(places, path);
	free(places);
	return found;
}

static void test_where_a_key_stands(void **state)
{
	static const char TEXT[] = "# first\n"
							   "a: 1\n"
							   "b:\n"
							   "  c: [x,\n"
							   "    y]\n"
							   "  d: {e: 5,\n"
							   "    f: 6}\n"
							   "g:\n"
							   "- h: 1\n"
							   "  i: 2\n"
							   "-\n"
							   "  i: 3\n";
	struct yaml_places *places = yaml_places_read(slice_str(TEXT));

	(void)state;
	assert_int_equal(line(TEXT, "a"), 2);
	assert_int_equal(line(TEXT, "b"), 3);
	assert_int_equal(line(TEXT, "b.c"), 4);
	assert_int_equal(line(TEXT, "b.c.2"), 5);
	assert_int_equal(line(TEXT, "b.d.f"), 7);
	assert_int_equal(line(TEXT, "g.1.i"), 10);
	assert_int_equal(line(TEXT, "g.2.i"), 12);
	assert_int_equal(line(TEXT, "g.2.h"), 0);
	assert_int_equal(line(TEXT, "c"), 0);
	assert_int_equal(line(TEXT, ""), 0);
	assert_int_equal(yaml_line_near(places, "g.2.h"), 12);
	assert_int_equal(yaml_line_near(places, "b.z.z"), 3);
	assert_int_equal(yaml_line_near(places, "z.a"), 0);
	assert_int_equal(yaml_line_near(places, ""), 0);
	free(places);
	/* What is no YAML, or deeper or stranger than ours, is read as far as it goes. */
	assert_int_equal(line("a: 1\nb: [\n", "b"), 2);
	assert_int_equal(line("a: 1\n? {x: 1}\n: 2\nb: 3\n", "a"), 1);
	assert_int_equal(line("a: {b: {c: {d: {e: {f: {g: {h: 1}}}}}}}\n", "a.b.c"), 1);
	assert_int_equal(line("- 1\n", "1"), 1);
	assert_int_equal(line("", "a"), 0);
	assert_int_equal(line("plain", "plain"), 0);
}

/* More keys than are remembered: those in front are still found, and nothing breaks. */
static void test_a_file_full_of_keys(void **state)
{
	char *text = malloc(YAML_PLACES_MAX * 16);
	char longest[YAML_PATH_MAX + 20];
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < YAML_PLACES_MAX + 10; i++)
		len += (size_t)snprintf(text + len, YAML_PLACES_MAX * 16 - len, "k%u: 1\n", i);
	assert_int_equal(line(text, "k0"), 1);
	assert_int_equal(line(text, "k4095"), YAML_PLACES_MAX);
	assert_int_equal(line(text, "k4096"), 0);
	free(text);
	memset(longest, 'a', sizeof longest);
	memcpy(longest + sizeof longest - 6, ": 1\nb", 6);
	assert_int_equal(line(longest, "b"), 0); /* a word alone is no key */
	memcpy(longest + sizeof longest - 8, ": 1\nb: ", 8);
	assert_int_equal(line(longest, "b"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_are_read),
		cmocka_unit_test(test_an_empty_list_is_not_the_default),
		cmocka_unit_test(test_every_kind_has_its_word),
		cmocka_unit_test(test_sixty_four_rules_and_no_more),
		cmocka_unit_test(test_a_complaint_names_line_key_and_reason),
		cmocka_unit_test(test_the_other_file_names_its_lines),
		cmocka_unit_test(test_where_a_key_stands),
		cmocka_unit_test(test_a_file_full_of_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
