/* test_disclose.c - what may be told to whom: every field of every message to a screen has been decided about, and each sort of
 * screen gets the sorts of data that stand here once more, by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/disclose.h"
#include "base/slice.h"
#include "pingan/v1/console.pb-c.h"

#define MESSAGES_MAX 128

/* Everything that a frame to a screen can have in it. */
static size_t reach(const ProtobufCMessageDescriptor *d, const ProtobufCMessageDescriptor **seen, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (seen[i] == d)
			return n;
	assert_true(n < MESSAGES_MAX);
	seen[n++] = d;
	for (unsigned i = 0; i < d->n_fields; i++)
		if (d->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			n = reach(d->fields[i].descriptor, seen, n);
	return n;
}

static void every_field_has_been_decided_about(void **state)
{
	const ProtobufCMessageDescriptor *seen[MESSAGES_MAX];
	size_t n = reach(&pingan__v1__to_screen__descriptor, seen, 0);
	unsigned undecided = 0;

	(void)state;
	for (size_t m = 1; m < n; m++)
		for (unsigned i = 0; i < seen[m]->n_fields; i++) {
			const ProtobufCFieldDescriptor *f = &seen[m]->fields[i];
			enum data data = disclose_data(seen[m], f);

			if (data == DATA_UNDECIDED || (data == DATA_PART) != (f->type == PROTOBUF_C_TYPE_MESSAGE)) {
				print_message("%s.%s: say in daemon/app/disclose.c what sort of data it is\n", seen[m]->short_name,
				              f->name);
				undecided++;
			}
		}
	assert_int_equal(undecided, 0);
}

/* A text says something of somebody unless somebody has looked at it and found that it does not. */
static void texts_that_say_nothing_of_anybody(void **state)
{
	static const char *const TEXTS[] = {
		"ScreenWelcome.daemon",
		"ScreenWelcome.build",
		"ScreenWelcome.desk_phone",
		"IncidentRow.number",
		"IncidentRow.protocol_code",
		"IncidentRow.carrier",
		"IncidentDetail.code_zh",
		"IncidentDetail.code_en",
		"Reply.field",
		"Reply.why",
		"IncidentDetail.station_phone",
		"PhoneState.desk_phone",
		"PhoneOffer.bring",
		"DeviceCard.model",
		"DeviceCard.firmware",
		"Candidate.station", /* name of a care centre */
	};
	const ProtobufCMessageDescriptor *seen[MESSAGES_MAX];
	size_t n = reach(&pingan__v1__to_screen__descriptor, seen, 0);
	unsigned wrong = 0;

	(void)state;
	for (size_t m = 1; m < n; m++)
		for (unsigned i = 0; i < seen[m]->n_fields; i++) {
			const ProtobufCFieldDescriptor *f = &seen[m]->fields[i];
			char name[96];
			bool known = false;

			if (f->type != PROTOBUF_C_TYPE_STRING || disclose_data(seen[m], f) != DATA_WORK)
				continue;
			snprintf(name, sizeof name, "%s.%s", seen[m]->short_name, f->name);
			for (size_t k = 0; k < COUNT_OF(TEXTS); k++)
				known = known || strcmp(TEXTS[k], name) == 0;
			if (!known) {
				print_message("%s is told to everybody: is nobody in it?\n", name);
				wrong++;
			}
		}
	assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------ the table once more */

/* p part, w work, l place, r ref, s staff, h who, t street, a address, d door, n phone, c contact, m health, k secret, x text */
static uint32_t bits(const char *letters)
{
	static const char ALL[DATA_COUNT] = {'\0', 'p', 'w', 'l', 'r', 's', 'h', 't', 'a', 'd', 'n', 'c', 'm', 'k', 'x'};
	uint32_t ret = 0;

	for (; *letters != '\0'; letters++)
		for (unsigned i = 1; i < DATA_COUNT; i++)
			if (ALL[i] == *letters)
				ret |= DATA_BIT(i);
	return ret;
}

static void every_message_to_every_sort_of_screen(void **state)
{
#define BODY(name) PINGAN__V1__TO_SCREEN__BODY_##name
	/* clang-format off */
	static const struct {
		int body;
		const char *desk, *field, *wall;
	} TABLE[] = {
		{BODY(WELCOME),     "pwlrs",         "pwlrs",         "pwl"},
		{BODY(HEARTBEAT),   "pw",            "pw",            "pw"},
		{BODY(REPLY),       "pwlrsht",       "pwrs",          "pw"},
		{BODY(SNAPSHOT),    "pwlrshtc",      "",              "pwl"},
		{BODY(DELTA),       "pwlrshtc",      "",              "pwl"},
		{BODY(DETAIL),      "pwlrshtadncmx", "",              ""},
		{BODY(PHONE),       "",              "pwlrshtadncmx", ""},
		{BODY(PRESENCE),    "pwlrsht",       "",              ""},
		{BODY(STORE),       "pw",            "pw",            "pw"},
		{BODY(GO_AWAY),     "pw",            "pw",            "pw"},
		{BODY(STORMS),      "pwlrshtx",      "",              "pwl"},
		{BODY(DEVICE),      "pwlrshtad",     "pwlrshtad",     ""},
		{BODY(RECORD),      "pwlrshtadncmx", "",              ""},
		{BODY(ROSTER),      "pwlrs",         "",              ""},
		{BODY(ROSTER_PAGE), "pwlrs",         "",              ""},
		{BODY(WALL),        "",              "",              "pwl"},
	};
	/* clang-format on */

	(void)state;
	/* All fields of ToScreen are bodies. */
	assert_int_equal(pingan__v1__to_screen__descriptor.n_fields, COUNT_OF(TABLE));
	for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
		assert_int_equal(disclose_body(AUDIENCE_DESK, TABLE[i].body), bits(TABLE[i].desk));
		assert_int_equal(disclose_body(AUDIENCE_FIELD, TABLE[i].body), bits(TABLE[i].field));
		assert_int_equal(disclose_body(AUDIENCE_WALL, TABLE[i].body), bits(TABLE[i].wall));
	}
	for (int to = 0; to < AUDIENCE_COUNT; to++) {
		assert_int_equal(disclose_body((enum audience)to, 0), 0);
		assert_int_equal(disclose_body((enum audience)to, 9999), 0);
	}
	assert_int_equal(disclose_body(AUDIENCE_COUNT, BODY(WELCOME)), 0);
}

static void health_only_when_it_is_on_record_who_looks(void **state)
{
	(void)state;
	assert_int_equal(disclose_detail(false), bits("pwlrshtadncx"));
	assert_int_equal(disclose_detail(true), bits("pwlrshtadncmx"));
	assert_int_equal(disclose_card(false), bits("pwlrsht"));
	assert_int_equal(disclose_card(true), bits("pwlrshtad"));
	assert_int_equal(disclose_row(AUDIENCE_DESK), bits("pwlrshtc"));
	assert_int_equal(disclose_row(AUDIENCE_FIELD), 0);
	assert_int_equal(disclose_row(AUDIENCE_WALL), bits("pwl"));
}

static void the_card_comes_with_the_yes_and_goes_with_the_end(void **state)
{
	(void)state;
	assert_int_equal(disclose_offer(), bits("pwlt"));
	for (int job = 0; job < JOB_STATE_COUNT; job++)
		for (int skill = 0; skill < SKILL_COUNT; skill++) {
			bool mine = job == JOB_ACCEPTED || job == JOB_EN_ROUTE || job == JOB_ARRIVED;

			assert_int_equal(disclose_job((enum job_state)job, (enum skill)skill), !mine ? bits("pwlt")
			                                                                       : skill == SKILL_TECHNICIAN
			                                                                           ? bits("pwlrshtadncx")
			                                                                           : bits("pwlrshtadncmx"));
		}
}

/* ------------------------------------------------------------ the mask */

static void what_is_not_allowed_is_empty(void **state)
{
	Pingan__V1__IncidentRow row = PINGAN__V1__INCIDENT_ROW__INIT;
	uint8_t order[2] = {1, 2};
	Pingan__V1__ScoreWhy why[1] = {PINGAN__V1__SCORE_WHY__SCORE_WHY_RISK};

	(void)state;
	row.id = 7;
	row.resident = (char *)"NAME";
	row.age = 86;
	row.street = (char *)"STREET";
	row.area = (char *)"岭南街";
	row.owner_gone = 1;
	row.owner_name = (char *)"STAFF";
	row.order = (ProtobufCBinaryData){.len = 2, .data = order};
	row.score_why = why;
	row.n_score_why = 1;
	disclose_mask(&row.base, disclose_row(AUDIENCE_WALL));
	assert_int_equal(row.id, 7);
	assert_int_equal(row.order.len, 2);
	assert_true(row.owner_gone);
	assert_string_equal(row.area, "岭南街");
	assert_string_equal(row.resident, "");
	assert_string_equal(row.street, "");
	assert_string_equal(row.owner_name, "");
	assert_int_equal(row.age, 0);
	assert_int_equal(row.n_score_why, 0);
}

/* Of a home's record: what opens a door, what is sealed with, and what somebody is ill with, each by its sort. */
static void a_homes_record_says_of_each_field_what_it_is(void **state)
{
	static const struct {
		const ProtobufCMessageDescriptor *of;
		const char *field;
		enum data data;
	} FIELDS[] = {
		{&pingan__v1__household__descriptor, "key", DATA_SECRET},
		{&pingan__v1__household__descriptor, "erased_key", DATA_SECRET},
		{&pingan__v1__household__descriptor, "address", DATA_ADDRESS},
		{&pingan__v1__household__descriptor, "access", DATA_ACCESS},
		{&pingan__v1__household__descriptor, "door_code", DATA_ACCESS},
		{&pingan__v1__household__descriptor, "key_safe", DATA_ACCESS},
		{&pingan__v1__household__descriptor, "key_holder", DATA_ACCESS},
		{&pingan__v1__household__descriptor, "phone", DATA_PHONE},
		{&pingan__v1__health__descriptor, "notes", DATA_HEALTH},
		{&pingan__v1__health__descriptor, "medicines", DATA_HEALTH},
		{&pingan__v1__health__descriptor, "allergies", DATA_HEALTH},
		{&pingan__v1__health__descriptor, "hospital", DATA_HEALTH},
		{&pingan__v1__resident__descriptor, "name", DATA_WHO},
		{&pingan__v1__resident__descriptor, "phone", DATA_PHONE},
		{&pingan__v1__contact__descriptor, "phone", DATA_CONTACT},
		{&pingan__v1__contact__descriptor, "name", DATA_CONTACT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
		const ProtobufCFieldDescriptor *f =
			protobuf_c_message_descriptor_get_field_by_name(FIELDS[i].of, FIELDS[i].field);

		assert_non_null(f);
		assert_int_equal(disclose_data(FIELDS[i].of, f), FIELDS[i].data);
	}
	/* What is sealed with leaves the daemon to nobody. */
	for (int body = 0; body < 64; body++)
		for (int to = 0; to < AUDIENCE_COUNT; to++)
			assert_int_equal(disclose_body((enum audience)to, body) & DATA_BIT(DATA_SECRET), 0);
}

static void an_offer_stays_an_offer(void **state)
{
	Pingan__V1__PhoneState phone = PINGAN__V1__PHONE_STATE__INIT;
	Pingan__V1__PhoneOffer offer = PINGAN__V1__PHONE_OFFER__INIT, *offers[] = {&offer};
	Pingan__V1__PhoneJob job = PINGAN__V1__PHONE_JOB__INIT;
	Pingan__V1__DetailResident resident = PINGAN__V1__DETAIL_RESIDENT__INIT, *residents[] = {&resident};

	(void)state;
	offer.street = (char *)"STREET";
	phone.offers = offers;
	phone.n_offers = 1;
	resident.name = (char *)"NAME";
	resident.phone = (char *)"PHONE";
	resident.health_notes = resident.medicines = resident.allergies = resident.hospital = (char *)"HEALTH";
	job.residents = residents;
	job.n_residents = 1;
	job.address = (char *)"ADDRESS";
	job.lat_e6 = 23;
	job.health_notes = (char *)"HEALTH";
	phone.job = &job;
	disclose_mask(&job.base, disclose_job(JOB_ACCEPTED, SKILL_TECHNICIAN));
	assert_string_equal(job.address, "ADDRESS");
	assert_string_equal(job.health_notes, "");
	assert_string_equal(resident.health_notes, "");
	assert_string_equal(resident.medicines, "");
	assert_string_equal(resident.allergies, "");
	assert_string_equal(resident.hospital, "");
	disclose_mask(&phone.base, disclose_body(AUDIENCE_FIELD, PINGAN__V1__TO_SCREEN__BODY_PHONE));
	assert_string_equal(offer.street, "STREET");
	assert_string_equal(resident.phone, "PHONE");
	disclose_mask(&job.base, disclose_job(JOB_DONE, SKILL_CARE));
	assert_string_equal(job.address, "");
	assert_int_equal(job.lat_e6, 0);
	assert_string_equal(resident.name, "");
	/* A message of which the table has never heard says nothing at all. */
	{
		Pingan__V1__OpenIncident stranger = PINGAN__V1__OPEN_INCIDENT__INIT;

		stranger.incident = 9;
		disclose_mask(&stranger.base, UINT32_MAX);
		assert_int_equal(stranger.incident, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_been_decided_about),
		cmocka_unit_test(texts_that_say_nothing_of_anybody),
		cmocka_unit_test(every_message_to_every_sort_of_screen),
		cmocka_unit_test(health_only_when_it_is_on_record_who_looks),
		cmocka_unit_test(the_card_comes_with_the_yes_and_goes_with_the_end),
		cmocka_unit_test(what_is_not_allowed_is_empty),
		cmocka_unit_test(a_homes_record_says_of_each_field_what_it_is),
		cmocka_unit_test(an_offer_stays_an_offer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
