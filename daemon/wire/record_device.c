#include "wire/record_device.h"

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void id_read(char ret[ID_MAX], const char *from)
{
	if (!text_copy(ret, ID_MAX, slice_str(from)) || (ret[0] != '\0' && !alarm_id_valid(ret)))
		ret[0] = '\0';
}

static ms_t time_read(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

static void proof_read(const Pingan__V1__Device *m, struct device_life *ret)
{
	id_read(ret->proof_by, m->proof_by);
	ret->proof_from_ms = time_read(m->proof_from_ms);
	ret->proof_until_ms = time_read(m->proof_until_ms);
	ret->proof_ms = time_read(m->proof_ms);
	ret->proof_raised_ms = time_read(m->proof_raised_ms);
	ret->proof_press = m->proof_press;
	ret->proof_end = m->proof_end == PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_CONFIRMED ? PROOF_END_CONFIRMED
	                 : m->proof_end == PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_EXPIRED ? PROOF_END_EXPIRED
	                 : m->proof_end == PINGAN__V1__DEVICE_PROOF__DEVICE_PROOF_RANG    ? PROOF_END_RANG
	                                                                                  : PROOF_END_NONE;
	ret->proof_rang = m->proof_rang;
}

void device_life_read(const Pingan__V1__Device *m, struct device_life *ret)
{
	memset(ret, 0, sizeof *ret);
	if (m->state >= 0 && (unsigned)m->state < DEVICE_STATE_COUNT)
		ret->state = (enum device_state)m->state;
	ret->state_ms = time_read(m->state_ms);
	id_read(ret->state_by, m->state_by);
	id_read(ret->household, m->household);
	ret->entered_ms = time_read(m->entered_ms);
	ret->bound_ms = time_read(m->bound_ms);
	id_read(ret->installed_by, m->installed_by);
	ret->proved_ms = time_read(m->proved_ms);
	id_read(ret->proved_by, m->proved_by);
	ret->proof_took_ms = m->proof_took_ms;
	ret->tested_ms = time_read(m->tested_ms);
	proof_read(m, ret);
	if (device_life_valid(ret))
		return;
	/* Half a proof is none: what is pressed now rings. */
	ret->proof_by[0] = '\0';
	ret->proof_from_ms = ret->proof_until_ms = ret->proof_ms = ret->proof_raised_ms = 0;
	ret->proof_press = ret->proof_rang = 0;
	ret->proof_end = PROOF_END_NONE;
}

void device_life_write(const struct device_life *d, Pingan__V1__Device *m)
{
	m->state = (Pingan__V1__DeviceState)d->state;
	m->state_ms = d->state_ms;
	m->state_by = text_of(d->state_by);
	m->household = text_of(d->household);
	m->entered_ms = d->entered_ms;
	m->bound_ms = d->bound_ms;
	m->installed_by = text_of(d->installed_by);
	m->proof_by = text_of(d->proof_by);
	m->proof_from_ms = d->proof_from_ms;
	m->proof_until_ms = d->proof_until_ms;
	m->proof_ms = d->proof_ms;
	m->proof_raised_ms = d->proof_raised_ms;
	m->proof_press = d->proof_press;
	m->proof_end = (Pingan__V1__DeviceProof)d->proof_end;
	m->proof_rang = d->proof_rang;
	m->proved_ms = d->proved_ms;
	m->proved_by = text_of(d->proved_by);
	m->proof_took_ms = d->proof_took_ms;
	m->tested_ms = d->tested_ms;
}

void device_events_encode(const struct device_event *events, uint32_t count, struct buf *ret)
{
	Pingan__V1__LogEvent m = PINGAN__V1__LOG_EVENT__INIT;
	Pingan__V1__DeviceEvent list[DEVICE_EVENTS_MAX], *at[DEVICE_EVENTS_MAX];
	uint8_t *room;

	ENSURE(count <= DEVICE_EVENTS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		pingan__v1__device_event__init(&list[i]);
		list[i].what = (Pingan__V1__DeviceChange)events[i].what;
		list[i].device = text_of(events[i].device);
		list[i].at_ms = events[i].at_ms;
		list[i].who = text_of(events[i].who);
		list[i].number = events[i].number;
		at[i] = &list[i];
	}
	m.devices = at;
	m.n_devices = count;
	room = buf_room(ret, pingan__v1__log_event__get_packed_size(&m));
	if (room != NULL)
		pingan__v1__log_event__pack(&m, room);
}

enum protocol device_protocol(const char *device)
{
	if (strncmp(device, "dc09.", 5) == 0 && device[5] != '\0' &&
	    strspn(device + 5, "0123456789ABCDEF") == strlen(device + 5))
		return PROTOCOL_DC09;
	if (strncmp(device, "watch.", 6) == 0 && device[6] != '\0' &&
	    strspn(device + 6, "0123456789") == strlen(device + 6))
		return PROTOCOL_WATCH;
	return PROTOCOL_NONE;
}

static const char *const STATES[DEVICE_STATE_COUNT] = {"none", "commissioning", "in_service", "away", "retired"};

const char *device_state_name(enum device_state state)
{
	return (unsigned)state < DEVICE_STATE_COUNT ? STATES[state] : "unknown";
}

enum device_state device_state_by_name(const char *name)
{
	for (unsigned i = DEVICE_COMMISSIONING; i < DEVICE_STATE_COUNT; i++)
		if (strcmp(name, STATES[i]) == 0)
			return (enum device_state)i;
	return DEVICE_NONE;
}

const char *device_change_name(enum device_change change)
{
	static const char *const NAMES[DEVICE_CHANGE_COUNT] = {
		"none",      "entered", "bound",  "state",       "proved",        "tested",     "key_made",
		"key_taken", "set",     "looked", "proof_begun", "proof_pressed", "proof_ended"};

	return (unsigned)change < DEVICE_CHANGE_COUNT ? NAMES[change] : "unknown";
}
