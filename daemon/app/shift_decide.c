/* shift_decide.c - what is asked of a roster or an absence becomes a commit: the plan anew, and who did it. */
#include <inttypes.h>
#include <stdio.h>

#include "app/change.h"
#include "app/shifts.h"
#include "wire/record_roster.h"

#define REMEMBER_MS SECONDS(86400)

bool shift_ask(struct app *app, const struct shift_ask *ask, struct waiter waiter)
{
	static const char *const TYPES[] = {
		[SHIFT_SET] = "roster",           [SHIFT_SWAP_ASK] = "roster",     [SHIFT_SWAP_STEP] = "roster",
		[SHIFT_ABSENCE_SET] = "absence",  [SHIFT_ABSENCE_END] = "absence", [SHIFT_REMIND] = "reminder",
		[SHIFT_REMIND_OVER] = "reminder", [SHIFT_PLAN_WHOLE] = "roster",   [SHIFT_ABSENCES_WHOLE] = "absence"};
	char key[STORE_KEY_MAX];
	struct change *ch;

	record_key(key, TYPES[ask->act], ask->key);
	ch = change_submit(app, CHANGE_SHIFT, key, NULL, NULL, waiter);
	if (ch == NULL)
		return false;
	ch->shift = malloc(sizeof *ask + (ask->list == NULL ? 0 : sizeof *ask->list));
	if (ch->shift == NULL)
		return true; /* answered when it is decided */
	*ch->shift = *ask;
	if (ask->list != NULL) {
		ch->shift->list = (struct shift_list *)(void *)(ch->shift + 1);
		*ch->shift->list = *ask->list;
	}
	return true;
}

static enum verdict refuse(struct change *ch, enum refusal why)
{
	ch->answer = why;
	return REFUSE;
}

enum verdict shift_fly(struct app *app, struct change *ch, struct buf *bytes, const struct roster_event *events,
                       uint32_t count)
{
	const struct shift_ask *ask = ch->shift;
	struct store_commit c;
	size_t from = bytes->len;

	if (bytes->overflow)
		return refuse(ch, REFUSAL_LIMIT); /* a plan too large for its record */
	commit_begin(&c);
	commit_put(&c, ch->record, bytes, 0);
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", bytes);
	for (uint32_t i = 0; i < count; i++)
		roster_event_encode(&events[i], bytes);
	c.event = slice_of(bytes->at + from, bytes->len - from);
	ENSURE(!bytes->overflow);
	/* The same request from the next life of its page changes nothing twice. */
	snprintf(c.message, sizeof c.message, "shift.%016" PRIx64, ask->cmd);
	snprintf(c.message_value, sizeof c.message_value, "%s", ch->record->key);
	c.message_ms = REMEMBER_MS;
	change_fly(app, ch, &c);
	return MOVE;
}

static enum verdict decide_plan(struct app *app, struct change *ch)
{
	const struct shift_ask *ask = ch->shift;
	const struct shift_plan *now = shift_plan_of(ch->record);
	struct shift_room *room = &app->shift_room;
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct roster_event e = {.who = ask->who,
	                         .subject = ask->change.takes,
	                         .area = ask->key,
	                         .at_ms = app->now.store_ms,
	                         .from_ms = ask->change.from_ms};
	enum refusal why = REFUSAL_NOT_FOUND;
	uint32_t id = ask->id;

	if (ch->record->rev != 0 && now == NULL)
		return refuse(ch, REFUSAL_WRONG_STATE); /* unreadable: never written over */
	if (now != NULL)
		shift_room_copy(room, now);
	else
		shift_room_init(room, ask->key);
	switch (ask->act) {
	case SHIFT_SET:
		why = shift_set(&room->plan, shift_offset_ms(app), &ask->change, app->now.store_ms, &id);
		e.what = ROSTER_SHIFT_SET;
		break;
	case SHIFT_SWAP_ASK:
		why = shift_swap_ask(&room->plan, shift_offset_ms(app), &ask->change, app->now.store_ms, &id);
		e.what = ROSTER_SWAP_ASKED;
		break;
	case SHIFT_SWAP_STEP:
		why = shift_swap_step(&room->plan, shift_offset_ms(app), ask->id, ask->yes, ask->who, ask->supervisor,
		                      app->now.store_ms, &e.what);
		break;
	case SHIFT_ABSENCE_SET:
	case SHIFT_ABSENCE_END:
	case SHIFT_REMIND:
	case SHIFT_REMIND_OVER:
	case SHIFT_PLAN_WHOLE:
	case SHIFT_ABSENCES_WHOLE:
		break;
	}
	if (why != REFUSAL_OK)
		return refuse(ch, why);
	ch->number = id;
	e.number = id;
	roster_encode(&room->plan, &bytes);
	return shift_fly(app, ch, &bytes, &e, 1);
}

