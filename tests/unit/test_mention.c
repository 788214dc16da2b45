/* Where a record names somebody who works here: every text of every record is decided about, and what is told of others is no
 * more than their ids. */
#include "support/unit.h"

#include <jansson.h>

#include "base/ensure.h"
#include "clients/ctl/contact_place.h"
#include "clients/ctl/mention.h"
#include "pingan/v1/audit.pb-c.h"
#include "pingan/v1/record.pb-c.h"

#define TEXT(s) ((char *)(uintptr_t)(s))

/* ------------------------------------------------------------ decided */

static void decided(const ProtobufCMessageDescriptor *m, unsigned depth)
{
	assert_true(depth < 6);
	for (unsigned i = 0; i < m->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->fields[i];

		if (f->type == PROTOBUF_C_TYPE_MESSAGE)
			decided(f->descriptor, depth + 1);
		if (f->type == PROTOBUF_C_TYPE_STRING && mention_person_field(f->name) == mention_other_field(f->name))
			fail_msg("%s.%s: does it hold the id of a person? Say so in clients/ctl/mention.c", m->name, f->name);
	}
}

static void test_every_text_of_a_record_is_decided(void **state)
{
	static const char *const KEYS[] = {
		"absence:a",   "area:4401",     "caregiver:a", "daemon:d",   "device:x", "drain:d",    "household:h",
		"incident:1",  "login:1",       "operator:a",  "out:x.link", "person:a", "reminder:a", "retention:log",
		"roster:4401", "snapshot:cell", "station:s",   "storm:4401", "token:1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
		assert_non_null(mention_type(KEYS[i]));
		decided(mention_type(KEYS[i]), 0);
	}
	decided(&pingan__v1__log_event__descriptor, 0);
	decided(&pingan__v1__audit_entry__descriptor, 0);
	decided(&pingan__v1__outbox__descriptor, 0);
	assert_null(mention_type("guess:key"));
}

static void test_own_records_are_known_by_their_key(void **state)
{
	(void)state;
	assert_true(mention_own("absence:cg1", "cg1"));
	assert_true(mention_own("person:cg1", "cg1"));
	assert_false(mention_own("person:cg12", "cg1"));
	assert_false(mention_own("household:cg1", "cg1"));
}

/* ------------------------------------------------------------ a call */

struct call {
	Pingan__V1__Incident inc;
	Pingan__V1__Job job;
	Pingan__V1__Offer offers[2], *offer_list[2];
	Pingan__V1__Line lines[3], *line_list[3];
	Pingan__V1__Job *job_list[1];
};

static void call_make(struct call *c)
{
	static uint8_t sealed[60];

	pingan__v1__incident__init(&c->inc);
	c->inc.id = 0xabcd;
	c->inc.household = TEXT("h1");
	c->inc.opened_ms = 1000;
	c->inc.outcome = PINGAN__V1__OUTCOME__OUTCOME_TO_HOSPITAL;
	c->inc.owner = TEXT("op1");
	c->inc.closed_by = TEXT("cg1"); /* both, for the test */
	pingan__v1__job__init(&c->job);
	c->job.number = 1;
	c->job.by = TEXT("op1");
	c->job.caregiver = TEXT("cg2");
	for (size_t i = 0; i < 2; i++) {
		pingan__v1__offer__init(&c->offers[i]);
		c->offers[i].caregiver = i == 0 ? TEXT("cg1") : TEXT("cg2");
		c->offers[i].distance_m = 400;
		c->offer_list[i] = &c->offers[i];
	}
	c->job.offers = c->offer_list;
	c->job.n_offers = 2;
	c->job_list[0] = &c->job;
	c->inc.jobs = c->job_list;
	c->inc.n_jobs = 1;
	for (size_t i = 0; i < 3; i++) {
		pingan__v1__line__init(&c->lines[i]);
		c->lines[i].who = i == 0 ? TEXT("cg1") : TEXT("op1");
		c->lines[i].text.data = sealed;
		c->lines[i].text.len = sizeof sealed;
		c->line_list[i] = &c->lines[i];
	}
	c->lines[1].subject = TEXT("cg1");
	c->inc.lines = c->line_list;
	c->inc.n_lines = 3;
}

static const char *text_at(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

/* Of a call: which one, what they had to do with it, and neither its outcome nor what was written. */
static void test_a_call_tells_its_part_about_them(void **state)
{
	struct call c;
	json_t *o, *job, *list;

	(void)state;
	call_make(&c);
	o = mention_part(&c.inc.base, "cg1");
	assert_non_null(o);
	assert_string_equal(text_at(o, "id"), "000000000000abcd");
	assert_string_equal(text_at(o, "household"), "h1");
	assert_string_equal(text_at(o, "closed_by"), "cg1");
	assert_null(json_object_get(o, "owner"));
	assert_null(json_object_get(o, "outcome"));
	job = json_array_get(json_object_get(o, "jobs"), 0);
	assert_int_equal(json_integer_value(json_object_get(job, "number")), 1);
	list = json_object_get(job, "offers");
	assert_int_equal(json_array_size(list), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "distance_m")), 400);
	list = json_object_get(o, "lines");
	assert_int_equal(json_array_size(list), 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(text_at(json_array_get(list, i), "text"), "sealed");
	json_decref(o);

	o = mention_fields(&c.inc.base, "cg1");
	assert_int_equal(json_array_size(o), 4);
	assert_string_equal(json_string_value(json_array_get(o, 0)), "jobs[1].offers[1].caregiver");
	json_decref(o);
	assert_null(mention_part(&c.inc.base, "cg3"));
	assert_false(mention_any(&c.inc.base, "h1"));
}

