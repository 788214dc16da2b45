/* handover.c - hand-over to a public service, tracked until a human there confirms.
 *
 * An open one has a clock that rings without end. Whatever was tried and did not end in a confirmation, the next try goes
 * another way: voice, the second line, a message, voice again. What has been told stays told.
 */
#include "core/incident_internal.h"

/* At most one card is open for each service, so that a full list always has an ended one to let go. */
_Static_assert(HANDOVERS_MAX >= SERVICE_COUNT, "an open hand-over for each service, and one that has ended");

bool incident_handover_event_valid(const struct event *ev)
{
	if (!alarm_id_valid(ev->who))
		return false;
	switch (ev->type) {
	case EVENT_HANDOVER_OPEN:
		return ev->service > SERVICE_NONE && (unsigned)ev->service < SERVICE_COUNT;
	case EVENT_HANDOVER_TRY:
		/* A call has a result, a message has none yet. */
		if (ev->channel == CHANNEL_MESSAGE)
			return ev->call == CALL_NONE;
		return (ev->channel == CHANNEL_VOICE || ev->channel == CHANNEL_SECOND_LINE) && ev->call > CALL_NONE &&
		       ev->call < CALL_COUNT;
	case EVENT_HANDOVER_TELL:
		return ev->told != 0 && (ev->told & BIT(CARD_LINE_NONE)) == 0 && ev->told < BIT(CARD_LINE_COUNT);
	default:
		return true;
	}
}

static const char *number_of(enum service service)
{
	static const char *const NUMBERS[SERVICE_COUNT] = {
		[SERVICE_NONE] = "", [SERVICE_120] = "120", [SERVICE_119] = "119", [SERVICE_110] = "110"};

	return NUMBERS[service];
}

static enum channel channel_after(enum channel channel)
{
	switch (channel) {
	case CHANNEL_VOICE:
		return CHANNEL_SECOND_LINE;
	case CHANNEL_SECOND_LINE:
		return CHANNEL_MESSAGE;
	case CHANNEL_NONE:
	case CHANNEL_APP:
	case CHANNEL_MESSAGE:
	case CHANNEL_COUNT:
		break;
	}
	return CHANNEL_VOICE;
}

static struct line *say(struct step_now *s, const struct handover *h, enum line_code code, const char *who)
{
	struct line *line = line_add(s, code, who);

	line->number = h->service;
	line->count = h->number;
	return line;
}

static void rearm(struct step_now *s, struct handover *h)
{
	h->due_ms = s->now_ms + SECONDS(s->policy->handover_retry_s);
}

static void end(struct step_now *s, struct handover *h, enum handover_state state)
{
	h->state = state;
	h->due_ms = 0;
	h->ended_ms = s->now_ms;
}

/* Each try is an entry of its own in the outbox. A drill calls nobody outside. */
static void send(struct step_now *s, const struct handover *h, enum outbox_what what)
{
	if (!s->inc->drill)
		step_outbox(s, what, number_of(h->service), (h->number << 16) + h->tries, 0);
}

static void tried(struct step_now *s, struct handover *h, const char *who, enum channel channel, uint32_t call)
{
	struct line *line;

	if (h->tries < UINT16_MAX)
		h->tries++;
	h->channel = channel_after(channel);
	line = say(s, h, LINE_HANDOVER_TRIED, who);
	line->channel = channel;
	line->call = call;
}

static struct handover *open_for(struct incident *inc, enum service service)
{
	for (uint32_t i = 0; i < inc->handover_count; i++)
		if (inc->handovers[i].state == HANDOVER_OPEN && inc->handovers[i].service == service)
			return &inc->handovers[i];
	return NULL;
}

/* The oldest that came to nothing goes first: a confirmed one says who has the call. */
static void make_room(struct incident *inc)
{
	uint32_t drop = HANDOVERS_MAX;

	if (inc->handover_count < HANDOVERS_MAX)
		return;
	for (uint32_t i = HANDOVERS_MAX; i-- > 0;)
		if (inc->handovers[i].state == HANDOVER_CONFIRMED)
			drop = i;
	for (uint32_t i = HANDOVERS_MAX; i-- > 0;)
		if (inc->handovers[i].state == HANDOVER_CANCELLED)
			drop = i;
	ENSURE(drop < HANDOVERS_MAX);
	inc->handover_count--;
	memmove(&inc->handovers[drop], &inc->handovers[drop + 1], (inc->handover_count - drop) * sizeof inc->handovers[0]);
	memset(&inc->handovers[inc->handover_count], 0, sizeof inc->handovers[0]);
}

static enum verdict on_open(struct step_now *s)
{
	struct incident *inc = s->inc;
	uint32_t number = inc->handover_count == 0 ? 1 : inc->handovers[inc->handover_count - 1].number + 1;
	struct handover *h;

