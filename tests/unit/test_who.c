/* test_who.c - who asks: a session that is over is nobody's, a token is good for what it says and no longer. */
#include "app_rig_city.h"

#include "app/internal.h"

static const uint8_t SECRET[4] = {1, 2, 3, 4};

static void token(struct rig *g, const char *id, ms_t until_ms)
{
	Pingan__V1__Token t = PINGAN__V1__TOKEN__INIT;
	char *scopes[] = {(char *)"homes:read", (char *)"everything", (char *)"statistics:read"};
	char *areas[] = {(char *)"440103001", (char *)"4401030010010011111"};

	t.id = (char *)id;
	t.name = (char *)"市平台";
	t.hash = (ProtobufCBinaryData){.len = sizeof SECRET, .data = (uint8_t *)SECRET};
	t.scopes = scopes;
	t.n_scopes = COUNT_OF(scopes);
	t.areas = areas;
	t.n_areas = COUNT_OF(areas);
	t.until_ms = until_ms;
	rig_put(g, "token", id, &t.base);
}

static void test_a_token_may_what_it_says(void **state)
{
	struct rig *g = rig_city();
	struct who who;

	(void)state;
	token(g, "00000000000000a1", EPOCH + SECONDS(60));
	rig_start(g);
	assert_true(app_who_token(g->app, "00000000000000a1", slice_of(SECRET, 4), &who));
	assert_int_equal(who.role, ROLE_MACHINE);
	assert_string_equal(who.id, "token.00000000000000a1");
	assert_string_equal(who.name, "市平台");
	for (enum api_scope s = 0; s < SCOPE_COUNT; s++)
		assert_int_equal(who_may(&who, s), s == SCOPE_HOMES_READ || s == SCOPE_STATISTICS_READ);
	/* An area that is none is left out, not widened. */
	assert_int_equal(who.area_count, 1);
	assert_true(who_covers(&who, "440103001007"));
	assert_false(who_covers(&who, "440103"));
	assert_false(who_covers(&who, "440103002001"));
	assert_false(who_covers(&who, ""));
	rig_free(g);
}

static void test_a_token_that_is_over_is_nobodys(void **state)
{
	struct rig *g = rig_city();
	struct store_entry e = {.record_count = 1};
	struct who who;

	(void)state;
	token(g, "00000000000000a1", EPOCH + SECONDS(60));
	token(g, "00000000000000a2", EPOCH + SECONDS(6000));
	token(g, "00000000000000a3", 0);
	rig_start(g);
	assert_false(app_who_token(g->app, "00000000000000a1", slice_of(SECRET, 3), &who));
	assert_false(app_who_token(g->app, "00000000000000a1", slice_of(NULL, 0), &who));
	assert_false(app_who_token(g->app, "00000000000000ff", slice_of(SECRET, 4), &who));
	assert_false(app_who_token(g->app, "", slice_of(SECRET, 4), &who));
	assert_false(app_who_token(g->app, "00000000000000a3", slice_of(SECRET, 4), &who)); /* no end: no token */
	rig_pass(g, SECONDS(61));
	assert_false(app_who_token(g->app, "00000000000000a1", slice_of(SECRET, 4), &who)); /* expired */
	assert_true(app_who_token(g->app, "00000000000000a2", slice_of(SECRET, 4), &who));
	/* Revoked: its record goes, and every daemon learns it from the log. */
	e.id = g->log_id + 1;
	e.prev = g->log_commit;
	e.commit = 7;
	e.at_ms = g->store_ms;
	snprintf(e.records[0].key, sizeof e.records[0].key, "token:00000000000000a2");
	app_store_entry(g->app, &e);
	assert_false(app_who_token(g->app, "00000000000000a2", slice_of(SECRET, 4), &who));
	assert_int_equal(who.scopes, 0);
	rig_free(g);
}

static Pingan__V1__Token *kept(struct rig *g, const char *key)
{
	struct rig_record *r = rig_record(g, key);

	return r->rev == 0 ? NULL : pingan__v1__token__unpack(NULL, r->len, r->body);
}

