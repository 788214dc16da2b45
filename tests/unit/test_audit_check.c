/* The audit chain looked through entry by entry: what was done to it is found, and what was not is not said. */
#include "support/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "io/audit_chain.h"
#include "io/audit_check.h"

#define ENTRIES 400

static struct store_audit chain[ENTRIES];
static uint8_t bodies[ENTRIES][AUDIT_MAX];
static size_t count;
static ms_t now_ms;
static struct audit_key key;
static char findings[4096];

static void found(void *ctx, uint64_t entry, const char *what)
{
	size_t len = strlen(findings);

	(void)ctx;
	snprintf(findings + len, sizeof findings - len, "%llu: %s\n", (unsigned long long)entry, what);
}

static void key_make(struct audit_key *k, int seed)
{
	uint8_t bytes[32];

	memset(bytes, seed, sizeof bytes);
	assert_int_equal(crypto_sign_seed_keypair(k->public_key, k->secret, bytes), 0);
}

static void hash(size_t i)
{
	audit_hash(chain[i].prev, chain[i].id, chain[i].at_ms, chain[i].body, chain[i].hash);
}

static void add(const struct audit *a)
{
	struct store_audit *e = &chain[count];
	struct buf b = buf_of(bodies[count], AUDIT_MAX);

	audit_encode(a, &b);
	e->id = count == 0 ? 3 : chain[count - 1].id + 2;
	e->at_ms = now_ms;
	e->body = slice_of(b.at, b.len);
	memcpy(e->prev, count == 0 ? STORE_HASH_NONE : chain[count - 1].hash, sizeof e->prev);
	hash(count++);
}

static void act(const char *who)
{
	struct audit a = {.what = AUDIT_CHANGED, .daemon = "d0"};

	snprintf(a.who, sizeof a.who, "%s", who);
	add(&a);
}

static struct audit_seal seal_of(size_t i, const struct audit_key *with, bool trim)
{
	struct audit_seal seal = {.entry = chain[i].id, .at_ms = now_ms};

	memcpy(seal.hash, chain[i].hash, sizeof seal.hash);
	audit_key_sign(with, "pa", trim, &seal);
	return seal;
}

static void seal(const struct audit_key *with)
{
	struct audit a = {.what = AUDIT_SEALED, .daemon = "d0", .seal = seal_of(count - 1, with, false)};

	add(&a);
}

static struct audit_check checked(size_t from, const struct audit_seal *anchors, size_t anchor_count)
{
	struct audit_check c = {
		.cell = "pa", .key_count = 1, .anchors = anchors, .anchor_count = anchor_count, .found = found};

	findings[0] = '\0';
	memcpy(c.keys[0], key.public_key, AUDIT_KEY_LEN);
	assert_true(audit_check_begin(&c));
	for (size_t i = from; i < count; i++)
		audit_check_entry(&c, &chain[i], NULL);
	audit_check_end(&c, count == 0 ? "" : chain[count - 1].hash, count == 0 ? 0 : chain[count - 1].id);
	audit_check_free(&c);
	return c;
}

static int begin(void **state)
{
	(void)state;
	assert_true(sodium_init() >= 0);
	key_make(&key, 1);
	count = 0;
	now_ms = 1790000000000;
	return 0;
}

static void day(void)
{
	for (int i = 0; i < 20; i++) {
		act("op01");
		now_ms += MINUTES(1);
		if (i % 5 == 4)
			seal(&key);
	}
	act("op02");
}

static void a_whole_chain_has_no_finding(void **state)
{
	struct audit_check c;

	(void)state;
	day();
	c = checked(0, NULL, 0);
	assert_string_equal(findings, "");
	assert_int_equal(c.seals, 4);
	assert_int_equal(c.unsealed, 1);
	assert_int_equal(c.sealed, chain[22].id);
}

