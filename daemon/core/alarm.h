/* alarm.h - one signal from a device, whatever protocol brought it.
 *
 * Owns:   the alarm type that every gateway fills in, and when two alarms are copies of one message.
 * Knows:  no protocol and no store.
 * Bounds: ALARM_RAW_MAX bytes of the message as received are kept, ALARM_TEXT_MAX of what the unit says in words.
 */
#ifndef CORE_ALARM_H
#define CORE_ALARM_H

#include "base/slice.h"
#include "base/time.h"
#include "core/kind.h"

#define ID_MAX 32 /* bytes of an id, with its NUL */
#define ALARM_RAW_MAX 1024
#define ALARM_TEXT_MAX 256
#define ALARM_CODE_MAX 16
#define ALARM_KEY_MAX 96

/* MANUAL, by a rule of ours: to what a technical signal is collected. The home's own incident, or one with a list. */
enum collect { GROUP_HOME, GROUP_AREA, GROUP_CARRIER, GROUP_AWAY, GROUP_COUNT };

struct alarm {
	char device[ID_MAX]; /* registry id; authenticated, or the account as sent ("dc09.1234") */
	uint64_t id;         /* native: made by the device at the press; webhook: hash of key and content; others: 0 */
	bool keyed;          /* WEBHOOK: the vendor gave the message a key of its own, and the press a time */
	enum kind kind;
	uint32_t zone;
	int64_t raised_ms; /* device's own clock, UTC; 0 when it has none. Identity only, never for intervals */
	enum protocol protocol;
	bool restore; /* the cause is gone */
	bool mains;
	uint8_t battery_pct; /* 255 = not known */
	int32_t signal_dbm;  /* 0 = not known */
	enum step heard;     /* native: last step that the device heard for this id */
	uint32_t tries;
	char code[ALARM_CODE_MAX]; /* as the unit sent it, "E101"; empty for native */
	bool code_unknown;         /* no table explains it: a person must see it */
	bool drill;                /* MANUAL: an exercise */
	char by[ID_MAX];           /* MANUAL: who entered it; empty = a rule of ours (follow-up) */
	char household[ID_MAX];    /* MANUAL: whom it is about, when no device of theirs is named */
	uint64_t follow_up_of;     /* MANUAL, FOLLOW_UP: the incident it follows; else 0 */
	enum collect group;          /* by a rule of ours; else HOME */
	uint16_t text_len;
	uint8_t
		text[ALARM_TEXT_MAX]; /* what the unit says in words, UTF-8 (wire/dc09.h); personal: sealed before it is kept */
	uint16_t raw_len;
	uint8_t raw[ALARM_RAW_MAX];
};

#define ALARM_NO_DEVICE "manual" /* MANUAL: what a person entered names no device */

/* True for 1 to 31 bytes of printable ASCII without a space: what may stand in a key, a log line and a command. */
bool alarm_id_valid(const char id[ID_MAX]);

/* The message names itself: made at the press, or by a person's request or a rule of ours, and sent again unchanged. Others
 * are known by their bytes, and only for a while. */
bool alarm_has_id(const struct alarm *a);

/* Found by a rule of ours, not sent by a unit nor entered by a person: nobody has pressed anything. */
bool alarm_by_rule(const struct alarm *a);

/* Identity of the press. Native, webhook: device, id, kind, zone, raised_at, restore. Others: device and the raw bytes.
 * The id of an incident is this hash of its first press, so that a press stored twice in two histories is one incident.
 * Never 0. */
uint64_t alarm_hash(const struct alarm *a);

/* What an incident remembers this message by, beside device, kind, zone and raised_ms: the device's own id, else the hash. */
uint64_t alarm_ref_id(const struct alarm *a);

/* Key under which `commit` remembers this message, NUL-terminated: equal for copies of one message, for nothing else. */
void alarm_key(const struct alarm *a, char ret[ALARM_KEY_MAX]);

/* How long after its last copy a message is still known again. Native and keyed: 30 days (the id says it);
 * others: 10 minutes, and never across the closing of its incident (app/intake.c). */
int64_t alarm_memory_ms(const struct alarm *a);

/* True if every field is in its range. What a codec hands over must pass. */
bool alarm_valid(const struct alarm *a);

#endif
