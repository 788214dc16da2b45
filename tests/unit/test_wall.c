/* test_wall.c - numbers for the wall of a hall: who could help now, how the day goes, by district; and a log-in that nobody renews by
 * hand.
 */
#include "app_rig_city.h"

#include "app/roster.h"
#include "app/screens.h"

#define WALLBOARD PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_WALLBOARD
#define WALL_STATE PINGAN__V1__TO_SCREEN__BODY_WALL
#define SNAPSHOT PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT
#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define DAYS(n) ((int64_t)(n)*SECONDS(86400))
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

enum { WALL = 1, DESK = 2, PHONE = 3 };

static void area(struct rig *g, const char *code, const char *name, const char *name_en)
{
	Pingan__V1__Area a = PINGAN__V1__AREA__INIT;

	a.code = (char *)code;
	a.name = (char *)name;
	a.name_en = (char *)name_en;
	rig_put(g, "area", code, &a.base);
}

static struct rig *city(const char *walls_area)
{
	struct rig *g = rig_city();

	area(g, "440103", "荔湾区", "Liwan District");
	area(g, "440104", "越秀区", "");
	area(g, "440105", "海珠区", "Haizhu District");
	rig_person(g, "wall", ROLE_WALLBOARD, walls_area);
	rig_start(g);
	g->app->config.wall.login_ms = DAYS(30);
	return g;
}

static void wall(struct rig *g)
{
	rig_up(g, WALL, "wall");
	rig_hello(g, WALL, WALLBOARD, 0, 0, NULL, 0);
	rig_pass_beating(g, 1500, WALL);
}

static Pingan__V1__WallState *told(struct rig *g, Pingan__V1__ToScreen **ret)
{
	g->links[WALL].read = 0; /* what has not changed is not said again */
	*ret = rig_last(g, WALL, WALL_STATE);
	assert_non_null(*ret);
	return (*ret)->wall;
}

/* One figure of the wall, as it was told last. */
#define FIGURE(g, field, want)                       \
	do {                                             \
		Pingan__V1__ToScreen *m_;                    \
		assert_int_equal(told(g, &m_)->field, want); \
		rig_done(m_);                                \
	} while (0)

static void districts_of_the_wall_are_named_and_no_others(void **state)
{
	struct rig *g = city("4401");
	Pingan__V1__ToScreen *m;
	Pingan__V1__WallState *w;

	(void)state;
	wall(g);
	w = told(g, &m);
	assert_int_equal(w->n_districts, 3);
	assert_string_equal(w->districts[0]->area, "440103");
	assert_string_equal(w->districts[0]->name, "荔湾区");
	assert_string_equal(w->districts[0]->name_en, "Liwan District");
	assert_string_equal(w->districts[1]->area, "440104");
	assert_string_equal(w->districts[1]->name_en, "");
	assert_string_equal(w->districts[2]->area, "440105");
	rig_done(m);
	rig_free(g);

	g = city("440105");
	wall(g);
	w = told(g, &m);
	assert_int_equal(w->n_districts, 1);
	assert_string_equal(w->districts[0]->area, "440105");
	rig_done(m);
	rig_free(g);
}

static void a_row_says_its_district(void **state)
{
	struct rig *g = city("4401");
	Pingan__V1__ToScreen *m;

	(void)state;
	wall(g);
	(void)rig_press(g, "h0", KIND_SOS);
	rig_pass_beating(g, 500, WALL);
	m = rig_last(g, WALL, DELTA);
	assert_non_null(m);
	assert_string_equal(m->delta->upserts[0]->district, "440103");
	rig_done(m);
	rig_free(g);
}

static void people_are_numbers(void **state)
{
	struct rig *g = city("440103");

	(void)state;
	wall(g);
	FIGURE(g, operators_here, 0);
	FIGURE(g, caregivers_on_duty, 0);
	rig_console(g, DESK, "op1");
	rig_up(g, PHONE, "cg1");
	rig_hello(g, PHONE, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, PHONE, 0, Duty, DUTY, DUTY, duty, .on = 1);
	rig_pass_beating(g, 2000, WALL);
	FIGURE(g, operators_here, 1);
	FIGURE(g, operators_ready, 1);
	FIGURE(g, caregivers_on_duty, 1);
	FIGURE(g, caregivers_free, 1);
	FIGURE(g, districts[0]->caregivers_free, 1);
	RIG_ASK(g, DESK, 0, SetReady, SET_READY, READY, ready, .ready = 0);
	rig_pass_beating(g, 2000, WALL);
	FIGURE(g, operators_here, 1);
	FIGURE(g, operators_ready, 0);
	rig_free(g);
}

