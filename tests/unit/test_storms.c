/* test_storms.c - storm mode with a whole app: by whom, over what, for how long; what waits under it, and what came of it. */
#include "app_rig_city.h"

#include "app/screens.h"
#include "app/storms.h"

#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define STORMS PINGAN__V1__TO_SCREEN__BODY_STORMS
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)
#define TAMPER PINGAN__V1__STORM_KIND__STORM_KIND_TAMPER
#define POWER PINGAN__V1__STORM_KIND__STORM_KIND_POWER

static struct rig *city(void)
{
	struct rig *g = rig_city();
	char id[16];

	for (int i = 0; i < 60; i++) {
		snprintf(id, sizeof id, "k%d", i);
		rig_home(g, id, "440103001001");
	}
	rig_start(g);
	rig_console(g, 1, "op1");
	rig_console(g, 2, "sup");
	return g;
}

static const struct incident *record(struct rig *g, uint64_t id)
{
	static struct incident inc;

	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	return &inc;
}

static int begins(struct rig *g, link_t link, uint64_t cmd, const char *area, int kind, uint32_t seconds,
                  const char *why)
{
	Pingan__V1__StormKind kinds[] = {(Pingan__V1__StormKind)kind};

	RIG_ASK(g, link, cmd, StormBegin, STORM_BEGIN, STORM_BEGIN, storm_begin, .area = (char *)area, .kinds = kinds,
	        .n_kinds = 1, .seconds = seconds, .text = (char *)why);
	return rig_result(g, link, NULL);
}

static int ends(struct rig *g, link_t link, const char *area)
{
	RIG_ASK(g, link, 0, StormEnd, STORM_END, STORM_END, storm_end, .area = (char *)area);
	return rig_result(g, link, NULL);
}

/* The only storm this screen was shown last; m is to be freed. */
static const Pingan__V1__StormState__Row *row(struct rig *g, link_t link, Pingan__V1__ToScreen **m)
{
	rig_pass(g, 700);
	*m = rig_last(g, link, STORMS);
	assert_non_null(*m);
	assert_int_equal((*m)->storms->n_storms, 1);
	return (*m)->storms->storms[0];
}

static void test_a_supervisor_begins_a_storm_where_they_work_and_says_why(void **state)
{
	struct rig *g = city();
	struct policy policy = POLICY_DEFAULT;

	(void)state;
	IS(begins(g, 1, 0, "440103001", TAMPER, 600, "typhoon"), FORBIDDEN); /* an operator */
	IS(begins(g, 2, 0, "4401", TAMPER, 600, "typhoon"), FORBIDDEN);      /* more than is theirs */
	IS(begins(g, 2, 0, "440103009", TAMPER, 600, "typhoon"), NOT_FOUND);
	IS(begins(g, 2, 0, "440103001", TAMPER, 600, ""), NEEDS_REASON);
	policy.storm_max_s = 3600;
	app_policy(g->app, &policy);
	IS(begins(g, 2, 0, "440103001", TAMPER, 3601, "typhoon"), LIMIT);
	IS(begins(g, 2, 0, "440103001", PINGAN__V1__STORM_KIND__STORM_KIND_NONE, 600, "typhoon"), BAD_REQUEST);
	IS(begins(g, 2, 0, "440103001", 77, 600, "typhoon"), BAD_REQUEST);
	assert_int_equal(g->app->count_of_type[RECORD_STORM], 0);
	IS(begins(g, 2, 0, "440103001", TAMPER, 600, "typhoon"), OK);
	assert_int_equal(g->app->count_of_type[RECORD_STORM], 1);
	rig_free(g);
}

