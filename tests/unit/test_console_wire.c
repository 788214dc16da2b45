/* test_console_wire.c - what of a screen's frame is believed, and frames put together from rows packed before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/incident.h"
#include "wire/console.h"

static _Alignas(max_align_t) uint8_t memory[256 * 1024];
static struct arena arena;

static int decode(const Pingan__V1__ToDaemon *m)
{
	static uint8_t bytes[65536];
	const Pingan__V1__ToDaemon *ret = NULL;
	size_t len = pingan__v1__to_daemon__pack(m, bytes);
	int r;

	arena_init(&arena, memory, sizeof memory);
	r = console_decode(slice_of(bytes, len), &arena, &ret);
	if (r == 0 || r == CONSOLE_BAD_REQUEST)
		assert_non_null(ret);
	return r;
}

static int decode_hello(const Pingan__V1__ScreenHello *hello)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;

	m.body_case = PINGAN__V1__TO_DAEMON__BODY_HELLO;
	m.hello = (Pingan__V1__ScreenHello *)hello;
	return decode(&m);
}

static int decode_request(Pingan__V1__Request *r)
{
	Pingan__V1__ToDaemon m = PINGAN__V1__TO_DAEMON__INIT;

	m.body_case = PINGAN__V1__TO_DAEMON__BODY_REQUEST;
	m.request = r;
	return decode(&m);
}

static void test_frames(void **state)
{
	const Pingan__V1__ToDaemon *ret;
	static uint8_t big[CONSOLE_IN_MAX + 1];
	Pingan__V1__ToDaemon empty = PINGAN__V1__TO_DAEMON__INIT;

	(void)state;
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(console_decode(slice_of(big, 0), &arena, &ret), CONSOLE_BAD_SIZE);
	assert_int_equal(console_decode(slice_of(big, sizeof big), &arena, &ret), CONSOLE_BAD_SIZE);
	assert_int_equal(console_decode(slice_of("\x0a\x7f", 2), &arena, &ret), CONSOLE_BAD_BYTES);
	/* A body of a later version: nothing we know. */
	assert_int_equal(console_decode(slice_of("\xf2\x01\x00", 3), &arena, &ret), CONSOLE_BAD_KIND);
	empty.body_case = PINGAN__V1__TO_DAEMON__BODY__NOT_SET;
	assert_int_equal(decode(&empty), CONSOLE_BAD_SIZE);
	/* Out of memory is refused like any other frame. */
	arena_init(&arena, memory, 64);
	assert_int_equal(console_decode(slice_of("\x1a\x0b\x09\1\0\0\0\0\0\0\0\x1a\0", 13), &arena, &ret),
	                 CONSOLE_BAD_BYTES);
}

static void test_hello(void **state)
{
	Pingan__V1__ScreenHello h = PINGAN__V1__SCREEN_HELLO__INIT;
	uint64_t holds[CONSOLE_HOLDS_MAX + 1];
	char build[CONSOLE_BUILD_MAX + 2];

	(void)state;
	assert_int_equal(decode_hello(&h), CONSOLE_BAD_FIELD); /* no page */
	h.page = PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE;
	assert_int_equal(decode_hello(&h), 0);
	h.page = (Pingan__V1__ScreenHello__Page)4;
	assert_int_equal(decode_hello(&h), CONSOLE_BAD_FIELD);
	h.page = PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER;
	for (size_t i = 0; i < COUNT_OF(holds); i++)
		holds[i] = i + 1;
	h.holds = holds;
	h.n_holds = CONSOLE_HOLDS_MAX;
	assert_int_equal(decode_hello(&h), 0);
	h.n_holds++;
	assert_int_equal(decode_hello(&h), CONSOLE_BAD_FIELD);
	h.n_holds = 1;
	holds[0] = 0;
	assert_int_equal(decode_hello(&h), CONSOLE_BAD_FIELD);
	h.n_holds = 0;
	memset(build, 'b', sizeof build);
	build[CONSOLE_BUILD_MAX + 1] = '\0';
	h.build = build;
	assert_int_equal(decode_hello(&h), CONSOLE_BAD_FIELD);
	build[CONSOLE_BUILD_MAX] = '\0';
	assert_int_equal(decode_hello(&h), 0);
	build[0] = (char)0xff;
	assert_int_equal(decode_hello(&h), CONSOLE_BAD_FIELD);
}

