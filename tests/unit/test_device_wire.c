/* The native frame: what goes in comes out, what is out of range is refused, what a newer device says is kept for a person. */
#include "support/unit.h"

#include <stdlib.h>

#include "pingan/v1/device.pb-c.h"
#include "wire/device.h"

static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
static struct arena arena;
static struct up up, again;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, memory, sizeof memory);
	return 0;
}

static struct alarm press(uint64_t id)
{
	return (struct alarm){.id = id,
	                      .kind = KIND_FALL,
	                      .zone = 65535,
	                      .raised_ms = 1795336200000,
	                      .protocol = PROTOCOL_NATIVE,
	                      .mains = true,
	                      .battery_pct = 255,
	                      .signal_dbm = -87,
	                      .heard = STEP_ARRIVED,
	                      .tries = 4000000000u};
}

static void assert_alarm_equal(const struct alarm *a, const struct alarm *b)
{
	assert_true(a->id == b->id);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->zone, b->zone);
	assert_true(a->raised_ms == b->raised_ms);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->restore, b->restore);
	assert_int_equal(a->mains, b->mains);
	assert_int_equal(a->battery_pct, b->battery_pct);
	assert_int_equal(a->signal_dbm, b->signal_dbm);
	assert_int_equal(a->heard, b->heard);
	assert_int_equal(a->tries, b->tries);
	assert_int_equal(a->code_unknown, b->code_unknown);
	assert_string_equal(a->code, b->code);
}

/* Encodes, cuts, decodes into `again`; the frame must be one and whole. */
static int through(const struct up *from)
{
	static uint8_t bytes[8192];
	struct buf b = buf_of(bytes, sizeof bytes);
	struct slice body;
	size_t used;

	device_up_encode(from, &b);
	assert_false(b.overflow);
	assert_int_equal(device_cut(slice_of(bytes, b.len), &body, &used), DEVICE_CUT_FRAME);
	assert_int_equal(used, b.len);
	for (size_t len = 0; len < b.len; len++)
		assert_int_equal(device_cut(slice_of(bytes, len), &body, &used), DEVICE_CUT_MORE);
	(void)device_cut(slice_of(bytes, b.len), &body, &used);
	return device_up_decode(body, &arena, &again);
}

static void test_every_up_comes_back(void **state)
{
	static const uint8_t TOKEN[64] = {0, 1, 2, 255};

	(void)state;
	memset(&up, 0, sizeof up);
	up.type = UP_HELLO;
	up.version = DEVICE_VERSION;
	strcpy(up.device, "d-0123456789012345678901234567x");
	up.token = slice_of(TOKEN, sizeof TOKEN);
	strcpy(up.model, "M");
	strcpy(up.firmware, "1.2.3");
	up.boot = 77;
	up.alarm_count = DEVICE_HELD_MAX;
	for (uint32_t i = 0; i < DEVICE_HELD_MAX; i++)
		up.alarms[i] = press(i + 1);
	assert_int_equal(through(&up), 0);
	assert_int_equal(again.type, UP_HELLO);
	assert_int_equal(again.version, DEVICE_VERSION);
	assert_string_equal(again.device, up.device);
	assert_true(slice_equal(again.token, up.token));
	assert_string_equal(again.model, "M");
	assert_string_equal(again.firmware, "1.2.3");
	assert_int_equal(again.boot, 77);
	assert_int_equal(again.alarm_count, DEVICE_HELD_MAX);
	for (uint32_t i = 0; i < DEVICE_HELD_MAX; i++)
		assert_alarm_equal(&again.alarms[i], &up.alarms[i]);

	up.type = UP_HEARTBEAT;
	up.seq = 4294967295u;
	up.battery_pct = 100;
	up.mains = true;
	up.signal_dbm = -120;
	up.alarm_count = 1;
	assert_int_equal(through(&up), 0);
	assert_int_equal(again.type, UP_HEARTBEAT);
	assert_int_equal(again.seq, 4294967295u);
	assert_int_equal(again.battery_pct, 100);
	assert_true(again.mains);
	assert_int_equal(again.signal_dbm, -120);
	assert_alarm_equal(&again.alarms[0], &up.alarms[0]);

	up.type = UP_ALARM;
	assert_int_equal(through(&up), 0);
	assert_int_equal(again.type, UP_ALARM);
	assert_alarm_equal(&again.alarms[0], &up.alarms[0]);

	up.type = UP_CANCEL;
	up.alarm_count = 0;
	up.cancel = UINT64_MAX;
	assert_int_equal(through(&up), 0);
	assert_int_equal(again.type, UP_CANCEL);
	assert_true(again.cancel == UINT64_MAX);
}

