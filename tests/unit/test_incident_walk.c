/* Whatever happens, in whatever order, in whatever world: no promise of the incident is broken. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/incident.h"
#include "core/people.h"
#include "support/incident_kit.h"

#define STEPS 200000

/* What has been reached on the walk: a walk that never gets anywhere proves nothing. */
struct tally {
	uint32_t states[INCIDENT_STATE_COUNT];
	uint32_t jobs[JOB_STATE_COUNT];
	uint32_t offers[OFFER_STATE_COUNT];
	uint32_t lines[LINE_CODE_COUNT];
	uint32_t verdicts[REFUSE + 1];
	uint32_t refusals[REFUSAL_COUNT];
	uint32_t full, needs_second, rung_all, no_voice, restored;
};

static void count(struct tally *t, const struct kit *k)
{
	const struct incident *inc = &k->inc;

	t->verdicts[k->out.verdict]++;
	t->refusals[k->out.refusal]++;
	if (k->out.verdict != MOVE)
		return;
	t->states[inc->state]++;
	for (uint32_t i = 0; i < inc->job_count; i++) {
		t->jobs[inc->jobs[i].state]++;
		for (uint32_t j = 0; j < inc->jobs[i].offer_count; j++)
			t->offers[inc->jobs[i].offers[j].state]++;
	}
	for (uint32_t i = inc->line_count - k->out.added; i < inc->line_count; i++)
		t->lines[inc->lines[i].code]++;
	t->full += inc->line_count == LINES_MAX;
	t->rung_all += inc->rerung_all;
	t->no_voice += inc->no_voice;
	t->restored += inc->restored;
}

static bool can_do(const struct kit *k, const char *caregiver, enum skill skill)
{
	for (uint32_t i = 0; i < k->world.candidate_count; i++)
		if (strcmp(k->world.candidates[i].caregiver, caregiver) == 0)
			return (k->world.candidates[i].skills & BIT(skill)) != 0;
	return false;
}

/* Made by this step, and open since. */
static bool offer_is_new(const struct incident *before, const struct incident *after, uint32_t job, uint32_t offer)
{
	const struct offer *now = &after->jobs[job].offers[offer];
	const struct job *was = incident_job(before, after->jobs[job].number);
	const struct offer *then = was == NULL ? NULL : job_offer(was, now->caregiver);

	return now->state == OFFER_MADE && (then == NULL || then->state != OFFER_MADE);
}

/* Beside incident_valid(): what can only be seen with the record before. */
static void check_step(const struct incident *before, const struct kit *k)
{
	const struct incident *inc = &k->inc;
	uint32_t live_before = 0, live = 0;

	assert_true(k->out.outbox_count <= OUTBOX_MAX);
	if (k->out.verdict != MOVE) {
		assert_memory_equal(before, inc, sizeof *inc);
		assert_int_equal(k->out.added + k->out.freed_count + k->out.outbox_count, 0);
		assert_int_equal(k->out.taken[0], '\0');
		if (k->out.verdict == REFUSE)
			assert_int_not_equal(k->out.refusal, REFUSAL_NONE);
		return;
	}
	assert_true(incident_valid(inc));
	assert_true(k->out.added > 0 && k->out.added <= inc->line_count);
	assert_int_equal(inc->lines_total, before->lines_total + k->out.added);
	if (before->id != 0) {
		assert_int_equal(inc->id, before->id);
		assert_int_equal(inc->opened_ms, before->opened_ms);
		if (!before->quarantine || inc->quarantine)
			assert_string_equal(inc->household, before->household);
		assert_true(inc->repeats >= before->repeats);
		/* More urgent it may become, never less. */
		assert_true(inc->class <= before->class || (before->drill && !inc->drill));
	}
	/* A deadline is lost only when what it was for has ended. */
	assert_true(incident_next_due(inc) != 0 || inc->state == INCIDENT_CLOSED);
	/* A rule never closes: only a person's word does. */
	if (inc->state == INCIDENT_CLOSED && before->state != INCIDENT_CLOSED)
		assert_non_null(strstr(k->said, "closed"));
	/* A technician's job is held out to nobody else. */
	for (uint32_t i = 0; i < inc->job_count; i++)
		for (uint32_t j = 0; j < inc->jobs[i].offer_count && inc->jobs[i].skill == SKILL_TECHNICIAN; j++)
			if (inc->jobs[i].offers[j].made_ms == k->world.now_ms && offer_is_new(before, inc, i, j))
				assert_true(can_do(k, inc->jobs[i].offers[j].caregiver, SKILL_TECHNICIAN));
	/* Whoever was taken or freed agrees with the jobs. */
	for (uint32_t i = 0; i < before->job_count; i++)
		live_before += before->jobs[i].state >= JOB_ACCEPTED && before->jobs[i].state <= JOB_ARRIVED;
	for (uint32_t i = 0; i < inc->job_count; i++)
		live += inc->jobs[i].state >= JOB_ACCEPTED && inc->jobs[i].state <= JOB_ARRIVED;
	assert_int_equal(live + k->out.freed_count, live_before + (k->out.taken[0] != '\0'));
	if (k->out.taken[0] != '\0')
		assert_string_equal(incident_job(inc, k->out.taken_job)->caregiver, k->out.taken);
}

