/* dc09.h - SIA DC-09 frames: where one ends in a stream, what it says, and the reply.
 *
 * Owns:   framing, CRC, the parts of a frame, Contact ID and SIA data, extended data, replies. What a code means: codes.h.
 * Knows:  no socket, store, registry or clock. Frames are bytes, never decoded text (Windows-1252 and binary occur).
 * Result: struct dc09 points into the bytes it was read from.
 * Bounds: a body has DC09_BODY_MAX bytes at most; DC09_EVENTS_MAX events of one frame are told apart, more are taken together
 *         as one unknown; DC09_X_MAX blocks of extended data are looked at; a reply has DC09_REPLY_MAX bytes at most.
 *
 *     LF crc 0LLL "id" seq [Rrcvr] [Lpref] [#acct] [ data ] [ xdata ]* [_timestamp] CR
 *
 * CRC-16/ARC and length cover what stands between the length and CR. Seen on real units and taken: CRC as two raw bytes,
 * lower-case digits, CRC and length that count the final CR too, L without digits or missing, no account in the header,
 * bytes between frames (NUL after CR, line ends).
 */
#ifndef WIRE_DC09_H
#define WIRE_DC09_H

#include "base/slice.h"
#include "core/alarm.h"
#include "wire/codes.h"

#define DC09_BODY_MAX 0xFFF
#define DC09_FRAME_MAX (1 + 8 + DC09_BODY_MAX + 1)
#define DC09_TOKEN_MAX 16
#define DC09_ACCOUNT_MAX 16
#define DC09_EVENTS_MAX 8
#define DC09_X_MAX 16
#define DC09_ECHO_MAX 40 /* seq, R, L and # as they came */
#define DC09_REPLY_MAX 144
#define DC09_STAMP_LEN 20
#define DC09_BLOCK 16    /* bytes of AES */
#define DC09_LOCK_PAD 10 /* so that an encrypted reply fills whole blocks */
#define DC09_LOCK_LEN 32

enum dc09_cut {
	DC09_CUT_FRAME,
	DC09_CUT_MORE,    /* nothing whole yet: *used bytes are junk, show the rest again with what follows */
	DC09_CUT_BAD_CRC, /* whole, but damaged: no answer */
	DC09_CUT_BAD      /* looked like one, but its length or form is wrong: no answer */
};

enum dc09_token {
	DC09_NULL,
	DC09_ADM_CID,
	DC09_SIA_DCS,
	DC09_REPLY, /* ACK, NAK, DUH, RSP: an answer; never answered */
	DC09_UNKNOWN
};

/* One frame. The slices point into what was given to dc09_cut(). */
struct dc09 {
	struct slice raw;        /* LF to CR */
	struct slice body;       /* opening quote up to CR */
	struct slice token_text; /* without quotes, with its '*' */
	enum dc09_token token;
	bool encrypted;            /* '*': data is cipher text in hex */
	bool unlocked;             /* was encrypted, and dc09_unlock() has read it */
	bool crc_raw;              /* CRC came as two bytes: the reply's goes likewise */
	uint16_t seq;              /* 0 to 9999 */
	struct slice echo;         /* seq, R, L, # as they came */
	struct slice account;      /* of the header; empty when missing */
	struct slice data_account; /* of the data; empty when missing or encrypted */
	struct slice data;         /* behind the account's '|', or all of it when there is none */
	struct slice extended;     /* what stands between the data and the time stamp */
	int64_t stamp_ms;          /* time stamp, UTC; 0 = none or unreadable */
};

/* Takes the first frame off `in`. *used: bytes to pass over (junk before it included). *ret is filled with FRAME only. */
enum dc09_cut dc09_cut(struct slice in, size_t *used, struct dc09 *ret);