/* To a day, with one entry a day; and never after it was revoked. */
static void test_a_token_says_when_it_was_last_used(void **state)
{
	const char key[] = "token:00000000000000a1";
	struct rig *g = rig_city();
	Pingan__V1__Token *t;
	struct who who;
	uint64_t rev;

	(void)state;
	token(g, "00000000000000a1", EPOCH + SECONDS(10 * 86400));
	rig_start(g);
	for (int i = 0; i < 3; i++) {
		assert_true(app_who_token(g->app, "00000000000000a1", slice_of(SECRET, 4), &who));
		rig_turn(g);
	}
	rev = rig_record(g, key)->rev;
	assert_int_equal(rev, 2);
	t = kept(g, key);
	assert_int_equal(t->used_ms, EPOCH / 86400000 * 86400000);
	assert_int_equal(t->n_scopes, 3); /* nothing else of it has changed */
	pingan__v1__token__free_unpacked(t, NULL);
	/* Used, and revoked before that was written down. */
	g->store_ms += SECONDS(86400);
	assert_true(app_who_token(g->app, "00000000000000a1", slice_of(SECRET, 4), &who));
	g->held = true;
	rig_turn(g);
	rig_record(g, key)->commits[0] ^= 1;
	rig_record(g, key)->rev = 0;
	g->held = false;
	rig_turn(g);
	assert_null(kept(g, key));
	rig_free(g);
}

/* What a newer version keeps in it leaves no room for a day: it opens what it says, and the day is not written down. */
static void test_a_full_token_is_good_all_the_same(void **state)
{
	static uint8_t more[STORE_BODY_MAX];
	ProtobufCMessageUnknownField field = {.tag = 900, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED};
	Pingan__V1__Token t = PINGAN__V1__TOKEN__INIT;
	struct rig *g = rig_city();
	struct who who;

	(void)state;
	t.id = (char *)"00000000000000a1";
	t.hash = (ProtobufCBinaryData){.len = sizeof SECRET, .data = (uint8_t *)SECRET};
	t.until_ms = EPOCH + SECONDS(86400);
	t.base.unknown_fields = &field;
	t.base.n_unknown_fields = 1;
	field.data = more;
	field.len = sizeof more - 256;
	field.len -= pingan__v1__token__get_packed_size(&t) - STORE_BODY_MAX + 2;
	more[0] = 0x80 | ((field.len - 2) & 0x7f); /* its length stands before it */
	more[1] = (uint8_t)((field.len - 2) >> 7);
	assert_int_equal(pingan__v1__token__get_packed_size(&t), STORE_BODY_MAX - 2);
	rig_put(g, "token", t.id, &t.base);
	rig_start(g);
	assert_true(app_who_token(g->app, t.id, slice_of(SECRET, 4), &who));
	rig_turn(g);
	assert_int_equal(rig_record(g, "token:00000000000000a1")->rev, 1);
	assert_true(app_who_token(g->app, t.id, slice_of(SECRET, 4), &who));
	rig_free(g);
}

static void session(struct rig *g, const char *login, const char *person, ms_t made_ms)
{
	Pingan__V1__Login l = PINGAN__V1__LOGIN__INIT;

	l.person = (char *)person;
	l.made_ms = made_ms;
	l.until_ms = EPOCH + SECONDS(600);
	rig_put(g, "login", login, &l.base);
}

static void test_a_session_is_its_persons(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	struct account account;
	struct who who;

	(void)state;
	rig_person_full(g, "gone", ROLE_OPERATOR, "440103001", 0, 0, true);
	/* Its password was changed: what was made before is over, what was made after is not. */
	p.id = p.account = (char *)"eve";
	p.role = PINGAN__V1__ROLE__ROLE_AUDITOR;
	p.sessions_from_ms = EPOCH - 1000;
	rig_put(g, "person", "eve", &p.base);
	session(g, "before", "eve", EPOCH - 1001);
	session(g, "after", "eve", EPOCH - 1000);
	/* No person has the role of a machine. */
	p.id = p.account = (char *)"robot";
	p.role = PINGAN__V1__ROLE__ROLE_MACHINE;
	rig_put(g, "person", "robot", &p.base);
	session(g, "robot", "robot", EPOCH);
	rig_start(g);
	assert_true(app_who_login(g->app, "login-sup", &who));
	assert_string_equal(who.id, "sup");
	assert_int_equal(who.role, ROLE_SUPERVISOR);
	assert_true(who_covers(&who, "440103002001"));
	assert_true(who_may(&who, SCOPE_SESSIONS_END));
	assert_false(who_may(&who, SCOPE_AUDIT_READ));
	assert_false(app_who_login(g->app, "login-gone", &who));
	assert_false(app_who_login(g->app, "login-nobody", &who));
	assert_false(app_who_login(g->app, "before", &who));
	assert_false(app_login_find(g->app, "before", &account));
	assert_true(app_who_login(g->app, "after", &who));
	assert_true(who_may(&who, SCOPE_AUDIT_READ));
	assert_false(app_who_login(g->app, "robot", &who));
	assert_false(app_login_find(g->app, "robot", &account));
	rig_pass(g, SECONDS(601));
	assert_false(app_who_login(g->app, "after", &who));
	rig_free(g);
}

