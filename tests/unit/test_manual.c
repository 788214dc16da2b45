/* test_manual.c - what people enter: calls by telephone, work, drills; and homes on test. */
#include "app_rig_city.h"

#include "app/screens.h"

#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op2");
	rig_console(g, 3, "sup");
	return g;
}

static const struct incident *record(struct rig *g, uint64_t id)
{
	static struct incident inc;

	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	return &inc;
}

static int enters(struct rig *g, link_t link, uint64_t cmd, const char *home, enum kind kind, bool drill,
                  const char *text, uint64_t *ret)
{
	Pingan__V1__ToScreen *m;
	int result;

	RIG_ASK(g, link, cmd, OpenManual, OPEN_MANUAL, OPEN_MANUAL, open_manual, .household = (char *)home,
	        .kind = (Pingan__V1__Kind)kind, .drill = drill, .text = (char *)text);
	m = rig_last(g, link, REPLY);
	assert_non_null(m);
	result = (int)m->reply->result;
	if (ret != NULL)
		*ret = m->reply->incident;
	rig_done(m);
	return result;
}

static void test_two_people_who_number_alike_enter_two_calls(void **state)
{
	struct rig *g = city();
	uint64_t one = 0, other = 0;

	(void)state;
	IS(enters(g, 1, 1, "h0", KIND_SOS, false, "", &one), OK);
	IS(enters(g, 3, 1, "h1", KIND_SOS, false, "", &other), OK);
	assert_int_not_equal(one, other);
	assert_string_equal(record(g, other)->household, "h1");
	rig_free(g);
}

static void test_a_telephone_call_becomes_an_incident_with_its_words(void **state)
{
	struct rig *g = city();
	const struct incident *inc;
	uint64_t id, again;

	(void)state;
	IS(enters(g, 1, 41, "h0", KIND_SOS, false, "she fell in the kitchen", &id), OK);
	inc = record(g, id);
	assert_string_equal(inc->household, "h0");
	assert_int_equal(inc->class, CLASS_LIFE);
	assert_int_equal(inc->state, INCIDENT_WAITING);
	assert_string_equal(inc->lines[0].who, "op1");
	assert_int_equal(inc->lines[0].protocol, PROTOCOL_MANUAL);
	assert_int_equal(inc->text_len, strlen("she fell in the kitchen") + 1); /* sealed */
	/* The same request: the same answer, also in the next life of the page. */
	IS(enters(g, 1, 41, "h0", KIND_SOS, false, "she fell in the kitchen", &again), OK);
	assert_int_equal(again, id);
	rig_console(g, 5, "op1");
	IS(enters(g, 5, 41, "h0", KIND_SOS, false, "she fell in the kitchen", &again), OK);
	assert_int_equal(again, id);
	assert_int_equal(record(g, id)->repeats, 0);
	/* Even when it has been closed since: it never opens a second one. */
	IS(rig_claim(g, 5, id, NULL), OK);
	RIG_ASK(g, 5, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	RIG_ASK(g, 5, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE,
	        .spoke_to = PINGAN__V1__SPOKE_TO__SPOKE_TO_RESIDENT, .text = (char *)"");
	assert_int_equal(record(g, id)->state, INCIDENT_CLOSED);
	rig_console(g, 6, "op1b");
	IS(enters(g, 6, 41, "h0", KIND_SOS, false, "she fell in the kitchen", &again), OK);
	assert_int_equal(again, id);
	assert_int_equal(g->app->count_of_type[RECORD_INCIDENT], 1);
	rig_free(g);
}

static void test_what_is_entered_joins_the_open_call_of_the_home(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_BATTERY), joined;

	(void)state;
	IS(enters(g, 1, 0, "h0", KIND_SOS, false, "", &joined), OK);
	assert_int_equal(joined, id);
	assert_int_equal(record(g, id)->class, CLASS_LIFE);
	rig_free(g);
}