/* Every entry, every byte of what it says, its time and its number. */
static void whatever_is_altered_is_found(void **state)
{
	(void)state;
	day();
	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < chain[i].body.len; at += 3) {
			bodies[i][at] ^= 1;
			(void)checked(0, NULL, 0);
			assert_non_null(strstr(findings, "altered"));
			bodies[i][at] ^= 1;
		}
		chain[i].at_ms++;
		(void)checked(0, NULL, 0);
		assert_non_null(strstr(findings, "altered"));
		chain[i].at_ms--;
		chain[i].id++;
		(void)checked(0, NULL, 0);
		assert_non_null(strstr(findings, "altered"));
		chain[i].id--;
	}
	(void)checked(0, NULL, 0);
	assert_string_equal(findings, "");
}

static void whatever_is_taken_out_is_found(void **state)
{
	(void)state;
	day();
	for (size_t i = 0; i < count; i++) {
		static struct store_audit kept[ENTRIES];
		size_t all = count;

		memcpy(kept, chain, sizeof kept);
		memmove(&chain[i], &chain[i + 1], (count - i - 1) * sizeof chain[0]);
		count--;
		/* The last one is missed by the head, or by the log: here the head is made to fit. */
		(void)checked(0, NULL, 0);
		if (i != all - 1)
			assert_string_not_equal(findings, "");
		memcpy(chain, kept, sizeof kept);
		count = all;
	}
}

/* Made anew from there on, with right hashes: the seals do not fit, and can't be made. */
static void a_chain_made_anew_is_found_by_its_seals(void **state)
{
	struct audit_seal outside;

	(void)state;
	day();
	outside = seal_of(8, &key, false);
	bodies[7][3] ^= 1;
	for (size_t i = 7; i < count; i++) {
		if (i > 7)
			memcpy(chain[i].prev, chain[i - 1].hash, sizeof chain[i].prev);
		hash(i);
	}
	(void)checked(0, NULL, 0);
	assert_non_null(strstr(findings, "rewritten"));
	/* Without any seal in it, the one kept outside says so. */
	count = 11;
	(void)checked(0, &outside, 1);
	assert_non_null(strstr(findings, "kept outside"));
}

static void a_cut_end_is_found_by_a_seal_outside(void **state)
{
	struct audit_seal outside;

	(void)state;
	day();
	outside = seal_of(20, &key, false);
	(void)checked(0, &outside, 1);
	assert_string_equal(findings, "");
	count = 18;
	(void)checked(0, &outside, 1);
	assert_non_null(strstr(findings, "cut off"));
}

static void a_seal_of_another_key_or_cell_is_none(void **state)
{
	struct audit_key other = {0};

	(void)state;
	key_make(&other, 2);
	day();
	seal(&other);
	(void)checked(0, NULL, 0);
	assert_non_null(strstr(findings, "not ours"));
	count--;
	{
		struct audit a = {.what = AUDIT_SEALED, .daemon = "d0", .seal = seal_of(count - 1, &key, true)};

		add(&a); /* signed as a trim */
	}
	(void)checked(0, NULL, 0);
	assert_non_null(strstr(findings, "signature"));
}

static void a_beginning_that_went_has_to_be_signed(void **state)
{
	struct audit trim = {.what = AUDIT_TRIMMED};

	(void)state;
	day();
	(void)checked(6, NULL, 0);
	assert_non_null(strstr(findings, "nothing signed says why"));
	trim.seal = seal_of(5, &key, true);
	add(&trim);
	(void)checked(6, NULL, 0);
	assert_string_equal(findings, "");
	/* And for that place alone. */
	(void)checked(7, NULL, 0);
	assert_non_null(strstr(findings, "nothing signed says why"));
}

/* Whole, and signed by nobody yet: but no clock of ours goes back. */
static void an_entry_is_never_earlier_than_the_one_before(void **state)
{
	(void)state;
	act("op01");
	now_ms -= 1;
	act("op02");
	(void)checked(0, NULL, 0);
	assert_string_equal(findings, "5: is earlier than the one before it\n");
}

