/* test_rights.c - who may see, be rung and ask: every role with every request, and areas as they lie. */
#include "app_rig_city.h"

#include "app/roster.h"

#define ASK(what) PINGAN__V1__REQUEST__WHAT_##what

/* Written out once more, by hand: a request that nobody thought of must fail here. */
static const struct {
	int what;
	enum {
		DESK,
		SUPERVISOR,
		CAREGIVER,
		ALL,
		ABOVE
	} who; /* DESK: operators and supervisors; ABOVE: all but operators */
} TABLE[] = {
	{ASK(OPEN), DESK},
	{ASK(CLOSE_DETAIL), DESK},
	{ASK(CLAIM), DESK},
	{ASK(NOTE), DESK},
	{ASK(CALL), DESK},
	{ASK(SPOKE), DESK},
	{ASK(CANDIDATES), DESK},
	{ASK(DISPATCH), DESK},
	{ASK(CANCEL_JOB), DESK},
	{ASK(CLOSE), DESK},
	{ASK(REOPEN), DESK},
	{ASK(READY), DESK},
	{ASK(SEEN_REPEAT), DESK},
	{ASK(CALLING), DESK},
	{ASK(DUTY), CAREGIVER},
	{ASK(RECEIPT), CAREGIVER},
	{ASK(ANSWER), CAREGIVER},
	{ASK(PROGRESS), CAREGIVER},
	{ASK(GIVE_BACK), CAREGIVER},
	{ASK(JOB_NOTE), CAREGIVER},
	{ASK(POSITION), CAREGIVER},
	{ASK(HOLD), DESK},
	{ASK(UNHOLD), DESK},
	{ASK(TRANSFER), DESK},
	{ASK(ESCALATE), DESK},
	{ASK(HANDOVER_OPEN), DESK},
	{ASK(HANDOVER_TRY), DESK},
	{ASK(HANDOVER_TELL), DESK},
	{ASK(HANDOVER_CONFIRM), DESK},
	{ASK(HANDOVER_CANCEL), DESK},
	{ASK(CONTACT_ANSWERED), DESK},
	{ASK(SHELVE), DESK},
	{ASK(UNSHELVE), DESK},
	{ASK(SUBSTITUTE), DESK},
	{ASK(OPEN_MANUAL), DESK},
	{ASK(ON_TEST), DESK},
	{ASK(OUT_LIST), DESK},
	{ASK(FIND), DESK},
	{ASK(STORM_BEGIN), SUPERVISOR},
	{ASK(STORM_END), SUPERVISOR},
	{ASK(DEVICE_SCAN), ALL},
	{ASK(DEVICE_LEAVE), ALL},
	{ASK(DEVICE_BIND), ABOVE},
	{ASK(DEVICE_PROVE), CAREGIVER},
	{ASK(DEVICE_CONFIRM), CAREGIVER},
	{ASK(DEVICE_STATE), ALL},
	{ASK(BIND_DEVICE), DESK},
	{ASK(OPEN_RECORD), DESK},
	{ASK(EDIT_RECORD), DESK},
	{ASK(LIST_RECORDS), DESK},
	{ASK(ROSTER_LOOK), DESK},
	{ASK(SHIFT_SET), SUPERVISOR},
	{ASK(SWAP_ASK), ALL},
	{ASK(SWAP_ANSWER), ALL},
	{ASK(ABSENCE_SET), ABOVE},
	{ASK(ABSENCE_END), ABOVE},
	{ASK(DUTY_CHECK), CAREGIVER},
	{ASK(DUTY_ANSWER), CAREGIVER},
};

static void test_requests(void **state)
{
	const ProtobufCMessageDescriptor *d = &pingan__v1__request__descriptor;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TABLE); i++)
		for (int role = 0; role < ROLE_COUNT; role++) {
			bool supervisor = role == ROLE_SUPERVISOR, desk = role == ROLE_OPERATOR || supervisor;
			bool field = role == ROLE_CAREGIVER || role == ROLE_TECHNICIAN;

			assert_int_equal(rights_may((enum role)role, TABLE[i].what), TABLE[i].who == DESK         ? desk
			                                                             : TABLE[i].who == SUPERVISOR ? supervisor
			                                                             : TABLE[i].who == ALL        ? desk || field
			                                                             : TABLE[i].who == ABOVE ? supervisor || field
			                                                                                     : field);
		}
	/* Everything that the protocol can ask for stands above (all fields but cmd). */
	assert_int_equal(d->n_fields - 1, COUNT_OF(TABLE));
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_false(rights_may((enum role)role, 0));
		assert_false(rights_may((enum role)role, 1));
		assert_false(rights_may((enum role)role, 29));
		assert_false(rights_may((enum role)role, 56));
		assert_false(rights_may((enum role)role, -1));
		assert_false(rights_may((enum role)role, 1000000));
	}
	assert_false(rights_may(ROLE_COUNT, ASK(CLAIM)));
}

