/* The audit chain of app/store.h, on the simulated store and on a real Redis: who did what goes into it in the step that
 * did it, or nothing of either happens; each entry seals the one before. */
#include "contract/store_harness.h"
#include "io/audit_chain.h"
#include "io/audit_record.h"
#include "io/redis_commit.h"
#include "wire/audit.h"

static int simulated(void **state)
{
	*state = stage_new(false, NULL, NULL);
	return 0;
}

static int real(void **state)
{
	*state = stage_new(true, NULL, NULL);
	return 0;
}

static int gone(void **state)
{
	stage_free(*state);
	return 0;
}

/* The entry of the chain with this number; `ret_body` owns its bytes. False when there is none. */
static bool chain_entry(struct stage *w, uint64_t id, struct store_audit *ret, char ret_body[STORE_AUDIT_MAX])
{
	redisReply *reply = NULL;
	bool found;

	if (w->is_redis) {
		reply = stage_ask(w, "XRANGE pa:audit %llu-0 %llu-0", (unsigned long long)id, (unsigned long long)id);
		assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
		found = reply->elements == 1;
		assert_true(!found || audit_entry_read(reply->element[0], ret));
	} else {
		found = store_sim_audit(w->sim, id, ret);
	}
	if (found) {
		memcpy(ret_body, ret->body.at, ret->body.len);
		ret->body.at = (const uint8_t *)ret_body;
	}
	if (reply != NULL)
		freeReplyObject(reply);
	return found;
}

static void hashes_to(const struct store_audit *a, const char *before)
{
	char hash[STORE_HASH_SIZE];

	assert_string_equal(a->prev, before);
	audit_hash(before, a->id, a->at_ms, a->body, hash);
	assert_string_equal(a->hash, hash);
}

static void who_did_it_is_chained_in_the_same_step(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	char before[STORE_HASH_SIZE] = STORE_HASH_NONE, body[STORE_AUDIT_MAX], text[STORE_AUDIT_MAX];
	struct store_audit got;
	uint64_t last = 0;

	for (int i = 1; i <= 6; i++) {
		c = commit_of(w, "incident:01", last, "x");
		/* Every third is nobody's act: an alarm, a rule. Bytes of all values, and as many as may be. */
		memset(text, 0xf0 + i, sizeof text);
		c.audit = i % 3 == 0 ? slice_of(NULL, 0) : slice_of(text, i == 4 ? STORE_AUDIT_PART_MAX : (size_t)(7 * i));
		last = c.id;
		assert_int_equal(stored(a, &c), i);
		if (i % 3 == 0) {
			assert_false(chain_entry(w, (uint64_t)i, &got, body));
			assert_string_equal(client_entry(b, (uint64_t)i)->audit, "");
			continue;
		}
		assert_true(chain_entry(w, (uint64_t)i, &got, body));
		assert_int_equal(got.at_ms, client_entry(b, (uint64_t)i)->at_ms);
		assert_true(got.body.len >= c.audit.len); /* a store may put behind it how the records stand */
		assert_memory_equal(got.body.at, text, c.audit.len);
		hashes_to(&got, before);
		memcpy(before, got.hash, sizeof before);
		/* Whoever follows the log has it in memory. */
		assert_string_equal(client_entry(b, (uint64_t)i)->audit, got.hash);
		assert_string_equal(client_entry(a, (uint64_t)i)->audit, got.hash);
	}
}

static void what_is_refused_or_repeated_is_not_chained(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x"), stale = commit_of(w, "incident:01", 0, "y"), look;
	char body[STORE_AUDIT_MAX];
	struct store_audit got;

	c.audit = slice_str("one");
	stale.audit = slice_str("two");
	stored(a, &c);
	assert_int_equal(client_commit(a, &stale)->result, STORE_STALE);
	assert_int_equal(client_commit(a, &c)->result, STORE_MINE);
	/* A look changes no record: an entry of log and chain, once. */
	look = (struct store_commit){.id = new_id(w), .event = slice_str("look"), .audit = slice_str("three")};
	commit_message(&look, "look.1", "look", MINUTES(10));
	assert_int_equal(stored(a, &look), 2);
	assert_int_equal(client_commit(a, &look)->result, STORE_DUPLICATE);
	assert_true(chain_entry(w, 2, &got, body));
	assert_slice(got.body, "three");
	assert_false(chain_entry(w, 3, &got, body));
}

static void a_cut_takes_both_away(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x"), second;
	char body[STORE_AUDIT_MAX], head[STORE_HASH_SIZE];
	struct store_audit got;

	c.audit = slice_str("one");
	stored(a, &c);
	await(w, a->safe == 1, "safe");
	stage_keep(w, 1);
	assert_true(chain_entry(w, 1, &got, body));
	memcpy(head, got.hash, sizeof head);
	second = commit_of(w, "incident:01", c.id, "y");
	second.audit = slice_str("two");
	stored(a, &second);
	stage_cut(w);
	await(w, a->downs == 1, "down");
	assert_int_equal(client_again(a), ATTACH_CUT);
	assert_false(chain_entry(w, 2, &got, body));
	second.id = new_id(w);
	second.audit = slice_str("another two");
	stored(a, &second);
	assert_true(chain_entry(w, 2, &got, body));
	hashes_to(&got, head);
}

/* ------------------------------------------------------------ Redis alone: other hands in it */

