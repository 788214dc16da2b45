/* test_phone.c - what a caregiver's phone shows: nothing private before the yes, the card between yes and done, nothing
 * after; notices of what ended without it; and nothing at all that is not safe.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define PHONE PINGAN__V1__TO_SCREEN__BODY_PHONE
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

enum { DESK = 1, CG1 = 2, CG2 = 3 };

static void phone(struct rig *g, link_t link, const char *person)
{
	rig_up(g, link, person);
	rig_hello(g, link, CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, link, 0, Duty, DUTY, DUTY, duty, .on = 1);
	IS(rig_result(g, link, NULL), OK);
	g->links[link].read = 0;
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, DESK, "op1");
	phone(g, CG1, "cg1");
	phone(g, CG2, "cg2");
	return g;
}

/* The newest PhoneState, whether read before or not; the caller frees it. */
static Pingan__V1__ToScreen *now(struct rig *g, link_t link)
{
	Pingan__V1__ToScreen *m;

	g->links[link].read = 0;
	m = rig_last(g, link, PHONE);
	assert_non_null(m);
	return m;
}

static uint64_t offered(struct rig *g)
{
	uint64_t id = rig_press(g, "h0", KIND_FALL);

	IS(rig_claim(g, DESK, id, NULL), OK);
	RIG_ASK(g, DESK, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
	IS(rig_result(g, DESK, NULL), OK);
	return id;
}

static bool said(struct rig *g, link_t link, const char *mark)
{
	for (size_t i = 0; i < g->links[link].count; i++)
		if (memmem(g->links[link].frames[i].at, g->links[link].frames[i].len, mark, strlen(mark)) != NULL)
			return true;
	return false;
}

static void nothing_private(struct rig *g, link_t link)
{
	static const char *const MARKS[] = {"ADDRESS", "ACCESS", "PHONE-", "HEALTH", "NAME-", "长者", "h0"};

	for (size_t i = 0; i < COUNT_OF(MARKS); i++)
		assert_false(said(g, link, MARKS[i]));
}

static int answer(struct rig *g, link_t link, uint64_t id, bool accept)
{
	RIG_ASK(g, link, 0, OfferAnswer, OFFER_ANSWER, ANSWER, answer, .incident = id, .job = 1, .accept = accept);
	return rig_result(g, link, NULL);
}

static int progress(struct rig *g, link_t link, uint64_t id, int to)
{
	RIG_ASK(g, link, 0, JobProgress, JOB_PROGRESS, PROGRESS, progress, .incident = id, .job = 1,
	        .to = (Pingan__V1__JobState)to,
	        .result = to == PINGAN__V1__JOB_STATE__JOB_DONE ? PINGAN__V1__JOB_RESULT__JOB_RESULT_HELPED : 0,
	        .saw_resident = to != PINGAN__V1__JOB_STATE__JOB_EN_ROUTE);
	return rig_result(g, link, NULL);
}

static void test_offer_then_card_then_nothing(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m = now(g, CG1);

	(void)state;
	assert_true(m->phone->on_duty);
	assert_true(m->phone->store_up);
	assert_string_equal(m->phone->desk_phone, "12349");
	assert_null(m->phone->job);
	assert_int_equal(m->phone->n_offers, 1);
	assert_int_equal(m->phone->offers[0]->incident, id);
	assert_int_equal(m->phone->offers[0]->class_, CLASS_LIFE);
	assert_string_equal(m->phone->offers[0]->community, "一社区");
	assert_string_equal(m->phone->offers[0]->street, "中山四路");
	assert_int_equal(m->phone->offers[0]->until_ms - m->phone->offers[0]->made_ms, 30000);
	assert_true(m->phone->offers[0]->n_bring > 0);
	assert_true(m->phone->offers[0]->travel_s > 0);
	rig_done(m);
	nothing_private(g, CG1);
	nothing_private(g, CG2);

	RIG_ASK(g, CG1, 0, OfferReceipt, OFFER_RECEIPT, RECEIPT, receipt, .incident = id, .job = 1, .seen = 1);
	IS(rig_result(g, CG1, NULL), OK);
	IS(answer(g, CG1, id, true), OK);
	m = now(g, CG1);
	assert_int_equal(m->phone->n_offers, 0);
	assert_non_null(m->phone->job);
	assert_string_equal(m->phone->job->address, "ADDRESS-51");
	assert_string_equal(m->phone->job->access, "ACCESS-2351");
	assert_string_equal(m->phone->job->home_phone, "PHONE-HOME");
	assert_string_equal(m->phone->job->health_notes, "HEALTH-HEART");
	assert_string_equal(m->phone->job->residents[0]->medicines, "HEALTH-OWN-PILLS");
	assert_false(said(g, CG1, "HEALTH-OWN-WARD")); /* which hospital is the desk's business */
	assert_string_equal(m->phone->job->residents[0]->name, "长者h0");
	assert_int_equal(m->phone->job->n_contacts, 1); /* who has a key */
	assert_string_equal(m->phone->job->contacts[0]->name, "NAME-NEIGHBOUR");
	assert_int_equal(m->phone->job->arrival_due_ms - m->phone->job->accepted_ms, 20 * 60000); /* of the district */
	rig_done(m);
	/* The other one hears that it is taken, and never learns whose it was. */
	m = now(g, CG2);
	assert_int_equal(m->phone->n_offers, 0);
	assert_int_equal(m->phone->n_ended, 1);
	assert_int_equal(m->phone->ended[0]->offer, OFFER_WITHDRAWN);
	assert_true(m->phone->ended[0]->taken);
	rig_done(m);
	nothing_private(g, CG2);
	RIG_ASK(g, CG2, 0, OfferAnswer, OFFER_ANSWER, ANSWER, answer, .incident = id, .job = 1, .accept = 1);
	m = rig_last(g, CG2, PINGAN__V1__TO_SCREEN__BODY_REPLY);
	IS(m->reply->result, WITHDRAWN);
	assert_string_equal(m->reply->who_name, "名cg1");
	rig_done(m);

	IS(progress(g, CG1, id, PINGAN__V1__JOB_STATE__JOB_EN_ROUTE), OK);
	IS(progress(g, CG1, id, PINGAN__V1__JOB_STATE__JOB_ARRIVED), OK);
	m = now(g, CG1);
	assert_int_equal(m->phone->job->state, JOB_ARRIVED);
	rig_done(m);
	IS(progress(g, CG1, id, PINGAN__V1__JOB_STATE__JOB_DONE), OK);
	rig_frames_free(&g->links[CG1]);
	rig_beat(g, CG1);
	RIG_ASK(g, CG1, 0, Duty, DUTY, DUTY, duty, .on = 0);
	m = now(g, CG1);
	assert_null(m->phone->job);
	assert_false(m->phone->on_duty);
	rig_done(m);
	nothing_private(g, CG1);
	rig_free(g);
}

static void test_two_say_yes(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	g->held = true;
	IS(answer(g, CG1, id, true), NONE);
	IS(answer(g, CG2, id, true), NONE);
	g->held = false;
	rig_turn(g);
	IS(rig_result(g, CG1, NULL), OK);
	m = rig_last(g, CG2, PINGAN__V1__TO_SCREEN__BODY_REPLY);
	IS(m->reply->result, WITHDRAWN);
	assert_string_equal(m->reply->who, "cg1");
	rig_done(m);
	rig_free(g);
}

static void test_unsafe_offer_is_not_shown(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_FALL);
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(rig_claim(g, DESK, id, NULL), OK);
	g->unsafe = true;
	RIG_ASK(g, DESK, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
	rig_pass(g, 2000);
	m = now(g, CG1);
	assert_int_equal(m->phone->n_offers, 0);
	rig_done(m);
	/* Nor to a phone that comes now. */
	rig_up(g, 5, "cg2");
	rig_hello(g, 5, CAREGIVER, 0, 0, NULL, 0);
	m = now(g, 5);
	assert_int_equal(m->phone->n_offers, 0);
	rig_done(m);
	g->unsafe = false;
	rig_turn(g);
	m = now(g, CG1);
	assert_int_equal(m->phone->n_offers, 1);
	rig_done(m);
	m = now(g, 5);
	assert_int_equal(m->phone->n_offers, 1);
	rig_done(m);
	rig_free(g);
}

static void test_unsafe_end_is_not_shown(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(answer(g, CG1, id, true), OK);
	g->unsafe = true;
	RIG_ASK(g, DESK, 0, CancelJob, CANCEL_JOB, CANCEL_JOB, cancel_job, .incident = id, .job = 1);
	rig_pass(g, 1000);
	phones_touch(g->app, NULL);
	rig_pass(g, 100);
	m = now(g, CG1);
	assert_non_null(m->phone->job); /* a failover may take the cancelling back: she is still waiting */
	rig_done(m);
	g->unsafe = false;
	rig_turn(g);
	m = now(g, CG1);
	assert_null(m->phone->job);
	rig_done(m);
	rig_free(g);
}

/* Somebody else has said yes, and the replica has not: the offer stands until it is sure. */
static void test_unsafe_yes_of_another_is_not_shown(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	g->unsafe = true;
	IS(answer(g, CG2, id, true), NONE);
	phones_touch(g->app, NULL);
	rig_pass(g, 100);
	m = now(g, CG1);
	assert_int_equal(m->phone->n_offers, 1);
	assert_int_equal(m->phone->n_ended, 0);
	rig_done(m);
	g->unsafe = false;
	rig_turn(g);
	m = now(g, CG1);
	assert_int_equal(m->phone->n_offers, 0);
	assert_true(m->phone->ended[0]->taken);
	rig_done(m);
	rig_free(g);
}

static void test_expired_and_forgotten(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_pass_beating(g, 32000, CG2);
	m = now(g, CG1);
	assert_int_equal(m->phone->n_offers, 0);
	assert_int_equal(m->phone->n_ended, 1);
	assert_int_equal(m->phone->ended[0]->offer, OFFER_EXPIRED);
	assert_false(m->phone->ended[0]->taken);
	rig_done(m);
	IS(answer(g, CG1, id, true), EXPIRED);
	rig_pass_beating(g, ENDED_MS, CG2);
	m = now(g, CG1);
	/* Nobody has spoken to her, so the daemon sends by itself meanwhile: that notice is younger. */
	for (size_t i = 0; i < m->phone->n_ended; i++)
		assert_int_not_equal(m->phone->ended[i]->job, 1);
	rig_done(m);
	rig_free(g);
}

static void test_cancelled_under_way(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(answer(g, CG1, id, true), OK);
	rig_pass(g, 1000);
	RIG_ASK(g, DESK, 0, CancelJob, CANCEL_JOB, CANCEL_JOB, cancel_job, .incident = id, .job = 1);
	IS(rig_result(g, DESK, NULL), OK);
	m = now(g, CG1);
	assert_null(m->phone->job);
	assert_int_equal(m->phone->n_ended, 1);
	assert_int_equal(m->phone->ended[0]->offer, OFFER_NONE); /* the job was theirs */
	rig_done(m);
	m = now(g, CG2);
	assert_int_equal(m->phone->n_ended, 1);
	assert_int_equal(m->phone->ended[0]->offer, OFFER_WITHDRAWN);
	rig_done(m);
	rig_free(g);
}

/* The record of an ended job names its last offers only; the phones behind the others are told all the same. */
static void test_more_offers_than_are_kept(void **state)
{
	struct rig *g = rig_city();
	unsigned shown = 0, ended = 0;
	uint64_t id;

	(void)state;
	for (link_t l = 4; l < 16; l++) {
		char who[16];

		snprintf(who, sizeof who, "c%u", (unsigned)l);
		rig_person(g, who, ROLE_CAREGIVER, "440103001");
	}
	rig_start(g);
	rig_console(g, DESK, "op1");
	for (link_t l = 4; l < 16; l++) {
		char who[16];

		snprintf(who, sizeof who, "c%u", (unsigned)l);
		phone(g, l, who);
	}
	id = offered(g);
	rig_pass_beating(g, 64000, 15); /* third wave: six at once */
	for (int after = 0; after < 2; after++) {
		for (link_t l = 4; l < 16; l++) {
			Pingan__V1__ToScreen *m = now(g, l);

			shown += (unsigned)m->phone->n_offers;
			if (after == 1 && m->phone->n_ended != 0)
				ended += m->phone->ended[0]->offer == PINGAN__V1__OFFER_STATE__OFFER_WITHDRAWN;
			rig_done(m);
		}
		if (after == 1)
			break;
		assert_int_equal(shown, 6);
		shown = 0;
		RIG_ASK(g, DESK, 0, CancelJob, CANCEL_JOB, CANCEL_JOB, cancel_job, .incident = id, .job = 1);
		IS(rig_result(g, DESK, NULL), OK);
	}
	assert_int_equal(shown, 0);
	assert_int_equal(ended, 6);
	rig_free(g);
}

static void test_given_back(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	IS(answer(g, CG1, id, true), OK);
	RIG_ASK(g, CG1, 0, GiveBack, GIVE_BACK, GIVE_BACK, give_back, .incident = id, .job = 1,
	        .reason = PINGAN__V1__DECLINE_REASON__DECLINE_UNWELL);
	IS(rig_result(g, CG1, NULL), OK);
	m = now(g, CG1);
	assert_null(m->phone->job);
	assert_int_equal(m->phone->n_offers, 0);
	rig_done(m);
	m = now(g, CG2);
	assert_int_equal(m->phone->n_offers, 1); /* the next one is asked again */
	rig_done(m);
	rig_free(g);
}

static void test_notes_on_the_job(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	RIG_ASK(g, CG1, 0, AddJobNote, ADD_JOB_NOTE, JOB_NOTE, job_note, .incident = id, .job = 1, .text = (char *)"x");
	IS(rig_result(g, CG1, NULL), NOT_OWNER); /* asked, but not theirs */
	IS(answer(g, CG1, id, true), OK);
	RIG_ASK(g, CG1, 0, AddJobNote, ADD_JOB_NOTE, JOB_NOTE, job_note, .incident = id, .job = 1, .text = (char *)"门开着",
	        .occurred_ms = EPOCH);
	IS(rig_result(g, CG1, NULL), OK);
	for (int i = 0; i < 12; i++) {
		char text[32];

		snprintf(text, sizeof text, "desk %d", i);
		rig_pass_beating(g, 2000, CG2);
		RIG_ASK(g, DESK, 0, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = text);
		IS(rig_result(g, DESK, NULL), OK);
	}
	m = now(g, CG1);
	assert_int_equal(m->phone->job->n_lines, 8); /* the last ones */
	assert_string_equal(m->phone->job->lines[7]->text, "desk 11");
	rig_done(m);
	rig_free(g);
}

static void test_position_between_yes_and_arrival(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);

	(void)state;
#define POSITION(want)                                                                                       \
	do {                                                                                                     \
		RIG_ASK(g, CG1, 0, Position, POSITION, POSITION, position, .lat_e6 = 23100500, .lon_e6 = 113200500); \
		IS(rig_result(g, CG1, NULL), want);                                                                  \
	} while (0)
	POSITION(WRONG_STATE);
	assert_false(roster_member(g->app, "cg1")->positioned);
	IS(answer(g, CG1, id, true), OK);
	POSITION(OK);
	assert_true(roster_member(g->app, "cg1")->positioned);
	IS(progress(g, CG1, id, PINGAN__V1__JOB_STATE__JOB_EN_ROUTE), OK);
	POSITION(OK);
	IS(progress(g, CG1, id, PINGAN__V1__JOB_STATE__JOB_ARRIVED), OK);
	POSITION(WRONG_STATE);
	IS(progress(g, CG1, id, PINGAN__V1__JOB_STATE__JOB_DONE), OK);
	RIG_ASK(g, CG1, 0, Duty, DUTY, DUTY, duty, .on = 0);
	IS(rig_result(g, CG1, NULL), OK);
	assert_false(roster_member(g->app, "cg1")->positioned); /* off duty nobody knows where anybody is */
	rig_free(g);
}

