/* console.h - frames of the screens: what a console or a phone sends, checked; what they are sent, packed.
 *
 * Owns:   what of a screen's frame is believed, and how rows packed once go into many frames.
 * Knows:  no session and no socket. A frame is theirs: every field is checked before anybody else reads it.
 * Result: what decodes has lawful enums, ids, numbers and lengths, and text that is UTF-8 without control characters.
 * Bounds: CONSOLE_IN_MAX bytes a frame from a screen; CONSOLE_ROWS_MAX rows a snapshot chunk or delta.
 */
#ifndef WIRE_CONSOLE_H
#define WIRE_CONSOLE_H

#include "base/slice.h"
#include "pingan/v1/console.pb-c.h"
#include "wire/arena.h"

#define CONSOLE_IN_MAX 16384
#define CONSOLE_HOLDS_MAX 64
#define CONSOLE_TEXT_MAX 480
#define CONSOLE_BUILD_MAX 64
#define CONSOLE_CONTACTS_MAX 32
#define CONSOLE_JOB_MAX 1000000 /* jobs of an incident are counted on, though only the last few are kept */
#define CONSOLE_ROWS_MAX 200
#define CONSOLE_RINGING_MAX 64
#define CONSOLE_SECONDS_MAX 86400 /* holds, shelves, tests and storms; the policy may allow less */
#define CONSOLE_STORM_KINDS_MAX 16
#define CONSOLE_FIND_MAX 64
#define CONSOLE_ROSTER_DAYS_MAX 14
#define CONSOLE_MOMENT_MAX INT64_C(253402300799999) /* the last millisecond of the year 9999 */
#define CONSOLE_STORM_TEXT_MAX 200

enum console_bad {
	CONSOLE_BAD_SIZE = -1,   /* longer than CONSOLE_IN_MAX, or empty */
	CONSOLE_BAD_BYTES = -2,  /* not a ToDaemon; also when the arena is too small for it */
	CONSOLE_BAD_KIND = -3,   /* no body that this version knows, or a request without a cmd */
	CONSOLE_BAD_FIELD = -4,  /* hello or heartbeat: a field is outside its bounds */
	CONSOLE_BAD_REQUEST = -5 /* a request with a cmd, but what it asks is not lawful: answer it, go on */
};

/* Short lower-case name for logs. Never NULL. */
const char *console_bad_name(int code);

/* 0 and the message, which lives in `arena` (not reset here), or a negative code. With CONSOLE_BAD_REQUEST *ret is set
 * too, and of it only request->cmd is to be used. */
int console_decode(struct slice frame, struct arena *arena, const Pingan__V1__ToDaemon **ret);

/* True if every field of the request is in its bounds. (console_decode has asked.) */
bool console_request_ok(const Pingan__V1__Request *r);

/* True for 1 to 31 bytes of printable ASCII without a space. */
bool console_id_ok(const char *id);

/* True if the bytes are UTF-8 (shortest forms, no surrogates) without control characters except newline and tab. */
bool console_text_ok(struct slice text);

/* Puts '?' for what is not UTF-8 in every text of the message, in copies from `arena`: the registry is data too, and a
 * browser gives up on the whole frame for one bad byte. False when the arena was too small. */
bool console_clean(ProtobufCMessage *message, struct arena *arena) MUST_USE;

/* Appends any message; ret->overflow when it does not fit. */
void console_pack(const ProtobufCMessage *message, struct buf *ret);

/* A frame whose rows are packed already (console_pack of an IncidentRow); `upserts` and `rows` of the message are empty. */
void console_pack_delta(const Pingan__V1__Delta *delta, const struct slice *rows, size_t row_count, struct buf *ret);
void console_pack_snapshot(const Pingan__V1__Snapshot *snapshot, const struct slice *rows, size_t row_count,
                           struct buf *ret);

#endif
