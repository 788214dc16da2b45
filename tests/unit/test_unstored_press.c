/* test_unstored_press.c - a press that can't be stored yet, at a home whose call is open: it is shown and rings for what it
 * is, and where it is duress no screen offers a number at which the home would ring.
 */
#include "app_rig_city.h"

#include "app/screens.h"

static void nobody_can_call_her(struct rig *g, uint64_t id)
{
	Pingan__V1__ToScreen *m;

	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_DETAIL);
	assert_non_null(m);
	assert_true(m->detail->row->silent);
	assert_string_equal(m->detail->home_phone, "");
	assert_string_equal(m->detail->residents[0]->phone, "");
	rig_done(m);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, 1, "op1");
	return g;
}

static void test_duress_after_another_press_while_nothing_is_stored(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	rig_store_down(g);
	id = rig_press(g, "h0", KIND_SOS);
	rig_pass(g, 500);
	(void)rig_press(g, "h0", KIND_DURESS);
	rig_pass(g, 500);
	nobody_can_call_her(g, id);
	rig_free(g);
}

static void test_duress_joins_a_stored_call_while_the_store_is_away(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	rig_store_down(g);
	(void)rig_press(g, "h0", KIND_DURESS);
	rig_pass(g, 500);
	nobody_can_call_her(g, id);
	rig_free(g);
}

/* Somebody has the flat battery in hand, and now she calls for help. */
static void test_a_press_at_an_answered_lesser_matter_rings_at_everybody(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_BATTERY);
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_console(g, 2, "op1b");
	assert_int_equal(rig_claim(g, 1, id, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_store_down(g);
	rig_skip(g, 2);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass(g, 500);
	m = rig_last(g, 2, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_int_equal(m->delta->upserts[0]->class_, PINGAN__V1__INCIDENT_CLASS__CLASS_LIFE);
	assert_int_equal(m->delta->upserts[0]->kind, PINGAN__V1__KIND__KIND_SOS);
	assert_string_equal(m->delta->upserts[0]->owner, "op1");
	assert_true(m->delta->upserts[0]->not_stored && m->delta->upserts[0]->rerung);
	assert_int_equal(m->delta->n_ringing, 1);
	rig_done(m);
	rig_free(g);
}

static void test_a_press_in_a_drill_is_no_drill(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_console(g, 2, "op1b");
	rig_console(g, 4, "sup");
	RIG_ASK(g, 4, 0, OpenManual, OPEN_MANUAL, OPEN_MANUAL, open_manual, .household = (char *)"h0",
	        .kind = PINGAN__V1__KIND__KIND_SOS, .drill = true, .text = (char *)"");
	m = rig_last(g, 4, PINGAN__V1__TO_SCREEN__BODY_REPLY);
	assert_non_null(m);
	assert_int_equal(m->reply->result, PINGAN__V1__RESULT__RESULT_OK);
	assert_int_equal(rig_claim(g, 1, m->reply->incident, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_done(m);
	rig_pass(g, 100);
	m = rig_last(g, 2, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_true(m->delta->upserts[0]->drill);
	rig_done(m);
	rig_store_down(g);
	rig_skip(g, 2);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass(g, 500);
	m = rig_last(g, 2, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_false(m->delta->upserts[0]->drill);
	assert_true(m->delta->upserts[0]->not_stored);
	assert_int_equal(m->delta->n_ringing, 1); /* at everybody */
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_press_at_an_answered_lesser_matter_rings_at_everybody),
		cmocka_unit_test(test_a_press_in_a_drill_is_no_drill),
		cmocka_unit_test(test_duress_after_another_press_while_nothing_is_stored),
		cmocka_unit_test(test_duress_joins_a_stored_call_while_the_store_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
