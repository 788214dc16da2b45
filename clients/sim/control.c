/* control.c - the socket on which `press` asks running homes to press on their own link.
 *
 * One JSON object a line:  {"press": {"device": "d0005", "kind": "sos", "zone": 1}}   or "household", or "random": true
 *                          {"cancel": {"device": "d0005", "alarm": "0123456789abcdef"}}
 * Back come lines about that alarm as they are heard, or {"error": "..."}.
 * Bounds: CLIENTS_MAX at once, lines of LINE_LEN_MAX bytes.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim.h"

#define CLIENTS_MAX 32
#define LINE_LEN_MAX 1024

struct client {
	struct control *control;
	struct bufferevent *link; /* NULL = free */
	uint64_t alarm;           /* that it wants to hear of; 0 = none yet */
};

struct control {
	struct evconnlistener *listener;
	struct home **homes;
	size_t count;
	char path[108];
	struct client clients[CLIENTS_MAX];
};

static void say(struct client *c, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);

	if (text != NULL && c->link != NULL) {
		(void)bufferevent_write(c->link, text, strlen(text));
		(void)bufferevent_write(c->link, "\n", 1);
	}
	free(text);
	json_decref(line);
}

static void error(struct client *c, const char *what)
{
	say(c, json_pack("{s:s}", "error", what));
}

static struct home *find(struct control *control, json_t *what)
{
	const char *device = json_string_value(json_object_get(what, "device"));
	const char *household = json_string_value(json_object_get(what, "household"));

	if (json_is_true(json_object_get(what, "random")) && control->count != 0)
		return control->homes[random_id() % control->count];
	for (size_t i = 0; i < control->count; i++) {
		const struct device_row *row = home_row(control->homes[i]);

		if ((device != NULL && strcmp(row->device, device) == 0) ||
		    (household != NULL && strcmp(row->household, household) == 0))
			return control->homes[i];
	}
	return NULL;
}

static void press(struct client *c, json_t *what)
{
	const char *kind_text = json_string_value(json_object_get(what, "kind"));
	enum kind kind = kind_by_name(kind_text == NULL ? "sos" : kind_text);
	struct home *h = find(c->control, what);
	char alarm[17];
	uint64_t id;

	if (kind == KIND_NONE || h == NULL) {
		error(c, kind == KIND_NONE ? "no such kind of alarm" : "no such home here");
		return;
	}
	id = home_press(h, kind, (uint32_t)json_integer_value(json_object_get(what, "zone")),
	                json_is_true(json_object_get(what, "restore")));
	if (id == 0) {
		error(c, "this home holds as many calls as it can, and none of them is stored yet");
		return;
	}
	c->alarm = id;
	(void)snprintf(alarm, sizeof alarm, "%016" PRIx64, id);
	say(c, json_pack("{s:s, s:s, s:s, s:s, s:s}", "event", "pressed", "device", home_row(h)->device, "household",
	                 home_row(h)->household, "alarm", alarm, "kind", kind_name(kind)));
}

static void cancel(struct client *c, json_t *what)
{
	const char *alarm = json_string_value(json_object_get(what, "alarm"));
	struct home *h = find(c->control, what);

	if (h == NULL || alarm == NULL || !home_cancel(h, strtoull(alarm, NULL, 16)))
		error(c, "this home does not hold that alarm, or is not linked");
	else
		say(c, json_pack("{s:s}", "event", "cancelled"));
}

static void on_line(struct client *c, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);

	if (json_is_object(json_object_get(line, "press")))
		press(c, json_object_get(line, "press"));
	else if (json_is_object(json_object_get(line, "cancel")))
		cancel(c, json_object_get(line, "cancel"));
	else
		error(c, "not understood");
	json_decref(line);
}

static void client_end(struct client *c)
{
	if (c->link != NULL)
		bufferevent_free(c->link);
	c->link = NULL;
	c->alarm = 0;
}

static void on_read(struct bufferevent *link, void *arg)
{
	struct client *c = arg;
	char *text;

	while (c->link == link && (text = evbuffer_readln(bufferevent_get_input(link), NULL, EVBUFFER_EOL_LF)) != NULL) {
		on_line(c, text);
		free(text);
	}
	if (c->link == link && evbuffer_get_length(bufferevent_get_input(link)) > LINE_LEN_MAX)
		client_end(c);
}

static void on_event(struct bufferevent *link, short what, void *arg)
{
	(void)link;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		client_end(arg);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len, void *arg)
{
	struct control *control = arg;

	(void)from, (void)len;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &control->clients[i];

		if (c->link != NULL)
			continue;
		c->control = control;
		c->alarm = 0;
		c->link = bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
		if (c->link == NULL)
			break;
		bufferevent_setcb(c->link, on_read, NULL, on_event, c);
		(void)bufferevent_enable(c->link, EV_READ | EV_WRITE);
		return;
	}
	(void)close(fd);
}

/* A socket that nobody listens on any more is a leftover. */
static bool leftover(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool dead = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof *at) < 0 && errno == ECONNREFUSED;

	if (fd >= 0)
		(void)close(fd);
	return dead;
}

struct control *control_new(struct event_base *base, const char *path, struct home **homes, size_t count)
{
	struct control *control = calloc(1, sizeof *control);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	mode_t mask;

	if (control == NULL || strlen(path) >= sizeof at.sun_path) {
		fprintf(stderr, "pingan-sim: %s: too long a path for a socket\n", path);
		free(control);
		return NULL;
	}
	control->homes = homes;
	control->count = count;
	memcpy(at.sun_path, path, strlen(path) + 1);
	memcpy(control->path, path, strlen(path) + 1);
	if (leftover(&at))
		(void)unlink(path);
	mask = umask(077);
	control->listener = evconnlistener_new_bind(base, on_accept, control, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
	                                            16, (struct sockaddr *)&at, sizeof at);
	(void)umask(mask);
	if (control->listener == NULL) {
		fprintf(stderr, "pingan-sim: %s: %s\n", path, strerror(errno));
		free(control);
		return NULL;
	}
	return control;
}

void control_news(struct control *control, struct home *h, const struct unit_news *n)
{
	if (n->alarm == 0)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i].link != NULL && control->clients[i].alarm == n->alarm)
			say(&control->clients[i], news_line(home_row(h), n));
}

void control_free(struct control *control)
{
	if (control == NULL)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_end(&control->clients[i]);
	evconnlistener_free(control->listener);
	(void)unlink(control->path);
	free(control);
}
