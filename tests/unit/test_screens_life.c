/* test_screens_life.c - what screens are told of the whole life of an incident: hold, hand-over, recall, contacts' answers,
 * what is set aside, drills, device work, and the figures that go with them.
 */
#include "app_rig_city.h"

#include "app/screens.h"

#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define DETAIL PINGAN__V1__TO_SCREEN__BODY_DETAIL
#define PHONE PINGAN__V1__TO_SCREEN__BODY_PHONE
#define WELCOME PINGAN__V1__TO_SCREEN__BODY_WELCOME
#define SNAPSHOT PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT
#define HOURS(n) MINUTES(60 * (n))
#define CAREGIVER PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER

static struct incident incident_of(uint64_t id, const char *home, enum kind kind, enum incident_state state)
{
	struct incident inc = {.id = id, .kind = kind, .class = kind_class(kind), .state = state};

	snprintf(inc.household, sizeof inc.household, "%s", home);
	snprintf(inc.device, sizeof inc.device, "dev-%s", home);
	snprintf(inc.area, sizeof inc.area, "440103001001");
	inc.opened_ms = inc.waiting_since_ms = inc.last_alarm_ms = EPOCH - 60000;
	inc.plan_step = state == INCIDENT_WAITING ? PLAN_DUTY_PHONES : PLAN_NONE;
	if (state == INCIDENT_WAITING)
		inc.plan_due_ms = EPOCH + HOURS(24);
	if (state == INCIDENT_ANSWERED) {
		snprintf(inc.owner, sizeof inc.owner, "op1");
		inc.answered_ms = EPOCH - 50000;
		inc.attention_due_ms = EPOCH + HOURS(24);
		inc.spoke = true;
	}
	inc.reached = STEP_STORED;
	inc.alarm_count = 1;
	inc.alarms[0] = (struct alarm_ref){"", id, kind, 0, 0, PROTOCOL_NATIVE, EPOCH - 60000};
	memcpy(inc.alarms[0].device, inc.device, ID_MAX);
	inc.lines_total = inc.line_count = 1;
	inc.lines[0] = (struct line){.code = LINE_ALARM, .at_ms = EPOCH - 60000, .kind = kind, .protocol = PROTOCOL_NATIVE};
	return inc;
}

/* As if it had always been there; before rig_start(). */
static void put(struct rig *g, const struct incident *inc)
{
	static uint8_t body[STORE_BODY_MAX];
	struct buf b = buf_of(body, sizeof body);
	char key[STORE_KEY_MAX];

	assert_true(incident_valid(inc));
	incident_encode(inc, &b);
	incident_key(key, inc->id);
	rig_record_set(rig_record(g, key), slice_of(body, b.len), rig_random(g));
}

/* The row as it came with the first picture; the caller frees *ret. */
static const Pingan__V1__IncidentRow *first_row(struct rig *g, uint64_t id, Pingan__V1__ToScreen **ret)
{
	g->links[1].read = 0;
	*ret = rig_last(g, 1, SNAPSHOT);
	assert_non_null(*ret);
	for (size_t i = 0; i < (*ret)->snapshot->n_rows; i++)
		if ((*ret)->snapshot->rows[i]->id == id)
			return (*ret)->snapshot->rows[i];
	fail_msg("no such row");
	return NULL;
}

static Pingan__V1__ToScreen *opened(struct rig *g, uint64_t id)
{
	Pingan__V1__ToScreen *m;

	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, DETAIL);
	assert_non_null(m);
	assert_int_equal(m->detail->incident, id);
	return m;
}

