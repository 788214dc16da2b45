/* test_candidates.c - what a decision may know of the world: who would be rung, who could go, how far, how soon. */
#include "app_rig_city.h"

#include "app/screens.h"

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_person_full(g, "near", ROLE_CAREGIVER, "440103002", 23101000, 113201000, false); /* next street, other area */
	rig_person_full(g, "remote", ROLE_CAREGIVER, "440103002", 23500000, 113900000, false);
	rig_person_full(g, "ill", ROLE_CAREGIVER, "440103001", 23100000, 113200000, true);
	return g;
}

static void duty(struct rig *g, const char *person, bool on)
{
	struct change *ch;
	char key[STORE_KEY_MAX];

	record_key(key, "caregiver", person);
	app_begin(g->app);
	ch = change_submit(g->app, CHANGE_CAREGIVER, key, NULL, NULL, (struct waiter){0});
	assert_non_null(ch);
	ch->duty = on ? DUTY_ON : DUTY_OFF;
	rig_turn(g);
}

static struct incident incident_at(const char *household, const char *area)
{
	struct incident inc = {.id = 5, .state = INCIDENT_WAITING, .class = CLASS_LIFE, .kind = KIND_SOS};

	snprintf(inc.household, sizeof inc.household, "%s", household);
	snprintf(inc.area, sizeof inc.area, "%s", area);
	return inc;
}

static struct world world(struct rig *g, const char *household, const char *area, enum event_type type, const char *who)
{
	static struct incident inc;
	struct event ev = {.type = type};
	struct world w;

	inc = incident_at(household, area);
	snprintf(ev.who, sizeof ev.who, "%s", who);
	app_begin(g->app);
	world_fill(g->app, &inc, &ev, &w);
	return w;
}

static const struct candidate *candidate(const struct world *w, const char *person)
{
	for (uint32_t i = 0; i < w->candidate_count; i++)
		if (strcmp(w->candidates[i].caregiver, person) == 0)
			return &w->candidates[i];
	return NULL;
}

static void test_who_would_be_rung(void **state)
{
	struct rig *g = city();
	struct world w;

	(void)state;
	rig_start(g);
	w = world(g, "h0", "440103001001", EVENT_CLAIM, "op1");
	assert_false(w.operators_ready || w.neighbours_ready || w.supervisor_ready);
	rig_console(g, 1, "op1");
	w = world(g, "h0", "440103001001", EVENT_CLAIM, "op1");
	assert_true(w.operators_ready);
	assert_false(w.neighbours_ready || w.supervisor_ready);
	w = world(g, "far", "440103002001", EVENT_CLAIM, "op1");
	assert_false(w.operators_ready);
	assert_true(w.neighbours_ready);
	rig_console(g, 2, "sup");
	w = world(g, "far", "440103002001", EVENT_CLAIM, "sup");
	assert_true(w.supervisor_ready);
	assert_true(w.actor_supervisor);
	/* Busy is not there; gone is not there. */
	RIG_ASK(g, 1, 0, SetReady, SET_READY, READY, ready, .ready = 0);
	w = world(g, "h0", "440103001001", EVENT_CLAIM, "op1");
	assert_false(w.operators_ready);
	assert_false(w.actor_supervisor);
	RIG_ASK(g, 1, 0, SetReady, SET_READY, READY, ready, .ready = 1);
	assert_true(world(g, "h0", "440103001001", EVENT_CLAIM, "op1").operators_ready);
	app_link_down(g->app, 1);
	rig_turn(g);
	assert_false(world(g, "h0", "440103001001", EVENT_CLAIM, "op1").operators_ready);
	/* Of an unknown place everybody is the operator. */
	rig_console(g, 3, "op2");
	assert_true(world(g, "", "4401", EVENT_CLAIM, "op2").operators_ready);
	rig_free(g);
}

static void test_opening(void **state)
{
	struct rig *g = city();
	static struct incident none;
	struct alarm a = {.kind = KIND_SOS};
	struct event ev = {.type = EVENT_ALARM, .alarm = &a};
	struct world w;

	(void)state;
	rig_start(g);
	app_begin(g->app);
	snprintf(a.device, sizeof a.device, "dev-h0");
	world_fill(g->app, &none, &ev, &w);
	assert_string_equal(w.household, "h0");
	assert_string_equal(w.area, "440103001001");
	assert_true(w.has_contacts);
	assert_int_equal(w.arrival_due_min, 20);
	assert_int_equal(w.risk, 100); /* alone, heart */
	snprintf(a.device, sizeof a.device, "nobody");
	world_fill(g->app, &none, &ev, &w);
	assert_string_equal(w.household, "");
	assert_string_equal(w.area, "4401");
	assert_false(w.has_contacts);
	assert_int_equal(w.risk, 0);
	assert_int_equal(w.arrival_due_min, POLICY_DEFAULT.arrival_due_min);
	rig_free(g);
}

