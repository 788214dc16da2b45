/* mention.h - where records and entries of the log name somebody who works here, and what of them is about that person.
 *
 * Owns:   which fields hold the id of a person; which type of record is which message.
 * Result: of a message the parts that name the person, whole, and of everything else no more than which call or record it is
 *         and when. So of colleagues and homes it tells ids, and never a word that was written.
 * Bounds: a name inside a message that no field of PEOPLE holds is not seen: a test asks of every text of every record whether
 *         it was decided about.
 */
#ifndef CTL_MENTION_H
#define CTL_MENTION_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* Message of a record with this key; NULL: none of ours. */
const ProtobufCMessageDescriptor *mention_type(const char *key);
/* The record is this person's own: what it says is about nobody else. */
bool mention_own(const char *key, const char *id);

/* A field of this name holds the id of a person; the id of something else, or a text. A field that is neither was forgotten. */
bool mention_person_field(const char *name);
bool mention_other_field(const char *name);

/* The person is named in it. */
bool mention_any(const ProtobufCMessage *m, const char *id);
/* The fields that name them: ["jobs[1].caregiver", "closed_by"]. The caller owns it. */
json_t *mention_fields(const ProtobufCMessage *m, const char *id);
/* The part about them; NULL when there is none. The caller owns it. */
json_t *mention_part(const ProtobufCMessage *m, const char *id);

#endif
