/* Last seen, on the simulated store and on a real Redis: what a sweep for silent units rests on. */
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

static struct store_seen heard(const char *name, ms_t ms, const char *vitals)
{
	struct store_seen s = {.heard_ms = ms, .vitals = slice_str(vitals)};

	snprintf(s.name, sizeof s.name, "%s", name);
	return s;
}

static void send_put(struct client *c, const struct store_seen *list, size_t count)
{
	c->in_port = true;
	(c->stage->is_redis ? redis_store_seen_put : store_sim_seen_put)(c->handle, list, count);
	c->in_port = false;
}

static void send_ask(struct client *c, const struct store_seen *list, size_t count, bool vitals)
{
	c->in_port = true;
	(c->stage->is_redis ? redis_store_seen_ask : store_sim_seen_ask)(c->handle, list, count, vitals);
	c->in_port = false;
}

static void put(struct client *c, const struct store_seen *list, size_t count)
{
	uint32_t before = c->puts, refused = c->puts_refused;

	send_put(c, list, count);
	await(c->stage, c->puts > before, "put is answered");
	assert_int_equal(c->puts, before + 1);
	assert_int_equal(c->puts_refused, refused);
}

static void put_one(struct client *c, const char *name, ms_t ms, const char *vitals)
{
	struct store_seen s = heard(name, ms, vitals);

	put(c, &s, 1);
}

