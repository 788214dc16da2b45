/* test_panel_rules.c - rules of SIA DC-09 that take more than one frame: numbers, accounts, keys, clocks. What a
 * panel hears, and what its home's call then says.
 */
#include "app_rig_city.h"

#include "app/devices.h"
#include "app/outages.h"

#define PANEL ((link_t)902)

static const uint8_t KEY[32] = "0123456789ABCDEF0123456789ABCDEF";

static void panel(struct rig *g, const char *account, const char *household, size_t key_len)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	char id[ID_MAX];

	snprintf(id, sizeof id, "dc09.%s", account);
	d.id = id;
	d.household = (char *)household;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_DC09;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	d.dc09_key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)KEY, .len = key_len};
	rig_put(g, "device", id, &d.base);
}

static void up(struct rig *g)
{
	rig_frames_free(&g->links[PANEL]);
	app_device_up(g->app, PANEL, PROTOCOL_DC09, NULL, "127.0.0.1");
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	panel(g, "2468", "h1", 0);
	panel(g, "1", "h0", 0);
	panel(g, "1234567890ABCDEF", "h0", 0);
	panel(g, "A128", "h1", 16);
	panel(g, "A192", "h1", 24);
	panel(g, "A256", "h1", 32);
	rig_start(g);
	up(g);
	return g;
}

static void put(struct rig *g, struct slice body)
{
	uint8_t bytes[1024];
	struct buf b = buf_of(bytes, sizeof bytes);

	dc09_frame(body, false, &b);
	assert_int_equal(app_device_bytes(g->app, PANEL, slice_of(bytes, b.len)), b.len);
	rig_turn(g);
}

static void say(struct rig *g, const char *body)
{
	put(g, slice_str(body));
}

/* An encrypted frame; `away_ms` from our time. The cipher of the rig is its own inverse. */
static void say_locked(struct rig *g, const char *head, const char *account, size_t key_len, const char *content,
                       int64_t away_ms)
{
	char tail[256], stamp[DC09_STAMP_LEN + 1], body[512];
	uint8_t plain[256];
	size_t len, pad, at;

	dc09_stamp_write(g->app->now.utc_ms + away_ms, stamp);
	len = (size_t)snprintf(tail, sizeof tail, "|%s]%s", content, stamp);
	pad = DC09_BLOCK - len % DC09_BLOCK; /* 16 where it is whole blocks already */
	for (size_t i = 0; i < pad; i++)
		plain[i] = (uint8_t)(0xf0 + i);
	memcpy(plain + pad, tail, len);
	at = (size_t)snprintf(body, sizeof body, "%sL0#%s[", head, account);
	for (size_t i = 0; i < pad + len; i++)
		at += (size_t)snprintf(body + at, sizeof body - at, "%02x", plain[i] ^ KEY[i % key_len]);
	put(g, slice_of(body, at));
}

/* "ACK0001 *ACK0002 NAK0000 " of what is unread. */
static const char *heard(struct rig *g)
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

static uint64_t stored(struct rig *g)
{
	return g->app->counters[C_ALARMS_STORED];
}

static void test_numbers_are_echoed_in_whatever_order(void **state)
{
	static const char *const NUMBERS[] = {"9999", "0001", "9998", "0000", "5000", "0002"};
	struct rig *g = city();
	char body[96], want[16];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		snprintf(body, sizeof body, "\"ADM-CID\"%sR1L2#2468[#2468|1101 01 00%zu]", NUMBERS[i], i);
		snprintf(want, sizeof want, "ACK%s ", NUMBERS[i]);
		say(g, body);
		assert_string_equal(heard(g), want);
	}
	assert_int_equal(stored(g), COUNT_OF(NUMBERS));
	rig_free(g);
}

