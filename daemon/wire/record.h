/* record.h - bodies of records and log entries: core types to protobuf and back (proto/pingan/v1/record.proto).
 *
 * Owns:   how an incident, a caregiver, an operator and a log entry are written, and what of it is believed when read.
 * Knows:  no store. What comes from there is theirs: checked field by field, refused with a code, never asserted.
 * Result: equal structs give equal bytes; what decodes is valid (incident_valid) and encodes again.
 * Bounds: a body has RECORD_MAX bytes at most; decoding takes at most RECORD_SCRATCH bytes of the arena for any lawful one.
 */
#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

#include "base/slice.h"
#include "core/incident.h"
#include "core/outage.h"
#include "core/people.h"
#include "core/storm.h"
#include "wire/arena.h"

#define RECORD_MAX 16384
#define RECORD_SCRATCH (128 * 1024)
/* Raw bytes of an alarm, sealed: a nonce of 24 bytes and a sum of 16 with them. */
#define RAW_SEALED_MAX (ALARM_RAW_MAX + 40)
#define LOG_EVENT_MAX 8192 /* lines and texts of one step, raw bytes of one alarm */

/* Why a body is not believed. */
enum record_bad {
	RECORD_BAD_SIZE = -1,    /* longer than RECORD_MAX */
	RECORD_BAD_BYTES = -2,   /* not this message, or cut off; also when the arena is too small for it */
	RECORD_BAD_UNKNOWN = -3, /* a field that this version does not know: storing it again would lose it */
	RECORD_BAD_ENUM = -4,    /* a value without a name */
	RECORD_BAD_TEXT = -5,    /* an id too long, or not printable ASCII */
	RECORD_BAD_RANGE = -6,   /* a number or time outside its bounds */
	RECORD_BAD_COUNT = -7,   /* too many lines, jobs, offers, alarms, or bytes of text */
	RECORD_BAD_STATE = -8    /* each field is lawful, but together they break a promise of core */
};

/* Short lower-case name for logs: "bad_enum". Never NULL. */
const char *record_bad_name(int code);

/* Appends to `ret`; ret->overflow when over RECORD_MAX or when it does not fit. */
void incident_encode(const struct incident *inc, struct buf *ret);

/* 0 or a negative RECORD_BAD_* code; on error *ret is not to be used. `scratch` is reset first and may be reset after. */
int incident_decode(struct slice body, struct arena *scratch, struct incident *ret);

void caregiver_encode(const struct caregiver *c, struct buf *ret);
int caregiver_decode(struct slice body, struct caregiver *ret, struct arena *scratch);

void operator_encode(const struct operator* o, struct buf *ret);
int operator_decode(struct slice body, struct operator* ret, struct arena *scratch);

void out_encode(const struct out *o, struct buf *ret);
int out_decode(struct slice body, struct out *ret, struct arena *scratch);

void storm_encode(const struct storm *s, struct buf *ret);
int storm_decode(struct slice body, struct storm *ret, struct arena *scratch);

/* What the log says of one commit: `lines` are those that it added, their texts in `text` (the incident's own arena).
 * `daemon` and `record_key` as they stand in the store; `alarm_device` empty when no alarm caused it, else `raw` are the
 * alarm's bytes as received. */
void log_event_encode(const char *daemon, const char *record_key, const struct line *lines, uint32_t count,
                      const uint8_t *text, struct slice raw, const char *alarm_device, struct buf *ret);
/* Appends what the alarm of that entry says, to the same message. */
void log_alarm_encode(const struct alarm *alarm, ms_t received_ms, struct slice raw_sealed, const char *sealed_for,
                      struct buf *ret);
/* Appended likewise: raw bytes that could not be sealed. */
void log_raw_encode(struct slice raw, struct buf *ret);

#endif
