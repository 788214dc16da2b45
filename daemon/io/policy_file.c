#include "io/config.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER(path_, field, min_, max_, preset_, help_)                                                             \
	{                                                                                                                \
		.path = (path_), .type = SETTING_NUMBER, .offset = offsetof(struct policy, field), .size = sizeof(uint32_t), \
		.min = (min_), .max = (max_), .preset = (preset_), .help = (help_)                                           \
	}

#define DAY_S 86400

/* One class's plan; the numbers of the city's rules are the presets, and a test compares them with POLICY_DEFAULT. */
/* A macro can't put brackets around a member: NOLINTBEGIN(bugprone-macro-parentheses) */
#define PLAN(class, at, wider, dispatch, contacts, duty, turn, offer, size, widen, rounds)            \
	NUMBER(class ".ring_wider_s", at.ring_wider_s, 0, DAY_S, wider,                                   \
	       "Then the neighbouring area and the supervisor ring too."),                                \
		NUMBER(class ".dispatch_s", at.dispatch_s, 0, DAY_S, dispatch,                                \
	           "Then caregivers are sent without an operator; 0: never."),                            \
		NUMBER(class ".contacts_s", at.contacts_s, 0, DAY_S, contacts,                                \
	           "Then the contacts are asked to go; 0: not asked."),                                   \
		NUMBER(class ".duty_phones_s", at.duty_phones_s, 0, DAY_S, duty,                              \
	           "Then the duty phones ring, in turns, without end; 0: never."),                        \
		NUMBER(class ".duty_turn_s", at.duty_turn_s, 0, DAY_S, turn, "How long one turn is."),        \
		NUMBER(class ".offer_s", at.offer_s, 1, DAY_S, offer, "How long an offer runs."),             \
		NUMBER(class ".wave_size", at.wave_size, 1, 20, size, "Caregivers asked in the first wave."), \
		NUMBER(class ".wave_widen", at.wave_widen, 0, 20, widen, "More in each further wave."),       \
		NUMBER(class ".waves", at.waves, 1, 20, rounds, "Waves before the supervisor is called.")
/* NOLINTEND(bugprone-macro-parentheses) */

/* clang-format off */
static const struct setting TABLE[] = {
	NUMBER("no_voice_s", no_voice_s, 1, DAY_S, "120", "Answered, and no voice for so long: an emergency by itself."),
	NUMBER("depart_s", depart_s, 1, DAY_S, "120", "Accepted, and not on the way after so long: the desk is told."),
	NUMBER("attention_s", attention_s, 1, DAY_S, "300",
	       "Answered, and nobody has done anything for so long: the owner is told."),
	NUMBER("rerung_s", rerung_s, 1, DAY_S, "10",
	       "A repeat press that the owner has not seen after so long rings everybody."),
	NUMBER("owner_gone_s", owner_gone_s, 1, DAY_S, "30",
	       "The owner's console is gone for so long: the call rings again."),
	NUMBER("arrival_due_min", arrival_due_min, 1, 1440, "15",
	       "Minutes from accepting to arriving, where the area's record says nothing else."),
	NUMBER("on_scene_s", on_scene_s, 1, DAY_S, "1800", "Arrived, and no word for so long: the desk is told."),
	/*                                    wider    dispatch contacts duty   turn     offer size waves */
	PLAN("life", plans[CLASS_LIFE],       "10",    "30",    "60",    "90",  "60",    "30", "2", "2", "3"),
	PLAN("welfare", plans[CLASS_WELFARE], "60",    "0",     "0",     "600", "300",   "60", "2", "2", "3"),
	PLAN("general", plans[CLASS_GENERAL], "1800",  "0",     "0",     "0",   "3600",  "60", "2", "2", "3"),
	PLAN("device", plans[CLASS_DEVICE],   "14400", "0",     "0",     "0",   "14400", "60", "2", "2", "3"),
};
/* clang-format on */

static const char *const SECTIONS[][2] = {
	{"life", "Class 1, life: button, fall, smoke, fire, gas, duress. Its last step can't be left out."},
	{"welfare", "Class 2, welfare: inactivity, water, wandering, anything unknown."},
	{"general", "Class 3, general: service requests and follow-ups."},
	{"device", "Class 4, device: power, battery, tamper, link."},
	{NULL, NULL},
};

const struct settings POLICY_SETTINGS = {
	.table = TABLE,
	.count = COUNT_OF(TABLE),
	.size = sizeof(struct policy),
	.head =
		"policy.yaml - who is rung when, how offers go out, when people are reminded. Every setting with its default.\n"
		"Seconds of a plan count from when the call began to wait. Named by policy_file in pingand.yaml; taken over "
		"on\n"
		"SIGHUP for new steps. A step that would ring nobody is skipped at once.",
	.sections = SECTIONS,
};

bool policy_parse(struct slice text, struct policy *ret, char why[CONFIG_WHY_MAX])
{
	struct policy p;
	const char *what;

	if (!settings_read(&POLICY_SETTINGS, text, &p, why))
		return false;
	what = policy_check(&p);
	if (what != NULL) {
		snprintf(why, CONFIG_WHY_MAX, "%s", what);
		return false;
	}
	*ret = p;
	return true;
}

bool policy_load(const char *path, struct policy *ret, char why[CONFIG_WHY_MAX])
{
	char what[CONFIG_WHY_MAX];
	size_t len;
	uint8_t *at = settings_file(path, SETTINGS_FILE_MAX, &len, what);
	bool good = at != NULL && policy_parse(slice_of(at, len), ret, what);

	if (!good)
		snprintf(why, CONFIG_WHY_MAX, "%.200s: %.500s", path, what);
	free(at);
	return good;
}