/* Each request is refused for each thing that is wrong with it, and taken when nothing is. */
#define REQUEST(type, TYPE, case_, member)             \
	Pingan__V1__Request r = PINGAN__V1__REQUEST__INIT; \
	Pingan__V1__##type m = PINGAN__V1__##TYPE##__INIT; \
	(void)state;                                       \
	r.cmd = 7;                                         \
	r.what_case = PINGAN__V1__REQUEST__WHAT_##case_;   \
	r.member = &m

#define GOOD assert_int_equal(decode_request(&r), 0)
#define BAD assert_int_equal(decode_request(&r), CONSOLE_BAD_REQUEST)

static void test_claim(void **state)
{
	REQUEST(Claim, CLAIM, CLAIM, claim);
	BAD; /* no incident */
	m.incident = UINT64_MAX;
	GOOD;
	m.from = (char *)"op1";
	GOOD;
	m.from = (char *)"an id can not have blanks";
	BAD;
	m.from = (char *)"";
	r.cmd = 0; /* nobody could tell it from another: not even answered */
	assert_int_equal(decode_request(&r), CONSOLE_BAD_KIND);
}

static void test_no_request(void **state)
{
	Pingan__V1__Request r = PINGAN__V1__REQUEST__INIT;

	(void)state;
	r.cmd = 1;
	BAD; /* of a later version: answered, so that the screen knows */
}

static void test_note(void **state)
{
	char text[CONSOLE_TEXT_MAX + 2];
	REQUEST(AddNote, ADD_NOTE, NOTE, note);
	m.incident = 1;
	BAD; /* empty */
	m.text = (char *)"胸口痛\n叫了 120";
	GOOD;
	memset(text, 'x', sizeof text);
	text[CONSOLE_TEXT_MAX] = '\0';
	m.text = text;
	GOOD;
	text[CONSOLE_TEXT_MAX] = 'x';
	text[CONSOLE_TEXT_MAX + 1] = '\0';
	BAD;
	m.text = (char *)"a\x01";
	BAD;
	m.text = (char *)"\xed\xa0\x80"; /* a surrogate */
	BAD;
	m.text = (char *)"\xc0\xaf"; /* '/' in two bytes */
	BAD;
	m.text = (char *)"\xf4\x90\x80\x80"; /* above U+10FFFF */
	BAD;
	m.text = (char *)"\xe4\xbd"; /* cut */
	BAD;
}

static void test_call(void **state)
{
	REQUEST(RecordCall, RECORD_CALL, CALL, call);
	m.incident = 1;
	BAD; /* no result */
	m.result = PINGAN__V1__CALL_RESULT__CALL_FAILED;
	m.contact = CONSOLE_CONTACTS_MAX;
	GOOD;
	m.contact++;
	BAD;
	m.contact = 0;
	m.result = (Pingan__V1__CallResult)5;
	BAD;
	m.result = (Pingan__V1__CallResult)-1;
	BAD;
}

static void test_dispatch(void **state)
{
	char *who[] = {(char *)"cg1", (char *)"cg2", (char *)"cg3", (char *)"cg4", (char *)"cg5"};
	REQUEST(Dispatch, DISPATCH, DISPATCH, dispatch);
	m.incident = 1;
	GOOD; /* the best */
	m.caregivers = who;
	m.n_caregivers = 4;
	GOOD;
	m.n_caregivers = 5;
	BAD;
	m.n_caregivers = 2;
	who[1] = (char *)"cg1"; /* twice */
	BAD;
	who[1] = (char *)"";
	BAD;
	who[1] = (char *)"0123456789012345678901234567890"; /* 31 bytes */
	GOOD;
	who[1] = (char *)"01234567890123456789012345678901";
	BAD;
	who[1] = (char *)"c g";
	BAD;
}

