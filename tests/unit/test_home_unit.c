/* The home unit of clients/sim keeps its part of the promise: an alarm lives in it until it is closed. */
#include "support/unit.h"

#include "clients/sim/unit.h"

static struct unit u;
static int64_t now;

static void start(uint8_t paths)
{
	struct unit_config config = {.device = "d1", .paths = paths, .seed = 1};

	now = 1000;
	unit_init(&u, &config, now, 0);
}

/* What the unit has sent since the last look, decoded one by one; false when there is no more. */
static bool sent(struct up *ret)
{
	static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
	struct slice out = unit_output(&u), body;
	struct arena arena;
	size_t used;

	arena_init(&arena, memory, sizeof memory);
	if (device_cut(out, &body, &used) != DEVICE_CUT_FRAME)
		return false;
	assert_int_equal(device_up_decode(body, &arena, ret), 0);
	unit_sent(&u, used);
	return true;
}

static unsigned alarms_sent(void)
{
	static struct up up;
	unsigned n = 0;

	while (sent(&up))
		n += up.type == UP_ALARM;
	return n;
}

static void hear(struct down down)
{
	uint8_t bytes[DEVICE_DOWN_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);

	device_down_encode(&down, &b);
	/* Byte by byte: frames are put together. */
	for (size_t i = 0; i < b.len; i++)
		unit_bytes(&u, slice_of(bytes + i, 1), now);
}

static void run_to(int64_t at)
{
	while (unit_due(&u) <= at) {
		if (unit_due(&u) > now)
			now = unit_due(&u);
		unit_tick(&u, now);
		if (u.connect_wanted || u.close_wanted)
			return;
	}
	now = at;
}

static void welcome(void)
{
	static struct up up;

	run_to(now + 120000);
	while (unit_wish(&u) == WISH_CLOSE)
		run_to(now + 120000);
	assert_int_equal(u.state, UNIT_CONNECTING);
	unit_up(&u, now);
	assert_true(sent(&up));
	assert_int_equal(up.type, UP_HELLO);
	assert_string_equal(up.device, "d1");
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1795336200000, .heartbeat_s = 60});
	assert_int_equal(u.state, UNIT_WELCOME);
}

static void test_repeats_until_stored_and_answered(void **state)
{
	struct unit_news news;

	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_SOS, 1, 7, 0, now));
	assert_int_equal(alarms_sent(), 1);
	run_to(now + 4999);
	assert_int_equal(alarms_sent(), 0);
	run_to(now + 1);
	assert_int_equal(alarms_sent(), 1);
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	assert_int_equal(unit_holds(&u, 7)->alarm.heard, STEP_STORED);
	run_to(now + 9999);
	assert_int_equal(alarms_sent(), 0);
	run_to(now + 1);
	assert_int_equal(alarms_sent(), 1);
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_ANSWERED});
	for (int i = 0; i < 10; i++) {
		run_to(now + 5000);
		if (u.answer_by_ms != 0)
			hear((struct down){.type = DOWN_HEARTBEAT_ACK, .server_ms = 1});
		assert_int_equal(alarms_sent(), 0);
	}
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_CLOSED});
	assert_null(unit_holds(&u, 7));
	while (unit_news(&u, &news))
		;
	assert_int_equal(news.type, NEWS_LET_GO);
	assert_true(news.incident == 70);
}

/* A restored store knows less: the unit takes the lower step, and repeats again. */
static void test_a_lower_step_counts(void **state)
{
	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_SOS, 1, 7, 0, now));
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_ARRIVED});
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	assert_int_equal(unit_holds(&u, 7)->alarm.heard, STEP_ARRIVED);
	assert_true(unit_holds(&u, 7)->next_ms == 0);
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_STORED});
	assert_int_equal(unit_holds(&u, 7)->alarm.heard, STEP_STORED);
	(void)alarms_sent();
	run_to(now + 10000);
	assert_int_equal(alarms_sent(), 1);
}

