/* hex.h - a number as the 16 hex digits that keys and ids are made of. snprintf takes ten times as long. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdint.h>

static inline void hex16(uint64_t n, char ret[17])
{
	for (int i = 15; i >= 0; i--, n >>= 4)
		ret[i] = "0123456789abcdef"[n & 15];
	ret[16] = '\0';
}

#endif
