/* test_screens_stream.c - what consoles are sent: greeting, snapshot, resume, changes; the gate before it; slow, dead and
 * replaced screens; presses that can't be stored. */
#include <inttypes.h>

#include "app_rig_city.h"

#include "app/screens.h"

#define SNAPSHOT PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT
#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define STORE PINGAN__V1__TO_SCREEN__BODY_STORE
#define AWAY PINGAN__V1__TO_SCREEN__BODY_GO_AWAY
#define WELCOME PINGAN__V1__TO_SCREEN__BODY_WELCOME
#define CONSOLE PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	return g;
}

/* Why the link was closed; -1 when it was not. */
static int away(struct rig *g, link_t link)
{
	Pingan__V1__ToScreen *m = rig_last(g, link, AWAY);
	int why = m == NULL ? -1 : (int)m->go_away->why;

	rig_done(m);
	assert_int_equal(g->links[link].closed, why >= 0);
	return why;
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

static bool removed(struct rig *g, link_t link, uint64_t id)
{
	bool found = false;
	Pingan__V1__ToScreen *m;

	while ((m = rig_next(g, link, DELTA)) != NULL) {
		for (size_t i = 0; i < m->delta->n_removed; i++)
			found = found || m->delta->removed[i] == id;
		rig_done(m);
	}
	return found;
}

/* ------------------------------------------------------------ beginning and end */

static void test_greeting(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_up(g, 1, "op1");
	assert_int_equal(g->links[1].count, 0); /* the screen speaks first */
	rig_hello(g, 1, CONSOLE, 0, 0, NULL, 0);
	m = rig_next(g, 1, WELCOME);
	assert_string_equal(m->welcome->person, "op1");
	assert_string_equal(m->welcome->name, "名op1");
	assert_int_equal(m->welcome->n_areas, 1);
	assert_string_equal(m->welcome->areas[0], "岭南街");
	assert_int_equal(m->welcome->offer_s, 30);
	rig_done(m);
	m = rig_next(g, 1, STORE);
	assert_true(m->store->up);
	rig_done(m);
	m = rig_next(g, 1, SNAPSHOT);
	assert_true(m->snapshot->last);
	assert_int_equal(m->snapshot->n_rows, 0);
	assert_non_null(m->snapshot->counts);
	rig_done(m);
	assert_string_equal(rig_record(g, "operator:op1")->key, "operator:op1");
	assert_int_not_equal(rig_record(g, "operator:op1")->rev, 0); /* their console is on record */
	rig_beat(g, 1);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_HEARTBEAT);
	assert_int_equal(m->heartbeat->screen_ms, 77);
	assert_int_equal(m->heartbeat->newest, g->log_id);
	rig_done(m);
	rig_free(g);
}

static void test_refused(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_up(g, 1, "nobody");
	assert_int_equal(away(g, 1), PINGAN__V1__GO_AWAY__WHY__WHY_LOGGED_OUT);
	rig_up(g, 2, "cg1");
	rig_hello(g, 2, CONSOLE, 0, 0, NULL, 0);
	assert_int_equal(away(g, 2), PINGAN__V1__GO_AWAY__WHY__WHY_FORBIDDEN);
	rig_up(g, 3, "op1");
	rig_hello(g, 3, CAREGIVER, 0, 0, NULL, 0);
	assert_int_equal(away(g, 3), PINGAN__V1__GO_AWAY__WHY__WHY_FORBIDDEN);
	rig_up(g, 4, "tech");
	rig_hello(g, 4, CONSOLE, 0, 0, NULL, 0);
	assert_int_equal(away(g, 4), PINGAN__V1__GO_AWAY__WHY__WHY_FORBIDDEN);
	rig_up(g, 5, "op1"); /* a request before Hello, and bytes that are none */
	RIG_ASK(g, 5, 0, Claim, CLAIM, CLAIM, claim, .incident = 1);
	assert_true(g->links[5].closed);
	rig_up(g, 6, "op1");
	app_screen_message(g->app, 6, slice_of("\xff\xff\xff", 3));
	assert_true(g->links[6].closed);
	assert_int_equal(g->app->counters[C_SCREEN_BAD], 2);
	rig_free(g);
}

static void test_dead_after_nine_seconds(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_console(g, 1, "op1");
	rig_pass_beating(g, 20000, 1);
	assert_false(g->links[1].closed);
	rig_pass(g, SCREEN_DEAD_MS - 500);
	assert_false(g->links[1].closed);
	assert_true(screens_reachable(g->app, "op1"));
	rig_pass(g, 800);
	assert_true(g->links[1].closed);
	assert_false(screens_reachable(g->app, "op1"));
	assert_true(operator_gone(g->app, "op1"));
	assert_int_equal(g->app->counters[C_SCREEN_DEAD], 1);
	rig_free(g);
}

