#include "io/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One rule as the file has it. */
struct rule_row {
	uint64_t given; /* see struct settings */
	uint32_t kinds;
	char class[12];
	char area[16];
	char from[8];
	char to[8];
	struct plan plan;
};

/* The file: the policy, and the rules that are still to be worked into it. */
struct policy_yaml {
	struct policy policy;
	struct {
		_Alignas(SETTING_ROWS_AT) uint32_t count;
		_Alignas(SETTING_ROWS_AT) struct rule_row at[POLICY_RULES_MAX];
	} rules;
};
_Static_assert(offsetof(struct policy_yaml, rules.at) == offsetof(struct policy_yaml, rules) + SETTING_ROWS_AT, "rows");

/* A macro can't put brackets around a member: NOLINTBEGIN(bugprone-macro-parentheses) */
#define NUMBER_OF(type_, path_, field, min_, max_, preset_, help_)                                           \
	{                                                                                                        \
		.path = (path_), .type = SETTING_NUMBER, .offset = offsetof(type_, field), .size = sizeof(uint32_t), \
		.min = (min_), .max = (max_), .preset = (preset_), .help = (help_)                                   \
	}
#define NUMBER(path_, field, min_, max_, preset_, help_) \
	NUMBER_OF(struct policy_yaml, path_, policy.field, min_, max_, preset_, help_)
#define FLAG(path_, field, help_)                                                                    \
	{                                                                                                \
		.path = (path_), .type = SETTING_FLAG, .offset = offsetof(struct policy_yaml, policy.field), \
		.size = sizeof(bool), .preset = "off", .help = (help_)                                       \
	}
#define TEXT_OF(type_, path_, field, help_)                                      \
	{                                                                            \
		.path = (path_), .type = SETTING_TEXT, .offset = offsetof(type_, field), \
		.size = sizeof(((type_ *)NULL)->field), .preset = "", .help = (help_)    \
	}
#define TEXT(path_, field, help_) TEXT_OF(struct policy_yaml, path_, policy.field, help_)
#define WORDS_OF(type_, path_, field, words_, max_, preset_, help_)                                                 \
	{                                                                                                               \
		.path = (path_), .type = SETTING_WORDS, .offset = offsetof(type_, field), .max = (max_), .words = (words_), \
		.preset = (preset_), .help = (help_)                                                                        \
	}

#define DAY_S 86400
#define WEEK_S 604800
#define YEAR_S 31536000

/* Word n is bit n of enum tell_when. */
static const char *tell_word(uint32_t n)
{
	static const char *const WORDS[] = {"opened", "dispatched", "arrived", "closed"};

	return n < COUNT_OF(WORDS) ? WORDS[n] : NULL;
}
#define TELL_EVERY "[opened, dispatched, arrived, closed]"

static const char *kind_word(uint32_t n)
{
	if (n >= KIND_COUNT)
		return NULL;
	return n == KIND_NONE ? "" : kind_name((enum kind)n);
}

/* The sections, by class. */
static const char *const CLASSES[CLASS_COUNT] = {
	[CLASS_LIFE] = "life",
	[CLASS_WELFARE] = "welfare",
	[CLASS_GENERAL] = "general",
	[CLASS_DEVICE] = "device",
};

/* The numbers of a plan; those of the city's rules are the presets, and a test compares them with POLICY_DEFAULT. */
#define PLAN_OF(type, path, at, wider, dispatch, contacts, duty, turn, offer, size, widen, rounds, tells)    \
	NUMBER_OF(type, path "ring_wider_s", at.ring_wider_s, 0, DAY_S, wider,                                   \
	          "Then the neighbouring area and the supervisor ring too."),                                    \
		NUMBER_OF(type, path "dispatch_s", at.dispatch_s, 0, DAY_S, dispatch,                                \
	              "Then caregivers are sent without an operator; 0: never."),                                \
		NUMBER_OF(type, path "contacts_s", at.contacts_s, 0, DAY_S, contacts,                                \
	              "Then the contacts are asked to go; 0: not asked."),                                       \
		NUMBER_OF(type, path "duty_phones_s", at.duty_phones_s, 0, DAY_S, duty,                              \
	              "Then the duty phones ring, in turns, without end; 0: never."),                            \
		NUMBER_OF(type, path "duty_turn_s", at.duty_turn_s, 0, DAY_S, turn, "How long one turn is."),        \
		NUMBER_OF(type, path "offer_s", at.offer_s, 1, DAY_S, offer, "How long an offer runs."),             \
		NUMBER_OF(type, path "wave_size", at.wave_size, 1, 20, size, "Caregivers asked in the first wave."), \
		NUMBER_OF(type, path "wave_widen", at.wave_widen, 0, 20, widen, "More in each further wave."),       \
		NUMBER_OF(type, path "waves", at.waves, 1, 20, rounds, "Waves before the supervisor is called."),    \
		WORDS_OF(type, path "tell", at.tell, tell_word, 4, tells,                                            \
	             "When contacts who have consented are told: opened, dispatched, arrived, closed.")
