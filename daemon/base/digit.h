/* digit.h - digits as bytes, whatever the locale says. */
#ifndef BASE_DIGIT_H
#define BASE_DIGIT_H

#include <stdbool.h>
#include <stdint.h>

static inline bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* 0 to 15, of either case; -1 = none. */
static inline int hex_digit(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

#endif
