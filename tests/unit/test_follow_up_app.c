/* test_follow_up_app.c - the next day's call-back is made once, whatever crashes in between, and never forgotten. */
#include "app_rig_city.h"

#include "app/change.h"

#define HOME "h0"

/* Whole hours pass at once: nobody is logged in over night. */
static void sleep_until(struct rig *g, ms_t at_ms)
{
	g->mono += at_ms - g->store_ms;
	g->store_ms = at_ms;
}

static bool read_record(const struct rig_record *r, struct incident *ret)
{
	static uint8_t memory[RECORD_SCRATCH];
	struct arena scratch;

	arena_init(&scratch, memory, sizeof memory);
	return incident_decode(slice_of(r->body, r->len), &scratch, ret) == 0;
}

static void incident_now(struct rig *g, uint64_t id, struct incident *ret)
{
	char key[STORE_KEY_MAX];

	incident_key(key, id);
	assert_true(read_record(rig_record(g, key), ret));
}

/* How many call-backs the store has, open or closed; *ret is one of them. */
static uint32_t call_backs(struct rig *g, struct incident *ret)
{
	static struct incident inc;
	uint32_t count = 0;

	for (size_t i = 0; i < g->record_count; i++) {
		if (strncmp(g->records[i].key, "incident:", 9) != 0 || g->records[i].rev == 0)
			continue;
		assert_true(read_record(&g->records[i], &inc));
		if (inc.follow_up_of == 0)
			continue;
		count++;
		if (ret != NULL)
			*ret = inc;
	}
	return count;
}

static uint64_t closed_call(struct rig *g)
{
	static struct incident inc;
	uint64_t id;

	rig_start(g);
	rig_console(g, 1, "op1");
	id = rig_press(g, HOME, KIND_SOS);
	assert_int_equal(rig_claim(g, 1, id, NULL), REFUSAL_OK);
	RIG_ASK(g, 1, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE);
	assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
	incident_now(g, id, &inc);
	assert_int_equal(inc.state, INCIDENT_CLOSED);
	assert_int_not_equal(inc.follow_up_due_ms, 0);
	app_link_down(g->app, 1);
	rig_pass(g, 1000);
	return id;
}

static ms_t due_of(struct rig *g, uint64_t id)
{
	static struct incident inc;

	incident_now(g, id, &inc);
	return inc.follow_up_due_ms;
}

/* One commit of the store; true when it was about an incident. */
static bool store_one(struct rig *g)
{
	struct rig_commit *k = TAILQ_FIRST(&g->commits);
	bool about = strncmp(k->c.puts[0].key, "incident:", 9) == 0;

	TAILQ_REMOVE(&g->commits, k, link);
	rig_entry(g, k);
	free(k);
	app_store_safe(g->app, g->log_id);
	rig_turn(g);
	return about;
}

/* So many commits about incidents. */
static void store_some(struct rig *g, int entries)
{
	for (int n = 0, turns = 0; n < entries; turns++) {
		assert_true(turns < 100);
		if (TAILQ_EMPTY(&g->commits))
			rig_pass(g, 50);
		else
			n += store_one(g);
	}
}

static void crash(struct rig *g)
{
	struct rig_commit *k;

	while ((k = TAILQ_FIRST(&g->commits)) != NULL) {
		TAILQ_REMOVE(&g->commits, k, link);
		free(k);
	}
	app_free(g->app);
	g->attach = g->load = g->held = false;
	for (size_t i = 0; i < LINKS_RIG; i++)
		rig_frames_free(&g->links[i]);
	rig_start(g);
}

static void test_the_next_day_a_call_back_stands_in_the_queue(void **state)
{
	struct rig *g = rig_city();
	uint64_t id = closed_call(g);
	static struct incident back, first;

	(void)state;
	sleep_until(g, due_of(g, id) - 1000);
	rig_pass(g, 900);
	assert_int_equal(call_backs(g, NULL), 0);
	rig_pass(g, 1000);
	assert_int_equal(call_backs(g, &back), 1);
	assert_int_equal(back.follow_up_of, id);
	assert_int_equal(back.kind, KIND_FOLLOW_UP);
	assert_int_equal(back.class, CLASS_GENERAL);
	assert_int_equal(back.state, INCIDENT_WAITING);
	assert_string_equal(back.household, HOME);
	assert_string_equal(back.area, "440103001001");
	incident_now(g, id, &first);
	assert_int_equal(first.follow_up_due_ms, 0);
	assert_int_equal(first.lines[first.line_count - 1].code, LINE_FOLLOW_UP_MADE);
	rig_pass(g, 130000);
	assert_int_equal(call_backs(g, NULL), 1);
	rig_free(g);
}

/* Between any two of the three entries the daemon dies: the next one finishes it, and makes no second. */
static void test_a_crash_between_any_two_steps_makes_one_call_back(void **state)
{
	static struct incident back;

	(void)state;
	for (int entries = 0; entries <= 3; entries++) {
		struct rig *g = rig_city();
		uint64_t id = closed_call(g);

		sleep_until(g, due_of(g, id));
		g->held = true;
		rig_pass(g, 2500); /* asked for: nothing is back yet */
		store_some(g, entries);
		assert_int_equal(call_backs(g, NULL), entries >= 2);
		assert_int_equal(due_of(g, id) == 0, entries >= 3);
		crash(g);
		rig_pass(g, 130000);
		assert_int_equal(call_backs(g, &back), 1);
		assert_int_equal(back.follow_up_of, id);
		assert_int_equal(due_of(g, id), 0);
		rig_free(g);
	}
}

