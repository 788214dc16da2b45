/* test_rights_api.c - who may do what by the API: every role with every scope, written out once more by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/rights_api.h"

/* One letter for each role that may: o operator, s supervisor, a administrator, u auditor, m machine. */
static const struct {
	const char *scope;
	const char *who;
} TABLE[] = {
	{"homes:read", "sa"},     {"homes:write", "sa"},    {"devices:read", "sa"},  {"devices:write", "a"},
	{"incidents:read", "su"}, {"people:read", "sau"},   {"rosters:read", "sa"},  {"areas:read", "osau"},
	{"areas:write", "a"},     {"stations:read", "osa"}, {"stations:write", "a"}, {"statistics:read", "osau"},
	{"audit:read", "u"},      {"sessions:read", "au"},  {"sessions:write", "a"},
};

static char letter(int role)
{
	switch (role) {
	case ROLE_OPERATOR:
		return 'o';
	case ROLE_SUPERVISOR:
		return 's';
	case ROLE_ADMINISTRATOR:
		return 'a';
	case ROLE_AUDITOR:
		return 'u';
	default:
		return '-'; /* may nothing */
	}
}

static void every_role_has_these_scopes_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(COUNT_OF(TABLE), SCOPE_COUNT - 1);
	for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
		enum scope s = scope_find(slice_str(TABLE[i].scope));

		assert_int_not_equal(s, SCOPE_NONE);
		assert_string_equal(scope_name(s), TABLE[i].scope);
		for (int role = -1; role <= ROLE_COUNT; role++)
			assert_int_equal(rights_api_may((enum role)role, UINT64_MAX, s),
			                 strchr(TABLE[i].who, letter(role)) != NULL);
	}
}

static void a_token_may_no_more_than_it_was_given(void **state)
{
	(void)state;
	assert_true(rights_api_may(ROLE_SUPERVISOR, scope_bit(SCOPE_HOMES_READ), SCOPE_HOMES_READ));
	assert_false(rights_api_may(ROLE_SUPERVISOR, scope_bit(SCOPE_HOMES_READ), SCOPE_HOMES_WRITE));
	assert_false(rights_api_may(ROLE_SUPERVISOR, 0, SCOPE_HOMES_READ));
	assert_false(rights_api_may(ROLE_CAREGIVER, UINT64_MAX, SCOPE_STATISTICS_READ));
	assert_false(rights_api_may(ROLE_SUPERVISOR, UINT64_MAX, SCOPE_NONE));
}

static void what_is_no_scope_is_none(void **state)
{
	(void)state;
	assert_int_equal(scope_find(slice_str("")), SCOPE_NONE);
	assert_int_equal(scope_find(slice_str("homes")), SCOPE_NONE);
	assert_int_equal(scope_find(slice_str("homes:readx")), SCOPE_NONE);
	assert_string_equal(scope_name(SCOPE_COUNT), "");
	assert_string_equal(scope_name((enum scope) - 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_has_these_scopes_and_no_other),
		cmocka_unit_test(a_token_may_no_more_than_it_was_given),
		cmocka_unit_test(what_is_no_scope_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
