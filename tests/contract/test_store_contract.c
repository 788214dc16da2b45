/* The contract of app/store.h, on the simulated store and on a real Redis: the same checks on both, so that what the
 * simulator proves of the app holds for the daemon. Promises 1, 4, 5 and 8 of the design rest on these. */
#include "contract/store_harness.h"

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

/* ------------------------------------------------------------ one commit */

/* What was committed comes back by the log, whole, to everybody, the committing one included. */
static void test_commit_comes_back(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit c = commit_of(w, "incident:0000000000000001", 0, "first body");
	const struct store_answer *answer = client_commit(a, &c);

	assert_int_equal(answer->result, STORE_STORED);
	assert_int_equal(answer->log_id, 1);
	for (size_t i = 0; i < 2; i++) {
		const struct store_entry *e = client_entry(i == 0 ? a : b, 1);

		assert_int_equal(e->commit, c.id);
		assert_int_equal(e->prev, 0);
		assert_int_equal(e->at_ms, answer->at_ms);
		assert_slice(e->event, "what happened");
		assert_int_equal(e->record_count, 1);
		assert_string_equal(e->records[0].key, "incident:0000000000000001");
		assert_int_equal(e->records[0].rev, 1);
		assert_int_equal(e->records[0].commits[0], c.id);
		assert_int_equal(e->records[0].commits[1], 0);
		assert_slice(e->records[0].body, "first body");
	}
	/* Without a replica an entry is safe as soon as it is read. */
	await(w, a->safe == 1 && b->safe == 1, "safe");
	assert_false(a->replicated);
}

/* Eight commit ids are kept, newest first; the ninth pushes the oldest out. */
static void test_last_commits_kept(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	const struct store_entry *e;
	uint64_t ids[10], expect = 0;

	for (size_t i = 0; i < 10; i++) {
		struct store_commit c = commit_of(w, "caregiver:cg01", expect, "x");

		ids[i] = expect = c.id;
		stored(a, &c);
	}
	e = client_entry(a, 10);
	assert_int_equal(e->records[0].rev, 10);
	for (size_t i = 0; i < STORE_COMMITS_KEPT; i++)
		assert_int_equal(e->records[0].commits[i], ids[9 - i]);
}

/* A record decided on as it no longer stands is refused, and what stands there comes with the refusal. */
static void test_stale(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "waiting"), second, third;
	const struct store_answer *answer;

	stored(a, &first);
	second = commit_of(w, "incident:01", first.id, "answered");
	stored(b, &second);
	third = commit_of(w, "incident:01", first.id, "answered by another");
	answer = client_commit(a, &third);
	assert_int_equal(answer->result, STORE_STALE);
	assert_int_equal(answer->index, 0);
	assert_int_equal(answer->rev, 2);
	assert_int_equal(answer->newest, second.id);
	assert_slice(answer->body, "answered");
	/* "Must not exist" is refused as well, and "must exist" where there is nothing. */
	third.puts[0].expect = 0;
	assert_int_equal(client_commit(a, &third)->result, STORE_STALE);
	snprintf(third.puts[0].key, sizeof third.puts[0].key, "incident:02");
	third.puts[0].expect = first.id;
	answer = client_commit(a, &third);
	assert_int_equal(answer->result, STORE_STALE);
	assert_int_equal(answer->rev, 0);
	assert_int_equal(answer->newest, 0);
	assert_int_equal(answer->body.len, 0);
	assert_int_equal(client_entry(a, 2)->commit, second.id);
	assert_int_equal(a->newest, 2);
}

/* Identity, not a number: the same revision of another history is another record. */
static void test_identity_not_number(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit one = commit_of(w, "login:aa", 0, "one"), gone_again, two, late;
	const struct store_answer *answer;

	stored(a, &one);
	gone_again = commit_of(w, "login:aa", one.id, "");
	gone_again.puts[0].remove = true;
	stored(a, &gone_again);
	two = commit_of(w, "login:aa", 0, "two");
	stored(a, &two);
	assert_int_equal(client_entry(a, 3)->records[0].rev, 1);
	late = commit_of(w, "login:aa", one.id, "decided on the first one");
	answer = client_commit(a, &late);
	assert_int_equal(answer->result, STORE_STALE);
	assert_int_equal(answer->rev, 1);
	assert_int_equal(answer->newest, two.id);
	assert_slice(answer->body, "two");
}

