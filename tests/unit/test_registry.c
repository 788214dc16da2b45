/* What a record of the registry may say, what two versions of one differ in, and what nobody edits. */
#include "app_rig_city.h"

#include "wire/registry_edit.h"

#define OF(x) (&(x).base)

static struct registry_fault list[64];
static const char *there[8];

static bool exists(void *ctx, const char *key)
{
	(void)ctx;
	for (size_t i = 0; i < COUNT_OF(there) && there[i] != NULL; i++)
		if (strcmp(there[i], key) == 0)
			return true;
	return false;
}

/* "field why" of the n-th fault; "" when there is none. */
static const char *said(const struct registry_faults *f, size_t n)
{
	static char text[96];

	if (n >= f->count)
		return "";
	snprintf(text, sizeof text, "%s %s", list[n].field, list[n].why);
	return text;
}

static struct registry_faults faults(void)
{
	memset(list, 0, sizeof list);
	return (struct registry_faults){.list = list, .max = COUNT_OF(list)};
}

/* A home without a fault: one resident, two contacts, a care plan. */
struct home {
	Pingan__V1__Household h;
	Pingan__V1__Resident r[2], *residents[9];
	Pingan__V1__Contact c[2], *contacts[17];
	Pingan__V1__CarePlan plan;
	Pingan__V1__Place place;
	Pingan__V1__Health health;
	Pingan__V1__Hours hours, *hour_list[9];
	char *risks[20], *services[2];
};

static void home(struct home *o)
{
	memset(o, 0, sizeof *o);
	pingan__v1__household__init(&o->h);
	pingan__v1__care_plan__init(&o->plan);
	pingan__v1__place__init(&o->place);
	pingan__v1__health__init(&o->health);
	pingan__v1__hours__init(&o->hours);
	for (size_t i = 0; i < 2; i++) {
		pingan__v1__resident__init(&o->r[i]);
		pingan__v1__contact__init(&o->c[i]);
		o->c[i].order = (uint32_t)i + 1;
		o->c[i].name = (char *)"李明";
		o->c[i].phone = (char *)"+86 138-0000 0000";
	}
	for (size_t i = 0; i < 9; i++)
		o->residents[i] = &o->r[i == 1], o->hour_list[i] = &o->hours;
	for (size_t i = 0; i < 17; i++)
		o->contacts[i] = &o->c[i == 1];
	o->r[0].id = (char *)"h1-r1";
	o->r[1].id = (char *)"h1-r2";
	o->r[0].name = o->r[1].name = (char *)"区𠮷祥"; /* with a character beyond 16 bits */
	o->r[0].birth_year = 1938;
	o->hours.from_min = 480;
	o->hours.until_min = 1320;
	o->c[0].hours = o->hour_list;
	o->c[0].n_hours = 1;
	o->place.lat_e6 = 23126000;
	o->place.lon_e6 = 113262000;
	o->risks[0] = (char *)"alone";
	o->risks[1] = (char *)"very_old";
	o->r[0].risks = o->risks;
	o->r[0].n_risks = 2;
	o->services[0] = (char *)"meals";
	o->services[1] = (char *)"bath";
	o->plan.services = o->services;
	o->plan.n_services = 2;
	o->plan.ability = 4;
	o->plan.from = (char *)"2026-01-01";
	o->plan.until = (char *)"2026-12-31";
	o->plan.provider = (char *)"st01";
	o->health.notes = (char *)"两行\n的说明";
	o->h.id = (char *)"h1";
	o->h.area = (char *)"440103001001";
	o->h.street = (char *)"中山四路";
	o->h.address = (char *)"中山四路 51 号";
	o->h.place = &o->place;
	o->h.kind = PINGAN__V1__HOME_KIND__HOME_CARE_BED;
	o->h.care_plan = &o->plan;
	o->h.health = &o->health;
	o->h.residents = o->residents;
	o->h.n_residents = 1;
	o->h.contacts = o->contacts;
	o->h.n_contacts = 2;
	o->h.served_from = (char *)"2024-02-29";
}

static void test_a_whole_home_has_no_fault(void **state)
{
	struct registry_faults f = faults();
	struct home o;

	(void)state;
	home(&o);
	assert_true(household_check(&o.h, &f));
	assert_int_equal(f.count, 0);
}

/* Each of these, put into that home, is found, by its field and with its reason; and it alone. */
#define WRONG(change, want)                      \
	do {                                         \
		struct registry_faults f = faults();     \
		struct home o;                           \
		home(&o);                                \
		change;                                  \
		assert_false(household_check(&o.h, &f)); \
		assert_string_equal(said(&f, 0), want);  \
		assert_int_equal(f.count, 1);            \
	} while (0)