#define PLAN(class, at, ...) PLAN_OF(struct policy_yaml, class ".", policy.at, __VA_ARGS__)

/* What a plan's numbers are without a word in the file does not matter here: only what is given is taken from a rule. */
static const struct setting RULE[] = {
	WORDS_OF(struct rule_row, "kinds", kinds, kind_word, KIND_COUNT, "[]",
             "Kinds of alarm, as [sos, fall]; left out: every kind."),
	TEXT_OF(struct rule_row, "class", class, "life, welfare, general or device; left out: the classes of the kinds."),
	TEXT_OF(struct rule_row, "area", area,
            "Code of a city, district, sub-district or community; left out: everywhere."),
	TEXT_OF(struct rule_row, "from", from, "Local time, as \"22:00\": from then ..."),
	TEXT_OF(struct rule_row, "to", to,
            "... to before then, past midnight if it is the earlier; both left out: all day."),
	PLAN_OF(struct rule_row, "", plan, "1", "0", "0", "0", "1", "1", "1", "0", "1", "[]"),
};
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct settings RULE_SETTINGS = {
	.table = RULE,
	.count = COUNT_OF(RULE),
	.size = sizeof(struct rule_row),
	.given = true,
	.head = "",
};

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
	NUMBER("silent_native_s", silent_native_s, 20, WEEK_S, "180",
	       "A unit of which nothing came for so long is silent, where its record says nothing else (its reporting time:\n"
	       "20 s, 180 s, 5 h or 25 h, or any other). Native link: three missed heartbeats."),
	NUMBER("silent_dc09_s", silent_dc09_s, 20, WEEK_S, "90000", "Panels: the daily test is an hour late."),
	NUMBER("silent_watch_s", silent_watch_s, 20, WEEK_S, "1800", "Watches: three keep-alives of 8 minutes are missing."),
	NUMBER("silent_webhook_s", silent_webhook_s, 20, WEEK_S, "90000", "Units that a vendor's cloud speaks for."),
	NUMBER("silent_again_s", silent_again_s, 60, WEEK_S, "14400",
	       "Closed by a person, and the unit is silent still: it is said again after so long."),
	NUMBER("mass_signals", mass_signals, 2, 100000, "20",
	       "So many units of one carrier in three sub-districts or more ..."),
	NUMBER("mass_window_s", mass_window_s, 1, DAY_S, "300",
	       "... fallen silent within so long: the carrier is one incident, whatever the area."),
	NUMBER("test_every_s", test_every_s, 3600, YEAR_S, "2678400",
	       "A button is tried end to end at least so often, or it is a work item; 2678400: 31 days."),
	NUMBER("battery_low_pct", battery_low_pct, 0, 99, "20", "A battery below this, by the unit's heartbeats, is a work item ..."),
	NUMBER("battery_ok_pct", battery_ok_pct, 1, 100, "30", "... until it is here again."),
	NUMBER("mains_s", mains_s, 1, DAY_S, "600",
	       "A unit whose heartbeats say for so long that it has no mains, and which has reported nothing, is out of mains."),
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
	{
		.path = "rules", .type = SETTING_ROWS, .offset = offsetof(struct policy_yaml, rules),
		.rows = &RULE_SETTINGS, .max = POLICY_RULES_MAX, .preset = "[]",
		.help = "Other plans for some calls, by kind, class, area and time of day. Each rule is the plan of the class with\n"
		        "some numbers changed; the first rule that fits decides. 64 at most; complaints count them from 1. None can\n"
		        "take from class 1 its dispatch without an operator or its last step. For instance:\n"
		        "  rules:\n"
		        "    - {area: \"440106\", from: \"22:00\", to: \"06:00\", class: life, offer_s: 45, wave_size: 3, waves: 2}\n"
		        "    - {kinds: [water], duty_phones_s: 0}\n"
		        "What a rule may say:",
	},
};
/* clang-format on */

static const char *const SECTIONS[][2] = {
	{"emergency", "Calls to 120, 119 and 110 without a person."},
	{"life",
     "Class 1, life: button, fall, smoke, fire, gas, duress. Its dispatch and its last step can't be left out."},
	{"welfare", "Class 2, welfare: inactivity, water, wandering, anything unknown."},
	{"general", "Class 3, general: service requests and follow-ups."},
	{"device", "Class 4, device: power, battery, tamper, link."},
	{NULL, NULL},
};

