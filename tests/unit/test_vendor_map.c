/* test_vendor_map.c - what a vendor's JSON becomes: every signed press is an alarm that somebody sees, however it is written. */
#include "support/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/vendor_map.h"

static struct vendor v; /* the sample's */
static struct vendor_body b;

static int setup(void **state)
{
	char why[VENDORS_WHY_MAX];
	struct vendors *all = vendors_load(PINGAN_SOURCE_DIR "/config/vendors.yaml", false, why);

	(void)state;
	assert_non_null(all);
	v = all->at[0];
	vendors_free(all);
	return 0;
}

static void map_bytes(const char *body, size_t len, const char *key)
{
	memset(&b, 0xa5, sizeof b);
	vendor_map(&v, slice_of(body, len), slice_str(key), NULL, &b);
	assert_true(b.count <= POST_ALARMS_MAX);
	for (uint32_t i = 0; i < b.count; i++)
		assert_true(alarm_valid(&b.at[i].alarm));
}

static const struct alarm *map(const char *body)
{
	map_bytes(body, strlen(body), "k");
	return &b.at[0].alarm;
}

/* One event with these members. */
static const struct alarm *event(const char *members)
{
	static char body[4096];

	snprintf(body, sizeof body, "{\"events\":[{%s}]}", members);
	return map(body);
}

#define SN "\"device\":{\"sn\":\"A1023\"}"

static void test_a_whole_event_becomes_an_alarm(void **state)
{
	const struct alarm *a =
		event("\"type\":\"sos\",\"at\":1795334399250,\"zone\":2,"
	          "\"device\":{\"sn\":\"A1023\",\"battery\":81,\"rssi\":-67,\"lat\":23.1,\"lon\":113.2}");

	(void)state;
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(b.count, 1);
	assert_false(b.at[0].passed);
	assert_string_equal(a->device, "sample.A1023");
	assert_int_equal(a->kind, KIND_SOS);
	assert_string_equal(a->code, "sos");
	assert_false(a->code_unknown || a->restore);
	assert_int_equal(a->raised_ms, INT64_C(1795334399250));
	assert_int_equal(a->zone, 2);
	assert_int_equal(a->battery_pct, 81);
	assert_int_equal(a->signal_dbm, -67);
	assert_int_equal(a->protocol, PROTOCOL_WEBHOOK);
	assert_true(a->keyed && a->id != 0);
	assert_memory_equal(a->raw, "{\"events\":", 10);
}

static void test_what_may_be_missing_is_not_known_and_no_reason_to_refuse(void **state)
{
	const struct alarm *a = event("\"type\":\"fall\"," SN);

	(void)state;
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(a->kind, KIND_FALL);
	assert_int_equal(a->raised_ms, 0);
	assert_int_equal(a->battery_pct, 255);
	assert_int_equal(a->signal_dbm, 0);
	assert_int_equal(a->zone, 0);
	/* Nor is nonsense in their place. */
	a = event("\"type\":\"sos\",\"at\":\"soon\",\"zone\":-1,\"device\":{\"sn\":\"A1023\",\"battery\":101,\"rssi\":{}}");
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(a->kind, KIND_SOS);
	assert_int_equal(a->raised_ms, 0);
	assert_int_equal(a->battery_pct, 255);
	assert_false(a->keyed);
}

static void test_an_unknown_code_is_shown_to_a_person(void **state)
{
	const struct alarm *a = event("\"type\":\"跌倒!\",\"at\":1," SN);

	(void)state;
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(a->kind, KIND_UNKNOWN);
	assert_true(a->code_unknown && !b.at[0].passed);
	assert_string_equal(a->code, "______!");
	/* What nobody understands cannot be over. */
	a = event("\"type\":\"what\",\"state\":\"cleared\"," SN);
	assert_false(a->restore);
	a = event("\"type\":7," SN);
	assert_string_equal(a->code, "7");
}

static void test_a_code_that_means_nothing_is_passed_over_and_no_other(void **state)
{
	(void)state;
	event("\"type\":\"heartbeat\"," SN);
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_true(b.at[0].passed);
	event("\"type\":\"Heartbeat\"," SN);
	assert_false(b.at[0].passed);
}

