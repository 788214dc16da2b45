/* What is written is read again, whole, and however full it is, it fits. */
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
	memset(&back, 0xa5, sizeof back); /* nothing of before may show through */
	arena_init(&arena, scratch, sizeof scratch);
	return incident_decode(from, &arena, &back);
}

/* Field by field where something may lie behind what counts. */
static void assert_same(const struct incident *a, const struct incident *b)
{
	assert_memory_equal(a, b, offsetof(struct incident, alarms));
	assert_memory_equal(a->alarms, b->alarms, a->alarm_count * sizeof a->alarms[0]);
	assert_memory_equal(a->lines, b->lines, a->line_count * sizeof a->lines[0]);
	assert_memory_equal(a->text, b->text, a->text_len);
	for (uint32_t i = 0; i < a->job_count; i++) {
		assert_memory_equal(&a->jobs[i], &b->jobs[i], offsetof(struct job, offers));
		assert_memory_equal(a->jobs[i].offers, b->jobs[i].offers, a->jobs[i].offer_count * sizeof a->jobs[i].offers[0]);
	}
}

static void test_every_record_of_a_long_walk_is_read_as_it_was_written(void **state)
{
	struct alarm alarm;
	uint64_t seed = 3;
	size_t longest = 0, deepest = 0;

	(void)state;
	kit_init(&k);
	for (uint32_t i = 0; i < 30000; i++) {
		struct slice bytes;

		if (kit_random_step(&k, &seed, &alarm) != MOVE)
			continue;
		bytes = encoded(&k.inc);
		assert_true(bytes.len <= incident_weight(&k.inc));
		longest = bytes.len > longest ? bytes.len : longest;
		assert_int_equal(decoded(bytes), 0);
		assert_same(&k.inc, &back);
		assert_int_equal(arena.misses, 0);
		deepest = arena.len > deepest ? arena.len : deepest;
		if (k.inc.state == INCIDENT_CLOSED && kit_random(&seed) % 8 == 0)
			memset(&k.inc, 0, sizeof k.inc);
	}
	assert_true(longest > 5000);
	assert_true(deepest < RECORD_SCRATCH);
}

/* ---- to the brim ---- */

static void longest_id(char id[ID_MAX], char letter, uint32_t number)
{
	memset(id, letter, ID_MAX - 1);
	id[0] = (char)('a' + number % 26);
	id[1] = (char)('a' + number / 26 % 26);
	id[2] = (char)('a' + number / 676 % 26);
	id[ID_MAX - 1] = '\0';
}

#define LATEST ((INT64_C(1) << 47) - 1)
#define LONGEST_LINE 140 /* more than a line without text weighs */

static void fill_offers(struct job *job, uint32_t count)
{
	job->offer_count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct offer *offer = &job->offers[i];

		longest_id(offer->caregiver, 'c', job->number * 32 + i);
		offer->state = OFFER_EXPIRED;
		offer->wave = UINT32_MAX;
		offer->made_ms = offer->until_ms = offer->changed_ms = LATEST;
		offer->reason = DECLINE_OTHER;
		offer->distance_m = offer->travel_s = UINT32_MAX;
		offer->channels = BIT(CHANNEL_COUNT) - 1;
	}
}

static void fill_job(struct job *job, uint32_t number, bool lives)
{
	memset(job, 0, sizeof *job);
	job->number = 0x7ffffff0 + number;
	job->state = lives ? JOB_ARRIVED : JOB_DONE;
	job->made_ms = job->accepted_ms = job->departed_ms = job->arrived_ms = job->arrival_due_ms = LATEST;
	if (lives)
		job->deadline_ms = LATEST;
	else
		job->ended_ms = LATEST;
	job->wave = UINT32_MAX;
	job->result = JOB_RESULT_OTHER;
	job->depart_overdue = job->arrive_overdue = true;
	job->skill = SKILL_TECHNICIAN;
	longest_id(job->by, 'o', number);
	fill_offers(job, lives ? OFFERS_MAX : OFFERS_KEPT);
	job->offers[0].state = OFFER_ACCEPTED;
	memcpy(job->caregiver, job->offers[0].caregiver, ID_MAX);
}

