/* test_accounts.c - who may do what at whose account, and what it does: one entry, and every log-in that is to end is over. */
#include "app_rig_city.h"

#include "app/accounts.h"
#include "core/login_end.h"

#define LOGIN_A "000000000000000000000000000000aa"
#define LOGIN_B "000000000000000000000000000000bb"

static struct login_ask ask(const char *person)
{
	struct login_ask a = {.length_ms = MINUTES(720), .address = "192.0.2.7"};

	snprintf(a.person, sizeof a.person, "%s", person);
	return a;
}

static bool in(struct rig *g, const char *login)
{
	struct account account;

	return app_login_find(g->app, login, &account);
}

static struct login_ask act(const char *person, enum account_act what)
{
	struct login_ask a = ask(person);

	a.act = what;
	snprintf(a.by, sizeof a.by, "boss");
	snprintf(a.password_new, sizeof a.password_new, "%s",
	         what == ACCOUNT_RESET || what == ACCOUNT_RESET_CODE ? "HASH-ONCE" : "");
	return a;
}

/* op1 at two browsers. */
static struct rig *two(void)
{
	struct rig *g = rig_city();
	struct login_ask a = ask("op1");

	rig_start(g);
	app_login_begin(g->app, 1, LOGIN_A, &a);
	app_login_begin(g->app, 2, LOGIN_B, &a);
	rig_turn(g);
	assert_true(in(g, LOGIN_A) && in(g, LOGIN_B));
	return g;
}

static void done(struct rig *g, uint64_t tag, const struct login_ask *a)
{
	app_account_act(g->app, tag, a);
	rig_turn(g);
	assert_int_equal(g->login_done[tag], 1);
}

/* ------------------------------------------------------------ who may */

#define ALL                                                                                \
	(ACCOUNT_BIT(ACCOUNT_SHUT) | ACCOUNT_BIT(ACCOUNT_OPEN) | ACCOUNT_BIT(ACCOUNT_LOGOUT) | \
	 ACCOUNT_BIT(ACCOUNT_RESET) | ACCOUNT_BIT(ACCOUNT_RESET_CODE))
#define OUT ACCOUNT_BIT(ACCOUNT_LOGOUT)

static uint32_t may(enum role by, const char *by_area, enum role whose, const char *area, const char *id)
{
	struct who who = {.id = "boss", .role = by, .scopes = rights_scopes(by), .area_count = 1};
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	char *areas[] = {(char *)(uintptr_t)area};

	snprintf(who.areas[0], sizeof who.areas[0], "%s", by_area);
	p.id = (char *)(uintptr_t)id;
	p.role = (Pingan__V1__Role)whose;
	p.areas = areas;
	p.n_areas = area[0] != '\0';
	return rights_account(&who, &p);
}

static void test_every_role_at_the_account_of_every_role(void **state)
{
	/* By hand once more: rows act, columns are acted upon. */
	static const uint32_t TABLE[ROLE_COUNT][ROLE_COUNT] = {
		/*                       none operator supervisor caregiver technician administrator auditor wallboard machine */
		[ROLE_SUPERVISOR] = {OUT, ALL, OUT, ALL, ALL, OUT, OUT, OUT, OUT},
		[ROLE_ADMINISTRATOR] = {OUT, ALL, ALL, ALL, ALL, OUT, OUT, ALL, OUT},
	};

	(void)state;
	for (int by = 0; by < ROLE_COUNT; by++)
		for (int whose = 0; whose < ROLE_COUNT; whose++)
			if (may((enum role)by, "4401", (enum role)whose, "440103", "other") != TABLE[by][whose])
				fail_msg("%s at %s: %x", role_name((enum role)by), role_name((enum role)whose),
				         may((enum role)by, "4401", (enum role)whose, "440103", "other"));
}

static void test_whoever_works_elsewhere_too_is_not_theirs_to_shut_out(void **state)
{
	(void)state;
	/* Their area lies around hers: her log-ins may end, the account is another's to keep. */
	assert_int_equal(may(ROLE_SUPERVISOR, "440103", ROLE_OPERATOR, "4401", "other"), OUT);
	assert_int_equal(may(ROLE_SUPERVISOR, "440103", ROLE_OPERATOR, "440104", "other"), 0);
	assert_int_equal(may(ROLE_ADMINISTRATOR, "4401", ROLE_OPERATOR, "", "other"), 0);
}

static void test_nobody_acts_at_their_own_account(void **state)
{
	(void)state;
	assert_int_equal(may(ROLE_ADMINISTRATOR, "4401", ROLE_OPERATOR, "440103", "boss"), OUT);
}

