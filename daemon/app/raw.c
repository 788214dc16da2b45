/* raw.c - what a unit has sent, byte for byte, in the log: sealed with its home's key. A cloud may send a name with a press, and
 * the log is for ever; the home's key is not.
 */
#include <stdio.h>

#include "app/change.h"
#include "app/screens.h"

/* The home that the unit stands in, as the alarm or the registry says; empty = of an unknown one. */
static const char *home_of(struct app *app, const struct alarm *a)
{
	const Pingan__V1__Device *d;

	if (a->household[0] != '\0')
		return a->household;
	d = device_find(app, a->device);
	return d == NULL ? "" : d->household;
}

/* Bytes written to `ret`; 0 = there is no key to seal it with. */
static size_t sealed(struct app *app, const struct alarm *a, uint8_t *ret, size_t size, const char **ret_for)
{
	const char *household = home_of(app, a);
	const uint8_t *key = seal_key(app, household);

	*ret_for = household[0] == '\0' ? QUARANTINE : household;
	if (key == NULL) {
		*ret_for = QUARANTINE;
		key = seal_key(app, "");
	}
	return key == NULL || a->raw_len == 0
	           ? 0
	           : app->ports.seal(app->ports.ctx, key, slice_of(a->raw, a->raw_len), ret, size);
}

void change_alarm_put(struct app *app, const struct change *ch, struct buf *bytes)
{
	uint8_t room[RAW_SEALED_MAX];
	const char *sealed_for = "";
	size_t len;

	if (ch->alarm == NULL)
		return;
	len = sealed(app, ch->alarm, room, sizeof room, &sealed_for);
	log_alarm_encode(ch->alarm, change_received_ms(app, ch), slice_of(room, len), sealed_for, bytes);
	/* Nothing to seal it with, in the first moment of a new cell: it is kept all the same. */
	if (len == 0 && ch->alarm->raw_len != 0)
		log_raw_encode(slice_of(ch->alarm->raw, ch->alarm->raw_len), bytes);
}

size_t raw_open(struct app *app, const Pingan__V1__LogEvent *ev, uint8_t ret[ALARM_RAW_MAX])
{
	const uint8_t *key;

	if (ev->raw.len != 0 && ev->raw.len <= ALARM_RAW_MAX) {
		memcpy(ret, ev->raw.data, ev->raw.len);
		return ev->raw.len;
	}
	key = ev->raw_sealed.len == 0 ? NULL : seal_key(app, ev->sealed_for);
	return key == NULL ? 0
	                   : app->ports.unseal(app->ports.ctx, key, slice_of(ev->raw_sealed.data, ev->raw_sealed.len), ret,
	                                       ALARM_RAW_MAX);
}