static void fill_line(struct incident *inc, struct line *line, uint32_t number, uint16_t text_len)
{
	memset(line, 0, sizeof *line);
	line->code = LINE_UNKNOWN_CODE;
	line->at_ms = line->stored_ms = LATEST;
	longest_id(line->who, 'w', number);
	longest_id(line->subject, 's', number);
	line->job = UINT32_MAX;
	line->number = INT64_MIN;
	line->kind = KIND_TEST;
	line->protocol = PROTOCOL_MANUAL;
	line->call = CALL_FAILED;
	line->count = UINT32_MAX;
	line->channel = CHANNEL_MESSAGE;
	line->cmd = UINT64_MAX;
	line->text_len = text_len;
	line->text_at = text_len == 0 ? 0 : (uint16_t)inc->text_len;
	inc->text_len += text_len;
}

/* Everything at its longest and largest: every list full, every id of 31 bytes, every number at its end. */
static void fill(struct incident *inc)
{
	memset(inc, 0, sizeof *inc);
	inc->id = UINT64_MAX;
	longest_id(inc->household, 'h', 0);
	longest_id(inc->device, 'd', 0);
	longest_id(inc->owner, 'o', 0);
	longest_id(inc->former_owner, 'f', 0);
	longest_id(inc->asked_by, 'k', 0);
	memset(inc->area, '4', sizeof inc->area - 1);
	memset(inc->protocol_code, 'E', sizeof inc->protocol_code - 1);
	inc->kind = KIND_PENDANT_LOST;
	inc->class = CLASS_LIFE;
	inc->state = INCIDENT_ANSWERED;
	inc->opened_ms = inc->waiting_since_ms = inc->answered_ms = inc->last_alarm_ms = LATEST;
	inc->attention_due_ms = inc->rerung_ms = inc->rerung_due_ms = LATEST;
	inc->repeats = UINT32_MAX;
	inc->ring_supervisor = inc->reminded = inc->spoke = inc->seen = inc->silent = inc->restored = true;
	inc->resident_cancelled = inc->unattended = true;
	inc->reached = STEP_CLOSED;
	inc->asked_outcome = OUTCOME_DIED;
	inc->duty_turn = UINT32_MAX;
	inc->lines_total = INT64_MAX;
	inc->risk = inc->contact_answer_by = UINT8_MAX;
	inc->hold_until_ms = inc->battery_due_ms = LATEST;
	inc->escalated = inc->drill = true;
	inc->calls = inc->out_now = inc->out_total = INT32_MAX;
	inc->follow_up_of = UINT64_MAX;
	inc->spoke_to = SPOKE_TO_NOBODY;
	inc->contact_answer = CONTACT_ANSWER_ALL_RIGHT;
	inc->told = TELL_ALL;
	for (; inc->handover_count < HANDOVERS_MAX; inc->handover_count++) {
		struct handover *h = &inc->handovers[inc->handover_count];

		h->number = 0x7ffffff0 + inc->handover_count;
		/* One open for each service, and one that has ended. */
		h->service = (enum service)(SERVICE_120 + inc->handover_count % 3);
		h->state = inc->handover_count < 3 ? HANDOVER_OPEN : HANDOVER_CANCELLED;
		h->opened_ms = LATEST;
		*(h->state == HANDOVER_OPEN ? &h->due_ms : &h->ended_ms) = LATEST;
		h->tries = INT32_MAX;
		h->channel = CHANNEL_MESSAGE;
		h->told = BIT(CARD_LINE_COUNT) - 1;
		longest_id(h->by, 'h', inc->handover_count);
	}
	for (; inc->alarm_count < ALARMS_MAX; inc->alarm_count++) {
		struct alarm_ref *ref = &inc->alarms[inc->alarm_count];

		longest_id(ref->device, 'd', inc->alarm_count);
		ref->alarm = UINT64_MAX;
		ref->kind = KIND_TEST;
		ref->zone = UINT16_MAX;
		ref->raised_ms = INT64_MAX;
		ref->protocol = PROTOCOL_MANUAL;
		ref->received_ms = LATEST;
	}
	for (; inc->job_count < JOBS_MAX; inc->job_count++)
		fill_job(&inc->jobs[inc->job_count], inc->job_count, inc->job_count < JOBS_LIVE_MAX);
}

