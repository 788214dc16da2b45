/* utf8.h - is this text UTF-8? Byte by byte, so that a broken text is refused at its first wrong byte (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF).
 */
#ifndef IO_UTF8_H
#define IO_UTF8_H

#include <stdbool.h>

#include "base/slice.h"

struct utf8 {
	uint8_t need;      /* continuation bytes still to come */
	uint8_t low, high; /* what the next of them may be */
};

/* Takes the next bytes of a text; false at the first wrong one. Begin with a zeroed struct. */
static inline bool utf8_take(struct utf8 *u, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = bytes.at[i];

		if (u->need != 0) {
			if (c < u->low || c > u->high)
				return false;
			u->need--;
			u->low = 0x80;
			u->high = 0xbf;
		} else if (c >= 0x80) {
			if (c < 0xc2 || c > 0xf4)
				return false;
			u->need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
			u->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
			u->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
		}
	}
	return true;
}

/* True when a text may end here. */
static inline bool utf8_whole(const struct utf8 *u)
{
	return u->need == 0;
}

#endif