static void test_restores_by_code_and_by_state(void **state)
{
	(void)state;
	assert_true(event("\"type\":\"online\"," SN)->restore);
	assert_int_equal(b.at[0].alarm.kind, KIND_LINK);
	assert_true(event("\"type\":\"smoke\",\"state\":\"cleared\"," SN)->restore);
	assert_true(event("\"type\":\"smoke\",\"state\":0," SN)->restore);
	assert_false(event("\"type\":\"smoke\",\"state\":1," SN)->restore);
	assert_false(event("\"type\":\"smoke\",\"state\":null," SN)->restore);
}

/* A press without a name is a press: somebody looks at its bytes. */
static void test_a_press_without_device_or_code_is_shown_and_refused_with_its_place(void **state)
{
	const struct alarm *a = event("\"type\":\"sos\"");

	(void)state;
	assert_int_equal(b.verdict, VENDOR_WRONG);
	assert_string_equal(b.pointer, "/events/0/device/sn");
	assert_string_equal(b.problem, "names no device");
	assert_string_equal(a->device, "sample.?");
	assert_int_equal(a->kind, KIND_SOS);
	a = event(SN);
	assert_int_equal(b.verdict, VENDOR_WRONG);
	assert_string_equal(b.pointer, "/events/0/type");
	assert_string_equal(a->device, "sample.A1023");
	assert_int_equal(a->kind, KIND_UNKNOWN);
	event("\"type\":\"sos\",\"device\":{\"sn\":\"\"}");
	assert_int_equal(b.verdict, VENDOR_WRONG);
	event("\"type\":\"sos\",\"device\":{\"sn\":[1]}");
	assert_int_equal(b.verdict, VENDOR_WRONG);
	event("\"type\":\"sos\",\"device\":{\"sn\":\"A\\u0000B\"}");
	assert_int_equal(b.verdict, VENDOR_WRONG);
	/* The others of the list are not lost with it. */
	map("{\"events\":[{\"type\":\"sos\"},{\"type\":\"fall\"," SN "}]}");
	assert_int_equal(b.count, 2);
	assert_int_equal(b.at[1].alarm.kind, KIND_FALL);
	assert_string_equal(b.at[1].alarm.device, "sample.A1023");
	map("{\"events\":[7]}");
	assert_int_equal(b.verdict, VENDOR_WRONG);
	assert_int_equal(b.count, 1);
}

static void test_a_device_id_that_does_not_fit_is_always_the_same(void **state)
{
	char first[ID_MAX];

	(void)state;
	memcpy(first, event("\"type\":\"sos\",\"device\":{\"sn\":\"a very long name with blanks 0001\"}")->device, ID_MAX);
	assert_memory_equal(first, "sample.~", 8);
	assert_string_equal(first,
	                    event("\"type\":\"fall\",\"device\":{\"sn\":\"a very long name with blanks 0001\"}")->device);
	assert_string_not_equal(
		first, event("\"type\":\"sos\",\"device\":{\"sn\":\"a very long name with blanks 0002\"}")->device);
	assert_string_equal(event("\"type\":\"sos\",\"device\":{\"sn\":860123456789012}")->device,
	                    "sample.860123456789012");
	/* Nobody can be called like what stands for nobody. */
	assert_memory_equal(event("\"type\":\"sos\",\"device\":{\"sn\":\"?\"}")->device, "sample.~", 8);
	assert_memory_equal(event("\"type\":\"sos\",\"device\":{\"sn\":\"~0123456789abcdef\"}")->device, "sample.~", 8);
	assert_string_not_equal(b.at[0].alarm.device, "sample.~0123456789abcdef");
}

static void unreadable(const char *body, size_t len, const char *problem)
{
	map_bytes(body, len, "k");
	if (b.verdict != VENDOR_UNREADABLE || strstr(b.problem, problem) == NULL)
		fail_msg("%s: %s", body, b.problem == NULL ? "good" : b.problem);
	assert_true(b.offset <= len);
	assert_int_equal(b.count, 1);
	assert_string_equal(b.at[0].alarm.device, "sample.?");
	assert_int_equal(b.at[0].alarm.kind, KIND_UNKNOWN);
	assert_false(b.at[0].alarm.keyed);
	assert_int_equal(b.at[0].alarm.raw_len, len < ALARM_RAW_MAX ? len : ALARM_RAW_MAX);
}

