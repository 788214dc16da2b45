/* test_units.c - what a native unit is told beside its alarms: how to behave, how often to beat, its next key, what it may
 * speak; and what it says of frames that nothing answered.
 */
#include "app_rig_city.h"

#include "app/units.h"

#define HOME ((link_t)900)
#define OTHER ((link_t)901)

static struct up up;
static uint8_t old_key[32], new_key[32], third_key[32];

static Pingan__V1__Device device_of(uint8_t *psk, uint8_t *next)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;

	d.id = (char *)"dev-h0";
	d.household = (char *)"h0";
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	d.report_s = 18000;
	if (psk != NULL)
		d.psk = (ProtobufCBinaryData){.len = 32, .data = psk};
	if (next != NULL)
		d.next_psk = (ProtobufCBinaryData){.len = 32, .data = next};
	return d;
}

static struct rig *city(void)
{
	struct rig *g = rig_city();
	Pingan__V1__Device d = device_of(old_key, NULL);

	memset(old_key, 0x0a, sizeof old_key);
	memset(new_key, 0x0b, sizeof new_key);
	memset(third_key, 0x0c, sizeof third_key);
	rig_put(g, "device", "dev-h0", &d.base);
	rig_start(g);
	return g;
}

/* Somebody else changes the registry. */
static void changes(struct rig *g, const char *key, const ProtobufCMessage *m)
{
	static uint8_t body[STORE_BODY_MAX];
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	struct rig_record *r = rig_record(g, key);

	rig_record_set(r, slice_of(body, protobuf_c_message_pack(m, body)), e.commit);
	e.record_count = 1;
	rig_record_copy(r, &e.records[0]);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	rig_turn(g);
}

static void key_made(struct rig *g, uint8_t *next)
{
	Pingan__V1__Device d = device_of(old_key, next);

	changes(g, "device:dev-h0", &d.base);
}

static void speaks(struct rig *g, const char *language)
{
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	Pingan__V1__Resident one = PINGAN__V1__RESIDENT__INIT, two = PINGAN__V1__RESIDENT__INIT, *list[] = {&one, &two};

	h.id = (char *)"h0";
	h.area = (char *)"440103001001";
	one.language = (char *)"hak"; /* no recordings of that */
	two.language = (char *)language;
	h.residents = list;
	h.n_residents = 2;
	changes(g, "household:h0", &h.base);
}

static void begin(enum up_type type)
{
	memset(&up, 0, sizeof up);
	up.type = type;
	up.battery_pct = 255;
}

static void say(struct rig *g, link_t link)
{
	static uint8_t bytes[DEVICE_FRAME_MAX + 2];
	struct buf b = buf_of(bytes, sizeof bytes);

	device_up_encode(&up, &b);
	assert_false(b.overflow);
	assert_int_equal(app_device_bytes(g->app, link, slice_of(bytes, b.len)), b.len);
	rig_turn(g);
}

/* `identity` NULL: a token proves who it is. Fields of Hello were put into `up` before. */
static void greet(struct rig *g, link_t link, const char *identity)
{
	rig_frames_free(&g->links[link]);
	app_device_up(g->app, link, PROTOCOL_NATIVE, identity, "127.0.0.1");
	up.type = UP_HELLO;
	up.version = DEVICE_VERSION;
	memcpy(up.device, "dev-h0", 7);
	say(g, link);
}

static void linked(struct rig *g, link_t link, const char *identity)
{
	begin(UP_HELLO);
	greet(g, link, identity);
}

static void beat(struct rig *g, link_t link, uint32_t seq)
{
	begin(UP_HEARTBEAT);
	up.seq = seq;
	say(g, link);
}

static void press(struct rig *g, link_t link, uint64_t id, enum kind kind, uint32_t tries)
{
	begin(UP_ALARM);
	up.alarm_count = 1;
	up.alarms[0] = (struct alarm){.id = id, .kind = kind, .raised_ms = EPOCH, .battery_pct = 255, .tries = tries};
	say(g, link);
}

