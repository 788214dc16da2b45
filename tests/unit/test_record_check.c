/* Every record as chain, log and checkpoint say: what was done to one by hand is found, and what ours did is not said. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "io/audit_record.h"
#include "io/record_check.h"

static char findings[4096];
static struct audit_check check;
static struct record_check rc;

static void found(void *ctx, uint64_t entry, const char *what)
{
	size_t len = strlen(findings);

	(void)ctx;
	snprintf(findings + len, sizeof findings - len, "%llu: %s\n", (unsigned long long)entry, what);
}

static int begin(void **state)
{
	(void)state;
	findings[0] = '\0';
	check = (struct audit_check){.found = found};
	rc = (struct record_check){.check = &check, .secret = {7, 9}, .parts = 1, .complete = true};
	record_check_begin(&rc);
	return 0;
}

static int end(void **state)
{
	(void)state;
	record_check_free(&rc);
	return 0;
}

static struct store_record record(const char *key, uint64_t commit, uint64_t rev, const char *body)
{
	struct store_record r = {.rev = rev, .commits = {commit}, .body = slice_str(body)};

	snprintf(r.key, sizeof r.key, "%s", key);
	return r;
}

/* The log's entry: body NULL = kept apart, "" = removed. */
static void logged(uint64_t entry, const char *key, uint64_t commit, uint64_t rev, const char *body)
{
	static struct store_entry e;

	e = (struct store_entry){.id = entry, .record_count = 1};
	e.records[0] = record(key, commit, rev, body == NULL ? "" : body);
	e.records[0].absent = body == NULL;
	record_check_log(&rc, &e);
}

/* The chain's. */
static void chained(uint64_t entry, const char *key, uint64_t commit, const char *body)
{
	static struct audit a;

	a = (struct audit){.what = AUDIT_CHANGED, .record_count = 1};
	snprintf(a.records[0].key, sizeof a.records[0].key, "%s", key);
	a.records[0].gone = body == NULL;
	if (body != NULL)
		audit_record_hash(key, commit, slice_str(body), a.records[0].hash);
	record_check_chain(&rc, entry, &a);
}

static enum record_is stands(const char *key, uint64_t commit, uint64_t rev, const char *body)
{
	struct store_record r = record(key, commit, rev, body);

	findings[0] = '\0';
	return record_check_stands(&rc, &r, true);
}

static void what_the_log_wrote_is_good(void **state)
{
	(void)state;
	logged(1, "device:d1", 11, 1, "old");
	logged(2, "device:d1", 12, 2, "new");
	assert_int_equal(stands("device:d1", 12, 2, "new"), RECORD_GOOD);
	assert_int_equal(stands("device:d1", 12, 2, "new"), RECORD_GOOD);
	assert_int_equal(rc.good[RECORD_BY_LOG], 1); /* asked twice, counted once */
	assert_int_equal(check.findings, 0);
}

static void a_body_or_revision_changed_by_hand_is_found(void **state)
{
	(void)state;
	logged(3, "device:d1", 12, 2, "new");
	assert_int_equal(stands("device:d1", 12, 2, "nev"), RECORD_WRONG);
	assert_string_equal(findings, "3: device:d1 has another body than this entry wrote: changed by hand\n");
	assert_int_equal(stands("device:d1", 12, 3, "new"), RECORD_WRONG);
	assert_non_null(strstr(findings, "another revision"));
}

static void an_older_one_put_back_is_found(void **state)
{
	(void)state;
	logged(1, "device:d1", 11, 1, "old");
	logged(2, "device:d1", 12, 2, "new");
	assert_int_equal(stands("device:d1", 11, 1, "old"), RECORD_WRONG);
	assert_non_null(strstr(findings, "older one put back"));
	/* Also where the log kept no body of it, or is gone: the chain has its hash. */
	chained(3, "person:p1", 13, "old");
	chained(4, "person:p1", 14, "new");
	assert_int_equal(stands("person:p1", 13, 1, "old"), RECORD_WRONG);
	assert_int_equal(stands("person:p1", 14, 2, "new"), RECORD_GOOD);
}

static void two_swapped_are_found_though_both_are_ours(void **state)
{
	(void)state;
	chained(3, "person:p1", 13, "her password");
	chained(4, "person:p2", 14, "his password");
	assert_int_equal(stands("person:p1", 14, 1, "his password"), RECORD_WRONG);
	assert_int_equal(stands("person:p2", 13, 1, "her password"), RECORD_WRONG);
	/* Also when they keep their commits: the hash has the key in it. */
	assert_int_equal(stands("person:p2", 14, 1, "her password"), RECORD_WRONG);
}

