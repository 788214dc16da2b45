/* Finding: the bits of a text never hide it from who looks for a part of it, and hide most others. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/find_index.h"
#include "app/find_text.h"

#define TEXTS 2000

static uint64_t state_of_dice = 42;

static uint32_t dice(uint32_t sides)
{
	state_of_dice = state_of_dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return sides == 0 ? 0 : (uint32_t)(state_of_dice >> 33) % sides;
}

static const char *const SIGNS[] = {"陈", "秀", "英", "广", "州", "街", "号", "𠮷", "a",
                                    "b",  "zh", "0",  "1",  "2",  "5",  "9",  "13", "86"};

/* Fields of a home, as find_text.c writes them: some signs of a few, so that parts are met again and again. */
static size_t text_make(char ret[512])
{
	size_t n = 0;

	for (uint32_t field = 0; field < 5; field++) {
		n += (size_t)snprintf(ret + n, 512 - n, "\n%c", "hpnya"[field]);
		for (uint32_t i = 0, signs = 1 + dice(12); i < signs; i++)
			n += (size_t)snprintf(ret + n, 512 - n, "%s", SIGNS[dice(COUNT_OF(SIGNS))]);
	}
	return n;
}

/* Some whole characters of one field. */
static struct slice part_of(const char *text, size_t len)
{
	const char *fields[8];
	size_t count = 0, from, to, size;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n')
			fields[count++] = text + i + 2;
	fields[count] = text + len + 2;
	from = dice((uint32_t)count);
	size = (size_t)(fields[from + 1] - 2 - fields[from]);
	text = fields[from];
	from = dice((uint32_t)size);
	while (from > 0 && ((uint8_t)text[from] & 0xc0) == 0x80)
		from--;
	to = from + 1 + dice((uint32_t)(size - from));
	while (to < size && ((uint8_t)text[to] & 0xc0) == 0x80)
		to++;
	return slice_of(text + from, to - from);
}

static bool may(const struct find_block *block, uint32_t place, struct slice query)
{
	struct find_grams grams;

	find_grams_of(query, &grams);
	return find_index_word(block, place / 64, &grams) >> (place % 64) & 1;
}

static void test_no_text_is_hidden_from_who_looks_for_a_part_of_it(void **state)
{
	struct find_block *block = calloc(1, sizeof *block);

	(void)state;
	assert_non_null(block);
	for (uint32_t i = 0; i < TEXTS; i++) {
		char text[512];
		size_t len = text_make(text);
		uint32_t place = dice(FIND_BLOCK);

		memset(block, 0, sizeof *block);
		find_index_put(block, place, slice_of(text, len));
		for (uint32_t k = 0; k < 20; k++)
			assert_true(may(block, place, part_of(text, len)));
		/* And nothing is left of it. */
		find_index_drop(block, place, slice_of(text, len));
		for (size_t slot = 0; slot < FIND_SLOTS; slot++)
			assert_true(block->bits[slot][place / 64] == 0);
	}
	free(block);
}

static void test_few_of_many_homes_are_looked_at(void **state)
{
	struct find_block *block = calloc(1, sizeof *block);
	struct find_grams grams;
	char text[256];
	uint32_t looked = 0;

	(void)state;
	assert_non_null(block);
	for (uint32_t i = 0; i < FIND_BLOCK; i++) {
		int len = snprintf(text, sizeof text, "\nhh%07u\np020%08u\nn陈%s%s\nychen\nic\na花城市街%u号%u栋%u房", i,
		                   30000000 + i * 7919, SIGNS[dice(8)], SIGNS[dice(8)], dice(300), dice(12), dice(900));

		find_index_put(block, i, slice_of(text, (size_t)len));
	}
	find_grams_of(slice_str("02030007919"), &grams);
	for (uint32_t word = 0; word < FIND_WORDS; word++)
		looked += (uint32_t)__builtin_popcountll(find_index_word(block, word, &grams));
	assert_in_range(looked, 1, FIND_BLOCK / 50);
	/* What says too little may be anywhere. */
	find_grams_of(slice_str("44"), &grams);
	assert_int_equal(grams.count, 0);
	assert_true(find_index_word(block, 0, &grams) == ~UINT64_C(0));
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_text_is_hidden_from_who_looks_for_a_part_of_it),
		cmocka_unit_test(test_few_of_many_homes_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