static void entry(struct rig *g, const char *key, const ProtobufCMessage *m)
{
	static uint8_t body[1024];
	struct store_entry e = {.id = ++g->log_id, .commit = rig_random(g), .prev = g->log_commit, .at_ms = g->store_ms};
	struct rig_record *r = rig_record(g, key);

	assert_true(protobuf_c_message_get_packed_size(m) <= sizeof body);
	rig_record_set(r, slice_of(body, protobuf_c_message_pack(m, body)), e.commit);
	e.record_count = 1;
	rig_record_copy(r, &e.records[0]);
	g->log_commit = e.commit;
	app_store_entry(g->app, &e);
	rig_pass_beating(g, 2000, WALL);
}

static void duty(struct rig *g, const char *id, bool on, uint64_t incident)
{
	Pingan__V1__Caregiver c = PINGAN__V1__CAREGIVER__INIT;
	char key[STORE_KEY_MAX];

	c.id = (char *)id;
	c.on_duty = on;
	c.incident = incident;
	c.job = incident != 0;
	record_key(key, "caregiver", id);
	entry(g, key, &c.base);
}

static void person(struct rig *g, const char *id, const char *area, const char *skill, bool disabled)
{
	Pingan__V1__Person p = PINGAN__V1__PERSON__INIT;
	char *areas[] = {(char *)area, (char *)"440104"}, *skills[] = {(char *)skill}, key[STORE_KEY_MAX];

	p.id = p.account = p.name = (char *)id;
	p.role = PINGAN__V1__ROLE__ROLE_CAREGIVER;
	p.areas = areas;
	p.n_areas = 2;
	p.skills = skills;
	p.n_skills = 1;
	p.disabled = disabled;
	record_key(key, "person", id);
	entry(g, key, &p.base);
}

/* Whoever is on duty stands in one group, of those with the same areas: never in two, and never in none. */
static void who_moves_is_counted_where_they_are_now(void **state)
{
	struct rig *g = city("4401");

	(void)state;
	wall(g);
	duty(g, "cg1", true, 0);
	duty(g, "cg2", true, 0);
	FIGURE(g, caregivers_on_duty, 2);
	FIGURE(g, districts[0]->caregivers_free, 2);
	assert_int_equal(roster_groups(g->app)->used, 1);
	person(g, "cg2", "440105", "nurse", false);
	FIGURE(g, caregivers_on_duty, 2);
	FIGURE(g, districts[0]->caregivers_free, 1);
	FIGURE(g, districts[1]->caregivers_free, 1);
	FIGURE(g, districts[2]->caregivers_free, 1);
	assert_int_equal(roster_groups(g->app)->used, 2);
	duty(g, "cg2", true, 77);
	FIGURE(g, caregivers_on_duty, 2);
	FIGURE(g, caregivers_free, 1);
	FIGURE(g, districts[2]->caregivers_on_duty, 1);
	FIGURE(g, districts[2]->caregivers_free, 0);
	duty(g, "cg2", true, 0);
	FIGURE(g, caregivers_free, 2);
	person(g, "cg2", "440105", "technician", false);
	FIGURE(g, caregivers_on_duty, 1);
	person(g, "cg2", "440105", "care", false);
	FIGURE(g, caregivers_on_duty, 2);
	person(g, "cg2", "440105", "care", true);
	FIGURE(g, caregivers_on_duty, 1);
	duty(g, "cg1", false, 0);
	FIGURE(g, caregivers_on_duty, 0);
	assert_int_equal(roster_groups(g->app)->used, 0);
	person(g, "cg2", "440103001", "care", false);
	FIGURE(g, districts[0]->caregivers_free, 1);
	rig_free(g);
}

static void the_day_is_counted_by_district(void **state)
{
	struct rig *g = city("4401");
	uint64_t id;

	(void)state;
	wall(g);
	rig_console(g, DESK, "op1");
	FIGURE(g, day->opened, 0);
	id = rig_press(g, "h0", KIND_FALL);
	rig_pass_beating(g, 2000, WALL);
	FIGURE(g, day->opened, 1);
	FIGURE(g, day->answered, 0);
	IS(rig_claim(g, DESK, id, NULL), OK);
	rig_pass_beating(g, 2000, WALL);
	FIGURE(g, day->opened, 1);
	FIGURE(g, day->answered, 1);
	FIGURE(g, day->answered_10s, 1);
	FIGURE(g, districts[0]->day->opened, 1);
	FIGURE(g, districts[0]->day->answered_10s, 1);
	FIGURE(g, districts[1]->day->opened, 0);
	/* Once more at the same home is the same call; a flat battery is no call for help. */
	(void)rig_press(g, "h0", KIND_SOS);
	(void)rig_press(g, "h1", KIND_BATTERY);
	rig_pass_beating(g, 2000, WALL);
	FIGURE(g, day->opened, 1);
	rig_free(g);
}

