/* disclose_registry.c - homes, areas, stations, rosters: what sort of data each field is. */
#include "app/disclose_table.h"
#include "pingan/v1/console.pb-c.h"

/* clang-format off */
static const struct field RECORD_LIST[] = {
#define T(member, sort) F(RecordList, member, sort)
	T(rows, PART), T(more, WORK),
#undef T
};
static const struct field RECORD_LIST_ROW[] = {
#define T(member, sort) F(RecordList__Row, member, sort)
	T(id, PLACE), T(name, PLACE), T(area, PLACE),
#undef T
};
static const struct field PHONE_CHECK[] = {
#define T(member, sort) F(PhoneCheck, member, sort)
	T(made_ms, WORK), T(until_ms, WORK), T(proved_ms, WORK), T(took_ms, WORK),
#undef T
};
static const struct field PHONE_SHIFT[] = {
#define T(member, sort) F(PhoneShift, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(slot, WORK), T(from_ms, WORK), T(until_ms, WORK), T(post, WORK),
	T(skill, WORK), T(swap, WORK), T(colleagues, PART),
#undef T
};
static const struct field PHONE_SHIFT_COLLEAGUE[] = {
#define T(member, sort) F(PhoneShift__Colleague, member, sort)
	T(id, REF), T(name, STAFF),
#undef T
};
static const struct field PHONE_SWAP[] = {
#define T(member, sort) F(PhoneSwap, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(change, WORK), T(from_ms, WORK), T(until_ms, WORK), T(return_from_ms, WORK),
	T(return_until_ms, WORK), T(other_name, STAFF), T(mine, WORK), T(state, WORK),
#undef T
};
static const struct field PHONE_AWAY[] = {
#define T(member, sort) F(PhoneAway, member, sort)
	T(absence, WORK), T(from_ms, WORK), T(until_ms, WORK), T(reason, STAFF),
#undef T
};
static const struct field RECORD_CARD[] = {
#define T(member, sort) F(RecordCard, member, sort)
	T(cmd, WORK), T(key, REF), T(commit, WORK), T(rev, WORK), T(by_name, STAFF), T(at_ms, WORK), T(health, WORK),
	T(may_edit, WORK), T(household, PART), T(area, PART), T(station, PART),
#undef T
};
static const struct field HOUSEHOLD[] = {
#define T(member, sort) F(Household, member, sort)
	T(id, REF), T(area, PLACE), T(street, STREET), T(address, ADDRESS), T(access, ACCESS), T(phone, PHONE),
	T(place, PART), T(residents, PART), T(contacts, PART), T(health, PART), T(key, SECRET), T(test_until_ms, WORK),
	T(test_by, REF), T(kind, WHO), T(care_plan, PART), T(station, PLACE), T(door_code, ACCESS), T(key_safe, ACCESS),
	T(key_holder, ACCESS), T(note, TEXT), T(served_from, WHO),
	T(erased_ms, WORK), T(erased_by, REF), T(erased_why, WORK), T(erased_key, SECRET),
#undef T
};
static const struct field PLACE[] = {
#define T(member, sort) F(Place, member, sort)
	T(lat_e6, ADDRESS), T(lon_e6, ADDRESS),
#undef T
};
static const struct field RESIDENT[] = {
#define T(member, sort) F(Resident, member, sort)
	T(id, REF), T(name, WHO), T(birth_year, WHO), T(sex, WHO), T(language, WHO), T(risks, WHO), T(phone, PHONE),
	T(dialect, WHO), T(mobility, WHO), T(health, PART), T(spelling, WHO), T(known_as, WHO),
#undef T
};
static const struct field HEALTH[] = {
#define T(member, sort) F(Health, member, sort)
	T(notes, HEALTH), T(medicines, HEALTH), T(allergies, HEALTH), T(hospital, HEALTH),
#undef T
};
static const struct field CONTACT[] = {
#define T(member, sort) F(Contact, member, sort)
	T(order, CONTACT), T(name, CONTACT), T(relation, CONTACT), T(phone, CONTACT), T(has_key, CONTACT), T(tell, CONTACT),
	T(phone2, CONTACT), T(consent, CONTACT), T(consent_on, CONTACT), T(hours, PART), T(language, CONTACT),
	T(note, CONTACT),
#undef T
};
static const struct field HOURS[] = {
#define T(member, sort) F(Hours, member, sort)
	T(days, WORK), T(from_min, WORK), T(until_min, WORK),
#undef T
};
static const struct field CARE_PLAN[] = {
#define T(member, sort) F(CarePlan, member, sort)
	T(provider, PLACE), T(ability, WHO), T(assessed_on, WHO), T(visits_week, WHO), T(services, WHO), T(from, WHO),
	T(until, WHO), T(manager, STAFF), T(note, TEXT),
#undef T
};
static const struct field AREA[] = {
#define T(member, sort) F(Area, member, sort)
	T(code, PLACE), T(name, PLACE), T(name_en, PLACE), T(neighbours, PLACE), T(arrival_due_min, WORK), T(centre, PART),
	T(target_homes, WORK), T(station, PLACE),
#undef T
};
static const struct field STATION[] = {
#define T(member, sort) F(Station, member, sort)
	T(id, PLACE), T(name, PLACE), T(name_en, PLACE), T(kind, WORK), T(area, PLACE), T(address, PLACE), T(phone, PLACE),
	T(duty_phone, PLACE), T(place, PART), T(hours, PART), T(covers, PLACE), T(closed, WORK),
#undef T
};
static const struct field ROSTER_STATE[] = {
#define T(member, sort) F(RosterState, member, sort)
	T(gaps, PART), T(gap_count, WORK), T(until_ms, WORK), T(swaps, PART), T(areas, PART), T(late, PART),
#undef T
};
static const struct field ROSTER_STATE_LATE[] = {
#define T(member, sort) F(RosterState__Late, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(person, REF), T(name, STAFF), T(phone, STAFF), T(from_ms, WORK),
#undef T
};
static const struct field ROSTER_STATE_GAP[] = {
#define T(member, sort) F(RosterState__Gap, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(slot, WORK), T(post, WORK), T(skill, WORK), T(from_ms, WORK),
	T(until_ms, WORK), T(need, WORK), T(have, WORK), T(shift_ms, WORK),
#undef T
};
static const struct field ROSTER_STATE_SWAP[] = {
#define T(member, sort) F(RosterState__Swap, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(change, WORK), T(post, WORK), T(skill, WORK), T(from_ms, WORK),
	T(until_ms, WORK), T(person_name, STAFF), T(takes_name, STAFF), T(return_from_ms, WORK), T(return_until_ms, WORK),
	T(state, WORK), T(asked_ms, WORK),
#undef T
};
static const struct field ROSTER_PAGE[] = {
#define T(member, sort) F(RosterPage, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(from_ms, WORK), T(until_ms, WORK), T(shifts, PART), T(people, PART),
	T(away, PART),
#undef T
};
static const struct field ROSTER_PAGE_SHIFT[] = {
#define T(member, sort) F(RosterPage__Shift, member, sort)
	T(slot, WORK), T(post, WORK), T(skill, WORK), T(from_ms, WORK), T(until_ms, WORK), T(need, WORK), T(have, WORK),
	T(people, PART),
#undef T
};
static const struct field ROSTER_PAGE_PERSON[] = {
#define T(member, sort) F(RosterPage__Person, member, sort)
	T(id, REF), T(name, STAFF), T(absent, STAFF), T(joins, STAFF), T(on_duty, STAFF), T(ready, STAFF), T(phone, STAFF),
#undef T
};
static const struct field ROSTER_PAGE_SOMEONE[] = {
#define T(member, sort) F(RosterPage__Someone, member, sort)
	T(id, REF), T(name, STAFF), T(role, STAFF), T(skills, STAFF),
#undef T
};
static const struct field ROSTER_PAGE_AWAY[] = {
#define T(member, sort) F(RosterPage__Away, member, sort)
	T(person, REF), T(name, STAFF), T(absence, STAFF), T(from_ms, STAFF), T(until_ms, STAFF), T(reason, STAFF),
#undef T
};