/* A lost answer is cured by sending the same commit again, whoever has committed after it. */
static void test_mine(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit mine = commit_of(w, "incident:01", 0, "mine"), other;
	const struct store_answer *answer;
	uint64_t newest = mine.id;

	commit_link(&mine, LINK_UNIQUE, "open:h1", "incident:01");
	commit_message(&mine, "d1/77", "incident:01", MINUTES(10));
	assert_int_equal(stored(a, &mine), 1);
	answer = client_commit(a, &mine);
	assert_int_equal(answer->result, STORE_MINE);
	assert_int_equal(answer->log_id, 1); /* nobody came after: the function still knows */
	for (int i = 0; i < 7; i++) {
		other = commit_of(w, "incident:01", newest, "another hand");
		newest = other.id;
		stored(b, &other);
		answer = client_commit(a, &mine);
		assert_int_equal(answer->result, STORE_MINE);
		assert_int_equal(answer->log_id, 0);
	}
	/* The eighth after it pushes it out; then the message says what the id no longer can. */
	other = commit_of(w, "incident:01", newest, "another hand");
	stored(b, &other);
	answer = client_commit(a, &mine);
	assert_int_equal(answer->result, STORE_DUPLICATE);
	assert_string_equal(answer->value, "incident:01");
	client_entry(a, 9);
	assert_int_equal(a->newest, 9);
}

/* A removal goes through the log, and the same removal sent again is known. */
static void test_removal(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit made = commit_of(w, "login:bb", 0, "session"), removed;
	const struct store_entry *e;
	struct store_answer answer;

	stored(a, &made);
	removed = commit_of(w, "login:bb", made.id, "");
	removed.puts[0].remove = true;
	stored(a, &removed);
	e = client_entry(a, 2);
	assert_int_equal(e->records[0].rev, 0);
	assert_int_equal(e->records[0].commits[0], 0);
	assert_int_equal(e->records[0].body.len, 0);
	assert_int_equal(client_commit(a, &removed)->result, STORE_MINE);
	removed.id = new_id(w);
	answer = *client_commit(a, &removed);
	assert_int_equal(answer.result, STORE_STALE);
	assert_int_equal(answer.rev, 0);
	b = client_new(w);
	assert_null(view_find(b, "login:bb"));
	assert_int_equal(b->newest, 2);
}

/* Six records, names, message and outbox go in together, or none of them. */
static void test_atomic(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit six = commit_of(w, "incident:01", 0, "r0"), wrong;
	const struct store_entry *e;
	const struct view *v;
	char key[STORE_KEY_MAX];

	for (int i = 1; i < STORE_PUTS_MAX; i++) {
		snprintf(key, sizeof key, "caregiver:cg%02d", i);
		commit_put(&six, key, 0, "busy");
	}
	stored(a, &six);
	e = client_entry(a, 1);
	assert_int_equal(e->record_count, STORE_PUTS_MAX);
	for (uint32_t i = 0; i < e->record_count; i++) {
		assert_string_equal(e->records[i].key, six.puts[i].key);
		assert_int_equal(e->records[i].rev, 1);
		assert_int_equal(e->records[i].commits[0], six.id);
	}
	/* The last of six does not stand as it was read: nothing of it happens. */
	wrong = six;
	wrong.id = new_id(w);
	for (int i = 0; i < STORE_PUTS_MAX - 1; i++)
		wrong.puts[i].expect = six.id;
	commit_link(&wrong, LINK_UNIQUE, "open:h9", "incident:01");
	commit_message(&wrong, "d9/1", "incident:01", MINUTES(1));
	assert_int_equal(client_commit(a, &wrong)->result, STORE_STALE);
	assert_int_equal(client_answer(a, wrong.id, 0)->index, STORE_PUTS_MAX - 1);
	b = client_new(w);
	assert_int_equal(b->newest, 1);
	assert_int_equal(b->view_count, STORE_PUTS_MAX);
	for (size_t i = 0; (v = view_next(b, &i)) != NULL;)
		assert_int_equal(v->rev, 1);
	/* Neither name nor message stayed behind. */
	wrong = commit_of(w, "incident:02", 0, "x");
	commit_link(&wrong, LINK_UNIQUE, "open:h9", "incident:02");
	commit_message(&wrong, "d9/1", "incident:02", MINUTES(1));
	stored(a, &wrong);
}

