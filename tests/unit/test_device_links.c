/* test_device_links.c - what a home device or a panel is told, and when: never before it is safe, each step once, in order,
 * and within bounds.
 */
#include "app_rig_city.h"

#include "app/devices.h"

#define HOME ((link_t)900)
#define OTHER ((link_t)901)
#define PANEL ((link_t)902)
#define DESK ((link_t)1)

static struct up up;

static struct rig *city(void)
{
	struct rig *g = rig_city();
	Pingan__V1__Device panel = PINGAN__V1__DEVICE__INIT;

	panel.id = (char *)"dc09.2468";
	panel.household = (char *)"h1";
	panel.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_DC09;
	panel.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	rig_put(g, "device", "dc09.2468", &panel.base);
	rig_start(g);
	return g;
}

static void another_daemon_lives(struct rig *g)
{
	Pingan__V1__Daemon d = PINGAN__V1__DAEMON__INIT;
	uint8_t body[64];
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	struct rig_record *r = rig_record(g, "daemon:d1");

	d.id = (char *)"d1";
	d.alive_ms = g->store_ms;
	rig_record_set(r, slice_of(body, pingan__v1__daemon__pack(&d, body)), e.commit);
	e.record_count = 1;
	rig_record_copy(r, &e.records[0]);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	rig_turn(g);
}

/* ---- a native device ---- */

static void say(struct rig *g, link_t link)
{
	static uint8_t bytes[DEVICE_FRAME_MAX + 2];
	struct buf b = buf_of(bytes, sizeof bytes);

	device_up_encode(&up, &b);
	assert_false(b.overflow);
	assert_int_equal(app_device_bytes(g->app, link, slice_of(bytes, b.len)), b.len);
}

static void hold(uint64_t id, enum kind kind, enum step heard)
{
	struct alarm *a = &up.alarms[up.alarm_count++];

	memset(a, 0, sizeof *a);
	a->id = id;
	a->kind = kind;
	a->raised_ms = EPOCH;
	a->battery_pct = 255;
	a->heard = heard;
}

static void begin(enum up_type type)
{
	memset(&up, 0, sizeof up);
	up.type = type;
	up.battery_pct = 255;
}

/* Link, Hello; what is held was put into `up` before. */
static void greet(struct rig *g, link_t link, const char *device)
{
	rig_frames_free(&g->links[link]);
	app_device_up(g->app, link, PROTOCOL_NATIVE, device, "127.0.0.1");
	up.type = UP_HELLO;
	up.version = DEVICE_VERSION;
	memcpy(up.device, device, strlen(device) + 1);
	say(g, link);
}

static void linked(struct rig *g, link_t link, const char *device)
{
	begin(UP_HELLO);
	greet(g, link, device);
	rig_turn(g);
}

static void press(struct rig *g, link_t link, uint64_t id, enum kind kind)
{
	begin(UP_ALARM);
	hold(id, kind, STEP_NONE);
	say(g, link);
	rig_turn(g);
}

/* Everything unread, in words. */
static const char *heard(struct rig *g, link_t link)
{
	static _Alignas(max_align_t) uint8_t memory[DEVICE_SCRATCH];
	static const char *const steps[] = {"none", "stored", "answered", "help", "arrived", "closed"};
	static char text[4096];
	struct rig_link *l = &g->links[link];
	struct arena arena;

	arena_init(&arena, memory, sizeof memory);
	text[0] = '\0';
	for (; l->read < l->count; l->read++) {
		size_t end = strlen(text), used;
		struct slice body;
		struct down d;

		assert_int_equal(device_cut(slice_of(l->frames[l->read].at, l->frames[l->read].len), &body, &used),
		                 DEVICE_CUT_FRAME);
		assert_int_equal(device_down_decode(body, &arena, &d), 0);
		switch (d.type) {
		case DOWN_WELCOME:
			snprintf(text + end, sizeof text - end, "welcome ");
			break;
		case DOWN_HEARTBEAT_ACK:
			snprintf(text + end, sizeof text - end, "beat ");
			break;
		case DOWN_ACK:
			snprintf(text + end, sizeof text - end, "ack%d%s%s ", (int)d.alarm, d.incident == 0 ? ":none" : "",
			         d.silent ? ":silent" : "");
			break;
		case DOWN_STATUS:
			snprintf(text + end, sizeof text - end, "%s%d ", steps[d.step], (int)d.alarm);
			break;
		case DOWN_REFUSE:
			snprintf(text + end, sizeof text - end, "refuse:%s:%d ", device_refusal_name(d.reason), (int)d.retry_s);
			break;
		case DOWN_CONFIGURE:
			break; /* test_units.c */
		case DOWN_NEW_KEY:
		case DOWN_NONE:
			fail_msg("unexpected frame");
		}
	}
	return text;
}