/* ------------------------------------------------------------ what it does */

static void test_who_is_shut_out_loses_every_log_in_with_one_entry(void **state)
{
	struct rig *g = two();
	struct login_ask a = act("op1", ACCOUNT_SHUT);
	struct account account;

	(void)state;
	app_screen_up(g->app, 1, LOGIN_A);
	rig_pass(g, 1000);
	done(g, 3, &a);
	assert_false(in(g, LOGIN_A) || in(g, LOGIN_B));
	assert_true(g->links[1].closed);
	assert_false(app_account(g->app, "op1", &account));
	/* Let in again, the log-ins of before stay over. */
	a.act = ACCOUNT_OPEN;
	done(g, 4, &a);
	assert_true(app_account(g->app, "op1", &account));
	assert_false(in(g, LOGIN_A) || in(g, LOGIN_B));
	rig_free(g);
}

/* Asked for while they were there, and decided after they were erased: a password takes its time. */
static void test_who_was_erased_is_let_in_by_nothing(void **state)
{
	static const enum account_act ACTS[] = {ACCOUNT_OPEN, ACCOUNT_RESET, ACCOUNT_RESET_CODE, ACCOUNT_SHUT,
	                                        ACCOUNT_LOGOUT};
	Pingan__V1__Person stone = PINGAN__V1__PERSON__INIT;
	struct rig *g = rig_city();
	struct account account;
	uint64_t rev;

	(void)state;
	stone.id = stone.account = (char *)"op1";
	stone.role = PINGAN__V1__ROLE__ROLE_OPERATOR;
	stone.disabled = true;
	stone.erased_ms = EPOCH;
	rig_put(g, "person", "op1", &stone.base);
	rig_start(g);
	rev = rig_record(g, "person:op1")->rev;
	for (size_t i = 0; i < COUNT_OF(ACTS); i++) {
		struct login_ask a = act("op1", ACTS[i]);

		app_account_act(g->app, 3 + i, &a);
		rig_turn(g);
		assert_int_equal(g->login_done[3 + i], -1);
	}
	assert_true(rig_record(g, "person:op1")->rev == rev);
	assert_false(app_account(g->app, "op1", &account));
	rig_free(g);
}

static void test_a_password_for_once_opens_no_page(void **state)
{
	struct rig *g = two();
	struct login_ask a = act("op1", ACCOUNT_RESET), b = ask("op1");
	struct account account;
	struct who who;

	(void)state;
	done(g, 3, &a);
	assert_false(in(g, LOGIN_A) || in(g, LOGIN_B));
	assert_true(app_account(g->app, "op1", &account));
	assert_true(account.once);
	assert_string_equal(account.password_hash, "HASH-ONCE");
	rig_pass(g, 3000);
	app_login_begin(g->app, 4, LOGIN_A, &b);
	rig_turn(g);
	assert_int_equal(g->login_done[4], 1);
	assert_true(app_who_login(g->app, LOGIN_A, &who));
	assert_int_equal(who.must, WHO_MUST_PASSWORD);
	assert_int_equal(who.scopes, 0);
	app_screen_up(g->app, 2, LOGIN_A);
	rig_turn(g);
	assert_true(g->links[2].closed);
	/* One of their own, and the same log-in may what its role may. */
	snprintf(b.password_old, sizeof b.password_old, "HASH-ONCE");
	snprintf(b.password_new, sizeof b.password_new, "HASH-OWN");
	app_password(g->app, 5, LOGIN_A, &b);
	rig_turn(g);
	assert_int_equal(g->login_done[5], 1);
	assert_true(app_who_login(g->app, LOGIN_A, &who));
	assert_int_equal(who.must, 0);
	assert_int_equal(who.scopes, rights_scopes(ROLE_OPERATOR));
	rig_free(g);
}

