/* When two messages are one press, and when they are not. */
#include "support/unit.h"

#include <string.h>

#include "core/alarm.h"

static struct alarm native(void)
{
	return (struct alarm){
		.device = "unit1",
		.id = 0x1122334455667788,
		.kind = KIND_SOS,
		.zone = 3,
		.raised_ms = 1760000000000,
		.protocol = PROTOCOL_NATIVE,
		.battery_pct = 80,
	};
}

static struct alarm dc09(const char *raw)
{
	struct alarm a = {.device = "dc09.1234", .kind = KIND_SOS, .protocol = PROTOCOL_DC09, .battery_pct = 255};

	a.raw_len = (uint16_t)strlen(raw);
	memcpy(a.raw, raw, a.raw_len);
	return a;
}

static bool one_press(const struct alarm *a, const struct alarm *b)
{
	char key_a[ALARM_KEY_MAX], key_b[ALARM_KEY_MAX];
	bool same;

	alarm_key(a, key_a);
	alarm_key(b, key_b);
	same = strcmp(key_a, key_b) == 0;
	assert_int_equal(alarm_hash(a) == alarm_hash(b), same); /* both ways of saying it agree */
	return same;
}

static void test_what_makes_a_press_what_it_is(void **state)
{
	struct alarm a = native(), b;

	(void)state;
	b = a;
	assert_true(one_press(&a, &b));
	strcpy(b.device, "unit2");
	assert_false(one_press(&a, &b));
	b = a;
	b.id++;
	assert_false(one_press(&a, &b));
	b = a;
	b.kind = KIND_PANIC;
	assert_false(one_press(&a, &b));
	b = a;
	b.zone++;
	assert_false(one_press(&a, &b));
	b = a;
	b.raised_ms++;
	assert_false(one_press(&a, &b));
	b = a;
	b.restore = true;
	assert_false(one_press(&a, &b));
}

/* What changes from one sending to the next is no part of it. */
static void test_a_repeat_is_the_same_press(void **state)
{
	struct alarm a = native(), b = native();

	(void)state;
	b.heard = STEP_ANSWERED;
	b.tries = 7;
	b.battery_pct = 10;
	b.mains = true;
	b.signal_dbm = -70;
	b.raw_len = 3;
	memcpy(b.raw, "xyz", 3);
	assert_true(one_press(&a, &b));
}

static void test_a_message_without_an_id_is_its_bytes(void **state)
{
	struct alarm a = dc09("0001#1234[NRP0000]"), b = dc09("0001#1234[NRP0000]"), c = dc09("0002#1234[NRP0000]");

	(void)state;
	b.kind = KIND_FIRE; /* what a table makes of the bytes is not what was sent */
	assert_true(one_press(&a, &b));
	assert_false(one_press(&a, &c));
	b = a;
	strcpy(b.device, "dc09.1235");
	assert_false(one_press(&a, &b));
	/* The device's name and the bytes do not run into each other. */
	a = dc09("4x");
	b = dc09("x");
	strcpy(a.device, "dc09.123");
	strcpy(b.device, "dc09.1234");
	assert_false(one_press(&a, &b));
}

/* For ever: incidents in stores and archives are named by it. A change here orphans them. */
static void test_the_hash_of_a_press_never_changes(void **state)
{
	struct alarm a = native(), b = dc09("raw");

	(void)state;
	assert_int_equal(alarm_hash(&a), UINT64_C(0x4b0cdd2500400298));
	assert_int_equal(alarm_hash(&b), UINT64_C(0xefc3a09c6dc8dea3));
	assert_int_equal(alarm_ref_id(&a), a.id);
	assert_int_equal(alarm_ref_id(&b), alarm_hash(&b));
}

static void test_the_longest_key_fits(void **state)
{
	struct alarm a = native();
	char key[ALARM_KEY_MAX];

	(void)state;
	alarm_key(&a, key);
	assert_string_equal(key, "n.unit1.1122334455667788.1.3.1760000000000.0");
	memset(a.device, 'd', ID_MAX - 1);
	a.id = UINT64_MAX;
	a.kind = KIND_TEST;
	a.zone = UINT32_MAX;
	a.raised_ms = INT64_MAX;
	alarm_key(&a, key);
	assert_true(strlen(key) < ALARM_KEY_MAX);
	a.protocol = PROTOCOL_WATCH;
	a.raw_len = ALARM_RAW_MAX;
	alarm_key(&a, key);
	assert_true(strlen(key) < ALARM_KEY_MAX);
}

static void test_how_long_a_message_is_known_again(void **state)
{
	struct alarm a = native(), b = dc09("raw");

	(void)state;
	assert_int_equal(alarm_memory_ms(&a), INT64_C(30) * 86400000);
	assert_int_equal(alarm_memory_ms(&b), MINUTES(10));
}

#define REFUSED(change)                \
	do {                               \
		struct alarm a = native();     \
		change;                        \
		assert_false(alarm_valid(&a)); \
	} while (0)

static void test_what_no_codec_may_hand_over(void **state)
{
	struct alarm good = native(), raw = dc09("raw");

	(void)state;
	assert_true(alarm_valid(&good));
	assert_true(alarm_valid(&raw));
	good.battery_pct = 255;
	good.heard = STEP_CLOSED;
	good.kind = KIND_TEST;
	assert_true(alarm_valid(&good));
	REFUSED(a.device[0] = '\0');
	REFUSED(memset(a.device, 'd', ID_MAX));
	REFUSED(strcpy(a.device, "unit 1"));
	REFUSED(strcpy(a.device, "unit\n1"));
	REFUSED(strcpy(a.device, "\xe5\xae\xb6"));
	REFUSED(a.kind = KIND_NONE);
	REFUSED(a.kind = KIND_COUNT);
	REFUSED(a.protocol = PROTOCOL_NONE);
	REFUSED(a.protocol = PROTOCOL_COUNT);
	REFUSED(a.heard = STEP_COUNT);
	REFUSED(a.id = 0);
	REFUSED(a.protocol = PROTOCOL_DC09); /* neither id nor bytes: any two presses would be one */
	REFUSED(a.battery_pct = 101);
	REFUSED(a.zone = 65536);
	REFUSED(a.raised_ms = -1);
	REFUSED(a.raw_len = ALARM_RAW_MAX + 1);
	REFUSED(memset(a.code, 'E', sizeof a.code));
	REFUSED(strcpy(a.code, "E 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_makes_a_press_what_it_is),
		cmocka_unit_test(test_a_repeat_is_the_same_press),
		cmocka_unit_test(test_a_message_without_an_id_is_its_bytes),
		cmocka_unit_test(test_the_hash_of_a_press_never_changes),
		cmocka_unit_test(test_the_longest_key_fits),
		cmocka_unit_test(test_how_long_a_message_is_known_again),
		cmocka_unit_test(test_what_no_codec_may_hand_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
