/* test_bounds.c - every bound of app/limits.h that can be reached, reached: shed in the right order, counted, told, and
 * all well afterwards. INCIDENTS_MAX and RECENT_ALARMS are not: they would take an hour of pressing. */
#include <stdio.h>
#include <string.h>

#include "app/limits.h"
#include "pingan/v1/device.pb-c.h"
#include "sim/scenes.h"

/* CHANGES_PER_RECORD: more requests for one call than it can have waiting. Two desks, because one alone meets the rate. */
static void test_changes_per_record(void **state)
{
	struct sim *sim = scene_ready(NULL);
	uint64_t cmds[2][50];
	unsigned ok = 0, overload = 0;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	sim_daemon_lag(sim, 0, 1500); /* nothing comes back while they come in */
	for (unsigned desk = 0; desk < 2; desk++)
		for (unsigned i = 0; i < COUNT_OF(cmds[0]); i++)
			cmds[desk][i] = sim_desk_say(sim, desk, 0, "again");
	sim_run(sim, 1000);
	sim_daemon_lag(sim, 0, 0);
	for (unsigned desk = 0; desk < 2; desk++) {
		for (unsigned i = 0; i < COUNT_OF(cmds[0]); i++) {
			uint32_t result = desk_result(sim, desk, cmds[desk][i]);

			ok += result == RESULT_OK;
			overload += result == PINGAN__V1__RESULT__RESULT_OVERLOAD;
		}
	}
	assert_int_equal(ok + overload, 100);
	assert_in_range(ok, CHANGES_PER_RECORD, CHANGES_PER_RECORD + 2);
	assert_true(sim_metric(sim, 0, "pingan_changes_overload_total") >= overload);
	assert_int_equal(desk_result(sim, 0, sim_desk_say(sim, 0, 0, "well again")), RESULT_OK);
	sim_free(sim);
}

static bool inbox_full(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_logged(sim, "INBOX_FULL") != 0;
}

static bool everything_heard(struct sim *sim, uint64_t homes)
{
	for (unsigned i = 0; i < homes; i++) {
		if (!sim_acked(sim, i))
			return false;
	}
	return true;
}

/* CHANGES_MAX and CHANGES_RESERVED: with the store away machines talk first, then people press. Machines are refused when
 * the reserve begins; people are not; then reading stops, and nothing is lost. */
static void test_the_last_places_belong_to_people(void **state)
{
	const unsigned machines = 800, people = 300;
	const struct sim_setup setup = {.homes = machines + people, .overload = true};
	struct sim *sim = scene_ready(&setup);
	uint64_t refused;

	(void)state;
	sim_store_away(sim, true);
	sim_run(sim, 1000);
	for (unsigned i = 0; i < machines; i++)
		for (unsigned k = 0; k < HELD_MAX; k++)
			sim_press(sim, i, KIND_BATTERY);
	sim_run(sim, 4000);
	assert_int_equal(sim_metric(sim, 0, "pingan_changes"), CHANGES_MAX - CHANGES_RESERVED);
	assert_true(sim_metric(sim, 0, "pingan_alarms_refused_total") > 0);
	for (unsigned i = machines; i < machines + people; i++)
		for (unsigned k = 0; k < HELD_MAX; k++)
			sim_press(sim, i, KIND_SOS);
	assert_true(sim_until(sim, inbox_full, 0, 10000));
	refused = sim_metric(sim, 0, "pingan_alarms_refused_total");
	sim_run(sim, 10000);
	assert_in_range(sim_metric(sim, 0, "pingan_changes"), CHANGES_MAX * 7 / 8, CHANGES_MAX);
	assert_int_equal(sim_metric(sim, 0, "pingan_alarms_refused_total"), refused); /* the rest waits in its sockets */
	sim_store_away(sim, false);
	assert_true(sim_until(sim, everything_heard, machines + people, MINUTES(5)));
	assert_true(sim_logged(sim, "INBOX_FREE") > 0);
	assert_int_equal(sim_open_count(sim), machines + people);
	sim_free(sim);
}

static bool deadlines_taken(struct sim *sim, uint64_t arg)
{
	(void)arg;
	return sim_metric(sim, 0, "pingan_deadlines_total") > 0;
}

static bool carried_out(struct sim *sim, uint64_t homes)
{
	return sim_metric(sim, 0, "pingan_deadlines_total") >= homes;
}

/* DEADLINES_TAKEN_MAX: a flood of deadlines at one moment leaves the inbox to people; the rest keep their place, and all
 * are carried out. */