/* What the frame reports: 1 to DC09_EVENTS_MAX alarms; 0 for NULL and replies. Fills in kind, zone, restore, code,
 * code_unknown, protocol, raised_ms, text and raw; `device` stays empty. An unknown token, an encrypted frame, data that
 * nobody can read, a code without a meaning: one alarm of KIND_UNKNOWN with code_unknown, for a person to see.
 * raised_ms is when it happened, if the frame says so (H), else the frame's time.
 * raw is the frame as it came, cut at ALARM_RAW_MAX; second and further events of a frame have "+1", "+2" ... behind it, so
 * that they are not taken for copies of the first. */
uint32_t dc09_alarms(const struct dc09 *frame, const struct codes *codes, uint32_t table,
                     struct alarm ret[DC09_EVENTS_MAX]);

/* ---- extended data (dc09_extended.c) ---- */

struct dc09_x {
	char letter; /* A to Z; who gives it a meaning is below */
	struct slice text;
};

/* The blocks "[" letter text "]"; binary ones of some units, whose length stands before them, are passed over whole. */
uint32_t dc09_extended(const struct dc09 *frame, struct dc09_x ret[DC09_X_MAX]);
/* When it happened: H, UTC; 0 when the frame does not say. */
int64_t dc09_occurred(const struct dc09 *frame);
/* Adds a line "letter text" to what the unit says in words, as UTF-8 without control characters; what is not UTF-8 is read as
 * Windows-1252. What does not fit is left out. */
void dc09_text_add(struct alarm *a, char letter, struct slice text);
/* Adds the blocks that a person should read: I alarm text, T trigger, L location, S site, O building, R room, V verification
 * link, X and Y position. The rest is about the line (A C H J K M N P), or unknown. */
void dc09_text_extended(const struct dc09 *frame, struct alarm *a);

/* Registry id of the device behind an account, "dc09." and the account in upper case. Empty account: "dc09.-". */
void dc09_device_id(struct slice account, char ret[ID_MAX]);

/* Appends the whole reply with its time stamp: `word` ACK or DUH. */
void dc09_reply(const char *word, struct slice echo, bool crc_raw, ms_t utc_ms, struct buf *ret);
/* Time stamp _HH:MM:SS,MM-DD-YYYY to milliseconds, 0 when it is anything else; and back. */
int64_t dc09_stamp(struct slice s);
void dc09_stamp_write(ms_t utc_ms, char ret[DC09_STAMP_LEN + 1]);

/* Account and content of a data block without its brackets, into ret->data_account and ret->data. */
void dc09_data(struct slice data, struct dc09 *ret);

/* ---- encrypted frames (dc09_secret.c): AES-CBC with the IV all zeros, no padding but the protocol's own ---- */

/* Cipher text of an encrypted frame as bytes, whole blocks; 0 when it is none or longer than `size`. */
size_t dc09_cipher(const struct dc09 *frame, uint8_t *ret, size_t size);
/* Reads what was deciphered: *ret is the frame with its content, which points into `plain`. False: the key is wrong. */
bool dc09_unlock(const struct dc09 *frame, struct slice plain, struct dc09 *ret);
/* Plain text of an encrypted reply: pad (bytes that it may not have are changed), nothing, time stamp. */
void dc09_lock_plain(ms_t utc_ms, const uint8_t pad[DC09_LOCK_PAD], uint8_t ret[DC09_LOCK_LEN]);
void dc09_reply_locked(const char *word, struct slice echo, bool crc_raw, const uint8_t cipher[DC09_LOCK_LEN],
                       struct buf *ret);

/* The fixed refusal of an encrypted message with a wrong time. */
void dc09_nak(bool crc_raw, ms_t utc_ms, struct buf *ret);

/* Appends any frame: `body` from the opening quote on. For units, tests and benches. */
void dc09_frame(struct slice body, bool crc_raw, struct buf *ret);

/* CRC-16/ARC: reflected 0xA001, from 0, no final xor. */
uint16_t dc09_crc(struct slice bytes);

#endif
