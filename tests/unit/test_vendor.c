/* test_vendor.c - vendors.yaml: the sample is a good one, and what is wrong is refused with its line and its reason. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/vendor.h"

static struct vendors *parse(const char *text, char why[VENDORS_WHY_MAX])
{
	return vendors_parse(slice_str(text), ".", false, why);
}

static void test_the_sample_is_a_good_one(void **state)
{
	char why[VENDORS_WHY_MAX];
	struct vendors *all = vendors_load(PINGAN_SOURCE_DIR "/config/vendors.yaml", false, why);
	const struct vendor *v;

	(void)state;
	assert_non_null(all);
	assert_int_equal(all->count, 1);
	v = vendors_find(all, slice_str("sample"));
	assert_non_null(v);
	assert_null(vendors_find(all, slice_str("sampl")));
	assert_null(vendors_find(all, slice_str("")));
	assert_string_equal(v->sign.header, "x-sample-signature");
	assert_int_equal(v->sign.form, FORM_HEX);
	assert_int_equal(v->sign.timestamp_unit, TIME_S);
	assert_true(v->map.list);
	assert_int_equal(v->map.zone.from, SOURCE_EVENT);
	assert_string_equal(v->map.zone.pointer, "/zone");
	assert_string_equal(v->map.zone.preset, "0");
	assert_int_equal(v->key.ignore.count, 2);
	assert_int_equal(v->codes[v->code_count - 1].kind, KIND_NONE);
	assert_int_equal(v->secrets[0].len, 0);
	vendors_free(all);
}

static void test_no_file_and_an_empty_one_are_no_vendors(void **state)
{
	char why[VENDORS_WHY_MAX];
	static const char *const EMPTY[] = {"", "# nothing\n", "vendors:\n", "vendors: []\n"};
	struct vendors *all = vendors_load("", true, why);

	(void)state;
	assert_non_null(all);
	assert_int_equal(all->count, 0);
	vendors_free(all);
	for (size_t i = 0; i < COUNT_OF(EMPTY); i++) {
		all = parse(EMPTY[i], why);
		assert_non_null(all);
		assert_int_equal(all->count, 0);
		vendors_free(all);
	}
}

/* A whole one, and `change` in the place of the line that begins like it. */
static const char *with(const char *begin, const char *change)
{
	static const char *const LINES[] = {
		"vendors:",
		"  - name: acme",
		"    secret_files: [acme.secret]",
		"    signature:",
		"      header: X-Signature",
		"      timestamp_header: X-Time",
		"      signed: \"{timestamp}.{body}\"",
		"    key: {at: /id}",
		"    limits: {burst: 5}",
		"    map:",
		"      device: /sn",
		"      code: /type",
		"    codes:",
		"      - {code: sos, kind: sos}",
	};
	static char text[4096];
	size_t len = 0;

	for (size_t i = 0; i < COUNT_OF(LINES); i++) {
		bool here = begin[0] != '\0' && strncmp(LINES[i], begin, strlen(begin)) == 0;

		len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", here ? change : LINES[i]);
	}
	return text;
}