/* A record that is only looked at must still stand as it was read. */
static void test_checks(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit op = commit_of(w, "operator:op01", 0, "gone"), back, give;
	const struct store_answer *answer;

	stored(a, &op);
	give = commit_of(w, "incident:01", 0, "returned");
	give.check_count = 2;
	snprintf(give.checks[0].key, sizeof give.checks[0].key, "operator:op01");
	give.checks[0].expect = op.id;
	snprintf(give.checks[1].key, sizeof give.checks[1].key, "operator:op02");
	stored(a, &give);
	back = commit_of(w, "operator:op01", op.id, "back again");
	stored(a, &back);
	give.id = new_id(w);
	give.puts[0].expect = client_entry(a, 2)->commit;
	answer = client_commit(a, &give);
	assert_int_equal(answer->result, STORE_STALE);
	assert_int_equal(answer->index, 1); /* puts, then checks */
	assert_int_equal(answer->rev, 2);
	assert_int_equal(answer->newest, back.id);
	assert_slice(answer->body, "back again");
}

/* ------------------------------------------------------------ messages, names, deadlines, outbox */

/* The same message is known again until its memory has passed since the last copy. */
static void test_duplicate(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "pressed"), copy;
	const struct store_answer *answer;

	commit_message(&first, "dc09.1234/0017/abcd", "incident:01", MINUTES(10));
	stored(a, &first);
	/* Two copies six minutes apart: the second is within ten minutes of the first copy, not of the press. */
	for (int i = 0; i < 2; i++) {
		stage_advance(b, MINUTES(6));
		copy = commit_of(w, "incident:02", 0, "the copy");
		commit_message(&copy, "dc09.1234/0017/abcd", "incident:02", MINUTES(10));
		answer = client_commit(b, &copy);
		assert_int_equal(answer->result, STORE_DUPLICATE);
		assert_string_equal(answer->value, "incident:01");
		assert_int_equal(answer->log_id, 1);
	}
	/* A quarter of an hour of silence: whoever sends this now presses anew. */
	stage_advance(b, MINUTES(15));
	copy = commit_of(w, "incident:03", 0, "a new press");
	commit_message(&copy, "dc09.1234/0017/abcd", "incident:03", MINUTES(10));
	assert_int_equal(stored(b, &copy), 2);
}

/* Anything else in the message is another press. */
static void test_other_message(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "pressed"),
						other = commit_of(w, "incident:02", 0, "again");

	commit_message(&first, "d1/5e1f/1/0/100", "incident:01", MINUTES(10));
	commit_message(&other, "d1/5e1f/1/0/101", "incident:02", MINUTES(10));
	stored(a, &first);
	stored(a, &other);
}

/* A press that opens nothing is a log entry without a record; its message alone tells it sent again. */
static void test_entry_without_record(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = {.id = new_id(w), .event = slice_str("test press")};
	const struct store_answer *answer;

	commit_message(&c, "d1/5e1f/test", "test", MINUTES(10));
	assert_int_equal(stored(a, &c), 1);
	assert_int_equal(client_entry(a, 1)->record_count, 0);
	assert_slice(client_entry(a, 1)->event, "test press");
	answer = client_commit(a, &c);
	assert_int_equal(answer->result, STORE_DUPLICATE);
	assert_int_equal(answer->log_id, 1);
	assert_string_equal(answer->value, "test");
	c.id = new_id(w);
	snprintf(c.message, sizeof c.message, "d1/5e1f/test2");
	assert_int_equal(stored(a, &c), 2);
	assert_int_equal(client_entry(a, 2)->prev, client_entry(a, 1)->commit);
}

/* Never across the closing of its incident: the older memory is forgotten, the new one is kept. */
static void test_message_anew(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "pressed"), again, copy;
	const struct store_answer *answer;

	commit_message(&first, "d1/1", "incident:01", MINUTES(10));
	stored(a, &first);
	again = commit_of(w, "incident:02", 0, "pressed after it was closed");
	commit_message(&again, "d1/1", "incident:02", MINUTES(10));
	again.message_anew = true;
	assert_int_equal(stored(a, &again), 2);
	copy = commit_of(w, "incident:03", 0, "copy");
	commit_message(&copy, "d1/1", "incident:03", MINUTES(10));
	answer = client_commit(a, &copy);
	assert_int_equal(answer->result, STORE_DUPLICATE);
	assert_string_equal(answer->value, "incident:02");
	assert_int_equal(answer->log_id, 2);
}

