/* Homes, areas and stations are opened and corrected from a desk: rights, conflicts, what the log says of it. */
#include "app_rig_city.h"

#include "app/registry.h"
#include "app/screens.h"

#define REPLY PINGAN__V1__TO_SCREEN__BODY_REPLY
#define CARD PINGAN__V1__TO_SCREEN__BODY_RECORD
#define IS(result, want) assert_int_equal(result, PINGAN__V1__RESULT__RESULT_##want)

/* Every entry that a commit asked for, one behind the other. */
static uint8_t entries[1 << 20];
static size_t entries_len, commits;

static void commit_seen(void *ctx, const struct store_commit *c)
{
	assert_true(entries_len + c->event.len < sizeof entries);
	memcpy(entries + entries_len, c->event.at, c->event.len);
	entries_len += c->event.len;
	commits++;
	rig_commit(ctx, c);
}

static struct rig *city(void)
{
	struct rig *g = rig_city();

	rig_start(g);
	rig_console(g, 1, "op1");
	rig_console(g, 2, "op1b");
	rig_console(g, 3, "op2");
	rig_console(g, 4, "sup");
	g->app->ports.store_commit = commit_seen;
	entries_len = commits = 0;
	return g;
}

static void open_record(struct rig *g, link_t link, const char *key, bool health)
{
	RIG_ASK(g, link, 0, OpenRecord, OPEN_RECORD, OPEN_RECORD, open_record, .key = (char *)(uintptr_t)key,
	        .health = health);
}

/* The card as this screen is shown it; NULL when it is not. The caller's to rig_done(). */
static Pingan__V1__ToScreen *card(struct rig *g, link_t link, const char *key, bool health)
{
	open_record(g, link, key, health);
	return rig_next(g, link, CARD);
}

/* Sends the whole card back with another phone, as the panel does. */
static void edit_phone(struct rig *g, link_t link, uint64_t cmd, Pingan__V1__ToScreen *m, const char *phone)
{
	Pingan__V1__Household *h = m->record->household;
	char *was = h->phone, *contacts[2] = {h->contacts[0]->phone, h->contacts[1]->phone};
	char *resident = h->residents[0]->phone, *id = h->residents[0]->id;

	/* The homes of the rig have words for numbers. */
	h->contacts[0]->phone = (char *)"13800000001";
	h->contacts[1]->phone = (char *)"13800000002";
	h->residents[0]->phone = (char *)"02000000001";
	h->residents[0]->id = (char *)"h0-r1";
	h->phone = (char *)(uintptr_t)phone;
	RIG_ASK(g, link, cmd, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = m->record->key,
	        .expected = m->record->commit, .body_case = PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD, .household = h);
	h->phone = was;
	h->contacts[0]->phone = contacts[0];
	h->contacts[1]->phone = contacts[1];
	h->residents[0]->phone = resident;
	h->residents[0]->id = id;
}

static const Pingan__V1__Household *stored(struct rig *g, const char *id)
{
	const Pingan__V1__Household *h;

	arena_reset(&g->app->arena);
	h = household_find(g->app, id);
	assert_non_null(h);
	return h;
}

static bool written(const char *text)
{
	return memmem(entries, entries_len, text, strlen(text)) != NULL;
}

static void test_a_home_is_shown_once_it_is_on_record_who_looks(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	g->held = true;
	open_record(g, 1, "household:h0", false);
	assert_null(rig_next(g, 1, CARD));
	g->held = false;
	rig_turn(g);
	rig_skip(g, 1);
	m = card(g, 1, "household:h0", false);
	assert_non_null(m);
	assert_string_equal(m->record->household->address, "ADDRESS-51");
	assert_true(m->record->may_edit);
	/* Not what seals its texts, and not her health. */
	assert_int_equal(m->record->household->key.len, 0);
	assert_null(m->record->household->health);
	rig_done(m);
	assert_int_equal(commits, 2);
	assert_true(written("op1") && written("household:h0"));
	assert_false(written("ADDRESS-51"));
	rig_free(g);
}

