#include "cell_offline.h"

#include "audit_part.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "io/config.h"
#include "wire/record.h"
#include "wire/record_device.h"

#define SCAN_COUNT 1000
#define REMOVE_TRIES 8 /* a daemon writes to it now and then, not all the time */

const char *cell_where(const struct cell *cell)
{
	return cell->socket[0] != '\0' ? cell->socket : cell->tcp;
}

static void complain(const struct cell *cell, const char *what, const char *why)
{
	fprintf(stderr, "pinganctl: Redis at %s: %s%s\n", cell_where(cell), what, why);
}

bool cell_ping(struct cell *cell, char ret[CELL_TROUBLE_MAX])
{
	redisReply *r = redisCommand(cell->redis, "PING");
	bool ok = r != NULL && r->type == REDIS_REPLY_STATUS;

	if (!ok)
		(void)cell_trouble(cell->redis, r, ret);
	if (r != NULL)
		freeReplyObject(r);
	return ok;
}

static bool library_ready(struct cell *cell)
{
	redisReply *r = redisCommand(cell->redis, "FCALL_RO commit_version 0");
	bool fits = r != NULL && commit_version_fits(r);
	char why[CELL_TROUBLE_MAX];

	if (r != NULL)
		freeReplyObject(r);
	if (fits)
		return true;
	r = redisCommand(cell->redis, "FUNCTION LOAD REPLACE %b", COMMIT_LUA, COMMIT_LUA_LEN);
	fits = r != NULL && r->type != REDIS_REPLY_ERROR;
	if (!fits)
		complain(cell, "", cell_trouble(cell->redis, r, why));
	if (r != NULL)
		freeReplyObject(r);
	return fits;
}

static bool authenticate(const struct cell *cell, redisContext *redis)
{
	char why[CELL_TROUBLE_MAX];
	redisReply *r;
	bool ok;

	if (cell->password[0] == '\0')
		return true;
	r = redisCommand(redis, "AUTH %s %s", cell->user[0] == '\0' ? "default" : cell->user, cell->password);
	ok = r != NULL && r->type != REDIS_REPLY_ERROR;
	if (!ok)
		complain(cell, "", cell_trouble(redis, r, why));
	if (r != NULL)
		freeReplyObject(r);
	return ok;
}

/* One connection; NULL with one line on standard error. */
static redisContext *link_open(const struct cell *cell)
{
	const struct timeval patience = {.tv_sec = CELL_PATIENCE_S};
	char why[CELL_TROUBLE_MAX];
	redisContext *redis;

	if (cell->socket[0] != '\0') {
		redis = redisConnectUnixWithTimeout(cell->socket, patience);
	} else {
		char host[sizeof cell->tcp];
		const char *colon = strrchr(cell->tcp, ':'), *at = cell->tcp + (cell->tcp[0] == '[');

		snprintf(host, sizeof host, "%.*s", colon == NULL ? 0 : (int)(colon - at), at);
		host[strcspn(host, "]")] = '\0'; /* of an IPv6 address */
		redis = redisConnectWithTimeout(host, colon == NULL ? 0 : atoi(colon + 1), patience);
	}
	if (redis == NULL || redis->err != 0) {
		complain(cell, "no connection: ", cell_trouble(redis, NULL, why));
	} else {
		redisSetTimeout(redis, patience);
		if (authenticate(cell, redis))
			return redis;
	}
	if (redis != NULL)
		redisFree(redis);
	return NULL;
}

bool cell_links(struct cell *cell)
{
	cell->links[0] = cell->redis;
	for (size_t i = 1; i < CELL_LINKS_MAX; i++)
		if (cell->links[i] == NULL && (cell->links[i] = link_open(cell)) == NULL)
			return false;
	return true;
}

bool cell_reach(struct cell *cell, const char *config_path, const char *socket_path, const char *name)
{
	struct config config;
	char why[CONFIG_WHY_MAX];

	memset(cell, 0, sizeof *cell);
	config_preset(&config);
	if (config_path != NULL && !config_load(config_path, &config, why)) {
		fprintf(stderr, "pinganctl: %s\n", why);
		return false;
	}
	if (socket_path != NULL && !text_copy(config.redis.socket, sizeof config.redis.socket, slice_str(socket_path))) {
		fprintf(stderr, "pinganctl: --redis: a socket's path has at most 107 bytes\n");
		return false;
	}
	snprintf(cell->prefix, sizeof cell->prefix, "%s:", name != NULL ? name : config.cell);
	if (!commit_prefix_valid(cell->prefix)) {
		fprintf(stderr, "pinganctl: --cell: \"%s\" can't be the name of a cell\n", name);
		return false;
	}
	/* As the daemon has it: an address goes before the socket, which has a default. --redis goes before both. */
	if (socket_path != NULL || config.redis.tcp[0] == '\0')
		snprintf(cell->socket, sizeof cell->socket, "%s", config.redis.socket);
	snprintf(cell->tcp, sizeof cell->tcp, "%s", config.redis.tcp);
	snprintf(cell->user, sizeof cell->user, "%s", config.redis.user);
	snprintf(cell->password, sizeof cell->password, "%s", config.redis.password);
	sodium_memzero(config.redis.password, sizeof config.redis.password);
	cell->redis = link_open(cell);
	return cell->redis != NULL;
}

