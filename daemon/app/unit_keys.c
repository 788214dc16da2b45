/* unit_keys.c - another key for a unit, without a visit.
 *
 *   pinganctl writes Device.next_psk ─> given to the unit over its link ─> the unit connects with it ─> it becomes Device.psk
 *
 * Both open until the unit has connected with the new one, so whoever dies in between, and wherever, the unit gets in: with
 * the new key when it has it, with the old one when it has not. A unit says which of its keys it means by the identity that
 * came with it: "<device>+<8 hex digits>", digits that a hash makes of the key.
 */
#include "app/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/change.h"
#include "base/hash.h"

_Static_assert(ID_MAX + 9 <= DEVICE_IDENTITY_MAX, "an identity fits");

/* Names a key; 32 bits of 256 that are random, and nothing to be found in them. Never 0. */
static uint32_t name_of(ProtobufCBinaryData key)
{
	uint32_t name =
		(uint32_t)hash_bytes(UINT64_C(0x70696e67616e6b65), UINT64_C(0x792e6e616d652e31), slice_of(key.data, key.len));

	return name == 0 ? 1 : name;
}

static bool is_key(ProtobufCBinaryData key)
{
	return key.len == DEVICE_KEY_LEN;
}

static const Pingan__V1__Device *native(struct app *app, const char *id)
{
	const Pingan__V1__Device *d = device_find(app, id);

	return d == NULL || !device_serves(d) || d->protocol != PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE ? NULL : d;
}

bool unit_key_find(struct app *app, const char *identity, char ret_device[ID_MAX], uint32_t *ret_key,
                   uint8_t ret_secret[DEVICE_KEY_LEN])
{
	const char *plus = strrchr(identity, '+');
	const Pingan__V1__Device *d;
	char *end;

	*ret_key = 0;
	if (text_copy(ret_device, ID_MAX, slice_str(identity))) {
		d = native(app, ret_device);
		if (d != NULL && is_key(d->psk)) {
			memcpy(ret_secret, d->psk.data, DEVICE_KEY_LEN);
			return true;
		}
	}
	if (plus == NULL || strlen(plus) != 9 || strspn(plus + 1, "0123456789abcdef") != 8 ||
	    !text_copy(ret_device, ID_MAX, slice_of(identity, (size_t)(plus - identity))))
		return false;
	d = native(app, ret_device);
	*ret_key = (uint32_t)strtoul(plus + 1, &end, 16);
	if (d == NULL)
		return false;
	if (is_key(d->psk) && name_of(d->psk) == *ret_key) {
		memcpy(ret_secret, d->psk.data, DEVICE_KEY_LEN);
		return true;
	}
	if (is_key(d->next_psk) && name_of(d->next_psk) == *ret_key) {
		memcpy(ret_secret, d->next_psk.data, DEVICE_KEY_LEN);
		return true;
	}
	return false;
}

bool unit_key_give(struct app *app, struct device_link *l, const Pingan__V1__Device *d)
{
	struct down down = {.type = DOWN_NEW_KEY};
	bool sent;

	if (!l->proved || !is_key(d->next_psk) || l->given == name_of(d->next_psk) || l->opened_by == name_of(d->next_psk))
		return true;
	/* Given too early, a failover could leave the unit with a key that the store has never heard of. */
	if (!unit_safe(app, l->device))
		return true;
	l->given = name_of(d->next_psk);
	memcpy(down.key, d->next_psk.data, DEVICE_KEY_LEN);
	snprintf(down.identity, sizeof down.identity, "%s+%08" PRIx32, l->device, l->given);
	sent = device_say(app, l, &down);
	explicit_bzero(down.key, sizeof down.key);
	count(app, C_KEYS_GIVEN);
	return sent;
}

void unit_key_take(struct app *app, const struct device_link *l, const Pingan__V1__Device *d)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	if (!l->proved || l->opened_by == 0 || !is_key(d->next_psk) || l->opened_by != name_of(d->next_psk))
		return;
	record_key(key, "device", l->device);
	ch = change_submit(app, CHANGE_KEY, key, NULL, NULL, (struct waiter){0});
	if (ch != NULL) /* else with its next Hello */
		ch->number = l->opened_by;
}

enum verdict unit_key_decide(struct app *app, struct change *ch, struct buf *ret, struct buf *ret_event)
{
	const char *id = strchr(ch->record->key, ':') + 1;
	/* What was unpacked lives in the arena, and is ours to change. */
	Pingan__V1__Device *d = ch->record->rev == 0 ? NULL : (Pingan__V1__Device *)(uintptr_t)device_find(app, id);
	Pingan__V1__LogEvent event = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__DeviceEvent what = PINGAN__V1__DEVICE_EVENT__INIT, *list[] = {&what};
	uint8_t *room;

	if (d == NULL || !is_key(d->next_psk) || name_of(d->next_psk) != ch->number)
		return STAY; /* taken already, or another was made meanwhile */
	d->psk = d->next_psk;
	d->next_psk = (ProtobufCBinaryData){0};
	what.what = PINGAN__V1__DEVICE_CHANGE__DEVICE_KEY_TAKEN;
	what.device = d->id;
	what.at_ms = app->now.store_ms;
	event.daemon = app->config.daemon;
	event.record = ch->record->key;
	event.devices = list;
	event.n_devices = 1;
	room = buf_room(ret, pingan__v1__device__get_packed_size(d));
	if (room == NULL)
		return STAY;
	(void)pingan__v1__device__pack(d, room);
	room = buf_room(ret_event, pingan__v1__log_event__get_packed_size(&event));
	ENSURE(room != NULL);
	(void)pingan__v1__log_event__pack(&event, room);
	count(app, C_KEYS_TAKEN);
	APP_LOG(app, "DEVICE_KEY_TAKEN", "device=%s", d->id);
	return MOVE;
}
