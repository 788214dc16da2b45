/* The configuration: its defaults, its sample, and everything that is refused, with a reason. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/config.h"

static bool parse(const char *text, struct config *ret, char why[CONFIG_WHY_MAX])
{
	return config_parse(slice_str(text), false, ret, why);
}

static void test_empty_file_gives_the_defaults(void **state)
{
	static struct config a, b;
	char why[CONFIG_WHY_MAX];

	(void)state;
	config_preset(&a);
	assert_true(parse("# nothing\n", &b, why));
	assert_memory_equal(&a, &b, sizeof a);
	assert_string_equal(a.cell, "pa");
	assert_true(a.serve_devices && a.serve_screens);
	assert_int_equal(a.redis.timeout_ms, 1500);
	assert_int_equal(a.redis.address.kind, ADDRESS_UNIX);
	assert_true(a.listen.web.address.local);
	assert_int_equal(a.listen.web.address.port, 8080);
	assert_memory_equal(&a.policy, &POLICY_DEFAULT, sizeof a.policy);
}

/* What people copy from the sample changes nothing. */
static void test_samples_are_the_defaults(void **state)
{
	static char text[SETTINGS_FILE_MAX];
	static struct config a, b;
	struct policy policy;
	char why[CONFIG_WHY_MAX];
	size_t len;

	(void)state;
	config_preset(&a);
	len = settings_sample(&CONFIG_SETTINGS, text, sizeof text);
	assert_true(len > 1000);
	assert_true(config_parse(slice_of(text, len), false, &b, why));
	assert_memory_equal(&a, &b, sizeof a);
	len = settings_sample(&POLICY_SETTINGS, text, sizeof text);
	assert_true(len > 1000);
	assert_true(policy_parse(slice_of(text, len), &policy, why));
	assert_memory_equal(&policy, &POLICY_DEFAULT, sizeof policy);
	/* Every setting stands in the sample with a line that explains it. */
	for (size_t i = 0; i < CONFIG_SETTINGS.count; i++)
		assert_true(strlen(CONFIG_SETTINGS.table[i].help) > 10);
}

static void test_values_are_taken(void **state)
{
	static struct config c;
	char why[CONFIG_WHY_MAX];

	(void)state;
	assert_true(parse("cell: gz-1\n"
	                  "serve: [screens]\n"
	                  "demo: yes\n"
	                  "redis:\n"
	                  "  address: \"10.0.0.5:6380\"\n"
	                  "  replicas: 1\n"
	                  "listen:\n"
	                  "  web:\n"
	                  "    address: \"[::1]:9000\"\n"
	                  "  admin: {address: \"unix:/run/pingan/admin.sock\"}\n"
	                  "web: {origins: [\"https://a.example\", \"https://b.example:444\"]}\n",
	                  &c, why));
	assert_string_equal(c.cell, "gz-1");
	assert_false(c.serve_devices);
	assert_true(c.demo);
	assert_int_equal(c.redis.address.kind, ADDRESS_TCP);
	assert_string_equal(c.redis.address.host, "10.0.0.5");
	assert_int_equal(c.redis.address.port, 6380);
	assert_int_equal(c.redis.replicas, 1);
	assert_true(c.listen.web.address.v6 && c.listen.web.address.local);
	assert_int_equal(c.listen.admin.address.kind, ADDRESS_UNIX);
	assert_int_equal(c.web.origins.count, 2);
	assert_string_equal(c.web.origins.at[1], "https://b.example:444");
}