static void test_who_may_look_and_who_may_correct(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m;

	(void)state;
	/* Not the other sub-district's. */
	open_record(g, 3, "household:h0", false);
	IS(rig_result(g, 3, NULL), FORBIDDEN);
	/* Operators see health with a call, not by leafing through homes. */
	open_record(g, 1, "household:h0", true);
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	m = card(g, 4, "household:h0", true);
	assert_non_null(m);
	assert_string_equal(m->record->household->health->notes, "HEALTH-HEART");
	rig_done(m);
	assert_true(written("health"));
	assert_false(written("HEALTH-HEART"));
	/* Areas: everybody at a desk may look, supervisors correct. */
	m = card(g, 1, "area:440103001", false);
	assert_non_null(m);
	assert_false(m->record->may_edit);
	m->record->area->arrival_due_min = 17;
	RIG_ASK(g, 1, 0, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = m->record->key,
	        .expected = m->record->commit, .body_case = PINGAN__V1__EDIT_RECORD__BODY_AREA, .area = m->record->area);
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	RIG_ASK(g, 4, 0, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = m->record->key,
	        .expected = m->record->commit, .body_case = PINGAN__V1__EDIT_RECORD__BODY_AREA, .area = m->record->area);
	IS(rig_result(g, 4, NULL), OK);
	arena_reset(&g->app->arena);
	assert_int_equal(area_find(g->app, "440103001")->arrival_due_min, 17);
	rig_done(m);
	/* The one that stands for all unknown homes is none. */
	open_record(g, 4, "household:" QUARANTINE, false);
	IS(rig_result(g, 4, NULL), NOT_FOUND);
	rig_free(g);
}

static void test_a_correction_keeps_what_nobody_edits_and_names_its_fields_only(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m = card(g, 1, "household:h0", false), *r;

	(void)state;
	edit_phone(g, 1, 5, m, "02000000009");
	r = rig_last(g, 1, REPLY);
	IS(r->reply->result, OK);
	assert_int_not_equal(r->reply->commit, 0);
	assert_int_equal(r->reply->commit, record_find(g->app, "household:h0")->commits[0]);
	rig_done(r);
	assert_string_equal(stored(g, "h0")->phone, "02000000009");
	assert_int_equal(stored(g, "h0")->key.len, 32);
	assert_string_equal(stored(g, "h0")->health->notes, "HEALTH-HEART");
	assert_true(written("phone") && written("contacts[2].phone"));
	assert_false(written("02000000009"));
	assert_false(written("长者"));
	rig_done(m);
	rig_free(g);
}

/* Two people correct one home: the second hears of the first, and sees what stands. */
static void test_a_second_edit_on_an_old_version_is_a_conflict(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *a = card(g, 1, "household:h0", false), *b = card(g, 2, "household:h0", false), *m;

	(void)state;
	g->held = true; /* both before either entry comes */
	edit_phone(g, 1, 0, a, "02000000001");
	edit_phone(g, 2, 0, b, "02000000002");
	g->held = false;
	rig_turn(g);
	IS(rig_result(g, 1, NULL), OK);
	m = rig_next(g, 2, CARD);
	assert_non_null(m);
	assert_string_equal(m->record->household->phone, "02000000001");
	assert_string_equal(m->record->by_name, "名op1");
	assert_int_equal(m->record->commit, record_find(g->app, "household:h0")->commits[0]);
	rig_done(b);
	b = m;
	m = rig_next(g, 2, REPLY);
	IS(m->reply->result, CONFLICT);
	assert_string_equal(m->reply->who_name, "名op1");
	rig_done(m);
	assert_string_equal(stored(g, "h0")->phone, "02000000001");
	/* Seen, and meant all the same: on what stands now. */
	edit_phone(g, 2, 0, b, "02000000002");
	IS(rig_result(g, 2, NULL), OK);
	assert_string_equal(stored(g, "h0")->phone, "02000000002");
	rig_done(a);
	rig_done(b);
	rig_free(g);
}

