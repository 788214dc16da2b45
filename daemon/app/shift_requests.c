/* shift_requests.c - what people ask of rosters, absences and their own duty: who may, and what it becomes. */
#include "app/roster.h"
#include "app/screens.h"
#include "app/shifts.h"

static void answer(struct app *app, struct session *s, uint64_t cmd, enum refusal result, uint32_t number)
{
	struct kept_reply no = {.cmd = cmd, .result = result, .number = number};

	request_refuse(app, s, &no);
}

/* Somebody of the registry who could stand at such a post here. */
static bool could(struct app *app, const char *person, const char *area, enum shift_post post, enum skill skill)
{
	struct shift_world w;

	shift_world(app, &w);
	return w.fits(w.ctx, person, area, post, skill);
}

static const struct shift_slot *slot_of(struct app *app, const char *area, uint32_t slot)
{
	const struct shift_plan *plan = shift_plan_find(app, area);

	for (uint32_t i = 0; plan != NULL && i < plan->slot_count; i++)
		if (plan->slots[i].id == slot)
			return &plan->slots[i];
	return NULL;
}

static bool ask_begin(const struct session *s, enum shift_act act, uint64_t cmd, const char *key, struct shift_ask *ret)
{
	*ret = (struct shift_ask){.act = act, .cmd = cmd};
	memcpy(ret->who, s->rights.person, sizeof ret->who);
	memcpy(ret->change.by, s->rights.person, sizeof ret->change.by);
	return text_copy(ret->key, sizeof ret->key, slice_str(key));
}

static void ask_end(struct app *app, struct session *s, const struct shift_ask *ask, enum refusal why)
{
	if (why == REFUSAL_OK && !store_usable(app))
		why = REFUSAL_NO_STORE;
	if (why == REFUSAL_OK && !shift_ask(app, ask, (struct waiter){WAITER_REQUEST, s->link, ask->cmd}))
		why = REFUSAL_OVERLOAD;
	if (why != REFUSAL_OK)
		answer(app, s, ask->cmd, why, 0);
}

/* ------------------------------------------------------------ shifts */

static void set(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__ShiftSet *m = r->shift_set;
	const struct shift_slot *slot = slot_of(app, m->area, m->slot);
	enum refusal why = REFUSAL_OK;
	struct shift_ask ask;

	if (!ask_begin(s, SHIFT_SET, r->cmd, m->area, &ask) || !rights_covers_whole(&s->rights, m->area))
		why = REFUSAL_FORBIDDEN;
	else if ((m->slot != 0 && slot == NULL) || area_find(app, m->area) == NULL ||
	         !text_copy(ask.change.person, ID_MAX, slice_str(m->person)) ||
	         !text_copy(ask.change.takes, ID_MAX, slice_str(m->takes)))
		why = REFUSAL_NOT_FOUND;
	ask.change.slot = m->slot;
	ask.change.from_ms = m->from_ms;
	ask.change.until_ms = m->until_ms;
	ask.change.post = slot != NULL ? slot->post : (enum shift_post)m->post;
	ask.change.skill = slot != NULL ? slot->skill : (enum skill)m->skill;
	if (why == REFUSAL_OK && m->takes[0] != '\0' && !could(app, m->takes, m->area, ask.change.post, ask.change.skill))
		why = REFUSAL_NOT_FOUND;
	ask_end(app, s, &ask, why);
}

static void swap_ask(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__SwapAsk *m = r->swap_ask;
	const struct shift_slot *slot = slot_of(app, m->area, m->slot);
	const struct shift_slot *back = m->return_slot == 0 ? NULL : slot_of(app, m->area, m->return_slot);
	enum refusal why = REFUSAL_OK;
	struct shift_ask ask;

	if (!ask_begin(s, SHIFT_SWAP_ASK, r->cmd, m->area, &ask) || slot == NULL || (m->return_slot != 0 && back == NULL) ||
	    !text_copy(ask.change.takes, ID_MAX, slice_str(m->takes)))
		why = REFUSAL_NOT_FOUND;
	else if (!could(app, m->takes, m->area, slot->post, slot->skill) ||
	         (back != NULL && !could(app, s->rights.person, m->area, back->post, back->skill)))
		why = REFUSAL_NOT_FOUND;
	memcpy(ask.change.person, s->rights.person, sizeof ask.change.person);
	ask.change.slot = m->slot;
	ask.change.from_ms = m->from_ms;
	ask.change.return_slot = m->return_slot;
	ask.change.return_from_ms = m->return_from_ms;
	ask_end(app, s, &ask, why);
}

