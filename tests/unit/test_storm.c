/* Storm mode holds back work, and can't be told to hold back a call for help. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/storm.h"
#include "support/incident_kit.h"

static struct kit k;

static struct storm storm_over(const char *area, uint32_t kinds)
{
	struct storm s = {.kinds = kinds, .from_ms = KIT_START, .until_ms = KIT_START + SECONDS(3600)};

	snprintf(s.area, sizeof s.area, "%s", area);
	return s;
}

static void test_no_storm_can_name_a_call_for_help(void **state)
{
	uint32_t named = 0;

	(void)state;
	for (int kind = -2; kind < KIND_COUNT + 3; kind++) {
		enum storm_kind is = STORM_KIND_NONE;
		bool can = storm_kind_of((enum kind)kind, &is);
		enum incident_class class = kind_class((enum kind)kind);

		if (class == CLASS_LIFE || class == CLASS_WELFARE || kind == KIND_TEST || kind <= KIND_NONE)
			assert_false(can);
		assert_int_equal(can, is != STORM_KIND_NONE);
		if (!can)
			continue;
		assert_true(is < STORM_KIND_COUNT && (named & BIT(is)) == 0);
		assert_true(class == CLASS_GENERAL || class == CLASS_DEVICE);
		named |= BIT(is);
	}
	assert_int_equal(named, STORM_KINDS_ALL); /* and every kind of storm is a kind of alarm */
}

/* The widest storm there can be, over everything, for ever: whatever comes for help waits in the queue and rings. */
static void test_no_storm_can_hold_back_a_call_for_help(void **state)
{
	static const char *const AREAS[] = {"44", "4401", "440106", "440106001", "440106001005", "440107001", ""};
	static const ms_t TIMES[] = {1, KIT_START - 1, KIT_START, KIT_START + SECONDS(86400), INT64_C(1) << 47};

	(void)state;
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
		for (size_t a = 0; a < COUNT_OF(AREAS); a++)
			for (size_t t = 0; t < COUNT_OF(TIMES); t++) {
				struct storm storm = storm_over("44", STORM_KINDS_ALL);
				struct alarm alarm = kit_alarm("unit1", 7, (enum kind)kind);
				struct event aside = {.type = EVENT_STORM_ASIDE};
				enum storm_kind is;

				storm.from_ms = 1;
				storm.until_ms = (INT64_C(1) << 48) - 1;
				assert_true(storm_valid(&storm));
				kit_init(&k);
				k.world.now_ms = TIMES[t];
				snprintf(k.world.area, sizeof k.world.area, "%s", AREAS[a]);
				if (kind_class((enum kind)kind) == CLASS_NONE)
					continue;
				if (storm_kind_of((enum kind)kind, &is) && storm_covers(&storm, is, AREAS[a], TIMES[t]))
					k.world.storm_until_ms = storm.until_ms;
				assert_int_equal(kit_press(&k, &alarm), MOVE);
				if (k.inc.class > CLASS_WELFARE)
					continue;
				assert_false(incident_is_aside(&k.inc));
				assert_int_equal(k.inc.plan_step, PLAN_RING_WIDER);
				/* Not even a daemon that has lost its mind can put it aside. */
				k.world.storm_until_ms = storm.until_ms;
				assert_int_equal(kit_step(&k, &aside), STAY);
				assert_false(incident_is_aside(&k.inc));
			}
}

static void test_a_storm_covers_its_kinds_its_area_and_its_time(void **state)
{
	struct storm s = storm_over("440106", BIT(STORM_KIND_POWER) | BIT(STORM_KIND_LINK));

	(void)state;
	assert_true(storm_covers(&s, STORM_KIND_POWER, "440106001", KIT_START));
	assert_true(storm_covers(&s, STORM_KIND_LINK, "440106", KIT_START + SECONDS(3600) - 1));
	assert_false(storm_covers(&s, STORM_KIND_TAMPER, "440106001", KIT_START));
	assert_false(storm_covers(&s, STORM_KIND_NONE, "440106001", KIT_START));
	assert_false(storm_covers(&s, STORM_KIND_POWER, "440107001", KIT_START));
	assert_false(storm_covers(&s, STORM_KIND_POWER, "4401", KIT_START));
	assert_false(storm_covers(&s, STORM_KIND_POWER, "440106001", KIT_START - 1));
	assert_false(storm_covers(&s, STORM_KIND_POWER, "440106001", KIT_START + SECONDS(3600)));
	s.ended_ms = KIT_START + 5;
	assert_false(storm_covers(&s, STORM_KIND_POWER, "440106001", KIT_START + 10));
}

static void test_a_storm_is_believed_only_when_whole(void **state)
{
	const struct storm good = storm_over("440106", BIT(STORM_KIND_POWER));
	struct storm s = good;

	(void)state;
	assert_true(storm_valid(&s));
	s.kinds = 0;
	assert_false(storm_valid(&s));
	s.kinds = 1; /* NONE */
	assert_false(storm_valid(&s));
	s.kinds = BIT(STORM_KIND_COUNT);
	assert_false(storm_valid(&s));
	s = storm_over("44x", BIT(STORM_KIND_POWER));
	assert_false(storm_valid(&s));
	s = good;
	s.until_ms = s.from_ms;
	assert_false(storm_valid(&s));
	s = good;
	s.returned = 1;
	assert_false(storm_valid(&s));
	s.ended_ms = s.until_ms;
	assert_false(storm_valid(&s)); /* more came back than was held */
	s.held_back = 1;
	assert_true(storm_valid(&s));
	s.by[0] = ' ';
	assert_false(storm_valid(&s));
}

