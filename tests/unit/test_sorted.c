/* test_sorted.c - what is in stands in its order, whatever came and went around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/sorted.h"

#define KEYS 4000

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void nothing_stands_behind_anything_in_an_empty_one(void **state)
{
	struct sorted s = {0};

	(void)state;
	assert_null(sorted_next(&s, ""));
	assert_null(sorted_remove(&s, "a"));
	sorted_free(&s);
}

static void what_is_put_again_replaces(void **state)
{
	struct sorted s = {0};
	int a, b;

	(void)state;
	assert_true(sorted_put(&s, "k", &a));
	assert_true(sorted_put(&s, "k", &b));
	assert_int_equal(s.count, 1);
	assert_ptr_equal(sorted_next(&s, "")->value, &b);
	assert_null(sorted_next(&s, "k"));
	assert_string_equal(sorted_next(&s, "j")->key, "k");
	sorted_free(&s);
}

/* The keys are numbers of five digits, so their order is that of the plain array. */
static void walk(const struct sorted *s, const bool in[KEYS], const int *values)
{
	const struct sorted_item *item = sorted_next(s, "");
	size_t count = 0;

	for (int i = 0; i < KEYS; i++) {
		if (!in[i])
			continue;
		count++;
		assert_non_null(item);
		assert_ptr_equal(item->value, &values[i]);
		item = sorted_next(s, item->key);
	}
	assert_null(item);
	assert_int_equal(s->count, count);
}

static void a_random_life_agrees_with_an_array(void **state)
{
	static char keys[KEYS][8];
	static int values[KEYS];
	static bool in[KEYS];
	struct sorted s = {0};
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < KEYS; i++)
		snprintf(keys[i], sizeof keys[i], "%05d", i);
	for (int phase = 0; phase < 6; phase++) {
		/* It grows to most of them, and shrinks to few. */
		for (int turn = 0; turn < 12000; turn++) {
			size_t i = next(&seed) % KEYS;

			if (next(&seed) % 8 < (phase % 2 == 0 ? 7u : 1u)) {
				assert_true(sorted_put(&s, keys[i], &values[i]));
				in[i] = true;
			} else {
				assert_ptr_equal(sorted_remove(&s, keys[i]), in[i] ? &values[i] : NULL);
				in[i] = false;
			}
		}
		walk(&s, in, values);
	}
	for (int i = 0; i < KEYS; i++) {
		assert_ptr_equal(sorted_remove(&s, keys[i]), in[i] ? &values[i] : NULL);
		in[i] = false;
	}
	walk(&s, in, values);
	sorted_free(&s);
}

/* Keys that come in order, as most tables give them, and the other way round. */
static void in_order_and_backwards(void **state)
{
	static char keys[KEYS][8];
	static int values[KEYS];
	static bool in[KEYS];

	(void)state;
	for (int back = 0; back < 2; back++) {
		struct sorted s = {0};

		for (int i = 0; i < KEYS; i++) {
			int k = back ? KEYS - 1 - i : i;

			snprintf(keys[k], sizeof keys[k], "%05d", k);
			assert_true(sorted_put(&s, keys[k], &values[k]));
			in[k] = true;
		}
		walk(&s, in, values);
		assert_ptr_equal(sorted_next(&s, "00010x")->value, &values[11]);
		sorted_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_stands_behind_anything_in_an_empty_one),
		cmocka_unit_test(what_is_put_again_replaces),
		cmocka_unit_test(a_random_life_agrees_with_an_array),
		cmocka_unit_test(in_order_and_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
