#include "io/web_door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct visitors {
	char address[INET6_ADDRSTRLEN];
	size_t count;
};

struct web_guest {
	struct web_door *door;
	struct visitors *of; /* NULL = a screen, or it came by a Unix socket */
	bool admin, screen;
};

struct web_door {
	struct table addresses; /* of visitors */
	size_t web, admin, screens, max;
};

struct web_door *web_door_new(size_t max)
{
	struct web_door *d = calloc(1, sizeof *d);

	if (d != NULL)
		d->max = max;
	return d;
}

void web_door_free(struct web_door *d)
{
	if (d == NULL)
		return;
	ENSURE(d->web == 0 && d->admin == 0 && d->screens == 0);
	table_free(&d->addresses);
	free(d);
}

static bool address_of(const struct sockaddr_storage *from, char ret[INET6_ADDRSTRLEN])
{
	struct in6_addr net;

	if (from->ss_family == AF_INET)
		return inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr, ret, INET6_ADDRSTRLEN) != NULL;
	if (from->ss_family != AF_INET6)
		return false;
	net = ((const struct sockaddr_in6 *)from)->sin6_addr;
	memset(net.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &net, ret, INET6_ADDRSTRLEN) != NULL;
}

bool web_door_open(const struct web_door *d, bool admin, const struct sockaddr_storage *from)
{
	const struct visitors *v;
	char address[INET6_ADDRSTRLEN];

	if (admin)
		return d->admin < WEB_ADMIN_MAX;
	if (d->web >= d->max)
		return false;
	if (d->web < WEB_DOOR_BUSY(d->max) || !address_of(from, address))
		return true;
	v = table_get(&d->addresses, address);
	return v == NULL || v->count < (d->max - d->screens) / 2;
}

static struct visitors *visitors_of(struct web_door *d, const struct sockaddr_storage *from)
{
	struct visitors *v;
	char address[INET6_ADDRSTRLEN];

	if (!address_of(from, address))
		return NULL;
	v = table_get(&d->addresses, address);
	if (v != NULL)
		return v;
	v = calloc(1, sizeof *v);
	if (v == NULL)
		return NULL;
	memcpy(v->address, address, sizeof v->address);
	if (table_put(&d->addresses, v->address, v))
		return v;
	free(v);
	return NULL;
}

struct web_guest *web_door_enter(struct web_door *d, bool admin, const struct sockaddr_storage *from)
{
	struct web_guest *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	g->door = d;
	g->admin = admin;
	if (admin) {
		d->admin++;
		return g;
	}
	d->web++;
	g->of = visitors_of(d, from);
	if (g->of != NULL)
		g->of->count++;
	return g;
}

static void no_visitor(struct web_guest *g)
{
	struct visitors *v = g->of;

	g->of = NULL;
	if (v == NULL || --v->count != 0)
		return;
	table_remove(&g->door->addresses, v->address);
	free(v);
}

void web_door_screen(struct web_guest *g)
{
	if (g == NULL || g->screen)
		return;
	no_visitor(g);
	g->screen = true;
	g->door->screens++;
}

void web_door_leave(struct web_guest *g)
{
	if (g == NULL)
		return;
	no_visitor(g);
	if (g->screen)
		g->door->screens--;
	if (g->admin)
		g->door->admin--;
	else
		g->door->web--;
	free(g);
}

size_t web_door_count(const struct web_door *d)
{
	return d->web + d->admin;
}