static void test_a_flood_of_deadlines_keeps_no_press_waiting(void **state)
{
	const unsigned homes = DEADLINES_TAKEN_MAX + 100;
	const struct sim_setup setup = {.daemons = 1, .homes = homes + 1, .overload = true};
	struct sim *sim = scene_ready(&setup);

	(void)state;
	for (unsigned i = 0; i < homes; i++)
		sim_press(sim, i, KIND_SOS);
	assert_true(sim_until(sim, everything_heard, homes, 5000));
	assert_int_equal(sim_open_count(sim), homes);
	sim_store_away(sim, true);
	sim_run(sim, SECONDS(POLICY_DEFAULT.plans[CLASS_LIFE].ring_wider_s)); /* all are due now */
	sim_store_away(sim, false);
	assert_true(sim_until(sim, deadlines_taken, 0, 5000));
	sim_daemon_lag(sim, 0, 1200); /* and nothing comes back for a while */
	sim_run(sim, 500);
	assert_in_range(sim_metric(sim, 0, "pingan_changes"), DEADLINES_TAKEN_MAX,
	                DEADLINES_TAKEN_MAX + 8); /* and its proof of life */
	sim_daemon_lag(sim, 0, 0);
	sim_press(sim, homes, KIND_SOS);
	until_heard(sim, homes, STEP_STORED, 2000);
	assert_true(sim_until(sim, carried_out, homes, 10000));
	assert_int_equal(sim_metric(sim, 0, "pingan_changes_overload_total"), 0);
	sim_free(sim);
}

/* QUARANTINE_MAX: unknown panels ring as class 2 and are not acknowledged; more than 32 at once are counted, not shown, and
 * from one address all but the last places are to be had. */
static void test_quarantine(void **state)
{
	const struct sim_setup setup = {.panels = 8};
	struct sim *sim = scene_ready(&setup);
	const unsigned shown = QUARANTINE_MAX - QUARANTINE_RESERVED;
	char body[128];

	(void)state;
	for (unsigned i = 0; i < QUARANTINE_MAX + 8; i++) {
		snprintf(body, sizeof body, "\"ADM-CID\"%04uL0#F%03u[#F%03u|1100 01 007]", i + 1, i, i);
		sim_panel_send(sim, i % 8, body, false);
		sim_run(sim, 1500);
	}
	sim_run(sim, 5000);
	assert_int_equal(sim_open_count(sim), shown);
	assert_int_equal(sim_metric(sim, 0, "pingan_quarantine_open"), shown);
	assert_int_equal(sim_logged(sim, "QUARANTINE_FULL"), QUARANTINE_MAX + 8 - shown);
	assert_int_equal(sim_desk_row_count(sim, 0) + sim_desk_row_count(sim, 1), 2 * shown);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(sim_panel_answers(sim, i, NULL), 0);
	sim_press(sim, 0, KIND_SOS); /* a known home is none the worse */
	until_heard(sim, 0, STEP_STORED, 2000);
	sim_free(sim);
}

/* TAIL_MAX: a console away for so long is given the whole picture instead of what it missed. */
static void test_tail(void **state)
{
	const struct sim_setup setup = {.daemons = 3};
	struct sim *sim = scene_ready(&setup);
	unsigned snapshots;

	(void)state;
	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 2000);
	snapshots = sim_desk_snapshots(sim, 0);
	sim_desk_sleep(sim, 0, true);
	sim_run(sim, 20000);
	sim_desk_sleep(sim, 0, false);
	until_live(sim, 10000);
	sim_run(sim, 1000);
	assert_int_equal(sim_desk_snapshots(sim, 0), snapshots); /* went on from where it was */
	sim_desk_sleep(sim, 0, true);
	sim_run(sim, (TAIL_MAX / 3 + 60) * 1000); /* each daemon proves its life once a second */
	sim_desk_sleep(sim, 0, false);
	until_live(sim, 10000);
	sim_run(sim, 1000);
	assert_int_equal(sim_desk_snapshots(sim, 0), snapshots + 1);
	assert_non_null(sim_desk_row(sim, 0, 0));
	sim_free(sim);
}

/* CLOSED_KEPT: a closed call that is no longer in memory is still itself: its device repeats, and is told closed. */
static void test_closed_kept(void **state)
{
	const struct sim_setup setup = {.homes = 2};
	struct sim *sim = scene_ready(&setup);
	uint64_t id;

	(void)state;
	sim_press(sim, 1, KIND_SOS);
	until_heard(sim, 1, STEP_STORED, 2000);
	sim_home_dark(sim, 1, true); /* it does not hear that it is closed */
	until_row(sim, 0, 1, 2000);
	id = sim_incident(sim, 1)->id;
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 1)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 1)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 1, OUTCOME_ADVICE)), RESULT_OK);
	for (unsigned i = 0; i < CLOSED_KEPT + 10; i++) {
		sim_press(sim, 0, KIND_BATTERY);
		until_row(sim, 0, 0, 2000);
		sim_desk_claim(sim, 0, 0);
		until_state(sim, 0, "answered", 2000);
		sim_desk_close(sim, 0, 0, OUTCOME_TECHNICAL);
		until_state(sim, 0, "closed", 2000);
		sim_run(sim, 300); /* no faster than the rate */
	}
	sim_home_dark(sim, 1, false);
	until_heard(sim, 1, STEP_CLOSED, 90000);
	assert_int_equal(sim_incident(sim, 1)->id == id, 1);
	assert_int_equal(sim_incident_count(sim), CLOSED_KEPT + 11);
	sim_free(sim);
}

