/* device.h - frames of the native device link (proto/pingan/v1/device.proto): bytes to plain structs and back, both ways.
 *
 * Owns:   where a frame ends, what of it is believed. The daemon reads Up and writes Down; the units in clients/sim do the
 *         opposite, and the tests hold one against the other.
 * Knows:  no socket, no store, no registry: who the device is stands in struct alarm only after app has filled it in.
 * Result: what decodes is in range and encodes again to something that decodes to the same.
 * Bounds: a frame has 1 to DEVICE_FRAME_MAX bytes behind its length; DEVICE_HELD_MAX held alarms; decoding takes at most
 *         DEVICE_SCRATCH bytes of the arena.
 */
#ifndef WIRE_DEVICE_H
#define WIRE_DEVICE_H

#include "base/slice.h"
#include "core/alarm.h"
#include "wire/arena.h"

#define DEVICE_VERSION 1
#define DEVICE_FRAME_MAX 4096
#define DEVICE_HELD_MAX 8
#define DEVICE_TEXT_MAX 32 /* model, firmware; with the NUL */
#define DEVICE_TOKEN_MIN 16
#define DEVICE_TOKEN_MAX 64
#define DEVICE_SCRATCH (64 * 1024)
#define DEVICE_DOWN_MAX 192 /* no Down is longer, its length included */
#define DEVICE_HEARTBEAT_MIN_S 5
#define DEVICE_HEARTBEAT_MAX_S 86400
#define DEVICE_COUNT_MAX 65535 /* Hello.lost, Hello.failed: so many or more */
#define DEVICE_LANGUAGE_MAX 8  /* with the NUL, likewise the next two */
#define DEVICE_NUMBER_MAX 22
#define DEVICE_IDENTITY_MAX 48
#define DEVICE_NUMBERS_MAX 4
#define DEVICE_KEY_LEN 32

enum device_cut {
	DEVICE_CUT_FRAME,
	DEVICE_CUT_MORE, /* cut off: show the same bytes again with what follows */
	DEVICE_CUT_BAD /* the length is 0, over DEVICE_FRAME_MAX, or written longer than needed: nothing can be read after it */
};

/* Takes the first frame off `in`: *body is what stands behind its length, *used how many bytes it took. */
enum device_cut device_cut(struct slice in, struct slice *body, size_t *used);

/* Room for a frame with `len` bytes behind its length, which is written; NULL when it does not fit. */
uint8_t *device_frame_room(struct buf *ret, size_t len);

enum up_type { UP_NONE, UP_HELLO, UP_HEARTBEAT, UP_ALARM, UP_CANCEL };

/* One message of a device. About 10 KiB: not on a deep stack. */
struct up {
	enum up_type type;
	/* HELLO */
	uint32_t version;
	char device[ID_MAX];
	struct slice token; /* in the arena; empty, or DEVICE_TOKEN_MIN to DEVICE_TOKEN_MAX bytes */
	char model[DEVICE_TEXT_MAX];
	char firmware[DEVICE_TEXT_MAX];
	uint32_t boot;
	uint32_t config;
	uint32_t lost, failed; /* DEVICE_COUNT_MAX at most */
	/* HELLO, HEARTBEAT */
	uint32_t seq;
	/* HEARTBEAT */
	uint8_t battery_pct; /* 255 = not known */
	bool mains;
	int32_t signal_dbm; /* 0 = not known */
	/* CANCEL */
	uint64_t cancel;
	/* HELLO, HEARTBEAT: what it holds; ALARM: the one. `device` in them is empty. A kind of the future is KIND_UNKNOWN
	 * with code_unknown and code "k:N". */
	uint32_t alarm_count;
	struct alarm alarms[DEVICE_HELD_MAX];
};

/* 0, or -1: not decodable, or a field out of range; *ret is then not to be used. `scratch` is reset first. */
int device_up_decode(struct slice body, struct arena *scratch, struct up *ret);

/* Appends a whole frame; ret->overflow when it does not fit. */
void device_up_encode(const struct up *up, struct buf *ret);

enum down_type {
	DOWN_NONE,
	DOWN_WELCOME,
	DOWN_HEARTBEAT_ACK,
	DOWN_ACK,
	DOWN_STATUS,
	DOWN_CONFIGURE,
	DOWN_REFUSE,
	DOWN_NEW_KEY
};

/* Values equal Say of device.proto. */
enum say {
	SAY_NOTHING,
	SAY_HEARD,
	SAY_TALKING,
	SAY_ON_THE_WAY,
	SAY_ARRIVED,
	SAY_CLOSED,
	SAY_NOT_STORED,
	SAY_TRIAL,
	SAY_COUNT
};

/* Values equal Refuse.Reason of device.proto. */
enum device_refusal {
	DEVICE_REFUSAL_NONE,
	DEVICE_REFUSAL_BAD_FRAME,
	DEVICE_REFUSAL_BAD_IDENTITY,
	DEVICE_REFUSAL_BAD_VERSION,
	DEVICE_REFUSAL_REPLACED,
	DEVICE_REFUSAL_GO_ELSEWHERE,
	DEVICE_REFUSAL_OVERLOAD,
	DEVICE_REFUSAL_COUNT
};

struct down {
	enum down_type type;
	ms_t server_ms;             /* WELCOME, HEARTBEAT_ACK, CONFIGURE */
	uint32_t heartbeat_s;       /* WELCOME, CONFIGURE, HEARTBEAT_ACK (0 = as before) */
	uint64_t alarm;             /* ACK, STATUS */
	uint64_t incident;          /* ACK */
	bool silent;                /* ACK */
	enum say say;               /* ACK, STATUS */
	enum step step;             /* STATUS; NONE with SAY_NOT_STORED only */
	uint32_t eta_min;           /* STATUS; 0 = not known */
	enum device_refusal reason; /* REFUSE */
	uint32_t retry_s;           /* REFUSE */
	/* CONFIGURE */
	uint32_t revision; /* never 0 */
	uint32_t prompts;  /* bit n: enum say n */
	uint32_t number_count;
	char language[DEVICE_LANGUAGE_MAX];
	char numbers[DEVICE_NUMBERS_MAX][DEVICE_NUMBER_MAX];
	/* NEW_KEY */
	uint8_t key[DEVICE_KEY_LEN];
	char identity[DEVICE_IDENTITY_MAX];
};

/* "cmn": 2 to 7 small letters or '-'. */
bool device_language_valid(const char *language);
/* 3 to 20 digits, a '+' before them or not. */
bool device_number_valid(const char *number);

void device_down_encode(const struct down *down, struct buf *ret);
int device_down_decode(struct slice body, struct arena *scratch, struct down *ret);

/* "on_the_way"; never NULL. */
const char *device_say_name(enum say say);
/* "replaced"; never NULL. */
const char *device_refusal_name(enum device_refusal reason);

#endif
