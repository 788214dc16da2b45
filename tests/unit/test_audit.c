/* What people do and look at goes on record in the commit that does it; what nobody did costs nothing. */
#include "app_rig_city.h"

#include "app/audit.h"
#include "app/screens.h"

#define CONSOLE PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CONSOLE
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

static _Alignas(max_align_t) uint8_t memory[65536];
static struct arena scratch;
static struct audit heard[256]; /* of every commit that stood, in order */
static size_t heard_count, commits;

static void stored(struct rig *g, const struct store_commit *c)
{
	(void)g;
	commits++;
	if (c->audit.len == 0)
		return;
	arena_init(&scratch, memory, sizeof memory);
	assert_true(heard_count < COUNT_OF(heard));
	assert_true(audit_decode(c->audit, &scratch, &heard[heard_count++]));
}

static const struct audit *last(void)
{
	assert_true(heard_count > 0);
	return &heard[heard_count - 1];
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	g->stored = stored;
	rig_console(g, 1, "op1");
	rig_console(g, 4, "sup");
	heard_count = commits = 0;
	return g;
}

/* ------------------------------------------------------------ the table and the bytes */

/* A line that somebody adds to the protocol has its word here, or a person's act could be nameless. */
static void every_line_and_every_event_of_a_unit_has_its_word(void **state)
{
	(void)state;
	for (unsigned i = 0; i < pingan__v1__line_code__descriptor.n_values; i++) {
		const ProtobufCEnumValue *v = &pingan__v1__line_code__descriptor.values[i];
		char name[40];

		if (v->value == 0)
			continue;
		if (audit_of_line((uint32_t)v->value) == AUDIT_NONE)
			fail_msg("%s: say in wire/audit.c what it is in the audit chain", v->name);
		audit_line_name((uint32_t)v->value, name);
		assert_true(name[0] >= 'a' && name[0] <= 'z');
	}
	for (unsigned i = 0; i < pingan__v1__device_change__descriptor.n_values; i++) {
		const ProtobufCEnumValue *v = &pingan__v1__device_change__descriptor.values[i];

		if (v->value != 0 && audit_of_device((uint32_t)v->value) == AUDIT_NONE)
			fail_msg("%s: say in wire/audit.c what it is in the audit chain", v->name);
	}
	for (unsigned i = 0; i < pingan__v1__roster_change__descriptor.n_values; i++) {
		const ProtobufCEnumValue *v = &pingan__v1__roster_change__descriptor.values[i];

		if (v->value != 0 && audit_of_roster((uint32_t)v->value) == AUDIT_NONE)
			fail_msg("%s: say in wire/audit.c what it is in the audit chain", v->name);
	}
	assert_int_equal(audit_of_line(PINGAN__V1__LINE_CODE__LINE_OPENED), AUDIT_LOOKED);
	assert_int_equal(audit_of_device(PINGAN__V1__DEVICE_CHANGE__DEVICE_LOOKED), AUDIT_LOOKED);
	assert_int_equal(audit_of_line(9999), AUDIT_NONE);
	for (int what = 1; what < AUDIT_WHAT_COUNT; what++)
		assert_int_equal(audit_what_by_name(audit_what_name((enum audit_what)what)), what);
	assert_int_equal(pingan__v1__audit_what__descriptor.n_values, AUDIT_WHAT_COUNT);
	assert_int_equal(audit_what_by_name("none"), AUDIT_NONE);
}

/* Whatever is added to a log entry, or to its parts, and names a person is read here, or it names them in vain. */
static void every_part_of_a_log_entry_is_decided(void **state)
{
	static const char *const decided[] = {"daemon", "record", "lines",   "raw",        "alarm_device", "devices",
	                                      "alarm",  "edit",   "rosters", "raw_sealed", "sealed_for"};

	(void)state;
	for (unsigned i = 0; i < pingan__v1__log_event__descriptor.n_fields; i++) {
		const char *name = pingan__v1__log_event__descriptor.fields[i].name;
		bool found = false;

		for (size_t k = 0; k < COUNT_OF(decided); k++)
			found = found || strcmp(decided[k], name) == 0;
		if (!found)
			fail_msg("LogEvent.%s: say in wire/audit.c (audit_of_event) who stands behind it, then here", name);
	}
}

static void fill(char *text, size_t size)
{
	memset(text, 'w', size - 1);
	text[size - 1] = '\0';
}