static void test_a_storm_holds_back_what_waits_and_what_comes_and_nothing_else(void **state)
{
	struct rig *g = city();
	uint64_t waits = rig_press(g, "k0", KIND_TAMPER), other = rig_press(g, "k1", KIND_BATTERY), comes, help;
	const Pingan__V1__StormState__Row *r;
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(begins(g, 2, 0, "440103", TAMPER, 600, "typhoon"), OK);
	comes = rig_press(g, "k2", KIND_TAMPER);
	help = rig_press(g, "k3", KIND_SOS);
	rig_pass_beating(g, 1000, 2);
	assert_int_equal(record(g, waits)->aside, ASIDE_STORM);
	assert_int_equal(record(g, comes)->aside, ASIDE_STORM);
	assert_int_equal(record(g, other)->aside, ASIDE_NONE);
	assert_int_equal(record(g, help)->aside, ASIDE_NONE);
	/* And a call for help from a home that is held back comes out at once. */
	(void)rig_press(g, "k2", KIND_FALL);
	assert_int_equal(record(g, comes)->aside, ASIDE_NONE);
	assert_int_equal(record(g, comes)->class, CLASS_LIFE);
	r = row(g, 2, &m);
	assert_int_equal(r->held_back, 2);
	assert_int_equal(r->ended_ms, 0);
	assert_string_equal(r->by_name, "名sup");
	assert_string_equal(r->area_name, "荔湾区");
	assert_string_equal(r->reason, "typhoon");
	assert_int_equal(r->n_kinds, 1);
	rig_done(m);
	rig_free(g);
}

static void test_when_its_time_is_up_all_return_and_the_report_says_how_many(void **state)
{
	struct rig *g = city();
	uint64_t ids[5];
	const Pingan__V1__StormState__Row *r;
	Pingan__V1__ToScreen *m;
	char home[16];

	(void)state;
	IS(begins(g, 2, 0, "440103001", TAMPER, 600, "typhoon"), OK);
	for (int i = 0; i < 5; i++) {
		snprintf(home, sizeof home, "k%d", i);
		ids[i] = rig_press(g, home, KIND_TAMPER);
		assert_int_equal(record(g, ids[i])->aside, ASIDE_STORM);
	}
	RIG_ASK(g, 2, 0, Unshelve, UNSHELVE, UNSHELVE, unshelve, .incident = ids[0]); /* one that cannot wait after all */
	IS(rig_result(g, 2, NULL), OK);
	rig_pass_beating(g, 598000, 2);
	assert_int_equal(record(g, ids[0])->aside, ASIDE_NONE);
	assert_int_equal(record(g, ids[1])->aside, ASIDE_STORM);
	rig_pass_beating(g, 4000, 2);
	for (int i = 0; i < 5; i++)
		assert_int_equal(record(g, ids[i])->aside, ASIDE_NONE);
	r = row(g, 1, &m);
	assert_int_equal(r->held_back, 5);
	assert_int_equal(r->returned, 4);
	assert_int_not_equal(r->ended_ms, 0);
	assert_string_equal(r->ended_by_name, "");
	rig_done(m);
	rig_free(g);
}

static void test_a_person_ends_it_and_is_named_in_what_returns(void **state)
{
	struct rig *g = city();
	uint64_t id;
	const Pingan__V1__StormState__Row *r;
	Pingan__V1__ToScreen *m;
	const struct incident *inc;

	(void)state;
	IS(ends(g, 2, "440103001"), NOT_FOUND);
	IS(begins(g, 2, 0, "440103001", TAMPER, 600, "typhoon"), OK);
	id = rig_press(g, "k0", KIND_TAMPER);
	IS(ends(g, 1, "440103001"), FORBIDDEN);
	IS(ends(g, 2, "440103001"), OK);
	IS(ends(g, 2, "440103001"), OK); /* once more changes nothing */
	rig_pass_beating(g, 3000, 2);
	inc = record(g, id);
	assert_int_equal(inc->aside, ASIDE_NONE);
	assert_int_equal(inc->lines[inc->line_count - 2].code, LINE_BACK_IN_QUEUE);
	assert_string_equal(inc->lines[inc->line_count - 2].who, "sup");
	r = row(g, 2, &m);
	assert_string_equal(r->ended_by_name, "名sup");
	assert_int_equal(r->returned, 1);
	rig_done(m);
	rig_free(g);
}

