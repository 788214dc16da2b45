/* shift_change.c - what may be done to a roster. The plan is checked as a whole after each change: what breaks it is not
 * done. */
#include "core/shift.h"

#define NO SWAP_NONE

/* clang-format off */
static const enum swap_state AFTER[SWAP_STATE_COUNT][SWAP_EVENT_COUNT] = {
	/*                   AGREE         DECLINE        WITHDRAW         APPROVE        REJECT */
	[SWAP_NONE]      = {NO,           NO,            NO,              NO,            NO},
	[SWAP_ASKED]     = {SWAP_AGREED,  SWAP_REFUSED,  SWAP_WITHDRAWN,  NO,            SWAP_REFUSED},
	[SWAP_AGREED]    = {NO,           SWAP_REFUSED,  SWAP_WITHDRAWN,  SWAP_APPROVED, SWAP_REFUSED},
	[SWAP_APPROVED]  = {NO,           NO,            NO,              NO,            NO},
	[SWAP_REFUSED]   = {NO,           NO,            NO,              NO,            NO},
	[SWAP_WITHDRAWN] = {NO,           NO,            NO,              NO,            NO},
};
/* clang-format on */

enum swap_state swap_after(unsigned state, unsigned event)
{
	return state < SWAP_STATE_COUNT && event < SWAP_EVENT_COUNT ? AFTER[state][event] : SWAP_NONE;
}

static bool waits(const struct shift_change *c)
{
	return c->state == SWAP_ASKED || c->state == SWAP_AGREED;
}

/* ------------------------------------------------------------ what is over */

static ms_t ends_ms(const struct shift_change *c)
{
	return c->return_until_ms > c->until_ms ? c->return_until_ms : c->until_ms;
}

/* A no is kept for a day, so that whoever asked has seen it. What waits is kept until its shift has begun. */
static bool change_over(const struct shift_change *c, ms_t now_ms)
{
	if (waits(c))
		return c->from_ms <= now_ms;
	if (c->state != SWAP_APPROVED)
		return c->changed_ms + INT64_C(86400000) <= now_ms || c->from_ms <= now_ms;
	return ends_ms(c) <= now_ms;
}

void shift_tidy(struct shift_plan *plan, ms_t now_ms)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < plan->change_count; i++)
		if (!change_over(&plan->changes[i], now_ms))
			plan->changes[kept++] = plan->changes[i];
	plan->change_count = kept;
	kept = 0;
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		const struct shift_slot *s = &plan->slots[i];

		if (s->until_ms == 0 || s->until_ms + s->minutes * INT64_C(60000) > now_ms)
			plan->slots[kept++] = *s;
	}
	plan->slot_count = kept;
}

/* ------------------------------------------------------------ the week */

static struct shift_slot *slot_find(struct shift_plan *plan, uint32_t id)
{
	for (uint32_t i = 0; i < plan->slot_count; i++)
		if (plan->slots[i].id == id)
			return &plan->slots[i];
	return NULL;
}

enum refusal shift_slot_set(struct shift_plan *plan, const struct shift_slot *slot, uint32_t *ret_id)
{
	struct shift_slot *at = slot->id == 0 ? NULL : slot_find(plan, slot->id), was;

	if (slot->id != 0 && at == NULL)
		return REFUSAL_NOT_FOUND;
	if (at != NULL) {
		was = *at;
		at->need = slot->need;
		at->until_ms = slot->until_ms;
		at->people_count = slot->people_count;
		memcpy(at->people, slot->people, sizeof at->people);
		*ret_id = slot->id;
		if (shift_plan_valid(plan))
			return REFUSAL_OK;
		*at = was;
		return REFUSAL_BAD_REQUEST;
	}
	if (plan->slot_count == SHIFT_SLOTS_MAX || plan->last_id == UINT32_MAX)
		return REFUSAL_LIMIT;
	at = &plan->slots[plan->slot_count++];
	*at = *slot;
	at->id = *ret_id = ++plan->last_id;
	if (shift_plan_valid(plan))
		return REFUSAL_OK;
	plan->slot_count--;
	plan->last_id--;
	return REFUSAL_BAD_REQUEST;
}

enum refusal shift_slot_end(struct shift_plan *plan, uint32_t slot, ms_t until_ms)
{
	struct shift_slot *at = slot_find(plan, slot);

