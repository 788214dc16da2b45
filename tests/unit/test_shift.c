/* The roster: which shifts there are, who has them, where too few stand, and what may be done to it. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "core/shift.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define OFFSET (8 * HOUR)

static struct shift_room room;

/* Local time of day `day` (0 = Monday, 23 November 2026). */
static ms_t at(int day, int hour)
{
	return (utc_days(2026, 11, 23) + day) * DAY + hour * HOUR - OFFSET;
}

/* People named "away..." are away in their own hours; "un..." can do nothing. */
static struct absences away;

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
	return strcmp(person, away.person) == 0 ? &away : NULL;
}

static const struct shift_world WORLD = {.fits = fits, .absences = absences};

static uint32_t slot(uint32_t days, int from_hour, int hours, uint32_t need, const char *a, const char *b)
{
	struct shift_slot s = {.days = days,
	                       .from_min = (uint32_t)from_hour * 60,
	                       .minutes = (uint32_t)hours * 60,
	                       .post = POST_FIELD,
	                       .skill = SKILL_CARE,
	                       .need = need,
	                       .weeks = 1};
	uint32_t id = 0;

	if (a != NULL)
		snprintf(s.people[s.people_count++], ID_MAX, "%s", a);
	if (b != NULL)
		snprintf(s.people[s.people_count++], ID_MAX, "%s", b);
	assert_int_equal(shift_slot_set(&room.plan, &s, &id), REFUSAL_OK);
	return id;
}

static int begin(void **state)
{
	(void)state;
	shift_room_init(&room, "440103001");
	memset(&away, 0, sizeof away);
	return 0;
}

struct list {
	uint32_t count;
	struct shift at[64];
};

static bool collect(void *ctx, const struct shift *s)
{
	struct list *l = ctx;

	assert_true(l->count < 64);
	l->at[l->count++] = *s;
	return true;
}

static struct list *shifts(ms_t from_ms, ms_t until_ms)
{
	static struct list l;

	l.count = 0;
	assert_true(shift_each(&room.plan, OFFSET, from_ms, until_ms, collect, &l));
	return &l;
}

static struct shift shift_of(uint32_t id, ms_t from_ms)
{
	struct shift s;

	assert_true(shift_find(&room.plan, OFFSET, id, from_ms, &s));
	return s;
}

static void test_a_week_comes_again_on_its_days_and_no_other(void **state)
{
	uint32_t id = slot(1u << 0 | 1u << 4, 8, 8, 1, "li", NULL); /* Monday, Friday */
	struct list *l = shifts(at(0, 0), at(14, 0));

	(void)state;
	assert_int_equal(l->count, 4);
	assert_int_equal(l->at[0].from_ms, at(0, 8));
	assert_int_equal(l->at[1].from_ms, at(4, 8));
	assert_int_equal(l->at[2].from_ms, at(7, 8));
	assert_int_equal(l->at[0].until_ms, at(0, 16));
	assert_int_equal(l->at[0].slot, id);
	assert_string_equal(l->at[0].people[0], "li");
	/* On a year's distance as well, and long ago. */
	assert_int_equal(shifts(at(364, 0), at(371, 0))->count, 2);
	assert_int_equal(shifts(at(-7 * 2000, 0), at(-7 * 1999, 0))->count, 2);
}

static void test_a_shift_that_goes_past_midnight_still_runs_in_the_morning(void **state)
{
	(void)state;
	(void)slot(1u << 6, 20, 12, 1, "li", NULL); /* Sunday evening */
	assert_int_equal(shifts(at(0, 7), at(0, 8))->count, 1);
	assert_int_equal(shifts(at(0, 8), at(0, 9))->count, 0); /* its end is not part of it */
	assert_int_equal(shifts(at(6, 19), at(6, 20))->count, 0);
	assert_int_equal(shifts(at(6, 19), at(6, 20) + 1)->count, 1);
}

