/* device_requests.c - who may deal with which unit, and what a request about one becomes.
 *
 * Technicians: on the caregiver page, with the skill, in their areas. Nothing is shown before it is on record who looks.
 */
#include "app/commission.h"
#include "app/roster.h"
#include "app/screens.h"

bool technician(struct app *app, const struct session *s)
{
	const struct member *m = s->view != NULL ? NULL : roster_member(app, s->rights.person);

	return m != NULL && (m->skills & BIT(SKILL_TECHNICIAN)) != 0;
}

/* Of units that stand in no home yet: those who put them there. */
static enum refusal stock_visible(struct app *app, const struct session *s)
{
	return technician(app, s) || s->rights.role == ROLE_SUPERVISOR ? REFUSAL_OK : REFUSAL_FORBIDDEN;
}

enum refusal device_visible(struct app *app, const struct session *s, const char *device)
{
	const Pingan__V1__Device *d = device_find(app, device);
	const Pingan__V1__Household *h = d == NULL ? NULL : household_find(app, d->household);

	if (s->view == NULL && !technician(app, s))
		return REFUSAL_FORBIDDEN;
	if (d == NULL && device_protocol(device) == PROTOCOL_NONE)
		return REFUSAL_NOT_FOUND; /* its key would have to be entered first */
	if (h == NULL)
		return stock_visible(app, s);
	return rights_covers(&s->rights, h->area) ? REFUSAL_OK : REFUSAL_FORBIDDEN;
}

/* The home that is meant: by its number, or that of the job in hand. */
static enum refusal home_of(struct app *app, const struct session *s, const Pingan__V1__DeviceBind *b, char ret[ID_MAX])
{
	const struct caregiver *c = b->incident == 0 ? NULL : caregiver_find(app, s->rights.person);
	const struct record *rec = b->incident == 0 ? NULL : request_incident(app, b->incident);
	const Pingan__V1__Household *h;

	if (b->incident != 0 && (c == NULL || rec == NULL || c->incident != b->incident))
		return REFUSAL_NOT_OWNER;
	h = household_find(app, rec != NULL ? rec->slot->household : b->household);
	/* The one that stands for all unknown homes is none. */
	if (h == NULL || strcmp(h->id, QUARANTINE) == 0 || !text_copy(ret, ID_MAX, slice_str(h->id)))
		return REFUSAL_NOT_FOUND;
	return rights_covers(&s->rights, h->area) ? REFUSAL_OK : REFUSAL_FORBIDDEN;
}

static enum refusal state_ask(struct app *app, const Pingan__V1__DeviceSetState *d, struct device_ask *ask,
                              struct event *ev)
{
	const Pingan__V1__Device *rec = device_find(app, d->device);

	ask->act = d->state == PINGAN__V1__DEVICE_STATE__DEVICE_AWAY         ? DEVICE_ACT_AWAY
	           : d->state == PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE ? DEVICE_ACT_BACK
	                                                                     : DEVICE_ACT_RETIRE;
	if (d->text[0] == '\0')
		return REFUSAL_NEEDS_REASON;
	return request_seal_home(app, rec == NULL ? "" : rec->household, d->text, ev);
}

