/* Batteries, mains and tests of units: work items by rule, each with somebody's name on it; and a missed test is not closed by
 * a shrug. */
#include "app/watched.h"

#include "app_rig_units.h"

#define TEST_S 90000
#define DARK "area/440103001/power"

/* A unit that is tested every day; last at the start. */
static void tested(struct rig *g, const char *home, ms_t tested_ms)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	char id[ID_MAX];

	snprintf(id, sizeof id, "dev-%s", home);
	d.id = id;
	d.household = (char *)home;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	d.state_ms = EPOCH - 30 * INT64_C(86400000);
	d.tested_ms = tested_ms;
	d.test_s = TEST_S;
	rig_put(g, "device", id, &d.base);
}

static void says(struct rig *g, const char *home, uint8_t battery_pct, enum mains mains)
{
	struct vitals v = vitals_none();
	char device[ID_MAX];

	snprintf(device, sizeof device, "dev-%s", home);
	v.at_ms = g->store_ms;
	v.battery_pct = battery_pct;
	v.mains = mains;
	app_begin(g->app);
	device_heard(g->app, device);
	device_vitals(g->app, device, &v);
	rig_turn(g);
}

static enum verdict does(struct rig *g, const char *home, enum event_type type, enum outcome outcome,
                         enum spoke_to spoke)
{
	struct event ev = {.type = type, .who = "op1", .outcome = outcome, .spoke_to = spoke};
	char key[STORE_KEY_MAX];

	incident_key(key, open_of(g, home)->id);
	app_begin(g->app);
	assert_non_null(change_submit(g->app, CHANGE_INCIDENT, key, &ev, NULL, (struct waiter){0}));
	rig_turn(g);
	return open_of(g, home) == NULL ? MOVE : REFUSE;
}

static const Pingan__V1__Device *unit_of(struct rig *g, const char *home)
{
	char device[ID_MAX];

	snprintf(device, sizeof device, "dev-%s", home);
	app_begin(g->app);
	return device_find(g->app, device);
}

/* ---- battery, mains ---- */

static void test_a_low_battery_is_one_work_item_with_a_clock(void **state)
{
	struct rig *g = town();
	uint64_t id;

	(void)state;
	rig_start(g);
	says(g, "h1", 80, MAINS_ON);
	assert_null(open_of(g, "h1"));
	for (int i = 0; i < 5; i++) {
		says(g, "h1", 19, MAINS_ON);
		pass(g, 60000);
	}
	assert_int_equal(incidents(g), 1);
	assert_int_equal(open_of(g, "h1")->kind, KIND_BATTERY);
	assert_int_equal(open_of(g, "h1")->class, CLASS_DEVICE);
	assert_int_equal(open_of(g, "h1")->repeats, 0);
	assert_true(open_of(g, "h1")->repair_due_ms != 0);
	id = open_of(g, "h1")->id;
	/* Closed by somebody who did not change it: tomorrow it is said again. */
	does(g, "h1", EVENT_CLAIM, OUTCOME_NONE, SPOKE_TO_NONE);
	assert_int_equal(does(g, "h1", EVENT_CLOSE, OUTCOME_TECHNICAL, SPOKE_TO_NOBODY), MOVE);
	says(g, "h1", 18, MAINS_ON);
	assert_null(open_of(g, "h1"));
	g->mono += 86400000;
	g->store_ms += 86400000;
	says(g, "h0", 90, MAINS_ON);
	says(g, "h1", 18, MAINS_ON);
	assert_non_null(open_of(g, "h1"));
	assert_true(open_of(g, "h1")->id != id);
	rig_free(g);
}

static void test_a_new_battery_is_written_into_its_work_item(void **state)
{
	struct rig *g = town();
	uint32_t lines;

	(void)state;
	rig_start(g);
	says(g, "h1", 10, MAINS_ON);
	lines = open_of(g, "h1")->line_count;
	says(g, "h1", 25, MAINS_ON); /* a battery that recovers a little is no new one */
	assert_int_equal(open_of(g, "h1")->line_count, lines);
	says(g, "h1", 95, MAINS_ON);
	assert_int_equal(open_of(g, "h1")->lines[open_of(g, "h1")->line_count - 1].code, LINE_RESTORE);
	rig_free(g);
}

/* The unit reports nothing, and beats on its battery: its beats say so, and it is followed until they say otherwise. */
static void test_a_unit_without_mains_is_followed_though_it_reports_nothing(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	for (int i = 0; i < 9; i++) {
		says(g, "h1", 90, MAINS_OFF);
		pass(g, 60000);
	}
	assert_int_equal(incidents(g), 0);
	for (int i = 0; i < 4; i++) {
		says(g, "h1", 90, MAINS_OFF);
		pass(g, 60000);
	}
	assert_int_equal(out_now(g, DARK), 1);
	assert_true(open_of(g, DARK)->battery_due_ms != 0);
	says(g, "h1", 90, MAINS_ON);
	assert_int_equal(out_now(g, DARK), 0);
	assert_int_equal(incidents(g), 1);
	rig_free(g);
}

/* ---- tests of the whole chain ---- */

/* The clock goes on by this; h1 beats and nobody presses. */
static void days(struct rig *g, int64_t ms)
{
	for (int64_t left = ms; left > 0; left -= 60000) {
		says(g, "h0", 90, MAINS_ON);
		says(g, "h1", 90, MAINS_ON);
		g->mono += 59000;
		g->store_ms += 59000;
		rig_pass(g, 1000);
	}
}