/* The newest unread frame of this type; all are read then. False: none. */
static bool heard(struct rig *g, link_t link, enum down_type type, struct down *ret)
{
	static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
	struct rig_link *l = &g->links[link];
	struct arena arena;
	bool found = false;

	arena_init(&arena, memory, sizeof memory);
	for (; l->read < l->count; l->read++) {
		struct slice body;
		struct down d;
		size_t used;

		assert_int_equal(device_cut(slice_of(l->frames[l->read].at, l->frames[l->read].len), &body, &used),
		                 DEVICE_CUT_FRAME);
		assert_int_equal(device_down_decode(body, &arena, &d), 0);
		if (d.type != type)
			continue;
		*ret = d;
		found = true;
	}
	return found;
}

static const Pingan__V1__Device *stored(struct rig *g)
{
	app_begin(g->app);
	return device_find(g->app, "dev-h0");
}

/* ---- Configure ---- */

static void test_a_unit_is_told_how_to_behave_once(void **state)
{
	struct rig *g = city();
	struct down d;
	uint32_t revision;

	(void)state;
	linked(g, HOME, "dev-h0");
	assert_true(heard(g, HOME, DOWN_CONFIGURE, &d));
	assert_string_equal(d.language, "yue"); /* as the resident does */
	assert_int_equal(d.heartbeat_s, 60);
	assert_int_equal(d.number_count, 1);
	assert_string_equal(d.numbers[0], "12349"); /* the desk */
	assert_true(d.server_ms == g->store_ms);
	revision = d.revision;
	/* It says what it lives by: nothing to be told. */
	begin(UP_HELLO);
	up.config = revision;
	greet(g, OTHER, "dev-h0");
	assert_false(heard(g, OTHER, DOWN_CONFIGURE, &d));
	/* Another daemon with the same settings finds the same. */
	{
		struct rig *h = city();

		begin(UP_HELLO);
		up.config = revision;
		greet(h, HOME, "dev-h0");
		assert_false(heard(h, HOME, DOWN_CONFIGURE, &d));
		rig_free(h);
	}
	rig_free(g);
}

/* The desk's number as people write it; what can't be dialled is not told. */
static void test_the_desks_number_is_told_as_it_is_dialled(void **state)
{
	static const struct {
		const char *written, *dialled;
	} CASES[] = {
		{"020-8000 0000", "02080000000"},
		{"+86 20 8000-0000", "+862080000000"},
		{"12349", "12349"},
		{"", ""},
		{"(020) 8000", ""},
		{"ask Li", ""},
		{"- -", ""},
		{"020 8000 0000 / 020 8000 0001", ""},
	};
	struct rig *g = city();
	struct down d;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		snprintf(g->app->config.desk_phone, sizeof g->app->config.desk_phone, "%s", CASES[i].written);
		linked(g, i % 2 == 0 ? HOME : OTHER, "dev-h0");
		assert_true(heard(g, i % 2 == 0 ? HOME : OTHER, DOWN_CONFIGURE, &d));
		assert_int_equal(d.number_count, CASES[i].dialled[0] != '\0');
		assert_string_equal(d.numbers[0], CASES[i].dialled);
	}
	rig_free(g);
}

/* Settings that are read anew reach every unit that is linked, and only those that live by others. */
static void test_new_settings_are_told_while_it_is_linked(void **state)
{
	struct unit_settings next = {.language = "en", .prompts = 2, .number_count = 1, .numbers = {"120"}};
	struct rig *g = city();
	struct down d;

	(void)state;
	linked(g, HOME, "dev-h0");
	assert_true(heard(g, HOME, DOWN_CONFIGURE, &d));
	app_units(g->app, &next);
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_CONFIGURE, &d));
	assert_int_equal(d.prompts, 2);
	assert_int_equal(d.number_count, 1);
	assert_string_equal(d.numbers[0], "120");
	app_units(g->app, &next);
	rig_pass(g, 100);
	assert_false(heard(g, HOME, DOWN_CONFIGURE, &d));
	rig_free(g);
}

