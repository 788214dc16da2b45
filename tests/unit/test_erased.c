/* A home that was erased is no home any more: not found, not called, forgotten by the local copy; and whoever presses there
 * all the same is heard. */
#include "app_rig_city.h"

#include "app/screens.h"

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	return g;
}

/* The log says: h0 stands as this body. `absent`: the record has changed again since. */
static void home_entry(struct rig *g, const Pingan__V1__Household *h, bool absent)
{
	static uint8_t body[1024];
	struct rig_record *r = rig_record(g, "household:h0");
	struct store_entry e = {.id = g->log_id + 1, .prev = g->log_commit, .at_ms = g->store_ms, .record_count = 1};
	size_t len = pingan__v1__household__pack(h, body);

	e.commit = rig_random(g);
	if (!absent)
		rig_record_set(r, slice_of(body, len), e.commit);
	rig_record_copy(r, &e.records[0]);
	if (absent) {
		e.records[0].rev++;
		e.records[0].commits[0] = e.commit;
		e.records[0].body = slice_of(NULL, 0);
		e.records[0].absent = true;
	}
	g->log_id = e.id;
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	app_store_safe(g->app, e.id);
}

static void test_an_erased_home_is_no_home_any_more(void **state)
{
	struct rig *g = city();
	Pingan__V1__Household stone = PINGAN__V1__HOUSEHOLD__INIT;
	uint64_t before = app_snapshot(g->app, true, 0);

	(void)state;
	assert_non_null(household_find(g->app, "h0"));
	stone.id = (char *)(uintptr_t) "h0";
	stone.area = (char *)(uintptr_t)household_find(g->app, "h0")->area;
	stone.erased_ms = EPOCH;
	home_entry(g, &stone, false);
	assert_null(household_find(g->app, "h0"));
	assert_non_null(household_find(g->app, "h1"));
	/* The local copy is to be written anew, once. */
	assert_int_equal(app_snapshot(g->app, true, 0), before + 1);
	assert_int_equal(app_snapshot(g->app, true, 0), before + 1);
	rig_free(g);
}

/* An edit is no erasure. */
static void test_a_changed_home_is_not_forgotten(void **state)
{
	struct rig *g = city();
	const Pingan__V1__Household *h = household_find(g->app, "h0");
	Pingan__V1__Household copy = *h;
	uint64_t before = app_snapshot(g->app, true, 0);

	(void)state;
	copy.phone = (char *)(uintptr_t) "02012345678";
	home_entry(g, &copy, false);
	assert_string_equal(household_find(g->app, "h0")->phone, "02012345678");
	assert_int_equal(app_snapshot(g->app, true, 0), before);
	rig_free(g);
}

/* Its entry came, but it has changed again since: what is known stands until the entry comes that brings it. */
static void test_an_absent_record_changes_nothing(void **state)
{
	struct rig *g = city();
	const Pingan__V1__Household *h = household_find(g->app, "h0");
	Pingan__V1__Household copy = *h;

	(void)state;
	home_entry(g, &copy, true);
	assert_non_null(household_find(g->app, "h0"));
	assert_int_equal(g->app->newest, g->log_id);
	assert_true(g->app->store_up);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_erased_home_is_no_home_any_more),
		cmocka_unit_test(test_a_changed_home_is_not_forgotten),
		cmocka_unit_test(test_an_absent_record_changes_nothing),
	};

	return cmocka_run_group_tests_name("erased", tests, NULL, NULL);
}