const struct told DISCLOSE_REGISTRY[] = {
	TOLD(record_list, RECORD_LIST), TOLD(record_list__row, RECORD_LIST_ROW), TOLD(phone_check, PHONE_CHECK),
	TOLD(phone_shift, PHONE_SHIFT), TOLD(phone_shift__colleague, PHONE_SHIFT_COLLEAGUE), TOLD(phone_swap, PHONE_SWAP),
	TOLD(phone_away, PHONE_AWAY), TOLD(record_card, RECORD_CARD), TOLD(household, HOUSEHOLD), TOLD(place, PLACE),
	TOLD(resident, RESIDENT), TOLD(health, HEALTH), TOLD(contact, CONTACT), TOLD(hours, HOURS),
	TOLD(care_plan, CARE_PLAN), TOLD(area, AREA), TOLD(station, STATION), TOLD(roster_state, ROSTER_STATE),
	TOLD(roster_state__gap, ROSTER_STATE_GAP), TOLD(roster_state__swap, ROSTER_STATE_SWAP),
	TOLD(roster_state__late, ROSTER_STATE_LATE), TOLD(roster_page, ROSTER_PAGE),
	TOLD(roster_page__shift, ROSTER_PAGE_SHIFT), TOLD(roster_page__person, ROSTER_PAGE_PERSON),
	TOLD(roster_page__someone, ROSTER_PAGE_SOMEONE), TOLD(roster_page__away, ROSTER_PAGE_AWAY),
	{NULL, NULL, 0},
};
/* clang-format on */
