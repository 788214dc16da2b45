/* While help is on its way the resident is called back. */
#include "support/unit.h"

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;

static void help_comes(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	if (kind != KIND_DURESS)
		assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(k.inc.recall_due_ms, 0); /* nobody comes yet */
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
}

static void depart(void)
{
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg1", 1), MOVE);
}

static enum verdict call(uint32_t contact, uint32_t result)
{
	return kit_step(&k, &(struct event){.type = EVENT_CALL, .who = "op1", .contact = contact, .call = result});
}

static void test_she_is_called_back_every_five_minutes_until_somebody_is_there(void **state)
{
	(void)state;
	help_comes(KIND_SOS);
	depart();
	assert_int_equal(k.inc.recall_due_ms, KIT_START + MINUTES(5));
	assert_false(k.inc.recall);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + MINUTES(5));
	assert_string_equal(k.said, "recall_due");
	assert_true(k.inc.recall);
	/* Nobody called: it is said again. */
	assert_int_equal(kit_ring(&k), MOVE);
	assert_int_equal(k.world.now_ms, KIT_START + MINUTES(10));
	assert_string_equal(k.said, "recall_due");
	kit_wait_s(&k, 60);
	assert_int_equal(kit_job(&k, EVENT_JOB_ARRIVE, "cg1", 1), MOVE);
	assert_false(k.inc.recall);
	assert_int_equal(k.inc.recall_due_ms, 0);
}

/* She did not answer: that is worth knowing, and the next try is due in its time. */
static void test_any_call_to_her_counts_and_sets_the_clock_anew(void **state)
{
	static const uint32_t RESULTS[] = {CALL_SPOKE, CALL_NO_ANSWER, CALL_BUSY, CALL_FAILED};

	(void)state;
	help_comes(KIND_SOS);
	depart();
	for (size_t i = 0; i < COUNT_OF(RESULTS); i++) {
		while (!k.inc.recall)
			assert_int_equal(kit_ring(&k), MOVE);
		kit_wait_s(&k, 20);
		assert_int_equal(call(0, RESULTS[i]), MOVE);
		assert_false(k.inc.recall);
		assert_int_equal(k.inc.recall_due_ms, k.world.now_ms + MINUTES(5));
	}
	kit_wait_s(&k, 60);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, "op1"), MOVE);
	assert_int_equal(k.inc.recall_due_ms, k.world.now_ms + MINUTES(5));
	kit_wait_s(&k, 60);
	assert_int_equal(call(1, CALL_SPOKE), MOVE); /* her daughter is not she */
	assert_int_equal(k.inc.recall_due_ms, k.world.now_ms + MINUTES(4));
}

static void test_it_stops_with_the_help(void **state)
{
	(void)state;
	help_comes(KIND_SOS);
	assert_int_not_equal(k.inc.recall_due_ms, 0);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), MOVE);
	assert_int_equal(k.inc.recall_due_ms, 0);
	help_comes(KIND_SOS);
	k.world.candidate_count = 0;
	assert_int_equal(kit_job(&k, EVENT_JOB_GIVE_BACK, "cg1", 1), MOVE);
	assert_int_equal(k.inc.recall_due_ms, 0);
	help_comes(KIND_SOS);
	depart();
	kit_run_s(&k, 301);
	assert_true(k.inc.recall);
	assert_int_equal(kit_close(&k, "op1", OUTCOME_ADVICE), MOVE);
	assert_false(k.inc.recall);
}

/* Whoever has the call calls her; returned, it waits for somebody, and rings louder than any reminder. */
static void test_it_rests_while_nobody_has_the_call(void **state)
{
	(void)state;
	help_comes(KIND_SOS);
	depart();
	assert_int_equal(kit_do(&k, EVENT_RETURN, "op1"), MOVE);
	assert_int_equal(k.inc.recall_due_ms, 0);
	kit_wait_s(&k, 30);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op2"), MOVE);
	assert_int_equal(k.inc.recall_due_ms, k.world.now_ms + MINUTES(5));
}

static void test_nobody_calls_back_on_duress_or_for_a_flat_battery(void **state)
{
	(void)state;
	help_comes(KIND_DURESS);
	assert_int_equal(k.inc.recall_due_ms, 0);
	help_comes(KIND_SERVICE);
	assert_int_equal(k.inc.recall_due_ms, 0);
	help_comes(KIND_INACTIVITY);
	assert_int_not_equal(k.inc.recall_due_ms, 0);
}

static void test_a_second_on_the_way_keeps_it_running(void **state)
{
	(void)state;
	help_comes(KIND_SOS);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg3", 2), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_CANCEL, "op1", 1), MOVE);
	assert_int_equal(k.inc.recall_due_ms, KIT_START + MINUTES(5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_she_is_called_back_every_five_minutes_until_somebody_is_there),
		cmocka_unit_test(test_any_call_to_her_counts_and_sets_the_clock_anew),
		cmocka_unit_test(test_it_stops_with_the_help),
		cmocka_unit_test(test_it_rests_while_nobody_has_the_call),
		cmocka_unit_test(test_nobody_calls_back_on_duress_or_for_a_flat_battery),
		cmocka_unit_test(test_a_second_on_the_way_keeps_it_running),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
