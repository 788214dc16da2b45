/* demo_roster.c - a week of the demo's two sub-districts and of its district. Two gaps are meant: at the weekend one care
 * worker where two are needed, so that there is something to see and to fill. */
#include "demo.h"
#include "pingan/v1/record.pb-c.h"

#define WEEKDAYS 0x1fu
#define WEEKEND 0x60u
#define EVERY_DAY 0x7fu
#define CREW 2

struct demo_slot {
	const char *area;
	uint32_t days, from_hour, hours, need;
	Pingan__V1__ShiftPost post;
	Pingan__V1__Skill skill;
	const char *people[CREW];
};

#define FIELD PINGAN__V1__SHIFT_POST__POST_FIELD
#define DESK PINGAN__V1__SHIFT_POST__POST_DESK
#define SUPERVISOR PINGAN__V1__SHIFT_POST__POST_SUPERVISOR
#define DUTY_PHONE PINGAN__V1__SHIFT_POST__POST_DUTY_PHONE
#define CARE PINGAN__V1__SKILL__SKILL_CARE
#define NURSE PINGAN__V1__SKILL__SKILL_NURSE
#define TECHNICIAN PINGAN__V1__SKILL__SKILL_TECHNICIAN

/* Those of one area stand together. */
static const struct demo_slot SLOTS[] = {
	{"440190", EVERY_DAY, 8, 12, 1, SUPERVISOR, 0, {"sup01"}},

	{"440190001", WEEKDAYS, 8, 8, 2, FIELD, CARE, {"cg01", "cg02"}},
	{"440190001", WEEKEND, 8, 8, 2, FIELD, CARE, {"cg02"}},
	{"440190001", EVERY_DAY, 16, 8, 1, FIELD, CARE, {"cg04"}},
	{"440190001", EVERY_DAY, 0, 8, 1, FIELD, CARE, {"cg05"}},
	{"440190001", EVERY_DAY, 8, 12, 1, FIELD, NURSE, {"cg03"}},
	{"440190001", WEEKDAYS, 9, 9, 1, FIELD, TECHNICIAN, {"cg06"}},
	{"440190001", EVERY_DAY, 8, 12, 1, DESK, 0, {"op01"}},
	{"440190001", EVERY_DAY, 20, 12, 1, DESK, 0, {"op02"}},
	{"440190001", EVERY_DAY, 8, 12, 1, DUTY_PHONE, 0, {"op01"}},
	{"440190001", EVERY_DAY, 20, 12, 1, DUTY_PHONE, 0, {"op02"}},

	{"440190002", WEEKDAYS, 8, 8, 2, FIELD, CARE, {"cg07", "cg08"}},
	{"440190002", WEEKEND, 8, 8, 1, FIELD, CARE, {"cg08"}},
	{"440190002", EVERY_DAY, 16, 8, 1, FIELD, CARE, {"cg10"}},
	{"440190002", EVERY_DAY, 0, 8, 1, FIELD, CARE, {"cg11"}},
	{"440190002", EVERY_DAY, 8, 12, 1, FIELD, NURSE, {"cg09"}},
	{"440190002", WEEKDAYS, 9, 9, 1, FIELD, TECHNICIAN, {"cg12"}},
	{"440190002", EVERY_DAY, 8, 12, 1, DESK, 0, {"op03"}},
	{"440190002", EVERY_DAY, 20, 12, 1, DESK, 0, {"op04"}},
	{"440190002", EVERY_DAY, 8, 12, 1, DUTY_PHONE, 0, {"op03"}},
	{"440190002", EVERY_DAY, 20, 12, 1, DUTY_PHONE, 0, {"op04"}},
};

static void slot_make(const struct demo_slot *from, uint32_t id, Pingan__V1__RosterSlot *ret, char *people[CREW])
{
	pingan__v1__roster_slot__init(ret);
	ret->id = id;
	ret->days = from->days;
	ret->from_min = from->from_hour * 60;
	ret->minutes = from->hours * 60;
	ret->post = from->post;
	ret->skill = from->skill;
	ret->need = from->need;
	ret->weeks = 1;
	ret->people = people;
	for (size_t i = 0; i < CREW && from->people[i] != NULL; i++)
		people[ret->n_people++] = (char *)from->people[i]; /* protobuf-c's strings are not const */
}

bool demo_roster_put(struct cell *cell)
{
	Pingan__V1__RosterSlot slots[COUNT_OF(SLOTS)], *at[COUNT_OF(SLOTS)];
	char *people[COUNT_OF(SLOTS)][CREW];

	for (size_t i = 0; i < COUNT_OF(SLOTS);) {
		Pingan__V1__Roster roster = PINGAN__V1__ROSTER__INIT;

		roster.area = (char *)SLOTS[i].area;
		roster.slots = &at[i];
		for (; i < COUNT_OF(SLOTS) && strcmp(SLOTS[i].area, roster.area) == 0; i++) {
			slot_make(&SLOTS[i], ++roster.last_id, &slots[i], people[i]);
			at[i] = &slots[i];
			roster.n_slots++;
		}
		if (!demo_put_record(cell, "roster", roster.area, &roster.base))
			return false;
	}
	return true;
}