static void test_a_key_is_taken_once_and_ends_the_others(void **state)
{
	struct rig *g = two();
	struct login_ask a = ask("op1");
	struct account account;

	(void)state;
	a.act = ACCOUNT_SECOND;
	a.totp_step = 100;
	memset(a.second_key, 7, sizeof a.second_key);
	a.second_count = 2;
	app_password(g->app, 3, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[3], 1);
	assert_true(in(g, LOGIN_A));
	assert_false(in(g, LOGIN_B));
	assert_true(app_account(g->app, "op1", &account));
	assert_int_equal(account.totp_key_len, 20);
	assert_int_equal(account.totp_step, 100); /* the code that showed it is used up */
	assert_int_equal(account.recovery_count, 2);
	/* Sent twice, each time with codes for paper of its own: those of the second open nothing, and nobody is told that they do. */
	memset(a.second_codes, 9, sizeof a.second_codes);
	app_password(g->app, 6, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[6], -1);
	memset(a.second_key, 8, sizeof a.second_key);
	app_password(g->app, 4, LOGIN_A, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[4], -1);
	/* The telephone is lost. */
	a = act("op1", ACCOUNT_RESET_CODE);
	done(g, 5, &a);
	assert_true(app_account(g->app, "op1", &account));
	assert_int_equal(account.totp_key_len, 0);
	assert_int_equal(account.recovery_count, 0);
	rig_free(g);
}

static void test_ones_other_log_ins_end_and_this_one_stays(void **state)
{
	struct rig *g = two();
	struct login_ask a = ask("op1");

	(void)state;
	a.act = ACCOUNT_OTHERS;
	app_password(g->app, 3, LOGIN_B, &a);
	rig_turn(g);
	assert_int_equal(g->login_done[3], 1);
	assert_true(in(g, LOGIN_B));
	assert_false(in(g, LOGIN_A));
	rig_free(g);
}

/* ------------------------------------------------------------ idleness, with the people of a cell */

static struct rig *idle_rig(void)
{
	struct rig *g = two();
	const struct login_settings s = {MINUTES(60), MINUTES(60), MINUTES(60), MINUTES(15)};

	app_logins(g->app, &s);
	return g;
}

static void test_every_role_may_be_idle_for_its_time(void **state)
{
	const struct login_settings s = {.desk_ms = 1, .field_ms = 2, .technician_ms = 3, .office_ms = 4};
	static const int64_t TABLE[ROLE_COUNT] = {
		[ROLE_OPERATOR] = 1,   [ROLE_SUPERVISOR] = 1,    [ROLE_CAREGIVER] = 2,
		[ROLE_TECHNICIAN] = 3, [ROLE_ADMINISTRATOR] = 4, [ROLE_AUDITOR] = 4,
	};

	(void)state;
	for (int role = 0; role < ROLE_COUNT; role++)
		assert_int_equal(rights_idle_ms(&s, (enum role)role), TABLE[role]);
}

static void jump(struct rig *g, int64_t ms)
{
	g->mono += ms;
	g->store_ms += ms;
	rig_pass(g, SECONDS(2));
}

static void test_a_console_in_its_shift_is_not_thrown_out(void **state)
{
	struct rig *g = idle_rig();
	int64_t idle_ms;

	(void)state;
	assert_true(app_login_ends(g->app, LOGIN_A, &idle_ms) < g->store_ms + MINUTES(70));
	assert_int_equal(idle_ms, MINUTES(60));
	rig_console(g, 1, "op1");
	assert_true(operator_ready(g->app, "op1", true, (struct waiter){0}));
	rig_turn(g);
	assert_true(app_login_ends(g->app, LOGIN_A, &idle_ms) == LOGIN_NEVER);
	/* Its line breaks: half an hour to come back, and an hour from then on as for everybody. */
	app_link_down(g->app, 1);
	rig_pass(g, SECONDS(12));
	assert_true(app_login_ends(g->app, LOGIN_A, &idle_ms) > g->store_ms + MINUTES(60));
	assert_true(app_login_ends(g->app, LOGIN_A, &idle_ms) <= g->store_ms + MINUTES(65));
	/* Made yesterday, and the time of the log-in over: half an hour all the same. */
	jump(g, MINUTES(29));
	assert_true(in(g, LOGIN_A));
	rig_free(g);
}

/* Whoever presses "busy" for a moment, at the end of a long shift, is not out of the console that rings. */
static void test_who_turns_busy_late_in_a_long_shift_has_half_an_hour(void **state)
{
	Pingan__V1__Request r = PINGAN__V1__REQUEST__INIT;
	Pingan__V1__SetReady busy = PINGAN__V1__SET_READY__INIT;
	struct rig *g = idle_rig();

	(void)state;
	app_screen_up(g->app, 1, LOGIN_A);
	rig_hello(g, 1, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE, 0, 0, NULL, 0);
	rig_pass_beating(g, SECONDS(4), 1);
	/* Thirteen hours on, its line up all the time: older than a log-in may be. */
	g->store_ms += MINUTES(780);
	rig_pass_beating(g, SECONDS(60), 1);
	assert_true(in(g, LOGIN_A));
	r.what_case = PINGAN__V1__REQUEST__WHAT_READY;
	r.ready = &busy;
	rig_ask(g, 1, &r, 1);
	rig_pass_beating(g, SECONDS(30), 1);
	assert_false(g->links[1].closed);
	assert_true(in(g, LOGIN_A));
	/* Not for longer. */
	g->store_ms += LOGIN_BACK_MS;
	rig_pass_beating(g, SECONDS(15), 1);
	assert_false(in(g, LOGIN_A));
	assert_true(g->links[1].closed);
	rig_free(g);
}

