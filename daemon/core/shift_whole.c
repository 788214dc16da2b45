#include "core/shift_whole.h"

static void step(struct whole *w, enum roster_change what, uint32_t id, ms_t from_ms)
{
	if (w->step_count < WHOLE_STEPS_MAX)
		w->steps[w->step_count++] = (struct whole_step){what, id, from_ms};
}

/* ------------------------------------------------------------ absences */

static bool absence_same(const struct absence *a, const struct absence *b)
{
	return a->from_ms == b->from_ms && a->until_ms == b->until_ms && a->reason == b->reason;
}

/* Which of those that stand is meant; ABSENCES_MAX = a new one. False: there is none of its number that is not taken. */
static bool absence_meant(const struct absences *a, const struct absence *item, const bool *taken, uint32_t *ret)
{
	*ret = ABSENCES_MAX;
	for (uint32_t i = 0; i < a->count && *ret == ABSENCES_MAX; i++)
		if (!taken[i] && (item->id != 0 ? a->list[i].id == item->id : absence_same(&a->list[i], item)))
			*ret = i;
	return item->id == 0 || *ret != ABSENCES_MAX;
}

static enum whole_fault absence_wrong(const struct absence *item, ms_t now_ms)
{
	if (item->from_ms <= 0 || item->from_ms >= SHIFT_TIME_MAX || item->until_ms >= SHIFT_TIME_MAX ||
	    item->until_ms <= item->from_ms || item->until_ms - item->from_ms > ABSENCE_MS_MAX)
		return WHOLE_SPAN;
	return item->until_ms <= now_ms ? WHOLE_OVER : WHOLE_OK;
}

enum whole_fault absences_replace(struct absences *a, const struct absence *list, uint32_t count, const char *by,
                                  ms_t now_ms, struct whole *ret)
{
	bool taken[ABSENCES_MAX] = {false};
	uint32_t meant[ABSENCES_MAX], kept = 0;
	struct absences next = *a;
	enum whole_fault bad;

	*ret = (struct whole){.step_count = 0};
	if (count > ABSENCES_MAX)
		return WHOLE_MANY;
	/* Those with a number first: another one that says the same must not take their place. */
	for (int named = 1; named >= 0; named--)
		for (uint32_t i = 0; i < count; i++) {
			if ((list[i].id != 0) != named)
				continue;
			ret->item = i + 1;
			if (!absence_meant(a, &list[i], taken, &meant[i]))
				return WHOLE_ID;
			if (meant[i] != ABSENCES_MAX)
				taken[meant[i]] = true;
		}
	for (uint32_t i = 0; i < a->count; i++)
		if (!taken[i] && a->list[i].until_ms > now_ms)
			step(ret, ROSTER_ABSENCE_ENDED, a->list[i].id, a->list[i].from_ms);
	next.count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct absence *was = meant[i] == ABSENCES_MAX ? NULL : &a->list[meant[i]];
		struct absence *at = &next.list[next.count++];

		ret->item = i + 1;
		if (was != NULL && absence_same(was, &list[i])) {
			*at = *was;
			continue;
		}
		bad = absence_wrong(&list[i], now_ms);
		if (bad != WHOLE_OK)
			return bad;
		if (was == NULL && next.last_id == UINT32_MAX)
			return WHOLE_MANY;
		*at = list[i];
		at->id = was != NULL ? was->id : ++next.last_id;
		at->entered_ms = now_ms;
		if (!text_copy(at->by, sizeof at->by, slice_str(by)))
			at->by[0] = '\0';
		step(ret, ROSTER_ABSENCE_SET, at->id, at->from_ms);
	}
	for (uint32_t i = 0; i < next.count; i++)
		if (next.list[i].until_ms > now_ms)
			next.list[kept++] = next.list[i];
	next.count = kept;
	if (!absences_valid(&next))
		return WHOLE_BOUNDS;
	ret->item = 0;
	*a = next;
	return WHOLE_OK;
}

/* ------------------------------------------------------------ the week */

static bool hours_same(const struct shift_slot *a, const struct shift_slot *b)
{
	return a->days == b->days && a->from_min == b->from_min && a->minutes == b->minutes && a->post == b->post &&
	       a->skill == b->skill && a->weeks == b->weeks && a->week == b->week && a->from_ms == b->from_ms;
}

static bool people_same(const struct shift_slot *a, const struct shift_slot *b)
{
	if (a->people_count != b->people_count)
		return false;
	for (uint32_t i = 0; i < a->people_count; i++)
		if (strcmp(a->people[i], b->people[i]) != 0)
			return false;
	return true;
}