/* A household has one open incident, whoever is first. */
static void test_unique_name(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b = client_new(w);
	struct store_commit first = commit_of(w, "incident:01", 0, "x"), second = commit_of(w, "incident:02", 0, "y"), c;
	const struct store_answer *answer;

	commit_link(&first, LINK_ADD, "incidents:open", "incident:01");
	commit_link(&first, LINK_UNIQUE, "open:h1", "incident:01");
	commit_link(&second, LINK_ADD, "incidents:open", "incident:02");
	commit_link(&second, LINK_UNIQUE, "open:h1", "incident:02");
	stored(a, &first);
	answer = client_commit(b, &second);
	assert_int_equal(answer->result, STORE_TAKEN);
	assert_int_equal(answer->index, 1);
	assert_string_equal(answer->value, "incident:01");
	/* The same value is no conflict; a free of another's value is none either, and changes nothing. */
	c = commit_of(w, "incident:01", first.id, "repeat");
	commit_link(&c, LINK_UNIQUE, "open:h1", "incident:01");
	commit_link(&c, LINK_FREE, "open:h1", "incident:07");
	stored(a, &c);
	assert_int_equal(client_commit(b, &second)->result, STORE_TAKEN);
	/* Closed: free for the next. */
	c = commit_of(w, "incident:01", c.id, "closed");
	commit_link(&c, LINK_FREE, "open:h1", "incident:01");
	commit_link(&c, LINK_DROP, "incidents:open", "incident:01");
	stored(a, &c);
	stored(b, &second);
	/* Freed and taken in one commit: what stood before counts, in order. */
	c = commit_of(w, "incident:02", second.id, "handed on");
	commit_link(&c, LINK_FREE, "open:h1", "incident:02");
	commit_link(&c, LINK_UNIQUE, "open:h1", "incident:03");
	stored(a, &c);
	c = commit_of(w, "incident:04", 0, "late");
	commit_link(&c, LINK_UNIQUE, "open:h1", "incident:04");
	answer = client_commit(a, &c);
	assert_int_equal(answer->result, STORE_TAKEN);
	assert_string_equal(answer->value, "incident:03");
}

/* A deadline's commit is refused while the store's clock is before it. */
static void test_early(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit made = commit_of(w, "incident:01", 0, "waiting"), due;
	const struct store_answer *answer;
	ms_t made_ms;

	made_ms = client_commit(a, &made)->at_ms;
	due = commit_of(w, "incident:01", made.id, "next step");
	due.not_before_ms = made_ms + 30000;
	answer = client_commit(a, &due);
	assert_int_equal(answer->result, STORE_EARLY);
	assert_true(answer->at_ms >= made_ms && answer->at_ms < due.not_before_ms);
	stage_advance(a, 30000);
	assert_int_equal(client_commit(a, &due)->result, STORE_STORED);
	assert_true(client_entry(a, 2)->at_ms >= due.not_before_ms);
}

/* Time in the log never steps back, whatever the clock of the store's machine does. */
static void test_time_stands_still(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "before");
	uint64_t last;
	ms_t before_ms;

	stage_advance(a, MINUTES(5));
	before_ms = client_commit(a, &c)->at_ms;
	stage_advance(a, -MINUTES(4));
	last = c.id;
	c = commit_of(w, "incident:01", last, "after");
	c.not_before_ms = before_ms; /* the store's clock, not its machine's */
	assert_int_equal(client_commit(a, &c)->at_ms, before_ms);
	assert_int_equal(client_entry(a, 2)->at_ms, before_ms);
}

