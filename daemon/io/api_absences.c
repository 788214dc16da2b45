/* api_absences.c - who is away: read, and entered by another system. All absences of a person are one resource: there for everybody
 * who works, perhaps empty, and put as a whole. Who may is decided as at a console; what may stand by core/shift_whole.h. */
#include <stdio.h>

#include "app/on_call.h"
#include "io/api_body.h"
#include "wire/record_roster.h"

/* ------------------------------------------------------------ telling */

static void list_tell(struct jot *j, const Pingan__V1__Absences *a)
{
	jot_open(j, "absences", '[');
	for (size_t i = 0; a != NULL && i < a->n_list; i++) {
		const Pingan__V1__Absence *at = a->list[i];

		jot_open(j, NULL, '{');
		jot_number(j, "id", at->id);
		jot_time(j, "from", at->from_ms);
		jot_time(j, "until", at->until_ms);
		jot_enum(j, "reason", &pingan__v1__absence_reason__descriptor, "ABSENCE_", (int)at->reason);
		jot_text_if(j, "by", at->by);
		jot_time_if(j, "entered", at->entered_ms);
		jot_close(j, '}');
	}
	jot_close(j, ']');
}

static void tell(struct api_call *c, const struct listed *one)
{
	jot_text(&c->out, "person", one->id);
	list_tell(&c->out, (const Pingan__V1__Absences *)one->body);
}

static bool params(struct api_call *c)
{
	char area[16] = "";

	api_param_area(c, "area", area);
	c->list.since_ms = app_now_ms(api_app(c));
	api_param_time(c, "since", &c->list.since_ms);
	api_param_time(c, "until", &c->list.until_ms);
	return true;
}

/* Away at some time between the two. */
static bool match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Absences *a = (const Pingan__V1__Absences *)one->body;
	const char *area = api_param(c, "area");
	bool away =
		c->list.feed && api_param(c, "since") == NULL && api_param(c, "until") == NULL; /* taken back: news too */

	for (size_t i = 0; i < a->n_list; i++)
		away = away || (a->list[i]->until_ms > c->list.since_ms &&
		                (c->list.until_ms == 0 || a->list[i]->from_ms < c->list.until_ms));
	return away && app_person_near(api_app(c), one->id, &c->who) &&
	       (area == NULL || app_person_in(api_app(c), one->id, area));
}

static const struct api_list ABSENCES = {
	.which = LISTING_ABSENCES, .personal = true, .params = params, .match = match, .tell = tell};

void api_absences_list(struct api_call *c)
{
	api_list_begin(c, &ABSENCES);
}

/* ------------------------------------------------------------ of one person */

/* Somebody whom the caller may see; else it has been answered. */
static bool person_there(struct api_call *c)
{
	struct listed person;
	bool there = app_listing_find(api_app(c), LISTING_PEOPLE, c->id, &person);

	if (there && app_person_near(api_app(c), c->id, &c->who))
		return true;
	if (there)
		api_not_allowed(c, person.key);
	api_refuse(c, 404, "not_found", NULL);
	return false;
}

/* 0 = nothing was ever entered. */
static uint64_t stands(struct api_call *c, struct listed *ret)
{
	return app_listing_find(api_app(c), LISTING_ABSENCES, c->id, ret) ? ret->commit : 0;
}