static void test_replaced(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1");
	assert_int_equal(away(g, 1), PINGAN__V1__GO_AWAY__WHY__WHY_REPLACED);
	assert_false(g->links[2].closed);
	assert_true(screens_reachable(g->app, "op1"));
	assert_false(operator_gone(g->app, "op1"));
	rig_free(g);
}

static void test_logged_out(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_console(g, 1, "op1");
	app_login_end(g->app, 1, "login-op1");
	rig_turn(g);
	assert_int_equal(away(g, 1), PINGAN__V1__GO_AWAY__WHY__WHY_LOGGED_OUT);
	rig_free(g);
}

static void test_flood_is_cut_off(void **state)
{
	struct rig *g = city();
	int rate = 0;

	(void)state;
	rig_console(g, 1, "op1");
	for (int i = 0; i < RATE_BURST + RATE_ABUSE + 10 && !g->links[1].closed; i++) {
		RIG_ASK(g, 1, 0, Claim, CLAIM, CLAIM, claim, .incident = 99);
		rate += rig_result(g, 1, NULL) == PINGAN__V1__RESULT__RESULT_RATE;
	}
	assert_in_range(rate, RATE_ABUSE - 2, RATE_ABUSE + 1);
	assert_true(g->links[1].closed);
	rig_free(g);
}

/* ------------------------------------------------------------ changes */

static void test_row_and_card(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	Pingan__V1__IncidentRow *r;
	uint64_t id;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op2");
	rig_skip(g, 1);
	rig_skip(g, 2);
	id = rig_press(g, "h0", KIND_SOS);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_int_equal(r->class_, CLASS_LIFE);
	assert_int_equal(r->kind, KIND_SOS);
	assert_int_equal(r->state, INCIDENT_WAITING);
	assert_string_equal(r->resident, "长者h0");
	assert_int_equal(r->age, 2025 - 1939);
	assert_string_equal(r->area, "岭南街");
	assert_string_equal(r->street, "中山四路");
	assert_string_equal(r->device, "dev-h0");
	assert_int_equal(strlen(r->number), 7);
	assert_int_equal(r->order.len, ORDER_LEN);
	assert_false(r->not_safe);
	assert_false(r->not_stored);
	assert_int_equal(m->delta->n_ringing, 1);
	assert_int_equal(m->delta->ringing[0], id);
	assert_int_equal(m->delta->counts->life, 1);
	assert_int_equal(m->delta->counts->waiting, 1);
	assert_int_equal(m->delta->counts->longest_waiting_since_ms, r->waiting_since_ms);
	assert_int_equal(m->delta->id, g->log_id);
	assert_int_equal(m->delta->commit, g->log_commit);
	rig_done(m);
	/* The queue carries no phone, no health, no door code: not in any byte of any frame. */
	for (link_t l = 1; l <= 2; l++)
		for (size_t i = 0; i < g->links[l].count; i++) {
			const struct rig_frame *f = &g->links[l].frames[i];

			assert_null(memmem(f->at, f->len, "PHONE", 5));
			assert_null(memmem(f->at, f->len, "HEALTH", 6));
			assert_null(memmem(f->at, f->len, "ACCESS", 6));
			assert_null(memmem(f->at, f->len, "ADDRESS", 7));
		}
	assert_null(row(g, 2, id, &m)); /* the neighbour sees nothing of it yet */
	/* Ten seconds later the neighbour and the supervisor are rung. */
	rig_pass_beating(g, 11000, 2);
	r = row(g, 2, id, &m);
	assert_non_null(r);
	assert_true(r->rings_neighbours);
	assert_int_equal(m->delta->n_ringing, 1);
	rig_done(m);
	rig_free(g);
}

static void test_class_1_at_once_others_gathered(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	uint64_t id;

	(void)state;
	rig_console(g, 1, "op1");
	rig_skip(g, 1);
	id = rig_press(g, "h0", KIND_BATTERY);
	assert_null(row(g, 1, id, &m));
	rig_pass(g, COALESCE_MS);
	assert_non_null(row(g, 1, id, &m));
	assert_int_equal(m->delta->n_ringing, 0); /* devices wait in silence */
	rig_done(m);
	id = rig_press(g, "h1", KIND_FALL);
	assert_non_null(row(g, 1, id, &m)); /* no time has passed */
	rig_done(m);
	rig_free(g);
}