static void test_only_who_works_there_enters_and_only_supervisors_drill(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	IS(enters(g, 2, 0, "h0", KIND_SERVICE, false, "", NULL), FORBIDDEN);
	IS(enters(g, 1, 0, "nobody", KIND_SERVICE, false, "", NULL), NOT_FOUND);
	IS(enters(g, 1, 0, "h0", KIND_SOS, true, "", NULL), FORBIDDEN);
	IS(enters(g, 1, 0, "h0", KIND_TEST, false, "", NULL), BAD_REQUEST);
	IS(enters(g, 3, 0, "h0", KIND_SOS, true, "evening drill", &id), OK);
	assert_true(record(g, id)->drill);
	rig_store_down(g);
	IS(enters(g, 1, 0, "h1", KIND_SERVICE, false, "", NULL), NO_STORE);
	rig_free(g);
}

static void test_a_press_ends_the_drill_of_its_home(void **state)
{
	struct rig *g = city();
	uint64_t id, none;

	(void)state;
	IS(enters(g, 3, 0, "h0", KIND_SOS, true, "", &id), OK);
	IS(rig_claim(g, 1, id, NULL), OK);
	/* A power cut in its street is no call of this home, and ends nothing. */
	(void)rig_press(g, "h0", KIND_POWER);
	assert_true(record(g, id)->drill);
	(void)rig_press(g, "h0", KIND_SOS);
	assert_false(record(g, id)->drill);
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING);
	assert_string_equal(record(g, id)->former_owner, "op1");
	/* And none begins over a real call. */
	IS(enters(g, 3, 0, "h0", KIND_SOS, true, "", &none), BUSY);
	assert_int_equal(none, 0);
	rig_free(g);
}

/* ------------------------------------------------------------ on test */

static int tries(struct rig *g, link_t link, const char *home, const char *device, uint32_t seconds, const char *why)
{
	RIG_ASK(g, link, 0, SetOnTest, SET_ON_TEST, ON_TEST, on_test, .household = (char *)home, .device = (char *)device,
	        .seconds = seconds, .text = (char *)why);
	return rig_result(g, link, NULL);
}

static bool calls(struct rig *g, const char *home)
{
	return incident_of_household(g->app, home) != NULL;
}

static void test_on_test_a_press_is_thanked_and_no_call(void **state)
{
	struct rig *g = city();
	uint64_t before;

	(void)state;
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	before = g->log_id;
	(void)rig_press(g, "h0", KIND_SOS);
	assert_false(calls(g, "h0"));
	assert_int_equal(g->log_id, before + 1); /* a proof of life, on record */
	/* Another home, and an unknown device, are not on test. */
	(void)rig_press(g, "h1", KIND_SOS);
	assert_true(calls(g, "h1"));
	(void)rig_press(g, "nowhere", KIND_SOS);
	assert_true(calls(g, "quarantine/dev-nowhere"));
	rig_free(g);
}

static void test_a_press_outside_the_window_is_real(void **state)
{
	struct rig *g = city();

	(void)state;
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	rig_pass_beating(g, 601000, 3);
	(void)rig_press(g, "h0", KIND_SOS);
	assert_true(calls(g, "h0"));
	IS(tries(g, 1, "", "dev-h1", 600, "new pendant"), OK);
	IS(tries(g, 1, "", "dev-h1", 0, ""), OK); /* ended by hand */
	(void)rig_press(g, "h1", KIND_SOS);
	assert_true(calls(g, "h1"));
	rig_free(g);
}

/* She pressed while the line was dead; the technician came, put the home on test, and brought the line back. */
static void test_a_press_from_before_the_test_that_comes_late_is_real(void **state)
{
	struct rig *g = city();
	struct alarm a = {.device = "dev-h0", .id = 7, .kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .battery_pct = 255};

	(void)state;
	a.raised_ms = g->store_ms - MINUTES(5);
	IS(tries(g, 1, "h0", "", 600, "line mended"), OK);
	app_begin(g->app);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	rig_turn(g);
	assert_true(calls(g, "h0"));
	rig_free(g);
}

