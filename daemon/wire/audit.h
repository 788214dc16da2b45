/* audit.h - who did, or looked at, what: one entry of the audit chain as a struct, its bytes, and which lines of the log
 * are acts of a person.
 *
 * Owns:   the table from LineCode and DeviceChange to what the chain says; an entry's bounds.
 * Knows:  no store, no hash, no key.
 * Result: what decodes is within the bounds and encodes again.
 * Bounds: AUDIT_MAX bytes an entry; AUDIT_FIELDS_MAX names of fields.
 */
#ifndef WIRE_AUDIT_H
#define WIRE_AUDIT_H

#include "base/slice.h"
#include "core/incident.h"
#include "pingan/v1/audit.pb-c.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/arena.h"

#define AUDIT_MAX 2048 /* equal to STORE_AUDIT_MAX */
#define AUDIT_PART_MAX \
	1024 /* without the records, which are put behind it when it is sent; equal to STORE_AUDIT_PART_MAX */
#define AUDIT_WHO_MAX 48
#define AUDIT_FIELDS_MAX 16
#define AUDIT_FIELD_MAX 32
#define AUDIT_WORDS_MAX 192
#define AUDIT_NOTE_MAX 64
#define AUDIT_KEY_LEN 32
#define AUDIT_SIGNATURE_LEN 64
#define AUDIT_HASH_SIZE 41
#define AUDIT_RECORDS_MAX 6 /* equal to STORE_PUTS_MAX */
#define AUDIT_RECORD_HASH 32

/* Numbers are those of audit.proto. */
enum audit_what {
	AUDIT_NONE,
	AUDIT_CHANGED,
	AUDIT_LOOKED,
	AUDIT_FOUND,
	AUDIT_LOGGED_IN,
	AUDIT_LOGGED_OUT,
	AUDIT_LOGIN_FAILED,
	AUDIT_SESSION_ENDED,
	AUDIT_REFUSED,
	AUDIT_IMPORTED,
	AUDIT_EXPORTED,
	AUDIT_PRINTED,
	AUDIT_ERASED,
	AUDIT_NOT_IN_FORCE,
	AUDIT_STARTED,
	AUDIT_SEALED,
	AUDIT_TRIMMED,
	AUDIT_WHAT_COUNT
};

enum audit_from { AUDIT_FROM_NONE, AUDIT_FROM_MACHINE, AUDIT_FROM_PRIVATE, AUDIT_FROM_PUBLIC, AUDIT_FROM_COUNT };

struct audit_seal {
	uint64_t entry; /* 0 = there is no seal */
	char hash[AUDIT_HASH_SIZE];
	ms_t at_ms;
	uint8_t key[AUDIT_KEY_LEN];
	uint8_t signature[AUDIT_SIGNATURE_LEN];
};

/* How a record stands since this entry. */
struct audit_record {
	char key[64];
	bool gone;
	uint8_t hash[AUDIT_RECORD_HASH];
};

/* Fields as in AuditEntry. */
struct audit {
	enum audit_what what;
	enum audit_from from;
	char who[AUDIT_WHO_MAX];
	uint32_t role;
	char daemon[ID_MAX];
	char record[64];
	char household[ID_MAX];
	char device[ID_MAX];
	uint64_t incident;
	char subject[ID_MAX];
	uint32_t line;
	uint32_t device_change;
	uint32_t roster_change;
	uint32_t request;
	uint64_t cmd;
	int64_t number;
	uint32_t count;
	uint32_t field_count;
	char fields[AUDIT_FIELDS_MAX][AUDIT_FIELD_MAX];
	uint16_t words_len;
	uint8_t words[AUDIT_WORDS_MAX];
	char note[AUDIT_NOTE_MAX];
	struct audit_seal seal;
	uint32_t record_count; /* 0 where something was written: from before */
	struct audit_record records[AUDIT_RECORDS_MAX];
};

/* AUDIT_MAX bytes at most, AUDIT_PART_MAX without the records: names of fields that no longer fit are left out, the last of them
 * becoming "...". */
void audit_encode(const struct audit *a, struct buf *ret);
/* False when the bytes are none, or break a bound. */
bool audit_decode(struct slice body, struct arena *scratch, struct audit *ret);

/* What a line, or an event of a unit, is in the chain when a person stands behind it. AUDIT_NONE: no such code, or nobody
 * has decided: a test finds it. */
enum audit_what audit_of_line(uint32_t code);
enum audit_what audit_of_device(uint32_t change);

enum audit_what audit_of_roster(uint32_t change);

/* Whose act a log entry tells of: the first line, event or edit that names a person says what was done, the others are what
 * came of it. False: nobody's. What the entry's record key says (home, unit, call, person) is taken over too. */
bool audit_of_event(const Pingan__V1__LogEvent *event, struct audit *ret);
/* "household:h1" says which home, and so on. */
void audit_about(struct audit *a, const char *record_key);

/* "changed"; never NULL. */
const char *audit_what_name(enum audit_what what);
/* AUDIT_NONE when nothing has this name. */
enum audit_what audit_what_by_name(const char *name);
/* "claimed", of LINE_CLAIMED; "" for one that is not known. */
void audit_line_name(uint32_t code, char ret[40]);
void audit_device_name(uint32_t change, char ret[40]);
void audit_roster_name(uint32_t change, char ret[40]);

/* audit_ask.c. The entry is about this home, resident, member of staff, unit, call or record, or it was them who acted. */
bool audit_concerns(const struct audit *a, const char *id);
/* Of what exactly: "claimed", "bound", "duty_on"; "" for what has no such word. */
void audit_detail(const struct audit *a, char ret[40]);
/* There is such a word. */
bool audit_detail_known(const char *name);

/* What is signed. `trim`: what went, instead of what stands. Returns its length. */
size_t audit_seal_text(const char *cell, const struct audit_seal *seal, bool trim, char *ret, size_t size);

/* "127.0.0.1", "10.2.3.4", "::1", "" of a Unix socket: no more than the kind of it. */
enum audit_from audit_from_address(const char *address);

/* Notes the name of a field, once. */
void audit_field(struct audit *a, const char *name);

#endif
