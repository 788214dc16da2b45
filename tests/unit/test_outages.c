/* test_outages.c - power cuts and lost links of an area: one incident, its members durable, and presses never behind them. */
#include "app_rig_city.h"

#include "app/outages.h"
#include "app/screens.h"

#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

static struct rig *city(void)
{
	struct rig *g = rig_city();
	char id[16];

	for (int i = 0; i < 60; i++) {
		snprintf(id, sizeof id, "k%d", i);
		rig_home(g, id, i % 2 == 0 ? "440103001001" : "440103001002");
	}
	rig_start(g);
	rig_console(g, 1, "op1");
	return g;
}

static struct alarm signal_of(struct rig *g, const char *home, enum kind kind, bool restore)
{
	struct alarm a = {.kind = kind, .protocol = PROTOCOL_NATIVE, .battery_pct = 255, .restore = restore};

	snprintf(a.device, sizeof a.device, "dev-%s", home);
	a.id = rig_random(g);
	a.raised_ms = g->store_ms;
	return a;
}

static void sends(struct rig *g, const char *home, enum kind kind, bool restore)
{
	struct alarm a = signal_of(g, home, kind, restore);

	app_begin(g->app);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	rig_turn(g);
}

/* The open incident of the area, or NULL. */
static const struct incident *of_area(struct rig *g, const char *area, const char *kind)
{
	static struct incident inc;
	char key[STORE_KEY_MAX];
	struct record *rec;

	snprintf(key, sizeof key, "area/%s/%s", area, kind);
	rec = incident_of_household(g->app, key);
	if (rec == NULL)
		return NULL;
	assert_true(incident_read(g->app, rec, &inc));
	return &inc;
}

static size_t members(struct rig *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->record_count; i++)
		n += g->records[i].rev != 0 && strncmp(g->records[i].key, "out:", 4) == 0;
	return n;
}

static void test_cuts_of_one_sub_district_are_one_incident(void **state)
{
	struct rig *g = city();
	const struct incident *inc;

	(void)state;
	sends(g, "k0", KIND_POWER, false);
	sends(g, "k1", KIND_POWER, false); /* another community of the same sub-district */
	sends(g, "k1", KIND_POWER, false); /* says it twice */
	sends(g, "far", KIND_POWER, false);
	sends(g, "k2", KIND_LINK, false);
	inc = of_area(g, "440103001", "power");
	assert_non_null(inc);
	assert_int_equal(inc->out_now, 2);
	assert_int_equal(inc->class, CLASS_DEVICE);
	assert_int_equal(of_area(g, "440103002", "power")->out_now, 1);
	assert_int_equal(of_area(g, "440103001", "link")->out_now, 1);
	assert_int_equal(of_area(g, "440103001", "link")->battery_due_ms, 0);
	assert_int_equal(g->app->count_of_type[RECORD_INCIDENT], 3);
	assert_int_equal(members(g), 4);
	rig_free(g);
}

static void test_a_home_that_called_for_help_has_its_power_cut_with_the_call(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "k0", KIND_SOS);
	static struct incident inc;

	(void)state;
	sends(g, "k0", KIND_POWER, false);
	assert_null(of_area(g, "440103001", "power"));
	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	assert_int_equal(inc.repeats, 1);
	/* A home whose device work is open is none that calls for help. */
	(void)rig_press(g, "k2", KIND_TAMPER);
	sends(g, "k2", KIND_POWER, false);
	assert_int_equal(of_area(g, "440103001", "power")->out_now, 1);
	rig_free(g);
}

/* And who is dark and then calls for help has a call of her own. */
static void test_a_press_in_the_dark_opens_its_own_call(void **state)
{
	struct rig *g = city();
	uint64_t id;
	static struct incident inc;

	(void)state;
	sends(g, "k0", KIND_POWER, false);
	id = rig_press(g, "k0", KIND_SOS);
	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	assert_int_equal(inc.class, CLASS_LIFE);
	assert_string_equal(inc.household, "k0");
	/* The mains are back: said where it was counted. */
	sends(g, "k0", KIND_POWER, true);
	assert_int_equal(of_area(g, "440103001", "power")->out_now, 0);
	assert_int_equal(members(g), 0);
	rig_free(g);
}

static void test_who_is_out_is_known_after_a_load(void **state)
{
	struct rig *g = city();

	(void)state;
	sends(g, "k0", KIND_POWER, false);
	sends(g, "k1", KIND_POWER, false);
	rig_reload(g);
	sends(g, "k1", KIND_POWER, false); /* still out: counts once */
	assert_int_equal(of_area(g, "440103001", "power")->out_now, 2);
	sends(g, "k0", KIND_POWER, true);
	sends(g, "k0", KIND_POWER, true);
	assert_int_equal(of_area(g, "440103001", "power")->out_now, 1);
	assert_int_equal(members(g), 1);
	rig_free(g);
}

