#include "app/find_text.h"

#include <string.h>

#define SYLLABLE_MAX 8
#define NAME_PINYIN_MAX 256

size_t find_rune_of(const uint8_t *at, size_t left, uint32_t *ret)
{
	size_t len = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 1;

	*ret = at[0];
	if (len == 1 || len > left)
		return 1;
	*ret = at[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80) {
			*ret = at[0];
			return 1;
		}
		*ret = *ret << 6 | (at[i] & 0x3fu);
	}
	return len;
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Digits and letters of full width are those of half width. */
static uint32_t half_width(uint32_t c)
{
	return c >= 0xff01 && c <= 0xff5e ? c - 0xff01 + 0x21 : c;
}

/* Blanks and the signs that people put between the parts of a number or name. */
static bool is_between(uint32_t c)
{
	return c <= ' ' || c == 0x3000 || c == '-' || c == '(' || c == ')' || c == '.' || c == 0xb7 || c == '\'' ||
	       c == 0x7f;
}

static void fold(struct buf *b, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t rune;
		size_t len = find_rune_of(at, left, &rune);
		uint32_t c = half_width(rune);

		if (c < 0x80 && !is_between(c)) {
			uint8_t low = (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);

			buf_put(b, &low, 1);
		} else if (c >= 0x80 && !is_between(c)) {
			buf_put(b, at, len);
		}
		at += len;
		left -= len;
	}
}

/* A number as people write it: digits, a plus at its head, signs between. */
static bool is_number(const char *text)
{
	size_t digits = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (is_digit((uint8_t)text[i]))
			digits++;
		else if (!is_between((uint8_t)text[i]) && !(text[i] == '+' && digits == 0))
			return false;
	}
	return digits > 0;
}

static void digits_put(struct buf *b, const char *number)
{
	char digits[32];
	size_t len = 0;
	const char *at = digits;

	for (size_t i = 0; number[i] != '\0' && len + 1 < sizeof digits; i++)
		if (is_digit((uint8_t)number[i]))
			digits[len++] = number[i];
	digits[len] = '\0';
	/* Ours goes; a number abroad keeps its prefix. What a telephone shows of a mobile has it without a sign, or a 0. */
	if (number[strspn(number, " (")] == '+' && strncmp(at, "86", 2) == 0)
		at += 2;
	else if (strncmp(at, "0086", 4) == 0)
		at += 4;
	else if (len == 13 && strncmp(at, "861", 3) == 0)
		at += 2;
	if (strlen(at) == 12 && strncmp(at, "01", 2) == 0 && at[2] >= '3')
		at++;
	buf_put(b, at, strlen(at));
}

bool find_text_query(const char *typed, char *ret, size_t size)
{
	struct buf b = buf_of((uint8_t *)ret, size - 1);

	if (is_number(typed))
		digits_put(&b, typed);
	else
		fold(&b, typed);
	if (b.overflow || b.len < 2)
		return false;
	ret[b.len] = '\0';
	return true;
}

static void field_open(struct buf *b, enum find_tag tag)
{
	const uint8_t head[2] = {'\n', (uint8_t)tag};

	buf_put(b, head, sizeof head);
}

void find_text_field(struct buf *b, enum find_tag tag, const char *text)
{
	if (text[0] == '\0')
		return;
	field_open(b, tag);
	fold(b, text);
}

void find_text_phone(struct buf *b, enum find_tag tag, const char *number)
{
	if (number[0] == '\0')
		return;
	field_open(b, tag);
	digits_put(b, number);
}

void find_text_name(struct buf *b, const struct ports *ports, const char *name)
{
	uint8_t pinyin[NAME_PINYIN_MAX], initials[64];
	struct buf sounds = buf_of(pinyin, sizeof pinyin), firsts = buf_of(initials, sizeof initials);
	const uint8_t *at = (const uint8_t *)name;
	size_t left = strlen(name);
	bool any = false;

	find_text_field(b, FIND_NAME, name);
	while (left > 0) {
		char syllable[SYLLABLE_MAX];
		uint32_t rune;
		size_t len = find_rune_of(at, left, &rune);
		size_t n = rune < 0x80 ? 0 : ports->pinyin(ports->ctx, rune, syllable, sizeof syllable);

		if (n != 0) {
			any = true;
			buf_put(&sounds, syllable, n);
			buf_put(&firsts, syllable, 1);
		}
		at += len;
		left -= len;
	}
	if (!any || sounds.overflow || firsts.overflow)
		return;
	field_open(b, FIND_PINYIN);
	buf_put(b, pinyin, sounds.len);
	field_open(b, FIND_INITIALS);
	buf_put(b, initials, firsts.len);
}

