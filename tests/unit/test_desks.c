/* test_desks.c - operators and their desks: who is rung first, who is given a call, what is laid aside for a more urgent one,
 * how much lies on each desk, and when a supervisor is rung.
 */
#include "app_rig_city.h"

#include "app/roster.h"
#include "app/screens.h"

#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define SNAPSHOT PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT
#define PRESENCE PINGAN__V1__TO_SCREEN__BODY_PRESENCE
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

/* A person of the first sub-district who speaks this and nothing else. */
static void speaks(struct rig *g, const char *id, const char *language)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	char *areas[] = {(char *)"440103001"}, *languages[] = {(char *)language};

	p.id = p.account = p.name = (char *)id;
	p.role = PINGAN__V1__ROLE__ROLE_OPERATOR;
	p.areas = areas;
	p.n_areas = 1;
	p.languages = languages;
	p.n_languages = language[0] != '\0';
	rig_put(g, "person", id, &p.base);
}

static void consoles(struct rig *g)
{
	rig_start(g);
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	rig_console(g, 3, "op2");
	rig_console(g, 4, "sup");
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	consoles(g);
	return g;
}

/* Homes speak Cantonese (app_rig_city.h); so does op1, and op1b does not. */
static struct rig *two_tongues(void)
{
	struct rig *g = rig_city();

	speaks(g, "op1b", "cmn");
	consoles(g);
	return g;
}

static const struct incident *record(struct rig *g, uint64_t id)
{
	static struct incident inc;

	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	return &inc;
}

/* The newest picture that this console has says that it rings. */
static bool rings(struct rig *g, link_t link, uint64_t id)
{
	bool rings = false;

	for (size_t n = 0; n < g->links[link].count; n++) {
		Pingan__V1__ToScreen *m = rig_frame(g, link, n);
		const uint64_t *list = NULL;
		size_t count = 0;

		if (m->body_case == DELTA) {
			list = m->delta->ringing;
			count = m->delta->n_ringing;
		} else if (m->body_case == SNAPSHOT && m->snapshot->last) {
			list = m->snapshot->ringing;
			count = m->snapshot->n_ringing;
		}
		if (m->body_case == DELTA || m->body_case == SNAPSHOT)
			rings = false;
		for (size_t i = 0; i < count; i++)
			rings = rings || list[i] == id;
		rig_done(m);
	}
	return rings;
}

static int transfer(struct rig *g, link_t link, uint64_t id, const char *to, const char *text)
{
	RIG_ASK(g, link, 0, Transfer, TRANSFER, TRANSFER, transfer, .incident = id, .to = (char *)to, .text = (char *)text);
	return rig_result(g, link, NULL);
}

static int escalate(struct rig *g, link_t link, uint64_t id, const char *text)
{
	RIG_ASK(g, link, 0, Escalate, ESCALATE, ESCALATE, escalate, .incident = id, .text = (char *)text);
	return rig_result(g, link, NULL);
}

static int take_over(struct rig *g, link_t link, uint64_t id, const char *from, const char *reason)
{
	RIG_ASK(g, link, 0, Claim, CLAIM, CLAIM, claim, .incident = id, .from = (char *)from, .reason = (char *)reason);
	return rig_result(g, link, NULL);
}

static void ready(struct rig *g, link_t link, bool on)
{
	RIG_ASK(g, link, 0, SetReady, SET_READY, READY, ready, .ready = on);
	IS(rig_result(g, link, NULL), OK);
	rig_pass(g, 100);
}

/* ------------------------------------------------------------ interruption */