static void one_put_in_and_one_taken_away_are_found(void **state)
{
	uint64_t key, entry;
	size_t at = 0;

	(void)state;
	logged(1, "household:h1", 11, 1, NULL);
	logged(2, "household:h2", 12, 1, NULL);
	logged(3, "household:h2", 0, 0, "");
	assert_int_equal(stands("household:h3", 14, 1, "x"), RECORD_WRONG);
	assert_string_equal(findings, "0: household:h3 stands there, and no entry wrote it: put in by hand\n");
	assert_int_equal(stands("household:h2", 12, 1, "x"), RECORD_WRONG);
	assert_non_null(strstr(findings, "was removed by this entry"));
	assert_true(record_check_unseen(&rc, &at, &key, &entry));
	assert_int_equal(entry, 1);
	assert_true(key == record_check_key(&rc, "household:h1"));
	assert_false(record_check_unseen(&rc, &at, &key, &entry));
	assert_int_equal(record_check_last(&rc, "household:h1"), 1);
	assert_int_equal(record_check_last(&rc, "household:h2"), 0);
}

/* The chain first or the log first: what both say is one word. */
static void a_body_kept_apart_from_the_log_is_in_the_chain(void **state)
{
	(void)state;
	logged(1, "person:p1", 11, 1, NULL);
	assert_int_equal(stands("person:p1", 11, 1, "anything"), RECORD_GOOD);
	assert_int_equal(rc.unbound, 1); /* from before there were hashes */
	chained(1, "person:p1", 11, "right");
	assert_int_equal(stands("person:p1", 11, 1, "anything"), RECORD_WRONG);
	assert_int_equal(stands("person:p1", 11, 1, "right"), RECORD_GOOD);
	chained(2, "person:p2", 12, "right");
	logged(2, "person:p2", 12, 1, NULL);
	assert_int_equal(stands("person:p2", 12, 1, "right"), RECORD_GOOD);
	assert_int_equal(rc.good[RECORD_BY_CHAIN], 1);
	assert_int_equal(stands("person:p2", 12, 1, "wrong"), RECORD_WRONG);
}

static void a_log_that_says_otherwise_than_the_chain_is_found(void **state)
{
	(void)state;
	chained(5, "incident:1", 15, "closed by her");
	logged(5, "incident:1", 15, 2, "closed by him");
	assert_string_equal(findings,
	                    "5: of the log has another incident:1 than the chain vouches for: the log was rewritten\n");
	findings[0] = '\0';
	chained(6, "token:1", 16, "x");
	logged(6, "token:1", 0, 0, "");
	assert_non_null(strstr(findings, "6: of the log has another token:1"));
}

static void what_nothing_tells_of_is_counted_unless_all_is_told(void **state)
{
	uint8_t hash[AUDIT_RECORD_HASH];

	(void)state;
	rc.complete = false;
	assert_int_equal(stands("area:1", 11, 1, "x"), RECORD_BEFORE);
	assert_int_equal(stands("area:1", 11, 1, "x"), RECORD_BEFORE);
	assert_int_equal(rc.before, 1);
	/* A checkpoint tells, until something newer does. */
	audit_record_hash("area:2", 12, slice_str("x"), hash);
	record_check_point(&rc, 20, "area:2", 12, 4, hash);
	assert_int_equal(stands("area:2", 12, 4, "y"), RECORD_WRONG);
	assert_int_equal(stands("area:2", 12, 5, "x"), RECORD_WRONG);
	assert_int_equal(stands("area:2", 12, 4, "x"), RECORD_GOOD);
	logged(19, "area:2", 10, 3, "older");
	assert_int_equal(stands("area:2", 12, 4, "x"), RECORD_GOOD);
	logged(21, "area:2", 13, 5, "newer");
	assert_int_equal(stands("area:2", 12, 4, "x"), RECORD_WRONG);
	assert_int_equal(stands("area:2", 13, 5, "newer"), RECORD_GOOD);
}

static void pointed(uint64_t entry, const char *key, uint64_t commit, uint64_t rev, const char *body)
{
	uint8_t hash[AUDIT_RECORD_HASH];

	audit_record_hash(key, commit, slice_str(body), hash);
	record_check_point(&rc, entry, key, commit, rev, hash);
}

