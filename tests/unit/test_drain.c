/* test_drain.c - a daemon leaves only to somebody, when everything that was said to it is answered, and slowly enough. */
#include "app_rig_city.h"

#include "app/devices.h"

#define HOME ((link_t)900)
#define DESK ((link_t)1)
#define PANELS 700

static struct up up;

/* ---- what others write into the log ---- */

static void entry(struct rig *g, const char *key, const ProtobufCMessage *m)
{
	static uint8_t body[1024];
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	struct rig_record *r = rig_record(g, key);

	assert_true(protobuf_c_message_get_packed_size(m) <= sizeof body);
	rig_record_set(r, slice_of(body, protobuf_c_message_pack(m, body)), e.commit);
	e.record_count = 1;
	rig_record_copy(r, &e.records[0]);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	rig_turn(g);
}

static void other(struct rig *g, int leaving, bool devices, bool screens)
{
	Pingan__V1__Daemon d = PINGAN__V1__DAEMON__INIT;

	d.id = (char *)"d1";
	d.version = (char *)"t";
	d.alive_ms = g->store_ms;
	d.serves_devices = devices;
	d.serves_screens = screens;
	d.leaving = (Pingan__V1__Daemon__Leaving)leaving;
	entry(g, "daemon:d1", &d.base);
}

static void order(struct rig *g, const char *key, bool force)
{
	Pingan__V1__Drain m = PINGAN__V1__DRAIN__INIT;

	m.daemon = strchr(key, ':') + 1;
	m.by = (char *)"ctl:root";
	m.force = force;
	entry(g, key, &m.base);
}

static void taken_back(struct rig *g, const char *key)
{
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	struct rig_record *r = rig_record(g, key);

	r->rev = 0;
	e.record_count = 1;
	snprintf(e.records[0].key, sizeof e.records[0].key, "%s", key);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	rig_turn(g);
}

/* The other one lives all the while. */
static void pass(struct rig *g, int64_t ms)
{
	for (int64_t at = 0; at < ms; at += 100) {
		if (at % 1000 == 0)
			other(g, LEAVING_NOT, true, true);
		rig_pass(g, 100);
	}
}

static bool leaves(struct rig *g)
{
	struct app_leaving left;

	app_leaving(g->app, &left);
	return left.leaves;
}

static bool empty(struct rig *g)
{
	struct app_leaving left;

	app_leaving(g->app, &left);
	return left.empty;
}

/* ---- a unit ---- */

static void say(struct rig *g)
{
	static uint8_t bytes[DEVICE_FRAME_MAX + 2];
	struct buf b = buf_of(bytes, sizeof bytes);

	device_up_encode(&up, &b);
	assert_int_equal(app_device_bytes(g->app, HOME, slice_of(bytes, b.len)), b.len);
	rig_turn(g);
}

static void linked(struct rig *g)
{
	memset(&up, 0, sizeof up);
	up.type = UP_HELLO;
	up.version = DEVICE_VERSION;
	up.battery_pct = 255;
	snprintf(up.device, sizeof up.device, "dev-h1");
	app_device_up(g->app, HOME, PROTOCOL_NATIVE, "dev-h1", "127.0.0.1");
	say(g);
}

static void presses(struct rig *g)
{
	memset(&up, 0, sizeof up);
	up.type = UP_ALARM;
	up.battery_pct = 255;
	up.alarm_count = 1;
	up.alarms[0] = (struct alarm){.id = 7, .kind = KIND_SOS, .raised_ms = EPOCH, .battery_pct = 255};
	say(g);
}

/* How many frames of this type it was told. */
static int told(struct rig *g, enum down_type type)
{
	static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
	struct rig_link *l = &g->links[HOME];
	struct arena arena;
	int n = 0;

	arena_init(&arena, memory, sizeof memory);
	for (size_t i = 0; i < l->count; i++) {
		struct slice body;
		struct down d;
		size_t used;

		assert_int_equal(device_cut(slice_of(l->frames[i].at, l->frames[i].len), &body, &used), DEVICE_CUT_FRAME);
		assert_int_equal(device_down_decode(body, &arena, &d), 0);
		n += d.type == type && (type != DOWN_REFUSE || d.reason == DEVICE_REFUSAL_GO_ELSEWHERE);
	}
	return n;
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	return g;
}