/* Filled to its bounds it still fits: names of fields go first. */
static void an_entry_reads_again_the_same_and_fits(void **state)
{
	static struct audit a, back;
	uint8_t bytes[2 * AUDIT_MAX];
	struct buf b = buf_of(bytes, sizeof bytes);

	(void)state;
	memset(&a, 0, sizeof a);
	memset(a.words, 0xee, sizeof a.words);
	a.what = AUDIT_FOUND;
	a.from = AUDIT_FROM_PUBLIC;
	fill(a.who, sizeof a.who);
	fill(a.daemon, sizeof a.daemon);
	fill(a.record, sizeof a.record);
	fill(a.household, sizeof a.household);
	fill(a.device, sizeof a.device);
	fill(a.subject, sizeof a.subject);
	fill(a.note, sizeof a.note);
	a.incident = a.cmd = UINT64_MAX;
	a.number = INT64_MIN;
	a.role = a.line = a.device_change = 6;
	a.count = a.request = UINT32_MAX;
	a.words_len = sizeof a.words;
	a.seal.entry = UINT64_MAX;
	memset(a.seal.hash, 'a', 40);
	a.seal.at_ms = INT64_MAX;
	memset(a.seal.key, 7, sizeof a.seal.key);
	memset(a.seal.signature, 8, sizeof a.seal.signature);
	a.record_count = AUDIT_RECORDS_MAX;
	for (size_t i = 0; i < AUDIT_RECORDS_MAX; i++) {
		fill(a.records[i].key, sizeof a.records[i].key);
		a.records[i].gone = i == 2;
		memset(a.records[i].hash, i == 2 ? 0 : 0x90 + (int)i, sizeof a.records[i].hash);
	}
	audit_encode(&a, &b);
	assert_false(b.overflow);
	arena_init(&scratch, memory, sizeof memory);
	assert_true(audit_decode(slice_of(bytes, b.len), &scratch, &back));
	assert_memory_equal(&a, &back, sizeof a);
	for (int i = 0; i < 40; i++) {
		char name[AUDIT_FIELD_MAX];

		snprintf(name, sizeof name, "contacts[%d].a_long_name", i);
		audit_field(&a, name);
		audit_field(&a, name);
	}
	assert_int_equal(a.field_count, AUDIT_FIELDS_MAX);
	b.len = 0;
	audit_encode(&a, &b);
	assert_true(b.len <= AUDIT_MAX && !b.overflow);
	arena_reset(&scratch);
	assert_true(audit_decode(slice_of(bytes, b.len), &scratch, &back));
	assert_true(back.field_count > 0 && back.field_count <= AUDIT_FIELDS_MAX);
	assert_string_equal(back.fields[back.field_count - 1], "...");
	/* Theirs: cut short, or of a kind that there is none. */
	for (size_t len = 0; len < b.len; len++) {
		arena_reset(&scratch);
		(void)audit_decode(slice_of(bytes, len), &scratch, &back);
	}
	assert_false(audit_decode(slice_str("\x08\x7f"), &scratch, &back));
	assert_false(audit_decode(slice_str(""), &scratch, &back));
}

/* ------------------------------------------------------------ acts */

static void what_nobody_did_carries_nothing(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_press(g, "h0", KIND_SOS);
	rig_press(g, "h1", KIND_BATTERY);
	rig_press(g, "h2", KIND_TEST);
	rig_pass_beating(g, 20000, 4); /* deadlines, offers, proofs of life */
	assert_true(commits > 10);
	assert_int_equal(heard_count, 0);
	rig_free(g);
}