static void test_close(void **state)
{
	REQUEST(Close, CLOSE, CLOSE, close);
	m.incident = 1;
	BAD;
	for (int i = PINGAN__V1__OUTCOME__OUTCOME_HELPED_AT_HOME; i <= PINGAN__V1__OUTCOME__OUTCOME_DRILL; i++) {
		m.outcome = (Pingan__V1__Outcome)i;
		GOOD;
	}
	m.text = (char *)"\xff";
	BAD;
	m.text = (char *)"";
	m.outcome = PINGAN__V1__OUTCOME__OUTCOME_JOINED;
	BAD;
	m.outcome = (Pingan__V1__Outcome)OUTCOME_COUNT;
	BAD;
}

static void test_answer(void **state)
{
	REQUEST(OfferAnswer, OFFER_ANSWER, ANSWER, answer);
	m.incident = 1;
	BAD; /* no job */
	m.job = 1;
	GOOD; /* a no without a reason */
	m.reason = PINGAN__V1__DECLINE_REASON__DECLINE_OTHER;
	GOOD;
	m.accept = 1;
	BAD; /* a yes has none */
	m.reason = PINGAN__V1__DECLINE_REASON__DECLINE_NONE;
	GOOD;
	m.accept = 0;
	m.reason = (Pingan__V1__DeclineReason)6;
	BAD;
	m.reason = 0;
	m.job = CONSOLE_JOB_MAX + 1;
	BAD;
}

static void test_progress(void **state)
{
	REQUEST(JobProgress, JOB_PROGRESS, PROGRESS, progress);
	m.incident = 1;
	m.job = 1;
	BAD;
	m.to = PINGAN__V1__JOB_STATE__JOB_EN_ROUTE;
	GOOD;
	m.result = PINGAN__V1__JOB_RESULT__JOB_RESULT_HELPED;
	BAD; /* a result before the end */
	m.to = PINGAN__V1__JOB_STATE__JOB_DONE;
	GOOD;
	m.result = PINGAN__V1__JOB_RESULT__JOB_RESULT_NONE;
	BAD;
	m.result = (Pingan__V1__JobResult)6;
	BAD;
	m.result = 0;
	m.to = PINGAN__V1__JOB_STATE__JOB_ACCEPTED;
	BAD;
	m.to = PINGAN__V1__JOB_STATE__JOB_ARRIVED;
	m.occurred_ms = -1;
	BAD;
}

static void test_position(void **state)
{
	REQUEST(Position, POSITION, POSITION, position);
	BAD; /* both zero: not known */
	m.lat_e6 = 23129000;
	m.lon_e6 = 113264000;
	GOOD;
	m.lat_e6 = 90000001;
	BAD;
	m.lat_e6 = 1;
	m.lon_e6 = INT32_MIN;
	BAD;
}

/* Names and notes are shown on terminals as well: none of them moves a cursor. */
static void test_no_text_steers_a_terminal(void **state)
{
	(void)state;
	assert_true(console_text_ok(slice_str("陈秀英\tA\n\xc2\xa0\xc3\x9b")));
	for (unsigned c = 1; c < 0xa0; c++) {
		char text[8] = {'a', (char)c, 0};

		if (c >= 0x20 && c < 0x7f)
			continue;
		if (c >= 0x80) {
			text[1] = (char)0xc2;
			text[2] = (char)c;
		}
		assert_int_equal(console_text_ok(slice_str(text)), c == '\n' || c == '\t');
	}
}

static void test_clean(void **state)
{
	Pingan__V1__ToScreen m = PINGAN__V1__TO_SCREEN__INIT;
	Pingan__V1__IncidentDetail d = PINGAN__V1__INCIDENT_DETAIL__INIT;
	Pingan__V1__DetailResident r = PINGAN__V1__DETAIL_RESIDENT__INIT, *list[] = {&r};
	char *risks[] = {(char *)"alone", (char *)"he\xffrt"};

	(void)state;
	d.residents = list;
	d.n_residents = 1;
	d.address = (char *)"\xe4\xb8\xad\xe4\xb8"
						"A\x02"; /* one character, a half, A, a control */
	r.name = (char *)"陈秀英";
	r.risks = risks;
	r.n_risks = 2;
	m.body_case = PINGAN__V1__TO_SCREEN__BODY_DETAIL;
	m.detail = &d;
	arena_init(&arena, memory, sizeof memory);
	assert_true(console_clean(&m.base, &arena));
	assert_string_equal(d.address, "\xe4\xb8\xad??A?");
	assert_string_equal(r.name, "陈秀英");
	assert_string_equal(risks[0], "alone");
	assert_string_equal(risks[1], "he?rt");
	arena_init(&arena, memory, 1);
	d.address = (char *)"\xff";
	assert_false(console_clean(&m.base, &arena));
}