bool cell_open(struct cell *cell, const char *config_path, const char *socket_path, const char *name)
{
	if (cell_reach(cell, config_path, socket_path, name) && library_ready(cell))
		return true;
	cell_close(cell);
	return false;
}

void cell_close(struct cell *cell)
{
	offline_free(cell);
	for (size_t i = 1; i < CELL_LINKS_MAX; i++)
		if (cell->links[i] != NULL)
			redisFree(cell->links[i]);
	if (cell->redis != NULL)
		redisFree(cell->redis);
	sodium_memzero(cell->password, sizeof cell->password);
	memset(cell->links, 0, sizeof cell->links);
	cell->redis = NULL;
}

redisReply *cell_ask(struct cell *cell, const char *fmt, ...)
{
	char why[CELL_TROUBLE_MAX];
	redisReply *r;
	va_list args;

	if (cell->offline != NULL) {
		fprintf(stderr, "pinganctl: not possible without Redis\n");
		return NULL;
	}
	va_start(args, fmt);
	r = redisvCommand(cell->redis, fmt, args);
	va_end(args);
	if (r != NULL && r->type != REDIS_REPLY_ERROR)
		return r;
	complain(cell, "", cell_trouble(cell->redis, r, why));
	if (r != NULL)
		freeReplyObject(r);
	return NULL;
}

ms_t cell_now_ms(struct cell *cell)
{
	redisReply *r;
	ms_t ms = 0;

	if (cell->offline != NULL)
		return offline_now_ms();
	r = cell_ask(cell, "TIME");
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2)
		ms = strtoll(r->element[0]->str, NULL, 10) * 1000 + strtoll(r->element[1]->str, NULL, 10) / 1000;
	if (r != NULL)
		freeReplyObject(r);
	return ms;
}

bool cell_has(struct cell *cell, const char *key)
{
	redisReply *r = cell_ask(cell, "EXISTS %s%s", cell->prefix, key);
	bool has = r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 1;

	if (r != NULL)
		freeReplyObject(r);
	cell->kept += has;
	return has;
}

bool cell_get(struct cell *cell, const char *key, struct cell_record *ret)
{
	struct store_record rec;
	redisReply *r;
	bool ok;

	memset(ret, 0, sizeof *ret);
	if (cell->offline != NULL)
		return offline_get(cell, key, ret);
	r = cell_ask(cell, "HMGET %s%s rev commits body", cell->prefix, key);
	if (r == NULL)
		return false;
	ok = commit_record_read(slice_str(key), r, &rec);
	if (!ok) {
		fprintf(stderr, "pinganctl: %s is unreadable\n", key);
	} else if (rec.rev != 0) {
		ret->rev = rec.rev;
		ret->newest = rec.commits[0];
		ret->len = rec.body.len;
		memcpy(ret->body, rec.body.at, rec.body.len);
	}
	freeReplyObject(r);
	return ok;
}

