/* fuzz_vendor_map.c - any bytes as the JSON of a vendor's cloud, whoever signed it. The first byte says which mapping, and
 * whether the message has a name.
 * Oracles: what cannot be read is an alarm all the same, and as many as may be; every alarm is valid, the same again, and the
 * same in whatever order the members of the JSON stand; a passed one is known to mean nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "io/vendor_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) ((cond) ? (void)0 : abort())

static const char MAPPINGS[] =
	"vendors:\n"
	"  - name: sample\n"
	"    secret_files: [x]\n"
	"    signature: {header: X-S, signed: \"{timestamp}.{body}\", timestamp_header: X-T}\n"
	"    key: {header: Idempotency-Key, ignore: [/attempt, /sent/at]}\n"
	"    map: {events: /events, device: /device/sn, code: /type, restore: /state, restore_is: [cleared, \"0\"], time: "
    "/at,"
	" time_form: ms, battery: /device/battery, signal: /device/rssi, zone: /zone = 0}\n"
	"    codes: [{code: sos, kind: sos}, {code: smoke, kind: smoke}, {code: online, kind: link, restore: true},"
	" {code: heartbeat, kind: nothing}]\n"
	"  - name: iso-times\n"
	"    secret_files: [x]\n"
	"    signature: {header: X-S, signed: \"{timestamp}.{body}\", timestamp_header: X-T}\n"
	"    key: {at: /id}\n"
	"    map: {device: \"^/gateway\", code: /code = sos, time: /t/0/when, time_form: iso, utc_offset_min: 720,"
	" battery: /b~1c~0, zone: \"= 7\"}\n"
	"    codes: [{code: sos, kind: sos}]\n"
	"  - name: s\n"
	"    secret_files: [x]\n"
	"    signature: {header: X-S, signed: \"{timestamp}.{body}\", timestamp_header: X-T}\n"
	"    map: {events: \"\", device: /0, code: /1, time: /2, time_form: s, restore: \"^/1/1\", restore_is: [\"1\"]}\n"
	"    codes: [{code: \"1\", kind: fall}]\n";

static struct vendors *all;
static struct vendor_body first, second;

static void take(const struct vendor *v, struct slice body, struct slice key, struct vendor_body *ret)
{
	memset(ret, 0xa5, sizeof *ret);
	vendor_map(v, body, key, NULL, ret);
	MUST(ret->count <= POST_ALARMS_MAX && ret->verdict <= VENDOR_UNREADABLE);
	MUST((ret->verdict == VENDOR_GOOD) == (ret->problem == NULL));
	MUST(ret->verdict != VENDOR_UNREADABLE || (ret->count == 1 && ret->offset <= body.len));
	MUST(ret->verdict == VENDOR_GOOD || ret->count > 0);
	MUST(memchr(ret->pointer, '\0', sizeof ret->pointer) != NULL || ret->problem == NULL);
	for (uint32_t i = 0; i < ret->count; i++) {
		const struct alarm *a = &ret->at[i].alarm;

		MUST(alarm_valid(a) && a->protocol == PROTOCOL_WEBHOOK && a->id != 0 && a->raw_len != 0);
		MUST(strncmp(a->device, v->name, strlen(v->name)) == 0 && a->device[strlen(v->name)] == '.');
		MUST(!a->code_unknown || (a->kind == KIND_UNKNOWN && !a->restore && !ret->at[i].passed));
	}
}

static bool same(const struct alarm *a, const struct alarm *b)
{
	return a->id == b->id && a->kind == b->kind && a->zone == b->zone && a->raised_ms == b->raised_ms &&
	       a->restore == b->restore && a->battery_pct == b->battery_pct && a->signal_dbm == b->signal_dbm &&
	       a->keyed == b->keyed && a->code_unknown == b->code_unknown && strcmp(a->code, b->code) == 0 &&
	       strcmp(a->device, b->device) == 0;
}

static void compare(const struct vendor_body *a, const struct vendor_body *b)
{
	MUST(a->verdict == b->verdict && a->count == b->count && a->problem == b->problem);
	for (uint32_t i = 0; i < a->count; i++)
		MUST(same(&a->at[i].alarm, &b->at[i].alarm) && a->at[i].passed == b->at[i].passed);
}

/* Turned around: the last member of each object first. */
static json_t *turned(json_t *v)
{
	json_t *ret, *value;
	const char *keys[64], *key;
	size_t n = 0, i;

	if (json_is_array(v)) {
		ret = json_array();
		json_array_foreach(v, i, value) json_array_append_new(ret, turned(value));
		return ret;
	}
	if (!json_is_object(v) || json_object_size(v) > COUNT_OF(keys))
		return json_incref(v);
	json_object_foreach(v, key, value) keys[n++] = key;
	ret = json_object();
	while (n-- > 0)
		json_object_set_new(ret, keys[n], turned(json_object_get(v, keys[n])));
	return ret;
}

static void in_another_order(const struct vendor *v, struct slice body, struct slice key)
{
	json_t *root = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	json_t *other = root == NULL ? NULL : turned(root);
	char *text = other == NULL ? NULL : json_dumps(other, JSON_COMPACT);

	/* What is not understood as a whole is known by its bytes. */
	if (text != NULL && first.verdict == VENDOR_GOOD && strlen(text) <= VENDOR_BODY_MAX) {
		take(v, slice_str(text), key, &second);
		compare(&first, &second);
	}
	free(text);
	json_decref(other);
	json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vendor *v;
	struct slice body, key;
	char why[VENDORS_WHY_MAX];

	if (all == NULL) {
		all = vendors_parse(slice_str(MAPPINGS), ".", false, why);
		if (all == NULL)
			fprintf(stderr, "%s\n", why);
		MUST(all != NULL && all->count == 3);
	}
	if (size == 0 || size - 1 > VENDOR_BODY_MAX)
		return 0;
	v = &all->at[data[0] % all->count];
	key = (data[0] & 0x80) != 0 ? slice_str("7f3a") : slice_of("", 0);
	body = slice_of(data + 1, size - 1);
	if (body.len == 0)
		return 0; /* no request has none */
	take(v, body, key, &first);
	take(v, body, key, &second);
	compare(&first, &second);
	in_another_order(v, body, key);
	return 0;
}