static void test_a_more_urgent_call_lays_the_one_in_hand_aside(void **state)
{
	struct rig *g = city();
	uint64_t lesser = rig_press(g, "h0", KIND_INACTIVITY), others = rig_press(g, "h1", KIND_INACTIVITY), urgent;

	(void)state;
	IS(rig_claim(g, 1, lesser, NULL), OK);
	IS(rig_claim(g, 2, others, NULL), OK);
	urgent = rig_press(g, "h2", KIND_SOS);
	assert_int_equal(record(g, lesser)->hold_until_ms, 0);
	IS(rig_claim(g, 1, urgent, NULL), OK);
	rig_pass(g, 100);
	assert_int_not_equal(record(g, lesser)->hold_until_ms, 0);
	assert_int_equal(record(g, lesser)->lines[record(g, lesser)->line_count - 1].code, LINE_HELD);
	assert_int_equal(record(g, lesser)->lines[record(g, lesser)->line_count - 1].count, 1);
	assert_string_equal(record(g, lesser)->owner, "op1");
	assert_int_not_equal(record(g, lesser)->attention_due_ms, 0); /* it waits with its clock running */
	assert_int_equal(record(g, urgent)->hold_until_ms, 0);
	assert_int_equal(record(g, others)->hold_until_ms, 0);
	/* It comes back by itself, at its owner. */
	rig_pass_beating(g, 190000, 4);
	assert_int_equal(record(g, lesser)->hold_until_ms, 0);
	rig_free(g);
}

static void test_a_less_urgent_call_interrupts_nothing(void **state)
{
	struct rig *g = city();
	uint64_t urgent = rig_press(g, "h0", KIND_SOS), equal = rig_press(g, "h1", KIND_SOS),
			 lesser = rig_press(g, "h2", KIND_INACTIVITY);

	(void)state;
	IS(rig_claim(g, 1, urgent, NULL), OK);
	IS(rig_claim(g, 1, equal, NULL), OK);
	IS(rig_claim(g, 1, lesser, NULL), OK);
	rig_pass(g, 100);
	assert_int_equal(record(g, urgent)->hold_until_ms, 0);
	assert_int_equal(record(g, equal)->hold_until_ms, 0);
	assert_int_equal(record(g, lesser)->hold_until_ms, 0);
	rig_free(g);
}

/* What one resumes by hand stays in hand: it is laid aside once, when the urgent one is taken. */
static void test_what_is_resumed_stays_in_hand(void **state)
{
	struct rig *g = city();
	uint64_t lesser = rig_press(g, "h0", KIND_INACTIVITY), urgent = rig_press(g, "h1", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, lesser, NULL), OK);
	IS(rig_claim(g, 1, urgent, NULL), OK);
	rig_pass(g, 100);
	assert_int_not_equal(record(g, lesser)->hold_until_ms, 0);
	RIG_ASK(g, 1, 0, Unhold, UNHOLD, UNHOLD, unhold, .incident = lesser);
	IS(rig_result(g, 1, NULL), OK);
	RIG_ASK(g, 1, 0, AddNote, ADD_NOTE, NOTE, note, .incident = urgent, .text = (char *)"moans");
	IS(rig_result(g, 1, NULL), OK);
	rig_pass_beating(g, 4000, 4);
	assert_int_equal(record(g, lesser)->hold_until_ms, 0);
	rig_free(g);
}

/* ------------------------------------------------------------ transfer and taking over */

static void test_a_call_goes_only_to_who_can_have_it(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	IS(transfer(g, 1, id, "nobody", "moans"), NOT_FOUND);
	IS(transfer(g, 1, id, "op2", "moans"), BUSY); /* another sub-district */
	IS(transfer(g, 1, id, "cg1", "moans"), BUSY); /* no console */
	IS(transfer(g, 1, id, "op1b", ""), NEEDS_REASON);
	ready(g, 2, false);
	IS(transfer(g, 1, id, "op1b", "moans"), BUSY);
	ready(g, 2, true);
	app_link_down(g->app, 2);
	rig_turn(g);
	IS(transfer(g, 1, id, "op1b", "moans"), BUSY); /* the console has gone */
	assert_string_equal(record(g, id)->owner, "op1");
	IS(transfer(g, 1, id, "sup", "moans"), OK); /* supervisors have them all */
	assert_string_equal(record(g, id)->owner, "sup");
	rig_free(g);
}

