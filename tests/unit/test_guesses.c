/* test_guesses.c - failed log-ins of all daemons are one count, which a restart does not forget. */
#include "app_rig_city.h"

#include "app/guesses.h"
#include "wire/audit.h"

static struct {
	uint64_t key[2];
	struct guess_count list[GUESS_SET_MAX];
	size_t count, calls;
} heard;

static void hear_key(void *ctx, const uint64_t key[2])
{
	(void)ctx;
	memcpy(heard.key, key, sizeof heard.key);
}

static void hear(void *ctx, const struct guess_count *list, size_t count)
{
	(void)ctx;
	assert_true(count <= GUESS_SET_MAX);
	memcpy(heard.list, list, count * sizeof *list);
	heard.count = count;
	heard.calls++;
}

static struct rig *start(void)
{
	struct rig *g = rig_city();

	memset(&heard, 0, sizeof heard);
	rig_start(g);
	g->app->ports.guess_key = hear_key;
	g->app->ports.guess_known = hear;
	/* The first failure makes the key. */
	app_guess(g->app, &(struct guess_ask){.names = {1}, .count = 1}, NULL);
	rig_turn(g);
	assert_true(heard.key[0] != 0 && heard.key[1] != 0);
	return g;
}

static void failed(struct rig *g, uint64_t a, uint64_t b)
{
	const struct guess_ask ask = {.names = {a, b}, .count = b == 0 ? 1 : 2};
	const struct audit audit = {.what = AUDIT_LOGIN_FAILED, .who = "op1"};

	app_guess(g->app, &ask, &audit);
	rig_turn(g);
}

static const struct guess_count *of(uint64_t name)
{
	for (size_t i = 0; i < heard.count; i++)
		if (heard.list[i].name == name)
			return &heard.list[i];
	return NULL;
}

static Pingan__V1__AuditEntry *audit_of(const struct store_commit *c)
{
	return pingan__v1__audit_entry__unpack(NULL, c->audit.len, c->audit.at);
}

static uint32_t audits, entries;

static void stored(struct rig *g, const struct store_commit *c)
{
	Pingan__V1__AuditEntry *a = audit_of(c);

	(void)g;
	assert_non_null(a);
	entries++;
	audits += a->what == PINGAN__V1__AUDIT_WHAT__AUDIT_LOGIN_FAILED;
	pingan__v1__audit_entry__free_unpacked(a, NULL);
}

static void test_a_failed_log_in_is_counted_and_on_record_in_one_commit(void **state)
{
	struct rig *g = start();

	(void)state;
	audits = entries = 0;
	g->stored = stored;
	failed(g, 5, 7 + GUESS_SETS);
	failed(g, 5, 7 + GUESS_SETS);
	g->stored = NULL;
	assert_int_equal(audits, 2);
	assert_int_equal(entries, 2);
	assert_int_equal(heard.calls, 4); /* two sets each */
	assert_int_equal(of(7 + GUESS_SETS)->fails, 2);
	assert_int_equal(of(7 + GUESS_SETS)->known_ago_ms, -1);
	assert_non_null(rig_record(g, "guess:005"));
	rig_free(g);
}

/* Both are decided on what stands: none of the two is lost, though both began from the same. */
static void test_failures_side_by_side_are_all_counted(void **state)
{
	const struct guess_ask ask = {.names = {5, 6, 5 + GUESS_SETS}, .count = 3};
	struct rig *g = start();

	(void)state;
	for (int i = 0; i < 6; i++)
		app_guess(g->app, &ask, NULL);
	for (int i = 0; i < 10; i++)
		rig_turn(g);
	failed(g, 5, 0);
	assert_int_equal(of(5)->fails, 7);
	assert_int_equal(of(5 + GUESS_SETS)->fails, 6);
	rig_free(g);
}

static void test_a_restart_does_not_forget(void **state)
{
	struct rig *g = start();
	uint64_t key[2];

	(void)state;
	memcpy(key, heard.key, sizeof key);
	for (int i = 0; i < 4; i++)
		failed(g, 5, 0);
	memset(&heard, 0, sizeof heard);
	rig_reload(g);
	assert_memory_equal(heard.key, key, sizeof key);
	assert_int_equal(of(5)->fails, 4);
	rig_free(g);
}

static void test_failures_fade_and_what_is_right_ends_them(void **state)
{
	struct rig *g = start();

	(void)state;
	for (int i = 0; i < 4; i++)
		failed(g, 5, 0);
	rig_pass(g, 2 * GUESS_FORGET_MS + 1000);
	failed(g, 5, 0);
	assert_int_equal(of(5)->fails, 3);
	app_guess(g->app, &(struct guess_ask){.names = {5}, .count = 1, .good = true}, NULL);
	rig_turn(g);
	assert_int_equal(of(5)->fails, 0);
	assert_true(of(5)->known_ago_ms >= 0 && of(5)->known_ago_ms < 1000);
	rig_free(g);
}

