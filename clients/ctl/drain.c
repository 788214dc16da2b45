#include "drain.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/limits.h"
#include "audit_part.h"

#define LOOK_MS 200
#define ANSWER_MS 8000 /* an order is heard of within a proof of life or two */

void drain_pause(void)
{
	const struct timespec t = {.tv_nsec = LOOK_MS * 1000000L};

	(void)nanosleep(&t, NULL);
}

static int64_t mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ reading */

/* False with one line on standard error; *ret stays empty when the record has gone meanwhile. */
static bool seen_read(struct cell *cell, const char *id, ms_t now_ms, struct daemon_seen *ret)
{
	struct cell_record *rec = malloc(sizeof *rec);
	char key[STORE_KEY_MAX];
	Pingan__V1__Drain *order;
	bool ok;

	ENSURE(rec != NULL);
	memset(ret, 0, sizeof *ret);
	snprintf(key, sizeof key, "daemon:%.40s", id);
	ok = cell_get(cell, key, rec);
	if (ok && rec->rev != 0)
		ret->m = pingan__v1__daemon__unpack(NULL, rec->len, rec->body);
	snprintf(key, sizeof key, "drain:%.40s", id);
	ok = ok && cell_get(cell, key, rec);
	if (ok && rec->rev != 0) {
		order = pingan__v1__drain__unpack(NULL, rec->len, rec->body);
		ret->ordered = true;
		ret->order = rec->newest;
		ret->forced = order != NULL && order->force;
		if (order != NULL)
			pingan__v1__drain__free_unpacked(order, NULL);
	}
	ret->alive = ret->m != NULL && now_ms - ret->m->alive_ms <= ALIVE_STALE_MS;
	free(rec);
	return ok;
}

static void seen_free(struct daemon_seen *d)
{
	if (d->m != NULL)
		pingan__v1__daemon__free_unpacked(d->m, NULL);
	d->m = NULL;
}

void daemons_free(struct daemon_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		seen_free(&list->at[i]);
	free(list->at);
	*list = (struct daemon_list){0};
}

bool daemons_read(struct cell *cell, struct daemon_list *ret)
{
	size_t count = 0;
	char **keys = cell_keys(cell, "daemon:", &count);
	ms_t now_ms = keys == NULL ? 0 : cell_now_ms(cell);
	bool ok = now_ms != 0;

	*ret = (struct daemon_list){.at = calloc(count + 1, sizeof(struct daemon_seen))};
	ENSURE(ret->at != NULL);
	for (size_t i = 0; ok && i < count; i++) {
		struct daemon_seen *d = &ret->at[ret->count];

		ok = seen_read(cell, keys[i] + strlen("daemon:"), now_ms, d);
		if (d->m != NULL)
			ret->count++;
	}
	cell_keys_free(keys, count);
	if (!ok)
		daemons_free(ret);
	return ok;
}

/* ------------------------------------------------------------ showing */

static bool serves_devices(const struct daemon_seen *d)
{
	return d->m->version[0] == '\0' || d->m->serves_devices;
}

static bool serves_screens(const struct daemon_seen *d)
{
	return d->m->version[0] == '\0' || d->m->serves_screens;
}

static bool leaves(const struct daemon_seen *d)
{
	return d->m->leaving == PINGAN__V1__DAEMON__LEAVING__LEAVING_DRAINS ||
	       d->m->leaving == PINGAN__V1__DAEMON__LEAVING__LEAVING_STOPS;
}

/* What it says of itself is of the order that stands now. One from before it said so names none. */
static bool of_this_order(const struct daemon_seen *d)
{
	return d->m->order == d->order || (d->m->order == 0 && leaves(d));
}

static bool empty(const struct daemon_seen *d)
{
	return leaves(d) && of_this_order(d) && d->m->units == 0 && d->m->screens == 0 && d->m->in_hand == 0;
}

static const char *state(const struct daemon_seen *d)
{
	if (!d->alive)
		return "silent";
	switch (d->m->leaving) {
	case PINGAN__V1__DAEMON__LEAVING__LEAVING_ALONE:
		return "alone";
	case PINGAN__V1__DAEMON__LEAVING__LEAVING_DRAINS:
		return empty(d) ? "empty" : "draining";
	case PINGAN__V1__DAEMON__LEAVING__LEAVING_STOPS:
		return "stopping";
	default:
		return d->ordered ? "told" : "serving";
	}
}

static void show_json(const struct daemon_seen *d)
{
	const Pingan__V1__Daemon *m = d->m;
	json_t *o = json_pack("{s:s, s:s, s:i, s:s, s:b, s:b, s:s, s:i, s:i, s:i, s:i}", "daemon", m->id, "host", m->host,
	                      "pid", (int)m->pid, "version", m->version, "devices", serves_devices(d), "consoles",
	                      serves_screens(d), "state", state(d), "units", (int)m->units, "datagrams", (int)m->datagrams,
	                      "screens", (int)m->screens, "in_hand", (int)m->in_hand);

	ENSURE(o != NULL);
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	(void)fflush(stdout);
	json_decref(o);
}

