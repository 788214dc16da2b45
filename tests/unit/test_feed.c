/* test_feed.c - what the log brings, and what a load puts in its place: nothing of another history is believed, and what
 * was asked before is answered after.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

enum { DESK = 1 };

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, DESK, "op1");
	return g;
}

/* An entry that says: cg1 is on duty. */
static struct store_entry duty_entry(struct rig *g, uint64_t id, uint64_t prev)
{
	static uint8_t body[256];
	struct store_entry e = {.id = id, .commit = rig_random(g), .prev = prev, .at_ms = g->store_ms, .record_count = 1};
	struct caregiver cg = {.id = "cg1", .on_duty = true, .duty_since_ms = EPOCH};
	struct buf b = buf_of(body, sizeof body);

	caregiver_encode(&cg, &b);
	snprintf(e.records[0].key, sizeof e.records[0].key, "caregiver:cg1");
	e.records[0].rev = 1;
	e.records[0].commits[0] = e.commit;
	e.records[0].body = slice_of(body, b.len);
	return e;
}

/* A number can come twice, in two histories: the commit before it tells which one this is. */
static void test_an_entry_of_another_history_is_not_believed(void **state)
{
	struct rig *g = city();
	struct store_entry e = duty_entry(g, g->log_id + 1, g->log_commit ^ 1);

	(void)state;
	app_store_entry(g->app, &e);
	assert_null(caregiver_find(g->app, "cg1"));
	assert_int_equal(g->app->newest, g->log_id);
	assert_false(g->app->store_up);
	(void)app_turn(g->app);
	assert_true(g->attach); /* it asks where it stands, before anything else */
	rig_free(g);
}

static void test_a_missing_entry_is_noticed(void **state)
{
	struct rig *g = city();
	struct store_entry e = duty_entry(g, g->log_id + 2, g->log_commit);

	(void)state;
	app_store_entry(g->app, &e);
	assert_null(caregiver_find(g->app, "cg1"));
	assert_false(g->app->store_up);
	(void)app_turn(g->app);
	assert_true(g->attach);
	rig_free(g);
}

/* Stored, its answer lost; another has committed to the same record since; then all is read anew. The operator hears yes:
 * the record still knows the commit among its last ones. */
static void test_a_commit_under_another_is_still_ours(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	struct rig_commit *k;
	struct rig_record *r;

	(void)state;
	g->held = true;
	RIG_ASK(g, DESK, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	IS(rig_result(g, DESK, NULL), NONE);
	TAILQ_FOREACH (k, &g->commits, link)
		if (strncmp(k->c.puts[0].key, "incident:", 9) == 0)
			break;
	assert_non_null(k);
	r = rig_record(g, k->c.puts[0].key);
	rig_record_set(r, k->c.puts[0].body, k->c.id);
	rig_record_set(r, k->c.puts[0].body, rig_random(g));
	TAILQ_REMOVE(&g->commits, k, link);
	free(k);
	g->log_id += 2;
	rig_reload(g);
	IS(rig_result(g, DESK, NULL), OK);
	g->held = false;
	rig_turn(g);
	assert_int_equal(g->app->flight_count, 0);
	rig_free(g);
}

/* The console has logged in at another daemon while its end here is on the way: the end is of the session before. */
static void test_the_end_of_an_old_session_ends_no_newer_one(void **state)
{
	struct rig *g = city();
	static uint8_t body[256];
	struct rig_record *r = rig_record(g, "operator:op1");
	struct operator op = *operator_find(g->app, "op1");
	struct store_entry e = {.id = g->log_id + 1, .prev = g->log_commit, .at_ms = g->store_ms, .record_count = 1};
	struct buf b = buf_of(body, sizeof body);

	(void)state;
	g->held = true;
	app_link_down(g->app, DESK);
	rig_turn(g);
	assert_false(TAILQ_EMPTY(&g->commits));
	op.session++;
	snprintf(op.daemon, sizeof op.daemon, "d1");
	operator_encode(&op, &b);
	e.commit = rig_random(g);
	rig_record_set(r, slice_of(body, b.len), e.commit);
	rig_record_copy(r, &e.records[0]);
	g->log_id++;
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	g->held = false;
	rig_turn(g);
	assert_int_equal(operator_find(g->app, "op1")->link, LINK_UP);
	assert_string_equal(operator_find(g->app, "op1")->daemon, "d1");
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entry_of_another_history_is_not_believed),
		cmocka_unit_test(test_a_missing_entry_is_noticed),
		cmocka_unit_test(test_a_commit_under_another_is_still_ours),
		cmocka_unit_test(test_the_end_of_an_old_session_ends_no_newer_one),
	};

	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