static void what_a_person_does_is_in_the_chain(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	assert_int_equal(heard_count, 0);
	app_screen_from(g->app, 1, AUDIT_FROM_PRIVATE);
	RIG_ASK(g, 1, 77, Claim, CLAIM, CLAIM, claim, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(heard_count, 1);
	assert_int_equal(last()->what, AUDIT_CHANGED);
	assert_string_equal(last()->who, "op1");
	assert_int_equal(last()->role, ROLE_OPERATOR);
	assert_int_equal(last()->from, AUDIT_FROM_PRIVATE);
	assert_int_equal(last()->line, LINE_CLAIMED);
	assert_int_equal(last()->incident, id);
	assert_int_equal(last()->cmd, 77);
	assert_string_equal(last()->household, "h0");
	assert_string_equal(last()->device, "dev-h0");
	assert_string_equal(last()->daemon, "d0");
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(heard_count, 2);
	assert_int_equal(last()->what, AUDIT_LOOKED);
	RIG_ASK(g, 1, 0, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"SECRET");
	assert_int_equal(heard_count, 3);
	assert_int_equal(last()->line, LINE_NOTE);
	RIG_ASK(g, 1, 0, RecordCall, RECORD_CALL, CALL, call, .incident = id, .contact = 1,
	        .result = PINGAN__V1__CALL_RESULT__CALL_NO_ANSWER);
	assert_int_equal(heard_count, 4);
	RIG_ASK(g, 1, 0, SetReady, SET_READY, READY, ready, .ready = 0);
	assert_int_equal(heard_count, 5);
	assert_string_equal(last()->note, "not_ready");
	rig_free(g);
}

static void phones_and_supervisors_are_in_the_chain(void **state)
{
	struct rig *g = city();
	Pingan__V1__StormKind kinds[] = {PINGAN__V1__STORM_KIND__STORM_KIND_POWER};

	(void)state;
	RIG_ASK(g, 4, 5, StormBegin, STORM_BEGIN, STORM_BEGIN, storm_begin, .area = (char *)"440103", .kinds = kinds,
	        .n_kinds = 1, .seconds = 600, .text = (char *)"SECRET");
	IS(rig_result(g, 4, NULL), OK);
	assert_int_equal(heard_count, 1);
	assert_string_equal(last()->who, "sup");
	assert_string_equal(last()->note, "storm_begin");
	assert_int_equal(last()->cmd, 5);
	heard_count = 0;
	rig_up(g, 7, "cg1");
	rig_hello(g, 7, CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, 7, 0, Duty, DUTY, DUTY, duty, .on = 1);
	IS(rig_result(g, 7, NULL), OK);
	assert_int_equal(heard_count, 1);
	assert_string_equal(last()->who, "cg1");
	assert_int_equal(last()->role, ROLE_CAREGIVER);
	assert_string_equal(last()->record, "caregiver:cg1");
	assert_int_equal(last()->roster_change, PINGAN__V1__ROSTER_CHANGE__ROSTER_DUTY_ON);
	RIG_ASK(g, 4, 0, SetOnTest, SET_ON_TEST, ON_TEST, on_test, .household = (char *)"h1", .seconds = 600,
	        .text = (char *)"SECRET");
	IS(rig_result(g, 4, NULL), OK);
	assert_int_equal(heard_count, 2);
	assert_string_equal(last()->who, "sup");
	assert_string_equal(last()->record, "household:h1");
	rig_free(g);
}

static void log_ins_and_log_outs_are_in_the_chain(void **state)
{
	struct rig *g = city();
	struct login_ask ask = {.person = "op2", .length_ms = MINUTES(60), .address = "203.0.113.9"};

	(void)state;
	app_login_begin(g->app, 5, "0123456789abcdef0123456789abcdef", &ask);
	rig_turn(g);
	assert_int_equal(heard_count, 1);
	assert_int_equal(last()->what, AUDIT_LOGGED_IN);
	assert_int_equal(last()->from, AUDIT_FROM_PUBLIC);
	assert_string_equal(last()->who, "op2");
	app_login_end(g->app, 6, "0123456789abcdef0123456789abcdef");
	rig_turn(g);
	assert_int_equal(heard_count, 2);
	assert_int_equal(last()->what, AUDIT_LOGGED_OUT);
	assert_string_equal(last()->who, "op2");
	rig_free(g);
}

static size_t words(void *ctx, struct slice words, uint8_t *ret, size_t size)
{
	(void)ctx;
	assert_true(words.len + 1 <= size);
	for (size_t i = 0; i < words.len; i++)
		ret[i] = words.at[i] ^ 0xa5;
	return words.len;
}

static void who_searched_is_on_record_and_not_in_clear(void **state)
{
	struct rig *g = city();

	(void)state;
	g->app->ports.audit_words = words;
	RIG_ASK(g, 1, 9, FindHomes, FIND_HOMES, FIND, find, .text = (char *)"address-51");
	IS(rig_result(g, 1, NULL), OK);
	rig_turn(g);
	assert_int_equal(heard_count, 1);
	assert_int_equal(last()->what, AUDIT_FOUND);
	assert_string_equal(last()->who, "op1");
	assert_int_equal(last()->count, 4);
	assert_int_equal(last()->cmd, 9);
	assert_true(last()->words_len > 0);
	for (int i = 0; i + 2 <= last()->words_len; i++)
		assert_memory_not_equal(last()->words + i, "51", 2);
	rig_free(g);
}

/* With the store away whoever looks for a home is answered; it goes on record when the store is back. */
static void a_search_without_a_store_is_on_record_later(void **state)
{
	struct rig *g = city();

	(void)state;
	rig_store_down(g);
	RIG_ASK(g, 1, 9, FindHomes, FIND_HOMES, FIND, find, .text = (char *)"address-51");
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(heard_count, 0);
	rig_store_back(g);
	assert_int_equal(heard_count, 1);
	assert_int_equal(last()->what, AUDIT_FOUND);
	rig_free(g);
}

static void a_refusal_is_on_record_with_what_was_asked(void **state)
{
	struct rig *g = city();

	(void)state;
	RIG_ASK(g, 1, 0, StormEnd, STORM_END, STORM_END, storm_end, .area = (char *)"440103001");
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	assert_int_equal(heard_count, 1);
	assert_int_equal(last()->what, AUDIT_REFUSED);
	assert_string_equal(last()->who, "op1");
	assert_string_equal(last()->record, "area:440103001");
	assert_int_equal(last()->request, PINGAN__V1__REQUEST__WHAT_STORM_END);
	rig_free(g);
}

static void of_an_address_its_kind_is_kept(void **state)
{
	static const struct {
		const char *address;
		enum audit_from from;
	} all[] = {{"", AUDIT_FROM_MACHINE},
	           {"127.0.0.1", AUDIT_FROM_MACHINE},
	           {"::1", AUDIT_FROM_MACHINE},
	           {"::ffff:127.0.0.1", AUDIT_FROM_MACHINE},
	           {"10.1.2.3", AUDIT_FROM_PRIVATE},
	           {"172.15.0.1", AUDIT_FROM_PUBLIC},
	           {"172.16.0.1", AUDIT_FROM_PRIVATE},
	           {"172.31.255.1", AUDIT_FROM_PRIVATE},
	           {"172.32.0.1", AUDIT_FROM_PUBLIC},
	           {"192.168.0.1", AUDIT_FROM_PRIVATE},
	           {"::ffff:192.168.0.1", AUDIT_FROM_PRIVATE},
	           {"fd00::1", AUDIT_FROM_PRIVATE},
	           {"fe80::1", AUDIT_FROM_PRIVATE},
	           {"2001:db8::1", AUDIT_FROM_PUBLIC},
	           {"203.0.113.1", AUDIT_FROM_PUBLIC}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		assert_int_equal(audit_from_address(all[i].address), all[i].from);
}

/* ------------------------------------------------------------ seals */

static unsigned signed_count;

static bool sign(void *ctx, struct audit_seal *seal)
{
	(void)ctx;
	signed_count++;
	memset(seal->key, 1, sizeof seal->key);
	memset(seal->signature, 2, sizeof seal->signature);
	return true;
}

static struct rig *sealing(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	g->stored = stored;
	g->app->ports.audit_seal = sign;
	heard_count = commits = signed_count = 0;
	rig_reload(g); /* as if it had started now */
	rig_pass(g, 2000);
	return g;
}

static void what_stands_is_sealed_in_time(void **state)
{
	struct rig *g = sealing();
	uint64_t started;

	(void)state;
	assert_int_equal(heard_count, 1);
	assert_int_equal(last()->what, AUDIT_STARTED);
	started = g->app->audit.id;
	rig_pass(g, AUDIT_SEAL_MS - 4000);
	assert_int_equal(heard_count, 1);
	rig_pass(g, 4000);
	assert_int_equal(heard_count, 2);
	assert_int_equal(last()->what, AUDIT_SEALED);
	assert_string_equal(last()->who, "");
	assert_int_equal(last()->seal.entry, started);
	assert_int_equal(strtoull(last()->seal.hash, NULL, 16), started);
	/* Of a seal there is none: nothing happens, nothing is written. */
	rig_pass(g, 3 * AUDIT_SEAL_MS);
	assert_int_equal(heard_count, 2);
	rig_console(g, 1, "op1");
	RIG_ASK(g, 1, 0, SetReady, SET_READY, READY, ready, .ready = 0);
	assert_int_equal(heard_count, 3);
	rig_pass(g, AUDIT_SEAL_MS + 2000);
	assert_int_equal(last()->what, AUDIT_SEALED);
	assert_true(last()->seal.entry > started);
	rig_free(g);
}

static void many_acts_do_not_wait_for_the_clock(void **state)
{
	struct rig *g = sealing();
	struct audit a = {.what = AUDIT_LOOKED, .who = "op1"};

	(void)state;
	for (int i = 0; i < AUDIT_SEAL_EVERY - 2; i++) {
		assert_true(app_audit(g->app, &a));
		heard_count = 0;
		rig_turn(g);
	}
	rig_pass(g, 100);
	assert_int_equal(signed_count, 0);
	assert_true(app_audit(g->app, &a));
	heard_count = 0;
	rig_pass(g, 100);
	assert_int_equal(signed_count, 1);
	assert_int_equal(last()->what, AUDIT_SEALED);
	rig_free(g);
}

/* What is done between the moment that a seal is for and the seal itself has the next one. */
static void what_is_done_while_a_seal_is_made_is_sealed_by_the_next(void **state)
{
	struct rig *g = sealing();
	struct audit a = {.what = AUDIT_LOOKED, .who = "op1"};

	(void)state;
	assert_true(app_audit(g->app, &a));
	rig_turn(g);
	g->app->replicated = true;
	g->unsafe = true;
	g->mono += AUDIT_SEAL_MS;
	g->store_ms += AUDIT_SEAL_MS;
	g->app->alive_back.ms = g->mono;
	assert_true(app_audit(g->app, &a)); /* on its way behind the first, which the seal is to be for */
	(void)app_turn(g->app);
	g->app->alive_back.ms = g->mono;
	rig_turn(g);
	g->unsafe = false;
	g->app->replicated = false;
	app_store_safe(g->app, g->log_id);
	heard_count = 0;
	rig_pass(g, 3 * AUDIT_SEAL_MS);
	assert_int_equal(signed_count, 2);
	assert_int_equal(last()->what, AUDIT_SEALED);
	rig_free(g);
}

/* What a failover may still cut away is not vouched for. */
static void what_is_not_safe_is_not_sealed(void **state)
{
	struct rig *g = sealing();

	(void)state;
	g->unsafe = true;
	g->app->replicated = true;
	RIG_ASK(g, 1, 0, SetReady, SET_READY, READY, ready, .ready = 0);
	{
		struct audit a = {.what = AUDIT_LOOKED, .who = "op1"};

		assert_true(app_audit(g->app, &a));
	}
	rig_turn(g);
	g->app->fresh = true;
	g->mono += AUDIT_SEAL_MS;
	g->store_ms += AUDIT_SEAL_MS;
	g->app->alive_back.ms = g->mono;
	(void)app_turn(g->app);
	assert_int_equal(signed_count, 0);
	g->app->alive_back.ms = g->mono;
	app_store_safe(g->app, g->log_id);
	(void)app_turn(g->app);
	g->app->alive_back.ms = g->mono;
	(void)app_turn(g->app);
	assert_int_equal(signed_count, 1);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_and_every_event_of_a_unit_has_its_word),
		cmocka_unit_test(every_part_of_a_log_entry_is_decided),
		cmocka_unit_test(an_entry_reads_again_the_same_and_fits),
		cmocka_unit_test(what_nobody_did_carries_nothing),
		cmocka_unit_test(what_a_person_does_is_in_the_chain),
		cmocka_unit_test(phones_and_supervisors_are_in_the_chain),
		cmocka_unit_test(log_ins_and_log_outs_are_in_the_chain),
		cmocka_unit_test(who_searched_is_on_record_and_not_in_clear),
		cmocka_unit_test(a_search_without_a_store_is_on_record_later),
		cmocka_unit_test(a_refusal_is_on_record_with_what_was_asked),
		cmocka_unit_test(of_an_address_its_kind_is_kept),
		cmocka_unit_test(what_stands_is_sealed_in_time),
		cmocka_unit_test(many_acts_do_not_wait_for_the_clock),
		cmocka_unit_test(what_is_done_while_a_seal_is_made_is_sealed_by_the_next),
		cmocka_unit_test(what_is_not_safe_is_not_sealed),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
