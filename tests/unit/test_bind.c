/* The call of an unknown device gets its home. */
#include "app_rig_city.h"

#include "app/screens.h"
#include "wire/record_device.h"

#define DELTA PINGAN__V1__TO_SCREEN__BODY_DELTA
#define DETAIL PINGAN__V1__TO_SCREEN__BODY_DETAIL
#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

enum { DESK = 1, DESK2 = 2, SUP = 3 };

static uint64_t answered; /* incident of the newest reply to a binding */

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, DESK, "op1");
	return g;
}

static uint64_t strange(struct rig *g, enum kind kind)
{
	struct alarm a = {.kind = kind, .protocol = PROTOCOL_DC09, .device = "dc09.7E57", .battery_pct = 255};

	a.raw_len =
		(uint16_t)snprintf((char *)a.raw, sizeof a.raw, "[#7E57|1%d 00 %" PRIu64 "]", kind, rig_random(g) % 1000);
	app_begin(g->app);
	assert_true(intake_alarm(g->app, &a, (struct waiter){0}));
	rig_pass(g, 100);
	return incident_of_household(g->app, "quarantine/dc09.7E57") == NULL
	           ? 0
	           : incident_of_household(g->app, "quarantine/dc09.7E57")->slot->id;
}

static int bind(struct rig *g, link_t link, uint64_t incident, const char *household, uint64_t cmd)
{
	Pingan__V1__ToScreen *m;
	int result;

	RIG_ASK(g, link, cmd, BindDevice, BIND_DEVICE, BIND_DEVICE, bind_device, .incident = incident,
	        .household = (char *)household);
	rig_pass(g, 100);
	m = rig_last(g, link, REPLY);
	result = m == NULL ? 0 : (int)m->reply->result;
	answered = m == NULL ? 0 : m->reply->incident;
	rig_done(m);
	return result;
}

static const struct incident *read(struct rig *g, uint64_t id)
{
	app_begin(g->app);
	assert_true(incident_read(g->app, incident_find(g->app, id), &g->app->reading));
	assert_true(incident_valid(&g->app->reading));
	return &g->app->reading;
}

static struct device_life unit(struct rig *g)
{
	struct device_life ret = {0};
	const Pingan__V1__Device *d;

	app_begin(g->app);
	d = device_find(g->app, "dc09.7E57");
	if (d != NULL)
		device_life_read(d, &ret);
	return ret;
}

static void one_click_gives_call_and_unit_their_home(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_SOS);
	const struct incident *inc;

	(void)state;
	assert_int_equal(read(g, id)->class, CLASS_WELFARE);
	IS(bind(g, DESK, id, "h1", 0), OK);
	assert_int_equal(answered, id);
	inc = read(g, id);
	assert_false(inc->quarantine);
	assert_string_equal(inc->household, "h1");
	assert_string_equal(inc->area, "440103001001");
	assert_int_equal(inc->class, CLASS_LIFE); /* what it would have been, had we known */
	assert_int_equal(inc->state, INCIDENT_WAITING);
	assert_ptr_equal(incident_of_household(g->app, "h1")->slot, incident_find(g->app, id)->slot);
	assert_null(incident_of_household(g->app, "quarantine/dc09.7E57"));
	assert_int_equal(g->app->quarantine_count, 0);
	assert_int_equal(unit(g).state, DEVICE_COMMISSIONING);
	assert_string_equal(unit(g).household, "h1");
	assert_string_equal(unit(g).installed_by, "op1");
	/* What it sends from now on joins that call, and after it opens one of that home. */
	assert_int_equal(strange(g, KIND_SOS), 0);
	assert_int_equal(read(g, id)->repeats, 1);
	rig_free(g);
}