static void test_every_second_week_alternates_for_ever(void **state)
{
	struct shift_slot s = {.days = 1, .from_min = 0, .minutes = 60, .post = POST_DESK, .need = 1, .weeks = 2};
	uint32_t id;

	(void)state;
	for (s.week = 0; s.week < 2; s.week++)
		assert_int_equal(shift_slot_set(&room.plan, &s, &id), REFUSAL_OK);
	for (int week = -200; week < 200; week++) {
		struct list *l = shifts(at(7 * week, 0), at(7 * week + 7, 0));

		assert_int_equal(l->count, 1);
		assert_int_equal(l->at[0].slot, shifts(at(7 * week + 14, 0), at(7 * week + 21, 0))->at[0].slot);
	}
	assert_int_not_equal(shifts(at(0, 0), at(7, 0))->at[0].slot, shifts(at(7, 0), at(14, 0))->at[0].slot);
}

static void test_a_slot_that_has_ended_has_no_more_shifts(void **state)
{
	uint32_t id = slot(127, 8, 8, 1, "li", NULL);

	(void)state;
	assert_int_equal(shift_slot_end(&room.plan, id, at(2, 0)), REFUSAL_OK);
	assert_int_equal(shifts(at(0, 0), at(7, 0))->count, 2);
	shift_tidy(&room.plan, at(1, 0));
	assert_int_equal(room.plan.slot_count, 1);
	shift_tidy(&room.plan, at(3, 0));
	assert_int_equal(room.plan.slot_count, 0);
	assert_int_equal(shift_slot_end(&room.plan, id, at(2, 0)), REFUSAL_NOT_FOUND);
}

static void test_a_gap_is_exactly_where_too_few_are_there(void **state)
{
	uint32_t id = slot(127, 8, 8, 2, "li", "wang");
	struct shift_gap gaps[8];
	struct shift s = shift_of(id, at(1, 8));

	(void)state;
	assert_int_equal(shift_gaps(&s, "440103001", &WORLD, 0, gaps, 8), 0);
	snprintf(away.person, sizeof away.person, "li");
	away.count = 2;
	away.last_id = 2;
	away.list[0] = (struct absence){1, at(0, 0), at(1, 10), ABSENCE_SICK, "", 0};
	away.list[1] = (struct absence){2, at(1, 12), at(1, 13), ABSENCE_TRAINING, "", 0};
	assert_true(absences_valid(&away));
	assert_int_equal(shift_gaps(&s, "440103001", &WORLD, 0, gaps, 8), 2);
	assert_int_equal(gaps[0].from_ms, at(1, 8));
	assert_int_equal(gaps[0].until_ms, at(1, 10));
	assert_int_equal(gaps[0].have, 1);
	assert_int_equal(gaps[0].need, 2);
	assert_int_equal(gaps[1].from_ms, at(1, 12));
	assert_int_equal(gaps[1].until_ms, at(1, 13));
	assert_int_equal(shift_fewest(&s, "440103001", &WORLD), 1);
	/* What is past is no gap any more. */
	assert_int_equal(shift_gaps(&s, "440103001", &WORLD, at(1, 9), gaps, 8), 2);
	assert_int_equal(gaps[0].from_ms, at(1, 9));
	assert_int_equal(shift_gaps(&s, "440103001", &WORLD, at(1, 11), gaps, 8), 1);
	assert_int_equal(shift_gaps(&s, "440103001", &WORLD, 0, gaps, 1), 1); /* room for one */
}

static void test_who_cannot_do_it_fills_no_gap(void **state)
{
	uint32_t id = slot(127, 8, 8, 1, "unskilled", NULL);
	struct shift s = shift_of(id, at(0, 8));
	char there[SHIFT_CREW_MAX][ID_MAX];
	struct shift_gap gap;

	(void)state;
	assert_int_equal(shift_there(&s, "440103001", &WORLD, at(0, 9), there), 0);
	assert_int_equal(shift_gaps(&s, "440103001", &WORLD, 0, &gap, 1), 1);
	assert_int_equal(gap.have, 0);
}