/* An account is text: a zero in front makes another one of it. */
static void test_zeros_of_an_account_count(void **state)
{
	struct rig *g = city();

	(void)state;
	say(g, "\"ADM-CID\"0001L0#1[#1|1101 01 001]");
	say(g, "\"ADM-CID\"0002L0#1234567890abcdef[#1234567890abcdef|1101 01 001]");
	assert_string_equal(heard(g), "ACK0001 ACK0002 ");
	say(g, "\"ADM-CID\"0003L0#01[#01|1101 01 001]");
	say(g, "\"ADM-CID\"0004L0#0[#0|1101 01 001]");
	assert_string_equal(heard(g), "");
	assert_non_null(incident_of_household(g->app, "quarantine/dc09.01"));
	assert_non_null(incident_of_household(g->app, "quarantine/dc09.0"));
	rig_free(g);
}

/* A link test that carries data, even with somebody else's account, is a link test: in plain and encrypted. */
static void test_a_link_test_with_data_is_a_link_test(void **state)
{
	struct rig *g = city();

	(void)state;
	say(g, "\"NULL\"0000L0#2468[#0000|0000 00 000]");
	assert_string_equal(heard(g), "ACK0000 ");
	say_locked(g, "\"*NULL\"0000", "A128", 16, "#0000|0000 00 000", 0);
	assert_string_equal(heard(g), "*ACK0000 ");
	assert_int_equal(stored(g), 0);
	assert_null(incident_of_household(g->app, "h1"));
	rig_free(g);
}

/* Lower-case cipher text, events with number 0000, keys of all sizes, pads of every length: served like any other. */
static void test_encrypted_events_of_every_form(void **state)
{
	static const char TEXT[] = "aaaaaaaaaaaaaaaa";
	struct rig *g = city();
	char content[64];

	(void)state;
	say_locked(g, "\"*SIA-DCS\"0000", "A128", 16, "#A128|Nri1/QA7", 0);
	say_locked(g, "\"*SIA-DCS\"0000", "A192", 24, "#A192|Nri1/QA7", 0);
	say_locked(g, "\"*ADM-CID\"0000", "A256", 32, "#A256|1101 01 007", 0);
	assert_string_equal(heard(g), "*ACK0000 *ACK0000 *ACK0000 ");
	assert_int_equal(stored(g), 3);
	for (int more = 0; more < DC09_BLOCK; more++) {
		snprintf(content, sizeof content, "#A128|NQA7^%.*s^", more, TEXT);
		say_locked(g, "\"*SIA-DCS\"0007", "A128", 16, content, 0);
		assert_string_equal(heard(g), "*ACK0007 ");
	}
	assert_int_equal(stored(g), 3 + DC09_BLOCK);
	assert_int_equal(g->app->counters[C_DC09_NAK], 0);
	rig_free(g);
}

/* 40 s behind to 20 s ahead. The units of the stamp are seconds. */
static void test_the_window_of_an_encrypted_time(void **state)
{
	struct rig *g = city();

	(void)state;
	g->store_ms -= g->store_ms % 1000;
	rig_turn(g);
	say_locked(g, "\"*ADM-CID\"0001", "A128", 16, "#A128|1101 01 001", -40000 + 1000);
	say_locked(g, "\"*ADM-CID\"0002", "A128", 16, "#A128|1101 01 002", 20000 - 1000);
	assert_string_equal(heard(g), "*ACK0001 *ACK0002 ");
	say_locked(g, "\"*ADM-CID\"0003", "A128", 16, "#A128|1101 01 003", -42000);
	say_locked(g, "\"*NULL\"0004", "A128", 16, "", 22000);
	assert_string_equal(heard(g), "NAK0000 NAK0000 ");
	assert_int_equal(stored(g), 2);
	assert_int_equal(g->app->counters[C_DC09_NAK], 2);
	rig_free(g);
}

