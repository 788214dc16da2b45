/* What is read is believed only where it can be true: a record in the store is somebody else's word. */
#include "support/unit.h"

#include <string.h>

#include "core/incident.h"
#include "pingan/v1/record.pb-c.h"
#include "support/incident_kit.h"
#include "wire/record.h"

static struct kit k;
static struct incident back;
static uint8_t body[RECORD_MAX];
static _Alignas(16) uint8_t scratch[RECORD_SCRATCH];
static struct arena arena;

static struct slice encoded(const struct incident *inc)
{
	struct buf b = buf_of(body, sizeof body);

	incident_encode(inc, &b);
	assert_false(b.overflow);
	return slice_of(b.at, b.len);
}

static int decoded(struct slice from)
{
	arena_init(&arena, scratch, sizeof scratch);
	return incident_decode(from, &arena, &back);
}

static Pingan__V1__Incident *opened(void)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	struct slice bytes;
	Pingan__V1__Incident *m;

	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_do(&k, EVENT_CLAIM, "op1"), MOVE);
	assert_int_equal(kit_do(&k, EVENT_DISPATCH, "op1"), MOVE);
	bytes = encoded(&k.inc);
	m = pingan__v1__incident__unpack(NULL, bytes.len, bytes.at);
	assert_non_null(m);
	return m;
}

static void expect(const Pingan__V1__Incident *m, int code)
{
	static uint8_t bytes[64 * 1024];
	size_t len = pingan__v1__incident__get_packed_size(m);

	assert_true(len <= sizeof bytes);
	pingan__v1__incident__pack(m, bytes);
	assert_string_equal(record_bad_name(decoded(slice_of(bytes, len))), record_bad_name(code));
}

/* Changes one thing in a good record, expects the refusal, and puts it back. */
#define REFUSED(field, value, code)        \
	do {                                   \
		__typeof__(field) kept_ = (field); \
		(field) = (value);                 \
		expect(m, code);                   \
		(field) = kept_;                   \
	} while (0)

static void test_a_value_without_a_name_is_refused(void **state)
{
	Pingan__V1__Incident *m = opened();

	(void)state;
	REFUSED(m->kind, (Pingan__V1__Kind)KIND_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->kind, (Pingan__V1__Kind)-1, RECORD_BAD_ENUM);
	REFUSED(m->class_, (Pingan__V1__IncidentClass)CLASS_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->state, (Pingan__V1__IncidentState)77, RECORD_BAD_ENUM);
	REFUSED(m->plan_step, (Pingan__V1__PlanStep)PLAN_STEP_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->outcome, (Pingan__V1__Outcome)OUTCOME_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->asked_outcome, (Pingan__V1__Outcome)OUTCOME_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->reached, (Pingan__V1__Step)STEP_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->lines[0]->code, (Pingan__V1__LineCode)LINE_CODE_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->lines[0]->kind, (Pingan__V1__Kind)KIND_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->lines[0]->protocol, (Pingan__V1__Protocol)PROTOCOL_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->lines[0]->call, (Pingan__V1__CallResult)CALL_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->jobs[0]->state, (Pingan__V1__JobState)JOB_STATE_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->jobs[0]->result, (Pingan__V1__JobResult)JOB_RESULT_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->jobs[0]->offers[0]->state, (Pingan__V1__OfferState)OFFER_STATE_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->jobs[0]->offers[0]->reason, (Pingan__V1__DeclineReason)DECLINE_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->alarms[0]->kind, (Pingan__V1__Kind)KIND_COUNT, RECORD_BAD_ENUM);
	REFUSED(m->alarms[0]->protocol, (Pingan__V1__Protocol)PROTOCOL_COUNT, RECORD_BAD_ENUM);
	expect(m, 0);
	pingan__v1__incident__free_unpacked(m, NULL);
}

static void test_an_id_that_is_none_is_refused(void **state)
{
	static char id32[] = "0123456789abcdef0123456789abcdef", spaced[] = "hh 1", chinese[] = "\xe5\xae\xb6",
				ctl[] = "a\nb";
	Pingan__V1__Incident *m = opened();

	(void)state;
	REFUSED(m->household, id32, RECORD_BAD_TEXT);
	REFUSED(m->household, spaced, RECORD_BAD_TEXT);
	REFUSED(m->device, chinese, RECORD_BAD_TEXT);
	REFUSED(m->owner, ctl, RECORD_BAD_TEXT);
	REFUSED(m->area, id32, RECORD_BAD_TEXT);
	REFUSED(m->protocol_code, id32, RECORD_BAD_TEXT);
	REFUSED(m->lines[1]->who, id32, RECORD_BAD_TEXT);
	REFUSED(m->lines[1]->subject, spaced, RECORD_BAD_TEXT);
	REFUSED(m->jobs[0]->by, id32, RECORD_BAD_TEXT);
	REFUSED(m->jobs[0]->offers[1]->caregiver, spaced, RECORD_BAD_TEXT);
	REFUSED(m->alarms[0]->device, id32, RECORD_BAD_TEXT);
	pingan__v1__incident__free_unpacked(m, NULL);
}