static void test_what_changes_at_home_is_told_at_once_and_when_it_is_safe(void **state)
{
	struct rig *g = city();
	struct down d;

	(void)state;
	linked(g, HOME, "dev-h0");
	assert_true(heard(g, HOME, DOWN_CONFIGURE, &d));
	g->unsafe = true;
	speaks(g, "en");
	rig_pass(g, 500);
	assert_false(heard(g, HOME, DOWN_CONFIGURE, &d));
	g->unsafe = false;
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_CONFIGURE, &d));
	assert_string_equal(d.language, "en");
	/* The same again is not news. */
	speaks(g, "en");
	rig_pass(g, 100);
	assert_false(heard(g, HOME, DOWN_CONFIGURE, &d));
	/* Nobody has recordings of it: the default. */
	speaks(g, "wuu");
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_CONFIGURE, &d));
	assert_string_equal(d.language, "cmn");
	/* And after everything was read anew. */
	rig_reload(g);
	rig_pass(g, 100);
	assert_false(heard(g, HOME, DOWN_CONFIGURE, &d));
	rig_free(g);
}

/* ---- heartbeats ---- */

static void test_a_storm_is_told_with_the_answer_to_a_beat_and_ended_likewise(void **state)
{
	struct rig *g = city();
	struct down d;
	uint32_t seq = 1;

	(void)state;
	g->app->config.beats =
		(struct beats_config){.longest_s = 600, .frames_a_s = 5, .links_a_s = 0, .lag_ms = 0, .calm_s = 60};
	linked(g, HOME, "dev-h0");
	linked(g, OTHER, "dev-h0"); /* replaces it; `OTHER` is the link from here on */
	assert_true(heard(g, OTHER, DOWN_WELCOME, &d));
	assert_int_equal(d.heartbeat_s, 60);
	for (int s = 0; s < 10 && g->app->devices->beats.slowed == 1; s++) {
		for (int i = 0; i < 10; i++)
			beat(g, OTHER, seq++);
		rig_pass(g, 1000);
	}
	assert_int_equal(g->app->devices->beats.slowed, 2);
	assert_true(heard(g, OTHER, DOWN_HEARTBEAT_ACK, &d));
	beat(g, OTHER, seq++);
	assert_true(heard(g, OTHER, DOWN_HEARTBEAT_ACK, &d));
	assert_true(d.heartbeat_s > 60 && d.heartbeat_s <= 120);
	beat(g, OTHER, seq++);
	assert_true(heard(g, OTHER, DOWN_HEARTBEAT_ACK, &d));
	assert_int_equal(d.heartbeat_s, 0); /* as before */
	/* It is waited for as long as it was told. */
	rig_pass(g, 190000);
	assert_false(g->links[OTHER].closed);
	assert_int_equal(g->app->devices->beats.slowed, 1);
	beat(g, OTHER, seq++);
	assert_true(heard(g, OTHER, DOWN_HEARTBEAT_ACK, &d));
	assert_int_equal(d.heartbeat_s, 60);
	rig_pass(g, 179000);
	assert_false(g->links[OTHER].closed);
	rig_pass(g, 3000);
	assert_true(g->links[OTHER].closed);
	rig_free(g);
}

/* ---- keys ---- */

static void identity_of(struct rig *g, const char *identity, const uint8_t *key)
{
	uint8_t found[32];

	if (key == NULL) {
		assert_false(app_device_key(g->app, identity, found));
		return;
	}
	assert_true(app_device_key(g->app, identity, found));
	assert_memory_equal(found, key, 32);
}