static void test_a_record_filled_to_the_brim_fits(void **state)
{
	static struct incident inc;
	struct slice bytes;
	uint32_t before;

	(void)state;
	fill(&inc);
	before = incident_weight(&inc);
	/* One step's worth of lines, the longest, and the longest note always find room. */
	for (uint32_t i = 0; i < ADDED_MAX; i++) {
		fill_line(&inc, &inc.lines[inc.line_count], i, i + 1 == ADDED_MAX ? NOTE_SEALED_MAX : 0);
		inc.line_count++;
	}
	assert_true(incident_weight(&inc) <= BODY_BUDGET);
	/* Then fill up, texts first, then lines, to the last byte of the budget. */
	while (inc.line_count < LINES_MAX && incident_weight(&inc) + LONGEST_LINE <= BODY_BUDGET) {
		uint32_t room = BODY_BUDGET - incident_weight(&inc) - LONGEST_LINE;

		fill_line(&inc, &inc.lines[inc.line_count], inc.line_count,
		          (uint16_t)(room > NOTE_SEALED_MAX ? NOTE_SEALED_MAX : room));
		inc.line_count++;
	}
	memset(inc.text, 0xff, sizeof inc.text);
	assert_true(incident_weight(&inc) > BODY_BUDGET - LONGEST_LINE && before < BODY_BUDGET);
	assert_true(incident_valid(&inc));
	bytes = encoded(&inc);
	assert_true(bytes.len <= incident_weight(&inc));
	assert_true(bytes.len <= RECORD_MAX && bytes.len > 14000);
	assert_int_equal(decoded(bytes), 0);
	assert_same(&inc, &back);
	assert_int_equal(arena.misses, 0);
}

/* The other brim: closed, waiting, and the most lines a record keeps. */
static void test_each_weight_is_an_upper_bound(void **state)
{
	static struct incident inc;

	(void)state;
	for (uint32_t jobs = 0; jobs <= JOBS_MAX; jobs++) {
		fill(&inc);
		inc.job_count = jobs;
		inc.state = INCIDENT_WAITING;
		memset(inc.owner, 0, sizeof inc.owner);
		inc.attention_due_ms = inc.rerung_ms = inc.rerung_due_ms = 0;
		inc.reminded = inc.spoke = inc.seen = false;
		inc.hold_until_ms = 0;
		inc.ring_neighbours = inc.no_voice = true;
		inc.plan_step = PLAN_DUTY_PHONES;
		inc.plan_due_ms = LATEST;
		while (inc.line_count < LINES_MAX && incident_weight(&inc) + LONGEST_LINE <= BODY_BUDGET) {
			fill_line(&inc, &inc.lines[inc.line_count], inc.line_count, 0);
			inc.line_count++;
		}
		assert_true(incident_valid(&inc));
		assert_true(encoded(&inc).len <= incident_weight(&inc));
	}
}

/* Bytes and weight that come with whatever `change` adds: the weight must be no less. */
#define COVERED(change)                                                           \
	do {                                                                          \
		uint32_t weight_ = incident_weight(&inc);                                 \
		size_t len_ = encoded(&inc).len;                                          \
		change;                                                                   \
		assert_true(encoded(&inc).len - len_ <= incident_weight(&inc) - weight_); \
	} while (0)

static void test_each_part_is_weighed_by_itself(void **state)
{
	static struct incident inc;

	(void)state;
	fill(&inc);
	inc.alarm_count = 0;
	inc.job_count = 0;
	inc.handover_count = 0;
	/* The head with nothing in it: every flag, every time, every id. */
	inc.ring_neighbours = inc.no_voice = inc.quarantine = inc.rerung_all = true;
	inc.plan_step = PLAN_DUTY_PHONES;
	inc.outcome = OUTCOME_DIED;
	inc.plan_due_ms = inc.voice_due_ms = inc.closed_ms = LATEST;
	longest_id(inc.closed_by, 'c', 0);
	longest_id(inc.aside_by, 'a', 0);
	inc.aside = ASIDE_STORM;
	inc.aside_until_ms = inc.follow_up_due_ms = inc.recall_due_ms = inc.repair_due_ms = LATEST;
	inc.area_wide = inc.recall = inc.repair_overdue = inc.away = inc.untested = true;
	longest_id(inc.carrier, 'k', 0);
	assert_true(encoded(&inc).len <= incident_weight(&inc));
	assert_true(encoded(&inc).len + 40 > incident_weight(&inc)); /* and not out of all proportion */
	for (uint32_t i = 0; i < HANDOVERS_MAX; i++)
		COVERED(inc.handover_count++);
	for (uint32_t i = 0; i < ALARMS_MAX; i++)
		COVERED(inc.alarm_count++);
	/* A job grows past 127 and past 1,023 bytes with its offers: its length takes more room. */
	for (uint32_t i = 0; i < JOBS_MAX; i++) {
		fill_job(&inc.jobs[i], i, true);
		inc.jobs[i].ended_ms = inc.jobs[i].receipt_due_ms = LATEST;
		inc.jobs[i].unattended = true;
		inc.jobs[i].offer_count = 0;
		if (i >= JOBS_LIVE_MAX)
			continue;
		COVERED(inc.job_count++);
		for (uint32_t j = 0; j < OFFERS_MAX; j++)
			COVERED(inc.jobs[i].offer_count++);
	}
	for (uint32_t i = 0; i < 24; i++) {
		fill_line(&inc, &inc.lines[i], i, 0);
		COVERED(inc.line_count++);
	}
	fill_line(&inc, &inc.lines[24], 24, NOTE_SEALED_MAX);
	COVERED(inc.line_count++);
}

