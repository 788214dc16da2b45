/* registry_staff.c - what the records of people and of units may say. */
#include <stdio.h>

#include "core/alarm.h"
#include "wire/codes.h"
#include "wire/registry_internal.h"

#define PERSON_AREAS_MAX 32
#define PERSON_LANGUAGES_MAX 6
#define REPORT_MIN_S 10
#define REPORT_MAX_S 2592000

/* ------------------------------------------------------------ people */

static bool skill_ok(const char *skill)
{
	return strcmp(skill, "care") == 0 || strcmp(skill, "nurse") == 0 || strcmp(skill, "technician") == 0;
}

bool person_check(const Pingan__V1__Person *p, struct registry_faults *f)
{
	static const struct text_rule RULES[] = {
		{AT(Person, id), "id", ID, ID_MAX - 1, true},
		{AT(Person, name), "name", TEXT, 63, true},
		{AT(Person, phone), "phone", PHONE, 31, false},
		{AT(Person, station), "station", STATION, ID_MAX - 1, false},
	};
	static const struct text_rule AREA_RULE = {0, "areas", CODE, 12, true};
	static const struct text_rule LANGUAGE = {0, "languages", CODE, 7, true};
	static const struct text_rule SKILL = {0, "skills", CODE, 15, true};
	size_t before = f->count;
	char path[REGISTRY_PATH_MAX];

	TEXTS_CHECK(p, RULES, f, "");
	/* It is typed at log-in, and stands in lists. */
	if (strpbrk(p->id, ":,/\"'\\") != NULL)
		registry_fault_put(f, "", "id", "bad_id");
	if (p->role == PINGAN__V1__ROLE__ROLE_NONE || p->role == PINGAN__V1__ROLE__ROLE_MACHINE)
		registry_fault_put(f, "", "role", p->role == PINGAN__V1__ROLE__ROLE_NONE ? "missing" : "bad_value");
	else
		registry_enum((int)p->role, &pingan__v1__role__descriptor, "role", f, "");
	registry_list(p->areas, p->n_areas, PERSON_AREAS_MAX, &AREA_RULE, f, "");
	for (size_t i = 0; i < p->n_areas && i < PERSON_AREAS_MAX; i++)
		if (!registry_area_ok(p->areas[i])) {
			snprintf(path, sizeof path, "areas[%zu]", i + 1);
			registry_fault_put(f, "", path, "bad_area");
		}
	registry_list(p->languages, p->n_languages, PERSON_LANGUAGES_MAX, &LANGUAGE, f, "");
	registry_list(p->skills, p->n_skills, 3, &SKILL, f, "");
	for (size_t i = 0; i < p->n_skills && i < 3; i++)
		if (!skill_ok(p->skills[i])) {
			snprintf(path, sizeof path, "skills[%zu]", i + 1);
			registry_fault_put(f, "", path, "bad_value");
		}
	registry_place(p->base_place, "base_place", f);
	return f->count == before;
}

/* ------------------------------------------------------------ units */

bool registry_device_id_ok(const char *id, Pingan__V1__Protocol protocol)
{
	bool dc09 = strncmp(id, "dc09.", 5) == 0, watch = strncmp(id, "watch.", 6) == 0;

	switch ((int)protocol) {
	case PINGAN__V1__PROTOCOL__PROTOCOL_DC09:
		return dc09 && strspn(id + 5, "0123456789ABCDEF") == strlen(id + 5);
	case PINGAN__V1__PROTOCOL__PROTOCOL_WATCH:
		return watch && strspn(id + 6, "0123456789") == strlen(id + 6);
	case PINGAN__V1__PROTOCOL__PROTOCOL_WEBHOOK:
		return !dc09 && !watch && strchr(id, '.') != NULL && id[0] != '.';
	default:
		return !dc09 && !watch;
	}
}

bool registry_device_key_ok(Pingan__V1__Protocol protocol, size_t len)
{
	switch ((int)protocol) {
	case PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE:
		return len == 32;
	case PINGAN__V1__PROTOCOL__PROTOCOL_DC09:
		return len == 16 || len == 24 || len == 32;
	default:
		return false;
	}
}

bool device_check(const Pingan__V1__Device *d, struct registry_faults *f)
{
	static const struct text_rule RULES[] = {
		{AT(Device, id), "id", ID, ID_MAX - 1, true},
		{AT(Device, household), "household", ID, ID_MAX - 1, true},
		{AT(Device, model), "model", TEXT, 63, false},
		{AT(Device, vendor), "vendor", CODE, 31, false},
		{AT(Device, code_table), "code_table", CODE, CODE_TABLE_NAME_MAX - 1, false},
		{AT(Device, carrier), "carrier", ID, 31, false},
	};
	size_t before = f->count;

	TEXTS_CHECK(d, RULES, f, "");
	if (d->protocol < PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE || d->protocol > PINGAN__V1__PROTOCOL__PROTOCOL_WEBHOOK)
		registry_fault_put(f, "", "protocol", d->protocol == 0 ? "missing" : "bad_value");
	else if (!registry_device_id_ok(d->id, d->protocol))
		registry_fault_put(f, "", "id", "bad_id");
	if (d->code_table[0] != '\0' && d->protocol != PINGAN__V1__PROTOCOL__PROTOCOL_DC09)
		registry_fault_put(f, "", "code_table", "bad_value");
	if (d->report_s != 0)
		registry_number(d->report_s, REPORT_MIN_S, REPORT_MAX_S, "report_s", f, "");
	if (f->count == before)
		registry_wants(f, "", "household", "household", d->household);
	return f->count == before;
}
