/* test_panel.c - what a panel says beside its code, from the frame to the screen: its words on the timeline, sealed; the words
 * of its code; its clock. And what none of it may do: stand in a log line, or keep an alarm out.
 */
#include "app_rig_city.h"

#include "app/devices.h"

#define PANEL ((link_t)902)
#define DESK ((link_t)1)

static char logged[8192];

static void PRINTF_LIKE(3, 4) keep_log(void *ctx, const char *code, const char *fmt, ...)
{
	size_t len = strlen(logged);
	va_list args;

	(void)ctx;
	len += (size_t)snprintf(logged + len, sizeof logged - len, "%s ", code);
	va_start(args, fmt);
	vsnprintf(logged + len, sizeof logged - len, fmt, args);
	va_end(args);
	len = strlen(logged);
	snprintf(logged + len, sizeof logged - len, "\n");
}

static void panel(struct rig *g, const char *id, const char *household, const char *codes)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;

	d.id = (char *)id;
	d.household = (char *)household;
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_DC09;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	d.code_table = (char *)codes;
	rig_put(g, "device", id, &d.base);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	panel(g, "dc09.2468", "h1", "");
	panel(g, "dc09.C1", "h0", "climax");
	panel(g, "dc09.60", "h0", "gone");
	rig_start(g);
	logged[0] = '\0';
	g->app->ports.log = keep_log;
	rig_console(g, DESK, "op1");
	app_device_up(g->app, PANEL, PROTOCOL_DC09, NULL, "127.0.0.1");
	return g;
}

static void say(struct rig *g, const char *body)
{
	uint8_t bytes[1024];
	struct buf b = buf_of(bytes, sizeof bytes);

	dc09_frame(slice_str(body), false, &b);
	assert_int_equal(app_device_bytes(g->app, PANEL, slice_of(bytes, b.len)), b.len);
	rig_turn(g);
}