static bool slot_same(const struct shift_slot *a, const struct shift_slot *b)
{
	return hours_same(a, b) && people_same(a, b) && a->need == b->need && a->until_ms == b->until_ms;
}

static const struct shift_slot *slot_meant(const struct shift_plan *plan, const struct shift_slot *item,
                                           const bool *taken)
{
	for (uint32_t i = 0; i < plan->slot_count; i++)
		if (!taken[i] && (item->id != 0 ? plan->slots[i].id == item->id : slot_same(&plan->slots[i], item)))
			return &plan->slots[i];
	return NULL;
}

/* Which slot of the plan each of the list is, by its id; 0 = a new one. */
static enum whole_fault slots_meant(const struct shift_plan *plan, const struct shift_slot *list, uint32_t count,
                                    uint32_t *ret_ids, bool *ret_taken, uint32_t *ret_item)
{
	for (int named = 1; named >= 0; named--)
		for (uint32_t i = 0; i < count; i++) {
			const struct shift_slot *was;

			if ((list[i].id != 0) != named)
				continue;
			*ret_item = i + 1;
			was = slot_meant(plan, &list[i], ret_taken);
			if (list[i].id != 0 && was == NULL)
				return WHOLE_ID;
			if (was != NULL && !hours_same(was, &list[i]))
				return WHOLE_FIXED;
			ret_ids[i] = was == NULL ? 0 : was->id;
			if (was != NULL)
				ret_taken[was - plan->slots] = true;
		}
	*ret_item = 0;
	return WHOLE_OK;
}

static const struct shift_slot *slot_of(const struct shift_plan *plan, uint32_t id)
{
	for (uint32_t i = 0; id != 0 && i < plan->slot_count; i++)
		if (plan->slots[i].id == id)
			return &plan->slots[i];
	return NULL;
}

/* Somebody who has stood there and can no more is a gap that everybody sees: only who is entered now is asked about. */
static bool people_fit(const struct shift_plan *plan, const struct shift_slot *item, const struct shift_slot *was,
                       const struct shift_world *w, uint32_t *ret_part)
{
	for (uint32_t i = 0; (was == NULL || !people_same(was, item)) && i < item->people_count; i++) {
		*ret_part = i + 1;
		if (!w->fits(w->ctx, item->people[i], plan->area, item->post, item->skill))
			return false;
	}
	*ret_part = 0;
	return true;
}

static enum whole_fault slot_put(struct shift_plan *plan, const struct shift_slot *item, uint32_t id,
                                 const struct shift_world *w, struct whole *ret)
{
	const struct shift_slot *was = slot_of(plan, id);
	struct shift_slot next = *item;

	if (was != NULL && slot_same(was, item))
		return WHOLE_OK;
	if (!people_fit(plan, item, was, w, &ret->part))
		return WHOLE_PERSON;
	next.id = id;
	switch (shift_slot_set(plan, &next, &id)) {
	case REFUSAL_OK:
		step(ret, ROSTER_SLOT_SET, id, 0);
		return WHOLE_OK;
	case REFUSAL_LIMIT:
		return WHOLE_MANY;
	default:
		return WHOLE_BOUNDS;
	}
}

enum whole_fault plan_replace(struct shift_plan *plan, const struct shift_slot *list, uint32_t count,
                              const struct shift_world *w, ms_t now_ms, struct whole *ret)
{
	bool taken[SHIFT_SLOTS_MAX] = {false};
	uint32_t ids[SHIFT_SLOTS_MAX];
	enum whole_fault bad;

	*ret = (struct whole){.step_count = 0};
	if (count > SHIFT_SLOTS_MAX)
		return WHOLE_MANY;
	bad = slots_meant(plan, list, count, ids, taken, &ret->item);
	if (bad != WHOLE_OK)
		return bad;
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		const struct shift_slot *at = &plan->slots[i];

		if (taken[i] || (at->until_ms != 0 && at->until_ms <= now_ms))
			continue;
		step(ret, ROSTER_SLOT_ENDED, at->id, now_ms);
		(void)shift_slot_end(plan, at->id, now_ms);
	}
	/* What has ended makes room. */
	if (ret->step_count != 0 || count > plan->slot_count)
		shift_tidy(plan, now_ms);
	for (uint32_t i = 0; i < count; i++) {
		/* What was over when it was read, and is sent back as it was. */
		if (ids[i] != 0 && slot_of(plan, ids[i]) == NULL)
			continue;
		ret->item = i + 1;
		bad = slot_put(plan, &list[i], ids[i], w, ret);
		if (bad != WHOLE_OK)
			return bad;
	}
	ret->item = 0;
	return WHOLE_OK;
}
