/* The table holds what was put, whatever was taken out around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/table.h"

#define KEYS 500

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void test_empty_table_finds_nothing(void **state)
{
	struct table t = {0};

	(void)state;
	assert_null(table_get(&t, "a"));
	assert_null(table_remove(&t, "a"));
	table_free(&t);
}

static void test_put_replaces(void **state)
{
	struct table t = {0};
	int a, b;

	(void)state;
	assert_true(table_put(&t, "k", &a));
	assert_true(table_put(&t, "k", &b));
	assert_int_equal(t.used, 1);
	assert_ptr_equal(table_get(&t, "k"), &b);
	table_free(&t);
}

/* Against a plain array, through a long random life: taking out must cut no other key off from its place. */
static void test_random_life_agrees_with_an_array(void **state)
{
	static char keys[KEYS][16];
	static int values[KEYS];
	bool in[KEYS] = {false};
	uint64_t seed = 42;
	struct table t = {0};

	(void)state;
	for (int i = 0; i < KEYS; i++)
		snprintf(keys[i], sizeof keys[i], "key:%d", i);
	for (int turn = 0; turn < 20000; turn++) {
		size_t i = next(&seed) % KEYS;

		if (next(&seed) % 2 == 0) {
			assert_true(table_put(&t, keys[i], &values[i]));
			in[i] = true;
		} else {
			assert_ptr_equal(table_remove(&t, keys[i]), in[i] ? &values[i] : NULL);
			in[i] = false;
		}
		if (turn % 100 == 0)
			for (int k = 0; k < KEYS; k++)
				assert_ptr_equal(table_get(&t, keys[k]), in[k] ? &values[k] : NULL);
	}
	table_free(&t);
}

#define MANY 40000

/* Grown from nothing through ten sizes, with some taken out and put again on the way: at every moment it holds what the model
 * holds, and a walk meets each once. */
static void test_growing_agrees_with_an_array(void **state)
{
	static char keys[MANY][16];
	static int values[2][MANY];
	static signed char in[MANY]; /* 0 = out, else which value */
	static unsigned char met[MANY];
	uint64_t seed = 7;
	struct table t = {0};
	size_t count = 0, growths = 0, size = 0;

	(void)state;
	for (int i = 0; i < MANY; i++)
		snprintf(keys[i], sizeof keys[i], "home:%x", i);
	for (size_t turn = 0; turn < 3 * MANY; turn++) {
		size_t i = next(&seed) % (turn / 3 + 1);

		if (next(&seed) % 4 != 0) {
			size_t which = next(&seed) % 2;

			count += in[i] == 0;
			in[i] = (signed char)(which + 1);
			assert_true(table_put(&t, keys[i], &values[which][i]));
		} else {
			assert_ptr_equal(table_remove(&t, keys[i]), in[i] == 0 ? NULL : &values[in[i] - 1][i]);
			count -= in[i] != 0;
			in[i] = 0;
		}
		assert_int_equal(t.used, count);
		growths += t.now.size != size;
		/* Whole looks are dear: at each growth, while it moves, and now and then. */
		if (t.now.size == size && turn % 997 != 0 && (t.old.used == 0 || turn % 101 != 0))
			continue;
		size = t.now.size;
		memset(met, 0, sizeof met);
		for (size_t at = 0; at < table_places(&t); at++) {
			const struct table_slot *slot = table_at(&t, at);

			if (slot->key != NULL)
				met[(size_t)(slot->key - keys[0]) / sizeof keys[0]]++;
		}
		for (int k = 0; k < MANY; k++) {
			assert_int_equal(met[k], in[k] != 0);
			assert_ptr_equal(table_get(&t, keys[k]), in[k] == 0 ? NULL : &values[in[k] - 1][k]);
		}
	}
	assert_true(growths >= 10);
	table_free(&t);
}

/* The loop waits for the longest put: it must not take a whole table over at once. */
static void test_no_put_moves_a_whole_table(void **state)
{
	enum { PUTS = 300000, MOVED_MAX = 1000 };
	static char keys[PUTS][16];
	struct table t = {0};
	bool moving = false;

	(void)state;
	for (int i = 0; i < PUTS; i++) {
		size_t before = t.old.used != 0 ? t.old.used : t.now.used, grown = t.now.size;

		snprintf(keys[i], sizeof keys[i], "home:%d", i);
		assert_true(table_put(&t, keys[i], keys[i]));
		if (t.now.size != grown) {
			assert_true(t.now.used <= MOVED_MAX);
		} else if (moving) {
			assert_true(before - t.old.used <= MOVED_MAX);
		}
		moving = t.old.used != 0;
	}
	for (int i = 0; i < PUTS; i++)
		assert_ptr_equal(table_get(&t, keys[i]), keys[i]);
	table_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_table_finds_nothing),        cmocka_unit_test(test_put_replaces),
		cmocka_unit_test(test_random_life_agrees_with_an_array), cmocka_unit_test(test_growing_agrees_with_an_array),
		cmocka_unit_test(test_no_put_moves_a_whole_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