/* ---- the rules ---- */

static void test_it_leaves_only_to_somebody_who_serves_what_it_serves(void **state)
{
	struct rig *g = city();

	(void)state;
	order(g, "drain:d0", false);
	rig_pass(g, 500);
	assert_false(leaves(g));
	assert_int_equal(g->app->drain.state, LEAVING_ALONE);
	other(g, LEAVING_NOT, true, false);
	assert_false(leaves(g));
	other(g, LEAVING_NOT, false, true);
	assert_false(leaves(g));
	other(g, LEAVING_DRAINS, true, true);
	assert_false(leaves(g));
	other(g, LEAVING_NOT, true, true);
	assert_true(leaves(g));
	/* Both were told in the same second: both stay. */
	order(g, "drain:d1", false);
	assert_false(leaves(g));
	taken_back(g, "drain:d1");
	assert_true(leaves(g));
	/* It dies: nobody has heard of it for three seconds. */
	rig_pass(g, ALIVE_STALE_MS + 200);
	assert_false(leaves(g));
	order(g, "drain:d0", true);
	assert_true(leaves(g));
	taken_back(g, "drain:d0");
	assert_false(leaves(g));
	assert_int_equal(g->app->drain.state, LEAVING_NOT);
	rig_free(g);
}

static bool says_it_serves_devices(struct rig *g)
{
	const struct rig_record *r = rig_record(g, "daemon:d0");
	Pingan__V1__Daemon *d = pingan__v1__daemon__unpack(NULL, r->len, r->body);
	bool serves;

	assert_non_null(d);
	serves = d->serves_devices;
	assert_true(d->serves_screens);
	pingan__v1__daemon__free_unpacked(d, NULL);
	return serves;
}

static uint64_t says_order(struct rig *g)
{
	const struct rig_record *r = rig_record(g, "daemon:d0");
	Pingan__V1__Daemon *m = pingan__v1__daemon__unpack(NULL, r->len, r->body);
	uint64_t order_id;

	assert_non_null(m);
	order_id = m->order;
	pingan__v1__daemon__free_unpacked(m, NULL);
	return order_id;
}

/* Whoever gives an order must not take for its answer what was said of one before. */
static void test_it_says_of_which_order_it_is_empty(void **state)
{
	struct rig *g = city();
	uint64_t first, second;

	(void)state;
	pass(g, 1000);
	assert_int_equal(says_order(g), 0);
	order(g, "drain:d0", false);
	first = g->log_commit;
	pass(g, 200);
	assert_true(leaves(g) && empty(g));
	assert_true(says_order(g) == first);
	/* Another one while it drains: nothing else of it has changed, and it says so at once. */
	order(g, "drain:d0", true);
	second = g->log_commit;
	assert_true(second != first);
	pass(g, 200);
	assert_true(says_order(g) == second);
	taken_back(g, "drain:d0");
	pass(g, 200);
	assert_int_equal(says_order(g), 0);
	rig_free(g);
}

/* Else the next one that drains would send its units to shut ports. */
static void test_nobody_is_sent_to_one_that_cannot_open_its_ports_again(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_pass(g, 1500);
	assert_true(says_it_serves_devices(g));
	app_listens(g->app, false);
	rig_pass(g, 100);
	assert_false(says_it_serves_devices(g));
	rig_pass(g, 3000);
	assert_false(says_it_serves_devices(g));
	app_listens(g->app, true);
	rig_pass(g, 100);
	assert_true(says_it_serves_devices(g));
	rig_free(g);
}

static void test_without_a_store_everybody_is_taken_in(void **state)
{
	struct rig *g = city();

	(void)state;
	other(g, LEAVING_NOT, true, true);
	order(g, "drain:d0", false);
	pass(g, 1000);
	assert_true(leaves(g));
	rig_store_down(g);
	rig_pass(g, ALIVE_STALE_MS + 200);
	assert_false(leaves(g));
	rig_free(g);
}