static struct rig *day(void)
{
	struct rig *g = rig_city();

	tested(g, "h1", EPOCH - SECONDS(TEST_S) + 3600000);
	tested(g, "h0", EPOCH);
	/* Other daemons have heard all the while. */
	rig_seen(g, "!heard")->heard_ms = EPOCH;
	rig_seen(g, "!since")->heard_ms = rig_seen(g, "!gone")->heard_ms = EPOCH - 30 * INT64_C(86400000);
	rig_start(g);
	return g;
}

static void test_a_missed_test_is_a_work_item_and_never_two(void **state)
{
	struct rig *g = day();

	(void)state;
	days(g, 3500000);
	assert_int_equal(incidents(g), 0);
	days(g, 300000);
	assert_int_equal(incidents(g), 1);
	assert_int_equal(open_of(g, "h1")->kind, KIND_MISSED_TEST);
	assert_int_equal(open_of(g, "h1")->class, CLASS_DEVICE);
	assert_true(open_of(g, "h1")->untested);
	assert_true(open_of(g, "h1")->repair_due_ms != 0);
	assert_int_equal(open_of(g, "h1")->repeats, 0);
	days(g, 7200000);
	assert_int_equal(incidents(g), 1);
	rig_free(g);
}

static void test_a_missed_test_is_not_closed_without_contact(void **state)
{
	struct rig *g = day();

	(void)state;
	days(g, 3900000);
	does(g, "h1", EVENT_CLAIM, OUTCOME_NONE, SPOKE_TO_NONE);
	assert_int_equal(does(g, "h1", EVENT_CLOSE, OUTCOME_TECHNICAL, SPOKE_TO_NOBODY), REFUSE);
	does(g, "h1", EVENT_SPOKE, OUTCOME_NONE, SPOKE_TO_NONE);
	assert_int_equal(does(g, "h1", EVENT_CLOSE, OUTCOME_TECHNICAL, SPOKE_TO_RESIDENT), MOVE);
	rig_free(g);
}

/* Her unit has something else already: it is one visit, and she has not pressed. */
static void test_a_missed_test_joins_what_is_open_at_her_unit(void **state)
{
	struct rig *g = day();

	(void)state;
	says(g, "h1", 10, MAINS_ON);
	days(g, 3900000);
	assert_int_equal(incidents(g), 1);
	assert_int_equal(open_of(g, "h1")->kind, KIND_BATTERY);
	assert_true(open_of(g, "h1")->untested);
	assert_int_equal(open_of(g, "h1")->repeats, 0);
	rig_free(g);
}

/* It comes late: that is the proof, with its date, and the work item may be closed. */
static void test_a_test_that_comes_is_dated_and_frees_its_work_item(void **state)
{
	struct rig *g = day();
	ms_t at_ms;

	(void)state;
	days(g, 3900000);
	does(g, "h1", EVENT_CLAIM, OUTCOME_NONE, SPOKE_TO_NONE);
	at_ms = g->store_ms;
	rig_press(g, "h1", KIND_TEST);
	rig_pass(g, 1000);
	assert_int_equal(unit_of(g, "h1")->tested_ms, at_ms);
	assert_false(open_of(g, "h1")->untested);
	assert_int_equal(does(g, "h1", EVENT_CLOSE, OUTCOME_TECHNICAL, SPOKE_TO_NOBODY), MOVE);
	/* Once a day is enough for its record. */
	says(g, "h1", 90, MAINS_ON);
	rig_press(g, "h1", KIND_TEST);
	rig_pass(g, 1000);
	assert_int_equal(unit_of(g, "h1")->tested_ms, at_ms);
	rig_free(g);
}

static void test_a_home_that_calls_for_help_is_not_asked_about_its_test(void **state)
{
	struct rig *g = day();

	(void)state;
	days(g, 3000000);
	rig_press(g, "h1", KIND_SOS);
	days(g, 900000);
	assert_int_equal(incidents(g), 1);
	assert_int_equal(open_of(g, "h1")->kind, KIND_SOS);
	assert_int_equal(open_of(g, "h1")->repeats, 0);
	assert_false(open_of(g, "h1")->untested);
	rig_free(g);
}

/* We were away when its test came. */
static void test_a_test_that_we_could_not_hear_is_no_miss(void **state)
{
	struct rig *g = day();

	(void)state;
	days(g, 3000000);
	rig_store_down(g);
	rig_pass(g, 900000);
	rig_store_back(g);
	days(g, 7200000);
	assert_null(open_of(g, "h1"));
	days(g, SECONDS(TEST_S) - 7000000);
	assert_int_equal(open_of(g, "h1")->kind, KIND_MISSED_TEST);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_low_battery_is_one_work_item_with_a_clock),
		cmocka_unit_test(test_a_new_battery_is_written_into_its_work_item),
		cmocka_unit_test(test_a_unit_without_mains_is_followed_though_it_reports_nothing),
		cmocka_unit_test(test_a_missed_test_is_a_work_item_and_never_two),
		cmocka_unit_test(test_a_missed_test_is_not_closed_without_contact),
		cmocka_unit_test(test_a_missed_test_joins_what_is_open_at_her_unit),
		cmocka_unit_test(test_a_test_that_comes_is_dated_and_frees_its_work_item),
		cmocka_unit_test(test_a_home_that_calls_for_help_is_not_asked_about_its_test),
		cmocka_unit_test(test_a_test_that_we_could_not_hear_is_no_miss),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
