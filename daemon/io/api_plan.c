/* api_plan.c - the week of an area is put as a whole by another system: what `pinganctl roster template` does shift by shift, by the
 * rules of core/shift_whole.h. What differs on single days (changes) stays as it is. */
#include <stdio.h>

#include "app/on_call.h"
#include "io/api_body.h"
#include "wire/record_roster.h"

static const char *why(const char *code)
{
	static const struct {
		const char *code, *english;
	} SAID[] = {
		{"no_number", "there is none of this number, or it stands here twice: a new one has no id"},
		{"fixed", "hours and post of a shift do not change: leave it out, and add another without an id"},
		{"fit", "nobody of this name works in this area and can do it"},
		{"bad_number", "days, hours, people or weeks are outside their bounds, or somebody stands there twice"},
		{"too_many", "has more than 48, those that still run counted"},
		{"too_big", "all of it together fills more than a record holds"},
	};

	for (size_t i = 0; i < COUNT_OF(SAID); i++)
		if (strcmp(SAID[i].code, code) == 0)
			return SAID[i].english;
	return "is wrong";
}

static void told(struct api_call *c)
{
	api_one_begin(c, API_ROSTER_KIND.list);
}

static const struct api_kind KIND = {.prefix = "roster:", .why = why, .told = told};

static uint32_t day_of(const json_t *json)
{
	static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	for (uint32_t i = 0; json_is_string(json) && i < COUNT_OF(DAYS); i++)
		if (strcmp(json_string_value(json), DAYS[i]) == 0)
			return 1u << i;
	return 0;
}

static void days_read(struct api_call *c, const json_t *json, const char *at, struct shift_slot *ret)
{
	const json_t *list = body_list(c, json, at, "days", 7);

	for (size_t i = 0; i < json_array_size(list); i++) {
		uint32_t day = day_of(json_array_get(list, i));

		if (day == 0 || (ret->days & day) != 0) {
			body_fault(c, at, "days", "mon, tue, wed, thu, fri, sat, sun, each once");
			return;
		}
		ret->days |= day;
	}
	if (list != NULL && ret->days == 0)
		body_fault(c, at, "days", "one at least");
}

static void people_read(struct api_call *c, const json_t *json, const char *at, struct shift_slot *ret)
{
	const json_t *list =
		json_object_get(json, "people") == NULL ? NULL : body_list(c, json, at, "people", SHIFT_PEOPLE_MAX);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = json_string_value(json_array_get(list, i));

		if (id == NULL || id[0] == '\0' || !text_copy(ret->people[i], ID_MAX, slice_str(id))) {
			body_fault(c, at, "people", "ids of people");
			return;
		}
		ret->people_count++;
	}
}

/* How many there are when it is not said. */
static uint32_t number_or(struct api_call *c, const json_t *json, const char *at, const char *name, uint32_t max,
                          uint32_t unsaid)
{
	return json_object_get(json, name) == NULL ? unsaid : body_number(c, json, at, name, 0, max);
}