/* A clock that stays wrong hides no call, also where each frame has a connection of its own. */
static void test_a_wrong_clock_is_counted_by_account(void **state)
{
	struct rig *g = city();

	(void)state;
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(stored(g), 0);
		say_locked(g, "\"*ADM-CID\"0001", "A128", 16, "#A128|1101 01 001", -3600000 + (int64_t)n * 1000);
		/* Another account on the same line is right, and has nothing to do with it. */
		say_locked(g, "\"*NULL\"0000", "A256", 32, "", 0);
		assert_string_equal(heard(g), "NAK0000 *ACK0000 ");
		app_link_down(g->app, PANEL);
		up(g);
	}
	assert_int_equal(stored(g), 1);
	assert_non_null(incident_of_household(g->app, "h1"));
	/* It took our time: what it counted is forgotten. */
	say_locked(g, "\"*NULL\"0000", "A128", 16, "", 0);
	say_locked(g, "\"*ADM-CID\"0002", "A128", 16, "#A128|1101 01 002", -3600000);
	assert_string_equal(heard(g), "*ACK0000 NAK0000 ");
	assert_int_equal(stored(g), 1);
	/* And so is what lies back ten minutes: it has come right in between, or it has been seen. */
	say_locked(g, "\"*ADM-CID\"0002", "A128", 16, "#A128|1101 01 002", -3601000);
	rig_pass(g, CLOCK_MEMORY_MS + 1000);
	say_locked(g, "\"*ADM-CID\"0002", "A128", 16, "#A128|1101 01 002", -3602000);
	assert_int_equal(stored(g), 1);
	rig_free(g);
}

/* More wrong clocks than can be counted, as when the clock that is wrong is ours: all of them are seen at once. */
static void test_more_wrong_clocks_than_places(void **state)
{
	struct rig *g = city();
	char id[ID_MAX];

	(void)state;
	for (unsigned n = 0; n < CLOCKS_MAX; n++) {
		snprintf(id, sizeof id, "dc09.%X", n + 0x10000);
		assert_int_equal(dc09_clock_wrong(g->app, id), 1);
	}
	say_locked(g, "\"*ADM-CID\"0001", "A128", 16, "#A128|1101 01 001", -3600000);
	assert_string_equal(heard(g), "NAK0000 ");
	assert_int_equal(stored(g), 1);
	/* A place that is free again, or old enough, is taken. */
	dc09_clock_right(g->app, "dc09.10000");
	assert_int_equal(dc09_clock_wrong(g->app, "dc09.77"), 1);
	assert_int_equal(dc09_clock_wrong(g->app, "dc09.78"), DC09_WRONG_TIMES_MAX);
	rig_pass(g, CLOCK_MEMORY_MS);
	assert_int_equal(dc09_clock_wrong(g->app, "dc09.78"), 1);
	rig_free(g);
}

/* The words of one home have no place in the call of its street. */
static void test_words_of_a_home_stay_out_of_the_call_of_an_area(void **state)
{
	struct rig *g = city();
	struct record *rec;
	struct incident inc;

	(void)state;
	say(g, "\"SIA-DCS\"0001L0#2468[#2468|NAT0^MAINS KITCHEN^]");
	assert_string_equal(heard(g), "ACK0001 ");
	rec = outage_of(g->app, "dc09.2468", KIND_POWER);
	assert_non_null(rec);
	assert_true(incident_read(g->app, rec, &inc));
	assert_true(inc.area_wide);
	for (uint32_t i = 0; i < inc.line_count; i++)
		assert_int_not_equal(inc.lines[i].code, LINE_UNIT_SAYS);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_echoed_in_whatever_order),
		cmocka_unit_test(test_zeros_of_an_account_count),
		cmocka_unit_test(test_a_link_test_with_data_is_a_link_test),
		cmocka_unit_test(test_encrypted_events_of_every_form),
		cmocka_unit_test(test_the_window_of_an_encrypted_time),
		cmocka_unit_test(test_a_wrong_clock_is_counted_by_account),
		cmocka_unit_test(test_more_wrong_clocks_than_places),
		cmocka_unit_test(test_words_of_a_home_stay_out_of_the_call_of_an_area),
	};

	return cmocka_run_group_tests_name("panel_rules", tests, NULL, NULL);
}