static void test_every_wrong_field_is_named_with_its_reason(void **state)
{
	char longer[2100];

	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	WRONG(o.h.id = (char *)"", "id missing");
	WRONG(o.h.id = (char *)"mit blank", "id bad_id");
	WRONG(o.h.area = (char *)"", "area missing");
	WRONG(o.h.area = (char *)"44x", "area bad_area");
	WRONG(o.h.area = (char *)"44010", "area bad_area");
	WRONG(o.h.street = (char *)"", "street missing");
	WRONG(o.h.address = (char *)"", "address missing");
	WRONG(o.h.address = (char *)"two\nlines", "address bad_text");
	WRONG(o.h.address = (char *)" blank", "address bad_text");
	WRONG(o.h.access = (char *)"bell \a", "access bad_text");
	WRONG(o.h.address = (char *)"\xff\xfe", "address bad_text");
	WRONG(o.h.access = longer, "access too_long");
	WRONG(o.h.phone = (char *)"12", "phone bad_phone");
	WRONG(o.h.phone = (char *)"no number", "phone bad_phone");
	WRONG(o.h.phone = (char *)"123456789012345678901", "phone bad_phone");
	WRONG(o.h.served_from = (char *)"2025-02-29", "served_from bad_date");
	WRONG(o.h.served_from = (char *)"01.02.2025", "served_from bad_date");
	WRONG(o.h.served_from = (char *)"2025-12-32", "served_from bad_date");
	WRONG(o.h.served_from = (char *)"2025-00-10", "served_from bad_date");
	WRONG(o.h.kind = (Pingan__V1__HomeKind)7, "kind bad_value");
	WRONG(o.place.lat_e6 = 91000000, "place bad_place");
	WRONG(o.place.lon_e6 = 0, "place bad_place");
	WRONG(o.health.notes = longer, "health.notes too_long");
	WRONG(o.plan.until = (char *)"2025-12-31", "care_plan.until bad_date");
	WRONG(o.plan.ability = 6, "care_plan.ability bad_number");
	WRONG(o.services[1] = o.services[0], "care_plan.services[2] twice");
	WRONG(o.services[1] = (char *)"Bath!", "care_plan.services[2] bad_code");
	WRONG(o.r[0].name = (char *)"", "residents[1].name missing");
	WRONG(o.r[0].birth_year = 38, "residents[1].birth_year bad_number");
	WRONG(o.r[0].sex = 3, "residents[1].sex bad_value");
	WRONG(o.r[0].mobility = (Pingan__V1__Mobility)9, "residents[1].mobility bad_value");
	WRONG(o.r[0].language = (char *)"cantonese", "residents[1].language too_long");
	WRONG(o.risks[1] = o.risks[0], "residents[1].risks[2] twice");
	WRONG((o.h.n_residents = 2, o.r[1].id = o.r[0].id), "residents[2].id twice");
	WRONG(o.h.n_residents = 9, "residents too_many");
	WRONG(o.c[1].name = (char *)"", "contacts[2].name missing");
	WRONG(o.c[1].phone = (char *)"", "contacts[2].phone missing");
	WRONG(o.c[1].order = 1, "contacts[2].order twice");
	WRONG(o.c[1].order = 33, "contacts[2].order bad_number");
	WRONG(o.h.n_contacts = 17, "contacts too_many");
	WRONG(o.hours.from_min = 1440, "contacts[1].hours[1] bad_hours");
	WRONG(o.hours.until_min = o.hours.from_min, "contacts[1].hours[1] bad_hours");
	WRONG(o.hours.days = 0x80, "contacts[1].hours[1] bad_hours");
	WRONG(o.c[0].n_hours = 8, "contacts[1].hours too_many");
	WRONG(o.c[0].consent_on = (char *)"yesterday", "contacts[1].consent_on bad_date");
}

static void test_all_faults_are_counted_and_as_many_told_as_there_is_room(void **state)
{
	struct registry_faults f = {.list = list, .max = 2};
	struct home o;

	(void)state;
	home(&o);
	o.h.area = o.h.address = (char *)"";
	o.r[0].name = (char *)"";
	o.c[0].phone = (char *)"x";
	memset(list, 0, sizeof list);
	assert_false(household_check(&o.h, &f));
	assert_int_equal(f.count, 4);
	assert_string_equal(list[1].field, "address");
	assert_string_equal(list[2].field, "");
}

/* What another record is named by has to be there, once somebody can say so. */
static void test_records_that_are_named_have_to_exist(void **state)
{
	struct registry_faults f = faults();
	struct home o;

	(void)state;
	home(&o);
	f.exists = exists;
	memset(there, 0, sizeof there);
	assert_false(household_check(&o.h, &f));
	assert_int_equal(f.count, 2);
	assert_string_equal(said(&f, 0), "area no_such");
	assert_string_equal(said(&f, 1), "care_plan.provider no_such");
	there[0] = "area:440103001001";
	there[1] = "station:st01";
	f.count = 0;
	assert_true(household_check(&o.h, &f));
}

