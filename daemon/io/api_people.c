/* api_people.c - who works: people with their areas and skills; who is on duty now; sessions. What opens a log-in (password,
 * second factor) is told to nobody. */
#include "io/api_internal.h"

/* ------------------------------------------------------------ people */

static void tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Person *p = (const Pingan__V1__Person *)one->body;
	struct jot *j = &c->out;

	jot_text(j, "id", one->id);
	jot_text(j, "name", p->name);
	jot_text(j, "role", role_name((enum role)p->role));
	jot_texts(j, "areas", p->areas, p->n_areas);
	jot_texts(j, "languages", p->languages, p->n_languages);
	jot_texts(j, "skills", p->skills, p->n_skills);
	jot_text_if(j, "phone", p->phone);
	jot_place(j, "base", p->base_place);
	jot_text_if(j, "station", p->station);
	jot_bool(j, "disabled", p->disabled);
}

static bool params(struct api_call *c)
{
	char area[16] = "";

	api_param_area(c, "area", area);
	api_param_enum(c, "role", &pingan__v1__role__descriptor, "ROLE_", &c->list.number[0]);
	return true;
}

static bool in_area(const char *area, char *const *areas, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (area_covers(area, areas[i]) || area_covers(areas[i], area))
			return true;
	return false;
}

static bool match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Person *p = (const Pingan__V1__Person *)one->body;
	const char *area = api_param(c, "area");

	if (!app_person_near(api_app(c), one->id, &c->who) || (area != NULL && !in_area(area, p->areas, p->n_areas)))
		return false;
	return c->list.number[0] == 0 || (int)p->role == c->list.number[0];
}

const struct api_list API_PEOPLE = {
	.which = LISTING_PEOPLE, .personal = true, .params = params, .match = match, .tell = tell};

void api_people_get(struct api_call *c)
{
	api_list_begin(c, &API_PEOPLE);
}

void api_person_get(struct api_call *c)
{
	api_one_begin(c, &API_PEOPLE);
}

/* ------------------------------------------------------------ changing */

/* A password is no part of it, in or out: `pinganctl user password` makes one. */
static bool hidden(void *ctx, const ProtobufCMessageDescriptor *message, const char *field)
{
	static const char *const TOLD[] = {"id",        "name",   "role",       "areas",   "phone",
	                                   "languages", "skills", "base_place", "station", "disabled"};

	(void)ctx;
	if (message != &pingan__v1__person__descriptor)
		return false;
	for (size_t i = 0; i < COUNT_OF(TOLD); i++)
		if (strcmp(field, TOLD[i]) == 0)
			return false;
	return true;
}

/* "base" here, "base_place" in the record. */
static bool base_name(struct api_call *c, json_t *json)
{
	json_t *base = json_object_get(json, "base");

	if (json_object_get(json, "base_place") != NULL) {
		api_fault(c, "?", "no such member");
		return false;
	}
	return base == NULL || (json_object_set(json, "base_place", base) == 0 && json_object_del(json, "base") == 0);
}

static void rename_field(char field[64])
{
	static const size_t LONG = sizeof "base_place" - 1, SHORT = sizeof "base" - 1;

	if (strncmp(field, "base_place", LONG) == 0)
		memmove(field + SHORT, field + LONG, strlen(field + LONG) + 1);
}

static bool near(struct api_call *c, const struct listed *one)
{
	return app_person_near(api_app(c), one->id, &c->who);
}

static const struct api_kind PERSON = {.list = &API_PEOPLE,
                                       .prefix = "person:",
                                       .what = &pingan__v1__person__descriptor,
                                       .hidden = hidden,
                                       .theirs = near,
                                       .rename = rename_field};

/* False: it has been answered. */
static bool named(struct api_call *c, json_t *json)
{
	if (base_name(c, json))
		return true;
	if (c->fault_count != 0)
		api_refuse(c, 422, "invalid", NULL);
	else
		api_refuse(c, 500, "memory", NULL);
	return false;
}

void api_person_put(struct api_call *c, json_t *json)
{
	if (named(c, json))
		api_put(c, &PERSON, json);
}

void api_person_patch(struct api_call *c, json_t *patch)
{
	if (named(c, patch))
		api_patch(c, &PERSON, patch);
}

/* ------------------------------------------------------------ duty */

static void duty_write(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Person *p = (const Pingan__V1__Person *)one->body;
	struct person_now now;
	struct jot *j = &c->out;

	jot_text(j, "id", one->id);
	jot_text(j, "role", role_name((enum role)p->role));
	jot_texts(j, "areas", p->areas, p->n_areas);
	jot_texts(j, "skills", p->skills, p->n_skills);
	app_person_now(api_app(c), one->id, &now);
	if (now.on_duty) {
		jot_time_if(j, "on_duty_since", now.duty_since_ms);
		jot_bool(j, "free", now.incident == 0);
		if (now.incident != 0)
			jot_hex16(j, "incident", now.incident);
	}
	if (now.desk)
		jot_bool(j, "ready", now.ready);
}

static bool duty_match(struct api_call *c, const struct listed *one)
{
	struct person_now now;

	if (((const Pingan__V1__Person *)one->body)->disabled || !match(c, one))
		return false;
	app_person_now(api_app(c), one->id, &now);
	return now.on_duty || now.desk;
}

static const struct api_list DUTY = {
	.which = LISTING_PEOPLE, .personal = true, .params = params, .match = duty_match, .tell = duty_write};

void api_duty_get(struct api_call *c)
{
	api_list_begin(c, &DUTY);
}

/* ------------------------------------------------------------ sessions */

void api_session_tell(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Login *l = (const Pingan__V1__Login *)one->body;
	struct jot *j = &c->out;

	jot_text(j, "id", one->id);
	jot_text(j, "person", l->person);
	jot_text(j, "role", role_name((enum role)l->role));
	jot_time_if(j, "made", l->made_ms);
	jot_time_if(j, "until", l->until_ms);
	jot_text_if(j, "address", l->address);
	jot_time_if(j, "used", l->used_ms > l->made_ms ? l->used_ms : l->made_ms);
	jot_bool(j, "second_factor", l->second);
}

static bool session_match(struct api_call *c, const struct listed *one)
{
	const Pingan__V1__Login *l = (const Pingan__V1__Login *)one->body;
	const char *person = api_param(c, "person");

	return (person == NULL || strcmp(l->person, person) == 0) && app_person_near(api_app(c), l->person, &c->who) &&
	       app_login_open(api_app(c), one->id);
}

const struct api_list API_SESSIONS = {
	.which = LISTING_SESSIONS, .personal = true, .match = session_match, .tell = api_session_tell};

void api_sessions_get(struct api_call *c)
{
	api_list_begin(c, &API_SESSIONS);
}

static void session_ended(void *ctx, const struct login_answer *answer)
{
	struct api_call *c = ctx;

	c->rq->ticket = 0;
	if (answer->outcome == LOGIN_OK)
		api_done(c);
	else
		api_refuse(c, 503, "no_store", NULL);
}

void api_session_delete(struct api_call *c)
{
	struct login_answer now;
	struct listed one;

	if (!api_one(c, &API_SESSIONS, &one) || !api_ends_session(c, ((const Pingan__V1__Login *)one.body)->person))
		return;
	c->rq->phase = REQUEST_WAITS;
	c->rq->ticket = login_end(c->api->web->logins, c->id, session_ended, c, &now);
	if (c->rq->ticket == 0)
		session_ended(c, &now);
}