static void test_a_unit_goes_when_its_alarm_is_acknowledged(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g);
	g->held = true;
	presses(g);
	other(g, LEAVING_NOT, true, true);
	order(g, "drain:d0", false);
	for (int i = 0; i < 10; i++) {
		other(g, LEAVING_NOT, true, true);
		rig_pass(g, 200);
	}
	assert_true(leaves(g));
	assert_false(g->links[HOME].closed);
	assert_int_equal(told(g, DOWN_ACK), 0);
	assert_false(empty(g));
	g->held = false;
	pass(g, 500);
	assert_true(g->links[HOME].closed);
	assert_int_equal(told(g, DOWN_ACK), 1);
	assert_int_equal(told(g, DOWN_REFUSE), 1);
	assert_true(empty(g));
	rig_free(g);
}

/* Never heard: it goes all the same, with its alarm, and says it elsewhere. */
static void test_a_unit_waits_for_no_more_than_its_time(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g);
	g->unsafe = true;
	g->replicated = true;
	presses(g);
	order(g, "drain:d0", true);
	for (int64_t at = 0; at < DRAIN_HELD_MS - 1000; at += 1000) {
		rig_pass(g, 1000);
		memset(&up, 0, sizeof up);
		up.type = UP_HEARTBEAT;
		up.battery_pct = 255;
		if (!g->links[HOME].closed)
			say(g);
	}
	assert_int_equal(told(g, DOWN_ACK), 0);
	assert_false(g->links[HOME].closed);
	rig_pass(g, 2000);
	assert_true(g->links[HOME].closed);
	rig_free(g);
}

static void test_screens_stay_until_no_unit_is_left(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_console(g, DESK, "op1");
	linked(g);
	g->held = true;
	presses(g);
	other(g, LEAVING_NOT, true, true);
	order(g, "drain:d0", false);
	for (int i = 0; i < 5; i++) {
		other(g, LEAVING_NOT, true, true);
		rig_pass(g, 200);
	}
	assert_false(g->links[DESK].closed);
	g->held = false;
	pass(g, 1000);
	assert_true(g->links[HOME].closed);
	assert_true(g->links[DESK].closed);
	assert_true(empty(g));
	/* And none comes in. */
	app_screen_up(g->app, 2, "login-of-nobody");
	assert_true(g->links[2].closed);
	rig_free(g);
}

/* However long it drained before: a press that is not answered yet still has its screen here. */
static void test_screens_stay_when_a_drain_becomes_the_end(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_console(g, DESK, "op1");
	linked(g);
	g->held = true;
	presses(g);
	other(g, LEAVING_NOT, true, true);
	order(g, "drain:d0", false);
	for (int i = 0; i < 8; i++) {
		other(g, LEAVING_NOT, true, true);
		rig_pass(g, 200);
	}
	assert_false(g->links[HOME].closed);
	assert_false(g->links[DESK].closed);
	app_leave(g->app, 2000);
	rig_pass(g, 600);
	assert_false(g->links[HOME].closed);
	assert_false(g->links[DESK].closed);
	rig_pass(g, 600);
	assert_true(g->links[DESK].closed);
	rig_free(g);
}

static void test_deadlines_are_others_from_the_first_moment(void **state)
{
	struct rig *g = city();
	int before = 0, after = 0, again = 0;

	(void)state;
	other(g, LEAVING_NOT, true, true);
	for (uint64_t id = 1; id <= 64; id++)
		before += deadline_mine(g->app, id, 0);
	assert_true(before > 8 && before < 56);
	order(g, "drain:d0", false);
	rig_turn(g);
	assert_true(leaves(g));
	for (uint64_t id = 1; id <= 64; id++) {
		after += deadline_mine(g->app, id, 0);
		again += deadline_mine(g->app, id, 500);
	}
	assert_int_equal(after, 0);
	assert_int_equal(again, 64); /* should the other not act */
	taken_back(g, "drain:d0");
	other(g, LEAVING_STOPS, true, true);
	for (uint64_t id = 1; id <= 64; id++)
		assert_true(deadline_mine(g->app, id, 0));
	rig_free(g);
}

