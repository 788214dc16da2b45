#include "io/redis_commit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/audit_record.h"

#define NUMBER_MAX 99999999999999u /* commit.lua counts in doubles */

/* ------------------------------------------------------------ ids */

void commit_id_text(uint64_t id, char ret[17])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 15; i >= 0; i--, id >>= 4)
		ret[i] = digits[id & 15];
	ret[16] = '\0';
}

bool commit_id_read(const char *text, size_t len, uint64_t *ret)
{
	uint64_t id = 0;

	if (len != 16)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		unsigned digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		else
			return false;
		id = id << 4 | digit;
	}
	*ret = id;
	return true;
}

/* Decimal digits, NUMBER_MAX at most. */
static bool number_read(const char *text, size_t len, uint64_t *ret)
{
	uint64_t n = 0;

	if (len == 0 || len > 14)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (unsigned)(text[i] - '0');
	}
	*ret = n;
	return true;
}

bool commit_prefix_valid(const char *prefix)
{
	size_t len = strlen(prefix);

	if (len < 2 || len > PREFIX_MAX || prefix[len - 1] != ':')
		return false;
	for (size_t i = 0; i < len; i++)
		if (prefix[i] <= ' ' || prefix[i] > '~' || strchr("*?[]\\^", prefix[i]) != NULL)
			return false;
	return true;
}

/* ------------------------------------------------------------ the call */

static void put_bytes(struct commit_call *call, const void *at, size_t len)
{
	ENSURE(call->argc < CALL_ARGS_MAX);
	call->argv[call->argc] = len == 0 ? "" : at;
	call->argvlen[call->argc++] = len;
}

static char *text_room(struct commit_call *call, size_t len)
{
	char *room = call->text + call->text_len;

	ENSURE(len <= sizeof call->text - call->text_len);
	call->text_len += len;
	return room;
}

static void put_number(struct commit_call *call, uint64_t n)
{
	char digits[20];
	size_t len = 0;
	char *room;

	ENSURE(n <= NUMBER_MAX);
	do
		digits[len++] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	room = text_room(call, len);
	for (size_t i = 0; i < len; i++)
		room[i] = digits[len - 1 - i];
	put_bytes(call, room, len);
}

static char *append(char *at, const char *from, size_t len)
{
	memcpy(at, from, len);
	return at + len;
}

/* Prefix, word, name. */
static void put_key(struct commit_call *call, const char *prefix, const char *word, const char *name, size_t name_max)
{
	size_t prefix_len = strlen(prefix), word_len = strlen(word), name_len = strnlen(name, name_max);
	char *room;

	ENSURE(name_len < name_max);
	room = text_room(call, prefix_len + word_len + name_len);
	append(append(append(room, prefix, prefix_len), word, word_len), name, name_len);
	put_bytes(call, room, prefix_len + word_len + name_len);
}

static void put_id(struct commit_call *call, uint64_t id)
{
	char *room = text_room(call, 17);

	commit_id_text(id, room);
	put_bytes(call, room, 16);
}

static void put_expect(struct commit_call *call, uint64_t expect)
{
	if (expect == 0)
		put_bytes(call, "", 0);
	else
		put_id(call, expect);
}

static void put_text(struct commit_call *call, const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	ENSURE(len < max);
	put_bytes(call, text, len);
}

/* A record's key names its type; the words of our own keys are none. */
static void ensure_record_key(const char *key)
{
	static const char *const ours[] = {"link:", "set:", "msg:", "gone:"};

	ENSURE(strchr(key, ':') != NULL);
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		ENSURE(strncmp(key, ours[i], strlen(ours[i])) != 0);
}

