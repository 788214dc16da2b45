/* console_event.c - what a request of a console becomes: one event for the core. */
#include "app/screens.h"

struct record *request_incident(struct app *app, uint64_t id)
{
	struct record *rec = incident_find(app, id);

	return rec == NULL || rec->rev == 0 ? NULL : rec;
}

void request_event(struct event *ev, enum event_type type, const struct session *s, uint64_t cmd)
{
	memset(ev, 0, sizeof *ev);
	ev->type = type;
	ev->cmd = cmd;
	memcpy(ev->who, s->rights.person, sizeof ev->who);
}

/* Free text is sealed with the household's key before it goes anywhere. */
enum refusal request_seal(struct app *app, uint64_t id, const char *text, struct event *ev)
{
	const struct record *rec = request_incident(app, id);
	const uint8_t *key;
	size_t len;

	if (text[0] == '\0')
		return REFUSAL_OK;
	if (rec == NULL)
		return REFUSAL_NOT_FOUND;
	key = seal_key(app, rec->slot->household);
	/* A home without a key was erased: whoever helps there must still be able to say what was done. */
	if (key == NULL)
		key = seal_key(app, "");
	if (key == NULL)
		return REFUSAL_WRONG_STATE; /* nothing to seal it with: never kept in the clear */
	len = app->ports.seal(app->ports.ctx, key, slice_str(text), ev->text, sizeof ev->text);
	if (len == 0 || len > sizeof ev->text)
		return REFUSAL_BAD_REQUEST;
	ev->text_len = (uint16_t)len;
	return REFUSAL_OK;
}

/* Every request about one incident names it in its first field. */
uint64_t console_incident(const Pingan__V1__Request *r)
{
	const ProtobufCFieldDescriptor *what =
		protobuf_c_message_descriptor_get_field(&pingan__v1__request__descriptor, (unsigned)r->what_case);
	const ProtobufCMessage *asked;
	const ProtobufCFieldDescriptor *field;

	if (what == NULL || what->type != PROTOBUF_C_TYPE_MESSAGE)
		return 0;
	asked = *(ProtobufCMessage *const *)(const void *)((const uint8_t *)r + what->offset);
	field = protobuf_c_message_descriptor_get_field_by_name(asked->descriptor, "incident");
	if (field == NULL || field->type != PROTOBUF_C_TYPE_FIXED64)
		return 0;
	return *(const uint64_t *)(const void *)((const uint8_t *)asked + field->offset);
}

static enum refusal desk_event(struct app *app, const Pingan__V1__Request *r, struct event *ev)
{
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_HOLD:
		ev->type = EVENT_HOLD;
		ev->seconds = r->hold->seconds;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_UNHOLD:
		ev->type = EVENT_UNHOLD;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_TRANSFER:
		ev->type = EVENT_TRANSFER;
		ev->chosen_count = 1;
		(void)text_copy(ev->chosen[0], ID_MAX, slice_str(r->transfer->to));
		if (roster_member(app, ev->chosen[0]) == NULL || !roster_member(app, ev->chosen[0])->known)
			return REFUSAL_NOT_FOUND;
		return request_seal(app, r->transfer->incident, r->transfer->text, ev);
	case PINGAN__V1__REQUEST__WHAT_ESCALATE:
		ev->type = EVENT_ESCALATE;
		return request_seal(app, r->escalate->incident, r->escalate->text, ev);
	case PINGAN__V1__REQUEST__WHAT_CONTACT_ANSWERED:
		ev->type = EVENT_CONTACT_ANSWER;
		ev->contact = r->contact_answered->contact;
		ev->answer = (enum contact_answer)r->contact_answered->answer;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_SHELVE:
		ev->type = EVENT_SHELVE;
		ev->seconds = r->shelve->seconds;
		return request_seal(app, r->shelve->incident, r->shelve->text, ev);
	case PINGAN__V1__REQUEST__WHAT_UNSHELVE:
		ev->type = EVENT_UNSHELVE;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_SUBSTITUTE:
		ev->type = EVENT_SUBSTITUTE;
		return request_seal(app, r->substitute->incident, r->substitute->text, ev);
	default:
		return REFUSAL_BAD_REQUEST; /* rights_may() and request_take() let nothing else come here */
	}
}

static enum refusal handover_event(struct app *app, const Pingan__V1__Request *r, struct event *ev)
{
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_OPEN:
		ev->type = EVENT_HANDOVER_OPEN;
		ev->service = (enum service)r->handover_open->service;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_TRY:
		ev->type = EVENT_HANDOVER_TRY;
		ev->handover = r->handover_try->handover;
		ev->channel = (enum channel)r->handover_try->channel;
		ev->call = r->handover_try->result;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_TELL:
		ev->type = EVENT_HANDOVER_TELL;
		ev->handover = r->handover_tell->handover;
		ev->told = r->handover_tell->told;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_CONFIRM:
		ev->type = EVENT_HANDOVER_CONFIRM;
		ev->handover = r->handover_confirm->handover;
		return request_seal(app, r->handover_confirm->incident, r->handover_confirm->text, ev);
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_CANCEL:
		ev->type = EVENT_HANDOVER_CANCEL;
		ev->handover = r->handover_cancel->handover;
		return REFUSAL_OK;
	default:
		return desk_event(app, r, ev);
	}
}

enum refusal console_event(struct app *app, const struct session *s, const Pingan__V1__Request *r, struct event *ev)
{
	request_event(ev, EVENT_NONE, s, r->cmd);
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_CLAIM:
		ev->type = EVENT_CLAIM;
		(void)text_copy(ev->from, sizeof ev->from, slice_str(r->claim->from));
		return request_seal(app, r->claim->incident, r->claim->reason, ev);
	case PINGAN__V1__REQUEST__WHAT_NOTE:
		ev->type = EVENT_NOTE;
		return request_seal(app, r->note->incident, r->note->text, ev);
	case PINGAN__V1__REQUEST__WHAT_CALL:
		ev->type = EVENT_CALL;
		ev->contact = r->call->contact;
		ev->call = r->call->result;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_SPOKE:
		ev->type = EVENT_SPOKE;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_DISPATCH:
		ev->type = EVENT_DISPATCH;
		ev->skill = (enum skill)r->dispatch->skill;
		for (size_t i = 0; i < r->dispatch->n_caregivers; i++)
			(void)text_copy(ev->chosen[ev->chosen_count++], ID_MAX, slice_str(r->dispatch->caregivers[i]));
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_CANCEL_JOB:
		ev->type = EVENT_JOB_CANCEL;
		ev->job = r->cancel_job->job;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_CLOSE:
		ev->type = EVENT_CLOSE;
		ev->outcome = (enum outcome)r->close->outcome;
		ev->spoke_to = (enum spoke_to)r->close->spoke_to;
		return request_seal(app, r->close->incident, r->close->text, ev);
	case PINGAN__V1__REQUEST__WHAT_REOPEN:
		ev->type = EVENT_REOPEN;
		return REFUSAL_OK;
	case PINGAN__V1__REQUEST__WHAT_SEEN_REPEAT:
		ev->type = EVENT_SEEN_REPEAT;
		return REFUSAL_OK;
	default:
		return handover_event(app, r, ev);
	}
}
