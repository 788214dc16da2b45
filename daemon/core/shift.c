#include "core/shift.h"

#define DAY_MS INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

void shift_room_init(struct shift_room *room, const char *area)
{
	memset(room, 0, sizeof *room);
	(void)text_copy(room->plan.area, sizeof room->plan.area, slice_str(area));
	room->plan.slots = room->slots;
	room->plan.changes = room->changes;
}

void shift_room_copy(struct shift_room *room, const struct shift_plan *from)
{
	shift_room_init(room, from->area);
	room->plan.last_id = from->last_id;
	room->plan.slot_count = from->slot_count;
	room->plan.change_count = from->change_count;
	for (uint32_t i = 0; i < from->slot_count; i++)
		room->slots[i] = from->slots[i];
	for (uint32_t i = 0; i < from->change_count; i++)
		room->changes[i] = from->changes[i];
}

/* ------------------------------------------------------------ valid */

static bool post_valid(enum shift_post post, enum skill skill)
{
	if (post <= POST_NONE || post >= POST_COUNT || (unsigned)skill >= SKILL_COUNT)
		return false;
	return post == POST_FIELD ? skill != SKILL_NONE : skill == SKILL_NONE;
}

static bool time_valid(ms_t at_ms)
{
	return at_ms >= 0 && at_ms < SHIFT_TIME_MAX;
}

static bool person_or_none(const char *id)
{
	return id[0] == '\0' || alarm_id_valid(id);
}

static bool slot_valid(const struct shift_slot *s)
{
	if (s->id == 0 || s->days == 0 || s->days > 127 || s->from_min >= 1440 || s->minutes < SHIFT_MINUTES_MIN ||
	    s->minutes > SHIFT_MINUTES_MAX || !post_valid(s->post, s->skill) || s->need > SHIFT_NEED_MAX || s->weeks < 1 ||
	    s->weeks > SHIFT_WEEKS_MAX || s->week >= s->weeks || !time_valid(s->from_ms) || !time_valid(s->until_ms) ||
	    s->people_count > SHIFT_PEOPLE_MAX)
		return false;
	for (uint32_t i = 0; i < s->people_count; i++) {
		if (!alarm_id_valid(s->people[i]))
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(s->people[i], s->people[k]) == 0)
				return false;
	}
	return true;
}

static bool hours_valid(ms_t from_ms, ms_t until_ms)
{
	return from_ms > 0 && time_valid(from_ms) && time_valid(until_ms) &&
	       until_ms - from_ms >= SHIFT_MINUTES_MIN * MINUTE_MS && until_ms - from_ms <= SHIFT_MINUTES_MAX * MINUTE_MS;
}

static bool change_valid(const struct shift_change *c)
{
	if (c->id == 0 || !post_valid(c->post, c->skill) || !hours_valid(c->from_ms, c->until_ms) ||
	    !time_valid(c->asked_ms) || !time_valid(c->changed_ms) || !person_or_none(c->person) ||
	    !person_or_none(c->takes) || !person_or_none(c->by) || !person_or_none(c->decided_by) ||
	    (unsigned)c->state >= SWAP_STATE_COUNT || c->state == SWAP_NONE)
		return false;
	if ((c->person[0] == '\0' && c->takes[0] == '\0') || strcmp(c->person, c->takes) == 0)
		return false;
	if (c->slot == 0 && (c->person[0] != '\0' || c->state != SWAP_APPROVED))
		return false;
	if (c->return_slot == 0)
		return c->return_from_ms == 0 && c->return_until_ms == 0;
	return c->slot != 0 && c->person[0] != '\0' && c->takes[0] != '\0' &&
	       hours_valid(c->return_from_ms, c->return_until_ms);
}

bool shift_plan_valid(const struct shift_plan *plan)
{
	size_t len = strlen(plan->area);

	if (len < 2 || len > 15 || strspn(plan->area, "0123456789") != len || plan->slot_count > SHIFT_SLOTS_MAX ||
	    plan->change_count > SHIFT_CHANGES_MAX)
		return false;
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		if (!slot_valid(&plan->slots[i]) || plan->slots[i].id > plan->last_id)
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (plan->slots[i].id == plan->slots[k].id)
				return false;
	}
	for (uint32_t i = 0; i < plan->change_count; i++)
		if (!change_valid(&plan->changes[i]) || plan->changes[i].id > plan->last_id ||
		    (i != 0 && plan->changes[i].id <= plan->changes[i - 1].id))
			return false;
	return true;
}