static void test_a_new_key_is_given_and_both_open_until_it_was_used(void **state)
{
	struct rig *g = city();
	struct down d, again;

	(void)state;
	linked(g, HOME, "dev-h0");
	assert_false(heard(g, HOME, DOWN_NEW_KEY, &d));
	key_made(g, new_key);
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_NEW_KEY, &d));
	assert_memory_equal(d.key, new_key, 32);
	assert_int_equal(strncmp(d.identity, "dev-h0+", 7), 0);
	identity_of(g, "dev-h0", old_key);
	identity_of(g, d.identity, new_key);
	/* Power lost before it was written down: given again on the next link. */
	rig_pass(g, 5000);
	assert_false(heard(g, HOME, DOWN_NEW_KEY, &again));
	linked(g, OTHER, "dev-h0");
	assert_true(heard(g, OTHER, DOWN_NEW_KEY, &again));
	assert_string_equal(again.identity, d.identity);
	assert_memory_equal(again.key, new_key, 32);
	assert_int_equal(stored(g)->next_psk.len, 32);
	/* It comes with the new key: the old one is done with. */
	linked(g, HOME, d.identity);
	assert_false(heard(g, HOME, DOWN_NEW_KEY, &again));
	rig_pass(g, 100);
	assert_int_equal(stored(g)->next_psk.len, 0);
	assert_memory_equal(stored(g)->psk.data, new_key, 32);
	identity_of(g, "dev-h0", new_key);
	identity_of(g, d.identity, new_key);
	/* And the link goes on. */
	assert_false(g->links[HOME].closed);
	rig_free(g);
}

/* Told from an entry that is not safe, a failover could leave the unit with a key that nobody knows. */
static void test_a_key_is_given_only_when_it_is_safe(void **state)
{
	struct rig *g = city();
	struct down d;

	(void)state;
	linked(g, HOME, "dev-h0");
	g->unsafe = true;
	key_made(g, new_key);
	rig_pass(g, 1000);
	assert_false(heard(g, HOME, DOWN_NEW_KEY, &d));
	linked(g, OTHER, "dev-h0"); /* nor to a link that comes meanwhile */
	rig_pass(g, 1000);
	assert_false(heard(g, OTHER, DOWN_NEW_KEY, &d));
	g->unsafe = false;
	rig_pass(g, 100);
	assert_true(heard(g, OTHER, DOWN_NEW_KEY, &d));
	rig_free(g);
}

/* A key is for whoever has proved the one before it by TLS: a token over a plain link could be anybody's. */
static void test_no_key_leaves_on_a_link_that_no_key_has_opened(void **state)
{
	struct rig *g = city();
	Pingan__V1__Device d = device_of(old_key, new_key);
	uint8_t hash[32] = {0x0d}; /* the rig's tokens are their own hashes */
	struct down down;

	(void)state;
	d.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
	changes(g, "device:dev-h0", &d.base);
	begin(UP_HELLO);
	up.token = slice_of(hash, sizeof hash);
	greet(g, HOME, NULL);
	assert_true(app_device_proved(g->app, HOME)); /* it is in */
	rig_pass(g, 1000);
	assert_false(heard(g, HOME, DOWN_NEW_KEY, &down));
	rig_free(g);
}

/* A third key in place of one that was given and not used: the unit falls back on what still opens. */
static void test_a_key_replaced_before_it_was_used_opens_nothing(void **state)
{
	struct rig *g = city();
	struct down first, second;

	(void)state;
	linked(g, HOME, "dev-h0");
	key_made(g, new_key);
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_NEW_KEY, &first));
	key_made(g, third_key);
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_NEW_KEY, &second)); /* on the same link */
	assert_string_not_equal(first.identity, second.identity);
	identity_of(g, first.identity, NULL);
	identity_of(g, "dev-h0", old_key);
	linked(g, OTHER, second.identity);
	rig_pass(g, 100);
	assert_memory_equal(stored(g)->psk.data, third_key, 32);
	rig_free(g);
}

