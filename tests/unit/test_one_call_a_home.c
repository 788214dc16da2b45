/* test_one_call_a_home.c - a home has one open call: what is closed does not come back beside it. */
#include "app_rig_city.h"

#include "app/screens.h"

#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

static int ask_close(struct rig *g, uint64_t id, uint64_t cmd)
{
	RIG_ASK(g, 1, cmd, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	(void)rig_result(g, 1, NULL);
	RIG_ASK(g, 1, cmd + 1, Close, CLOSE, CLOSE, close, .incident = id,
	        .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE);
	return rig_result(g, 1, NULL);
}

static int ask_reopen(struct rig *g, uint64_t id, uint64_t cmd)
{
	RIG_ASK(g, 1, cmd, Reopen, REOPEN, REOPEN, reopen, .incident = id);
	return rig_result(g, 1, NULL);
}

static void test_a_call_is_not_reopened_beside_another_of_its_home(void **state)
{
	struct rig *g = rig_city();
	uint64_t first, second;

	(void)state;
	rig_start(g);
	rig_console(g, 1, "op1");
	first = rig_press(g, "h0", KIND_SOS);
	IS(rig_claim(g, 1, first, NULL), OK);
	IS(ask_close(g, first, 9001), OK);
	second = rig_press(g, "h0", KIND_SOS);
	assert_int_not_equal(first, second);
	IS(ask_reopen(g, first, 9010), WRONG_STATE); /* her call is open: it is answered there */
	assert_int_equal(incident_find(g->app, first)->slot->state, INCIDENT_CLOSED);
	assert_int_equal(incident_find(g->app, second)->slot->state, INCIDENT_WAITING);
	IS(rig_claim(g, 1, second, NULL), OK);
	IS(ask_close(g, second, 9020), OK);
	IS(ask_reopen(g, first, 9030), OK);
	assert_int_equal(incident_find(g->app, first)->slot->state, INCIDENT_WAITING);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call_is_not_reopened_beside_another_of_its_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