bool absences_valid(const struct absences *a)
{
	if (!alarm_id_valid(a->person) || a->count > ABSENCES_MAX)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct absence *at = &a->list[i];

		if (at->id == 0 || at->id > a->last_id || at->from_ms <= 0 || at->until_ms <= at->from_ms ||
		    !time_valid(at->until_ms) || !time_valid(at->entered_ms) || at->until_ms - at->from_ms > ABSENCE_MS_MAX ||
		    at->reason <= ABSENCE_NONE || at->reason >= ABSENCE_REASON_COUNT || !person_or_none(at->by))
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (a->list[k].id == at->id)
				return false;
	}
	return true;
}

/* ------------------------------------------------------------ the shifts of a day */

static int64_t floor_div(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

/* Its shift of this local day. Days count from 1970-01-01, a Thursday. */
static bool slot_on(const struct shift_slot *slot, int64_t day, int64_t offset_ms, struct shift *ret)
{
	int64_t weekday = (day + 3) - 7 * floor_div(day + 3, 7);
	int64_t week = floor_div(day - 4, 7);
	ms_t from_ms = day * DAY_MS + slot->from_min * MINUTE_MS - offset_ms;

	if ((slot->days & (1u << weekday)) == 0 || week - slot->weeks * floor_div(week, slot->weeks) != slot->week ||
	    from_ms < slot->from_ms || (slot->until_ms != 0 && from_ms >= slot->until_ms))
		return false;
	*ret = (struct shift){.slot = slot->id,
	                      .from_ms = from_ms,
	                      .until_ms = from_ms + slot->minutes * MINUTE_MS,
	                      .post = slot->post,
	                      .skill = slot->skill,
	                      .need = slot->need,
	                      .count = slot->people_count};
	memcpy(ret->people, slot->people, slot->people_count * sizeof slot->people[0]);
	return true;
}

bool shift_has(const struct shift *s, const char *person)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (strcmp(s->people[i], person) == 0)
			return true;
	return false;
}

static void leaves(struct shift *s, const char *person)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (strcmp(s->people[i], person) == 0) {
			memmove(s->people[i], s->people[i + 1], (s->count - i - 1) * sizeof s->people[0]);
			s->count--;
			return;
		}
}

static void joins(struct shift *s, const char *person)
{
	if (person[0] != '\0' && s->count < SHIFT_CREW_MAX && !shift_has(s, person))
		memcpy(s->people[s->count++], person, sizeof s->people[0]);
}

/* What was changed on that day, in the order it was. */
static void apply(const struct shift_plan *plan, struct shift *s)
{
	for (uint32_t i = 0; i < plan->change_count; i++) {
		const struct shift_change *c = &plan->changes[i];

		if (c->state != SWAP_APPROVED)
			continue;
		if (c->slot == s->slot && c->from_ms == s->from_ms) {
			leaves(s, c->person);
			joins(s, c->takes);
		}
		if (c->return_slot == s->slot && c->return_from_ms == s->from_ms) {
			leaves(s, c->takes);
			joins(s, c->person);
		}
	}
}

static bool beside(const struct shift_plan *plan, ms_t from_ms, ms_t until_ms,
                   bool (*each)(void *ctx, const struct shift *s), void *ctx)
{
	for (uint32_t i = 0; i < plan->change_count; i++) {
		const struct shift_change *c = &plan->changes[i];
		struct shift s = {.from_ms = c->from_ms, .until_ms = c->until_ms, .post = c->post, .skill = c->skill};

		if (c->slot != 0 || c->state != SWAP_APPROVED || c->until_ms <= from_ms || c->from_ms >= until_ms)
			continue;
		joins(&s, c->takes);
		if (!each(ctx, &s))
			return false;
	}
	return true;
}

