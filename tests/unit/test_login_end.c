/* test_login_end.c - nobody is thrown out on duty; a screen left open ends. */
#include "support/unit.h"

#include "core/login_end.h"

#define NOW MINUTES(1000000)
#define IDLE MINUTES(60)

/* Made three hours ago, good for nine more, used an hour and a half ago. */
static struct login_times times(void)
{
	return (struct login_times){
		.made_ms = NOW - MINUTES(180), .until_ms = NOW + MINUTES(540), .used_ms = NOW - MINUTES(90), .idle_ms = IDLE};
}

static void test_nobody_on_duty_is_ever_thrown_out(void **state)
{
	struct login_times t = times();

	(void)state;
	t.on_duty = true;
	assert_true(login_ends(&t, NOW) == LOGIN_NEVER);
	t.until_ms = NOW - MINUTES(1);
	t.used_ms = 0;
	assert_true(login_ends(&t, NOW) == LOGIN_NEVER);
}

static void test_a_screen_that_nobody_uses_ends(void **state)
{
	struct login_times t = times();

	(void)state;
	assert_int_equal(login_ends(&t, NOW), NOW - MINUTES(90) + IDLE + login_note_ms(IDLE));
	/* Never used since: from the log-in on. */
	t.used_ms = 0;
	assert_int_equal(login_ends(&t, NOW), t.made_ms + IDLE + login_note_ms(IDLE));
	/* A role that may be idle for ever ends by age alone. */
	t.idle_ms = 0;
	assert_int_equal(login_ends(&t, NOW), t.until_ms);
}

static void test_use_does_not_make_a_log_in_older_than_it_may_be(void **state)
{
	struct login_times t = times();

	(void)state;
	t.used_ms = NOW;
	t.until_ms = NOW + MINUTES(2);
	assert_int_equal(login_ends(&t, NOW), t.until_ms);
}

static void test_whose_line_broke_on_duty_may_come_back(void **state)
{
	struct login_times t = times();

	(void)state;
	/* Twelve hours are over, and the console starts anew in the middle of its shift. */
	t.until_ms = NOW - MINUTES(20);
	t.used_ms = NOW - MINUTES(200);
	t.duty_end_ms = NOW - MINUTES(5);
	assert_int_equal(login_ends(&t, NOW), NOW + MINUTES(25));
	/* With idleness shorter than that too. */
	t.until_ms = NOW + MINUTES(540);
	t.idle_ms = MINUTES(5);
	assert_int_equal(login_ends(&t, NOW), NOW + MINUTES(25));
	/* Idleness counts from the end of duty on, not from the last key that was pressed in it. */
	t.idle_ms = IDLE;
	assert_int_equal(login_ends(&t, NOW), NOW - MINUTES(5) + IDLE + login_note_ms(IDLE));
	/* A duty of before this log-in keeps nothing alive. */
	t = times();
	t.until_ms = NOW - MINUTES(1);
	t.duty_end_ms = t.made_ms - MINUTES(1);
	assert_true(login_ends(&t, NOW) <= NOW);
}

static void test_without_a_store_nobody_is_idle(void **state)
{
	struct login_times t = times();

	(void)state;
	t.unwritten_ms = NOW;
	assert_int_equal(login_ends(&t, NOW), NOW + IDLE + login_note_ms(IDLE));
}

static void test_a_record_from_the_future_keeps_nothing_open(void **state)
{
	struct login_times t = times();

	(void)state;
	t.used_ms = t.made_ms = t.duty_end_ms = NOW + MINUTES(100000);
	t.until_ms = NOW + MINUTES(100000);
	assert_int_equal(login_ends(&t, NOW), NOW + IDLE + login_note_ms(IDLE));
}

/* What is not written down yet may be as old as this: nobody is thrown out early for it, and the log is not filled with uses. */
static void test_uses_are_written_down_seldom(void **state)
{
	(void)state;
	assert_int_equal(login_note_ms(MINUTES(5)), MINUTES(1));
	assert_int_equal(login_note_ms(MINUTES(60)), MINUTES(5));
	assert_int_equal(login_note_ms(MINUTES(1440)), MINUTES(10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_on_duty_is_ever_thrown_out),
		cmocka_unit_test(test_a_screen_that_nobody_uses_ends),
		cmocka_unit_test(test_use_does_not_make_a_log_in_older_than_it_may_be),
		cmocka_unit_test(test_whose_line_broke_on_duty_may_come_back),
		cmocka_unit_test(test_without_a_store_nobody_is_idle),
		cmocka_unit_test(test_a_record_from_the_future_keeps_nothing_open),
		cmocka_unit_test(test_uses_are_written_down_seldom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