static uint64_t incident_of(struct rig *g, const char *household)
{
	struct record *rec = incident_of_household(g->app, household);

	return rec == NULL ? 0 : rec->slot->id;
}

static void test_acknowledged_only_when_safe(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	assert_string_equal(heard(g, HOME), "welcome ");
	g->held = true;
	press(g, HOME, 1, KIND_SOS);
	assert_string_equal(heard(g, HOME), "");
	g->unsafe = true; /* the entry comes; the replica is silent */
	g->held = false;
	rig_pass(g, 500);
	assert_int_not_equal(incident_of(g, "h0"), 0);
	assert_string_equal(heard(g, HOME), "");
	g->unsafe = false;
	rig_turn(g);
	assert_string_equal(heard(g, HOME), "ack1 ");
	rig_pass(g, 1000);
	assert_string_equal(heard(g, HOME), "");
	rig_free(g);
}

/* Refused for want of room: it was not stored, so the device must go on. */
static void test_what_was_refused_is_not_acknowledged(void **state)
{
	struct rig *g = city();
	size_t before = g->app->count_of_type[RECORD_INCIDENT];

	(void)state;
	linked(g, HOME, "dev-h0");
	(void)heard(g, HOME);
	g->app->count_of_type[RECORD_INCIDENT] = INCIDENTS_MAX;
	press(g, HOME, 1, KIND_BATTERY);
	assert_string_equal(heard(g, HOME), "");
	assert_int_equal(incident_of(g, "h0"), 0);
	g->app->count_of_type[RECORD_INCIDENT] = before + 1; /* the place it was given when it came is kept for it */
	press(g, HOME, 1, KIND_BATTERY);
	assert_string_equal(heard(g, HOME), "ack1 ");
	rig_free(g);
}

/* Ten copies while it is on its way are one press and one acknowledgement. */
static void test_copies_on_their_way_are_one(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	(void)heard(g, HOME);
	g->held = true;
	for (int i = 0; i < 10; i++)
		press(g, HOME, 1, KIND_SOS);
	g->held = false;
	rig_turn(g);
	assert_string_equal(heard(g, HOME), "ack1 ");
	/* A copy after it is acknowledged again. */
	press(g, HOME, 1, KIND_SOS);
	assert_string_equal(heard(g, HOME), "ack1 ");
	rig_free(g);
}

static void test_heartbeats_never_touch_the_store(void **state)
{
	struct rig *g = city();
	uint64_t before;

	(void)state;
	linked(g, HOME, "dev-h0");
	rig_store_down(g);
	before = g->log_id;
	begin(UP_HEARTBEAT);
	say(g, HOME);
	assert_string_equal(heard(g, HOME), "welcome beat ");
	assert_true(g->log_id == before);
	rig_free(g);
}