/* A shift names several: this one of them, and nobody else. */
static void test_a_roster_tells_one_of_its_people(void **state)
{
	char *people[] = {TEXT("cg2"), TEXT("cg1"), TEXT("cg3")};
	Pingan__V1__RosterSlot slots[2], *list[2];
	Pingan__V1__Roster r = PINGAN__V1__ROSTER__INIT;
	json_t *o, *slot;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pingan__v1__roster_slot__init(&slots[i]);
		slots[i].id = (uint32_t)i + 1;
		slots[i].people = people;
		slots[i].n_people = i == 0 ? 1 : 3;
		list[i] = &slots[i];
	}
	r.area = TEXT("4401");
	r.slots = list;
	r.n_slots = 2;
	o = mention_part(&r.base, "cg1");
	assert_non_null(o);
	assert_int_equal(json_array_size(json_object_get(o, "slots")), 1);
	slot = json_array_get(json_object_get(o, "slots"), 0);
	assert_int_equal(json_integer_value(json_object_get(slot, "id")), 2);
	assert_int_equal(json_array_size(json_object_get(slot, "people")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(slot, "people"), 0)), "cg1");
	json_decref(o);
}

/* An edit of their own record is about them, whoever made it. */
static void test_an_edit_of_their_record_names_them(void **state)
{
	char *fields[] = {TEXT("phone")};
	Pingan__V1__RecordEdit edit = PINGAN__V1__RECORD_EDIT__INIT;
	Pingan__V1__LogEvent ev = PINGAN__V1__LOG_EVENT__INIT;
	json_t *o, *e;

	(void)state;
	edit.record = TEXT("person:cg1");
	edit.who = TEXT("ctl:root");
	edit.fields = fields;
	edit.n_fields = 1;
	ev.edit = &edit;
	o = mention_part(&ev.base, "cg1");
	assert_non_null(o);
	e = json_object_get(o, "edit");
	assert_string_equal(text_at(e, "who"), "ctl:root");
	assert_int_equal(json_array_size(json_object_get(e, "fields")), 1);
	json_decref(o);
	assert_null(mention_part(&ev.base, "cg"));
}

/* ------------------------------------------------------------ contacts */

static void test_a_number_is_the_same_however_it_is_written(void **state)
{
	(void)state;
	assert_true(phone_same("139 7700-5678", "+86 13977005678"));
	assert_true(phone_same("87654909", "020-8765 4909"));
	assert_false(phone_same("13977005678", "13977005679"));
	assert_false(phone_same("", ""));
	assert_false(phone_same("", "13977005678"));
	assert_false(phone_same("120", "13977005120"));
	assert_true(phone_same("120", "1 2 0"));
	assert_true(phone_in("老何 139-7700-3344,晚上", "13977003344"));
	assert_true(phone_in("+86 (139) 77003344", "13977003344"));
	assert_false(phone_in("3楼 1397700 号 3344", "13977003344"));
	assert_false(phone_in("", "13977003344"));
}

static void home_make(Pingan__V1__Household *h, Pingan__V1__Contact contacts[3], Pingan__V1__Contact *list[3])
{
	static const char *const NAMES[] = {"李明", "李明", "王芳"};

	pingan__v1__household__init(h);
	for (size_t i = 0; i < 3; i++) {
		pingan__v1__contact__init(&contacts[i]);
		contacts[i].order = (uint32_t)i + 2;
		contacts[i].name = TEXT(NAMES[i]);
		list[i] = &contacts[i];
	}
	h->contacts = list;
	h->n_contacts = 3;
}

static void test_a_contact_is_found_by_number_or_by_a_name_that_is_one_persons(void **state)
{
	Pingan__V1__Contact contacts[3], *list[3];
	Pingan__V1__Household h;
	size_t at = 99;

	(void)state;
	home_make(&h, contacts, list);
	assert_true(contact_in_home(&h, "王芳", &at));
	assert_int_equal(at, 2);
	assert_true(contact_in_home(&h, "3", &at));
	assert_int_equal(at, 1);
	assert_false(contact_in_home(&h, "李明", &at)); /* two of that name */
	assert_false(contact_in_home(&h, "1", &at));
	assert_false(contact_in_home(&h, "key_holder", &at));
	h.key_holder = TEXT("老何");
	assert_true(contact_in_home(&h, "key_holder", &at));
	assert_int_equal(at, 3);
}

/* What was before somebody came to stand there is about another person. */
static void test_an_edit_says_whether_another_person_came_to_stand_there(void **state)
{
	Pingan__V1__Contact contacts[3], *list[3];
	Pingan__V1__Household h;
	struct contact_place second = {&h, 1}, holder = {&h, 3};

	(void)state;
	home_make(&h, contacts, list);
	assert_true(contact_path_another(&second, "contacts[2]"));
	assert_true(contact_path_another(&second, "contacts[2].name"));
	assert_false(contact_path_another(&second, "contacts[2].phone"));
	assert_true(contact_path_is(&second, "contacts[2].phone"));
	assert_false(contact_path_is(&second, "contacts[20]"));
	assert_false(contact_path_is(&second, "contacts[1]"));
	assert_true(contact_path_another(&holder, "key_holder"));
	assert_false(contact_path_is(&holder, "key_safe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_text_of_a_record_is_decided),
		cmocka_unit_test(test_own_records_are_known_by_their_key),
		cmocka_unit_test(test_a_call_tells_its_part_about_them),
		cmocka_unit_test(test_a_roster_tells_one_of_its_people),
		cmocka_unit_test(test_an_edit_of_their_record_names_them),
		cmocka_unit_test(test_a_number_is_the_same_however_it_is_written),
		cmocka_unit_test(test_a_contact_is_found_by_number_or_by_a_name_that_is_one_persons),
		cmocka_unit_test(test_an_edit_says_whether_another_person_came_to_stand_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