/* Behind who did it stands how each record is since; what nobody did carries nothing, and is as short as it was. */
static void how_the_records_stand_is_chained_too(void **state)
{
	static _Alignas(16) uint8_t memory[65536];
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "household:h1", 0, "her name");
	uint8_t part[AUDIT_PART_MAX], hash[RECORD_HASH_LEN];
	struct buf b = buf_of(part, sizeof part);
	const struct audit act = {.what = AUDIT_CHANGED, .who = "op1"};
	char body[STORE_AUDIT_MAX];
	struct store_record rec;
	struct store_audit got;
	struct arena arena;
	struct audit said;
	redisReply *reply;

	audit_encode(&act, &b);
	c.audit = slice_of(b.at, b.len);
	stored(a, &c);
	assert_true(chain_entry(w, 1, &got, body));
	arena_init(&arena, memory, sizeof memory);
	assert_true(audit_decode(got.body, &arena, &said));
	assert_string_equal(said.who, "op1");
	assert_int_equal(said.record_count, 1);
	assert_string_equal(said.records[0].key, "household:h1");
	/* It is what stands in Redis. */
	reply = stage_ask(w, "HMGET pa:household:h1 rev commits body");
	assert_true(commit_record_read(slice_str("household:h1"), reply, &rec));
	audit_record_hash(rec.key, rec.commits[0], rec.body, hash);
	assert_memory_equal(said.records[0].hash, hash, sizeof hash);
	freeReplyObject(reply);
	c = commit_of(w, "household:h1", c.id, "");
	c.puts[0].remove = true;
	c.audit = slice_of(b.at, b.len);
	stored(a, &c);
	assert_true(chain_entry(w, 2, &got, body));
	arena_reset(&arena);
	assert_true(audit_decode(got.body, &arena, &said));
	assert_true(said.record_count == 1 && said.records[0].gone);
}

static void a_broken_stream_stops_nobody(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	char body[STORE_AUDIT_MAX], head[STORE_HASH_SIZE];
	struct store_audit got;
	uint64_t last = c.id;
	redisReply *reply;

	c.audit = slice_str("one");
	stored(a, &c);
	assert_true(chain_entry(w, 1, &got, body));
	memcpy(head, got.hash, sizeof head);
	/* An entry far ahead: no number of ours would fit behind it. */
	freeReplyObject(stage_ask(w, "XADD pa:audit 900-0 body forged"));
	c = commit_of(w, "incident:01", last, "y");
	c.audit = slice_str("two");
	last = c.id;
	stored(a, &c);
	assert_true(chain_entry(w, 2, &got, body));
	hashes_to(&got, head);
	memcpy(head, got.hash, sizeof head);
	reply = stage_ask(w, "XLEN pa:audit_broken_2");
	assert_int_equal(reply->integer, 2);
	freeReplyObject(reply);
	/* The stream is no stream, its head is gone or is no head. */
	freeReplyObject(stage_ask(w, "DEL pa:audit"));
	freeReplyObject(stage_ask(w, "SET pa:audit text"));
	freeReplyObject(stage_ask(w, "DEL pa:audit_head"));
	freeReplyObject(stage_ask(w, "LPUSH pa:audit_head x"));
	c = commit_of(w, "incident:01", last, "z");
	c.audit = slice_str("three");
	last = c.id;
	stored(a, &c);
	assert_true(chain_entry(w, 3, &got, body));
	hashes_to(&got, STORE_HASH_NONE); /* and audit verify says so */
	memcpy(head, got.hash, sizeof head);
	/* Without its head the newest entry says what goes on. */
	freeReplyObject(stage_ask(w, "DEL pa:audit_head"));
	c = commit_of(w, "incident:01", last, "a");
	c.audit = slice_str("four");
	stored(a, &c);
	assert_true(chain_entry(w, 4, &got, body));
	hashes_to(&got, head);
}

/* Without `head` the log itself says its number: the chain's entry has the same. */
static void the_chain_has_the_numbers_of_the_log(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	char body[STORE_AUDIT_MAX], head[STORE_HASH_SIZE];
	struct store_audit got;
	uint64_t last = 0;
	redisReply *reply;

	for (int i = 0; i < 3; i++) {
		c = commit_of(w, "incident:01", last, "x");
		c.audit = slice_str("one");
		last = c.id;
		stored(a, &c);
	}
	assert_true(chain_entry(w, 3, &got, body));
	memcpy(head, got.hash, sizeof head);
	/* The first two again, as far as `head` knows. */
	reply = stage_ask(w, "SET pa:head %s", "00000000000000aa 1790000000000 1");
	freeReplyObject(reply);
	c = commit_of(w, "incident:01", last, "y");
	c.audit = slice_str("two");
	assert_int_equal(stored(a, &c), 4);
	assert_true(chain_entry(w, 4, &got, body));
	reply = stage_ask(w, "GET pa:audit_head");
	assert_memory_equal(reply->str, got.hash, 40);
	assert_string_equal(reply->str + 40, " 4");
	freeReplyObject(reply);
}

#define BOTH(test)                                       \
	{#test " [simulated]", test, simulated, gone, NULL}, \
	{                                                    \
#test " [redis]", test, real, gone, NULL         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(who_did_it_is_chained_in_the_same_step),
		BOTH(what_is_refused_or_repeated_is_not_chained),
		BOTH(a_cut_takes_both_away),
		{"how_the_records_stand_is_chained_too [redis]", how_the_records_stand_is_chained_too, real, gone, NULL},
		{"a_broken_stream_stops_nobody [redis]", a_broken_stream_stops_nobody, real, gone, NULL},
		{"the_chain_has_the_numbers_of_the_log [redis]", the_chain_has_the_numbers_of_the_log, real, gone, NULL},
	};

	return cmocka_run_group_tests_name("audit contract", tests, NULL, NULL);
}
