/* test_device_server.c - many links that end at once, and a press by another: the sockets are real, the app is a few counters. */
#include "support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "app/app.h"
#include "io/device_server.h"

#define LINKS 600

/* ------------------------------------------------------------ the app: what the server calls of it */

static struct {
	size_t up, down, presses;
	size_t files_at_press; /* open descriptors when the press was heard */
} heard;

static size_t files_open(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

void app_device_up(struct app *app, link_t link, enum protocol protocol, const char *device, const char *peer)
{
	(void)app, (void)link, (void)protocol, (void)device, (void)peer;
	heard.up++;
}

size_t app_device_bytes(struct app *app, link_t link, struct slice bytes)
{
	(void)app, (void)link;
	heard.presses++;
	heard.files_at_press = files_open();
	return bytes.len;
}

bool app_device_proved(struct app *app, link_t link)
{
	(void)app, (void)link;
	return true;
}

bool app_device_key(struct app *app, const char *identity, uint8_t ret_key[32])
{
	(void)app, (void)identity, (void)ret_key;
	return false;
}

void app_link_down(struct app *app, link_t link)
{
	(void)app, (void)link;
	heard.down++;
}

/* ------------------------------------------------------------ a server with many links */

struct rig {
	struct event_base *base;
	struct clock *clock;
	struct log *log;
	struct links *links;
	struct metrics metrics;
	struct device_server *server;
	char path[64];
	int fds[LINKS];
	size_t count;
};

/* One look at all sockets and timers, and no wait. */
static void look(struct rig *r)
{
	assert_true(event_base_loop(r->base, EVLOOP_ONCE | EVLOOP_NONBLOCK) >= 0);
}

/* All of them say something. libevent asks for twice as many events after a look that was full: from now on one look shows
 * all of these links, as it does in a daemon that has seen a storm. */
static void all_speak(struct rig *r)
{
	for (int round = 1; round <= 5; round++) {
		for (size_t i = 0; i < r->count; i++)
			assert_int_equal(write(r->fds[i], "x", 1), 1);
		for (int n = 0; heard.presses < round * r->count && n < LINKS; n++)
			look(r);
		assert_int_equal(heard.presses, round * r->count);
	}
}

static int come(const struct rig *r)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(to.sun_path, r->path, strlen(r->path) + 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static struct rig *begin(size_t connections_max)
{
	struct rig *r = calloc(1, sizeof *r);
	struct device_listen listen = {.protocol = PROTOCOL_NATIVE, .connections_max = connections_max};
	struct device_server_config config = {.listens = &listen, .listen_count = 1, .strangers_max = LINKS};
	char error[256] = "", text[80];

	assert_non_null(r);
	memset(&heard, 0, sizeof heard);
	(void)snprintf(r->path, sizeof r->path, "/tmp/pingan-unit-%d.sock", (int)getpid());
	(void)snprintf(text, sizeof text, "unix:%s", r->path);
	assert_true(address_parse(text, &listen.address));
	r->base = event_base_new();
	r->clock = clock_new();
	r->log = log_new(r->clock, STDERR_FILENO);
	r->links = links_new(2 * LINKS);
	r->server = device_server_new(r->base, &config, NULL, r->links, r->log, &r->metrics, r->clock, error);
	assert_non_null(r->server);
	while (r->count < LINKS) {
		r->fds[r->count++] = come(r);
		look(r);
	}
	for (int n = 0; heard.up < LINKS && n < LINKS; n++)
		look(r);
	assert_int_equal(heard.up, LINKS);
	all_speak(r);
	heard.presses = 0;
	return r;
}

static void all_but_the_last_drop(struct rig *r)
{
	for (size_t i = 0; i + 1 < r->count; i++)
		assert_int_equal(close(r->fds[i]), 0);
	r->fds[0] = r->fds[r->count - 1];
	r->count = 1;
}

static void end(struct rig *r)
{
	for (size_t i = 0; i < r->count; i++)
		(void)close(r->fds[i]);
	device_server_free(r->server);
	links_free(r->links);
	log_free(r->log);
	clock_free(r->clock);
	event_base_free(r->base);
	free(r);
}

/* Giving back a link's memory and descriptor is the dear part of its end, and none of it is in front of a press. */
static void test_a_press_waits_for_few_of_the_links_that_end_with_it(void **state)
{
	struct rig *r = begin(LINKS);
	size_t before = files_open(), looks = 0;

	(void)state;
	all_but_the_last_drop(r);
	before -= LINKS - 1; /* our ends of them */
	assert_int_equal(write(r->fds[0], "x", 1), 1);
	look(r);
	assert_int_equal(heard.presses, 1);
	assert_int_equal(heard.down, LINKS - 1); /* the app knows at once who is gone ... */
	assert_int_equal(device_server_connections(r->server), 1);
	assert_true(files_open() >= before - DEVICE_ACCEPTS_MAX); /* ... and few of them have been given back */
	assert_int_equal(heard.files_at_press, before);
	for (; files_open() > before - (LINKS - 1) && looks < LINKS; looks++)
		look(r);
	assert_int_equal(files_open(), before - (LINKS - 1));
	assert_true(looks >= (LINKS - 1) / DEVICE_ACCEPTS_MAX - 1);
	end(r);
}

/* A link that has ended is none of those that a listener may have, also while its descriptor has not been given back. */
static void test_who_comes_back_finds_its_place_free(void **state)
{
	struct rig *r = begin(LINKS);

	(void)state;
	all_but_the_last_drop(r);
	look(r);
	for (size_t i = 1; i < LINKS; i++) {
		r->fds[r->count++] = come(r);
		look(r);
	}
	for (int n = 0; heard.up < 2 * LINKS - 1 && n < LINKS; n++)
		look(r);
	assert_int_equal(heard.up, 2 * LINKS - 1);
	assert_int_equal(device_server_connections(r->server), LINKS);
	end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_press_waits_for_few_of_the_links_that_end_with_it),
		cmocka_unit_test(test_who_comes_back_finds_its_place_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