static void test_what_is_forgotten_leaves_the_store(void **state)
{
	struct rig *g = start();

	(void)state;
	failed(g, 5, 0);
	assert_true(rig_record(g, "guess:005")->rev != 0);
	rig_pass(g, GUESS_FORGET_MS + 3000);
	for (int i = 0; i < 4; i++)
		rig_turn(g);
	assert_null(record_find(g->app, "guess:005"));
	assert_non_null(record_find(g->app, "guess:key"));
	rig_free(g);
}

static void test_a_full_set_keeps_who_was_right(void **state)
{
	struct rig *g = start();

	(void)state;
	app_guess(g->app, &(struct guess_ask){.names = {5}, .count = 1, .good = true}, NULL);
	rig_turn(g);
	for (uint64_t i = 1; i < 2 * GUESS_SET_MAX; i++)
		failed(g, 5 + i * GUESS_SETS, 0);
	assert_int_equal(heard.count, GUESS_SET_MAX);
	assert_non_null(of(5));
	rig_free(g);
}

static void test_strangers_fill_no_log(void **state)
{
	const struct guess_ask ask = {.names = {5}, .count = 1};
	struct rig *g = start();

	(void)state;
	rig_pass(g, 2000);
	audits = entries = 0;
	heard.calls = 0;
	for (uint32_t i = 0; i < 5 * GUESS_STRANGERS_S; i++) {
		app_guess(g->app, &ask, NULL);
		rig_turn(g);
	}
	assert_int_equal(heard.calls, GUESS_STRANGERS_S);
	/* Those of an account that there is are all on record. */
	failed(g, 5, 0);
	assert_int_equal(heard.calls, GUESS_STRANGERS_S + 1);
	rig_free(g);
}

static void test_a_record_of_somebody_elses_making_is_read_with_care(void **state)
{
	Pingan__V1__Guesses m = PINGAN__V1__GUESSES__INIT;
	Pingan__V1__Guess one = PINGAN__V1__GUESS__INIT, *of_[2 * GUESS_SET_MAX];
	struct rig *g = start();

	(void)state;
	one.name = 5;
	one.fails = UINT32_MAX;
	one.faded_ms = INT64_MIN;
	one.last_ms = INT64_MAX;
	one.known_ms = INT64_MAX;
	for (size_t i = 0; i < COUNT_OF(of_); i++)
		of_[i] = &one;
	m.of = of_;
	m.n_of = COUNT_OF(of_);
	rig_put(g, "guess", "005", &m.base);
	rig_put(g, "guess", "xyz", &m.base);
	rig_reload(g);
	assert_int_equal(heard.count, GUESS_SET_MAX);
	assert_int_equal(of(5)->fails, GUESS_FAILS_MAX);
	assert_int_equal(of(5)->known_ago_ms, -1);
	assert_int_equal(of(5)->failed_ago_ms, 0);
	failed(g, 5, 0);
	rig_free(g);
}

static void in_bounds(struct rig *g, const struct store_commit *c)
{
	(void)g;
	entries++;
	assert_true(c->puts[0].body.len <= STORE_BODY_MAX);
}

/* A newer daemon says more of a name than we know, and as much as a record takes: what we add still makes a record. */
static void test_a_full_record_takes_another_failure(void **state)
{
	static uint8_t more[STORE_BODY_MAX - 128];
	Pingan__V1__Guesses m = PINGAN__V1__GUESSES__INIT;
	Pingan__V1__Guess one = PINGAN__V1__GUESS__INIT, *of_[] = {&one};
	ProtobufCMessageUnknownField field = {.tag = 900, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED};
	struct rig *g = start();

	(void)state;
	one.name = 5;
	one.fails = 1;
	one.last_ms = one.faded_ms = g->store_ms;
	/* Its length stands before it, in two bytes. */
	more[0] = 0x80 | ((sizeof more - 2) & 0x7f);
	more[1] = (sizeof more - 2) >> 7;
	field.data = more;
	field.len = sizeof more;
	one.base.unknown_fields = &field;
	one.base.n_unknown_fields = 1;
	m.of = of_;
	m.n_of = COUNT_OF(of_);
	rig_put(g, "guess", "005", &m.base);
	rig_reload(g);
	assert_int_equal(of(5)->fails, 1);
	entries = 0;
	g->stored = in_bounds;
	for (uint64_t i = 1; i <= 6; i++)
		failed(g, 5 + i * GUESS_SETS, 0);
	g->stored = NULL;
	assert_int_equal(entries, 6);
	assert_int_equal(of(5)->fails, 1);
	assert_int_equal(of(5 + 6 * GUESS_SETS)->fails, 1);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_failed_log_in_is_counted_and_on_record_in_one_commit),
		cmocka_unit_test(test_failures_side_by_side_are_all_counted),
		cmocka_unit_test(test_a_restart_does_not_forget),
		cmocka_unit_test(test_failures_fade_and_what_is_right_ends_them),
		cmocka_unit_test(test_what_is_forgotten_leaves_the_store),
		cmocka_unit_test(test_a_full_set_keeps_who_was_right),
		cmocka_unit_test(test_strangers_fill_no_log),
		cmocka_unit_test(test_a_record_of_somebody_elses_making_is_read_with_care),
		cmocka_unit_test(test_a_full_record_takes_another_failure),
	};

	return cmocka_run_group_tests_name("guesses", tests, NULL, NULL);
}