/* Why it stands above an older one: the seconds, and each reason by name. */
static void why_a_call_stands_where_it_stands_is_on_the_row(void **state)
{
	struct rig *g = rig_city();
	struct incident inc = incident_of(7, "h0", KIND_FALL, INCIDENT_WAITING);
	struct incident plain = incident_of(8, "h1", KIND_SOS, INCIDENT_WAITING);
	const Pingan__V1__IncidentRow *r;
	Pingan__V1__ToScreen *m;

	(void)state;
	inc.risk = 255;
	inc.no_voice = true;
	put(g, &inc);
	put(g, &plain);
	rig_start(g);
	rig_console(g, 1, "op1");
	r = first_row(g, 7, &m);
	assert_int_equal(r->score_s, 60 + 120 + 150);
	assert_int_equal(r->n_score_why, 3);
	assert_int_equal(r->score_why[0], PINGAN__V1__SCORE_WHY__SCORE_WHY_KIND);
	assert_int_equal(r->score_why[1], PINGAN__V1__SCORE_WHY__SCORE_WHY_RISK);
	assert_int_equal(r->score_why[2], PINGAN__V1__SCORE_WHY__SCORE_WHY_SILENCE);
	rig_done(m);
	r = first_row(g, 8, &m);
	assert_int_equal(r->score_s, 0);
	assert_int_equal(r->n_score_why, 0);
	rig_done(m);
	rig_free(g);
}

static void what_is_done_at_the_desk_is_on_the_row(void **state)
{
	struct rig *g = rig_city();
	struct incident inc = incident_of(7, "h0", KIND_SOS, INCIDENT_ANSWERED);
	const Pingan__V1__IncidentRow *r;
	Pingan__V1__ToScreen *m;

	(void)state;
	inc.hold_until_ms = EPOCH + MINUTES(5);
	inc.escalated = true;
	inc.drill = true;
	inc.recall = true;
	inc.recall_due_ms = EPOCH + MINUTES(6);
	inc.job_count = 1;
	inc.jobs[0] = (struct job){.number = 1,
	                           .state = JOB_ACCEPTED,
	                           .caregiver = "cg1",
	                           .by = "op1",
	                           .made_ms = EPOCH - 40000,
	                           .accepted_ms = EPOCH - 30000,
	                           .arrival_due_ms = EPOCH + MINUTES(15),
	                           .deadline_ms = EPOCH + MINUTES(20),
	                           .skill = SKILL_CARE,
	                           .offer_count = 1};
	inc.jobs[0].offers[0] = (struct offer){.caregiver = "cg1",
	                                       .state = OFFER_ACCEPTED,
	                                       .made_ms = EPOCH - 40000,
	                                       .until_ms = EPOCH - 10000,
	                                       .changed_ms = EPOCH - 30000};
	inc.calls = 3;
	inc.contact_answer = CONTACT_ANSWER_GOING;
	inc.contact_answer_by = 2;
	inc.handover_count = 2;
	inc.handovers[0] = (struct handover){.number = 1,
	                                     .service = SERVICE_119,
	                                     .state = HANDOVER_CANCELLED,
	                                     .opened_ms = EPOCH - 40000,
	                                     .ended_ms = EPOCH - 30000,
	                                     .channel = CHANNEL_VOICE,
	                                     .by = "op1"};
	inc.handovers[1] = (struct handover){.number = 2,
	                                     .service = SERVICE_120,
	                                     .state = HANDOVER_OPEN,
	                                     .opened_ms = EPOCH - 20000,
	                                     .due_ms = EPOCH + MINUTES(30),
	                                     .tries = 2,
	                                     .channel = CHANNEL_SECOND_LINE,
	                                     .told = BIT(CARD_LINE_WHO) | BIT(CARD_LINE_ADDRESS),
	                                     .by = "op1"};
	inc.lines_total = 2;
	inc.line_count = 2;
	inc.lines[1] = (struct line){.code = LINE_HANDOVER_TRIED,
	                             .at_ms = EPOCH - 10000,
	                             .who = "op1",
	                             .number = SERVICE_120,
	                             .count = 2,
	                             .channel = CHANNEL_VOICE,
	                             .call = 3};
	put(g, &inc);
	rig_start(g);
	rig_console(g, 1, "op1");
	r = first_row(g, 7, &m);
	assert_int_equal(r->hold_until_ms, EPOCH + MINUTES(5));
	assert_true(r->escalated);
	assert_true(r->drill);
	assert_true(r->recall);
	assert_int_equal(r->calls, 3);
	assert_int_equal(r->contact_answer, CONTACT_ANSWER_GOING);
	assert_int_equal(r->handover, HANDOVER_OPEN);
	assert_int_equal(r->service, SERVICE_120); /* of the one that waits, not of the one given up */
	assert_int_equal(m->snapshot->counts->drills, 1);
	assert_int_equal(m->snapshot->counts->life, 1);
	rig_done(m);

	m = opened(g, 7);
	assert_string_equal(m->detail->household, "h0");
	assert_int_equal(m->detail->n_handovers, 2);
	assert_int_equal(m->detail->handovers[0]->state, HANDOVER_CANCELLED);
	assert_int_equal(m->detail->handovers[0]->ended_ms, EPOCH - 30000);
	assert_int_equal(m->detail->handovers[1]->number, 2);
	assert_int_equal(m->detail->handovers[1]->tries, 2);
	assert_int_equal(m->detail->handovers[1]->channel, CHANNEL_SECOND_LINE);
	assert_int_equal(m->detail->handovers[1]->told, BIT(CARD_LINE_WHO) | BIT(CARD_LINE_ADDRESS));
	assert_int_equal(m->detail->handovers[1]->due_ms, EPOCH + MINUTES(30));
	assert_string_equal(m->detail->handovers[1]->by_name, "名op1");
	assert_int_equal(m->detail->lines[1]->count, 2);
	assert_int_equal(m->detail->lines[1]->channel, CHANNEL_VOICE);
	/* Whose answer it is stands at that contact, and at no other. */
	for (size_t i = 0; i < m->detail->n_contacts; i++)
		assert_int_equal(m->detail->contacts[i]->answer,
		                 m->detail->contacts[i]->order == 2 ? CONTACT_ANSWER_GOING : CONTACT_ANSWER_NONE);
	rig_done(m);
	rig_free(g);
}

