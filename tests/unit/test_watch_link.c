/* test_watch_link.c - what a watch hears, and when: an alarm when it is safe, and nothing at all where nobody knows it. */
#include "app_rig_city.h"

#include "app/devices.h"
#include "wire/watch.h"

#define WATCH ((link_t)910)
#define KNOWN "8800000005"
#define STRANGER "9999999999"

static struct rig *city(void)
{
	struct rig *g = rig_city();
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;

	d.id = (char *)"watch." KNOWN;
	d.household = (char *)"h1";
	d.protocol = PINGAN__V1__PROTOCOL__PROTOCOL_WATCH;
	d.state = PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE;
	rig_put(g, "device", d.id, &d.base);
	rig_start(g);
	app_device_up(g->app, WATCH, PROTOCOL_WATCH, NULL, "127.0.0.1");
	return g;
}

static void say(struct rig *g, const char *id, const char *content)
{
	char text[256];
	int len = snprintf(text, sizeof text, "[3G*%s*%04X*%s]", id, (unsigned)strlen(content), content);

	assert_int_equal(app_device_bytes(g->app, WATCH, slice_of(text, (size_t)len)), len);
	rig_turn(g);
}

static void sos(struct rig *g, const char *id)
{
	say(g, id, "AL,221126,052156,V,0.0,N,0.0,E,0,0,0,0,90,82,1200,0,00010000,0,0");
}

/* Everything unread, one after the other. */
static const char *heard(struct rig *g)
{
	static char text[1024];
	struct rig_link *l = &g->links[WATCH];
	size_t end = 0;

	text[0] = '\0';
	for (; l->read < l->count; l->read++)
		end += (size_t)snprintf(text + end, sizeof text - end, "%.*s", (int)l->frames[l->read].len,
		                        (const char *)l->frames[l->read].at);
	return text;
}

static void test_an_alarm_is_answered_when_it_is_safe(void **state)
{
	struct rig *g = city();

	(void)state;
	g->held = true;
	sos(g, KNOWN);
	rig_pass(g, 500);
	assert_string_equal(heard(g), "");
	g->unsafe = true;
	g->held = false;
	rig_pass(g, 500);
	assert_non_null(incident_of_household(g->app, "h1"));
	assert_string_equal(heard(g), "");
	g->unsafe = false;
	rig_turn(g);
	assert_string_equal(heard(g), "[3G*" KNOWN "*0002*AL]");
	rig_free(g);
}

/* It would forget its alarm at our word, and nobody knows whose it is: a person sees it, and it goes on trying. */
static void test_a_watch_that_nobody_knows_is_shown_and_not_told(void **state)
{
	struct rig *g = city();

	(void)state;
	sos(g, STRANGER);
	say(g, STRANGER, "LK,1200,0,80");
	rig_pass(g, 500);
	assert_non_null(incident_of_household(g->app, "quarantine/watch." STRANGER));
	assert_string_equal(heard(g), "");
	rig_free(g);
}

/* Its next address may serve it better. */
static void test_keep_alive_needs_a_living_store(void **state)
{
	struct rig *g = city();

	(void)state;
	say(g, KNOWN, "LK,1200,0,80");
	assert_string_equal(heard(g), "[3G*" KNOWN "*0002*LK]");
	rig_store_down(g);
	rig_pass(g, 5000);
	say(g, KNOWN, "LK,1200,0,80");
	assert_string_equal(heard(g), "");
	rig_free(g);
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

#define DESK ((link_t)1)

/* Who opens the call sees where she is and every bit; the record has it sealed. */
static void test_where_she_is_is_for_whoever_opens_her_call(void **state)
{
	struct rig *g = city();
	const Pingan__V1__DetailLine *line;
	Pingan__V1__ToScreen *m;
	struct record *rec;

	(void)state;
	rig_console(g, DESK, "op1");
	/* A quiet watch says where it is every few minutes: that stands nowhere. */
	say(g, KNOWN, "UD,221126,052056,A,22.536207,N,113.938673,E,0,0,0,5,90,82,1200,0,00000001,0,0");
	assert_null(incident_of_household(g->app, "h1"));
	say(g, KNOWN, "AL,221126,052156,A,22.547108,N,113.949572,E,0,0,0,5,90,82,1200,0,00010001,0,0");
	rec = incident_of_household(g->app, "h1");
	assert_non_null(rec);
	assert_false(holds(rec->body, rec->body_len, "22.5"));
	assert_false(holds(rec->body, rec->body_len, "113.9"));
	RIG_ASK(g, DESK, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = rec->slot->id);
	m = rig_last(g, DESK, PINGAN__V1__TO_SCREEN__BODY_DETAIL);
	assert_non_null(m);
	line = line_of(m, LINE_UNIT_SAYS);
	assert_non_null(line);
	assert_string_equal(line->text, "W 16 0\nX 113.949572E\nY 22.547108N");
	assert_int_equal(m->detail->row->kind, PINGAN__V1__KIND__KIND_SOS);
	rig_done(m);
	rig_free(g);
}

/* Measurements and positions are answered as the watch expects, and not one byte of them is kept. */
static void test_what_a_quiet_watch_sends_is_not_kept(void **state)
{
	static const char *const QUIET[] = {
		"LK,1200,0,80",
		"UD,221126,052056,A,22.536207,N,113.938673,E,0,0,0,5,90,82,1200,0,00000001,0,0",
		"UD2,221126,052056,A,22.536207,N,113.938673,E,0,0,0,5,90,82,1200,0,00000000,0,0",
		"WT,221126,052056,A,22.536207,N,113.938673,E,0,0,0,5,90,82,1200,0,00000000,0,0",
		"CONFIG,TY:g36",
		"bphrt,120,80,70,,,,",
		"oxygen,0,98",
		"PULSE,72",
	};
	struct rig *g = city();
	uint64_t newest = g->app->newest;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(QUIET); i++)
		say(g, KNOWN, QUIET[i]);
	assert_string_equal(heard(g), "[3G*" KNOWN "*0002*LK][3G*" KNOWN "*0008*CONFIG,1][3G*" KNOWN
	                              "*0005*bphrt][3G*" KNOWN "*0006*oxygen]");
	assert_int_equal(g->app->newest, newest);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_alarm_is_answered_when_it_is_safe),
		cmocka_unit_test(test_a_watch_that_nobody_knows_is_shown_and_not_told),
		cmocka_unit_test(test_keep_alive_needs_a_living_store),
		cmocka_unit_test(test_where_she_is_is_for_whoever_opens_her_call),
		cmocka_unit_test(test_what_a_quiet_watch_sends_is_not_kept),
	};

	return cmocka_run_group_tests_name("watch_link", tests, NULL, NULL);
}
