/* test_screens_bounds.c - screens that read too slowly, many screens at once, presses that can't be stored, and people.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define SNAPSHOT PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT
#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define STORE PINGAN__V1__TO_SCREEN__BODY_STORE
#define PRESENCE PINGAN__V1__TO_SCREEN__BODY_PRESENCE
#define CONSOLE PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	return g;
}

/* The newest state of one row in the unread deltas; the caller frees *ret. */
static Pingan__V1__IncidentRow *row(struct rig *g, link_t link, uint64_t id, Pingan__V1__ToScreen **ret)
{
	Pingan__V1__IncidentRow *found = NULL;
	Pingan__V1__ToScreen *m;

	*ret = NULL;
	while ((m = rig_next(g, link, DELTA)) != NULL) {
		bool here = false;

		for (size_t i = 0; i < m->delta->n_upserts; i++)
			if (m->delta->upserts[i]->id == id) {
				found = m->delta->upserts[i];
				here = true;
			}
		if (here) {
			rig_done(*ret);
			*ret = m;
		} else {
			rig_done(m);
		}
	}
	return found;
}

/* ------------------------------------------------------------ slow screens */

static void test_slow_screen(void **state)
{
	struct rig *g = city();
	uint64_t id0, id1;
	size_t sends;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	rig_skip(g, 1);
	g->links[1].full = true;
	id0 = rig_press(g, "h0", KIND_SOS);
	sends = g->sends;
	id1 = rig_press(g, "h1", KIND_SOS);
	assert_int_equal(g->sends - sends, 1); /* only the other one is written to */
	assert_int_equal(g->app->counters[C_SCREEN_SLOW], 1);
	assert_int_equal(g->links[1].count, g->links[1].read);
	g->links[1].full = false;
	app_link_drained(g->app, 1);
	rig_turn(g);
	assert_null(rig_next(g, 1, DELTA));
	rig_skip(g, 1);
	g->links[1].read = 0;
	m = rig_last(g, 1, SNAPSHOT);
	assert_int_equal(m->snapshot->n_rows, 2);
	assert_int_equal(m->snapshot->n_ringing, 2);
	rig_done(m);
	(void)id0;
	(void)id1;
	/* Never drained: it is sent away. */
	g->links[1].full = true;
	rig_press(g, "h2", KIND_SOS);
	rig_pass_beating(g, BLOCKED_MS + 1000, 2);
	assert_true(g->links[1].closed);
	rig_free(g);
}

static void test_fanout_is_sliced(void **state)
{
	struct rig *g = rig_city();
	const int screens = 700;
	size_t most = 0, sent;
	int served = 0;

	(void)state;
	for (int i = 0; i < screens; i++) {
		char id[16];

		snprintf(id, sizeof id, "many%d", i);
		rig_person(g, id, ROLE_OPERATOR, "440103001");
	}
	rig_start(g);
	for (int i = 0; i < screens; i++) {
		char id[16];

		snprintf(id, sizeof id, "many%d", i);
		rig_up(g, (link_t)i + 1, id);
		rig_hello(g, (link_t)i + 1, CONSOLE, 0, 0, NULL, 0);
	}
	rig_pass(g, 1000);
	for (int i = 0; i < screens; i++)
		rig_skip(g, (link_t)i + 1);
	g->held = true;
	rig_press(g, "h0", KIND_SOS);
	/* The entry comes; from here each turn is taken singly. */
	while (!TAILQ_EMPTY(&g->commits)) {
		struct rig_commit *k = TAILQ_FIRST(&g->commits);

		TAILQ_REMOVE(&g->commits, k, link);
		rig_entry(g, k);
		free(k);
	}
	app_store_safe(g->app, g->log_id);
	for (int turn = 0; turn < 10; turn++) {
		int64_t wait;

		sent = g->sends;
		wait = app_turn(g->app);
		if (g->sends - sent > most)
			most = g->sends - sent;
		if (screens_behind(g->app))
			assert_int_equal(wait, 0); /* the next slice follows at once */
	}
	for (int i = 0; i < screens; i++) {
		Pingan__V1__ToScreen *m = rig_next(g, (link_t)i + 1, DELTA);

		served += m != NULL && m->delta->n_upserts == 1;
		rig_done(m);
	}
	assert_int_equal(served, screens);
	assert_in_range(most, 100, FANOUT_SLICE);
	rig_free(g);
}