static int list(struct cell *cell, bool json)
{
	struct daemon_list all;

	if (!daemons_read(cell, &all))
		return 1;
	if (!json)
		printf("%-14s %-20s %8s %-10s %-16s %8s %8s %8s  %s\n", "daemon", "machine", "process", "version", "serves",
		       "units", "screens", "in hand", "state");
	for (size_t i = 0; i < all.count; i++) {
		const struct daemon_seen *d = &all.at[i];

		if (json) {
			show_json(d);
			continue;
		}
		printf("%-14s %-20s %8" PRIu32 " %-10s %-16s %8" PRIu32 " %8" PRIu32 " %8" PRIu32 "  %s\n", d->m->id,
		       d->m->host, d->m->pid, d->m->version,
		       serves_devices(d) && serves_screens(d) ? "devices, screens"
		       : serves_devices(d)                    ? "devices"
		                                              : "screens",
		       d->m->units, d->m->screens, d->m->in_hand, state(d));
	}
	daemons_free(&all);
	return 0;
}

/* ------------------------------------------------------------ which one */

/* By its id, the beginning of it, the name of its machine, or MACHINE/PROCESS. */
static bool called(const struct daemon_seen *d, const char *name)
{
	const char *slash = strchr(name, '/');
	char pid[16];

	snprintf(pid, sizeof pid, "%" PRIu32, d->m->pid);
	if (slash != NULL)
		return strlen(d->m->host) == (size_t)(slash - name) && strncmp(d->m->host, name, (size_t)(slash - name)) == 0 &&
		       strcmp(slash + 1, pid) == 0;
	return strncmp(d->m->id, name, strlen(name)) == 0 || strcmp(d->m->host, name) == 0;
}

/* NULL with one line on standard error. Dead ones are not looked at: their names are taken by nobody. */
static const struct daemon_seen *find(const struct daemon_list *all, const char *name)
{
	const struct daemon_seen *found = NULL;

	for (size_t i = 0; i < all->count; i++) {
		if (!all->at[i].alive || !called(&all->at[i], name))
			continue;
		if (found != NULL) {
			fprintf(stderr, "pinganctl: %s: %s and %s are called so; say which (pinganctl drain lists them)\n", name,
			        found->m->id, all->at[i].m->id);
			return NULL;
		}
		found = &all->at[i];
	}
	if (found == NULL)
		fprintf(stderr, "pinganctl: %s: no daemon of this cell that lives is called so (pinganctl drain lists them)\n",
		        name);
	return found;
}

/* What nobody else would serve: "devices", "screens"; NULL = somebody serves all of it. */
static const char *needed_for(const struct daemon_list *all, const struct daemon_seen *which)
{
	bool devices = !serves_devices(which), screens = !serves_screens(which);

	for (size_t i = 0; i < all->count; i++) {
		const struct daemon_seen *d = &all->at[i];

		if (d == which || !d->alive || d->ordered || leaves(d))
			continue;
		devices = devices || serves_devices(d);
		screens = screens || serves_screens(d);
	}
	return !devices ? "devices" : !screens ? "screens" : NULL;
}

/* ------------------------------------------------------------ the order */

static bool order_put(struct cell *cell, const char *id, bool force)
{
	Pingan__V1__Drain m = PINGAN__V1__DRAIN__INIT;
	struct cell_record *rec = malloc(sizeof *rec);
	uint8_t body[256];
	char key[STORE_KEY_MAX];
	bool ok;

	ENSURE(rec != NULL);
	snprintf(key, sizeof key, "drain:%.40s", id);
	m.daemon = (char *)(uintptr_t)id;
	m.by = (char *)(uintptr_t)audit_user();
	m.at_ms = cell_now_ms(cell);
	m.force = force;
	ENSURE(pingan__v1__drain__get_packed_size(&m) <= sizeof body);
	ok = m.at_ms != 0 && cell_get(cell, key, rec) &&
	     cell_put(cell, key, rec, slice_of(body, pingan__v1__drain__pack(&m, body)));
	free(rec);
	return ok;
}

static bool order_remove(struct cell *cell, const char *id)
{
	struct cell_record *rec = malloc(sizeof *rec);
	char key[STORE_KEY_MAX];
	bool ok;

	ENSURE(rec != NULL);
	snprintf(key, sizeof key, "drain:%.40s", id);
	ok = cell_get(cell, key, rec) && (rec->rev == 0 || cell_remove(cell, key, rec));
	free(rec);
	return ok;
}

