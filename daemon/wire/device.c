#include "wire/device.h"

#include <stdio.h>
#include <stdlib.h>

#include "pingan/v1/device.pb-c.h"

#define BATTERY_UNKNOWN 255
#define SIGNAL_MIN (-200)
#define SIGNAL_MAX 100
#define RAISED_MAX INT64_C(253402300799999) /* end of the year 9999 */

/* ------------------------------------------------------------ framing */

enum device_cut device_cut(struct slice in, struct slice *body, size_t *used)
{
	size_t len, head = 1;

	*used = 0;
	if (in.len == 0)
		return DEVICE_CUT_MORE;
	len = in.at[0] & 0x7f;
	if (in.at[0] & 0x80) {
		if (in.len < 2)
			return DEVICE_CUT_MORE;
		/* 4,096 needs two bytes: a third, or an empty second one, is not a length of ours. */
		if (in.at[1] == 0 || (in.at[1] & 0x80))
			return DEVICE_CUT_BAD;
		len |= (size_t)in.at[1] << 7;
		head = 2;
	}
	if (len == 0 || len > DEVICE_FRAME_MAX)
		return DEVICE_CUT_BAD;
	if (in.len - head < len)
		return DEVICE_CUT_MORE;
	*body = slice_of(in.at + head, len);
	*used = head + len;
	return DEVICE_CUT_FRAME;
}

uint8_t *device_frame_room(struct buf *ret, size_t len)
{
	uint8_t head[2] = {(uint8_t)(len & 0x7f), (uint8_t)(len >> 7)};

	ENSURE(len >= 1 && len <= DEVICE_FRAME_MAX);
	if (head[1] != 0)
		head[0] |= 0x80;
	buf_put(ret, head, head[1] != 0 ? 2 : 1);
	return buf_room(ret, len);
}

/* ------------------------------------------------------------ Up, read */