/* Frames made of packed rows are the frames that packing the whole would have meant. */
static void test_rows_packed_before(void **state)
{
	static uint8_t bytes[65536], rows_at[3][512];
	Pingan__V1__IncidentRow row[3], *rows[] = {&row[0], &row[1], &row[2]};
	Pingan__V1__Delta d = PINGAN__V1__DELTA__INIT;
	Pingan__V1__Snapshot s = PINGAN__V1__SNAPSHOT__INIT;
	struct slice packed[3];
	uint64_t removed[] = {5, 6};
	struct buf out;
	Pingan__V1__ToScreen *m;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf b = buf_of(rows_at[i], sizeof rows_at[i]);

		pingan__v1__incident_row__init(&row[i]);
		row[i].id = (uint64_t)i + 1;
		row[i].resident =
			i == 1 ? (char *)"一个很长的名字一个很长的名字一个很长的名字一个很长的名字一个很长的名字" : (char *)"x";
		console_pack(&row[i].base, &b);
		packed[i] = slice_of(b.at, b.len);
	}
	d.prev = 9;
	d.id = 10;
	d.commit = UINT64_MAX;
	d.removed = removed;
	d.n_removed = 2;
	out = buf_of(bytes, sizeof bytes);
	console_pack_delta(&d, packed, 3, &out);
	assert_false(out.overflow);
	m = pingan__v1__to_screen__unpack(NULL, out.len, out.at);
	assert_non_null(m);
	assert_int_equal(m->body_case, PINGAN__V1__TO_SCREEN__BODY_DELTA);
	assert_int_equal(m->delta->n_upserts, 3);
	assert_string_equal(m->delta->upserts[1]->resident, row[1].resident);
	assert_int_equal(m->delta->upserts[2]->id, 3);
	assert_int_equal(m->delta->id, 10);
	assert_int_equal(m->delta->n_removed, 2);
	pingan__v1__to_screen__free_unpacked(m, NULL);

	s.id = 4;
	s.last = 1;
	out = buf_of(bytes, sizeof bytes);
	console_pack_snapshot(&s, packed, 3, &out);
	m = pingan__v1__to_screen__unpack(NULL, out.len, out.at);
	assert_non_null(m);
	s.rows = rows;
	s.n_rows = 3;
	assert_int_equal(pingan__v1__snapshot__get_packed_size(&s), pingan__v1__snapshot__get_packed_size(m->snapshot));
	assert_int_equal(m->snapshot->n_rows, 3);
	assert_true(m->snapshot->last);
	pingan__v1__to_screen__free_unpacked(m, NULL);
	s.n_rows = 0;
	out = buf_of(bytes, 20); /* too small is said, never overrun */
	console_pack_snapshot(&s, packed, 3, &out);
	assert_true(out.overflow);
}

static void test_names(void **state)
{
	(void)state;
	for (int code = CONSOLE_BAD_REQUEST; code < 0; code++)
		assert_string_not_equal(console_bad_name(code), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),   cmocka_unit_test(test_hello),
		cmocka_unit_test(test_claim),    cmocka_unit_test(test_no_request),
		cmocka_unit_test(test_note),     cmocka_unit_test(test_call),
		cmocka_unit_test(test_dispatch), cmocka_unit_test(test_close),
		cmocka_unit_test(test_answer),   cmocka_unit_test(test_progress),
		cmocka_unit_test(test_position), cmocka_unit_test(test_no_text_steers_a_terminal),
		cmocka_unit_test(test_clean),    cmocka_unit_test(test_rows_packed_before),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