static void test_prev_chains(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	uint64_t at;
	int n = 0;

	(void)state;
	rig_console(g, 1, "op1");
	m = rig_last(g, 1, SNAPSHOT);
	at = m->snapshot->id;
	rig_done(m);
	g->links[1].read = 0;
	for (int i = 0; i < 4; i++) {
		char home[16];

		snprintf(home, sizeof home, "h%d", i);
		rig_press(g, home, i % 2 == 0 ? KIND_SOS : KIND_POWER);
		rig_pass(g, 20);
		rig_claim(g, 1, 1234, NULL);
	}
	rig_pass(g, 100);
	g->links[1].read = 0;
	rig_done(rig_next(g, 1, SNAPSHOT));
	while ((m = rig_next(g, 1, DELTA)) != NULL) {
		assert_int_equal(m->delta->prev, at);
		assert_true(m->delta->id >= at);
		at = m->delta->id;
		n++;
		rig_done(m);
	}
	assert_true(n >= 3);
	rig_free(g);
}

static void test_looking_is_no_news(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	uint64_t id;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	id = rig_press(g, "h0", KIND_SOS);
	rig_skip(g, 2);
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	assert_int_equal(rig_result(g, 1, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 200);
	assert_null(row(g, 2, id, &m)); /* the record has a new line; nobody's row has changed */
	rig_free(g);
}

static void test_out_of_rights_is_removed(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	rig_console(g, 1, "op1");
	id = rig_press(g, "h0", KIND_FALL);
	rig_claim(g, 1, id, NULL);
	RIG_ASK(g, 1, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	rig_skip(g, 1);
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE,
	        .text = (char *)"");
	rig_pass(g, 100);
	assert_true(removed(g, 1, id));
	rig_pass_beating(g, 2000, 1);
	assert_null(shown_find(g->app, id)); /* told to everybody: let go of */
	rig_free(g);
}

/* ------------------------------------------------------------ the gate */

static void test_gate(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;
	Pingan__V1__IncidentRow *r;
	uint64_t id, before = g->log_id;

	(void)state;
	rig_console(g, 1, "op1");
	rig_skip(g, 1);
	before = g->log_id;
	g->unsafe = true;
	id = rig_press(g, "h0", KIND_SOS);
	assert_null(row(g, 1, id, &m));
	rig_pass(g, UNSAFE_SHOWN_MS - 10);
	assert_null(row(g, 1, id, &m));
	rig_pass(g, 60);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_true(r->not_safe);
	assert_int_equal(m->delta->n_ringing, 1);
	assert_int_equal(m->delta->id, before); /* history goes no further than what is safe */
	assert_int_equal(m->delta->commit, 0);  /* and nobody may resume on what may be taken back */
	rig_done(m);
	g->unsafe = false;
	rig_turn(g);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_false(r->not_safe);
	assert_int_equal(m->delta->id, g->log_id);
	assert_int_not_equal(m->delta->commit, 0);
	rig_done(m);
	rig_free(g);
}

static void test_gate_closing_waits(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	id = rig_press(g, "h0", KIND_FALL);
	rig_claim(g, 1, id, NULL);
	RIG_ASK(g, 1, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	rig_skip(g, 2);
	g->unsafe = true;
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE,
	        .text = (char *)"");
	rig_pass(g, 1000);
	assert_int_equal(rig_result(g, 1, NULL), 0); /* nobody is told yes */
	assert_false(removed(g, 2, id));
	g->unsafe = false;
	rig_turn(g);
	assert_int_equal(rig_result(g, 1, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 60);
	assert_true(removed(g, 2, id));
	rig_free(g);
}

/* ------------------------------------------------------------ snapshot and resume */

static void test_snapshot_in_chunks(void **state)
{
	struct rig *g = rig_city();
	size_t chunks = 0, rows = 0;
	Pingan__V1__ToScreen *m;
	bool last = false;

	(void)state;
	for (uint64_t i = 1; i <= 450; i++)
		rig_incident(g, i, i <= 3 ? CLASS_LIFE : CLASS_DEVICE, "");
	rig_start(g);
	rig_console(g, 1, "op1");
	while ((m = rig_next(g, 1, SNAPSHOT)) != NULL) {
		assert_false(last);
		last = m->snapshot->last;
		assert_in_range(m->snapshot->n_rows, 1, CONSOLE_ROWS_MAX);
		assert_int_equal(m->snapshot->counts != NULL, last);
		if (last) {
			assert_int_equal(m->snapshot->counts->life, 3);
			assert_int_equal(m->snapshot->counts->device, 447);
			assert_int_equal(m->snapshot->n_ringing, 3);
		}
		rows += m->snapshot->n_rows;
		chunks++;
		rig_done(m);
	}
	assert_true(last);
	assert_int_equal(rows, 450);
	assert_int_equal(chunks, 3);
	rig_free(g);
}

static void test_resume(void **state)
{
	struct rig *g = city();
	uint64_t id0, id1, id2, at, commit;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	id0 = rig_press(g, "h0", KIND_SOS);
	id1 = rig_press(g, "h1", KIND_SOS);
	m = rig_last(g, 1, DELTA);
	at = m->delta->id;
	commit = m->delta->commit;
	rig_done(m);
	app_link_down(g->app, 1);
	/* Meanwhile: one is answered, one comes, one closes. */
	id2 = rig_press(g, "h2", KIND_SOS);
	assert_int_equal(rig_claim(g, 2, id1, NULL), PINGAN__V1__RESULT__RESULT_OK);
	RIG_ASK(g, 2, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id1);
	RIG_ASK(g, 2, 0, Close, CLOSE, CLOSE, close, .incident = id1, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE,
	        .text = (char *)"");
	rig_up(g, 3, "op1");
	rig_hello(g, 3, CONSOLE, at, commit, NULL, 0);
	m = rig_next(g, 3, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->prev, at);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_int_equal(m->delta->upserts[0]->id, id2);
	assert_int_equal(m->delta->n_removed, 1);
	assert_int_equal(m->delta->removed[0], id1);
	assert_int_equal(m->delta->n_ringing, 2);
	assert_int_equal(m->delta->counts->life, 2);
	rig_done(m);
	g->links[3].read = 0;
	assert_null(rig_next(g, 3, SNAPSHOT));
	assert_int_equal(g->app->counters[C_RESUMES], 1);
	/* The number alone is not enough: in another history it means something else. */
	rig_up(g, 4, "sup");
	rig_hello(g, 4, CONSOLE, at, commit + 1, NULL, 0);
	rig_turn(g);
	assert_null(rig_next(g, 4, DELTA));
	g->links[4].read = 0;
	m = rig_next(g, 4, SNAPSHOT);
	assert_int_equal(m->snapshot->n_rows, 2);
	rig_done(m);
	(void)id0;
	rig_free(g);
}

/* Nobody looked, so no row was kept. One console goes on from where it was; a call is taken; and before that is shown,
 * another console goes on from where it was, for which the row is made. The first one is told all the same. (Seed 18579) */
static void test_a_row_made_for_another_console_is_news_all_the_same(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS), at, commit;
	Pingan__V1__IncidentRow *r;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_pass(g, 500);
	at = g->app->newest;
	commit = g->app->newest_commit;
	rig_up(g, 1, "op1");
	rig_hello(g, 1, CONSOLE, at, commit, NULL, 0);
	rig_pass(g, 500);
	assert_int_equal(g->app->counters[C_RESUMES], 1);
	rig_skip(g, 1);
	g->unsafe = true;
	RIG_ASK(g, 1, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	assert_null(row(g, 1, id, &m));
	rig_up(g, 2, "op1b");
	g->unsafe = false;
	app_store_safe(g->app, g->log_id);
	rig_hello(g, 2, CONSOLE, at, commit, NULL, 0);
	rig_pass(g, 200);
	r = row(g, 1, id, &m);
	assert_non_null(r);
	assert_string_equal(r->owner, "op1");
	rig_done(m);
	rig_free(g);
}

static void test_resume_shows_owners_again(void **state)
{
	struct rig *g = city();
	uint64_t id, at, commit;
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	id = rig_press(g, "h0", KIND_SOS);
	rig_claim(g, 1, id, NULL);
	rig_pass(g, 100);
	m = rig_last(g, 2, DELTA);
	at = m->delta->id;
	commit = m->delta->commit;
	rig_done(m);
	app_link_down(g->app, 2);
	app_link_down(g->app, 1); /* its owner goes: no entry of the incident says so */
	rig_pass(g, 100);
	rig_up(g, 3, "op1b");
	rig_hello(g, 3, CONSOLE, at, commit, NULL, 0);
	m = rig_next(g, 3, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	assert_true(m->delta->upserts[0]->owner_gone);
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greeting),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_dead_after_nine_seconds),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_logged_out),
		cmocka_unit_test(test_flood_is_cut_off),
		cmocka_unit_test(test_row_and_card),
		cmocka_unit_test(test_class_1_at_once_others_gathered),
		cmocka_unit_test(test_prev_chains),
		cmocka_unit_test(test_looking_is_no_news),
		cmocka_unit_test(test_out_of_rights_is_removed),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_gate_closing_waits),
		cmocka_unit_test(test_snapshot_in_chunks),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_a_row_made_for_another_console_is_news_all_the_same),
		cmocka_unit_test(test_resume_shows_owners_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
