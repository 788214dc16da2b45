/* net.c - connections: bytes arrive late, in pieces, or not at all, but never out of order within one connection. */
#include <stdlib.h>

#include "sim/kit.h"

#define CONNECT_TIMEOUT_MS 5000
#define BLOCKED_RETRY_MS 40
#define SEND_QUEUE_MAX 65536
#define SEND_DRAINED 16384

static void pump_up(struct sim *sim, void *who, uint64_t arg);
static void pump_down(struct sim *sim, void *who, uint64_t arg);

void sim_node_init(struct sim *sim, struct node *node, enum node_kind kind, unsigned index)
{
	ENSURE(sim->node_count < NODES_MAX);
	*node = (struct node){.kind = kind, .index = index, .number = sim->node_count++, .only = SIM_DAEMONS_MAX};
}

static int64_t delay(struct sim *sim)
{
	if (sim->setup.exact)
		return 10;
	if (prng_chance(&sim->prng, 20))
		return prng_between(&sim->prng, 100, 900); /* a lost packet sent again */
	return prng_between(&sim->prng, 3, 60);
}

bool sim_blocked(const struct sim *sim, const struct node *node, unsigned daemon)
{
	return sim->blocked_until[node->number][daemon] > sim->now;
}

struct sim_link *sim_link_of(struct sim *sim, link_t link)
{
	struct sim_link *l;

	if (link == 0 || (link & 0xFFFF) >= LINKS_SIM_MAX)
		return NULL;
	l = &sim->links[link & 0xFFFF];
	return l->id == link ? l : NULL;
}

static void pipe_clear(struct pipe *p)
{
	struct segment *s;

	while ((s = p->head) != NULL) {
		p->head = s->next;
		free(s);
	}
	*p = (struct pipe){.pump_at = SIM_NEVER};
}

static void link_release(struct sim_link *l)
{
	if (l->at_client || l->at_daemon)
		return;
	pipe_clear(&l->up);
	pipe_clear(&l->down);
	free(l->rest);
	l->rest = NULL;
	l->rest_len = 0;
	l->id = 0;
}

static void client_closed(struct sim *sim, struct sim_link *l)
{
	struct node *node = l->node;
	link_t id = l->id;

	if (!l->at_client)
		return;
	l->at_client = false;
	link_release(l);
	if (node->link != id)
		return;
	node->link = 0;
	node->open = false;
	switch (node->kind) {
	case NODE_HOME:
		sim_home_closed(sim, node->index);
		break;
	case NODE_PANEL:
		sim_panel_closed(sim, node->index);
		break;
	case NODE_DESK:
		sim_screen_closed(&sim->desks[node->index].screen);
		break;
	case NODE_PHONE:
		sim_screen_closed(&sim->phones[node->index].screen);
		break;
	}
}

static void client_bytes(struct sim *sim, struct node *node, struct slice bytes)
{
	switch (node->kind) {
	case NODE_HOME:
		sim_home_bytes(sim, node->index, bytes);
		break;
	case NODE_PANEL:
		sim_panel_bytes(sim, node->index, bytes);
		break;
	case NODE_DESK:
		sim_screen_bytes(&sim->desks[node->index].screen, bytes);
		break;
	case NODE_PHONE:
		sim_screen_bytes(&sim->phones[node->index].screen, bytes);
		break;
	}
}

static void client_opened(struct sim *sim, struct node *node)
{
	node->open = true;
	switch (node->kind) {
	case NODE_HOME:
		sim_home_opened(sim, node->index);
		break;
	case NODE_PANEL:
		sim_panel_opened(sim, node->index);
		break;
	case NODE_DESK:
		sim_screen_opened(&sim->desks[node->index].screen);
		break;
	case NODE_PHONE:
		sim_screen_opened(&sim->phones[node->index].screen);
		break;
	}
}

static bool stream(const struct node *node)
{
	return node->kind == NODE_HOME || node->kind == NODE_PANEL;
}