static void the_card_of_the_right_service_lies_on_top(void **state)
{
	static const struct {
		enum kind kind;
		enum service service;
	} HINTS[] = {{KIND_SOS, SERVICE_120},   {KIND_FALL, SERVICE_120}, {KIND_DURESS, SERVICE_110},
	             {KIND_SMOKE, SERVICE_119}, {KIND_GAS, SERVICE_119},  {KIND_FIRE, SERVICE_119}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(HINTS); i++) {
		struct rig *g = rig_city();
		Pingan__V1__ToScreen *m;
		uint64_t id;

		rig_start(g);
		rig_console(g, 1, "op1");
		id = rig_press(g, "h0", HINTS[i].kind);
		m = opened(g, id);
		assert_int_equal(m->detail->service_hint, HINTS[i].service);
		rig_done(m);
		rig_free(g);
	}
}

/* Returned, waiting, answered, aside: the second byte of a row's order. */
static uint8_t first_place(const Pingan__V1__ToScreen *m, uint64_t id)
{
	for (size_t i = 0; i < m->snapshot->n_rows; i++)
		if (m->snapshot->rows[i]->id == id)
			return m->snapshot->rows[i]->order.data[1];
	fail_msg("no such row");
	return 0;
}

/* What is held back is so by a storm that runs, or it returns. */
static void put_storm(struct rig *g)
{
	Pingan__V1__StormKind power = PINGAN__V1__STORM_KIND__STORM_KIND_POWER;
	Pingan__V1__Storm s = PINGAN__V1__STORM__INIT;

	s.area = (char *)"4401";
	s.kinds = &power;
	s.n_kinds = 1;
	s.from_ms = EPOCH - HOURS(4);
	s.until_ms = EPOCH + HOURS(1);
	rig_put(g, "storm", "4401", &s.base);
}

