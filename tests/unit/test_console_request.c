/* Requests of the whole life of an incident: what of them is believed, bound by bound; and the incident each names. */
#include "support/unit.h"

#include <string.h>

#include "app/screens.h"
#include "wire/console.h"

static Pingan__V1__Request request;
static char longest[CONSOLE_TEXT_MAX + 2];

#define GOOD assert_true(console_request_ok(&request))
#define BAD assert_false(console_request_ok(&request))

/* A request of this sort in `m`, empty. */
#define REQUEST(Type, INIT, WHAT, field)                  \
	Pingan__V1__##Type m = PINGAN__V1__##INIT##__INIT;    \
	(void)state;                                          \
	pingan__v1__request__init(&request);                  \
	request.what_case = PINGAN__V1__REQUEST__WHAT_##WHAT; \
	request.field = &m

/* Text of 0 to 480 bytes of UTF-8. That a reason must be there is the core's to say. */
#define TEXT(text_)                               \
	do {                                          \
		memset(longest, 'a', sizeof longest - 1); \
		text_ = longest;                          \
		BAD;                                      \
		longest[CONSOLE_TEXT_MAX] = '\0';         \
		GOOD;                                     \
		text_ = (char *)"\xe4\xb8";               \
		BAD;                                      \
		text_ = (char *)"a\x07";                  \
		BAD;                                      \
		text_ = (char *)"";                       \
		GOOD;                                     \
	} while (0)

/* Fields of numbers: both ends, and what lies beyond. */
#define RANGE(field_, low, high) \
	do {                         \
		field_ = (low);          \
		GOOD;                    \
		field_ = (high);         \
		GOOD;                    \
		field_ = (high) + 1;     \
		BAD;                     \
		field_ = (low);          \
	} while (0)

static void test_hold(void **state)
{
	REQUEST(Hold, HOLD, HOLD, hold);
	BAD; /* no incident */
	m.incident = 7;
	RANGE(m.seconds, 0, CONSOLE_SECONDS_MAX);
	assert_int_equal(console_incident(&request), 7);
}

static void test_transfer(void **state)
{
	REQUEST(Transfer, TRANSFER, TRANSFER, transfer);
	m.incident = 7;
	BAD; /* to nobody */
	m.to = (char *)"op two";
	BAD;
	m.to = (char *)"op2";
	TEXT(m.text);
	assert_int_equal(console_incident(&request), 7);
}

static void test_escalate_and_substitute(void **state)
{
	{
		REQUEST(Escalate, ESCALATE, ESCALATE, escalate);
		BAD;
		m.incident = 7;
		TEXT(m.text);
		assert_int_equal(console_incident(&request), 7);
	}
	{
		REQUEST(Substitute, SUBSTITUTE, SUBSTITUTE, substitute);
		BAD;
		m.incident = 8;
		TEXT(m.text);
		assert_int_equal(console_incident(&request), 8);
	}
}

static void test_what_names_an_incident_and_no_more(void **state)
{
	{
		REQUEST(Unhold, UNHOLD, UNHOLD, unhold);
		BAD;
		m.incident = 1;
		GOOD;
		assert_int_equal(console_incident(&request), 1);
	}
	{
		REQUEST(Unshelve, UNSHELVE, UNSHELVE, unshelve);
		BAD;
		m.incident = 2;
		GOOD;
		assert_int_equal(console_incident(&request), 2);
	}
	{
		REQUEST(OutList, OUT_LIST, OUT_LIST, out_list);
		BAD;
		m.incident = 3;
		m.from = UINT32_MAX;
		GOOD;
		assert_int_equal(console_incident(&request), 3);
	}
}

static void test_handover(void **state)
{
	{
		REQUEST(HandoverOpen, HANDOVER_OPEN, HANDOVER_OPEN, handover_open);
		m.incident = 7;
		BAD; /* to no service */
		RANGE(m.service, PINGAN__V1__SERVICE__SERVICE_120, PINGAN__V1__SERVICE__SERVICE_110);
		m.incident = 0;
		BAD;
	}
	{
		REQUEST(HandoverConfirm, HANDOVER_CONFIRM, HANDOVER_CONFIRM, handover_confirm);
		m.incident = 7;
		BAD; /* of no hand-over */
		m.handover = 1;
		TEXT(m.text);
	}
	{
		REQUEST(HandoverCancel, HANDOVER_CANCEL, HANDOVER_CANCEL, handover_cancel);
		m.incident = 7;
		BAD;
		m.handover = 1;
		GOOD;
		m.incident = 0;
		BAD;
	}
}