static bool any_unseen(void)
{
	uint64_t key, entry;
	size_t at = 0;

	return record_check_unseen(&rc, &at, &key, &entry);
}

/* What an act wrote, machines write on: a session ends, a call is closed and forgotten. The log that said so is trimmed. */
static void what_the_log_has_forgotten_is_no_ones_hand(void **state)
{
	(void)state;
	chained(5, "incident:1", 15, "claimed");
	chained(6, "login:1", 16, "begun");
	chained(7, "device:d1", 17, NULL);
	chained(8, "operator:o1", 18, "ready");
	rc.complete = false;
	rc.from = 100;
	assert_int_equal(stands("incident:1", 25, 2, "closed"), RECORD_BEFORE);
	assert_int_equal(stands("incident:1", 25, 2, "closed"), RECORD_BEFORE);
	assert_int_equal(stands("device:d1", 27, 1, "bound again"), RECORD_BEFORE);
	assert_int_equal(stands("operator:o1", 18, 1, "ready"), RECORD_GOOD);
	assert_int_equal(rc.before, 2);
	assert_false(any_unseen()); /* the session */
	assert_int_equal(check.findings, 0);
	/* What is said from there on is said whole. */
	logged(101, "incident:1", 26, 3, "reopened");
	assert_int_equal(stands("incident:1", 26, 3, "by hand"), RECORD_WRONG);
	logged(102, "login:2", 31, 1, "begun");
	assert_true(any_unseen());
}

/* Nobody but people writes these, and all that people do is in the chain. */
static void what_only_people_change_the_chain_alone_binds(void **state)
{
	(void)state;
	chained(5, "person:p1", 15, "her password");
	chained(6, "household:h1", 16, "here");
	chained(7, "area:4401", 17, NULL);
	rc.complete = false;
	rc.from = 100;
	assert_int_equal(stands("person:p1", 15, 1, "his password"), RECORD_WRONG);
	assert_int_equal(stands("person:p1", 15, 1, "her password"), RECORD_GOOD);
	assert_int_equal(stands("area:4401", 17, 1, "back"), RECORD_WRONG);
	assert_true(any_unseen()); /* the home */
	/* Unless a daemon of before wrote since, whose entries carry no hashes. */
	record_check_chain(&rc, 8, &(struct audit){.what = AUDIT_CHANGED, .record = "person:p1"});
	assert_int_equal(stands("person:p1", 18, 2, "new password"), RECORD_BEFORE);
	record_check_chain(&rc, 9, &(struct audit){.what = AUDIT_LOOKED, .record = "household:h1"});
	assert_int_equal(stands("household:h1", 16, 1, "there"), RECORD_WRONG);
}

/* What a checkpoint does not have was gone by then, though the chain tells of it alone that it was written. */
static void what_a_checkpoint_has_not_was_gone(void **state)
{
	(void)state;
	chained(5, "login:1", 15, "begun");
	chained(6, "login:2", 16, "begun");
	chained(30, "login:3", 17, "begun");
	pointed(20, "login:2", 16, 1, "begun");
	record_check_point_end(&rc, 20);
	assert_int_equal(stands("login:2", 16, 1, "begun"), RECORD_GOOD);
	assert_int_equal(stands("login:3", 17, 1, "begun"), RECORD_GOOD);
	assert_false(any_unseen());
	assert_int_equal(stands("login:1", 15, 1, "begun"), RECORD_WRONG);
	assert_non_null(strstr(findings, "put back by hand"));
}

/* It is written while the cell works: behind a gap of the log, what it says otherwise of its own entry is nobody's hand. */
static void a_checkpoint_before_a_gap_accuses_nobody(void **state)
{
	(void)state;
	rc.complete = false;
	rc.from = 100;
	chained(20, "token:1", 15, "made");
	pointed(20, "token:1", 16, 2, "used");
	assert_int_equal(check.findings, 0);
	assert_int_equal(stands("token:1", 17, 3, "used again"), RECORD_BEFORE);
}

