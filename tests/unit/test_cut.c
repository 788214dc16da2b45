/* test_cut.c - everything is on record: what a failover cut is written down again as seen, not in force; all of it, and
 * nothing else.
 */
#include "app_rig_city.h"

#include "app/screens.h"

enum { DESK = 1 };

/* Log entries as they stood: what a daemon says is cut must be these. */
static struct {
	uint64_t commit;
	bool quiet;
} was[RECORDS_RIG];
static uint64_t seen[RECORDS_RIG], seen_commits[RECORDS_RIG];
static uint32_t seen_codes[RECORDS_RIG];
static size_t seen_count;

static void stored(struct rig *g, const struct store_commit *c)
{
	Pingan__V1__LogEvent *m = pingan__v1__log_event__unpack(NULL, c->event.len, c->event.at);

	assert_non_null(m);
	for (size_t i = 0; i < m->n_lines; i++) {
		if (m->lines[i]->code != PINGAN__V1__LINE_CODE__LINE_SEEN_NOT_IN_FORCE)
			continue;
		seen[seen_count] = (uint64_t)m->lines[i]->number;
		seen_codes[seen_count] = m->lines[i]->count;
		seen_commits[seen_count++] = m->lines[i]->cmd;
	}
	assert_true(g->app->newest + 1 < COUNT_OF(was));
	was[g->app->newest + 1].commit = c->id;
	was[g->app->newest + 1].quiet = c->put_count != 0 && strncmp(c->puts[0].key, "daemon:", 7) == 0;
	pingan__v1__log_event__free_unpacked(m, NULL);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	seen_count = 0;
	memset(was, 0, sizeof was);
	g->stored = stored;
	rig_start(g);
	rig_console(g, DESK, "op1");
	return g;
}

static void test_each_entry_that_was_cut_is_written_down_once(void **state)
{
	(void)state;
	for (uint64_t lost = 1; lost <= 24; lost++) {
		struct rig *g = city();
		uint64_t id = rig_press(g, "h0", KIND_SOS), from, expected = 0;

		for (int i = 0; i < 12; i++) {
			RIG_ASK(g, DESK, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
			(void)rig_press(g, "h0", KIND_SOS);
			rig_pass(g, 500);
		}
		from = g->app->newest + 1 - lost;
		assert_true(from > 1 && was[from].commit != 0);
		rig_cut(g, from);
		rig_pass(g, 1000);
		for (uint64_t n = from, k = 0; n < from + lost; n++) {
			if (was[n].quiet)
				continue;
			expected++;
			assert_true(k < seen_count);
			assert_int_equal(seen[k], n);
			assert_true(seen_commits[k++] == was[n].commit);
		}
		assert_int_equal(seen_count, expected);
		rig_free(g);
	}
}

/* A commit on its way was sent again, and stands under its old number; what lay before it is gone. */
static void test_what_came_again_is_in_force_and_hides_nothing(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS), from;

	(void)state;
	RIG_ASK(g, DESK, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	for (int i = 0; i < 4; i++)
		(void)rig_press(g, "h0", KIND_SOS);
	from = g->app->newest - 3;
	for (uint64_t n = from; n < from + 4; n++)
		assert_false(was[n].quiet);
	g->came_again = from + 2;
	rig_cut(g, from);
	rig_pass(g, 1000);
	assert_int_equal(seen_count, 3);
	assert_int_equal(seen[0], from);
	assert_int_equal(seen[1], from + 1);
	assert_int_equal(seen[2], from + 3);
	rig_free(g);
}

/* What is written down says who did what; where there is no call to write it to, the log alone says it. */
static void test_it_says_what_was_done(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS), from = g->app->newest + 1;
	struct incident *inc = &g->app->reading;
	bool found = false;

	(void)state;
	RIG_ASK(g, DESK, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	rig_cut(g, from);
	rig_pass(g, 1000);
	assert_true(incident_read(g->app, incident_find(g->app, id), inc));
	for (uint32_t i = 0; i < inc->line_count; i++) {
		const struct line *l = &inc->lines[i];

		if (l->code != LINE_SEEN_NOT_IN_FORCE)
			continue;
		assert_false(found);
		found = true;
		assert_int_equal(l->count, LINE_CLAIMED);
		assert_string_equal(l->who, "op1");
		assert_int_equal(l->number, from);
	}
	assert_true(found);
	rig_free(g);
}

/* Cut once more, it is still about the first one. */
static void test_what_was_written_down_is_cut_as_well(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS), from = g->app->newest + 1;
	bool again = false;
	size_t before;

	(void)state;
	RIG_ASK(g, DESK, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	rig_cut(g, from);
	rig_pass(g, 1000);
	before = seen_count;
	assert_int_equal(seen[before - 1], from);
	assert_int_equal(seen_codes[before - 1], LINE_CLAIMED);
	/* The record goes with the entry. */
	rig_record(g, incident_find(g->app, id)->key)->rev = 0;
	rig_cut(g, g->app->newest - 4);
	rig_pass(g, 1000);
	assert_true(seen_count > before);
	for (size_t i = before; i < seen_count; i++)
		again = again || (seen_commits[i] == seen_commits[before - 1] && seen[i] == from && seen_codes[i] == LINE_CLAIMED);
	assert_true(again);
	rig_free(g);
}

/* The daemon comes from a load: it has read no entry, and says nothing. */
static void test_what_was_never_read_is_not_spoken_of(void **state)
{
	struct rig *g = city();

	(void)state;
	(void)rig_press(g, "h0", KIND_SOS);
	rig_reload(g);
	rig_pass(g, 1000);
	seen_count = 0;
	g->app->tail_len = 0;
	rig_reload(g);
	rig_pass(g, 1000);
	assert_int_equal(seen_count, 0);
	rig_free(g);
}

/* The store goes while it is looked for: looked for again when it is back, and written down once. */
static void test_the_store_goes_while_it_looks(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS), from;

	(void)state;
	RIG_ASK(g, DESK, 0, Claim, CLAIM, CLAIM, claim, .incident = id);
	(void)rig_press(g, "h0", KIND_SOS);
	(void)rig_press(g, "h0", KIND_SOS);
	from = g->app->newest - 2;
	app_store_down(g->app);
	app_store_attached(g->app, ATTACH_CUT, g->replicated);
	assert_true(g->look);
	assert_false(g->app->store_up);
	rig_cut(g, from);
	rig_pass(g, 1000);
	assert_true(seen_count >= 3 && seen[0] == from);
	for (size_t i = 1; i < seen_count; i++)
		assert_true(seen[i] > seen[i - 1]);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_entry_that_was_cut_is_written_down_once),
		cmocka_unit_test(test_what_came_again_is_in_force_and_hides_nothing),
		cmocka_unit_test(test_it_says_what_was_done),
		cmocka_unit_test(test_what_was_written_down_is_cut_as_well),
		cmocka_unit_test(test_what_was_never_read_is_not_spoken_of),
		cmocka_unit_test(test_the_store_goes_while_it_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