static void test_the_same_request_again_is_no_conflict(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m = card(g, 1, "household:h0", false);
	uint64_t newest;

	(void)state;
	edit_phone(g, 1, 77, m, "02000000009");
	IS(rig_result(g, 1, NULL), OK);
	newest = g->log_id;
	edit_phone(g, 1, 77, m, "02000000009");
	IS(rig_result(g, 1, NULL), OK);
	rig_console(g, 5, "op1"); /* the page's next life */
	newest = g->log_id;
	edit_phone(g, 5, 77, m, "02000000009");
	IS(rig_result(g, 5, NULL), OK);
	assert_int_equal(g->log_id, newest);
	rig_done(m);
	rig_free(g);
}

static void test_a_wrong_field_is_named_and_nothing_is_written(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m = card(g, 1, "household:h0", false), *r;
	uint64_t newest = g->log_id;
	char *was;

	(void)state;
	edit_phone(g, 1, 0, m, "no number");
	r = rig_last(g, 1, REPLY);
	IS(r->reply->result, INVALID);
	assert_string_equal(r->reply->field, "phone");
	assert_string_equal(r->reply->why, "bad_phone");
	assert_int_equal(r->reply->number, 1);
	assert_int_equal(g->log_id, newest);
	rig_done(r);
	/* A home can't be moved to where nobody is, nor out of the sight of whoever moves it. */
	was = m->record->household->area;
	m->record->household->area = (char *)"440103001009";
	edit_phone(g, 1, 0, m, "02000000009");
	r = rig_last(g, 1, REPLY);
	IS(r->reply->result, INVALID);
	assert_string_equal(r->reply->field, "area");
	rig_done(r);
	m->record->household->area = (char *)"440103002";
	edit_phone(g, 1, 0, m, "02000000009");
	IS(rig_result(g, 1, NULL), FORBIDDEN);
	m->record->household->area = was;
	assert_string_equal(stored(g, "h0")->phone, "PHONE-HOME");
	rig_done(m);
	rig_free(g);
}

static void test_a_new_home_gets_a_key_and_its_residents_numbers(void **state)
{
	struct rig *g = city();
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT;
	Pingan__V1__Resident r = PINGAN__V1__RESIDENT__INIT, *residents[] = {&r};
	Pingan__V1__Resident a = r, b = r, *both[] = {&a, &b};

	(void)state;
	r.name = (char *)"新来的";
	h.id = (char *)"new1";
	h.area = (char *)"440103001001";
	h.street = (char *)"某街";
	h.address = (char *)"某街 1 号";
	h.residents = residents;
	h.n_residents = 1;
	RIG_ASK(g, 1, 0, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = (char *)"household:new1", .expected = 0,
	        .body_case = PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD, .household = &h);
	IS(rig_result(g, 1, NULL), OK);
	assert_int_equal(stored(g, "new1")->key.len, 32);
	assert_string_equal(stored(g, "new1")->residents[0]->id, "new1-r1");
	/* Who moves in later gets a number that nobody has, also when they stand first. */
	both[0]->name = (char *)"又来的";
	both[1]->name = r.name;
	both[1]->id = (char *)"new1-r1";
	h.residents = both;
	h.n_residents = 2;
	RIG_ASK(g, 1, 0, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = (char *)"household:new1",
	        .expected = record_find(g->app, "household:new1")->commits[0],
	        .body_case = PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD, .household = &h);
	IS(rig_result(g, 1, NULL), OK);
	assert_string_equal(stored(g, "new1")->residents[0]->id, "new1-r2");
	assert_string_equal(stored(g, "new1")->residents[1]->id, "new1-r1");
	/* One that is there already is not made again. */
	h.address = (char *)"某街 2 号";
	RIG_ASK(g, 1, 0, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = (char *)"household:new1", .expected = 0,
	        .body_case = PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD, .household = &h);
	IS(rig_result(g, 1, NULL), CONFLICT);
	assert_string_equal(stored(g, "new1")->address, "某街 1 号");
	rig_free(g);
}

