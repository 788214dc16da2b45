/* api_devices.c - units of homes. No key and no token of a unit is told to anybody; a key can be sent with it. */
#include <stdlib.h>

#include <sodium.h>

#include "io/api_message.h"
#include "wire/registry.h"

static void tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Device *d = (const Pingan__V1__Device *)one->body;
	struct jot *j = &c->out;

	jot_text(j, "id", one->id);
	jot_text(j, "household", d->household);
	jot_enum(j, "protocol", &pingan__v1__protocol__descriptor, "PROTOCOL_", (int)d->protocol);
	jot_enum(j, "state", &pingan__v1__device_state__descriptor, "DEVICE_", (int)d->state);
	jot_time_if(j, "state_since", d->state_ms);
	jot_text_if(j, "state_by", d->state_by);
	jot_text_if(j, "model", d->model);
	jot_text_if(j, "vendor", d->vendor);
	jot_text_if(j, "carrier", d->carrier);
	jot_text_if(j, "code_table", d->code_table);
	jot_number_if(j, "report_s", d->report_s);
	jot_number_if(j, "test_s", d->test_s);
	jot_time_if(j, "entered", d->entered_ms);
	jot_time_if(j, "bound", d->bound_ms);
	jot_text_if(j, "installed_by", d->installed_by);
	jot_time_if(j, "proved", d->proved_ms);
	jot_text_if(j, "proved_by", d->proved_by);
	jot_number_if(j, "proof_took_ms", d->proof_took_ms);
	jot_time_if(j, "tested", d->tested_ms);
	jot_time_if(j, "on_test_until", d->test_until_ms);
}

static bool params(struct api_call *c)
{
	char area[16] = "";
	bool silent = false;
	int state = 0, protocol = 0;

	api_param_area(c, "area", area);
	api_param_bool(c, "silent", &silent);
	api_param_enum(c, "state", &pingan__v1__device_state__descriptor, "DEVICE_", &state);
	api_param_enum(c, "protocol", &pingan__v1__protocol__descriptor, "PROTOCOL_", &protocol);
	c->list.number[0] = state;
	c->list.number[1] = protocol;
	return true;
}

static bool match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Device *d = (const Pingan__V1__Device *)one->body;
	const char *area = api_param(c, "area"), *home = api_param(c, "household"), *silent = api_param(c, "silent");
	struct device_now now;

	if (area != NULL && strncmp(one->area, area, strlen(area)) != 0)
		return false;
	if (home != NULL && strcmp(d->household, home) != 0)
		return false;
	if (c->list.number[0] != 0 && (int)d->state != c->list.number[0])
		return false;
	if (c->list.number[1] != 0 && (int)d->protocol != c->list.number[1])
		return false;
	if (silent == NULL)
		return true;
	app_device_now(api_app(c), one->id, &now);
	return now.silent == (silent[0] == 't');
}

const struct api_list API_DEVICES = {
	.which = LISTING_DEVICES, .personal = true, .placed = true, .params = params, .match = match, .tell = tell};

void api_devices_get(struct api_call *c)
{
	api_list_begin(c, &API_DEVICES);
}

void api_device_get(struct api_call *c)
{
	api_one_begin(c, &API_DEVICES);
}

void api_device_status(struct api_call *c)
{
	struct device_now now;
	struct listed one;
	uint64_t incident;

	if (!api_one(c, &API_DEVICES, &one))
		return;
	c->needs = one.log_id;
	app_device_now(api_app(c), one.id, &now);
	incident = app_home_incident(api_app(c), ((const Pingan__V1__Device *)one.body)->household);
	jot_begin(&c->out, API_ITEM_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_text(&c->out, "id", one.id);
	jot_bool(&c->out, "silent", now.silent);
	jot_time_if(&c->out, "heard", now.heard_ms);
	if (incident != 0)
		jot_hex16(&c->out, "incident", incident);
	jot_close(&c->out, '}');
	if (api_looked(c, &API_DEVICES, &one, 1))
		api_work(c, api_send);
}

/* ------------------------------------------------------------ changing */

/* What is told and not taken: a client that sends back what it has read is not refused for it. */
static const char *const READ_ONLY[] = {"state_since",   "state_by",     "test_s",       "entered",
                                        "bound",         "installed_by", "proved",       "proved_by",
                                        "proof_took_ms", "tested",       "on_test_until"};

static bool hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field)
{
	static const char *const TAKEN[] = {"id",     "household",  "protocol", "state",  "model",
	                                    "vendor", "code_table", "report_s", "carrier"};

	(void)ctx;
	(void)message;
	for (size_t i = 0; i < COUNT_OF(TAKEN); i++)
		if (strcmp(field, TAKEN[i]) == 0)
			return false;
	return true;
}

static bool before(struct api_call *c, json_t *json)
{
	const json_t *key = json_object_get(json, "key");
	const char *hex = json_string_value(key);

	for (size_t i = 0; i < COUNT_OF(READ_ONLY); i++)
		(void)json_object_del(json, READ_ONLY[i]);
	if (key == NULL)
		return true;
	if (hex == NULL || hex[0] == '\0' || strlen(hex) % 2 != 0 ||
	    sodium_hex2bin(c->edit.key, sizeof c->edit.key, hex, strlen(hex), NULL, &c->edit.key_len, NULL) != 0 ||
	    c->edit.key_len * 2 != strlen(hex)) {
		api_fault(c, "key", "hex digits: 64 for a native unit; 32, 48 or 64 for a panel");
		return false;
	}
	sodium_memzero((void *)(uintptr_t)hex, strlen(hex));
	return json_object_del(json, "key") == 0;
}

static bool after(struct api_call *c, ProtobufCMessage *m)
{
	Pingan__V1__Device *d = (Pingan__V1__Device *)m;
	ProtobufCBinaryData key = {.len = c->edit.key_len};

	if (key.len == 0)
		return true;
	if (!registry_device_key_ok(d->protocol, key.len)) {
		api_fault(c, "key", "hex digits: 64 for a native unit; 32, 48 or 64 for a panel");
		return false;
	}
	key.data = malloc(key.len);
	if (key.data == NULL)
		return false;
	memcpy(key.data, c->edit.key, key.len);
	sodium_memzero(c->edit.key, sizeof c->edit.key);
	if (d->protocol == PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE)
		d->psk = key;
	else
		d->dc09_key = key;
	return true;
}

static const struct api_kind DEVICE = {.list = &API_DEVICES,
                                       .prefix = "device:",
                                       .what = &pingan__v1__device__descriptor,
                                       .hidden = hidden,
                                       .before = before,
                                       .after = after};

void api_device_put(struct api_call *c, json_t *json)
{
	api_put(c, &DEVICE, json);
}

void api_device_patch(struct api_call *c, json_t *patch)
{
	api_patch(c, &DEVICE, patch);
}
