#include "core/alarm.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "core/outage.h"

#define DAYS(n) ((int64_t)(n)*86400000)

/* Fixed for ever: ids of incidents that stand in stores and archives rest on them. Two keys, because the text key of a
 * message without an id must tell messages apart where a hash of 64 bits alone might not. */
#define KEY0 UINT64_C(0x70696e67616e746f)
#define KEY1 UINT64_C(0x6e672d616c61726d)
#define KEY2 UINT64_C(0x70696e67616e2d6b)
#define KEY3 UINT64_C(0x65792d7365636f6e)

/* Longest: native with a full device name, 31 + 1 + 8 + 4 + 4 + 8 + 1; raw: device and the whole message. */
#define IDENTITY_MAX (ID_MAX + 32 + ALARM_RAW_MAX)

bool alarm_has_id(const struct alarm *a)
{
	return a->protocol == PROTOCOL_NATIVE || a->protocol == PROTOCOL_MANUAL ||
	       (a->protocol == PROTOCOL_WEBHOOK && a->keyed);
}

/* A vendor's body may be longer than what is kept of it: the hash of all of it is the id. */
static bool known_by_id(const struct alarm *a)
{
	return alarm_has_id(a) || a->protocol == PROTOCOL_WEBHOOK;
}

bool alarm_by_rule(const struct alarm *a)
{
	return a->protocol == PROTOCOL_MANUAL && a->by[0] == '\0';
}

static void put_le(struct buf *b, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	buf_put(b, bytes, len);
}

/* Same identity, same bytes: on every machine, in every byte order. */
static uint64_t identity(const struct alarm *a, uint64_t key0, uint64_t key1)
{
	uint8_t bytes[IDENTITY_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);

	buf_put(&b, a->device, strlen(a->device) + 1);
	if (known_by_id(a)) {
		put_le(&b, a->id, 8);
		put_le(&b, (uint64_t)a->kind, 4);
		put_le(&b, a->zone, 4);
		put_le(&b, (uint64_t)a->raised_ms, 8);
		put_le(&b, a->restore, 1);
	} else {
		buf_put(&b, a->raw, a->raw_len);
	}
	ENSURE(!b.overflow);
	return hash_bytes(key0, key1, slice_of(b.at, b.len));
}

uint64_t alarm_hash(const struct alarm *a)
{
	uint64_t hash = identity(a, KEY0, KEY1);

	return hash == 0 ? 1 : hash; /* 0 says "no incident" everywhere */
}

uint64_t alarm_ref_id(const struct alarm *a)
{
	return alarm_has_id(a) ? a->id : alarm_hash(a);
}

void alarm_key(const struct alarm *a, char ret[ALARM_KEY_MAX])
{
	int len;

	if (known_by_id(a))
		len = snprintf(ret, ALARM_KEY_MAX, "n.%s.%016" PRIx64 ".%u.%" PRIu32 ".%" PRId64 ".%d", a->device, a->id,
		               (unsigned)a->kind, a->zone, a->raised_ms, a->restore ? 1 : 0);
	else
		len = snprintf(ret, ALARM_KEY_MAX, "r.%s.%016" PRIx64 "%016" PRIx64, a->device, identity(a, KEY0, KEY1),
		               identity(a, KEY2, KEY3));
	ENSURE(len > 0 && len < ALARM_KEY_MAX);
}

int64_t alarm_memory_ms(const struct alarm *a)
{
	return alarm_has_id(a) ? DAYS(30) : MINUTES(10);
}

static bool word_valid(const char *text, size_t size, bool may_be_empty)
{
	size_t len = strnlen(text, size);

	if (len == size || (len == 0 && !may_be_empty))
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

bool alarm_id_valid(const char id[ID_MAX])
{
	return word_valid(id, ID_MAX, false);
}

bool alarm_valid(const struct alarm *a)
{
	if (!alarm_id_valid(a->device) || !word_valid(a->code, sizeof a->code, true))
		return false;
	if ((unsigned)a->kind >= KIND_COUNT || a->kind == KIND_NONE)
		return false;
	if ((unsigned)a->protocol >= PROTOCOL_COUNT || a->protocol == PROTOCOL_NONE)
		return false;
	if ((unsigned)a->heard >= STEP_COUNT)
		return false;
	/* Without an id a message is known by its bytes; without either, two presses would be one. */
	if (known_by_id(a) ? a->id == 0 : a->raw_len == 0)
		return false;
	if (a->keyed && a->protocol != PROTOCOL_WEBHOOK)
		return false;
	if (a->follow_up_of != 0 && (a->kind != KIND_FOLLOW_UP || a->protocol != PROTOCOL_MANUAL))
		return false;
	/* Only people and our own rules say so; no codec does. */
	if (a->protocol != PROTOCOL_MANUAL && (a->drill || a->by[0] != '\0' || a->household[0] != '\0'))
		return false;
	/* Collected by rule are technical signals of a kind that has a list. */
	if ((unsigned)a->group >= GROUP_COUNT ||
	    (a->group != GROUP_HOME && (!alarm_by_rule(a) || !outage_kind(a->kind))))
		return false;
	if ((a->by[0] != '\0' && !alarm_id_valid(a->by)) || (a->household[0] != '\0' && !alarm_id_valid(a->household)))
		return false;
	if (a->battery_pct > 100 && a->battery_pct != 255)
		return false;
	return a->zone <= UINT16_MAX && a->raised_ms >= 0 && a->raw_len <= ALARM_RAW_MAX && a->text_len <= ALARM_TEXT_MAX;
}
