/* test_supervision.c - no unit falls silent unnoticed, and none is called silent that was heard. */
#include "app/watched.h"

#include "app_rig_units.h"

#define AGAIN_S POLICY_DEFAULT.silent_again_s

#define FIRST "area/440103001/link"
#define AWAY "away/4401/link"

static void test_a_dead_unit_is_shown_within_its_class_and_a_second(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	pass(g, 5000);
	beat(g, "h1");
	pass(g, SECONDS(CLASS_S) - 100);
	assert_int_equal(incidents(g), 0);
	pass(g, 1100);
	assert_int_equal(out_now(g, FIRST), 1);
	assert_int_equal(open_of(g, FIRST)->class, CLASS_DEVICE);
	assert_true(silent(g, "h1") && !silent(g, "h0"));
	assert_int_equal(watched_silent(g->app, "440103"), 1);
	assert_int_equal(watched_silent(g->app, "440103002"), 0);
	assert_int_equal(watched_silent_of(g->app, REPORT_180S), 1);
	/* It stays one, however long it lasts. */
	pass(g, 3 * SECONDS(CLASS_S));
	assert_int_equal(incidents(g), 1);
	assert_int_equal(out_now(g, FIRST), 1);
	rig_free(g);
}

static void test_whoever_is_heard_again_leaves_the_list(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	beat(g, "h1");
	pass(g, SECONDS(CLASS_S + 1));
	assert_true(silent(g, "h1"));
	beat(g, "h1");
	rig_pass(g, 100);
	assert_false(silent(g, "h1"));
	assert_int_equal(out_now(g, FIRST), 0);
	assert_non_null(open_of(g, FIRST)); /* a person closes it, as everything */
	/* And is missed anew, in the same list. */
	pass(g, SECONDS(CLASS_S + 1));
	assert_int_equal(out_now(g, FIRST), 1);
	assert_int_equal(incidents(g), 1);
	rig_free(g);
}

static void test_whoever_was_heard_by_another_daemon_is_not_silent(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	beat(g, "h1");
	for (int i = 0; i < 10; i++) {
		pass(g, 60000);
		rig_seen(g, "dev-h1")->heard_ms = g->store_ms;
	}
	assert_int_equal(incidents(g), 0);
	pass(g, SECONDS(CLASS_S + 1));
	assert_true(silent(g, "h1"));
	rig_free(g);
}

/* The other daemon proves its life; `told`: and has told the store all that it heard. */
static void other_daemon(struct rig *g, bool told)
{
	struct change *ch = change_submit(g->app, CHANGE_DAEMON, "daemon:d1", NULL, NULL, (struct waiter){0});

	assert_non_null(ch);
	if (told)
		rig_seen(g, "@d1")->heard_ms = g->store_ms;
	rig_turn(g);
}

static void test_nobody_is_called_silent_before_every_live_daemon_has_told(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	for (int i = 0; i < 5; i++) {
		other_daemon(g, true);
		pass(g, 1000);
	}
	beat(g, "h1");
	for (int i = 0; i < CLASS_S + 10; i++) {
		other_daemon(g, i < CLASS_S - 5); /* from then on its words do not reach the store */
		pass(g, 1000);
	}
	assert_int_equal(incidents(g), 0);
	other_daemon(g, true);
	pass(g, 1000);
	assert_true(silent(g, "h1"));
	rig_free(g);
}

static void test_only_who_is_in_service_is_missed(void **state)
{
	struct rig *g = town();

	(void)state;
	unit(g, "h2", CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_AWAY, "");
	unit(g, "h3", CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING, "");
	unit(g, "far", CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED, "");
	rig_start(g);
	for (int i = 0; i < 10; i++) {
		beat(g, "h1");
		if (i < 2) {
			beat(g, "h2");
			beat(g, "h3");
			beat(g, "far");
		}
		pass(g, 100000);
	}
	assert_int_equal(incidents(g), 0);
	rig_free(g);
}

