/* The contract of app/store.h about records that are kept apart from the log, on the simulated store and on a real Redis. */
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

/* What is personal comes with its entry like everything else; only the log does not keep it. */
static void test_personal_records_come_with_their_entry(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "household:h1", 0, "a name and an address"), again;

	commit_put(&c, "incident:01", 0, "ids only");
	commit_put(&c, "person:p1", 0, "a telephone number");
	stored(a, &c);
	for (size_t i = 0; i < 2; i++) {
		const struct store_entry *e = client_entry(i == 0 ? a : b, 1);

		assert_int_equal(e->record_count, 3);
		assert_slice(e->records[0].body, "a name and an address");
		assert_slice(e->records[1].body, "ids only");
		assert_slice(e->records[2].body, "a telephone number");
		for (size_t k = 0; k < 3; k++) {
			assert_false(e->records[k].absent);
			assert_int_equal(e->records[k].rev, 1);
			assert_int_equal(e->records[k].commits[0], c.id);
		}
	}
	await(w, a->safe == 1 && b->safe == 1, "safe");
	/* Erased: it is nowhere any more, and whoever comes later hears of the change all the same. */
	again = commit_of(w, "household:h1", c.id, "erased");
	stored(a, &again);
	assert_slice(client_entry(b, 2)->records[0].body, "erased");
	again = commit_of(w, "person:p1", c.id, "");
	again.puts[0].remove = true;
	stored(a, &again);
	assert_int_equal(client_entry(b, 3)->records[0].rev, 0);
	assert_false(client_entry(b, 3)->records[0].absent);
}

/* A reader that is behind: what has changed again since is absent, and its newest entry brings it. */
static void test_personal_records_that_have_moved_on(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *late;
	struct store_commit c;
	uint64_t newest = 0, other = 0;

	late = client_new(w);
	for (int round = 0; round < 40; round++) {
		char body[16];

		snprintf(body, sizeof body, "body %d", round);
		c = commit_of(w, "household:h1", newest, body);
		c.event = slice_str(body);
		newest = c.id;
		/* Every tenth goes, to be made anew. */
		c.puts[0].remove = round % 10 == 8;
		if (c.puts[0].remove)
			newest = 0;
		client_send(a, &c);
		c = commit_of(w, "incident:01", other, body);
		c.event = slice_str(body);
		other = c.id;
		client_send(a, &c);
	}
	await(w, late->newest == 80 && a->newest == 80, "all entries");
	for (size_t i = 0; i < 2; i++) {
		const struct client *who = i == 0 ? a : late;

		for (size_t k = 0; k < who->entry_count; k++) {
			const struct store_entry *e = &who->entries[k].entry;
			const struct store_record *r = &e->records[0];

			if (r->rev == 0)
				continue;
			/* What this entry wrote, or absent; never another's. */
			if (r->absent)
				assert_true(r->key[0] == 'h' && r->commits[0] != newest && r->body.len == 0);
			else
				assert_true(slice_equal(r->body, e->event));
		}
		assert_memory_equal(view_find((struct client *)who, "household:h1")->body, "body 39", 7);
		assert_int_equal(view_find((struct client *)who, "household:h1")->commits[0], newest);
	}
}

/* More of them at once than are fetched at once. */
static void test_many_personal_records(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w), *late;

	late = client_join(w);
	client_ask_attach(late);
	await(w, late->attached == 1, "attached");
	for (size_t i = 0; i < 400; i++) {
		struct store_commit c = commit_of(w, "household:0", 0, "someone's home");

		for (size_t k = 0; k < STORE_PUTS_MAX; k++) {
			if (k != 0)
				commit_put(&c, "household:0", 0, "someone's home");
			snprintf(c.puts[k].key, sizeof c.puts[k].key, "household:%zu", 10 * i + k);
		}
		client_send(a, &c);
		if (i == 200) {
			late->in_port = true;
			(w->is_redis ? redis_store_load : store_sim_load)(late->handle);
			late->in_port = false;
		}
	}
	await(w, a->newest == 400 && b->newest == 400 && late->newest == 400, "all entries");
	for (size_t i = 0; i < 400; i++)
		for (size_t k = 0; k < STORE_PUTS_MAX; k++)
			assert_slice(b->entries[i].entry.records[k].body, "someone's home");
	assert_int_equal(late->view_count, 2400);
	assert_int_equal(b->view_count, 2400);
}

#define BOTH(test)                                       \
	{#test " [simulated]", test, simulated, gone, NULL}, \
	{                                                    \
#test " [redis]", test, real, gone, NULL         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_personal_records_come_with_their_entry),
		BOTH(test_personal_records_that_have_moved_on),
		BOTH(test_many_personal_records),
	};

	return cmocka_run_group_tests_name("records apart", tests, NULL, NULL);
}