static void test_wrong_files_are_refused_and_change_nothing(void **state)
{
	static const char *const WRONG[][2] = {
		{"colour: red", "colour"},
		{"redis: {colour: red}", "colour"},
		{"redis: 5", "MAPPING"},
		{"redis: {timeout_ms: 0}", "redis.timeout_ms"},
		{"demo: \"per\\n\\x1bhaps\"", "line 1: demo: must be on or off, not \"per??haps\""},
		{"redis: {timeout_ms: 010}", "redis.timeout_ms"},
		{"redis: {timeout_ms: 0x100}", "redis.timeout_ms"},
		{"redis: {timeout_ms: -5}", "redis.timeout_ms"},
		{"redis: {timeout_ms: 99999999999999999999}", "redis.timeout_ms"},
		{"redis: {timeout_ms: [500]}", "redis"},
		{"redis: {timeout_ms: 500, timeout_ms: 600}", "timeout_ms"},
		{"redis: {address: \"redis.example:6379\"}", "redis.address"},
		{"redis: {socket: \"\"}", "redis.socket"},
		{"demo: maybe", "demo"},
		{"demo:", "demo"},
		{"cell: \"\"", "cell"},
		{"cell: \"a:b\"", "cell"},
		{"cell: abcdefghijklmnopqrs", "cell"},
		{"serve: []", "serve"},
		{"serve: [devices, screens, more]", "entries"},
		{"serve: screens", "SEQUENCE"},
		{"heartbeat_s: 9", "heartbeat_s"},
		{"listen: {web: {address: \"0.0.0.0:80\"}}", "listen.web.tls"},
		{"listen: {web: {address: \"0.0.0.0:80\", tls: on}}", "listen.web.cert"},
		{"listen: {web: {address: \"127.0.0.1:80\", tls: on, cert: \"/a\"}}", "listen.web.cert"},
		{"listen: {devices: {address: \"0.0.0.0:7443\", tls: off}}", "listen.devices.tls"},
		{"listen: {devices: {address: \"0.0.0.0:74430\"}}", "listen.devices.address"},
		{"listen: {admin: {address: \"10.0.0.1:80\"}}", "listen.admin.address"},
		{"web: {origins: [\"pingan.example\"]}", "web.origins"},
		{"web: {origins: [\"https://pingan.example/\"]}", "web.origins"},
		{"web: {image_origins: [\"https://tiles.example; script-src *\"]}", "web.image_origins"},
		{"snapshot: {path: \"/x\"}", "snapshot.key_file"},
		{"limits: {web: 2000}", "limits.web"},
		{"- a", "MAPPING"},
		{"cell: pa\n---\ncell: pb", "document"},
		{"cell: &x pa\nroot_area: *x", "alias"},
		{"cell: [", "line"},
		{"cell: \"\xff\"", ""},
		{"\t", ""},
	};
	static struct config c, before;
	char why[CONFIG_WHY_MAX];

	(void)state;
	config_preset(&c);
	before = c;
	for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
		why[0] = '\0';
		if (parse(WRONG[i][0], &c, why))
			fail_msg("taken: %s", WRONG[i][0]);
		if (strcasestr(why, WRONG[i][1]) == NULL || why[0] == '\0')
			fail_msg("%s: \"%s\" does not speak of %s", WRONG[i][0], why, WRONG[i][1]);
		assert_null(strchr(why, '\n'));
	}
	assert_memory_equal(&c, &before, sizeof c);
}

/* Eight map hosts with the longest names: still no answer whose head does not fit. */
static void test_image_origins_are_bounded_together(void **state)
{
	static struct config c;
	char why[CONFIG_WHY_MAX], text[4096] = "web: {image_origins: [";

	(void)state;
	for (int i = 0; i < 8; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "\"https://%0*d.example\",", 100, i);
	strcat(text, "]}");
	assert_false(parse(text, &c, why));
	assert_non_null(strstr(why, "400"));
}

static void test_a_file_that_is_too_large_is_refused(void **state)
{
	static struct config c;
	char why[CONFIG_WHY_MAX];
	char *text = malloc(SETTINGS_FILE_MAX + 2);

	(void)state;
	memset(text, '#', SETTINGS_FILE_MAX + 1);
	assert_false(config_parse(slice_of(text, SETTINGS_FILE_MAX + 1), false, &c, why));
	assert_non_null(strstr(why, "larger"));
	assert_true(config_parse(slice_of(text, SETTINGS_FILE_MAX), false, &c, why));
	free(text);
}

static void test_restart_is_asked_for_what_needs_it(void **state)
{
	static struct config a, b;
	char keys[256], why[CONFIG_WHY_MAX];

	(void)state;
	config_preset(&a);
	assert_true(parse("limits: {screen_queue_kib: 64}\nsessions: {length_min: 10}\n", &b, why));
	settings_restart(&CONFIG_SETTINGS, &a, &b, keys, sizeof keys);
	assert_string_equal(keys, "");
	assert_true(parse("cell: pb\nserve: [devices]\nredis: {replicas: 2}\ndemo: on\n", &b, why));
	settings_restart(&CONFIG_SETTINGS, &a, &b, keys, sizeof keys);
	assert_string_equal(keys, "cell, serve, demo, redis.replicas");
}

static void test_policy_keeps_the_rules(void **state)
{
	struct policy p = POLICY_DEFAULT;
	char why[CONFIG_WHY_MAX];

	(void)state;
	assert_true(policy_parse(slice_str("life: {dispatch_s: 45}\nno_voice_s: 60\n"), &p, why));
	assert_int_equal(p.plans[CLASS_LIFE].dispatch_s, 45);
	assert_int_equal(p.plans[CLASS_LIFE].ring_wider_s, POLICY_DEFAULT.plans[CLASS_LIFE].ring_wider_s);
	assert_int_equal(p.no_voice_s, 60);
	assert_false(policy_parse(slice_str("life: {duty_phones_s: 0}\n"), &p, why));
	assert_false(policy_parse(slice_str("life: {sleep_s: 1}\n"), &p, why));
	assert_int_equal(p.no_voice_s, 60);
}

