/* The contract when things break: links fall, answers are lost, the store is killed, a failover cuts history. The same checks
 * on the simulated store and on a real Redis. */
#include "contract/store_harness.h"

static int simulated(void **state)
{
	*state = stage_new(false, NULL, NULL);
	return 0;
}

static int real(void **state)
{
	*state = stage_new(true, NULL, NULL);
	return 0;
}

static int gone(void **state)
{
	stage_free(*state);
	return 0;
}

static void drop_link(struct client *c)
{
	if (c->stage->is_redis)
		redis_store_test_fail(c->redis, STORE_FAIL_DROP);
	else
		store_sim_link_drop(c->sim, false);
	await(c->stage, c->downs > 0, "down");
}

/* After a broken link the log goes on where it stopped; what happened meanwhile comes first. */
static void test_reconnect_goes_on(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	uint64_t last = c.id;

	stored(a, &c);
	client_entry(b, 1);
	drop_link(b);
	for (int i = 0; i < 20; i++) {
		c = commit_of(w, "incident:01", last, "y");
		last = c.id;
		stored(a, &c);
	}
	assert_int_equal(client_attach(b), ATTACH_TAIL);
	client_entry(b, 21);
	await(w, b->safe == 21, "safe");
	assert_int_equal(b->load_begins, 1);
	assert_int_equal(b->downs, 1);
	c = commit_of(w, "incident:01", last, "from here again");
	assert_int_equal(stored(b, &c), 22);
}

/* Down is told once, and nothing is sent before the app has attached again: it is answered STORE_FAILED, never in silence,
 * never from inside the call. */
static void test_nothing_is_sent_before_attached(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");

	drop_link(a);
	assert_int_equal(client_commit(a, &c)->result, STORE_FAILED);
	assert_int_equal(client_attach(a), ATTACH_EMPTY);
	assert_int_equal(client_commit(a, &c)->result, STORE_FAILED); /* nothing loaded yet */
	client_load(a);
	assert_int_equal(stored(a, &c), 1);
	client_entry(b, 1);
	assert_int_equal(a->downs, 1);
}

/* The answer is lost, the commit is sent again: it stands in the log once. */
static void test_lost_answer_is_cured(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x"), d;

	if (w->is_redis)
		redis_store_test_fail(a->redis, STORE_FAIL_LOSE);
	else
		store_sim_fate(a->sim, FATE_LOSE_ANSWER, 0);
	assert_int_equal(client_commit(a, &c)->result, STORE_FAILED);
	client_entry(b, 1);
	d = commit_of(w, "incident:01", c.id, "somebody else");
	stored(b, &d);
	assert_int_equal(client_commit(a, &c)->result, STORE_MINE);
	client_entry(a, 2);
	assert_int_equal(a->newest, 2);
	/* The call that never went out is stored by being sent again. */
	d = commit_of(w, "incident:01", d.id, "never sent");
	if (w->is_redis)
		redis_store_test_fail(a->redis, STORE_FAIL_NEXT);
	else
		store_sim_fate(a->sim, FATE_LOSE_CALL, 0);
	assert_int_equal(client_commit(a, &d)->result, STORE_FAILED);
	assert_int_equal(stored(a, &d), 3);
}

/* Killed in the middle of work: what was answered is there, what was not is there once after it was sent again. */
static void test_acknowledged_is_durable(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit commits[200];
	size_t answered, seen[200] = {0};

	for (size_t i = 0; i < COUNT_OF(commits); i++) {
		char key[STORE_KEY_MAX];

		snprintf(key, sizeof key, "incident:%04zu", i);
		commits[i] = commit_of(w, key, 0, "pressed");
		client_send(a, &commits[i]);
	}
	/* Also some of the log: who has read nothing of it begins anew after the break, and is told no entry. */
	await(w, a->answer_count >= 20 && a->newest != 0, "some answers, and entries");
	stage_kill(w);
	await(w, a->downs == 1, "down");
	answered = a->answer_count;
	stage_back(w);
	client_again(a);
	for (size_t i = 0; i < COUNT_OF(commits); i++) {
		const struct store_answer *first = client_answer(a, commits[i].id, 0);

		if (first != NULL && first->result == STORE_STORED) {
			/* Acknowledged: nothing but MINE may come of sending it again. */
			assert_int_equal(client_commit(a, &commits[i])->result, STORE_MINE);
			continue;
		}
		first = client_commit(a, &commits[i]);
		assert_true(first->result == STORE_STORED || first->result == STORE_MINE);
	}
	assert_true(answered >= 20);
	b = client_new(w);
	assert_int_equal(b->view_count, COUNT_OF(commits));
	await(w, a->newest == COUNT_OF(commits), "each once in the log");
	for (size_t i = 0; i < a->entry_count; i++)
		for (size_t k = 0; k < COUNT_OF(commits); k++)
			seen[k] += a->entries[i].entry.commit == commits[k].id;
	for (size_t k = 0; k < COUNT_OF(commits); k++)
		assert_int_equal(seen[k], 1);
}