/* A call has a result, a message has none yet; the caregiver's page is no way to a public service. */
static void test_handover_try(void **state)
{
	REQUEST(HandoverTry, HANDOVER_TRY, HANDOVER_TRY, handover_try);
	m.incident = 7;
	m.handover = 1;
	for (int channel = 0; channel <= CHANNEL_COUNT; channel++)
		for (int result = 0; result <= CALL_COUNT; result++) {
			bool call = channel == CHANNEL_VOICE || channel == CHANNEL_SECOND_LINE;

			m.channel = (Pingan__V1__Channel)channel;
			m.result = (Pingan__V1__CallResult)result;
			assert_int_equal(console_request_ok(&request), (call && result > CALL_NONE && result < CALL_COUNT) ||
			                                                   (channel == CHANNEL_MESSAGE && result == CALL_NONE));
		}
}

/* At least one line, and none that is not on the card. */
static void test_handover_tell(void **state)
{
	REQUEST(HandoverTell, HANDOVER_TELL, HANDOVER_TELL, handover_tell);
	m.incident = 7;
	m.handover = 1;
	BAD;
	for (unsigned bit = 0; bit < 32; bit++) {
		m.told = UINT32_C(1) << bit;
		assert_int_equal(console_request_ok(&request), bit > CARD_LINE_NONE && bit < CARD_LINE_COUNT);
	}
	m.told = BIT(CARD_LINE_WHO) | BIT(CARD_LINE_CALL_BACK);
	GOOD;
	m.told |= BIT(CARD_LINE_COUNT);
	BAD;
}

static void test_contact_answered(void **state)
{
	REQUEST(ContactAnswered, CONTACT_ANSWERED, CONTACT_ANSWERED, contact_answered);
	m.incident = 7;
	m.contact = 1;
	BAD; /* nothing was answered */
	RANGE(m.answer, PINGAN__V1__CONTACT_ANSWER__CONTACT_ANSWER_GOING,
	      PINGAN__V1__CONTACT_ANSWER__CONTACT_ANSWER_ALL_RIGHT);
	RANGE(m.contact, 1, CONSOLE_CONTACTS_MAX);
	m.contact = 0; /* the resident is no contact */
	BAD;
}

static void test_shelve(void **state)
{
	REQUEST(Shelve, SHELVE, SHELVE, shelve);
	m.incident = 7;
	m.seconds = 59;
	BAD;
	RANGE(m.seconds, 60, CONSOLE_SECONDS_MAX);
	TEXT(m.text);
}

/* Anything but a test: tests come from devices alone. */
static void test_manual(void **state)
{
	REQUEST(OpenManual, OPEN_MANUAL, OPEN_MANUAL, open_manual);
	m.kind = PINGAN__V1__KIND__KIND_SERVICE;
	BAD; /* of no household */
	m.household = (char *)"h1";
	TEXT(m.text);
	for (int kind = -1; kind <= KIND_COUNT; kind++) {
		m.kind = (Pingan__V1__Kind)kind;
		assert_int_equal(console_request_ok(&request), kind > KIND_NONE && kind < KIND_COUNT && kind != KIND_TEST);
	}
	assert_int_equal(console_incident(&request), 0);
}

static void test_on_test(void **state)
{
	REQUEST(SetOnTest, SET_ON_TEST, ON_TEST, on_test);
	BAD; /* of nothing */
	m.household = (char *)"h1";
	TEXT(m.text);
	RANGE(m.seconds, 0, CONSOLE_SECONDS_MAX);
	m.device = (char *)"d1";
	BAD; /* of both */
	m.household = (char *)"";
	GOOD;
	m.device = (char *)"0123456789012345678901234567890123456789";
	BAD;
}

static void test_storm(void **state)
{
	Pingan__V1__StormKind kinds[CONSOLE_STORM_KINDS_MAX + 1];
	REQUEST(StormBegin, STORM_BEGIN, STORM_BEGIN, storm_begin);

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		kinds[i] = PINGAN__V1__STORM_KIND__STORM_KIND_POWER;
	m.area = (char *)"440103001";
	m.seconds = 60;
	m.kinds = kinds;
	BAD; /* of no kind */
	RANGE(m.n_kinds, 1, CONSOLE_STORM_KINDS_MAX);
	m.seconds = 59;
	BAD;
	RANGE(m.seconds, 60, CONSOLE_SECONDS_MAX);
	for (int kind = -1; kind < 12; kind++) {
		kinds[0] = (Pingan__V1__StormKind)kind;
		assert_int_equal(console_request_ok(&request),
		                 kind >= 1 && kind <= PINGAN__V1__STORM_KIND__STORM_KIND_FOLLOW_UP);
	}
	kinds[0] = PINGAN__V1__STORM_KIND__STORM_KIND_LINK;
	memset(longest, 'a', sizeof longest - 1);
	longest[CONSOLE_STORM_TEXT_MAX + 1] = '\0';
	m.text = longest;
	BAD;
	longest[CONSOLE_STORM_TEXT_MAX] = '\0';
	GOOD;
	assert_int_equal(console_incident(&request), 0);
}

