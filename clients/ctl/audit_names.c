/* audit_names.c - names that only one may have, and the set of what is open, are made from the calls: they can be made again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/open_name.h"
#include "audit_records.h"
#include "wire/record.h"

#define OPEN_SET "incidents:open"

bool audit_names_open(struct audit_records *r, const struct store_record *rec, char ret_name[STORE_KEY_MAX])
{
	static struct incident inc;

	arena_reset(&r->scratch);
	if (incident_decode(rec->body, &r->scratch, &inc) != 0 ||
	    (inc.state != INCIDENT_WAITING && inc.state != INCIDENT_ANSWERED))
		return false;
	incident_open_name(&inc, ret_name);
	return true;
}

/* What stands under a name, whether the call is in the set, and the call: as of one moment. */
struct as_one {
	char value[STORE_KEY_MAX]; /* "" = the name is free */
	bool in_set, open;
	char name[STORE_KEY_MAX]; /* of the call, while it is open */
};

static bool ask_as_one(struct audit_records *r, const char *name, const char *key, struct as_one *ret)
{
	redisContext *redis = r->cell->redis;
	const char *prefix = r->cell->prefix;
	struct store_record rec;
	redisReply *reply;
	void *got = NULL;
	bool ok;

	*ret = (struct as_one){0};
	(void)redisAppendCommand(redis, "MULTI");
	(void)redisAppendCommand(redis, "MGET %slink:%s", prefix, name);
	(void)redisAppendCommand(redis, "SISMEMBER %sset:" OPEN_SET " %s", prefix, key);
	(void)redisAppendCommand(redis, "HMGET %s%s rev commits body", prefix, key);
	(void)redisAppendCommand(redis, "EXEC");
	for (int i = 0; i < 5; i++) {
		if (redisGetReply(redis, &got) != REDIS_OK || got == NULL) {
			fprintf(stderr, "pinganctl: Redis at %s does not answer\n", cell_where(r->cell));
			return false;
		}
		if (i < 4)
			freeReplyObject(got);
	}
	reply = got;
	ok = reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 && reply->element[0]->elements == 1;
	if (ok) {
		const redisReply *value = reply->element[0]->element[0];

		if (value->type == REDIS_REPLY_STRING)
			snprintf(ret->value, sizeof ret->value, "%.63s", value->str);
		ret->in_set = reply->element[1]->type == REDIS_REPLY_INTEGER && reply->element[1]->integer == 1;
		ret->open = commit_record_read(slice_str(key), reply->element[2], &rec) && rec.rev != 0 &&
		            audit_names_open(r, &rec, ret->name);
	}
	freeReplyObject(reply);
	if (!ok)
		fprintf(stderr, "pinganctl: Redis at %s does not tell who is under link:%s\n", cell_where(r->cell), name);
	return ok;
}

/* The calls that are open have their name, and stand in the set. */
static bool calls_look(struct audit_records *r)
{
	for (size_t i = 0; i < r->open_count; i++) {
		const char *key = r->open[i];
		char name[STORE_KEY_MAX] = "";
		struct as_one now;

		/* Its name may change while it is asked for: then it has another at the second try. */
		for (int tries = 0; tries < 3; tries++) {
			if (!ask_as_one(r, name, key, &now))
				return false;
			if (!now.open || strcmp(now.name, name) == 0)
				break;
			snprintf(name, sizeof name, "%s", now.name);
		}
		r->names += now.open;
		if (now.open && strcmp(now.value, key) != 0)
			audit_find(r->check, 0, "%s is open, but its name %s %s: changed by hand", key, now.name,
			           now.value[0] == '\0' ? "is free" : "stands for another");
		if (now.open && !now.in_set)
			audit_find(r->check, 0, "%s is open, but not among those that are open: changed by hand", key);
	}
	return true;
}

/* Whoever has a name, or is in the set, is open and of that name. */
static bool names_look(struct audit_records *r)
{
	size_t count;
	char **keys = cell_keys(r->cell, "link:open:", &count);
	struct as_one now;
	bool ok = keys != NULL;

	for (size_t i = 0; ok && i < count; i++) {
		const char *name = keys[i] + strlen("link:");
		char key[STORE_KEY_MAX] = "none:";

		if (strlen(name) >= STORE_KEY_MAX) {
			audit_find(r->check, 0, "%.80s is no name of ours", keys[i]);
			continue;
		}
		for (int tries = 0; ok && tries < 3; tries++) {
			ok = ask_as_one(r, name, key, &now);
			if (now.value[0] == '\0' || strcmp(now.value, key) == 0)
				break;
			snprintf(key, sizeof key, "%s", now.value);
		}
		if (ok && now.value[0] != '\0' && (!now.open || strcmp(now.name, name) != 0))
			audit_find(r->check, 0, "the name %s stands for %s, which is not open under it: put in by hand", name,
			           now.value);
	}
	cell_keys_free(keys, keys == NULL ? 0 : count);
	return ok;
}

static bool set_look(struct audit_records *r)
{
	redisReply *all = cell_ask(r->cell, "SMEMBERS %sset:" OPEN_SET, r->cell->prefix);
	struct as_one now;
	bool ok = all != NULL;

	for (size_t i = 0; ok && i < all->elements; i++) {
		const char *key = all->element[i]->str;

		if (strlen(key) >= STORE_KEY_MAX) {
			audit_find(r->check, 0, "among the open calls stands %.80s: put in by hand", key);
			continue;
		}
		ok = ask_as_one(r, "", key, &now);
		if (ok && now.in_set && !now.open)
			audit_find(r->check, 0, "%s is not open, but stands among those that are: put in by hand", key);
	}
	if (all != NULL)
		freeReplyObject(all);
	return ok;
}

bool audit_names_look(struct audit_records *r)
{
	return calls_look(r) && names_look(r) && set_look(r);
}