/* A failover cut the entry that took the key: the unit has it, so it is taken again, whatever it opened before. */
static void test_a_key_taken_before_a_cut_is_taken_again(void **state)
{
	struct rig *g = city();
	Pingan__V1__Device before = device_of(old_key, new_key);
	uint8_t body[256];
	struct down d;

	(void)state;
	linked(g, HOME, "dev-h0");
	key_made(g, new_key);
	rig_pass(g, 100);
	assert_true(heard(g, HOME, DOWN_NEW_KEY, &d));
	linked(g, OTHER, d.identity);
	rig_pass(g, 100);
	assert_int_equal(stored(g)->next_psk.len, 0);
	rig_record_set(rig_record(g, "device:dev-h0"), slice_of(body, protobuf_c_message_pack(&before.base, body)),
	               rig_random(g));
	rig_reload(g);
	rig_pass(g, 200);
	identity_of(g, d.identity, new_key);
	assert_int_equal(stored(g)->next_psk.len, 0);
	assert_memory_equal(stored(g)->psk.data, new_key, 32);
	rig_free(g);
}

static void test_identities_that_are_none(void **state)
{
	struct rig *g = city();

	(void)state;
	key_made(g, new_key);
	identity_of(g, "", NULL);
	identity_of(g, "+", NULL);
	identity_of(g, "dev-h0+", NULL);
	identity_of(g, "dev-h0+00000000", NULL);
	identity_of(g, "dev-h0+0000000g", NULL);
	identity_of(g, "dev-h0+000000000", NULL);
	identity_of(g, "nobody", NULL);
	identity_of(g, "nobody+00000000", NULL);
	identity_of(g, "0123456789012345678901234567890123456789+00000000", NULL);
	{
		Pingan__V1__Device d = device_of(old_key, new_key);

		d.state = PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED;
		changes(g, "device:dev-h0", &d.base);
	}
	identity_of(g, "dev-h0", NULL);
	rig_free(g);
}

/* ---- what is spoken ---- */

static void test_what_may_be_spoken_of_a_press_and_what_not(void **state)
{
	static const struct {
		enum kind kind;
		bool restore;
		enum say say;
	} KINDS[] = {{KIND_SOS, false, SAY_HEARD},       {KIND_FALL, false, SAY_HEARD}, {KIND_INACTIVITY, false, SAY_HEARD},
	             {KIND_SERVICE, false, SAY_HEARD},   {KIND_TEST, false, SAY_TRIAL}, {KIND_DURESS, false, SAY_NOTHING},
	             {KIND_BATTERY, false, SAY_NOTHING}, {KIND_GAS, true, SAY_NOTHING}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		struct rig *g = city();
		struct down d;

		linked(g, HOME, "dev-h0");
		begin(UP_ALARM);
		up.alarm_count = 1;
		up.alarms[0] = (struct alarm){
			.id = 5, .kind = KINDS[i].kind, .restore = KINDS[i].restore, .raised_ms = EPOCH, .battery_pct = 255};
		say(g, HOME);
		assert_true(heard(g, HOME, DOWN_ACK, &d));
		assert_int_equal(d.say, KINDS[i].say);
		/* A copy is acknowledged, and not spoken of again. */
		if (KINDS[i].say == SAY_HEARD) {
			up.alarms[0].heard = STEP_STORED;
			say(g, HOME);
			assert_true(heard(g, HOME, DOWN_ACK, &d));
			assert_int_equal(d.say, SAY_NOTHING);
		}
		rig_free(g);
	}
}

