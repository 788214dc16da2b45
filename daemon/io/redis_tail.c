#include "io/redis_store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void read_more(struct redis_store *s);
static void load_pump(struct redis_store *s);

static void key_of(const struct redis_store *s, const char *name, char ret[STORE_PREFIX_MAX + 16])
{
	snprintf(ret, STORE_PREFIX_MAX + 16, "%s%s", s->config.prefix, name);
}

static void turn(struct redis_store *s, enum follow_state follow)
{
	s->follow = follow;
	s->turn++;
}

/* False: an answer to something that we do not want to know any more. */
static bool wanted(const struct redis_store *s, uint64_t tag)
{
	return !s->falling && tag == s->turn;
}

void tail_reset(struct redis_store *s)
{
	turn(s, FOLLOW_NONE);
	s->gate_wanted = s->gate_asked = 0;
	s->keys.len = s->keys.sent = s->keys.answered = 0;
	s->scan_asked = s->scan_done = false;
	apart_forget(s);
}

/* ------------------------------------------------------------ the gate */

static void gate_ask(struct redis_store *s);

static void told_safe(struct redis_store *s, uint64_t id)
{
	s->stats.safe_id = id;
	s->sink.safe(s->sink.ctx, id);
}

static void on_ping(void *ctx, uint64_t tag, const redisReply *reply)
{
	(void)tag;
	if (reply->type == REDIS_REPLY_ERROR)
		store_bad_reply(ctx, "PING", reply);
}

static void on_wait(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;

	if (s->falling)
		return;
	s->gate_busy = false;
	if (reply->type != REDIS_REPLY_INTEGER) {
		store_bad_reply(s, "WAIT", reply);
		return;
	}
	if (s->follow != FOLLOW_TAIL)
		return;
	/* `tag` asked how many replicas then were needed: one that has come since must have it too. */
	if (reply->integer >= (long long)tag && tag >= s->wait_for && s->gate_asked <= s->gate_wanted) {
		told_safe(s, s->gate_asked);
		if (s->falling || s->gate_asked == s->gate_wanted)
			return;
	}
	gate_ask(s);
}

/* The entries were read on another connection: PING makes this one's offset cover them, WAIT right after a blocked read
 * would not. */
static void gate_ask(struct redis_store *s)
{
	char replicas[12], wait_ms[12];

	snprintf(replicas, sizeof replicas, "%u", s->wait_for);
	snprintf(wait_ms, sizeof wait_ms, "%d", GATE_WAIT_MS);
	s->gate_busy = true;
	s->gate_asked = s->gate_wanted;
	store_ask_words(s, LINK_GATE, on_ping, 0, GATE_WAIT_MS, "PING", (char *)NULL);
	store_ask_words(s, LINK_GATE, on_wait, s->wait_for, GATE_WAIT_MS, "WAIT", replicas, wait_ms, (char *)NULL);
}

void gate_want(struct redis_store *s, uint64_t id)
{
	s->gate_wanted = id;
	if (s->wait_for == 0)
		told_safe(s, id);
	else if (!s->gate_busy)
		gate_ask(s);
}

/* ------------------------------------------------------------ following the log */

static void on_read(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	const redisReply *entries;
	uint64_t from = s->last_id;

	if (!wanted(s, tag))
		return;
	if (reply->type == REDIS_REPLY_NIL) {
		read_more(s);
		return;
	}
	/* [[key, [entry, ...]]] */
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1 || reply->element[0]->type != REDIS_REPLY_ARRAY ||
	    reply->element[0]->elements != 2 || reply->element[0]->element[1]->type != REDIS_REPLY_ARRAY) {
		store_bad_reply(s, "XREAD", reply);
		return;
	}
	entries = reply->element[0]->element[1];
	for (size_t i = 0; i < entries->elements; i++) {
		struct store_entry *e = &s->entry;

		if (!commit_entry_read(entries->element[i], e)) {
			log_line(s->log, "STORE_ENTRY_UNREADABLE", "entry=%" PRIu64, commit_entry_number(entries->element[i]));
			store_bad_reply(s, "XREAD", reply);
			return;
		}
		if (e->id != s->last_id + 1 || (s->last_id != 0 && e->prev != s->last_commit)) {
			/* Neither a clock nor a trim can hide a gap. The check after the reconnect finds what it means. */
			log_line(s->log, "STORE_LOG_GAP", "after=%" PRIu64 " found=%" PRIu64, s->last_id, e->id);
			store_fall(s, "STORE_LOST", "gap in the log");
			return;
		}
		if (!apart_fill(s, e)) {
			/* Its record is fetched, and those of the entries behind it; then they are read once more. */
			apart_ask(s, entries, i);
			break;
		}
		s->last_id = e->id;
		s->last_commit = e->commit;
		s->stats.entries++;
		s->sink.entry(s->sink.ctx, e);
		if (!wanted(s, tag))
			return;
	}
	store_metric(s, METRIC_STORE_ENTRIES, s->last_id - from);
	/* The next read is on its way while the gate is asked. */
	read_more(s);
	if (s->last_id != from && !s->falling)
		gate_want(s, s->last_id);
}

