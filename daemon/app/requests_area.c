/* requests_area.c - what is asked of an area or a home instead of one incident: who is out, storms, entries by hand, tests. */
#include "app/outages.h"
#include "app/screens.h"
#include "app/storms.h"
#include "base/hash.h"

#define NAME_BYTES_MAX 64
#define STREET_BYTES_MAX 120

/* ------------------------------------------------------------ who is out */

/* A list of a carrier, or of the whole cell, has homes of other areas: these are counted and named by their device. */
static Pingan__V1__OutListed__Device *device_fill(struct app *app, const struct rights *rights, const struct out *out)
{
	Pingan__V1__OutListed__Device *to = arena_take(&app->arena, sizeof *to);
	const Pingan__V1__Device *d = device_find(app, out->device);
	const Pingan__V1__Household *h = d == NULL ? NULL : household_find(app, d->household);

	if (to == NULL)
		return NULL;
	pingan__v1__out_listed__device__init(to);
	to->device = text_cut(app, out->device, ID_MAX);
	to->since_ms = out->since_ms;
	to->heard_ms = out->heard_ms;
	if (out->kind == KIND_POWER)
		to->battery_until_ms = out->since_ms + SECONDS(app->config.policy.battery_s);
	if (h == NULL || !rights_covers(rights, h->area))
		return to;
	to->household = text_cut(app, h->id, ID_MAX);
	to->street = text_cut(app, h->street, STREET_BYTES_MAX);
	if (h->n_residents != 0)
		to->resident = text_cut(app, h->residents[0]->name, NAME_BYTES_MAX);
	return to;
}

static void out_list(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const struct record *rec = request_incident(app, r->out_list->incident);
	Pingan__V1__OutListed listed = PINGAN__V1__OUT_LISTED__INIT;
	struct out page[OUT_PAGE];
	uint32_t count;

	if (rec == NULL || !rec->slot->area_wide) {
		request_reply(app, s, r->cmd, REFUSAL_NOT_FOUND, NULL);
		return;
	}
	if (!rights_sees(app, &s->rights, rec->slot)) {
		request_reply(app, s, r->cmd, REFUSAL_FORBIDDEN, NULL);
		return;
	}
	count = outage_list(app, rec->slot->id, r->out_list->from, page, &listed.total);
	listed.from = r->out_list->from;
	listed.list = pointers_take(app, OUT_PAGE);
	for (uint32_t i = 0; listed.list != NULL && i < count; i++) {
		listed.list[listed.n_list] = device_fill(app, &s->rights, &page[i]);
		listed.n_list += listed.list[listed.n_list] != NULL;
	}
	request_reply(app, s, r->cmd, REFUSAL_OK, &listed);
}

/* ------------------------------------------------------------ storms */

static enum refusal storm_begin(const struct app *app, const Pingan__V1__StormBegin *b, struct storm_ask *ask,
                                uint32_t *ret_limit)
{
	ask->act = STORM_BEGIN;
	ask->seconds = b->seconds;
	for (size_t i = 0; i < b->n_kinds; i++)
		ask->storm.kinds |= BIT(b->kinds[i]);
	if (!text_copy(ask->storm.reason, sizeof ask->storm.reason, slice_str(b->text)))
		return REFUSAL_BAD_REQUEST;
	if (b->text[0] == '\0')
		return REFUSAL_NEEDS_REASON;
	*ret_limit = app->config.policy.storm_max_s;
	return b->seconds > *ret_limit ? REFUSAL_LIMIT : REFUSAL_OK;
}

static void storm(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	bool begins = r->what_case == PINGAN__V1__REQUEST__WHAT_STORM_BEGIN;
	const char *area = begins ? r->storm_begin->area : r->storm_end->area;
	struct storm_ask ask = {.act = STORM_END, .cmd = r->cmd};
	struct kept_reply no = {.cmd = r->cmd, .result = REFUSAL_OK};

	memcpy(ask.storm.by, s->rights.person, sizeof ask.storm.by);
	if (!store_usable(app))
		no.result = REFUSAL_NO_STORE;
	else if (!text_copy(ask.storm.area, sizeof ask.storm.area, slice_str(area)) ||
	         !rights_covers_whole(&s->rights, area))
		no.result = REFUSAL_FORBIDDEN;
	else if (begins && area_find(app, area) == NULL)
		no.result = REFUSAL_NOT_FOUND;
	else if (begins)
		no.result = storm_begin(app, r->storm_begin, &ask, &no.number);
	if (no.result == REFUSAL_OK && !storm_ask(app, &ask, (struct waiter){WAITER_REQUEST, s->link, r->cmd}))
		no.result = REFUSAL_OVERLOAD;
	if (no.result != REFUSAL_OK)
		request_refuse(app, s, &no);
}

/* ------------------------------------------------------------ entered by hand */