static void the_call_of_an_unknown_device_joins_the_open_call_of_its_home(void **state)
{
	struct rig *g = city();
	uint64_t open = rig_press(g, "h1", KIND_BATTERY), id = strange(g, KIND_FALL);
	const struct incident *inc;

	(void)state;
	IS(bind(g, DESK, id, "h1", 0), OK);
	assert_int_equal(answered, open);
	inc = read(g, open);
	assert_int_equal(inc->class, CLASS_LIFE); /* raised by what it took in */
	assert_int_equal(inc->repeats, 1);
	assert_string_equal(inc->alarms[inc->alarm_count - 1].device, "dc09.7E57");
	assert_int_equal(inc->alarms[inc->alarm_count - 1].kind, KIND_FALL);
	inc = read(g, id);
	assert_int_equal(inc->state, INCIDENT_CLOSED);
	assert_int_equal(inc->outcome, OUTCOME_JOINED);
	assert_string_equal(inc->closed_by, "op1");
	assert_null(incident_of_household(g->app, "quarantine/dc09.7E57"));
	assert_string_equal(unit(g).household, "h1");
	/* The device's next press is that call's. */
	(void)strange(g, KIND_SOS);
	assert_int_equal(read(g, open)->repeats, 2);
	rig_free(g);
}

static void the_same_binding_again_says_where_the_call_is(void **state)
{
	struct rig *g = city();
	uint64_t open = rig_press(g, "h1", KIND_SOS), id = strange(g, KIND_SOS), repeats;

	(void)state;
	IS(bind(g, DESK, id, "h1", 4711), OK);
	repeats = read(g, open)->repeats;
	IS(bind(g, DESK, id, "h1", 4711), OK);
	assert_int_equal(answered, open);
	assert_int_equal(read(g, open)->repeats, repeats);
	IS(bind(g, DESK, id, "h1", 4712), WRONG_STATE);
	rig_free(g);
}

static void a_note_on_an_unknown_call_can_be_read_in_its_home(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_SOS);
	Pingan__V1__ToScreen *m;
	bool read_it = false;

	(void)state;
	RIG_ASK(g, DESK, 0, AddNote, ADD_NOTE, NOTE, note, .incident = id, .text = (char *)"有人喘气");
	IS(rig_result(g, DESK, NULL), OK);
	IS(bind(g, DESK, id, "h1", 0), OK);
	RIG_ASK(g, DESK, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	rig_pass(g, 100);
	m = rig_last(g, DESK, DETAIL);
	assert_non_null(m);
	assert_string_equal(m->detail->household, "h1");
	for (size_t i = 0; i < m->detail->n_lines; i++)
		read_it = read_it || strcmp(m->detail->lines[i]->text, "有人喘气") == 0;
	assert_true(read_it);
	rig_done(m);
	rig_free(g);
}

static void only_who_has_the_call_or_a_supervisor_binds_it(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_SOS);
	const struct incident *inc;
	char who[ID_MAX];

	(void)state;
	rig_console(g, DESK2, "op1b");
	rig_console(g, SUP, "sup");
	IS(rig_claim(g, DESK, id, NULL), OK);
	RIG_ASK(g, DESK2, 0, BindDevice, BIND_DEVICE, BIND_DEVICE, bind_device, .incident = id, .household = (char *)"h1");
	IS(rig_result(g, DESK2, who), NOT_OWNER);
	assert_string_equal(who, "op1");
	assert_int_equal(unit(g).state, DEVICE_NONE);
	IS(bind(g, SUP, id, "h1", 0), OK);
	inc = read(g, id);
	assert_string_equal(inc->owner, "op1"); /* and whoever has it keeps it */
	assert_int_equal(inc->state, INCIDENT_ANSWERED);
	assert_int_equal(inc->class, CLASS_LIFE);
	assert_int_not_equal(inc->voice_due_ms, 0); /* now there is somebody to call back */
	rig_free(g);
}