/* Twice on this link, then the other address, where Hello brings it. */
static void test_takes_the_other_path(void **state)
{
	static struct up up;

	(void)state;
	start(2);
	welcome();
	assert_int_equal(unit_path(&u), 0);
	assert_true(unit_press(&u, KIND_SOS, 1, 7, 0, now));
	run_to(now + 5000);
	assert_int_equal(alarms_sent(), 2);
	run_to(now + 5000);
	assert_int_equal(alarms_sent(), 0);
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	run_to(now + 1);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
	assert_int_equal(unit_path(&u), 1);
	unit_up(&u, now);
	assert_true(sent(&up));
	assert_int_equal(up.alarm_count, 1);
	assert_true(up.alarms[0].id == 7);
	assert_int_equal(up.alarms[0].tries, 2);
}

/* Nothing comes back on the only address: the link is given up, the alarm is not. */
static void test_gives_up_a_dead_link(void **state)
{
	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_SOS, 1, 7, 0, now));
	run_to(now + 20000);
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	welcome();
	assert_non_null(unit_holds(&u, 7));
	/* A silent server is noticed without a press too. */
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_CLOSED});
	run_to(now + 80000);
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
}

static void test_lets_go_of_the_small_ones_at_stored(void **state)
{
	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_BATTERY, 0, 1, 0, now));
	assert_true(unit_press(&u, KIND_TEST, 0, 2, 0, now));
	assert_true(unit_restore(&u, KIND_GAS, 0, 3, 0, now));
	assert_true(unit_press(&u, KIND_INACTIVITY, 0, 4, 0, now));
	for (uint64_t id = 1; id <= 4; id++)
		hear((struct down){.type = DOWN_ACK, .alarm = id});
	assert_null(unit_holds(&u, 1));
	assert_null(unit_holds(&u, 2));
	assert_null(unit_holds(&u, 3));
	assert_non_null(unit_holds(&u, 4));
}

static void test_holds_eight_and_never_drops_an_unstored_call(void **state)
{
	(void)state;
	start(1);
	welcome();
	for (uint64_t id = 1; id <= DEVICE_HELD_MAX; id++)
		assert_true(unit_press(&u, KIND_SOS, 0, id, 0, now));
	assert_false(unit_press(&u, KIND_SOS, 0, 9, 0, now));
	hear((struct down){.type = DOWN_ACK, .alarm = 3, .incident = 70});
	assert_true(unit_press(&u, KIND_SOS, 0, 9, 0, now));
	assert_null(unit_holds(&u, 3));
	assert_int_equal(u.alarm_count, DEVICE_HELD_MAX);
	assert_false(unit_press(&u, KIND_SOS, 0, 9, 0, now)); /* the same id */
	assert_false(unit_press(&u, KIND_SOS, 0, 0, 0, now));
}

static void test_obeys_a_refusal(void **state)
{
	int64_t at;

	(void)state;
	start(2);
	welcome();
	at = now;
	hear((struct down){.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_REPLACED, .retry_s = 30});
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	run_to(at + 29999);
	assert_int_equal(unit_wish(&u), WISH_NOTHING);
	run_to(at + 30000);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
	assert_int_equal(unit_path(&u), 0);
	unit_up(&u, now);
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1, .heartbeat_s = 60});
	hear((struct down){.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_GO_ELSEWHERE});
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	run_to(now);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
	assert_int_equal(unit_path(&u), 1);
}

/* A finger on the button ends any waiting. */
static void test_a_press_does_not_wait(void **state)
{
	(void)state;
	start(1);
	welcome();
	hear((struct down){.type = DOWN_REFUSE, .reason = DEVICE_REFUSAL_REPLACED, .retry_s = 30});
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	assert_true(unit_press(&u, KIND_SOS, 0, 1, 0, now));
	run_to(now);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
}

