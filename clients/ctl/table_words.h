/* table_words.h - what a clerk reads of an import, in Chinese or English: why a cell is bad, how far it is, what came of it.
 *
 * Owns:   the catalogue. An English sentence is its own name; "{}" stands for a number or name in it.
 * Result: a sentence that the catalogue lacks comes as it is, in English; a test looks for such ones.
 * Bounds: TABLE_SAY_MAX bytes.
 */
#ifndef CTL_TABLE_WORDS_H
#define CTL_TABLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ensure.h"

#define TABLE_SAY_MAX 384

enum table_lang { TABLE_EN, TABLE_ZH };

/* "zh", "en"; NULL: as LC_ALL, LC_MESSAGES or LANG says, the first that is set. False when it is neither. */
bool table_lang_of(const char *name, enum table_lang *ret) MUST_USE;

/* The sentence in that language; stands in `room` or for ever. */
const char *table_say(enum table_lang lang, const char *english, char room[TABLE_SAY_MAX]);

#endif