/* A phone on duty that lies in a pocket, without a line, for two days. */
static void test_a_phone_on_duty_is_never_thrown_out(void **state)
{
	Pingan__V1__Caregiver duty = PINGAN__V1__CAREGIVER__INIT;
	struct rig *g = rig_city();
	struct login_ask a = ask("cg1"), b = ask("cg2");
	const struct login_settings s = {MINUTES(60), MINUTES(60), MINUTES(60), MINUTES(15)};

	(void)state;
	duty.id = (char *)"cg1";
	duty.on_duty = true;
	duty.duty_since_ms = 1;
	rig_put(g, "caregiver", "cg1", &duty.base);
	rig_start(g);
	app_logins(g->app, &s);
	app_login_begin(g->app, 1, LOGIN_A, &a);
	app_login_begin(g->app, 2, LOGIN_B, &b);
	rig_turn(g);
	jump(g, MINUTES(2880));
	rig_pass(g, SECONDS(15));
	assert_true(in(g, LOGIN_A));
	assert_false(in(g, LOGIN_B));
	assert_int_not_equal(rig_record(g, "login:" LOGIN_A)->rev, 0);
	assert_int_equal(rig_record(g, "login:" LOGIN_B)->rev, 0);
	rig_free(g);
}

static void test_a_console_without_a_shift_ends_and_is_swept_away(void **state)
{
	struct rig *g = idle_rig();

	(void)state;
	jump(g, MINUTES(64));
	assert_true(in(g, LOGIN_A));
	app_login_used(g->app, LOGIN_A);
	jump(g, MINUTES(2));
	rig_pass(g, SECONDS(12));
	assert_true(in(g, LOGIN_A)); /* it was used */
	assert_false(in(g, LOGIN_B));
	assert_int_equal(rig_record(g, "login:" LOGIN_B)->rev, 0);
	assert_int_not_equal(rig_record(g, "login:" LOGIN_A)->rev, 0);
	rig_free(g);
}

/* The page reads every account when this moves, and each reading is on record: hundreds are at work at any moment. */
static void test_to_use_a_log_in_is_no_news_about_it(void **state)
{
	struct rig *g = idle_rig();
	uint64_t sessions, accounts, now, of_accounts;

	(void)state;
	app_account_changes(g->app, &sessions, &accounts);
	jump(g, MINUTES(10));
	app_login_used(g->app, LOGIN_A);
	rig_pass(g, SECONDS(1));
	assert_true(rig_record(g, "login:" LOGIN_A)->rev == 2);
	app_account_changes(g->app, &now, &of_accounts);
	assert_true(now == sessions && of_accounts == accounts);
	/* That one ends is. */
	app_login_end(g->app, 3, LOGIN_B);
	rig_turn(g);
	app_account_changes(g->app, &now, &of_accounts);
	assert_true(now > sessions);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_role_at_the_account_of_every_role),
		cmocka_unit_test(test_whoever_works_elsewhere_too_is_not_theirs_to_shut_out),
		cmocka_unit_test(test_nobody_acts_at_their_own_account),
		cmocka_unit_test(test_who_is_shut_out_loses_every_log_in_with_one_entry),
		cmocka_unit_test(test_who_was_erased_is_let_in_by_nothing),
		cmocka_unit_test(test_a_password_for_once_opens_no_page),
		cmocka_unit_test(test_a_key_is_taken_once_and_ends_the_others),
		cmocka_unit_test(test_ones_other_log_ins_end_and_this_one_stays),
		cmocka_unit_test(test_every_role_may_be_idle_for_its_time),
		cmocka_unit_test(test_a_console_in_its_shift_is_not_thrown_out),
		cmocka_unit_test(test_who_turns_busy_late_in_a_long_shift_has_half_an_hour),
		cmocka_unit_test(test_a_phone_on_duty_is_never_thrown_out),
		cmocka_unit_test(test_a_console_without_a_shift_ends_and_is_swept_away),
		cmocka_unit_test(test_to_use_a_log_in_is_no_news_about_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