static struct shift_change change(uint32_t slot, ms_t from_ms, const char *person, const char *takes)
{
	struct shift_change c = {.slot = slot, .from_ms = from_ms};

	snprintf(c.person, sizeof c.person, "%s", person);
	snprintf(c.takes, sizeof c.takes, "%s", takes);
	snprintf(c.by, sizeof c.by, "%s", person[0] == '\0' ? "sup" : person);
	return c;
}

static void test_a_supervisor_sets_one_day_and_the_plan_stays(void **state)
{
	uint32_t id = slot(127, 8, 8, 1, "li", NULL), made;
	struct shift_change c = change(id, at(1, 8), "li", "wang");
	struct shift s;

	(void)state;
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	s = shift_of(id, at(1, 8));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.people[0], "wang");
	s = shift_of(id, at(2, 8));
	assert_string_equal(s.people[0], "li");
	/* Somebody joins; somebody has it who is not in it; the hours are no shift; it is over; it is too far off. */
	c = change(id, at(1, 8), "", "zhao");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	assert_int_equal(shift_of(id, at(1, 8)).count, 2);
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_WRONG_STATE);
	c = change(id, at(1, 8), "li", "");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_WRONG_STATE);
	c = change(id, at(1, 9), "li", "qian");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_NOT_FOUND);
	c = change(id, at(2, 8), "li", "qian");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(2, 16), &made), REFUSAL_EXPIRED);
	c = change(id, at(200, 8), "li", "qian");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(2, 16), &made), REFUSAL_LIMIT);
	c = change(id, at(4, 8), "", "");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_BAD_REQUEST);
}

static void test_a_shift_beside_the_plan_stands_alone(void **state)
{
	struct shift_change c = change(0, at(3, 22), "", "zhao");
	struct list *l;
	uint32_t made;

	(void)state;
	c.until_ms = at(4, 6);
	c.post = POST_FIELD;
	c.skill = SKILL_NURSE;
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	l = shifts(at(4, 5), at(4, 7));
	assert_int_equal(l->count, 1);
	assert_int_equal(l->at[0].slot, 0);
	assert_int_equal(l->at[0].need, 0);
	assert_string_equal(l->at[0].people[0], "zhao");
	c.until_ms = at(5, 6); /* longer than a day */
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_BAD_REQUEST);
	c.until_ms = at(4, 6);
	c.skill = SKILL_NONE;
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_BAD_REQUEST);
}

static void test_a_swap_holds_when_asked_agreed_and_approved(void **state)
{
	uint32_t mon = slot(1u << 0, 8, 8, 1, "li", NULL), tue = slot(1u << 1, 8, 8, 1, "wang", NULL), made;
	struct shift_change c = change(mon, at(7, 8), "li", "wang");
	enum roster_change said;

	(void)state;
	c.return_slot = tue;
	c.return_from_ms = at(8, 8);
	assert_int_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	assert_int_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &(uint32_t){0}), REFUSAL_BUSY);
	assert_true(shift_has(&(struct shift){.count = 0}, "li") == false);
	assert_string_equal(shift_of(mon, at(7, 8)).people[0], "li"); /* nothing has changed yet */
	/* Nobody else says yes for them, and no supervisor before both want it. */
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "zhao", false, at(0, 9), &said),
	                 REFUSAL_FORBIDDEN);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "li", false, at(0, 9), &said), REFUSAL_FORBIDDEN);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "sup", true, at(0, 9), &said),
	                 REFUSAL_WRONG_STATE);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "wang", false, at(0, 9), &said), REFUSAL_OK);
	assert_int_equal(said, ROSTER_SWAP_AGREED);
	assert_string_equal(shift_of(mon, at(7, 8)).people[0], "li");
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "sup", true, at(0, 10), &said), REFUSAL_OK);
	assert_int_equal(said, ROSTER_SWAP_APPROVED);
	assert_string_equal(shift_of(mon, at(7, 8)).people[0], "wang");
	assert_string_equal(shift_of(tue, at(8, 8)).people[0], "li");
	assert_string_equal(shift_of(mon, at(14, 8)).people[0], "li"); /* that day only */
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, false, "sup", true, at(0, 11), &said),
	                 REFUSAL_WRONG_STATE);
	/* Kept while a part of it is still to come, and no longer. */
	shift_tidy(&room.plan, at(7, 17));
	assert_int_equal(room.plan.change_count, 1);
	shift_tidy(&room.plan, at(8, 16));
	assert_int_equal(room.plan.change_count, 0);
}

