/* Rosters and absences in the store: written and read the same, and nothing believed that is not lawful. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/shift.h"
#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"
#include "wire/record_roster.h"

#define SAME(core, wire) _Static_assert((int)(core) == (int)(wire), #core " differs on the wire")

SAME(POST_FIELD, PINGAN__V1__SHIFT_POST__POST_FIELD);
SAME(POST_DESK, PINGAN__V1__SHIFT_POST__POST_DESK);
SAME(POST_SUPERVISOR, PINGAN__V1__SHIFT_POST__POST_SUPERVISOR);
SAME(POST_DUTY_PHONE, PINGAN__V1__SHIFT_POST__POST_DUTY_PHONE);
SAME(POST_SECOND_PHONE, PINGAN__V1__SHIFT_POST__POST_SECOND_PHONE);
SAME(SWAP_ASKED, PINGAN__V1__SWAP_STATE__SWAP_ASKED);
SAME(SWAP_AGREED, PINGAN__V1__SWAP_STATE__SWAP_AGREED);
SAME(SWAP_APPROVED, PINGAN__V1__SWAP_STATE__SWAP_APPROVED);
SAME(SWAP_REFUSED, PINGAN__V1__SWAP_STATE__SWAP_REFUSED);
SAME(SWAP_WITHDRAWN, PINGAN__V1__SWAP_STATE__SWAP_WITHDRAWN);
SAME(ABSENCE_SICK, PINGAN__V1__ABSENCE_REASON__ABSENCE_SICK);
SAME(ABSENCE_OTHER, PINGAN__V1__ABSENCE_REASON__ABSENCE_OTHER);
SAME(ROSTER_SLOT_SET, PINGAN__V1__ROSTER_CHANGE__ROSTER_SLOT_SET);
SAME(ROSTER_SWAP_APPROVED, PINGAN__V1__ROSTER_CHANGE__ROSTER_SWAP_APPROVED);
SAME(ROSTER_REMINDED, PINGAN__V1__ROSTER_CHANGE__ROSTER_REMINDED);
SAME(ROSTER_DUTY_ENDS, PINGAN__V1__ROSTER_CHANGE__ROSTER_DUTY_ENDS);

static uint8_t memory[RECORD_SCRATCH], body[RECORD_MAX], again[RECORD_MAX];
static struct arena arena;
static struct shift_room room, read;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, memory, sizeof memory);
	shift_room_init(&room, "440103001");
	return 0;
}

static void slot(uint32_t people)
{
	struct shift_slot s = {.days = 5,
	                       .from_min = 60,
	                       .minutes = 600,
	                       .post = POST_FIELD,
	                       .skill = SKILL_NURSE,
	                       .need = 2,
	                       .weeks = 3,
	                       .week = 2,
	                       .from_ms = 5,
	                       .until_ms = 9};
	uint32_t id;

	for (; s.people_count < people; s.people_count++)
		snprintf(s.people[s.people_count], ID_MAX, "caregiver-%u", (unsigned)s.people_count);
	assert_int_equal(shift_slot_set(&room.plan, &s, &id), REFUSAL_OK);
}

static struct shift_change *swap(void)
{
	struct shift_change *c = &room.changes[room.plan.change_count++];

	*c = (struct shift_change){.id = ++room.plan.last_id,
	                           .slot = 1,
	                           .from_ms = 100,
	                           .until_ms = 100 + MINUTES(60),
	                           .post = POST_FIELD,
	                           .skill = SKILL_CARE,
	                           .person = "li",
	                           .takes = "wang",
	                           .return_slot = 2,
	                           .return_from_ms = 200,
	                           .return_until_ms = 200 + MINUTES(60),
	                           .state = SWAP_AGREED,
	                           .by = "li",
	                           .decided_by = "wang",
	                           .asked_ms = 5,
	                           .changed_ms = 6};
	assert_true(shift_plan_valid(&room.plan));
	return c;
}

static size_t encode(void)
{
	struct buf b = buf_of(body, sizeof body);

	roster_encode(&room.plan, &b);
	assert_false(b.overflow);
	return b.len;
}

static void test_a_roster_is_read_as_it_was_written(void **state)
{
	struct buf b = buf_of(again, sizeof again);
	size_t len;

	(void)state;
	slot(3);
	slot(0);
	(void)swap();
	len = encode();
	assert_int_equal(roster_decode(slice_of(body, len), &read, &arena), 0);
	assert_memory_equal(read.slots, room.slots, sizeof room.slots);
	assert_memory_equal(read.changes, room.changes, sizeof room.changes);
	assert_int_equal(read.plan.last_id, room.plan.last_id);
	roster_encode(&read.plan, &b);
	assert_int_equal(b.len, len);
	assert_memory_equal(again, body, len);
}

static void test_a_roster_too_large_for_a_record_says_so(void **state)
{
	struct buf b = buf_of(body, sizeof body);

	(void)state;
	for (int i = 0; i < SHIFT_SLOTS_MAX; i++)
		slot(SHIFT_PEOPLE_MAX);
	for (int i = 0; i < SHIFT_CHANGES_MAX; i++) {
		struct shift_change *c = swap();

		memset(c->person, 'p', ID_MAX - 1);
		memset(c->takes, 't', ID_MAX - 1);
		memset(c->by, 'b', ID_MAX - 1);
		memset(c->decided_by, 'd', ID_MAX - 1);
	}
	roster_encode(&room.plan, &b);
	assert_true(b.overflow);
}

static void test_what_is_not_lawful_is_not_believed(void **state)
{
	size_t len;

	(void)state;
	slot(1);
	(void)swap();
	len = encode();
	for (size_t i = 0; i < len; i++)
		if (roster_decode(slice_of(body, i), &read, &arena) == 0)
			assert_true(shift_plan_valid(&read.plan)); /* cut off where a message ends */
	room.changes[0].state = (enum swap_state)9;
	assert_int_equal(roster_decode(slice_of(body, encode()), &read, &arena), RECORD_BAD_ENUM);
	room.changes[0].state = SWAP_NONE;
	assert_int_equal(roster_decode(slice_of(body, encode()), &read, &arena), RECORD_BAD_STATE);
	room.plan.change_count = 0;
	room.slots[0].minutes = 5000;
	assert_int_equal(roster_decode(slice_of(body, encode()), &read, &arena), RECORD_BAD_STATE);
	room.slots[0].minutes = 60;
	room.slots[0].post = (enum shift_post)77;
	assert_int_equal(roster_decode(slice_of(body, encode()), &read, &arena), RECORD_BAD_ENUM);
	assert_int_equal(roster_decode(slice_of("\xf8\x01\x01", 3), &read, &arena), RECORD_BAD_UNKNOWN);
	assert_int_equal(roster_decode(slice_of(body, RECORD_MAX + 1), &read, &arena), RECORD_BAD_SIZE);
}