void commit_call_make(struct commit_call *call, const char *prefix, const struct store_commit *c, int64_t offset_ms)
{
	static const char *const link_words[] = {
		[LINK_UNIQUE] = "link:", [LINK_FREE] = "link:", [LINK_ADD] = "set:", [LINK_DROP] = "set:"};
	static const char *const link_ops[] = {[LINK_UNIQUE] = "u", [LINK_FREE] = "f", [LINK_ADD] = "a", [LINK_DROP] = "d"};
	bool message = c->message[0] != '\0';
	uint32_t keys = 3 + c->put_count + c->check_count + message + c->link_count;
	char *room;

	ENSURE(c->id != 0);
	ENSURE(c->put_count <= STORE_PUTS_MAX && (c->put_count > 0 || (message && c->outbox_count == 0)));
	ENSURE(c->check_count <= STORE_CHECKS_MAX && c->link_count <= STORE_LINKS_MAX &&
	       c->outbox_count <= STORE_OUTBOX_MAX);
	ENSURE(!message || c->message_ms > 0);
	ENSURE(c->not_before_ms >= 0 && c->event.len <= STORE_BODY_MAX && c->audit.len <= STORE_AUDIT_PART_MAX);
	call->argc = 0;
	call->text_len = 0;
	put_bytes(call, "FCALL", 5);
	put_bytes(call, "commit", 6);
	put_number(call, keys);
	put_key(call, prefix, "log", "", 1);
	put_key(call, prefix, "head", "", 1);
	put_key(call, prefix, "outbox", "", 1);
	for (uint32_t i = 0; i < c->put_count; i++) {
		ensure_record_key(c->puts[i].key);
		put_key(call, prefix, "", c->puts[i].key, STORE_KEY_MAX);
	}
	for (uint32_t i = 0; i < c->check_count; i++)
		put_key(call, prefix, "", c->checks[i].key, STORE_KEY_MAX);
	if (message)
		put_key(call, prefix, "msg:", c->message, sizeof c->message);
	for (uint32_t i = 0; i < c->link_count; i++) {
		ENSURE(c->links[i].op <= LINK_DROP);
		put_key(call, prefix, link_words[c->links[i].op], c->links[i].name, STORE_KEY_MAX);
	}

	put_bytes(call, c->audit.len == 0 ? "1" : "2", 1);
	put_id(call, c->id);
	put_number(call, c->put_count);
	put_number(call, c->check_count);
	put_number(call, c->link_count);
	put_number(call, c->outbox_count);
	put_bytes(call, c->message_anew ? "a" : "m", message ? 1 : 0);
	put_text(call, message ? c->message_value : "", STORE_KEY_MAX);
	put_number(call, message ? (uint64_t)c->message_ms : 0);
	put_number(call, (uint64_t)c->not_before_ms);
	put_bytes(call, c->event.at, c->event.len);
	room = text_room(call, 24);
	put_bytes(call, room, (size_t)snprintf(room, 24, "%" PRId64, offset_ms));
	for (uint32_t i = 0; i < c->put_count; i++) {
		ENSURE(c->puts[i].body.len <= STORE_BODY_MAX);
		put_expect(call, c->puts[i].expect);
		put_bytes(call, c->puts[i].remove ? "r" : store_apart(c->puts[i].key) ? "a" : "w", 1);
		put_bytes(call, c->puts[i].body.at, c->puts[i].remove ? 0 : c->puts[i].body.len);
	}
	for (uint32_t i = 0; i < c->check_count; i++)
		put_expect(call, c->checks[i].expect);
	for (uint32_t i = 0; i < c->link_count; i++) {
		put_bytes(call, link_ops[c->links[i].op], 1);
		put_text(call, c->links[i].value, STORE_KEY_MAX);
	}
	for (uint32_t i = 0; i < c->outbox_count; i++) {
		ENSURE(c->outbox[i].body.len <= STORE_BODY_MAX);
		put_text(call, c->outbox[i].key, STORE_KEY_MAX);
		put_bytes(call, c->outbox[i].body.at, c->outbox[i].body.len);
	}
	if (c->audit.len != 0)
		put_bytes(call, call->audit, audit_records_add(c, call->audit));
}

/* ------------------------------------------------------------ what comes back */

static bool is_number(const redisReply *r)
{
	return r->type == REDIS_REPLY_INTEGER && r->integer >= 0;
}

static bool is_text(const redisReply *r)
{
	return r->type == REDIS_REPLY_STRING;
}