/* The fullest home that the bounds of its fields allow is more than a record holds: said before the store would. */
static void test_a_home_that_fills_more_than_a_record_is_refused(void **state)
{
	struct registry_faults f = faults();
	static struct home o;
	static Pingan__V1__Contact many[CONTACTS_MAX];
	static Pingan__V1__Resident all[RESIDENTS_MAX];
	static char ids[RESIDENTS_MAX][8], notes[1001], name[64];

	(void)state;
	home(&o);
	memset(notes, 'n', 900);
	memset(name, 'n', 63);
	o.health.notes = notes;
	for (uint32_t i = 0; i < CONTACTS_MAX; i++) {
		many[i] = o.c[0];
		many[i].order = i + 1;
		many[i].name = many[i].note = name;
		o.contacts[i] = &many[i];
	}
	for (uint32_t i = 0; i < RESIDENTS_MAX; i++) {
		all[i] = o.r[0];
		snprintf(ids[i], sizeof ids[i], "r%u", i);
		all[i].id = ids[i];
		all[i].name = all[i].spelling = name;
		all[i].health = &o.health;
		o.residents[i] = &all[i];
	}
	o.h.n_contacts = CONTACTS_MAX;
	o.h.n_residents = RESIDENTS_MAX;
	household_check(&o.h, &f);
	assert_string_equal(said(&f, 0), "");
	o.health.medicines = notes + 400;
	o.health.allergies = notes + 600;
	assert_false(household_check(&o.h, &f));
	assert_string_equal(said(&f, 0), " too_big");
}

static void test_areas_are_a_tree_and_have_neighbours(void **state)
{
	Pingan__V1__Area a = PINGAN__V1__AREA__INIT;
	char *neighbours[] = {(char *)"440103001", (char *)"440103002"};
	struct registry_faults f = faults();

	(void)state;
	a.code = (char *)"440103001";
	a.name = (char *)"岭南街";
	f.exists = exists;
	memset(there, 0, sizeof there);
	assert_false(area_check(&a, &f));
	assert_string_equal(said(&f, 0), "code no_such");
	there[0] = "area:440103";
	there[1] = "area:440103001";
	there[2] = "area:440103002";
	f.count = 0;
	assert_true(area_check(&a, &f));
	a.neighbours = neighbours;
	a.n_neighbours = 2;
	assert_false(area_check(&a, &f));
	assert_string_equal(said(&f, 0), "neighbours bad_value");
	neighbours[0] = neighbours[1];
	f.count = 0;
	assert_false(area_check(&a, &f));
	assert_string_equal(said(&f, 0), "neighbours[2] twice");
	a.n_neighbours = 1;
	a.arrival_due_min = 241;
	f.count = 0;
	assert_false(area_check(&a, &f));
	assert_string_equal(said(&f, 0), "arrival_due_min bad_number");
	a.arrival_due_min = 25;
	f.count = 0;
	assert_true(area_check(&a, &f));
	/* The city stands on nothing. */
	a.code = (char *)"4401";
	a.n_neighbours = 0;
	assert_true(area_check(&a, &f));
}

static void test_a_station_has_a_name_and_an_area(void **state)
{
	Pingan__V1__Station s = PINGAN__V1__STATION__INIT;
	struct registry_faults f = faults();

	(void)state;
	s.id = (char *)"st01";
	s.area = (char *)"440103001";
	assert_false(registry_check("station:st01", OF(s), &f));
	assert_string_equal(said(&f, 0), "name missing");
	s.name = (char *)"榕荫街道颐康中心";
	f.count = 0;
	assert_true(registry_check("station:st01", OF(s), &f));
	assert_false(registry_check("station:st02", OF(s), &f));
	assert_string_equal(said(&f, 0), "id bad_id");
	f.count = 0;
	assert_false(registry_check("person:st01", OF(s), &f));
	assert_string_equal(said(&f, 0), " bad_type");
}

/* ------------------------------------------------------------ two versions */

static bool names(const struct registry_diff *d, const char *field)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->fields[i], field) == 0)
			return true;
	return false;
}