static void what_is_set_aside_is_counted_and_neither_rings_nor_waits(void **state)
{
	struct rig *g = rig_city();
	struct incident shelved = incident_of(1, "h0", KIND_SERVICE, INCIDENT_WAITING),
					held = incident_of(2, "h1", KIND_POWER, INCIDENT_WAITING),
					plain = incident_of(3, "h2", KIND_SERVICE, INCIDENT_WAITING);
	const Pingan__V1__IncidentRow *r;
	Pingan__V1__ToScreen *m;
	uint8_t waits;

	(void)state;
	shelved.aside = ASIDE_SHELVED;
	snprintf(shelved.aside_by, sizeof shelved.aside_by, "op1b");
	held.aside = ASIDE_STORM;
	held.waiting_since_ms = held.opened_ms = held.last_alarm_ms = held.lines[0].at_ms = EPOCH - HOURS(3);
	shelved.aside_until_ms = held.aside_until_ms = EPOCH + HOURS(1);
	shelved.plan_step = held.plan_step = PLAN_NONE;
	shelved.plan_due_ms = held.plan_due_ms = 0;
	put_storm(g);
	put(g, &shelved);
	put(g, &held);
	put(g, &plain);
	rig_start(g);
	rig_console(g, 1, "op1");
	r = first_row(g, 1, &m);
	assert_int_equal(r->aside, ASIDE_SHELVED);
	assert_int_equal(r->aside_until_ms, EPOCH + HOURS(1));
	assert_int_equal(m->snapshot->n_rows, 3); /* out of sight, never out of reach */
	assert_int_equal(m->snapshot->counts->shelved, 1);
	assert_int_equal(m->snapshot->counts->held_back, 1);
	assert_int_equal(m->snapshot->counts->general, 1);
	assert_int_equal(m->snapshot->counts->device, 0);
	assert_int_equal(m->snapshot->counts->waiting, 1);
	assert_int_equal(m->snapshot->counts->longest_waiting_since_ms, EPOCH - 60000);
	assert_int_equal(m->snapshot->n_ringing, 1);
	assert_int_equal(m->snapshot->ringing[0], 3);
	assert_true(r->order.data[1] > first_place(m, 3));
	waits = first_place(m, 3);
	rig_done(m);
	m = opened(g, 1);
	assert_string_equal(m->detail->aside_by_name, "名op1b");
	rig_done(m);

	/* A call for help from that home while the store is away: it is on the screens as what it is, and rings. */
	rig_store_down(g);
	rig_skip(g, 1);
	rig_press(g, "h0", KIND_SOS);
	m = rig_last(g, 1, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->n_upserts, 1);
	r = m->delta->upserts[0];
	assert_int_equal(r->id, 1);
	assert_true(r->not_stored);
	assert_int_equal(r->aside, ASIDE_NONE);
	assert_int_equal(r->class_, CLASS_LIFE);
	assert_int_equal(r->kind, KIND_SOS);
	assert_int_equal(r->order.data[0], CLASS_LIFE);
	assert_int_equal(r->order.data[1], waits); /* and not below all that rings */
	assert_int_equal(m->delta->counts->shelved, 0);
	assert_int_equal(m->delta->counts->life, 1);
	assert_int_equal(m->delta->n_ringing, 2);
	assert_int_equal(m->delta->ringing[0], 1);
	rig_done(m);
	rig_free(g);
}