static void test_areas_are_digits(void **state)
{
	static const struct {
		const char *area;
		bool ok;
	} AREAS[] = {{"", false},
	             {"4", false},
	             {"44", true},
	             {"440103001001", true},
	             {"440103001001123", true},
	             {"44*", false},
	             {"44 0103", false},
	             {"4401030010011234", false},
	             {"4401a", false}};
	REQUEST(StormEnd, STORM_END, STORM_END, storm_end);

	for (size_t i = 0; i < COUNT_OF(AREAS); i++) {
		m.area = (char *)(uintptr_t)AREAS[i].area;
		assert_int_equal(console_request_ok(&request), AREAS[i].ok);
	}
}

static void test_claim_close_and_dispatch_say_more(void **state)
{
	{
		REQUEST(Claim, CLAIM, CLAIM, claim);
		m.incident = 7;
		TEXT(m.reason);
	}
	{
		REQUEST(Close, CLOSE, CLOSE, close);
		m.incident = 7;
		m.outcome = PINGAN__V1__OUTCOME__OUTCOME_ADVICE;
		RANGE(m.spoke_to, PINGAN__V1__SPOKE_TO__SPOKE_TO_NONE, PINGAN__V1__SPOKE_TO__SPOKE_TO_NOBODY);
	}
	{
		REQUEST(Dispatch, DISPATCH, DISPATCH, dispatch);
		m.incident = 7;
		RANGE(m.skill, PINGAN__V1__SKILL__SKILL_NONE, PINGAN__V1__SKILL__SKILL_TECHNICIAN);
	}
}

static void test_device(void **state)
{
	REQUEST(DeviceScan, DEVICE_SCAN, DEVICE_SCAN, device_scan);
	BAD;
	m.device = (char *)"watch.8800000005";
	GOOD;
	m.device = (char *)"0123456789012345678901234567890"; /* 31 bytes */
	GOOD;
	m.device = (char *)"01234567890123456789012345678901";
	BAD;
	m.device = (char *)"two words";
	BAD;
}

/* To one home: by its id, or by the job in hand; not by both, and not by none. */
static void test_device_bind(void **state)
{
	REQUEST(DeviceBind, DEVICE_BIND, DEVICE_BIND, device_bind);
	m.device = (char *)"d1";
	BAD;
	m.household = (char *)"h1";
	GOOD;
	m.incident = 7;
	BAD;
	m.household = (char *)"";
	GOOD;
	m.incident = 0;
	m.household = (char *)"h 1";
	BAD;
	m.household = (char *)"h1";
	m.device = (char *)"";
	BAD;
}

static void test_device_prove(void **state)
{
	REQUEST(DeviceProve, DEVICE_PROVE, DEVICE_PROVE, device_prove);
	BAD;
	m.device = (char *)"d1";
	GOOD;
	m.stop = 1;
	GOOD;
}

static void test_device_confirm(void **state)
{
	REQUEST(DeviceConfirm, DEVICE_CONFIRM, DEVICE_CONFIRM, device_confirm);
	BAD;
	m.device = (char *)"d1";
	GOOD;
}

static void test_device_leave(void **state)
{
	REQUEST(DeviceLeave, DEVICE_LEAVE, DEVICE_LEAVE, device_leave);
	BAD;
	m.device = (char *)"d1";
	GOOD;
}

/* COMMISSIONING comes by binding, and nobody says that a unit is in service: a press does. */
static void test_device_state(void **state)
{
	REQUEST(DeviceSetState, DEVICE_SET_STATE, DEVICE_STATE, device_state);
	m.device = (char *)"d1";
	for (int i = -1; i <= PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED + 1; i++) {
		m.state = (Pingan__V1__DeviceState)i;
		assert_int_equal(console_request_ok(&request), i >= PINGAN__V1__DEVICE_STATE__DEVICE_IN_SERVICE &&
		                                                   i <= PINGAN__V1__DEVICE_STATE__DEVICE_RETIRED);
	}
	m.state = PINGAN__V1__DEVICE_STATE__DEVICE_AWAY;
	TEXT(m.text);
}

