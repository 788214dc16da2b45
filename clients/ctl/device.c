#include "device.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/alarm.h"
#include "device_show.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/device.h"
#include "wire/codes.h"
#include "wire/registry.h"

#define KEY_LEN DEVICE_KEY_LEN
#define TOKEN_LEN 32

static const char *const PROTOCOLS[PROTOCOL_COUNT] = {
	[PROTOCOL_NONE] = "none",   [PROTOCOL_NATIVE] = "native",   [PROTOCOL_DC09] = "dc09",
	[PROTOCOL_WATCH] = "watch", [PROTOCOL_WEBHOOK] = "webhook", [PROTOCOL_MANUAL] = "manual",
};

static const char *protocol_name(Pingan__V1__Protocol protocol)
{
	return (unsigned)protocol < PROTOCOL_COUNT ? PROTOCOLS[protocol] : "unknown";
}

static int complain(const char *what, const char *id)
{
	fprintf(stderr, "pinganctl: %s: %s\n", id, what);
	return 1;
}

static bool key_of_id(const char *id, const char *type, char ret[STORE_KEY_MAX])
{
	char copy[ID_MAX];

	if (!text_copy(copy, sizeof copy, slice_str(id)) || !alarm_id_valid(copy)) {
		(void)complain("an id has 1 to 31 letters, digits or signs", id);
		return false;
	}
	snprintf(ret, STORE_KEY_MAX, "%s:%s", type, id);
	return true;
}

/* What is wrong with this id for this protocol, or NULL: gateways find their units by it. */
static const char *id_wrong(const char *id, enum protocol protocol)
{
	if (registry_device_id_ok(id, (Pingan__V1__Protocol)protocol))
		return NULL;
	if (protocol == PROTOCOL_DC09)
		return "a DC-09 device is named dc09.ACCOUNT, hex digits in capitals";
	if (protocol == PROTOCOL_WATCH)
		return "a watch is named watch.NUMBER, digits only";
	if (protocol == PROTOCOL_WEBHOOK)
		return "a device of a vendor's cloud is named VENDOR.DEVICE, as vendors.yaml has it";
	return "this is the name of a device of another protocol";
}