/* ------------------------------------------------------------ waiting */

static void progress(const struct daemon_seen *d, bool json)
{
	if (json)
		show_json(d);
	else
		printf("%s: %s; %" PRIu32 " units, %" PRIu32 " screens, %" PRIu32 " in hand\n", d->m->id, state(d), d->m->units,
		       d->m->screens, d->m->in_hand);
	(void)fflush(stdout);
}

static bool moved(const struct daemon_seen *d, const Pingan__V1__Daemon *was)
{
	return was == NULL || was->leaving != d->m->leaving || was->units != d->m->units || was->screens != d->m->screens ||
	       was->in_hand != d->m->in_hand;
}

static int ended(const char *id, bool off)
{
	fprintf(stderr, "pinganctl: %s has not been heard of for %d s: it has ended%s\n", id, ALIVE_STALE_MS / 1000,
	        off ? "" : " before it was empty");
	return 1;
}

/* Looks until it is empty, or (`off`) takes everybody in again. */
static int wait_for(struct cell *cell, const char *id, const struct drain_options *o, bool json)
{
	int64_t begun_ms = mono_ms(), limit_ms = SECONDS(o->wait_s == 0 ? DRAIN_WAIT_S : o->wait_s);
	Pingan__V1__Daemon *was = NULL;
	int status = -1;

	while (status < 0) {
		struct daemon_seen d;
		ms_t now_ms = cell_now_ms(cell);
		int64_t past_ms = mono_ms() - begun_ms;

		if (now_ms == 0 || !seen_read(cell, id, now_ms, &d)) {
			status = 1;
			break;
		}
		if (d.m == NULL || !d.alive) {
			seen_free(&d);
			status = ended(id, o->off);
			break;
		}
		if (moved(&d, was))
			progress(&d, json);
		if (o->off) {
			if (d.m->leaving == PINGAN__V1__DAEMON__LEAVING__LEAVING_NOT && of_this_order(&d))
				status = 0;
		} else if (empty(&d)) {
			status = 0;
		} else if (d.m->leaving == PINGAN__V1__DAEMON__LEAVING__LEAVING_ALONE && !d.forced && of_this_order(&d)) {
			fprintf(
				stderr,
				"pinganctl: %s goes on serving: nobody else could. It drains as soon as another daemon lives; --off "
				"takes the order back\n",
				id);
			status = 1;
		}
		if (status < 0 && past_ms >= ANSWER_MS && !o->off && (!leaves(&d) || !of_this_order(&d))) {
			fprintf(stderr, "pinganctl: %s does not drain: a version that can't? --off takes the order back\n", id);
			status = 1;
		} else if (status < 0 && past_ms >= limit_ms) {
			fprintf(stderr,
			        "pinganctl: %s is not yet %s after %" PRId64 " s: %" PRIu32 " units, %" PRIu32 " screens, %" PRIu32
			        " in hand%s\n",
			        id, o->off ? "back" : "empty", limit_ms / 1000, d.m->units, d.m->screens, d.m->in_hand,
			        o->off ? "" : ". It goes on draining; --off takes it back");
			status = 1;
		}
		if (was != NULL)
			pingan__v1__daemon__free_unpacked(was, NULL);
		was = d.m;
		if (status < 0)
			drain_pause();
	}
	if (was != NULL)
		pingan__v1__daemon__free_unpacked(was, NULL);
	return status;
}

int drain_run(struct cell *cell, const char *name, const struct drain_options *o, bool json)
{
	const struct daemon_seen *d;
	struct daemon_list all;
	const char *needed;
	char id[48];
	bool ok = true;
	int status;

	if (name == NULL)
		return list(cell, json);
	if (!daemons_read(cell, &all))
		return 1;
	d = find(&all, name);
	if (d == NULL) {
		daemons_free(&all);
		return 1;
	}
	snprintf(id, sizeof id, "%s", d->m->id);
	needed = needed_for(&all, d);
	if (o->off) {
		ok = order_remove(cell, id);
	} else if (needed != NULL && !o->force && !d->forced) {
		fprintf(stderr,
		        "pinganctl: %s is the last daemon of this cell that serves %s: nobody else would. Start another one "
		        "first, or say --force\n",
		        id, needed);
		ok = false;
	} else if (!d->ordered || (o->force && !d->forced)) {
		ok = order_put(cell, id, o->force);
	}
	daemons_free(&all);
	if (!ok)
		return 1;
	status = o->no_wait ? 0 : wait_for(cell, id, o, json);
	if (status == 0 && !json)
		puts(o->off       ? "It takes everybody in again."
		     : o->no_wait ? "It was told to drain."
		                  : "It is empty: it may be stopped. --off takes it back; so does its next start.");
	return status;
}
