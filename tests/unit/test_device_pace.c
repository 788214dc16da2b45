/* test_device_pace.c - units that say far more than a unit does are read more slowly: nothing of it is lost, no press of
 * theirs or of a neighbour waits longer than what stands before it, and who speaks for many may say as much as they.
 */
#include "app_rig_city.h"

#include "app/devices.h"

#define WILD ((link_t)900)
#define GOOD ((link_t)901)
#define PANEL ((link_t)902)
#define DESK ((link_t)1)

static struct up up;
static uint8_t flood[262144];
static struct buf b;

static void begin(enum up_type type)
{
	memset(&up, 0, sizeof up);
	up.type = type;
	up.battery_pct = 255;
}

static void hold(uint64_t id, enum kind kind)
{
	struct alarm *a = &up.alarms[up.alarm_count++];

	memset(a, 0, sizeof *a);
	a->id = id;
	a->kind = kind;
	a->raised_ms = EPOCH;
	a->battery_pct = 255;
}

static size_t say(struct rig *g, link_t link)
{
	uint8_t bytes[DEVICE_FRAME_MAX + 2];
	struct buf one = buf_of(bytes, sizeof bytes);

	device_up_encode(&up, &one);
	assert_false(one.overflow);
	return one.len - app_device_bytes(g->app, link, slice_of(bytes, one.len));
}

static void linked(struct rig *g, link_t link, const char *device)
{
	app_device_up(g->app, link, PROTOCOL_NATIVE, device, "192.0.2.7");
	begin(UP_HELLO);
	up.version = DEVICE_VERSION;
	memcpy(up.device, device, strlen(device) + 1);
	assert_int_equal(say(g, link), 0);
	rig_turn(g);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, DESK, "op1");
	b = buf_of(flood, sizeof flood);
	return g;
}

/* What is in `flood` is shown until the app has used it up; returns how long that took. */
static int64_t read_all(struct rig *g, link_t link)
{
	int64_t from = g->mono;

	assert_false(b.overflow);
	for (size_t at = 0; at < b.len;) {
		at += app_device_bytes(g->app, link, slice_of(flood + at, b.len - at));
		rig_turn(g);
		if (at < b.len)
			rig_pass(g, 50);
	}
	return g->mono - from;
}

static void test_held_alarms_cost_as_much_as_presses_and_none_is_lost(void **state)
{
	struct rig *g = city();
	uint64_t received, refused, id = 1;
	int64_t took_ms;

	(void)state;
	linked(g, WILD, "dev-h0");
	linked(g, GOOD, "dev-h1");
	received = g->app->counters[C_ALARMS_RECEIVED];
	for (int i = 0; i < 100; i++) {
		begin(UP_HEARTBEAT);
		for (int k = 0; k < HELD_MAX; k++)
			hold(id++, KIND_SOS);
		device_up_encode(&up, &b);
	}
	took_ms = read_all(g, WILD);
	refused = g->app->counters[C_ALARMS_REFUSED];
	assert_int_equal(g->app->counters[C_ALARMS_RECEIVED] - received + refused, 100 * HELD_MAX);
	/* What came while HELD_MAX of its calls were on their way to the store is taken when it comes again. */
	rig_pass(g, 2000);
	assert_int_equal(say(g, WILD), 0);
	rig_turn(g);
	assert_int_equal(g->app->counters[C_ALARMS_REFUSED], refused);
	assert_true(took_ms >= 100 * HELD_MAX * 1000 / DEVICE_FRAMES_A_S - DEVICE_BURST_MS - 1000);
	assert_true(took_ms <= 100 * HELD_MAX * 1000 / DEVICE_FRAMES_A_S + 1000);
	/* Said once, not for each. */
	assert_int_equal(g->app->counters[C_DEVICES_RESTLESS], 1);
	assert_non_null(incident_of_household(g->app, "h0"));
	rig_free(g);
}

