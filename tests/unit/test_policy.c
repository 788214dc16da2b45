/* The numbers of the policy: what is lawful, and what each refusal names. */
#include "support/unit.h"

#include <string.h>

#include "core/incident.h"

/* Every number that stands for itself, its default and where it may be. */
static const struct {
	const char *name;
	size_t offset;
	uint32_t preset, min, max;
} NUMBERS[] = {
#define NUMBER(field, preset, min, max)                          \
	{                                                            \
#field, offsetof(struct policy, field), preset, min, max \
	}
	NUMBER(takeover_s, 20, 1, 86400),        NUMBER(hold_max_s, 600, 180, 86400),
	NUMBER(receipt_s, 5, 1, 86400),          NUMBER(recall_s, 300, 1, 86400),
	NUMBER(handover_retry_s, 60, 1, 86400),  NUMBER(repair_due_s, 7200, 1, 86400),
	NUMBER(follow_up_min, 600, 0, 1439),     NUMBER(flood_count, 10, 6, 1000),
	NUMBER(flood_window_s, 600, 1, 86400),   NUMBER(flood_leave, 5, 0, 9),
	NUMBER(shelve_max_s, 28800, 1, 86400),   NUMBER(storm_signals, 20, 0, 100000),
	NUMBER(storm_window_s, 300, 1, 86400),   NUMBER(storm_s, 3600, 1, 86400),
	NUMBER(storm_max_s, 86400, 3600, 86400), NUMBER(battery_s, 86400, 14401, 604800),
	NUMBER(battery_lead_s, 14400, 0, 86399), NUMBER(test_max_s, 3600, 1, 86400),
	NUMBER(utc_offset_min, 480, 0, 840),     NUMBER(hold_s, 180, 1, 600),
	NUMBER(silent_native_s, 180, 20, 604800), NUMBER(silent_dc09_s, 90000, 20, 604800),
	NUMBER(silent_watch_s, 1800, 20, 604800), NUMBER(silent_webhook_s, 90000, 20, 604800),
	NUMBER(silent_again_s, 14400, 60, 604800), NUMBER(mass_signals, 20, 2, 100000),
	NUMBER(mass_window_s, 300, 1, 86400),    NUMBER(test_every_s, 2678400, 3600, 31536000),
	NUMBER(battery_low_pct, 20, 0, 29),      NUMBER(battery_ok_pct, 30, 21, 100),
	NUMBER(mains_s, 600, 1, 86400),
#undef NUMBER
};

static const char *with(size_t i, uint32_t n)
{
	struct policy p = POLICY_DEFAULT;

	memcpy((char *)&p + NUMBERS[i].offset, &n, sizeof n);
	return policy_check(&p);
}

static void test_every_number_has_its_default_and_its_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		uint32_t preset;

		memcpy(&preset, (const char *)&POLICY_DEFAULT + NUMBERS[i].offset, sizeof preset);
		assert_int_equal(preset, NUMBERS[i].preset);
		assert_null(with(i, NUMBERS[i].min));
		assert_null(with(i, NUMBERS[i].max));
		if (with(i, NUMBERS[i].max + 1) == NULL || strstr(with(i, NUMBERS[i].max + 1), NUMBERS[i].name) == NULL)
			fail_msg("%s may be more than %u", NUMBERS[i].name, NUMBERS[i].max);
		if (NUMBERS[i].min == 0)
			continue;
		if (with(i, NUMBERS[i].min - 1) == NULL || strstr(with(i, NUMBERS[i].min - 1), NUMBERS[i].name) == NULL)
			fail_msg("%s may be less than %u", NUMBERS[i].name, NUMBERS[i].min);
	}
}

/* The city's rule: family hears of every step of a real emergency, and is left alone about a battery. */
static void test_contacts_are_told_of_the_two_urgent_classes(void **state)
{
	struct policy p = POLICY_DEFAULT;

	(void)state;
	assert_int_equal(p.plans[CLASS_LIFE].tell, TELL_OPENED | TELL_DISPATCHED | TELL_ARRIVED | TELL_CLOSED);
	assert_int_equal(p.plans[CLASS_WELFARE].tell, TELL_ALL);
	assert_int_equal(p.plans[CLASS_GENERAL].tell, 0);
	assert_int_equal(p.plans[CLASS_DEVICE].tell, 0);
	p.plans[CLASS_GENERAL].tell = TELL_ALL + 1;
	assert_non_null(strstr(policy_check(&p), "tell"));
}

static void test_the_machine_never_calls_out_by_default(void **state)
{
	struct policy p = POLICY_DEFAULT;

	(void)state;
	assert_false(p.auto_call);
	p.auto_call = true;
	assert_non_null(strstr(policy_check(&p), "emergency.gateway"));
	memcpy(p.emergency_gateway, "voice", 6);
	assert_non_null(strstr(policy_check(&p), "emergency.text"));
	memcpy(p.emergency_text, "Help.", 6);
	assert_null(policy_check(&p));
	memset(p.emergency_text, 'a', sizeof p.emergency_text);
	assert_non_null(strstr(policy_check(&p), "emergency.text"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number_has_its_default_and_its_bounds),
		cmocka_unit_test(test_contacts_are_told_of_the_two_urgent_classes),
		cmocka_unit_test(test_the_machine_never_calls_out_by_default),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
