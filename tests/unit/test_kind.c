/* The kinds, once: class, silence, name. */
#include "support/unit.h"

#include <string.h>

#include "core/kind.h"

static void test_every_kind_has_its_class(void **state)
{
	static const struct {
		enum kind first, last;
		enum incident_class class;
	} CLASSES[] = {
		{KIND_SOS, KIND_CO, CLASS_LIFE},
		{KIND_WATER, KIND_UNKNOWN, CLASS_WELFARE},
		{KIND_SERVICE, KIND_FOLLOW_UP, CLASS_GENERAL},
		{KIND_POWER, KIND_PENDANT_LOST, CLASS_DEVICE},
		{KIND_TEST, KIND_TEST, CLASS_NONE},
		{KIND_REPAIR, KIND_MISSED_TEST, CLASS_DEVICE},
	};
	unsigned decided = 1;

	(void)state;
	for (unsigned i = 0; i < sizeof CLASSES / sizeof CLASSES[0]; i++) {
		for (unsigned kind = CLASSES[i].first; kind <= (unsigned)CLASSES[i].last; kind++) {
			assert_int_equal(kind_class((enum kind)kind), CLASSES[i].class);
			decided++;
		}
	}
	assert_int_equal(decided, KIND_COUNT);
}

/* What no table explains is shown to a person: never less than class 2. */
static void test_a_kind_from_nowhere_is_an_unknown_kind(void **state)
{
	(void)state;
	assert_int_equal(kind_class((enum kind)KIND_COUNT), CLASS_WELFARE);
	assert_int_equal(kind_class((enum kind)9999), CLASS_WELFARE);
	assert_int_equal(kind_class((enum kind) - 1), CLASS_WELFARE);
	assert_string_equal(kind_name((enum kind)9999), "unknown");
	assert_false(kind_silent((enum kind)9999));
}

static void test_only_duress_is_silent(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		assert_int_equal(kind_silent((enum kind)kind), kind == KIND_DURESS);
}

static void test_names_lead_back(void **state)
{
	(void)state;
	for (unsigned kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		assert_non_null(kind_name((enum kind)kind));
		assert_int_equal(kind_by_name(kind_name((enum kind)kind)), kind);
	}
	assert_string_equal(kind_name(KIND_PENDANT_LOST), "pendant_lost");
	assert_int_equal(kind_by_name("none"), KIND_NONE);
	assert_int_equal(kind_by_name(""), KIND_NONE);
	assert_int_equal(kind_by_name("SOS"), KIND_NONE);
}

static void test_which_class_is_more_urgent(void **state)
{
	(void)state;
	for (unsigned a = CLASS_LIFE; a < CLASS_COUNT; a++) {
		for (unsigned b = CLASS_LIFE; b < CLASS_COUNT; b++)
			assert_int_equal(class_above((enum incident_class)a, (enum incident_class)b), a < b);
		assert_true(class_above((enum incident_class)a, CLASS_NONE));
		assert_false(class_above(CLASS_NONE, (enum incident_class)a));
	}
	assert_false(class_above(CLASS_NONE, CLASS_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_has_its_class),
		cmocka_unit_test(test_a_kind_from_nowhere_is_an_unknown_kind),
		cmocka_unit_test(test_only_duress_is_silent),
		cmocka_unit_test(test_names_lead_back),
		cmocka_unit_test(test_which_class_is_more_urgent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
