/* Frames between pingand and pingan-authd: what goes in comes out, what is cut waits, what is broken hangs up. */
#include "support/unit.h"

#include <stdlib.h>

#include "io/authd_wire.h"

static void test_questions_come_back(void **state)
{
	uint8_t bytes[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(bytes, sizeof bytes);
	struct authd_question q;

	(void)state;
	authd_put_question(&out, &(struct authd_question){.op = AUTHD_VERIFY,
	                                                  .id = UINT64_C(0x0102030405060708),
	                                                  .password = slice_str("secret"),
	                                                  .hash = slice_str("$argon2id$x")});
	assert_false(out.overflow);
	assert_int_equal(bytes[0], 0);
	assert_int_equal(bytes[1], out.len - 2);
	assert_int_equal(authd_take_question(slice_of(bytes, out.len), &q), out.len);
	assert_int_equal(q.op, AUTHD_VERIFY);
	assert_true(q.id == UINT64_C(0x0102030405060708));
	assert_true(slice_equal(q.password, slice_str("secret")));
	assert_true(slice_equal(q.hash, slice_str("$argon2id$x")));
	for (size_t n = 0; n < out.len; n++)
		assert_int_equal(authd_take_question(slice_of(bytes, n), &q), 0);
}

static void test_answers_come_back(void **state)
{
	uint8_t bytes[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(bytes, sizeof bytes);
	struct authd_answer a;

	(void)state;
	authd_put_answer(&out, &(struct authd_answer){.id = 9, .status = AUTHD_BUSY, .hash = slice_str("")});
	assert_int_equal(authd_take_answer(slice_of(bytes, out.len), &a), out.len);
	assert_true(a.id == 9 && a.status == AUTHD_BUSY && a.hash.len == 0);
	for (size_t n = 0; n < out.len; n++)
		assert_int_equal(authd_take_answer(slice_of(bytes, n), &a), 0);
}

static void test_the_longest_fits(void **state)
{
	char password[AUTHD_PASSWORD_MAX], hash[AUTHD_HASH_MAX - 1];
	uint8_t bytes[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(bytes, sizeof bytes);
	struct authd_question q;

	(void)state;
	memset(password, 'p', sizeof password);
	memset(hash, 'h', sizeof hash);
	authd_put_question(&out, &(struct authd_question){.op = AUTHD_HASH,
	                                                  .id = 1,
	                                                  .password = slice_of(password, sizeof password),
	                                                  .hash = slice_of(hash, sizeof hash)});
	assert_false(out.overflow);
	assert_int_equal(authd_take_question(slice_of(bytes, out.len), &q), out.len);
}

static void test_broken_frames(void **state)
{
	static const uint8_t BROKEN[][20] = {
		{0xff, 0xff},                                        /* longer than any */
		{0, 0},                                              /* empty */
		{0, 13, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},      /* unknown op */
		{0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0},      /* password longer than the frame */
		{0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9},      /* hash longer than the frame */
		{0, 14, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 'x'}, /* something after it */
		{0, 5, 1, 0, 0, 0, 0},                               /* cut off inside */
	};
	static const size_t LENGTHS[] = {2, 2, 15, 15, 15, 16, 7};
	struct authd_question q;
	struct authd_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BROKEN); i++)
		assert_int_equal(authd_take_question(slice_of(BROKEN[i], LENGTHS[i]), &q), -1);
	assert_int_equal(authd_take_answer(slice_of("\0\013\0\0\0\0\0\0\0\1\4\0\0", 13), &a), -1);
	assert_int_equal(authd_take_answer(slice_of("\0\013\0\0\0\0\0\0\0\1\3\0\0", 13), &a), 13);
}

/* Whatever comes, it is read within its bounds. */
static void test_random_bytes(void **state)
{
	(void)state;
	srand(7);
	for (int turn = 0; turn < 100000; turn++) {
		size_t len = (size_t)rand() % 40;
		uint8_t *bytes = malloc(len + 1);
		struct authd_question q;
		struct authd_answer a;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(rand() % 5 == 0 ? rand() : rand() % 20);
		if (len > 0)
			bytes[0] = 0;
		assert_true(authd_take_question(slice_of(bytes, len), &q) <= (long)len);
		assert_true(authd_take_answer(slice_of(bytes, len), &a) <= (long)len);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions_come_back), cmocka_unit_test(test_answers_come_back),
		cmocka_unit_test(test_the_longest_fits),    cmocka_unit_test(test_broken_frames),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