bool commit_answer_read(const redisReply *reply, struct store_answer *ret)
{
	static const enum store_result results[] = {0,           STORE_STORED, STORE_MINE,  STORE_DUPLICATE,
	                                            STORE_STALE, STORE_TAKEN,  STORE_EARLY, STORE_REFUSED};
	static const size_t fields[] = {0, 3, 3, 5, 8, 5, 2, 5};
	struct store_answer a = {0};
	redisReply *const *e;
	uint64_t newest = 0;
	size_t code;

	memset(ret, 0, sizeof *ret);
	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements < 2)
		return false;
	e = reply->element;
	if (!is_number(e[0]) || !is_number(e[1]) || e[0]->integer < 1 || e[0]->integer >= (long long)COUNT_OF(results))
		return false;
	code = (size_t)e[0]->integer;
	if (reply->elements != fields[code])
		return false;
	a.result = results[code];
	a.at_ms = e[1]->integer;
	if (reply->elements > 2) {
		if (!is_number(e[2]))
			return false;
		a.log_id = (uint64_t)e[2]->integer;
	}
	if (reply->elements > 4) {
		if (!is_number(e[3]) || e[3]->integer >= STORE_PUTS_MAX + STORE_CHECKS_MAX || !is_text(e[4]) ||
		    !text_copy(a.value, sizeof a.value, slice_of(e[4]->str, e[4]->len)))
			return false;
		a.index = (uint32_t)e[3]->integer;
	}
	if (reply->elements > 7) {
		if (!is_number(e[5]) || !is_text(e[6]) || !is_text(e[7]) || e[7]->len > STORE_BODY_MAX)
			return false;
		if (e[6]->len != 0 && !commit_id_read(e[6]->str, e[6]->len, &newest))
			return false;
		if ((e[5]->integer == 0) != (newest == 0))
			return false;
		a.rev = (uint64_t)e[5]->integer;
		a.newest = newest;
		a.body = slice_of(e[7]->str, e[7]->len);
	}
	*ret = a;
	return true;
}

bool commit_version_fits(const redisReply *reply)
{
	long long version;

	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || !is_number(reply->element[0]) ||
	    !is_text(reply->element[1]))
		return false;
	version = reply->element[0]->integer;
	/* A newer daemon has been here: its library still speaks the form of ours. */
	if (version != COMMIT_LUA_VERSION)
		return version > COMMIT_LUA_VERSION;
	return strcmp(reply->element[1]->str, COMMIT_LUA_SUM) == 0;
}

/* "id id id", newest first. */
static bool commits_read(const char *text, size_t len, uint64_t ret[STORE_COMMITS_KEPT])
{
	memset(ret, 0, STORE_COMMITS_KEPT * sizeof *ret);
	if (len == 0)
		return true;
	if ((len + 1) % 17 != 0 || (len + 1) / 17 > STORE_COMMITS_KEPT)
		return false;
	for (size_t i = 0; i < (len + 1) / 17; i++) {
		if (!commit_id_read(text + 17 * i, 16, &ret[i]) || ret[i] == 0)
			return false;
		if (17 * i + 16 < len && text[17 * i + 16] != ' ')
			return false;
	}
	return true;
}

static bool text_is(const redisReply *r, const char *text)
{
	return is_text(r) && strcmp(r->str, text) == 0;
}

/* One record of an entry: key, rev, commits, body, each a name and a value. */
static bool entry_record_read(redisReply *const *f, struct store_record *ret)
{
	bool apart = text_is(f[6], "apart");

	if (!text_is(f[0], "key") || !text_is(f[2], "rev") || !text_is(f[4], "commits") ||
	    (!apart && !text_is(f[6], "body")))
		return false;
	for (size_t i = 1; i < 8; i += 2)
		if (!is_text(f[i]))
			return false;
	if (!text_copy(ret->key, sizeof ret->key, slice_of(f[1]->str, f[1]->len)) || ret->key[0] == '\0')
		return false;
	if (!number_read(f[3]->str, f[3]->len, &ret->rev) || !commits_read(f[5]->str, f[5]->len, ret->commits))
		return false;
	if (f[7]->len > STORE_BODY_MAX || (ret->rev == 0) != (ret->commits[0] == 0) ||
	    (apart && (ret->rev == 0 || f[7]->len != 0)))
		return false;
	ret->absent = apart;
	ret->body = slice_of(f[7]->str, f[7]->len);
	return true;
}

