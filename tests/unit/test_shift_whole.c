/* A week, or all absences of somebody, put as a whole: what has to be done to what stands, and no more than that. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/shift_whole.h"

#define HOUR INT64_C(3600000)
#define NOW (1000 * HOUR)

static struct absences away;
static struct whole whole;
static struct shift_room room;
static struct shift_slot slots[SHIFT_SLOTS_MAX + 1];

static bool fits(void *ctx, const char *person, const char *area, enum shift_post post, enum skill skill)
{
	(void)ctx;
	(void)area;
	(void)post;
	(void)skill;
	return strncmp(person, "un", 2) != 0;
}

static const struct absences *absences(void *ctx, const char *person)
{
	(void)ctx;
	(void)person;
	return NULL;
}

static const struct shift_world WORLD = {.fits = fits, .absences = absences};

static int begin(void **state)
{
	(void)state;
	away = (struct absences){.person = "cg1", .last_id = 7, .count = 2};
	away.list[0] = (struct absence){3, NOW - HOUR, NOW + HOUR, ABSENCE_SICK, "sup1", NOW - HOUR};
	away.list[1] = (struct absence){5, NOW + 10 * HOUR, NOW + 20 * HOUR, ABSENCE_HOLIDAY, "cg1", NOW - HOUR};
	shift_room_init(&room, "440190001");
	for (size_t i = 0; i < COUNT_OF(slots); i++)
		slots[i] = (struct shift_slot){.days = 127,
		                               .from_min = 480,
		                               .minutes = 480,
		                               .post = POST_FIELD,
		                               .skill = SKILL_CARE,
		                               .need = 1,
		                               .weeks = 1};
	for (size_t i = 0; i < 3; i++) {
		snprintf(slots[i].people[0], ID_MAX, "cg%zu", i + 1);
		slots[i].people_count = 1;
	}
	return 0;
}

static struct absence item(uint32_t id, int64_t from_hour, int64_t until_hour, enum absence_reason reason)
{
	return (struct absence){
		.id = id, .from_ms = NOW + from_hour * HOUR, .until_ms = NOW + until_hour * HOUR, .reason = reason};
}

static enum whole_fault put(const struct absence *list, uint32_t count)
{
	return absences_replace(&away, list, count, "token.1", NOW, &whole);
}

static void what_is_said_again_changes_nothing(void **state)
{
	const struct absences was = away;
	const struct absence with[] = {item(5, 10, 20, ABSENCE_HOLIDAY), item(3, -1, 1, ABSENCE_SICK)};
	const struct absence without[] = {item(0, -1, 1, ABSENCE_SICK), item(0, 10, 20, ABSENCE_HOLIDAY)};

	(void)state;
	assert_int_equal(put(with, 2), WHOLE_OK);
	assert_int_equal(whole.step_count, 0);
	away = was;
	assert_int_equal(put(without, 2), WHOLE_OK);
	assert_int_equal(whole.step_count, 0);
	assert_string_equal(away.list[0].by, "sup1");
	assert_int_equal(away.list[0].id, 3);
	assert_int_equal(away.last_id, 7);
}

static void one_is_entered_one_changed_one_taken_back(void **state)
{
	const struct absence list[] = {item(5, 10, 30, ABSENCE_TRAINING), item(0, 40, 50, ABSENCE_OTHER)};

	(void)state;
	assert_int_equal(put(list, 2), WHOLE_OK);
	assert_int_equal(whole.step_count, 3);
	assert_int_equal(whole.steps[0].what, ROSTER_ABSENCE_ENDED);
	assert_int_equal(whole.steps[0].id, 3);
	assert_int_equal(whole.steps[1].what, ROSTER_ABSENCE_SET);
	assert_int_equal(whole.steps[1].id, 5);
	assert_int_equal(whole.steps[2].id, 8);
	assert_int_equal(away.count, 2);
	assert_int_equal(away.list[0].until_ms, NOW + 30 * HOUR);
	assert_string_equal(away.list[0].by, "token.1");
	assert_int_equal(away.list[0].entered_ms, NOW);
	assert_int_equal(away.list[1].id, 8);
	assert_true(absences_valid(&away));
	/* Nobody is away any more. */
	assert_int_equal(put(NULL, 0), WHOLE_OK);
	assert_int_equal(whole.step_count, 2);
	assert_int_equal(away.count, 0);
	assert_int_equal(away.last_id, 8);
}