static void push(struct sim *sim, struct sim_link *l, bool up, struct slice bytes, bool close)
{
	struct pipe *p = up ? &l->up : &l->down;
	struct segment *s = sim_memory(sizeof *s + bytes.len);
	int64_t at = sim->now + delay(sim);

	if (at < p->last_ready)
		at = p->last_ready;
	p->last_ready = at;
	s->ready_at = at;
	s->close = close;
	s->len = bytes.len;
	if (bytes.len != 0)
		memcpy(s->bytes, bytes.at, bytes.len);
	if (p->tail == NULL || p->head == NULL)
		p->head = s;
	else
		p->tail->next = s;
	p->tail = s;
	p->queued += bytes.len;
	if (p->pump_at == SIM_NEVER) {
		p->pump_at = at;
		sim_at(sim, at, up ? pump_up : pump_down, NULL, l->id);
	}
}

static struct segment *take(struct pipe *p)
{
	struct segment *s = p->head;

	p->head = s->next;
	if (p->head == NULL)
		p->tail = NULL;
	p->queued -= s->len;
	return s;
}

/* Looks at whole frames of a home as the daemon gets them, for the promises. */
static void watch_frames(struct sim *sim, struct sim_link *l, const uint8_t *at, size_t len)
{
	while (len != 0) {
		size_t frame = 0, head = 0;
		Pingan__V1__Up *up;

		for (unsigned shift = 0; head < len && head < 3; shift += 7) {
			frame |= (size_t)(at[head] & 0x7F) << shift;
			if ((at[head++] & 0x80) == 0)
				break;
		}
		if (frame == 0 || len - head < frame)
			return;
		up = pingan__v1__up__unpack(NULL, frame, at + head);
		if (up != NULL) {
			sim_home_reached(sim, l->node->index, l->daemon, up);
			pingan__v1__up__free_unpacked(up, NULL);
		}
		at += head + frame;
		len -= head + frame;
	}
}

/* Shows the app what has come; what it does not use up is shown again with the next. */
static void show(struct sim *sim, struct sim_link *l, const struct segment *s)
{
	struct daemon *d = &sim->daemons[l->daemon];
	link_t id = l->id;
	size_t used;
	uint8_t *all;
	size_t len = l->rest_len + s->len;

	l->heard_at = sim->now;
	if (!stream(l->node)) {
		sim_enter(d);
		app_screen_message(d->app, id, slice_of(s->bytes, s->len));
		sim_leave(d);
		return;
	}
	all = sim_memory(len + 1);
	if (l->rest_len != 0)
		memcpy(all, l->rest, l->rest_len);
	memcpy(all + l->rest_len, s->bytes, s->len);
	free(l->rest);
	l->rest = NULL;
	l->rest_len = 0;
	sim_enter(d);
	used = app_device_bytes(d->app, id, slice_of(all, len));
	sim_leave(d);
	ENSURE(used <= len);
	l = sim_link_of(sim, id);
	if (l != NULL && l->at_daemon && l->node->kind == NODE_HOME) /* not refused by this very frame */
		watch_frames(sim, l, all, used);
	if (l != NULL && l->at_daemon && used < len) {
		l->rest = sim_copy(all + used, len - used);
		l->rest_len = len - used;
	}
	free(all);
}

static void pump_up(struct sim *sim, void *who, uint64_t arg)
{
	struct sim_link *l = sim_link_of(sim, arg);
	struct daemon *d;
	struct segment *s;

	(void)who;
	if (l == NULL)
		return;
	d = &sim->daemons[l->daemon];
	l->up.pump_at = SIM_NEVER;
	while ((s = l->up.head) != NULL) {
		if (l->stuck || !l->at_daemon) {
			free(take(&l->up));
			continue;
		}
		if (s->ready_at > sim->now || sim_blocked(sim, l->node, l->daemon) || sim_daemon_stalled(d) || !d->reading) {
			l->up.pump_at = s->ready_at > sim->now ? s->ready_at : sim->now + BLOCKED_RETRY_MS;
			sim_at(sim, l->up.pump_at, pump_up, NULL, l->id);
			return;
		}
		s = take(&l->up);
		if (s->close) {
			l->at_daemon = false;
			sim_enter(d);
			app_link_down(d->app, l->id);
			sim_leave(d);
			free(s);
			link_release(l);
			return;
		}
		show(sim, l, s);
		free(s);
		if (sim_link_of(sim, arg) == NULL)
			return;
	}
}

static void tell_drained(struct sim *sim, void *who, uint64_t arg)
{
	struct sim_link *l = sim_link_of(sim, arg);
	struct daemon *d;

	(void)who;
	if (l == NULL || !l->at_daemon)
		return;
	d = &sim->daemons[l->daemon];
	sim_enter(d);
	app_link_drained(d->app, arg);
	sim_leave(d);
}

