/* The timeline kept in the record: the newest lines, the newest texts, and never more than a record holds. */
#include "support/unit.h"

#include <stdio.h>

#include "core/incident.h"
#include "support/incident_kit.h"

static struct kit k;

static void pressed(void)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
}

static void note(uint64_t number, uint16_t len)
{
	struct event ev = {.type = EVENT_NOTE, .who = "op1", .cmd = number, .text_len = len};

	memset(ev.text, (int)(number % 251), len);
	assert_int_equal(kit_step(&k, &ev), MOVE);
}

static void test_the_last_lines_are_kept_and_all_are_counted(void **state)
{
	(void)state;
	pressed();
	for (uint64_t i = 1; i <= 200; i++)
		note(i, 1);
	assert_int_equal(k.inc.line_count, LINES_MAX);
	assert_int_equal(k.inc.lines_total, 3 + 200);
	assert_int_equal(k.inc.lines[LINES_MAX - 1].cmd, 200);
	assert_int_equal(k.inc.lines[0].cmd, 200 - LINES_MAX + 1);
	assert_int_equal(k.inc.text_len, LINES_MAX);
}

/* A text goes before its line does: that something was written stays on record. */
static void test_the_oldest_texts_go_first_and_the_rest_stay_whole(void **state)
{
	uint32_t with_text = 0, notes = 0;

	(void)state;
	pressed();
	for (uint64_t i = 1; i <= 20; i++)
		note(i, NOTE_SEALED_MAX);
	for (uint32_t i = 0; i < k.inc.line_count; i++) {
		const struct line *line = &k.inc.lines[i];

		notes += line->code == LINE_NOTE;
		if (line->text_len == 0)
			continue;
		with_text++;
		for (uint32_t j = 0; j < line->text_len; j++)
			assert_int_equal(k.inc.text[line->text_at + j], line->cmd % 251);
		assert_true(line->cmd > 20 - TEXT_MAX / NOTE_SEALED_MAX);
	}
	assert_int_equal(notes, 20);
	assert_int_equal(with_text, TEXT_MAX / NOTE_SEALED_MAX);
	assert_int_equal(k.inc.text_len, with_text * NOTE_SEALED_MAX);
}

/* Whoever looks again and again does not push the story out of the record; the log has each look. */
static void test_looking_does_not_push_out_the_story(void **state)
{
	(void)state;
	pressed();
	for (int i = 0; i < 500; i++) {
		char who[ID_MAX];

		snprintf(who, sizeof who, "op%d", i % 3);
		assert_int_equal(kit_do(&k, EVENT_OPENED, who), MOVE);
		assert_int_equal(k.out.added, 1);
		assert_string_equal(k.said, "opened");
	}
	assert_int_equal(k.inc.lines_total, 3 + 500);
	assert_int_equal(k.inc.line_count, 3 + 3);
	assert_int_equal(k.inc.lines[0].code, LINE_ALARM);
}

/* A job with as many offers as it can hold, every id of it as long as an id can be, taken by the last one asked. */
static void full_job(uint32_t number)
{
	const struct job *job = NULL;

	for (uint32_t round = 0; job == NULL || job->offer_count < OFFERS_MAX; round++) {
		for (uint32_t c = 0; c < WAVE_MAX; c++)
			snprintf(k.candidates[c].caregiver, ID_MAX, "caregiver-with-a-long-id-%06u",
			         (unsigned)(number * 1000 + round * 100 + c));
		k.world.candidate_count = WAVE_MAX;
		assert_int_equal(round == 0 ? kit_do(&k, EVENT_DISPATCH, k.inc.owner) : kit_ring(&k), MOVE);
		job = incident_job(&k.inc, number);
	}
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, job->offers[OFFERS_MAX - 1].caregiver, number), MOVE);
}

/* Ids of 31 bytes everywhere, every job full of offers: fewer lines are kept, and the record stays within its budget. */
static void test_long_ids_cost_lines_not_the_bound(void **state)
{
	static const char *const OPERATORS[] = {"operator-with-a-very-long-name1", "operator-with-a-very-long-name2"};
	uint32_t fewest = LINES_MAX;

	(void)state;
	pressed();
	k.policy.plans[CLASS_LIFE].wave_size = WAVE_MAX;
	k.policy.plans[CLASS_LIFE].wave_widen = 0;
	k.policy.plans[CLASS_LIFE].waves = OFFERS_MAX;
	k.policy.takeover_s = 86400; /* they take it from one another */
	assert_int_equal(kit_do(&k, EVENT_CLAIM, OPERATORS[1]), MOVE);
	assert_int_equal(kit_do(&k, EVENT_SPOKE, OPERATORS[1]), MOVE);
	for (uint32_t number = 1; number <= JOBS_LIVE_MAX; number++)
		full_job(number);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(kit_do(&k, EVENT_CLAIM, OPERATORS[i % 2]), MOVE);
		if (i % 10 == 0)
			note((uint64_t)i + 1, NOTE_SEALED_MAX);
		assert_true(incident_weight(&k.inc) <= BODY_BUDGET);
		if (k.inc.line_count < fewest)
			fewest = k.inc.line_count;
	}
	assert_true(fewest < LINES_MAX); /* it came to that */
	assert_true(fewest > 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_lines_are_kept_and_all_are_counted),
		cmocka_unit_test(test_the_oldest_texts_go_first_and_the_rest_stay_whole),
		cmocka_unit_test(test_looking_does_not_push_out_the_story),
		cmocka_unit_test(test_long_ids_cost_lines_not_the_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
