/* test_vendor_sign.c - who is believed: the worked example of docs/PROTOCOLS.md, and everything that is not quite it. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "io/vendor_sign.h"

#define NOW INT64_C(1795334460000) /* a minute after the example's time stamp */
#define MIN ((int64_t)60000)

static struct vendor sample(const char *secret)
{
	char why[VENDORS_WHY_MAX];
	struct vendors *all = vendors_load(PINGAN_SOURCE_DIR "/config/vendors.yaml", false, why);
	struct vendor v;

	assert_non_null(all);
	v = all->at[0];
	vendors_free(all);
	v.secrets[0].len = strlen(secret);
	memcpy(v.secrets[0].at, secret, strlen(secret));
	return v;
}

/* What stands behind "name: " in the worked example. */
static const char *example(const char *name, char ret[512])
{
	char why[SETTINGS_WHY_MAX], head[64];
	size_t len;
	char *page = (char *)settings_file(PINGAN_SOURCE_DIR "/docs/PROTOCOLS.md", 1 << 20, &len, why);
	char *at;

	assert_non_null(page);
	at = strstr(page, "<!-- webhook example -->");
	assert_non_null(at);
	snprintf(head, sizeof head, "\n    %s ", name);
	at = strstr(at, head);
	if (at == NULL)
		fail_msg("docs/PROTOCOLS.md: the example has no %s", name);
	at += strlen(head);
	at += strspn(at, " ");
	snprintf(ret, 512, "%.*s", (int)strcspn(at, "\n"), at);
	free(page);
	return ret;
}

static struct signed_request request(const char *signature, const char *timestamp, const char *key, const char *body)
{
	return (struct signed_request){slice_str(signature), slice_str(timestamp), slice_str(key), slice_str(body)};
}

static enum sign_verdict check(const struct vendor *v, struct signed_request rq, int64_t utc_ms)
{
	uint8_t mac[VENDOR_MAC_LEN];

	return vendor_check_sign(v, &rq, utc_ms, mac);
}

static void test_the_worked_example_is_signed_as_the_page_says(void **state)
{
	char secret[512], signature[512], timestamp[512], key[512], body[512], made[VENDOR_SIGNATURE_MAX];
	struct vendor v = sample(example("secret", secret));
	struct signed_request rq;

	(void)state;
	rq = request(example("X-Sample-Signature:", signature), example("X-Sample-Timestamp:", timestamp),
	             example("Idempotency-Key:", key), example("body", body));
	vendor_sign(&v, 0, &rq, made);
	assert_string_equal(made, signature);
	assert_int_equal(check(&v, rq, NOW), SIGN_GOOD);
}

/* A good request of our own making, to bend. */
struct good {
	struct vendor v;
	char signature[VENDOR_SIGNATURE_MAX];
	struct signed_request rq;
};

static void good_make(struct good *g)
{
	g->v = sample("vendor-demo-secret-0001");
	g->rq = request("", "1795334400", "k1", "{\"a\":1}");
	vendor_sign(&g->v, 0, &g->rq, g->signature);
	g->rq.signature = slice_str(g->signature);
	assert_int_equal(check(&g->v, g->rq, NOW), SIGN_GOOD);
}

static void test_every_part_that_is_signed_counts(void **state)
{
	struct good g;
	char bent[VENDOR_SIGNATURE_MAX];

	(void)state;
	good_make(&g);
	g.rq.body = slice_str("{\"a\":2}");
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_BAD);
	good_make(&g);
	g.rq.key = slice_str("k2");
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_BAD);
	good_make(&g);
	g.rq.timestamp = slice_str("1795334401");
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_BAD);
	/* Every digit of it, and nothing before or behind. */
	good_make(&g);
	for (size_t i = 0; g.signature[i] != '\0'; i++) {
		snprintf(bent, sizeof bent, "%s", g.signature);
		bent[i] = bent[i] == '0' ? '1' : '0';
		assert_int_equal(check(&g.v, request(bent, "1795334400", "k1", "{\"a\":1}"), NOW), SIGN_BAD);
		snprintf(bent, sizeof bent, "%.*s", (int)i, g.signature);
		assert_int_equal(check(&g.v, request(bent, "1795334400", "k1", "{\"a\":1}"), NOW), SIGN_BAD);
	}
	snprintf(bent, sizeof bent, "%.120s00", g.signature);
	assert_int_equal(check(&g.v, request(bent, "1795334400", "k1", "{\"a\":1}"), NOW), SIGN_BAD);
	assert_int_equal(check(&g.v, request("", "1795334400", "k1", "{\"a\":1}"), NOW), SIGN_BAD);
}