static void one_with_its_number_is_not_taken_by_its_likeness(void **state)
{
	/* The first says what number 3 says now; number 3 is to say something else. */
	const struct absence list[] = {item(0, -1, 1, ABSENCE_SICK), item(3, -1, 2, ABSENCE_SICK),
	                               item(5, 10, 20, ABSENCE_HOLIDAY)};

	(void)state;
	assert_int_equal(put(list, 3), WHOLE_OK);
	assert_int_equal(away.list[0].id, 8);
	assert_int_equal(away.list[1].id, 3);
	assert_int_equal(away.list[1].until_ms, NOW + 2 * HOUR);
}

static void what_may_not_stand_is_named_and_nothing_is_done(void **state)
{
	static const struct {
		uint32_t id;
		int64_t from, until;
		enum whole_fault bad;
	} WRONG[] = {
		{9, 1, 2, WHOLE_ID},
		{5, 1, 2, WHOLE_ID},
		{0, -5, 0, WHOLE_OVER},
		{0, -9, -8, WHOLE_OVER},
		{0, 5, 5, WHOLE_SPAN},
		{0, 5, 4, WHOLE_SPAN},
		{0, -1000, 5, WHOLE_SPAN},
		{0, 1, 1 + 400 * 24 + 1, WHOLE_SPAN},
		{0, INT64_C(1) << 27, (INT64_C(1) << 27) + 1, WHOLE_SPAN},
		{3, -1, -1, WHOLE_SPAN},
		{3, -2, 0, WHOLE_OVER},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
		const struct absence list[] = {item(5, 10, 20, ABSENCE_HOLIDAY),
		                               item(WRONG[i].id, WRONG[i].from, WRONG[i].until, ABSENCE_SICK)};
		const struct absences was = away;

		assert_int_equal(put(list, 2), WRONG[i].bad);
		assert_int_equal(whole.item, 2);
		assert_memory_equal(&was, &away, sizeof was);
	}
	assert_int_equal(put((struct absence[ABSENCES_MAX + 1]){{0}}, ABSENCES_MAX + 1), WHOLE_MANY);
}

static void what_is_over_may_be_sent_back_and_is_let_go(void **state)
{
	struct absence list[] = {item(3, -1, 1, ABSENCE_SICK), item(5, 10, 20, ABSENCE_HOLIDAY),
	                         item(0, 30, 31, ABSENCE_OTHER)};

	(void)state;
	away.list[0].until_ms = list[0].until_ms = NOW;
	assert_int_equal(put(list, 3), WHOLE_OK);
	assert_int_equal(whole.step_count, 1);
	assert_int_equal(away.count, 2);
	assert_int_equal(away.list[0].id, 5);
}

/* ------------------------------------------------------------ the week */

static enum whole_fault week(uint32_t count, ms_t now_ms)
{
	return plan_replace(&room.plan, slots, count, &WORLD, now_ms, &whole);
}

static void a_week_that_is_said_again_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(week(2, NOW), WHOLE_OK);
	assert_int_equal(whole.step_count, 2);
	assert_int_equal(room.plan.slot_count, 2);
	assert_int_equal(week(2, NOW), WHOLE_OK);
	assert_int_equal(whole.step_count, 0);
	slots[0].id = 1;
	slots[1].id = 2;
	assert_int_equal(week(2, NOW), WHOLE_OK);
	assert_int_equal(whole.step_count, 0);
	assert_int_equal(room.plan.last_id, 2);
}

static void what_is_left_out_ends_and_stays_while_it_runs(void **state)
{
	(void)state;
	assert_int_equal(week(2, NOW), WHOLE_OK);
	slots[0] = slots[1];
	slots[0].need = 2;
	slots[0].id = 2;
	assert_int_equal(week(1, NOW), WHOLE_OK);
	assert_int_equal(whole.step_count, 2);
	assert_int_equal(whole.steps[0].what, ROSTER_SLOT_ENDED);
	assert_int_equal(whole.steps[0].id, 1);
	assert_int_equal(whole.steps[1].what, ROSTER_SLOT_SET);
	assert_int_equal(room.plan.slot_count, 2);
	assert_int_equal(room.slots[0].until_ms, NOW);
	assert_int_equal(room.slots[1].need, 2);
	/* It has ended already: nothing more to do, until it is gone. */
	assert_int_equal(week(1, NOW + HOUR), WHOLE_OK);
	assert_int_equal(whole.step_count, 0);
	slots[0].need = 3;
	assert_int_equal(week(1, NOW + 8 * HOUR), WHOLE_OK);
	shift_tidy(&room.plan, NOW + 8 * HOUR);
	assert_int_equal(room.plan.slot_count, 1);
}

