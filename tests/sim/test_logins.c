/* test_logins.c - log-ins: good when their entry is safe and on every daemon, ended everywhere at once, gone when they
 * have run out; pages of an ended log-in are sent away, the others go on. */
#include "sim/scenes.h"

#define LOGIN "00112233445566778899aabbccddeeff"

static const struct sim_setup TWO = {.daemons = 2, .replicated = true};

static bool found(struct sim *sim, unsigned daemon, const char *login)
{
	struct account account;

	return app_login_find(sim_app(sim, daemon), login, &account);
}

static void test_a_login_is_stored_before_it_is_good(void **state)
{
	struct sim *sim = scene_ready(&TWO);
	struct account account;

	(void)state;
	assert_false(found(sim, 0, LOGIN));
	sim_replica(sim, false);
	sim_login_begin(sim, 0, 1, LOGIN, sim_desk_person(0), MINUTES(10));
	sim_run(sim, 1000);
	assert_int_equal(sim_login_done(sim, 1), 0);
	sim_replica(sim, true);
	sim_run(sim, 1000);
	assert_int_equal(sim_login_done(sim, 1), 1);
	for (unsigned d = 0; d < 2; d++) {
		assert_true(app_login_find(sim_app(sim, d), LOGIN, &account));
		assert_string_equal(account.person, sim_desk_person(0));
		assert_int_equal(account.role, ROLE_OPERATOR);
	}
	assert_true(app_account(sim_app(sim, 1), sim_desk_person(0), &account));
	assert_false(app_account(sim_app(sim, 1), "nobody", &account));
	sim_free(sim);
}

static void test_it_runs_out(void **state)
{
	struct sim *sim = scene_ready(&TWO);

	(void)state;
	sim_login_begin(sim, 0, 1, LOGIN, sim_phone_person(0), MINUTES(10));
	sim_run(sim, 1000);
	assert_true(found(sim, 1, LOGIN));
	/* On duty nobody is thrown out; when it has ended there is half an hour to go. */
	sim_run(sim, MINUTES(11));
	assert_true(found(sim, 0, LOGIN));
	(void)sim_phone_duty(sim, 0, false);
	sim_run(sim, MINUTES(29));
	assert_true(found(sim, 1, LOGIN));
	sim_run(sim, MINUTES(2));
	assert_false(found(sim, 0, LOGIN));
	assert_false(found(sim, 1, LOGIN));
	sim_free(sim);
}

static void test_ended_here_is_ended_everywhere(void **state)
{
	struct sim *sim = scene_ready(&TWO);

	(void)state;
	sim_desk_only(sim, 0, 0);
	sim_desk_only(sim, 1, 1);
	sim_run(sim, 15000);
	sim_login_end(sim, 1, 2, sim_desk_login(sim, 0));
	sim_run(sim, 3000);
	assert_int_equal(sim_login_done(sim, 2), 1);
	assert_false(found(sim, 0, sim_desk_login(sim, 0)));
	assert_false(sim_desk_live(sim, 0)); /* sent away, and not let in again */
	assert_true(sim_desk_live(sim, 1));
	sim_run(sim, 20000);
	assert_false(sim_desk_live(sim, 0));
	sim_free(sim);
}

/* Without a store nobody logs in; who is in stays in. */
static void test_without_a_store(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_away(sim, true);
	sim_run(sim, 5000);
	sim_login_begin(sim, 0, 3, LOGIN, sim_desk_person(0), MINUTES(10));
	sim_run(sim, 2000);
	assert_int_equal(sim_login_done(sim, 3), 2);
	assert_true(sim_desk_live(sim, 0));
	sim_desk_sleep(sim, 0, true);
	sim_run(sim, 1000);
	sim_desk_sleep(sim, 0, false);
	sim_run(sim, 5000);
	assert_true(sim_desk_live(sim, 0)); /* from memory */
	sim_free(sim);
}

static void test_nobody_and_the_unknown(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_login_begin(sim, 0, 4, LOGIN, "nobody", MINUTES(10));
	sim_run(sim, 1000);
	assert_int_equal(sim_login_done(sim, 4), 2);
	sim_login_end(sim, 0, 5, LOGIN); /* ends what is not there: done already */
	sim_run(sim, 1000);
	assert_int_equal(sim_login_done(sim, 5), 1);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_login_is_stored_before_it_is_good),
		cmocka_unit_test(test_it_runs_out),
		cmocka_unit_test(test_ended_here_is_ended_everywhere),
		cmocka_unit_test(test_without_a_store),
		cmocka_unit_test(test_nobody_and_the_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
