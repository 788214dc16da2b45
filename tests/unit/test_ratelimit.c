/* Guessing passwords gets slow; nobody is locked out by somebody else's guessing. */
#include "support/unit.h"

#include <stdio.h>

#include "io/ratelimit.h"

static const uint64_t KEY[2] = {1, 2};

static uint32_t try_at(struct ratelimit *rl, int64_t ms, const char *address, const char *account)
{
	return ratelimit_try(rl, (mono_t){ms}, &(struct guesser){address, account, true, NULL});
}

static uint32_t try_with(struct ratelimit *rl, const char *address, const char *account, const char *session)
{
	return ratelimit_try(rl, (mono_t){0}, &(struct guesser){address, account, true, session});
}

static bool good_at(struct ratelimit *rl, int64_t ms, const char *address, const char *account, const char *session)
{
	return ratelimit_good(rl, (mono_t){ms}, &(struct guesser){address, account, true, session});
}

static void test_mistyping_costs_nothing(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, 1000, "a", "op"), 0);
	assert_int_equal(try_at(rl, 1000, "a", "op"), 1);
	ratelimit_free(rl);
}

static void test_delay_doubles_to_its_end(void **state)
{
	static const uint32_t WAITS[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct ratelimit *rl = ratelimit_new(KEY);
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, now, "a", "op"), 0);
	for (size_t i = 0; i < COUNT_OF(WAITS); i++) {
		assert_int_equal(try_at(rl, now, "a", "op"), WAITS[i]);
		/* Asking too early changes nothing. */
		assert_int_equal(try_at(rl, now + 500, "a", "op"), WAITS[i]);
		now += WAITS[i] * 1000;
		assert_int_equal(try_at(rl, now, "a", "op"), 0);
	}
	ratelimit_free(rl);
}

static void test_time_heals(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, 0, "a", "op"), 0);
	assert_int_not_equal(try_at(rl, 500, "a", "op"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(rl, 3 * 60000, "a", "op"), 0);
	assert_int_not_equal(try_at(rl, 3 * 60000, "a", "op"), 0);
	ratelimit_free(rl);
}

/* Somebody far away guesses at op's password: op, who has logged in from the desk, is not made to wait. */
static void test_a_known_place_is_not_locked_out(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	char address[32];

	(void)state;
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	good_at(rl, 0, "desk", "op", NULL);
	for (int i = 0; i < 500; i++) {
		snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
		(void)try_at(rl, 1000, address, "op");
	}
	assert_int_not_equal(try_at(rl, 1000, "elsewhere", "op"), 0);
	assert_int_equal(try_at(rl, 1000, "desk", "op"), 0);
	ratelimit_free(rl);
}

/* One address fails with a hundred names: it waits, those who were good from there do not. */
static void test_an_address_slows_down(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	char account[32];
	int let = 0;

	(void)state;
	assert_int_equal(try_at(rl, 0, "centre", "op"), 0);
	good_at(rl, 0, "centre", "op", NULL);
	for (int i = 0; i < 100; i++) {
		snprintf(account, sizeof account, "name%d", i);
		let += try_at(rl, 1000, "centre", account) == 0;
	}
	assert_int_equal(let, 30);
	assert_int_equal(try_at(rl, 1000, "centre", "op"), 0);
	assert_int_equal(try_at(rl, 1000, "other", "name1"), 0);
	ratelimit_free(rl);
}

/* Who works there goes on; who found the screen open gets no further than anybody. */
static void test_an_open_session_stands_for_itself(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)try_at(rl, 0, "a", "op");
	assert_int_not_equal(try_at(rl, 0, "a", "op"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_with(rl, "a", "op", "session1"), 0);
	assert_int_equal(try_with(rl, "a", "op", "session1"), 1);
	assert_int_equal(try_with(rl, "b", "op", "session1"), 1); /* wherever it is shown */
	assert_int_equal(try_with(rl, "a", "op", "session2"), 0);
	assert_int_equal(try_at(rl, 0, "elsewhere", "other"), 0);
	good_at(rl, 0, "a", "op", "session1");
	assert_int_equal(try_with(rl, "a", "op", "session1"), 0);
	/* It was not the pair that was good. */
	assert_int_not_equal(try_at(rl, 0, "a", "op"), 0);
	ratelimit_free(rl);
}

