/* test_refused.c - every role with every request, as it comes over the link; and each no is counted and on record. */
#include "app_rig_city.h"

#include "app/screens.h"

#define PAGE(name) PINGAN__V1__SCREEN_HELLO__PAGE__PAGE_##name
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

/* What the log was told, newest last. */
static struct {
	char record[STORE_KEY_MAX], who[ID_MAX], subject[ID_MAX];
	int64_t number;
	uint32_t unsaid;
} said[64];
static size_t said_count;

static void on_stored(struct rig *g, const struct store_commit *c)
{
	Pingan__V1__LogEvent *ev = pingan__v1__log_event__unpack(NULL, c->event.len, c->event.at);

	(void)g;
	assert_non_null(ev);
	for (size_t i = 0; i < ev->n_lines; i++) {
		if (ev->lines[i]->code != PINGAN__V1__LINE_CODE__LINE_REFUSED)
			continue;
		assert_true(said_count < COUNT_OF(said));
		assert_int_equal(c->put_count, 0); /* nothing changes by a no */
		snprintf(said[said_count].record, sizeof said[0].record, "%s", ev->record);
		snprintf(said[said_count].who, sizeof said[0].who, "%s", ev->lines[i]->who);
		snprintf(said[said_count].subject, sizeof said[0].subject, "%s", ev->lines[i]->subject);
		said[said_count].number = ev->lines[i]->number;
		said[said_count++].unsaid = ev->lines[i]->count;
	}
	pingan__v1__log_event__free_unpacked(ev, NULL);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_person(g, "admin", ROLE_ADMINISTRATOR, "4401");
	rig_person(g, "audit", ROLE_AUDITOR, "4401");
	rig_person(g, "wall", ROLE_WALLBOARD, "440103");
	rig_start(g);
	said_count = 0;
	g->stored = on_stored;
	return g;
}

static void put_varint(uint8_t *at, size_t *len, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		at[(*len)++] = (uint8_t)(n | 0x80);
	at[(*len)++] = (uint8_t)n;
}

/* A request of field `what` with nothing in it. */
static int ask_empty(struct rig *g, link_t link, unsigned what)
{
	uint8_t body[64], frame[80];
	size_t len = 0, frame_len = 0;
	uint64_t cmd = rig_random(g);

	body[len++] = 1 << 3 | 1;
	memcpy(body + len, &cmd, sizeof cmd);
	len += sizeof cmd;
	put_varint(body, &len, what << 3 | 2);
	put_varint(body, &len, 0);
	frame[frame_len++] = PINGAN__V1__TO_DAEMON__BODY_REQUEST << 3 | 2;
	put_varint(frame, &frame_len, len);
	memcpy(frame + frame_len, body, len);
	rig_skip(g, link);
	app_screen_message(g->app, link, slice_of(frame, frame_len + len));
	rig_turn(g);
	return rig_result(g, link, NULL);
}

static const struct {
	const char *person;
	enum role role;
	int page; /* that they may open; 0 = none */
} PEOPLE[] = {
	{"op1", ROLE_OPERATOR, PAGE(CONSOLE)},     {"sup", ROLE_SUPERVISOR, PAGE(CONSOLE)},
	{"cg1", ROLE_CAREGIVER, PAGE(CAREGIVER)},  {"tech", ROLE_TECHNICIAN, PAGE(CAREGIVER)},
	{"admin", ROLE_ADMINISTRATOR, 0},          {"audit", ROLE_AUDITOR, 0},
	{"wall", ROLE_WALLBOARD, PAGE(WALLBOARD)},
};

static void every_role_with_every_page(void **state)
{
	struct rig *g = city();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(PEOPLE); i++)
		for (int page = 1; page <= PAGE(WALLBOARD); page++) {
			link_t link = (link_t)(1 + 4 * i + (size_t)page);
			size_t before = said_count;

			rig_up(g, link, PEOPLE[i].person);
			rig_hello(g, link, page, 0, 0, NULL, 0);
			rig_pass(g, 300);
			assert_int_equal(g->links[link].closed, page != PEOPLE[i].page);
			assert_int_equal(said_count - before, page != PEOPLE[i].page);
			if (page == PEOPLE[i].page)
				continue;
			assert_string_equal(said[before].who, PEOPLE[i].person);
			assert_int_equal(said[before].number, -1);
		}
	rig_free(g);
}