static void test_time_stamps_are_good_within_the_tolerance_both_ways(void **state)
{
	struct good g;
	const int64_t stamp_ms = INT64_C(1795334400000);
	static const char *const NO_TIMES[] = {"", "soon", "-1795334400", "1795334400.5", "0x6B000000", "1795334400000000"};

	(void)state;
	good_make(&g);
	assert_int_equal(check(&g.v, g.rq, stamp_ms + 5 * MIN), SIGN_GOOD);
	assert_int_equal(check(&g.v, g.rq, stamp_ms - 5 * MIN), SIGN_GOOD);
	assert_int_equal(check(&g.v, g.rq, stamp_ms + 5 * MIN + 1), SIGN_STALE);
	assert_int_equal(check(&g.v, g.rq, stamp_ms - 5 * MIN - 1), SIGN_STALE);
	/* A wrong signature is only that, whatever its time. */
	g.rq.body = slice_str("{}");
	assert_int_equal(check(&g.v, g.rq, stamp_ms + 50 * MIN), SIGN_BAD);
	for (size_t i = 0; i < COUNT_OF(NO_TIMES); i++) {
		struct signed_request rq = request("", NO_TIMES[i], "k1", "{}");

		vendor_sign(&g.v, 0, &rq, g.signature);
		rq.signature = slice_str(g.signature);
		assert_int_equal(check(&g.v, rq, NOW), SIGN_BAD);
	}
	g.v.sign.timestamp_unit = TIME_MS;
	g.rq = request("", "1795334400000", "", "{}");
	vendor_sign(&g.v, 0, &g.rq, g.signature);
	g.rq.signature = slice_str(g.signature);
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_GOOD);
}

static void test_two_secrets_are_good_while_they_change(void **state)
{
	struct good g;
	struct vendor other = sample("another-secret-000000002");
	char signature[VENDOR_SIGNATURE_MAX];
	struct signed_request rq = request("", "1795334400", "k1", "{\"a\":1}");

	(void)state;
	good_make(&g);
	vendor_sign(&other, 0, &rq, signature);
	rq.signature = slice_str(signature);
	assert_int_equal(check(&g.v, rq, NOW), SIGN_BAD);
	g.v.secrets[1] = other.secrets[0];
	assert_int_equal(check(&g.v, rq, NOW), SIGN_GOOD);
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_GOOD);
	g.v.secrets[0].len = 0;
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_BAD);
	assert_int_equal(check(&g.v, rq, NOW), SIGN_GOOD);
}

/* A place without a secret, and a vendor that nobody knows, believe nobody: not even who knows what stands there. */
static void test_no_secret_is_no_key(void **state)
{
	struct vendor none = sample("x"), zero, nobody;
	char signature[VENDOR_SIGNATURE_MAX];
	struct signed_request rq = request("", "1795334400", "k1", "{}");

	(void)state;
	none.secrets[0].len = 0;
	zero = none;
	memset(&zero.secrets[0], 0, sizeof zero.secrets[0]);
	zero.secrets[0].len = VENDOR_SECRET_MIN;
	vendor_sign(&zero, 0, &rq, signature);
	rq.signature = slice_str(signature);
	assert_int_equal(check(&zero, rq, NOW), SIGN_GOOD);
	assert_int_equal(check(&none, rq, NOW), SIGN_BAD);
	vendor_nobody(&nobody);
	assert_int_equal(check(&nobody, rq, NOW), SIGN_BAD);
}

static void test_base64_and_other_orders_are_read(void **state)
{
	struct good g;

	(void)state;
	good_make(&g);
	g.v.sign.form = FORM_BASE64;
	g.v.sign.prefix[0] = '\0';
	snprintf(g.v.sign.text, sizeof g.v.sign.text, "v0:{body}:{timestamp}");
	vendor_sign(&g.v, 0, &g.rq, g.signature);
	assert_int_equal(strlen(g.signature), 44);
	g.rq.signature = slice_str(g.signature);
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_GOOD);
	g.rq.key = slice_str("not signed");
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_GOOD);
	g.signature[0] = g.signature[0] == 'A' ? 'B' : 'A';
	assert_int_equal(check(&g.v, g.rq, NOW), SIGN_BAD);
}