/* More ring than a frame names: whoever is next moves up when the first are answered. */
static void test_more_ring_than_fit(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__ToScreen *m;

	(void)state;
	for (uint64_t i = 1; i <= 300; i++)
		rig_incident(g, i, CLASS_LIFE, "");
	rig_start(g);
	rig_console(g, 1, "op1");
	m = rig_last(g, 1, SNAPSHOT);
	assert_int_equal(m->snapshot->n_ringing, CONSOLE_RINGING_MAX);
	assert_int_equal(m->snapshot->counts->life, 300);
	rig_done(m);
	for (uint64_t i = 1; i <= 250; i++) {
		rig_pass_beating(g, 200, 1);
		assert_int_equal(rig_claim(g, 1, i, NULL), PINGAN__V1__RESULT__RESULT_OK);
	}
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DELTA);
	assert_int_equal(m->delta->n_ringing, 50);
	assert_int_equal(m->delta->counts->waiting, 50);
	assert_int_equal(m->delta->counts->mine, 250);
	rig_done(m);
	rig_free(g);
}

/* ------------------------------------------------------------ the store is away */

static void test_not_stored(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	Pingan__V1__IncidentRow *r;
	uint64_t id, second;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op2");
	rig_skip(g, 1);
	rig_store_down(g);
	m = rig_last(g, 1, STORE);
	assert_non_null(m);
	assert_false(m->store->up);
	rig_done(m);
	rig_skip(g, 2);
	id = rig_press(g, "h0", KIND_SOS);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_true(r->not_stored);
	assert_string_equal(r->resident, "长者h0");
	assert_int_equal(r->repeats, 0);
	assert_int_equal(m->delta->n_ringing, 1);
	assert_int_equal(m->delta->commit, 0);
	rig_done(m);
	assert_null(row(g, 2, id, &m));
	/* She presses again: the same row. */
	second = rig_press(g, "h0", KIND_SOS);
	assert_true(second != id);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_int_equal(r->repeats, 1);
	rig_done(m);
	assert_null(shown_find(g->app, second));
	/* An unknown device rings everybody. */
	rig_press(g, "nobody-knows", KIND_SOS);
	rig_pass(g, COALESCE_MS);
	m = rig_last(g, 2, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_true(m->delta->upserts[0]->quarantine);
	assert_string_equal(m->delta->upserts[0]->device, "dev-nobody-knows");
	assert_int_equal(m->delta->n_ringing, 1);
	rig_done(m);
	/* The store is back: the very same rows, stored. */
	rig_skip(g, 1);
	rig_store_back(g);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_false(r->not_stored);
	assert_int_equal(r->repeats, 1);
	assert_int_equal(m->delta->counts->life, 1);
	assert_int_equal(m->delta->counts->welfare, 1);
	assert_int_not_equal(m->delta->commit, 0);
	rig_done(m);
	assert_int_equal(g->app->screens->marked_count, 0);
	rig_free(g);
}

static void test_not_stored_joins_open_incident(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	Pingan__V1__IncidentRow *r;
	uint64_t id;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	id = rig_press(g, "h0", KIND_SOS);
	rig_claim(g, 1, id, NULL);
	rig_store_down(g);
	rig_skip(g, 1);
	rig_skip(g, 2);
	rig_press(g, "h0", KIND_FALL);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_true(r->not_stored);
	assert_true(r->rerung);
	assert_int_equal(r->state, INCIDENT_ANSWERED);
	assert_int_equal(r->repeats, 1);
	assert_int_equal(m->delta->n_ringing, 1); /* at its owner */
	rig_done(m);
	assert_non_null(row(g, 2, id, &m));
	assert_int_equal(m->delta->n_ringing, 0); /* not at the others */
	rig_done(m);
	rig_free(g);
}

static void test_calling(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	Pingan__V1__IncidentRow *r;
	uint64_t id;
	char who[ID_MAX];

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	rig_store_down(g);
	id = rig_press(g, "h0", KIND_SOS);
	assert_int_equal(rig_claim(g, 1, id, NULL), PINGAN__V1__RESULT__RESULT_NO_STORE);
	rig_skip(g, 2);
	RIG_ASK(g, 1, 0, Calling, CALLING, CALLING, calling, .incident = id);
	assert_int_equal(rig_result(g, 1, NULL), PINGAN__V1__RESULT__RESULT_OK);
	r = row(g, 2, id, &m);
	assert_non_null(r);
	assert_string_equal(r->note_owner, "名op1");
	assert_string_equal(r->owner, ""); /* a note, not a yes */
	rig_done(m);
	RIG_ASK(g, 2, 0, Calling, CALLING, CALLING, calling, .incident = id);
	assert_int_equal(rig_result(g, 2, who), PINGAN__V1__RESULT__RESULT_LOST_RACE);
	assert_string_equal(who, "op1");
	rig_skip(g, 2);
	rig_store_back(g);
	r = row(g, 2, id, &m);
	assert_non_null(r);
	assert_int_equal(r->state, INCIDENT_ANSWERED);
	assert_string_equal(r->owner, "op1");
	assert_string_equal(r->note_owner, "");
	rig_done(m);
	rig_free(g);
}

/* ------------------------------------------------------------ people */

static void test_presence_and_ready(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	bool me = false, other = false, neighbour = false, cg = false;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	rig_console(g, 4, "op2");
	rig_up(g, 3, "cg1");
	rig_hello(g, 3, CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, 3, 0, Duty, DUTY, DUTY, duty, .on = 1);
	assert_int_equal(rig_result(g, 3, NULL), PINGAN__V1__RESULT__RESULT_OK);
	RIG_ASK(g, 2, 0, SetReady, SET_READY, READY, ready, .ready = 0);
	rig_pass(g, 600);
	m = rig_last(g, 1, PRESENCE);
	assert_non_null(m);
	for (size_t i = 0; i < m->presence->n_people; i++) {
		const Pingan__V1__Presence__Someone *p = m->presence->people[i];

		if (strcmp(p->id, "op1") == 0)
			me = p->me && p->ready && !p->gone;
		if (strcmp(p->id, "op1b") == 0)
			other = !p->me && !p->ready && p->reachable;
		if (strcmp(p->id, "cg1") == 0)
			cg = p->on_duty && !p->busy && p->reachable;
		neighbour = neighbour || strcmp(p->id, "op2") == 0;
	}
	rig_done(m);
	assert_true(me);
	assert_true(other);
	assert_true(cg);
	assert_false(neighbour);
	/* Busy: sees, and is not rung. */
	rig_skip(g, 1);
	rig_skip(g, 2);
	rig_press(g, "h0", KIND_SOS);
	m = rig_last(g, 2, DELTA);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_int_equal(m->delta->n_ringing, 0);
	assert_int_equal(m->delta->counts->caregivers_on_duty, 1);
	assert_int_equal(m->delta->counts->caregivers_free, 1);
	rig_done(m);
	m = rig_last(g, 1, DELTA);
	assert_int_equal(m->delta->n_ringing, 1);
	rig_done(m);
	rig_free(g);
}

static void test_counts_follow(void **state)
{
	struct rig *g = city();
	uint64_t id0, id1;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_console(g, 1, "op1");
	id0 = rig_press(g, "h0", KIND_SOS);
	rig_pass_beating(g, 4000, 1);
	id1 = rig_press(g, "h1", KIND_INACTIVITY);
	rig_pass(g, 100);
	rig_claim(g, 1, id0, NULL);
	rig_pass(g, 100);
	rig_skip(g, 1);
	rig_pass_beating(g, 14000, 1);
	rig_claim(g, 1, id1, NULL);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DELTA);
	assert_int_equal(m->delta->counts->life, 1);
	assert_int_equal(m->delta->counts->welfare, 1);
	assert_int_equal(m->delta->counts->mine, 2);
	assert_int_equal(m->delta->counts->waiting, 0);
	assert_int_equal(m->delta->counts->longest_waiting_since_ms, 0);
	assert_int_equal(m->delta->counts->answered_today, 2);
	assert_int_equal(m->delta->counts->answered_10s_pct_x10, 500);
	assert_int_equal(m->delta->counts->answered_60s_pct_x10, 1000);
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_screen),
		cmocka_unit_test(test_fanout_is_sliced),
		cmocka_unit_test(test_more_ring_than_fit),
		cmocka_unit_test(test_not_stored),
		cmocka_unit_test(test_not_stored_joins_open_incident),
		cmocka_unit_test(test_calling),
		cmocka_unit_test(test_presence_and_ready),
		cmocka_unit_test(test_counts_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
