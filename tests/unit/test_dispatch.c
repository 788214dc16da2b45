/* Who is asked first, and why; where people are, and what areas cover. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/people.h"

static struct candidate someone(const char *id, uint32_t distance_m)
{
	struct candidate c = {
		.distance_m = distance_m, .travel_s = travel_s(distance_m), .reachable = true, .skills = BIT(SKILL_CARE)};

	assert_true(text_copy(c.caregiver, sizeof c.caregiver, slice_str(id)));
	return c;
}

static void expect_for(enum skill skill, struct candidate *at, uint32_t count, const char *order)
{
	static struct incident none;
	char got[128] = "";

	dispatch_rank(&none, skill, at, count);
	for (uint32_t i = 0; i < count; i++) {
		strcat(got, i == 0 ? "" : " ");
		strcat(got, at[i].caregiver);
	}
	assert_string_equal(got, order);
}

static void expect(struct candidate *at, uint32_t count, const char *order)
{
	expect_for(SKILL_CARE, at, count, order);
}

static bool why(const struct candidate *c, unsigned bit)
{
	return (c->why & 1u << bit) != 0;
}

static void test_the_nearest_is_first_and_ties_go_by_id(void **state)
{
	struct candidate c[] = {someone("d", 900), someone("b", 300), someone("a", 900), someone("c", 100)};

	(void)state;
	expect(c, COUNT_OF(c), "c b a d");
	assert_true(why(&c[0], 1) && why(&c[0], 2) && why(&c[0], 3));
	assert_false(why(&c[0], 7) || why(&c[0], 8) || why(&c[0], 9));
}

static void test_merits_are_worth_some_way_but_not_any(void **state)
{
	struct candidate c[] = {someone("near", 300), someone("speaks", 700), someone("far", 4000)};

	(void)state;
	c[1].speaks = true;
	c[2].speaks = c[2].knows = true;
	expect(c, COUNT_OF(c), "speaks near far");
	assert_true(why(&c[0], 4));
	assert_true(why(&c[2], 4) && why(&c[2], 5) && why(&c[2], 6));
}

static void test_who_cannot_be_reached_or_found_stands_back(void **state)
{
	struct candidate c[] = {someone("off", 100), someone("old", 500), someone("fresh", 600), someone("far", 9000)};

	(void)state;
	c[0].reachable = false;
	c[1].position_age_s = 301;
	c[2].position_age_s = 300;
	expect(c, COUNT_OF(c), "fresh old off far");
	assert_true(why(&c[1], 11) && !why(&c[0], 11));
	assert_true(why(&c[2], 9) && !why(&c[2], 3));
	assert_true(why(&c[3], 7));
}

/* No merit makes up for being busy, asked already, or having said no. */
static void test_shelves(void **state)
{
	struct incident inc = {.job_count = 3};
	struct candidate c[] = {someone("busy", 10),     someone("asked", 20),  someone("no", 30),   someone("free", 14000),
	                        someone("gaveback", 40), someone("passed", 50), someone("back", 60), someone("works", 70)};
	struct offer offers[] = {
		{.caregiver = "asked", .state = OFFER_SEEN},
		{.caregiver = "no", .state = OFFER_DECLINED},
		{.caregiver = "passed", .state = OFFER_EXPIRED},
		{.caregiver = "back", .state = OFFER_WITHDRAWN},
	};
	char got[128] = "";

	(void)state;
	c[0].busy = true;
	c[0].knows = c[0].speaks = true;
	inc.jobs[0] = (struct job){.number = 1, .state = JOB_OFFERING, .offer_count = 4};
	memcpy(inc.jobs[0].offers, offers, sizeof offers);
	inc.jobs[1] = (struct job){.number = 2, .state = JOB_FAILED, .offer_count = 1};
	inc.jobs[1].offers[0] = (struct offer){.caregiver = "gaveback", .state = OFFER_DECLINED};
	inc.jobs[2] = (struct job){.number = 3, .state = JOB_EN_ROUTE, .caregiver = "works", .offer_count = 1};
	inc.jobs[2].offers[0] = (struct offer){.caregiver = "works", .state = OFFER_ACCEPTED};
	dispatch_rank(&inc, SKILL_CARE, c, COUNT_OF(c));
	for (size_t i = 0; i < COUNT_OF(c); i++) {
		strcat(got, c[i].caregiver);
		strcat(got, dispatch_may_ask(&c[i]) ? "+ " : "- ");
	}
	/* An offer taken back was never answered; a no to a job that has failed may be asked again, last. */
	assert_string_equal(got, "back+ free+ gaveback+ asked- passed- works- no- busy- ");
	assert_true(why(&c[2], 10) && why(&c[6], 10) && why(&c[7], 8) && !why(&c[7], 2));
	/* An id that no record can hold is not asked: it came from the registry, and is not ours to trust. */
	strcpy(c[0].caregiver, "b ck");
	assert_false(dispatch_may_ask(&c[0]));
}

