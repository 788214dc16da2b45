/* api_shifts.c - another system says who has a shift, or its word on a swap: what a supervisor does at a console. */
#include "app/on_call.h"
#include "io/api_body.h"
#include "wire/record_roster.h"

static void ask(struct api_call *c, struct roster_ask *a)
{
	if (c->fault_count != 0) {
		api_refuse(c, 422, "invalid", NULL);
		return;
	}
	a->area = c->id;
	a->who = &c->who;
	api_edit_begin(c, &API_ROSTER_KIND);
	app_roster_ask(api_app(c), c->edit.tag, a);
}

void api_shift_post(struct api_call *c, json_t *body)
{
	static const char *const NAMES[] = {"slot", "from", "until", "post", "skill", "person", "takes"};
	const char *post, *skill;
	struct roster_ask a = {0};
	struct listed one;

	if (!api_one(c, API_ROSTER_KIND.list, &one))
		return;
	body_known(c, body, "", NAMES, COUNT_OF(NAMES));
	a.slot = body_number(c, body, "", "slot", 1, UINT32_MAX);
	a.from_ms = body_time(c, body, "", "from", true);
	a.until_ms = body_time(c, body, "", "until", a.slot == 0);
	post = body_text(c, body, "", "post");
	skill = body_text(c, body, "", "skill");
	a.post = shift_post_by_name(post);
	a.skill = shift_skill_by_name(skill);
	if (a.slot == 0 && a.post == POST_NONE)
		api_fault(c, "post", "no such value");
	if (skill[0] != '\0' && a.skill == SKILL_NONE)
		api_fault(c, "skill", "no such value");
	a.person = body_text(c, body, "", "person");
	a.takes = body_text(c, body, "", "takes");
	ask(c, &a);
}

void api_swap_post(struct api_call *c, json_t *body)
{
	static const char *const NAMES[] = {"change", "yes"};
	struct roster_ask a = {.swap = true};
	struct listed one;

	if (!api_one(c, API_ROSTER_KIND.list, &one))
		return;
	body_known(c, body, "", NAMES, COUNT_OF(NAMES));
	a.change = body_number(c, body, "", "change", 1, UINT32_MAX);
	if (json_object_get(body, "change") == NULL)
		api_fault(c, "change", "required");
	if (!json_is_boolean(json_object_get(body, "yes")))
		api_fault(c, "yes", "true or false");
	a.yes = json_is_true(json_object_get(body, "yes"));
	ask(c, &a);
}