/* Words become bits, and what is not given keeps its default. */
static void test_whom_the_contacts_are_told_is_a_list_of_words(void **state)
{
	struct policy p = POLICY_DEFAULT;
	char why[CONFIG_WHY_MAX];

	(void)state;
	assert_true(policy_parse(
		slice_str("life: {tell: [closed, opened]}\nwelfare: {tell: [dispatched]}\ndevice: {tell: [arrived]}\n"), &p,
		why));
	assert_int_equal(p.plans[CLASS_LIFE].tell, TELL_OPENED | TELL_CLOSED);
	assert_int_equal(p.plans[CLASS_WELFARE].tell, TELL_DISPATCHED);
	assert_int_equal(p.plans[CLASS_GENERAL].tell, 0);
	assert_int_equal(p.plans[CLASS_DEVICE].tell, TELL_ARRIVED);
	assert_false(policy_parse(slice_str("life: {tell: [opened, perhaps]}\n"), &p, why));
	assert_string_equal(why,
	                    "line 1: life.tell: \"perhaps\" must be one of opened, dispatched, arrived, closed, each once");
	assert_false(policy_parse(slice_str("life: {tell: [opened, opened]}\n"), &p, why));
	assert_non_null(strstr(why, "each once"));
	assert_false(policy_parse(slice_str("life: {tell: opened}\n"), &p, why));
}

static void test_the_machine_calls_only_with_a_gateway_and_a_text(void **state)
{
	static const char *const WRONG[] = {
		"emergency: {auto_call: on}\n",
		"emergency: {auto_call: on, gateway: voice}\n",
		"emergency: {auto_call: on, text: \"An elder needs help.\"}\n",
	};
	struct policy p = POLICY_DEFAULT;
	char why[CONFIG_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
		assert_false(policy_parse(slice_str(WRONG[i]), &p, why));
		assert_non_null(strstr(why, "emergency.auto_call needs emergency."));
	}
	assert_memory_equal(&p, &POLICY_DEFAULT, sizeof p);
	assert_true(policy_parse(
		slice_str("emergency: {auto_call: on, gateway: voice, text: \"Help.\"}\nutc_offset_min: 0\n"), &p, why));
	assert_true(p.auto_call);
	assert_string_equal(p.emergency_gateway, "voice");
	assert_string_equal(p.emergency_text, "Help.");
	assert_int_equal(p.utc_offset_min, 0);
}

static void test_addresses(void **state)
{
	static const char *const WRONG[] = {"127.0.0.1",    ":80",    "127.0.0.1:",  "127.0.0.1:65536", "127.0.0.1:-1",
	                                    "localhost:80", "[::1]",  "::1:80",      "[::1:80",         "[]:80",
	                                    "unix:",        "unix:x", "1.2.3.4.5:1", "1.2.3.4:1x",      "127.0.0.1 :80"};
	char longest[140] = "unix:/";
	struct address a;

	(void)state;
	assert_true(address_parse("", &a) && a.kind == ADDRESS_NONE);
	assert_true(address_parse("127.9.9.9:1", &a) && a.local && a.port == 1);
	assert_true(address_parse("128.0.0.1:65535", &a) && !a.local && a.port == 65535);
	assert_true(address_parse("[fe80::1]:7443", &a) && a.v6 && !a.local);
	assert_true(address_parse("unix:/x", &a) && a.local);
	for (size_t i = 0; i < COUNT_OF(WRONG); i++)
		if (address_parse(WRONG[i], &a))
			fail_msg("taken: %s", WRONG[i]);
	memset(longest + 6, 'a', 106);
	assert_true(address_parse(longest, &a));
	longest[112] = 'a';
	assert_false(address_parse(longest, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_file_gives_the_defaults),
		cmocka_unit_test(test_samples_are_the_defaults),
		cmocka_unit_test(test_values_are_taken),
		cmocka_unit_test(test_wrong_files_are_refused_and_change_nothing),
		cmocka_unit_test(test_image_origins_are_bounded_together),
		cmocka_unit_test(test_a_file_that_is_too_large_is_refused),
		cmocka_unit_test(test_restart_is_asked_for_what_needs_it),
		cmocka_unit_test(test_policy_keeps_the_rules),
		cmocka_unit_test(test_whom_the_contacts_are_told_is_a_list_of_words),
		cmocka_unit_test(test_the_machine_calls_only_with_a_gateway_and_a_text),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