static void test_what_does_not_fit_says_so(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	uint8_t small[100];
	struct buf b = buf_of(small, sizeof small);

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	incident_encode(&k.inc, &b);
	assert_true(b.overflow);
	assert_int_equal(b.len, 0);
	/* It is appended behind what stands there. */
	b = buf_of(body, sizeof body);
	buf_put(&b, "head", 4);
	incident_encode(&k.inc, &b);
	assert_memory_equal(body, "head", 4);
	assert_int_equal(decoded(slice_of(body + 4, b.len - 4)), 0);
}

/* ---- people ---- */

static void test_caregiver(void **state)
{
	struct caregiver c = {.id = "cg1", .on_duty = true, .duty_since_ms = KIT_START, .incident = UINT64_MAX, .job = 3},
					 r;
	struct buf b = buf_of(body, sizeof body);

	(void)state;
	arena_init(&arena, scratch, sizeof scratch);
	caregiver_encode(&c, &b);
	assert_int_equal(caregiver_decode(slice_of(b.at, b.len), &r, &arena), 0);
	assert_string_equal(r.id, "cg1");
	assert_true(r.on_duty && r.duty_since_ms == KIT_START && r.incident == UINT64_MAX && r.job == 3);
	for (size_t len = 0; len < 5; len++)
		assert_true(caregiver_decode(slice_of(b.at, len), &r, &arena) < 0);
	c.job = 0;
	b = buf_of(body, sizeof body);
	caregiver_encode(&c, &b);
	assert_int_equal(caregiver_decode(slice_of(b.at, b.len), &r, &arena), RECORD_BAD_STATE);
	c = (struct caregiver){.on_duty = true};
	b = buf_of(body, sizeof body);
	caregiver_encode(&c, &b);
	assert_int_equal(caregiver_decode(slice_of(b.at, b.len), &r, &arena), RECORD_BAD_STATE);
	c = (struct caregiver){.id = "cg1", .duty_since_ms = -1};
	b = buf_of(body, sizeof body);
	caregiver_encode(&c, &b);
	assert_int_equal(caregiver_decode(slice_of(b.at, b.len), &r, &arena), RECORD_BAD_RANGE);
	assert_int_equal(caregiver_decode(slice_of(scratch, RECORD_MAX + 1), &r, &arena), RECORD_BAD_SIZE);
}

static void test_operator(void **state)
{
	struct operator o = {
		.id = "op1", .link = LINK_LOST, .changed_ms = KIT_START, .ready = true, .session = 9, .daemon = "d1"},
					r;
	struct buf b = buf_of(body, sizeof body);

	(void)state;
	arena_init(&arena, scratch, sizeof scratch);
	operator_encode(&o, &b);
	assert_int_equal(operator_decode(slice_of(b.at, b.len), &r, &arena), 0);
	assert_string_equal(r.id, "op1");
	assert_string_equal(r.daemon, "d1");
	assert_true(r.link == LINK_LOST && r.changed_ms == KIT_START && r.ready && r.session == 9);
	o.link = (enum link_state)(LINK_LOST + 1);
	b = buf_of(body, sizeof body);
	operator_encode(&o, &b);
	assert_int_equal(operator_decode(slice_of(b.at, b.len), &r, &arena), RECORD_BAD_ENUM);
	o = (struct operator){.link = LINK_UP};
	b = buf_of(body, sizeof body);
	operator_encode(&o, &b);
	assert_int_equal(operator_decode(slice_of(b.at, b.len), &r, &arena), RECORD_BAD_STATE);
	assert_int_equal(operator_decode(slice_of((const uint8_t *)"\xff\xff", 2), &r, &arena), RECORD_BAD_BYTES);
	assert_int_equal(operator_decode(slice_of(scratch, RECORD_MAX + 1), &r, &arena), RECORD_BAD_SIZE);
}

/* ---- the log ---- */