static void test_a_try_that_nobody_judged_does_not_count(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(try_at(rl, 0, "a", "op"), 0);
		ratelimit_undo(rl, (mono_t){0}, &(struct guesser){"a", "op", true, NULL});
	}
	ratelimit_free(rl);
}

/* Its memory is bounded: a flood of names pushes out the least telling entries, not the known pair. */
static void test_a_flood_does_not_wash_out_who_is_known(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	char name[32];

	(void)state;
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	good_at(rl, 0, "desk", "op", NULL);
	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof name, "x%d", i);
		(void)try_at(rl, 1000, name, name);
	}
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "y%d", i);
		(void)try_at(rl, 1000, name, "op");
	}
	assert_int_equal(try_at(rl, 1000, "desk", "op"), 0);
	ratelimit_free(rl);
}

/* ---- several daemons: what one counts, the others are told */

/* What all know of a name, as the store would say it. */
static struct guess_count told(uint64_t name, uint32_t fails, int64_t ago_ms, int64_t known_ago_ms)
{
	return (struct guess_count){name, fails, ago_ms, ago_ms, known_ago_ms};
}

static uint64_t name_at(struct ratelimit *rl, const char *address, const char *account, bool known, uint32_t which)
{
	struct guess_ask ask;

	ratelimit_names(rl, &(struct guesser){address, account, known, NULL}, false, &ask);
	assert_int_equal(ask.count, 3);
	return ask.names[which];
}

static void test_all_daemons_mean_the_same_by_a_name(void **state)
{
	struct ratelimit *a = ratelimit_new(KEY), *b = ratelimit_new((const uint64_t[2]){3, 4});

	(void)state;
	assert_true(name_at(a, "x", "op", true, 0) != name_at(b, "x", "op", true, 0));
	ratelimit_key(b, KEY);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(name_at(a, "x", "op", true, i) == name_at(b, "x", "op", true, i));
		assert_true(name_at(a, "x", "op", false, i) == name_at(b, "x", "op", false, i));
	}
	/* A person is nobody's typed word, and each of the three is a name of its own. */
	assert_true(name_at(a, "x", "op", true, 0) != name_at(a, "x", "op", false, 0));
	assert_true(name_at(a, "x", "op", true, 0) != name_at(a, "x", "op", true, 1));
	assert_true(name_at(a, "x", "op", true, 2) == name_at(a, "x", "other", true, 2));
	ratelimit_free(a);
	ratelimit_free(b);
}

static void test_guesses_at_another_daemon_count_here(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	struct guess_count c = told(name_at(rl, "a", "op", true, 0), 5, 2500, -1);

	(void)state;
	ratelimit_learn(rl, (mono_t){100000}, &c);
	assert_int_equal(try_at(rl, 100000, "a", "op"), 2); /* 4 s from the last */
	/* Told again, with what has come since: not added up. */
	ratelimit_learn(rl, (mono_t){100000}, &c);
	assert_int_equal(try_at(rl, 101500, "a", "op"), 0);
	assert_int_equal(try_at(rl, 101500, "a", "op"), 8);
	/* Whoever types another account, or elsewhere, is not meant. */
	assert_int_equal(try_at(rl, 101500, "b", "op"), 0);
	assert_int_equal(try_at(rl, 101500, "a", "other"), 0);
	/* A daemon that has just started learns them likewise, before its own clock has run as long, and before the key. */
	ratelimit_free(rl);
	rl = ratelimit_new((const uint64_t[2]){3, 4});
	ratelimit_learn(rl, (mono_t){10}, &c);
	ratelimit_key(rl, KEY);
	assert_int_equal(try_at(rl, 10, "a", "op"), 2);
	ratelimit_free(rl);
}

