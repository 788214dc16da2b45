#include "io/config.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER(path_, field, min_, max_, preset_, help_)                                                             \
	{                                                                                                                \
		.path = (path_), .type = SETTING_NUMBER, .offset = offsetof(struct policy, field), .size = sizeof(uint32_t), \
		.min = (min_), .max = (max_), .preset = (preset_), .help = (help_)                                           \
	}

#define FLAG(path_, field, help_)                                                                              \
	{                                                                                                          \
		.path = (path_), .type = SETTING_FLAG, .offset = offsetof(struct policy, field), .size = sizeof(bool), \
		.preset = "off", .help = (help_)                                                                       \
	}
#define TEXT(path_, field, help_)                                                        \
	{                                                                                    \
		.path = (path_), .type = SETTING_TEXT, .offset = offsetof(struct policy, field), \
		.size = sizeof(((struct policy *)NULL)->field), .preset = "", .help = (help_)    \
	}
#define WORDS(path_, field, words_, max_, preset_, help_)                                                \
	{                                                                                                    \
		.path = (path_), .type = SETTING_WORDS, .offset = offsetof(struct policy, field), .max = (max_), \
		.words = (words_), .preset = (preset_), .help = (help_)                                          \
	}

#define DAY_S 86400
#define WEEK_S 604800

/* Word n is bit n of enum tell_when. */
static const char *const TELL_WORDS[] = {"opened", "dispatched", "arrived", "closed", NULL};
#define TELL_EVERY "[opened, dispatched, arrived, closed]"

/* One class's plan; the numbers of the city's rules are the presets, and a test compares them with POLICY_DEFAULT. */
/* A macro can't put brackets around a member: NOLINTBEGIN(bugprone-macro-parentheses) */
#define PLAN(class, at, wider, dispatch, contacts, duty, turn, offer, size, widen, rounds, tells)     \
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
		NUMBER(class ".waves", at.waves, 1, 20, rounds, "Waves before the supervisor is called."),    \
		WORDS(class ".tell", at.tell, TELL_WORDS, 4, tells,                                           \
	          "When contacts who have consented are told: opened, dispatched, arrived, closed.")
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
	NUMBER("takeover_s", takeover_s, 1, DAY_S, "20",
	       "For so long after a call was taken a colleague may take it over without giving a reason."),
	NUMBER("hold_s", hold_s, 1, DAY_S, "180", "A call on hold comes back after so long, where nothing else is said."),
	NUMBER("hold_max_s", hold_max_s, 1, DAY_S, "600", "A call can't be put on hold for longer."),
	NUMBER("receipt_s", receipt_s, 1, DAY_S, "5",
	       "An offer that the phone has not confirmed after so long goes out by the next channel too."),
	NUMBER("recall_s", recall_s, 1, DAY_S, "300", "While help is on its way the resident is called back so often."),
	NUMBER("handover_retry_s", handover_retry_s, 1, DAY_S, "60",
	       "120, 119 or 110 has not confirmed a hand-over after so long: again, by another channel."),
	NUMBER("repair_due_s", repair_due_s, 1, DAY_S, "7200",
	       "A device that is not mended after so long: a substitute is offered."),
	NUMBER("follow_up_min", follow_up_min, 0, 1439, "600",
	       "Minute of the next local day at which the call-back after a call falls due; 600: 10:00."),
	NUMBER("flood_count", flood_count, 1, 1000, "10", "So many new alarms for one operator ..."),
	NUMBER("flood_window_s", flood_window_s, 1, DAY_S, "600", "... within so long are a flood: the supervisor is told."),
	NUMBER("flood_leave", flood_leave, 0, 1000, "5", "The flood is over when fewer than so many came in that time."),
	NUMBER("shelve_max_s", shelve_max_s, 1, DAY_S, "28800",
	       "Nothing of class 3 or 4 can be shelved for longer; class 1 and 2 can't be shelved at all."),
	NUMBER("storm_signals", storm_signals, 0, 100000, "20",
	       "So many technical signals of one kind in one sub-district (0: a storm never starts by itself) ..."),
	NUMBER("storm_window_s", storm_window_s, 1, DAY_S, "300", "... within so long start a storm ..."),
	NUMBER("storm_s", storm_s, 1, DAY_S, "3600", "... which lasts so long."),
	NUMBER("storm_max_s", storm_max_s, 1, DAY_S, "86400", "A supervisor can't start a storm for longer."),
	NUMBER("battery_s", battery_s, 1, WEEK_S, "86400", "A unit without mains lives so long on its battery ..."),
	NUMBER("battery_lead_s", battery_lead_s, 0, WEEK_S, "14400", "... and a visit is due so long before it ends."),
	NUMBER("test_max_s", test_max_s, 1, DAY_S, "3600", "A device or a household can't be on test for longer."),
	NUMBER("utc_offset_min", utc_offset_min, 0, 840, "480", "Minutes that the local clock is ahead of UTC; 480: China."),
	FLAG("emergency.auto_call", auto_call,
	     "The machine calls 120, 119 or 110 itself, by this gateway and with this text; else only a person does."),
	TEXT("emergency.gateway", emergency_gateway, "Name of the voice gateway."),
	TEXT("emergency.text", emergency_text, "What it says."),
	/*                                    wider    dispatch contacts duty   turn     offer size waves tell */
	PLAN("life", plans[CLASS_LIFE],       "10",    "30",    "60",    "90",  "60",    "30", "2", "2", "3", TELL_EVERY),
	PLAN("welfare", plans[CLASS_WELFARE], "60",    "0",     "0",     "600", "300",   "60", "2", "2", "3", TELL_EVERY),
	PLAN("general", plans[CLASS_GENERAL], "1800",  "0",     "0",     "0",   "3600",  "60", "2", "2", "3", "[]"),
	PLAN("device", plans[CLASS_DEVICE],   "14400", "0",     "0",     "0",   "14400", "60", "2", "2", "3", "[]"),
};
/* clang-format on */

static const char *const SECTIONS[][2] = {
	{"emergency", "Calls to 120, 119 and 110 without a person."},
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