static void test_who_could_go(void **state)
{
	struct rig *g = city();
	struct world w;
	const struct candidate *c;

	(void)state;
	rig_start(g);
	duty(g, "cg1", true);
	duty(g, "near", true);
	duty(g, "remote", true);
	duty(g, "ill", true);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_int_equal(w.candidate_count, 2);
	c = candidate(&w, "cg1");
	assert_int_equal(c->distance_m, 0);
	assert_int_equal(c->travel_s, 60);
	assert_false(c->busy);
	assert_true(c->speaks);
	assert_int_equal(c->skills, BIT(SKILL_CARE));
	assert_false(c->knows);
	assert_false(c->reachable); /* one daemon, and no phone on it */
	assert_int_equal(c->position_age_s, 0);
	assert_in_range(candidate(&w, "near")->distance_m, 100, 200);
	assert_null(candidate(&w, "remote"));
	assert_null(candidate(&w, "ill"));
	/* Off duty: gone from the list at once. */
	duty(g, "near", false);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_int_equal(w.candidate_count, 1);
	/* Where nobody would be rung any step may send at once; else only those that do. */
	assert_int_equal(world(g, "h0", "440103001001", EVENT_NOTE, "op1").candidate_count, 1);
	rig_console(g, 1, "op1");
	assert_int_equal(world(g, "h0", "440103001001", EVENT_NOTE, "op1").candidate_count, 0);
	assert_int_equal(world(g, "h0", "440103001001", EVENT_DEADLINE, "").candidate_count, 1);
	assert_int_equal(world(g, "h0", "440103001001", EVENT_OFFER_DECLINE, "cg1").candidate_count, 1);
	assert_int_equal(world(g, "h0", "440103001001", EVENT_JOB_GIVE_BACK, "cg1").candidate_count, 1);
	rig_free(g);
}

static void test_named_by_a_person(void **state)
{
	struct rig *g = city();
	static struct incident inc;
	struct event ev = {.type = EVENT_DISPATCH, .chosen_count = 3};
	struct world w;

	(void)state;
	rig_start(g);
	duty(g, "cg1", true);
	duty(g, "remote", true);
	inc = incident_at("h0", "440103001001");
	snprintf(ev.chosen[0], ID_MAX, "remote"); /* 80 km away: a person may know why */
	snprintf(ev.chosen[1], ID_MAX, "cg2");    /* not on duty */
	snprintf(ev.chosen[2], ID_MAX, "cg1");
	app_begin(g->app);
	world_fill(g->app, &inc, &ev, &w);
	assert_int_equal(w.candidate_count, 2);
	assert_non_null(candidate(&w, "remote"));
	assert_non_null(candidate(&w, "cg1"));
	rig_free(g);
}

static void test_positions(void **state)
{
	struct rig *g = city();
	struct world w;

	(void)state;
	rig_start(g);
	position_set(g->app, "cg1", 23110000, 113200000);
	duty(g, "cg1", true);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_int_equal(candidate(&w, "cg1")->position_age_s, 0); /* said while off duty: not kept */
	position_set(g->app, "cg1", 23110000, 113200000);
	rig_pass(g, 7000);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_in_range(candidate(&w, "cg1")->distance_m, 1000, 1200);
	assert_int_equal(candidate(&w, "cg1")->position_age_s, 8);
	rig_pass(g, POSITION_MS);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_int_equal(candidate(&w, "cg1")->distance_m, 0); /* forgotten: where they usually are */
	assert_int_equal(candidate(&w, "cg1")->position_age_s, 0);
	rig_free(g);
}

/* As if somebody had written it at the command line. */
static void station_set(struct rig *g, bool closed, int32_t lat_e6)
{
	Pingan__V1__Station s = PINGAN__V1__STATION__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	struct rig_commit *k = calloc(1, sizeof *k);
	const struct rig_record *r = rig_record(g, "station:s01");
	uint8_t bytes[256];

	assert_non_null(k);

	s.id = (char *)"s01";
	s.name = (char *)"沙面颐康中心";
	s.area = (char *)"440103001";
	place.lat_e6 = lat_e6;
	place.lon_e6 = lat_e6 == 0 ? 0 : 113200000;
	s.place = &place;
	s.closed = closed;
	k->c.id = rig_random(g);
	k->c.put_count = 1;
	snprintf(k->c.puts[0].key, STORE_KEY_MAX, "station:s01");
	k->c.puts[0].expect = r->rev == 0 ? 0 : r->commits[0];
	k->c.puts[0].body = slice_of(bytes, pingan__v1__station__pack(&s, bytes));
	rig_entry(g, k);
	free(k);
	rig_turn(g);
}