/* The same press has the same raw bytes and identity, whether it comes by itself or held. */
static void test_held_and_sent_are_one_press(void **state)
{
	uint64_t sent;

	(void)state;
	memset(&up, 0, sizeof up);
	up.type = UP_ALARM;
	up.alarm_count = 1;
	up.alarms[0] = press(9);
	assert_int_equal(through(&up), 0);
	strcpy(again.alarms[0].device, "d1");
	assert_true(alarm_valid(&again.alarms[0]));
	assert_true(again.alarms[0].raw_len > 0);
	sent = alarm_hash(&again.alarms[0]);
	up.type = UP_HEARTBEAT;
	up.battery_pct = 255;
	up.alarms[0].tries = 1;
	up.alarms[0].heard = STEP_STORED;
	assert_int_equal(through(&up), 0);
	strcpy(again.alarms[0].device, "d1");
	assert_true(alarm_hash(&again.alarms[0]) == sent);
}

static void test_a_kind_of_the_future_is_kept(void **state)
{
	static const int KINDS[] = {KIND_COUNT, 99, INT32_MAX, INT32_MIN, -1};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		Pingan__V1__Alarm m = PINGAN__V1__ALARM__INIT;
		Pingan__V1__Up u = PINGAN__V1__UP__INIT;
		uint8_t bytes[256];
		struct alarm first;
		size_t len;

		m.id = 5;
		m.kind = (Pingan__V1__Kind)KINDS[i];
		u.body_case = PINGAN__V1__UP__BODY_ALARM;
		u.alarm = &m;
		len = pingan__v1__up__pack(&u, bytes);
		assert_int_equal(device_up_decode(slice_of(bytes, len), &arena, &up), 0);
		assert_int_equal(up.alarms[0].kind, KIND_UNKNOWN);
		assert_true(up.alarms[0].code_unknown);
		strcpy(up.alarms[0].device, "d1");
		assert_true(alarm_valid(&up.alarms[0]));
		first = up.alarms[0];
		assert_int_equal(through(&up), 0);
		assert_alarm_equal(&again.alarms[0], &first);
	}
}

/* One broken field at a time. */
static void test_what_is_out_of_range_is_refused(void **state)
{
	struct alarm bad[8];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		bad[i] = press(1);
	bad[0].id = 0;
	bad[1].kind = KIND_NONE;
	bad[2].zone = 65536;
	bad[3].raised_ms = -1;
	bad[4].battery_pct = 101;
	bad[5].signal_dbm = -201;
	bad[6].heard = STEP_COUNT;
	bad[7].raised_ms = INT64_MAX;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		memset(&up, 0, sizeof up);
		up.type = UP_ALARM;
		up.alarm_count = 1;
		up.alarms[0] = bad[i];
		assert_int_equal(through(&up), -1);
		/* Nor in the company of good ones. */
		up.type = UP_HEARTBEAT;
		up.alarm_count = 2;
		up.alarms[1] = bad[i];
		up.alarms[0] = press(2);
		assert_int_equal(through(&up), -1);
	}
	memset(&up, 0, sizeof up);
	up.type = UP_CANCEL;
	assert_int_equal(through(&up), -1);
	up.type = UP_HEARTBEAT;
	up.battery_pct = 200;
	assert_int_equal(through(&up), -1);
	up.battery_pct = 20;
	assert_int_equal(through(&up), 0);
	up.signal_dbm = 2000;
	assert_int_equal(through(&up), -1);
}

static int hello(const char *device, size_t token_len, const char *model, size_t held)
{
	static uint8_t token[128], bytes[DEVICE_FRAME_MAX * 2];
	Pingan__V1__HeldAlarm one = PINGAN__V1__HELD_ALARM__INIT, *list[16];
	Pingan__V1__Alarm alarm = PINGAN__V1__ALARM__INIT;
	Pingan__V1__Hello m = PINGAN__V1__HELLO__INIT;
	Pingan__V1__Up u = PINGAN__V1__UP__INIT;

	alarm.id = 1;
	alarm.kind = PINGAN__V1__KIND__KIND_SOS;
	one.alarm = &alarm;
	for (size_t i = 0; i < held; i++)
		list[i] = &one;
	m.version = 1;
	m.device = (char *)device;
	m.token.data = token;
	m.token.len = token_len;
	m.model = (char *)model;
	m.held = list;
	m.n_held = held;
	u.body_case = PINGAN__V1__UP__BODY_HELLO;
	u.hello = &m;
	return device_up_decode(slice_of(bytes, pingan__v1__up__pack(&u, bytes)), &arena, &up);
}

