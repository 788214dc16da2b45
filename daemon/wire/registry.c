#include "wire/registry_internal.h"

#include <stdio.h>

#include "base/utc.h"
#include "core/incident.h"
#include "wire/console.h"

static const struct {
	const char *code, *english;
} WHYS[] = {
	{"missing", "must not be empty"},
	{"too_long", "is too long"},
	{"bad_text", "has blanks around it, a line break or a sign that does not belong there, or is no UTF-8"},
	{"bad_id", "is no id: 1 to 31 signs of printable ASCII"},
	{"bad_phone", "is no telephone number: 3 to 20 digits"},
	{"bad_date", "is no day: 2026-11-22"},
	{"bad_code", "is a word of small letters, digits, - and _"},
	{"bad_area", "is no division code: 4, 6, 9 or 12 digits"},
	{"bad_number", "is outside its bounds"},
	{"bad_value", "is none of the values that there are"},
	{"bad_place", "is no place on the earth, or one half of it is missing"},
	{"bad_hours", "is no time of the week"},
	{"too_many", "has more of them than there may be"},
	{"twice", "is the same as another one"},
	{"no_such", "names a record that does not exist: enter that one first (of an area also the one above it)"},
	{"too_big", "all of it together fills more than a record holds"},
	{"bad_type", "no record of this kind is corrected so"},
	{"bad_state", "a unit does not come into this state so: into service only by a press"},
};

const char *registry_why(size_t n)
{
	return n < sizeof WHYS / sizeof WHYS[0] ? WHYS[n].code : NULL;
}

const char *registry_why_english(const char *code)
{
	for (size_t i = 0; i < sizeof WHYS / sizeof WHYS[0]; i++)
		if (strcmp(WHYS[i].code, code) == 0)
			return WHYS[i].english;
	return "is wrong";
}

/* ------------------------------------------------------------ faults */

void registry_fault_put(struct registry_faults *f, const char *at, const char *name, const char *why)
{
	if (f->count < f->max) {
		struct registry_fault *to = &f->list[f->count];

		snprintf(to->field, sizeof to->field, "%s%s", at, name);
		to->why = why;
	}
	f->count++;
}

void registry_wants(struct registry_faults *f, const char *at, const char *name, const char *type, const char *id)
{
	char key[64];

	if (f->exists == NULL || (size_t)snprintf(key, sizeof key, "%s:%s", type, id) >= sizeof key)
		return;
	if (!f->exists(f->ctx, key))
		registry_fault_put(f, at, name, "no_such");
}

/* ------------------------------------------------------------ one text */

bool registry_phone_ok(const char *phone)
{
	size_t digits = 0, len = strlen(phone);

	for (size_t i = 0; i < len; i++) {
		if (phone[i] >= '0' && phone[i] <= '9')
			digits++;
		else if (!(phone[i] == '+' && i == 0) && strchr(" -(),#", phone[i]) == NULL)
			return false;
	}
	return digits >= 3 && digits <= 20 && phone[0] != ' ' && phone[len - 1] != ' ';
}

bool registry_date_ok(const char *date)
{
	unsigned part[3] = {0};
	static const size_t FROM[] = {0, 5, 8}, LEN[] = {4, 2, 2};

	if (strlen(date) != 10 || date[4] != '-' || date[7] != '-')
		return false;
	for (size_t i = 0; i < 3; i++)
		for (size_t k = FROM[i]; k < FROM[i] + LEN[i]; k++) {
			if (date[k] < '0' || date[k] > '9')
				return false;
			part[i] = part[i] * 10 + (unsigned)(date[k] - '0');
		}
	if (part[0] < 1900 || part[1] < 1 || part[1] > 12 || part[2] < 1)
		return false;
	return part[2] <= utc_days(part[0] + (part[1] == 12), part[1] % 12 + 1, 1) - utc_days(part[0], part[1], 1);
}

bool registry_area_ok(const char *code)
{
	size_t len = strlen(code);

	return (len == 4 || len == 6 || len == 9 || len == 12) && strspn(code, "0123456789") == len;
}

