/* The heap's top is always the smallest, also after items were moved and taken out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/heap.h"

#define ITEMS 300

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static int64_t smallest(const struct heap_item *items)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < ITEMS; i++)
		if (items[i].place != 0 && items[i].at < least)
			least = items[i].at;
	return least;
}

static void test_top_is_the_smallest_through_a_random_life(void **state)
{
	struct heap_item items[ITEMS] = {{0, 0}};
	struct heap h = {0};
	uint64_t seed = 7;

	(void)state;
	assert_null(heap_top(&h));
	for (int turn = 0; turn < 30000; turn++) {
		struct heap_item *item = &items[next(&seed) % ITEMS];

		if (next(&seed) % 3 != 0)
			assert_true(heap_set(&h, item, (int64_t)(next(&seed) % 1000)));
		else
			heap_remove(&h, item);
		if (h.len == 0)
			assert_null(heap_top(&h));
		else
			assert_int_equal(heap_top(&h)->at, smallest(items));
	}
	heap_free(&h);
}

static void test_taking_out_what_is_not_in_does_nothing(void **state)
{
	struct heap_item out = {5, 0}, in = {3, 0};
	struct heap h = {0};

	(void)state;
	assert_true(heap_set(&h, &in, 3));
	heap_remove(&h, &out);
	assert_ptr_equal(heap_top(&h), &in);
	heap_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_top_is_the_smallest_through_a_random_life),
		cmocka_unit_test(test_taking_out_what_is_not_in_does_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
