/* test_golden.c - the main stories as they are told in tests/sim/golden/NAME.txt, compared line by line: whatever changes in
 * them is looked at by a person. `./dev test sim --golden` writes them anew; what then differs is what git shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenes.h"

#define STORY_MAX 65536

/* "[  125671] op0 takes" -> "   2:05.671  op0 takes". */
static void tell(const char *history, const char *title, char ret[STORY_MAX])
{
	size_t at = (size_t)snprintf(
		ret, STORY_MAX, "%s\n\nminutes:seconds; op0 is an operator, op1 the supervisor, cg0 and cg1 are caregivers\n\n",
		title);

	while (*history != '\0') {
		const char *end = strchr(history, '\n'), *text = strchr(history, ']');
		long long ms = strtoll(history + 1, NULL, 10);

		assert_non_null(end);
		assert_true(text != NULL && text < end);
		at += (size_t)snprintf(ret + at, STORY_MAX - at, "%4lld:%02lld.%03lld %.*s\n", ms / 60000, ms / 1000 % 60,
		                       ms % 1000, (int)(end - text - 1), text + 1);
		assert_true(at < STORY_MAX);
		history = end + 1;
	}
}

static void compare(const char *path, const char *now)
{
	char was[STORY_MAX];
	FILE *f = fopen(path, "r");
	size_t len, line = 1, at = 0;

	if (f == NULL)
		fail_msg("%s is not there: ./dev test sim --golden writes it", path);
	len = fread(was, 1, sizeof was - 1, f);
	fclose(f);
	was[len] = '\0';
	for (; was[at] != '\0' && was[at] == now[at]; at++)
		line += was[at] == '\n';
	if (was[at] == now[at])
		return;
	while (at > 0 && now[at - 1] != '\n')
		at--;
	fprintf(stderr, "%s, line %zu:\n  was: %.*s\n  now: %.*s\n./dev test sim --golden writes it anew\n", path, line,
	        (int)strcspn(was + at, "\n"), was + at, (int)strcspn(now + at, "\n"), now + at);
	fail();
}

static void golden(struct sim *sim, const char *name, const char *title)
{
	const char *history = sim_story(sim);
	char now[STORY_MAX], path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/sim/golden/%s.txt", PINGAN_SOURCE_DIR, name);
	tell(history, title, now);
	if (getenv("PINGAN_SIM_GOLDEN") == NULL) {
		compare(path, now);
	} else {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(now, f);
		fclose(f);
	}
	sim_free(sim);
}

/* Pressed, shown to both, taken, looked at. */
static struct sim *taken(const struct sim_setup *setup)
{
	struct sim *sim = scene_ready(setup);

	sim_press(sim, 0, KIND_SOS);
	until_row(sim, 0, 0, 1000);
	until_row(sim, 1, 0, 1000);
	sim_run(sim, 3000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_open(sim, 0, 0)), RESULT_OK);
	return sim;
}

static void test_press_to_close(void **state)
{
	struct sim *sim = taken(NULL);

	(void)state;
	sim_run(sim, 8000);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_dispatch(sim, 0, 0, SIM_PHONES_MAX)), RESULT_OK);
	until_offered(sim, 1, 0, 1000);
	sim_run(sim, 5000);
	assert_int_equal(phone_result(sim, 1, sim_phone_answer(sim, 1, 0, true)), RESULT_OK);
	until_job(sim, 1, 1000);
	sim_run(sim, 40000);
	assert_int_equal(phone_result(sim, 1, sim_phone_progress(sim, 1, JOB_EN_ROUTE)), RESULT_OK);
	sim_run(sim, MINUTES(9));
	assert_int_equal(phone_result(sim, 1, sim_phone_progress(sim, 1, JOB_ARRIVED)), RESULT_OK);
	sim_run(sim, MINUTES(12));
	assert_int_equal(phone_result(sim, 1, sim_phone_progress(sim, 1, JOB_DONE)), RESULT_OK);
	sim_run(sim, 10000);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_HELPED_AT_HOME)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	golden(sim, "press_to_close",
	       "She presses; an operator takes it, speaks, sends somebody, who helps; it is closed.");
}

static void test_nobody_reacts(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_press(sim, 0, KIND_FALL);
	until_heard(sim, 0, STEP_STORED, 1000);
	sim_run(sim, MINUTES(5));
	golden(sim, "nobody_reacts", "She has fallen, and nobody reacts: the system does, step by step, without end.");
}

static void test_no_voice(void **state)
{
	struct sim *sim = taken(NULL);

	(void)state;
	sim_run(sim, MINUTES(2) + 30000);
	golden(sim, "no_voice",
	       "It is taken, and nobody answers the telephone: after two minutes that is an emergency by itself.");
}

static void test_returned_call(void **state)
{
	struct sim *sim = taken(NULL);

	(void)state;
	sim_desk_down(sim, 0);
	sim_run(sim, 45000);
	assert_int_equal(desk_result(sim, 1, sim_desk_claim(sim, 1, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 1, sim_desk_spoke(sim, 1, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 1, sim_desk_close(sim, 1, 0, OUTCOME_ADVICE)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	golden(sim, "returned_call",
	       "The console of the operator who has it is gone: 30 s later it rings again, and another takes it.");
}

static bool shown(struct sim *sim, uint64_t desk)
{
	return sim_desk_row(sim, (unsigned)desk, 0) != NULL;
}

static void test_store_away(void **state)
{
	struct sim *sim = scene_ready(NULL);

	(void)state;
	sim_store_away(sim, true);
	sim_run(sim, 5000);
	sim_press(sim, 0, KIND_SOS);
	assert_true(sim_until(sim, shown, 0, 1000));
	sim_run(sim, 4000);
	sim_desk_calling(sim, 0, 0);
	sim_run(sim, 10000);
	sim_store_away(sim, false);
	until_heard(sim, 0, STEP_ANSWERED, 15000);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_ADVICE)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 1000);
	golden(
		sim, "store_away",
		"The store is away: the press is shown and not acknowledged; \"I am calling\" becomes a yes when it is back.");
}

static void test_daemon_dies(void **state)
{
	const struct sim_setup two = {.daemons = 2};
	struct sim *sim = taken(&two);

	(void)state;
	sim_daemon_crash(sim, 0);
	sim_run(sim, 12000);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, 0)), RESULT_OK);
	sim_daemon_start(sim, 0);
	sim_run(sim, 5000);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_ADVICE)), RESULT_OK);
	until_heard(sim, 0, STEP_CLOSED, 5000);
	golden(sim, "daemon_dies",
	       "A daemon dies with a call in hand: the other one goes on, and whose call it was stays so.");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_press_to_close), cmocka_unit_test(test_nobody_reacts), cmocka_unit_test(test_no_voice),
		cmocka_unit_test(test_returned_call),  cmocka_unit_test(test_store_away),    cmocka_unit_test(test_daemon_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