static void read_more(struct redis_store *s)
{
	char key[STORE_PREFIX_MAX + 16], count[12], block[12], after[48];

	key_of(s, "log", key);
	snprintf(count, sizeof count, "%d", ENTRIES_A_READ);
	snprintf(block, sizeof block, "%d", READ_BLOCK_MS);
	/* Ours are all n-0; what somebody wrote beside one of them is passed over. */
	snprintf(after, sizeof after, "%" PRIu64 "-%" PRIu64, s->last_id, s->last_id == 0 ? 0 : UINT64_MAX);
	store_ask_words(s, LINK_LOG, on_read, s->turn, READ_BLOCK_MS, "XREAD", "COUNT", count, "BLOCK", block, "STREAMS",
	                key, after, (char *)NULL);
}

static void follow_from(struct redis_store *s, uint64_t id, uint64_t commit)
{
	turn(s, FOLLOW_TAIL);
	s->last_id = id;
	s->last_commit = commit;
	log_line(s->log, "STORE_ATTACHED", "entry=%" PRIu64 " commit=%016" PRIx64, id, commit);
	read_more(s);
}

/* ------------------------------------------------------------ is my last entry there? */

static void tell_attached(struct redis_store *s, enum attach_result result)
{
	s->app_up = true;
	if (result == ATTACH_TAIL)
		follow_from(s, s->attach_id, s->attach_commit);
	else
		turn(s, FOLLOW_LOADABLE);
	s->sink.attached(s->sink.ctx, result, s->config.replicas > 0);
	/* What was read before the links fell may not have been told safe. */
	if (result == ATTACH_TAIL && !s->falling)
		gate_want(s, s->last_id);
}

static void on_check_head(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	uint64_t id, commit;
	ms_t at_ms;

	if (wanted(s, tag))
		s->check_fits =
			commit_head_read(reply, &id, &commit, &at_ms) && id == s->attach_id && commit == s->attach_commit;
}

/* My entry and the one after it: a gap or a foreign entry right behind mine would only be found again and again. */
static void on_check_log(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	struct store_entry *e = &s->entry;
	bool fits = false;

	if (!wanted(s, tag))
		return;
	if (reply->type != REDIS_REPLY_ARRAY) {
		store_bad_reply(s, "XRANGE", reply);
		return;
	}
	if (reply->elements == 0)
		fits = s->check_fits; /* trimmed up to its end: `head` remembers */
	else if (commit_entry_read(reply->element[0], e))
		fits = e->id == s->attach_id && e->commit == s->attach_commit &&
		       (reply->elements == 1 ||
		        (commit_entry_read(reply->element[1], e) && e->id == s->attach_id + 1 && e->prev == s->attach_commit));
	if (!fits && !s->attach_looks)
		log_line(s->log, "STORE_HISTORY_CUT", "entry=%" PRIu64 " commit=%016" PRIx64, s->attach_id, s->attach_commit);
	tell_attached(s, !fits ? ATTACH_CUT : s->attach_looks ? ATTACH_THERE : ATTACH_TAIL);
}

void tail_check(struct redis_store *s, uint64_t id, uint64_t commit)
{
	char head[STORE_PREFIX_MAX + 16], key[STORE_PREFIX_MAX + 16], from[24];

	if (id == 0) {
		tell_attached(s, ATTACH_EMPTY);
		return;
	}
	turn(s, FOLLOW_CHECK);
	s->attach_id = id;
	s->attach_commit = commit;
	s->check_fits = false;
	key_of(s, "head", head);
	key_of(s, "log", key);
	snprintf(from, sizeof from, "%" PRIu64 "-0", id);
	store_ask_words(s, LINK_LOG, on_check_head, s->turn, READ_BLOCK_MS, "GET", head, (char *)NULL);
	store_ask_words(s, LINK_LOG, on_check_log, s->turn, READ_BLOCK_MS, "XRANGE", key, from, "+", "COUNT", "2",
	                (char *)NULL);
}