/* Nobody could count how often she presses: it is shown. */
static void test_while_nothing_can_be_stored_a_press_on_test_is_shown(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	rig_store_down(g);
	rig_skip(g, 1);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass(g, 500);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_true(m->delta->upserts[0]->not_stored);
	rig_done(m);
	rig_free(g);
}

/* It was a trial while the log counted; whether it was stored nobody knows. */
static void test_a_trial_in_flight_when_the_store_goes_is_shown(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	g->held = true;
	(void)rig_press(g, "h0", KIND_SOS);
	rig_skip(g, 1);
	rig_store_down(g);
	rig_pass(g, 500);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_true(m->delta->upserts[0]->not_stored);
	rig_done(m);
	g->held = false;
	rig_store_back(g);
	assert_false(calls(g, "h0")); /* it is stored as what it was */
	rig_free(g);
}

static void test_no_other_call_for_help_is_ever_taken_for_a_test(void **state)
{
	(void)state;
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		struct rig *g;

		if (kind == KIND_SOS ||
		    (kind_class((enum kind)kind) != CLASS_LIFE && kind_class((enum kind)kind) != CLASS_WELFARE))
			continue;
		g = city();
		IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
		(void)rig_press(g, "h0", (enum kind)kind);
		assert_true(calls(g, "h0"));
		/* And with a call open, the button is no trial either. */
		(void)rig_press(g, "h0", KIND_SOS);
		assert_int_equal(record(g, incident_of_household(g->app, "h0")->slot->id)->repeats, 1);
		rig_free(g);
	}
}

static void test_the_third_press_in_a_minute_may_be_somebody_in_need(void **state)
{
	struct rig *g = city();

	(void)state;
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass_beating(g, 30000, 3);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass_beating(g, 40000, 3); /* the first is more than a minute ago */
	(void)rig_press(g, "h0", KIND_SOS);
	assert_false(calls(g, "h0"));
	(void)rig_press(g, "h0", KIND_SOS);
	assert_true(calls(g, "h0"));
	rig_free(g);
}

/* Three at the same instant, before the log has brought any of them. */
static void test_three_presses_at_once_are_a_call(void **state)
{
	struct rig *g = city();
	struct alarm a = {.kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .battery_pct = 255, .device = "dev-h0"};

	(void)state;
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	app_begin(g->app);
	for (int i = 0; i < 3; i++) {
		a.id = rig_random(g);
		assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	}
	rig_turn(g);
	assert_true(calls(g, "h0"));
	assert_int_equal(record(g, incident_of_household(g->app, "h0")->slot->id)->id, alarm_hash(&a));
	rig_free(g);
}

/* The log brings a trial of this device. */
static void trial_of(struct rig *g, const char *device)
{
	Pingan__V1__LogEvent m = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__Line line = PINGAN__V1__LINE__INIT, *lines[] = {&line};
	struct store_entry e = {.at_ms = g->store_ms};
	uint8_t event[128];

	line.code = PINGAN__V1__LINE_CODE__LINE_TEST_PRESS;
	m.alarm_device = (char *)(uintptr_t)device;
	m.lines = lines;
	m.n_lines = 1;
	e.event = slice_of(event, pingan__v1__log_event__pack(&m, event));
	on_test_entry(g->app, &e);
}

/* A district tries its buttons on one morning: what is remembered of it is forgotten a few at a time, never all in one turn,
 * and who finds no place is never hidden. */
