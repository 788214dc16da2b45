/* find_text.h - how names, numbers and addresses are written down so that what somebody types is found in them.
 *
 * Owns:   folding: capitals, blanks and signs make no difference; a number is its digits.
 * Result: fields, each "\n", a tag and the folded text, in one buffer.
 */
#ifndef APP_FIND_TEXT_H
#define APP_FIND_TEXT_H

#include "app/ports.h"
#include "pingan/v1/record.pb-c.h"

/* What a field is. What is typed is looked for in all of them; in this order of how much a hit says. */
enum find_tag {
	FIND_NONE,
	FIND_HOUSEHOLD = 'h',
	FIND_RESIDENT = 'r', /* id */
	FIND_DEVICE = 'd',
	FIND_PHONE = 'p', /* of the home or a resident */
	FIND_NAME = 'n',
	FIND_PINYIN = 'y',
	FIND_INITIALS = 'i',
	FIND_CONTACT_PHONE = 'c',
	FIND_ADDRESS = 'a'
};

/* "name", "phone", "contact": what a hit was found by. */
const char *find_tag_name(enum find_tag tag);

/* Folds what was typed. False when there is not enough of it to look for: a single Latin letter or digit, or nothing. */
bool find_text_query(const char *typed, char *ret, size_t size);

/* Appends one field; nothing for an empty text. */
void find_text_field(struct buf *b, enum find_tag tag, const char *text);
/* Digits alone, without the country's prefix. */
void find_text_phone(struct buf *b, enum find_tag tag, const char *number);
/* The name, and where it has Chinese characters its pinyin and initials. */
void find_text_name(struct buf *b, const struct ports *ports, const char *name);

/* All that a home is found by. Of the ports only `pinyin` is asked. */
void find_text_home(struct buf *b, const struct ports *ports, const Pingan__V1__Household *h);

/* One character of UTF-8; what is none counts as a byte of its own. Returns its length; `left` is not 0. */
size_t find_rune_of(const uint8_t *at, size_t left, uint32_t *ret);

/* One of the fields with these tags ("pc") says exactly this, folded as find_text_query() does. */
bool find_text_is(struct slice text, const char *tags, const char *query);

/* How well `query` is met by a text of such fields: smaller is better; UINT32_MAX = not at all. *ret_tag: of that field. */
uint32_t find_text_rank(struct slice text, struct slice query, enum find_tag *ret_tag);

#endif