static void test_a_yes_is_to_what_stands_now(void **state)
{
	uint32_t mon = slot(1u << 0, 8, 8, 1, "li", NULL), made, other;
	struct shift_change c = change(mon, at(7, 8), "li", "wang"), set = change(mon, at(7, 8), "li", "zhao");
	enum roster_change said;

	(void)state;
	assert_int_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	assert_int_equal(shift_set(&room.plan, OFFSET, &set, at(0, 9), &other), REFUSAL_OK);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "wang", false, at(0, 10), &said),
	                 REFUSAL_WRONG_STATE);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, false, "li", false, at(0, 10), &said), REFUSAL_OK);
	assert_int_equal(said, ROSTER_SWAP_WITHDRAWN);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, 99, false, "li", false, at(0, 10), &said), REFUSAL_NOT_FOUND);
}

/* A supervisor works shifts too, and somebody else says yes to their swaps. */
static void test_a_supervisor_does_not_approve_their_own_swap(void **state)
{
	uint32_t mon = slot(1u << 0, 8, 8, 1, "sup", NULL), made;
	struct shift_change c = change(mon, at(7, 8), "sup", "wang");
	enum roster_change said;

	(void)state;
	/* What runs already is a supervisor's to set. */
	assert_int_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(7, 9), &made), REFUSAL_EXPIRED);
	assert_int_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "wang", false, at(0, 9), &said), REFUSAL_OK);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "sup", true, at(0, 9), &said), REFUSAL_FORBIDDEN);
	assert_string_equal(shift_of(mon, at(7, 8)).people[0], "sup");
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "sup2", true, at(0, 9), &said), REFUSAL_OK);
	assert_string_equal(shift_of(mon, at(7, 8)).people[0], "wang");
}

/* Both want it, and then the shift is given to somebody else: a supervisor's yes would be to what is not so any more. */
static void test_a_supervisor_approves_what_stands_now(void **state)
{
	uint32_t mon = slot(1u << 0, 8, 8, 1, "li", NULL), made, other;
	struct shift_change c = change(mon, at(7, 8), "li", "wang"), set = change(mon, at(7, 8), "li", "zhao");
	enum roster_change said;

	(void)state;
	assert_int_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "wang", false, at(0, 9), &said), REFUSAL_OK);
	assert_int_equal(shift_set(&room.plan, OFFSET, &set, at(0, 9), &other), REFUSAL_OK);
	assert_int_equal(shift_swap_step(&room.plan, OFFSET, made, true, "sup", true, at(0, 10), &said),
	                 REFUSAL_WRONG_STATE);
	assert_string_equal(shift_of(mon, at(7, 8)).people[0], "zhao");
}

static void test_every_swap_state_meets_every_event(void **state)
{
	unsigned moves = 0;

	(void)state;
	for (unsigned s = 0; s <= SWAP_STATE_COUNT; s++)
		for (unsigned e = 0; e <= SWAP_EVENT_COUNT; e++) {
			enum swap_state next = swap_after(s, e);

			/* Nothing is approved that was not agreed to, and what has ended stays so. */
			if (next == SWAP_APPROVED)
				assert_int_equal(s, SWAP_AGREED);
			if (next != SWAP_NONE)
				assert_true(s == SWAP_ASKED || s == SWAP_AGREED);
			moves += next != SWAP_NONE;
		}
	assert_int_equal(moves, 8);
}