static bool code_ok(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static bool blanks_around(const char *text)
{
	size_t len = strlen(text);

	return len != 0 && (strchr(" \t\n", text[0]) != NULL || strchr(" \t\n", text[len - 1]) != NULL);
}

/* NULL when there is nothing wrong with it. */
static const char *text_why(const char *text, const struct text_rule *r)
{
	if (text[0] == '\0')
		return r->wanted ? "missing" : NULL;
	if (strlen(text) > r->max)
		return "too_long";
	if (!console_text_ok(slice_str(text)) || blanks_around(text))
		return "bad_text";
	switch (r->kind) {
	case TEXT:
		return strpbrk(text, "\n\t") != NULL ? "bad_text" : NULL;
	case LINES:
		return NULL;
	case ID:
	case STATION:
	case PERSON:
		return console_id_ok(text) ? NULL : "bad_id";
	case CODE:
		return code_ok(text) ? NULL : "bad_code";
	case PHONE:
		return registry_phone_ok(text) ? NULL : "bad_phone";
	case DATE:
		return registry_date_ok(text) ? NULL : "bad_date";
	case AREA:
		return registry_area_ok(text) ? NULL : "bad_area";
	}
	return "bad_value";
}

static void text_check(const char *text, const struct text_rule *r, struct registry_faults *f, const char *at)
{
	const char *why = text_why(text, r);

	if (why != NULL)
		registry_fault_put(f, at, r->name, why);
	else if (text[0] != '\0' && r->kind == AREA)
		registry_wants(f, at, r->name, "area", text);
	else if (text[0] != '\0' && r->kind == STATION)
		registry_wants(f, at, r->name, "station", text);
	else if (text[0] != '\0' && r->kind == PERSON)
		registry_wants(f, at, r->name, "person", text);
}

void registry_texts(const void *m, const struct text_rule *rules, size_t count, struct registry_faults *f,
                    const char *at)
{
	for (size_t i = 0; i < count; i++)
		text_check(*(char *const *)(const void *)((const uint8_t *)m + rules[i].offset), &rules[i], f, at);
}

/* A list of short texts, each once. */
void registry_list(char *const *list, size_t count, size_t max, const struct text_rule *each, struct registry_faults *f,
                   const char *at)
{
	char path[REGISTRY_PATH_MAX];

	if (count > max) {
		registry_fault_put(f, at, each->name, "too_many");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct text_rule one = *each;

		snprintf(path, sizeof path, "%s[%zu]", each->name, i + 1);
		one.name = path;
		one.wanted = true;
		text_check(list[i], &one, f, at);
		for (size_t k = 0; k < i; k++)
			if (strcmp(list[i], list[k]) == 0) {
				registry_fault_put(f, at, path, "twice");
				break;
			}
	}
}

/* ------------------------------------------------------------ parts */

void registry_number(uint64_t number, uint64_t min, uint64_t max, const char *name, struct registry_faults *f,
                     const char *at)
{
	if (number < min || number > max)
		registry_fault_put(f, at, name, "bad_number");
}

void registry_enum(int value, const ProtobufCEnumDescriptor *of, const char *name, struct registry_faults *f,
                   const char *at)
{
	if (protobuf_c_enum_descriptor_get_value(of, value) == NULL)
		registry_fault_put(f, at, name, "bad_value");
}

void registry_place(const Pingan__V1__Place *p, const char *name, struct registry_faults *f)
{
	if (p == NULL || (p->lat_e6 == 0 && p->lon_e6 == 0))
		return; /* not known */
	if (p->lat_e6 < -90000000 || p->lat_e6 > 90000000 || p->lon_e6 < -180000000 || p->lon_e6 > 180000000 ||
	    p->lat_e6 == 0 || p->lon_e6 == 0)
		registry_fault_put(f, "", name, "bad_place");
}

static void hours_check(Pingan__V1__Hours *const *list, size_t count, struct registry_faults *f, const char *at)
{
	char path[REGISTRY_PATH_MAX];

	if (count > HOURS_MAX) {
		registry_fault_put(f, at, "hours", "too_many");
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (list[i]->days > 0x7f || list[i]->from_min > 1439 || list[i]->until_min > 1440 || list[i]->until_min == 0 ||
		    list[i]->from_min == list[i]->until_min) {
			snprintf(path, sizeof path, "hours[%zu]", i + 1);
			registry_fault_put(f, at, path, "bad_hours");
		}
}

static void health_check(const Pingan__V1__Health *h, struct registry_faults *f, const char *at)
{
	static const struct text_rule RULES[] = {
		{AT(Health, notes), "health.notes", LINES, 2000, false},
		{AT(Health, medicines), "health.medicines", LINES, 2000, false},
		{AT(Health, allergies), "health.allergies", LINES, 600, false},
		{AT(Health, hospital), "health.hospital", TEXT, 120, false},
	};

	if (h != NULL)
		TEXTS_CHECK(h, RULES, f, at);
}

static void resident_look(const Pingan__V1__Resident *r, struct registry_faults *f, const char *at)
{
	static const struct text_rule RULES[] = {
		{AT(Resident, id), "id", ID, ID_MAX - 1, true},        {AT(Resident, name), "name", TEXT, 63, true},
		{AT(Resident, language), "language", CODE, 7, false},  {AT(Resident, phone), "phone", PHONE, 31, false},
		{AT(Resident, dialect), "dialect", CODE, 23, false},   {AT(Resident, spelling), "spelling", TEXT, 63, false},
		{AT(Resident, known_as), "known_as", TEXT, 63, false},
	};
	static const struct text_rule RISK = {0, "risks", CODE, 31, false};

	TEXTS_CHECK(r, RULES, f, at);
	registry_list(r->risks, r->n_risks, RISKS_MAX, &RISK, f, at);
	if (r->birth_year != 0)
		registry_number(r->birth_year, 1890, 2100, "birth_year", f, at);
	if (r->sex > 2 && r->sex != 9)
		registry_fault_put(f, at, "sex", "bad_value");
	registry_enum((int)r->mobility, &pingan__v1__mobility__descriptor, "mobility", f, at);
	health_check(r->health, f, at);
}

bool resident_check(const Pingan__V1__Resident *r, struct registry_faults *f)
{
	size_t before = f->count;

	resident_look(r, f, "");
	return f->count == before;
}

static void contact_look(const Pingan__V1__Contact *c, struct registry_faults *f, const char *at)
{
	static const struct text_rule RULES[] = {
		{AT(Contact, name), "name", TEXT, 63, true},
		{AT(Contact, relation), "relation", TEXT, 63, false},
		{AT(Contact, phone), "phone", PHONE, 31, true},
		{AT(Contact, phone2), "phone2", PHONE, 31, false},
		{AT(Contact, consent_on), "consent_on", DATE, 10, false},
		{AT(Contact, language), "language", CODE, 7, false},
		{AT(Contact, note), "note", TEXT, 240, false},
	};

	TEXTS_CHECK(c, RULES, f, at);
	registry_number(c->order, 1, CONSOLE_CONTACTS_MAX, "order", f, at);
	hours_check(c->hours, c->n_hours, f, at);
}

bool contact_check(const Pingan__V1__Contact *c, struct registry_faults *f)
{
	size_t before = f->count;

	contact_look(c, f, "");
	return f->count == before;
}

static void plan_check(const Pingan__V1__CarePlan *p, struct registry_faults *f)
{
	static const struct text_rule RULES[] = {
		{AT(CarePlan, provider), "care_plan.provider", STATION, ID_MAX - 1, false},
		{AT(CarePlan, assessed_on), "care_plan.assessed_on", DATE, 10, false},
		{AT(CarePlan, from), "care_plan.from", DATE, 10, false},
		{AT(CarePlan, until), "care_plan.until", DATE, 10, false},
		{AT(CarePlan, manager), "care_plan.manager", PERSON, ID_MAX - 1, false},
		{AT(CarePlan, note), "care_plan.note", LINES, 600, false},
	};
	static const struct text_rule SERVICE = {0, "care_plan.services", CODE, 31, false};

	TEXTS_CHECK(p, RULES, f, "");
	registry_list(p->services, p->n_services, SERVICES_MAX, &SERVICE, f, "");
	registry_number(p->ability, 0, 5, "care_plan.ability", f, "");
	registry_number(p->visits_week, 0, 168, "care_plan.visits_week", f, "");
	/* Both are lawful days by now, or said to be none: text in this form is in the order of time. */
	if (p->from[0] != '\0' && p->until[0] != '\0' && strcmp(p->until, p->from) < 0)
		registry_fault_put(f, "", "care_plan.until", "bad_date");
}

/* ------------------------------------------------------------ records */

static void residents_check(const Pingan__V1__Household *h, struct registry_faults *f)
{
	char at[REGISTRY_PATH_MAX];

	if (h->n_residents > RESIDENTS_MAX) {
		registry_fault_put(f, "", "residents", "too_many");
		return;
	}
	for (size_t i = 0; i < h->n_residents; i++) {
		snprintf(at, sizeof at, "residents[%zu].", i + 1);
		resident_look(h->residents[i], f, at);
		for (size_t k = 0; k < i; k++)
			if (strcmp(h->residents[i]->id, h->residents[k]->id) == 0) {
				registry_fault_put(f, at, "id", "twice");
				break;
			}
	}
}

/* Whom to call first is said by the order; what an incident says of "contact 2" has to stay true of one person. */
static void contacts_check(const Pingan__V1__Household *h, struct registry_faults *f)
{
	char at[REGISTRY_PATH_MAX];

	if (h->n_contacts > CONTACTS_MAX) {
		registry_fault_put(f, "", "contacts", "too_many");
		return;
	}
	for (size_t i = 0; i < h->n_contacts; i++) {
		snprintf(at, sizeof at, "contacts[%zu].", i + 1);
		contact_look(h->contacts[i], f, at);
		for (size_t k = 0; k < i; k++)
			if (h->contacts[i]->order == h->contacts[k]->order) {
				registry_fault_put(f, at, "order", "twice");
				break;
			}
	}
}

bool household_check(const Pingan__V1__Household *h, struct registry_faults *f)
{
	static const struct text_rule RULES[] = {
		{AT(Household, id), "id", ID, ID_MAX - 1, true},
		{AT(Household, area), "area", AREA, 12, true},
		{AT(Household, street), "street", TEXT, 120, true},
		{AT(Household, address), "address", TEXT, 240, true},
		{AT(Household, access), "access", LINES, 600, false},
		{AT(Household, phone), "phone", PHONE, 31, false},
		{AT(Household, station), "station", STATION, ID_MAX - 1, false},
		{AT(Household, door_code), "door_code", TEXT, 63, false},
		{AT(Household, key_safe), "key_safe", TEXT, 120, false},
		{AT(Household, key_holder), "key_holder", TEXT, 120, false},
		{AT(Household, note), "note", LINES, 600, false},
		{AT(Household, served_from), "served_from", DATE, 10, false},
	};
	size_t before = f->count;

	TEXTS_CHECK(h, RULES, f, "");
	registry_place(h->place, "place", f);
	registry_enum((int)h->kind, &pingan__v1__home_kind__descriptor, "kind", f, "");
	if (h->care_plan != NULL)
		plan_check(h->care_plan, f);
	residents_check(h, f);
	contacts_check(h, f);
	health_check(h->health, f, "");
	if (f->count == before && pingan__v1__household__get_packed_size(h) > REGISTRY_BODY_MAX)
		registry_fault_put(f, "", "", "too_big");
	return f->count == before;
}

/* The level above: city, district, sub-district, community. Empty at the top. */
static void area_above(const char *code, char ret[16])
{
	static const size_t LEVELS[] = {9, 6, 4};
	size_t len = strlen(code), keep = 0;

	for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0] && keep == 0; i++)
		if (LEVELS[i] < len)
			keep = LEVELS[i];
	snprintf(ret, 16, "%.*s", (int)keep, code);
}