/* A failover that forgot entries which a daemon had read is told to that daemon, and to nobody else. */
static void test_cut_is_told(void **state)
{
	struct stage *w = *state;
	struct client *early = client_new(w), *a = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "kept"), lost, other;

	stored(a, &first);
	client_entry(a, 1);
	client_entry(early, 1);
	stage_keep(w, 1);
	drop_link(early); /* it has read no further than what the failover leaves */
	lost = commit_of(w, "incident:01", first.id, "cut");
	stored(a, &lost);
	client_entry(a, 2);
	stage_cut(w);
	await(w, a->downs == 1, "down");
	assert_int_equal(client_attach(early), ATTACH_TAIL);
	/* The new history goes on with the same numbers and other ids. */
	other = commit_of(w, "incident:01", first.id, "another history");
	assert_int_equal(stored(early, &other), 2);
	assert_int_equal(client_attach(a), ATTACH_CUT);
	client_load(a);
	await(w, a->newest == 2, "position in the new history");
	assert_int_equal(a->newest_commit, other.id);
	assert_memory_equal(view_find(a, "incident:01")->body, "another history", 15);
	/* What was cut is no longer mine; it is decided again on what stands there. */
	assert_int_equal(client_commit(a, &lost)->result, STORE_STALE);
}

/* After a cut the newest entry that is still there is looked for: nothing follows from looking. */
static void test_looking_for_what_is_there(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit kept[2] = {commit_of(w, "incident:01", 0, "1"), commit_of(w, "incident:02", 0, "2")};
	struct store_commit lost[3], other = commit_of(w, "incident:03", 0, "another");

	for (int i = 0; i < 2; i++)
		stored(a, &kept[i]);
	client_entry(b, 2);
	stage_keep(w, 2);
	for (int i = 0; i < 3; i++) {
		char key[16];

		snprintf(key, sizeof key, "incident:1%d", i);
		lost[i] = commit_of(w, key, 0, "cut");
		stored(a, &lost[i]);
	}
	client_entry(a, 5);
	client_entry(b, 5);
	stage_cut(w);
	await(w, a->downs == 1 && b->downs == 1, "down");
	assert_int_equal(client_attach(b), ATTACH_CUT);
	client_load(b);
	assert_int_equal(stored(b, &other), 3);
	assert_int_equal(client_attach(a), ATTACH_CUT);
	assert_int_equal(client_look(a, 4, lost[1].id), ATTACH_CUT);
	assert_int_equal(client_look(a, 2, kept[1].id), ATTACH_THERE);
	assert_int_equal(client_look(a, 3, lost[0].id), ATTACH_CUT);
	assert_int_equal(client_look(a, 3, other.id), ATTACH_THERE);
	assert_int_equal(client_look(a, 2, lost[0].id), ATTACH_CUT);
	assert_int_equal(client_look(a, 1, kept[0].id), ATTACH_THERE);
	assert_int_equal(a->entry_count, 5);
	client_load(a);
	await(w, a->newest == 3, "position in the new history");
	assert_non_null(view_find(a, "incident:03"));
}

/* Cut with nothing put in its place yet: my entry is simply not there. */
static void test_cut_to_shorter(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "kept"), lost = commit_of(w, "incident:02", 0, "cut");

	stored(a, &first);
	client_entry(a, 1);
	stage_keep(w, 1);
	stored(a, &lost);
	client_entry(a, 2);
	stage_cut(w);
	await(w, a->downs == 1, "down");
	assert_int_equal(client_again(a), ATTACH_CUT);
	assert_int_equal(a->newest, 1);
	assert_null(view_find(a, "incident:02"));
	assert_int_equal(stored(a, &lost), 2);
}

#define BOTH(test)                                       \
	{#test " [simulated]", test, simulated, gone, NULL}, \
	{                                                    \
#test " [redis]", test, real, gone, NULL         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_reconnect_goes_on),    BOTH(test_nothing_is_sent_before_attached),
		BOTH(test_looking_for_what_is_there),
		BOTH(test_lost_answer_is_cured), BOTH(test_acknowledged_is_durable),
		BOTH(test_cut_is_told),          BOTH(test_cut_to_shorter),
	};

	return cmocka_run_group_tests_name("store contract, faults", tests, NULL, NULL);
}