/* What the request asks of the unit; *ret_device = which. */
static enum refusal ask_of(struct app *app, struct session *s, const Pingan__V1__Request *r, struct device_ask *ask,
                           struct event *ev, const char **ret_device)
{
	bool by_unit;
	struct device_life life;
	enum refusal why;

	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_DEVICE_SCAN:
		*ret_device = r->device_scan->device;
		ask->act = DEVICE_ACT_LOOK;
		return device_visible(app, s, *ret_device);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_BIND:
		*ret_device = r->device_bind->device;
		ask->act = DEVICE_ACT_BIND;
		why = device_visible(app, s, *ret_device);
		return why == REFUSAL_OK ? home_of(app, s, r->device_bind, ask->household) : why;
	case PINGAN__V1__REQUEST__WHAT_DEVICE_PROVE:
		*ret_device = r->device_prove->device;
		ask->act = r->device_prove->stop ? DEVICE_ACT_STOP : DEVICE_ACT_PROVE;
		return device_visible(app, s, *ret_device);
	case PINGAN__V1__REQUEST__WHAT_DEVICE_CONFIRM:
		*ret_device = r->device_confirm->device;
		ask->act = DEVICE_ACT_CONFIRM;
		(void)device_life_find(app, *ret_device, &life);
		ask->took_ms = proof_took_ms(app, *ret_device, &life, &by_unit);
		why = device_visible(app, s, *ret_device);
		/* Nobody has been told yet that it came. */
		return why == REFUSAL_OK && device_life_pressed(&life) && ask->took_ms == 0 ? REFUSAL_WRONG_STATE : why;
	case PINGAN__V1__REQUEST__WHAT_DEVICE_STATE:
		*ret_device = r->device_state->device;
		why = device_visible(app, s, *ret_device);
		return why == REFUSAL_OK ? state_ask(app, r->device_state, ask, ev) : why;
	default:
		return REFUSAL_BAD_REQUEST;
	}
}

/* The call of an unknown device goes to this home, and so does the device. */
static void bind_device(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const struct record *rec = request_incident(app, r->bind_device->incident);
	const Pingan__V1__Household *h = household_find(app, r->bind_device->household);
	struct kept_reply no = {.cmd = r->cmd, .result = REFUSAL_OK};
	struct event ev;
	struct change *ch;

	request_event(&ev, EVENT_BIND, s, r->cmd);
	if (!store_usable(app))
		no.result = REFUSAL_NO_STORE;
	else if (rec == NULL || h == NULL || strcmp(h->id, QUARANTINE) == 0)
		no.result = REFUSAL_NOT_FOUND;
	else if (!rights_sees(app, &s->rights, rec->slot) || !rights_covers(&s->rights, h->area))
		no.result = REFUSAL_FORBIDDEN;
	if (no.result == REFUSAL_OK) {
		ch = change_submit(app, CHANGE_BIND, rec->key, &ev, NULL, (struct waiter){WAITER_REQUEST, s->link, r->cmd});
		if (ch != NULL)
			(void)text_copy(ch->device.household, sizeof ch->device.household, slice_str(h->id));
		else
			no.result = REFUSAL_OVERLOAD;
	}
	if (no.result != REFUSAL_OK)
		request_refuse(app, s, &no);
}

bool request_of_device(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	struct kept_reply no = {.cmd = r->cmd, .result = REFUSAL_OK};
	struct device_ask ask = {.cmd = r->cmd};
	const char *device = "";
	struct event ev;

	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_DEVICE_LEAVE:
		if (strcmp(s->device, r->device_leave->device) == 0)
			card_close(app, s, true);
		request_refuse(app, s, &no); /* OK */
		return true;
	case PINGAN__V1__REQUEST__WHAT_BIND_DEVICE:
		bind_device(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_DEVICE_SCAN:
	case PINGAN__V1__REQUEST__WHAT_DEVICE_BIND:
	case PINGAN__V1__REQUEST__WHAT_DEVICE_PROVE:
	case PINGAN__V1__REQUEST__WHAT_DEVICE_CONFIRM:
	case PINGAN__V1__REQUEST__WHAT_DEVICE_STATE:
		break;
	default:
		return false;
	}
	request_event(&ev, EVENT_NONE, s, r->cmd);
	memcpy(ask.who, s->rights.person, sizeof ask.who);
	no.result = store_usable(app) ? ask_of(app, s, r, &ask, &ev, &device) : REFUSAL_NO_STORE;
	ask.judged = true;
	device_areas(app, device, ask.household, ask.area, ask.home_area);
	if (no.result == REFUSAL_OK &&
	    device_submit(app, device, &ask, &ev, (struct waiter){WAITER_REQUEST, s->link, r->cmd}) == NULL)
		no.result = REFUSAL_OVERLOAD;
	if (no.result != REFUSAL_OK)
		request_refuse(app, s, &no);
	else if (ask.act == DEVICE_ACT_LOOK)
		card_open(app, s, device, r->cmd);
	return true;
}