/* The daemons read the tables, and may have others than this machine: only the form is looked at. */
static const char *codes_wrong(const char *codes, enum protocol protocol)
{
	if (codes == NULL)
		return NULL;
	if (protocol != PROTOCOL_DC09)
		return "--codes is for DC-09 devices";
	if (codes[0] == '\0' || strlen(codes) >= CODE_TABLE_NAME_MAX ||
	    strspn(codes, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(codes))
		return "--codes is the name of a table in codes.yaml, such as climax";
	return NULL;
}

static bool protocol_of(const char *name, enum protocol *ret)
{
	for (unsigned p = PROTOCOL_NATIVE; name != NULL && p <= PROTOCOL_WEBHOOK; p++)
		if (strcmp(name, PROTOCOLS[p]) == 0) {
			*ret = (enum protocol)p;
			return true;
		}
	return false;
}

/* The key that was given, or a new one. A panel without --key speaks in plain, a watch always does: length 0. */
static bool key_make(const char *given, enum protocol protocol, uint8_t ret[KEY_LEN], size_t *len, const char **why)
{
	*len = 0;
	*why = "a key is hex digits: 64 for a native device; 32, 48 or 64 for a panel";
	if (protocol == PROTOCOL_WATCH || protocol == PROTOCOL_WEBHOOK) {
		*why = "watches and devices of vendors' clouds have no key";
		return given == NULL;
	}
	if (given == NULL) {
		if (protocol == PROTOCOL_NATIVE) {
			randombytes_buf(ret, KEY_LEN);
			*len = KEY_LEN;
		}
		return true;
	}
	if (sodium_hex2bin(ret, KEY_LEN, given, strlen(given), NULL, len, NULL) != 0 || 2 * *len != strlen(given))
		return false;
	return registry_device_key_ok((Pingan__V1__Protocol)protocol, *len);
}

static void key_put(Pingan__V1__Device *d, uint8_t *key, size_t len)
{
	ProtobufCBinaryData data = {.data = key, .len = len};

	if (d->protocol == PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE)
		d->psk = data;
	else
		d->dc09_key = data;
}

/* As pingan-sim and whoever sets the unit up want it. */
static void key_print(const Pingan__V1__Device *d, const uint8_t *key, size_t len)
{
	char hex[2 * KEY_LEN + 1];

	if (len != 0)
		printf("device,key_hex,household\n%s,%s,%s\n", d->id, sodium_bin2hex(hex, sizeof hex, key, len), d->household);
	else
		printf("%s is entered in household %s; it has no key\n", d->id, d->household);
}

static struct slice pack(const Pingan__V1__Device *d, uint8_t *room, size_t size)
{
	size_t len = pingan__v1__device__get_packed_size(d);

	ENSURE(len <= size);
	return slice_of(room, pingan__v1__device__pack(d, room));
}

/* NULL with one line on standard error. The caller frees it. */
static Pingan__V1__Device *device_get(struct cell *cell, const char *id, const char *key, struct cell_record *rec)
{
	Pingan__V1__Device *d;

	if (!cell_get(cell, key, rec))
		return NULL;
	if (rec->rev == 0) {
		(void)complain("there is no such device", id);
		return NULL;
	}
	d = pingan__v1__device__unpack(NULL, rec->len, rec->body);
	if (d == NULL)
		(void)complain("its record is unreadable", id);
	return d;
}

static bool household_there(struct cell *cell, const char *household)
{
	char key[STORE_KEY_MAX];
	struct cell_record rec;

	if (!key_of_id(household, "household", key) || !cell_get(cell, key, &rec))
		return false;
	if (rec.rev == 0)
		(void)complain("there is no such household", household);
	return rec.rev != 0;
}

const char *device_entry(const char *id, const struct device_options *o, Pingan__V1__Device *d,
                         uint8_t secret[DEVICE_KEY_LEN], const char **ret_field)
{
	enum protocol protocol;
	const char *why;
	size_t len;

	*ret_field = "protocol";
	if (!protocol_of(o->protocol, &protocol))
		return "a protocol is native, dc09, watch or webhook";
	*ret_field = "device";
	why = id_wrong(id, protocol);
	if (why != NULL)
		return why;
	*ret_field = "key";
	if (!key_make(o->key, protocol, secret, &len, &why))
		return why;
	*ret_field = "model";
	if (o->model != NULL && strlen(o->model) > DEVICE_MODEL_MAX)
		return "--model has at most 63 bytes";
	*ret_field = "codes";
	why = codes_wrong(o->codes, protocol);
	if (why != NULL)
		return why;
	d->id = (char *)(uintptr_t)id;
	d->household = (char *)(uintptr_t)o->household;
	d->protocol = (Pingan__V1__Protocol)protocol;
	if (o->model != NULL)
		d->model = (char *)(uintptr_t)o->model;
	if (o->codes != NULL)
		d->code_table = (char *)(uintptr_t)o->codes;
	d->state = PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING;
	key_put(d, secret, len);
	return NULL;
}

int device_add(struct cell *cell, const char *id, const struct device_options *o)
{
	Pingan__V1__Device d = PINGAN__V1__DEVICE__INIT;
	uint8_t body[STORE_BODY_MAX], secret[KEY_LEN];
	char key[STORE_KEY_MAX];
	const char *why, *field;
	struct device_event events[] = {{.what = DEVICE_ENTERED}, {.what = DEVICE_BOUND}};
	uint64_t kept = cell->kept;

	if (o->household == NULL || o->protocol == NULL)
		return complain("say --household ID and --protocol native, dc09, watch or webhook", id);
	if (!key_of_id(id, "device", key))
		return 1;
	why = device_entry(id, o, &d, secret, &field);
	if (why != NULL)
		return complain(why, id);
	if (!household_there(cell, o->household) || (d.entered_ms = cell_now_ms(cell)) == 0)
		return 1;
	d.bound_ms = d.state_ms = d.entered_ms;
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		events[i].at_ms = d.entered_ms;
		snprintf(events[i].device, sizeof events[i].device, "%s", id);
	}
	cell->events = events;
	cell->event_count = COUNT_OF(events);
	if (!cell_put_new(cell, key, pack(&d, body, sizeof body)))
		return 1;
	if (cell->kept != kept)
		return complain("this device is there already; nothing was changed", id);
	key_print(&d, secret, d.psk.len + d.dc09_key.len);
	sodium_memzero(secret, sizeof secret);
	return 0;
}