/* ------------------------------------------------------------ reading every record */

static void on_load_head(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	ms_t at_ms;

	if (!wanted(s, tag))
		return;
	if (!commit_head_read(reply, &s->load_id, &s->load_commit, &at_ms))
		s->load_id = s->load_commit = 0;
}

static void on_load_log(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;

	if (!wanted(s, tag))
		return;
	if (reply->type != REDIS_REPLY_ARRAY) {
		store_bad_reply(s, "XREVRANGE", reply);
		return;
	}
	/* The stream is right where `head` is behind it (commit.lua heals it at the next commit). An entry written by hand is
	 * stepped over here, as there: its commit id counts as 0. */
	if (reply->elements != 0 && commit_entry_number(reply->element[0]) >= s->load_id) {
		s->load_id = commit_entry_number(reply->element[0]);
		s->load_commit = commit_entry_read(reply->element[0], &s->entry) ? s->entry.commit : 0;
		if (s->load_commit == 0)
			log_line(s->log, "STORE_ENTRY_UNREADABLE", "entry=%" PRIu64, s->load_id);
	}
	s->sink.load_begin(s->sink.ctx);
	load_pump(s);
}

static void on_load_record(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	struct store_record *r = &s->entry.records[0];
	const char *key;

	if (!wanted(s, tag))
		return;
	ENSURE(s->keys.answered < s->keys.sent);
	key = s->keys.at[s->keys.answered++];
	if (!commit_record_read(slice_str(key), reply, r)) {
		s->stats.bad_replies++;
		store_metric(s, METRIC_STORE_BAD_REPLIES, 1);
		log_line(s->log, "STORE_RECORD_UNREADABLE", "record=%s", key);
	} else if (r->rev != 0) {
		s->sink.load_record(s->sink.ctx, r);
	}
	load_pump(s);
}

/* [cursor, [key, ...]] */
static void on_scan(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	const redisReply *found;
	size_t prefix_len = strlen(s->config.prefix);
	struct load_keys *keys = &s->keys;

	if (!wanted(s, tag))
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
	    reply->element[1]->type != REDIS_REPLY_ARRAY ||
	    !text_copy(s->cursor, sizeof s->cursor, slice_of(reply->element[0]->str, reply->element[0]->len))) {
		store_bad_reply(s, "SCAN", reply);
		return;
	}
	found = reply->element[1];
	s->scan_asked = false;
	s->scan_done = strcmp(s->cursor, "0") == 0;
	ENSURE(keys->answered == keys->len);
	keys->len = keys->sent = keys->answered = 0;
	if (found->elements > keys->size) {
		void *more = realloc(keys->at, found->elements * sizeof *keys->at);

		ENSURE(more != NULL);
		keys->at = more;
		keys->size = found->elements;
	}
	for (size_t i = 0; i < found->elements; i++) {
		const redisReply *k = found->element[i];

		/* A key of ours has a type before ':' and is no longer than a key may be; anything else is not ours. */
		if (k->type != REDIS_REPLY_STRING || k->len <= prefix_len ||
		    !text_copy(keys->at[keys->len], STORE_KEY_MAX, slice_of(k->str + prefix_len, k->len - prefix_len)) ||
		    strchr(keys->at[keys->len], ':') == NULL)
			continue;
		keys->len++;
	}
	load_pump(s);
}

static void ask_scan(struct redis_store *s)
{
	char pattern[STORE_PREFIX_MAX + 2], count[12];

	snprintf(pattern, sizeof pattern, "%s*", s->config.prefix);
	snprintf(count, sizeof count, "%d", SCAN_COUNT);
	s->scan_asked = true;
	store_ask_words(s, LINK_LOG, on_scan, s->turn, 0, "SCAN", s->cursor, "MATCH", pattern, "COUNT", count, "TYPE",
	                "hash", (char *)NULL);
}