static void every_role_with_every_request(void **state)
{
	const ProtobufCMessageDescriptor *d = &pingan__v1__request__descriptor;
	struct rig *g = city();
	unsigned refused = 0, taken = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(PEOPLE); i++) {
		link_t link = (link_t)(1 + i);

		if (PEOPLE[i].page == 0)
			continue; /* never comes so far */
		rig_up(g, link, PEOPLE[i].person);
		rig_hello(g, link, PEOPLE[i].page, 0, 0, NULL, 0);
		for (unsigned f = 1; f < d->n_fields; f++) {
			unsigned what = d->fields[f].id;
			bool may = rights_may(PEOPLE[i].role, (int)what);
			uint64_t count = g->app->counters[C_REQUESTS_FORBIDDEN];
			int result;

			rig_pass(g, 2500); /* as fast as all of them are written down */
			for (link_t l = 1; l <= link; l++)
				rig_beat(g, l);
			rig_pass(g, 2500);
			for (link_t l = 1; l <= link; l++)
				rig_beat(g, l);
			said_count = 0;
			result = ask_empty(g, link, what);
			if (may) {
				assert_int_not_equal(result, PINGAN__V1__RESULT__RESULT_FORBIDDEN);
				assert_int_equal(said_count, 0);
				taken++;
				continue;
			}
			IS(result, FORBIDDEN);
			assert_int_equal(g->app->counters[C_REQUESTS_FORBIDDEN], count + 1);
			assert_int_equal(said_count, 1);
			assert_string_equal(said[0].who, PEOPLE[i].person);
			assert_int_equal(said[0].number, what);
			assert_int_equal(said[0].unsaid, 0);
			refused++;
		}
	}
	assert_true(refused > 100 && taken > 80);
	rig_free(g);
}

/* Of their role, and of another area: about whose data it was stands in the entry. */
static void what_lies_in_another_area(void **state)
{
	struct rig *g = city();
	uint64_t id;
	char key[STORE_KEY_MAX];

	(void)state;
	rig_console(g, 1, "op2");
	rig_console(g, 2, "op1"); /* answers for it: the neighbours are not rung */
	id = rig_press(g, "h0", KIND_FALL);
	incident_key(key, id);
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	assert_int_equal(said_count, 1);
	assert_string_equal(said[0].who, "op2");
	assert_string_equal(said[0].record, key);
	assert_int_equal(said[0].number, PINGAN__V1__REQUEST__WHAT_OPEN);
	RIG_ASK(g, 1, 0, DeviceScan, DEVICE_SCAN, DEVICE_SCAN, device_scan, .device = (char *)"dev-h0");
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	assert_string_equal(said[1].record, "device:dev-h0");
	RIG_ASK(g, 1, 0, OpenManual, OPEN_MANUAL, OPEN_MANUAL, open_manual, .household = (char *)"h0",
	        .kind = PINGAN__V1__KIND__KIND_SERVICE);
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	assert_string_equal(said[2].record, "household:h0");
	/* What is refused for another reason is no matter of rights. */
	RIG_ASK(g, 1, 0, Claim, CLAIM, CLAIM, claim, .incident = 12345);
	IS(rig_result(g, 1, NULL), NOT_FOUND);
	assert_int_equal(said_count, 3);
	rig_free(g);
}

/* Whoever tries and tries fills the counter, not the log; and what was left out is said. */
static void one_who_tries_a_hundred_times(void **state)
{
	struct rig *g = city();
	uint64_t count, unsaid = 0;

	(void)state;
	rig_console(g, 1, "op1");
	count = g->app->counters[C_REQUESTS_FORBIDDEN];
	for (int i = 0; i < 100; i++) {
		IS(ask_empty(g, 1, PINGAN__V1__REQUEST__WHAT_STORM_END), FORBIDDEN);
		rig_pass(g, 100);
		if (i % 20 == 0)
			rig_beat(g, 1);
	}
	assert_int_equal(g->app->counters[C_REQUESTS_FORBIDDEN], count + 100);
	assert_in_range(said_count, 8, 11);
	rig_beat(g, 1);
	rig_pass(g, 6000);
	rig_beat(g, 1);
	IS(ask_empty(g, 1, PINGAN__V1__REQUEST__WHAT_STORM_END), FORBIDDEN);
	for (size_t i = 0; i < said_count; i++)
		unsaid += said[i].unsaid;
	assert_int_equal(said_count + unsaid, 101);
	/* Somebody else's are written down all the same. */
	rig_console(g, 2, "op2");
	said_count = 0;
	IS(ask_empty(g, 2, PINGAN__V1__REQUEST__WHAT_STORM_END), FORBIDDEN);
	assert_int_equal(said_count, 1);
	rig_free(g);
}

static void a_no_of_the_api(void **state)
{
	struct rig *g = city();

	(void)state;
	app_refused(g->app, "audit", "GET/homes/{id}", "");
	rig_turn(g);
	assert_int_equal(said_count, 1);
	assert_string_equal(said[0].who, "audit");
	assert_string_equal(said[0].subject, "GET/homes/{id}");
	assert_string_equal(said[0].record, "person:audit");
	assert_int_equal(said[0].number, 0);
	app_refused(g->app, "audit", "DELETE/a/path/that/is/longer/than/any/id/may/be", "household:h0");
	rig_turn(g);
	assert_string_equal(said[1].record, "household:h0");
	assert_int_equal(strlen(said[1].subject), ID_MAX - 1);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_with_every_page),
		cmocka_unit_test(every_role_with_every_request),
		cmocka_unit_test(what_lies_in_another_area),
		cmocka_unit_test(one_who_tries_a_hundred_times),
		cmocka_unit_test(a_no_of_the_api),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