enum refusal request_seal_home(struct app *app, const char *household, const char *text, struct event *ev)
{
	const uint8_t *key = text[0] == '\0' ? NULL : seal_key(app, household);
	size_t len;

	if (text[0] == '\0')
		return REFUSAL_OK;
	if (key == NULL)
		return REFUSAL_WRONG_STATE; /* nothing to seal it with: never kept in the clear */
	len = app->ports.seal(app->ports.ctx, key, slice_str(text), ev->text, sizeof ev->text);
	if (len == 0 || len > sizeof ev->text)
		return REFUSAL_BAD_REQUEST;
	ev->text_len = (uint16_t)len;
	return REFUSAL_OK;
}

/* OK when this person works where the home is. */
static enum refusal home_of(struct app *app, const struct session *s, const char *household,
                            const Pingan__V1__Household **ret)
{
	if (!store_usable(app))
		return REFUSAL_NO_STORE;
	*ret = household_find(app, household);
	if (*ret == NULL)
		return REFUSAL_NOT_FOUND;
	return rights_covers(&s->rights, (*ret)->area) ? REFUSAL_OK : REFUSAL_FORBIDDEN;
}

/* The same request for the same home: pages whose numbers are less than random take no call away from another home. */
static uint64_t manual_id(const Pingan__V1__Request *r)
{
	uint64_t id = hash_bytes(r->cmd, 0x6d616e75616c, slice_str(r->open_manual->household));

	return id == 0 ? 1 : id;
}

static void open_manual(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__OpenManual *m = r->open_manual;
	struct alarm a = {.id = manual_id(r),
	                  .kind = (enum kind)m->kind,
	                  .protocol = PROTOCOL_MANUAL,
	                  .battery_pct = 255,
	                  .drill = m->drill,
	                  .device = ALARM_NO_DEVICE};
	const Pingan__V1__Household *h = NULL;
	enum refusal why = home_of(app, s, m->household, &h);
	struct event ev;

	request_event(&ev, EVENT_ALARM, s, r->cmd);
	memcpy(a.by, s->rights.person, sizeof a.by);
	if (why == REFUSAL_OK && m->drill && s->rights.role != ROLE_SUPERVISOR)
		why = REFUSAL_FORBIDDEN;
	if (why == REFUSAL_OK && !text_copy(a.household, sizeof a.household, slice_str(m->household)))
		why = REFUSAL_NOT_FOUND;
	if (why == REFUSAL_OK)
		why = request_seal_home(app, m->household, m->text, &ev);
	if (why == REFUSAL_OK && !intake_manual(app, &a, &ev, (struct waiter){WAITER_REQUEST, s->link, r->cmd}))
		why = REFUSAL_OVERLOAD;
	if (why != REFUSAL_OK)
		request_reply(app, s, r->cmd, why, NULL);
}

/* ------------------------------------------------------------ on test */

static void set_on_test(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	const Pingan__V1__SetOnTest *t = r->on_test;
	const Pingan__V1__Device *d = t->device[0] == '\0' ? NULL : device_find(app, t->device);
	const char *household = t->device[0] == '\0' ? t->household : d == NULL ? "" : d->household;
	const Pingan__V1__Household *h = NULL;
	struct kept_reply no = {.cmd = r->cmd};
	struct change *ch;
	struct event ev;
	char key[STORE_KEY_MAX];

	request_event(&ev, EVENT_NONE, s, r->cmd);
	ev.seconds = t->seconds;
	no.result = home_of(app, s, household, &h);
	if (no.result == REFUSAL_OK && t->seconds > 0 && t->text[0] == '\0')
		no.result = REFUSAL_NEEDS_REASON;
	if (no.result == REFUSAL_OK && t->seconds > app->config.policy.test_max_s) {
		no.result = REFUSAL_LIMIT;
		no.number = app->config.policy.test_max_s;
	}
	if (no.result == REFUSAL_OK)
		no.result = request_seal_home(app, household, t->text, &ev);
	if (no.result == REFUSAL_OK) {
		record_key(key, d != NULL ? "device" : "household", d != NULL ? t->device : household);
		ch = change_submit(app, CHANGE_ON_TEST, key, &ev, NULL, (struct waiter){WAITER_REQUEST, s->link, r->cmd});
		if (ch == NULL)
			no.result = REFUSAL_OVERLOAD;
	}
	if (no.result != REFUSAL_OK)
		request_refuse(app, s, &no);
}

bool request_of_area(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_OUT_LIST:
		out_list(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_OPEN_MANUAL:
		open_manual(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_ON_TEST:
		set_on_test(app, s, r);
		return true;
	case PINGAN__V1__REQUEST__WHAT_STORM_BEGIN:
	case PINGAN__V1__REQUEST__WHAT_STORM_END:
		storm(app, s, r);
		return true;
	default:
		return false;
	}
}