static void test_duty_with_a_job(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g), other;

	(void)state;
	other = rig_press(g, "h1", KIND_SOS);
	IS(rig_claim(g, DESK, other, NULL), OK);
	RIG_ASK(g, DESK, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = other);
	IS(rig_result(g, DESK, NULL), OK);
	IS(answer(g, CG1, id, true), OK);
	IS(answer(g, CG1, other, true), BUSY); /* asked for both, goes to one */
	RIG_ASK(g, CG1, 0, Duty, DUTY, DUTY, duty, .on = 0);
	IS(rig_result(g, CG1, NULL), BUSY);
	rig_free(g);
}

static void test_store_away(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_store_down(g);
	m = now(g, CG1);
	assert_false(m->phone->store_up);
	assert_int_equal(m->phone->n_offers, 1); /* what was safe stays on the screen */
	rig_done(m);
	IS(answer(g, CG1, id, true), NO_STORE);
	rig_store_back(g);
	IS(answer(g, CG1, id, true), OK);
	rig_free(g);
}

static void test_yes_is_restored_after_a_cut(void **state)
{
	struct rig *g = city();
	uint64_t id = offered(g);
	char key[STORE_KEY_MAX];
	struct rig_record *r, *c = rig_record(g, "caregiver:cg1"), before, free_before = *c;
	struct incident inc;

	(void)state;
	incident_key(key, id);
	r = rig_record(g, key);
	before = *r;
	before.body = malloc(r->len);
	memcpy(before.body, r->body, r->len);
	free_before.body = malloc(c->len);
	memcpy(free_before.body, c->body, c->len);
	IS(answer(g, CG1, id, true), OK);
	free(r->body);
	*r = before;
	free(c->body);
	*c = free_before;
	rig_reload(g);
	rig_pass(g, 200);
	assert_true(incident_read(g->app, incident_find(g->app, id), &inc));
	assert_int_equal(inc.jobs[0].state, JOB_ACCEPTED);
	assert_string_equal(inc.jobs[0].caregiver, "cg1");
	rig_free(g);
}

