/* api_find.c - homes by everything by which a console finds them, best first. */
#include "io/api.h"

#include <stdlib.h>

static const struct api_list FOUND = {.which = LISTING_HOMES, .personal = true, .placed = true};

static void hit_tell(struct api_call *c, const char *household, const char *by)
{
	const Pingan__V1__Household *h;
	struct listed one;

	/* Gone meanwhile. */
	if (!app_listing_find(api_app(c), LISTING_HOMES, household, &one))
		return;
	h = (const Pingan__V1__Household *)one.body;
	if (one.log_id > c->needs)
		c->needs = one.log_id;
	jot_open(&c->out, NULL, '{');
	jot_text(&c->out, "id", h->id);
	jot_text(&c->out, "by", by);
	jot_text(&c->out, "area", h->area);
	jot_text_if(&c->out, "street", h->street);
	jot_text_if(&c->out, "address", h->address);
	if (h->n_residents != 0)
		jot_text(&c->out, "resident", h->residents[0]->name);
	jot_number(&c->out, "residents", (int64_t)h->n_residents);
	jot_close(&c->out, '}');
}

static bool step(struct api_call *c)
{
	struct app_search *search = c->own.at;
	const char *household, *by;
	size_t n = 0;

	if (!app_listing_ready(api_app(c), LISTING_HOMES))
		return false;
	while (!app_search_step(api_app(c), search, &c->who))
		if (api_slice_over(c))
			return false;
	while (app_search_hit(search, n, &by) != NULL)
		n++;
	if (!api_looked(c, &FOUND, NULL, n))
		return true;
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_open(&c->out, "homes", '[');
	for (size_t i = 0; (household = app_search_hit(search, i, &by)) != NULL; i++)
		hit_tell(c, household, by);
	jot_close(&c->out, ']');
	jot_bool(&c->out, "more", app_search_more(search));
	jot_bool(&c->out, "complete", app_search_complete(api_app(c)));
	jot_close(&c->out, '}');
	api_work(c, api_send);
	return false;
}

void api_find(struct api_call *c)
{
	const char *text = api_param(c, "text");

	c->own.at = text == NULL ? NULL : app_search_new(text);
	if (c->own.at == NULL) {
		api_fault(c, "text", "two signs at least of what is known, 64 bytes at most");
		api_refuse(c, 400, "parameters", NULL);
		return;
	}
	api_work(c, step);
}
