/* From an event code that matters in a home for elders to the plan that runs for it: no link of the chain is missing. */
#include "support/unit.h"

#include <string.h>

#include "core/policy.h"
#include "wire/dc09.h"

/* What panels and home units report, by Contact ID and by SIA, and how urgent it is here. */
static const struct {
	const char *contact_id, *sia; /* NULL: the other list has no such code */
	enum kind kind;
	enum incident_class class;
} CODES[] = {
	{"100", "MA", KIND_SOS, CLASS_LIFE},
	{"101", "QA", KIND_SOS, CLASS_LIFE},
	{"102", NULL, KIND_MISSED_OK, CLASS_WELFARE},
	{"654", "NA", KIND_INACTIVITY, CLASS_WELFARE},
	{"110", "FA", KIND_FIRE, CLASS_LIFE},
	{"111", NULL, KIND_SMOKE, CLASS_LIFE},
	{"114", "KA", KIND_HEAT, CLASS_LIFE},
	{"158", NULL, KIND_HEAT, CLASS_LIFE},
	{"113", "WA", KIND_WATER, CLASS_WELFARE},
	{"154", NULL, KIND_WATER, CLASS_WELFARE},
	{"120", "PA", KIND_PANIC, CLASS_LIFE},
	{"121", "HA", KIND_DURESS, CLASS_LIFE},
	{"122", NULL, KIND_DURESS, CLASS_LIFE},
	{"151", "GA", KIND_GAS, CLASS_LIFE},
	{"162", NULL, KIND_CO, CLASS_LIFE},
	{"137", "TA", KIND_TAMPER, CLASS_DEVICE},
	{"144", NULL, KIND_TAMPER, CLASS_DEVICE},
	{"301", "AT", KIND_POWER, CLASS_DEVICE},
	{"302", "YT", KIND_BATTERY, CLASS_DEVICE},
	{"309", NULL, KIND_BATTERY, CLASS_DEVICE},
	{"311", "YM", KIND_BATTERY, CLASS_DEVICE},
	{"338", "ET", KIND_BATTERY, CLASS_DEVICE},
	{"384", "XT", KIND_BATTERY, CLASS_DEVICE},
	{"350", "YC", KIND_LINK, CLASS_DEVICE},
	{"351", "LT", KIND_LINK, CLASS_DEVICE},
	{"352", NULL, KIND_LINK, CLASS_DEVICE},
	{"353", NULL, KIND_LINK, CLASS_DEVICE},
	{"354", NULL, KIND_LINK, CLASS_DEVICE},
	{"355", NULL, KIND_LINK, CLASS_DEVICE},
	{"356", NULL, KIND_LINK, CLASS_DEVICE},
	{"381", NULL, KIND_PENDANT_LOST, CLASS_DEVICE},
	{"601", "RX", KIND_TEST, CLASS_NONE},
	{"602", "RP", KIND_TEST, CLASS_NONE},
	{"608", "TX", KIND_LINK, CLASS_DEVICE},
	{"305", "RR", KIND_LINK, CLASS_DEVICE},
	{"900", "YW", KIND_LINK, CLASS_DEVICE},
};

static enum kind meaning(bool contact_id, const char *name, bool *restore)
{
	const struct code *code = codes_find(&CODES_PRESET, 0, contact_id, slice_str(name), 0);

	*restore = code != NULL && code->restore;
	return code == NULL ? KIND_NONE : code->kind;
}

/* A plan that never leaves anybody without a clock: it widens, and its last step comes again. */
static void has_plan(enum incident_class class, enum kind kind)
{
	const struct plan *plan = policy_plan(&POLICY_DEFAULT, class, kind, "440106003001", 0);

	assert_ptr_equal(plan, &POLICY_DEFAULT.plans[class]);
	assert_true(plan->ring_wider_s != 0 && plan->duty_turn_s != 0 && plan->waves != 0 && plan->wave_size != 0);
	if (class == CLASS_LIFE)
		assert_true(plan->dispatch_s != 0 && plan->duty_phones_s != 0);
}

static void leads_to(bool contact_id, const char *code, enum kind kind, enum incident_class class)
{
	bool restore;

	if (code == NULL)
		return;
	if (meaning(contact_id, code, &restore) != kind)
		fail_msg("%s is %s", code, kind_name(meaning(contact_id, code, &restore)));
	assert_false(restore);
	assert_int_equal(kind_class(kind), class);
	if (class != CLASS_NONE)
		has_plan(class, kind);
}

static void test_every_code_that_matters_has_kind_class_and_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(CODES); i++) {
		leads_to(true, CODES[i].contact_id, CODES[i].kind, CODES[i].class);
		leads_to(false, CODES[i].sia, CODES[i].kind, CODES[i].class);
	}
}

/* Cancelled by the user: a note on what is open, never an end to it, and nothing that opens less than a call for help. */
static void test_a_cancel_is_a_restore_of_a_call_for_help(void **state)
{
	bool restore = false;

	(void)state;
	assert_int_equal(kind_class(meaning(true, "406", &restore)), CLASS_LIFE);
	assert_true(restore);
	assert_int_equal(kind_class(meaning(false, "OC", &restore)), CLASS_LIFE);
	assert_true(restore);
}

static void test_every_kind_is_queued_with_a_plan_but_a_test(void **state)
{
	(void)state;
	for (unsigned kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		assert_string_not_equal(kind_name((enum kind)kind), "");
		assert_int_equal(kind_class((enum kind)kind) == CLASS_NONE, kind == KIND_TEST);
		if (kind != KIND_TEST)
			has_plan(kind_class((enum kind)kind), (enum kind)kind);
	}
}

/* A code that no table has is no kind to the codec, and a matter for a person to everybody behind it. */
static void test_the_unknown_is_class_2_with_its_plan(void **state)
{
	static const char *const STRANGE[] = {"999", "000", "1", "1010", "ZZ", "", "qa"};
	bool restore;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(STRANGE); i++) {
		assert_int_equal(meaning(true, STRANGE[i], &restore), KIND_NONE);
		assert_int_equal(meaning(false, STRANGE[i], &restore), KIND_NONE);
	}
	assert_int_equal(kind_class(KIND_UNKNOWN), CLASS_WELFARE);
	for (int kind = KIND_COUNT; kind < KIND_COUNT + 300; kind++) {
		assert_int_equal(kind_class((enum kind)kind), CLASS_WELFARE);
		assert_ptr_equal(policy_plan(&POLICY_DEFAULT, kind_class((enum kind)kind), (enum kind)kind, "", 0),
		                 &POLICY_DEFAULT.plans[CLASS_WELFARE]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_that_matters_has_kind_class_and_plan),
		cmocka_unit_test(test_a_cancel_is_a_restore_of_a_call_for_help),
		cmocka_unit_test(test_every_kind_is_queued_with_a_plan_but_a_test),
		cmocka_unit_test(test_the_unknown_is_class_2_with_its_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
