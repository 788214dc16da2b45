/* What is kept no longer than it may be, and what is never touched before. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "pingan/v1/record.pb-c.h"
#include "wire/record.h"
#include "wire/retention.h"

#define NOW_MS ((ms_t)1790000000000)
#define BEFORE_MS (NOW_MS - (ms_t)86400000 * 30)

static uint8_t memory[RECORD_SCRATCH], in[16384], out[16384];
static struct arena arena;

static enum retention_act judge(enum retention_rule rule, const ProtobufCMessage *m, struct buf *ret, bool *ret_taken)
{
	size_t len = protobuf_c_message_pack(m, in);

	arena_init(&arena, memory, sizeof memory);
	*ret = buf_of(out, sizeof out);
	return retention_judge(rule, slice_of(in, len), BEFORE_MS, NOW_MS, &arena, ret, ret_taken);
}

static void incident_make(Pingan__V1__Incident *inc, Pingan__V1__Line lines[2], Pingan__V1__Line **list)
{
	static uint8_t sealed[60];

	pingan__v1__incident__init(inc);
	inc->id = 7;
	inc->household = (char *)(uintptr_t) "h1";
	inc->state = PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED;
	inc->closed_ms = BEFORE_MS - 1;
	for (size_t i = 0; i < 2; i++) {
		pingan__v1__line__init(&lines[i]);
		lines[i].at_ms = NOW_MS - 5;
		lines[i].who = (char *)(uintptr_t) "op1";
		lines[i].text.data = sealed;
		lines[i].text.len = i == 0 ? sizeof sealed : 0;
		list[i] = &lines[i];
	}
	inc->lines = list;
	inc->n_lines = 2;
}

/* What was written goes, what happened and when stays. */
static void test_notes_go_and_the_call_stays(void **state)
{
	Pingan__V1__Line lines[2], *list[2];
	Pingan__V1__Incident inc, *after;
	struct buf ret;
	bool taken;

	(void)state;
	incident_make(&inc, lines, list);
	assert_int_equal(judge(RETENTION_NOTES, &inc.base, &ret, &taken), RETENTION_WRITE);
	assert_true(taken);
	after = pingan__v1__incident__unpack(NULL, ret.len, ret.at);
	assert_non_null(after);
	assert_int_equal(after->n_lines, 2);
	assert_int_equal(after->lines[0]->text.len, 0);
	assert_string_equal(after->lines[0]->who, "op1");
	assert_int_equal(after->lines[0]->at_ms, NOW_MS - 5);
	assert_int_equal(after->closed_ms, inc.closed_ms);
	/* Once is enough. */
	assert_int_equal(judge(RETENTION_NOTES, &after->base, &ret, &taken), RETENTION_KEEP);
	pingan__v1__incident__free_unpacked(after, NULL);
}

/* A call that is open, young, or still has its call-back before it: no rule takes anything of it. */
static void test_nothing_of_a_call_that_is_not_over(void **state)
{
	Pingan__V1__Line lines[2], *list[2];
	Pingan__V1__Incident inc;
	struct buf ret;
	bool taken;

	(void)state;
	for (int rule = RETENTION_NOTES; rule <= RETENTION_CALLS; rule++) {
		for (int state_now = PINGAN__V1__INCIDENT_STATE__INCIDENT_NONE;
		     state_now < PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED; state_now++) {
			incident_make(&inc, lines, list);
			inc.state = (Pingan__V1__IncidentState)state_now;
			assert_int_equal(judge((enum retention_rule)rule, &inc.base, &ret, &taken), RETENTION_KEEP);
		}
		incident_make(&inc, lines, list);
		inc.closed_ms = BEFORE_MS;
		assert_int_equal(judge((enum retention_rule)rule, &inc.base, &ret, &taken), RETENTION_KEEP);
		inc.closed_ms = 0;
		assert_int_equal(judge((enum retention_rule)rule, &inc.base, &ret, &taken), RETENTION_KEEP);
		inc.closed_ms = BEFORE_MS - 1;
		inc.follow_up_due_ms = NOW_MS + 1;
		assert_int_equal(judge((enum retention_rule)rule, &inc.base, &ret, &taken), RETENTION_KEEP);
		assert_false(taken);
	}
	incident_make(&inc, lines, list);
	assert_int_equal(judge(RETENTION_CALLS, &inc.base, &ret, &taken), RETENTION_REMOVE);
	assert_true(taken);
}

