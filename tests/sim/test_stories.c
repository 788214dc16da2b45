/* test_stories.c - the main stories, told with two daemons. What was decided is the timeline of the record: which lines, in
 * which order, by whom, with which numbers. tests/functional/stories.test.mjs tells the same stories to real daemons and a
 * real Redis; both must find what stands in tests/data/stories. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/incident.h"
#include "pingan/v1/common.pb-c.h"
#include "sim/scenes.h"

#define STORY_LINE_MAX 160

struct tale {
	char lines[LINES_MAX][STORY_LINE_MAX];
	unsigned count;
};

/* "LINE_OFFER_EXPIRED" is told as "offer expired". */
static void code_words(enum line_code code, char *ret, size_t size)
{
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value(&pingan__v1__line_code__descriptor, (int)code);

	assert_non_null(value);
	snprintf(ret, size, "%s", value->name + strlen("LINE_"));
	for (char *c = ret; *c != '\0'; c++)
		*c = *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
}

static void line_words(const struct line *line, char *ret, size_t size)
{
	size_t at;

	code_words(line->code, ret, size);
	at = strlen(ret);
	if (line->who[0] != '\0')
		at += (size_t)snprintf(ret + at, size - at, " by %s", line->who);
	if (line->subject[0] != '\0')
		at +=
			(size_t)snprintf(ret + at, size - at, " %s", strcmp(line->subject, "home0") == 0 ? "home" : line->subject);
	if (line->number != 0)
		at += (size_t)snprintf(ret + at, size - at, " #%lld", (long long)line->number);
	if (line->job != 0)
		at += (size_t)snprintf(ret + at, size - at, " job %u", line->job);
	if (line->count != 0)
		snprintf(ret + at, size - at, " (%u)", line->count);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Whom a wave asks first depends on where they live: lines of the same kind that stand together are put in order. */
static size_t kind_len(const char *line)
{
	static const char *const kinds[] = {"offered ", "offer called ", "offer expired ", "offer withdrawn "};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strncmp(line, kinds[i], strlen(kinds[i])) == 0)
			return strlen(kinds[i]);
	return 0;
}

static void tale_of(const struct incident *inc, struct tale *ret)
{
	ret->count = inc->line_count;
	for (unsigned i = 0; i < ret->count; i++)
		line_words(&inc->lines[i], ret->lines[i], STORY_LINE_MAX);
	for (unsigned from = 0, to; from < ret->count; from = to) {
		size_t len = kind_len(ret->lines[from]);

		for (to = from + 1; to < ret->count && len != 0 && strncmp(ret->lines[from], ret->lines[to], len) == 0;)
			to++;
		qsort(ret->lines[from], to - from, STORY_LINE_MAX, by_text);
	}
}

static void tells(struct sim *sim, const char *story)
{
	char path[512], line[STORY_LINE_MAX];
	struct tale tale;
	unsigned at = 0;
	FILE *file;

	tale_of(sim_incident(sim, 0), &tale);
	snprintf(path, sizeof path, TEST_DATA_DIR "/stories/%s.txt", story);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (at == tale.count || strcmp(tale.lines[at], line) != 0)
			sim_broken(sim, "the story as it is told", "%s.txt: line %u is \"%s\", it should be \"%s\"", story, at + 1,
			           at == tale.count ? "" : tale.lines[at], line);
		at++;
	}
	fclose(file);
	if (at != tale.count)
		sim_broken(sim, "the story as it is told", "%s.txt ends before \"%s\"", story, tale.lines[at]);
}

/* The device and a caregiver on the first daemon, everybody else on the second. */
static struct sim *stage(void)
{
	const struct sim_setup setup = {.daemons = 2, .homes = 1};
	struct sim *sim = scene_ready(&setup);

	sim_home_only(sim, 0, 0);
	sim_desk_only(sim, 0, 1);
	sim_desk_only(sim, 1, 1);
	sim_run(sim, 5000);
	until_live(sim, 20000);
	return sim;
}

static void press(struct sim *sim, enum kind kind)
{
	sim_press(sim, 0, kind);
	until_heard(sim, 0, STEP_STORED, 5000);
	until_row(sim, 0, 0, 5000);
	until_row(sim, 1, 0, 5000);
}

static void desk_ok(struct sim *sim, unsigned desk, uint64_t cmd)
{
	assert_int_equal(desk_result(sim, desk, cmd), RESULT_OK);
}

static void phone_ok(struct sim *sim, unsigned phone, uint64_t cmd)
{
	assert_int_equal(phone_result(sim, phone, cmd), RESULT_OK);
}

struct awaited {
	enum line_code code;
	unsigned count;
};

static bool line_there(struct sim *sim, uint64_t arg)
{
	const struct awaited *a = (const struct awaited *)(uintptr_t)arg;

	return sim_incident(sim, 0) != NULL && lines_of(sim_incident(sim, 0), a->code) >= a->count;
}