static void test_the_log_says_what_the_commit_added(void **state)
{
	struct alarm a = kit_alarm("unit1", 7, KIND_SOS);
	struct event note = {.type = EVENT_NOTE, .who = "op1", .cmd = 5, .text_len = 6, .text = "sealed"};
	struct buf b = buf_of(body, sizeof body);
	Pingan__V1__LogEvent *m;

	(void)state;
	kit_init(&k);
	assert_int_equal(kit_press(&k, &a), MOVE);
	assert_int_equal(kit_step(&k, &note), MOVE);
	log_event_encode("d1", "incident:0000000000000007", &k.inc.lines[k.inc.line_count - k.out.added], k.out.added,
	                 k.inc.text, slice_of("raw bytes", 9), "unit1", &b);
	a.raised_ms = 1234;
	log_alarm_encode(&a, 5678, slice_of("closed", 6), "h7", &b);
	assert_false(b.overflow);
	m = pingan__v1__log_event__unpack(NULL, b.len, b.at);
	assert_non_null(m);
	assert_string_equal(m->daemon, "d1");
	assert_string_equal(m->record, "incident:0000000000000007");
	assert_int_equal(m->n_lines, 1);
	assert_int_equal(m->lines[0]->code, PINGAN__V1__LINE_CODE__LINE_NOTE);
	assert_string_equal(m->lines[0]->who, "op1");
	assert_int_equal(m->lines[0]->cmd, 5);
	assert_int_equal(m->lines[0]->text.len, 6);
	assert_memory_equal(m->lines[0]->text.data, "sealed", 6);
	assert_int_equal(m->raw.len, 9);
	assert_int_equal(m->raw_sealed.len, 6);
	assert_memory_equal(m->raw_sealed.data, "closed", 6);
	assert_string_equal(m->sealed_for, "h7");
	assert_string_equal(m->alarm_device, "unit1");
	assert_non_null(m->alarm);
	assert_int_equal(m->alarm->id, 7);
	assert_int_equal(m->alarm->kind, PINGAN__V1__KIND__KIND_SOS);
	assert_int_equal(m->alarm->protocol, PINGAN__V1__PROTOCOL__PROTOCOL_NATIVE);
	assert_int_equal(m->alarm->raised_ms, 1234);
	assert_int_equal(m->alarm->received_ms, 5678);
	pingan__v1__log_event__free_unpacked(m, NULL);
}

static void test_the_longest_log_entry_fits(void **state)
{
	static struct incident inc;
	static uint8_t raw[RAW_SEALED_MAX];
	static uint8_t room[LOG_EVENT_MAX];
	struct alarm a = kit_alarm("unit1", UINT64_MAX, KIND_SOS);
	struct buf b = buf_of(room, sizeof room);
	char daemon[ID_MAX], device[ID_MAX], key[64];

	(void)state;
	memset(&inc, 0, sizeof inc);
	for (; inc.line_count < ADDED_MAX; inc.line_count++)
		fill_line(&inc, &inc.lines[inc.line_count], inc.line_count, inc.line_count == 0 ? NOTE_SEALED_MAX : 0);
	longest_id(daemon, 'd', 0);
	longest_id(device, 'u', 0);
	memset(key, 'k', sizeof key - 1);
	key[sizeof key - 1] = '\0';
	log_event_encode(daemon, key, inc.lines, inc.line_count, inc.text, slice_of(raw, ALARM_RAW_MAX), device, &b);
	memset(a.code, 'c', sizeof a.code - 1);
	a.zone = UINT16_MAX;
	a.raised_ms = INT64_MAX;
	log_alarm_encode(&a, INT64_MAX, slice_of(raw, sizeof raw), device, &b);
	assert_false(b.overflow);
	b = buf_of(room, 40);
	log_event_encode(daemon, key, inc.lines, inc.line_count, inc.text, slice_of(NULL, 0), "", &b);
	assert_true(b.overflow);
}

static void test_every_refusal_has_a_name(void **state)
{
	(void)state;
	for (int code = RECORD_BAD_STATE; code < 0; code++)
		assert_string_not_equal(record_bad_name(code), "bad_other");
	assert_string_equal(record_bad_name(-99), "bad_other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_record_of_a_long_walk_is_read_as_it_was_written),
		cmocka_unit_test(test_a_record_filled_to_the_brim_fits),
		cmocka_unit_test(test_each_weight_is_an_upper_bound),
		cmocka_unit_test(test_each_part_is_weighed_by_itself),
		cmocka_unit_test(test_what_does_not_fit_says_so),
		cmocka_unit_test(test_caregiver),
		cmocka_unit_test(test_operator),
		cmocka_unit_test(test_the_log_says_what_the_commit_added),
		cmocka_unit_test(test_the_longest_log_entry_fits),
		cmocka_unit_test(test_every_refusal_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