/* Sends it; `expect` 0 = the record must not be there; without a body it goes. *ret is what the store says. */
static bool put(struct cell *cell, const char *key, uint64_t expect, struct slice body, enum store_result *ret)
{
	struct store_commit c = {.put_count = 1};
	uint8_t event[LOG_EVENT_MAX], audit[AUDIT_MAX];
	struct buf b = buf_of(event, sizeof event);
	struct commit_call call;
	struct store_answer answer;
	char why[CELL_TROUBLE_MAX];
	redisReply *r;

	do
		randombytes_buf(&c.id, sizeof c.id);
	while (c.id == 0);
	snprintf(c.puts[0].key, sizeof c.puts[0].key, "%s", key);
	c.puts[0].expect = expect;
	c.puts[0].body = body;
	c.puts[0].remove = body.at == NULL;
	log_event_encode("pinganctl", key, NULL, 0, NULL, slice_of(NULL, 0), "", &b);
	device_events_encode(cell->events, cell->event_count, &b);
	cell->event_count = 0;
	buf_put(&b, cell->event.at, cell->event.len);
	cell->event = slice_of(NULL, 0);
	c.event = slice_of(b.at, b.len);
	c.audit = audit_of_commit(&c, AUDIT_NONE, audit);
	commit_call_make(&call, cell->prefix, &c, 0);
	r = redisCommandArgv(cell->redis, call.argc, call.argv, call.argvlen);
	if (r == NULL || !commit_answer_read(r, &answer)) {
		fprintf(stderr, "pinganctl: %s: Redis at %s: %s; %s\n", key, cell_where(cell),
		        cell_trouble(cell->redis, r, why),
		        r == NULL ? "whether it was stored is not known: look before you do it again" : "nothing was stored");
		if (r != NULL)
			freeReplyObject(r);
		return false;
	}
	freeReplyObject(r);
	*ret = answer.result;
	if (answer.result == STORE_STORED || answer.result == STORE_STALE)
		return true;
	fprintf(stderr, "pinganctl: %s could not be stored: refused (%d)\n", key, answer.result);
	return false;
}

bool cell_put(struct cell *cell, const char *key, const struct cell_record *from, struct slice body)
{
	enum store_result result;

	if (!put(cell, key, from->newest, body, &result))
		return false;
	if (result == STORE_STALE) {
		fprintf(stderr, "pinganctl: %s was changed by somebody else at this moment; nothing was written, try again\n",
		        key);
		return false;
	}
	cell->stored++;
	return true;
}

bool cell_remove(struct cell *cell, const char *key, const struct cell_record *from)
{
	return cell_put(cell, key, from, slice_of(NULL, 0));
}

bool cell_remove_now(struct cell *cell, const char *key, bool *ret_mine)
{
	struct cell_record rec;
	enum store_result result;

	*ret_mine = false;
	for (unsigned i = 0; i < REMOVE_TRIES; i++) {
		if (!cell_get(cell, key, &rec))
			return false;
		if (rec.rev == 0)
			return true;
		if (!put(cell, key, rec.newest, slice_of(NULL, 0), &result))
			return false;
		if (result != STORE_STALE) {
			cell->stored++;
			*ret_mine = true;
			return true;
		}
	}
	fprintf(stderr, "pinganctl: %s is changed by somebody else all the time; it was not removed, try again\n", key);
	return false;
}

bool cell_put_new(struct cell *cell, const char *key, struct slice body)
{
	enum store_result result;

	if (!put(cell, key, 0, body, &result))
		return false;
	if (result == STORE_STORED)
		cell->stored++;
	else
		cell->kept++;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A scan may name a key twice. */
static size_t sort_once(char **keys, size_t count)
{
	size_t kept = 0;

	if (count != 0)
		qsort(keys, count, sizeof *keys, by_text);
	for (size_t i = 0; i < count; i++) {
		if (kept != 0 && strcmp(keys[kept - 1], keys[i]) == 0)
			free(keys[i]);
		else
			keys[kept++] = keys[i];
	}
	return kept;
}

char **cell_keys(struct cell *cell, const char *type, size_t *ret_count)
{
	char cursor[32] = "0", **keys = calloc(1, sizeof *keys);
	size_t count = 0, size = 1;

	ENSURE(keys != NULL);
	if (cell->offline != NULL) {
		free(keys);
		return offline_keys(cell, type, ret_count);
	}
	do {
		redisReply *r = cell_ask(cell, "SCAN %s MATCH %s%s* COUNT %d", cursor, cell->prefix, type, SCAN_COUNT);

		if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 2) {
			if (r != NULL)
				freeReplyObject(r);
			cell_keys_free(keys, count);
			return NULL;
		}
		snprintf(cursor, sizeof cursor, "%s", r->element[0]->str);
		for (size_t i = 0; i < r->element[1]->elements; i++) {
			if (count == size) {
				char **more = realloc(keys, (size = size * 2 + 1024) * sizeof *keys);

				ENSURE(more != NULL);
				keys = more;
			}
			keys[count] = strdup(r->element[1]->element[i]->str + strlen(cell->prefix));
			ENSURE(keys[count] != NULL);
			count++;
		}
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	*ret_count = sort_once(keys, count);
	return keys;
}

void cell_keys_free(char **keys, size_t count)
{
	for (size_t i = 0; keys != NULL && i < count; i++)
		free(keys[i]);
	free(keys);
}
