/* api_message.h - a registry record as JSON, and back, by its description in proto/: a field that is added there is here at
 * once, both ways and under the same name.
 *
 * Result: lists and truth values are always said, other fields when they have a value; an enum is its word in small letters without
 *         the prefix that all of them share; a Place is {"lat", "lon"} in degrees. Reading is strict: a member that there is not,
 *         or of another type, is a fault with its path ("contacts[1].phone", counted from 1).
 * Bounds: API_DEPTH_MAX messages within each other, API_ITEMS_MAX items of one list; what a text may say is judged by the
 *         registry (wire/registry.h), not here.
 */
#ifndef IO_API_MESSAGE_H
#define IO_API_MESSAGE_H

#include <jansson.h>

#include "io/api.h"

#define API_DEPTH_MAX 4
#define API_ITEMS_MAX 256

/* Members of the object that is open. */
void api_message_write(struct jot *j, const ProtobufCMessage *m, api_hidden *hidden, void *ctx);

/* A message that protobuf_c_message_free_unpacked(m, NULL) frees; NULL when something is wrong with it: the call has the
 * faults, or none without memory. */
ProtobufCMessage *api_message_read(struct api_call *c, const json_t *json, const ProtobufCMessageDescriptor *what,
                                   api_hidden *hidden, void *ctx) MUST_USE;

#endif
