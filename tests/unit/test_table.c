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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_table_finds_nothing),
		cmocka_unit_test(test_put_replaces),
		cmocka_unit_test(test_random_life_agrees_with_an_array),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
