#include "wire/retention.h"

#include "pingan/v1/record.pb-c.h"

static const struct {
	const char *name, *type;
	size_t days;
} RULES[RETENTION_COUNT] = {
	[RETENTION_LOG] = {"log", "", offsetof(struct retention_days, log_days)},
	[RETENTION_NOTES] = {"notes", "incident:", offsetof(struct retention_days, notes_days)},
	[RETENTION_CALLS] = {"calls", "incident:", offsetof(struct retention_days, calls_days)},
	[RETENTION_PEOPLE] = {"people", "person:", offsetof(struct retention_days, people_days)},
};

const char *retention_name(enum retention_rule rule)
{
	ENSURE((unsigned)rule < RETENTION_COUNT);
	return RULES[rule].name;
}

const char *retention_type(enum retention_rule rule)
{
	ENSURE((unsigned)rule < RETENTION_COUNT);
	return RULES[rule].type;
}

uint32_t retention_days_of(const struct retention_days *days, enum retention_rule rule)
{
	uint32_t ret;

	ENSURE((unsigned)rule < RETENTION_COUNT);
	memcpy(&ret, (const char *)days + RULES[rule].days, sizeof ret);
	return ret;
}

static enum retention_act write_as(const ProtobufCMessage *m, struct buf *ret)
{
	size_t len = protobuf_c_message_get_packed_size(m);

	uint8_t *room = buf_room(ret, len);

	if (room == NULL)
		return RETENTION_GARBLED;
	(void)protobuf_c_message_pack(m, room);
	return RETENTION_WRITE;
}

/* A call that is over, with nothing that still waits for it. */
static bool over(const Pingan__V1__Incident *inc, ms_t before_ms)
{
	return inc->state == PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED && inc->follow_up_due_ms == 0 &&
	       inc->closed_ms != 0 && inc->closed_ms < before_ms;
}

static enum retention_act judge_notes(Pingan__V1__Incident *inc, ms_t before_ms, struct buf *ret, bool *ret_taken)
{
	enum retention_act act;
	bool any = false;

	for (size_t i = 0; i < inc->n_lines; i++)
		any = any || inc->lines[i]->text.len != 0;
	if (!any || !over(inc, before_ms))
		return RETENTION_KEEP;
	for (size_t i = 0; i < inc->n_lines; i++)
		inc->lines[i]->text.len = 0;
	act = write_as(&inc->base, ret);
	*ret_taken = act == RETENTION_WRITE;
	return act;
}

static enum retention_act judge_incident(enum retention_rule rule, struct slice body, ms_t before_ms,
                                         struct arena *arena, struct buf *ret, bool *ret_taken)
{
	Pingan__V1__Incident *inc = pingan__v1__incident__unpack(&arena->allocator, body.len, body.at);
	enum retention_act act = RETENTION_KEEP;

	if (inc == NULL)
		return RETENTION_GARBLED;
	if (rule == RETENTION_NOTES) {
		act = judge_notes(inc, before_ms, ret, ret_taken);
	} else if (over(inc, before_ms)) {
		act = RETENTION_REMOVE;
		*ret_taken = true;
	}
	return act;
}

/* What they did stays, with their id: so the id stays too, and that it opens nothing. */
static enum retention_act judge_person(struct slice body, ms_t before_ms, ms_t now_ms, struct arena *arena,
                                       struct buf *ret, bool *ret_taken)
{
	Pingan__V1__Person *p = pingan__v1__person__unpack(&arena->allocator, body.len, body.at);
	Pingan__V1__Person left = PINGAN__V1__PERSON__INIT;
	enum retention_act act = RETENTION_KEEP;

	if (p == NULL)
		return RETENTION_GARBLED;
	if (p->disabled && p->disabled_ms == 0) {
		p->disabled_ms = now_ms;
		act = write_as(&p->base, ret);
	} else if (p->disabled && p->disabled_ms < before_ms && (p->name[0] != '\0' || p->password_hash[0] != '\0')) {
		left.id = p->id;
		left.account = p->id;
		left.role = p->role;
		left.disabled = true;
		left.disabled_ms = p->disabled_ms;
		act = write_as(&left.base, ret);
		*ret_taken = act == RETENTION_WRITE;
	}
	return act;
}

enum retention_act retention_judge(enum retention_rule rule, struct slice body, ms_t before_ms, ms_t now_ms,
                                   struct arena *arena, struct buf *ret, bool *ret_taken)
{
	*ret_taken = false;
	arena_reset(arena);
	switch (rule) {
	case RETENTION_NOTES:
	case RETENTION_CALLS:
		return judge_incident(rule, body, before_ms, arena, ret, ret_taken);
	case RETENTION_PEOPLE:
		return judge_person(body, before_ms, now_ms, arena, ret, ret_taken);
	case RETENTION_LOG:
	case RETENTION_COUNT:
		break;
	}
	return RETENTION_KEEP;
}