static void test_a_number_out_of_its_bounds_is_refused(void **state)
{
	Pingan__V1__Incident *m = opened();

	(void)state;
	REFUSED(m->opened_ms, -1, RECORD_BAD_RANGE);
	REFUSED(m->opened_ms, INT64_MAX, RECORD_BAD_RANGE);
	REFUSED(m->attention_due_ms, INT64_C(1) << 47, RECORD_BAD_RANGE);
	REFUSED(m->lines_total, UINT64_MAX, RECORD_BAD_RANGE);
	REFUSED(m->jobs[0]->number, UINT32_MAX, RECORD_BAD_RANGE);
	REFUSED(m->jobs[0]->deadline_ms, INT64_MIN, RECORD_BAD_RANGE);
	REFUSED(m->jobs[0]->offers[0]->until_ms, -5, RECORD_BAD_RANGE);
	REFUSED(m->lines[0]->at_ms, -5, RECORD_BAD_RANGE);
	REFUSED(m->alarms[0]->received_ms, -5, RECORD_BAD_RANGE);
	pingan__v1__incident__free_unpacked(m, NULL);
}

static void test_a_list_that_is_too_long_is_refused(void **state)
{
	Pingan__V1__Incident *m = opened();
	Pingan__V1__Line *lines[LINES_MAX + 1];
	Pingan__V1__Job *jobs[JOBS_MAX + 1];
	Pingan__V1__Offer *offers[OFFERS_MAX + 1];
	Pingan__V1__AlarmRef *alarms[ALARMS_MAX + 1];
	uint8_t text[NOTE_SEALED_MAX + 1] = {0};
	Pingan__V1__Line noted = *m->lines[0];
	void *kept;
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		lines[i] = m->lines[0];
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		jobs[i] = m->jobs[0];
	for (size_t i = 0; i < COUNT_OF(offers); i++)
		offers[i] = m->jobs[0]->offers[0];
	for (size_t i = 0; i < COUNT_OF(alarms); i++)
		alarms[i] = m->alarms[0];

#define TOO_MANY(owner, list, with)         \
	do {                                    \
		kept = (owner)->list;               \
		count = (owner)->n_##list;          \
		(owner)->list = (with);             \
		(owner)->n_##list = COUNT_OF(with); \
		expect(m, RECORD_BAD_COUNT);        \
		(owner)->list = kept;               \
		(owner)->n_##list = count;          \
	} while (0)

	TOO_MANY(m, lines, lines);
	TOO_MANY(m, jobs, jobs);
	TOO_MANY(m->jobs[0], offers, offers);
	TOO_MANY(m, alarms, alarms);
	noted.text = (ProtobufCBinaryData){.len = sizeof text, .data = text};
	REFUSED(m->lines[0], &noted, RECORD_BAD_COUNT);
	/* Each text is lawful, all of them together are too much. */
	noted.text.len = NOTE_SEALED_MAX;
	for (size_t i = 0; i < 7; i++)
		lines[i] = &noted;
	kept = m->lines;
	count = m->n_lines;
	m->lines = lines;
	m->n_lines = 7;
	expect(m, RECORD_BAD_COUNT);
	m->lines = kept;
	m->n_lines = count;
	pingan__v1__incident__free_unpacked(m, NULL);
}

/* Each field is lawful, and together they would let somebody wait for ever, or have two owners. */
static void test_a_record_that_breaks_a_promise_is_refused(void **state)
{
	static char nobody[] = "", other[] = "cg9", caregiver[] = "cg1";
	Pingan__V1__Incident *m = opened();
	Pingan__V1__Job *job = m->jobs[0];

	(void)state;
	REFUSED(m->attention_due_ms, 0, RECORD_BAD_STATE);
	REFUSED(m->voice_due_ms, 0, RECORD_BAD_STATE);
	REFUSED(m->owner, nobody, RECORD_BAD_STATE);
	REFUSED(m->state, PINGAN__V1__INCIDENT_STATE__INCIDENT_WAITING, RECORD_BAD_STATE);
	REFUSED(m->state, PINGAN__V1__INCIDENT_STATE__INCIDENT_CLOSED, RECORD_BAD_STATE);
	REFUSED(m->state, PINGAN__V1__INCIDENT_STATE__INCIDENT_NONE, RECORD_BAD_STATE);
	REFUSED(m->outcome, PINGAN__V1__OUTCOME__OUTCOME_ADVICE, RECORD_BAD_STATE);
	REFUSED(m->asked_outcome, PINGAN__V1__OUTCOME__OUTCOME_ADVICE, RECORD_BAD_STATE);
	REFUSED(m->household, nobody, RECORD_BAD_STATE);
	REFUSED(m->quarantine, true, RECORD_BAD_STATE);
	REFUSED(m->rerung_ms, 5, RECORD_BAD_STATE);
	REFUSED(m->id, 0, RECORD_BAD_STATE);
	REFUSED(m->lines_total, 1, RECORD_BAD_STATE);
	REFUSED(m->n_lines, 0, RECORD_BAD_STATE);
	REFUSED(m->n_alarms, 0, RECORD_BAD_STATE);
	REFUSED(job->deadline_ms, 0, RECORD_BAD_STATE);
	REFUSED(job->caregiver, other, RECORD_BAD_STATE);
	REFUSED(job->n_offers, 0, RECORD_BAD_STATE);
	REFUSED(job->offers[0]->state, PINGAN__V1__OFFER_STATE__OFFER_ACCEPTED, RECORD_BAD_STATE);
	REFUSED(job->offers[1]->caregiver, caregiver, RECORD_BAD_STATE); /* cg1 twice */
	REFUSED(job->state, PINGAN__V1__JOB_STATE__JOB_EN_ROUTE, RECORD_BAD_STATE);
	REFUSED(job->number, 0, RECORD_BAD_STATE);
	expect(m, 0);
	pingan__v1__incident__free_unpacked(m, NULL);
}