static void hours_and_post_of_a_shift_do_not_change(void **state)
{
	(void)state;
	assert_int_equal(week(2, NOW), WHOLE_OK);
	slots[1].id = 2;
	for (int i = 0; i < 8; i++) {
		struct shift_slot was = slots[1];

		slots[1].days -= i == 0;
		slots[1].from_min += i == 1;
		slots[1].minutes += i == 2;
		if (i == 3) {
			slots[1].post = POST_DESK;
			slots[1].skill = SKILL_NONE;
		}
		if (i == 4)
			slots[1].skill = SKILL_NURSE;
		slots[1].weeks += i >= 5 && i < 7;
		slots[1].week += i == 6;
		slots[1].from_ms += i == 7;
		assert_int_equal(week(2, NOW), WHOLE_FIXED);
		assert_int_equal(whole.item, 2);
		slots[1] = was;
	}
	/* Without its number it is another shift. */
	slots[1].id = 0;
	slots[1].minutes += 60;
	assert_int_equal(week(2, NOW), WHOLE_OK);
	assert_int_equal(room.plan.last_id, 3);
	slots[2].id = 44;
	assert_int_equal(week(3, NOW), WHOLE_ID);
	assert_int_equal(whole.item, 3);
}

static void only_who_is_entered_now_is_asked_about(void **state)
{
	(void)state;
	assert_int_equal(week(2, NOW), WHOLE_OK);
	/* Somebody who stands there can do it no more. */
	snprintf(room.slots[0].people[0], ID_MAX, "un1");
	snprintf(slots[0].people[0], ID_MAX, "un1");
	assert_int_equal(week(2, NOW), WHOLE_OK);
	snprintf(slots[1].people[1], ID_MAX, "un2");
	slots[1].people_count = 2;
	slots[1].id = 2;
	assert_int_equal(week(2, NOW), WHOLE_PERSON);
	assert_int_equal(whole.item, 2);
	assert_int_equal(whole.part, 2);
}

static void a_week_has_its_bounds(void **state)
{
	(void)state;
	assert_int_equal(week(SHIFT_SLOTS_MAX + 1, NOW), WHOLE_MANY);
	for (uint32_t i = 0; i < SHIFT_SLOTS_MAX; i++)
		slots[i].from_min = i;
	assert_int_equal(week(SHIFT_SLOTS_MAX, NOW), WHOLE_OK);
	assert_int_equal(whole.step_count, SHIFT_SLOTS_MAX);
	/* All others: those that still run take their places. */
	for (uint32_t i = 0; i < SHIFT_SLOTS_MAX; i++)
		slots[i].from_min = 100 + i;
	assert_int_equal(week(SHIFT_SLOTS_MAX, NOW), WHOLE_MANY);
	slots[0].people_count = 2;
	memcpy(slots[0].people[1], slots[0].people[0], ID_MAX);
	shift_room_init(&room, "440190001");
	assert_int_equal(week(1, NOW), WHOLE_BOUNDS);
	assert_int_equal(whole.item, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_said_again_changes_nothing, begin),
		cmocka_unit_test_setup(one_is_entered_one_changed_one_taken_back, begin),
		cmocka_unit_test_setup(one_with_its_number_is_not_taken_by_its_likeness, begin),
		cmocka_unit_test_setup(what_may_not_stand_is_named_and_nothing_is_done, begin),
		cmocka_unit_test_setup(what_is_over_may_be_sent_back_and_is_let_go, begin),
		cmocka_unit_test_setup(a_week_that_is_said_again_changes_nothing, begin),
		cmocka_unit_test_setup(what_is_left_out_ends_and_stays_while_it_runs, begin),
		cmocka_unit_test_setup(hours_and_post_of_a_shift_do_not_change, begin),
		cmocka_unit_test_setup(only_who_is_entered_now_is_asked_about, begin),
		cmocka_unit_test_setup(a_week_has_its_bounds, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