static void one_tell(struct api_call *c)
{
	char key[STORE_KEY_MAX];
	struct listed one = {.key = key};
	uint64_t commit;

	snprintf(key, sizeof key, "absence:%.50s", c->id);
	commit = stands(c, &one);
	jot_begin(&c->out, API_ITEM_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_text(&c->out, "person", c->id);
	list_tell(&c->out, commit == 0 ? NULL : (const Pingan__V1__Absences *)one.body);
	jot_close(&c->out, '}');
	c->needs = one.log_id;
	api_tag(commit, c->tag);
	if (api_looked(c, &ABSENCES, &one, 1))
		api_work(c, api_send);
}

void api_absences_get(struct api_call *c)
{
	if (person_there(c))
		one_tell(c);
}

/* ------------------------------------------------------------ entering */

static const char *why(const char *code)
{
	static const struct {
		const char *code, *english;
	} SAID[] = {
		{"no_number", "there is none of this number, or it stands here twice: a new one has no id"},
		{"over", "is over already: what is over can't be entered, and what is left out ends now"},
		{"span", "is not after from, or more than 400 days behind it"},
		{"bad_number", "is outside its bounds"},
		{"too_many", "has more than 16"},
	};

	for (size_t i = 0; i < COUNT_OF(SAID); i++)
		if (strcmp(SAID[i].code, code) == 0)
			return SAID[i].english;
	return "is wrong";
}

static const struct api_kind KIND = {.list = &ABSENCES, .prefix = "absence:", .why = why, .told = one_tell};

/* What was read may be sent back: who entered it, and when, is not looked at. */
static void absence_read(struct api_call *c, const json_t *json, size_t item, struct absence *ret)
{
	static const char *const NAMES[] = {"id", "from", "until", "reason", "by", "entered"};
	char at[32];
	const char *reason;

	snprintf(at, sizeof at, "absences[%zu]", item);
	*ret = (struct absence){.id = 0};
	if (!json_is_object(json)) {
		body_fault(c, at, "", "an object");
		return;
	}
	body_known(c, json, at, NAMES, COUNT_OF(NAMES));
	ret->id = body_number(c, json, at, "id", 1, UINT32_MAX);
	ret->from_ms = body_time(c, json, at, "from", true);
	ret->until_ms = body_time(c, json, at, "until", true);
	reason = body_text(c, json, at, "reason");
	ret->reason = absence_reason_by_name(reason);
	if (ret->reason == ABSENCE_NONE)
		body_fault(c, at, "reason", "sick, holiday, training or other");
}

static bool body_read(struct api_call *c, const json_t *body, struct absence ret[ABSENCES_MAX], uint32_t *ret_count)
{
	static const char *const NAMES[] = {"person", "absences"};
	const char *person = body_text(c, body, "", "person");
	const json_t *list = body_list(c, body, "", "absences", ABSENCES_MAX);

	body_known(c, body, "", NAMES, COUNT_OF(NAMES));
	if (person[0] != '\0' && strcmp(person, c->id) != 0)
		api_fault(c, "person", "another one than in the path");
	*ret_count = (uint32_t)json_array_size(list);
	for (uint32_t i = 0; i < *ret_count; i++)
		absence_read(c, json_array_get(list, i), i + 1, &ret[i]);
	if (c->fault_count == 0)
		return true;
	api_refuse(c, 422, "invalid", NULL);
	return false;
}

void api_absences_put(struct api_call *c, json_t *body)
{
	struct absence list[ABSENCES_MAX];
	struct roster_whole whole = {.id = c->id, .who = &c->who, .absences = list};
	struct listed one;
	char tag[40];

	if (!person_there(c))
		return;
	if (!app_absent_person(api_app(c), c->id, &c->who)) {
		api_not_allowed(c, "");
		api_refuse(c, 403, "area", "none of the person's areas lies in those of who asks");
		return;
	}
	whole.expected = stands(c, &one);
	api_tag(whole.expected, tag);
	switch (api_if_match(c, tag)) {
	case API_IF_NONE:
		api_edit_unconditional(c);
		return;
	case API_IF_FAILS:
		whole.expected ^=
			1; /* perhaps sent again after a lost answer: a yes when it stands so by now, else a conflict */
		break;
	case API_IF_MATCHES:
		break;
	}
	if (!body_read(c, body, list, &whole.count))
		return;
	api_edit_begin(c, &KIND);
	app_roster_whole(api_app(c), c->edit.tag, &whole);
}