bool audit_hash_read(const char *text, size_t len, char ret[STORE_HASH_SIZE])
{
	if (len != STORE_HASH_SIZE - 1 || strspn(text, "0123456789abcdef") < len)
		return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return true;
}

bool commit_entry_read(const redisReply *reply, struct store_entry *ret)
{
	const redisReply *id, *fields;
	redisReply *const *f;
	uint64_t at;
	size_t n;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
		return false;
	id = reply->element[0];
	fields = reply->element[1];
	if (!is_text(id) || id->len < 3 || strcmp(id->str + id->len - 2, "-0") != 0 ||
	    !number_read(id->str, id->len - 2, &ret->id) || ret->id == 0)
		return false;
	if (fields->type != REDIS_REPLY_ARRAY || fields->elements < 8 || (fields->elements % 8 & ~(size_t)2) != 0)
		return false;
	f = fields->element;
	n = (fields->elements - 8) / 8;
	ret->audit[0] = '\0';
	if (fields->elements % 8 == 2) {
		redisReply *const *audit = f + 8 + 8 * n;

		if (!text_is(audit[0], "audit") || !is_text(audit[1]) ||
		    !audit_hash_read(audit[1]->str, audit[1]->len, ret->audit))
			return false;
	}
	if (n > STORE_PUTS_MAX)
		return false;
	if (!text_is(f[0], "commit") || !text_is(f[2], "prev") || !text_is(f[4], "at") || !text_is(f[6], "event"))
		return false;
	for (size_t i = 1; i < 8; i += 2)
		if (!is_text(f[i]))
			return false;
	if (!commit_id_read(f[1]->str, f[1]->len, &ret->commit) || ret->commit == 0 ||
	    !commit_id_read(f[3]->str, f[3]->len, &ret->prev) || !number_read(f[5]->str, f[5]->len, &at) ||
	    f[7]->len > STORE_BODY_MAX)
		return false;
	ret->at_ms = (ms_t)at;
	ret->event = slice_of(f[7]->str, f[7]->len);
	ret->record_count = (uint32_t)n;
	for (size_t i = 0; i < n; i++)
		if (!entry_record_read(f + 8 + 8 * i, &ret->records[i]))
			return false;
	return true;
}

uint64_t commit_entry_number(const redisReply *reply)
{
	const redisReply *id;
	const char *dash;
	uint64_t n;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 1 || !is_text(reply->element[0]))
		return 0;
	id = reply->element[0];
	dash = memchr(id->str, '-', id->len);
	return dash != NULL && number_read(id->str, (size_t)(dash - id->str), &n) ? n : 0;
}

bool commit_record_read(struct slice key, const redisReply *reply, struct store_record *ret)
{
	redisReply *const *e;

	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
		return false;
	if (!text_copy(ret->key, sizeof ret->key, key) || ret->key[0] == '\0')
		return false;
	e = reply->element;
	ret->absent = false;
	if (e[0]->type == REDIS_REPLY_NIL && e[1]->type == REDIS_REPLY_NIL && e[2]->type == REDIS_REPLY_NIL) {
		ret->rev = 0;
		memset(ret->commits, 0, sizeof ret->commits);
		ret->body = slice_of(NULL, 0);
		return true;
	}
	if (!is_text(e[0]) || !is_text(e[1]) || !is_text(e[2]))
		return false;
	if (!number_read(e[0]->str, e[0]->len, &ret->rev) || ret->rev == 0 ||
	    !commits_read(e[1]->str, e[1]->len, ret->commits) || ret->commits[0] == 0 || e[2]->len > STORE_BODY_MAX)
		return false;
	ret->body = slice_of(e[2]->str, e[2]->len);
	return true;
}

bool commit_head_read(const redisReply *reply, uint64_t *ret_id, uint64_t *ret_commit, ms_t *ret_at_ms)
{
	uint64_t at;

	if (reply == NULL || !is_text(reply) || reply->len < 32 || reply->str[16] != ' ' || reply->str[30] != ' ')
		return false;
	if (!commit_id_read(reply->str, 16, ret_commit) || !number_read(reply->str + 17, 13, &at) ||
	    !number_read(reply->str + 31, reply->len - 31, ret_id))
		return false;
	*ret_at_ms = (ms_t)at;
	return *ret_id != 0 && *ret_commit != 0;
}
