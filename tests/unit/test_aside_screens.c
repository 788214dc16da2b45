/* test_aside_screens.c - what is set aside does not ring, is counted where everybody sees it, and never hides a call for
 * help.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, 1, "op1");
	return g;
}

static const struct incident *record(struct rig *g, uint64_t id)
{
	static struct incident inc;

	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	return &inc;
}

static void shelve(struct rig *g, link_t link, uint64_t id)
{
	RIG_ASK(g, link, 0, Shelve, SHELVE, SHELVE, shelve, .incident = id, .seconds = 900, .text = (char *)"no one there");
}

static void counted(struct rig *g, uint32_t shelved, uint32_t waiting, size_t ringing)
{
	Pingan__V1__ToScreen *m;

	rig_pass(g, 100);
	m = rig_last(g, 1, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->counts->shelved, shelved);
	assert_int_equal(m->delta->counts->waiting, waiting);
	assert_int_equal(m->delta->n_ringing, ringing);
	rig_done(m);
}

static void test_what_is_shelved_does_not_ring_and_is_counted(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SERVICE);

	(void)state;
	counted(g, 0, 1, 1);
	shelve(g, 1, id);
	IS(rig_result(g, 1, NULL), OK);
	rig_pass(g, 100);
	/* Another row brings the counts. */
	(void)rig_press(g, "h1", KIND_SERVICE);
	counted(g, 1, 1, 1);
	RIG_ASK(g, 1, 0, Unshelve, UNSHELVE, UNSHELVE, unshelve, .incident = id);
	(void)rig_press(g, "h2", KIND_SERVICE);
	counted(g, 0, 3, 3);
	rig_free(g);
}

static void test_a_call_for_help_is_refused_to_the_shelf_in_so_many_words(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_FALL);

	(void)state;
	shelve(g, 1, id);
	IS(rig_result(g, 1, NULL), CALL_FOR_HELP);
	assert_int_equal(record(g, id)->aside, ASIDE_NONE);
	rig_free(g);
}

static void test_when_the_time_is_up_it_rings_again(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SERVICE);

	(void)state;
	shelve(g, 1, id);
	rig_pass_beating(g, 899000, 1);
	assert_int_equal(record(g, id)->aside, ASIDE_SHELVED);
	rig_pass_beating(g, 2000, 1);
	assert_int_equal(record(g, id)->aside, ASIDE_NONE);
	(void)rig_press(g, "h1", KIND_SERVICE);
	counted(g, 0, 2, 2);
	rig_free(g);
}

/* The store is away: what comes for help can't bring the record back, and rings all the same. */
static void test_an_unstored_call_for_help_rings_out_of_the_shelf(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_BATTERY);
	Pingan__V1__ToScreen *m;

	(void)state;
	shelve(g, 1, id);
	IS(rig_result(g, 1, NULL), OK);
	rig_store_down(g);
	rig_skip(g, 1);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass(g, 1000);
	m = rig_last(g, 1, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_ringing, 1);
	assert_int_equal(m->delta->ringing[0], id);
	assert_int_equal(m->delta->counts->life, 1);
	assert_int_equal(m->delta->counts->shelved, 0);
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_shelved_does_not_ring_and_is_counted),
		cmocka_unit_test(test_a_call_for_help_is_refused_to_the_shelf_in_so_many_words),
		cmocka_unit_test(test_when_the_time_is_up_it_rings_again),
		cmocka_unit_test(test_an_unstored_call_for_help_rings_out_of_the_shelf),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