static void test_hello_is_checked(void **state)
{
	(void)state;
	assert_int_equal(hello("d1", 0, "", 0), 0);
	assert_int_equal(hello("d1", 16, "", DEVICE_HELD_MAX), 0);
	assert_int_equal(hello("d1", 64, "0123456789012345678901234567890", 0), 0);
	assert_int_equal(hello("", 0, "", 0), -1);
	assert_int_equal(hello("01234567890123456789012345678901", 0, "", 0), -1);
	assert_int_equal(hello("d 1", 0, "", 0), -1);
	assert_int_equal(hello("d\n1", 0, "", 0), -1);
	assert_int_equal(hello("d\xc3\xa9", 0, "", 0), -1);
	assert_int_equal(hello("d1", 15, "", 0), -1);
	assert_int_equal(hello("d1", 65, "", 0), -1);
	assert_int_equal(hello("d1", 0, "01234567890123456789012345678901", 0), -1);
	assert_int_equal(hello("d1", 0, "", DEVICE_HELD_MAX + 1), -1);
}

static void test_broken_bytes_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} BODIES[] = {
		{"\xff\xff\xff", 3},     /* no field */
		{"\x1a\x05\x09", 3},     /* alarm cut off */
		{"\x1a\x00", 2},         /* empty alarm: id 0 */
		{"\x2a\x00", 2},         /* a message that this version does not know */
		{"\x12\x02\x28\x80", 4}, /* varint cut off */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BODIES); i++)
		assert_int_equal(device_up_decode(slice_of(BODIES[i].bytes, BODIES[i].len), &arena, &up), -1);
}

static void test_frames_are_bounded(void **state)
{
	static uint8_t bytes[DEVICE_FRAME_MAX + 16];
	struct slice body;
	size_t used = 9;

	(void)state;
	assert_int_equal(device_cut(slice_of(bytes, 0), &body, &used), DEVICE_CUT_MORE);
	assert_int_equal(used, 0);
	bytes[0] = 0;
	assert_int_equal(device_cut(slice_of(bytes, 1), &body, &used), DEVICE_CUT_BAD);
	/* 4,096 is the longest. */
	bytes[0] = 0x80;
	bytes[1] = 0x20;
	assert_int_equal(device_cut(slice_of(bytes, 2), &body, &used), DEVICE_CUT_MORE);
	assert_int_equal(device_cut(slice_of(bytes, 2 + 4096), &body, &used), DEVICE_CUT_FRAME);
	assert_int_equal(body.len, 4096);
	assert_int_equal(used, 4098);
	bytes[0] = 0x81;
	assert_int_equal(device_cut(slice_of(bytes, 2), &body, &used), DEVICE_CUT_BAD);
	/* Longer than needed. */
	bytes[0] = 0x85;
	bytes[1] = 0x00;
	assert_int_equal(device_cut(slice_of(bytes, 2), &body, &used), DEVICE_CUT_BAD);
	bytes[0] = 0x85;
	bytes[1] = 0x80;
	bytes[2] = 0x00;
	assert_int_equal(device_cut(slice_of(bytes, 3), &body, &used), DEVICE_CUT_BAD);
	assert_int_equal(device_cut(slice_of(bytes, 1), &body, &used), DEVICE_CUT_MORE);
}