/* Beside the key in force, until the unit has connected with it (daemon/app/unit_keys.c). */
static int key_wait(struct cell *cell, const char *id, const char *key, const struct cell_record *rec,
                    Pingan__V1__Device *d, const struct device_options *o)
{
	ProtobufCBinaryData before = d->next_psk;
	uint8_t body[STORE_BODY_MAX], secret[KEY_LEN];
	int bad = 1;

	if (d->protocol != PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE || d->psk.len == 0)
		return complain("only a native device with a key can be given another over its link", id);
	if (o->key != NULL)
		return complain("a key that goes over the link is made here: no --key", id);
	randombytes_buf(secret, sizeof secret);
	d->next_psk = (ProtobufCBinaryData){.data = secret, .len = sizeof secret};
	if (cell_put(cell, key, rec, pack(d, body, sizeof body))) {
		printf("%s is given a new key over its link; the old one opens until it has connected with it\n", id);
		bad = 0;
	}
	d->next_psk = before; /* what the unpacked record owns */
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(body, sizeof body);
	return bad;
}

int device_key(struct cell *cell, const char *id, const struct device_options *o)
{
	uint8_t body[STORE_BODY_MAX], secret[KEY_LEN];
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Device *d;
	const char *why;
	size_t len;
	int bad = 1;

	if (!key_of_id(id, "device", key) || (d = device_get(cell, id, key, &rec)) == NULL)
		return 1;
	if (o->over_link) {
		bad = key_wait(cell, id, key, &rec, d, o);
		pingan__v1__device__free_unpacked(d, NULL);
		return bad;
	}
	if (!key_make(o->key, (enum protocol)d->protocol, secret, &len, &why)) {
		(void)complain(why, id);
	} else if (len == 0) {
		(void)complain("say the panel's key: --key HEX", id);
	} else {
		ProtobufCBinaryData psk = d->psk, dc09 = d->dc09_key, next = d->next_psk;

		key_put(d, secret, len);
		d->next_psk = (ProtobufCBinaryData){0}; /* whoever has one that waits may be why */
		if (cell_put(cell, key, &rec, pack(d, body, sizeof body))) {
			key_print(d, secret, len);
			bad = 0;
		}
		d->psk = psk; /* what the unpacked record owns */
		d->dc09_key = dc09;
		d->next_psk = next;
	}
	sodium_memzero(secret, sizeof secret);
	pingan__v1__device__free_unpacked(d, NULL);
	return bad;
}

/* For units that look at our certificate and show a token in Hello; only its hash is kept. */
int device_token(struct cell *cell, const char *id, const struct device_options *o)
{
	uint8_t body[STORE_BODY_MAX], token[DEVICE_TOKEN_MAX], hash[32];
	char key[STORE_KEY_MAX], hex[2 * DEVICE_TOKEN_MAX + 1];
	struct cell_record rec;
	ProtobufCBinaryData before;
	Pingan__V1__Device *d;
	size_t len = TOKEN_LEN;
	int bad = 1;

	if (!key_of_id(id, "device", key) || (d = device_get(cell, id, key, &rec)) == NULL)
		return 1;
	before = d->token_hash;
	randombytes_buf(token, TOKEN_LEN);
	if (d->protocol != PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE) {
		(void)complain("only native devices have a token", id);
	} else if (o->key != NULL && (sodium_hex2bin(token, sizeof token, o->key, strlen(o->key), NULL, &len, NULL) != 0 ||
	                              2 * len != strlen(o->key) || len < DEVICE_TOKEN_MIN)) {
		(void)complain("a token is 32 to 128 hex digits", id);
	} else {
		(void)crypto_generichash(hash, sizeof hash, token, len, NULL, 0);
		d->token_hash = (ProtobufCBinaryData){.data = hash, .len = sizeof hash};
		if (cell_put(cell, key, &rec, pack(d, body, sizeof body))) {
			printf("device,token_hex\n%s,%s\n", d->id, sodium_bin2hex(hex, sizeof hex, token, len));
			bad = 0;
		}
		d->token_hash = before; /* what the unpacked record owns */
	}
	sodium_memzero(token, sizeof token);
	sodium_memzero(hex, sizeof hex);
	pingan__v1__device__free_unpacked(d, NULL);
	return bad;
}

