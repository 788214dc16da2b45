/* slice.h - bytes that belong to somebody else, and a bounded place to write some. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ensure.h"

struct slice {
	const uint8_t *at;
	size_t len;
};

static inline struct slice slice_of(const void *at, size_t len)
{
	return (struct slice){.at = at, .len = len};
}

static inline struct slice slice_str(const char *text)
{
	return slice_of(text, strlen(text));
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* A buffer of fixed size that notes when it was too small instead of overrunning. */
struct buf {
	uint8_t *at;
	size_t len;
	size_t size;
	bool overflow; /* something did not fit; what is in the buffer is then of no use */
};

static inline struct buf buf_of(void *at, size_t size)
{
	return (struct buf){.at = at, .size = size};
}

/* Room for `len` bytes, or NULL with `overflow` set. */
static inline uint8_t *buf_room(struct buf *b, size_t len)
{
	uint8_t *room = b->at + b->len;

	if (b->overflow || len > b->size - b->len) {
		b->overflow = true;
		return NULL;
	}
	b->len += len;
	return room;
}

static inline void buf_put(struct buf *b, const void *at, size_t len)
{
	uint8_t *room = buf_room(b, len);

	if (room != NULL && len != 0)
		memcpy(room, at, len);
}

/* Copies a string into a fixed array; false (and an empty string) when it does not fit or holds a NUL. */
static inline bool text_copy(char *ret, size_t size, struct slice from)
{
	if (from.len >= size || (from.len != 0 && memchr(from.at, 0, from.len) != NULL)) {
		ret[0] = '\0';
		return false;
	}
	if (from.len != 0)
		memcpy(ret, from.at, from.len);
	ret[from.len] = '\0';
	return true;
}

#endif