static void pump_down(struct sim *sim, void *who, uint64_t arg)
{
	struct sim_link *l = sim_link_of(sim, arg);
	struct segment *s;

	(void)who;
	if (l == NULL)
		return;
	l->down.pump_at = SIM_NEVER;
	while ((s = l->down.head) != NULL) {
		if (l->stuck || !l->at_client) {
			free(take(&l->down));
			continue;
		}
		if (s->ready_at > sim->now || sim_blocked(sim, l->node, l->daemon) || l->node->slow_until > sim->now) {
			l->down.pump_at = s->ready_at > sim->now ? s->ready_at : sim->now + BLOCKED_RETRY_MS;
			sim_at(sim, l->down.pump_at, pump_down, NULL, l->id);
			return;
		}
		s = take(&l->down);
		if (l->drain && l->down.queued <= SEND_DRAINED) {
			l->drain = false;
			sim_after(sim, 0, tell_drained, NULL, l->id);
		}
		if (s->close)
			client_closed(sim, l);
		else if (l->node->link == l->id)
			client_bytes(sim, l->node, slice_of(s->bytes, s->len));
		free(s);
		l = sim_link_of(sim, arg);
		if (l == NULL)
			return;
	}
}

static void told_open(struct sim *sim, void *who, uint64_t arg)
{
	struct sim_link *l = sim_link_of(sim, arg);

	(void)who;
	if (l != NULL && l->at_client && l->node->link == l->id && !l->stuck)
		client_opened(sim, l->node);
}

static void refused(struct sim *sim, void *who, uint64_t arg)
{
	struct sim_link *l = sim_link_of(sim, arg);

	(void)who;
	if (l != NULL)
		client_closed(sim, l);
}

/* The handshake reaches the daemon: io would prove the key or the log-in here. */
static void arrives(struct sim *sim, void *who, uint64_t arg)
{
	struct sim_link *l = sim_link_of(sim, arg);
	struct daemon *d;
	struct account account;
	struct screen *screen = NULL;
	char device[ID_MAX];
	uint8_t key[32], own[32];
	bool good = true;

	(void)who;
	if (l == NULL || !l->at_client)
		return;
	d = &sim->daemons[l->daemon];
	/* Its port is shut. */
	if (!d->up || sim_daemon_leaves(sim, l->daemon)) {
		sim_after(sim, delay(sim), refused, NULL, arg);
		return;
	}
	if (sim_blocked(sim, l->node, l->daemon) || sim_daemon_stalled(d)) {
		sim_after(sim, CONNECT_TIMEOUT_MS, refused, NULL, arg);
		return;
	}
	sim_enter(d);
	switch (l->node->kind) {
	case NODE_HOME:
		sim_home_device(device, l->node->index);
		sim_device_key(own, device);
		good = app_device_key(d->app, device, key) && memcmp(key, own, sizeof own) == 0;
		break;
	case NODE_PANEL:
		break;
	case NODE_DESK:
		screen = &sim->desks[l->node->index].screen;
		break;
	case NODE_PHONE:
		screen = &sim->phones[l->node->index].screen;
		break;
	}
	if (screen != NULL)
		good = app_login_find(d->app, screen->login, &account);
	if (screen != NULL)
		l->session = sim_office_session(sim, l->node);
	if (good) {
		l->at_daemon = true;
		l->at_daemon_since = l->heard_at = sim->now;
		if (screen != NULL)
			app_screen_up(d->app, l->id, screen->login);
		else if (l->node->kind == NODE_HOME)
			app_device_up(d->app, l->id, PROTOCOL_NATIVE, device, "127.0.0.1");
		else
			app_device_up(d->app, l->id, PROTOCOL_DC09, NULL, "127.0.0.1");
	}
	sim_leave(d);
	sim_after(sim, delay(sim), good ? told_open : refused, NULL, arg);
}

link_t sim_connect(struct sim *sim, struct node *node, unsigned daemon)
{
	struct sim_link *l = NULL;
	unsigned i;

	for (i = 1; i < LINKS_SIM_MAX; i++) {
		if (sim->links[i].id == 0) {
			l = &sim->links[i];
			break;
		}
	}
	ENSURE(l != NULL);
	ENSURE(node->link == 0);
	l->generation++;
	l->id = (link_t)l->generation << 16 | i;
	l->node = node;
	l->daemon = daemon;
	l->at_client = true;
	l->at_daemon = l->stuck = l->drain = false;
	l->up = l->down = (struct pipe){.pump_at = SIM_NEVER};
	node->link = l->id;
	node->open = false;
	sim_after(sim, delay(sim), arrives, NULL, l->id);
	return l->id;
}