static void test_no_step_breaks_a_promise_or_loses_a_deadline(void **state)
{
	struct kit *k = malloc(sizeof *k);
	struct incident *before = malloc(sizeof *before);
	struct tally t = {0};
	struct alarm alarm;
	uint64_t seed = 1;

	(void)state;
	assert_non_null(k);
	assert_non_null(before);
	kit_init(k);
	for (uint32_t i = 0; i < STEPS; i++) {
		*before = k->inc;
		(void)kit_random_step(k, &seed, &alarm);
		t.needs_second += k->out.refusal == REFUSAL_NEEDS_SECOND && k->out.verdict == MOVE;
		check_step(before, k);
		count(&t, k);
		/* An incident that has ended makes room for the next one, sooner or later. */
		if (k->inc.state == INCIDENT_CLOSED && kit_random(&seed) % 20 == 0)
			memset(&k->inc, 0, sizeof k->inc);
	}
	for (unsigned s = INCIDENT_WAITING; s < INCIDENT_STATE_COUNT; s++)
		assert_true(t.states[s] > 100);
	for (unsigned s = JOB_OFFERING; s < JOB_STATE_COUNT; s++)
		assert_true(t.jobs[s] > 100);
	for (unsigned s = OFFER_MADE; s < OFFER_STATE_COUNT; s++)
		assert_true(t.offers[s] > 100);
	for (unsigned c = LINE_ALARM; c < LINE_CODE_COUNT; c++) {
		/* Written by app, not by a step. */
		if (c == LINE_OWNER_GONE || c == LINE_TEST_PRESS || c == LINE_REFUSED)
			continue;
		if (t.lines[c] == 0)
			fail_msg("the walk never came to %s", kit_line_name((enum line_code)c));
	}
	assert_true(t.verdicts[MOVE] > STEPS / 8);
	assert_true(t.verdicts[STAY] > 100 && t.verdicts[REFUSE] > 100);
	assert_true(t.full > 100 && t.needs_second > 0 && t.rung_all > 0 && t.no_voice > 0 && t.restored > 0);
	const enum refusal MET[] = {
		REFUSAL_LOST_RACE,   REFUSAL_NOT_OWNER,    REFUSAL_EXPIRED,           REFUSAL_WRONG_STATE, REFUSAL_NOT_FOUND,
		REFUSAL_BAD_REQUEST, REFUSAL_NEEDS_SECOND, REFUSAL_NEEDS_CONTACT,     REFUSAL_BUSY,        REFUSAL_WITHDRAWN,
		REFUSAL_LIMIT,       REFUSAL_NEEDS_REASON, REFUSAL_NEEDS_CONFIRMATION};
	for (size_t i = 0; i < COUNT_OF(MET); i++)
		if (t.refusals[MET[i]] == 0)
			fail_msg("the walk never met refusal %d", MET[i]);
	free(before);
	free(k);
}

/* The same seed must give the same history, or no failure could be looked at twice. */
static void test_the_same_seed_gives_the_same_history(void **state)
{
	struct kit *a = malloc(sizeof *a), *b = malloc(sizeof *b);
	struct alarm alarm;
	uint64_t seed_a = 42, seed_b = 42;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	kit_init(a);
	kit_init(b);
	for (uint32_t i = 0; i < 2000; i++) {
		(void)kit_random_step(a, &seed_a, &alarm);
		(void)kit_random_step(b, &seed_b, &alarm);
		assert_memory_equal(&a->inc, &b->inc, sizeof a->inc);
	}
	free(a);
	free(b);
}

/* Nobody reacts, for a whole day: the plan goes on, in turns, without end, and never stands still. */
static void test_a_day_without_anybody_never_stands_still(void **state)
{
	static const enum kind KINDS[] = {KIND_SOS, KIND_INACTIVITY, KIND_SERVICE, KIND_BATTERY};
	struct kit *k = malloc(sizeof *k);

	(void)state;
	assert_non_null(k);
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		struct alarm a;
		uint32_t rang = 0;

		kit_init(k);
		a = kit_alarm("unit1", 7, KINDS[i]);
		assert_int_equal(kit_press(k, &a), MOVE);
		while (k->world.now_ms < KIT_START + MINUTES(24 * 60)) {
			ms_t due_ms = incident_next_due(&k->inc);

			assert_true(due_ms > 0 && due_ms <= k->world.now_ms + SECONDS(86400));
			rang = due_ms == k->world.now_ms ? rang + 1 : 0;
			assert_int_equal(kit_ring(k), MOVE);
			/* What rang must not ring again at the same moment for ever. */
			assert_true(rang <= JOBS_LIVE_MAX + 1);
		}
		assert_int_equal(k->inc.state, INCIDENT_WAITING);
	}
	free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_step_breaks_a_promise_or_loses_a_deadline),
		cmocka_unit_test(test_the_same_seed_gives_the_same_history),
		cmocka_unit_test(test_a_day_without_anybody_never_stands_still),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
