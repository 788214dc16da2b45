/* test_web_door.c - one address can't keep the screens of the others out of the web port. */
#include "support/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/web_door.h"

#define MAX 100

static struct sockaddr_storage from(const char *text)
{
	struct sockaddr_storage at = {0};

	if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&at)->sin_addr) == 1)
		at.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&at)->sin6_addr) == 1)
		at.ss_family = AF_INET6;
	else
		at.ss_family = AF_UNIX;
	return at;
}

struct guests {
	struct web_guest *at[1000];
	size_t count;
};

static bool comes(struct web_door *d, struct guests *g, const char *text)
{
	struct sockaddr_storage at = from(text);

	if (!web_door_open(d, false, &at))
		return false;
	g->at[g->count] = web_door_enter(d, false, &at);
	assert_non_null(g->at[g->count]);
	g->count++;
	return true;
}

static size_t come(struct web_door *d, struct guests *g, const char *text, size_t n)
{
	size_t in = 0;

	for (size_t i = 0; i < n; i++)
		in += comes(d, g, text);
	return in;
}

static void all_leave(struct web_door *d, struct guests *g)
{
	for (size_t i = 0; i < g->count; i++)
		web_door_leave(g->at[i]);
	g->count = 0;
	assert_int_equal(web_door_count(d), 0);
}

static void test_one_address_never_has_the_last_quarter(void **state)
{
	struct web_door *d = web_door_new(MAX);
	struct guests g = {0};

	(void)state;
	assert_int_equal(come(d, &g, "192.0.2.7", 200), 75);
	assert_int_equal(come(d, &g, "192.0.2.8", 200), 25);
	assert_false(comes(d, &g, "192.0.2.9"));
	all_leave(d, &g);
	assert_int_equal(come(d, &g, "192.0.2.7", 200), 75);
	all_leave(d, &g);
	web_door_free(d);
}

/* A whole centre sits behind one address: its screens do not count against it. */
static void test_screens_count_against_no_address(void **state)
{
	struct web_door *d = web_door_new(MAX);
	struct guests g = {0};

	(void)state;
	assert_int_equal(come(d, &g, "192.0.2.7", 70), 70);
	for (size_t i = 0; i < 70; i++) {
		web_door_screen(g.at[i]);
		web_door_screen(g.at[i]);
	}
	/* 30 places are left; to those above three quarters of all it may come until it has half of the 30. */
	assert_int_equal(come(d, &g, "192.0.2.7", 100), 15);
	assert_int_equal(come(d, &g, "192.0.2.8", 100), 15);
	all_leave(d, &g);
	web_door_free(d);
}

static void test_an_ipv6_home_is_one_address_and_a_unix_socket_is_none(void **state)
{
	struct web_door *d = web_door_new(MAX);
	struct guests g = {0};
	size_t in = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		char text[64];

		snprintf(text, sizeof text, "2001:db8:0:1::%x", i);
		in += comes(d, &g, text);
	}
	assert_int_equal(in, 75);
	assert_true(comes(d, &g, "2001:db8:0:2::1"));
	assert_int_equal(come(d, &g, "unix", 200), 24);
	all_leave(d, &g);
	web_door_free(d);
}

static void test_the_admin_port_has_places_of_its_own(void **state)
{
	struct web_door *d = web_door_new(MAX);
	struct web_guest *admin[WEB_ADMIN_MAX];
	struct sockaddr_storage at = from("127.0.0.1");
	struct guests g = {0};

	(void)state;
	(void)come(d, &g, "192.0.2.7", 200);
	(void)come(d, &g, "192.0.2.8", 200);
	for (size_t i = 0; i < WEB_ADMIN_MAX; i++) {
		assert_true(web_door_open(d, true, &at));
		admin[i] = web_door_enter(d, true, &at);
	}
	assert_false(web_door_open(d, true, &at));
	assert_int_equal(web_door_count(d), MAX + WEB_ADMIN_MAX);
	for (size_t i = 0; i < WEB_ADMIN_MAX; i++)
		web_door_leave(admin[i]);
	all_leave(d, &g);
	web_door_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_address_never_has_the_last_quarter),
		cmocka_unit_test(test_screens_count_against_no_address),
		cmocka_unit_test(test_an_ipv6_home_is_one_address_and_a_unix_socket_is_none),
		cmocka_unit_test(test_the_admin_port_has_places_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