/* An outbox entry is written once for its key, whatever is committed again. */
static void test_outbox_once(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w);
	struct store_commit c = commit_of(w, "incident:01", 0, "x");
	uint64_t last = c.id;

	commit_outbox(&c, "01:1:contact:1", "call the daughter");
	commit_outbox(&c, "01:1:contact:2", "call the neighbour");
	stored(a, &c);
	c = commit_of(w, "incident:01", last, "y");
	commit_outbox(&c, "01:1:contact:2", "call the neighbour");
	commit_outbox(&c, "01:5:duty:1", "call the duty phone");
	stored(a, &c);
	if (w->is_redis) {
		redisContext *r = redisConnectUnix(w->server.socket);
		redisReply *reply = redisCommand(r, "XRANGE pa:outbox - +");
		static const char *const keys[] = {"01:1:contact:1", "01:1:contact:2", "01:5:duty:1"};

		assert_int_equal(reply->elements, 3);
		for (size_t i = 0; i < 3; i++) {
			const redisReply *fields = reply->element[i]->element[1];

			assert_int_equal(fields->elements, 6);
			assert_string_equal(fields->element[0]->str, "key");
			assert_string_equal(fields->element[1]->str, keys[i]);
			assert_string_equal(fields->element[3]->str, i < 2 ? "1" : "2");
		}
		assert_string_equal(reply->element[2]->element[1]->element[5]->str, "call the duty phone");
		freeReplyObject(reply);
		redisFree(r);
	} else {
		char key[STORE_KEY_MAX];
		struct slice body;

		assert_true(store_sim_outbox(w->sim, 2, key, &body));
		assert_string_equal(key, "01:5:duty:1");
		assert_slice(body, "call the duty phone");
		assert_false(store_sim_outbox(w->sim, 3, key, &body));
	}
}

/* Bodies are bytes: all values, and as many as the contract allows. */
static void test_bodies_are_bytes(void **state)
{
	struct stage *w = *state;
	struct client *a = client_new(w), *b;
	struct store_commit c = commit_of(w, "incident:01", 0, ""), again;
	uint8_t *body = malloc(STORE_BODY_MAX);
	const struct store_answer *answer;

	assert_non_null(body);
	for (size_t i = 0; i < STORE_BODY_MAX; i++)
		body[i] = (uint8_t)(i * 7 + i / 256);
	c.puts[0].body = slice_of(body, STORE_BODY_MAX);
	c.event = slice_of(body, 256);
	for (int i = 1; i < STORE_PUTS_MAX; i++) {
		char key[STORE_KEY_MAX];

		snprintf(key, sizeof key, "incident:0%d", i + 1);
		commit_put(&c, key, 0, "");
		c.puts[i].body = slice_of(body, STORE_BODY_MAX);
	}
	stored(a, &c);
	assert_int_equal(client_entry(a, 1)->event.len, 256);
	assert_memory_equal(client_entry(a, 1)->event.at, body, 256);
	for (size_t i = 0; i < STORE_PUTS_MAX; i++) {
		assert_int_equal(client_entry(a, 1)->records[i].body.len, STORE_BODY_MAX);
		assert_memory_equal(client_entry(a, 1)->records[i].body.at, body, STORE_BODY_MAX);
	}
	again = commit_of(w, "incident:01", 0, "");
	answer = client_commit(a, &again);
	assert_int_equal(answer->result, STORE_STALE);
	assert_int_equal(answer->body.len, STORE_BODY_MAX);
	assert_memory_equal(answer->body.at, body, STORE_BODY_MAX);
	b = client_new(w);
	assert_memory_equal(view_find(b, "incident:01")->body, body, STORE_BODY_MAX);
	/* And none at all. */
	again = commit_of(w, "incident:01", c.id, "");
	again.event = slice_of(NULL, 0);
	stored(a, &again);
	assert_int_equal(client_entry(a, 2)->records[0].body.len, 0);
	free(body);
}

/* ------------------------------------------------------------ the log */

/* 1, 2, 3, ...: hear_entry() checks number and predecessor of every entry at every client. */
static void test_log_has_no_gap(void **state)
{
	struct stage *w = *state;
	struct client *writers[2] = {client_new(w), client_new(w)}, *reader = client_new(w);
	uint64_t newest[2] = {0, 0};
	ms_t last_ms = 0;

	for (int i = 0; i < 300; i++) {
		for (int k = 0; k < 2; k++) {
			struct store_commit c = commit_of(w, k == 0 ? "caregiver:a" : "caregiver:b", newest[k], "step");

			newest[k] = c.id;
			client_send(writers[k], &c);
		}
	}
	await(w, writers[0]->answer_count == 300 && writers[1]->answer_count == 300, "answers");
	await(w, reader->newest == 600 && writers[0]->newest == 600 && writers[1]->newest == 600, "entries");
	for (size_t i = 0; i < 600; i++) {
		assert_int_equal(reader->entries[i].entry.commit, writers[0]->entries[i].entry.commit);
		assert_int_equal(reader->entries[i].entry.commit, writers[1]->entries[i].entry.commit);
		assert_true(reader->entries[i].entry.at_ms >= last_ms);
		last_ms = reader->entries[i].entry.at_ms;
	}
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < 300; i++) {
			assert_int_equal(writers[k]->answers[i].answer.result, STORE_STORED);
			/* The answers of one connection come in the order of its commits. */
			assert_true(i == 0 || writers[k]->answers[i].answer.log_id > writers[k]->answers[i - 1].answer.log_id);
		}
	await(w, reader->safe == 600, "safe");
}

