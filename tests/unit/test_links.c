/* Handles: a dead one reaches nobody, whoever sits in its place now. */
#include "support/unit.h"

#include "io/links.h"

struct conn {
	int sent, closed, resumed;
};

static enum send_result conn_send(void *conn, struct slice bytes)
{
	(void)bytes;
	((struct conn *)conn)->sent++;
	return SEND_OK;
}

static void conn_close(void *conn)
{
	((struct conn *)conn)->closed++;
}

static void conn_resume(void *conn)
{
	((struct conn *)conn)->resumed++;
}

static const struct link_ops OPS = {.send = conn_send, .close = conn_close, .resume = conn_resume};

static void test_a_dead_handle_reaches_nobody(void **state)
{
	struct links *links = links_new(2);
	struct conn a = {0}, b = {0};
	struct links_stats stats;
	link_t first, second;

	(void)state;
	first = links_add(links, &OPS, &a);
	assert_true(first != 0);
	assert_int_equal(links_send(links, first, slice_str("x")), SEND_OK);
	links_drop(links, first);
	links_drop(links, first);
	second = links_add(links, &OPS, &b);
	assert_true(second != first);
	assert_int_equal(links_send(links, first, slice_str("x")), SEND_GONE);
	links_close(links, first);
	assert_null(links_conn(links, first));
	assert_ptr_equal(links_conn(links, second), &b);
	assert_int_equal(a.sent, 1);
	assert_int_equal(b.sent + b.closed, 0);
	links_stats(links, &stats);
	assert_int_equal(stats.stale, 2);
	assert_int_equal(stats.open, 1);
	assert_int_equal(links_send(links, 0, slice_str("x")), SEND_GONE);
	assert_int_equal(links_send(links, UINT64_MAX, slice_str("x")), SEND_GONE);
	links_free(links);
}

static void test_closing_kills_the_handle_first(void **state)
{
	struct links *links = links_new(1);
	struct conn a = {0};
	link_t link = links_add(links, &OPS, &a);

	(void)state;
	links_close(links, link);
	links_close(links, link);
	assert_int_equal(a.closed, 1);
	links_free(links);
}

static void test_a_full_table_says_so(void **state)
{
	struct links *links = links_new(3);
	struct links_stats stats;
	struct conn c = {0};
	link_t held[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true((held[i] = links_add(links, &OPS, &c)) != 0);
	assert_true(links_add(links, &OPS, &c) == 0);
	links_stats(links, &stats);
	assert_int_equal(stats.refused, 1);
	links_drop(links, held[1]);
	assert_true(links_add(links, &OPS, &c) != 0);
	links_free(links);
}

static void test_who_waited_for_the_inbox_is_woken_once(void **state)
{
	struct links *links = links_new(4);
	struct conn c[4] = {{0}};
	struct links_stats stats;
	link_t link[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		link[i] = links_add(links, &OPS, &c[i]);
	assert_true(links_may_read(links, link[0]));
	links_read(links, false);
	assert_false(links_may_read(links, link[0]));
	assert_false(links_may_read(links, link[0]));
	assert_false(links_may_read(links, link[1]));
	assert_false(links_may_read(links, link[2]));
	links_drop(links, link[1]); /* one of those who wait goes away */
	links_stats(links, &stats);
	assert_int_equal(stats.paused, 2);
	assert_false(stats.reading);
	links_read(links, true);
	links_read(links, true);
	assert_int_equal(c[0].resumed, 1);
	assert_int_equal(c[1].resumed, 0);
	assert_int_equal(c[2].resumed, 1);
	assert_int_equal(c[3].resumed, 0);
	assert_true(links_may_read(links, link[0]));
	links_stats(links, &stats);
	assert_int_equal(stats.paused, 0);
	links_free(links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_dead_handle_reaches_nobody),
		cmocka_unit_test(test_closing_kills_the_handle_first),
		cmocka_unit_test(test_a_full_table_says_so),
		cmocka_unit_test(test_who_waited_for_the_inbox_is_woken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