static void test_steps_by_level(void **state)
{
	struct rig *g = city();
	uint64_t incident;

	(void)state;
	rig_console(g, DESK, "op1");
	linked(g, HOME, "dev-h0");
	press(g, HOME, 1, KIND_SOS);
	assert_string_equal(heard(g, HOME), "welcome ack1 ");
	incident = incident_of(g, "h0");
	assert_int_equal(rig_claim(g, DESK, incident, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_turn(g);
	assert_string_equal(heard(g, HOME), "answered1 ");
	/* A second press of the home: acknowledged, and told at once how far it is. */
	press(g, HOME, 2, KIND_FALL);
	assert_string_equal(heard(g, HOME), "ack2 answered2 ");
	/* The link breaks; the device says what it has heard, and is told the rest only. */
	app_link_down(g->app, HOME);
	begin(UP_HELLO);
	hold(1, KIND_SOS, STEP_ANSWERED);
	hold(2, KIND_FALL, STEP_STORED);
	greet(g, OTHER, "dev-h0");
	rig_turn(g);
	assert_string_equal(heard(g, OTHER), "welcome ack1 ack2 answered2 ");
	RIG_ASK(g, DESK, 0, Spoke, SPOKE, SPOKE, spoke, .incident = incident);
	RIG_ASK(g, DESK, 0, Close, CLOSE, CLOSE, close, .incident = incident,
	        .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE, .text = (char *)"");
	rig_pass(g, 100);
	assert_string_equal(heard(g, OTHER), "closed1 closed2 ");
	/* Who comes late with it is told the end. */
	begin(UP_HEARTBEAT);
	hold(1, KIND_SOS, STEP_ANSWERED);
	say(g, OTHER);
	rig_turn(g);
	assert_string_equal(heard(g, OTHER), "beat ack1 closed1 ");
	rig_free(g);
}

/* A step that went down (an operator's console is gone) is not told: only a restored store may take back. */
static void test_steps_only_grow(void **state)
{
	struct rig *g = city();
	uint64_t incident;

	(void)state;
	rig_console(g, DESK, "op1");
	linked(g, HOME, "dev-h0");
	press(g, HOME, 1, KIND_SOS);
	incident = incident_of(g, "h0");
	(void)rig_claim(g, DESK, incident, NULL);
	rig_turn(g);
	assert_string_equal(heard(g, HOME), "welcome ack1 answered1 ");
	app_link_down(g->app, DESK);
	rig_pass(g, 40000);
	assert_string_equal(heard(g, HOME), "");
	assert_int_equal(incident_find(g->app, incident)->slot->state, INCIDENT_WAITING);
	rig_free(g);
}

static void test_duress_is_silent_to_the_end(void **state)
{
	struct rig *g = city();
	uint64_t incident;

	(void)state;
	rig_console(g, DESK, "op1");
	linked(g, HOME, "dev-h0");
	press(g, HOME, 1, KIND_DURESS);
	assert_string_equal(heard(g, HOME), "welcome ack1:silent ");
	incident = incident_of(g, "h0");
	(void)rig_claim(g, DESK, incident, NULL);
	rig_turn(g);
	assert_string_equal(heard(g, HOME), "");
	press(g, HOME, 2, KIND_SOS);
	assert_string_equal(heard(g, HOME), "ack2:silent ");
	rig_free(g);
}

static void test_what_opens_nothing_is_acknowledged_all_the_same(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	press(g, HOME, 1, KIND_TEST);
	assert_string_equal(heard(g, HOME), "welcome ack1:none ");
	assert_int_equal(incident_of(g, "h0"), 0);
	rig_free(g);
}

static void test_a_newer_link_replaces_the_older(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	linked(g, OTHER, "dev-h0");
	assert_string_equal(heard(g, HOME), "welcome refuse:replaced:30 ");
	assert_true(g->links[HOME].closed);
	press(g, OTHER, 1, KIND_SOS);
	assert_string_equal(heard(g, OTHER), "welcome ack1 ");
	/* The older one's end changes nothing for the newer. */
	app_link_down(g->app, HOME);
	press(g, OTHER, 2, KIND_SOS);
	assert_string_equal(heard(g, OTHER), "ack2 ");
	rig_free(g);
}

/* The acknowledgement goes to the link that asked last, once. */
static void test_the_press_follows_its_device_to_the_new_link(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	g->held = true;
	press(g, HOME, 1, KIND_SOS);
	begin(UP_HELLO);
	hold(1, KIND_SOS, STEP_NONE);
	greet(g, OTHER, "dev-h0");
	g->held = false;
	rig_turn(g);
	assert_string_equal(heard(g, OTHER), "welcome ack1 ");
	assert_string_equal(heard(g, HOME), "welcome refuse:replaced:30 ");
	rig_free(g);
}

/* Not fresh: who has an open alarm goes to another daemon, if there is one; who came after that stays. */
static void test_sent_elsewhere_only_where_there_is_an_elsewhere(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	linked(g, OTHER, "dev-h1");
	press(g, HOME, 1, KIND_SOS);
	(void)heard(g, HOME);
	app_begin(g->app);
	devices_not_fresh(g->app);
	assert_string_equal(heard(g, HOME), "");
	another_daemon_lives(g);
	app_begin(g->app);
	devices_not_fresh(g->app);
	assert_string_equal(heard(g, HOME), "refuse:go_elsewhere:0 ");
	assert_true(g->links[HOME].closed);
	assert_false(g->links[OTHER].closed);
	/* It comes here while we are still not fresh: there was nowhere better. */
	g->app->fresh = false;
	begin(UP_HELLO);
	hold(1, KIND_SOS, STEP_STORED);
	greet(g, (link_t)903, "dev-h0");
	app_begin(g->app);
	devices_not_fresh(g->app);
	assert_false(g->links[903].closed);
	rig_free(g);
}

/* A device that presses without end, with nobody to answer: the newest eight are followed, none is refused. */
static void test_more_presses_than_places(void **state)
{
	struct rig *g = city();
	const char *words;

	(void)state;
	linked(g, HOME, "dev-h0");
	for (uint64_t id = 1; id <= 20; id++)
		press(g, HOME, id, KIND_SOS);
	assert_non_null(strstr(heard(g, HOME), "ack20 "));
	/* But nine that nobody has stored are more than a device may hold. */
	g->held = true;
	for (uint64_t id = 31; id <= 39; id++)
		press(g, HOME, id, KIND_SERVICE);
	assert_int_equal(g->app->counters[C_ALARMS_REFUSED], 1);
	/* Unless the ninth is more urgent: the least urgent, and of these the oldest, gives way. */
	press(g, HOME, 40, KIND_UNKNOWN);
	press(g, HOME, 41, KIND_SOS);
	assert_int_equal(g->app->counters[C_ALARMS_REFUSED], 1);
	g->held = false;
	rig_pass(g, 100);
	words = heard(g, HOME);
	assert_non_null(strstr(words, "ack40 "));
	assert_non_null(strstr(words, "ack41 "));
	assert_non_null(strstr(words, "ack32 ")); /* what gave way was on its way all the same */
	assert_null(strstr(words, "ack39 "));
	rig_free(g);
}

static void test_who_does_not_read_is_closed(void **state)
{
	struct rig *g = city();

	(void)state;
	linked(g, HOME, "dev-h0");
	g->links[HOME].full = true;
	begin(UP_HEARTBEAT);
	say(g, HOME);
	assert_true(g->links[HOME].closed);
	rig_free(g);
}

static void test_silent_links_are_closed(void **state)
{
	struct rig *g = city();

	(void)state;
	app_device_up(g->app, HOME, PROTOCOL_NATIVE, "dev-h0", "127.0.0.1");
	linked(g, OTHER, "dev-h1");
	rig_pass(g, 9000);
	assert_false(g->links[HOME].closed);
	rig_pass(g, 3000);
	assert_true(g->links[HOME].closed);
	assert_false(g->links[OTHER].closed);
	rig_pass(g, 160000);
	assert_false(g->links[OTHER].closed);
	rig_pass(g, 20000);
	assert_true(g->links[OTHER].closed);
	rig_free(g);
}

/* No faster than its rate; what was not used is shown again, and in time all of it is read. */
static void test_a_flood_is_held_back(void **state)
{
	static uint8_t flood[65536];
	struct buf b = buf_of(flood, sizeof flood);
	struct rig *g = city();
	size_t used, at = 0;

	(void)state;
	linked(g, HOME, "dev-h0");
	begin(UP_HEARTBEAT);
	for (int i = 0; i < 1000; i++)
		device_up_encode(&up, &b);
	used = app_device_bytes(g->app, HOME, slice_of(flood, b.len));
	assert_true(used > 0 && used < b.len / 2);
	assert_int_equal(app_device_bytes(g->app, HOME, slice_of(flood + used, b.len - used)), 0);
	for (at = used; at < b.len; at += used) {
		rig_pass(g, 1000);
		used = app_device_bytes(g->app, HOME, slice_of(flood + at, b.len - at));
		assert_true(used > 0);
	}
	assert_int_equal(g->app->counters[C_HEARTBEATS], 1000);
	assert_true(g->mono >= 1000000 + 7000);
	rig_free(g);
}

/* ---- a panel ---- */

static size_t panel_say(struct rig *g, const char *body)
{
	uint8_t bytes[1024];
	struct buf b = buf_of(bytes, sizeof bytes);

	dc09_frame(slice_str(body), false, &b);
	return app_device_bytes(g->app, PANEL, slice_of(bytes, b.len));
}

static void panel_up(struct rig *g)
{
	rig_frames_free(&g->links[PANEL]);
	app_device_up(g->app, PANEL, PROTOCOL_DC09, NULL, "127.0.0.1");
}

/* "ACK0001 DUH0002 " */
static const char *panel_heard(struct rig *g)
{
	static char text[4096];
	struct rig_link *l = &g->links[PANEL];

	text[0] = '\0';
	for (; l->read < l->count; l->read++) {
		size_t end = strlen(text), used;
		struct dc09 f;

		assert_int_equal(dc09_cut(slice_of(l->frames[l->read].at, l->frames[l->read].len), &used, &f), DC09_CUT_FRAME);
		snprintf(text + end, sizeof text - end, "%.*s%04u ", (int)f.token_text.len, (const char *)f.token_text.at,
		         f.seq);
	}
	return text;
}

static void test_panel_is_answered_in_order_when_safe(void **state)
{
	struct rig *g = city();

	(void)state;
	panel_up(g);
	g->held = true;
	(void)panel_say(g, "\"ADM-CID\"0001L0#2468[#2468|1101 01 001]");
	(void)panel_say(g, "\"NULL\"0002L0#2468[]");
	(void)panel_say(g, "\"SIA-DCS\"0003L0#2468[#2468|NQA1QA2QA3]");
	(void)panel_say(g, "\"ADM-CID\"0001L0#2468[#2468|1101 01 001]");
	(void)panel_say(g, "\"SIA-XYZ\"0004L0#2468[#2468|E101]");
	rig_turn(g);
	assert_string_equal(panel_heard(g), "");
	g->unsafe = true;
	g->held = false;
	rig_pass(g, 200);
	assert_string_equal(panel_heard(g), "");
	g->unsafe = false;
	rig_turn(g);
	assert_string_equal(panel_heard(g), "ACK0001 ACK0002 ACK0003 DUH0004 ");
	rig_pass(g, 60000);
	assert_string_equal(panel_heard(g), "");
	rig_free(g);
}

static void test_panel_unknown_and_encrypted_are_shown_not_answered(void **state)
{
	struct rig *g = city();

	(void)state;
	panel_up(g);
	(void)panel_say(g, "\"ADM-CID\"0001L0#FFFF[#FFFF|1101 01 001]");
	rig_turn(g);
	assert_int_not_equal(incident_of(g, "quarantine/dc09.FFFF"), 0);
	(void)panel_say(g, "\"*ADM-CID\"0002L0#2468[0123456789ABCDEF");
	rig_turn(g);
	assert_int_not_equal(incident_of(g, "h1"), 0);
	(void)panel_say(g, "\"*NULL\"0000L0#2468[0123456789ABCDEF");
	(void)panel_say(g, "\"NULL\"0000L0#FFFF[]");
	rig_turn(g);
	assert_string_equal(panel_heard(g), "");
	/* The account of the data helps where the header's is unknown or missing. */
	(void)panel_say(g, "\"ADM-CID\"0003L0[#2468|1101 01 001]");
	(void)panel_say(g, "\"ADM-CID\"0004L0#EEEE[#2468|1101 01 001]");
	rig_turn(g);
	assert_string_equal(panel_heard(g), "ACK0003 ACK0004 ");
	rig_free(g);
}

static void test_panel_link_test_needs_a_living_store(void **state)
{
	struct rig *g = city();

	(void)state;
	panel_up(g);
	(void)panel_say(g, "\"NULL\"0001L0#2468[]");
	assert_string_equal(panel_heard(g), "ACK0001 ");
	rig_store_down(g);
	rig_pass(g, 5000);
	(void)panel_say(g, "\"NULL\"0002L0#2468[]");
	assert_string_equal(panel_heard(g), "");
	rig_free(g);
}

/* A frame that gets no answer for too long gives way; its alarm does not: the panel's copy is answered. */
static void test_panel_frames_give_way(void **state)
{
	struct rig *g = city();

	(void)state;
	panel_up(g);
	rig_store_down(g);
	(void)panel_say(g, "\"ADM-CID\"0001L0#2468[#2468|1101 01 001]");
	rig_pass(g, 40000);
	assert_int_equal(g->app->counters[C_REPLIES_DROPPED], 1);
	(void)panel_say(g, "\"ADM-CID\"0001L0#2468[#2468|1101 01 001]");
	rig_store_back(g);
	rig_pass(g, 2000);
	assert_string_equal(panel_heard(g), "ACK0001 ");
	/* What stood behind it gets its answer. */
	g->held = true;
	(void)panel_say(g, "\"ADM-CID\"0002L0#2468[#2468|1101 01 001]");
	(void)panel_say(g, "\"NULL\"0003L0#2468[]");
	rig_pass(g, 20000);
	assert_string_equal(panel_heard(g), "");
	rig_pass(g, 15000);
	assert_string_equal(panel_heard(g), "ACK0003 ");
	rig_free(g);
}

static void test_panel_is_held_back_at_its_bound(void **state)
{
	struct rig *g = city();
	char body[64];
	int taken = 0;

	(void)state;
	panel_up(g);
	g->held = true;
	for (int n = 1; n <= 100; n++) {
		snprintf(body, sizeof body, "\"ADM-CID\"%04dL0#2468[#2468|1602 00 000]", n);
		if (panel_say(g, body) == 0)
			break;
		taken++;
	}
	assert_int_equal(taken, REPLIES_MAX);
	g->held = false;
	rig_turn(g);
	assert_int_not_equal(panel_say(g, body), 0);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acknowledged_only_when_safe),
		cmocka_unit_test(test_what_was_refused_is_not_acknowledged),
		cmocka_unit_test(test_copies_on_their_way_are_one),
		cmocka_unit_test(test_heartbeats_never_touch_the_store),
		cmocka_unit_test(test_steps_by_level),
		cmocka_unit_test(test_steps_only_grow),
		cmocka_unit_test(test_duress_is_silent_to_the_end),
		cmocka_unit_test(test_what_opens_nothing_is_acknowledged_all_the_same),
		cmocka_unit_test(test_a_newer_link_replaces_the_older),
		cmocka_unit_test(test_the_press_follows_its_device_to_the_new_link),
		cmocka_unit_test(test_sent_elsewhere_only_where_there_is_an_elsewhere),
		cmocka_unit_test(test_more_presses_than_places),
		cmocka_unit_test(test_who_does_not_read_is_closed),
		cmocka_unit_test(test_silent_links_are_closed),
		cmocka_unit_test(test_a_flood_is_held_back),
		cmocka_unit_test(test_panel_is_answered_in_order_when_safe),
		cmocka_unit_test(test_panel_unknown_and_encrypted_are_shown_not_answered),
		cmocka_unit_test(test_panel_link_test_needs_a_living_store),
		cmocka_unit_test(test_panel_frames_give_way),
		cmocka_unit_test(test_panel_is_held_back_at_its_bound),
	};

	return cmocka_run_group_tests_name("device_links", tests, NULL, NULL);
}