static void test_what_is_wrong_is_named_with_its_line(void **state)
{
	static const struct {
		const char *begin, *change, *why;
	} CASES[] = {
		{"  - name", "  - name: Acme", "line 2: vendors.1.name: must be 1 to 12 small letters"},
		{"  - name", "  - name: acme-of-guangzhou", "line 2: vendors.1.name: longer than 12 bytes"},
		{"  - name", "  - name: dc09", "not dc09 or watch"},
		{"    secret", "    secret_files: []", "line 3: vendors.1.secret_files: must have 1 to 2"},
		{"    secret", "    secret_files: [a, b, c]", "line 3: vendors.1.secret_files: must have 1 to 2"},
		{"    secret", "    secrets: x", "line 3: vendors.1.secrets: no such setting"},
		{"      header", "      header: \"X Signature\"",
	     "line 5: vendors.1.signature.header: must be the name of a header"},
		{"      header", "      form: octal", "line 5: vendors.1.signature.form: must be one of hex, base64"},
		{"      header", "      form: \"oc\\ntal\"", "must be one of hex, base64, not \"oc?tal\""},
		{"      header", "      header: a\n      header: b", "line 6: vendors.1.signature.header: stands there twice"},
		{"      header", "      # none", "signature.header: must be given"},
		{"      timestamp_header", "      # none", "signature.timestamp_header: must be given"},
		{"      signed", "      signed: \"{body}\"", "signature.signed: must hold {timestamp} and {body}"},
		{"      signed", "      signed: \"{timestamp}{body}{nonce}\"", "signature.signed: must hold"},
		{"      signed", "      signed: \"{timestamp}{body}{key}\"", "signature.signed: {key} needs key.header"},
		{"      signed", "      tolerance_s: 5",
	     "line 7: vendors.1.signature.tolerance_s: must be a number from 10 to 3600"},
		{"      signed", "      replay_max: many", "signature.replay_max: must be a number"},
		{"    key", "    key: {at: /id, header: Idempotency-Key}", "vendors.1.key: header or at, not both"},
		{"    key", "    key: {at: \"= 1\"}", "vendors.1.key.at: must come from the message"},
		{"    key", "    key: {at: \"/id = 1\"}", "vendors.1.key.at: must come from the message"},
		{"    key", "    key: {ignore: [attempt]}", "vendors.1.key.ignore: must be pointers"},
		{"    limits", "    limits: {burst: 0}", "vendors.1.limits.burst: must be a number from 1"},
		{"    limits", "    limits: 5", "vendors.1.limits: must be a section"},
		{"      device", "      device: sn", "line 11: vendors.1.map.device: must be \"/a/b\""},
		{"      device", "      device: \"/a~2\"", "line 11: vendors.1.map.device: must be \"/a/b\""},
		{"      device", "      device: [a]", "line 11: vendors.1.map.device: must be one value"},
		{"      device", "      # none", "map.device: must be given"},
		{"      code", "      # none", "map.code: must be given"},
		{"      code", "      code: /type\n      restore: /state", "map.restore: restore and restore_is go together"},
		{"      - {code", "      - {code: sos, kind: panik}",
	     "line 14: vendors.1.codes.1.kind: no such kind of alarm: \"panik\""},
		{"      - {code", "      - {code: sos, kind: follow_up}", "no such kind of alarm"},
		{"      - {code", "      - {code: sos}", "line 14: vendors.1.codes.1: must be {code: ..., kind: ...}"},
		{"      - {code", "      - {code: a, kind: sos}\n      - {code: a, kind: fall}",
	     "line 15: vendors.1.codes.2: this code stands"},
		{"      - {code", "      - {code: a, kind: sos, restore: perhaps}", "codes.1.restore: must be true or false"},
		{"      - {code", "      - {code: a, kind: sos, colour: red}", "codes.1.colour: no such setting"},
		{"    codes", "    codes: sos", "line 14"},
		{"vendors", "vendor:", "line 1: vendor: no such setting"},
		{"vendors", "---\n", "line"},
	};
	char why[VENDORS_WHY_MAX];
	struct vendors *all = parse(with("", ""), why);

	(void)state;
	assert_non_null(all);
	vendors_free(all);
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		all = parse(with(CASES[i].begin, CASES[i].change), why);
		if (all != NULL || strstr(why, CASES[i].why) == NULL)
			fail_msg("%s: %s, not: %s", CASES[i].change, all != NULL ? "taken" : why, CASES[i].why);
	}
	assert_null(parse("vendors: []\n---\nvendors: []\n", why));
	assert_non_null(strstr(why, "more than one document"));
	assert_null(parse("- a\n", why));
	assert_null(parse("vendors: [\n", why));
	assert_non_null(strstr(why, "line "));
}

static void test_two_vendors_of_one_name_are_refused(void **state)
{
	char text[8192], why[VENDORS_WHY_MAX];
	const char *one = with("", "");

	(void)state;
	snprintf(text, sizeof text, "%s%s", one, one + strlen("vendors:\n"));
	assert_null(parse(text, why));
	assert_non_null(strstr(why, "there is a vendor acme already"));
}

static void secret_file(const char *folder, const char *text, mode_t mode)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/acme.secret", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static struct vendors *with_secret(const char *folder, const char *text, mode_t mode, char why[VENDORS_WHY_MAX])
{
	secret_file(folder, text, mode);
	return vendors_parse(slice_str(with("", "")), folder, true, why);
}

static void test_a_secret_is_a_file_that_nobody_else_may_read(void **state)
{
	char folder[] = "/tmp/pingan-vendor-XXXXXX", path[300], why[VENDORS_WHY_MAX];
	struct vendors *all;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_null(vendors_parse(slice_str(with("", "")), folder, true, why));
	assert_non_null(strstr(why, "vendors.1.secret_files: acme.secret: No such file"));
	assert_null(with_secret(folder, "0123456789abcdef\n", 0640, why));
	assert_non_null(strstr(why, "others may read this secret"));
	assert_null(with_secret(folder, "0123456789abcde\n", 0600, why));
	assert_non_null(strstr(why, "must be 16 to 128 bytes"));
	assert_null(strstr(why, "0123"));
	assert_null(with_secret(folder, "hex:0123456789abcdef0123456789abcdeg\n", 0600, why));
	all = with_secret(folder, "hex:000102030405060708090a0b0c0d0e0f\n", 0600, why);
	assert_non_null(all);
	assert_int_equal(all->at[0].secrets[0].len, 16);
	assert_int_equal(all->at[0].secrets[0].at[15], 15);
	vendors_free(all);
	all = with_secret(folder, "0123456789abcdef\nsecond line\n", 0400, why);
	assert_non_null(all);
	assert_memory_equal(all->at[0].secrets[0].at, "0123456789abcdef", 16);
	assert_int_equal(all->at[0].secrets[1].len, 0);
	vendors_free(all);
	snprintf(path, sizeof path, "%s/acme.secret", folder);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_sample_is_a_good_one),
		cmocka_unit_test(test_no_file_and_an_empty_one_are_no_vendors),
		cmocka_unit_test(test_what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(test_two_vendors_of_one_name_are_refused),
		cmocka_unit_test(test_a_secret_is_a_file_that_nobody_else_may_read),
	};

	return cmocka_run_group_tests_name("vendor", tests, NULL, NULL);
}