void find_text_home(struct buf *b, const struct ports *ports, const Pingan__V1__Household *h)
{
	find_text_field(b, FIND_HOUSEHOLD, h->id);
	find_text_phone(b, FIND_PHONE, h->phone);
	for (size_t i = 0; i < h->n_residents; i++) {
		find_text_field(b, FIND_RESIDENT, h->residents[i]->id);
		find_text_name(b, ports, h->residents[i]->name);
		find_text_field(b, FIND_PINYIN, h->residents[i]->spelling);
		find_text_field(b, FIND_NAME, h->residents[i]->known_as);
		find_text_phone(b, FIND_PHONE, h->residents[i]->phone);
	}
	for (size_t i = 0; i < h->n_contacts; i++) {
		find_text_phone(b, FIND_CONTACT_PHONE, h->contacts[i]->phone);
		find_text_phone(b, FIND_CONTACT_PHONE, h->contacts[i]->phone2);
	}
	find_text_field(b, FIND_ADDRESS, h->address[0] != '\0' ? h->address : h->street);
}

const char *find_tag_name(enum find_tag tag)
{
	switch (tag) {
	case FIND_HOUSEHOLD:
		return "household";
	case FIND_RESIDENT:
		return "resident";
	case FIND_DEVICE:
		return "device";
	case FIND_PHONE:
		return "phone";
	case FIND_NAME:
		return "name";
	case FIND_PINYIN:
		return "pinyin";
	case FIND_INITIALS:
		return "initials";
	case FIND_CONTACT_PHONE:
		return "contact";
	case FIND_ADDRESS:
		return "address";
	case FIND_NONE:
		break;
	}
	return "-";
}

static uint32_t tag_rank(uint8_t tag)
{
	static const uint8_t ORDER[] = {FIND_HOUSEHOLD, FIND_RESIDENT, FIND_DEVICE,        FIND_PHONE,  FIND_NAME,
	                                FIND_PINYIN,    FIND_INITIALS, FIND_CONTACT_PHONE, FIND_ADDRESS};

	for (uint32_t i = 0; i < COUNT_OF(ORDER); i++)
		if (ORDER[i] == tag)
			return i;
	return COUNT_OF(ORDER);
}

bool find_text_is(struct slice text, const char *tags, const char *query)
{
	size_t len = strlen(query);

	for (; *tags != '\0'; tags++) {
		const uint8_t head[2] = {'\n', (uint8_t)*tags}, *at = text.at, *end = text.at + text.len;

		while ((at = memmem(at, (size_t)(end - at), head, sizeof head)) != NULL) {
			at += sizeof head;
			if ((size_t)(end - at) >= len && memcmp(at, query, len) == 0 && (at + len == end || at[len] == '\n'))
				return true;
		}
	}
	return false;
}

/* The whole field, its beginning, or somewhere in it; then what field it is. */
uint32_t find_text_rank(struct slice text, struct slice query, enum find_tag *ret_tag)
{
	const uint8_t *at = text.at, *end = text.at + text.len;
	uint32_t best = UINT32_MAX;

	while (at < end && (at = memmem(at, (size_t)(end - at), query.at, query.len)) != NULL) {
		const uint8_t *head = at, *tail = at + query.len;
		uint32_t rank;

		while (head > text.at && *head != '\n')
			head--;
		/* The tag of a field is no part of what it says. */
		if (at <= head + 1) {
			at++;
			continue;
		}
		rank = at == head + 2 ? (tail == end || *tail == '\n' ? 0 : 1) : 2;
		rank = rank * 16 + tag_rank(head[1]);
		if (rank < best) {
			best = rank;
			*ret_tag = (enum find_tag)head[1];
		}
		at++;
	}
	return best;
}