static void test_a_journey_that_breaks_a_promise_is_refused(void **state)
{
	static char nobody[] = "";
	Pingan__V1__Incident *m = opened();
	Pingan__V1__Job *job;
	struct slice bytes;

	(void)state;
	pingan__v1__incident__free_unpacked(m, NULL);
	assert_int_equal(kit_job(&k, EVENT_OFFER_ACCEPT, "cg1", 1), MOVE);
	assert_int_equal(kit_job(&k, EVENT_JOB_DEPART, "cg1", 1), MOVE);
	bytes = encoded(&k.inc);
	m = pingan__v1__incident__unpack(NULL, bytes.len, bytes.at);
	assert_non_null(m);
	job = m->jobs[0];
	REFUSED(job->deadline_ms, 0, RECORD_BAD_STATE); /* nobody would ask where he is */
	REFUSED(job->ended_ms, 1, RECORD_BAD_STATE);
	REFUSED(job->caregiver, nobody, RECORD_BAD_STATE);
	REFUSED(job->accepted_ms, 0, RECORD_BAD_STATE);
	REFUSED(job->departed_ms, 0, RECORD_BAD_STATE);
	REFUSED(job->departed_ms, 1, RECORD_BAD_STATE); /* before he had accepted */
	REFUSED(job->arrived_ms, 1, RECORD_BAD_STATE);
	REFUSED(job->arrival_due_ms, 0, RECORD_BAD_STATE);
	REFUSED(job->state, PINGAN__V1__JOB_STATE__JOB_CANCELLED, RECORD_BAD_STATE);
	expect(m, 0);
	pingan__v1__incident__free_unpacked(m, NULL);
}

static void test_bytes_that_are_no_record(void **state)
{
	struct slice bytes;
	static uint8_t copy[RECORD_MAX + 1];

	(void)state;
	pingan__v1__incident__free_unpacked(opened(), NULL);
	k.inc.told = 0; /* its last field is one without which it would be lawful too */
	bytes = encoded(&k.inc);
	memcpy(copy, bytes.at, bytes.len);
	/* Cut anywhere: refused, whatever the reason. */
	for (size_t len = 0; len < bytes.len; len++)
		assert_true(decoded(slice_of(copy, len)) < 0);
	assert_int_equal(decoded(slice_of(copy, sizeof copy)), RECORD_BAD_SIZE);
	/* A field of a later version: storing it again would lose it. */
	copy[bytes.len] = 0xf8; /* field 111, varint */
	copy[bytes.len + 1] = 0x06;
	copy[bytes.len + 2] = 0x01;
	assert_int_equal(decoded(slice_of(copy, bytes.len + 3)), RECORD_BAD_UNKNOWN);
	memset(copy, 0xff, sizeof copy);
	assert_int_equal(decoded(slice_of(copy, 100)), RECORD_BAD_BYTES);
	assert_true(decoded(slice_of(copy, 0)) < 0);
}

/* However little memory the decoder has, it refuses; it neither crashes nor reads half. */
static void test_any_arena_is_big_enough_to_refuse(void **state)
{
	struct slice bytes;
	struct arena small;
	bool enough = false;

	(void)state;
	pingan__v1__incident__free_unpacked(opened(), NULL);
	bytes = encoded(&k.inc);
	for (size_t size = 0; size < 32 * 1024; size += 16) {
		int r;

		arena_init(&small, scratch, size);
		r = incident_decode(bytes, &small, &back);
		assert_true(r == RECORD_BAD_BYTES || r == 0);
		assert_int_equal(r == 0, small.misses == 0);
		enough = enough || r == 0;
	}
	assert_true(enough);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_value_without_a_name_is_refused),
		cmocka_unit_test(test_an_id_that_is_none_is_refused),
		cmocka_unit_test(test_a_number_out_of_its_bounds_is_refused),
		cmocka_unit_test(test_a_list_that_is_too_long_is_refused),
		cmocka_unit_test(test_a_record_that_breaks_a_promise_is_refused),
		cmocka_unit_test(test_a_journey_that_breaks_a_promise_is_refused),
		cmocka_unit_test(test_bytes_that_are_no_record),
		cmocka_unit_test(test_any_arena_is_big_enough_to_refuse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