bool area_check(const Pingan__V1__Area *a, struct registry_faults *f)
{
	static const struct text_rule RULES[] = {
		{AT(Area, name), "name", TEXT, 63, true},
		{AT(Area, name_en), "name_en", TEXT, 63, false},
		{AT(Area, station), "station", STATION, ID_MAX - 1, false},
	};
	static const struct text_rule NEIGHBOUR = {0, "neighbours", AREA, 12, false};
	size_t before = f->count;
	char above[16];

	if (!registry_area_ok(a->code))
		registry_fault_put(f, "", "code", a->code[0] == '\0' ? "missing" : "bad_area");
	TEXTS_CHECK(a, RULES, f, "");
	registry_list(a->neighbours, a->n_neighbours, NEIGHBOURS_MAX, &NEIGHBOUR, f, "");
	for (size_t i = 0; i < a->n_neighbours && i < NEIGHBOURS_MAX; i++)
		if (strcmp(a->neighbours[i], a->code) == 0)
			registry_fault_put(f, "", "neighbours", "bad_value"); /* no area is its own neighbour */
	registry_number(a->arrival_due_min, 0, 240, "arrival_due_min", f, "");
	registry_number(a->target_homes, 0, 100000000, "target_homes", f, "");
	registry_place(a->centre, "centre", f);
	/* A tree: only the city stands on nothing. */
	if (f->count == before && strlen(a->code) > 4) {
		area_above(a->code, above);
		registry_wants(f, "", "code", "area", above);
	}
	return f->count == before;
}

