/* hash.h - a keyed 64-bit hash (SipHash-2-4, Aumasson and Bernstein 2012) for ids and tables. Not for secrets. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/slice.h"

/* The same bytes and key give the same hash on every daemon, for ever: incident ids rest on it. */
uint64_t hash_bytes(uint64_t key0, uint64_t key1, struct slice bytes);

#endif