static void test_the_same_request_again_begins_no_second_storm(void **state)
{
	struct rig *g = city();
	uint64_t newest;
	ms_t until_ms;

	(void)state;
	IS(begins(g, 2, 55, "440103001", TAMPER, 600, "typhoon"), OK);
	until_ms = storm_until_ms(g->app, KIND_TAMPER, "440103001001");
	newest = g->log_id;
	rig_pass_beating(g, 5000, 2);
	newest = g->log_id;
	IS(begins(g, 2, 55, "440103001", TAMPER, 600, "typhoon"), OK);
	assert_int_equal(g->log_id, newest);
	assert_int_equal(storm_until_ms(g->app, KIND_TAMPER, "440103001001"), until_ms);
	rig_free(g);
}

static void test_many_signals_of_one_kind_begin_a_storm_by_themselves(void **state)
{
	struct rig *g = city();
	const Pingan__V1__StormState__Row *r;
	Pingan__V1__ToScreen *m;
	char home[16];
	uint64_t id = 0, help;

	(void)state;
	for (uint32_t i = 0; i < POLICY_DEFAULT.storm_signals - 1; i++) {
		snprintf(home, sizeof home, "k%u", (unsigned)i);
		(void)rig_press(g, home, KIND_TAMPER);
		(void)rig_press(g, home, KIND_BATTERY); /* another kind, counted by itself */
	}
	rig_pass_beating(g, 2000, 2);
	assert_int_equal(g->app->count_of_type[RECORD_STORM], 0);
	help = rig_press(g, "k58", KIND_SOS);
	id = rig_press(g, "k59", KIND_TAMPER);
	rig_pass_beating(g, 4000, 2);
	assert_int_equal(g->app->count_of_type[RECORD_STORM], 1);
	assert_int_equal(record(g, id)->aside, ASIDE_STORM);
	assert_int_equal(record(g, help)->aside, ASIDE_NONE);
	r = row(g, 2, &m);
	assert_string_equal(r->area, "440103001");
	assert_string_equal(r->by_name, "");
	assert_int_equal(r->until_ms - r->from_ms, SECONDS(POLICY_DEFAULT.storm_s));
	assert_int_equal(r->kinds[0], TAMPER);
	rig_done(m);
	/* Ended by a person, it does not begin again from what was counted before. */
	IS(ends(g, 2, "440103001"), OK);
	rig_pass_beating(g, 6000, 2);
	assert_int_equal(storm_until_ms(g->app, KIND_TAMPER, "440103001"), 0);
	assert_int_equal(record(g, id)->aside, ASIDE_NONE);
	rig_free(g);
}

/* A storm runs, by a person and for longer than the machine would have it; another kind comes in numbers. */
static void test_the_machine_adds_a_kind_and_takes_no_time_away(void **state)
{
	struct rig *g = city();
	const Pingan__V1__StormState__Row *r;
	Pingan__V1__ToScreen *m;
	char home[16];

	(void)state;
	IS(begins(g, 2, 0, "440103001", POWER, POLICY_DEFAULT.storm_s + 3600, "typhoon"), OK);
	for (uint32_t i = 0; i < POLICY_DEFAULT.storm_signals; i++) {
		snprintf(home, sizeof home, "k%u", (unsigned)i);
		(void)rig_press(g, home, KIND_TAMPER);
	}
	rig_pass_beating(g, 4000, 2);
	r = row(g, 2, &m);
	assert_int_equal(r->n_kinds, 2);
	assert_int_equal(r->until_ms - r->from_ms, SECONDS(POLICY_DEFAULT.storm_s + 3600));
	assert_string_equal(r->by_name, "名sup");
	rig_done(m);
	rig_free(g);
}