static void nobody_binds_to_a_home_that_is_not_theirs(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_SOS), known = rig_press(g, "h2", KIND_SOS);

	(void)state;
	IS(bind(g, DESK, id, "far", 0), FORBIDDEN);
	IS(bind(g, DESK, id, "nowhere", 0), NOT_FOUND);
	IS(bind(g, DESK, id, QUARANTINE, 0), NOT_FOUND);
	IS(bind(g, DESK, known, "h1", 0), WRONG_STATE); /* it has its home */
	IS(bind(g, DESK, 99, "h1", 0), NOT_FOUND);
	assert_true(read(g, id)->quarantine);
	rig_free(g);
}

/* Meanwhile a technician has put it into another home: an old picture moves nothing. */
static void a_unit_that_stands_in_a_home_is_not_pulled_out_of_it(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_SOS);
	uint64_t second;

	(void)state;
	rig_up(g, 5, "tech");
	rig_hello(g, 5, PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_CAREGIVER, 0, 0, NULL, 0);
	RIG_ASK(g, 5, 0, DeviceBind, DEVICE_BIND, DEVICE_BIND, device_bind, .device = (char *)"dc09.7E57",
	        .household = (char *)"h2");
	rig_pass(g, 100);
	IS(rig_result(g, 5, NULL), OK);
	IS(bind(g, DESK, id, "h1", 0), WRONG_STATE);
	assert_string_equal(unit(g).household, "h2");
	/* Its next press is h2's; the old call goes there too, if a person says so. */
	(void)strange(g, KIND_SOS);
	second = incident_of_household(g->app, "h2")->slot->id;
	IS(bind(g, DESK, id, "h2", 0), OK);
	assert_int_equal(answered, second);
	rig_free(g);
}

/* The row goes from the screens that do not cover the home, and comes to those that do. */
static void screens_of_other_areas_lose_sight_of_it(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_SOS);
	Pingan__V1__ToScreen *m;
	bool gone = false;

	(void)state;
	rig_console(g, DESK2, "op2");
	rig_skip(g, DESK2);
	IS(bind(g, DESK, id, "h1", 0), OK);
	while ((m = rig_next(g, DESK2, DELTA)) != NULL) {
		for (size_t i = 0; i < m->delta->n_removed; i++)
			gone = gone || m->delta->removed[i] == id;
		rig_done(m);
	}
	assert_true(gone);
	rig_free(g);
}

static void a_silent_call_of_an_unknown_device_stays_silent_in_its_home(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_DURESS);
	const struct incident *inc;

	(void)state;
	IS(bind(g, DESK, id, "h1", 0), OK);
	inc = read(g, id);
	assert_true(inc->silent);
	assert_int_equal(inc->class, CLASS_LIFE);
	assert_int_equal(inc->voice_due_ms, 0);
	rig_free(g);
}

/* In doubt it stays as urgent as it was. */
static void nothing_becomes_less_urgent_by_being_bound(void **state)
{
	struct rig *g = city();
	uint64_t id = strange(g, KIND_BATTERY);

	(void)state;
	IS(bind(g, DESK, id, "h1", 0), OK);
	assert_int_equal(read(g, id)->class, CLASS_WELFARE);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_click_gives_call_and_unit_their_home),
		cmocka_unit_test(the_call_of_an_unknown_device_joins_the_open_call_of_its_home),
		cmocka_unit_test(the_same_binding_again_says_where_the_call_is),
		cmocka_unit_test(a_note_on_an_unknown_call_can_be_read_in_its_home),
		cmocka_unit_test(only_who_has_the_call_or_a_supervisor_binds_it),
		cmocka_unit_test(nobody_binds_to_a_home_that_is_not_theirs),
		cmocka_unit_test(a_unit_that_stands_in_a_home_is_not_pulled_out_of_it),
		cmocka_unit_test(screens_of_other_areas_lose_sight_of_it),
		cmocka_unit_test(a_silent_call_of_an_unknown_device_stays_silent_in_its_home),
		cmocka_unit_test(nothing_becomes_less_urgent_by_being_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