bool shift_each(const struct shift_plan *plan, int64_t offset_ms, ms_t from_ms, ms_t until_ms,
                bool (*each)(void *ctx, const struct shift *s), void *ctx)
{
	int64_t last = floor_div(until_ms - 1 + offset_ms, DAY_MS);
	struct shift s;

	/* What runs now may have begun the day before: no shift is longer than a day. */
	for (int64_t day = floor_div(from_ms + offset_ms, DAY_MS) - 1; day <= last; day++)
		for (uint32_t i = 0; i < plan->slot_count; i++) {
			if (!slot_on(&plan->slots[i], day, offset_ms, &s) || s.until_ms <= from_ms || s.from_ms >= until_ms)
				continue;
			apply(plan, &s);
			if (!each(ctx, &s))
				return false;
		}
	return beside(plan, from_ms, until_ms, each, ctx);
}

bool shift_find(const struct shift_plan *plan, int64_t offset_ms, uint32_t slot, ms_t from_ms, struct shift *ret)
{
	if (!time_valid(from_ms))
		return false;
	for (uint32_t i = 0; i < plan->slot_count; i++)
		if (plan->slots[i].id == slot &&
		    slot_on(&plan->slots[i], floor_div(from_ms + offset_ms, DAY_MS), offset_ms, ret) &&
		    ret->from_ms == from_ms) {
			apply(plan, ret);
			return true;
		}
	return false;
}

/* ------------------------------------------------------------ who is there */

static bool away_at(const struct shift_world *w, const char *person, ms_t at_ms)
{
	const struct absences *a = w->absences(w->ctx, person);

	for (uint32_t i = 0; a != NULL && i < a->count; i++)
		if (a->list[i].from_ms <= at_ms && at_ms < a->list[i].until_ms)
			return true;
	return false;
}

bool shift_away(const struct shift *s, const struct shift_world *w, const char *person)
{
	const struct absences *a = w->absences(w->ctx, person);

	for (uint32_t i = 0; a != NULL && i < a->count; i++)
		if (a->list[i].from_ms < s->until_ms && s->from_ms < a->list[i].until_ms)
			return true;
	return false;
}

uint32_t shift_there(const struct shift *s, const char *area, const struct shift_world *w, ms_t at_ms,
                     char ret[SHIFT_CREW_MAX][ID_MAX])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->count; i++)
		if (w->fits(w->ctx, s->people[i], area, s->post, s->skill) && !away_at(w, s->people[i], at_ms))
			memcpy(ret[n++], s->people[i], ID_MAX);
	return n;
}

/* The next moment after `at_ms` at which somebody of it goes or comes. */
static ms_t next_cut(const struct shift *s, const struct shift_world *w, ms_t at_ms)
{
	ms_t next = s->until_ms;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct absences *a = w->absences(w->ctx, s->people[i]);

		for (uint32_t k = 0; a != NULL && k < a->count; k++) {
			if (a->list[k].from_ms > at_ms && a->list[k].from_ms < next)
				next = a->list[k].from_ms;
			if (a->list[k].until_ms > at_ms && a->list[k].until_ms < next)
				next = a->list[k].until_ms;
		}
	}
	return next;
}

uint32_t shift_gaps(const struct shift *s, const char *area, const struct shift_world *w, ms_t from_ms,
                    struct shift_gap *ret, uint32_t max)
{
	ms_t at = from_ms > s->from_ms ? from_ms : s->from_ms, next;
	char there[SHIFT_CREW_MAX][ID_MAX];
	uint32_t n = 0;

	for (; at < s->until_ms; at = next) {
		uint32_t have = shift_there(s, area, w, at, there);

		next = next_cut(s, w, at);
		if (have >= s->need)
			continue;
		if (n != 0 && ret[n - 1].until_ms == at && ret[n - 1].have == have) {
			ret[n - 1].until_ms = next;
			continue;
		}
		if (n == max)
			break;
		ret[n++] = (struct shift_gap){.slot = s->slot,
		                              .post = s->post,
		                              .skill = s->skill,
		                              .shift_ms = s->from_ms,
		                              .from_ms = at,
		                              .until_ms = next,
		                              .need = s->need,
		                              .have = have};
	}
	return n;
}

uint32_t shift_fewest(const struct shift *s, const char *area, const struct shift_world *w)
{
	char there[SHIFT_CREW_MAX][ID_MAX];
	uint32_t fewest = SHIFT_CREW_MAX;

	for (ms_t at = s->from_ms; at < s->until_ms; at = next_cut(s, w, at)) {
		uint32_t have = shift_there(s, area, w, at, there);

		if (have < fewest)
			fewest = have;
	}
	return fewest;
}