static void a_drill_is_no_part_of_the_figures(void **state)
{
	struct rig *g = rig_city();
	struct incident drill = incident_of(7, "h0", KIND_SOS, INCIDENT_WAITING),
					real = incident_of(8, "h1", KIND_SOS, INCIDENT_WAITING);
	Pingan__V1__ToScreen *m;

	(void)state;
	drill.drill = true;
	put(g, &drill);
	put(g, &real);
	rig_start(g);
	rig_console(g, 1, "op1");
	assert_int_equal(rig_claim(g, 1, 7, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->counts->answered_today, 0);
	assert_int_equal(m->delta->counts->drills, 1);
	rig_done(m);
	assert_int_equal(rig_claim(g, 1, 8, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DELTA);
	assert_non_null(m);
	assert_int_equal(m->delta->counts->answered_today, 1);
	rig_done(m);
	/* It turns real: that somebody had answered the drill is no answer to the call that waits now. */
	rig_press(g, "h0", KIND_SOS);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DELTA);
	assert_int_equal(m->delta->counts->drills, 0);
	assert_int_equal(m->delta->counts->waiting, 1);
	assert_int_equal(m->delta->counts->answered_today, 1);
	rig_done(m);
	assert_int_equal(rig_claim(g, 1, 7, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DELTA);
	assert_int_equal(m->delta->counts->answered_today, 2);
	rig_done(m);
	rig_free(g);
}

static void device_work_and_area_wide_incidents_say_how_far_they_are(void **state)
{
	struct rig *g = rig_city();
	struct incident repair = incident_of(4, "h0", KIND_REPAIR, INCIDENT_ANSWERED),
					area = incident_of(5, "", KIND_POWER, INCIDENT_WAITING);
	const Pingan__V1__IncidentRow *r;
	Pingan__V1__ToScreen *m;

	(void)state;
	repair.repair_due_ms = EPOCH + HOURS(2);
	repair.repair_overdue = true;
	repair.job_count = 1;
	repair.jobs[0] = (struct job){.number = 1,
	                              .state = JOB_OFFERING,
	                              .by = "op1",
	                              .made_ms = EPOCH - 1000,
	                              .deadline_ms = EPOCH + HOURS(1),
	                              .wave = 1,
	                              .skill = SKILL_TECHNICIAN,
	                              .offer_count = 1};
	repair.jobs[0].offers[0] = (struct offer){.caregiver = "cg1",
	                                          .wave = 1,
	                                          .state = OFFER_MADE,
	                                          .made_ms = EPOCH - 1000,
	                                          .until_ms = EPOCH + HOURS(1),
	                                          .changed_ms = EPOCH - 1000,
	                                          .channels = BIT(CHANNEL_APP) | BIT(CHANNEL_VOICE)};
	repair.drill = true;
	area.area_wide = true;
	snprintf(area.device, sizeof area.device, "dev-h3");
	memcpy(area.alarms[0].device, area.device, ID_MAX);
	snprintf(area.area, sizeof area.area, "440103001");
	area.out_now = 12;
	area.out_total = 30;
	area.battery_due_ms = EPOCH + HOURS(8);
	put(g, &repair);
	put(g, &area);
	rig_start(g);
	rig_console(g, 1, "op1");
	r = first_row(g, 5, &m);
	assert_true(r->area_wide);
	assert_int_equal(r->out_now, 12);
	assert_int_equal(r->out_total, 30);
	assert_int_equal(r->battery_due_ms, EPOCH + HOURS(8));
	assert_string_equal(r->area, "岭南街");
	assert_string_equal(r->resident, "");
	rig_done(m);
	r = first_row(g, 4, &m);
	assert_true(r->repair_overdue);
	rig_done(m);
	m = opened(g, 4);
	assert_int_equal(m->detail->repair_due_ms, EPOCH + HOURS(2));
	assert_int_equal(m->detail->jobs[0]->skill, SKILL_TECHNICIAN);
	assert_int_equal(m->detail->jobs[0]->offers[0]->channels, BIT(CHANNEL_APP) | BIT(CHANNEL_VOICE));
	rig_done(m);

	/* The phone says what it needs and that it is a drill, before and after the yes. */
	rig_up(g, 2, "cg1");
	rig_hello(g, 2, CAREGIVER, 0, 0, NULL, 0);
	m = rig_last(g, 2, PHONE);
	assert_non_null(m);
	assert_int_equal(m->phone->n_offers, 1);
	assert_int_equal(m->phone->offers[0]->skill, SKILL_TECHNICIAN);
	assert_true(m->phone->offers[0]->drill);
	rig_done(m);
	RIG_ASK(g, 2, 0, OfferAnswer, OFFER_ANSWER, ANSWER, answer, .incident = 4, .job = 1, .accept = 1);
	assert_int_equal(rig_result(g, 2, NULL), PINGAN__V1__RESULT__RESULT_OK);
	g->links[2].read = 0;
	m = rig_last(g, 2, PHONE);
	assert_non_null(m->phone->job);
	assert_int_equal(m->phone->job->skill, SKILL_TECHNICIAN);
	assert_true(m->phone->job->drill);
	rig_done(m);
	rig_free(g);
}

static void on_test_is_said_until_it_is_over(void **state)
{
	struct rig *g = rig_city();
	struct incident inc = incident_of(7, "h0", KIND_SERVICE, INCIDENT_WAITING);
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	uint8_t key[32] = {1};
	Pingan__V1__ToScreen *m;

	(void)state;
	h.id = (char *)"h0";
	h.area = (char *)"440103001001";
	h.key = (ProtobufCBinaryData){.len = 32, .data = key};
	h.test_until_ms = EPOCH + MINUTES(1);
	rig_put(g, "household", "h0", &h.base);
	put(g, &inc);
	rig_start(g);
	rig_console(g, 1, "op1");
	m = opened(g, 7);
	assert_int_equal(m->detail->on_test_until_ms, EPOCH + MINUTES(1));
	rig_done(m);
	rig_pass_beating(g, MINUTES(2), 1);
	rig_skip(g, 1);
	m = opened(g, 7);
	assert_int_equal(m->detail->on_test_until_ms, 0);
	rig_done(m);
	/* Put on test while it is open: whoever looks at it sees that at once, and its end. */
	rig_skip(g, 1);
	RIG_ASK(g, 1, 0, SetOnTest, SET_ON_TEST, ON_TEST, on_test, .device = (char *)"dev-h0", .seconds = 600,
	        .text = (char *)"battery");
	assert_int_equal(rig_result(g, 1, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DETAIL);
	assert_true(m->detail->on_test_until_ms > g->store_ms);
	rig_done(m);
	RIG_ASK(g, 1, 0, SetOnTest, SET_ON_TEST, ON_TEST, on_test, .device = (char *)"dev-h0");
	assert_int_equal(rig_result(g, 1, NULL), PINGAN__V1__RESULT__RESULT_OK);
	rig_pass(g, 100);
	g->links[1].read = 0;
	m = rig_last(g, 1, DETAIL);
	assert_int_equal(m->detail->on_test_until_ms, 0);
	rig_done(m);
	rig_free(g);
}

static void a_call_back_names_the_call_that_it_follows(void **state)
{
	struct rig *g = rig_city();
	struct incident inc = incident_of(7, "h0", KIND_FOLLOW_UP, INCIDENT_WAITING);
	Pingan__V1__ToScreen *m;

	(void)state;
	inc.follow_up_of = 3;
	put(g, &inc);
	rig_start(g);
	rig_console(g, 1, "op1");
	m = opened(g, 7);
	assert_int_equal(m->detail->follow_up_of, 3);
	rig_done(m);
	rig_free(g);
}

/* A supervisor may hold back where they may look, and nowhere else. */
static void a_storm_can_be_begun_in_the_supervisors_areas(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__ToScreen *m;

	(void)state;
	rig_start(g);
	rig_console(g, 1, "sup");
	g->links[1].read = 0;
	m = rig_last(g, 1, WELCOME);
	assert_non_null(m);
	assert_string_equal(m->welcome->desk_phone, "12349");
	assert_int_equal(m->welcome->n_storm_areas, 3);
	assert_string_equal(m->welcome->storm_areas[0]->area, "440103");
	assert_string_equal(m->welcome->storm_areas[0]->name, "荔湾区");
	assert_string_equal(m->welcome->storm_areas[1]->name, "岭南街");
	assert_string_equal(m->welcome->storm_areas[2]->name, "华林街");
	rig_done(m);
	rig_console(g, 2, "op1");
	g->links[2].read = 0;
	m = rig_last(g, 2, WELCOME);
	assert_int_equal(m->welcome->n_storm_areas, 0);
	rig_done(m);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(why_a_call_stands_where_it_stands_is_on_the_row),
		cmocka_unit_test(what_is_done_at_the_desk_is_on_the_row),
		cmocka_unit_test(the_card_of_the_right_service_lies_on_top),
		cmocka_unit_test(what_is_set_aside_is_counted_and_neither_rings_nor_waits),
		cmocka_unit_test(a_drill_is_no_part_of_the_figures),
		cmocka_unit_test(device_work_and_area_wide_incidents_say_how_far_they_are),
		cmocka_unit_test(on_test_is_said_until_it_is_over),
		cmocka_unit_test(a_storm_can_be_begun_in_the_supervisors_areas),
		cmocka_unit_test(a_call_back_names_the_call_that_it_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