/* Looked at in parts, each record is in one of them, and a table that grows forgets none. */
static void in_parts_each_is_looked_at_once(void **state)
{
	unsigned wrong = 0;
	char key[32];

	(void)state;
	rc.parts = 3;
	for (uint32_t part = 0; part < 3; part++) {
		for (int i = 0; i < 9000; i++) {
			snprintf(key, sizeof key, "household:h%d", i);
			logged((uint64_t)i + 1, key, (uint64_t)i + 100, 1, "as it was");
		}
		for (int i = 0; i < 9000; i++) {
			snprintf(key, sizeof key, "household:h%d", i);
			wrong += stands(key, (uint64_t)i + 100, 1, i % 1000 == 7 ? "by hand" : "as it was") == RECORD_WRONG;
		}
		if (part < 2)
			record_check_next(&rc);
	}
	assert_int_equal(wrong, 9);
	assert_int_equal(rc.good[RECORD_BY_LOG], 9000 - 9);
}

/* What is not sure is not told: somebody may have changed it this moment. */
static void what_may_have_just_changed_is_asked_again_first(void **state)
{
	struct store_record r = record("device:d1", 12, 2, "new");

	(void)state;
	logged(1, "device:d1", 11, 1, "old");
	assert_int_equal(record_check_stands(&rc, &r, false), RECORD_WRONG);
	assert_int_equal(check.findings, 0);
	logged(2, "device:d1", 12, 2, "new");
	assert_int_equal(record_check_stands(&rc, &r, true), RECORD_GOOD);
	assert_int_equal(check.findings, 0);
}

/* A commit's bytes say it: what the person did, and behind it each record as it wrote it. */
static void a_commit_carries_how_its_records_stand(void **state)
{
	static _Alignas(16) uint8_t memory[65536];
	uint8_t part[AUDIT_PART_MAX], all[STORE_AUDIT_MAX], hash[RECORD_HASH_LEN];
	struct buf b = buf_of(part, sizeof part);
	struct audit a = {.what = AUDIT_CHANGED, .who = "op1"}, back;
	struct store_commit c = {.id = 77, .put_count = STORE_PUTS_MAX};
	struct arena arena;
	size_t len;

	(void)state;
	audit_encode(&a, &b);
	c.audit = slice_of(b.at, b.len);
	for (int i = 0; i < STORE_PUTS_MAX; i++) {
		snprintf(c.puts[i].key, sizeof c.puts[i].key, "household:%053d", i);
		c.puts[i].body = slice_str("body");
		c.puts[i].remove = i == 1;
	}
	len = audit_records_add(&c, all);
	assert_memory_equal(all, part, b.len);
	arena_init(&arena, memory, sizeof memory);
	assert_true(audit_decode(slice_of(all, len), &arena, &back));
	assert_string_equal(back.who, "op1");
	assert_int_equal(back.record_count, STORE_PUTS_MAX);
	for (int i = 0; i < STORE_PUTS_MAX; i++) {
		assert_string_equal(back.records[i].key, c.puts[i].key);
		assert_int_equal(back.records[i].gone, i == 1);
		audit_record_hash(c.puts[i].key, 77, slice_str("body"), hash);
		if (i != 1)
			assert_memory_equal(back.records[i].hash, hash, sizeof hash);
	}
	/* Each of the three matters. */
	audit_record_hash(c.puts[0].key, 78, slice_str("body"), hash);
	assert_memory_not_equal(back.records[0].hash, hash, sizeof hash);
	audit_record_hash(c.puts[1].key, 77, slice_str("body"), hash);
	assert_memory_not_equal(back.records[0].hash, hash, sizeof hash);
	audit_record_hash(c.puts[0].key, 77, slice_str("bodi"), hash);
	assert_memory_not_equal(back.records[0].hash, hash, sizeof hash);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_log_wrote_is_good),
		TEST(a_body_or_revision_changed_by_hand_is_found),
		TEST(an_older_one_put_back_is_found),
		TEST(two_swapped_are_found_though_both_are_ours),
		TEST(one_put_in_and_one_taken_away_are_found),
		TEST(a_body_kept_apart_from_the_log_is_in_the_chain),
		TEST(a_log_that_says_otherwise_than_the_chain_is_found),
		TEST(what_nothing_tells_of_is_counted_unless_all_is_told),
		TEST(what_the_log_has_forgotten_is_no_ones_hand),
		TEST(what_only_people_change_the_chain_alone_binds),
		TEST(what_a_checkpoint_has_not_was_gone),
		TEST(a_checkpoint_before_a_gap_accuses_nobody),
		TEST(in_parts_each_is_looked_at_once),
		TEST(what_may_have_just_changed_is_asked_again_first),
		TEST(a_commit_carries_how_its_records_stand),
	};

	return cmocka_run_group_tests_name("record check", tests, NULL, NULL);
}