static void entry(struct rig *g, const char *key, struct slice body)
{
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	struct rig_record *r = rig_record(g, key);

	rig_record_set(r, body, e.commit);
	e.record_count = 1;
	rig_record_copy(r, &e.records[0]);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
}

/* His record says that he is there, at another daemon. That one is dead, and nobody could write it down yet. */
static void test_nobody_at_a_dead_daemon_is_given_a_call(void **state)
{
	struct rig *g = city();
	struct operator op = * operator_find(g->app, "op1b");
	Pingan__V1__Daemon d = PINGAN__V1__DAEMON__INIT;
	uint8_t body[256];
	struct buf b = buf_of(body, sizeof body);

	(void)state;
	d.id = (char *)"d1";
	d.alive_ms = g->store_ms;
	entry(g, "daemon:d1", slice_of(body, pingan__v1__daemon__pack(&d, body)));
	snprintf(op.daemon, sizeof op.daemon, "d1");
	operator_encode(&op, &b);
	entry(g, "operator:op1b", slice_of(body, b.len));
	assert_true(roster_may_take(g->app, "op1b", "440103001001"));
	g->held = true;
	rig_pass(g, ALIVE_STALE_MS + 100);
	assert_int_equal(operator_find(g->app, "op1b")->link, LINK_UP);
	assert_false(roster_may_take(g->app, "op1b", "440103001001"));
	rig_free(g);
}

static void test_a_call_that_was_passed_on_rings_at_its_new_owner(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	rig_pass(g, 100);
	assert_false(rings(g, 2, id));
	IS(transfer(g, 1, id, "op1b", "moans"), OK);
	rig_pass(g, 100);
	assert_true(rings(g, 2, id));
	assert_false(rings(g, 1, id));
	/* Unseen, it rings everybody who covers it, the former owner too. */
	rig_pass_beating(g, 11000, 4);
	assert_true(rings(g, 1, id) && rings(g, 2, id) && rings(g, 4, id));
	assert_false(rings(g, 3, id));
	IS(take_over(g, 1, id, "op1b", ""), OK);
	rig_pass(g, 100);
	assert_false(rings(g, 1, id) || rings(g, 2, id) || rings(g, 4, id));
	rig_free(g);
}

static void test_a_supervisor_takes_over_with_a_sealed_reason(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	const struct line *line;

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	rig_pass_beating(g, 21000, 4);
	IS(take_over(g, 2, id, "op1", "let me"), LOST_RACE);
	IS(take_over(g, 4, id, "op1", ""), NEEDS_REASON);
	IS(take_over(g, 4, id, "op1", "op1 is not well"), OK);
	line = &record(g, id)->lines[record(g, id)->line_count - 1];
	assert_int_equal(line->code, LINE_CLAIMED);
	assert_int_equal(line->text_len, strlen("op1 is not well") + 1);
	assert_null(memmem(record(g, id)->text, TEXT_MAX, "not well", 8)); /* never in the clear */
	rig_free(g);
}

/* ------------------------------------------------------------ supervisors */

