/* test_flights.c - how much is on its way to the store at once, and what goes first: a slow store is not buried, and our proof
 * of life stands behind no flood, or every unit would be sent elsewhere.
 */
#include "app_rig_city.h"

#include "app/change.h"

#define HOMES 900

static size_t stored_count, proof_at;

static void on_stored(struct rig *g, const struct store_commit *c)
{
	(void)g;
	if (proof_at == SIZE_MAX && c->put_count != 0 && strncmp(c->puts[0].key, "daemon:", 7) == 0)
		proof_at = stored_count;
	stored_count++;
}

/* So many homes press while the store is silent. */
static struct rig *flood(size_t homes)
{
	struct rig *g = rig_city();
	char id[16];

	for (size_t i = 0; i < homes; i++) {
		snprintf(id, sizeof id, "f%zu", i);
		rig_home(g, id, "440103001001");
	}
	rig_start(g);
	g->held = true;
	app_begin(g->app);
	for (size_t i = 0; i < homes; i++) {
		struct alarm a = {.kind = KIND_SOS, .protocol = PROTOCOL_NATIVE, .battery_pct = 255, .id = i + 1};

		snprintf(a.device, sizeof a.device, "dev-f%zu", i);
		assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	}
	rig_turn(g);
	return g;
}

static void test_a_slow_store_has_fewer_commits_on_their_way(void **state)
{
	struct rig *g = flood(HOMES);

	(void)state;
	assert_int_equal(g->app->flight_count, FLIGHTS_FIRST);
	rig_pass(g, FLIGHT_LONG_MS + 50);
	g->held = false;
	rig_turn(g);
	/* Once for all that were on their way then. */
	assert_true(g->app->flights_may >= FLIGHTS_FIRST / 2 && g->app->flights_may < FLIGHTS_FIRST);
	assert_int_equal(g->app->flight_count, 0);
	rig_free(g);
}

static void test_a_quick_store_has_more_and_never_more_than_its_most(void **state)
{
	struct rig *g = flood(HOMES);

	(void)state;
	g->held = false;
	rig_turn(g);
	assert_true(g->app->flights_may > FLIGHTS_FIRST && g->app->flights_may <= FLIGHTS_MAX);
	rig_free(g);
}

static void test_the_proof_of_life_stands_behind_no_press(void **state)
{
	struct rig *g = flood(HOMES);

	(void)state;
	stored_count = 0;
	proof_at = SIZE_MAX;
	g->stored = on_stored;
	rig_pass(g, ALIVE_EVERY_MS + 50);
	g->held = false;
	rig_turn(g);
	/* Behind what was on its way already, and before what still waited here. */
	assert_in_range(proof_at, 0, FLIGHTS_FIRST + 1);
	assert_true(stored_count >= HOMES);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_slow_store_has_fewer_commits_on_their_way),
		cmocka_unit_test(test_a_quick_store_has_more_and_never_more_than_its_most),
		cmocka_unit_test(test_the_proof_of_life_stands_behind_no_press),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