static void test_slow_signals_and_a_policy_of_none_begin_no_storm(void **state)
{
	struct rig *g = city();
	struct policy policy = POLICY_DEFAULT;
	char home[16];

	(void)state;
	for (int i = 0; i < 30; i++) {
		snprintf(home, sizeof home, "k%d", i);
		(void)rig_press(g, home, KIND_TAMPER);
		g->store_ms += 30000;
		g->mono += 30000;
		rig_pass_beating(g, 1000, 2);
	}
	assert_int_equal(g->app->count_of_type[RECORD_STORM], 0);
	policy.storm_signals = 0;
	app_policy(g->app, &policy);
	for (int i = 30; i < 60; i++) {
		snprintf(home, sizeof home, "k%d", i);
		(void)rig_press(g, home, KIND_TAMPER);
	}
	rig_pass_beating(g, 2000, 2);
	assert_int_equal(g->app->count_of_type[RECORD_STORM], 0);
	rig_free(g);
}

/* The daemon falls at the worst moment: when the storm has ended and nothing has returned. */
static void test_what_a_crash_left_aside_comes_back(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	IS(begins(g, 2, 0, "440103001", TAMPER, 600, "typhoon"), OK);
	id = rig_press(g, "k0", KIND_TAMPER);
	assert_int_equal(ends(g, 2, "440103001"), PINGAN__V1__RESULT__RESULT_OK);
	rig_reload(g);
	rig_pass_beating(g, 3000, 2);
	assert_int_equal(record(g, id)->aside, ASIDE_NONE);
	rig_free(g);
}

static void test_a_load_puts_nothing_aside_that_a_person_brought_back(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	IS(begins(g, 2, 0, "440103001", TAMPER, 600, "typhoon"), OK);
	rig_pass_beating(g, 4000, 2);
	id = rig_press(g, "k0", KIND_TAMPER);
	RIG_ASK(g, 1, 0, Unshelve, UNSHELVE, UNSHELVE, unshelve, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	rig_reload(g);
	rig_pass_beating(g, 5000, 2);
	assert_int_equal(record(g, id)->aside, ASIDE_NONE);
	rig_free(g);
}

static void test_a_power_cut_under_a_storm_waits_as_one(void **state)
{
	struct rig *g = city();
	struct record *rec;

	(void)state;
	IS(begins(g, 2, 0, "440103", POWER, 86400, "planned works"), OK);
	(void)rig_press(g, "k0", KIND_POWER);
	(void)rig_press(g, "k1", KIND_POWER);
	rec = incident_of_household(g->app, "area/440103001/power");
	assert_non_null(rec);
	assert_int_equal(record(g, rec->slot->id)->aside, ASIDE_STORM);
	assert_int_equal(record(g, rec->slot->id)->out_now, 2);
	/* Batteries that end soon are seen in any weather. */
	g->store_ms = record(g, rec->slot->id)->battery_due_ms - 500;
	rig_pass_beating(g, 4000, 2);
	assert_int_equal(record(g, rec->slot->id)->aside, ASIDE_NONE);
	assert_true(record(g, rec->slot->id)->ring_supervisor);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_supervisor_begins_a_storm_where_they_work_and_says_why),
		cmocka_unit_test(test_a_storm_holds_back_what_waits_and_what_comes_and_nothing_else),
		cmocka_unit_test(test_when_its_time_is_up_all_return_and_the_report_says_how_many),
		cmocka_unit_test(test_a_person_ends_it_and_is_named_in_what_returns),
		cmocka_unit_test(test_the_same_request_again_begins_no_second_storm),
		cmocka_unit_test(test_many_signals_of_one_kind_begin_a_storm_by_themselves),
		cmocka_unit_test(test_the_machine_adds_a_kind_and_takes_no_time_away),
		cmocka_unit_test(test_slow_signals_and_a_policy_of_none_begin_no_storm),
		cmocka_unit_test(test_what_a_crash_left_aside_comes_back),
		cmocka_unit_test(test_a_load_puts_nothing_aside_that_a_person_brought_back),
		cmocka_unit_test(test_a_power_cut_under_a_storm_waits_as_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