static void test_a_change_is_told_by_the_names_of_its_fields(void **state)
{
	struct home a, b;
	static struct registry_diff d;
	char *risks[] = {(char *)"alone"};

	(void)state;
	home(&a);
	home(&b);
	registry_diff(OF(a.h), OF(b.h), &d);
	assert_int_equal(d.count, 0);
	b.h.phone = (char *)"02000000001";
	b.h.n_residents = 2;
	b.r[0].birth_year = 1939;
	b.r[0].risks = risks;
	b.r[0].n_risks = 1;
	b.h.n_contacts = 1;
	b.hours.until_min = 1200;
	b.place.lat_e6++;
	b.h.care_plan = NULL;
	registry_diff(OF(a.h), OF(b.h), &d);
	assert_true(names(&d, "phone") && names(&d, "place.lat_e6") && names(&d, "residents[1].birth_year"));
	assert_true(names(&d, "residents[1].risks") && names(&d, "residents[2]") && names(&d, "contacts[2]"));
	assert_true(names(&d, "contacts[1].hours[1].until_min") && names(&d, "care_plan"));
	assert_int_equal(d.count, 8);
	registry_diff(NULL, OF(a.h), &d);
	assert_true(names(&d, "id") && names(&d, "residents[1]") && names(&d, "health.notes"));
}

static void test_what_belongs_to_others_is_neither_shown_nor_written(void **state)
{
	struct home was, now;
	uint8_t key[32] = {7}, theirs[32] = {9};
	Pingan__V1__Health own = PINGAN__V1__HEALTH__INIT, *kept = &own;
	ProtobufCMessageUnknownField newer = {.tag = 99};

	(void)state;
	home(&was);
	home(&now);
	was.h.key = (ProtobufCBinaryData){32, key};
	was.h.test_until_ms = 5;
	was.r[0].health = kept;
	now.h.key = (ProtobufCBinaryData){32, theirs};
	now.h.test_until_ms = 99;
	now.h.health = NULL;
	now.h.phone = (char *)"02000000001";
	was.h.base.n_unknown_fields = 1; /* of a newer daemon */
	was.h.base.unknown_fields = &newer;
	registry_keep(OF(now.h), OF(was.h), false);
	assert_int_equal(now.h.base.n_unknown_fields, 1);
	assert_ptr_equal(now.h.base.unknown_fields, &newer);
	was.h.base.n_unknown_fields = now.h.base.n_unknown_fields = 0;
	assert_ptr_equal(now.h.key.data, key);
	assert_int_equal(now.h.test_until_ms, 5);
	assert_ptr_equal(now.h.health, was.h.health);
	assert_ptr_equal(now.r[0].health, kept);
	assert_string_equal(now.h.phone, "02000000001");
	/* Residents that change places in the form keep what is theirs. */
	now.h.n_residents = was.h.n_residents = 2;
	now.r[0].id = (char *)"r-2";
	now.r[1].id = (char *)"r-1";
	was.r[0].id = (char *)"r-1";
	was.r[1].id = (char *)"r-2";
	registry_keep(OF(now.h), OF(was.h), false);
	assert_null(now.r[0].health);
	assert_ptr_equal(now.r[1].health, kept);
	/* Health that was part of the edit is taken. */
	now.h.health = NULL;
	registry_keep(OF(now.h), OF(was.h), true);
	assert_null(now.h.health);
	registry_show(OF(was.h), false);
	assert_int_equal(was.h.key.len, 0);
	assert_int_equal(was.h.test_until_ms, 0);
	assert_null(was.h.health);
	assert_null(was.r[0].health);
	/* A new home brings no key of somebody's making. */
	registry_keep(OF(now.h), NULL, true);
	assert_int_equal(now.h.key.len, 0);
}

/* Whoever adds a field to Household decides here who edits it. */
static void test_fields_of_a_home_are_edited_or_somebody_elses(void **state)
{
	static const unsigned EDITED[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 19, 20, 21};
	const ProtobufCMessageDescriptor *d = &pingan__v1__household__descriptor;

	(void)state;
	for (unsigned i = 0; i < d->n_fields; i++) {
		unsigned id = d->fields[i].id;
		bool edited = false, theirs = id == 11 || id == 12 || id == 13 || (id >= 30 && id <= 39);

		for (size_t k = 0; k < COUNT_OF(EDITED); k++)
			edited = edited || EDITED[k] == id;
		assert_true(edited != theirs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_home_has_no_fault),
		cmocka_unit_test(test_every_wrong_field_is_named_with_its_reason),
		cmocka_unit_test(test_all_faults_are_counted_and_as_many_told_as_there_is_room),
		cmocka_unit_test(test_records_that_are_named_have_to_exist),
		cmocka_unit_test(test_a_home_that_fills_more_than_a_record_is_refused),
		cmocka_unit_test(test_areas_are_a_tree_and_have_neighbours),
		cmocka_unit_test(test_a_station_has_a_name_and_an_area),
		cmocka_unit_test(test_a_change_is_told_by_the_names_of_its_fields),
		cmocka_unit_test(test_what_belongs_to_others_is_neither_shown_nor_written),
		cmocka_unit_test(test_fields_of_a_home_are_edited_or_somebody_elses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