static void stationed(struct rig *g, const char *id)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	Pingan__V1__Place place = PINGAN__V1__PLACE__INIT;
	char *areas[] = {(char *)"440103001"};

	p.id = p.account = (char *)id;
	p.name = (char *)"名";
	p.role = (Pingan__V1__Role)ROLE_CAREGIVER;
	p.areas = areas;
	p.n_areas = 1;
	place.lat_e6 = 23200000;
	place.lon_e6 = 113200000;
	p.base_place = &place;
	p.station = (char *)"s01";
	rig_put(g, "person", id, &p.base);
}

/* Who is on duty at a station counts as there until the phone says better, and it is said so; never at one that is closed or
 * of which nobody knows where it is. */
static void without_a_fresh_position_people_are_at_their_station(void **state)
{
	struct rig *g = city();
	const struct candidate *c;
	struct world w;

	(void)state;
	stationed(g, "cg1"); /* read before its station is */
	rig_start(g);
	station_set(g, false, 23120000);
	duty(g, "cg1", true);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	c = candidate(&w, "cg1");
	assert_true(c->by_station);
	assert_in_range(c->distance_m, 2100, 2400);
	assert_int_equal(c->position_age_s, 0);
	position_set(g->app, "cg1", 23110000, 113200000);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_false(candidate(&w, "cg1")->by_station);
	assert_in_range(candidate(&w, "cg1")->distance_m, 1000, 1200);
	rig_pass(g, POSITION_MS + 1000);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_true(candidate(&w, "cg1")->by_station);
	/* It moves; it closes; nobody knows where it is. */
	station_set(g, false, 23130000);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_in_range(candidate(&w, "cg1")->distance_m, 3200, 3500);
	for (int how = 0; how < 2; how++) {
		station_set(g, how == 0, how == 0 ? 23130000 : 0);
		w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
		assert_false(candidate(&w, "cg1")->by_station);
		assert_in_range(candidate(&w, "cg1")->distance_m, 10900, 11300);
	}
	rig_free(g);
}