	if (open_for(inc, s->ev->service) != NULL)
		return STAY; /* its card lies open already */
	make_room(inc);
	h = &inc->handovers[inc->handover_count++];
	memset(h, 0, sizeof *h);
	h->number = number;
	h->service = s->ev->service;
	h->state = HANDOVER_OPEN;
	h->opened_ms = s->now_ms;
	h->channel = CHANNEL_VOICE;
	id_set(h->by, s->ev->who);
	rearm(s, h);
	say(s, h, LINE_HANDOVER_OPENED, s->ev->who);
	return MOVE;
}

static enum verdict on_try(struct step_now *s, struct handover *h)
{
	if (h->state != HANDOVER_OPEN)
		return step_refuse(s, REFUSAL_WRONG_STATE);
	tried(s, h, s->ev->who, s->ev->channel, s->ev->call);
	if (s->ev->channel == CHANNEL_MESSAGE)
		send(s, h, OUTBOX_EMERGENCY_MESSAGE);
	rearm(s, h);
	return MOVE;
}

static enum verdict on_tell(struct step_now *s, struct handover *h)
{
	/* What was forgotten may be told after they have it. */
	if (h->state == HANDOVER_CANCELLED)
		return step_refuse(s, REFUSAL_WRONG_STATE);
	if ((s->ev->told & ~h->told) == 0)
		return STAY;
	h->told |= s->ev->told;
	say(s, h, LINE_HANDOVER_TOLD, s->ev->who)->number = h->told;
	return MOVE;
}

static enum verdict on_confirm(struct step_now *s, struct handover *h)
{
	if (h->state == HANDOVER_CONFIRMED)
		return STAY;
	if (h->state != HANDOVER_OPEN)
		return step_refuse(s, REFUSAL_WRONG_STATE);
	if (s->ev->text_len == 0)
		return step_refuse(s, REFUSAL_NEEDS_REASON);
	end(s, h, HANDOVER_CONFIRMED);
	line_text(s, say(s, h, LINE_HANDOVER_CONFIRMED, s->ev->who), s->ev->text, s->ev->text_len);
	return MOVE;
}

static enum verdict on_cancel(struct step_now *s, struct handover *h)
{
	if (h->state == HANDOVER_CANCELLED)
		return STAY;
	if (h->state != HANDOVER_OPEN)
		return step_refuse(s, REFUSAL_WRONG_STATE);
	end(s, h, HANDOVER_CANCELLED);
	say(s, h, LINE_HANDOVER_CANCELLED, s->ev->who);
	return MOVE;
}

static enum verdict on_known(struct step_now *s, struct handover *h)
{
	if (s->ev->type == EVENT_HANDOVER_TRY)
		return on_try(s, h);
	if (s->ev->type == EVENT_HANDOVER_TELL)
		return on_tell(s, h);
	if (s->ev->type == EVENT_HANDOVER_CONFIRM)
		return on_confirm(s, h);
	return on_cancel(s, h);
}

enum verdict incident_on_handover(struct step_now *s)
{
	struct incident *inc = s->inc;
	enum verdict verdict = REFUSE;

	if (!incident_acts_for(s))
		return incident_refuse_stranger(s);
	if (s->ev->type == EVENT_HANDOVER_OPEN) {
		verdict = on_open(s);
	} else {
		s->out->refusal = REFUSAL_NOT_FOUND;
		for (uint32_t i = 0; i < inc->handover_count; i++) {
			if (inc->handovers[i].number != s->ev->handover)
				continue;
			s->out->refusal = REFUSAL_NONE;
			verdict = on_known(s, &inc->handovers[i]);
			break;
		}
	}
	if (verdict == MOVE)
		incident_attended(s);
	return verdict;
}

void incident_handover_overdue(struct step_now *s, struct handover *h)
{
	struct incident *inc = s->inc;

	say(s, h, LINE_HANDOVER_OVERDUE, "")->channel = h->channel;
	if (s->policy->auto_call) {
		tried(s, h, "", CHANNEL_VOICE, CALL_NONE);
		send(s, h, OUTBOX_EMERGENCY_CALL);
	}
	rearm(s, h);
	if (inc->state == INCIDENT_ANSWERED)
		inc->reminded = true;
	if (!incident_ring_supervisor(s) && inc->class == CLASS_LIFE)
		incident_call_above(s);
}

void incident_handovers_cancel(struct step_now *s)
{
	for (uint32_t i = 0; i < s->inc->handover_count; i++) {
		struct handover *h = &s->inc->handovers[i];

		if (h->state != HANDOVER_OPEN)
			continue;
		end(s, h, HANDOVER_CANCELLED);
		say(s, h, LINE_HANDOVER_CANCELLED, s->ev->who);
	}
}

void incident_handovers_reopened(struct incident *inc)
{
	for (uint32_t i = 0; i < inc->handover_count; i++)
		if (inc->handovers[i].state == HANDOVER_CONFIRMED)
			inc->handovers[i].state = HANDOVER_CANCELLED;
}

bool incident_handed_over(const struct incident *inc)
{
	for (uint32_t i = 0; i < inc->handover_count; i++)
		if (inc->handovers[i].state == HANDOVER_CONFIRMED)
			return true;
	return false;
}