/* Two who are equal but in one thing: it decides, and it is named. */
static void decides(struct candidate better, struct candidate worse, enum skill skill, unsigned good, unsigned bad)
{
	struct candidate c[] = {worse, better};
	static struct incident none;

	strcpy(c[0].caregiver, "a"); /* without the merit the tie would go to `a` */
	strcpy(c[1].caregiver, "b");
	dispatch_rank(&none, skill, c, 2);
	assert_string_equal(c[0].caregiver, "b");
	if (good != 0)
		assert_true(why(&c[0], good) && !why(&c[1], good));
	if (bad != 0)
		assert_true(why(&c[1], bad) && !why(&c[0], bad));
	/* The same without it: nothing else made the difference. */
	c[0] = c[1] = better;
	strcpy(c[0].caregiver, "b");
	strcpy(c[1].caregiver, "a");
	dispatch_rank(&none, skill, c, 2);
	assert_string_equal(c[0].caregiver, "a");
}

static void test_each_criterion_changes_the_order_and_is_named(void **state)
{
	const struct candidate plain = someone("x", 2000);
	struct candidate other;

	(void)state;
	other = plain;
	other.busy = true;
	decides(plain, other, SKILL_CARE, 2, 8);
	other = plain;
	other.skills = BIT(SKILL_NURSE);
	decides(other, plain, SKILL_NURSE, 5, 0);
	other = plain;
	other.skills = BIT(SKILL_TECHNICIAN);
	decides(other, plain, SKILL_TECHNICIAN, 5, 0);
	decides(plain, other, SKILL_CARE, 5, 0);
	other = someone("x", 1400);
	decides(other, plain, SKILL_CARE, 1, 0);
	other = someone("x", 5001);
	decides(plain, other, SKILL_CARE, 0, 7);
	other = plain;
	other.speaks = true;
	decides(other, plain, SKILL_CARE, 4, 0);
	other = plain;
	other.knows = true;
	decides(other, plain, SKILL_CARE, 6, 0);
	other = plain;
	other.position_age_s = 301;
	decides(plain, other, SKILL_CARE, 0, 11);
	other = plain;
	other.reachable = false;
	decides(plain, other, SKILL_CARE, 3, 9);
	other = plain;
	other.jobs_taken = 3;
	decides(plain, other, SKILL_CARE, 0, 12);
}

/* Who has had many jobs makes way for who has had few, but not for somebody at the other end of town. */
static void test_load_is_shared_but_never_at_the_price_of_a_long_way(void **state)
{
	struct candidate c[] = {someone("much", 300), someone("some", 500), someone("none", 1500), someone("far", 9000)};

	(void)state;
	c[0].jobs_taken = 6;
	c[1].jobs_taken = 2;
	expect(c, COUNT_OF(c), "some none much far");
	assert_true(why(&c[2], 12) && !why(&c[0], 12));
	c[2].jobs_taken = UINT32_MAX;                 /* "much" */
	expect(c, COUNT_OF(c), "some none much far"); /* nobody is ever worked off the list */
}