static void slot_read(struct api_call *c, const json_t *json, size_t item, struct shift_slot *ret)
{
	static const char *const NAMES[] = {"id",   "days",   "from_min", "minutes", "post", "skill",
	                                    "need", "people", "weeks",    "week",    "from", "until"};
	char at[32];
	const char *skill;

	snprintf(at, sizeof at, "slots[%zu]", item);
	*ret = (struct shift_slot){.id = 0};
	if (!json_is_object(json)) {
		body_fault(c, at, "", "an object");
		return;
	}
	body_known(c, json, at, NAMES, COUNT_OF(NAMES));
	ret->id = body_number(c, json, at, "id", 1, UINT32_MAX);
	days_read(c, json, at, ret);
	ret->from_min = body_number(c, json, at, "from_min", 0, 1439);
	if (json_object_get(json, "from_min") == NULL)
		body_fault(c, at, "from_min", "required");
	ret->minutes = body_number(c, json, at, "minutes", SHIFT_MINUTES_MIN, SHIFT_MINUTES_MAX);
	if (json_object_get(json, "minutes") == NULL)
		body_fault(c, at, "minutes", "required");
	ret->post = shift_post_by_name(body_text(c, json, at, "post"));
	if (ret->post == POST_NONE)
		body_fault(c, at, "post", "field, desk, supervisor, duty_phone or second_phone");
	skill = body_text(c, json, at, "skill");
	ret->skill = shift_skill_by_name(skill);
	if ((ret->skill == SKILL_NONE) == (ret->post == POST_FIELD) || (ret->skill == SKILL_NONE && skill[0] != '\0'))
		body_fault(c, at, "skill", "care, nurse or technician, of the post field and of no other");
	ret->need = number_or(c, json, at, "need", SHIFT_NEED_MAX, 1);
	ret->weeks = number_or(c, json, at, "weeks", SHIFT_WEEKS_MAX, 1);
	ret->week = number_or(c, json, at, "week", SHIFT_WEEKS_MAX - 1, 0);
	if (ret->weeks == 0 || ret->week >= ret->weeks)
		body_fault(c, at, "week", "0 to weeks - 1; weeks is 1 to 8");
	people_read(c, json, at, ret);
	ret->from_ms = body_time(c, json, at, "from", false);
	ret->until_ms = body_time(c, json, at, "until", false);
}

static bool body_read(struct api_call *c, const json_t *body, struct shift_slot ret[SHIFT_SLOTS_MAX],
                      uint32_t *ret_count)
{
	static const char *const NAMES[] = {"area", "slots", "changes"};
	const char *area = body_text(c, body, "", "area");
	const json_t *list = body_list(c, body, "", "slots", SHIFT_SLOTS_MAX);

	body_known(c, body, "", NAMES, COUNT_OF(NAMES));
	if (area[0] != '\0' && strcmp(area, c->id) != 0)
		api_fault(c, "area", "another one than in the path");
	*ret_count = (uint32_t)json_array_size(list);
	for (uint32_t i = 0; i < *ret_count; i++)
		slot_read(c, json_array_get(list, i), i + 1, &ret[i]);
	if (c->fault_count == 0)
		return true;
	api_refuse(c, 422, "invalid", NULL);
	return false;
}

/* The area is there, and theirs; else it has been answered. */
static bool area_there(struct api_call *c)
{
	struct listed area;
	bool there = app_listing_find(api_app(c), LISTING_AREAS, c->id, &area);

	if (there && who_covers(&c->who, c->id))
		return true;
	if (there)
		api_not_allowed(c, area.key);
	api_refuse(c, 404, "not_found", NULL);
	return false;
}

/* The commit that it is made on; false: it has been answered. */
static bool made_on(struct api_call *c, uint64_t *ret)
{
	struct listed one;
	bool there = app_listing_find(api_app(c), LISTING_ROSTERS, c->id, &one);
	char tag[40] = "\"\"";

	*ret = there ? one.commit : 0;
	c->edit.made = !there;
	if (api_none_match(c, "")) {
		*ret ^= there; /* perhaps sent again after a lost answer: a yes when it stands so by now, else a conflict */
		return true;
	}
	if (there)
		api_tag(one.commit, tag);
	switch (api_if_match(c, tag)) {
	case API_IF_NONE:
		api_edit_unconditional(c);
		return false;
	case API_IF_FAILS:
		*ret ^= 1;
		break;
	case API_IF_MATCHES:
		break;
	}
	if (!there)
		api_refuse(c, 404, "not_found", NULL);
	return there;
}

void api_roster_put(struct api_call *c, json_t *body)
{
	struct shift_slot slots[SHIFT_SLOTS_MAX];
	struct roster_whole whole = {.id = c->id, .who = &c->who, .slots = slots};

	if (!area_there(c) || !made_on(c, &whole.expected) || !body_read(c, body, slots, &whole.count))
		return;
	api_edit_begin(c, &KIND);
	app_roster_whole(api_app(c), c->edit.tag, &whole);
}