static void test_backs_off_but_not_with_a_call_in_hand(void **state)
{
	int64_t longest = 0;

	(void)state;
	start(1);
	for (int i = 0; i < 12; i++) {
		int64_t at = now;

		run_to(now + 200000);
		assert_int_equal(unit_wish(&u), WISH_CONNECT);
		longest = now - at > longest ? now - at : longest;
		unit_down(&u, now);
	}
	assert_true(longest >= 30000 && longest <= 60000);
	assert_true(unit_press(&u, KIND_SOS, 0, 1, 0, now));
	for (int i = 0; i < 5; i++) {
		int64_t at = now;

		run_to(now + 200000);
		assert_int_equal(unit_wish(&u), WISH_CONNECT);
		assert_true(now - at <= UNIT_BACKOFF_ALARM_MS);
		unit_down(&u, now);
	}
}

static void test_survives_a_reboot(void **state)
{
	static struct up up;

	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_FALL, 3, 7, 5000, now));
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	unit_reboot(&u, now);
	run_to(now + 5000);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
	unit_up(&u, now);
	assert_true(sent(&up));
	assert_int_equal(up.boot, 2);
	assert_int_equal(up.alarm_count, 1);
	assert_int_equal(up.alarms[0].heard, STEP_STORED);
	assert_int_equal(up.alarms[0].kind, KIND_FALL);
	assert_true(up.alarms[0].raised_ms == 5000);
}

static void test_beats_with_what_it_holds(void **state)
{
	static struct up up;

	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_SOS, 0, 7, 0, now));
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_ANSWERED});
	while (sent(&up))
		;
	run_to(u.beat_at_ms);
	assert_true(sent(&up));
	assert_int_equal(up.type, UP_HEARTBEAT);
	assert_int_equal(up.seq, 3); /* behind Hello and the alarm */
	assert_int_equal(up.alarm_count, 1);
	assert_int_equal(up.alarms[0].heard, STEP_ANSWERED);
	assert_true(u.beat_at_ms - now <= 60000);
	assert_true(unit_cancel(&u, 7, now));
	assert_true(sent(&up));
	assert_int_equal(up.type, UP_CANCEL);
	assert_false(unit_cancel(&u, 8, now));
}

static void test_garbage_ends_the_link_not_the_unit(void **state)
{
	static const uint8_t GARBAGE[] = {0, 255, 255, 255};

	(void)state;
	start(1);
	welcome();
	assert_true(unit_press(&u, KIND_SOS, 0, 7, 0, now));
	unit_bytes(&u, slice_of(GARBAGE, sizeof GARBAGE), now);
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	assert_int_equal(u.counted_bad, 1);
	assert_non_null(unit_holds(&u, 7));
	assert_true(unit_due(&u) - now <= UNIT_BACKOFF_ALARM_MS);
}

/* ---- what it is told of itself ---- */

static bool news_of(enum unit_news_type type, struct unit_news *ret)
{
	while (unit_news(&u, ret))
		if (ret->type == type)
			return true;
	return false;
}

/* The Hello of the next link. */
static void greets(struct up *ret)
{
	run_to(now + 120000);
	while (unit_wish(&u) == WISH_CLOSE)
		run_to(now + 120000);
	assert_int_equal(u.state, UNIT_CONNECTING);
	unit_up(&u, now);
	assert_true(sent(ret));
	assert_int_equal(ret->type, UP_HELLO);
}

static void test_counts_what_nothing_answered(void **state)
{
	static struct up up;

	(void)state;
	start(1);
	run_to(now + 120000);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
	unit_down(&u, now); /* nobody listens */
	run_to(now + 120000);
	assert_int_equal(unit_wish(&u), WISH_CONNECT);
	unit_down(&u, now);
	greets(&up);
	assert_int_equal(up.seq, 1);
	assert_int_equal(up.failed, 2);
	assert_int_equal(up.lost, 0);
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1, .heartbeat_s = 60});
	assert_true(unit_press(&u, KIND_SOS, 0, 7, 0, now));
	run_to(now + 5000); /* a heartbeat to see whether the link lives, and the alarm again */
	unit_down(&u, now);
	greets(&up);
	assert_int_equal(up.failed, 0);
	assert_int_equal(up.lost, 3);
	assert_int_equal(up.seq, 5);
	assert_int_equal(up.alarms[0].tries, 3); /* sent twice, and with the heartbeat */
	/* Told, and heard to be told: counted anew. */
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1, .heartbeat_s = 60});
	unit_down(&u, now);
	greets(&up);
	assert_int_equal(up.lost, 0);
}