static void swap_answer(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__SwapAnswer *m = r->swap_answer;
	struct shift_ask ask;
	enum refusal why = ask_begin(s, SHIFT_SWAP_STEP, r->cmd, m->area, &ask) ? REFUSAL_OK : REFUSAL_NOT_FOUND;

	ask.supervisor = s->rights.role == ROLE_SUPERVISOR && rights_covers_whole(&s->rights, m->area);
	ask.id = m->change;
	ask.yes = m->yes;
	ask_end(app, s, &ask, why);
}

/* ------------------------------------------------------------ absences */

/* One's own; a supervisor's, of whoever works in their areas. */
static enum refusal may_say(struct app *app, const struct session *s, const char *person)
{
	const struct member *m = roster_member(app, person);

	if (strcmp(person, s->rights.person) == 0)
		return REFUSAL_OK;
	if (s->rights.role != ROLE_SUPERVISOR)
		return REFUSAL_FORBIDDEN;
	if (m == NULL || !m->known)
		return REFUSAL_NOT_FOUND;
	for (uint32_t i = 0; i < m->rights.area_count; i++)
		if (rights_covers(&s->rights, m->rights.areas[i]))
			return REFUSAL_OK;
	return REFUSAL_FORBIDDEN;
}

static void absence_set(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__AbsenceSet *m = r->absence_set;
	struct shift_ask ask;
	enum refusal why =
		ask_begin(s, SHIFT_ABSENCE_SET, r->cmd, m->person, &ask) ? may_say(app, s, m->person) : REFUSAL_NOT_FOUND;

	ask.absence.from_ms = m->from_ms;
	ask.absence.until_ms = m->until_ms;
	ask.absence.reason = (enum absence_reason)m->reason;
	memcpy(ask.absence.by, s->rights.person, sizeof ask.absence.by);
	ask_end(app, s, &ask, why);
}

static void end_absence(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__AbsenceEnd *m = r->absence_end;
	struct shift_ask ask;
	enum refusal why =
		ask_begin(s, SHIFT_ABSENCE_END, r->cmd, m->person, &ask) ? may_say(app, s, m->person) : REFUSAL_NOT_FOUND;

	ask.id = m->absence;
	ask_end(app, s, &ask, why);
}

/* ------------------------------------------------------------ one's own duty */

static void duty(struct app *app, struct session *s, uint64_t cmd, enum duty_event ev, ms_t made_ms)
{
	char key[STORE_KEY_MAX];
	struct change *ch;

	if (!store_usable(app)) {
		answer(app, s, cmd, REFUSAL_NO_STORE, 0);
		return;
	}
	record_key(key, "caregiver", s->rights.person);
	ch = change_submit(app, CHANGE_CAREGIVER, key, NULL, NULL, (struct waiter){WAITER_REQUEST, s->link, cmd});
	if (ch == NULL) {
		answer(app, s, cmd, REFUSAL_OVERLOAD, 0);
		return;
	}
	ch->duty = ev;
	ch->duty_made_ms = made_ms;
}

static enum duty_event duty_event(const Pingan__V1__Duty *d)
{
	if (d->on)
		return d->check ? DUTY_ON_CHECK : DUTY_ON;
	return d->after_job ? DUTY_OFF_AFTER : DUTY_OFF;
}

bool request_of_shift(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_ROSTER_LOOK:
		if (!rights_covers(&s->rights, r->roster_look->area))
			answer(app, s, r->cmd, REFUSAL_FORBIDDEN, 0);
		else if (area_find(app, r->roster_look->area) == NULL)
			answer(app, s, r->cmd, REFUSAL_NOT_FOUND, 0);
		else if (roster_page_send(app, s, r->roster_look))
			answer(app, s, r->cmd, REFUSAL_OK, 0);
		else
			answer(app, s, r->cmd, REFUSAL_OVERLOAD, 0);
		return true;
	case PINGAN__V1__REQUEST__WHAT_SHIFT_SET:
		set(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_SWAP_ASK:
		swap_ask(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_SWAP_ANSWER:
		swap_answer(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_ABSENCE_SET:
		absence_set(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_ABSENCE_END:
		end_absence(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_DUTY:
		duty(app, s, r->cmd, duty_event(r->duty), 0);
		return true;
	case PINGAN__V1__REQUEST__WHAT_DUTY_CHECK:
		duty(app, s, r->cmd, DUTY_CHECK, 0);
		return true;
	case PINGAN__V1__REQUEST__WHAT_DUTY_ANSWER:
		duty(app, s, r->cmd, DUTY_ANSWER, r->duty_answer->made_ms);
		return true;
	default:
		return false;
	}
}