static void test_pages(void **state)
{
	(void)state;
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_int_equal(rights_page((enum role)role, 1), role == ROLE_OPERATOR || role == ROLE_SUPERVISOR);
		assert_int_equal(rights_page((enum role)role, 2), role == ROLE_CAREGIVER || role == ROLE_TECHNICIAN);
		assert_false(rights_page((enum role)role, 0));
		assert_int_equal(rights_page((enum role)role, 3), role == ROLE_WALLBOARD);
		assert_false(rights_page((enum role)role, 4));
	}
}

static struct rights rights_at(const char *person, enum role role, const char *area)
{
	struct rights r = {.role = role, .area_count = 1};

	snprintf(r.person, sizeof r.person, "%s", person);
	snprintf(r.areas[0], sizeof r.areas[0], "%s", area);
	return r;
}

static void test_covers(void **state)
{
	struct rights r = rights_at("x", ROLE_OPERATOR, "440103001");

	(void)state;
	assert_true(rights_covers(&r, "440103001"));
	assert_true(rights_covers(&r, "440103001007"));
	assert_false(rights_covers(&r, "440103002001"));
	assert_true(rights_covers(&r, "4401")); /* somewhere in the city: everybody in it looks */
	assert_false(rights_covers(&r, "4402"));
	r.area_count = 0;
	assert_false(rights_covers(&r, "440103001"));
}

/* Every role with every record, where they work, above it and elsewhere. A record is whole or not theirs: whoever works in one
 * community reads of the homes around it, and corrects nothing that lies beyond. */
static void test_records_of_the_registry(void **state)
{
	static const char *const AREAS[] = {"440103001001", "440103001", "440103", "440104001"};
	enum { BELOW, SAME, ABOVE_IT, ELSEWHERE };

	(void)state;
	for (enum role role = ROLE_NONE; role < ROLE_COUNT; role++)
		for (enum record_type type = 0; type < RECORD_TYPE_COUNT; type++)
			for (int at = BELOW; at <= ELSEWHERE; at++) {
				struct rights r = {.role = role, .area_count = 1, .areas = {"440103001"}};
				bool desk = role == ROLE_OPERATOR || role == ROLE_SUPERVISOR, home = type == RECORD_HOUSEHOLD;
				bool known = home || type == RECORD_AREA || type == RECORD_STATION, theirs = at == BELOW || at == SAME;

				assert_int_equal(rights_record(&r, type, AREAS[at], RECORD_LOOK),
				                 desk && known && (!home || at != ELSEWHERE));
				assert_int_equal(rights_record(&r, type, AREAS[at], RECORD_LOOK_HEALTH),
				                 role == ROLE_SUPERVISOR && home && theirs);
				assert_int_equal(rights_record(&r, type, AREAS[at], RECORD_EDIT),
				                 theirs && ((desk && home) || (role == ROLE_SUPERVISOR && known)));
			}
}

static void test_person_without_lawful_areas(void **state)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	char *areas[] = {(char *)"", (char *)"44010300100700900", (char *)"440103"};
	struct rights r;

	(void)state;
	p.id = (char *)"x";
	p.role = (Pingan__V1__Role)99;
	p.areas = areas;
	p.n_areas = 3;
	rights_of(&p, &r);
	assert_int_equal(r.role, ROLE_NONE);
	assert_int_equal(r.area_count, 1); /* an empty code would cover everything, a cut one too much */
	assert_string_equal(r.areas[0], "440103");
}

static struct incident_slot slot_at(const char *area, enum incident_state state)
{
	struct incident_slot s = {.class = CLASS_LIFE, .state = state};

	snprintf(s.area, sizeof s.area, "%s", area);
	return s;
}

