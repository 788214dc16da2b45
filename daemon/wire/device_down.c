/* device_down.c - what a device is told: Down of device.proto, both ways. */
#include <string.h>

#include "pingan/v1/device.pb-c.h"
#include "wire/device.h"

#define MINUTES_MAX 1440 /* help that takes longer is help whose time nobody knows */

_Static_assert((int)SAY_TRIAL == (int)PINGAN__V1__SAY__SAY_TRIAL && SAY_COUNT == SAY_TRIAL + 1, "as in device.proto");

bool device_language_valid(const char *language)
{
	size_t len = strlen(language);

	return len >= 2 && len < DEVICE_LANGUAGE_MAX && strspn(language, "abcdefghijklmnopqrstuvwxyz-") == len;
}

bool device_number_valid(const char *number)
{
	size_t len;

	if (number[0] == '+')
		number++;
	len = strlen(number);
	return len >= 3 && len <= 20 && strspn(number, "0123456789") == len;
}

/* ------------------------------------------------------------ written */

struct down_parts {
	Pingan__V1__Welcome welcome;
	Pingan__V1__HeartbeatAck beat;
	Pingan__V1__Ack ack;
	Pingan__V1__Status status;
	Pingan__V1__Configure configure;
	Pingan__V1__Refuse refuse;
	Pingan__V1__NewKey new_key;
	char *numbers[DEVICE_NUMBERS_MAX];
};

static void configure_fill(const struct down *down, struct down_parts *p)
{
	ENSURE(down->number_count <= DEVICE_NUMBERS_MAX);
	pingan__v1__configure__init(&p->configure);
	p->configure.heartbeat_s = down->heartbeat_s;
	p->configure.revision = down->revision;
	p->configure.language = (char *)(uintptr_t)down->language;
	p->configure.prompts = down->prompts;
	for (uint32_t i = 0; i < down->number_count; i++)
		p->numbers[i] = (char *)(uintptr_t)down->numbers[i];
	p->configure.numbers = p->numbers;
	p->configure.n_numbers = down->number_count;
	p->configure.server_ms = down->server_ms;
}

void device_down_encode(const struct down *down, struct buf *ret)
{
	Pingan__V1__Down m = PINGAN__V1__DOWN__INIT;
	struct down_parts p;
	uint8_t *room;
	size_t len;

	switch (down->type) {
	case DOWN_WELCOME:
		pingan__v1__welcome__init(&p.welcome);
		p.welcome.server_ms = down->server_ms;
		p.welcome.heartbeat_s = down->heartbeat_s;
		m.body_case = PINGAN__V1__DOWN__BODY_WELCOME;
		m.welcome = &p.welcome;
		break;
	case DOWN_HEARTBEAT_ACK:
		pingan__v1__heartbeat_ack__init(&p.beat);
		p.beat.server_ms = down->server_ms;
		p.beat.heartbeat_s = down->heartbeat_s;
		m.body_case = PINGAN__V1__DOWN__BODY_HEARTBEAT_ACK;
		m.heartbeat_ack = &p.beat;
		break;
	case DOWN_ACK:
		pingan__v1__ack__init(&p.ack);
		p.ack.alarm = down->alarm;
		p.ack.incident = down->incident;
		p.ack.silent = down->silent;
		p.ack.say = (Pingan__V1__Say)down->say;
		m.body_case = PINGAN__V1__DOWN__BODY_ACK;
		m.ack = &p.ack;
		break;
	case DOWN_STATUS:
		pingan__v1__status__init(&p.status);
		p.status.alarm = down->alarm;
		p.status.step = (Pingan__V1__Step)down->step;
		p.status.eta_min = down->eta_min;
		p.status.say = (Pingan__V1__Say)down->say;
		m.body_case = PINGAN__V1__DOWN__BODY_STATUS;
		m.status = &p.status;
		break;
	case DOWN_CONFIGURE:
		configure_fill(down, &p);
		m.body_case = PINGAN__V1__DOWN__BODY_CONFIGURE;
		m.configure = &p.configure;
		break;
	case DOWN_NEW_KEY:
		pingan__v1__new_key__init(&p.new_key);
		p.new_key.key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)down->key, .len = DEVICE_KEY_LEN};
		p.new_key.identity = (char *)(uintptr_t)down->identity;
		m.body_case = PINGAN__V1__DOWN__BODY_NEW_KEY;
		m.new_key = &p.new_key;
		break;
	case DOWN_REFUSE:
		pingan__v1__refuse__init(&p.refuse);
		p.refuse.reason = (Pingan__V1__Refuse__Reason)down->reason;
		p.refuse.retry_s = down->retry_s;
		m.body_case = PINGAN__V1__DOWN__BODY_REFUSE;
		m.refuse = &p.refuse;
		break;
	case DOWN_NONE:
		ENSURE_NEVER("an empty frame");
	}
	len = pingan__v1__down__get_packed_size(&m);
	room = device_frame_room(ret, len);
	if (room != NULL)
		(void)pingan__v1__down__pack(&m, room);
}

/* ------------------------------------------------------------ read */

static bool heartbeat_s_valid(uint32_t s)
{
	return s >= DEVICE_HEARTBEAT_MIN_S && s <= DEVICE_HEARTBEAT_MAX_S;
}