/* ---- what it does to an incident ---- */

static void held_back(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	k.world.storm_until_ms = KIT_START + SECONDS(3600);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(k.inc.aside, ASIDE_STORM);
}

static void test_what_a_storm_covers_is_held_back_and_counted_but_not_rung(void **state)
{
	(void)state;
	held_back(KIND_TAMPER);
	assert_string_equal(k.said, "alarm held_back");
	assert_int_equal(k.inc.state, INCIDENT_WAITING);
	assert_int_equal(k.inc.plan_step, PLAN_NONE);
	assert_int_equal(incident_next_due(&k.inc), KIT_START + SECONDS(3600));
}

static void test_what_was_held_back_returns_when_the_storm_ends(void **state)
{
	struct event over = {.type = EVENT_STORM_RETURN, .who = "sup1"};

	(void)state;
	held_back(KIND_SERVICE);
	assert_int_equal(kit_step(&k, &over), MOVE);
	assert_string_equal(k.said, "back_in_queue rung_operators");
	assert_int_equal(kit_line(&k, LINE_BACK_IN_QUEUE)->number, ASIDE_STORM);
	assert_string_equal(kit_line(&k, LINE_BACK_IN_QUEUE)->who, "sup1");
	assert_int_equal(kit_step(&k, &over), STAY);
	/* And by its own clock, should nobody be left to say so. */
	held_back(KIND_SERVICE);
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "back_in_queue rung_operators");
	assert_int_equal(k.world.now_ms, KIT_START + SECONDS(3600));
}

static void test_a_waiting_incident_is_held_back_when_the_storm_begins(void **state)
{
	struct event ev = {.type = EVENT_STORM_ASIDE};
	struct alarm a = kit_alarm("unit1", 7, KIND_BATTERY);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_step(&k, &ev), STAY); /* no storm */
	k.world.storm_until_ms = KIT_START + SECONDS(60);
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_string_equal(k.said, "held_back");
	assert_int_equal(kit_step(&k, &ev), STAY);
	k.world.storm_until_ms = KIT_START + SECONDS(90); /* it goes on longer */
	assert_int_equal(kit_step(&k, &ev), MOVE);
	assert_int_equal(k.inc.aside_until_ms, KIT_START + SECONDS(90));
	/* What somebody has in hand stays in hand. */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_false(incident_is_aside(&k.inc));
	assert_int_equal(kit_step(&k, &ev), STAY);
}

static void test_more_of_the_same_storm_stays_held_back(void **state)
{
	struct alarm more = kit_alarm("unit2", 8, KIND_TAMPER);

	(void)state;
	held_back(KIND_TAMPER);
	assert_int_equal(kit_press(&k, &more), MOVE);
	assert_int_equal(k.inc.aside, ASIDE_STORM);
	/* What the storm does not name brings it back. */
	k.world.storm_until_ms = 0;
	more = kit_alarm("unit2", 9, KIND_BATTERY);
	assert_int_equal(kit_press(&k, &more), MOVE);
	assert_false(incident_is_aside(&k.inc));
}

static void test_a_call_for_help_always_leaves_the_storm(void **state)
{
	(void)state;
	for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
		struct alarm a = kit_alarm("unit2", 8, (enum kind)kind);
		enum incident_class class = kind_class((enum kind)kind);

		if (class != CLASS_LIFE && class != CLASS_WELFARE)
			continue;
		held_back(KIND_TAMPER);
		assert_int_equal(kit_press(&k, &a), MOVE);
		assert_false(incident_is_aside(&k.inc));
		assert_int_equal(k.inc.class, class);
		assert_int_equal(k.inc.state, INCIDENT_WAITING);
		assert_non_null(strstr(k.said, "rung_operators"));
	}
}

static void test_with_somebody_on_the_way_it_is_not_held_back(void **state)
{
	struct event ev = {.type = EVENT_STORM_ASIDE};
	struct alarm a = kit_alarm("unit1", 7, KIND_SERVICE);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	k.world.actor_supervisor = true;
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "sup1"), MOVE);
	k.world.storm_until_ms = KIT_START + SECONDS(60);
	assert_int_equal(kit_step(&k, &ev), STAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_storm_can_name_a_call_for_help),
		cmocka_unit_test(test_no_storm_can_hold_back_a_call_for_help),
		cmocka_unit_test(test_a_storm_covers_its_kinds_its_area_and_its_time),
		cmocka_unit_test(test_a_storm_is_believed_only_when_whole),
		cmocka_unit_test(test_what_a_storm_covers_is_held_back_and_counted_but_not_rung),
		cmocka_unit_test(test_what_was_held_back_returns_when_the_storm_ends),
		cmocka_unit_test(test_a_waiting_incident_is_held_back_when_the_storm_begins),
		cmocka_unit_test(test_more_of_the_same_storm_stays_held_back),
		cmocka_unit_test(test_a_call_for_help_always_leaves_the_storm),
		cmocka_unit_test(test_with_somebody_on_the_way_it_is_not_held_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
