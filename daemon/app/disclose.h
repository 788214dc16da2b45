/* disclose.h - what may be told to whom, field by field: the one place that decides it.
 *
 * Owns:   a table of every field of every message to a screen with the sort of data it carries, and which sorts each screen
 *         may be told at which moment. Who may ask for what, and about which homes, is rights.c.
 * Knows:  no incident and no person. Whoever fills a message says the moment (looked at on record, state of the job).
 * Result: disclose_mask() empties what is not allowed. A field that the table does not know is emptied too: a new one is
 *         shown to nobody before somebody has decided about it, and a test says which.
 * Bounds: DEPTH_MAX messages within each other.
 */
#ifndef APP_DISCLOSE_H
#define APP_DISCLOSE_H

#include <protobuf-c/protobuf-c.h>

#include "core/incident.h"

/* Sorts of data. */
enum data {
	DATA_UNDECIDED,
	DATA_PART,    /* a message of its own: judged field by field */
	DATA_WORK,    /* the work itself: numbers, states, times, codes. Says nothing of anybody */
	DATA_PLACE,   /* names of areas: the sub-district at the finest on a wall, the community in an offer */
	DATA_REF,     /* ids of homes, units, people: lead to a person for whoever may ask further */
	DATA_STAFF,   /* names and telephones of those who work here */
	DATA_WHO,     /* the resident: name, age, language, what is known of the way of life */
	DATA_STREET,  /* where roughly: what an offer may say */
	DATA_ADDRESS, /* where exactly */
	DATA_ACCESS,  /* door code, key safe, who has a key */
	DATA_PHONE,   /* of the home and of residents */
	DATA_CONTACT, /* family and neighbours */
	DATA_HEALTH,
	DATA_SECRET, /* keys: to no screen at all */
	DATA_TEXT,   /* what people have written, and what units say in words */
	DATA_COUNT
};

#define DATA_BIT(data) (UINT32_C(1) << (data))

/* Which sort of screen it is. */
enum audience { AUDIENCE_DESK, AUDIENCE_FIELD, AUDIENCE_WALL, AUDIENCE_COUNT };

enum data disclose_data(const ProtobufCMessageDescriptor *message, const ProtobufCFieldDescriptor *field);

/* Bits of what this screen may be told in a ToScreen of this body at most; 0 = no such message goes there. */
uint32_t disclose_body(enum audience to, int body_case);
/* A row of the queue. */
uint32_t disclose_row(enum audience to);
/* An incident, opened at a desk; `looked`: it is on record who looks. */
uint32_t disclose_detail(bool looked);
/* A unit's card; likewise. */
uint32_t disclose_card(bool looked);
/* An offer of a job. */
uint32_t disclose_offer(void);
/* A job, to whom has it: from the yes to the end, and health only to who goes to help a person. */
uint32_t disclose_job(enum job_state state, enum skill skill);

/* Empties every field whose sort is not in `allowed`, in messages within it too. The message is the caller's own: what its
 * pointers lead to is not written, only messages are. */
void disclose_mask(ProtobufCMessage *m, uint32_t allowed);

#endif
