/* console_request.c - what a screen may ask for, checked field by field before anybody reads it. */
#include "core/incident.h"
#include "core/shift.h"
#include "wire/console.h"

#define CARD_LINES ((BIT(CARD_LINE_COUNT) - 1) & ~BIT(CARD_LINE_NONE))

static bool note_ok(const char *text, size_t min)
{
	size_t len = strlen(text);

	return len >= min && len <= CONSOLE_TEXT_MAX && console_text_ok(slice_of(text, len));
}

/* A moment somebody may mean, up to the year 9999: with any other, sums would overflow. */
static bool moment_ok(int64_t ms)
{
	return ms > 0 && ms <= CONSOLE_MOMENT_MAX;
}

static bool job_ok(uint64_t incident, uint32_t job)
{
	return incident != 0 && job >= 1 && job <= CONSOLE_JOB_MAX;
}

/* NONE is lawful: a quick no without a reason is worth more than none at all. */
static bool reason_ok(Pingan__V1__DeclineReason reason)
{
	return reason >= PINGAN__V1__DECLINE_REASON__DECLINE_NONE && reason <= PINGAN__V1__DECLINE_REASON__DECLINE_OTHER;
}

static bool dispatch_ok(const Pingan__V1__Dispatch *d)
{
	if (d->incident == 0 || d->n_caregivers > CHOSEN_MAX || (unsigned)d->skill >= SKILL_COUNT)
		return false;
	for (size_t i = 0; i < d->n_caregivers; i++) {
		if (!console_id_ok(d->caregivers[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(d->caregivers[i], d->caregivers[k]) == 0)
				return false;
	}
	return true;
}

static bool progress_ok(const Pingan__V1__JobProgress *p)
{
	bool done = p->to == PINGAN__V1__JOB_STATE__JOB_DONE;

	if (!job_ok(p->incident, p->job) || p->occurred_ms < 0)
		return false;
	if (p->to != PINGAN__V1__JOB_STATE__JOB_EN_ROUTE && p->to != PINGAN__V1__JOB_STATE__JOB_ARRIVED && !done)
		return false;
	/* A job is done with a result, and nothing else has one. */
	return done ? p->result > PINGAN__V1__JOB_RESULT__JOB_RESULT_NONE &&
	                  p->result <= PINGAN__V1__JOB_RESULT__JOB_RESULT_OTHER
	            : p->result == PINGAN__V1__JOB_RESULT__JOB_RESULT_NONE;
}

static bool position_ok(const Pingan__V1__Position *p)
{
	return p->lat_e6 >= -90000000 && p->lat_e6 <= 90000000 && p->lon_e6 >= -180000000 && p->lon_e6 <= 180000000 &&
	       (p->lat_e6 != 0 || p->lon_e6 != 0);
}

static bool handover_try_ok(const Pingan__V1__HandoverTry *t)
{
	bool message = t->channel == PINGAN__V1__CHANNEL__CHANNEL_MESSAGE;

	if (!job_ok(t->incident, t->handover))
		return false;
	if (!message && t->channel != PINGAN__V1__CHANNEL__CHANNEL_VOICE &&
	    t->channel != PINGAN__V1__CHANNEL__CHANNEL_SECOND_LINE)
		return false;
	/* A call has a result, a message has none yet. */
	return message ? t->result == PINGAN__V1__CALL_RESULT__CALL_NONE
	               : t->result > PINGAN__V1__CALL_RESULT__CALL_NONE && t->result < (Pingan__V1__CallResult)CALL_COUNT;
}

/* What a person may enter; tests come from devices alone. */
static bool kind_manual_ok(Pingan__V1__Kind kind)
{
	return kind > PINGAN__V1__KIND__KIND_NONE && kind < (Pingan__V1__Kind)KIND_COUNT &&
	       kind != PINGAN__V1__KIND__KIND_TEST;
}

static bool on_test_ok(const Pingan__V1__SetOnTest *t)
{
	bool household = t->household[0] != '\0', device = t->device[0] != '\0';

	return household != device && console_id_ok(household ? t->household : t->device) &&
	       t->seconds <= CONSOLE_SECONDS_MAX && note_ok(t->text, 0);
}

/* A division code: 2 to 15 digits. */
static bool area_ok(const char *area)
{
	size_t len = strlen(area);

	return len >= 2 && len <= 15 && strspn(area, "0123456789") == len;
}

static bool storm_ok(const Pingan__V1__StormBegin *b)
{
	size_t len = strlen(b->text);

	if (!area_ok(b->area) || b->n_kinds == 0 || b->n_kinds > CONSOLE_STORM_KINDS_MAX || b->seconds < 60 ||
	    b->seconds > CONSOLE_SECONDS_MAX || len > CONSOLE_STORM_TEXT_MAX || !console_text_ok(slice_of(b->text, len)))
		return false;
	for (size_t i = 0; i < b->n_kinds; i++)
		if (b->kinds[i] <= PINGAN__V1__STORM_KIND__STORM_KIND_NONE ||
		    b->kinds[i] > PINGAN__V1__STORM_KIND__STORM_KIND_FOLLOW_UP)
			return false;
	return true;
}

/* One home: by its id, or by the job in hand. */
static bool device_bind_ok(const Pingan__V1__DeviceBind *b)
{
	bool household = b->household[0] != '\0';

	return console_id_ok(b->device) && household != (b->incident != 0) && (!household || console_id_ok(b->household));
}

/* What a person may say of a unit; that it is in service for the first time, a press says. */
static bool device_state_ok(const Pingan__V1__DeviceSetState *d)
{
	return console_id_ok(d->device) && note_ok(d->text, 0) &&
	       (d->state == PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE ||
	        d->state == PINGAN__V1__DEVICE_STATE__DEVICE_AWAY || d->state == PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED);
}

/* "household:h0001", "area:440190", "station:st01": what a screen may open and correct. */
static bool record_key_ok(const char *key)
{
	static const char *const TYPES[] = {"household:", "area:", "station:"};

	for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++)
		if (strncmp(key, TYPES[i], strlen(TYPES[i])) == 0)
			return console_id_ok(key + strlen(TYPES[i]));
	return false;
}

/* What the record says is judged where every writer's is (wire/registry.h). Health notes are a home's alone. */
static bool edit_record_ok(const Pingan__V1__EditRecord *e)
{
	bool home = strncmp(e->key, "household:", 10) == 0, area = strncmp(e->key, "area:", 5) == 0;
	Pingan__V1__EditRecord__BodyCase body = home   ? PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD
	                                        : area ? PINGAN__V1__EDIT_RECORD__BODY_AREA
	                                               : PINGAN__V1__EDIT_RECORD__BODY_STATION;

	if (!record_key_ok(e->key) || (e->health && !home))
		return false;
	return e->body_case == body;
}

static bool list_records_ok(const Pingan__V1__ListRecords *l)
{
	return (strcmp(l->type, "area") == 0 || strcmp(l->type, "station") == 0) &&
	       (l->under[0] == '\0' || area_ok(l->under)) && (l->after[0] == '\0' || console_id_ok(l->after));
}

/* Somebody has it, or no longer does; a shift beside the plan says its hours and what it is for. */
static bool shift_set_ok(const Pingan__V1__ShiftSet *s)
{
	bool leaves = s->person[0] != '\0', takes = s->takes[0] != '\0';

	if (!area_ok(s->area) || !moment_ok(s->from_ms) || s->until_ms < 0 || s->until_ms > CONSOLE_MOMENT_MAX ||
	    (!leaves && !takes) ||
	    (leaves && !console_id_ok(s->person)) || (takes && !console_id_ok(s->takes)) ||
	    (unsigned)s->post >= POST_COUNT || (unsigned)s->skill >= SKILL_COUNT)
		return false;
	return s->slot != 0 || (!leaves && s->until_ms > s->from_ms && s->post != PINGAN__V1__SHIFT_POST__POST_NONE &&
	                        s->until_ms - s->from_ms <= MINUTES(SHIFT_MINUTES_MAX));
}

bool console_request_ok(const Pingan__V1__Request *r)
{
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_OPEN:
		return r->open->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_CLOSE_DETAIL:
		return r->close_detail->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_CLAIM:
		return r->claim->incident != 0 && (r->claim->from[0] == '\0' || console_id_ok(r->claim->from)) &&
		       note_ok(r->claim->reason, 0);
	case PINGAN__V1__REQUEST__WHAT_NOTE:
		return r->note->incident != 0 && note_ok(r->note->text, 1);
	case PINGAN__V1__REQUEST__WHAT_CALL:
		return r->call->incident != 0 && r->call->contact <= CONSOLE_CONTACTS_MAX &&
		       r->call->result > PINGAN__V1__CALL_RESULT__CALL_NONE &&
		       r->call->result <= PINGAN__V1__CALL_RESULT__CALL_FAILED;
	case PINGAN__V1__REQUEST__WHAT_SPOKE:
		return r->spoke->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_CANDIDATES:
		return r->candidates->incident != 0 && (unsigned)r->candidates->skill < SKILL_COUNT;
	case PINGAN__V1__REQUEST__WHAT_DISPATCH:
		return dispatch_ok(r->dispatch);
	case PINGAN__V1__REQUEST__WHAT_CANCEL_JOB:
		return job_ok(r->cancel_job->incident, r->cancel_job->job);
	case PINGAN__V1__REQUEST__WHAT_CLOSE:
		return r->close->incident != 0 && r->close->outcome > PINGAN__V1__OUTCOME__OUTCOME_NONE &&
		       r->close->outcome < (Pingan__V1__Outcome)OUTCOME_JOINED && note_ok(r->close->text, 0) &&
		       (unsigned)r->close->spoke_to < SPOKE_TO_COUNT;
	case PINGAN__V1__REQUEST__WHAT_REOPEN:
		return r->reopen->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_READY:
		return true;
	case PINGAN__V1__REQUEST__WHAT_DUTY:
		return r->duty->on ? !r->duty->after_job : !r->duty->check;
	case PINGAN__V1__REQUEST__WHAT_SEEN_REPEAT:
		return r->seen_repeat->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_CALLING:
		return r->calling->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_RECEIPT:
		return job_ok(r->receipt->incident, r->receipt->job);
	case PINGAN__V1__REQUEST__WHAT_ANSWER:
		return job_ok(r->answer->incident, r->answer->job) &&
		       (r->answer->accept ? r->answer->reason == PINGAN__V1__DECLINE_REASON__DECLINE_NONE
		                          : reason_ok(r->answer->reason));
	case PINGAN__V1__REQUEST__WHAT_PROGRESS:
		return progress_ok(r->progress);
	case PINGAN__V1__REQUEST__WHAT_GIVE_BACK:
		return job_ok(r->give_back->incident, r->give_back->job) && reason_ok(r->give_back->reason);
	case PINGAN__V1__REQUEST__WHAT_JOB_NOTE:
		return job_ok(r->job_note->incident, r->job_note->job) && note_ok(r->job_note->text, 1) &&
		       r->job_note->occurred_ms >= 0;
	case PINGAN__V1__REQUEST__WHAT_POSITION:
		return position_ok(r->position);
	case PINGAN__V1__REQUEST__WHAT_HOLD:
		return r->hold->incident != 0 && r->hold->seconds <= CONSOLE_SECONDS_MAX;
	case PINGAN__V1__REQUEST__WHAT_UNHOLD:
		return r->unhold->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_TRANSFER:
		return r->transfer->incident != 0 && console_id_ok(r->transfer->to) && note_ok(r->transfer->text, 0);
	case PINGAN__V1__REQUEST__WHAT_ESCALATE:
		return r->escalate->incident != 0 && note_ok(r->escalate->text, 0);
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_OPEN:
		return r->handover_open->incident != 0 && r->handover_open->service > PINGAN__V1__SERVICE__SERVICE_NONE &&
		       r->handover_open->service < (Pingan__V1__Service)SERVICE_COUNT;
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_TRY:
		return handover_try_ok(r->handover_try);
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_TELL:
		return job_ok(r->handover_tell->incident, r->handover_tell->handover) && r->handover_tell->told != 0 &&
		       (r->handover_tell->told & ~CARD_LINES) == 0;
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_CONFIRM:
		return job_ok(r->handover_confirm->incident, r->handover_confirm->handover) &&
		       note_ok(r->handover_confirm->text, 0);
	case PINGAN__V1__REQUEST__WHAT_HANDOVER_CANCEL:
		return job_ok(r->handover_cancel->incident, r->handover_cancel->handover);
	case PINGAN__V1__REQUEST__WHAT_CONTACT_ANSWERED:
		return r->contact_answered->incident != 0 && r->contact_answered->contact >= 1 &&
		       r->contact_answered->contact <= CONSOLE_CONTACTS_MAX &&
		       r->contact_answered->answer > PINGAN__V1__CONTACT_ANSWER__CONTACT_ANSWER_NONE &&
		       r->contact_answered->answer < (Pingan__V1__ContactAnswer)CONTACT_ANSWER_COUNT;
	case PINGAN__V1__REQUEST__WHAT_SHELVE:
		return r->shelve->incident != 0 && r->shelve->seconds >= 60 && r->shelve->seconds <= CONSOLE_SECONDS_MAX &&
		       note_ok(r->shelve->text, 0);
	case PINGAN__V1__REQUEST__WHAT_UNSHELVE:
		return r->unshelve->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_SUBSTITUTE:
		return r->substitute->incident != 0 && note_ok(r->substitute->text, 0);
	case PINGAN__V1__REQUEST__WHAT_OPEN_MANUAL:
		return console_id_ok(r->open_manual->household) && kind_manual_ok(r->open_manual->kind) &&
		       note_ok(r->open_manual->text, 0);
	case PINGAN__V1__REQUEST__WHAT_ON_TEST:
		return on_test_ok(r->on_test);
	case PINGAN__V1__REQUEST__WHAT_STORM_BEGIN:
		return storm_ok(r->storm_begin);
	case PINGAN__V1__REQUEST__WHAT_STORM_END:
		return area_ok(r->storm_end->area);
	case PINGAN__V1__REQUEST__WHAT_OUT_LIST:
		return r->out_list->incident != 0;
	case PINGAN__V1__REQUEST__WHAT_FIND:
		return note_ok(r->find->text, 1) && strlen(r->find->text) <= CONSOLE_FIND_MAX;
	case PINGAN__V1__REQUEST__WHAT_DEVICE_SCAN:
		return console_id_ok(r->device_scan->device);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_LEAVE:
		return console_id_ok(r->device_leave->device);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_BIND:
		return device_bind_ok(r->device_bind);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_PROVE:
		return console_id_ok(r->device_prove->device);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_CONFIRM:
		return console_id_ok(r->device_confirm->device);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_STATE:
		return device_state_ok(r->device_state);
	case PINGAN__V1__REQUEST__WHAT_BIND_DEVICE:
		return r->bind_device->incident != 0 && console_id_ok(r->bind_device->household);
	case PINGAN__V1__REQUEST__WHAT_OPEN_RECORD:
		return record_key_ok(r->open_record->key);
	case PINGAN__V1__REQUEST__WHAT_EDIT_RECORD:
		return edit_record_ok(r->edit_record);
	case PINGAN__V1__REQUEST__WHAT_LIST_RECORDS:
		return list_records_ok(r->list_records);
	case PINGAN__V1__REQUEST__WHAT_ROSTER_LOOK:
		return area_ok(r->roster_look->area) && moment_ok(r->roster_look->from_ms) && r->roster_look->days >= 1 &&
		       r->roster_look->days <= CONSOLE_ROSTER_DAYS_MAX;
	case PINGAN__V1__REQUEST__WHAT_SHIFT_SET:
		return shift_set_ok(r->shift_set);
	case PINGAN__V1__REQUEST__WHAT_SWAP_ASK:
		return area_ok(r->swap_ask->area) && r->swap_ask->slot != 0 && moment_ok(r->swap_ask->from_ms) &&
		       console_id_ok(r->swap_ask->takes) &&
		       (r->swap_ask->return_slot != 0) == (r->swap_ask->return_from_ms > 0) &&
		       r->swap_ask->return_from_ms <= CONSOLE_MOMENT_MAX;
	case PINGAN__V1__REQUEST__WHAT_SWAP_ANSWER:
		return area_ok(r->swap_answer->area) && r->swap_answer->change != 0;
	case PINGAN__V1__REQUEST__WHAT_ABSENCE_SET:
		return console_id_ok(r->absence_set->person) && moment_ok(r->absence_set->from_ms) &&
		       moment_ok(r->absence_set->until_ms) && r->absence_set->from_ms < r->absence_set->until_ms &&
		       r->absence_set->until_ms - r->absence_set->from_ms <= ABSENCE_MS_MAX &&
		       r->absence_set->reason > PINGAN__V1__ABSENCE_REASON__ABSENCE_NONE &&
		       r->absence_set->reason < (Pingan__V1__AbsenceReason)ABSENCE_REASON_COUNT;
	case PINGAN__V1__REQUEST__WHAT_ABSENCE_END:
		return console_id_ok(r->absence_end->person) && r->absence_end->absence != 0;
	case PINGAN__V1__REQUEST__WHAT_DUTY_CHECK:
		return true;
	case PINGAN__V1__REQUEST__WHAT_DUTY_ANSWER:
		return moment_ok(r->duty_answer->made_ms);
	case PINGAN__V1__REQUEST__WHAT__NOT_SET:
	case _PINGAN__V1__REQUEST__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}