static void test_absences_are_read_as_they_were_written(void **state)
{
	struct absences a = {.person = "li", .last_id = 7, .count = 2}, b;
	struct buf to = buf_of(body, sizeof body);

	(void)state;
	a.list[0] = (struct absence){3, 100, 200, ABSENCE_SICK, "sup", 50};
	a.list[1] = (struct absence){7, 300, 400, ABSENCE_OTHER, "", 60};
	absences_encode(&a, &to);
	assert_int_equal(absences_decode(slice_of(body, to.len), &b, &arena), 0);
	assert_memory_equal(&a, &b, sizeof a);
	a.list[1].until_ms = 299;
	to = buf_of(body, sizeof body);
	absences_encode(&a, &to);
	assert_int_equal(absences_decode(slice_of(body, to.len), &b, &arena), RECORD_BAD_STATE);
}

static void test_no_value_is_missing_on_either_side(void **state)
{
	(void)state;
	assert_int_equal(pingan__v1__shift_post__descriptor.n_values, POST_COUNT);
	assert_int_equal(pingan__v1__swap_state__descriptor.n_values, SWAP_STATE_COUNT);
	assert_int_equal(pingan__v1__absence_reason__descriptor.n_values, ABSENCE_REASON_COUNT);
	assert_int_equal(pingan__v1__roster_change__descriptor.n_values, ROSTER_CHANGE_COUNT);
	for (int i = 1; i < POST_COUNT; i++)
		assert_int_equal(shift_post_by_name(shift_post_name((enum shift_post)i)), i);
	for (int i = 1; i < ABSENCE_REASON_COUNT; i++)
		assert_int_equal(absence_reason_by_name(absence_reason_name((enum absence_reason)i)), i);
	assert_int_equal(shift_post_by_name("none"), POST_NONE);
	assert_int_equal(shift_skill_by_name("nurse"), SKILL_NURSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_roster_is_read_as_it_was_written, begin),
		cmocka_unit_test_setup(test_a_roster_too_large_for_a_record_says_so, begin),
		cmocka_unit_test_setup(test_what_is_not_lawful_is_not_believed, begin),
		cmocka_unit_test_setup(test_absences_are_read_as_they_were_written, begin),
		cmocka_unit_test_setup(test_no_value_is_missing_on_either_side, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