static void test_not_stored_is_said_once_a_link_and_never_of_duress(void **state)
{
	struct rig *g = city();
	struct down d;

	(void)state;
	linked(g, HOME, "dev-h0");
	rig_store_down(g);
	press(g, HOME, 5, KIND_SOS, 0);
	rig_pass(g, 1000);
	assert_true(heard(g, HOME, DOWN_STATUS, &d));
	assert_int_equal(d.step, STEP_NONE);
	assert_int_equal(d.say, SAY_NOT_STORED);
	assert_true(d.alarm == 5);
	press(g, HOME, 5, KIND_SOS, 1);
	rig_pass(g, 5000);
	assert_false(heard(g, HOME, DOWN_STATUS, &d));
	press(g, HOME, 6, KIND_DURESS, 0);
	press(g, HOME, 7, KIND_POWER, 0);
	rig_pass(g, 5000);
	assert_false(heard(g, HOME, DOWN_STATUS, &d));
	rig_store_back(g);
	rig_free(g);
}

/* ---- attempts ---- */

static void test_lost_attempts_are_counted_from_the_devices_side(void **state)
{
	struct rig *g = city();
	struct device_tally t;

	(void)state;
	assert_false(app_device_tally(g->app, "dev-h0", &t));
	begin(UP_HELLO);
	up.seq = 41;
	up.lost = 3;
	up.failed = 2;
	greet(g, HOME, "dev-h0");
	beat(g, HOME, 42);
	assert_true(app_device_tally(g->app, "dev-h0", &t));
	assert_int_equal(t.frames_lost, 3);
	assert_int_equal(t.connects_failed, 2);
	beat(g, HOME, 45); /* 43 and 44 never came */
	press(g, HOME, 5, KIND_SOS, 0);
	beat(g, HOME, 47);
	assert_true(app_device_tally(g->app, "dev-h0", &t));
	assert_int_equal(t.frames_lost, 5);
	assert_int_equal(t.acks_first_try, 1);
	press(g, HOME, 6, KIND_SOS, 4);
	press(g, HOME, 6, KIND_SOS, 5); /* a copy: counted once */
	assert_true(app_device_tally(g->app, "dev-h0", &t));
	assert_int_equal(t.acks_later_try, 1);
	assert_int_equal(t.tries_lost, 4);
	assert_int_equal(g->app->counters[C_ACKS_FIRST_TRY], 1);
	assert_int_equal(g->app->counters[C_FRAMES_LOST], 5);
	/* A peer's word is worth only so much. */
	beat(g, HOME, UINT32_MAX);
	beat(g, HOME, 1);
	beat(g, HOME, 2);
	assert_int_equal(g->app->counters[C_FRAMES_LOST], 5);
	/* One that does not count is not counted. */
	linked(g, OTHER, "dev-h0");
	beat(g, OTHER, 7);
	press(g, OTHER, 9, KIND_SOS, 0);
	beat(g, OTHER, 8);
	assert_int_equal(g->app->counters[C_FRAMES_LOST], 5);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_unit_is_told_how_to_behave_once),
		cmocka_unit_test(test_the_desks_number_is_told_as_it_is_dialled),
		cmocka_unit_test(test_new_settings_are_told_while_it_is_linked),
		cmocka_unit_test(test_what_changes_at_home_is_told_at_once_and_when_it_is_safe),
		cmocka_unit_test(test_a_storm_is_told_with_the_answer_to_a_beat_and_ended_likewise),
		cmocka_unit_test(test_a_new_key_is_given_and_both_open_until_it_was_used),
		cmocka_unit_test(test_a_key_is_given_only_when_it_is_safe),
		cmocka_unit_test(test_no_key_leaves_on_a_link_that_no_key_has_opened),
		cmocka_unit_test(test_a_key_replaced_before_it_was_used_opens_nothing),
		cmocka_unit_test(test_a_key_taken_before_a_cut_is_taken_again),
		cmocka_unit_test(test_identities_that_are_none),
		cmocka_unit_test(test_what_may_be_spoken_of_a_press_and_what_not),
		cmocka_unit_test(test_not_stored_is_said_once_a_link_and_never_of_duress),
		cmocka_unit_test(test_lost_attempts_are_counted_from_the_devices_side),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