static void until_line(struct sim *sim, enum line_code code, unsigned count, int64_t max_ms)
{
	struct awaited a = {code, count};

	if (!sim_until(sim, line_there, (uint64_t)(uintptr_t)&a, max_ms))
		sim_broken(sim, "expected here", "%u lines %d", count, (int)code);
}

static void answer_and_send(struct sim *sim)
{
	press(sim, KIND_SOS);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_open(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_spoke(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_dispatch(sim, 0, 0, 0));
	until_offered(sim, 0, 0, 5000);
}

static void go_and_close(struct sim *sim)
{
	phone_ok(sim, 0, sim_phone_answer(sim, 0, 0, true));
	until_job(sim, 0, 5000);
	phone_ok(sim, 0, sim_phone_progress(sim, 0, JOB_EN_ROUTE));
	until_heard(sim, 0, STEP_HELP_ON_THE_WAY, 20000);
	phone_ok(sim, 0, sim_phone_progress(sim, 0, JOB_ARRIVED));
	phone_ok(sim, 0, sim_phone_progress(sim, 0, JOB_DONE));
	desk_ok(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_HELPED_AT_HOME));
	until_heard(sim, 0, STEP_CLOSED, 20000);
}

static void test_main(void **state)
{
	struct sim *sim = stage();

	(void)state;
	answer_and_send(sim);
	go_and_close(sim);
	tells(sim, "main");
	sim_free(sim);
}

static void test_a_daemon_killed_in_the_middle(void **state)
{
	struct sim *sim = stage();

	(void)state;
	answer_and_send(sim);
	sim_home_only(sim, 0, SIM_DAEMONS_MAX);
	sim_daemon_crash(sim, 0);
	until_live(sim, 20000);
	until_offered(sim, 0, 0, 5000);
	go_and_close(sim);
	tells(sim, "main");
	sim_free(sim);
}

static void test_nobody_reacts(void **state)
{
	struct sim *sim = stage();

	(void)state;
	press(sim, KIND_SOS);
	until_line(sim, LINE_DUTY_PHONES, 1, 100000);
	tells(sim, "nobody-reacts");
	sim_free(sim);
}

static void test_no_voice(void **state)
{
	struct sim *sim = stage();

	(void)state;
	press(sim, KIND_INACTIVITY);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	until_line(sim, LINE_OFFERED, 2, 125000);
	tells(sim, "no-voice");
	sim_free(sim);
}

static void test_returned(void **state)
{
	struct sim *sim = stage();

	(void)state;
	press(sim, KIND_SOS);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_spoke(sim, 0, 0));
	sim_desk_down(sim, 0);
	until_line(sim, LINE_RETURNED, 1, 60000);
	desk_ok(sim, 1, sim_desk_claim(sim, 1, 0));
	tells(sim, "returned");
	sim_free(sim);
}

static void test_repeat(void **state)
{
	struct sim *sim = stage();

	(void)state;
	press(sim, KIND_SOS);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_spoke(sim, 0, 0));
	sim_press(sim, 0, KIND_SOS);
	until_line(sim, LINE_REPEAT, 1, 5000);
	until_line(sim, LINE_RUNG_OPERATORS, 2, 15000);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	tells(sim, "repeat");
	sim_free(sim);
}

static void test_cancelled(void **state)
{
	struct sim *sim = stage();

	(void)state;
	press(sim, KIND_SOS);
	sim_cancel(sim, 0);
	until_line(sim, LINE_RESIDENT_CANCEL, 1, 5000);
	assert_int_equal(sim_incident(sim, 0)->state, INCIDENT_WAITING);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_spoke(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_FALSE_ALARM));
	tells(sim, "cancelled");
	sim_free(sim);
}

static void test_second_person(void **state)
{
	struct sim *sim = stage();

	(void)state;
	press(sim, KIND_SOS);
	desk_ok(sim, 0, sim_desk_claim(sim, 0, 0));
	desk_ok(sim, 0, sim_desk_call(sim, 0, 0, 0, CALL_NO_ANSWER));
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_FALSE_ALARM)),
	                 PINGAN__V1__RESULT__RESULT_NEEDS_CONTACT);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_NO_CONTACT)),
	                 PINGAN__V1__RESULT__RESULT_NEEDS_SECOND);
	assert_int_equal(desk_result(sim, 0, sim_desk_close(sim, 0, 0, OUTCOME_NO_CONTACT)),
	                 PINGAN__V1__RESULT__RESULT_NEEDS_SECOND);
	desk_ok(sim, 1, sim_desk_close(sim, 1, 0, OUTCOME_NO_CONTACT));
	until_heard(sim, 0, STEP_CLOSED, 5000);
	tells(sim, "second-person");
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_main),          cmocka_unit_test(test_a_daemon_killed_in_the_middle),
		cmocka_unit_test(test_nobody_reacts), cmocka_unit_test(test_no_voice),
		cmocka_unit_test(test_returned),      cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_cancelled),     cmocka_unit_test(test_second_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
