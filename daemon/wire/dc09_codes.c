/* dc09_codes.c - what event codes of alarm panels mean in a home for elders. One table; unknown codes are not in it and are
 * shown to a person.
 *
 * Makers differ over 100, 101 and 120: here each of them is a call for help of class 1, so the difference costs nothing.
 * Codes that nobody has to see by themselves (opened, closed, bypassed) are KIND_TEST: recorded, not queued.
 * Cancelled by the user (406, OC) is a restore: noted on the open incident, ends nothing.
 * Restarts and tests that found trouble (305, 608, 900) are KIND_LINK: somebody looks at the unit.
 */
#include "wire/dc09.h"

struct code {
	char name[4];
	enum kind kind;
	bool restore;
};

/* Contact ID, SIA DC-05: the qualifier before the code says new or restored. */
static const struct code CONTACT_ID[] = {
	{"100", KIND_SOS, false},       /* medical; with some makers the base station's own button */
	{"101", KIND_SOS, false},       /* pendant, wrist button */
	{"102", KIND_MISSED_OK, false}, /* failed to report in */
	{"110", KIND_FIRE, false},         {"111", KIND_SMOKE, false},        {"112", KIND_FIRE, false},
	{"113", KIND_WATER, false},        {"114", KIND_HEAT, false},         {"115", KIND_FIRE, false},
	{"117", KIND_FIRE, false},         {"118", KIND_FIRE, false},         {"120", KIND_PANIC, false},
	{"121", KIND_DURESS, false},       {"122", KIND_DURESS, false}, /* silent */
	{"123", KIND_PANIC, false},        {"124", KIND_DURESS, false},       {"125", KIND_DURESS, false},
	{"137", KIND_TAMPER, false},       {"144", KIND_TAMPER, false},       {"145", KIND_TAMPER, false},
	{"147", KIND_PENDANT_LOST, false}, {"151", KIND_GAS, false},          {"154", KIND_WATER, false},
	{"158", KIND_HEAT, false},         {"162", KIND_CO, false},           {"301", KIND_POWER, false},
	{"302", KIND_BATTERY, false},      {"305", KIND_LINK, false},         {"309", KIND_BATTERY, false},
	{"311", KIND_BATTERY, false},      {"338", KIND_BATTERY, false},      {"344", KIND_LINK, false},
	{"350", KIND_LINK, false},         {"351", KIND_LINK, false},         {"352", KIND_LINK, false},
	{"353", KIND_LINK, false},         {"354", KIND_LINK, false},         {"355", KIND_LINK, false},
	{"356", KIND_LINK, false},         {"380", KIND_PENDANT_LOST, false}, {"381", KIND_PENDANT_LOST, false},
	{"383", KIND_TAMPER, false},       {"384", KIND_BATTERY, false},      {"393", KIND_PENDANT_LOST, false},
	{"400", KIND_TEST, false},         {"401", KIND_TEST, false},         {"402", KIND_TEST, false},
	{"403", KIND_TEST, false},         {"404", KIND_TEST, false},         {"405", KIND_TEST, false},
	{"406", KIND_SOS, true},           {"407", KIND_TEST, false},         {"408", KIND_TEST, false},
	{"409", KIND_TEST, false},         {"441", KIND_TEST, false},         {"570", KIND_TEST, false},
	{"601", KIND_TEST, false},         {"602", KIND_TEST, false},         {"603", KIND_TEST, false},
	{"605", KIND_TEST, false},         {"606", KIND_TEST, false},         {"607", KIND_TEST, false},
	{"608", KIND_LINK, false},         {"654", KIND_INACTIVITY, false},   {"900", KIND_LINK, false},
};

/* SIA, DC-03: the second letter says new or restored. */
static const struct code SIA[] = {
	{"QA", KIND_SOS, false},        {"QH", KIND_SOS, true},      {"QR", KIND_SOS, true},
	{"MA", KIND_SOS, false},        {"MH", KIND_SOS, true},      {"MR", KIND_SOS, true},
	{"PA", KIND_PANIC, false},      {"PH", KIND_PANIC, true},    {"PR", KIND_PANIC, true},
	{"HA", KIND_DURESS, false},     {"HH", KIND_DURESS, true},   {"HR", KIND_DURESS, true},
	{"FA", KIND_FIRE, false},       {"FH", KIND_FIRE, true},     {"FR", KIND_FIRE, true},
	{"KA", KIND_HEAT, false},       {"KH", KIND_HEAT, true},     {"KR", KIND_HEAT, true},
	{"GA", KIND_GAS, false},        {"GH", KIND_GAS, true},      {"GR", KIND_GAS, true},
	{"WA", KIND_WATER, false},      {"WH", KIND_WATER, true},    {"WR", KIND_WATER, true},
	{"NA", KIND_INACTIVITY, false}, {"TA", KIND_TAMPER, false},  {"TR", KIND_TAMPER, true},
	{"AT", KIND_POWER, false},      {"AR", KIND_POWER, true},    {"YP", KIND_POWER, false},
	{"YQ", KIND_POWER, true},       {"YT", KIND_BATTERY, false}, {"YR", KIND_BATTERY, true},
	{"YM", KIND_BATTERY, false},    {"XT", KIND_BATTERY, false}, {"XR", KIND_BATTERY, true},
	{"ET", KIND_BATTERY, false},    {"ER", KIND_BATTERY, true},  {"YC", KIND_LINK, false},
	{"YK", KIND_LINK, true},        {"LT", KIND_LINK, false},    {"LR", KIND_LINK, true},
	{"XQ", KIND_LINK, false},       {"XH", KIND_LINK, true},     {"TX", KIND_LINK, false},
	{"YW", KIND_LINK, false},       {"RR", KIND_LINK, false},    {"RX", KIND_TEST, false},
	{"RP", KIND_TEST, false},       {"OP", KIND_TEST, false},    {"CL", KIND_TEST, false},
	{"OC", KIND_SOS, true},
};

enum kind dc09_code(bool contact_id, struct slice code, bool *restore)
{
	const struct code *table = contact_id ? CONTACT_ID : SIA;
	size_t count = contact_id ? COUNT_OF(CONTACT_ID) : COUNT_OF(SIA);

	*restore = false;
	for (size_t i = 0; i < count; i++)
		if (slice_equal(code, slice_str(table[i].name))) {
			*restore = table[i].restore;
			return table[i].kind;
		}
	return KIND_NONE;
}
