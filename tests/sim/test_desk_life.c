/* test_desk_life.c - whose call it is, with two daemons: what one interrupts, passes on, lays aside or hands over stays true
 * whichever daemon dies, and no clock of it is forgotten.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kit.h"
#include "sim/scenes.h"

#define LESSER 0 /* homes of the first sub-district: desks 0 and 2 cover them, 3 supervises */
#define URGENT 2

static struct sim *two_daemons(void)
{
	const struct sim_setup setup = {.daemons = 2, .desks = 4};
	struct sim *sim = scene_ready(&setup);

	sim_desk_only(sim, 0, 0);
	sim_desk_only(sim, 2, 1);
	sim_desk_only(sim, 3, 1);
	sim_run(sim, 15000);
	return sim;
}

static uint64_t pressed(struct sim *sim, unsigned home, enum kind kind)
{
	sim_press(sim, home, kind);
	until_row(sim, 0, home, 15000);
	until_row(sim, 2, home, 15000);
	until_row(sim, 3, home, 15000);
	return sim_incident(sim, home)->id;
}

#define ASK(q, field, TYPE, Type, WHAT)                    \
	Pingan__V1__Request q = PINGAN__V1__REQUEST__INIT;     \
	Pingan__V1__##Type field = PINGAN__V1__##TYPE##__INIT; \
	q.what_case = PINGAN__V1__REQUEST__WHAT_##WHAT;        \
	q.field = &field

static uint64_t transfer(struct sim *sim, unsigned desk, uint64_t id, unsigned to)
{
	ASK(q, transfer, TRANSFER, Transfer, TRANSFER);
	transfer.incident = id;
	transfer.to = (char *)sim_desk_person(to);
	transfer.text = (char *)MARK_TEXT " she moans";
	return sim_screen_request(&sim->desks[desk].screen, &q, id, true);
}

static uint64_t hold(struct sim *sim, unsigned desk, uint64_t id, uint32_t seconds)
{
	ASK(q, hold, HOLD, Hold, HOLD);
	hold.incident = id;
	hold.seconds = seconds;
	return sim_screen_request(&sim->desks[desk].screen, &q, id, true);
}

static uint64_t hand_over(struct sim *sim, unsigned desk, uint64_t id)
{
	ASK(q, handover_open, HANDOVER_OPEN, HandoverOpen, HANDOVER_OPEN);
	handover_open.incident = id;
	handover_open.service = PINGAN__V1__SERVICE__SERVICE_120;
	return sim_screen_request(&sim->desks[desk].screen, &q, id, true);
}

static const struct line *last_line(const struct incident *inc, enum line_code code)
{
	for (uint32_t i = inc->line_count; i-- > 0;)
		if (inc->lines[i].code == code)
			return &inc->lines[i];
	return NULL;
}

static void test_an_interrupted_call_is_laid_aside_once(void **state)
{
	struct sim *sim = two_daemons();

	(void)state;
	pressed(sim, LESSER, KIND_INACTIVITY);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, LESSER)), RESULT_OK);
	pressed(sim, URGENT, KIND_SOS);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, URGENT)), RESULT_OK);
	sim_run(sim, 5000);
	assert_int_equal(lines_of(sim_incident(sim, LESSER), LINE_HELD), 1); /* by the daemon that serves the console */
	assert_int_equal(last_line(sim_incident(sim, LESSER), LINE_HELD)->count, 1);
	assert_int_not_equal(sim_incident(sim, LESSER)->hold_until_ms, 0);
	assert_int_not_equal(sim_incident(sim, LESSER)->attention_due_ms, 0);
	assert_int_equal(sim_incident(sim, URGENT)->hold_until_ms, 0);
	assert_string_equal(sim_incident(sim, LESSER)->owner, sim_desk_person(0));
	sim_free(sim);
}

/* Both daemons are killed while a call is held: it comes back by itself all the same, at its owner. */
static void test_a_hold_outlives_every_daemon(void **state)
{
	struct sim *sim = two_daemons();
	uint64_t id = pressed(sim, LESSER, KIND_SERVICE);

	(void)state;
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, LESSER)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, hold(sim, 0, id, 60)), RESULT_OK);
	sim_run(sim, 40000);
	sim_daemon_crash(sim, 0);
	sim_daemon_crash(sim, 1);
	sim_run(sim, 3000);
	sim_daemon_start(sim, 0);
	sim_daemon_start(sim, 1);
	until_rings(sim, 0, LESSER, true, 40000);
	assert_int_equal(lines_of(sim_incident(sim, LESSER), LINE_HOLD_OVER), 1);
	assert_int_equal(sim_incident(sim, LESSER)->hold_until_ms, 0);
	sim_free(sim);
}

