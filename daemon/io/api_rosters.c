/* api_rosters.c - the plans of the areas, who is on call, and where people will be missing: ids of people, no names. */
#include "app/on_call.h"
#include "io/api.h"

#define POST "POST_"
#define SKILL "SKILL_"

static void post_tell(struct jot *j, int post, int skill)
{
	jot_enum(j, "post", &pingan__v1__shift_post__descriptor, POST, post);
	jot_enum(j, "skill", &pingan__v1__skill__descriptor, SKILL, skill);
}

/* ------------------------------------------------------------ plans */

static void slot_tell(struct jot *j, const Pingan__V1__RosterSlot *s)
{
	static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	jot_open(j, NULL, '{');
	jot_number(j, "id", s->id);
	jot_open(j, "days", '[');
	for (unsigned i = 0; i < COUNT_OF(DAYS); i++)
		if ((s->days & (1u << i)) != 0)
			jot_text(j, NULL, DAYS[i]);
	jot_close(j, ']');
	jot_number(j, "from_min", s->from_min);
	jot_number(j, "minutes", s->minutes);
	post_tell(j, (int)s->post, (int)s->skill);
	jot_number(j, "need", s->need);
	jot_texts(j, "people", s->people, s->n_people);
	jot_number(j, "weeks", s->weeks);
	jot_number(j, "week", s->week);
	jot_time_if(j, "from", s->from_ms);
	jot_time_if(j, "until", s->until_ms);
	jot_close(j, '}');
}

static void change_tell(struct jot *j, const Pingan__V1__ShiftChange *c)
{
	jot_open(j, NULL, '{');
	jot_number(j, "id", c->id);
	jot_number_if(j, "slot", c->slot);
	jot_time(j, "from", c->from_ms);
	jot_time(j, "until", c->until_ms);
	post_tell(j, (int)c->post, (int)c->skill);
	jot_text_if(j, "person", c->person);
	jot_text_if(j, "takes", c->takes);
	jot_number_if(j, "return_slot", c->return_slot);
	jot_time_if(j, "return_from", c->return_from_ms);
	jot_enum(j, "state", &pingan__v1__swap_state__descriptor, "SWAP_", (int)c->state);
	jot_close(j, '}');
}

static void tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Roster *r = (const Pingan__V1__Roster *)one->body;
	struct jot *j = &c->out;

	jot_text(j, "area", one->id);
	jot_open(j, "slots", '[');
	for (size_t i = 0; i < r->n_slots; i++)
		slot_tell(j, r->slots[i]);
	jot_close(j, ']');
	jot_open(j, "changes", '[');
	for (size_t i = 0; i < r->n_changes; i++)
		change_tell(j, r->changes[i]);
	jot_close(j, ']');
}

static bool params(struct api_call *c)
{
	char area[16] = "";

	api_param_area(c, "area", area);
	return true;
}

/* Of this area, below it, or around it. */
static bool near_area(struct api_call *c, const char *area)
{
	const char *wanted = api_param(c, "area");

	return wanted == NULL || area_covers(wanted, area) || area_covers(area, wanted);
}

static bool match(struct api_call *c, const struct listed *one)
{
	return near_area(c, one->id);
}

static const struct api_list ROSTERS = {
	.which = LISTING_ROSTERS, .personal = true, .placed = true, .params = params, .match = match, .tell = tell};

const struct api_kind API_ROSTER_KIND = {
	.list = &ROSTERS, .prefix = "roster:", .what = &pingan__v1__roster__descriptor, .hidden = NULL};

void api_rosters_get(struct api_call *c)
{
	api_list_begin(c, &ROSTERS);
}

void api_roster_get(struct api_call *c)
{
	api_one_begin(c, &ROSTERS);
}

/* ------------------------------------------------------------ who is on call */

static void on_call_tell(struct api_call *c, const char *area, ms_t at_ms, enum shift_post post, enum skill skill)
{
	char who[ON_CALL_PEOPLE][ID_MAX];
	uint32_t n = app_on_call(api_app(c), area, post, skill, at_ms, who);
	struct jot *j = &c->out;

	jot_open(j, NULL, '{');
	post_tell(j, (int)post, (int)skill);
	jot_open(j, "people", '[');
	for (uint32_t i = 0; i < n; i++) {
		struct person_now now;

		app_person_now(api_app(c), who[i], &now);
		jot_open(j, NULL, '{');
		jot_text(j, "id", who[i]);
		jot_bool(j, "on_duty", now.on_duty);
		jot_close(j, '}');
	}
	jot_close(j, ']');
	jot_close(j, '}');
}

void api_on_call_get(struct api_call *c)
{
	ms_t at_ms = app_now_ms(api_app(c));
	char area[16] = "";

	api_param_area(c, "area", area);
	api_param_time(c, "at", &at_ms);
	if (c->fault_count == 0 && area[0] == '\0')
		api_fault(c, "area", "required");
	if (c->fault_count != 0) {
		api_refuse(c, 400, "parameters", NULL);
		return;
	}
	if (!who_covers(&c->who, area)) {
		api_refuse(c, 404, "not_found", NULL);
		return;
	}
	if (!api_looked(c, &ROSTERS, NULL, 1))
		return;
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_text(&c->out, "area", area);
	jot_time(&c->out, "at", at_ms);
	jot_open(&c->out, "items", '[');
	for (unsigned skill = SKILL_CARE; skill < SKILL_COUNT; skill++)
		on_call_tell(c, area, at_ms, POST_FIELD, (enum skill)skill);
	for (unsigned post = POST_DESK; post < POST_COUNT; post++)
		on_call_tell(c, area, at_ms, (enum shift_post)post, SKILL_NONE);
	jot_close(&c->out, ']');
	jot_close(&c->out, '}');
	api_work(c, api_send);
}

/* ------------------------------------------------------------ gaps */

void api_roster_gaps_get(struct api_call *c)
{
	struct roster_look look;
	struct roster_gap g;
	char area[16] = "";

	api_param_area(c, "area", area);
	if (c->fault_count != 0) {
		api_refuse(c, 400, "parameters", NULL);
		return;
	}
	app_roster_look(api_app(c), &look);
	if (look.as_of_ms == 0) {
		/* An empty list would say that nobody is missing. */
		api_refuse(c, 503, "busy", "the rosters have not been looked through yet");
		return;
	}
	jot_begin(&c->out, API_PAGE_BYTES);
	jot_open(&c->out, NULL, '{');
	jot_time(&c->out, "as_of", look.as_of_ms);
	jot_time(&c->out, "until", look.until_ms);
	jot_number(&c->out, "left_out", look.left_out);
	jot_open(&c->out, "items", '[');
	for (uint32_t i = 0; app_roster_gap(api_app(c), i, &g); i++) {
		if (!who_covers(&c->who, g.area) || !near_area(c, g.area))
			continue;
		jot_open(&c->out, NULL, '{');
		jot_text(&c->out, "area", g.area);
		jot_number(&c->out, "slot", g.gap.slot);
		post_tell(&c->out, (int)g.gap.post, (int)g.gap.skill);
		jot_time(&c->out, "shift", g.gap.shift_ms);
		jot_time(&c->out, "from", g.gap.from_ms);
		jot_time(&c->out, "until", g.gap.until_ms);
		jot_number(&c->out, "need", g.gap.need);
		jot_number(&c->out, "have", g.gap.have);
		jot_close(&c->out, '}');
	}
	jot_close(&c->out, ']');
	jot_close(&c->out, '}');
	api_work(c, api_send);
}