static void test_lives_by_what_it_is_told_and_says_so(void **state)
{
	static struct up up;
	struct unit_news news;

	(void)state;
	start(1);
	greets(&up);
	assert_int_equal(up.config, 0);
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1, .heartbeat_s = 60});
	hear((struct down){.type = DOWN_CONFIGURE,
	                   .heartbeat_s = 20,
	                   .revision = 77,
	                   .language = "yue",
	                   .prompts = 1 << SAY_HEARD | 1 << SAY_CLOSED,
	                   .number_count = 2,
	                   .numbers = {"02012345678", "12349"}});
	assert_true(news_of(NEWS_SETUP, &news));
	assert_string_equal(u.setup.numbers[1], "12349");
	assert_true(u.beat_at_ms - now <= 20000);
	unit_reboot(&u, now);
	greets(&up);
	assert_int_equal(up.config, 77);
	/* Longer in a storm, from the next beat on. */
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1, .heartbeat_s = 60});
	hear((struct down){.type = DOWN_HEARTBEAT_ACK, .server_ms = 1, .heartbeat_s = 300});
	assert_true(u.beat_at_ms - now >= 270000 && u.beat_at_ms - now <= 300000);
	hear((struct down){.type = DOWN_HEARTBEAT_ACK, .server_ms = 1});
	assert_true(u.beat_at_ms - now >= 270000);
	/* It speaks what it may, in its language. */
	assert_true(unit_press(&u, KIND_SOS, 0, 7, 0, now));
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_NONE, .say = SAY_NOT_STORED});
	assert_true(news_of(NEWS_STATUS, &news));
	assert_int_equal(news.say, SAY_NOTHING);
	assert_int_equal(unit_holds(&u, 7)->alarm.heard, STEP_NONE);
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70, .say = SAY_HEARD});
	assert_true(news_of(NEWS_ACK, &news));
	assert_int_equal(news.say, SAY_HEARD);
	assert_string_equal(news.language, "yue");
	hear((struct down){.type = DOWN_STATUS, .alarm = 7, .step = STEP_HELP_ON_THE_WAY, .say = SAY_ON_THE_WAY});
	assert_true(news_of(NEWS_STATUS, &news));
	assert_int_equal(news.say, SAY_NOTHING);
	/* Not of duress, whatever it is told. */
	assert_true(unit_press(&u, KIND_DURESS, 0, 8, 0, now));
	hear((struct down){.type = DOWN_ACK, .alarm = 8, .incident = 70, .silent = true, .say = SAY_HEARD});
	assert_true(news_of(NEWS_ACK, &news));
	assert_int_equal(news.say, SAY_NOTHING);
	hear((struct down){.type = DOWN_STATUS, .alarm = 8, .step = STEP_CLOSED, .say = SAY_CLOSED});
	assert_true(news_of(NEWS_STATUS, &news));
	assert_int_equal(news.say, SAY_NOTHING);
}

static void keyed(void)
{
	struct unit_config config = {
		.device = "d1", .paths = 1, .seed = 1, .keyed = true, .keys = {{.identity = "d1", .key = "old"}}};

	now = 1000;
	unit_init(&u, &config, now, 0);
}

static const struct down KEY = {.type = DOWN_NEW_KEY, .key = "new", .identity = "d1+0000abcd"};