/* To another daemon's console: it rings there, and at every instant there is one owner (checked at each step). */
static void test_a_call_is_passed_on_to_another_daemon(void **state)
{
	struct sim *sim = two_daemons();
	uint64_t id = pressed(sim, LESSER, KIND_SOS);

	(void)state;
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, LESSER)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, transfer(sim, 0, id, 2)), RESULT_OK);
	assert_string_equal(sim_incident(sim, LESSER)->owner, sim_desk_person(2));
	until_rings(sim, 2, LESSER, true, 3000);
	/* Its new owner does not look: then anybody may have it. */
	until_rings(sim, 0, LESSER, true, 15000);
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, LESSER)), RESULT_OK);
	assert_string_equal(sim_incident(sim, LESSER)->owner, sim_desk_person(0));
	sim_free(sim);
}

/* The owner passes it on at the instant at which a colleague takes it over: one of them is told no, with the name. */
static void test_passing_on_against_taking_over(void **state)
{
	struct sim *sim = two_daemons();
	uint64_t id = pressed(sim, LESSER, KIND_SOS), a, b;
	uint32_t result_a, result_b;

	(void)state;
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, LESSER)), RESULT_OK);
	sim_run(sim, 1000);
	a = transfer(sim, 0, id, 3);
	b = sim_desk_claim(sim, 2, LESSER);
	result_a = desk_result(sim, 0, a);
	result_b = desk_result(sim, 2, b);
	assert_true((result_a == RESULT_OK) != (result_b == RESULT_OK));
	assert_string_equal(sim_incident(sim, LESSER)->owner, sim_desk_person(result_a == RESULT_OK ? 3 : 2));
	assert_int_equal(result_a == RESULT_OK ? result_b : result_a,
	                 result_a == RESULT_OK ? RESULT_LOST_RACE : PINGAN__V1__RESULT__RESULT_NOT_OWNER);
	sim_free(sim);
}

/* Both colleagues see the same owner and take over at once, on two daemons. */
static void test_two_take_over_at_once(void **state)
{
	struct sim *sim = two_daemons();
	uint64_t a, b;
	uint32_t result_a, result_b;

	(void)state;
	pressed(sim, LESSER, KIND_SOS);
	assert_int_equal(desk_result(sim, 2, sim_desk_claim(sim, 2, LESSER)), RESULT_OK);
	sim_run(sim, 1000);
	a = sim_desk_claim(sim, 0, LESSER);
	b = sim_desk_claim(sim, 3, LESSER);
	result_a = desk_result(sim, 0, a);
	result_b = desk_result(sim, 3, b);
	assert_true((result_a == RESULT_OK) != (result_b == RESULT_OK));
	assert_int_equal(result_a == RESULT_OK ? result_b : result_a, RESULT_LOST_RACE);
	assert_string_equal(sim_incident(sim, LESSER)->owner, sim_desk_person(result_a == RESULT_OK ? 0 : 3));
	assert_string_equal(sim_incident(sim, LESSER)->former_owner, sim_desk_person(2));
	sim_free(sim);
}

/* Nobody there has confirmed, and the daemon that heard of it is dead: the other one goes on asking. */
static void test_a_hand_over_is_tracked_by_whoever_lives(void **state)
{
	struct sim *sim = two_daemons();
	uint64_t id = pressed(sim, LESSER, KIND_SOS);
	unsigned before;

	(void)state;
	assert_int_equal(desk_result(sim, 0, sim_desk_claim(sim, 0, LESSER)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, sim_desk_spoke(sim, 0, LESSER)), RESULT_OK);
	assert_int_equal(desk_result(sim, 0, hand_over(sim, 0, id)), RESULT_OK);
	sim_run(sim, 2000);
	sim_daemon_crash(sim, 0);
	sim_run(sim, 70000);
	before = lines_of(sim_incident(sim, LESSER), LINE_HANDOVER_OVERDUE);
	assert_true(before >= 1);
	sim_run(sim, 125000); /* by now it has come back to the queue, and somebody else would take it */
	assert_true(lines_of(sim_incident(sim, LESSER), LINE_HANDOVER_OVERDUE) > before);
	assert_int_equal(sim_incident(sim, LESSER)->handovers[0].state, HANDOVER_OPEN);
	sim_free(sim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_interrupted_call_is_laid_aside_once),
		cmocka_unit_test(test_a_hold_outlives_every_daemon),
		cmocka_unit_test(test_a_call_is_passed_on_to_another_daemon),
		cmocka_unit_test(test_passing_on_against_taking_over),
		cmocka_unit_test(test_two_take_over_at_once),
		cmocka_unit_test(test_a_hand_over_is_tracked_by_whoever_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
