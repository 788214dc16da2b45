/* redis_commit.h - how a commit, its answer, a record and a log entry look in Redis.
 *
 * Owns:   names of keys, the form of the call to the function in commit.lua, reading what comes back.
 * Knows:  no connection: the daemon, pinganctl and the benches send these calls each in their own way.
 * Result: what Redis says is theirs: everything is checked, and refused with false.
 * Bounds: those of app/store.h; PREFIX_MAX bytes of prefix.
 *
 * Keys behind the prefix (docs/STORE.md): the record's own key; log, head, outbox, audit, audit_head; link:NAME, set:NAME,
 * msg:KEY, gone:KEY.
 */
#ifndef IO_REDIS_COMMIT_H
#define IO_REDIS_COMMIT_H

#include <hiredis/hiredis.h>

#include "app/store.h"

#define PREFIX_MAX 23 /* with its ':' */

/* The library as Redis gets it, and its version there. */
extern const unsigned char COMMIT_LUA[];
extern const size_t COMMIT_LUA_LEN;
extern const char COMMIT_LUA_SUM[];
#define COMMIT_LUA_VERSION 3 /* equal to VERSION in commit.lua */

#define CALL_ARGS_MAX 88
#define CALL_TEXT_MAX 4096

/* One command, ready for hiredis. Points into itself and into the commit: both stay until it is sent. */
struct commit_call {
	int argc;
	const char *argv[CALL_ARGS_MAX];
	size_t argvlen[CALL_ARGS_MAX];
	char text[CALL_TEXT_MAX];
	size_t text_len;
	uint8_t audit[STORE_AUDIT_MAX]; /* the audit part, and how the records stand after it */
};

/* FCALL commit. Counts and lengths beyond app/store.h are our own fault: ENSURE. */
void commit_call_make(struct commit_call *call, const char *prefix, const struct store_commit *commit,
                      int64_t offset_ms);

/* Answer of FCALL commit. False when it is none (an error of Redis, or not understood); *ret is then STORE_FAILED. */
bool commit_answer_read(const redisReply *reply, struct store_answer *ret);

/* True when Redis has this library, or a newer one that speaks this form. From the reply to FCALL_RO commit_version 0. */
bool commit_version_fits(const redisReply *reply);

/* One element of XRANGE or XREAD: [id, [field, value, ...]]. Slices point into the reply. Records that are kept apart
 * come `absent`: who wants them fetches them. */
bool commit_entry_read(const redisReply *reply, struct store_entry *ret);

/* The number of such an element, also where the rest of it is unreadable; 0 = none. */
uint64_t commit_entry_number(const redisReply *reply);

/* Reply to HMGET key rev commits body; `key` without the prefix. False when the record is unreadable; when it has gone,
 * true with rev 0. */
bool commit_record_read(struct slice key, const redisReply *reply, struct store_record *ret);

/* Value of the key `head`: the newest entry. False when it is not there or unreadable. */
bool commit_head_read(const redisReply *reply, uint64_t *ret_id, uint64_t *ret_commit, ms_t *ret_at_ms);

/* True for the hash of an entry of the audit chain: 40 hex digits. Copied to ret. */
bool audit_hash_read(const char *text, size_t len, char ret[STORE_HASH_SIZE]);

/* 16 hex digits. */
void commit_id_text(uint64_t id, char ret[17]);
bool commit_id_read(const char *text, size_t len, uint64_t *ret);

/* True for a prefix that may stand before every key: printable ASCII without blanks and glob characters, ':' at its end,
 * PREFIX_MAX bytes at most. */
bool commit_prefix_valid(const char *prefix);

#endif