static void test_after_the_closing_nobody_is_left_on_the_list(void **state)
{
	struct rig *g = city();
	uint64_t id;
	char home[16];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(home, sizeof home, "k%d", i);
		sends(g, home, KIND_POWER, false);
	}
	id = of_area(g, "440103001", "power")->id;
	assert_int_equal(members(g), 60);
	IS(rig_claim(g, 1, id, NULL), OK);
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_TECHNICAL,
	        .text = (char *)"");
	IS(rig_result(g, 1, NULL), OK);
	/* Dark again before the list is swept: counted by the new incident, and kept. */
	sends(g, "k7", KIND_POWER, false);
	assert_int_equal(of_area(g, "440103001", "power")->out_now, 1);
	rig_pass_beating(g, 5000, 1);
	assert_int_equal(members(g), 1);
	assert_non_null(outage_of(g->app, "dev-k7", KIND_POWER));
	assert_null(outage_of(g->app, "dev-k8", KIND_POWER));
	rig_free(g);
}

static uint32_t listed(struct rig *g, uint64_t id, uint32_t from, uint32_t *total, char first[64])
{
	Pingan__V1__ToScreen *m;
	uint32_t n;

	RIG_ASK(g, 1, 0, OutList, OUT_LIST, OUT_LIST, out_list, .incident = id, .from = from);
	m = rig_last(g, 1, REPLY);
	assert_non_null(m);
	IS(m->reply->result, OK);
	assert_non_null(m->reply->out);
	n = (uint32_t)m->reply->out->n_list;
	*total = m->reply->out->total;
	snprintf(first, 64, "%s", n == 0 ? "" : m->reply->out->list[0]->resident);
	if (n != 0) {
		assert_string_equal(m->reply->out->list[0]->street, "中山四路");
		assert_int_equal(m->reply->out->list[0]->battery_until_ms - m->reply->out->list[0]->since_ms,
		                 SECONDS(POLICY_DEFAULT.battery_s));
	}
	rig_done(m);
	return n;
}

static void test_the_list_shows_who_has_been_out_the_longest(void **state)
{
	struct rig *g = city();
	uint32_t total;
	char home[16], first[64];
	uint64_t id;

	(void)state;
	for (int i = 59; i >= 0; i--) {
		snprintf(home, sizeof home, "k%d", i);
		sends(g, home, KIND_POWER, false);
		g->store_ms += 10;
		g->mono += 10;
	}
	id = of_area(g, "440103001", "power")->id;
	assert_int_equal(listed(g, id, 0, &total, first), 50);
	assert_int_equal(total, 60);
	assert_string_equal(first, "长者k59");
	assert_int_equal(listed(g, id, 50, &total, first), 10);
	assert_string_equal(first, "长者k9");
	assert_int_equal(listed(g, id, 60, &total, first), 0);
	sends(g, "k59", KIND_POWER, true);
	assert_int_equal(listed(g, id, 0, &total, first), 50);
	assert_string_equal(first, "长者k58");
	RIG_ASK(g, 1, 0, OutList, OUT_LIST, OUT_LIST, out_list, .incident = rig_press(g, "k1", KIND_SOS));
	IS(rig_result(g, 1, NULL), NOT_FOUND);
	rig_console(g, 2, "op2");
	RIG_ASK(g, 2, 0, OutList, OUT_LIST, OUT_LIST, out_list, .incident = id);
	IS(rig_result(g, 2, NULL), FORBIDDEN);
	rig_free(g);
}

static void test_batteries_end_one_after_another_and_the_supervisor_rings(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	const int64_t visit_ms = SECONDS(POLICY_DEFAULT.battery_s) - SECONDS(POLICY_DEFAULT.battery_lead_s);
	ms_t first_ms;

	(void)state;
	rig_console(g, 2, "sup");
	first_ms = g->store_ms;
	sends(g, "k0", KIND_POWER, false);
	rig_pass_beating(g, 60000, 2);
	sends(g, "k1", KIND_POWER, false);
	assert_int_equal(of_area(g, "440103001", "power")->battery_due_ms, first_ms + visit_ms);
	g->store_ms = first_ms + visit_ms - 1000; /* nobody lives through it step by step */
	rig_skip(g, 2);
	rig_pass_beating(g, 4000, 2);
	assert_non_null(of_area(g, "440103001", "power"));
	assert_true(of_area(g, "440103001", "power")->ring_supervisor);
	assert_in_range(of_area(g, "440103001", "power")->battery_due_ms, first_ms + visit_ms + 59000,
	                first_ms + visit_ms + 62000);
	m = rig_last(g, 2, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_ringing, 1);
	rig_done(m);
	rig_free(g);
}