static const char *state_name(Pingan__V1__DeviceState state)
{
	switch (state) {
	case PINGAN__V1__DEVICE_STATE__DEVICE_COMMISSIONING:
		return "commissioning";
	case PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE:
		return "in_service";
	case PINGAN__V1__DEVICE_STATE__DEVICE_AWAY:
		return "away";
	case PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED:
		return "retired";
	default:
		return "unknown";
	}
}

static const char *secret_of(const Pingan__V1__Device *d)
{
	return d->next_psk.len != 0 ? "changing" : d->psk.len != 0 || d->dc09_key.len != 0 ? "yes" : "no";
}

static json_t *device_json(const Pingan__V1__Device *d)
{
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I}", "device", d->id, "household",
	                         d->household, "protocol", protocol_name(d->protocol), "model", d->model, "codes",
	                         d->code_table, "state", state_name(d->state), "has_key", secret_of(d)[0] != 'n',
	                         "key_changing", d->next_psk.len != 0, "test_until_ms", (json_int_t)d->test_until_ms);

	if (line == NULL)
		(void)complain("its record is no text", "device");
	return line;
}

static void device_print(const Pingan__V1__Device *d, bool json)
{
	json_t *line = json ? device_json(d) : NULL;

	if (line != NULL) {
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(line);
	}
	if (json)
		return;
	printf("%-31s %-12s %-8s %-12s %-13s %s\n", d->id, d->household, protocol_name(d->protocol),
	       d->model[0] == '\0' ? "-" : d->model, state_name(d->state), secret_of(d));
}

static void head_print(bool json)
{
	if (!json)
		printf("%-31s %-12s %-8s %-12s %-13s %s\n", "device", "household", "protocol", "model", "state", "key");
}

int device_show(struct cell *cell, const char *id, uint32_t count, bool json)
{
	struct cell_record rec;
	char key[STORE_KEY_MAX];
	Pingan__V1__Device *d;
	json_t *line = NULL;
	bool ok;

	if (!key_of_id(id, "device", key) || (d = device_get(cell, id, key, &rec)) == NULL)
		return 1;
	if (json) {
		line = device_json(d);
		ok = line != NULL && device_details_json(cell, d, count, line);
		if (ok) {
			(void)json_dumpf(line, stdout, JSON_COMPACT);
			putchar('\n');
		}
		json_decref(line);
	} else {
		head_print(false);
		device_print(d, false);
		ok = device_details_print(cell, d, count);
	}
	pingan__v1__device__free_unpacked(d, NULL);
	return !ok;
}

int device_list(struct cell *cell, const char *household, bool json)
{
	size_t count = 0, shown = 0;
	char **keys = cell_keys(cell, "device:", &count);
	int bad = keys == NULL;

	if (keys != NULL)
		head_print(json);
	for (size_t i = 0; keys != NULL && i < count; i++) {
		struct cell_record rec;
		Pingan__V1__Device *d = device_get(cell, keys[i], keys[i], &rec);

		bad |= d == NULL;
		if (d == NULL)
			continue;
		if (household == NULL || strcmp(d->household, household) == 0) {
			device_print(d, json);
			shown++;
		}
		pingan__v1__device__free_unpacked(d, NULL);
	}
	cell_keys_free(keys, count);
	if (!json && bad == 0)
		printf("%zu devices\n", shown);
	return bad;
}
