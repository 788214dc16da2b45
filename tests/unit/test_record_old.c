/* The day of an upgrade: records that an older version wrote lack the clocks of this one, and hide no call for help. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "core/incident.h"
#include "support/incident_kit.h"
#include "wire/record.h"

static struct kit k;
static struct incident back;
static uint8_t body[RECORD_MAX];
static _Alignas(16) uint8_t scratch[RECORD_SCRATCH];

static int read_again(const struct incident *inc)
{
	struct buf b = buf_of(body, sizeof body);
	struct arena arena;

	incident_encode(inc, &b);
	assert_false(b.overflow);
	arena_init(&arena, scratch, sizeof scratch);
	return incident_decode(slice_of(b.at, b.len), &arena, &back);
}

static void dispatched(enum kind kind)
{
	struct alarm a = kit_alarm("unit1", 7, kind);

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
}

/* What the fields of a job were before offers had channels and receipts. */
static void make_old(struct incident *inc)
{
	inc->recall_due_ms = inc->repair_due_ms = 0;
	inc->told = 0;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		inc->jobs[i].skill = SKILL_NONE;
		inc->jobs[i].receipt_due_ms = 0;
		for (uint32_t n = 0; n < inc->jobs[i].offer_count; n++)
			inc->jobs[i].offers[n].channels = 0;
	}
}

static void test_offers_without_a_clock_for_their_receipts_go_to_the_telephone_now(void **state)
{
	static const enum kind KINDS[] = {KIND_SOS, KIND_INACTIVITY};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		dispatched(KINDS[i]);
		make_old(&k.inc);
		assert_int_equal(read_again(&k.inc), 0);
		assert_true(incident_valid(&back));
		k.inc = back;
		assert_true(incident_next_due(&k.inc) <= k.world.now_ms);
		assert_int_equal(kit_ring(&k), MOVE);
		assert_int_equal(kit_outbox(&k, OUTBOX_CAREGIVER_CALL), 2);
	}
}

static void test_help_on_its_way_without_a_clock_for_calling_back_has_one(void **state)
{
	(void)state;
	dispatched(KIND_SOS);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	make_old(&k.inc);
	assert_int_equal(read_again(&k.inc), 0);
	assert_int_equal(back.recall_due_ms, k.inc.jobs[0].accepted_ms);
	k.inc = back;
	assert_int_equal(kit_ring(&k), MOVE);
	assert_string_equal(k.said, "recall_due");
}

static void test_a_record_full_by_an_older_measure_loses_lines_and_not_itself(void **state)
{
	const struct line *last;

	(void)state;
	dispatched(KIND_SOS);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	while (k.inc.line_count < LINES_MAX)
		k.inc.lines[k.inc.line_count++] = k.inc.lines[0];
	k.inc.lines_total = LINES_MAX;
	for (uint32_t i = 0; i < LINES_MAX; i++) {
		snprintf(k.inc.lines[i].who, ID_MAX, "a_person_with_a_very_long_id_%02u", (unsigned)i);
		snprintf(k.inc.lines[i].subject, ID_MAX, "another_with_as_long_an_id_a_%02u", (unsigned)i);
		k.inc.lines[i].text_at = (uint16_t)(i * (TEXT_MAX / LINES_MAX));
		k.inc.lines[i].text_len = TEXT_MAX / LINES_MAX;
	}
	k.inc.text_len = TEXT_MAX;
	while (k.inc.alarm_count < ALARMS_MAX) {
		k.inc.alarms[k.inc.alarm_count] = k.inc.alarms[0];
		k.inc.alarms[k.inc.alarm_count].alarm += k.inc.alarm_count;
		snprintf(k.inc.alarms[k.inc.alarm_count++].device, ID_MAX, "one_of_the_sensors_of_this_home");
	}
	for (uint32_t i = 0; i < k.inc.job_count; i++)
		for (uint32_t n = 0; n < k.inc.jobs[i].offer_count; n++)
			snprintf(k.inc.jobs[i].offers[n].caregiver, ID_MAX, "caregiver_of_a_large_centre_%u%u", (unsigned)i,
			         (unsigned)n);
	for (uint32_t i = 0; i < HANDOVERS_MAX; i++)
		k.inc.handovers[k.inc.handover_count++] = (struct handover){.number = i + 1,
		                                                            .service = SERVICE_120,
		                                                            .state = HANDOVER_CANCELLED,
		                                                            .opened_ms = 1,
		                                                            .ended_ms = 2,
		                                                            .channel = CHANNEL_VOICE,
		                                                            .by = "somebody_with_a_long_id_of_them"};
	assert_in_range(incident_weight(&k.inc), BODY_BUDGET - 2500, RECORD_MAX + 1000);
	while (incident_weight(&k.inc) <= BODY_BUDGET) { /* more jobs, long over */
		struct job *job = &k.inc.jobs[k.inc.job_count];

		assert_true(k.inc.job_count < JOBS_MAX);
		*job = (struct job){.number = k.inc.job_count + 1,
		                    .state = JOB_CANCELLED,
		                    .made_ms = 1,
		                    .ended_ms = 2,
		                    .by = "somebody_with_a_long_id_of_them"};
		for (; job->offer_count < OFFERS_KEPT; job->offer_count++) {
			struct offer *offer = &job->offers[job->offer_count];

			*offer = (struct offer){.state = OFFER_WITHDRAWN, .made_ms = 1, .until_ms = 2, .changed_ms = 2};
			snprintf(offer->caregiver, ID_MAX, "caregiver_of_a_large_centre_%u", (unsigned)job->offer_count);
		}
		k.inc.job_count++;
	}
	assert_int_equal(read_again(&k.inc), 0);
	assert_true(incident_weight(&back) <= BODY_BUDGET);
	last = &back.lines[back.line_count - 1];
	assert_string_equal(last->who, k.inc.lines[LINES_MAX - 1].who);
	assert_int_equal(last->text_len, TEXT_MAX / LINES_MAX);
	assert_int_equal(back.lines_total, LINES_MAX);
}

/* No version ever wrote these. */
static void test_what_no_version_wrote_is_refused_as_ever(void **state)
{
	(void)state;
	dispatched(KIND_SOS);
	k.inc.plan_due_ms = k.world.now_ms;
	assert_int_equal(read_again(&k.inc), RECORD_BAD_STATE);
	dispatched(KIND_SOS);
	k.inc.jobs[0].deadline_ms = 0;
	assert_int_equal(read_again(&k.inc), RECORD_BAD_STATE);
	dispatched(KIND_SOS);
	k.inc.recall_due_ms = k.world.now_ms; /* nobody is on the way */
	assert_int_equal(read_again(&k.inc), RECORD_BAD_STATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers_without_a_clock_for_their_receipts_go_to_the_telephone_now),
		cmocka_unit_test(test_help_on_its_way_without_a_clock_for_calling_back_has_one),
		cmocka_unit_test(test_a_record_full_by_an_older_measure_loses_lines_and_not_itself),
		cmocka_unit_test(test_what_no_version_wrote_is_refused_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