/* What a newer server may want spoken has no recording here. */
static enum say say_read(int say)
{
	return (unsigned)say < SAY_COUNT ? (enum say)say : SAY_NOTHING;
}

static bool configure_read(const Pingan__V1__Configure *m, struct down *ret)
{
	ret->type = DOWN_CONFIGURE;
	ret->heartbeat_s = m->heartbeat_s;
	ret->revision = m->revision;
	ret->prompts = m->prompts;
	ret->server_ms = m->server_ms;
	if (!heartbeat_s_valid(ret->heartbeat_s) || ret->revision == 0 || ret->server_ms < 0 ||
	    m->n_numbers > DEVICE_NUMBERS_MAX || !text_copy(ret->language, sizeof ret->language, slice_str(m->language)) ||
	    !device_language_valid(ret->language))
		return false;
	for (size_t i = 0; i < m->n_numbers; i++)
		if (!text_copy(ret->numbers[i], sizeof ret->numbers[i], slice_str(m->numbers[i])) ||
		    !device_number_valid(ret->numbers[i]))
			return false;
	ret->number_count = (uint32_t)m->n_numbers;
	return true;
}

static bool new_key_read(const Pingan__V1__NewKey *m, struct down *ret)
{
	ret->type = DOWN_NEW_KEY;
	if (m->key.len != DEVICE_KEY_LEN || m->identity[0] == '\0' ||
	    !text_copy(ret->identity, sizeof ret->identity, slice_str(m->identity)))
		return false;
	memcpy(ret->key, m->key.data, DEVICE_KEY_LEN);
	return true;
}

static bool status_read(const Pingan__V1__Status *m, struct down *ret)
{
	ret->type = DOWN_STATUS;
	ret->alarm = m->alarm;
	ret->step = (enum step)m->step;
	ret->eta_min = m->eta_min > MINUTES_MAX ? 0 : m->eta_min;
	ret->say = say_read((int)m->say);
	return ret->alarm != 0 && (unsigned)ret->step < STEP_COUNT &&
	       (ret->step != STEP_NONE || ret->say == SAY_NOT_STORED);
}

int device_down_decode(struct slice body, struct arena *scratch, struct down *ret)
{
	Pingan__V1__Down *m;

	arena_reset(scratch);
	m = pingan__v1__down__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL)
		return -1;
	*ret = (struct down){0};
	switch (m->body_case) {
	case PINGAN__V1__DOWN__BODY_WELCOME:
		ret->type = DOWN_WELCOME;
		ret->server_ms = m->welcome->server_ms;
		ret->heartbeat_s = m->welcome->heartbeat_s;
		return heartbeat_s_valid(ret->heartbeat_s) && ret->server_ms >= 0 ? 0 : -1;
	case PINGAN__V1__DOWN__BODY_HEARTBEAT_ACK:
		ret->type = DOWN_HEARTBEAT_ACK;
		ret->server_ms = m->heartbeat_ack->server_ms;
		ret->heartbeat_s = m->heartbeat_ack->heartbeat_s;
		return ret->server_ms >= 0 && (ret->heartbeat_s == 0 || heartbeat_s_valid(ret->heartbeat_s)) ? 0 : -1;
	case PINGAN__V1__DOWN__BODY_ACK:
		ret->type = DOWN_ACK;
		ret->alarm = m->ack->alarm;
		ret->incident = m->ack->incident;
		ret->silent = m->ack->silent != 0;
		ret->say = say_read((int)m->ack->say);
		return ret->alarm != 0 ? 0 : -1;
	case PINGAN__V1__DOWN__BODY_STATUS:
		return status_read(m->status, ret) ? 0 : -1;
	case PINGAN__V1__DOWN__BODY_CONFIGURE:
		return configure_read(m->configure, ret) ? 0 : -1;
	case PINGAN__V1__DOWN__BODY_NEW_KEY:
		return new_key_read(m->new_key, ret) ? 0 : -1;
	case PINGAN__V1__DOWN__BODY_REFUSE:
		ret->type = DOWN_REFUSE;
		ret->reason = (enum device_refusal)m->refuse->reason;
		ret->retry_s = m->refuse->retry_s;
		if ((unsigned)ret->reason >= DEVICE_REFUSAL_COUNT)
			ret->reason = DEVICE_REFUSAL_NONE; /* a newer server: closed all the same */
		return 0;
	case PINGAN__V1__DOWN__BODY__NOT_SET:
	case _PINGAN__V1__DOWN__BODY__CASE_IS_INT_SIZE:
		break;
	}
	return -1;
}

const char *device_say_name(enum say say)
{
	static const char *const NAMES[SAY_COUNT] = {"nothing", "heard",  "talking",    "on_the_way",
	                                             "arrived", "closed", "not_stored", "trial"};

	return (unsigned)say < SAY_COUNT ? NAMES[say] : NAMES[0];
}

const char *device_refusal_name(enum device_refusal reason)
{
	static const char *const NAMES[DEVICE_REFUSAL_COUNT] = {"none",     "bad_frame",    "bad_identity", "bad_version",
	                                                        "replaced", "go_elsewhere", "overload"};

	return (unsigned)reason < DEVICE_REFUSAL_COUNT ? NAMES[reason] : "none";
}