static void load_end(struct redis_store *s)
{
	follow_from(s, s->load_id, s->load_commit);
	s->sink.load_end(s->sink.ctx, s->load_id, s->load_commit, 0);
	if (s->load_id != 0 && !s->falling)
		gate_want(s, s->load_id);
}

static void catch_up(struct redis_store *s);

/* What changed while the records were read, in order: when the last of it is in, every record stands as of that entry. */
static void on_catch_up(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	struct store_entry *e = &s->entry;

	if (!wanted(s, tag))
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) {
		store_bad_reply(s, "XRANGE", reply);
		return;
	}
	for (size_t i = 0; i < reply->elements && s->load_id < s->load_until; i++) {
		if (!commit_entry_read(reply->element[i], e) || e->id != s->load_id + 1 ||
		    (s->load_id != 0 && e->prev != s->load_commit)) {
			log_line(s->log, "STORE_LOG_GAP", "after=%" PRIu64 " found=%" PRIu64, s->load_id,
			         commit_entry_number(reply->element[i]));
			store_fall(s, "STORE_LOST", "gap in the log");
			return;
		}
		if (!apart_fill(s, e)) {
			apart_ask(s, reply, i);
			break;
		}
		/* One that is absent has moved on: what the scan brought is as new, or a later entry will be. */
		for (uint32_t k = 0; k < e->record_count; k++)
			if (!e->records[k].absent)
				s->sink.load_record(s->sink.ctx, &e->records[k]);
		s->load_id = e->id;
		s->load_commit = e->commit;
	}
	if (s->load_id < s->load_until)
		catch_up(s);
	else
		load_end(s);
}

static void catch_up(struct redis_store *s)
{
	char key[STORE_PREFIX_MAX + 16], from[24], count[12];

	key_of(s, "log", key);
	snprintf(from, sizeof from, "%" PRIu64 "-0", s->load_id + 1);
	snprintf(count, sizeof count, "%d", ENTRIES_A_READ);
	store_ask_words(s, LINK_LOG, on_catch_up, s->turn, 0, "XRANGE", key, from, "+", "COUNT", count, (char *)NULL);
}

/* Where the log stands now that every record is read. */
static void on_load_until(void *ctx, uint64_t tag, const redisReply *reply)
{
	struct redis_store *s = ctx;
	uint64_t commit;
	ms_t at_ms;

	if (!wanted(s, tag))
		return;
	if (!commit_head_read(reply, &s->load_until, &commit, &at_ms) || s->load_until <= s->load_id)
		load_end(s);
	else
		catch_up(s);
}

/* Keeps the pipeline filled; ends the load. */
static void load_pump(struct redis_store *s)
{
	struct load_keys *keys = &s->keys;
	char key[STORE_PREFIX_MAX + STORE_KEY_MAX], head[STORE_PREFIX_MAX + 16];

	while (keys->sent < keys->len && keys->sent - keys->answered < LOAD_WAITS_MAX && !s->falling) {
		snprintf(key, sizeof key, "%s%s", s->config.prefix, keys->at[keys->sent++]);
		store_ask_words(s, LINK_LOG, on_load_record, s->turn, 0, "HMGET", key, "rev", "commits", "body", (char *)NULL);
	}
	if (s->falling || s->scan_asked || keys->answered < keys->len)
		return;
	if (!s->scan_done) {
		ask_scan(s);
		return;
	}
	s->scan_asked = true; /* nothing more is asked */
	key_of(s, "head", head);
	store_ask_words(s, LINK_LOG, on_load_until, s->turn, 0, "GET", head, (char *)NULL);
}

void tail_load(struct redis_store *s)
{
	char head[STORE_PREFIX_MAX + 16], key[STORE_PREFIX_MAX + 16];

	turn(s, FOLLOW_LOAD);
	s->keys.len = s->keys.sent = s->keys.answered = 0;
	s->scan_asked = s->scan_done = false;
	snprintf(s->cursor, sizeof s->cursor, "0");
	key_of(s, "head", head);
	key_of(s, "log", key);
	/* Where the log stands before the first record is read: what changes meanwhile comes again by the log. */
	store_ask_words(s, LINK_LOG, on_load_head, s->turn, 0, "GET", head, (char *)NULL);
	store_ask_words(s, LINK_LOG, on_load_log, s->turn, 0, "XREVRANGE", key, "+", "-", "COUNT", "1", (char *)NULL);
}
