#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/stat.h>
#include <time.h>

#include "app/limits.h"
#include "doctor.h"
#include "pingan/v1/record.pb-c.h"

#define MEMORY_FULL_PERCENT 80
#define OFFSET_MAX_MS 250                   /* from there on daemons call it a jump */
#define GONE_MS (24 * 3600 * INT64_C(1000)) /* a daemon that was taken out for good is no news after a day */

/* Who else gets in: a socket that everybody may write to, a port without a password. */
static void access_look(struct doctor *d)
{
	const struct cell *cell = &d->cell;
	struct stat st;

	if (cell->socket[0] == '\0' && cell->password[0] == '\0')
		doctor_say(d, FINDING_WRONG, "redis access", "requirepass or an ACL in redis.conf, redis.password_file here",
		           "%s asks for no password: whoever reaches it reads and changes everything", cell->tcp);
	else if (cell->socket[0] != '\0' && stat(cell->socket, &st) == 0 && (st.st_mode & 02) != 0)
		doctor_say(d, FINDING_WRONG, "redis access", "unixsocketperm 770 in redis.conf (config/redis.conf)",
		           "%s: mode %04o, everybody on this machine may read and change everything", cell->socket,
		           (unsigned)st.st_mode & 07777);
	else
		doctor_say(d, FINDING_OK, "redis access", "", "%s",
		           cell->socket[0] != '\0' ? "the socket is closed to others" : "with a password");
}

/* A setting of Redis; "" = it does not say. */
static void setting(struct doctor *d, const char *name, char *ret, size_t size)
{
	redisReply *r = redisCommand(d->cell.redis, "CONFIG GET %s", name);

	ret[0] = '\0';
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2 && r->element[1]->type == REDIS_REPLY_STRING)
		snprintf(ret, size, "%s", r->element[1]->str);
	if (r != NULL)
		freeReplyObject(r);
}

/* A line of INFO; "" = there is none. */
static void info(struct doctor *d, const char *name, char *ret, size_t size)
{
	redisReply *r = redisCommand(d->cell.redis, "INFO");
	char line[64];
	const char *at;

	ret[0] = '\0';
	snprintf(line, sizeof line, "\n%s:", name);
	at = r == NULL || r->type != REDIS_REPLY_STRING ? NULL : strstr(r->str, line);
	if (at != NULL) {
		at += strlen(line);
		snprintf(ret, size, "%.*s", (int)strcspn(at, "\r\n"), at);
	}
	if (r != NULL)
		freeReplyObject(r);
}

static void durable(struct doctor *d)
{
	char appends[16], fsync[16], evicts[32], last[16];

	setting(d, "appendonly", appends, sizeof appends);
	setting(d, "appendfsync", fsync, sizeof fsync);
	setting(d, "maxmemory-policy", evicts, sizeof evicts);
	info(d, "aof_last_write_status", last, sizeof last);
	if (appends[0] == '\0' || fsync[0] == '\0')
		doctor_say(d, FINDING_WARNING, "durable", "allow CONFIG GET to our user, or make sure of it yourself",
		           "Redis would not say whether it keeps what it is told");
	else if (strcmp(appends, "yes") != 0 || strcmp(fsync, "always") != 0)
		doctor_say(d, FINDING_WRONG, "durable", "set appendonly yes and appendfsync always (config/redis.conf)",
		           "appendonly %s, appendfsync %s: a power cut could lose a call for help", appends, fsync);
	else
		doctor_say(d, FINDING_OK, "durable", "", "appendonly yes, appendfsync always");
	doctor_say(d, last[0] != '\0' && strcmp(last, "ok") != 0 ? FINDING_WRONG : FINDING_OK, "disk writes",
	           "look at Redis' log; is its disk full?", "the last write to disk: %s",
	           last[0] == '\0' ? "not said" : last);
	info(d, "aof_last_bgrewrite_status", last, sizeof last);
	doctor_say(d, last[0] != '\0' && strcmp(last, "ok") != 0 ? FINDING_WRONG : FINDING_OK, "rewrite",
	           "look at Redis' log: no memory to fork (overcommit), no room on its disk? The file grows meanwhile",
	           "the last rewrite of the append-only file: %s", last[0] == '\0' ? "not said" : last);
	if (evicts[0] == '\0')
		doctor_say(d, FINDING_WARNING, "eviction", "allow CONFIG GET to our user, or make sure of it yourself",
		           "Redis would not say whether it throws records away");
	else if (strcmp(evicts, "noeviction") != 0)
		doctor_say(d, FINDING_WRONG, "eviction", "set maxmemory-policy noeviction (config/redis.conf)",
		           "maxmemory-policy %s: Redis may throw records away", evicts);
	else
		doctor_say(d, FINDING_OK, "eviction", "", "maxmemory-policy noeviction");
}