static bool id_valid(const char *id)
{
	size_t len = strlen(id);

	if (len == 0 || len >= ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (id[i] <= ' ' || id[i] > '~')
			return false;
	return true;
}

static bool battery_read(uint32_t pct, uint8_t *ret)
{
	*ret = (uint8_t)pct;
	return pct <= 100 || pct == BATTERY_UNKNOWN;
}

static bool signal_valid(int32_t dbm)
{
	return dbm >= SIGNAL_MIN && dbm <= SIGNAL_MAX;
}

static bool alarm_read(const Pingan__V1__Alarm *m, struct alarm *ret)
{
	Pingan__V1__Alarm plain = *m;
	size_t len;

	*ret = (struct alarm){.protocol = PROTOCOL_NATIVE};
	if (m->id == 0 || m->kind == PINGAN__V1__KIND__KIND_NONE || m->zone > UINT16_MAX)
		return false;
	if (m->raised_ms < 0 || m->raised_ms > RAISED_MAX || !signal_valid(m->signal_dbm))
		return false;
	if ((unsigned)m->heard >= STEP_COUNT || !battery_read(m->battery_pct, &ret->battery_pct))
		return false;
	ret->id = m->id;
	ret->kind = (enum kind)m->kind;
	if ((unsigned)m->kind >= KIND_COUNT) {
		/* A newer device: shown to a person, never refused. */
		ret->kind = KIND_UNKNOWN;
		ret->code_unknown = true;
		(void)snprintf(ret->code, sizeof ret->code, "k:%d", (int)m->kind);
	}
	ret->zone = m->zone;
	ret->raised_ms = m->raised_ms;
	ret->restore = m->restore != 0;
	ret->mains = m->mains != 0;
	ret->signal_dbm = m->signal_dbm;
	ret->heard = (enum step)m->heard;
	ret->tries = m->tries;
	/* Kept as one message by itself, wherever it came in: what only a newer device knows is left out. */
	plain.base.n_unknown_fields = 0;
	plain.base.unknown_fields = NULL;
	len = pingan__v1__alarm__get_packed_size(&plain);
	if (len <= sizeof ret->raw)
		ret->raw_len = (uint16_t)pingan__v1__alarm__pack(&plain, ret->raw);
	return true;
}

static bool held_read(Pingan__V1__HeldAlarm *const *held, size_t count, struct up *ret)
{
	if (count > DEVICE_HELD_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (held[i]->alarm == NULL || !alarm_read(held[i]->alarm, &ret->alarms[i]))
			return false;
	ret->alarm_count = (uint32_t)count;
	return true;
}

static bool hello_read(const Pingan__V1__Hello *m, struct up *ret)
{
	ret->type = UP_HELLO;
	ret->version = m->version;
	ret->boot = m->boot;
	ret->config = m->config;
	ret->seq = m->seq;
	ret->lost = m->lost > DEVICE_COUNT_MAX ? DEVICE_COUNT_MAX : m->lost;
	ret->failed = m->failed > DEVICE_COUNT_MAX ? DEVICE_COUNT_MAX : m->failed;
	if (m->token.len != 0 && (m->token.len < DEVICE_TOKEN_MIN || m->token.len > DEVICE_TOKEN_MAX))
		return false;
	ret->token = slice_of(m->token.data, m->token.len);
	if (!id_valid(m->device) || !text_copy(ret->device, sizeof ret->device, slice_str(m->device)))
		return false;
	return text_copy(ret->model, sizeof ret->model, slice_str(m->model)) &&
	       text_copy(ret->firmware, sizeof ret->firmware, slice_str(m->firmware)) && held_read(m->held, m->n_held, ret);
}

static bool heartbeat_read(const Pingan__V1__Heartbeat *m, struct up *ret)
{
	ret->type = UP_HEARTBEAT;
	ret->seq = m->seq;
	ret->mains = m->mains != 0;
	ret->signal_dbm = m->signal_dbm;
	return battery_read(m->battery_pct, &ret->battery_pct) && signal_valid(m->signal_dbm) &&
	       held_read(m->held, m->n_held, ret);
}

int device_up_decode(struct slice body, struct arena *scratch, struct up *ret)
{
	Pingan__V1__Up *m;
	bool good = false;

	arena_reset(scratch);
	m = pingan__v1__up__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return -1;
	/* Only the head: the alarms are written where they are counted. */
	memset(ret, 0, offsetof(struct up, alarms));
	switch (m->body_case) {
	case PINGAN__V1__UP__BODY_HELLO:
		good = hello_read(m->hello, ret);
		break;
	case PINGAN__V1__UP__BODY_HEARTBEAT:
		good = heartbeat_read(m->heartbeat, ret);
		break;
	case PINGAN__V1__UP__BODY_ALARM:
		ret->type = UP_ALARM;
		ret->alarm_count = 1;
		good = alarm_read(m->alarm, &ret->alarms[0]);
		break;
	case PINGAN__V1__UP__BODY_CANCEL:
		ret->type = UP_CANCEL;
		ret->cancel = m->cancel->id;
		good = m->cancel->id != 0;
		break;
	case PINGAN__V1__UP__BODY__NOT_SET:
	case _PINGAN__V1__UP__BODY__CASE_IS_INT_SIZE:
		break;
	}
	return good ? 0 : -1;
}

/* ------------------------------------------------------------ Up, written */

/* The messages of one Up point at each other: they live together. */
struct up_parts {
	Pingan__V1__Up up;
	Pingan__V1__Hello hello;
	Pingan__V1__Heartbeat heartbeat;
	Pingan__V1__Cancel cancel;
	Pingan__V1__Alarm alarms[DEVICE_HELD_MAX];
	Pingan__V1__HeldAlarm held[DEVICE_HELD_MAX];
	Pingan__V1__HeldAlarm *list[DEVICE_HELD_MAX];
};

static void alarm_fill(const struct alarm *a, Pingan__V1__Alarm *m)
{
	pingan__v1__alarm__init(m);
	m->id = a->id;
	m->kind = (Pingan__V1__Kind)a->kind;
	if (a->code_unknown && strncmp(a->code, "k:", 2) == 0)
		m->kind = (Pingan__V1__Kind)strtol(a->code + 2, NULL, 10);
	m->zone = a->zone;
	m->raised_ms = a->raised_ms;
	m->battery_pct = a->battery_pct;
	m->mains = a->mains;
	m->signal_dbm = a->signal_dbm;
	m->restore = a->restore;
	m->heard = (Pingan__V1__Step)a->heard;
	m->tries = a->tries;
}

static void held_fill(const struct up *up, struct up_parts *p)
{
	for (uint32_t i = 0; i < up->alarm_count; i++) {
		pingan__v1__held_alarm__init(&p->held[i]);
		alarm_fill(&up->alarms[i], &p->alarms[i]);
		p->held[i].alarm = &p->alarms[i];
		p->list[i] = &p->held[i];
	}
}

void device_up_encode(const struct up *up, struct buf *ret)
{
	struct up_parts p;
	uint8_t *room;
	size_t len;

	ENSURE(up->alarm_count <= DEVICE_HELD_MAX);
	pingan__v1__up__init(&p.up);
	switch (up->type) {
	case UP_HELLO:
		pingan__v1__hello__init(&p.hello);
		p.hello.version = up->version;
		p.hello.device = (char *)up->device;
		p.hello.token.data = (uint8_t *)up->token.at;
		p.hello.token.len = up->token.len;
		p.hello.model = (char *)up->model;
		p.hello.firmware = (char *)up->firmware;
		p.hello.boot = up->boot;
		p.hello.config = up->config;
		p.hello.seq = up->seq;
		p.hello.lost = up->lost;
		p.hello.failed = up->failed;
		held_fill(up, &p);
		p.hello.n_held = up->alarm_count;
		p.hello.held = p.list;
		p.up.body_case = PINGAN__V1__UP__BODY_HELLO;
		p.up.hello = &p.hello;
		break;
	case UP_HEARTBEAT:
		pingan__v1__heartbeat__init(&p.heartbeat);
		p.heartbeat.seq = up->seq;
		p.heartbeat.battery_pct = up->battery_pct;
		p.heartbeat.mains = up->mains;
		p.heartbeat.signal_dbm = up->signal_dbm;
		held_fill(up, &p);
		p.heartbeat.n_held = up->alarm_count;
		p.heartbeat.held = p.list;
		p.up.body_case = PINGAN__V1__UP__BODY_HEARTBEAT;
		p.up.heartbeat = &p.heartbeat;
		break;
	case UP_ALARM:
		ENSURE(up->alarm_count == 1);
		alarm_fill(&up->alarms[0], &p.alarms[0]);
		p.up.body_case = PINGAN__V1__UP__BODY_ALARM;
		p.up.alarm = &p.alarms[0];
		break;
	case UP_CANCEL:
		pingan__v1__cancel__init(&p.cancel);
		p.cancel.id = up->cancel;
		p.up.body_case = PINGAN__V1__UP__BODY_CANCEL;
		p.up.cancel = &p.cancel;
		break;
	case UP_NONE:
		ENSURE_NEVER("an empty frame");
	}
	len = pingan__v1__up__get_packed_size(&p.up);
	room = device_frame_room(ret, len);
	if (room != NULL)
		(void)pingan__v1__up__pack(&p.up, room);
}
