#include "app/on_call.h"

#include "app/screens.h"
#include "app/shifts.h"

uint32_t app_on_call(struct app *app, const char *area, enum shift_post post, enum skill skill, ms_t at_ms,
                     char ret[ON_CALL_PEOPLE][ID_MAX])
{
	_Static_assert(ON_CALL_PEOPLE == ON_CALL_MAX, "as many as are told");
	app_begin(app);
	return shift_on_call(app, area, post, skill, at_ms, ret);
}

ms_t app_now_ms(struct app *app)
{
	app_begin(app);
	return app->now.store_ms;
}

void app_roster_look(struct app *app, struct roster_look *ret)
{
	uint32_t count, total;

	(void)shift_gaps_known(app, &count, &total, &ret->until_ms);
	ret->as_of_ms = ret->until_ms == 0 ? 0 : ret->until_ms - SHIFTS_AHEAD_MS;
	ret->left_out = total - count;
}

int64_t app_offset_ms(const struct app *app)
{
	return shift_offset_ms(app);
}

bool app_roster_gap(struct app *app, uint32_t n, struct roster_gap *ret)
{
	uint32_t count, total;
	ms_t until_ms;
	const struct gap_at *gaps = shift_gaps_known(app, &count, &total, &until_ms);

	if (n >= count)
		return false;
	memcpy(ret->area, gaps[n].area, sizeof ret->area);
	ret->gap = gaps[n].gap;
	return true;
}

/* The slot says which post a shift of it is; beside the plan it is said. */
static enum refusal shift_fill(struct app *app, const struct roster_ask *ask, struct shift_ask *ret)
{
	const struct shift_plan *plan = shift_plan_find(app, ask->area);
	const struct shift_slot *slot = NULL;
	struct shift_world w;

	for (uint32_t i = 0; plan != NULL && i < plan->slot_count; i++)
		if (plan->slots[i].id == ask->slot)
			slot = &plan->slots[i];
	if ((ask->slot != 0 && slot == NULL) || area_find(app, ask->area) == NULL ||
	    !text_copy(ret->change.person, ID_MAX, slice_str(ask->person)) ||
	    !text_copy(ret->change.takes, ID_MAX, slice_str(ask->takes)))
		return REFUSAL_NOT_FOUND;
	ret->change.slot = ask->slot;
	ret->change.from_ms = ask->from_ms;
	ret->change.until_ms = ask->until_ms;
	ret->change.post = slot != NULL ? slot->post : ask->post;
	ret->change.skill = slot != NULL ? slot->skill : ask->skill;
	shift_world(app, &w);
	if (ask->takes[0] != '\0' && !w.fits(w.ctx, ask->takes, ask->area, ret->change.post, ret->change.skill))
		return REFUSAL_NOT_FOUND;
	return REFUSAL_OK;
}

void app_roster_ask(struct app *app, uint64_t tag, const struct roster_ask *ask)
{
	struct shift_ask own = {
		.act = ask->swap ? SHIFT_SWAP_STEP : SHIFT_SET, .supervisor = true, .id = ask->change, .yes = ask->yes};
	struct record_done done = {.end = RECORD_SAVED};

	app_begin(app);
	own.cmd = app->ports.random(app->ports.ctx) | 1;
	if (!store_usable(app))
		done.end = RECORD_AWAY;
	else if (!text_copy(own.who, sizeof own.who, slice_str(ask->who->id)) ||
	         !text_copy(own.key, sizeof own.key, slice_str(ask->area)))
		done.end = RECORD_GONE;
	memcpy(own.change.by, own.who, sizeof own.change.by);
	if (done.end == RECORD_SAVED && !ask->swap && shift_fill(app, ask, &own) != REFUSAL_OK)
		done.end = RECORD_GONE;
	if (done.end == RECORD_SAVED && !shift_ask(app, &own, (struct waiter){.type = WAITER_RECORD, .tag = tag}))
		done.end = RECORD_AWAY;
	if (done.end != RECORD_SAVED && app->ports.record_done != NULL)
		app->ports.record_done(app->ports.ctx, tag, &done);
}
