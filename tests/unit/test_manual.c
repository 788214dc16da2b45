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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_telephone_call_becomes_an_incident_with_its_words),
		cmocka_unit_test(test_what_is_entered_joins_the_open_call_of_the_home),
		cmocka_unit_test(test_only_who_works_there_enters_and_only_supervisors_drill),
		cmocka_unit_test(test_a_press_ends_the_drill_of_its_home),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