/* Whoever else is held back. */
static void test_a_first_press_is_taken_at_once(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, WILD, "dev-h0");
	linked(g, GOOD, "dev-h1");
	for (uint64_t id = 1; id <= 1000; id++) {
		begin(UP_ALARM);
		hold(id, KIND_BATTERY);
		device_up_encode(&up, &b);
	}
	assert_true(app_device_bytes(g->app, WILD, slice_of(flood, b.len)) < b.len);
	begin(UP_ALARM);
	hold(7, KIND_SOS);
	assert_int_equal(say(g, GOOD), 0);
	rig_turn(g);
	assert_non_null(incident_of_household(g->app, "h1"));
	/* The wild one's own: after a cut of its link nothing stands before it. */
	app_link_down(g->app, WILD);
	rig_turn(g);
	rig_frames_free(&g->links[WILD]);
	linked(g, WILD, "dev-h0");
	begin(UP_ALARM);
	hold(2000, KIND_SOS);
	assert_int_equal(say(g, WILD), 0);
	rig_turn(g);
	assert_non_null(incident_of_household(g->app, "h0"));
	rig_free(g);
}

/* Its places are taken by what it says of itself, and nothing can be stored: the call is shown all the same. */
static void test_a_press_has_the_place_of_a_technical_signal(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	linked(g, WILD, "dev-h0");
	rig_store_down(g);
	for (uint64_t id = 1; id <= HELD_MAX; id++) {
		begin(UP_ALARM);
		hold(id, KIND_TAMPER);
		assert_int_equal(say(g, WILD), 0);
	}
	rig_turn(g);
	begin(UP_ALARM);
	hold(99, KIND_DURESS);
	assert_int_equal(say(g, WILD), 0);
	rig_pass(g, 500);
	assert_int_equal(g->app->counters[C_ALARMS_REFUSED], 0);
	m = rig_last(g, DESK, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_int_equal(m->delta->upserts[0]->class_, PINGAN__V1__INCIDENT_CLASS__CLASS_LIFE);
	rig_done(m);
	/* Technical signals have no place of a call's. */
	for (uint64_t id = 100; id < 100 + HELD_MAX; id++) {
		begin(UP_ALARM);
		hold(id, KIND_SOS);
		assert_int_equal(say(g, WILD), 0);
	}
	begin(UP_ALARM);
	hold(200, KIND_TAMPER);
	assert_int_equal(say(g, WILD), 0);
	assert_true(g->app->counters[C_ALARMS_REFUSED] >= 1);
	rig_store_back(g);
	rig_pass(g, 1000);
	assert_non_null(incident_of_household(g->app, "h0"));
	rig_free(g);
}

static void panel_frame(unsigned seq, unsigned account)
{
	char body[64];

	snprintf(body, sizeof body, "\"NULL\"%04uL0#%u[]", seq, account);
	dc09_frame(slice_str(body), false, &b);
}

static int64_t panels_took(unsigned accounts)
{
	struct rig *g = rig_city();
	int64_t took_ms;

	for (unsigned i = 0; i < 40; i++) {
		Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
		char id[32];

		snprintf(id, sizeof id, "dc09.%u", 2000 + i);
		d.id = id;
		d.household = (char *)"h1";
		d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_DC09;
		d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
		rig_put(g, "device", id, &d.base);
	}
	rig_start(g);
	b = buf_of(flood, sizeof flood);
	app_device_up(g->app, PANEL, PROTOCOL_DC09, NULL, "192.0.2.7");
	for (unsigned i = 0; i < 3000; i++)
		panel_frame(i % 9999 + 1, 2000 + i % accounts);
	took_ms = read_all(g, PANEL);
	assert_int_equal(g->app->counters[C_DC09_FRAMES], 3000);
	rig_free(g);
	return took_ms;
}

static void test_a_receiver_that_speaks_for_many_may_say_as_much_as_they(void **state)
{
	(void)state;
	assert_true(panels_took(1) >= 27000);
	assert_true(panels_took(40) <= 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_held_alarms_cost_as_much_as_presses_and_none_is_lost),
		cmocka_unit_test(test_a_first_press_is_taken_at_once),
		cmocka_unit_test(test_a_press_has_the_place_of_a_technical_signal),
		cmocka_unit_test(test_a_receiver_that_speaks_for_many_may_say_as_much_as_they),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