bool station_check(const Pingan__V1__Station *s, struct registry_faults *f)
{
	static const struct text_rule RULES[] = {
		{AT(Station, id), "id", ID, ID_MAX - 1, true},
		{AT(Station, name), "name", TEXT, 63, true},
		{AT(Station, name_en), "name_en", TEXT, 63, false},
		{AT(Station, area), "area", AREA, 12, true},
		{AT(Station, address), "address", TEXT, 240, false},
		{AT(Station, phone), "phone", PHONE, 31, false},
		{AT(Station, duty_phone), "duty_phone", PHONE, 31, false},
	};
	static const struct text_rule COVER = {0, "covers", AREA, 12, false};
	size_t before = f->count;

	TEXTS_CHECK(s, RULES, f, "");
	registry_enum((int)s->kind, &pingan__v1__station_kind__descriptor, "kind", f, "");
	registry_place(s->place, "place", f);
	hours_check(s->hours, s->n_hours, f, "");
	registry_list(s->covers, s->n_covers, COVERS_MAX, &COVER, f, "");
	return f->count == before;
}

/* ------------------------------------------------------------ by key */

static const struct {
	const char *prefix;
	const ProtobufCMessageDescriptor *type;
} TYPES[] = {
	{"household:", &pingan__v1__household__descriptor}, {"area:", &pingan__v1__area__descriptor},
	{"station:", &pingan__v1__station__descriptor},     {"person:", &pingan__v1__person__descriptor},
	{"device:", &pingan__v1__device__descriptor},
};

