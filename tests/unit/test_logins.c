/* test_logins.c - what a log-in and a new password do to the records: a code opens once, an old password nothing. */
#include "app_rig_city.h"

#include "app/internal.h"

#define LOGIN_A "000000000000000000000000000000aa"
#define LOGIN_B "000000000000000000000000000000bb"

static const uint8_t CODES[2][32] = {{1, 2, 3}, {4, 5, 6}};

/* An administrator with a key for codes and two codes on paper. */
static void admin(struct rig *g)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	ProtobufCBinaryData recovery[2] = {{32, (uint8_t *)CODES[0]}, {32, (uint8_t *)CODES[1]}};
	char *areas[] = {(char *)"4401"};

	p.id = p.account = (char *)"root";
	p.name = (char *)"陈管理";
	p.role = PINGAN__V1__ROLE__ROLE_ADMINISTRATOR;
	p.areas = areas;
	p.n_areas = 1;
	p.password_hash = (char *)"HASH-1";
	p.totp_key = (ProtobufCBinaryData){.len = 20, .data = (uint8_t *)"12345678901234567890"};
	p.totp_step = 100;
	p.recovery = recovery;
	p.n_recovery = 2;
	rig_put(g, "person", "root", &p.base);
}

static struct rig *start(void)
{
	struct rig *g = rig_city();

	admin(g);
	rig_start(g);
	return g;
}

static struct login_ask ask(const char *person)
{
	struct login_ask a = {.length_ms = SECONDS(600), .address = "192.0.2.7"};

	snprintf(a.person, sizeof a.person, "%s", person);
	return a;
}

static bool in(struct rig *g, const char *login)
{
	struct account account;

	return app_login_find(g->app, login, &account);
}

static struct account root(struct rig *g)
{
	struct account account;

	assert_true(app_account(g->app, "root", &account));
	return account;
}

static void test_a_code_of_two_log_ins_opens_one(void **state)
{
	struct rig *g = start();
	struct login_ask a = ask("root");

	(void)state;
	a.totp_step = 101;
	/* Both are decided before either is stored, as on two daemons. */
	app_login_begin(g->app, 1, LOGIN_A, &a);
	app_login_begin(g->app, 2, LOGIN_B, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[1], 1);
	assert_int_equal(g->login_done[2], -1);
	assert_true(in(g, LOGIN_A));
	assert_false(in(g, LOGIN_B));
	assert_int_equal(root(g).totp_step, 101);
	/* Nor does it later, nor does an older one. */
	app_login_begin(g->app, 3, LOGIN_B, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[3], -1);
	a.totp_step = 99;
	app_login_begin(g->app, 4, LOGIN_B, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[4], -1);
	a.totp_step = 102;
	app_login_begin(g->app, 5, LOGIN_B, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[5], 1);
	rig_free(g);
}

static void test_a_code_on_paper_opens_once(void **state)
{
	struct rig *g = start();
	struct login_ask a = ask("root");

	(void)state;
	a.recovery = true;
	memcpy(a.recovery_hash, CODES[0], 32);
	app_login_begin(g->app, 1, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[1], 1);
	assert_int_equal(root(g).recovery_count, 1);
	assert_memory_equal(root(g).recovery[0], CODES[1], 32);
	app_login_begin(g->app, 2, LOGIN_B, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[2], -1);
	assert_false(in(g, LOGIN_B));
	rig_free(g);
}

/* The record says from where, and that there was a code. */
static void test_the_session_says_how_it_was_made(void **state)
{
	struct rig *g = start();
	struct login_ask a = ask("root");
	Pingan__V1__Login *l;
	struct rig_record *r;

	(void)state;
	a.totp_step = 101;
	app_login_begin(g->app, 1, LOGIN_A, &a);
	rig_turn(g);
	r = rig_record(g, "login:" LOGIN_A);
	l = pingan__v1__login__unpack(NULL, r->len, r->body);
	assert_non_null(l);
	assert_string_equal(l->person, "root");
	assert_string_equal(l->address, "192.0.2.7");
	assert_true(l->second);
	assert_int_equal(l->until_ms - l->made_ms, SECONDS(600));
	pingan__v1__login__free_unpacked(l, NULL);
	rig_free(g);
}

static void test_a_new_password_ends_every_other_session(void **state)
{
	struct rig *g = start();
	struct login_ask a = ask("op1");

	(void)state;
	app_login_begin(g->app, 1, LOGIN_A, &a);
	app_login_begin(g->app, 2, LOGIN_B, &a);
	rig_turn(g);
	app_screen_up(g->app, 1, LOGIN_A);
	app_screen_up(g->app, 2, LOGIN_B);
	rig_pass(g, 1000);
	snprintf(a.password_new, sizeof a.password_new, "HASH-2");
	app_password(g->app, 3, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[3], 1);
	assert_true(in(g, LOGIN_A));
	assert_false(in(g, LOGIN_B)); /* at once, with that one entry */
	assert_false(g->links[1].closed);
	assert_true(g->links[2].closed);
	/* Its record follows. */
	rig_pass(g, 3000);
	assert_int_equal(rig_record(g, "login:" LOGIN_B)->rev, 0);
	assert_int_not_equal(rig_record(g, "login:" LOGIN_A)->rev, 0);
	/* Somebody who still holds the old one changes nothing. */
	snprintf(a.password_old, sizeof a.password_old, "HASH-1");
	snprintf(a.password_new, sizeof a.password_new, "HASH-3");
	app_password(g->app, 4, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[4], -1);
	rig_free(g);
}

/* The password was changed while this log-in, with the old one, was on its way: another daemon had not heard of it. */
static void test_a_password_changed_meanwhile_opens_nothing(void **state)
{
	struct rig *g = start();
	struct login_ask a = ask("op1");

	(void)state;
	rig_record(g, "person:op1")->commits[0] = 4711;
	app_login_begin(g->app, 1, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[1], -1);
	assert_false(in(g, LOGIN_A));
	rig_free(g);
}

static void test_who_is_disabled_does_not_get_in(void **state)
{
	struct rig *g = rig_city();
	struct login_ask a = ask("gone");

	(void)state;
	rig_person_full(g, "gone", ROLE_OPERATOR, "440103001", 0, 0, true);
	rig_start(g);
	app_login_begin(g->app, 1, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[1], -1);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_code_of_two_log_ins_opens_one),
		cmocka_unit_test(test_a_code_on_paper_opens_once),
		cmocka_unit_test(test_the_session_says_how_it_was_made),
		cmocka_unit_test(test_a_new_password_ends_every_other_session),
		cmocka_unit_test(test_a_password_changed_meanwhile_opens_nothing),
		cmocka_unit_test(test_who_is_disabled_does_not_get_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