/* What stood after entry `id`, from the log alone. */
static uint64_t sum_as_of(const struct client *c, uint64_t id)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < id; i++) {
		const struct store_record *r = &c->entries[i].entry.records[0];
		bool last = r->rev != 0;

		for (size_t k = i + 1; k < id && last; k++)
			last = strcmp(c->entries[k].entry.records[0].key, r->key) != 0;
		if (last)
			sum += record_sum(r->key, r->rev, r->commits[0]);
	}
	return sum;
}

/* A load in the middle of work ends with every record exactly as of the entry that it names; the log goes on from there. */
static void test_load_and_tail_agree(void **state)
{
	struct stage *w = *state;
	struct client *writer = client_new(w), *late[4];
	const struct view *ours;
	uint64_t newest[40] = {0};
	size_t sent = 0, joined = 0;

	while (sent < 1200) {
		if (sent % 300 == 150) {
			late[joined] = client_join(w);
			client_ask_attach(late[joined]);
			await(w, late[joined]->attached == 1, "attached");
			late[joined]->in_port = true;
			(w->is_redis ? redis_store_load : store_sim_load)(late[joined]->handle);
			late[joined]->in_port = false;
			joined++;
		}
		for (int i = 0; i < 10; i++, sent++) {
			size_t k = (sent * 7) % 40;
			char key[STORE_KEY_MAX], body[32];
			struct store_commit c;

			snprintf(key, sizeof key, "incident:%016zx", k);
			snprintf(body, sizeof body, "%zu", sent);
			c = commit_of(w, key, newest[k], body);
			/* Every fifth goes again, to be made anew later. */
			c.puts[0].remove = newest[k] != 0 && sent % 5 == 4;
			newest[k] = c.puts[0].remove ? 0 : c.id;
			client_send(writer, &c);
		}
		await(w, writer->answer_count + 30 >= sent, "answers");
	}
	await(w, writer->newest == 1200, "all entries");
	for (size_t i = 0; i < joined; i++) {
		await(w, late[i]->load_ends == 1 && late[i]->newest == 1200, "late ones have caught up");
		assert_int_equal(late[i]->load_begins, 1);
		assert_int_equal(late[i]->load_sum, sum_as_of(writer, late[i]->load_id));
		assert_int_equal(late[i]->view_count, writer->view_count);
		for (size_t k = 0; (ours = view_next(writer, &k)) != NULL;) {
			const struct view *theirs = view_find(late[i], ours->key);

			assert_non_null(theirs);
			assert_int_equal(theirs->rev, ours->rev);
			assert_memory_equal(theirs->commits, ours->commits, sizeof ours->commits);
			assert_int_equal(theirs->body_len, ours->body_len);
			assert_memory_equal(theirs->body, ours->body, ours->body_len);
		}
	}
}

#define BOTH(test)                                       \
	{#test " [simulated]", test, simulated, gone, NULL}, \
	{                                                    \
#test " [redis]", test, real, gone, NULL         \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_commit_comes_back),
		BOTH(test_last_commits_kept),
		BOTH(test_stale),
		BOTH(test_identity_not_number),
		BOTH(test_mine),
		BOTH(test_removal),
		BOTH(test_atomic),
		BOTH(test_checks),
		BOTH(test_duplicate),
		BOTH(test_other_message),
		BOTH(test_entry_without_record),
		BOTH(test_message_anew),
		BOTH(test_unique_name),
		BOTH(test_early),
		BOTH(test_time_stands_still),
		BOTH(test_outbox_once),
		BOTH(test_bodies_are_bytes),
		BOTH(test_log_has_no_gap),
		BOTH(test_load_and_tail_agree),
	};

	return cmocka_run_group_tests_name("store contract", tests, NULL, NULL);
}