static void memory_look(struct doctor *d)
{
	char used_text[32], most_text[32], machine_text[32];
	uint64_t used, most;
	unsigned percent;

	info(d, "used_memory", used_text, sizeof used_text);
	info(d, "maxmemory", most_text, sizeof most_text);
	info(d, "total_system_memory", machine_text, sizeof machine_text);
	used = strtoull(used_text, NULL, 10);
	most = strtoull(most_text, NULL, 10);
	if (most == 0)
		most = strtoull(machine_text, NULL, 10);
	if (used == 0 || most == 0) {
		doctor_say(d, FINDING_WARNING, "memory", "allow INFO to our user", "Redis would not say how much it uses");
		return;
	}
	percent = (unsigned)(used >= most ? 100 : used * 100 / most);
	doctor_say(d,
	           percent >= 100                   ? FINDING_WRONG
	           : percent >= MEMORY_FULL_PERCENT ? FINDING_WARNING
	                                            : FINDING_OK,
	           "memory", "a larger machine, or a larger maxmemory: when it is full no call can be stored",
	           "%" PRIu64 " of %" PRIu64 " MiB, %u%%", used >> 20, most >> 20, percent);
}

static void copies(struct doctor *d)
{
	char role[16], replicas[16], link[8];
	unsigned long have;

	info(d, "role", role, sizeof role);
	info(d, "connected_slaves", replicas, sizeof replicas);
	have = strtoul(replicas, NULL, 10);
	if (strcmp(role, "master") != 0) {
		info(d, "master_link_status", link, sizeof link);
		doctor_say(d, FINDING_WRONG, "primary", "point the configuration to the primary",
		           "this Redis is a replica (its link is %s): daemons do not use it", link);
		return;
	}
	doctor_say(d, FINDING_OK, "primary", "", "it is one");
	if (have < d->config->redis.replicas) {
		doctor_say(d, FINDING_WRONG, "copies", "bring the replica back: until then what is acknowledged is on one disk",
		           "%lu replicas of %" PRIu32, have, d->config->redis.replicas);
	} else if (d->config->redis.replicas == 0) {
		doctor_say(d, FINDING_WARNING, "copies", "a replica on another machine, redis.replicas: 1 (STORE.md)",
		           "none is wanted: what is acknowledged is on one disk alone");
	} else {
		doctor_say(d, FINDING_OK, "copies", "", "a primary with %lu replicas; %" PRIu32 " wanted", have,
		           d->config->redis.replicas);
	}
}

static void function(struct doctor *d)
{
	redisReply *r = redisCommand(d->cell.redis, "FCALL_RO commit_version 0");

	if (r != NULL && commit_version_fits(r))
		doctor_say(d, FINDING_OK, "function", "", "version %d", COMMIT_LUA_VERSION);
	else if (r != NULL && r->type == REDIS_REPLY_ERROR)
		doctor_say(d, FINDING_WRONG, "function", "start a daemon: it loads its function; its user needs FUNCTION LOAD",
		           "%.200s", r->str);
	else
		doctor_say(d, FINDING_WRONG, "function",
		           "upgrade all daemons of the cell to one version, and pinganctl with them",
		           "Redis has another version of the commit function than this pinganctl (%d)", COMMIT_LUA_VERSION);
	if (r != NULL)
		freeReplyObject(r);
}

/* Only where Redis runs on this machine. */
static void disk(struct doctor *d)
{
	char dir[256], path[300];
	struct statvfs fs;
	struct stat st;
	uint64_t free_mib, least;
	unsigned percent;

	setting(d, "dir", dir, sizeof dir);
	if (dir[0] == '\0' || d->cell.socket[0] == '\0' || statvfs(dir, &fs) != 0 || fs.f_blocks == 0) {
		doctor_say(d, FINDING_WARNING, "disk", "run this on the machine of Redis",
		           "its disk can't be looked at from here");
		return;
	}
	least = d->o->disk_mib == 0 ? DOCTOR_DISK_MIB : d->o->disk_mib;
	free_mib = (uint64_t)fs.f_bavail * fs.f_frsize / (1024 * 1024);
	percent = (unsigned)((uint64_t)fs.f_bavail * 100 / fs.f_blocks);
	doctor_say(d,
	           free_mib < least / 4 ? FINDING_WRONG
	           : free_mib < least   ? FINDING_WARNING
	                                : FINDING_OK,
	           "disk", "make room, or give Redis a larger disk: when it is full no call can be stored",
	           "%s: %" PRIu64 " MiB free, %u%%; %" PRIu64 " ought to be", dir, free_mib, percent, least);
	snprintf(path, sizeof path, "%s/cell.marker", dir);
	if (stat(path, &st) != 0)
		doctor_say(d, FINDING_WARNING, "marker", "see STORE.md; it keeps Redis from starting empty where it has run",
		           "%s is not there", path);
	else if (st.st_size == 0)
		doctor_say(d, FINDING_WARNING, "marker", "echo \"this cell has run\" into it, as pingan-redis.service does",
		           "%s is empty although the cell runs", path);
	else
		doctor_say(d, FINDING_OK, "marker", "", "%s", path);
}