static void test_nobody_is_asked_for_what_they_cannot_do(void **state)
{
	struct candidate c[] = {someone("cares", 300), someone("nurse", 4000), someone("mends", 100)};

	(void)state;
	c[1].skills = BIT(SKILL_NURSE);
	c[2].skills = BIT(SKILL_TECHNICIAN);
	expect_for(SKILL_TECHNICIAN, c, COUNT_OF(c), "mends cares nurse");
	assert_true(dispatch_may_ask(&c[0]) && !dispatch_may_ask(&c[1]) && !dispatch_may_ask(&c[2]));
	expect_for(SKILL_NURSE, c, COUNT_OF(c), "nurse cares mends");
	assert_true(c[0].skilled && !c[1].skilled);
	assert_true(dispatch_may_ask(&c[0]) && dispatch_may_ask(&c[1]) && !dispatch_may_ask(&c[2]));
	expect_for(SKILL_CARE, c, COUNT_OF(c), "cares nurse mends"); /* a nurse cares too */
	assert_true(dispatch_may_ask(&c[0]) && dispatch_may_ask(&c[1]) && !dispatch_may_ask(&c[2]));
	expect_for(SKILL_NONE, c, COUNT_OF(c), "mends cares nurse"); /* whoever is near */
	assert_true(dispatch_may_ask(&c[0]) && dispatch_may_ask(&c[1]) && dispatch_may_ask(&c[2]));
}

static void test_what_a_job_needs_by_its_class(void **state)
{
	(void)state;
	assert_int_equal(dispatch_skill(CLASS_LIFE), SKILL_CARE);
	assert_int_equal(dispatch_skill(CLASS_WELFARE), SKILL_CARE);
	assert_int_equal(dispatch_skill(CLASS_GENERAL), SKILL_CARE);
	assert_int_equal(dispatch_skill(CLASS_DEVICE), SKILL_TECHNICIAN);
}

static void test_ranking_nobody(void **state)
{
	(void)state;
	expect(NULL, 0, "");
}

/* ---- places ---- */

static void near_to(uint32_t got, uint32_t want)
{
	assert_true(got >= want - want / 100 && got <= want + want / 100);
}

static void test_distances_within_one_in_a_hundred(void **state)
{
	(void)state;
	assert_int_equal(place_distance_m(23129110, 113264385, 23129110, 113264385), 0);
	/* Canton Tower to the station of Guangzhou East, and over the whole city. */
	near_to(place_distance_m(23106414, 113324553, 23149600, 113324553), 4802);
	near_to(place_distance_m(23106414, 113264385, 23106414, 113324553), 6154);
	near_to(place_distance_m(22560000, 113300000, 23930000, 114050000), 170400);
	near_to(place_distance_m(0, 0, 0, 1000000), 111195);
	near_to(place_distance_m(60000000, 10000000, 60000000, 11000000), 55597);
	near_to(place_distance_m(-33000000, 179900000, -33000000, -179900000), 18651); /* over the date line */
	assert_int_equal(place_distance_m(23106414, 113264385, 23149600, 113324553),
	                 place_distance_m(23149600, 113324553, 23106414, 113264385));
	(void)place_distance_m(INT32_MAX, INT32_MIN, INT32_MIN, INT32_MAX); /* nonsense gives a number, not a crash */
}

static void test_the_way_takes_time(void **state)
{
	(void)state;
	assert_int_equal(travel_s(0), 60);
	assert_int_equal(travel_s(800), 300);
	assert_int_equal(travel_s(12000), 3660);
	assert_true(travel_s(UINT32_MAX) > 1000000000);
}

static void test_an_area_covers_what_lies_below(void **state)
{
	(void)state;
	assert_true(area_covers("4401", "440106001002"));
	assert_true(area_covers("440106001002", "440106001002"));
	assert_false(area_covers("440106", "440105001002"));
	assert_false(area_covers("440106001002", "440106"));
	assert_false(area_covers("", "440106"));
	assert_false(area_covers("440106", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_nearest_is_first_and_ties_go_by_id),
		cmocka_unit_test(test_merits_are_worth_some_way_but_not_any),
		cmocka_unit_test(test_who_cannot_be_reached_or_found_stands_back),
		cmocka_unit_test(test_shelves),
		cmocka_unit_test(test_each_criterion_changes_the_order_and_is_named),
		cmocka_unit_test(test_load_is_shared_but_never_at_the_price_of_a_long_way),
		cmocka_unit_test(test_nobody_is_asked_for_what_they_cannot_do),
		cmocka_unit_test(test_what_a_job_needs_by_its_class),
		cmocka_unit_test(test_ranking_nobody),
		cmocka_unit_test(test_distances_within_one_in_a_hundred),
		cmocka_unit_test(test_the_way_takes_time),
		cmocka_unit_test(test_an_area_covers_what_lies_below),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
