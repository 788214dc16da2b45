/* shift_whole.c - another system puts the week of an area, or all absences of a person, as a whole: never over what somebody else
 * has entered meanwhile. */
#include "core/shift_whole.h"

#include <stdio.h>

#include "app/change.h"
#include "app/on_call.h"
#include "app/screens.h"
#include "app/shifts.h"

static enum verdict refuse(struct change *ch, enum refusal why)
{
	ch->answer = why;
	return REFUSE;
}

/* ------------------------------------------------------------ what is wrong */

static void fault_at(struct shift_list *list, const char *of, uint32_t item, const char *member, uint32_t part,
                     const char *why)
{
	size_t len = (size_t)snprintf(list->fault.field, sizeof list->fault.field, "%s", of);

	if (item != 0)
		len += (size_t)snprintf(list->fault.field + len, sizeof list->fault.field - len, "[%u]%s%s", item,
		                        member[0] == '\0' ? "" : ".", member);
	if (part != 0)
		snprintf(list->fault.field + len, sizeof list->fault.field - len, "[%u]", part);
	list->fault.why = why;
	list->faulty = true;
}

static enum verdict faulty(struct change *ch, enum whole_fault bad, const struct whole *w)
{
	static const struct {
		const char *member, *why;
	} SAID[WHOLE_FAULT_COUNT] = {
		[WHOLE_ID] = {"id", "no_number"}, [WHOLE_OVER] = {"until", "over"},   [WHOLE_SPAN] = {"until", "span"},
		[WHOLE_FIXED] = {"id", "fixed"},  [WHOLE_PERSON] = {"people", "fit"}, [WHOLE_BOUNDS] = {"", "bad_number"},
	};
	const char *of = ch->shift->act == SHIFT_PLAN_WHOLE ? "slots" : "absences";

	if (bad == WHOLE_MANY)
		fault_at(ch->shift->list, of, 0, "", 0, "too_many");
	else
		fault_at(ch->shift->list, of, w->item, SAID[bad].member, w->part, SAID[bad].why);
	return refuse(ch, REFUSAL_INVALID);
}

/* ------------------------------------------------------------ deciding */

static enum verdict fly(struct app *app, struct change *ch, struct buf *bytes, const struct whole *w)
{
	const struct shift_ask *ask = ch->shift;
	bool plan = ask->act == SHIFT_PLAN_WHOLE;
	struct roster_event events[WHOLE_STEPS_MAX];
	enum verdict v;

	for (uint32_t i = 0; i < w->step_count; i++)
		events[i] = (struct roster_event){.what = w->steps[i].what,
		                                  .who = ask->who,
		                                  .subject = plan ? "" : ask->key,
		                                  .area = plan ? ask->key : "",
		                                  .number = w->steps[i].id,
		                                  .at_ms = app->now.store_ms,
		                                  .from_ms = w->steps[i].from_ms};
	if (bytes->overflow) {
		fault_at(ask->list, plan ? "slots" : "absences", 0, "", 0, "too_big");
		return refuse(ch, REFUSAL_INVALID);
	}
	v = shift_fly(app, ch, bytes, events, w->step_count);
	if (ch->flight != NULL)
		ask->list->commit = ch->flight->commit.id;
	return v;
}

enum verdict shift_whole_decide(struct app *app, struct change *ch)
{
	const struct shift_ask *ask = ch->shift;
	struct shift_list *list = ask->list;
	struct record *rec = ch->record;
	struct buf bytes = buf_of(app->encode, sizeof app->encode);
	struct shift_world world;
	struct absences next = {0};
	struct whole w;
	enum whole_fault bad;

	shift_world(app, &world);
	list->commit = rec->rev == 0 ? 0 : rec->commits[0];
	if (rec->rev != 0 && rec->live == NULL)
		return refuse(ch, REFUSAL_WRONG_STATE); /* unreadable: never written over */
	if (ask->act == SHIFT_PLAN_WHOLE) {
		if (rec->rev != 0)
			shift_room_copy(&app->shift_room, shift_plan_of(rec));
		else
			shift_room_init(&app->shift_room, ask->key);
		bad = plan_replace(&app->shift_room.plan, list->slots, list->count, &world, app->now.store_ms, &w);
	} else {
		if (rec->rev != 0)
			next = *(const struct absences *)rec->live;
		else
			(void)text_copy(next.person, sizeof next.person, slice_str(ask->key));
		bad = absences_replace(&next, list->absences, list->count, ask->who, app->now.store_ms, &w);
	}
	/* The same request after a lost answer: it is as they want it. An empty week that is asked for is made. */
	if (bad == WHOLE_OK && w.step_count == 0 && (rec->rev != 0 || ask->act != SHIFT_PLAN_WHOLE)) {
		list->unchanged = true;
		return STAY;
	}
	if (list->commit != list->expected)
		return refuse(ch, REFUSAL_CONFLICT);
	if (bad != WHOLE_OK)
		return faulty(ch, bad, &w);
	if (ask->act == SHIFT_PLAN_WHOLE)
		roster_encode(&app->shift_room.plan, &bytes);
	else
		absences_encode(&next, &bytes);
	return fly(app, ch, &bytes, &w);
}

/* ------------------------------------------------------------ asked from outside */

bool app_absent_person(struct app *app, const char *person, const struct who *who)
{
	const Pingan__V1__Person *p;

	app_begin(app);
	arena_reset(&app->arena);
	p = person_find(app, person);
	for (size_t i = 0; p != NULL && i < p->n_areas; i++)
		if (who_covers(who, p->areas[i]))
			return true;
	return false;
}

void app_roster_whole(struct app *app, uint64_t tag, const struct roster_whole *whole)
{
	struct shift_list *list = calloc(1, sizeof *list);
	struct shift_ask ask = {.act = whole->absences != NULL ? SHIFT_ABSENCES_WHOLE : SHIFT_PLAN_WHOLE, .list = list};
	struct record_done done = {.end = RECORD_SAVED};

	app_begin(app);
	ask.cmd = app->ports.random(app->ports.ctx) | 1;
	if (list == NULL || !store_usable(app))
		done.end = RECORD_AWAY;
	else if (!text_copy(ask.who, sizeof ask.who, slice_str(whole->who->id)) ||
	         !text_copy(ask.key, sizeof ask.key, slice_str(whole->id)))
		done.end = RECORD_GONE;
	if (done.end == RECORD_SAVED) {
		list->expected = whole->expected;
		list->count = whole->count;
		for (uint32_t i = 0; i < whole->count && whole->absences != NULL && i < ABSENCES_MAX; i++)
			list->absences[i] = whole->absences[i];
		for (uint32_t i = 0; i < whole->count && whole->absences == NULL && i < SHIFT_SLOTS_MAX; i++)
			list->slots[i] = whole->slots[i];
		if (!shift_ask(app, &ask, (struct waiter){.type = WAITER_RECORD, .tag = tag}))
			done.end = RECORD_AWAY;
	}
	free(list);
	if (done.end != RECORD_SAVED && app->ports.record_done != NULL)
		app->ports.record_done(app->ports.ctx, tag, &done);
}