static enum verdict decide_absence(struct app *app, struct change *ch)
{
	const struct shift_ask *ask = ch->shift;
	const struct absences *now = ch->record->rev == 0 ? NULL : ch->record->live;
	struct absences next = {0};
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct roster_event e = {
		.who = ask->who, .subject = ask->key, .area = "", .at_ms = app->now.store_ms, .from_ms = ask->absence.from_ms};
	uint32_t id = ask->id;
	enum refusal why;

	if (ch->record->rev != 0 && now == NULL)
		return refuse(ch, REFUSAL_WRONG_STATE);
	if (now != NULL)
		next = *now;
	else
		(void)text_copy(next.person, sizeof next.person, slice_str(ask->key));
	if (ask->act == SHIFT_ABSENCE_SET) {
		why = absence_add(&next, &ask->absence, app->now.store_ms, &id);
		e.what = ROSTER_ABSENCE_SET;
	} else {
		why = absence_end(&next, ask->id, app->now.store_ms);
		e.what = ROSTER_ABSENCE_ENDED;
	}
	if (why != REFUSAL_OK)
		return refuse(ch, why);
	ch->number = id;
	e.number = id;
	absences_encode(&next, &bytes);
	return shift_fly(app, ch, &bytes, &e, 1);
}

/* Said once, by whichever daemon: the record says of which shift. */
static enum verdict decide_remind(struct app *app, struct change *ch)
{
	const struct shift_ask *ask = ch->shift;
	const struct shift_change *about = &ask->change;
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct roster_event e = {.what = ROSTER_REMINDED,
	                         .who = "",
	                         .subject = ask->key,
	                         .area = ask->area,
	                         .number = about->slot,
	                         .at_ms = app->now.store_ms,
	                         .from_ms = about->from_ms};
	Pingan__V1__Reminder r = PINGAN__V1__REMINDER__INIT;
	Pingan__V1__Outbox m = PINGAN__V1__OUTBOX__INIT;
	struct store_commit c;
	uint8_t *room;
	size_t from;

	/* It has begun: a reminder would only be wrong. */
	if (about->from_ms <= app->now.store_ms || reminder_ms(app, ch->record) >= about->from_ms)
		return STAY;
	commit_begin(&c);
	r.person = (char *)(uintptr_t)ask->key;
	r.area = (char *)(uintptr_t)ask->area;
	r.slot = about->slot;
	r.from_ms = about->from_ms;
	room = buf_room(&bytes, pingan__v1__reminder__get_packed_size(&r));
	if (room != NULL)
		pingan__v1__reminder__pack(&r, room);
	commit_put(&c, ch->record, &bytes, 0);
	from = bytes.len;
	m.what = PINGAN__V1__OUTBOX__WHAT__SHIFT_REMINDER;
	m.target = (char *)(uintptr_t)ask->key;
	m.number = about->slot;
	m.from_ms = about->from_ms;
	room = buf_room(&bytes, pingan__v1__outbox__get_packed_size(&m));
	if (room != NULL)
		pingan__v1__outbox__pack(&m, room);
	c.outbox[0].body = slice_of(bytes.at + from, bytes.len - from);
	snprintf(c.outbox[0].key, sizeof c.outbox[0].key, "shift:%s:%" PRId64, ask->key, (int64_t)about->from_ms);
	c.outbox_count = 1;
	from = bytes.len;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	roster_event_encode(&e, &bytes);
	c.event = slice_of(bytes.at + from, bytes.len - from);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

static enum verdict decide_remind_over(struct app *app, struct change *ch)
{
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct store_commit c;

	if (ch->record->rev == 0 || reminder_ms(app, ch->record) > app->now.store_ms)
		return STAY;
	commit_begin(&c);
	commit_put(&c, ch->record, &bytes, 0);
	c.puts[0].remove = true;
	log_event_encode(app->config.daemon, ch->record->key, NULL, 0, NULL, slice_of(NULL, 0), "", &bytes);
	c.event = slice_of(bytes.at, bytes.len);
	ENSURE(!bytes.overflow);
	change_fly(app, ch, &c);
	return MOVE;
}

enum verdict shift_decide(struct app *app, struct change *ch)
{
	if (ch->shift == NULL)
		return refuse(ch, REFUSAL_OVERLOAD); /* no memory */
	switch (ch->shift->act) {
	case SHIFT_SET:
	case SHIFT_SWAP_ASK:
	case SHIFT_SWAP_STEP:
		return decide_plan(app, ch);
	case SHIFT_ABSENCE_SET:
	case SHIFT_ABSENCE_END:
		return decide_absence(app, ch);
	case SHIFT_REMIND:
		return decide_remind(app, ch);
	case SHIFT_REMIND_OVER:
		return decide_remind_over(app, ch);
	case SHIFT_PLAN_WHOLE:
	case SHIFT_ABSENCES_WHOLE:
		return shift_whole_decide(app, ch);
	}
	return UNDECIDED;
}