/* When the newest entry of the log was made; 0 = there is none. */
static ms_t newest_ms(struct doctor *d)
{
	redisReply *r = redisCommand(d->cell.redis, "XREVRANGE %slog + - COUNT 1", d->cell.prefix);
	struct store_entry entry;
	ms_t ms = 0;

	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 1 && commit_entry_read(r->element[0], &entry))
		ms = entry.at_ms;
	if (r != NULL)
		freeReplyObject(r);
	return ms;
}

static ms_t clock_look(struct doctor *d)
{
	ms_t store_ms, before_ms, after_ms, off_ms, newest = newest_ms(d);
	struct timespec a, b;

	clock_gettime(CLOCK_REALTIME, &a);
	store_ms = cell_now_ms(&d->cell);
	clock_gettime(CLOCK_REALTIME, &b);
	before_ms = (ms_t)a.tv_sec * 1000 + a.tv_nsec / 1000000;
	after_ms = (ms_t)b.tv_sec * 1000 + b.tv_nsec / 1000000;
	off_ms = store_ms < before_ms ? store_ms - before_ms : store_ms > after_ms ? store_ms - after_ms : 0;
	if (newest > store_ms + OFFSET_MAX_MS) {
		doctor_say(d, FINDING_WRONG, "clock",
		           "set the clock of Redis' machine right; until it is past that entry every call carries that time",
		           "Redis' clock is %" PRId64 " s behind the newest entry of its log: it was set back",
		           (newest - store_ms) / 1000);
		return store_ms;
	}
	doctor_say(d, off_ms > OFFSET_MAX_MS || off_ms < -OFFSET_MAX_MS ? FINDING_WARNING : FINDING_OK, "clock",
	           "look at time synchronisation (chrony) on both machines",
	           "Redis' clock is %" PRId64 " ms off this machine's", off_ms);
	return store_ms;
}

static void daemon_look(struct doctor *d, const char *key, ms_t now_ms, uint32_t *alive)
{
	struct cell_record *rec = malloc(sizeof *rec);
	Pingan__V1__Daemon *m;
	ms_t age_ms;

	ENSURE(rec != NULL);
	m = cell_get(&d->cell, key, rec) && rec->rev != 0 ? pingan__v1__daemon__unpack(NULL, rec->len, rec->body) : NULL;
	free(rec);
	if (m == NULL)
		return;
	age_ms = now_ms - m->alive_ms;
	if (age_ms <= ALIVE_STALE_MS && m->leaving == PINGAN__V1__DAEMON__LEAVING__LEAVING_ALONE) {
		++*alive;
		doctor_say(d, FINDING_WARNING, "daemon",
		           "start another one, or take the order back: pinganctl drain DAEMON --off",
		           "%s was told to drain and serves all the same: nobody else could", m->id);
	} else if (age_ms <= ALIVE_STALE_MS && m->leaving != PINGAN__V1__DAEMON__LEAVING__LEAVING_NOT) {
		doctor_say(d, FINDING_WARNING, "daemon", "stop it, or take it back: pinganctl drain DAEMON --off",
		           "%s drains: it takes nobody in; %" PRIu32 " units and %" PRIu32 " screens are still there", m->id,
		           m->units, m->screens);
	} else if (age_ms <= ALIVE_STALE_MS) {
		++*alive;
		doctor_say(d, FINDING_OK, "daemon", "", "%s proved %" PRId64 " ms ago that it lives", m->id, age_ms);
	} else if (age_ms < GONE_MS) {
		doctor_say(d, FINDING_WARNING, "daemon", "if it should run: systemctl status pingand, and its log",
		           "%s has not been heard of for %" PRId64 " s", m->id, age_ms / 1000);
	}
	pingan__v1__daemon__free_unpacked(m, NULL);
}

static void daemons(struct doctor *d, ms_t now_ms)
{
	size_t count = 0;
	char **keys = cell_keys(&d->cell, "daemon:", &count);
	uint32_t alive = 0;

	for (size_t i = 0; keys != NULL && i < count; i++)
		daemon_look(d, keys[i], now_ms, &alive);
	cell_keys_free(keys, count);
	if (alive == 0)
		doctor_say(d, FINDING_WRONG, "daemons", "systemctl start pingand; its log says why it does not run",
		           "none of this cell lives, or none takes anybody in: nobody is served");
	else if (alive > 1)
		doctor_say(d, FINDING_OK, "daemons", "", "%" PRIu32 " live", alive);
	else
		doctor_say(d, FINDING_WARNING, "daemons", "run a second one, better on another machine",
		           "one alone: when it goes, nobody is served until it is back");
}

void doctor_redis(struct doctor *d)
{
	ms_t now_ms;

	doctor_say(d, FINDING_OK, "redis", "", "answers at %s", cell_where(&d->cell));
	access_look(d);
	durable(d);
	memory_look(d);
	copies(d);
	function(d);
	disk(d);
	now_ms = clock_look(d);
	daemons(d, now_ms);
	doctor_audit(d, now_ms);
}