static void test_what_cannot_be_read_is_shown_with_its_bytes(void **state)
{
	static char deep[40000];

	(void)state;
#define UNREADABLE(text, problem) unreadable(text, sizeof text - 1, problem)
	UNREADABLE("{\"events\":[{\"type\":\"sos\"", "ends too early");
	UNREADABLE("not json", "is not JSON");
	UNREADABLE("{\"events\":[]} {}", "goes on behind its end");
	UNREADABLE("{\"a\":1,\"a\":2}", "names a member twice");
	UNREADABLE("{\"name\":\"\xc4\xe3\xba\xc3\"}", "is not UTF-8");
	UNREADABLE("{\"name\":\"\xed\xa0\x80\"}", "is not UTF-8");
	UNREADABLE("{\"name\":\"\xc0\x80\"}", "is not UTF-8");
	UNREADABLE("{\"n\":1e999}", "too large");
	UNREADABLE("{\"a\0b\":1}", "is not JSON");
	UNREADABLE("\"sos\"", "is not JSON");
	UNREADABLE("\0", "ends too early");
	memset(deep, '[', sizeof deep);
	map_bytes(deep, sizeof deep, "k");
	assert_int_equal(b.verdict, VENDOR_UNREADABLE);
	assert_string_equal(b.problem, "is nested too deeply");
	assert_int_equal(b.at[0].alarm.raw_len, ALARM_RAW_MAX);
	/* Nothing at all is nothing to see. */
	map_bytes("", 0, "k");
	assert_int_equal(b.verdict, VENDOR_UNREADABLE);
	assert_int_equal(b.count, 0);
}

/* Numbers and texts that nobody asked for hide no press. */
static void test_strange_members_beside_it_hide_no_press(void **state)
{
	(void)state;
	assert_int_equal(event("\"type\":\"sos\",\"iccid\":89860012345678901234567890," SN)->kind, KIND_SOS);
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(event("\"type\":\"sos\",\"x\":\"a\\u0000b\"," SN)->kind, KIND_SOS);
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(event("\"type\":\"sos\",\"\":{\"~/\":[null]}," SN)->kind, KIND_SOS);
}

static void test_lists(void **state)
{
	char body[8192];
	size_t len = 0;

	(void)state;
	map("{\"events\":[]}");
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_int_equal(b.count, 0);
	map("{\"events\":{}}");
	assert_int_equal(b.verdict, VENDOR_WRONG);
	assert_string_equal(b.pointer, "/events");
	assert_int_equal(b.count, 1);
	map("{}");
	assert_int_equal(b.verdict, VENDOR_WRONG);
	/* More than a request may bring: the last one stands for the rest, in sight. */
	for (int i = 0; i < POST_ALARMS_MAX + 2; i++)
		len += (size_t)snprintf(body + len, sizeof body - len, "%s{\"type\":\"sos\",\"device\":{\"sn\":\"A%d\"}}",
		                        i == 0 ? "{\"events\":[" : ",", i);
	snprintf(body + len, sizeof body - len, "]}");
	map(body);
	assert_int_equal(b.verdict, VENDOR_WRONG);
	assert_int_equal(b.count, POST_ALARMS_MAX);
	assert_string_equal(b.at[POST_ALARMS_MAX - 2].alarm.device, "sample.A30");
	assert_string_equal(b.at[POST_ALARMS_MAX - 1].alarm.device, "sample.?");
	assert_string_equal(b.pointer, "/events/31");
}

static void key_of(char ret[ALARM_KEY_MAX])
{
	alarm_key(&b.at[0].alarm, ret);
}

#define PRESS "\"type\":\"sos\",\"at\":1795334399250," SN

static void test_identity_is_the_key_with_the_content(void **state)
{
	char first[ALARM_KEY_MAX], next[ALARM_KEY_MAX];

	(void)state;
	event(PRESS);
	key_of(first);
	assert_int_equal(alarm_memory_ms(&b.at[0].alarm), INT64_C(30) * 86400000);
	/* Written in another order, with other blanks, or sent as another attempt, it is the same message. */
	map("{ \"events\" : [ {" SN ", \"at\":1795334399250, \"type\":\"sos\", \"attempt\":3,\n\"sent_at\":\"now\"} ] }");
	key_of(next);
	assert_string_equal(first, next);
	/* With another key, or other content, it is not. */
	map_bytes("{\"events\":[{" PRESS "}]}", strlen("{\"events\":[{" PRESS "}]}"), "other");
	key_of(next);
	assert_string_not_equal(first, next);
	event(PRESS ",\"more\":1");
	key_of(next);
	assert_string_not_equal(first, next);
	event("\"type\":\"sos\",\"at\":1795334399251," SN);
	key_of(next);
	assert_string_not_equal(first, next);
	/* The same twice in one list, with one key for all of it: in doubt it was pressed twice. */
	map("{\"events\":[{" PRESS "},{" PRESS "}]}");
	assert_int_not_equal(alarm_hash(&b.at[0].alarm), alarm_hash(&b.at[1].alarm));
}

