/* find_index.h - which texts can contain what is looked for: a few bits of each, so that a search looks at few texts.
 *
 * Owns:   blocks of FIND_BLOCK places, each place with FIND_SLOTS bits: one for each run of signs that its text has, by hash.
 * Knows:  no record; find_text.h's form of a text: fields, each begun by "\n" and a tag.
 * Result: never leaves out a text that contains the query in whole characters; most of those that do not are left out.
 * Bounds: FIND_SLOTS / 8 bytes a place, a block at a time; FIND_GRAMS_MAX runs of a query are asked for.
 *
 * Runs: single Chinese characters and pairs; of letters pairs and three; of digits three and five. Pairs of letters have slots to
 * themselves: two initials are one such pair and nothing else to go by, and among all the other runs of a home every second text
 * would have its bit by chance. The bits of a block lie slot by slot, so that a search reads only those of its runs: 4,096 texts by
 * 512 bytes a run.
 */
#ifndef APP_FIND_INDEX_H
#define APP_FIND_INDEX_H

#include "base/slice.h"

#define FIND_SLOTS 768
#define FIND_PAIR_SLOTS 256 /* the last of them */
#define FIND_BLOCK 4096
#define FIND_WORDS (FIND_BLOCK / 64)
#define FIND_GRAMS_MAX 24

struct find_block {
	uint64_t bits[FIND_SLOTS][FIND_WORDS];
};

/* The runs of a query; none: it has too little to go by, and every text may contain it. */
struct find_grams {
	uint16_t slots[FIND_GRAMS_MAX];
	uint32_t count;
};

/* Sets the bits of a place, all of which were clear. */
void find_index_put(struct find_block *block, uint32_t place, struct slice text);
/* Clears them; those of the text that was put, or of any. */
void find_index_drop(struct find_block *block, uint32_t place, struct slice text);

void find_grams_of(struct slice query, struct find_grams *ret);

/* Of the 64 places of this word, those whose texts can contain the query. */
uint64_t find_index_word(const struct find_block *block, uint32_t word, const struct find_grams *grams);

#endif
