#include "base/hash.h"

static inline uint64_t rotl(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static inline uint64_t load_le(const uint8_t *at, size_t len)
{
	uint64_t x = 0;

	for (size_t i = 0; i < len; i++)
		x |= (uint64_t)at[i] << (8 * i);
	return x;
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline void rounds(struct sip *s, int n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v1 = rotl(s->v1, 13) ^ s->v0;
		s->v0 = rotl(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotl(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotl(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotl(s->v1, 17) ^ s->v2;
		s->v2 = rotl(s->v2, 32);
	}
}

uint64_t hash_bytes(uint64_t key0, uint64_t key1, struct slice bytes)
{
	struct sip s = {
		key0 ^ 0x736f6d6570736575u,
		key1 ^ 0x646f72616e646f6du,
		key0 ^ 0x6c7967656e657261u,
		key1 ^ 0x7465646279746573u,
	};
	size_t whole = bytes.len & ~(size_t)7;
	uint64_t m;

	for (size_t i = 0; i < whole; i += 8) {
		m = load_le(bytes.at + i, 8);
		s.v3 ^= m;
		rounds(&s, 2);
		s.v0 ^= m;
	}
	m = load_le(bytes.at + whole, bytes.len - whole) | (uint64_t)(bytes.len & 0xff) << 56;
	s.v3 ^= m;
	rounds(&s, 2);
	s.v0 ^= m;
	s.v2 ^= 0xff;
	rounds(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