/* Whoever comes to change a battery needs the door, and not what she suffers from. */
static void a_technician_reads_no_health(void **state)
{
	struct rig *g = city();
	uint64_t id = rig_press(g, "h0", KIND_BATTERY);
	Pingan__V1__ToScreen *m;

	(void)state;
	phone(g, 4, "tech");
	IS(rig_claim(g, DESK, id, NULL), OK);
	RIG_ASK(g, DESK, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
	IS(rig_result(g, DESK, NULL), OK);
	nothing_private(g, 4);
	IS(answer(g, 4, id, true), OK);
	m = now(g, 4);
	assert_non_null(m->phone->job);
	assert_string_equal(m->phone->job->address, "ADDRESS-51");
	assert_string_equal(m->phone->job->access, "ACCESS-2351");
	assert_string_equal(m->phone->job->health_notes, "");
	assert_string_equal(m->phone->job->medicines, "");
	assert_string_equal(m->phone->job->residents[0]->health_notes, "");
	rig_done(m);
	assert_false(said(g, 4, "HEALTH"));
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_then_card_then_nothing),
		cmocka_unit_test(a_technician_reads_no_health),
		cmocka_unit_test(test_two_say_yes),
		cmocka_unit_test(test_unsafe_offer_is_not_shown),
		cmocka_unit_test(test_unsafe_end_is_not_shown),
		cmocka_unit_test(test_unsafe_yes_of_another_is_not_shown),
		cmocka_unit_test(test_expired_and_forgotten),
		cmocka_unit_test(test_cancelled_under_way),
		cmocka_unit_test(test_more_offers_than_are_kept),
		cmocka_unit_test(test_given_back),
		cmocka_unit_test(test_notes_on_the_job),
		cmocka_unit_test(test_position_between_yes_and_arrival),
		cmocka_unit_test(test_duty_with_a_job),
		cmocka_unit_test(test_store_away),
		cmocka_unit_test(test_yes_is_restored_after_a_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