static void test_every_down_comes_back(void **state)
{
	static const struct down DOWNS[] = {
		{.type = DOWN_WELCOME, .server_ms = 1795336200000, .heartbeat_s = 86400},
		{.type = DOWN_WELCOME, .server_ms = 0, .heartbeat_s = DEVICE_HEARTBEAT_MIN_S},
		{.type = DOWN_HEARTBEAT_ACK, .server_ms = 1},
		{.type = DOWN_HEARTBEAT_ACK, .server_ms = 1, .heartbeat_s = 300},
		{.type = DOWN_ACK, .alarm = UINT64_MAX, .incident = UINT64_MAX - 1, .silent = true},
		{.type = DOWN_ACK, .alarm = 1, .say = SAY_HEARD},
		{.type = DOWN_STATUS, .alarm = 1, .step = STEP_HELP_ON_THE_WAY, .eta_min = 1440, .say = SAY_ON_THE_WAY},
		{.type = DOWN_STATUS, .alarm = 1, .step = STEP_NONE, .say = SAY_NOT_STORED},
		{.type = DOWN_CONFIGURE, .heartbeat_s = 10, .revision = 1, .language = "yue"},
		{.type = DOWN_CONFIGURE,
	     .heartbeat_s = 86400,
	     .revision = UINT32_MAX,
	     .language = "cmn-xyz",
	     .prompts = UINT32_MAX,
	     .number_count = DEVICE_NUMBERS_MAX,
	     .numbers = {"110", "+12345678901234567890", "02012345678901234567", "12345678901234567890"},
	     .server_ms = 253402300799999},
		{.type = DOWN_NEW_KEY, .key = "0123456789012345678901234567890", .identity = "d0010+0a1b2c3d"},
		{.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_OVERLOAD, .retry_s = 4294967295u},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(DOWNS); i++) {
		uint8_t bytes[DEVICE_DOWN_MAX];
		struct buf b = buf_of(bytes, sizeof bytes);
		struct slice body;
		struct down down;
		size_t used;

		device_down_encode(&DOWNS[i], &b);
		assert_false(b.overflow);
		assert_int_equal(device_cut(slice_of(bytes, b.len), &body, &used), DEVICE_CUT_FRAME);
		assert_int_equal(device_down_decode(body, &arena, &down), 0);
		assert_int_equal(down.type, DOWNS[i].type);
		assert_true(down.server_ms == DOWNS[i].server_ms);
		assert_int_equal(down.heartbeat_s, DOWNS[i].heartbeat_s);
		assert_true(down.alarm == DOWNS[i].alarm && down.incident == DOWNS[i].incident);
		assert_int_equal(down.silent, DOWNS[i].silent);
		assert_int_equal(down.step, DOWNS[i].step);
		assert_int_equal(down.eta_min, DOWNS[i].eta_min);
		assert_int_equal(down.reason, DOWNS[i].reason);
		assert_int_equal(down.retry_s, DOWNS[i].retry_s);
		assert_int_equal(down.say, DOWNS[i].say);
		assert_int_equal(down.revision, DOWNS[i].revision);
		assert_int_equal(down.prompts, DOWNS[i].prompts);
		assert_string_equal(down.language, DOWNS[i].language);
		assert_int_equal(down.number_count, DOWNS[i].number_count);
		assert_memory_equal(down.numbers, DOWNS[i].numbers, sizeof down.numbers);
		assert_memory_equal(down.key, DOWNS[i].key, sizeof down.key);
		assert_string_equal(down.identity, DOWNS[i].identity);
	}
}

static int down_of(const Pingan__V1__Down *m)
{
	uint8_t bytes[1024];
	struct down down;

	assert_true(pingan__v1__down__get_packed_size(m) <= sizeof bytes);
	return device_down_decode(slice_of(bytes, pingan__v1__down__pack(m, bytes)), &arena, &down);
}

/* A unit does not take over what it could not live by. */
static void test_what_a_unit_is_told_is_checked(void **state)
{
	static const char *const NUMBERS[] = {"12", "123456789012345678901", "+", "12a4", "12 34", "", "+12"};
	Pingan__V1__Down m = PINGAN__V1__DOWN__INIT;
	Pingan__V1__Configure c = PINGAN__V1__CONFIGURE__INIT;
	Pingan__V1__NewKey k = PINGAN__V1__NEW_KEY__INIT;
	Pingan__V1__Status st = PINGAN__V1__STATUS__INIT;
	uint8_t key[33] = {1};
	char *numbers[DEVICE_NUMBERS_MAX + 1] = {(char *)"110", (char *)"110", (char *)"110", (char *)"110", (char *)"110"};

	(void)state;
	m.body_case = PINGAN__V1__DOWN__BODY_CONFIGURE;
	m.configure = &c;
	c.heartbeat_s = 60;
	c.revision = 7;
	c.language = (char *)"cmn";
	c.numbers = numbers;
	c.n_numbers = DEVICE_NUMBERS_MAX;
	assert_int_equal(down_of(&m), 0);
	c.n_numbers = DEVICE_NUMBERS_MAX + 1;
	assert_int_equal(down_of(&m), -1);
	c.n_numbers = 1;
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		numbers[0] = (char *)NUMBERS[i];
		assert_int_equal(down_of(&m), -1);
	}
	c.n_numbers = 0;
	c.revision = 0;
	assert_int_equal(down_of(&m), -1);
	c.revision = 7;
	c.heartbeat_s = DEVICE_HEARTBEAT_MIN_S - 1;
	assert_int_equal(down_of(&m), -1);
	c.heartbeat_s = DEVICE_HEARTBEAT_MAX_S + 1;
	assert_int_equal(down_of(&m), -1);
	c.heartbeat_s = 60;
	c.language = (char *)"c";
	assert_int_equal(down_of(&m), -1);
	c.language = (char *)"cantonese";
	assert_int_equal(down_of(&m), -1);

	m.body_case = PINGAN__V1__DOWN__BODY_NEW_KEY;
	m.new_key = &k;
	k.key = (ProtobufCBinaryData){.len = 32, .data = key};
	k.identity = (char *)"d1+00000000";
	assert_int_equal(down_of(&m), 0);
	k.key.len = 31;
	assert_int_equal(down_of(&m), -1);
	k.key.len = 33;
	assert_int_equal(down_of(&m), -1);
	k.key.len = 32;
	k.identity = (char *)"";
	assert_int_equal(down_of(&m), -1);
	k.identity = (char *)"012345678901234567890123456789012345678901234567";
	assert_int_equal(down_of(&m), -1);

	m.body_case = PINGAN__V1__DOWN__BODY_STATUS;
	m.status = &st;
	st.alarm = 1;
	st.say = PINGAN__V1__SAY__SAY_HEARD;
	assert_int_equal(down_of(&m), -1); /* a step, or nothing but "not stored" */
	st.say = PINGAN__V1__SAY__SAY_NOT_STORED;
	assert_int_equal(down_of(&m), 0);
}