/* Its own class, not that of its neighbour. */
static void test_each_class_has_its_own_time(void **state)
{
	struct rig *g = town();

	(void)state;
	unit(g, "h2", 20, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	unit(g, "h3", 18000, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	rig_start(g);
	beat(g, "h1");
	beat(g, "h2");
	beat(g, "h3");
	pass(g, 19900);
	assert_int_equal(incidents(g), 0);
	pass(g, 1100);
	assert_true(silent(g, "h2") && !silent(g, "h1") && !silent(g, "h3"));
	pass(g, SECONDS(CLASS_S - 20));
	assert_true(silent(g, "h1") && !silent(g, "h3"));
	rig_free(g);
}

/* The store was away for ten minutes: nobody is called silent for it; who does not come back stands in one list. */
static void test_after_an_outage_of_ours_there_is_grace_and_then_one_list(void **state)
{
	struct rig *g = town();

	(void)state;
	unit(g, "far", CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	rig_start(g);
	beat(g, "h1");
	beat(g, "far");
	pass(g, 60000);
	rig_store_down(g);
	rig_pass(g, 600000);
	rig_store_back(g);
	rig_pass(g, 500);
	pass(g, 100000);
	beat(g, "h1");
	pass(g, SECONDS(CLASS_S) - 105000);
	assert_int_equal(incidents(g), 0);
	pass(g, 8000);
	assert_int_equal(incidents(g), 1);
	assert_int_equal(out_now(g, AWAY), 1);
	assert_true(open_of(g, AWAY)->away);
	assert_string_equal(open_of(g, AWAY)->area, "4401");
	assert_true(silent(g, "far"));
	/* Later than that it is no matter of ours. */
	pass(g, SECONDS(CLASS_S));
	assert_int_equal(out_now(g, FIRST), 1);
	assert_int_equal(out_now(g, AWAY), 1);
	rig_free(g);
}

/* A daemon of the cell is gone: its units need a moment to come here. */
static void test_a_daemon_that_is_gone_makes_nobody_silent(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	for (int i = 0; i < CLASS_S - 10; i++) {
		other_daemon(g, true);
		if (i == 5)
			rig_seen(g, "dev-h1")->heard_ms = g->store_ms;
		pass(g, 1000);
	}
	pass(g, 100000); /* d1 has died; its unit finds another address */
	assert_int_equal(incidents(g), 0);
	beat(g, "h1");
	pass(g, 120000);
	assert_int_equal(incidents(g), 0);
	rig_free(g);
}

static void test_a_jump_of_the_store_clock_makes_nobody_silent(void **state)
{
	struct rig *g = town();

	(void)state;
	rig_start(g);
	beat(g, "h1");
	pass(g, 30000);
	g->store_ms += 3600000;
	pass(g, 60000);
	beat(g, "h1");
	pass(g, 100000);
	assert_int_equal(incidents(g), 0);
	rig_free(g);
}

/* A whole carrier is cut: homes in all sub-districts, one incident; and not one of them is lost. */
static void test_a_carrier_that_is_cut_is_one_incident_and_nobody_is_lost(void **state)
{
	struct rig *g = town();
	char id[16];

	(void)state;
	unit(g, "h1", 0, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	for (int i = 0; i < 60; i++) {
		char area[16];

		snprintf(id, sizeof id, "m%d", i);
		snprintf(area, sizeof area, "44010300%d001", 1 + i % 6);
		rig_home(g, id, area);
		unit(g, id, CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "mobile-1");
	}
	rig_start(g);
	for (int t = 0; t < 300; t++) {
		for (int i = t % 60; i < 60; i += 60) {
			snprintf(id, sizeof id, "m%d", i);
			beat(g, id);
		}
		pass(g, 1000);
	}
	assert_int_equal(incidents(g), 0);
	pass(g, SECONDS(CLASS_S + 2));
	assert_int_equal(out_now(g, "carrier/mobile-1/link"), 60);
	assert_int_equal(incidents(g), 1);
	assert_string_equal(open_of(g, "carrier/mobile-1/link")->carrier, "mobile-1");
	for (int i = 0; i < 60; i++) {
		snprintf(id, sizeof id, "m%d", i);
		assert_true(silent(g, id));
		beat(g, id);
	}
	rig_pass(g, 1000);
	assert_int_equal(out_now(g, "carrier/mobile-1/link"), 0);
	assert_false(silent(g, "h0"));
	rig_free(g);
}

/* One unit of a carrier that lives is one unit, of its area. */
static void test_one_unit_is_not_its_carrier(void **state)
{
	struct rig *g = town();
	char id[16];

	(void)state;
	unit(g, "h1", 0, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "");
	for (int i = 0; i < 30; i++) {
		snprintf(id, sizeof id, "m%d", i);
		rig_home(g, id, "440103002001");
		unit(g, id, CLASS_S, PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE, "mobile-1");
	}
	rig_start(g);
	for (int t = 0; t < 250; t++) {
		snprintf(id, sizeof id, "m%d", t % 30);
		if (t < 30 || t % 30 != 7)
			beat(g, id);
		pass(g, 1000);
	}
	assert_int_equal(incidents(g), 1);
	assert_int_equal(out_now(g, "area/440103002/link"), 1);
	rig_free(g);
}

/* Closed too early: it is silent still, and is said again. */
static void test_a_silent_unit_whose_incident_was_closed_comes_back(void **state)
{
	struct event close = {.type = EVENT_CLOSE, .outcome = OUTCOME_TECHNICAL, .who = "op1"};
	struct event claim = {.type = EVENT_CLAIM, .who = "op1"};
	struct rig *g = town();
	char key[STORE_KEY_MAX];

	(void)state;
	rig_start(g);
	beat(g, "h1");
	pass(g, SECONDS(CLASS_S + 1));
	incident_key(key, open_of(g, FIRST)->id);
	assert_non_null(change_submit(g->app, CHANGE_INCIDENT, key, &claim, NULL, (struct waiter){0}));
	assert_non_null(change_submit(g->app, CHANGE_INCIDENT, key, &close, NULL, (struct waiter){0}));
	pass(g, 20000);
	assert_null(open_of(g, FIRST));
	assert_false(silent(g, "h1"));
	pass(g, SECONDS(AGAIN_S) - 60000);
	assert_null(open_of(g, FIRST));
	pass(g, 60000);
	assert_int_equal(out_now(g, FIRST), 1);
	rig_free(g);
}

static void test_who_is_taken_out_of_service_leaves_the_list(void **state)
{
	struct rig *g = town();
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	uint8_t body[256];
	struct store_record rec = {.key = "device:dev-h1"};

	(void)state;
	rig_start(g);
	beat(g, "h1");
	pass(g, SECONDS(CLASS_S + 1));
	assert_true(silent(g, "h1"));
	d.id = (char *)"dev-h1";
	d.household = (char *)"h1";
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_AWAY;
	rec.rev = rig_record(g, rec.key)->rev + 1;
	rec.commits[0] = 77;
	rec.body = slice_of(body, pingan__v1__device__pack(&d, body));
	app_begin(g->app);
	assert_true(projection_apply(g->app, &rec, g->log_id));
	pass(g, 1000);
	assert_int_equal(out_now(g, FIRST), 0);
	rig_free(g);
}

/* Two beats within one flush are one time in the store; none is lost when the store is away. */
static void test_what_was_heard_reaches_the_store(void **state)
{
	struct vitals v = vitals_none();
	struct device_seen seen;
	struct rig *g = town();
	ms_t at_ms;

	(void)state;
	rig_start(g);
	beat(g, "h1");
	rig_pass(g, 100);
	beat(g, "h1");
	at_ms = g->store_ms;
	rig_pass(g, 500);
	assert_int_equal(rig_seen(g, "dev-h1")->heard_ms, at_ms);
	rig_store_down(g);
	rig_pass(g, 10000);
	beat(g, "h1");
	v.battery_pct = 61;
	v.at_ms = at_ms = g->store_ms;
	device_vitals(g->app, "dev-h1", &v);
	rig_pass(g, 10000);
	rig_store_back(g);
	rig_pass(g, 1000);
	assert_int_equal(rig_seen(g, "dev-h1")->heard_ms, at_ms);
	assert_true(vitals_decode(rig_seen(g, "dev-h1")->vitals, &g->app->scratch, &v));
	assert_int_equal(v.battery_pct, 61);
	assert_true(device_seen(g->app, "dev-h1", &seen));
	assert_int_equal(seen.vitals->battery_pct, 61);
	rig_free(g);
}

/* The store did not take it, or died with it. */
static void test_what_the_store_did_not_take_is_told_again(void **state)
{
	struct rig *g = town();
	ms_t at_ms;

	(void)state;
	rig_start(g);
	rig_pass(g, 1000);
	beat(g, "h1");
	at_ms = g->store_ms;
	g->mono += 1000;
	g->store_ms += 1000;
	app_begin(g->app);
	(void)app_turn(g->app);
	assert_true(g->seen_put);
	rig_seen(g, "dev-h1")->heard_ms = 0;
	g->seen_put = false;
	app_store_seen_put(g->app, false);
	rig_pass(g, 1000);
	assert_int_equal(rig_seen(g, "dev-h1")->heard_ms, at_ms);
	rig_free(g);
}

/* Another daemon serves it: what it says is read when somebody looks. */
static void test_vitals_of_another_daemon_are_seen_when_asked_for(void **state)
{
	struct vitals v = {.at_ms = EPOCH, .battery_pct = 44, .firmware = "2.1"};
	struct device_seen seen;
	struct rig *g = town();

	(void)state;
	rig_start(g);
	rig_pass(g, 1000);
	rig_seen(g, "dev-h2")->heard_ms = EPOCH + 5;
	rig_seen(g, "dev-h2")->vitals = slice_of(g->vitals[rig_seen(g, "dev-h2") - g->seen], 0);
	rig_seen(g, "dev-h2")->vitals.len = vitals_encode(&v, g->vitals[rig_seen(g, "dev-h2") - g->seen]);
	assert_true(device_seen(g->app, "dev-h2", &seen));
	assert_null(seen.vitals);
	device_seen_ask(g->app, "dev-h2");
	rig_pass(g, 500);
	assert_true(device_seen(g->app, "dev-h2", &seen));
	assert_int_equal(seen.heard_ms, EPOCH + 5);
	assert_int_equal(seen.vitals->battery_pct, 44);
	assert_string_equal(seen.vitals->firmware, "2.1");
	assert_false(device_seen(g->app, "dev-nobody", &seen));
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_dead_unit_is_shown_within_its_class_and_a_second),
		cmocka_unit_test(test_whoever_is_heard_again_leaves_the_list),
		cmocka_unit_test(test_whoever_was_heard_by_another_daemon_is_not_silent),
		cmocka_unit_test(test_nobody_is_called_silent_before_every_live_daemon_has_told),
		cmocka_unit_test(test_only_who_is_in_service_is_missed),
		cmocka_unit_test(test_each_class_has_its_own_time),
		cmocka_unit_test(test_after_an_outage_of_ours_there_is_grace_and_then_one_list),
		cmocka_unit_test(test_a_daemon_that_is_gone_makes_nobody_silent),
		cmocka_unit_test(test_a_jump_of_the_store_clock_makes_nobody_silent),
		cmocka_unit_test(test_a_carrier_that_is_cut_is_one_incident_and_nobody_is_lost),
		cmocka_unit_test(test_one_unit_is_not_its_carrier),
		cmocka_unit_test(test_a_silent_unit_whose_incident_was_closed_comes_back),
		cmocka_unit_test(test_who_is_taken_out_of_service_leaves_the_list),
		cmocka_unit_test(test_what_was_heard_reaches_the_store),
		cmocka_unit_test(test_what_the_store_did_not_take_is_told_again),
		cmocka_unit_test(test_vitals_of_another_daemon_are_seen_when_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