static void test_an_erased_home_is_not_written_again(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__Household h = PINGAN__V1__HOUSEHOLD__INIT, again = h;
	uint64_t newest;

	(void)state;
	h.id = again.id = (char *)"gone";
	h.area = again.area = (char *)"440103001001";
	h.erased_ms = EPOCH - 5;
	again.street = again.address = (char *)"某街";
	rig_put(g, "household", "gone", &h.base);
	rig_start(g);
	rig_console(g, 1, "op1");
	newest = g->log_id;
	RIG_ASK(g, 1, 0, EditRecord, EDIT_RECORD, EDIT_RECORD, edit_record, .key = (char *)"household:gone",
	        .expected = record_find(g->app, "household:gone")->commits[0],
	        .body_case = PINGAN__V1__EDIT_RECORD__BODY_HOUSEHOLD, .household = &again);
	IS(rig_result(g, 1, NULL), NOT_FOUND);
	assert_int_equal(g->log_id, newest);
	rig_free(g);
}

static void test_nothing_is_opened_or_corrected_without_the_store(void **state)
{
	struct rig *g = city();
	Pingan__V1__ToScreen *m = card(g, 1, "household:h0", false);

	(void)state;
	g->down = true;
	app_store_down(g->app);
	rig_turn(g);
	open_record(g, 1, "household:h0", false);
	IS(rig_result(g, 1, NULL), NO_STORE);
	edit_phone(g, 1, 0, m, "02000000009");
	IS(rig_result(g, 1, NULL), NO_STORE);
	rig_done(m);
	rig_free(g);
}

static void test_areas_are_listed_page_by_page_in_my_areas(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__ToScreen *m;

	(void)state;
	for (int i = 2; i < 140; i++) {
		char code[16];

		snprintf(code, sizeof code, "440103001%03d", i);
		rig_area(g, code, "社区", 0, NULL);
	}
	rig_start(g);
	rig_console(g, 1, "op1");
	RIG_ASK(g, 1, 0, ListRecords, LIST_RECORDS, LIST_RECORDS, list_records, .type = (char *)"area",
	        .under = (char *)"440103001", .after = (char *)"");
	m = rig_last(g, 1, REPLY);
	IS(m->reply->result, OK);
	assert_int_equal(m->reply->records->n_rows, 100);
	assert_true(m->reply->records->more);
	assert_string_equal(m->reply->records->rows[0]->id, "440103001");
	assert_string_equal(m->reply->records->rows[99]->id, "440103001099");
	rig_done(m);
	RIG_ASK(g, 1, 0, ListRecords, LIST_RECORDS, LIST_RECORDS, list_records, .type = (char *)"area",
	        .under = (char *)"440103001", .after = (char *)"440103001099");
	m = rig_last(g, 1, REPLY);
	assert_int_equal(m->reply->records->n_rows, 40);
	assert_false(m->reply->records->more);
	assert_string_equal(m->reply->records->rows[39]->id, "440103001139");
	rig_done(m);
	rig_free(g);
}

static void station(struct rig *g, const char *id, const char *duty_phone, bool closed)
{
	Pingan__V1__Station s = PINGAN__V1__STATION__INIT;

	s.id = s.name = (char *)(uintptr_t)id;
	s.area = (char *)"440103001";
	s.phone = (char *)"02000000001";
	s.duty_phone = (char *)(uintptr_t)duty_phone;
	s.closed = closed;
	rig_put(g, "station", id, &s.base);
}

static void areas_station(struct rig *g, const char *code, const char *of)
{
	Pingan__V1__Area a = PINGAN__V1__AREA__INIT;

	a.code = (char *)(uintptr_t)code;
	a.name = (char *)"区";
	a.station = (char *)(uintptr_t)of;
	rig_put(g, "area", code, &a.base);
}

/* Who opens a call sees the centre that looks after the home: the nearest area's that is open. */
static void test_a_call_names_the_station_that_looks_after_the_home(void **state)
{
	struct rig *g = rig_city();
	Pingan__V1__ToScreen *m;
	uint64_t id;

	(void)state;
	station(g, "near", "10000000001", true);
	station(g, "above", "", false);
	areas_station(g, "440103001001", "near");
	areas_station(g, "440103001", "above");
	rig_start(g);
	rig_console(g, 1, "op1");
	id = rig_press(g, "h0", KIND_SOS);
	RIG_ASK(g, 1, 0, OpenIncident, OPEN_INCIDENT, OPEN, open, .incident = id);
	m = rig_last(g, 1, PINGAN__V1__TO_SCREEN__BODY_DETAIL);
	assert_non_null(m);
	assert_string_equal(m->detail->station_name, "above");
	assert_string_equal(m->detail->station_phone, "02000000001");
	rig_done(m);
	rig_free(g);
}