#define MAY(s) SCOPE_BIT(SCOPE_##s)

/* By hand once more: a scope or role that nobody thought of must fail here. */
static void test_roles_and_scopes(void **state)
{
	static const struct {
		enum role role;
		uint64_t may;
	} TABLE[ROLE_COUNT] = {
		{ROLE_NONE, 0},
		{ROLE_OPERATOR, MAY(STATISTICS_READ) | MAY(AREAS_READ) | MAY(ROSTERS_READ) | MAY(PAPER_PRINT)},
		{ROLE_SUPERVISOR, MAY(PAPER_PRINT) | MAY(STATISTICS_READ) | MAY(AREAS_READ) | MAY(ROSTERS_READ) |
	                          MAY(HOMES_READ) | MAY(HOMES_WRITE) | MAY(DEVICES_READ) | MAY(INCIDENTS_READ) |
	                          MAY(PEOPLE_READ) | MAY(ROSTERS_WRITE) | MAY(ABSENCES_READ) | MAY(ABSENCES_WRITE) |
	                          MAY(SESSIONS_READ) | MAY(SESSIONS_END) | MAY(ACCOUNTS_READ) | MAY(ACCOUNTS_KEEP)},
		{ROLE_CAREGIVER, 0},
		{ROLE_TECHNICIAN, 0},
		{ROLE_ADMINISTRATOR, MAY(STATISTICS_READ) | MAY(AREAS_READ) | MAY(AREAS_WRITE) | MAY(ROSTERS_READ) |
	                             MAY(ROSTERS_WRITE) | MAY(ROSTERS_PLAN) | MAY(ABSENCES_READ) | MAY(ABSENCES_WRITE) |
	                             MAY(HOMES_READ) | MAY(HOMES_WRITE) | MAY(DEVICES_READ) | MAY(DEVICES_WRITE) |
	                             MAY(PEOPLE_READ) | MAY(PEOPLE_WRITE) | MAY(SESSIONS_READ) | MAY(SESSIONS_END) |
	                             MAY(ACCOUNTS_READ) | MAY(ACCOUNTS_KEEP)},
		{ROLE_AUDITOR, MAY(STATISTICS_READ) | MAY(AREAS_READ) | MAY(PEOPLE_READ) | MAY(AUDIT_READ) |
	                       MAY(SESSIONS_READ) | MAY(ACCOUNTS_READ)},
		{ROLE_WALLBOARD, 0},
		{ROLE_MACHINE, 0},
	};

	(void)state;
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_int_equal(TABLE[role].role, role);
		assert_int_equal(rights_scopes((enum role)role), TABLE[role].may);
		assert_int_equal(rights_scopes((enum role)role) & MAY(HEALTH_READ), 0);
	}
	for (enum api_scope s = 0; s < SCOPE_COUNT; s++) {
		enum api_scope found;

		assert_true(scope_find(slice_str(scope_name(s)), &found));
		assert_int_equal(found, s);
	}
	assert_string_equal(scope_name(SCOPE_COUNT), "");
	assert_string_equal(role_name(ROLE_MACHINE), "machine");
	assert_string_equal(role_name(ROLE_COUNT), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_token_may_what_it_says),
		cmocka_unit_test(test_a_token_that_is_over_is_nobodys),
		cmocka_unit_test(test_a_token_says_when_it_was_last_used),
		cmocka_unit_test(test_a_full_token_is_good_all_the_same),
		cmocka_unit_test(test_a_session_is_its_persons),
		cmocka_unit_test(test_roles_and_scopes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