static void test_who_was_right_elsewhere_is_known_here(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	struct guess_count c = told(name_at(rl, "desk", "op", true, 0), 0, 60000, 500);

	(void)state;
	for (int i = 0; i < 6; i++)
		(void)try_at(rl, 1000, "desk", "op");
	assert_int_not_equal(try_at(rl, 1500, "desk", "op"), 0);
	ratelimit_learn(rl, (mono_t){2000}, &c);
	for (int i = 0; i < 500; i++) {
		char address[32];

		snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
		(void)try_at(rl, 2000, address, "op");
	}
	assert_int_not_equal(try_at(rl, 2000, "elsewhere", "op"), 0);
	assert_int_equal(try_at(rl, 2000, "desk", "op"), 0);
	/* Until that is too long ago. */
	c.known_ago_ms = GUESS_KNOWN_MS;
	ratelimit_free(rl);
	rl = ratelimit_new(KEY);
	ratelimit_learn(rl, (mono_t){1000}, &c);
	c = told(name_at(rl, "desk", "op", true, 1), 30, 0, -1);
	ratelimit_learn(rl, (mono_t){1000}, &c);
	assert_int_not_equal(try_at(rl, 1000, "desk", "op"), 0);
	ratelimit_free(rl);
}

/* News to the others: the first time, what clears failures, and twice a day. */
static void test_what_is_right_is_told_when_it_tells_something(void **state)
{
	struct ratelimit *rl = ratelimit_new(KEY);
	const int64_t day = 24 * 3600000;

	(void)state;
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	assert_true(good_at(rl, 0, "desk", "op", NULL));
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	assert_false(good_at(rl, 0, "desk", "op", NULL));
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	assert_int_equal(try_at(rl, 0, "desk", "op"), 0);
	assert_true(good_at(rl, 0, "desk", "op", NULL));
	assert_int_equal(try_at(rl, day, "desk", "op"), 0);
	assert_true(good_at(rl, day, "desk", "op", NULL));
	assert_int_equal(try_with(rl, "desk", "op", "session"), 0);
	assert_false(good_at(rl, 0, "desk", "op", "session"));
	ratelimit_free(rl);
}

/* Those who look after accounts see it, and their looking changes nothing. */
static void test_what_failed_at_an_account_is_seen_from_outside(void **state)
{
	struct ratelimit *rl = ratelimit_new((const uint64_t[2]){1, 2});
	const struct guesser here = {.address = "192.0.2.1", .account = "op1", .known = true};
	const struct guesser there = {.address = "192.0.2.2", .account = "op1", .known = true};
	uint32_t fails, wait_s;
	int64_t ago_ms;

	(void)state;
	ratelimit_account(rl, (mono_t){1000}, "op1", &fails, &ago_ms, &wait_s);
	assert_int_equal(fails, 0);
	assert_int_equal(ago_ms, -1);
	assert_int_equal(ratelimit_try(rl, (mono_t){1000}, &here), 0);
	assert_int_equal(ratelimit_try(rl, (mono_t){2000}, &there), 0);
	ratelimit_account(rl, (mono_t){5000}, "op1", &fails, &ago_ms, &wait_s);
	assert_int_equal(fails, 2);
	assert_int_equal(ago_ms, 3000);
	assert_int_equal(wait_s, 0);
	ratelimit_account(rl, (mono_t){5000}, "op2", &fails, &ago_ms, &wait_s);
	assert_int_equal(fails, 0);
	/* Forgotten after their time, however often somebody looked. */
	ratelimit_account(rl, (mono_t){2000 + 2 * GUESS_FORGET_MS}, "op1", &fails, &ago_ms, &wait_s);
	assert_int_equal(fails, 0);
	ratelimit_free(rl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_failed_at_an_account_is_seen_from_outside),
		cmocka_unit_test(test_mistyping_costs_nothing),
		cmocka_unit_test(test_delay_doubles_to_its_end),
		cmocka_unit_test(test_time_heals),
		cmocka_unit_test(test_a_known_place_is_not_locked_out),
		cmocka_unit_test(test_an_address_slows_down),
		cmocka_unit_test(test_an_open_session_stands_for_itself),
		cmocka_unit_test(test_a_try_that_nobody_judged_does_not_count),
		cmocka_unit_test(test_a_flood_does_not_wash_out_who_is_known),
		cmocka_unit_test(test_all_daemons_mean_the_same_by_a_name),
		cmocka_unit_test(test_guesses_at_another_daemon_count_here),
		cmocka_unit_test(test_who_was_right_elsewhere_is_known_here),
		cmocka_unit_test(test_what_is_right_is_told_when_it_tells_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