/* Everything is read again: what is in memory is counted once, and it is said from when on that is all. */
static void a_load_counts_the_day_anew(void **state)
{
	struct rig *g = city("4401");
	Pingan__V1__ToScreen *m;
	int64_t midnight;

	(void)state;
	wall(g);
	rig_console(g, DESK, "op1");
	IS(rig_claim(g, DESK, rig_press(g, "h0", KIND_FALL), NULL), OK);
	rig_pass_beating(g, 2000, WALL);
	midnight = told(g, &m)->day_since_ms;
	rig_done(m);
	assert_int_equal((midnight + 8 * 60 * MINUTES(1)) % DAYS(1), 0);
	assert_true(midnight <= g->store_ms && g->store_ms - midnight < DAYS(1));
	for (int i = 0; i < 3; i++) {
		day_read(g->app);
		rig_pass_beating(g, 2000, WALL);
		FIGURE(g, day->opened, 1);
		FIGURE(g, day->answered, 1);
		FIGURE(g, day_since_ms, midnight);
	}
	rig_free(g);
}

/* More calls have ended than memory keeps: a part of a day is not called a day. */
static void a_part_of_the_day_is_not_called_the_day(void **state)
{
	struct rig *g = city("4401");
	Pingan__V1__ToScreen *m;
	size_t kept = g->app->closed_count;
	uint64_t id;

	(void)state;
	wall(g);
	rig_console(g, DESK, "op1");
	id = rig_press(g, "h0", KIND_SERVICE);
	IS(rig_claim(g, DESK, id, NULL), OK);
	RIG_ASK(g, DESK, 0, Close, CLOSE, CLOSE, close, .incident = id, .outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE);
	rig_pass_beating(g, 1500, WALL);
	assert_int_equal(g->app->closed_count, kept + 1);
	g->app->closed_count = CLOSED_KEPT;
	day_read(g->app);
	g->app->closed_count = kept + 1;
	rig_pass_beating(g, 1500, WALL);
	assert_true(told(g, &m)->day_since_ms > g->store_ms - MINUTES(1));
	rig_done(m);
	rig_free(g);
}

static void nothing_is_told_twice(void **state)
{
	struct rig *g = city("4401");
	Pingan__V1__ToScreen *m;

	(void)state;
	wall(g);
	rig_done(rig_last(g, WALL, WALL_STATE));
	rig_skip(g, WALL);
	rig_pass_beating(g, 10000, WALL);
	m = rig_last(g, WALL, WALL_STATE);
	assert_null(m);
	g->app->config.wall.distance_m = 8;
	rig_pass_beating(g, 2000, WALL);
	FIGURE(g, distance_m, 8);
	rig_free(g);
}

/* ------------------------------------------------------------ its log-in */

static int64_t until_of(struct rig *g, const char *login)
{
	char key[STORE_KEY_MAX];
	const struct record *rec;
	Pingan__V1__Login *l;
	int64_t until;

	record_key(key, "login", login);
	rec = record_find(g->app, key);
	assert_non_null(rec);
	l = pingan__v1__login__unpack(NULL, rec->body_len, rec->body);
	assert_non_null(l);
	until = l->until_ms;
	pingan__v1__login__free_unpacked(l, NULL);
	return until;
}

static void a_wall_that_is_on_stays_logged_in(void **state)
{
	struct rig *g = city("4401");
	const char *login;

	(void)state;
	wall(g);
	login = session_find(g->app, WALL)->login;
	rig_pass_beating(g, 3000, WALL);
	assert_true(until_of(g, login) >= g->store_ms + DAYS(30) - MINUTES(1));
	rig_free(g);
}

static void nobody_elses_log_in_is_prolonged(void **state)
{
	struct rig *g = city("4401");
	int64_t until;

	(void)state;
	rig_console(g, DESK, "op1");
	until = until_of(g, session_find(g->app, DESK)->login);
	(void)login_prolong(g->app, session_find(g->app, DESK)->login);
	rig_pass_beating(g, 3000, WALL);
	assert_int_equal(until_of(g, session_find(g->app, DESK)->login), until);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(districts_of_the_wall_are_named_and_no_others),
		cmocka_unit_test(a_row_says_its_district),
		cmocka_unit_test(people_are_numbers),
		cmocka_unit_test(who_moves_is_counted_where_they_are_now),
		cmocka_unit_test(the_day_is_counted_by_district),
		cmocka_unit_test(a_load_counts_the_day_anew),
		cmocka_unit_test(a_part_of_the_day_is_not_called_the_day),
		cmocka_unit_test(nothing_is_told_twice),
		cmocka_unit_test(a_wall_that_is_on_stays_logged_in),
		cmocka_unit_test(nobody_elses_log_in_is_prolonged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