/* "ACK0001 DUH0002 " of what is unread. */
static const char *heard(struct rig *g)
{
	static char text[1024];
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

static uint64_t incident_of(struct rig *g, const char *household)
{
	struct record *rec = incident_of_household(g->app, household);

	assert_non_null(rec);
	return rec->slot->id;
}

/* What the operator sees on opening it; the caller ends it with rig_done(). */
static Pingan__V1__ToScreen *opened(struct rig *g, uint64_t incident)
{
	Pingan__V1__ToScreen *m;

	RIG_ASK(g, DESK, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = incident);
	m = rig_last(g, DESK, PINGAN__V1__TO_SCREEN__BODY_DETAIL);
	assert_non_null(m);
	assert_false(m->detail->gone);
	return m;
}

static const Pingan__V1__DetailLine *line_of(const Pingan__V1__ToScreen *m, int code)
{
	const Pingan__V1__DetailLine *found = NULL;

	for (size_t i = 0; i < m->detail->n_lines; i++)
		if ((int)m->detail->lines[i]->code == code)
			found = m->detail->lines[i];
	return found;
}

static bool holds(const uint8_t *at, size_t len, const char *text)
{
	return len != 0 && memmem(at, len, text, strlen(text)) != NULL;
}

#define SAYS                                                                                   \
	"[#2468|Nri1/QA7^KITCHEN^][H08:00:00,10-09-2025][R302][VHTTPS://CAM.EXAMPLE/7][X113E15.1]" \
	"[Y23N07.6][M00D1A2B3C4E5][N10.1.2.3]"

/* On the timeline of whoever opens the call; sealed in the record, and in no log line. */
static void test_what_a_unit_says_is_seen_and_sealed(void **state)
{
	static const char *const PERSONAL[] = {"KITCHEN", "302", "CAM.EXAMPLE", "113E15", "23N07"};
	struct rig *g = city();
	const Pingan__V1__DetailLine *line;
	Pingan__V1__ToScreen *m;
	struct record *rec;

	(void)state;
	say(g, "\"SIA-DCS\"0001L0#2468" SAYS);
	assert_string_equal(heard(g), "ACK0001 ");
	m = opened(g, incident_of(g, "h1"));
	line = line_of(m, LINE_UNIT_SAYS);
	assert_non_null(line);
	assert_string_equal(line->subject_name, "dc09.2468");
	assert_string_equal(line->text, "I KITCHEN\nR 302\nV HTTPS://CAM.EXAMPLE/7\nX 113E15.1\nY 23N07.6");
	assert_string_equal(m->detail->row->protocol_code, "QA7");
	assert_string_equal(m->detail->code_zh, "紧急求助");
	assert_string_equal(m->detail->code_en, "emergency");
	rig_done(m);
	rec = incident_of_household(g->app, "h1");
	for (size_t i = 0; i < COUNT_OF(PERSONAL); i++) {
		assert_false(holds(rec->body, rec->body_len, PERSONAL[i]));
		assert_null(strstr(logged, PERSONAL[i]));
	}
	/* A repeat says it again, and what is said by a unit that nobody knows is there as well. */
	say(g, "\"SIA-DCS\"0002L0#2468[#2468|NQA7^BATH^]");
	m = opened(g, incident_of(g, "h1"));
	assert_string_equal(line_of(m, LINE_UNIT_SAYS)->text, "I BATH");
	rig_done(m);
	say(g, "\"SIA-DCS\"0003L0#FFFF[#FFFF|NQA1^HELLO^]");
	assert_string_equal(heard(g), "ACK0002 ");
	rig_free(g);
}

/* Without a key nothing is kept in the clear; the alarm comes in all the same. */
static void test_what_a_unit_says_is_never_kept_in_the_clear(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	struct record *rec;

	(void)state;
	h.id = (char *)"h9";
	h.area = (char *)"440104001001";
	rig_put(g, "household", "h9", &h.base);
	panel(g, "dc09.99", "h9", "");
	rig_start(g);
	app_device_up(g->app, PANEL, PROTOCOL_DC09, NULL, "127.0.0.1");
	say(g, "\"SIA-DCS\"0001L0#99[#99|NQA7^KITCHEN^]");
	assert_string_equal(heard(g), "ACK0001 ");
	rec = incident_of_household(g->app, "h9");
	assert_non_null(rec);
	assert_false(holds(rec->body, rec->body_len, "KITCHEN"));
	rig_free(g);
}

static void test_the_table_of_the_unit_decides(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	say(g, "\"ADM-CID\"0001L0#2468[#2468|1120 01 001]");
	say(g, "\"ADM-CID\"0002L0#C1[#C1|1120 01 001]");
	assert_string_equal(heard(g), "ACK0001 ACK0002 ");
	m = opened(g, incident_of(g, "h1"));
	assert_int_equal(m->detail->row->kind, PINGAN__V1__KIND__KIND_PANIC);
	assert_string_equal(m->detail->code_en, "panic alarm");
	rig_done(m);
	m = opened(g, incident_of(g, "h0"));
	assert_int_equal(m->detail->row->kind, PINGAN__V1__KIND__KIND_FALL);
	assert_string_equal(m->detail->code_zh, "跌倒");
	rig_done(m);
	/* A table that is gone: the standard one reads it, and that is said. */
	assert_null(strstr(logged, "DC09_NO_TABLE"));
	say(g, "\"ADM-CID\"0003L0#60[#60|1110 01 001]");
	say(g, "\"ADM-CID\"0004L0#60[#60|1110 01 002]");
	assert_string_equal(heard(g), "ACK0003 ACK0004 ");
	assert_int_equal(g->app->counters[C_DC09_NO_TABLE], 2);
	assert_non_null(strstr(logged, "DC09_NO_TABLE device=dc09.60\n"));
	/* Taken over anew, it counts from the next alarm on. */
	static struct codes other;
	other = CODES_PRESET;
	snprintf(other.tables[1].name, sizeof other.tables[1].name, "gone");
	app_codes(g->app, &other);
	say(g, "\"ADM-CID\"0005L0#60[#60|1120 01 001]");
	assert_int_equal(g->app->counters[C_DC09_NO_TABLE], 2);
	rig_free(g);
}

/* A code that no table has is acknowledged, and whoever opens the call sees the code without words. */
static void test_an_unknown_code_is_acknowledged_and_shown(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	say(g, "\"ADM-CID\"0001L0#2468[#2468|1777 01 001]");
	assert_string_equal(heard(g), "ACK0001 ");
	m = opened(g, incident_of(g, "h1"));
	assert_int_equal(m->detail->row->kind, PINGAN__V1__KIND__KIND_UNKNOWN);
	assert_string_equal(m->detail->row->protocol_code, "E777");
	assert_string_equal(m->detail->code_zh, "");
	assert_non_null(line_of(m, LINE_UNKNOWN_CODE));
	rig_done(m);
	rig_free(g);
}

/* Clocks are years off, a day ahead, on local time: the alarm is taken, and both times are there to be seen. */
static void test_a_wrong_clock_in_plain_is_taken_and_marked(void **state)
{
	struct rig *g = city();
	char body[128], stamp[DC09_STAMP_LEN + 1];
	static const int64_t OFF_S[] = {-86400 * 365 * 10, 86400, 8 * 3600, -41, 21};
	Pingan__V1__ToScreen *m;
	int64_t raised_ms = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(OFF_S); i++) {
		raised_ms = (g->store_ms / 1000 + OFF_S[i]) * 1000;
		dc09_stamp_write(raised_ms, stamp);
		snprintf(body, sizeof body, "\"ADM-CID\"%04uL0#2468[#2468|1101 01 001]%s", (unsigned)i + 1, stamp);
		say(g, body);
		snprintf(body, sizeof body, "ACK%04u ", (unsigned)i + 1);
		assert_string_equal(heard(g), body);
		m = opened(g, incident_of(g, "h1"));
		/* Seconds are no matter for a person, only for a clock that is judged. */
		assert_int_equal(m->detail->unit_time_ms, OFF_S[i] > 60 || OFF_S[i] < -60 ? raised_ms : 0);
		rig_done(m);
	}
	assert_int_equal(g->app->counters[C_DC09_WRONG_CLOCK], COUNT_OF(OFF_S));
	assert_int_equal(g->app->counters[C_DC09_NAK], 0);
	assert_ptr_equal(strstr(strstr(logged, "DC09_WRONG_CLOCK") + 1, "DC09_WRONG_CLOCK"), NULL);
	/* Within 40 s behind and 20 s ahead there is nothing to be said, nor where there is no time at all. */
	dc09_stamp_write(g->store_ms - 39000, stamp);
	snprintf(body, sizeof body, "\"ADM-CID\"0091L0#2468[#2468|1101 01 001]%s", stamp);
	say(g, body);
	say(g, "\"ADM-CID\"0092L0#2468[#2468|1101 01 001]");
	assert_int_equal(g->app->counters[C_DC09_WRONG_CLOCK], COUNT_OF(OFF_S));
	m = opened(g, incident_of(g, "h1"));
	assert_int_equal(m->detail->unit_time_ms, 0);
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_unit_says_is_seen_and_sealed),
		cmocka_unit_test(test_what_a_unit_says_is_never_kept_in_the_clear),
		cmocka_unit_test(test_the_table_of_the_unit_decides),
		cmocka_unit_test(test_an_unknown_code_is_acknowledged_and_shown),
		cmocka_unit_test(test_a_wrong_clock_in_plain_is_taken_and_marked),
	};

	return cmocka_run_group_tests_name("panel", tests, NULL, NULL);
}