/* HELD_MAX: a Hello with one more is no Hello. */
static void test_held_alarms(void **state)
{
	struct sim *sim = scene_ready(NULL);
	Pingan__V1__Up up = PINGAN__V1__UP__INIT;
	Pingan__V1__Heartbeat beat = PINGAN__V1__HEARTBEAT__INIT;
	Pingan__V1__HeldAlarm held[HELD_MAX + 1], *list[HELD_MAX + 1];
	Pingan__V1__Alarm alarms[HELD_MAX + 1];
	uint8_t bytes[2048];
	size_t len;
	uint64_t bad = sim_metric(sim, 0, "pingan_device_frames_bad_total");

	(void)state;
	for (unsigned i = 0; i <= HELD_MAX; i++) {
		pingan__v1__held_alarm__init(&held[i]);
		pingan__v1__alarm__init(&alarms[i]);
		alarms[i].id = 1000 + i;
		alarms[i].kind = PINGAN__V1__KIND__KIND_SOS;
		held[i].alarm = &alarms[i];
		list[i] = &held[i];
	}
	up.body_case = PINGAN__V1__UP__BODY_HEARTBEAT;
	up.heartbeat = &beat;
	beat.battery_pct = 100;
	beat.n_held = HELD_MAX + 1;
	beat.held = list;
	len = pingan__v1__up__pack(&up, bytes + 2);
	assert_in_range(len, 128, 2000);
	bytes[0] = (uint8_t)(len & 0x7F) | 0x80;
	bytes[1] = (uint8_t)(len >> 7);
	sim_home_raw(sim, 0, slice_of(bytes, len + 2));
	sim_run(sim, 1000);
	assert_int_equal(sim_metric(sim, 0, "pingan_device_frames_bad_total"), bad + 1);
	assert_int_equal(sim_incident_count(sim), 0);
	sim_free(sim);
}

/* LINKS_MAX: one more connection than there may be is closed, the others stay. */
static void test_links(void **state)
{
	struct sim *sim = scene_ready(NULL);
	unsigned refused = sim_logged(sim, "DEVICE_REFUSED");

	(void)state;
	for (uint64_t i = 0; i < LINKS_MAX; i++)
		app_device_up(sim_app(sim, 0), UINT64_C(1) << 60 | i, PROTOCOL_DC09, NULL, "127.0.0.1");
	assert_true(sim_logged(sim, "DEVICE_REFUSED") > refused);
	sim_press(sim, 0, KIND_SOS); /* who was there before is served */
	until_heard(sim, 0, STEP_STORED, 2000);
	for (uint64_t i = 0; i < LINKS_MAX; i++)
		app_link_down(sim_app(sim, 0), UINT64_C(1) << 60 | i);
	sim_free(sim);
}

/* A console that reads nothing is not queued for without end: it is dropped to a fresh picture, the other is served. */
static void test_slow_console(void **state)
{
	const struct sim_setup setup = {.homes = 200, .overload = true};
	struct sim *sim = scene_ready(&setup);
	unsigned snapshots = sim_desk_snapshots(sim, 0);

	(void)state;
	sim_desk_slow(sim, 0, 7000);
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned k = 0; k < 4; k++)
			sim_press(sim, i, KIND_SOS);
		if (i % 2 == 1)
			sim_run(sim, 60);
	}
	until_row(sim, 1, 199, 3000);
	sim_run(sim, 20000);
	assert_int_equal(sim_desk_row_count(sim, 0), 200);
	assert_int_equal(sim_desk_row_count(sim, 1), 200);
	assert_true(sim_metric(sim, 0, "pingan_screen_slow_total") > 0);
	assert_true(sim_desk_snapshots(sim, 0) >= snapshots);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_per_record),
		cmocka_unit_test(test_the_last_places_belong_to_people),
		cmocka_unit_test(test_a_flood_of_deadlines_keeps_no_press_waiting),
		cmocka_unit_test(test_quarantine),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_closed_kept),
		cmocka_unit_test(test_held_alarms),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_slow_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