/* Made, and closed by an operator before the first record heard of it: not made again. */
static void test_a_call_back_done_at_once_is_not_made_again(void **state)
{
	static struct incident back;
	struct rig *g = rig_city();
	uint64_t id = closed_call(g);

	(void)state;
	sleep_until(g, due_of(g, id));
	g->held = true;
	rig_pass(g, 2500);
	store_some(g, 2);
	crash(g);
	assert_int_equal(call_backs(g, &back), 1);
	assert_int_not_equal(due_of(g, id), 0);
	rig_console(g, 1, "op1");
	assert_int_equal(rig_claim(g, 1, back.id, NULL), REFUSAL_OK);
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = back.id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE);
	assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
	rig_pass(g, 130000);
	assert_int_equal(call_backs(g, NULL), 1);
	assert_int_equal(due_of(g, id), 0);
	rig_free(g);
}

static void test_it_joins_what_the_household_has_open(void **state)
{
	static struct incident inc;
	struct rig *g = rig_city();
	uint64_t id = closed_call(g), open;

	(void)state;
	sleep_until(g, due_of(g, id) - 5000);
	rig_pass(g, 100);
	open = rig_press(g, HOME, KIND_SERVICE);
	rig_pass(g, 6000);
	assert_int_equal(call_backs(g, &inc), 1);
	assert_int_equal(inc.id, open);
	assert_int_equal(inc.kind, KIND_SERVICE);
	assert_int_equal(due_of(g, id), 0);
	rig_free(g);
}

/* The unit was exchanged over night: it is the home that is called. */
static void test_it_finds_the_home_although_the_unit_is_gone(void **state)
{
	static struct incident back;
	struct rig *g = rig_city();
	uint64_t id = closed_call(g), open;

	(void)state;
	rig_record(g, "device:dev-" HOME)->rev = 0;
	rig_reload(g);
	sleep_until(g, due_of(g, id));
	rig_pass(g, 3000);
	assert_int_equal(call_backs(g, &back), 1);
	assert_string_equal(back.household, HOME);
	assert_false(back.quarantine);
	rig_free(g);
	/* And what the home has open is found too. */
	g = rig_city();
	id = closed_call(g);
	sleep_until(g, due_of(g, id) - 5000);
	open = rig_press(g, HOME, KIND_SERVICE);
	rig_record(g, "device:dev-" HOME)->rev = 0;
	rig_reload(g);
	rig_pass(g, 6000);
	assert_int_equal(call_backs(g, &back), 1);
	assert_int_equal(back.id, open);
	assert_int_equal(due_of(g, id), 0);
	rig_free(g);
}

/* Closed and followed again is another call-back: the first one's signal must not pass for it. */
static void test_reopened_and_closed_again_it_is_followed_again(void **state)
{
	static struct incident back;
	struct rig *g = rig_city();
	uint64_t id = closed_call(g);

	(void)state;
	sleep_until(g, due_of(g, id));
	rig_pass(g, 3000);
	assert_int_equal(call_backs(g, &back), 1);
	rig_console(g, 1, "op1");
	assert_int_equal(rig_claim(g, 1, back.id, NULL), REFUSAL_OK);
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = back.id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE);
	assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
	RIG_ASK(g, 1, 0, Reopen, REOPEN, REOPEN, reopen, .incident = id);
	assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
	assert_int_equal(rig_claim(g, 1, id, NULL), REFUSAL_OK);
	RIG_ASK(g, 1, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	RIG_ASK(g, 1, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE);
	assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
	app_link_down(g->app, 1);
	sleep_until(g, due_of(g, id));
	rig_pass(g, 3000);
	assert_int_equal(call_backs(g, NULL), 2);
	rig_free(g);
}

/* Thousands of calls are closed after it, and everything is read anew: its clock runs on. */
static void test_a_closed_call_with_a_date_stays_in_memory(void **state)
{
	static uint8_t body[STORE_BODY_MAX];
	static struct incident inc;
	struct rig *g = rig_city();
	uint64_t id = closed_call(g);
	ms_t due_ms = due_of(g, id);

	(void)state;
	incident_now(g, id, &inc);
	inc.follow_up_due_ms = 0;
	for (uint64_t n = 1; n <= CLOSED_KEPT + 100; n++) {
		struct buf b = buf_of(body, sizeof body);
		char key[STORE_KEY_MAX];

		inc.id = n;
		incident_key(key, n);
		incident_encode(&inc, &b);
		rig_record_set(rig_record(g, key), slice_of(body, b.len), rig_random(g));
	}
	rig_reload(g);
	rig_pass(g, 1000);
	assert_int_equal(g->app->closed_count, CLOSED_KEPT);
	assert_non_null(incident_find(g->app, id));
	crash(g);
	rig_pass(g, 1000);
	assert_int_equal(g->app->closed_count, CLOSED_KEPT);
	assert_non_null(incident_find(g->app, id));
	sleep_until(g, due_ms);
	rig_pass(g, 3000);
	assert_int_equal(due_of(g, id), 0);
	/* Done with, it is a closed call like any other. */
	assert_int_equal(g->app->closed_count, CLOSED_KEPT);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_next_day_a_call_back_stands_in_the_queue),
		cmocka_unit_test(test_a_crash_between_any_two_steps_makes_one_call_back),
		cmocka_unit_test(test_a_call_back_done_at_once_is_not_made_again),
		cmocka_unit_test(test_it_joins_what_the_household_has_open),
		cmocka_unit_test(test_it_finds_the_home_although_the_unit_is_gone),
		cmocka_unit_test(test_reopened_and_closed_again_it_is_followed_again),
		cmocka_unit_test(test_a_closed_call_with_a_date_stays_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