/* ------------------------------------------------------------ over HTTP */

static struct record_done done;
static struct registry_fault first;
static unsigned done_count;

static void record_done(void *ctx, uint64_t tag, const struct record_done *d)
{
	(void)ctx;
	assert_int_equal(tag, 9);
	done = *d;
	if (d->fault_count != 0)
		first = d->faults[0];
	done_count++;
}

static void test_another_system_corrects_in_its_areas(void **state)
{
	struct rig *g = city();
	struct who who = {.id = "token.1", .role = ROLE_MACHINE, .area_count = 1, .areas = {"440103001"}};
	Pingan__V1__Station s = PINGAN__V1__STATION__INIT;
	uint8_t bytes[512];
	struct record_edit e = {.key = "station:st1", .who = &who, .cmd = 3};

	(void)state;
	g->app->ports.record_done = record_done;
	s.id = (char *)"st1";
	s.name = (char *)"颐康中心";
	s.area = (char *)"440103001";
	s.address = (char *)"茶香路";
	e.body = slice_of(bytes, pingan__v1__station__pack(&s, bytes));
	app_record_edit(g->app, 9, &e);
	rig_turn(g);
	assert_int_equal(done.end, RECORD_SAVED);
	assert_int_equal(done.commit, record_find(g->app, "station:st1")->commits[0]);
	assert_true(written("token.1"));
	/* The same again changes nothing; another on the same old version is told. */
	app_record_edit(g->app, 9, &e);
	rig_turn(g);
	assert_int_equal(done.end, RECORD_SAME);
	s.phone = (char *)"02000001111";
	e.body = slice_of(bytes, pingan__v1__station__pack(&s, bytes));
	e.cmd = 4;
	app_record_edit(g->app, 9, &e);
	rig_turn(g);
	assert_int_equal(done.end, RECORD_CONFLICT);
	e.expected = done.commit;
	app_record_edit(g->app, 9, &e);
	rig_turn(g);
	assert_int_equal(done.end, RECORD_SAVED);
	s.phone = (char *)"x";
	e.expected = done.commit;
	e.body = slice_of(bytes, pingan__v1__station__pack(&s, bytes));
	app_record_edit(g->app, 9, &e);
	rig_turn(g);
	assert_int_equal(done.end, RECORD_INVALID);
	assert_string_equal(first.field, "phone");
	s.area = (char *)"440103002";
	e.body = slice_of(bytes, pingan__v1__station__pack(&s, bytes));
	app_record_edit(g->app, 9, &e);
	rig_turn(g);
	assert_int_equal(done.end, RECORD_FORBIDDEN);
	assert_int_equal(done_count, 6);
	rig_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_home_is_shown_once_it_is_on_record_who_looks),
		cmocka_unit_test(test_who_may_look_and_who_may_correct),
		cmocka_unit_test(test_a_correction_keeps_what_nobody_edits_and_names_its_fields_only),
		cmocka_unit_test(test_a_second_edit_on_an_old_version_is_a_conflict),
		cmocka_unit_test(test_the_same_request_again_is_no_conflict),
		cmocka_unit_test(test_a_wrong_field_is_named_and_nothing_is_written),
		cmocka_unit_test(test_a_new_home_gets_a_key_and_its_residents_numbers),
		cmocka_unit_test(test_an_erased_home_is_not_written_again),
		cmocka_unit_test(test_nothing_is_opened_or_corrected_without_the_store),
		cmocka_unit_test(test_areas_are_listed_page_by_page_in_my_areas),
		cmocka_unit_test(test_a_call_names_the_station_that_looks_after_the_home),
		cmocka_unit_test(test_another_system_corrects_in_its_areas),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
