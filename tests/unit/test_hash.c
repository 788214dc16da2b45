/* SipHash-2-4 as published: the ids of incidents rest on it. */
#include "support/unit.h"

#include "base/hash.h"

/* Key 00 01 .. 0f and messages of 0, 1, 2, ... bytes 00 01 02 ...: the vectors of the reference implementation, each
 * read as a little-endian number. The message of 15 bytes is the worked example in the appendix of the paper. */
static void test_published_vectors(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} VECTORS[] = {
		{0, UINT64_C(0x726fdb47dd0e0e31)}, {1, UINT64_C(0x74f839c593dc67fd)},  {2, UINT64_C(0x0d6c8009d9a94f5a)},
		{3, UINT64_C(0x85676696d7fb7e2d)}, {4, UINT64_C(0xcf2794e0277187b7)},  {5, UINT64_C(0x18765564cd99a68d)},
		{6, UINT64_C(0xcbc9466e58fee3ce)}, {7, UINT64_C(0xab0200f58b01d137)},  {8, UINT64_C(0x93f5f5799a932462)},
		{9, UINT64_C(0x9e0082df0ba9e4b0)}, {15, UINT64_C(0xa129ca6149be45e5)}, {63, UINT64_C(0x958a324ceb064572)},
	};
	uint8_t message[64];

	(void)state;
	for (uint8_t i = 0; i < sizeof message; i++)
		message[i] = i;
	for (size_t i = 0; i < COUNT_OF(VECTORS); i++)
		assert_int_equal(
			hash_bytes(UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908), slice_of(message, VECTORS[i].len)),
			VECTORS[i].hash);
}

static void test_every_bit_of_message_and_key_counts(void **state)
{
	uint8_t message[24] = {0};
	uint64_t plain = hash_bytes(1, 2, slice_of(message, sizeof message));

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof message; bit++) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(hash_bytes(1, 2, slice_of(message, sizeof message)), plain);
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		assert_int_not_equal(hash_bytes(1 ^ UINT64_C(1) << bit, 2, slice_of(message, sizeof message)), plain);
		assert_int_not_equal(hash_bytes(1, 2 ^ UINT64_C(1) << bit, slice_of(message, sizeof message)), plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_vectors),
		cmocka_unit_test(test_every_bit_of_message_and_key_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