static void test_bind_device(void **state)
{
	REQUEST(BindDevice, BIND_DEVICE, BIND_DEVICE, bind_device);
	m.household = (char *)"h1";
	BAD;
	m.incident = 7;
	GOOD;
	assert_int_equal(console_incident(&request), 7);
	m.household = (char *)"";
	BAD;
}

/* Whatever can be asked about an incident is seen to be about one: who may not see it may not ask. */
static void test_every_request_with_an_incident_is_known_by_it(void **state)
{
	const ProtobufCMessageDescriptor *d = &pingan__v1__request__descriptor;

	(void)state;
	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		uint64_t message[256] = {0};
		const ProtobufCMessageDescriptor *asked = f->descriptor;
		const ProtobufCFieldDescriptor *incident;

		if (f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		assert_true(asked->sizeof_message <= sizeof message);
		protobuf_c_message_init(asked, message);
		incident = protobuf_c_message_descriptor_get_field_by_name(asked, "incident");
		if (incident != NULL) {
			assert_int_equal(incident->type, PROTOBUF_C_TYPE_FIXED64);
			memcpy((uint8_t *)message + incident->offset, &(uint64_t){0x1234}, 8);
		}
		pingan__v1__request__init(&request);
		request.what_case = (Pingan__V1__Request__WhatCase)f->id;
		request.open = (Pingan__V1__OpenIncident *)(void *)message; /* all of them share the place */
		assert_int_equal(console_incident(&request), incident == NULL ? 0 : 0x1234);
	}
}

/* Moments are added to: one at the end of all numbers would overflow. */
static void shifts_lie_within_the_years_that_there_are(void **state)
{
	Pingan__V1__ShiftSet set = PINGAN__V1__SHIFT_SET__INIT;
	Pingan__V1__SwapAsk ask = PINGAN__V1__SWAP_ASK__INIT;
	Pingan__V1__AbsenceSet away = PINGAN__V1__ABSENCE_SET__INIT;
	REQUEST(RosterLook, ROSTER_LOOK, ROSTER_LOOK, roster_look);

	m.area = (char *)"440190001";
	m.days = CONSOLE_ROSTER_DAYS_MAX;
	BAD;
	RANGE(m.from_ms, 1, CONSOLE_MOMENT_MAX);
	m.from_ms = INT64_MAX;
	BAD;

	request.what_case = PINGAN__V1__REQUEST__WHAT_SHIFT_SET;
	request.shift_set = &set;
	set.area = (char *)"440190001";
	set.slot = 1;
	set.takes = (char *)"cg01";
	RANGE(set.from_ms, 1, CONSOLE_MOMENT_MAX);
	RANGE(set.until_ms, 0, CONSOLE_MOMENT_MAX);

	request.what_case = PINGAN__V1__REQUEST__WHAT_SWAP_ASK;
	request.swap_ask = &ask;
	ask.area = (char *)"440190001";
	ask.slot = ask.return_slot = 1;
	ask.takes = (char *)"cg01";
	ask.return_from_ms = 1;
	RANGE(ask.from_ms, 1, CONSOLE_MOMENT_MAX);
	RANGE(ask.return_from_ms, 1, CONSOLE_MOMENT_MAX);

	request.what_case = PINGAN__V1__REQUEST__WHAT_ABSENCE_SET;
	request.absence_set = &away;
	away.person = (char *)"cg01";
	away.reason = PINGAN__V1__ABSENCE_REASON__ABSENCE_HOLIDAY;
	away.from_ms = CONSOLE_MOMENT_MAX - 1;
	RANGE(away.until_ms, CONSOLE_MOMENT_MAX, CONSOLE_MOMENT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_device_bind),
		cmocka_unit_test(test_device_prove),
		cmocka_unit_test(test_device_confirm),
		cmocka_unit_test(test_device_leave),
		cmocka_unit_test(test_device_state),
		cmocka_unit_test(test_bind_device),
		cmocka_unit_test(test_transfer),
		cmocka_unit_test(test_escalate_and_substitute),
		cmocka_unit_test(test_what_names_an_incident_and_no_more),
		cmocka_unit_test(test_handover),
		cmocka_unit_test(test_handover_try),
		cmocka_unit_test(test_handover_tell),
		cmocka_unit_test(test_contact_answered),
		cmocka_unit_test(test_shelve),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_on_test),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_areas_are_digits),
		cmocka_unit_test(test_claim_close_and_dispatch_say_more),
		cmocka_unit_test(test_every_request_with_an_incident_is_known_by_it),
		cmocka_unit_test(shifts_lie_within_the_years_that_there_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