/* Two presses may look alike: ten minutes, and never across the closing of the incident. */
static void test_without_key_or_time_a_message_is_known_for_ten_minutes(void **state)
{
	(void)state;
	event("\"type\":\"sos\"," SN);
	assert_false(alarm_has_id(&b.at[0].alarm));
	assert_int_equal(alarm_memory_ms(&b.at[0].alarm), MINUTES(10));
	map_bytes("{\"events\":[{" PRESS "}]}", strlen("{\"events\":[{" PRESS "}]}"), "");
	assert_false(alarm_has_id(&b.at[0].alarm));
	assert_int_not_equal(b.at[0].alarm.id, 0);
}

static void test_a_key_of_the_event_is_its_own_wherever_it_stands(void **state)
{
	const struct vendor was = v;
	char first[ALARM_KEY_MAX], next[ALARM_KEY_MAX];

	(void)state;
	v.key.header[0] = '\0';
	v.key.at = (struct vendor_source){.from = SOURCE_EVENT, .pointer = "/id"};
	event("\"id\":17," PRESS);
	assert_true(b.at[0].alarm.keyed);
	key_of(first);
	map("{\"events\":[{},{\"id\":17," PRESS "}]}");
	alarm_key(&b.at[1].alarm, next);
	assert_string_equal(first, next);
	event("\"id\":18," PRESS);
	key_of(next);
	assert_string_not_equal(first, next);
	event(PRESS);
	assert_false(b.at[0].alarm.keyed);
	event("\"id\":\"\"," PRESS);
	assert_false(b.at[0].alarm.keyed);
	v = was;
}

static void test_of_a_long_body_the_head_and_the_event_are_kept(void **state)
{
	static char body[20000];
	const struct alarm *a;
	char raw[ALARM_RAW_MAX + 1];
	uint64_t first;
	int len = snprintf(body, sizeof body, "{\"begin\":1,\"pad\":\"%08000d\",\"events\":[{},{" PRESS "}]}", 0);

	(void)state;
	map_bytes(body, (size_t)len, "k");
	a = &b.at[1].alarm;
	assert_int_equal(a->raw_len, ALARM_RAW_MAX);
	memcpy(raw, a->raw, ALARM_RAW_MAX);
	raw[ALARM_RAW_MAX] = '\0';
	assert_non_null(strstr(raw, "{\"begin\":1,"));
	assert_non_null(strstr(raw, "\"sn\":\"A1023\""));
	assert_non_null(
		strstr(raw, "event \"/events/1\": device=sample.A1023 code=sos kind=sos zone=0 raised_ms=1795334399250"));
	/* What stands around the event is no part of its identity. */
	first = alarm_hash(a);
	body[100] = '1';
	map_bytes(body, (size_t)len, "k");
	assert_int_equal(alarm_hash(&b.at[1].alarm), first);
}

static void test_constants_defaults_and_the_whole_body(void **state)
{
	const struct vendor was = v;

	(void)state;
	v.map.list = false;
	v.map.device = (struct vendor_source){.from = SOURCE_BODY, .pointer = "/a~1b/m~0n/1"};
	v.map.code = (struct vendor_source){.from = SOURCE_CONSTANT, .has_preset = true, .preset = "sos"};
	v.map.zone = (struct vendor_source){.from = SOURCE_EVENT, .pointer = "/z", .has_preset = true, .preset = "3"};
	map("{\"a/b\":{\"m~n\":[0,\"X1\"]}}");
	assert_int_equal(b.verdict, VENDOR_GOOD);
	assert_string_equal(b.at[0].alarm.device, "sample.X1");
	assert_int_equal(b.at[0].alarm.kind, KIND_SOS);
	assert_int_equal(b.at[0].alarm.zone, 3);
	map("{\"a/b\":{\"m~n\":[0,\"X1\"]},\"z\":\"4\"}");
	assert_int_equal(b.at[0].alarm.zone, 4);
	/* A body that is a list. */
	v = was;
	v.map.events[0] = '\0';
	map("[{" PRESS "},{" PRESS "}]");
	assert_int_equal(b.count, 2);
	v = was;
}

