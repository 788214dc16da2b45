/* api_shifts.c - another system says who has a shift, or its word on a swap: what a supervisor does at a console. */
#include <stdio.h>

#include "app/on_call.h"
#include "base/utc.h"
#include "io/api_internal.h"
#include "wire/record_roster.h"

static bool waits(struct api_call *c)
{
	(void)c;
	return false;
}

static const char *text_of(struct api_call *c, const json_t *body, const char *name)
{
	const json_t *value = json_object_get(body, name);

	if (value != NULL && !json_is_string(value))
		api_fault(c, name, "a text");
	return json_is_string(value) ? json_string_value(value) : "";
}

static uint32_t number_of(struct api_call *c, const json_t *body, const char *name)
{
	const json_t *value = json_object_get(body, name);
	json_int_t n = json_integer_value(value);

	if (value != NULL && (!json_is_integer(value) || n < 1 || n > UINT32_MAX)) {
		api_fault(c, name, "a whole number from 1 to 4294967295");
		return 0;
	}
	return (uint32_t)n;
}

static ms_t time_of(struct api_call *c, const json_t *body, const char *name, bool wanted)
{
	const char *text = text_of(c, body, name);
	ms_t at = text[0] == '\0' ? 0 : utc_of_text(slice_str(text));

	if (at == 0 && (wanted || text[0] != '\0'))
		api_fault(c, name, "a time of RFC 3339, as 2026-03-01T08:30:00Z");
	return at;
}

static void known_only(struct api_call *c, const json_t *body, const char *const *names, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += json_object_get(body, names[i]) != NULL;
	if (found != json_object_size(body))
		api_fault(c, "?", "no such member");
}

static void ask(struct api_call *c, struct roster_ask *a)
{
	if (c->fault_count != 0) {
		api_refuse(c, 422, "invalid", NULL);
		return;
	}
	a->area = c->id;
	a->who = &c->who;
	c->edit.of = &API_ROSTER_KIND;
	c->edit.tag = ++c->api->edits;
	api_work(c, waits);
	/* The answer may come before this returns, and ends the call. */
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
	known_only(c, body, NAMES, COUNT_OF(NAMES));
	a.slot = number_of(c, body, "slot");
	a.from_ms = time_of(c, body, "from", true);
	a.until_ms = time_of(c, body, "until", a.slot == 0);
	post = text_of(c, body, "post");
	skill = text_of(c, body, "skill");
	a.post = shift_post_by_name(post);
	a.skill = shift_skill_by_name(skill);
	if (a.slot == 0 && a.post == POST_NONE)
		api_fault(c, "post", "no such value");
	if (skill[0] != '\0' && a.skill == SKILL_NONE)
		api_fault(c, "skill", "no such value");
	a.person = text_of(c, body, "person");
	a.takes = text_of(c, body, "takes");
	ask(c, &a);
}

void api_swap_post(struct api_call *c, json_t *body)
{
	static const char *const NAMES[] = {"change", "yes"};
	struct roster_ask a = {.swap = true};
	struct listed one;

	if (!api_one(c, API_ROSTER_KIND.list, &one))
		return;
	known_only(c, body, NAMES, COUNT_OF(NAMES));
	a.change = number_of(c, body, "change");
	if (json_object_get(body, "change") == NULL)
		api_fault(c, "change", "required");
	if (!json_is_boolean(json_object_get(body, "yes")))
		api_fault(c, "yes", "true or false");
	a.yes = json_is_true(json_object_get(body, "yes"));
	ask(c, &a);
}