static void test_trials_are_forgotten_a_few_at_a_time_and_a_press_without_a_place_is_a_call(void **state)
{
	enum { PLACES = 4096, AT_ONCE = 4 };
	struct rig *g = city();
	char device[ID_MAX];
	size_t before;

	(void)state;
	for (unsigned i = 0; i < PLACES + 10; i++) {
		snprintf(device, sizeof device, "x%u", i);
		trial_of(g, device);
	}
	assert_int_equal(g->app->test_press_count, PLACES);
	IS(tries(g, 1, "h0", "", 600, "monthly test"), OK);
	(void)rig_press(g, "h0", KIND_SOS);
	assert_true(calls(g, "h0"));

	rig_pass_beating(g, 30000, 3);
	trial_of(g, "x0"); /* once more: now it is the youngest */
	rig_pass_beating(g, 31000, 3);
	for (unsigned i = 0; i < PLACES / 2; i++) {
		before = g->app->test_press_count;
		snprintf(device, sizeof device, "y%u", i);
		trial_of(g, device);
		assert_true(g->app->test_press_count <= PLACES);
		assert_true(g->app->test_press_count + AT_ONCE >= before);
		assert_non_null(table_get(&g->app->test_presses, device)); /* there is a place again */
	}
	assert_non_null(table_get(&g->app->test_presses, "x0"));
	assert_int_equal(g->app->test_press_count, PLACES / 2 + 1);
	IS(tries(g, 1, "h1", "", 600, "monthly test"), OK);
	(void)rig_press(g, "h1", KIND_SOS);
	assert_false(calls(g, "h1"));
	rig_free(g);
}

static void test_who_puts_on_test_works_there_says_why_and_not_for_long(void **state)
{
	struct rig *g = city();
	const Pingan__V1__Household *h;

	(void)state;
	IS(tries(g, 2, "h0", "", 600, "why not"), FORBIDDEN);
	IS(tries(g, 1, "nobody", "", 600, "why not"), NOT_FOUND);
	IS(tries(g, 1, "", "dev-nobody", 600, "why not"), NOT_FOUND);
	IS(tries(g, 1, "h0", "", 600, ""), NEEDS_REASON);
	IS(tries(g, 1, "h0", "", POLICY_DEFAULT.test_max_s + 1, "why not"), LIMIT);
	IS(tries(g, 3, "h0", "", POLICY_DEFAULT.test_max_s, "monthly test"), OK);
	app_begin(g->app);
	h = household_find(g->app, "h0");
	assert_string_equal(h->test_by, "sup");
	assert_int_not_equal(h->test_until_ms, 0);
	/* Nothing else of the registry has changed. */
	assert_string_equal(h->address, "ADDRESS-51");
	assert_int_equal(h->n_contacts, 2);
	assert_string_equal(h->health->notes, "HEALTH-HEART");
	assert_int_equal(h->key.len, 32);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_people_who_number_alike_enter_two_calls),
		cmocka_unit_test(test_a_telephone_call_becomes_an_incident_with_its_words),
		cmocka_unit_test(test_what_is_entered_joins_the_open_call_of_the_home),
		cmocka_unit_test(test_only_who_works_there_enters_and_only_supervisors_drill),
		cmocka_unit_test(test_a_press_ends_the_drill_of_its_home),
		cmocka_unit_test(test_on_test_a_press_is_thanked_and_no_call),
		cmocka_unit_test(test_a_press_outside_the_window_is_real),
		cmocka_unit_test(test_a_press_from_before_the_test_that_comes_late_is_real),
		cmocka_unit_test(test_while_nothing_can_be_stored_a_press_on_test_is_shown),
		cmocka_unit_test(test_a_trial_in_flight_when_the_store_goes_is_shown),
		cmocka_unit_test(test_no_other_call_for_help_is_ever_taken_for_a_test),
		cmocka_unit_test(test_the_third_press_in_a_minute_may_be_somebody_in_need),
		cmocka_unit_test(test_three_presses_at_once_are_a_call),
		cmocka_unit_test(test_trials_are_forgotten_a_few_at_a_time_and_a_press_without_a_place_is_a_call),
		cmocka_unit_test(test_who_puts_on_test_works_there_says_why_and_not_for_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