static void name(uint32_t n, uint8_t ret[VENDOR_MAC_LEN])
{
	memset(ret, 0, VENDOR_MAC_LEN);
	memcpy(ret, &n, sizeof n);
}

static const struct replay_key NO_KEY;

static void test_answers_are_remembered_for_as_long_as_their_request_is_good(void **state)
{
	struct vendor a = sample("x"), b = a;
	struct replays *r = replays_new();
	uint8_t mac[VENDOR_MAC_LEN];
	struct slice answer;

	(void)state;
	snprintf(b.name, sizeof b.name, "other");
	name(1, mac);
	assert_int_equal(replays_find(r, a.name, mac, NOW, &answer), 0);
	replays_keep(r, &a, mac, &NO_KEY, NOW, 202, slice_str("first"));
	assert_int_equal(replays_find(r, a.name, mac, NOW, &answer), 202);
	assert_true(slice_equal(answer, slice_str("first")));
	assert_int_equal(replays_find(r, b.name, mac, NOW, &answer), 0);
	/* Signed five minutes ahead, it is good for ten. */
	assert_int_equal(replays_find(r, a.name, mac, NOW + 10 * MIN, &answer), 202);
	assert_int_equal(replays_find(r, a.name, mac, NOW + 10 * MIN + 1, &answer), 0);
	/* The oldest goes when there is no room; the others stay. */
	for (uint32_t i = 2; i <= a.sign.replay_max + 1; i++) {
		name(i, mac);
		replays_keep(r, &a, mac, &NO_KEY, NOW, 200, slice_str(""));
	}
	name(1, mac);
	assert_int_equal(replays_find(r, a.name, mac, NOW, &answer), 0);
	name(2, mac);
	assert_int_equal(replays_find(r, a.name, mac, NOW, &answer), 200);
	name(a.sign.replay_max + 1, mac);
	assert_int_equal(replays_find(r, a.name, mac, NOW, &answer), 200);
	/* More vendors than places, over the reloads of years: the silent give way. */
	for (int i = 0; i < VENDORS_MAX + 3; i++) {
		snprintf(b.name, sizeof b.name, "v%d", i);
		replays_keep(r, &b, mac, &NO_KEY, NOW + i * 20 * MIN, 200, slice_str(""));
		assert_int_equal(replays_find(r, b.name, mac, NOW + i * 20 * MIN, &answer), 200);
	}
	replays_free(r);
	replays_free(NULL);
}

static void test_a_key_that_is_used_for_other_content_is_noticed_while_its_first_use_is_remembered(void **state)
{
	struct vendor a = sample("x"), b = a;
	struct replays *r = replays_new();
	const struct replay_key first = {7, 100}, other = {7, 101}, next = {9, 101}, none = {0, 5};
	uint8_t mac[VENDOR_MAC_LEN];

	(void)state;
	snprintf(b.name, sizeof b.name, "other");
	assert_false(replays_other(r, a.name, &first, NOW));
	name(1, mac);
	replays_keep(r, &a, mac, &first, NOW, 200, slice_str("a"));
	assert_false(replays_other(r, a.name, &first, NOW));
	assert_true(replays_other(r, a.name, &other, NOW));
	assert_false(replays_other(r, a.name, &next, NOW));
	assert_false(replays_other(r, b.name, &other, NOW));
	/* That it was refused once does not make it right. */
	name(2, mac);
	replays_keep(r, &a, mac, &other, NOW + MIN, 422, slice_str("b"));
	assert_true(replays_other(r, a.name, &other, NOW + MIN));
	assert_false(replays_other(r, a.name, &first, NOW + MIN));
	assert_false(replays_other(r, a.name, &none, NOW));
	assert_false(replays_other(r, a.name, &other, NOW + 30 * MIN));
	replays_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_worked_example_is_signed_as_the_page_says),
		cmocka_unit_test(test_every_part_that_is_signed_counts),
		cmocka_unit_test(test_time_stamps_are_good_within_the_tolerance_both_ways),
		cmocka_unit_test(test_two_secrets_are_good_while_they_change),
		cmocka_unit_test(test_no_secret_is_no_key),
		cmocka_unit_test(test_base64_and_other_orders_are_read),
		cmocka_unit_test(test_a_key_that_is_used_for_other_content_is_noticed_while_its_first_use_is_remembered),
		cmocka_unit_test(test_answers_are_remembered_for_as_long_as_their_request_is_good),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("vendor_sign", tests, NULL, NULL);
}
