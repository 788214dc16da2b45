/* registry_staff.c - people and units of the registry, corrected by another system: what such an edit sets besides, and who may. */
#include "app/briefs.h"
#include "app/registry.h"
#include "wire/record_device.h"

/* ------------------------------------------------------------ people */

static bool same_areas(const Pingan__V1__Person *a, const Pingan__V1__Person *b)
{
	for (size_t i = 0; i < a->n_areas && i < b->n_areas; i++)
		if (strcmp(a->areas[i], b->areas[i]) != 0)
			return false;
	return a->n_areas == b->n_areas;
}

void person_settle(struct app *app, Pingan__V1__Person *after, const Pingan__V1__Person *before)
{
	after->account = after->id;
	if (before == NULL) {
		after->disabled_ms = after->disabled ? app->now.store_ms : 0;
		return;
	}
	if (after->disabled != before->disabled)
		after->disabled_ms = after->disabled ? app->now.store_ms : 0;
	/* Every session of before is over by this one entry: whoever is shut out, or may other things, logs in again. */
	if (after->role != before->role || after->disabled > before->disabled || !same_areas(after, before))
		after->sessions_from_ms = app->now.store_ms;
}

bool person_may_edit(const struct who *who, const Pingan__V1__Person *p)
{
	for (size_t i = 0; i < p->n_areas; i++)
		if (!who_covers(who, p->areas[i]))
			return false;
	return p->n_areas != 0;
}

bool person_is_kept(const Pingan__V1__Person *p)
{
	return p->role == PINGAN__V1__ROLE__ROLE_ADMINISTRATOR || p->role == PINGAN__V1__ROLE__ROLE_AUDITOR;
}

/* ------------------------------------------------------------ units */

const char *device_home_area(struct app *app, const Pingan__V1__Device *d)
{
	const struct home_brief *home = home_brief(app, d->household);

	return home == NULL ? "" : home->area;
}

static enum refusal step(struct app *app, struct device_life *life, const struct device_ask *ask,
                         struct record_units *units)
{
	struct device_outcome out;

	if (device_life_step(life, ask, app->now.store_ms, &out) == REFUSE)
		return out.refusal;
	for (uint32_t i = 0; i < out.event_count && units->count < COUNT_OF(units->events); i++)
		units->events[units->count++] = out.events[i];
	return REFUSAL_OK;
}

static enum device_act act_for(int state)
{
	switch (state) {
	case DEVICE_AWAY:
		return DEVICE_ACT_AWAY;
	case DEVICE_IN_SERVICE:
		return DEVICE_ACT_BACK;
	case DEVICE_RETIRED:
		return DEVICE_ACT_RETIRE;
	default:
		return DEVICE_ACT_NONE;
	}
}

enum refusal device_settle(struct app *app, Pingan__V1__Device *after, const Pingan__V1__Device *before,
                           const struct record_ask *asked, bool stale, struct record_units *ret)
{
	int wanted = (int)after->state, was = before == NULL ? DEVICE_NONE : (int)before->state;
	struct device_ask ask = {.act = DEVICE_ACT_BIND};
	struct device_life *life = arena_take(&app->arena, sizeof *life); /* the record's texts point into it */
	enum refusal why = REFUSAL_OK;

	ret->count = 0;
	if (life == NULL || !text_copy(ask.who, sizeof ask.who, slice_str(asked->who)) ||
	    !text_copy(ask.household, sizeof ask.household, slice_str(after->household)))
		return REFUSAL_BAD_REQUEST;
	memset(life, 0, sizeof *life);
	if (before != NULL)
		device_life_read(before, life);
	/* Entered before units had states: it stands somewhere all the same. */
	if (before != NULL && life->state == DEVICE_NONE)
		life->state = DEVICE_COMMISSIONING;
	/* In another home, or anew in one, it begins again: into service only by a press. */
	if (before == NULL || strcmp(after->household, before->household) != 0 ||
	    (was == DEVICE_RETIRED && wanted == DEVICE_COMMISSIONING))
		why = step(app, life, &ask, ret);
	else if (stale && wanted == DEVICE_IN_SERVICE && life->state == DEVICE_COMMISSIONING)
		wanted = was; /* a move that was sent again: it says how the unit stood before */
	/* What is said again as it was read asks for nothing. */
	if (why == REFUSAL_OK && wanted != DEVICE_NONE && wanted != was && wanted != (int)life->state) {
		ask.act = act_for(wanted);
		why = step(app, life, &ask, ret);
	}
	device_life_write(life, after);
	for (uint32_t i = 0; i < ret->count; i++)
		(void)text_copy(ret->events[i].device, sizeof ret->events[i].device, slice_str(after->id));
	return why;
}