static int64_t iso(const char *text)
{
	int64_t ms = -1;

	if (vendor_time_iso(text, 480, &ms))
		return ms;
	/* An alarm with a time that is none would be no alarm at all. */
	assert_int_equal(ms, -1);
	return -1;
}

static void test_times(void **state)
{
	static const char *const NONE[] = {"",
	                                   "2026",
	                                   "2026-11-22",
	                                   "2026-13-22T08:30:00",
	                                   "2026-11-32T08:30:00",
	                                   "2026-11-22T24:30:00",
	                                   "2026-11-22T08:60:00",
	                                   "2026-11-22T08:30:00+",
	                                   "2026-11-22T08:30:00.",
	                                   "2026-11-22T08:30:00Zx",
	                                   "2026-11-22T08:30:00+15:00",
	                                   "2026-11-22T08:30:00+08:99",
	                                   "1969-12-31T23:59:59Z",
	                                   "0000-00-00T00:00:00",
	                                   "２０２６-11-22T08:30:00"};
	const struct vendor was = v;

	(void)state;
	assert_int_equal(iso("2026-11-22T08:30:00Z"), INT64_C(1795336200000));
	assert_int_equal(iso("2026-11-22T16:30:00+08:00"), INT64_C(1795336200000));
	assert_int_equal(iso("2026-11-22T16:30:00+0800"), INT64_C(1795336200000));
	assert_int_equal(iso("2026-11-22T03:00:00-05:30"), INT64_C(1795336200000));
	assert_int_equal(iso("2026-11-22 16:30:00"), INT64_C(1795336200000));
	assert_int_equal(iso("2026-11-22t08:30:00.25z"), INT64_C(1795336200250));
	assert_int_equal(iso("2026-11-22T08:30:00.123456789Z"), INT64_C(1795336200123));
	for (size_t i = 0; i < COUNT_OF(NONE); i++)
		if (iso(NONE[i]) != -1)
			fail_msg("\"%s\" was taken", NONE[i]);
	v.map.time_form = TIME_S;
	assert_int_equal(event("\"type\":\"sos\",\"at\":1795336200.25," SN)->raised_ms, INT64_C(1795336200250));
	assert_int_equal(event("\"type\":\"sos\",\"at\":\"1795336200\"," SN)->raised_ms, INT64_C(1795336200000));
	assert_int_equal(event("\"type\":\"sos\",\"at\":1e300," SN)->raised_ms, 0);
	assert_int_equal(event("\"type\":\"sos\",\"at\":-5," SN)->raised_ms, 0);
	v.map.time_form = TIME_ISO;
	assert_int_equal(event("\"type\":\"sos\",\"at\":\"2026-11-22T16:30:00+08:00\"," SN)->raised_ms,
	                 INT64_C(1795336200000));
	assert_int_equal(event("\"type\":\"sos\",\"at\":1795336200," SN)->raised_ms, 0);
	/* A time that is none, east of Greenwich, is no time before 1970 either: such a press once brought the daemon down. */
	assert_int_equal(event("\"type\":\"sos\",\"at\":\"2026-11-22 48:30:00\"," SN)->raised_ms, 0);
	assert_int_equal(event("\"type\":\"sos\",\"at\":\"1970-01-01T00:30:00\"," SN)->raised_ms, 0);
	v = was;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_event_becomes_an_alarm),
		cmocka_unit_test(test_what_may_be_missing_is_not_known_and_no_reason_to_refuse),
		cmocka_unit_test(test_an_unknown_code_is_shown_to_a_person),
		cmocka_unit_test(test_a_code_that_means_nothing_is_passed_over_and_no_other),
		cmocka_unit_test(test_restores_by_code_and_by_state),
		cmocka_unit_test(test_a_press_without_device_or_code_is_shown_and_refused_with_its_place),
		cmocka_unit_test(test_a_device_id_that_does_not_fit_is_always_the_same),
		cmocka_unit_test(test_what_cannot_be_read_is_shown_with_its_bytes),
		cmocka_unit_test(test_strange_members_beside_it_hide_no_press),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_identity_is_the_key_with_the_content),
		cmocka_unit_test(test_without_key_or_time_a_message_is_known_for_ten_minutes),
		cmocka_unit_test(test_a_key_of_the_event_is_its_own_wherever_it_stands),
		cmocka_unit_test(test_of_a_long_body_the_head_and_the_event_are_kept),
		cmocka_unit_test(test_constants_defaults_and_the_whole_body),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("vendor_map", tests, setup, NULL);
}