/* What a device counted for long is worth no more than "many": it adds to figures of the whole cell. */
static void test_counts_of_a_device_are_capped(void **state)
{
	Pingan__V1__Up u = PINGAN__V1__UP__INIT;
	Pingan__V1__Hello m = PINGAN__V1__HELLO__INIT;
	uint8_t bytes[128];

	(void)state;
	m.version = 1;
	m.device = (char *)"d1";
	m.lost = UINT32_MAX;
	m.failed = 65536;
	m.seq = UINT32_MAX;
	m.config = UINT32_MAX;
	u.body_case = PINGAN__V1__UP__BODY_HELLO;
	u.hello = &m;
	assert_int_equal(device_up_decode(slice_of(bytes, pingan__v1__up__pack(&u, bytes)), &arena, &up), 0);
	assert_int_equal(up.lost, DEVICE_COUNT_MAX);
	assert_int_equal(up.failed, DEVICE_COUNT_MAX);
	assert_int_equal(up.seq, UINT32_MAX);
	assert_int_equal(up.config, UINT32_MAX);
}

/* Reasons are numbers of the contract. */
static void test_reasons_equal_the_contract(void **state)
{
	(void)state;
	assert_int_equal(DEVICE_REFUSAL_BAD_FRAME, PINGAN__V1__REFUSE__REASON__BAD_FRAME);
	assert_int_equal(DEVICE_REFUSAL_BAD_IDENTITY, PINGAN__V1__REFUSE__REASON__BAD_IDENTITY);
	assert_int_equal(DEVICE_REFUSAL_BAD_VERSION, PINGAN__V1__REFUSE__REASON__BAD_VERSION);
	assert_int_equal(DEVICE_REFUSAL_REPLACED, PINGAN__V1__REFUSE__REASON__REPLACED);
	assert_int_equal(DEVICE_REFUSAL_GO_ELSEWHERE, PINGAN__V1__REFUSE__REASON__GO_ELSEWHERE);
	assert_int_equal(DEVICE_REFUSAL_OVERLOAD, PINGAN__V1__REFUSE__REASON__OVERLOAD);
	assert_string_equal(device_refusal_name(DEVICE_REFUSAL_REPLACED), "replaced");
	assert_string_equal(device_refusal_name((enum device_refusal)99), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_up_comes_back),
		cmocka_unit_test(test_held_and_sent_are_one_press),
		cmocka_unit_test(test_a_kind_of_the_future_is_kept),
		cmocka_unit_test(test_what_is_out_of_range_is_refused),
		cmocka_unit_test(test_hello_is_checked),
		cmocka_unit_test(test_broken_bytes_are_refused),
		cmocka_unit_test(test_frames_are_bounded),
		cmocka_unit_test(test_every_down_comes_back),
		cmocka_unit_test(test_what_a_unit_is_told_is_checked),
		cmocka_unit_test(test_counts_of_a_device_are_capped),
		cmocka_unit_test(test_reasons_equal_the_contract),
	};

	return cmocka_run_group_tests_name("device_wire", tests, setup, NULL);
}