void sim_client_send(struct sim *sim, link_t link, struct slice bytes)
{
	struct sim_link *l = sim_link_of(sim, link);

	if (l == NULL || !l->at_client)
		return;
	if (!stream(l->node) || sim->setup.exact) {
		push(sim, l, true, bytes, false);
		return;
	}
	while (bytes.len != 0) { /* a stream arrives in pieces */
		size_t piece = bytes.len;

		if (bytes.len > 1 && prng_chance(&sim->prng, 200))
			piece = 1 + prng_below(&sim->prng, bytes.len - 1);
		push(sim, l, true, slice_of(bytes.at, piece), false);
		bytes.at += piece;
		bytes.len -= piece;
	}
}

void sim_client_close(struct sim *sim, link_t link, bool told)
{
	struct sim_link *l = sim_link_of(sim, link);

	if (l == NULL || !l->at_client)
		return;
	l->at_client = false;
	if (l->node->link == link) {
		l->node->link = 0;
		l->node->open = false;
	}
	if (!told)
		l->stuck = true;
	else if (l->at_daemon)
		push(sim, l, true, slice_of(NULL, 0), true);
	link_release(l);
}

void sim_link_break(struct sim *sim, link_t link)
{
	struct sim_link *l = sim_link_of(sim, link);

	if (l == NULL)
		return;
	pipe_clear(&l->up); /* what was on its way is lost */
	pipe_clear(&l->down);
	if (l->at_daemon)
		push(sim, l, true, slice_of(NULL, 0), true);
	push(sim, l, false, slice_of(NULL, 0), true);
}

void sim_link_stick(struct sim *sim, link_t link)
{
	struct sim_link *l = sim_link_of(sim, link);

	if (l != NULL)
		l->stuck = true;
}

void sim_links_of_daemon_gone(struct sim *sim, unsigned daemon)
{
	for (unsigned i = 1; i < LINKS_SIM_MAX; i++) {
		struct sim_link *l = &sim->links[i];

		if (l->id == 0 || l->daemon != daemon || !l->at_daemon)
			continue;
		l->at_daemon = false;
		pipe_clear(&l->up);
		if (l->at_client)
			push(sim, l, false, slice_of(NULL, 0), true);
		else
			link_release(l);
	}
}

void sim_net_free(struct sim *sim)
{
	for (unsigned i = 1; i < LINKS_SIM_MAX; i++) {
		struct sim_link *l = &sim->links[i];

		pipe_clear(&l->up);
		pipe_clear(&l->down);
		free(l->rest);
	}
}

/* ------------------------------------------------------------ the daemon's ports */

enum send_result sim_net_send(struct sim *sim, unsigned daemon, link_t link, struct slice bytes)
{
	struct sim_link *l = sim_link_of(sim, link);

	if (sim->ending)
		return SEND_GONE;
	if (l == NULL || !l->at_daemon || l->daemon != daemon)
		return SEND_GONE;
	if (sim_port_fails(sim, SIM_PORT_SEND_FULL)) {
		sim_after(sim, 500, tell_drained, NULL, link);
		return SEND_FULL;
	}
	if (sim_port_fails(sim, SIM_PORT_SEND_GONE)) {
		sim_link_break(sim, link);
		return SEND_GONE;
	}
	if (l->down.queued > SEND_QUEUE_MAX && !stream(l->node)) {
		l->drain = true;
		return SEND_FULL;
	}
	if (stream(l->node))
		sim_promise_device(sim, daemon, l->node, bytes);
	else if (sim_office_told(sim, daemon, l))
		sim_promise_screen(sim, daemon, l->node, bytes);
	push(sim, l, false, bytes, false);
	return SEND_OK;
}

void sim_net_close(struct sim *sim, link_t link)
{
	struct sim_link *l = sim_link_of(sim, link);

	if (sim->ending || l == NULL || !l->at_daemon)
		return;
	l->at_daemon = false;
	if (l->at_client)
		push(sim, l, false, slice_of(NULL, 0), true);
	else
		link_release(l);
}