static void ask(struct client *c, const struct store_seen *list, size_t count, bool vitals)
{
	uint32_t before = c->seens;

	send_ask(c, list, count, vitals);
	await(c->stage, c->seens > before, "asked and answered");
	assert_int_equal(c->seens, before + 1);
	assert_int_equal(c->seen_count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(c->seen[i].name, list[i].name);
}

static ms_t last_heard(struct client *c, const char *name)
{
	struct store_seen s = heard(name, 0, "");

	ask(c, &s, 1, true);
	return c->seen[0].heard_ms;
}

static void test_whoever_heard_it_every_daemon_knows(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_seen list[3] = {heard("home1", START_MS + 5, "v1"), heard("home2", START_MS + 7, ""),
	                             heard("@d1", START_MS + 8, "")};
	struct store_seen names[4] = {heard("@d1", 0, ""), heard("home2", 0, ""), heard("nobody", 0, ""),
	                              heard("home1", 0, "")};

	put(a, list, 3);
	ask(b, names, 4, true);
	assert_int_equal(b->seen[0].heard_ms, START_MS + 8);
	assert_int_equal(b->seen[1].heard_ms, START_MS + 7);
	assert_int_equal(b->seen[1].vitals.len, 0);
	assert_int_equal(b->seen[2].heard_ms, 0);
	assert_int_equal(b->seen[3].heard_ms, START_MS + 5);
	assert_slice(b->seen[3].vitals, "v1");
	ask(b, names, 4, false);
	assert_int_equal(b->seen[3].heard_ms, START_MS + 5);
	assert_int_equal(b->seen[3].vitals.len, 0);
}

/* Two daemons tell of one unit, the later first: what was heard later stands. */
static void test_what_was_heard_later_stands(void **state)
{
	struct client *a = client_new(*state), *b = client_new(*state);

	put_one(a, "home1", START_MS + 900, "");
	put_one(b, "home1", START_MS + 100, "");
	assert_int_equal(last_heard(a, "home1"), START_MS + 900);
	put_one(b, "home1", START_MS + 901, "");
	assert_int_equal(last_heard(a, "home1"), START_MS + 901);
}

static void test_vitals_are_bytes_and_the_last_stand(void **state)
{
	struct client *a = client_new(*state);
	struct store_seen s = heard("home1", 0, "");

	s.vitals = slice_of("a\0b\xff", 4);
	put(a, &s, 1);
	assert_int_equal(last_heard(a, "home1"), 0); /* they say nothing of when it was heard */
	assert_int_equal(a->seen[0].vitals.len, 4);
	assert_memory_equal(a->seen[0].vitals.at, "a\0b\xff", 4);
	put_one(a, "home1", START_MS, "");
	assert_int_equal(last_heard(a, "home1"), START_MS);
	assert_int_equal(a->seen[0].vitals.len, 4);
	put_one(a, "home1", 0, "new");
	assert_int_equal(last_heard(a, "home1"), START_MS);
	assert_slice(a->seen[0].vitals, "new");
}

static void test_what_is_forgotten_is_gone(void **state)
{
	struct client *a = client_new(*state);
	struct store_seen s = heard("home1", 0, "");

	put_one(a, "home1", START_MS, "v");
	put_one(a, "home2", START_MS, "v");
	s.forget = true;
	put(a, &s, 1);
	assert_int_equal(last_heard(a, "home1"), 0);
	assert_int_equal(a->seen[0].vitals.len, 0);
	assert_int_equal(last_heard(a, "home2"), START_MS);
	put_one(a, "home1", START_MS - 5, "");
	assert_int_equal(last_heard(a, "home1"), START_MS - 5);
}

/* No entry, no record: a hundred thousand units may say so every minute. */
static void test_it_never_touches_the_log(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *late;
	struct store_commit c = commit_of(w, "incident:0000000000000001", 0, "x");

	put_one(a, "home1", START_MS, "v");
	stored(a, &c);
	await(w, a->newest == 1, "its entry");
	assert_int_equal(a->entry_count, 1);
	late = client_new(w);
	assert_int_equal(late->view_count, 1);
	assert_int_equal(late->newest, 1);
}

static void test_as_many_as_may_be_at_once(void **state)
{
	static struct store_seen list[STORE_SEEN_MAX];
	struct client *a = client_new(*state);

	for (size_t i = 0; i < STORE_SEEN_MAX; i++) {
		char name[STORE_SEEN_NAME_MAX];

		snprintf(name, sizeof name, "a-device-with-a-long-name-%05zu", i);
		list[i] = heard(name, START_MS + (ms_t)i, i % 2 == 0 ? "vitals" : "");
	}
	put(a, list, STORE_SEEN_MAX);
	ask(a, list, STORE_SEEN_MAX, true);
	for (size_t i = 0; i < STORE_SEEN_MAX; i++) {
		assert_int_equal(a->seen[i].heard_ms, START_MS + (ms_t)i);
		assert_int_equal(a->seen[i].vitals.len, i % 2 == 0 ? 6 : 0);
	}
}

/* It outlives the store's death, and whoever can't be answered hears so: refused, or down. */
static void test_a_store_that_dies_and_comes_back(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_seen s = heard("home1", 0, "");
	struct store_commit c = commit_of(w, "incident:0000000000000001", 0, "x");

	stored(a, &c);
	await(w, a->newest == 1, "its entry");
	put_one(a, "home1", START_MS, "v");
	stage_kill(w);
	await(w, a->downs == 1, "down");
	send_put(a, &s, 1);
	send_ask(a, &s, 1, true);
	await(w, a->puts == 2 && a->seens == 1, "refused");
	assert_int_equal(a->puts_refused, 1);
	assert_int_equal(a->seen_count, 0);
	stage_back(w);
	assert_int_equal(client_again(a), ATTACH_TAIL);
	assert_int_equal(last_heard(a, "home1"), START_MS);
	assert_slice(a->seen[0].vitals, "v");
}

#define BOTH(test)                                       \
	{#test " [simulated]", test, simulated, gone, NULL}, \
	{                                                    \
#test " [redis]", test, real, gone, NULL         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_whoever_heard_it_every_daemon_knows),
		BOTH(test_what_was_heard_later_stands),
		BOTH(test_vitals_are_bytes_and_the_last_stand),
		BOTH(test_what_is_forgotten_is_gone),
		BOTH(test_it_never_touches_the_log),
		BOTH(test_as_many_as_may_be_at_once),
		BOTH(test_a_store_that_dies_and_comes_back),
	};

	return cmocka_run_group_tests_name("last seen contract", tests, NULL, NULL);
}