/* Whoever takes the newest entries out of the stream forgets what the store says of its end. */
static void the_head_of_the_chain_is_its_last_entry(void **state)
{
	struct audit_check c = {.cell = "pa", .found = found};

	(void)state;
	day();
	for (int other = 0; other < 3; other++) {
		findings[0] = '\0';
		assert_true(audit_check_begin(&c));
		for (size_t i = 0; i < count; i++)
			audit_check_entry(&c, &chain[i], NULL);
		audit_check_end(&c, chain[other == 1 ? count - 2 : count - 1].hash, chain[count - 1].id + (other == 2 ? 2 : 0));
		audit_check_free(&c);
		assert_int_equal(strstr(findings, "head of the chain is another") != NULL, other != 0);
		c = (struct audit_check){.cell = "pa", .found = found};
	}
}

static void a_trim_that_somebody_else_signed_explains_nothing(void **state)
{
	struct audit trim = {.what = AUDIT_TRIMMED};
	struct audit_key other;

	(void)state;
	key_make(&other, 2);
	day();
	trim.seal = seal_of(5, &other, true);
	add(&trim);
	(void)checked(6, NULL, 0);
	assert_non_null(strstr(findings, "forged"));
	assert_non_null(strstr(findings, "nothing signed says why"));
	/* Nor does a seal of ours, which is none for taking away. */
	count--;
	trim.seal = seal_of(5, &key, false);
	add(&trim);
	(void)checked(6, NULL, 0);
	assert_non_null(strstr(findings, "nothing signed says why"));
}

/* A cell that stood still for a night has done nothing wrong; one that works on without seals has. */
static void seals_are_missed_only_while_somebody_works(void **state)
{
	struct audit started = {.what = AUDIT_STARTED, .daemon = "d0"};

	(void)state;
	act("op01");
	now_ms += MINUTES(600);
	add(&started);
	now_ms += MINUTES(5);
	seal(&key);
	now_ms += MINUTES(300);
	act("op01");
	now_ms += MINUTES(90); /* the store was away */
	act("op02");
	seal(&key);
	(void)checked(0, NULL, 0);
	assert_string_equal(findings, "");
	for (int i = 0; i < 40; i++) {
		now_ms += MINUTES(1);
		act("op01");
	}
	(void)checked(0, NULL, 0);
	assert_non_null(strstr(findings, "no seal for half an hour"));
}

/* Who writes the chain anew behind a seal has no other seals than those of before: put in again they prove nothing. */
static void an_old_seal_again_seals_nothing(void **state)
{
	struct audit again = {.what = AUDIT_SEALED, .daemon = "d0"};
	struct audit_check c;

	(void)state;
	act("op01");
	again.seal = seal_of(count - 1, &key, false);
	seal(&key);
	for (int i = 0; i < 40; i++) {
		now_ms += MINUTES(1);
		act("op01");
		if (i % 5 == 0)
			add(&again);
	}
	c = checked(0, NULL, 0);
	assert_non_null(strstr(findings, "no seal for half an hour"));
	assert_int_equal(c.sealed, chain[0].id);
	assert_int_equal(c.unsealed, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_whole_chain_has_no_finding, begin),
		cmocka_unit_test_setup(whatever_is_altered_is_found, begin),
		cmocka_unit_test_setup(whatever_is_taken_out_is_found, begin),
		cmocka_unit_test_setup(a_chain_made_anew_is_found_by_its_seals, begin),
		cmocka_unit_test_setup(a_cut_end_is_found_by_a_seal_outside, begin),
		cmocka_unit_test_setup(a_seal_of_another_key_or_cell_is_none, begin),
		cmocka_unit_test_setup(a_beginning_that_went_has_to_be_signed, begin),
		cmocka_unit_test_setup(an_entry_is_never_earlier_than_the_one_before, begin),
		cmocka_unit_test_setup(the_head_of_the_chain_is_its_last_entry, begin),
		cmocka_unit_test_setup(a_trim_that_somebody_else_signed_explains_nothing, begin),
		cmocka_unit_test_setup(seals_are_missed_only_while_somebody_works, begin),
		cmocka_unit_test_setup(an_old_seal_again_seals_nothing, begin),
	};

	return cmocka_run_group_tests_name("audit check", tests, NULL, NULL);
}
