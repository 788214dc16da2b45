/* test_wallboard.c - the wall: rows without a person in them, masked by the daemon before they are sent; counts; and nothing that
 * one could ask for.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define WALLBOARD PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_WALLBOARD
#define SNAPSHOT PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT
#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

enum { WALL = 1, WALL_2 = 2, DESK = 3, PHONE = 4, OTHER_WALL = 5 };

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_person(g, "wall", ROLE_WALLBOARD, "440103001");
	rig_person(g, "wall2", ROLE_WALLBOARD, "440103002");
	rig_start(g);
	return g;
}

static void wall(struct rig *g, link_t link, const char *person)
{
	rig_up(g, link, person);
	rig_hello(g, link, WALLBOARD, 0, 0, NULL, 0);
	rig_pass(g, 300);
}

static bool said(struct rig *g, link_t link, const char *mark)
{
	for (size_t i = 0; i < g->links[link].count; i++)
		if (memmem(g->links[link].frames[i].at, g->links[link].frames[i].len, mark, strlen(mark)) != NULL)
			return true;
	return false;
}

static void pass(struct rig *g, int64_t ms)
{
	rig_pass_beating(g, ms, OTHER_WALL);
}

/* A whole call runs over the wall; then every byte that it was ever sent is looked through. */
static void a_call_runs_over_the_wall_without_a_person_in_it(void **state)
{
	static const char *const MARKS[] = {"ADDRESS", "ACCESS", "PHONE-", "HEALTH", "NAME-", "长者", "中山四路", "h0",
	                                    "dev-",    "名op1",  "名cg1",  "op1",    "cg1",   "yue",  "wall",     "NOTE"};
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	uint64_t id;

	(void)state;
	rig_console(g, DESK, "op1");
	rig_up(g, PHONE, "cg1");
	rig_hello(g, PHONE, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, PHONE, 0, Duty, DUTY, DUTY, duty, .on = 1);
	wall(g, WALL, "wall");
	m = rig_last(g, WALL, SNAPSHOT);
	assert_non_null(m);
	assert_true(m->snapshot->last);
	assert_int_equal(m->snapshot->n_rows, 0);
	rig_done(m);

	id = rig_press(g, "h0", KIND_FALL);
	pass(g, 200);
	m = rig_last(g, WALL, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_int_equal(m->delta->upserts[0]->id, id);
	assert_int_equal(m->delta->upserts[0]->class_, CLASS_LIFE);
	assert_int_equal(m->delta->upserts[0]->kind, KIND_FALL);
	assert_int_equal(m->delta->upserts[0]->state, INCIDENT_WAITING);
	assert_string_equal(m->delta->upserts[0]->area, "岭南街");
	assert_int_not_equal(m->delta->upserts[0]->opened_ms, 0);
	assert_int_equal(m->delta->upserts[0]->order.len, ORDER_LEN);
	assert_int_equal(m->delta->n_ringing, 0); /* a wall wakes nobody */
	assert_int_equal(m->delta->counts->life, 1);
	assert_int_equal(m->delta->counts->waiting, 1);
	rig_done(m);

	IS(rig_claim(g, DESK, id, NULL), OK);
	RIG_ASK(g, DESK, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	RIG_ASK(g, DESK, 0, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"NOTE");
	RIG_ASK(g, DESK, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
	pass(g, 500);
	RIG_ASK(g, PHONE, 0, OfferAnswer, OFFER_ANSWER, ANSWER, answer, .incident = id, .job = 1, .accept = 1);
	IS(rig_result(g, PHONE, NULL), OK);
	(void)rig_press(g, "h0", KIND_SOS);
	pass(g, 500);
	m = rig_last(g, WALL, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->upserts[0]->state, INCIDENT_ANSWERED);
	assert_int_equal(m->delta->upserts[0]->progress, JOB_ACCEPTED);
	assert_int_equal(m->delta->upserts[0]->repeats, 1);
	rig_done(m);
	/* A second wall of the same hall: the first stays. */
	wall(g, WALL_2, "wall");
	m = rig_last(g, WALL_2, SNAPSHOT);
	assert_non_null(m);
	assert_int_equal(m->snapshot->n_rows, 1);
	rig_done(m);
	assert_false(g->links[WALL].closed);
	for (size_t i = 0; i < COUNT_OF(MARKS); i++) {
		assert_false(said(g, WALL, MARKS[i]));
		assert_false(said(g, WALL_2, MARKS[i]));
	}
	/* So would these marks be found if they were there. */
	assert_true(said(g, DESK, "长者"));
	assert_true(said(g, DESK, "HEALTH"));
	rig_free(g);
}

static void a_wall_shows_its_own_areas(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	wall(g, OTHER_WALL, "wall2");
	(void)rig_press(g, "h0", KIND_SOS);
	pass(g, 15000); /* neighbours are rung: their walls are no desks */
	while ((m = rig_next(g, OTHER_WALL, DELTA)) != NULL) {
		assert_int_equal(m->delta->n_upserts, 0);
		rig_done(m);
	}
	rig_free(g);
}

static void a_wall_is_told_nothing_of_people(void **state)
{
	struct rig *g = city();

	(void)state;
	wall(g, WALL, "wall");
	rig_console(g, DESK, "op1");
	pass(g, 2000);
	assert_null(rig_last(g, WALL, PINGAN__V1__TO_SCREEN__BODY_PRESENCE));
	/* Nor does it count as somebody who is there. */
	assert_false(screens_reachable(g->app, "wall"));
	assert_false(screens_console_here(g->app, "wall"));
	rig_free(g);
}

/* A load, a slow line: the wall gets its picture again, masked. */
static void a_wall_that_was_cut_off_gets_it_again(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	wall(g, WALL, "wall");
	(void)rig_press(g, "h1", KIND_SOS);
	g->links[WALL].full = true;
	(void)rig_press(g, "h2", KIND_SOS);
	rig_pass(g, 500);
	g->links[WALL].full = false;
	rig_skip(g, WALL);
	app_link_drained(g->app, WALL);
	rig_pass(g, 500);
	m = rig_last(g, WALL, SNAPSHOT);
	assert_non_null(m);
	assert_int_equal(m->snapshot->n_rows, 2);
	assert_string_equal(m->snapshot->rows[0]->resident, "");
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_runs_over_the_wall_without_a_person_in_it),
		cmocka_unit_test(a_wall_shows_its_own_areas),
		cmocka_unit_test(a_wall_is_told_nothing_of_people),
		cmocka_unit_test(a_wall_that_was_cut_off_gets_it_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
