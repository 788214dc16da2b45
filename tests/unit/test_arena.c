/* Memory for one decode: never past its end, never lost count of. */
#include "support/unit.h"

#include <string.h>

#include "wire/arena.h"

static void test_pieces_are_aligned_apart_and_within(void **state)
{
	_Alignas(16) uint8_t memory[256];
	struct arena a;
	uint8_t *last = NULL;

	(void)state;
	arena_init(&a, memory, sizeof memory);
	for (size_t len = 1; len <= 5; len++) {
		uint8_t *piece = arena_take(&a, len);

		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % 16, 0);
		assert_true(piece > last && piece + len <= memory + sizeof memory);
		memset(piece, (int)len, len);
		last = piece;
	}
	assert_int_equal(a.misses, 0);
}

static void test_what_does_not_fit_is_refused_and_counted(void **state)
{
	_Alignas(16) uint8_t memory[64];
	struct arena a;

	(void)state;
	arena_init(&a, memory, sizeof memory);
	assert_null(arena_take(&a, 65));
	assert_null(arena_take(&a, SIZE_MAX)); /* a length that would wrap */
	assert_null(arena_take(&a, SIZE_MAX - 8));
	assert_non_null(arena_take(&a, 64));
	assert_null(arena_take(&a, 1));
	assert_int_equal(a.misses, 4);
	arena_reset(&a);
	assert_non_null(arena_take(&a, 49));
	assert_null(arena_take(&a, 1)); /* rounded up, it is full */
	assert_int_equal(a.misses, 5);
}

static void test_protobuf_takes_from_it_and_gives_nothing_back(void **state)
{
	_Alignas(16) uint8_t memory[64];
	struct arena a;
	void *piece;

	(void)state;
	arena_init(&a, memory, sizeof memory);
	piece = a.allocator.alloc(a.allocator.allocator_data, 16);
	assert_ptr_equal(piece, memory);
	a.allocator.free(a.allocator.allocator_data, piece);
	assert_int_equal(a.len, 16);
	arena_reset(&a);
	assert_int_equal(a.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_aligned_apart_and_within),
		cmocka_unit_test(test_what_does_not_fit_is_refused_and_counted),
		cmocka_unit_test(test_protobuf_takes_from_it_and_gives_nothing_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