static void test_a_roster_is_full_when_it_is_full(void **state)
{
	struct shift_slot s = {.days = 127, .minutes = 60, .post = POST_DESK, .weeks = 1};
	uint32_t id = slot(127, 8, 8, 1, "li", NULL);
	struct shift_change c;
	uint32_t made;

	(void)state;
	for (uint32_t i = 1; i < SHIFT_SLOTS_MAX; i++)
		assert_int_equal(shift_slot_set(&room.plan, &s, &made), REFUSAL_OK);
	assert_int_equal(shift_slot_set(&room.plan, &s, &made), REFUSAL_LIMIT);
	for (int i = 0; i < SHIFT_CHANGES_MAX; i++) {
		c = change(id, at(1 + i, 8), "li", "wang");
		assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
	}
	c = change(id, at(60, 8), "li", "wang");
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_LIMIT);
	assert_int_equal(shift_set(&room.plan, OFFSET, &c, at(2, 9), &made), REFUSAL_OK); /* the first of them is over */
	assert_true(shift_plan_valid(&room.plan));
}

static void test_hours_that_are_none_are_refused(void **state)
{
	const struct shift_slot good = {.days = 1, .minutes = 60, .post = POST_FIELD, .skill = SKILL_CARE, .weeks = 1};
	struct shift_slot s;
	uint32_t made;

	(void)state;
#define REFUSED(member, value)                                                        \
	do {                                                                              \
		s = good;                                                                     \
		s.member = (value);                                                           \
		assert_int_equal(shift_slot_set(&room.plan, &s, &made), REFUSAL_BAD_REQUEST); \
		assert_int_equal(room.plan.slot_count, 0);                                    \
	} while (0)
	REFUSED(days, 0);
	REFUSED(days, 128);
	REFUSED(from_min, 1440);
	REFUSED(minutes, 14);
	REFUSED(minutes, 1441);
	REFUSED(post, POST_NONE);
	REFUSED(post, POST_DESK); /* a desk has no skill */
	REFUSED(skill, SKILL_NONE);
	REFUSED(need, 100);
	REFUSED(weeks, 0);
	REFUSED(week, 1);
	REFUSED(people_count, 1); /* nobody's name */
	s = good;
	assert_int_equal(shift_slot_set(&room.plan, &s, &made), REFUSAL_OK);
}

