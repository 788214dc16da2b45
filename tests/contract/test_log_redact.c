/* Bodies of personal records that daemons of before left in the log are taken out of it (FUNCTION log_redact). */
#include "contract/store_harness.h"

#include "io/redis_commit.h"

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

static long long ask_number(struct stage *w, const char *command)
{
	redisReply *reply = stage_ask(w, command);
	long long n = reply->integer;

	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	freeReplyObject(reply);
	return n;
}

#define CASE(test)                    \
	{                                 \
#test, test, real, gone, NULL \
	}

/* What daemons of before left in the log is taken out of it; whoever follows it notices nothing, and its numbers, ids and
 * times are what they were. */
static void test_redacted_log_goes_on(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit c = commit_of(w, "incident:01", 0, "first");
	uint64_t after = 0, rounds = 0, left_out = 0;
	redisReply *r;

	stored(a, &c);
	r = stage_ask(
		w, "EVAL %s 0",
		"redis.call('XADD', 'pa:log', '2-0', 'commit', '00000000000000bb', 'prev', 'c000000000000001', 'at', "
		"'1790000000000', 'event', 'ev', 'key', 'household:h1', 'rev', '1', 'commits', '00000000000000bb', "
		"'body', 'CLEAR-NAME', 'key', 'incident:02', 'rev', '1', 'commits', '00000000000000bb', 'body', 'ids') "
		"redis.call('HSET', 'pa:household:h1', 'rev', '1', 'commits', '00000000000000bb', 'body', 'erased') "
		"redis.call('SET', 'pa:head', '00000000000000bb 1790000000000 2') return 1");
	freeReplyObject(r);
	assert_non_null(client_entry(a, 2));
	for (int i = 0; i < 20; i++) {
		c = commit_of(w, "incident:01", c.id, "more");
		stored(a, &c);
	}
	for (bool done = false; !done; rounds++) {
		r = stage_ask(w, "FCALL log_redact 2 pa:log pa:log.next %llu 5", (unsigned long long)after);
		assert_int_equal(r->type, REDIS_REPLY_ARRAY);
		after = (uint64_t)r->element[0]->integer;
		left_out += (uint64_t)r->element[1]->integer;
		done = r->element[2]->integer == 1;
		freeReplyObject(r);
		/* Work goes on meanwhile. */
		c = commit_of(w, "incident:01", c.id, "more");
		stored(a, &c);
	}
	assert_true(rounds > 4);
	assert_int_equal(left_out, 1);
	c = commit_of(w, "incident:01", c.id, "after");
	stored(a, &c);
	assert_slice(client_entry(a, 22 + rounds + 1)->records[0].body, "after");
	r = stage_ask(w, "XRANGE pa:log - +");
	assert_int_equal(r->elements, 22 + rounds + 1);
	for (size_t i = 0; i < r->elements; i++) {
		struct store_entry e;

		assert_true(commit_entry_read(r->element[i], &e));
		assert_int_equal(e.id, i + 1);
		assert_int_equal(e.commit, i == 1 ? 0xbb : a->entries[i].entry.commit);
		for (uint32_t k = 0; k < e.record_count; k++)
			assert_int_equal(e.records[k].absent, strcmp(e.records[k].key, "household:h1") == 0);
	}
	freeReplyObject(r);
	assert_int_equal(a->downs, 0);
	/* Whoever was behind goes on from where it stood. */
	b = client_join(w);
	b->newest = 1;
	b->newest_commit = a->entries[0].entry.commit;
	assert_int_equal(client_attach(b), ATTACH_TAIL);
	assert_slice(client_entry(b, 2)->records[0].body, "erased");
	assert_slice(client_entry(b, 2)->records[1].body, "ids");
	await(w, b->newest == a->newest, "caught up");
	assert_int_equal(ask_number(w, "EXISTS pa:log.next"), 0);
}

/* One that was overtaken goes no further: what it would put behind the copy of the other is a log with a hole. */
static void test_two_at_once_leave_no_hole(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "first");
	uint64_t after;
	redisReply *r;

	stored(a, &c);
	for (int i = 0; i < 20; i++) {
		c = commit_of(w, "incident:01", c.id, "more");
		stored(a, &c);
	}
	assert_non_null(client_entry(a, 21));
	r = stage_ask(w, "FCALL log_redact 2 pa:log pa:log.next 0 10");
	after = (uint64_t)r->element[0]->integer;
	assert_int_equal(after, 10);
	freeReplyObject(r);
	/* Another begins anew. */
	freeReplyObject(stage_ask(w, "FCALL log_redact 2 pa:log pa:log.next 0 3"));
	r = stage_ask(w, "FCALL log_redact 2 pa:log pa:log.next %llu 100", (unsigned long long)after);
	assert_int_equal(r->type, REDIS_REPLY_ARRAY);
	assert_int_equal(r->element[0]->integer, -1);
	freeReplyObject(r);
	assert_int_equal(ask_number(w, "XLEN pa:log"), 21);
	r = stage_ask(w, "FCALL log_redact 2 pa:log pa:log.next 3 100");
	assert_int_equal(r->element[2]->integer, 1);
	freeReplyObject(r);
	assert_int_equal(ask_number(w, "XLEN pa:log"), 21);
	/* Nor does one that comes when it is all over. */
	r = stage_ask(w, "FCALL log_redact 2 pa:log pa:log.next 5 3");
	assert_int_equal(r->element[0]->integer, -1);
	freeReplyObject(r);
	assert_int_equal(ask_number(w, "XLEN pa:log"), 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_redacted_log_goes_on),
		CASE(test_two_at_once_leave_no_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