const ProtobufCMessageDescriptor *registry_type(const char *key)
{
	for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++)
		if (strncmp(key, TYPES[i].prefix, strlen(TYPES[i].prefix)) == 0)
			return TYPES[i].type;
	return NULL;
}

/* The record says itself which one it is, and so does its key. */
static bool named(const char *key, const char *id, const char *field, struct registry_faults *f)
{
	const char *colon = strchr(key, ':');

	if (colon != NULL && strcmp(colon + 1, id) == 0)
		return true;
	registry_fault_put(f, "", field, "bad_id");
	return false;
}

bool registry_check(const char *key, const ProtobufCMessage *m, struct registry_faults *f)
{
	const ProtobufCMessageDescriptor *type = registry_type(key);

	if (type == NULL || m->descriptor != type) {
		registry_fault_put(f, "", "", "bad_type");
		return false;
	}
	if (type == &pingan__v1__household__descriptor) {
		const Pingan__V1__Household *h = (const Pingan__V1__Household *)(const void *)m;

		return household_check(h, f) && named(key, h->id, "id", f);
	}
	if (type == &pingan__v1__area__descriptor) {
		const Pingan__V1__Area *a = (const Pingan__V1__Area *)(const void *)m;

		return area_check(a, f) && named(key, a->code, "code", f);
	}
	if (type == &pingan__v1__person__descriptor) {
		const Pingan__V1__Person *p = (const Pingan__V1__Person *)(const void *)m;

		return person_check(p, f) && named(key, p->id, "id", f);
	}
	if (type == &pingan__v1__device__descriptor) {
		const Pingan__V1__Device *d = (const Pingan__V1__Device *)(const void *)m;

		return device_check(d, f) && named(key, d->id, "id", f);
	}
	const Pingan__V1__Station *s = (const Pingan__V1__Station *)(const void *)m;

	return station_check(s, f) && named(key, s->id, "id", f);
}
