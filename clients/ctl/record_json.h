/* record_json.h - any record as JSON, field by field from its descriptor: a field that is added is told without a change here.
 *
 * Result: names as in proto/, enums by name, bytes as hex digits, 64-bit ids (fixed64) as 16 hex digits. What is empty is left
 *         out. Names in `secret` are left out (keys). The caller owns the object.
 */
#ifndef CTL_RECORD_JSON_H
#define CTL_RECORD_JSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

json_t *record_json(const ProtobufCMessage *m, const char *const *secret);
/* One value of this field; NULL when it is empty. */
json_t *record_json_value(const ProtobufCFieldDescriptor *f, const void *at, const char *const *secret);

/* The same as lines for people, Chinese names of fields where there are any. */
void json_text_print(const json_t *value, unsigned depth);

#endif