/* Whoever may not log in any more: first it is noted since when, then all but the id goes. Others never. */
static void test_people_are_forgotten_after_their_time(void **state)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT, *after;
	struct buf ret;
	bool taken;

	(void)state;
	p.id = (char *)(uintptr_t) "op9";
	p.account = (char *)(uintptr_t) "op9";
	p.name = (char *)(uintptr_t) "somebody";
	p.phone = (char *)(uintptr_t) "13800000000";
	p.password_hash = (char *)(uintptr_t) "$argon2id$";
	p.role = PINGAN__V1__ROLE__ROLE_OPERATOR;
	assert_int_equal(judge(RETENTION_PEOPLE, &p.base, &ret, &taken), RETENTION_KEEP);
	p.disabled = true;
	assert_int_equal(judge(RETENTION_PEOPLE, &p.base, &ret, &taken), RETENTION_WRITE);
	assert_false(taken);
	after = pingan__v1__person__unpack(NULL, ret.len, ret.at);
	assert_int_equal(after->disabled_ms, NOW_MS);
	assert_string_equal(after->name, "somebody");
	assert_int_equal(judge(RETENTION_PEOPLE, &after->base, &ret, &taken), RETENTION_KEEP);
	pingan__v1__person__free_unpacked(after, NULL);
	p.disabled_ms = BEFORE_MS - 1;
	assert_int_equal(judge(RETENTION_PEOPLE, &p.base, &ret, &taken), RETENTION_WRITE);
	assert_true(taken);
	after = pingan__v1__person__unpack(NULL, ret.len, ret.at);
	assert_string_equal(after->id, "op9");
	assert_string_equal(after->name, "");
	assert_string_equal(after->phone, "");
	assert_string_equal(after->password_hash, "");
	assert_true(after->disabled);
	assert_int_equal(judge(RETENTION_PEOPLE, &after->base, &ret, &taken), RETENTION_KEEP);
	pingan__v1__person__free_unpacked(after, NULL);
}

/* What can't be read is left as it is and said, whatever it is. */
static void test_garbage_is_kept(void **state)
{
	struct buf ret = buf_of(out, sizeof out);
	bool taken;

	(void)state;
	arena_init(&arena, memory, sizeof memory);
	for (int rule = RETENTION_NOTES; rule < RETENTION_COUNT; rule++)
		assert_int_equal(retention_judge((enum retention_rule)rule, slice_str("\xff\xff\xff"), BEFORE_MS, NOW_MS,
		                                 &arena, &ret, &taken),
		                 RETENTION_GARBLED);
	assert_int_equal(ret.len, 0);
}

static void test_each_rule_has_its_setting(void **state)
{
	struct retention_days days = {1, 2, 3, 4};

	(void)state;
	for (uint32_t rule = 0; rule < RETENTION_COUNT; rule++)
		assert_int_equal(retention_days_of(&days, (enum retention_rule)rule), rule + 1);
	assert_string_equal(retention_type(RETENTION_LOG), "");
	assert_string_equal(retention_type(RETENTION_PEOPLE), "person:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes_go_and_the_call_stays),
		cmocka_unit_test(test_nothing_of_a_call_that_is_not_over),
		cmocka_unit_test(test_people_are_forgotten_after_their_time),
		cmocka_unit_test(test_garbage_is_kept),
		cmocka_unit_test(test_each_rule_has_its_setting),
	};

	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