const struct settings POLICY_SETTINGS = {
	.table = TABLE,
	.count = COUNT_OF(TABLE),
	.size = sizeof(struct policy_yaml),
	.head =
		"policy.yaml - who is rung when, how offers go out, when people are reminded. Every setting with its default.\n"
		"Seconds of a plan count from when the call began to wait. Named by policy_file in pingand.yaml; taken over "
		"on\n"
		"SIGHUP for new steps. A step that would ring nobody is skipped at once.",
	.sections = SECTIONS,
};

/* "22:00" to minutes of the day. */
static bool time_of_day(const char *text, uint32_t *ret)
{
	uint32_t hour, minute;

	if (strlen(text) != 5 || strspn(text, "0123456789:") != 5 || text[2] != ':' || strchr(text + 3, ':') != NULL ||
	    text[0] == ':' || text[1] == ':')
		return false;
	hour = (uint32_t)(text[0] - '0') * 10 + (uint32_t)(text[1] - '0');
	minute = (uint32_t)(text[3] - '0') * 10 + (uint32_t)(text[4] - '0');
	if (hour > 24 || minute > 59 || (hour == 24 && minute != 0))
		return false;
	*ret = hour % 24 * 60 + minute;
	return true;
}

/* The key that is wrong, with the reason in `what`; NULL when none is. */
static const char *rule_take(const struct rule_row *row, struct policy_rule *ret, const char **what)
{
	memset(ret, 0, sizeof *ret);
	ret->kinds = row->kinds;
	for (unsigned class = CLASS_LIFE; class < CLASS_COUNT; class ++)
		if (strcmp(row->class, CLASSES[class]) == 0)
			ret->classes = UINT32_C(1) << class;
	*what = "must be life, welfare, general or device";
	if (row->class[0] != '\0' && ret->classes == 0)
		return "class";
	memcpy(ret->area, row->area, sizeof ret->area);
	*what = "must be a time of day, like \"22:00\"";
	if (row->from[0] != '\0' && !time_of_day(row->from, &ret->from_min))
		return "from";
	if (row->to[0] != '\0' && !time_of_day(row->to, &ret->to_min))
		return "to";
	*what = "from and to go together, and differ; for the whole day leave both out";
	if ((row->from[0] == '\0') != (row->to[0] == '\0') || (row->from[0] != '\0' && ret->from_min == ret->to_min))
		return row->from[0] == '\0' ? "to" : "from";
	ret->change = row->plan;
	for (size_t i = 0; i < COUNT_OF(RULE); i++)
		if ((row->given & UINT64_C(1) << i) != 0 && RULE[i].offset >= offsetof(struct rule_row, plan))
			ret->changes |= UINT32_C(1) << (RULE[i].offset - offsetof(struct rule_row, plan)) / sizeof(uint32_t);
	return NULL;
}

/* "rules.3.dispatch_s: what", "life.dispatch_s: what", "hold_s: what" */
static void blame(const struct policy_place *place, const char *what, char why[CONFIG_WHY_MAX])
{
	const char *dot = place->key[0] != '\0' ? "." : "";

	if (place->rule != 0)
		snprintf(why, CONFIG_WHY_MAX, "rules.%u%s%s: %s", place->rule, dot, place->key, what);
	else if (place->class != CLASS_NONE)
		snprintf(why, CONFIG_WHY_MAX, "%s%s%s: %s", CLASSES[place->class], dot, place->key, what);
	else
		snprintf(why, CONFIG_WHY_MAX, "%s: %s", place->key, what);
}

static bool policy_take(struct policy_yaml *y, char why[CONFIG_WHY_MAX])
{
	struct policy_place place = {0};
	const char *what;

	y->policy.rule_count = y->rules.count;
	for (uint32_t i = 0; i < y->rules.count; i++) {
		place.rule = i + 1;
		place.key = rule_take(&y->rules.at[i], &y->policy.rules[i], &what);
		if (place.key != NULL) {
			blame(&place, what, why);
			return false;
		}
	}
	policy_settle(&y->policy);
	what = policy_check_at(&y->policy, &place);
	if (what != NULL)
		blame(&place, what, why);
	return what == NULL;
}

bool policy_parse(struct slice text, struct policy *ret, char why[CONFIG_WHY_MAX])
{
	struct policy_yaml *y = calloc(1, sizeof *y);
	bool good = false;

	if (y == NULL) {
		snprintf(why, CONFIG_WHY_MAX, "no memory");
	} else if (settings_read(&POLICY_SETTINGS, text, y, why)) {
		good = policy_take(y, why);
		if (good)
			*ret = y->policy;
		else
			settings_line(text, why, CONFIG_WHY_MAX);
	}
	free(y);
	return good;
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
