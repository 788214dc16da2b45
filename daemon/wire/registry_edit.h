/* registry_edit.h - two versions of a record: what differs, what nobody edits, and what the log says of it.
 *
 * Owns:   which fields of a home belong to others (its key, its tests, its end): they are neither shown nor written here.
 * Result: a log entry names the fields that were changed and never what they say.
 * Bounds: REGISTRY_FIELDS_MAX names.
 */
#ifndef WIRE_REGISTRY_EDIT_H
#define WIRE_REGISTRY_EDIT_H

#include "wire/registry.h"

#define REGISTRY_FIELDS_MAX 64

struct registry_diff {
	char fields[REGISTRY_FIELDS_MAX][REGISTRY_PATH_MAX];
	size_t count;
	bool more; /* there were more */
};

/* Both of one type; `before` NULL: everything that stands in `after`. A list of which one is longer names what it has more
 * as a whole: "contacts[3]". */
void registry_diff(const ProtobufCMessage *before, const ProtobufCMessage *after, struct registry_diff *ret);

/* False for a field of the record that is never edited as part of it: it belongs to somebody else. */
bool registry_edits(const ProtobufCMessageDescriptor *type, const char *field);

/* `m` as it may be shown: without what belongs to others, and without health unless asked for. Members are dropped from
 * the struct, nothing is freed: for messages in an arena. */
void registry_show(ProtobufCMessage *m, bool health);

/* `m`, edited, gets from `before` what nobody edits; its health too unless that was part of the edit. Members are shared
 * afterwards: for messages in an arena. `before` NULL: it is new. */
void registry_keep(ProtobufCMessage *m, const ProtobufCMessage *before, bool health);

/* Appends RecordEdit to the LogEvent that ends `ret`: fields of one message may stand in pieces. */
void registry_event_encode(Pingan__V1__RecordEdit__What what, const char *key, const char *who, int64_t at_ms,
                           const struct registry_diff *diff, struct buf *ret);

#endif
