#include "io/api_pick.h"

static bool tell_step(struct api_call *c)
{
	const char *id = app_pick_id(c->pick, c->list.picked);

	for (; id != NULL && api_list_room(c); id = app_pick_id(c->pick, c->list.picked)) {
		struct listed one;

		/* Gone meanwhile. */
		if (app_listing_find(api_app(c), c->list.of->which, id, &one)) {
			(void)text_copy(c->list.after, sizeof c->list.after, slice_str(one.key));
			(void)api_list_item(c, &one);
		}
		c->list.picked++;
		if (api_slice_over(c))
			return false;
	}
	/* Nothing of a page is left to go on behind: all of it has gone. */
	c->list.end = (id == NULL && !app_pick_more(c->pick)) || c->list.after[0] == '\0';
	return api_list_close(c);
}

static bool pick_step(struct api_call *c)
{
	if (!app_search_complete(api_app(c)))
		return false; /* texts of what came just now, or of all homes after a start */
	while (!app_pick_step(api_app(c), c->pick, &c->who))
		if (api_slice_over(c))
			return false;
	c->step = tell_step;
	return tell_step(c);
}

void api_pick_begin(struct api_call *c, const struct api_list *of, const struct home_wanted *wanted)
{
	const char *after;

	if (!api_list_open(c, of))
		return;
	after = strchr(c->list.after, ':');
	c->pick = app_pick_new(wanted, after == NULL ? "" : after + 1, c->list.limit);
	if (c->pick == NULL)
		api_refuse(c, 500, "memory", NULL);
	else
		api_work(c, pick_step);
}
