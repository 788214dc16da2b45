/* arena.h - memory for one decode, taken from a block that somebody else owns.
 *
 * Owns:   where the next piece is cut from the block. The block is the caller's.
 * Knows:  no heap. Freeing a piece does nothing; arena_reset() takes back all of them at once.
 * Result: hand `&arena.allocator` to protobuf-c. What was unpacked lives until the next reset and is never freed singly.
 * Bounds: `size` bytes; a piece that does not fit is refused (protobuf-c then gives up on the message) and counted in `misses`.
 */
#ifndef WIRE_ARENA_H
#define WIRE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

struct arena {
	uint8_t *at;
	size_t len, size;
	uint64_t misses;
	ProtobufCAllocator allocator;
};

/* An arena must stay where it is: its allocator points back at it. */
void arena_init(struct arena *a, void *memory, size_t size);

/* Takes back every piece; `misses` goes on counting. */
void arena_reset(struct arena *a);

/* Aligned for any type, not zeroed; NULL when it does not fit. */
void *arena_take(struct arena *a, size_t len);

#endif
