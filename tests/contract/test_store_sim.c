/* How the simulated store fails: as a real one does, no worse and no better, and the same from the same seed. */
#include "contract/store_harness.h"

static struct stage *stage_with(const struct store_sim_config *config)
{
	return stage_new(false, NULL, config);
}

/* Runs until nothing is on its way. */
static void settle(struct stage *w)
{
	while (store_sim_next_ms(w->sim) != INT64_MAX)
		store_sim_run(w->sim, (mono_t){store_sim_next_ms(w->sim)});
}

static void pass(struct stage *w, int64_t ms)
{
	store_sim_run(w->sim, (mono_t){store_sim_now_ms(w->sim) - START_MS + ms});
}

/* A crash loses nothing that anybody was told of, and something that nobody was. */
static void test_crash_loses_only_the_unsaid(void **state)
{
	size_t lost_in_all = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct store_sim_config config = STORE_SIM_CALM;
		struct stage *w;
		struct client *a, *b;
		uint64_t ids[40];
		size_t lost;

		config.seed = seed;
		config.reach_ms = 5;
		config.sync_ms = 8;
		w = stage_with(&config);
		a = client_new(w);
		b = client_new(w);
		for (size_t i = 0; i < COUNT_OF(ids); i++) {
			char key[STORE_KEY_MAX];
			struct store_commit c;

			snprintf(key, sizeof key, "incident:%02zu", i);
			c = commit_of(w, key, 0, "x");
			ids[i] = c.id;
			client_send(a, &c);
		}
		pass(w, (int64_t)(seed % 40));
		lost = store_sim_crash(w->sim);
		lost_in_all += lost;
		assert_true(a->newest <= store_sim_newest(w->sim) && b->newest <= store_sim_newest(w->sim));
		for (size_t i = 0; i < COUNT_OF(ids); i++) {
			const struct store_answer *answer = client_answer(a, ids[i], 0);
			struct store_entry e;

			if (answer == NULL || answer->result != STORE_STORED)
				continue;
			assert_true(store_sim_entry(w->sim, answer->log_id, &e));
			assert_int_equal(e.commit, ids[i]);
		}
		store_sim_back(w->sim);
		if (a->downs != 0)
			assert_int_equal(client_again(a), a->newest == 0 ? ATTACH_EMPTY : ATTACH_TAIL);
		stage_free(w);
	}
	assert_true(lost_in_all > 0);
}

/* A lawful failover cuts what the replica lacks: entries that daemons had read, never one that was told safe. */
static void test_lawful_failover_keeps_what_was_safe(void **state)
{
	size_t cut_after_read = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct store_sim_config config = STORE_SIM_CALM;
		struct stage *w;
		struct client *a;
		uint64_t last = 0, newest;

		config.seed = seed;
		config.replicated = true;
		config.replica_ms = 20;
		config.gate_ms = 2;
		w = stage_with(&config);
		a = client_new(w);
		for (int i = 0; i < 30; i++) {
			struct store_commit c = commit_of(w, "incident:01", last, "x");

			last = c.id;
			client_send(a, &c);
			pass(w, 3);
		}
		assert_true(a->safe <= store_sim_replica_has(w->sim));
		newest = a->newest;
		store_sim_failover(w->sim, STORE_SIM_LAWFUL);
		assert_true(a->safe <= store_sim_newest(w->sim));
		cut_after_read += newest > store_sim_newest(w->sim);
		if (newest > store_sim_newest(w->sim))
			assert_int_equal(client_again(a), ATTACH_CUT);
		else
			assert_int_equal(client_again(a), newest == 0 ? ATTACH_EMPTY : ATTACH_TAIL);
		await(w, a->newest == store_sim_newest(w->sim), "the rest");
		assert_int_equal(view_find(a, "incident:01")->rev, a->newest);
		stage_free(w);
	}
	assert_true(cut_after_read > 20);
}

/* With the replica stopped nothing is told safe; without one, everything at once. */
static void test_gate(void **state)
{
	struct store_sim_config config = STORE_SIM_CALM;
	struct stage *w;
	struct client *a;
	struct store_commit c;

	(void)state;
	config.replicated = true;
	config.replica_ms = 3;
	w = stage_with(&config);
	a = client_new(w);
	assert_true(a->replicated);
	store_sim_replica(w->sim, false);
	c = commit_of(w, "incident:01", 0, "x");
	stored(a, &c);
	settle(w);
	assert_int_equal(a->newest, 1);
	assert_int_equal(a->safe, 0);
	store_sim_replica(w->sim, true);
	settle(w);
	assert_int_equal(a->safe, 1);
	stage_free(w);
}