static void test_takes_a_new_key_and_keeps_the_old_one(void **state)
{
	struct unit_news news;

	(void)state;
	keyed();
	welcome();
	/* Not while a press waits to be stored: that goes first. */
	assert_true(unit_press(&u, KIND_SOS, 0, 7, 0, now));
	hear(KEY);
	assert_true(news_of(NEWS_KEY, &news));
	run_to(now + 1000);
	assert_int_equal(u.state, UNIT_WELCOME);
	hear((struct down){.type = DOWN_ACK, .alarm = 7, .incident = 70});
	run_to(now);
	assert_int_equal(unit_wish(&u), WISH_CLOSE);
	assert_string_equal(unit_key(&u)->identity, "d1+0000abcd");
	welcome();
	assert_true(news_of(NEWS_KEY, &news));
	assert_string_equal(unit_key(&u)->identity, "d1+0000abcd");
	assert_string_equal(u.keys[1 - u.key_at].identity, "d1");
	/* A third goes in the place of the oldest, never of the one that opened this link. */
	hear((struct down){.type = DOWN_NEW_KEY, .key = "third", .identity = "d1+00000003"});
	assert_string_equal(unit_key(&u)->identity, "d1+00000003");
	assert_string_equal(u.keys[1 - u.key_at].identity, "d1+0000abcd");
}

/* Crashed before the server noted it, or the server lost its note: one of the two opens. */
static void test_falls_back_on_the_key_that_opens(void **state)
{
	static struct up up;

	(void)state;
	keyed();
	welcome();
	hear(KEY);
	unit_reboot(&u, now);
	for (int i = 0; i < 2; i++) {
		run_to(now + 120000);
		assert_int_equal(unit_wish(&u), WISH_CONNECT);
		assert_string_equal(unit_key(&u)->identity, i == 0 ? "d1+0000abcd" : "d1");
		if (i == 0)
			unit_key_wrong(&u, now); /* "no such key here" */
	}
	unit_up(&u, now);
	assert_true(sent(&up));
	hear((struct down){.type = DOWN_WELCOME, .server_ms = 1, .heartbeat_s = 60});
	assert_string_equal(unit_key(&u)->identity, "d1");
	/* A network that is away says nothing about keys. */
	unit_down(&u, now);
	run_to(now + 120000);
	unit_down(&u, now);
	assert_string_equal(unit_key(&u)->identity, "d1");
}

static void test_a_unit_without_keys_is_given_none(void **state)
{
	(void)state;
	start(1);
	welcome();
	hear(KEY);
	assert_null(unit_key(&u));
	run_to(now + 1000);
	assert_int_equal(u.state, UNIT_WELCOME);
}

static void test_sentences(void **state)
{
	char text[SAY_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; say_language(i) != NULL; i++)
		for (int say = SAY_HEARD; say < SAY_COUNT; say++) {
			say_text((enum say)say, say_language(i), 8, text);
			assert_true(text[0] != '\0');
			assert_int_equal(strstr(text, "8") != NULL, say == SAY_ON_THE_WAY);
		}
	say_text(SAY_NOTHING, "cmn", 8, text);
	assert_string_equal(text, "");
	say_text(SAY_ON_THE_WAY, "en", 1, text);
	assert_string_equal(text, "Help is on its way, about 1 minute.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeats_until_stored_and_answered),
		cmocka_unit_test(test_a_lower_step_counts),
		cmocka_unit_test(test_takes_the_other_path),
		cmocka_unit_test(test_gives_up_a_dead_link),
		cmocka_unit_test(test_lets_go_of_the_small_ones_at_stored),
		cmocka_unit_test(test_holds_eight_and_never_drops_an_unstored_call),
		cmocka_unit_test(test_obeys_a_refusal),
		cmocka_unit_test(test_a_press_does_not_wait),
		cmocka_unit_test(test_backs_off_but_not_with_a_call_in_hand),
		cmocka_unit_test(test_survives_a_reboot),
		cmocka_unit_test(test_beats_with_what_it_holds),
		cmocka_unit_test(test_garbage_ends_the_link_not_the_unit),
		cmocka_unit_test(test_counts_what_nothing_answered),
		cmocka_unit_test(test_lives_by_what_it_is_told_and_says_so),
		cmocka_unit_test(test_takes_a_new_key_and_keeps_the_old_one),
		cmocka_unit_test(test_falls_back_on_the_key_that_opens),
		cmocka_unit_test(test_a_unit_without_keys_is_given_none),
		cmocka_unit_test(test_sentences),
	};

	return cmocka_run_group_tests_name("home_unit", tests, NULL, NULL);
}