	if (at == NULL)
		return REFUSAL_NOT_FOUND;
	if (until_ms <= 0 || until_ms >= SHIFT_TIME_MAX)
		return REFUSAL_BAD_REQUEST;
	at->until_ms = until_ms;
	return REFUSAL_OK;
}

/* ------------------------------------------------------------ one day */

static enum refusal change_add(struct shift_plan *plan, const struct shift_change *c, uint32_t *ret_id)
{
	struct shift_change *at;

	if (plan->change_count == SHIFT_CHANGES_MAX || plan->last_id == UINT32_MAX)
		return REFUSAL_LIMIT;
	at = &plan->changes[plan->change_count++];
	*at = *c;
	at->id = *ret_id = ++plan->last_id;
	if (shift_plan_valid(plan))
		return REFUSAL_OK;
	plan->change_count--;
	plan->last_id--;
	return REFUSAL_BAD_REQUEST;
}

/* `person` can give this shift to `takes`; either may be nobody. */
static enum refusal may_go(const struct shift *s, const char *person, const char *takes, ms_t now_ms)
{
	if (s->until_ms <= now_ms)
		return REFUSAL_EXPIRED;
	if (s->from_ms - now_ms > SHIFT_AHEAD_MS)
		return REFUSAL_LIMIT;
	if ((person[0] != '\0' && !shift_has(s, person)) || (takes[0] != '\0' && shift_has(s, takes)))
		return REFUSAL_WRONG_STATE;
	return person[0] == '\0' && s->count >= SHIFT_CREW_MAX ? REFUSAL_LIMIT : REFUSAL_OK;
}

static enum refusal shift_of(const struct shift_plan *plan, int64_t offset_ms, struct shift_change *c, ms_t now_ms)
{
	struct shift s;

	if (!shift_find(plan, offset_ms, c->slot, c->from_ms, &s))
		return REFUSAL_NOT_FOUND;
	c->until_ms = s.until_ms;
	c->post = s.post;
	c->skill = s.skill;
	return may_go(&s, c->person, c->takes, now_ms);
}

enum refusal shift_set(struct shift_plan *plan, int64_t offset_ms, const struct shift_change *c, ms_t now_ms,
                       uint32_t *ret_id)
{
	struct shift_change next = *c;
	enum refusal why = REFUSAL_OK;

	next.return_slot = 0;
	next.return_from_ms = next.return_until_ms = 0;
	next.state = SWAP_APPROVED;
	next.asked_ms = next.changed_ms = now_ms;
	memcpy(next.decided_by, c->by, sizeof next.decided_by);
	if (c->slot != 0)
		why = shift_of(plan, offset_ms, &next, now_ms);
	else if (c->from_ms <= 0 || c->from_ms >= SHIFT_TIME_MAX)
		why = REFUSAL_BAD_REQUEST;
	else if (c->until_ms <= now_ms)
		why = REFUSAL_EXPIRED;
	else if (c->from_ms - now_ms > SHIFT_AHEAD_MS)
		why = REFUSAL_LIMIT;
	if (why != REFUSAL_OK)
		return why;
	shift_tidy(plan, now_ms);
	return change_add(plan, &next, ret_id);
}

static enum refusal return_of(const struct shift_plan *plan, int64_t offset_ms, struct shift_change *c, ms_t now_ms)
{
	struct shift s;

	if (c->return_slot == 0)
		return REFUSAL_OK;
	if (!shift_find(plan, offset_ms, c->return_slot, c->return_from_ms, &s))
		return REFUSAL_NOT_FOUND;
	c->return_until_ms = s.until_ms;
	return may_go(&s, c->takes, c->person, now_ms);
}

enum refusal shift_swap_ask(struct shift_plan *plan, int64_t offset_ms, const struct shift_change *c, ms_t now_ms,
                            uint32_t *ret_id)
{
	struct shift_change next = *c;
	enum refusal why;

	if (c->slot == 0 || c->person[0] == '\0' || c->takes[0] == '\0')
		return REFUSAL_BAD_REQUEST;
	next.return_until_ms = 0;
	if (c->return_slot == 0)
		next.return_from_ms = 0;
	next.state = SWAP_ASKED;
	next.asked_ms = next.changed_ms = now_ms;
	next.decided_by[0] = '\0';
	why = shift_of(plan, offset_ms, &next, now_ms);
	if (why == REFUSAL_OK)
		why = return_of(plan, offset_ms, &next, now_ms);
	if (why == REFUSAL_OK && next.from_ms <= now_ms)
		why = REFUSAL_EXPIRED; /* it has begun: a supervisor sets it */
	/* One question at a time about one's own shift. */
	for (uint32_t i = 0; why == REFUSAL_OK && i < plan->change_count; i++)
		if (waits(&plan->changes[i]) && plan->changes[i].slot == c->slot && plan->changes[i].from_ms == c->from_ms &&
		    strcmp(plan->changes[i].person, c->person) == 0)
			why = REFUSAL_BUSY;
	if (why != REFUSAL_OK)
		return why;
	shift_tidy(plan, now_ms);
	return change_add(plan, &next, ret_id);
}