/* Each fate of one commit, and what the daemon hears of it. */
static void test_fates(void **state)
{
	struct stage *w = stage_with(NULL);
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	uint64_t last;
	int64_t asked_ms;

	(void)state;
	store_sim_fate(a->sim, FATE_REPEAT_ANSWER, 0);
	stored(a, &c);
	settle(w);
	assert_int_equal(a->answer_count, 2);
	assert_int_equal(a->answers[1].commit, c.id);
	last = c.id;

	store_sim_fate(a->sim, FATE_LATE_ANSWER, 700);
	c = commit_of(w, "incident:01", last, "y");
	asked_ms = store_sim_now_ms(w->sim);
	client_send(a, &c);
	client_entry(a, 2); /* the log overtakes the answer */
	assert_null(client_answer(a, c.id, 0));
	await(w, client_answer(a, c.id, 0) != NULL, "late answer");
	assert_true(store_sim_now_ms(w->sim) >= asked_ms + 700);
	last = c.id;

	store_sim_fate(a->sim, FATE_DROP_BEFORE, 0);
	c = commit_of(w, "incident:01", last, "never arrives");
	client_send(a, &c);
	await(w, a->downs == 1, "down");
	settle(w);
	assert_int_equal(b->newest, 2);
	assert_int_equal(client_again(a), ATTACH_TAIL);

	store_sim_fate(a->sim, FATE_DROP_AFTER, 0);
	c = commit_of(w, "incident:01", last, "arrives");
	client_send(a, &c);
	await(w, a->downs == 2, "down");
	client_entry(b, 3);
	assert_int_equal(client_again(a), ATTACH_TAIL);
	assert_int_equal(client_commit(a, &c)->result, STORE_MINE);
	stage_free(w);
}

/* A dead daemon's last words may still arrive; nothing is told to it any more. */
static void test_last_words(void **state)
{
	struct stage *w = stage_with(NULL);
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "last words");

	(void)state;
	client_send(a, &c);
	client_leave(a);
	client_entry(b, 1);
	assert_int_equal(b->entries[0].entry.commit, c.id);
	stage_free(w);
}

static void test_tail_lag(void **state)
{
	struct stage *w = stage_with(NULL);
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");

	(void)state;
	store_sim_tail_lag(b->sim, 5000);
	stored(a, &c);
	client_entry(a, 1);
	assert_int_equal(b->newest, 0);
	client_entry(b, 1);
	assert_true(store_sim_now_ms(w->sim) >= START_MS + 5000);
	/* A link that stays down stays down. */
	store_sim_link_drop(b->sim, true);
	await(w, b->downs == 1, "down");
	client_ask_attach(b);
	settle(w);
	assert_int_equal(b->attached, 1);
	store_sim_link_heal(b->sim);
	await(w, b->attached == 2, "attached");
	stage_free(w);
}

/* Everything at once, by chance: whoever sends again until it hears STORED or MINE has it in the log once. */
static uint64_t bad_day(uint64_t seed)
{
	struct store_sim_config config = STORE_SIM_CALM;
	struct stage *w;
	struct client *clients[3];
	struct store_commit pending[3];
	bool waiting[3] = {false};
	size_t from[3] = {0}, done = 0;
	uint64_t sum = seed;

	config.seed = seed;
	config.reach_ms = 20;
	config.sync_ms = 10;
	config.back_ms = 20;
	config.tail_ms = 30;
	config.timeout_ms = 200;
	config.lose_call = config.lose_answer = config.repeat_answer = config.drop_link = 500;
	w = stage_with(&config);
	for (size_t i = 0; i < 3; i++)
		clients[i] = client_new(w);
	for (int step = 0; done < 150; step++) {
		assert_true(step < 200000);
		for (size_t i = 0; i < 3; i++) {
			struct client *c = clients[i];
			const struct store_answer *a = waiting[i] ? client_answer(c, pending[i].id, from[i]) : NULL;
			char key[STORE_KEY_MAX];

			if (c->attached <= c->downs) {
				client_again(c);
				from[i] = c->answer_count;
				if (waiting[i])
					client_send(c, &pending[i]);
				continue;
			}
			if (a != NULL && (a->result == STORE_STORED || a->result == STORE_MINE)) {
				waiting[i] = false;
				done++;
			} else if (a != NULL) {
				assert_int_equal(a->result, STORE_FAILED);
				from[i] = c->answer_count;
				client_send(c, &pending[i]);
			}
			if (!waiting[i]) {
				snprintf(key, sizeof key, "incident:%zu-%d", i, step);
				pending[i] = commit_of(w, key, 0, "x");
				from[i] = c->answer_count;
				waiting[i] = true;
				client_send(c, &pending[i]);
			}
		}
		if (store_sim_next_ms(w->sim) != INT64_MAX)
			store_sim_run(w->sim, (mono_t){store_sim_next_ms(w->sim)});
		if (step % 97 == 96) {
			store_sim_crash(w->sim);
			store_sim_back(w->sim);
		}
	}
	settle(w);
	{
		struct client *late = client_new(w);
		struct store_entry e;
		ms_t last_ms = 0;

		assert_int_equal(late->newest, late->view_count); /* each record once */
		for (uint64_t id = 1; id <= late->newest; id++) {
			assert_true(store_sim_entry(w->sim, id, &e));
			assert_true(e.at_ms >= last_ms);
			last_ms = e.at_ms;
			sum = sum * 31 + e.commit + (uint64_t)e.at_ms;
		}
	}
	stage_free(w);
	return sum;
}

static void test_bad_days_are_repeatable(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 25; seed++)
		assert_int_equal(bad_day(seed), bad_day(seed));
	assert_int_not_equal(bad_day(1) - 1, bad_day(2) - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_loses_only_the_unsaid),
		cmocka_unit_test(test_lawful_failover_keeps_what_was_safe),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_tail_lag),
		cmocka_unit_test(test_bad_days_are_repeatable),
	};

	return cmocka_run_group_tests_name("simulated store", tests, NULL, NULL);
}
