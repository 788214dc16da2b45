#include "app/find_index.h"

#include "app/find_text.h"

#define RUN_MAX 5

/* The last signs of a field, newest first. */
struct window {
	uint32_t rune[RUN_MAX];
	uint32_t count;
};

static bool is_ascii(uint32_t rune)
{
	return rune < 0x80;
}

static bool is_digit(uint32_t rune)
{
	return rune >= '0' && rune <= '9';
}

/* Folded: there are no capitals. */
static bool is_letter(uint32_t rune)
{
	return rune >= 'a' && rune <= 'z';
}

static uint16_t slot_of(const struct window *w, uint32_t len)
{
	uint64_t h = len;

	for (uint32_t i = 0; i < len; i++)
		h = (h ^ w->rune[i]) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 29);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h >>= 40;
	if (len == 2 && is_letter(w->rune[0]) && is_letter(w->rune[1]))
		return (uint16_t)(FIND_SLOTS - FIND_PAIR_SLOTS + h % FIND_PAIR_SLOTS);
	return (uint16_t)(h % (FIND_SLOTS - FIND_PAIR_SLOTS));
}

static uint32_t digits_at_head(const struct window *w)
{
	uint32_t n = 0;

	while (n < w->count && is_digit(w->rune[n]))
		n++;
	return n;
}

/* What a run that ends with the newest sign says: most at the highest level, so that a query can do with that. False: there is
 * no run of this level here. */
static bool run_at(const struct window *w, uint32_t level, uint16_t *ret)
{
	uint32_t digits = digits_at_head(w), len = 0;
	bool three_ascii = w->count >= 3 && is_ascii(w->rune[0]) && is_ascii(w->rune[1]) && is_ascii(w->rune[2]);

	switch (level) {
	case 2:
		len = digits >= 5 ? 5 : 0;
		break;
	case 1:
		if (three_ascii)
			len = 3;
		else if (w->count >= 2 && (!is_ascii(w->rune[0]) || !is_ascii(w->rune[1])))
			len = 2;
		break;
	default:
		if (!is_ascii(w->rune[0]))
			len = 1;
		else if (w->count >= 2 && is_ascii(w->rune[1]) && digits < 2)
			len = 2;
		break;
	}
	if (len != 0)
		*ret = slot_of(w, len);
	return len != 0;
}

#define LEVELS 3

/* The next sign of a text; false behind the last. A new field begins with none behind it. */
static bool window_next(struct window *w, struct slice *text)
{
	uint32_t rune;
	size_t len;

	while (text->len != 0 && text->at[0] == '\n') {
		size_t head = text->len < 2 ? text->len : 2;

		*text = slice_of(text->at + head, text->len - head);
		w->count = 0;
	}
	if (text->len == 0)
		return false;
	len = find_rune_of(text->at, text->len, &rune);
	*text = slice_of(text->at + len, text->len - len);
	memmove(w->rune + 1, w->rune, (RUN_MAX - 1) * sizeof w->rune[0]);
	w->rune[0] = rune;
	w->count += w->count < RUN_MAX;
	return true;
}

static void mark(struct find_block *block, uint32_t place, struct slice text, bool set)
{
	uint64_t bit = UINT64_C(1) << (place % 64);
	uint32_t word = place / 64;
	struct window w = {.count = 0};
	uint16_t slot;

	while (window_next(&w, &text))
		for (uint32_t level = 0; level < LEVELS; level++) {
			if (!run_at(&w, level, &slot))
				continue;
			if (set)
				block->bits[slot][word] |= bit;
			else
				block->bits[slot][word] &= ~bit;
		}
}

void find_index_put(struct find_block *block, uint32_t place, struct slice text)
{
	mark(block, place, text, true);
}

void find_index_drop(struct find_block *block, uint32_t place, struct slice text)
{
	mark(block, place, text, false);
}

static void gram_add(struct find_grams *g, uint16_t slot)
{
	for (uint32_t i = 0; i < g->count; i++)
		if (g->slots[i] == slot)
			return;
	if (g->count < FIND_GRAMS_MAX)
		g->slots[g->count++] = slot;
}

void find_grams_of(struct slice query, struct find_grams *ret)
{
	ret->count = 0;
	for (uint32_t level = LEVELS; level-- > 0;) {
		struct slice text = query;
		struct window w = {.count = 0};
		uint16_t slot;

		while (window_next(&w, &text))
			if (run_at(&w, level, &slot))
				gram_add(ret, slot);
	}
}

uint64_t find_index_word(const struct find_block *block, uint32_t word, const struct find_grams *grams)
{
	uint64_t all = ~UINT64_C(0);

	for (uint32_t i = 0; i < grams->count && all != 0; i++)
		all &= block->bits[grams->slots[i]][word];
	return all;
}