static bool event_of(const struct shift_change *c, bool yes, const char *who, bool supervisor, enum swap_event *ret)
{
	if (strcmp(who, c->takes) == 0)
		*ret = yes ? SWAP_AGREE : SWAP_DECLINE;
	else if (strcmp(who, c->person) == 0 && !yes)
		*ret = SWAP_WITHDRAW;
	else if (supervisor && strcmp(who, c->person) != 0)
		*ret = yes ? SWAP_APPROVE : SWAP_REJECT;
	else
		return false;
	return true;
}

enum refusal shift_swap_step(struct shift_plan *plan, int64_t offset_ms, uint32_t change, bool yes, const char *who,
                             bool supervisor, ms_t now_ms, enum roster_change *ret)
{
	static const enum roster_change SAID[SWAP_STATE_COUNT] = {[SWAP_AGREED] = ROSTER_SWAP_AGREED,
	                                                          [SWAP_APPROVED] = ROSTER_SWAP_APPROVED,
	                                                          [SWAP_REFUSED] = ROSTER_SWAP_REFUSED,
	                                                          [SWAP_WITHDRAWN] = ROSTER_SWAP_WITHDRAWN};
	struct shift_change *c = NULL, check;
	enum swap_event ev = SWAP_REJECT;
	enum swap_state next;
	enum refusal why;

	for (uint32_t i = 0; i < plan->change_count; i++)
		if (plan->changes[i].id == change)
			c = &plan->changes[i];
	if (c == NULL)
		return REFUSAL_NOT_FOUND;
	if (!event_of(c, yes, who, supervisor, &ev))
		return REFUSAL_FORBIDDEN;
	next = swap_after(c->state, ev);
	if (next == SWAP_NONE)
		return REFUSAL_WRONG_STATE;
	if (next == SWAP_AGREED || next == SWAP_APPROVED) {
		/* Something else may have been set since it was asked: a yes is to what stands now. */
		check = *c;
		why = shift_of(plan, offset_ms, &check, now_ms);
		if (why == REFUSAL_OK)
			why = return_of(plan, offset_ms, &check, now_ms);
		if (why != REFUSAL_OK)
			return why;
	}
	c->state = next;
	c->changed_ms = now_ms;
	(void)text_copy(c->decided_by, sizeof c->decided_by, slice_str(who));
	*ret = SAID[next];
	return REFUSAL_OK;
}

/* ------------------------------------------------------------ absences */

static void absences_tidy(struct absences *a, ms_t now_ms)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->count; i++)
		if (a->list[i].until_ms > now_ms)
			a->list[kept++] = a->list[i];
	a->count = kept;
}

enum refusal absence_add(struct absences *a, const struct absence *absence, ms_t now_ms, uint32_t *ret_id)
{
	if (absence->until_ms <= now_ms)
		return REFUSAL_EXPIRED;
	absences_tidy(a, now_ms);
	if (a->count == ABSENCES_MAX || a->last_id == UINT32_MAX)
		return REFUSAL_LIMIT;
	a->list[a->count] = *absence;
	a->list[a->count].entered_ms = now_ms;
	a->list[a->count++].id = *ret_id = ++a->last_id;
	if (absences_valid(a))
		return REFUSAL_OK;
	a->count--;
	a->last_id--;
	return REFUSAL_BAD_REQUEST;
}

enum refusal absence_end(struct absences *a, uint32_t id, ms_t now_ms)
{
	for (uint32_t i = 0; i < a->count; i++) {
		if (a->list[i].id != id)
			continue;
		if (a->list[i].until_ms <= now_ms)
			return REFUSAL_EXPIRED;
		a->list[i].until_ms = now_ms;
		absences_tidy(a, now_ms);
		return REFUSAL_OK;
	}
	return REFUSAL_NOT_FOUND;
}