/* Whoever sends a time, or has written one into the store, may send any. */
static void test_times_that_are_none_are_refused(void **state)
{
	static const ms_t NONE[] = {INT64_MIN, INT64_MIN + 1, -1, SHIFT_TIME_MAX, INT64_MAX - 1, INT64_MAX};
	uint32_t id = slot(127, 8, 8, 1, "li", NULL), made;
	struct shift_room before;
	struct shift s;

	(void)state;
	shift_room_copy(&before, &room.plan);
	for (size_t i = 0; i < COUNT_OF(NONE); i++) {
		struct shift_change c = {
			.from_ms = NONE[i], .until_ms = at(1, 9), .post = POST_DESK, .takes = "wang", .by = "sun"};
		struct absence a = {.from_ms = at(1, 0), .until_ms = NONE[i], .reason = ABSENCE_SICK};

		assert_false(shift_find(&room.plan, OFFSET, id, NONE[i], &s));
		assert_int_not_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
		c.from_ms = at(1, 8);
		c.until_ms = NONE[i];
		assert_int_not_equal(shift_set(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
		c = (struct shift_change){.slot = id, .from_ms = NONE[i], .person = "li", .takes = "wang", .by = "li"};
		assert_int_not_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
		c.from_ms = at(1, 8);
		c.return_slot = id;
		c.return_from_ms = NONE[i];
		assert_int_not_equal(shift_swap_ask(&room.plan, OFFSET, &c, at(0, 9), &made), REFUSAL_OK);
		assert_int_equal(shift_slot_end(&room.plan, id, NONE[i]), REFUSAL_BAD_REQUEST);
		assert_int_not_equal(absence_add(&away, &a, at(0, 9), &made), REFUSAL_OK);
		assert_int_equal(room.plan.change_count, 0);
		assert_int_equal(room.plan.slots[0].until_ms, before.plan.slots[0].until_ms);
		/* As a record might have it. */
		room.slots[0].until_ms = NONE[i];
		assert_false(shift_plan_valid(&room.plan));
		room.slots[0].until_ms = 0;
		room.slots[0].from_ms = NONE[i];
		assert_false(shift_plan_valid(&room.plan));
		room.slots[0].from_ms = 0;
	}
	snprintf(away.person, sizeof away.person, "li");
	for (size_t i = 0; i < COUNT_OF(NONE); i++) {
		away.count = away.last_id = 1;
		away.list[0] = (struct absence){.id = 1, .from_ms = NONE[i], .until_ms = 5, .reason = ABSENCE_SICK};
		assert_false(absences_valid(&away));
	}
}

static void test_absences_are_kept_until_they_are_over(void **state)
{
	struct absence a = {.from_ms = at(1, 0), .until_ms = at(2, 0), .reason = ABSENCE_HOLIDAY};
	uint32_t id;

	(void)state;
	snprintf(away.person, sizeof away.person, "li");
	assert_int_equal(absence_add(&away, &a, at(2, 0), &id), REFUSAL_EXPIRED);
	assert_int_equal(absence_add(&away, &a, at(1, 12), &id), REFUSAL_OK);
	a.reason = ABSENCE_NONE;
	assert_int_equal(absence_add(&away, &a, at(1, 12), &id), REFUSAL_BAD_REQUEST);
	a.reason = ABSENCE_SICK;
	a.until_ms = a.from_ms + ABSENCE_MS_MAX + 1;
	assert_int_equal(absence_add(&away, &a, at(1, 12), &id), REFUSAL_BAD_REQUEST);
	assert_int_equal(absence_end(&away, 9, at(1, 13)), REFUSAL_NOT_FOUND);
	assert_int_equal(absence_end(&away, 1, at(1, 13)), REFUSAL_OK);
	assert_int_equal(away.count, 0);
	a.until_ms = at(9, 0);
	for (int i = 0; i < ABSENCES_MAX; i++)
		assert_int_equal(absence_add(&away, &a, at(1, 12), &id), REFUSAL_OK);
	assert_int_equal(absence_add(&away, &a, at(1, 12), &id), REFUSAL_LIMIT);
	assert_int_equal(id, 1 + ABSENCES_MAX); /* numbers are never used twice */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_week_comes_again_on_its_days_and_no_other, begin),
		cmocka_unit_test_setup(test_a_shift_that_goes_past_midnight_still_runs_in_the_morning, begin),
		cmocka_unit_test_setup(test_every_second_week_alternates_for_ever, begin),
		cmocka_unit_test_setup(test_a_slot_that_has_ended_has_no_more_shifts, begin),
		cmocka_unit_test_setup(test_a_gap_is_exactly_where_too_few_are_there, begin),
		cmocka_unit_test_setup(test_who_cannot_do_it_fills_no_gap, begin),
		cmocka_unit_test_setup(test_a_supervisor_sets_one_day_and_the_plan_stays, begin),
		cmocka_unit_test_setup(test_a_shift_beside_the_plan_stands_alone, begin),
		cmocka_unit_test_setup(test_a_swap_holds_when_asked_agreed_and_approved, begin),
		cmocka_unit_test_setup(test_a_yes_is_to_what_stands_now, begin),
		cmocka_unit_test_setup(test_a_supervisor_does_not_approve_their_own_swap, begin),
		cmocka_unit_test_setup(test_a_supervisor_approves_what_stands_now, begin),
		cmocka_unit_test_setup(test_every_swap_state_meets_every_event, begin),
		cmocka_unit_test_setup(test_a_roster_is_full_when_it_is_full, begin),
		cmocka_unit_test_setup(test_hours_that_are_none_are_refused, begin),
		cmocka_unit_test_setup(test_times_that_are_none_are_refused, begin),
		cmocka_unit_test_setup(test_absences_are_kept_until_they_are_over, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
