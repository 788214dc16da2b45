/* requests_area.c - what is asked of an area or a home instead of one incident: who is out, storms, entries by hand, tests. */
#include "app/screens.h"

#define NAME_BYTES_MAX 64
#define STREET_BYTES_MAX 120

/* ------------------------------------------------------------ who is out */

static Pingan__V1__OutListed__Device *device_fill(struct app *app, const struct out *out)
{
	Pingan__V1__OutListed__Device *to = arena_take(&app->arena, sizeof *to);
	const Pingan__V1__Device *d = device_find(app, out->device);
	const Pingan__V1__Household *h = d == NULL ? NULL : household_find(app, d->household);

	if (to == NULL)
		return NULL;
	pingan__v1__out_listed__device__init(to);
	to->device = text_cut(app, out->device, ID_MAX);
	to->since_ms = out->since_ms;
	if (out->kind == KIND_POWER)
		to->battery_until_ms = out->since_ms + SECONDS(app->config.policy.battery_s);
	if (h == NULL)
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
		listed.list[listed.n_list] = device_fill(app, &page[i]);
		listed.n_list += listed.list[listed.n_list] != NULL;
	}
	request_reply(app, s, r->cmd, REFUSAL_OK, &listed);
}

bool request_of_area(struct app *app, struct session *s, const Pingan__V1__Request *r)
{
	switch (r->what_case) {
	case PINGAN__V1__REQUEST__WHAT_OUT_LIST:
		out_list(app, s, r);
		return true;
	default:
		return false;
	}
}