/* ---- a call for help goes first ---- */

static void test_a_call_for_help_is_decided_before_the_dark_street(void **state)
{
	struct rig *g = city();
	struct rig_commit *k;
	struct alarm a;
	char home[16];

	(void)state;
	app_begin(g->app);
	g->held = true;
	for (int i = 0; i < 50; i++) {
		snprintf(home, sizeof home, "k%d", i);
		a = signal_of(g, home, KIND_TAMPER, false);
		app_begin(g->app);
		assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	}
	a = signal_of(g, "k55", KIND_SOS, false);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	(void)app_turn(g->app);
	k = TAILQ_FIRST(&g->commits);
	assert_non_null(k);
	assert_int_equal(strtoull(k->c.puts[0].key + strlen("incident:"), NULL, 16), alarm_hash(&a));
	g->held = false;
	rig_turn(g);
	rig_free(g);
}

/* One record, one commit at a time: more turns than rig_turn() allows. */
static void drain(struct rig *g)
{
	struct rig_commit *k;

	for (int quiet = 0; quiet < 3; quiet++) {
		while ((k = TAILQ_FIRST(&g->commits)) != NULL) {
			TAILQ_REMOVE(&g->commits, k, link);
			rig_entry(g, k);
			free(k);
			quiet = 0;
			app_store_safe(g->app, g->log_id);
			(void)app_turn(g->app);
		}
		(void)app_turn(g->app);
	}
}

static void test_a_thousand_cuts_wait_for_one_record_and_the_owner_does_not(void **state)
{
	struct rig *g = city();
	struct alarm a;
	struct event ev = {.type = EVENT_CLAIM, .who = "op1", .cmd = 9};
	char key[STORE_KEY_MAX], home[16];
	uint32_t taken = 0;

	(void)state;
	sends(g, "k0", KIND_POWER, false);
	incident_key(key, of_area(g, "440103001", "power")->id);
	g->held = true;
	app_begin(g->app);
	for (int i = 0; i < CHANGES_PER_AREA + 200; i++) {
		snprintf(home, sizeof home, "k%d", 1 + i % 59);
		a = signal_of(g, home, KIND_POWER, false);
		app_begin(g->app);
		taken += intake_alarm(g->app, &a, (struct waiter){0});
	}
	assert_int_equal(taken, CHANGES_PER_AREA);
	assert_non_null(change_submit(g->app, CHANGE_INCIDENT, key, &ev, NULL, (struct waiter){0}));
	/* And a press of a home in that street has all the room it needs. */
	a = signal_of(g, "k7", KIND_SOS, false);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	(void)app_turn(g->app);
	g->held = false;
	drain(g);
	assert_string_equal(of_area(g, "440103001", "power")->owner, "op1");
	assert_int_equal(of_area(g, "440103001", "power")->out_now, 60);
	rig_free(g);
}

/* A home whose other units go mad can't shut out its own button. */
static void test_a_mad_sensor_leaves_room_for_the_button(void **state)
{
	struct rig *g = city();
	struct alarm a;
	uint32_t taken = 0;

	(void)state;
	(void)rig_press(g, "k0", KIND_TAMPER);
	g->held = true;
	app_begin(g->app);
	for (int i = 0; i < 2 * CHANGES_PER_RECORD; i++) {
		a = signal_of(g, "k0", KIND_TAMPER, false);
		app_begin(g->app);
		taken += intake_alarm(g->app, &a, (struct waiter){0});
	}
	assert_int_equal(taken, CHANGES_PER_RECORD);
	for (int i = 0; i < CHANGES_PER_RECORD_RESERVED; i++) {
		a = signal_of(g, "k0", KIND_SOS, false);
		assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	}
	a = signal_of(g, "k0", KIND_SOS, false);
	assert_false(intake_alarm(g->app, &a, (struct waiter){0}));
	g->held = false;
	rig_turn(g);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts_of_one_sub_district_are_one_incident),
		cmocka_unit_test(test_a_home_that_called_for_help_has_its_power_cut_with_the_call),
		cmocka_unit_test(test_a_press_in_the_dark_opens_its_own_call),
		cmocka_unit_test(test_who_is_out_is_known_after_a_load),
		cmocka_unit_test(test_after_the_closing_nobody_is_left_on_the_list),
		cmocka_unit_test(test_the_list_shows_who_has_been_out_the_longest),
		cmocka_unit_test(test_batteries_end_one_after_another_and_the_supervisor_rings),
		cmocka_unit_test(test_a_call_for_help_is_decided_before_the_dark_street),
		cmocka_unit_test(test_a_thousand_cuts_wait_for_one_record_and_the_owner_does_not),
		cmocka_unit_test(test_a_mad_sensor_leaves_room_for_the_button),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