static void test_asked_in_rings_at_supervisors_until_one_looks(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	rig_pass(g, 100);
	assert_false(rings(g, 4, id));
	IS(escalate(g, 1, id, ""), NEEDS_REASON);
	IS(escalate(g, 1, id, "two at once"), OK);
	rig_pass(g, 100);
	assert_true(rings(g, 4, id));
	assert_false(rings(g, 1, id) || rings(g, 2, id));
	/* Whatever the owner does meanwhile. */
	RIG_ASK(g, 1, 0, Spoke, SPOKE, SPOKE, spoke, .incident = id);
	IS(rig_result(g, 1, NULL), OK);
	rig_pass(g, 100);
	assert_true(rings(g, 4, id));
	RIG_ASK(g, 4, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	rig_pass(g, 100);
	assert_false(rings(g, 4, id));
	assert_string_equal(record(g, id)->owner, "op1");
	rig_free(g);
}

static void test_an_overdue_hand_over_rings_at_the_supervisor(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	RIG_ASK(g, 1, 0, HandoverOpen, HANDOVER_OPEN, HANDOVER_OPEN, handover_open, .incident = id,
	        .service = PINGAN__V1__SERVICE__SERVICE_120);
	IS(rig_result(g, 1, NULL), OK);
	rig_pass_beating(g, 58000, 4);
	assert_false(rings(g, 4, id));
	rig_pass_beating(g, 4000, 4);
	assert_true(rings(g, 4, id));
	rig_free(g);
}

/* Another daemon takes the console for dead at the instant at which its operator says "ready": what it knew of that is old,
 * and she would sit there unrung.
 */
static void test_ready_is_the_word_of_the_page_alone(void **state)
{
	struct rig *g = city();

	(void)state;
	ready(g, 1, false);
	g->held = true;
	RIG_ASK(g, 1, 0, SetReady, SET_READY, READY, ready, .ready = true);
	operator_left(g->app, "op1"); /* decided on what stood before */
	g->held = false;
	rig_turn(g);
	IS(rig_result(g, 1, NULL), OK);
	rig_pass_beating(g, 4000, 4);
	assert_int_equal(operator_find(g->app, "op1")->link, LINK_UP); /* the console never left */
	assert_true(operator_find(g->app, "op1")->ready);
	rig_free(g);
}

/* ------------------------------------------------------------ language */

/* Seconds count, and the one who speaks her language may be on the telephone. */
static void test_a_call_of_class_1_rings_at_all_of_the_area_at_once(void **state)
{
	struct rig *g = two_tongues();
	uint64_t id = rig_press(g, "h0", KIND_SOS);

	(void)state;
	rig_pass(g, 100);
	assert_true(rings(g, 1, id) && rings(g, 2, id));
	id = rig_press(g, "h1", KIND_INACTIVITY);
	rig_pass(g, 100);
	assert_false(rings(g, 2, id));
	(void)rig_press(g, "h1", KIND_SOS); /* raised */
	rig_pass(g, 100);
	assert_true(rings(g, 2, id));
	rig_free(g);
}

static void test_who_speaks_the_language_is_rung_first(void **state)
{
	struct rig *g = two_tongues();
	uint64_t id = rig_press(g, "h0", KIND_INACTIVITY);

	(void)state;
	rig_pass(g, 100);
	assert_true(rings(g, 1, id));
	assert_false(rings(g, 2, id));
	rig_pass_beating(g, 11000, 4);
	assert_true(rings(g, 1, id) && rings(g, 2, id)); /* then everybody, long before the plan's next step */
	rig_free(g);
}

static void test_nobody_who_speaks_it_is_ready_so_all_are_rung(void **state)
{
	struct rig *g = two_tongues();
	uint64_t id;

	(void)state;
	ready(g, 1, false);
	id = rig_press(g, "h0", KIND_INACTIVITY);
	rig_pass(g, 100);
	assert_true(rings(g, 2, id));
	/* What has rung at all goes on doing so, whoever comes. */
	ready(g, 1, true);
	(void)rig_press(g, "h0", KIND_INACTIVITY);
	rig_pass(g, 100);
	assert_true(rings(g, 1, id) && rings(g, 2, id));
	rig_free(g);
}

/* The only one who speaks it leaves while it rings: nobody waits for the plan's next step. */
static void test_the_last_who_speaks_it_leaves_and_all_are_rung(void **state)
{
	struct rig *g = two_tongues();
	uint64_t id = rig_press(g, "h0", KIND_INACTIVITY);

	(void)state;
	rig_pass(g, 100);
	assert_false(rings(g, 2, id));
	ready(g, 1, false);
	assert_true(rings(g, 2, id));
	id = rig_press(g, "h1", KIND_INACTIVITY);
	rig_pass(g, 100);
	assert_true(rings(g, 2, id));
	rig_free(g);
}

static void test_a_console_that_breaks_off_counts_for_nobody(void **state)
{
	struct rig *g = two_tongues();
	uint64_t id = rig_press(g, "h0", KIND_INACTIVITY);

	(void)state;
	rig_pass(g, 100);
	assert_false(rings(g, 2, id));
	app_link_down(g->app, 1);
	rig_pass(g, 300);
	assert_true(rings(g, 2, id));
	rig_free(g);
}

static void test_without_the_store_nobody_is_choosy(void **state)
{
	struct rig *g = two_tongues();
	uint64_t id = rig_press(g, "h0", KIND_INACTIVITY);

	(void)state;
	rig_pass(g, 100);
	assert_false(rings(g, 2, id));
	g->down = true; /* the plan's next step can't be stored */
	app_store_down(g->app);
	rig_pass(g, 300);
	assert_true(rings(g, 2, id));
	rig_free(g);
}

static void test_who_has_no_languages_on_record_is_rung(void **state)
{
	struct rig *g = rig_city();
	uint64_t id;

	(void)state;
	speaks(g, "op1b", "");
	consoles(g);
	id = rig_press(g, "h0", KIND_INACTIVITY);
	rig_pass(g, 100);
	assert_true(rings(g, 1, id) && rings(g, 2, id));
	rig_free(g);
}

/* Duress: nobody calls back, so no language matters; a returned call has lost time already. */
static void test_what_needs_no_voice_or_has_waited_rings_at_all(void **state)
{
	struct rig *g = two_tongues();
	uint64_t duress = rig_press(g, "h0", KIND_DURESS), id = rig_press(g, "h1", KIND_INACTIVITY);

	(void)state;
	rig_pass(g, 100);
	assert_true(rings(g, 2, duress));
	assert_false(rings(g, 2, id));
	IS(rig_claim(g, 1, id, NULL), OK);
	app_link_down(g->app, 1);
	rig_pass_beating(g, 33000, 4);
	assert_int_equal(record(g, id)->state, INCIDENT_WAITING);
	assert_true(rings(g, 2, id));
	rig_free(g);
}

/* So many at once that nobody may be choosy: the ones beyond the bound ring at everybody. */
static void test_in_a_crowd_of_calls_nobody_is_choosy(void **state)
{
	struct rig *g = rig_city();
	uint64_t ids[66];
	unsigned at_op1b = 0;

	(void)state;
	speaks(g, "op1b", "cmn");
	for (unsigned i = 0; i < COUNT_OF(ids); i++) {
		char home[16];

		snprintf(home, sizeof home, "c%u", i);
		rig_home(g, home, "440103001001");
	}
	consoles(g);
	for (unsigned i = 0; i < COUNT_OF(ids); i++) {
		char home[16];

		snprintf(home, sizeof home, "c%u", i);
		ids[i] = rig_press(g, home, KIND_INACTIVITY);
	}
	rig_pass(g, 100);
	for (unsigned i = 0; i < COUNT_OF(ids); i++)
		at_op1b += rings(g, 2, ids[i]);
	assert_int_equal(at_op1b, COUNT_OF(ids) - 64);
	rig_free(g);
}

/* ------------------------------------------------------------ load */

static bool someone(struct rig *g, link_t link, const char *person, uint32_t *ret_load)
{
	Pingan__V1__ToScreen *m = rig_last(g, link, PRESENCE);
	bool flood = false, found = false;

	assert_non_null(m);
	for (size_t i = 0; i < m->presence->n_people; i++)
		if (strcmp(m->presence->people[i]->id, person) == 0) {
			found = true;
			flood = m->presence->people[i]->flood;
			*ret_load = m->presence->people[i]->load;
		}
	assert_true(found);
	rig_done(m);
	return flood;
}

static void test_ten_new_calls_in_ten_minutes_are_a_flood(void **state)
{
	struct rig *g = rig_city();
	uint32_t load = 0;

	(void)state;
	for (int i = 0; i < 12; i++) {
		char home[16];

		snprintf(home, sizeof home, "f%d", i);
		rig_home(g, home, "440103001001");
	}
	consoles(g);
	for (int i = 0; i < 9; i++) {
		char home[16];

		if (i == 5)
			rig_pass_beating(g, 60000, 4);
		snprintf(home, sizeof home, "f%d", i);
		IS(rig_claim(g, 1, rig_press(g, home, KIND_INACTIVITY), NULL), OK);
	}
	rig_pass_beating(g, 6000, 4);
	assert_false(someone(g, 4, "op1", &load));
	assert_int_equal(load, 9);
	rig_skip(g, 4);
	IS(rig_claim(g, 1, rig_press(g, "f9", KIND_INACTIVITY), NULL), OK);
	rig_pass_beating(g, 2000, 4);
	assert_true(someone(g, 4, "op1", &load)); /* the supervisor's screen is told at once */
	assert_int_equal(load, 10);
	/* It is over below five, not at nine: it does not flicker. */
	rig_skip(g, 4);
	rig_pass_beating(g, 544000, 4);
	assert_true(someone(g, 4, "op1", &load));
	assert_int_equal(load, 5);
	rig_skip(g, 4);
	rig_pass_beating(g, 70000, 4);
	assert_false(someone(g, 4, "op1", &load));
	assert_true(load < 5);
	rig_free(g);
}

static void test_a_call_taken_over_is_the_load_of_who_has_it(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_SOS);
	uint32_t load = 9;
	bool flood;

	(void)state;
	IS(rig_claim(g, 1, id, NULL), OK);
	IS(take_over(g, 2, id, "op1", ""), OK);
	rig_pass_beating(g, 6000, 4);
	(void)someone(g, 4, "op1b", &load);
	assert_int_equal(load, 1);
	/* Read anew from the records it is the same. */
	feed_reload(g->app);
	rig_pass_beating(g, 2000, 4);
	assert_int_equal(desk_load(g->app, "op1b", &flood), 1);
	assert_int_equal(desk_load(g->app, "op1", &flood), 0);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_more_urgent_call_lays_the_one_in_hand_aside),
		cmocka_unit_test(test_a_less_urgent_call_interrupts_nothing),
		cmocka_unit_test(test_what_is_resumed_stays_in_hand),
		cmocka_unit_test(test_a_call_goes_only_to_who_can_have_it),
		cmocka_unit_test(test_nobody_at_a_dead_daemon_is_given_a_call),
		cmocka_unit_test(test_a_call_that_was_passed_on_rings_at_its_new_owner),
		cmocka_unit_test(test_a_supervisor_takes_over_with_a_sealed_reason),
		cmocka_unit_test(test_asked_in_rings_at_supervisors_until_one_looks),
		cmocka_unit_test(test_an_overdue_hand_over_rings_at_the_supervisor),
		cmocka_unit_test(test_ready_is_the_word_of_the_page_alone),
		cmocka_unit_test(test_a_call_of_class_1_rings_at_all_of_the_area_at_once),
		cmocka_unit_test(test_who_speaks_the_language_is_rung_first),
		cmocka_unit_test(test_nobody_who_speaks_it_is_ready_so_all_are_rung),
		cmocka_unit_test(test_the_last_who_speaks_it_leaves_and_all_are_rung),
		cmocka_unit_test(test_a_console_that_breaks_off_counts_for_nobody),
		cmocka_unit_test(test_without_the_store_nobody_is_choosy),
		cmocka_unit_test(test_who_has_no_languages_on_record_is_rung),
		cmocka_unit_test(test_what_needs_no_voice_or_has_waited_rings_at_all),
		cmocka_unit_test(test_in_a_crowd_of_calls_nobody_is_choosy),
		cmocka_unit_test(test_ten_new_calls_in_ten_minutes_are_a_flood),
		cmocka_unit_test(test_a_call_taken_over_is_the_load_of_who_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
