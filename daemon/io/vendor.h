/* vendor.h - the clouds of device vendors that may send us alarms: who they are, how they sign, what their JSON means.
 *
 * Owns:   vendors.yaml as structs, their secrets.
 * Knows:  no HTTP (webhook.c), no JSON of a request (vendor_map.c).
 * Result: a whole checked list, or nothing and one line "FILE: line N: vendors.2.map.device: reason".
 * Bounds: VENDORS_MAX vendors, VENDOR_CODES_MAX codes each; a file of SETTINGS_FILE_MAX bytes; texts as long as their arrays.
 */
#ifndef IO_VENDOR_H
#define IO_VENDOR_H

#include "core/alarm.h"
#include "io/settings.h"

#define VENDORS_MAX 32
#define VENDOR_NAME_MAX 13 /* with its NUL: what is left of an id is the device's */
#define VENDOR_CODES_MAX 256
#define VENDOR_CODE_TEXT_MAX 48
#define VENDOR_HEADER_MAX 48
#define VENDOR_POINTER_MAX 96
#define VENDOR_PRESET_MAX 48
#define VENDOR_LIST_MAX 8
#define VENDOR_SECRETS_MAX 2 /* the one in use and the next one: both are good while keys change */
#define VENDOR_SECRET_MIN 16
#define VENDOR_SECRET_MAX 128
#define VENDORS_WHY_MAX (SETTINGS_WHY_MAX + SETTING_TEXT_MAX + 8)

/* Where a field comes from: "/a/b" of the event, "^/a/b" of the whole body, "= x" always x, "/a/b = x" x where it is missing. */
struct vendor_source {
	enum { SOURCE_NONE, SOURCE_EVENT, SOURCE_BODY, SOURCE_CONSTANT } from;
	bool has_preset;
	char pointer[VENDOR_POINTER_MAX]; /* RFC 6901 */
	char preset[VENDOR_PRESET_MAX];
};

struct vendor_list {
	uint32_t count;
	char at[VENDOR_LIST_MAX][VENDOR_POINTER_MAX];
};

struct vendor_code {
	char code[VENDOR_CODE_TEXT_MAX]; /* as the vendor writes it */
	enum kind kind;                  /* KIND_NONE: nothing to see, acknowledged and passed over */
	bool restore;
};

struct vendor_secret {
	size_t len; /* 0 = none */
	uint8_t at[VENDOR_SECRET_MAX];
};

enum vendor_form { FORM_HEX, FORM_BASE64, FORM_COUNT };
enum vendor_time { TIME_MS, TIME_S, TIME_ISO, TIME_FORM_COUNT };

struct vendor {
	char name[VENDOR_NAME_MAX];
	struct vendor_list secret_files;
	struct vendor_secret secrets[VENDOR_SECRETS_MAX];
	struct {
		char header[VENDOR_HEADER_MAX]; /* lower case */
		uint32_t form;                  /* enum vendor_form */
		char prefix[24];
		char text[96]; /* what is signed: "{timestamp}.{body}" */
		char timestamp_header[VENDOR_HEADER_MAX];
		uint32_t timestamp_unit; /* TIME_MS or TIME_S */
		uint32_t tolerance_s;
		uint32_t replay_max;
	} sign;
	struct {
		char header[VENDOR_HEADER_MAX]; /* one of these two, or neither */
		struct vendor_source at;
		struct vendor_list ignore; /* pointers in the event that change from one attempt to the next */
	} key;
	uint32_t rate_per_min;
	uint32_t burst;
	struct {
		char events[VENDOR_POINTER_MAX]; /* the list of events in the body */
		bool list;                       /* there is one; else the body is the event */
		struct vendor_source device, code, restore, time, battery, signal, zone;
		struct vendor_list restore_is;
		uint32_t time_form; /* enum vendor_time */
		uint32_t utc_offset_min;
	} map;
	uint32_t code_count;
	struct vendor_code codes[VENDOR_CODES_MAX];
};

struct vendors {
	uint32_t count;
	struct vendor at[VENDORS_MAX];
};

/* `path` empty: no vendors. `secrets` false: the secret files are not read (trying out a mapping needs none). The caller
 * frees it by vendors_free(); NULL with `why`. */
struct vendors *vendors_load(const char *path, bool secrets, char why[VENDORS_WHY_MAX]) MUST_USE;
/* The same from text; secret files are looked for beside `folder`. */
struct vendors *vendors_parse(struct slice text, const char *folder, bool secrets, char why[VENDORS_WHY_MAX]) MUST_USE;
void vendors_free(struct vendors *vendors); /* accepts NULL; forgets the secrets */

const struct vendor *vendors_find(const struct vendors *vendors, struct slice name);

#endif