static void test_sees_and_rings(void **state)
{
	struct rig *g = rig_city();
	struct rights op1 = rights_at("op1", ROLE_OPERATOR, "440103001"),
				  op2 = rights_at("op2", ROLE_OPERATOR, "440103002"), sup = rights_at("sup", ROLE_SUPERVISOR, "440103"),
				  cg = rights_at("cg1", ROLE_CAREGIVER, "440103001"),
				  tech = rights_at("tech", ROLE_TECHNICIAN, "440103001");
	struct incident_slot s = slot_at("440103001001", INCIDENT_WAITING);

	(void)state;
	rig_start(g);
	assert_true(rights_sees(g->app, &op1, &s));
	assert_true(rights_rings(g->app, &op1, &s));
	assert_false(rights_sees(g->app, &op2, &s));
	assert_false(rights_rings(g->app, &op2, &s));
	assert_true(rights_sees(g->app, &sup, &s));
	assert_false(rights_rings(g->app, &sup, &s)); /* not yet */
	assert_false(rights_sees(g->app, &cg, &s));
	assert_false(rights_sees(g->app, &tech, &s));
	s.ring_neighbours = true;
	assert_true(rights_sees(g->app, &op2, &s));
	assert_true(rights_rings(g->app, &op2, &s));
	assert_false(rights_rings(g->app, &sup, &s));
	s.ring_supervisor = true;
	assert_true(rights_rings(g->app, &sup, &s));
	s.class = CLASS_DEVICE;
	assert_true(rights_sees(g->app, &op1, &s));
	assert_false(rights_rings(g->app, &op1, &s));
	assert_true(rights_rings(g->app, &sup, &s)); /* not mended in time: as the timeline says */
	s.aside = ASIDE_SHELVED;
	assert_false(rights_rings(g->app, &sup, &s));
	s.aside = ASIDE_NONE;
	s.state = INCIDENT_ANSWERED;
	assert_true(rights_rings(g->app, &sup, &s));

	/* Answered: silent, until she presses again; then at the owner, and unseen for long at everybody. */
	s = slot_at("440103001001", INCIDENT_ANSWERED);
	snprintf(s.owner, sizeof s.owner, "op2");
	assert_true(rights_sees(g->app, &op2, &s)); /* it is theirs, wherever it is */
	assert_false(rights_rings(g->app, &op1, &s));
	assert_false(rights_rings(g->app, &op2, &s));
	s.rerung = true;
	assert_true(rights_rings(g->app, &op2, &s));
	assert_false(rights_rings(g->app, &op1, &s));
	s.rerung_all = true;
	assert_true(rights_rings(g->app, &op1, &s));
	s.state = INCIDENT_CLOSED;
	assert_false(rights_rings(g->app, &op1, &s));
	assert_false(rights_rings(g->app, &op2, &s));
	rig_free(g);
}

static void test_neighbours(void **state)
{
	struct rig *g = rig_city();
	struct rights op1 = rights_at("op1", ROLE_OPERATOR, "440103001"),
				  op2 = rights_at("op2", ROLE_OPERATOR, "440103002"),
				  op3 = rights_at("op3", ROLE_OPERATOR, "440103003"),
				  sup = rights_at("sup", ROLE_SUPERVISOR, "440103002"),
				  other = rights_at("o", ROLE_OPERATOR, "440104001");

	(void)state;
	rig_person(g, "op3", ROLE_OPERATOR, "440103003");
	rig_person(g, "o", ROLE_OPERATOR, "440104001");
	rig_area(g, "440103003", "第三街", 0, "440104001"); /* says so itself */
	rig_start(g);
	/* Siblings under the nearest parent that has operators. */
	assert_true(rights_neighbour(g->app, &op2, "440103001001"));
	assert_true(rights_neighbour(g->app, &op3, "440103001001"));
	assert_false(rights_neighbour(g->app, &other, "440103001001"));
	assert_false(rights_neighbour(g->app, &op1, "440103001001")); /* covers it: no neighbour */
	assert_false(rights_neighbour(g->app, &sup, "440103001001"));
	/* A list on the area's own record is the last word. */
	assert_true(rights_neighbour(g->app, &other, "440103003005"));
	assert_false(rights_neighbour(g->app, &op2, "440103003005"));
	/* Nobody else in the district: the next level up. */
	assert_true(rights_neighbour(g->app, &op1, "440104001001"));
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_records_of_the_registry),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_person_without_lawful_areas),
		cmocka_unit_test(test_sees_and_rings),
		cmocka_unit_test(test_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