static void test_reachable(void **state)
{
	struct rig *g = city();
	Pingan__V1__Daemon d = PINGAN__V1__DAEMON__INIT;
	struct rig_commit *k = calloc(1, sizeof *k);
	static uint8_t bytes[128];
	struct world w;

	(void)state;
	rig_start(g);
	duty(g, "cg1", true);
	duty(g, "cg2", true);
	rig_up(g, 1, "cg1");
	rig_hello(g, 1, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_true(candidate(&w, "cg1")->reachable);
	assert_false(candidate(&w, "cg2")->reachable);
	/* Another daemon lives: whoever is not here may be there. */
	d.id = (char *)"d1";
	k->c.id = rig_random(g);
	k->c.put_count = 1;
	snprintf(k->c.puts[0].key, STORE_KEY_MAX, "daemon:d1");
	k->c.puts[0].body = slice_of(bytes, pingan__v1__daemon__pack(&d, bytes));
	rig_entry(g, k);
	free(k);
	rig_turn(g);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_true(candidate(&w, "cg2")->reachable);
	rig_pass_beating(g, ALIVE_STALE_MS + 1000, 1);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_false(candidate(&w, "cg2")->reachable); /* it died */
	assert_true(candidate(&w, "cg1")->reachable);
	rig_free(g);
}

static void test_knows_who_has_been_there(void **state)
{
	struct rig *g = city();
	static struct incident inc;
	struct world w;

	(void)state;
	rig_start(g);
	duty(g, "cg1", true);
	duty(g, "cg2", true);
	inc = incident_at("h0", "440103001001");
	inc.job_count = 1;
	inc.jobs[0].arrived_ms = EPOCH;
	snprintf(inc.jobs[0].caregiver, ID_MAX, "cg2");
	phones_index(g->app, &inc);
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_false(candidate(&w, "cg1")->knows);
	assert_true(candidate(&w, "cg2")->knows);
	w = world(g, "h1", "440103001001", EVENT_DISPATCH, "op1");
	assert_false(candidate(&w, "cg2")->knows);
	rig_free(g);
}

static void test_more_than_fit(void **state)
{
	struct rig *g = rig_city();
	struct world w;
	uint32_t farthest = 0;

	(void)state;
	for (int i = 0; i < 600; i++) {
		char id[16];

		snprintf(id, sizeof id, "c%d", i);
		rig_person_full(g, id, ROLE_CAREGIVER, "440103001", 23100000 + (599 - i) * 100, 113200000, false);
	}
	rig_start(g);
	for (int i = 0; i < 600; i++) {
		char id[16];

		snprintf(id, sizeof id, "c%d", i);
		duty(g, id, true);
	}
	w = world(g, "h0", "440103001001", EVENT_DISPATCH, "op1");
	assert_int_equal(w.candidate_count, COUNT_OF(g->app->candidates));
	for (uint32_t i = 0; i < w.candidate_count; i++)
		if (w.candidates[i].distance_m > farthest)
			farthest = w.candidates[i].distance_m;
	assert_in_range(farthest, 5600, 5760); /* the 512 nearest: 511 steps of 11 m */
	assert_non_null(candidate(&w, "c599"));
	assert_null(candidate(&w, "c0"));
	rig_free(g);
}

/* A hundred who care do not hide the one technician; and who can't do it is no candidate. */
static void test_each_skill_has_room_of_its_own(void **state)
{
	struct rig *g = rig_city();
	static struct incident inc;
	struct event ev = {.type = EVENT_DEADLINE};
	struct world w;

	(void)state;
	for (int i = 0; i < 600; i++) {
		char id[16];

		snprintf(id, sizeof id, "c%d", i);
		rig_person_full(g, id, ROLE_CAREGIVER, "440103001", 23100000, 113200000, false);
	}
	rig_person_full(g, "mends", ROLE_TECHNICIAN, "440103001", 23190000, 113200000, false);
	rig_start(g);
	for (int i = 0; i < 600; i++) {
		char id[16];

		snprintf(id, sizeof id, "c%d", i);
		duty(g, id, true);
	}
	duty(g, "tech", true);
	duty(g, "mends", true);
	inc = incident_at("h0", "440103001001");
	inc.class = CLASS_DEVICE;
	app_begin(g->app);
	world_fill(g->app, &inc, &ev, &w);
	assert_int_equal(w.candidate_count, 2);
	assert_non_null(candidate(&w, "tech"));
	assert_int_equal(candidate(&w, "mends")->skills, BIT(SKILL_TECHNICIAN));
	/* A call for help, with a technician's job beside it that looks for somebody. */
	inc.class = CLASS_LIFE;
	inc.job_count = 1;
	inc.jobs[0] = (struct job){.number = 1, .state = JOB_OFFERING, .skill = SKILL_TECHNICIAN};
	app_begin(g->app);
	world_fill(g->app, &inc, &ev, &w);
	assert_int_equal(w.candidate_count, COUNT_OF(g->app->candidates));
	assert_non_null(candidate(&w, "mends"));
	inc.job_count = 0;
	app_begin(g->app);
	world_fill(g->app, &inc, &ev, &w);
	assert_null(candidate(&w, "tech"));
	rig_free(g);
}

static void test_jobs_are_counted_from_the_beginning_of_the_duty(void **state)
{
	struct rig *g = city();
	uint64_t id;

	(void)state;
	rig_start(g);
	rig_console(g, 1, "op1");
	duty(g, "cg1", true);
	id = rig_press(g, "h0", KIND_SOS);
	assert_int_equal(rig_claim(g, 1, id, NULL), REFUSAL_OK);
	rig_up(g, 2, "cg1");
	rig_hello(g, 2, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	for (uint32_t n = 1; n <= 2; n++) {
		RIG_ASK(g, 1, 0, Dispatch, DISPATCH, DISPATCH, dispatch, .incident = id);
		assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
		RIG_ASK(g, 2, 0, OfferAnswer, OFFER_ANSWER, ANSWER, answer, .incident = id, .job = n, .accept = 1);
		assert_int_equal(rig_result(g, 2, NULL), REFUSAL_OK);
		assert_int_equal(caregiver_find(g->app, "cg1")->jobs_taken, n);
		assert_int_equal(world(g, "h1", "440103001001", EVENT_DISPATCH, "op1").candidates[0].jobs_taken, n);
		RIG_ASK(g, 1, 0, CancelJob, CANCEL_JOB, CANCEL_JOB, cancel_job, .incident = id, .job = n);
		assert_int_equal(rig_result(g, 1, NULL), REFUSAL_OK);
		assert_int_equal(caregiver_find(g->app, "cg1")->incident, 0);
		assert_int_equal(caregiver_find(g->app, "cg1")->jobs_taken, n); /* taken is taken, however it ended */
	}
	duty(g, "cg1", false);
	assert_int_equal(caregiver_find(g->app, "cg1")->jobs_taken, 2);
	duty(g, "cg1", true);
	assert_int_equal(caregiver_find(g->app, "cg1")->jobs_taken, 0);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_would_be_rung),
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_who_could_go),
		cmocka_unit_test(test_named_by_a_person),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(without_a_fresh_position_people_are_at_their_station),
		cmocka_unit_test(test_reachable),
		cmocka_unit_test(test_knows_who_has_been_there),
		cmocka_unit_test(test_more_than_fit),
		cmocka_unit_test(test_each_skill_has_room_of_its_own),
		cmocka_unit_test(test_jobs_are_counted_from_the_beginning_of_the_duty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
