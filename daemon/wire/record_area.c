/* record_area.c - records of whole areas: storms, and devices that are out. */
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"

static void pack(const ProtobufCMessage *message, struct buf *ret)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *room = buf_room(ret, len);

	if (room != NULL)
		protobuf_c_message_pack(message, room);
}

/* The body as a message; NULL with *ret_bad set when it can't be one of ours. */
static void *unpack(const ProtobufCMessageDescriptor *what, struct slice body, struct arena *scratch, int *ret_bad)
{
	ProtobufCMessage *message;

	if (body.len > RECORD_MAX) {
		*ret_bad = RECORD_BAD_SIZE;
		return NULL;
	}
	arena_reset(scratch);
	message = protobuf_c_message_unpack(what, &scratch->allocator, body.len, body.at);
	*ret_bad = message == NULL ? RECORD_BAD_BYTES : message->n_unknown_fields != 0 ? RECORD_BAD_UNKNOWN : 0;
	return *ret_bad == 0 ? message : NULL;
}

void out_encode(const struct out *o, struct buf *ret)
{
	Pingan__V1__Out m = PINGAN__V1__OUT__INIT;

	m.device = (char *)o->device;
	m.kind = (Pingan__V1__Kind)o->kind;
	m.incident = o->incident;
	m.since_ms = o->since_ms;
	m.found = o->found;
	m.area = (char *)o->area;
	m.heard_ms = o->heard_ms;
	pack(&m.base, ret);
}

int out_decode(struct slice body, struct out *ret, struct arena *scratch)
{
	int bad;
	const Pingan__V1__Out *m = unpack(&pingan__v1__out__descriptor, body, scratch, &bad);

	if (m == NULL)
		return bad;
	memset(ret, 0, sizeof *ret);
	if (!text_copy(ret->device, sizeof ret->device, slice_str(m->device)))
		return RECORD_BAD_TEXT;
	if (m->kind < 0 || (unsigned)m->kind >= KIND_COUNT)
		return RECORD_BAD_ENUM;
	ret->kind = (enum kind)m->kind;
	ret->incident = m->incident;
	ret->since_ms = m->since_ms;
	ret->found = m->found;
	ret->heard_ms = m->heard_ms > 0 ? m->heard_ms : 0;
	if (!text_copy(ret->area, sizeof ret->area, slice_str(m->area)))
		return RECORD_BAD_TEXT;
	return out_valid(ret) ? 0 : RECORD_BAD_STATE;
}

void storm_encode(const struct storm *s, struct buf *ret)
{
	Pingan__V1__Storm m = PINGAN__V1__STORM__INIT;
	Pingan__V1__StormKind kinds[STORM_KIND_COUNT];

	m.kinds = kinds;
	for (unsigned kind = STORM_KIND_NONE + 1; kind < STORM_KIND_COUNT; kind++)
		if ((s->kinds & BIT(kind)) != 0)
			kinds[m.n_kinds++] = (Pingan__V1__StormKind)kind;
	m.area = (char *)s->area;
	m.from_ms = s->from_ms;
	m.until_ms = s->until_ms;
	m.by = (char *)s->by;
	m.reason = (char *)s->reason;
	m.ended_ms = s->ended_ms;
	m.ended_by = (char *)s->ended_by;
	m.held_back = s->held_back;
	m.returned = s->returned;
	pack(&m.base, ret);
}

int storm_decode(struct slice body, struct storm *ret, struct arena *scratch)
{
	int bad;
	const Pingan__V1__Storm *m = unpack(&pingan__v1__storm__descriptor, body, scratch, &bad);

	if (m == NULL)
		return bad;
	memset(ret, 0, sizeof *ret);
	if (!text_copy(ret->area, sizeof ret->area, slice_str(m->area)) ||
	    !text_copy(ret->by, sizeof ret->by, slice_str(m->by)) ||
	    !text_copy(ret->ended_by, sizeof ret->ended_by, slice_str(m->ended_by)) ||
	    !text_copy(ret->reason, sizeof ret->reason, slice_str(m->reason)))
		return RECORD_BAD_TEXT;
	for (size_t i = 0; i < m->n_kinds; i++) {
		/* A kind that is none, a call for help above all, is not believed of any storm. */
		if (m->kinds[i] <= 0 || (unsigned)m->kinds[i] >= STORM_KIND_COUNT)
			return RECORD_BAD_ENUM;
		ret->kinds |= BIT(m->kinds[i]);
	}
	ret->from_ms = m->from_ms;
	ret->until_ms = m->until_ms;
	ret->ended_ms = m->ended_ms;
	ret->held_back = m->held_back;
	ret->returned = m->returned;
	return storm_valid(ret) ? 0 : RECORD_BAD_STATE;
}