static int gone(struct rig *g)
{
	int n = 0;

	for (link_t link = 100; link < 100 + PANELS; link++)
		n += g->links[link].closed;
	return n;
}

static void test_so_many_a_second_and_no_more(void **state)
{
	struct rig *g = city();

	(void)state;
	for (link_t link = 100; link < 100 + PANELS; link++)
		app_device_up(g->app, link, PROTOCOL_DC09, NULL, "127.0.0.1");
	app_device_up(g->app, HOME, PROTOCOL_DC09, NULL, "127.0.0.1");
	app_device_datagrams(g->app, HOME);
	other(g, LEAVING_NOT, true, true);
	order(g, "drain:d0", false);
	pass(g, 1000);
	assert_in_range(gone(g), DRAIN_UNITS_A_S / 2, DRAIN_UNITS_A_S + DRAIN_UNITS_A_S / 5);
	pass(g, 1000);
	assert_int_equal(gone(g), PANELS);
	/* It has no line that could go elsewhere. */
	assert_false(g->links[HOME].closed);
	assert_true(empty(g));
	rig_free(g);
}

static void test_the_end_waits_for_nobody_and_takes_its_time_only(void **state)
{
	struct rig *g = city();

	(void)state;
	for (link_t link = 100; link < 100 + PANELS; link++)
		app_device_up(g->app, link, PROTOCOL_DC09, NULL, "127.0.0.1");
	rig_console(g, DESK, "op1");
	app_leave(g->app, 1000);
	rig_pass(g, 600);
	assert_int_equal(gone(g), PANELS);
	rig_pass(g, 400);
	assert_true(g->links[DESK].closed);
	assert_true(leaves(g));
	rig_free(g);
}

static void test_an_order_goes_with_its_daemon(void **state)
{
	struct rig *g = city();

	(void)state;
	order(g, "drain:d9", false);
	rig_pass(g, 500);
	assert_false(leaves(g));
	assert_int_equal(g->app->count_of_type[RECORD_DRAIN], 1);
	rig_pass(g, ALIVE_FORGET_MS + 3000);
	assert_int_equal(g->app->count_of_type[RECORD_DRAIN], 0);
	rig_free(g);
}

static void test_a_snapshot_is_wished_for_once(void **state)
{
	Pingan__V1__SnapshotWish m = PINGAN__V1__SNAPSHOT_WISH__INIT;
	struct rig *g = rig_city();
	uint64_t before;

	(void)state;
	rig_put(g, "snapshot", "cell", &m.base);
	rig_start(g);
	before = app_snapshot(g->app, true, 1);
	assert_int_equal(before, 0); /* an old wish, of a load */
	entry(g, "snapshot:cell", &m.base);
	assert_int_equal(app_snapshot(g->app, true, 1), before + 1);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_leaves_only_to_somebody_who_serves_what_it_serves),
		cmocka_unit_test(test_nobody_is_sent_to_one_that_cannot_open_its_ports_again),
		cmocka_unit_test(test_without_a_store_everybody_is_taken_in),
		cmocka_unit_test(test_a_unit_goes_when_its_alarm_is_acknowledged),
		cmocka_unit_test(test_a_unit_waits_for_no_more_than_its_time),
		cmocka_unit_test(test_screens_stay_until_no_unit_is_left),
		cmocka_unit_test(test_it_says_of_which_order_it_is_empty),
		cmocka_unit_test(test_screens_stay_when_a_drain_becomes_the_end),
		cmocka_unit_test(test_deadlines_are_others_from_the_first_moment),
		cmocka_unit_test(test_so_many_a_second_and_no_more),
		cmocka_unit_test(test_the_end_waits_for_nobody_and_takes_its_time_only),
		cmocka_unit_test(test_an_order_goes_with_its_daemon),
		cmocka_unit_test(test_a_snapshot_is_wished_for_once),
	};

	return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
