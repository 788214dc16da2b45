/* copy.h - what the copies that people get of their data have in common: how they are told, and what was sealed, opened. */
#ifndef CTL_COPY_H
#define CTL_COPY_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Prints it, with the time in front: one line for programs, or text for people with a sentence about what is not kept. Takes
 * the object over. */
void copy_tell(json_t *all, bool json);

/* Opens what was sealed with the key of a home: its length, 0 when it can't be opened. */
size_t sealed_open(const ProtobufCBinaryData *key, const ProtobufCBinaryData *sealed, uint8_t *ret, size_t size);

#endif
